/* What grows with the number of answers is a leak; what fills up and then stays is none. */
/* reads: nothing */
#include "harness/drive/growth.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 6

/* What was held after 8, 16, 32 and so on answers, and whether that is a leak. */
static const struct {
  uint64_t descriptors[MOST], pages[MOST];
  unsigned count;
  bool memory;
  const char *leak; /* NULL: none */
} rows[] = {
    {{4, 4, 4, 4}, {9, 9, 9, 9}, 4, true, NULL},
    {{12, 20, 36, 68}, {9, 9, 9, 9}, 4, true, "it kept 56 descriptors more after 56 more answers"},
    {{12, 20, 36, 68}, {9, 9, 9, 9}, 4, false, "it kept 56 descriptors more after 56 more answers"},
    /* An eighth of a descriptor an answer is one; a little less is not. */
    {{4, 5, 7, 11}, {9, 9, 9, 9}, 4, true, "it kept 7 descriptors more after 56 more answers"},
    {{4, 5, 7, 10}, {9, 9, 9, 9}, 4, true, NULL},
    /* It must grow in each of the last three steps. */
    {{12, 20, 36}, {9, 9, 9}, 3, true, NULL},
    {{12, 20, 36, 36}, {9, 9, 9, 9}, 4, true, NULL},
    {{36, 36, 52, 84}, {9, 9, 9, 9}, 4, true, NULL},
    {{36, 36, 52, 84, 148}, {9, 9, 9, 9, 9}, 5, true, "it kept 112 descriptors more after 112 more answers"},
    /* A quarter of a page an answer. Memory counts where it is looked at. */
    {{4, 4, 4, 4}, {10, 12, 16, 24}, 4, true, "KiB of memory more after 56 more answers"},
    {{4, 4, 4, 4}, {10, 12, 16, 24}, 4, false, NULL},
    {{4, 4, 4, 4}, {10, 12, 16, 23}, 4, true, NULL},
    {{4}, {9}, 0, true, NULL},
};

START_TEST(what_grows_with_the_answers_is_a_leak) {
  struct growth growth = {.count = rows[_i].count};
  struct bytes what = {0};
  for (unsigned i = 0; i < growth.count; i++)
    growth.samples[i] = (struct growth_sample){8U << i, {rows[_i].descriptors[i], rows[_i].pages[i]}};
  bool found = growth_found(&growth, rows[_i].memory, &what);
  ck_assert_msg(found == (rows[_i].leak != NULL), "row %d: %d", _i, found);
  ck_assert_msg(!found || strstr(what.data, rows[_i].leak), "row %d: %s", _i, span_of(&what).data);
  bytes_free(&what);
}
END_TEST

/* It is counted after 8 answers, 16 and so on, and what is given back until the server rests is not kept. */
START_TEST(what_is_given_back_is_not_kept) {
  struct growth growth = {0};
  for (unsigned answers = 0; answers < 8; answers++)
    growth_count(&growth, getpid(), answers);
  ck_assert_uint_eq(growth.count, 0);
  growth_rest(&growth, getpid());
  ck_assert_uint_eq(growth.count, 0);
  int more = open("/dev/null", O_RDONLY);
  ck_assert_int_ge(more, 0);
  for (unsigned answers = 8; answers < 64; answers++)
    growth_count(&growth, getpid(), answers);
  ck_assert_uint_eq(growth.count, 3);
  ck_assert_uint_eq(growth.samples[2].answers, 32);
  uint64_t held = growth.samples[2].held[0];
  ck_assert_uint_eq(growth.samples[1].held[0], held);
  ck_assert_int_eq(close(more), 0);
  growth_rest(&growth, getpid());
  ck_assert_uint_eq(growth.samples[2].held[0], held - 1);
  ck_assert_uint_eq(growth.samples[1].held[0], held);
  ck_assert_uint_gt(growth.samples[2].held[1], 0);
  /* What it took since is of no answer. */
  more = open("/dev/null", O_RDONLY);
  growth_rest(&growth, getpid());
  ck_assert_uint_eq(growth.samples[2].held[0], held - 1);
  close(more);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("growth");
  TCase *tests = tcase_create("growth");
  tcase_add_loop_test(tests, what_grows_with_the_answers_is_a_leak, 0, sizeof rows / sizeof *rows);
  tcase_add_test(tests, what_is_given_back_is_not_kept);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
