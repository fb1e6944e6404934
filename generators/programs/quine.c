/* quine.c: a program that prints its own file and does not open it. The one PT_LOAD maps the file from its first byte,
 * headers too, so that the whole file stands in memory at p_vaddr; write(2) does the rest.
 *
 *   quine-published_x64      the 149 bytes of "Understanding the ELF" (fixtures/published/quine.hex), md5
 *                            5d24b05850f451b5b1e1a87a7c5d57c3. It asks the 32-bit way, int 0x80, and exits with 1, for
 *                            that is what ebx still holds from write's file descriptor.
 *   quine_x64, quine_arm64   ours, in the same plain layout: the 64-bit system calls, and exit status 0.
 *
 * Each row: its bytes, what they are, and why. The bytes are held to the rest of the row (isa/handmade.h).
 */
#include "raw_words.h"

#include <elf.h>

#define ADDRESS 0x400000

/* Elf64_Ehdr and the one Elf64_Phdr. What differs between the three files comes as bytes and value. */
static void headers(const char *machine_bytes, uint16_t machine, const char *size_bytes) {
  file_start();
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f); /* DEL, "ELF" */
  field("02", "e_ident.EI_CLASS", ELFCLASS64);        /* 64-bit */
  field("01", "e_ident.EI_DATA", ELFDATA2LSB);        /* the least significant byte first */
  field("01", "e_ident.EI_VERSION", EV_CURRENT);
  field("00", "e_ident.EI_OSABI", ELFOSABI_SYSV);
  field("00 00 00 00 00 00 00 00", "e_ident.EI_PAD", 0);
  field("02 00", "e_type", ET_EXEC); /* an executable for one fixed address */
  field(machine_bytes, "e_machine", machine);
  field("01 00 00 00", "e_version", EV_CURRENT);
  field_address("78 00 40 00 00 00 00 00", "e_entry", "_start"); /* right after the headers: 64 + 56 = 0x78 */
  field("40 00 00 00 00 00 00 00", "e_phoff", 64);               /* the program header follows this header */
  field("00 00 00 00 00 00 00 00", "e_shoff", 0);                /* there are no sections: they are for tools */
  field("00 00 00 00", "e_flags", 0);
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field("00 00", "e_shentsize", 0);
  field("00 00", "e_shnum", 0);
  field("00 00", "e_shstrndx", 0);

  field("01 00 00 00", "p_type", PT_LOAD);              /* map it */
  field("05 00 00 00", "p_flags", PF_R | PF_X);         /* read, for write(2) reads it; execute; no write */
  field("00 00 00 00 00 00 00 00", "p_offset", 0);      /* from the file's first byte: the headers are printed too */
  field("00 00 40 00 00 00 00 00", "p_vaddr", ADDRESS); /* where it then stands in memory */
  field("00 00 00 00 00 00 00 00", "p_paddr", 0);       /* no Linux program has a use for it */
  field_distance(size_bytes, "p_filesz", "file_end", "file_start"); /* all of the file */
  field_distance(size_bytes, "p_memsz", "file_end", "file_start");
  field("00 00 20 00 00 00 00 00", "p_align", 0x200000); /* p_vaddr and p_offset are equal modulo this */
}

static void published(const char *outdir) {
  bl_handmade_begin(ISA_X64, "quine-published");
  headers("3e 00", EM_X86_64, "95 00 00 00 00 00 00 00");
  routine("_start", no_return);
  step("ba 95 00 00 00", x64_mov_r32_imm32(RDX, 149));   /* count: the size of the file */
  step_mov_address("b9 00 00 40 00", RCX, "file_start"); /* buf: where it is mapped */
  step("bb 01 00 00 00", x64_mov_r32_imm32(RBX, 1));     /* fd: standard output */
  step("b8 04 00 00 00", x64_mov_r32_imm32(RAX, 4));     /* write, in the 32-bit table of system calls */
  step("cd 80", x64_int_imm8(0x80));
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1)); /* exit; its status, ebx, is still 1 */
  step("cd 80", x64_int_imm8(0x80));
  file_end();
  bl_handmade_write(outdir, ADDRESS, 0755);
}

static void x64_quine(const char *outdir) {
  bl_handmade_begin(ISA_X64, "quine");
  headers("3e 00", EM_X86_64, "97 00 00 00 00 00 00 00");
  routine("_start", no_return);
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1)); /* write */
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1)); /* fd: standard output */
  step_mov_address("be 00 00 40 00", RSI, "file_start");
  step("ba 97 00 00 00", x64_mov_r32_imm32(RDX, 151)); /* count: the size of the file */
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60)); /* exit */
  step("31 ff", x64_xor_r32_r32(RDI, RDI));           /* status 0 */
  step("0f 05", x64_syscall());
  file_end();
  bl_handmade_write(outdir, ADDRESS, 0755);
}

static void a64_quine(const char *outdir) {
  bl_handmade_begin(ISA_A64, "quine");
  headers("b7 00", EM_AARCH64, "98 00 00 00 00 00 00 00");
  routine("_start", no_return);
  step_a64("20 00 80 d2", a64_movz(X(0), 1, 0)); /* fd: standard output */
  step_adr("21 fc ff 10", X(1), "file_start");
  step_a64("02 13 80 d2", a64_movz(X(2), 152, 0)); /* count: the size of the file */
  step_a64("08 08 80 d2", a64_movz(X(8), 64, 0));  /* write */
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("00 00 80 d2", a64_movz(X(0), 0, 0));  /* status 0 */
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0)); /* exit */
  step_a64("01 00 00 d4", a64_svc(0));
  file_end();
  bl_handmade_write(outdir, ADDRESS, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "the quines");
  published(argv[1]);
  x64_quine(argv[1]);
  a64_quine(argv[1]);
  return 0;
}

/* SPDX-License-Identifier: MIT */
