/* machine.c: the operations of machine.h: checks that hold for every machine, then the template of the one being laid.
 */
#include "isa/machine.h"

#include "isa/templates.h"
#include "lay/refusal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is being laid. */
typedef struct {
  Lay *lay;
  const Machine *machine;
  bool counting;
  int counters;
  bool entered; /* the open routine has entered */
  Reg saved[MACHINE_REGISTERS];
  int saved_count;
} Laying;

static Laying now;

static const Templates *table(void);

void machine_begin(Isa isa) {
  const Machine *machine = machine_row(isa);
  if (now.lay)
    lay_free(now.lay);
  now = (Laying){.lay = lay_new(machine->unit), .machine = machine};
  table()->lay_begin();
}

Lay *machine_layout(void) {
  if (!now.lay) {
    fprintf(stderr, "machine: nothing can be laid before machine_begin\n");
    exit(1);
  }
  return now.lay;
}

const Machine *machine_now(void) {
  machine_layout();
  return now.machine;
}

static const Templates *planted;

static const Templates *table(void) {
  const Machine *machine = machine_now();
  return planted ? planted : machine->templates;
}

void machine_plant(const Templates *templates) { planted = templates; }

void machine_count_coverage(void) { now.counting = true; }

bool machine_counts_coverage(void) { return now.counting; }

int machine_counters(void) { return now.counters; }

Lay *machine_settle(uint64_t address, uint64_t bss_align) {
  table()->lay_finish();
  lay_settle(now.lay, address, bss_align);
  return now.lay;
}

void machine_at(const char *file, int line) { lay_at(machine_layout(), file, line); }

void machine_require(Isa isa) {
  if (now.machine != machine_row(isa))
    lay_die(machine_layout(), "an instruction of %s stands in a program for %s", machine_row(isa)->name,
            machine_now()->name);
}

void machine_align_code(void) {
  unsigned unit = machine_now()->unit;
  if (unit && lay_after_data(now.lay))
    lay_align(now.lay, unit);
}

/* ---- Checks ---------------------------------------------------------------------------------------------------- */

static Reg checked(Reg r) {
  if (r.index >= MACHINE_REGISTERS)
    lay_die(machine_layout(), "register index %d is not within 0..%d", r.index, MACHINE_REGISTERS - 1);
  return r;
}

static void check_value(const char *what, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most)
    lay_die(machine_layout(), "%s %" PRId64 " is not within %" PRId64 "..%" PRId64, what, value, least, most);
}

static void check_bits(int bits) {
  if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
    lay_die(machine_layout(), "a value of %d bits is not 8, 16, 32 or 64 bits wide", bits);
}

/* The offsets that every machine reaches in one or two instructions; the same on all, so that what can be authored
 * for one can be laid for each. */
static void check_offset(int bits, int64_t offset) {
  check_bits(bits);
  int size = bits / 8;
  if (offset >= -256 && offset <= 4095)
    return;
  if (offset > 0 && offset <= INT64_C(4095) * size && offset % size == 0)
    return;
  lay_die(machine_layout(),
          "offset %" PRId64 " of a %d-bit access is not within -256..4095, nor a multiple of %d up to %d", offset, bits,
          size, 4095 * size);
}

/* ---- Routines and labels --------------------------------------------------------------------------------------- */

static void count_here(void) {
  if (now.counting)
    table()->lay_count(now.counters++);
}

void op_routine(const char *name) {
  machine_align_code();
  lay_routine(now.lay, name);
  now.entered = false;
  now.saved_count = 0;
  count_here();
}

void op_label_uncounted(const char *name) {
  machine_align_code();
  lay_label(now.lay, name);
}

void op_label(const char *name) {
  op_label_uncounted(name);
  count_here();
}

static const char *routine_name(void) {
  const char *name = lay_routine_open(machine_layout());
  return name ? name : "(none)";
}

void op_enter(const Reg *saved, int count) {
  if (now.entered)
    lay_die(now.lay, "routine \"%s\" enters twice", routine_name());
  check_value("count of saved registers", count, 0, 6);
  for (int i = 0; i < count; i++) {
    if (saved[i].index < S0.index || saved[i].index > S5.index)
      lay_die(now.lay, "routine \"%s\" saves register index %d, which is none of S0..S5", routine_name(),
              saved[i].index);
    for (int j = 0; j < i; j++)
      if (saved[j].index == saved[i].index)
        lay_die(now.lay, "routine \"%s\" saves S%d twice", routine_name(), saved[i].index - S0.index);
    now.saved[i] = saved[i];
  }
  now.entered = true;
  now.saved_count = count;
  table()->lay_enter(now.saved, count);
}

void op_leave(void) {
  if (!now.entered)
    lay_die(machine_layout(), "routine \"%s\" leaves but did not enter: use ret()", routine_name());
  table()->lay_leave(now.saved, now.saved_count);
}

void op_ret(void) {
  if (now.entered)
    lay_die(machine_layout(), "routine \"%s\" entered, so it must leave(), not ret()", routine_name());
  table()->lay_ret();
}

/* ---- Moves and arithmetic -------------------------------------------------------------------------------------- */

void op_li(Reg d, int64_t value) { table()->lay_li(checked(d), value); }

void op_mov(Reg d, Reg a) {
  checked(a);
  if (checked(d).index != a.index)
    table()->lay_mov(d, a);
}

void op_la(Reg d, const char *name) { table()->lay_la(checked(d), name); }

static void alu(Alu operation, Reg d, Reg a, Reg b) { table()->lay_alu(operation, checked(d), checked(a), checked(b)); }

static void alu_imm(Alu operation, Reg d, Reg a, int64_t b) {
  if (operation == ALU_SHL || operation == ALU_SHR)
    check_value("shift count", b, 0, 63);
  table()->lay_alu_imm(operation, checked(d), checked(a), b);
}

void op_add(Reg d, Reg a, Reg b) { alu(ALU_ADD, d, a, b); }
void op_sub(Reg d, Reg a, Reg b) { alu(ALU_SUB, d, a, b); }
void op_and(Reg d, Reg a, Reg b) { alu(ALU_AND, d, a, b); }
void op_or(Reg d, Reg a, Reg b) { alu(ALU_OR, d, a, b); }
void op_xor(Reg d, Reg a, Reg b) { alu(ALU_XOR, d, a, b); }
void op_mul(Reg d, Reg a, Reg b) { alu(ALU_MUL, d, a, b); }
void op_shl(Reg d, Reg a, Reg b) { alu(ALU_SHL, d, a, b); }
void op_shr(Reg d, Reg a, Reg b) { alu(ALU_SHR, d, a, b); }

void op_add_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_ADD, d, a, b); }
void op_sub_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_SUB, d, a, b); }
void op_and_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_AND, d, a, b); }
void op_or_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_OR, d, a, b); }
void op_xor_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_XOR, d, a, b); }
void op_mul_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_MUL, d, a, b); }
void op_shl_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_SHL, d, a, b); }
void op_shr_imm(Reg d, Reg a, int64_t b) { alu_imm(ALU_SHR, d, a, b); }

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

void op_load(int bits, Reg d, Reg base, int64_t offset) {
  check_offset(bits, offset);
  table()->lay_load(bits, checked(d), checked(base), offset);
}

void op_load_indexed(int bits, Reg d, Reg base, Reg index) {
  check_bits(bits);
  table()->lay_load_indexed(bits, checked(d), checked(base), checked(index));
}

void op_store(int bits, Reg v, Reg base, int64_t offset) {
  check_offset(bits, offset);
  table()->lay_store(bits, checked(v), checked(base), offset);
}

void op_store_imm(int bits, int64_t v, Reg base, int64_t offset) {
  check_offset(bits, offset);
  if (bits == 64)
    check_value("64-bit value to store", v, INT32_MIN, INT32_MAX);
  else
    check_value("value to store", v, -(INT64_C(1) << (bits - 1)), (INT64_C(1) << bits) - 1);
  table()->lay_store_imm(bits, v, checked(base), offset);
}

void op_store_indexed(int bits, Reg v, Reg base, Reg index) {
  check_bits(bits);
  table()->lay_store_indexed(bits, checked(v), checked(base), checked(index));
}

void op_store8(Reg v, Reg base, int64_t offset) { op_store(8, v, base, offset); }
void op_store16(Reg v, Reg base, int64_t offset) { op_store(16, v, base, offset); }
void op_store32(Reg v, Reg base, int64_t offset) { op_store(32, v, base, offset); }
void op_store64(Reg v, Reg base, int64_t offset) { op_store(64, v, base, offset); }
void op_store8_imm(int64_t v, Reg base, int64_t offset) { op_store_imm(8, v, base, offset); }
void op_store16_imm(int64_t v, Reg base, int64_t offset) { op_store_imm(16, v, base, offset); }
void op_store32_imm(int64_t v, Reg base, int64_t offset) { op_store_imm(32, v, base, offset); }
void op_store64_imm(int64_t v, Reg base, int64_t offset) { op_store_imm(64, v, base, offset); }

/* ---- Branches -------------------------------------------------------------------------------------------------- */

void op_branch(Cond cond, Reg a, Reg b, const char *to) { table()->lay_branch(cond, checked(a), checked(b), to); }
void op_branch_imm(Cond cond, Reg a, int64_t b, const char *to) { table()->lay_branch_imm(cond, checked(a), b, to); }
void op_branch_bits(bool if_set, Reg a, int64_t mask, const char *to) {
  table()->lay_branch_bits(if_set, checked(a), mask, to);
}
void op_jump(const char *to) { table()->lay_jump(to); }

void op_call(const char *to) {
  if (!now.entered)
    lay_die(machine_layout(),
            "routine \"%s\" calls \"%s\" but did not enter: its return address would be lost; "
            "enter_bare() first",
            routine_name(), to);
  table()->lay_call(to);
}

void op_jump_table(Reg index, const char *name) { table()->lay_jump_table(checked(index), name); }

/* ---- Sixteen bytes at a time ----------------------------------------------------------------------------------- */

ScanKind scan_kind(ByteTerm term) {
  if (term.last == 0)
    return term.or_mask ? SCAN_MASKED : SCAN_EQUAL;
  if (term.value == term.last)
    return SCAN_EQUAL;
  if (term.value == 0)
    return SCAN_UP_TO;
  if (term.last == 255)
    return term.value == 128 ? SCAN_HIGH : SCAN_FROM;
  return SCAN_RANGE;
}

static void check_set(const ByteSet *set) {
  check_value("count of terms", set->terms, 1, 8);
  for (int i = 0; i < set->terms; i++) {
    ByteTerm term = set->term[i];
    if (term.last && term.value > term.last)
      lay_die(machine_layout(), "term %d of the byte set, %d..%d, is empty", i, term.value, term.last);
    if (!term.last && (term.or_mask & ~term.value))
      lay_die(machine_layout(), "term %d of the byte set can never hold: the mask 0x%02x is not within 0x%02x", i,
              term.or_mask, term.value);
  }
}

void op_scan16(Reg d, Reg p, ByteSet set) {
  check_set(&set);
  table()->lay_scan16(checked(d), checked(p), &set);
}

void op_mask16(Reg d, Reg p, ByteSet set) {
  check_set(&set);
  table()->lay_mask16(checked(d), checked(p), &set);
}

void op_first16(Reg d, Reg mask) { table()->lay_first16(checked(d), checked(mask)); }

static void check_offset16(int64_t offset) {
  if ((offset < -256 || offset > 255) && (offset < 0 || offset > 65520 || offset % 16))
    lay_die(machine_layout(),
            "offset %" PRId64 " of 16 bytes is not within -256..255, nor a multiple of 16 up to 65520", offset);
}

void op_copy16(Reg dst, int64_t dst_offset, Reg src, int64_t src_offset) {
  check_offset16(dst_offset);
  check_offset16(src_offset);
  table()->lay_copy16(checked(dst), dst_offset, checked(src), src_offset);
}

/* ---- The kernel and C ------------------------------------------------------------------------------------------ */

void op_syscall(SystemCall number) {
  check_value("system call", number, 0, NR_COUNT - 1);
  table()->lay_system_call(number);
}

void op_stack_pointer(Reg d) { table()->lay_stack_pointer(checked(d)); }
void op_c_arguments(void) { table()->lay_c_arguments(); }
void op_c_result(void) { table()->lay_c_result(); }

/* ---- Data ------------------------------------------------------------------------------------------------------ */

void op_data(const char *name, int align) {
  check_value("alignment", align, 1, 4096);
  lay_align(machine_layout(), (unsigned)align);
  lay_object(now.lay, name);
}

void op_bytes(const void *bytes, size_t count) { lay_bytes(machine_layout(), bytes, count); }

void op_value(int bits, uint64_t value) {
  check_bits(bits);
  if (bits < 64 && value >> bits)
    lay_die(machine_layout(), "%#" PRIx64 " does not fit into a value of %d bits", value, bits);
  unsigned char bytes[8];
  for (int i = 0; i < bits / 8; i++)
    bytes[i] = (unsigned char)(value >> 8 * i);
  lay_bytes(machine_layout(), bytes, (size_t)bits / 8);
}

static LayCode encode_offset16(const LayFixup *fixup) {
  int64_t offset = (int64_t)(fixup->target - fixup->base);
  if (offset < -32768 || offset > 32767) {
    refuse_range("jump table entry", "offset", offset, -32768, 32767);
    return (LayCode){0};
  }
  return (LayCode){2, {(unsigned char)offset, (unsigned char)((uint64_t)offset >> 8)}};
}

void op_offset16(const char *to, const char *base) {
  lay_fixup(machine_layout(), LAY_DATA, (LayFixup){.encode = encode_offset16}, to, base);
}

void op_bss(const char *name, size_t size, int align) {
  check_value("alignment", align, 1, 4096);
  lay_bss(machine_layout(), name, size, (unsigned)align);
}
