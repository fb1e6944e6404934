/* The room drive/: runs programs on their cases. A lane (lane.h) is one program at work; a transport (exchange.h) is
   one way to ask it; all wait in one event loop (loop.h); what an end means is judged apart (judge.h). This header is
   the way in: it drives many jobs in several lanes side by side. */
#ifndef HARNESS_DRIVE_H
#define HARNESS_DRIVE_H

#include "harness/verdict/result.h"

struct ahead;
struct drive_kept;
struct workspace;

/* Which runs are forked off an emulator that stands ready (fork_server.h): none, those of targets with many cases, or
   all that fit. */
enum forking { FORK_NONE, FORK_MANY, FORK_ALL };

struct drive_options {
  unsigned lanes;                                  /* programs at work at a time */
  bool (*done)(void *user, struct result *result); /* called for each result; false: stop here */
  void *user;
  bool tries_on;       /* does not give up on a program that hangs again and again */
  struct ahead *ahead; /* who asks the commands of oracles, for whose answers a job waits; NULL: nobody */
  enum forking forking;
  struct drive_kept *kept; /* has the fork servers; NULL: they end with the call */
  bool lingers;            /* gives each server a moment after its last answer, in which it may still fall by that */
};

/* Drives the COUNT jobs, results that bear suite, target and case, and fills them in. Jobs of one target stand next to
   one another. Returns 0, or the number of the signal that interrupted it. */
int drive_jobs(struct workspace *workspace, const struct drive_options *options, struct result **jobs, size_t count);

/* Fork servers that outlive a call of drive_jobs, for targets that do so as well; one of each kind. */
struct drive_kept *drive_keep(struct workspace *workspace);
void drive_kept_close(struct drive_kept *kept);

#endif

/* SPDX-License-Identifier: MIT */
