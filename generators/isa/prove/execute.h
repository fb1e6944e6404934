/* execute.h: a state of the processor as it travels between `prove hold` and the program that executes one instruction.
 * Both are built for their own machine from this header; all fields are little-endian, as both machines are. */
#ifndef BYTEGATE_PROVE_EXECUTE_H
#define BYTEGATE_PROVE_EXECUTE_H

#include <stdint.h>

#define EXECUTE_CODE UINT64_C(0x30000000) /* where the instruction lies, in the middle of pages of traps */
#define EXECUTE_CODE_SIZE 0x4000
#define EXECUTE_AT (EXECUTE_CODE + 0x2000)
/* The memory that it may reach: less than 1 MB away, which is as far as a literal load of arm64 goes. */
#define EXECUTE_WINDOW UINT64_C(0x30080000)
#define EXECUTE_WINDOW_SIZE 1024
#define EXECUTE_STACK UINT64_C(0x40000000) /* of the handlers: no state's stack pointer may lie in it */
#define EXECUTE_STACK_SIZE 0x10000

typedef struct {
  uint64_t general[32];   /* x64: by number; a64: x0..x30, sp */
  uint64_t vector[32][2]; /* x64: xmm0..xmm15 */
  uint64_t flag[5];       /* C Z N V P, as in machine_state.h */
  uint64_t pc;
  unsigned char window[EXECUTE_WINDOW_SIZE];
} ExecuteState;

typedef struct {
  uint64_t size;
  unsigned char code[16];
  ExecuteState state;
} ExecuteRequest;

#endif

/* SPDX-License-Identifier: MIT */
