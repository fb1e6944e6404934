/* What is seen of this machine. What a process may is tried by a child that does it, because a container forbids by
   other means than those that the kernel's settings tell of. */
#include "harness/doctor/doctor.h"

#include "harness/base/command.h"
#include "harness/base/machine.h"
#include "harness/process/emulator.h"
#include "harness/process/workspace.h"
#include "oracles/markdown.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* The number that the file PATH holds, after the word AFTER where that is not empty; -1: none. */
static int number_in(const char *path, const char *after) {
  struct bytes text = {0};
  int number = -1;
  if (bytes_read_file(&text, path) == 0 && text.len) {
    const char *at = strstr(text.data, after);
    char *end = NULL;
    long value = at ? strtol(at + strlen(after), &end, 10) : -1;
    if (at && end != at + strlen(after))
      number = (int)value;
  }
  bytes_free(&text);
  return number;
}

/* Whether a child in which ATTEMPT runs ends well. */
static bool may(bool (*attempt)(void)) {
  int status = 0;
  pid_t child = fork();
  if (child == 0)
    _exit(attempt() ? 0 : 1);
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool try_trace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0; }

static bool try_4gib(void) {
  return mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool try_fixed_addresses(void) { return personality(ADDR_NO_RANDOMIZE) != -1; }

static bool try_user_namespace(void) { return unshare(CLONE_NEWUSER) == 0; }

static bool has_command(const char *name) {
  char *path = find_command(name);
  free(path);
  return path != NULL;
}

static bool has_library(const char *name) {
  void *library = dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  if (library)
    dlclose(library);
  return library != NULL;
}

static void look_for_emulators(struct surroundings *seen) {
  for (size_t i = 0; i < machine_count; i++) {
    char *path = emulator_find(&machines[i]);
    if (path)
      seen->emulators++;
    else
      bytes_printf(&seen->missing, "%s%s", seen->missing.len ? ", " : "", machines[i].name);
    free(path);
  }
  seen->plugins = has_command(host_machine()->qemu_dynamic);
}

void doctor_look(const char *cells, struct surroundings *seen) {
  struct statvfs disk;
  *seen = (struct surroundings){
      .libcmark = markdown_oracle_version(),
      .cells = cells,
      .ptrace_scope = number_in("/proc/sys/kernel/yama/ptrace_scope", ""),
      .traces = may(try_trace),
      .overcommit = number_in("/proc/sys/vm/overcommit_memory", ""),
      .maps_4gib = may(try_4gib),
      .seccomp = number_in("/proc/self/status", "\nSeccomp:\t"),
      .fixed_addresses = may(try_fixed_addresses),
      .user_namespaces = may(try_user_namespace),
      .temporary = temporary_folder(),
      .strace = has_command("strace"),
      .git = has_command("git"),
      .unicorn = has_library("libunicorn.so.2"),
  };
  if (statvfs(seen->temporary, &disk) == 0)
    seen->temporary_free = (uint64_t)disk.f_bavail * disk.f_frsize;
  look_for_emulators(seen);
}

void surroundings_free(struct surroundings *seen) { bytes_free(&seen->missing); }

/* SPDX-License-Identifier: MIT */
