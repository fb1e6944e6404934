/* Moves instructions of arm64: their longest form, and the displacement that leads to a target (Arm ARM C4.1). */
#include "harness/bisect/bisect_build.h"

#include <string.h>

static void set_words(struct unit *unit, enum unit_kind kind, uint32_t first, uint32_t second) {
  const uint32_t words[] = {first, second};
  unit_set(unit, kind, (const uint8_t *)words, second ? 8 : 4, 0);
}

/* Arm ARM C4.1: B and BL (imm26), B.cond, CBZ and CBNZ (imm19), TBZ and TBNZ (imm14), ADR (immhi:immlo), LDR literal
   (imm19). An ADR becomes ADRP and ADD, as it is where its target is far. */
static void list(uint32_t word, struct unit *unit) {
  unsigned rd = word & 31;
  set_words(unit, UNIT_PLAIN, word, 0);
  if ((word & 0x7c000000) == 0x14000000) {
    set_words(unit, word >> 31 ? UNIT_CALL : UNIT_JUMP, word & 0xfc000000, 0);
    unit->target = unit->address + sign_extend(word, 26) * 4;
  } else if ((word & 0xff000010) == 0x54000000 || (word & 0x7e000000) == 0x34000000) {
    set_words(unit, UNIT_BRANCH, word & 0xff00001f, 0);
    unit->target = unit->address + sign_extend(word >> 5, 19) * 4;
  } else if ((word & 0x7e000000) == 0x36000000) {
    set_words(unit, UNIT_BRANCH, word & 0xfff8001f, 0);
    unit->target = unit->address + sign_extend(word >> 5, 14) * 4;
  } else if ((word & 0x9f000000) == 0x10000000) {
    set_words(unit, UNIT_ADDRESS, 0x90000000 | rd, 0x91000000 | rd << 5 | rd);
    unit->target = unit->address + sign_extend((word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3), 21);
  } else if ((word & 0x3b000000) == 0x18000000) {
    set_words(unit, UNIT_LITERAL, word & 0xff00001f, 0);
    unit->target = unit->address + sign_extend(word >> 5, 19) * 4;
  }
}

/* ADRP and the ADD of the low 12 bits after it, as one unit. */
static bool list_page(uint32_t word, uint32_t next, struct unit *unit) {
  unsigned rd = word & 31;
  if ((word & 0x9f000000) != 0x90000000 || (next & 0xffc003ff) != (0x91000000 | rd << 5 | rd))
    return false;
  set_words(unit, UNIT_ADDRESS, 0x90000000 | rd, 0x91000000 | rd << 5 | rd);
  int64_t pages = (int64_t)sign_extend((word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3), 21);
  unit->target = (unit->address & ~(uint64_t)4095) + (uint64_t)(pages * 4096) + (next >> 10 & 0xfff);
  return true;
}

static void add_bits(uint8_t *bytes, uint32_t bits) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  word |= bits;
  memcpy(bytes, &word, sizeof word);
}

static bool aim(struct unit *unit, uint64_t place, uint64_t target) {
  int64_t distance = (int64_t)(target - place) / 4;
  int64_t pages = (int64_t)(target >> 12) - (int64_t)(place >> 12);
  bool tests_bit = (unit->bytes[3] & 0x7e) == 0x36;
  switch (unit->kind) {
  case UNIT_JUMP:
  case UNIT_CALL:
    add_bits(unit->bytes, (uint32_t)distance & 0x3ffffff);
    return unit_fits(distance, 26);
  case UNIT_BRANCH:
    add_bits(unit->bytes, ((uint32_t)distance & (tests_bit ? 0x3fff : 0x7ffff)) << 5);
    return unit_fits(distance, tests_bit ? 14 : 19);
  case UNIT_LITERAL:
    add_bits(unit->bytes, ((uint32_t)distance & 0x7ffff) << 5);
    return (target - place) % 4 == 0 && unit_fits(distance, 19);
  case UNIT_ADDRESS:
    add_bits(unit->bytes, ((uint32_t)pages & 3) << 29 | ((uint32_t)(pages >> 2) & 0x7ffff) << 5);
    add_bits(unit->bytes + 4, (uint32_t)(target & 0xfff) << 10);
    return unit_fits(pages, 21);
  default:
    return true;
  }
}

static size_t list_one(const struct code_reader *reader, const uint8_t *bytes, size_t left, struct unit *unit) {
  uint32_t words[2] = {0, 0};
  memcpy(words, bytes, left < sizeof words ? left : sizeof words);
  if (list_page(words[0], words[1], unit))
    return 8;
  list(words[0], unit);
  return reader->insn->size;
}

const struct move_rules move_rules_arm64 = {
    .machine = "arm64", .list = list_one, .aim = aim, .jump = {.kind = UNIT_JUMP, .len = 4, .bytes = {0, 0, 0, 0x14}}};

/* SPDX-License-Identifier: MIT */
