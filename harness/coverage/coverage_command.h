/* The commands coverage and covers. */
#ifndef HARNESS_COVERAGE_COMMAND_H
#define HARNESS_COVERAGE_COMMAND_H

#include "harness/cli/options.h"
#include "harness/coverage/coverage.h"

/* Opens the session of OPTIONS, of all suites, those on demand too, where none is named, and measures PART of it.
   Returns 0 or an exit status, after a line on stderr. A signal that interrupts it ends the process. SESSION and LIST
   are the caller's to close and to free, whatever is returned. */
int open_and_measure(const struct session_options *options, bool fresh, const struct coverage_part *part,
                     struct session *session, struct coverage_list *list);

void measured_close(const struct options *options, struct session *session, struct coverage_list *list);

/* bytegate coverage: prints what the cases reach, and what they do not, but for what fixtures/unreached explains.
   Returns the exit status: EXIT_DIVERGED where all cases leave something that is not explained. */
int coverage_command(const struct options *options);

/* bytegate covers FILE:LINE: lists the cases that execute what this line of a generator laid. Returns the exit status:
   EXIT_DIVERGED, if there is none. */
int covers_command(const struct options *options);

#endif

/* SPDX-License-Identifier: MIT */
