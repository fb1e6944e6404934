/* The resident part: makes the cell, gives up its own authority, and starts program after program in it. */
#include "harness/helpers/confine/confine.h"

#include "harness/cell/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 64 << 10 };

/* What programs share in a cell, as it was when it was made: one that left something there is the last in it. */
struct scratch {
  const char *path;
  struct timespec changed;
};
static struct scratch scratches[] = {{"/dev/shm", {0}}, {"/tmp", {0}}};
static size_t scratch_count;

static void note_scratches(const struct cell_options *options, const struct standing *standing) {
  if (standing->granted & GRANT_VIEW)
    scratch_count = sees_all(options) ? 1 : 2;
  for (size_t i = 0; i < scratch_count; i++) {
    struct stat status;
    if (stat(scratches[i].path, &status) == 0)
      scratches[i].changed = status.st_ctim;
  }
}

/* Whether a program changed a folder that the next would see: the time of change cannot be set. */
static bool scratches_changed(void) {
  for (size_t i = 0; i < scratch_count; i++) {
    struct stat status;
    if (stat(scratches[i].path, &status) == 0 && (status.st_ctim.tv_sec != scratches[i].changed.tv_sec ||
                                                  status.st_ctim.tv_nsec != scratches[i].changed.tv_nsec))
      return true;
  }
  return false;
}

/* Whether there is System V IPC: SHM_INFO and its like count what there is (shmctl(2)). */
static bool has_ipc(void) {
  struct shm_info shared = {0};
  struct seminfo semaphores = {0};
  struct msginfo queues = {0};
  shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&shared);
  semctl(0, 0, SEM_INFO, &semaphores);
  msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&queues);
  return shared.used_ids > 0 || semaphores.semusz > 0 || queues.msgpool > 0;
}

/* ---- Making ---------------------------------------------------------------------------------------------------- */

struct making {
  const struct cell_options *options;
  struct standing standing;
  int ends[2];   /* the sockets of the first process: the gate's and its own */
  int result[2]; /* a pipe on which it tells whether the view stands */
  pid_t init;
};

/* The first process: builds the view, since it has the process namespace that the view's /proc shows. */
static _Noreturn void begin_first_process(const struct making *making) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int failed = making->standing.granted & GRANT_VIEW ? build_view(making->options) : 0;
  if (!failed)
    failed = drop_authority();
  /* A program of the same user is not to trace it. */
  prctl(PR_SET_DUMPABLE, 0);
  while (write(making->result[1], &failed, sizeof failed) < 0 && errno == EINTR)
    ;
  dup2(making->ends[1], CELL_SOCKET);
  syscall(SYS_close_range, CELL_SOCKET + 1, ~0U, 0);
  be_first_process(CELL_SOCKET);
}

static int make_first_process(struct making *making) {
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, making->ends) != 0 || pipe2(making->result, O_CLOEXEC) != 0)
    return errno;
  making->init = fork();
  if (making->init < 0)
    return errno;
  if (making->init == 0)
    begin_first_process(making);
  close(making->ends[1]);
  close(making->result[1]);
  int failed = EPIPE;
  while (read(making->result[0], &failed, sizeof failed) < 0 && errno == EINTR)
    ;
  close(making->result[0]);
  return failed;
}

/* Everything but the namespaces, of which the launcher gives itself what the programs are to have from it. */
static int settle(struct making *making) {
  struct standing *standing = &making->standing;
  const struct cell_options *options = making->options;
  int failed = limit_resources(options, standing);
  if (!failed)
    failed = drop_authority();
  const unsigned both = GRANT_VIEW | GRANT_PROCESSES;
  if (!failed && (standing->granted & both) != both) {
    standing->landlock = make_landlock(options, &standing->holds_signals);
    standing->granted |= standing->landlock < 0 ? 0 : GRANT_LANDLOCK;
    if (standing->landlock < 0)
      note_missing(standing, "Landlock, so that files are not protected", -standing->landlock);
  }
  if (!failed)
    failed = load_filter(options, standing);
  standing->granted |= failed ? 0 : GRANT_FILTER;
  prctl(PR_SET_DUMPABLE, 0);
  return failed;
}

static int make_cell(struct making *making) {
  struct standing *standing = &making->standing;
  int failed = 0;
  enter_cell(making->options, standing);
  if (standing->granted & GRANT_PROCESSES) {
    failed = make_first_process(making);
  } else if (standing->granted & GRANT_VIEW) {
    failed = build_view(making->options);
  }
  if (chdir("/") != 0)
    failed = errno;
  note_scratches(making->options, standing);
  return failed ? failed : settle(making);
}

/* ---- Starting -------------------------------------------------------------------------------------------------- */

struct birth {
  char **words, **variables;
  const char *folder;
  int fds[3];
  unsigned processor_ms;
  bool traced, dies_with_parent;
  int landlock;        /* a domain to enter, or -1 */
  bool keeps_signals;  /* a filter has to keep its signals in the cell */
  volatile int failed; /* written by the child, which shares this memory until it has become the program */
};

/* The child: the three descriptors, the folder and nothing else reach the program. */
static int become_program(void *user) {
  struct birth *birth = user;
  const struct itimerval timer = {
      .it_value = {birth->processor_ms / 1000, (suseconds_t)(birth->processor_ms % 1000) * 1000}};
  bool good = setpgid(0, 0) == 0 && chdir(birth->folder) == 0;
  for (int i = 0; good && i < 3; i++)
    good = dup2(birth->fds[i], i) == i;
  if (good && birth->landlock >= 0)
    good = enter_landlock(birth->landlock) == 0;
  good = good && syscall(SYS_close_range, 3, ~0U, 0) == 0;
  if (good && birth->processor_ms)
    good = setitimer(ITIMER_PROF, &timer, NULL) == 0;
  if (good && birth->dies_with_parent)
    good = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  if (good && birth->traced)
    good = ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
  if (good && birth->keeps_signals)
    good = load_signal_filter() == 0;
  if (good)
    execve(birth->words[0], birth->words, birth->variables);
  birth->failed = errno;
  _exit(EXIT_NOT_CONFINED);
}

/* Takes the texts of PACKET, which has SIZE bytes, apart. Returns whether they are complete. */
static bool read_texts(char *packet, size_t size, const struct cell_start *start, struct birth *birth) {
  static char *texts[CELL_PACKET / 2];
  size_t count = (size_t)start->arguments + start->variables;
  char *at = packet + sizeof *start;
  char *end = packet + size;
  if (count + 2 > sizeof texts / sizeof *texts || start->arguments == 0 || size <= sizeof *start || end[-1] != '\0')
    return false;
  birth->folder = at;
  birth->words = texts;
  birth->variables = texts + start->arguments + 1;
  at += strlen(at) + 1;
  for (size_t i = 0; i < count; i++) {
    if (at >= end)
      return false;
    texts[i + (i >= start->arguments)] = at;
    at += strlen(at) + 1;
  }
  texts[start->arguments] = NULL;
  texts[count + 1] = NULL;
  return true;
}

/* The program becomes a child of the gate: CLONE_PARENT. TOP: of the stack, which grows down. */
static struct cell_started give_birth(struct birth *birth, char *top) {
  struct cell_started started = {0};
  started.pid = clone(become_program, top, BIRTH_FLAGS, birth);
  started.error = started.pid < 0 ? errno : birth->failed;
  return started;
}

/* Receives a request into PACKET, with the descriptors. Returns its size, or at most 0 at the end. */
static ssize_t receive_request(void *packet, int fds[3]) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int[3]))];
  } control = {0};
  struct iovec part = {packet, CELL_PACKET};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do
    got = recvmsg(CELL_SOCKET, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int[3])))
    return 0;
  memcpy(fds, CMSG_DATA(header), sizeof(int[3]));
  return got;
}

static void serve_requests(const struct standing *standing) {
  static char packet[CELL_PACKET];
  static char stack[STACK] __attribute__((aligned(16)));
  struct birth birth = {.dies_with_parent = !(standing->granted & GRANT_PROCESSES), .landlock = standing->landlock};
  birth.keeps_signals = birth.dies_with_parent && !standing->holds_signals;
  ssize_t size;
  while ((size = receive_request(packet, birth.fds)) > 0) {
    struct cell_start start;
    struct cell_started started = {.error = EINVAL, .pid = -1};
    memcpy(&start, packet, sizeof start);
    birth.processor_ms = start.processor_ms;
    birth.traced = start.traced;
    birth.failed = 0;
    bool used = scratches_changed() || (standing->granted & GRANT_IPC && has_ipc());
    if (used)
      started.error = EAGAIN;
    else if (read_texts(packet, (size_t)size, &start, &birth))
      started = give_birth(&birth, &stack[STACK - 64]);
    started.used = used;
    for (int i = 0; i < 3; i++)
      close(birth.fds[i]);
    if (send(CELL_SOCKET, &started, sizeof started, MSG_NOSIGNAL) < 0)
      return;
  }
}

/* ---- Speaking -------------------------------------------------------------------------------------------------- */

static void send_hello(const struct cell_hello *hello, int fd) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof fd)];
  } control = {0};
  struct iovec part = {(void *)(uintptr_t)hello, sizeof *hello};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header =
        (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  }
  if (sendmsg(CELL_SOCKET, &message, MSG_NOSIGNAL) < 0)
    _exit(EXIT_NOT_CONFINED);
}

void note_missing(struct standing *standing, const char *what, int error) {
  size_t len = strlen(standing->missing);
  snprintf(standing->missing + len, CELL_REASONS - len, "%s: %s\n", what, strerror(error));
}

void serve_cell(const struct cell_options *options) {
  static struct cell_hello hello;
  static struct making making;
  struct cell_go go = {0};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  fcntl(CELL_SOCKET, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, CELL_SOCKET + 1, ~0U, 0);
  if (recv(CELL_SOCKET, &go, sizeof go, 0) != sizeof go || go.magic != CELL_MAGIC)
    _exit(EXIT_NOT_CONFINED);
  if (go.groups && cell_join_groups(options->groups, getpid()))
    go.granted |= go.groups;
  making = (struct making){.options = options,
                           .standing = {.granted = go.granted, .missing = hello.missing, .landlock = -1},
                           .ends = {-1, -1}};
  hello.error = make_cell(&making);
  hello.granted = making.standing.granted;
  hello.init = making.init;
  send_hello(&hello, making.ends[0]);
  if (making.ends[0] >= 0)
    close(making.ends[0]);
  if (!hello.error)
    serve_requests(&making.standing);
  _exit(0);
}

/* SPDX-License-Identifier: MIT */
