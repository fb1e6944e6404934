/* Commands that the harness runs for itself, to hear what they print: git, an oracle of a suite. A program under test
   is no such command; see process/launch.h. */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

#include "harness/base/bytes.h"

/* What becomes of what a command writes on stderr. */
enum errors { ERRORS_PASSED, ERRORS_TAKEN, ERRORS_DROPPED };

struct command_line {
  const char *const *words; /* the first is looked for along PATH; NULL at the end */
  const char *folder;       /* where it runs; NULL: in the current folder */
  struct span input;        /* on its stdin; all zero: nothing */
  enum errors errors;       /* to this command's stderr, after its stdout, or nowhere */
  struct bytes *said;       /* what it wrote on stderr is appended to this; NULL: 'errors' says what becomes of it */
  int deadline_ms;          /* 0: none. With one it has a process group of its own, which is killed at its end */
};

/* Runs COMMAND and appends what it printed to OUT. Returns its status as of waitpid(2), or a negative errno value where
   it was not started, and -ETIMEDOUT where it was killed at its deadline. */
int command_run(const struct command_line *command, struct bytes *out);

/* The path of the command NAME along PATH, which the caller frees, or NULL. */
char *find_command(const char *name);

#endif

/* SPDX-License-Identifier: MIT */
