/* proof.h: which encoders the tests have held to the disassemblers, so that none is left out.
 *
 * The list of encoders is read from their header: whatever returns an instruction there. Their source is compiled for
 * the tests with -finstrument-functions, so that each call tells which encoder it is. One is proven when bytes that
 * were held to the disassemblers, and agreed, came from it. Marks are shared by the processes of a test program.
 */
#ifndef BYTEGATE_PROOF_H
#define BYTEGATE_PROOF_H

/* Read the encoders from `header`, as the compiler sees it: the functions whose name begins with `prefix` and that
 * return `type`. Before the tests are run. */
void proof_begin(const char *header, const char *type, const char *prefix);

/* What was encoded since the last call of either has agreed with every disassembler, or was to be refused. */
void proof_agreed(void);
void proof_refused(void);

/* Fail the running test if an encoder is not proven. It must be the last one. */
void proof_end(void);

#endif

/* SPDX-License-Identifier: MIT */
