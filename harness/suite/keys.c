/* Reads the values of keys, by their types. */
#include "harness/suite/keys.h"

#include "harness/base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void complain_of_word(struct bytes *why, const char *what, const char *word, const char *const *words, size_t count) {
  bytes_printf(why, "unknown %s '%s'", what, word);
  const char *near = nearest_word(word, words, count);
  if (near) {
    bytes_printf(why, "; did you mean '%s'?", near);
    return;
  }
  bytes_text(why, "; it is one of");
  for (size_t i = 0; i < count; i++)
    bytes_printf(why, "%s %s", i ? "," : "", words[i]);
}

static void split_words(struct text_list *list, const char *value) {
  static const char between[] = " \t,";
  for (value += strspn(value, between); *value; value += strspn(value, between)) {
    size_t len = strcspn(value, between);
    text_list_add(list, value, len);
    value += len;
  }
}

/* Where the word that begins at VALUE stands in quotation marks QUOTE: appends it to WORD up to their end. Returns what
   follows, or NULL where they are not closed. */
static const char *take_quoted(const char *value, char quote, struct bytes *word) {
  for (; *value != quote; value++) {
    if (!*value)
      return NULL;
    if (quote == '"' && *value == '\\' && (value[1] == '"' || value[1] == '\\'))
      value++;
    bytes_append(word, value, 1);
  }
  return value + 1;
}

/* Splits as sh does: at blanks, but not within quotation marks; a backslash takes the next character as it is, within
   double quotation marks only a double one or a backslash. Nothing else means anything. False when one is not closed.
 */
static bool split_arguments(struct text_list *list, const char *value) {
  struct bytes word = {0};
  bool begun = false;
  while (value && *value) {
    bool blank = *value == ' ' || *value == '\t';
    if (blank && begun)
      text_list_add(list, span_of(&word).data, word.len);
    if (blank) {
      bytes_clear(&word);
      value++;
    } else if (*value == '"' || *value == '\'') {
      value = take_quoted(value + 1, *value, &word);
    } else {
      value += *value == '\\' ? 1 : 0;
      value = *value ? (bytes_append(&word, value, 1), value + 1) : NULL;
    }
    begun = !blank;
  }
  if (begun)
    text_list_add(list, span_of(&word).data, word.len);
  bytes_free(&word);
  return value != NULL;
}

static void set_text(char **field, const char *value) {
  free(*field);
  *field = xstrdup(value);
}

static bool set_number(size_t *field, const char *value) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  *field = (size_t)number;
  return *value >= '0' && *value <= '9' && *end == '\0' && errno == 0;
}

static bool set_seconds(double *field, const char *value) {
  char *end = NULL;
  *field = strtod(value, &end);
  return end != value && *end == '\0' && *field > 0 && *field <= 3600;
}

static bool set_yes_no(bool *field, const char *value) {
  *field = strcmp(value, "yes") == 0;
  return *field || strcmp(value, "no") == 0;
}

static bool set_choice(const struct key *key, int *field, const char *value, struct bytes *why) {
  int count = 0;
  for (; key->choices[count]; count++)
    if (strcmp(key->choices[count], value) == 0) {
      *field = count;
      return true;
    }
  complain_of_word(why, key->name, value, key->choices, (size_t)count);
  return false;
}

static void *field_of(const struct key *key, void *section) { return (char *)section + key->offset; }

bool key_set(const struct key *key, void *section, const char *value, struct bytes *why) {
  void *field = field_of(key, section);
  const char *wanted = NULL;
  switch (key->type) {
  case KEY_TEXT:
    set_text(field, value);
    break;
  case KEY_LIST:
    text_list_add(field, value, strlen(value));
    break;
  case KEY_WORDS:
    text_list_free(field);
    split_words(field, value);
    break;
  case KEY_ARGUMENTS:
    wanted = split_arguments(field, value) ? NULL : "words whose quotation marks are closed";
    break;
  case KEY_YES_NO:
    wanted = set_yes_no(field, value) ? NULL : "yes or no";
    break;
  case KEY_NUMBER:
    wanted = set_number(field, value) ? NULL : "a whole number";
    break;
  case KEY_SECONDS:
    wanted = set_seconds(field, value) ? NULL : "a number of seconds above 0 and up to 3600";
    break;
  case KEY_CHOICE:
    return set_choice(key, field, value, why);
  }
  if (wanted)
    bytes_printf(why, "%s = %s: %s was expected", key->name, value, wanted);
  return !wanted;
}

void keys_begin(const struct key_table *table, void *section) {
  struct bytes why = {0};
  for (size_t i = 0; i < table->count; i++) {
    const struct key *key = &table->keys[i];
    if (key->fallback && !key_set(key, section, key->fallback, &why))
      die("the key %s has a default that it cannot have: %s", key->name, why.data);
    if (!key->fallback && key->type == KEY_CHOICE)
      *(int *)field_of(key, section) = -1;
  }
  bytes_free(&why);
}

void keys_free(const struct key_table *table, void *section) {
  for (size_t i = 0; i < table->count; i++) {
    const struct key *key = &table->keys[i];
    void *field = field_of(key, section);
    if (key->type == KEY_TEXT)
      free(*(char **)field);
    else if (key->type == KEY_LIST || key->type == KEY_WORDS || key->type == KEY_ARGUMENTS)
      text_list_free(field);
  }
}

const struct key *key_find(const struct key_table *table, const char *name, struct bytes *why) {
  for (size_t i = 0; i < table->count; i++)
    if (strcmp(table->keys[i].name, name) == 0)
      return &table->keys[i];
  const char **names = xcalloc(table->count, sizeof *names);
  for (size_t i = 0; i < table->count; i++)
    names[i] = table->keys[i].name;
  char *what = xasprintf("key in [%s]", table->section);
  complain_of_word(why, what, name, names, table->count);
  free(what);
  free(names);
  return NULL;
}

uint64_t keys_with(const struct key_table *table, const struct key *key, uint64_t given) {
  return given | UINT64_C(1) << (key - table->keys);
}

static const struct key *key_named(const struct key_table *table, const char *name, size_t len) {
  for (size_t i = 0; i < table->count; i++)
    if (strlen(table->keys[i].name) == len && strncmp(table->keys[i].name, name, len) == 0)
      return &table->keys[i];
  return NULL;
}

/* Whether the word of KEY in SECTION is one of WORDS, "http | run". */
static bool has_word(const struct key *key, const void *section, const char *words) {
  int number = *(const int *)((const char *)section + key->offset);
  const char *word = number < 0 ? "" : key->choices[number];
  size_t len = strlen(word);
  for (const char *at = words; at; at = strstr(at, " | ")) {
    at += at == words ? 0 : 3;
    if (len && strncmp(at, word, len) == 0 && (at[len] == '\0' || at[len] == ' '))
      return true;
  }
  return false;
}

/* Whether what KEY needs holds in SECTION, and what that needs. Returns the need that does not hold, or NULL. */
static const char *missing_need(const struct key_table *table, const struct key *key, const void *section) {
  while (key && key->needs) {
    const char *equals = strstr(key->needs, " = ");
    const struct key *needed = key_named(table, key->needs, (size_t)(equals - key->needs));
    if (!needed || !has_word(needed, section, equals + 3))
      return key->needs;
    key = needed;
  }
  return NULL;
}

static bool check_value(const struct key *key, const char *value, struct bytes *why) {
  enum braces braces = key->knows & KNOWS_AS_PATH    ? BRACES_OF_PATH
                       : key->knows & KNOWS_AS_SHELL ? BRACES_OF_SHELL
                                                     : BRACES_OF_TEXT;
  return key->knows & KNOWS_UNREAD || placeholders_check(key->name, value, key->knows, braces, why);
}

static bool check_values(const struct key *key, const void *section, struct bytes *why) {
  const void *field = (const char *)section + key->offset;
  const struct text_list *list = field;
  bool good = true;
  if (key->type == KEY_TEXT)
    return check_value(key, *(char *const *)field, why);
  bool lists = key->type == KEY_LIST || key->type == KEY_WORDS || key->type == KEY_ARGUMENTS;
  for (size_t i = 0; lists && good && i < list->count; i++)
    good = check_value(key, list->items[i], why);
  return good;
}

/* Whether the value of KEY in SECTION is empty, though that means nothing. */
static bool is_empty(const struct key *key, const void *section) {
  const void *field = (const char *)section + key->offset;
  const struct text_list *list = field;
  bool empty = false;
  if (key->knows & TAKES_EMPTY)
    return false;
  if (key->type == KEY_TEXT)
    return **(char *const *)field == '\0';
  bool lists = key->type == KEY_LIST || key->type == KEY_WORDS || key->type == KEY_ARGUMENTS;
  for (size_t i = 0; key->type == KEY_LIST && i < list->count; i++)
    empty |= list->items[i][0] == '\0';
  return lists && (empty || list->count == 0);
}

bool keys_check(const struct key_table *table, const void *section, uint64_t given, struct bytes *why) {
  for (size_t i = 0; i < table->count; i++) {
    const struct key *key = &table->keys[i];
    if (!(given & UINT64_C(1) << i))
      continue;
    const char *missing = missing_need(table, key, section);
    if (missing)
      bytes_printf(why, "'%s' has no effect without '%s': remove it, or add that", key->name, missing);
    bool empty = !missing && is_empty(key, section);
    if (empty)
      bytes_printf(why, "'%s' is empty, which has no effect: remove it (what stands after ' ;' is a comment)",
                   key->name);
    if (missing || empty || !check_values(key, section, why))
      return false;
  }
  return true;
}

static uint64_t hash_text(uint64_t hash, const char *text) {
  return text ? hash_bytes(hash, text, strlen(text) + 1) : hash_bytes(hash, "\xff", 1);
}

uint64_t keys_hash(const struct key_table *table, const void *section, uint64_t start) {
  static const size_t sizes[] = {[KEY_YES_NO] = sizeof(bool),
                                 [KEY_NUMBER] = sizeof(size_t),
                                 [KEY_SECONDS] = sizeof(double),
                                 [KEY_CHOICE] = sizeof(int)};
  for (size_t i = 0; i < table->count; i++) {
    const struct key *key = &table->keys[i];
    const void *field = (const char *)section + key->offset;
    start = hash_text(start, key->name);
    switch (key->type) {
    case KEY_TEXT:
      start = hash_text(start, *(char *const *)field);
      break;
    case KEY_LIST:
    case KEY_WORDS:
    case KEY_ARGUMENTS: {
      const struct text_list *list = field;
      for (size_t k = 0; k < list->count; k++)
        start = hash_text(start, list->items[k]);
      break;
    }
    default:
      start = hash_bytes(start, field, sizes[key->type]);
    }
  }
  return start;
}

/* SPDX-License-Identifier: MIT */
