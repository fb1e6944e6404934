/* Whose fault an end is: the program's, the emulator's, that of what was put before it, or this machine's. */
/* reads: nothing */
#include "harness/drive/judge.h"

#include "harness/process/launch.h"
#include "harness/suite/cases.h"
#include "harness/suite/placeholders.h"
#include "harness/suite/target.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

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

/* What was put before a program, and could not become it, says so on stderr. */
static const struct {
  const char *errors;
  enum runner runner;
  enum verdict verdict;
} wrappers[] = {
    {"confine: /bin/true: Exec format error\n", RUNNER_NATIVE, REFUSED},
    {"refuse: /bin/true: Permission denied\n", RUNNER_NATIVE, REFUSED},
    {"confine: /bin/true: Exec format error\n", RUNNER_QEMU, REFUSED},
    {"confine: /bin/true: Exec format error\n", RUNNER_COMMAND, RUNNER_FAULT},
    {"usage: refuse CALL ERROR PROGRAM\n", RUNNER_NATIVE, RUNNER_FAULT},
    {"usage: confine PROGRAM\n", RUNNER_NATIVE, RUNNER_FAULT},
};

START_TEST(a_wrapper_that_fails_is_no_program) {
  const struct program program = {.name = (char *)"p", .elf = (char *)"/bin/true"};
  struct target target = {.program = &program, .runner = wrappers[_i].runner, .elf = (char *)"/bin/true"};
  struct result result = {.target = &target};
  struct process process = {.end = END_EXITED, .status = 125};
  const struct run_seen seen = {.began = true, .touched = true};
  bytes_text(&process.err_text, wrappers[_i].errors);
  judge_run(NULL, &result, &process, &(struct places){0}, &seen);
  ck_assert_msg(result.verdict == wrappers[_i].verdict, "row %d: %s: %s", _i, verdict_name(result.verdict),
                span_of(&result.detail).data);
  bytes_free(&process.err_text);
  bytes_free(&result.detail);
}
END_TEST

/* Of a connection that this machine has no room for, nobody is blamed but it. */
START_TEST(a_machine_without_room_is_no_program) {
  static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL};
  struct result result = {0};
  judge_answer(NULL, &result, NULL, NULL, NULL, errors[_i]);
  ck_assert_int_eq(result.verdict, RUNNER_FAULT);
  bytes_free(&result.detail);
}
END_TEST

/* How a server ends once it is told to. */
static const struct {
  const char *said; /* all of its stdout */
  enum end end;
  int status;
  enum ready ready;
  bool leaked;
  enum verdict verdict;
} stops[] = {
    {"http://127.0.0.1:1/\n", END_EXITED, 0, READY_LINE, false, EQUAL},
    {"http://127.0.0.1:1/\n", END_EXITED, 1, READY_LINE, false, DIVERGED},
    {"http://127.0.0.1:1/\n", END_SIGNALED, SIGTERM, READY_LINE, false, CRASHED},
    {"http://127.0.0.1:1/\n", END_EXITED, 0, READY_LINE, true, LEAKED},
    {"http://127.0.0.1:1/\nx", END_EXITED, 0, READY_LINE, false, DIVERGED},
    {"http://127.0.0.1:1/\n\n", END_EXITED, 0, READY_LINE, false, DIVERGED},
    {"http://127.0.0.1:1/\nx", END_EXITED, 0, READY_PORT, false, EQUAL},
    {"", END_EXITED, 0, READY_PORT, false, EQUAL},
};

START_TEST(a_server_stops_as_its_suite_says) {
  const struct program program = {.name = (char *)"p", .ready = stops[_i].ready};
  struct target target = {.program = &program, .runner = RUNNER_NATIVE};
  struct result result = {.target = &target};
  struct process process = {.end = stops[_i].end, .status = stops[_i].status, .leaked = stops[_i].leaked};
  bytes_text(&process.out_text, stops[_i].said);
  judge_stop(&result, &process);
  ck_assert_msg(result.verdict == stops[_i].verdict, "row %d: %s: %s", _i, verdict_name(result.verdict),
                span_of(&result.detail).data);
  bytes_free(&process.out_text);
  bytes_free(&result.detail);
}
END_TEST

/* Each byte of an answer may be right, and its connection not. Where both are, it has no verdict yet. */
static const struct {
  int error;
  enum verdict verdict;
} connections[] = {{0, NOT_RUN}, {ECONNRESET, DIVERGED}, {ETIMEDOUT, DIVERGED}, {EPIPE, DIVERGED}, {EFBIG, DIVERGED}};

START_TEST(a_connection_ends_well_or_the_answer_diverges) {
  const struct program program = {.name = (char *)"p",
                                  .oracle = ORACLE_EXPECTED,
                                  .status_line = (char *)"HTTP/1.1 200 OK",
                                  .method = (char *)"GET"};
  struct target target = {.program = &program, .runner = RUNNER_NATIVE};
  struct test_case one = {.has_expected = true};
  struct result result = {.target = &target, .test_case = &one};
  struct bytes received = {0};
  bytes_text(&one.expected, "page");
  bytes_text(&received, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npage");
  judge_answer(NULL, &result, &(struct places){0}, &(struct request_number){0, 1}, &received, connections[_i].error);
  ck_assert_msg(result.verdict == connections[_i].verdict, "%s: %s: %s", strerror(connections[_i].error),
                verdict_name(result.verdict), span_of(&result.detail).data);
  bytes_free(&received);
  bytes_free(&one.expected);
  bytes_free(&result.detail);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("judge");
  TCase *tests = tcase_create("judge");
  tcase_add_loop_test(tests, a_signal_is_the_programs_or_the_emulators, 0, sizeof rows / sizeof *rows);
  tcase_add_loop_test(tests, a_wrapper_that_fails_is_no_program, 0, sizeof wrappers / sizeof *wrappers);
  tcase_add_loop_test(tests, a_machine_without_room_is_no_program, 0, 5);
  tcase_add_loop_test(tests, a_server_stops_as_its_suite_says, 0, sizeof stops / sizeof *stops);
  tcase_add_loop_test(tests, a_connection_ends_well_or_the_answer_diverges, 0,
                      sizeof connections / sizeof *connections);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
