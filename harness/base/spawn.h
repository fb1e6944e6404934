/* How a process is started that is to know nothing of the harness that starts it. */
#ifndef HARNESS_SPAWN_H
#define HARNESS_SPAWN_H

#include <spawn.h>
#include <sys/types.h>

/* Starts WORDS, the first of which is a path, with the environment VARIABLES, in a process group of its own; no signal
   is blocked or ignored in it. ACTIONS say what its descriptors and its folder are, and are destroyed. Returns 0 or an
   errno value. */
int spawn_group(pid_t *pid, posix_spawn_file_actions_t *actions, char *const *words, char *const *variables);

#endif

/* SPDX-License-Identifier: MIT */
