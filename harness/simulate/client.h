/* What a simulated client does: when it sends what, how fast it takes its answers, and how it goes. */
#ifndef HARNESS_SIMULATE_CLIENT_H
#define HARNESS_SIMULATE_CLIENT_H

#include "harness/simulate/world.h"

/* A client, as the stream of ITEM decides; it comes at the item's time. */
void client_add(struct world *world, const struct item *item);

/* A client that asks once for the page, takes it at once and goes; it comes now. Returns it. */
struct client *client_add_plain(struct world *world);

void client_free(struct client *client);

/* Bytes that the kernel still takes for it. */
size_t client_room(const struct client *client);

/* The program has read COUNT octets of it; has written to it, or ended its side; has closed the connection. */
void client_was_read(struct world *world, struct client *client, size_t count);
void client_was_written(struct world *world, struct client *client);
void client_was_closed(struct world *world, struct client *client);

/* Nothing more is to be expected of it. */
bool client_is_gone(const struct client *client);

#endif

/* SPDX-License-Identifier: MIT */
