/* cmark_server.c: what `make bench-server` compares markdown-server with: a server as one would write it in C, with
 * epoll and libcmark, that reads and renders its file anew for every GET. One thread, keep-alive, nothing but what that
 * takes.
 *
 * usage: cmark_server FILE    prints its port, and serves until it is killed */
#include <arpa/inet.h>
#include <cmark.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_ROOM = 8192, EVENTS = 256, DESCRIPTORS = 4096 };

typedef struct {
  size_t filled;
  int fd;
  char request[REQUEST_ROOM + 1];
} Connection;

static Connection connections[DESCRIPTORS]; /* by descriptor */
static const char *path;
static int poll_fd, listening;

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

static void drop(const Connection *connection) { close(connection->fd); }

static int listen_anywhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 4096) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &size) < 0)
    fail("cmark_server: cannot listen");
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

/* The page, on the heap; NULL if the file cannot be read. */
static char *render_file(size_t *length) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return NULL;
  char *text = fstat(fd, &status) == 0 ? malloc((size_t)status.st_size + 1) : NULL, *page = NULL;
  ssize_t count = text ? read(fd, text, (size_t)status.st_size) : -1;
  close(fd);
  if (count >= 0)
    page = cmark_markdown_to_html(text, (size_t)count, CMARK_OPT_DEFAULT);
  free(text);
  *length = page ? strlen(page) : 0;
  return page;
}

/* "Date: ..." as HTTP writes it, made once in a second. */
static const char *date_now(void) {
  static char date[64];
  static time_t of = -1;
  time_t now = time(NULL);
  struct tm parts;
  if (now != of && gmtime_r(&now, &parts))
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  of = now;
  return date;
}

/* Answers one request. Returns false if the connection does not go on. A page of a few KB is taken at once by a socket
 * whose client has taken all before, so what is not is an end. */
static bool answer(const Connection *connection, bool closes) {
  size_t length = 0;
  char *page = render_file(&length), head[256];
  int head_length =
      snprintf(head, sizeof head,
               "HTTP/1.1 %s\r\nDate: %s\r\nContent-Type: text/html; charset=utf-8\r\n"
               "Content-Length: %zu\r\n%s\r\n",
               page ? "200 OK" : "404 Not Found", date_now(), length, closes ? "Connection: close\r\n" : "");
  struct iovec parts[] = {{head, (size_t)head_length}, {page, length}};
  ssize_t written = writev(connection->fd, parts, 2);
  free(page);
  return written == (ssize_t)(length + (size_t)head_length) && !closes;
}

static void receive(Connection *connection) {
  ssize_t count = read(connection->fd, connection->request + connection->filled, REQUEST_ROOM - connection->filled);
  if (count < 0 && errno == EAGAIN)
    return;
  if (count <= 0) {
    drop(connection);
    return;
  }
  connection->filled += (size_t)count;
  connection->request[connection->filled] = '\0';
  char *end;
  while ((end = strstr(connection->request, "\r\n\r\n")) != NULL) {
    *end = '\0';
    bool closes = strcasestr(connection->request, "\r\nConnection: close") != NULL;
    if (strncmp(connection->request, "GET ", 4) != 0 || !answer(connection, closes)) {
      drop(connection);
      return;
    }
    connection->filled -= (size_t)(end + 4 - connection->request);
    memmove(connection->request, end + 4, connection->filled + 1);
  }
}

static void accept_all(void) {
  int fd, one = 1;
  while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    if (fd >= DESCRIPTORS) {
      close(fd);
      continue;
    }
    Connection *connection = &connections[fd];
    connection->fd = fd;
    connection->filled = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
      drop(connection);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: cmark_server FILE\n");
    return 2;
  }
  path = argv[1];
  signal(SIGPIPE, SIG_IGN);
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  listening = listen_anywhere();
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
  if (poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, listening, &event) < 0)
    fail("cmark_server: epoll");
  for (;;) {
    int count = epoll_wait(poll_fd, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr)
        receive(events[i].data.ptr);
      else
        accept_all();
    }
  }
}

/* SPDX-License-Identifier: MIT */
