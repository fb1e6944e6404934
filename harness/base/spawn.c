/* posix_spawn with what every such process gets. */
#include "harness/base/spawn.h"

#include <signal.h>

int spawn_group(pid_t *pid, posix_spawn_file_actions_t *actions, char *const *words, char *const *variables) {
  posix_spawnattr_t attributes;
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  int failed = posix_spawn(pid, words[0], actions, &attributes, words, variables);
  posix_spawn_file_actions_destroy(actions);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

/* SPDX-License-Identifier: MIT */
