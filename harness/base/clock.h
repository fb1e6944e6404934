/* The one clock of the harness. */
#ifndef HARNESS_CLOCK_H
#define HARNESS_CLOCK_H

#include <stdint.h>

/* The monotonic clock in nanoseconds. */
uint64_t now_ns(void);

/* How many programs want to run for each core at this moment (proc_loadavg(5)), from 1 to 8; 1 where that cannot be
   read. By so much a time that others are watched for is longer on a busy machine. */
double clock_share(void);

#endif

/* SPDX-License-Identifier: MIT */
