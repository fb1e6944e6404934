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
  OBSERVED_SIGNAL, /* number, code (result), faulting address, pc; then the frames */
  OBSERVED_SAMPLE, /* pc; number of the system call that it is in, or -1 */
  OBSERVED_REFUSAL /* it cannot be observed, the reason after the record */
};

struct observed {
  uint32_t kind;
  int32_t number;
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

/* What the plugin and the tracer of its emulator share while the program runs. */
struct observed_state {
  uint64_t pc;    /* of the instruction at which the program is */
  int64_t call;   /* the system call that it is in, or -1 */
  uint64_t depth; /* calls under way; the return address of the N-th stands in frames[N % OBSERVED_FRAMES] */
  uint64_t frames[OBSERVED_FRAMES];
};

#endif
