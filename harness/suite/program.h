/* A program of a suite: how it is run and what is true about it, as one [program] section says it. */
#ifndef HARNESS_PROGRAM_H
#define HARNESS_PROGRAM_H

#include "harness/base/words.h"

enum runner { RUNNER_NATIVE, RUNNER_QEMU };
enum drive { DRIVE_RUN, DRIVE_HTTP };
enum ready { READY_LINE, READY_PORT };

/* Where the truth about a case comes from. */
enum oracle { ORACLE_CMARK, ORACLE_CMARK_UNSAFE, ORACLE_EXPECTED, ORACLE_COMMAND, ORACLE_KINDS };

struct program {
  char *name;                   /* of the section */
  char *elf;                    /* path; {arch} stands for each of ARCHES */
  struct text_list arches;      /* empty: what the ELF says */
  struct text_list runners;     /* native, qemu */
  struct text_list arguments;   /* {file}: path of the input; {port}: a free port */
  struct text_list environment; /* NAME=VALUE */
  struct text_list refused;     /* a system call and the error that it fails with; empty: none */
  bool feeds_stdin;             /* the input comes on stdin */
  size_t terminal;              /* stdout is a terminal of so many columns; 0: a pipe */
  int drive;                    /* enum drive */
  int ready;                    /* enum ready */
  char *ready_line;             /* what the line begins with that says it is ready; after it stands the URL */
  char *url_path;               /* of a document, as in "/" */
  int oracle;                   /* enum oracle */
  char *oracle_command;         /* run by sh, the input on its stdin */
  char *status_line;            /* of a document's answer, without its line end */
  struct text_list headers;     /* in order; {length}: that of the body. None: headers are not compared */
  char *errors;                 /* what a run writes on stderr, as bytes_escaped shows it; NULL: not compared */
  size_t exit_status;           /* of a run; of a server after SIGTERM */
  char *signal;                 /* that a run ends by, as in "SIGTRAP"; NULL: none */
  bool judges_stop;             /* whether a server must obey SIGTERM */
  double deadline;              /* seconds for one case */
  double start_deadline;        /* seconds until it is ready */
  int line;                     /* of its section in the suite file */
};

#endif
