/* The commands and the options as one table, for whatever tells of them: --help, the manual, the completions. */
#ifndef HARNESS_CLI_TABLE_H
#define HARNESS_CLI_TABLE_H

#include "harness/cli/options.h"

struct command_row {
  const char *name;
  const char *operands; /* as --help shows them */
  size_t least, most;   /* how many */
  const char *help;     /* NULL: hidden, for other parts of the gate */
  const char *brief;    /* the same in 46 columns at most */
};

/* The row of COMMAND. */
const struct command_row *command_row(enum command command);

/* What its operands can be, as option_about says; NULL: nothing that is known. */
const char *command_values(enum command command);

/* Another way to call bisect. */
extern const struct command_row bisect_elf_row;

struct option_about {
  const char *name;
  char letter;          /* 0: none */
  const char *argument; /* NULL: none */
  const char *help;
  unsigned readers; /* the commands that read it, a bit each: 1 << COMMAND */
  /* What the argument can be: words with blanks between them; "@suites", "@cases", "@programs", "@machines" or
     "@case-paths" (SUITE/CASE); NULL: anything, say a file */
  const char *values;
};

/* Fills ABOUT for option NUMBER, in the order of --help. Returns false after the last one. */
bool option_about(size_t number, struct option_about *about);

/* Prints what --help says: of the gate, in 60 columns; of COMMAND, with the options that it reads. */
void print_help(void);
void print_command_help(enum command command);

/* Prints the manual page bytegate(1). */
void print_manual(void);

/* The same, formatted by man(1), where stdout is a terminal and there is a man(1). */
void show_manual(void);

/* Prints what the last of WORDS, the words of a command line after `bytegate`, can be: a line each. Nothing: a file, or
   anything. */
void print_candidates(const struct text_list *words);

#endif

/* SPDX-License-Identifier: MIT */
