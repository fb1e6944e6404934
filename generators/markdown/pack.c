/* pack.c: see pack.h. */
#include "markdown/pack.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void pack_refuse(const char *what, long value, long most) {
  fprintf(stderr, "generators/markdown: %s is %ld, but at most %ld fits; shorten the table that was packed\n", what,
          value, most);
  exit(1);
}

/* SPDX-License-Identifier: MIT */
