/* What a run amounts to, from what became of its cases: its exit status, its verdict, and why a case was left out. */
/* reads: nothing */
#include "harness/session/session.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MOST 4

static const struct {
  struct {
    enum verdict verdict;
    enum known known;
  } results[MOST];
  size_t count;
  const char *problem;
  int interrupted;
  int status;
  enum run_verdict verdict;
} runs[] = {
    {{{EQUAL, KNOWN_NOT}, {EQUAL, KNOWN_NOT}}, 2, NULL, 0, EXIT_EQUAL, RUN_GREEN},
    {{{EQUAL, KNOWN_NOT}, {DIVERGED, KNOWN_NOT}}, 2, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{CRASHED, KNOWN_AS_IS}, {EQUAL, KNOWN_NOT}}, 2, NULL, 0, EXIT_EQUAL, RUN_GREEN},
    {{{EQUAL, KNOWN_STALE}}, 1, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{CRASHED, KNOWN_STALE}}, 1, NULL, 0, EXIT_DIVERGED, RUN_RED},
    /* A program that fails outweighs what the gate could not judge, whichever comes first. */
    {{{ORACLE_FAULT, KNOWN_NOT}, {EQUAL, KNOWN_NOT}}, 2, NULL, 0, EXIT_INFRASTRUCTURE, RUN_RED},
    {{{RUNNER_FAULT, KNOWN_NOT}, {HUNG, KNOWN_NOT}}, 2, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{HUNG, KNOWN_NOT}, {RUNNER_FAULT, KNOWN_NOT}}, 2, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{RUNNER_FAULT, KNOWN_AS_IS}, {EQUAL, KNOWN_NOT}}, 2, NULL, 0, EXIT_EQUAL, RUN_GREEN},
    /* What is wrong with the run as a whole. */
    {{{EQUAL, KNOWN_NOT}}, 1, "something was left\n", 0, EXIT_DIVERGED, RUN_RED},
    {{{ORACLE_FAULT, KNOWN_NOT}}, 1, "something was left\n", 0, EXIT_DIVERGED, RUN_RED},
    /* What was interrupted is never green. */
    {{{EQUAL, KNOWN_NOT}, {NOT_RUN, KNOWN_NOT}}, 2, NULL, SIGINT, EXIT_INFRASTRUCTURE, RUN_INTERRUPTED},
    {{{EQUAL, KNOWN_NOT}}, 1, NULL, SIGTERM, EXIT_INFRASTRUCTURE, RUN_INTERRUPTED},
    {{{DIVERGED, KNOWN_NOT}, {NOT_RUN, KNOWN_NOT}}, 2, NULL, SIGINT, EXIT_DIVERGED, RUN_INTERRUPTED},
    {{{FLAKY, KNOWN_NOT}}, 1, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{MISSING, KNOWN_NOT}}, 1, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{LEAKED, KNOWN_NOT}}, 1, NULL, 0, EXIT_DIVERGED, RUN_RED},
    {{{REFUSED, KNOWN_NOT}}, 1, NULL, 0, EXIT_DIVERGED, RUN_RED},
};

START_TEST(a_run_ends_as_its_cases_say) {
  struct result results[MOST] = {0};
  struct session session = {.results = results, .result_count = runs[_i].count, .interrupted = runs[_i].interrupted};
  for (size_t i = 0; i < runs[_i].count; i++)
    results[i] = (struct result){.verdict = runs[_i].results[i].verdict, .known = runs[_i].results[i].known};
  if (runs[_i].problem)
    bytes_text(&session.problems, runs[_i].problem);
  ck_assert_msg(session_status(&session) == runs[_i].status, "row %d: %d", _i, session_status(&session));
  ck_assert_msg(session_verdict(&session) == runs[_i].verdict, "row %d: %s", _i,
                run_verdict_name(session_verdict(&session)));
  bytes_free(&session.problems);
}
END_TEST

static const struct {
  struct result result;
  bool began, keeps_going;
  size_t failed;
  int interrupted;
  enum left_out left_out;
} cases[] = {
    {{.verdict = EQUAL}, true, true, 0, 0, LEFT_NOT},
    {{.verdict = DIVERGED}, true, true, 1, SIGINT, LEFT_NOT},
    {{.verdict = HUNG, .untried = true}, true, true, 1, 0, LEFT_AFTER_HANGS},
    {{.verdict = REFUSED, .untried = true}, true, true, 1, 0, LEFT_UNSTARTABLE},
    {{.verdict = CRASHED, .untried = true}, true, true, 1, 0, LEFT_UNSTARTABLE},
    {{.verdict = RUNNER_FAULT, .untried = true}, true, true, 1, 0, LEFT_AFTER_FAULT},
    {{.verdict = NOT_RUN, .skipped = true}, true, true, 0, SIGINT, LEFT_SKIPPED},
    {{.verdict = NOT_RUN}, true, true, 0, SIGINT, LEFT_INTERRUPTED},
    {{.verdict = NOT_RUN}, true, false, 1, SIGINT, LEFT_INTERRUPTED},
    {{.verdict = NOT_RUN}, false, true, 0, 0, LEFT_NOT_BEGUN},
    {{.verdict = NOT_RUN}, true, false, 1, 0, LEFT_AFTER_FAILURE},
    {{.verdict = NOT_RUN}, true, true, 1, 0, LEFT_UNJUDGED},
    {{.verdict = NOT_RUN}, true, false, 0, 0, LEFT_UNJUDGED},
};

START_TEST(a_case_is_left_out_for_its_true_reason) {
  const struct session_options options = {.keep_going = cases[_i].keeps_going};
  const struct session session = {
      .options = &options, .began = cases[_i].began, .failed = cases[_i].failed, .interrupted = cases[_i].interrupted};
  enum left_out left_out = session_left_out(&session, &cases[_i].result);
  ck_assert_msg(left_out == cases[_i].left_out, "row %d: %s, not %s", _i, left_out_reason(left_out),
                left_out_reason(cases[_i].left_out));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("status");
  TCase *tests = tcase_create("status");
  tcase_add_loop_test(tests, a_run_ends_as_its_cases_say, 0, sizeof runs / sizeof *runs);
  tcase_add_loop_test(tests, a_case_is_left_out_for_its_true_reason, 0, sizeof cases / sizeof *cases);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
