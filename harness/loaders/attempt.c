/* One program, one loader. */
#include "harness/loaders/attempt.h"

#include "harness/base/clock.h"
#include "harness/base/command.h"
#include "harness/base/files.h"
#include "harness/base/machine.h"
#include "harness/base/signals.h"
#include "harness/process/begun.h"
#include "harness/process/emulator.h"
#include "harness/process/launch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *loader_name(enum loader loader) {
  static const char *const names[LOADERS] = {"native", "qemu", "kernel"};
  return names[loader];
}

/* Reads until the process has ended. Returns false after DEADLINE seconds. */
static bool wait_for_end(struct workspace *workspace, struct process *process, double deadline) {
  const uint64_t until = now_ns() + (uint64_t)(deadline * 1e9);
  while (!process_reap(workspace, process)) {
    struct pollfd events[] = {
        {process->pidfd, POLLIN, 0}, {process->out, POLLIN, 0}, {process->err, POLLIN, 0}}; /* -1 is passed over */
    uint64_t now = now_ns();
    if (now >= until)
      return false;
    if (poll(events, 3, (int)((until - now) / 1000000) + 1) < 0 && errno != EINTR)
      die("poll: %s", strerror(errno));
    process_read(process);
  }
  return true;
}

static char *ending(const struct process *process, enum loader loader, const char *elf) {
  if (loader == LOADER_QEMU && emulator_refused(process))
    return xstrdup("refused");
  if (loader == LOADER_NATIVE && process->end == END_SIGNALED && process->status == SIGSEGV &&
      process->out_text.len == 0 && !loaded_natively(elf))
    return xstrdup("refused");
  if (process->end == END_SIGNALED)
    return xstrdup(signal_name(process->status));
  return xasprintf("exit %d", process->status);
}

/* qemu-user notes each page of what a program asks for: one that asks for a terabyte would keep it busy for minutes. So
   qemu gets this much address space, and refuses such a program at once. A cell without a control group has less from
   the start, and keeps that. */
static const char limited[] = "ulimit -v 16777216 2>/dev/null || :; exec \"$@\""; /* KiB */

static void add_limited_emulator(struct prefix *prefix, const struct machine *machine) {
  char *qemu = emulator_find(machine);
  if (!qemu)
    die("%s is not installed: run `make setup`", machine->qemu_dynamic);
  prefix_emulate(prefix, (const char *const[]){"/bin/sh", "-c", limited, "sh", qemu, NULL});
  free(qemu);
}

static int start(struct workspace *workspace, struct process *process, const struct prefix *prefix, const char *elf,
                 const struct text_list *arguments, struct span input) {
  struct text_list words = {0};
  struct text_list variables = {0};
  int fd = input.len ? memory_file(input) : -1;
  process_prepare(workspace, process, &(struct confinement){.elf = elf});
  prefix_words(prefix, NULL, elf, &words);
  for (size_t i = 0; i < arguments->count; i++)
    text_list_add(&words, arguments->items[i], strlen(arguments->items[i]));
  launch_environment(process, NULL, &variables);
  int failed =
      process_start(workspace, process, &(struct launch){.words = &words, .variables = &variables, .input = fd});
  text_list_free(&words);
  text_list_free(&variables);
  if (fd >= 0)
    close(fd);
  return failed;
}

void attempt_run(struct workspace *workspace, const char *elf, const struct machine *machine, enum loader loader,
                 const struct text_list *arguments, struct span input, double deadline, struct attempt *attempt) {
  struct process process;
  struct prefix prefix = {0};
  *attempt = (struct attempt){0};
  if (loader == LOADER_QEMU)
    add_limited_emulator(&prefix, machine);
  int failed = start(workspace, &process, &prefix, elf, arguments, input);
  if (failed == ENOENT || failed == EACCES)
    die("%s: %s", elf, strerror(failed));
  if (failed)
    attempt->ending = xstrdup("refused");
  else
    attempt->ending = wait_for_end(workspace, &process, deadline) ? ending(&process, loader, elf) : xstrdup("hangs");
  attempt->out = process.out_text;
  process.out_text = (struct bytes){0};
  process_discard(workspace, &process);
  text_list_free(&prefix.emulator);
}

void attempt_free(struct attempt *attempt) {
  free(attempt->ending);
  bytes_free(&attempt->out);
  *attempt = (struct attempt){0};
}

/* SPDX-License-Identifier: MIT */
