/* tiny-0c.c: the program header begins at 0x0c, inside of e_ident. The smallest files that an x86-64 kernel runs:
 *
 *   tiny-exit-native_x64    73 bytes   exits with 42
 *   tiny-quine-native_x64   73 bytes   prints its own file
 *   tiny-hello-native_x64   80 bytes   prints "Hello, ELF!"
 *
 * A program header has 56 bytes, and the kernel wants all of them in the file; so it ends at 0x0c + 56 = 68 at the
 * earliest. The two headers overlap like this (the first column: offset in the file):
 *
 *        Elf64_Ehdr                                     Elf64_Phdr
 *   00   EI_MAG                     7f 45 4c 46
 *   04   EI_CLASS .. EI_PAD         (code)              -
 *   0c   EI_PAD, the end            01 00 00 00         p_type    PT_LOAD
 *   10   e_type, e_machine          03 00 3e 00         p_flags   W + X; the bits above the first three mean nothing
 *   14   e_version                  0c 00 00 00         p_offset  0x0c, its low half
 *   18   e_entry, low               00 00 00 00         p_offset, its high half: so the entry must end in 32 zero bits
 *   1c   e_entry, high              0c 00 00 00         p_vaddr, low
 *   20   e_phoff, low               0c 00 00 00         p_vaddr, high: 0xc_0000000c
 *   24   e_phoff, high              00 00 00 00         p_paddr, low (not read)
 *   28   e_shoff, low               (code)              p_paddr, high (not read)
 *   2c   e_shoff, high              (code) 00 00        p_filesz, low: what the end of the code happens to be
 *   30   e_flags                    00 00 00 00         p_filesz, high
 *   34   e_ehsize, e_phentsize      00 00 38 00         p_memsz, low
 *   38   e_phnum, e_shentsize       01 00 00 00         p_memsz, high: 0x1_00380000, 4.0 GiB, and nothing to be done
 *   3c   e_shnum, e_shstrndx        (code, text)        p_align, low; no power of two, so the kernel passes over it
 *   40   -                          (code, text)        p_align, high
 *   44   -                          (code, text)        -
 *
 * The mapping begins where page 0xc_00000000 does, with the file's first byte, and that is e_entry too: the program
 * begins in the magic. 7f 45 is "jg +0x45", taken where ZF is 0 and SF = OF, as the flags are at entry. It lands at
 * 0x47, where at least a jump of two bytes must be; so no file of this kind has less than 0x49 = 73 bytes. Nor does
 * another place make a smaller one: with the program header at 0x0b, p_vaddr would lie after e_entry, and from 0x0d to
 * 0x10 e_type would be a part of p_type.
 *
 * p_flags is what e_type says, so it is ET_DYN: ET_EXEC, 2, would be writable only. Hence the kernel chooses the
 * address and the code must be independent of it. W without R is readable on this machine; qemu-user refuses
 * e_ident[4..6].
 *
 * p_filesz may be anything up to the end of the file's only page: after it the kernel writes zeros up to the end of a
 * page, and that page must be there.
 *
 * What they rely on at entry, besides 4 GiB that the kernel is willing to promise: exit on nothing, for if the jump is
 * not taken, 4c 46 are prefixes without a meaning, and the code follows; quine and hello on the flags, and that rax,
 * rdx and, in hello, rbx are 0; hello on argc being 1 as well.
 */
#include "raw_words.h"

#include <elf.h>

/* From 0x0c to 0x27. */
static void headers_in_one(void) {
  field("01 00 00 00", "p_type", PT_LOAD);
  field("03 00", "e_type", ET_DYN); /* and p_flags, W + X */
  field("3e 00", "e_machine", EM_X86_64);
  field("0c 00 00 00", "p_offset", 0x0c); /* e_version, which the kernel does not read */
  field("00 00 00 00 0c 00 00 00", "e_entry", 0xc00000000);
  field("0c 00 00 00 00 00 00 00", "e_phoff", 0x0c);
}

/* From 0x30 to 0x3b. */
static void sizes(void) {
  field("00 00 00 00", "p_filesz.high", 0);
  field("00 00", "e_ehsize", 0); /* not read */
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field("00 00", "p_memsz.high", 0); /* any more, and it would be larger than there are addresses */
}

/* What the second reader finds in the same bytes. */
static void second_reading(uint64_t filesz) {
  reads("p_flags", 0x10, 2, PF_W | PF_X);
  reads("p_offset", 0x14, 8, 0x0c);
  reads("p_vaddr", 0x1c, 8, 0xc0000000c);
  reads("p_filesz", 0x2c, 8, filesz);
  reads("p_memsz", 0x34, 8, 0x100380000);
}

static void exit_42(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-exit-native");
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f); /* jg 0x47 */
  routine("_start", no_return);
  label("exit_42");
  step("6a 2a", x64_push_imm8(42)); /* push and pop: three bytes for what a mov takes five */
  step("5f", x64_pop_r64(RDI));
  step("6a 3c", x64_push_imm8(60));
  step("58", x64_pop_r64(RAX));
  step("0f 05", x64_syscall());
  headers_in_one();
  field("00 00 00 00", "p_paddr.high", 0); /* nobody reads it */
  field("0f 05", "p_filesz", 0x50f);       /* anything that ends within the page would do */
  field("00 00", "p_filesz.middle", 0);
  sizes();
  field("00 00 00 00 00 00 00 00", "p_align", 0);
  field("00 00 00", "filling", 0);
  routine("at_0x47", piece);
  step_jump("eb bb", "_start.exit_42");
  second_reading(0x50f);
  bl_handmade_write(outdir, 0, 0755);
}

static void quine(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-quine-native");
  data("file_start", 1);
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f); /* jg 0x47 */
  routine("write", piece);
  step("ff c0", x64_inc_r32(RAX));          /* 1: write */
  step("89 c7", x64_mov_r32_r32(RDI, RAX)); /* 1: standard output */
  step("0f 05", x64_syscall());             /* returns 73, so that rax fits into al */
  step_jump("eb 1c", "exit");
  headers_in_one();
  routine("exit", piece);
  step("b0 3c", x64_mov_r8_imm8(RAX, 60));
  step("31 ff", x64_xor_r32_r32(RDI, RDI)); /* status 0 */
  step("0f 05", x64_syscall());             /* and p_filesz, 0x50f */
  field("00 00", "p_filesz.middle", 0);
  sizes();
  routine("_start", in(A2, T0), no_return); /* as the kernel leaves them: 0 */
  step_lea("48 8d 35 bd ff ff ff", RSI, "file_start");
  step("b2 49", x64_mov_r8_imm8(RDX, 73)); /* the file's size: the rest of rdx is 0 at entry */
  step_jump("eb bd", "write");
  routine("at_0x47", piece);
  step_jump("eb f3", "_start");
  second_reading(0x50f);
  bl_handmade_write(outdir, 0, 0755);
}

/* The text stands from 0x3c to 0x47, so that the jump out of the magic lands on its last byte: a newline, 0a, is the
 * opcode of "or r8, r/m8", and the next byte makes it or al, al, which does nothing.
 *
 * Where the text is: a system call leaves its return address in rcx. So the first one is read(0, NULL, 0), for rax is
 * 0; and as the file begins a page, the low byte of its address is the offset in the file.
 *
 * How it ends: the 32-bit way, int 0x80, has its status in ebx, which is 0 at entry, and exit is 1 there, which edi
 * still is. Three bytes do what takes syscall six. */
static void hello(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-hello-native");
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f); /* jg 0x47 */
  routine("print", piece);
  step("5e", x64_pop_r64(RSI));             /* the text: see _start */
  step("58", x64_pop_r64(RAX));             /* argc, 1: write */
  step("89 c7", x64_mov_r32_r32(RDI, RAX)); /* 1: standard output */
  step("b2 0c", x64_mov_r8_imm8(RDX, 12));
  step_jump("eb 1c", "write");
  headers_in_one();
  routine("write", piece);
  step("0f 05", x64_syscall());
  step("97", x64_xchg_eax_r32(RDI)); /* 1: exit, in the 32-bit table */
  step("cd 80", x64_int_imm8(0x80)); /* 80 is p_filesz: 128 */
  field("00 00 00", "p_filesz.middle", 0);
  sizes();
  field_text("48 65 6c 6c 6f 2c 20 45 4c 46 21", "message", "Hello, ELF!");
  routine("_start", in(A2, T0), no_return); /* as the kernel leaves them: 0 */
  step("0a c0", x64_or_r8_r8(RAX, RAX));    /* the newline, and a byte to make it harmless */
  step("0f 05", x64_syscall());             /* read nothing */
  step("b1 3c", x64_mov_r8_imm8(RCX, 0x3c));
  step("51", x64_push_r64(RCX));
  step_jump("eb b4", "print");
  second_reading(0x80);
  bl_handmade_write(outdir, 0, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "the smallest programs for an x86-64 kernel");
  exit_42(argv[1]);
  quine(argv[1]);
  hello(argv[1]);
  return 0;
}

/* SPDX-License-Identifier: MIT */
