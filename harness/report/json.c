/* Strings, objects and text of JSON. */
#include "harness/report/json.h"

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
