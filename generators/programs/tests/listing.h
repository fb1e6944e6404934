/* listing.h: a published listing, as fixtures/published/README.md describes it. */
#ifndef BYTEGATE_LISTING_H
#define BYTEGATE_LISTING_H

#include <stddef.h>

#define LISTING_ROW 16

typedef struct {
  size_t offset, count, meant_count; /* meant_count 0: the published bytes are right */
  unsigned char published[LISTING_ROW], meant[LISTING_ROW];
  char erratum[48];
} ListingRow;

typedef struct {
  char path[256], file[64];
  size_t size; /* of the whole file, or 0 */
  ListingRow rows[128];
  size_t count;
} Listing;

/* Read a listing, or a program; fail the running test, with file and line, where it is malformed. */
Listing listing_read(const char *path);
/* The built program NAME; owned by the caller. */
unsigned char *program_read(const char *name, size_t *size);
/* The row of the listing that begins at `offset`; fails the running test if there is none. */
const ListingRow *listing_row(const Listing *listing, size_t offset);

#endif

/* SPDX-License-Identifier: MIT */
