/* Blocks, asks, unblocks. */
#include "harness/base/interrupt.h"

#include <stddef.h>
#include <time.h>

sigset_t interrupt_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

void interrupt_hold(sigset_t *before) {
  const sigset_t set = interrupt_signals();
  sigprocmask(SIG_BLOCK, &set, before);
}

void interrupt_release(const sigset_t *before) { sigprocmask(SIG_SETMASK, before, NULL); }

int interrupt_taken(void) {
  const sigset_t set = interrupt_signals();
  int number = sigtimedwait(&set, NULL, &(struct timespec){0});
  return number > 0 ? number : 0;
}

void interrupt_die(int number) {
  const sigset_t set = interrupt_signals();
  signal(number, SIG_DFL);
  raise(number);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* SPDX-License-Identifier: MIT */
