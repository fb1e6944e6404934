/* What --help prints, from the table of commands and options. */
#include "harness/base/words.h"
#include "harness/cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NARROW = 60, WIDTH = 79, OPTION_COLUMN = 26 };

static void print_wrapped(const char *text, size_t width) {
  struct bytes lines = {0};
  bytes_wrapped(&lines, 0, width, text);
  fputs(lines.data, stdout);
  bytes_free(&lines);
}

void print_help(void) {
  puts("Usage: bytegate COMMAND [OPTION...]");
  print_wrapped("Compare programs with an oracle, byte for byte, and say which byte differs and why.", NARROW);
  puts("\nCOMMAND is one of");
  for (int i = 0; i < COMMAND_PLANT; i++)
    printf("  %-11s %s\n", command_row((enum command)i)->name, command_row((enum command)i)->brief);
  putchar('\n');
  print_wrapped(
      "`bytegate help COMMAND` says more, with the options that the command reads; `man bytegate`, or `bytegate "
      "manual` where no page is installed, has all of it. Nothing selected means every suite that is not on demand.",
      NARROW);
  puts("\nExit status: 0 every byte is equal\n"
       "             1 something diverged, crashed, hung, was\n"
       "               refused or leaked\n"
       "             2 the command line or a suite file is wrong\n"
       "             3 no verdict: something that the gate itself\n"
       "               needs failed\n\n"
       "NO_COLOR, CLICOLOR_FORCE and TMPDIR are respected.");
}

static void print_option(const struct option_about *about) {
  struct bytes line = {0};
  bytes_text(&line, "  ");
  bytes_printf(&line, about->letter ? "-%c, " : "    ", about->letter);
  bytes_printf(&line, "--%s%s%s", about->name, about->argument ? "=" : "", about->argument ? about->argument : "");
  if (line.len + 2 > OPTION_COLUMN)
    bytes_printf(&line, "\n%*s", OPTION_COLUMN, "");
  else
    bytes_printf(&line, "%*s", (int)(OPTION_COLUMN - line.len), "");
  bytes_wrapped(&line, OPTION_COLUMN, WIDTH, about->help);
  fputs(line.data, stdout);
  bytes_free(&line);
}

static void print_usage(const char *before, const struct command_row *row) {
  printf("%s bytegate %s [OPTION...]%s%s\n", before, row->name, *row->operands ? " " : "", row->operands);
}

void print_command_help(enum command command) {
  struct option_about about;
  print_usage("Usage:", command_row(command));
  print_wrapped(command_row(command)->help, WIDTH);
  if (command == COMMAND_BISECT) {
    print_usage("\nOr:   ", &bisect_elf_row);
    print_wrapped(bisect_elf_row.help, WIDTH);
  }
  puts("\nOptions:");
  for (size_t i = 0; option_about(i, &about); i++)
    if (about.readers >> command & 1)
      print_option(&about);
  puts("      --help              print this");
}

/* SPDX-License-Identifier: MIT */
