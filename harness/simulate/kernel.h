/* The simulated kernel: the system calls of a server, answered from the world. */
#ifndef HARNESS_SIMULATE_KERNEL_H
#define HARNESS_SIMULATE_KERNEL_H

#include "harness/simulate/world.h"

#include <errno.h>

#define DOCUMENT_NAME "document.md"

/* Gives the world its calls, its standard descriptors and its file. */
void kernel_begin(struct world *world);
void kernel_end(struct world *world);

/* An emulator_call; USER is the world. */
int64_t kernel_call(void *user, uint64_t number, const uint64_t arguments[6]);

/* The call in hand of PROCESS has its result. */
void kernel_call_is_over(struct world *world, const struct process *process);

/* What the other files kernel_*.c have, by name; the last row has no name. */
struct handler_row {
  const char *name;
  handler *handler;
};
extern const struct handler_row process_handlers[], file_handlers[], folder_handlers[], socket_handlers[],
    event_handlers[];

/* The memory that the program names; where it has none there, the history fails and NULL is returned. */
void *kernel_memory(struct world *world, uint64_t address, uint64_t size, bool written);

/* The text at ADDRESS, up to its NUL, into TEXT of ROOM bytes. Returns false where it is longer, or not there. */
bool kernel_text(struct world *world, uint64_t address, char *text, size_t room);

/* The lowest free descriptor becomes OBJECT. Returns it, or -EMFILE. */
int64_t kernel_open(struct world *world, enum object object, struct client *client);

/* The descriptor FD; NULL where it is not open. */
struct descriptor *kernel_descriptor(struct world *world, uint64_t fd);

/* The error of a fault that waits for CALL on OBJECT, which it meets now; 0: none waits. */
int kernel_fault(struct world *world, const char *call, enum object object);

/* Something has gone wrong that permits the program to answer so: PERMITS_*. */
void kernel_permit(struct world *world, int what);

/* A call that is made for a document has failed with ERROR, which permits the answers that tell so. EINTR asks for the
   call once more. Returns -ERROR. */
int64_t kernel_refuse(struct world *world, int error);

/* Changes the file of the document as ITEM says; or makes it one that can be read. */
void file_change(struct world *world, struct item *item);
void file_restore(struct world *world);

/* How many octets a read or a write of COUNT moves, which may be fewer. */
size_t kernel_part(struct world *world, struct random *random, size_t count);

/* A read or a write of a client's socket; CALL names it for faults. PARTS are COUNT pairs of address and length. */
int64_t socket_read(struct world *world, struct descriptor *socket, uint64_t address, uint64_t count, const char *call,
                    bool peeks);
int64_t socket_write(struct world *world, struct descriptor *socket, const uint64_t *parts, uint64_t count,
                     const char *call);

/* The program writes CONTENT to a client's socket, by a CALL. */
int64_t socket_put(struct world *world, struct descriptor *socket, struct span content, const char *call);

/* The IP address of CLIENT, which is its own, as text in NAME of ROOM bytes. */
void client_address(const struct world *world, const struct client *client, char *name, size_t room);

/* The program has closed the socket of a client; the listening socket. */
void socket_closed(struct world *world, struct client *client);
void listener_closed(struct world *world);

/* A client asks for a connection. */
void backlog_add(struct world *world, struct client *client);

/* The open descriptors. */
size_t kernel_open_count(const struct process *process);

#endif

/* SPDX-License-Identifier: MIT */
