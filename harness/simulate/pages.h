/* Documents that the simulated files hold, and the pages that the oracle makes of what was read of them. */
#ifndef HARNESS_SIMULATE_PAGES_H
#define HARNESS_SIMULATE_PAGES_H

#include "harness/simulate/world.h"

/* Appends document NUMBER to OUT; always the same one. One in eight has several KB, one in
   forty more than 64. They are no longer, because a store of the emulated program takes some 80 ns. */
void document_make(unsigned number, struct bytes *out);

/* The page of DOCUMENT, as the oracle renders it. It is the world's. */
struct page *page_of(struct world *world, struct span document);

/* A page that is HTML as it is, of NAME. It is the world's. */
struct page *page_as_it_is(struct world *world, const char *name, const char *html);

/* The program has read DOCUMENT whole, from the file as it is now or was. */
void page_seen(struct world *world, struct span document);

void pages_free(struct world *world);

#endif

/* SPDX-License-Identifier: MIT */
