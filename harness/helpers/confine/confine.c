/* confine [OPTION...] PROGRAM ARGUMENTS...: runs PROGRAM where it can harm nothing (harness/cell/cell.h), and ends as
   it ends.

     --profile=default|oracle|strict
     --folder=PATH      what it can write, and where it starts; the current folder
     --read=PATH        what it can read besides; may stand several times
     --write=PATH       what it can write besides; may stand several times
     --allow=WHAT,...   network, ptrace, nested
     --processor=MS     SIGPROF ends it after so much processor time
     --report=FD        writes there what the cell was made of, what was left in it, and what it lacks
     --disk             the folder is an empty file system of a limited size
     --bare             without namespaces and control groups, as in a container
     --no-scopes        without the scopes of Landlock, as before Linux 6.12
     --writes           the strict profile alone lets files be opened for writing: for use within a cell

   The strict profile alone, without --folder, is no cell: limits and a filter, and then it becomes the program. The
   gate starts it with --serve, for many programs, and speaks to it (harness/cell/wire.h). */
#include "harness/helpers/confine/confine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PATHS = 128 };

struct command {
  struct cell_options options;
  const char *reads[MOST_PATHS + 1], *writes[MOST_PATHS + 1];
  size_t read_count, write_count;
  unsigned processor_ms;
  int report_fd;
  bool serve, disk, opens_to_write;
};

/* What stands after NAME in WORD, or NULL. */
static const char *value_of(const char *word, const char *name) {
  size_t len = strlen(name);
  return strncmp(word, name, len) == 0 ? word + len : NULL;
}

static bool read_profile(const char *value, enum cell_profile *profile) {
  static const char *const names[] = {"default", "oracle", "strict"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(value, names[i]) == 0) {
      *profile = (enum cell_profile)i;
      return true;
    }
  return false;
}

static bool read_allow(const char *value, unsigned *allow) {
  static const char *const names[] = {"network", "ptrace", "nested"};
  while (*value) {
    size_t len = strcspn(value, ",");
    size_t i = 0;
    while (i < 3 && (strlen(names[i]) != len || strncmp(names[i], value, len) != 0))
      i++;
    if (i == 3)
      return false;
    *allow |= 1U << i;
    value += len + (value[len] == ',');
  }
  return true;
}

static bool add_path(const char **paths, size_t *count, const char *path) {
  if (*count == MOST_PATHS || path[0] != '/')
    return false;
  paths[(*count)++] = path;
  return true;
}

static bool add_group(struct cell_options *options, const char *path) {
  int at = options->groups[0] != NULL;
  if (options->groups[at])
    return false;
  options->groups[at] = (char *)(uintptr_t)path;
  return true;
}

static bool read_number(const char *text, unsigned *number) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  *number = (unsigned)value;
  return *text >= '0' && *text <= '9' && *end == '\0' && value <= INT_MAX;
}

/* Takes over the option WORD. Returns whether it is one. */
static bool read_option(const char *word, struct command *command) {
  const char *value;
  unsigned number = 0;
  bool good = true;
  if ((value = value_of(word, "--profile=")))
    good = read_profile(value, &command->options.profile);
  else if ((value = value_of(word, "--folder=")))
    command->options.folder = value;
  else if ((value = value_of(word, "--read=")))
    good = add_path(command->reads, &command->read_count, value);
  else if ((value = value_of(word, "--write=")))
    good = add_path(command->writes, &command->write_count, value);
  else if ((value = value_of(word, "--allow=")))
    good = read_allow(value, &command->options.allow);
  else if ((value = value_of(word, "--allow-bits=")))
    good = read_number(value, &command->options.allow);
  else if ((value = value_of(word, "--processor=")))
    good = read_number(value, &command->processor_ms);
  else if ((value = value_of(word, "--report="))) {
    good = read_number(value, &number);
    command->report_fd = (int)number;
  } else if ((value = value_of(word, "--group=")))
    good = add_group(&command->options, value);
  else if (strcmp(word, "--bare") == 0)
    command->options.bare = true;
  else if (strcmp(word, "--no-scopes") == 0)
    command->options.no_scopes = true;
  else if (strcmp(word, "--disk") == 0)
    command->disk = true;
  else if (strcmp(word, "--writes") == 0)
    command->opens_to_write = true;
  else if (strcmp(word, "--serve") == 0)
    command->serve = true;
  else
    good = false;
  return good;
}

static int usage(const char *word) {
  fprintf(stderr,
          "confine: %s%s\n"
          "usage: confine [--profile=default|oracle|strict] [--folder=PATH] [--read=PATH]... [--write=PATH]...\n"
          "               [--allow=network,ptrace,nested] [--processor=MS] [--report=FD] [--disk] [--bare] "
          "[--no-scopes] [--writes]\n"
          "               PROGRAM ARGUMENTS...\n"
          "       paths are absolute\n",
          word ? word : "no program is named", word ? ": not an option, or not a value that it takes" : "");
  return EXIT_NOT_CONFINED;
}

int main(int argc, char **argv) {
  static struct command command = {.report_fd = -1};
  static char here[PATH_MAX];
  int at = 1;
  for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++)
    if (!read_option(argv[at], &command))
      return usage(argv[at]);
  command.options.reads = command.reads;
  command.options.writes = command.writes;
  if (command.serve)
    serve_cell(&command.options);
  if (at == argc)
    return usage(NULL);
  if (command.options.profile == CELL_STRICT && !command.options.folder)
    become_strict(argv + at, command.processor_ms, command.opens_to_write);
  if (!command.options.folder)
    command.options.folder = getcwd(here, sizeof here);
  run_in_cell(&command.options, argv + at, command.processor_ms, command.disk, command.report_fd);
}

/* SPDX-License-Identifier: MIT */
