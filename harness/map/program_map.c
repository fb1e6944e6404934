/* Reads source maps. */
#include "harness/map/program_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const kind_names[MAP_KINDS] = {"head", "code", "data", "fill", "bss"};

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* Appends the bytes that HEX spells to the store. Returns how many, or -1. */
static long store_bytes(struct bytes *store, const char *hex) {
  size_t before = store->len;
  for (; *hex; hex += 2) {
    int high = hex_digit(hex[0]);
    int low = high < 0 ? -1 : hex_digit(hex[1]);
    if (low < 0)
      return -1;
    char byte = (char)(high << 4 | low);
    bytes_append(store, &byte, 1);
  }
  return (long)(store->len - before);
}

/* Splits LINE at its tabs into COUNT fields. */
static bool split(char *line, char *fields[], int count) {
  for (int i = 0; i < count; i++) {
    fields[i] = line;
    char *tab = strchr(line, '\t');
    if (!tab != (i == count - 1))
      return false;
    if (tab) {
      *tab = '\0';
      line = tab + 1;
    }
  }
  return true;
}

/* Reads one line into ENTRY; its bytes are at the store's end, since the store may move. */
static bool parse_line(struct program_map *map, char *line, struct map_entry *entry) {
  char *fields[5];
  char *end = NULL;
  if (!split(line, fields, 5))
    return false;
  char *colon = strrchr(fields[4], ':');
  int kind = 0;
  while (kind < MAP_KINDS && strcmp(kind_names[kind], fields[2]) != 0)
    kind++;
  entry->address = strtoull(fields[0], &end, 16);
  if (*end || end == fields[0] || kind == MAP_KINDS || !colon)
    return false;
  *colon = '\0';
  entry->kind = (enum map_kind)kind;
  entry->routine = fields[3];
  entry->file = fields[4];
  entry->line = (int)strtol(colon + 1, &end, 10);
  long len = kind == MAP_BSS ? 0 : store_bytes(&map->store, fields[1]);
  entry->len = len > 0 ? (size_t)len : 0;
  return *end == '\0' && len >= 0;
}

/* Reads `# contract`, routine, clauses, FILE:LINE. */
static bool parse_contract(struct program_map *map, char *line) {
  char *fields[4], *end = NULL;
  if (!split(line, fields, 4))
    return false;
  char *colon = strrchr(fields[3], ':');
  if (!colon)
    return false;
  *colon = '\0';
  map->contracts = xgrow(map->contracts, map->contract_count, sizeof *map->contracts);
  map->contracts[map->contract_count++] =
      (struct map_contract){fields[1], fields[2], fields[3], (int)strtol(colon + 1, &end, 10)};
  return *end == '\0';
}

static int by_address(const void *a, const void *b) {
  const struct map_entry *x = a;
  const struct map_entry *y = b;
  return (x->address > y->address) - (x->address < y->address);
}

/* Points the entries, still in the file's order, at their bytes; then puts them into the order of addresses. */
static void settle(struct program_map *map) {
  const uint8_t *at = (const uint8_t *)span_of(&map->store).data;
  for (size_t i = 0; i < map->count; at += map->entries[i++].len)
    map->entries[i].bytes = at;
  qsort(map->entries, map->count, sizeof *map->entries, by_address);
  if (map->count == 0)
    return;
  for (size_t i = 1; i < map->count; i++) {
    struct map_entry *entry = &map->entries[i];
    entry->first = strcmp(entry[-1].routine, entry->routine) == 0 ? entry[-1].first : i;
  }
  const struct map_entry *last = &map->entries[map->count - 1];
  map->base = map->entries[0].address;
  map->span = last->address + last->len - map->base;
}

static bool parse(struct program_map *map, const char *path, struct bytes *why) {
  int number = 1;
  char *rest = NULL;
  char *line = map->text.len ? strtok_r(map->text.data, "\n", &rest) : NULL;
  if (!line || strncmp(line, "# bytegate-map 1\t", 17) != 0) {
    bytes_printf(why, "%s:1: this is no source map of version 1 (it begins with '# bytegate-map 1')", path);
    return false;
  }
  while ((line = strtok_r(NULL, "\n", &rest))) {
    struct map_entry entry = {0};
    number++;
    if (*line == '#' && strncmp(line, "# contract\t", 11) != 0)
      continue;
    if (*line == '#' && !parse_contract(map, line)) {
      bytes_printf(why, "%s:%d: a contract is ROUTINE, CLAUSES, FILE:LINE, parted by tabs", path, number);
      return false;
    }
    if (*line == '#')
      continue;
    if (!parse_line(map, line, &entry)) {
      bytes_printf(why, "%s:%d: a line is ADDRESS, BYTES, KIND, ROUTINE, FILE:LINE, parted by tabs", path, number);
      return false;
    }
    if (entry.len == 0)
      continue;
    map->entries = xgrow(map->entries, map->count, sizeof *map->entries);
    map->entries[map->count++] = entry;
  }
  return true;
}

bool (*program_map_maker)(const char *elf, struct bytes *text, struct bytes *why);

/* Reads the text that stands in MAP, after FAILED of PATH where that is an errno value. */
static bool take_text(struct program_map *map, const char *path, int failed, struct bytes *why) {
  if (failed)
    bytes_printf(why, "%s: %s", path, strerror(failed));
  bool good = !failed && parse(map, path, why);
  if (good)
    settle(map);
  else
    program_map_free(map);
  return good;
}

bool program_map_read_file(const char *elf, struct program_map *map, struct bytes *why) {
  char *path = xasprintf("%s.map", elf);
  *map = (struct program_map){0};
  bool good = take_text(map, path, bytes_read_file(&map->text, path), why);
  free(path);
  return good;
}

static bool is_same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Makes the text of a map, or takes the last one again, where ELF is the file that it was made of: to make that of a
   program of some size takes a fifth of a second, and a run asks for it once for each failure and for each report. */
static bool make_text(const char *elf, struct bytes *text, struct bytes *why) {
  static struct {
    char *elf;
    struct stat file;
    struct bytes text;
  } last;
  struct stat file = {0};
  bool there = stat(elf, &file) == 0;
  if (there && last.elf && strcmp(elf, last.elf) == 0 && is_same_file(&file, &last.file)) {
    bytes_add(text, span_of(&last.text));
    return true;
  }
  if (!program_map_maker(elf, text, why))
    return false;
  free(last.elf);
  last.elf = there ? xstrdup(elf) : NULL;
  last.file = file;
  bytes_clear(&last.text);
  bytes_add(&last.text, span_of(text));
  return true;
}

bool program_map_read(const char *elf, struct program_map *map, struct bytes *why) {
  char *path = xasprintf("%s.map", elf);
  bool there = access(path, F_OK) == 0 || !program_map_maker;
  free(path);
  if (there)
    return program_map_read_file(elf, map, why);
  *map = (struct program_map){0};
  if (!make_text(elf, &map->text, why)) {
    program_map_free(map);
    return false;
  }
  return take_text(map, elf, 0, why);
}

void program_map_free(struct program_map *map) {
  free(map->entries);
  free(map->contracts);
  bytes_free(&map->text);
  bytes_free(&map->store);
  *map = (struct program_map){0};
}

void program_map_move(struct program_map *map, uint64_t offset) {
  for (size_t i = 0; i < map->count; i++)
    map->entries[i].address += offset;
  map->base += map->count ? offset : 0;
}

const struct map_entry *program_map_at(const struct program_map *map, uint64_t address) {
  size_t low = 0;
  size_t high = map->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (map->entries[middle].address <= address)
      low = middle + 1;
    else
      high = middle;
  }
  const struct map_entry *entry = low ? &map->entries[low - 1] : NULL;
  return entry && address - entry->address < entry->len ? entry : NULL;
}

uint64_t program_map_routine(const struct program_map *map, const struct map_entry *entry) {
  return map->entries[entry->first].address;
}

/* SPDX-License-Identifier: MIT */
