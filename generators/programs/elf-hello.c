/* elf-hello.c: "Hello, ELF!" in the plain layout of a published case study, and its three extensions.
 *
 *   elf-hello_x64           one header, one segment, the code, the text: 165 bytes. The case study's walk through the
 *                           bytes is wrong in four places, and these are right (fixtures/published/errata.md).
 *   elf-hello-rw_x64        the text in a second segment, which is writable: the program capitalises it in place
 *   elf-hello-stack_x64     a PT_GNU_STACK that forbids execution of the stack
 *   elf-hello-rw-stack_x64  both: the shape of what a linker makes
 */
#include "raw_words.h"

#include <elf.h>

#define ADDRESS 0x400000

/* ---- The plain layout, field by field ---------------------------------------------------------------------------- */

static void plain(const char *outdir) {
  bl_handmade_begin(ISA_X64, "elf-hello");
  file_start();
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01 00", "e_ident.EI_CLASS..EI_OSABI", 0x010102); /* 64-bit, little-endian, version 1, System V */
  field("00 00 00 00 00 00 00 00", "e_ident.EI_PAD", 0);
  field("02 00", "e_type", ET_EXEC);
  field("3e 00", "e_machine", EM_X86_64);
  field("01 00 00 00", "e_version", EV_CURRENT);
  field_address("78 00 40 00 00 00 00 00", "e_entry", "_start");
  field("40 00 00 00 00 00 00 00", "e_phoff", 64);
  field("00 00 00 00 00 00 00 00", "e_shoff", 0);
  field("00 00 00 00", "e_flags", 0);
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field("40 00", "e_shentsize", 64); /* arbitrary: there are no sections */
  field("00 00", "e_shnum", 0);
  field("00 00", "e_shstrndx", 0);

  field("01 00 00 00", "p_type", PT_LOAD);
  field("05 00 00 00", "p_flags", PF_R | PF_X);
  field("00 00 00 00 00 00 00 00", "p_offset", 0);
  field("00 00 40 00 00 00 00 00", "p_vaddr", ADDRESS);
  field("00 00 40 00 00 00 00 00", "p_paddr", ADDRESS);
  /* published: 0x98 twice, which is short of the text */
  field_distance("a5 00 00 00 00 00 00 00", "p_filesz", "file_end", "file_start");
  field_distance("a5 00 00 00 00 00 00 00", "p_memsz", "file_end", "file_start");
  field("00 00 20 00 00 00 00 00", "p_align", 0x200000);

  routine("_start", no_return);
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1));  /* write */
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1));  /* standard output */
  step_lea("48 8d 35 10 00 00 00", RSI, "message");   /* published: 08, which points into the code */
  step("ba 0c 00 00 00", x64_mov_r32_imm32(RDX, 12)); /* published: 13, one more than the text has */
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60)); /* exit */
  step("31 ff", x64_xor_r32_r32(RDI, RDI));           /* status 0 */
  step("0f 05", x64_syscall());
  field_text("48 65 6c 6c 6f 2c 20 45 4c 46 21 0a", "message", "Hello, ELF!\n");
  file_end();
  bl_handmade_write(outdir, ADDRESS, 0755);
}

/* ---- The extensions ---------------------------------------------------------------------------------------------- */

#define PAGE 0x1000

/* Where a byte of the file lies in memory: the writable segment is mapped one page further up, for a page has but one
 * protection. p_offset and p_vaddr stay equal modulo the page. */
#define CODE_ADDRESS(offset) (ADDRESS + (offset))
#define DATA_ADDRESS(offset) (ADDRESS + PAGE + (offset))

#define TEXT_SIZE 12

/* The same header as above, laid whole: only e_entry and e_phnum hang on the number of segments. */
static void elf_header(Elf64_Half segments) {
  structure("Elf64_Ehdr", Elf64_Ehdr,
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = ET_EXEC,
            .e_machine = EM_X86_64, .e_version = EV_CURRENT,
            .e_entry = CODE_ADDRESS(sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr)), .e_phoff = sizeof(Elf64_Ehdr),
            .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = segments);
}

static void segment(const char *name, Elf64_Word flags, uint64_t offset, uint64_t address, uint64_t size) {
  structure(name, Elf64_Phdr, .p_type = PT_LOAD, .p_flags = flags, .p_offset = offset, .p_vaddr = address,
            .p_paddr = address, .p_filesz = size, .p_memsz = size, .p_align = PAGE);
}

/* A marker: nothing is loaded. Its flags are the stack's, and PF_X is not among them. (Of a 64-bit program the
 * kernel thinks so without the marker too; of a 32-bit one it would think otherwise.) */
static void stack_marker(void) {
  structure("PT_GNU_STACK", Elf64_Phdr, .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16);
}

/* write(1, the text at `message`, 12), exit(0). */
static void author_write(int64_t message_address) {
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1));
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1));
  x64(x64_mov_r32_imm32(RSI, message_address));
  step("ba 0c 00 00 00", x64_mov_r32_imm32(RDX, TEXT_SIZE));
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60));
  step("31 ff", x64_xor_r32_r32(RDI, RDI));
  step("0f 05", x64_syscall());
}

#define WRITE_SIZE 31 /* bytes of author_write */

static void with_stack_marker(const char *outdir) {
  const uint64_t code = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr), message = code + WRITE_SIZE;
  bl_handmade_begin(ISA_X64, "elf-hello-stack");
  elf_header(2);
  segment("segment R+X", PF_R | PF_X, 0, CODE_ADDRESS(0), message + TEXT_SIZE);
  stack_marker();
  routine("_start", no_return);
  author_write((int64_t)CODE_ADDRESS(message));
  field_text("48 65 6c 6c 6f 2c 20 45 4c 46 21 0a", "message", "Hello, ELF!\n");
  bl_handmade_write(outdir, ADDRESS, 0755);
}

/* The text is laid in small letters, and its first is made a capital: that takes a writable page. */
static void with_data_segment(const char *outdir, const char *name, bool marker) {
  const Elf64_Half segments = marker ? 3 : 2;
  const uint64_t code = sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr), message = code + 8 + WRITE_SIZE;
  bl_handmade_begin(ISA_X64, name);
  elf_header(segments);
  segment("segment R+X", PF_R | PF_X, 0, CODE_ADDRESS(0), message);
  segment("segment RW", PF_R | PF_W, message, DATA_ADDRESS(message), TEXT_SIZE);
  if (marker)
    stack_marker();
  routine("_start", no_return);
  x64(x64_mov_r32_imm32(RBX, (int64_t)DATA_ADDRESS(message)));
  step("c6 03 48", x64_mov_m8_imm8(x64_at(RBX, 0), 'H'));
  author_write((int64_t)DATA_ADDRESS(message));
  field_text("68 65 6c 6c 6f 2c 20 45 4c 46 21 0a", "message", "hello, ELF!\n");
  bl_handmade_write(outdir, ADDRESS, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "elf-hello");
  plain(argv[1]);
  with_stack_marker(argv[1]);
  with_data_segment(argv[1], "elf-hello-rw", false);
  with_data_segment(argv[1], "elf-hello-rw-stack", true);
  return 0;
}

/* SPDX-License-Identifier: MIT */
