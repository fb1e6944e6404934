/* What an end means: of an answer, of a run, of a server, or that there was none. Everything here sets a result and
   does nothing else. */
#ifndef HARNESS_JUDGE_H
#define HARNESS_JUDGE_H

#include "harness/process/launch.h"
#include "harness/verdict/result.h"

struct places;

/* The process of RESULT's target has ended where it should not have: EXITED is the verdict where it was by no signal;
   WHEN says where, "before it was ready". */
void judge_end(struct result *result, const struct process *process, enum verdict exited, const char *when);

/* The kernel, or posix_spawn, would not start the target: ERROR. */
void judge_refusal(struct result *result, int error);

/* What was seen of a run besides its end. */
struct run_seen {
  bool began;   /* its own first instruction ran, or it printed something, which nobody else would have */
  bool touched; /* something in its folder is another now */
  bool stood;   /* the file that it was to write stood there before, and is still the same */
};

/* A program has run to its end. WORKSPACE is for its oracle, PLACES are those of the case. */
void judge_run(struct workspace *workspace, struct result *result, const struct process *process,
               const struct places *places, const struct run_seen *seen);

/* Which request of a case an answer is for, from 0, and of how many. */
struct request_number {
  size_t number, count;
};

/* RECEIVED came as the answer to REQUEST; ERROR is 0, or how the connection broke. */
void judge_answer(struct workspace *workspace, struct result *result, const struct places *places,
                  const struct request_number *request, const struct bytes *received, int error);

/* A server that was sent SIGTERM has ended. */
void judge_stop(struct result *stop, const struct process *process);

/* A deadline has passed: DOING is what was not done within SECONDS, "did not end"; so many bytes had CAME. */
void judge_hang(struct result *result, const char *doing, double seconds, size_t came);

#endif

/* SPDX-License-Identifier: MIT */
