/* test_published.c: our programs are the published ones, byte for byte, but where an erratum says that the publication
 * is wrong. A listing that is whole tells every byte of its file once. */
/* reads: fixtures/published elf */
#include "listing.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static glob_t listings;

static void check_row(const Listing *listing, const ListingRow *row, const unsigned char *bytes, size_t size) {
  const unsigned char *meant = row->meant_count ? row->meant : row->published;
  for (size_t i = 0; i < row->count; i++)
    if (row->offset + i >= size || bytes[row->offset + i] != meant[i])
      ck_abort_msg("%s: offset %#zx: %02x is published, %s has %02x", listing->path, row->offset + i, meant[i],
                   listing->file, row->offset + i < size ? bytes[row->offset + i] : 0);
}

START_TEST(program_is_as_published) {
  Listing listing = listing_read(listings.gl_pathv[_i]);
  size_t size, next = 0;
  unsigned char *bytes = program_read(listing.file, &size);
  ck_assert_uint_gt(listing.count, 0);
  for (size_t i = 0; i < listing.count; i++) {
    if (listing.size && listing.rows[i].offset != next)
      ck_abort_msg("%s: a row at %#zx follows, where %#zx should", listing.path, listing.rows[i].offset, next);
    check_row(&listing, &listing.rows[i], bytes, size);
    next = listing.rows[i].offset + listing.rows[i].count;
  }
  if (listing.size)
    ck_assert_uint_eq(size, listing.size);
  free(bytes);
}
END_TEST

/* A row that is called wrong differs from what it should be, in its bytes and not in their number. */
START_TEST(erratum_is_one) {
  Listing listing = listing_read(listings.gl_pathv[_i]);
  for (size_t i = 0; i < listing.count; i++) {
    const ListingRow *row = &listing.rows[i];
    if (row->meant_count && (row->meant_count != row->count || !memcmp(row->meant, row->published, row->count)))
      ck_abort_msg("%s: the row at %#zx is no erratum", listing.path, row->offset);
  }
}
END_TEST

START_TEST(listings_are_there) { ck_assert_uint_eq(listings.gl_pathc, 13); }
END_TEST

int main(void) {
  glob("fixtures/published/*.hex", 0, NULL, &listings);
  Suite *suite = suite_create("published listings");
  TCase *tc = tcase_create("held to the programs");
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, listings_are_there);
  tcase_add_loop_test(tc, program_is_as_published, 0, (int)listings.gl_pathc);
  tcase_add_loop_test(tc, erratum_is_one, 0, (int)listings.gl_pathc);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  globfree(&listings);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
