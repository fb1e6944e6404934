/* Reduction, over a program of the shell whose fault needs two bytes that stand far apart. */
/* reads: fixtures/markdown fixtures/suites */
#include "harness/reduce/reduce.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The fault shows when the document has a line with X and, after it, one with Y. */
static const char faulty[] = "[program p]\nelf = /bin/sh\nrunner = native\ndeadline = 5\n"
                             "arguments = -c \"tr -d '\\n' <$1 | grep -q 'X.*Y' && %s || cat $1\" sh {file}\n"
                             "oracle = command\noracle-command = cat\n[cases c]\nsource = random\ncount = 1\n";

/* Reduces a document of 40 lines with LANES programs; the fault is FAULT. Appends the outcome to OUT. */
static void reduce(const char *fault, unsigned lanes, enum verdict verdict, struct bytes *out) {
  const struct session_options options = {.command = "bytegate",
                                          .build = "",
                                          .suites_folder = "",
                                          .known_path = "/nonexistent",
                                          .jobs = 1,
                                          .repeat = 1,
                                          .keep_going = true};
  struct workspace workspace = {0};
  struct session session;
  struct bytes why = {0};
  struct reduction reduction;
  int status = 0;
  char *text = xasprintf(faulty, fault);
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  struct bytes *input = &session.suites[0].cases[0].input;
  bytes_clear(input);
  for (int i = 0; i < 40; i++)
    bytes_text(input, i == 7 ? "some X here\n" : i == 31 ? "and Y there\n" : "nothing at all\n");
  ck_assert(session_run(&session, &workspace, &why, &status));
  ck_assert_int_eq(session.results[0].verdict, verdict);
  reduce_result(&workspace, &session.results[0], lanes, NULL, &reduction);
  bytes_add(out, span_of(&reduction.document));
  bytes_free(&reduction.document);
  session_close(&session);
  workspace_close(&workspace);
  free(text);
}

START_TEST(the_two_bytes_that_matter_are_left) {
  struct bytes alone = {0};
  struct bytes together = {0};
  reduce("printf Z", 1, DIVERGED, &alone);
  reduce("printf Z", 4, DIVERGED, &together);
  /* The first byte that diverges is kept as it was: an `n`, not a Z. */
  ck_assert_str_eq(alone.data, together.data);
  ck_assert_uint_eq(alone.len, 3);
  ck_assert_ptr_nonnull(strstr(alone.data, "X"));
  ck_assert_ptr_nonnull(strstr(alone.data, "Y"));
  bytes_free(&alone);
  bytes_free(&together);
}
END_TEST

START_TEST(a_crash_is_reduced_too) {
  struct bytes document = {0};
  reduce("kill -ILL $$", 2, CRASHED, &document);
  ck_assert_str_eq(document.data, "XY");
  bytes_free(&document);
}
END_TEST

static const char folder_of_documents[] =
    "[program p]\nelf = /bin/cat\nrunner = native\narguments = {file}\noracle = command\noracle-command = cat\n"
    "[cases c]\nsource = folder\npath = ../markdown\npattern = empty.md\n";

/* A suite names its folders from where it stands; who keeps a case types it from where he is. */
START_TEST(a_reduced_document_is_kept_with_the_cases_of_its_suite) {
  const struct session_options options = {
      .command = "bytegate", .build = "", .suites_folder = "", .known_path = "/nonexistent", .jobs = 1, .repeat = 1};
  struct session session;
  struct bytes why = {0};
  ck_assert_msg(session_open_text(&session, &options, "fixtures/suites/t.ini", folder_of_documents, &why), "%s",
                span_of(&why).data);
  const struct result result = {.suite = &session.suites[0], .test_case = &session.suites[0].cases[0]};
  char *path = reduced_case_path(&result);
  ck_assert_str_eq(path, "fixtures/markdown/empty-reduced.md");
  /* From where that leads nowhere, it stays as it is. */
  ck_assert_int_eq(chdir("fixtures"), 0);
  free(path);
  path = reduced_case_path(&result);
  ck_assert_int_eq(chdir(".."), 0);
  ck_assert_str_eq(path, "fixtures/suites/../markdown/empty-reduced.md");
  free(path);
  session_close(&session);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("reduce");
  TCase *tests = tcase_create("reduce");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, the_two_bytes_that_matter_are_left);
  tcase_add_test(tests, a_crash_is_reduced_too);
  tcase_add_test(tests, a_reduced_document_is_kept_with_the_cases_of_its_suite);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
