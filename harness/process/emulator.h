/* Where the emulator of a machine is, and what an emulator says about itself on stderr, as distinct from what its guest
 * says. */
#ifndef HARNESS_EMULATOR_H
#define HARNESS_EMULATOR_H

#include "harness/base/machine.h"
#include "harness/process/launch.h"

/* The path of the emulator that runs programs of MACHINE, which the caller frees, or NULL: the statically linked one of
   qemu-user, which starts sooner, or else the other one. */
char *emulator_find(const struct machine *machine);

/* The folder below which the libraries of the program ELF stand, where they are not this machine's own: one above ELF,
   or one of Debian's cross packages. It is what QEMU_LD_PREFIX is to name. NULL: it needs none, or none is there. The
   caller frees it. */
char *emulator_libraries(const char *elf);

/* The text that qemu itself, not the guest, wrote on stderr before it failed; or NULL. */
const char *emulator_own_failure(const struct process *process);

/* Whether stderr says that qemu's loader refused the file. */
bool emulator_refused(const struct process *process);

/* What a program of this project that was put before the program said on stderr when it could not go on; or NULL. */
const char *wrapper_failure(const struct process *process);

#endif

/* SPDX-License-Identifier: MIT */
