/* Campaigns of the fuzzer (harness/fuzz). Each shard is a fuzzer with a seed and a corpus of its own. After each round
   libFuzzer merges the corpora: of all documents, it keeps the fewest that reach as much, and every shard goes on from
   these. What diverges or crashes is gathered; in the end the gate runs it and says how many faults that is. */
#ifndef HARNESS_CAMPAIGN_FUZZ_H
#define HARNESS_CAMPAIGN_FUZZ_H

#include "harness/campaign/campaign.h"

/* Appends to TEXT the part of a job that runs one shard, for sh: $D, $N and $k are set. Its last command ends with 0,
   or with 1 where it found something. */
void fuzz_job(const struct campaign *campaign, struct bytes *text);

/* Whether there is a fuzzer, which needs clang and x86-64. WHY says what to do. */
bool fuzz_ready(const struct campaign *campaign, struct bytes *why);

/* Makes the corpus that the first round begins with; merges those of round NUMBER. Both return an exit status. */
int fuzz_begin(const struct campaign *campaign);
int fuzz_merge(const struct campaign *campaign, unsigned number);

/* Prints how many documents a second each shard tried, and the faults that were found. Returns EXIT_DIVERGED where
   there are some. */
int fuzz_report(const struct campaign *campaign, double seconds);

#endif

/* SPDX-License-Identifier: MIT */
