/* Small tools on words: the nearest of several, placeholders, and paths. */
#include "harness/base/words.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_WORD = 63 };

static size_t least(size_t a, size_t b, size_t c) {
  size_t ab = a < b ? a : b;
  return ab < c ? ab : c;
}

/* Levenshtein's distance. */
static size_t edit_distance(const char *a, const char *b) {
  size_t row[LONGEST_WORD + 1];
  size_t a_len = strlen(a);
  size_t b_len = strlen(b);
  if (a_len > LONGEST_WORD || b_len > LONGEST_WORD)
    return SIZE_MAX;
  for (size_t k = 0; k <= b_len; k++)
    row[k] = k;
  for (size_t i = 1; i <= a_len; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t k = 1; k <= b_len; k++) {
      size_t above = row[k];
      row[k] = least(above + 1, row[k - 1] + 1, diagonal + (a[i - 1] != b[k - 1]));
      diagonal = above;
    }
  }
  return row[b_len];
}

const char *nearest_word(const char *text, const char *const *words, size_t count) {
  const char *nearest = NULL;
  /* More than a third of the word changed is a guess, not a correction. */
  size_t best = strlen(text) / 3 + 1;
  for (size_t i = 0; i < count; i++) {
    size_t distance = edit_distance(text, words[i]);
    if (distance < best || (distance == best && !nearest)) {
      best = distance;
      nearest = words[i];
    }
  }
  return nearest;
}

/* Which of NAMES stands in braces at AT, or COUNT. */
static size_t placeholder_at(const char *at, const char *const *names, size_t count) {
  size_t which = 0;
  for (; which < count; which++) {
    size_t len = strlen(names[which]);
    if (at[0] == '{' && strncmp(at + 1, names[which], len) == 0 && at[1 + len] == '}')
      break;
  }
  return which;
}

char *expand_placeholders(const char *pattern, const char *const *names, const char *const *values, size_t count) {
  struct bytes text = {0};
  bytes_text(&text, "");
  while (*pattern) {
    size_t which = placeholder_at(pattern, names, count);
    if (which < count)
      bytes_text(&text, values[which]);
    else
      bytes_append(&text, pattern, 1);
    pattern += which < count ? strlen(names[which]) + 2 : 1;
  }
  return text.data;
}

/* Appends VALUE so that sh takes it as it is where the quotation mark QUOTE is open. */
static void add_within(struct bytes *text, const char *value, char quote) {
  for (; *value; value++) {
    if (quote == '"' && strchr("\\\"$`", *value))
      bytes_text(text, "\\");
    if (quote == '\'' && *value == '\'')
      bytes_text(text, "'\\''");
    else
      bytes_append(text, value, 1);
  }
}

void quote_word(struct bytes *text, const char *word) {
  bytes_text(text, "'");
  add_within(text, word, '\'');
  bytes_text(text, "'");
}

/* The same, where QUOTE is open or, if it is '\0', none is; quotation marks are added where they are needed. */
static void add_quoted(struct bytes *text, const char *value, char quote) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+@%";
  if (*value && strspn(value, plain) == strlen(value)) {
    bytes_text(text, value);
    return;
  }
  if (quote)
    add_within(text, value, quote);
  else
    quote_word(text, value);
}

char *expand_for_shell(const char *command, const char *const *names, const char *const *values, size_t count) {
  struct bytes text = {0};
  char quote = '\0';
  bytes_text(&text, "");
  for (bool is_variable = false; *command;) {
    /* ${name} is a variable of the shell. */
    size_t which = is_variable ? count : placeholder_at(command, names, count);
    size_t len = which < count ? strlen(names[which]) + 2 : 1;
    bool escapes = *command == '\\' && quote != '\'' && command[1];
    if (which < count) {
      add_quoted(&text, values[which], quote);
    } else {
      len = escapes ? 2 : 1;
      bytes_append(&text, command, len);
      if (quote ? *command == quote : *command == '\'' || *command == '"')
        quote = quote ? '\0' : *command;
    }
    is_variable = *command == '$';
    command += len;
  }
  return text.data;
}

void bytes_target(struct bytes *out, const char *path) {
  for (; *path; path++)
    if (*path > ' ' && *path < 0x7F)
      bytes_append(out, path, 1);
    else
      bytes_printf(out, "%%%02X", (unsigned char)*path);
}

char *path_beside(const char *from, const char *path) {
  const char *slash = strrchr(from, '/');
  if (path[0] == '/' || !slash)
    return xstrdup(path);
  return xasprintf("%.*s/%s", (int)(slash - from), from, path);
}

/* PATH, of which a folder on the way is "..", without it; PATH itself where its folder is not there. A link at its end
   stays one: some programs are called by many names. The caller frees it. */
static char *path_straightened(const char *path) {
  const char *base = strrchr(path, '/') + 1;
  char *folder = xstrndup(path, (size_t)(base - path));
  bool whole = strcmp(base, "..") == 0 || strcmp(base, ".") == 0;
  char *real = realpath(whole ? path : folder, NULL);
  char *straight = !real ? xstrdup(path) : whole ? xstrdup(real) : xasprintf("%s/%s", real[1] ? real : "", base);
  free(real);
  free(folder);
  return straight;
}

char *path_absolute(const char *path) {
  char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
  bool is_here = here && strcmp(path, ".") == 0;
  char *absolute = is_here ? xstrdup(here) : here ? xasprintf("%s/%s", here, path) : xstrdup(path);
  free(here);
  size_t len = strlen(absolute);
  bool crooked = strstr(absolute, "/../") || (len >= 3 && strcmp(absolute + len - 3, "/..") == 0);
  if (crooked && absolute[0] == '/') {
    char *straight = path_straightened(absolute);
    free(absolute);
    return straight;
  }
  return absolute;
}

void bytes_wrapped(struct bytes *out, size_t indent, size_t width, const char *text) {
  size_t column = indent;
  while (*text) {
    size_t len = strcspn(text, " ");
    if (column > indent && column + 1 + len > width) {
      bytes_printf(out, "\n%*s", (int)indent, "");
      column = indent;
    } else if (column > indent) {
      bytes_text(out, " ");
      column++;
    }
    bytes_append(out, text, len);
    column += len;
    text += len + strspn(text + len, " ");
  }
  bytes_text(out, "\n");
}

char *path_from_here(char *path) {
  char *whole = realpath(path, NULL);
  char *here = getcwd(NULL, 0);
  size_t len = here ? strlen(here) : 0;
  char *typed = NULL;
  if (whole && here && strncmp(whole, here, len) == 0 && whole[len] == '/')
    typed = xstrdup(whole + len + 1);
  free(here);
  free(whole);
  if (!typed)
    return path;
  free(path);
  return typed;
}

void text_list_add(struct text_list *list, const char *text, size_t len) {
  list->items = xrealloc(list->items, (list->count + 2) * sizeof *list->items);
  list->items[list->count++] = xstrndup(text, len);
  list->items[list->count] = NULL;
}

void text_list_take(struct text_list *list, char *text) {
  text_list_add(list, text, strlen(text));
  free(text);
}

void text_list_free(struct text_list *list) {
  for (size_t i = 0; i < list->count; i++)
    free(list->items[i]);
  free(list->items);
  *list = (struct text_list){0};
}

bool text_list_equal(const struct text_list *a, const struct text_list *b) {
  bool same = a->count == b->count;
  for (size_t i = 0; same && i < a->count; i++)
    same = strcmp(a->items[i], b->items[i]) == 0;
  return same;
}

bool text_list_selects(const struct text_list *list, const char *text) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->items[i], text) == 0 || fnmatch(list->items[i], text, 0) == 0)
      return true;
  return list->count == 0;
}

/* SPDX-License-Identifier: MIT */
