/* a64.h: one function per arm64 instruction, returning its exact 32-bit word.
 *
 * A function's name is the mnemonic, with what tells its forms apart: a64_ldr_x_offset loads an X register from
 * [Xn, #offset]. An operand with no encoding gives 0, which is no instruction (`udf #0`); bl_refusal_text says why.
 * All are the 64-bit (X) forms unless the name says otherwise; byte offsets are given in bytes and scaled here.
 *
 * Legend: above each group stand its word, with the bits counted from 31 on the left, and its sections in the Arm ARM
 * (DDI 0487: C6.2 for the base instructions, C7.2 for the vector ones, in order of mnemonic). Lower case letters are
 * fields: d n m t a the registers Rd Rn Rm Rt Ra, i an immediate, s a shift, c a condition. The fields are disjoint;
 * each formula is their sum.
 *
 * Each sample line is "word  what both disassemblers must print"; the tests read these lines and hold them to it.
 */
#ifndef BYTELAY_A64_H
#define BYTELAY_A64_H

#include "../lay/lay.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X0..X30 (W0..W30 where the instruction says so) are 0..30. The number 31 is the zero register in some fields and the
 * stack pointer in others: which one is meant is told by `sp`, and an instruction that cannot name it refuses it. */
typedef struct {
  unsigned char number;
  bool sp;
} A64Reg;

/* v0..v31. */
typedef struct {
  unsigned char number;
} A64Vec;

/* Arm ARM, C1.2.4 */
typedef enum {
  A64_EQ,
  A64_NE,
  A64_HS,
  A64_LO,
  A64_MI,
  A64_PL,
  A64_VS,
  A64_VC,
  A64_HI,
  A64_LS,
  A64_GE,
  A64_LT,
  A64_GT,
  A64_LE
} A64Cond;

/* clang-format off */

/* The word as the bytes that are laid, little-endian; a refused word stays refused. */
LayCode a64_code(uint32_t word);

/* ---- Wide moves: C6.2 MOVZ, MOVN, MOVK ----------------------------------------------------------------------------
 *     1oo100101ssiiiiiiiiiiiiiiiiddddd   oo: 00 movn, 10 movz, 11 movk; shift 16 * ss
 *     92800000 (oo = 00), D2800000, F2800000, + ss << 21 + imm16 << 5 + d
 *   sample: D2800808  mov x8, #64 | movz x8, #64
 *   sample: F2A2469E  movk x30, #4660, lsl #16
 *   sample: 92800C62  mov x2, #-100 | movn x2, #99
 */
uint32_t a64_movz(A64Reg d, int64_t imm16, int shift);   /* shift: 0, 16, 32, 48 */
uint32_t a64_movn(A64Reg d, int64_t imm16, int shift);
uint32_t a64_movk(A64Reg d, int64_t imm16, int shift);

/* ---- Add and subtract, immediate: C6.2 ADD, ADDS, SUB, SUBS -------------------------------------------------------
 *     1os100010hiiiiiiiiiiiinnnnnddddd   o: subtract; s: set flags; h: immediate << 12
 *     91000000 + o << 30 + s << 29 + h << 22 + imm12 << 10 + n << 5 + d
 *   n may be SP; d may be SP where flags are not set. cmp is subs with d = XZR, cmn is adds.
 *   sample: 913FFD55  add x21, x10, #4095
 *   sample: D14007FF  sub sp, sp, #1, lsl #12
 *   sample: F1002D5F  cmp x10, #11
 */
uint32_t a64_add_imm(A64Reg d, A64Reg n, int64_t imm12, int shift);  /* shift: 0 or 12 */
uint32_t a64_sub_imm(A64Reg d, A64Reg n, int64_t imm12, int shift);
uint32_t a64_adds_imm(A64Reg d, A64Reg n, int64_t imm12, int shift);
uint32_t a64_subs_imm(A64Reg d, A64Reg n, int64_t imm12, int shift);

/* ---- Add, subtract and logic, registers: C6.2 ADD, SUB, SUBS, AND, ANDS, ORR, EOR ---------------------------------
 *     1oo01011000mmmmmssssssnnnnnddddd   oo: 00 add, 10 sub, 11 subs; m is shifted left by ssssss
 *     1oo01010000mmmmmssssssnnnnnddddd   oo: 00 and, 01 orr, 10 eor, 11 ands
 *   mov d, m is orr d, XZR, m; tst is ands, neg is sub.
 *   sample: 8B0A02BE  add x30, x21, x10
 *   sample: 8B150142  add x2, x10, x21
 *   sample: EB1E015F  cmp x10, x30
 *   sample: AA1503EA  mov x10, x21
 */
uint32_t a64_add(A64Reg d, A64Reg n, A64Reg m, int lsl);   /* lsl: 0..63 */
uint32_t a64_sub(A64Reg d, A64Reg n, A64Reg m, int lsl);
uint32_t a64_subs(A64Reg d, A64Reg n, A64Reg m, int lsl);
uint32_t a64_and(A64Reg d, A64Reg n, A64Reg m, int lsl);
uint32_t a64_orr(A64Reg d, A64Reg n, A64Reg m, int lsl);
uint32_t a64_orn(A64Reg d, A64Reg n, A64Reg m, int lsl);   /* n | ~m; bit 21 is set; mvn d, m has n = XZR */
uint32_t a64_eor(A64Reg d, A64Reg n, A64Reg m, int lsl);
uint32_t a64_ands(A64Reg d, A64Reg n, A64Reg m, int lsl);

/* ---- Logic, bitmask immediate: C6.2 AND, ORR, EOR, ANDS; the mask: see DecodeBitMasks -----------------------------
 *     1oo100100Nrrrrrrssssssnnnnnddddd   oo as above
 *   The mask is an element of 2, 4 .. 64 bits, repeated: a run of s+1 ones, rotated right by r. N and the high bits
 *   of s tell the element's size. Neither 0 nor ~0 is a mask.
 *   d may be SP, save for ands. tst is ands with d = XZR.
 *   sample: 92401D4A  and x10, x10, #0xff
 *   sample: F27B015F  tst x10, #0x20
 */
uint32_t a64_and_imm(A64Reg d, A64Reg n, uint64_t mask);
uint32_t a64_orr_imm(A64Reg d, A64Reg n, uint64_t mask);
uint32_t a64_eor_imm(A64Reg d, A64Reg n, uint64_t mask);
uint32_t a64_ands_imm(A64Reg d, A64Reg n, uint64_t mask);
/* True if `mask` has such an encoding. */
bool a64_is_bitmask(uint64_t mask);

/* ---- Multiply, divide, shift: C6.2 MADD, MSUB, UDIV, LSLV, LSRV, UBFM ---------------------------------------------
 *     10011011000mmmmm0aaaaannnnnddddd   madd: a + n * m;  bit 15 set: msub, a - n * m
 *     10011010110mmmmmoooooonnnnnddddd   oooooo: 000010 udiv, 001000 lslv, 001001 lsrv (count modulo 64)
 *     1101001101rrrrrrssssssnnnnnddddd   ubfm: lsl is r = -count mod 64, s = 63 - count; lsr is r = count, s = 63
 *   mul is madd with a = XZR.
 *   sample: 9B157D42  mul x2, x10, x21
 *   sample: 9ACA26BE  lsr x30, x21, x10
 *   sample: D343FEBE  lsr x30, x21, #3
 *   sample: D37DF2BE  lsl x30, x21, #3
 */
uint32_t a64_madd(A64Reg d, A64Reg n, A64Reg m, A64Reg a);
uint32_t a64_msub(A64Reg d, A64Reg n, A64Reg m, A64Reg a);
uint32_t a64_udiv(A64Reg d, A64Reg n, A64Reg m);
uint32_t a64_sdiv(A64Reg d, A64Reg n, A64Reg m);           /* oooooo 000011; by 0 both give 0 */
uint32_t a64_lslv(A64Reg d, A64Reg n, A64Reg m);
uint32_t a64_lsrv(A64Reg d, A64Reg n, A64Reg m);
uint32_t a64_asrv(A64Reg d, A64Reg n, A64Reg m);           /* 001010 */
uint32_t a64_rorv(A64Reg d, A64Reg n, A64Reg m);           /* 001011 */
uint32_t a64_umulh(A64Reg d, A64Reg n, A64Reg m);          /* 10011011110mmmmm011111nnnnnddddd: bits 127..64 of n * m */
uint32_t a64_smulh(A64Reg d, A64Reg n, A64Reg m);          /* 10011011010mmmmm011111nnnnnddddd: the same, signed */
uint32_t a64_asr_imm(A64Reg d, A64Reg n, int64_t count);   /* 0..63; sbfm: 1001001101rrrrrrssssssnnnnnddddd, s = 63 */
uint32_t a64_ror_imm(A64Reg d, A64Reg n, int64_t count);   /* 0..63; extr: 10010011110mmmmmccccccnnnnnddddd, m = n */
uint32_t a64_lsl_imm(A64Reg d, A64Reg n, int64_t count);   /* 0..63 */
uint32_t a64_lsr_imm(A64Reg d, A64Reg n, int64_t count);   /* 0..63 */

/* ---- Loads and stores of one register: C6.2 LDR, LDRB, LDRH, LDRSH, STR .. ----------------------------------------
 *     zz11100101iiiiiiiiiiiinnnnnttttt   _offset: zz the size (0 byte, 1 half, 2 W, 3 X), i = offset / size
 *     zz111000010iiiiiiiii00nnnnnttttt   ldur..: offset a signed 9-bit count of bytes
 *     zz111000011mmmmm011S10nnnnnttttt   _index: [n, m, lsl #S * size]; here S is always 1, for a byte 0
 *     zz111000010iiiiiiiiipwnnnnnttttt   _pre (pw = 11) and _post (pw = 01)
 *   A load has bit 22 set, a store has it clear. ldrsh sign-extends to 64 bits: bit 23 in the place of bit 22.
 *   n may be SP.
 *   sample: 397FFD5E  ldrb w30, [x10, #4095]
 *   sample: F81F0FFE  str x30, [sp, #-16]!
 *   sample: F84107FE  ldr x30, [sp], #16
 *   sample: 3840155E  ldrb w30, [x10], #1
 *   sample: 7875795E  ldrh w30, [x10, x21, lsl #1]
 *   sample: 78B57A0A  ldrsh x10, [x16, x21, lsl #1]
 */
#define A64_MEMORY(ldr, str, ldur, stur)                                             \
  uint32_t a64_##ldr##_offset(A64Reg t, A64Reg n, int64_t offset);                   \
  uint32_t a64_##str##_offset(A64Reg t, A64Reg n, int64_t offset);                   \
  uint32_t a64_##ldur(A64Reg t, A64Reg n, int64_t offset);   /* -256..255 */         \
  uint32_t a64_##stur(A64Reg t, A64Reg n, int64_t offset);                           \
  uint32_t a64_##ldr##_index(A64Reg t, A64Reg n, A64Reg m);                          \
  uint32_t a64_##str##_index(A64Reg t, A64Reg n, A64Reg m);                          \
  uint32_t a64_##ldr##_post(A64Reg t, A64Reg n, int64_t offset); /* -256..255; t must not be n */ \
  uint32_t a64_##str##_post(A64Reg t, A64Reg n, int64_t offset);
A64_MEMORY(ldrb, strb, ldurb, sturb)
A64_MEMORY(ldrh, strh, ldurh, sturh)
A64_MEMORY(ldr_w, str_w, ldur_w, stur_w)
A64_MEMORY(ldr_x, str_x, ldur_x, stur_x)
uint32_t a64_ldrsh_x_index(A64Reg t, A64Reg n, A64Reg m);
uint32_t a64_str_x_pre(A64Reg t, A64Reg n, int64_t offset);    /* -256..255; t must not be n */

/* ---- Loads and stores of two registers: C6.2 LDP, STP -------------------------------------------------------------
 *     1010100mmLiiiiiiiuuuuunnnnnttttt   mm: 01 post, 10 offset, 11 pre; L: load; i = offset / 8, signed; u is Rt2
 *   sample: A9BE4FFE  stp x30, x19, [sp, #-32]!
 *   sample: A8C24FFE  ldp x30, x19, [sp], #32
 *   sample: 297C4FFE  ldp w30, w19, [sp, #-32]
 */
uint32_t a64_stp_pre(A64Reg t, A64Reg t2, A64Reg n, int64_t offset);     /* -512..504, multiples of 8 */
uint32_t a64_stp_offset(A64Reg t, A64Reg t2, A64Reg n, int64_t offset);
uint32_t a64_ldp_post(A64Reg t, A64Reg t2, A64Reg n, int64_t offset);
uint32_t a64_ldp_offset(A64Reg t, A64Reg t2, A64Reg n, int64_t offset);
/* The same of 32-bit registers: bits 31..30 are 00, and i = offset / 4: -256..252. */
uint32_t a64_ldp_w_offset(A64Reg t, A64Reg t2, A64Reg n, int64_t offset);

/* ---- A load by the distance of what is loaded: C6.2 LDR (literal) --------------------------------------------------
 *     0s011000iiiiiiiiiiiiiiiiiiittttt   ldr, s = 1: 64 bits, else 32; i = displacement / 4, signed
 *   The displacement is in bytes, counted from the instruction itself.
 *   sample: 580000E1  ldr x1, #28
 */
uint32_t a64_ldr_w_literal(A64Reg t, int64_t displacement); /* +-1 MB */
uint32_t a64_ldr_x_literal(A64Reg t, int64_t displacement);

/* ---- Branches and addresses: C6.2 B, BL, B.cond, CBZ, CBNZ, TBZ, TBNZ, ADR, ADRP ----------------------------------
 *     000101iiiiiiiiiiiiiiiiiiiiiiiiii   b     i = displacement / 4, signed; bit 31 set: bl
 *     01010100iiiiiiiiiiiiiiiiiii0cccc   b.cond
 *     1011010oiiiiiiiiiiiiiiiiiiittttt   cbz, o = 1: cbnz
 *     b011011obbbbbiiiiiiiiiiiiiittttt   tbz, o = 1: tbnz; bit number b:bbbbb
 *     pii10000iiiiiiiiiiiiiiiiiiiddddd   adr, p = 1: adrp; the low two bits of the immediate stand on the left
 *     1101011000ooo11111000000nnnnn00000   (br 000, blr 001, ret 010 in bits 23..21)
 *   Displacements are in bytes, counted from the instruction itself; adrp's from its page: a multiple of 4096.
 *   sample: 100000E1  adr x1, #28
 *   sample: D65F03C0  ret
 *   sample: D61F0200  br x16
 */
uint32_t a64_b(int64_t displacement);                           /* +-128 MB */
uint32_t a64_bl(int64_t displacement);
uint32_t a64_b_cond(A64Cond cond, int64_t displacement);        /* +-1 MB */
uint32_t a64_cbz(A64Reg t, int64_t displacement);               /* +-1 MB */
uint32_t a64_cbnz(A64Reg t, int64_t displacement);
uint32_t a64_tbz(A64Reg t, int bit, int64_t displacement);      /* bit 0..63; +-32 KB */
uint32_t a64_tbnz(A64Reg t, int bit, int64_t displacement);
uint32_t a64_adr(A64Reg d, int64_t displacement);               /* +-1 MB */
uint32_t a64_adrp(A64Reg d, int64_t displacement);              /* +-4 GB */
uint32_t a64_br(A64Reg n);
uint32_t a64_blr(A64Reg n);
uint32_t a64_ret(void);                                         /* to x30 */

/* ---- System: C6.2 SVC, BRK, NOP -----------------------------------------------------------------------------------
 *     11010100000iiiiiiiiiiiiiiii00001   svc
 *     11010100001iiiiiiiiiiiiiiii00000   brk      the debugger's breakpoint: SIGTRAP
 *   sample: D4000001  svc #0
 *   sample: D4200020  brk #1
 */
uint32_t a64_svc(int64_t imm16);
uint32_t a64_brk(int64_t imm16);
uint32_t a64_nop(void);

/* ---- NEON, bytes of 128-bit vectors: C7.2 MOVI, AND, ORR, CMEQ, CMHS, SUB, SHRN, FMOV -----------------------------
 *     0100111100000iii111001iiiiiddddd   movi v.16b: imm8 as abc:defgh
 *     01oo1110ss1mmmmmooooo1nnnnnddddd   three vectors: each opcode word is in a64.c
 *   sample: 4F05E555  movi v21.16b, #0xaa
 *   sample: 6E228D5E  cmeq v30.16b, v10.16b, v2.16b
 *   sample: 6E223D5E  cmhs v30.16b, v10.16b, v2.16b
 *   sample: 0F0C8542  shrn v2.8b, v10.8h, #4
 *   sample: 9E66015E  fmov x30, d10
 *   sample: 3C81055E  str q30, [x10], #16
 *   sample: 9C0000FE  ldr q30, #28
 */
uint32_t a64_movi_16b(A64Vec d, int64_t imm8);                  /* 0..255 */
uint32_t a64_orr_16b(A64Vec d, A64Vec n, A64Vec m);
uint32_t a64_and_16b(A64Vec d, A64Vec n, A64Vec m);
uint32_t a64_sub_16b(A64Vec d, A64Vec n, A64Vec m);
uint32_t a64_cmeq_16b(A64Vec d, A64Vec n, A64Vec m);
uint32_t a64_cmhs_16b(A64Vec d, A64Vec n, A64Vec m);            /* n >= m, unsigned */
uint32_t a64_cmeq_16b_zero(A64Vec d, A64Vec n);
uint32_t a64_cmlt_16b_zero(A64Vec d, A64Vec n);                 /* n < 0, signed */
uint32_t a64_shrn_8b(A64Vec d, A64Vec n, int64_t count);        /* 1..8: each 16-bit lane >> count, to 8 bits */
uint32_t a64_fmov_x_d(A64Reg d, A64Vec n);
uint32_t a64_ldr_q_offset(A64Vec t, A64Reg n, int64_t offset);  /* 0..65520, multiples of 16 */
uint32_t a64_str_q_offset(A64Vec t, A64Reg n, int64_t offset);
uint32_t a64_ldur_q(A64Vec t, A64Reg n, int64_t offset);        /* -256..255 */
uint32_t a64_stur_q(A64Vec t, A64Reg n, int64_t offset);
uint32_t a64_str_q_post(A64Vec t, A64Reg n, int64_t offset);    /* -256..255 */
uint32_t a64_ldr_q_literal(A64Vec t, int64_t displacement);     /* +-1 MB, multiples of 4 */

/* ---- Bits: C6.2 RBIT, CLZ -----------------------------------------------------------------------------------------
 *     1101101011000000000ooonnnnnddddd   ooo: 000 rbit, 011 rev, 100 clz
 *     10011010100mmmmmcccc00nnnnnddddd   csel: n if the condition holds, else m
 *   sample: DAC0015E  rbit x30, x10
 *   sample: DAC0115E  clz x30, x10
 */
uint32_t a64_rbit(A64Reg d, A64Reg n);
uint32_t a64_clz(A64Reg d, A64Reg n);
uint32_t a64_rev(A64Reg d, A64Reg n);
uint32_t a64_csel(A64Reg d, A64Reg n, A64Reg m, A64Cond cond);

/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
