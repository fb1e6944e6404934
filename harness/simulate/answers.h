/* What the program answers, held to what each request deserves: status, fields and content, and no byte more. */
#ifndef HARNESS_SIMULATE_ANSWERS_H
#define HARNESS_SIMULATE_ANSWERS_H

#include "harness/simulate/world.h"

/* The program has written COUNT bytes more to CLIENT, which stand at the end of its `in`. */
void answer_taken(struct world *world, struct client *client, size_t count);

#endif

/* SPDX-License-Identifier: MIT */
