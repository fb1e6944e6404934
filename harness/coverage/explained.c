/* Reads lists of what is explained, and the source lines that they name. */
#include "harness/coverage/explained.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* Cuts TEXT at its first " | "; returns what stands after it, or NULL. */
static char *cut_field(char *text) {
  char *bar = text ? strstr(text, " | ") : NULL;
  if (!bar)
    return NULL;
  char *end = bar;
  while (end > text && end[-1] == ' ')
    end--;
  *end = '\0';
  return bar + 3 + strspn(bar + 3, " ");
}

static bool parse_line(struct explained_list *list, char *line, int number) {
  char *fields[EXPLAINED_FIELDS] = {line};
  if (line[0] == '#' || line[strspn(line, " \t")] == '\0')
    return true;
  for (int i = 1; i < EXPLAINED_FIELDS; i++)
    fields[i] = cut_field(fields[i - 1]);
  if (!fields[EXPLAINED_REASON] || !*fields[EXPLAINED_REASON])
    return false;
  list->items = xgrow(list->items, list->count, sizeof *list->items);
  struct explained *one = &list->items[list->count++];
  *one = (struct explained){.line = number};
  for (int i = 0; i < EXPLAINED_FIELDS; i++)
    one->fields[i] = xstrdup(fields[i]);
  return true;
}

bool explained_read(struct explained_list *list, const char *path, struct bytes *why) {
  struct bytes text = {0};
  *list = (struct explained_list){.path = xstrdup(path)};
  int failed = bytes_read_file(&text, path);
  if (failed && failed != ENOENT)
    bytes_printf(why, "%s: %s", path, strerror(failed));
  int number = 1;
  for (char *line = text.data; why->len == 0 && line && *line; number++) {
    char *end = strchrnul(line, '\n');
    char *next = *end ? end + 1 : end;
    *end = '\0';
    if (!parse_line(list, line, number))
      bytes_printf(why, "%s:%d: a line is PROGRAM | ROUTINE | WHAT | SOURCE LINE | REASON", path, number);
    line = next;
  }
  bytes_free(&text);
  return why->len == 0;
}

void explained_free(struct explained_list *list) {
  for (size_t i = 0; i < list->count; i++)
    for (int k = 0; k < EXPLAINED_FIELDS; k++)
      free(list->items[i].fields[k]);
  free(list->items);
  free(list->path);
  *list = (struct explained_list){0};
}

struct explained *explain(const struct explained_list *list, const char *program, const struct map_entry *entry,
                          const char *what) {
  const char *text[] = {program, entry->routine, what, source_line(entry)};
  for (size_t i = 0; i < list->count; i++) {
    bool matches = true;
    for (int k = 0; k < EXPLAINED_REASON && matches; k++)
      matches = fnmatch(list->items[i].fields[k], text[k], 0) == 0;
    if (matches)
      return &list->items[i];
  }
  return NULL;
}

/* A source that was asked for, kept for as long as the command runs. */
struct source_text {
  char *file;
  struct bytes text;
  char **lines;
  size_t count;
  struct source_text *next;
};

static void split_lines(struct source_text *source) {
  for (char *line = source->text.data; line && *line;) {
    char *end = strchrnul(line, '\n');
    char *next = *end ? end + 1 : end;
    while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
      end--;
    *end = '\0';
    source->lines = xgrow(source->lines, source->count, sizeof *source->lines);
    source->lines[source->count++] = line + strspn(line, " \t");
    line = next;
  }
}

static const struct source_text *find_source(const char *file) {
  static struct source_text *sources;
  for (const struct source_text *one = sources; one; one = one->next)
    if (strcmp(one->file, file) == 0)
      return one;
  struct source_text *one = xcalloc(1, sizeof *one);
  one->file = xstrdup(file);
  one->next = sources;
  sources = one;
  if (bytes_read_file(&one->text, file) == 0)
    split_lines(one);
  return one;
}

const char *source_line(const struct map_entry *entry) {
  const struct source_text *source = find_source(entry->file);
  return entry->line > 0 && (size_t)entry->line <= source->count ? source->lines[entry->line - 1] : "";
}

/* SPDX-License-Identifier: MIT */
