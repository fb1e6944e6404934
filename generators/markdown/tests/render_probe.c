#include "render_probe.h"

#include <check.h>
#include <cmark.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(Text *text, size_t more) {
  if (text->size + more <= text->room)
    return;
  text->room = (text->size + more) * 2;
  text->bytes = realloc(text->bytes, text->room);
  if (!text->bytes)
    ck_abort_msg("out of memory");
}

void text_add(Text *text, const void *bytes, size_t size) {
  make_room(text, size);
  memcpy(text->bytes + text->size, bytes, size);
  text->size += size;
}

void text_format(Text *text, const char *format, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  if (size < 0 || size >= (int)sizeof(line))
    ck_abort_msg("a line of %d bytes does not fit in %zu", size, sizeof(line));
  text_add(text, line, (size_t)size);
}

void text_code_point(Text *text, unsigned code_point) {
  static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
  unsigned char bytes[4];
  size_t more = code_point < 0x80 ? 0 : code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  for (size_t i = more; i > 0; i--, code_point >>= 6)
    bytes[i] = (unsigned char)(0x80 | (code_point & 0x3F));
  bytes[0] = (unsigned char)(lead[more] | code_point);
  text_add(text, bytes, more + 1);
}

void text_escaped(Text *text, const void *bytes, size_t size) {
  const char *next = bytes;
  for (size_t i = 0; i < size; i++) {
    const char *entity = next[i] == '&'   ? "&amp;"
                         : next[i] == '<' ? "&lt;"
                         : next[i] == '>' ? "&gt;"
                         : next[i] == '"' ? "&quot;"
                                          : NULL;
    if (entity)
      text_add(text, entity, strlen(entity));
    else
      text_add(text, &next[i], 1);
  }
}

void text_free(Text *text) {
  free(text->bytes);
  *text = (Text){0};
}

/* The line around an offset, cut to 100 bytes. */
static void line_around(const char *bytes, size_t size, size_t offset, char *line) {
  size_t start = offset;
  while (start > 0 && bytes[start - 1] != '\n' && offset - start < 50)
    start--;
  size_t length = 0;
  while (start + length < size && length < 100 && bytes[start + length] != '\n')
    length++;
  memcpy(line, bytes + start, length);
  line[length] = 0;
}

void expect_rendering(const char *what, Text *document, Text *expected) {
  char *html = cmark_markdown_to_html(document->bytes, document->size, CMARK_OPT_UNSAFE);
  ck_assert_ptr_nonnull(html);
  size_t size = strlen(html), offset = 0;
  while (offset < size && offset < expected->size && html[offset] == expected->bytes[offset])
    offset++;
  if (offset < size || offset < expected->size) {
    char theirs[101], ours[101];
    line_around(html, size, offset, theirs);
    line_around(expected->bytes, expected->size, offset, ours);
    ck_abort_msg("%s: at byte %zu libcmark has \"%s\", and by our answers it is \"%s\"", what, offset, theirs, ours);
  }
  free(html);
  text_free(document);
  text_free(expected);
}

uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13; /* xorshift64, Marsaglia 2003 */
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* SPDX-License-Identifier: MIT */
