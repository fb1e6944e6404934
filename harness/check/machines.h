/* What check knows of each machine whose code it follows, in one table. Nothing else in this room asks which it is. */
#ifndef HARNESS_CHECK_MACHINES_H
#define HARNESS_CHECK_MACHINES_H

#include "harness/check/program.h"

struct check_machine {
  unsigned elf; /* EM_X86_64 */
  cs_arch arch;
  cs_mode mode;
  /* What an instruction is: how it goes on, what it does to registers, and where it may lead. */
  void (*describe)(const struct program *program, const cs_insn *insn, struct code *code);
  struct effects (*effects)(csh capstone, const cs_insn *insn);
  struct lead_move (*lead)(const cs_insn *insn, int8_t *away);
  /* Whether bytes that Capstone cannot decode may be an instruction that it does not know. */
  bool (*may_be_newer)(const uint8_t *bytes, size_t count);
  /* Where the operand that the relocation TYPE changes leads, as the distance of it from symbol and addend: of an
     instruction that ends at END. False: it is none that leads anywhere. */
  bool (*relocate)(uint32_t type, uint64_t place, uint64_t end, int64_t *more);

  const char *names[REGS]; /* of registers; NULL: there is none of that number */
  bool has_link;           /* a return goes by a register, which each call changes */
  uint32_t callee_saved;   /* what a C function keeps */
  uint32_t c_arguments;    /* where a C function finds its integer arguments */

  /* System calls: the registers of the number and the result, what is lost, which numbers end the program. */
  int number, result;
  bool number_stays;
  uint32_t kernel_destroys;
  uint8_t kernel_loses; /* LOST_RCX, LOST_R11 */
  int64_t ends[2], clone;
  int calls; /* the column of the table of calls in effects.c */
};

/* The row of a machine, or NULL. */
const struct check_machine *check_machine_of(unsigned elf);

#endif

/* SPDX-License-Identifier: MIT */
