/* Sockets: the listening one with its backlog, and those of the clients. */
#include "harness/simulate/access_log.h"
#include "harness/simulate/answers.h"
#include "harness/simulate/client.h"
#include "harness/simulate/kernel.h"
#include "harness/simulate/process.h"
#include "harness/simulate/promises.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MOST_PARTS = 1024 };

/* ---- The listening socket --------------------------------------------------------------------------------------- */

static int64_t do_socket(struct world *world, const uint64_t *a) {
  if ((a[0] != AF_INET && a[0] != AF_INET6) || (a[1] & 0xf) != SOCK_STREAM)
    return -EAFNOSUPPORT;
  return kernel_open(world, OBJECT_LISTENER, NULL);
}

static int64_t do_listener(struct world *world, const uint64_t *a) {
  const struct descriptor *socket = kernel_descriptor(world, a[0]);
  return !socket ? -EBADF : socket->object != OBJECT_LISTENER && socket->object != OBJECT_SOCKET ? -ENOTSOCK : 0;
}

/* The buffer of a socket whose room is not limited grows to megabytes. */
static int64_t do_setsockopt(struct world *world, const uint64_t *a) {
  world->limits_send_buffer |= a[1] == SOL_SOCKET && a[2] == SO_SNDBUF;
  return do_listener(world, a);
}

static int64_t do_listen(struct world *world, const uint64_t *a) {
  world->listens = do_listener(world, a) == 0;
  return do_listener(world, a);
}

/* Addresses are 127.0.0.1 or ::1; of a client with a number, 127.1.x.y or fd00::n. */
static struct sockaddr_in6 make_address(const struct world *world, unsigned number, uint16_t port) {
  struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  struct sockaddr_in old = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (!world->plan->is_ipv6) {
    old.sin_addr.s_addr = htonl(number ? 0x7f010000 + number : INADDR_LOOPBACK);
    memcpy(&address, &old, sizeof old);
    return address;
  }
  address.sin6_addr.s6_addr[0] = number ? 0xfd : 0;
  address.sin6_addr.s6_addr[14] = (uint8_t)(number >> 8);
  address.sin6_addr.s6_addr[15] = number ? (uint8_t)number : 1;
  return address;
}

void client_address(const struct world *world, const struct client *client, char *name, size_t room) {
  struct sockaddr_in6 address = make_address(world, client->number, 0);
  struct sockaddr_in old;
  memcpy(&old, &address, sizeof old);
  if (world->plan->is_ipv6)
    inet_ntop(AF_INET6, &address.sin6_addr, name, (socklen_t)room);
  else
    inet_ntop(AF_INET, &old.sin_addr, name, (socklen_t)room);
}

static int64_t put_address(struct world *world, uint64_t place, uint64_t length_place, unsigned number, uint16_t port) {
  const struct sockaddr_in6 address = make_address(world, number, port);
  uint32_t length = world->plan->is_ipv6 ? sizeof address : sizeof(struct sockaddr_in);
  char *to = kernel_memory(world, place, length, true);
  char *length_to = kernel_memory(world, length_place, sizeof length, true);
  if (!to || !length_to)
    return -EFAULT;
  memcpy(to, &address, length);
  memcpy(length_to, &length, sizeof length);
  return 0;
}

static int64_t do_getsockname(struct world *world, const uint64_t *a) {
  return put_address(world, a[1], a[2], 0, 8006);
}

void backlog_add(struct world *world, struct client *client) {
  client->waits_since = world->now;
  if (!world->listens) {
    world_tell(world, "%s is refused: nobody listens", client_name(client));
    client->state = CLIENT_CLOSED;
    return;
  }
  client->state = CLIENT_WAITS;
  if (world->backlog_count == 0)
    world->backlog_since = world->now;
  world->backlog = xgrow(world->backlog, world->backlog_count, sizeof(struct client *));
  world->backlog[world->backlog_count++] = client;
}

static int64_t do_accept4(struct world *world, const uint64_t *a) {
  const struct descriptor *socket = kernel_descriptor(world, a[0]);
  if (!socket || socket->object != OBJECT_LISTENER)
    return -EBADF;
  if (world->plan->workers && world->process == world->processes[0])
    world_fail(world, "watches and serves", "the process that watches the workers accepts a client");
  int error = world->backlog_count ? kernel_fault(world, "accept4", NO_OBJECT) : EAGAIN;
  int64_t fd = error ? -error : kernel_open(world, OBJECT_SOCKET, world->backlog[0]);
  if (fd < 0) {
    if (fd != -EAGAIN) {
      world->accept_failed_at = world->now;
      world->process->has_fault = true;
    }
    return fd;
  }
  struct client *client = world->backlog[0];
  world->backlog_count--;
  memmove(world->backlog, world->backlog + 1, world->backlog_count * sizeof(struct client *));
  client->state = CLIENT_OPEN;
  client->process = world->process;
  client->descriptor = (int)fd;
  client->accepted_at = client->answered_at = client->room_since = client->reading_since = world->now;
  world->backlog_since = world->now;
  if (!world->limits_send_buffer)
    client->capacity *= 16;
  if (a[1] && put_address(world, a[1], a[2], client->number, (uint16_t)(20000 + client->number)) < 0)
    return -EFAULT;
  world_tell(world, "%s is accepted as %" PRId64, client_name(client), fd);
  return fd;
}

static int64_t do_getpeername(struct world *world, const uint64_t *a) {
  const struct descriptor *socket = kernel_descriptor(world, a[0]);
  if (!socket || socket->object != OBJECT_SOCKET)
    return socket ? -ENOTSOCK : -EBADF;
  struct client *client = socket->client;
  access_log_composed(world, client, client->reset);
  return client->reset ? -ENOTCONN : put_address(world, a[1], a[2], client->number, (uint16_t)(20000 + client->number));
}

/* Whether any process has the listening socket. */
static bool is_listening(const struct world *world) {
  for (size_t i = 0; i < world->process_count; i++)
    for (size_t fd = 0; fd < MOST_DESCRIPTORS && process_lives(world->processes[i]); fd++)
      if (world->processes[i]->descriptors[fd].object == OBJECT_LISTENER)
        return true;
  return false;
}

void listener_closed(struct world *world) {
  if (!world->listens || is_listening(world))
    return;
  world->listens = false;
  for (size_t i = 0; i < world->process_count; i++)
    world->processes[i]->lost = (struct descriptor){0};
  for (size_t i = 0; i < world->backlog_count; i++) {
    struct client *client = world->backlog[i];
    client->state = CLIENT_CLOSED;
    promise_of_backlog(world, client);
  }
  world->backlog_count = 0;
}

/* ---- Reading and writing ---------------------------------------------------------------------------------------- */

/* A fault on the socket of a client, or its reset: the error, which may end the connection. 0: none. */
static int socket_error(struct world *world, struct client *client, const char *call) {
  int error = kernel_fault(world, call, OBJECT_SOCKET);
  if (error == 0 && client->reset) {
    error = client->reset_told && strcmp(call, "read") != 0 ? EPIPE : ECONNRESET;
    client->reset_told = true;
  }
  if (error && error != EINTR && error != EAGAIN)
    client->excused = true;
  return error;
}

int64_t socket_read(struct world *world, struct descriptor *socket, uint64_t address, uint64_t count, const char *call,
                    bool peeks) {
  struct client *client = socket->client;
  int error = socket_error(world, client, call);
  if (error)
    return -error;
  size_t left = client->sent - client->read;
  if (count == 0)
    return 0;
  if (left == 0 && client->ended) {
    client->ended_read = !peeks || client->ended_read;
    return 0;
  }
  if (left == 0)
    return -EAGAIN;
  size_t taken = kernel_part(world, &client->random, left < count ? left : count);
  void *place = kernel_memory(world, address, taken, true);
  if (!place)
    return -EFAULT;
  memcpy(place, client->out.data + client->read, taken);
  if (!peeks)
    client_was_read(world, client, taken);
  return (int64_t)taken;
}

static int64_t do_recvfrom(struct world *world, const uint64_t *a) {
  struct descriptor *socket = kernel_descriptor(world, a[0]);
  if (!socket || socket->object != OBJECT_SOCKET)
    return socket ? -ENOTSOCK : -EBADF;
  return socket_read(world, socket, a[1], a[2], "recvfrom", a[3] & MSG_PEEK);
}

/* How many of the WANTED bytes a write to a client takes, which may be fewer; or -errno. */
static int64_t take_room(struct world *world, struct client *client, uint64_t wanted, const char *call) {
  int error = socket_error(world, client, call);
  client->is_refused = error != 0 || client_room(client) == 0;
  if (error)
    return -error;
  if (client->shut_at != NEVER) {
    world_fail(world, "written after the end", "%s, whose connection was shut, is written to", client_name(client));
    return -EPIPE;
  }
  size_t room = client_room(client);
  if (room == 0 && wanted)
    return -EAGAIN;
  return (int64_t)kernel_part(world, &client->random, wanted < room ? wanted : room);
}

int64_t socket_put(struct world *world, struct descriptor *socket, struct span content, const char *call) {
  int64_t taken = take_room(world, socket->client, content.len, call);
  if (taken < 0)
    return taken;
  bytes_append(&socket->client->in, content.data, (size_t)taken);
  answer_taken(world, socket->client, (size_t)taken);
  client_was_written(world, socket->client);
  return taken;
}

int64_t socket_write(struct world *world, struct descriptor *socket, const uint64_t *parts, uint64_t count,
                     const char *call) {
  struct client *client = socket->client;
  uint64_t wanted = 0;
  for (uint64_t i = 0; i < count; i++)
    wanted += parts[2 * i + 1];
  int64_t answer = take_room(world, client, wanted, call);
  if (answer < 0)
    return answer;
  size_t taken = (size_t)answer, left = taken;
  for (uint64_t i = 0; i < count && left && !world->over; i++) {
    size_t part = parts[2 * i + 1] < left ? parts[2 * i + 1] : left;
    const void *from = kernel_memory(world, parts[2 * i], part, false);
    if (!from)
      return -EFAULT;
    bytes_append(&client->in, from, part);
    left -= part;
  }
  answer_taken(world, client, taken);
  client_was_written(world, client);
  return (int64_t)taken;
}

static int64_t do_writev(struct world *world, const uint64_t *a) {
  struct descriptor *socket = kernel_descriptor(world, a[0]);
  if (!socket || socket->object != OBJECT_SOCKET || a[2] > MOST_PARTS)
    return socket ? -EINVAL : -EBADF;
  uint64_t parts[2 * MOST_PARTS];
  const void *vector = kernel_memory(world, a[1], a[2] * 16, false);
  if (!vector)
    return -EFAULT;
  memcpy(parts, vector, a[2] * 16);
  return socket_write(world, socket, parts, a[2], "writev");
}

static int64_t do_sendto(struct world *world, const uint64_t *a) {
  struct descriptor *socket = kernel_descriptor(world, a[0]);
  if (!socket || socket->object != OBJECT_SOCKET)
    return socket ? -ENOTSOCK : -EBADF;
  return socket_write(world, socket, (const uint64_t[]){a[1], a[2]}, 1, "sendto");
}

static int64_t do_shutdown(struct world *world, const uint64_t *a) {
  struct descriptor *socket = kernel_descriptor(world, a[0]);
  if (!socket || socket->object != OBJECT_SOCKET)
    return socket ? -ENOTSOCK : -EBADF;
  struct client *client = socket->client;
  int error = kernel_fault(world, "shutdown", OBJECT_SOCKET);
  error = error ? error : client->reset ? ENOTCONN : 0;
  if (error) {
    client->excused = true;
    return -error;
  }
  if (a[1] != SHUT_RD && client->shut_at == NEVER) {
    client->shut_at = world->now;
    world_tell(world, "%s sees the end", client_name(client));
    client_was_written(world, client);
  }
  return 0;
}

void socket_closed(struct world *world, struct client *client) {
  promise_of_close(world, client);
  client->state = CLIENT_CLOSED;
  client_was_closed(world, client);
}

const struct handler_row socket_handlers[] = {
    {"socket", do_socket},           {"setsockopt", do_setsockopt},   {"bind", do_listener},
    {"listen", do_listen},           {"getsockname", do_getsockname}, {"accept4", do_accept4},
    {"getpeername", do_getpeername}, {"recvfrom", do_recvfrom},       {"sendto", do_sendto},
    {"writev", do_writev},           {"shutdown", do_shutdown},       {NULL, NULL}};

/* SPDX-License-Identifier: MIT */
