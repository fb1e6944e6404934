/* The C library's names of signals, with what people and suites write before them. */
#include "harness/base/signals.h"

#include <stdio.h>
#include <string.h>

const char *signal_name(int number) {
  static char name[32];
  const char *abbreviation = sigabbrev_np(number);
  if (abbreviation)
    snprintf(name, sizeof name, "SIG%s", abbreviation);
  else
    snprintf(name, sizeof name, "signal %d", number);
  return name;
}

/* SPDX-License-Identifier: MIT */
