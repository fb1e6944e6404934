/* The matrix of `bytegate liveness`, held to the programs. */
#ifndef HARNESS_LIVENESS_HOLDS_H
#define HARNESS_LIVENESS_HOLDS_H

#include "harness/loaders/liveness.h"

/* Whether LINE still holds: each change that showed shows, and all bytes that are not read may be changed at once, with
   each of the changes. It takes fewer attempts than to find out. Where it does not hold, returns false, and WHY names
   the byte. */
bool liveness_holds(struct workspace *workspace, const char *build, const struct loader_row *row, enum loader loader,
                    struct span line, struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */
