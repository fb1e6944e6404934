/* The case runs through the very driver that found its fault; only the command line is another one: the tracer stands
   before the program, or of the emulator with the plugin. */
#include "harness/blame/blame_observe.h"
#include "harness/base/clock.h"
#include "harness/base/command.h"
#include "harness/base/companion.h"
#include "harness/suite/suite.h"

#include "harness/base/machine.h"
#include "harness/drive/drive.h"
#include "harness/helpers/plugin/calls.h"
#include "harness/process/workspace.h"

#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The emulator with its plugin is slower than what the suites' deadlines are made for; so is a traced program. */
enum { PATIENCE = 10 };
/* Where the memory of a 32-bit program begins in its emulator: where the kernel puts nothing by itself. */
#define NARROW_BASE "0x1000000000"

/* Seconds, of a machine that has nothing else to do, that a run under another observer may take. */
static const double BRIEF = 2;

const struct machine *observed_machine(const struct target *target) {
  return !target->machine && target->runner == RUNNER_NATIVE ? host_machine() : target->machine;
}

enum call_numbers observed_calls(const struct target *target) {
  const struct machine *machine = observed_machine(target);
  return machine ? machine->calls : CALLS_UNKNOWN;
}

const void *observed_bytes(const struct observed *record) { return record + 1; }

/* ---- Tasks and their memory -------------------------------------------------------------------------------------- */

const struct observed *task_begin(const struct observation *observation, uint32_t task) {
  for (size_t i = 0; i < observation->count; i++)
    if (observation->records[i]->kind == OBSERVED_TASK && observation->records[i]->task == task)
      return observation->records[i];
  return NULL;
}

uint32_t task_process(const struct observation *observation, uint32_t task) {
  const struct observed *begin = task_begin(observation, task);
  return begin && begin->arguments[1] & CLONE_THREAD ? task_process(observation, (uint32_t)begin->arguments[0]) : task;
}

const char *task_file(const struct observation *observation, size_t index) {
  uint32_t space = observation->records[index]->space;
  for (size_t i = index + 1; i-- > 0 && space;) {
    const struct observed *record = observation->records[i];
    if (record->space != space)
      continue;
    if (record->kind == OBSERVED_EXEC)
      return observed_bytes(record);
    /* It was forked: the file is that of the task that did it. */
    if (record->kind == OBSERVED_TASK && !(record->arguments[1] & CLONE_VM)) {
      uint32_t parent = (uint32_t)record->arguments[0];
      while (i > 0 && observation->records[i]->task != parent)
        i--;
      space = observation->records[i]->task == parent ? observation->records[i]->space : 0;
    }
  }
  return NULL;
}

/* The call of PARENT that record CHILD, the beginning of a task, came of: the last before it. */
static size_t fork_of(const struct observation *observation, size_t child, uint32_t parent) {
  const struct machine *machine = observed_machine(observation->result.target);
  for (size_t i = child; machine && i-- > 0;) {
    const struct observed *record = observation->records[i];
    const struct call *call = record->kind == OBSERVED_CALL ? call_of(machine->calls, record->number) : NULL;
    if (record->task == parent && call && call->role == CALL_FORKS)
      return i;
  }
  return child;
}

struct memory observed_memory(const struct observation *observation, size_t index) {
  bool there = index < observation->count;
  uint32_t space = there ? observation->records[index]->space : 0;
  struct memory memory = {.parts = {{space, index}}, .count = 1};
  for (size_t i = there ? index : observation->count; i-- > 0 && memory.count < MEMORY_SPACES;) {
    const struct observed *record = observation->records[i];
    if (record->space != space)
      continue;
    if (record->kind == OBSERVED_EXEC)
      return memory;
    if (record->kind != OBSERVED_TASK || record->arguments[1] & CLONE_VM)
      continue;
    i = fork_of(observation, i, (uint32_t)record->arguments[0]);
    space = observation->records[i]->space;
    memory.parts[memory.count].space = space;
    memory.parts[memory.count++].until = i;
  }
  return memory;
}

bool memory_holds(const struct memory *memory, const struct observation *observation, size_t index) {
  for (size_t i = 0; i < memory->count; i++)
    if (index < memory->parts[i].until && memory->parts[i].space == observation->records[index]->space)
      return true;
  return false;
}

/* ---- The run ----------------------------------------------------------------------------------------------------- */

static char *stores_wanted(const struct observation_options *options) {
  struct bytes text = {0};
  bytes_text(&text, "");
  for (int i = 0; i < options->watch_count; i++)
    bytes_printf(&text, ",watch=0x%llx", (unsigned long long)options->watches[i]);
  if (options->store_pc)
    bytes_printf(&text, ",store=0x%llx", (unsigned long long)options->store_pc);
  if (options->load_pc)
    bytes_printf(&text, ",load=0x%llx", (unsigned long long)options->load_pc);
  return text.data;
}

/* Puts the tracer before the program of TARGET, and the plugin into its emulator. Returns false where that emulator is
   missing. */
static bool add_observer(struct target *target, const char *gate, const char *log,
                         const struct observation_options *options, struct bytes *why) {
  const char *samples = options->samples ? ",samples" : options->steps ? ",steps" : "";
  char *wanted = stores_wanted(options);
  char *plugin = companion_of(gate, "plugin/observe_run.so");
  const char *name = target->machine ? target->machine->qemu_dynamic : "qemu";
  char *qemu = target->runner == RUNNER_QEMU ? find_command(name) : NULL;
  bool good = target->runner != RUNNER_QEMU || (qemu && access(plugin, R_OK) == 0);
  char *what = target->runner != RUNNER_QEMU ? xasprintf("calls%s%s", samples, wanted)
                                             : xasprintf("state=%s.state%s", log, samples);
  bool narrow = target->machine && target->machine->class == ELFCLASS32;
  char *plugged =
      xasprintf("%s,log=%s,state=%s.state%s%s", plugin, log, log, narrow ? ",base=" NARROW_BASE : "", wanted);
  prefix_wrap(&target->prefix, (const char *const[]){gate, "observe", "--", log, what, NULL});
  if (target->runner == RUNNER_QEMU && good) {
    prefix_emulate(&target->prefix,
                   (const char *const[]){qemu, "-plugin", plugged, narrow ? "-B" : NULL, NARROW_BASE, NULL});
  } else if (good) {
    prefix_emulate(&target->prefix, (const char *const[]){NULL});
  } else if (!qemu) {
    bytes_printf(why, "%s is not on the PATH (install qemu-user; qemu-user-static takes no plugin)", name);
  } else {
    bytes_printf(why, "%s is not there (run `make` to build it)", plugin);
  }
  target->prefix.parents++;
  target->prefix.observes = true;
  /* The end that shows is the tracer's. */
  target->runner = RUNNER_NATIVE;
  free(what);
  free(plugged);
  free(wanted);
  free(plugin);
  free(qemu);
  return good;
}

static bool go_on(void *user, struct result *result) {
  (void)user;
  (void)result;
  return true;
}

static void index_records(struct observation *observation) {
  struct span log = span_of(&observation->log);
  for (size_t at = 0; log.len - at >= sizeof(struct observed);) {
    const struct observed *record = (const struct observed *)(const void *)(log.data + at);
    if (record->size > log.len - at - sizeof *record)
      return;
    observation->records = xgrow(observation->records, observation->count, sizeof *observation->records);
    observation->records[observation->count++] = record;
    at += sizeof *record + record->size;
  }
}

/* Makes the files that the observer writes. */
static void make_files(const char *log) {
  const struct observed_states start = {0};
  char *state = xasprintf("%s.state", log);
  int failed = write_file(log, (struct span){"", 0});
  if (!failed)
    failed = write_file(state, (struct span){(const char *)&start, sizeof start});
  if (failed)
    die("%s: %s", log, strerror(failed));
  free(state);
}

/* Drives the one case of OBSERVATION's result. Folders are numbered by launch, and their names stand on the program's
   stack; the folder of the last observation is gone, so each gets the same number. */
static void drive(struct workspace *workspace, struct observation *observation) {
  const struct drive_options options = {.lanes = 1, .done = go_on, .tries_on = true};
  struct result *job = &observation->result;
  unsigned launches = workspace->launches;
  int interrupted = drive_jobs(workspace, &options, &job, 1);
  workspace->launches = launches;
  /* Code around this that watches for the signal gets it now; without such code, the signal ends this process. */
  if (interrupted)
    raise(interrupted);
}

/* What the observer itself had to say, as the failure of the observation. */
static bool was_refused(const struct observation *observation, struct bytes *why) {
  for (size_t i = 0; i < observation->count; i++)
    if (observation->records[i]->kind == OBSERVED_REFUSAL) {
      bytes_text(why, observed_bytes(observation->records[i]));
      return true;
    }
  if (observation->count == 0)
    bytes_printf(why, "the observer noted nothing: %s", span_of(&observation->result.detail).data);
  return observation->count == 0;
}

static uint64_t latest_ns;

void observe_until(uint64_t until_ns) { latest_ns = until_ns; }

/* Gives TARGET no more time than there is. Returns false, and WHY says so, where there is none. */
static bool limit(struct target *target, struct bytes *why) {
  uint64_t now = now_ns();
  if (!latest_ns)
    return true;
  double left = now < latest_ns ? (double)(latest_ns - now) / 1e9 : 0;
  target->deadline = target->deadline < left ? target->deadline : left;
  target->start_deadline = target->start_deadline < left ? target->start_deadline : left;
  if (left <= 0)
    bytes_text(why, "there was no time left to look (`bytegate blame` takes as much as it needs)");
  return left > 0;
}

bool observe_case(struct workspace *workspace, const char *gate, const struct result *result,
                  const struct observation_options *options, struct observation *observation, struct bytes *why) {
  *observation = (struct observation){.result = {.suite = result->suite, .target = result->target}};
  if (result->target->runner == RUNNER_COMMAND) {
    bytes_text(why, "a command of its suite's runs it ('runner'), and within that a program is not followed");
    return false;
  }
  struct target target = target_copy(result->target);
  char *log = workspace_file(workspace, "observed");
  *observation = (struct observation){.result = {.suite = result->suite, .target = &target}};
  /* How a server stops shows after any case. */
  struct result stop = {.suite = result->suite, .target = &target, .test_case = result->test_case};
  observation->result.test_case = result == result->target->stop ? &result->suite->cases[0] : result->test_case;
  target.deadline = options->deadline > 0 ? options->deadline : target.deadline * PATIENCE;
  target.start_deadline = options->start_deadline > 0 ? options->start_deadline : target.start_deadline * PATIENCE;
  bool good = limit(&target, why) && add_observer(&target, gate, log, options, why);
  target.stop = result == result->target->stop ? &stop : NULL;
  if (good) {
    make_files(log);
    drive(workspace, observation);
    bytes_read_file(&observation->log, log);
    index_records(observation);
    good = !was_refused(observation, why);
  }
  if (result == result->target->stop) {
    result_free(&observation->result);
    observation->result = stop;
  }
  observation->result.target = result->target;
  target_free(&target);
  free(log);
  if (!good)
    observation_free(observation);
  return good;
}

void observe_under(struct workspace *workspace, const struct result *result, const char *const *words) {
  struct bytes why = {0};
  struct target target = target_copy(result->target);
  struct observation observation = {
      .result = {.suite = result->suite, .target = &target, .test_case = result->test_case}};
  prefix_wrap(&target.prefix, words);
  target.prefix.parents++;
  target.prefix.observes = true;
  target.runner = RUNNER_NATIVE;
  double brief = BRIEF * clock_share();
  target.deadline = target.deadline < brief ? target.deadline : brief;
  target.start_deadline = target.start_deadline < brief ? target.start_deadline : brief;
  if (limit(&target, &why))
    drive(workspace, &observation);
  bytes_free(&why);
  result_free(&observation.result);
  target_free(&target);
}

void observation_free(struct observation *observation) {
  result_free(&observation->result);
  bytes_free(&observation->log);
  free(observation->records);
  *observation = (struct observation){0};
}

/* SPDX-License-Identifier: MIT */
