/* A conversation over a plain socket: for requests that no well-behaved client sends. It ends when the server closes;
   where the suite says that the connection is kept, once as many bytes have come as are expected, and a moment has
   passed for those that must not come. */
#include "harness/drive/exchange.h"
#include "harness/drive/expect.h"
#include "harness/suite/cases.h"
#include "harness/suite/conversation.h"

static void forget_silent(void *user, int error) {
  (void)user;
  (void)error;
}

/* In seconds. */
static const double LAST_BYTES = 0.05;

static void over(void *user, int error) {
  struct exchange *exchange = user;
  timer_clear(exchange->loop, &exchange->last_bytes);
  connection_close(&exchange->silent);
  exchange->over(exchange->user, error);
}

static void no_more(void *user) {
  struct exchange *exchange = user;
  connection_close(&exchange->connection);
  over(exchange, 0);
}

static void came(void *user) {
  struct exchange *exchange = user;
  struct bytes expected = {0};
  expect_talk(exchange->test_case->conversation, &exchange->program->ignored_headers,
              span_of(&exchange->connection.received), &expected);
  bool all = exchange->connection.received.len >= expected.len;
  bytes_free(&expected);
  if (!all)
    return;
  exchange->connection.came = NULL;
  timer_set(exchange->loop, &exchange->last_bytes, LAST_BYTES, no_more, exchange);
}

static void abandon(struct exchange *exchange) {
  timer_clear(exchange->loop, &exchange->last_bytes);
  connection_close(&exchange->connection);
  connection_close(&exchange->silent);
}

static void ask(struct exchange *exchange) {
  const struct conversation *talk = exchange->test_case->conversation;
  bytes_clear(&exchange->connection.received);
  exchange->connection.came = exchange->program->connection == CONNECTION_KEEP ? came : NULL;
  exchange->connection.over = over;
  exchange->connection.user = exchange;
  exchange->connection.rate = talk->slow > 0 ? (size_t)((double)talk->expected.len / talk->slow) + 1 : 0;
  exchange->silent.over = forget_silent;
  if (talk->hold)
    connection_open(&exchange->silent, exchange->loop, &exchange->server, span_text(""), false);
  connection_open(&exchange->connection, exchange->loop, &exchange->server, span_of(&talk->sent), talk->shut);
}

const struct transport talk_transport = {.asks_server = true, .ask = ask, .abandon = abandon};

/* SPDX-License-Identifier: MIT */
