/* Files in memory, and folders with all that is in them. */
#include "harness/base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int memory_file(struct span contents) {
  int fd = memfd_create("bytegate", MFD_CLOEXEC);
  if (fd < 0)
    die("memfd_create: %s", strerror(errno));
  for (size_t at = 0; at < contents.len;) {
    ssize_t wrote = pwrite(fd, contents.data + at, contents.len - at, (off_t)at);
    if (wrote < 0)
      die("a file in memory of %zu bytes: %s", contents.len, strerror(errno));
    at += (size_t)wrote;
  }
  return fd;
}

void read_whole(int fd, struct bytes *out) {
  char block[65536];
  ssize_t got;
  for (off_t at = 0; (got = pread(fd, block, sizeof block, at)) > 0; at += got)
    bytes_append(out, block, (size_t)got);
}

/* Writes CONTENTS to the open file FD, down to the disk, and closes it. Returns 0 or an errno value. */
static int write_through(int fd, struct span contents) {
  int failed = write_whole(fd, contents);
  if (!failed && fsync(fd) != 0)
    failed = errno;
  if (close(fd) != 0 && !failed)
    failed = errno;
  return failed;
}

int replace_file(const char *path, struct span contents) {
  struct stat status;
  char *real = realpath(path, NULL); /* of a link, what it leads to */
  bool there = real && stat(real, &status) == 0;
  if (there && !S_ISREG(status.st_mode)) {
    free(real);
    return write_file(path, contents);
  }
  mode_t mask = umask(0);
  umask(mask);
  char *new = xasprintf("%s.XXXXXX", real ? real : path);
  int fd = mkstemp(new);
  int failed = fd < 0 ? errno : 0;
  if (!failed && fchmod(fd, there ? status.st_mode & 07777 : 0666 & ~mask) != 0)
    failed = errno;
  if (fd >= 0) {
    int wrote = write_through(fd, contents);
    failed = failed ? failed : wrote;
  }
  if (!failed && rename(new, real ? real : path) != 0)
    failed = errno;
  if (failed && fd >= 0)
    unlink(new);
  free(new);
  free(real);
  return failed;
}

/* ---- Removing a folder. A program may have made one as deep as it likes, and taken its own permissions away. What
   stands in a folder within PATH is moved up to PATH itself, so that no path grows long and few descriptors are open.
   -- */

/* Opens the folder NAME of PARENT, with permissions given back. Returns -1 where that cannot be. */
static int open_folder(int parent, const char *name) {
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    fchmod(fd, 0700);
  else if (errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  return fd;
}

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

/* Removes ENTRY of FOLDER, where that is no folder or an empty one. */
static bool remove_entry(int folder, const struct dirent *entry) {
  bool removed = entry->d_type != DT_DIR && unlinkat(folder, entry->d_name, 0) == 0;
  return removed || unlinkat(folder, entry->d_name, AT_REMOVEDIR) == 0;
}

/* Removes the files of the folder NAME of TOP, and moves its folders to TOP. */
static void flatten(int top, const char *name, unsigned long *moved) {
  int fd = open_folder(top, name);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
    char place[32];
    if (is_dots(entry->d_name) || remove_entry(fd, entry))
      continue;
    /* A folder is moved only by who may write in it. */
    fchmodat(fd, entry->d_name, 0700, 0);
    do
      snprintf(place, sizeof place, ".moved-%lu", (*moved)++);
    while (renameat2(fd, entry->d_name, top, place, RENAME_NOREPLACE) != 0 && errno == EEXIST);
  }
  if (folder)
    closedir(folder);
  else if (fd >= 0)
    close(fd);
}

/* Goes once over what stands in TOP. Returns whether anything could be removed. */
static bool remove_round(int top, unsigned long *moved) {
  bool any = false;
  int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
    if (is_dots(entry->d_name))
      continue;
    if (!remove_entry(top, entry)) {
      flatten(top, entry->d_name, moved);
      any |= unlinkat(top, entry->d_name, AT_REMOVEDIR) == 0;
    } else {
      any = true;
    }
  }
  if (folder)
    closedir(folder);
  else if (fd >= 0)
    close(fd);
  return any;
}

bool remove_folder(const char *path) {
  unsigned long moved = 0;
  int top = open_folder(AT_FDCWD, path);
  while (top >= 0 && rmdir(path) != 0 && errno == ENOTEMPTY && remove_round(top, &moved))
    ;
  if (top >= 0)
    close(top);
  return access(path, F_OK) != 0;
}

void make_folders_of(const char *path) {
  char *folder = xstrdup(path);
  for (char *slash = strchr(folder + (*folder == '/'), '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    (void)(mkdir(folder, 0777) != 0);
    *slash = '/';
  }
  free(folder);
}

/* SPDX-License-Identifier: MIT */
