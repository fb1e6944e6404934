/* The monotonic clock. */
#include "harness/base/clock.h"

#include <time.h>

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* SPDX-License-Identifier: MIT */
