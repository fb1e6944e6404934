/* Changes header bytes, one at a time, and watches. */
#include "harness/loaders/liveness.h"
#include "harness/base/machine.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEADLINE_S = 20 };

/* A low bit, the next, the high bit, all. */
const unsigned char liveness_changes[4] = {0x01, 0x02, 0x80, 0xff};

bool liveness_applies(const struct loader_row *row, enum loader loader) {
  if (strncmp(row->name, "tiny-", 5) != 0 || loader == LOADER_KERNEL)
    return false;
  if (loader == LOADER_NATIVE && (machine_of_label(row->name) != host_machine() || row->memory > loader_memory()))
    return false;
  return strcmp(loader_declared(row, loader), "refused") != 0;
}

bool liveness_behaves(struct liveness_subject *subject) {
  struct attempt attempt;
  if (write_file(subject->path, span_of(&subject->file)) != 0 || chmod(subject->path, 0755) != 0)
    die("%s cannot be written", subject->path);
  attempt_run(subject->workspace, subject->path, subject->machine, subject->loader, &subject->row->arguments,
              span_of(&subject->row->input), DEADLINE_S, &attempt);
  bool same = strcmp(attempt.ending, loader_declared(subject->row, subject->loader)) == 0 &&
              loader_printed(subject->row, span_of(&subject->file), span_of(&attempt.out));
  attempt_free(&attempt);
  return same;
}

void liveness_change(struct liveness_subject *subject, size_t at, size_t which) {
  subject->file.data[at] = (char)(subject->file.data[at] ^ liveness_changes[which]);
}

bool liveness_shows(struct liveness_subject *subject, size_t at, size_t which) {
  liveness_change(subject, at, which);
  bool read = !liveness_behaves(subject);
  liveness_change(subject, at, which);
  return read;
}

static char mark_of(struct liveness_subject *subject, size_t at) {
  for (size_t i = 0; i < sizeof liveness_changes; i++)
    if (liveness_shows(subject, at, i))
      return (char)('1' + i);
  return '.';
}

/* Marks the bytes that the map calls code or "message". Its lines tell the file in order, in hex. */
static bool mark_from_map(const char *path, char *marks, size_t count) {
  FILE *map = fopen(path, "r");
  char text[512], bytes[256], kind[16], owner[96];
  size_t at = 0;
  while (map && fgets(text, sizeof text, map)) {
    if (sscanf(text, "%*x\t%255s\t%15s\t%95s", bytes, kind, owner) != 3)
      continue;
    size_t size = strlen(bytes) / 2;
    if (at + size > count)
      break;
    memset(marks + at, strcmp(kind, "code") == 0 ? 'c' : strcmp(owner, "message") == 0 ? 't' : '?', size);
    at += size;
  }
  if (map)
    fclose(map);
  return at == count;
}

/* Where one kernel reads a byte and another does not, nothing is tried. */
static void mark_varying(const struct loader_row *row, enum loader loader, char *marks, size_t count) {
  for (size_t i = 0; loader == LOADER_NATIVE && i < row->varies.count; i++) {
    size_t at = strtoul(row->varies.items[i], NULL, 16);
    if (at < count && marks[at] == '?')
      marks[at] = 'v';
  }
}

char *liveness_open(struct liveness_subject *subject, struct workspace *workspace, const char *build,
                    const struct loader_row *row, enum loader loader, struct bytes *why) {
  char *elf = xasprintf("%s/elf/%s", build, row->name);
  char *map = xasprintf("%s/elf/%s.map", build, row->name);
  *subject = (struct liveness_subject){
      .workspace = workspace, .row = row, .loader = loader, .machine = machine_of_label(row->name)};
  subject->path = workspace_file(workspace, "changed");
  bool good = bytes_read_file(&subject->file, elf) == 0;
  char *marks = xcalloc(1, subject->file.len + 1);
  good = good && mark_from_map(map, marks, subject->file.len);
  mark_varying(row, loader, marks, subject->file.len);
  if (!good) {
    bytes_printf(why, "%s and its map cannot be read, or do not fit together; run `make`", elf);
    free(marks);
    marks = NULL;
  }
  free(elf);
  free(map);
  return marks;
}

void liveness_close(struct liveness_subject *subject) {
  remove(subject->path);
  bytes_free(&subject->file);
  free(subject->path);
}

bool liveness_of(struct workspace *workspace, const char *build, const struct loader_row *row, enum loader loader,
                 struct bytes *line, struct bytes *why) {
  struct liveness_subject subject;
  char *marks = liveness_open(&subject, workspace, build, row, loader, why);
  for (size_t at = 0; marks && at < subject.file.len; at++)
    if (marks[at] == '?')
      marks[at] = mark_of(&subject, at);
  bool good = marks != NULL;
  if (good)
    bytes_text(line, marks);
  free(marks);
  liveness_close(&subject);
  return good;
}

/* Sixteen bytes a line, as hexdumps have them. */
static void print_matrix(const char *name, enum loader loader, struct span line) {
  printf("\n%s %s\n", name, loader_name(loader));
  for (size_t at = 0; at < line.len; at += 16)
    printf("%02zx  %.*s\n", at, (int)(line.len - at < 16 ? line.len - at : 16), line.data + at);
}

/* Prints, or appends to ROWS where that is not NULL, the line of a program. */
static void tell_line(json_t *rows, const char *name, enum loader loader, struct span line) {
  if (!rows)
    print_matrix(name, loader, line);
  else
    json_array_append_new(rows, json_pack("{s:s, s:s, s:o}", "program", name, "loader", loader_name(loader), "bytes",
                                          json_string_of(line)));
}

/* The same values that the text explains, as JSON. */
static void print_matrix_json(json_t *rows) {
  json_t *changes = json_array();
  for (size_t i = 0; i < sizeof liveness_changes; i++)
    json_array_append_new(changes, json_integer(liveness_changes[i]));
  json_print(json_pack("{s:o, s:o}", "changes", changes, "programs", rows));
}

int liveness_command(const char *build, const char *path, const struct text_list *programs, bool json) {
  struct loader_table table = {0};
  struct workspace workspace = {0};
  struct bytes why = {0};
  bool good = loader_table_read(path, &table, &why);
  json_t *rows = json ? json_array() : NULL;
  if (good)
    workspace_open(&workspace);
  if (good && !json)
    printf("# Which bytes of the smallest programs a loader reads, or the program itself, sixteen a line: . not read; "
           "c code;\n"
           "# t text; v read by some kernels; 1 .. 4 read, and the change that shows it first: exclusive or with 01, "
           "02, 80, ff.\n"
           "# Made by `bytegate liveness`, each machine's native lines on that machine.\n");
  for (size_t i = 0; good && i < table.count; i++)
    for (enum loader loader = 0; good && loader < LOADERS; loader++) {
      struct bytes line = {0};
      if (!liveness_applies(&table.rows[i], loader) || !text_list_selects(programs, table.rows[i].name))
        continue;
      good = liveness_of(&workspace, build, &table.rows[i], loader, &line, &why);
      tell_line(rows, table.rows[i].name, loader, span_of(&line));
      bytes_free(&line);
    }
  if (json && good)
    print_matrix_json(json_incref(rows));
  json_decref(rows);
  if (why.len)
    fprintf(stderr, "bytegate: %s\n", why.data);
  if (workspace.root)
    workspace_close(&workspace);
  bytes_free(&why);
  loader_table_free(&table);
  return good ? EXIT_EQUAL : EXIT_INFRASTRUCTURE;
}

/* SPDX-License-Identifier: MIT */
