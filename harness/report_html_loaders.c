/* The loader table: which loader takes which program, as the files loaders* beside the suites state it. One that is
   written in columns parted by tabs becomes a table, another stands as it is. */
#include "harness/report_html.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void add_row(struct bytes *out, struct span line, const char *cell) {
  bytes_text(out, "<tr>");
  for (size_t at = 0; at <= line.len;) {
    const char *tab = at < line.len ? memchr(line.data + at, '\t', line.len - at) : NULL;
    size_t len = tab ? (size_t)(tab - line.data) - at : line.len - at;
    bytes_printf(out, "<%s>", cell);
    html_bytes(out, (struct span){line.data + at, len});
    bytes_printf(out, "</%s>", cell);
    at += len + 1;
  }
  bytes_text(out, "</tr>\n");
}

/* Rows of a table; the first is its head, whether it is marked as a comment or not. */
static void add_table(struct bytes *out, struct span text) {
  bool head = true;
  bytes_text(out, "<table>\n");
  for (size_t at = 0; at < text.len;) {
    const char *end = memchr(text.data + at, '\n', text.len - at);
    struct span line = {text.data + at, (end ? (size_t)(end - text.data) : text.len) - at};
    at += line.len + 1;
    bool tabs = line.len && memchr(line.data, '\t', line.len);
    for (; tabs && head && line.len && (*line.data == '#' || *line.data == ' '); line.len--)
      line.data++;
    if (tabs && (head || *line.data != '#')) {
      add_row(out, line, head ? "th" : "td");
      head = false;
    }
  }
  bytes_text(out, "</table>\n");
}

static void add_file(struct bytes *out, const char *path) {
  struct bytes text = {0};
  int failed = bytes_read_file(&text, path);
  bytes_printf(out, "<h3>");
  html_text(out, strrchr(path, '/') + 1);
  bytes_text(out, "</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"loader table\">\n");
  if (failed) {
    bytes_text(out, "<p>");
    html_text(out, strerror(failed));
    bytes_text(out, "</p>\n");
  } else if (text.len && memchr(text.data, '\t', text.len)) {
    add_table(out, span_of(&text));
  } else {
    bytes_text(out, "<pre>");
    html_bytes(out, span_of(&text));
    bytes_text(out, "</pre>\n");
  }
  bytes_text(out, "</div>\n");
  bytes_free(&text);
}

void html_loaders(const char *folder, struct bytes *out) {
  glob_t found = {0};
  char *pattern = xasprintf("%s/loaders*", folder);
  int failed = glob(pattern, GLOB_MARK, NULL, &found);
  size_t files = 0;
  for (size_t i = 0; !failed && i < found.gl_pathc; i++)
    if (found.gl_pathv[i][strlen(found.gl_pathv[i]) - 1] != '/') {
      add_file(out, found.gl_pathv[i]);
      files++;
    }
  if (files == 0)
    bytes_text(out, "<p>No loader table stands beside the suites.</p>\n");
  globfree(&found);
  free(pattern);
}
