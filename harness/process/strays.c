/* /proc tells who is whose child, and what each inherited. */
#include "harness/process/strays.h"

#include "harness/base/bytes.h"
#include "harness/cell/ending.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that goes on making processes is ended as often as that; each round ends all that there are. */
enum { MOST_ROUNDS = 1000 };

/* Whether PATH is FOLDER, or stands below it. */
static bool is_below(const char *path, const char *folder) {
  size_t len = strlen(folder);
  return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool has_home_below(pid_t pid, const char *folder) {
  char path[64];
  struct bytes text = {0};
  bool found = false;
  snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
  if (bytes_read_file(&text, path) == 0)
    for (size_t at = 0; at < text.len && !found; at += strlen(text.data + at) + 1)
      found = strncmp(text.data + at, "HOME=", 5) == 0 && is_below(text.data + at + 5, folder);
  bytes_free(&text);
  return found;
}

/* What LINK of /proc leads to, of at most SIZE bytes with the NUL; "": it is not to be read. */
static void read_link(pid_t pid, const char *link, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, link);
  ssize_t len = readlink(path, text, size - 1);
  text[len > 0 ? len : 0] = '\0';
}

static bool stands_below(pid_t pid, const char *folder) {
  char here[PATH_MAX];
  read_link(pid, "cwd", here, sizeof here);
  return is_below(here, folder);
}

char *strays_namespace(pid_t pid) {
  char own[64];
  char name[64];
  read_link(getpid(), "ns/pid", own, sizeof own);
  read_link(pid, "ns/pid", name, sizeof name);
  return *own && *name && strcmp(own, name) != 0 ? xstrdup(name) : NULL;
}

static bool is_in_namespace(pid_t pid, const char *name) {
  char other[64];
  read_link(pid, "ns/pid", other, sizeof other);
  return strcmp(other, name) == 0;
}

static bool belongs(pid_t pid, const char *folder) {
  return !folder || has_home_below(pid, folder) || stands_below(pid, folder);
}

static bool is_known(pid_t pid, const pid_t *known, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (known[i] == pid)
      return true;
  return false;
}

/* Whether PID is the first process of a namespace of its own: it ends only after all others there were waited for. */
static bool is_first(pid_t pid) {
  char path[64];
  struct bytes status = {0};
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  bytes_read_file(&status, path);
  bytes_text(&status, "");
  const char *at = strstr(status.data, "\nNSpid:");
  const char *end = at ? strchr(at + 1, '\n') : NULL;
  bool first = end && end[-1] == '1' && end[-2] == '\t';
  bytes_free(&status);
  return first;
}

/* What is done with a child: it is ended, and waited for. */
enum step { END, WAIT, WAIT_FOR_FIRST, STEPS };

/* Takes that STEP with PID, a child. Returns whether it was still running when it was ended. */
static bool end_child(pid_t pid, enum step step) {
  siginfo_t info = {0};
  bool running = step == END && !process_is_ending(pid);
  if (step == END)
    kill(pid, SIGKILL);
  else if (step == WAIT_FOR_FIRST || !is_first(pid))
    while (waitid(P_PID, (id_t)pid, &info, WEXITED) != 0 && errno == EINTR)
      ;
  return running;
}

struct pids {
  pid_t *items;
  size_t count;
};

/* The children of this process. The caller frees the items. */
static struct pids list_children(void) {
  char path[64];
  struct bytes text = {0};
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  bytes_read_file(&text, path);
  bytes_text(&text, "");
  struct pids children = {calloc(text.len + 1, sizeof(pid_t)), 0};
  char *rest = text.data;
  for (char *word = strtok_r(rest, " \n", &rest); word && children.items; word = strtok_r(NULL, " \n", &rest)) {
    pid_t pid = (pid_t)strtol(word, NULL, 10);
    if (pid > 0)
      children.items[children.count++] = pid;
  }
  bytes_free(&text);
  return children;
}

bool strays_in_group(pid_t group) {
  struct pids children = list_children();
  bool found = false;
  for (size_t i = 0; i < children.count && !found; i++)
    found = getpgid(children.items[i]) == group && !process_is_ending(children.items[i]);
  free(children.items);
  return found;
}

/* Ends the children that are none of the COUNT pids KNOWN and that BELONGS_TO says to be of NAME. */
static unsigned end_children(bool (*belongs_to)(pid_t pid, const char *name), const char *name, const pid_t *known,
                             size_t count) {
  unsigned ended = 0;
  bool again = true;
  for (unsigned round = 0; again && round < MOST_ROUNDS; round++) {
    struct pids children = list_children();
    size_t found = 0;
    for (size_t i = 0; i < children.count; i++)
      if (!is_known(children.items[i], known, count) && belongs_to(children.items[i], name))
        children.items[found++] = children.items[i];
    for (enum step step = END; step < STEPS; step++)
      for (size_t i = 0; i < found; i++)
        ended += end_child(children.items[i], step);
    again = found > 0;
    free(children.items);
  }
  return ended;
}

unsigned strays_end(const char *folder, const pid_t *known, size_t count) {
  return end_children(belongs, folder, known, count);
}

unsigned strays_end_namespace(const char *name) { return end_children(is_in_namespace, name, NULL, 0); }

void strays_end_below(const char *root) {
  bool again = true;
  for (unsigned round = 0; again && round < MOST_ROUNDS; round++) {
    DIR *folder = opendir("/proc");
    again = false;
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
      pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? (pid_t)strtol(entry->d_name, NULL, 10) : 0;
      if (pid > 0 && pid != getpid() && belongs(pid, root))
        again |= kill(pid, SIGKILL) == 0;
    }
    if (folder)
      closedir(folder);
  }
}

/* SPDX-License-Identifier: MIT */
