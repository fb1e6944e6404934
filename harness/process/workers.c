/* Forks workers, waits for them, and passes on to them what interrupts the parent. */
#include "harness/process/workers.h"

#include "harness/base/limits.h"

#include "harness/base/bytes.h"
#include "harness/base/interrupt.h"
#include "harness/process/workspace.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void *shared_memory(size_t size) {
  void *memory = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    die("out of memory (%zu bytes)", size);
  return memory;
}

void shared_memory_free(void *memory, size_t size) {
  if (memory)
    munmap(memory, size ? size : 1);
}

static _Noreturn void be_worker(const struct workers *workers, unsigned index, pid_t parent) {
  struct workspace workspace = {0};
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(EXIT_INFRASTRUCTURE);
  workspace_open(&workspace);
  workers->work(workers->user, index, &workspace);
  workspace_sweep(&workspace, NULL);
  workspace_close(&workspace);
  /* What the parent has not written yet is the parent's to write. */
  _exit(EXIT_EQUAL);
}

/* Takes note of the workers that have ended. Returns how many. */
static unsigned reap(const pid_t *pids, unsigned count, bool *failed) {
  unsigned ended = 0;
  for (unsigned i = 0; i < count; i++) {
    int status = 0;
    if (waitpid(pids[i], &status, WNOHANG) != pids[i])
      continue;
    ended++;
    *failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  return ended;
}

/* Waits for the workers. Returns the signal that came meanwhile, or 0. */
static int await(const struct workers *workers, const pid_t *pids, const sigset_t *signals, bool *failed) {
  static const struct timespec tick = {.tv_nsec = 500000000};
  int interrupted = 0;
  for (unsigned left = workers->count; left > 0; left -= reap(pids, workers->count, failed)) {
    int got = sigtimedwait(signals, NULL, &tick);
    if (got > 0 && got != SIGCHLD)
      interrupted = got;
    for (unsigned i = 0; i < workers->count && ((got > 0 && got != SIGCHLD) || *failed); i++)
      kill(pids[i], SIGTERM);
    if (workers->tick)
      workers->tick(workers->user);
  }
  if (workers->tick)
    workers->tick(workers->user);
  return interrupted;
}

pid_t worker_start(const struct workers *workers, unsigned index) {
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid < 0)
    die("fork: %s%s", strerror(errno), limit_behind(errno));
  if (pid == 0)
    be_worker(workers, index, parent);
  return pid;
}

int run_workers(const struct workers *workers) {
  sigset_t signals = interrupt_signals();
  sigset_t before;
  bool failed = false;
  pid_t *pids = xcalloc(workers->count, sizeof *pids);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, &before);
  for (unsigned i = 0; i < workers->count; i++)
    pids[i] = worker_start(workers, i);
  int interrupted = await(workers, pids, &signals, &failed);
  sigprocmask(SIG_SETMASK, &before, NULL);
  free(pids);
  if (failed && !interrupted)
    die("a worker failed; what it said stands above");
  return interrupted;
}

/* SPDX-License-Identifier: MIT */
