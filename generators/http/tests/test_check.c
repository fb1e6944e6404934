/* test_check.c: markdown-server --check URL: what it asks, and how it ends for each answer and for none. */
/* reads: elf */
#include "drive.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket that listens on the loopback, by IPv4 or IPv6, and the URL of it, without a path. */
static int listen_on(int family, Text *url) {
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr *address = family == AF_INET6 ? (struct sockaddr *)&ipv6 : (struct sockaddr *)&ipv4;
  socklen_t size = family == AF_INET6 ? sizeof ipv6 : sizeof ipv4;
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(bind(fd, address, size), 0);
  ck_assert_int_eq(listen(fd, 16), 0);
  ck_assert_int_eq(getsockname(fd, address, &size), 0);
  *url = family == AF_INET6 ? text_of("http://[::1]:%d", ntohs(ipv6.sin6_port))
                            : text_of("http://127.0.0.1:%d", ntohs(ipv4.sin_port));
  return fd;
}

static Program check_begins(int runner, const char *url) {
  return program_start(&runners[runner], "markdown-server", (const char *const[]){"--check", url, NULL},
                       (StartOptions){0});
}

static void check_ends(Program *program, int status, Text told) {
  Text output, error;
  int ended = program_finish(program, &output, &error);
  check_text("standard error", error, told.bytes, told.length);
  check_text("standard output", output, "", 0);
  ck_assert_msg(ended == status, "exit status %d, expected %d: %s", ended, status, told.bytes);
  text_free(&output);
  text_free(&error);
}

/* The client that comes, when it has sent this request. */
static int take_request(int listening, const char *request) {
  int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  ck_assert_int_ge(fd, 0);
  char octets[256];
  ssize_t length = recv(fd, octets, strlen(request), MSG_WAITALL);
  ck_assert_int_eq(length, (ssize_t)strlen(request));
  ck_assert_mem_eq(octets, request, strlen(request));
  return fd;
}

START_TEST(every_answer) {
  static const struct {
    const char *path, *target, *answer, *told;
    int status;
  } rows[] = {{"/", "/", "HTTP/1.1 200 OK\r\n\r\n", "", 0},
              {"", "/", "HTTP/1.0 204 No Content\r\n\r\n", "", 0},
              {"/a/b?c=%20", "/a/b?c=%20", "HTTP/1.1 302 Found\r\n\r\n", "", 0},
              {"/", "/", "HTTP/1.1 399", "", 0},
              {"/", "/", "HTTP/1.1 199 \r\n", "the answer is 'HTTP/1.1 199'", 1},
              {"/a", "/a", "HTTP/1.1 404 Not Found\r\n", "the answer is 'HTTP/1.1 404'", 1},
              {"/", "/", "HTTP/1.1 503", "the answer is 'HTTP/1.1 503'", 1},
              {"/", "/", "HTTP/1.1 20", "the answer is 'HTTP/1.1 20'", 1},
              {"/", "/", "", "the answer is ''", 1},
              {"/", "/", "HTTQ/1.1 200", "the answer is 'HTTQ/1.1 200'", 1},
              {"/", "/", "SSH-2.0-\x1b[31m 2\r\n", "the answer is 'SSH-2.0-?[31'", 1}};
  for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
    Text base;
    int listening = listen_on(i % 2 ? AF_INET6 : AF_INET, &base);
    Text url = text_of("%s%s", base.bytes, rows[i / 2].path), request, told;
    request = text_of("GET %s HTTP/1.0\r\n\r\n", rows[i / 2].target);
    told = *rows[i / 2].told ? text_of("markdown-server: %s\n", rows[i / 2].told) : text_of("%s", "");
    Program program = check_begins(_i, url.bytes);
    int fd = take_request(listening, request.bytes);
    const char *answer = rows[i / 2].answer;
    size_t first = strlen(answer) < 4 ? 0 : 4;
    ck_assert(client_send(fd, answer, first) && client_send(fd, answer + first, strlen(answer) - first));
    shutdown(fd, SHUT_WR); /* unless the other side has gone already */
    check_ends(&program, rows[i / 2].status, told);
    close(fd);
    close(listening);
    text_free(&base);
    text_free(&url);
    text_free(&request);
    text_free(&told);
  }
}
END_TEST

/* Nobody listens, and somebody who says nothing, or nothing more: for five seconds, and not without end. */
START_TEST(no_answer) {
  Text urls[3], told;
  int listening[3];
  Program programs[3];
  long since = now_ms();
  for (int i = 0; i < 3; i++) {
    listening[i] = listen_on(AF_INET, &urls[i]);
    if (i == 2)
      close(listening[i]);
    programs[i] = check_begins(_i, urls[i].bytes);
  }
  told = text_of("markdown-server: %s: connection refused\n", urls[2].bytes);
  check_ends(&programs[2], 1, told);
  text_free(&told);
  int fds[2];
  for (int i = 0; i < 2; i++)
    fds[i] = take_request(listening[i], "GET / HTTP/1.0\r\n\r\n");
  ck_assert(client_send(fds[1], "HTTP/1.1", 8));
  told = text_of("markdown-server: %s: no answer in time\n", urls[0].bytes);
  check_ends(&programs[0], 1, told);
  text_free(&told);
  ck_assert_int_ge(now_ms() - since, PATIENCE_MS);
  told = text_of("%s", "markdown-server: the answer is 'HTTP/1.1'\n");
  check_ends(&programs[1], 1, told);
  text_free(&told);
  for (int i = 0; i < 3; i++) {
    text_free(&urls[i]);
    if (i < 2)
      close(fds[i]), close(listening[i]);
  }
}
END_TEST

/* A server of this very program is well, and says so. */
START_TEST(our_server) {
  write_file(temporary_path("data.md"), "# a\n", 4);
  Server server = server_start(&runners[_i], temporary_path("data.md"), (StartOptions){0});
  Text url = text_of("http://127.0.0.1:%d/", server.port), other = text_of("%snone", url.bytes);
  Program program = check_begins(_i, url.bytes);
  check_ends(&program, 0, (Text){"", 0});
  program = check_begins(_i, other.bytes);
  Text told = text_of("%s", "markdown-server: the answer is 'HTTP/1.1 404'\n");
  check_ends(&program, 1, told);
  server_stop(&server);
  text_free(&url);
  text_free(&other);
  text_free(&told);
}
END_TEST

/* A path that is as long as may be, and one that is longer. */
START_TEST(long_path) {
  enum { LONGEST = 4080 };
  static char path[LONGEST + 2];
  memset(path, 'a', LONGEST + 1);
  path[0] = '/';
  Text base, url;
  int listening = listen_on(AF_INET, &base);
  url = text_of("%s%s", base.bytes, path);
  Program program = check_begins(_i, url.bytes);
  Text told =
      text_of("markdown-server: bad URL '%.255s'; http://127.0.0.1:8006/ is meant, or http://[::1]:8006/\n", url.bytes);
  check_ends(&program, 2, told);
  url.bytes[url.length - 1] = '\0';
  path[LONGEST] = '\0';
  program = check_begins(_i, url.bytes);
  Text request = text_of("GET %s HTTP/1.0\r\n\r\n", path);
  int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
  ck_assert_int_ge(fd, 0);
  static char octets[LONGEST + 64];
  ck_assert_int_eq(recv(fd, octets, request.length, MSG_WAITALL), (ssize_t)request.length);
  ck_assert_mem_eq(octets, request.bytes, request.length);
  ck_assert(client_send(fd, "HTTP/1.1 200", 12));
  check_ends(&program, 0, (Text){"", 0});
  close(fd);
  close(listening);
  text_free(&base);
  text_free(&url);
  text_free(&told);
  text_free(&request);
}
END_TEST

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  Suite *suite = suite_create("markdown-server --check");
  add_test(suite, "every answer", every_answer, RUNNERS);
  add_test(suite, "no answer", no_answer, RUNNERS);
  add_test(suite, "our server", our_server, RUNNERS);
  add_test(suite, "long path", long_path, RUNNERS);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
