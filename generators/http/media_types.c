/* media_types.c: what a file is, by the letters after the last "." of its name (RFC 9110, 8.3). Text is taken for
 * UTF-8.
 */
#include "http.h"

#include <stdio.h>

/* Small letters and digits. The first is Markdown, which is rendered; the last, without letters, is for all others. */
static const struct {
  const char *suffix, *type;
} media_types[] = {{"md", "text/html"},        {"html", "text/html"},      {"htm", "text/html"},
                   {"txt", "text/plain"},      {"css", "text/css"},        {"csv", "text/csv"},
                   {"js", "text/javascript"},  {"mjs", "text/javascript"}, {"json", "application/json"},
                   {"xml", "application/xml"}, {"pdf", "application/pdf"}, {"wasm", "application/wasm"},
                   {"zip", "application/zip"}, {"gz", "application/gzip"}, {"png", "image/png"},
                   {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},     {"gif", "image/gif"},
                   {"svg", "image/svg+xml"},   {"webp", "image/webp"},     {"avif", "image/avif"},
                   {"ico", "image/x-icon"},    {"woff2", "font/woff2"},    {"mp3", "audio/mpeg"},
                   {"mp4", "video/mp4"},       {"webm", "video/webm"},     {"", "application/octet-stream"}};

/* find_media_type: in A0 = NUL-terminated path. RESOURCE_TYPE becomes the type of what it names. Out A0 = RESOURCE_PAGE
 * for Markdown, else RESOURCE_AS_IT_IS. */
void lay_http_media_types(void) {
  Reg suffix = S0;
  char text[640];
  size_t size = 0;
  for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++)
    size +=
        (size_t)snprintf(text + size, sizeof text - size, "%s%c%s", media_types[i].suffix, 0, media_types[i].type) + 1;
  packed_text("media_types", text, 3);          /* the letters of Markdown, */
  packed_text("page_type", text + 3, size - 3); /* and the type of its pages, which goes on with all others */

  routine("find_media_type", in(A0), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(suffix);
  li(suffix, 0);
  label("next_byte");
  ld8(T0, A0, 0);
  beq(T0, 0, "at_end");
  add(A0, A0, 1);
  bne(T0, '.', "next_byte"); /* one before a "/" is followed by what is no suffix */
  mov(suffix, A0);
  jump("next_byte");
  label("at_end");
  mov(A3, A0);
  bne(suffix, 0, "suffix_found");
  mov(suffix, A3); /* an empty one is that of no type */
  label("suffix_found");
  la(A2, "media_types");
  label("next_type");
  ld8(T0, A2, 0);
  beq(T0, 0, "found");
  mov(A0, suffix);
  mov(A1, A3);
  call("equals_word");
  bne(A0, 0, "found");
  li(A1, 2); /* the rest of the letters, and the type */
  label("rest");
  ld8_next(T0, A2);
  bne(T0, 0, "rest");
  sub(A1, A1, 1);
  bne(A1, 0, "rest");
  jump("next_type");
  label("found"); /* at the NUL after the letters */
  add(A2, A2, 1);
  la(T0, "resource");
  st64(A2, T0, RESOURCE_TYPE);
  li(A0, RESOURCE_AS_IT_IS);
  la(T0, "page_type");
  bne(A2, T0, "done");
  li(A0, RESOURCE_PAGE);
  label("done");
  leave();
}

/* SPDX-License-Identifier: MIT */
