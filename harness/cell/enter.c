/* The namespaces of a whole run: a network in which there is only loopback, so that the gate and the servers that it
   asks are alone in it, and a mount namespace, so that the folders of cells can be file systems of a limited size. Both
   are gone when the gate is. */
#include "harness/cell/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static bool write_file_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  if (fd >= 0)
    close(fd);
  return good;
}

/* A user namespace in which this user and this group are what they were before (user_namespaces(7)): it gives the right
   to make the others. */
static bool enter_user_namespace(void) {
  char users[64];
  char groups[64];
  snprintf(users, sizeof users, "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
  snprintf(groups, sizeof groups, "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
  return unshare(CLONE_NEWUSER) == 0 && write_file_text("/proc/self/setgroups", "deny") &&
         write_file_text("/proc/self/uid_map", users) && write_file_text("/proc/self/gid_map", groups);
}

static bool raise_loopback(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool good = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0;
  request.ifr_flags |= IFF_UP;
  good = good && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  if (fd >= 0)
    close(fd);
  /* A program has no authority in its cell; that it could listen on port 80 as root is not to change by that. */
  write_file_text("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
  return good;
}

unsigned cell_enter_namespaces(char *why, size_t size) {
  unsigned granted = 0;
  *why = '\0';
  bool mounts = unshare(CLONE_NEWNS) == 0;
  if (!mounts && errno == EPERM)
    mounts = enter_user_namespace() && unshare(CLONE_NEWNS) == 0;
  if (!mounts)
    snprintf(why, size, "mount namespace: %s", strerror(errno));
  if (mounts && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
    granted |= GRANT_VIEW;
  if (unshare(CLONE_NEWNET) == 0 && raise_loopback())
    granted |= GRANT_NETWORK;
  else if (!*why)
    snprintf(why, size, "network namespace: %s", strerror(errno));
  return granted;
}

bool cell_mount_folder(const char *folder) {
  return mount("bytegate", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1g,nr_inodes=100k") == 0;
}

/* SPDX-License-Identifier: MIT */
