/* Arbitrary bytes as characters of HTML. A program under test may answer with anything: what it sent must be seen, and
   must do nothing to the page that shows it. */
#include "harness/report/html/html.h"

#include <string.h>

/* The code point of the well-formed sequence of LEN bytes at AT. */
static uint32_t code_point(struct span text, size_t at, size_t len) {
  static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t code = (unsigned char)text.data[at] & masks[len];
  for (size_t i = 1; i < len; i++)
    code = code << 6 | ((unsigned char)text.data[at + i] & 0x3F);
  return code;
}

/* Whether CODE must not stand in HTML, or in XML: control characters, and what Unicode calls noncharacters. */
static bool is_forbidden(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0xFDD0 && code <= 0xFDEF) ||
         (code & 0xFFFE) == 0xFFFE;
}

/* Whether CODE is not seen itself, and changes how its neighbours are. */
static bool is_hidden(uint32_t code) {
  return (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

static void add_character(struct bytes *out, struct span text, size_t at, size_t len) {
  const char *name = len > 1                 ? NULL
                     : text.data[at] == '<'  ? "&lt;"
                     : text.data[at] == '>'  ? "&gt;"
                     : text.data[at] == '&'  ? "&amp;"
                     : text.data[at] == '"'  ? "&quot;"
                     : text.data[at] == '\'' ? "&#39;"
                                             : NULL;
  if (name)
    bytes_text(out, name);
  else
    bytes_append(out, text.data + at, len);
}

/* Appends what stands at AT; KEPT are the control characters that stay. Returns how many bytes that was. */
static size_t add_visible(struct bytes *out, struct span text, size_t at, const char *kept) {
  unsigned char byte = (unsigned char)text.data[at];
  size_t len = utf8_length(text, at);
  uint32_t code = len ? code_point(text, at, len) : 0;
  if (byte && byte < 0x20 && strchr(kept, byte))
    bytes_append(out, &byte, 1);
  else if (len && is_hidden(code))
    bytes_printf(out, "\\u{%X}", code);
  else if (len && !is_forbidden(code))
    add_character(out, text, at, len);
  else
    bytes_printf(out, "\\x%02X", byte);
  return len && !is_forbidden(code) ? len : 1;
}

void html_bytes(struct bytes *out, struct span text) {
  for (size_t at = 0; at < text.len;)
    at += add_visible(out, text, at, "\n\t");
}

void html_text(struct bytes *out, const char *text) { html_bytes(out, span_text(text)); }

/* The page inherits the policy of the one around it; its own stands for readers who open it alone. */
static const char frame_head[] =
    "&lt;!DOCTYPE html&gt;&lt;html&gt;&lt;head&gt;&lt;meta charset=&quot;utf-8&quot;&gt;"
    "&lt;meta http-equiv=&quot;Content-Security-Policy&quot; content=&quot;default-src &#39;none&#39;; style-src "
    "&#39;unsafe-inline&#39;&quot;&gt;&lt;style&gt;:root{color-scheme:light dark}body{font:1rem/1.5 "
    "system-ui,sans-serif;margin:.75rem;overflow-wrap:anywhere}pre{white-space:pre-wrap}&lt;/style&gt;&lt;/head&gt;"
    "&lt;body&gt;";

/* XML makes spaces of the line ends and tabs in an attribute; HTML makes line feeds of carriage returns. So all three
   stand as references. */
void html_frame_document(struct bytes *out, struct span body) {
  bytes_text(out, frame_head);
  for (size_t at = 0; at < body.len;) {
    unsigned char byte = (unsigned char)body.data[at];
    size_t len = utf8_length(body, at);
    if (byte == '\n' || byte == '\t' || byte == '\r')
      bytes_printf(out, "&#%u;", byte);
    else if (byte < 0x20)
      bytes_printf(out, "&#x%X;", 0x2400 + byte);
    else if (len && !is_forbidden(code_point(body, at, len)))
      add_character(out, body, at, len);
    else
      bytes_text(out, "&#xFFFD;");
    at += len ? len : 1;
  }
}

static void start_line(struct bytes *out, size_t line) { bytes_printf(out, "<span class=\"n\">%zu</span>", line); }

/* Appends what stands at AT, each byte of a marked sequence by itself. Returns how many bytes that was. */
static size_t add_source(struct bytes *out, struct span text, size_t at, size_t mark) {
  size_t len = utf8_length(text, at);
  unsigned char byte = (unsigned char)text.data[at];
  bool whole = len == 1 || mark < at || mark >= at + len;
  bool plain = len && !is_forbidden(code_point(text, at, len)) && !is_hidden(code_point(text, at, len));
  bytes_text(out, at == mark ? "<mark>" : "");
  if (byte == '\n' || byte == '\t' || byte == '\r')
    bytes_printf(out, "<i>%s</i>", byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : "\\r");
  else if (plain && whole)
    add_character(out, text, at, len);
  else
    bytes_printf(out, "<i>\\x%02X</i>", byte);
  bytes_text(out, at == mark ? "</mark>" : "");
  return plain && whole ? len : 1;
}

void html_source(struct bytes *out, struct span text, size_t from, size_t to, size_t mark) {
  size_t line = 1;
  for (size_t at = 0; at < from && at < text.len; at++)
    line += text.data[at] == '\n';
  start_line(out, line);
  for (size_t at = from; at < to && at < text.len;) {
    bool ends = text.data[at] == '\n';
    at += add_source(out, text, at, mark);
    if (ends)
      bytes_text(out, "\n");
    if (ends && at < to && at < text.len)
      start_line(out, ++line);
  }
  if (mark >= text.len && mark != SIZE_MAX)
    bytes_text(out, "<mark>end</mark>");
}

void html_hex(struct bytes *out, struct span text, size_t from, size_t to, size_t mark) {
  for (size_t row = from; row < to || (row == from && mark == to); row += 16) {
    struct bytes shown = {0};
    bytes_printf(out, "%08zx ", row);
    for (size_t at = row; at < row + 16; at++) {
      const char *begin = at == mark ? "<mark>" : "";
      const char *end = at == mark ? "</mark>" : "";
      if (at < to)
        bytes_printf(out, " %s%02x%s", begin, (unsigned char)text.data[at], end);
      else
        bytes_printf(out, " %s%s%s", begin, at == mark ? "--" : "  ", end);
    }
    for (size_t at = row; at < row + 16 && at < to; at++)
      bytes_append(&shown, text.data[at] >= ' ' && text.data[at] < 0x7F ? text.data + at : ".", 1);
    bytes_text(out, "  ");
    html_bytes(out, span_of(&shown));
    bytes_text(out, "\n");
    bytes_free(&shown);
  }
}

/* SPDX-License-Identifier: MIT */
