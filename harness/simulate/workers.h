/* What the process that watches workers promises: one that ends is replaced, waited for and told of; none is there
   too many; and after SIGTERM none is left. */
#ifndef HARNESS_SIMULATE_WORKERS_H
#define HARNESS_SIMULATE_WORKERS_H

#include "harness/simulate/world.h"

void workers_begin(struct world *world);

/* A worker has been made, or could not be; one has ended; the one that watches is to end, or has ended. */
void worker_made(struct world *world);
void worker_not_made(struct world *world);
void worker_ended(struct world *world);
void workers_to_end(struct world *world);

/* The one that watches prints TEXT on standard error. Returns whether it tells of a worker that has ended. */
bool workers_told(struct world *world, struct span text);

/* Nothing is late that ought to be done by now. */
void workers_hold(struct world *world);

#endif

/* SPDX-License-Identifier: MIT */
