/* A section of the page: the loader table, as loaders.ini beside the suites declares it: how each program ends under
 * each loader, and why. */
#include "harness/loaders/loaders.h"
#include "harness/report/html/html.h"

#include <stdlib.h>
#include <unistd.h>

static void add_cell(struct bytes *out, const char *text, bool differs) {
  bytes_text(out, differs ? "<td><strong>" : "<td>");
  html_text(out, text);
  bytes_text(out, differs ? "</strong></td>" : "</td>");
}

/* What it prints, on one line. */
static void add_printed(const struct loader_row *row, struct bytes *out) {
  struct bytes line = {0};
  bytes_escaped(&line, span_of(&row->prints));
  html_bytes(out, span_of(&line));
  bytes_free(&line);
}

static void add_row(const struct loader_row *row, struct bytes *out) {
  bytes_text(out, "<tr>");
  add_cell(out, row->name, false);
  for (size_t i = 0; i < LOADERS; i++)
    add_cell(out, loader_declared(row, (enum loader)i), row->declared[i] != NULL);
  bytes_text(out, "<td>");
  if (row->prints_itself || row->prints_input)
    bytes_text(out, row->prints_itself ? "its own file" : "its input");
  else
    add_printed(row, out);
  bytes_text(out, "</td><td class=\"why\">");
  html_text(out, row->why ? row->why : "");
  bytes_text(out, "</td></tr>\n");
}

static void add_table(const struct loader_table *table, struct bytes *out) {
  bytes_text(out, "<p>How each program must end under each loader, as declared; what differs from the rest of its row "
                  "is bold. <code>bytegate loaders</code> runs all of it, and fails where it is not so.</p>\n"
                  "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"loader table\"><table>\n"
                  "<tr><th>program</th>");
  for (size_t i = 0; i < LOADERS; i++)
    bytes_printf(out, "<th>%s</th>", loader_name((enum loader)i));
  bytes_text(out, "<th>prints</th><th>why</th></tr>\n");
  for (size_t i = 0; i < table->count; i++)
    add_row(&table->rows[i], out);
  bytes_text(out, "</table></div>\n");
}

static bool add(const struct session *session, const char *fixtures, struct bytes *out) {
  struct loader_table table = {0};
  struct bytes why = {0};
  char *path = xasprintf("%s/loaders.ini", fixtures);
  (void)session;
  bool there = access(path, F_OK) == 0;
  if (there && loader_table_read(path, &table, &why)) {
    add_table(&table, out);
  } else if (there) {
    bytes_text(out, "<p class=\"bad\">");
    html_text(out, span_of(&why).data);
    bytes_text(out, "</p>\n");
  }
  loader_table_free(&table);
  bytes_free(&why);
  free(path);
  return there;
}

const struct html_section loaders_section = {"loaders", "Loaders", add, NULL};

/* SPDX-License-Identifier: MIT */
