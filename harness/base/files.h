/* Files and folders that the harness makes for itself and removes again. */
#ifndef HARNESS_FILES_H
#define HARNESS_FILES_H

#include "harness/base/bytes.h"

/* Opens a file in memory that holds CONTENTS, to be read from its start; nothing that is executed inherits it. */
int memory_file(struct span contents);

/* Appends to OUT all that the file FD holds, wherever its offset stands. */
void read_whole(int fd, struct bytes *out);

/* Gives the file PATH the contents CONTENTS at once: whoever reads it, and whatever ends this process meanwhile, sees
   all of the old or all of the new. A link stays a link, and the file's permissions stay. Returns 0 or an errno value.
 */
int replace_file(const char *path, struct span contents);

/* Removes the folder PATH and all that is in it, however deep, and whatever permissions it has. Returns false where
   something could not be removed. */
bool remove_folder(const char *path);

/* Makes the folders in which the file PATH is to stand, as far as that can be. */
void make_folders_of(const char *path);

#endif

/* SPDX-License-Identifier: MIT */
