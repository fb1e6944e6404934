#include "harness/simulate/history.h"

#include "harness/base/hash.h"
#include "harness/simulate/access_log.h"
#include "harness/simulate/client.h"
#include "harness/simulate/kernel_folder.h"
#include "harness/simulate/pages.h"
#include "harness/simulate/process.h"
#include "harness/simulate/resources.h"
#include "harness/simulate/workers.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The user and the group of --user. */
enum { SERVES_AS = 1000, SERVES_IN = 1001 };

/* When the first client has gone, and what it left behind is measured. */
#define FIRST (1 * SECOND)
#define MEASURE (9 * SECOND)

static void send_first_client(struct world *world, void *what) {
  (void)what;
  if (!world->announced)
    world_fail(world, "prints", "it has not printed the URL of port 8006, which says that clients can come");
  for (size_t i = 0; i < world->process_count && world->plan->becomes_user; i++) {
    const struct process *process = world->processes[i];
    if (process->user != SERVES_AS || process->group != SERVES_IN || !process->has_no_groups)
      world_fail(world, "user", "%s serves as user %u and group %u, and is told to as %d and %d",
                 process_name(world, process), process->user, process->group, SERVES_AS, SERVES_IN);
  }
  world->first_client = client_add_plain(world);
}

static void measure_base(struct world *world, void *what) {
  (void)what;
  for (size_t i = 0; i < world->process_count; i++)
    world->processes[i]->base_descriptors = kernel_open_count(world->processes[i]);
  for (size_t i = 0; i < world->process_count; i++)
    world->base_mappings =
        world->base_mappings > world->processes[i]->mappings ? world->base_mappings : world->processes[i]->mappings;
  if (!world->first_client->requests[0].answered)
    world_fail(world, "too late", "the first client has no answer");
}

/* How many mappings --cache=1M may keep: each takes a page of memory at the least. */
enum { CACHED_MOST = (1 << 20) / 4096 };

/* What a process has open and mapped, once its clients are gone, is what it had after the first one, but for pages in
   its cache. A worker that was made since has what the first worker had. */
static void compare_process(struct world *world, const struct process *process) {
  size_t open = kernel_open_count(process);
  size_t before = process->base_descriptors ? process->base_descriptors : world->processes[1]->base_descriptors;
  if (open != before)
    world_fail(world, "descriptor lost", "%s has %zu descriptors when all clients are gone, and had %zu at the start",
               process_name(world, process), open, before);
  else if (process->mappings > world->base_mappings + (world->plan->keeps_page ? CACHED_MOST : 0))
    world_fail(world, "memory lost", "%s has %zu mappings when all clients are gone, and there were %zu at the start",
               process_name(world, process), process->mappings, world->base_mappings);
}

static void compare_with_base(struct world *world, void *what) {
  (void)what;
  if (!world->last_client->requests[0].answered)
    world_fail(world, "too late", "the last client has no answer");
  for (size_t i = 0; i < world->process_count && !world->over; i++)
    if (process_lives(world->processes[i]))
      compare_process(world, world->processes[i]);
  if (world->over)
    return;
  world_tell(world, "at the end");
  process_signal(world, world->processes[0], SIGTERM);
}

/* When all clients are gone, the last one comes, to a world in which nothing goes wrong any more. */
static void send_last_client(struct world *world, void *what) {
  (void)what;
  for (size_t i = 0; i < world->client_count; i++)
    if (!client_is_gone(world->clients[i])) {
      world_schedule(world, world->now + 5 * SECOND, 0, send_last_client, NULL);
      return;
    }
  world->fault_count = 0;
  world->file_item = NULL;
  file_restore(world);
  world->last_client = client_add_plain(world);
  world_schedule(world, world->now + 8 * SECOND, 0, compare_with_base, NULL);
}

/* Schedules what is kept of the plan, from a copy of the ITEMS, which draw from their streams. */
static void begin(struct world *world, struct item *items, const char *kept) {
  world->random = random_of(world->plan->seed, 2);
  world->hash = HASH_START;
  world->calendar = random_between(&world->random, 1000000000, 2000000000) * SECOND;
  world->inode = SIZE_MAX;
  world->terminated_at = NEVER;
  world->jumped_at = world->calendar_moved_at = world->accept_failed_at = -1000 * SECOND;
  if (world->plan->serves_folder) {
    folder_begin(world);
    resources_make(world);
  }
  workers_begin(world);
  file_restore(world);
  world_schedule(world, FIRST, 0, send_first_client, NULL);
  world_schedule(world, MEASURE, 0, measure_base, NULL);
  for (size_t i = 0; i < world->plan->count; i++)
    if (!kept || kept[i])
      plan_schedule(world, &items[i]);
  world_schedule(world, world->plan->end + SECOND, 0, send_last_client, NULL);
}

static void end(struct world *world, struct outcome *outcome) {
  outcome->failure_kind = world->failure_kind;
  outcome->failure = world->failure;
  outcome->counts = world->counts;
  outcome->counts.seconds = (uint64_t)(world->now / SECOND);
  outcome->counts.clients = world->client_count;
  outcome->hash = world->hash;
  memcpy(outcome->unknown, world->unknown, sizeof outcome->unknown);
  outcome->unknown_count = world->unknown_count;
  kernel_end(world);
  processes_free(world);
  pages_free(world);
  resources_free(world);
  for (size_t i = 0; i < world->client_count; i++)
    client_free(world->clients[i]);
  free(world->clients);
  free(world->backlog);
  free(world->events);
  free(world);
}

/* The words that start PROGRAM as PLAN says: WORDS, up to NULL, some of them in TEXT. */
static void make_words(const struct plan *plan, const char *program, char text[5][40], char **words) {
  char **next = words;
  *next++ = (char *)program;
  *next++ = (char *)(plan->serves_folder ? FOLDER_NAME : DOCUMENT_NAME);
  snprintf(text[0], sizeof text[0], "--memory=%" PRIu64, plan->memory_limit);
  snprintf(text[1], sizeof text[1], "--cache=%s", plan->keeps_page ? "1M" : "0");
  snprintf(text[2], sizeof text[2], "--log=%s", plan->logs == LOG_PRINTED ? "-" : LOG_NAME);
  snprintf(text[3], sizeof text[3], "--user=%d:%d", SERVES_AS, SERVES_IN);
  if (plan->memory_limit)
    *next++ = text[0];
  if (plan->keeps_page || plan->serves_folder)
    *next++ = text[1];
  if (plan->logs)
    *next++ = text[2];
  if (plan->becomes_user)
    *next++ = text[3];
  snprintf(text[4], sizeof text[4], "--workers=%u", plan->workers);
  if (plan->workers)
    *next++ = text[4];
  if (plan->is_ipv6)
    *next++ = (char *)"--address=::1";
  *next = NULL;
}

bool history_run(const char *program, const struct plan *plan, const char *kept, FILE *trace, struct outcome *outcome,
                 struct bytes *why) {
  struct world *world = xcalloc(1, sizeof *world);
  char text[5][40], *words[8];
  struct bytes crash = {0};
  make_words(plan, program, text, words);
  *outcome = (struct outcome){0};
  world->plan = plan;
  world->seed = plan->seed;
  world->trace = trace;
  world->process = process_add(world, NULL);
  world->process->emulator = emulator_open(program, words, kernel_call, world, why);
  if (!world->process->emulator) {
    end(world, outcome);
    return false;
  }
  struct item *items = xcalloc(plan->count ? plan->count : 1, sizeof *items);
  if (plan->count)
    memcpy(items, plan->items, plan->count * sizeof *items);
  for (char **word = words + 1; *word; word++)
    world_tell(world, "starts with %s", *word);
  kernel_begin(world);
  begin(world, items, kept);
  processes_run(world, &crash);
  bytes_free(&crash);
  free(items);
  end(world, outcome);
  return true;
}

/* SPDX-License-Identifier: MIT */
