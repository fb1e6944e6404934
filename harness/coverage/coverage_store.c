/* Keeps what was measured: one file for each ELF, NAME.coverage.gz. A line says of which ELF (its hash) and how large
   the bitmaps are; then stand, for each case, its key and its bits. A file of another ELF, or a damaged one, is no more
   than a file that is not there: everything is measured again. */
#include "harness/coverage/coverage.h"

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

void coverage_load(struct coverage *coverage, const char *store) {
  char line[128];
  char *path = store_path(coverage, store);
  struct bytes text = {0};
  int failed = bytes_read_file(&text, path);
  size_t at = (size_t)first_line(coverage, line, sizeof line);
  size_t each = sizeof(uint64_t) + coverage->bits_size + 1;
  bool same = !failed && text.len >= at && memcmp(text.data, line, at) == 0;
  for (; same && at + each <= text.len; at += each) {
    uint64_t key = 0;
    memcpy(&key, text.data + at, sizeof key);
    struct covered_case *one = by_key(coverage, key);
    if (!one) {
      bytes_append(&coverage->others, text.data + at, each);
      continue;
    }
    memcpy(one->bits, text.data + at + sizeof key, coverage->bits_size + 1);
    one->known = true;
  }
  bytes_free(&text);
  free(path);
}

bool coverage_save(const struct coverage *coverage, const char *store, struct bytes *why) {
  char line[128];
  char *path = store_path(coverage, store);
  size_t len = (size_t)first_line(coverage, line, sizeof line);
  bool good = mkdir(store, 0777) == 0 || errno == EEXIST;
  gzFile file = good ? gzopen(path, "wb1e") : NULL;
  good = file && gzwrite(file, line, (unsigned)len) == (int)len;
  for (size_t i = 0; good && i < coverage->case_count; i++) {
    const struct covered_case *one = &coverage->cases[i];
    unsigned size = (unsigned)coverage->bits_size + 1;
    if (one->known)
      good = gzwrite(file, &one->key, sizeof one->key) == (int)sizeof one->key &&
             gzwrite(file, one->bits, size) == (int)size;
  }
  good = good && (coverage->others.len == 0 ||
                  gzwrite(file, coverage->others.data, (unsigned)coverage->others.len) == (int)coverage->others.len);
  int error = errno;
  good = (!file || gzclose(file) == Z_OK) && good;
  if (!good)
    bytes_printf(why, "%s: %s", path, strerror(error ? error : EIO));
  free(path);
  return good;
}

/* SPDX-License-Identifier: MIT */
