/* The room simulate/: a server in an emulator, on a kernel of the gate's own, with clients, failures and a clock that a
   seed decides. Time is simulated too: where the server waits, the clock goes on to what happens next, so ten minutes
   of slow clients last a second. After each step the server is held to what it promises: every request gets the answer
   of the oracle, or a stated error that something has given a reason for, within its time; nothing else is written; no
   descriptor and no mapping is lost; nobody starves. A seed makes the same history each time, to the byte.

     plan.c, history.c             what a seed decides, and one history from start to end
     emulator.c, kernel*.c         the program, and the system calls that it makes
     process.c, workers.c          its processes, whose turn it is, and what is owed for one that ends
     client.c, requests.c          who comes, asks, takes and goes
     answers.c, pages.c, promises.c  what is held to what
     reduce_plan.c, simulate.c     the smallest history that fails alike; the command

   The server is one like markdown-server: it serves the file that it is given as a word, on port 8006, with the answers
   and the times that that one states. */
#ifndef HARNESS_SIMULATE_SIMULATE_H
#define HARNESS_SIMULATE_SIMULATE_H

#include "harness/base/bytes.h"

struct simulation {
  const char *program;
  uint64_t seed, count; /* from that seed on, so many */
  const char *kept;     /* the numbers of the items that happen, with commas between them; NULL: all */
  bool traces;          /* prints every step */
  bool reduces;         /* finds the fewest items of the first seed with which it fails alike */
  bool keeps_going;     /* after the first seed that fails */
  bool json;            /* fixtures/schemas/simulate.json */
  unsigned jobs;
};

/* The command `simulate`. Returns the exit status: 0 nothing was found, 1 something was, 2 no such program. */
int simulate_command(const struct simulation *simulation);

#endif

/* SPDX-License-Identifier: MIT */
