/* What a run of a program has in its memory that its file has not. */
#ifndef HARNESS_CHANGE_H
#define HARNESS_CHANGE_H

#include <stdint.h>

enum { CHANGE_MOST_BYTES = 16 };

struct change {
  uint64_t address;
  uint32_t length;       /* of BYTES; 0: nothing is changed */
  uint32_t processor_ms; /* SIGPROF ends the run after so much processor time; 0: no such limit */
  uint8_t bytes[CHANGE_MOST_BYTES];
};

#endif

/* SPDX-License-Identifier: MIT */
