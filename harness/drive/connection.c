/* A socket that does not block. */
#include "harness/drive/connection.h"

#include "harness/process/launch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* Takes all that has come. */
static void receive(struct connection *connection) {
  char block[65536];
  size_t before = connection->received.len;
  ssize_t got = 0;
  while (connection->received.len <= MOST_OUTPUT) {
    got = recv(connection->fd, block, sizeof block, 0);
    if (got > 0)
      bytes_append(&connection->received, block, (size_t)got);
    else if (got == 0 || errno != EINTR)
      break;
  }
  int error = got < 0 ? errno : 0;
  if (connection->received.len > MOST_OUTPUT)
    end(connection, EFBIG);
  else if (error != EAGAIN)
    end(connection, error);
  else if (connection->received.len > before && connection->came)
    connection->came(connection->user);
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
  bool sends = connection->rest.len || connection->shuts;
  if (sends && events & EPOLLOUT && send_rest(connection))
    loop_watch(connection->loop, connection->fd, EPOLLIN, take_event, connection);
  receive(connection);
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

void connection_shut(struct connection *connection) { shutdown(connection->fd, SHUT_WR); }

void connection_close(struct connection *connection) {
  if (connection->fd < 0)
    return;
  loop_forget(connection->loop, connection->fd);
  close(connection->fd);
  connection->fd = -1;
}

bool connection_error_is_ours(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL;
}
