/* operations.h: every operation of machine.h with its model, and the cases in which it is proved. */
#ifndef BYTEGATE_PROVE_OPERATIONS_H
#define BYTEGATE_PROVE_OPERATIONS_H

#include "isa/prove/check.h"

/* Call `visit` with every case of a machine, always in the same order. */
void each_case(BlIsa isa, void (*visit)(const Case *c, void *context), void *context);

/* All operations; `count` of them. An operation's name lists the functions of machine.h that it stands for. */
const Operation *const *all_operations(size_t *count);

/* The models of single operations, by family: values.c (moves, arithmetic, memory, branches), control.c (calls, frames,
 * tables, the kernel, C), sixteen.c (16 bytes at a time), data.c (labels and data). */
typedef void Visit(const Case *c, void *context);
void each_value_case(BlIsa isa, Visit *visit, void *context);
void each_control_case(BlIsa isa, Visit *visit, void *context);
void each_sixteen_case(BlIsa isa, Visit *visit, void *context);
void each_data_case(BlIsa isa, Visit *visit, void *context);
extern const Operation *const value_operations[],
    *const control_operations[], *const sixteen_operations[], *const data_operations[]; /* each ends with NULL */

/* Begin and end the text of a case around its operation: the routine "r", with the labels "begin" and "end". Where the
 * operation goes to "taken", that label lies `place` bytes away: after the end, or, below 0, before the beginning. */
void case_begin(const Case *c);
void case_end(const Case *c);
BlReg case_reg(int index);

/* Lists of classes. */
typedef struct {
  const Class *class;
  size_t count;
} Classes;
Classes value_classes(BlIsa isa);             /* of any 64-bit immediate */
Classes sum_classes(BlIsa isa);               /* of one that is added or subtracted */
Classes logic_classes(BlIsa isa);             /* of a mask */
Classes compare_classes(BlIsa isa);           /* of one that is compared with */
Classes mask_classes(BlIsa isa);              /* of the mask of a branch on bits */
Classes store_classes(BlIsa isa, int bits);   /* of a value to store */
Classes offset_classes(BlIsa isa, int bytes); /* of the offset of an access */
/* Each immediate that the machine's logic instructions encode as a bitmask; x64 has none. */
Classes bitmask_classes(BlIsa isa);

#endif

/* SPDX-License-Identifier: MIT */
