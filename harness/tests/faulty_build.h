/* Builds of the renderer with a fault planted in an operation of a routine (faulty/operations.c), and the gate's
   command run on them. */
#ifndef HARNESS_TESTS_FAULTY_BUILD_H
#define HARNESS_TESTS_FAULTY_BUILD_H

#include "harness/base/bytes.h"

/* Makes the temporary folder of the test program, and lays there, in NAME/, the programs markdown-render and
   markdown-server with FAULT, a name of faulty/operations.c, or with none where it is empty. Fails the test where that
   is not possible, or where a fault changes nothing although a build without one is there. */
void lay_faulty(const char *name, const char *fault);

/* The temporary folder, and its removal. */
const char *faulty_folder(void);
void remove_faulty(void);

/* Fails the test unless OUT goes on, after the text AFTER, with a place of the ROUTINE of PROGRAM, in the temporary
   folder, and with the file and the line that its map has of this place; and, where VALUE is not 0, unless the
   instruction there stores the byte VALUE. */
void must_name(const struct bytes *out, const char *after, const char *program, const char *routine, unsigned value);

/* Writes a file of the temporary folder, from a format. */
void write_faulty(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Copies the program FROM of the temporary folder, with its map, to TO, and overwrites the first instruction of ROUTINE
   with the LEN bytes CODE. */
void patch_routine(const char *from, const char *to, const char *routine, const void *code, size_t len);

/* Runs the command line that the format gives, in sh, with $B the bytegate command, $T the temporary folder. Appends
   what it prints to OUT. Returns its exit status. */
int run_shell(struct bytes *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fails the test, and shows OUT, unless it contains TEXT. */
void must_say(const struct bytes *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

/* SPDX-License-Identifier: MIT */
