/* What is to happen, as a seed decides it. */
#ifndef HARNESS_SIMULATE_PLAN_H
#define HARNESS_SIMULATE_PLAN_H

#include "harness/simulate/world.h"

/* The plan of SEED: ten minutes. The caller frees it. */
void plan_make(struct plan *plan, uint64_t seed);
void plan_free(struct plan *plan);

/* Has ITEM of the plan happen in WORLD, at its time. */
void plan_schedule(struct world *world, struct item *item);

#endif

/* SPDX-License-Identifier: MIT */
