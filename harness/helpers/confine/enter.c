/* The namespaces of a cell. */
#include "harness/helpers/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static bool write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  if (fd >= 0)
    close(fd);
  return good;
}

/* This user and this group stay what they are (user_namespaces(7)). */
static bool enter_user_namespace(void) {
  char users[64];
  char groups[64];
  snprintf(users, sizeof users, "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
  snprintf(groups, sizeof groups, "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
  if (unshare(CLONE_NEWUSER) != 0)
    return false;
  write_text("/proc/self/setgroups", "deny");
  return write_text("/proc/self/uid_map", users) && write_text("/proc/self/gid_map", groups);
}

void enter_cell(const struct cell_options *options, struct standing *standing) {
  if (options->bare)
    return;
  bool mounts = unshare(CLONE_NEWNS) == 0;
  if (!mounts) {
    standing->has_user_namespace = enter_user_namespace();
    mounts = standing->has_user_namespace && unshare(CLONE_NEWNS) == 0;
  }
  if (mounts && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
    standing->granted |= GRANT_VIEW;
  else
    note_missing(standing, "a view of its own on files", errno);
  if (unshare(CLONE_NEWPID) == 0)
    standing->granted |= GRANT_PROCESSES;
  else
    note_missing(standing, "a process namespace", errno);
  if (unshare(CLONE_NEWIPC) == 0)
    standing->granted |= GRANT_IPC;
  else
    note_missing(standing, "System V IPC of its own", errno);
}

/* SPDX-License-Identifier: MIT */
