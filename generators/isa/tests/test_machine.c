/* test_machine.c: every operation of machine.h, run on hand-made registers and memory, against a model of it in C.
 *
 * A case is one operation with its operands. Thousands of cases are laid as one text, each as a routine of its own, and
 * each is run from several states: registers that hold values at which arithmetic breaks, and random ones. After each
 * run all fourteen registers and all of the memory must be what the model says; so a template that destroys a register
 * it should not, or writes a byte too far, fails too. Every aliasing of the operands is among the cases. The random
 * numbers are always the same ones.
 */
/* reads: nothing */
#include "isa/templates.h"
#include "run.h"

#include "generators/tests/engine.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define REGISTERS BL_MACHINE_REGISTERS
#define MARK 0x5a5a /* what a taken branch does to S5 */

typedef enum {
  LI,
  MOV,
  ALU,
  ALU_IMM,
  LOAD,
  LOAD_INDEXED,
  STORE,
  STORE_IMM,
  STORE_INDEXED,
  LOAD_NEXT,
  STORE_NEXT,
  STORE_NEXT_IMM,
  BRANCH,
  BRANCH_IMM,
  BRANCH_BITS,
  SCAN16,
  MASK16,
  COPY16
} Operation;

typedef struct {
  Operation operation;
  int d, a, b;       /* registers */
  int kind;          /* which arithmetic, condition, size in bits, byte set */
  int64_t imm, imm2; /* immediate, offset, mask */
  uint64_t address;  /* where it was laid */
} Case;

typedef struct {
  uint64_t reg[REGISTERS];
  unsigned char *memory; /* RUN_MEMORY_SIZE bytes that lie at RUN_MEMORY */
} Model;

static const char *const register_names[] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                             "T1", "S0", "S1", "S2", "S3", "S4", "S5"};

static Reg reg(int index) { return (Reg){(unsigned char)index}; }

/* ---- Values ---------------------------------------------------------------------------------------------------- */

static uint64_t seed = 1;

/* splitmix64 */
static uint64_t random64(void) {
  uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static const uint64_t edge_values[] = {0,
                                       1,
                                       2,
                                       63,
                                       64,
                                       65,
                                       127,
                                       128,
                                       255,
                                       256,
                                       0x7fff,
                                       0xffff,
                                       0x7fffffff,
                                       0x80000000,
                                       0xffffffff,
                                       UINT64_C(0x100000000),
                                       UINT64_C(0x7fffffffffffffff),
                                       UINT64_C(0x8000000000000000),
                                       UINT64_C(0xffffffff00000000),
                                       UINT64_C(0xfffffffffffffffe),
                                       UINT64_C(0xffffffffffffffff)};

static uint64_t any_value(void) {
  uint64_t pick = random64();
  return pick % 3 ? edge_values[pick / 3 % COUNT(edge_values)] : random64();
}

static const int64_t immediates[] = {
    0, 1, 2, 3, -1, -2, 127, 128, -128, -129, 255, 256, -255, -256, 4095, 4096, 4097, -4095, -4096, -4097, 0x7fff,
    0xffff, 0x10000, 0xff00, 0xff00ff, 0x55555555, 0x12345678, -0x12345678, 0xfff000, -0xfff000, 0xffffff, 0x1000000,
    -0x1000000, -0xffffff, INT32_MAX, INT32_MIN, INT32_MIN + 1, 0x7fffff00, -0x10000, 0x800000,
    /* beyond 32 bits: through the scratch register on each machine */
    INT64_C(0x80000000), INT64_C(0xffffffff), INT64_C(-0x80000001), INT64_C(0x123456789abcdef0), INT64_MIN, INT64_MAX,
    INT64_C(0x00ff00ff00ff00ff), INT64_C(-0x100000000)};

/* ---- The model ------------------------------------------------------------------------------------------------- */

static const char *const arithmetic_names[] = {"add",
                                               "sub",
                                               "and",
                                               "or",
                                               "xor",
                                               "mul",
                                               "shl",
                                               "shr",
                                               "sar",
                                               "ror",
                                               "div",
                                               "rem",
                                               "div_signed",
                                               "rem_signed",
                                               "mul_high",
                                               "mul_high_signed",
                                               "neg",
                                               "not",
                                               "swap_bytes",
                                               "leading_zeros",
                                               "trailing_zeros",
                                               "count_ones"};
enum { SHIFTS = 6, SHIFTS_END = 10, WIDE = 8, OF_TWO = 16, OF_ONE_END = 22 }; /* kinds: of two operands, then of one */

/* One bit after the other. */
static uint64_t of_one(int kind, uint64_t a) {
  uint64_t turned = 0, ones = 0, above = 64, below = 64;
  for (unsigned i = 0; i < 64; i++)
    if (a >> i & 1) {
      ones++;
      above = 63 - i;
      below = below == 64 ? i : below;
      turned |= UINT64_C(1) << (56 - i / 8 * 8 + i % 8);
    }
  const uint64_t answers[] = {-a, ~a, turned, above, below, ones};
  return answers[kind - OF_TWO];
}

static uint64_t arithmetic(int kind, uint64_t a, uint64_t b) {
  switch (kind) {
  case 0:
    return a + b;
  case 1:
    return a - b;
  case 2:
    return a & b;
  case 3:
    return a | b;
  case 4:
    return a ^ b;
  case 5:
    return a * b;
  case 6:
    return a << (b & 63);
  case 7:
    return a >> (b & 63);
  case 8:
    return (uint64_t)((int64_t)a >> (b & 63));
  case 9:
    return a >> (b & 63) | a << (-b & 63);
  case 10:
    return b ? a / b : 0;
  case 11:
    return b ? a % b : a;
  case 12:
    return !b ? 0 : b == UINT64_MAX ? -a : (uint64_t)((int64_t)a / (int64_t)b);
  case 13:
    return !b ? a : b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
  case 14:
    return (uint64_t)((unsigned __int128)a * b >> 64);
  case 15:
    return (uint64_t)((__int128)(int64_t)a * (int64_t)b >> 64);
  default:
    return of_one(kind, a);
  }
}

static const char *const condition_names[] = {"eq", "ne", "ltu", "leu", "gtu", "geu", "lt", "le", "gt", "ge"};

static bool holds(int condition, uint64_t a, uint64_t b) {
  int64_t sa = (int64_t)a, sb = (int64_t)b;
  const bool answers[] = {a == b, a != b, a<b, a <= b, a> b, a >= b, sa<sb, sa <= sb, sa> sb, sa >= sb};
  return answers[condition];
}

static unsigned char *place(const Model *m, uint64_t address, size_t size) {
  if (address < RUN_MEMORY || address + size > RUN_MEMORY + RUN_MEMORY_SIZE)
    ck_abort_msg("the case itself is wrong: address %#" PRIx64, address);
  return m->memory + (address - RUN_MEMORY);
}

static uint64_t load(const Model *m, uint64_t address, int bits) {
  uint64_t value = 0;
  memcpy(&value, place(m, address, (size_t)bits / 8), (size_t)bits / 8); /* hosts of these tests are little-endian */
  return value;
}

static void store(const Model *m, uint64_t address, int bits, uint64_t value) {
  memcpy(place(m, address, (size_t)bits / 8), &value, (size_t)bits / 8);
}

static const ByteSet byte_sets[] = {
    {1, {{0, '\n', 0}}},                                   /* one byte */
    {1, {{0, 0, 0}}},                                      /* NUL */
    {1, {{0x20, 'a', 0}}},                                 /* a letter in either case */
    {1, {{0xff, 0xff, 0}}},                                /* any byte at all */
    {1, {{0, '0', '9'}}},                                  /* a range */
    {1, {{0, 0, 31}}},                                     /* from 0 */
    {1, {{0, 200, 255}}},                                  /* to 255 */
    {1, {{0, 128, 255}}},                                  /* the high bit */
    {1, {{0, 127, 129}}},                                  /* a range over the sign */
    {1, {{0, 'x', 'x'}}},                                  /* a range of one */
    {1, {{0, 1, 254}}},                                    /* all but the ends */
    {2, {{0, '\n', 0}, {0, 128, 255}}},                    /* the high bit, second */
    {2, {{0, 128, 255}, {0, '\r', 0}}},                    /* the high bit, first */
    {3, {{0x02, '>', 0}, {0x02, '>', 0}, {0x04, '&', 0}}}, /* masks, the same twice */
    {4, {{0, 0, 0}, {0x02, '>', 0}, {0, '&', 0}, {0, '"', 0}}},
    {8,
     {{0, '\n', 0},
      {0, '*', 0},
      {0x20, '_' | 0x20, 0},
      {0, '`', 0},
      {0, 128, 191},
      {0, '[', ']'},
      {0, 0, 8},
      {0, 250, 255}}},
};

static bool in_set(const ByteSet *set, unsigned char x) {
  for (int i = 0; i < set->terms; i++) {
    ByteTerm t = set->term[i];
    if (t.last ? x >= t.value && x <= t.last : (x | t.or_mask) == t.value)
      return true;
  }
  return false;
}

static uint64_t first_in_set(const ByteSet *set, const unsigned char *bytes) {
  uint64_t i = 0;
  while (i < 16 && !in_set(set, bytes[i]))
    i++;
  return i;
}

static void model(const Case *c, Model *m) {
  uint64_t a = m->reg[c->a], b = m->reg[c->b], imm = (uint64_t)c->imm;
  bool taken = false;
  switch (c->operation) {
  case LI:
    m->reg[c->d] = imm;
    break;
  case MOV:
    m->reg[c->d] = a;
    break;
  case ALU:
    m->reg[c->d] = arithmetic(c->kind, a, b);
    break;
  case ALU_IMM:
    m->reg[c->d] = arithmetic(c->kind, a, imm);
    break;
  case LOAD:
    m->reg[c->d] = load(m, a + imm, c->kind);
    break;
  case LOAD_INDEXED:
    m->reg[c->d] = load(m, a + b * ((unsigned)c->kind / 8), c->kind);
    break;
  case STORE:
    store(m, a + imm, c->kind, m->reg[c->d]);
    break;
  case STORE_IMM:
    store(m, a + imm, c->kind, (uint64_t)c->imm2);
    break;
  case STORE_INDEXED:
    store(m, a + b * ((unsigned)c->kind / 8), c->kind, m->reg[c->d]);
    break;
  case LOAD_NEXT:
    m->reg[c->d] = load(m, a, c->kind);
    m->reg[c->a] = a + (unsigned)c->kind / 8;
    break;
  case STORE_NEXT:
    store(m, a, c->kind, m->reg[c->d]);
    m->reg[c->a] = a + (unsigned)c->kind / 8;
    break;
  case STORE_NEXT_IMM:
    store(m, a, c->kind, (uint64_t)c->imm2);
    m->reg[c->a] = a + (unsigned)c->kind / 8;
    break;
  case BRANCH:
    taken = holds(c->kind, a, b);
    break;
  case BRANCH_IMM:
    taken = holds(c->kind, a, imm);
    break;
  case BRANCH_BITS:
    taken = ((a & imm) != 0) == c->kind;
    break;
  case SCAN16:
    m->reg[c->d] = first_in_set(&byte_sets[c->kind], place(m, a, 16));
    break;
  case MASK16:
    m->reg[c->b] = 0;
    m->reg[c->d] = first_in_set(&byte_sets[c->kind], place(m, a, 16));
    break;
  case COPY16:
    memmove(place(m, m->reg[c->d] + (uint64_t)c->imm2, 16), place(m, a + imm, 16), 16);
    break;
  }
  if (taken)
    m->reg[REGISTERS - 1] ^= MARK;
}

/* ---- Laying ---------------------------------------------------------------------------------------------------- */

static void lay_arithmetic(const Case *c, bool immediate) {
  static void (*const registers[])(Reg, Reg, Reg) = {
      bl_add, bl_sub, bl_and, bl_or,  bl_xor,        bl_mul,        bl_shl,      bl_shr,
      bl_sar, bl_ror, bl_div, bl_rem, bl_div_signed, bl_rem_signed, bl_mul_high, bl_mul_high_signed};
  static void (*const immediates_[])(Reg, Reg, int64_t) = {
      bl_add_imm,        bl_sub_imm,        bl_and_imm,      bl_or_imm,
      bl_xor_imm,        bl_mul_imm,        bl_shl_imm,      bl_shr_imm,
      bl_sar_imm,        bl_ror_imm,        bl_div_imm,      bl_rem_imm,
      bl_div_signed_imm, bl_rem_signed_imm, bl_mul_high_imm, bl_mul_high_signed_imm};
  static void (*const unary[])(Reg, Reg) = {bl_neg,       bl_not, bl_swap_bytes, bl_leading_zeros, bl_trailing_zeros,
                                            bl_count_ones};
  if (c->kind >= OF_TWO)
    unary[c->kind - OF_TWO](reg(c->d), reg(c->a));
  else if (immediate)
    immediates_[c->kind](reg(c->d), reg(c->a), c->imm);
  else
    registers[c->kind](reg(c->d), reg(c->a), reg(c->b));
}

/* The place of the first byte of the set, or 16, through a mask in b. A mask means nothing by itself, so that 0 takes
 * its place where it would be left. */
static void lay_mask_and_place(const Case *c) {
  bl_mask16(reg(c->b), reg(c->a), byte_sets[c->kind]);
  bl_branch_imm(IF_EQ, reg(c->b), 0, "none");
  bl_first16(reg(c->d), reg(c->b));
  if (c->d != c->b)
    bl_li(reg(c->b), 0);
  bl_ret();
  bl_label("none");
  bl_li(reg(c->d), 16);
}

static void lay_operation(const Case *c) {
  Reg d = reg(c->d), a = reg(c->a), b = reg(c->b);
  switch (c->operation) {
  case LI:
    bl_li(d, c->imm);
    break;
  case MOV:
    bl_mov(d, a);
    break;
  case ALU:
  case ALU_IMM:
    lay_arithmetic(c, c->operation == ALU_IMM);
    break;
  case LOAD:
    bl_load(c->kind, d, a, c->imm);
    break;
  case LOAD_INDEXED:
    bl_load_indexed(c->kind, d, a, b);
    break;
  case STORE:
    bl_store(c->kind, d, a, c->imm);
    break;
  case STORE_IMM:
    bl_store_imm(c->kind, c->imm2, a, c->imm);
    break;
  case STORE_INDEXED:
    bl_store_indexed(c->kind, d, a, b);
    break;
  case LOAD_NEXT:
    bl_load_next(c->kind, d, a);
    break;
  case STORE_NEXT:
    bl_store_next(c->kind, d, a);
    break;
  case STORE_NEXT_IMM:
    bl_store_next_imm(c->kind, c->imm2, a);
    break;
  case BRANCH:
    bl_branch((Cond)c->kind, a, b, "taken");
    break;
  case BRANCH_IMM:
    bl_branch_imm((Cond)c->kind, a, c->imm, "taken");
    break;
  case BRANCH_BITS:
    bl_branch_bits(c->kind, a, c->imm, "taken");
    break;
  case SCAN16:
    bl_scan16(d, a, byte_sets[c->kind]);
    break;
  case MASK16:
    lay_mask_and_place(c);
    break;
  case COPY16:
    bl_copy16(d, c->imm2, a, c->imm);
    break;
  }
}

static void routine_of(const Case *cases, size_t i) {
  char name[32];
  snprintf(name, sizeof name, "case%zu", i);
  routine(name);
  lay_operation(&cases[i]);
  ret();
  if (cases[i].operation == BRANCH || cases[i].operation == BRANCH_IMM || cases[i].operation == BRANCH_BITS) {
    label("taken");
    xor(S5, S5, MARK);
    ret();
  }
}

static void lay_cases(RunEngine engine, Case *cases, size_t count) {
  bl_machine_begin(run_isa(engine));
  for (size_t i = 0; i < count; i++)
    routine_of(cases, i);
  run_load(engine);
  for (size_t i = 0; i < count; i++) {
    char name[32];
    snprintf(name, sizeof name, "case%zu", i);
    cases[i].address = bl_lay_find(bl_machine_layout(), name)->address;
  }
}

/* ---- Running --------------------------------------------------------------------------------------------------- */

static const char *describe(const Case *c) {
  static char text[160];
  static const char *const names[] = {"li",
                                      "mov",
                                      "",
                                      "",
                                      "ld",
                                      "ldx",
                                      "st",
                                      "st immediate",
                                      "stx",
                                      "ld_next",
                                      "st_next",
                                      "st_next immediate",
                                      "branch",
                                      "branch immediate",
                                      "branch bits",
                                      "scan16",
                                      "mask16",
                                      "copy16"};
  const char *kind = c->operation == ALU || c->operation == ALU_IMM         ? arithmetic_names[c->kind]
                     : c->operation == BRANCH || c->operation == BRANCH_IMM ? condition_names[c->kind]
                                                                            : "";
  snprintf(text, sizeof text, "%s %s kind %d, d %s, a %s, b %s, immediate %" PRId64 ", %" PRId64, names[c->operation],
           kind, c->kind, register_names[c->d], register_names[c->a], register_names[c->b], c->imm, c->imm2);
  return text;
}

static unsigned char *before, *expected; /* the memory before a run, and what it must be after */

static void fill_memory(void) {
  if (!before) {
    before = malloc(RUN_MEMORY_SIZE);
    expected = malloc(RUN_MEMORY_SIZE);
    for (size_t i = 0; i < RUN_MEMORY_SIZE; i++)
      before[i] = (unsigned char)random64();
  }
  memcpy(run_memory(), before, RUN_MEMORY_SIZE);
  memcpy(expected, before, RUN_MEMORY_SIZE);
}

static bool touches_memory(const Case *c) { return c->operation >= LOAD && c->operation <= STORE_NEXT_IMM; }

static void compare_memory(RunEngine engine, const Case *c) {
  if (!memcmp(run_memory(), expected, RUN_MEMORY_SIZE))
    return;
  size_t at = 0;
  while (run_memory()[at] == expected[at])
    at++;
  ck_abort_msg("%s: %s: byte %#zx of the memory is %02x, not %02x (before: %02x)", run_name(engine), describe(c), at,
               run_memory()[at], expected[at], before[at]);
}

static void run_case(RunEngine engine, const Case *c, const uint64_t *reg_before) {
  RunState state = {{0}};
  Model m = {.memory = expected};
  memcpy(state.reg, reg_before, sizeof state.reg);
  memcpy(m.reg, reg_before, sizeof m.reg);
  bool memory = touches_memory(c) || c->operation == COPY16;
  if (memory)
    fill_memory();
  model(c, &m);
  run_at(engine, c->address, &state);
  for (int i = 0; i < REGISTERS; i++)
    if (state.reg[i] != m.reg[i])
      ck_abort_msg("%s: %s: %s is %#" PRIx64 ", not %#" PRIx64 " (a was %#" PRIx64 ", b %#" PRIx64 ", d %#" PRIx64 ")",
                   run_name(engine), describe(c), register_names[i], state.reg[i], m.reg[i], reg_before[c->a],
                   reg_before[c->b], reg_before[c->d]);
  if (memory)
    compare_memory(engine, c);
}

static void any_registers(uint64_t *values) {
  for (int i = 0; i < REGISTERS; i++)
    values[i] = any_value();
}

/* Lay the cases, and run each from `runs` random states; `aim` then makes a state fit the case. */
static void run_cases(RunEngine engine, Case *cases, size_t count, int runs,
                      void (*aim)(const Case *c, uint64_t *values, int run)) {
  if (!run_available(engine))
    return;
  fill_memory();
  lay_cases(engine, cases, count);
  for (size_t i = 0; i < count; i++)
    for (int run = 0; run < runs; run++) {
      uint64_t values[REGISTERS];
      any_registers(values);
      if (aim)
        aim(&cases[i], values, run);
      run_case(engine, &cases[i], values);
    }
}

/* ---- The cases ------------------------------------------------------------------------------------------------- */

typedef struct {
  Case *cases;
  size_t count, room;
} Cases;

static void add_case(Cases *cases, Case c) {
  if (cases->count == cases->room) {
    cases->room = cases->room * 2 + 1024;
    cases->cases = realloc(cases->cases, cases->room * sizeof c);
  }
  cases->cases[cases->count++] = c;
}

static void run_all(Cases *cases, RunEngine engine, int runs, void (*aim)(const Case *, uint64_t *, int)) {
  run_cases(engine, cases->cases, cases->count, runs, aim);
  free(cases->cases);
}

START_TEST(moves) {
  Cases cases = {0};
  for (int d = 0; d < REGISTERS; d++) {
    for (int a = 0; a < REGISTERS; a++)
      add_case(&cases, (Case){MOV, d, a, 0, 0, 0, 0, 0});
    for (size_t i = 0; i < COUNT(immediates); i++)
      add_case(&cases, (Case){LI, d, 0, 0, 0, immediates[i], 0, 0});
    for (int i = 0; i < 200; i++) /* with quarters of zeros and ones among the random ones */
      add_case(&cases,
               (Case){.operation = LI,
                      .d = d,
                      .imm = (int64_t)((random64() & UINT64_C(0xffff) << 16 * (i & 3)) ^ (i & 4 ? ~UINT64_C(0) : 0) ^
                                       (random64() & (i & 8 ? UINT64_C(0xffff) << 16 * (i >> 4 & 3) : 0)))});
  }
  run_all(&cases, (RunEngine)_i, 1, NULL);
}
END_TEST

START_TEST(arithmetic_registers) {
  Cases cases = {0};
  for (int kind = 0; kind < WIDE; kind++)
    for (int d = 0; d < REGISTERS; d++)
      for (int a = 0; a < REGISTERS; a++)
        for (int b = 0; b < REGISTERS; b++)
          add_case(&cases, (Case){ALU, d, a, b, kind, 0, 0, 0});
  run_all(&cases, (RunEngine)_i, 4, NULL);
}
END_TEST

/* Every aliasing, and a third of the rest: these are many instructions each. */
START_TEST(wide_registers) {
  Cases cases = {0};
  for (int kind = WIDE; kind < OF_TWO; kind++)
    for (int d = 0; d < REGISTERS; d++)
      for (int a = 0; a < REGISTERS; a++)
        for (int b = 0; b < REGISTERS; b++)
          if (d == a || d == b || a == b || (d + a + b + kind) % 3 == 0)
            add_case(&cases, (Case){ALU, d, a, b, kind, 0, 0, 0});
  run_all(&cases, (RunEngine)_i, 3, NULL);
}
END_TEST

START_TEST(of_one_operand) {
  Cases cases = {0};
  for (int kind = OF_TWO; kind < OF_ONE_END; kind++)
    for (int d = 0; d < REGISTERS; d++)
      for (int a = 0; a < REGISTERS; a++)
        add_case(&cases, (Case){ALU, d, a, 0, kind, 0, 0, 0});
  run_all(&cases, (RunEngine)_i, 12, NULL);
}
END_TEST

START_TEST(arithmetic_immediates) {
  Cases cases = {0};
  for (int kind = 0; kind < OF_TWO; kind++)
    for (int d = 0; d < REGISTERS; d++)
      for (int a = 0; a < REGISTERS; a++)
        for (size_t i = 0; i < COUNT(immediates); i++) {
          if ((d * REGISTERS + a + (int)i) % 4 && d != a) /* every immediate with d == a, else each with some pairs */
            continue;
          add_case(&cases, (Case){ALU_IMM, d, a, 0, kind,
                                  kind >= SHIFTS && kind < SHIFTS_END ? (int64_t)i % 64 : immediates[i], 0, 0});
        }
  for (int kind = SHIFTS; kind < SHIFTS_END; kind++)
    for (int count = 0; count < 64; count++) {
      add_case(&cases, (Case){ALU_IMM, 0, 13, 0, kind, count, 0, 0});
      add_case(&cases, (Case){ALU_IMM, 7, 7, 0, kind, count, 0, 0});
    }
  run_all(&cases, (RunEngine)_i, 2, NULL);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* The base points into the memory, at any alignment; every offset stays within it. */
static void aim_base(const Case *c, uint64_t *values, int run) {
  (void)run;
  values[c->a] = RUN_MEMORY + 512 + random64() % 64;
}

static const int64_t offsets[] = {-256, -255, -1,  0,   1,   2,   3,   4,    7,    8,
                                  254,  255,  256, 257, 258, 260, 264, 1000, 4094, 4095};

/* Calls `add` with every offset of the size, the last scaled one among them. */
static void each_offset(Cases *cases, Case c) {
  for (size_t i = 0; i < COUNT(offsets); i++) {
    c.imm = offsets[i];
    add_case(cases, c);
  }
  c.imm = INT64_C(4095) * (c.kind / 8);
  add_case(cases, c);
}

START_TEST(memory_offsets) {
  Cases cases = {0};
  for (int bits = 8; bits <= 64; bits *= 2)
    for (int d = 0; d < REGISTERS; d++)
      for (int base = 0; base < REGISTERS; base++) {
        each_offset(&cases, (Case){.operation = LOAD, .d = d, .a = base, .kind = bits});
        each_offset(&cases, (Case){.operation = STORE, .d = d, .a = base, .kind = bits});
      }
  run_all(&cases, (RunEngine)_i, 1, aim_base);
}
END_TEST

START_TEST(memory_immediates) {
  static const struct {
    int bits;
    int64_t value;
  } values[] = {{8, -128},       {8, 0},   {8, 1},           {8, 127},         {8, 255},
                {16, -32768},    {16, 0},  {16, 255},        {16, 65535},      {32, INT32_MIN},
                {32, 0},         {32, -1}, {32, 0x12345678}, {32, 0xffffffff}, {64, INT32_MIN},
                {64, INT32_MAX}, {64, 0},  {64, -1},         {64, 0x12345678}};
  Cases cases = {0};
  for (int base = 0; base < REGISTERS; base++)
    for (size_t i = 0; i < COUNT(values); i++) {
      each_offset(&cases, (Case){.operation = STORE_IMM, .a = base, .kind = values[i].bits, .imm2 = values[i].value});
      add_case(&cases, (Case){.operation = STORE_NEXT_IMM, .a = base, .kind = values[i].bits, .imm2 = values[i].value});
    }
  run_all(&cases, (RunEngine)_i, 1, aim_base);
}
END_TEST

/* Where base and index are one register, its value must lead into the memory both ways. */
static void aim_index(const Case *c, uint64_t *values, int run) {
  unsigned size = (unsigned)c->kind / 8;
  values[c->b] = random64() % 1000 - (run & 1 ? 500 : 0);
  values[c->a] = RUN_MEMORY + 0x2000 + random64() % 64;
  if (c->a == c->b)
    values[c->a] = (RUN_MEMORY + 0x2000) / (1 + size) + random64() % 64;
}

START_TEST(memory_indexed) {
  Cases cases = {0};
  for (int bits = 8; bits <= 64; bits *= 2)
    for (int d = 0; d < REGISTERS; d++)
      for (int base = 0; base < REGISTERS; base++)
        for (int index = 0; index < REGISTERS; index++)
          add_case(&cases, (Case){.operation = (d + base + index + bits / 8) % 2 ? LOAD_INDEXED : STORE_INDEXED,
                                  .d = d,
                                  .a = base,
                                  .b = index,
                                  .kind = bits});
  for (int i = 0; i < REGISTERS; i++) /* each register as each operand of both, at each size */
    for (int bits = 8; bits <= 64; bits *= 2)
      for (int j = 0; j < REGISTERS; j++) {
        add_case(&cases, (Case){.operation = LOAD_INDEXED, .d = i, .a = j, .b = (i + j) % REGISTERS, .kind = bits});
        add_case(&cases, (Case){.operation = STORE_INDEXED, .d = i, .a = j, .b = (i + j) % REGISTERS, .kind = bits});
      }
  run_all(&cases, (RunEngine)_i, 2, aim_index);
}
END_TEST

START_TEST(memory_next) {
  Cases cases = {0};
  for (int bits = 8; bits <= 64; bits *= 2)
    for (int d = 0; d < REGISTERS; d++)
      for (int base = 0; base < REGISTERS; base++)
        if (d != base) {
          add_case(&cases, (Case){.operation = LOAD_NEXT, .d = d, .a = base, .kind = bits});
          add_case(&cases, (Case){.operation = STORE_NEXT, .d = d, .a = base, .kind = bits});
        }
  run_all(&cases, (RunEngine)_i, 1, aim_base);
}
END_TEST

static const int64_t sixteen_offsets[] = {-256, -255, -16, -1, 0, 1, 15, 16, 17, 255, 256, 4096, 65504, 65520};

/* Source and destination may overlap. */
static void aim_copy(const Case *c, uint64_t *values, int run) {
  values[c->d] = RUN_MEMORY + 1024 + random64() % 64;
  if (c->d != c->a)
    values[c->a] = run == 0 ? RUN_MEMORY + 0x12000 + random64() % 64 : values[c->d] + random64() % 20;
}

START_TEST(copy_sixteen) {
  Cases cases = {0};
  size_t turn = 0;
  for (int d = 0; d < REGISTERS; d++)
    for (int a = 0; a < REGISTERS; a++)
      for (size_t i = 0; i < COUNT(sixteen_offsets); i++)
        add_case(&cases, (Case){.operation = COPY16,
                                .d = d,
                                .a = a,
                                .imm = sixteen_offsets[i],
                                .imm2 = sixteen_offsets[turn++ % COUNT(sixteen_offsets)]});
  run_all(&cases, (RunEngine)_i, 2, aim_copy);
}
END_TEST

/* ---- Branches -------------------------------------------------------------------------------------------------- */

/* One run in four compares equal values, one nearly equal ones. */
static void aim_equal(const Case *c, uint64_t *values, int run) {
  if (run % 4 == 0)
    values[c->b] = values[c->a];
  if (run % 4 == 1 && c->a != c->b)
    values[c->b] = values[c->a] + (random64() & 1 ? 1 : UINT64_MAX);
}

START_TEST(branch_registers) {
  Cases cases = {0};
  for (int condition = 0; condition < 10; condition++)
    for (int a = 0; a < REGISTERS; a++)
      for (int b = 0; b < REGISTERS; b++)
        add_case(&cases, (Case){BRANCH, 0, a, b, condition, 0, 0, 0});
  run_all(&cases, (RunEngine)_i, 8, aim_equal);
}
END_TEST

static void aim_immediate(const Case *c, uint64_t *values, int run) {
  if (run < 3)
    values[c->a] = (uint64_t)c->imm + (uint64_t)run - 1;
}

START_TEST(branch_immediates) {
  Cases cases = {0};
  for (int condition = 0; condition < 10; condition++)
    for (int a = 0; a < REGISTERS; a++)
      for (size_t i = 0; i < COUNT(immediates); i++)
        add_case(&cases, (Case){BRANCH_IMM, 0, a, 0, condition, immediates[i], 0, 0});
  run_all(&cases, (RunEngine)_i, 6, aim_immediate);
}
END_TEST

static void aim_mask(const Case *c, uint64_t *values, int run) {
  if (run == 0)
    values[c->a] &= ~(uint64_t)c->imm;
  if (run == 1)
    values[c->a] = (uint64_t)c->imm & -(uint64_t)c->imm;
  if (run == 2)
    values[c->a] = ~(uint64_t)c->imm;
}

START_TEST(branch_masks) {
  Cases cases = {0};
  for (int if_set = 0; if_set < 2; if_set++)
    for (int a = 0; a < REGISTERS; a++) {
      for (size_t i = 0; i < COUNT(immediates); i++)
        add_case(&cases, (Case){BRANCH_BITS, 0, a, 0, if_set, immediates[i], 0, 0});
      for (int bit = 0; bit < 64; bit++)
        add_case(&cases,
                 (Case){.operation = BRANCH_BITS, .a = a, .kind = if_set, .imm = (int64_t)(UINT64_C(1) << bit)});
    }
  run_all(&cases, (RunEngine)_i, 5, aim_mask);
}
END_TEST

/* ---- Sets of bytes --------------------------------------------------------------------------------------------- */

/* All sixteen bytes alike, each value in turn; then one member among bytes that are none, each place in turn; then
 * random ones. The bytes before p and after p+16 are members, and must not matter. */
static void set_bytes(const ByteSet *set, unsigned char *p, int run) {
  int member = -1, none = -1;
  for (int x = 0; x < 256; x++) {
    if (in_set(set, (unsigned char)x))
      member = x;
    else
      none = x;
  }
  memset(p - 16, member, 48);
  if (run < 256)
    memset(p, run, 16);
  else if (none >= 0) {
    memset(p, none, 16);
    if (run - 256 < 16)
      p[run - 256] = (unsigned char)member;
    else
      for (int i = 0; i < 16; i++)
        p[i] = random64() % 8 ? (unsigned char)none : (unsigned char)random64();
  }
}

static void aim_scan(const Case *c, uint64_t *values, int run) {
  unsigned place_in_line = (unsigned)run % 37;
  values[c->a] = RUN_MEMORY + 256 + place_in_line;
  set_bytes(&byte_sets[c->kind], run_memory() + 256 + place_in_line, run);
  memcpy(expected, run_memory(), 512);
}

START_TEST(scan_sixteen) {
  Cases cases = {0};
  for (size_t set = 0; set < COUNT(byte_sets); set++)
    for (int i = 0; i < 3; i++)
      add_case(&cases, (Case){.operation = SCAN16, .d = i, .a = (int)set % REGISTERS, .kind = (int)set});
  run_all(&cases, (RunEngine)_i, 256 + 16 + 64, aim_scan);
}
END_TEST

START_TEST(scan_sixteen_registers) {
  Cases cases = {0};
  for (int d = 0; d < REGISTERS; d++)
    for (int a = 0; a < REGISTERS; a++)
      add_case(&cases, (Case){.operation = SCAN16, .d = d, .a = a, .kind = (d + a) % (int)COUNT(byte_sets)});
  run_all(&cases, (RunEngine)_i, 4, aim_scan);
}
END_TEST

START_TEST(mask_sixteen) {
  Cases cases = {0};
  for (size_t set = 0; set < COUNT(byte_sets); set++)
    for (int i = 0; i < 3; i++)
      add_case(&cases, (Case){.operation = MASK16, .d = i, .a = (int)set % REGISTERS, .b = 1, .kind = (int)set});
  run_all(&cases, (RunEngine)_i, 256 + 16 + 64, aim_scan);
}
END_TEST

START_TEST(mask_sixteen_registers) {
  Cases cases = {0};
  for (int d = 0; d < REGISTERS; d++)
    for (int a = 0; a < REGISTERS; a++)
      for (int b = 0; b < REGISTERS; b++)
        add_case(&cases,
                 (Case){.operation = MASK16, .d = d, .a = a, .b = b, .kind = (d + a + b) % (int)COUNT(byte_sets)});
  run_all(&cases, (RunEngine)_i, 4, aim_scan);
}
END_TEST

/* ---- Runs of one routine each ---------------------------------------------------------------------------------- */

static uint64_t address_of(const char *name) { return bl_lay_find(bl_machine_layout(), name)->address; }

/* A leaf that saves `count` registers, fills them with junk, and leaves; called from a routine that saved its own. */
static void author_calls(const Reg *saved, int count) {
  routine("outer");
  enter_bare();
  call("inner");
  add(A0, A0, 1);
  leave();
  routine("inner");
  bl_enter(saved, count);
  for (int i = 0; i < count; i++)
    li(saved[i], 0x1234);
  bne(A1, 0, "early");
  li(A0, 10);
  leave();
  label("early");
  li(A0, 20);
  leave();
}

START_TEST(calls) {
  RunEngine engine = (RunEngine)_i;
  static const Reg all[] = {{13}, {8}, {12}, {9}, {11}, {10}};
  for (int count = 0; run_available(engine) && count <= 6; count++) {
    bl_machine_begin(run_isa(engine));
    author_calls(all, count);
    run_load(engine);
    for (uint64_t early = 0; early < 2; early++) {
      RunState state = {{0}}, old;
      any_registers(state.reg);
      state.reg[1] = early;
      old = state;
      old.reg[0] = early ? 21 : 11;
      run_at(engine, address_of("outer"), &state);
      for (int i = 0; i < REGISTERS; i++)
        if (state.reg[i] != old.reg[i])
          ck_abort_msg("%s: a routine that saves %d registers leaves %s %#" PRIx64 ", not %#" PRIx64, run_name(engine),
                       count, register_names[i], state.reg[i], old.reg[i]);
    }
  }
}
END_TEST

/* Every register as the index; entries before the table and after it. */
START_TEST(jump_tables) {
  RunEngine engine = (RunEngine)_i;
  for (int index = 0; run_available(engine) && index < REGISTERS; index++) {
    int result = index == 0 ? 1 : 0;
    bl_machine_begin(run_isa(engine));
    routine("pick");
    jump_table(reg(index), "table");
    label("zero");
    li(reg(result), 100);
    ret();
    data("table", 2);
    data_offset16("pick.zero", "table");
    data_offset16("pick.one", "table");
    data_offset16("two", "table");
    bl_label("one");
    li(reg(result), 101);
    ret();
    routine("two");
    li(reg(result), 102);
    ret();
    run_load(engine);
    for (uint64_t i = 0; i < 3; i++) {
      RunState state = {{0}}, old;
      any_registers(state.reg);
      state.reg[index] = i;
      old = state;
      run_at(engine, address_of("pick"), &state);
      ck_assert_uint_eq(state.reg[result], 100 + i);
      for (int r = 0; r < REGISTERS; r++)
        if (r != index && r != result)
          ck_assert_uint_eq(state.reg[r], old.reg[r]);
    }
  }
}
END_TEST

/* Code before and after, data, bss; on arm64 bss beyond 1 MB takes the longer form. */
START_TEST(addresses) {
  RunEngine engine = (RunEngine)_i;
  static const char *const labels[] = {"before", "text", "near_bss", "far_bss", "after"};
  for (int d = 0; run_available(engine) && d < REGISTERS; d++) {
    bl_machine_begin(run_isa(engine));
    bss("near_bss", 2 << 20, 1);
    bss("far_bss", 16, 16);
    routine("before");
    ret();
    for (size_t i = 0; i < COUNT(labels); i++) {
      char name[32];
      snprintf(name, sizeof name, "address_of_%s", labels[i]);
      routine(name);
      la(reg(d), labels[i]);
      ret();
    }
    data("text", 1);
    data_string("odd");
    routine("after");
    ret();
    run_load(engine);
    for (size_t i = 0; i < COUNT(labels); i++) {
      char name[32];
      snprintf(name, sizeof name, "address_of_%s", labels[i]);
      RunState state = {{0}}, old;
      any_registers(state.reg);
      old = state;
      old.reg[d] = address_of(labels[i]);
      run_at(engine, address_of(name), &state);
      for (int r = 0; r < REGISTERS; r++)
        ck_assert_uint_eq(state.reg[r], old.reg[r]);
    }
  }
}
END_TEST

/* What is stored by an item's name is loaded by it: near, beyond 1 MB, and from the text. */
START_TEST(accesses_by_name) {
  RunEngine engine = (RunEngine)_i;
  static const char *const items[] = {"near_bss", "far_bss"};
  for (int d = 0; run_available(engine) && d < REGISTERS; d++)
    for (int bits = 8; bits <= 64; bits *= 2)
      for (size_t i = 0; i < COUNT(items); i++) {
        BlReg other = reg(d == 0 ? 1 : 0);
        bl_machine_begin(run_isa(engine));
        bss("near_bss", 2 << 20, 8);
        bss("far_bss", 8192, 8);
        routine("store_and_load");
        mov(other, reg(d));
        bl_store_of(bits, reg(d), items[i], 4096 - bits / 8);
        li(reg(d), 0);
        bl_load_of(bits, reg(d), items[i], 4096 - bits / 8);
        ret();
        routine("load_text");
        bl_load_of(bits, reg(d), "text", 8);
        ret();
        data("text", 8);
        data_u64(1);
        data_u64(UINT64_C(0xfedcba9876543210));
        run_load(engine);
        uint64_t mask = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
        RunState state = {{0}}, old;
        any_registers(state.reg);
        old = state;
        old.reg[other.index] = old.reg[d];
        old.reg[d] &= mask;
        run_at(engine, address_of("store_and_load"), &state);
        for (int r = 0; r < REGISTERS; r++)
          ck_assert_uint_eq(state.reg[r], old.reg[r]);
        old.reg[d] = UINT64_C(0xfedcba9876543210) & mask;
        run_at(engine, address_of("load_text"), &state);
        for (int r = 0; r < REGISTERS; r++)
          ck_assert_uint_eq(state.reg[r], old.reg[r]);
      }
}
END_TEST

/* What lies at the end of the text, at a multiple of 4 and at an odd place, is appended, and nothing else is written
 * before it or sixteen bytes after its last step. */
START_TEST(appends_by_name) {
  RunEngine engine = (RunEngine)_i;
  static unsigned char bytes[80];
  static const char *const items[] = {"even", "odd"};
  for (int i = 0; i < (int)sizeof bytes; i++)
    bytes[i] = (unsigned char)(i + 1);
  for (int d = 0; run_available(engine) && d < REGISTERS; d++)
    for (size_t i = 0; i < COUNT(items); i++)
      for (int count = 1; count <= 64; count += 7) {
        bl_machine_begin(run_isa(engine));
        routine("append");
        bl_append_of(reg(d), items[i], count);
        ret();
        data("even", 4);
        data_bytes(bytes, sizeof bytes);
        data_u8(0);
        data("odd", 1);
        data_bytes(bytes, sizeof bytes);
        run_load(engine);
        RunState state = {{0}}, old;
        any_registers(state.reg);
        state.reg[d] = RUN_MEMORY + 16;
        unsigned char want[112];
        memset(want, 0xee, sizeof want);
        memcpy(run_memory(), want, sizeof want);
        memcpy(want + 16, bytes, (size_t)(count + 15) / 16 * 16);
        old = state;
        old.reg[d] += (unsigned)count;
        run_at(engine, address_of("append"), &state);
        for (int r = 0; r < REGISTERS; r++)
          ck_assert_uint_eq(state.reg[r], old.reg[r]);
        ck_assert_mem_eq(run_memory(), want, sizeof want);
      }
}
END_TEST

/* tbz reaches 32 KB; beyond that the longer form must do the same. x86-64 goes from the short to the long form. */
START_TEST(far_branches) {
  RunEngine engine = (RunEngine)_i;
  static const unsigned char filler[70000];
  static const int distances[] = {100, 130, 32000, 32760, 32768, 33000, 70000};
  for (size_t i = 0; run_available(engine) && i < COUNT(distances); i++)
    for (int negative = 0; negative < 2; negative++) {
      bl_machine_begin(run_isa(engine));
      routine("far");
      bset(A0, 0x10, "there");
      blt(A1, 0, "there");
      li(A2, 1);
      ret();
      data("filler", 4);
      data_bytes(filler, (size_t)distances[i]);
      label("there");
      li(A2, 2);
      ret();
      run_load(engine);
      RunState state = {.reg = {0x10, 0, 0}};
      if (negative)
        state = (RunState){.reg = {~UINT64_C(0x10), UINT64_C(1) << 63, 0}};
      run_at(engine, address_of("far"), &state);
      ck_assert_uint_eq(state.reg[2], 2);
      state = (RunState){.reg = {~UINT64_C(0x10), 7, 0}};
      run_at(engine, address_of("far"), &state);
      ck_assert_uint_eq(state.reg[2], 1);
    }
}
END_TEST

/* ---- The kernel and C ------------------------------------------------------------------------------------------ */

START_TEST(system_calls) {
  RunEngine engine = (RunEngine)_i;
  if (engine == RUN_NATIVE_X64) /* the native kernel would do what is asked */
    return;
  bl_machine_begin(run_isa(engine));
  const int *kernel_numbers = engine_machine(run_isa(engine))->kernel_numbers;
  for (int number = 0; number < NR_COUNT; number++) {
    char name[16];
    if (kernel_numbers[number] < 0)
      continue;
    snprintf(name, sizeof name, "call%d", number);
    routine(name);
    bl_syscall((SystemCall)number);
    ret();
  }
  run_load(engine);
  for (int number = 0; number < NR_COUNT; number++) {
    char name[16];
    if (kernel_numbers[number] < 0)
      continue;
    snprintf(name, sizeof name, "call%d", number);
    RunState state = {{0}}, old;
    any_registers(state.reg);
    old = state;
    run_system_call.result = any_value();
    run_at(engine, address_of(name), &state);
    ck_assert_int_eq(run_system_call.count, 1);
    ck_assert_int_eq((int)run_system_call.number, kernel_numbers[number]);
    ck_assert_uint_eq(state.reg[0], run_system_call.result);
    for (int r = 0; r < REGISTERS; r++) {
      if (r < 6)
        ck_assert_uint_eq(run_system_call.reg[r], old.reg[r]);
      if (r != 0 && r != 6 && r != 7) /* A0 is the result; T0 and T1 are destroyed */
        ck_assert_uint_eq(state.reg[r], old.reg[r]);
    }
  }
}
END_TEST

/* On real registers: the kernel does destroy rcx and r11. fcntl(-1, F_GETFD) is EBADF. */
START_TEST(system_call_native) {
  if (!run_available(RUN_NATIVE_X64))
    return;
  bl_machine_begin(ISA_X64);
  routine("call");
  sys(NR_FCNTL);
  ret();
  run_load(RUN_NATIVE_X64);
  RunState state = {{0}}, old;
  any_registers(state.reg);
  state.reg[0] = (uint64_t)-1;
  state.reg[1] = 1;
  old = state;
  run_at(RUN_NATIVE_X64, address_of("call"), &state);
  ck_assert_int_eq((int64_t)state.reg[0], -9);
  for (int r = 1; r < REGISTERS; r++)
    if (r != 6 && r != 7)
      ck_assert_uint_eq(state.reg[r], old.reg[r]);
}
END_TEST

START_TEST(stack_pointers) {
  RunEngine engine = (RunEngine)_i;
  if (engine == RUN_NATIVE_X64) /* its stack pointer is the host's own */
    return;
  bl_machine_begin(run_isa(engine));
  for (int d = 0; d < REGISTERS; d++) {
    char name[16];
    snprintf(name, sizeof name, "stack%d", d);
    routine(name);
    stack_pointer(reg(d));
    ret();
  }
  run_load(engine);
  for (int d = 0; d < REGISTERS; d++) {
    char name[16];
    snprintf(name, sizeof name, "stack%d", d);
    RunState state = {{0}};
    any_registers(state.reg);
    run_at(engine, address_of(name), &state);
    ck_assert_uint_eq(state.reg[d], run_stack_pointer());
  }
}
END_TEST

/* C's six integer arguments: rdi rsi rdx rcx r8 r9 are A0 A1 A2 T1 A4 A5 before c_arguments; on arm64 they are A0..A5.
 * C's result: rax is T0, x0 is A0. */
START_TEST(c_calls) {
  RunEngine engine = (RunEngine)_i;
  if (!run_available(engine))
    return;
  bl_machine_begin(run_isa(engine));
  routine("from_c");
  c_arguments();
  enter(S0);
  li(S0, 0);
  li(A1, 0x77);
  add(A0, A0, A3);
  c_result();
  leave();
  run_load(engine);
  RunState state = {{0}}, old;
  any_registers(state.reg);
  old = state;
  const EngineMachine *machine = engine_machine(run_isa(engine));
  run_at(engine, address_of("from_c"), &state);
  uint64_t fourth = old.reg[machine->c_fourth];
  ck_assert_uint_eq(state.reg[3], fourth);
  ck_assert_uint_eq(state.reg[machine->c_result], old.reg[0] + fourth);
  ck_assert_uint_eq(state.reg[1], 0x77);
  for (int r = 8; r < REGISTERS; r++)
    ck_assert_uint_eq(state.reg[r], old.reg[r]);
}
END_TEST

int main(void) {
  bl_machine_trust();
  Suite *suite = suite_create("operations");
  TCase *tc = tcase_create("against the model");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, moves, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, arithmetic_registers, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, wide_registers, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, of_one_operand, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, arithmetic_immediates, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, memory_offsets, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, memory_immediates, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, memory_indexed, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, memory_next, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, copy_sixteen, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, branch_registers, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, branch_immediates, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, branch_masks, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, scan_sixteen, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, scan_sixteen_registers, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, mask_sixteen, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, mask_sixteen_registers, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, calls, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, jump_tables, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, addresses, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, accesses_by_name, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, appends_by_name, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, far_branches, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, system_calls, 0, RUN_ENGINES);
  tcase_add_test(tc, system_call_native);
  tcase_add_loop_test(tc, stack_pointers, 0, RUN_ENGINES);
  tcase_add_loop_test(tc, c_calls, 0, RUN_ENGINES);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
