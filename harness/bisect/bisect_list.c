/* Instructions in their longest form, with what their displacements mean. */
#include "harness/bisect/bisect_build.h"

#include <stdlib.h>
#include <string.h>

/* Sign-extends the low BITS bits of VALUE. */
static int64_t signed_field(uint64_t value, unsigned bits) {
  uint64_t sign = (uint64_t)1 << (bits - 1);
  value &= (sign << 1) - 1;
  return (int64_t)((value ^ sign) - sign);
}

/* ---- x86-64 ----------------------------------------------------------------------------------------------------- */

static void set_unit(struct unit *unit, enum unit_kind kind, const uint8_t *bytes, size_t len, size_t field) {
  unit->kind = kind;
  memset(unit->bytes, 0, sizeof unit->bytes);
  memcpy(unit->bytes, bytes, len);
  unit->len = len;
  unit->field = field;
}

/* The displacement of a branch, in its short or its long form (Intel SDM 2A: CALL, JMP, Jcc). */
static bool list_branch_x64(const uint8_t *bytes, size_t len, struct unit *unit) {
  int32_t displacement = 0;
  uint64_t next = unit->address + len;
  bool is_long = len >= 5;
  if (is_long)
    memcpy(&displacement, bytes + len - 4, sizeof displacement);
  else
    displacement = (int32_t)signed_field(bytes[len - 1], 8);
  if (len == 5 && bytes[0] == 0xe8)
    set_unit(unit, UNIT_CALL, (const uint8_t[]){0xe8, 0, 0, 0, 0}, 5, 1);
  else if ((len == 5 && bytes[0] == 0xe9) || (len == 2 && bytes[0] == 0xeb))
    set_unit(unit, UNIT_JUMP, (const uint8_t[]){0xe9, 0, 0, 0, 0}, 5, 1);
  else if (len == 6 && bytes[0] == 0x0f && (bytes[1] & 0xf0) == 0x80)
    set_unit(unit, UNIT_BRANCH, (const uint8_t[]){0x0f, bytes[1], 0, 0, 0, 0}, 6, 2);
  else if (len == 2 && (bytes[0] & 0xf0) == 0x70)
    set_unit(unit, UNIT_BRANCH, (const uint8_t[]){0x0f, 0x80 | (bytes[0] & 0x0f), 0, 0, 0, 0}, 6, 2);
  else
    return false;
  unit->target = next + (uint64_t)(int64_t)displacement;
  return true;
}

/* Returns false for an instruction that cannot be moved: one that only has a short displacement. */
static bool list_x64(const struct code_reader *reader, const uint8_t *bytes, size_t len, struct unit *unit) {
  const cs_x86 *x86 = &reader->insn->detail->x86;
  set_unit(unit, UNIT_PLAIN, bytes, len, 0);
  if (list_branch_x64(bytes, len, unit))
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

/* ---- arm64 ------------------------------------------------------------------------------------------------------ */

static void set_words(struct unit *unit, enum unit_kind kind, uint32_t first, uint32_t second) {
  const uint32_t words[] = {first, second};
  set_unit(unit, kind, (const uint8_t *)words, second ? 8 : 4, 0);
}

/* Arm ARM C4.1: B and BL (imm26), B.cond, CBZ and CBNZ (imm19), TBZ and TBNZ (imm14), ADR (immhi:immlo), LDR literal
   (imm19). An ADR becomes ADRP and ADD, as it is where its target is far. Returns false for a literal load, which has
   no longer form. */
static bool list_arm64(uint32_t word, struct unit *unit) {
  unsigned rd = word & 31;
  set_words(unit, UNIT_PLAIN, word, 0);
  if ((word & 0x7c000000) == 0x14000000) {
    set_words(unit, word >> 31 ? UNIT_CALL : UNIT_JUMP, word & 0xfc000000, 0);
    unit->target = unit->address + (uint64_t)(signed_field(word, 26) * 4);
  } else if ((word & 0xff000010) == 0x54000000 || (word & 0x7e000000) == 0x34000000) {
    set_words(unit, UNIT_BRANCH, word & 0xff00001f, 0);
    unit->target = unit->address + (uint64_t)(signed_field(word >> 5, 19) * 4);
  } else if ((word & 0x7e000000) == 0x36000000) {
    set_words(unit, UNIT_BRANCH, word & 0xfff8001f, 0);
    unit->target = unit->address + (uint64_t)(signed_field(word >> 5, 14) * 4);
  } else if ((word & 0x9f000000) == 0x10000000) {
    set_words(unit, UNIT_ADDRESS, 0x90000000 | rd, 0x91000000 | rd << 5 | rd);
    unit->target = unit->address + (uint64_t)signed_field((word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3), 21);
  }
  return (word & 0x3b000000) != 0x18000000;
}

/* ADRP and the ADD of the low 12 bits behind it, as one unit. */
static bool list_page(uint32_t word, uint32_t next, struct unit *unit) {
  unsigned rd = word & 31;
  if ((word & 0x9f000000) != 0x90000000 || (next & 0xffc003ff) != (0x91000000 | rd << 5 | rd))
    return false;
  set_words(unit, UNIT_ADDRESS, 0x90000000 | rd, 0x91000000 | rd << 5 | rd);
  int64_t pages = signed_field((word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3), 21);
  unit->target = (unit->address & ~(uint64_t)4095) + (uint64_t)(pages * 4096) + (next >> 10 & 0xfff);
  return true;
}

/* ---- Routines --------------------------------------------------------------------------------------------------- */

/* Reads the instruction at BYTES, of which LEFT are left in the routine, into UNIT. Returns its length, or 0. */
static size_t list_one(struct build *build, const uint8_t *bytes, size_t left, struct unit *unit) {
  struct code code;
  uint32_t words[2] = {0, 0};
  if (!code_read(&build->reader, bytes, left, unit->address, &code))
    return 0;
  size_t len = build->reader.insn->size;
  if (build->machine != MACHINE_ARM64)
    return list_x64(&build->reader, bytes, len, unit) ? len : 0;
  memcpy(words, bytes, left < sizeof words ? left : sizeof words);
  if (list_page(words[0], words[1], unit))
    return 8;
  return list_arm64(words[0], unit) ? len : 0;
}

bool build_list(struct build *build, const struct item *item, struct listing *listing, struct bytes *why) {
  const uint8_t *bytes = build_bytes(build, item);
  size_t cap = 0;
  *listing = (struct listing){0};
  for (uint64_t at = 0; bytes && at < item->size;) {
    if (listing->count == cap)
      listing->units = xrealloc(listing->units, (cap = cap * 2 + 64) * sizeof *listing->units);
    struct unit *unit = &listing->units[listing->count++];
    *unit = (struct unit){.address = item->address + at};
    size_t len = list_one(build, bytes + at, item->size - at, unit);
    if (len == 0) {
      bytes_printf(why, "%s+0x%llx of %s cannot be taken from its place", item->name, (unsigned long long)at,
                   build->path);
      return false;
    }
    at += len;
  }
  return bytes != NULL;
}

void listing_free(struct listing *listing) {
  free(listing->units);
  *listing = (struct listing){0};
}
