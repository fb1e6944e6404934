/* A verdict: what it is called, what it is about, and how it is set, kept and taken back. */
/* reads: nothing */
#include "harness/base/hash.h"
#include "harness/verdict/headers.h"
#include "harness/verdict/result.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *word;
  bool failure, of_gate, of_program;
} verdicts[VERDICTS] = {
    [NOT_RUN] = {"NOT RUN", "not-run", false, false, false},
    [EQUAL] = {"EQUAL", "equal", false, false, false},
    [DIVERGED] = {"DIVERGED", "diverged", true, false, true},
    [CRASHED] = {"CRASHED", "crashed", true, false, true},
    [HUNG] = {"HUNG", "hung", true, false, true},
    [REFUSED] = {"REFUSED", "refused", true, false, true},
    [LEAKED] = {"LEAKED", "leaked", true, false, true},
    [MISSING] = {"MISSING", "missing", true, false, true},
    [FLAKY] = {"FLAKY", "flaky", true, false, false},
    [ORACLE_FAULT] = {"ORACLE FAULT", "oracle-fault", true, true, false},
    [RUNNER_FAULT] = {"RUNNER FAULT", "runner-fault", true, true, false},
};

static const struct {
  const char *name, *signature;
} parts[PARTS] = {
    [PART_NONE] = {"", ""},
    [PART_STATUS] = {"status line", "status"},
    [PART_HEADERS] = {"headers", "headers"},
    [PART_BODY] = {"body", "body"},
    [PART_STDOUT] = {"stdout", "stdout"},
    [PART_EXIT] = {"exit status", "exit"},
    [PART_STDERR] = {"stderr", "stderr"},
    [PART_OUTPUT] = {"output file", "output"},
    [PART_TREE] = {"tree", "tree"},
};

START_TEST(each_verdict_has_its_names_and_is_about_something) {
  for (int i = 0; i < VERDICTS; i++) {
    enum verdict verdict = (enum verdict)i;
    ck_assert_str_eq(verdict_name(verdict), verdicts[i].name);
    ck_assert_str_eq(verdict_word(verdict), verdicts[i].word);
    ck_assert_msg(verdict_is_failure(verdict) == verdicts[i].failure, "%s", verdicts[i].name);
    ck_assert_msg(verdict_is_infrastructure(verdict) == verdicts[i].of_gate, "%s", verdicts[i].name);
    ck_assert_msg(verdict_is_of_program(verdict) == verdicts[i].of_program, "%s", verdicts[i].name);
  }
}
END_TEST

/* Every byte that came counts, the last one of a long answer too. */
START_TEST(a_signature_is_of_the_whole_answer) {
  enum { LONG = 1 << 16 };
  struct result one = {.verdict = DIVERGED, .part = PART_BODY};
  struct result other = {.verdict = DIVERGED, .part = PART_BODY};
  char *text = xcalloc(LONG, 1);
  bytes_append(&one.actual, text, LONG);
  text[LONG - 1] = 1;
  bytes_append(&other.actual, text, LONG);
  char *first = result_signature(&one);
  char *second = result_signature(&other);
  ck_assert_str_ne(first, second);
  free(text);
  free(first);
  free(second);
  bytes_free(&one.actual);
  bytes_free(&other.actual);
}
END_TEST

START_TEST(a_signature_tells_the_part_the_place_and_what_came) {
  for (int i = 0; i < PARTS; i++) {
    struct result result = {.verdict = DIVERGED, .part = (enum part)i, .offset = 57};
    bytes_text(&result.actual, "came");
    char *wanted =
        xasprintf("%s@57:%016llx", parts[i].signature, (unsigned long long)hash_bytes(HASH_START, "came", 4));
    char *signature = result_signature(&result);
    ck_assert_str_eq(part_name((enum part)i), parts[i].name);
    ck_assert_str_eq(signature, wanted);
    free(signature);
    free(wanted);
    result_free(&result);
  }
  for (int i = 0; i < VERDICTS; i++) {
    const struct result result = {.verdict = (enum verdict)i, .part = PART_BODY, .offset = 57};
    char *signature = result_signature(&result);
    ck_assert(i == DIVERGED || strcmp(signature, verdicts[i].word) == 0);
    free(signature);
  }
}
END_TEST

START_TEST(an_answer_is_kept_where_that_is_wanted) {
  struct result result = {0};
  result_keep(&result, span_text("one"));
  ck_assert_uint_eq(result.answer.len, 0);
  result.keeps_answer = true;
  result_keep(&result, span_text("one"));
  result_keep(&result, span_text("two"));
  ck_assert(span_equal(span_of(&result.answer), span_text("two")));
  result_free(&result);
}
END_TEST

/* The first failure stands; what is none is replaced, even by what names it. */
START_TEST(a_verdict_is_set_unless_a_failure_stands) {
  for (int before = 0; before < VERDICTS; before++) {
    struct result result = {.verdict = (enum verdict)before};
    bytes_text(&result.detail, "first");
    result_set(&result, LEAKED, "%s and %d", result.detail.data, 2);
    ck_assert_int_eq(result.verdict, verdicts[before].failure ? before : LEAKED);
    ck_assert_str_eq(span_of(&result.detail).data, verdicts[before].failure ? "first" : "first and 2");
    result_free(&result);
  }
}
END_TEST

START_TEST(a_verdict_is_taken_back_with_all_that_it_said) {
  struct result result = {.verdict = DIVERGED, .part = PART_BODY, .offset = 3};
  bytes_text(&result.expected, "a");
  bytes_text(&result.actual, "b");
  bytes_text(&result.detail, "c");
  bytes_text(&result.errors, "d");
  result_withdraw(&result);
  ck_assert_int_eq(result.verdict, NOT_RUN);
  ck_assert_int_eq(result.part, PART_NONE);
  ck_assert_uint_eq(result.offset, 0);
  ck_assert_uint_eq(result.expected.len + result.actual.len + result.detail.len, 0);
  ck_assert_uint_eq(result.errors.len, 1);
  result_free(&result);
}
END_TEST

/* ---- Headers that are wanted, ignored, or neither ---------------------------------------------------------------- */

static const struct {
  const char *wanted, *ignored, *got, *expected; /* lines with a | after each */
} sections[] = {
    {"A: 1|B: 2|", "", "A: 1|B: 2|", "A: 1|B: 2|"},
    {"A: 1|B: 2|", "", "B: 2|A: 1|", "A: 1|B: 2|"},
    {"A: 1|B: 2|", "", "A: 1|", "A: 1|B: 2|"},
    {"A: 1|", "", "A: 1|C: 3|", "A: 1|"},
    {"A: 1|B: 2|C: 3|", "", "X: 1|", "A: 1|B: 2|C: 3|"},
    {"A: 1|", "Date|", "Date: x|A: 1|date: y|", "Date: x|A: 1|date: y|"},
    {"A: 1|", "Date|", "Dat: x|A: 1|", "A: 1|"},
    {"A: 1|", "Date|", "Date|A: 1|", "A: 1|"},
    {"A: 1|", "Date|", "Dates: x|A: 1|", "A: 1|"},
    {"A: *|", "", "A: anything|", "A: anything|"},
    {"A: *|", "", "A: |", "A: |"},
    {"A: *|", "", "A:|", "A: *|"},
    {"A: *b*d|", "", "A: abcbd|", "A: abcbd|"},
    {"A: *b*d|", "", "A: abcbdc|", "A: *b*d|"},
    {"A: 1*|", "", "A: 1|", "A: 1|"},
    {"A: \\*|", "", "A: *|", "A: *|"},
    {"A: \\*|", "", "A: x|", "A: *|"},
    {"A: 12|", "", "A: 1|", "A: 12|"},
    {"A: 1|", "", "A: 12|", "A: 1|"},
    {"A: *2|", "", "A: 1|", "A: *2|"},
    {"", "", "A: 1|", ""},
    {"", "", "", ""},
};

static void read_lines(const char *text, struct text_list *lines) {
  for (const char *end; (end = strchr(text, '|')); text = end + 1)
    text_list_add(lines, text, (size_t)(end - text));
}

/* The line that the headers are compared with is the one that came, where it is right or may be any. */
START_TEST(headers_that_came_are_expected_where_they_are_right) {
  struct text_list wanted = {0};
  struct text_list ignored = {0};
  struct text_list came = {0};
  struct text_list lines = {0};
  struct bytes got = {0};
  struct bytes text = {0};
  struct bytes expected = {0};
  read_lines(sections[_i].wanted, &wanted);
  read_lines(sections[_i].ignored, &ignored);
  read_lines(sections[_i].got, &came);
  read_lines(sections[_i].expected, &lines);
  for (size_t i = 0; i < came.count; i++)
    bytes_printf(&got, "%s\r\n", came.items[i]);
  bytes_text(&got, "\r\n");
  for (size_t i = 0; i < lines.count; i++)
    bytes_printf(&text, "%s\r\n", lines.items[i]);
  bytes_text(&text, "\r\n");
  /* Nothing stands after it, which a sanitizer holds. */
  char *exact = malloc(got.len);
  memcpy(exact, got.data, got.len);
  headers_expect(&wanted, &ignored, (struct span){exact, got.len}, &expected);
  ck_assert_msg(span_equal(span_of(&expected), span_of(&text)), "%s", span_of(&expected).data);
  free(exact);
  text_list_free(&wanted);
  text_list_free(&ignored);
  text_list_free(&came);
  text_list_free(&lines);
  bytes_free(&got);
  bytes_free(&text);
  bytes_free(&expected);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("result");
  TCase *tests = tcase_create("result");
  tcase_add_test(tests, each_verdict_has_its_names_and_is_about_something);
  tcase_add_test(tests, a_signature_is_of_the_whole_answer);
  tcase_add_test(tests, a_signature_tells_the_part_the_place_and_what_came);
  tcase_add_test(tests, an_answer_is_kept_where_that_is_wanted);
  tcase_add_test(tests, a_verdict_is_set_unless_a_failure_stands);
  tcase_add_test(tests, a_verdict_is_taken_back_with_all_that_it_said);
  tcase_add_loop_test(tests, headers_that_came_are_expected_where_they_are_right, 0,
                      sizeof sections / sizeof *sections);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
