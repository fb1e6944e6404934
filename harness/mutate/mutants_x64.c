/* Mutants of x86-64 instructions. Capstone says where in the bytes the fields stand and whether what came out is still
   one instruction of the same kind: Intel SDM 2A, chapter 2, has the layout. */
#include "harness/mutate/mutants.h"

#include <capstone/capstone.h>
#include <string.h>

enum { NOP = 0x90 };

static csh capstone(void) {
  static csh handle;
  static bool open;
  if (!open && (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK ||
                cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK))
    die("capstone cannot be opened");
  open = true;
  return handle;
}

/* The one instruction that the LEN bytes are, or NULL. The caller frees it. */
static cs_insn *decode(const uint8_t *bytes, size_t len) {
  cs_insn *insn = NULL;
  size_t count = cs_disasm(capstone(), bytes, len, 0, 1, &insn);
  if (count == 1 && insn->size == len)
    return insn;
  if (count)
    cs_free(insn, count);
  return NULL;
}

/* Where the opcode begins, after legacy prefixes and REX. */
static size_t opcode_at(const struct map_entry *entry) {
  size_t at = 0;
  while (at < entry->len && (entry->bytes[at] == 0x66 || entry->bytes[at] == 0xf2 || entry->bytes[at] == 0xf3))
    at++;
  return at < entry->len && (entry->bytes[at] & 0xf0) == 0x40 ? at + 1 : at;
}

/* The low bit of the condition code inverts it: Jcc rel8, and after 0f Jcc rel32, SETcc and CMOVcc. */
static void invert_condition(struct mutants *mutants, const struct map_entry *entry, size_t opcode) {
  uint8_t bytes[MUTANT_MOST_BYTES];
  memcpy(bytes, entry->bytes, entry->len);
  uint8_t first = bytes[opcode];
  uint8_t second = opcode + 1 < entry->len ? bytes[opcode + 1] & 0xf0 : 0;
  if ((first & 0xf0) == 0x70)
    bytes[opcode] ^= 1;
  else if (first == 0x0f && (second == 0x80 || second == 0x90 || second == 0x40))
    bytes[opcode + 1] ^= 1;
  mutants_add(mutants, entry, MUTATION_CONDITION, bytes);
}

/* Jumps and calls: their immediate is a distance, and one off it is no mistake that anybody makes. */
static bool is_relative(const uint8_t *opcode) {
  return opcode[0] == 0xe8 || opcode[0] == 0xe9 || opcode[0] == 0xeb || (opcode[0] & 0xf0) == 0x70 ||
         (opcode[0] & 0xfc) == 0xe0 || (opcode[0] == 0x0f && (opcode[1] & 0xf0) == 0x80);
}

/* The little-endian field of SIZE bytes at OFFSET, one more, which is MUTATION, and one less, which is the next. */
static void step_field(struct mutants *mutants, const struct map_entry *entry, enum mutation mutation, size_t offset,
                       size_t size) {
  for (int step = 1; step >= -1; step -= 2) {
    uint8_t bytes[MUTANT_MOST_BYTES];
    memcpy(bytes, entry->bytes, entry->len);
    uint64_t value = 0;
    memcpy(&value, bytes + offset, size);
    value += (uint64_t)step;
    memcpy(bytes + offset, &value, size);
    mutants_add(mutants, entry, step > 0 ? mutation : (enum mutation)(mutation + 1), bytes);
  }
}

/* Adds BYTES if they are still the same operation, of the same length, on something else. */
static void add_like(struct mutants *mutants, const struct map_entry *entry, const cs_insn *before,
                     enum mutation mutation, const uint8_t *bytes) {
  cs_insn *after = decode(bytes, entry->len);
  if (after && after->id == before->id && strcmp(after->op_str, before->op_str) != 0)
    mutants_add(mutants, entry, mutation, bytes);
  if (after)
    cs_free(after, 1);
}

/* Each register that stands in the opcode, in ModRM or in SIB becomes its neighbour: the low bit of its number. */
static void change_registers(struct mutants *mutants, const struct map_entry *entry, const cs_insn *insn,
                             size_t opcode) {
  const cs_x86 *x86 = &insn->detail->x86;
  size_t modrm = x86->encoding.modrm_offset;
  bool has_sib = modrm && (x86->modrm & 0xc0) != 0xc0 && (x86->modrm & 7) == 4;
  const struct {
    size_t at;
    uint8_t bit;
    bool there;
  } places[] = {{opcode, 1, modrm == 0 && !is_relative(entry->bytes + opcode)},
                {modrm, 8, modrm > 0},
                {modrm, 1, modrm > 0 && !has_sib},
                {modrm + 1, 1, has_sib},
                {modrm + 1, 8, has_sib}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    uint8_t bytes[MUTANT_MOST_BYTES];
    memcpy(bytes, entry->bytes, entry->len);
    if (!places[i].there)
      continue;
    bytes[places[i].at] ^= places[i].bit;
    add_like(mutants, entry, insn, MUTATION_REGISTER, bytes);
  }
}

/* ModRM's reg and r/m change places, and with them REX.R (bit 2) and REX.B (bit 0). */
static void exchange_registers(struct mutants *mutants, const struct map_entry *entry, const cs_insn *insn,
                               size_t opcode) {
  uint8_t bytes[MUTANT_MOST_BYTES];
  size_t modrm = insn->detail->x86.encoding.modrm_offset;
  memcpy(bytes, entry->bytes, entry->len);
  if (modrm == 0 || (bytes[modrm] & 0xc0) != 0xc0 || insn->detail->x86.op_count < 2)
    return;
  bytes[modrm] = (uint8_t)(0xc0 | (bytes[modrm] & 7) << 3 | (bytes[modrm] >> 3 & 7));
  if (opcode > 0 && (bytes[opcode - 1] & 0xf0) == 0x40) {
    uint8_t rex = bytes[opcode - 1];
    bytes[opcode - 1] = (uint8_t)((rex & 0xfa) | (rex & 1) << 2 | (rex >> 2 & 1));
  }
  add_like(mutants, entry, insn, MUTATION_EXCHANGE, bytes);
}

/* Whether nothing but equality is asked about the comparison INSN: by Jcc or SETcc, or, of TEST, by anything. */
static bool is_symmetric(const cs_insn *insn, const struct map_entry *next) {
  if (insn->id == X86_INS_TEST)
    return true;
  if (insn->id != X86_INS_CMP || !next || next->kind != MAP_CODE)
    return false;
  size_t opcode = opcode_at(next);
  const uint8_t *bytes = next->bytes + opcode;
  bool two = opcode + 1 < next->len && bytes[0] == 0x0f && ((bytes[1] & 0xf0) == 0x80 || (bytes[1] & 0xf0) == 0x90);
  uint8_t condition = two ? bytes[1] : bytes[0];
  return (two || (bytes[0] & 0xf0) == 0x70) && (condition & 0x0e) == 4; /* E, NE */
}

void mutate_x64(struct mutants *mutants, const struct map_entry *entry, const struct map_entry *next) {
  cs_insn *insn = entry->len < MUTANT_MOST_BYTES ? decode(entry->bytes, entry->len) : NULL;
  size_t opcode = opcode_at(entry);
  uint8_t nothing[MUTANT_MOST_BYTES];
  if (insn && opcode < entry->len) {
    const cs_x86_encoding *encoding = &insn->detail->x86.encoding;
    bool relative = is_relative(entry->bytes + opcode);
    invert_condition(mutants, entry, opcode);
    if (encoding->imm_offset > 0 && !relative)
      step_field(mutants, entry, MUTATION_PLUS_ONE, encoding->imm_offset, encoding->imm_size);
    if (encoding->disp_offset > 0 && !relative)
      step_field(mutants, entry, MUTATION_FURTHER, encoding->disp_offset, encoding->disp_size);
    change_registers(mutants, entry, insn, opcode);
    if (!is_symmetric(insn, next))
      exchange_registers(mutants, entry, insn, opcode);
  }
  memset(nothing, NOP, sizeof nothing);
  mutants_add(mutants, entry, MUTATION_NO_OP, nothing);
  if (insn)
    cs_free(insn, 1);
}

/* SPDX-License-Identifier: MIT */
