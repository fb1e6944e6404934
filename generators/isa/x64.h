/* x64.h: one function per x86-64 instruction, returning its exact bytes.
 *
 * A function's name is the mnemonic and its operands in Intel's order, destination first: x64_mov_m64_r64 stores.
 * It returns one encoding, always the same for the same operands: the shortest that its name allows (a sign-extended
 * imm8 or disp8 where the value fits). An operand with no encoding gives len 0, and bl_refusal_text says why.
 *
 * Legend, as in the Intel SDM, volume 2, section 3.1.1 ("Op" is what stands after each prototype):
 *
 *     REX.W    48 and more: 64-bit operand.  A REX prefix is 0100WRXB: R, X, B are the high bits of the register
 *              numbers in ModRM.reg, SIB.index and ModRM.rm (or SIB.base, or the opcode's +r).
 *     /r       ModRM byte  mm rrr bbb: r the register operand, b (with mm) the register or memory operand
 *     /0../7   the same, r being a part of the opcode
 *     +r       the low three bits of the register number are added to the opcode
 *     ib iw id io   an immediate of 1, 2, 4, 8 bytes, little-endian;  cb cd  a displacement of 1, 4 bytes
 *
 * Each sample line is "bytes  what both disassemblers must print"; the tests read these lines and hold them to it.
 */
#ifndef BYTELAY_X64_H
#define BYTELAY_X64_H

#include "../lay/lay.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A general register by its number, 0..15; the function's name tells its width. */
typedef struct {
  unsigned char number;
} X64Reg;

/* xmm0..xmm15 by number. */
typedef struct {
  unsigned char number;
} X64Xmm;

/* A memory operand. Make one with the three functions below. */
typedef struct {
  enum { X64_BASE, X64_INDEXED, X64_RIP } form;
  X64Reg base, index;
  unsigned char scale; /* 1, 2, 4, 8 */
  int64_t displacement;
} X64Mem;

/* [base + displacement]: signed 32 bits. */
X64Mem x64_at(X64Reg base, int64_t displacement);
/* [base + index * scale + displacement]; index is any register but rsp. */
X64Mem x64_at_indexed(X64Reg base, X64Reg index, int scale, int64_t displacement);
/* [rip + displacement], counted from the end of the instruction. */
X64Mem x64_at_rip(int64_t displacement);

/* Condition codes: the low four bits of Jcc's opcode. SDM vol. 1, appendix B.1 */
typedef enum {
  X64_O,
  X64_NO,
  X64_B,
  X64_AE,
  X64_E,
  X64_NE,
  X64_BE,
  X64_A,
  X64_S,
  X64_NS,
  X64_P,
  X64_NP,
  X64_L,
  X64_GE,
  X64_LE,
  X64_G
} X64Cond;

/* clang-format off */

/* ---- Moves (SDM vol. 2: MOV, MOVZX, MOVSX, LEA, PUSH, POP) --------------------------------------------------------
 *   sample: 4D 89 E7               mov r15, r12
 *   sample: BF 01 00 00 00         mov edi, 1
 *   sample: 48 C7 C3 9C FF FF FF   mov rbx, -100
 *   sample: 45 8A 5C 24 7F         mov r11b, byte ptr [r12 + 127]
 *   sample: 42 0F B6 04 2B         movzx eax, byte ptr [rbx + r13]
 *   sample: 4C 8D 1D 10 00 00 00   lea r11, [rip + 16]
 */
LayCode x64_mov_r64_r64(X64Reg d, X64Reg s);                /* REX.W 89 /r    s is ModRM.reg */
LayCode x64_mov_r32_r32(X64Reg d, X64Reg s);                /* 89 /r          bits 63..32 of d become 0 */
LayCode x64_mov_r8_imm8(X64Reg d, int64_t imm);             /* B0+r ib        0..255 */
LayCode x64_mov_r32_imm32(X64Reg d, int64_t imm);           /* B8+r id        0..2^32-1; bits 63..32 become 0 */
LayCode x64_mov_r64_imm32(X64Reg d, int64_t imm);           /* REX.W C7 /0 id signed 32 bits, sign-extended */
LayCode x64_mov_r64_imm64(X64Reg d, int64_t imm);           /* REX.W B8+r io */
LayCode x64_mov_r8_m8(X64Reg d, X64Mem m);                  /* 8A /r */
LayCode x64_mov_r32_m32(X64Reg d, X64Mem m);                /* 8B /r */
LayCode x64_mov_r64_m64(X64Reg d, X64Mem m);                /* REX.W 8B /r */
LayCode x64_mov_m8_r8(X64Mem m, X64Reg s);                  /* 88 /r          REX for spl, bpl, sil, dil too */
LayCode x64_mov_m16_r16(X64Mem m, X64Reg s);                /* 66 89 /r */
LayCode x64_mov_m32_r32(X64Mem m, X64Reg s);                /* 89 /r */
LayCode x64_mov_m64_r64(X64Mem m, X64Reg s);                /* REX.W 89 /r */
LayCode x64_mov_m8_imm8(X64Mem m, int64_t imm);             /* C6 /0 ib       -128..255 */
LayCode x64_mov_m16_imm16(X64Mem m, int64_t imm);           /* 66 C7 /0 iw    -32768..65535 */
LayCode x64_mov_m32_imm32(X64Mem m, int64_t imm);           /* C7 /0 id       -2^31..2^32-1 */
LayCode x64_mov_m64_imm32(X64Mem m, int64_t imm);           /* REX.W C7 /0 id signed 32 bits, sign-extended */
LayCode x64_movzx_r32_r8(X64Reg d, X64Reg s);               /* 0F B6 /r */
LayCode x64_movzx_r32_r16(X64Reg d, X64Reg s);              /* 0F B7 /r */
LayCode x64_movzx_r32_m8(X64Reg d, X64Mem m);               /* 0F B6 /r */
LayCode x64_movzx_r32_m16(X64Reg d, X64Mem m);              /* 0F B7 /r */
LayCode x64_movsx_r64_m16(X64Reg d, X64Mem m);              /* REX.W 0F BF /r */
LayCode x64_movsx_r64_m8(X64Reg d, X64Mem m);               /* REX.W 0F BE /r */
LayCode x64_movsxd_r64_m32(X64Reg d, X64Mem m);             /* REX.W 63 /r */
LayCode x64_lea_r64_m(X64Reg d, X64Mem m);                  /* REX.W 8D /r */
LayCode x64_push_r64(X64Reg s);                             /* 50+r */
LayCode x64_push_imm8(int64_t imm);                         /* 6A ib          -128..127 */
LayCode x64_pop_r64(X64Reg d);                              /* 58+r */
LayCode x64_xchg_eax_r32(X64Reg d);                         /* 90+r           not eax: 90 is nop */

/* ---- Arithmetic (SDM vol. 2: ADD, OR, AND, SUB, XOR, CMP) ---------------------------------------------------------
 * n is 0 add, 1 or, 4 and, 5 sub, 6 xor, 7 cmp. Immediates are signed 32 bits, sign-extended.
 *     _r64_r64    REX.W 8n+1 /r        s is ModRM.reg
 *     _r32_r32    8n+1 /r
 *     _r64_imm    REX.W 83 /n ib       where the immediate fits in a signed byte, else REX.W 81 /n id
 *     _r32_imm    83 /n ib             likewise, else 81 /n id
 *   sample: 4C 01 D5                add rbp, r10
 *   sample: 49 83 C4 80             add r12, -128
 *   sample: 49 81 EC 80 00 00 00    sub r12, 128
 *   sample: 41 83 E7 0F             and r15d, 15
 */
#define X64_ARITHMETIC(name)                            \
  LayCode x64_##name##_r64_r64(X64Reg d, X64Reg s);     \
  LayCode x64_##name##_r32_r32(X64Reg d, X64Reg s);     \
  LayCode x64_##name##_r64_imm(X64Reg d, int64_t imm);  \
  LayCode x64_##name##_r32_imm(X64Reg d, int64_t imm);
X64_ARITHMETIC(add)
X64_ARITHMETIC(or)
X64_ARITHMETIC(and)
X64_ARITHMETIC(sub)
X64_ARITHMETIC(xor)
X64_ARITHMETIC(cmp)

/* ---- More arithmetic (SDM vol. 2: TEST, NEG, INC, DEC, IMUL, SAL/SHR, BSF) ----------------------------------------
 *   sample: 4D 85 ED               test r13, r13
 *   sample: 40 F6 C6 40            test sil, 64
 *   sample: 4C 0F AF FA            imul r15, rdx
 *   sample: 49 C1 E4 3F            shl r12, 63
 *   sample: FE 05 F4 01 00 00      inc byte ptr [rip + 500]
 */
LayCode x64_or_r8_r8(X64Reg d, X64Reg s);                   /* 0A /r          d is ModRM.reg */
LayCode x64_test_r64_r64(X64Reg a, X64Reg b);               /* REX.W 85 /r    b is ModRM.reg */
LayCode x64_test_r32_r32(X64Reg a, X64Reg b);               /* 85 /r */
LayCode x64_test_r8_imm8(X64Reg a, int64_t imm);            /* F6 /0 ib       0..255 */
LayCode x64_test_r32_imm32(X64Reg a, int64_t imm);          /* F7 /0 id       0..2^32-1 */
LayCode x64_test_r64_imm32(X64Reg a, int64_t imm);          /* REX.W F7 /0 id signed 32 bits, sign-extended */
LayCode x64_neg_r64(X64Reg d);                              /* REX.W F7 /3 */
LayCode x64_inc_r32(X64Reg d);                              /* FF /0 */
LayCode x64_dec_r32(X64Reg d);                              /* FF /1 */
LayCode x64_inc_m8(X64Mem m);                               /* FE /0 */
LayCode x64_imul_r64_r64(X64Reg d, X64Reg s);               /* REX.W 0F AF /r */
LayCode x64_imul_r64_r64_imm(X64Reg d, X64Reg s, int64_t imm); /* REX.W 6B /r ib, or REX.W 69 /r id: signed 32 bits */
LayCode x64_shl_r64_imm8(X64Reg d, int64_t count);          /* REX.W C1 /4 ib 0..63 */
LayCode x64_shr_r64_imm8(X64Reg d, int64_t count);          /* REX.W C1 /5 ib 0..63 */
LayCode x64_shl_r64_cl(X64Reg d);                           /* REX.W D3 /4    counts modulo 64 */
LayCode x64_shr_r64_cl(X64Reg d);                           /* REX.W D3 /5    counts modulo 64 */
LayCode x64_bsf_r32_r32(X64Reg d, X64Reg s);                /* 0F BC /r       s must not be 0 */

/* ---- Divide, multiply to 128 bits, rotate, swap, select (SDM vol. 2: DIV, IDIV, MUL, IMUL, CQO, SAR, ROR, NOT, BSR,
 * BSWAP, CMOVcc) ----
 * div and idiv divide rdx:rax; a divisor of 0, or a quotient of more than 64 bits, is a fault.
 *   sample: 49 F7 F3               div r11
 *   sample: 48 99                  cqo
 *   sample: 49 0F CC               bswap r12
 *   sample: 4D 0F 4C FA            cmovl r15, r10
 */
LayCode x64_not_r64(X64Reg d);                              /* REX.W F7 /2    no flag changes */
LayCode x64_mul_r64(X64Reg s);                              /* REX.W F7 /4    rdx:rax = rax * s, unsigned */
LayCode x64_imul_r64(X64Reg s);                             /* REX.W F7 /5    rdx:rax = rax * s, signed */
LayCode x64_div_r64(X64Reg s);                              /* REX.W F7 /6    rax = rdx:rax / s, rdx the remainder */
LayCode x64_idiv_r64(X64Reg s);                             /* REX.W F7 /7    signed, towards 0 */
LayCode x64_cqo(void);                                      /* REX.W 99       rdx = 64 times the sign of rax */
LayCode x64_sar_r64_imm8(X64Reg d, int64_t count);          /* REX.W C1 /7 ib 0..63 */
LayCode x64_ror_r64_imm8(X64Reg d, int64_t count);          /* REX.W C1 /1 ib 0..63 */
LayCode x64_sar_r64_cl(X64Reg d);                           /* REX.W D3 /7    counts modulo 64 */
LayCode x64_ror_r64_cl(X64Reg d);                           /* REX.W D3 /1    counts modulo 64 */
LayCode x64_bsf_r64_r64(X64Reg d, X64Reg s);                /* REX.W 0F BC /r s must not be 0 */
LayCode x64_bsr_r64_r64(X64Reg d, X64Reg s);                /* REX.W 0F BD /r s must not be 0 */
LayCode x64_bswap_r64(X64Reg d);                            /* REX.W 0F C8+r */
LayCode x64_cmov_r64_r64(X64Cond cond, X64Reg d, X64Reg s); /* REX.W 0F 40+cond /r */

/* ---- Control (SDM vol. 2: JMP, Jcc, CALL, RET, SYSCALL, INT, INT3, UD, NOP) ---------------------------------------
 * A displacement is counted from the end of the instruction.
 *   sample: 41 FF E3               jmp r11
 *   sample: 0F 05                  syscall
 */
LayCode x64_jmp_rel8(int64_t displacement);                 /* EB cb          -128..127 */
LayCode x64_jmp_rel32(int64_t displacement);                /* E9 cd          signed 32 bits */
LayCode x64_jcc_rel8(X64Cond cond, int64_t displacement);   /* 70+cond cb */
LayCode x64_jcc_rel32(X64Cond cond, int64_t displacement);  /* 0F 80+cond cd */
LayCode x64_call_rel32(int64_t displacement);               /* E8 cd */
LayCode x64_jmp_r64(X64Reg to);                             /* FF /4 */
LayCode x64_call_r64(X64Reg to);                            /* FF /2 */
LayCode x64_ret(void);                                      /* C3 */
LayCode x64_syscall(void);                                  /* 0F 05 */
LayCode x64_int_imm8(int64_t vector);                       /* CD ib          0..255 */
LayCode x64_int3(void);                                     /* CC             the debugger's breakpoint: SIGTRAP */
LayCode x64_ud2(void);                                      /* 0F 0B          no instruction, for ever: SIGILL */
LayCode x64_nop(void);                                      /* 90 */

/* ---- SSE2 (SDM vol. 2: MOVDQU, MOVDQA, POR ..) --------------------------------------------------------------------
 *   sample: F3 41 0F 6F 45 10      movdqu xmm0, xmmword ptr [r13 + 16]
 *   sample: 66 45 0F D7 E1         pmovmskb r12d, xmm9
 */
LayCode x64_movdqu_xmm_m128(X64Xmm d, X64Mem m);            /* F3 0F 6F /r    any alignment */
LayCode x64_movdqu_m128_xmm(X64Mem m, X64Xmm s);            /* F3 0F 7F /r */
LayCode x64_movdqa_xmm_xmm(X64Xmm d, X64Xmm s);             /* 66 0F 6F /r */
LayCode x64_movdqa_xmm_m128(X64Xmm d, X64Mem m);            /* 66 0F 6F /r    16-byte aligned, else a fault */
LayCode x64_pmovmskb_r32_xmm(X64Reg d, X64Xmm s);           /* 66 0F D7 /r */
LayCode x64_movq_xmm_r64(X64Xmm d, X64Reg s);               /* 66 REX.W 0F 6E /r  the upper half becomes 0 */
LayCode x64_movq_r64_xmm(X64Reg d, X64Xmm s);               /* 66 REX.W 0F 7E /r  s is ModRM.reg */
/* 66 0F Op /r: EB por, DB pand, EF pxor, 74 pcmpeqb, 64 pcmpgtb (signed), F8 psubb, DA pminub, DE pmaxub; memory must
 * be 16-byte aligned */
#define X64_SSE2(name)                                    \
  LayCode x64_##name##_xmm_xmm(X64Xmm d, X64Xmm s);       \
  LayCode x64_##name##_xmm_m128(X64Xmm d, X64Mem m);
X64_SSE2(por)
X64_SSE2(pand)
X64_SSE2(pxor)
X64_SSE2(pcmpeqb)
X64_SSE2(pcmpgtb)
X64_SSE2(psubb)
X64_SSE2(pminub)
X64_SSE2(pmaxub)

/* clang-format on */

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
