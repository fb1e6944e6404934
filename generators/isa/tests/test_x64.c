/* test_x64.c: every encoder of x64.h, over all of its registers and both edges of each immediate, against LLVM,
 * Capstone and Zydis; and each refusal, one step outside of each edge. The rows of the tables are the encoders; the
 * loops below them are the operands. */
/* reads: generators/isa generators/lay */
#include "expect.h"
#include "isa/registers.h"
#include "isa/x64.h"
#include "proof.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SAYS(code, bits, ...) expect_says(ENCODING_X64, code, bits, __VA_ARGS__)
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define S32_LEAST INT64_C(-0x80000000)
#define S32_MOST INT64_C(0x7fffffff)
#define U32_MOST INT64_C(0xffffffff)

static const char *const names64[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                      "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
static const char *const names32[] = {"eax", "ecx", "edx",  "ebx",  "esp",  "ebp",  "esi",  "edi",
                                      "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"};
static const char *const names16[] = {"ax",  "cx",  "dx",   "bx",   "sp",   "bp",   "si",   "di",
                                      "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"};
static const char *const names8[] = {"al",  "cl",  "dl",   "bl",   "spl",  "bpl",  "sil",  "dil",
                                     "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"};

static const char *name(int width, int number) {
  return (width == 64 ? names64 : width == 32 ? names32 : width == 16 ? names16 : names8)[number];
}

static X64Reg reg(int number) { return (X64Reg){(unsigned char)number}; }
static X64Xmm xmm(int number) { return (X64Xmm){(unsigned char)number}; }

/* Values at which an encoding changes its form, or nearly does. */
static const int64_t edges[] = {INT64_MIN,
                                S32_LEAST - 1,
                                S32_LEAST,
                                S32_LEAST + 1,
                                -32769,
                                -32768,
                                -257,
                                -256,
                                -255,
                                -129,
                                -128,
                                -127,
                                -2,
                                -1,
                                0,
                                1,
                                2,
                                3,
                                62,
                                63,
                                64,
                                126,
                                127,
                                128,
                                129,
                                254,
                                255,
                                256,
                                32767,
                                32768,
                                65535,
                                65536,
                                S32_MOST - 1,
                                S32_MOST,
                                S32_MOST + 1,
                                U32_MOST - 1,
                                U32_MOST,
                                U32_MOST + 1,
                                INT64_MAX};

/* ---- Registers ------------------------------------------------------------------------------------------------- */

#define ARITHMETIC_RR(op)                                                                                              \
  {x64_##op##_r64_r64, #op, 64, 64}, { x64_##op##_r32_r32, #op, 32, 32 }

static const struct {
  LayCode (*encode)(X64Reg, X64Reg);
  const char *mnemonic;
  int width_d, width_s;
} two_registers[] = {
    {x64_mov_r64_r64, "mov", 64, 64},
    {x64_mov_r32_r32, "mov", 32, 32},
    {x64_movzx_r32_r8, "movzx", 32, 8},
    {x64_movzx_r32_r16, "movzx", 32, 16},
    {x64_test_r64_r64, "test", 64, 64},
    {x64_test_r32_r32, "test", 32, 32},
    {x64_imul_r64_r64, "imul", 64, 64},
    {x64_bsf_r32_r32, "bsf", 32, 32},
    {x64_bsf_r64_r64, "bsf", 64, 64},
    {x64_bsr_r64_r64, "bsr", 64, 64},
    {x64_or_r8_r8, "or", 8, 8},
    ARITHMETIC_RR(add),
    ARITHMETIC_RR(or),
    ARITHMETIC_RR(and),
    ARITHMETIC_RR(sub),
    ARITHMETIC_RR(xor),
    ARITHMETIC_RR(cmp),
};

START_TEST(two_register_forms) {
  for (int d = 0; d < 16; d++)
    for (int s = 0; s < 16; s++)
      SAYS(two_registers[_i].encode(reg(d), reg(s)), 64, "%s %s, %s", two_registers[_i].mnemonic,
           name(two_registers[_i].width_d, d), name(two_registers[_i].width_s, s));
  expect_refused(two_registers[_i].encode(reg(16), reg(0)), two_registers[_i].mnemonic, "16");
  expect_refused(two_registers[_i].encode(reg(0), reg(16)), two_registers[_i].mnemonic, "16");
}
END_TEST

static const struct {
  LayCode (*encode)(X64Reg);
  const char *mnemonic, *rest;
} one_register[] = {
    {x64_not_r64, "not", ""},        {x64_mul_r64, "mul", ""},        {x64_imul_r64, "imul", ""},
    {x64_div_r64, "div", ""},        {x64_idiv_r64, "idiv", ""},      {x64_sar_r64_cl, "sar", ", cl"},
    {x64_ror_r64_cl, "ror", ", cl"}, {x64_bswap_r64, "bswap", ""},    {x64_call_r64, "call", ""},
    {x64_neg_r64, "neg", ""},        {x64_shl_r64_cl, "shl", ", cl"}, {x64_shr_r64_cl, "shr", ", cl"},
    {x64_jmp_r64, "jmp", ""},        {x64_push_r64, "push", ""},      {x64_pop_r64, "pop", ""},
};

START_TEST(one_register_forms) {
  for (int d = 0; d < 16; d++)
    SAYS(one_register[_i].encode(reg(d)), 64, "%s %s%s", one_register[_i].mnemonic, names64[d], one_register[_i].rest);
  expect_refused(one_register[_i].encode(reg(16)), one_register[_i].mnemonic, "16");
}
END_TEST

START_TEST(inc_dec) {
  for (int d = 0; d < 16; d++) {
    SAYS(x64_inc_r32(reg(d)), 64, "inc %s", names32[d]);
    SAYS(x64_dec_r32(reg(d)), 64, "dec %s", names32[d]);
  }
  expect_refused(x64_inc_r32(reg(16)), "inc", "16");
  expect_refused(x64_dec_r32(reg(255)), "dec", "255");
}
END_TEST

START_TEST(select_and_sign) {
  static const char *const conditions[] = {"o", "no", "b", "ae", "e", "ne", "be", "a",
                                           "s", "ns", "p", "np", "l", "ge", "le", "g"};
  static const char *const others[] = {"o", "no", "c",  "nb", "z",   "nz", "na", "nbe",
                                       "s", "ns", "pe", "po", "nge", "nl", "ng", "nle"};
  for (int cond = 0; cond < 16; cond++)
    for (int d = 0; d < 16; d++)
      for (int s = 0; s < 16; s++)
        SAYS(x64_cmov_r64_r64((X64Cond)cond, reg(d), reg(s)), 64, "cmov%s %s, %s | cmov%s %s, %s", conditions[cond],
             names64[d], names64[s], others[cond], names64[d], names64[s]);
  expect_refused(x64_cmov_r64_r64((X64Cond)16, RAX, RAX), "cmov", "condition is 16");
  expect_refused(x64_cmov_r64_r64(X64_E, reg(16), RAX), "cmov", "16");
  expect_refused(x64_cmov_r64_r64(X64_E, RAX, reg(16)), "cmov", "16");
  SAYS(x64_cqo(), 64, "cqo");
}
END_TEST

START_TEST(general_to_vector) {
  for (int x = 0; x < 16; x++)
    for (int r = 0; r < 16; r++) {
      SAYS(x64_movq_xmm_r64(XMM((unsigned char)x), reg(r)), 64, "movq xmm%d, %s", x, names64[r]);
      SAYS(x64_movq_r64_xmm(reg(r), XMM((unsigned char)x)), 64, "movq %s, xmm%d", names64[r], x);
    }
  expect_refused(x64_movq_xmm_r64(XMM(16), RAX), "movq", "16");
  expect_refused(x64_movq_r64_xmm(reg(16), XMM(0)), "movq", "16");
}
END_TEST

/* ---- Immediates ------------------------------------------------------------------------------------------------ */

#define ARITHMETIC_RI(op)                                                                                              \
  {x64_##op##_r64_imm, #op, 64, 64, S32_LEAST, S32_MOST}, { x64_##op##_r32_imm, #op, 32, 32, S32_LEAST, S32_MOST }

static const struct {
  LayCode (*encode)(X64Reg, int64_t);
  const char *mnemonic;
  int width, bits;
  int64_t least, most;
} register_immediate[] = {
    {x64_mov_r8_imm8, "mov", 8, 8, 0, 255},
    {x64_mov_r32_imm32, "mov", 32, 32, 0, U32_MOST},
    {x64_mov_r64_imm32, "mov", 64, 64, S32_LEAST, S32_MOST},
    {x64_mov_r64_imm64, "mov", 64, 64, INT64_MIN, INT64_MAX},
    {x64_test_r8_imm8, "test", 8, 8, 0, 255},
    {x64_test_r32_imm32, "test", 32, 32, 0, U32_MOST},
    {x64_test_r64_imm32, "test", 64, 64, S32_LEAST, S32_MOST},
    {x64_shl_r64_imm8, "shl", 64, 64, 0, 63},
    {x64_shr_r64_imm8, "shr", 64, 64, 0, 63},
    {x64_sar_r64_imm8, "sar", 64, 64, 0, 63},
    {x64_ror_r64_imm8, "ror", 64, 64, 0, 63},
    ARITHMETIC_RI(add),
    ARITHMETIC_RI(or),
    ARITHMETIC_RI(and),
    ARITHMETIC_RI(sub),
    ARITHMETIC_RI(xor),
    ARITHMETIC_RI(cmp),
};

START_TEST(register_immediate_forms) {
  for (int d = 0; d < 16; d++)
    for (size_t e = 0; e < COUNT(edges); e++) {
      LayCode code = register_immediate[_i].encode(reg(d), edges[e]);
      if (edges[e] < register_immediate[_i].least || edges[e] > register_immediate[_i].most)
        expect_refused(code, register_immediate[_i].mnemonic, "is not within");
      else
        SAYS(code, register_immediate[_i].bits, "%s %s, %" PRId64, register_immediate[_i].mnemonic,
             name(register_immediate[_i].width, d), edges[e]);
    }
  expect_refused(register_immediate[_i].encode(reg(16), 1), register_immediate[_i].mnemonic, "16");
}
END_TEST

START_TEST(imul_immediate) {
  for (int d = 0; d < 16; d++)
    for (int s = 0; s < 16; s++)
      for (size_t e = 0; e < COUNT(edges); e++) {
        LayCode code = x64_imul_r64_r64_imm(reg(d), reg(s), edges[e]);
        if (edges[e] < S32_LEAST || edges[e] > S32_MOST)
          expect_refused(code, "imul", "is not within");
        else
          SAYS(code, 64, "imul %s, %s, %" PRId64, names64[d], names64[s], edges[e]);
      }
  expect_refused(x64_imul_r64_r64_imm(reg(16), reg(0), 1), "imul", "16");
  expect_refused(x64_imul_r64_r64_imm(reg(0), reg(16), 1), "imul", "16");
}
END_TEST

/* The text does not show the length of an immediate: -128..127 take one byte, all others four. */
START_TEST(short_immediates) {
  static LayCode (*const encode[])(X64Reg, int64_t) = {x64_add_r64_imm, x64_or_r64_imm,  x64_and_r64_imm,
                                                       x64_sub_r64_imm, x64_xor_r64_imm, x64_cmp_r64_imm};
  for (size_t i = 0; i < COUNT(encode); i++) {
    ck_assert_int_eq(encode[i](R12, 127).len, 4);
    ck_assert_int_eq(encode[i](R12, -128).len, 4);
    ck_assert_int_eq(encode[i](R12, 128).len, 7);
    ck_assert_int_eq(encode[i](R12, -129).len, 7);
  }
  ck_assert_int_eq(x64_imul_r64_r64_imm(RBX, R9, 127).len, 4);
  ck_assert_int_eq(x64_imul_r64_r64_imm(RBX, R9, -129).len, 7);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* A memory operand and how it reads. */
typedef struct {
  X64Mem mem;
  char text[64];
} Operand;

static Operand based(int base, int64_t displacement) {
  Operand o = {.mem = x64_at(reg(base), displacement)};
  snprintf(o.text, sizeof o.text, "[%s %+" PRId64 "]", names64[base], displacement);
  return o;
}

static Operand indexed(int base, int index, int scale, int64_t displacement) {
  Operand o = {.mem = x64_at_indexed(reg(base), reg(index), scale, displacement)};
  snprintf(o.text, sizeof o.text, "[%s + %s*%d %+" PRId64 "]", names64[base], names64[index], scale, displacement);
  return o;
}

static Operand relative(int64_t displacement) {
  Operand o = {.mem = x64_at_rip(displacement)};
  snprintf(o.text, sizeof o.text, "[rip %+" PRId64 "]", displacement);
  return o;
}

static const int64_t displacements[] = {0, 1, -1, 127, 128, -128, -129, S32_MOST, S32_LEAST};

/* Call `one` with every base, index and scale, and with every base and displacement. */
static void each_operand(void (*one)(const Operand *operand, const void *row), const void *row) {
  size_t turn = 0;
  for (int base = 0; base < 16; base++) {
    for (size_t i = 0; i < COUNT(displacements); i++) {
      Operand o = based(base, displacements[i]);
      one(&o, row);
    }
    for (int index = 0; index < 16; index++)
      for (int scale = 1; scale <= 8; scale *= 2) {
        if (index == 4)
          continue;
        Operand o = indexed(base, index, scale, displacements[turn++ % COUNT(displacements)]);
        one(&o, row);
      }
  }
  for (size_t i = 0; i < COUNT(displacements); i++) {
    Operand o = relative(displacements[i]);
    one(&o, row);
  }
}

/* Operands that no ModRM can hold. */
static const struct {
  X64Mem mem;
  const char *words;
} bad_operands[] = {
    {{X64_BASE, {16}, {0}, 1, 0}, "base register number is 16"},
    {{X64_INDEXED, {0}, {4}, 1, 0}, "index register number is 4"},
    {{X64_INDEXED, {0}, {16}, 1, 0}, "index register number is 16"},
    {{X64_INDEXED, {16}, {0}, 1, 0}, "base register number is 16"},
    {{X64_INDEXED, {0}, {1}, 3, 0}, "scale is 3"},
    {{X64_INDEXED, {0}, {1}, 0, 0}, "scale is 0"},
    {{X64_BASE, {0}, {0}, 1, S32_MOST + 1}, "displacement is 2147483648"},
    {{X64_RIP, {0}, {0}, 1, S32_LEAST - 1}, "displacement is -2147483649"},
};

typedef struct {
  LayCode (*encode)(X64Reg, X64Mem);
  LayCode (*encode_store)(X64Mem, X64Reg);
  const char *mnemonic, *size;
  int width;
} RegisterMemory;

static const RegisterMemory register_memory[] = {
    {x64_mov_r8_m8, NULL, "mov", "byte ptr", 8},
    {x64_mov_r32_m32, NULL, "mov", "dword ptr", 32},
    {x64_mov_r64_m64, NULL, "mov", "qword ptr", 64},
    {x64_movzx_r32_m8, NULL, "movzx", "byte ptr", 32},
    {x64_movzx_r32_m16, NULL, "movzx", "word ptr", 32},
    {x64_movsx_r64_m16, NULL, "movsx", "word ptr", 64},
    {x64_movsx_r64_m8, NULL, "movsx", "byte ptr", 64},
    {x64_movsxd_r64_m32, NULL, "movsxd", "dword ptr", 64},
    {x64_lea_r64_m, NULL, "lea", "", 64},
    {NULL, x64_mov_m8_r8, "mov", "byte ptr", 8},
    {NULL, x64_mov_m16_r16, "mov", "word ptr", 16},
    {NULL, x64_mov_m32_r32, "mov", "dword ptr", 32},
    {NULL, x64_mov_m64_r64, "mov", "qword ptr", 64},
};

static void one_register_memory(const Operand *o, const void *context) {
  const RegisterMemory *row = context;
  for (int r = 0; r < 16; r++) {
    if (row->encode)
      SAYS(row->encode(reg(r), o->mem), 64, "%s %s, %s %s", row->mnemonic, name(row->width, r), row->size, o->text);
    else
      SAYS(row->encode_store(o->mem, reg(r)), 64, "%s %s %s, %s", row->mnemonic, row->size, o->text,
           name(row->width, r));
  }
}

START_TEST(register_memory_forms) {
  const RegisterMemory *row = &register_memory[_i];
  each_operand(one_register_memory, row);
  for (size_t i = 0; i < COUNT(bad_operands); i++)
    expect_refused(row->encode ? row->encode(RAX, bad_operands[i].mem) : row->encode_store(bad_operands[i].mem, RAX),
                   row->mnemonic, bad_operands[i].words);
  expect_refused(row->encode ? row->encode(reg(16), x64_at(RAX, 0)) : row->encode_store(x64_at(RAX, 0), reg(16)),
                 row->mnemonic, "register number is 16");
}
END_TEST

typedef struct {
  LayCode (*encode)(X64Xmm, X64Mem);
  LayCode (*encode_store)(X64Mem, X64Xmm);
  const char *mnemonic;
} XmmMemory;

static const XmmMemory xmm_memory[] = {
    {x64_movdqu_xmm_m128, NULL, "movdqu"},   {x64_movdqa_xmm_m128, NULL, "movdqa"},
    {NULL, x64_movdqu_m128_xmm, "movdqu"},   {x64_por_xmm_m128, NULL, "por"},
    {x64_pand_xmm_m128, NULL, "pand"},       {x64_pxor_xmm_m128, NULL, "pxor"},
    {x64_pcmpeqb_xmm_m128, NULL, "pcmpeqb"}, {x64_pcmpgtb_xmm_m128, NULL, "pcmpgtb"},
    {x64_psubb_xmm_m128, NULL, "psubb"},     {x64_pminub_xmm_m128, NULL, "pminub"},
    {x64_pmaxub_xmm_m128, NULL, "pmaxub"},
};

static void one_xmm_memory(const Operand *o, const void *context) {
  const XmmMemory *row = context;
  for (int x = 0; x < 16; x++) {
    if (row->encode)
      SAYS(row->encode(xmm(x), o->mem), 64, "%s xmm%d, xmmword ptr %s", row->mnemonic, x, o->text);
    else
      SAYS(row->encode_store(o->mem, xmm(x)), 64, "%s xmmword ptr %s, xmm%d", row->mnemonic, o->text, x);
  }
}

START_TEST(xmm_memory_forms) {
  const XmmMemory *row = &xmm_memory[_i];
  each_operand(one_xmm_memory, row);
  for (size_t i = 0; i < COUNT(bad_operands); i++)
    expect_refused(row->encode ? row->encode(xmm(0), bad_operands[i].mem)
                               : row->encode_store(bad_operands[i].mem, xmm(0)),
                   row->mnemonic, bad_operands[i].words);
  expect_refused(row->encode ? row->encode(xmm(16), x64_at(RAX, 0)) : row->encode_store(x64_at(RAX, 0), xmm(16)),
                 row->mnemonic, "register number is 16");
}
END_TEST

typedef struct {
  LayCode (*encode)(X64Mem, int64_t);
  const char *size;
  int bits;
  int64_t least, most;
} MemoryImmediate;

static const MemoryImmediate memory_immediate[] = {
    {x64_mov_m8_imm8, "byte ptr", 8, -128, 255},
    {x64_mov_m16_imm16, "word ptr", 16, -32768, 65535},
    {x64_mov_m32_imm32, "dword ptr", 32, S32_LEAST, U32_MOST},
    {x64_mov_m64_imm32, "qword ptr", 64, S32_LEAST, S32_MOST},
};

static void one_memory_immediate(const Operand *o, const void *context) {
  const MemoryImmediate *row = context;
  for (size_t e = 0; e < COUNT(edges); e++) {
    LayCode code = row->encode(o->mem, edges[e]);
    if (edges[e] < row->least || edges[e] > row->most)
      expect_refused(code, "mov", "immediate is");
    else
      SAYS(code, row->bits, "mov %s %s, %" PRId64, row->size, o->text, edges[e]);
  }
}

START_TEST(memory_immediate_forms) {
  each_operand(one_memory_immediate, &memory_immediate[_i]);
  for (size_t i = 0; i < COUNT(bad_operands); i++)
    expect_refused(memory_immediate[_i].encode(bad_operands[i].mem, 1), "mov", bad_operands[i].words);
}
END_TEST

static void one_inc(const Operand *o, const void *context) {
  (void)context;
  SAYS(x64_inc_m8(o->mem), 64, "inc byte ptr %s", o->text);
}

START_TEST(inc_memory) {
  each_operand(one_inc, NULL);
  for (size_t i = 0; i < COUNT(bad_operands); i++)
    expect_refused(x64_inc_m8(bad_operands[i].mem), "inc", bad_operands[i].words);
}
END_TEST

/* The text does not show the length of a displacement: none, one byte, four; rbp and r13 have no form without one. */
START_TEST(short_displacements) {
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(RBX, 0)).len, 3);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(RBP, 0)).len, 4);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(R13, 0)).len, 4);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(R12, 0)).len, 4);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(RBX, 127)).len, 4);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(RBX, -128)).len, 4);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(RBX, 128)).len, 7);
  ck_assert_int_eq(x64_mov_r64_m64(RAX, x64_at(RBX, -129)).len, 7);
}
END_TEST

/* A scale that is no byte must not be cut to one that is valid: 257 is not 1. */
START_TEST(wild_scales) {
  static const int scales[] = {-1, 0, 3, 5, 6, 7, 9, 16, 256, 257, 260};
  for (size_t i = 0; i < COUNT(scales); i++)
    expect_refused(x64_lea_r64_m(RAX, x64_at_indexed(RBX, RCX, scales[i], 0)), "lea", "scale is");
}
END_TEST

/* ---- SSE2 registers -------------------------------------------------------------------------------------------- */

static const struct {
  LayCode (*encode)(X64Xmm, X64Xmm);
  const char *mnemonic;
} two_xmm[] = {
    {x64_movdqa_xmm_xmm, "movdqa"}, {x64_por_xmm_xmm, "por"},         {x64_pand_xmm_xmm, "pand"},
    {x64_pxor_xmm_xmm, "pxor"},     {x64_pcmpeqb_xmm_xmm, "pcmpeqb"}, {x64_pcmpgtb_xmm_xmm, "pcmpgtb"},
    {x64_psubb_xmm_xmm, "psubb"},   {x64_pminub_xmm_xmm, "pminub"},   {x64_pmaxub_xmm_xmm, "pmaxub"},
};

START_TEST(two_xmm_forms) {
  for (int d = 0; d < 16; d++)
    for (int s = 0; s < 16; s++)
      SAYS(two_xmm[_i].encode(xmm(d), xmm(s)), 64, "%s xmm%d, xmm%d", two_xmm[_i].mnemonic, d, s);
  expect_refused(two_xmm[_i].encode(xmm(16), xmm(0)), two_xmm[_i].mnemonic, "16");
  expect_refused(two_xmm[_i].encode(xmm(0), xmm(16)), two_xmm[_i].mnemonic, "16");
}
END_TEST

START_TEST(pmovmskb) {
  for (int d = 0; d < 16; d++)
    for (int s = 0; s < 16; s++)
      SAYS(x64_pmovmskb_r32_xmm(reg(d), xmm(s)), 64, "pmovmskb %s, xmm%d", names32[d], s);
  expect_refused(x64_pmovmskb_r32_xmm(reg(16), xmm(0)), "pmovmskb", "16");
  expect_refused(x64_pmovmskb_r32_xmm(reg(0), xmm(16)), "pmovmskb", "16");
}
END_TEST

/* ---- Control --------------------------------------------------------------------------------------------------- */

static const struct {
  LayCode (*encode)(int64_t);
  const char *mnemonic;
  int length;
  int64_t least, most;
} immediates_alone[] = {
    {x64_jmp_rel8, "jmp", 2, -128, 127},
    {x64_jmp_rel32, "jmp", 5, S32_LEAST, S32_MOST},
    {x64_call_rel32, "call", 5, S32_LEAST, S32_MOST},
    {x64_push_imm8, "push", 2, -128, 127},
    {x64_int_imm8, "int", 2, 0, 255},
};

START_TEST(immediate_alone_forms) {
  for (size_t e = 0; e < COUNT(edges); e++) {
    LayCode code = immediates_alone[_i].encode(edges[e]);
    if (edges[e] < immediates_alone[_i].least || edges[e] > immediates_alone[_i].most) {
      expect_refused(code, immediates_alone[_i].mnemonic, "is not within");
      continue;
    }
    SAYS(code, 64, "%s %" PRId64, immediates_alone[_i].mnemonic, edges[e]);
    ck_assert_int_eq(code.len, immediates_alone[_i].length);
  }
}
END_TEST

START_TEST(conditional_jumps) {
  static const char *const jumps[] = {"jo", "jno", "jb", "jae", "je", "jne", "jbe", "ja",
                                      "js", "jns", "jp", "jnp", "jl", "jge", "jle", "jg"};
  for (int cond = 0; cond < 16; cond++)
    for (size_t e = 0; e < COUNT(edges); e++) {
      LayCode near = x64_jcc_rel8((X64Cond)cond, edges[e]), far = x64_jcc_rel32((X64Cond)cond, edges[e]);
      if (edges[e] < -128 || edges[e] > 127) {
        far = x64_jcc_rel32((X64Cond)cond, edges[e]);
        expect_refused(x64_jcc_rel8((X64Cond)cond, edges[e]), "jcc", "is not within -128..127");
      } else {
        SAYS(near, 64, "%s %" PRId64, jumps[cond], edges[e]);
      }
      if (edges[e] < S32_LEAST || edges[e] > S32_MOST)
        expect_refused(x64_jcc_rel32((X64Cond)cond, edges[e]), "jcc", "is not within -2147483648..2147483647");
      else
        SAYS(far, 64, "%s %" PRId64, jumps[cond], edges[e]);
    }
  expect_refused(x64_jcc_rel8((X64Cond)16, 0), "jcc", "condition is 16");
  expect_refused(x64_jcc_rel32((X64Cond)16, 0), "jcc", "condition is 16");
}
END_TEST

START_TEST(no_operands) {
  SAYS(x64_ret(), 64, "ret");
  SAYS(x64_syscall(), 64, "syscall");
  SAYS(x64_int3(), 64, "int3");
  SAYS(x64_ud2(), 64, "ud2");
  SAYS(x64_nop(), 64, "nop");
}
END_TEST

START_TEST(xchg) {
  for (int d = 1; d < 16; d++)
    SAYS(x64_xchg_eax_r32(reg(d)), 64, "xchg eax, %s", names32[d]);
  expect_refused(x64_xchg_eax_r32(reg(0)), "xchg", "0");
  expect_refused(x64_xchg_eax_r32(reg(16)), "xchg", "16");
}
END_TEST

/* Nor does the text show a prefix that changes nothing, such as a REX.W where the operand has but one width. */
START_TEST(no_idle_prefixes) {
  const struct {
    LayCode code;
    int length;
  } shortest[] = {
      {x64_push_r64(RBX), 1},
      {x64_push_r64(R12), 2},
      {x64_pop_r64(RBX), 1},
      {x64_pop_r64(R12), 2},
      {x64_jmp_r64(RDX), 2},
      {x64_jmp_r64(R11), 3},
      {x64_mov_r8_imm8(RBX, 1), 2},
      {x64_mov_r8_imm8(RSI, 1), 3},
      {x64_mov_r32_imm32(RBX, 1), 5},
      {x64_mov_r8_m8(RDX, x64_at(RBX, 0)), 2},
      {x64_mov_m8_r8(x64_at(RBX, 0), RDX), 2},
      {x64_mov_m8_r8(x64_at(RBX, 0), RSI), 3},
      {x64_mov_m16_r16(x64_at(RBX, 0), RSI), 3},
      {x64_mov_m8_imm8(x64_at(RBX, 0), 1), 3},
      {x64_inc_m8(x64_at(RBX, 0)), 2},
      {x64_test_r8_imm8(RBX, 1), 3},
      {x64_test_r32_imm32(RSI, 1), 6},
      {x64_movzx_r32_r8(RDX, RBX), 3},
      {x64_movzx_r32_r8(RBX, RSI), 4},
      {x64_movdqu_xmm_m128(XMM(3), x64_at(RBX, 0)), 4},
      {x64_movdqu_m128_xmm(x64_at(RBX, 0), XMM(3)), 4},
      {x64_movdqu_m128_xmm(x64_at(RBX, 0), XMM(11)), 5},
      {x64_movdqa_xmm_m128(XMM(3), x64_at(RBX, 0)), 4},
      {x64_movdqa_xmm_xmm(XMM(3), XMM(6)), 4},
      {x64_pmovmskb_r32_xmm(RBX, XMM(6)), 4},
  };
  for (size_t i = 0; i < COUNT(shortest); i++)
    ck_assert_msg(shortest[i].code.len == shortest[i].length, "row %zu has %d bytes, not %d", i, shortest[i].code.len,
                  shortest[i].length);
  for (size_t i = 0; i < COUNT(two_xmm); i++)
    ck_assert_int_eq(two_xmm[i].encode(XMM(3), XMM(6)).len, 4);
  for (size_t i = 0; i < COUNT(xmm_memory); i++)
    if (xmm_memory[i].encode)
      ck_assert_int_eq(xmm_memory[i].encode(XMM(3), x64_at(RBX, 0)).len, 4);
}
END_TEST

START_TEST(samples) { ck_assert_int_ge(expect_samples(ENCODING_X64, "generators/isa/x64.h"), 15); }
END_TEST

/* Whatever x64.h declares has been asked about above. */
START_TEST(every_encoder_is_proven) { proof_end(); }
END_TEST

int main(void) {
  proof_begin("generators/isa/x64.h", "LayCode", "x64_");
  Suite *suite = suite_create("x64 encoders");
  TCase *tc = tcase_create("every operand");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, two_register_forms, 0, (int)COUNT(two_registers));
  tcase_add_loop_test(tc, one_register_forms, 0, (int)COUNT(one_register));
  tcase_add_test(tc, inc_dec);
  tcase_add_test(tc, xchg);
  tcase_add_loop_test(tc, register_immediate_forms, 0, (int)COUNT(register_immediate));
  tcase_add_test(tc, imul_immediate);
  tcase_add_test(tc, short_immediates);
  tcase_add_loop_test(tc, register_memory_forms, 0, (int)COUNT(register_memory));
  tcase_add_loop_test(tc, xmm_memory_forms, 0, (int)COUNT(xmm_memory));
  tcase_add_loop_test(tc, memory_immediate_forms, 0, (int)COUNT(memory_immediate));
  tcase_add_test(tc, inc_memory);
  tcase_add_test(tc, short_displacements);
  tcase_add_test(tc, wild_scales);
  tcase_add_loop_test(tc, two_xmm_forms, 0, (int)COUNT(two_xmm));
  tcase_add_test(tc, pmovmskb);
  tcase_add_test(tc, select_and_sign);
  tcase_add_test(tc, general_to_vector);
  tcase_add_loop_test(tc, immediate_alone_forms, 0, (int)COUNT(immediates_alone));
  tcase_add_test(tc, conditional_jumps);
  tcase_add_test(tc, no_operands);
  tcase_add_test(tc, no_idle_prefixes);
  tcase_add_test(tc, samples);
  tcase_add_test(tc, every_encoder_is_proven); /* the last one */
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
