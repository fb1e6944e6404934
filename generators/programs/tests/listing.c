/* listing.c: published listings, and the programs that they are of. */
#include "listing.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t read_bytes(const char *text, unsigned char *out, const char *path, int line) {
  size_t count = 0;
  int used = 0;
  for (unsigned value; sscanf(text, "%2x%n", &value, &used) == 1; text += used) {
    if (count == LISTING_ROW)
      ck_abort_msg("%s:%d: more than %d bytes", path, line, LISTING_ROW);
    out[count++] = (unsigned char)value;
  }
  return count;
}

static void read_row(Listing *listing, char *text, int line) {
  ListingRow *row = &listing->rows[listing->count++];
  int used = 0;
  if (listing->count > sizeof listing->rows / sizeof *listing->rows ||
      sscanf(text, "%4zx:%n", &row->offset, &used) != 1 || !used)
    ck_abort_msg("%s:%d: \"%s\" is no row", listing->path, line, text);
  char *wrong = strchr(text, '!');
  if (wrong)
    *wrong++ = '\0';
  row->count = read_bytes(text + used, row->published, listing->path, line);
  if (!row->count)
    ck_abort_msg("%s:%d: a row without bytes", listing->path, line);
  if (!wrong)
    return;
  char *name = strrchr(wrong, ' ');
  snprintf(row->erratum, sizeof row->erratum, "%.47s", name + 1);
  *name = '\0';
  row->meant_count = read_bytes(wrong, row->meant, listing->path, line);
}

Listing listing_read(const char *path) {
  Listing listing = {0};
  snprintf(listing.path, sizeof listing.path, "%s", path);
  FILE *file = fopen(path, "r");
  if (!file)
    ck_abort_msg("%s cannot be read; run the test from the root of the repository", path);
  char text[256];
  for (int line = 1; fgets(text, sizeof text, file); line++) {
    text[strcspn(text, "\n")] = '\0';
    if (*text == '#')
      continue;
    if (!strncmp(text, "file ", 5))
      snprintf(listing.file, sizeof listing.file, "%.63s", text + 5);
    else if (!strncmp(text, "size ", 5))
      listing.size = strtoul(text + 5, NULL, 10);
    else
      read_row(&listing, text, line);
  }
  fclose(file);
  return listing;
}

unsigned char *program_read(const char *name, size_t *size) {
  const char *build = getenv("BUILD");
  char path[512];
  snprintf(path, sizeof path, "%s/elf/%s", build && *build ? build : "build", name);
  FILE *file = fopen(path, "rb");
  if (!file)
    ck_abort_msg("%s cannot be read; run `make`", path);
  unsigned char *bytes = malloc(1 << 20);
  *size = fread(bytes, 1, 1 << 20, file);
  fclose(file);
  return bytes;
}

const ListingRow *listing_row(const Listing *listing, size_t offset) {
  for (size_t i = 0; i < listing->count; i++)
    if (listing->rows[i].offset == offset)
      return &listing->rows[i];
  ck_abort_msg("%s: no row begins at %#zx", listing->path, offset);
}

/* SPDX-License-Identifier: MIT */
