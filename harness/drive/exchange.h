/* One case in the hands of a transport: what is asked, and the bytes that came back. A transport is one way to ask: a
   run to the end, requests for a document, a conversation. It knows no lane, and judges nothing. */
#ifndef HARNESS_EXCHANGE_H
#define HARNESS_EXCHANGE_H

#include "harness/drive/connection.h"
#include "harness/suite/cases.h"

struct exchange {
  struct loop *loop;
  const struct program *program;
  const struct test_case *test_case;
  struct places places;         /* of the case */
  struct sockaddr_in server;    /* its address, of this machine */
  struct connection connection; /* what came stands in its RECEIVED */
  struct connection silent;     /* another client, that says nothing */
  struct bytes request;
  struct bytes body;                   /* of each request */
  size_t number, count;                /* of the request, from 0, and how many the case makes */
  bool kept;                           /* the connection was kept for the next one */
  size_t dropped;                      /* it was to be kept, but the server closed it after so many answers; 0: no */
  struct timer last_bytes;             /* until which more may come after a whole answer */
  void (*over)(void *user, int error); /* the answer is there, or broke off: an errno value. Never called for a run */
  void *user;
};

struct transport {
  bool asks_server; /* of a program that serves; otherwise its run is the answer */
  void (*ask)(struct exchange *exchange);
  void (*abandon)(struct exchange *exchange); /* closes what is open; OVER is not called any more */
};

/* run.c, http.c, talk.c */
extern const struct transport run_transport, http_transport, talk_transport;

/* The one for TEST_CASE on PROGRAM. */
const struct transport *transport_for(const struct program *program, const struct test_case *test_case);

/* An exchange that has not begun; OVER is called with USER. */
void exchange_init(struct exchange *exchange, struct loop *loop, void (*over)(void *user, int error), void *user);
void exchange_free(struct exchange *exchange);

#endif

/* SPDX-License-Identifier: MIT */
