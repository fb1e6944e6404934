/* An address that is taken, a table's entry that is loaded from it, and the sum of both: that is all that the templates
   of jumps and calls by a register are made of. Whatever else is written to a register leads nowhere. */
#include "harness/check/leads.h"

#include "harness/check/effects.h"
#include "harness/check/program.h"

#include <string.h>

/* ---- Instructions ------------------------------------------------------------------------------------------------ */

static struct lead_move load_x64(const cs_x86_op *to, const cs_x86_op *from) {
  struct lead_move move = {.kind = MOVE_LOAD, .size = from->size, .number = from->mem.disp, .store = -1};
  move.to = effects_number_x64(to->reg);
  move.from = from->mem.base ? effects_number_x64(from->mem.base) : -1;
  move.other = from->mem.index ? effects_number_x64(from->mem.index) : -1;
  if (from->mem.segment || from->mem.base == X86_REG_RSP)
    move.kind = MOVE_NOTHING;
  return move;
}

static void note_store_x64(const cs_insn *insn, struct lead_move *move) {
  const cs_x86_op *to = &insn->detail->x86.operands[0];
  if (!insn->detail->x86.op_count || to->type != X86_OP_MEM || !(to->access & CS_AC_WRITE))
    return;
  if (to->mem.base == X86_REG_RIP)
    move->stored_at = insn->address + insn->size + (uint64_t)to->mem.disp;
  else if (to->mem.base)
    move->store = effects_number_x64(to->mem.base);
}

struct lead_move leads_move_x64(const cs_insn *insn, int8_t *away) {
  const cs_x86 *x86 = &insn->detail->x86;
  const cs_x86_op *to = &x86->operands[0], *from = &x86->operands[1];
  struct lead_move move = {.to = -1, .from = -1, .other = -1, .store = -1};
  note_store_x64(insn, &move);
  *away = x86->op_count == 1 && to->type == X86_OP_REG ? effects_number_x64(to->reg) : -1;
  if (x86->op_count != 2 || to->type != X86_OP_REG || (to->size != 8 && insn->id != X86_INS_MOV))
    return move;
  move.to = effects_number_x64(to->reg);
  if (insn->id == X86_INS_MOV && from->type == X86_OP_REG && from->reg == X86_REG_RSP) {
    move.kind = MOVE_STACK;
    return move;
  }
  bool loads = insn->id == X86_INS_MOV || insn->id == X86_INS_MOVSX || insn->id == X86_INS_MOVSXD;
  if (loads && from->type == X86_OP_MEM)
    return load_x64(to, from);
  if (insn->id == X86_INS_LEA && from->mem.base == X86_REG_RIP) {
    move.kind = MOVE_TAKE;
    move.number = (int64_t)(insn->address + insn->size + (uint64_t)from->mem.disp);
  } else if (insn->id == X86_INS_LEA && from->mem.base && !from->mem.index) {
    move.kind = from->mem.base == X86_REG_RSP ? MOVE_STACK : MOVE_ADD_NUMBER;
    move.from = effects_number_x64(from->mem.base);
    move.number = from->mem.disp;
  } else if (insn->id == X86_INS_LEA && from->mem.base && from->mem.index && from->mem.scale == 1 && !from->mem.disp) {
    move.kind = MOVE_ADD_REGISTER;
    move.from = effects_number_x64(from->mem.base);
    move.other = effects_number_x64(from->mem.index);
  } else if (insn->id == X86_INS_ADD && from->type == X86_OP_IMM) {
    move.kind = MOVE_ADD_NUMBER;
    move.from = move.to;
    move.number = from->imm;
  } else if (insn->id == X86_INS_ADD && from->type == X86_OP_REG) {
    move.kind = MOVE_ADD_REGISTER;
    move.from = move.to;
    move.other = effects_number_x64(from->reg);
  }
  return move;
}

struct lead_move leads_move_arm64(const cs_insn *insn, int8_t *away) {
  const cs_arm64 *arm = &insn->detail->arm64;
  const cs_arm64_op *to = &arm->operands[0], *from = &arm->operands[1], *last = &arm->operands[2];
  struct lead_move move = {.to = -1, .from = -1, .other = -1, .store = -1};
  for (int i = 0; insn->mnemonic[0] == 's' && insn->mnemonic[1] == 't' && i < arm->op_count; i++)
    if (arm->operands[i].type == ARM64_OP_MEM)
      move.store = effects_number_arm64(arm->operands[i].mem.base);
  *away = arm->op_count == 1 && to->type == ARM64_OP_REG ? effects_number_arm64(to->reg) : -1;
  if (arm->op_count < 2 || to->type != ARM64_OP_REG)
    return move;
  move.to = effects_number_arm64(to->reg);
  const char *name = insn->mnemonic;
  bool loads = !strcmp(name, "ldr") || !strcmp(name, "ldur") || !strcmp(name, "ldrsh") || !strcmp(name, "ldrsw") ||
               !strcmp(name, "ldursh") || !strcmp(name, "ldursw");
  if (loads && from->type == ARM64_OP_MEM && from->mem.base != ARM64_REG_SP && !arm->writeback) {
    move.kind = MOVE_LOAD;
    move.size = name[strlen(name) - 1] == 'h' ? 2 : name[strlen(name) - 1] == 'w' ? 4 : 8;
    move.from = effects_number_arm64(from->mem.base);
    move.other = from->mem.index ? effects_number_arm64(from->mem.index) : -1;
    move.number = from->mem.disp;
  } else if ((insn->id == ARM64_INS_ADR || insn->id == ARM64_INS_ADRP) && from->type == ARM64_OP_IMM) {
    move.kind = MOVE_TAKE;
    move.number = from->imm;
  } else if (insn->id == ARM64_INS_MOV && from->type == ARM64_OP_REG && from->reg == ARM64_REG_SP) {
    move.kind = MOVE_STACK;
  } else if (insn->id == ARM64_INS_ADD && arm->op_count == 3 && from->type == ARM64_OP_REG &&
             from->reg == ARM64_REG_SP && last->type == ARM64_OP_IMM && last->shift.type == ARM64_SFT_INVALID) {
    move.kind = MOVE_STACK;
    move.number = last->imm;
  } else if (insn->id == ARM64_INS_ADD && arm->op_count == 3 && from->type == ARM64_OP_REG &&
             last->shift.type == ARM64_SFT_INVALID && last->ext == ARM64_EXT_INVALID) {
    move.kind = last->type == ARM64_OP_IMM ? MOVE_ADD_NUMBER : MOVE_ADD_REGISTER;
    move.from = effects_number_arm64(from->reg);
    move.other = last->type == ARM64_OP_REG ? effects_number_arm64(last->reg) : -1;
    move.number = last->type == ARM64_OP_IMM ? last->imm : 0;
  }
  return move;
}

/* ---- Registers --------------------------------------------------------------------------------------------------- */

static struct lead lead_of(const struct lead *leads, int number) {
  return number >= 0 ? leads[number] : (struct lead){.kind = LEAD_NONE};
}

static struct lead sum(struct lead a, struct lead b) {
  if (b.kind == LEAD_ADDRESS || b.kind == LEAD_NEAR) {
    struct lead other = a;
    a = b;
    b = other;
  }
  if (a.kind == LEAD_ADDRESS && b.kind == LEAD_ENTRY && b.address == a.address && b.size < 8) {
    b.kind = LEAD_TARGET;
    return b;
  }
  if ((a.kind == LEAD_ADDRESS || a.kind == LEAD_NEAR) && b.kind == LEAD_NONE)
    return (struct lead){.kind = LEAD_NEAR, .address = a.address};
  return (struct lead){.kind = LEAD_NONE};
}

static struct lead loaded(const struct lead_move *move, struct lead base) {
  if (base.kind != LEAD_ADDRESS && base.kind != LEAD_NEAR)
    return (struct lead){.kind = LEAD_NONE};
  bool near = base.kind == LEAD_NEAR;
  struct lead entry = {.kind = LEAD_ENTRY, .size = move->size, .address = base.address + (uint64_t)move->number};
  entry.one = move->other < 0 && !near;
  entry.each = move->other >= 0 && !near;
  return entry;
}

void leads_change(const struct code *code, int depth, struct lead *leads) {
  const struct lead_move *move = &code->lead;
  struct lead from = lead_of(leads, move->from), after = {.kind = LEAD_NONE};
  if (code->effects.copy_to >= 0) {
    leads[code->effects.copy_to] = lead_of(leads, code->effects.copy_from);
    return;
  }
  if (move->kind == MOVE_TAKE) {
    after = (struct lead){.kind = LEAD_ADDRESS, .address = (uint64_t)move->number};
  } else if (move->kind == MOVE_STACK) {
    after = (struct lead){.kind = LEAD_STACK, .address = (uint64_t)(depth - move->number)};
  } else if (move->kind == MOVE_ADD_NUMBER && from.kind == LEAD_STACK) {
    after = from;
    after.address -= (uint64_t)move->number;
  } else if (move->kind == MOVE_ADD_NUMBER && (from.kind == LEAD_ADDRESS || from.kind == LEAD_NEAR)) {
    after = from;
    after.address += from.kind == LEAD_ADDRESS ? (uint64_t)move->number : 0;
  } else if (move->kind == MOVE_ADD_REGISTER) {
    after = sum(from, lead_of(leads, move->other));
  } else if (move->kind == MOVE_LOAD) {
    after = loaded(move, from);
  }
  for (int i = 0; i < REGS; i++)
    if (code->effects.writes & (UINT32_C(1) << i))
      leads[i] = (struct lead){.kind = LEAD_NONE};
  for (int i = 0; code->effects.stack == STACK_LOAD && i < code->effects.stack_count; i++)
    if (code->effects.stack_registers[i] >= 0)
      leads[code->effects.stack_registers[i]] = (struct lead){.kind = LEAD_NONE};
  if (move->kind != MOVE_NOTHING && move->to >= 0)
    leads[move->to] = after;
}

void leads_call(struct lead *leads, uint32_t kept) {
  for (int i = 0; i < REGS; i++)
    if (!(kept & UINT32_C(1) << i))
      leads[i] = (struct lead){.kind = LEAD_NONE};
}

bool leads_join(struct lead *mine, const struct lead *other) {
  bool less = false;
  for (int i = 0; i < REGS; i++) {
    struct lead *a = &mine[i];
    const struct lead *b = &other[i];
    if (a->kind == LEAD_NONE || (a->kind == b->kind && a->address == b->address && a->size == b->size &&
                                 a->one == b->one && a->each == b->each))
      continue;
    *a = (struct lead){.kind = LEAD_NONE};
    less = true;
  }
  return less;
}

/* ---- Ways -------------------------------------------------------------------------------------------------------- */

static bool read_entry(const struct program *program, uint64_t at, unsigned size, uint64_t *value) {
  if (at < program->address || at + size > program->address + program->size)
    return false;
  const uint8_t *bytes = program->text + (at - program->address);
  *value = 0;
  for (unsigned i = 0; i < size; i++)
    *value |= (uint64_t)bytes[i] << 8 * i;
  if (size > 0 && size < 8 && *value >> (8 * size - 1))
    *value |= UINT64_MAX << 8 * size;
  return true;
}

bool leads_way(const struct program *program, const struct lead *lead, size_t i, uint64_t *to, uint64_t *at) {
  *at = 0;
  *to = lead->address;
  if (lead->kind == LEAD_ADDRESS)
    return i == 0;
  bool whole = lead->kind == LEAD_ENTRY && lead->size == 8;
  const struct routine *table = program_routine(program, lead->address);
  if (!(whole || lead->kind == LEAD_TARGET) || !table || table->is_code)
    return false;
  for (*at = lead->address; *at + lead->size <= table->end; *at += lead->size) {
    uint64_t value = 0;
    if (!read_entry(program, *at, lead->size, &value))
      return false;
    *to = whole ? value : lead->address + value;
    const struct routine *there = program_routine(program, *to);
    /* Where other things stand between the entries, what leads to no code is one of these. */
    bool counts = !whole || lead->one || lead->each || (there && there->is_code);
    if (counts && i-- == 0)
      return true;
    if (lead->one)
      return false;
  }
  return false;
}

/* SPDX-License-Identifier: MIT */
