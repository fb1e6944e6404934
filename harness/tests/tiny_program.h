/* A program of eight instructions, its source map and a suite that runs it, in a folder of its own: small enough to say
   what each instruction does when it runs. */
#ifndef HARNESS_TESTS_TINY_PROGRAM_H
#define HARNESS_TESTS_TINY_PROGRAM_H

#include "harness/base/bytes.h"

#include <stddef.h>

/* Its code, at 0x4000b0, one line each:

     tiny.c:1  xor edi, edi
     tiny.c:2  inc edi          executed three times
     tiny.c:3  cmp edi, 3
     tiny.c:4  jne tiny.c:2     taken and not taken
     tiny.c:5  cmp edi, 4
     tiny.c:6  je tiny.c:8      never taken
     tiny.c:7  mov eax, 60; syscall: ends with status 3
     tiny.c:8  ud2              never executed */
enum { TINY_BASE = 0x400000, TINY_CODE = 0xb0 };

/* Makes the folder with the program `tiny`, `tiny.map` and `tiny.ini` in it. Returns its path, to be freed. */
char *tiny_make(void);
void tiny_remove(char *folder);

/* Runs the command of this build, bytegate WORDS, in FOLDER. Returns what it printed, to be freed, and sets *STATUS to
   its exit status. */
char *tiny_run(const char *folder, const char *words, int *status);

/* Replaces FROM, which must be there, by TO in the file NAME of FOLDER. */
void tiny_edit(const char *folder, const char *name, struct span from, struct span to);

#endif

/* SPDX-License-Identifier: MIT */
