/* A conversation over a plain socket: for requests that no well-behaved client sends. */
#include "harness/drive/lane.h"

#include "harness/verdict/compare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connects to the server of LANE, without waiting. */
static int connect_to(const struct lane *lane) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)lane->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    die("socket: %s", strerror(errno));
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

void socket_abandon(struct lane *lane) {
  if (lane->socket >= 0)
    close(lane->socket);
  if (lane->held >= 0)
    close(lane->held);
  lane->socket = lane->held = -1;
}

/* The conversation is over; ERROR is 0, or how the connection broke. */
static void complete(struct lane *lane, int error) {
  struct result *result = lane->result;
  socket_abandon(lane);
  compare_responses(result, span_of(&result->test_case->conversation->expected), taken(&lane->received));
  if (error == EFBIG && result->verdict > EQUAL)
    bytes_text(&result->detail, " (more is not taken)");
  else if (error && result->verdict > EQUAL)
    bytes_printf(&result->detail, " (%s)", strerror(error));
  else if (error)
    result_set(result, DIVERGED, "every byte came, but the connection did not end well: %s", strerror(error));
  if (lane_bereaved(lane))
    return;
  lane->served++;
  lane_finish(lane, error == 0);
}

void socket_talk(struct lane *lane) {
  lane->state = LANE_TALKING;
  lane->sent = 0;
  lane->held = lane->result->test_case->conversation->hold ? connect_to(lane) : -1;
  lane->socket = connect_to(lane);
  if (lane->socket < 0) {
    complete(lane, ECONNREFUSED);
    return;
  }
  const struct conversation *talk = lane->result->test_case->conversation;
  lane_watch(lane, lane->socket, talk->sent.len || talk->shut ? EPOLLIN | EPOLLOUT : EPOLLIN, SOURCE_OF_SOCKET);
}

/* Sends what is left to send. A server may answer and close before it has read everything, so an error here is not yet
   the end: what it sent is still to be read. */
static void send_rest(struct lane *lane) {
  const struct conversation *talk = lane->result->test_case->conversation;
  while (lane->sent < talk->sent.len) {
    ssize_t sent = send(lane->socket, talk->sent.data + lane->sent, talk->sent.len - lane->sent, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    lane->sent = sent < 0 ? talk->sent.len : lane->sent + (size_t)sent;
  }
  if (talk->shut)
    shutdown(lane->socket, SHUT_WR);
  lane_watch(lane, lane->socket, EPOLLIN, SOURCE_OF_SOCKET);
}

void socket_event(struct lane *lane) {
  char block[65536];
  /* An event of a socket that another event of the same round has closed. */
  if (lane->state != LANE_TALKING)
    return;
  const struct conversation *talk = lane->result->test_case->conversation;
  if (lane->sent < talk->sent.len || (talk->sent.len == 0 && talk->shut))
    send_rest(lane);
  ssize_t got = recv(lane->socket, block, sizeof block, 0);
  while (got > 0 && lane->received.len <= MOST_OUTPUT) {
    bytes_append(&lane->received, block, (size_t)got);
    got = recv(lane->socket, block, sizeof block, 0);
  }
  if (got == 0)
    complete(lane, 0);
  else if (lane->received.len > MOST_OUTPUT)
    complete(lane, EFBIG);
  else if (errno != EAGAIN && errno != EINTR)
    complete(lane, errno);
}
