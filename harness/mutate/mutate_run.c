/* Runs cases on mutants. */
#include "harness/base/change.h"
#include "harness/base/clock.h"
#include "harness/base/companion.h"
#include "harness/base/interrupt.h"
#include "harness/mutate/mutate.h"
#include "harness/suite/cases.h"
#include "harness/suite/target.h"

#include "harness/drive/drive.h"
#include "harness/process/confinement.h"
#include "harness/process/workers.h"
#include "harness/process/workspace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A mutant that spins is stopped by the processor time that it takes, which no load of the machine falsifies; one that
   waits, by the clock. */
static const unsigned CPU_MS_NATIVE = 100;
static const unsigned CPU_MS_QEMU = 2000;
static const unsigned CPU_MS_FORKED = 100; /* what takes longer gets a start of its own */
static const double WAIT_SECONDS = 1.0;
static const double START_SECONDS = 4.0; /* until a server is ready */
static const uint64_t SLOW_CASE_NS = 1500000000;
static const double SLOWEST_BASELINE = 30;

/* A program of the suites, on one worker, with the mutant in its place. */
struct stand_in {
  const struct target *original;
  struct target target;
  struct result stop;
};

struct shift {
  struct mutation_run *run;
  struct workspace *workspace;
  char *elf; /* the mutant's path */
  struct bytes image;
  struct stand_in **stand_ins;
  size_t stand_in_count;
  size_t headers;          /* so many bytes at the beginning of the file are the loader's */
  struct drive_kept *kept; /* emulators that fork */
  struct change change;    /* in the memory of what they fork */
  bool forking;            /* runs may be forked */
  bool learning;           /* which of them can be */
  bool *forks;             /* of each case of the coverage: they can be */
  bool *settled;           /* of each case of the coverage: the mutant in hand has passed it */
  /* What the run in hand has found. */
  uint32_t *drawn; /* cases */
  size_t drawn_count;
  struct result *results; /* of each case drawn */
  bool baseline;
  bool to_the_end;      /* servers are judged by how they stop as well */
  enum verdict verdict; /* EQUAL: none has failed */
  uint32_t killer;      /* the case that failed */
};

/* The offset in the file of the byte that is loaded at ADDRESS. In the smallest programs a segment may claim to be
   shorter than what the kernel maps, a page, or its header be cut off; but there the map begins with the file. */
static size_t file_offset(const struct bytes *image, const struct program_map *map, uint64_t address) {
  Elf64_Ehdr header = {0};
  Elf64_Phdr segment;
  if (image->len >= sizeof header)
    memcpy(&header, image->data, sizeof header);
  for (size_t i = 0; i < header.e_phnum; i++) {
    size_t at = header.e_phoff + i * sizeof segment;
    if (at + sizeof segment > image->len)
      break;
    memcpy(&segment, image->data + at, sizeof segment);
    if (segment.p_type == PT_LOAD && address - segment.p_vaddr < segment.p_filesz)
      return (size_t)(segment.p_offset + (address - segment.p_vaddr));
  }
  return (size_t)(address - map->base);
}

/* Writes the program, changed where MUTANT is not NULL, to a file of its own. A file that something still executes
   could not be opened for writing, so it is always a new one. */
static void place(struct shift *shift, const struct mutant *mutant) {
  char before[MUTANT_MOST_BYTES];
  size_t at = mutant ? file_offset(&shift->image, &shift->run->coverage->map, mutant->address) : 0;
  if (mutant && (at + mutant->len > shift->image.len ||
                 memcmp(shift->image.data + at, mutant->entry->bytes + (mutant->address - mutant->entry->address),
                        mutant->len) != 0))
    die("%s: its map does not fit it (run `make`)", shift->run->coverage->elf);
  if (mutant) {
    memcpy(before, shift->image.data + at, mutant->len);
    memcpy(shift->image.data + at, mutant->bytes, mutant->len);
  }
  unlink(shift->elf);
  int failed = write_file(shift->elf, span_of(&shift->image));
  if (failed || chmod(shift->elf, 0755) != 0)
    die("%s: %s", shift->elf, strerror(failed ? failed : errno));
  if (mutant)
    memcpy(shift->image.data + at, before, mutant->len);
}

static struct stand_in *stand_in_for(struct shift *shift, const struct target *original) {
  for (size_t i = 0; i < shift->stand_in_count; i++)
    if (shift->stand_ins[i]->original == original)
      return shift->stand_ins[i];
  struct stand_in *one = xcalloc(1, sizeof *one);
  bool native = original->runner == RUNNER_NATIVE;
  unsigned cpu_ms = native ? CPU_MS_NATIVE : CPU_MS_QEMU;
  *one = (struct stand_in){.original = original, .target = target_copy(original)};
  char *confine = companion_path("confine");
  char *limit = xasprintf("--processor=%u", original->program->drive == DRIVE_HTTP ? 50 * cpu_ms : cpu_ms);
  /* In a whole cell a mutant can write its own folder and nothing else, so it may. */
  bool writes = original->program->confine && strcmp(confinement_state(), "whole") == 0;
  prefix_wrap(&one->target.prefix,
              (const char *const[]){confine, "--profile=strict", limit, writes ? "--writes" : NULL, NULL});
  free(confine);
  free(limit);
  free(one->target.elf);
  one->target.elf = xstrdup(shift->elf);
  /* A mutant that breaks its emulator is as dead as any other. */
  one->target.runner = RUNNER_NATIVE;
  one->target.original = original;
  one->target.change = &shift->change;
  shift->stand_ins = xrealloc(shift->stand_ins, (shift->stand_in_count + 1) * sizeof(struct stand_in *));
  shift->stand_ins[shift->stand_in_count++] = one;
  return one;
}

/* The case that RESULT is of. */
static uint32_t number_of(const struct shift *shift, const struct result *result) {
  const struct coverage *coverage = shift->run->coverage;
  if (result >= shift->results && result < shift->results + shift->drawn_count)
    return shift->drawn[result - shift->results];
  for (uint32_t i = 0; i < coverage->case_count; i++)
    if (coverage->cases[i].test_case == result->test_case &&
        &stand_in_for((struct shift *)shift, coverage->cases[i].target)->target == result->target)
      return i;
  die("a result of no case");
}

/* Tells of a case that fails on the program as it is, and why; not of all where many do. */
static void tell_failure(struct mutation_run *run, uint32_t number, const struct result *result) {
  enum { MOST_TOLD = 5 };
  const struct covered_case *one = &run->coverage->cases[number];
  if (++run->failures <= MOST_TOLD)
    fprintf(stderr, "bytegate: %s %s fails on the program as it is, confined as a mutant: %s: %s\n", one->program,
            one->name, verdict_name(result->verdict), span_of(&result->detail).data);
}

static bool done(void *user, struct result *result) {
  struct shift *shift = user;
  struct mutation_run *run = shift->run;
  if (verdict_is_infrastructure(result->verdict))
    die("%s: %s", result->test_case->id, span_of(&result->detail).data);
  uint32_t number = number_of(shift, result);
  if (shift->baseline) {
    run->case_duration[number] = result->duration_ns;
    if (result->verdict != EQUAL)
      tell_failure(run, number, result);
    run->case_usable[number] = result->verdict != EQUAL ? CASE_FAILS : result->duration_ns < SLOW_CASE_NS;
    return true;
  }
  shift->settled[number] |= shift->forking && !shift->learning && result->verdict == EQUAL;
  if (shift->learning) {
    shift->forks[number] = result->forked;
    return true;
  }
  if (result->verdict != EQUAL && shift->verdict == EQUAL) {
    shift->killer = number;
    shift->verdict = result->verdict;
  }
  return result->verdict == EQUAL;
}

/* Has the stop of the server of TARGET judged, if its suite wants that. */
static void attach_stop(struct shift *shift, const struct target *target) {
  const struct mutation_run *run = shift->run;
  struct stand_in *stand_in = stand_in_for(shift, target);
  for (uint32_t i = 0; i < run->coverage->case_count && !stand_in->target.stop; i++) {
    const struct covered_case *one = &run->coverage->cases[i];
    if (one->target != target || !one->is_stop || (!shift->baseline && run->case_usable[i] != CASE_USABLE))
      continue;
    result_free(&stand_in->stop);
    stand_in->stop = (struct result){.suite = one->suite, .target = &stand_in->target, .test_case = one->test_case};
    stand_in->target.stop = &stand_in->stop;
  }
}

/* Readies the stand-ins for the cases drawn: their patience, and whether they are judged when they stop. */
static void prepare(struct shift *shift) {
  const struct mutation_run *run = shift->run;
  for (size_t i = 0; i < shift->stand_in_count; i++) {
    shift->stand_ins[i]->target.deadline = WAIT_SECONDS;
    shift->stand_ins[i]->target.start_deadline = shift->baseline ? SLOWEST_BASELINE : START_SECONDS;
    shift->stand_ins[i]->target.stop = NULL;
  }
  for (size_t i = 0; i < shift->drawn_count; i++) {
    uint32_t number = shift->drawn[i];
    struct target *target = &stand_in_for(shift, run->coverage->cases[number].target)->target;
    double seconds = shift->baseline ? SLOWEST_BASELINE : WAIT_SECONDS + 20 * (double)run->case_duration[number] / 1e9;
    target->deadline = target->deadline < seconds ? seconds : target->deadline;
    if (run->coverage->cases[number].is_stop || shift->to_the_end)
      attach_stop(shift, run->coverage->cases[number].target);
  }
}

/* Runs the cases drawn until one fails, in their order. Returns a signal or 0. */
static int drive(struct shift *shift) {
  const struct coverage *coverage = shift->run->coverage;
  struct result **jobs = xcalloc(shift->drawn_count, sizeof(struct result *));
  size_t count = 0;
  shift->results = xcalloc(shift->drawn_count, sizeof *shift->results);
  shift->verdict = EQUAL;
  prepare(shift);
  for (size_t i = 0; i < shift->drawn_count; i++) {
    const struct covered_case *one = &coverage->cases[shift->drawn[i]];
    if (one->is_stop)
      continue;
    shift->results[i] = (struct result){
        .suite = one->suite, .target = &stand_in_for(shift, one->target)->target, .test_case = one->test_case};
    jobs[count++] = &shift->results[i];
  }
  const struct drive_options options = {
      .lanes = 1, .done = done, .user = shift, .forking = shift->forking ? FORK_ALL : FORK_NONE, .kept = shift->kept};
  int interrupted = count ? drive_jobs(shift->workspace, &options, jobs, count) : 0;
  for (size_t i = 0; i < shift->drawn_count; i++)
    result_free(&shift->results[i]);
  free(shift->results);
  free(jobs);
  return interrupted;
}

/* How many bytes at the beginning of the file IMAGE are headers. */
static size_t count_headers(const struct bytes *image) {
  Elf64_Ehdr header = {0};
  if (image->len >= sizeof header)
    memcpy(&header, image->data, sizeof header);
  size_t end = header.e_phoff + (size_t)header.e_phnum * sizeof(Elf64_Phdr);
  return end > sizeof header ? end : sizeof header;
}

static void begin_shift(struct shift *shift, struct mutation_run *run, struct workspace *workspace) {
  struct bytes why = {0};
  if (!confinement_check(workspace, &why))
    die("%s", why.data);
  *shift = (struct shift){.run = run, .workspace = workspace};
  shift->elf = workspace_file(workspace, run->coverage->name);
  shift->drawn = xcalloc(run->coverage->case_count, sizeof *shift->drawn);
  shift->settled = xcalloc(run->coverage->case_count, sizeof *shift->settled);
  shift->forks = xcalloc(run->coverage->case_count, sizeof *shift->forks);
  int failed = bytes_read_file(&shift->image, run->coverage->elf);
  if (failed)
    die("%s: %s", run->coverage->elf, strerror(failed));
  shift->headers = count_headers(&shift->image);
  shift->kept = drive_keep(workspace);
}

static void end_shift(struct shift *shift) {
  drive_kept_close(shift->kept);
  for (size_t i = 0; i < shift->stand_in_count; i++) {
    result_free(&shift->stand_ins[i]->stop);
    target_free(&shift->stand_ins[i]->target);
    free(shift->stand_ins[i]);
  }
  free(shift->stand_ins);
  free(shift->drawn);
  free(shift->settled);
  free(shift->forks);
  free(shift->elf);
  bytes_free(&shift->image);
}

/* The unchanged program */

/* Which worker has the case NUMBER of the baseline: how a server stops shows after one of its answers alone, so who has
   the first of these has that too. */
static uint32_t worker_of(const struct mutation_run *run, uint32_t number) {
  const struct covered_case *cases = run->coverage->cases;
  for (uint32_t i = 0; cases[number].is_stop && i < run->coverage->case_count; i++)
    if (cases[i].target == cases[number].target && !cases[i].is_stop && cases[i].known)
      return i % run->jobs;
  return number % run->jobs;
}

static void work_on_baseline(void *user, unsigned index, struct workspace *workspace) {
  struct mutation_run *run = user;
  struct shift shift;
  begin_shift(&shift, run, workspace);
  shift.baseline = true;
  for (uint32_t i = 0; i < run->coverage->case_count; i++)
    if (worker_of(run, i) == index && run->coverage->cases[i].known)
      shift.drawn[shift.drawn_count++] = i;
  place(&shift, NULL);
  drive(&shift);
  end_shift(&shift);
}

int mutate_baseline(struct mutation_run *run) {
  const struct workers workers = {.count = run->jobs, .work = work_on_baseline, .user = run};
  return run_workers(&workers);
}

/* Mutants */

/* Whether no case reads the byte of a table or a header that the mutant changes. The kernel's reads are known by the
   first byte alone, so where nobody reads the byte, the first of its entry decides. */
static bool is_unread(const struct coverage *coverage, const struct mutant *mutant) {
  return mutant->entry->kind == MAP_DATA && coverage_hits(coverage, COUNT_EXECUTED, mutant->address) == 0 &&
         coverage_hits(coverage, COUNT_EXECUTED, mutant->entry->address) == 0;
}

/* Whether the case has anything to do with the mutant: executes the instruction, or reads the byte. */
static bool reaches(const struct coverage *coverage, const struct covered_case *one, const struct mutant *mutant) {
  uint64_t address = mutant->address;
  if (coverage_hits(coverage, COUNT_EXECUTED, address) == 0)
    address = mutant->entry->address;
  return case_covers(coverage, one, COUNT_EXECUTED, address);
}

static int by_target(const void *a, const void *b, void *user) {
  const struct mutation_run *run = user;
  uint32_t x = *(const uint32_t *)a;
  uint32_t y = *(const uint32_t *)b;
  uintptr_t p = (uintptr_t)run->coverage->cases[x].target;
  uintptr_t q = (uintptr_t)run->coverage->cases[y].target;
  return p != q ? (p > q) - (p < q) : (run->case_rank[x] > run->case_rank[y]) - (run->case_rank[x] < run->case_rank[y]);
}

/* Draws the cases that reach the mutant and are not settled, the most specific first: those from FROM on, at most MOST.
   FIRST, where it is not 0, is one more than the case to begin with, which FROM does not count. What no case reads, the
   loader may, and then any case tells: the first one does. */
static void draw(struct shift *shift, const struct mutant *mutant, uint32_t first, size_t from, size_t most) {
  const struct mutation_run *run = shift->run;
  size_t seen = 0;
  bool unread = is_unread(run->coverage, mutant);
  most = unread ? 1 : most;
  shift->drawn_count = 0;
  first = first && shift->settled[first - 1] ? 0 : first;
  if (first && from == 0)
    shift->drawn[shift->drawn_count++] = first - 1;
  for (size_t i = 0; i < run->case_count && shift->drawn_count < most; i++) {
    uint32_t number = run->cases[i];
    if (number + 1 == first || shift->settled[number] ||
        !(unread || reaches(run->coverage, &run->coverage->cases[number], mutant)))
      continue;
    if (seen++ >= from)
      shift->drawn[shift->drawn_count++] = number;
  }
  if (shift->drawn_count && run->coverage->cases[shift->drawn[0]].target->program->drive == DRIVE_HTTP)
    qsort_r(shift->drawn, shift->drawn_count, sizeof *shift->drawn, by_target, (void *)run);
}

/* The case of a server's stop is judged when the server of another case stops. Where none of its cases is drawn, draws
   the first that can be used. */
static void draw_company(struct shift *shift) {
  const struct mutation_run *run = shift->run;
  const struct covered_case *cases = run->coverage->cases;
  for (size_t i = 0, count = shift->drawn_count; i < count; i++) {
    const struct target *target = cases[shift->drawn[i]].target;
    bool alone = cases[shift->drawn[i]].is_stop;
    for (size_t k = 0; k < shift->drawn_count && alone; k++)
      alone = cases[shift->drawn[k]].target != target || cases[shift->drawn[k]].is_stop;
    for (size_t k = 0; k < run->case_count && alone; k++)
      if (cases[run->cases[k]].target == target && !cases[run->cases[k]].is_stop) {
        shift->drawn[shift->drawn_count++] = run->cases[k];
        alone = false;
      }
  }
}

/* 1 + the case that killed a mutant of the same instruction last, or else of one shortly before it in the routine; 0:
   none that reaches this one. */
static uint32_t killer_nearby(const struct mutation_run *run, const struct mutant *mutant) {
  enum { NEARBY = 12 };
  const struct map_entry *entries = run->coverage->map.entries;
  size_t number = (size_t)(mutant->entry - entries);
  for (size_t back = 0; back <= number && back < NEARBY; back++) {
    uint32_t last = run->last_killer[number - back];
    if (strcmp(entries[number - back].routine, mutant->entry->routine) != 0)
      return 0;
    if (last && (back == 0 || reaches(run->coverage, &run->coverage->cases[last - 1], mutant)))
      return last;
  }
  return 0;
}

/* Drives the cases NUMBERS on forked runs, in parts: what killed a neighbour, then a few, then all. Returns a signal or
   0. */
static int drive_forked(struct shift *shift, const uint32_t *numbers, size_t count, bool has_first) {
  const struct mutation_run *run = shift->run;
  enum { FEW = 8 };
  int interrupted = 0;
  for (size_t at = 0, most = has_first ? 1 : FEW; at < count && !interrupted && shift->verdict == EQUAL; most *= FEW) {
    size_t part = count - at < most ? count - at : most;
    uint64_t longest = 0;
    memcpy(shift->drawn, numbers + at, part * sizeof *numbers);
    shift->drawn_count = part;
    for (size_t i = 0; i < part; i++)
      longest = run->case_duration[numbers[at + i]] > longest ? run->case_duration[numbers[at + i]] : longest;
    shift->change.processor_ms = CPU_MS_FORKED + (uint32_t)(2 * longest / 1000000);
    interrupted = drive(shift);
    at += part;
  }
  return interrupted;
}

/* Whether the bytes of MUTANT lie in memory alone: what the loader reads of them is what an emulator that runs already
   has read. */
static bool is_in_memory(const struct shift *shift, const struct mutant *mutant) {
  return mutant->len <= CHANGE_MOST_BYTES && !is_unread(shift->run->coverage, mutant) &&
         file_offset(&shift->image, &shift->run->coverage->map, mutant->address) >= shift->headers;
}

/* Makes MUTANT the change of forked runs; NULL: they run the program as it is. */
static void change_runs(struct shift *shift, const struct mutant *mutant) {
  shift->change = (struct change){0};
  if (!mutant)
    return;
  shift->change.address = mutant->address;
  shift->change.length = (uint32_t)mutant->len;
  memcpy(shift->change.bytes, mutant->bytes, mutant->len);
}

/* Tries the mutant on all cases whose runs can be forked, and settles those that it passes. A forked run that fails is
   followed by one with a start of its own, whose verdict counts. Returns a signal or 0; shift->verdict says whether
   one has killed it. */
static int try_forked(struct shift *shift, const struct mutant *mutant, uint32_t first) {
  struct mutation_run *run = shift->run;
  size_t count = 0;
  shift->verdict = EQUAL;
  shift->to_the_end = false;
  if (!is_in_memory(shift, mutant))
    return 0;
  draw(shift, mutant, first, 0, run->coverage->case_count);
  uint32_t *numbers = xcalloc(shift->drawn_count + 1, sizeof *numbers);
  for (size_t i = 0; i < shift->drawn_count; i++)
    if (shift->forks[shift->drawn[i]])
      numbers[count++] = shift->drawn[i];
  if (count) {
    place(shift, mutant);
    change_runs(shift, mutant);
  }
  shift->forking = true;
  int interrupted = drive_forked(shift, numbers, count, first && count && numbers[0] == first - 1);
  shift->forking = false;
  free(numbers);
  return interrupted ? interrupted : interrupt_taken();
}

/* Finds the cases whose runs can be forked, by a run of the program as it is. What they have to translate stays
   translated for the mutants. Returns a signal or 0. */
static int find_forks(struct shift *shift) {
  const struct mutation_run *run = shift->run;
  shift->drawn_count = 0;
  for (size_t i = 0; i < run->case_count; i++) {
    const struct covered_case *one = &run->coverage->cases[run->cases[i]];
    if (!one->is_stop && one->target->runner == RUNNER_QEMU && one->target->program->drive == DRIVE_RUN)
      shift->drawn[shift->drawn_count++] = run->cases[i];
  }
  if (shift->drawn_count == 0)
    return 0;
  place(shift, NULL);
  change_runs(shift, NULL);
  shift->to_the_end = false;
  shift->forking = shift->learning = true;
  int interrupted = drive(shift);
  shift->forking = shift->learning = false;
  return interrupted;
}

/* Tries the mutant in the usual way: on a few cases, and where none kills it, on all. Returns a signal or 0. */
static int try_usually(struct shift *shift, const struct mutant *mutant, uint32_t first) {
  enum { FEW = 6 };
  draw(shift, mutant, first, 0, FEW);
  shift->verdict = EQUAL;
  if (shift->drawn_count == 0)
    return 0;
  bool few = shift->drawn_count < FEW;
  draw_company(shift);
  place(shift, mutant);
  /* What a server does at its start can matter at its end, which reaches none of it. */
  shift->to_the_end = few;
  int interrupted = drive(shift);
  if (!interrupted && shift->verdict == EQUAL && !few) {
    /* The last of the few again: a server that is to be stopped has to run. */
    draw(shift, mutant, first, FEW - (first != 0) - 1, shift->run->coverage->case_count);
    draw_company(shift);
    shift->to_the_end = true;
    interrupted = drive(shift);
  }
  return interrupted;
}

/* Tries one mutant. Returns a signal or 0. */
static int try_mutant(struct shift *shift, uint32_t number) {
  struct mutation_run *run = shift->run;
  const struct mutant *mutant = &run->mutants.items[number];
  struct outcome *outcome = &run->outcomes[number];
  uint32_t first = killer_nearby(run, mutant);
  int interrupted = 0;
  memset(shift->settled, 0, run->coverage->case_count * sizeof *shift->settled);
  draw(shift, mutant, first, 0, 1);
  if (shift->drawn_count == 0) {
    outcome->fate = FATE_NOT_REACHED;
    return 0;
  }
  shift->verdict = EQUAL;
  interrupted = try_forked(shift, mutant, first);
  if (!interrupted && shift->verdict == EQUAL)
    interrupted = try_usually(shift, mutant, first);
  if (interrupted)
    return interrupted;
  outcome->fate = shift->verdict == EQUAL ? FATE_SURVIVED : FATE_KILLED;
  outcome->verdict = shift->verdict;
  outcome->one = shift->killer;
  if (outcome->fate == FATE_KILLED)
    run->last_killer[mutant->entry - run->coverage->map.entries] = shift->killer + 1;
  return 0;
}

static void work_on_mutants(void *user, unsigned index, struct workspace *workspace) {
  struct mutation_run *run = user;
  struct shift shift;
  begin_shift(&shift, run, workspace);
  int interrupted = 0;
  bool begun = false;
  for (size_t i = index; i < run->order_count && !interrupted; i += run->jobs) {
    if (run->deadline && now_ns() > run->deadline)
      break;
    if (run->outcomes[run->order[i]].fate != FATE_UNTRIED)
      continue;
    if (!begun)
      interrupted = find_forks(&shift);
    begun = true;
    interrupted = interrupted ? interrupted : try_mutant(&shift, run->order[i]);
  }
  end_shift(&shift);
}

int mutate_try(struct mutation_run *run, void (*tick)(void *run)) {
  const struct workers workers = {.count = run->jobs, .work = work_on_mutants, .tick = tick, .user = run};
  return run_workers(&workers);
}

/* SPDX-License-Identifier: MIT */
