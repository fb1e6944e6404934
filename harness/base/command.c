/* One way to run a command: its output goes to a file in memory, so that nothing that it leaves running can keep the
   harness waiting. */
#include "harness/base/command.h"

#include "harness/base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Returns 0 or an errno value. */
static int spawn(const struct command_line *command, int input, int output, int errors, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none;
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (errors >= 0)
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
  else if (command->errors == ERRORS_TAKEN)
    posix_spawn_file_actions_adddup2(&actions, output, 2);
  else if (command->errors == ERRORS_DROPPED)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  if (command->folder)
    posix_spawn_file_actions_addchdir_np(&actions, command->folder);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           (short)(POSIX_SPAWN_SETSIGMASK | (command->deadline_ms ? POSIX_SPAWN_SETPGROUP : 0)));
  posix_spawnattr_setsigmask(&attributes, &none);
  int failed =
      posix_spawnp(pid, command->words[0], &actions, &attributes, (char *const *)(uintptr_t)command->words, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

/* Waits for the end of PID. */
static int await(pid_t pid, int deadline_ms) {
  int status = 0;
  bool in_time = true;
  if (deadline_ms) {
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    in_time = poll(&ended, 1, deadline_ms) == 1;
    kill(-pid, SIGKILL);
    close(ended.fd);
  }
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  return in_time ? status : -ETIMEDOUT;
}

int command_run(const struct command_line *command, struct bytes *out) {
  int input = memory_file(command->input.data ? command->input : span_text(""));
  int output = memory_file(span_text(""));
  int errors = command->said ? memory_file(span_text("")) : -1;
  pid_t pid = 0;
  int failed = spawn(command, input, output, errors, &pid);
  int status = failed ? -failed : await(pid, command->deadline_ms);
  read_whole(output, out);
  if (errors >= 0) {
    read_whole(errors, command->said);
    close(errors);
  }
  close(input);
  close(output);
  return status;
}

char *find_command(const char *name) {
  const char *path = getenv("PATH");
  for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
    size_t len = strcspn(at, ":");
    char *candidate = xasprintf("%.*s/%s", (int)len, at, name);
    if (access(candidate, X_OK) == 0)
      return candidate;
    free(candidate);
    at += len + (at[len] ? 1 : 0);
  }
  return NULL;
}

/* SPDX-License-Identifier: MIT */
