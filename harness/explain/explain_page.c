/* The explanation as a page: the listing, coloured by what the bytes are. */
#include "harness/explain/explain.h"

#include "harness/report/html/html.h"

#include <string.h>

static const char page_style[] =
    "body{font:14px/1.5 ui-monospace,monospace;margin:1.5em;color:#1a1a1a;background:#fff}"
    "h1{font-size:1.3em}h2{font-size:1em;margin:1.2em 0 .2em}p{margin:.1em 0}"
    "table{border-collapse:collapse}td{padding:0 1em 0 0;vertical-align:top}"
    "td.b{white-space:pre-wrap;max-width:26em}td.o{color:#666}"
    "tr.code td.b{background:#e3eefc}tr.header td.b{background:#fdf0d5}tr.entry td.b{background:#e6f4e6}"
    "tr.string td.b{background:#f3e8fb}tr.data td.b{background:#f0f0f0}tr.none td.b{background:#fbe3e3}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}td.o{color:#999}"
    "tr.code td.b{background:#1d3350}tr.header td.b{background:#4a3a12}tr.entry td.b{background:#1d3a1d}"
    "tr.string td.b{background:#38234a}tr.data td.b{background:#2b2b2b}tr.none td.b{background:#4a1d1d}}";

static const char *class_of(const struct piece *piece) {
  static const char *const classes[] = {"code", "header", "entry", "string", "data", "data", "none"};
  return classes[piece->claim ? piece->claim->kind : CLAIM_NONE];
}

static void put_words(struct bytes *out, const struct explanation *explanation, const struct piece *piece) {
  const struct claim *claim = piece->claim;
  const char *file = NULL;
  int line = 0;
  html_text(out, claim ? claim->name : "nothing claims these bytes");
  if (claim && *claim->about) {
    bytes_text(out, "  ");
    html_text(out, claim->about);
  }
  for (size_t i = 0; i < piece->also; i++) {
    const struct claim *also = explanation->also[piece->first_also + i];
    bytes_text(out, "<br/>also ");
    html_text(out, also->group);
    bytes_text(out, ": ");
    html_text(out, also->name);
  }
  if (explain_source(explanation, piece, &file, &line)) {
    bytes_text(out, "</td><td class=\"o\">");
    html_text(out, file);
    bytes_printf(out, ":%d", line);
  }
}

static void put_row(struct bytes *out, const struct explanation *explanation, const struct piece *piece) {
  bytes_printf(out, "<tr class=\"%s\"><td class=\"o\">%zx</td><td class=\"b\">", class_of(piece), piece->offset);
  for (size_t i = 0; i < piece->len; i++)
    bytes_printf(out, "%s%02x", i ? " " : "", (unsigned char)explanation->file.data[piece->offset + i]);
  bytes_text(out, "</td><td>");
  put_words(out, explanation, piece);
  bytes_text(out, "</td></tr>\n");
}

void explain_page(const struct explanation *explanation, struct bytes *out) {
  const char *group = NULL;
  bytes_text(out, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head><meta "
                  "charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width\"/><title>");
  html_text(out, explanation->path);
  bytes_printf(out, "</title><style>%s</style></head><body><h1>", page_style);
  html_text(out, explanation->path);
  bytes_text(out, "</h1>\n<pre>");
  html_bytes(out, span_of(&explanation->notes));
  bytes_text(out, "</pre>\n");
  for (size_t i = 0; i < explanation->piece_count; i++) {
    const struct piece *piece = &explanation->pieces[i];
    const char *here = piece->claim ? piece->claim->group : "bytes of no known use";
    if (!group || strcmp(here, group) != 0) {
      bytes_text(out, group ? "</table>\n<h2>" : "<h2>");
      html_text(out, here);
      bytes_text(out, "</h2>\n<table>\n");
    }
    group = here;
    put_row(out, explanation, piece);
  }
  bytes_text(out, group ? "</table>\n</body></html>\n" : "</body></html>\n");
}

/* SPDX-License-Identifier: MIT */
