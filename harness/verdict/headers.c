/* Fills in what a suite leaves open of a header section. */
#include "harness/verdict/headers.h"

#include <string.h>
#include <strings.h>

bool header_matches(const char *pattern, struct span line) {
  const char *star = NULL; /* what follows the last star, */
  size_t from = 0;         /* which stands for all of LINE up to here */
  size_t at = 0;
  while (at < line.len || *pattern) {
    if (*pattern == '*') {
      star = ++pattern;
      from = at;
      continue;
    }
    size_t step = *pattern == '\\' && pattern[1] == '*' ? 2 : 1;
    if (*pattern && at < line.len && line.data[at] == pattern[step - 1]) {
      pattern += step;
      at++;
    } else if (star && from < line.len) {
      pattern = star;
      at = ++from;
    } else {
      return false;
    }
  }
  return true;
}

bool header_is_named(const struct text_list *names, struct span line) {
  for (size_t i = 0; i < names->count; i++) {
    size_t len = strlen(names->items[i]);
    if (line.len > len && line.data[len] == ':' && strncasecmp(line.data, names->items[i], len) == 0)
      return true;
  }
  return false;
}

/* Appends PATTERN as a line: what it says, its stars bare. */
static void add_wanted(const char *pattern, struct bytes *expected) {
  for (; *pattern; pattern++) {
    pattern += *pattern == '\\' && pattern[1] == '*';
    bytes_append(expected, pattern, 1);
  }
  bytes_text(expected, "\r\n");
}

void headers_expect(const struct text_list *wanted, const struct text_list *ignored, struct span got,
                    struct bytes *expected) {
  size_t next = 0;
  while (got.len) {
    const char *end = memmem(got.data, got.len, "\r\n", 2);
    struct span line = {got.data, end ? (size_t)(end - got.data) : got.len};
    size_t len = end ? line.len + 2 : line.len;
    if (line.len == 0)
      break;
    bool open = header_is_named(ignored, line);
    bool matches = !open && next < wanted->count && header_matches(wanted->items[next], line);
    next += matches;
    if (open || matches)
      bytes_append(expected, got.data, len);
    else if (next < wanted->count)
      add_wanted(wanted->items[next++], expected);
    got = (struct span){got.data + len, got.len - len};
  }
  while (next < wanted->count)
    add_wanted(wanted->items[next++], expected);
  bytes_text(expected, "\r\n");
}

/* SPDX-License-Identifier: MIT */
