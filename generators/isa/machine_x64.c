/* machine_x64.c: the template of every operation for x86-64.
 *
 * The 32-bit form of an instruction stands wherever its zero-extended result is the 64-bit result: it saves the REX
 * prefix. r11 is the scratch register, and the shift by a register needs its count in cl, so rcx (T1) is saved in r11
 * around it. xmm0..xmm2 are used by scan16, mask16 and copy16.
 */
#include "isa/templates.h"
#include "raw_words.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

static const X64Reg registers[BL_MACHINE_REGISTERS] = {
    {7}, {6}, {2},  {10}, {8},  {9}, /* A0..A5: rdi rsi rdx r10 r8 r9 */
    {0}, {1},                        /* T0 T1: rax rcx */
    {3}, {5}, {12}, {13}, {14}, {15} /* S0..S5: rbx rbp r12 r13 r14 r15 */
};

#define NUMBER_(NAME, name, arity, x64, arm64) [NR_##NAME] = x64,
static const int numbers[NR_COUNT] = {BL_SYSTEM_CALLS(NUMBER_)};

static X64Reg r(BlReg reg) { return registers[reg.index]; }
static bool same(X64Reg a, X64Reg b) { return a.number == b.number; }
static void emit(LayCode code) { bl_lay_code(bl_machine_layout(), code); }
static bool fits_signed32(int64_t value) { return value >= INT32_MIN && value <= INT32_MAX; }
static bool fits_unsigned32(int64_t value) { return value >= 0 && value <= UINT32_MAX; }

/* ---- Moves ----------------------------------------------------------------------------------------------------- */

static void li_raw(X64Reg d, int64_t value) {
  if (value == 0)
    emit(x64_xor_r32_r32(d, d)); /* flags never live from one operation to the next */
  else if (fits_unsigned32(value))
    emit(x64_mov_r32_imm32(d, value));
  else if (fits_signed32(value))
    emit(x64_mov_r64_imm32(d, value));
  else
    emit(x64_mov_r64_imm64(d, value));
}

static void mov_raw(X64Reg d, X64Reg a) {
  if (!same(d, a))
    emit(x64_mov_r64_r64(d, a));
}

static void lay_li(BlReg d, int64_t value) { li_raw(r(d), value); }
static void lay_mov(BlReg d, BlReg a) { mov_raw(r(d), r(a)); }

/* An instruction whose memory operand is [rip + (label - end of the instruction)]. Its size does not depend on the
 * displacement, so it is encoded once for its size and once for good. */
#define RIP_FIXUP(name, Type)                                                                                          \
  static LayCode fix_##name(const LayFixup *fixup) {                                                                   \
    Type d = {fixup->operand[0]};                                                                                      \
    uint64_t end = fixup->site + x64_##name(d, x64_at_rip(0)).len;                                                     \
    return x64_##name(d, x64_at_rip((int64_t)(fixup->target - end)));                                                  \
  }
RIP_FIXUP(lea_r64_m, X64Reg)
RIP_FIXUP(movdqa_xmm_m128, X64Xmm)
RIP_FIXUP(por_xmm_m128, X64Xmm)
RIP_FIXUP(pcmpeqb_xmm_m128, X64Xmm)
RIP_FIXUP(pcmpgtb_xmm_m128, X64Xmm)
RIP_FIXUP(psubb_xmm_m128, X64Xmm)

static void emit_fixup(LayEncode encode, unsigned char operand, int forms, const char *label) {
  bl_lay_fixup(bl_machine_layout(), LAY_CODE, (LayFixup){.encode = encode, .operand = {operand}, .forms = forms}, label,
               NULL);
}

static void la_raw(X64Reg d, const char *name) { emit_fixup(fix_lea_r64_m, d.number, 1, name); }
static void lay_la(BlReg d, const char *name) { la_raw(r(d), name); }

/* ---- Arithmetic ------------------------------------------------------------------------------------------------ */

static void add_raw(X64Reg d, X64Reg a, X64Reg b) {
  if (same(d, a))
    emit(x64_add_r64_r64(d, b));
  else if (same(d, b))
    emit(x64_add_r64_r64(d, a));
  else
    emit(x64_lea_r64_m(d, x64_at_indexed(a, b, 1, 0)));
}

static void sub_raw(X64Reg d, X64Reg a, X64Reg b) {
  if (same(d, b) && !same(d, a)) { /* d = a - d */
    emit(x64_neg_r64(d));
    emit(x64_add_r64_r64(d, a));
    return;
  }
  mov_raw(d, a);
  emit(x64_sub_r64_r64(d, b));
}

/* and, or, xor, mul: two operands, in any order. */
static void commutative(LayCode (*encode)(X64Reg, X64Reg), X64Reg d, X64Reg a, X64Reg b) {
  if (same(d, b)) {
    emit(encode(d, a));
    return;
  }
  mov_raw(d, a);
  emit(encode(d, b));
}

/* Shift by a register: the count must be in cl, and rcx is T1, which is to be kept unless it is d. */
static void shift(LayCode (*encode)(X64Reg), X64Reg d, X64Reg a, X64Reg b) {
  if (same(b, RCX) && !same(d, RCX)) {
    mov_raw(d, a);
    emit(encode(d));
  } else if (same(d, RCX)) {
    mov_raw(R11, a);
    mov_raw(RCX, b);
    emit(encode(R11));
    mov_raw(RCX, R11);
  } else {
    mov_raw(R11, RCX);
    mov_raw(RCX, b); /* before d is written: d may be b */
    mov_raw(d, same(a, RCX) ? R11 : a);
    emit(encode(d));
    mov_raw(RCX, R11);
  }
}

/* Division and the long product work on rdx:rax, which are A2 and T0: both are kept in xmm0 and xmm1 meanwhile. rax =
 * a, and r11 = b. */
static void begin_wide(X64Reg a, X64Reg b) {
  emit(x64_movq_xmm_r64(XMM(0), RAX));
  emit(x64_movq_xmm_r64(XMM(1), RDX));
  mov_raw(R11, b);
  mov_raw(RAX, a);
}

static void end_wide(X64Reg d, X64Reg result) {
  mov_raw(R11, result);
  emit(x64_movq_r64_xmm(RAX, XMM(0)));
  emit(x64_movq_r64_xmm(RDX, XMM(1)));
  mov_raw(d, R11);
}

/* By 0: rax = 0, rdx = a. Five bytes. */
static void divided_by_zero(void) {
  emit(x64_mov_r64_r64(RDX, RAX));
  emit(x64_xor_r32_r32(RAX, RAX));
}

static void divide(X64Reg d, X64Reg a, X64Reg b, bool remainder) {
  begin_wide(a, b);
  emit(x64_test_r64_r64(R11, R11));
  emit(x64_jcc_rel8(X64_E, 2 + 3 + 2)); /* over xor, div, jmp */
  emit(x64_xor_r32_r32(RDX, RDX));
  emit(x64_div_r64(R11));
  emit(x64_jmp_rel8(5)); /* over the next two */
  divided_by_zero();
  end_wide(d, remainder ? RDX : RAX);
}

/* By -1 idiv would fault for the least number: the quotient is -a, and nothing remains. */
static void divide_signed(X64Reg d, X64Reg a, X64Reg b, bool remainder) {
  begin_wide(a, b);
  emit(x64_test_r64_r64(R11, R11));
  emit(x64_jcc_rel8(X64_E, 4 + 2 + 2 + 3 + 2 + 3 + 2 + 2)); /* over all up to the second jmp */
  emit(x64_cmp_r64_imm(R11, -1));
  emit(x64_jcc_rel8(X64_E, 2 + 3 + 2)); /* over cqo, idiv, jmp */
  emit(x64_cqo());
  emit(x64_idiv_r64(R11));
  emit(x64_jmp_rel8(3 + 2 + 2 + 5)); /* over all that is left */
  emit(x64_neg_r64(RAX));
  emit(x64_xor_r32_r32(RDX, RDX));
  emit(x64_jmp_rel8(5));
  divided_by_zero();
  end_wide(d, remainder ? RDX : RAX);
}

static void multiply_high(X64Reg d, X64Reg a, X64Reg b, bool is_signed) {
  begin_wide(a, b);
  emit(is_signed ? x64_imul_r64(R11) : x64_mul_r64(R11));
  end_wide(d, RDX);
}

static void alu_raw(Alu alu, X64Reg d, X64Reg a, X64Reg b) {
  switch (alu) {
  case ALU_ADD:
    add_raw(d, a, b);
    break;
  case ALU_SUB:
    sub_raw(d, a, b);
    break;
  case ALU_AND:
    commutative(x64_and_r64_r64, d, a, b);
    break;
  case ALU_OR:
    commutative(x64_or_r64_r64, d, a, b);
    break;
  case ALU_XOR:
    commutative(x64_xor_r64_r64, d, a, b);
    break;
  case ALU_MUL:
    commutative(x64_imul_r64_r64, d, a, b);
    break;
  case ALU_SHL:
    shift(x64_shl_r64_cl, d, a, b);
    break;
  case ALU_SHR:
    shift(x64_shr_r64_cl, d, a, b);
    break;
  case ALU_SAR:
    shift(x64_sar_r64_cl, d, a, b);
    break;
  case ALU_ROR:
    shift(x64_ror_r64_cl, d, a, b);
    break;
  case ALU_DIV:
  case ALU_REM:
    divide(d, a, b, alu == ALU_REM);
    break;
  case ALU_DIV_SIGNED:
  case ALU_REM_SIGNED:
    divide_signed(d, a, b, alu == ALU_REM_SIGNED);
    break;
  case ALU_MUL_HIGH:
  case ALU_MUL_HIGH_SIGNED:
    multiply_high(d, a, b, alu == ALU_MUL_HIGH_SIGNED);
    break;
  }
}

static void lay_alu(Alu alu, BlReg d, BlReg a, BlReg b) { alu_raw(alu, r(d), r(a), r(b)); }

static void add_imm(X64Reg d, X64Reg a, int64_t b) {
  if (same(d, a))
    emit(x64_add_r64_imm(d, b));
  else
    emit(x64_lea_r64_m(d, x64_at(a, b)));
}

/* A mask whose high half is 0 makes the high half of the result 0, as a 32-bit instruction does. */
static void and_imm(X64Reg d, X64Reg a, int64_t b) {
  if (b == 0xff) {
    emit(x64_movzx_r32_r8(d, a));
  } else if (b == 0xffff) {
    emit(x64_movzx_r32_r16(d, a));
  } else if (b >= 0) {
    if (!same(d, a))
      emit(x64_mov_r32_r32(d, a));
    emit(x64_and_r32_imm(d, b));
  } else {
    mov_raw(d, a);
    emit(x64_and_r64_imm(d, b));
  }
}

static void move_then(LayCode (*encode)(X64Reg, int64_t), X64Reg d, X64Reg a, int64_t b) {
  mov_raw(d, a);
  emit(encode(d, b));
}

static void lay_alu_imm(Alu alu, BlReg d_reg, BlReg a_reg, int64_t b) {
  X64Reg d = r(d_reg), a = r(a_reg);
  if (!fits_signed32(b) || alu >= ALU_DIV) {
    li_raw(R11, b);
    alu_raw(alu, d, a, R11);
  } else if (alu == ALU_ADD) {
    add_imm(d, a, b);
  } else if (alu == ALU_SUB && !same(d, a) && b != INT32_MIN) {
    add_imm(d, a, -b);
  } else if (alu == ALU_SUB) {
    move_then(x64_sub_r64_imm, d, a, b);
  } else if (alu == ALU_AND) {
    and_imm(d, a, b);
  } else if (alu == ALU_OR) {
    move_then(x64_or_r64_imm, d, a, b);
  } else if (alu == ALU_XOR) {
    move_then(x64_xor_r64_imm, d, a, b);
  } else if (alu == ALU_MUL) {
    emit(x64_imul_r64_r64_imm(d, a, b));
  } else if (alu == ALU_SHL) {
    move_then(x64_shl_r64_imm8, d, a, b);
  } else if (alu == ALU_SAR) {
    move_then(x64_sar_r64_imm8, d, a, b);
  } else if (alu == ALU_ROR) {
    move_then(x64_ror_r64_imm8, d, a, b);
  } else {
    move_then(x64_shr_r64_imm8, d, a, b);
  }
}

/* ---- One operand ----------------------------------------------------------------------------------------------- */

/* The number of a bit that is set, or 64. bsf and bsr have no result for 0. `turn`: 63 less that number. */
static void find_bit(LayCode (*find)(X64Reg, X64Reg), X64Reg d, X64Reg a, bool turn) {
  mov_raw(R11, a);
  emit(x64_test_r64_r64(R11, R11));
  LayCode none = x64_mov_r32_imm32(d, 64), found = find(d, R11), less = x64_xor_r32_imm(d, 63);
  emit(x64_jcc_rel8(X64_E, found.len + (turn ? less.len : 0) + 2));
  emit(found);
  if (turn)
    emit(less);
  emit(x64_jmp_rel8(none.len));
  emit(none);
}

/* Sums of bits: in pairs, in fours, in bytes; the product adds the bytes up in the highest one (Warren, Hacker's
 * Delight, 5-1). r11 is a term, and `mask`, which is kept in xmm0 meanwhile, the mask of each step. */
static void count_ones(X64Reg d, X64Reg a) {
  X64Reg mask = same(d, RAX) ? RCX : RAX;
  emit(x64_movq_xmm_r64(XMM(0), mask));
  mov_raw(d, a);
  emit(x64_mov_r64_r64(R11, d));
  emit(x64_shr_r64_imm8(R11, 1));
  emit(x64_mov_r64_imm64(mask, INT64_C(0x5555555555555555)));
  emit(x64_and_r64_r64(R11, mask));
  emit(x64_sub_r64_r64(d, R11));
  emit(x64_mov_r64_r64(R11, d));
  emit(x64_shr_r64_imm8(R11, 2));
  emit(x64_mov_r64_imm64(mask, INT64_C(0x3333333333333333)));
  emit(x64_and_r64_r64(R11, mask));
  emit(x64_and_r64_r64(d, mask));
  emit(x64_add_r64_r64(d, R11));
  emit(x64_mov_r64_r64(R11, d));
  emit(x64_shr_r64_imm8(R11, 4));
  emit(x64_add_r64_r64(d, R11));
  emit(x64_mov_r64_imm64(mask, INT64_C(0x0f0f0f0f0f0f0f0f)));
  emit(x64_and_r64_r64(d, mask));
  emit(x64_mov_r64_imm64(mask, INT64_C(0x0101010101010101)));
  emit(x64_imul_r64_r64(d, mask));
  emit(x64_shr_r64_imm8(d, 56));
  emit(x64_movq_r64_xmm(mask, XMM(0)));
}

static void lay_unary(Unary unary, BlReg d_reg, BlReg a_reg) {
  X64Reg d = r(d_reg), a = r(a_reg);
  switch (unary) {
  case UNARY_NEG:
    mov_raw(d, a);
    emit(x64_neg_r64(d));
    break;
  case UNARY_NOT:
    mov_raw(d, a);
    emit(x64_not_r64(d));
    break;
  case UNARY_SWAP:
    mov_raw(d, a);
    emit(x64_bswap_r64(d));
    break;
  case UNARY_LEADING:
    find_bit(x64_bsr_r64_r64, d, a, true);
    break;
  case UNARY_TRAILING:
    find_bit(x64_bsf_r64_r64, d, a, false);
    break;
  case UNARY_ONES:
    count_ones(d, a);
    break;
  }
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

static void load_raw(int bits, BlReg d, X64Mem m) {
  emit(bits == 8    ? x64_movzx_r32_m8(r(d), m)
       : bits == 16 ? x64_movzx_r32_m16(r(d), m)
       : bits == 32 ? x64_mov_r32_m32(r(d), m)
                    : x64_mov_r64_m64(r(d), m));
}

static void store_raw(int bits, BlReg v, X64Mem m) {
  emit(bits == 8    ? x64_mov_m8_r8(m, r(v))
       : bits == 16 ? x64_mov_m16_r16(m, r(v))
       : bits == 32 ? x64_mov_m32_r32(m, r(v))
                    : x64_mov_m64_r64(m, r(v)));
}

static void lay_load(int bits, BlReg d, BlReg base, int64_t offset) { load_raw(bits, d, x64_at(r(base), offset)); }
static void lay_store(int bits, BlReg v, BlReg base, int64_t offset) { store_raw(bits, v, x64_at(r(base), offset)); }

/* The access of [rip + (label + offset - end of the instruction)]; operand: register, bits, whether it stores. */
static LayCode access_at(const LayFixup *fixup, X64Mem m) {
  X64Reg v = {fixup->operand[0]};
  int bits = fixup->operand[1];
  if (fixup->operand[2])
    return bits == 8    ? x64_mov_m8_r8(m, v)
           : bits == 16 ? x64_mov_m16_r16(m, v)
           : bits == 32 ? x64_mov_m32_r32(m, v)
                        : x64_mov_m64_r64(m, v);
  return bits == 8    ? x64_movzx_r32_m8(v, m)
         : bits == 16 ? x64_movzx_r32_m16(v, m)
         : bits == 32 ? x64_mov_r32_m32(v, m)
                      : x64_mov_r64_m64(v, m);
}

static LayCode fix_access_of(const LayFixup *fixup) {
  if (!bl_place_aligned(fixup, fixup->operand[1]))
    return (LayCode){0};
  uint64_t end = fixup->site + access_at(fixup, x64_at_rip(0)).len;
  return access_at(fixup, x64_at_rip((int64_t)(fixup->target + (uint64_t)fixup->immediate - end)));
}

static void access_of(bool store, int bits, BlReg v, const char *name, int64_t offset) {
  LayFixup fixup = {
      .encode = fix_access_of, .operand = {r(v).number, (unsigned char)bits, store}, .immediate = offset, .forms = 1};
  bl_lay_fixup(bl_machine_layout(), LAY_CODE, fixup, name, NULL);
}

static void lay_load_of(int bits, BlReg d, const char *name, int64_t offset) {
  access_of(false, bits, d, name, offset);
}
static void lay_store_of(int bits, BlReg v, const char *name, int64_t offset) {
  access_of(true, bits, v, name, offset);
}

static void lay_load_indexed(int bits, BlReg d, BlReg base, BlReg index) {
  load_raw(bits, d, x64_at_indexed(r(base), r(index), bits / 8, 0));
}

static void lay_store_indexed(int bits, BlReg v, BlReg base, BlReg index) {
  store_raw(bits, v, x64_at_indexed(r(base), r(index), bits / 8, 0));
}

static void lay_load_next(int bits, BlReg d, BlReg base) {
  load_raw(bits, d, x64_at(r(base), 0));
  emit(x64_add_r64_imm(r(base), bits / 8));
}

static void lay_store_next(int bits, BlReg v, BlReg base) {
  store_raw(bits, v, x64_at(r(base), 0));
  emit(x64_add_r64_imm(r(base), bits / 8));
}

static void load_signed(int bits, BlReg d, X64Mem m) {
  emit(bits == 8 ? x64_movsx_r64_m8(r(d), m) : bits == 16 ? x64_movsx_r64_m16(r(d), m) : x64_movsxd_r64_m32(r(d), m));
}

static void lay_load_signed(int bits, BlReg d, BlReg base, int64_t offset) {
  load_signed(bits, d, x64_at(r(base), offset));
}

static void lay_load_signed_indexed(int bits, BlReg d, BlReg base, BlReg index) {
  load_signed(bits, d, x64_at_indexed(r(base), r(index), bits / 8, 0));
}

static void lay_store_imm(int bits, int64_t v, BlReg base, int64_t offset) {
  X64Mem m = x64_at(r(base), offset);
  emit(bits == 8    ? x64_mov_m8_imm8(m, v)
       : bits == 16 ? x64_mov_m16_imm16(m, v)
       : bits == 32 ? x64_mov_m32_imm32(m, v)
                    : x64_mov_m64_imm32(m, v));
}

/* ---- Branches -------------------------------------------------------------------------------------------------- */

static const X64Cond conditions[] = {
    [IF_EQ] = X64_E,   [IF_NE] = X64_NE, [IF_LTU] = X64_B, [IF_LEU] = X64_BE, [IF_GTU] = X64_A,
    [IF_GEU] = X64_AE, [IF_LT] = X64_L,  [IF_LE] = X64_LE, [IF_GT] = X64_G,   [IF_GE] = X64_GE};

/* The short form is 2 bytes, the long one 6; the displacement counts from their end. */
static LayCode fix_jcc(const LayFixup *fixup) {
  int64_t distance = (int64_t)(fixup->target - fixup->site);
  X64Cond cond = (X64Cond)fixup->operand[0];
  return fixup->form == 0 ? x64_jcc_rel8(cond, distance - 2) : x64_jcc_rel32(cond, distance - 6);
}

static LayCode fix_jmp(const LayFixup *fixup) {
  int64_t distance = (int64_t)(fixup->target - fixup->site);
  return fixup->form == 0 ? x64_jmp_rel8(distance - 2) : x64_jmp_rel32(distance - 5);
}

static LayCode fix_call(const LayFixup *fixup) { return x64_call_rel32((int64_t)(fixup->target - fixup->site) - 5); }

static void jcc(X64Cond cond, const char *to) { emit_fixup(fix_jcc, (unsigned char)cond, 2, to); }

static void lay_branch(BlCond cond, BlReg a, BlReg b, const char *to) {
  emit(x64_cmp_r64_r64(r(a), r(b)));
  jcc(conditions[cond], to);
}

/* test a, a gives the same flags as cmp a, 0: both clear CF and OF. */
static void lay_branch_imm(BlCond cond, BlReg a, int64_t b, const char *to) {
  if (b == 0) {
    emit(x64_test_r64_r64(r(a), r(a)));
  } else if (fits_signed32(b)) {
    emit(x64_cmp_r64_imm(r(a), b));
  } else {
    li_raw(R11, b);
    emit(x64_cmp_r64_r64(r(a), R11));
  }
  jcc(conditions[cond], to);
}

static void lay_branch_bits(bool if_set, BlReg a, int64_t mask, const char *to) {
  if (mask >= 0 && mask <= 0xff) {
    emit(x64_test_r8_imm8(r(a), mask));
  } else if (fits_unsigned32(mask)) {
    emit(x64_test_r32_imm32(r(a), mask));
  } else if (fits_signed32(mask)) {
    emit(x64_test_r64_imm32(r(a), mask));
  } else {
    li_raw(R11, mask);
    emit(x64_test_r64_r64(r(a), R11));
  }
  jcc(if_set ? X64_NE : X64_E, to);
}

/* mov changes no flag, so d may be any of the others. */
static void lay_select(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y) {
  mov_raw(R11, r(y));
  emit(x64_cmp_r64_r64(r(a), r(b)));
  emit(x64_cmov_r64_r64(conditions[cond], R11, r(x)));
  mov_raw(r(d), R11);
}

static void lay_jump_register(BlReg to) { emit(x64_jmp_r64(r(to))); }
static void lay_call_register(BlReg to) { emit(x64_call_r64(r(to))); }
static void lay_frame(int64_t bytes) { emit(x64_sub_r64_imm(RSP, bytes)); }
static void lay_unframe(int64_t bytes) { emit(x64_add_r64_imm(RSP, bytes)); }

static void lay_jump(const char *to) { emit_fixup(fix_jmp, 0, 2, to); }
static void lay_call(const char *to) { emit_fixup(fix_call, 0, 1, to); }

static void lay_jump_table(BlReg index, const char *table) {
  X64Reg i = r(index);
  la_raw(R11, table);
  emit(x64_movsx_r64_m16(i, x64_at_indexed(R11, i, 2, 0)));
  emit(x64_add_r64_r64(i, R11));
  emit(x64_jmp_r64(i));
}

/* The return address stands on the stack already: only the saved registers join it. */
static void lay_enter(const BlReg *saved, int count) {
  for (int i = 0; i < count; i++)
    emit(x64_push_r64(r(saved[i])));
}

static void lay_leave(const BlReg *saved, int count) {
  for (int i = count; i-- > 0;)
    emit(x64_pop_r64(r(saved[i])));
  emit(x64_ret());
}

static void lay_ret(void) { emit(x64_ret()); }

/* ---- Sixteen bytes at a time ----------------------------------------------------------------------------------- */

/* Sixteen times one byte, as read-only data at the end of the program: each value once. */
static bool pool_used[256];

static void emit_pool(LayEncode encode, X64Xmm d, unsigned char byte) {
  char name[32];
  snprintf(name, sizeof name, "sixteen_%02x", byte);
  pool_used[byte] = true;
  emit_fixup(encode, d.number, 1, name);
}

static void lay_begin(void) { memset(pool_used, 0, sizeof pool_used); }

static void lay_finish(void) {
  for (int byte = 0; byte < 256; byte++) {
    if (!pool_used[byte])
      continue;
    char name[32];
    unsigned char sixteen[16];
    snprintf(name, sizeof name, "sixteen_%02x", byte);
    memset(sixteen, byte, sizeof sixteen);
    bl_machine_at(__FILE__, __LINE__);
    bl_lay_align(bl_machine_layout(), 16);
    bl_lay_object(bl_machine_layout(), name);
    bl_lay_bytes(bl_machine_layout(), sixteen, sizeof sixteen);
  }
}

/* xmm0: the sixteen bytes; d becomes 0xff in each byte for which the term holds. d may be xmm0 itself where no term
 * after this one asks for the bytes; xmm2 is free then. */
static void scan_term(X64Xmm d, BlByteTerm term) {
  bool in_place = d.number == 0;
  X64Xmm bytes = XMM(0), other = in_place ? XMM(2) : d;
  switch (bl_scan_kind(term)) {
  case SCAN_EQUAL:
    if (in_place && term.value != 0) {
      emit_pool(fix_pcmpeqb_xmm_m128, d, term.value);
      return;
    }
    if (term.value == 0)
      emit(x64_pxor_xmm_xmm(other, other));
    else
      emit_pool(fix_movdqa_xmm_m128, other, term.value);
    break;
  case SCAN_MASKED:
    if (in_place) {
      emit_pool(fix_por_xmm_m128, d, term.or_mask);
    } else {
      emit_pool(fix_movdqa_xmm_m128, d, term.or_mask);
      emit(x64_por_xmm_xmm(d, bytes));
    }
    emit_pool(fix_pcmpeqb_xmm_m128, d, term.value);
    return;
  case SCAN_HIGH: /* pmovmskb takes bit 7 of each byte, and that is the answer */
    if (!in_place)
      emit(x64_movdqa_xmm_xmm(d, bytes));
    return;
  case SCAN_UP_TO: /* min(x, last) == x */
    emit_pool(fix_movdqa_xmm_m128, other, term.last);
    emit(x64_pminub_xmm_xmm(other, bytes));
    break;
  case SCAN_FROM: /* max(x, value) == x */
    emit_pool(fix_movdqa_xmm_m128, other, term.value);
    emit(x64_pmaxub_xmm_xmm(other, bytes));
    break;
  case SCAN_RANGE: /* moved so that last becomes 127, it is what stands above 126 - (last - value) among signed bytes */
    if (!in_place)
      emit(x64_movdqa_xmm_xmm(d, bytes));
    emit_pool(fix_psubb_xmm_m128, d, (unsigned char)(term.last - 127));
    emit_pool(fix_pcmpgtb_xmm_m128, d, (unsigned char)(126 - (term.last - term.value)));
    return;
  }
  emit(x64_pcmpeqb_xmm_xmm(d, in_place ? other : bytes));
}

/* xmm0: the sixteen bytes, and at last which of them are in the last term; xmm1: which are in a term before it; xmm2:
 * the term. */
static void lay_mask16(BlReg d, BlReg p, const BlByteSet *set) {
  int last = set->terms - 1;
  emit(x64_movdqu_xmm_m128(XMM(0), x64_at(r(p), 0)));
  for (int i = 0; i < last; i++) {
    scan_term(i == 0 ? XMM(1) : XMM(2), set->term[i]);
    if (i > 0)
      emit(x64_por_xmm_xmm(XMM(1), XMM(2)));
  }
  scan_term(XMM(0), set->term[last]);
  if (last > 0)
    emit(x64_por_xmm_xmm(XMM(0), XMM(1)));
  emit(x64_pmovmskb_r32_xmm(r(d), XMM(0)));
}

static void lay_first16(BlReg d, BlReg mask) { emit(x64_bsf_r32_r32(r(d), r(mask))); }

/* Bit 16 is set beside the sixteen answers, so that bsf finds 16 at last. */
static void lay_scan16(BlReg d, BlReg p, const BlByteSet *set) {
  lay_mask16(d, p, set);
  emit(x64_or_r32_imm(r(d), 0x10000));
  lay_first16(d, d);
}

static void lay_copy16(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset) {
  emit(x64_movdqu_xmm_m128(XMM(0), x64_at(r(src), src_offset)));
  emit(x64_movdqu_m128_xmm(x64_at(r(dst), dst_offset), XMM(0)));
}

static LayCode fix_movdqu_of(const LayFixup *fixup) {
  uint64_t end = fixup->site + x64_movdqu_xmm_m128(XMM(0), x64_at_rip(0)).len;
  return x64_movdqu_xmm_m128(XMM(0), x64_at_rip((int64_t)(fixup->target + (uint64_t)fixup->immediate - end)));
}

static void lay_append_of(BlReg dst, const char *name, int64_t count) {
  for (int64_t at = 0; at < count; at += 16) {
    bl_lay_fixup(bl_machine_layout(), LAY_CODE, (LayFixup){.encode = fix_movdqu_of, .immediate = at, .forms = 1}, name,
                 NULL);
    emit(x64_movdqu_m128_xmm(x64_at(r(dst), at), XMM(0)));
  }
  emit(x64_add_r64_imm(r(dst), count));
}

/* ---- The kernel and C ------------------------------------------------------------------------------------------ */

/* The kernel takes rdi rsi rdx r10 r8 r9, which are A0..A5, and destroys rcx and r11. */
static void lay_system_call_number(int number) {
  li_raw(RAX, number);
  emit(x64_syscall());
  emit(x64_mov_r64_r64(RDI, RAX));
}

static void lay_system_call(BlSystemCall number) { lay_system_call_number(numbers[number]); }

static void lay_store_next_imm(int bits, int64_t v, BlReg base) {
  lay_store_imm(bits, v, base, 0);
  emit(x64_add_r64_imm(r(base), bits / 8));
}

static void lay_stack_pointer(BlReg d) { emit(x64_mov_r64_r64(r(d), RSP)); }

/* C's fourth argument comes in rcx; A3 is r10. The others are where they should be. */
static void lay_c_arguments(void) { emit(x64_mov_r64_r64(R10, RCX)); }

static void lay_c_result(void) { emit(x64_mov_r64_r64(RAX, RDI)); }

/* inc byte [rip + counter]: FE 05 and 32 bits, which the linker fills in, counted from their own end. */
static void lay_count(int counter) {
  emit(x64_inc_m8(x64_at_rip(0)));
  bl_lay_reloc(bl_machine_layout(), 2, R_X86_64_PC32, counter - 4);
}

/* ---- Instructions as they are (raw.h) -------------------------------------------------------------------------- */

void bl_x64(LayCode code) {
  bl_machine_require(ISA_X64);
  emit(code);
}

static LayCode encode_mov_label(const LayFixup *fixup) {
  return x64_mov_r32_imm32((X64Reg){fixup->operand[0]}, (int64_t)fixup->target);
}

void bl_x64_mov_r32_label(X64Reg d, const char *name) {
  bl_machine_require(ISA_X64);
  emit_fixup(encode_mov_label, d.number, 1, name);
}

const Templates bl_templates_x64 = {
    .lay_li = lay_li,
    .lay_mov = lay_mov,
    .lay_la = lay_la,
    .lay_alu = lay_alu,
    .lay_alu_imm = lay_alu_imm,
    .lay_load = lay_load,
    .lay_load_of = lay_load_of,
    .lay_store_of = lay_store_of,
    .lay_load_indexed = lay_load_indexed,
    .lay_store = lay_store,
    .lay_store_imm = lay_store_imm,
    .lay_store_indexed = lay_store_indexed,
    .lay_load_next = lay_load_next,
    .lay_store_next = lay_store_next,
    .lay_store_next_imm = lay_store_next_imm,
    .lay_branch = lay_branch,
    .lay_branch_imm = lay_branch_imm,
    .lay_branch_bits = lay_branch_bits,
    .lay_jump = lay_jump,
    .lay_call = lay_call,
    .lay_jump_table = lay_jump_table,
    .lay_enter = lay_enter,
    .lay_leave = lay_leave,
    .lay_ret = lay_ret,
    .lay_scan16 = lay_scan16,
    .lay_mask16 = lay_mask16,
    .lay_first16 = lay_first16,
    .lay_copy16 = lay_copy16,
    .lay_append_of = lay_append_of,
    .lay_system_call = lay_system_call,
    .lay_unary = lay_unary,
    .lay_select = lay_select,
    .lay_load_signed = lay_load_signed,
    .lay_load_signed_indexed = lay_load_signed_indexed,
    .lay_jump_register = lay_jump_register,
    .lay_call_register = lay_call_register,
    .lay_frame = lay_frame,
    .lay_unframe = lay_unframe,
    .lay_system_call_number = lay_system_call_number,
    .call_numbers = numbers,
    .lay_stack_pointer = lay_stack_pointer,
    .lay_c_arguments = lay_c_arguments,
    .lay_c_result = lay_c_result,
    .lay_count = lay_count,
    .lay_begin = lay_begin,
    .lay_finish = lay_finish,
};

/* SPDX-License-Identifier: MIT */
