/* machine_state.h: a processor whose registers and memory are terms, and one step of it.
 *
 * The meaning of each instruction is written once, in x64_meaning.c and a64_meaning.c, beside the encoding formula that
 * it belongs to. It is run on unknown registers to prove an operation for all inputs, and on known ones to hold it to
 * the real machine: the same functions, the same terms.
 */
#ifndef BYTEGATE_PROVE_MACHINE_STATE_H
#define BYTEGATE_PROVE_MACHINE_STATE_H

#include "isa/machine.h"
#include "isa/prove/bits.h"

/* Laid bytes, of which some bits may be unknown: those of an immediate that stands for all of its class. */
typedef struct {
  uint64_t address;
  const unsigned char *bytes;
  size_t size;
  const Bits *unknown_bit; /* 8 * size terms of one bit, or NULL for a bit that is as `bytes` has it; NULL: all are */
} Text;

#define GENERAL_REGISTERS 32 /* x64: by number, 4 is rsp; a64: x0..x30, and 31 is sp */
#define SP_X64 4
#define SP_A64 31
#define VECTOR_REGISTERS 32

/* The accesses to memory of the steps so far, where somebody wants to know them. */
#define ACCESSES_MOST 512
typedef struct {
  struct {
    Bits address;
    unsigned bytes;
    bool store;
  } all[ACCESSES_MOST];
  size_t count; /* beyond ACCESSES_MOST: more than there is room for */
} Accesses;

/* Flags, each one bit. NULL is undefined: no instruction may read it. */
typedef enum { FLAG_C, FLAG_Z, FLAG_N, FLAG_V, FLAG_P, FLAGS } Flag; /* x64: CF ZF SF OF PF */

typedef struct {
  BlIsa isa;
  const Text *text;
  Bits general[GENERAL_REGISTERS], vector[VECTOR_REGISTERS], flag[FLAGS];
  struct {
    Bits a, b, flag[FLAGS]; /* the flags as that comparison left them; a is NULL: none was made */
  } compared;
  Bits memory;
  unsigned char *window; /* where not NULL: memory is these bytes at window_address, and all addresses are known */
  uint64_t window_address;
  size_t window_size;
  Accesses *accesses; /* noted there, or NULL */
  Truth must;         /* what the machine demands so far: alignment, a source that is not 0; NULL: nothing */
  uint64_t pc;        /* of the next instruction */
  const char *why;    /* words, where a step fails */
} State;

typedef enum {
  STEP_NEXT,    /* go on at pc */
  STEP_BRANCH,  /* to `to` if `condition`, else go on at pc */
  STEP_AWAY,    /* to the address `target`, which may be unknown */
  STEP_KERNEL,  /* a system call; it comes back at pc */
  STEP_UNKNOWN, /* no instruction that has a meaning here: state->why */
} StepKind;

/* How a step goes away. */
typedef enum { AWAY_JUMP, AWAY_CALL, AWAY_RETURN } Away;

typedef struct {
  StepKind kind;
  Away away;
  uint64_t to;
  Truth condition;
  Bits target;
} Step;

/* Execute the instruction at state->pc. */
Step state_step(State *state);
Step x64_step(State *state);
Step a64_step(State *state);

/* Condition CODE of the machine, one bit; and the comparison that sets the flags for it. */
Bits x64_condition(const State *state, unsigned code);
Bits a64_condition(const State *state, unsigned code);
void x64_compare(State *state, Bits a, Bits b);
void a64_compare(State *state, Bits a, Bits b);

/* ---- For the two files of meanings ------------------------------------------------------------------------------ */

/* Byte `at` of the instruction stream; false where it lies outside of the text or is not known. */
bool text_byte(const Text *text, uint64_t address, unsigned char *byte);
/* `count` bits from bit `low` of the byte at `address` on, counted through the text: known ones or not. */
Bits text_bits(const Text *text, uint64_t address, unsigned low, unsigned count);

Bits state_load(State *state, Bits address, unsigned bytes);
void state_store(State *state, Bits address, Bits value, unsigned bytes);
void state_demand(State *state, Truth truth);
Step step_unknown(State *state, const char *why);

/* A sum or a difference with the flags that arm64 calls N, Z, C, V: C is the carry out, and for a - b it is a >= b. */
typedef struct {
  Bits result, n, z, c, v;
} Sum;
Sum sum_of(Bits a, Bits b);
Sum difference_of(Bits a, Bits b);

/* How two numbers compare. */
typedef enum { IS_EQUAL, IS_BELOW, IS_BELOW_OR_EQUAL, IS_LESS, IS_LESS_OR_EQUAL } Relation;

/* The flags of a - b were just set. */
void state_compared(State *state, Bits a, Bits b);

/* Whether the numbers that the flags come from compare so: one bit, or NULL where the flags come from elsewhere. It is
 * the same as what the flags say of it, which lemmas.c proves, and shorter to prove things of. */
Bits state_compares(const State *state, Relation relation);

Bits bits_map_bytes(Bits a, Bits b, Bits (*function)(Bits, Bits)); /* byte by byte, 16 of them */

#endif

/* SPDX-License-Identifier: MIT */
