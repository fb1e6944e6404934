/* The explanation as one JSON document, for programs. */
#include "harness/explain/explain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"code", "header", "entry", "string", "data", "section", "none"};

/* Text of the file that is no UTF-8 stands escaped. */
static json_t *text_value(const char *text) {
  struct bytes shown = {0};
  bytes_text(&shown, "");
  bytes_escaped(&shown, span_text(text));
  json_t *value = json_stringn(shown.data, shown.len);
  bytes_free(&shown);
  return value;
}

static json_t *hex_value(const struct explanation *explanation, const struct piece *piece) {
  struct bytes hex = {0};
  for (size_t i = 0; i < piece->len; i++)
    bytes_printf(&hex, "%02x", (unsigned char)explanation->file.data[piece->offset + i]);
  json_t *value = json_stringn(hex.data, hex.len);
  bytes_free(&hex);
  return value;
}

static json_t *also_value(const struct explanation *explanation, const struct piece *piece) {
  json_t *list = json_array();
  for (size_t i = 0; i < piece->also; i++) {
    const struct claim *also = explanation->also[piece->first_also + i];
    json_t *one = json_object();
    json_object_set_new(one, "part", text_value(also->group));
    json_object_set_new(one, "name", text_value(also->name));
    json_object_set_new(one, "about", text_value(also->about));
    json_array_append_new(list, one);
  }
  return list;
}

static json_t *piece_value(const struct explanation *explanation, const struct piece *piece) {
  json_t *one = json_object();
  const struct claim *claim = piece->claim;
  const char *file = NULL;
  int line = 0;
  json_object_set_new(one, "offset", json_integer((json_int_t)piece->offset));
  json_object_set_new(one, "bytes", hex_value(explanation, piece));
  json_object_set_new(one, "kind", json_string(kinds[claim ? claim->kind : CLAIM_NONE]));
  if (claim) {
    json_object_set_new(one, "part", text_value(claim->group));
    json_object_set_new(one, "name", text_value(claim->name));
    json_object_set_new(one, "about", text_value(claim->about));
  }
  if (claim && claim->has_address) {
    char *address = xasprintf("%#llx", (unsigned long long)claim->address + (piece->offset - claim->offset));
    json_object_set_new(one, "address", json_string(address));
    free(address);
  }
  if (piece->also)
    json_object_set_new(one, "also", also_value(explanation, piece));
  if (explain_source(explanation, piece, &file, &line)) {
    json_object_set_new(one, "file", text_value(file));
    json_object_set_new(one, "line", json_integer(line));
  }
  return one;
}

void explain_json(const struct explanation *explanation, struct bytes *out) {
  json_t *root = json_object();
  json_t *notes = json_array();
  json_t *pieces = json_array();
  struct span rest = span_of(&explanation->notes);
  struct span note;
  while (explain_next_note(&rest, &note))
    json_array_append_new(notes, json_stringn(note.data, note.len));
  for (size_t i = 0; i < explanation->piece_count; i++)
    json_array_append_new(pieces, piece_value(explanation, &explanation->pieces[i]));
  json_object_set_new(root, "elf", text_value(explanation->path));
  json_object_set_new(root, "size", json_integer((json_int_t)explanation->file.len));
  json_object_set_new(root, "notes", notes);
  json_object_set_new(root, "pieces", pieces);
  char *text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
  if (!text)
    die("out of memory");
  bytes_text(out, text);
  bytes_text(out, "\n");
  free(text);
  json_decref(root);
}

/* SPDX-License-Identifier: MIT */
