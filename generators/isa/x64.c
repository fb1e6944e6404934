/* x64.c: every instruction is a row of fields handed to one encoder of prefix, REX, opcode, ModRM, SIB, displacement
 * and immediate (SDM vol. 2, figure 2-1). What is here is formulas; x64.h tells the opcodes beside each prototype. */
#include "x64.h"

#include "lay/refusal.h"

#include <string.h>

#define INT32_LEAST (-INT64_C(0x80000000))
#define INT32_MOST INT64_C(0x7fffffff)
#define UINT32_MOST INT64_C(0xffffffff)

enum { W = 1, MAP_0F = 2, BYTE_REG = 4, BYTE_RM = 8 }; /* flags of an instruction */

/* An instruction before it is bytes. */
typedef struct {
  const char *name;
  unsigned flags;
  unsigned char prefix; /* 66, F3, or 0 */
  unsigned char opcode;
  unsigned char reg; /* ModRM.reg: a register, or the opcode's /n */
  bool reg_is_digit; /* reg is /n */
  bool has_memory;   /* the rm operand is `memory`, else register `rm` */
  unsigned char rm;
  X64Mem memory;
  int immediate_size; /* 0, 1, 2, 4, 8 */
  int64_t immediate;
} Insn;

X64Mem x64_at(X64Reg base, int64_t displacement) { return (X64Mem){X64_BASE, base, {0}, 1, displacement}; }

X64Mem x64_at_indexed(X64Reg base, X64Reg index, int scale, int64_t displacement) {
  /* A scale that is no byte becomes 0, which is refused. */
  return (X64Mem){X64_INDEXED, base, index, (unsigned char)(scale >= 0 && scale <= 8 ? scale : 0), displacement};
}

X64Mem x64_at_rip(int64_t displacement) { return (X64Mem){X64_RIP, {0}, {0}, 1, displacement}; }

static bool in_range(const char *name, const char *operand, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most)
    return true;
  bl_refuse_range(name, operand, value, least, most);
  return false;
}

static void put(LayCode *code, int64_t value, int count) {
  for (int i = 0; i < count; i++)
    code->bytes[code->len++] = (unsigned char)((uint64_t)value >> (8 * i));
}

static bool operands_valid(const Insn *insn) {
  const X64Mem *m = &insn->memory;
  if (!in_range(insn->name, "register number", insn->reg, 0, 15))
    return false;
  if (!insn->has_memory)
    return in_range(insn->name, "register number", insn->rm, 0, 15);
  if (!in_range(insn->name, "displacement", m->displacement, INT32_LEAST, INT32_MOST) ||
      !in_range(insn->name, "base register number", m->base.number, 0, 15))
    return false;
  if (m->form != X64_INDEXED)
    return true;
  if (m->index.number == 4) {
    bl_refuse_value(insn->name, "index register number", 4, "is rsp, and SIB.index 4 means that there is no index");
    return false;
  }
  if (m->scale != 1 && m->scale != 2 && m->scale != 4 && m->scale != 8) {
    bl_refuse_value(insn->name, "scale", m->scale, "is not 1, 2, 4 or 8");
    return false;
  }
  return in_range(insn->name, "index register number", m->index.number, 0, 15);
}

/* REX: 0100WRXB. Without one, the byte registers 4..7 would be ah, ch, dh, bh. */
static unsigned rex(const Insn *insn) {
  const X64Mem *m = &insn->memory;
  unsigned r = insn->reg >> 3, x = 0, b = insn->rm >> 3;
  if (insn->has_memory) {
    b = m->form == X64_RIP ? 0 : m->base.number >> 3;
    x = m->form == X64_INDEXED ? m->index.number >> 3 : 0;
  }
  unsigned bits = (insn->flags & W ? 8u : 0u) | r << 2 | x << 1 | b;
  bool byte_needs = ((insn->flags & BYTE_REG) && !insn->reg_is_digit && insn->reg >= 4) ||
                    ((insn->flags & BYTE_RM) && !insn->has_memory && insn->rm >= 4);
  return bits || byte_needs ? 0x40 | bits : 0;
}

/* ModRM, SIB, displacement of a memory operand (SDM vol. 2, tables 2-2 and 2-3).
 * mm 00: no displacement, except rbp and r13, whose place in the table is taken; 01: disp8; 10: disp32.
 * rm 100: a SIB byte follows, so rsp and r12 as a base need one. */
static void put_memory(LayCode *code, unsigned reg, const X64Mem *m) {
  if (m->form == X64_RIP) {
    put(code, reg << 3 | 5, 1);
    put(code, m->displacement, 4);
    return;
  }
  unsigned base = m->base.number & 7;
  bool none = m->displacement == 0 && base != 5;
  bool disp8 = m->displacement >= -128 && m->displacement <= 127;
  unsigned mm = none ? 0 : disp8 ? 1 : 2;
  if (m->form == X64_INDEXED) {
    unsigned scale = m->scale == 8 ? 3 : m->scale >> 1; /* log2 */
    put(code, mm << 6 | reg << 3 | 4, 1);
    put(code, scale << 6 | (m->index.number & 7u) << 3 | base, 1);
  } else {
    put(code, mm << 6 | reg << 3 | base, 1);
    if (base == 4)
      put(code, 0x24, 1); /* SIB: no index, base 4 */
  }
  put(code, m->displacement, none ? 0 : disp8 ? 1 : 4);
}

static LayCode encode(Insn insn) {
  LayCode code = {0};
  if (!operands_valid(&insn))
    return code;
  if (insn.prefix)
    put(&code, insn.prefix, 1);
  if (rex(&insn))
    put(&code, rex(&insn), 1);
  if (insn.flags & MAP_0F)
    put(&code, 0x0f, 1);
  put(&code, insn.opcode, 1);
  if (insn.has_memory)
    put_memory(&code, insn.reg & 7, &insn.memory);
  else
    put(&code, 0xc0 | (insn.reg & 7) << 3 | (insn.rm & 7), 1);
  put(&code, insn.immediate, insn.immediate_size);
  return code;
}

/* opcode+r, with REX.B for the high bit of the register number. */
static LayCode encode_plus(const char *name, unsigned flags, unsigned opcode, X64Reg r, int64_t immediate, int size) {
  LayCode code = {0};
  if (!in_range(name, "register number", r.number, 0, 15))
    return code;
  unsigned prefix = (flags & W ? 8u : 0u) | r.number >> 3;
  if (prefix || ((flags & BYTE_RM) && r.number >= 4))
    put(&code, 0x40 | prefix, 1);
  put(&code, opcode + (r.number & 7), 1);
  put(&code, immediate, size);
  return code;
}

/* Opcode bytes and a displacement or immediate: no operand of registers. */
static LayCode encode_plain(const char *name, int opcode, int opcode_size, const char *operand, int64_t value, int size,
                            int64_t least, int64_t most) {
  LayCode code = {0};
  if (!in_range(name, operand, value, least, most))
    return code;
  put(&code, opcode, opcode_size);
  put(&code, value, size);
  return code;
}

static const LayCode refused = {0};

/* Rows: register with register, register with memory, /n with register or memory. The tables below are these. */
#define RR(fn, fl, pre, op, T, U, dst_is_reg)                                                                          \
  LayCode x64_##fn(T d, U s) {                                                                                         \
    unsigned char reg = (dst_is_reg) ? d.number : s.number, rm = (dst_is_reg) ? s.number : d.number;                   \
    return encode((Insn){.name = #fn, .flags = (fl), .prefix = (pre), .opcode = (op), .reg = reg, .rm = rm});          \
  }
#define RM(fn, fl, pre, op, T)                                                                                         \
  LayCode x64_##fn(T d, X64Mem m) {                                                                                    \
    return encode((Insn){.name = #fn,                                                                                  \
                         .flags = (fl),                                                                                \
                         .prefix = (pre),                                                                              \
                         .opcode = (op),                                                                               \
                         .reg = d.number,                                                                              \
                         .has_memory = true,                                                                           \
                         .memory = m});                                                                                \
  }
#define MR(fn, fl, pre, op, T)                                                                                         \
  LayCode x64_##fn(X64Mem m, T s) {                                                                                    \
    return encode((Insn){.name = #fn,                                                                                  \
                         .flags = (fl),                                                                                \
                         .prefix = (pre),                                                                              \
                         .opcode = (op),                                                                               \
                         .reg = s.number,                                                                              \
                         .has_memory = true,                                                                           \
                         .memory = m});                                                                                \
  }
#define DIGIT_R(fn, fl, op, digit)                                                                                     \
  LayCode x64_##fn(X64Reg d) {                                                                                         \
    return encode(                                                                                                     \
        (Insn){.name = #fn, .flags = (fl), .opcode = (op), .reg = (digit), .reg_is_digit = true, .rm = d.number});     \
  }
#define DIGIT_R_IMM(fn, fl, op, digit, size, least, most)                                                              \
  LayCode x64_##fn(X64Reg d, int64_t imm) {                                                                            \
    if (!in_range(#fn, "immediate", imm, least, most))                                                                 \
      return refused;                                                                                                  \
    return encode((Insn){.name = #fn,                                                                                  \
                         .flags = (fl),                                                                                \
                         .opcode = (op),                                                                               \
                         .reg = (digit),                                                                               \
                         .reg_is_digit = true,                                                                         \
                         .rm = d.number,                                                                               \
                         .immediate_size = (size),                                                                     \
                         .immediate = imm});                                                                           \
  }
#define DIGIT_M_IMM(fn, fl, pre, op, digit, size, least, most)                                                         \
  LayCode x64_##fn(X64Mem m, int64_t imm) {                                                                            \
    if (!in_range(#fn, "immediate", imm, least, most))                                                                 \
      return refused;                                                                                                  \
    return encode((Insn){.name = #fn,                                                                                  \
                         .flags = (fl),                                                                                \
                         .prefix = (pre),                                                                              \
                         .opcode = (op),                                                                               \
                         .reg = (digit),                                                                               \
                         .reg_is_digit = true,                                                                         \
                         .has_memory = true,                                                                           \
                         .memory = m,                                                                                  \
                         .immediate_size = (size),                                                                     \
                         .immediate = imm});                                                                           \
  }

/* clang-format off */

RR(mov_r64_r64,   W,                 0,    0x89, X64Reg, X64Reg, false)
RR(mov_r32_r32,   0,                 0,    0x89, X64Reg, X64Reg, false)
RR(movzx_r32_r8,  MAP_0F | BYTE_RM,  0,    0xb6, X64Reg, X64Reg, true)
RR(movzx_r32_r16, MAP_0F,            0,    0xb7, X64Reg, X64Reg, true)
RR(test_r64_r64,  W,                 0,    0x85, X64Reg, X64Reg, false)
RR(test_r32_r32,  0,                 0,    0x85, X64Reg, X64Reg, false)
RR(imul_r64_r64,  W | MAP_0F,        0,    0xaf, X64Reg, X64Reg, true)
RR(bsf_r64_r64,   W | MAP_0F,        0,    0xbc, X64Reg, X64Reg, true)
RR(bsr_r64_r64,   W | MAP_0F,        0,    0xbd, X64Reg, X64Reg, true)
RR(movq_xmm_r64,  W | MAP_0F,        0x66, 0x6e, X64Xmm, X64Reg, true)
RR(movq_r64_xmm,  W | MAP_0F,        0x66, 0x7e, X64Reg, X64Xmm, false)
RR(or_r8_r8,      BYTE_REG | BYTE_RM, 0,   0x0a, X64Reg, X64Reg, true)
RR(bsf_r32_r32,   MAP_0F,            0,    0xbc, X64Reg, X64Reg, true)
RR(movdqa_xmm_xmm, MAP_0F,           0x66, 0x6f, X64Xmm, X64Xmm, true)
RR(pmovmskb_r32_xmm, MAP_0F,         0x66, 0xd7, X64Reg, X64Xmm, true)

RM(mov_r8_m8,     BYTE_REG,          0,    0x8a, X64Reg)
RM(mov_r32_m32,   0,                 0,    0x8b, X64Reg)
RM(mov_r64_m64,   W,                 0,    0x8b, X64Reg)
RM(movzx_r32_m8,  MAP_0F,            0,    0xb6, X64Reg)
RM(movzx_r32_m16, MAP_0F,            0,    0xb7, X64Reg)
RM(movsx_r64_m16, W | MAP_0F,        0,    0xbf, X64Reg)
RM(movsx_r64_m8,  W | MAP_0F,        0,    0xbe, X64Reg)
RM(movsxd_r64_m32, W,                0,    0x63, X64Reg)
RM(lea_r64_m,     W,                 0,    0x8d, X64Reg)
RM(movdqu_xmm_m128, MAP_0F,          0xf3, 0x6f, X64Xmm)
RM(movdqa_xmm_m128, MAP_0F,          0x66, 0x6f, X64Xmm)

MR(mov_m8_r8,     BYTE_REG,          0,    0x88, X64Reg)
MR(mov_m16_r16,   0,                 0x66, 0x89, X64Reg)
MR(mov_m32_r32,   0,                 0,    0x89, X64Reg)
MR(mov_m64_r64,   W,                 0,    0x89, X64Reg)
MR(movdqu_m128_xmm, MAP_0F,          0xf3, 0x7f, X64Xmm)

DIGIT_R(neg_r64,    W, 0xf7, 3)
DIGIT_R(not_r64,    W, 0xf7, 2)
DIGIT_R(mul_r64,    W, 0xf7, 4)
DIGIT_R(imul_r64,   W, 0xf7, 5)
DIGIT_R(div_r64,    W, 0xf7, 6)
DIGIT_R(idiv_r64,   W, 0xf7, 7)
DIGIT_R(sar_r64_cl, W, 0xd3, 7)
DIGIT_R(ror_r64_cl, W, 0xd3, 1)
DIGIT_R(call_r64,   0, 0xff, 2)
DIGIT_R(inc_r32,    0, 0xff, 0)
DIGIT_R(dec_r32,    0, 0xff, 1)
DIGIT_R(shl_r64_cl, W, 0xd3, 4)
DIGIT_R(shr_r64_cl, W, 0xd3, 5)
DIGIT_R(jmp_r64,    0, 0xff, 4)

DIGIT_R_IMM(mov_r64_imm32,  W,       0xc7, 0, 4, INT32_LEAST, INT32_MOST)
DIGIT_R_IMM(test_r8_imm8,   BYTE_RM, 0xf6, 0, 1, 0, 255)
DIGIT_R_IMM(test_r32_imm32, 0,       0xf7, 0, 4, 0, UINT32_MOST)
DIGIT_R_IMM(test_r64_imm32, W,       0xf7, 0, 4, INT32_LEAST, INT32_MOST)
DIGIT_R_IMM(shl_r64_imm8,   W,       0xc1, 4, 1, 0, 63)
DIGIT_R_IMM(sar_r64_imm8,   W,       0xc1, 7, 1, 0, 63)
DIGIT_R_IMM(ror_r64_imm8,   W,       0xc1, 1, 1, 0, 63)
DIGIT_R_IMM(shr_r64_imm8,   W,       0xc1, 5, 1, 0, 63)

DIGIT_M_IMM(mov_m8_imm8,   0, 0,    0xc6, 0, 1, -128, 255)
DIGIT_M_IMM(mov_m16_imm16, 0, 0x66, 0xc7, 0, 2, -32768, 65535)
DIGIT_M_IMM(mov_m32_imm32, 0, 0,    0xc7, 0, 4, INT32_LEAST, UINT32_MOST)
DIGIT_M_IMM(mov_m64_imm32, W, 0,    0xc7, 0, 4, INT32_LEAST, INT32_MOST)

#define ARITHMETIC(fn, n)                                                                              \
  RR(fn##_r64_r64, W, 0, 8 * (n) + 1, X64Reg, X64Reg, false)                                           \
  RR(fn##_r32_r32, 0, 0, 8 * (n) + 1, X64Reg, X64Reg, false)                                           \
  LayCode x64_##fn##_r64_imm(X64Reg d, int64_t imm) { return arithmetic_imm(#fn "_r64_imm", W, n, d, imm); } \
  LayCode x64_##fn##_r32_imm(X64Reg d, int64_t imm) { return arithmetic_imm(#fn "_r32_imm", 0, n, d, imm); }

#define SSE2(fn, op)                                     \
  RR(fn##_xmm_xmm, MAP_0F, 0x66, op, X64Xmm, X64Xmm, true) \
  RM(fn##_xmm_m128, MAP_0F, 0x66, op, X64Xmm)

/* clang-format on */

static bool fits8(int64_t value) { return value >= -128 && value <= 127; }

static LayCode arithmetic_imm(const char *name, unsigned flags, unsigned char digit, X64Reg d, int64_t imm) {
  if (!in_range(name, "immediate", imm, INT32_LEAST, INT32_MOST))
    return refused;
  return encode((Insn){.name = name,
                       .flags = flags,
                       .opcode = fits8(imm) ? 0x83 : 0x81,
                       .reg = digit,
                       .reg_is_digit = true,
                       .rm = d.number,
                       .immediate_size = fits8(imm) ? 1 : 4,
                       .immediate = imm});
}

ARITHMETIC(add, 0)
ARITHMETIC(or, 1)
ARITHMETIC(and, 4)
ARITHMETIC(sub, 5)
ARITHMETIC(xor, 6)
ARITHMETIC(cmp, 7)

SSE2(por, 0xeb)
SSE2(pand, 0xdb)
SSE2(pxor, 0xef)
SSE2(pcmpeqb, 0x74)
SSE2(pcmpgtb, 0x64)
SSE2(psubb, 0xf8)
SSE2(pminub, 0xda)
SSE2(pmaxub, 0xde)

LayCode x64_imul_r64_r64_imm(X64Reg d, X64Reg s, int64_t imm) {
  if (!in_range("imul_r64_r64_imm", "immediate", imm, INT32_LEAST, INT32_MOST))
    return refused;
  return encode((Insn){.name = "imul_r64_r64_imm",
                       .flags = W,
                       .opcode = fits8(imm) ? 0x6b : 0x69,
                       .reg = d.number,
                       .rm = s.number,
                       .immediate_size = fits8(imm) ? 1 : 4,
                       .immediate = imm});
}

LayCode x64_inc_m8(X64Mem m) {
  return encode((Insn){.name = "inc_m8", .opcode = 0xfe, .reg_is_digit = true, .has_memory = true, .memory = m});
}

LayCode x64_mov_r8_imm8(X64Reg d, int64_t imm) {
  return in_range("mov_r8_imm8", "immediate", imm, 0, 255) ? encode_plus("mov_r8_imm8", BYTE_RM, 0xb0, d, imm, 1)
                                                           : refused;
}

LayCode x64_mov_r32_imm32(X64Reg d, int64_t imm) {
  return in_range("mov_r32_imm32", "immediate", imm, 0, UINT32_MOST) ? encode_plus("mov_r32_imm32", 0, 0xb8, d, imm, 4)
                                                                     : refused;
}

LayCode x64_mov_r64_imm64(X64Reg d, int64_t imm) { return encode_plus("mov_r64_imm64", W, 0xb8, d, imm, 8); }

LayCode x64_push_r64(X64Reg s) { return encode_plus("push_r64", 0, 0x50, s, 0, 0); }

LayCode x64_pop_r64(X64Reg d) { return encode_plus("pop_r64", 0, 0x58, d, 0, 0); }

LayCode x64_xchg_eax_r32(X64Reg d) {
  return in_range("xchg_eax_r32", "register number", d.number, 1, 15) ? encode_plus("xchg_eax_r32", 0, 0x90, d, 0, 0)
                                                                      : refused;
}

LayCode x64_push_imm8(int64_t imm) { return encode_plain("push_imm8", 0x6a, 1, "immediate", imm, 1, -128, 127); }

LayCode x64_jmp_rel8(int64_t displacement) {
  return encode_plain("jmp_rel8", 0xeb, 1, "displacement", displacement, 1, -128, 127);
}

LayCode x64_jmp_rel32(int64_t displacement) {
  return encode_plain("jmp_rel32", 0xe9, 1, "displacement", displacement, 4, INT32_LEAST, INT32_MOST);
}

LayCode x64_jcc_rel8(X64Cond cond, int64_t displacement) {
  if (!in_range("jcc_rel8", "condition", cond, 0, 15))
    return refused;
  return encode_plain("jcc_rel8", 0x70 + (int)cond, 1, "displacement", displacement, 1, -128, 127);
}

LayCode x64_jcc_rel32(X64Cond cond, int64_t displacement) {
  if (!in_range("jcc_rel32", "condition", cond, 0, 15))
    return refused;
  /* 0F, then 80+cond: little-endian, as two bytes of one number */
  return encode_plain("jcc_rel32", 0x800f + ((int)cond << 8), 2, "displacement", displacement, 4, INT32_LEAST,
                      INT32_MOST);
}

LayCode x64_call_rel32(int64_t displacement) {
  return encode_plain("call_rel32", 0xe8, 1, "displacement", displacement, 4, INT32_LEAST, INT32_MOST);
}

LayCode x64_cmov_r64_r64(X64Cond cond, X64Reg d, X64Reg s) {
  if (!in_range("cmov_r64_r64", "condition", cond, 0, 15))
    return refused;
  return encode((Insn){.name = "cmov_r64_r64",
                       .flags = W | MAP_0F,
                       .opcode = (unsigned char)(0x40 + (int)cond),
                       .reg = d.number,
                       .rm = s.number});
}

LayCode x64_bswap_r64(X64Reg d) {
  LayCode code = {0};
  if (!in_range("bswap_r64", "register number", d.number, 0, 15))
    return code;
  put(&code, 0x48 | d.number >> 3, 1);
  put(&code, 0x0f, 1);
  put(&code, 0xc8 + (d.number & 7), 1);
  return code;
}

LayCode x64_cqo(void) { return (LayCode){2, {0x48, 0x99}}; }

LayCode x64_ret(void) { return (LayCode){1, {0xc3}}; }

LayCode x64_syscall(void) { return (LayCode){2, {0x0f, 0x05}}; }

LayCode x64_int_imm8(int64_t vector) { return encode_plain("int_imm8", 0xcd, 1, "vector", vector, 1, 0, 255); }

LayCode x64_int3(void) { return (LayCode){1, {0xcc}}; }
LayCode x64_ud2(void) { return (LayCode){2, {0x0f, 0x0b}}; }
LayCode x64_nop(void) { return (LayCode){1, {0x90}}; }

/* SPDX-License-Identifier: MIT */
