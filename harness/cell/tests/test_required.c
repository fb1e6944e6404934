/* Where a suite's user requires cells, and the kernel grants none. */
/* reads: gate:verify */
#include "harness/base/bytes.h"
#include "harness/cell/tests/container.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The gate itself, in a container: it runs nothing where all is required and not there. */
START_TEST(what_is_required_and_not_there_ends_the_gate) {
  const char *build = getenv("BUILD");
  char *gate = xasprintf("%s/bytegate", build && *build ? build : "build");
  int ends[2];
  ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 2);
    if (!enter_container())
      _exit(126);
    execl(gate, "bytegate", "verify", "--confine=require", NULL);
    _exit(127);
  }
  close(ends[1]);
  char said[4096];
  size_t len = 0;
  for (ssize_t got; len + 1 < sizeof said && (got = read(ends[0], said + len, sizeof said - 1 - len)) > 0;)
    len += (size_t)got;
  said[len] = '\0';
  close(ends[0]);
  int status;
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_INFRASTRUCTURE, "0x%x: %s", (unsigned)status, said);
  ck_assert_msg(strstr(said, "(--confine=require)") && strstr(said, "a process namespace"), "%s", said);
  free(gate);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("required");
  TCase *tests = tcase_create("required");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, what_is_required_and_not_there_ends_the_gate);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
