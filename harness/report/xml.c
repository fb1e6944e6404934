/* XML 1.0 (fifth edition): section 2.2 says which characters there are, 2.4 and 3.3.3 which must be written as
   references. */
#include "harness/report/xml.h"

#include <assert.h>
#include <string.h>

/* Whether the LEN bytes at AT are a character of XML (production 2). They are well-formed UTF-8, so that no surrogate
   is among them. */
static bool is_character(const char *at, size_t len) {
  unsigned char byte = (unsigned char)*at;
  if (len == 1)
    return byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
  /* U+FFFE and U+FFFF */
  return !(len == 3 && byte == 0xEF && (unsigned char)at[1] == 0xBF && (unsigned char)at[2] >= 0xBE);
}

/* How CHARACTER is written; NULL: as itself. In an attribute a line end would become a blank. */
static const char *reference_of(char character, bool in_attribute) {
  static const struct {
    char character;
    bool only_in_attributes;
    const char *reference;
  } rows[] = {{'&', false, "&amp;"}, {'<', false, "&lt;"},  {'>', false, "&gt;"}, {'\r', false, "&#13;"},
              {'"', true, "&quot;"}, {'\n', true, "&#10;"}, {'\t', true, "&#9;"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].character == character && (in_attribute || !rows[i].only_in_attributes))
      return rows[i].reference;
  return NULL;
}

static void add_text(struct bytes *out, struct span text, bool in_attribute) {
  for (size_t at = 0; at < text.len;) {
    size_t len = utf8_length(text, at);
    const char *reference = reference_of(text.data[at], in_attribute);
    if (reference)
      bytes_text(out, reference);
    else if (len && is_character(text.data + at, len))
      bytes_append(out, text.data + at, len);
    else
      for (size_t i = 0; i < (len ? len : 1); i++)
        bytes_printf(out, "\\x%02X", (unsigned char)text.data[at + i]);
    at += len ? len : 1;
  }
}

static void close_tag(struct xml *xml) {
  if (xml->in_tag)
    bytes_text(xml->out, ">");
  xml->in_tag = false;
}

void xml_open(struct xml *xml, const char *name) {
  assert(xml->depth < XML_DEEPEST && !xml->in_text);
  if (xml->depth == 0)
    bytes_text(xml->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  close_tag(xml);
  bytes_printf(xml->out, "\n%*s<%s", (int)xml->depth, "", name);
  xml->open[xml->depth++] = name;
  xml->in_tag = true;
}

void xml_attribute(struct xml *xml, const char *name, const char *value) {
  assert(xml->in_tag);
  bytes_printf(xml->out, " %s=\"", name);
  add_text(xml->out, span_text(value), true);
  bytes_text(xml->out, "\"");
}

void xml_attribute_format(struct xml *xml, const char *name, const char *format, ...) {
  struct bytes value = {0};
  va_list args;
  va_start(args, format);
  bytes_vprintf(&value, format, args);
  va_end(args);
  xml_attribute(xml, name, value.data ? value.data : "");
  bytes_free(&value);
}

void xml_text(struct xml *xml, struct span text) {
  assert(xml->depth > 0);
  close_tag(xml);
  add_text(xml->out, text, false);
  xml->in_text = true;
}

void xml_close(struct xml *xml) {
  assert(xml->depth > 0);
  const char *name = xml->open[--xml->depth];
  if (xml->in_tag)
    bytes_text(xml->out, "/>");
  else if (xml->in_text)
    bytes_printf(xml->out, "</%s>", name);
  else
    bytes_printf(xml->out, "\n%*s</%s>", (int)xml->depth, "", name);
  xml->in_tag = xml->in_text = false;
  if (xml->depth == 0)
    bytes_text(xml->out, "\n");
}

/* SPDX-License-Identifier: MIT */
