/* The world around a simulated program: its kernel, its files, its clients, and the time. All that happens in it is
   decided by the seed, and by which items of the seed's plan are kept. */
#ifndef HARNESS_SIMULATE_WORLD_H
#define HARNESS_SIMULATE_WORLD_H

#include "harness/simulate/emulator.h"
#include "harness/simulate/random.h"

#include <stdio.h>

#define SECOND INT64_C(1000000000)
#define MILLISECOND INT64_C(1000000)
#define NEVER INT64_MAX

struct world;

enum { MOST_DESCRIPTORS = 4096, MOST_REQUESTS = 12, MOST_PAGES = 64, CALL_NUMBERS_ROOM = 512 };

/* ---- The plan --------------------------------------------------------------------------------------------------- */

/* One thing that happens from outside. Whatever it draws comes from a stream of its own, so that it stays as it is when
   others are left out. */
enum item_kind {
  ITEM_CLIENT,
  ITEM_FAULT,
  ITEM_FILE,
  ITEM_JUMP,
  ITEM_CALENDAR,
  ITEM_TERMINATION,
  ITEM_HANGUP,
  ITEM_WORKER_FAULT, /* of a call that only the process makes that watches workers */
  ITEM_DEATH,        /* of workers */
  ITEM_WATCHER_DEATH
};

struct item {
  enum item_kind kind;
  unsigned number; /* in the plan of the seed, from 1 */
  int64_t at;      /* when, on the monotonic clock */
  struct random random;
};

/* Where the access log goes. */
enum log { NO_LOG, LOG_PRINTED, LOG_IN_FILE };

/* All that a seed decides. */
struct plan {
  uint64_t seed;
  struct item *items; /* owned, by number */
  size_t count;
  int64_t end;           /* after the last item */
  unsigned descriptors;  /* RLIMIT_NOFILE */
  uint64_t memory_limit; /* --memory of the server; 0: none */
  bool keeps_page;       /* --cache */
  bool sandboxes;        /* the kernel knows seccomp and Landlock */
  bool serves_folder;    /* not a file alone; then the document is its index.md */
  bool opens_beneath;    /* the kernel knows openat2 */
  bool is_ipv6;          /* --address */
  bool becomes_user;     /* --user */
  unsigned workers;      /* --workers; 0: the program is one process */
  enum log logs;         /* --log */
  unsigned documents[2]; /* of which to which the documents are drawn */
  unsigned wakes_late;   /* a wait may end so many microseconds late */
  unsigned short_in;     /* one in so many reads and writes is a short one */
};

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

/* A document as the program has read it, and what the oracle makes of it. */
struct page {
  uint64_t hash;
  struct bytes document, html;
  struct page *same; /* the first one with that HTML, perhaps this one; */
  char tag[40];      /* it has the entity tag as it was first seen; "": not yet */
};

/* When the program has read it whole. */
struct seen {
  struct page *page;
  uint64_t step;
};

/* What else lies in a folder that is served, and what a request for it deserves: 200 and the page, or STATUS. */
struct resource {
  const char *target;
  unsigned status;
  const char *type;     /* NULL: HTML */
  const char *content;  /* a document, or with a type what is sent as it is; NULL: there is none */
  const char *html;     /* of what is no document: a list */
  const char *location; /* of 301 */
  bool is_link;         /* its name leads to it; without openat2 it deserves 404 */
};

/* A line of the access log, or one that there has to be. */
struct line {
  unsigned status;
  size_t bytes;
  char *request; /* owned; as it stands between the quotation marks */
  bool is_begun; /* owed: REQUEST may be cut off, for not all of it had come */
};

/* ---- Clients ---------------------------------------------------------------------------------------------------- */

enum condition { NO_CONDITION, IF_NONE_MATCH, IF_MATCH, RANGE, IF_RANGE };

struct request {
  const char *line, *what;         /* for messages: its text, and what else there is to it */
  size_t start, head_end,          /* in the octets that the client sends: */
      end;                         /* with its content */
  unsigned status;                 /* that it deserves; 200: what the page and the condition make of it */
  bool is_head, is_old;            /* HTTP/1.0 */
  bool persists;                   /* the connection goes on after the answer */
  bool expects;                    /* 100 Continue */
  const struct resource *resource; /* what of a folder it asks for; NULL: the document */
  bool answered_early;             /* it may be answered before it is complete */
  enum condition condition;
  char tag[40];
  long first, last; /* of the range; last -1: to the end; first -1: the last `last` */
  /* What has become of it: */
  bool is_read; /* its header section, by the program */
  uint64_t read_step;
  int64_t due_at; /* when it is the next to be answered; NEVER: not yet */
  bool begun, answered;
  size_t answer_end; /* in what the program has written */
};

enum client_state { CLIENT_AWAY, CLIENT_WAITS, CLIENT_OPEN, CLIENT_CLOSED };
enum sending { SENDS_WHOLE, SENDS_PIECES, SENDS_ALL_AT_ONCE };
enum leaving { LEAVES, LEAVES_TO_THE_SERVER, ENDS_ITS_SIDE, RESETS, VANISHES, STALLS };
enum taking { TAKES_AT_ONCE, TAKES_SLOWLY, TAKES_NOTHING };

struct client {
  unsigned number; /* of its item; 0: it is the history's own */
  struct random random;
  struct process *process; /* that has accepted it; NULL: none has yet */
  enum client_state state;
  int descriptor;
  int64_t waits_since, accepted_at;
  /* What it does. */
  enum sending sending;
  enum leaving leaving;
  enum taking taking;
  unsigned rate;   /* bytes a second, of TAKES_SLOWLY */
  size_t capacity; /* bytes that the kernel holds for it */
  int64_t thinks;  /* at most so long between an answer and the next request */
  /* What it sends. */
  struct bytes out;
  size_t sent, read; /* by the client, by the program */
  int64_t sent_at;
  struct request requests[MOST_REQUESTS];
  unsigned request_count, wanted; /* composed; in all */
  size_t stops_at;                /* it sends no more than so much; SIZE_MAX: all */
  bool is_acting;                 /* an event for it to go on is on its way */
  bool is_taking;                 /* and one to take what has come */
  bool ended, ended_read;         /* it has ended its side; and the program has seen that */
  bool reset, reset_told, vanished;
  int64_t ended_at, reset_at;
  /* What it gets. */
  struct bytes in;
  size_t taken;          /* of them, by the client */
  size_t parsed;         /* bytes of whole answers */
  unsigned next;         /* the request whose answer comes next */
  bool is_closing;       /* the answer in hand says that no other comes */
  bool is_last;          /* no answer comes after the last one: it said so */
  int64_t begun_at;      /* the answer in hand was begun */
  int64_t take_until;    /* the deadline of the answer in hand, as the server promises it */
  int64_t room_since;    /* there has been room to write since then */
  bool idle;             /* after an answer, and nothing has come since */
  int64_t reading_since; /* it has been waited for its request since then, */
  uint64_t reading_step; /* or somewhat longer */
  int64_t answered_at;   /* the last answer's end */
  bool is_refused;       /* the last write to it took nothing */
  int64_t shut_at;       /* the program has ended its side; NEVER: not yet */
  char last_tag[40];
  /* Of the access log: the lines that it has, and those that are owed for whole answers. */
  struct line *lines, *owed; /* owned */
  size_t line_count, owed_count, lines_held;
  bool is_unlogged; /* lines of it were lost */
  bool excused;     /* a fault has hit it: it may go without an answer */
};

/* ---- The kernel ------------------------------------------------------------------------------------------------- */

enum object {
  NO_OBJECT,
  OBJECT_STANDARD,
  OBJECT_LISTENER,
  OBJECT_SOCKET,
  OBJECT_POLL,
  OBJECT_SIGNALS,
  OBJECT_FILE,
  OBJECT_EVENT,
  OBJECT_RULES,
  OBJECT_FOLDER, /* its node is `inode` */
  OBJECT_LOG,
  OBJECT_INHERITED /* of a worker: what only its parent can use */
};

struct descriptor {
  enum object object;
  struct client *client; /* of OBJECT_SOCKET, and of OBJECT_LISTENER NULL */
  size_t inode;          /* of OBJECT_FILE */
  size_t offset;
  struct bytes seen; /* OBJECT_FILE: the bytes that were read */
  bool broken;       /* OBJECT_FILE: a read of it failed */
  bool is_whole;     /* OBJECT_FILE: it was read to its end */
  bool is_told;      /* OBJECT_FILE: fstat has told of it */
  bool is_watched;
  uint32_t events;
  uint64_t data;
  uint64_t count; /* of OBJECT_EVENT */
};

/* A file that is there, or was when it was opened. */
struct inode {
  struct bytes content;
  uint32_t mode;
  int64_t modified; /* on the calendar's clock */
};

/* A fault that waits for its call. */
struct fault {
  const char *call;
  enum object object; /* that it is made of; NO_OBJECT: any */
  int error;
  unsigned item, left; /* how often */
};

struct event {
  int64_t at;
  unsigned item;   /* of whom; ties are broken by it, */
  uint64_t serial; /* and then by this */
  void (*happen)(struct world *world, void *what);
  void *what;
};

typedef int64_t handler(struct world *world, const uint64_t *arguments);

/* What a failure of the kernel permits the program to answer. */
enum { PERMITS_404, PERMITS_500, PERMITS_503 };

/* ---- Processes -------------------------------------------------------------------------------------------------- */

/* PROCESS_ENDED: its parent has not waited for it yet. */
enum process_state { PROCESS_READY, PROCESS_WAITS, PROCESS_ENDED, PROCESS_GONE };

/* A process of the program: the one that was started, or a worker that it has made. What a kernel has for each. */
struct process {
  unsigned number;        /* by which others name it */
  struct process *parent; /* NULL: it is gone, or this is the first process */
  struct emulator *emulator;
  enum process_state state;
  int64_t ended_at;
  /* The call in hand, and of one that waits, what says whether it is over: WAITS, or its result. */
  uint64_t call, arguments[6];
  int64_t result, wait_end;
  int64_t (*look)(struct world *world);
  /* Signals. */
  bool blocks_signals, ends_with_parent;
  unsigned signals;      /* that wait to be read, of those that end it, */
  unsigned hangups;      /* and of SIGHUP; */
  bool child_has_ended;  /* and SIGCHLD */
  int64_t terminated_at; /* a signal that ends it has come; NEVER: not yet */
  /* Its descriptors, and memory that it has asked for. */
  struct descriptor descriptors[MOST_DESCRIPTORS];
  struct descriptor lost; /* a listening socket that it has closed, while its epoll instance goes on telling of it */
  size_t mappings;
  uint64_t mapped;         /* bytes */
  size_t base_descriptors; /* after the first client is gone; 0: it was not there then */
  bool has_no_groups;
  unsigned user, group; /* as which it runs */
  /* Its loop. */
  uint64_t round, lacking_round; /* memory was refused in that round of the event loop */
  bool has_fault;                /* anything has gone wrong in this round */
  uint64_t permitted[3];         /* PERMITS_*: the step in which something last happened that permits it; 0: never */
  uint64_t polls_at_once;
  int64_t polled_at;
  /* Its access log. */
  struct client **composed; /* owned; whose lines it holds that are not yet written, in their order */
  size_t composed_count;
  bool is_nameless; /* the last of them was asked for when its client had gone */
};

/* What is owed for workers that have ended. */
struct watch {
  int64_t short_since;    /* fewer of them than are wanted are there; NEVER: as many */
  int64_t fork_failed_at; /* and the kernel has made none */
  unsigned untold;        /* deaths that standard error has not told of, */
  int64_t untold_since;   /* the first of them */
  unsigned told;          /* and how often it has */
};

struct unknown_call {
  uint64_t number, times;
};

struct history_counts {
  uint64_t seconds, requests, faults, calls, clients;
};

struct world {
  uint64_t seed;
  const struct plan *plan;
  struct process **processes; /* owned, each owned; the first one is the one that was started */
  size_t process_count;
  struct process *process;  /* whose call is in hand */
  struct emulator *running; /* that the host's processor is in */
  struct watch watch;
  struct random random;  /* of what is nobody's: the order of events, late wakings */
  int64_t now, calendar; /* the monotonic clock, and what makes it the time of the day */
  uint64_t step, hash;
  handler *handlers[CALL_NUMBERS_ROOM];
  struct client **clients; /* owned, each owned */
  size_t client_count;
  struct client **backlog;
  size_t backlog_count;
  struct event *events;
  size_t event_count, event_room;
  uint64_t serials;
  struct inode *inodes;
  size_t inode_count, inode; /* that the document's name leads to; SIZE_MAX: none */
  struct item *file_item;    /* a change that waits for a read in the middle of the file */
  struct page **pages;       /* owned, each owned */
  size_t page_count;
  struct seen *seen; /* owned; in the order of time */
  size_t seen_count;
  struct fault *faults;
  size_t fault_count;
  int64_t jumped_at, calendar_moved_at, accept_failed_at, backlog_since;
  bool listens, announced, limits_send_buffer;
  struct page **resources;                   /* owned; the page of each, by its place; NULL: it has none */
  size_t node_inodes[16];                    /* of the files of a folder */
  int64_t terminated_at;                     /* the first process is to end, or has; NEVER: not yet */
  size_t base_mappings;                      /* after the first client is gone, at most, in any process */
  struct client *first_client, *last_client; /* the history's own */
  bool over, exited;
  struct unknown_call unknown[8]; /* that the kernel does not have, by number */
  size_t unknown_count;
  const char *failure_kind; /* NULL: none so far */
  struct bytes failure;
  FILE *trace;
  struct history_counts counts;
};

/* Adds to the trace of the history, if there is one. */
void world_tell(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the history: the program has done what it may not. KIND is the same for all failures that look alike; static. */
void world_fail(struct world *world, const char *kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Has HAPPEN be called with WHAT at a time; ITEM breaks ties. */
void world_schedule(struct world *world, int64_t at, unsigned item, void (*happen)(struct world *, void *), void *what);

/* Everything that is to happen by now happens. */
void world_catch_up(struct world *world);

/* When the next event is; NEVER: there is none. */
int64_t world_next_event(const struct world *world);

/* "client 12", for messages. Static. */
const char *client_name(const struct client *client);

#endif

/* SPDX-License-Identifier: MIT */
