/* Registers that each instruction reads and writes. Capstone 4 says so for x86-64; for arm64 it leaves some out, and
   the order of the operands says it. Of the vector registers those of x86-64 that templates keep others in are
   followed. */
#include "harness/check/effects.h"

#include <stddef.h>
#include <string.h>

static const char *const portable[REGS_PORTABLE] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                                    "T1", "S0", "S1", "S2", "S3", "S4", "S5"};

int effects_portable(const char *name) {
  for (int i = 0; i < REGS_PORTABLE; i++)
    if (strcmp(name, portable[i]) == 0)
      return i;
  return -1;
}

/* ---- x86-64 ----------------------------------------------------------------------------------------------------- */

/* Each register with its parts, in the order of the portable ones; r11 after them. */
static const uint16_t parts_x64[][5] = {
    {X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL},     {X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL},
    {X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL},      {X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B},
    {X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B},     {X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B},
    {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL},      {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL},
    {X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL},      {X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL},
    {X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B}, {X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B},
    {X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B}, {X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B},
    {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B}};

/* The number of a register or of a part of one, or -1. PART: 0 whole, 1 its low half, which clears the rest, 2, 3 less.
 */
static int number_x64(unsigned reg, int *part) {
  static const uint16_t high[] = {X86_REG_DH, X86_REG_AH, X86_REG_CH, X86_REG_BH};
  static const int8_t high_of[] = {2, REG_T0, REG_T1, REG_S0};
  *part = 0;
  if (reg == X86_REG_EFLAGS)
    return REG_FLAGS;
  if (reg >= X86_REG_XMM0 && reg <= X86_REG_XMM7)
    return REG_XMM0 + (int)(reg - X86_REG_XMM0);
  for (int i = 0; i <= REGS_PORTABLE; i++)
    for (*part = 0; *part < 4; ++*part)
      if (reg && parts_x64[i][*part] == reg)
        return i;
  *part = 3;
  for (int i = 0; i < 4; i++)
    if (reg == high[i])
      return high_of[i];
  return -1;
}

int8_t effects_number_x64(unsigned reg) {
  int part = 0;
  int number = number_x64(reg, &part);
  return (int8_t)(part ? -1 : number);
}

static void stack_x64(const cs_insn *insn, struct effects *effects) {
  const cs_x86_op *operand = &insn->detail->x86.operands[0];
  int part = 0;
  effects->stack = insn->id == X86_INS_PUSH ? STACK_STORE : STACK_LOAD;
  effects->stack_count = 1;
  effects->stack_registers[0] = operand->type == X86_OP_REG ? number_x64(operand->reg, &part) : -1;
  effects->reads = effects->writes = 0;
}

/* A load or a store of a register, or of something else that has its size. */
static struct access access_x64(const cs_insn *insn) {
  struct access access = {.base = -1, .registers = {-1, -1}};
  const cs_x86 *x86 = &insn->detail->x86;
  bool addresses = insn->id == X86_INS_LEA || insn->id == X86_INS_NOP || insn->id == X86_INS_PUSH;
  for (int i = 0; i < x86->op_count && !addresses; i++) {
    const cs_x86_op *operand = &x86->operands[i], *other = &x86->operands[1 - i];
    if (operand->type != X86_OP_MEM)
      continue;
    bool moves = insn->id == X86_INS_MOV && x86->op_count == 2;
    access.stores = operand->access & CS_AC_WRITE || (i == 0 && insn->id == X86_INS_MOVDQU);
    access.loads = !access.stores || (!moves && operand->access & CS_AC_READ);
    access.placed = !operand->mem.index && !operand->mem.segment;
    access.base = operand->mem.base == X86_REG_RSP ? ACCESS_STACK : effects_number_x64(operand->mem.base);
    access.offset = (int32_t)operand->mem.disp;
    access.size = operand->size;
    if (moves && other->type == X86_OP_REG && other->size == 8)
      access.registers[0] = effects_number_x64(other->reg);
    break;
  }
  return access;
}

/* Of a register and itself the result is always the same. */
static bool is_constant_x64(unsigned id) {
  return id == X86_INS_XOR || id == X86_INS_SUB || id == X86_INS_PXOR || id == X86_INS_XORPS || id == X86_INS_PCMPEQB ||
         id == X86_INS_PCMPEQD;
}

struct effects effects_x64(csh capstone, const cs_insn *insn) {
  struct effects effects = {.copy_to = -1, .copy_from = -1, .stack_registers = {-1, -1}};
  const cs_x86 *x86 = &insn->detail->x86;
  effects.access = access_x64(insn);
  const cs_x86_op *to = &x86->operands[0], *from = &x86->operands[1];
  cs_regs reads, writes;
  uint8_t read_count = 0, write_count = 0;
  int part = 0;
  if (cs_regs_access(capstone, insn, reads, &read_count, writes, &write_count) != CS_ERR_OK)
    return effects;
  for (int i = 0; i < read_count; i++)
    if (number_x64(reads[i], &part) >= 0)
      effects.reads |= UINT32_C(1) << number_x64(reads[i], &part);
  for (int i = 0; i < write_count; i++) {
    int number = number_x64(writes[i], &part);
    if (number < 0)
      continue;
    effects.writes |= UINT32_C(1) << number;
    effects.reads |= part > 1 ? UINT32_C(1) << number : 0; /* the rest of it stays */
  }
  bool registers = x86->op_count == 2 && to->type == X86_OP_REG && from->type == X86_OP_REG;
  if (registers && to->reg == from->reg && is_constant_x64(insn->id))
    effects.reads = 0;
  bool copies = insn->id == X86_INS_MOVQ || (insn->id == X86_INS_MOV && from->size == 8);
  if (registers && copies && from->reg != X86_REG_RSP && to->reg != X86_REG_RSP) {
    effects.copy_to = (int8_t)number_x64(to->reg, &part);
    effects.copy_from = (int8_t)number_x64(from->reg, &part);
  }
  bool shifts = insn->id == X86_INS_SHL || insn->id == X86_INS_SHR || insn->id == X86_INS_SAR;
  if (shifts && x86->op_count > 1 && from->type == X86_OP_REG)
    effects.reads |= UINT32_C(1) << REG_T1;
  if (insn->id == X86_INS_PUSH || insn->id == X86_INS_POP)
    stack_x64(insn, &effects);
  if (insn->id == X86_INS_CALL)
    effects.writes = 0; /* the register with the address is read */
  if (insn->id == X86_INS_SYSCALL || insn->id == X86_INS_INT)
    effects.reads = effects.writes = 0;
  return effects;
}

/* ---- arm64 ------------------------------------------------------------------------------------------------------ */

static int number_arm64(unsigned reg) {
  static const int8_t of_x[] = {0,  1,  2,  3, 4, 5,  14, 15, 16, 6,  7,  17, 18, 19, 20,      21,
                                22, 23, 24, 8, 9, 10, 11, 12, 13, 25, 26, 27, 28, 29, REG_LINK};
  int x = reg >= ARM64_REG_W0 && reg <= ARM64_REG_W30   ? (int)(reg - ARM64_REG_W0)
          : reg >= ARM64_REG_X0 && reg <= ARM64_REG_X28 ? (int)(reg - ARM64_REG_X0)
          : reg == ARM64_REG_X29                        ? 29
          : reg == ARM64_REG_X30                        ? 30
                                                        : -1;
  return x < 0 ? -1 : of_x[x];
}

int8_t effects_number_arm64(unsigned reg) {
  return (int8_t)(reg >= ARM64_REG_W0 && reg <= ARM64_REG_W30 ? -1 : number_arm64(reg));
}

static uint32_t bit_arm64(unsigned reg) {
  int number = number_arm64(reg);
  return number < 0 ? 0 : UINT32_C(1) << number;
}

/* How many bytes a register of a load or a store has in memory: by its name, and by the letter after the mnemonic. */
static uint8_t size_arm64(const cs_insn *insn, const cs_arm64_op *first) {
  char last = insn->mnemonic[strlen(insn->mnemonic) - 1];
  bool pair = last == 'p';
  int size = last == 'b'                                                 ? 1
             : last == 'h'                                               ? 2
             : last == 'w'                                               ? 4
             : first->reg >= ARM64_REG_Q0 && first->reg <= ARM64_REG_Q31 ? 16
             : first->reg >= ARM64_REG_W0 && first->reg <= ARM64_REG_W30 ? 4
             : first->reg == ARM64_REG_WZR                               ? 4
                                                                         : 8;
  return (uint8_t)(pair ? 2 * size : size);
}

/* A load or a store; one that moves the stack pointer puts something on the stack, or takes it from there. */
static struct access access_arm64(const cs_insn *insn) {
  struct access access = {.base = -1, .registers = {-1, -1}};
  const cs_arm64 *arm = &insn->detail->arm64;
  int count = 0;
  access.stores = insn->mnemonic[0] == 's';
  access.loads = !access.stores;
  access.size = size_arm64(insn, &arm->operands[0]);
  bool whole = access.size == 8 || insn->mnemonic[strlen(insn->mnemonic) - 1] == 'p';
  for (int i = 0; i < arm->op_count; i++) {
    const cs_arm64_op *operand = &arm->operands[i];
    if (operand->type == ARM64_OP_REG && count < 2)
      access.registers[count++] = (int8_t)(whole ? effects_number_arm64(operand->reg) : -1);
    if (operand->type != ARM64_OP_MEM)
      continue;
    bool stack = operand->mem.base == ARM64_REG_SP;
    access.placed = !operand->mem.index && !(stack && arm->writeback);
    access.base = stack ? ACCESS_STACK : effects_number_arm64(operand->mem.base);
    access.offset = operand->mem.disp;
  }
  return access;
}

/* Loads and stores: the registers before the address are loaded or stored. */
static void memory_arm64(const cs_insn *insn, struct effects *effects) {
  const cs_arm64 *arm = &insn->detail->arm64;
  bool store = insn->mnemonic[0] == 's', stack = false;
  for (int i = 0; i < arm->op_count; i++) {
    const cs_arm64_op *operand = &arm->operands[i];
    if (operand->type == ARM64_OP_REG && effects->stack_count < 2) {
      effects->stack_registers[effects->stack_count++] = number_arm64(operand->reg);
      *(store ? &effects->reads : &effects->writes) |= bit_arm64(operand->reg);
    }
    if (operand->type != ARM64_OP_MEM)
      continue;
    stack = operand->mem.base == ARM64_REG_SP;
    effects->reads |= bit_arm64(operand->mem.base) | bit_arm64(operand->mem.index);
    effects->writes |= arm->writeback ? bit_arm64(operand->mem.base) : 0;
    effects->stack_offset = arm->writeback ? 0 : operand->mem.disp;
  }
  bool whole = arm->op_count > 0 && (arm->operands[0].reg < ARM64_REG_W0 || arm->operands[0].reg > ARM64_REG_W30);
  if (!stack)
    return;
  if (store ? whole : whole && effects->stack_count > 0)
    effects->stack = store ? STACK_STORE : STACK_LOAD;
  if (effects->stack != STACK_NONE)
    effects->reads = effects->writes = 0;
}

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static void operands_arm64(csh capstone, const cs_insn *insn, struct effects *effects) {
  const cs_arm64 *arm = &insn->detail->arm64;
  bool compares = begins(insn->mnemonic, "cmp") || begins(insn->mnemonic, "cmn") || begins(insn->mnemonic, "tst") ||
                  begins(insn->mnemonic, "ccmp");
  bool jumps = cs_insn_group(capstone, insn, CS_GRP_JUMP) || insn->id == ARM64_INS_BLR;
  for (int i = 0; i < arm->op_count; i++)
    if (arm->operands[i].type == ARM64_OP_REG)
      *(i == 0 && !compares && !jumps ? &effects->writes : &effects->reads) |= bit_arm64(arm->operands[i].reg);
  if (begins(insn->mnemonic, "movk") || begins(insn->mnemonic, "bfi") || begins(insn->mnemonic, "bfxil"))
    effects->reads |= effects->writes;
  if (compares || arm->update_flags)
    effects->writes |= UINT32_C(1) << REG_FLAGS;
  if (arm->cc != ARM64_CC_INVALID && arm->cc != ARM64_CC_AL)
    effects->reads |= UINT32_C(1) << REG_FLAGS;
  bool registers = arm->op_count == 2 && arm->operands[0].type == ARM64_OP_REG && arm->operands[1].type == ARM64_OP_REG;
  if (registers && insn->id == ARM64_INS_MOV && insn->op_str[0] == 'x' && number_arm64(arm->operands[0].reg) >= 0 &&
      number_arm64(arm->operands[1].reg) >= 0) {
    effects->copy_to = (int8_t)number_arm64(arm->operands[0].reg);
    effects->copy_from = (int8_t)number_arm64(arm->operands[1].reg);
  }
}

struct effects effects_arm64(csh capstone, const cs_insn *insn) {
  struct effects effects = {.copy_to = -1, .copy_from = -1, .stack_registers = {-1, -1}};
  if (insn->id == ARM64_INS_BL || insn->id == ARM64_INS_SVC || insn->id == ARM64_INS_RET)
    return effects;
  if (begins(insn->mnemonic, "ld") || begins(insn->mnemonic, "st"))
    memory_arm64(insn, &effects), effects.access = access_arm64(insn);
  else
    operands_arm64(capstone, insn, &effects);
  return effects;
}

/* ---- System calls ------------------------------------------------------------------------------------------------ */

/* Numbers of x86-64 and of arm64, and how many arguments the kernel reads in every use (openat and fcntl: those that
   they always have). arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h */
static const struct {
  int16_t numbers[2], arguments;
} system_calls[] = {
    {{0, 63}, 3},    {{1, 64}, 3},    {{3, 57}, 1},    {{5, 80}, 2},    {{9, 222}, 6},   {{11, 215}, 2},
    {{13, 134}, 4},  {{14, 135}, 4},  {{16, 29}, 3},   {{20, 66}, 3},   {{25, 216}, 4},  {{28, 233}, 3},
    {{41, 198}, 3},  {{42, 203}, 3},  {{45, 207}, 6},  {{48, 210}, 2},  {{49, 200}, 3},  {{50, 201}, 2},
    {{51, 204}, 3},  {{54, 208}, 5},  {{60, 93}, 1},   {{72, 25}, 3},   {{157, 167}, 2}, {{217, 61}, 3},
    {{228, 113}, 2}, {{231, 94}, 1},  {{233, 21}, 4},  {{257, 56}, 3},  {{262, 79}, 4},  {{267, 78}, 4},
    {{271, 73}, 5},  {{281, 22}, 5},  {{288, 242}, 4}, {{289, 74}, 4},  {{291, 20}, 1},  {{302, 261}, 4},
    {{317, 277}, 3}, {{332, 291}, 5}, {{437, 437}, 4}, {{444, 444}, 3}, {{445, 445}, 4}, {{446, 446}, 2}};

int effects_arguments(int column, int64_t number) {
  for (size_t i = 0; i < sizeof system_calls / sizeof *system_calls; i++)
    if (number == system_calls[i].numbers[column])
      return system_calls[i].arguments;
  return -1;
}

/* SPDX-License-Identifier: MIT */
