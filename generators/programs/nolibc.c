/* nolibc.c: four programs that need nothing but a kernel: no C library, no loader, no fixed address. The code is that
 * of a published article, byte for byte, at the addresses that its disassembly shows (fixtures/published/nolibc-*.hex).
 *
 *   nolibc-trap    int3, and dies of SIGTRAP
 *   nolibc-status  exits with 69
 *   nolibc-exit    _start passes the stack on and calls main, which exits with 0; what a compiler laid around it stays
 *   nolibc-hello   the same with "Hello world", which stands in a segment that is not executable
 *
 * They are ET_DYN: static, but position-independent, and the kernel maps them at an address of its choice. So no
 * instruction holds an address; the text is reached by its distance from the instruction after, 0x20d - 0x1238 =
 * -0x102b, which no choice of the kernel changes. In the file every byte stands at the offset that is its address
 * before that choice. A page has one protection only; so text and code have a page each, and zeros part them.
 *
 * The arm64 files do the same with that machine's instructions, at the same addresses.
 */
#include "raw_words.h"

#include <elf.h>

#define MESSAGE 0x20d
#define MESSAGE_SIZE 12

static void headers(uint16_t machine, uint64_t entry, uint64_t code, uint64_t code_end) {
  structure("Elf64_Ehdr", Elf64_Ehdr,
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = ET_DYN,
            .e_machine = machine, .e_version = EV_CURRENT, .e_entry = entry, .e_phoff = sizeof(Elf64_Ehdr),
            .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3);
  structure("segment R", Elf64_Phdr, .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = MESSAGE + MESSAGE_SIZE,
            .p_memsz = MESSAGE + MESSAGE_SIZE, .p_align = 0x1000);
  structure("segment R+X", Elf64_Phdr, .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = code, .p_vaddr = code,
            .p_paddr = code, .p_filesz = code_end - code, .p_memsz = code_end - code, .p_align = 0x1000);
  structure("PT_GNU_STACK", Elf64_Phdr, .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W);
  gap("up to 0x20d", MESSAGE - 64 - 3 * 56);
  field_text("48 65 6c 6c 6f 20 77 6f 72 6c 64 0a", "message", "Hello world\n");
  gap("up to the code", code - MESSAGE - MESSAGE_SIZE);
}

/* ---- x86-64: the published bytes --------------------------------------------------------------------------------- */

static void x64_trap(void) {
  headers(EM_X86_64, 0x1210, 0x1210, 0x1211);
  routine("_start", no_return);
  step("cc", x64_int3());
}

static void x64_status(void) {
  headers(EM_X86_64, 0x1210, 0x1210, 0x1220);
  routine("_start", no_return);
  step("48 c7 c0 3c 00 00 00", x64_mov_r64_imm32(RAX, 60)); /* exit */
  step("48 c7 c7 45 00 00 00", x64_mov_r64_imm32(RDI, 69)); /* status */
  step("0f 05", x64_syscall());
}

/* _start: hand the stack to main as its first argument. main does not return; the int3 after the call are padding, so
 * that main begins at a multiple of 16. */
static void x64_start(void) {
  routine("_start", no_return);
  step("48 89 e7", x64_mov_r64_r64(RDI, RSP));
  step_call("e8 08 00 00 00", "main");
  for (int i = 0; i < 8; i++)
    step("cc", x64_int3());
}

static void x64_exit(void) {
  headers(EM_X86_64, 0x1210, 0x1210, 0x122c);
  x64_start();
  routine("main", no_return);
  step("50", x64_push_r64(RAX)); /* the stack on a multiple of 16, as the C ABI has it at a call */
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60));
  step("31 ff", x64_xor_r32_r32(RDI, RDI));
  step("0f 05", x64_syscall());
  step("0f 0b", x64_ud2()); /* if exit came back */
}

static void x64_hello(void) {
  headers(EM_X86_64, 0x1220, 0x1220, 0x1254);
  x64_start();
  routine("main", no_return);
  step("50", x64_push_r64(RAX));
  step_lea("48 8d 35 d5 ef ff ff", RSI, "message");
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1));  /* write */
  step("ba 0c 00 00 00", x64_mov_r32_imm32(RDX, 12)); /* bytes */
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1));  /* standard output */
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60)); /* exit */
  step("31 ff", x64_xor_r32_r32(RDI, RDI));
  step("0f 05", x64_syscall());
  step("0f 0b", x64_ud2());
}

/* ---- arm64 ------------------------------------------------------------------------------------------------------- */

static void a64_trap(void) {
  headers(EM_AARCH64, 0x1210, 0x1210, 0x1214);
  routine("_start", no_return);
  step_a64("00 00 20 d4", a64_brk(0));
}

static void a64_status(void) {
  headers(EM_AARCH64, 0x1210, 0x1210, 0x121c);
  routine("_start", no_return);
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0)); /* exit */
  step_a64("a0 08 80 d2", a64_movz(X(0), 69, 0)); /* status */
  step_a64("01 00 00 d4", a64_svc(0));
}

static void a64_exit(void) {
  headers(EM_AARCH64, 0x1210, 0x1210, 0x121c);
  routine("_start", no_return);
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0));
  step_a64("00 00 80 d2", a64_movz(X(0), 0, 0));
  step_a64("01 00 00 d4", a64_svc(0));
}

static void a64_hello(void) {
  headers(EM_AARCH64, 0x1220, 0x1220, 0x1240);
  routine("_start", no_return);
  step_adr("61 7f ff 30", X(1), "message");
  step_a64("08 08 80 d2", a64_movz(X(8), 64, 0)); /* write */
  step_a64("82 01 80 d2", a64_movz(X(2), 12, 0)); /* bytes */
  step_a64("20 00 80 d2", a64_movz(X(0), 1, 0));  /* standard output */
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0)); /* exit */
  step_a64("00 00 80 d2", a64_movz(X(0), 0, 0));
  step_a64("01 00 00 d4", a64_svc(0));
}

int main(int argc, char **argv) {
  static const struct {
    Isa isa;
    const char *name;
    void (*author)(void);
  } programs[] = {{ISA_X64, "nolibc-trap", x64_trap},     {ISA_A64, "nolibc-trap", a64_trap},
                  {ISA_X64, "nolibc-status", x64_status}, {ISA_A64, "nolibc-status", a64_status},
                  {ISA_X64, "nolibc-exit", x64_exit},     {ISA_A64, "nolibc-exit", a64_exit},
                  {ISA_X64, "nolibc-hello", x64_hello},   {ISA_A64, "nolibc-hello", a64_hello}};
  if (argc != 2)
    return bl_program_usage(argv[0], "the programs that need no C library");
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    bl_handmade_begin(programs[i].isa, programs[i].name);
    programs[i].author();
    bl_handmade_write(argv[1], 0, 0755);
  }
  return 0;
}

/* SPDX-License-Identifier: MIT */
