/* Requests for a document, one or several a case. The answer is taken as it was served, byte for byte. Where its server
   says that it closes, it ends there, so that bytes too many are seen as well; where the server means to keep the
   connection open, the answer ends where its framing says (RFC 9112). Then the next request goes on the same
   connection, if the suite wants it kept; else this side is closed, and a moment is left for bytes that must not come.
 */
#include "harness/drive/exchange.h"
#include "harness/drive/framing.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How long a server that keeps its connection open although its client has closed its side may send more, in seconds.
 */
static const double LAST_BYTES = 0.05;

static void over(void *user, int error) {
  struct exchange *exchange = user;
  bool keeps = exchange->program->connection == CONNECTION_KEEP;
  bool answered = exchange->connection.received.len > 0;
  timer_clear(exchange->loop, &exchange->last_bytes);
  /* Whether the close or the next request came first does not matter. */
  if (keeps && answered && exchange->number + 1 < exchange->count)
    exchange->dropped = exchange->number + 1;
  else if (keeps && !answered && exchange->kept)
    exchange->dropped = exchange->number;
  exchange->kept = false;
  exchange->over(exchange->user, error);
}

static void no_more(void *user) {
  struct exchange *exchange = user;
  connection_close(&exchange->connection);
  over(exchange, 0);
}

static void came(void *user) {
  struct exchange *exchange = user;
  const struct program *program = exchange->program;
  struct frame frame = frame_of(span_of(&exchange->connection.received), strcmp(program->method, "HEAD") == 0);
  if (!frame.whole || !frame.persists || program->connection == CONNECTION_CLOSE)
    return;
  exchange->connection.came = NULL;
  if (program->connection == CONNECTION_KEEP && exchange->number + 1 < exchange->count) {
    exchange->kept = true;
    exchange->over(exchange->user, 0);
    return;
  }
  connection_shut(&exchange->connection);
  timer_set(exchange->loop, &exchange->last_bytes, LAST_BYTES, no_more, exchange);
}

static void abandon(struct exchange *exchange) {
  timer_clear(exchange->loop, &exchange->last_bytes);
  connection_close(&exchange->connection);
  exchange->kept = false;
}

/* Whether the suite has a header NAME of its own. */
static bool has_own(const struct program *program, const char *name) {
  size_t len = strlen(name);
  for (size_t i = 0; i < program->request_headers.count; i++)
    if (strncasecmp(program->request_headers.items[i], name, len) == 0 && program->request_headers.items[i][len] == ':')
      return true;
  return false;
}

/* Appends the header NAME, unless the suite has one of its own. */
static void add_header(struct exchange *exchange, const char *name, const char *value) {
  if (!has_own(exchange->program, name))
    bytes_printf(&exchange->request, "%s: %s\r\n", name, value);
}

static void add_headers(struct exchange *exchange) {
  const struct program *program = exchange->program;
  char address[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &exchange->server.sin_addr, address, sizeof address);
  char *host = xasprintf("%s:%d", address, ntohs(exchange->server.sin_port));
  char *length = xasprintf("%zu", exchange->body.len);
  add_header(exchange, "Host", host);
  add_header(exchange, "User-Agent", "bytegate");
  add_header(exchange, "Accept", "*/*");
  if (program->connection >= 0)
    add_header(exchange, "Connection", connection_words[program->connection]);
  if (strcmp(program->request_body, "no") != 0)
    add_header(exchange, "Content-Length", length);
  free(host);
  free(length);
  for (size_t i = 0; i < program->request_headers.count; i++) {
    char *line = places_expand(&exchange->places, program->request_headers.items[i]);
    bytes_printf(&exchange->request, "%s\r\n", line);
    free(line);
  }
}

static void ask(struct exchange *exchange) {
  const struct program *program = exchange->program;
  struct connection *connection = &exchange->connection;
  char *path = places_expand(&exchange->places, program_url_path(program, exchange->number));
  bytes_clear(&connection->received);
  bytes_clear(&exchange->request);
  bytes_printf(&exchange->request, "%s ", program->method);
  bytes_target(&exchange->request, path);
  bytes_text(&exchange->request, " HTTP/1.1\r\n");
  add_headers(exchange);
  bytes_text(&exchange->request, "\r\n");
  bytes_add(&exchange->request, span_of(&exchange->body));
  free(path);
  connection->rate = 0;
  connection->came = came;
  connection->over = over;
  connection->user = exchange;
  exchange->dropped = 0;
  if (exchange->kept)
    connection_send(connection, span_of(&exchange->request));
  else
    connection_open(connection, exchange->loop, &exchange->server, span_of(&exchange->request), false);
}

const struct transport http_transport = {.asks_server = true, .ask = ask, .abandon = abandon};

/* SPDX-License-Identifier: MIT */
