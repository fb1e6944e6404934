/* Where a byte in memory came from, step by step: the store that wrote it; if that store only copied it, the store, the
   system call or the image of the program that the copied byte came from; and so on until an instruction made it. */
#ifndef HARNESS_BLAME_ORIGIN_H
#define HARNESS_BLAME_ORIGIN_H

#include "harness/blame/blame_program.h"
#include "harness/blame/blame_stream.h"

enum origin_kind {
  ORIGIN_UNKNOWN, /* nothing that was observed wrote it: it stood there from the start, on the stack for example */
  ORIGIN_STORE,   /* the instruction at PC stored it */
  ORIGIN_FILLED,  /* a system call put it there */
  ORIGIN_IMAGE    /* it is part of the program's file */
};

enum value_kind {
  VALUE_UNKNOWN,  /* the instruction that made it is not plain from the code */
  VALUE_COPIED,   /* read from memory at SOURCE by the instruction at MAKER */
  VALUE_CONSTANT, /* made by the instruction at MAKER, which holds it */
  VALUE_COMPUTED  /* made by the instruction at MAKER from other values */
};

/* One step. */
struct origin {
  enum origin_kind kind;
  uint64_t address;
  uint64_t pc;                /* ORIGIN_STORE */
  char *file;                 /* of the other program that it is an instruction of; NULL: the program under test */
  size_t hit;                 /* how many stores into the byte there were, with this one */
  struct filled filled;       /* ORIGIN_FILLED */
  enum value_kind value_kind; /* ORIGIN_STORE: of the value that it stored */
  uint64_t maker;
  uint64_t source;        /* VALUE_COPIED */
  char index[CODE_NAME];  /* VALUE_COPIED: the register that is added to the begin of a table there; "": none */
  uint64_t index_maker;   /* the instruction that made its value, or 0 */
  struct bytes backtrace; /* lines */
  struct bytes call;      /* ORIGIN_FILLED: the system call, in words */
};

enum { ORIGINS = 6 };

struct origins {
  struct origin steps[ORIGINS];
  size_t count;
};

/* What all the runs of one blame share. */
struct blame {
  struct workspace *workspace;
  const char *gate; /* path of the bytegate command */
  const struct result *result;
  const struct written *written; /* the byte that is followed */
  bool brief;                    /* who wrote the byte, and no further back */
  bool moves;                    /* the program was seen to have a byte elsewhere in another run */
  struct blamed_program program;
};

/* Follows the byte that WRITTEN says back through the runs that it takes, two for each step. On failure returns false,
   and WHY says what could not be observed; the steps found so far stand. The caller calls origins_free in any case. */
bool find_origins(struct blame *blame, const struct written *written, struct origins *origins, struct bytes *why);

void origins_free(struct origins *origins);

#endif

/* SPDX-License-Identifier: MIT */
