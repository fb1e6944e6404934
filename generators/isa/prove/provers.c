/* provers.c: the table of provers.h. */
#include "isa/prove/provers.h"

#include <elf.h>
#include <unicorn/unicorn.h>

extern const int kernel_numbers_x64[NR_COUNT], kernel_numbers_a64[NR_COUNT];

enum { INDEX_A0 = 0, INDEX_A3 = 3, INDEX_T0 = 6, INDEX_T1 = 7 }; /* of machine.h */

/* What the linker does: System V ABI for x86-64, 4.4. */
static bool relocate_x64(uint32_t type, uint64_t place, uint64_t target, uint32_t *word) {
  if (type != R_X86_64_PC32)
    return false;
  *word = (uint32_t)(target - place);
  return true;
}

/* ELF for the Arm 64-bit architecture, 5.7. */
static bool relocate_a64(uint32_t type, uint64_t place, uint64_t target, uint32_t *word) {
  uint32_t pages = (uint32_t)((target >> 12) - (place >> 12));
  switch (type) {
  case R_AARCH64_ADR_PREL_PG_HI21:
    *word |= (pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5;
    return true;
  case R_AARCH64_ADD_ABS_LO12_NC:
    *word |= (uint32_t)(target & 4095) << 10;
    return true;
  default:
    return false;
  }
}

/* Arm ARM, C1.2: an access that writes back to a register that it loads or stores, a pair loaded into one register. */
static bool is_unpredictable_a64(const unsigned char *bytes) {
  uint32_t word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  unsigned t = word & 31, n = word >> 5 & 31, t2 = word >> 10 & 31;
  bool pair = (word & 0x3a000000) == 0x28000000;
  bool back = pair ? word >> 23 & 1 : (word & 0x3b200400) == 0x38000400;
  return (back && n != 31 && (n == t || (pair && n == t2))) || (pair && word >> 22 & 1 && t == t2);
}

/* What the kernel does is no meaning of ours, what only stops a program has none, and two are no instructions: that is
 * left out. The numbers are the table at the head of machine.h, once more. */
static const Prover provers[ISA_COUNT] =
    {
        [ISA_X64] =
            {
                .elf_machine = EM_X86_64,
                .step = x64_step,
                .condition = x64_condition,
                .compare = x64_compare,
                .compare_widths = {8, 16, 32, 64},
                .link = -1,
                .pushed = 8,
                .sp_zeros = 0,
                .trap = 0xcc,
                .relocate = relocate_x64,
                .kernel_numbers = kernel_numbers_x64,
                .kernel_number = 0,                      /* rax */
                .kernel_arguments = {7, 6, 2, 10, 8, 9}, /* syscall(2): rdi rsi rdx r10 r8 r9 */
                .kernel_destroys = 1U << 1 | 1U << 11,   /* rcx, r11 */
                .c_argument4 = INDEX_T1,                 /* rcx */
                .c_result = INDEX_T0,                    /* rax */
                .has_pool = true,
                .generals = 16,
                .vectors = 16,
                .number = {7, 6, 2, 10, 8, 9, 0, 1, 3, 5, 12, 13, 14, 15},
                .sp = SP_X64,
                .scratch = 1U << 11,
                .scratch_vectors = 0xff,
                .general_prefix = "register ",
                .vector_prefix = "xmm",
                .flag_name = {"CF", "ZF", "SF", "OF", "PF"},
                .flag_bit = {0, 6, 7, 11, 2},
                .flags_set = 2,
                .classes = &classes_x64,
                .encoders = "x64",
                .draw = draw_x64,
                .left_out = {"syscall", "int_imm8", "int3", "ud2"},
                .unicorn = {.arch = UC_ARCH_X86,
                            .mode = UC_MODE_64,
                            .general = {UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP,
                                        UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8, UC_X86_REG_R9,
                                        UC_X86_REG_R10, UC_X86_REG_R11, UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14,
                                        UC_X86_REG_R15},
                            .vector = UC_X86_REG_XMM0,
                            .flags = UC_X86_REG_EFLAGS,
                            .pc = UC_X86_REG_RIP},
            },
        [ISA_A64] =
            {
                .elf_machine = EM_AARCH64,
                .step = a64_step,
                .condition = a64_condition,
                .compare = a64_compare,
                .compare_widths = {64},
                .link = 30,
                .pushed = 0,
                .sp_zeros = 4,
                .trap = 0,
                .unpredictable = is_unpredictable_a64,
                .relocate = relocate_a64,
                .kernel_numbers = kernel_numbers_a64,
                .kernel_number = 8,
                .kernel_arguments = {0, 1, 2, 3, 4, 5},
                .kernel_destroys = 0,
                .c_argument4 = INDEX_A3,
                .c_result = INDEX_A0,
                .generals = 32,
                .vectors = 32,
                .number = {0, 1, 2, 3, 4, 5, 9, 10, 19, 20, 21, 22, 23, 24},
                .sp = SP_A64,
                .scratch = 1U << 16 | 1U << 17,
                .scratch_vectors = 0xffff00ff,
                .general_prefix = "x",
                .vector_prefix = "v",
                .flag_name = {"C", "Z", "N", "V", NULL},
                .flag_bit = {29, 30, 31, 28, 0},
                .flags_set = 0,
                .classes = &classes_a64,
                .encoders = "a64",
                .draw = draw_a64,
                .left_out = {"svc", "brk", "code", "is_bitmask"},
                .unicorn = {.arch = UC_ARCH_ARM64,
                            .mode = UC_MODE_ARM,
                            .general = {UC_ARM64_REG_X0,  UC_ARM64_REG_X1,  UC_ARM64_REG_X2,  UC_ARM64_REG_X3,
                                        UC_ARM64_REG_X4,  UC_ARM64_REG_X5,  UC_ARM64_REG_X6,  UC_ARM64_REG_X7,
                                        UC_ARM64_REG_X8,  UC_ARM64_REG_X9,  UC_ARM64_REG_X10, UC_ARM64_REG_X11,
                                        UC_ARM64_REG_X12, UC_ARM64_REG_X13, UC_ARM64_REG_X14, UC_ARM64_REG_X15,
                                        UC_ARM64_REG_X16, UC_ARM64_REG_X17, UC_ARM64_REG_X18, UC_ARM64_REG_X19,
                                        UC_ARM64_REG_X20, UC_ARM64_REG_X21, UC_ARM64_REG_X22, UC_ARM64_REG_X23,
                                        UC_ARM64_REG_X24, UC_ARM64_REG_X25, UC_ARM64_REG_X26, UC_ARM64_REG_X27,
                                        UC_ARM64_REG_X28, UC_ARM64_REG_X29, UC_ARM64_REG_X30, UC_ARM64_REG_SP},
                            .vector = UC_ARM64_REG_Q0,
                            .flags = UC_ARM64_REG_NZCV,
                            .pc = UC_ARM64_REG_PC,
                            .begin_register = UC_ARM64_REG_CPACR_EL1, /* switches the vectors on */
                            .begin_value = 3 << 20},
            },
};

const Prover *prover_row(BlIsa isa) {
  bl_machine_row(isa);
  return &provers[isa];
}

/* SPDX-License-Identifier: MIT */
