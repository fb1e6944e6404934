/* companion.c: see companion.h. */
#include "harness/base/companion.h"

#include "harness/base/bytes.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *command_path(void) {
  static char path[PATH_MAX];
  ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
  if (len <= 0)
    die("/proc/self/exe: %s", strerror(errno));
  path[len] = '\0';
  return path;
}

const char *command_folder(void) {
  static char path[PATH_MAX];
  strcpy(path, command_path());
  *strrchr(path, '/') = '\0';
  return path;
}

char *companion_of(const char *command, const char *name) {
  const char *slash = strrchr(command, '/');
  int folder = slash ? (int)(slash - command) + 1 : 0;
  const char *here = slash ? "" : "./";
  char *built = xasprintf("%s%.*s%s", here, folder, command, name);
  char *installed = xasprintf("%s%.*s../lib/bytegate/%s", here, folder, command, name);
  bool is_built = access(built, R_OK) == 0 || access(installed, R_OK) != 0;
  free(is_built ? installed : built);
  return is_built ? built : installed;
}

char *companion_path(const char *name) { return companion_of(command_path(), name); }

static bool is_installed(void) {
  char *launcher = companion_path("confine");
  bool apart = access(launcher, R_OK) == 0 && strstr(launcher, "/../lib/bytegate/");
  free(launcher);
  return apart;
}

char *measured_folder(const char *build, const char *name) {
  if (strcmp(build, command_folder()) == 0 && is_installed())
    return xasprintf(".bytegate/%s", name);
  return xasprintf("%s/%s", build, name);
}

void companion_commands(void) {
  char *folder = xasprintf("%s/commands", command_folder());
  const char *path = getenv("PATH");
  if (access(folder, X_OK) == 0) {
    char *longer = xasprintf("%s:%s", path ? path : "/usr/bin:/bin", folder);
    setenv("PATH", longer, 1);
    free(longer);
  }
  free(folder);
}

/* SPDX-License-Identifier: MIT */
