/* Commands of a suite that a shell reads: an oracle, a filter. Each runs in a cell in which it can write only its own
   folder. */
#ifndef HARNESS_SHELL_H
#define HARNESS_SHELL_H

#include "harness/base/bytes.h"

struct workspace;

struct shell_command {
  const char *what;   /* for people: "the oracle command" */
  const char *whom;   /* the case that it is about, by its name; NULL: none */
  const char *text;   /* what the shell reads */
  const char *folder; /* where it runs; NULL: in the current one */
  struct span input;  /* on its stdin */
  size_t status;      /* that it is to end with */
  /* Where FILL is not NULL, it runs in a folder of its own that FILL fills, and reads what that returns: TEXT with the
     folder in it, which is freed; NULL: it is not run, and shell_run returns false. AFTER, which may be NULL, sees the
     folder when it has ended; where it returns false, so does shell_run. */
  char *(*fill)(void *user, const char *folder);
  bool (*after)(void *user, const char *folder);
  void *user;
};

/* Runs COMMAND and appends what it printed to OUT. Returns false where it failed, any part of a pipe included, or took
   too long, and WHY says which. What it writes on stderr goes to this command's, each line with the name of the case
   before it. */
bool shell_run(struct workspace *workspace, const struct shell_command *command, struct bytes *out, struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */
