#include "harness/simulate/requests.h"

#include "harness/simulate/resources.h"

#include <string.h>

/* A kind of request: TEXT with an empty line after it. */
struct kind {
  const char *text;
  unsigned weight;
  unsigned status; /* that it deserves; 200: what the page makes of it */
  bool is_head, is_old, closes, answered_early;
  enum { NO_CONTENT, PLAIN_CONTENT, CHUNKS, AFTER_100 } content;
};

#define HOST "Host: simulated\r\n"

static const struct kind kinds[] = {
    {.text = "GET / HTTP/1.1\r\n" HOST, .weight = 40, .status = 200},
    {.text = "HEAD / HTTP/1.1\r\n" HOST, .weight = 10, .status = 200, .is_head = true},
    {.text = "GET /?a=b HTTP/1.1\r\nAccept: text/html\r\n" HOST, .weight = 5, .status = 200},
    {.text = "GET http://simulated/ HTTP/1.1\r\n" HOST, .weight = 3, .status = 200},
    {.text = "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n", .weight = 8, .status = 200, .closes = true},
    {.text = "GET / HTTP/1.0\r\n", .weight = 3, .status = 200, .is_old = true, .closes = true},
    {.text = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n", .weight = 3, .status = 200, .is_old = true},
    {.text = "OPTIONS * HTTP/1.1\r\n" HOST, .weight = 2, .status = 204},
    {.text = "OPTIONS / HTTP/1.1\r\n" HOST, .weight = 2, .status = 204},
    {.text = "GET /elsewhere HTTP/1.1\r\n" HOST, .weight = 4, .status = 404},
    {.text = "HEAD /elsewhere HTTP/1.1\r\n" HOST, .weight = 2, .status = 404, .is_head = true},
    {.text = "POST / HTTP/1.1\r\n" HOST, .weight = 5, .status = 405, .content = PLAIN_CONTENT},
    {.text = "PUT / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n", .weight = 4, .status = 405, .content = CHUNKS},
    {.text = "GET / HTTP/1.1\r\n" HOST, .weight = 3, .status = 200, .content = PLAIN_CONTENT},
    {.text = "GET / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n", .weight = 3, .status = 200, .content = AFTER_100},
    {.text = "BREW / HTTP/1.1\r\n" HOST, .weight = 2, .status = 501},
    {.text = "GET / HTTP/1.1\r\n" HOST "Expect: tea\r\n", .weight = 2, .status = 417},
    {.text = "GET / HTTP/1.1\r\n", .weight = 1, .status = 400, .closes = true},
    {.text = "GET / HTTP/1.1\r\nHost : simulated\r\n",
     .weight = 1,
     .status = 400,
     .closes = true,
     .answered_early = true},
    {.text = "GET / HTTP/2.0\r\n" HOST, .weight = 1, .status = 505, .closes = true, .answered_early = true},
    {.text = "POST / HTTP/1.1\r\n" HOST "Content-Length: 2000000\r\n", .weight = 1, .status = 413, .closes = true}};

/* A request line, or a field, that is longer than there is room for. */
enum { TOO_LONG = 9000 };

static void append_letters(struct client *client, size_t count) {
  for (size_t i = 0; i < count; i++)
    bytes_append(&client->out, &"abcdefghijklmnopqrstuvwxyz"[(count + i) % 26], 1);
}

static void append_long(struct client *client, struct request *request) {
  request->status = random_one_in(&client->random, 2) ? 414 : 431;
  request->what = request->status == 414 ? "GET with a long target" : "GET with a long field";
  request->answered_early = true;
  bytes_text(&client->out, request->status == 414 ? "GET /" : "GET / HTTP/1.1\r\n" HOST "X-Long: ");
  append_letters(client, TOO_LONG);
  bytes_text(&client->out, request->status == 414 ? " HTTP/1.1\r\n" HOST "\r\n" : "\r\n\r\n");
}

/* A field that makes the answer depend on the page. */
static void append_condition(struct client *client, struct request *request) {
  struct random *random = &client->random;
  static const char no_tag[] = "\"0123456789abcdef\"";
  bool knows = *client->last_tag && !random_one_in(random, 4);
  request->condition = (enum condition)random_between(random, IF_NONE_MATCH, IF_RANGE);
  snprintf(request->tag, sizeof request->tag, "%s", knows ? client->last_tag : no_tag);
  if (request->condition == IF_NONE_MATCH)
    bytes_printf(&client->out, "If-None-Match: W/\"x\", %s\r\n", request->tag);
  if (request->condition == IF_MATCH)
    bytes_printf(&client->out, "If-Match: %s\r\n", request->tag);
  if (request->condition == IF_RANGE)
    bytes_printf(&client->out, "If-Range: %s\r\n", request->tag);
  if (request->condition != RANGE && request->condition != IF_RANGE)
    return;
  request->first = random_one_in(random, 4) ? -1 : (long)random_between(random, 0, 2000);
  request->last = request->first < 0         ? (long)random_between(random, 0, 500)
                  : random_one_in(random, 3) ? -1
                                             : request->first + (long)random_between(random, 0, 1000);
  bytes_text(&client->out, "Range: bytes=");
  if (request->first >= 0)
    bytes_printf(&client->out, "%ld", request->first);
  bytes_text(&client->out, "-");
  if (request->last >= 0)
    bytes_printf(&client->out, "%ld", request->last);
  bytes_text(&client->out, "\r\n");
}

static void append_content(struct client *client, const struct kind *kind, struct request *request) {
  size_t length = kind->content == NO_CONTENT ? 0 : (size_t)random_between(&client->random, 0, 4000);
  if (kind->content == PLAIN_CONTENT || kind->content == AFTER_100)
    bytes_printf(&client->out, "Content-Length: %zu\r\n", length);
  bytes_text(&client->out, "\r\n");
  request->head_end = client->out.len;
  if (kind->content != CHUNKS) {
    append_letters(client, length);
    return;
  }
  for (size_t left = length; left;) {
    size_t chunk = (size_t)random_between(&client->random, 1, (int64_t)left);
    bytes_printf(&client->out, "%zx\r\n", chunk);
    append_letters(client, chunk);
    bytes_text(&client->out, "\r\n");
    left -= chunk;
  }
  bytes_text(&client->out, "0\r\n\r\n");
}

static const struct kind *choose_kind(struct random *random) {
  int64_t total = 0;
  size_t i = 0;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    total += kinds[k].weight;
  for (int64_t place = random_between(random, 0, total - 1); place >= kinds[i].weight; i++)
    place -= kinds[i].weight;
  return &kinds[i];
}

/* What the request is called in messages: its line, cut. */
static void describe(struct request *request, const struct kind *kind) {
  static const char *const words[] = {
      [NO_CONTENT] = "", [PLAIN_CONTENT] = "with content", [CHUNKS] = "in chunks", [AFTER_100] = "that expects 100"};
  static const char *const conditions[] = {[NO_CONDITION] = NULL,
                                           [IF_NONE_MATCH] = "with If-None-Match",
                                           [IF_MATCH] = "with If-Match",
                                           [RANGE] = "with Range",
                                           [IF_RANGE] = "with If-Range"};
  request->line = kind->text;
  request->what = request->condition ? conditions[request->condition] : words[kind->content];
}

/* A request for what else is in the folder that is served. */
static void compose_resource(const struct world *world, struct client *client, struct request *request) {
  const struct resource *resource = &resources[random_between(&client->random, 0, (int64_t)resource_count - 1)];
  request->resource = resource;
  request->line = resource->target;
  request->what = "of the folder";
  request->is_head = random_one_in(&client->random, 4);
  request->persists = !random_one_in(&client->random, 8);
  request->status = resource->is_link && !world->plan->opens_beneath ? 404 : resource->status;
  bytes_printf(&client->out, "%s %s HTTP/1.1\r\n" HOST "%s", request->is_head ? "HEAD" : "GET", resource->target,
               request->persists ? "" : "Connection: close\r\n");
  if (request->status == 200 && random_one_in(&client->random, 3))
    append_condition(client, request);
  bytes_text(&client->out, "\r\n");
  request->head_end = request->end = client->out.len;
}

void request_compose(const struct world *world, struct client *client, bool plain) {
  const struct kind *kind = plain ? &kinds[4] : choose_kind(&client->random);
  struct request *request = &client->requests[client->request_count++];
  *request = (struct request){.start = client->out.len, .due_at = NEVER};
  if (!plain && world->plan->serves_folder && random_one_in(&client->random, 2)) {
    compose_resource(world, client, request);
    return;
  }
  if (!plain && random_one_in(&client->random, 60)) {
    append_long(client, request);
    request->line = "GET";
    request->head_end = request->end = client->out.len;
    return;
  }
  *request = (struct request){.start = client->out.len,
                              .due_at = NEVER,
                              .status = kind->status,
                              .is_head = kind->is_head,
                              .is_old = kind->is_old,
                              .persists = !kind->closes,
                              .answered_early = kind->answered_early,
                              .expects = kind->content == AFTER_100};
  bytes_text(&client->out, kind->text);
  if (kind->status == 200 && !plain && !kind->is_old && random_one_in(&client->random, 4))
    append_condition(client, request);
  describe(request, kind);
  append_content(client, kind, request);
  request->end = client->out.len;
}

/* SPDX-License-Identifier: MIT */
