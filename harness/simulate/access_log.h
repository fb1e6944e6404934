/* The access log: every answer has its line, in the Common Log Format, and no other line is there. */
#ifndef HARNESS_SIMULATE_ACCESS_LOG_H
#define HARNESS_SIMULATE_ACCESS_LOG_H

#include "harness/simulate/kernel.h"

#define LOG_NAME "access.log"

/* The log is opened, to be written to only at its end. Returns the descriptor, or -errno. */
int64_t access_log_open(struct world *world, uint64_t flags);

/* The program has asked for the address of CLIENT, for a line that it composes; IS_GONE: in vain. */
void access_log_composed(struct world *world, struct client *client, bool is_gone);

/* The program writes TEXT to the log. Returns what write does. */
int64_t access_log_written(struct world *world, struct span text);

/* The lines that wait are lost: nobody takes them. */
void access_log_lost(struct world *world);

/* The answer in hand of CLIENT is whole: it has a line with STATUS and BYTES of content, or will have one by the end of
   this turn of the program's loop. REQUEST: what it answers; NULL: none that is known. */
void access_log_owes(struct world *world, struct client *client, const struct request *request, unsigned status,
                     size_t bytes);

/* At the end of a turn: every whole answer has its line. */
void access_log_holds(struct world *world);

void access_log_free(struct client *client);

#endif

/* SPDX-License-Identifier: MIT */
