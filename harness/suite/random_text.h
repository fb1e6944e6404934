/* Random lines of characters that a suite chooses: the same seed and index give the same bytes on every machine. */
#ifndef HARNESS_RANDOM_TEXT_H
#define HARNESS_RANDOM_TEXT_H

#include "harness/base/bytes.h"

/* The characters that a text is made of. */
struct alphabet {
  unsigned char characters[256];
  size_t count;
};

/* The next number of the sequence at STATE (splitmix64): every first state, 0 too, gives a good sequence. */
uint64_t random_next(uint64_t *state);

/* Reads TEXT: characters as they are, X-Y for those from X to Y, and the escapes \s (a blank), \t, \n, \\, \- and \xHH.
   A character counts once, however often it is named. Returns false, with a sentence in WHY, where it names none or
   has another escape or a range that ends before it begins. */
bool alphabet_read(const char *text, struct alphabet *alphabet, struct bytes *why);

/* Appends text number INDEX of SEED to OUT: up to some hundred lines, of which the last has no end in one of four
   texts, as a line end is no character of a line but where the alphabet has it. */
void random_text(const struct alphabet *alphabet, uint64_t seed, uint64_t index, struct bytes *out);

#endif

/* SPDX-License-Identifier: MIT */
