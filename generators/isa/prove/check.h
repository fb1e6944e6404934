/* check.h: one case of an operation, laid, and held to its model for all inputs.
 *
 * A case is an operation with its registers chosen. Its immediates are values, or classes of values of which each is
 * laid in the same form: then the bits of the immediate are unknown bits of the text. Which bits of the text they are
 * is found by laying many values of the class, edges among them, and must be the same for all of them.
 *
 * The laid text is run from unknown registers and unknown memory on every path to its end. There the model must hold:
 * each register, the stack pointer, every byte of memory, and where the text goes on.
 */
#ifndef BYTEGATE_PROVE_CHECK_H
#define BYTEGATE_PROVE_CHECK_H

#include "isa/prove/machine_state.h"

/* A class of immediates. A quarter's pattern is 0, 1 (16 ones) or 2 (anything else). */
typedef struct {
  int64_t low, high;          /* CLASS_VALUE: low; CLASS_RANGE: both inclusive */
  int64_t step;               /* CLASS_RANGE: a power of two that each value is a multiple of */
  int64_t no_multiple;        /* CLASS_RANGE: a power of two that no value is a multiple of, or 0 */
  bool (*leave_out)(int64_t); /* values of the class that are laid in another form, or NULL; another case has them */
  enum { CLASS_VALUE, CLASS_RANGE, CLASS_QUARTERS } kind;
  unsigned char quarter[4]; /* CLASS_QUARTERS, the lowest first */
} Class;

typedef struct Operation Operation;

/* The operands of a case; an operation uses those that it has. */
typedef struct {
  const Operation *operation;
  BlIsa isa;
  int d, a, b; /* register indexes of machine.h */
  int kind;    /* bits of an access, condition, number of a system call .. */
  int place;   /* where the label lies */
  const Class *class1, *class2;
  int64_t value1, value2; /* a value of each class: what is laid */
} Case;

/* The registers of machine.h, and memory, as terms. */
typedef struct {
  Bits reg[BL_MACHINE_REGISTERS]; /* NULL: may be anything */
  Bits sp, memory;
  Truth taken;         /* the operation goes to the label "taken" if so; NULL: it has none */
  Bits value1, value2; /* the immediates */
} Model;

struct Operation {
  const char *name;      /* the function of machine.h: "bl_add" */
  const char *template_; /* the member of Templates that lays it */
  void (*lay)(const Case *c);
  void (*model)(const Case *c, Model *m);
  /* Where the shape is another than "run to the end": returns false if it is not proved. */
  bool (*check)(const Case *c);
};

typedef enum { PROVED, REFUTED, UNPROVED } Verdict;

/* Prove a case. Otherwise `report` has what was found: a counterexample, or why there is none. */
Verdict check_case(const Case *c, char *report, size_t room);

/* Word the case: "sub A0, A1, #[1..127]". */
void case_text(const Case *c, char *text, size_t room);

/* ---- For operations with a shape of their own -------------------------------------------------------------------- */

/* The text of the case being checked, settled; `begin` and `end` bound the operation. */
typedef struct {
  Text text;
  uint64_t begin, end;
} Laid;
const Laid *check_laid(void);
uint64_t check_label(const char *name); /* address of a label of "r", or of another name, as laid */

State check_start(BlIsa isa);
void check_model_start(BlIsa isa, const State *state, Model *model);
unsigned check_number(BlIsa isa, int reg); /* of a portable register, in State.general */
unsigned check_sp(BlIsa isa);
/* Whether the stack pointer is the multiple that the machine's rules want. */
Truth check_sp_aligned(const State *state);

/* Where a path left the operation. */
typedef struct {
  State state;
  Truth path;
  enum { EXIT_AT, EXIT_AWAY, EXIT_KERNEL, EXIT_STUCK } kind;
  uint64_t at;
  Bits target;
} Exit;
enum { EXITS_MOST = 16 };
/* Run from state.pc until begin..end is left. Returns how many exits there are. */
int check_run(State state, Exit *exits);

/* Collect what must hold, and prove it under the assumptions. `what`: words, kept by the caller. */
void goals_begin(void);
void goal_assume(Truth truth);
void goal_equal(const char *what, Bits got, Bits want);
void goal_truth(const char *what, Truth truth);
void goal_memory(Bits got, Bits want);
/* The registers that no operation may change, but for scratch ones, and what a model says of the portable ones. */
void goal_registers(BlIsa isa, const State *got, const State *before, const Model *want);
bool goals_prove(const Case *c);
bool check_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

/* SPDX-License-Identifier: MIT */
