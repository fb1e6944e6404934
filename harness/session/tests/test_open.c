/* Which suites and cases a session opens, and what is said where it cannot: the nearest name, the cases that there are.
 */
/* reads: nothing */
#include "harness/session/session.h"

#include "harness/base/files.h"
#include "harness/suite/suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void put(const char *name, const char *text) {
  char *path = xasprintf("%s/%s", folder, name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  free(path);
}

#define PROGRAM "[program p]\nelf = /bin/true\noracle = command\noracle-command = true\n"

static void set_up(void) {
  strcpy(folder, "/tmp/test_open-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  static const char *const folders[] = {"a", "b"};
  for (size_t i = 0; i < 2; i++) {
    char *path = xasprintf("%s/%s", folder, folders[i]);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    free(path);
  }
  put("a/one", "1");
  put("a/two", "2");
  put("b/one", "3");
  put("green.ini", PROGRAM "[cases c]\nsource = folder\npath = a\n");
  put("rare.ini", "[suite]\non-demand = yes\n" PROGRAM "[cases c]\nsource = folder\npath = a\n");
  put("notes.txt", "no suite");
}

static void tear_down(void) { remove_folder(folder); }

/* Opens the suites NAMES, with a blank after each. WHY is to be "" where that goes well. */
static size_t open_suites(const char *names, bool names_only, char **ids, struct bytes *why) {
  struct session_options options = {.command = "bytegate",
                                    .build = "",
                                    .suites_folder = folder,
                                    .known_path = "/nonexistent",
                                    .repeat = 1,
                                    .names_only = names_only};
  struct session session;
  struct bytes all = {0};
  for (const char *end; (end = strchr(names, ' ')); names = end + 1)
    text_list_add(&options.suites, names, (size_t)(end - names));
  bool good = session_open(&session, &options, why);
  ck_assert_int_eq(good, why->len == 0);
  for (size_t i = 0; i < session.suite_count; i++)
    for (size_t c = 0; c < session.suites[i].case_count; c++)
      bytes_printf(&all, "%s/%s ", session.suites[i].name, session.suites[i].cases[c].id);
  *ids = xstrdup(span_of(&all).data);
  size_t count = session.suite_count;
  session_close(&session);
  text_list_free(&options.suites);
  bytes_free(&all);
  return count;
}

static void must_open(const char *names, size_t count, const char *wanted) {
  struct bytes why = {0};
  char *ids = NULL;
  size_t opened = open_suites(names, false, &ids, &why);
  ck_assert_msg(why.len == 0, "%s", span_of(&why).data);
  ck_assert_uint_eq(opened, count);
  ck_assert_str_eq(ids, wanted);
  free(ids);
}

static void must_say(const char *names, const char *format) {
  struct bytes why = {0};
  char *ids = NULL;
  static const char *const words[] = {"folder"};
  const char *values[] = {folder};
  char *wanted = expand_placeholders(format, words, values, 1);
  open_suites(names, false, &ids, &why);
  ck_assert_str_eq(span_of(&why).data, wanted);
  bytes_free(&why);
  free(wanted);
  free(ids);
}

START_TEST(suites_are_opened_by_name_or_all_that_are_not_on_demand) {
  must_open("", 1, "green/c/one green/c/two ");
  must_open("rare ", 1, "rare/c/one rare/c/two ");
  must_open("green rare ", 2, "green/c/one green/c/two rare/c/one rare/c/two ");
  char *path = xasprintf("%s/rare.ini ", folder);
  must_open(path, 1, "rare/c/one rare/c/two ");
  free(path);
}
END_TEST

START_TEST(a_suite_that_is_not_there_is_answered_with_those_that_are) {
  must_say("gren ", "there is no suite 'gren' in {folder}; did you mean 'green'?");
  must_say("green rar ", "there is no suite 'rar' in {folder}; did you mean 'rare'?");
  must_say("something ", "there is no suite 'something' in {folder}; there are green, rare");
  must_say("notes ", "there is no suite 'notes' in {folder}; there are green, rare");
  char *rest = xstrdup(folder);
  strcat(strcpy(folder, rest), "/a");
  must_say("green ", "there is no suite 'green' in {folder}");
  strcat(strcpy(folder, rest), "/none");
  must_say("",
           "{folder}: No such file or directory (run in the top folder of bytegate, or name a suite file with --suite "
           "FILE.ini; `bytegate init PROGRAM` writes a first one)");
  strcpy(folder, rest);
  free(rest);
}
END_TEST

START_TEST(two_cases_of_one_name_are_refused) {
  put("twice.ini",
      "[suite]\non-demand = yes\n" PROGRAM "[cases c]\nsource = documents\npath = a/one\npath = a/two\npath = b/one\n");
  must_say("twice ", "{folder}/twice.ini: two cases are called c/one");
}
END_TEST

static const struct {
  const char *lines, *says; /* "": nothing */
} patterns[] = {
    {"skip = c/one: why\n", ""},
    {"xfail = c/*: why\n", ""},
    {"skip = obeys-sigterm: why\n", ""},
    {"skip = c/one: why\nxfail = c/two: why\n", ""},
    {"skip = c/none: why\n", "'skip = c/none: why' speaks of no case that there is (`bytegate list --suite "
                             "{folder}/odd.ini` names them, without the suite: c/one)"},
    {"xfail = two: why\n", "'xfail = two: why' speaks of no case that there is (`bytegate list --suite "
                           "{folder}/odd.ini` names them, without the suite: c/two)"},
    {"skip = c/one: why\nskip = c/three: why\n",
     "'skip = c/three: why' speaks of no case that there is (`bytegate list --suite {folder}/odd.ini` names them, "
     "without the suite: c/one)"},
    {"skip = c/one: why\nxfail = wo: why\n", "'xfail = wo: why' speaks of no case that there is (`bytegate list "
                                             "--suite {folder}/odd.ini` names them, without the suite: c/one)"},
};

START_TEST(a_line_that_speaks_of_no_case_is_refused) {
  char *text =
      xasprintf("[suite]\non-demand = yes\n" PROGRAM "%s[cases c]\nsource = folder\npath = a\n", patterns[_i].lines);
  char *wanted = xasprintf("{folder}/odd.ini:3: %s", patterns[_i].says);
  put("odd.ini", text);
  must_say("odd ", *patterns[_i].says ? wanted : "");
  /* Where cases are listed only, it does no harm. */
  struct bytes why = {0};
  char *ids = NULL;
  ck_assert_uint_eq(open_suites("odd ", true, &ids, &why), 1);
  ck_assert_str_eq(ids, "odd/c/one odd/c/two ");
  free(ids);
  free(wanted);
  free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("open");
  TCase *tests = tcase_create("open");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, suites_are_opened_by_name_or_all_that_are_not_on_demand);
  tcase_add_test(tests, a_suite_that_is_not_there_is_answered_with_those_that_are);
  tcase_add_test(tests, two_cases_of_one_name_are_refused);
  tcase_add_loop_test(tests, a_line_that_speaks_of_no_case_is_refused, 0, sizeof patterns / sizeof *patterns);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
