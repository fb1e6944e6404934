/* Where an address of one build is found again in another: by names, by bytes, or not at all. */
/* reads: nothing */
#include "harness/bisect/bisect_build.h"

#include <check.h>
#include <stdlib.h>

#define ITEM(NAME, ADDRESS, SIZE, KIND)                                                                                \
  { .name = (char[]){NAME}, .address = (ADDRESS), .size = (SIZE), .kind = (KIND), .reach = (ADDRESS) + (SIZE) }

static struct item one_items[] = {
    ITEM("routine", 0x1000, 16, ITEM_CODE), ITEM("gone", 0x1010, 4, ITEM_CODE),  ITEM("kind", 0x1014, 4, ITEM_DATA),
    ITEM("table", 0x1018, 8, ITEM_DATA),    ITEM("grown", 0x1020, 8, ITEM_DATA), ITEM("room", 0x1030, 64, ITEM_BSS),
};
static struct item other_items[] = {
    ITEM("before", 0x1000, 16, ITEM_CODE), ITEM("kind", 0x1010, 4, ITEM_CODE),  ITEM("routine", 0x1014, 20, ITEM_CODE),
    ITEM("grown", 0x1028, 12, ITEM_DATA),  ITEM("table", 0x1034, 8, ITEM_DATA), ITEM("room", 0x1040, 64, ITEM_BSS),
};
static struct place one_places[] = {{(char[]){"lost"}, 0x1004}, {(char[]){"loop"}, 0x1008}};
static struct place other_places[] = {{(char[]){"other"}, 0x1018}, {(char[]){"loop"}, 0x1020}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct build one = {
    .items = one_items, .item_count = COUNT(one_items), .places = one_places, .place_count = COUNT(one_places)};
static const struct build other = {
    .items = other_items, .item_count = COUNT(other_items), .places = other_places, .place_count = COUNT(other_places)};

static const struct {
  uint64_t address;
  bool found;
  uint64_t translated;
} rows[] = {
    {0x1000, true, 0x1014},                         /* the begin of a routine */
    {0x1008, true, 0x1020},                         /* a place in it, by its name */
    {0x1004, false, 0},                             /* one that the other build does not have */
    {0x1006, false, 0},                             /* one without a name */
    {0x1010, false, 0},                             /* a routine that the other build does not have */
    {0x1014, false, 0},                             /* data there, a routine here */
    {0x1018, true, 0x1034},                         /* data of the same size: any byte of it */
    {0x101b, true, 0x1037}, {0x1020, true, 0x1028}, /* data of another size: its begin alone */
    {0x1024, false, 0},     {0x1030, true, 0x1040}, {0x106f, true, 0x107f}, /* the last byte of the last */
    {0x1029, false, 0},                                                     /* nothing there, something here */
    {0x2000, true, 0x2000},                                                 /* nothing in both */
    {0x0fff, true, 0x0fff},
};

START_TEST(an_address_is_found_again_by_names) {
  uint64_t translated = 0;
  bool found = build_translate(&one, &other, rows[_i].address, &translated);
  ck_assert_msg(found == rows[_i].found, "%#llx: %d", (unsigned long long)rows[_i].address, found);
  if (found)
    ck_assert_uint_eq(translated, rows[_i].translated);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("build");
  TCase *tests = tcase_create("build");
  tcase_add_loop_test(tests, an_address_is_found_again_by_names, 0, COUNT(rows));
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
