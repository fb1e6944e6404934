/* What a section of a suite says of its program: reasons by pattern, requests, paths, options. */
/* reads: nothing */
#include "harness/suite/program.h"

#include "harness/suite/cases.h"
#include "harness/suite/placeholders.h"
#include "harness/suite/suite.h"
#include "harness/suite/target.h"
#include "oracles/markdown.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void reason_is(const char *id, const char *wanted) {
  char *lines[] = {"no colon",      "a/one:no blank", "a/empty:  ",  "a/one: the first",
                   "a/*: any of a", "stop*: never",   "obeys: stops"};
  const struct text_list list = {lines, sizeof lines / sizeof *lines};
  const char *reason = reason_for(&list, id);
  ck_assert_msg(wanted ? reason && strcmp(reason, wanted) == 0 : !reason, "%s: %s", id, reason);
}

START_TEST(the_first_line_that_matches_a_case_has_the_reason) {
  reason_is("a/one", "the first");
  reason_is("a/two", "any of a");
  reason_is("b/one", NULL);
  reason_is("a/one:no blank", "any of a");
  /* How a server stops is no case, and no pattern matches it. */
  reason_is("obeys", "stops");
  reason_is("stop", NULL);
  reason_is("stop*", "never");
  const struct text_list none = {NULL, 0};
  ck_assert_ptr_null(reason_for(&none, "a/one"));
}
END_TEST

static bool has_command(const char *first) {
  char *words[] = {(char *)(uintptr_t)first};
  struct program program = {.runners = {words, 1}};
  return program_has_command(&program);
}

START_TEST(a_runner_that_has_no_name_of_ours_is_a_command) {
  static const char *const ours[] = {"native", "qemu", "native,", "qemu,", "native,qemu"};
  static const char *const commands[] = {"native2",  "nativ",  "qem",    "qemu-aarch64",
                                         "./native", "NATIVE", "nature", "qema"};
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    ck_assert_msg(!has_command(ours[i]), "%s", ours[i]);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    ck_assert_msg(has_command(commands[i]), "%s", commands[i]);
  ck_assert(!program_has_command(&(struct program){0}));
}
END_TEST

START_TEST(there_are_as_many_requests_as_paths_and_two_where_the_connection_stays) {
  char *paths[] = {"/a", "/b", "/c"};
  struct program program = {.connection = CONNECTION_CLOSE};
  ck_assert_uint_eq(program_requests(&program), 1);
  ck_assert_str_eq(program_url_path(&program, 0), "/");
  ck_assert_str_eq(program_url_path(&program, 5), "/");
  program.connection = CONNECTION_KEEP;
  ck_assert_uint_eq(program_requests(&program), 2);
  program.url_paths = (struct text_list){paths, 1};
  ck_assert_uint_eq(program_requests(&program), 2);
  program.url_paths.count = 2;
  ck_assert_uint_eq(program_requests(&program), 2);
  program.url_paths.count = 3;
  ck_assert_uint_eq(program_requests(&program), 3);
  ck_assert_str_eq(program_url_path(&program, 2), "/c");
  ck_assert_str_eq(program_url_path(&program, 3), "/a");
  program.requests = 7;
  ck_assert_uint_eq(program_requests(&program), 7);
}
END_TEST

START_TEST(the_options_of_the_oracle_are_those_that_are_named) {
  char *words[] = {"smart", "hardbreaks"};
  struct program program = {.oracle = ORACLE_CMARK};
  ck_assert_uint_eq(program_markdown_options(&program), 0);
  program.oracle_options = (struct text_list){words, 2};
  ck_assert_uint_eq(program_markdown_options(&program), MARKDOWN_ORACLE_SMART | MARKDOWN_ORACLE_HARDBREAKS);
  program.oracle = ORACLE_CMARK_UNSAFE;
  program.oracle_options.count = 1;
  ck_assert_uint_eq(program_markdown_options(&program), MARKDOWN_ORACLE_SMART | MARKDOWN_ORACLE_UNSAFE);
}
END_TEST

START_TEST(a_program_knows_its_build_and_its_suite) {
  struct program program = {.build = "/build", .folder = "/suites"};
  struct places places = program_places(&program);
  char *text = places_expand(&places, "{build}/x {suite}/y {port}");
  ck_assert_str_eq(text, "/build/x /suites/y {port}");
  free(text);
}
END_TEST

START_TEST(a_word_in_braces_is_a_placeholder_or_stays) {
  static const struct {
    const char *text;
    unsigned known;
    enum braces braces;
    const char *why; /* NULL: it may stand there */
  } samples[] = {
      {NULL, KNOWS_NONE, BRACES_OF_PATH, NULL},
      {"a {file} {FILE} {} {a b} {", KNOWS_FILE, BRACES_OF_PATH, NULL},
      {"{file", KNOWS_NONE, BRACES_OF_PATH, NULL},
      {"{suite}{arch}", KNOWS_SUITE | KNOWS_ARCH, BRACES_OF_TEXT, NULL},
      {"{fi} {x} {other}", KNOWS_NONE, BRACES_OF_TEXT, NULL},
      {"${port} {length}", KNOWS_LENGTH, BRACES_OF_SHELL, NULL},
      {"${port}", KNOWS_NONE, BRACES_OF_TEXT, "'key' has no {port}, for it is not known there"},
      {&"${port}"[1], KNOWS_NONE, BRACES_OF_SHELL, "'key' has no {port}, for it is not known there"},
      {"{port}$", KNOWS_NONE, BRACES_OF_SHELL, "'key' has no {port}, for it is not known there"},
      {"{arch}{port}", KNOWS_ARCH | KNOWS_SUITE, BRACES_OF_TEXT,
       "'key' has no {port}, for it is not known there; there are {arch}, {suite}"},
      {"{suit}", KNOWS_NONE, BRACES_OF_TEXT, "there is no placeholder {suit}; did you mean {suite}?"},
      {"{x}", KNOWS_ARCH | KNOWS_BUILD, BRACES_OF_PATH,
       "there is no placeholder {x} in 'key'; there are {arch}, {build}"},
  };
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    struct bytes why = {0};
    bool good = placeholders_check("key", samples[i].text, samples[i].known, samples[i].braces, &why);
    bytes_text(&why, "");
    ck_assert_msg(good == !samples[i].why, "%s: %s", samples[i].text, why.data);
    ck_assert_str_eq(why.data, samples[i].why ? samples[i].why : "");
    bytes_free(&why);
  }
}
END_TEST

START_TEST(a_text_has_a_placeholder_where_it_stands_in_braces) {
  ck_assert(placeholder_in("a{file}b", PLACEHOLDER_FILE));
  ck_assert(!placeholder_in("a{file}b", PLACEHOLDER_FOLDER));
  ck_assert(!placeholder_in("file", PLACEHOLDER_FILE));
  ck_assert(!placeholder_in(NULL, PLACEHOLDER_FILE));
}
END_TEST

/* The words of a runner: the first is a command, a path of the suite's or an absolute one; the others stay. */
START_TEST(a_runner_of_words_is_an_emulator_of_just_these) {
  static const char *const firsts[][2] = {
      {"./run", "/suites/./run"}, {"/bin/run", "/bin/run"}, {"sh", "/bin/sh"}, {"no-such-command", "no-such-command"}};
  for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
    char *words[] = {(char *)(uintptr_t)firsts[i][0], "sub/x", "sh", "{build}/y", "after the last"};
    struct program program = {
        .name = "p", .elf = "e", .build = "/b", .folder = "/suites", .runners = {words, 4}, .deadline = 1};
    struct suite suite = {.path = "/suites/s.ini", .programs = &program, .program_count = 1};
    ck_assert_int_eq(setenv("PATH", "/bin", 1), 0);
    suite_unfold(&suite);
    ck_assert_uint_eq(suite.target_count, 1);
    const struct text_list *emulator = &suite.targets[0].prefix.emulator;
    ck_assert_uint_eq(emulator->count, 4);
    ck_assert_str_eq(emulator->items[0], firsts[i][1]);
    ck_assert_str_eq(emulator->items[1], "sub/x");
    ck_assert_str_eq(emulator->items[2], "sh");
    ck_assert_str_eq(emulator->items[3], "/b/y");
    target_free(&suite.targets[0]);
    free(suite.targets);
  }
}
END_TEST

/* The lists of a program are read up to their ends: what stands after them is wrong here, and of another. */
START_TEST(only_what_a_list_has_is_checked) {
  static char *environment[] = {(char *)"A=1", (char *)"B=", (char *)"no value"};
  static char *skips[] = {(char *)"c/*: a reason", (char *)"no reason"};
  struct program begun;
  struct bytes why = {0};
  program_begin(&begun, "p", 1);
  struct program program = begun;
  program.elf = (char *)"e";
  for (size_t count = 0; count <= 3; count++) {
    program.environment = (struct text_list){environment, count};
    program.skips = program.failing = (struct text_list){skips, count ? 1 : 0};
    bytes_clear(&why);
    ck_assert_msg(program_check(&program, &why) == (count < 3), "%zu: %s", count, span_of(&why).data);
  }
  ck_assert_ptr_nonnull(strstr(why.data, "'environment' is NAME=VALUE"));
  program.environment.count = 1;
  for (int i = 0; i < 2; i++) {
    program.skips.count = i == 0 ? 2 : 1;
    program.failing.count = i == 0 ? 1 : 2;
    bytes_clear(&why);
    ck_assert(!program_check(&program, &why));
    ck_assert_ptr_nonnull(strstr(why.data, i == 0 ? "'skip = no reason'" : "'xfail = no reason'"));
  }
  program_free(&begun);
  bytes_free(&why);
}
END_TEST

/* A folder that cannot be read is hashed by the reason. */
START_TEST(a_case_of_another_folder_has_another_hash) {
  struct suite suite = {.name = "s"};
  struct program program = {.name = "p"};
  struct test_case one = {.id = "c/x", .folder = "/nonexistent"};
  uint64_t missing = case_hash(&suite, &program, &one);
  one.folder = "/dev/null";
  uint64_t no_folder = case_hash(&suite, &program, &one);
  one.folder = NULL;
  ck_assert_uint_ne(missing, no_folder);
  ck_assert_uint_ne(missing, case_hash(&suite, &program, &one));
  ck_assert_uint_ne(no_folder, case_hash(&suite, &program, &one));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("program");
  TCase *tests = tcase_create("program");
  tcase_add_test(tests, the_first_line_that_matches_a_case_has_the_reason);
  tcase_add_test(tests, a_runner_that_has_no_name_of_ours_is_a_command);
  tcase_add_test(tests, there_are_as_many_requests_as_paths_and_two_where_the_connection_stays);
  tcase_add_test(tests, the_options_of_the_oracle_are_those_that_are_named);
  tcase_add_test(tests, a_program_knows_its_build_and_its_suite);
  tcase_add_test(tests, a_word_in_braces_is_a_placeholder_or_stays);
  tcase_add_test(tests, a_text_has_a_placeholder_where_it_stands_in_braces);
  tcase_add_test(tests, a_runner_of_words_is_an_emulator_of_just_these);
  tcase_add_test(tests, a_case_of_another_folder_has_another_hash);
  tcase_add_test(tests, only_what_a_list_has_is_checked);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
