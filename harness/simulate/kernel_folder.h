/* A folder that is served, and the calls for it: what its names lead to, from which folder, and what may not be opened.
 */
#ifndef HARNESS_SIMULATE_KERNEL_FOLDER_H
#define HARNESS_SIMULATE_KERNEL_FOLDER_H

#include "harness/simulate/kernel.h"

#define FOLDER_NAME "docs"

#define FOLDER_README "# The folder\n\nSee [the guide](guide/).\n"
#define FOLDER_GUIDE "# Guide\n\n1. *first*\n2. second\n"
#define FOLDER_PAGE "> a page\n\n    of its own\n"
#define FOLDER_STYLE "body { color: #234; }\n"
#define FOLDER_TEXT "plain text\n"

/* Makes the files of the folder. */
void folder_begin(struct world *world);

/* Opens the folder itself. Returns the descriptor, or -errno. */
int64_t folder_open_root(struct world *world);

/* Opens NAME in the folder of the descriptor FROM, without following a link. Returns the descriptor, or -errno. */
int64_t folder_step(struct world *world, const struct descriptor *from, const char *name, uint64_t flags);

/* What NAME is in the folder of the descriptor FROM: FOUND, whose bytes stay the world's, and the NUMBER of its inode.
   A link is one, and not followed. Returns 0, or -errno. */
int64_t folder_look(struct world *world, const struct descriptor *from, const char *name, struct inode *found,
                    size_t *number);

/* Inodes of folders and links have numbers from the first on; a path is shorter than the second. */
enum { FOLDER_NUMBERS = 1000, PATH_ROOM = 4200 };

/* What fstat tells of a descriptor of a folder is that of an inode. */
struct inode folder_inode(void);

#endif

/* SPDX-License-Identifier: MIT */
