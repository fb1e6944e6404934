/* machine.c: the operations of machine.h: checks that hold for every machine, then the template of the one being laid.
 */
#include "isa/machine.h"

#include "isa/templates.h"
#include "lay/refusal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 64, ALL_S = 0x3f << 8, NOT_S = 0xff };

/* The address that a register holds, as far as it is known. */
typedef struct {
  char name[NAME_ROOM]; /* the item that it points into, "": none that is known */
  bool on_stack;        /* it is the stack pointer, and `at` more */
  bool exact;           /* it is `at` bytes after the first of what it points into */
  int64_t at;
} Held;

/* What is being laid. */
typedef struct {
  Lay *lay;
  const BlMachine *machine;
  bool counting;
  int counters;
  const char *file; /* of the operation being laid */
  int line;
  unsigned lost; /* bit i: a system call has left anything in the register of index i */
  bool goes_on;  /* what was laid last goes on to what is laid next */
  bool ended;    /* ... and nothing leads there: the operation before was surely the last of its path */
  int64_t frame; /* bytes of locals, 0: none */
  bool entered;  /* the open routine has entered */
  BlReg saved[BL_MACHINE_REGISTERS];
  int saved_count;
  unsigned writes; /* bit i: the open routine may write the register of index i */
  Held holds[BL_MACHINE_REGISTERS];
} Laying;

static Laying now;

/* A branch, a jump, a call or a store, to be looked at when all labels are bound; an access, when all is settled. */
typedef enum { GOING_ON, GOING_FROM_FRAME, CALLING, STORING, ACCESSING } GoingKind;
typedef struct {
  GoingKind kind;
  const char *file, *scope, *to; /* to: owned */
  int line, height;              /* frame_height() there */
  int64_t at, size;              /* ACCESSING: so many bytes, from there on in the item */
} Going;

static Going *goings;
static size_t going_count, going_room;

static void forget_goings(void) {
  for (size_t i = 0; i < going_count; i++)
    free((char *)goings[i].to);
  going_count = 0;
}

static const Templates *templates(void);
static const char *routine_name(void);

void bl_machine_begin(BlIsa isa) {
  const BlMachine *machine = bl_machine_row(isa);
  if (now.lay)
    bl_lay_free(now.lay);
  now = (Laying){.lay = bl_lay_new(machine->unit), .machine = machine, .writes = ALL_S | NOT_S};
  forget_goings();
  templates()->lay_begin();
}

Lay *bl_machine_layout(void) {
  if (!now.lay) {
    fprintf(stderr, "machine: nothing can be laid before bl_machine_begin\n");
    exit(1);
  }
  return now.lay;
}

const BlMachine *bl_machine_now(void) {
  bl_machine_layout();
  return now.machine;
}

static const Templates *planted;
static bool trusting;

void bl_machine_trust(void) { trusting = true; }

static const Templates *templates(void) { return planted ? planted : bl_machine_now()->templates; }

/* What is laid next is reached from what was laid last, or by a label. */
static void check_reached(void) {
  if (now.ended && !trusting)
    bl_lay_die(now.lay,
               "an operation stands after the end of a path of routine \"%s\", and nothing leads there; give it a "
               "label() to go to, or take it out",
               routine_name());
}

static void end_path(void) {
  now.goes_on = false;
  now.ended = true;
}

/* The templates, to lay an operation by. */
static const Templates *table(void) {
  const Templates *those = templates();
  const char *item = bl_lay_item_open(now.lay);
  if (item && !trusting)
    bl_lay_die(now.lay, "an operation stands after the data item \"%s\", and nothing leads there; open a routine()",
               item);
  check_reached();
  now.goes_on = true;
  return those;
}

void bl_machine_plant(const Templates *templates) { planted = templates; }

void bl_machine_count_coverage(void) { now.counting = true; }

bool bl_machine_counts_coverage(void) { return now.counting; }

int bl_machine_counters(void) { return now.counters; }

static void check_goings(void);
static void check_accesses(void);

Lay *bl_machine_settle(uint64_t address, uint64_t bss_align) {
  check_goings();
  templates()->lay_finish();
  bl_lay_settle(now.lay, address, bss_align);
  check_accesses();
  return now.lay;
}

void bl_machine_at(const char *file, int line) {
  bl_lay_at(bl_machine_layout(), file, line);
  now.file = file;
  now.line = line;
}

void bl_machine_require(BlIsa isa) {
  check_reached();
  now.goes_on = false; /* an instruction of one machine may be the end */
  if (now.machine != bl_machine_row(isa))
    bl_lay_die(bl_machine_layout(), "an instruction of %s stands in a program for %s", bl_machine_row(isa)->name,
               bl_machine_now()->name);
}

void bl_machine_align_code(void) {
  unsigned unit = bl_machine_now()->unit;
  bl_lay_fixed(now.lay);
  if (unit && bl_lay_after_data(now.lay))
    bl_lay_align(now.lay, unit);
}

/* ---- Checks ---------------------------------------------------------------------------------------------------- */

static BlReg checked(BlReg r) {
  if (r.index >= BL_MACHINE_REGISTERS)
    bl_lay_die(bl_machine_layout(), "register index %d is not within 0..%d", r.index, BL_MACHINE_REGISTERS - 1);
  return r;
}

static const char *register_name(BlReg r) {
  static const char *const names[BL_MACHINE_REGISTERS] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                                          "T1", "S0", "S1", "S2", "S3", "S4", "S5"};
  return names[r.index];
}

/* A register that the operation reads. */
static BlReg source(BlReg r) {
  if (now.lost >> checked(r).index & 1)
    bl_lay_die(bl_machine_layout(),
               "%s is read after a system call, which leaves something else in it on each machine; keep the value in "
               "one of A1..A5 or S0..S5",
               register_name(r));
  return r;
}

/* A register that the operation writes. */
static BlReg target(BlReg r) {
  now.lost &= ~(1U << checked(r).index);
  now.holds[r.index] = (Held){0};
  if (!trusting && !(now.writes >> r.index & 1))
    bl_lay_die(
        bl_machine_layout(),
        "routine \"%s\" writes %s and has not saved it; enter(%s) first, or name it in destroys() or no_return of "
        "its contract",
        routine_name(), register_name(r), register_name(r));
  return r;
}

static void check_name(const char *what, const char *name) {
  if (!name || !*name)
    bl_lay_die(bl_machine_layout(), "a %s has no name; give it one", what);
  for (const char *at = name; *at; at++)
    if ((unsigned char)*at < ' ' || *at == 0x7f)
      bl_lay_die(bl_machine_layout(), "the name \"%s\" of a %s has a control character; leave it out", name, what);
}

/* What the open routine has put on the stack: 0 nothing, 1 what enter() saves, 2 a frame() as well. */
static int frame_height(void) { return now.entered + (now.frame > 0); }

/* Note that the code goes to a label, or stores into an item. */
static const char *note(GoingKind kind, const char *to) {
  if (going_count == going_room) {
    going_room = 2 * going_room + 256;
    Going *more = realloc(goings, going_room * sizeof *goings);
    if (!more)
      bl_lay_die(bl_machine_layout(), "out of memory for %zu branches", going_room);
    goings = more;
  }
  Going *one = &goings[going_count];
  *one = (Going){kind, now.file, bl_lay_routine_open(now.lay), strdup(to), now.line, frame_height(), 0, 0};
  if (!one->to)
    bl_lay_die(bl_machine_layout(), "out of memory for the label \"%s\"", to);
  going_count++;
  return to;
}

static const char *going(const char *to) {
  check_name("label to go to", to);
  return note(now.entered ? GOING_FROM_FRAME : GOING_ON, to);
}

/* An access of `size` bytes, `at` bytes after the first of an item. */
static void note_access(const char *name, int64_t at, int64_t size) {
  if (trusting)
    return;
  note(ACCESSING, name);
  goings[going_count - 1].at = at;
  goings[going_count - 1].size = size;
}

/* Of the stack a routine has its frame(); _start has what the kernel put there, before it enters. */
static void check_stack_access(int64_t at, int64_t size) {
  bool arguments = !now.entered && !strcmp(routine_name(), "_start");
  if (at >= 0 && (arguments || at + size <= now.frame))
    return;
  if (at < 0)
    bl_lay_die(now.lay,
               "an access of %" PRId64 " bytes at %" PRId64 " from the stack pointer lies before the frame of routine "
               "\"%s\"; its first byte is at 0",
               size, at, routine_name());
  bl_lay_die(now.lay,
             "an access of %" PRId64 " bytes at %" PRId64 " from the stack pointer lies beyond the frame of routine "
             "\"%s\", which has %" PRId64 " bytes; take a larger frame()",
             size, at, routine_name(), now.frame);
}

/* `size` bytes are loaded or stored at `offset` from the address in `base`. */
static BlReg accessed(BlReg base, int64_t offset, int64_t size) {
  const Held *held = &now.holds[source(base).index];
  if (held->exact && held->on_stack && !trusting)
    check_stack_access(held->at + offset, size);
  else if (held->exact && held->name[0])
    note_access(held->name, held->at + offset, size);
  return base;
}

/* A store through a register: it may hold the address of an item that cannot be written. */
static BlReg stored(BlReg base) {
  if (!trusting && now.holds[source(base).index].name[0])
    note(STORING, now.holds[base.index].name);
  return base;
}

static bool promises(const LaySymbol *routine, const char *clause) {
  return routine->contract && strstr(routine->contract, clause);
}

static void check_going(const Going *one, const LaySymbol *symbol) {
  bool is_data = symbol->kind == LAY_OBJECT || symbol->kind == LAY_BSS;
  if (one->kind == STORING && symbol->kind != LAY_BSS && !symbol->writable)
    bl_lay_die(
        now.lay,
        "a store into \"%s\", of %s:%d, which can only be read; lay it by data_writable(), or make room by bss()",
        one->to, symbol->file, symbol->line);
  if (one->kind <= CALLING && is_data)
    bl_lay_die(now.lay, "\"%s\" is a data item, of %s:%d, and no code to go to; la() gives its address", one->to,
               symbol->file, symbol->line);
  if (one->kind == GOING_FROM_FRAME && symbol->kind == LAY_ROUTINE && !promises(symbol, "piece") &&
      !promises(symbol, "no_return"))
    bl_lay_die(now.lay,
               "routine \"%s\" has entered, and goes on in \"%s\", which would return to what is saved on the stack; "
               "call it and leave(), or say in its contract that it is a piece or no_return",
               one->scope, one->to);
}

static void check_height(const Going *one, const LaySymbol *symbol) {
  static const char *const places[] = {"before enter()", "after enter()", "after frame()"};
  if (one->kind <= GOING_FROM_FRAME && symbol->kind == LAY_LABEL && symbol->mark != one->height)
    bl_lay_die(now.lay,
               "routine \"%s\" goes from %s to \"%s\", which stands %s, where the stack is another; let it "
               "enter() and take its frame() before it branches",
               one->scope, places[one->height], one->to, places[symbol->mark]);
}

/* What is gone to, stored into or accessed; NULL: settling has refused it. The position becomes that of the operation.
 */
static const LaySymbol *find_going(const Going *one) {
  char name[512];
  snprintf(name, sizeof name, "%s.%s", one->scope ? one->scope : "", one->to);
  const LaySymbol *symbol = bl_lay_find(now.lay, name);
  bl_machine_at(one->file ? one->file : "?", one->line);
  return symbol ? symbol : bl_lay_find(now.lay, one->to);
}

/* No code goes to data, none leaves a frame behind it, and nothing is stored into what can only be read. */
static void check_goings(void) {
  for (size_t i = 0; i < going_count; i++) {
    const LaySymbol *symbol = find_going(&goings[i]);
    if (!symbol)
      continue;
    check_going(&goings[i], symbol);
    check_height(&goings[i], symbol);
  }
}

/* Each access whose place is known lies within its item. An item of no bytes marks an end. */
static void check_accesses(void) {
  for (size_t i = 0; i < going_count; i++) {
    const Going *one = &goings[i];
    const LaySymbol *symbol = one->kind == ACCESSING ? find_going(one) : NULL;
    if (!symbol || (symbol->kind != LAY_OBJECT && symbol->kind != LAY_BSS))
      continue;
    bool before = one->at < 0 && symbol->size;
    if (before || one->at + one->size > (int64_t)symbol->size)
      bl_lay_die(now.lay,
                 "an access of %" PRId64 " bytes at offset %" PRId64 " lies %s \"%s\", of %s:%d, which has %zu bytes; "
                 "correct the offset, or make it larger",
                 one->size, one->at, before ? "before" : "beyond", one->to, symbol->file, symbol->line, symbol->size);
  }
}

static void check_value(const char *what, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most)
    bl_lay_die(bl_machine_layout(), "%s %" PRId64 " is not within %" PRId64 "..%" PRId64, what, value, least, most);
}

static void check_bits(int bits) {
  if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
    bl_lay_die(bl_machine_layout(), "a value of %d bits is not 8, 16, 32 or 64 bits wide", bits);
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
  bl_lay_die(bl_machine_layout(),
             "offset %" PRId64 " of a %d-bit access is not within -256..4095, nor a multiple of %d up to %d", offset,
             bits, size, 4095 * size);
}

/* ---- Routines and labels --------------------------------------------------------------------------------------- */

static void count_here(void) {
  if (now.counting)
    table()->lay_count(now.counters++);
}

/* Nothing is known of the registers where code comes from elsewhere. */
static void forget_registers(void) {
  now.lost = 0;
  memset(now.holds, 0, sizeof now.holds);
}

/* What was laid last goes on, or is a label: then whatever goes there runs on as well. */
void bl_machine_check_end(const char *after) {
  static const char remedy[] = "end it with leave(), ret(), jump() or a system call that does not come back";
  const LaySymbol *last = bl_lay_open_end(bl_machine_layout());
  if (trusting || !bl_lay_routine_open(now.lay))
    return;
  if (last)
    bl_lay_die(now.lay, "nothing stands after the %s \"%s\", of %s:%d, so what goes there runs on into %s; %s",
               last->kind == LAY_LABEL ? "label" : "head of routine", last->name, last->file, last->line, after,
               remedy);
  if (now.goes_on)
    bl_lay_die(now.lay, "the code of routine \"%s\" runs on into %s; %s", routine_name(), after, remedy);
}

void bl_routine(const char *name) {
  check_name("routine", name);
  char after[NAME_ROOM + 16];
  snprintf(after, sizeof after, "routine \"%s\"", name);
  bl_machine_check_end(after);
  now.goes_on = false;
  forget_registers();
  bl_machine_align_code();
  bl_lay_routine(now.lay, name);
  now.ended = now.entered = false;
  now.saved_count = 0;
  now.frame = 0;
  now.writes = NOT_S | (strcmp(name, "_start") ? 0 : ALL_S);
  count_here();
}

BlClause bl_clause(BlClauseKind kind, const BlReg *registers, int count) {
  BlClause clause = {kind, 0};
  for (int i = 0; i < count; i++)
    clause.registers |= 1U << checked(registers[i]).index;
  return clause;
}

/* "in A0 A1; destroys T0": the clauses as the map has them. */
static void write_clauses(const BlClause *clauses, char *text, size_t room) {
  static const char *const words[] = {[BL_CLAUSE_IN] = "in",
                                      [BL_CLAUSE_OUT] = "out",
                                      [BL_CLAUSE_OUT_IF] = "out_if",
                                      [BL_CLAUSE_MOVES] = "moves",
                                      [BL_CLAUSE_DESTROYS] = "destroys",
                                      [BL_CLAUSE_MAY_DESTROY] = "may_destroy",
                                      [BL_CLAUSE_NO_RETURN] = "no_return",
                                      [BL_CLAUSE_C_FUNCTION] = "c_function",
                                      [BL_CLAUSE_PIECE] = "piece"};
  static const char *const names[BL_MACHINE_REGISTERS] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                                          "T1", "S0", "S1", "S2", "S3", "S4", "S5"};
  size_t used = 0;
  for (const BlClause *clause = clauses; clause->kind != BL_CLAUSE_END && used < room; clause++) {
    used += (size_t)snprintf(text + used, room - used, "%s%s", clause == clauses ? "" : "; ", words[clause->kind]);
    for (int i = 0; i < BL_MACHINE_REGISTERS && used < room; i++)
      if (clause->registers & 1U << i)
        used += (size_t)snprintf(text + used, room - used, " %s", names[i]);
  }
  if (used >= room)
    bl_lay_die(now.lay, "the contract has more than %zu letters; name each clause once", room - 1);
}

void bl_contract(const BlClause *clauses) {
  char text[256];
  if (!bl_lay_routine_open(bl_machine_layout()))
    bl_lay_die(now.lay, "a contract stands outside of a routine; open one with routine() first");
  if (clauses->kind == BL_CLAUSE_END)
    return;
  for (const BlClause *clause = clauses; clause->kind != BL_CLAUSE_END; clause++)
    now.writes |= clause->kind == BL_CLAUSE_NO_RETURN || clause->kind == BL_CLAUSE_PIECE ? ALL_S
                  : clause->kind == BL_CLAUSE_IN                                         ? 0
                                                                                         : clause->registers;
  write_clauses(clauses, text, sizeof text);
  bl_lay_contract(now.lay, text);
}

void bl_label_uncounted(const char *name) {
  check_name("label", name);
  forget_registers();
  bl_machine_align_code();
  bl_lay_label(now.lay, name);
  bl_lay_mark(now.lay, frame_height());
  now.ended = false;
}

void bl_label(const char *name) {
  bl_label_uncounted(name);
  count_here();
}

static const char *routine_name(void) {
  const char *name = bl_lay_routine_open(bl_machine_layout());
  return name ? name : "(none)";
}

/* The stack pointer changes: what was its value points elsewhere into the stack. */
static void forget_stack(void) {
  for (int i = 0; i < BL_MACHINE_REGISTERS; i++)
    if (now.holds[i].on_stack)
      now.holds[i] = (Held){0};
}

void bl_enter(const BlReg *saved, int count) {
  if (now.entered)
    bl_lay_die(now.lay, "routine \"%s\" enters twice", routine_name());
  check_value("count of saved registers", count, 0, 6);
  for (int i = 0; i < count; i++) {
    if (saved[i].index < BL_S0.index || saved[i].index > BL_S5.index)
      bl_lay_die(now.lay, "routine \"%s\" saves %s, which is none of S0..S5; the others belong to whoever is called",
                 routine_name(), register_name(checked(saved[i])));
    for (int j = 0; j < i; j++)
      if (saved[j].index == saved[i].index)
        bl_lay_die(now.lay, "routine \"%s\" saves S%d twice", routine_name(), saved[i].index - BL_S0.index);
    now.saved[i] = saved[i];
    now.writes |= 1U << saved[i].index;
  }
  now.entered = true;
  now.saved_count = count;
  forget_stack();
  table()->lay_enter(now.saved, count);
}

/* The kernel has put no return address where a return looks for one. */
static void check_returns(void) {
  if (!strcmp(routine_name(), "_start"))
    bl_lay_die(bl_machine_layout(), "_start has nobody to return to; end with sys(NR_EXIT_GROUP)");
}

void bl_leave(void) {
  if (!now.entered)
    bl_lay_die(bl_machine_layout(), "routine \"%s\" leaves but did not enter: use ret()", routine_name());
  check_returns();
  if (now.frame)
    table()->lay_unframe(now.frame);
  table()->lay_leave(now.saved, now.saved_count);
  end_path();
}

void bl_ret(void) {
  if (now.entered)
    bl_lay_die(bl_machine_layout(), "routine \"%s\" entered, so it must leave(), not ret()", routine_name());
  check_returns();
  table()->lay_ret();
  end_path();
}

void bl_frame(int64_t bytes) {
  if (!now.entered || now.frame)
    bl_lay_die(bl_machine_layout(), "routine \"%s\" takes a frame %s; enter() first, then one frame() for all locals",
               routine_name(), now.frame ? "twice" : "but did not enter");
  check_value("size of the frame", bytes, 16, 65520);
  if (bytes % 16)
    bl_lay_die(bl_machine_layout(), "size of the frame %" PRId64 " is no multiple of 16; make it %" PRId64, bytes,
               (bytes + 15) / 16 * 16);
  now.frame = bytes;
  forget_stack();
  table()->lay_frame(bytes);
}

/* ---- Moves and arithmetic -------------------------------------------------------------------------------------- */

void bl_li(BlReg d, int64_t value) { table()->lay_li(target(d), value); }

void bl_mov(BlReg d, BlReg a) {
  Held held = now.holds[source(a).index];
  if (target(d).index != a.index)
    table()->lay_mov(d, a);
  now.holds[d.index] = held;
}

void bl_la(BlReg d, const char *name) {
  table()->lay_la(target(d), name);
  now.holds[d.index].exact = strlen(name) < NAME_ROOM;
  if (now.holds[d.index].exact)
    strcpy(now.holds[d.index].name, name);
}

/* What a sum or a difference of `a` and another number still points into. */
static Held held_by(Alu operation, BlReg a) {
  Held held = {0};
  if (operation == ALU_ADD || operation == ALU_SUB)
    held = now.holds[source(a).index];
  return held;
}

static void alu(Alu operation, BlReg d, BlReg a, BlReg b) {
  Held held = held_by(operation, a);
  if (operation == ALU_SUB && now.holds[source(b).index].name[0]) /* of two addresses: a count */
    held = (Held){0};
  held.exact = false;
  source(a);
  source(b);
  table()->lay_alu(operation, target(d), a, b);
  now.holds[d.index] = held;
}

static void alu_imm(Alu operation, BlReg d, BlReg a, int64_t b) {
  if (operation == ALU_SHL || operation == ALU_SHR || operation == ALU_SAR || operation == ALU_ROR)
    check_value("shift count", b, 0, 63);
  Held held = held_by(operation, a);
  held.at = (int64_t)((uint64_t)held.at + (operation == ALU_SUB ? -(uint64_t)b : (uint64_t)b));
  source(a);
  table()->lay_alu_imm(operation, target(d), a, b);
  now.holds[d.index] = held;
}

void bl_add(BlReg d, BlReg a, BlReg b) { alu(ALU_ADD, d, a, b); }
void bl_sub(BlReg d, BlReg a, BlReg b) { alu(ALU_SUB, d, a, b); }
void bl_and(BlReg d, BlReg a, BlReg b) { alu(ALU_AND, d, a, b); }
void bl_or(BlReg d, BlReg a, BlReg b) { alu(ALU_OR, d, a, b); }
void bl_xor(BlReg d, BlReg a, BlReg b) { alu(ALU_XOR, d, a, b); }
void bl_mul(BlReg d, BlReg a, BlReg b) { alu(ALU_MUL, d, a, b); }
void bl_shl(BlReg d, BlReg a, BlReg b) { alu(ALU_SHL, d, a, b); }
void bl_shr(BlReg d, BlReg a, BlReg b) { alu(ALU_SHR, d, a, b); }

void bl_add_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_ADD, d, a, b); }
void bl_sub_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_SUB, d, a, b); }
void bl_and_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_AND, d, a, b); }
void bl_or_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_OR, d, a, b); }
void bl_xor_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_XOR, d, a, b); }
void bl_mul_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_MUL, d, a, b); }
void bl_shl_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_SHL, d, a, b); }
void bl_shr_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_SHR, d, a, b); }

void bl_div(BlReg d, BlReg a, BlReg b) { alu(ALU_DIV, d, a, b); }
void bl_div_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_DIV, d, a, b); }
void bl_rem(BlReg d, BlReg a, BlReg b) { alu(ALU_REM, d, a, b); }
void bl_rem_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_REM, d, a, b); }
void bl_div_signed(BlReg d, BlReg a, BlReg b) { alu(ALU_DIV_SIGNED, d, a, b); }
void bl_div_signed_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_DIV_SIGNED, d, a, b); }
void bl_rem_signed(BlReg d, BlReg a, BlReg b) { alu(ALU_REM_SIGNED, d, a, b); }
void bl_rem_signed_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_REM_SIGNED, d, a, b); }
void bl_mul_high(BlReg d, BlReg a, BlReg b) { alu(ALU_MUL_HIGH, d, a, b); }
void bl_mul_high_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_MUL_HIGH, d, a, b); }
void bl_mul_high_signed(BlReg d, BlReg a, BlReg b) { alu(ALU_MUL_HIGH_SIGNED, d, a, b); }
void bl_mul_high_signed_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_MUL_HIGH_SIGNED, d, a, b); }
void bl_sar(BlReg d, BlReg a, BlReg b) { alu(ALU_SAR, d, a, b); }
void bl_sar_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_SAR, d, a, b); }
void bl_ror(BlReg d, BlReg a, BlReg b) { alu(ALU_ROR, d, a, b); }
void bl_ror_imm(BlReg d, BlReg a, int64_t b) { alu_imm(ALU_ROR, d, a, b); }

static void unary(Unary operation, BlReg d, BlReg a) {
  source(a);
  table()->lay_unary(operation, target(d), a);
}

void bl_neg(BlReg d, BlReg a) { unary(UNARY_NEG, d, a); }
void bl_not(BlReg d, BlReg a) { unary(UNARY_NOT, d, a); }
void bl_swap_bytes(BlReg d, BlReg a) { unary(UNARY_SWAP, d, a); }
void bl_leading_zeros(BlReg d, BlReg a) { unary(UNARY_LEADING, d, a); }
void bl_trailing_zeros(BlReg d, BlReg a) { unary(UNARY_TRAILING, d, a); }
void bl_count_ones(BlReg d, BlReg a) { unary(UNARY_ONES, d, a); }

static void check_cond(BlCond cond) { check_value("condition", (int64_t)cond, IF_EQ, IF_GE); }

void bl_select(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y) {
  check_cond(cond);
  source(a);
  source(b);
  source(x);
  source(y);
  table()->lay_select(cond, target(d), a, b, x, y);
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

void bl_load(int bits, BlReg d, BlReg base, int64_t offset) {
  check_offset(bits, offset);
  accessed(base, offset, bits / 8);
  table()->lay_load(bits, target(d), base, offset);
}

static void check_place(int bits, const char *name, int64_t offset) {
  check_bits(bits);
  check_name("place to load from or store into", name);
  check_value("offset into the item", offset, 0, 1 << 20);
  if (offset % (bits / 8))
    bl_lay_die(bl_machine_layout(),
               "offset %" PRId64 " into \"%s\" is no multiple of %d, which a %d-bit access by name wants; use la() and "
               "ld%d or st%d",
               offset, name, bits / 8, bits, bits, bits);
}

void bl_load_of(int bits, BlReg d, const char *name, int64_t offset) {
  check_place(bits, name, offset);
  note_access(name, offset, bits / 8);
  table()->lay_load_of(bits, target(d), name, offset);
}

void bl_store_of(int bits, BlReg v, const char *name, int64_t offset) {
  check_place(bits, name, offset);
  if (!trusting)
    note(STORING, name);
  note_access(name, offset, bits / 8);
  table()->lay_store_of(bits, source(v), name, offset);
}

bool bl_place_aligned(const LayFixup *fixup, int bits) {
  uint64_t place = fixup->target + (uint64_t)fixup->immediate;
  if (place % (unsigned)(bits / 8) == 0)
    return true;
  static char why[80];
  snprintf(why, sizeof why, "is no multiple of %d; give the item that alignment, or use la()", bits / 8);
  bl_refuse_value("an access by name", "its address", (int64_t)place, why);
  return false;
}

void bl_load_indexed(int bits, BlReg d, BlReg base, BlReg index) {
  check_bits(bits);
  source(base);
  source(index);
  table()->lay_load_indexed(bits, target(d), base, index);
}

static void check_next(BlReg v, BlReg base) {
  if (v.index == base.index)
    bl_lay_die(bl_machine_layout(), "the register of the value is the base too, which goes on; use two");
}

/* The base is read for an access, and goes on after it; what la() put there is in it still. */
static BlReg moved(BlReg base, int bits) {
  Held held = now.holds[accessed(base, 0, bits / 8).index];
  held.at += bits / 8;
  now.holds[target(base).index] = held;
  return base;
}

void bl_load_next(int bits, BlReg d, BlReg base) {
  check_bits(bits);
  check_next(d, base);
  table()->lay_load_next(bits, target(d), moved(base, bits));
}

void bl_store_next(int bits, BlReg v, BlReg base) {
  check_bits(bits);
  check_next(v, base);
  table()->lay_store_next(bits, source(v), moved(stored(base), bits));
}

static void check_signed(int bits) {
  if (bits == 64)
    bl_lay_die(bl_machine_layout(), "a load of 64 bits has no sign to extend; use ld64");
}

void bl_load_signed(int bits, BlReg d, BlReg base, int64_t offset) {
  check_offset(bits, offset);
  check_signed(bits);
  accessed(base, offset, bits / 8);
  table()->lay_load_signed(bits, target(d), base, offset);
}

void bl_load_signed_indexed(int bits, BlReg d, BlReg base, BlReg index) {
  check_bits(bits);
  check_signed(bits);
  source(base);
  source(index);
  table()->lay_load_signed_indexed(bits, target(d), base, index);
}

void bl_store(int bits, BlReg v, BlReg base, int64_t offset) {
  check_offset(bits, offset);
  table()->lay_store(bits, source(v), stored(accessed(base, offset, bits / 8)), offset);
}

static void check_stored(int bits, int64_t v) {
  if (bits == 64)
    check_value("64-bit value to store", v, INT32_MIN, INT32_MAX);
  else
    check_value("value to store", v, -(INT64_C(1) << (bits - 1)), (INT64_C(1) << bits) - 1);
}

void bl_store_imm(int bits, int64_t v, BlReg base, int64_t offset) {
  check_offset(bits, offset);
  check_stored(bits, v);
  table()->lay_store_imm(bits, v, stored(accessed(base, offset, bits / 8)), offset);
}

void bl_store_next_imm(int bits, int64_t v, BlReg base) {
  check_bits(bits);
  check_stored(bits, v);
  table()->lay_store_next_imm(bits, v, moved(stored(base), bits));
}

void bl_store_indexed(int bits, BlReg v, BlReg base, BlReg index) {
  check_bits(bits);
  table()->lay_store_indexed(bits, source(v), stored(base), source(index));
}

void bl_store8(BlReg v, BlReg base, int64_t offset) { bl_store(8, v, base, offset); }
void bl_store16(BlReg v, BlReg base, int64_t offset) { bl_store(16, v, base, offset); }
void bl_store32(BlReg v, BlReg base, int64_t offset) { bl_store(32, v, base, offset); }
void bl_store64(BlReg v, BlReg base, int64_t offset) { bl_store(64, v, base, offset); }
void bl_store8_imm(int64_t v, BlReg base, int64_t offset) { bl_store_imm(8, v, base, offset); }
void bl_store16_imm(int64_t v, BlReg base, int64_t offset) { bl_store_imm(16, v, base, offset); }
void bl_store32_imm(int64_t v, BlReg base, int64_t offset) { bl_store_imm(32, v, base, offset); }
void bl_store64_imm(int64_t v, BlReg base, int64_t offset) { bl_store_imm(64, v, base, offset); }

/* ---- Branches -------------------------------------------------------------------------------------------------- */

void bl_branch(BlCond cond, BlReg a, BlReg b, const char *to) {
  table()->lay_branch(cond, source(a), source(b), going(to));
}
void bl_branch_imm(BlCond cond, BlReg a, int64_t b, const char *to) {
  table()->lay_branch_imm(cond, source(a), b, going(to));
}
void bl_branch_bits(bool if_set, BlReg a, int64_t mask, const char *to) {
  table()->lay_branch_bits(if_set, source(a), mask, going(to));
}
void bl_jump(const char *to) {
  table()->lay_jump(going(to));
  end_path();
}

void bl_call(const char *to) {
  check_name("label to go to", to);
  const LaySymbol *callee = bl_lay_find(bl_machine_layout(), to);
  if (!now.entered && callee && (callee->kind == LAY_OBJECT || callee->kind == LAY_BSS))
    check_going(&(Going){.kind = CALLING, .to = to}, callee);
  if (!now.entered)
    bl_lay_die(bl_machine_layout(),
               "routine \"%s\" calls \"%s\" but did not enter: its return address would be lost; "
               "enter_bare() first",
               routine_name(), to);
  table()->lay_call(note(CALLING, to));
  now.goes_on = false; /* it may be the last: of a routine that does not come back */
  forget_registers();
}

void bl_jump_register(BlReg to) {
  table()->lay_jump_register(source(to));
  end_path();
}

void bl_call_register(BlReg to) {
  if (!now.entered)
    bl_lay_die(bl_machine_layout(),
               "routine \"%s\" calls through a register but did not enter: its return address would be lost; "
               "enter_bare() first",
               routine_name());
  table()->lay_call_register(source(to));
  now.goes_on = false;
  forget_registers();
}

void bl_jump_table(BlReg index, const char *name) {
  table()->lay_jump_table(source(index), name);
  end_path();
}

/* ---- Sixteen bytes at a time ----------------------------------------------------------------------------------- */

ScanKind bl_scan_kind(BlByteTerm term) {
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

static void check_set(const BlByteSet *set) {
  check_value("count of terms", set->terms, 1, 8);
  for (int i = 0; i < set->terms; i++) {
    BlByteTerm term = set->term[i];
    if (term.last && term.value > term.last)
      bl_lay_die(bl_machine_layout(), "term %d of the byte set, %d..%d, is empty", i, term.value, term.last);
    if (!term.last && (term.or_mask & ~term.value))
      bl_lay_die(bl_machine_layout(), "term %d of the byte set can never hold: the mask 0x%02x is not within 0x%02x", i,
                 term.or_mask, term.value);
  }
}

void bl_scan16(BlReg d, BlReg p, BlByteSet set) {
  check_set(&set);
  table()->lay_scan16(target(d), source(p), &set);
}

void bl_mask16(BlReg d, BlReg p, BlByteSet set) {
  check_set(&set);
  table()->lay_mask16(target(d), source(p), &set);
}

void bl_first16(BlReg d, BlReg mask) {
  source(mask);
  table()->lay_first16(target(d), mask);
}

static void check_offset16(int64_t offset) {
  if ((offset < -256 || offset > 255) && (offset < 0 || offset > 65520 || offset % 16))
    bl_lay_die(bl_machine_layout(),
               "offset %" PRId64 " of 16 bytes is not within -256..255, nor a multiple of 16 up to 65520", offset);
}

void bl_copy16(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset) {
  check_offset16(dst_offset);
  check_offset16(src_offset);
  /* Of what is read the rest may be another item's: a text is copied by sixteen bytes at a time, up to its end. */
  table()->lay_copy16(stored(accessed(dst, dst_offset, 16)), dst_offset, source(src), src_offset);
}

void bl_append_of(BlReg dst, const char *name, int64_t count) {
  check_name("text to append", name);
  check_value("count of bytes to append", count, 1, 64);
  note_access(name, 0, count);
  target(stored(dst));
  table()->lay_append_of(dst, name, count);
}

/* ---- The kernel and C ------------------------------------------------------------------------------------------ */

#define CALL_ROW_(NAME, name, arity, ...) [NR_##NAME] = {#name, arity},
static const struct {
  const char *name;
  int arguments;
} system_calls[NR_COUNT] = {BL_SYSTEM_CALLS(CALL_ROW_)};

int bl_machine_call_number(BlSystemCall call) {
  check_value("system call", (int64_t)call, 0, NR_COUNT - 1);
  int number = bl_machine_now()->templates->call_numbers[call];
  if (number < 0)
    bl_lay_die(now.lay, "%s has no system call %s; take the newer one, as openat for open, or sys_number",
               bl_machine_now()->name, system_calls[call].name);
  return number;
}

void bl_syscall_with(BlSystemCall number, const BlReg *arguments) {
  check_value("system call", (int64_t)number, 0, NR_COUNT - 1);
  int count = 0;
  while (arguments[count].index != BL_NO_REGISTER.index)
    count++;
  if (count && count != system_calls[number].arguments)
    bl_lay_die(bl_machine_layout(), "%s has %d arguments, and %d are named; name all of them, or none",
               system_calls[number].name, system_calls[number].arguments, count);
  for (int i = 0; i < count; i++)
    if (checked(arguments[i]).index != BL_A0.index + i)
      bl_lay_die(bl_machine_layout(), "argument %d of %s stands in %s, and %s is named; bring it there by mov", i + 1,
                 system_calls[number].name, register_name((BlReg){(unsigned char)i}), register_name(arguments[i]));
  bl_syscall(number);
}

/* What a system call leaves in T0 and T1 is no value, and A0 is its result. */
static void lose_after_call(void) {
  now.lost = 1U << BL_T0.index | 1U << BL_T1.index;
  now.holds[BL_A0.index] = now.holds[BL_T0.index] = now.holds[BL_T1.index] = (Held){0};
}

void bl_syscall(BlSystemCall number) {
  bl_machine_call_number(number);
  table()->lay_system_call(number);
  if (number == NR_EXIT || number == NR_EXIT_GROUP)
    end_path();
  lose_after_call();
}

void bl_syscall_number(const int *numbers, int count) {
  int isa = 0;
  while (bl_machine_row((BlIsa)isa) != bl_machine_now())
    isa++;
  if (count != ISA_COUNT)
    bl_lay_die(bl_machine_layout(),
               "%d numbers of a system call are given, and there are %d machines; give one for each", count, ISA_COUNT);
  check_value("number of a system call", numbers[isa], 0, 65535);
  table()->lay_system_call_number(numbers[isa]);
  lose_after_call();
}

void bl_stack_pointer(BlReg d) {
  table()->lay_stack_pointer(target(d));
  now.holds[d.index] = (Held){.on_stack = true, .exact = true};
}
void bl_c_arguments(void) { table()->lay_c_arguments(); }
void bl_c_result(void) { table()->lay_c_result(); }

/* ---- Data ------------------------------------------------------------------------------------------------------ */

void bl_data(const char *name, int align) {
  check_name("data item", name);
  bl_machine_check_end("data");
  now.ended = false; /* whatever stands there is refused by the name of the item */
  check_value("alignment", align, 1, 4096);
  bl_lay_fixed(bl_machine_layout());
  bl_lay_align(now.lay, (unsigned)align);
  bl_lay_object(now.lay, name);
}

void bl_data_writable(const char *name, int align) {
  check_name("data item", name);
  bl_machine_check_end("data");
  now.ended = false; /* whatever stands there is refused by the name of the item */
  check_value("alignment", align, 1, 4096);
  bl_lay_writable(bl_machine_layout(), name, (unsigned)align);
}

/* What is laid next belongs to a data item, and is not laid into code. */
static Lay *open_item(void) {
  if (!bl_lay_item_open(bl_machine_layout()) && !trusting)
    bl_lay_die(now.lay, "no data item is open; open one with data() or data_writable() first");
  return now.lay;
}

void bl_bytes(const void *bytes, size_t count) { bl_lay_bytes(open_item(), bytes, count); }

void bl_value(int bits, uint64_t value) {
  check_bits(bits);
  if (bits < 64 && value >> bits)
    bl_lay_die(bl_machine_layout(), "%#" PRIx64 " does not fit into a value of %d bits", value, bits);
  unsigned char bytes[8];
  for (int i = 0; i < bits / 8; i++)
    bytes[i] = (unsigned char)(value >> 8 * i);
  bl_lay_bytes(open_item(), bytes, (size_t)bits / 8);
}

void bl_data_zero(size_t count) {
  static const unsigned char zeros[4096];
  for (; count > sizeof zeros; count -= sizeof zeros)
    bl_lay_bytes(open_item(), zeros, sizeof zeros);
  bl_lay_bytes(open_item(), zeros, count);
}

void bl_data_align(int align) {
  check_value("alignment", align, 1, 4096);
  bl_lay_align(open_item(), (unsigned)align);
}

static LayCode encode_address(const LayFixup *fixup) {
  LayCode code = {.len = 8};
  for (int i = 0; i < 8; i++)
    code.bytes[i] = (unsigned char)(fixup->target >> 8 * i);
  return code;
}

void bl_data_address(const char *name) {
  bl_lay_fixup(open_item(), LAY_DATA, (LayFixup){.encode = encode_address}, name, NULL);
}

static LayCode encode_offset16(const LayFixup *fixup) {
  int64_t offset = (int64_t)(fixup->target - fixup->base);
  if (offset < -32768 || offset > 32767) {
    bl_refuse_range("jump table entry", "offset", offset, -32768, 32767);
    return (LayCode){0};
  }
  return (LayCode){2, {(unsigned char)offset, (unsigned char)((uint64_t)offset >> 8)}};
}

void bl_offset16(const char *to, const char *base) {
  bl_lay_fixup(open_item(), LAY_DATA, (LayFixup){.encode = encode_offset16}, to, base);
}

void bl_bss(const char *name, size_t size, int align) {
  check_name("room in bss", name);
  if (!size)
    bl_lay_die(bl_machine_layout(), "bss \"%s\" has room for no byte; say how many", name);
  check_value("alignment", align, 1, 4096);
  bl_lay_bss(bl_machine_layout(), name, size, (unsigned)align);
}

/* SPDX-License-Identifier: MIT */
