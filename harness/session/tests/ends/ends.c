/* A program that ends as it is told to: what test_ends starts. It is built so that little stands before its main.

   usage: ends SERVES KIND MOMENT AT WRONG DOCUMENT     the fields of struct behaviour, as numbers */
#include "harness/session/tests/ends/ends.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile sig_atomic_t kind_at_stop;

static _Noreturn void *go_on(void *user) {
  (void)!write(*(int *)user, "", 1);
  for (;;)
    pause();
}

enum { HIDDEN_READY = 9 };

/* Becomes a process that nobody knows by its folder or its environment, and goes on. */
static _Noreturn void hide(int ready) {
  static char name[] = "hidden";
  if (chdir("/") == 0 && dup2(ready, HIDDEN_READY) == HIDDEN_READY)
    execve("/proc/self/exe", (char *const[]){name, NULL}, (char *const[]){NULL});
  _exit(99);
}

static void leave(enum kind kind) {
  int ready[2];
  char byte;
  if (pipe(ready) != 0)
    _exit(99);
  if (fork() == 0) {
    if ((kind == LEAVES_DAEMON || kind == HIDES_CHILD) && (setsid() < 0 || fork() != 0))
      _exit(0);
    for (int fd = 3; fd < 64; fd++)
      if (fd != ready[1])
        close(fd); /* a connection that it kept would never end */
    if (kind == HIDES_CHILD)
      hide(ready[1]);
    /* The first thread of the process ends before any other, and the process goes on. */
    pthread_t thread;
    // NOLINTNEXTLINE(bugprone-signal-handler): nothing but this has run in the program
    if (kind == LEAVES_THREAD && pthread_create(&thread, NULL, go_on, &ready[1]) == 0)
      syscall(SYS_exit, 0); // NOLINT(bugprone-signal-handler): no more than exit does
    go_on(&ready[1]);
  }
  (void)!read(ready[0], &byte, 1);
}

static void do_it(enum kind kind, int client) {
  static const int signals[KINDS] = {[FAULT] = SIGSEGV, [KILLED] = SIGKILL, [ABORTED] = SIGABRT};
  if (kind == EXIT_0 || kind == EXIT_3)
    _exit(kind == EXIT_0 ? 0 : 3);
  if (signals[kind]) {
    signal(signals[kind], SIG_DFL);
    raise(signals[kind]);
  }
  if (kind == RESET && client >= 0) {
    setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
    close(client);
  }
  if (leaves(kind) || kind == HIDES_CHILD)
    leave(kind);
  /* It goes on once the child has called _exit, and not sooner (vfork(2)). */
  // NOLINTNEXTLINE(bugprone-signal-handler, clang-analyzer-security.insecureAPI.vfork): that is what is tested
  if (kind == LOSES_CHILD && vfork() == 0)
    _exit(0);
  if (kind == HANG)
    for (;;)
      pause();
}

static void stop(int number) {
  (void)number;
  do_it((enum kind)kind_at_stop, -1);
  _exit(0);
}

/* The number in the document: it stands at its end. */
static unsigned number_of(const char *document) {
  char text[64];
  int file = open(document, O_RDONLY | O_CLOEXEC);
  ssize_t len = file < 0 ? 0 : read(file, text, sizeof text);
  close(file);
  return len >= 2 ? (unsigned)(text[len - 2] - '0') : 0;
}

static void serve_one(const struct behaviour *does, int listener, const char *document) {
  char request[4096];
  int client = accept(listener, NULL, NULL);
  unsigned number = number_of(document);
  enum moment moment = number == does->at ? does->moment : MOMENTS;
  if (moment == ACCEPTED)
    do_it(does->kind, client);
  (void)!recv(client, request, sizeof request, 0);
  if (moment == READ)
    do_it(does->kind, client);
  char answer[128];
  int len = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<p>c%cse %u</p>\n",
                     number == does->wrong ? 'x' : 'a', number);
  size_t half = (size_t)len - 6;
  (void)!send(client, answer, half, MSG_NOSIGNAL);
  if (moment == WITHIN_ANSWER)
    do_it(does->kind, client);
  (void)!send(client, answer + half, 6, MSG_NOSIGNAL);
  if (moment == BEFORE_CLOSE)
    do_it(does->kind, client);
  close(client);
  if (moment == AFTER_CLOSE)
    do_it(does->kind, -1);
}

static int serve(const struct behaviour *does, const char *document) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 64) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &len) != 0)
    return 98;
  kind_at_stop = does->moment == AT_STOP ? (int)does->kind : NOTHING;
  signal(SIGTERM, stop);
  if (does->moment == BEFORE_READY)
    do_it(does->kind, -1);
  printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;)
    serve_one(does, listener, document);
}

static int run_once(const struct behaviour *does, const char *document) {
  unsigned number = number_of(document);
  enum moment moment = number == does->at ? does->moment : MOMENTS;
  if (moment == BEFORE_READY)
    do_it(does->kind, -1);
  dprintf(1, "<p>c%cse", number == does->wrong ? 'x' : 'a');
  if (moment == WITHIN_ANSWER)
    do_it(does->kind, -1);
  dprintf(1, " %u</p>\n", number);
  if (moment == AT_STOP)
    do_it(does->kind, -1);
  return 0;
}

int main(int argc, char **argv) {
  if (strcmp(argv[0], "hidden") == 0)
    go_on(&(int){HIDDEN_READY});
  if (argc != 7)
    return 97;
  const struct behaviour does = {strtol(argv[1], NULL, 10) != 0, (enum kind)strtol(argv[2], NULL, 10),
                                 (enum moment)strtol(argv[3], NULL, 10), (unsigned)strtoul(argv[4], NULL, 10),
                                 (unsigned)strtoul(argv[5], NULL, 10)};
  return does.serves ? serve(&does, argv[6]) : run_once(&does, argv[6]);
}

/* SPDX-License-Identifier: MIT */
