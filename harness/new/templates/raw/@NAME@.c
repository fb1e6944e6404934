/* @NAME@.c: lays an ELF file by hand, from its first byte to its last: x86-64, one segment. The first column is for the
 * reader, and it is proven: a row whose bytes are not what its value or its encoder gives ends the program that lays it,
 * with file and line. */
#include <elf.h>

#include <bytelay/raw_words.h>

enum { ADDRESS = 0x400000 };

static void lay_headers(void) {
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
  field("00 00", "e_shentsize", 0);
  field("00 00", "e_shnum", 0);
  field("00 00", "e_shstrndx", 0);
  field("01 00 00 00", "p_type", PT_LOAD);
  field("05 00 00 00", "p_flags", PF_R | PF_X);
  field("00 00 00 00 00 00 00 00", "p_offset", 0);
  field("00 00 40 00 00 00 00 00", "p_vaddr", ADDRESS);
  field("00 00 40 00 00 00 00 00", "p_paddr", ADDRESS);
  field_distance("a1 00 00 00 00 00 00 00", "p_filesz", "file_end", "file_start");
  field_distance("a1 00 00 00 00 00 00 00", "p_memsz", "file_end", "file_start");
  field("00 10 00 00 00 00 00 00", "p_align", 0x1000);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "@NAME@");
  bl_handmade_begin(ISA_X64, "@NAME@");
  lay_headers();
  routine("_start");
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1));  /* write */
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1));  /* standard output */
  step_lea("48 8d 35 10 00 00 00", RSI, "message");
  step("ba 08 00 00 00", x64_mov_r32_imm32(RDX, 8));  /* bytes */
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60)); /* exit */
  step("31 ff", x64_xor_r32_r32(RDI, RDI));           /* status 0 */
  step("0f 05", x64_syscall());
  field_text("62 79 20 68 61 6e 64 0a", "message", "by hand\n");
  file_end();
  bl_handmade_write(argv[1], ADDRESS, 0755);
  return 0;
}
