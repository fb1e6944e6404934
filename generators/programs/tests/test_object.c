/* test_object.c: what the published object and executable are for. A linker takes the object and makes a program of it
 * that prints; the executable's headers, sections and symbols are read without a complaint; and the programs that are
 * position-independent do start at another address each time. */
#include "listing.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <elf.h>

static const char *build(void) {
  const char *folder = getenv("BUILD");
  return folder && *folder ? folder : "build";
}

/* What a shell command prints, stderr too, without the end of its last line; and its exit status. */
static int run(const char *command, char *out, size_t room) {
  FILE *pipe = popen(command, "r");
  ck_assert_ptr_nonnull(pipe);
  size_t size = fread(out, 1, room - 1, pipe);
  out[size] = '\0';
  return WEXITSTATUS(pclose(pipe));
}

/* `-z noseparate-code` is how linkers laid files out when the tutorial was written. */
START_TEST(object_is_linked) {
  static const char *const layouts[] = {"", "-z noseparate-code"};
  char folder[] = "/tmp/bytegate-object-XXXXXX", command[1024], out[4096];
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(command, sizeof command, "x86_64-linux-gnu-ld %s -o %s/a.out %s/elf/hello-world_x64.o 2>&1", layouts[_i],
           folder, build());
  if (run(command, out, sizeof out) != 0)
    ck_abort_msg("%s: %s", command, out);
  snprintf(command, sizeof command, "./run-elf.sh %s/a.out 2>&1", folder);
  ck_assert_int_eq(run(command, out, sizeof out), 0);
  ck_assert_str_eq(out, "Hello world!\n");
  snprintf(command, sizeof command, "readelf -h %s/a.out | grep -c 'Entry point address: *0x4000b0$'", folder);
  run(command, out, sizeof out);
  ck_assert_str_eq(out, _i ? "1\n" : "0\n");
  snprintf(command, sizeof command, "rm -r %s", folder);
  ck_assert_int_eq(run(command, out, sizeof out), 0);
}
END_TEST

START_TEST(readelf_has_no_complaint) {
  static const char *const files[] = {"hello-world_x64", "hello-world_x64.o"};
  char command[1024], out[4096];
  snprintf(command, sizeof command, "readelf -aW %s/elf/%s 2>&1 >/dev/null", build(), files[_i]);
  ck_assert_int_eq(run(command, out, sizeof out), 0);
  ck_assert_str_eq(out, "");
  snprintf(command, sizeof command, "readelf -aW %s/elf/%s | grep -ciE 'warning|error|corrupt|<unknown'", build(),
           files[_i]);
  run(command, out, sizeof out);
  ck_assert_str_eq(out, "0\n");
}
END_TEST

#if defined __x86_64__
#define NOLIBC "nolibc-hello_x64"
static uint64_t counter_of(const struct user_regs_struct *r) { return r->rip; }
#else
#define NOLIBC "nolibc-hello_arm64"
static uint64_t counter_of(const struct user_regs_struct *r) { return r->pc; }
#endif

/* Where the program starts, this time. */
static uint64_t entry_address(const char *path) {
  struct user_regs_struct r = {0};
  struct iovec vector = {&r, sizeof r};
  pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execl(path, path, (char *)NULL);
    _exit(126);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ck_assert(WIFSTOPPED(status));
  ck_assert_int_eq(ptrace(PTRACE_GETREGSET, child, (void *)NT_PRSTATUS, &vector), 0);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return counter_of(&r);
}

/* The page is the kernel's choice, the offset in it is e_entry's. Where a kernel is told not to choose
 * (randomize_va_space is 0), all are the same. */
START_TEST(position_is_independent) {
  char path[512], choice = '2';
  bool moved = false;
  FILE *file = fopen("/proc/sys/kernel/randomize_va_space", "r");
  if (file) {
    choice = (char)fgetc(file);
    fclose(file);
  }
  snprintf(path, sizeof path, "%s/elf/" NOLIBC, build());
  const uint64_t first = entry_address(path);
  ck_assert_uint_eq(first & 0xfff, 0x220);
  for (int i = 0; i < 8; i++) {
    uint64_t next = entry_address(path);
    ck_assert_uint_eq(next & 0xfff, 0x220);
    moved |= next != first;
  }
  ck_assert_int_eq(moved, choice != '0');
}
END_TEST

int main(void) {
  Suite *suite = suite_create("object and position");
  TCase *tc = tcase_create("linked, read, started");
  tcase_set_timeout(tc, 60);
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, object_is_linked, 0, 2);
  tcase_add_loop_test(tc, readelf_has_no_complaint, 0, 2);
  tcase_add_test(tc, position_is_independent);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
