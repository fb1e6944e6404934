/* main.c: the command `prove`: all cases of all operations, dealt to several processes, and a table of what came out.
 */
#include "isa/prove/faults.h"
#include "isa/prove/hold.h"
#include "isa/prove/lemmas.h"
#include "isa/prove/operations.h"
#include "isa/prove/same.h"
#include "isa/templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OPERATIONS_MOST = 96, RENEW = 200 /* cases, and then the solver begins anew */ };

/* What a machine's cases of one operation came to; shared by the processes, each with a line of its own. */
typedef struct {
  unsigned cases, proved;
  double slowest, seconds; /* of the processor */
} Count;

typedef struct {
  BlIsa isa;
  unsigned job, jobs, step, seen, taken;
  unsigned of_operation[OPERATIONS_MOST];
  const char *only; /* the one operation, or NULL */
  Count *counts;
} Work;

static double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* What this process took of the processor: another's work does not count. */
static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static size_t index_of(const Operation *operation) {
  size_t count, i = 0;
  const Operation *const *all = all_operations(&count);
  while (i < count && all[i] != operation)
    i++;
  return i;
}

/* NAME is one of the functions of machine.h that the operation stands for. */
static bool is_named(const Operation *operation, const char *name) {
  size_t len = strlen(name);
  for (const char *at = operation->name; (at = strstr(at, name)); at += len)
    if ((at == operation->name || at[-1] == ' ') && (!at[len] || at[len] == ' '))
      return true;
  return false;
}

/* Prove the case if it is this process's turn: of each operation the first, and then each one after `step` more. */
static void prove_one(const Case *c, void *context) {
  Work *work = context;
  size_t operation = index_of(c->operation);
  if (work->only && !is_named(c->operation, work->only))
    return;
  if (work->of_operation[operation]++ % work->step)
    return;
  if (work->seen++ % work->jobs != work->job)
    return;
  if (work->taken++ % RENEW == 0)
    bits_begin();
  char report[1024], text[256];
  double start = processor_seconds();
  Verdict verdict = check_case(c, report, sizeof report);
  double seconds = processor_seconds() - start;
  Count *count = &work->counts[operation];
  count->cases++;
  count->proved += verdict == PROVED;
  count->seconds += seconds;
  if (seconds > count->slowest)
    count->slowest = seconds;
  if (verdict == PROVED)
    return;
  case_text(c, text, sizeof text);
  printf("%s: %s: %s\n", verdict == REFUTED ? "REFUTED" : "UNPROVED", text, report);
  fflush(stdout);
}

/* False if any process failed. */
static bool run_jobs(BlIsa isa, unsigned jobs, unsigned step, const char *only, Count *counts) {
  for (unsigned job = 0; job < jobs; job++) {
    Work work = {.isa = isa, .job = job, .jobs = jobs, .step = step, .only = only};
    work.counts = counts + job * OPERATIONS_MOST;
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
      return false;
    if (child == 0) {
      each_case(isa, prove_one, &work);
      fflush(stdout);
      _exit(0);
    }
  }
  bool well = true;
  int status;
  while (wait(&status) > 0)
    well = well && status == 0;
  return well;
}

static void print_counts(BlIsa isa, const Count *counts, unsigned jobs, Count *total) {
  size_t operations;
  const Operation *const *all = all_operations(&operations);
  for (size_t i = 0; i < operations; i++) {
    Count sum = {0};
    for (unsigned job = 0; job < jobs; job++) {
      const Count *one = &counts[job * OPERATIONS_MOST + i];
      sum.cases += one->cases;
      sum.proved += one->proved;
      sum.seconds += one->seconds;
      sum.slowest = one->slowest > sum.slowest ? one->slowest : sum.slowest;
    }
    if (!sum.cases)
      continue;
    printf("%-5s  %-28.28s  %6u of %6u proved  %.2f s, slowest %.2f s\n", bl_machine_row(isa)->name, all[i]->name,
           sum.proved, sum.cases, sum.seconds, sum.slowest);
    total->cases += sum.cases;
    total->proved += sum.proved;
    total->seconds += sum.seconds;
  }
}

/* All operations, or ONLY one, on both machines, each `step`th case. Status 0 if every one is proved. */
static int prove_operations(unsigned step, unsigned jobs, const char *only) {
  size_t operations, bytes = sizeof(Count) * OPERATIONS_MOST * jobs;
  all_operations(&operations);
  Count total = {0};
  double start = now_seconds();
  if (!lemmas_hold())
    return 1;
  for (int isa = 0; isa < ISA_COUNT; isa++) {
    Count *counts = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
      return 3;
    if (!run_jobs((BlIsa)isa, jobs, step, only, counts)) {
      fprintf(stderr, "prove: a process ended before its cases were proved\n");
      return 3;
    }
    print_counts((BlIsa)isa, counts, jobs, &total);
    munmap(counts, bytes);
  }
  if (!total.cases)
    fprintf(stderr, "prove: no operation is called \"%s\": name a function of isa/machine.h\n", only);
  printf("%zu operations, %u of %u cases proved, %u not, %.0f s, %.0f s of the processor\n", operations, total.proved,
         total.cases, total.cases - total.proved, now_seconds() - start, total.seconds);
  return total.cases && total.proved == total.cases ? 0 : 1;
}

static int usage(void) {
  fprintf(stderr,
          "usage: prove operations [STEP [JOBS [NAME]]]   prove each STEPth case (all) in JOBS processes,\n"
          "                                        of one operation, bl_NAME, alone\n"
          "       prove complete                   does every operation have a model, and every template a fault?\n"
          "       prove encoders NAME              name the encoders of NAME.h whose meaning is held, or left out\n"
          "       prove faults                     plant each fault into its template: it must be refuted\n"
          "       prove hold PROGRAM... [ROUNDS]   hold the meanings to the machines that these programs run on,\n"
          "                                        one for each row of isa/machines.h, in its order\n"
          "       prove same MAP                   read lines \"ADDRESS BYTES\", and say of each whether the program\n"
          "                                        does the same with these bytes in place of that instruction\n");
  return 2;
}

int main(int argc, char **argv) {
  bl_machine_trust();
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  unsigned step = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
  unsigned jobs = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : processors > 0 ? (unsigned)processors : 1;
  if (argc >= 2 && !strcmp(argv[1], "operations") && step && jobs)
    return prove_operations(step, jobs, argc > 4 ? argv[4] : NULL);
  if (argc == 2 && !strcmp(argv[1], "faults"))
    return prove_faults();
  if (argc == 2 && !strcmp(argv[1], "complete"))
    return prove_complete();
  if (argc == 3 && !strcmp(argv[1], "encoders"))
    return print_encoders(argv[2]);
  if (argc == 3 && !strcmp(argv[1], "same"))
    return answer_same(argv[2]);
  if (argc >= 2 + ISA_COUNT && !strcmp(argv[1], "hold"))
    return hold_meanings(argv + 2, argc > 2 + ISA_COUNT ? (unsigned)strtoul(argv[2 + ISA_COUNT], NULL, 10) : 200);
  return usage();
}

/* SPDX-License-Identifier: MIT */
