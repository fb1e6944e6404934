/* The harness notes in memory that both share which process groups live: that costs no system call. When a pipe between
   them ends, the harness is gone, and the guard kills the rest. */
#include "harness/process/guard.h"

#include "harness/process/confinement.h"

#include "harness/base/files.h"
#include "harness/process/strays.h"
#include "harness/process/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_GROUPS = 4096 };

/* Wherever the harness ends, each group that lives stands among the first COUNT. */
struct guarded {
  _Atomic size_t count;
  _Atomic pid_t groups[MOST_GROUPS];
};

static _Noreturn void watch(int from, const struct guarded *guarded, const char *root, pid_t harness) {
  char none;
  while (read(from, &none, 1) < 0 && errno == EINTR)
    ;
  for (size_t i = 0; i < guarded->count; i++)
    kill(-guarded->groups[i], SIGKILL);
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
  guard->guarded = shared_memory(sizeof *guard->guarded);
  guard->pid = fork();
  if (guard->pid < 0) {
    int error = errno;
    shared_memory_free(guard->guarded, sizeof *guard->guarded);
    close(ends[0]);
    close(ends[1]);
    return error;
  }
  if (guard->pid == 0) {
    detach(ends[0]);
    watch(3, guard->guarded, root, harness);
  }
  close(ends[0]);
  guard->pipe = ends[1];
  return 0;
}

void guard_tell(const struct guard *guard, pid_t pgid, bool lives) {
  struct guarded *guarded = guard->guarded;
  size_t count = guarded->count;
  if (lives && count < MOST_GROUPS) {
    guarded->groups[count] = pgid;
    guarded->count = count + 1;
  }
  for (size_t i = 0; i < count && !lives; i++)
    if (guarded->groups[i] == pgid) {
      guarded->groups[i] = guarded->groups[count - 1];
      guarded->count = count - 1;
      return;
    }
}

void guard_leave(const struct guard *guard) { close(guard->pipe); }

void guard_stop(struct guard *guard) {
  close(guard->pipe);
  while (waitpid(guard->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  shared_memory_free(guard->guarded, sizeof *guard->guarded);
}

/* SPDX-License-Identifier: MIT */
