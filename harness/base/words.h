/* Words and lists of words: the nearest of several, placeholders, paths, patterns. */
#ifndef HARNESS_WORDS_H
#define HARNESS_WORDS_H

#include "harness/base/bytes.h"

struct text_list {
  char **items; /* owned, each owned; once there is one, NULL follows the last, as execve(2) wants it */
  size_t count;
};

/* PATTERN with each {NAME} of the text replaced; NAMES and VALUES are COUNT pairs. The caller frees it. */
char *expand_placeholders(const char *pattern, const char *const *names, const char *const *values, size_t count);

/* Appends WORD in single quotation marks, so that sh takes it as it is. */
void quote_word(struct bytes *text, const char *word);

/* The same for a command of sh: each value stands there as it is, in quotation marks of either kind or in none,
   whatever characters it has. ${NAME} is a variable of the shell, and stays. */
char *expand_for_shell(const char *command, const char *const *names, const char *const *values, size_t count);

/* Appends TEXT in lines of WIDTH columns at most, broken at blanks, and a line end; the first begins at the column
   INDENT, where OUT is already, and the others after as many blanks. */
void bytes_wrapped(struct bytes *out, size_t indent, size_t width, const char *text);

/* PATH as one would type it in the current folder, where it is below that: without the detours of a path that begins at
   its suite. PATH is taken over; the caller frees what is returned. */
char *path_from_here(char *path);

/* PATH as seen from the folder of the file FROM, unless it is absolute. The caller frees it. */
char *path_beside(const char *from, const char *path);

/* PATH as seen from any folder, and from any place in which no ".." may stand. The caller frees it. */
char *path_absolute(const char *path);

/* Appends PATH as the target of a request (RFC 9112, section 3.2): what no request line can hold is percent-encoded. */
void bytes_target(struct bytes *out, const char *path);

void text_list_add(struct text_list *list, const char *text, size_t len);

/* Adds TEXT, and frees it. */
void text_list_take(struct text_list *list, char *text);
void text_list_free(struct text_list *list);

/* Whether A and B have the same texts in the same order. */
bool text_list_equal(const struct text_list *a, const struct text_list *b);

/* Whether TEXT is one of the list, or matches one as a shell pattern. An empty list selects everything. */
bool text_list_selects(const struct text_list *list, const char *text);

/* The word of WORDS that needs the fewest edits to become TEXT, or NULL where none is near. */
const char *nearest_word(const char *text, const char *const *words, size_t count);

#endif

/* SPDX-License-Identifier: MIT */
