/* A command that the harness runs for itself: its words, its input, where its output goes, and that it ends. */
/* reads: nothing */
#include "harness/base/command.h"
#include "harness/base/files.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs sh on SCRIPT as COMMAND says; its output must be WANTED. Returns its status. */
static int run_script(struct command_line command, const char *script, const char *wanted) {
  const char *words[] = {"sh", "-c", script, NULL};
  struct bytes out = {0};
  bytes_text(&out, "before ");
  command.words = words;
  int status = command_run(&command, &out);
  ck_assert_str_eq(out.data, wanted);
  bytes_free(&out);
  return status;
}

START_TEST(what_a_command_prints_is_appended_and_its_status_returned) {
  int status = run_script((struct command_line){0}, "echo one; exit 7", "before one\n");
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 7);
  status = run_script((struct command_line){0}, "kill -USR1 $$", "before ");
  ck_assert(WIFSIGNALED(status));
  ck_assert_int_eq(WTERMSIG(status), SIGUSR1);
}
END_TEST

START_TEST(a_command_reads_its_input_or_nothing) {
  run_script((struct command_line){.input = span_text("a\nb\n")}, "cat", "before a\nb\n");
  run_script((struct command_line){0}, "cat", "before ");
}
END_TEST

START_TEST(a_command_runs_in_the_folder_that_is_asked_for) {
  run_script((struct command_line){.folder = "/usr"}, "pwd", "before /usr\n");
}
END_TEST

START_TEST(what_a_command_says_on_stderr_goes_where_it_shall) {
  static const char script[] = "echo out; echo error >&2";
  int errors = memory_file(span_text(""));
  int kept = dup(2);
  dup2(errors, 2);
  run_script((struct command_line){.errors = ERRORS_TAKEN}, script, "before out\nerror\n");
  run_script((struct command_line){.errors = ERRORS_DROPPED}, script, "before out\n");
  struct bytes passed = {0};
  read_whole(errors, &passed);
  ck_assert_uint_eq(passed.len, 0);
  run_script((struct command_line){.errors = ERRORS_PASSED}, script, "before out\n");
  dup2(kept, 2);
  read_whole(errors, &passed);
  ck_assert_str_eq(passed.data, "error\n");
  bytes_free(&passed);
  close(errors);
  close(kept);
}
END_TEST

START_TEST(a_command_holds_no_signal_back) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, NULL);
  int status = run_script((struct command_line){0}, "kill -TERM $$; echo still here", "before ");
  ck_assert(WIFSIGNALED(status));
  ck_assert_int_eq(WTERMSIG(status), SIGTERM);
}
END_TEST

START_TEST(a_command_is_ended_at_its_deadline_with_all_that_it_started) {
  struct bytes out = {0};
  const char *words[] = {"sh", "-c", "echo begun; sleep 1000 & echo $!; wait", NULL};
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  ck_assert_int_eq(command_run(&(struct command_line){.words = words, .deadline_ms = 300}, &out), -ETIMEDOUT);
  pid_t left = out.len ? (pid_t)strtol(out.data + strlen("begun\n"), NULL, 10) : 0;
  int status = 0;
  /* Where nothing was printed in that time, nothing was started either. */
  if (left > 0) {
    ck_assert_int_eq(waitpid(left, &status, 0), left);
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
  }
  bytes_free(&out);
}
END_TEST

START_TEST(a_command_in_time_has_its_own_status_and_leaves_nothing) {
  struct bytes out = {0};
  int status = 0;
  const char *words[] = {"sh", "-c", "sleep 1000 & echo $!; exit 3", NULL};
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  status = command_run(&(struct command_line){.words = words, .deadline_ms = 1000000}, &out);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 3);
  pid_t left = (pid_t)strtol(out.data, NULL, 10);
  ck_assert_int_eq(waitpid(left, &status, 0), left);
  ck_assert_int_eq(WTERMSIG(status), SIGKILL);
  bytes_free(&out);
}
END_TEST

START_TEST(a_command_that_is_not_there_is_not_started) {
  struct bytes out = {0};
  const char *words[] = {"no-command-of-that-name", NULL};
  ck_assert_int_eq(command_run(&(struct command_line){.words = words}, &out), -ENOENT);
  ck_assert_uint_eq(out.len, 0);
  bytes_free(&out);
}
END_TEST

static void note(int number) { (void)number; }

START_TEST(a_signal_does_not_end_the_wait) {
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = note}, NULL);
  int status =
      run_script((struct command_line){0}, "for i in 1 2 3 4 5 6 7 8 9; do kill -USR1 $PPID; done; exit 5", "before ");
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 5);
}
END_TEST

static void finds(const char *path, const char *wanted) {
  ck_assert_int_eq(path ? setenv("PATH", path, 1) : unsetenv("PATH"), 0);
  char *found = find_command("sh");
  ck_assert_msg(wanted ? found && strcmp(found, wanted) == 0 : !found, "along %s: %s", path ? path : "nothing", found);
  free(found);
}

START_TEST(a_command_is_looked_for_along_the_path) {
  char folder[] = "/tmp/test_command-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *file = xasprintf("%s/sh", folder);
  char *path = xasprintf("/nowhere:%s:/bin", folder);
  ck_assert_int_eq(write_file(file, span_text("x")), 0);
  ck_assert_int_eq(chmod(file, 0644), 0);
  finds(path, "/bin/sh"); /* what cannot be executed is passed over */
  ck_assert_int_eq(chmod(file, 0755), 0);
  finds(path, file);
  finds("/nowhere", NULL);
  finds("", NULL);
  finds(NULL, "/usr/bin/sh");
  ck_assert_int_eq(unlink(file) + rmdir(folder), 0);
  free(file);
  free(path);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("command");
  TCase *tests = tcase_create("command");
  tcase_add_test(tests, what_a_command_prints_is_appended_and_its_status_returned);
  tcase_add_test(tests, a_command_reads_its_input_or_nothing);
  tcase_add_test(tests, a_command_runs_in_the_folder_that_is_asked_for);
  tcase_add_test(tests, what_a_command_says_on_stderr_goes_where_it_shall);
  tcase_add_test(tests, a_command_holds_no_signal_back);
  tcase_add_test(tests, a_command_is_ended_at_its_deadline_with_all_that_it_started);
  tcase_add_test(tests, a_command_in_time_has_its_own_status_and_leaves_nothing);
  tcase_add_test(tests, a_command_that_is_not_there_is_not_started);
  tcase_add_test(tests, a_signal_does_not_end_the_wait);
  tcase_add_test(tests, a_command_is_looked_for_along_the_path);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
