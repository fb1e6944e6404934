/* Children that nobody knows of are found by their process namespace, and waited for. */
/* reads: nothing */
#include "harness/process/strays.h"

#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child of this process that waits to be ended. */
static pid_t begin_waiting(void) {
  pid_t pid = fork();
  if (pid == 0)
    for (;;)
      pause();
  return pid;
}

/* Makes a process namespace with two children of the test in it. Reports its first process, and one of these. */
static _Noreturn void launch(int report) {
  pid_t pids[3];
  if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0 || (pids[0] = begin_waiting()) < 0)
    _exit(77);
  for (int i = 1; i < 3; i++) {
    pids[i] = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (pids[i] == 0)
      for (;;)
        pause();
  }
  _exit(write(report, pids, 2 * sizeof *pids) != 2 * sizeof *pids);
}

START_TEST(all_of_a_namespace_are_ended_and_no_other) {
  int ends[2];
  int status = 0;
  pid_t pids[2];
  pid_t outside = begin_waiting();
  ck_assert_int_eq(pipe(ends), 0);
  pid_t launcher = fork();
  if (launcher == 0)
    launch(ends[1]);
  ck_assert_int_eq(waitpid(launcher, &status, 0), launcher);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) /* no namespaces here */
    goto end;
  ck_assert_int_eq(status, 0);
  ck_assert_int_eq(read(ends[0], pids, sizeof pids), sizeof pids);
  char *name = strays_namespace(pids[1]);
  ck_assert_ptr_nonnull(name);
  ck_assert_int_eq(strays_end_namespace(name), 2);
  ck_assert_int_eq(waitpid(pids[1], NULL, WNOHANG), -1);
  kill(pids[0], SIGKILL);
  free(name);
end:
  ck_assert_ptr_null(strays_namespace(outside));
  ck_assert_int_eq(waitpid(outside, NULL, WNOHANG), 0);
  kill(outside, SIGKILL);
  ck_assert_int_eq(waitpid(outside, NULL, 0), outside);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("strays");
  TCase *tests = tcase_create("strays");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, all_of_a_namespace_are_ended_and_no_other);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
