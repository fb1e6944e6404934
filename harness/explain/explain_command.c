/* The commands `explain` and `map`. */
#include "harness/explain/elf_file.h"
#include "harness/report/json.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

/* Of this project's own smallest programs it is known which bytes a loader reads. */
static const char matrix[] = "fixtures/liveness.txt";

int explain_command(const char *path, bool json, const char *page) {
  struct explanation explanation;
  struct bytes text = {0};
  if (!explain_elf(path, matrix, &explanation, &text)) {
    fprintf(stderr, "bytegate: %s\n", text.data);
    bytes_free(&text);
    return EXIT_USAGE;
  }
  if (page)
    explain_page(&explanation, &text);
  else if (json)
    explain_json(&explanation, &text);
  else
    explain_listing(&explanation, &text);
  int failed = page ? write_file(page, span_of(&text)) : 0;
  if (failed)
    fprintf(stderr, "bytegate: %s: %s\n", page, strerror(failed));
  else if (!page)
    fwrite(text.data, 1, text.len, stdout);
  explanation_free(&explanation);
  bytes_free(&text);
  return failed ? EXIT_INFRASTRUCTURE : EXIT_EQUAL;
}

/* The lines of the map TEXT as JSON. */
static void print_map_json(const char *path, const struct bytes *text) {
  static const char *const keys[] = {"address", "bytes", "kind", "routine", "source"};
  enum { FIELDS = sizeof keys / sizeof *keys };
  json_t *entries = json_array();
  const char *line = strchr(text->data, '\n') + 1;
  while (*line) {
    json_t *entry = json_object();
    for (size_t i = 0; i < FIELDS; i++) {
      size_t len = strcspn(line, "\t\n");
      json_set(entry, keys[i], json_string_of((struct span){line, len}));
      line += len + 1;
    }
    json_array_append_new(entries, entry);
  }
  json_print(json_pack("{s:o, s:o}", "elf", json_string_of(span_text(path)), "entries", entries));
}

int map_command(const char *path, const struct text_list *from, bool json) {
  struct explanation explanation;
  struct bytes text = {0};
  struct bytes why = {0};
  size_t left_out = 0;
  size_t count = 0;
  if (from->count > 1) {
    fputs("bytegate: map takes names from one file; give --from once\n", stderr);
    return EXIT_USAGE;
  }
  if (!explain_elf(path, NULL, &explanation, &text)) {
    fprintf(stderr, "bytegate: %s\n", text.data);
    bytes_free(&text);
    return EXIT_USAGE;
  }
  if (from->count)
    count = explain_map_from(&explanation, from->items[0], &text, &why);
  else
    count = explain_map(&explanation, &left_out, &text);
  if (why.len)
    fprintf(stderr, "bytegate: %s\n", why.data);
  else if (count == 0)
    fprintf(
        stderr,
        "bytegate: %s: no code is found in it: it has no sections and no code from its entry on, or is of a machine "
        "whose instructions are not read here; --from FILE takes nm's table or a listing of it\n",
        path);
  else if (json)
    print_map_json(path, &text);
  else
    fwrite(text.data, 1, text.len, stdout);
  if (left_out)
    fprintf(stderr, "bytegate: %s: %zu instructions are left out, for they lie in a segment of their own\n", path,
            left_out);
  explanation_free(&explanation);
  bytes_free(&text);
  bytes_free(&why);
  return count ? EXIT_EQUAL : EXIT_INFRASTRUCTURE;
}

/* SPDX-License-Identifier: MIT */
