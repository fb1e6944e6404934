/* virtual.h: the server in Unicorn, on a kernel of the test's own, with clients and with time that the test moves.
 *
 * Nothing waits: where the server waits and nothing is ready, the clock goes to the earlier of the server's timeout and
 * the test's next step. So a deadline is looked at to the nanosecond, however busy the machine is, and no two events
 * can change places. The kernel knows the system calls that the server makes, and refuses any other. */
#ifndef BYTEGATE_HTTP_TESTS_VIRTUAL_H
#define BYTEGATE_HTTP_TESTS_VIRTUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words.h"

#define SECOND INT64_C(1000000000)

/* A client, as the kernel knows it. */
typedef struct {
  bool accepted; /* by the server */
  bool ended;    /* the client has ended its side */
  bool reset;    /* the client has reset the connection */
  bool resets;   /* it does so as soon as the server has read all */
  bool shut;     /* the server has ended its side */
  bool closed;   /* by the server */
  char in[512];  /* what was sent, and how much of it the server has read */
  size_t in_length, in_read;
  char *out; /* what the server has written; NUL after the last byte */
  size_t out_length;
  size_t room; /* bytes that the client still takes */
} Client;

enum { CLIENTS_MOST = 160, MANY = CLIENTS_MOST + 1 };

/* What fstat says of FILE, beside its size: each may be changed. */
typedef struct {
  uint64_t device, inode;
  int64_t modified, modified_nanoseconds; /* the time of its content, */
  int64_t changed, changed_nanoseconds;   /* and that of its inode: seconds of the calendar */
} FileStatus;

/* The calendar, in seconds, when the monotonic clock is 0. */
#define CALENDAR_SECONDS INT64_C(784111777)

typedef struct {
  Client client[CLIENTS_MOST];
  int clients;
  int64_t now;         /* of the monotonic clock, in nanoseconds */
  long polls, accepts; /* system calls made so far */
  FileStatus file;
  long renderings;        /* how often FILE was read */
  long clock_reads;       /* how often a clock was */
  long mapped_pages;      /* memory that the server has mapped, in units of 4,096 bytes */
  int slots;              /* clients that the server has descriptors for */
  int no_descriptor_left; /* not 0: accept gives that error number */
  int signals;            /* that wait to be read */
  bool signals_last;      /* they are told after what clients did at the same time */
  char logged[4096];      /* what was written to standard output, with a NUL after it */
  size_t logged_length;
  bool closed_backlog;     /* the server has closed the listening socket */
  bool exited;             /* it has ended, with `now` the time */
  bool no_memory_to_watch; /* no socket can be added to the epoll instance */
} Virtual;

/* Start a server for a document of those bytes, at time 0, for a machine. There is one at a time. Never freed.
 * `slots`: clients that it has descriptors for. */
Virtual *virtual_start(Isa isa, const char *document, size_t length, int slots);

/* The flags of the command line, as they stand in "render_flags". */
void virtual_flags(uint64_t flags);

/* The SIZE of --memory. */
void virtual_memory(uint64_t size);

/* The SIZE of --cache. */
void virtual_cache(uint64_t size);

/* FILE has other bytes now. What is told of it, but for its size, does not change. */
void virtual_write(const char *document, size_t length);

/* From now on the server writes an access log. */
void virtual_log(void);

/* A new client, which waits to be accepted and takes all that is written; returns its number. */
int virtual_connect(void);
void virtual_send(int client, const char *octets);

/* Let the server do all that it does before `time` and at it, and stop the clock there. */
void virtual_run(int64_t time);

#endif

/* SPDX-License-Identifier: MIT */
