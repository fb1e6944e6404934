/* Makes the cases of a suite from what its sources name: the specification, files, folders, random documents. */
#include "harness/base/hash.h"
#include "harness/suite/conversation.h"
#include "harness/suite/folder.h"
#include "harness/suite/random_markdown.h"
#include "harness/suite/random_text.h"
#include "harness/suite/suite.h"
#include "harness/suite/tree.h"
#include "oracles/spec.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct maker {
  struct suite *suite;
  const struct case_source *source;
  struct bytes *why;
  size_t made; /* by this source, the ones passed over by `every` included */
};

static struct test_case *add_case(struct maker *maker, const char *name) {
  struct suite *suite = maker->suite;
  if (maker->made++ % maker->source->every != 0)
    return NULL;
  suite->cases = xgrow(suite->cases, suite->case_count, sizeof *suite->cases);
  struct test_case *one = &suite->cases[suite->case_count++];
  struct bytes shown = {0}; /* a file may be called anything, and every report is to stay what it is */
  bytes_escaped(&shown, span_text(name));
  const char *dot = strrchr(name, '.');
  *one = (struct test_case){.id = xasprintf("%s/%s", maker->source->name, span_of(&shown).data),
                            .name = xstrndup(name, dot && dot > name ? (size_t)(dot - name) : strlen(name))};
  bytes_free(&shown);
  return one;
}

static bool fail(struct maker *maker, const char *path, int error) {
  bytes_printf(maker->why, "%s:%d: %s: %s", maker->suite->path, maker->source->line, path,
               error == EINVAL ? "it is no file, but a device, a pipe or the like" : strerror(error));
  maker->suite->lacks_package = error == ENOENT && strncmp(path, "/usr/share/", 11) == 0;
  if (maker->suite->lacks_package)
    bytes_text(maker->why, " (a Debian package brings it: run `make setup`)");
  return false;
}

static bool make_spec(struct maker *maker, const char *path) {
  char why[512];
  struct spec spec;
  if (access(path, R_OK) != 0)
    return fail(maker, path, errno);
  if (!spec_read(path, &spec, why, sizeof why)) {
    bytes_printf(maker->why, "%s:%d: %s", maker->suite->path, maker->source->line, why);
    return false;
  }
  for (size_t i = 0; i < spec.count; i++) {
    char number[16];
    snprintf(number, sizeof number, "%03d", spec.examples[i].number);
    struct test_case *one = add_case(maker, number);
    if (!one)
      continue;
    bytes_append(&one->input, spec.examples[i].markdown, spec.examples[i].markdown_len);
    bytes_append(&one->expected, spec.examples[i].html, spec.examples[i].html_len);
    one->has_expected = true;
  }
  spec_free(&spec);
  return true;
}

/* The places of the suite that MAKER reads. */
static struct places places_of(const struct maker *maker) {
  struct places places = {{NULL}};
  places.values[PLACEHOLDER_BUILD] = maker->suite->build;
  places.values[PLACEHOLDER_SUITE] = maker->suite->folder;
  return places;
}

/* The path TEXT of a key, which is the suite file's, with its PLACES. The caller frees it. */
static char *find_path(const struct maker *maker, const struct places *places, const char *text) {
  char *relative = places_expand(places, text);
  char *path = path_beside(maker->suite->path, relative);
  free(relative);
  return path;
}

/* Reads the file PATH, unpacked where gzip has compressed it, unless the source says otherwise. */
static int read_case_file(const struct maker *maker, struct bytes *text, const char *path) {
  return maker->source->unpacks ? bytes_read_file(text, path) : folder_read(path, text);
}

/* Reads what the source's `expected` names for the case. */
static bool read_expected(struct maker *maker, struct test_case *one) {
  if (!maker->source->expected)
    return true;
  struct places places = places_of(maker);
  places.values[PLACEHOLDER_NAME] = one->name;
  char *path = find_path(maker, &places, maker->source->expected);
  struct stat status;
  bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
  /* As it is: what a program packs is not unpacked before it is compared. */
  int error = is_folder ? 0 : folder_read(path, &one->expected);
  one->has_expected = true;
  one->expected_path = xstrdup(path);
  one->lacks_expected = error == ENOENT;
  error = error == ENOENT && maker->suite->accepts ? 0 : error;
  bool good = is_folder ? folder_tell(path, &one->expected, maker->why) : error == 0 || fail(maker, path, error);
  if (error == ENOENT)
    bytes_text(maker->why, " (`bytegate accept` takes what the program answers as the expected bytes)");
  one->expects_folder = is_folder;
  free(path);
  return good;
}

/* Reads the conversation TEXT of the case ONE, with OCTET in it. */
static bool read_conversation(struct maker *maker, struct test_case *one, struct span text, const char *path,
                              int octet) {
  one->conversation = xcalloc(1, sizeof *one->conversation);
  return conversation_parse(text, path, octet, one->conversation, maker->why);
}

/* Makes the case NAME of a conversation in the file PATH, or a case for each of its octets. */
static bool make_conversations(struct maker *maker, const char *path, const char *name) {
  struct bytes text = {0};
  struct conversation talk = {0};
  int error = bytes_read_file(&text, path);
  bool good = error ? fail(maker, path, error) : conversation_parse(span_of(&text), path, -1, &talk, maker->why);
  struct span octets = span_of(&talk.octets);
  for (size_t i = 0; good && i < (octets.len ? octets.len : 1); i++) {
    int octet = octets.len ? (unsigned char)octets.data[i] : -1;
    char *id = octet < 0 ? xstrdup(name) : xasprintf("%s/%02x", name, (unsigned)octet);
    struct test_case *one = add_case(maker, id);
    free(id);
    if (!one)
      continue;
    one->file = xstrdup(path);
    bytes_add(&one->input, span_of(&text));
    good = read_conversation(maker, one, span_of(&text), path, octet);
  }
  conversation_free(&talk);
  bytes_free(&text);
  return good;
}

/* Makes one case of the file PATH: a document or a tree. */
static bool make_file(struct maker *maker, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  size_t len = strlen(base);
  bool packed = maker->source->unpacks && len > 3 && strcmp(base + len - 3, ".gz") == 0;
  char *name = xstrndup(base, packed ? len - 3 : len);
  if (maker->source->kind == SOURCE_CONVERSATIONS) {
    bool made = make_conversations(maker, path, name);
    free(name);
    return made;
  }
  struct test_case *one = add_case(maker, name);
  bool good = true;
  if (one) {
    one->file = xstrdup(path);
    int error = read_case_file(maker, &one->input, path);
    good = error ? fail(maker, path, error) : true;
    if (good && maker->source->kind == SOURCE_TREES) {
      one->tree = xcalloc(1, sizeof *one->tree);
      good = tree_parse(span_of(&one->input), path, one->tree, maker->why) && read_expected(maker, one);
    } else if (good) {
      good = read_expected(maker, one);
    }
  }
  free(name);
  return good;
}

/* Makes one case of the folder PATH, if it is one. */
static bool make_filled(struct maker *maker, const char *path, bool *made) {
  struct stat status;
  *made = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
  struct test_case *one = *made ? add_case(maker, strrchr(path, '/') + 1) : NULL;
  if (!one)
    return true;
  char *name = xstrdup(strrchr(path, '/') + 1); /* a folder's name has no suffix */
  free(one->name);
  one->name = name;
  one->folder = path_absolute(path);
  return folder_tell(path, &one->input, maker->why) && read_expected(maker, one);
}

static bool make_folder(struct maker *maker, const char *path) {
  struct dirent **entries = NULL;
  int count = scandir(path, &entries, NULL, alphasort);
  if (count < 0)
    return fail(maker, path, errno);
  bool good = true;
  bool any = false;
  for (int i = 0; i < count; i++) {
    const char *name = entries[i]->d_name;
    if (good && name[0] != '.' && fnmatch(maker->source->pattern, name, 0) == 0) {
      char *file = xasprintf("%s/%s", path, name);
      bool made = true;
      good = maker->source->kind == SOURCE_FOLDERS ? make_filled(maker, file, &made) : make_file(maker, file);
      any |= made;
      free(file);
    }
    free(entries[i]);
  }
  free(entries);
  if (good && !any)
    bytes_printf(maker->why, "%s:%d: no %s in %s matches 'pattern = %s'", maker->suite->path, maker->source->line,
                 maker->source->kind == SOURCE_FOLDERS ? "folder" : "file", path, maker->source->pattern);
  return good && any;
}

static bool make_random(struct maker *maker, uint64_t seed, const char *pick) {
  const char *characters = maker->source->alphabet;
  struct alphabet alphabet;
  if (characters && !alphabet_read(characters, &alphabet, maker->why))
    return false;
  for (size_t i = 0; i < maker->source->count; i++) {
    char *name = xasprintf("%llu-%zu", (unsigned long long)seed, i);
    char *id = xasprintf("%s/%s", maker->source->name, name);
    struct test_case *one = !pick || fnmatch(pick, id, 0) == 0 ? add_case(maker, name) : NULL;
    if (one && characters)
      random_text(&alphabet, seed, i, &one->input);
    else if (one)
      random_markdown(seed, i, &one->input);
    free(name);
    free(id);
  }
  return true;
}

static bool make_paths(struct maker *maker) {
  bool good = true;
  for (size_t i = 0; good && i < maker->source->paths.count; i++) {
    struct places places = places_of(maker);
    char *path = find_path(maker, &places, maker->source->paths.items[i]);
    if (maker->source->kind == SOURCE_SPEC)
      good = make_spec(maker, path);
    else if (maker->source->kind == SOURCE_DOCUMENTS)
      good = make_file(maker, path);
    else
      good = make_folder(maker, path);
    free(path);
  }
  return good;
}

bool suite_make_cases(struct suite *suite, bool has_seed, uint64_t seed, const char *pick, struct bytes *why) {
  bool good = true;
  for (size_t i = 0; good && i < suite->source_count; i++) {
    const struct case_source *source = &suite->sources[i];
    struct maker maker = {.suite = suite, .source = source, .why = why};
    if (source->kind == SOURCE_RANDOM) {
      good = make_random(&maker, has_seed ? seed : source->seed, pick);
    } else if (source->kind == SOURCE_NOTHING) {
      struct test_case *one = add_case(&maker, "run");
      good = !one || read_expected(&maker, one);
    } else {
      good = make_paths(&maker);
    }
  }
  return good;
}

/* The length goes first, so that no two sequences of parts look alike. */
static uint64_t hash_span(uint64_t hash, struct span span) {
  hash = hash_bytes(hash, &(uint64_t){span.len}, sizeof(uint64_t));
  return hash_bytes(hash, span.data, span.len);
}

/* Of what is in the folder PATH; of one that cannot be read, of the reason. */
static uint64_t hash_folder(uint64_t hash, const char *path) {
  struct bytes text = {0};
  struct bytes why = {0};
  if (!folder_tell(path, &text, &why))
    bytes_add(&text, span_of(&why));
  hash = hash_span(hash, span_of(&text));
  bytes_free(&text);
  bytes_free(&why);
  return hash;
}

uint64_t case_hash(const struct suite *suite, const struct program *program, const struct test_case *one) {
  uint64_t hash = hash_span(program_hash(program), span_text(program->name));
  hash = hash_span(hash, span_text(one->id));
  hash = hash_span(hash, span_of(&one->input));
  hash = hash_span(hash, span_of(&one->expected));
  hash = one->folder ? hash_folder(hash, one->folder) : hash;
  char *copied = program->copied ? path_beside(suite->path, program->copied) : NULL;
  hash = copied ? hash_folder(hash, copied) : hash;
  free(copied);
  return hash;
}

/* SPDX-License-Identifier: MIT */
