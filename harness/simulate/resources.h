/* What a folder that is served has beside the document, and what each request for it deserves. */
#ifndef HARNESS_SIMULATE_RESOURCES_H
#define HARNESS_SIMULATE_RESOURCES_H

#include "harness/simulate/world.h"

extern const struct resource resources[];
extern const size_t resource_count;

/* Has the oracle make the pages of all of them. They are the world's, to be freed by resources_free. */
void resources_make(struct world *world);
void resources_free(struct world *world);

/* The page of RESOURCE. */
struct page *resource_page(const struct world *world, const struct resource *resource);

#endif

/* SPDX-License-Identifier: MIT */
