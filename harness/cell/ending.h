/* What has begun to end. A process shows its end to others a moment after it has called exit, or after it was killed;
   in that moment it can do nothing more. */
#ifndef HARNESS_CELL_ENDING_H
#define HARNESS_CELL_ENDING_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether the process PID, as /proc numbers it, has ended, or is about to: each of its threads has begun to end, or
   SIGKILL is waiting for it. The first thread may have ended while others go on. */
bool process_is_ending(pid_t pid);

#endif

/* SPDX-License-Identifier: MIT */
