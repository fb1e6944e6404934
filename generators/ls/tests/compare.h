/* compare.h: our ls beside coreutils' own, on a tree made for it, on every runner.
 *
 * What coreutils writes to its output and its error output, and its exit status, is what ours must write, byte for
 * byte, in the same folder, with the same arguments, under the same circumstances. */
#ifndef BYTEGATE_LS_COMPARE_H
#define BYTEGATE_LS_COMPARE_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* Circumstances of a run; all zero: output to a pipe, everything permitted. */
typedef struct {
  unsigned columns;    /* output to a terminal of that many columns; 0: a pipe. With `terminal` alone it tells none */
  bool terminal;       /* output to a terminal */
  bool no_privileges;  /* root, too, is held to the permissions of files */
  bool removed_folder; /* the folder is removed before the run */
  const char *output;  /* a file to write to, "" for a closed output, NULL: a pipe or a terminal */
  int refused[2];      /* numbers of system calls that fail; 0: none */
  int refusal;         /* their errno; 0: EIO */
  bool native_only;    /* leave qemu out, where a loop makes many runs of one thing */
  unsigned memory;     /* RLIMIT_AS, in bytes; 0: as it is */
} Circumstances;

/* Run coreutils and ours with these arguments, each list ending with NULL, in a folder of the tree. Fails the test at
 * the first byte that differs. Returns the exit status. */
int compare(const char *folder, const char *const *arguments, Circumstances circumstances);

/* The same for one line of arguments, parted by single spaces, without a wish for circumstances. */
int compare_line(const char *folder, const char *line);

/* Run ours alone, natively; it must end with `status`, say `error` on standard error, and write `output`. */
void expect_natively(const char *const *arguments, Circumstances circumstances, int status, const char *output,
                     const char *error);

/* ---- The tree of this test: a folder of its own, removed after it -------------------------------------------------
 */

/* Make the folder that paths below are relative to. It is in /dev/shm where that can be, for a file system in memory
 * takes any time and any size. */
void tree_begin(void);
void tree_end(void);
/* The folder's own path. */
const char *tree_path(void);
/* A descriptor of the folder, for the *at calls. */
int tree_fd(void);

void make_folder(const char *path, unsigned mode);
/* A regular file of `size` bytes, all of them a hole. */
void make_file(const char *path, unsigned mode, long long size);
void make_link(const char *path, const char *target);

#endif

/* SPDX-License-Identifier: MIT */
