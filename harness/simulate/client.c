#include "harness/simulate/client.h"

#include "harness/simulate/access_log.h"
#include "harness/simulate/promises.h"
#include "harness/simulate/requests.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 60 }; /* octets sent at a time, by who sends in pieces */

static void act(struct world *world, void *what);
static void take(struct world *world, void *what);

size_t client_room(const struct client *client) {
  size_t held = client->in.len - client->taken;
  return held < client->capacity ? client->capacity - held : 0;
}

/* What has become of the connection, the client can do nothing more. */
static bool is_over(const struct client *client) {
  return client->reset || client->vanished || client->state == CLIENT_CLOSED;
}

bool client_is_gone(const struct client *client) { return client->state == CLIENT_CLOSED; }

static void act_in(struct world *world, struct client *client, int64_t delay) {
  if (client->is_acting)
    return;
  client->is_acting = true;
  world_schedule(world, world->now + delay, client->number, act, client);
}

static void take_in(struct world *world, struct client *client, int64_t delay) {
  if (client->is_taking || client->taking == TAKES_NOTHING)
    return;
  client->is_taking = true;
  world_schedule(world, world->now + delay, client->number, take, client);
}

/* ---- Sending ---------------------------------------------------------------------------------------------------- */

static void end_side(struct world *world, struct client *client) {
  if (client->ended)
    return;
  client->ended = true;
  client->ended_at = world->now;
  world_tell(world, "%s ends its side", client_name(client));
}

/* Whether the client has taken the whole answer to each request so far. */
static bool has_answers(const struct client *client) {
  const struct request *last = client->request_count ? &client->requests[client->request_count - 1] : NULL;
  return !last || (last->answered && client->taken >= last->answer_end);
}

static bool has_all(const struct client *client) {
  return client->request_count == client->wanted && client->sent == client->out.len && has_answers(client);
}

/* Sends the next piece of what is composed, and more after a while. */
static void send_piece(struct world *world, struct client *client) {
  size_t end = client->out.len < client->stops_at ? client->out.len : client->stops_at;
  size_t left = end - client->sent, piece = left;
  if (client->sending == SENDS_PIECES && left)
    piece = (size_t)random_between(&client->random, 1, left < PIECE ? (int64_t)left : PIECE);
  client->sent += piece;
  client->sent_at = world->now;
  world_tell(world, "%s sends %zu octets", client_name(client), piece);
  if (client->sent < end)
    act_in(world, client, random_between(&client->random, 0, 300) * MILLISECOND);
  else if (client->leaving == ENDS_ITS_SIDE && client->request_count == client->wanted)
    end_side(world, client);
}

static void compose(const struct world *world, struct client *client) {
  bool all = client->sending == SENDS_ALL_AT_ONCE;
  do
    request_compose(world, client, client->number == 0);
  while (all && client->request_count < client->wanted);
  const struct request *last = &client->requests[client->request_count - 1];
  if (client->leaving == STALLS && client->request_count == client->wanted)
    client->stops_at = last->start + (size_t)random_between(&client->random, 0, (int64_t)(last->end - last->start) - 1);
}

/* The client goes on: it sends, or goes. */
static void act(struct world *world, void *what) {
  struct client *client = what;
  client->is_acting = false;
  if (client->state == CLIENT_AWAY)
    backlog_add(world, client);
  if (is_over(client) || client->ended)
    return;
  if (client->shut_at != NEVER && client->taken == client->in.len) {
    end_side(world, client);
    return;
  }
  if (client->sent == client->out.len && client->request_count < client->wanted && has_answers(client))
    compose(world, client);
  if (client->sent < client->out.len && client->sent < client->stops_at)
    send_piece(world, client);
  else if (has_all(client) && client->leaving == LEAVES)
    end_side(world, client);
}

/* ---- Taking ----------------------------------------------------------------------------------------------------- */

static void note_room(struct world *world, struct client *client, size_t before) {
  if (3 * before < client->capacity && 3 * client_room(client) >= client->capacity)
    client->room_since = world->now;
}

static void take(struct world *world, void *what) {
  struct client *client = what;
  size_t before = client_room(client), left = client->in.len - client->taken;
  enum { INTERVAL = 200 };
  client->is_taking = false;
  if (client->reset || client->vanished)
    return;
  size_t part = client->taking == TAKES_SLOWLY ? (size_t)client->rate * INTERVAL / 1000 : left;
  client->taken += left < part ? left : part;
  note_room(world, client, before);
  world_tell(world, "%s takes %zu bytes", client_name(client), left < part ? left : part);
  if (client->taken < client->in.len)
    take_in(world, client, INTERVAL * MILLISECOND);
  client_was_written(world, client);
}

void client_was_written(struct world *world, struct client *client) {
  if (client->taken < client->in.len) {
    take_in(world, client,
            client->taking == TAKES_SLOWLY ? 200 * MILLISECOND : random_between(&client->random, 0, 20) * MILLISECOND);
    return;
  }
  if (client->shut_at != NEVER && client->leaving != LEAVES_TO_THE_SERVER)
    act_in(world, client, random_between(&client->random, 0, 100) * MILLISECOND);
  else if (has_answers(client) && client->sent == client->out.len)
    act_in(world, client, random_between(&client->random, 0, client->thinks));
}

void client_was_read(struct world *world, struct client *client, size_t count) {
  client->read += count;
  if (client->idle)
    client->reading_since = world->now;
  client->idle = false;
  const struct request *last = client->next ? &client->requests[client->next - 1] : NULL;
  if (last && client->read - count < last->end && client->read >= last->end) { /* the rest of its content has come */
    client->reading_since = world->now;
    client->idle = client->read == last->end;
  }
  for (unsigned i = client->next; i < client->request_count; i++) {
    struct request *request = &client->requests[i];
    if (request->is_read || client->read < request->head_end)
      continue;
    request->is_read = true;
    request->read_step = world->step;
    if (i == client->next) {
      request->due_at = world->now;
      client->take_until = world->now + TAKE_PATIENCE;
    }
  }
}

void client_was_closed(struct world *world, struct client *client) {
  world_tell(world, "%s is closed", client_name(client));
}

/* ---- Coming and going ------------------------------------------------------------------------------------------- */

static void reset(struct world *world, void *what) {
  struct client *client = what;
  if (client->state == CLIENT_CLOSED)
    return;
  client->reset = true;
  client->reset_at = world->now;
  world_tell(world, "%s resets", client_name(client));
}

static void vanish(struct world *world, void *what) {
  struct client *client = what;
  client->vanished = true;
  world_tell(world, "%s vanishes", client_name(client));
}

static struct client *add(struct world *world) {
  struct client *client = xcalloc(1, sizeof *client);
  client->shut_at = client->take_until = NEVER;
  client->stops_at = SIZE_MAX;
  world->clients = xgrow(world->clients, world->client_count, sizeof *world->clients);
  world->clients[world->client_count++] = client;
  return client;
}

/* One of the words of WEIGHTS, which add up to 100. */
static unsigned choose(struct random *random, const unsigned *weights) {
  int64_t place = random_between(random, 0, 99);
  unsigned word = 0;
  for (; place >= weights[word]; word++)
    place -= weights[word];
  return word;
}

void client_add(struct world *world, const struct item *item) {
  struct client *client = add(world);
  struct random *random = &client->random;
  client->random = item->random;
  client->number = item->number;
  client->wanted = (unsigned)random_between(random, 1, random_one_in(random, 3) ? MOST_REQUESTS : 5);
  client->sending = (enum sending)choose(random, (const unsigned[]){60, 20, 20});
  client->leaving = (enum leaving)choose(random, (const unsigned[]){45, 15, 15, 9, 8, 8});
  client->taking = (enum taking)choose(random, (const unsigned[]){64, 30, 6});
  client->rate = (unsigned)random_between(random, 2500, 20000) << random_between(random, 0, 4);
  client->capacity = (size_t)random_between(random, 1, 48) << 10;
  client->thinks = random_between(random, 0, random_one_in(random, 6) ? 20 : 2) * SECOND;
  client->is_acting = true;
  world_schedule(world, item->at, client->number, act, client);
  int64_t going = item->at + random_between(random, 0, 10000) * MILLISECOND;
  if (client->leaving == RESETS)
    world_schedule(world, going, client->number, reset, client);
  if (client->leaving == VANISHES)
    world_schedule(world, going, client->number, vanish, client);
}

struct client *client_add_plain(struct world *world) {
  struct client *client = add(world);
  client->random = random_of(world->seed, 3);
  client->wanted = 1;
  client->capacity = 256 << 10;
  act_in(world, client, 0);
  return client;
}

void client_free(struct client *client) {
  bytes_free(&client->out);
  bytes_free(&client->in);
  access_log_free(client);
  free(client);
}

/* SPDX-License-Identifier: MIT */
