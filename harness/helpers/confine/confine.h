/* The parts of the launcher. It is linked statically with musl, whose programs are there in a few page faults; with
   glibc they take six times as long, because that asks the processor what it can do, which is slow in a virtual
   machine. */
#ifndef HARNESS_HELPERS_CONFINE_H
#define HARNESS_HELPERS_CONFINE_H

#include "harness/cell/cell.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { EXIT_NOT_CONFINED = 125 };

/* How the launcher makes a program, as a child of the gate (clone(2)): macros, for CLONE_* are. */
#define BIRTH_FLAGS (CLONE_VM | CLONE_VFORK | CLONE_PARENT | SIGCHLD)

/* What has been granted so far, and what could not be had. */
struct standing {
  unsigned granted; /* enum cell_grant */
  bool has_user_namespace;
  int landlock;       /* the descriptor of the domain that each program enters; -1: none */
  bool holds_signals; /* no signal leaves it */
  char *missing;      /* CELL_REASONS bytes, a line each */
};

/* Notes that WHAT could not be had, because of the errno value ERROR. */
void note_missing(struct standing *standing, const char *what, int error);

/* Enters the namespaces of the cell, with a user namespace where it takes one. */
void enter_cell(const struct cell_options *options, struct standing *standing);

/* Whether the view shows all files, not a list: to an oracle, and where "/" is to be read. */
bool sees_all(const struct cell_options *options);

/* Builds the view of the file system and makes it the root. To be called in the process namespace, whose /proc it
   shows. Returns 0 or an errno value. */
int build_view(const struct cell_options *options);

/* Makes the Landlock domain of programs, for where there is no view. *HOLDS_SIGNALS: no signal leaves it. Returns a
   descriptor, or a negative errno value. */
int make_landlock(const struct cell_options *options, bool *holds_signals);

/* Enters the domain, which the launcher itself stays out of: what is in it can signal each other. Returns 0 or an errno
   value. */
int enter_landlock(int ruleset);

/* Limits that hold for the launcher and so for each program; takes away every capability. Returns 0 or an errno value.
 */
int limit_resources(const struct cell_options *options, struct standing *standing);
int drop_authority(void);

/* The seccomp filter of a cell. Returns 0 or an errno value. */
int load_filter(const struct cell_options *options, const struct standing *standing);

/* A filter more, for one program, which can send signals to itself and its group alone. Returns 0 or an errno value. */
int load_signal_filter(void);

/* The filter of the strict profile. execve is allowed for the address PATH alone, unless that is NULL. WRITES: what can
   be opened for writing is left to the cell around it. */
int load_strict_filter(const char *path, bool writes);

/* Is the first process of the cell: answers requests to sweep on SOCKET until it ends. */
_Noreturn void be_first_process(int socket);

/* Serves the gate on the descriptor CELL_SOCKET until that ends. */
_Noreturn void serve_cell(const struct cell_options *options);

/* Runs one program in a cell of its own and ends as it ended. DISK: its folder is an empty file
   system of a limited size. Says on REPORT_FD, unless that is -1, what the cell was
   made of. */
_Noreturn void run_in_cell(const struct cell_options *options, char **words, unsigned processor_ms, bool disk,
                           int report_fd);

/* Limits this process, which is one that runs a program already, to the strict profile. Returns 0 or an errno value. */
int enter_strict(unsigned processor_ms);

/* Becomes the program, with the limits and the filter of the strict profile alone. */
_Noreturn void become_strict(char **words, unsigned processor_ms, bool writes);

#endif

/* SPDX-License-Identifier: MIT */
