/* Bisect: which commit broke a case, and, of two builds of one program, which routine did. */
#ifndef HARNESS_BISECT_H
#define HARNESS_BISECT_H

#include "harness/options.h"

/* The command `bisect`: by commits, or with --elf by routines. Returns the exit status. */
int bisect_command(struct session *session, struct workspace *workspace, const struct options *options);

#endif
