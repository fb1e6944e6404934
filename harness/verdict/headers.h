/* Headers as a suite expects them: some as they stand, some by a pattern, some not at all. */
#ifndef HARNESS_HEADERS_H
#define HARNESS_HEADERS_H

#include "harness/base/words.h"

/* Appends to EXPECTED the header section that the lines WANTED and the names IGNORED expect where GOT came: a line that
   is ignored stands there as it came, and so does one that matches the line wanted in its place. Everything else stands
   as it is wanted, in its order. So EXPECTED is GOT where every line is right, and differs from it in the first byte
   that is wrong. Each line of GOT has its end, and so has the empty one. */
void headers_expect(const struct text_list *wanted, const struct text_list *ignored, struct span got,
                    struct bytes *expected);

/* Whether LINE is PATTERN, in which * stands for anything, and \\* for itself. */
bool header_matches(const char *pattern, struct span line);

/* Whether LINE is a field of one of NAMES, in any case of letters. */
bool header_is_named(const struct text_list *names, struct span line);

#endif

/* SPDX-License-Identifier: MIT */
