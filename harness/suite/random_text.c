/* Random lines. Most are short, some are empty, a few are long; in some texts one character comes much more often than
   all others, so that runs of it are met. */
#include "harness/suite/random_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- The alphabet ----------------------------------------------------------------------------------------------- */

/* Reads the escape after a backslash at *AT, and moves *AT to its last character. Returns -1 where it is none. */
static int read_escape(const char **at) {
  static const char names[] = "stn\\-", values[] = " \t\n\\-";
  const char *name = **at ? strchr(names, **at) : NULL;
  if (name)
    return values[name - names];
  if (**at != 'x' || !isxdigit((unsigned char)(*at)[1]) || !isxdigit((unsigned char)(*at)[2]))
    return -1;
  const char digits[] = {(*at)[1], (*at)[2], '\0'};
  *at += 2;
  return (int)strtol(digits, NULL, 16);
}

/* Reads the character at *AT, and moves *AT after it. Returns -1 where an escape is none. */
static int read_character(const char **at) {
  int character = (unsigned char)**at;
  if (character == '\\') {
    ++*at;
    character = read_escape(at);
  }
  *at += character >= 0;
  return character;
}

bool alphabet_read(const char *text, struct alphabet *alphabet, struct bytes *why) {
  bool named[256] = {false};
  *alphabet = (struct alphabet){.count = 0};
  for (const char *at = text; *at;) {
    const char *start = at;
    int first = read_character(&at);
    int last = first;
    if (first >= 0 && *at == '-' && at[1]) {
      at++;
      last = read_character(&at);
    }
    if (first < 0 || last < first) {
      bytes_printf(why,
                   "'alphabet' has '%s', which is no character, escape or range; it takes characters, a-z, \\s \\t "
                   "\\n \\\\ \\- and \\xHH",
                   start);
      return false;
    }
    for (int i = first; i <= last; i++)
      named[i] = true;
  }
  for (int i = 0; i < 256; i++)
    if (named[i])
      alphabet->characters[alphabet->count++] = (unsigned char)i;
  if (alphabet->count == 0)
    bytes_text(why, "'alphabet' names no character");
  return alphabet->count > 0;
}

/* ---- The text --------------------------------------------------------------------------------------------------- */

uint64_t random_next(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit) { return (size_t)(random_next(state) % limit); }

void random_text(const struct alphabet *alphabet, uint64_t seed, uint64_t index, struct bytes *out) {
  uint64_t state = seed * 0xD1342543DE82EF95U + index;
  size_t lines = below(&state, 20) == 0 ? 1 + below(&state, 120) : 1 + below(&state, 14);
  unsigned char common = alphabet->characters[below(&state, alphabet->count)];
  bool has_common = below(&state, 3) == 0;
  for (size_t i = 0; i < lines; i++) {
    size_t length = below(&state, 25) == 0 ? below(&state, 400) : below(&state, 40);
    for (length = below(&state, 8) == 0 ? 0 : length; length > 0; length--) {
      unsigned char one = alphabet->characters[below(&state, alphabet->count)];
      if (has_common && below(&state, 4) > 0)
        one = common;
      bytes_append(out, &one, 1);
    }
    if (i + 1 < lines || below(&state, 4) > 0)
      bytes_text(out, "\n");
  }
}

/* SPDX-License-Identifier: MIT */
