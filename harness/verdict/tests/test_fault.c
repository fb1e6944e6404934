/* Faults: one cause is one, however it shows, and two causes are two, however alike they look. */
/* reads: nothing */
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16 };

static struct suite suite = {.name = (char *)"s"};
static struct program program;
static struct target target = {.program = &program, .label = (char *)"p", .where = "native"};
static struct test_case cases[MOST];
static struct result results[MOST];
static size_t count;

/* A divergence in its first byte, which is ACTUAL and not EXPECTED, of an input of LEN bytes; CAUSE may be NULL. */
static struct result *diverge(char expected, char actual, size_t len, const char *cause) {
  struct result *one = &results[count];
  *one = (struct result){.suite = &suite, .target = &target, .test_case = &cases[count], .part = PART_BODY};
  result_set(one, DIVERGED, "body byte 0");
  bytes_append(&one->expected, &expected, 1);
  bytes_append(&one->actual, &actual, 1);
  for (size_t i = 0; i < len; i++)
    bytes_append(&cases[count].input, "x", 1);
  one->cause = cause ? xstrdup(cause) : NULL;
  count++;
  return one;
}

static void tear_down(void) {
  for (size_t i = 0; i < count; i++) {
    result_free(&results[i]);
    bytes_free(&cases[i].input);
  }
  count = 0;
}

START_TEST(what_nobody_looked_at_goes_by_its_looks) {
  struct fault *faults;
  diverge('a', 'b', 5, NULL);
  diverge('a', 'b', 3, NULL);
  diverge('a', 'c', 1, NULL);
  ck_assert_uint_eq(faults_find(results, count, &faults), 2);
  ck_assert_uint_eq(faults[0].failures, 2);
  ck_assert_ptr_eq(faults[0].example, &results[1]); /* the shorter */
  ck_assert_ptr_eq(fault_of(faults, 2, &results[0]), &faults[0]);
  ck_assert_ptr_eq(fault_of(faults, 2, &results[2]), &faults[1]);
  free(faults);
}
END_TEST

/* Of as many failures, the one whose example comes first. */
START_TEST(the_fault_with_the_most_failures_is_first) {
  struct fault *faults;
  diverge('a', 'b', 1, NULL);
  diverge('a', 'c', 1, NULL);
  diverge('a', 'd', 1, NULL);
  diverge('a', 'd', 1, NULL);
  diverge('a', 'e', 1, NULL);
  ck_assert_uint_eq(faults_find(results, count, &faults), 4);
  ck_assert_uint_eq(faults[0].failures, 2);
  ck_assert_ptr_eq(faults[0].example, &results[2]);
  ck_assert_ptr_eq(faults[1].example, &results[0]);
  ck_assert_ptr_eq(faults[2].example, &results[1]);
  ck_assert_ptr_eq(faults[3].example, &results[4]);
  ck_assert_uint_eq(results[2].fault, 1);
  ck_assert_uint_eq(results[0].fault, 2);
  ck_assert_uint_eq(results[4].fault, 4);
  ck_assert_ptr_null(fault_of(faults, 0, &results[0]));
  ck_assert_ptr_null(fault_of(faults, 1, &results[0]));
  ck_assert_ptr_null(fault_of(faults, 4, &(struct result){0}));
  free(faults);
}
END_TEST

/* Five ways, of which three were seen to come from one place: those, and what is like them, are one fault. */
START_TEST(one_cause_is_one_fault) {
  struct fault *faults;
  diverge('a', 'b', 1, "stored by one one.c:1");
  diverge('a', 'b', 9, NULL);
  diverge('a', 'c', 2, "stored by one one.c:1");
  diverge('a', 'c', 8, NULL);
  diverge('a', 'd', 3, "stored by one one.c:1");
  diverge('a', 'e', 4, "stored by two two.c:2");
  diverge('a', 'f', 5, NULL);
  ck_assert_uint_eq(faults_find(results, count, &faults), 3);
  ck_assert_uint_eq(faults[0].failures, 5);
  ck_assert_uint_eq(faults[0].cases, 5);
  ck_assert_str_eq(faults[0].cause, "stored by one one.c:1");
  ck_assert_ptr_eq(fault_of(faults, 3, &results[3]), &faults[0]);
  ck_assert_ptr_ne(fault_of(faults, 3, &results[5]), fault_of(faults, 3, &results[6]));
  free(faults);
}
END_TEST

/* Whether the failures are scattered: WAYS pairs of bytes among CASES cases, of which the last is of VERDICT. */
static bool are_scattered(size_t ways, size_t cases_made, enum verdict verdict) {
  struct fault *faults;
  for (size_t i = 0; i < cases_made; i++)
    diverge((char)('a' + i % ways), (char)('b' + i % ways), i, NULL);
  results[count - 1].verdict = verdict;
  size_t found = faults_find(results, count, &faults);
  bool all = true;
  bool any = false;
  for (size_t i = 0; i < found; i++) {
    all &= faults[i].scattered;
    any |= faults[i].scattered;
  }
  ck_assert(all == any);
  free(faults);
  return all;
}

/* As many ways as cases, as of a checksum: they tell nothing of causes. A few ways of many cases do. */
static const struct {
  size_t ways, cases;
  enum verdict verdict;
  bool scattered;
} spreads[] = {{8, 8, DIVERGED, true}, {6, 11, DIVERGED, true},  {5, 10, DIVERGED, false}, {3, 3, DIVERGED, false},
               {4, 4, DIVERGED, true}, {2, 12, DIVERGED, false}, {8, 8, CRASHED, false}};

START_TEST(ways_as_many_as_cases_tell_nothing_of_causes) {
  ck_assert_int_eq(are_scattered(spreads[_i].ways, spreads[_i].cases, spreads[_i].verdict), spreads[_i].scattered);
}
END_TEST

/* Alike to the byte, and from two places: two faults. */
START_TEST(two_causes_are_two_faults) {
  struct fault *faults;
  diverge('a', 'b', 1, "crashed at one one.c:1");
  diverge('a', 'b', 2, "crashed at two two.c:2");
  diverge('a', 'b', 3, NULL);
  ck_assert_uint_eq(faults_find(results, count, &faults), 2);
  ck_assert_uint_eq(faults[0].failures + faults[1].failures, 3);
  ck_assert_ptr_ne(fault_of(faults, 2, &results[0]), fault_of(faults, 2, &results[1]));
  free(faults);
}
END_TEST

/* The example is one that was looked at, so that the report has something to tell. */
START_TEST(the_example_was_looked_at) {
  struct fault *faults;
  diverge('a', 'b', 1, NULL);
  diverge('a', 'b', 7, "stored by one one.c:1");
  ck_assert_uint_eq(faults_find(results, count, &faults), 1);
  ck_assert_ptr_eq(faults[0].example, &results[1]);
  free(faults);
}
END_TEST

/* The same two bytes in two parts: two faults. */
START_TEST(parts_are_not_merged) {
  struct fault *faults;
  diverge('a', 'b', 1, NULL);
  diverge('a', 'b', 1, NULL)->part = PART_STATUS;
  diverge('a', 'b', 1, NULL)->part = PART_STDERR;
  ck_assert_uint_eq(faults_find(results, count, &faults), 3);
  free(faults);
}
END_TEST

/* One renderer as a filter and in a server. */
START_TEST(what_is_printed_and_what_is_served_is_one_part) {
  struct fault *faults;
  diverge('a', 'b', 1, NULL);
  diverge('a', 'b', 1, NULL)->part = PART_STDOUT;
  ck_assert_uint_eq(faults_find(results, count, &faults), 1);
  ck_assert_uint_eq(faults[0].failures, 2);
  free(faults);
}
END_TEST

static void set_sides(struct result *one, const char *expected, const char *actual, size_t offset) {
  one->part = PART_HEADERS;
  one->offset = offset;
  bytes_clear(&one->expected);
  bytes_clear(&one->actual);
  bytes_text(&one->expected, expected);
  bytes_text(&one->actual, actual);
}

/* A length that is wrong is another byte in each answer. */
START_TEST(headers_are_alike_by_their_field) {
  struct fault *faults;
  set_sides(diverge('a', 'b', 1, NULL), "A: b\r\nContent-Length: 12\r\n\r\n", "A: b\r\nContent-Length: 13\r\n\r\n", 23);
  set_sides(diverge('a', 'b', 1, NULL), "A: b\r\nContent-Length: 9\r\n\r\n", "A: b\r\nContent-Length: 10\r\n\r\n", 22);
  set_sides(diverge('a', 'b', 1, NULL), "A: 9\r\nContent-Length: 2\r\n\r\n", "A: 1\r\nContent-Length: 2\r\n\r\n", 3);
  set_sides(diverge('a', 'b', 1, NULL), "A: b\r\n\r\n", "A: b\r\nX: y\r\n\r\n", 6);
  ck_assert_uint_eq(faults_find(results, count, &faults), 3);
  ck_assert_uint_eq(faults[0].failures, 2);
  char *ways[] = {result_way(&results[0]), result_way(&results[3])};
  ck_assert_str_eq(ways[0], "DIVERGED: headers: Content-Length");
  ck_assert_str_eq(ways[1], "DIVERGED: headers: X, expected their end");
  free(ways[0]);
  free(ways[1]);
  free(faults);
}
END_TEST

static void describe(enum verdict verdict, const char *detail) {
  struct result *one = diverge('a', 'b', 1, NULL);
  one->verdict = NOT_RUN;
  one->part = PART_NONE;
  result_set(one, verdict, "%s", detail);
}

START_TEST(numbers_of_a_case_do_not_count) {
  struct fault *faults;
  describe(LEAKED, "it kept 56 descriptors more after 56 more answers");
  describe(LEAKED, "it kept 112 descriptors more after 1024 more answers");
  describe(LEAKED, "it kept 4 KiB of memory more after 56 more answers");
  describe(DIVERGED, "Content-Length is 12 and the body has 13 bytes");
  describe(DIVERGED, "Content-Length is 1 and the body has 2 bytes");
  describe(DIVERGED, "Content-Length is 1 and the body has 2 byte");
  describe(CRASHED, "ended with exit status 1");
  describe(CRASHED, "ended with exit status 2");
  ck_assert_uint_eq(faults_find(results, count, &faults), 6);
  free(faults);
}
END_TEST

/* What looks different natively and under an emulator. Another program that shares the case has its own fault, and so
   has another case. */
START_TEST(one_case_of_one_program_is_one_fault) {
  struct fault *faults;
  struct target emulated = {.program = &program, .label = (char *)"p", .where = "qemu"};
  struct program another = {0};
  struct target of_another = {.program = &another, .label = (char *)"q", .where = "native"};
  diverge('a', 'b', 1, "stored by one one.c:1");
  diverge('a', 'b', 1, NULL);
  describe(CRASHED, "ended by signal 11");
  describe(HUNG, "did not end");
  describe(LEAKED, "a process");
  results[2].test_case = results[0].test_case;
  results[2].target = &emulated;
  results[3].test_case = results[0].test_case;
  results[3].target = &of_another;
  ck_assert_uint_eq(faults_find(results, count, &faults), 3);
  ck_assert_uint_eq(faults[0].failures, 3);
  ck_assert_uint_eq(faults[0].cases, 2);
  ck_assert_uint_eq(faults[0].targets, 2);
  ck_assert_str_eq(faults[0].cause, "stored by one one.c:1");
  ck_assert_ptr_eq(fault_of(faults, 3, &results[2]), &faults[0]);
  ck_assert_ptr_ne(fault_of(faults, 3, &results[3]), fault_of(faults, 3, &results[4]));
  free(faults);
}
END_TEST

START_TEST(what_does_not_fail_or_was_not_tried_is_no_fault) {
  struct fault *faults;
  diverge('a', 'b', 1, NULL)->untried = true;
  diverge('a', 'b', 1, NULL)->known = KNOWN_AS_IS;
  ck_assert_uint_eq(faults_find(results, count, &faults), 0);
  ck_assert_ptr_null(fault_of(faults, 0, &results[0]));
  free(faults);
}
END_TEST

int main(void) {
  Suite *all = suite_create("fault");
  TCase *tests = tcase_create("fault");
  tcase_add_checked_fixture(tests, NULL, tear_down);
  tcase_add_test(tests, what_nobody_looked_at_goes_by_its_looks);
  tcase_add_test(tests, the_fault_with_the_most_failures_is_first);
  tcase_add_test(tests, one_cause_is_one_fault);
  tcase_add_loop_test(tests, ways_as_many_as_cases_tell_nothing_of_causes, 0, sizeof spreads / sizeof *spreads);
  tcase_add_test(tests, two_causes_are_two_faults);
  tcase_add_test(tests, the_example_was_looked_at);
  tcase_add_test(tests, parts_are_not_merged);
  tcase_add_test(tests, what_is_printed_and_what_is_served_is_one_part);
  tcase_add_test(tests, headers_are_alike_by_their_field);
  tcase_add_test(tests, numbers_of_a_case_do_not_count);
  tcase_add_test(tests, one_case_of_one_program_is_one_fault);
  tcase_add_test(tests, what_does_not_fail_or_was_not_tried_is_no_fault);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
