/* What a program of test_ends does, and when. */
#ifndef HARNESS_SESSION_TESTS_ENDS_ENDS_H
#define HARNESS_SESSION_TESTS_ENDS_ENDS_H

#include <stdbool.h>

/* How it ends, or what it does in the place of that. */
enum kind {
  NOTHING,
  EXIT_0,
  EXIT_3,
  FAULT,
  KILLED,
  ABORTED,
  RESET,
  LEAVES_CHILD,
  LEAVES_DAEMON,
  LEAVES_THREAD,
  LOSES_CHILD,
  HIDES_CHILD,
  HANG,
  KINDS
};
/* A server: when, in the case that is meant. A run: before, within and after its output. */
enum moment { BEFORE_READY, ACCEPTED, READ, WITHIN_ANSWER, BEFORE_CLOSE, AFTER_CLOSE, AT_STOP, MOMENTS };

struct behaviour {
  bool serves;
  enum kind kind;
  enum moment moment;
  unsigned at;    /* the case that it does it in, from 1 */
  unsigned wrong; /* the case whose answer has a wrong byte; 0: none */
};

/* Whether it leaves a process behind. */
static inline bool leaves(enum kind kind) { return kind >= LEAVES_CHILD && kind <= LEAVES_THREAD; }

#endif

/* SPDX-License-Identifier: MIT */
