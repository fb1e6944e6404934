/* A lane: one program at work, and the case that it is at. It starts the program, waits for what the case's transport
   and the program's process report, and has that judged. Its owner gives it cases and hears of their results. */
#ifndef HARNESS_LANE_H
#define HARNESS_LANE_H

#include "harness/drive/exchange.h"
#include "harness/drive/fork_server.h"
#include "harness/drive/growth.h"
#include "harness/drive/place.h"
#include "harness/process/launch.h"
#include "harness/verdict/result.h"

enum lane_state {
  LANE_IDLE,      /* no case; a server may be running and ready */
  LANE_FORKING,   /* waits for a forked run */
  LANE_STARTING,  /* waits until the server is ready */
  LANE_ASKING,    /* its transport is at work, or a run */
  LANE_ENDING,    /* the connection broke, and the process is about to end, or the other way round: waits for both */
  LANE_LINGERING, /* all is answered: does the server end by itself? */
  LANE_STOPPING   /* a server that was sent SIGTERM */
};

struct lane;

/* The owner of lanes. */
struct lane_owner {
  struct workspace *workspace;
  struct loop *loop;
  struct fork_servers *fork_servers; /* NULL: every run is started by itself */
  bool lingers;                      /* a server may still fall after its last answer, and is given a moment for it */
  /* A result stands, of the lane's case or of one before it on the same server. */
  void (*report)(void *user, struct lane *lane, struct result *result);
  void *user;
};

struct lane {
  const struct lane_owner *owner;
  enum lane_state state;
  struct result *result;       /* at work on; NULL: none */
  struct result *last;         /* that the server that runs now answered last; NULL: none */
  struct result *suspect;      /* of the server before: it may be what that one fell by */
  struct result fall;          /* how that one fell */
  bool fell_silent;            /* without a byte for the case that it was at */
  const struct target *target; /* of the process */
  struct process process;
  struct place place;
  struct exchange exchange;
  const struct transport *transport;
  bool placed;                     /* what the case needs stands in its place */
  struct fork_server *fork_server; /* that its run is forked off; NULL: it has a start of its own */
  bool plain;                      /* the case is to have one */
  bool proves;                     /* an emulator is to show that the program began */
  char *proof;                     /* the file to which it writes that; NULL: none */
  int error;                       /* how the connection of a server that is about to end broke */
  bool listening;                  /* the process is a server that said it was ready */
  bool unstartable;                /* its target could not be started, or was not ready in time */
  unsigned served;
  struct growth growth;
  int rests;               /* so often the server was given time to put down what it seems to keep */
  struct connection probe; /* of a port, whether it answers */
  struct timer deadline;   /* of what the state waits for */
  struct timer tick;       /* until a port is tried again */
  uint64_t started;
};

void lane_init(struct lane *lane, const struct lane_owner *owner);

/* Begins with RESULT; the lane must be idle, and a process that it has must be of RESULT's target. */
void lane_begin(struct lane *lane, struct result *result);

/* Ends the server in the way that is judged. */
void lane_stop(struct lane *lane);

/* Kills everything at once, reports nothing, and frees what the lane holds. */
void lane_close(struct lane *lane);

#endif

/* SPDX-License-Identifier: MIT */
