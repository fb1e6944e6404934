/* Files in memory, and folders with all that is in them. */
#include "harness/base/files.h"

#include <errno.h>
#include <ftw.h>
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

/* Writes CONTENTS to the open file FD and closes it. Returns 0 or an errno value. */
static int write_whole(int fd, struct span contents) {
  int failed = 0;
  for (size_t at = 0; at < contents.len && !failed;) {
    ssize_t wrote = write(fd, contents.data + at, contents.len - at);
    if (wrote >= 0)
      at += (size_t)wrote;
    else if (errno != EINTR)
      failed = errno;
  }
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
    int wrote = write_whole(fd, contents);
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

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status;
  (void)type;
  (void)walk;
  return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

void remove_folder(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }
