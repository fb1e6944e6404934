/* server.h: the records of the server and of its connections, shared by connection.c, page.c and server.c. */
#ifndef BYTEGATE_HTTP_SERVER_H
#define BYTEGATE_HTTP_SERVER_H

#include "http.h"

enum {
  SLOTS = 10240,         /* clients at a time, as far as there are descriptors; more wait in the kernel's backlog */
  REQUEST_ROOM = 8192,   /* octets of a request line and its header section */
  REQUEST_SPARE = 16,    /* octets after them that parse_request may look at */
  DRAIN_LIMIT = 1 << 20, /* octets thrown away after the last answer, before the connection is closed */
  AT_A_TIME = 16,        /* requests of one client that are answered before others have their turn */
  WRITE_STEP = 1 << 20,  /* most bytes of a page for one write */
  EVENTS = 256           /* most events told at a time */
};

/* Nanoseconds. PATIENCE: a client may stay without a complete request, and after its last answer without closing.
 * IDLE_PATIENCE: between two requests.
 * TAKE_PATIENCE: it may take nothing of its answer; each byte that it takes gives it TAKE_PER_BYTE more, up to
 * TAKE_PATIENCE from then. So a client that takes 2,000 bytes a second is never given up, and an answer ends after
 * TAKE_PATIENCE and TAKE_PER_BYTE for each of its bytes at the latest.
 * All slots taken, one that has waited for a request for GIVES_WAY_READING may have to give way, and one that has been
 * taking its answer for GIVES_WAY_WRITING. */
#define SECOND INT64_C(1000000000)
#define PATIENCE INT64_C(5000000000)
#define IDLE_PATIENCE INT64_C(15000000000)
#define TAKE_PATIENCE INT64_C(30000000000)
#define TAKE_PER_BYTE 500000
#define GIVES_WAY_READING 1000000000
#define GIVES_WAY_WRITING INT64_C(10000000000)

/* When the server is to end: how long a request may take to become complete, and a client to close after its answer;
 * and an answer to be taken, after which the server ends whoever is there. */
#define END_READING 1000000000
#define END_WRITING INT64_C(10000000000)

/* "slots": SLOTS records of SLOT_SIZE bytes. What is idle has no more memory than its slot. */
enum {
  FIELD(SLOT_STATE, 8),
  FIELD(SLOT_DEADLINE, 8),           /* on the monotonic clock, in nanoseconds; all ones: none */
  FIELD(SLOT_GIVES_WAY, 8),          /* from when on it may be given to another client, on the same clock */
  FIELD(SLOT_SOCKET, 4),             /* descriptor */
  FIELD(SLOT_EVENTS, 4),             /* LINUX_EPOLL*: what is asked of it */
  FIELD(SLOT_NEXT, 8),               /* FREE: the next one in the list of free slots */
  FIELD(SLOT_BUFFER, 8),             /* the octets received: SLOT_SMALL, or a mapping of its own */
  FIELD(SLOT_ROOM, 8),               /* that it has for them, without REQUEST_SPARE */
  FIELD(SLOT_FILLED, 8),             /* READING: octets in the buffer; DRAINING: octets thrown away */
  FIELD(SLOT_TRAITS, 8),             /* REQUEST_*: of the request that is being read or answered */
  FIELD(SLOT_CONTENT, CONTENT_SIZE), /* what is still to come of the content of the one before */
  FIELD(SLOT_IDLE, 8),               /* READING: not 0: an answer has been sent, and nothing has come since */
  FIELD(SLOT_HEAD_OUT, 8),           /* WRITING: the next byte of the header section, */
  FIELD(SLOT_HEAD_LEFT, 8),          /* how many are left, */
  FIELD(SLOT_OUT, 8),                /* the next byte of the page, or its offset in SLOT_FILE, */
  FIELD(SLOT_LEFT, 8),               /* and how many are left */
  FIELD(SLOT_PAGE, 8),               /* the kept page that it lies in, of which the slot is a user; 0: it is in none */
  FIELD(SLOT_FILE, 8),               /* 1 more than the descriptor of a file that is sent as it is; 0: none */
  FIELD(SLOT_ANSWER, 1024),          /* a header section, or an answer that has no page */
  SLOT_SMALL,                        /* room for the octets of most requests */
  SLOT_SIZE = 2048,
  SMALL_ROOM = SLOT_SIZE - SLOT_SMALL - REQUEST_SPARE
};

/* SLOT_STATE; the order is that of the table "handlers". */
enum { FREE = 0, READING = 1, WRITING = 2, DRAINING = 3 };

/* What comes with an event: the address of a slot, or one of these. */
enum { EVENT_CLIENT_WAITS = 0, EVENT_SIGNAL = 1 };

/* "server": what the event loop knows. */
enum {
  FIELD(SERVER_NOW, 8),           /* the monotonic clock, in nanoseconds, as it was last read */
  FIELD(SERVER_NEXT_DEADLINE, 8), /* none of the slots' deadlines is earlier, nor is SERVER_ACCEPT_AT */
  FIELD(SERVER_ACCEPT_AT, 8),     /* when accepting goes on; all ones: when a slot is free, or it goes on already */
  FIELD(SERVER_FREE, 8),          /* the first of the slots that are free again, or 0 */
  FIELD(SERVER_FRESH, 8),         /* after the last slot that was ever used */
  FIELD(SERVER_END, 8),           /* after the last slot that may be used */
  FIELD(SERVER_USED, 8),          /* slots that are not free */
  FIELD(SERVER_ENDING, 8),        /* not 0: it ends when all slots are free, or at this time */
  FIELD(SERVER_TOLD_ERROR, 8),    /* the sum of text and error that were told last, */
  FIELD(SERVER_TOLD_UNTIL, 8),    /* and until when it is not told again */
  FIELD(SERVER_MEMORY, 8),        /* bytes mapped for pages that clients take slowly, and for long requests */
  FIELD(SERVER_SOCKET, 4),        /* descriptors: of the listening socket */
  FIELD(SERVER_POLL, 4),          /* and of the epoll instance */
  FIELD(SERVER_SIGNALS, 4),       /* descriptor: tells of signals */
  FIELD(SERVER_ACCEPTS, 4),       /* not 0: the epoll instance tells of clients that wait */
  SERVER_SIZE
};

/* A kept page. */
enum {
  FIELD(KEPT_NEXT, 8),                 /* the next one of its list, or 0; a list begins with a place of this form */
  FIELD(KEPT_MAPPED, 8),               /* bytes of its mapping */
  FIELD(KEPT_USERS, 8),                /* how many have it */
  FIELD(KEPT_CACHED, 8),               /* 0: not the cache; else it is given up when that has come by so often */
  FIELD(KEPT_LENGTH, 8),               /* bytes of the page, */
  FIELD(KEPT_HASH, 8),                 /* and what hash_page says of them */
  FIELD(KEPT_STATUS, STATUS_GATHERED), /* of the file, as gather_status puts it together */
  KEPT_PAGE                            /* where the page itself begins */
};

/* "workers": the processes that serve, if there are several. */
enum { WORKERS_MOST = 64 };
enum {
  FIELD(WORKERS_WANTED, 8), /* 0: this process serves alone */
  FIELD(WORKERS_ENDING, 8), /* not 0: none is replaced any more */
  WORKERS_SIZE
};

#endif

/* SPDX-License-Identifier: MIT */
