/* Reads the loader table. */
#include "harness/loaders/loaders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
  const char *path;
  struct loader_table *table;
  struct bytes *why;
};

const char *loader_declared(const struct loader_row *row, enum loader loader) {
  return row->declared[loader] ? row->declared[loader] : row->ends;
}

bool loader_printed(const struct loader_row *row, struct span file, struct span out) {
  struct span expected = row->prints_itself ? file : row->prints_input ? span_of(&row->input) : span_of(&row->prints);
  return span_equal(expected, out);
}

size_t loader_memory(void) {
  char line[128];
  size_t total = 0, part;
  FILE *file = fopen("/proc/meminfo", "r");
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "MemTotal: %zu", &part) == 1 || sscanf(line, "SwapTotal: %zu", &part) == 1)
      total += part / 1024;
  if (file)
    fclose(file);
  return total;
}

static int complain(struct reading *reading, int line, const char *name, const char *value, const char *remedy) {
  bytes_printf(reading->why, "%s:%d: %s = %s: %s", reading->path, line, name, value, remedy);
  return 0;
}

static bool is_ending(const char *text) {
  int number;
  char rest;
  return strcmp(text, "refused") == 0 || strcmp(text, "hangs") == 0 || strncmp(text, "SIG", 3) == 0 ||
         sscanf(text, "exit %d%c", &number, &rest) == 1;
}

static int read_ending(struct reading *reading, int line, char **to, const char *name, const char *value) {
  if (!is_ending(value))
    return complain(reading, line, name, value, "it is `exit N`, the name of a signal, `refused` or `hangs`");
  free(*to);
  *to = xstrdup(value);
  return 1;
}

static int read_prints(struct reading *reading, struct loader_row *row, int line, const char *value) {
  row->prints_itself = strcmp(value, "itself") == 0;
  row->prints_input = strcmp(value, "its input") == 0;
  if (!row->prints_itself && !row->prints_input && !bytes_unescape(&row->prints, value))
    return complain(reading, line, "prints", value, "it has an escape that does not exist");
  return 1;
}

static void read_words(struct text_list *list, const char *value) {
  for (const char *word = value + strspn(value, " "); *word;) {
    size_t len = strcspn(word, " ");
    text_list_add(list, word, len);
    word += len + strspn(word + len, " ");
  }
}

static int read_why(struct reading *reading, struct loader_row *row, int line, const char *value) {
  if (row->why)
    return complain(reading, line, "why", value, "the program has a reason already; put both into one line");
  row->why = xstrdup(value);
  return 1;
}

static int read_memory(struct reading *reading, struct loader_row *row, int line, const char *value) {
  char rest;
  if (sscanf(value, "%zu%c", &row->memory, &rest) != 1 || *value == '-' || row->memory == 0)
    return complain(reading, line, "memory", value, "it is a number of MiB, 1 or more");
  return 1;
}

static int read_key(struct reading *reading, struct loader_row *row, int line, const char *name, const char *value) {
  for (enum loader loader = 0; loader < LOADERS; loader++)
    if (strcmp(name, loader_name(loader)) == 0)
      return read_ending(reading, line, &row->declared[loader], name, value);
  if (strcmp(name, "ends") == 0)
    return read_ending(reading, line, &row->ends, name, value);
  if (strcmp(name, "prints") == 0)
    return read_prints(reading, row, line, value);
  if (strcmp(name, "arguments") == 0)
    read_words(&row->arguments, value);
  else if (strcmp(name, "varies") == 0)
    read_words(&row->varies, value);
  else if (strcmp(name, "relies") == 0)
    read_words(&row->relies, value);
  else if (strcmp(name, "input") == 0 && !bytes_unescape(&row->input, value))
    return complain(reading, line, name, value, "it has an escape that does not exist");
  else if (strcmp(name, "memory") == 0)
    return read_memory(reading, row, line, value);
  else if (strcmp(name, "why") == 0)
    return read_why(reading, row, line, value);
  else if (strcmp(name, "input") != 0)
    return complain(reading, line, name, value,
                    "no such key; there are ends, prints, arguments, input, memory, relies, varies, native, qemu, "
                    "kernel and why");
  return 1;
}

static int add_row(struct reading *reading, const char *name, size_t len, int line) {
  struct loader_table *table = reading->table;
  for (size_t i = 0; i < table->count; i++)
    if (strlen(table->rows[i].name) == len && memcmp(table->rows[i].name, name, len) == 0) {
      bytes_printf(reading->why, "%s:%d: [%.*s] is there already, in line %d", reading->path, line, (int)len, name,
                   table->rows[i].line);
      return 0;
    }
  table->rows = xrealloc(table->rows, (table->count + 1) * sizeof *table->rows);
  struct loader_row *row = &table->rows[table->count++];
  *row = (struct loader_row){.name = xstrndup(name, len), .line = line, .ends = xstrdup("exit 0")};
  return 1;
}

/* One line: a comment, [name], or key = value. */
static int read_line(struct reading *reading, char *text, int line) {
  struct loader_table *table = reading->table;
  text[strcspn(text, "\n")] = '\0';
  char *equals = strstr(text, " = ");
  char *bracket = strchr(text, ']');
  if (*text == '\0' || *text == '#')
    return 1;
  if (*text == '[' && bracket)
    return add_row(reading, text + 1, (size_t)(bracket - text - 1), line);
  if (!equals || table->count == 0)
    return complain(reading, line, text, "", "it is neither `[PROGRAM]` nor, below one, `KEY = VALUE`");
  *equals = '\0';
  return read_key(reading, &table->rows[table->count - 1], line, text, equals + 3);
}

/* What only the whole row shows. */
static bool row_is_sound(const struct loader_row *row, const char *path, struct bytes *why) {
  bool otherwise = false;
  for (enum loader loader = 0; loader < LOADERS; loader++)
    otherwise |= row->declared[loader] != NULL;
  if (otherwise == (row->why != NULL))
    return true;
  bytes_printf(why, "%s:%d: [%s] %s", path, row->line, row->name,
               otherwise ? "says what a loader does otherwise, but not why"
                         : "has a reason, but no loader is otherwise");
  return false;
}

bool loader_table_read(const char *path, struct loader_table *table, struct bytes *why) {
  struct reading reading = {path, table, why};
  *table = (struct loader_table){0};
  FILE *file = fopen(path, "r");
  bool good = file != NULL;
  if (!file)
    bytes_printf(why, "%s: %s%s", path, strerror(errno),
                 errno == ENOENT
                     ? " (it says where each program must run: run in a folder that `bytegate new` made, or "
                       "in the top folder of bytegate)"
                     : "");
  char *text = NULL;
  size_t room = 0;
  for (int line = 1; good && getline(&text, &room, file) >= 0; line++)
    good = read_line(&reading, text, line);
  free(text);
  if (file)
    fclose(file);
  for (size_t i = 0; good && i < table->count; i++)
    good = row_is_sound(&table->rows[i], path, why);
  return good;
}

void loader_table_free(struct loader_table *table) {
  for (size_t i = 0; i < table->count; i++) {
    struct loader_row *row = &table->rows[i];
    free(row->name);
    free(row->ends);
    for (enum loader loader = 0; loader < LOADERS; loader++)
      free(row->declared[loader]);
    text_list_free(&row->arguments);
    text_list_free(&row->relies);
    text_list_free(&row->varies);
    bytes_free(&row->input);
    bytes_free(&row->prints);
    free(row->why);
  }
  free(table->rows);
  *table = (struct loader_table){0};
}

/* SPDX-License-Identifier: MIT */
