/* server.h: the records of the server's connections, shared by connection.c and server.c. */
#ifndef BYTEGATE_HTTP_SERVER_H
#define BYTEGATE_HTTP_SERVER_H

#include "http.h"

enum {
  SLOTS = 64,            /* clients at a time; more wait in the kernel's backlog */
  REQUEST_ROOM = 8192,   /* octets of a request line and its header section */
  REQUEST_SPARE = 16,    /* octets behind them that parse_request may look at */
  DRAIN_LIMIT = 1 << 20, /* octets of a request body thrown away before the connection is closed */
  WRITE_STEP = 1 << 20   /* most bytes of a page for one write */
};

/* Nanoseconds that a client may stay without a complete request, or without taking a byte of its answer. */
#define PATIENCE INT64_C(5000000000)

/* "slots": SLOTS records of SLOT_SIZE bytes; every field is 64 bits wide. */
enum {
  SLOT_STATE = 0,
  SLOT_DEADLINE = 8, /* on the monotonic clock, in nanoseconds; all ones: none */
  SLOT_FILLED = 16,  /* READING: octets in the buffer; DRAINING: octets thrown away */
  SLOT_HEAD = 24,    /* not 0: the method is HEAD */
  SLOT_OUT = 32,     /* WRITING: the next byte of the answer, */
  SLOT_LEFT = 40,    /* and how many are left */
  SLOT_MAPPING = 48, /* the mapping that the page lies in, or 0 */
  SLOT_MAPPING_SIZE = 56,
  SLOT_BUFFER = 64, /* REQUEST_ROOM bytes of its own; kept for good */
  SLOT_SIZE = 72
};

/* SLOT_STATE; the order is that of the table "handlers". */
enum { FREE = 0, READING = 1, WRITING = 2, DRAINING = 3 };

/* "poll_set": struct pollfd of the listening socket, then of each slot. A descriptor of -1 is passed over. */
enum { POLLFD_FD = 0, POLLFD_EVENTS = 4, POLLFD_REVENTS = 6, POLLFD_SIZE = 8 };

#endif
