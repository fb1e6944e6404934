/* One boot, one program. */
#include "harness/loaders/boot.h"

#include "harness/base/command.h"
#include "harness/base/machine.h"
#include "harness/base/signals.h"
#include "harness/process/workspace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Emulated, and not with KVM, which a virtual machine may offer without being able to keep it. */
enum { BOOT_DEADLINE_S = 600, MEMORY_MIB = 512 };

static void pad(struct bytes *archive) {
  while (archive->len % 4)
    bytes_append(archive, "", 1);
}

/* The header of the newc format: a magic number and thirteen fields of eight hex digits (cpio(5)). */
static void add_entry(struct bytes *archive, const char *name, unsigned mode, struct span contents) {
  const unsigned fields[13] = {1, mode, 0, 0, 1, 0, (unsigned)contents.len, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0};
  bytes_text(archive, "070701");
  for (int i = 0; i < 13; i++)
    bytes_printf(archive, "%08X", fields[i]);
  bytes_append(archive, name, strlen(name) + 1);
  pad(archive);
  bytes_add(archive, contents);
  pad(archive);
}

void boot_archive(struct bytes *archive, struct span contents) {
  add_entry(archive, "init", 0100755, contents);
  add_entry(archive, "TRAILER!!!", 0, span_text(""));
}

bool boot_printed(struct span console, struct span printed) {
  struct bytes text = {0};
  for (size_t i = 0; i < printed.len; i++) {
    if (printed.data[i] == '\n')
      bytes_append(&text, "\r", 1);
    bytes_append(&text, &printed.data[i], 1);
  }
  bool same = span_equal(span_of(&text), console);
  bytes_free(&text);
  return same;
}

/* Start of the line of the panic that contains WORDS, or NULL. Its time stamp begins with '['. */
static const char *panic_line(struct span console, const char *words) {
  const char *found = memmem(console.data, console.len, words, strlen(words));
  while (found && found > console.data && *found != '[')
    found--;
  return found;
}

char *boot_ending(struct span console, size_t *before) {
  static const char killed[] = "Attempted to kill init! exitcode=0x";
  const char *line = panic_line(console, killed);
  if (!line) {
    line = panic_line(console, "No working init found");
    *before = line ? (size_t)(line - console.data) : console.len;
    return line ? xstrdup("refused") : NULL;
  }
  *before = (size_t)(line - console.data);
  const char *code = memmem(console.data, console.len, killed, strlen(killed));
  int status = (int)strtoul(code + strlen(killed), NULL, 16);
  return WIFSIGNALED(status) ? xstrdup(signal_name(WTERMSIG(status))) : xasprintf("exit %d", WEXITSTATUS(status));
}

static void add(struct text_list *list, const char *text) { text_list_add(list, text, strlen(text)); }

static void boot_words(struct text_list *words, const struct whole_machine *line, const char *kernel,
                       const char *archive, const struct text_list *arguments) {
  char memory[16];
  snprintf(memory, sizeof memory, "%d", MEMORY_MIB);
  const char *const fixed[] = {"-m",   memory, "-display",   "none",    "-serial", "stdio",   "-monitor", "none",
                               "-nic", "none", "-no-reboot", "-kernel", kernel,    "-initrd", archive};
  for (size_t i = 0; line->options[i]; i++)
    add(words, line->options[i]);
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
    add(words, fixed[i]);
  struct bytes command = {0};
  /* Only a panic is printed, and after it the machine goes off. What follows -- is the program's. */
  bytes_printf(&command, "console=%s loglevel=1 panic=-1%s", line->console, arguments->count ? " --" : "");
  for (size_t i = 0; i < arguments->count; i++)
    bytes_printf(&command, " %s", arguments->items[i]);
  add(words, "-append");
  add(words, command.data);
  bytes_free(&command);
}

void boot_run(struct workspace *workspace, const char *build, const char *elf, const struct machine *machine,
              const struct text_list *arguments, struct attempt *attempt) {
  const struct whole_machine *line = &machine->whole;
  if (!line->emulator)
    die("%s: no kernel is booted for %s", elf, machine->title);
  char *kernel = xasprintf("%s/kernels/vmlinuz-%s", build, machine_name(machine));
  char *archive_path = xasprintf("%s/initramfs", workspace->root);
  char *emulator = find_command(line->emulator);
  struct bytes file = {0};
  struct bytes archive = {0};
  if (!emulator || access(kernel, R_OK) != 0)
    die("%s is missing: run `make setup-kernel`", emulator ? kernel : line->emulator);
  if (bytes_read_file(&file, elf) != 0)
    die("%s cannot be read", elf);
  boot_archive(&archive, span_of(&file));
  if (write_file(archive_path, span_of(&archive)) != 0)
    die("%s cannot be written", archive_path);
  struct text_list words = {0};
  boot_words(&words, line, kernel, archive_path, arguments);
  struct attempt boot;
  attempt_run(workspace, emulator, machine, LOADER_NATIVE, &words, span_text(""), BOOT_DEADLINE_S, &boot);
  size_t before = 0;
  *attempt = (struct attempt){.ending = boot_ending(span_of(&boot.out), &before)};
  if (!attempt->ending)
    die("%s: the kernel booted, %s, and said nothing of its init", elf, boot.ending);
  bytes_append(&attempt->out, boot.out.data, before);
  attempt_free(&boot);
  text_list_free(&words);
  bytes_free(&file);
  bytes_free(&archive);
  free(kernel);
  free(archive_path);
  free(emulator);
}

/* SPDX-License-Identifier: MIT */
