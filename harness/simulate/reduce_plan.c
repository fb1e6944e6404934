#include "harness/simulate/reduce_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct reduction {
  const struct simulation *simulation;
  const struct plan *plan;
  const char *kind;
  char *kept;   /* a byte for each item */
  size_t count; /* of those that are kept */
  size_t runs;
  struct bytes failure; /* of the smallest so far */
};

/* Whether the program fails alike with KEPT alone. */
static bool fails_alike(struct reduction *reduction, const char *kept) {
  struct outcome outcome;
  struct bytes why = {0};
  reduction->runs++;
  bool alike = history_run(reduction->simulation->program, reduction->plan, kept, NULL, &outcome, &why) &&
               outcome.failure_kind && strcmp(outcome.failure_kind, reduction->kind) == 0;
  if (alike) {
    bytes_free(&reduction->failure);
    reduction->failure = outcome.failure;
  } else {
    bytes_free(&outcome.failure);
  }
  bytes_free(&why);
  return alike;
}

/* Leaves out the items from place FIRST to LAST of those that are kept, if it fails alike without them. */
static bool leave_out(struct reduction *reduction, size_t first, size_t last) {
  char *fewer = xcalloc(reduction->plan->count, 1);
  size_t place = 0, count = 0;
  for (size_t i = 0; i < reduction->plan->count; i++) {
    if (!reduction->kept[i])
      continue;
    fewer[i] = place < first || place >= last;
    count += (size_t)fewer[i];
    place++;
  }
  bool alike = fails_alike(reduction, fewer);
  if (alike) {
    memcpy(reduction->kept, fewer, reduction->plan->count);
    reduction->count = count;
  }
  free(fewer);
  return alike;
}

static void find_fewest(struct reduction *reduction) {
  size_t parts = 2;
  while (reduction->count > 0) {
    bool less = false;
    parts = parts < reduction->count ? parts : reduction->count;
    for (size_t i = parts; i-- > 0 && !less;)
      less = leave_out(reduction, i * reduction->count / parts, (i + 1) * reduction->count / parts);
    if (!less && parts == reduction->count)
      return;
    parts = less ? (parts > 2 ? parts - 1 : 2) : 2 * parts;
  }
}

void reduce_plan(const struct simulation *simulation, const struct plan *plan, const char *kind) {
  struct reduction reduction = {simulation, plan, kind, xcalloc(plan->count + 1, 1), plan->count, 0, {0}};
  struct bytes list = {0};
  memset(reduction.kept, 1, plan->count);
  find_fewest(&reduction);
  for (size_t i = 0; i < plan->count; i++)
    if (reduction.kept[i])
      bytes_printf(&list, "%s%zu", list.len ? "," : "", i + 1);
  FILE *to = simulation->json ? stderr : stdout;
  fprintf(to, "reduced from %zu items to %zu, by %zu runs: %s\n", plan->count, reduction.count, reduction.runs,
          reduction.failure.data ? reduction.failure.data : "");
  fprintf(to, "  every step  bytegate simulate %s --seed %" PRIu64 " --keep '%s' --trace\n", simulation->program,
          plan->seed, list.data ? list.data : "");
  bytes_free(&list);
  bytes_free(&reduction.failure);
  free(reduction.kept);
}

/* SPDX-License-Identifier: MIT */
