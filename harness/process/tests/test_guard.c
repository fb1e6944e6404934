/* What is left of a program is ended, and what is not its own is let alone: strays by what they inherited, process
   groups by what the guard was told. */
/* reads: nothing */
#include "harness/base/bytes.h"
#include "harness/base/clock.h"
#include "harness/base/files.h"
#include "harness/process/confinement.h"
#include "harness/process/guard.h"
#include "harness/process/strays.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *make_folder(void) {
  char *folder = xstrdup("/tmp/test_guard-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  return folder;
}

/* Starts a process that waits for ever in a group of its own, in the folder CWD, with the environment HOME=HOME; each
   may be NULL. It has begun when this returns. */
static pid_t start_waiting(const char *cwd, const char *home) {
  int ends[2];
  ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    char *variable = xasprintf("HOME=%s", home ? home : "/");
    setpgid(0, 0);
    if (chdir(cwd ? cwd : "/") != 0)
      _exit(126);
    execle("/bin/sleep", "sleep", "100000", (char *)NULL, (char *[]){"OTHER=x", variable, NULL});
    _exit(127);
  }
  char none;
  close(ends[1]);
  ck_assert_int_eq(read(ends[0], &none, 1), 0);
  close(ends[0]);
  return child;
}

/* Whether CHILD still runs; if not, it must have been killed. */
static bool runs(pid_t child) {
  int status = 0;
  pid_t ended = waitpid(child, &status, WNOHANG);
  if (ended == child)
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  return ended == 0;
}

/* Waits until CHILD was killed. */
static void expect_killed(pid_t child) {
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void end_waiting(pid_t child) {
  ck_assert(runs(child));
  kill(child, SIGKILL);
  expect_killed(child);
}

START_TEST(strays_are_ended_but_not_those_that_are_known) {
  pid_t known[] = {start_waiting(NULL, NULL), start_waiting(NULL, NULL)};
  pid_t stray = start_waiting(NULL, NULL);
  ck_assert_uint_eq(strays_end(NULL, known, 2), 1);
  ck_assert_int_eq(waitpid(stray, NULL, 0), -1);
  ck_assert_int_eq(errno, ECHILD);
  ck_assert_uint_eq(strays_end(NULL, known, 2), 0);
  end_waiting(known[0]);
  end_waiting(known[1]);
}
END_TEST

START_TEST(what_has_ended_already_is_no_stray) {
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  siginfo_t info;
  ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
  ck_assert_uint_eq(strays_end(NULL, NULL, 0), 0);
  ck_assert_int_eq(waitpid(child, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_stray_belongs_to_the_folder_that_it_inherited) {
  char *folder = make_folder();
  char *below = xasprintf("%s/below", folder);
  char *beside = xasprintf("%s-beside", folder);
  ck_assert_int_eq(mkdir(below, 0755) + mkdir(beside, 0755), 0);
  pid_t others[] = {start_waiting(NULL, NULL), start_waiting(beside, beside)};
  pid_t strays[] = {start_waiting(folder, NULL), start_waiting(below, NULL), start_waiting(NULL, folder),
                    start_waiting(NULL, below)};
  ck_assert_uint_eq(strays_end(folder, NULL, 0), 4);
  for (size_t i = 0; i < 4; i++)
    ck_assert_int_eq(waitpid(strays[i], NULL, WNOHANG), -1);
  end_waiting(others[0]);
  end_waiting(others[1]);
  ck_assert_int_eq(rmdir(below) + rmdir(beside) + rmdir(folder), 0);
  free(below);
  free(beside);
  free(folder);
}
END_TEST

START_TEST(the_children_of_strays_are_strays) {
  ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int ends[2];
  ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
  pid_t child = fork();
  if (child == 0) {
    pid_t grandchild = start_waiting(NULL, NULL);
    if (write(ends[1], &grandchild, sizeof grandchild) != sizeof grandchild)
      _exit(1);
    for (;;)
      pause();
  }
  pid_t grandchild = 0;
  ck_assert_int_eq(read(ends[0], &grandchild, sizeof grandchild), sizeof grandchild);
  ck_assert_uint_eq(strays_end(NULL, NULL, 0), 2);
  ck_assert_int_eq(kill(grandchild, 0), -1);
  close(ends[0]);
  close(ends[1]);
}
END_TEST

START_TEST(all_below_a_folder_is_ended_whoever_started_it_but_this_process) {
  char *folder = make_folder();
  ck_assert_int_eq(chdir(folder), 0);
  pid_t inside = start_waiting(folder, NULL);
  pid_t outside = start_waiting(NULL, NULL);
  strays_end_below(folder);
  expect_killed(inside);
  end_waiting(outside);
  ck_assert_int_eq(chdir("/") + rmdir(folder), 0);
  free(folder);
}
END_TEST

START_TEST(the_guard_ends_the_groups_that_live_and_removes_the_folder) {
  char *folder = make_folder();
  char *file = xasprintf("%s/file", folder);
  struct guard guard;
  pid_t groups[4];
  ck_assert_int_eq(write_file(file, span_text("x")), 0);
  ck_assert_int_eq(guard_start(&guard, folder), 0);
  for (int i = 0; i < 4; i++) {
    groups[i] = start_waiting(NULL, NULL);
    guard_tell(&guard, groups[i], true);
  }
  guard_tell(&guard, groups[0], false);
  guard_tell(&guard, groups[2], false);
  guard_tell(&guard, groups[2], false);
  guard_stop(&guard);
  expect_killed(groups[1]);
  expect_killed(groups[3]);
  end_waiting(groups[0]);
  end_waiting(groups[2]);
  ck_assert_int_ne(access(folder, F_OK), 0);
  free(file);
  free(folder);
}
END_TEST

START_TEST(the_guard_knows_4096_groups) {
  enum { NO_PROCESS = 1 << 23 }; /* above all numbers of processes */
  char *folder = make_folder();
  struct guard guard;
  ck_assert_int_eq(guard_start(&guard, folder), 0);
  for (int i = 0; i < 4095; i++)
    guard_tell(&guard, NO_PROCESS + i, true);
  pid_t last = start_waiting(NULL, NULL);
  pid_t above = start_waiting(NULL, NULL);
  guard_tell(&guard, last, true);
  guard_tell(&guard, above, true);
  guard_stop(&guard);
  expect_killed(last);
  end_waiting(above);
  free(folder);
}
END_TEST

START_TEST(the_guard_outlives_a_gate_that_is_killed) {
  char *folder = make_folder();
  ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  pid_t left = start_waiting(NULL, NULL);
  pid_t gate = fork();
  if (gate == 0) {
    struct guard guard;
    if (guard_start(&guard, folder) != 0)
      _exit(1);
    guard_tell(&guard, left, true);
    raise(SIGKILL);
  }
  expect_killed(gate);
  expect_killed(left);
  while (wait(NULL) > 0)
    ;
  ck_assert_int_ne(access(folder, F_OK), 0);
  free(folder);
}
END_TEST

/* Whether process PID ignores SIGTERM by now, and leads its session. */
static bool is_detached(pid_t pid) {
  struct bytes status = {0};
  char *path = xasprintf("/proc/%d/status", (int)pid);
  ck_assert_int_eq(bytes_read_file(&status, path), 0);
  const char *ignored = strstr(status.data, "SigIgn:");
  bool detached =
      ignored && (strtoull(ignored + strlen("SigIgn:"), NULL, 16) & 1ULL << (SIGTERM - 1)) != 0 && getsid(pid) == pid;
  bytes_free(&status);
  free(path);
  return detached;
}

static void note(int number) { (void)number; }

START_TEST(the_end_of_the_guard_is_waited_for_whatever_signals_come) {
  char *folder = make_folder();
  struct guard guard;
  for (int i = 0; i < 300; i++) {
    char *file = xasprintf("%s/%d", folder, i);
    ck_assert_int_eq(write_file(file, span_text("x")), 0);
    free(file);
  }
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = note}, NULL);
  ck_assert_int_eq(guard_start(&guard, folder), 0);
  pid_t gate = getpid();
  pid_t sender = fork();
  if (sender == 0) {
    close(guard.pipe);
    while (kill(gate, SIGUSR1) == 0)
      ;
  }
  guard_stop(&guard);
  ck_assert_int_ne(access(folder, F_OK), 0);
  end_waiting(sender);
  free(folder);
}
END_TEST

START_TEST(the_guard_lets_nothing_end_it_that_ends_a_gate) {
  char *folder = make_folder();
  struct guard guard;
  ck_assert_int_eq(guard_start(&guard, folder), 0);
  for (uint64_t limit = now_ns() + 60000000000U; !is_detached(guard.pid);)
    ck_assert_uint_lt(now_ns(), limit);
  kill(guard.pid, SIGTERM);
  kill(guard.pid, SIGINT);
  kill(guard.pid, SIGHUP);
  guard_stop(&guard);
  ck_assert_int_ne(access(folder, F_OK), 0);
  free(folder);
}
END_TEST

START_TEST(a_workspace_is_a_folder_that_is_gone_at_its_end) {
  struct workspace workspace = {0};
  int reaper = 0;
  struct rlimit core;
  struct stat status;
  workspace_open(&workspace);
  ck_assert_int_eq(prctl(PR_GET_CHILD_SUBREAPER, &reaper), 0);
  ck_assert_int_eq(reaper, 1);
  ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
  ck_assert_uint_eq(core.rlim_cur + core.rlim_max, 0);
  ck_assert_ptr_eq(signal(SIGPIPE, SIG_IGN), SIG_IGN);
  char *root = xstrdup(workspace.root);
  char *paths[] = {workspace_folder(&workspace, NULL), workspace_folder(&workspace, NULL)};
  char *within = workspace_folder(&workspace, paths[1]);
  char *file = workspace_file(&workspace, "name");
  char *files = workspace_file(&workspace, NULL);
  char *wanted[] = {xasprintf("%s/0", root), xasprintf("%s/1", root), xasprintf("%s/1/2", root),
                    xasprintf("%s/files/name", root), xasprintf("%s/files", root)};
  char *got[] = {paths[0], paths[1], within, file, files};
  for (int i = 0; i < 5; i++) {
    ck_assert_str_eq(got[i], wanted[i]);
    ck_assert_int_eq(stat(got[i], &status), i == 3 ? -1 : 0);
    free(got[i]);
    free(wanted[i]);
  }
  int errors = memory_file(span_text(""));
  int kept = dup(2);
  dup2(errors, 2);
  workspace_close(&workspace);
  dup2(kept, 2);
  struct bytes said = {0};
  read_whole(errors, &said);
  ck_assert_uint_eq(said.len, 0);
  ck_assert_int_ne(access(root, F_OK), 0);
  close(errors);
  close(kept);
  free(root);
}
END_TEST

START_TEST(a_sweep_ends_what_is_not_noted_as_living) {
  struct workspace workspace = {0};
  workspace_open(&workspace);
  pid_t noted = start_waiting(NULL, NULL);
  pid_t gone = start_waiting(NULL, NULL);
  workspace_note(&workspace, noted, true);
  ck_assert(!workspace.crowded);
  ck_assert_uint_eq(workspace_sweep(&workspace, NULL), 1);
  ck_assert_int_eq(waitpid(gone, NULL, WNOHANG), -1);
  /* Where one ran at a time, the folder tells nothing. */
  start_waiting(NULL, NULL);
  ck_assert_uint_eq(workspace_sweep(&workspace, "/nowhere"), 1);
  pid_t second = start_waiting(NULL, NULL);
  workspace_note(&workspace, second, true);
  ck_assert(workspace.crowded);
  pid_t other = start_waiting(NULL, NULL);
  ck_assert_uint_eq(workspace_sweep(&workspace, "/nowhere"), 0);
  ck_assert(runs(other));
  workspace_note(&workspace, noted, false);
  ck_assert_uint_eq(workspace.living_count, 1);
  ck_assert_int_eq(workspace.living[0], second);
  workspace_note(&workspace, second, false);
  ck_assert_uint_eq(workspace.living_count, 0);
  end_waiting(other);
  end_waiting(noted);
  end_waiting(second);
  workspace_note(&workspace, getpid() + 1, false);
  ck_assert_uint_eq(workspace.living_count, 0);
  workspace_close(&workspace);
}
END_TEST

static void allowed(const char *text, unsigned allow, const char *reads, const char *writes) {
  struct confinement confinement = {0};
  struct bytes why = {0};
  ck_assert_msg(confinement_allow(&confinement, text, &why), "%s", span_of(&why).data);
  ck_assert_uint_eq(confinement.allow, allow);
  ck_assert_uint_eq(confinement.reads.count, reads != NULL);
  ck_assert_uint_eq(confinement.writes.count, writes != NULL);
  if (reads)
    ck_assert_str_eq(confinement.reads.items[0], reads);
  if (writes)
    ck_assert_str_eq(confinement.writes.items[0], writes);
  confinement_free(&confinement);
}

START_TEST(a_program_is_allowed_what_its_suite_says_and_no_more) {
  allowed("network", ALLOW_NETWORK, NULL, NULL);
  allowed(" ptrace\t", ALLOW_PTRACE, NULL, NULL);
  allowed("nested namespaces,ptrace", ALLOW_NESTED | ALLOW_PTRACE, NULL, NULL);
  allowed("path /srv/a b , write  /var/x", 0, "/srv/a b", "/var/x");
  static const char *const wrong[] = {"",          "net",   "network,",   "path",    "path srv",
                                      "write var", "write", "paths /srv", "path/srv"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct confinement confinement = {0};
    struct bytes why = {0};
    ck_assert_msg(!confinement_allow(&confinement, wrong[i], &why), "%s", wrong[i]);
    ck_assert_ptr_nonnull(strstr(why.data, "' cannot be allowed; there are network, ptrace, nested namespaces, path "));
    confinement_free(&confinement);
    bytes_free(&why);
  }
}
END_TEST

START_TEST(the_temporary_folder_is_named_as_seen_from_anywhere) {
  char *folder = make_folder();
  ck_assert_int_eq(chdir(folder), 0);
  setenv("TMPDIR", ".", 1);
  ck_assert_str_eq(temporary_folder(), folder);
  setenv("TMPDIR", "/nowhere/at/all", 1);
  ck_assert_str_eq(temporary_folder(), "/nowhere/at/all");
  const char *memory = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
  setenv("TMPDIR", "", 1);
  ck_assert_str_eq(temporary_folder(), memory);
  unsetenv("TMPDIR");
  ck_assert_str_eq(temporary_folder(), memory);
  ck_assert_int_eq(chdir("/") + rmdir(folder), 0);
  free(folder);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("guard");
  TCase *tests = tcase_create("guard");
  tcase_add_test(tests, strays_are_ended_but_not_those_that_are_known);
  tcase_add_test(tests, what_has_ended_already_is_no_stray);
  tcase_add_test(tests, a_stray_belongs_to_the_folder_that_it_inherited);
  tcase_add_test(tests, the_children_of_strays_are_strays);
  tcase_add_test(tests, all_below_a_folder_is_ended_whoever_started_it_but_this_process);
  tcase_add_test(tests, the_guard_ends_the_groups_that_live_and_removes_the_folder);
  tcase_add_test(tests, the_guard_knows_4096_groups);
  tcase_add_test(tests, the_guard_outlives_a_gate_that_is_killed);
  tcase_add_test(tests, the_end_of_the_guard_is_waited_for_whatever_signals_come);
  tcase_add_test(tests, the_guard_lets_nothing_end_it_that_ends_a_gate);
  tcase_add_test(tests, a_workspace_is_a_folder_that_is_gone_at_its_end);
  tcase_add_test(tests, a_sweep_ends_what_is_not_noted_as_living);
  tcase_add_test(tests, a_program_is_allowed_what_its_suite_says_and_no_more);
  tcase_add_test(tests, the_temporary_folder_is_named_as_seen_from_anywhere);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
