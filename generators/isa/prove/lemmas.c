/* lemmas.c: two terms that are the same for all inputs, of which the cases use the one that is easier to compare with
 * what was laid. That they are the same is proved here, by the same solver, before any case. */
#include "isa/prove/lemmas.h"

#include "isa/prove/provers.h"

#include <stdio.h>

static bool prove(const char *what, const char *where, unsigned kind, Truth truth) {
  bool holds = bits_prove(truth);
  if (!holds)
    printf("LEMMA fails: %s, %s %u\n", what, where, kind);
  return holds;
}

/* ---- Conditions -------------------------------------------------------------------------------------------------- */

/* What the flags of a - b say is how a and b compare. */
static bool conditions_hold(BlIsa isa) {
  const Prover *row = prover_row(isa);
  bool good = true;
  for (const unsigned *width = row->compare_widths; *width; width++) {
    State state = {.isa = isa};
    row->compare(&state, bits_unknown("a", *width), bits_unknown("b", *width));
    State plain = state;
    plain.compared.a = NULL;
    for (unsigned code = 0; code < 16; code++)
      good &= prove("a condition is not what the flags say", bl_machine_row(isa)->name, code,
                    truth_equal(row->condition(&state, code), row->condition(&plain, code)));
  }
  return good;
}

/* ---- Counting bits ----------------------------------------------------------------------------------------------- */

static Bits ones_of_byte(Bits a, unsigned byte) {
  Bits sum = bits(8, 0);
  for (unsigned i = 0; i < 8; i++)
    sum = bits_add(sum, bits_zero_extend(bits_cut(a, 8 * byte + i, 8 * byte + i), 8));
  return sum;
}

static Bits sum_of_bytes(Bits bytes) {
  Bits sum = bits(64, 0);
  for (unsigned i = 0; i < 8; i++)
    sum = bits_add(sum, bits_zero_extend(bits_byte(bytes, i), 64));
  return sum;
}

static Bits counts_of_bytes(Bits a) {
  Bits counts = ones_of_byte(a, 0);
  for (unsigned i = 1; i < 8; i++)
    counts = bits_join(ones_of_byte(a, i), counts);
  return counts;
}

Bits ones_summed(Bits a) { return sum_of_bytes(counts_of_bytes(a)); }

static Bits step_sum(Bits a, unsigned count, uint64_t mask) {
  return bits_add(bits_and(a, bits(64, mask)), bits_and(bits_shr(a, bits(64, count)), bits(64, mask)));
}

static Bits counts_in_steps(Bits a) {
  Bits pairs = bits_sub(a, bits_and(bits_shr(a, bits(64, 1)), bits(64, UINT64_C(0x5555555555555555))));
  Bits fours = step_sum(pairs, 2, UINT64_C(0x3333333333333333));
  return bits_and(bits_add(fours, bits_shr(fours, bits(64, 4))), bits(64, UINT64_C(0x0f0f0f0f0f0f0f0f)));
}

static Bits sum_by_product(Bits bytes) {
  return bits_shr(bits_mul(bytes, bits(64, UINT64_C(0x0101010101010101))), bits(64, 56));
}

Bits ones_in_steps(Bits a) { return sum_by_product(counts_in_steps(a)); }

/* The counts of the bytes are the same, each of them is 8 at most, and of eight such bytes the product is the sum. */
static bool counts_hold(void) {
  Bits a = bits_unknown("a", 64), bytes = bits_unknown("bytes", 64);
  bool good = true;
  Truth small = truth_true();
  for (unsigned i = 0; i < 8; i++) {
    Bits count = ones_of_byte(a, i);
    Truth most = truth_not(truth_below(bits(8, 8), count));
    good &= prove("the ones of a byte are counted otherwise", "byte", i,
                  truth_and(most, truth_equal(bits_byte(counts_in_steps(a), i), count)));
    small = truth_and(small, truth_not(truth_below(bits(8, 8), bits_byte(bytes, i))));
  }
  Truth same = truth_equal(sum_by_product(bytes), sum_of_bytes(bytes));
  return good & prove("the product is not the sum of the bytes", "count", 8, truth_or(truth_not(small), same));
}

bool lemmas_hold(void) {
  bits_begin();
  bool good = counts_hold();
  for (int isa = 0; isa < ISA_COUNT; isa++)
    good &= conditions_hold((BlIsa)isa);
  return good;
}

/* SPDX-License-Identifier: MIT */
