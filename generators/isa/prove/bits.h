/* bits.h: bit-vectors that may be known or not: z3's terms, in few words.
 *
 * A term is a number of so many bits, or an expression over unknown ones. All terms live in one context until
 * bits_begin starts another; nothing is freed before that. Truth is a term of sort Bool, for the solver.
 */
#ifndef BYTEGATE_PROVE_BITS_H
#define BYTEGATE_PROVE_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <z3.h>

typedef Z3_ast Bits;  /* a bit-vector, or a memory */
typedef Z3_ast Truth; /* a Boolean */

/* The context of all terms. */
extern Z3_context bits_context;

/* Forget every term, and begin anew. Ends the program if z3 reports an error later on. */
void bits_begin(void);

Bits bits(unsigned width, uint64_t value);           /* a number of 1..64 bits */
Bits bits_unknown(const char *name, unsigned width); /* the unknown of that name */
Bits bits_fresh(const char *prefix, unsigned width); /* an unknown that nothing else is */
unsigned bits_width(Bits a);
bool bits_is_number(Bits a, uint64_t *value); /* of 64 bits at most; does not simplify */

Bits bits_add(Bits a, Bits b);
Bits bits_sub(Bits a, Bits b);
Bits bits_mul(Bits a, Bits b);
Bits bits_udiv(Bits a, Bits b);
Bits bits_sdiv(Bits a, Bits b); /* towards 0 */
/* As the operations divide: by 0 the quotient is 0, and the least number by -1 is the least number. */
Bits bits_divide(Bits a, Bits b);
Bits bits_divide_signed(Bits a, Bits b);
Bits bits_and(Bits a, Bits b);
Bits bits_or(Bits a, Bits b);
Bits bits_xor(Bits a, Bits b);
Bits bits_not(Bits a);
Bits bits_neg(Bits a);
Bits bits_shl(Bits a, Bits count); /* of the same width; a count beyond it gives 0 */
Bits bits_shr(Bits a, Bits count);
Bits bits_sar(Bits a, Bits count);                  /* a count beyond the width gives copies of the sign */
Bits bits_cut(Bits a, unsigned high, unsigned low); /* bits high..low, both inclusive */
Bits bits_join(Bits high, Bits low);
Bits bits_zero_extend(Bits a, unsigned width);
Bits bits_sign_extend(Bits a, unsigned width);
Bits bits_if(Truth condition, Bits then, Bits otherwise);

Truth truth_true(void);
Truth truth_equal(Bits a, Bits b);
Truth truth_below(Bits a, Bits b); /* unsigned a < b */
Truth truth_below_signed(Bits a, Bits b);
Truth truth_and(Truth a, Truth b);
Truth truth_or(Truth a, Truth b);
Truth truth_not(Truth a);
Truth truth_of_bit(Bits bit); /* a term of one bit is 1 */
Bits bit_of_truth(Truth truth);

/* A solver of terms, with two minutes for an answer; for the caller to release. */
Z3_solver bits_solver(void);

/* Whether it holds for all values of what is unknown in it. */
bool bits_prove(Truth truth);

/* Byte i, 0 the lowest. */
Bits bits_byte(Bits a, unsigned i);

/* Memory: 2^64 bytes. */
Bits memory_unknown(const char *name);
Bits memory_fresh(const char *prefix);
Bits memory_load(Bits memory, Bits address, unsigned bytes);              /* little-endian */
Bits memory_store(Bits memory, Bits address, Bits value, unsigned bytes); /* the low bytes of value */
/* That the stores that `one` and `two` consist of are the same, one after the other: then the memories are the same,
 * which is shorter to prove so than byte by byte. NULL where there are more of them in one, or before them other
 * memories. */
Truth memory_same_stores(Bits one, Bits two);
/* Whether `memory` is `before` with stores to low .. low + bytes - 1 alone. */
bool memory_differs_only_in(Bits memory, Bits before, Bits low, uint64_t bytes);

#endif

/* SPDX-License-Identifier: MIT */
