/* What the gate and the plugin fork_run say to each other, on the descriptor FORK_SOCKET of the emulator, a socket of
   messages. The plugin says once that it is ready, with the block that is translated already. Then for each request it
   answers twice: when the process is there, and when that has ended. */
#ifndef HARNESS_PLUGIN_FORKED_H
#define HARNESS_PLUGIN_FORKED_H

#include <stdint.h>

enum { FORK_SOCKET = 3, FORK_MOST_BYTES = 16 };

/* Run on in a process of its own, in which LENGTH bytes of the program's memory are others. */
struct fork_request {
  uint64_t address;
  uint32_t length;       /* 0: none is another */
  uint32_t processor_ms; /* SIGPROF ends it after so much processor time */
  uint8_t bytes[FORK_MOST_BYTES];
};

struct fork_reply {
  uint64_t start, end; /* once ready: of the block that a change does not reach any more */
  int32_t pid;         /* of the process; 0: ready; negative: an errno value, and there is none */
  int32_t status;      /* as waitpid(2) says it; -1: it has begun */
};

#endif

/* SPDX-License-Identifier: MIT */
