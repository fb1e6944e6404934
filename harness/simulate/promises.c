#include "harness/simulate/promises.h"

#include "harness/simulate/client.h"
#include "harness/simulate/kernel.h"
#include "harness/simulate/process.h"
#include "harness/simulate/workers.h"

#include <inttypes.h>

/* The server's clock is read once a turn of its loop, so that a deadline may come a little early; and what is due at
   once must be there when this time has passed. */
#define EARLY (20 * MILLISECOND)
#define LATE (SECOND / 2)

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

static const struct request *next_request(const struct client *client) {
  return client->next < client->request_count ? &client->requests[client->next] : NULL;
}

/* Whether an answer is due, or in the middle of being written. */
static bool owes_answer(const struct client *client) {
  const struct request *request = next_request(client);
  return client->parsed < client->in.len || (!client->is_last && request && request->is_read);
}

/* All places for clients are taken, as far as can be seen from outside: hardly a descriptor is left. */
static bool is_full(const struct world *world, const struct client *client) {
  return kernel_open_count(client->process) + 3 >= world->plan->descriptors;
}

/* ---- Too early -------------------------------------------------------------------------------------------------- */

bool promise_of_408(const struct world *world, const struct client *client) {
  if (client->idle)
    return false;
  int64_t waited = world->now - client->reading_since + EARLY;
  if (waited >= PATIENCE || (is_full(world, client) && waited >= GIVES_WAY_READING))
    return true;
  return client->process->terminated_at != NEVER && world->now + EARLY >= client->process->terminated_at + END_READING;
}

static bool may_cut_answer(const struct world *world, const struct client *client) {
  const struct request *request = next_request(client);
  int64_t since = request && request->due_at != NEVER ? request->due_at : client->answered_at;
  if (client->process->lacking_round == client->process->round || world->plan->memory_limit)
    return true;
  if (client->process->terminated_at != NEVER && world->now + EARLY >= client->process->terminated_at + END_WRITING)
    return true;
  if (is_full(world, client) && !(request && request->is_read))
    return true; /* who gives way is told so as far as there is room */
  return world->now + EARLY >= client->take_until ||
         (is_full(world, client) && world->now + EARLY >= since + GIVES_WAY_WRITING);
}

/* Until when a client may stay that has its last answer. */
static int64_t drained_by(const struct client *client) {
  int64_t end = client->shut_at + PATIENCE;
  if (client->process->terminated_at == NEVER)
    return end;
  int64_t hurried = later(client->shut_at, client->process->terminated_at) + END_READING;
  return hurried < end ? hurried : end;
}

/* Whether the server may close a connection that it owes nothing. */
static bool may_close(const struct world *world, const struct client *client) {
  const struct request *request = next_request(client);
  bool in_head = request && client->read > request->start && !request->is_read;
  int64_t waited = world->now - client->reading_since + EARLY;
  if (client->shut_at != NEVER)
    return client->ended_read || is_full(world, client) || world->now + EARLY >= drained_by(client) ||
           client->read > (1 << 20);
  if (client->is_last)
    return false;
  if (client->ended_read)
    return !in_head;
  if (client->process->terminated_at != NEVER)
    return client->idle || world->now + EARLY >= client->process->terminated_at + END_READING;
  if (client->idle)
    return waited >= IDLE_PATIENCE || (is_full(world, client) && waited >= GIVES_WAY_READING);
  /* Who gives way is told so by 408, as far as there is room. */
  return client->is_refused && is_full(world, client) && waited >= GIVES_WAY_READING;
}

void promise_of_close(struct world *world, const struct client *client) {
  if (client->excused || client->reset)
    return;
  if (owes_answer(client)) {
    if (!may_cut_answer(world, client))
      world_fail(world, "answer cut short", "%s is closed when %zu bytes are written, and answer %u is not whole",
                 client_name(client), client->in.len, client->next + 1);
  } else if (!may_close(world, client)) {
    world_fail(world, "closed too early", "%s is closed %" PRId64 " ms after the server began to wait for its request",
               client_name(client), (world->now - client->reading_since) / MILLISECOND);
  }
}

void promise_of_backlog(struct world *world, const struct client *client) {
  if (world->terminated_at == NEVER)
    world_fail(world, "nobody accepted", "the listening socket is closed while %s waits", client_name(client));
}

void promises_at_exit(struct world *world, const struct process *process) {
  bool in_time = process->terminated_at != NEVER && world->now + EARLY >= process->terminated_at + END_WRITING;
  for (size_t i = 0; i < world->client_count && !in_time; i++)
    if (world->clients[i]->state == CLIENT_OPEN && world->clients[i]->process == process)
      world_fail(world, "ended too early", "the program ends while the connection of %s is open",
                 client_name(world->clients[i]));
}

/* ---- Too late --------------------------------------------------------------------------------------------------- */

/* By when something has to be done about CLIENT, and in WHAT words. */
static int64_t due_at(const struct client *client, const char **what) {
  const struct request *request = next_request(client);
  int64_t begun_at = client->parsed < client->in.len ? client->begun_at : request ? request->due_at : NEVER;
  bool roomy = 3 * client_room(client) >= client->capacity;
  *what = "its answer does not come, or not on";
  if (client->reset) {
    *what = "it has reset its connection, which is kept";
    return later(client->reset_at, client->accepted_at);
  }
  if (owes_answer(client) && roomy)
    return later(client->room_since, begun_at);
  if (owes_answer(client)) {
    *what = "it takes nothing, and is kept";
    return client->take_until;
  }
  *what = "it has its last answer, and its connection is kept";
  if (client->shut_at != NEVER)
    return client->ended ? later(client->ended_at, client->shut_at) : drained_by(client);
  if (client->is_last)
    return client->answered_at;
  *what = "what it has sent is not read";
  if (client->sent > client->read)
    return later(client->sent_at, later(client->accepted_at, client->answered_at));
  *what = "it has ended its side, and its connection is kept";
  if (client->ended)
    return later(client->ended_at, later(client->accepted_at, client->answered_at));
  *what = client->idle ? "it asks for nothing more, and is kept" : "its request does not come, and it is kept";
  return client->reading_since + (client->idle ? IDLE_PATIENCE : PATIENCE);
}

static void hold_client(struct world *world, const struct client *client, int64_t late) {
  const char *what;
  int64_t due = later(due_at(client, &what), world->jumped_at);
  if (due != NEVER && world->now > due + late)
    world_fail(world, "too late", "%s: %s: %" PRId64 " ms too long", client_name(client), what,
               (world->now - due) / MILLISECOND);
}

/* Workers are to end with the one that watches them. */
static void hold_ending(struct world *world, const struct process *process) {
  int64_t since = process->terminated_at < world->terminated_at ? process->terminated_at : world->terminated_at;
  if (process_lives(process) && since != NEVER && world->now > later(since, world->jumped_at) + MOST_ENDING)
    world_fail(world, "does not end", "%s, %" PRId64 " ms after SIGTERM", process_name(world, process),
               (world->now - since) / MILLISECOND);
}

void promises_hold(struct world *world) {
  int64_t late = LATE + world->plan->wakes_late * INT64_C(1000);
  for (size_t i = 0; i < world->client_count && !world->over; i++)
    if (world->clients[i]->state == CLIENT_OPEN)
      hold_client(world, world->clients[i], late);
  int64_t since = later(world->backlog_since, later(world->jumped_at, world->accept_failed_at));
  if (!world->over && world->backlog_count && world->now > since + MOST_WAITING)
    world_fail(world, "nobody accepted", "%s, and %zu more, wait to be accepted since %" PRId64 " ms",
               client_name(world->backlog[0]), world->backlog_count - 1, (world->now - since) / MILLISECOND);
  for (size_t i = 0; i < world->process_count && !world->over; i++)
    hold_ending(world, world->processes[i]);
  workers_hold(world);
}

/* SPDX-License-Identifier: MIT */
