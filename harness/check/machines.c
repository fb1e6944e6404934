/* The table of machines.h. Registers are numbered as effects.h says: those of contracts first. */
#include "harness/check/machines.h"

#include "harness/check/code.h"

#include <elf.h>

#define BIT(number) (UINT32_C(1) << (number))
#define PORTABLE_NAMES "A0", "A1", "A2", "A3", "A4", "A5", "T0", "T1", "S0", "S1", "S2", "S3", "S4", "S5"
#define ALL_S (UINT32_C(0x3f) << REG_S0)

enum { R11 = REGS_PORTABLE, X8 = 16, X25 = 25, X29 = 29 };

static const struct check_machine machines[] = {
    {.elf = EM_X86_64,
     .arch = CS_ARCH_X86,
     .mode = CS_MODE_64,
     .describe = describe_x64,
     .effects = effects_x64,
     .lead = leads_move_x64,
     .may_be_newer = may_be_newer_x64,
     .relocate = relocate_x64,
     .names = {PORTABLE_NAMES, [R11] = "r11", [REG_XMM0] = "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
               "xmm7", [REG_FLAGS] = "flags"},
     .callee_saved = ALL_S,
     .c_arguments = 0x37 | BIT(REG_T1), /* rdi rsi rdx rcx r8 r9 */
     .number = REG_T0,
     .result = REG_T0,
     .kernel_destroys = BIT(REG_T1) | BIT(R11) | BIT(REG_FLAGS),
     .kernel_loses = LOST_RCX | LOST_R11,
     .ends = {60, 231},
     .clone = 56,
     .calls = 0},
    {.elf = EM_AARCH64,
     .arch = CS_ARCH_ARM64,
     .mode = CS_MODE_ARM,
     .describe = describe_arm64,
     .effects = effects_arm64,
     .lead = leads_move_arm64,
     .may_be_newer = may_be_newer_arm64,
     .relocate = relocate_arm64,
     .names = {PORTABLE_NAMES, "x6", "x7", "x8", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x25", "x26",
               "x27", "x28", "x29", "x30", [REG_FLAGS] = "flags"},
     .has_link = true,
     .callee_saved = ALL_S | UINT32_C(0x1f) << X25,
     .c_arguments = 0x3f,
     .number = X8,
     .result = REG_A0,
     .number_stays = true,
     .kernel_destroys = BIT(REG_T0) | BIT(REG_T1) | BIT(REG_FLAGS),
     .ends = {93, 94},
     .clone = 220,
     .calls = 1},
};

const struct check_machine *check_machine_of(unsigned elf) {
  for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
    if (machines[i].elf == elf)
      return &machines[i];
  return NULL;
}

/* SPDX-License-Identifier: MIT */
