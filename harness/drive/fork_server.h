/* Fork servers: emulators that stand before the first instruction of a program, and fork for each of its cases
   (harness/helpers/plugin/fork_server.c). To start qemu costs ten times as much as most of these runs.

   What a forked run says is taken only where it is equal; whatever else becomes of it, its case is run in the ordinary
   way, and that verdict counts. So a case never fails by this way. That it is not equal by it either rests on what a
   forked run may do: read, and write what it was given. Its arguments, environment, stdin, folder and descriptors are
   those of an ordinary start; its memory is as it was before the program began. */
#ifndef HARNESS_FORK_SERVER_H
#define HARNESS_FORK_SERVER_H

#include "harness/process/launch.h"
#include "harness/verdict/result.h"

struct loop;
struct places;
struct fork_server;

/* All fork servers of a run. */
struct fork_servers {
  struct workspace *workspace;
  struct loop *loop;
  struct fork_server **items;
  size_t count;
  struct server_kind *kinds; /* of targets that can share one */
  size_t kind_count;
  struct fork_failures *failures; /* of targets whose forks were in vain */
  size_t failure_count;
  unsigned most; /* at a time of one kind */
  bool all;      /* whatever fits is forked, and waits for a fork server that is not ready yet */
};

void fork_servers_close(struct fork_servers *servers);

/* Notes that COUNT cases of TARGET are to come. */
void fork_servers_expect(struct fork_servers *servers, const struct target *target, size_t count);

/* Has a cell made for a fork server of TARGET that is to be begun soon. Returns whether runs of it will be forked. */
bool fork_servers_prepare(struct fork_servers *servers, const struct target *target);

/* A fork server for the case of RESULT; PROCESS then has its folder, and its cell. NULL: the case does not fit, or no
   fork server stands ready. Where it is worth it one is started then, in a cell of its own, for the cases after this
   one. */
struct fork_server *fork_server_take(struct fork_servers *servers, const struct result *result,
                                     struct process *process);

/* Asks SERVER for a forked run as PROCESS, a run of TARGET, with PLACES for the placeholders and INPUT as its stdin
   (-1: empty). BEGUN is called with USER when it is there, as PID, a child of this process; PID 0: it cannot be had.
   Returns 0 or an errno value: it was not asked. */
int fork_server_fork(struct fork_server *server, struct process *process, const struct target *target,
                     const struct places *places, int input, void (*begun)(void *user, pid_t pid), void *user);

/* The forked run is over, and its process discarded. GOOD: it left nothing; otherwise the fork server is ended. */
void fork_server_give_back(struct fork_server *server, bool good);

/* A forked run of TARGET was in vain. After some of these all its runs have starts of their own. */
void fork_servers_fail(struct fork_servers *servers, const struct target *target);

#endif

/* SPDX-License-Identifier: MIT */
