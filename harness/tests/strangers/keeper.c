/* A server as others write them: it keeps connections, names itself and the time, and serves the files of a folder.
   It is no program under test of this project, but what its tests of suites are held to.

   usage: keeper PORT FOLDER [forgets | closes | lists]

   GET and HEAD serve FOLDER/PATH. Any other method is answered with itself, a header "X-Sent" and the body. An answer
   has "Connection: close" where the request has. FORGETS: it closes after each answer without a word; CLOSES: it says
   that it does; LISTS:
   GET of / tells a name that may be in the folder, and the time. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char *mode = "";

static void put(int fd, const char *text, size_t len) {
  while (len) {
    ssize_t sent = send(fd, text, len, MSG_NOSIGNAL);
    if (sent <= 0)
      return;
    text += sent;
    len -= (size_t)sent;
  }
}

static void answer(int fd, const char *status, const char *sent, const char *body, size_t len, int closes, int head) {
  static unsigned count;
  char text[1024];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int n = snprintf(text, sizeof text,
                   "HTTP/1.1 %s\r\nServer: keeper/%u\r\nDate: %ld.%09ld\r\n%s%s%sContent-Length: %zu\r\n%s\r\n", status,
                   ++count, (long)now.tv_sec, now.tv_nsec, sent ? "X-Sent: " : "", sent ? sent : "", sent ? "\r\n" : "",
                   len, closes ? "Connection: close\r\n" : "");
  put(fd, text, (size_t)n);
  if (!head)
    put(fd, body, len);
}

/* Reads one request into TEXT. Returns the length of its head, or 0 at the end; BODY is what follows. */
static size_t take(int fd, char *text, size_t size, size_t *have, size_t *body) {
  for (;;) {
    text[*have] = '\0';
    char *end = strstr(text, "\r\n\r\n");
    if (end) {
      char *field = strcasestr(text, "\r\nContent-Length:");
      *body = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
      size_t head = (size_t)(end - text) + 4;
      if (*have >= head + *body)
        return head;
    }
    ssize_t got = *have + 1 < size ? recv(fd, text + *have, size - *have - 1, 0) : 0;
    if (got <= 0)
      return 0;
    *have += (size_t)got;
  }
}

static void serve(int fd, const char *folder) {
  static char text[1 << 16];
  static char file[1 << 16];
  size_t have = 0;
  size_t body = 0;
  for (size_t head; (head = take(fd, text, sizeof text, &have, &body)) != 0;) {
    char method[16] = "";
    char path[256] = "";
    char sent[64] = "";
    int closes = strcasestr(text, "\r\nConnection: close") != NULL || strcmp(mode, "closes") == 0;
    sscanf(text, "%15s %255s", method, path);
    char *field = strcasestr(text, "\r\nX-Send: ");
    if (field)
      sscanf(field + 10, "%63s", sent);
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0) {
      char name[512];
      snprintf(name, sizeof name, "%s%s", folder, path);
      FILE *opened = fopen(name, "r");
      size_t len = opened ? fread(file, 1, sizeof file, opened) : 0;
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (strcmp(mode, "lists") == 0 && strcmp(path, "/") == 0)
        len = (size_t)snprintf(file, sizeof file, "at %ld.%09ld: document.md\n", (long)now.tv_sec, now.tv_nsec);
      answer(fd, opened ? "200 OK" : "404 Not Found", NULL, file, len, closes, method[0] == 'H');
      if (opened)
        fclose(opened);
    } else {
      int len = snprintf(file, sizeof file, "%s %s: %.*s", method, path, (int)body, text + head);
      answer(fd, "201 Created", sent, file, (size_t)len, closes, 0);
    }
    memmove(text, text + head + body, have - head - body);
    have -= head + body;
    if (closes || strcmp(mode, "forgets") == 0)
      return;
  }
}

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  address.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
  mode = argc > 3 ? argv[3] : "";
  if (argc < 3 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0)
    return 1;
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
      continue;
    serve(fd, argv[2]);
    close(fd);
  }
}

/* SPDX-License-Identifier: MIT */
