/* The words in which qemu-user 7.2 reports its own failures, and not those of its guest. */
#include "harness/process/emulator.h"

#include "harness/base/command.h"
#include "harness/base/files.h"

#include <fcntl.h>
#include <gelf.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *emulator_find(const struct machine *machine) {
  char *path = find_command(machine->qemu_static);
  return path ? path : find_command(machine->qemu_dynamic);
}

/* The interpreter that the program ELF names, or NULL; the caller frees it. */
static char *interpreter_of(const char *elf) {
  int fd = open(elf, O_RDONLY | O_CLOEXEC);
  Elf *file = fd >= 0 && elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
  char *name = NULL;
  size_t count = 0;
  if (!file || elf_getphdrnum(file, &count) != 0)
    count = 0;
  for (size_t i = 0; i < count && !name; i++) {
    GElf_Phdr header;
    char text[256];
    if (!gelf_getphdr(file, (int)i, &header) || header.p_type != PT_INTERP)
      continue;
    ssize_t got = pread(fd, text, sizeof text - 1, (off_t)header.p_offset);
    text[got > 0 ? got : 0] = '\0';
    name = text[0] == '/' ? xstrdup(text) : NULL;
  }
  elf_end(file);
  if (fd >= 0)
    close(fd);
  return name;
}

/* Whether the interpreter NAME below FOLDER is one for MACHINE. */
static bool holds(const char *folder, const char *name, const struct machine *machine) {
  char *path = xasprintf("%s%s", folder, name);
  bool is = elf_machine(path) == machine;
  free(path);
  return is;
}

/* The folder above PATH that holds the interpreter NAME, or NULL. */
static char *folder_above(const char *path, const char *name, const struct machine *machine) {
  char *folder = path_absolute(path);
  for (char *slash = strrchr(folder, '/'); slash && slash > folder; slash = strrchr(folder, '/')) {
    *slash = '\0';
    if (holds(folder, name, machine))
      return folder;
  }
  free(folder);
  return NULL;
}

char *emulator_libraries(const char *elf) {
  const struct machine *machine = elf_machine(elf);
  char *name = machine ? interpreter_of(elf) : NULL;
  char *found = NULL;
  glob_t folders = {0};
  if (name && !holds("", name, machine)) {
    found = folder_above(elf, name, machine);
    glob("/usr/*-linux-*", 0, NULL, &folders);
  }
  for (size_t i = 0; i < folders.gl_pathc && !found; i++)
    if (holds(folders.gl_pathv[i], name, machine))
      found = xstrdup(folders.gl_pathv[i]);
  globfree(&folders);
  free(name);
  return found;
}

/* Whether qemu tells of a guest that dies of SIGNAL: core_dump_signal() of its linux-user/signal.c. */
static bool dumps_core(int signal) {
  static const int signals[] = {SIGABRT, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP, SIGBUS};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    if (signals[i] == signal)
      return true;
  return false;
}

const char *emulator_own_failure(const struct process *process) {
  static const char *const signs[] = {"QEMU internal SIG", "qemu: fatal:",           "Assertion failed",
                                      "tcg fatal error",   "cannot allocate memory", "Unable to reserve"};
  const char *text = process->err_text.data;
  for (size_t i = 0; text && i < sizeof signs / sizeof *signs; i++)
    if (strstr(text, signs[i]))
      return signs[i];
  /* A guest that dies of a signal takes qemu along. Where that signal dumps a core, qemu says so: one that dies without
     that word died alone. Of the others it says nothing. */
  bool guest = text && strstr(text, "uncaught target signal");
  if (process->end == END_SIGNALED && !guest && dumps_core(process->status))
    return "killed by a signal that was not the program's";
  return NULL;
}

bool emulator_refused(const struct process *process) {
  const char *text = process->err_text.data;
  return text && (strstr(text, "Error while loading") || strstr(text, "Invalid ELF image") ||
                  (strncmp(text, "qemu-", 5) == 0 && strstr(text, "Exec format error")));
}

const char *wrapper_failure(const struct process *process) {
  enum { EXIT_NOT_PREPARED = 125 };
  static const char *const signs[] = {"refuse: ", "usage: refuse ", "confine: ", "usage: confine "};
  const char *text = process->err_text.data;
  bool ended = text && process->end == END_EXITED && process->status == EXIT_NOT_PREPARED;
  for (size_t i = 0; ended && i < sizeof signs / sizeof *signs; i++)
    if (strncmp(text, signs[i], strlen(signs[i])) == 0)
      return text;
  return NULL;
}

/* SPDX-License-Identifier: MIT */
