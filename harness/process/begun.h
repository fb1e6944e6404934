/* Whether a program began: its own first instruction, in the very file. A loader that refuses a file may end with any
   exit status and no word, so an end alone proves nothing. */
#ifndef HARNESS_BEGUN_H
#define HARNESS_BEGUN_H

#include "harness/base/words.h"

/* Appends the options of qemu-user that have it write to the file LOG when it executes the first instruction of ELF,
   and not before. */
void begun_options(const char *elf, const char *log, struct text_list *words);

/* Whether that happened. Removes LOG. */
bool begun_logged(const char *log);

/* Whether this machine's kernel loads ELF. What it finds wrong when the old program is gone already, it can only tell
   by a signal; but a program that is traced stops before its first instruction, and one that was never loaded does not.
   True as well where ptrace(2) is not to be had. */
bool loaded_natively(const char *elf);

/* Whether this machine's kernel brings ELF as far as its first instruction: it loads the file, and there is code at its
   entry. True as well where ptrace(2) is not to be had. */
bool begun_natively(const char *elf);

#endif

/* SPDX-License-Identifier: MIT */
