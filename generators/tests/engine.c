/* engine.c: the rows, and what Unicorn wants to hear of each. */
#include "engine.h"

#include <check.h>
#include <elf.h>

/* Each from the headers of its kernel: kernel_numbers_x64.c, kernel_numbers_a64.c. */
extern const int kernel_numbers_x64[NR_COUNT], kernel_numbers_a64[NR_COUNT];

static const EngineMachine machines[ISA_COUNT] = {
    [ISA_X64] = {.name = "x64",
                 .elf_machine = EM_X86_64,
                 .page = 0x1000,
                 .runner = "qemu-x86_64-static",
                 .tools = "x86_64-linux-gnu-",
                 .arch = UC_ARCH_X86,
                 .mode = UC_MODE_64,
                 .reg = {UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX, UC_X86_REG_R10, UC_X86_REG_R8, UC_X86_REG_R9,
                         UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RBX, UC_X86_REG_RBP, UC_X86_REG_R12, UC_X86_REG_R13,
                         UC_X86_REG_R14, UC_X86_REG_R15},
                 .pc = UC_X86_REG_RIP,
                 .sp = UC_X86_REG_RSP,
                 .link = 0,
                 .call_number = UC_X86_REG_RAX,
                 .call_result = UC_X86_REG_RAX,
                 .call_destroys = {UC_X86_REG_RCX, UC_X86_REG_R11},
                 .call_instruction = UC_X86_INS_SYSCALL,
                 .kernel_numbers = kernel_numbers_x64,
                 .c_fourth = 7, /* rcx is T1 */
                 .c_result = 6, /* rax is T0 */
                 .relocations_per_counter = 1,
                 .exit_0 = {{2, {0x31, 0xff}},        /* xor edi, edi */
                            {5, {0xb8, 60, 0, 0, 0}}, /* mov eax, 60 */
                            {2, {0x0f, 0x05}}},       /* syscall */
                 .jump_to_a0 = {2, {0xff, 0xe7}}},    /* jmp rdi */
    [ISA_A64] = {.name = "arm64",
                 .elf_machine = EM_AARCH64,
                 .page = 0x10000,
                 .runner = "qemu-aarch64-static",
                 .tools = "aarch64-linux-gnu-",
                 .arch = UC_ARCH_ARM64,
                 .mode = UC_MODE_LITTLE_ENDIAN,
                 .reg = {UC_ARM64_REG_X0, UC_ARM64_REG_X1, UC_ARM64_REG_X2, UC_ARM64_REG_X3, UC_ARM64_REG_X4,
                         UC_ARM64_REG_X5, UC_ARM64_REG_X9, UC_ARM64_REG_X10, UC_ARM64_REG_X19, UC_ARM64_REG_X20,
                         UC_ARM64_REG_X21, UC_ARM64_REG_X22, UC_ARM64_REG_X23, UC_ARM64_REG_X24},
                 .pc = UC_ARM64_REG_PC,
                 .sp = UC_ARM64_REG_SP,
                 .link = UC_ARM64_REG_LR,
                 .call_number = UC_ARM64_REG_X8,
                 .call_result = UC_ARM64_REG_X0,
                 .kernel_numbers = kernel_numbers_a64,
                 .c_fourth = 3,
                 .c_result = 0,
                 .relocations_per_counter = 2,
                 .exit_0 = {{4, {0x00, 0x00, 0x80, 0xd2}},      /* movz x0, #0 */
                            {4, {0xa8, 0x0b, 0x80, 0xd2}},      /* movz x8, #93 */
                            {4, {0x01, 0x00, 0x00, 0xd4}}},     /* svc #0 */
                 .jump_to_a0 = {4, {0x00, 0x00, 0x1f, 0xd6}}}}; /* br x0 */

const EngineMachine *engine_machine(Isa isa) { return &machines[isa]; }

Isa engine_native(void) {
#if defined __x86_64__
  return ISA_X64;
#elif defined __aarch64__
  return ISA_A64;
#else
  return ISA_COUNT;
#endif
}

void engine_must(uc_err error, const char *what) {
  if (error != UC_ERR_OK)
    ck_abort_msg("Unicorn: %s: %s", what, uc_strerror(error));
}

uc_engine *engine_open(Isa isa) {
  uc_engine *engine;
  engine_must(uc_open(machines[isa].arch, machines[isa].mode, &engine), "uc_open");
  return engine;
}

void engine_set(uc_engine *engine, int reg, uint64_t value) {
  engine_must(uc_reg_write(engine, reg, &value), "uc_reg_write");
}

uint64_t engine_get(uc_engine *engine, int reg) {
  uint64_t value = 0;
  engine_must(uc_reg_read(engine, reg, &value), "uc_reg_read");
  return value;
}

uint64_t engine_enter(uc_engine *engine, Isa isa, uint64_t sp, uint64_t return_address) {
  if (machines[isa].link) {
    engine_set(engine, machines[isa].link, return_address);
  } else {
    sp -= sizeof return_address;
    engine_must(uc_mem_write(engine, sp, &return_address, sizeof return_address), "uc_mem_write");
  }
  engine_set(engine, machines[isa].sp, sp);
  return sp;
}

/* ---- System calls ------------------------------------------------------------------------------------------------ */

static EngineSystemCall *callbacks[ISA_COUNT];

static void on_instruction(uc_engine *engine, void *row) {
  Isa isa = (Isa)((const EngineMachine *)row - machines);
  callbacks[isa](engine, isa);
  /* The kernel destroys these; Unicorn does not. */
  for (const int *reg = machines[isa].call_destroys; *reg; reg++)
    engine_set(engine, *reg, UINT64_C(0xdead00000000dead));
}

static void on_exception(uc_engine *engine, uint32_t number, void *row) {
  if (number != 2) /* EXCP_SWI, as arm64's `svc` raises it */
    ck_abort_msg("Unicorn: exception %u", number);
  on_instruction(engine, row);
}

void engine_on_system_call(uc_engine *engine, Isa isa, EngineSystemCall *callback) {
  void *row = (void *)&machines[isa];
  uc_hook hook;
  callbacks[isa] = callback;
  if (machines[isa].call_instruction)
    engine_must(
        uc_hook_add(engine, &hook, UC_HOOK_INSN, (void *)on_instruction, row, 1, 0, machines[isa].call_instruction),
        "uc_hook_add");
  else
    engine_must(uc_hook_add(engine, &hook, UC_HOOK_INTR, (void *)on_exception, row, 1, 0), "uc_hook_add");
}

/* SPDX-License-Identifier: MIT */
