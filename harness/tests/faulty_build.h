/* Builds of the renderer with a fault planted in one line of a generator, and the gate's command run on them. */
#ifndef HARNESS_TESTS_FAULTY_BUILD_H
#define HARNESS_TESTS_FAULTY_BUILD_H

#include "harness/base/bytes.h"

/* Makes the temporary folder of the test program, and lays there, in NAME/, the programs markdown-render and
   markdown-server from generators/markdown/html.c as SCRIPT, a script of sed, changes it. Fails the test where that is
   not possible, or where SCRIPT changes nothing although it is not empty. */
void lay_faulty(const char *name, const char *script);

/* The temporary folder, and its removal. */
const char *faulty_folder(void);
void remove_faulty(void);

/* The line of the unchanged html.c that contains TEXT. */
int line_of(const char *text);

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
