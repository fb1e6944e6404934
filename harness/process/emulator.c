/* The words in which qemu-user 7.2 reports its own failures, and not those of its guest. */
#include "harness/process/emulator.h"

#include "harness/base/command.h"

#include <signal.h>
#include <string.h>

char *emulator_find(const struct machine *machine) {
  char *path = find_command(machine->qemu_static);
  return path ? path : find_command(machine->qemu_dynamic);
}

const char *emulator_own_failure(const struct process *process) {
  static const char *const signs[] = {"QEMU internal SIG", "qemu: fatal:",           "Assertion failed",
                                      "tcg fatal error",   "cannot allocate memory", "Unable to reserve"};
  const char *text = process->err_text.data;
  for (size_t i = 0; text && i < sizeof signs / sizeof *signs; i++)
    if (strstr(text, signs[i]))
      return signs[i];
  /* A guest that dies of a signal takes qemu along, and qemu says so. A qemu that dies without that word died alone. */
  bool guest = text && strstr(text, "uncaught target signal");
  if (process->end == END_SIGNALED && !guest && process->status != SIGTERM && process->status != SIGKILL)
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
