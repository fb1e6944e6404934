/* The manual page bytegate(1), from the table of commands and options. */
#include "harness/cli/table.h"

#include <argp.h>
#include <stdio.h>
#include <unistd.h>

/* Prints TEXT for roff: what it would read as a request or an escape is written so that it does not. */
static void print_roff(const char *text) {
  if (*text == '.' || *text == '\'')
    fputs("\\&", stdout);
  for (; *text; text++)
    if (*text == '\\')
      fputs("\\e", stdout);
    else if (*text == '-')
      fputs("\\-", stdout);
    else if (*text == '\'')
      fputs("\\(aq", stdout);
    else
      putchar(*text);
}

static void print_option_name(const struct option_about *about) {
  fputs("\\fB\\-\\-", stdout);
  print_roff(about->name);
  fputs("\\fR", stdout);
  if (about->argument) {
    fputs("=\\fI", stdout);
    print_roff(about->argument);
    fputs("\\fR", stdout);
  }
}

/* The options that COMMAND reads, in one sentence. */
static void print_readers(enum command command) {
  struct option_about about;
  const char *between = ".br\nOptions: ";
  for (size_t i = 0; option_about(i, &about); i++) {
    if (!(about.readers >> command & 1))
      continue;
    fputs(between, stdout);
    print_option_name(&about);
    between = ",\n";
  }
  if (*between == ',')
    puts(".");
}

static void print_command(const struct command_row *row) {
  fputs(".TP\n.B ", stdout);
  print_roff(row->name);
  if (*row->operands) {
    fputs(" \\fI", stdout);
    print_roff(row->operands);
    fputs("\\fR", stdout);
  }
  putchar('\n');
  print_roff(row->help);
  puts(".");
}

static void print_commands(void) {
  puts(".SH COMMANDS");
  for (int i = 0; i < COMMANDS; i++) {
    if (!command_row((enum command)i)->help)
      continue;
    print_command(command_row((enum command)i));
    print_readers((enum command)i);
    if (i == COMMAND_BISECT)
      print_command(&bisect_elf_row);
  }
}

static void print_options(void) {
  struct option_about about;
  puts(".SH OPTIONS\nEach command reads the options that stand beside it above, and refuses the others.");
  for (size_t i = 0; option_about(i, &about); i++) {
    puts(".TP");
    if (about.letter)
      printf("\\fB\\-%c\\fR, ", about.letter);
    print_option_name(&about);
    putchar('\n');
    print_roff(about.help);
    puts(".");
  }
}

void print_manual(void) {
  printf(".TH BYTEGATE 1 \"\" \"%s\" \"User Commands\"\n"
         ".SH NAME\nbytegate \\- compare programs with an oracle, byte for byte\n"
         ".SH SYNOPSIS\n.B bytegate\n.I COMMAND\n.RI [ OPTION .\\|.\\|.]\n.RI [ OPERAND .\\|.\\|.]\n"
         ".SH DESCRIPTION\nbytegate runs programs and compares every byte that they print, or answer over HTTP, with\n"
         "what an oracle says: a reference that knows the right answer. Where a byte differs, it names the offset,\n"
         "shows both sides, and says where in the program the byte was made.\n.PP\n"
         "What is run and compared stands in suite files, which\n.BR bytegate\\-suite (5)\ndescribes. Without\n"
         ".B \\-\\-suite\nthe suites of the folder fixtures/suites are meant.\n",
         argp_program_version);
  print_commands();
  print_options();
  puts(".SH EXIT STATUS\n.TP\n.B 0\nevery byte is equal\n.TP\n.B 1\n"
       "something diverged, crashed, hung, was refused or leaked\n.TP\n.B 2\n"
       "the command line or a suite file is wrong\n.TP\n.B 3\n"
       "the verdict could not be reached, because something that the gate itself needs failed\n"
       ".SH ENVIRONMENT\n.BR NO_COLOR ,\n.B CLICOLOR_FORCE\nand\n.B TMPDIR\nare respected.\n"
       ".SH EXAMPLE\nA suite file that holds a filter to a command:\n.PP\n.EX\n"
       "[program upper]\nelf = ./upper\nrunner = native\nstdin = yes\noracle = command\noracle\\-command = tr a\\-z "
       "A\\-Z\n\n"
       "[cases texts]\nsource = folder\npath = texts\n.EE\n.PP\n"
       "It is run by\n.PP\n.EX\nbytegate verify \\-\\-suite upper.ini\n.EE\n"
       ".SH FILES\n.TP\n.I /usr/share/doc/bytegate/howto.md\nfrom a blank folder to a gated program of one's own, each "
       "command\n.TP\n.I /usr/share/doc/bytegate/gallery/\nsuites for web servers, filters and programs that write "
       "files, "
       "to copy from\n.TP\n.I /usr/share/doc/bytegate/lessons/\nhow programs are laid byte by byte, in ten "
       "lessons\n.TP\n.I "
       "/usr/share/doc/bytegate/AGENTS.md\nfor tools that author or test machine code\n.TP\n.I "
       "/usr/share/doc/bytegate/schemas/\nthe form of what each command prints with \\-\\-json, in COMMAND.json; "
       "jsonschema(1) takes them with\n.B \\-\\-base\\-uri file:///usr/share/doc/bytegate/schemas/\n"
       ".SH SEE ALSO\n.BR bytegate\\-suite (5),\n.BR bytegate\\-map (5)");
}

void show_manual(void) {
  FILE *pager = isatty(STDOUT_FILENO) ? popen("if command -v man >/dev/null; then man -l -; else cat; fi", "w") : NULL;
  if (!pager) {
    print_manual();
    return;
  }
  fflush(stdout);
  int terminal = dup(STDOUT_FILENO);
  dup2(fileno(pager), STDOUT_FILENO);
  print_manual();
  fflush(stdout);
  dup2(terminal, STDOUT_FILENO); /* so that the pager sees an end */
  close(terminal);
  pclose(pager);
}

/* SPDX-License-Identifier: MIT */
