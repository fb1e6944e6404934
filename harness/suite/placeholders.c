/* Replaces placeholders, and finds those that are none. */
#include "harness/suite/placeholders.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define PLACEHOLDER_WORD(NAME, name, what) name,
    PLACEHOLDER_TABLE(PLACEHOLDER_WORD)};

/* The known ones of PLACES, as two lists. Returns how many there are. */
static size_t select_known(const struct places *places, const char **known, const char **values) {
  size_t count = 0;
  for (size_t i = 0; i < PLACEHOLDERS; i++)
    if (places->values[i]) {
      known[count] = names[i];
      values[count++] = places->values[i];
    }
  return count;
}

char *places_expand(const struct places *places, const char *text) {
  const char *known[PLACEHOLDERS];
  const char *values[PLACEHOLDERS];
  return expand_placeholders(text, known, values, select_known(places, known, values));
}

char *places_expand_for_shell(const struct places *places, const char *text) {
  const char *known[PLACEHOLDERS];
  const char *values[PLACEHOLDERS];
  return expand_for_shell(text, known, values, select_known(places, known, values));
}

bool placeholder_in(const char *text, enum placeholder placeholder) {
  char *word = xasprintf("{%s}", names[placeholder]);
  bool found = text && strstr(text, word);
  free(word);
  return found;
}

/* Appends the placeholders of KNOWN as "{arch}, {build}". */
static void list_known(unsigned known, struct bytes *why) {
  const char *between = "";
  for (size_t i = 0; i < PLACEHOLDERS; i++)
    if (known & 1U << i) {
      bytes_printf(why, "%s{%s}", between, names[i]);
      between = ", ";
    }
}

/* Whether WORD, which stood in braces, may stand there. */
static bool check_word(const char *name, const char *word, unsigned known, enum braces braces, struct bytes *why) {
  size_t number = 0;
  while (number < PLACEHOLDERS && strcmp(names[number], word) != 0)
    number++;
  if (number < PLACEHOLDERS && known & 1U << number)
    return true;
  const char *near = nearest_word(word, names, PLACEHOLDERS);
  if (number == PLACEHOLDERS && !near && braces != BRACES_OF_PATH)
    return true;
  if (number < PLACEHOLDERS) {
    bytes_printf(why, "'%s' has no {%s}, for it is not known there", name, word);
    if (known) {
      bytes_text(why, "; there are ");
      list_known(known, why);
    }
    return false;
  }
  bytes_printf(why, "there is no placeholder {%s}", word);
  if (near) {
    bytes_printf(why, "; did you mean {%s}?", near);
  } else {
    bytes_printf(why, " in '%s'; there are ", name);
    list_known(known, why);
  }
  return false;
}

bool placeholders_check(const char *name, const char *text, unsigned known, enum braces braces, struct bytes *why) {
  bool good = true;
  for (const char *at = text ? strchr(text, '{') : NULL; at && good; at = strchr(at + 1, '{')) {
    size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz-_");
    if (len == 0 || at[1 + len] != '}' || (braces == BRACES_OF_SHELL && at > text && at[-1] == '$'))
      continue;
    char *word = xstrndup(at + 1, len);
    good = check_word(name, word, known, braces, why);
    free(word);
  }
  return good;
}

/* SPDX-License-Identifier: MIT */
