/* Compares what a program gave with what it should have given. */
#ifndef HARNESS_COMPARE_H
#define HARNESS_COMPARE_H

#include "harness/verdict/result.h"

/* The offset of the first byte in which A and B differ, counting an end as a difference; SIZE_MAX when they are equal.
 */
size_t first_difference(struct span a, struct span b);

/* Compares a part; where it differs, sets the result to DIVERGED with both sides. Returns whether it was equal. */
bool compare_part(struct result *result, enum part part, struct span expected, struct span actual);

/* The header section of RECEIVED: what follows its status line, up to and with the empty line. */
struct span header_section(struct span received);

/* Compares RECEIVED, all bytes that an HTTP server sent until it closed, with a status line, a header section, and a
   BODY. HEADERS has each line with its end, and the empty line; where HAS_HEADERS is false the headers that came are
   taken as they are. A Content-Length that is wrong only because the body is, and right for it, counts to the body. */
void compare_response(struct result *result, struct span status_line, bool has_headers, struct span headers,
                      struct span body, struct span received);

/* Compares RECEIVED with the whole response EXPECTED. */
void compare_responses(struct result *result, struct span expected, struct span received);

/* Compares a run: what it put out, which is PART, and its exit status. */
void compare_run(struct result *result, enum part part, struct span expected, struct span actual, int expected_status,
                 int status);

#endif

/* SPDX-License-Identifier: MIT */
