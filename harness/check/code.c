/* How each instruction goes on, and what it does to the stack: as Capstone tells its operands. */
#include "harness/check/code.h"

#include <elf.h>
#include <string.h>

/* ---- x86-64 ----------------------------------------------------------------------------------------------------- */

static bool is_part_of(uint16_t reg, const uint16_t *all) {
  for (; *all; all++)
    if (reg == *all)
      return true;
  return false;
}

static const uint16_t rax[] = {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL, 0};
static const uint16_t rcx[] = {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL, 0};
static const uint16_t r11[] = {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B, 0};
static const uint16_t rsp[] = {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, 0};

static bool same_registers(const cs_x86 *x86) {
  return x86->op_count == 2 && x86->operands[0].type == X86_OP_REG && x86->operands[1].type == X86_OP_REG &&
         x86->operands[0].reg == x86->operands[1].reg;
}

/* The registers that matter, of those that it reads and writes. */
static void note_registers(const struct program *program, const cs_insn *insn, struct code *code) {
  cs_regs reads, writes;
  uint8_t read_count = 0, write_count = 0;
  if (cs_regs_access(program->capstone, insn, reads, &read_count, writes, &write_count) != CS_ERR_OK)
    return;
  bool clears = same_registers(&insn->detail->x86) && insn->id == X86_INS_XOR;
  for (int i = 0; i < read_count && !clears; i++)
    code->reads |= (is_part_of(reads[i], rcx) ? LOST_RCX : 0) | (is_part_of(reads[i], r11) ? LOST_R11 : 0);
  for (int i = 0; i < write_count; i++) {
    code->writes |= (is_part_of(writes[i], rcx) ? LOST_RCX : 0) | (is_part_of(writes[i], r11) ? LOST_R11 : 0);
    code->keeps_number = code->keeps_number && !is_part_of(writes[i], rax);
    code->sets_stack = code->sets_stack || is_part_of(writes[i], rsp);
  }
}

/* What becomes of eax, where the instruction says so by itself. */
static void note_number_x64(const cs_insn *insn, struct code *code) {
  const cs_x86 *x86 = &insn->detail->x86;
  const cs_x86_op *to = &x86->operands[0], *from = &x86->operands[1];
  bool eax = x86->op_count > 0 && to->type == X86_OP_REG && is_part_of((uint16_t)to->reg, rax);
  if (insn->id == X86_INS_PUSH && to->type == X86_OP_IMM) {
    code->pushes_number = true;
    code->number = to->imm;
  } else if (insn->id == X86_INS_POP && eax) {
    code->pops_number = true;
  } else if ((insn->id == X86_INS_MOV || insn->id == X86_INS_MOVABS) && eax && to->size >= 4 &&
             from->type == X86_OP_IMM) {
    code->sets_number = true;
    code->number = from->imm;
  } else if (insn->id == X86_INS_XOR && eax && same_registers(x86)) {
    code->sets_number = true;
    code->number = 0;
  }
}

/* lea rsp, [r + n], or lea rsp, [rsp + n]. */
static void lea_of_stack(const cs_x86 *x86, struct code *code) {
  const cs_x86_op *from = &x86->operands[1];
  if (!code->sets_stack || from->mem.index)
    return;
  if (from->mem.base == X86_REG_RSP) {
    code->grows = (int)-from->mem.disp, code->sets_stack = false;
  } else {
    code->stack_from = effects_number_x64(from->mem.base);
    code->stack_number = from->mem.disp;
  }
}

void describe_x64(const struct program *program, const cs_insn *insn, struct code *code) {
  const cs_x86 *x86 = &insn->detail->x86;
  const cs_x86_op *first = &x86->operands[0], *second = &x86->operands[1];
  code->keeps_number = true;
  note_registers(program, insn, code);
  note_number_x64(insn, code);
  bool direct = x86->op_count == 1 && first->type == X86_OP_IMM;
  if (direct)
    code->target = (uint64_t)first->imm;
  switch (insn->id) {
  case X86_INS_PUSH:
    code->grows = first->size == 2 ? 2 : 8, code->sets_stack = false;
    return;
  case X86_INS_POP:
    code->grows = first->size == 2 ? -2 : -8, code->sets_stack = x86->operands[0].reg == X86_REG_RSP;
    return;
  case X86_INS_PUSHFQ:
    code->grows = 8, code->sets_stack = false;
    return;
  case X86_INS_POPFQ:
    code->grows = -8, code->sets_stack = false;
    return;
  case X86_INS_MOV:
    if (code->sets_stack && second->type == X86_OP_REG)
      code->stack_from = effects_number_x64(second->reg);
    return;
  case X86_INS_LEAVE: /* mov rsp, rbp; pop rbp */
    code->stack_from = effects_number_x64(X86_REG_RBP), code->stack_number = 8, code->sets_stack = true;
    return;
  case X86_INS_ADD:
  case X86_INS_SUB:
    if (code->sets_stack && second->type == X86_OP_IMM)
      code->grows = (int)(insn->id == X86_INS_SUB ? second->imm : -second->imm), code->sets_stack = false;
    return;
  case X86_INS_LEA:
    lea_of_stack(x86, code);
    code->takes_address = second->mem.base == X86_REG_RIP;
    code->target = insn->address + insn->size + (uint64_t)second->mem.disp;
    return;
  case X86_INS_CALL:
    code->kind = direct ? PATH_CALL : PATH_CALL_AWAY;
    code->sets_stack = false, code->sets_number = true, code->number = -1;
    return;
  case X86_INS_RET:
    code->kind = PATH_RETURN, code->sets_stack = false;
    return;
  case X86_INS_NOP:
    code->pads = true;
    return;
  case X86_INS_JMP:
    code->kind = direct ? PATH_JUMP : PATH_AWAY;
    return;
  case X86_INS_SYSCALL:
  case X86_INS_INT:
    code->kind = PATH_KERNEL;
    code->old_call = insn->id == X86_INS_INT;
    code->writes = code->reads = 0;
    return;
  case X86_INS_INT3:
    code->pads = true; /* compilers fill with it */
    code->kind = PATH_STOP;
    return;
  case X86_INS_UD0:
  case X86_INS_UD2:
  case X86_INS_UD2B:
  case X86_INS_HLT:
    code->kind = PATH_STOP;
    return;
  default:
    if (direct && (cs_insn_group(program->capstone, insn, CS_GRP_JUMP) || insn->id == X86_INS_LOOP ||
                   insn->id == X86_INS_LOOPE || insn->id == X86_INS_LOOPNE || insn->id == X86_INS_XBEGIN))
      code->kind = PATH_BRANCH;
  }
}

/* ---- arm64 ------------------------------------------------------------------------------------------------------ */

/* Loads and stores at sp: what they put on the stack, and whether x30 is among them. */
static void describe_stack_access(const cs_insn *insn, struct code *code) {
  const cs_arm64 *arm = &insn->detail->arm64;
  bool link = false, store = insn->mnemonic[0] == 's';
  for (int i = 0; i < arm->op_count; i++) {
    const cs_arm64_op *operand = &arm->operands[i];
    link = link || (operand->type == ARM64_OP_REG && operand->reg == ARM64_REG_X30);
    if (operand->type != ARM64_OP_MEM)
      continue;
    if (operand->mem.base != ARM64_REG_SP) {
      code->loads_link |= link && !store;
      continue;
    }
    if (link && store)
      code->saves_link = true;
    else if (link)
      code->loads_link = true;
    if (arm->writeback && i + 1 < arm->op_count)
      code->grows = (int)-arm->operands[i + 1].imm; /* after the access */
    else if (arm->writeback)
      code->grows = -operand->mem.disp;
  }
}

static int64_t shifted(const cs_arm64_op *operand) {
  return operand->shift.type == ARM64_SFT_LSL ? operand->imm * (INT64_C(1) << operand->shift.value) : operand->imm;
}

void describe_arm64(const struct program *program, const cs_insn *insn, struct code *code) {
  (void)program;
  const cs_arm64 *arm = &insn->detail->arm64;
  const cs_arm64_op *first = &arm->operands[0], *last = &arm->operands[arm->op_count ? arm->op_count - 1 : 0];
  bool to_sp = arm->op_count > 0 && first->type == ARM64_OP_REG && first->reg == ARM64_REG_SP;
  bool direct = arm->op_count > 0 && last->type == ARM64_OP_IMM;
  code->keeps_number =
      arm->op_count == 0 || first->type != ARM64_OP_REG || (first->reg != ARM64_REG_X8 && first->reg != ARM64_REG_W8);
  if (direct)
    code->target = (uint64_t)last->imm;
  switch (insn->id) {
  case ARM64_INS_B:
    code->kind = arm->cc == ARM64_CC_INVALID || arm->cc == ARM64_CC_AL ? PATH_JUMP : PATH_BRANCH;
    return;
  case ARM64_INS_CBZ:
  case ARM64_INS_CBNZ:
  case ARM64_INS_TBZ:
  case ARM64_INS_TBNZ:
    code->kind = PATH_BRANCH;
    return;
  case ARM64_INS_BL:
    code->kind = PATH_CALL, code->keeps_number = false;
    return;
  case ARM64_INS_BLR:
    code->kind = PATH_CALL_AWAY, code->keeps_number = false;
    return;
  case ARM64_INS_BR:
    code->kind = PATH_AWAY;
    return;
  case ARM64_INS_RET:
    code->kind = PATH_RETURN, code->by_other_link = arm->op_count && first->reg != ARM64_REG_X30;
    return;
  case ARM64_INS_SVC:
    code->kind = PATH_KERNEL;
    return;
  case ARM64_INS_BRK:
  case ARM64_INS_HLT:
    code->kind = PATH_STOP;
    return;
  case ARM64_INS_NOP:
    code->pads = true;
    return;
  case ARM64_INS_ADR:
  case ARM64_INS_ADRP:
    code->takes_address = insn->id == ARM64_INS_ADR;
    return;
  case ARM64_INS_MOVZ:
  case ARM64_INS_MOV:
    if (!code->keeps_number && direct)
      code->sets_number = true, code->number = shifted(last);
    code->sets_stack = to_sp;
    code->stack_from = to_sp && last->type == ARM64_OP_REG ? effects_number_arm64(last->reg) : -1;
    code->loads_link = arm->op_count > 1 && first->type == ARM64_OP_REG && first->reg == ARM64_REG_X30;
    return;
  case ARM64_INS_ADD:
  case ARM64_INS_SUB:
    if (to_sp && arm->op_count == 3 && arm->operands[1].reg == ARM64_REG_SP && direct)
      code->grows = (int)(insn->id == ARM64_INS_SUB ? shifted(last) : -shifted(last));
    else
      code->sets_stack = to_sp;
    if (code->sets_stack && arm->op_count == 3 && direct) {
      code->stack_from = effects_number_arm64(arm->operands[1].reg);
      code->stack_number = insn->id == ARM64_INS_SUB ? -shifted(last) : shifted(last);
    }
    return;
  default:
    if (!strncmp(insn->mnemonic, "ld", 2) || !strncmp(insn->mnemonic, "st", 2))
      describe_stack_access(insn, code);
    else
      code->sets_stack = to_sp;
  }
}

/* ---- What Capstone does not know --------------------------------------------------------------------------------- */

/* VEX and EVEX prefixes, and the maps 0F 38 and 0F 3A, after other prefixes. */
bool may_be_newer_x64(const uint8_t *bytes, size_t count) {
  size_t i = 0;
  while (i < count && (bytes[i] == 0x66 || bytes[i] == 0xf2 || bytes[i] == 0xf3 || (bytes[i] & 0xf0) == 0x40))
    i++;
  return i < count && (bytes[i] == 0x62 || bytes[i] == 0xc4 || bytes[i] == 0xc5 || bytes[i] == 0x0f);
}

/* All but the permanently undefined, whose upper half is 0. */
bool may_be_newer_arm64(const uint8_t *bytes, size_t count) { return count >= 4 && (bytes[2] || bytes[3]); }

/* ---- Relocations of objects -------------------------------------------------------------------------------------- */

/* What is added lies between the place that is changed and the end of the instruction. */
bool relocate_x64(uint32_t type, uint64_t place, uint64_t end, int64_t *more) {
  *more = (int64_t)(end - place);
  return type == R_X86_64_PC32 || type == R_X86_64_PLT32;
}

bool relocate_arm64(uint32_t type, uint64_t place, uint64_t end, int64_t *more) {
  (void)place, (void)end;
  *more = 0;
  return type == R_AARCH64_CALL26 || type == R_AARCH64_JUMP26 || type == R_AARCH64_CONDBR19 ||
         type == R_AARCH64_TSTBR14 || type == R_AARCH64_ADR_PREL_LO21 || type == R_AARCH64_ADR_PREL_PG_HI21;
}

/* SPDX-License-Identifier: MIT */
