/* Runs the commands of suites by bash: a pipe fails where any part of it does, and Debian's sh cannot say so. Not even
   the environment adds to what it reads. */
#include "harness/verdict/shell.h"

#include "harness/process/confinement.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { COMMAND_DEADLINE_MS = 60000, MOST_MIB = 64 };

#define SHELL "/bin/bash"

static void complain(const struct shell_command *command, int status, struct bytes *why) {
  const char *what = command->what;
  if (status == -ETIMEDOUT)
    bytes_printf(why, "%s ran for more than %d s: %s", what, COMMAND_DEADLINE_MS / 1000, command->text);
  else if (status < 0)
    die("%s, which runs the commands of suites: %s%s", SHELL, strerror(-status),
        status == -ENOENT ? " (install bash)" : "");
  else if ((WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGXFSZ) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ))
    bytes_printf(why, "%s wrote more than %d MiB: %s", what, MOST_MIB, command->text);
  else if (WIFEXITED(status))
    bytes_printf(why, "%s ended with exit status %d%s: %s", what, WEXITSTATUS(status),
                 WEXITSTATUS(status) == 127 ? " (not found)"
                 : command->status          ? " (and not with its 'oracle-status')"
                                            : "",
                 command->text);
  else
    bytes_printf(why, "%s ended by signal %d: %s", what, WTERMSIG(status), command->text);
}

/* Passes on what COMMAND SAID on its stderr, a line each with the name of its case; of much the first lines. Where it
   failed, the first of them stands in WHY too. */
static void pass_on(const struct shell_command *command, struct span said, bool failed, struct bytes *why) {
  enum { MOST_LINES = 10, LONGEST = 200 };
  struct bytes text = {0};
  int count = 0;
  for (size_t at = 0; at < said.len; count++) {
    const char *end = memchr(said.data + at, '\n', said.len - at);
    size_t len = end ? (size_t)(end - said.data) - at : said.len - at;
    struct bytes line = {0};
    bytes_escaped(&line, (struct span){said.data + at, len < LONGEST ? len : LONGEST});
    if (count < MOST_LINES)
      bytes_printf(&text, "bytegate: %s%s%s: %s\n", command->whom ? command->whom : "", command->whom ? ": " : "",
                   command->what, span_of(&line).data);
    if (count == 0 && failed && line.len)
      bytes_printf(why, "; it said: %s", line.data);
    bytes_free(&line);
    at += len + 1;
  }
  if (count > MOST_LINES)
    bytes_printf(&text, "bytegate: ... and %d lines more\n", count - MOST_LINES);
  fputs(span_of(&text).data, stderr);
  bytes_free(&text);
}

/* A command that runs in a folder of its own. */
struct running {
  const struct shell_command *command;
  const char **text; /* its place among the words of the shell */
  char *filled;
  char *limited; /* the same, with a limit for what it writes */
};

/* TEXT after a limit for the size of a file, which its stdout is: what prints without end fills no memory. */
static char *limit(const char *text) { return xasprintf("ulimit -f %d\n%s", MOST_MIB << 11, text); }

static bool fill(void *user, const char *folder) {
  struct running *running = user;
  running->filled = running->command->fill(running->command->user, folder);
  free(running->limited);
  running->limited = running->filled ? limit(running->filled) : NULL;
  *running->text = running->limited;
  return running->filled != NULL;
}

static bool after(void *user, const char *folder) {
  const struct running *running = user;
  return !running->command->after || running->command->after(running->command->user, folder);
}

bool shell_run(struct workspace *workspace, const struct shell_command *command, struct bytes *out, struct bytes *why) {
  char *limited = limit(command->text);
  const char *words[] = {SHELL, "--posix", "-p", "-o", "pipefail", "-c", limited, NULL};
  struct bytes said = {0};
  const struct command_line line = {.words = words,
                                    .folder = command->folder,
                                    .input = command->input,
                                    .said = &said,
                                    .deadline_ms = COMMAND_DEADLINE_MS};
  struct running running = {command, &words[6], NULL, limited};
  const struct own_folder own = {fill, after, &running};
  int status = 0;
  bool good = confined_command(workspace, &line, command->fill ? &own : NULL, out, &status);
  free(running.filled);
  free(running.limited);
  if (good && !(status >= 0 && WIFEXITED(status) && (size_t)WEXITSTATUS(status) == command->status)) {
    complain(command, status, why);
    good = false;
  }
  pass_on(command, span_of(&said), !good, why);
  bytes_free(&said);
  return good;
}

/* SPDX-License-Identifier: MIT */
