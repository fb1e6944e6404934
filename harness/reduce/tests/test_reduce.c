/* Reduction, over a program of the shell whose fault needs two bytes that stand far apart. */
/* reads: elf fixtures/markdown fixtures/suites */
/* once: sanitized; most of its time is that of the programs that it runs */
#include "harness/base/machine.h"
#include "harness/process/workspace.h"
#include "harness/reduce/reduce.h"
#include "harness/suite/suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Scripts of a program that renders Markdown: the fault shows when the document has an X and, after it, a Y; when it
   has 60 bytes. What the shell does itself, it does hundreds of times; each program that it called instead would cost
   more than all of that, and so would an oracle that is a command. */
#define READ_ALL "t=; n=0; while IFS= read -r l; do t=$t$l; n=$((n+${#l}+1)); done <$1; t=$t$l; n=$((n+${#l})); "
#define WITH_X_AND_Y(fault) READ_ALL "case $t in *X*Y*) " fault ";; *) exec $2 <$1;; esac"
#define WITH_60_BYTES(fault) READ_ALL "[ $n -ge 60 ] || exec $2 <$1; " fault
#define CRASH "kill -ILL $$"

/* Reduces a document of 40 lines in the way HOW, on a program of that SCRIPT. The caller frees the document. */
static struct reduction reduce_by(const char *script, const struct reduce_options *how) {
  const char *build = getenv("BUILD");
  const struct session_options options = {.command = "bytegate",
                                          .build = build && *build ? build : "build",
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
  char *text =
      xasprintf("[program p]\nelf = /bin/sh\nrunner = native\ndeadline = 5\narch = %s\narguments = -c \"%s\" sh {file} "
                "{build}/elf/markdown-render_{arch}\noracle = cmark\n[cases c]\nsource = random\ncount = 1\n",
                host_machine()->name, script);
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(&session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  struct bytes *input = &session.suites[0].cases[0].input;
  bytes_clear(input);
  for (int i = 0; i < 40; i++)
    bytes_text(input, i == 7 ? "some X here\n" : i == 31 ? "and Y there\n" : "nothing at all\n");
  ck_assert(session_run(&session, &workspace, &why, &status));
  ck_assert(verdict_is_of_program(session.results[0].verdict));
  reduce_result(&workspace, &session.results[0], how, &reduction);
  session_close(&session);
  workspace_close(&workspace);
  free(text);
  return reduction;
}

/* The same, with LANES programs for at most SECONDS. */
static struct reduction reduce(const char *script, unsigned lanes, const char *path, double seconds) {
  const struct reduce_options how = {.lanes = lanes, .path = path, .seconds = seconds};
  return reduce_by(script, &how);
}

START_TEST(the_two_bytes_that_matter_are_left) {
  struct bytes alone = reduce(WITH_X_AND_Y("printf '<p>Z'"), 1, NULL, 600).document;
  struct bytes together = reduce(WITH_X_AND_Y("printf '<p>Z'"), 4, NULL, 600).document;
  /* The first byte that diverges, after <p>, is kept as it was: no Z. */
  ck_assert_str_eq(alone.data, together.data);
  ck_assert_uint_eq(alone.len, 3);
  ck_assert_ptr_nonnull(strstr(alone.data, "X"));
  ck_assert_ptr_nonnull(strstr(alone.data, "Y"));
  bytes_free(&alone);
  bytes_free(&together);
}
END_TEST

START_TEST(a_crash_is_reduced_too) {
  struct bytes document = reduce(WITH_X_AND_Y(CRASH), 2, NULL, 600).document;
  ck_assert_str_eq(document.data, "XY");
  bytes_free(&document);
}
END_TEST

START_TEST(what_cannot_be_removed_is_replaced) {
  struct bytes document = reduce(WITH_60_BYTES(CRASH), 2, NULL, 600).document;
  ck_assert_uint_eq(document.len, 60);
  ck_assert_uint_eq(strspn(document.data, "x\n"), 60);
  bytes_free(&document);
}
END_TEST

/* No smaller document fails with the same bytes, as with a checksum. */
#define CHECKSUM READ_ALL "[ $n -eq 594 ] && printf Z || printf W; exec $2 <$1"

START_TEST(what_fails_otherwise_on_each_document_is_reduced) {
  struct reduction reduction = reduce(CHECKSUM, 2, NULL, 600);
  ck_assert(reduction.any);
  ck_assert_uint_le(reduction.document.len, 1);
  bytes_free(&reduction.document);
}
END_TEST

START_TEST(what_fails_alike_is_preferred_unless_any_will_do) {
  /* With an X and a Y another byte comes than with fewer than 60 bytes. */
  const char *two_faults =
      READ_ALL "case $t in *X*Y*) printf '<p>Z';; *) [ $n -ge 60 ] || printf '<p>W';; esac; exec $2 <$1";
  const struct reduce_options any = {.lanes = 2, .seconds = 600, .any = true};
  struct reduction alike = reduce(two_faults, 2, NULL, 600);
  struct reduction other = reduce_by(two_faults, &any);
  ck_assert(!alike.any);
  ck_assert_uint_eq(alike.document.len, 3);
  ck_assert(other.any);
  ck_assert_uint_lt(other.document.len, 3);
  bytes_free(&alike.document);
  bytes_free(&other.document);
}
END_TEST

START_TEST(without_time_the_document_stays) {
  struct reduction reduction = reduce(WITH_60_BYTES(CRASH), 2, NULL, 0);
  ck_assert(reduction.out_of_time);
  ck_assert_uint_gt(reduction.document.len, 500);
  bytes_free(&reduction.document);
}
END_TEST

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

/* What an earlier run left in the file. */
static const struct {
  const char *earlier;
  double seconds;
  const char *left; /* in the file at the end; NULL: all of the document */
} files[] = {
    {"no fault shows in this", 600, "XY"}, /* it does not fail */
    {"1 X 2 Y 3", 0, "1 X 2 Y 3"},         /* it fails, and is smaller: it goes on from there */
    {"no fault shows in this", 0, NULL},   /* nothing smaller is found */
    {"X Y" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED, 0, NULL}, /* it fails, and is longer */
    {NULL, 0, NULL},                                                  /* there is none */
};

START_TEST(the_file_holds_what_was_found) {
  char path[] = "/tmp/test_reduce-XXXXXX";
  struct bytes left = {0};
  close(mkstemp(path));
  if (files[_i].earlier)
    ck_assert_int_eq(write_file(path, span_text(files[_i].earlier)), 0);
  else
    unlink(path);
  struct bytes document = reduce(WITH_X_AND_Y(CRASH), 2, path, files[_i].seconds).document;
  bytes_text(&left, "");
  ck_assert_int_eq(bytes_read_file(&left, path), 0);
  ck_assert_str_eq(left.data, document.data);
  if (files[_i].left)
    ck_assert_str_eq(left.data, files[_i].left);
  else
    ck_assert_uint_eq(left.len, 594);
  bytes_free(&left);
  bytes_free(&document);
  unlink(path);
}
END_TEST

/* The path of the reduced case of fixtures/markdown/empty.md, in a suite whose pattern is PATTERN. */
static char *path_for(const char *pattern, bool *is_found) {
  struct case_source sources[] = {{.name = (char *)"other", .kind = SOURCE_FOLDER, .pattern = (char *)"*"},
                                  {.name = (char *)"c", .kind = SOURCE_FOLDER, .pattern = (char *)pattern}};
  text_list_add(&sources[0].paths, "../hello", 8);
  text_list_add(&sources[1].paths, "../markdown", 11);
  struct suite suite = {.path = (char *)"fixtures/suites/t.ini", .sources = sources, .source_count = 2};
  struct test_case one = {.id = (char *)"c/empty.md"};
  const struct result result = {.suite = &suite, .test_case = &one};
  char *path = reduced_case_path(&result, is_found);
  text_list_free(&sources[0].paths);
  text_list_free(&sources[1].paths);
  return path;
}

static const struct {
  const char *pattern, *path;
  bool is_found;
} kept[] = {
    {"*", "fixtures/markdown/empty-reduced.md", true},
    {"*.md", "fixtures/markdown/empty-reduced.md", true},
    {"*.txt", "fixtures/markdown/empty-reduced.txt", true},
    {"plain-*", "fixtures/markdown/plain-empty-reduced", true},
    {"empty.md", "fixtures/markdown/empty-reduced.md", false},
};

/* The name of a case may be all suffix, or have none, or what no file name should have. A suite without a folder of
   cases gets it beside its file, and a line that names it. */
START_TEST(a_name_is_made_for_every_case) {
  static const char *const names[][2] = {{"c/.md", "fixtures/suites/.md-reduced.md"},
                                         {"c/plain", "fixtures/suites/plain-reduced.md"},
                                         {"c/a b.x.md", "fixtures/suites/a-b.x-reduced.md"}};
  struct suite suite = {.path = (char *)"fixtures/suites/t.ini"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bool is_found;
    struct test_case one = {.id = (char *)(uintptr_t)names[i][0]};
    const struct result result = {.suite = &suite, .test_case = &one};
    char *path = reduced_case_path(&result, &is_found);
    ck_assert_str_eq(path, names[i][1]);
    ck_assert(!is_found);
    char *advice = reduced_case_advice(&result, path);
    ck_assert_ptr_nonnull(strstr(advice, "fixtures/suites/t.ini"));
    ck_assert_ptr_nonnull(strstr(advice, strrchr(path, '/') + 1));
    free(advice);
    free(path);
  }
}
END_TEST

/* A suite names its folders from where it stands; who keeps a case types it from where he is. */
START_TEST(a_reduced_document_is_kept_where_its_suite_finds_it) {
  bool is_found;
  char *path = path_for(kept[_i].pattern, &is_found);
  ck_assert_str_eq(path, kept[_i].path);
  ck_assert_int_eq(is_found, kept[_i].is_found);
  free(path);
}
END_TEST

START_TEST(from_where_its_path_leads_nowhere_it_stays_as_it_is) {
  bool is_found;
  ck_assert_int_eq(chdir("fixtures"), 0);
  char *path = path_for("*", &is_found);
  ck_assert_int_eq(chdir(".."), 0);
  ck_assert_str_eq(path, "fixtures/suites/../markdown/empty-reduced.md");
  free(path);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("reduce");
  TCase *tests = tcase_create("reduce");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, the_two_bytes_that_matter_are_left);
  tcase_add_test(tests, a_crash_is_reduced_too);
  tcase_add_test(tests, what_cannot_be_removed_is_replaced);
  tcase_add_test(tests, what_fails_otherwise_on_each_document_is_reduced);
  tcase_add_test(tests, what_fails_alike_is_preferred_unless_any_will_do);
  tcase_add_test(tests, without_time_the_document_stays);
  tcase_add_loop_test(tests, the_file_holds_what_was_found, 0, sizeof files / sizeof *files);
  tcase_add_test(tests, a_name_is_made_for_every_case);
  tcase_add_loop_test(tests, a_reduced_document_is_kept_where_its_suite_finds_it, 0, sizeof kept / sizeof *kept);
  tcase_add_test(tests, from_where_its_path_leads_nowhere_it_stays_as_it_is);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
