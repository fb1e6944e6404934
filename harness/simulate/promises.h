/* What the server promises of time (its own file says the same: generators/http/server.h), held to the time of the
   simulated clock: it does nothing too early, and nothing too late. */
#ifndef HARNESS_SIMULATE_PROMISES_H
#define HARNESS_SIMULATE_PROMISES_H

#include "harness/simulate/world.h"

/* A client may be without a complete request for PATIENCE, and between two requests for IDLE_PATIENCE. It may take
   nothing of its answer for TAKE_PATIENCE; each byte that it takes gives it TAKE_PER_BYTE more, up to TAKE_PATIENCE
   from then. Where all places are taken, one gives way that waits for a request since GIVES_WAY_READING, or takes its
   answer since GIVES_WAY_WRITING. After SIGTERM a request has END_READING to become complete, and a client
   to close after its last answer; an answer has END_WRITING, after which the program ends. */
#define PATIENCE (5 * SECOND)
#define IDLE_PATIENCE (15 * SECOND)
#define TAKE_PATIENCE (30 * SECOND)
#define TAKE_PER_BYTE INT64_C(500000)
#define GIVES_WAY_READING (1 * SECOND)
#define GIVES_WAY_WRITING (10 * SECOND)
#define END_READING (1 * SECOND)
#define END_WRITING (10 * SECOND)

/* Who is first in the backlog is accepted within this, however slow those are who have the places. */
#define MOST_WAITING (30 * SECOND)

/* After SIGTERM the program ends within this. */
#define MOST_ENDING (END_WRITING + SECOND)

/* Nothing is late that ought to be done by now. */
void promises_hold(struct world *world);

/* Whether CLIENT may be told 408 now. */
bool promise_of_408(const struct world *world, const struct client *client);

/* The program closes the connection of CLIENT, or the listening socket while it waits there: fails where it may not. */
void promise_of_close(struct world *world, const struct client *client);
void promise_of_backlog(struct world *world, const struct client *client);

/* PROCESS ends by itself: fails where it may not yet. */
void promises_at_exit(struct world *world, const struct process *process);

#endif

/* SPDX-License-Identifier: MIT */
