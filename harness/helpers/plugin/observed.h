/* The room helpers/: small programs and qemu plugins that are put before a program under test. confine limits it,
   refuse lets a system call fail, step and count_instructions count what it executes, observe_run notes what it does.
   Their headers describe the files through which they talk to the gate.

   This one: what an observer notes about one run of a program, for the gate to read when the run is over: a file of
   records, each of fixed size, some with bytes after them. Two observers write it, in the same terms: the tracer
   (blame_trace.c) of a program that runs natively, and the plugin (observe_run.c) in the emulator. Each record is
   written at once and by one write, so that whatever ends the run, the file holds all that came before. */
#ifndef HARNESS_PLUGIN_OBSERVED_H
#define HARNESS_PLUGIN_OBSERVED_H

#include <stdint.h>

enum observed_kind {
  OBSERVED_CALL,   /* a system call begins: number, pc, arguments */
  OBSERVED_OUTPUT, /* memory that it gives away: address, length; then the bytes */
  OBSERVED_INPUT,  /* memory that it may fill: address, length */
  OBSERVED_PATH,   /* the path that it opens, after the record */
  OBSERVED_RETURN, /* it has returned: number, result */
  OBSERVED_STORE, /* a store into a watched byte: number of the watch, pc, address and value (result) of the byte; where
                     the instruction's whole operand begins (arguments 0, where asked for) and where the load that was
                     asked for read last (arguments 1); then the frames */
  OBSERVED_SIGNAL, /* number, code (result), faulting address, pc; where each instruction was stopped at, the address of
                      the one before (arguments 0); then the frames */
  OBSERVED_SAMPLE, /* pc; number of the system call that it is in, or -1; its state, a letter of proc(5), or 0 (result);
                      then the function of the kernel in which it waits, where that is known */
  OBSERVED_TASK,   /* a process or thread begins: the task that made it (arguments 0), the flags of clone(2) that say
                      what it shares with that (arguments 1) */
  OBSERVED_EXEC,   /* it has become another program, the path of its file after the record; its memory is new */
  OBSERVED_BASE,   /* where the program is loaded: its entry (number 0) or the first byte that may be executed (1) is at
                      the address */
  OBSERVED_REFUSAL /* it cannot be observed, the reason after the record */
};

struct observed {
  uint32_t kind;
  int32_t number;
  uint32_t task; /* who it is about: a process or thread, in the order in which they begin; 0 is the program itself */
  uint32_t
      space; /* whose memory: the program's is 0; each process has its own, and again when it runs another program */
  uint64_t pc;
  uint64_t address;
  uint64_t length;
  int64_t result;
  uint64_t arguments[6];
  uint64_t size; /* bytes after this record, rounded up to 8 */
};

/* Frames are 64-bit words, innermost first, among which the return addresses stand: the words of the stack, natively,
   and exactly the return addresses in the emulator. */
enum { OBSERVED_FRAMES = 128, OBSERVED_WATCHES = 2 };

/* What the plugin and the tracer of its emulator share while the program runs, for each task. */
struct observed_state {
  int32_t thread; /* of the emulator, that runs it; 0: there is no such task yet, or any more */
  uint32_t space; /* as in struct observed */
  uint64_t flags; /* of the clone that it is in, or was in last */
  uint64_t pc;    /* of the instruction at which the program is */
  int64_t call;   /* the system call that it is in, or -1 */
  uint64_t depth; /* calls under way; the return address of the N-th stands in frames[N % OBSERVED_FRAMES] */
  uint64_t frames[OBSERVED_FRAMES];
};

enum { OBSERVED_TASKS = 64 };

struct observed_states {
  uint32_t count; /* tasks that have begun */
  struct observed_state of[OBSERVED_TASKS];
};

#endif

/* SPDX-License-Identifier: MIT */
