#include "harness/simulate/workers.h"

#include "harness/simulate/kernel.h"
#include "harness/simulate/process.h"

#include <inttypes.h>
#include <string.h>

/* A worker is replaced within PAUSE after another one has ended, or after the kernel had none to give. */
#define PAUSE (100 * MILLISECOND)
#define LATE (SECOND / 2)

#define TOLD "markdown-server: a worker has ended, and is replaced\n"

static unsigned living(const struct world *world) {
  unsigned count = 0;
  for (size_t i = 1; i < world->process_count; i++)
    count += process_lives(world->processes[i]);
  return count;
}

static bool is_to_end(const struct world *world) { return world->terminated_at != NEVER; }

void workers_begin(struct world *world) {
  world->watch.short_since = world->plan->workers ? world->now : NEVER;
  world->watch.fork_failed_at = -1000 * SECOND;
}

void worker_made(struct world *world) {
  unsigned count = living(world);
  if (count > world->plan->workers)
    world_fail(world, "too many workers", "%u are there, and %u are wanted", count, world->plan->workers);
  else if (count == world->plan->workers)
    world->watch.short_since = NEVER;
}

void worker_not_made(struct world *world) { world->watch.fork_failed_at = world->now; }

void worker_ended(struct world *world) {
  struct watch *watch = &world->watch;
  if (is_to_end(world))
    return;
  if (watch->short_since == NEVER)
    watch->short_since = world->now;
  if (watch->untold++ == 0)
    watch->untold_since = world->now;
}

void workers_to_end(struct world *world) {
  if (world->terminated_at == NEVER)
    world->terminated_at = world->now;
  world->watch.short_since = NEVER;
  world->watch.untold = 0;
}

bool workers_told(struct world *world, struct span text) {
  struct watch *watch = &world->watch;
  if (!world->plan->workers || text.len != sizeof TOLD - 1 || memcmp(text.data, TOLD, text.len) != 0)
    return false;
  if (watch->untold == 0 && !is_to_end(world))
    world_fail(world, "prints", "it tells that a worker has ended, and none has");
  watch->untold -= watch->untold != 0;
  watch->untold_since = world->now;
  watch->told++;
  return true;
}

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* Nobody waits for a process that is not there: it has to be, for as long as the one lives that made the others. */
static void hold_ended(struct world *world) {
  for (size_t i = 1; i < world->process_count && !world->over; i++) {
    const struct process *process = world->processes[i];
    if (process->state == PROCESS_ENDED && world->now > later(process->ended_at, world->jumped_at) + LATE)
      world_fail(world, "never waited for", "%s has ended %" PRId64 " ms ago, and nobody has waited for it",
                 process_name(world, process), (world->now - process->ended_at) / MILLISECOND);
  }
}

void workers_hold(struct world *world) {
  const struct watch *watch = &world->watch;
  int64_t late = LATE + world->plan->wakes_late * INT64_C(1000);
  hold_ended(world);
  if (!world->over && watch->untold && world->now > later(watch->untold_since, world->jumped_at) + late)
    world_fail(world, "not told", "%u workers have ended, and standard error does not say so", watch->untold);
  if (!world->over && watch->short_since != NEVER &&
      world->now > later(later(watch->short_since, watch->fork_failed_at), world->jumped_at) + PAUSE + late)
    world_fail(world, "not replaced", "%u workers are there, and %u are wanted, since %" PRId64 " ms", living(world),
               world->plan->workers, (world->now - watch->short_since) / MILLISECOND);
}

/* SPDX-License-Identifier: MIT */
