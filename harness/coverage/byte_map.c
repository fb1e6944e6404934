/* A section of the page: a picture of each ELF, a cell for each byte of its image, row after row: what is header,
   routine, table and filling, from the program's source map; and how many cases execute each instruction or read each
   byte of a table, from what `bytegate coverage` last stored of these very bytes. */
#include "harness/base/companion.h"
#include "harness/base/hash.h"
#include "harness/base/machine.h"
#include "harness/coverage/coverage.h"
#include "harness/coverage/coverage_report.h"
#include "harness/report/html/html.h"
#include "harness/suite/target.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What has one colour. */
enum ink { INK_HEAD, INK_FILL, INK_CODE, INK_DATA, INK_HEAT, INKS = INK_HEAT + 10 };

static const char *const ink_names[INKS] = {"hh", "hf", "cu", "du", "c0", "c1", "c2",
                                            "c3", "c4", "d0", "d1", "d2", "d3", "d4"};

/* Reads the program, its map, and what is stored of its coverage. False: it has no map that could be read. */
static bool open_elf(struct coverage *elf, const char *path, const char *build, size_t *cases) {
  char real[PATH_MAX];
  struct bytes why = {0};
  struct bytes image = {0};
  *cases = 0;
  *elf = (struct coverage){.machine = elf_machine(path)};
  bool good = realpath(path, real) && program_map_read(real, &elf->map, &why) && elf->map.count > 0 &&
              bytes_read_file(&image, real) == 0;
  bytes_free(&why);
  if (good) {
    elf->elf = xstrdup(real);
    elf->name = xstrdup(strrchr(real, '/') + 1);
    elf->hash = hash_bytes(HASH_START, span_of(&image).data, image.len);
    elf->bits_size = (COUNTERS * (size_t)elf->map.span + 7) / 8;
    char *store = measured_folder(build, "coverage");
    coverage_load(elf, store);
    free(store);
    *cases = elf->others.len / (sizeof(uint64_t) + elf->bits_size + 1);
  }
  bytes_free(&image);
  return good;
}

/* Sums up the stored bitmaps, a record for each case: its key, its bits, its state. */
static void count_hits(struct coverage *elf, size_t cases) {
  size_t each = sizeof(uint64_t) + elf->bits_size + 1;
  size_t span = (size_t)elf->map.span;
  for (size_t what = 0; what < COUNTERS; what++)
    elf->hits[what] = xcalloc(span, sizeof(uint32_t));
  for (size_t i = 0; i < cases; i++) {
    const uint8_t *bits = (const uint8_t *)elf->others.data + i * each + sizeof(uint64_t);
    for (size_t byte = 0; byte < elf->bits_size; byte++)
      for (size_t bit = byte * 8; bits[byte] >> (bit - byte * 8) && bit < COUNTERS * span; bit++)
        elf->hits[bit / span][bit % span] += bits[byte] >> (bit - byte * 8) & 1;
  }
}

static enum ink ink_of(const struct coverage *elf, const struct map_entry *entry, size_t at, bool measured) {
  bool code = entry->kind == MAP_CODE;
  if (entry->kind == MAP_HEAD)
    return INK_HEAD;
  if (!code && entry->kind != MAP_DATA)
    return INK_FILL;
  if (!measured)
    return code ? INK_CODE : INK_DATA;
  uint32_t hits = coverage_hits(elf, COUNT_EXECUTED, entry->address + (code ? 0 : at));
  int heat = hits == 0 ? 0 : hits < 10 ? 1 : hits < 100 ? 2 : hits < 1000 ? 3 : 4;
  return (enum ink)(INK_HEAT + (code ? 0 : 5) + heat);
}

/* How many entries from ENTRY on have its kind and its routine's name. */
static size_t group_length(const struct program_map *map, const struct map_entry *entry) {
  const struct map_entry *end = map->entries + map->count;
  const struct map_entry *at = entry;
  while (at < end && at->kind == entry->kind && strcmp(at->routine, entry->routine) == 0)
    at++;
  return (size_t)(at - entry);
}

/* Rectangles for the bytes FROM to TO of the image, rows of COLUMNS. */
static void add_cells(struct bytes *path, size_t from, size_t to, size_t columns) {
  while (from < to) {
    size_t column = from % columns;
    size_t len = to - from < columns - column ? to - from : columns - column;
    bytes_printf(path, "M%zu %zuh%zuv1h-%zuz", column, from / columns, len, len);
    from += len;
  }
}

/* The cells of the COUNT entries from ENTRY on, apart by ink. */
static void add_entries(const struct coverage *elf, const struct map_entry *entry, size_t count, bool measured,
                        size_t columns, struct bytes paths[INKS]) {
  enum ink current = INKS;
  size_t from = 0;
  size_t to = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < entry[i].len; k++) {
      size_t at = (size_t)(entry[i].address - elf->map.base) + k;
      enum ink ink = ink_of(elf, &entry[i], k, measured);
      if (ink != current || at != to) {
        add_cells(&paths[current == INKS ? 0 : current], from, to, columns);
        current = ink;
        from = at;
      }
      to = at + 1;
    }
  add_cells(&paths[current == INKS ? 0 : current], from, to, columns);
}

static const char *const kind_names[MAP_KINDS] = {"header", "routine", "table", "filling", "memory"};

static size_t group_bytes(const struct map_entry *entry, size_t count) {
  size_t len = 0;
  for (size_t i = 0; i < count; i++)
    len += entry[i].len;
  return len;
}

/* One routine, or one table: a group with a title that a pointer shows. */
static void add_group(const struct coverage *elf, const struct map_entry *entry, size_t count, bool measured,
                      size_t columns, bool odd, struct bytes *out) {
  struct bytes paths[INKS] = {{0}};
  bool alternates = odd && !measured && (entry->kind == MAP_CODE || entry->kind == MAP_DATA);
  add_entries(elf, entry, count, measured, columns, paths);
  bytes_printf(out, "<g%s><title>%s ", alternates ? " class=\"alt\"" : "", kind_names[entry->kind]);
  html_text(out, entry->routine);
  bytes_printf(out, ", 0x%llx, %zu bytes</title>", (unsigned long long)entry->address, group_bytes(entry, count));
  for (size_t i = 0; i < INKS; i++) {
    if (paths[i].len)
      bytes_printf(out, "<path class=\"%s\" d=\"%s\"/>", ink_names[i], paths[i].data);
    bytes_free(&paths[i]);
  }
  bytes_text(out, "</g>\n");
}

static void add_picture(const struct coverage *elf, bool measured, struct bytes *out) {
  const struct program_map *map = &elf->map;
  size_t columns = map->span <= 512 ? 16 : map->span <= 2048 ? 32 : map->span <= 8192 ? 64 : 256;
  size_t rows = ((size_t)map->span + columns - 1) / columns;
  bytes_printf(out,
               "<svg class=\"map\" style=\"max-width:%zurem\" viewBox=\"0 0 %zu %zu\" shape-rendering=\"crispEdges\" "
               "role=\"img\" aria-label=\"byte map of ",
               columns < 256 ? (size_t)18 : (size_t)48, columns, rows);
  html_text(out, elf->name);
  bytes_printf(out, ", %zu bytes a row\">\n", columns);
  size_t number = 0;
  for (size_t i = 0; i < map->count;) {
    size_t count = group_length(map, &map->entries[i]);
    if (map->entries[i].kind != MAP_BSS)
      add_group(elf, &map->entries[i], count, measured, columns, number++ % 2, out);
    i += count;
  }
  bytes_text(out, "</svg>\n");
}

static void add_share(struct bytes *out, struct share_of share) {
  if (share.all)
    bytes_printf(out, "<td class=\"r\">%zu / %zu</td>", share.reached, share.all);
  else
    bytes_text(out, "<td class=\"r\">-</td>");
}

/* The same as a table, for those who do not see the picture and for those who look for a name. */
static void add_routines(const struct coverage *elf, bool measured, struct bytes *out) {
  const struct program_map *map = &elf->map;
  bytes_printf(out,
               "<details><summary>Its routines and tables</summary>\n<div class=\"wide\" tabindex=\"0\" "
               "role=\"region\" aria-label=\"routines of %s\"><table>\n<tr><th>what</th><th>name</th><th "
               "class=\"r\">address</th><th class=\"r\">bytes</th>%s</tr>\n",
               elf->name,
               measured ? "<th class=\"r\">instructions reached</th><th class=\"r\">branch edges</th>"
                          "<th class=\"r\">bytes read</th>"
                        : "");
  for (size_t i = 0; i < map->count;) {
    const struct map_entry *entry = &map->entries[i];
    size_t count = group_length(map, entry);
    bytes_printf(out, "<tr><td>%s</td><td>", kind_names[entry->kind]);
    html_text(out, entry->routine);
    bytes_printf(out, "</td><td class=\"r\">0x%llx</td><td class=\"r\">%zu</td>", (unsigned long long)entry->address,
                 group_bytes(entry, count));
    if (measured) {
      struct coverage_sums sums = coverage_sum(elf, entry, count);
      add_share(out, sums.instructions);
      add_share(out, sums.edges);
      add_share(out, sums.data);
    }
    bytes_text(out, "</tr>\n");
    i += count;
  }
  bytes_text(out, "</table></div></details>\n");
}

/* The caption: how large it is, and how much of it cases reach. */
static void add_caption(const struct coverage *elf, size_t cases, struct bytes *out) {
  bytes_text(out, "<figcaption>");
  html_text(out, elf->name);
  bytes_printf(out, ", %llu bytes. ", (unsigned long long)elf->map.span);
  if (cases == 0) {
    bytes_text(out, "Coverage: not measured (<code>bytegate coverage</code> measures it).</figcaption>\n");
    return;
  }
  struct coverage_sums sums = coverage_sum(elf, elf->map.entries, elf->map.count);
  bytes_printf(out,
               "Of %zu instructions the cases reach %zu, of %zu branch edges %zu, of %zu bytes of tables %zu; "
               "measured with %zu cases.</figcaption>\n",
               sums.instructions.all, sums.instructions.reached, sums.edges.all, sums.edges.reached, sums.data.all,
               sums.data.reached, cases);
}

static bool add_elf(const char *path, const char *build, struct bytes *out) {
  struct coverage elf;
  size_t cases;
  bool there = open_elf(&elf, path, build, &cases);
  if (there) {
    if (cases)
      count_hits(&elf, cases);
    bytes_text(out, "<figure>");
    add_caption(&elf, cases, out);
    add_picture(&elf, cases > 0, out);
    add_routines(&elf, cases > 0, out);
    bytes_text(out, "</figure>\n");
  } else {
    bytes_text(out, "<p>No source map that can be read stands beside ");
    html_text(out, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
    bytes_text(out, ", so there is no picture of it.</p>\n");
  }
  for (size_t what = 0; what < COUNTERS; what++)
    free(elf.hits[what]);
  program_map_free(&elf.map);
  bytes_free(&elf.others);
  free(elf.elf);
  free(elf.name);
  return there;
}

static void add_key(struct bytes *out) {
  static const char *const keys[][2] = {{"head", "header"},
                                        {"code", "routine, not measured"},
                                        {"data", "table, not measured"},
                                        {"fill", "filling"},
                                        {"never", "executed by no case"},
                                        {"c1", "by 1 to 9"},
                                        {"c2", "by 10 to 99"},
                                        {"c3", "by 100 to 999"},
                                        {"c4", "by 1000 or more"},
                                        {"unread", "table byte that no case reads"},
                                        {"r1", "read by 1 to 9"},
                                        {"r2", "by 10 to 99"},
                                        {"r3", "by 100 to 999"},
                                        {"r4", "by 1000 or more"}};
  bytes_text(out, "<ul class=\"key\">\n");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    bytes_printf(out, "<li style=\"--swatch:var(--%s)\">%s</li>\n", keys[i][0], keys[i][1]);
  bytes_text(out, "</ul>\n");
}

/* Whether a result before the first one of TARGET is about the same ELF. */
static bool is_repeated(const struct session *session, const struct target *target) {
  for (const struct result *at = session->results; at->target != target; at++)
    if (at->target->elf && strcmp(at->target->elf, target->elf) == 0)
      return true;
  return false;
}

static bool add(const struct session *session, const char *fixtures, struct bytes *out) {
  bool any = false;
  (void)fixtures;
  bytes_text(out, "<p>One cell a byte, row after row; a pointer that rests on a cell tells its routine.</p>\n");
  add_key(out);
  bytes_text(out, "<div class=\"maps\">\n");
  for (size_t i = 0; i < session->result_count; i++) {
    const struct target *target = session->results[i].target;
    if ((i == 0 || session->results[i - 1].target != target) && target->elf && target != &session->oracle &&
        !is_repeated(session, target))
      any |= add_elf(target->elf, session->options->build, out);
  }
  bytes_text(out, "</div>\n");
  return any;
}

const struct html_section byte_map_section = {"maps", "Byte maps", add, NULL};

/* SPDX-License-Identifier: MIT */
