/* What a container of Docker's takes from a process: the seccomp profile that it applies by default, as Debian's
   golang-github-docker-docker-dev has it, and all capabilities but fourteen. */
#ifndef HARNESS_CELL_TESTS_CONTAINER_H
#define HARNESS_CELL_TESTS_CONTAINER_H

#include <stdbool.h>

/* Puts this process there, for good. Says on stderr why it cannot, and returns false then. */
bool enter_container(void);

#endif

/* SPDX-License-Identifier: MIT */
