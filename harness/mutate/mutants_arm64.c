/* Mutants of arm64 instructions, by their classes: Arm ARM C4.1. One row for each class that a program of ours may
   hold; an instruction of none of them has only the mutant that does nothing. */
#include "harness/mutate/mutants.h"

#include <string.h>

enum { NO_OP = (int)0xd503201f, NONE = -1 };

/* Registers stand at bit 0 (Rd, Rt), bit 5 (Rn), bit 10 (Ra, Rt2) and bit 16 (Rm), in REGISTERS as that bit set. */
struct class {
  uint32_t mask, value;
  uint32_t registers;
  int condition;    /* bit that inverts the condition; NONE: there is none */
  int shift, width; /* of the immediate; width 0: there is none */
};

#define RD 1U
#define RN (1U << 5)
#define RA (1U << 10)
#define RM (1U << 16)

static const struct class classes[] = {
    {0xff000010, 0x54000000, 0, 0, 0, 0},                    /* B.cond */
    {0x7e000000, 0x34000000, RD, 24, 0, 0},                  /* CBZ, CBNZ */
    {0x7e000000, 0x36000000, RD, 24, 19, 5},                 /* TBZ, TBNZ: which bit */
    {0x1fe00000, 0x1a800000, RD | RN | RM, 12, 0, 0},        /* CSEL, CSINC, CSINV, CSNEG */
    {0x1fe00800, 0x1a400000, RN | RM, 12, 0, 4},             /* CCMP, CCMN of registers: the flags */
    {0x1fe00800, 0x1a400800, RN, 12, 16, 5},                 /* CCMP, CCMN with an immediate */
    {0x1f000000, 0x10000000, RD, NONE, 29, 2},               /* ADR, ADRP: its low bits */
    {0x1f800000, 0x11000000, RD | RN, NONE, 10, 12},         /* ADD, SUB (immediate) */
    {0x1f800000, 0x12000000, RD | RN, NONE, 10, 6},          /* AND, ORR, EOR (immediate): imms */
    {0x1f800000, 0x12800000, RD, NONE, 5, 16},               /* MOVZ, MOVN, MOVK */
    {0x1f800000, 0x13000000, RD | RN, NONE, 16, 6},          /* SBFM, BFM, UBFM: immr */
    {0x1f800000, 0x13800000, RD | RN | RM, NONE, 10, 6},     /* EXTR: lsb */
    {0x1f000000, 0x0a000000, RD | RN | RM, NONE, 10, 6},     /* AND, ORR, EOR (shifted register): the shift */
    {0x1f200000, 0x0b000000, RD | RN | RM, NONE, 10, 6},     /* ADD, SUB (shifted register) */
    {0x1f200000, 0x0b200000, RD | RN | RM, NONE, 10, 3},     /* ADD, SUB (extended register) */
    {0x5fe00000, 0x1ac00000, RD | RN | RM, NONE, 0, 0},      /* UDIV, SDIV, LSLV, LSRV, ASRV, RORV */
    {0x5fe00000, 0x5ac00000, RD | RN, NONE, 0, 0},           /* RBIT, REV, CLZ */
    {0x1f000000, 0x1b000000, RD | RN | RA | RM, NONE, 0, 0}, /* MADD, MSUB, SMULH, UMULH */
    {0x3b000000, 0x18000000, RD, NONE, 5, 19},               /* LDR (literal) */
    {0x3b000000, 0x39000000, RD | RN, NONE, 10, 12},         /* LDR, STR (unsigned offset) */
    {0x3b200000, 0x38000000, RD | RN, NONE, 12, 9},          /* LDUR, STUR, pre- and post-indexed */
    {0x3b200c00, 0x38200800, RD | RN | RM, NONE, 0, 0},      /* LDR, STR (register offset) */
    {0x3a000000, 0x28000000, RD | RN | RA, NONE, 15, 7},     /* LDP, STP */
    {0xfe000000, 0xd6000000, RN, NONE, 0, 0},                /* BR, BLR, RET */
};

static void add_word(struct mutants *mutants, const struct map_entry *entry, enum mutation mutation, uint32_t word) {
  uint8_t bytes[MUTANT_MOST_BYTES] = {0};
  memcpy(bytes, &word, sizeof word);
  mutants_add(mutants, entry, mutation, bytes);
}

static void step_field(struct mutants *mutants, const struct map_entry *entry, uint32_t word, int shift, int width) {
  bool addresses = (word & 0x0a000000) == 0x08000000 || (word & 0x1f000000) == 0x10000000;
  enum mutation mutation = addresses ? MUTATION_FURTHER : MUTATION_PLUS_ONE;
  uint32_t mask = ((1U << width) - 1) << shift;
  for (int step = 1; step >= -1; step -= 2) {
    uint32_t field = (word + ((uint32_t)step << shift)) & mask;
    add_word(mutants, entry, step > 0 ? mutation : (enum mutation)(mutation + 1), (word & ~mask) | field);
  }
}

/* Rn and Rm change places. */
static void exchange(struct mutants *mutants, const struct map_entry *entry, uint32_t word) {
  uint32_t n = word >> 5 & 31;
  uint32_t m = word >> 16 & 31;
  add_word(mutants, entry, MUTATION_EXCHANGE, (word & ~(31U << 5 | 31U << 16)) | m << 5 | n << 16);
}

/* Whether the order of Rn and Rm cannot matter: AND, ORR, EOR, ADD unshifted, MADD, a register offset that is not
   scaled, and a comparison of which only equality is asked. */
static bool is_symmetric(uint32_t word, const struct map_entry *next) {
  uint32_t next_word = 0;
  if (next && next->kind == MAP_CODE && next->len == sizeof next_word)
    memcpy(&next_word, next->bytes, sizeof next_word);
  bool compares = (word & 0x7f20fc1f) == 0x6b00001f && (next_word & 0xff00001e) == 0x54000000;
  bool adds = (word & 0x5f20fc00) == 0x0b000000;
  bool combines = (word & 0x1f20fc00) == 0x0a000000;
  bool multiplies = (word & 0x7fe08000) == 0x1b000000;
  bool unscaled = (word & 0x3b20fc00) == 0x38206800;
  return compares || adds || combines || multiplies || unscaled;
}

void mutate_arm64(struct mutants *mutants, const struct map_entry *entry, const struct map_entry *next) {
  uint32_t word = 0;
  if (entry->len != sizeof word)
    return;
  memcpy(&word, entry->bytes, sizeof word);
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    const struct class *class = &classes[i];
    if ((word & class->mask) != class->value)
      continue;
    if (class->condition != NONE)
      add_word(mutants, entry, MUTATION_CONDITION, word ^ 1U << class->condition);
    if (class->width)
      step_field(mutants, entry, word, class->shift, class->width);
    for (uint32_t bit = RD; bit <= RM; bit <<= 1)
      if (class->registers & bit)
        add_word(mutants, entry, MUTATION_REGISTER, word ^ bit);
    if ((class->registers & (RN | RM)) == (RN | RM) && !is_symmetric(word, next))
      exchange(mutants, entry, word);
    break;
  }
  add_word(mutants, entry, MUTATION_NO_OP, (uint32_t)NO_OP);
}

/* SPDX-License-Identifier: MIT */
