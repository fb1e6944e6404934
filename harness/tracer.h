/* One program, stopped and looked at: natively by ptrace, under qemu by its gdb stub. */
#ifndef HARNESS_TRACER_H
#define HARNESS_TRACER_H

#include "harness/launch.h"

enum trace_state { TRACE_RUNS, TRACE_STOPPED, TRACE_GONE };

struct tracer {
  struct process process; /* prepared and released by the caller */
  const struct target *target;
  int stub;   /* socket to the gdb stub; -1 natively */
  int signal; /* that it is stopped by */
};

/* Starts the program of TARGET in the prepared process, stopped before its first instruction, with its stdin from INPUT
   (-1: empty). False: it cannot be started in this way. */
bool tracer_start(struct workspace *workspace, struct tracer *tracer, const struct target *target, int input);

/* Lets it run; until it stops by a signal that it would die of, ends, or MILLISECONDS have passed. */
void tracer_resume(struct tracer *tracer);
enum trace_state tracer_wait(struct tracer *tracer, int milliseconds);

/* Stops it where it is. False: it has ended. */
bool tracer_interrupt(struct tracer *tracer);

/* While it is stopped: the address of its next instruction; goes one instruction further (false: it has ended); the
   address that a fault was about (0 under qemu, whose stub does not tell). */
uint64_t tracer_position(struct tracer *tracer);
bool tracer_step(struct tracer *tracer);
uint64_t tracer_fault_address(struct tracer *tracer);

/* Ends it. */
void tracer_end(struct tracer *tracer);

#endif
