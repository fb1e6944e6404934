/* What was refused to a program in its cell. For a system call whose number is wrong, that line is the answer. */
#ifndef HARNESS_BLAME_REFUSED_H
#define HARNESS_BLAME_REFUSED_H

#include "harness/verdict/result.h"

struct workspace;

/* Runs RESULT's case again under strace, and appends a line for each call that its cell refused, as in
   `refused   unlink("/etc/x") EROFS`; a few at most. Appends nothing where it ran in no cell, or without strace. */
void refused_calls(struct workspace *workspace, const struct result *result, struct bytes *out);

/* Reads the lines of strace -f -Z in TEXT into such lines. */
void refused_lines(struct span text, struct bytes *out);

#endif

/* SPDX-License-Identifier: MIT */
