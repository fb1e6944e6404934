/* The processes of a program: one, or with --workers several, each in an emulator of its own. One of them runs at a
   time, until it waits for something, or until others have their turn after one of its system calls; the seed decides
   which one goes on. */
#ifndef HARNESS_SIMULATE_PROCESS_H
#define HARNESS_SIMULATE_PROCESS_H

#include "harness/simulate/world.h"

/* What a handler returns for a call that is not over: `look` of its process says when it is. */
#define WAITS INT64_MIN

/* A process in whose place PARENT is, or with NULL the first one. It is the world's, and has no emulator yet. */
struct process *process_add(struct world *world, struct process *parent);
void processes_free(struct world *world);

bool process_lives(const struct process *process);

/* "the program", "worker 102". Static. */
const char *process_name(const struct world *world, const struct process *process);

/* PROCESS gets a signal: SIGTERM, SIGINT or SIGHUP. */
void process_signal(struct world *world, struct process *process, int number);

/* PROCESS ends, BY_FORCE or by itself: its descriptors are closed, and its parent is told. */
void process_end(struct world *world, struct process *process, bool by_force);

/* Runs what there is until the history is over. Where a process crashes, CRASH says how. */
void processes_run(struct world *world, struct bytes *crash);

/* The process at work gives way, or waits: the one that goes on is the world's process after it. Time goes on until
   there is one. */
void processes_schedule(struct world *world);

#endif

/* SPDX-License-Identifier: MIT */
