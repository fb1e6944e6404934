/* provers.h: what the prover knows of each machine of isa/machines.h, in one table.
 *
 * A row has the machine's semantics (the step of its meanings, its calls, its kernel, C), its registers and flags, its
 * classes of immediates, its relocations, and how Unicorn names it all. Nothing else in the prover asks which machine
 * it is. A further machine is a file of meanings (as x64_meaning.c), one that draws its instructions (as hold_x64.c),
 * its classes in classes.c, and a row here.
 */
#ifndef BYTEGATE_PROVE_PROVERS_H
#define BYTEGATE_PROVE_PROVERS_H

#include "isa/prove/hold_draw.h"
#include "isa/prove/operations.h"

enum { SYSTEM_CALL_ARGUMENTS = 6, LEFT_OUT_MOST = 8 };

/* The immediates of a machine's operations; operations.h tells what each list is of. */
typedef struct {
  Classes (*values)(void), (*sums)(void), (*logic)(void), (*compares)(void);
  Classes (*masks)(void); /* of a branch on bits */
  Classes (*bitmasks)(void);
  Classes (*stores)(int bits), (*offsets)(int bytes);
} ImmediateClasses;
extern const ImmediateClasses classes_x64, classes_a64;

/* How Unicorn calls the machine: constants of unicorn.h. */
typedef struct {
  int arch, mode;
  int general[GENERAL_REGISTERS];
  int vector; /* the first; the others follow it */
  int flags, pc;
  int begin_register; /* is written once, or 0: none */
  uint64_t begin_value;
} UnicornNames;

typedef struct {
  unsigned elf_machine; /* its EM_ number */

  /* Semantics. */
  Step (*step)(State *state);
  Bits (*condition)(const State *state, unsigned code); /* 16 of them */
  void (*compare)(State *state, Bits a, Bits b);
  unsigned compare_widths[5]; /* of the numbers that it compares; 0 after the last */
  int link;                   /* the register that holds where a return goes, or -1: the place is pushed */
  unsigned pushed;            /* bytes that a call pushes */
  unsigned sp_zeros;          /* low bits of the stack pointer that are 0 by the rules of the machine */
  /* Whether the machine calls the instruction of those bytes unpredictable, though it has a meaning here; NULL: none
   * is. */
  bool (*unpredictable)(const unsigned char *bytes);
  /* Write the value of a relocation into `word`. False: the machine's programs have none of that type. */
  bool (*relocate)(uint32_t type, uint64_t place, uint64_t target, uint32_t *word);

  /* The kernel and C: numbers of registers, and for C indexes of machine.h. */
  const int *kernel_numbers; /* by BlSystemCall */
  unsigned kernel_number;    /* the register that tells the kernel which call */
  unsigned char kernel_arguments[SYSTEM_CALL_ARGUMENTS];
  unsigned char trap;       /* the byte that pages of traps are made of */
  bool has_pool;            /* its templates lay constants after the code */
  uint32_t kernel_destroys; /* a bit for each register */
  int c_argument4, c_result;

  /* Registers: their count, what machine.h's are, and which of them a template may destroy (a bit for each). */
  int generals, vectors;
  unsigned char number[BL_MACHINE_REGISTERS];
  unsigned sp;
  uint32_t scratch, scratch_vectors;
  const char *general_prefix, *vector_prefix; /* "x" for x0, x1 .. */
  const char *flag_name[FLAGS];               /* NULL: the machine has no such flag */
  unsigned char flag_bit[FLAGS];              /* its place in the word of flags */
  uint64_t flags_set;                         /* bits of that word that are always 1 */

  const ImmediateClasses *classes;

  /* Engines. */
  const char *encoders; /* the name of its header of encoders: "x64" for x64.h */
  bool (*draw)(size_t i, const char **name, Drawn *drawn);
  const char *left_out[LEFT_OUT_MOST]; /* encoders that are not executed; NULL after the last */
  UnicornNames unicorn;
} Prover;

/* The row of a machine; it ends the program where there is none, as bl_machine_row does. */
const Prover *prover_row(BlIsa isa);

#endif

/* SPDX-License-Identifier: MIT */
