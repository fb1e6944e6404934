/* Strings, objects and text of JSON. */
#include "harness/report/json.h"

#include <stdio.h>
#include <string.h>

json_t *json_string_of(struct span text) {
  struct bytes escaped = {0};
  bytes_text(&escaped, "");
  bytes_escaped(&escaped, text);
  json_t *string = json_stringn(escaped.data, escaped.len);
  bytes_free(&escaped);
  return string;
}

void json_set(json_t *object, const char *key, json_t *value) {
  if (json_object_set_new(object, key, value) != 0)
    die("out of memory");
}

static int append(const char *text, size_t len, void *out) {
  bytes_append(out, text, len);
  return 0;
}

void json_append(struct bytes *out, const json_t *value, size_t flags) {
  if (json_dump_callback(value, append, out, flags) != 0)
    die("out of memory");
  bytes_text(out, "\n");
}

json_t *json_lines_of(struct span lines) {
  json_t *array = json_array();
  for (size_t at = 0; at < lines.len;) {
    const char *end = memchr(lines.data + at, '\n', lines.len - at);
    size_t len = end ? (size_t)(end - lines.data) - at : lines.len - at;
    if (len && json_array_append_new(array, json_string_of((struct span){lines.data + at, len})) != 0)
      die("out of memory");
    at += len + 1;
  }
  return array;
}

void json_print(json_t *value) {
  struct bytes text = {0};
  json_append(&text, value, JSON_INDENT(1));
  fwrite(text.data, 1, text.len, stdout);
  bytes_free(&text);
  json_decref(value);
}

/* SPDX-License-Identifier: MIT */
