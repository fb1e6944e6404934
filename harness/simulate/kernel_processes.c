/* Calls that make processes, wait for them and send them signals. */
#include "harness/simulate/kernel.h"
#include "harness/simulate/process.h"
#include "harness/simulate/promises.h"
#include "harness/simulate/workers.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int64_t do_getpid(struct world *world, const uint64_t *a) {
  (void)a;
  return world->process->number;
}

/* Who has lost its parent is the child of process 1. */
static int64_t do_getppid(struct world *world, const uint64_t *a) {
  (void)a;
  return world->process->parent ? world->process->parent->number : 1;
}

/* ---- Making ----------------------------------------------------------------------------------------------------- */

/* What a child has of its parent: the same descriptors, and no signal that waits. An epoll instance tells both of what
   it watches, which is not simulated, so that the child may not use it. */
static void inherit(struct process *child, const struct process *parent) {
  child->blocks_signals = parent->blocks_signals;
  child->mappings = parent->mappings;
  child->mapped = parent->mapped;
  child->has_no_groups = parent->has_no_groups;
  child->user = parent->user;
  child->group = parent->group;
  memcpy(child->descriptors, parent->descriptors, sizeof child->descriptors);
  for (size_t i = 0; i < MOST_DESCRIPTORS; i++) {
    struct descriptor *descriptor = &child->descriptors[i];
    descriptor->is_watched = false;
    descriptor->seen = (struct bytes){0};
    if (descriptor->object == OBJECT_POLL || descriptor->object == OBJECT_SIGNALS)
      descriptor->object = OBJECT_INHERITED;
  }
}

/* Whether the process has something open that is simulated for one process alone. */
static bool has_of_its_own(const struct process *process) {
  for (size_t i = 0; i < MOST_DESCRIPTORS; i++)
    if (process->descriptors[i].object == OBJECT_SOCKET || process->descriptors[i].object == OBJECT_FILE)
      return true;
  return process->composed_count != 0;
}

static int64_t do_clone(struct world *world, const uint64_t *a) {
  struct process *parent = world->process;
  if (!world->plan->workers || a[0] != SIGCHLD || a[1] != 0 || parent != world->processes[0] || has_of_its_own(parent))
    world_fail(world, "not simulated", "clone with flags 0x%" PRIx64 ", %s workers, by %s", a[0],
               world->plan->workers ? "with" : "without", process_name(world, parent));
  int error = kernel_fault(world, "clone", NO_OBJECT);
  if (error || world->over) {
    worker_not_made(world);
    return -error;
  }
  struct process *child = process_add(world, parent);
  inherit(child, parent);
  child->emulator = emulator_copy(parent->emulator);
  world_tell(world, "%s is made", process_name(world, child));
  worker_made(world);
  return child->number;
}

/* ---- Waiting ---------------------------------------------------------------------------------------------------- */

static int64_t do_wait4(struct world *world, const uint64_t *a) {
  bool has_children = false;
  if ((int32_t)a[0] != -1 || a[1] != 0 || a[2] != WNOHANG)
    world_fail(world, "not simulated", "wait4 of process %" PRId64 " with options 0x%" PRIx64, (int64_t)a[0], a[2]);
  for (size_t i = 0; i < world->process_count; i++) {
    struct process *child = world->processes[i];
    if (child->parent != world->process || child->state == PROCESS_GONE)
      continue;
    has_children = true;
    if (child->state != PROCESS_ENDED)
      continue;
    child->state = PROCESS_GONE;
    return child->number;
  }
  return has_children ? 0 : -ECHILD;
}

/* Takes a signal, the one with the lowest number first, if one has come. */
static int64_t look_for_signal(struct world *world) {
  struct process *process = world->process;
  int64_t taken = WAITS;
  if (process->hangups) {
    process->hangups--;
    taken = SIGHUP;
  } else if (process->signals) {
    process->signals--;
    taken = SIGTERM;
  } else if (process->child_has_ended) {
    process->child_has_ended = false;
    taken = SIGCHLD;
  } else if (world->now >= process->wait_end) {
    taken = -EAGAIN;
  }
  if (taken != WAITS)
    process->has_fault = false;
  return taken;
}

static int64_t do_rt_sigtimedwait(struct world *world, const uint64_t *a) {
  struct process *process = world->process;
  int64_t time[2];
  uint64_t set;
  const void *set_place = kernel_memory(world, a[0], sizeof set, false);
  const void *time_place = a[2] ? kernel_memory(world, a[2], sizeof time, false) : NULL;
  if (!set_place || (a[2] && !time_place))
    return -EFAULT;
  memcpy(&set, set_place, sizeof set);
  if (set != (UINT64_C(1) << (SIGTERM - 1) | 1 << (SIGINT - 1) | 1 << (SIGHUP - 1) | 1 << (SIGCHLD - 1)))
    world_fail(world, "not simulated", "rt_sigtimedwait for the signals 0x%" PRIx64, set);
  promises_hold(world);
  int error = kernel_fault(world, "rt_sigtimedwait", NO_OBJECT);
  if (error)
    return -error;
  process->wait_end = NEVER;
  if (time_place) {
    memcpy(time, time_place, sizeof time);
    process->wait_end = world->now + time[0] * SECOND + time[1];
  }
  process->look = look_for_signal;
  return WAITS;
}

/* ---- Signals ---------------------------------------------------------------------------------------------------- */

static int64_t do_kill(struct world *world, const uint64_t *a) {
  for (size_t i = 0; i < world->process_count; i++) {
    struct process *process = world->processes[i];
    if (process->number != a[0] || process->state == PROCESS_GONE)
      continue;
    if (a[1] != SIGTERM && a[1] != SIGINT && a[1] != SIGHUP)
      world_fail(world, "not simulated", "signal %" PRIu64 " is sent to %s", a[1], process_name(world, process));
    process_signal(world, process, (int)a[1]);
    return 0;
  }
  world_fail(world, "signal to nobody", "%" PRIu64 " is sent to process %" PRId64 ", which is none of its own", a[1],
             (int64_t)a[0]);
  return -ESRCH;
}

static int64_t do_prctl(struct world *world, const uint64_t *a) {
  if (a[0] == PR_SET_PDEATHSIG && a[1] == SIGTERM)
    world->process->ends_with_parent = true;
  return 0;
}

/* Whether PROCESS may end by itself, and with that STATUS. */
static void judge_exit(struct world *world, const struct process *process, int status) {
  const char *name = process_name(world, process);
  bool is_told = process->terminated_at != NEVER || (world->plan->workers && world->terminated_at != NEVER);
  if (!is_told)
    world_fail(world, "exit", "%s ends with status %d, and nobody has told it to", name, status);
  else if (status != 0)
    world_fail(world, "exit", "%s ends with status %d after SIGTERM", name, status);
  else
    promises_at_exit(world, process);
  for (size_t i = 1; i < world->process_count && process == world->processes[0] && !world->over; i++)
    if (process_lives(world->processes[i]) && world->now < process->terminated_at + END_WRITING)
      world_fail(world, "exit", "the program ends before %s", process_name(world, world->processes[i]));
}

static int64_t do_exit_group(struct world *world, const uint64_t *a) {
  judge_exit(world, world->process, (int)(a[0] & 0xff));
  process_end(world, world->process, false);
  return 0;
}

const struct handler_row process_handlers[] = {{"getpid", do_getpid},
                                               {"getppid", do_getppid},
                                               {"clone", do_clone},
                                               {"wait4", do_wait4},
                                               {"rt_sigtimedwait", do_rt_sigtimedwait},
                                               {"kill", do_kill},
                                               {"prctl", do_prctl},
                                               {"exit_group", do_exit_group},
                                               {"exit", do_exit_group},
                                               {NULL, NULL}};

/* SPDX-License-Identifier: MIT */
