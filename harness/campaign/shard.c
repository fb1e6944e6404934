/* The partition of a list into shards. */
#include "harness/campaign/shard.h"

#include "harness/base/bytes.h"

#include <stdlib.h>
#include <string.h>

/* Reads a number up to MOST_SHARDS without a sign; returns where it ends, or NULL. */
static const char *parse_count(const char *text, unsigned *count) {
  size_t digits = strspn(text, "0123456789");
  if (digits == 0 || digits > 5)
    return NULL;
  *count = (unsigned)strtoul(text, NULL, 10);
  return text + digits;
}

bool shard_parse(const char *text, struct shard *shard) {
  const char *slash = parse_count(text, &shard->number);
  if (!slash || *slash != '/')
    return false;
  const char *end = parse_count(slash + 1, &shard->count);
  return end && *end == '\0' && shard->number >= 1 && shard->number <= shard->count && shard->count <= MOST_SHARDS;
}

struct job {
  uint64_t weight;
  size_t number;
};

static int heaviest_first(const void *a, const void *b) {
  const struct job *x = a;
  const struct job *y = b;
  if (x->weight != y->weight)
    return (x->weight < y->weight) - (x->weight > y->weight);
  return (x->number > y->number) - (x->number < y->number);
}

/* A shard with what it has got. */
struct load {
  uint64_t weight;
  size_t jobs;
  uint32_t shard;
};

/* Whether A comes before B: it has less, or the same in fewer jobs, or stands first. */
static bool is_lighter(const struct load *a, const struct load *b) {
  if (a->weight != b->weight)
    return a->weight < b->weight;
  if (a->jobs != b->jobs)
    return a->jobs < b->jobs;
  return a->shard < b->shard;
}

/* Lets the first of the heap LOADS, which has become heavier, sink to its place. */
static void sink(struct load *loads, size_t count) {
  size_t at = 0;
  for (;;) {
    size_t least = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
      if (is_lighter(&loads[child], &loads[least]))
        least = child;
    if (least == at)
      return;
    struct load other = loads[at];
    loads[at] = loads[least];
    loads[least] = other;
    at = least;
  }
}

void shard_partition(const uint64_t *weights, size_t count, unsigned shards, uint32_t *owners) {
  struct job *jobs = xcalloc(count ? count : 1, sizeof *jobs);
  struct load *loads = xcalloc(shards, sizeof *loads);
  for (size_t i = 0; i < count; i++)
    jobs[i] = (struct job){weights ? weights[i] : 1, i};
  for (uint32_t i = 0; i < shards; i++)
    loads[i].shard = i + 1;
  qsort(jobs, count, sizeof *jobs, heaviest_first);
  for (size_t i = 0; i < count; i++) {
    owners[jobs[i].number] = loads[0].shard;
    loads[0].weight += jobs[i].weight;
    loads[0].jobs++;
    sink(loads, shards);
  }
  free(jobs);
  free(loads);
}

/* SPDX-License-Identifier: MIT */
