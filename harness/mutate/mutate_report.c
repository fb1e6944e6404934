/* What became of the mutants, for people. */
#include "harness/base/clock.h"
#include "harness/mutate/mutate.h"
#include "harness/report/json.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct sums {
  size_t tried, killed, explained, proved;
};

static double percent(size_t part, size_t whole) { return whole ? 100.0 * (double)part / (double)whole : 100.0; }

/* Counts the outcomes by kind of mutation, and what each pattern speaks of. */
static void count(const struct mutation_run *run, struct sums tallies[MUTATIONS + 1]) {
  for (size_t i = 0; i < run->order_count; i++) {
    uint32_t number = run->order[i];
    enum fate fate = (enum fate)run->outcomes[number].fate;
    if (fate == FATE_UNTRIED)
      continue;
    struct excuse excuse = mutate_explain(run, number);
    struct sums *both[] = {&tallies[run->mutants.items[number].mutation], &tallies[MUTATIONS]};
    for (size_t k = 0; k < 2; k++) {
      both[k]->tried++;
      both[k]->killed += fate == FATE_KILLED;
      both[k]->explained += fate != FATE_KILLED && excuse.reason;
      both[k]->proved += fate != FATE_KILLED && excuse.proved;
    }
    if (excuse.pattern && fate == FATE_KILLED)
      excuse.pattern->others++;
    else if (excuse.pattern)
      excuse.pattern->needed++;
  }
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a;
  uint32_t y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Whether the mutant NUMBER survived and nothing explains why. */
static bool is_open(const struct mutation_run *run, uint32_t number) {
  enum fate fate = (enum fate)run->outcomes[number].fate;
  return (fate == FATE_SURVIVED || fate == FATE_NOT_REACHED) && !mutate_explain(run, number).reason;
}

static void describe_survivor(const struct mutation_run *run, uint32_t number, struct bytes *out) {
  mutant_name(&run->coverage->map, &run->mutants.items[number], out);
  bytes_text(out, ": ");
  mutant_describe(run->coverage->machine, &run->mutants.items[number], out);
}

static void print_survivors(const struct mutation_run *run, FILE *out) {
  bool headed = false;
  for (size_t i = 0; i < run->order_count; i++) {
    uint32_t number = run->order[i];
    const struct map_entry *entry = run->mutants.items[number].entry;
    struct bytes text = {0};
    if (!is_open(run, number))
      continue;
    describe_survivor(run, number, &text);
    if (!headed)
      fputs("\n  survived:\n", out);
    headed = true;
    const char *source = source_line(entry);
    fprintf(out, "  %s:%d: %s%s%s%s\n", entry->file, entry->line, text.data,
            run->outcomes[number].fate == FATE_NOT_REACHED ? " (no case reaches it)" : "", *source ? "  | " : "",
            source);
    bytes_free(&text);
  }
}

static json_t *survivor_objects(const struct mutation_run *run) {
  json_t *survivors = json_array();
  for (size_t i = 0; i < run->order_count; i++) {
    uint32_t number = run->order[i];
    const struct map_entry *entry = run->mutants.items[number].entry;
    struct bytes text = {0};
    if (!is_open(run, number))
      continue;
    describe_survivor(run, number, &text);
    json_array_append_new(survivors, json_pack("{s:o, s:o, s:i, s:o, s:b}", "mutant", json_string_of(span_of(&text)),
                                               "file", json_string_of(span_text(entry->file)), "line", entry->line,
                                               "source", json_string_of(span_text(source_line(entry))), "reached",
                                               run->outcomes[number].fate != FATE_NOT_REACHED));
    bytes_free(&text);
  }
  return survivors;
}

/* Says which entries of the ledger are void, and which mutants in it a case kills. Returns how many. */
static size_t add_ledger(const struct mutation_run *run, struct bytes *out) {
  size_t wrong = 0;
  for (size_t i = 0; i < run->ledger.count && !run->writes_ledger; i++)
    if (run->ledger.entries[i].mutant == LEDGER_VOID) {
      ledger_tell_void(&run->ledger, &run->ledger.entries[i], out);
      wrong++;
    }
  for (size_t i = 0; i < run->mutants.count && !run->writes_ledger; i++) {
    const struct ledger_entry *entry = ledger_of(&run->ledger, i);
    if (!entry || run->outcomes[i].fate != FATE_KILLED)
      continue;
    bytes_printf(out, "  %s:%d: a case kills this mutant now: %s: %s | %s\n", run->ledger.path, entry->line,
                 entry->routine, entry->mutation, entry->operation);
    wrong++;
  }
  if (wrong)
    bytes_printf(out, "  `bytegate mutate --program %s --ledger` takes these %zu out, and measures again\n",
                 run->coverage->name, wrong);
  return wrong;
}

/* Says which mutants the prover takes for the program although a case tells them apart. Returns how many. */
static size_t add_contradictions(const struct mutation_run *run, struct bytes *out) {
  size_t wrong = 0;
  for (size_t i = 0; i < run->mutants.count && run->proofs; i++) {
    if (run->outcomes[i].fate != FATE_KILLED || !run->proofs[i])
      continue;
    bytes_text(out, "  a case kills it, and the prover says that it does the same: ");
    describe_survivor(run, (uint32_t)i, out);
    bytes_text(out, "\n");
    wrong++;
  }
  return wrong;
}

/* Once all mutants were tried, a pattern that none of the survivors needs is wrong. */
static size_t add_mistakes(const struct mutation_run *run, bool all_tried, struct bytes *out) {
  size_t mistakes = 0;
  for (size_t i = 0; i < run->reasons.count && all_tried; i++) {
    const struct explained *one = &run->reasons.items[i];
    if (one->needed || fnmatch(one->fields[EXPLAINED_PROGRAM], run->coverage->name, 0) != 0)
      continue;
    bytes_printf(out,
                 one->others ? "  %s:%d: cases kill each of these mutants: it is not equivalent\n"
                             : "  %s:%d: there is no such mutant\n",
                 run->reasons.path, one->line);
    mistakes++;
  }
  return mistakes;
}

/* The normal approximation: a sample of COUNT strays from the share p of all by more than 1.64 times the root of
   p (1 - p) / COUNT, downwards, in 5 of 100 times. */
bool is_enough(size_t killed, size_t count, bool is_sample) {
  double missing = MUTATION_GOAL - percent(killed, count);
  double variance = MUTATION_GOAL * (100.0 - MUTATION_GOAL) / (count ? (double)count : 1.0);
  return missing <= 0 || (is_sample && missing * missing <= 1.64 * 1.64 * variance);
}

static void print_text(const struct mutation_run *run, const struct sums *tallies, const struct bytes *mistakes,
                       FILE *out) {
  fprintf(out, "%-12s %8s %8s %11s %8s\n", "mutation", "tried", "killed", "explained", "share");
  for (int i = 0; i <= MUTATIONS; i++) {
    const struct sums *tally = &tallies[i];
    if (tally->tried == 0)
      continue;
    fprintf(out, "%-12s %8zu %8zu %11zu %6.1f %%\n", i < MUTATIONS ? mutation_name((enum mutation)i) : "all",
            tally->tried, tally->killed, tally->explained, percent(tally->killed, tally->tried - tally->explained));
  }
  print_survivors(run, out);
  fputs(span_of(mistakes).data, out);
  if (run->left_out)
    fprintf(out, "\n  %zu mutants survived with a reason, and were left out\n", run->left_out);
  const struct sums *all = &tallies[MUTATIONS];
  if (all->proved)
    fprintf(out, "\n  %zu mutants are proved to do the same\n", all->proved);
  fprintf(out, "\n%s: %zu of %zu mutants tried on %zu cases, %.1f %% killed, %.1f %% of those not explained, %.1f s\n",
          run->coverage->name, all->tried, run->order_count, run->case_count, percent(all->killed, all->tried),
          percent(all->killed, all->tried - all->explained), (double)(now_ns() - run->started) / 1e9);
}

static void print_json(const struct mutation_run *run, const struct sums *tallies, const struct bytes *mistakes,
                       bool enough) {
  json_t *kinds = json_array();
  const struct sums *all = &tallies[MUTATIONS];
  for (int i = 0; i < MUTATIONS; i++)
    if (tallies[i].tried)
      json_array_append_new(kinds,
                            json_pack("{s:s, s:I, s:I, s:I}", "mutation", mutation_name((enum mutation)i), "tried",
                                      (json_int_t)tallies[i].tried, "killed", (json_int_t)tallies[i].killed,
                                      "explained", (json_int_t)tallies[i].explained));
  json_print(json_pack(
      "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:f, s:o, s:o, s:o}", "program", run->coverage->name, "mutants",
      (json_int_t)run->order_count, "tried", (json_int_t)all->tried, "killed", (json_int_t)all->killed, "explained",
      (json_int_t)all->explained, "proved", (json_int_t)all->proved, "left_out", (json_int_t)run->left_out, "cases",
      (json_int_t)run->case_count, "enough", enough, "seconds", (double)(now_ns() - run->started) / 1e9, "mutations",
      kinds, "survivors", survivor_objects(run), "mistakes", json_lines_of(span_of(mistakes))));
}

bool mutate_report(const struct mutation_run *run, bool json, FILE *out) {
  struct sums tallies[MUTATIONS + 1] = {0};
  struct bytes mistakes = {0};
  qsort(run->order, run->order_count, sizeof *run->order, by_number);
  count(run, tallies);
  const struct sums *all = &tallies[MUTATIONS];
  bool is_sample = all->tried < run->order_count;
  size_t wrong = add_mistakes(run, all->tried == run->mutants.count && !run->is_part, &mistakes);
  wrong += add_ledger(run, &mistakes);
  wrong += add_contradictions(run, &mistakes);
  bool enough = wrong == 0 && is_enough(all->killed, all->tried - all->explained, is_sample) &&
                !(run->strict && all->killed + all->explained < all->tried);
  if (json)
    print_json(run, tallies, &mistakes, enough);
  else
    print_text(run, tallies, &mistakes, out);
  bytes_free(&mistakes);
  return enough;
}

/* SPDX-License-Identifier: MIT */
