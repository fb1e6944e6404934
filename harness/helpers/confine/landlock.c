/* A Landlock domain (landlock(7)), where no view of the file system can be had: files can be read where a list says so,
   and written in one folder. From version 6 on, no signal and no abstract socket leaves the domain. */
#include "harness/helpers/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12. */
struct ruleset {
  uint64_t files, network, scoped;
};
enum {
  ACCESS_REFER = 1 << 13,
  ACCESS_TRUNCATE = 1 << 14,
  ACCESS_DEVICE = 1 << 15,
  SCOPE_ALL = 3,
  READING = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
  FOLDERS_ONLY = LANDLOCK_ACCESS_FS_READ_DIR | ((1 << 14) - (1 << 4))
};

/* All kinds of access that version ABI knows: bits 0 to 12, and one more with each of versions 2, 3 and 5. */
static uint64_t known_access(long abi) {
  uint64_t access = (1 << 13) - 1;
  access |= abi >= 2 ? ACCESS_REFER : 0;
  access |= abi >= 3 ? ACCESS_TRUNCATE : 0;
  return access | (abi >= 5 ? ACCESS_DEVICE : 0);
}

static void allow(int ruleset, const char *path, uint64_t access) {
  struct stat status;
  struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = open(path, O_PATH | O_CLOEXEC)};
  if (rule.parent_fd < 0)
    return;
  if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
    rule.allowed_access &= ~(uint64_t)FOLDERS_ONLY;
  syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  close(rule.parent_fd);
}

static void allow_all(int ruleset, const char *const *paths, uint64_t access) {
  for (; paths && *paths; paths++)
    allow(ruleset, *paths, access);
}

int make_landlock(const struct cell_options *options, bool *holds_signals) {
  static const char *const readable[] = {"/usr",   "/bin",    "/sbin", "/lib",  "/lib32",
                                         "/lib64", "/libx32", "/etc",  "/proc", NULL};
  static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0)
    return -errno;
  const bool scoped = abi >= 6 && !options->no_scopes;
  struct ruleset attributes = {.files = known_access(abi), .scoped = scoped ? SCOPE_ALL : 0};
  size_t size = scoped ? sizeof attributes : sizeof attributes.files;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
  if (ruleset < 0)
    return -errno;
  const uint64_t reading = READING & attributes.files;
  allow_all(ruleset, readable, reading);
  if (options->profile == CELL_ORACLE)
    allow(ruleset, "/", reading);
  allow_all(ruleset, devices, (reading | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE) & attributes.files);
  allow_all(ruleset, options->reads, reading);
  allow_all(ruleset, options->writes, attributes.files);
  allow(ruleset, options->folder, attributes.files);
  *holds_signals = scoped;
  return ruleset;
}

int enter_landlock(int ruleset) { return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno; }

/* SPDX-License-Identifier: MIT */
