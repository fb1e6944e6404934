/* server.h: the records of the server's connections, shared by connection.c and server.c. */
#ifndef BYTEGATE_HTTP_SERVER_H
#define BYTEGATE_HTTP_SERVER_H

#include "http.h"

enum {
  SLOTS = 64,            /* clients at a time; more wait in the kernel's backlog */
  REQUEST_ROOM = 8192,   /* octets of a request line and its header section */
  REQUEST_SPARE = 16,    /* octets after them that parse_request may look at */
  DRAIN_LIMIT = 1 << 20, /* octets of a request body thrown away before the connection is closed */
  WRITE_STEP = 1 << 20   /* most bytes of a page for one write */
};

/* Nanoseconds that a client may stay without a complete request, or without taking a byte of its answer. */
#define PATIENCE INT64_C(5000000000)

/* "slots": SLOTS records of SLOT_SIZE bytes. */
enum {
  FIELD(SLOT_STATE, 8),
  FIELD(SLOT_DEADLINE, 8), /* on the monotonic clock, in nanoseconds; all ones: none */
  FIELD(SLOT_FILLED, 8),   /* READING: octets in the buffer; DRAINING: octets thrown away */
  FIELD(SLOT_HEAD, 8),     /* not 0: the method is HEAD */
  FIELD(SLOT_OUT, 8),      /* WRITING: the next byte of the answer, */
  FIELD(SLOT_LEFT, 8),     /* and how many are left */
  FIELD(SLOT_MAPPING, 8),  /* the mapping that the page lies in, or 0 */
  FIELD(SLOT_MAPPING_SIZE, 8),
  FIELD(SLOT_BUFFER, 8), /* REQUEST_ROOM bytes of its own; kept for good */
  SLOT_SIZE
};

/* SLOT_STATE; the order is that of the table "handlers". */
enum { FREE = 0, READING = 1, WRITING = 2, DRAINING = 3 };

/* "poll_set": a struct pollfd of the listening socket, then one of each slot. A descriptor of -1 is passed over. */

#endif
