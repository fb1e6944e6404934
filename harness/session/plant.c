/* A server as the gate expects it, rendered by libcmark itself, but for the one fault that it was asked for. It is run
   as a program of its own, through the same launcher, driver and comparison as every program under test. */
#include "harness/session/plant.h"

#include "harness/base/bytes.h"
#include "oracles/markdown.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum planted_fault {
  NONE,
  WRONG_BYTE,
  MISSING_TAIL,
  EXTRA_TAIL,
  ENDLESS_TAIL,
  WRONG_HEADER,
  WRONG_STATUS,
  CRASH,
  HANG,
  REFUSAL,
  LEAK,
  FAULTS
};

static const char *const names[FAULTS] = {
    "none",         "wrong-byte", "truncated-body", "extra-body", "endless-body", "wrong-header",
    "wrong-status", "crash",      "hang",           "refusal",    "leak"};

static void end_well(int signal_number) {
  (void)signal_number;
  _exit(0);
}

/* Listens on a port that the kernel picks, and says which. */
static int listen_somewhere(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 16) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    die("plant: no port to listen on");
  printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void render(const char *file, struct bytes *html) {
  struct bytes markdown = {0};
  size_t len = 0;
  bytes_read_file(&markdown, file);
  char *rendered = markdown_oracle_render(span_of(&markdown).data, markdown.len, false, &len);
  bytes_append(html, rendered, len);
  free(rendered);
  bytes_free(&markdown);
}

/* Sends all of it. Returns false where the client takes no more. */
static bool send_all(int client, struct span bytes) {
  for (size_t at = 0; at < bytes.len;) {
    ssize_t sent = send(client, bytes.data + at, bytes.len - at, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    at += (size_t)sent;
  }
  return true;
}

static void answer(int client, enum planted_fault fault, const char *file) {
  struct bytes html = {0};
  struct bytes response = {0};
  render(file, &html);
  bytes_printf(&response,
               "HTTP/1.1 %s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Length: %zu\r\n"
               "Connection: close\r\n\r\n",
               fault == WRONG_STATUS ? "203 OK" : "200 OK", fault == WRONG_HEADER ? "htm1" : "html", html.len);
  if (fault == WRONG_BYTE && html.len)
    html.data[html.len / 2] ^= 1;
  if (fault == MISSING_TAIL && html.len)
    html.len--;
  if (fault == EXTRA_TAIL)
    bytes_text(&html, "\n");
  bytes_add(&response, span_of(&html));
  bool taken = send_all(client, span_of(&response));
  while (taken && fault == ENDLESS_TAIL)
    taken = send_all(client, span_of(&response));
  bytes_free(&response);
  bytes_free(&html);
}

/* Reads a request to the end of its header section. */
static void read_request(int client) {
  char request[4096];
  size_t len = 0;
  ssize_t got = 0;
  while (len < sizeof request - 1 && (got = recv(client, request + len, sizeof request - 1 - len, 0)) > 0) {
    len += (size_t)got;
    request[len] = '\0';
    if (strstr(request, "\r\n\r\n"))
      return;
  }
}

static _Noreturn void serve(int listener, enum planted_fault fault, const char *file) {
  for (;;) {
    int client = accept(listener, NULL, NULL);
    if (client < 0)
      continue;
    read_request(client);
    if (fault == CRASH) {
      signal(SIGSEGV, SIG_DFL);
      raise(SIGSEGV);
    }
    if (fault != HANG) {
      answer(client, fault, file);
      close(client);
    }
  }
}

int plant_serve(const char *name, const char *file) {
  enum planted_fault fault = NONE;
  while (fault < FAULTS && strcmp(names[fault], name) != 0)
    fault++;
  if (fault == FAULTS)
    return EXIT_USAGE;
  if (fault == REFUSAL) {
    fputs("plant: refusing to start\n", stderr);
    return EXIT_DIVERGED;
  }
  if (fault == LEAK && fork() == 0) {
    for (;;)
      pause();
  }
  signal(SIGTERM, end_well);
  serve(listen_somewhere(), fault, file);
}
