/* What a server keeps of each answer. Its descriptors and its memory are counted after 8 answers, after 16, 32 and so
   on. A pool or a cache fills up and then stays; what goes on growing with the number of answers is a leak. */
#ifndef HARNESS_GROWTH_H
#define HARNESS_GROWTH_H

#include "harness/base/bytes.h"

#include <sys/types.h>

enum { GROWTH_SAMPLES = 32 };

struct growth {
  unsigned count;
  struct growth_sample {
    unsigned answers;
    uint64_t held[2]; /* descriptors; pages of memory */
  } samples[GROWTH_SAMPLES];
};

/* Counts what PID holds after so many ANSWERS, if that is a number at which it is counted. */
void growth_count(struct growth *growth, pid_t pid, unsigned answers);

/* Nothing is asked of PID any more: what it has given back since the last count, for its last answers were under way
   then, it did not keep. */
void growth_rest(struct growth *growth, pid_t pid);

/* Whether something grew with the answers in each of the last steps; WHAT says in words what, and by how much. MEMORY:
   that is looked at, too. An emulator's own is not its guest's: qemu-user 7.2 loses some at each mapping. */
bool growth_found(const struct growth *growth, bool memory, struct bytes *what);

#endif

/* SPDX-License-Identifier: MIT */
