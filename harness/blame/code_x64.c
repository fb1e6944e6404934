/* Instructions of x86-64, by Capstone, in the terms of blame_code.h. */
#include "harness/blame/blame_code.h"

#include <stdio.h>
#include <string.h>

/* "al", "ax" and "eax" are "rax"; "r8b", "r8w" and "r8d" are "r8". */
static void whole_name(const char *name, char whole[CODE_NAME]) {
  static const char *const parts[][4] = {
      {"al", "ax", "eax", "rax"},  {"bl", "bx", "ebx", "rbx"},  {"cl", "cx", "ecx", "rcx"},
      {"dl", "dx", "edx", "rdx"},  {"sil", "si", "esi", "rsi"}, {"dil", "di", "edi", "rdi"},
      {"bpl", "bp", "ebp", "rbp"}, {"spl", "sp", "esp", "rsp"}, {"ah", "", "", "rax"},
      {"bh", "", "", "rbx"},       {"ch", "", "", "rcx"},       {"dh", "", "", "rdx"},
  };
  snprintf(whole, CODE_NAME, "%s", name);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    for (int k = 0; k < 3; k++)
      if (strcmp(name, parts[i][k]) == 0)
        snprintf(whole, CODE_NAME, "%s", parts[i][3]);
  if (name[0] == 'r' && name[1] >= '0' && name[1] <= '9')
    whole[strcspn(whole, "bwd")] = '\0';
  if ((name[0] == 'y' || name[0] == 'z') && strncmp(name + 1, "mm", 2) == 0)
    whole[0] = 'x';
}

/* Moves that change no bit of what they move; zero extension leaves the low bytes as they are. */
static bool is_move(unsigned id) {
  switch (id) {
  case X86_INS_MOV:
  case X86_INS_MOVABS:
  case X86_INS_MOVZX:
  case X86_INS_MOVSX:
  case X86_INS_MOVSXD:
  case X86_INS_MOVAPS:
  case X86_INS_MOVUPS:
  case X86_INS_MOVAPD:
  case X86_INS_MOVUPD:
  case X86_INS_MOVDQA:
  case X86_INS_MOVDQU:
  case X86_INS_MOVD:
  case X86_INS_MOVQ:
    return true;
  default:
    return false;
  }
}

static bool is_string_store(unsigned id) {
  return id == X86_INS_MOVSB || id == X86_INS_MOVSW || id == X86_INS_MOVSQ || id == X86_INS_STOSB ||
         id == X86_INS_STOSW || id == X86_INS_STOSD || id == X86_INS_STOSQ;
}

static void read_memory(struct code_reader *reader, const cs_x86_op *op, struct code *code) {
  code_register(reader, op->mem.base, code->memory.base);
  code_register(reader, op->mem.index, code->memory.index);
  code->memory.scale = (unsigned)op->mem.scale;
  code->memory.displacement = op->mem.disp;
  if (op->mem.base == X86_REG_RIP) {
    code->memory.absolute = true;
    code->memory.displacement += (int64_t)(reader->insn->address + reader->insn->size);
  }
  code->width = op->size;
}

static void read_code(struct code_reader *reader, struct code *code) {
  const cs_x86 *x86 = &reader->insn->detail->x86;
  const cs_x86_op *to = &x86->operands[0];
  const cs_x86_op *from = &x86->operands[1];
  code->conditional = cs_insn_group(reader->handle, reader->insn, CS_GRP_JUMP) && reader->insn->id != X86_INS_JMP;
  if (is_string_store(reader->insn->id))
    code->kind = CODE_STORE_MANY;
  for (int i = 0; i < x86->op_count; i++)
    if (x86->operands[i].type == X86_OP_MEM)
      read_memory(reader, &x86->operands[i], code);
  if (x86->op_count > 0 && to->type == X86_OP_REG)
    code_register(reader, to->reg, code->to);
  if (x86->op_count != 2)
    return;
  if (from->type == X86_OP_REG)
    code_register(reader, from->reg, code->from);
  if (from->type == X86_OP_IMM)
    code->value = (uint64_t)from->imm;
  if (reader->insn->id == X86_INS_XOR && from->type == X86_OP_REG && from->reg == to->reg) {
    code->kind = CODE_IMMEDIATE; /* xor eax, eax */
    return;
  }
  if (!is_move(reader->insn->id))
    return;
  if (to->type == X86_OP_MEM)
    code->kind = from->type == X86_OP_IMM ? CODE_STORE_IMMEDIATE : CODE_STORE;
  else
    code->kind = from->type == X86_OP_MEM ? CODE_LOAD : from->type == X86_OP_IMM ? CODE_IMMEDIATE : CODE_MOVE;
}

static uint64_t flow_target(const struct code_reader *reader) {
  const cs_x86 *x86 = &reader->insn->detail->x86;
  return x86->op_count && x86->operands[0].type == X86_OP_IMM ? (uint64_t)x86->operands[0].imm : 0;
}

const struct code_rules code_rules_x64 = {
    .machine = "x64", .whole_name = whole_name, .read = read_code, .flow_target = flow_target, .call = X86_INS_SYSCALL};

/* SPDX-License-Identifier: MIT */
