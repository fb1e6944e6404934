/* Keys of a suite file: each is one row of a list, which makes its field in a struct, its reading, its default and its
   end. The lists stand where the structs do: PROGRAM_KEYS in program.h, CASES_KEYS in cases.h, SUITE_KEYS in suite.h;
   fixtures/README.md describes each key. */
#ifndef HARNESS_KEYS_H
#define HARNESS_KEYS_H

#include "harness/suite/placeholders.h"

#include <stddef.h>

/* What a value is, and so what its field is. */
enum key_type { KEY_TEXT, KEY_LIST, KEY_WORDS, KEY_ARGUMENTS, KEY_YES_NO, KEY_NUMBER, KEY_SECONDS, KEY_CHOICE };

typedef char *KEY_TEXT_FIELD;                 /* NULL: the key is not there */
typedef struct text_list KEY_LIST_FIELD;      /* the key may stand several times, an item each */
typedef struct text_list KEY_WORDS_FIELD;     /* split at blanks and commas */
typedef struct text_list KEY_ARGUMENTS_FIELD; /* split as sh does, with its quotation marks and backslashes */
typedef bool KEY_YES_NO_FIELD;
typedef size_t KEY_NUMBER_FIELD;
typedef double KEY_SECONDS_FIELD; /* above 0 and up to 3600 */
typedef int KEY_CHOICE_FIELD;     /* the place among the words; -1: the key is not there */

struct key {
  const char *name;
  enum key_type type;
  size_t offset;              /* of the field in the section's struct */
  const char *fallback;       /* the value where the key does not stand; NULL: none */
  const char *const *choices; /* the words of a KEY_CHOICE, up to NULL */
  unsigned knows;             /* the placeholders, enum placeholder_bit, and how their braces are read */
  const char *needs;          /* "KEY = WORD | WORD": what else must hold, or the key has no effect; NULL: nothing */
  const char *help;           /* one line for people; fixtures/README.md says more */
};

/* Besides the bits of placeholders. */
enum {
  KNOWS_AS_PATH = 1 << 28,  /* every word in braces must be a placeholder */
  KNOWS_AS_SHELL = 1 << 29, /* a shell reads it */
  TAKES_EMPTY = 1 << 27,    /* an empty value means something */
  KNOWS_UNREAD = 1 << 30    /* no brace means anything */
};

/* A row KEY(TYPE, field, "name", fallback, choices, knows, needs, help) of a list as a field, and as a row of struct
   key; STRUCT is named before the list, by KEY_OF. */
#define KEY_FIELD(type, field, name, fallback, choices, knows, needs, help) type##_FIELD field;
#define KEY_ROW(type, field, name, fallback, choices, knows, needs, help)                                              \
  {name, type, offsetof(KEY_OF, field), fallback, choices, knows, needs, help},

/* The keys of one kind of section. */
struct key_table {
  const char *section; /* "program" */
  const struct key *keys;
  size_t count;
};

/* Sets the field of KEY in SECTION to VALUE. Returns false, and WHY says what was expected, where VALUE is none. */
bool key_set(const struct key *key, void *section, const char *value, struct bytes *why);

/* Sets every field of SECTION, which is all zero, to what it is without its key; and frees what the fields own. */
void keys_begin(const struct key_table *table, void *section);
void keys_free(const struct key_table *table, void *section);

/* The key of that NAME, or NULL and, appended to WHY, the nearest one or all. */
const struct key *key_find(const struct key_table *table, const char *name, struct bytes *why);

/* The set GIVEN, a bit for each row of TABLE, with KEY in it. */
uint64_t keys_with(const struct key_table *table, const struct key *key, uint64_t given);

/* Whether each key GIVEN in SECTION has an effect, and every placeholder in its value is one that it knows; else WHY
   says which and what to do. */
bool keys_check(const struct key_table *table, const void *section, uint64_t given, struct bytes *why);

/* Appends "unknown WHAT 'WORD'" and the nearest of WORDS, or all of them. */
void complain_of_word(struct bytes *why, const char *what, const char *word, const char *const *words, size_t count);

/* Hashes the values of all keys of SECTION, chained to START: two sections that read alike have one hash. */
uint64_t keys_hash(const struct key_table *table, const void *section, uint64_t start);

#endif

/* SPDX-License-Identifier: MIT */
