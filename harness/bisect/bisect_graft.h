/* A hybrid of two builds of one program: the one, with some routines and tables of the other in the place of its own.

   A routine is copied into a new segment after all others, its branches and addresses led to what has the same name
   in the program, and the first instruction of the routine that it replaces becomes a jump to it. A table is
   overwritten in its place. What a hybrid cannot do:
     - a jump from elsewhere into the middle of a replaced routine still leads to the old one;
     - a routine shorter than a jump (5 bytes on x86-64, 4 on arm64) cannot be replaced;
     - a table cannot be replaced by one of another size. A layout of memory (offsets, sizes) cannot be replaced
       either, except by replacing both the routines that write it and those that read it;
     - the program needs a program header that can be replaced: its PT_GNU_STACK, which the hybrid then lacks. */
#ifndef HARNESS_BISECT_GRAFT_H
#define HARNESS_BISECT_GRAFT_H

#include "harness/bisect/bisect_build.h"

/* Writes the hybrid to PATH: HOST with the COUNT items ITEMS of DONOR. Returns false where that cannot be, and WHY says
   why. */
bool graft(struct build *donor, struct build *host, const struct item *const *items, size_t count, const char *path,
           struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */
