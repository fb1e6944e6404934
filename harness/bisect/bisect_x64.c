/* Moves instructions of x86-64: their longest form, and the displacement that leads to a target (Intel SDM 2A). */
#include "harness/bisect/bisect_build.h"

#include <string.h>

/* The displacement of a branch, in its short or its long form (Intel SDM 2A: CALL, JMP, Jcc). */
static bool list_branch(const uint8_t *bytes, size_t len, struct unit *unit) {
  int32_t displacement = 0;
  uint64_t next = unit->address + len;
  bool is_long = len >= 5;
  if (is_long)
    memcpy(&displacement, bytes + len - 4, sizeof displacement);
  else
    displacement = (int32_t)(int64_t)sign_extend(bytes[len - 1], 8);
  if (len == 5 && bytes[0] == 0xe8)
    unit_set(unit, UNIT_CALL, (const uint8_t[]){0xe8, 0, 0, 0, 0}, 5, 1);
  else if ((len == 5 && bytes[0] == 0xe9) || (len == 2 && bytes[0] == 0xeb))
    unit_set(unit, UNIT_JUMP, (const uint8_t[]){0xe9, 0, 0, 0, 0}, 5, 1);
  else if (len == 6 && bytes[0] == 0x0f && (bytes[1] & 0xf0) == 0x80)
    unit_set(unit, UNIT_BRANCH, (const uint8_t[]){0x0f, bytes[1], 0, 0, 0, 0}, 6, 2);
  else if (len == 2 && (bytes[0] & 0xf0) == 0x70)
    unit_set(unit, UNIT_BRANCH, (const uint8_t[]){0x0f, 0x80 | (bytes[0] & 0x0f), 0, 0, 0, 0}, 6, 2);
  else
    return false;
  unit->target = next + (uint64_t)(int64_t)displacement;
  return true;
}

/* Returns false for an instruction that cannot be moved: one that only has a short displacement. */
static bool list(const struct code_reader *reader, const uint8_t *bytes, size_t len, struct unit *unit) {
  const cs_x86 *x86 = &reader->insn->detail->x86;
  unit_set(unit, UNIT_PLAIN, bytes, len, 0);
  if (list_branch(bytes, len, unit))
    return true;
  for (int i = 0; i < x86->op_count; i++)
    if (x86->operands[i].type == X86_OP_MEM && x86->operands[i].mem.base == X86_REG_RIP) {
      unit->kind = UNIT_ADDRESS;
      unit->field = x86->encoding.disp_offset;
      unit->target = unit->address + len + (uint64_t)x86->operands[i].mem.disp;
      memset(unit->bytes + unit->field, 0, 4);
    }
  return len != 2 || (bytes[0] & 0xfc) != 0xe0;
}

static bool aim(struct unit *unit, uint64_t place, uint64_t target) {
  int64_t distance = (int64_t)(target - (place + unit->len));
  int32_t displacement = (int32_t)distance;
  memcpy(unit->bytes + unit->field, &displacement, sizeof displacement);
  return unit_fits(distance, 32);
}

static size_t list_one(const struct code_reader *reader, const uint8_t *bytes, size_t left, struct unit *unit) {
  (void)left;
  size_t len = reader->insn->size;
  return list(reader, bytes, len, unit) ? len : 0;
}

const struct move_rules move_rules_x64 = {
    .machine = "x64", .list = list_one, .aim = aim, .jump = {.kind = UNIT_JUMP, .len = 5, .field = 1, .bytes = {0xe9}}};

/* SPDX-License-Identifier: MIT */
