/* What a session lets one say about the list of known divergences. */
/* reads: nothing */
#include "harness/session/update_known.h"
#include "harness/suite/suite.h"

#include "harness/base/files.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char folder[64];

static char *write_here(const char *name, const char *text) {
  char *path = xasprintf("%s/%s", folder, name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  return path;
}

static void set_up(void) {
  strcpy(folder, "/tmp/test_update_known-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void) { remove_folder(folder); }

/* An entry that met no case is idle, unless its suite is there and runs only on demand. */
START_TEST(an_entry_of_a_suite_on_demand_is_not_idle) {
  const struct session_options options = {.suites_folder = folder};
  struct session session = {.options = &options};
  struct bytes why = {0};
  char *suite = write_here("demand.ini", "");
  char *list = write_here("known", "demand/c/x p native hung\nnowhere/c/x p native hung\n");
  ck_assert(known_read(list, &session.known, &why));
  ck_assert_uint_eq(session.known.count, 2);
  ck_assert(!session_entry_is_idle(&session, &session.known.entries[0]));
  ck_assert(session_entry_is_idle(&session, &session.known.entries[1]));
  session.known.entries[1].met = true;
  ck_assert(!session_entry_is_idle(&session, &session.known.entries[1]));
  known_free(&session.known);
  free(list);
  free(suite);
}
END_TEST

/* The suites of a session, and nothing after them: they end where a page ends that may not be touched. */
START_TEST(no_suite_is_read_that_is_not_there) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (sizeof(struct suite) + page - 1) / page * page;
  char *memory = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  ck_assert_int_eq(mprotect(memory + room, page, PROT_NONE), 0);
  const struct session_options options = {.suites_folder = folder, .runner = "native"};
  struct session session = {
      .options = &options, .suites = (void *)(memory + room - sizeof(struct suite)), .suite_count = 1};
  session.stop.id = (char *)"obeys-sigterm";
  session.suites[0].name = (char *)"s";
  struct bytes why = {0};
  struct bytes said = {0};
  char *list = write_here("known", "s/c/x p native hung\n");
  ck_assert(known_read(list, &session.known, &why));
  ck_assert(session_update_known(&session, &said));
  ck_assert_msg(strstr(said.data, ": 1 kept, 0 added, 0 removed\n") != NULL, "%s", said.data);
  known_free(&session.known);
  bytes_free(&said);
  free(list);
  munmap(memory, room + page);
}
END_TEST

/* Two cases on two programs, of which one is a server whose stop is judged. A run tells of each case and stop what
   became of it, by a letter: c crashed, e equal, n not run, u untried, o a fault of the oracle; . it was not selected.
 */
static const struct {
  const char *entry;
  const char *first, *second, *stop; /* of each program both cases; the stop of the second */
  bool selected;                     /* suites were named */
  bool covered;
} covers[] = {
    {"s/c/1 p x64-native crashed", "e.", "..", ".", false, true},
    {"s/c/1 p x64-native crashed", "e.", "..", ".", true, true},
    {"s/c/* p x64-native crashed", "ec", "..", ".", true, true},
    {"s/c/* p x64-native crashed", "e.", "..", ".", true, false},
    {"s/c/* p x64-native crashed", "en", "..", ".", true, false},
    {"s/c/* p x64-native crashed", "eu", "..", ".", true, false},
    {"s/c/* p x64-native crashed", "eo", "..", ".", true, false},
    {"s/c/* p x64-native crashed", ".e", "cc", "c", true, false},
    {"s/c/* * * crashed", "ec", "ce", ".", true, true},
    {"s/c/* * * crashed", "ec", "c.", ".", true, false},
    {"s/* q * crashed", "..", "ce", "c", true, true},
    {"s/* q * crashed", "..", "ce", "e", true, true},
    {"s/* q * crashed", "..", "ce", ".", true, false},
    {"s/* p * crashed", "ce", "..", ".", true, true},
    {"s/obeys* q * crashed", "..", "..", "e", true, true},
    {"s/c/* q x64-qemu crashed", "cc", "ce", "c", true, true},
    {"* p * crashed", "ce", "..", ".", false, true},
    {"* p * crashed", "ce", "..", ".", true, false},
    {"?/c/1 p * crashed", "e.", "..", ".", true, false},
};

static enum verdict verdict_of(char letter) {
  return letter == 'c'   ? CRASHED
         : letter == 'e' ? EQUAL
         : letter == 'o' ? ORACLE_FAULT
         : letter == 'u' ? CRASHED
                         : NOT_RUN;
}

/* An entry that no longer holds goes, or is narrowed, only where all that it speaks of has run; else it stays as it is,
   and that is said. */
START_TEST(an_entry_changes_only_where_all_of_it_has_run) {
  static struct program programs[2] = {{.drive = DRIVE_RUN, .judges_stop = true},
                                       {.drive = DRIVE_HTTP, .judges_stop = true}};
  struct target targets[2] = {{.program = &programs[0], .label = (char *)"p", .where = "x64-native"},
                              {.program = &programs[1], .label = (char *)"q", .where = "x64-native"}};
  struct test_case cases[2] = {{.id = (char *)"c/1"}, {.id = (char *)"c/2"}};
  struct suite suite = {.name = (char *)"s", .targets = targets, .target_count = 2, .cases = cases, .case_count = 2};
  struct session_options options = {.suites_folder = folder, .keep_going = true};
  struct session session = {.options = &options, .suites = &suite, .suite_count = 1};
  struct result results[6];
  struct bytes why = {0};
  struct bytes said = {0};
  struct bytes text = {0};
  session.stop.id = (char *)"obeys-sigterm";
  session.results = results;
  if (covers[_i].selected)
    text_list_add(&options.suites, "s", 1);
  const char *const letters[] = {covers[_i].first, covers[_i].second};
  for (int k = 0; k < 2; k++)
    for (int c = 0; c < 2; c++)
      if (letters[k][c] != '.')
        results[session.result_count++] = (struct result){.suite = &suite,
                                                          .target = &targets[k],
                                                          .test_case = &cases[c],
                                                          .verdict = verdict_of(letters[k][c]),
                                                          .untried = letters[k][c] == 'u'};
  if (covers[_i].stop[0] != '.')
    results[session.result_count++] = (struct result){
        .suite = &suite, .target = &targets[1], .test_case = &session.stop, .verdict = verdict_of(covers[_i].stop[0])};
  /* What the check of the oracle says of a case is no run of it. */
  results[session.result_count++] =
      (struct result){.suite = &suite, .target = &session.oracle, .test_case = &cases[1], .verdict = EQUAL};
  session.oracle.label = (char *)"p";
  session.oracle.where = "x64-native";
  char *entry = xasprintf("%s\n", covers[_i].entry);
  char *list = write_here("known", entry);
  ck_assert(known_read(list, &session.known, &why));
  ck_assert(session_update_known(&session, &said));
  ck_assert_int_eq(bytes_read_file(&text, list), 0);
  bool stays = strncmp(span_of(&text).data, entry, strlen(entry)) == 0;
  bool told = strstr(span_of(&said).data, "it speaks of cases that did not run, so it stays") != NULL;
  ck_assert_msg(told == !covers[_i].covered, "%s: %s", covers[_i].entry, said.data);
  ck_assert_msg(covers[_i].covered || stays, "%s", span_of(&text).data);
  text_list_free(&options.suites);
  known_free(&session.known);
  bytes_free(&said);
  bytes_free(&text);
  free(entry);
  free(list);
}
END_TEST

/* A run that was broken off changes nothing, and says why. */
START_TEST(a_run_that_was_broken_off_changes_nothing) {
  static struct program program = {.drive = DRIVE_RUN};
  struct target target = {.program = &program, .label = (char *)"p", .where = "x64-native"};
  struct test_case cases[2] = {{.id = (char *)"c/1"}, {.id = (char *)"c/2"}};
  struct suite suite = {.name = (char *)"s", .targets = &target, .target_count = 1, .cases = cases, .case_count = 2};
  const struct session_options options = {.suites_folder = folder, .keep_going = _i == 0};
  struct result results[2] = {
      {.suite = &suite, .target = &target, .test_case = &cases[0], .verdict = EQUAL},
      {.suite = &suite, .target = &target, .test_case = &cases[1], .verdict = _i == 0 ? EQUAL : NOT_RUN}};
  struct session session = {
      .options = &options, .suites = &suite, .suite_count = 1, .results = results, .result_count = 2};
  struct bytes why = {0};
  struct bytes said = {0};
  struct bytes text = {0};
  session.stop.id = (char *)"obeys-sigterm";
  session.selected = 2;
  session.began = true;
  session.failed = _i == 1;
  session.interrupted = _i == 0 ? SIGINT : 0;
  char *list = write_here("known", "s/c/1 p x64-native crashed\n");
  ck_assert(known_read(list, &session.known, &why));
  ck_assert(session_update_known(&session, &said));
  ck_assert_int_eq(bytes_read_file(&text, list), 0);
  ck_assert_str_eq(text.data, "s/c/1 p x64-native crashed\n");
  char *wanted = xasprintf("%s is left as it is: %d of 2 cases were not run, ", list, _i);
  ck_assert_msg(strncmp(span_of(&said).data, wanted, strlen(wanted)) == 0, "%s", said.data);
  known_free(&session.known);
  bytes_free(&said);
  bytes_free(&text);
  free(wanted);
  free(list);
}
END_TEST

static const struct {
  struct result result;
  int interrupted;
  bool began, keeps_going;
  size_t failed;
  enum left_out left_out;
} left[] = {
    {{.verdict = HUNG, .untried = true}, 0, true, true, 0, LEFT_AFTER_HANGS},
    {{.verdict = REFUSED, .untried = true}, 0, true, true, 0, LEFT_UNSTARTABLE},
    {{.verdict = CRASHED, .untried = true}, 0, true, true, 0, LEFT_UNSTARTABLE},
    {{.verdict = RUNNER_FAULT, .untried = true}, 0, true, true, 0, LEFT_AFTER_FAULT},
    {{.verdict = HUNG}, 0, true, true, 1, LEFT_NOT},
    {{.verdict = EQUAL}, SIGINT, true, true, 0, LEFT_NOT},
    {{.verdict = NOT_RUN, .skipped = true}, SIGINT, true, false, 1, LEFT_SKIPPED},
    {{.verdict = NOT_RUN}, SIGINT, false, false, 1, LEFT_INTERRUPTED},
    {{.verdict = NOT_RUN}, 0, false, false, 1, LEFT_NOT_BEGUN},
    {{.verdict = NOT_RUN}, 0, true, false, 1, LEFT_AFTER_FAILURE},
    {{.verdict = NOT_RUN}, 0, true, true, 1, LEFT_UNJUDGED},
    {{.verdict = NOT_RUN}, 0, true, false, 0, LEFT_UNJUDGED},
};

/* Each case that was not run has its true reason. */
START_TEST(what_was_left_out_has_a_reason) {
  const struct session_options options = {.keep_going = left[_i].keeps_going};
  const struct session session = {
      .options = &options, .interrupted = left[_i].interrupted, .began = left[_i].began, .failed = left[_i].failed};
  ck_assert_int_eq(session_left_out(&session, &left[_i].result), left[_i].left_out);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("update_known");
  TCase *tests = tcase_create("update_known");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, an_entry_of_a_suite_on_demand_is_not_idle);
  tcase_add_test(tests, no_suite_is_read_that_is_not_there);
  tcase_add_loop_test(tests, a_run_that_was_broken_off_changes_nothing, 0, 2);
  tcase_add_loop_test(tests, what_was_left_out_has_a_reason, 0, sizeof left / sizeof *left);
  tcase_add_loop_test(tests, an_entry_changes_only_where_all_of_it_has_run, 0, sizeof covers / sizeof *covers);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
