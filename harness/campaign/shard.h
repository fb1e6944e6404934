/* The room campaign/: one run over many machines. A campaign cuts the list of what is to be run into shards; each shard
   writes down what it found in a record (record.h); and the records are merged into the verdict of the whole.

   This header is the partition. It depends on the list and on times that were measured before, and on nothing else, so
   that each machine makes the same one by itself. */
#ifndef HARNESS_SHARD_H
#define HARNESS_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Shard NUMBER of COUNT, from 1; 0 of 0: there are no shards. */
struct shard {
  unsigned number, count;
};

enum { MOST_SHARDS = 10000 };

/* Reads "K/N" with 1 <= K <= N <= MOST_SHARDS. Returns false where TEXT is none. */
bool shard_parse(const char *text, struct shard *shard);

/* Gives each of COUNT jobs, of which the job I takes WEIGHTS[I], a shard from 1 to SHARDS, in OWNERS[I]: the heaviest
   first, each to the shard that has the least (R. L. Graham, 1969: LPT). Jobs of one weight are dealt out in their
   order, so that jobs of equal weights go round. WEIGHTS may be NULL: all are equal. */
void shard_partition(const uint64_t *weights, size_t count, unsigned shards, uint32_t *owners);

#endif

/* SPDX-License-Identifier: MIT */
