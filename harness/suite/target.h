/* A target: one program of a suite on one machine and runner, and what is put before it when it is started. */
#ifndef HARNESS_TARGET_H
#define HARNESS_TARGET_H

#include "harness/suite/program.h"

struct change;
struct machine;
struct result;
struct suite;

/* The words before a program's own file: WRAPPERS, each a program that prepares what it needs and becomes the next, and
   then the EMULATOR of the program's machine, if that is not this one. Whoever wants a program run in another way
   (under an observer, with a limit) changes the prefix of a copy of its target. */
struct prefix {
  struct text_list wrappers;
  struct text_list emulator;
  unsigned parents; /* so many wrappers do not become what follows, but start it and wait for it */
  bool observes;    /* a wrapper or the emulator traces the program, and writes files of the workspace */
};

/* One program on one runner. */
struct target {
  const struct program *program;
  char *elf;                     /* path without placeholders */
  char *label;                   /* "markdown-server_arm64" */
  const char *where;             /* "arm64-qemu"; static */
  const struct machine *machine; /* NULL: it is no ELF, and runs as it is */
  enum runner runner;            /* by whose rules an end is judged */
  struct prefix prefix;
  double deadline;       /* seconds for one case */
  double start_deadline; /* seconds until it is ready */
  struct result *stop;   /* borrowed: how a server of it obeyed SIGTERM; NULL: not judged */
  /* Both borrowed, or NULL: its file is that of ORIGINAL with CHANGE, which can be made in memory as well. */
  const struct target *original;
  const struct change *change;
};

/* Makes the targets of a suite whose programs are known. */
void suite_unfold(struct suite *suite);

/* What the placeholders are for TARGET that do not depend on a case. Borrowed from its program. */
struct places target_places(const struct target *target);

/* A copy of TARGET to be changed, without its stop. The caller frees what it owns with target_free. */
struct target target_copy(const struct target *target);
void target_free(struct target *target);

/* Puts WORDS, NULL at the end, between the wrappers and the emulator of PREFIX. */
void prefix_wrap(struct prefix *prefix, const char *const *words);

/* Makes WORDS, NULL at the end, the emulator of PREFIX; no word: none. */
void prefix_emulate(struct prefix *prefix, const char *const *words);

/* Appends what is executed: the words of PREFIX, and the file ELF; whatever is a path here is one from any folder then.
   Between the emulator and ELF stand OPTIONS, which may be NULL. The program's arguments follow. */
void prefix_words(const struct prefix *prefix, const struct text_list *options, const char *elf,
                  struct text_list *words);

/* Makes the emulator of MACHINE, along PATH, that of PREFIX; its bare name where there is none. */
void prefix_emulate_machine(struct prefix *prefix, const struct machine *machine);

/* Why TARGET cannot be started here, as one line for a person that the caller frees, or NULL: the program is not built,
   or there is no emulator. */
char *target_check(const struct target *target);

/* Why the file of TARGET is no program of its machine, or of none that is known here; one line as well, or NULL. */
char *target_check_machine(const struct target *target);

#endif

/* SPDX-License-Identifier: MIT */
