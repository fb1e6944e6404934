/* What became of the mutants, for people. */
#include "harness/base/clock.h"
#include "harness/mutate/mutate.h"
#include "harness/report/json.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct sums {
  size_t tried, killed, explained;
};

static double percent(size_t part, size_t whole) { return whole ? 100.0 * (double)part / (double)whole : 100.0; }

/* Why the mutant cannot be killed, or NULL: nothing says so. */
static struct explained *explanation_of(const struct mutation_run *run, size_t number) {
  const struct mutant *mutant = &run->mutants.items[number];
  struct explained *unreached = NULL;
  if (run->outcomes[number].fate == FATE_NOT_REACHED && mutant->entry->kind == MAP_CODE)
    unreached = explain(&run->unreached, run->coverage->name, mutant->entry, "never executed");
  return unreached ? unreached
                   : explain(&run->equivalents, run->coverage->name, mutant->entry, mutation_name(mutant->mutation));
}

/* Counts the outcomes by kind of mutation, and what each line of the list of equivalents speaks of. */
static void count(const struct mutation_run *run, struct sums tallies[MUTATIONS + 1]) {
  for (size_t i = 0; i < run->order_count; i++) {
    uint32_t number = run->order[i];
    enum fate fate = (enum fate)run->outcomes[number].fate;
    if (fate == FATE_UNTRIED)
      continue;
    struct explained *explanation = explanation_of(run, number);
    struct sums *both[] = {&tallies[run->mutants.items[number].mutation], &tallies[MUTATIONS]};
    for (size_t k = 0; k < 2; k++) {
      both[k]->tried++;
      both[k]->killed += fate == FATE_KILLED;
      both[k]->explained += fate != FATE_KILLED && explanation;
    }
    if (explanation && fate == FATE_KILLED)
      explanation->others++;
    else if (explanation)
      explanation->needed++;
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
  return (fate == FATE_SURVIVED || fate == FATE_NOT_REACHED) && !explanation_of(run, number);
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

/* Once all mutants were tried, a line of the list that none of the survivors needs is wrong. */
static size_t add_mistakes(const struct mutation_run *run, bool all_tried, struct bytes *out) {
  size_t mistakes = 0;
  for (size_t i = 0; i < run->equivalents.count && all_tried; i++) {
    const struct explained *one = &run->equivalents.items[i];
    if (one->needed || fnmatch(one->fields[EXPLAINED_PROGRAM], run->coverage->name, 0) != 0)
      continue;
    bytes_printf(out,
                 one->others ? "  %s:%d: cases kill each of these mutants: it is not equivalent\n"
                             : "  %s:%d: there is no such mutant\n",
                 run->equivalents.path, one->line);
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
    fprintf(out, "\n  %zu mutants are explained, and were left out\n", run->left_out);
  const struct sums *all = &tallies[MUTATIONS];
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
  json_print(json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:f, s:o, s:o, s:o}", "program", run->coverage->name,
                       "mutants", (json_int_t)run->order_count, "tried", (json_int_t)all->tried, "killed",
                       (json_int_t)all->killed, "explained", (json_int_t)all->explained, "left_out",
                       (json_int_t)run->left_out, "cases", (json_int_t)run->case_count, "enough", enough, "seconds",
                       (double)(now_ns() - run->started) / 1e9, "mutations", kinds, "survivors", survivor_objects(run),
                       "mistakes", json_lines_of(span_of(mistakes))));
}

bool mutate_report(const struct mutation_run *run, bool json, FILE *out) {
  struct sums tallies[MUTATIONS + 1] = {0};
  struct bytes mistakes = {0};
  qsort(run->order, run->order_count, sizeof *run->order, by_number);
  count(run, tallies);
  const struct sums *all = &tallies[MUTATIONS];
  bool is_sample = all->tried < run->order_count;
  bool enough = add_mistakes(run, all->tried == run->mutants.count && !run->is_part, &mistakes) == 0 &&
                is_enough(all->killed, all->tried - all->explained, is_sample) &&
                !(run->strict && all->killed + all->explained < all->tried);
  if (json)
    print_json(run, tallies, &mistakes, enough);
  else
    print_text(run, tallies, &mistakes, out);
  bytes_free(&mistakes);
  return enough;
}
