/* A tree: the files, links and folders that a program finds in its folder.

   Its text form, one file a case:
       # why
       file NAME ATTRIBUTES         a file
       file{COUNT} NAME ATTRIBUTES  so many, called NAME0001 and so on; so are folders, pipes and sockets
       folder NAME ATTRIBUTES       NAME/OTHER is in it
       pipe NAME ATTRIBUTES
       socket NAME ATTRIBUTES
       link NAME TARGET ATTRIBUTES  a symbolic link
       hard NAME OTHER              another name of OTHER, which came before
       here ATTRIBUTES              of the folder that all are in
   NAME and TARGET have the escapes \r \n \t \0 \\ \xHH; a blank is \x20. ATTRIBUTES are
       mode=OCTAL    permissions (else 0644, of a folder 0755); a folder's hold 0700, so that it can be removed
       size=BYTES    of a file: so many, none of which is written
       filled=BYTES  of a file: so many, each written
       content=TEXT  of a file: that, with the escapes of NAME
       time=SECONDS  of modification, since the epoch (else 1000000000), with nanoseconds after a point;
                     now-SECONDS and now+SECONDS count from when the case was read
   Nothing else of a tree depends on when, where and by whom it is made, except who owns it. */
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
