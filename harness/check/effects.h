/* What one instruction does to registers and to the stack, in numbers that both machines share: the portable registers
   of the contracts first, then the machine's others. */
#ifndef HARNESS_CHECK_EFFECTS_H
#define HARNESS_CHECK_EFFECTS_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  REG_A0,
  REG_T0 = 6,
  REG_T1 = 7,
  REG_S0 = 8,
  REGS_PORTABLE = 14, /* A0..A5 T0 T1 S0..S5 */
  REG_XMM0 = 16,      /* to xmm7, on x86-64 */
  REG_LINK = 30,      /* x30 */
  REG_FLAGS = 31,
  REGS = 32
};

enum stack_access { STACK_NONE, STACK_STORE, STACK_LOAD };

/* A load or a store at `base` and `offset` more. */
struct access {
  bool loads, stores;
  bool placed; /* nothing else is added to the address */
  int8_t base; /* ACCESS_STACK: the stack pointer; -1: what is not followed */
  int32_t offset;
  uint8_t size;
  int8_t registers[2]; /* whole registers that are stored or loaded, 8 bytes each; -1: another */
};

enum { ACCESS_STACK = -2 };

struct effects {
  uint32_t reads, writes;    /* bit i: register i */
  int8_t copy_to, copy_from; /* a whole register is copied, and nothing else is done; -1: no */
  enum stack_access stack;
  int stack_registers[2]; /* -1: no register that is followed */
  uint8_t stack_count;
  int32_t stack_offset; /* from the stack pointer as it is during the access */
  struct access access;
  bool partial; /* writes a part of a register, and so keeps the rest */
};

/* The portable register NAME ("A0"), or -1. */
int effects_portable(const char *name);

/* The number of a whole register of Capstone's, or -1. */
int8_t effects_number_x64(unsigned reg);
int8_t effects_number_arm64(unsigned reg);

/* What INSN, decoded by CAPSTONE for x86-64 or arm64, does. */
struct effects effects_x64(csh capstone, const cs_insn *insn);
struct effects effects_arm64(csh capstone, const cs_insn *insn);

/* The arguments that the system call NUMBER reads, by the numbers of the machine in COLUMN (machines.h): how many, from
   A0 on; -1: not known here. */
int effects_arguments(int column, int64_t number);

#endif

/* SPDX-License-Identifier: MIT */
