/* Boots a kernel in qemu-system with one program as the only file of its initramfs, as /init, and reads from the
   console what it printed and how it ended: a kernel says so when its init ends. The kernels are Debian's; `make
   setup-kernel` puts them at BUILD/kernels/vmlinuz-x64 and -arm64. */
#ifndef HARNESS_BOOT_H
#define HARNESS_BOOT_H

#include "harness/loaders/attempt.h"

/* Boots the kernel for MACHINE with the file ELF. ATTEMPT->out is the console's text up to the program's end. Ends the
   process with EXIT_INFRASTRUCTURE where kernel or emulator is missing. */
void boot_run(struct workspace *workspace, const char *build, const char *elf, const struct machine *machine,
              const struct text_list *arguments, struct attempt *attempt);

/* Whether PRINTED is the text of a console, which puts a carriage return before each line feed. */
bool boot_printed(struct span console, struct span printed);

/* Writes into ARCHIVE the initramfs, a cpio archive of the newc format, whose only file is /init: CONTENTS. */
void boot_archive(struct bytes *archive, struct span contents);

/* How the program ended, from the text of the CONSOLE, and how much of that text came before; "refused" where the
   kernel found no init that it could start. The caller frees it; NULL where the kernel says nothing of it. */
char *boot_ending(struct span console, size_t *before);

#endif

/* SPDX-License-Identifier: MIT */
