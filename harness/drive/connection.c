/* A socket that does not block. */
#include "harness/drive/connection.h"

#include "harness/process/launch.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Seconds between two shares, and the bytes of a client's room and of a packet: so that the server's side, too, has
   little. */
static const double PAUSE = 0.1;
enum { ROOM = 16384, PACKET = 1400 };

static void take_event(void *user, uint32_t events);

static void end(struct connection *connection, int error) {
  connection_close(connection);
  connection->over(connection->user, error);
}

/* Sends what can be sent. A server may answer and close before it has read everything, so an error here is not yet the
   end: what it sent is still to be read. Returns whether all is sent. */
static bool send_rest(struct connection *connection) {
  while (connection->rest.len) {
    ssize_t sent = send(connection->fd, connection->rest.data, connection->rest.len, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
      return false;
    size_t gone = sent < 0 ? connection->rest.len : (size_t)sent;
    connection->rest = (struct span){connection->rest.data + gone, connection->rest.len - gone};
  }
  if (connection->shuts)
    shutdown(connection->fd, SHUT_WR);
  connection->shuts = false;
  return true;
}

/* A connection to this machine stands most often as soon as it is asked for; then the first bytes go at once. Returns 0
   where they did, EAGAIN where it is too early, or how the connection failed. */
static int send_early(struct connection *connection) {
  if (!connection->rest.len)
    return EAGAIN;
  ssize_t sent = send(connection->fd, connection->rest.data, connection->rest.len, MSG_NOSIGNAL);
  if (sent < 0)
    return errno;
  connection->rest = (struct span){connection->rest.data + sent, connection->rest.len - (size_t)sent};
  return 0;
}

/* Takes what has come, as much as may be taken. Returns how that ended: 0 at the end, EAGAIN where more may come. */
static int take_bytes(struct connection *connection) {
  char block[65536];
  while (connection->received.len <= MOST_OUTPUT) {
    size_t most = connection->rate && connection->share < sizeof block ? connection->share : sizeof block;
    if (most == 0)
      return EAGAIN;
    ssize_t got = recv(connection->fd, block, most, 0);
    if (got == 0 || (got < 0 && errno != EINTR))
      return got == 0 ? 0 : errno;
    if (got > 0)
      bytes_append(&connection->received, block, (size_t)got);
    if (got > 0 && connection->rate)
      connection->share -= (size_t)got;
  }
  return EFBIG;
}

static void receive(struct connection *connection) {
  size_t before = connection->received.len;
  int error = take_bytes(connection);
  if (error != EAGAIN)
    end(connection, error);
  else if (connection->rate && connection->share == 0)
    loop_watch(connection->loop, connection->fd, connection->rest.len ? EPOLLOUT : 0, take_event, connection);
  else if (connection->received.len > before && connection->came)
    connection->came(connection->user);
}

/* The next share may be taken. */
static void go_on(void *user) {
  struct connection *connection = user;
  uint64_t now = loop_now(connection->loop);
  /* By what has really passed: a timer that is late each time would make of six seconds seven. */
  connection->share = (size_t)((double)connection->rate * (double)(now - connection->paced_ns) / 1e9) + 1;
  connection->paced_ns = now;
  timer_set(connection->loop, &connection->pause, PAUSE, go_on, connection);
  loop_watch(connection->loop, connection->fd, connection->rest.len ? EPOLLIN | EPOLLOUT : EPOLLIN, take_event,
             connection);
}

static int connect_error(const struct connection *connection) {
  int error = 0;
  socklen_t len = sizeof error;
  return getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 ? errno : error;
}

static void take_event(void *user, uint32_t events) {
  struct connection *connection = user;
  int error = connection->connecting ? connect_error(connection) : 0;
  connection->connecting = false;
  if (error) {
    end(connection, error);
    return;
  }
  /* After an error nothing more is to be waited for. */
  if (events & (EPOLLERR | EPOLLHUP))
    connection->share = SIZE_MAX;
  /* That more could be sent is asked for only as long as there is more. */
  if (events & EPOLLOUT && send_rest(connection))
    loop_watch(connection->loop, connection->fd, EPOLLIN, take_event, connection);
  receive(connection);
}

static void be_slow(struct connection *connection) {
  const int room = ROOM;
  const int packet = PACKET;
  setsockopt(connection->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(connection->fd, IPPROTO_TCP, TCP_MAXSEG, &packet, sizeof packet);
  connection->share = 0;
  connection->paced_ns = loop_now(connection->loop);
  timer_set(connection->loop, &connection->pause, PAUSE, go_on, connection);
}

void connection_open(struct connection *connection, struct loop *loop, const struct sockaddr_in *server,
                     struct span sent, bool shuts) {
  connection->loop = loop;
  connection->rest = sent;
  connection->shuts = shuts;
  connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connection->fd < 0) {
    connection->over(connection->user, errno);
    return;
  }
  if (connection->rate)
    be_slow(connection);
  int error = connect(connection->fd, (const struct sockaddr *)server, sizeof *server) != 0 ? errno : 0;
  if (error == EINPROGRESS)
    error = send_early(connection);
  if (error && error != EAGAIN) {
    end(connection, error);
    return;
  }
  connection->connecting = error == EAGAIN;
  bool sent_all = !connection->connecting && send_rest(connection);
  loop_watch(loop, connection->fd, sent_all ? EPOLLIN : EPOLLIN | EPOLLOUT, take_event, connection);
}

void connection_send(struct connection *connection, struct span sent) {
  connection->rest = sent;
  bool sent_all = send_rest(connection);
  loop_watch(connection->loop, connection->fd, sent_all ? EPOLLIN : EPOLLIN | EPOLLOUT, take_event, connection);
}

void connection_shut(struct connection *connection) { shutdown(connection->fd, SHUT_WR); }

void connection_close(struct connection *connection) {
  if (connection->fd < 0)
    return;
  timer_clear(connection->loop, &connection->pause);
  loop_forget(connection->loop, connection->fd);
  close(connection->fd);
  connection->fd = -1;
}

bool connection_error_is_ours(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL;
}

/* SPDX-License-Identifier: MIT */
