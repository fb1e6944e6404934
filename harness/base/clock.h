/* The one clock of the harness. */
#ifndef HARNESS_CLOCK_H
#define HARNESS_CLOCK_H

#include <stdint.h>

/* The monotonic clock in nanoseconds. */
uint64_t now_ns(void);

#endif

/* SPDX-License-Identifier: MIT */
