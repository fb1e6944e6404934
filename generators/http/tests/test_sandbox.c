/* What the server may no longer do when it listens: each system call is tried within it, by a tracer that puts the
 * number and the arguments into its registers and lets it execute its own system call instruction once. */
/* reads: elf */
#include "drive.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__

/* Numbers that the kernel may know, and more. Two are the kernel's own, which its filters let pass: uretprobe and
 * uprobe work where the kernel itself has put the call alone. */
enum { MOST_CALLS = 1024, URETPROBE = 335, UPROBE = 336 };

static Server server;
static struct user_regs_struct at_call; /* stopped before its system call instruction */

/* Stops the server while it waits in call NUMBER. What it does before it waits is not cut off: a call that has been
 * made would be made once more. */
static void stop_at_call(long number) {
  time_t end = time(NULL) + 30;
  int status;
  ck_assert_int_eq(ptrace(PTRACE_SEIZE, server.program.pid, 0, 0), 0);
  for (bool waits = false; !waits;) {
    ck_assert_msg(time(NULL) < end, "the server does not come to call %ld", number);
    ck_assert_int_eq(ptrace(PTRACE_INTERRUPT, server.program.pid, 0, 0), 0);
    ck_assert_int_eq(waitpid(server.program.pid, &status, 0), server.program.pid);
    ck_assert_int_eq(ptrace(PTRACE_GETREGS, server.program.pid, 0, &at_call), 0);
    waits = (long)at_call.orig_rax == number && (long)at_call.rax < 0;
    if (!waits)
      ck_assert_int_eq(ptrace(PTRACE_CONT, server.program.pid, 0, 0), 0);
    sched_yield();
  }
  at_call.rip -= 2;
  at_call.orig_rax = (unsigned long long)-1; /* the call that was interrupted is not made again */
  long code = ptrace(PTRACE_PEEKTEXT, server.program.pid, at_call.rip, 0);
  ck_assert_int_eq(code & 0xffff, 0x050f);
}

/* The result of a system call in the server. */
static long try_call(long number, long a, long b, long c, long d) {
  struct user_regs_struct registers = at_call;
  int status;
  registers.rax = (unsigned long long)number;
  registers.rdi = (unsigned long long)a;
  registers.rsi = (unsigned long long)b;
  registers.rdx = (unsigned long long)c;
  registers.r10 = (unsigned long long)d;
  registers.r8 = (unsigned long long)-1;
  registers.r9 = 0;
  ck_assert_int_eq(ptrace(PTRACE_SETREGS, server.program.pid, 0, &registers), 0);
  ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, server.program.pid, 0, 0), 0);
  ck_assert_int_eq(waitpid(server.program.pid, &status, 0), server.program.pid);
  ck_assert_msg(WIFSTOPPED(status), "the server has ended at call %ld", number);
  ck_assert_int_eq(ptrace(PTRACE_GETREGS, server.program.pid, 0, &registers), 0);
  return (long)registers.rax;
}

static void start(void) {
  const char *path = temporary_path("data.md");
  write_file(path, "a\n", 2);
  server = server_start(&runners[0], path, (StartOptions){0});
  Text answer = request(&server, "GET / HTTP/1.0\r\n\r\n");
  check_page("before", answer, "<p>a</p>\n", 9);
  text_free(&answer);
  stop_at_call(SYS_epoll_pwait);
}

/* The server goes on as if nothing had been tried. */
static void stop(void) {
  struct user_regs_struct registers = at_call;
  registers.rax = SYS_epoll_pwait;
  ck_assert_int_eq(ptrace(PTRACE_SETREGS, server.program.pid, 0, &registers), 0);
  ck_assert_int_eq(ptrace(PTRACE_DETACH, server.program.pid, 0, 0), 0);
  Text answer = request(&server, "GET / HTTP/1.0\r\n\r\n");
  check_page("after", answer, "<p>a</p>\n", 9);
  text_free(&answer);
  server_stop(&server);
}

/* Calls that are allowed, whatever their arguments are, or with some. */
static const int allowed[] = {SYS_epoll_pwait, SYS_clock_gettime, SYS_read,   SYS_writev,    SYS_close,
                              SYS_epoll_ctl,   SYS_shutdown,      SYS_fstat,  SYS_munmap,    SYS_mremap,
                              SYS_accept4,     SYS_recvfrom,      SYS_openat, SYS_mmap,      SYS_madvise,
                              SYS_exit_group,  SYS_write,         SYS_ppoll,  SYS_openat2,   SYS_getdents64,
                              SYS_sendfile,    SYS_getpeername,   SYS_dup3,   SYS_newfstatat};

static bool is_allowed(int number) {
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
    if (allowed[i] == number)
      return true;
  return false;
}

START_TEST(forbidden_calls) {
  start();
  for (int number = 0; number < MOST_CALLS; number++)
    if (!is_allowed(number) && number != URETPROBE && number != UPROBE)
      ck_assert_msg(try_call(number, -1, -1, -1, -1) == -EPERM, "call %d is not refused", number);
  ck_assert_msg(try_call(0x40000000 | SYS_read, -1, 0, 0, 0) == -EPERM, "a call of x32 is not refused");
  stop();
}
END_TEST

START_TEST(forbidden_arguments) {
  static const struct {
    int number;
    bool refused;
    long a, b, c, d;
  } calls[] = {{SYS_openat, false, AT_FDCWD, 0, O_RDONLY, 0},
               {SYS_openat, true, AT_FDCWD, 0, O_WRONLY, 0},
               {SYS_openat, true, AT_FDCWD, 0, O_RDWR, 0},
               {SYS_openat, true, AT_FDCWD, 0, O_RDONLY | O_CREAT, 0600},
               {SYS_openat, true, AT_FDCWD, 0, O_RDONLY | O_TRUNC, 0},
               {SYS_openat2, false, AT_FDCWD, 0, 0, 24},
               {SYS_openat2, true, AT_FDCWD, 0, 0, 32},
               {SYS_mmap, false, 0, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS},
               {SYS_mmap, true, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS},
               {SYS_mmap, true, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS},
               {SYS_madvise, false, 0, 0, MADV_DONTNEED, 0},
               {SYS_madvise, true, 0, 0, MADV_MERGEABLE, 0},
               {SYS_recvfrom, false, -1, 0, 0, MSG_PEEK | MSG_DONTWAIT},
               {SYS_recvfrom, true, -1, 0, 0, 0},
               {SYS_accept4, false, -1, 0, 0, O_NONBLOCK | O_CLOEXEC},
               {SYS_accept4, true, -1, 0, 0, 0},
               {SYS_write, false, 2, 0, 0, 0},
               {SYS_write, false, 1, 0, 0, 0},
               {SYS_write, true, 4, 0, 0, 0},
               {SYS_write, true, 6, 0, 0, 0},
               {SYS_dup3, false, -1, 1, 0, 0},
               {SYS_dup3, true, 2, 0, 0, 0},
               {SYS_dup3, true, 1, 2, 0, 0},
               {SYS_ppoll, false, 0, 1, 0, 0},
               {SYS_ppoll, true, 0, 2, 0, 0},
               {SYS_read, false, -1, 0, 0, 0},
               {SYS_close, false, -1, 0, 0, 0}};
  start();
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    long result = try_call(calls[i].number, calls[i].a, calls[i].b, calls[i].c, calls[i].d);
    ck_assert_msg((result == -EPERM) == calls[i].refused, "call %d with (%ld, %ld, %ld, %ld): %ld", calls[i].number,
                  calls[i].a, calls[i].b, calls[i].c, calls[i].d, result);
  }
  stop();
}
END_TEST

/* No page is writable and executable, and no new privileges are to be had. */
START_TEST(pages_and_privileges) {
  start();
  char path[64], line[512], permissions[5];
  snprintf(path, sizeof path, "/proc/%d/maps", (int)server.program.pid);
  FILE *maps = fopen(path, "r");
  ck_assert_ptr_nonnull(maps);
  while (fgets(line, sizeof line, maps)) {
    ck_assert_int_eq(sscanf(line, "%*s %4s", permissions), 1);
    ck_assert_msg(!(strchr(permissions, 'w') && strchr(permissions, 'x')), "%s", line);
  }
  fclose(maps);
  snprintf(path, sizeof path, "/proc/%d/status", (int)server.program.pid);
  FILE *status = fopen(path, "r");
  ck_assert_ptr_nonnull(status);
  int privileges = 0, filter = 0;
  while (fgets(line, sizeof line, status)) {
    privileges += strcmp(line, "NoNewPrivs:\t1\n") == 0;
    filter += strcmp(line, "Seccomp:\t2\n") == 0;
  }
  fclose(status);
  ck_assert_int_eq(privileges, 1);
  ck_assert_int_eq(filter, 1);
  stop();
}
END_TEST

/* The result of opening `path` in the server, which has stopped before a call. */
static long try_to_open(const char *path) {
  char text[512] = "";
  unsigned long long place = at_call.rsp - 4096; /* nothing of the server is there */
  ck_assert_uint_lt(strlen(path), sizeof text);
  memcpy(text, path, strlen(path));
  for (size_t i = 0; i < sizeof text; i += sizeof(long)) {
    long word;
    memcpy(&word, text + i, sizeof word);
    ck_assert_int_eq(ptrace(PTRACE_POKEDATA, server.program.pid, place + i, word), 0);
  }
  return try_call(SYS_openat, AT_FDCWD, (long)place, O_RDONLY, 0);
}

/* Where a folder is served, the kernel itself refuses to open what is outside of it: to the process that serves, and to
 * the one that watches those that do. */
START_TEST(outside_of_the_folder) {
  if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
    return; /* a kernel without Landlock: the server has told so */
  char folder[256], inside[512], outside[512];
  snprintf(folder, sizeof folder, "%s", temporary_path("folder"));
  snprintf(inside, sizeof inside, "%s/a.md", folder);
  snprintf(outside, sizeof outside, "%s", temporary_path("outside"));
  ck_assert(mkdir(folder, 0755) == 0 || errno == EEXIST);
  write_file(inside, "a\n", 2);
  write_file(outside, "b\n", 2);
  server = server_start(&runners[0], folder, (StartOptions){.option = _i ? "--workers=2" : NULL});
  Text answer = request(&server, "GET /a HTTP/1.0\r\n\r\n"); /* after which it is in its sandbox */
  check_page("before", answer, "<p>a</p>\n", 9);
  text_free(&answer);
  long waits_in = _i ? SYS_rt_sigtimedwait : SYS_epoll_pwait;
  stop_at_call(waits_in);
  ck_assert_int_eq(try_to_open(outside), -EACCES);
  ck_assert_int_eq(try_to_open("/etc/passwd"), -EACCES);
  ck_assert_int_eq(try_to_open("/"), -EACCES);
  ck_assert_int_ge(try_to_open(inside), 0);
  ck_assert_int_ge(try_to_open(folder), 0);
  struct user_regs_struct registers = at_call;
  registers.rax = (unsigned long long)waits_in;
  ck_assert_int_eq(ptrace(PTRACE_SETREGS, server.program.pid, 0, &registers), 0);
  ck_assert_int_eq(ptrace(PTRACE_DETACH, server.program.pid, 0, 0), 0);
  server_stop(&server);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown-server's sandbox");
  add_test(suite, "forbidden calls", forbidden_calls, 1);
  add_test(suite, "forbidden arguments", forbidden_arguments, 1);
  add_test(suite, "pages and privileges", pages_and_privileges, 1);
  add_test(suite, "outside of the folder", outside_of_the_folder, 2);
  return run_suite(suite);
}

#else

int main(void) {
  puts("not tried: the tracer knows the registers of x86-64 alone");
  return 0;
}

#endif

/* SPDX-License-Identifier: MIT */
