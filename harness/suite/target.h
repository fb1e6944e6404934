/* A target: one program of a suite on one machine and runner. */
#ifndef HARNESS_TARGET_H
#define HARNESS_TARGET_H

#include "harness/base/machine.h"
#include "harness/suite/program.h"

struct result;
struct suite;

/* One program on one runner. */
struct target {
  const struct program *program;
  char *elf;         /* path without placeholders */
  char *label;       /* "markdown-server_arm64" */
  const char *where; /* "arm64-qemu"; static */
  enum machine machine;
  enum runner runner;
  struct result *stop; /* borrowed: how a server of it obeyed SIGTERM; NULL: not judged */
};

/* Makes the targets of a suite whose programs are known. */
void suite_unfold(struct suite *suite, const char *build);

#endif
