/* The monotonic clock. */
#include "harness/base/clock.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

double clock_share(void) {
  enum { MOST = 8 };
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  unsigned running = 0;
  FILE *file = fopen("/proc/loadavg", "re");
  if (file && fscanf(file, "%*f %*f %*f %u", &running) != 1)
    running = 0;
  if (file)
    fclose(file);
  double share = cores > 0 ? (double)running / (double)cores : 1;
  return share < 1 ? 1 : share > MOST ? MOST : share;
}

/* SPDX-License-Identifier: MIT */
