/* Where a program crashed, ended, hangs, or left a process behind. */
#include "harness/blame/blame.h"
#include "harness/suite/target.h"

#include "harness/base/clock.h"
#include "harness/blame/blame_observe.h"
#include "harness/blame/blame_program.h"
#include "harness/helpers/plugin/calls.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A hang is watched for so long, in seconds of a machine that has nothing else to do, or for a few of its deadlines
   where these are short; of its samples the last quarter counts, when it does nothing else any more. */
static const double HANG_TIME = 1.5;
enum { HANG_DEADLINES = 5 };

enum { MOST_SPOTS = 3 };

/* ---- Crashes ---------------------------------------------------------------------------------------------------- */

/* Whether nothing happens to a program that has not asked for this signal (signal(7)). */
static bool is_ignored(int number) {
  return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
}

static bool is_exit(const struct observed *record, enum call_numbers numbers) {
  const struct call *call = record->kind == OBSERVED_CALL ? call_of(numbers, record->number) : NULL;
  return call && call->role == CALL_EXITS;
}

/* The record of the signal that ended the program; NULL: it ended itself, after whatever signal. An emulator raises the
   guest's signal once more at itself, without an address: then the record before, of the same signal with an address,
   is the one. */
static const struct observed *fatal_signal(const struct observation *observation, enum call_numbers numbers) {
  const struct observed *last = NULL;
  for (size_t i = observation->count; i-- > 0;) {
    const struct observed *record = observation->records[i];
    if (task_process(observation, record->task) != 0)
      continue;
    if (!last && is_exit(record, numbers))
      return NULL;
    if (record->kind != OBSERVED_SIGNAL || is_ignored(record->number))
      continue;
    if (last && record->number != last->number)
      return last;
    if (record->result > 0)
      return record;
    last = last ? last : record;
  }
  return last;
}

static const char *code_text(const struct observed *record) {
  if (record->number == SIGSEGV && record->result == SEGV_MAPERR)
    return ", nothing is mapped there";
  if (record->number == SIGSEGV && record->result == SEGV_ACCERR)
    return ", the mapping does not allow it";
  return record->result < 0 || record->number == SIGABRT ? ", sent by a process" : "";
}

/* Whether the program crashed because it went where no code is. */
static bool is_without_code(const struct observed *record) {
  return record->result > 0 && (record->number == SIGSEGV || record->number == SIGBUS) && record->address == record->pc;
}

static void describe_crash(struct blamed_program *program, const struct observed *record, struct bytes *out) {
  struct code code;
  bool has_address = record->result > 0 && (record->number == SIGSEGV || record->number == SIGBUS);
  bytes_printf(out, "crashed   at ");
  blamed_place(program, record->pc, out);
  if (blamed_code(program, record->pc, &code))
    bytes_printf(out, "  %s", code.text);
  bytes_printf(out, "\n          signal %d (%s)", record->number, strsignal(record->number));
  if (has_address) {
    bytes_text(out, " for address ");
    blamed_place(program, record->address, out);
  }
  bytes_printf(out, "%s\n", code_text(record));
  if (is_without_code(record))
    bytes_text(out, "          no code is there: a return or a jump led to a wrong address; `bytegate "
                    "check` looks for stacks\n          that do not end as they begin, and `bytegate bisect --elf` "
                    "compares with a build that is right\n");
  blamed_backtrace(program, record, "          ", out);
}

/* ---- Hangs ------------------------------------------------------------------------------------------------------ */

/* Samples of one task in one system call, or in one routine. */
struct spot {
  const struct observed *sample; /* the last of them */
  long call;                     /* -1: it runs */
  const char *routine;
  uint64_t first, last; /* addresses */
  size_t count;
};

static struct spot *spot_of(struct spot *spots, size_t *count, const struct observed *sample, const char *routine) {
  for (size_t i = 0; i < *count; i++)
    if (spots[i].sample->task == sample->task && spots[i].call == sample->number &&
        (sample->number >= 0 ? spots[i].first == sample->pc
                             : routine && spots[i].routine && strcmp(spots[i].routine, routine) == 0))
      return &spots[i];
  spots[*count] = (struct spot){
      .sample = sample, .call = sample->number, .routine = routine, .first = sample->pc, .last = sample->pc};
  return &spots[(*count)++];
}

/* Task by task, that first in which most samples are. */
static int by_task(const void *a, const void *b) {
  const struct spot *x = a;
  const struct spot *y = b;
  if (x->sample->task != y->sample->task)
    return (x->sample->task > y->sample->task) - (x->sample->task < y->sample->task);
  return (x->count < y->count) - (x->count > y->count);
}

/* The record of the call that TASK was in at SAMPLE, or NULL. */
static const struct observed *call_at(const struct observation *observation, const struct observed *sample) {
  const struct observed *call = NULL;
  for (size_t i = 0; i < observation->count && observation->records[i] != sample; i++)
    if (observation->records[i]->kind == OBSERVED_CALL && observation->records[i]->task == sample->task)
      call = observation->records[i];
  return call && call->number == sample->number ? call : NULL;
}

static const char *state_word(char state) {
  return state == 'R'   ? "running"
         : state == 'S' ? "sleeping"
         : state == 'D' ? "waiting for a device"
         : state == 'T' ? "stopped"
         : state == 'Z' ? "ended, and not waited for"
                        : NULL;
}

/* Describes the SPOT that SAMPLES samples of its task were taken for. */
static void describe_spot(const struct blamed_program *program, const struct observation *observation,
                          const struct spot *spot, size_t samples, struct bytes *out) {
  size_t at = 0;
  while (observation->records[at] != spot->sample)
    at++;
  const char *file = task_file(observation, at);
  const struct observed *call = spot->call >= 0 ? call_at(observation, spot->sample) : NULL;
  const char *state = state_word((char)spot->sample->result);
  bytes_text(out, spot->call >= 0 ? "waits     in " : "spins     at ");
  if (call)
    blamed_call(program, call, out);
  else if (spot->call >= 0)
    blamed_call_name(program, spot->call, out);
  if (spot->call >= 0)
    bytes_text(out, " at ");
  blamed_place_of(program, file, spot->first, out);
  if (spot->last != spot->first) {
    bytes_text(out, "\n          to ");
    blamed_place_of(program, file, spot->last, out);
  }
  bytes_printf(out, "\n          %zu of %zu samples", spot->count, samples);
  if (state)
    bytes_printf(out, ", %s", state);
  if (spot->sample->size)
    bytes_printf(out, " in the kernel's %s", (const char *)observed_bytes(spot->sample));
  bytes_text(out, "\n");
}

/* Describes the COUNT spots of one task, from SPOTS on. Where it is not the program's only one, it is named. */
static void describe_task(const struct blamed_program *program, const struct observation *observation,
                          const struct spot *spots, size_t count, bool alone, struct bytes *out) {
  size_t samples = 0;
  for (size_t i = 0; i < count; i++)
    samples += spots[i].count;
  if (!alone) {
    bytes_text(out, "task      ");
    add_task(program, observation, spots->sample->task, out);
    bytes_text(out, "\n");
  }
  for (size_t i = 0; i < count && i < MOST_SPOTS; i++)
    describe_spot(program, observation, &spots[i], samples, out);
}

/* Sums up the last quarter of the samples, of each process and thread that was there then. */
static void describe_hang(const struct blamed_program *program, const struct observation *observation,
                          struct bytes *out) {
  struct spot *spots = xcalloc(observation->count + 1, sizeof *spots);
  size_t count = 0;
  size_t total = 0;
  size_t seen = 0;
  for (size_t i = 0; i < observation->count; i++)
    total += observation->records[i]->kind == OBSERVED_SAMPLE;
  for (size_t i = 0; i < observation->count; i++) {
    const struct observed *sample = observation->records[i];
    if (sample->kind != OBSERVED_SAMPLE || seen++ < total - (total + 3) / 4)
      continue;
    const struct map_entry *entry = task_file(observation, i) ? NULL : program_map_at(&program->map, sample->pc);
    struct spot *spot = spot_of(spots, &count, sample, entry ? entry->routine : NULL);
    spot->count++;
    spot->sample = sample;
    spot->first = sample->pc < spot->first ? sample->pc : spot->first;
    spot->last = sample->pc > spot->last ? sample->pc : spot->last;
  }
  qsort(spots, count, sizeof *spots, by_task);
  if (count == 0)
    bytes_text(out, "hangs     where it could not be looked at\n");
  for (size_t i = 0, end = 0; i < count; i = end) {
    while (end < count && spots[end].sample->task == spots[i].sample->task)
      end++;
    describe_task(program, observation, &spots[i], end - i, i == 0 && end == count, out);
  }
  free(spots);
}

/* ---- Ends by itself, and other processes ------------------------------------------------------------------------- */

/* Describes the last call of that ROLE, after LABEL. Returns false where there was none. */
static bool describe_call(const struct blamed_program *program, const struct observation *observation,
                          enum call_role role, const char *label, struct bytes *out) {
  for (size_t i = observation->count; i-- > 0;) {
    const struct observed *record = observation->records[i];
    const struct call *call = call_of(program->calls, record->number);
    if (record->kind != OBSERVED_CALL || !call || call->role != role ||
        (role == CALL_EXITS && task_process(observation, record->task) != 0))
      continue;
    bytes_text(out, label);
    blamed_call_name(program, record->number, out);
    bytes_printf(out, "(%d%s) at ", (int)record->arguments[0], role == CALL_EXITS ? "" : ", ...");
    blamed_place_of(program, task_file(observation, i), record->pc, out);
    bytes_text(out, "\n");
    return true;
  }
  return false;
}

/* Describes what OBSERVATION saw of RESULT, which has come again. */
static bool describe(struct blamed_program *program, const struct observation *observation, const struct result *result,
                     struct bytes *out) {
  const struct observed *fatal = fatal_signal(observation, program->calls);
  if (result->verdict == HUNG)
    describe_hang(program, observation, out);
  else if (result->verdict == LEAKED)
    return describe_call(program, observation, CALL_FORKS, "forked    by ", out);
  else if (fatal)
    describe_crash(program, fatal, out);
  else
    return describe_call(program, observation, CALL_EXITS, "ended     by ", out);
  return true;
}

/* Of a crash where no code is: says which instruction led there, which is seen when the program is run once more, step
   by step. */
static void add_branch(struct workspace *workspace, const char *gate, const struct result *result,
                       struct blamed_program *program, const struct observed *crash, struct bytes *out) {
  const struct observation_options options = {.steps = true};
  struct observation observation;
  struct bytes why = {0};
  struct code code;
  if (observe_case(workspace, gate, result, &options, &observation, &why)) {
    const struct observed *fatal = fatal_signal(&observation, program->calls);
    if (fatal && fatal->pc == crash->pc && fatal->arguments[0]) {
      bytes_text(out, "came      from ");
      blamed_place(program, fatal->arguments[0], out);
      if (blamed_code(program, fatal->arguments[0], &code))
        bytes_printf(out, "  %s", code.text);
      bytes_text(out, "\n");
    }
    observation_free(&observation);
  }
  bytes_free(&why);
}

/* How long a hang of TARGET is watched, in seconds. */
static double hang_time(const struct target *target) {
  double few = HANG_DEADLINES * target->deadline;
  return (few < HANG_TIME ? few : HANG_TIME) * clock_share();
}

bool blame_end(struct workspace *workspace, const char *gate, const struct result *result, struct bytes *out,
               struct bytes *why) {
  bool hung = result->verdict == HUNG;
  bool starts = result->target->program->drive == DRIVE_HTTP && !result->ready;
  double time = hung ? hang_time(result->target) : 0;
  const struct observation_options options = {.samples = hung, .deadline = time, .start_deadline = starts ? time : 0};
  struct observation observation;
  struct blamed_program program;
  if (!observe_case(workspace, gate, result, &options, &observation, why))
    return false;
  blamed_open(result->target, &observation, &program);
  bool again = observation.result.verdict == result->verdict;
  bool seen = again && describe(&program, &observation, result, out);
  const struct observed *fatal = seen && !hung ? fatal_signal(&observation, program.calls) : NULL;
  if (fatal && is_without_code(fatal) && result->target->runner == RUNNER_NATIVE)
    add_branch(workspace, gate, result, &program, fatal, out);
  if (!seen)
    bytes_printf(why, "run again, alone, %s: %s %s",
                 again ? "it did so, and where could not be seen" : "it did not do so",
                 verdict_name(observation.result.verdict), span_of(&observation.result.detail).data);
  blamed_close(&program);
  observation_free(&observation);
  return seen;
}

/* SPDX-License-Identifier: MIT */
