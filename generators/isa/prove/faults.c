/* faults.c: a table of faults, at least one for each template. A fault is a template that lays something else by the
 * machine's own templates: two registers changed over, a bit of an immediate, an instruction too few. */
#include "isa/prove/faults.h"

#include "isa/prove/operations.h"
#include "isa/prove/provers.h"
#include "isa/templates.h"
#include "lay/lay.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The templates into which faults are planted. */
static const Templates *own(void) { return bl_machine_now()->templates; }
static BlReg other(BlReg r) { return (BlReg){(unsigned char)((r.index + 1) % BL_MACHINE_REGISTERS)}; }

/* ---- The faults ---------------------------------------------------------------------------------------------------
 */

static void li_bit(BlReg d, int64_t value) { own()->lay_li(d, (int64_t)((uint64_t)value ^ UINT64_C(1) << 40)); }
static void li_short(BlReg d, int64_t value) { own()->lay_li(d, (int32_t)value); }
static void mov_reverse(BlReg d, BlReg a) { own()->lay_mov(a, d); }
static void mov_none(BlReg d, BlReg a) {
  (void)d;
  (void)a;
}
static void la_next(BlReg d, const char *name) {
  own()->lay_la(d, name);
  own()->lay_alu_imm(ALU_ADD, d, d, 1);
}
static void alu_reverse(Alu alu, BlReg d, BlReg a, BlReg b) { own()->lay_alu(alu, d, b, a); }
static void alu_signed(Alu alu, BlReg d, BlReg a, BlReg b) { own()->lay_alu(alu == ALU_SHR ? ALU_SHL : alu, d, a, b); }
static void alu_or_for_xor(Alu alu, BlReg d, BlReg a, BlReg b) {
  own()->lay_alu(alu == ALU_XOR ? ALU_OR : alu, d, a, b);
}
/* Forgets that d may be b: writes d before b is read. */
static void alu_overwrites(Alu alu, BlReg d, BlReg a, BlReg b) {
  if (d.index != a.index)
    own()->lay_mov(d, a);
  own()->lay_alu(alu, d, d, b);
}
static void alu_destroys(Alu alu, BlReg d, BlReg a, BlReg b) {
  own()->lay_alu(alu, d, a, b);
  if (d.index != BL_T1.index)
    own()->lay_li(BL_T1, 0);
}
static void alu_imm_more(Alu alu, BlReg d, BlReg a, int64_t b) {
  own()->lay_alu_imm(alu, d, a, b == 4095 ? 4094 : b ^ 1);
}
static void alu_imm_negative(Alu alu, BlReg d, BlReg a, int64_t b) {
  own()->lay_alu_imm(alu, d, a, alu == ALU_SUB && b < -4096 ? b + 4096 : b);
}
static void load_wider(int bits, BlReg d, BlReg base, int64_t offset) {
  own()->lay_load(bits == 8 ? 16 : bits, d, base, offset);
}
static void load_next(int bits, BlReg d, BlReg base, int64_t offset) { own()->lay_load(bits, d, base, offset ? 0 : 1); }
static void load_of_next(int bits, BlReg d, const char *name, int64_t offset) {
  own()->lay_load_of(bits, d, name, offset + bits / 8);
}
static void load_of_wider(int bits, BlReg d, const char *name, int64_t offset) {
  own()->lay_load_of(bits == 32 ? 64 : bits, d, name, offset);
}
static void load_of_destroys(int bits, BlReg d, const char *name, int64_t offset) {
  own()->lay_la(other(d), name);
  own()->lay_load(bits, d, other(d), offset);
}
static void store_of_other(int bits, BlReg v, const char *name, int64_t offset) {
  own()->lay_store_of(bits, other(v), name, offset);
}
static void store_of_narrow(int bits, BlReg v, const char *name, int64_t offset) {
  own()->lay_store_of(bits == 64 ? 32 : bits, v, name, offset);
}
static void load_indexed_base(int bits, BlReg d, BlReg base, BlReg index) {
  own()->lay_load_indexed(bits, d, index, base);
}
static void load_next_stays(int bits, BlReg d, BlReg base) { own()->lay_load(bits, d, base, 0); }
static void load_next_wider(int bits, BlReg d, BlReg base) { own()->lay_load_next(bits == 8 ? 16 : bits, d, base); }
static void store_next_before(int bits, BlReg v, BlReg base) {
  own()->lay_alu_imm(ALU_ADD, base, base, bits / 8);
  own()->lay_store(bits, v, base, 0);
}
static void store_next_narrow(int bits, BlReg v, BlReg base) { own()->lay_store_next(bits == 64 ? 32 : bits, v, base); }
static void store_next_imm_stays(int bits, int64_t v, BlReg base) { own()->lay_store_imm(bits, v, base, 0); }
static void store_next_imm_even(int bits, int64_t v, BlReg base) {
  own()->lay_store_next_imm(bits, v & ~INT64_C(1), base);
}
static void store_narrow(int bits, BlReg v, BlReg base, int64_t offset) {
  own()->lay_store(bits == 64 && offset < 4096 ? 32 : bits, v, base, offset);
}
static void store_other(int bits, BlReg v, BlReg base, int64_t offset) {
  own()->lay_store(bits, other(v), base, offset);
}
static void store_imm_zero(int bits, int64_t v, BlReg base, int64_t offset) {
  own()->lay_store_imm(bits, v & ~INT64_C(1), base, offset);
}
static void store_indexed_scale(int bits, BlReg v, BlReg base, BlReg index) {
  own()->lay_store_indexed(bits == 16 ? 8 : bits, v, base, index);
}
static void branch_signed(BlCond cond, BlReg a, BlReg b, const char *to) {
  own()->lay_branch(cond == IF_LTU ? IF_LT : cond, a, b, to);
}
static void branch_reverse(BlCond cond, BlReg a, BlReg b, const char *to) {
  own()->lay_branch(cond, cond == IF_GEU ? b : a, cond == IF_GEU ? a : b, to);
}
static void branch_imm_equal(BlCond cond, BlReg a, int64_t b, const char *to) {
  own()->lay_branch_imm(cond == IF_LE ? IF_LT : cond, a, b, to);
}
static void branch_imm_value(BlCond cond, BlReg a, int64_t b, const char *to) {
  own()->lay_branch_imm(cond, a, b & ~INT64_C(1), to);
}
static void branch_bits_turned(bool if_set, BlReg a, int64_t mask, const char *to) {
  own()->lay_branch_bits(!if_set, a, mask, to);
}
static void branch_bits_top(bool if_set, BlReg a, int64_t mask, const char *to) {
  own()->lay_branch_bits(if_set, a, mask & INT64_MAX, to);
}
static void jump_elsewhere(const char *to) {
  (void)to;
  own()->lay_jump("end");
}
static void call_as_jump(const char *to) { own()->lay_jump(to); }
static void table_double(BlReg index, const char *table) {
  own()->lay_alu(ALU_ADD, index, index, index);
  own()->lay_jump_table(index, table);
}
static void table_destroys(BlReg index, const char *table) {
  own()->lay_li(other(index), 0);
  own()->lay_jump_table(index, table);
}
static void enter_one_less(const BlReg *saved, int count) { own()->lay_enter(saved, count ? count - 1 : 0); }
static void enter_swapped(const BlReg *saved, int count) {
  BlReg turned[6] = {{0}};
  for (int i = 0; i < count; i++)
    turned[i] = saved[count - 1 - i];
  own()->lay_enter(turned, count);
}
static void leave_one_less(const BlReg *saved, int count) { own()->lay_leave(saved, count ? count - 1 : 0); }
static void leave_swapped(const BlReg *saved, int count) {
  BlReg turned[6] = {{0}};
  for (int i = 0; i < count; i++)
    turned[i] = saved[count - 1 - i];
  own()->lay_leave(turned, count);
}
static void ret_changes(void) {
  own()->lay_li(BL_S0, 0);
  own()->lay_ret();
}
static void scan_last(BlReg d, BlReg p, const BlByteSet *set) {
  BlByteSet changed = *set;
  changed.term[set->terms - 1].value ^= 0x80;
  changed.term[set->terms - 1].last |= changed.term[set->terms - 1].last ? 0x80 : 0;
  own()->lay_scan16(d, p, &changed);
}
static void scan_one_term(BlReg d, BlReg p, const BlByteSet *set) {
  BlByteSet changed = *set;
  changed.terms = 1;
  own()->lay_scan16(d, p, &changed);
}
static void scan_destroys(BlReg d, BlReg p, const BlByteSet *set) {
  own()->lay_scan16(d, p, set);
  own()->lay_li(other(d), 1);
}
static void mask_one_term(BlReg d, BlReg p, const BlByteSet *set) {
  BlByteSet changed = *set;
  changed.terms = 1;
  own()->lay_mask16(d, p, &changed);
}
static void mask_shifted(BlReg d, BlReg p, const BlByteSet *set) {
  own()->lay_mask16(d, p, set);
  own()->lay_alu_imm(ALU_SHL, d, d, 4);
}
static void first_next(BlReg d, BlReg mask) {
  own()->lay_first16(d, mask);
  own()->lay_alu_imm(ALU_ADD, d, d, 1);
}
static void copy_reverse(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset) {
  own()->lay_copy16(src, src_offset, dst, dst_offset);
}
static void copy_near(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset) {
  own()->lay_copy16(dst, dst_offset, src, src_offset == 16 ? 0 : src_offset ^ 16);
}
static void append_short(BlReg dst, const char *name, int64_t count) {
  own()->lay_append_of(dst, name, count > 16 ? 16 : count);
  if (count > 16)
    own()->lay_alu_imm(ALU_ADD, dst, dst, count - 16);
}
static void append_stays(BlReg dst, const char *name, int64_t count) {
  own()->lay_append_of(dst, name, count);
  if (count == 1)
    own()->lay_alu_imm(ALU_SUB, dst, dst, 1);
}
static void append_destroys(BlReg dst, const char *name, int64_t count) {
  own()->lay_append_of(dst, name, count);
  own()->lay_la(other(dst), name);
}
static void syscall_number(BlSystemCall number) { own()->lay_system_call(number == NR_READ ? NR_WRITE : NR_READ); }
static void syscall_destroys(BlSystemCall number) {
  own()->lay_system_call(number);
  own()->lay_li(BL_A1, 0);
}
static void syscall_no_result(BlSystemCall number) {
  own()->lay_mov(BL_S5, BL_A0);
  own()->lay_system_call(number);
  own()->lay_mov(BL_A0, BL_S5);
}
static void stack_pointer_near(BlReg d) {
  own()->lay_stack_pointer(d);
  own()->lay_alu_imm(ALU_ADD, d, d, 8);
}
static void c_arguments_third(void) {
  own()->lay_c_arguments();
  own()->lay_mov(BL_A2, BL_A3);
}
static void c_arguments_none(void) {}
static void c_result_moved(void) {
  own()->lay_c_result();
  own()->lay_mov(BL_A0, BL_A1);
}
static void unary_other(Unary unary, BlReg d, BlReg a) {
  own()->lay_unary(unary == UNARY_NOT ? UNARY_NEG : unary, d, a);
}
static void unary_trailing(Unary unary, BlReg d, BlReg a) {
  own()->lay_unary(unary == UNARY_LEADING ? UNARY_TRAILING : unary, d, a);
}
static void unary_ones(Unary unary, BlReg d, BlReg a) {
  own()->lay_unary(unary, d, a);
  if (unary == UNARY_ONES)
    own()->lay_alu_imm(ALU_AND, d, d, 63);
}
static void unary_destroys(Unary unary, BlReg d, BlReg a) {
  own()->lay_unary(unary, d, a);
  if (unary == UNARY_SWAP)
    own()->lay_li(other(d), 0);
}
static void select_turned(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y) {
  own()->lay_select(cond, d, a, b, y, x);
}
static void select_signed(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y) {
  own()->lay_select(cond == IF_LTU ? IF_LT : cond, d, a, b, x, y);
}
static void load_signed_zero(int bits, BlReg d, BlReg base, int64_t offset) { own()->lay_load(bits, d, base, offset); }
static void load_signed_next(int bits, BlReg d, BlReg base, int64_t offset) {
  own()->lay_load_signed(bits, d, base, offset ? 0 : 1);
}
static void load_signed_indexed_zero(int bits, BlReg d, BlReg base, BlReg index) {
  own()->lay_load_indexed(bits, d, base, index);
}
static void jump_register_other(BlReg to) { own()->lay_jump_register(other(to)); }
static void call_register_jumps(BlReg to) { own()->lay_jump_register(to); }
static void frame_less(int64_t bytes) { own()->lay_frame(bytes - 16); }
static void frame_destroys(int64_t bytes) {
  own()->lay_frame(bytes);
  own()->lay_li(BL_A0, 0);
}
static void unframe_less(int64_t bytes) { own()->lay_unframe(bytes - 16); }
static void system_call_byte(int number) { own()->lay_system_call_number(number & 255); }
static void alu_divides_unsigned(Alu alu, BlReg d, BlReg a, BlReg b) {
  own()->lay_alu(alu == ALU_DIV_SIGNED ? ALU_DIV : alu, d, a, b);
}
static void alu_quotient(Alu alu, BlReg d, BlReg a, BlReg b) {
  own()->lay_alu(alu == ALU_REM ? ALU_DIV : alu, d, a, b);
}
static void alu_rotates(Alu alu, BlReg d, BlReg a, BlReg b) { own()->lay_alu(alu == ALU_ROR ? ALU_SHR : alu, d, a, b); }
static void alu_no_sign(Alu alu, BlReg d, BlReg a, BlReg b) { own()->lay_alu(alu == ALU_SAR ? ALU_SHR : alu, d, a, b); }
static void alu_high_unsigned(Alu alu, BlReg d, BlReg a, BlReg b) {
  own()->lay_alu(alu == ALU_MUL_HIGH_SIGNED ? ALU_MUL_HIGH : alu, d, a, b);
}
static void count_next(int counter) { own()->lay_count(counter + 1); }
static void count_twice(int counter) {
  own()->lay_count(counter);
  own()->lay_count(counter);
}
/* Nothing is forgotten, so that the next program has the pool of the one before. Only its size shows that. */
static void finish_other_pool(void) {
  Lay *lay = bl_machine_layout();
  size_t count;
  const LayItem *item = bl_lay_items(lay, &count);
  char wanted[16][32];
  int wants = 0;
  for (size_t i = 0; i < count && wants < 16; i++)
    if (item[i].reference && !strncmp(item[i].reference, "sixteen_", 8) && !bl_lay_find(lay, item[i].reference)) {
      snprintf(wanted[wants], sizeof *wanted, "%s", item[i].reference);
      unsigned char sixteen[16];
      memset(sixteen, (int)strtol(wanted[wants] + 8, NULL, 16) ^ 1, sizeof sixteen);
      bl_lay_align(lay, 16);
      bl_lay_object(lay, wanted[wants++]);
      bl_lay_bytes(lay, sixteen, sizeof sixteen);
    }
}

/* ---- The table ----------------------------------------------------------------------------------------------------
 */

/* Where a fault is one: some are none on a machine that has nothing to do there. */
static bool everywhere(BlIsa isa) {
  (void)isa;
  return true;
}
static bool where_c_arguments_move(BlIsa isa) { return prover_row(isa)->c_argument4 != BL_A3.index; }
static bool where_a_pool_is_laid(BlIsa isa) { return prover_row(isa)->has_pool; }

typedef struct {
  const char *template_; /* the member that it replaces */
  const char *name;
  bool (*applies)(BlIsa isa);
  void (*plant)(Templates *templates);
} Fault;

/* Each row makes the function that plants it. */
#define FAULTS(ROW)                                                                                                    \
  ROW(lay_li, li_bit, everywhere)                                                                                      \
  ROW(lay_li, li_short, everywhere)                                                                                    \
  ROW(lay_mov, mov_reverse, everywhere)                                                                                \
  ROW(lay_mov, mov_none, everywhere)                                                                                   \
  ROW(lay_la, la_next, everywhere)                                                                                     \
  ROW(lay_alu, alu_reverse, everywhere)                                                                                \
  ROW(lay_alu, alu_signed, everywhere)                                                                                 \
  ROW(lay_alu, alu_or_for_xor, everywhere)                                                                             \
  ROW(lay_alu, alu_overwrites, everywhere)                                                                             \
  ROW(lay_alu, alu_destroys, everywhere)                                                                               \
  ROW(lay_alu_imm, alu_imm_more, everywhere)                                                                           \
  ROW(lay_alu_imm, alu_imm_negative, everywhere)                                                                       \
  ROW(lay_load, load_wider, everywhere)                                                                                \
  ROW(lay_load, load_next, everywhere)                                                                                 \
  ROW(lay_load_of, load_of_next, everywhere)                                                                           \
  ROW(lay_load_of, load_of_wider, everywhere)                                                                          \
  ROW(lay_load_of, load_of_destroys, everywhere)                                                                       \
  ROW(lay_store_of, store_of_other, everywhere)                                                                        \
  ROW(lay_store_of, store_of_narrow, everywhere)                                                                       \
  ROW(lay_load_indexed, load_indexed_base, everywhere)                                                                 \
  ROW(lay_load_next, load_next_stays, everywhere)                                                                      \
  ROW(lay_load_next, load_next_wider, everywhere)                                                                      \
  ROW(lay_store_next, store_next_before, everywhere)                                                                   \
  ROW(lay_store_next, store_next_narrow, everywhere)                                                                   \
  ROW(lay_store_next_imm, store_next_imm_stays, everywhere)                                                            \
  ROW(lay_store_next_imm, store_next_imm_even, everywhere)                                                             \
  ROW(lay_store, store_narrow, everywhere)                                                                             \
  ROW(lay_store, store_other, everywhere)                                                                              \
  ROW(lay_store_imm, store_imm_zero, everywhere)                                                                       \
  ROW(lay_store_indexed, store_indexed_scale, everywhere)                                                              \
  ROW(lay_branch, branch_signed, everywhere)                                                                           \
  ROW(lay_branch, branch_reverse, everywhere)                                                                          \
  ROW(lay_branch_imm, branch_imm_equal, everywhere)                                                                    \
  ROW(lay_branch_imm, branch_imm_value, everywhere)                                                                    \
  ROW(lay_branch_bits, branch_bits_turned, everywhere)                                                                 \
  ROW(lay_branch_bits, branch_bits_top, everywhere)                                                                    \
  ROW(lay_jump, jump_elsewhere, everywhere)                                                                            \
  ROW(lay_call, call_as_jump, everywhere)                                                                              \
  ROW(lay_jump_table, table_double, everywhere)                                                                        \
  ROW(lay_jump_table, table_destroys, everywhere)                                                                      \
  ROW(lay_enter, enter_one_less, everywhere)                                                                           \
  ROW(lay_enter, enter_swapped, everywhere)                                                                            \
  ROW(lay_leave, leave_one_less, everywhere)                                                                           \
  ROW(lay_leave, leave_swapped, everywhere)                                                                            \
  ROW(lay_ret, ret_changes, everywhere)                                                                                \
  ROW(lay_scan16, scan_last, everywhere)                                                                               \
  ROW(lay_scan16, scan_one_term, everywhere)                                                                           \
  ROW(lay_scan16, scan_destroys, everywhere)                                                                           \
  ROW(lay_mask16, mask_one_term, everywhere)                                                                           \
  ROW(lay_mask16, mask_shifted, everywhere)                                                                            \
  ROW(lay_first16, first_next, everywhere)                                                                             \
  ROW(lay_copy16, copy_reverse, everywhere)                                                                            \
  ROW(lay_copy16, copy_near, everywhere)                                                                               \
  ROW(lay_append_of, append_short, everywhere)                                                                         \
  ROW(lay_append_of, append_stays, everywhere)                                                                         \
  ROW(lay_append_of, append_destroys, everywhere)                                                                      \
  ROW(lay_system_call, syscall_number, everywhere)                                                                     \
  ROW(lay_system_call, syscall_destroys, everywhere)                                                                   \
  ROW(lay_system_call, syscall_no_result, everywhere)                                                                  \
  ROW(lay_stack_pointer, stack_pointer_near, everywhere)                                                               \
  ROW(lay_c_arguments, c_arguments_none, where_c_arguments_move)                                                       \
  ROW(lay_c_arguments, c_arguments_third, everywhere)                                                                  \
  ROW(lay_c_result, c_result_moved, everywhere)                                                                        \
  ROW(lay_count, count_next, everywhere)                                                                               \
  ROW(lay_count, count_twice, everywhere)                                                                              \
  ROW(lay_unary, unary_other, everywhere)                                                                              \
  ROW(lay_unary, unary_trailing, everywhere)                                                                           \
  ROW(lay_unary, unary_ones, everywhere)                                                                               \
  ROW(lay_unary, unary_destroys, everywhere)                                                                           \
  ROW(lay_select, select_turned, everywhere)                                                                           \
  ROW(lay_select, select_signed, everywhere)                                                                           \
  ROW(lay_load_signed, load_signed_zero, everywhere)                                                                   \
  ROW(lay_load_signed, load_signed_next, everywhere)                                                                   \
  ROW(lay_load_signed_indexed, load_signed_indexed_zero, everywhere)                                                   \
  ROW(lay_jump_register, jump_register_other, everywhere)                                                              \
  ROW(lay_call_register, call_register_jumps, everywhere)                                                              \
  ROW(lay_frame, frame_less, everywhere)                                                                               \
  ROW(lay_frame, frame_destroys, everywhere)                                                                           \
  ROW(lay_unframe, unframe_less, everywhere)                                                                           \
  ROW(lay_system_call_number, system_call_byte, everywhere)                                                            \
  ROW(lay_alu, alu_divides_unsigned, everywhere)                                                                       \
  ROW(lay_alu, alu_quotient, everywhere)                                                                               \
  ROW(lay_alu, alu_rotates, everywhere)                                                                                \
  ROW(lay_alu, alu_no_sign, everywhere)                                                                                \
  ROW(lay_alu, alu_high_unsigned, everywhere)                                                                          \
  ROW(lay_finish, finish_other_pool, where_a_pool_is_laid)

#define PLANT_OF_ROW(member, fault, applies)                                                                           \
  static void plant_##fault(Templates *templates) { templates->member = fault; }
FAULTS(PLANT_OF_ROW)
#define FAULT_OF_ROW(member, fault, applies) {#member, #fault, applies, plant_##fault},
static const Fault faults[] = {FAULTS(FAULT_OF_ROW)};

/* lay_begin forgets the pool of the program before; what it would leave is laid after the end, where nothing looks. */
static const char *const templates_without_fault[] = {"lay_begin"};

/* ---- Looking for a refutation --------------------------------------------------------------------------------------
 */

typedef struct {
  const Fault *fault;
  unsigned seen, tried;
  bool refuted;
} Search;

/* Cases of the operations that the template lays, a few of each kind. */
static void try_case(const Case *c, void *context) {
  Search *search = context;
  if (search->refuted || !strstr(c->operation->template_, search->fault->template_))
    return;
  /* lay_alu is a part of lay_alu_imm's name */
  const char *at = strstr(c->operation->template_, search->fault->template_);
  char after = at[strlen(search->fault->template_)];
  if ((after && after != ' ') || (search->seen++ > 60 && search->seen % 37))
    return;
  if (search->tried++ % 200 == 0)
    bits_begin();
  char report[1024], text[256];
  Verdict verdict = check_case(c, report, sizeof report);
  if (verdict == PROVED)
    return;
  search->refuted = true;
  case_text(c, text, sizeof text);
  printf("%s: %s\n", text, report);
}

static bool prove_fault(const Fault *fault, BlIsa isa) {
  Templates templates = *bl_machine_row(isa)->templates;
  fault->plant(&templates);
  bl_machine_plant(&templates);
  Search search = {.fault = fault};
  printf("%-18s %-20s ", fault->template_, fault->name);
  each_case(isa, try_case, &search);
  bl_machine_plant(NULL);
  if (!search.refuted)
    printf("%s: NOT REFUTED by %u cases\n", bl_machine_row(isa)->name, search.tried);
  return search.refuted;
}

int prove_faults(void) {
  unsigned planted = 0, refuted = 0;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    for (int isa = 0; isa < ISA_COUNT; isa++)
      if (faults[i].applies((BlIsa)isa)) {
        planted++;
        refuted += prove_fault(&faults[i], (BlIsa)isa);
      }
  printf("%u of %u planted faults refuted\n", refuted, planted);
  return planted && refuted == planted ? 0 : 1;
}

/* ---- What is there, and what is not --------------------------------------------------------------------------------
 */

static char *read_text(const char *path) {
  FILE *in = fopen(path, "rb");
  char *text = calloc(1, 1 << 20);
  if (!in || !text) {
    fprintf(stderr, "prove: %s cannot be read; run prove in the folder of the project\n", path);
    exit(3);
  }
  size_t size = fread(text, 1, (1 << 20) - 1, in);
  text[size] = '\0';
  fclose(in);
  return text;
}

static bool is_listed(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)); at += length)
    if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ' '))
      return true;
  return false;
}

static bool has_model(const char *function) {
  size_t count;
  const Operation *const *all = all_operations(&count);
  for (size_t i = 0; i < count; i++)
    if (is_listed(all[i]->name, function))
      return true;
  return false;
}

static bool has_fault(const char *member) {
  for (size_t i = 0; i < sizeof templates_without_fault / sizeof *templates_without_fault; i++)
    if (!strcmp(templates_without_fault[i], member))
      return true;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    if (!strcmp(faults[i].template_, member))
      return true;
  return false;
}

/* Whether there is what is looked for, of each name in the file that begins with `prefix` after `before`. */
static bool all_names(const char *path, const char *before, const char *prefix, bool (*has)(const char *),
                      const char *lack) {
  char *text = read_text(path), start[64], name[128];
  snprintf(start, sizeof start, "%s%s", before, prefix);
  bool well = true;
  unsigned count = 0;
  for (char *at = text; (at = strstr(at, start));) {
    at += strlen(start);
    int length = 0;
    while (isalnum((unsigned char)at[length]) || at[length] == '_')
      length++;
    snprintf(name, sizeof name, "%s%.*s", prefix, length, at);
    if (strncmp(name, "bl_machine_", strlen("bl_machine_")) == 0 || strcmp(name, "bl_contract") == 0)
      continue; /* lays no byte */
    count++;
    if (!has(name)) {
      printf("%s: %s has no %s\n", path, name, lack);
      well = false;
    }
  }
  free(text);
  printf("%s: %u names looked at\n", path, count);
  return well && count > 10;
}

int prove_complete(void) {
  bool models = all_names("generators/isa/machine.h", "void ", "bl_", has_model,
                          "model: generators/isa/prove/operations.h lists the families");
  bool planted =
      all_names("generators/isa/templates.h", "void (*", "lay_", has_fault, "fault in generators/isa/prove/faults.c");
  return models && planted ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
