/* The autopsy: runs a case that crashed or hung once more, under a tracer, to say where. Natively the tracer is ptrace,
   under qemu it is qemu's own gdb stub. */
#ifndef HARNESS_AUTOPSY_H
#define HARNESS_AUTOPSY_H

#include "harness/launch.h"
#include "harness/result.h"

/* Appends to OUT a line for what was found: for a crash, the instruction, as routine+offset and line of its generator
   where the program has a map, and the address that it could not reach; for a hang, the system call that it waits in,
   or the routines in which it goes round. Nothing, where the failure does not come again within SECONDS. */
void autopsy(struct workspace *workspace, const struct result *result, double seconds, struct bytes *out);

#endif
