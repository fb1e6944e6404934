#include "harness/simulate/plan.h"

#include "harness/simulate/client.h"
#include "harness/simulate/kernel.h"
#include "harness/simulate/process.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

/* Descriptors with which a worker can serve somebody: it has some of the one that has made it. */
enum { LEAST_OF_WORKERS = 16 };

/* The first ten seconds are for the history's own first client. */
#define BEGIN (10 * SECOND)
#define LENGTH (600 * SECOND)

/* What may go wrong in the kernel: a call, what it is made of, and with which errors, up to 0. */
static const struct {
  const char *call;
  enum object object;
  int errors[8];
} faults[] = {
    {"accept4", NO_OBJECT, {EINTR, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM}},
    {"read", OBJECT_SOCKET, {EINTR, EAGAIN, ECONNRESET, ETIMEDOUT}},
    {"read", OBJECT_FILE, {EINTR, EIO, EAGAIN}},
    {"writev", OBJECT_SOCKET, {EINTR, EAGAIN, EPIPE, ECONNRESET, ENOBUFS, ENOMEM}},
    {"recvfrom", OBJECT_SOCKET, {EINTR, EAGAIN, ECONNRESET}},
    {"shutdown", OBJECT_SOCKET, {ENOTCONN}},
    {"openat", NO_OBJECT, {EINTR, EMFILE, ENFILE, ENOMEM, EIO, EACCES, ENOENT}},
    {"fstat", OBJECT_FILE, {EIO, ENOMEM}},
    {"close", OBJECT_SOCKET, {EINTR, EIO}},
    {"mmap", NO_OBJECT, {ENOMEM}},
    {"mremap", NO_OBJECT, {ENOMEM}},
    {"epoll_ctl", OBJECT_SOCKET, {ENOMEM, ENOSPC}},
    {"epoll_pwait", NO_OBJECT, {EINTR}},
};

static void add_items(struct plan *plan, struct random *random, enum item_kind kind, int64_t count) {
  /* Half of them come close together, around a few times. */
  int64_t crowds[4];
  for (int i = 0; i < 4; i++)
    crowds[i] = BEGIN + random_between(random, 0, LENGTH / MILLISECOND) * MILLISECOND;
  for (int64_t i = 0; i < count; i++) {
    int64_t at = random_one_in(random, 2)
                     ? crowds[random_between(random, 0, 3)] + random_between(random, 0, 3000) * MILLISECOND
                     : BEGIN + random_between(random, 0, LENGTH / MILLISECOND) * MILLISECOND;
    plan->items = xgrow(plan->items, plan->count, sizeof *plan->items);
    plan->items[plan->count] = (struct item){kind, (unsigned)plan->count + 1, at, random_of(random_next(random), kind)};
    plan->count++;
    plan->end = at > plan->end ? at : plan->end;
  }
}

void plan_make(struct plan *plan, uint64_t seed) {
  struct random random = random_of(seed, 1);
  struct random *from = &random, apart = random_of(seed, 2), further = random_of(seed, 5), beyond = random_of(seed, 6);
  unsigned first = (unsigned)random_between(from, 0, 40);
  *plan = (struct plan){.seed = seed,
                        .end = BEGIN + LENGTH,
                        .descriptors = (unsigned)(random_one_in(from, 3) ? random_between(from, 10, 40)
                                                                         : random_between(from, 200, 2000)),
                        .memory_limit = random_one_in(from, 6) ? (uint64_t)random_between(from, 16, 512) << 10 : 0,
                        .keeps_page = random_one_in(&apart, 2),
                        .sandboxes = random_one_in(from, 2),
                        .documents = {first, first + (unsigned)random_between(from, 0, 6)},
                        .wakes_late = (unsigned)random_between(from, 0, 5000),
                        .short_in = (unsigned)random_between(from, 2, 12)};
  add_items(plan, from, ITEM_CLIENT, random_between(from, 60, 200));
  add_items(plan, from, ITEM_FAULT, random_between(from, 4, 40));
  add_items(plan, from, ITEM_FILE, random_between(from, 0, 25));
  add_items(plan, from, ITEM_JUMP, random_one_in(from, 2) ? random_between(from, 1, 3) : 0);
  add_items(plan, from, ITEM_CALENDAR, random_between(from, 0, 2));
  add_items(plan, from, ITEM_TERMINATION, random_one_in(from, 8));
  plan->serves_folder = random_one_in(&further, 3);
  plan->opens_beneath = !random_one_in(&further, 3);
  plan->is_ipv6 = random_one_in(&further, 4);
  plan->becomes_user = random_one_in(&further, 4);
  plan->logs = (enum log)random_between(&further, NO_LOG, LOG_IN_FILE);
  add_items(plan, &further, ITEM_HANGUP, plan->logs == LOG_IN_FILE ? random_between(&further, 0, 5) : 0);
  if (!random_one_in(&beyond, 4))
    return;
  plan->workers = (unsigned)random_between(&beyond, 1, 4);
  if (plan->descriptors < LEAST_OF_WORKERS)
    plan->descriptors = LEAST_OF_WORKERS;
  add_items(plan, &beyond, ITEM_WORKER_FAULT, random_between(&beyond, 0, 4));
  add_items(plan, &beyond, ITEM_DEATH, random_between(&beyond, 0, 10));
  add_items(plan, &beyond, ITEM_WATCHER_DEATH, random_one_in(&beyond, 6));
}

void plan_free(struct plan *plan) { free(plan->items); }

/* ---- What happens ----------------------------------------------------------------------------------------------- */

/* A fault waits for the next call of its kind. */
static void arm_fault(struct world *world, void *what) {
  struct item *item = what;
  struct random *random = &item->random;
  size_t row = (size_t)random_between(random, 0, sizeof faults / sizeof *faults - 1);
  int64_t count = 1;
  while (count < 8 && faults[row].errors[count])
    count++;
  world->faults = xgrow(world->faults, world->fault_count, sizeof *world->faults);
  world->faults[world->fault_count++] =
      (struct fault){.call = faults[row].call,
                     .object = faults[row].object,
                     .error = faults[row].errors[random_between(random, 0, count - 1)],
                     .item = item->number,
                     .left = random_one_in(random, 4) ? (unsigned)random_between(random, 2, 6) : 1};
}

static void arm_worker_fault(struct world *world, void *what) {
  static const struct fault worker_faults[] = {{.call = "clone", .error = EAGAIN},
                                               {.call = "clone", .error = ENOMEM},
                                               {.call = "rt_sigtimedwait", .error = EINTR}};
  struct item *item = what;
  world->faults = xgrow(world->faults, world->fault_count, sizeof *world->faults);
  struct fault *fault = &world->faults[world->fault_count++];
  *fault = worker_faults[random_between(&item->random, 0, 2)];
  fault->item = item->number;
  fault->left = (unsigned)random_between(&item->random, 1, 12);
}

/* The file changes, at once or between two reads of it. */
static void change_file(struct world *world, void *what) {
  struct item *item = what;
  if (random_one_in(&item->random, 2))
    world->file_item = item;
  else
    file_change(world, item);
}

/* The clock goes on, and the program has not run meanwhile. */
static void jump(struct world *world, void *what) {
  struct item *item = what;
  int64_t by = random_between(&item->random, 1, random_one_in(&item->random, 3) ? 3600000 : 20000) * MILLISECOND;
  world_tell(world, "jump %u: %" PRId64 " ms", item->number, by / MILLISECOND);
  world->now += by;
  world->jumped_at = world->now;
}

/* Somebody sets the time of the day. */
static void set_calendar(struct world *world, void *what) {
  struct item *item = what;
  world->calendar += random_between(&item->random, -100000, 100000) * SECOND;
  world->calendar_moved_at = world->now;
}

static void terminate(struct world *world, void *what) {
  (void)what;
  process_signal(world, world->processes[0], SIGTERM);
}

static void hang_up(struct world *world, void *what) {
  (void)what;
  process_signal(world, world->processes[0], SIGHUP);
}

/* A worker is killed, or all of them at once; or somebody sends one SIGTERM. */
static void end_worker(struct world *world, void *what) {
  struct item *item = what;
  int64_t how = random_between(&item->random, 0, 9);
  size_t first = (size_t)random_next(&item->random), others = world->process_count - 1;
  for (size_t i = 0; i < others && world->terminated_at == NEVER && !world->over; i++) {
    struct process *worker = world->processes[1 + (first + i) % others];
    if (!process_lives(worker))
      continue;
    if (how < 5 || how > 7)
      process_end(world, worker, true);
    else
      process_signal(world, worker, SIGTERM);
    if (how < 8)
      return;
  }
}

/* The process that watches the workers is killed, which is as if all were told to end. */
static void end_watcher(struct world *world, void *what) {
  (void)what;
  if (world->terminated_at == NEVER)
    process_end(world, world->processes[0], true);
}

void plan_schedule(struct world *world, struct item *item) {
  static void (*const happen[])(struct world *, void *) = {[ITEM_FAULT] = arm_fault,
                                                           [ITEM_FILE] = change_file,
                                                           [ITEM_JUMP] = jump,
                                                           [ITEM_CALENDAR] = set_calendar,
                                                           [ITEM_TERMINATION] = terminate,
                                                           [ITEM_HANGUP] = hang_up,
                                                           [ITEM_WORKER_FAULT] = arm_worker_fault,
                                                           [ITEM_DEATH] = end_worker,
                                                           [ITEM_WATCHER_DEATH] = end_watcher};
  if (item->kind == ITEM_CLIENT)
    client_add(world, item);
  else
    world_schedule(world, item->at, item->number, happen[item->kind], item);
}

/* SPDX-License-Identifier: MIT */
