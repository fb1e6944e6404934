/* Files in memory, and folders with all that is in them. */
#include "harness/base/files.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status;
  (void)type;
  (void)walk;
  return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

void remove_folder(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }
