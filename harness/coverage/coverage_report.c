/* The table, the list of what is not covered, lcov's tracefile and JSON. */
#include "harness/coverage/coverage_report.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool is_branch(const struct coverage *coverage, const struct map_entry *entry) {
  return entry->kind == MAP_CODE && is_conditional_branch(coverage->machine, entry->bytes, entry->len);
}

struct coverage_sums coverage_sum(const struct coverage *coverage, const struct map_entry *entries, size_t count) {
  struct coverage_sums sums = {0};
  for (size_t i = 0; i < count; i++) {
    const struct map_entry *entry = &entries[i];
    if (entry->kind == MAP_CODE) {
      sums.instructions.all++;
      sums.instructions.reached += coverage_hits(coverage, COUNT_EXECUTED, entry->address) > 0;
    }
    if (is_branch(coverage, entry)) {
      sums.edges.all += 2;
      sums.edges.reached += coverage_hits(coverage, COUNT_TAKEN, entry->address) > 0;
      sums.edges.reached += coverage_hits(coverage, COUNT_NOT_TAKEN, entry->address) > 0;
    }
    for (size_t k = 0; entry->kind == MAP_DATA && k < entry->len; k++) {
      sums.data.all++;
      sums.data.reached += coverage_hits(coverage, COUNT_EXECUTED, entry->address + k) > 0;
    }
  }
  return sums;
}

size_t routine_length(const struct program_map *map, const struct map_entry *entry) {
  const struct map_entry *end = map->entries + map->count;
  const struct map_entry *at = entry;
  while (at < end && at->kind == MAP_CODE && strcmp(at->routine, entry->routine) == 0)
    at++;
  return (size_t)(at - entry);
}

static double percent(struct share_of share) {
  return share.all ? 100.0 * (double)share.reached / (double)share.all : 100.0;
}

/* What is wrong with the coverage of ENTRY, or NULL: nothing. */
static const char *gap(const struct coverage *coverage, const struct map_entry *entry) {
  if (entry->kind != MAP_CODE)
    return NULL;
  if (coverage_hits(coverage, COUNT_EXECUTED, entry->address) == 0)
    return "never executed";
  if (!is_branch(coverage, entry))
    return NULL;
  if (coverage_hits(coverage, COUNT_TAKEN, entry->address) == 0)
    return "branch never taken";
  return coverage_hits(coverage, COUNT_NOT_TAKEN, entry->address) == 0 ? "branch always taken" : NULL;
}

static void print_routines(const struct coverage *coverage, bool verbose, FILE *out) {
  const struct program_map *map = &coverage->map;
  bool headed = false;
  for (size_t i = 0; i < map->count;) {
    const struct map_entry *entry = &map->entries[i];
    size_t count = entry->kind == MAP_CODE ? routine_length(map, entry) : 1;
    i += count;
    struct coverage_sums sums = coverage_sum(coverage, entry, count);
    bool whole = sums.instructions.reached == sums.instructions.all && sums.edges.reached == sums.edges.all;
    if (entry->kind != MAP_CODE || (whole && !verbose))
      continue;
    if (!headed)
      fprintf(out, "\n  %-32s %21s %21s\n", "routine", "instructions", "branch edges");
    headed = true;
    fprintf(out, "  %-32s %6zu/%-6zu %6.1f %% %6zu/%-6zu %6.1f %%\n", entry->routine, sums.instructions.reached,
            sums.instructions.all, percent(sums.instructions), sums.edges.reached, sums.edges.all, percent(sums.edges));
  }
}

/* How many entries from ENTRY on are of one generator line and have the gap WHAT. */
static size_t gap_length(const struct coverage *coverage, const struct map_entry *entry, const char *what) {
  const struct map_entry *end = coverage->map.entries + coverage->map.count;
  const struct map_entry *at = entry;
  while (at < end && gap(coverage, at) == what && at->line == entry->line && strcmp(at->file, entry->file) == 0)
    at++;
  return (size_t)(at - entry);
}

static void print_gap(const struct coverage *coverage, const struct map_entry *entry, size_t count, FILE *out) {
  fprintf(out, "  %s:%d: %s+0x%llx: %s", entry->file, entry->line, entry->routine,
          (unsigned long long)(entry->address - program_map_routine(&coverage->map, entry)), gap(coverage, entry));
  if (count > 1)
    fprintf(out, " (%zu instructions)", count);
}

/* Prints the gaps that are explained, or those that are not. Returns how many. */
static size_t print_gaps(const struct coverage *coverage, struct explained_list *unreached, bool explained, FILE *out) {
  const struct program_map *map = &coverage->map;
  size_t gaps = 0;
  for (size_t i = 0, count = 1; i < map->count; i += count, count = 1) {
    const struct map_entry *entry = &map->entries[i];
    const char *what = gap(coverage, entry);
    struct explained *reason = what ? explain(unreached, coverage->name, entry, what) : NULL;
    if (what)
      count = gap_length(coverage, entry, what);
    if (reason)
      reason->needed++;
    if (!what || explained != (reason != NULL))
      continue;
    if (gaps++ == 0 && out)
      fprintf(out, "\n  %s:\n", explained ? "not covered, and why" : "not covered");
    if (out)
      print_gap(coverage, entry, count, out);
    if (out)
      fprintf(out, reason ? ": %s\n" : "%s\n", reason ? reason->fields[EXPLAINED_REASON] : "");
  }
  return gaps;
}

/* How many cases of COVERAGE were measured, and how many of these did not pass. */
static void count_cases(const struct coverage *coverage, size_t *known, size_t *failed) {
  *known = 0;
  *failed = 0;
  for (size_t i = 0; i < coverage->case_count; i++) {
    *known += coverage->cases[i].known;
    *failed += coverage->cases[i].known && !coverage->cases[i].passed;
  }
}

size_t coverage_print(const struct coverage *coverage, struct explained_list *unreached, bool verbose, FILE *out) {
  struct coverage_sums sums = coverage_sum(coverage, coverage->map.entries, coverage->map.count);
  size_t known;
  size_t failed;
  count_cases(coverage, &known, &failed);
  fprintf(out,
          "%s: %.1f %% of %zu instructions, %.1f %% of %zu branch edges, %.1f %% of %zu bytes of tables; %zu cases",
          coverage->name, percent(sums.instructions), sums.instructions.all, percent(sums.edges), sums.edges.all,
          percent(sums.data), sums.data.all, known);
  if (failed)
    fprintf(out, ", %zu of which did not pass (see `bytegate verify`)", failed);
  fputc('\n', out);
  print_routines(coverage, verbose, out);
  size_t explained = print_gaps(coverage, unreached, true, verbose ? out : NULL);
  size_t open = print_gaps(coverage, unreached, false, out);
  if (explained)
    fprintf(out, "\n  %zu gaps are explained in %s%s\n", explained, unreached->path, verbose ? "" : " (-v shows them)");
  return open;
}

/* lcov */

struct line {
  const struct coverage *coverage;
  const struct map_entry *entry;
};

static int by_source(const void *a, const void *b) {
  const struct line *x = a;
  const struct line *y = b;
  int order = strcmp(x->entry->file, y->entry->file);
  if (order == 0)
    order = (x->entry->line > y->entry->line) - (x->entry->line < y->entry->line);
  if (order == 0)
    order = (x->entry->address > y->entry->address) - (x->entry->address < y->entry->address);
  return order;
}

/* The lines of code of one ELF, in the order of the sources. The caller frees them. */
static struct line *sort_lines(const struct coverage *coverage, size_t *count) {
  struct line *lines = xcalloc(coverage->map.count, sizeof *lines);
  *count = 0;
  for (size_t i = 0; i < coverage->map.count; i++)
    if (coverage->map.entries[i].kind == MAP_CODE)
      lines[(*count)++] = (struct line){coverage, &coverage->map.entries[i]};
  qsort(lines, *count, sizeof *lines, by_source);
  return lines;
}

static void lcov_edges(const struct coverage *coverage, const struct line *lines, size_t count, FILE *file) {
  for (size_t i = 0; i < count; i++) {
    const struct map_entry *entry = lines[i].entry;
    if (!is_branch(coverage, entry))
      continue;
    bool executed = coverage_hits(coverage, COUNT_EXECUTED, entry->address) > 0;
    static const enum counter edges[] = {COUNT_TAKEN, COUNT_NOT_TAKEN};
    for (int edge = 0; edge < 2; edge++) {
      fprintf(file, "BRDA:%d,%zu,%d,", entry->line, i, edge);
      if (executed)
        fprintf(file, "%u\n", coverage_hits(coverage, edges[edge], entry->address));
      else
        fputs("-\n", file);
    }
  }
}

static void lcov_routines(const struct coverage *coverage, const struct line *lines, size_t count, FILE *file) {
  for (size_t i = 0; i < count; i++) {
    const struct map_entry *entry = lines[i].entry;
    if (program_map_routine(&coverage->map, entry) == entry->address)
      fprintf(file, "FN:%d,%s\nFNDA:%u,%s\n", entry->line, entry->routine,
              coverage_hits(coverage, COUNT_EXECUTED, entry->address), entry->routine);
  }
}

/* One source file: the COUNT lines from LINES on. A line of several instructions counts as its most executed one. */
static void lcov_file(const struct coverage *coverage, const struct line *lines, size_t count, FILE *file) {
  fputs("TN:", file);
  for (const char *c = coverage->name; *c; c++) /* lcov wants letters, digits and underscores alone */
    fputc(isalnum((unsigned char)*c) ? *c : '_', file);
  fprintf(file, "\nSF:%s\n", lines[0].entry->file);
  lcov_routines(coverage, lines, count, file);
  lcov_edges(coverage, lines, count, file);
  size_t found = 0;
  size_t hit = 0;
  for (size_t i = 0; i < count;) {
    uint32_t most = 0;
    int number = lines[i].entry->line;
    for (; i < count && lines[i].entry->line == number; i++) {
      uint32_t hits = coverage_hits(coverage, COUNT_EXECUTED, lines[i].entry->address);
      most = hits > most ? hits : most;
    }
    fprintf(file, "DA:%d,%u\n", number, most);
    found++;
    hit += most > 0;
  }
  fprintf(file, "LF:%zu\nLH:%zu\nend_of_record\n", found, hit);
}

int coverage_lcov(const struct coverage_list *list, const char *path) {
  FILE *file = fopen(path, "we");
  if (!file)
    return errno;
  for (size_t i = 0; i < list->count; i++) {
    size_t count = 0;
    struct line *lines = sort_lines(&list->items[i], &count);
    for (size_t from = 0; from < count;) {
      size_t to = from;
      while (to < count && strcmp(lines[to].entry->file, lines[from].entry->file) == 0)
        to++;
      lcov_file(&list->items[i], lines + from, to - from, file);
      from = to;
    }
    free(lines);
  }
  bool failed = ferror(file) != 0;
  return fclose(file) != 0 || failed ? EIO : 0;
}

/* JSON */

static json_t *share_object(struct share_of share) {
  return json_pack("{s:I,s:I}", "reached", (json_int_t)share.reached, "all", (json_int_t)share.all);
}

static json_t *routine_object(const struct coverage *coverage, const struct map_entry *entry, size_t count) {
  struct coverage_sums sums = coverage_sum(coverage, entry, count);
  json_t *gaps = json_array();
  for (size_t i = 0; i < count; i++) {
    const char *what = gap(coverage, &entry[i]);
    if (what)
      json_array_append_new(gaps, json_pack("{s:s,s:i,s:I,s:s}", "file", entry[i].file, "line", entry[i].line,
                                            "address", (json_int_t)entry[i].address, "gap", what));
  }
  return json_pack("{s:s,s:s,s:I,s:o,s:o,s:o}", "program", coverage->name, "routine", entry->routine, "address",
                   (json_int_t)entry->address, "instructions", share_object(sums.instructions), "edges",
                   share_object(sums.edges), "not_covered", gaps);
}

json_t *coverage_object(const struct coverage *coverage, struct explained_list *unreached, size_t *open) {
  const struct program_map *map = &coverage->map;
  struct coverage_sums sums = coverage_sum(coverage, map->entries, map->count);
  json_t *routines = json_array();
  size_t known;
  size_t failed;
  count_cases(coverage, &known, &failed);
  size_t explained = print_gaps(coverage, unreached, true, NULL);
  *open = print_gaps(coverage, unreached, false, NULL);
  for (size_t i = 0; i < map->count;) {
    const struct map_entry *entry = &map->entries[i];
    size_t count = entry->kind == MAP_CODE ? routine_length(map, entry) : 1;
    if (entry->kind == MAP_CODE)
      json_array_append_new(routines, routine_object(coverage, entry, count));
    i += count;
  }
  return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:I, s:I, s:o}", "program", coverage->name, "cases",
                   (json_int_t)known, "failed", (json_int_t)failed, "instructions", share_object(sums.instructions),
                   "edges", share_object(sums.edges), "table_bytes", share_object(sums.data), "gaps_explained",
                   (json_int_t)explained, "gaps_open", (json_int_t)*open, "routines", routines);
}

int coverage_json(const struct coverage_list *list, const char *path) {
  FILE *file = fopen(path, "we");
  if (!file)
    return errno;
  for (size_t i = 0; i < list->count; i++) {
    const struct program_map *map = &list->items[i].map;
    for (size_t k = 0; k < map->count;) {
      size_t count = map->entries[k].kind == MAP_CODE ? routine_length(map, &map->entries[k]) : 1;
      if (map->entries[k].kind == MAP_CODE) {
        json_t *object = routine_object(&list->items[i], &map->entries[k], count);
        json_dumpf(object, file, JSON_COMPACT);
        fputc('\n', file);
        json_decref(object);
      }
      k += count;
    }
  }
  bool failed = ferror(file) != 0;
  return fclose(file) != 0 || failed ? EIO : 0;
}

/* SPDX-License-Identifier: MIT */
