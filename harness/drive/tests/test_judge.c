/* Of a run that a signal ended, under qemu too: whether the program died, or the emulator alone. */
/* reads: nothing */
#include "harness/drive/judge.h"

#include "harness/process/launch.h"
#include "harness/suite/target.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>

#define TOLD "qemu: uncaught target signal 11 (Segmentation fault) - core dumped\n"

static const struct {
  enum runner runner;
  int signal;
  const char *errors; /* what stands on stderr */
  char *meant;        /* the signal that the suite expects; NULL: none */
  enum verdict verdict;
} rows[] = {
    {RUNNER_NATIVE, SIGSEGV, "", NULL, CRASHED},
    {RUNNER_NATIVE, SIGHUP, "", NULL, CRASHED},
    {RUNNER_NATIVE, SIGSEGV, "", "SIGILL", CRASHED},
    {RUNNER_QEMU, SIGSEGV, TOLD, NULL, CRASHED},
    {RUNNER_QEMU, SIGSEGV, "", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGSEGV, "", "SIGSEGV", RUNNER_FAULT},
    {RUNNER_QEMU, SIGSEGV, TOLD, "SIGILL", CRASHED},
    {RUNNER_QEMU, SIGABRT, "Assertion failed: it holds\n", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGABRT, "", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGFPE, "", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGILL, "", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGQUIT, "", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGTRAP, "", NULL, RUNNER_FAULT},
    {RUNNER_QEMU, SIGBUS, "", NULL, RUNNER_FAULT},
    /* Of these qemu says nothing where its guest dies of them. */
    {RUNNER_QEMU, SIGHUP, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGINT, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGUSR1, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGPIPE, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGALRM, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGTERM, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGKILL, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGXCPU, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGXFSZ, "", NULL, CRASHED},
    {RUNNER_QEMU, SIGSYS, "", NULL, CRASHED},
};

START_TEST(a_signal_is_the_programs_or_the_emulators) {
  const struct program program = {.name = "p", .signal = rows[_i].meant};
  struct target target = {.program = &program, .runner = rows[_i].runner};
  struct result result = {.target = &target};
  struct process process = {.end = END_SIGNALED, .status = rows[_i].signal};
  const struct places places = {0};
  const struct run_seen seen = {.began = true, .touched = true};
  bytes_text(&process.err_text, rows[_i].errors);
  judge_run(NULL, &result, &process, &places, &seen);
  ck_assert_msg(result.verdict == rows[_i].verdict, "row %d: %s, not %s: %s", _i, verdict_name(result.verdict),
                verdict_name(rows[_i].verdict), span_of(&result.detail).data);
  bytes_free(&process.err_text);
  bytes_free(&result.detail);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("judge");
  TCase *tests = tcase_create("judge");
  tcase_add_loop_test(tests, a_signal_is_the_programs_or_the_emulators, 0, sizeof rows / sizeof *rows);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
