/* The fewest items of a plan with which a program fails alike: by ddmin (Zeller and Hildebrandt 2002, "Simplifying and
   isolating failure-inducing input"). */
#ifndef HARNESS_SIMULATE_REDUCE_PLAN_H
#define HARNESS_SIMULATE_REDUCE_PLAN_H

#include "harness/simulate/history.h"
#include "harness/simulate/simulate.h"

/* Prints the command that replays the smallest history found, and how it fails, unless JSON is printed. KIND: that of
   the failure of the whole PLAN. */
void reduce_plan(const struct simulation *simulation, const struct plan *plan, const char *kind);

#endif

/* SPDX-License-Identifier: MIT */
