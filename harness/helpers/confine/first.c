/* The first process of a cell. The kernel gives it whatever loses its parent, and ends everything in the namespace when
   it ends (pid_namespaces(7)). No program under test is ever it: as process 1 it would survive its own SIGTERM. */
#include "harness/helpers/confine/confine.h"

#include "harness/cell/ending.h"
#include "harness/cell/wire.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void hear_child(int signal_number) { (void)signal_number; }

/* Takes note of what has ended. Returns whether anything is left. */
static bool reap(void) {
  pid_t pid;
  do
    pid = waitpid(-1, NULL, WNOHANG);
  while (pid > 0);
  return pid == 0;
}

/* How many processes there are besides this one that go on by themselves. A program that kills its child, or sees it
   end, and does not wait for it has left nothing. */
static int count_left(void) {
  int count = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder))
    count += isdigit((unsigned char)entry->d_name[0]) && strcmp(entry->d_name, "1") != 0 &&
             !process_is_ending((pid_t)strtol(entry->d_name, NULL, 10));
  if (folder)
    closedir(folder);
  return count;
}

/* Ends what is left, and returns how many that were. kill(-1) reaches every process but this one in one step: one that
   is just forking meets the signal before its child is there. */
static int sweep(void) {
  if (!reap())
    return 0;
  int count = count_left();
  kill(-1, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
    ;
  return count;
}

void be_first_process(int socket) {
  sigset_t child;
  sigset_t none;
  sigemptyset(&none);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  signal(SIGCHLD, hear_child);
  for (;;) {
    char byte;
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    reap();
    if (ppoll(&wait, 1, NULL, &none) <= 0)
      continue;
    if (recv(socket, &byte, 1, 0) <= 0)
      _exit(0);
    const struct cell_swept swept = {sweep()};
    if (send(socket, &swept, sizeof swept, MSG_NOSIGNAL) < 0)
      _exit(0);
  }
}

/* SPDX-License-Identifier: MIT */
