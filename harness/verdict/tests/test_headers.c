/* Headers by pattern: what is right is taken, and nothing else; a filter's changes are counted as they are. */
/* reads: nothing */
#include "harness/verdict/filter.h"
#include "harness/verdict/headers.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *pattern, *line;
  bool matches;
} patterns[] = {
    {"A: b", "A: b", true},
    {"A: b", "A: B", false},
    {"A: *", "A: ", true},
    {"A: *", "A: x y", true},
    {"A: *", "B: x", false},
    {"A: *b*c", "A: abbcc", true},
    {"A: *b*c", "A: abbcd", false},
    {"A: \\*", "A: *", true},
    {"A: \\*", "A: x", false},
    {"A: *\\*", "A: x*", true},
    {"A: ?", "A: x", false},
    {"A: [x]", "A: x", false},
    {"A: **", "A: x", true},
    {"A: b*", "A: ab", false},
    {"*", "", true},
    {"A: *a*a*a*a*a*a*a*b", "A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

START_TEST(a_pattern_matches_what_it_says) {
  ck_assert_msg(header_matches(patterns[_i].pattern, span_text(patterns[_i].line)) == patterns[_i].matches, "%s of %s",
                patterns[_i].pattern, patterns[_i].line);
}
END_TEST

/* WANTED and IGNORED have their items between bars. */
static const struct {
  const char *wanted, *ignored, *got, *expected;
} sections[] = {
    {"A: 1|B: 2", "", "A: 1\r\nB: 2\r\n\r\n", "A: 1\r\nB: 2\r\n\r\n"},
    {"A: *|B: 2", "", "A: 1\r\nB: 3\r\n\r\n", "A: 1\r\nB: 2\r\n\r\n"},
    {"A: 1", "date", "Date: x\r\nA: 1\r\nDATE: y\r\n\r\n", "Date: x\r\nA: 1\r\nDATE: y\r\n\r\n"},
    {"A: 1", "Dat", "Date: x\r\nA: 1\r\n\r\n", "A: 1\r\n\r\n"},
    {"A: 1|B: *", "", "A: 1\r\n\r\n", "A: 1\r\nB: *\r\n\r\n"},
    {"A: 1", "", "", "A: 1\r\n\r\n"},
};

static struct text_list split(const char *text) {
  struct text_list list = {0};
  for (size_t len; *text; text += len + (text[len] == '|')) {
    len = strcspn(text, "|");
    text_list_add(&list, text, len);
  }
  return list;
}

START_TEST(a_section_is_filled_in_where_it_is_open) {
  struct text_list wanted = split(sections[_i].wanted);
  struct text_list ignored = split(sections[_i].ignored);
  struct bytes expected = {0};
  headers_expect(&wanted, &ignored, span_text(sections[_i].got), &expected);
  ck_assert_str_eq(span_of(&expected).data, sections[_i].expected);
  text_list_free(&wanted);
  text_list_free(&ignored);
  bytes_free(&expected);
}
END_TEST

static const struct {
  const char *before, *after;
  size_t changes;
} changes[] = {
    {"", "", 0},       {"same", "same", 0},      {"", "abc", 3},        {"abc", "", 3},
    {"abc", "axc", 2}, {"abcabba", "cbabac", 5}, {"x1y1z", "x2y2z", 4}, {"aaaa", "aaa", 1},
    {"abc", "xyz", 6}, {"ab", "ba", 2},
};

START_TEST(changes_are_counted_as_the_least) {
  ck_assert_uint_eq(count_changes(span_text(changes[_i].before), span_text(changes[_i].after)), changes[_i].changes);
}
END_TEST

/* More than is worth finding the least of: all between the first and the last. */
START_TEST(many_changes_are_counted_from_the_first_to_the_last) {
  enum { LENGTH = 2 * MOST_CHANGES };
  char *before = xcalloc(LENGTH + 2, 1);
  char *after = xcalloc(LENGTH + 2, 1);
  memset(before, 'a', LENGTH);
  memset(after, 'b', LENGTH);
  before[LENGTH] = after[LENGTH] = 'c';
  ck_assert_uint_eq(count_changes(span_text(before), span_text(after)), 2 * LENGTH);
  free(before);
  free(after);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("headers");
  TCase *tests = tcase_create("headers");
  tcase_add_loop_test(tests, a_pattern_matches_what_it_says, 0, sizeof patterns / sizeof *patterns);
  tcase_add_loop_test(tests, a_section_is_filled_in_where_it_is_open, 0, sizeof sections / sizeof *sections);
  tcase_add_loop_test(tests, changes_are_counted_as_the_least, 0, sizeof changes / sizeof *changes);
  tcase_add_test(tests, many_changes_are_counted_from_the_first_to_the_last);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
