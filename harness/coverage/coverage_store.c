/* Keeps what was measured: one file for each ELF, NAME.coverage.gz. A line says of which ELF (its hash) and how large
   the bitmaps are; then stand, for each case, its key and its bits. A file of another ELF, or a damaged one, is no more
   than a file that is not there: everything is measured again. */
#include "harness/coverage/coverage.h"

#include "harness/base/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

static char *store_path(const struct coverage *coverage, const char *store) {
  return xasprintf("%s/%s.coverage.gz", store, coverage->name);
}

static int first_line(const struct coverage *coverage, char *line, size_t size) {
  return snprintf(line, size, "bytegate-coverage 1 %016llx %zu\n", (unsigned long long)coverage->hash,
                  coverage->bits_size);
}

static struct covered_case *by_key(struct coverage *coverage, uint64_t key) {
  for (size_t i = 0; i < coverage->case_count; i++)
    if (coverage->cases[i].key == key && !coverage->cases[i].known)
      return &coverage->cases[i];
  return NULL;
}

/* Takes over one case: its key and its bits. Returns false where that is none of those that are looked for. */
static bool take_case(struct coverage *coverage, const char *at) {
  uint64_t key = 0;
  memcpy(&key, at, sizeof key);
  struct covered_case *one = by_key(coverage, key);
  if (!one)
    return false;
  memcpy(one->bits, at + sizeof key, coverage->bits_size + 1);
  one->known = true;
  return true;
}

void coverage_load(struct coverage *coverage, const char *store) {
  char line[128];
  char *path = store_path(coverage, store);
  struct bytes text = {0};
  int failed = bytes_read_file(&text, path);
  size_t at = (size_t)first_line(coverage, line, sizeof line);
  size_t each = sizeof(uint64_t) + coverage->bits_size + 1;
  bool same = !failed && text.len >= at && memcmp(text.data, line, at) == 0;
  for (; same && at + each <= text.len; at += each)
    if (!take_case(coverage, text.data + at))
      bytes_append(&coverage->others, text.data + at, each);
  bytes_free(&text);
  free(path);
}

/* Writes the keys and bits of the cases that are known. */
static bool write_cases(const struct coverage *coverage, gzFile file) {
  bool good = true;
  for (size_t i = 0; good && i < coverage->case_count; i++) {
    const struct covered_case *one = &coverage->cases[i];
    unsigned size = (unsigned)coverage->bits_size + 1;
    if (one->known)
      good = gzwrite(file, &one->key, sizeof one->key) == (int)sizeof one->key &&
             gzwrite(file, one->bits, size) == (int)size;
  }
  return good;
}

/* Closes FILE, of which all was GOOD; appends to WHY what was not. */
static bool close_file(gzFile file, bool good, const char *path, struct bytes *why) {
  int error = errno;
  good = (!file || gzclose(file) == Z_OK) && good;
  if (!good)
    bytes_printf(why, "%s: %s", path, strerror(error ? error : EIO));
  return good;
}

bool coverage_save(const struct coverage *coverage, const char *store, struct bytes *why) {
  char line[128];
  char *path = store_path(coverage, store);
  size_t len = (size_t)first_line(coverage, line, sizeof line);
  make_folders_of(path);
  gzFile file = gzopen(path, "wb1e");
  bool good = file && gzwrite(file, line, (unsigned)len) == (int)len && write_cases(coverage, file) &&
              (coverage->others.len == 0 ||
               gzwrite(file, coverage->others.data, (unsigned)coverage->others.len) == (int)coverage->others.len);
  good = close_file(file, good, path, why);
  free(path);
  return good;
}

/* A record: for each program the line of its store with the number of cases before it, and these. */

static size_t count_known(const struct coverage *coverage) {
  size_t count = 0;
  for (size_t i = 0; i < coverage->case_count; i++)
    count += coverage->cases[i].known;
  return count;
}

bool coverage_write_record(const struct coverage_list *list, const char *path, struct bytes *why) {
  gzFile file = gzopen(path, "wb1e");
  bool good = file != NULL;
  for (size_t i = 0; good && i < list->count; i++) {
    char line[128];
    first_line(&list->items[i], line, sizeof line);
    good = gzprintf(file, "%zu %s", count_known(&list->items[i]), line) > 0 && write_cases(&list->items[i], file);
  }
  return close_file(file, good, path, why);
}

/* The program of LIST that LINE, the line of a store, is about, or NULL. */
static struct coverage *by_line(const struct coverage_list *list, const char *line, size_t len) {
  for (size_t i = 0; i < list->count; i++) {
    char own[128];
    size_t size = (size_t)first_line(&list->items[i], own, sizeof own);
    if (size == len && memcmp(own, line, len) == 0)
      return &list->items[i];
  }
  return NULL;
}

/* Reads what TEXT says from *AT on about one program. Returns false where it is nothing that belongs here. */
static bool read_program(struct coverage_list *list, const struct bytes *text, size_t *at) {
  char *end = NULL;
  size_t count = (size_t)strtoull(text->data + *at, &end, 10);
  const char *line = end + (*end == ' ');
  const char *stop = memchr(line, '\n', text->len - (size_t)(line - text->data));
  struct coverage *coverage = stop ? by_line(list, line, (size_t)(stop + 1 - line)) : NULL;
  if (!coverage)
    return false;
  size_t each = sizeof(uint64_t) + coverage->bits_size + 1;
  *at = (size_t)(stop + 1 - text->data);
  if (count > (text->len - *at) / each)
    return false;
  for (; count > 0; count--, *at += each)
    take_case(coverage, text->data + *at);
  return true;
}

bool coverage_read_record(struct coverage_list *list, const char *path, struct bytes *why) {
  struct bytes text = {0};
  int failed = bytes_read_file(&text, path);
  size_t at = 0;
  bool good = !failed && text.len > 0;
  while (good && at < text.len)
    good = read_program(list, &text, &at);
  if (!good)
    bytes_printf(why, "%s: %s", path,
                 failed ? strerror(failed)
                        : "this is no record of coverage of these bytes and these programs (coverage --shard K/N "
                          "--record FILE)");
  bytes_free(&text);
  return good;
}

/* SPDX-License-Identifier: MIT */
