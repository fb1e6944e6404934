/* Reads from a pipe which process groups live. When the pipe ends, the harness is gone: kills the rest. */
#include "harness/process/guard.h"

#include "harness/process/confinement.h"

#include "harness/base/files.h"
#include "harness/process/strays.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_GROUPS = 4096 };

struct message {
  pid_t pgid;
  int lives;
};

static void apply(pid_t *groups, size_t *count, struct message message) {
  if (message.lives && *count < MOST_GROUPS) {
    groups[(*count)++] = message.pgid;
    return;
  }
  for (size_t i = 0; i < *count; i++)
    if (groups[i] == message.pgid) {
      groups[i] = groups[--*count];
      return;
    }
}

static _Noreturn void watch(int from, const char *root, pid_t harness) {
  static pid_t groups[MOST_GROUPS];
  size_t count = 0;
  struct message message;
  ssize_t got;
  while ((got = read(from, &message, sizeof message)) == (ssize_t)sizeof message || (got < 0 && errno == EINTR))
    if (got > 0)
      apply(groups, &count, message);
  for (size_t i = 0; i < count; i++)
    kill(-groups[i], SIGKILL);
  strays_end_below(root);
  cells_unmount(root);
  cell_forget_groups(harness);
  remove_folder(root);
  _exit(0);
}

/* What ends the harness must not end its guard: it leaves the terminal's process group and ignores the signals. */
static void detach(int keep) {
  setsid();
  for (int signal_number = 1; signal_number < NSIG; signal_number++)
    signal(signal_number, SIG_IGN);
  if (keep != 3) {
    dup2(keep, 3);
  }
  closefrom(4);
  int null = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3 && null >= 0; fd++)
    dup2(null, fd);
}

int guard_start(struct guard *guard, const char *root) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return errno;
  pid_t harness = getpid();
  guard->pid = fork();
  if (guard->pid < 0) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    return error;
  }
  if (guard->pid == 0) {
    detach(ends[0]);
    watch(3, root, harness);
  }
  close(ends[0]);
  guard->pipe = ends[1];
  return 0;
}

void guard_tell(const struct guard *guard, pid_t pgid, bool lives) {
  struct message message = {.pgid = pgid, .lives = lives};
  while (write(guard->pipe, &message, sizeof message) < 0 && errno == EINTR)
    ;
}

void guard_leave(const struct guard *guard) { close(guard->pipe); }

void guard_stop(struct guard *guard) {
  close(guard->pipe);
  while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

/* SPDX-License-Identifier: MIT */
