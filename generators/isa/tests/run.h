/* run.h: run laid code on registers and memory of our making: x86-64 natively, and both machines in Unicorn.
 *
 * The text lies at RUN_TEXT and the memory at RUN_MEMORY on every engine, so that one model serves all. A routine is
 * run from its label to its return.
 */
#ifndef BYTEGATE_RUN_H
#define BYTEGATE_RUN_H

#include "isa/machine.h"
#include "raw_words.h"

#define RUN_TEXT UINT64_C(0x10000000)
#define RUN_MEMORY UINT64_C(0x20000000)
#define RUN_MEMORY_SIZE 0x24000

/* x86-64 natively, then each machine of the table in Unicorn, in its order. */
typedef enum { RUN_NATIVE_X64, RUN_UNICORN, RUN_ENGINES = RUN_UNICORN + ISA_COUNT } RunEngine;

/* The registers of machine.h, by index, before and after. */
typedef struct {
  uint64_t reg[BL_MACHINE_REGISTERS];
} RunState;

const char *run_name(RunEngine engine);
BlIsa run_isa(RunEngine engine);
/* False where this host cannot be the engine. */
bool run_available(RunEngine engine);

/* The memory at RUN_MEMORY, shared with every engine. */
unsigned char *run_memory(void);

/* Settle what was laid since bl_machine_begin at RUN_TEXT, and bring it to the engine of that machine. */
void run_load(RunEngine engine);

/* Run from `address` until the routine returns. Fails the running test if it faults, does not return within a million
 * instructions (Unicorn), or leaves the stack pointer elsewhere. */
void run_at(RunEngine engine, uint64_t address, RunState *state);

/* Registers with a meaning beyond RunState, for Unicorn's engines: the stack pointer that the last run began with, and
 * what a system call was given. */
uint64_t run_stack_pointer(void);
typedef struct {
  int count;                          /* system calls made in the last run */
  uint64_t number;                    /* rax, x8 */
  uint64_t reg[BL_MACHINE_REGISTERS]; /* as they were at the call */
  uint64_t result;                    /* what the call shall return: set it before the run */
} RunSystemCall;
extern RunSystemCall run_system_call;

#endif

/* SPDX-License-Identifier: MIT */
