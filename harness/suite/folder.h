/* The folder in which a program runs, or the command of its oracle: what stands there before, and what is there after.

   What is there is told as text, so that two folders are compared byte for byte as any other two answers are. It has a
   line for each thing in the folder, in the order of the names' bytes:
       folder NAME
       file NAME, N bytes           with ", executable" where its owner may execute it; its contents follow, each
           | CONTENTS               line after four blanks, a bar and a blank, with the escapes of bytes_escaped
       link NAME -> TARGET
       pipe NAME, socket NAME, device NAME
   Times, owners and other permissions are not told. */
#ifndef HARNESS_FOLDER_H
#define HARNESS_FOLDER_H

#include "harness/base/bytes.h"

struct places;
struct program;
struct test_case;

/* Puts into FOLDER what the program has there for every case: a copy of a folder, and files. PLACES are those of the
   case. On failure returns false, and WHY names the path and the reason. */
bool folder_furnish(const struct program *program, const struct places *places, const char *folder, struct bytes *why);

/* Puts there what TEST_CASE has: its tree, its folder, or its input as the file PATH. */
bool folder_place(const struct test_case *test_case, const char *folder, const char *path, struct bytes *why);

/* Writes TEXT to the file NAME below FOLDER, and makes the folders between them. Returns 0 or an errno value. */
int folder_write(const char *folder, const char *name, struct span text);

/* Whether NAME is a path that stays below the folder it is taken from. */
bool is_below(const char *name);

/* Opens the regular file NAME below FOLDER, through no link. Returns its descriptor, or a negative errno value; EISDIR,
   EINVAL: it is something else. */
int folder_open(const char *folder, const char *name);

/* Reads the file PATH as it is, packed or not. Returns 0 or an errno value. */
int folder_read(const char *path, struct bytes *text);

/* Appends what is in FOLDER, as text. Returns false, and WHY says what could not be read. */
bool folder_tell(const char *folder, struct bytes *out, struct bytes *why);

/* Finds what byte OFFSET of TOLD, a folder's text, is about: byte *BYTE of the file whose name becomes NAME, or
   SIZE_MAX where it is in the line that names that file. Returns false where it is about no file. */
bool folder_find(struct span told, size_t offset, struct bytes *name, size_t *byte);

/* Appends what the file NAME holds, as TOLD tells it. Returns false where it tells of no such file. */
bool folder_contents(struct span told, const char *name, struct bytes *out);

/* Makes the folder PATH, which is not there, with what TOLD says, so that it tells the very same. Returns false, and
   WHY says what no folder of files can hold; nothing is left of it then. */
bool folder_make(const char *path, struct span told, struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */
