/* hold_draw.h: instructions drawn at random, each encoder in turn, and states in which they can be executed. */
#ifndef BYTEGATE_PROVE_HOLD_DRAW_H
#define BYTEGATE_PROVE_HOLD_DRAW_H

#include "isa/machine.h"
#include "isa/prove/execute.h"
#include "lay/lay.h"

/* An instruction, and what its state must be so that memory is reached in the window and jumps end among the traps. */
typedef struct {
  LayCode code;
  bool has_memory;
  int base, index; /* registers, or -1 */
  int scale;
  int64_t displacement;
  unsigned align; /* that the address must have */
  int jump;       /* a register that holds the place to jump to, or -1 */
  bool returns;   /* x64: the place to jump to lies on the stack */
  int divides;    /* x64: rdx must extend rax: 1 by zeros, 2 by the sign */
  bool stack;     /* the stack pointer must lie in the window */
} Drawn;

/* Encoder `i` of a machine with random operands; false beyond the last. `name`: what it is called in x64.h or a64.h. */
bool draw_x64(size_t i, const char **name, Drawn *drawn);
bool draw_a64(size_t i, const char **name, Drawn *drawn);

/* Random numbers, among which edges are frequent. */
uint64_t draw_number(void);
int64_t draw_within(int64_t least, int64_t most);

#endif

/* SPDX-License-Identifier: MIT */
