/* lemmas.h: what is proved once, because the proofs of the cases use it. */
#ifndef BYTEGATE_PROVE_LEMMAS_H
#define BYTEGATE_PROVE_LEMMAS_H

#include "isa/prove/bits.h"

/* Proves all lemmas, on every machine. False, with a line for each that fails: no proof of a case counts then. */
bool lemmas_hold(void);

/* How many of the 64 bits of A are 1: their sum, and nothing cleverer. */
Bits ones_summed(Bits a);

/* The same by sums in pairs, in fours and in bytes, and a product that adds the bytes up, as machine code does it. */
Bits ones_in_steps(Bits a);

#endif

/* SPDX-License-Identifier: MIT */
