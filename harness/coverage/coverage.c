/* Runs the cases of a session and notes what each of them reached. */
#include "harness/coverage/coverage.h"

#include "harness/base/hash.h"
#include "harness/base/machine.h"
#include "harness/coverage/coverage_probe.h"
#include "harness/drive/drive.h"
#include "harness/process/workers.h"
#include "harness/process/workspace.h"
#include "harness/suite/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool is_conditional_branch(const struct machine *machine, const uint8_t *bytes, size_t len) {
  uint64_t displacement;
  return machine->instructions && machine->instructions->decode_branch(bytes, len, &displacement);
}

bool case_covers(const struct coverage *coverage, const struct covered_case *one, enum counter what, uint64_t address) {
  uint64_t bit = (uint64_t)what * coverage->map.span + (address - coverage->map.base);
  return one->bits && address - coverage->map.base < coverage->map.span && (one->bits[bit / 8] >> bit % 8 & 1);
}

uint32_t coverage_hits(const struct coverage *coverage, enum counter what, uint64_t address) {
  return address - coverage->map.base < coverage->map.span ? coverage->hits[what][address - coverage->map.base] : 0;
}

/* What was chosen */

static struct coverage *find_or_add(struct coverage_list *list, const struct target *target, struct bytes *why) {
  char elf[PATH_MAX];
  if (!realpath(target->elf, elf)) {
    bytes_printf(why, "%s: %s ('elf' of its suite names it; build it first, as `make` does in a checkout)", target->elf,
                 strerror(errno));
    return NULL;
  }
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->items[i].elf, elf) == 0)
      return &list->items[i];
  list->items = xgrow(list->items, list->count, sizeof *list->items);
  struct coverage *coverage = &list->items[list->count];
  *coverage = (struct coverage){.elf = xstrdup(elf), .machine = target->machine};
  coverage->name = xstrdup(strrchr(elf, '/') + 1);
  list->count++;
  if (!program_map_read(elf, &coverage->map, why))
    return NULL;
  struct bytes image = {0};
  bytes_read_file(&image, elf);
  coverage->hash = hash_bytes(HASH_START, span_of(&image).data, image.len);
  bytes_free(&image);
  coverage->bits_size = (COUNTERS * (size_t)coverage->map.span + 7) / 8;
  return coverage;
}

static struct covered_case *add_case(struct coverage *coverage, const struct suite *suite, const struct target *target,
                                     struct test_case *test_case) {
  coverage->cases = xgrow(coverage->cases, coverage->case_count, sizeof *coverage->cases);
  struct covered_case *one = &coverage->cases[coverage->case_count++];
  *one = (struct covered_case){.name = xasprintf("%s/%s", suite->name, test_case->id),
                               .program = xstrdup(target->program->name),
                               .key = case_hash(suite, target->program, test_case),
                               .target = target,
                               .suite = suite,
                               .test_case = test_case};
  return one;
}

/* Whether another target of the suite, before this one, runs the same program on the same machine: what the cases reach
   does not depend on the runner. */
static bool is_repeated(const struct suite *suite, const struct target *target) {
  for (const struct target *other = suite->targets; other < target; other++)
    if (other->program == target->program && other->machine == target->machine)
      return true;
  return false;
}

static bool add_target(struct session *session, struct suite *suite, struct target *target, struct coverage_list *list,
                       struct bytes *why) {
  struct coverage *coverage = NULL;
  for (size_t i = 0; i < suite->case_count; i++) {
    if (target->runner == RUNNER_COMMAND || !session_selects(session, suite, target, &suite->cases[i]))
      continue;
    coverage = coverage ? coverage : find_or_add(list, target, why);
    if (!coverage)
      return false;
    add_case(coverage, suite, target, &suite->cases[i]);
  }
  if (coverage && target->program->drive == DRIVE_HTTP && target->program->judges_stop)
    add_case(coverage, suite, target, &session->stop)->is_stop = true;
  return true;
}

/* Whether the ELF, or the program that it is in its suite, is meant. */
static bool is_meant(const struct text_list *programs, const struct target *target) {
  const char *slash = strrchr(target->elf, '/');
  const char *names[] = {target->label, target->program->name, slash ? slash + 1 : target->elf};
  for (size_t i = 0; i < programs->count; i++)
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
      if (fnmatch(programs->items[i], names[k], 0) == 0)
        return true;
  return programs->count == 0;
}

static bool choose(struct session *session, const struct text_list *programs, struct coverage_list *list,
                   struct bytes *why) {
  for (size_t i = 0; i < session->suite_count; i++) {
    struct suite *suite = &session->suites[i];
    for (size_t k = 0; k < suite->target_count; k++) {
      struct target *target = &suite->targets[k];
      if (target->machine && is_meant(programs, target) && !is_repeated(suite, target) &&
          !add_target(session, suite, target, list, why))
        return false;
    }
  }
  if (list->count == 0)
    bytes_text(why, "no case of an ELF program is selected (see `bytegate list`)");
  return list->count > 0;
}

/* Measuring */

struct measurement {
  struct coverage_list *list;
  unsigned jobs;
  uint32_t *finished; /* by worker; shared */
  uint32_t total;
};

/* What one worker is at. */
struct share {
  const struct measurement *measurement;
  unsigned index;
  struct workspace *workspace;
  struct probe **probes;
  size_t probe_count;
  struct result *results; /* of type result, one for each of JOBS */
  struct covered_case **cases;
  struct result **jobs;
  size_t job_count;
  bool told; /* of a case that did not pass */
};

static struct probe *add_probe(struct share *share, struct coverage *coverage, const struct covered_case *one) {
  char *name = xasprintf("counts-%zu", share->probe_count);
  char *path = workspace_file(share->workspace, name);
  free(name);
  struct probe *probe = probe_make(coverage, one, path);
  share->probes = xrealloc(share->probes, (share->probe_count + 1) * sizeof(struct probe *));
  share->probes[share->probe_count++] = probe;
  free(path);
  return probe;
}

/* The probe whose target RESULT was judged on. */
static struct probe *probe_of(const struct result *result) {
  return (struct probe *)((char *)result->target - offsetof(struct probe, target));
}

/* The case of stopping the server of TARGET, or NULL. */
static struct covered_case *stop_of(struct coverage *coverage, const struct target *target) {
  for (size_t i = 0; i < coverage->case_count; i++)
    if (coverage->cases[i].target == target && coverage->cases[i].is_stop)
      return &coverage->cases[i];
  return NULL;
}

/* The covered case that RESULT is of. */
static struct covered_case *case_of(const struct share *share, struct probe *probe, const struct result *result) {
  return result == &probe->stop ? stop_of(probe->coverage, probe->original) : share->cases[result - share->results];
}

/* Names the first case that did not pass, and how: what `bytegate verify` says may be another verdict, since what
   counts is not what runs there. */
static void tell_failure(struct share *share, const struct covered_case *one, const struct result *result) {
  if (result->verdict == EQUAL || share->told)
    return;
  fprintf(stderr, "bytegate: %s of %s did not pass while it was measured: %s: %s\n", one->name, one->program,
          verdict_name(result->verdict), result->detail.len ? result->detail.data : "nothing more is known");
  share->told = true;
}

static bool done(void *user, struct result *result) {
  struct share *share = user;
  struct probe *probe = probe_of(result);
  struct covered_case *one = case_of(share, probe, result);
  if (probe->counts)
    probe_collect(probe, one);
  tell_failure(share, one, result);
  /* The byte after the bitmaps: the parent does not see this worker's memory, but it sees these. */
  uint8_t *verdict = &one->bits[probe->coverage->bits_size];
  bool again = *verdict != CASE_UNKNOWN; /* its server was found to have kept something */
  *verdict = result->verdict == EQUAL ? CASE_PASSED : CASE_FAILED;
  share->measurement->finished[share->index]++;
  if (!again && --probe->expected == 0)
    probe_close(probe);
  return true;
}

static void add_job(struct share *share, struct covered_case *one, struct probe *probe) {
  share->cases = xgrow(share->cases, share->job_count, sizeof(struct covered_case *));
  share->results = xgrow(share->results, share->job_count, sizeof *share->results);
  share->results[share->job_count] =
      (struct result){.suite = one->suite, .target = &probe->target, .test_case = one->test_case};
  share->cases[share->job_count++] = one;
}

/* Whether no case before ONE is to be measured on its target. */
static bool is_first(const struct coverage *coverage, const struct covered_case *one) {
  for (const struct covered_case *other = coverage->cases; other < one; other++)
    if (other->target == one->target && !other->known)
      return false;
  return true;
}

/* Takes this worker's part of the cases that are to be measured. A conversation may run beside others, so it has a
   server, and counters, of its own. The server of the first case is the one that is observed while it stops. */
static void take(struct share *share, struct coverage *coverage) {
  const struct measurement *measurement = share->measurement;
  struct probe *probe = NULL;
  for (size_t i = 0; i < coverage->case_count; i++) {
    struct covered_case *one = &coverage->cases[i];
    bool mine = i % measurement->jobs == share->index;
    if (one->known || one->is_stop || !mine)
      continue;
    if (!probe || probe->original != one->target || one->test_case->conversation)
      probe = add_probe(share, coverage, one);
    struct covered_case *stop = stop_of(coverage, one->target);
    if (stop && is_first(coverage, one)) {
      probe->stop = (struct result){.suite = one->suite, .target = &probe->target, .test_case = stop->test_case};
      probe->target.stop = &probe->stop;
      probe->expected++;
    }
    probe->expected++;
    add_job(share, one, probe);
  }
}

static void measure_share(void *user, unsigned index, struct workspace *workspace) {
  struct measurement *measurement = user;
  struct share share = {.measurement = measurement, .index = index, .workspace = workspace};
  for (size_t i = 0; i < measurement->list->count; i++)
    take(&share, &measurement->list->items[i]);
  struct result **jobs = xcalloc(share.job_count, sizeof(struct result *));
  for (size_t i = 0; i < share.job_count; i++)
    jobs[i] = &share.results[i];
  const struct drive_options options = {.lanes = 1, .done = done, .user = &share};
  drive_jobs(workspace, &options, jobs, share.job_count);
  for (size_t i = 0; i < share.job_count; i++)
    result_free(&share.results[i]);
  for (size_t i = 0; i < share.probe_count; i++)
    probe_free(share.probes[i]);
  free(share.probes);
  free(share.results);
  free(share.cases);
  free(jobs);
}

static void show_progress(void *user) {
  const struct measurement *measurement = user;
  uint32_t finished = 0;
  for (unsigned i = 0; i < measurement->jobs; i++)
    finished += measurement->finished[i];
  if (isatty(STDERR_FILENO))
    fprintf(stderr, "\rmeasuring: %u of %u cases%s", finished, measurement->total,
            finished == measurement->total ? "\n" : "");
}

/* Gives each case its place in memory that the workers share. */
static void make_room(struct coverage *coverage) {
  size_t each = coverage->bits_size + 1;
  coverage->shared_size = coverage->case_count * each;
  coverage->shared = shared_memory(coverage->shared_size);
  for (size_t i = 0; i < coverage->case_count; i++)
    coverage->cases[i].bits = coverage->shared + i * each;
}

/* A server's stop is measured after another case: where it is to be measured, so is the first case. Returns how many
   cases are to be measured. */
static uint32_t count_missing(struct coverage *coverage) {
  uint32_t missing = 0;
  for (size_t i = 0; i < coverage->case_count; i++) {
    struct covered_case *one = &coverage->cases[i];
    const struct covered_case *stop = stop_of(coverage, one->target);
    if (stop && !stop->known && is_first(coverage, one))
      one->known = false;
    missing += !one->known;
  }
  return missing;
}

/* What the workers left in the bytes after the bitmaps. A case that was never finished (the run was interrupted, or
   the program could not be started) stays unknown. */
static void take_verdicts(struct coverage *coverage) {
  for (size_t i = 0; i < coverage->case_count; i++) {
    struct covered_case *one = &coverage->cases[i];
    one->known = one->bits[coverage->bits_size] != CASE_UNKNOWN;
    one->passed = one->bits[coverage->bits_size] == CASE_PASSED;
  }
}

static void count_hits(struct coverage *coverage) {
  size_t span = (size_t)coverage->map.span;
  for (size_t what = 0; what < COUNTERS; what++) {
    coverage->hits[what] = xcalloc(span, sizeof(uint32_t));
    for (size_t i = 0; i < coverage->case_count; i++)
      for (size_t k = 0; k < span; k++) {
        size_t bit = what * span + k;
        coverage->hits[what][k] += coverage->cases[i].bits[bit / 8] >> bit % 8 & 1;
      }
  }
}

/* Whether the cases of ONE's program stay together: they are those of one server, which its stop ends. */
static bool stays_together(const struct covered_case *one) { return one->target->program->drive == DRIVE_HTTP; }

/* Leaves out what other shards measure. A case is a job, and so is a server with all of its cases. */
static void part_cases(struct coverage_list *list, struct shard shard) {
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++)
    count += list->items[i].case_count;
  uint64_t *weights = xcalloc(count + 1, sizeof *weights);
  uint32_t *owners = xcalloc(count + 1, sizeof *owners);
  struct covered_case **firsts = xcalloc(count + 1, sizeof(struct covered_case *));
  size_t jobs = 0;
  for (size_t i = 0; i < list->count; i++)
    for (size_t k = 0; k < list->items[i].case_count; k++) {
      struct covered_case *one = &list->items[i].cases[k];
      bool goes_on = k > 0 && stays_together(one) && one[-1].target == one->target;
      if (!goes_on)
        firsts[jobs++] = one;
      weights[jobs - 1]++;
    }
  shard_partition(weights, jobs, shard.count, owners);
  for (size_t job = 0; job < jobs; job++)
    for (size_t k = 0; k < weights[job]; k++)
      firsts[job][k].known = firsts[job][k].left_out = owners[job] != shard.number;
  free(weights);
  free(owners);
  free(firsts);
}

/* Takes what the records say. Returns false where they do not say all. */
static bool take_records(struct coverage_list *list, const struct text_list *from, struct bytes *why) {
  size_t missing = 0;
  size_t all = 0;
  for (size_t i = 0; i < from->count; i++)
    if (!coverage_read_record(list, from->items[i], why))
      return false;
  for (size_t i = 0; i < list->count; i++)
    for (size_t k = 0; k < list->items[i].case_count; k++, all++)
      missing += !list->items[i].cases[k].known;
  if (missing)
    bytes_printf(why,
                 "%zu of %zu cases stand in no record: their shard is missing (`bytegate coverage --shard K/N "
                 "--record FILE` makes it)",
                 missing, all);
  return missing == 0;
}

/* What is to be measured has its place, and what is known is there. Returns how many cases are to be measured. */
static uint32_t prepare(struct coverage_list *list, const struct coverage_part *part, const char *store, bool fresh) {
  uint32_t missing = 0;
  for (size_t i = 0; i < list->count; i++)
    make_room(&list->items[i]);
  if (part->shard.count)
    part_cases(list, part->shard);
  for (size_t i = 0; i < list->count && !(part->from && part->from->count); i++) {
    if (!fresh)
      coverage_load(&list->items[i], store);
    missing += count_missing(&list->items[i]);
  }
  return missing;
}

/* Whether the shard has any case. */
static bool has_cases(const struct coverage_list *list) {
  for (size_t i = 0; i < list->count; i++)
    for (size_t k = 0; k < list->items[i].case_count; k++)
      if (!list->items[i].cases[k].left_out)
        return true;
  return false;
}

bool coverage_measure(struct session *session, const struct text_list *programs, const char *store, bool fresh,
                      const struct coverage_part *part, struct coverage_list *list, struct bytes *why,
                      int *interrupted) {
  *list = (struct coverage_list){0};
  if (!choose(session, programs, list, why) || !probes_check(list, why))
    return false;
  struct measurement measurement = {.list = list, .jobs = session->options->jobs};
  measurement.finished = shared_memory(measurement.jobs * sizeof(uint32_t));
  measurement.total = prepare(list, part, store, fresh);
  const struct workers workers = {
      .count = measurement.jobs, .work = measure_share, .tick = show_progress, .user = &measurement};
  *interrupted = measurement.total ? run_workers(&workers) : 0;
  shared_memory_free(measurement.finished, measurement.jobs * sizeof(uint32_t));
  bool good = !part->from || part->from->count == 0 || take_records(list, part->from, why);
  if (good && part->shard.count && !has_cases(list)) {
    bytes_printf(why, "shard %u of %u is empty; nothing is proven (use fewer shards)", part->shard.number,
                 part->shard.count);
    good = false;
  }
  for (size_t i = 0; i < list->count; i++) {
    take_verdicts(&list->items[i]);
    count_hits(&list->items[i]);
    if (measurement.total && good)
      good = coverage_save(&list->items[i], store, why);
  }
  return good && (!part->record || coverage_write_record(list, part->record, why));
}

void coverage_free(struct coverage_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    struct coverage *coverage = &list->items[i];
    for (size_t k = 0; k < coverage->case_count; k++) {
      free(coverage->cases[k].name);
      free(coverage->cases[k].program);
    }
    for (size_t k = 0; k < COUNTERS; k++)
      free(coverage->hits[k]);
    shared_memory_free(coverage->shared, coverage->shared_size);
    program_map_free(&coverage->map);
    free(coverage->cases);
    free(coverage->elf);
    free(coverage->name);
    bytes_free(&coverage->others);
  }
  free(list->items);
  *list = (struct coverage_list){0};
}

/* SPDX-License-Identifier: MIT */
