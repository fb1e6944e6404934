/* test_quine.c: a quine prints its own file and does not open it. Natively it is started from a file that has no name,
 * with no descriptor left to open another: there is nothing that it could print itself from but its own memory. Of the
 * others, the emulator tells which system calls they make. */
/* reads: fixtures/published elf */
#include "listing.h"

#include <check.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined __x86_64__
#define HOST "_x64"
#else
#define HOST "_arm64"
#endif

enum { DESCRIPTORS = 3, ROOM = 4096, NATIVE_MIB = 4100 };

static glob_t quines;

static const char *name_of(int which) { return strrchr(quines.gl_pathv[which], '/') + 1; }

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && !strcmp(text + length - tail, end);
}

/* A kernel promises the smallest ones 4 GiB only where it has as much. */
static bool runs_here(const char *name) {
  struct sysinfo info;
  ck_assert_int_eq(sysinfo(&info), 0);
  const unsigned long long mib = (info.totalram + info.totalswap) / 1024 * info.mem_unit / 1024;
  return ends_with(name, HOST) && !strstr(name, "-qemu_") && (!strstr(name, "-native_") || mib >= NATIVE_MIB);
}

/* Starts the bytes as a program whose standard streams take all the descriptors that it may have. */
static void become_nameless(const unsigned char *bytes, size_t size, int out) {
  static char *const words[] = {"", NULL}, *const variables[] = {NULL};
  const struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
  int file = memfd_create("quine", MFD_CLOEXEC);
  if (file < 0 || write(file, bytes, size) != (ssize_t)size || dup2(out, STDOUT_FILENO) < 0 ||
      close_range(DESCRIPTORS, ~0U, CLOSE_RANGE_CLOEXEC) || setrlimit(RLIMIT_NOFILE, &limit))
    _exit(125);
  fexecve(file, words, variables);
  _exit(126);
}

static size_t printed_by(const unsigned char *bytes, size_t size, unsigned char *out, int *status) {
  int ends[2];
  size_t got = 0;
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0)
    become_nameless(bytes, size, ends[1]);
  close(ends[1]);
  for (ssize_t count; (count = read(ends[0], out + got, ROOM - got)) > 0;)
    got += (size_t)count;
  close(ends[0]);
  waitpid(child, status, 0);
  return got;
}

START_TEST(prints_itself_without_a_file) {
  const char *name = name_of(_i);
  unsigned char out[ROOM];
  size_t size;
  int status = 0;
  if (!runs_here(name))
    return;
  unsigned char *bytes = program_read(name, &size);
  size_t got = printed_by(bytes, size, out, &status);
  if (got != size || memcmp(out, bytes, size))
    ck_abort_msg("%s printed %zu bytes, not the %zu that it has", name, got, size);
  ck_assert_int_eq(status, strstr(name, "published") ? 1 << 8 : 0);
  free(bytes);
}
END_TEST

/* What qemu-user says of its guest's calls: "PID write(1,...) = 96", one a line. Of the published one it is not asked:
 * to qemu int 0x80 means other calls. */
START_TEST(calls_write_and_exit_alone) {
  const char *name = name_of(_i), *machine = ends_with(name, "_x64") ? "x86_64" : "aarch64";
  char command[1024], calls[256];
  if (strstr(name, "published") || strstr(name, "-native_"))
    return;
  snprintf(command, sizeof command,
           "qemu-%s-static -strace %s 2>&1 >/dev/null | sed -n 's/^[0-9]* \\([a-z0-9_]*\\)(.*/\\1/p' | tr '\\n' ' '",
           machine, quines.gl_pathv[_i]);
  FILE *pipe = popen(command, "r");
  ck_assert_ptr_nonnull(pipe);
  calls[fread(calls, 1, sizeof calls - 1, pipe)] = '\0';
  pclose(pipe);
  ck_assert_str_eq(calls, "write exit ");
}
END_TEST

int main(void) {
  const char *build = getenv("BUILD");
  char pattern[512];
  snprintf(pattern, sizeof pattern, "%s/elf/*quine*[4]", build && *build ? build : "build");
  glob(pattern, 0, NULL, &quines);
  Suite *suite = suite_create("quines");
  TCase *tc = tcase_create("from memory alone");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, prints_itself_without_a_file, 0, (int)quines.gl_pathc);
  tcase_add_loop_test(tc, calls_write_and_exit_alone, 0, (int)quines.gl_pathc);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  globfree(&quines);
  return failed || !quines.gl_pathc ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
