/* An attempt: one program file given to one loader, and what came of it. A loader is what maps an ELF file and starts
   it: this machine's kernel, qemu-user, or a kernel booted for the purpose. */
#ifndef HARNESS_ATTEMPT_H
#define HARNESS_ATTEMPT_H

#include "harness/suite/target.h"

struct workspace;

enum loader { LOADER_NATIVE, LOADER_QEMU, LOADER_KERNEL, LOADERS };

/* "native", "qemu", "kernel" */
const char *loader_name(enum loader loader);

/* What came of it. ENDING is "exit 42", "SIGTRAP", "refused" (the loader said no, before an instruction ran) or
   "hangs"; owned. */
struct attempt {
  char *ending;
  struct bytes out;
};

/* Gives the file ELF, an absolute path, of MACHINE, to LOADER: LOADER_NATIVE or LOADER_QEMU. ARGUMENTS follow its name;
   INPUT is what it reads. It hangs if it has not ended after DEADLINE seconds, and is killed. */
void attempt_run(struct workspace *workspace, const char *elf, const struct machine *machine, enum loader loader,
                 const struct text_list *arguments, struct span input, double deadline, struct attempt *attempt);

void attempt_free(struct attempt *attempt);

#endif

/* SPDX-License-Identifier: MIT */
