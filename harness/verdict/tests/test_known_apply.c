/* What the list of known divergences, and a suite's own xfail, say of a result: each verdict that is listed, listed
   otherwise and not listed; and the list itself as it is read. */
/* reads: nothing */
#include "harness/base/files.h"
#include "harness/suite/suite.h"
#include "harness/verdict/known.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct suite suite = {.name = (char *)"s"};
static struct program program;
static struct target target = {.program = &program, .label = (char *)"p_x64", .where = "x64-native"};
static struct test_case one = {.id = (char *)"c/1"};
static char path[] = "/tmp/test_known_apply-XXXXXX";

static void set_up(void) {
  int file = mkstemp(path);
  ck_assert_int_ge(file, 0);
  close(file);
}

static void tear_down(void) { unlink(path); }

static void read_list(const char *text, struct known_list *list) {
  struct bytes why = {0};
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  ck_assert_msg(known_read(path, list, &why), "%s", span_of(&why).data);
}

/* ---- The list ---------------------------------------------------------------------------------------------------- */

START_TEST(a_list_is_read_with_its_lines_and_reasons) {
  struct known_list list;
  read_list("# none\n\ns/a p r crashed\n \t\n s/b*\tp_* *  hung more   #  slow \ns/c p r leaked #\ns/d p r any# near",
            &list);
  static const struct known_entry wanted[] = {{.test_case = (char *)"s/a",
                                               .program = (char *)"p",
                                               .runner = (char *)"r",
                                               .signature = (char *)"crashed",
                                               .line = 3},
                                              {.test_case = (char *)"s/b*",
                                               .program = (char *)"p_*",
                                               .runner = (char *)"*",
                                               .signature = (char *)"hung",
                                               .line = 5,
                                               .reason = (char *)"slow "},
                                              {.test_case = (char *)"s/c",
                                               .program = (char *)"p",
                                               .runner = (char *)"r",
                                               .signature = (char *)"leaked",
                                               .line = 6},
                                              {.test_case = (char *)"s/d",
                                               .program = (char *)"p",
                                               .runner = (char *)"r",
                                               .signature = (char *)"any",
                                               .line = 7,
                                               .reason = (char *)"near"}};
  ck_assert_uint_eq(list.count, sizeof wanted / sizeof *wanted);
  for (size_t i = 0; i < list.count; i++) {
    ck_assert_str_eq(list.entries[i].test_case, wanted[i].test_case);
    ck_assert_str_eq(list.entries[i].program, wanted[i].program);
    ck_assert_str_eq(list.entries[i].runner, wanted[i].runner);
    ck_assert_str_eq(list.entries[i].signature, wanted[i].signature);
    ck_assert_int_eq(list.entries[i].line, wanted[i].line);
    ck_assert_int_eq(list.entries[i].reason == NULL, wanted[i].reason == NULL);
    if (wanted[i].reason)
      ck_assert_str_eq(list.entries[i].reason, wanted[i].reason);
    ck_assert(!list.entries[i].met);
  }
  known_free(&list);
  ck_assert_uint_eq(list.count, 0);
}
END_TEST

static const struct {
  const char *text;
  int line; /* that is no entry */
  size_t entries;
} mistakes[] = {{"s/a p r\n", 1, 0},
                {"s/a p r crashed\nodd\ns/b p r hung\n", 2, 1},
                {"\n# x\ns/a p # crashed\ns/b p r hung\n", 3, 0}};

START_TEST(the_first_mistake_ends_the_reading) {
  struct known_list list;
  struct bytes why = {0};
  char *wanted = xasprintf("%s:%d: an entry is SUITE/CASE PROGRAM RUNNER SIGNATURE", path, mistakes[_i].line);
  ck_assert_int_eq(write_file(path, span_text(mistakes[_i].text)), 0);
  ck_assert(!known_read(path, &list, &why));
  ck_assert_str_eq(span_of(&why).data, wanted);
  ck_assert_uint_eq(list.count, mistakes[_i].entries);
  known_free(&list);
  bytes_free(&why);
  free(wanted);
}
END_TEST

START_TEST(no_file_is_an_empty_list_and_what_cannot_be_read_is_none) {
  struct known_list list;
  struct bytes why = {0};
  ck_assert(known_read("/nonexistent/known", &list, &why));
  ck_assert_uint_eq(list.count, 0);
  ck_assert_uint_eq(why.len, 0);
  ck_assert_str_eq(list.path, "/nonexistent/known");
  known_free(&list);
  ck_assert(!known_read("/", &list, &why));
  ck_assert_msg(strncmp(span_of(&why).data, "/: ", 3) == 0, "%s", span_of(&why).data);
  known_free(&list);
  bytes_free(&why);
}
END_TEST

/* ---- What it says of a result ------------------------------------------------------------------------------------ */

static const struct {
  const char *list;
  enum verdict verdict;
  enum known known;
  const char *says; /* of the list, in the detail, after its path */
  bool met;         /* the first entry */
  size_t count;     /* results that it says */
} applied[] = {
    {"s/c/1 p_x64 x64-native crashed # why\n", CRASHED, KNOWN_AS_IS, NULL, true, 1},
    {"s/c/1 p_x64 x64-native crashed\n", HUNG, KNOWN_STALE, ":1 expects it to diverge as crashed", true, 0},
    {"s/c/1 p_x64 x64-native crashed\n", EQUAL, KNOWN_STALE,
     ":1 expects it to diverge as crashed, but it is equal now: remove the entry", true, 0},
    {"s/c/1 p_x64 x64-native crashed\n", NOT_RUN, KNOWN_NOT, NULL, false, 0},
    {"s/c/2 p_x64 x64-native crashed\n", CRASHED, KNOWN_NOT, NULL, false, 0},
    {"t/c/1 p_x64 x64-native crashed\n", CRASHED, KNOWN_NOT, NULL, false, 0},
    {"s/c/1 p_arm64 x64-native crashed\n", CRASHED, KNOWN_NOT, NULL, false, 0},
    {"s/c/1 p_x64 x64-qemu crashed\n", CRASHED, KNOWN_NOT, NULL, false, 0},
    {"s/c/* p_[ab]64 * crashed\n", CRASHED, KNOWN_NOT, NULL, false, 0},
    {"s/c/* p_?64 * crashed\n", CRASHED, KNOWN_AS_IS, NULL, true, 1},
    {"s/c/* * * hung\ns/c/1 * * crashed\n", CRASHED, KNOWN_AS_IS, NULL, true, 0},
    {"s/c/1 * * crashed\ns/c/* * * hung\n", CRASHED, KNOWN_AS_IS, NULL, true, 1},
    {"s/c/1 * * leaked\ns/c/* * * hung\n", CRASHED, KNOWN_STALE, ":2 expects it to diverge as hung", true, 0},
    {"s/c/1 * * like:stdout:0x42/0x41\n", DIVERGED, KNOWN_AS_IS, NULL, true, 1},
    {"s/c/1 * * like:stdout:0x41/0x42\n", DIVERGED, KNOWN_NOT, NULL, false, 0},
    {"s/c/1 * * like:stdout:0x42/0x41\n", CRASHED, KNOWN_NOT, NULL, false, 0},
    {"s/c/1 * * like:stdout:0x42/0x41\n", EQUAL, KNOWN_NOT, NULL, false, 0},
};

static struct result make_result(enum verdict verdict) {
  struct result result = {.suite = &suite, .target = &target, .test_case = &one, .verdict = verdict};
  if (verdict == DIVERGED) {
    result.part = PART_STDOUT;
    result.offset = 2;
    bytes_text(&result.actual, "xxB");
    bytes_text(&result.expected, "xxA");
  }
  return result;
}

START_TEST(the_list_says_what_is_known) {
  for (int has_detail = 0; has_detail < 2; has_detail++) {
    struct known_list list;
    struct result result = make_result(applied[_i].verdict);
    char *says = applied[_i].says ? xasprintf("%s%s%s", has_detail ? "before; " : "", path, applied[_i].says)
                                  : xstrdup(has_detail ? "before" : "");
    read_list(applied[_i].list, &list);
    if (has_detail)
      bytes_text(&result.detail, "before");
    known_apply(&list, &result);
    ck_assert_msg(result.known == applied[_i].known, "%s: %d", applied[_i].list, (int)result.known);
    ck_assert_str_eq(span_of(&result.detail).data, says);
    ck_assert_int_eq(list.entries[0].met, applied[_i].met);
    ck_assert_uint_eq(list.entries[0].count, applied[_i].count);
    ck_assert(result.reason ==
              (result.known == KNOWN_AS_IS ? list.entries[list.entries[0].count ? 0 : list.count - 1].reason : NULL));
    known_free(&list);
    result_free(&result);
    free(says);
  }
}
END_TEST

START_TEST(what_is_alike_is_told_by_the_two_bytes) {
  static const struct {
    enum verdict verdict;
    enum part part;
    const char *actual, *expected;
    size_t offset;
    const char *like;
  } rows[] = {{DIVERGED, PART_BODY, "ab", "aB", 1, "like:body:0x62/0x42"},
              {DIVERGED, PART_STDOUT, "a", "aB", 1, "like:stdout:end/0x42"},
              {DIVERGED, PART_STDOUT, "ab", "a", 1, "like:stdout:0x62/end"},
              {DIVERGED, PART_HEADERS, "\xff", "", 0, "like:headers:0xff/end"},
              {DIVERGED, PART_EXIT, "1", "0", 0, NULL},
              {DIVERGED, PART_NONE, "1", "0", 0, NULL},
              {CRASHED, PART_STDOUT, "1", "0", 0, NULL},
              {EQUAL, PART_STDOUT, "1", "0", 0, NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct result result = {.suite = &suite, .target = &target, .test_case = &one, .verdict = rows[i].verdict};
    result.part = rows[i].part;
    result.offset = rows[i].offset;
    bytes_text(&result.actual, rows[i].actual);
    bytes_text(&result.expected, rows[i].expected);
    char *like = result_likeness(&result);
    ck_assert_int_eq(like == NULL, rows[i].like == NULL);
    if (like)
      ck_assert_str_eq(like, rows[i].like);
    free(like);
    result_free(&result);
  }
}
END_TEST

/* ---- What is alike, merged into the list ------------------------------------------------------------------------- */

static bool is_covered(void *user, const struct known_entry *entry) {
  (void)user, (void)entry;
  return true;
}

static bool is_idle(void *user, const struct known_entry *entry) {
  (void)user, (void)entry;
  return false;
}

/* Cases that diverge alike: each letter of RAN is one: a, b: in two ways; A: alike on another program; S: alike in
   another suite; x: its suite says that it fails. */
static const struct {
  const char *before, *ran, *after;
  size_t added;
} merges[] = {
    {"# list\n", "aaa",
     "# list\n\ns/0 p_x64 x64-native SIGNATURE\ns/1 p_x64 x64-native SIGNATURE\ns/2 p_x64 x64-native SIGNATURE\n", 3},
    {"# list\n", "aaaa", "# list\n\ns/* p_x64 x64-native like:stdout:0x61/0x5f  # 4 cases, as s/0\n", 1},
    {"# list\n", "baaaa",
     "# list\n\ns/0 p_x64 x64-native SIGNATURE\ns/* p_x64 x64-native like:stdout:0x61/0x5f  # 4 cases, as s/1\n", 2},
    {"# list\n", "aabbaabb",
     "# list\n\ns/* p_x64 x64-native like:stdout:0x61/0x5f  # 4 cases, as s/0\ns/* p_x64 x64-native "
     "like:stdout:0x62/0x5f  # 4 cases, as s/2\n",
     2},
    {"# list\n", "aaaA",
     "# list\n\ns/0 p_x64 x64-native SIGNATURE\ns/1 p_x64 x64-native SIGNATURE\ns/2 p_x64 x64-native SIGNATURE\ns/3 "
     "q_x64 x64-native SIGNATURE\n",
     4},
    {"# list\n", "aaaS",
     "# list\n\ns/0 p_x64 x64-native SIGNATURE\ns/1 p_x64 x64-native SIGNATURE\ns/2 p_x64 x64-native SIGNATURE\nt/3 "
     "p_x64 x64-native SIGNATURE\n",
     4},
    {"# list\n", "aaax",
     "# list\n\ns/0 p_x64 x64-native SIGNATURE\ns/1 p_x64 x64-native SIGNATURE\ns/2 p_x64 x64-native SIGNATURE\n", 3},
    {"s/* p_x64 * like:stdout:0x61/0x5f # mine\n", "aaaab",
     "s/* p_x64 * like:stdout:0x61/0x5f # mine\ns/4 p_x64 x64-native SIGNATURE\n", 1},
    {"s/* p_x64 * like:stdout:0x61/0x5f\n", "bb", "s/0 p_x64 x64-native SIGNATURE\ns/1 p_x64 x64-native SIGNATURE\n",
     2},
};

START_TEST(many_that_are_alike_get_one_entry) {
  enum { MOST = 8 };
  static struct suite other_suite = {.name = (char *)"t"};
  static struct target other_target = {.program = &program, .label = (char *)"q_x64", .where = "x64-native"};
  struct result results[MOST];
  struct test_case cases[MOST];
  char ids[MOST][24];
  struct known_changes changes;
  struct bytes why = {0};
  struct bytes text = {0};
  const struct known_scope scope = {is_covered, is_idle, NULL};
  size_t count = strlen(merges[_i].ran);
  char *signature = NULL;
  for (size_t i = 0; i < count; i++) {
    char kind = merges[_i].ran[i];
    ids[i][0] = (char)('0' + i);
    ids[i][1] = '\0';
    cases[i] = (struct test_case){.id = ids[i]};
    results[i] = make_result(DIVERGED);
    results[i].suite = kind == 'S' ? &other_suite : &suite;
    results[i].target = kind == 'A' ? &other_target : &target;
    results[i].test_case = &cases[i];
    results[i].failing = kind == 'x';
    results[i].actual.data[2] = kind == 'b' ? 'b' : 'a';
    results[i].expected.data[2] = '_';
  }
  ck_assert_int_eq(write_file(path, span_text(merges[_i].before)), 0);
  ck_assert_int_eq(known_update(path, results, count, &scope, &changes, &why), 0);
  ck_assert_uint_eq(changes.added, merges[_i].added);
  ck_assert_int_eq(bytes_read_file(&text, path), 0);
  /* Signatures hold a hash: they are those of the results. */
  const char *at = span_of(&text).data;
  for (const char *wanted = merges[_i].after; *wanted;) {
    if (strncmp(wanted, "SIGNATURE", 9) != 0) {
      ck_assert_msg(*at == *wanted, "%s---- expected\n%s", span_of(&text).data, merges[_i].after);
      at++;
      wanted++;
      continue;
    }
    const char *line = at;
    while (line > text.data && line[-1] != '\n')
      line--;
    signature = result_signature(&results[line[2] - '0']);
    ck_assert_msg(strncmp(at, signature, strlen(signature)) == 0, "%s", span_of(&text).data);
    at += strlen(signature);
    wanted += 9;
    free(signature);
  }
  ck_assert_msg(!*at, "%s---- expected\n%s", span_of(&text).data, merges[_i].after);
  for (size_t i = 0; i < count; i++)
    result_free(&results[i]);
  bytes_free(&changes.notes);
  bytes_free(&text);
}
END_TEST

START_TEST(a_new_list_says_what_its_lines_are) {
  struct known_changes changes;
  struct bytes why = {0};
  struct bytes text = {0};
  const struct known_scope scope = {is_covered, is_idle, NULL};
  struct result result = make_result(CRASHED);
  unlink(path);
  ck_assert_int_eq(known_update(path, &result, 1, &scope, &changes, &why), 0);
  ck_assert_int_eq(bytes_read_file(&text, path), 0);
  ck_assert_str_eq(span_of(&text).data,
                   "# SUITE/CASE PROGRAM RUNNER SIGNATURE of each known divergence. The goal of this list is to be "
                   "empty.\n\ns/c/1 p_x64 x64-native crashed\n");
  unlink(path);
  result.verdict = EQUAL;
  ck_assert_int_eq(known_update(path, &result, 1, &scope, &changes, &why), 0);
  ck_assert_int_ne(access(path, F_OK), 0);
  bytes_free(&text);
}
END_TEST

/* ---- What its suite says ----------------------------------------------------------------------------------------- */

static const struct {
  const char *line; /* of xfail */
  enum verdict verdict;
  enum known before, known;
  bool failing, has_reason, stale;
} suites[] = {
    {"c/1: why", DIVERGED, KNOWN_NOT, KNOWN_AS_IS, true, true, false},
    {"c/*: why", CRASHED, KNOWN_NOT, KNOWN_AS_IS, true, true, false},
    {"c/1: why", EQUAL, KNOWN_NOT, KNOWN_STALE, true, true, true},
    {"c/1: why", NOT_RUN, KNOWN_NOT, KNOWN_NOT, false, false, false},
    {"c/2: why", DIVERGED, KNOWN_NOT, KNOWN_NOT, false, false, false},
    {NULL, DIVERGED, KNOWN_NOT, KNOWN_NOT, false, false, false},
    {NULL, EQUAL, KNOWN_NOT, KNOWN_NOT, false, false, false},
    {"c/1: why", ORACLE_FAULT, KNOWN_NOT, KNOWN_NOT, true, false, false},
    {"c/1: why", RUNNER_FAULT, KNOWN_NOT, KNOWN_NOT, true, false, false},
    {"c/1: why", DIVERGED, KNOWN_STALE, KNOWN_STALE, true, false, false},
    {"c/1: why", EQUAL, KNOWN_AS_IS, KNOWN_AS_IS, true, false, false},
};

START_TEST(a_suite_says_what_fails) {
  for (int has_detail = 0; has_detail < 2; has_detail++) {
    struct result result = make_result(suites[_i].verdict);
    program.failing = (struct text_list){0};
    if (suites[_i].line)
      text_list_add(&program.failing, suites[_i].line, strlen(suites[_i].line));
    result.known = suites[_i].before;
    if (has_detail)
      bytes_text(&result.detail, "before");
    known_apply_suite(&result);
    ck_assert_int_eq(result.known, suites[_i].known);
    ck_assert_int_eq(result.failing, suites[_i].failing);
    ck_assert_int_eq(result.reason != NULL, suites[_i].has_reason);
    if (result.reason)
      ck_assert_str_eq(result.reason, "why");
    static const char stale[] = "its suite expects it to fail ('xfail': why), but it is equal now: remove that line";
    char *says =
        xasprintf("%s%s", has_detail ? suites[_i].stale ? "before; " : "before" : "", suites[_i].stale ? stale : "");
    ck_assert_str_eq(span_of(&result.detail).data, says);
    free(says);
    text_list_free(&program.failing);
    result_free(&result);
  }
}
END_TEST

/* Red: a failure that is not known as it is, or something that is listed and is otherwise. */
START_TEST(what_fails_the_run) {
  for (int verdict = 0; verdict < VERDICTS; verdict++)
    for (int known = KNOWN_NOT; known <= KNOWN_STALE; known++) {
      struct result result = {.verdict = (enum verdict)verdict, .known = (enum known)known};
      bool bad = verdict != NOT_RUN && verdict != EQUAL;
      ck_assert_msg(result_failed(&result) == (known == KNOWN_STALE || (bad && known == KNOWN_NOT)), "%s %d",
                    verdict_name((enum verdict)verdict), known);
    }
}
END_TEST

START_TEST(the_comment_above_is_the_reason) {
  struct known_list list;
  read_list("# of the list\n\ns/a p r x\n# one\n#  cause \ns/b p r x\ns/c p r x # own\n#\ns/d p r x\n# two\ns/e p r "
            "x\n\ns/f p r x",
            &list);
  static const char *const wanted[] = {NULL, "one cause ", "own", NULL, "two", NULL};
  ck_assert_uint_eq(list.count, 6);
  for (size_t i = 0; i < list.count; i++)
    ck_assert_msg(wanted[i] ? list.entries[i].reason && strcmp(list.entries[i].reason, wanted[i]) == 0
                            : !list.entries[i].reason,
                  "%zu: %s", i, list.entries[i].reason);
  known_free(&list);
}
END_TEST

int main(void) {
  Suite *all = suite_create("known_apply");
  TCase *tests = tcase_create("known_apply");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, a_list_is_read_with_its_lines_and_reasons);
  tcase_add_test(tests, the_comment_above_is_the_reason);
  tcase_add_loop_test(tests, the_first_mistake_ends_the_reading, 0, sizeof mistakes / sizeof *mistakes);
  tcase_add_test(tests, no_file_is_an_empty_list_and_what_cannot_be_read_is_none);
  tcase_add_loop_test(tests, the_list_says_what_is_known, 0, sizeof applied / sizeof *applied);
  tcase_add_test(tests, what_is_alike_is_told_by_the_two_bytes);
  tcase_add_loop_test(tests, many_that_are_alike_get_one_entry, 0, sizeof merges / sizeof *merges);
  tcase_add_test(tests, a_new_list_says_what_its_lines_are);
  tcase_add_loop_test(tests, a_suite_says_what_fails, 0, sizeof suites / sizeof *suites);
  tcase_add_test(tests, what_fails_the_run);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
