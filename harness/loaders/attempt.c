/* One program, one loader. */
#include "harness/loaders/attempt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const char *loader_name(enum loader loader) {
  static const char *const names[LOADERS] = {"native", "qemu", "kernel"};
  return names[loader];
}

const char *signal_name(int number) {
  static char name[32];
  const char *abbreviation = sigabbrev_np(number);
  if (abbreviation)
    snprintf(name, sizeof name, "SIG%s", abbreviation);
  else
    snprintf(name, sizeof name, "signal %d", number);
  return name;
}

/* A file without a name that holds INPUT; -1 where there is none. */
static int input_file(struct span input) {
  if (input.len == 0)
    return -1;
  int fd = memfd_create("input", MFD_CLOEXEC);
  if (fd < 0 || write(fd, input.data, input.len) != (ssize_t)input.len || lseek(fd, 0, SEEK_SET) != 0)
    die("memfd_create: %s", strerror(errno));
  return fd;
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads until the process has ended. Returns false after DEADLINE seconds. */
static bool wait_for_end(struct process *process, double deadline) {
  const int64_t until = milliseconds() + (int64_t)(deadline * 1000);
  while (!process_reap(process)) {
    struct pollfd events[] = {
        {process->pidfd, POLLIN, 0}, {process->out, POLLIN, 0}, {process->err, POLLIN, 0}}; /* -1 is passed over */
    int64_t left = until - milliseconds();
    if (left <= 0)
      return false;
    if (poll(events, 3, (int)left) < 0 && errno != EINTR)
      die("poll: %s", strerror(errno));
    process_read(process);
  }
  return true;
}

/* Whether the kernel starts ELF at all. What it finds wrong when the old program is gone already, it can only tell by a
   signal. But a program that is traced stops with SIGTRAP before its first instruction, and one that never came to that
   does not. */
static bool kernel_starts(const char *elf) {
  int status = 0;
  pid_t child = fork();
  if (child < 0)
    die("fork: %s", strerror(errno));
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execl(elf, elf, (char *)NULL);
    _exit(126);
  }
  waitpid(child, &status, 0);
  bool started = WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
  if (WIFSTOPPED(status)) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
  }
  return started;
}

static char *ending(const struct process *process, enum loader loader, const char *elf) {
  if (loader == LOADER_QEMU && qemu_refused(process))
    return xstrdup("refused");
  if (loader == LOADER_NATIVE && process->end == END_SIGNALED && process->status == SIGSEGV &&
      process->out_text.len == 0 && !kernel_starts(elf))
    return xstrdup("refused");
  if (process->end == END_SIGNALED)
    return xstrdup(signal_name(process->status));
  return xasprintf("exit %d", process->status);
}

/* qemu-user notes each page of what a program asks for: one that asks for a terabyte would keep it busy for minutes. So
   qemu gets this much address space, and refuses such a program at once. */
static const char limited[] = "ulimit -v 16777216 && exec \"$@\""; /* KiB */

static void add(struct text_list *list, const char *text) { text_list_add(list, text, strlen(text)); }

/* The words behind /bin/sh that start ELF in qemu with that limit. */
static void qemu_words(struct text_list *words, const char *elf, enum machine machine,
                       const struct text_list *arguments) {
  char *qemu = find_command(qemu_command(machine));
  if (!qemu)
    die("%s is not installed: run `make setup`", qemu_command(machine));
  const char *const first[] = {"-c", limited, "sh", qemu, elf};
  for (size_t i = 0; i < sizeof first / sizeof *first; i++)
    add(words, first[i]);
  for (size_t i = 0; i < arguments->count; i++)
    add(words, arguments->items[i]);
  free(qemu);
}

void attempt_run(struct workspace *workspace, const char *elf, enum machine machine, enum loader loader,
                 const struct text_list *arguments, struct span input, double deadline, struct attempt *attempt) {
  struct process process = {.pidfd = -1, .out = -1, .err = -1};
  struct text_list words = {0};
  if (loader == LOADER_QEMU)
    qemu_words(&words, elf, machine, arguments);
  struct program program = {.name = (char *)elf, .arguments = loader == LOADER_QEMU ? words : *arguments};
  struct target target = {.program = &program,
                          .elf = loader == LOADER_QEMU ? "/bin/sh" : (char *)elf,
                          .machine = machine,
                          .runner = RUNNER_NATIVE};
  *attempt = (struct attempt){0};
  int fd = input_file(input);
  process_prepare(workspace, &process);
  int failed = process_start(workspace, &process, &target, fd);
  if (failed == ENOENT || failed == EACCES)
    die("%s: %s", elf, strerror(failed));
  if (failed)
    attempt->ending = xstrdup("refused");
  else
    attempt->ending = wait_for_end(&process, deadline) ? ending(&process, loader, elf) : xstrdup("hangs");
  attempt->out = process.out_text;
  process.out_text = (struct bytes){0};
  process_discard(workspace, &process);
  text_list_free(&words);
  if (fd >= 0)
    close(fd);
}

void attempt_free(struct attempt *attempt) {
  free(attempt->ending);
  bytes_free(&attempt->out);
  *attempt = (struct attempt){0};
}
