/* Instructions of arm64, by Capstone, in the terms of blame_code.h. */
#include "harness/blame/blame_code.h"

#include <stdio.h>
#include <string.h>

/* "w3" is "x3"; "b0", "h0", "s0", "d0" and "q0" are "v0". */
static void whole_name(const char *name, char whole[CODE_NAME]) {
  snprintf(whole, CODE_NAME, "%s", strcmp(name, "fp") == 0 ? "x29" : strcmp(name, "lr") == 0 ? "x30" : name);
  if (name[1] < '0' || name[1] > '9')
    return;
  if (name[0] == 'w')
    whole[0] = 'x';
  else if (strchr("bhsdq", name[0]))
    whole[0] = 'v';
}

static bool is_load(unsigned id) {
  switch (id) {
  case ARM64_INS_LDR:
  case ARM64_INS_LDRB:
  case ARM64_INS_LDRH:
  case ARM64_INS_LDRSB:
  case ARM64_INS_LDRSH:
  case ARM64_INS_LDRSW:
  case ARM64_INS_LDUR:
  case ARM64_INS_LDURB:
  case ARM64_INS_LDURH:
    return true;
  default:
    return false;
  }
}

static bool is_store(unsigned id) {
  switch (id) {
  case ARM64_INS_STR:
  case ARM64_INS_STRB:
  case ARM64_INS_STRH:
  case ARM64_INS_STUR:
  case ARM64_INS_STURB:
  case ARM64_INS_STURH:
    return true;
  default:
    return false;
  }
}

static size_t width_of(unsigned id, const char *name) {
  if (id == ARM64_INS_STRB || id == ARM64_INS_STURB || id == ARM64_INS_LDRB || id == ARM64_INS_LDURB ||
      id == ARM64_INS_LDRSB)
    return 1;
  if (id == ARM64_INS_STRH || id == ARM64_INS_STURH || id == ARM64_INS_LDRH || id == ARM64_INS_LDURH ||
      id == ARM64_INS_LDRSH)
    return 2;
  if (name[0] == 'b' || name[0] == 'h')
    return name[0] == 'b' ? 1 : 2;
  return name[0] == 'q' || name[0] == 'v' ? 16 : name[0] == 'w' || name[0] == 's' || id == ARM64_INS_LDRSW ? 4 : 8;
}

static void read_memory(struct code_reader *reader, const cs_arm64_op *op, struct code *code) {
  code_register(reader, op->mem.base, code->memory.base);
  code_register(reader, op->mem.index, code->memory.index);
  code->memory.scale = op->shift.type == ARM64_SFT_LSL ? 1U << op->shift.value : 1;
  code->memory.displacement = op->mem.disp;
}

static void read_code(struct code_reader *reader, struct code *code) {
  const cs_arm64 *arm64 = &reader->insn->detail->arm64;
  const cs_arm64_op *first = &arm64->operands[0];
  const cs_arm64_op *second = &arm64->operands[1];
  unsigned id = reader->insn->id;
  code->conditional = id == ARM64_INS_CBZ || id == ARM64_INS_CBNZ || id == ARM64_INS_TBZ || id == ARM64_INS_TBNZ ||
                      (id == ARM64_INS_B && arm64->cc != ARM64_CC_INVALID && arm64->cc != ARM64_CC_AL);
  if (id == ARM64_INS_STP || id == ARM64_INS_STNP)
    code->kind = CODE_STORE_MANY;
  if (arm64->op_count < 2 || first->type != ARM64_OP_REG)
    return;
  char whole[CODE_NAME];
  code_register(reader, first->reg, whole);
  for (int i = 1; i < arm64->op_count; i++)
    if (arm64->operands[i].type == ARM64_OP_MEM) {
      read_memory(reader, &arm64->operands[i], code);
      code->width = width_of(id, cs_reg_name(reader->handle, first->reg));
    }
  if (is_store(id)) {
    code->kind = CODE_STORE;
    memcpy(code->from, whole, sizeof whole);
    if (strcmp(whole, "wzr") == 0 || strcmp(whole, "xzr") == 0)
      code->kind = CODE_STORE_IMMEDIATE;
    return;
  }
  memcpy(code->to, whole, sizeof whole);
  if (is_load(id) && second->type == ARM64_OP_IMM) { /* of a literal: Capstone gives its address */
    code->memory.absolute = true;
    code->memory.displacement = second->imm;
    code->width = width_of(id, cs_reg_name(reader->handle, first->reg));
    code->kind = CODE_LOAD;
  } else if (is_load(id) && second->type == ARM64_OP_MEM) {
    code->kind = CODE_LOAD;
  } else if ((id == ARM64_INS_MOV || id == ARM64_INS_MOVZ) && second->type == ARM64_OP_IMM) {
    code->kind = CODE_IMMEDIATE;
    code->value = (uint64_t)second->imm << (second->shift.type == ARM64_SFT_LSL ? second->shift.value : 0);
  } else if (id == ARM64_INS_MOV && second->type == ARM64_OP_REG) {
    code->kind = CODE_MOVE;
    code_register(reader, second->reg, code->from);
  }
}

static uint64_t flow_target(const struct code_reader *reader) {
  const cs_arm64 *arm64 = &reader->insn->detail->arm64;
  const cs_arm64_op *last = &arm64->operands[arm64->op_count - 1];
  return arm64->op_count && last->type == ARM64_OP_IMM ? (uint64_t)last->imm : 0;
}

static bool only_reads(unsigned id) {
  return id == ARM64_INS_CMP || id == ARM64_INS_CMN || id == ARM64_INS_TST || id == ARM64_INS_CCMP ||
         id == ARM64_INS_CCMN || id == ARM64_INS_STP || is_store(id);
}

const struct code_rules code_rules_arm64 = {.machine = "arm64",
                                            .whole_name = whole_name,
                                            .read = read_code,
                                            .flow_target = flow_target,
                                            .only_reads = only_reads,
                                            .call = ARM64_INS_SVC};

/* SPDX-License-Identifier: MIT */
