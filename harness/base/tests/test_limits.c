/* A limit that is too low is raised where that may be, and else named with its value and the remedy. What people send
   to end a run is held, and lost by nobody. */
/* reads: nothing */
#include "harness/base/bytes.h"
#include "harness/base/clock.h"
#include "harness/base/companion.h"
#include "harness/base/interrupt.h"
#include "harness/base/limits.h"
#include "harness/base/signals.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void set_limit(int resource, rlim_t soft, rlim_t hard) {
  ck_assert_int_eq(setrlimit(resource, &(struct rlimit){soft, hard}), 0);
}

static rlim_t soft_limit(int resource) {
  struct rlimit limit;
  ck_assert_int_eq(getrlimit(resource, &limit), 0);
  return limit.rlim_cur;
}

static void lacks(bool runs, unsigned jobs, const char *wanted) {
  char *text = limits_lacking(runs, jobs);
  if (wanted) {
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(strstr(text, wanted));
  } else {
    ck_assert_msg(!text, "%s", text);
  }
  free(text);
}

START_TEST(a_limit_that_may_be_raised_is_raised_as_far_as_is_needed) {
  set_limit(RLIMIT_FSIZE, 5120, RLIM_INFINITY);
  set_limit(RLIMIT_NOFILE, 32, 1024);
  lacks(true, 2, NULL);
  ck_assert_uint_eq(soft_limit(RLIMIT_FSIZE), 64 << 20);
  ck_assert_uint_eq(soft_limit(RLIMIT_NOFILE), 512 + 2 * 16);
  lacks(true, 32, NULL);
  ck_assert_uint_eq(soft_limit(RLIMIT_NOFILE), 1024);
  lacks(true, 33, "the limit on open files is 1024, and 1040 are needed: start it where `ulimit -n unlimited` holds");
}
END_TEST

START_TEST(what_limits_programs_counts_only_where_programs_run) {
  set_limit(RLIMIT_FSIZE, 5120, 5120);
  lacks(false, 1, NULL);
  ck_assert_uint_eq(soft_limit(RLIMIT_FSIZE), 5120);
  lacks(true, 1, "the limit on the size of a file, in bytes, is 5120, and 67108864 are needed");
  set_limit(RLIMIT_STACK, 65536, 65536);
  lacks(false, 1, "the limit on the stack, in bytes, is 65536, and 1048576 are needed: start it where `ulimit -s ");
}
END_TEST

START_TEST(the_processes_of_a_user_are_limited_but_those_of_root_are_not) {
  set_limit(RLIMIT_NPROC, 143, 143);
  if (geteuid() == 0) {
    lacks(true, 1, NULL);
    ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
  }
  lacks(true, 1, "the limit on processes of one user is 143, and 144 are needed: start it where `ulimit -u ");
}
END_TEST

static void is_behind(int error, const char *wanted) {
  char *text = limit_behind(error);
  ck_assert_str_eq(text, wanted);
  free(text);
}

START_TEST(the_limit_that_an_error_speaks_of_is_named) {
  if (soft_limit(RLIMIT_NPROC) == RLIM_INFINITY)
    is_behind(EAGAIN, "");
  set_limit(RLIMIT_NPROC, 77, 78);
  set_limit(RLIMIT_NOFILE, 99, 100);
  is_behind(EAGAIN, " (`ulimit -u` is 77)");
  is_behind(EMFILE, " (`ulimit -n` is 99)");
  is_behind(ENOENT, "");
}
END_TEST

START_TEST(what_ends_a_run_is_held_until_it_is_asked_for) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  sigset_t before;
  sigset_t now;
  interrupt_hold(&before);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    ck_assert_int_eq(interrupt_taken(), 0);
    ck_assert_int_eq(raise(numbers[i]), 0);
    ck_assert_int_eq(interrupt_taken(), numbers[i]);
  }
  ck_assert_int_eq(interrupt_taken(), 0);
  interrupt_release(&before);
  sigprocmask(SIG_BLOCK, NULL, &now);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    ck_assert_int_eq(sigismember(&now, numbers[i]), sigismember(&before, numbers[i]));
}
END_TEST

START_TEST(a_process_that_was_interrupted_dies_of_that_signal) {
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    sigset_t before;
    signal(SIGHUP, SIG_IGN);
    interrupt_hold(&before);
    interrupt_die(SIGHUP);
    _exit(7);
  }
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFSIGNALED(status));
  ck_assert_int_eq(WTERMSIG(status), SIGHUP);
}
END_TEST

START_TEST(signals_have_the_names_that_people_know) {
  ck_assert_str_eq(signal_name(SIGTRAP), "SIGTRAP");
  ck_assert_str_eq(signal_name(SIGKILL), "SIGKILL");
  ck_assert_str_eq(signal_name(99), "signal 99");
}
END_TEST

START_TEST(the_clock_counts_nanoseconds) {
  struct timespec before;
  struct timespec after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  uint64_t now = now_ns();
  clock_gettime(CLOCK_MONOTONIC, &after);
  ck_assert_uint_ge(now, (uint64_t)before.tv_sec * 1000000000U + (uint64_t)before.tv_nsec);
  ck_assert_uint_le(now, (uint64_t)after.tv_sec * 1000000000U + (uint64_t)after.tv_nsec);
}
END_TEST

static void companion_is(const char *command, const char *wanted) {
  char *path = companion_of(command, "helper");
  ck_assert_str_eq(path, wanted);
  free(path);
}

START_TEST(what_belongs_to_a_command_is_beside_it_or_where_it_is_installed) {
  char folder[] = "/tmp/test_limits-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
  ck_assert_int_eq(mkdir("bin", 0755) + mkdir("lib", 0755) + mkdir("lib/bytegate", 0755), 0);
  companion_is("bin/command", "bin/helper");
  companion_is("command", "./helper");
  ck_assert_int_eq(write_file("lib/bytegate/helper", span_text("x")), 0);
  companion_is("bin/command", "bin/../lib/bytegate/helper");
  ck_assert_int_eq(write_file("bin/helper", span_text("x")), 0);
  companion_is("bin/command", "bin/helper");
  ck_assert_int_eq(unlink("bin/helper") + unlink("lib/bytegate/helper") + rmdir("lib/bytegate") + rmdir("lib"), 0);
  ck_assert_int_eq(rmdir("bin") + rmdir(folder), 0);
}
END_TEST

START_TEST(a_command_knows_where_it_stands) {
  char *whole = realpath("/proc/self/exe", NULL);
  ck_assert_str_eq(command_path(), whole);
  char *slash = strrchr(whole, '/');
  *slash = '\0';
  ck_assert_str_eq(command_folder(), whole);
  char *beside = xasprintf("%s/nothing-of-that-name", whole);
  char *path = companion_path("nothing-of-that-name");
  ck_assert_str_eq(path, beside);
  free(path);
  free(beside);
  free(whole);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("limits");
  TCase *tests = tcase_create("limits");
  tcase_add_test(tests, a_limit_that_may_be_raised_is_raised_as_far_as_is_needed);
  tcase_add_test(tests, what_limits_programs_counts_only_where_programs_run);
  tcase_add_test(tests, the_processes_of_a_user_are_limited_but_those_of_root_are_not);
  tcase_add_test(tests, the_limit_that_an_error_speaks_of_is_named);
  tcase_add_test(tests, what_ends_a_run_is_held_until_it_is_asked_for);
  tcase_add_test(tests, a_process_that_was_interrupted_dies_of_that_signal);
  tcase_add_test(tests, signals_have_the_names_that_people_know);
  tcase_add_test(tests, the_clock_counts_nanoseconds);
  tcase_add_test(tests, what_belongs_to_a_command_is_beside_it_or_where_it_is_installed);
  tcase_add_test(tests, a_command_knows_where_it_stands);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
