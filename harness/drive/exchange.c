/* Which transport a case needs. */
#include "harness/drive/exchange.h"

#include "harness/suite/cases.h"

const struct transport *transport_for(const struct program *program, const struct test_case *test_case) {
  if (program->drive == DRIVE_RUN)
    return &run_transport;
  return test_case->conversation ? &talk_transport : &http_transport;
}

void exchange_init(struct exchange *exchange, struct loop *loop, void (*over)(void *user, int error), void *user) {
  *exchange = (struct exchange){.loop = loop, .connection.fd = -1, .silent.fd = -1, .over = over, .user = user};
}

void exchange_free(struct exchange *exchange) {
  bytes_free(&exchange->connection.received);
  bytes_free(&exchange->silent.received);
  bytes_free(&exchange->request);
  bytes_free(&exchange->body);
}

/* SPDX-License-Identifier: MIT */
