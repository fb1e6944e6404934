/* engine.h: what tests know of each machine, and Unicorn as that machine.
 *
 * The table here is written apart from that of isa/machines.h, which is under test. A further machine is a row here,
 * and its system call numbers in a file as kernel_numbers_x64.c.
 */
#ifndef BYTEGATE_ENGINE_H
#define BYTEGATE_ENGINE_H

#include "lay/lay.h"
#include "words.h"

#include <unicorn/unicorn.h>

typedef struct {
  const char *name;
  int elf_machine;
  uint64_t page;
  const char *runner; /* qemu-user for it */
  const char *tools;  /* what the names of its binutils begin with */
  uc_arch arch;
  uc_mode mode;
  /* Registers as Unicorn names them. */
  int reg[BL_MACHINE_REGISTERS], pc, sp;
  int link; /* where a call leaves the return address; 0: on the stack */
  /* System calls: the registers that bear the number and the result, those that the kernel destroys (0 ends them), and
   * the hook that sees one: an instruction, or 0 for an exception. */
  int call_number, call_result, call_destroys[3], call_instruction;
  const int *kernel_numbers; /* as the kernel's own headers have them */
  /* C: the portable registers, by index, that bear the fourth argument before c_arguments and the result. */
  int c_fourth, c_result;
  int relocations_per_counter; /* of a counted object */
  LayCode exit_0[3];           /* instructions that end the program with status 0 */
  LayCode jump_to_a0;
} EngineMachine;

const EngineMachine *engine_machine(Isa isa);

/* The machine that this test was compiled for; ISA_COUNT if it is none of the table. */
Isa engine_native(void);

/* Fail the running test unless Unicorn did `what`. */
void engine_must(uc_err error, const char *what);

/* A new Unicorn of that machine; owned by the caller: uc_close. */
uc_engine *engine_open(Isa isa);

/* Whatever happens at a system call, after its registers can be read and before the program goes on. */
typedef void EngineSystemCall(uc_engine *engine, Isa isa);
void engine_on_system_call(uc_engine *engine, Isa isa, EngineSystemCall *callback);

void engine_set(uc_engine *engine, int reg, uint64_t value);
uint64_t engine_get(uc_engine *engine, int reg);

/* Put the stack pointer at `sp`, and the return address where a call of that machine leaves it. Returns the stack
 * pointer that the routine finds. When it has returned, the stack pointer is `sp` again. */
uint64_t engine_enter(uc_engine *engine, Isa isa, uint64_t sp, uint64_t return_address);

#endif

/* SPDX-License-Identifier: MIT */
