/* Reads a suite file: INI, of whose sections each has a table of keys (keys.h), so that a mistake can be answered with
   the nearest key. What is read is then checked as a whole and unfolded into targets. */
#include "harness/suite/suite.h"
#include "harness/suite/conversation.h"
#include "harness/suite/random_text.h"
#include "harness/suite/tree.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define KEY_OF struct suite
static const struct key suite_rows[] = {SUITE_KEYS(KEY_ROW)};
#undef KEY_OF
#define KEY_OF struct case_source
static const struct key cases_rows[] = {CASES_KEYS(KEY_ROW)};
#undef KEY_OF

const char *const source_words[] = {"spec",  "folder",  "documents", "random", "conversations",
                                    "trees", "folders", "nothing",   NULL};

const struct key_table suite_keys = {"suite", suite_rows, sizeof suite_rows / sizeof *suite_rows};
const struct key_table cases_keys = {"cases", cases_rows, sizeof cases_rows / sizeof *cases_rows};

static const struct key_table *const sections[] = {&suite_keys, &program_keys, &cases_keys};

enum { MOST_RANDOM = 1000000 };

/* The state while a file is read. LINE is that of the line which inih was given last, and so that of the key which it
   hands over: inih itself does not say. */
struct reader {
  const char *text, *at;
  const char *path;
  int line;
  struct suite *suite;
  struct bytes *why;
  bool failed;
  bool has_suite;               /* a section [suite] came */
  const struct key_table *keys; /* of the section being read; NULL before the first */
  void *section;                /* what the keys are set in */
  uint64_t *given;              /* which those are */
  struct text_list seen;        /* the keys that stood in it */
};

static void complain(struct reader *reader, int line, const char *text) {
  if (!reader->failed)
    bytes_printf(reader->why, "%s:%d: %s", reader->path, line > 0 ? line : 1, text);
  reader->failed = true;
}

/* The number of the line after line SECTION, and before the next section, in which KEY, of LEN bytes, is set; 0: none.
 */
static int line_of_key(const struct reader *reader, int section, const char *key, size_t len) {
  int number = 1;
  for (const char *line = reader->text; *line; number++) {
    const char *start = line + strspn(line, " \t");
    if (number > section && *start == '[')
      return 0;
    const char *after = start + strnlen(start, len);
    after += strspn(after, " \t");
    if (number > section && strncmp(start, key, len) == 0 && (*after == '=' || *after == ':'))
      return number;
    line += strcspn(line, "\n");
    line += *line == '\n';
  }
  return 0;
}

/* The same of the first line that holds TEXT. */
static int line_with(const struct reader *reader, int section, const char *text) {
  int number = 1;
  for (const char *line = reader->text; *line; number++) {
    size_t len = strcspn(line, "\n");
    if (number > section && line[strspn(line, " \t")] == '[')
      return 0;
    if (number > section && memmem(line, len, text, strlen(text)))
      return number;
    line += len + (line[len] == '\n');
  }
  return 0;
}

/* Complains of the section that begins in line SECTION: at the line of the first key that TEXT names, as in "'header'
   has no effect" or "unknown arch 'x65'", and else at the section's own. */
static void complain_in(struct reader *reader, int section, const char *text) {
  static const char unknown[] = "unknown ";
  int line = 0;
  if (strncmp(text, unknown, sizeof unknown - 1) == 0)
    line = line_of_key(reader, section, text + sizeof unknown - 1, strcspn(text + sizeof unknown - 1, " "));
  for (const char *quote = strchr(text, '\''); quote && !line; quote = strchr(quote + 1, '\''))
    line = line_of_key(reader, section, quote + 1, strcspn(quote + 1, " '{"));
  /* A placeholder, or a word, that no key knows stands in one of them. */
  const char *word = line ? NULL : strpbrk(text, "{'");
  size_t len = word ? *word == '{' ? strcspn(word, "}") + 1 : strcspn(++word, "'") : 0;
  char *unheard = word ? xstrndup(word, len) : NULL;
  if (unheard)
    line = line_with(reader, section, unheard);
  free(unheard);
  complain(reader, line ? line : section, text);
}

static int handle_key(void *user, const char *section, const char *name, const char *value) {
  struct reader *reader = user;
  (void)section;
  if (reader->failed)
    return 0;
  if (!reader->keys) {
    complain(reader, reader->line, "a key stands before the first section; [suite], [program NAME] or [cases NAME]");
    return 0;
  }
  struct bytes text = {0};
  const struct key *key = key_find(reader->keys, name, &text);
  bool stood = reader->seen.count && text_list_selects(&reader->seen, name);
  if (key && stood && key->type != KEY_LIST)
    bytes_printf(&text, "key '%s' stands twice in this section", name);
  else if (key && key_set(key, reader->section, value, &text))
    *reader->given = keys_with(reader->keys, key, *reader->given);
  text_list_add(&reader->seen, name, strlen(name));
  if (text.len)
    complain(reader, reader->line, text.data);
  bytes_free(&text);
  return !reader->failed;
}

static void begin_program(struct reader *reader, const char *name) {
  struct suite *suite = reader->suite;
  suite->programs = xrealloc(suite->programs, (suite->program_count + 1) * sizeof *suite->programs);
  struct program *program = &suite->programs[suite->program_count++];
  program_begin(program, name, reader->line);
  program->build = xstrdup(suite->build);
  program->folder = xstrdup(suite->folder);
  reader->section = program;
  reader->given = &program->given;
}

static void begin_cases(struct reader *reader, const char *name) {
  struct suite *suite = reader->suite;
  suite->sources = xrealloc(suite->sources, (suite->source_count + 1) * sizeof *suite->sources);
  struct case_source *source = &suite->sources[suite->source_count++];
  *source = (struct case_source){.name = xstrdup(name), .line = reader->line};
  keys_begin(&cases_keys, source);
  reader->section = source;
  reader->given = &source->given;
}

/* Names stand in headlines, lists and commands. */
static bool is_word(const char *name) {
  struct bytes shown = {0};
  bytes_text(&shown, "");
  bytes_escaped(&shown, span_text(name));
  bool same = strcmp(shown.data, name) == 0 && !strchr(name, ' ');
  bytes_free(&shown);
  return same;
}

static void complain_of_section(struct reader *reader, const char *kind) {
  const char *const kinds[] = {sections[0]->section, sections[1]->section, sections[2]->section};
  struct bytes text = {0};
  complain_of_word(&text, "section", kind, kinds, 3);
  complain(reader, reader->line, text.data);
  bytes_free(&text);
}

/* HEADING is what stands between the brackets: "suite", "program NAME" or "cases NAME". */
static void begin_section(struct reader *reader, const char *heading) {
  char kind[16] = "";
  size_t len = strcspn(heading, " ");
  memcpy(kind, heading, len < sizeof kind ? len : sizeof kind - 1);
  const char *name = heading + len + strspn(heading + len, " ");
  size_t which = 0;
  while (which < 3 && strcmp(kind, sections[which]->section) != 0)
    which++;
  if (which == 3) {
    complain_of_section(reader, kind);
    return;
  }
  if ((which == 0) != (*name == '\0')) {
    complain(reader, reader->line, which ? "the section needs a name, as in [program NAME]" : "[suite] has no name");
    return;
  }
  if (!is_word(name)) {
    complain(reader, reader->line, "a name has no blanks, and nothing that cannot be printed");
    return;
  }
  if (which == 0 && reader->has_suite)
    complain(reader, reader->line, "there is a [suite] already");
  reader->has_suite |= which == 0;
  reader->keys = sections[which];
  text_list_free(&reader->seen);
  reader->given = &reader->suite->given;
  if (which == 0)
    reader->section = reader->suite;
  else if (which == 1)
    begin_program(reader, name);
  else
    begin_cases(reader, name);
}

/* Hands the next line to inih, as fgets would, and looks at it first: inih does not report a section until a key
   stands in it, and cuts what is too long. */
static char *next_line(char *line, int size, void *stream) {
  struct reader *reader = stream;
  if (!*reader->at || reader->failed)
    return NULL;
  size_t len = strcspn(reader->at, "\n");
  reader->line++;
  if (len + 2 > (size_t)size) {
    complain(reader, reader->line, "the line is too long");
    return NULL;
  }
  memcpy(line, reader->at, len);
  memcpy(line + len, "\n", 2);
  reader->at += len + (reader->at[len] ? 1 : 0);
  const char *start = line + strspn(line, " \t");
  const char *end = *start == '[' ? strchr(start, ']') : NULL;
  if (*start == '[' && !end) {
    complain(reader, reader->line, "the section's name has no ']' after it");
    return NULL;
  }
  if (end) {
    char *heading = xstrndup(start + 1, (size_t)(end - start) - 1);
    begin_section(reader, heading);
    free(heading);
  }
  return line;
}

static void check_program(struct reader *reader, const struct program *program) {
  struct bytes why = {0};
  if (!program_check(program, &why))
    complain_in(reader, program->line, why.data);
  bytes_free(&why);
}

static void complain_of_source(struct reader *reader, int line) {
  struct bytes text = {0};
  bytes_text(&text, "the cases have no 'source = ");
  for (size_t i = 0; source_words[i]; i++)
    bytes_printf(&text, "%s%s", i ? " | " : "", source_words[i]);
  bytes_text(&text, "'");
  complain_in(reader, line, text.data);
  bytes_free(&text);
}

static void check_source(struct reader *reader, const struct case_source *source) {
  struct bytes why = {0};
  struct alphabet alphabet;
  if ((source->kind >= 0 && !keys_check(&cases_keys, source, source->given, &why)) ||
      (source->alphabet && !alphabet_read(source->alphabet, &alphabet, &why)))
    complain_in(reader, source->line, why.data);
  bytes_free(&why);
  if (source->kind < 0)
    complain_of_source(reader, source->line);
  else if (source->kind != SOURCE_RANDOM && source->kind != SOURCE_NOTHING && source->paths.count == 0)
    complain_in(reader, source->line, "the cases have no 'path = PATH'");
  if (source->count > MOST_RANDOM)
    complain_in(reader, source->line, "'count' is 1000000 at most: each is a case of its own");
  if (source->every == 0)
    complain_in(reader, source->line, "'every' must be 1 or more");
}

/* Every program runs every case, so the two must fit each other. */
static void check_pair(struct reader *reader, const struct program *program, const struct case_source *source) {
  bool talks = source->kind == SOURCE_CONVERSATIONS;
  if (talks && program->drive != DRIVE_HTTP)
    complain_in(reader, program->line, "conversations need 'drive = http' of every program in the suite");
  bool fills = source->kind == SOURCE_TREES || source->kind == SOURCE_FOLDERS;
  if (fills && ((program->drive != DRIVE_RUN && program->server != SERVER_FRESH) || program->oracle < ORACLE_EXPECTED))
    complain_in(
        reader, program->line,
        "trees and folders need 'drive = run' or 'server = fresh', and 'oracle = command' or 'oracle = expected' of "
        "every program in the suite");
  if (talks && program->filter)
    complain_in(reader, program->line,
                "'filter' has no effect on conversations, whose answers are compared as they are");
  if (program->compare == COMPARE_TREE && source->kind == SOURCE_SPEC && program->oracle == ORACLE_EXPECTED)
    complain_in(reader, program->line,
                "the examples of a specification say nothing of a tree: 'compare = tree' needs "
                "'oracle = command' there");
  if (!talks && source->kind != SOURCE_SPEC && program->oracle == ORACLE_EXPECTED && !source->expected)
    complain_in(reader, source->line, "a program has 'oracle = expected', so the cases need 'expected = PATH'");
}

static int by_name(const void *a, const void *b) {
  const struct program *x = *(struct program *const *)a;
  const struct program *y = *(struct program *const *)b;
  int order = strcmp(x->name, y->name);
  return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Complains of the second program of a name. Sorted, so that thousands of programs are no matter. */
static void check_names(struct reader *reader) {
  const struct suite *suite = reader->suite;
  struct program **sorted = xcalloc(suite->program_count + 1, sizeof *sorted);
  for (size_t i = 0; i < suite->program_count; i++)
    sorted[i] = &suite->programs[i];
  qsort(sorted, suite->program_count, sizeof *sorted, by_name);
  for (size_t i = 1; i < suite->program_count; i++)
    if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
      complain(reader, sorted[i]->line, "there is a program of this name already");
  free(sorted);
}

/* Headers are compared where a program has the key for them, and in conversations. */
static void check_ignored(struct reader *reader) {
  const struct suite *suite = reader->suite;
  bool talks = false;
  for (size_t i = 0; i < suite->source_count; i++)
    talks |= suite->sources[i].kind == SOURCE_CONVERSATIONS;
  for (size_t i = 0; i < suite->program_count && !talks; i++)
    if (suite->programs[i].ignored_headers.count && suite->programs[i].headers.count == 0)
      complain_in(
          reader, suite->programs[i].line,
          "'ignore-header' has no effect without 'header' or conversations: without them, no header is compared");
}

static void check_suite(struct reader *reader) {
  struct suite *suite = reader->suite;
  check_ignored(reader);
  for (size_t i = 0; i < suite->program_count; i++)
    check_program(reader, &suite->programs[i]);
  check_names(reader);
  for (size_t i = 0; i < suite->source_count; i++) {
    check_source(reader, &suite->sources[i]);
    for (size_t k = 0; k < suite->program_count; k++)
      check_pair(reader, &suite->programs[k], &suite->sources[i]);
    for (size_t k = 0; k < i; k++)
      if (strcmp(suite->sources[i].name, suite->sources[k].name) == 0)
        complain(reader, suite->sources[i].line, "there are cases of this name already");
  }
  if (suite->program_count == 0)
    complain(reader, reader->line, "the suite has no [program NAME]");
  if (suite->source_count == 0)
    complain(reader, reader->line, "the suite has no [cases NAME]");
}

static char *suite_name(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  const char *dot = strrchr(name, '.');
  struct bytes shown = {0};
  bytes_text(&shown, "");
  bytes_escaped(&shown, (struct span){name, dot && dot > name ? (size_t)(dot - name) : strlen(name)});
  return shown.data;
}

/* The folder of the file PATH, as seen from any folder. */
static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  char *folder = slash ? xstrndup(path, slash > path ? (size_t)(slash - path) : 1) : xstrdup(".");
  char *absolute = path_absolute(folder);
  free(folder);
  return absolute;
}

bool suite_read_text(const char *text, const char *path, const char *build, struct suite *suite, struct bytes *why) {
  *suite = (struct suite){
      .name = suite_name(path), .path = xstrdup(path), .folder = folder_of(path), .build = path_absolute(build)};
  keys_begin(&suite_keys, suite);
  static const char byte_order_mark[] = "\xEF\xBB\xBF";
  bool marked = strncmp(text, byte_order_mark, 3) == 0;
  struct reader reader = {.text = text, .at = marked ? text + 3 : text, .path = path, .suite = suite, .why = why};
  ini_max_line = ini_initial_alloc = 8192;
  ini_use_stack = false;
  ini_allow_multiline = false;
  int bad_line = ini_parse_stream(next_line, &reader, handle_key, &reader);
  if (bad_line != 0)
    complain(&reader, bad_line > 0 ? bad_line : reader.line, "neither a [section] nor a 'key = value'");
  text_list_free(&reader.seen);
  check_suite(&reader);
  if (!reader.failed) {
    suite_unfold(suite);
  } else {
    suite_free(suite);
  }
  return !reader.failed;
}

bool suite_read(const char *path, const char *build, struct suite *suite, struct bytes *why) {
  struct bytes text = {0};
  int failed = bytes_read_file(&text, path);
  bool good = false;
  if (failed)
    bytes_printf(why, "%s: %s%s", path, strerror(failed),
                 failed == ENOENT ? " (`bytegate init PROGRAM` writes a first suite file)" : "");
  else if (memchr(span_of(&text).data, '\0', text.len))
    bytes_printf(why, "%s: holds a NUL, so it is no suite file", path);
  else
    good = suite_read_text(span_of(&text).data, path, build, suite, why);
  bytes_free(&text);
  return good;
}

static void free_source(struct case_source *source) {
  keys_free(&cases_keys, source);
  free(source->name);
}

void forget_truth(struct test_case *one) {
  for (int i = 0; i < ORACLE_KINDS; i++) {
    bytes_free(&one->truth[i]);
    one->asked[i] = false;
  }
  for (size_t i = 0; i < one->answer_count; i++) {
    bytes_free(&one->answers[i]->text);
    free(one->answers[i]);
  }
  free(one->answers);
  one->answers = NULL;
  one->answer_count = 0;
}

static void free_case(struct test_case *one) {
  free(one->id);
  free(one->file);
  free(one->name);
  free(one->folder);
  free(one->expected_path);
  bytes_free(&one->input);
  bytes_free(&one->expected);
  if (one->conversation)
    conversation_free(one->conversation);
  free(one->conversation);
  if (one->tree)
    tree_free(one->tree);
  free(one->tree);
  forget_truth(one);
}

void suite_free(struct suite *suite) {
  for (size_t i = 0; i < suite->program_count; i++)
    program_free(&suite->programs[i]);
  for (size_t i = 0; i < suite->source_count; i++)
    free_source(&suite->sources[i]);
  for (size_t i = 0; i < suite->target_count; i++)
    target_free(&suite->targets[i]);
  for (size_t i = 0; i < suite->case_count; i++)
    free_case(&suite->cases[i]);
  free(suite->programs);
  free(suite->sources);
  free(suite->targets);
  free(suite->cases);
  keys_free(&suite_keys, suite);
  free(suite->name);
  free(suite->path);
  free(suite->folder);
  free(suite->build);
  *suite = (struct suite){0};
}

/* SPDX-License-Identifier: MIT */
