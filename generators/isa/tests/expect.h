/* expect.h: hold an encoder's bytes to what it was called with, by asking every disassembler that knows the machine.
 *
 * The expected text is made from the call's own operands; so a wrong field shows, and so does a wrong opcode.
 */
#ifndef BYTEGATE_EXPECT_H
#define BYTEGATE_EXPECT_H

#include "lay/lay.h"
#include "oracles/encoding.h"

/* Fail the running test unless every disassembler reads `code`, all of it, as one of the alternatives, which are
 * separated by '|'. `bits`: the width of the immediate outside of brackets (encoding_canonical). */
void expect_says(EncodingMachine machine, LayCode code, int bits, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Fail the running test unless `code` was refused, with words in bl_refusal_text that contain `words`. `what` is the
 * call, for the report. Clears the refusal. */
void expect_refused(LayCode code, const char *what, const char *words);

/* Read the lines of a header that hold "sample: BYTES  TEXT" and hold the bytes to the text, as expect_says does.
 * Returns how many there were. */
int expect_samples(EncodingMachine machine, const char *header);

#endif

/* SPDX-License-Identifier: MIT */
