/* Copies a template, file by file, and puts the name in. */
#include "harness/new/new.h"

#include "harness/base/bytes.h"
#include "harness/base/companion.h"
#include "harness/report/json.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char MARK[] = "@NAME@";
enum { NAME_MOST = 64 };

static bool complain(const char *path, int failed) {
  fprintf(stderr, "bytegate: %s: %s\n", path, strerror(failed));
  return false;
}

/* Appends TEXT to OUT with NAME for each mark. */
static void put_name(struct bytes *out, struct span text, const char *name) {
  size_t mark = sizeof MARK - 1;
  for (size_t i = 0; i < text.len;) {
    if (text.len - i >= mark && memcmp(text.data + i, MARK, mark) == 0) {
      bytes_text(out, name);
      i += mark;
    } else {
      bytes_append(out, text.data + i++, 1);
    }
  }
}

static bool copy_file(const char *from, const char *to, const char *name) {
  struct bytes text = {0}, named = {0};
  int failed = bytes_read_file(&text, from);
  if (failed) {
    complain(from, failed);
  } else {
    put_name(&named, span_of(&text), name);
    failed = write_file(to, span_of(&named));
    if (failed)
      complain(to, failed);
  }
  bytes_free(&text);
  bytes_free(&named);
  return failed == 0;
}

static bool copy_folder(const char *from, const char *to, const char *name);

static bool copy_entry(const char *from, const char *to, const char *name) {
  struct stat about;
  if (stat(from, &about))
    return complain(from, errno);
  return S_ISDIR(about.st_mode) ? copy_folder(from, to, name) : copy_file(from, to, name);
}

/* Puts all that is in FROM into the folder TO, which is made where it is not there. */
static bool copy_folder(const char *from, const char *to, const char *name) {
  struct dirent **entries;
  int count = scandir(from, &entries, NULL, alphasort);
  bool good = true;
  if (count < 0)
    return complain(from, errno);
  if (mkdir(to, 0777) && errno != EEXIST)
    good = complain(to, errno);
  for (int i = 0; i < count; i++) {
    const char *entry = entries[i]->d_name;
    if (good && strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
      struct bytes named = {0};
      put_name(&named, span_text(entry), name);
      char *source = xasprintf("%s/%s", from, entry);
      char *target = xasprintf("%s/%s", to, named.data);
      good = copy_entry(source, target, name);
      free(source);
      free(target);
      bytes_free(&named);
    }
    free(entries[i]);
  }
  free(entries);
  return good;
}

/* The name is one of a file, of a C string, of a target of make and of a section of a suite. */
static bool is_name(const char *name) {
  size_t length = strlen(name);
  if (!islower((unsigned char)name[0]) || length > NAME_MOST)
    return false;
  for (const char *at = name; *at; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
      return false;
  return true;
}

int new_command(const char *name, bool raw, bool json) {
  if (!is_name(name)) {
    fprintf(stderr,
            "bytegate: new %s: a program's name has small letters, digits and \"-\", a letter first, %d of them at "
            "most\n",
            name, NAME_MOST);
    return EXIT_USAGE;
  }
  struct stat about;
  if (lstat(name, &about) == 0) {
    fprintf(stderr, "bytegate: new %s: it is there already, and nothing is replaced; take another name or remove it\n",
            name);
    return EXIT_USAGE;
  }
  char *common = companion_path("new/common");
  char *own = companion_path(raw ? "new/raw" : "new/portable");
  bool good = copy_folder(common, name, name) && copy_folder(own, name, name);
  free(common);
  free(own);
  if (!good)
    return EXIT_INFRASTRUCTURE;
  if (json) {
    char *next = xasprintf("cd %s && make && make verify", name);
    json_print(json_pack("{s:s, s:s}", "folder", name, "next", next));
    free(next);
    return EXIT_EQUAL;
  }
  printf("%s/ holds a program that lays, runs and passes. Next:\n\n  cd %s && make && make verify\n\n"
         "README.md there says what each file is.\n",
         name, name);
  return EXIT_EQUAL;
}

/* SPDX-License-Identifier: MIT */
