/* The gate's side of a cell: starts the launcher and speaks to it. */
#include "harness/cell/cell.h"

#include "harness/base/spawn.h"
#include "harness/cell/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The launcher's command line: at most what stands here, and a word for each path. */
static char **launcher_words(const char *launcher, const struct cell_options *options, char *const groups[2]) {
  static const char *const profiles[] = {"default", "oracle", "strict"};
  size_t count = 0;
  for (const char *const *path = options->reads; path && *path; path++)
    count++;
  for (const char *const *path = options->writes; path && *path; path++)
    count++;
  char **words = calloc(count + 11, sizeof *words);
  bool good = words != NULL;
  size_t at = 0;
  good = good && asprintf(&words[at++], "%s", launcher) > 0 && asprintf(&words[at++], "--serve") > 0 &&
         asprintf(&words[at++], "--profile=%s", profiles[options->profile]) > 0 &&
         asprintf(&words[at++], "--allow-bits=%u", options->allow) > 0 &&
         asprintf(&words[at++], "--folder=%s", options->folder) > 0;
  if (good && options->bare)
    good = asprintf(&words[at++], "--bare") > 0;
  if (good && options->no_scopes)
    good = asprintf(&words[at++], "--no-scopes") > 0;
  for (int i = 0; good && i < 2; i++)
    if (groups[i])
      good = asprintf(&words[at++], "--group=%s", groups[i]) > 0;
  for (const char *const *path = options->reads; good && path && *path; path++)
    good = asprintf(&words[at++], "--read=%s", *path) > 0;
  for (const char *const *path = options->writes; good && path && *path; path++)
    good = asprintf(&words[at++], "--write=%s", *path) > 0;
  return words;
}

static void free_words(char **words) {
  for (char **word = words; word && *word; word++)
    free(*word);
  free(words);
}

/* Starts the launcher with THEIRS as its socket; it has no other descriptor, and no signal of the terminal reaches it.
   Returns an errno value. */
static int spawn_launcher(pid_t *pid, char **words, int theirs) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs, CELL_SOCKET);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0);
  return spawn_group(pid, &actions, words, environ);
}

/* Receives a packet of SIZE bytes, and a descriptor with it where one comes; *FD is -1 otherwise. */
static bool receive(int socket, void *packet, size_t size, int *fd) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec part = {packet, size};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  struct cmsghdr *header = got >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
  *fd = -1;
  if (header && header->cmsg_type == SCM_RIGHTS)
    memcpy(fd, CMSG_DATA(header), sizeof *fd);
  return got == (ssize_t)size;
}

static ssize_t send_packet(int socket, const void *packet, size_t size) {
  ssize_t sent;
  do
    sent = send(socket, packet, size, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent;
}

/* Hears what the cell could have. Returns an errno value. */
static int take_hello(struct cell *cell) {
  static struct cell_hello hello;
  if (!receive(cell->socket, &hello, sizeof hello, &cell->sweeper))
    return EPIPE;
  if (hello.error)
    return hello.error;
  hello.missing[sizeof hello.missing - 1] = '\0';
  cell->init = hello.init;
  cell->granted = hello.granted;
  bool good = asprintf(&cell->missing, "%s%s%s", hello.missing,
                       cell->granted & GRANT_NETWORK ? "" : "a network of its own: no network namespace\n",
                       cell->granted & GRANT_DISK ? "" : "a limit on disk space: no file system of its own\n") >= 0;
  return good ? 0 : ENOMEM;
}

/* Opens the list of the first process's children, as the kernel gives it, or returns -1. */
static int open_children(pid_t init) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)init, (int)init);
  return init > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

int cell_begin(struct cell *cell, const char *launcher, const struct cell_options *options) {
  static unsigned number;
  int ends[2];
  *cell = (struct cell){.socket = -1, .sweeper = -1, .children = -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return errno;
  const int size = CELL_PACKET;
  setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  unsigned groups = options->bare ? 0 : cell_make_groups(cell->groups, number++);
  char **words = launcher_words(launcher, options, cell->groups);
  int failed = words ? spawn_launcher(&cell->pid, words, ends[1]) : ENOMEM;
  free_words(words);
  close(ends[1]);
  cell->socket = ends[0];
  const struct cell_go go = {CELL_MAGIC, options->granted & (GRANT_NETWORK | GRANT_DISK), groups};
  if (failed)
    cell->pid = 0;
  else if (send_packet(cell->socket, &go, sizeof go) < 0)
    failed = EPIPE;
  cell->opening = !failed;
  if (failed)
    cell_close(cell);
  return failed;
}

int cell_await(struct cell *cell) {
  if (!cell->opening)
    return 0;
  cell->opening = false;
  int failed = take_hello(cell);
  cell->children = open_children(cell->init);
  if (failed)
    cell_close(cell);
  return failed;
}

/* Appends TEXT with its NUL. Returns whether there was room. */
static bool put_text(char *packet, size_t *at, const char *text) {
  size_t size = strlen(text) + 1;
  if (size > CELL_PACKET - *at)
    return false;
  memcpy(packet + *at, text, size);
  *at += size;
  return true;
}

/* Sends PACKET with the program's three descriptors. Returns an errno value. */
static int send_start(const struct cell *cell, const struct cell_program *program, const char *packet, size_t size) {
  const int fds[3] = {program->input, program->output, program->errors};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof fds)];
  } control = {0};
  struct iovec part = {(void *)(uintptr_t)packet, size};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header =
      (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fds)};
  memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
  ssize_t sent;
  do
    sent = sendmsg(cell->socket, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

int cell_start(struct cell *cell, const struct cell_program *program, pid_t *pid) {
  struct cell_start start = {.processor_ms = program->processor_ms, .traced = program->traced};
  static char packet[CELL_PACKET]; /* to make it anew for each program would cost more than to send it */
  size_t at = sizeof start;
  bool fits = put_text(packet, &at, program->folder);
  for (char *const *word = program->words; fits && *word; word++, start.arguments++)
    fits = put_text(packet, &at, *word);
  for (char *const *variable = program->variables; fits && *variable; variable++, start.variables++)
    fits = put_text(packet, &at, *variable);
  int failed = fits ? 0 : E2BIG;
  if (fits) {
    memcpy(packet, &start, sizeof start);
    failed = send_start(cell, program, packet, at);
  }
  struct cell_started started;
  int none;
  if (failed)
    return failed;
  if (!receive(cell->socket, &started, sizeof started, &none))
    return EPIPE;
  cell->used |= started.used;
  *pid = started.pid;
  /* What could not become the program has ended, as a child of ours. */
  if (started.error && started.pid > 0)
    waitpid(started.pid, NULL, 0);
  return started.error;
}

/* Whether the first process has children. True where the kernel does not tell. */
static bool has_children(const struct cell *cell) {
  char byte;
  return cell->children < 0 || pread(cell->children, &byte, 1, 0) != 0;
}

int cell_sweep(struct cell *cell) {
  struct cell_swept swept;
  int none;
  if (cell->sweeper < 0)
    return -1;
  if (!has_children(cell))
    return 0;
  if (send_packet(cell->sweeper, "s", 1) < 0 || !receive(cell->sweeper, &swept, sizeof swept, &none)) {
    cell->used = true;
    return 0;
  }
  return swept.killed;
}

void cell_kill(struct cell *cell) {
  if (cell->pid > 0 && !cell->opening)
    kill(cell->pid, SIGKILL);
}

void cell_close(struct cell *cell) {
  /* Only then it is known what is to be waited for. */
  if (cell->opening && cell_await(cell) != 0)
    return;
  if (cell->pid > 0) {
    /* The first process dies with the launcher, and all the rest with the first process. */
    kill(cell->pid, SIGKILL);
    while (waitpid(cell->pid, NULL, 0) < 0 && errno == EINTR)
      ;
  }
  if (cell->sweeper >= 0) {
    /* Its socket ends when it has, which is when nothing else is left (pid_namespaces(7)). */
    char byte;
    while (recv(cell->sweeper, &byte, 1, 0) > 0)
      ;
    close(cell->sweeper);
    /* It has come to this process if that takes over orphans. */
    while (waitpid(cell->init, NULL, 0) < 0 && errno == EINTR)
      ;
  }
  if (cell->socket >= 0)
    close(cell->socket);
  if (cell->children >= 0)
    close(cell->children);
  cell_remove_groups(cell->groups);
  free(cell->missing);
  *cell = (struct cell){.socket = -1, .sweeper = -1, .children = -1};
}

/* SPDX-License-Identifier: MIT */
