#include "harness/simulate/simulate.h"

#include "harness/base/interrupt.h"
#include "harness/base/words.h"
#include "harness/helpers/plugin/calls.h"
#include "harness/process/workers.h"
#include "harness/report/json.h"
#include "harness/simulate/history.h"
#include "harness/simulate/reduce_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What came of a seed, in memory that the workers share. */
struct seed_result {
  bool ran, failed;
  struct history_counts counts;
  uint64_t hash;
};

struct run {
  const struct simulation *simulation;
  struct seed_result *results; /* shared; one for each seed */
  unsigned workers;
};

/* ---- Seeds ------------------------------------------------------------------------------------------------------ */

/* Marks in KEPT, a byte for each item, the numbers of LIST. Returns false where there is no such item. */
static bool mark_kept(const char *list, char *kept, size_t count) {
  while (*list) {
    char *end;
    unsigned long number = strtoul(list, &end, 10);
    if (end == list || number < 1 || number > count || (*end && *end != ','))
      return false;
    kept[number - 1] = 1;
    list = *end ? end + 1 : end;
  }
  return true;
}

/* Whether a seed before number I has failed, and one is enough. */
static bool is_enough(const struct run *run, uint64_t i) {
  uint64_t before = 0;
  while (before < i && !run->results[before].failed)
    before++;
  return before < i && !run->simulation->keeps_going;
}

static void run_share(void *user, unsigned index, struct workspace *workspace) {
  struct run *run = user;
  struct plan plan;
  struct outcome outcome;
  struct bytes why = {0};
  (void)workspace;
  for (uint64_t i = index; i < run->simulation->count && !is_enough(run, i) && !interrupt_taken(); i += run->workers) {
    plan_make(&plan, run->simulation->seed + i);
    if (!history_run(run->simulation->program, &plan, NULL, NULL, &outcome, &why))
      die("%s", why.data);
    run->results[i] = (struct seed_result){true, outcome.failure_kind != NULL, outcome.counts, outcome.hash};
    bytes_free(&outcome.failure);
    plan_free(&plan);
  }
}

/* ---- What is printed -------------------------------------------------------------------------------------------- */

static void add_counts(struct history_counts *sum, const struct history_counts *counts) {
  sum->seconds += counts->seconds;
  sum->requests += counts->requests;
  sum->faults += counts->faults;
  sum->calls += counts->calls;
  sum->clients += counts->clients;
}

static json_t *counts_value(const struct history_counts *counts) {
  json_t *value = json_object();
  json_set(value, "seconds", json_integer((json_int_t)counts->seconds));
  json_set(value, "clients", json_integer((json_int_t)counts->clients));
  json_set(value, "requests", json_integer((json_int_t)counts->requests));
  json_set(value, "faults", json_integer((json_int_t)counts->faults));
  json_set(value, "calls", json_integer((json_int_t)counts->calls));
  return value;
}

static void print_unknown(const struct simulation *simulation, const struct outcome *outcome) {
  const struct machine *machine = elf_machine(simulation->program);
  for (size_t i = 0; i < outcome->unknown_count; i++) {
    const struct call *call = call_of(machine->calls, (long)outcome->unknown[i].number);
    fprintf(stderr,
            "bytegate: the program makes system call %" PRIu64
            " (%s), which the simulated kernel does not have; it was "
            "answered ENOSYS, %" PRIu64 " times\n",
            outcome->unknown[i].number, call ? call->name : "unknown here", outcome->unknown[i].times);
  }
}

/* Prints what failed with SEED, and how to see it again; or adds it to ROWS. */
static void print_failure(const struct simulation *simulation, uint64_t seed, const struct outcome *outcome,
                          json_t *rows) {
  if (rows) {
    json_t *row = json_object();
    json_set(row, "seed", json_integer((json_int_t)seed));
    json_set(row, "kind", json_string(outcome->failure_kind));
    json_set(row, "text", json_string_of(span_of(&outcome->failure)));
    json_array_append_new(rows, row);
    return;
  }
  printf("seed %" PRIu64 ": FAILED at %s\n", seed, outcome->failure.data);
  printf("  every step  bytegate simulate %s --seed %" PRIu64 " --trace%s%s\n", simulation->program, seed,
         simulation->kept ? " --keep " : "", simulation->kept ? simulation->kept : "");
  if (!simulation->reduces)
    printf("  smaller     bytegate simulate %s --seed %" PRIu64 " --reduce\n", simulation->program, seed);
}

static void print_summary(const struct simulation *simulation, const struct history_counts *sum, size_t failures,
                          uint64_t ran, uint64_t hash, json_t *rows) {
  if (rows) {
    char number[24];
    json_t *value = json_object();
    snprintf(number, sizeof number, "%016" PRIx64, hash);
    json_set(value, "program", json_string(simulation->program));
    json_set(value, "seed", json_integer((json_int_t)simulation->seed));
    json_set(value, "histories", json_integer((json_int_t)ran));
    json_set(value, "counts", counts_value(sum));
    json_set(value, "hash", json_string(number));
    json_set(value, "failures", rows);
    json_print(value);
    return;
  }
  printf("%" PRIu64 " histories of %.1f hours: %" PRIu64 " clients, %" PRIu64 " requests, %" PRIu64 " faults, %" PRIu64
         " system calls, history %016" PRIx64 ": %zu failed\n",
         ran, (double)sum->seconds / 3600, sum->clients, sum->requests, sum->faults, sum->calls, hash, failures);
}

/* ---- The command ------------------------------------------------------------------------------------------------ */

/* One seed, of which items may be left out, and every step printed. */
static int run_one(const struct simulation *simulation) {
  struct plan plan;
  struct outcome outcome;
  struct bytes why = {0};
  json_t *rows = simulation->json ? json_array() : NULL;
  plan_make(&plan, simulation->seed);
  char *kept = xcalloc(plan.count + 1, 1);
  if (simulation->kept && !mark_kept(simulation->kept, kept, plan.count)) {
    fprintf(stderr, "bytegate: --keep=%s: the items of seed %" PRIu64 " have the numbers from 1 to %zu\n",
            simulation->kept, simulation->seed, plan.count);
    free(kept);
    plan_free(&plan);
    json_decref(rows);
    return EXIT_USAGE;
  }
  bool ran = history_run(simulation->program, &plan, simulation->kept ? kept : NULL, simulation->traces ? stdout : NULL,
                         &outcome, &why);
  if (!ran)
    fprintf(stderr, "bytegate: %s\n", why.data);
  else
    print_unknown(simulation, &outcome);
  if (ran && outcome.failure_kind)
    print_failure(simulation, simulation->seed, &outcome, rows);
  if (ran && outcome.failure_kind && simulation->reduces)
    reduce_plan(simulation, &plan, outcome.failure_kind);
  if (ran)
    print_summary(simulation, &outcome.counts, outcome.failure_kind ? 1 : 0, 1, outcome.hash, rows);
  bytes_free(&outcome.failure);
  bytes_free(&why);
  free(kept);
  plan_free(&plan);
  return !ran ? EXIT_USAGE : outcome.failure_kind ? EXIT_DIVERGED : EXIT_EQUAL;
}

/* Runs a seed that failed once more, to say how. */
static void tell_again(const struct simulation *simulation, uint64_t seed, json_t *rows) {
  struct plan plan;
  struct outcome outcome;
  struct bytes why = {0};
  plan_make(&plan, seed);
  if (!history_run(simulation->program, &plan, NULL, NULL, &outcome, &why) || !outcome.failure_kind)
    die("seed %" PRIu64 " failed, and does not when it runs again: the simulation is not the same each time", seed);
  print_failure(simulation, seed, &outcome, rows);
  bytes_free(&outcome.failure);
  plan_free(&plan);
}

static int run_many(const struct simulation *simulation) {
  struct run run = {simulation, shared_memory(simulation->count * sizeof *run.results), 1};
  struct workers workers = {.work = run_share, .user = &run};
  struct history_counts sum = {0};
  uint64_t hash = 0, ran = 0;
  size_t failures = 0;
  json_t *rows = simulation->json ? json_array() : NULL;
  workers.count = run.workers = simulation->jobs < simulation->count ? simulation->jobs : (unsigned)simulation->count;
  int interrupted = run_workers(&workers);
  for (uint64_t i = 0; i < simulation->count; i++) {
    if (!run.results[i].ran)
      continue;
    ran++;
    add_counts(&sum, &run.results[i].counts);
    hash = (hash ^ run.results[i].hash) * UINT64_C(0x100000001b3);
    if (run.results[i].failed && failures++ < 10 && !interrupted)
      tell_again(simulation, simulation->seed + i, rows);
    if (failures && !simulation->keeps_going)
      break;
  }
  print_summary(simulation, &sum, failures, ran, hash, rows);
  shared_memory_free(run.results, simulation->count * sizeof *run.results);
  if (interrupted)
    interrupt_die(interrupted);
  return failures ? EXIT_DIVERGED : EXIT_EQUAL;
}

int simulate_command(const struct simulation *simulation) {
  struct plan plan;
  struct outcome outcome;
  struct bytes why = {0};
  if (simulation->count == 1 || simulation->kept || simulation->traces || simulation->reduces)
    return run_one(simulation);
  /* Whether it can be run at all is told here, and not by each worker. */
  plan_make(&plan, simulation->seed);
  bool ran = history_run(simulation->program, &plan, NULL, NULL, &outcome, &why);
  if (ran)
    print_unknown(simulation, &outcome);
  else
    fprintf(stderr, "bytegate: %s\n", why.data);
  bytes_free(&outcome.failure);
  bytes_free(&why);
  plan_free(&plan);
  return ran ? run_many(simulation) : EXIT_USAGE;
}

/* SPDX-License-Identifier: MIT */
