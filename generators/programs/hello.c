/* hello.c: "Hello, World!" and exit 0, as hello_x64 and hello_arm64: the bytes of a published table, instruction for
 * instruction (fixtures hold where it came from). It uses the encoders of each machine directly, and not the portable
 * operations, because its exact bytes are its point: even the absolute address of the text on x86-64.
 *
 * Both files are one R+X segment: 64 bytes of Elf64_Ehdr, 56 of Elf64_Phdr, the code, the text.
 */
#include "raw_words.h"
#include "words.h"

static void author_x64(void) {
  routine("_start", no_return);
  x64(x64_mov_r32_imm32(RAX, 1)); /* write */
  x64(x64_mov_r32_imm32(RDI, 1)); /* stdout */
  x64_address(RSI, "message");
  x64(x64_mov_r32_imm32(RDX, 14)); /* bytes */
  x64(x64_syscall());
  x64(x64_mov_r32_imm32(RAX, 60)); /* exit */
  x64(x64_mov_r32_imm32(RDI, 0));  /* status */
  x64(x64_syscall());
}

static void author_a64(void) {
  routine("_start", no_return);
  a64(a64_movz(X(0), 1, 0)); /* stdout */
  a64_address(X(1), "message");
  a64(a64_movz(X(2), 14, 0)); /* bytes */
  a64(a64_movz(X(8), 64, 0)); /* write */
  a64(a64_svc(0));
  a64(a64_movz(X(0), 0, 0));  /* status */
  a64(a64_movz(X(8), 93, 0)); /* exit */
  a64(a64_svc(0));
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "hello");
  static const struct {
    Isa isa;
    void (*author)(void);
  } versions[] = {{ISA_X64, author_x64}, {ISA_A64, author_a64}};
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
    bl_program_begin(versions[i].isa, "hello");
    versions[i].author();
    data("message", 1);
    data_string("Hello, World!\n");
    bl_program_write_single_segment(argv[1], "_start");
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
