/* What the gate and the resident part of the launcher (harness/helpers/confine) say to each other: packets on a socket
   that keeps their borders. Both run on one machine, so the structures go as they are. */
#ifndef HARNESS_CELL_WIRE_H
#define HARNESS_CELL_WIRE_H

#include <stdint.h>

enum {
  CELL_SOCKET = 3,         /* the descriptor on which the launcher is spoken to */
  CELL_PACKET = 160 << 10, /* bytes of the largest request */
  CELL_REASONS = 1024      /* bytes of the text that tells what is missing */
};

/* Sent by the gate when the launcher may begin. */
struct cell_go {
  uint32_t magic;
  uint32_t granted; /* enum cell_grant: what the gate has seen to */
  uint32_t groups;  /* enum cell_grant: what it has once it joined its control groups */
};
enum { CELL_MAGIC = 0x6c6c6563 };

/* The answer to it, once the cell stands. With it comes a descriptor: the socket of the cell's first process, where
   there is one. */
struct cell_hello {
  uint32_t granted;           /* enum cell_grant */
  int32_t init;               /* the cell's first process, as the gate sees it; 0: none */
  int32_t error;              /* an errno value: there is no cell; 0: there is one */
  char missing[CELL_REASONS]; /* what could not be had, one reason a line, each with a newline */
};

/* Starts a program. After it stand COUNT texts, each with its NUL: the folder, ARGUMENTS words, and the environment.
   With it come three descriptors: stdin, stdout and stderr. */
struct cell_start {
  uint32_t arguments, variables;
  uint32_t processor_ms; /* SIGPROF ends it after so much processor time; 0: no such limit */
  uint32_t traced;       /* 1: it asks to be traced by the gate, its parent, before it becomes the program */
};

/* The answer. */
struct cell_started {
  int32_t error; /* an errno value: it could not become the program */
  int32_t pid;   /* a child of the gate */
  uint32_t used; /* 1: what another program left in the cell cannot be removed; the cell is to be closed */
};

/* Asked of the cell's first process with one byte: ends whatever is left. The answer is how many had to be ended. */
struct cell_swept {
  int32_t killed;
};

#endif

/* SPDX-License-Identifier: MIT */
