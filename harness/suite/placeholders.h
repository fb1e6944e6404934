/* Placeholders: the words in braces that stand in a suite file for what is known only when a case runs. One table for
   all keys; each key says which of them it knows (keys.h). */
#ifndef HARNESS_PLACEHOLDERS_H
#define HARNESS_PLACEHOLDERS_H

#include "harness/base/words.h"

/* PLACEHOLDER(NAME, "name", what it stands for) */
#define PLACEHOLDER_TABLE(PLACEHOLDER)                                                                                 \
  PLACEHOLDER(ARCH, "arch", "the machine of the program, as in x64")                                                   \
  PLACEHOLDER(BUILD, "build", "the folder of the bytegate command, or what --build says")                              \
  PLACEHOLDER(FILE, "file", "the path of the input")                                                                   \
  PLACEHOLDER(FOLDER, "folder", "the folder in which the program runs")                                                \
  PLACEHOLDER(LENGTH, "length", "the bytes of the body")                                                               \
  PLACEHOLDER(NAME, "name", "the name of the case's input without its suffix")                                         \
  PLACEHOLDER(PATH, "path", "what is requested, as url-path says")                                                     \
  PLACEHOLDER(PORT, "port", "a free TCP port")                                                                         \
  PLACEHOLDER(SUITE, "suite", "the folder of the suite file")                                                          \
  PLACEHOLDER(TARGET, "target", "what is requested, as the request line has it")

enum placeholder {
#define PLACEHOLDER_NUMBER(NAME, name, what) PLACEHOLDER_##NAME,
  PLACEHOLDER_TABLE(PLACEHOLDER_NUMBER) PLACEHOLDERS
};

/* Sets of them, as bits. */
enum placeholder_bit {
#define PLACEHOLDER_BIT(NAME, name, what) KNOWS_##NAME = 1 << PLACEHOLDER_##NAME,
  PLACEHOLDER_TABLE(PLACEHOLDER_BIT)
};
#define KNOWS_NONE 0
#define KNOWS_FIXED (KNOWS_BUILD | KNOWS_SUITE)
#define KNOWS_RUN (KNOWS_FIXED | KNOWS_ARCH | KNOWS_FILE | KNOWS_FOLDER | KNOWS_NAME | KNOWS_PORT)

/* How a text of a suite reads words in braces. */
enum braces {
  BRACES_OF_TEXT, /* a word that is nearly a placeholder is one that was misspelt; others stay as they are */
  BRACES_OF_PATH, /* every word must be a placeholder */
  BRACES_OF_SHELL /* as in a text, but ${name} is the shell's own */
};

/* What they stand for at one place; NULL: not known there, so that the word stays as it is. Borrowed. */
struct places {
  const char *values[PLACEHOLDERS];
};

/* TEXT with each placeholder that PLACES knows replaced; FOR_SHELL: so that sh takes each value as it is. The caller
   frees it. */
char *places_expand(const struct places *places, const char *text);
char *places_expand_for_shell(const struct places *places, const char *text);

/* Whether TEXT, of the key KEY, has that placeholder. */
bool placeholder_in(const char *text, enum placeholder placeholder);

/* Whether every word in braces of TEXT is one that the key NAME knows, or none at all; else WHY names it, and the
   nearest. */
bool placeholders_check(const char *name, const char *text, unsigned known, enum braces braces, struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */
