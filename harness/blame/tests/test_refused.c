/* Which of strace's lines are refusals of a cell. */
/* reads: helpers */
#include "harness/blame/refused.h"

#include "harness/base/bytes.h"

#include <check.h>
#include <stdlib.h>

static const struct {
  const char *said, *refused;
} lines[] = {
    {"12    unlink(\"/etc/x\") = -1 EROFS (Read-only file system)\n", "refused   unlink(\"/etc/x\") EROFS\n"},
    {"12    unlink(\"/etc/x\")          = -1 EPERM (Operation not permitted)\n",
     "refused   unlink(\"/etc/x\") EPERM\n"},
    {"ptrace(PTRACE_ATTACH, 1) = -1 EPERM (x)\n", "refused   ptrace(PTRACE_ATTACH, 1) EPERM\n"},
    {"7 kill(4321, SIGKILL) = -1 ESRCH (No such process)\n", "refused   kill(4321, SIGKILL) ESRCH\n"},
    {"7 wait4(4321) = -1 ECHILD (No child processes)\n", ""},
    {"7 clone3({flags=CLONE_VM}, 88) = -1 ENOSYS (Function not implemented)\n", ""},
    {"7 epoll_ctl(5, EPOLL_CTL_ADD, 8, {events=EPOLLIN}) = -1 EPERM (Operation not permitted)\n", ""},
    {"7 openat(AT_FDCWD, \"/sys/kernel/mm/transparent_hugepage/hpage_pmd_size\", O_RDONLY) = -1 ENOENT (x)\n", ""},
    {"7 syscall_0x3e7(0, 0) = -1 ENOSYS (Function not implemented)\n", "refused   syscall_0x3e7(0, 0) ENOSYS\n"},
    {"7 open(\"/nowhere/at/all\", O_RDONLY) = -1 ENOENT (No such file or directory)\n", ""},
    {"7 open(\"/\", O_RDONLY) = -1 ENOENT (No such file or directory)\n", "refused   open(\"/\", O_RDONLY) ENOENT\n"},
    {"7 open(\"relative\", O_RDONLY) = -1 ENOENT (No such file or directory)\n", ""},
    {"7 <... read resumed>) = -1 EPERM (Operation not permitted)\n", ""},
    {"7 read(0,  <unfinished ...>\n", ""},
    {"7 write(1, \" = -1 EPERM (\", 13) = -1 EPIPE (Broken pipe)\n", ""},
    {"7 write(1, \" = -1 EPIPE (\", 13) = -1 EPERM (x)\n", "refused   write(1, \" = -1 EPIPE (\", 13) EPERM\n"},
    {"7 mount() = -1 EPERM (x)\n7 mount() = -1 EPERM (x)\n", "refused   mount() EPERM\n"},
    {"a() = -1 EPERM (x)\nb() = -1 EPERM (x)\nc() = -1 EPERM (x)\nd() = -1 EPERM (x)\ne() = -1 EPERM (x)\n",
     "refused   a() EPERM\nrefused   b() EPERM\nrefused   c() EPERM\nrefused   d() EPERM\n"},
    {"", ""},
};

START_TEST(what_a_cell_refused_is_told_from_other_failures) {
  struct bytes out = {0};
  refused_lines(span_text(lines[_i].said), &out);
  ck_assert_str_eq(span_of(&out).len ? out.data : "", lines[_i].refused);
  bytes_free(&out);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("refused");
  TCase *tests = tcase_create("refused");
  suite_add_tcase(suite, tests);
  tcase_add_loop_test(tests, what_a_cell_refused_is_told_from_other_failures, 0, sizeof lines / sizeof *lines);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
