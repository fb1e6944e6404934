/* A tree: the files, links and folders that a program finds in its folder.

   fixtures/README.md describes its text form, one file a case. Nothing of a tree but its owner depends on when, where
   and by whom it is made. */
#ifndef HARNESS_TREE_H
#define HARNESS_TREE_H

#include "harness/base/bytes.h"

struct tree_entry;

struct tree {
  struct tree_entry *entries; /* owned; in the order of the text */
  size_t count;
};

/* Reads the text form; WHY names PATH, the line and what is wrong. */
bool tree_parse(struct span text, const char *path, struct tree *tree, struct bytes *why);

/* Makes the tree in FOLDER, which is there and empty. On failure returns false, and WHY says what could not be made. */
bool tree_make(const struct tree *tree, const char *folder, struct bytes *why);

void tree_free(struct tree *tree);

#endif

/* SPDX-License-Identifier: MIT */
