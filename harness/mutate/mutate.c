/* The command mutate. */
#include "harness/mutate/mutate.h"

#include "harness/base/clock.h"
#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/coverage/coverage_command.h"
#include "harness/helpers/plugin/counts.h"
#include "harness/process/workers.h"
#include "harness/report/json.h"

#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t SAVE_INTERVAL_NS = 20000000000;
static const char UNREACHED[] = "fixtures/unreached";

/* splitmix64: a fixed sequence for each seed. */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

/* Whether the options ask for the mutants of ROUTINE. */
static bool selects_routine(const struct mutation_run *run, const struct options *options, const char *routine) {
  if (!text_list_selects(&options->operands, routine))
    return false;
  for (size_t i = 0; options->since && i < run->changed.count; i++)
    if (strcmp(run->changed.items[i], routine) == 0)
      return true;
  return !options->since;
}

/* Whether an entry of the ledger with a reason speaks of the mutant, measured on the cases of today. */
static bool is_measured(const struct mutation_run *run, size_t number) {
  const struct ledger_entry *entry = ledger_of(&run->ledger, number);
  return entry && *entry->reason && entry->cases == mutate_cases_hash(run);
}

/* Chooses the mutants that are asked for; a shard has every so manieth of them, in the order of addresses, so that each
   shard has some of each routine. */
static void choose(struct mutation_run *run, const struct options *options) {
  size_t asked = 0;
  run->is_part = options->since || options->shard.count;
  run->strict = options->since != NULL;
  run->order = xcalloc(run->mutants.count, sizeof *run->order);
  for (uint32_t i = 0; i < run->mutants.count; i++) {
    const struct mutant *mutant = &run->mutants.items[i];
    if (!selects_routine(run, options, mutant->entry->routine))
      continue;
    if (options->shard.count && asked++ % options->shard.count != options->shard.number - 1)
      continue;
    if (options->unexplained && is_measured(run, i))
      run->left_out++;
    else
      run->order[run->order_count++] = i;
  }
}

/* In the order of addresses; or, for a sample, in an order that only the seed decides. */
static void make_order(struct mutation_run *run, const struct options *options) {
  bool shuffled = options->seconds > 0 || options->session.has_seed;
  uint64_t seed = options->session.has_seed ? options->session.seed : 1;
  choose(run, options);
  for (size_t i = run->order_count; shuffled && i > 1; i--) {
    size_t k = next_random(&seed) % i;
    uint32_t other = run->order[k];
    run->order[k] = run->order[i - 1];
    run->order[i - 1] = other;
  }
}

static size_t count_executed(const struct coverage *coverage, const struct covered_case *one) {
  size_t count = 0;
  for (size_t i = 0; i < coverage->map.count; i++)
    count += coverage->map.entries[i].kind == MAP_CODE &&
             case_covers(coverage, one, COUNT_EXECUTED, coverage->map.entries[i].address);
  return count;
}

struct sized {
  size_t size;
  uint32_t number;
};

static int by_size(const void *a, const void *b) {
  const struct sized *x = a;
  const struct sized *y = b;
  if (x->size != y->size)
    return (x->size > y->size) - (x->size < y->size);
  return (x->number > y->number) - (x->number < y->number);
}

/* The usable cases, those first that execute the fewest instructions. */
static void rank_cases(struct mutation_run *run) {
  const struct coverage *coverage = run->coverage;
  struct sized *sized = xcalloc(coverage->case_count, sizeof *sized);
  run->cases = xcalloc(coverage->case_count, sizeof *run->cases);
  run->case_rank = xcalloc(coverage->case_count, sizeof *run->case_rank);
  for (uint32_t i = 0; i < coverage->case_count; i++)
    sized[i] = (struct sized){count_executed(coverage, &coverage->cases[i]), i};
  qsort(sized, coverage->case_count, sizeof *sized, by_size);
  for (uint32_t i = 0; i < coverage->case_count; i++) {
    run->case_rank[sized[i].number] = i;
    if (run->case_usable[sized[i].number] == CASE_USABLE)
      run->cases[run->case_count++] = sized[i].number;
  }
  free(sized);
}

/* Says which cases cannot be used. Returns whether the others may be. */
static bool check_baseline(const struct mutation_run *run) {
  const struct coverage *coverage = run->coverage;
  size_t failing = 0;
  for (size_t i = 0; i < coverage->case_count; i++)
    failing += run->case_usable[i] == CASE_FAILS;
  if (failing)
    fprintf(stderr, "bytegate: mutate: %zu of %zu cases of %s fail on the program as it is (see `bytegate verify`)\n",
            failing, coverage->case_count, coverage->name);
  return failing == 0;
}

/* Says how far it is, and writes down what is known every now and then, so that no more is lost when it is killed. */
static void progress(void *user) {
  struct mutation_run *run = user;
  struct bytes why = {0};
  if (now_ns() - run->saved > SAVE_INTERVAL_NS) {
    mutate_save(run, &why);
    run->saved = now_ns();
    bytes_free(&why);
  }
  size_t tried = 0;
  size_t killed = 0;
  for (size_t i = 0; i < run->order_count; i++) {
    const struct outcome *outcome = &run->outcomes[run->order[i]];
    tried += outcome->fate != FATE_UNTRIED;
    killed += outcome->fate == FATE_KILLED;
  }
  if (isatty(STDERR_FILENO))
    fprintf(stderr, "\r%zu of %zu mutants tried, %zu killed, %zu s", tried, run->order_count, killed,
            (size_t)((now_ns() - run->started) / 1000000000));
}

static void open_run(struct mutation_run *run, struct coverage *coverage, const struct options *options) {
  *run = (struct mutation_run){.coverage = coverage, .jobs = options->session.jobs, .started = now_ns()};
  mutants_make(&coverage->map, coverage->machine, &run->mutants);
  run->outcomes = shared_memory(run->mutants.count * sizeof *run->outcomes);
  run->case_duration = shared_memory(coverage->case_count * sizeof *run->case_duration);
  run->case_usable = shared_memory(coverage->case_count);
  run->last_killer = shared_memory(coverage->map.count * sizeof *run->last_killer);
}

static void close_run(struct mutation_run *run) {
  shared_memory_free(run->outcomes, run->mutants.count * sizeof *run->outcomes);
  shared_memory_free(run->case_duration, run->coverage->case_count * sizeof *run->case_duration);
  shared_memory_free(run->case_usable, run->coverage->case_count);
  shared_memory_free(run->last_killer, run->coverage->map.count * sizeof *run->last_killer);
  mutants_free(&run->mutants);
  ledger_free(&run->ledger);
  free(run->proofs);
  bytes_free(&run->no_proofs);
  explained_free(&run->reasons);
  explained_free(&run->unreached);
  text_list_free(&run->changed);
  free(run->order);
  free(run->cases);
  free(run->case_rank);
}

/* Says that there is no mutant to try. Returns the exit status: that no routine changed is what --since may find. */
static int report_nothing(const struct mutation_run *run, const struct options *options) {
  if (options->since && run->changed.count == 0) {
    char *note = xasprintf("%s: no routine does anything else than at %s; there is no mutant to try",
                           run->coverage->name, options->since);
    if (options->json)
      json_print(json_pack("{s:s, s:s}", "program", run->coverage->name, "note", note));
    else
      puts(note);
    free(note);
    return EXIT_EQUAL;
  }
  fprintf(stderr, "bytegate: mutate: there is no mutant of %s to try; nothing is proven%s%s\n", run->coverage->name,
          options->unexplained ? " (--unexplained leaves out those that survived with a reason)" : "",
          options->shard.count ? " (use fewer shards)" : "");
  return EXIT_USAGE;
}

/* Takes what the records --from found, for they are all there is. Returns false where one does not fit, with WHY. */
static bool take_records(struct mutation_run *run, const struct options *options, struct bytes *why) {
  for (size_t i = 0; i < options->from.count; i++)
    if (!mutate_load(run, options->from.items[i])) {
      bytes_printf(why, "%s: this is no record of mutants of these bytes of %s (mutate --shard K/N --record FILE)",
                   options->from.items[i], run->coverage->name);
      return false;
    }
  size_t missing = 0;
  for (size_t i = 0; i < run->order_count; i++)
    missing += run->outcomes[run->order[i]].fate == FATE_UNTRIED;
  if (missing)
    bytes_printf(why,
                 "%zu of %zu mutants of %s stand in no record, or in one of other cases: its shard is missing "
                 "(`bytegate mutate --shard "
                 "K/N --record FILE` makes it)",
                 missing, run->order_count, run->coverage->name);
  return missing == 0;
}

/* Writes the ledger, where that is asked for, and reports. Returns the exit status. */
static int conclude(struct mutation_run *run, const struct options *options, struct bytes *why) {
  run->writes_ledger = options->ledger;
  mutate_prove(run, options->prove, false);
  if (options->prove && !run->proofs)
    bytes_printf(why, "nothing is proved of %s: %s", run->coverage->name, run->no_proofs.data);
  bool good = mutate_report(run, options->json, stdout);
  if (options->ledger && !mutate_write_ledger(run, options->json ? stderr : stdout, why))
    return EXIT_INFRASTRUCTURE;
  return why->len ? EXIT_INFRASTRUCTURE : good ? EXIT_EQUAL : EXIT_DIVERGED;
}

/* Tries the mutants of one program. Returns the exit status; *INTERRUPTED becomes a signal or 0. */
static int mutate_program(struct mutation_run *run, const struct options *options, int *interrupted) {
  struct bytes why = {0};
  int status = EXIT_INFRASTRUCTURE;
  *interrupted = 0;
  if (explained_read(&run->reasons, MUTANT_REASONS, &why) && explained_read(&run->unreached, UNREACHED, &why) &&
      ledger_read(&run->ledger, LEDGER_FOLDER, run->coverage->name, run->coverage->elf, &run->coverage->map,
                  &run->mutants, &why) &&
      (!options->since || mutate_changed(options->since, options->session.build, run->coverage, &run->changed, &why)) &&
      (*interrupted = mutate_baseline(run)) == 0 && check_baseline(run)) {
    rank_cases(run);
    make_order(run, options);
    if (run->order_count == 0) {
      bytes_free(&why);
      return report_nothing(run, options);
    }
    if (!options->fresh && !options->from.count)
      mutate_load(run, run->state);
    if (options->from.count) {
      if (!take_records(run, options, &why)) {
        fprintf(stderr, "bytegate: %s\n", why.data);
        bytes_free(&why);
        return EXIT_INFRASTRUCTURE;
      }
      status = conclude(run, options, &why);
      if (why.len)
        fprintf(stderr, "bytegate: %s\n", why.data);
      bytes_free(&why);
      return status;
    }
    run->deadline = options->seconds ? mutate_deadline(run->began, now_ns(), options->seconds) : 0;
    *interrupted = mutate_try(run, progress);
    if (isatty(STDERR_FILENO))
      fputc('\n', stderr);
    status = conclude(run, options, &why);
    if (!mutate_save(run, &why))
      status = EXIT_INFRASTRUCTURE;
  }
  if (why.len)
    fprintf(stderr, "bytegate: %s\n", why.data);
  bytes_free(&why);
  return status;
}

/* The one program that was selected, or NULL after a line on stderr. */
static struct coverage *only_program(const struct coverage_list *list) {
  if (list->count == 1)
    return &list->items[0];
  fputs("bytegate: mutate works on one program; name it with --program:", stderr);
  for (size_t i = 0; i < list->count; i++)
    fprintf(stderr, " %s", list->items[i].name);
  fputc('\n', stderr);
  return NULL;
}

/* Whether each of the patterns names a routine; a line on stderr where one does not. */
static bool check_routines(const struct coverage *coverage, const struct text_list *patterns) {
  for (size_t i = 0; i < patterns->count; i++) {
    size_t at = 0;
    while (at < coverage->map.count && fnmatch(patterns->items[i], coverage->map.entries[at].routine, 0) != 0)
      at++;
    if (at < coverage->map.count)
      continue;
    fprintf(stderr, "bytegate: mutate: no routine of %s matches '%s' (`bytegate map %s` lists them)\n", coverage->name,
            patterns->items[i], coverage->elf);
    return false;
  }
  return true;
}

uint64_t mutate_deadline(uint64_t began, uint64_t now, uint64_t seconds) {
  uint64_t budget = seconds * 1000000000ULL;
  uint64_t whole = began + budget;
  uint64_t least = now + budget / 4;
  return whole > least ? whole : least;
}

int mutate_command(const struct options *options) {
  uint64_t began = now_ns();
  struct session session = {0};
  struct coverage_list list = {0};
  struct mutation_run run;
  /* The seed is that of the sample. The random documents stay the ones that are known. */
  struct session_options selection = options->session;
  selection.has_seed = false;
  int interrupted = 0;
  int status = open_and_measure(&selection, false, &(struct coverage_part){0}, &session, &list);
  struct coverage *coverage = status == EXIT_EQUAL ? only_program(&list) : NULL;
  if (status == EXIT_EQUAL && (!coverage || !check_routines(coverage, &options->operands)))
    status = EXIT_USAGE;
  if (status == EXIT_EQUAL) {
    char *folder = measured_folder(options->session.build, "mutants");
    char *state = xasprintf("%s/%s", folder, coverage->name);
    make_folders_of(state);
    open_run(&run, coverage, options);
    run.began = began;
    run.state = options->record ? options->record : state;
    status = mutate_program(&run, options, &interrupted);
    close_run(&run);
    free(state);
    free(folder);
  }
  measured_close(options, &session, &list);
  if (interrupted) {
    signal(interrupted, SIG_DFL);
    raise(interrupted);
  }
  return status;
}

/* SPDX-License-Identifier: MIT */
