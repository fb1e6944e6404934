/* The room loaders/: gives programs to loaders (this kernel, qemu-user, a booted kernel) and checks how they end. Its
   table, fixtures/loaders.ini, declares for each program where it must run, where it must be refused, and why. What
   happens and what is declared must agree both ways, and every program that was built must be in it. */
#ifndef HARNESS_LOADERS_H
#define HARNESS_LOADERS_H

#include "harness/loaders/attempt.h"

/* A section of the table. */
struct loader_row {
  char *name;                 /* of the program's file, "hello_x64" */
  char *ends;                 /* "exit 0" */
  char *declared[LOADERS];    /* the same where a loader is otherwise; NULL: as `ends` */
  struct text_list arguments; /* words */
  struct bytes input;         /* of stdin */
  struct bytes prints;        /* on stdout */
  bool prints_itself;         /* the bytes of its own file */
  bool prints_input;
  size_t memory;           /* MiB of address space that the loader must be willing to promise */
  struct text_list relies; /* what it relies on at entry, against the ABI: registers, flags, stack, argc */
  struct text_list varies; /* offsets of header bytes, in hex, that one kernel reads and another does not */
  char *why;               /* why a loader is otherwise */
  int line;
};

struct loader_table {
  struct loader_row *rows;
  size_t count;
};

/* Reads the table PATH. On failure returns false, and WHY says file, line and what is wrong. */
bool loader_table_read(const char *path, struct loader_table *table, struct bytes *why);
void loader_table_free(struct loader_table *table);

/* How ROW must end under LOADER. */
const char *loader_declared(const struct loader_row *row, enum loader loader);

/* MiB that this machine's kernel may promise to one program: what it has, and swap. */
size_t loader_memory(void);

/* Whether what ATTEMPT printed is what ROW says; FILE is the program's own bytes. */
bool loader_printed(const struct loader_row *row, struct span file, struct span out);

/* bytegate loaders [LOADER...]: runs every program of BUILD/elf under each of LOADERS ("native" and "qemu", where none
   is named), those whose name matches one of the shell patterns PROGRAMS or all, prints what is not as declared, or,
   where VERBOSE, the whole table, or, where JSON, one value (fixtures/schemas/loaders.json), and returns the exit
   status: EXIT_DIVERGED where a program is not as declared, or is not declared, or is declared and not built. */
int loaders_command(const char *build, const char *table, const struct text_list *loaders,
                    const struct text_list *programs, bool verbose, bool json);

/* The table as a section of the HTML page. */
extern const struct html_section loaders_section;

#endif

/* SPDX-License-Identifier: MIT */
