#include "harness/simulate/process.h"

#include "harness/simulate/kernel.h"
#include "harness/simulate/promises.h"
#include "harness/simulate/workers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Of the first process, and of the next ones. */
enum { FIRST_NUMBER = 100 };

/* ---- Coming and going ------------------------------------------------------------------------------------------- */

struct process *process_add(struct world *world, struct process *parent) {
  struct process *process = xcalloc(1, sizeof *process);
  process->number = FIRST_NUMBER + (unsigned)world->process_count;
  process->parent = parent;
  process->terminated_at = NEVER;
  process->lacking_round = UINT64_MAX;
  world->processes = xgrow(world->processes, world->process_count, sizeof *world->processes);
  world->processes[world->process_count++] = process;
  return process;
}

void processes_free(struct world *world) {
  for (size_t i = 0; i < world->process_count; i++) {
    struct process *process = world->processes[i];
    for (size_t fd = 0; fd < MOST_DESCRIPTORS; fd++)
      bytes_free(&process->descriptors[fd].seen);
    if (process->emulator)
      emulator_close(process->emulator);
    free(process->composed);
    free(process);
  }
  free(world->processes);
}

bool process_lives(const struct process *process) { return process->state < PROCESS_ENDED; }

const char *process_name(const struct world *world, const struct process *process) {
  static char name[32];
  if (process == world->processes[0])
    return "the program";
  snprintf(name, sizeof name, "worker %u", process->number);
  return name;
}

void process_signal(struct world *world, struct process *process, int number) {
  if (!process_lives(process))
    return;
  world_tell(world, "%s to %s", number == SIGHUP ? "SIGHUP" : "SIGTERM", process_name(world, process));
  if (!process->blocks_signals)
    world_fail(world, "not simulated", "a signal is not blocked, and would end %s", process_name(world, process));
  if (number == SIGHUP) {
    process->hangups++;
    return;
  }
  process->signals++;
  process->terminated_at = process->terminated_at == NEVER ? world->now : process->terminated_at;
  if (process == world->processes[0])
    workers_to_end(world);
}

/* What the kernel closes of a process that has ended. Its clients see the end of their connections. */
static void close_all(struct world *world, struct process *process, bool by_force) {
  for (size_t fd = 0; fd < MOST_DESCRIPTORS; fd++) {
    struct descriptor *descriptor = &process->descriptors[fd];
    if (descriptor->object == OBJECT_SOCKET) {
      descriptor->client->state = CLIENT_CLOSED;
      descriptor->client->excused |= by_force;
      descriptor->client->is_unlogged = true;
    }
    bytes_free(&descriptor->seen);
    *descriptor = (struct descriptor){0};
  }
  process->composed_count = 0;
  listener_closed(world);
}

/* The children of a process that has ended have none any more that waits for them. */
static void leave_children(struct world *world, const struct process *parent) {
  for (size_t i = 0; i < world->process_count; i++) {
    struct process *child = world->processes[i];
    if (child->parent != parent)
      continue;
    child->parent = NULL;
    if (child->state == PROCESS_ENDED)
      child->state = PROCESS_GONE;
    else if (child->ends_with_parent)
      process_signal(world, child, SIGTERM);
  }
}

void process_end(struct world *world, struct process *process, bool by_force) {
  size_t living = 0;
  world_tell(world, "%s %s", process_name(world, process), by_force ? "is killed" : "has ended");
  process->state = process->parent ? PROCESS_ENDED : PROCESS_GONE;
  process->ended_at = world->now;
  if (process->parent)
    process->parent->child_has_ended = true;
  if (process == world->processes[0])
    workers_to_end(world);
  else
    worker_ended(world);
  close_all(world, process, by_force);
  leave_children(world, process);
  for (size_t i = 0; i < world->process_count; i++)
    living += (size_t)process_lives(world->processes[i]);
  world->exited = living == 0;
  world->over |= world->exited;
  if (world->over || process->emulator == world->running)
    emulator_stop(world->running);
}

/* ---- Turns ------------------------------------------------------------------------------------------------------ */

/* Looks whether the call that PROCESS waits in is over. */
static void look_at(struct world *world, struct process *process) {
  world->process = process;
  int64_t result = process->look(world);
  if (result == WAITS)
    return;
  process->state = PROCESS_READY;
  process->result = result;
  kernel_call_is_over(world, process);
}

/* One of those that can go on; NULL: there is none. */
static struct process *choose(struct world *world) {
  struct process *chosen = NULL;
  unsigned ready = 0;
  for (size_t i = 0; i < world->process_count && !world->over; i++) {
    struct process *process = world->processes[i];
    if (process->state == PROCESS_WAITS)
      look_at(world, process);
    if (process->state != PROCESS_READY)
      continue;
    ready++;
    if (ready == 1 || random_one_in(&world->random, ready))
      chosen = process;
  }
  return chosen;
}

/* Goes on to the next event, or to where the first wait ends. Returns false where there is neither. */
static bool go_on(struct world *world) {
  int64_t next = world_next_event(world), end = NEVER;
  for (size_t i = 0; i < world->process_count; i++)
    if (world->processes[i]->state == PROCESS_WAITS && world->processes[i]->wait_end < end)
      end = world->processes[i]->wait_end;
  if (next == NEVER && end == NEVER) {
    world_fail(world, "waits for ever", "nothing is to happen any more, and it waits without an end");
    return false;
  }
  world->now = next < end ? next : end;
  if (world->now == end)
    world->now += random_between(&world->random, 0, world->plan->wakes_late) * 1000;
  promises_hold(world);
  world_catch_up(world);
  return !world->over;
}

void processes_schedule(struct world *world) {
  struct process *before = world->process, *chosen = NULL;
  while (!world->over && !chosen) {
    chosen = choose(world);
    world->process = before;
    if (!chosen && !world->over && !go_on(world))
      return;
  }
  if (!chosen || chosen == before)
    return;
  emulator_stop(world->running);
  world->process = chosen;
}

/* Gives back what the emulators of processes that have ended have. */
static void close_ended(struct world *world) {
  for (size_t i = 0; i < world->process_count; i++) {
    struct process *process = world->processes[i];
    if (process_lives(process) || !process->emulator)
      continue;
    emulator_close(process->emulator);
    process->emulator = NULL;
  }
}

void processes_run(struct world *world, struct bytes *crash) {
  while (!world->over) {
    struct process *process = world->process;
    world->running = process->emulator;
    if (!emulator_run(process->emulator, crash) && !world->failure_kind)
      world_fail(world, "crash", "%s: %s", process_name(world, process), crash->data);
    if (world->over)
      return;
    if (!process_lives(world->process))
      processes_schedule(world);
    close_ended(world);
    if (world->process != process && process_lives(world->process))
      emulator_answer(world->process->emulator, world->process->result);
  }
}

/* SPDX-License-Identifier: MIT */
