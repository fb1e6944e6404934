/* What the gate and the plugin server_run say to each other, on a socket of messages that is the emulator's stdin. The
   plugin says once that it is READY. Each request holds what the run has changed in its memory (struct change), and
   then, each with its NUL, a system call that is to fail in the run and with which error (harness/helpers/refuse; both
   empty: none), and the arguments of the run. With it come its three descriptors; the run itself answers it, and the
   kernel tells the gate whose message that is (SO_PASSCRED).

   The emulator is started with FORK_SERVER_ARGUMENTS arguments, each of FORK_SERVER_LENGTH letters x. In their room a
   run has its own. */
#ifndef HARNESS_PLUGIN_FORK_SERVER_H
#define HARNESS_PLUGIN_FORK_SERVER_H

#include "harness/base/change.h"

#include <stdint.h>

enum {
  FORK_SERVER_ARGUMENTS = 24,
  FORK_SERVER_LENGTH = 127,
  FORK_SERVER_ROOM = FORK_SERVER_ARGUMENTS * (FORK_SERVER_LENGTH + 1), /* bytes of all arguments of a run */
  FORK_SERVER_REQUEST = sizeof(struct change) + FORK_SERVER_ROOM + 64  /* and of the whole request */
};

enum fork_server_word {
  FORK_SERVER_READY, /* the emulator stands before the program's first instruction */
  FORK_SERVER_BEGUN, /* a run goes on from there */
  FORK_SERVER_FAILED /* there is no run */
};

struct fork_server_message {
  uint32_t word; /* enum fork_server_word */
};

#endif

/* SPDX-License-Identifier: MIT */
