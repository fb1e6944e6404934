/* test_a64.c: every encoder of a64.h, over all of its registers and both edges of each immediate, against LLVM and
 * Capstone; and each refusal, one step outside of each edge.
 *
 * The disassemblers print an alias where one exists, and not always the same one: the expected text lists what an
 * instruction may be called, each alias with the condition under which it stands for it.
 */
/* reads: generators/isa generators/lay */
#include "expect.h"
#include "isa/a64.h"
#include "isa/registers.h"
#include "proof.h"

#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAYS(word, ...) expect_says(ENCODING_A64, a64_code(word), 64, __VA_ARGS__)
#define REFUSED(word, what, words) expect_refused(a64_code(word), what, words)
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Registers as the encoders take them: 0..30, then xzr, then sp. */
enum { ZR = 31, STACK = 32, REGISTERS = 33 };

static A64Reg reg(int number) { return number == STACK ? SP : (A64Reg){(unsigned char)number, false}; }

/* x0..x30, xzr, sp; w0..w30, wzr. A ring of buffers, so that several stand in one call. */
static const char *name(char prefix, int number) {
  static char ring[8][8];
  static int turn;
  char *out = ring[turn++ % 8];
  if (number == STACK)
    return "sp";
  if (number == ZR)
    snprintf(out, 8, "%czr", prefix);
  else
    snprintf(out, 8, "%c%d", prefix, number);
  return out;
}

static const char *x(int number) { return name('x', number); }
static A64Vec vec(int number) { return (A64Vec){(unsigned char)number}; }

/* ---- Moves ----------------------------------------------------------------------------------------------------- */

static const int64_t halves[] = {0, 1, 2, 0x63, 0x1234, 0x7fff, 0x8000, 0xfffe, 0xffff};

static const struct {
  uint32_t (*encode)(A64Reg, int64_t, int);
  const char *mnemonic;
} wide_moves[] = {{a64_movz, "movz"}, {a64_movn, "movn"}, {a64_movk, "movk"}};

START_TEST(wide_move_forms) {
  uint32_t (*encode)(A64Reg, int64_t, int) = wide_moves[_i].encode;
  for (int d = 0; d <= ZR; d++)
    for (int shift = 0; shift <= 48; shift += 16)
      for (size_t i = 0; i < COUNT(halves); i++) {
        char shifted[24] = "", alias[64] = "";
        if (shift)
          snprintf(shifted, sizeof shifted, ", lsl #%d", shift);
        uint64_t value = (uint64_t)halves[i] << shift;
        if (_i < 2)
          snprintf(alias, sizeof alias, " | mov %s, #%" PRId64, x(d), (int64_t)(_i ? ~value : value));
        SAYS(encode(reg(d), halves[i], shift), "%s %s, #%" PRId64 "%s%s", wide_moves[_i].mnemonic, x(d), halves[i],
             shifted, alias);
      }
  REFUSED(encode(SP, 1, 0), "sp", "is sp");
  REFUSED(encode(reg(1), -1, 0), "-1", "imm16 is -1");
  REFUSED(encode(reg(1), 65536, 0), "65536", "imm16 is 65536");
  REFUSED(encode(reg(1), 1, 8), "8", "shift is 8");
  REFUSED(encode(reg(1), 1, 64), "64", "shift / 16 is 4");
  REFUSED(encode(reg(1), 1, -16), "-16", "shift / 16 is -1");
  REFUSED(encode((A64Reg){32, false}, 1, 0), "x32", "d is 32");
}
END_TEST

/* ---- Arithmetic ------------------------------------------------------------------------------------------------ */

static const int64_t twelve_bits[] = {0, 1, 2, 0x7ff, 0x800, 0xffe, 0xfff};

static const struct {
  uint32_t (*encode)(A64Reg, A64Reg, int64_t, int);
  const char *mnemonic, *compare; /* what it is called when d is xzr */
} arithmetic_immediate[] = {{a64_add_imm, "add", NULL},
                            {a64_sub_imm, "sub", NULL},
                            {a64_adds_imm, "adds", "cmn"},
                            {a64_subs_imm, "subs", "cmp"}};

START_TEST(arithmetic_immediate_forms) {
  uint32_t (*encode)(A64Reg, A64Reg, int64_t, int) = arithmetic_immediate[_i].encode;
  const char *mnemonic = arithmetic_immediate[_i].mnemonic, *compare = arithmetic_immediate[_i].compare;
  for (int d = 0; d < REGISTERS; d++)
    for (int n = 0; n < REGISTERS; n++)
      for (int shift = 0; shift <= 12; shift += 12)
        for (size_t i = 0; i < COUNT(twelve_bits); i++) {
          uint32_t word = encode(reg(d), reg(n), twelve_bits[i], shift);
          if (n == ZR || d == (compare ? STACK : ZR)) {
            REFUSED(word, mnemonic, n == ZR ? "xzr" : compare ? "is sp" : "xzr");
            continue;
          }
          char operand[64], alias[96] = "";
          snprintf(operand, sizeof operand, "#%" PRId64 "%s", twelve_bits[i], shift ? ", lsl #12" : "");
          if (compare && d == ZR)
            snprintf(alias, sizeof alias, " | %s %s, %s", compare, x(n), operand);
          if (_i == 0 && !shift && twelve_bits[i] == 0 && (d == STACK || n == STACK))
            snprintf(alias, sizeof alias, " | mov %s, %s", x(d), x(n));
          SAYS(word, "%s %s, %s, %s%s", mnemonic, x(d), x(n), operand, alias);
        }
  REFUSED(encode(reg(1), reg(2), -1, 0), mnemonic, "imm12 is -1");
  REFUSED(encode(reg(1), reg(2), 4096, 0), mnemonic, "imm12 is 4096");
  REFUSED(encode(reg(1), reg(2), 1, 1), mnemonic, "shift is 1");
  REFUSED(encode((A64Reg){32, false}, reg(2), 1, 0), mnemonic, "d is 32");
  REFUSED(encode(reg(1), (A64Reg){7, true}, 1, 0), mnemonic, "claims to be sp");
}
END_TEST

static const struct {
  uint32_t (*encode)(A64Reg, A64Reg, A64Reg, int);
  const char *mnemonic, *if_d_zero, *if_n_zero;
} shifted_register[] = {{a64_add, "add", NULL, NULL}, {a64_sub, "sub", NULL, "neg"},  {a64_subs, "subs", "cmp", "negs"},
                        {a64_and, "and", NULL, NULL}, {a64_orr, "orr", NULL, "mov"},  {a64_orn, "orn", NULL, "mvn"},
                        {a64_eor, "eor", NULL, NULL}, {a64_ands, "ands", "tst", NULL}};

START_TEST(shifted_register_forms) {
  static const int shifts[] = {0, 1, 12, 31, 32, 63};
  uint32_t (*encode)(A64Reg, A64Reg, A64Reg, int) = shifted_register[_i].encode;
  size_t turn = 0;
  for (int d = 0; d <= ZR; d++)
    for (int n = 0; n <= ZR; n++)
      for (int m = 0; m <= ZR; m++) {
        int shift = (d ^ n ^ m) % 4 ? 0 : shifts[turn++ % COUNT(shifts)];
        char operand[32], alias[128] = "";
        snprintf(operand, sizeof operand, shift ? "%s, lsl #%d" : "%s", x(m), shift);
        size_t used = 0;
        if (shifted_register[_i].if_d_zero && d == ZR)
          used += (size_t)snprintf(alias, sizeof alias, " | %s %s, %s", shifted_register[_i].if_d_zero, x(n), operand);
        if (shifted_register[_i].if_n_zero && n == ZR && (encode != a64_orr || !shift))
          snprintf(alias + used, sizeof alias - used, " | %s %s, %s", shifted_register[_i].if_n_zero, x(d), operand);
        SAYS(encode(reg(d), reg(n), reg(m), shift), "%s %s, %s, %s%s", shifted_register[_i].mnemonic, x(d), x(n),
             operand, alias);
      }
  REFUSED(encode(SP, reg(2), reg(3), 0), "sp", "d is 31, which is sp");
  REFUSED(encode(reg(1), SP, reg(3), 0), "sp", "n is 31, which is sp");
  REFUSED(encode(reg(1), reg(2), SP, 0), "sp", "m is 31, which is sp");
  REFUSED(encode(reg(1), reg(2), reg(3), 64), "64", "lsl is 64");
  REFUSED(encode(reg(1), reg(2), reg(3), -1), "-1", "lsl is -1");
  REFUSED(encode((A64Reg){32, false}, reg(2), reg(3), 0), "x32", "d is 32");
  REFUSED(encode(reg(1), (A64Reg){32, false}, reg(3), 0), "x32", "n is 32");
  REFUSED(encode(reg(1), reg(2), (A64Reg){32, false}, 0), "x32", "m is 32");
}
END_TEST

/* ---- Bitmasks -------------------------------------------------------------------------------------------------- */

/* Calls `one` with every mask that has an encoding, made forwards: every element size, run and rotation. */
static int each_mask(void (*one)(uint64_t mask)) {
  int masks = 0;
  for (unsigned size = 2; size <= 64; size *= 2)
    for (unsigned ones = 1; ones < size; ones++)
      for (unsigned rotation = 0; rotation < size; rotation++) {
        uint64_t mask = 0;
        for (unsigned bit = 0; bit < 64; bit++) /* bit i of the run, rotated, in each element */
          if ((bit + rotation) % size < ones)
            mask |= UINT64_C(1) << bit;
        one(mask);
        masks++;
      }
  return masks;
}

static int turn_of_register;

static void says_logic(uint32_t (*encode)(A64Reg, A64Reg, uint64_t), const char *mnemonic, int d, int n, uint64_t mask,
                       const char *alias) {
  SAYS(encode(reg(d), reg(n), mask), "%s %s, %s, #%#" PRIx64 "%s", mnemonic, x(d), x(n), mask, alias);
}

static void one_mask(uint64_t mask) {
  int d = turn_of_register++ % 31, n = turn_of_register % 31;
  ck_assert(a64_is_bitmask(mask));
  says_logic(a64_and_imm, "and", d, n, mask, "");
  says_logic(a64_orr_imm, "orr", n, d, mask, "");
  says_logic(a64_eor_imm, "eor", STACK, n, mask, "");
  says_logic(a64_ands_imm, "ands", d, n, mask, "");
}

START_TEST(bitmasks) { ck_assert_int_eq(each_mask(one_mask), 5334); } /* as many as the architecture has */
END_TEST

START_TEST(bitmask_registers) {
  static const uint64_t mask = 0xff0;
  for (int d = 0; d < REGISTERS; d++)
    for (int n = 0; n <= ZR; n++) {
      char alias[80] = "";
      snprintf(alias, sizeof alias, n == ZR ? " | mov %s, #%#" PRIx64 : "", x(d), mask);
      if (d != ZR) {
        says_logic(a64_and_imm, "and", d, n, mask, "");
        says_logic(a64_orr_imm, "orr", d, n, mask, alias);
        says_logic(a64_eor_imm, "eor", d, n, mask, "");
      }
      snprintf(alias, sizeof alias, d == ZR ? " | tst %s, #%#" PRIx64 : "", x(n), mask);
      if (d != STACK)
        says_logic(a64_ands_imm, "ands", d, n, mask, alias);
    }
  REFUSED(a64_and_imm(XZR, reg(1), mask), "and", "d is 31, which is xzr");
  REFUSED(a64_ands_imm(SP, reg(1), mask), "ands", "d is 31, which is sp");
  REFUSED(a64_orr_imm(reg(1), SP, mask), "orr", "n is 31, which is sp");
  REFUSED(a64_eor_imm(reg(1), (A64Reg){32, false}, mask), "eor", "n is 32");
}
END_TEST

START_TEST(no_bitmasks) {
  static const uint64_t wrong[] = {0,
                                   UINT64_MAX,
                                   5,
                                   0xb,
                                   0x1234,
                                   0xff00ff,
                                   0x55555555,
                                   0x10001,
                                   UINT64_C(0x5555555555555554),
                                   UINT64_C(0x00ff00ff00ff00fe)};
  uint32_t (*const encode[])(A64Reg, A64Reg, uint64_t) = {a64_and_imm, a64_orr_imm, a64_eor_imm, a64_ands_imm};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    ck_assert(!a64_is_bitmask(wrong[i]));
    for (size_t e = 0; e < COUNT(encode); e++)
      REFUSED(encode[e](reg(1), reg(2), wrong[i]), "logic", "is no repeated, rotated run of ones");
  }
}
END_TEST

/* ---- Multiply, divide, shift, bits ----------------------------------------------------------------------------- */

START_TEST(multiply) {
  for (int d = 0; d <= ZR; d++)
    for (int n = 0; n <= ZR; n++)
      for (int m = 0; m <= ZR; m++) {
        int accumulators[] = {ZR, (d + n + m) % 31};
        for (int i = 0; i < 2; i++) {
          int a = accumulators[i];
          char mul[64] = "", mneg[64] = "";
          snprintf(mul, sizeof mul, a == ZR ? " | mul %s, %s, %s" : "", x(d), x(n), x(m));
          snprintf(mneg, sizeof mneg, a == ZR ? " | mneg %s, %s, %s" : "", x(d), x(n), x(m));
          SAYS(a64_madd(reg(d), reg(n), reg(m), reg(a)), "madd %s, %s, %s, %s%s", x(d), x(n), x(m), x(a), mul);
          SAYS(a64_msub(reg(d), reg(n), reg(m), reg(a)), "msub %s, %s, %s, %s%s", x(d), x(n), x(m), x(a), mneg);
        }
      }
  REFUSED(a64_madd(reg(1), reg(2), reg(3), SP), "madd", "a is 31, which is sp");
  REFUSED(a64_msub(SP, reg(2), reg(3), reg(4)), "msub", "d is 31, which is sp");
  REFUSED(a64_madd(reg(1), reg(2), reg(3), (A64Reg){32, false}), "madd", "a is 32");
}
END_TEST

static const struct {
  uint32_t (*encode)(A64Reg, A64Reg, A64Reg);
  const char *mnemonic;
} three_register[] = {{a64_sdiv, "sdiv"},   {a64_asrv, "asr"},  {a64_rorv, "ror"}, {a64_umulh, "umulh"},
                      {a64_smulh, "smulh"}, {a64_udiv, "udiv"}, {a64_lslv, "lsl"}, {a64_lsrv, "lsr"}};

START_TEST(three_register_forms) {
  uint32_t (*encode)(A64Reg, A64Reg, A64Reg) = three_register[_i].encode;
  for (int d = 0; d <= ZR; d++)
    for (int n = 0; n <= ZR; n++)
      for (int m = 0; m <= ZR; m++)
        SAYS(encode(reg(d), reg(n), reg(m)), "%s %s, %s, %s", three_register[_i].mnemonic, x(d), x(n), x(m));
  REFUSED(encode(SP, reg(2), reg(3)), "sp", "d is 31, which is sp");
  REFUSED(encode(reg(1), SP, reg(3)), "sp", "n is 31, which is sp");
  REFUSED(encode(reg(1), reg(2), SP), "sp", "m is 31, which is sp");
}
END_TEST

START_TEST(shifts) {
  for (int d = 0; d <= ZR; d++)
    for (int n = 0; n <= ZR; n++)
      for (int count = 0; count < 64; count += (d + n) % 3 + 1) {
        SAYS(a64_lsr_imm(reg(d), reg(n), count), "lsr %s, %s, #%d", x(d), x(n), count);
        SAYS(a64_asr_imm(reg(d), reg(n), count), "asr %s, %s, #%d", x(d), x(n), count);
        SAYS(a64_ror_imm(reg(d), reg(n), count), "ror %s, %s, #%d", x(d), x(n), count);
        if (count) /* a left shift by 0 is the same word as a right shift by 0 */
          SAYS(a64_lsl_imm(reg(d), reg(n), count), "lsl %s, %s, #%d", x(d), x(n), count);
        else
          SAYS(a64_lsl_imm(reg(d), reg(n), count), "lsr %s, %s, #0", x(d), x(n));
      }
  for (int count = 1; count < 64; count++)
    SAYS(a64_lsl_imm(reg(30), reg(10), count), "lsl x30, x10, #%d", count);
  REFUSED(a64_lsl_imm(reg(1), reg(2), 64), "lsl", "count is 64");
  REFUSED(a64_asr_imm(reg(1), reg(2), 64), "asr", "count is 64");
  REFUSED(a64_ror_imm(reg(1), reg(2), -1), "ror", "count is -1");
  REFUSED(a64_asr_imm(SP, reg(2), 1), "asr", "d is 31, which is sp");
  REFUSED(a64_ror_imm(reg(1), SP, 1), "ror", "n is 31, which is sp");
  REFUSED(a64_lsr_imm(reg(1), reg(2), -1), "lsr", "count is -1");
  REFUSED(a64_lsl_imm(SP, reg(2), 1), "lsl", "d is 31, which is sp");
  REFUSED(a64_lsr_imm(reg(1), SP, 1), "lsr", "n is 31, which is sp");
}
END_TEST

START_TEST(bit_instructions) {
  for (int d = 0; d <= ZR; d++)
    for (int n = 0; n <= ZR; n++) {
      SAYS(a64_rbit(reg(d), reg(n)), "rbit %s, %s", x(d), x(n));
      SAYS(a64_clz(reg(d), reg(n)), "clz %s, %s", x(d), x(n));
      SAYS(a64_rev(reg(d), reg(n)), "rev %s, %s", x(d), x(n));
    }
  static const char *const conditions[] = {"eq", "ne", "hs", "lo", "mi", "pl", "vs",
                                           "vc", "hi", "ls", "ge", "lt", "gt", "le"};
  for (int d = 0; d <= ZR; d++)
    for (int n = 0; n <= ZR; n++)
      for (int m = 0; m <= ZR; m++) {
        int cond = (d + n + m) % 14;
        SAYS(a64_csel(reg(d), reg(n), reg(m), (A64Cond)cond), "csel %s, %s, %s, %s", x(d), x(n), x(m),
             conditions[cond]);
      }
  for (int cond = 0; cond < 14; cond++)
    SAYS(a64_csel(reg(3), reg(21), reg(10), (A64Cond)cond), "csel x3, x21, x10, %s", conditions[cond]);
  REFUSED(a64_csel(reg(1), reg(2), reg(3), (A64Cond)14), "csel", "condition is 14");
  REFUSED(a64_csel(SP, reg(2), reg(3), A64_EQ), "csel", "d is 31, which is sp");
  REFUSED(a64_rev(SP, reg(1)), "rev", "d is 31, which is sp");
  REFUSED(a64_rbit(SP, reg(1)), "rbit", "d is 31, which is sp");
  REFUSED(a64_clz(reg(1), SP), "clz", "n is 31, which is sp");
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *mnemonic, *unscaled_mnemonic;
  char prefix; /* of the register's name */
  int size;
  uint32_t (*offset)(A64Reg, A64Reg, int64_t);
  uint32_t (*unscaled)(A64Reg, A64Reg, int64_t);
  uint32_t (*index)(A64Reg, A64Reg, A64Reg);
  uint32_t (*post)(A64Reg, A64Reg, int64_t);
} Access;

static const Access accesses[] = {
    {"ldrb", "ldurb", 'w', 1, a64_ldrb_offset, a64_ldurb, a64_ldrb_index, a64_ldrb_post},
    {"strb", "sturb", 'w', 1, a64_strb_offset, a64_sturb, a64_strb_index, a64_strb_post},
    {"ldrh", "ldurh", 'w', 2, a64_ldrh_offset, a64_ldurh, a64_ldrh_index, a64_ldrh_post},
    {"strh", "sturh", 'w', 2, a64_strh_offset, a64_sturh, a64_strh_index, a64_strh_post},
    {"ldr", "ldur", 'w', 4, a64_ldr_w_offset, a64_ldur_w, a64_ldr_w_index, a64_ldr_w_post},
    {"str", "stur", 'w', 4, a64_str_w_offset, a64_stur_w, a64_str_w_index, a64_str_w_post},
    {"ldr", "ldur", 'x', 8, a64_ldr_x_offset, a64_ldur_x, a64_ldr_x_index, a64_ldr_x_post},
    {"str", "stur", 'x', 8, a64_str_x_offset, a64_stur_x, a64_str_x_index, a64_str_x_post},
    {"ldrsh", NULL, 'x', 2, NULL, NULL, a64_ldrsh_x_index, NULL},
};

static void says_offsets(const Access *a, int t, int n) {
  const int64_t scaled[] = {0, a->size, 256L * a->size, 4094L * a->size, 4095L * a->size};
  static const int64_t unscaled[] = {-256, -255, -1, 0, 1, 254, 255};
  for (size_t i = 0; i < COUNT(scaled); i++)
    SAYS(a->offset(reg(t), reg(n), scaled[i]), "%s %s, [%s, #%" PRId64 "]", a->mnemonic, name(a->prefix, t), x(n),
         scaled[i]);
  for (size_t i = 0; i < COUNT(unscaled); i++)
    SAYS(a->unscaled(reg(t), reg(n), unscaled[i]), "%s %s, [%s, #%" PRId64 "]", a->unscaled_mnemonic,
         name(a->prefix, t), x(n), unscaled[i]);
}

START_TEST(memory_offset_forms) {
  const Access *a = &accesses[_i];
  if (!a->offset)
    return;
  for (int t = 0; t <= ZR; t++)
    for (int n = 0; n < REGISTERS; n++)
      if (n != ZR)
        says_offsets(a, t, n);
  REFUSED(a->offset(reg(1), reg(2), -a->size), a->mnemonic, "offset is -");
  REFUSED(a->offset(reg(1), reg(2), 4096L * a->size), a->mnemonic, "is not within 0..");
  if (a->size > 1)
    REFUSED(a->offset(reg(1), reg(2), a->size + 1), a->mnemonic, "is no multiple of");
  REFUSED(a->offset(SP, reg(2), 0), a->mnemonic, "t is 31, which is sp");
  REFUSED(a->offset(reg(1), XZR, 0), a->mnemonic, "n is 31, which is xzr");
  REFUSED(a->unscaled(reg(1), reg(2), -257), a->mnemonic, "offset is -257");
  REFUSED(a->unscaled(reg(1), reg(2), 256), a->mnemonic, "offset is 256");
  REFUSED(a->unscaled(SP, reg(2), 0), a->mnemonic, "t is 31, which is sp");
  REFUSED(a->unscaled(reg(1), XZR, 0), a->mnemonic, "n is 31, which is xzr");
}
END_TEST

START_TEST(memory_index_forms) {
  const Access *a = &accesses[_i];
  int log2 = a->size == 8 ? 3 : a->size >> 1;
  char scale[24] = "";
  if (log2)
    snprintf(scale, sizeof scale, ", lsl #%d", log2);
  for (int t = 0; t <= ZR; t++)
    for (int n = 0; n < REGISTERS; n++)
      for (int m = 0; m <= ZR; m++)
        if (n != ZR)
          SAYS(a->index(reg(t), reg(n), reg(m)), "%s %s, [%s, %s%s]", a->mnemonic, name(a->prefix, t), x(n), x(m),
               scale);
  REFUSED(a->index(SP, reg(2), reg(3)), a->mnemonic, "t is 31, which is sp");
  REFUSED(a->index(reg(1), XZR, reg(3)), a->mnemonic, "n is 31, which is xzr");
  REFUSED(a->index(reg(1), reg(2), SP), a->mnemonic, "m is 31, which is sp");
}
END_TEST

static const int64_t writeback_offsets[] = {-256, -16, -1, 0, 1, 16, 255};

START_TEST(memory_post_forms) {
  const Access *a = &accesses[_i];
  if (!a->post)
    return;
  for (int t = 0; t <= ZR; t++)
    for (int n = 0; n < REGISTERS; n++)
      for (size_t i = 0; i < COUNT(writeback_offsets) && n != ZR; i++)
        if (t == n)
          REFUSED(a->post(reg(t), reg(n), writeback_offsets[i]), a->mnemonic, "written twice");
        else
          SAYS(a->post(reg(t), reg(n), writeback_offsets[i]), "%s %s, [%s], #%" PRId64, a->mnemonic, name(a->prefix, t),
               x(n), writeback_offsets[i]);
  REFUSED(a->post(reg(1), SP, 256), a->mnemonic, "offset is 256");
  REFUSED(a->post(reg(1), SP, -257), a->mnemonic, "offset is -257");
  REFUSED(a->post(SP, reg(2), 1), a->mnemonic, "t is 31, which is sp");
  REFUSED(a->post(reg(1), XZR, 1), a->mnemonic, "n is 31, which is xzr");
}
END_TEST

START_TEST(writeback_forms) {
  for (int t = 0; t <= ZR; t++)
    for (int n = 0; n < REGISTERS; n++)
      for (size_t i = 0; i < COUNT(writeback_offsets) && n != ZR; i++) {
        int64_t offset = writeback_offsets[i];
        uint32_t store = a64_str_x_pre(reg(t), reg(n), offset);
        if (t == n)
          REFUSED(store, "str", "written twice");
        else if (offset)
          SAYS(store, "str %s, [%s, #%" PRId64 "]!", x(t), x(n), offset);
        else /* "#0" is left out in brackets by encoding_canonical */
          SAYS(store, "str %s, [%s, #0]!", x(t), x(n));
      }
  REFUSED(a64_str_x_pre(reg(1), SP, -257), "str", "offset is -257");
}
END_TEST

static const struct {
  uint32_t (*encode)(A64Reg, A64Reg, A64Reg, int64_t);
  const char *format; /* of mnemonic, t, t2, n, offset */
  bool load, writes_back;
  int unit; /* bytes of a register */
} pairs[] = {{a64_stp_pre, "stp %s, %s, [%s, #%" PRId64 "]!", false, true, 8},
             {a64_stp_offset, "stp %s, %s, [%s, #%" PRId64 "]", false, false, 8},
             {a64_ldp_post, "ldp %s, %s, [%s], #%" PRId64, true, true, 8},
             {a64_ldp_offset, "ldp %s, %s, [%s, #%" PRId64 "]", true, false, 8},
             {a64_ldp_w_offset, "ldp %s, %s, [%s, #%" PRId64 "]", true, false, 4}};

START_TEST(pair_forms) {
  static const int64_t units[] = {-64, -1, 1, 2, 0, 63};
  const int64_t unit = pairs[_i].unit;
  const char width = unit == 8 ? 'x' : 'w';
  uint32_t (*encode)(A64Reg, A64Reg, A64Reg, int64_t) = pairs[_i].encode;
  size_t turn = 0;
  for (int t = 0; t <= ZR; t++)
    for (int t2 = 0; t2 <= ZR; t2++)
      for (int n = 0; n < REGISTERS; n++) {
        int64_t offset = unit * units[turn++ % COUNT(units)];
        uint32_t word = encode(reg(t), reg(t2), reg(n), offset);
        char meant[96];
        snprintf(meant, sizeof meant, pairs[_i].format, name(width, t), name(width, t2), x(n), offset);
        if (n == ZR)
          REFUSED(word, meant, "");
        else if ((pairs[_i].load && t == t2) || (pairs[_i].writes_back && (t == n || t2 == n)))
          REFUSED(word, meant, "twice");
        else
          SAYS(word, "%s", meant);
      }
  REFUSED(encode(reg(1), reg(2), SP, -65 * unit), "pair", unit == 8 ? "offset is -520" : "offset is -260");
  REFUSED(encode(reg(1), reg(2), SP, 64 * unit), "pair", unit == 8 ? "offset is 512" : "offset is 256");
  REFUSED(encode(reg(1), reg(2), SP, unit / 2), "pair", unit == 8 ? "is no multiple of 8" : "is no multiple of 4");
  REFUSED(encode(SP, reg(2), reg(3), 0), "pair", "t is 31, which is sp");
  REFUSED(encode(reg(1), SP, reg(3), 0), "pair", "t2 is 31, which is sp");
}
END_TEST

/* ---- Branches and addresses ------------------------------------------------------------------------------------ */

/* Displacements at the edges of a signed field of `bits` bits that counts in units of `unit`. */
static size_t reaches(int bits, int64_t unit, int64_t *out) {
  int64_t half = INT64_C(1) << (bits - 1);
  const int64_t edges[] = {-half, -half + 1, -1, 0, 1, 7, half - 2, half - 1};
  for (size_t i = 0; i < COUNT(edges); i++)
    out[i] = edges[i] * unit;
  return COUNT(edges);
}

START_TEST(branches) {
  int64_t reach[8];
  for (size_t i = 0; i < reaches(26, 4, reach); i++) {
    SAYS(a64_b(reach[i]), "b #%" PRId64, reach[i]);
    SAYS(a64_bl(reach[i]), "bl #%" PRId64, reach[i]);
  }
  REFUSED(a64_b(INT64_C(1) << 27), "b", "displacement is 134217728");
  REFUSED(a64_b(-(INT64_C(1) << 27) - 4), "b", "displacement is -134217732");
  REFUSED(a64_bl(2), "bl", "is no multiple of 4");
  static const char *const conditions[] = {"eq", "ne", "hs", "lo", "mi", "pl", "vs",
                                           "vc", "hi", "ls", "ge", "lt", "gt", "le"};
  for (int c = 0; c < 14; c++)
    for (size_t i = 0; i < reaches(19, 4, reach); i++)
      SAYS(a64_b_cond((A64Cond)c, reach[i]), "b.%s #%" PRId64, conditions[c], reach[i]);
  REFUSED(a64_b_cond(A64_EQ, 1 << 20), "b.cond", "displacement is 1048576");
  REFUSED(a64_b_cond(A64_EQ, -(1 << 20) - 4), "b.cond", "displacement is -1048580");
  REFUSED(a64_b_cond(A64_EQ, 1), "b.cond", "is no multiple of 4");
  REFUSED(a64_b_cond((A64Cond)14, 0), "b.cond", "condition is 14");
}
END_TEST

START_TEST(compare_and_branch) {
  int64_t reach[8];
  for (int t = 0; t <= ZR; t++)
    for (size_t i = 0; i < reaches(19, 4, reach); i++) {
      SAYS(a64_cbz(reg(t), reach[i]), "cbz %s, #%" PRId64, x(t), reach[i]);
      SAYS(a64_cbnz(reg(t), reach[i]), "cbnz %s, #%" PRId64, x(t), reach[i]);
    }
  REFUSED(a64_cbz(SP, 0), "cbz", "t is 31, which is sp");
  REFUSED(a64_cbnz(reg(1), 1 << 20), "cbnz", "displacement is 1048576");
  REFUSED(a64_cbz(reg(1), -(1 << 20) - 4), "cbz", "displacement is -1048580");
  for (int t = 0; t <= ZR; t++)
    for (int bit = 0; bit < 64; bit++)
      for (size_t i = 0; i < reaches(14, 4, reach); i++) {
        const char *w = name(bit < 32 ? 'w' : 'x', t);
        SAYS(a64_tbz(reg(t), bit, reach[i]), "tbz %s, #%d, #%" PRId64, w, bit, reach[i]);
        SAYS(a64_tbnz(reg(t), bit, reach[i]), "tbnz %s, #%d, #%" PRId64, w, bit, reach[i]);
      }
  REFUSED(a64_tbz(reg(1), 64, 0), "tbz", "bit is 64");
  REFUSED(a64_tbnz(reg(1), -1, 0), "tbnz", "bit is -1");
  REFUSED(a64_tbz(reg(1), 0, 32768), "tbz", "displacement is 32768");
  REFUSED(a64_tbnz(reg(1), 0, -32772), "tbnz", "displacement is -32772");
  REFUSED(a64_tbz(SP, 0, 0), "tbz", "t is 31, which is sp");
}
END_TEST

START_TEST(addresses) {
  int64_t reach[8];
  for (int d = 0; d <= ZR; d++) {
    for (size_t i = 0; i < reaches(21, 1, reach); i++)
      SAYS(a64_adr(reg(d), reach[i]), "adr %s, #%" PRId64, x(d), reach[i]);
    for (size_t i = 0; i < reaches(21, 4096, reach); i++)
      SAYS(a64_adrp(reg(d), reach[i]), "adrp %s, #%" PRId64, x(d), reach[i]);
    for (size_t i = 0; i < reaches(19, 4, reach); i++) {
      SAYS(a64_ldr_w_literal(reg(d), reach[i]), "ldr %s, #%" PRId64, name('w', d), reach[i]);
      SAYS(a64_ldr_x_literal(reg(d), reach[i]), "ldr %s, #%" PRId64, x(d), reach[i]);
    }
    SAYS(a64_br(reg(d)), "br %s", x(d));
    SAYS(a64_blr(reg(d)), "blr %s", x(d));
  }
  REFUSED(a64_adr(reg(1), 1 << 20), "adr", "displacement is 1048576");
  REFUSED(a64_adr(reg(1), -(1 << 20) - 1), "adr", "displacement is -1048577");
  REFUSED(a64_adrp(reg(1), INT64_C(1) << 32), "adrp", "displacement is 4294967296");
  REFUSED(a64_adrp(reg(1), -(INT64_C(1) << 32) - 4096), "adrp", "displacement is -4294971392");
  REFUSED(a64_adrp(reg(1), 8), "adrp", "is no multiple of 4096");
  REFUSED(a64_adr(SP, 0), "adr", "d is 31, which is sp");
  REFUSED(a64_ldr_w_literal(reg(1), 1 << 20), "ldr_w_literal", "displacement is 1048576");
  REFUSED(a64_ldr_x_literal(reg(1), -(1 << 20) - 4), "ldr_x_literal", "displacement is -1048580");
  REFUSED(a64_ldr_x_literal(reg(1), 6), "ldr_x_literal", "is no multiple of 4");
  REFUSED(a64_ldr_w_literal(SP, 0), "ldr_w_literal", "t is 31, which is sp");
  REFUSED(a64_br(SP), "br", "n is 31, which is sp");
  REFUSED(a64_blr(SP), "blr", "n is 31, which is sp");
}
END_TEST

START_TEST(system_instructions) {
  SAYS(a64_ret(), "ret");
  SAYS(a64_nop(), "nop");
  static const int64_t immediates[] = {0, 1, 0x1234, 0xffff};
  for (size_t i = 0; i < COUNT(immediates); i++) {
    SAYS(a64_svc(immediates[i]), "svc #%" PRId64, immediates[i]);
    SAYS(a64_brk(immediates[i]), "brk #%" PRId64, immediates[i]);
  }
  REFUSED(a64_svc(-1), "svc", "imm16 is -1");
  REFUSED(a64_svc(65536), "svc", "imm16 is 65536");
  REFUSED(a64_brk(-1), "brk", "imm16 is -1");
  REFUSED(a64_brk(65536), "brk", "imm16 is 65536");
}
END_TEST

/* ---- NEON ------------------------------------------------------------------------------------------------------ */

static const struct {
  uint32_t (*encode)(A64Vec, A64Vec, A64Vec);
  const char *mnemonic;
} three_vector[] = {
    {a64_orr_16b, "orr"}, {a64_and_16b, "and"}, {a64_sub_16b, "sub"}, {a64_cmeq_16b, "cmeq"}, {a64_cmhs_16b, "cmhs"}};

START_TEST(three_vector_forms) {
  for (int d = 0; d < 32; d++)
    for (int n = 0; n < 32; n++)
      for (int m = 0; m < 32; m++) {
        char alias[48] = "";
        if (three_vector[_i].encode == a64_orr_16b && n == m)
          snprintf(alias, sizeof alias, " | mov v%d.16b, v%d.16b", d, n);
        SAYS(three_vector[_i].encode(vec(d), vec(n), vec(m)), "%s v%d.16b, v%d.16b, v%d.16b%s",
             three_vector[_i].mnemonic, d, n, m, alias);
      }
  REFUSED(three_vector[_i].encode(vec(32), vec(0), vec(0)), "v32", "d is 32");
  REFUSED(three_vector[_i].encode(vec(0), vec(32), vec(0)), "v32", "n is 32");
  REFUSED(three_vector[_i].encode(vec(0), vec(0), vec(32)), "v32", "m is 32");
}
END_TEST

START_TEST(two_vector_forms) {
  for (int d = 0; d < 32; d++)
    for (int n = 0; n < 32; n++) {
      SAYS(a64_cmeq_16b_zero(vec(d), vec(n)), "cmeq v%d.16b, v%d.16b, #0", d, n);
      SAYS(a64_cmlt_16b_zero(vec(d), vec(n)), "cmlt v%d.16b, v%d.16b, #0", d, n);
      for (int count = 1; count <= 8; count++)
        SAYS(a64_shrn_8b(vec(d), vec(n), count), "shrn v%d.8b, v%d.8h, #%d", d, n, count);
      SAYS(a64_fmov_x_d(reg(d), vec(n)), "fmov %s, d%d", x(d), n);
    }
  REFUSED(a64_shrn_8b(vec(1), vec(2), 0), "shrn", "count is 0");
  REFUSED(a64_shrn_8b(vec(1), vec(2), 9), "shrn", "count is 9");
  REFUSED(a64_fmov_x_d(SP, vec(2)), "fmov", "d is 31, which is sp");
  REFUSED(a64_fmov_x_d(reg(1), vec(32)), "fmov", "n is 32");
  REFUSED(a64_cmeq_16b_zero(vec(32), vec(0)), "cmeq", "d is 32");
  REFUSED(a64_cmlt_16b_zero(vec(0), vec(32)), "cmlt", "n is 32");
}
END_TEST

START_TEST(vector_immediates) {
  for (int d = 0; d < 32; d++)
    for (int imm = 0; imm < 256; imm++)
      SAYS(a64_movi_16b(vec(d), imm), "movi v%d.16b, #%d", d, imm);
  REFUSED(a64_movi_16b(vec(0), -1), "movi", "imm8 is -1");
  REFUSED(a64_movi_16b(vec(0), 256), "movi", "imm8 is 256");
  REFUSED(a64_movi_16b(vec(32), 0), "movi", "d is 32");
}
END_TEST

START_TEST(vector_memory) {
  static const int64_t scaled[] = {0, 16, 4096, 65504, 65520}, unscaled[] = {-256, -1, 0, 1, 255};
  for (int t = 0; t < 32; t++)
    for (int n = 0; n < REGISTERS; n++)
      for (size_t i = 0; i < 5 && n != ZR; i++) {
        SAYS(a64_ldr_q_offset(vec(t), reg(n), scaled[i]), "ldr q%d, [%s, #%" PRId64 "]", t, x(n), scaled[i]);
        SAYS(a64_str_q_offset(vec(t), reg(n), scaled[i]), "str q%d, [%s, #%" PRId64 "]", t, x(n), scaled[i]);
        SAYS(a64_ldur_q(vec(t), reg(n), unscaled[i]), "ldur q%d, [%s, #%" PRId64 "]", t, x(n), unscaled[i]);
        SAYS(a64_stur_q(vec(t), reg(n), unscaled[i]), "stur q%d, [%s, #%" PRId64 "]", t, x(n), unscaled[i]);
        SAYS(a64_str_q_post(vec(t), reg(n), unscaled[i]), "str q%d, [%s], #%" PRId64, t, x(n), unscaled[i]);
      }
  int64_t reach[8];
  for (int t = 0; t < 32; t++)
    for (size_t i = 0; i < reaches(19, 4, reach); i++)
      SAYS(a64_ldr_q_literal(vec(t), reach[i]), "ldr q%d, #%" PRId64, t, reach[i]);
  REFUSED(a64_ldr_q_literal(vec(1), 1 << 20), "ldr_q_literal", "displacement is 1048576");
  REFUSED(a64_ldr_q_literal(vec(1), 6), "ldr_q_literal", "is no multiple of 4");
  REFUSED(a64_ldr_q_literal(vec(32), 0), "ldr_q_literal", "t is 32");
  uint32_t (*const by_offset[])(A64Vec, A64Reg, int64_t) = {a64_ldr_q_offset, a64_str_q_offset};
  uint32_t (*const by_bytes[])(A64Vec, A64Reg, int64_t) = {a64_ldur_q, a64_stur_q, a64_str_q_post};
  for (size_t i = 0; i < COUNT(by_offset); i++) {
    REFUSED(by_offset[i](vec(0), reg(1), -16), "q", "offset is -16");
    REFUSED(by_offset[i](vec(0), reg(1), 65536), "q", "offset is 65536");
    REFUSED(by_offset[i](vec(0), reg(1), 8), "q", "is no multiple of 16");
    REFUSED(by_offset[i](vec(0), XZR, 0), "q", "n is 31, which is xzr");
    REFUSED(by_offset[i](vec(32), reg(1), 0), "q", "t is 32");
  }
  for (size_t i = 0; i < COUNT(by_bytes); i++) {
    REFUSED(by_bytes[i](vec(0), reg(1), -257), "q", "offset is -257");
    REFUSED(by_bytes[i](vec(0), reg(1), 256), "q", "offset is 256");
    REFUSED(by_bytes[i](vec(0), XZR, 0), "q", "n is 31, which is xzr");
    REFUSED(by_bytes[i](vec(32), reg(1), 0), "q", "t is 32");
  }
}
END_TEST

START_TEST(samples) { ck_assert_int_ge(expect_samples(ENCODING_A64, "generators/isa/a64.h"), 30); }
END_TEST

/* Whatever a64.h declares has been asked about above. */
START_TEST(every_encoder_is_proven) { proof_end(); }
END_TEST

int main(void) {
  proof_begin("generators/isa/a64.h", "uint32_t", "a64_");
  Suite *suite = suite_create("arm64 encoders");
  TCase *tc = tcase_create("every operand");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, wide_move_forms, 0, (int)COUNT(wide_moves));
  tcase_add_loop_test(tc, arithmetic_immediate_forms, 0, (int)COUNT(arithmetic_immediate));
  tcase_add_loop_test(tc, shifted_register_forms, 0, (int)COUNT(shifted_register));
  tcase_add_test(tc, bitmasks);
  tcase_add_test(tc, bitmask_registers);
  tcase_add_test(tc, no_bitmasks);
  tcase_add_test(tc, multiply);
  tcase_add_loop_test(tc, three_register_forms, 0, (int)COUNT(three_register));
  tcase_add_test(tc, shifts);
  tcase_add_test(tc, bit_instructions);
  tcase_add_loop_test(tc, memory_offset_forms, 0, (int)COUNT(accesses));
  tcase_add_loop_test(tc, memory_index_forms, 0, (int)COUNT(accesses));
  tcase_add_loop_test(tc, memory_post_forms, 0, (int)COUNT(accesses));
  tcase_add_test(tc, writeback_forms);
  tcase_add_loop_test(tc, pair_forms, 0, (int)COUNT(pairs));
  tcase_add_test(tc, branches);
  tcase_add_test(tc, compare_and_branch);
  tcase_add_test(tc, addresses);
  tcase_add_test(tc, system_instructions);
  tcase_add_loop_test(tc, three_vector_forms, 0, (int)COUNT(three_vector));
  tcase_add_test(tc, two_vector_forms);
  tcase_add_test(tc, vector_immediates);
  tcase_add_test(tc, vector_memory);
  tcase_add_test(tc, samples);
  tcase_add_test(tc, every_encoder_is_proven); /* the last one */
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
