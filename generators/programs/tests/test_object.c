/* test_object.c: what the published object and executable are for. A linker takes the object and makes a program of it
 * that prints; the executable's headers, sections and symbols are read without a complaint; and the programs that are
 * position-independent start at another address each time, and where there is no other file than theirs. */
/* reads: elf fixtures/published run-elf.sh */
#include "listing.h"

#include <check.h>
#include <ctype.h>
#include <fcntl.h>
#include <glob.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
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

static glob_t shown;

/* The line without blanks around it, and with one where there are several. */
static char *squeeze(char *line) {
  char *to = line;
  for (const char *from = line; *from; from++)
    if (!isspace((unsigned char)*from))
      *to++ = *from;
    else if (to > line && to[-1] != ' ')
      *to++ = ' ';
  to -= to > line && to[-1] == ' ';
  *to = '\0';
  return line;
}

/* The next line that is not empty, squeezed; NULL at the end. */
static char *next_line(FILE *file, char *line, int room) {
  while (fgets(line, room, file))
    if (*squeeze(line))
      return line;
  return NULL;
}

/* What was published of readelf stands in what it prints of our file: the first line somewhere, and all that follow it
 * after it, with no other line between them. */
START_TEST(readelf_prints_what_was_published) {
  char command[512], published[256], printed[256];
  FILE *file = fopen(shown.gl_pathv[_i], "r");
  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(fgets(published, sizeof published, file)); /* where it was published */
  ck_assert_ptr_nonnull(fgets(published, sizeof published, file));
  ck_assert_int_eq(strncmp(squeeze(published), "readelf -", 9), 0);
  char *name = strrchr(published, ' ');
  *name++ = '\0';
  snprintf(command, sizeof command, "LC_ALL=C %s %s/elf/%s 2>&1", published, build(), name);
  FILE *pipe = popen(command, "r");
  ck_assert_ptr_nonnull(pipe);
  int lines = 0;
  while (next_line(file, published, sizeof published)) {
    const char *line = next_line(pipe, printed, sizeof printed);
    while (line && lines == 0 && strcmp(line, published) != 0)
      line = next_line(pipe, printed, sizeof printed);
    if (!line || strcmp(line, published) != 0)
      ck_abort_msg("%s: published is\n  %s\nand readelf prints\n  %s", shown.gl_pathv[_i], published,
                   line ? line : "no more");
    lines++;
  }
  ck_assert_int_ge(lines, 2);
  while (next_line(pipe, printed, sizeof printed))
    ;
  ck_assert_int_eq(WEXITSTATUS(pclose(pipe)), 0);
  fclose(file);
}
END_TEST

START_TEST(readelf_was_published_four_times) { ck_assert_uint_eq(shown.gl_pathc, 4); }
END_TEST

#if defined __x86_64__
#define HOST "_x64"
static uint64_t counter_of(const struct user_regs_struct *r) { return r->rip; }
#else
#define HOST "_arm64"
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
  snprintf(path, sizeof path, "%s/elf/nolibc-hello" HOST, build());
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

/* A folder that holds the program and nothing else. */
static void lay_root(char *folder, const char *name) {
  char path[64];
  size_t size;
  unsigned char *bytes = program_read(name, &size);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/program", folder);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
  ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
  close(fd);
  free(bytes);
}

/* Who is not root may still be it in a user namespace of their own, where the system grants one. */
static bool enter_root(const char *folder) {
  return chroot(folder) == 0 || (unshare(CLONE_NEWUSER) == 0 && chroot(folder) == 0);
}

enum { NO_ROOT = 125, NOT_STARTED = 126 };

static const struct {
  const char *program, *prints;
  int status; /* as waitpid has it, without the bit of a core dump */
} rooted[] = {{"nolibc-trap", "", SIGTRAP},
              {"nolibc-status", "", 69 << 8},
              {"nolibc-exit", "", 0},
              {"nolibc-hello", "Hello world\n", 0}};

START_TEST(runs_in_an_empty_root) {
  char folder[] = "/tmp/bytegate-root-XXXXXX", name[64], path[64], out[64] = "";
  int ends[2], status = 0;
  snprintf(name, sizeof name, "%s" HOST, rooted[_i].program);
  lay_root(folder, name);
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    if (!enter_root(folder) || chdir("/") != 0)
      _exit(NO_ROOT);
    execl("/program", "/program", (char *)NULL);
    _exit(NOT_STARTED);
  }
  close(ends[1]);
  ssize_t got = read(ends[0], out, sizeof out - 1);
  close(ends[0]);
  waitpid(child, &status, 0);
  snprintf(path, sizeof path, "%s/program", folder);
  unlink(path);
  rmdir(folder);
  if (status == NO_ROOT << 8)
    return; /* make verify-kernel starts each with its file as the only one */
  ck_assert_int_eq(status & ~0x80, rooted[_i].status);
  ck_assert_int_eq(got, (ssize_t)strlen(rooted[_i].prints));
  ck_assert_str_eq(out, rooted[_i].prints);
}
END_TEST

int main(void) {
  glob("fixtures/published/*.readelf", 0, NULL, &shown);
  Suite *suite = suite_create("object and position");
  TCase *tc = tcase_create("linked, read, started");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, object_is_linked, 0, 2);
  tcase_add_loop_test(tc, readelf_has_no_complaint, 0, 2);
  tcase_add_test(tc, readelf_was_published_four_times);
  tcase_add_loop_test(tc, readelf_prints_what_was_published, 0, (int)shown.gl_pathc);
  tcase_add_test(tc, position_is_independent);
  tcase_add_loop_test(tc, runs_in_an_empty_root, 0, sizeof rooted / sizeof *rooted);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  globfree(&shown);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
