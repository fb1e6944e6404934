/* Reads a suite file: INI, of which every key stands in one table with its type, so that a mistake can be answered
   with the nearest key. What is read is then checked as a whole and unfolded into targets. */
#include "harness/suite/suite.h"

#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum key_type { TEXT, LIST, WORDS, ARGUMENTS, YES_NO, NUMBER, SECONDS, CHOICE };

struct key {
  const char *name;
  enum key_type type;
  size_t offset;              /* of the field in the section's struct */
  const char *const *choices; /* of CHOICE: the words of the enum, in its order, up to NULL */
};

static const char *const drives[] = {"run", "http", NULL};
static const char *const readies[] = {"line", "port", NULL};
static const char *const oracles[] = {"cmark", "cmark-unsafe", "expected", "command", NULL};
static const char *const sources[] = {"spec",          "folder", "documents", "random",
                                      "conversations", "trees",  "nothing",   NULL};
static const char *const section_kinds[] = {"suite", "program", "cases"};

static const struct key suite_keys[] = {
    {"about", TEXT, offsetof(struct suite, about), NULL},
    {"on-demand", YES_NO, offsetof(struct suite, on_demand), NULL},
    {NULL, TEXT, 0, NULL},
};

static const struct key program_keys[] = {
    {"elf", TEXT, offsetof(struct program, elf), NULL},
    {"arch", WORDS, offsetof(struct program, arches), NULL},
    {"runner", WORDS, offsetof(struct program, runners), NULL},
    {"arguments", ARGUMENTS, offsetof(struct program, arguments), NULL},
    {"environment", LIST, offsetof(struct program, environment), NULL},
    {"refuse", WORDS, offsetof(struct program, refused), NULL},
    {"stdin", YES_NO, offsetof(struct program, feeds_stdin), NULL},
    {"terminal", NUMBER, offsetof(struct program, terminal), NULL},
    {"drive", CHOICE, offsetof(struct program, drive), drives},
    {"ready", CHOICE, offsetof(struct program, ready), readies},
    {"ready-line", TEXT, offsetof(struct program, ready_line), NULL},
    {"url-path", TEXT, offsetof(struct program, url_path), NULL},
    {"oracle", CHOICE, offsetof(struct program, oracle), oracles},
    {"oracle-command", TEXT, offsetof(struct program, oracle_command), NULL},
    {"status-line", TEXT, offsetof(struct program, status_line), NULL},
    {"header", LIST, offsetof(struct program, headers), NULL},
    {"stderr", TEXT, offsetof(struct program, errors), NULL},
    {"exit-status", NUMBER, offsetof(struct program, exit_status), NULL},
    {"signal", TEXT, offsetof(struct program, signal), NULL},
    {"obeys-sigterm", YES_NO, offsetof(struct program, judges_stop), NULL},
    {"deadline", SECONDS, offsetof(struct program, deadline), NULL},
    {"start-deadline", SECONDS, offsetof(struct program, start_deadline), NULL},
    {NULL, TEXT, 0, NULL},
};

static const struct key cases_keys[] = {
    {"source", CHOICE, offsetof(struct case_source, kind), sources},
    {"path", LIST, offsetof(struct case_source, paths), NULL},
    {"pattern", TEXT, offsetof(struct case_source, pattern), NULL},
    {"expected", TEXT, offsetof(struct case_source, expected), NULL},
    {"count", NUMBER, offsetof(struct case_source, count), NULL},
    {"seed", NUMBER, offsetof(struct case_source, seed), NULL},
    {"every", NUMBER, offsetof(struct case_source, every), NULL},
    {NULL, TEXT, 0, NULL},
};

static const struct key *const section_keys[] = {suite_keys, program_keys, cases_keys};

/* The state while a file is read. LINE is that of the line which inih was given last, and so that of the key which it
   hands over: inih itself does not tell. */
struct reader {
  const char *at;
  const char *path;
  int line;
  struct suite *suite;
  struct bytes *why;
  bool failed;
  bool has_suite;         /* a section [suite] came */
  const struct key *keys; /* of the section being read; NULL before the first */
  const char *kind;
  void *section; /* what the keys are set in */
  uint64_t seen; /* keys of this section, by their place in the table */
};

static void complain(struct reader *reader, int line, const char *text) {
  if (!reader->failed)
    bytes_printf(reader->why, "%s:%d: %s", reader->path, line > 0 ? line : 1, text);
  reader->failed = true;
}

/* Complains about WORD, which is none of WORDS, and names the nearest of them, or all. */
static void complain_word(struct reader *reader, const char *what, const char *word, const char *const *words,
                          size_t count) {
  struct bytes text = {0};
  bytes_printf(&text, "unknown %s '%s'", what, word);
  const char *near = nearest_word(word, words, count);
  if (near) {
    bytes_printf(&text, "; did you mean '%s'?", near);
  } else {
    bytes_text(&text, "; it is one of");
    for (size_t i = 0; i < count; i++)
      bytes_printf(&text, "%s %s", i ? "," : "", words[i]);
  }
  complain(reader, reader->line, text.data);
  bytes_free(&text);
}

static size_t word_count(const char *const *words) {
  size_t count = 0;
  while (words[count])
    count++;
  return count;
}

static void split_words(struct text_list *list, const char *value) {
  for (value += strspn(value, " \t"); *value; value += strspn(value, " \t")) {
    size_t len = strcspn(value, " \t");
    text_list_add(list, value, len);
    value += len;
  }
}

/* Splits at blanks, except within double quotation marks, which vanish. False when one is not closed. */
static bool split_arguments(struct text_list *list, const char *value) {
  struct bytes word = {0};
  bool quoted = false;
  bool begun = false;
  for (; *value; value++) {
    bool blank = (*value == ' ' || *value == '\t') && !quoted;
    if (blank && begun)
      text_list_add(list, span_of(&word).data, word.len);
    if (blank)
      bytes_clear(&word);
    else if (*value == '"')
      quoted = !quoted;
    else
      bytes_append(&word, value, 1);
    begun = !blank;
  }
  if (begun)
    text_list_add(list, span_of(&word).data, word.len);
  bytes_free(&word);
  return !quoted;
}

static void set_text(char **field, const char *value) {
  free(*field);
  *field = xstrdup(value);
}

static bool set_number(size_t *field, const char *value) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  *field = (size_t)number;
  return *value >= '0' && *value <= '9' && *end == '\0' && errno == 0;
}

static bool set_seconds(double *field, const char *value) {
  char *end = NULL;
  *field = strtod(value, &end);
  return end != value && *end == '\0' && *field > 0 && *field <= 3600;
}

static bool set_yes_no(bool *field, const char *value) {
  *field = strcmp(value, "yes") == 0;
  return *field || strcmp(value, "no") == 0;
}

static void set_choice(struct reader *reader, const struct key *key, int *field, const char *value) {
  for (int i = 0; key->choices[i]; i++)
    if (strcmp(key->choices[i], value) == 0) {
      *field = i;
      return;
    }
  char *what = xasprintf("%s", key->name);
  complain_word(reader, what, value, key->choices, word_count(key->choices));
  free(what);
}

static void set_key(struct reader *reader, const struct key *key, const char *value) {
  void *field = (char *)reader->section + key->offset;
  const char *wanted = NULL;
  switch (key->type) {
  case TEXT:
    set_text(field, value);
    break;
  case LIST:
    text_list_add(field, value, strlen(value));
    break;
  case WORDS:
    text_list_free(field);
    split_words(field, value);
    break;
  case ARGUMENTS:
    wanted = split_arguments(field, value) ? NULL : "arguments whose quotation marks are closed";
    break;
  case YES_NO:
    wanted = set_yes_no(field, value) ? NULL : "yes or no";
    break;
  case NUMBER:
    wanted = set_number(field, value) ? NULL : "a whole number";
    break;
  case SECONDS:
    wanted = set_seconds(field, value) ? NULL : "a number of seconds above 0 and up to 3600";
    break;
  case CHOICE:
    set_choice(reader, key, field, value);
    break;
  }
  if (!wanted)
    return;
  char *text = xasprintf("%s = %s: %s was expected", key->name, value, wanted);
  complain(reader, reader->line, text);
  free(text);
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
  const char *names[32];
  size_t count = 0;
  for (; reader->keys[count].name; count++)
    names[count] = reader->keys[count].name;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i], name) != 0)
      continue;
    char *text = xasprintf("key '%s' stands twice in this section", name);
    if (reader->seen & 1U << i && reader->keys[i].type != LIST)
      complain(reader, reader->line, text);
    free(text);
    reader->seen |= 1U << i;
    set_key(reader, &reader->keys[i], value);
    return !reader->failed;
  }
  char *what = xasprintf("key in [%s]", reader->kind);
  complain_word(reader, what, name, names, count);
  free(what);
  return 0;
}

static void begin_program(struct reader *reader, const char *name) {
  struct suite *suite = reader->suite;
  suite->programs = xrealloc(suite->programs, (suite->program_count + 1) * sizeof *suite->programs);
  struct program *program = &suite->programs[suite->program_count++];
  *program = (struct program){.name = xstrdup(name),
                              .ready_line = xstrdup("http://"),
                              .url_path = xstrdup("/"),
                              .status_line = xstrdup("HTTP/1.1 200 OK"),
                              .judges_stop = true,
                              .deadline = 10,
                              .start_deadline = 10,
                              .line = reader->line};
  reader->section = program;
}

static void begin_cases(struct reader *reader, const char *name) {
  struct suite *suite = reader->suite;
  suite->sources = xrealloc(suite->sources, (suite->source_count + 1) * sizeof *suite->sources);
  struct case_source *source = &suite->sources[suite->source_count++];
  *source = (struct case_source){
      .name = xstrdup(name), .pattern = xstrdup("*"), .kind = -1, .count = 100, .seed = 1, .every = 1};
  source->line = reader->line;
  reader->section = source;
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

/* HEADING is what stands between the brackets: "suite", "program NAME" or "cases NAME". */
static void begin_section(struct reader *reader, const char *heading) {
  char kind[16] = "";
  size_t len = strcspn(heading, " ");
  memcpy(kind, heading, len < sizeof kind ? len : sizeof kind - 1);
  const char *name = heading + len + strspn(heading + len, " ");
  size_t which = 0;
  while (which < 3 && strcmp(kind, section_kinds[which]) != 0)
    which++;
  if (which == 3) {
    complain_word(reader, "section", kind, section_kinds, 3);
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
  reader->keys = section_keys[which];
  reader->kind = section_kinds[which];
  reader->seen = 0;
  if (which == 0)
    reader->section = reader->suite;
  else if (which == 1)
    begin_program(reader, name);
  else
    begin_cases(reader, name);
}

/* Hands the next line to inih, as fgets would, and looks at it first: inih does not tell of a section until a key
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
    complain(reader, reader->line, "the section's name has no ']' behind it");
    return NULL;
  }
  if (end) {
    char *heading = xstrndup(start + 1, (size_t)(end - start) - 1);
    begin_section(reader, heading);
    free(heading);
  }
  return line;
}

/* A word in braces that is nearly one of the placeholders NAMES is one that was misspelt. */
static void check_placeholders(struct reader *reader, int line, const char *text, const char *const *names,
                               size_t count) {
  for (text = strchr(text, '{'); text; text = strchr(text + 1, '{')) {
    size_t len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz-_");
    char *word = text[1 + len] == '}' ? xstrndup(text + 1, len) : NULL;
    const char *near = word && len > 2 ? nearest_word(word, names, count) : NULL;
    if (near && strcmp(near, word) != 0) {
      char *complaint = xasprintf("there is no placeholder {%s}; did you mean {%s}?", word, near);
      complain(reader, line, complaint);
      free(complaint);
    }
    free(word);
  }
}

/* The values of one program that can be wrong in themselves. */
static void check_values(struct reader *reader, const struct program *program) {
  static const char *const in_elf[] = {"arch", "build"};
  static const char *const in_arguments[] = {"file", "port"};
  static const char *const in_headers[] = {"length"};
  if (program->elf)
    check_placeholders(reader, program->line, program->elf, in_elf, 2);
  for (size_t i = 0; i < program->arguments.count; i++)
    check_placeholders(reader, program->line, program->arguments.items[i], in_arguments, 2);
  for (size_t i = 0; i < program->headers.count; i++)
    check_placeholders(reader, program->line, program->headers.items[i], in_headers, 1);
  for (size_t i = 0; i < program->environment.count; i++)
    if (strcspn(program->environment.items[i], "=") % strlen(program->environment.items[i]) == 0)
      complain(reader, program->line, "'environment' is NAME=VALUE");
  if (program->exit_status > 255)
    complain(reader, program->line, "'exit-status' is 255 at most: the kernel keeps eight bits of it");
  if (program->refused.count != 0 && program->refused.count != 2)
    complain(reader, program->line, "'refuse' is a system call and an error, as in 'refuse = getdents64 EIO'");
  if (program->terminal > 65535)
    complain(reader, program->line, "'terminal' is 65535 columns at most");
  if (program->terminal && program->drive != DRIVE_RUN)
    complain(reader, program->line, "'terminal' needs 'drive = run'");
  if (*program->url_path != '/')
    complain(reader, program->line, "'url-path' begins with '/'");
}

static void check_program(struct reader *reader, const struct program *program) {
  const char **arches = xcalloc(machine_count, sizeof *arches);
  static const char *const runners[] = {"native", "qemu"};
  reader->line = program->line;
  for (size_t i = 0; i < machine_count; i++)
    arches[i] = machines[i].name;
  for (size_t i = 0; i < program->arches.count; i++)
    if (!machine_named(program->arches.items[i]))
      complain_word(reader, "arch", program->arches.items[i], arches, machine_count);
  free(arches);
  for (size_t i = 0; i < program->runners.count; i++)
    if (strcmp(program->runners.items[i], runners[0]) != 0 && strcmp(program->runners.items[i], runners[1]) != 0)
      complain_word(reader, "runner", program->runners.items[i], runners, 2);
  check_values(reader, program);
  if (!program->elf || !*program->elf)
    complain(reader, program->line, "the program has no 'elf = PATH'");
  else if (strstr(program->elf, "{arch}") && program->arches.count == 0)
    complain(reader, program->line, "'elf' has {arch}, so 'arch = x64 arm64' must say which");
  if (program->oracle == ORACLE_COMMAND && !program->oracle_command)
    complain(reader, program->line, "'oracle = command' needs an 'oracle-command = COMMAND'");
  struct bytes errors = {0};
  if (program->errors && !bytes_unescape(&errors, program->errors))
    complain(reader, program->line,
             "'stderr' has an escape that there is not; there are \\n, \\t, \\r, \\0, \\xHH, \\\\");
  bytes_free(&errors);
}

static void check_source(struct reader *reader, const struct case_source *source) {
  if (source->kind < 0)
    complain(reader, source->line,
             "the cases have no 'source = spec | folder | documents | random | conversations | trees | nothing'");
  else if (source->kind != SOURCE_RANDOM && source->kind != SOURCE_NOTHING && source->paths.count == 0)
    complain(reader, source->line, "the cases have no 'path = PATH'");
  if (source->every == 0)
    complain(reader, source->line, "'every' must be 1 or more");
}

/* Every program meets every case, so the two must suit each other. */
static void check_pair(struct reader *reader, const struct program *program, const struct case_source *source) {
  bool talks = source->kind == SOURCE_CONVERSATIONS;
  if (talks && program->drive != DRIVE_HTTP)
    complain(reader, program->line, "conversations need 'drive = http' of every program in the suite");
  if (source->kind == SOURCE_TREES && (program->drive != DRIVE_RUN || program->oracle < ORACLE_EXPECTED))
    complain(reader, program->line,
             "trees need 'drive = run' and 'oracle = command' or 'oracle = expected' of every program in the suite");
  if (!talks && source->kind != SOURCE_SPEC && program->oracle == ORACLE_EXPECTED && !source->expected)
    complain(reader, source->line, "a program has 'oracle = expected', so the cases need 'expected = PATH'");
}

static void check_suite(struct reader *reader) {
  struct suite *suite = reader->suite;
  for (size_t i = 0; i < suite->program_count; i++) {
    check_program(reader, &suite->programs[i]);
    for (size_t k = 0; k < i; k++)
      if (strcmp(suite->programs[i].name, suite->programs[k].name) == 0)
        complain(reader, suite->programs[i].line, "there is a program of this name already");
  }
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

/* Oracle commands name programs that were built, too. */
static void expand_commands(struct suite *suite, const char *build) {
  static const char *const names[] = {"build"};
  for (size_t i = 0; i < suite->program_count; i++) {
    struct program *program = &suite->programs[i];
    if (!program->oracle_command)
      continue;
    char *expanded = expand_placeholders(program->oracle_command, names, &build, 1);
    free(program->oracle_command);
    program->oracle_command = expanded;
  }
}

bool suite_read_text(const char *text, const char *path, const char *build, struct suite *suite, struct bytes *why) {
  *suite = (struct suite){.name = suite_name(path), .path = xstrdup(path), .about = xstrdup("")};
  static const char byte_order_mark[] = "\xEF\xBB\xBF";
  bool marked = strncmp(text, byte_order_mark, 3) == 0;
  struct reader reader = {.at = marked ? text + 3 : text, .path = path, .suite = suite, .why = why};
  ini_max_line = ini_initial_alloc = 8192;
  ini_use_stack = false;
  ini_allow_multiline = false;
  int bad_line = ini_parse_stream(next_line, &reader, handle_key, &reader);
  if (bad_line != 0)
    complain(&reader, bad_line > 0 ? bad_line : reader.line, "neither a [section] nor a 'key = value'");
  check_suite(&reader);
  if (!reader.failed) {
    expand_commands(suite, build);
    suite_unfold(suite, build);
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
    bytes_printf(why, "%s: %s", path, strerror(failed));
  else if (memchr(span_of(&text).data, '\0', text.len))
    bytes_printf(why, "%s: holds a NUL, so it is no suite file", path);
  else
    good = suite_read_text(span_of(&text).data, path, build, suite, why);
  bytes_free(&text);
  return good;
}

static void free_program(struct program *program) {
  free(program->name);
  free(program->elf);
  text_list_free(&program->arches);
  text_list_free(&program->runners);
  text_list_free(&program->arguments);
  text_list_free(&program->environment);
  text_list_free(&program->refused);
  free(program->ready_line);
  free(program->url_path);
  free(program->oracle_command);
  free(program->errors);
  free(program->signal);
  free(program->status_line);
  text_list_free(&program->headers);
}

static void free_source(struct case_source *source) {
  free(source->name);
  text_list_free(&source->paths);
  free(source->pattern);
  free(source->expected);
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
    free_program(&suite->programs[i]);
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
  free(suite->name);
  free(suite->path);
  free(suite->about);
  *suite = (struct suite){0};
}
