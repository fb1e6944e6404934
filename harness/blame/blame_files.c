/* Names are compared as text: a file that has two names by a link is two files here. One that is opened to be emptied,
   or whose name was removed before, is another than that which had the name. */
#include "harness/blame/blame_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct name {
  const char *path;
  int file; /* -1: it names none any more */
  size_t when;
};

struct files {
  struct name *names;
  size_t name_count;
  struct opened *opened; /* by the numbers of their streams */
  size_t opened_count;
  uint64_t *sizes; /* of each file, as far as it was written */
  size_t file_count;
  char **texts; /* owned */
  size_t text_count;
  size_t now;
};

struct files *files_begin(void) {
  return xcalloc(1, sizeof(struct files));
}

void files_end(struct files *files) {
  for (size_t i = 0; i < files->text_count; i++)
    free(files->texts[i]);
  free(files->texts);
  free(files->names);
  free(files->opened);
  free(files->sizes);
  free(files);
}

/* Takes one part of a path, of LEN bytes, to the end of OUT. */
static void add_part(struct bytes *out, const char *part, size_t len) {
  bool up = len == 2 && memcmp(part, "..", 2) == 0;
  if (len == 0 || (len == 1 && *part == '.'))
    return;
  size_t start = out->len;
  while (start > 0 && out->data[start - 1] != '/')
    start--;
  bool stands = out->len > start && !(out->len - start == 2 && memcmp(out->data + start, "..", 2) == 0);
  if (up && stands) {
    out->len = start > 1 ? start - 1 : start;
    return;
  }
  if (up && out->len == 1 && out->data[0] == '/')
    return;
  if (out->len > 0 && out->data[out->len - 1] != '/')
    bytes_append(out, "/", 1);
  bytes_append(out, part, len);
}

const char *files_join(struct files *files, const char *base, const char *path) {
  struct bytes out = {0};
  const char *from[] = {*path == '/' || !base ? "" : base, path};
  if (*path == '/' || *from[0] == '/')
    bytes_append(&out, "/", 1);
  for (size_t i = 0; i < 2; i++)
    for (const char *part = from[i]; *part;) {
      size_t len = strcspn(part, "/");
      add_part(&out, part, len);
      part += len + (part[len] == '/');
    }
  bytes_text(&out, "");
  files->texts = xgrow(files->texts, files->text_count, sizeof *files->texts);
  files->texts[files->text_count++] = out.data;
  return out.data;
}

/* The row of PATH; NULL: it has none. */
static struct name *name_of(struct files *files, const char *path) {
  for (size_t i = 0; i < files->name_count; i++)
    if (strcmp(files->names[i].path, path) == 0)
      return &files->names[i];
  return NULL;
}

static void set_name(struct files *files, const char *path, int file) {
  struct name *name = name_of(files, path);
  if (!name) {
    files->names = xgrow(files->names, files->name_count, sizeof *files->names);
    name = &files->names[files->name_count++];
  }
  *name = (struct name){.path = path, .file = file, .when = ++files->now};
}

void files_open(struct files *files, int stream, const char *path, uint64_t flags) {
  struct name *name = name_of(files, path);
  int file = name ? name->file : -1;
  if (file < 0 || flags & O_TRUNC) {
    files->sizes = xgrow(files->sizes, files->file_count, sizeof *files->sizes);
    files->sizes[files->file_count] = 0;
    file = (int)files->file_count++;
    set_name(files, path, file);
  }
  while (files->opened_count <= (size_t)stream) {
    files->opened = xgrow(files->opened, files->opened_count, sizeof *files->opened);
    files->opened[files->opened_count++] = (struct opened){.file = -1};
  }
  files->opened[stream] = (struct opened){.file = file, .appends = flags & O_APPEND};
}

void files_rename(struct files *files, const char *path, const char *to) {
  struct name *name = name_of(files, path);
  int file = name ? name->file : -1;
  if (name)
    set_name(files, path, -1);
  if (to)
    set_name(files, to, file);
}

struct opened *files_of(struct files *files, int stream) {
  bool known = stream >= 0 && (size_t)stream < files->opened_count && files->opened[stream].file >= 0;
  return known ? &files->opened[stream] : NULL;
}

void files_write(struct files *files, const struct opened *opened, uint64_t at, uint64_t length) {
  uint64_t *size = &files->sizes[opened->file];
  *size = at + length > *size ? at + length : *size;
}

uint64_t files_next(const struct files *files, const struct opened *opened) {
  return opened->appends ? files->sizes[opened->file] : opened->at;
}

/* Whether PATH is NAME below some folder, as a path from the root tells it. */
static bool ends_in(const char *path, const char *name) {
  size_t len = strlen(path);
  size_t tail = strlen(name);
  return len > tail && path[0] == '/' && path[len - tail - 1] == '/' && strcmp(path + len - tail, name) == 0;
}

int files_named(const struct files *files, const char *name) {
  const struct name *found = NULL;
  for (size_t i = 0; i < files->name_count; i++) {
    const struct name *one = &files->names[i];
    bool is = strcmp(one->path, name) == 0 || ends_in(one->path, name);
    if (is && one->file >= 0 && (!found || one->when > found->when))
      found = one;
  }
  return found ? found->file : -1;
}

/* SPDX-License-Identifier: MIT */
