/* What a conversation expects of an answer, where the suite ignores headers. */
#ifndef HARNESS_EXPECT_H
#define HARNESS_EXPECT_H

#include "harness/base/words.h"
#include "harness/suite/conversation.h"

/* Appends to EXPECTED what TALK expects where ANSWER came. A header that is one of IGNORED may be there or not: it
   stands in EXPECTED as it came, wherever it is among the headers, and one that TALK has is left out. All else, and so
   each body, stands as TALK has it; and so does all after an answer whose end neither Content-Length nor its lack
   tells. */
void expect_talk(const struct conversation *talk, const struct text_list *ignored, struct span answer,
                 struct bytes *expected);

#endif

/* SPDX-License-Identifier: MIT */
