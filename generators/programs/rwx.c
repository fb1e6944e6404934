/* rwx.c: why read(2) needs a writable page, shown by two programs that differ in their program header alone.
 *
 *   rwx-cat  the published single-segment form: p_flags 7, and p_memsz beyond p_filesz, so that the buffer after the
 *            code costs no byte of the file. It copies standard input to standard output.
 *   rx-cat   the same code in a segment without PF_W, its buffer in the rest of the last page: read(2) gives EFAULT,
 *            which is 14, and that is its exit status. (It asks for no memory beyond the file: what a kernel leaves
 *            there, in a segment that it may not write, is not zero, and qemu-user dies of it.)
 *
 * The kernel refuses as the processor would: a buffer handed to read(2) is written on the program's behalf, under the
 * program's own rights. No signal comes of it, only a negative result, and who takes that for a size is lost. So the
 * code looks at each result.
 *
 * The first form is a specimen. In a page that is writable and executable, whoever gets a byte written may get it
 * executed; every other program here keeps its data in a segment of its own.
 */
#include "raw_words.h"

#include <elf.h>

#define ADDRESS 0x400000
#define BUFFER_SIZE 0x10000

static void headers(uint16_t machine, bool writable, uint64_t size) {
  structure("Elf64_Ehdr", Elf64_Ehdr,
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = ET_EXEC,
            .e_machine = machine, .e_version = EV_CURRENT, .e_entry = ADDRESS + 0x78, .e_phoff = 64, .e_ehsize = 64,
            .e_phentsize = 56, .e_phnum = 1);
  structure("Elf64_Phdr", Elf64_Phdr, .p_type = PT_LOAD, .p_flags = writable ? PF_R | PF_W | PF_X : PF_R | PF_X,
            .p_vaddr = ADDRESS, .p_paddr = ADDRESS, .p_filesz = size, .p_memsz = size + (writable ? BUFFER_SIZE : 0),
            .p_align = 0x1000);
}

/* A short write is finished, and an error of read or write is the exit status. */
static void author_x64(void) {
  routine("_start", no_return);
  label("read_more");
  step("31 c0", x64_xor_r32_r32(RAX, RAX)); /* read */
  step("31 ff", x64_xor_r32_r32(RDI, RDI)); /* standard input */
  step_mov_address("be b6 00 40 00", RSI, "buffer");
  step("ba 00 00 01 00", x64_mov_r32_imm32(RDX, BUFFER_SIZE));
  step("0f 05", x64_syscall());
  step("48 85 c0", x64_test_r64_r64(RAX, RAX)); /* how many, 0 at the end, or -errno */
  step_jcc("78 1d", X64_S, "failed");
  step_jcc("74 1e", X64_E, "done");
  step("48 89 c2", x64_mov_r64_r64(RDX, RAX));
  label("write_rest");
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1)); /* standard output */
  step("89 f8", x64_mov_r32_r32(RAX, RDI));          /* write */
  step("0f 05", x64_syscall());
  step("48 85 c0", x64_test_r64_r64(RAX, RAX));
  step_jcc("78 0a", X64_S, "failed");
  step("48 01 c6", x64_add_r64_r64(RSI, RAX));
  step("48 29 c2", x64_sub_r64_r64(RDX, RAX));
  step_jcc("75 ea", X64_NE, "write_rest");
  step_jump("eb ce", "read_more");
  label("failed");
  step("48 f7 d8", x64_neg_r64(RAX));
  label("done");
  step("89 c7", x64_mov_r32_r32(RDI, RAX)); /* status: 0 or errno */
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60));
  step("0f 05", x64_syscall());
}

static void author_a64(void) {
  routine("_start", no_return);
  label("read_more");
  step_a64("00 00 80 d2", a64_movz(X(0), 0, 0)); /* standard input */
  step_adr("41 02 00 10", X(1), "buffer");
  step_a64("22 00 a0 d2", a64_movz(X(2), 1, 16)); /* 0x10000 bytes */
  step_a64("e8 07 80 d2", a64_movz(X(8), 63, 0)); /* read */
  step_a64("01 00 00 d4", a64_svc(0));
  step_if_negative("60 01 f8 b7", X(0), "failed");
  step_cbz("60 01 00 b4", X(0), "done");
  step_a64("e2 03 00 aa", a64_orr(X(2), XZR, X(0), 0));
  label("write_rest");
  step_a64("20 00 80 d2", a64_movz(X(0), 1, 0));  /* standard output */
  step_a64("08 08 80 d2", a64_movz(X(8), 64, 0)); /* write */
  step_a64("01 00 00 d4", a64_svc(0));
  step_if_negative("a0 00 f8 b7", X(0), "failed");
  step_a64("21 00 00 8b", a64_add(X(1), X(1), X(0), 0));
  step_a64("42 00 00 cb", a64_sub(X(2), X(2), X(0), 0));
  step_cbz("42 fe ff b4", X(2), "read_more");
  step_b("f9 ff ff 17", "write_rest");
  label("failed");
  step_a64("e0 03 00 cb", a64_sub(X(0), XZR, X(0), 0));
  label("done");
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0)); /* status: 0 or errno */
  step_a64("01 00 00 d4", a64_svc(0));
}

/* Each machine has its own code. `size`: of the file. */
typedef struct {
  Isa isa;
  uint64_t size;
  void (*author)(void);
} Version;

static void write_program(const char *outdir, const Version *version, const char *name, bool writable) {
  bl_handmade_begin(version->isa, name);
  headers(bl_machine_now()->elf_machine, writable, version->size);
  version->author();
  data("buffer", 1); /* where the file has ended */
  bl_handmade_write(outdir, ADDRESS, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "rwx-cat and rx-cat");
  static const Version versions[] = {{ISA_X64, 0xb6, author_x64}, {ISA_A64, 0xc4, author_a64}};
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
    write_program(argv[1], &versions[i], "rwx-cat", true);
    write_program(argv[1], &versions[i], "rx-cat", false);
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
