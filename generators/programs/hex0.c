/* hex0.c: the first program of a bootstrap: it turns hex digits into bytes. hex0_x64, hex0_arm64: `hex0 INPUT OUTPUT`.
 *
 * Two digits, in capitals or not, are a byte. From # or ; to the end of the line is a comment, and every other byte is
 * passed over, as stage0-posix has it. So the listing of a program rebuilds the program, hex0 itself among them, and it
 * is small enough to be typed in. It ends with 0, or with the number of the error of its last read or write; an input
 * or an output that cannot be opened is such an error.
 *
 * The program header begins at 0x38, with e_phnum, which must be 1, as p_type must. Code stands where no loader looks:
 *
 *        Elf64_Ehdr                                     Elf64_Phdr
 *   07   EI_OSABI, EI_PAD           (code)
 *   14   e_version                  (code)
 *   28   e_shoff, e_flags           (code)
 *   38   e_phnum, e_shentsize       01 00 00 00         p_type    PT_LOAD
 *   3c   e_shnum, e_shstrndx        05 00 00 00         p_flags   R + X
 *   50   -                          (code)              p_paddr
 *   70   -                          (code)
 *
 * Both machines begin a program with zeros in the registers that stand for none of its arguments, and that is used.
 */
#include "raw_words.h"

#include <elf.h>

#define ADDRESS 0x400000
#define OUTPUT_FLAGS (01 | 0100 | 01000) /* O_WRONLY | O_CREAT | O_TRUNC */
#define OUTPUT_MODE 0700                 /* what is built is to be run */

/* rbx: the byte so far; rbp: the output; r8: 1 between its two digits; r9: not 0 in a comment. The input's descriptor
 * is on the stack, and after it one byte to read into and to write from, where rsi points. rdx is 1 byte. */
static void lay_x64_start(void) {
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01", "e_ident.EI_CLASS..EI_VERSION", 0x010102);
  routine("_start", in(A4, A5, T0, S1), no_return); /* which the kernel starts with 0 */
  step("5b", x64_pop_r64(RBX));                     /* argc */
  step("5f", x64_pop_r64(RDI));                     /* argv[0] */
  step("5f", x64_pop_r64(RDI));                     /* argv[1] */
  step("b0 02", x64_mov_r8_imm8(RAX, 2));           /* open: rsi is 0, O_RDONLY */
  step("0f 05", x64_syscall());
  step_jump("eb 04", "in_version");
  field("02 00", "e_type", ET_EXEC);
  field("3e 00", "e_machine", EM_X86_64);
  routine("in_version", piece);
  step("93", x64_xchg_eax_r32(RBX)); /* the input; rax is argc, below 256 */
  step("5f", x64_pop_r64(RDI));      /* argv[2] */
  step_jump("eb 10", "in_shoff");
  field_address("07 00 40 00 00 00 00 00", "e_entry", "_start");
  field("38 00 00 00 00 00 00 00", "e_phoff", 0x38);
  routine("in_shoff", piece);
  step("be 41 02 00 00", x64_mov_r32_imm32(RSI, OUTPUT_FLAGS));
  step("ba c0 01 00 00", x64_mov_r32_imm32(RDX, OUTPUT_MODE));
  step_jump("eb 1c", "in_paddr");
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00 00 00", "e_phnum, e_shentsize: p_type", PT_LOAD);
  field("05 00 00 00", "e_shnum, e_shstrndx: p_flags", PF_R | PF_X);
  field("00 00 00 00 00 00 00 00", "p_offset", 0);
  field("00 00 40 00 00 00 00 00", "p_vaddr", ADDRESS);
  routine("in_paddr", piece);
  step("b0 02", x64_mov_r8_imm8(RAX, 2)); /* open */
  step("0f 05", x64_syscall());
  step("95", x64_xchg_eax_r32(RBP)); /* the output */
  step_jump("eb 19", "opened");
  gap("p_paddr, the rest", 1);
  field_distance("d7 00 00 00 00 00 00 00", "p_filesz", "file_end", "file_start");
  field_distance("d7 00 00 00 00 00 00 00", "p_memsz", "file_end", "file_start");
  field("00 10 00 00 00 00 00 00", "p_align", 0x1000);
}

static void lay_x64_reading(void) {
  routine("opened", piece);
  step("54", x64_push_r64(RSP));
  step("5e", x64_pop_r64(RSI));
  step("53", x64_push_r64(RBX));
  step("6a 01", x64_push_imm8(1));
  step("5a", x64_pop_r64(RDX));
  label("next");
  step("5f", x64_pop_r64(RDI)); /* the input, and it stays */
  step("57", x64_push_r64(RDI));
  step("31 c0", x64_xor_r32_r32(RAX, RAX)); /* read */
  step("0f 05", x64_syscall());
  step("83 f8 01", x64_cmp_r32_imm(RAX, 1));
  step_jcc("75 4d", X64_NE, "ends"); /* 0 at the end, or an error */
  step("8a 06", x64_mov_r8_m8(RAX, x64_at(RSI, 0)));
  step("45 85 c9", x64_test_r32_r32(R9, R9));
  step_jcc("74 08", X64_E, "no_comment");
  step("83 f8 0a", x64_cmp_r32_imm(RAX, '\n'));
  step_jcc("75 e9", X64_NE, "next");
  step("45 31 c9", x64_xor_r32_r32(R9, R9));
  label("no_comment");
  step("83 f8 23", x64_cmp_r32_imm(RAX, '#'));
  step_jcc("74 05", X64_E, "comment");
  step("83 f8 3b", x64_cmp_r32_imm(RAX, ';'));
  step_jcc("75 05", X64_NE, "no_comment_begins");
  label("comment");
  step("41 89 c1", x64_mov_r32_r32(R9, RAX));
  step_jump("eb d7", "next");
}

/* 0..9 become 0..9; letters, with 0x20 set, a..f become 0..5, and 10 more; all else is passed over. */
static void lay_x64_digits(void) {
  label("no_comment_begins");
  step("83 e8 30", x64_sub_r32_imm(RAX, '0'));
  step("83 f8 0a", x64_cmp_r32_imm(RAX, 10));
  step_jcc("72 0e", X64_B, "digit");
  step("83 c8 20", x64_or_r32_imm(RAX, 0x20));
  step("83 e8 31", x64_sub_r32_imm(RAX, 'a' - '0'));
  step("83 f8 06", x64_cmp_r32_imm(RAX, 6));
  step_jcc("73 c4", X64_AE, "next");
  step("83 c0 0a", x64_add_r32_imm(RAX, 10));
  label("digit");
  step("48 c1 e3 04", x64_shl_r64_imm8(RBX, 4));
  step("09 c3", x64_or_r32_r32(RBX, RAX));
  step("41 83 f0 01", x64_xor_r32_imm(R8, 1));
  step_jcc("75 b5", X64_NE, "next"); /* the first of two */
  step("88 1e", x64_mov_m8_r8(x64_at(RSI, 0), RBX));
  step("89 ef", x64_mov_r32_r32(RDI, RBP));
  step("b0 01", x64_mov_r8_imm8(RAX, 1)); /* write: rax is below 16 */
  step("0f 05", x64_syscall());
  step("83 f8 01", x64_cmp_r32_imm(RAX, 1));
  step_jcc("74 a8", X64_E, "next");
  label("ends");
  step("48 f7 d8", x64_neg_r64(RAX)); /* -errno, or 0 */
  step("97", x64_xchg_eax_r32(RDI));
  step("6a 3c", x64_push_imm8(60)); /* exit */
  step("58", x64_pop_r64(RAX));
  step("0f 05", x64_syscall());
}

/* x19: the input; x20: the output; x21: 1 and the digits so far; x22: not 0 in a comment; x1: one byte, at sp. */
static void lay_arm64_start(void) {
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01 00", "e_ident.EI_CLASS..EI_OSABI", 0x010102);
  routine("_start", in(A2, S3), no_return);                /* which the kernel starts with 0 */
  step_a64("e1 0b 40 f9", a64_ldr_x_offset(X(1), SP, 16)); /* argv[1] */
  step_b("07 00 00 14", "in_shoff");
  field("02 00", "e_type", ET_EXEC);
  field("b7 00", "e_machine", EM_AARCH64);
  field("00 00 00 00", "e_version", 0);
  field_address("08 00 40 00 00 00 00 00", "e_entry", "_start");
  field("38 00 00 00 00 00 00 00", "e_phoff", 0x38);
  routine("in_shoff", piece);
  step_a64("60 0c 80 92", a64_movn(X(0), 99, 0)); /* AT_FDCWD */
  step_a64("08 07 80 d2", a64_movz(X(8), 56, 0)); /* openat: x2 is 0, O_RDONLY */
  step_b("08 00 00 14", "in_paddr");
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00 00 00", "e_phnum, e_shentsize: p_type", PT_LOAD);
  field("05 00 00 00", "e_shnum, e_shstrndx: p_flags", PF_R | PF_X);
  field("00 00 00 00 00 00 00 00", "p_offset", 0);
  field("00 00 40 00 00 00 00 00", "p_vaddr", ADDRESS);
  routine("in_paddr", piece);
  step_a64("01 00 00 d4", a64_svc(0));
  step_b("07 00 00 14", "input_open");
  field_distance("24 01 00 00 00 00 00 00", "p_filesz", "file_end", "file_start");
  field_distance("24 01 00 00 00 00 00 00", "p_memsz", "file_end", "file_start");
  field("00 00 01 00 00 00 00 00", "p_align", 0x10000);
}

static void lay_arm64_reading(void) {
  routine("input_open", piece);
  step_a64("f3 03 00 aa", a64_orr(X(19), XZR, X(0), 0));
  step_a64("60 0c 80 92", a64_movn(X(0), 99, 0));          /* AT_FDCWD */
  step_a64("e1 0f 40 f9", a64_ldr_x_offset(X(1), SP, 24)); /* argv[2] */
  step_a64("22 48 80 d2", a64_movz(X(2), OUTPUT_FLAGS, 0));
  step_a64("03 38 80 d2", a64_movz(X(3), OUTPUT_MODE, 0));
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("f4 03 00 aa", a64_orr(X(20), XZR, X(0), 0));
  step_a64("e1 03 00 91", a64_add_imm(X(1), SP, 0, 0));
  step_a64("22 00 80 d2", a64_movz(X(2), 1, 0)); /* count */
  label("next_byte");
  step_a64("35 00 80 d2", a64_movz(X(21), 1, 0));
  label("next");
  step_a64("e0 03 13 aa", a64_orr(X(0), XZR, X(19), 0));
  step_a64("e8 07 80 d2", a64_movz(X(8), 63, 0)); /* read */
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("1f 04 00 f1", a64_subs_imm(XZR, X(0), 1, 0));
  step_b_cond("81 03 00 54", A64_NE, "ends"); /* 0 at the end, or an error */
  step_a64("23 00 40 39", a64_ldrb_offset(X(3), X(1), 0));
  step_cbz("96 00 00 b4", X(22), "no_comment");
  step_a64("7f 28 00 f1", a64_subs_imm(XZR, X(3), '\n', 0));
  step_b_cond("01 ff ff 54", A64_NE, "next");
  step_a64("16 00 80 d2", a64_movz(X(22), 0, 0));
  label("no_comment");
  step_a64("7f 8c 00 f1", a64_subs_imm(XZR, X(3), '#', 0));
  step_b_cond("60 00 00 54", A64_EQ, "comment");
  step_a64("7f ec 00 f1", a64_subs_imm(XZR, X(3), ';', 0));
  step_b_cond("61 00 00 54", A64_NE, "no_comment_begins");
  label("comment");
  step_a64("f6 03 03 aa", a64_orr(X(22), XZR, X(3), 0));
  step_b("f1 ff ff 17", "next");
}

/* As on the other machine; the 1 that x21 began with reaches bit 8 with the second digit. */
static void lay_arm64_digits(void) {
  label("no_comment_begins");
  step_a64("63 c0 00 d1", a64_sub_imm(X(3), X(3), '0', 0));
  step_a64("7f 28 00 f1", a64_subs_imm(XZR, X(3), 10, 0));
  step_b_cond("c3 00 00 54", A64_LO, "digit");
  step_a64("63 00 7b b2", a64_orr_imm(X(3), X(3), 0x20));
  step_a64("63 c4 00 d1", a64_sub_imm(X(3), X(3), 'a' - '0', 0));
  step_a64("7f 18 00 f1", a64_subs_imm(XZR, X(3), 6, 0));
  step_b_cond("42 fd ff 54", A64_HS, "next");
  step_a64("63 28 00 91", a64_add_imm(X(3), X(3), 10, 0));
  label("digit");
  step_a64("75 10 15 8b", a64_add(X(21), X(3), X(21), 4));
  step_if_clear("f5 fc 47 36", X(21), 8, "next"); /* the first of two */
  step_a64("35 00 00 39", a64_strb_offset(X(21), X(1), 0));
  step_a64("e0 03 14 aa", a64_orr(X(0), XZR, X(20), 0));
  step_a64("08 08 80 d2", a64_movz(X(8), 64, 0)); /* write */
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("1f 04 00 f1", a64_subs_imm(XZR, X(0), 1, 0));
  step_b_cond("00 fc ff 54", A64_EQ, "next_byte");
  label("ends");
  step_a64("e0 03 00 cb", a64_sub(X(0), XZR, X(0), 0)); /* -errno, or 0 */
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0));       /* exit */
  step_a64("01 00 00 d4", a64_svc(0));
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "hex0");
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    bl_handmade_begin((Isa)isa, "hex0");
    file_start();
    (isa == ISA_X64 ? lay_x64_start : lay_arm64_start)();
    (isa == ISA_X64 ? lay_x64_reading : lay_arm64_reading)();
    (isa == ISA_X64 ? lay_x64_digits : lay_arm64_digits)();
    file_end();
    reads("e_phnum", 0x38, 2, 1);
    reads("p_type", 0x38, 4, PT_LOAD);
    reads("p_flags", 0x3c, 4, PF_R | PF_X);
    reads("p_offset", 0x40, 8, 0);
    bl_handmade_write(argv[1], ADDRESS, 0755);
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
