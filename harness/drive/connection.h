/* One connection to a server on this machine: sends what it was given, takes what comes, and never waits. */
#ifndef HARNESS_CONNECTION_H
#define HARNESS_CONNECTION_H

#include "harness/base/bytes.h"
#include "harness/drive/loop.h"

#include <netinet/in.h>

struct connection {
  struct loop *loop;
  int fd;           /* -1: none */
  struct span rest; /* borrowed: what is still to be sent */
  bool shuts;       /* closes its sending side after that */
  bool connecting;
  size_t rate;              /* bytes a second that are taken, of a client that has little room; 0: all that comes */
  size_t share;             /* of a RATE: so many may be taken now */
  struct timer pause;       /* until the next share */
  uint64_t paced_ns;        /* when the last one was given */
  struct bytes received;    /* at most a little more than MOST_OUTPUT */
  void (*came)(void *user); /* bytes came; NULL: nobody asks */
  void (*over)(void *user, int error); /* the server closed (0), or the connection broke: an errno value; EFBIG: more
                                          came than is taken. The connection is closed already */
  void *user;
};

/* Connects to SERVER and sends SENT, which stays the caller's, as soon as that can be. CONNECTION holds its
   callbacks; OVER may be called before this returns. */
void connection_open(struct connection *connection, struct loop *loop, const struct sockaddr_in *server,
                     struct span sent, bool shuts);

/* Sends SENT, which stays the caller's, on a connection that is open and has sent everything. */
void connection_send(struct connection *connection, struct span sent);

/* Closes the sending side now. */
void connection_shut(struct connection *connection);

/* Closes it without a word to anybody. What was received stays. */
void connection_close(struct connection *connection);

/* Whether ERROR is one of this machine's own, such as too few descriptors or ports. */
bool connection_error_is_ours(int error);

#endif

/* SPDX-License-Identifier: MIT */
