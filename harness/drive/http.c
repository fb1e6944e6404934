/* One GET request a case. The answer is taken as it was served, byte for byte. Where its server says that it closes, it
   ends there, so that bytes too many are seen as well; where the server means to keep the connection open, the answer
   ends where its framing says (RFC 9112). Then this side is closed, and a moment is left for bytes that must not
   come. */
#include "harness/drive/exchange.h"
#include "harness/drive/framing.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* How long a server that keeps its connection open although its client has closed its side may send more, in seconds.
 */
static const double LAST_BYTES = 0.05;

static void over(void *user, int error) {
  struct exchange *exchange = user;
  timer_clear(exchange->loop, &exchange->last_bytes);
  exchange->over(exchange->user, error);
}

static void no_more(void *user) {
  struct exchange *exchange = user;
  connection_close(&exchange->connection);
  over(exchange, 0);
}

static void came(void *user) {
  struct exchange *exchange = user;
  struct frame frame = frame_of(span_of(&exchange->connection.received));
  if (!frame.whole || !frame.persists)
    return;
  exchange->connection.came = NULL;
  connection_shut(&exchange->connection);
  timer_set(exchange->loop, &exchange->last_bytes, LAST_BYTES, no_more, exchange);
}

static void abandon(struct exchange *exchange) {
  timer_clear(exchange->loop, &exchange->last_bytes);
  connection_close(&exchange->connection);
}

static void ask(struct exchange *exchange) {
  bytes_clear(&exchange->connection.received);
  char host[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &exchange->server.sin_addr, host, sizeof host);
  bytes_clear(&exchange->request);
  char *path = places_expand(&exchange->places, exchange->program->url_path);
  bytes_printf(&exchange->request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: bytegate\r\nAccept: */*\r\n\r\n",
               path, host, ntohs(exchange->server.sin_port));
  free(path);
  exchange->connection.rate = 0;
  exchange->connection.came = came;
  exchange->connection.over = over;
  exchange->connection.user = exchange;
  connection_open(&exchange->connection, exchange->loop, &exchange->server, span_of(&exchange->request), false);
}

const struct transport http_transport = {.asks_server = true, .ask = ask, .abandon = abandon};
