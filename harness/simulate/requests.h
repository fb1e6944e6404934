/* What simulated clients ask for, and what each request deserves. */
#ifndef HARNESS_SIMULATE_REQUESTS_H
#define HARNESS_SIMULATE_REQUESTS_H

#include "harness/simulate/world.h"

/* Appends the next request of CLIENT to what it sends, for what WORLD has. PLAIN: a GET of the page, after which the
 * connection ends. */
void request_compose(const struct world *world, struct client *client, bool plain);

#endif

/* SPDX-License-Identifier: MIT */
