/* tiny-38.c: the program header begins at 0x38, with e_phnum: tiny-hello-qemu_x64, 89 bytes, prints "Hello, ELF!". For
 * qemu-user alone, which takes zeros where the program header is cut off.
 *
 *        Elf64_Ehdr                                     Elf64_Phdr
 *   00   EI_MAG .. EI_VERSION       7f 45 4c 46 02 01 01
 *   07   EI_OSABI, EI_PAD           (code)
 *   10   e_type, e_machine          02 00 3e 00
 *   14   e_version                  (code)              not read
 *   18   e_entry
 *   20   e_phoff                    38 00 00 00 00 00 00 00
 *   28   e_shoff, e_flags           (text: twelve bytes)   not read
 *   34   e_ehsize, e_phentsize      40 00 38 00
 *   38   e_phnum, e_shentsize       01 00 00 00         p_type    PT_LOAD: one program header, and so of type one
 *   3c   e_shnum, e_shstrndx        05 ..               p_flags   R + X; the bits above mean nothing (code)
 *   40   -                          (code) 00 ..        p_offset  0xeeb: its first two bytes are a jump
 *   48   -                          eb 0e 01 ..         p_vaddr   the same modulo the page
 *   50   -                          (code)              p_paddr   not read
 *   58   -                          05                  p_filesz  5: and the second byte of a syscall
 *
 * With registers it relies on nothing.
 */
#include "raw_words.h"

#include <elf.h>

#define PAGE 0x10000

static void hello(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-hello-qemu");
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01", "e_ident.EI_CLASS..EI_VERSION", 0x010102);
  routine("_start", no_return);
  step_mov_address("be 28 00 01 00", RSI, "message");
  step("6a 01", x64_push_imm8(1));
  step_jump("eb 04", "in_version");
  field("02 00", "e_type", ET_EXEC);
  field("3e 00", "e_machine", EM_X86_64);
  routine("in_version", piece);
  step("5f", x64_pop_r64(RDI)); /* standard output */
  step("57", x64_push_r64(RDI));
  step_jump("eb 25", "in_flags");
  field_address("07 00 01 00 00 00 00 00", "e_entry", "_start");
  field("38 00 00 00 00 00 00 00", "e_phoff", 0x38);
  field_text("48 65 6c 6c 6f 2c 20 45 4c 46 21 0a", "message", "Hello, ELF!\n"); /* e_shoff and e_flags */
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field("00 00", "p_type.high", 0);
  field("05", "p_flags", PF_R | PF_X);
  routine("in_flags", piece);
  step("58", x64_pop_r64(RAX)); /* 1 is write, too */
  step("6a 0c", x64_push_imm8(12));
  step_jump("eb 0e", "in_paddr"); /* p_offset: eb 0e is 0xeeb */
  field("00 00 00 00 00 00", "p_offset.high", 0);
  field("eb 0e 01 00 00 00 00 00", "p_vaddr", PAGE + 0xeeb);
  routine("in_paddr", piece);
  step("5a", x64_pop_r64(RDX)); /* count */
  step("0f 05", x64_syscall());
  step("b0 3c", x64_mov_r8_imm8(RAX, 60)); /* the rest of rax is 0, as write returned 12 */
  step("31 ff", x64_xor_r32_r32(RDI, RDI));
  step("0f 05", x64_syscall()); /* 05 is p_filesz */

  reads("p_type", 0x38, 4, PT_LOAD);
  reads("p_offset", 0x40, 8, 0xeeb);
  reads("p_filesz", 0x58, 8, 5);
  bl_handmade_write(outdir, PAGE, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "tiny-hello-qemu");
  hello(argv[1]);
  return 0;
}

/* SPDX-License-Identifier: MIT */
