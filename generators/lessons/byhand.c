/* byhand.c: a tiny program for each machine, an ELF file laid by hand from its first byte to its last. It prints "by
 * hand" and ends with status 7. */
#include <elf.h>

#include <bytelay/raw_words.h>

enum { ADDRESS = 0x400000 };

/* Both machines have the same headers, but for e_machine and the size. */
static void lay_headers(const char *machine, const char *size) {
  file_start();
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01 00", "e_ident.EI_CLASS..EI_OSABI", 0x010102); /* 64-bit, little-endian, version 1, System V */
  field("00 00 00 00 00 00 00 00", "e_ident.EI_PAD", 0);
  field("02 00", "e_type", ET_EXEC);
  field(machine, "e_machine", bl_machine_now()->elf_machine);
  field("01 00 00 00", "e_version", EV_CURRENT);
  field_address("78 00 40 00 00 00 00 00", "e_entry", "_start");
  field("40 00 00 00 00 00 00 00", "e_phoff", 64);
  field("00 00 00 00 00 00 00 00", "e_shoff", 0);
  field("00 00 00 00", "e_flags", 0);
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field("00 00 00 00 00 00", "e_shentsize, e_shnum, e_shstrndx", 0);
  field("01 00 00 00", "p_type", PT_LOAD);
  field("05 00 00 00", "p_flags", PF_R | PF_X);
  field("00 00 00 00 00 00 00 00", "p_offset", 0);
  field("00 00 40 00 00 00 00 00", "p_vaddr", ADDRESS);
  field("00 00 40 00 00 00 00 00", "p_paddr", ADDRESS);
  field_distance(size, "p_filesz", "file_end", "file_start");
  field_distance(size, "p_memsz", "file_end", "file_start");
  field("00 00 01 00 00 00 00 00", "p_align", 0x10000); /* the largest page of arm64 */
}

static void lay_x64(void) {
  routine("_start");
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1)); /* write */
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1)); /* to standard output */
  step_lea("48 8d 35 13 00 00 00", RSI, "message");
  step("ba 08 00 00 00", x64_mov_r32_imm32(RDX, 8)); /* bytes */
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60)); /* exit */
  step("bf 07 00 00 00", x64_mov_r32_imm32(RDI, 7));  /* with status 7 */
  step("0f 05", x64_syscall());
}

static void lay_arm64(void) {
  routine("_start");
  step_a64("08 08 80 d2", a64_movz(X(8), 64, 0)); /* write */
  step_a64("20 00 80 d2", a64_movz(X(0), 1, 0));  /* to standard output */
  step_adr("c1 00 00 10", X(1), "message");
  step_a64("02 01 80 d2", a64_movz(X(2), 8, 0)); /* bytes */
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0)); /* exit */
  step_a64("e0 00 80 d2", a64_movz(X(0), 7, 0));  /* with status 7 */
  step_a64("01 00 00 d4", a64_svc(0));
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "byhand");
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    bl_handmade_begin((BlIsa)isa, "byhand");
    if (isa == ISA_X64) {
      lay_headers("3e 00", "a4 00 00 00 00 00 00 00");
      lay_x64();
    } else {
      lay_headers("b7 00", "a0 00 00 00 00 00 00 00");
      lay_arm64();
    }
    field_text("62 79 20 68 61 6e 64 0a", "message", "by hand\n");
    file_end();
    bl_handmade_write(argv[1], ADDRESS, 0755);
  }
  return 0;
}
