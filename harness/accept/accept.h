/* The room accept/: writes what a person decides and a machine can type: the expected bytes of a case, taken from what
   a program answered now, and the first suite file of a program. Both write files at once or not at all, and replace
   nothing without being told. */
#ifndef HARNESS_ACCEPT_H
#define HARNESS_ACCEPT_H

#include "harness/session/session.h"

struct options;

/* Runs the selected cases, shows how each answer differs from what is expected, and makes it the expected bytes of its
   case: the file that `expected` names, or the lines `<` of its conversation. A file that is there is replaced only
   where OVERWRITE is true; where JSON, one value is printed (fixtures/schemas/accept.json). Refuses where the
   environment has CI: there nobody looks at the difference. Returns the exit status: that of a failure, where a case
   cannot be accepted. */
int accept_command(struct session *session, struct workspace *workspace, bool overwrite, bool json);

/* Writes the suite file for the program that the options name: reads its header, and runs it confined to see whether it
   is a server and what it takes; into --out, or NAME.ini in the current folder. Returns the exit status. */
int init_command(struct workspace *workspace, const struct options *options);

#endif

/* SPDX-License-Identifier: MIT */
