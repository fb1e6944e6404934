/* Control groups, version 1 or 2, that limit what a cell takes of memory and how many processes it has. They are made
   beside or below the group of this process, where that can be written; that is so for root, and for users to whom
   systemd has given a part of the tree. */
#include "harness/cell/cell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Enough for whatever is held to an oracle, and little enough for a machine that has other things to do. */
static const char most_memory[] = "2147483648";
static const char most_processes[] = "512";

static bool write_text(const char *folder, const char *name, const char *text) {
  char path[PATH_MAX];
  if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
    return false;
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  if (fd >= 0)
    close(fd);
  return good;
}

/* Where this process stands in the hierarchy of CONTROLLER ("" : version 2), as in "/user.slice": proc(5),
   /proc/PID/cgroup, lines of HIERARCHY:CONTROLLERS:PATH. */
static bool own_place(const char *controller, char place[PATH_MAX]) {
  char line[PATH_MAX + 64];
  bool found = false;
  FILE *file = fopen("/proc/self/cgroup", "re");
  while (file && !found && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    char *names = strchr(line, ':');
    char *path = names ? strchr(names + 1, ':') : NULL;
    if (!path)
      continue;
    *path++ = '\0';
    names++;
    size_t len = strlen(controller);
    for (char *at = names; !found && at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
      found = len ? strncmp(at, controller, len) == 0 && (at[len] == ',' || at[len] == '\0') : *names == '\0';
    if (found)
      snprintf(place, PATH_MAX, "%s", path);
  }
  if (file)
    fclose(file);
  return found;
}

/* The number of this process' PID namespace, in which the process ids of its groups' names are known; 0: there is no
   /proc. A gate elsewhere may have a group of the same id beside ours. */
static unsigned long pid_namespace(void) {
  struct stat status;
  return stat("/proc/self/ns/pid", &status) == 0 ? (unsigned long)status.st_ino : 0;
}

/* Removes from FOLDER the groups of OWNER, or of processes that are no more where that is 0: one that was killed could
   not. Returns whether all could be removed. */
static bool clear_groups(const char *folder, pid_t owner) {
  const unsigned long here = pid_namespace();
  bool clear = true;
  DIR *entries = opendir(folder);
  for (struct dirent *entry = entries ? readdir(entries) : NULL; entry; entry = readdir(entries)) {
    static const char prefix[] = "bytegate-";
    const char *last = strrchr(entry->d_name, '-');
    bool ours = last && strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0 && strtoul(last + 1, NULL, 16) == here;
    pid_t pid = ours ? (pid_t)strtol(entry->d_name + sizeof prefix - 1, NULL, 10) : 0;
    if (pid > 0 && (owner ? pid == owner : kill(pid, 0) != 0 && errno == ESRCH))
      clear &= unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR) == 0;
  }
  if (entries)
    closedir(entries);
  return clear;
}

/* Makes the group NAME in the folder of the hierarchy at ROOT where this process stands, or in the one above it, and
   writes LIMIT to its file. CLEARS: removes groups that are nobody's any more. Returns its path, which the caller
   frees, or NULL. */
static char *make_group(const char *root, const char *place, const char *name, const char *file, const char *limit,
                        bool clears) {
  for (int up = 0; up < 2; up++) {
    char *above = strdup(place);
    char *slash = above ? strrchr(above, '/') : NULL;
    if (up && slash)
      *slash = '\0';
    char *path = NULL;
    if (clears && above && asprintf(&path, "%s%s", root, above) > 0)
      clear_groups(path, 0);
    free(path);
    bool made = above && asprintf(&path, "%s%s/%s", root, above, name) > 0 && mkdir(path, 0755) == 0;
    free(above);
    if (made && write_text(path, file, limit))
      return path;
    if (made)
      rmdir(path);
    free(path);
  }
  return NULL;
}

/* Whether the file system of a version 2 hierarchy is at ROOT. */
static bool is_version_2(const char *root) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/cgroup.controllers", root);
  return access(path, F_OK) == 0;
}

unsigned cell_make_groups(char *groups[2], unsigned number) {
  static const struct {
    const char *controller, *file1, *file2, *limit;
    unsigned grant;
  } kinds[] = {{"memory", "memory.limit_in_bytes", "memory.max", most_memory, GRANT_MEMORY},
               {"pids", "pids.max", "pids.max", most_processes, GRANT_COUNT}};
  char place[PATH_MAX];
  char name[64];
  unsigned granted = 0;
  /* To look through all that there are for each cell again would cost as much as the cell. */
  bool clears = number == 0;
  snprintf(name, sizeof name, "bytegate-%d-%u-%lx", (int)getpid(), number, pid_namespace());
  groups[0] = groups[1] = NULL;
  if (is_version_2("/sys/fs/cgroup") && own_place("", place)) {
    groups[0] = make_group("/sys/fs/cgroup", place, name, kinds[0].file2, kinds[0].limit, clears);
    bool counts = groups[0] && write_text(groups[0], kinds[1].file2, kinds[1].limit);
    return groups[0] ? GRANT_MEMORY | (counts ? GRANT_COUNT : 0) : 0;
  }
  for (size_t i = 0; i < 2; i++) {
    char root[64];
    snprintf(root, sizeof root, "/sys/fs/cgroup/%s", kinds[i].controller);
    if (own_place(kinds[i].controller, place))
      groups[i] = make_group(root, place, name, kinds[i].file1, kinds[i].limit, clears);
    granted |= groups[i] ? kinds[i].grant : 0;
  }
  return granted;
}

bool cell_join_groups(char *const groups[2], pid_t pid) {
  char text[16];
  bool good = true;
  snprintf(text, sizeof text, "%d", (int)pid);
  for (int i = 0; i < 2; i++)
    good = (!groups[i] || write_text(groups[i], "cgroup.procs", text)) && good;
  return good;
}

void cell_remove_groups(char *groups[2]) {
  /* A process that has been waited for may take a moment more to leave its group. */
  enum { TRIES = 2000 };
  const struct timespec moment = {.tv_nsec = 1000000};
  for (int i = 0; i < 2; i++) {
    for (int k = 0; groups[i] && rmdir(groups[i]) != 0 && errno == EBUSY && k < TRIES; k++)
      nanosleep(&moment, NULL);
    free(groups[i]);
    groups[i] = NULL;
  }
}

/* Clears the group at PLACE below ROOT, and the one above it. */
static bool clear_place(const char *root, const char *place, pid_t owner) {
  char path[2 * PATH_MAX];
  snprintf(path, sizeof path, "%s%s", root, place);
  bool clear = clear_groups(path, owner);
  char *slash = strrchr(path, '/');
  if (slash && (size_t)(slash - path) >= strlen(root)) {
    *slash = '\0';
    clear &= clear_groups(path, owner);
  }
  return clear;
}

void cell_forget_groups(pid_t owner) {
  /* What was killed takes a moment to leave its group. */
  enum { TRIES = 2000 };
  static const char *const controllers[] = {"", "memory", "pids"};
  const struct timespec moment = {.tv_nsec = 1000000};
  bool clear = false;
  for (int i = 0; i < TRIES && !clear; i++) {
    clear = true;
    for (size_t k = 0; k < sizeof controllers / sizeof *controllers; k++) {
      char place[PATH_MAX];
      char root[64];
      snprintf(root, sizeof root, "/sys/fs/cgroup%s%s", *controllers[k] ? "/" : "", controllers[k]);
      if (own_place(controllers[k], place))
        clear &= clear_place(root, place, owner);
    }
    if (!clear)
      nanosleep(&moment, NULL);
  }
}

/* SPDX-License-Identifier: MIT */
