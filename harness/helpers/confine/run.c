/* One program in a cell of its own: what the gate does for many, for a command line. The launcher is here in two
   processes: this one speaks for the gate, and has started the other, which serves it. */
#include "harness/helpers/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile pid_t program;

static void forward(int signal_number) {
  if (program > 0)
    kill(program, signal_number);
}

/* Where it has no process namespace, what the program left comes to this process, generation after generation. Returns
   how many had to be ended. */
static int sweep_children(pid_t keep) {
  char path[64];
  int killed = 0;
  bool again = true;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  while (again) {
    again = false;
    FILE *file = fopen(path, "re");
    for (int pid; file && fscanf(file, "%d", &pid) == 1;) {
      if (pid == keep || pid <= 0)
        continue;
      int status = 0;
      bool had_ended = waitpid(pid, &status, WNOHANG) == pid;
      again = true;
      killed += !had_ended;
      if (!had_ended && kill(pid, SIGKILL) == 0)
        waitpid(pid, &status, 0);
    }
    if (file)
      fclose(file);
  }
  return killed;
}

/* Waits for the program's end; stops and goes on as it does. */
static int wait_for_program(void) {
  int status = 0;
  for (;;) {
    pid_t pid = waitpid(program, &status, WUNTRACED);
    if (pid < 0 && errno != EINTR)
      return 0;
    if (pid == program && !WIFSTOPPED(status))
      return status;
    if (pid == program) {
      raise(SIGSTOP);
      kill(program, SIGCONT);
    }
  }
}

/* Ends as the program ended. */
static _Noreturn void end_alike(int status) {
  if (WIFSIGNALED(status)) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(WTERMSIG(status), SIG_DFL);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    kill(getpid(), WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
  }
  _exit(WEXITSTATUS(status));
}

static _Noreturn void give_up(const char *what, int error) {
  fprintf(stderr, "confine: %s: %s\n", what, strerror(error));
  _exit(EXIT_NOT_CONFINED);
}

/* One line that a program can read: what the cell is made of, what was left in it, and what it lacks. */
static void report(int fd, const struct cell *cell, int left) {
  dprintf(fd, "granted=%u of %u left=%d\n%s", cell->granted, (unsigned)GRANT_ALL, left, cell->missing);
}

void run_in_cell(const struct cell_options *options, char **words, unsigned processor_ms, bool disk, int report_fd) {
  static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGALRM};
  struct cell_options all = *options;
  struct cell cell;
  char why[256];
  pid_t pid = 0;
  if (report_fd >= 0)
    fcntl(report_fd, F_SETFD, FD_CLOEXEC);
  if (!options->bare) {
    unsigned entered = cell_enter_namespaces(why, sizeof why);
    all.granted = entered & GRANT_NETWORK;
    if (disk && entered & GRANT_VIEW && cell_mount_folder(all.folder))
      all.granted |= GRANT_DISK;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int failed = cell_begin(&cell, "/proc/self/exe", &all);
  if (!failed)
    failed = cell_await(&cell);
  if (failed)
    give_up("no cell", failed);
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
    signal(forwarded[i], forward);
  const struct cell_program one = {.folder = all.folder,
                                   .words = words,
                                   .variables = environ,
                                   .input = 0,
                                   .output = 1,
                                   .errors = 2,
                                   .processor_ms = processor_ms};
  failed = cell_start(&cell, &one, &pid);
  if (failed)
    give_up(words[0], failed);
  program = pid;
  int status = wait_for_program();
  int left = cell_sweep(&cell);
  if (left < 0)
    left = sweep_children(cell.pid);
  if (report_fd >= 0)
    report(report_fd, &cell, left);
  cell_close(&cell);
  end_alike(status);
}

/* SPDX-License-Identifier: MIT */
