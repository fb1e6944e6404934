/* Signals by name. */
#ifndef HARNESS_SIGNALS_H
#define HARNESS_SIGNALS_H

/* "SIGTRAP" for 5, and "signal 99" for what has no name. Static, or in a buffer that the next call uses again. */
const char *signal_name(int number);

#endif

/* SPDX-License-Identifier: MIT */
