/* What the oracle of a program says about a case. */
#ifndef HARNESS_TRUTH_H
#define HARNESS_TRUTH_H

#include "harness/base/bytes.h"

struct answer;
struct program;
struct test_case;
struct workspace;

/* Asks PROGRAM's oracle about the case, once: the answer is kept in the case. On failure (an oracle command that fails,
   no published bytes) returns false and WHY says what failed; libcmark never fails, and WHY may then be NULL. A command
   that is asked about a tree runs in such a tree in WORKSPACE, which else may be NULL. */
bool truth_of(struct workspace *workspace, const struct program *program, struct test_case *test_case,
              struct span *truth, struct bytes *why);

/* The same about what a request for PATH is answered with: {path} of the command. PATH is one of PROGRAM's. */
bool truth_at(struct workspace *workspace, const struct program *program, struct test_case *test_case, const char *path,
              struct span *truth, struct bytes *why);

/* Asks the oracle's command of PROGRAM about the case once more. Returns whether it says something else than before,
   and sets TRUTH to that; WHY says why, where it failed. */
bool truth_changed(struct workspace *workspace, const struct program *program, struct test_case *test_case,
                   struct span *truth, struct bytes *why);

/* Notes that somebody is to ask the command of PROGRAM about PATH. Returns the place of the answer, or NULL where it is
   noted, or the answer there, already. */
struct answer *truth_book(const struct program *program, struct test_case *test_case, const char *path);

/* The place of that answer (suite/cases.h), or NULL where nobody asked for one. */
struct answer *truth_booked(const struct program *program, const struct test_case *test_case, const char *path);

#endif

/* SPDX-License-Identifier: MIT */
