/* The keys of a program, and what can be wrong with them. */
#include "harness/suite/program.h"

#include "harness/base/command.h"
#include "harness/base/machine.h"
#include "harness/process/confinement.h"
#include "harness/suite/folder.h"
#include "oracles/markdown.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

const char *const runner_words[] = {"native", "qemu", "command", NULL};
const char *const drive_words[] = {"run", "http", NULL};
const char *const ready_words[] = {"line", "port", NULL};
const char *const compare_words[] = {"output", "tree", NULL};
const char *const connection_words[] = {"close", "keep-alive", NULL};
const char *const server_words[] = {"shared", "fresh", NULL};
const char *const oracle_words[] = {"cmark", "cmark-unsafe", "expected", "command", NULL};

#define ESCAPES "\\n, \\t, \\r, \\0, \\xHH, \\\\"

#define KEY_OF struct program
static const struct key rows[] = {PROGRAM_KEYS(KEY_ROW)};
#undef KEY_OF

const struct key_table program_keys = {"program", rows, sizeof rows / sizeof *rows};

void program_begin(struct program *program, const char *name, int line) {
  *program = (struct program){.name = xstrdup(name), .line = line};
  keys_begin(&program_keys, program);
}

void program_free(struct program *program) {
  keys_free(&program_keys, program);
  free(program->name);
  free(program->build);
  free(program->folder);
}

uint64_t program_hash(const struct program *program) { return keys_hash(&program_keys, program, 0); }

bool program_feeds_stdin(const struct program *program) { return strcmp(program->input, "yes") == 0; }

/* The length of the pattern of LINE, "PATTERN: REASON"; 0: it is no such line. */
static size_t pattern_length(const char *line) {
  const char *colon = strstr(line, ": ");
  return colon && colon[2 + strspn(colon + 2, " ")] ? (size_t)(colon - line) : 0;
}

const char *reason_for(const struct text_list *lines, const char *id) {
  const char *reason = NULL;
  for (size_t i = 0; i < lines->count && !reason; i++) {
    size_t len = pattern_length(lines->items[i]);
    char *pattern = xstrndup(lines->items[i], len);
    /* How a server stops is no case: it is spoken of by its name alone. */
    if (strchr(id, '/') ? fnmatch(pattern, id, 0) == 0 : strcmp(pattern, id) == 0)
      reason = lines->items[i] + len + 2;
    free(pattern);
  }
  return reason;
}

/* Whether WORD is that of a runner, with the comma after it that a list may have. */
static bool is_runner(const char *word) {
  size_t len = strcspn(word, ",");
  return (len == 6 && strncmp(word, "native", 6) == 0) || (len == 4 && strncmp(word, "qemu", 4) == 0) ||
         (len == 4 && strncmp(word, "both", 4) == 0);
}

bool program_has_command(const struct program *program) {
  return program->runners.count > 0 && !is_runner(program->runners.items[0]);
}

size_t program_requests(const struct program *program) {
  size_t least = program->connection == CONNECTION_KEEP ? 2 : 1;
  size_t paths = program->url_paths.count > least ? program->url_paths.count : least;
  return program->requests ? program->requests : paths;
}

const char *program_url_path(const struct program *program, size_t number) {
  return program->url_paths.count ? program->url_paths.items[number % program->url_paths.count] : "/";
}

static size_t option_number(const char *word) {
  size_t number = 0;
  while (markdown_oracle_words[number] && strcmp(markdown_oracle_words[number], word) != 0)
    number++;
  return number;
}

unsigned program_markdown_options(const struct program *program) {
  unsigned options = program->oracle == ORACLE_CMARK_UNSAFE ? MARKDOWN_ORACLE_UNSAFE : 0;
  for (size_t i = 0; i < program->oracle_options.count; i++)
    options |= 1U << option_number(program->oracle_options.items[i]);
  return options;
}

struct places program_places(const struct program *program) {
  struct places places = {{NULL}};
  places.values[PLACEHOLDER_BUILD] = program->build;
  places.values[PLACEHOLDER_SUITE] = program->folder;
  return places;
}

static bool wrong(struct bytes *why, const char *text) {
  bytes_text(why, text);
  return false;
}

/* Whether LINE is NAME: CONTENT. */
static bool check_file(const char *line, struct bytes *why) {
  const char *colon = strchr(line, ':');
  char *name = xstrndup(line, colon ? (size_t)(colon - line) : strlen(line));
  struct bytes text = {0};
  bool good = true;
  if (!colon || !is_below(name)) {
    bytes_printf(why, "'file = %s': 'file = NAME: CONTENT' was expected, with a NAME in the program's folder", line);
    good = false;
  } else if (!bytes_unescape(&text, colon + 1)) {
    bytes_printf(why, "'file = %s': the content has an escape that there is not; there are " ESCAPES, line);
    good = false;
  }
  bytes_free(&text);
  free(name);
  return good;
}

static bool check_lists(const struct program *program, struct bytes *why) {
  for (size_t i = 0; i < program->environment.count; i++) {
    const char *equals = strchr(program->environment.items[i], '=');
    if (!equals || equals == program->environment.items[i])
      return wrong(why, "'environment' is NAME=VALUE");
  }
  for (size_t i = 0; i < program->skips.count + program->failing.count; i++) {
    bool skips = i < program->skips.count;
    const char *line = skips ? program->skips.items[i] : program->failing.items[i - program->skips.count];
    if (!pattern_length(line)) {
      bytes_printf(why, "'%s = %s': PATTERN: REASON was expected, as in '%s = docs/*: it knows no tables'",
                   skips ? "skip" : "xfail", line, skips ? "skip" : "xfail");
      return false;
    }
  }
  for (size_t i = 0; i < program->files.count; i++)
    if (!check_file(program->files.items[i], why))
      return false;
  return true;
}

static bool is_shared(const struct program *program) {
  return program->drive == DRIVE_HTTP && program->server == SERVER_SHARED;
}

/* A server is started once for many cases, so that what is its own cannot depend on one. */
static bool check_server(const struct program *program, struct bytes *why) {
  const struct text_list *lists[] = {&program->arguments, &program->environment, &program->files};
  static const char *const names[] = {"arguments", "environment", "file"};
  for (size_t i = 0; is_shared(program) && i < 3; i++)
    for (size_t k = 0; k < lists[i]->count; k++)
      if (placeholder_in(lists[i]->items[k], PLACEHOLDER_NAME)) {
        bytes_printf(why, "'%s' has no {name} with 'drive = http': one server answers many cases ('server = fresh')",
                     names[i]);
        return false;
      }
  return true;
}

static bool check_numbers(const struct program *program, struct bytes *why) {
  if (program->oracle_status > 125)
    return wrong(why,
                 "'oracle-status' is 125 at most: from 126 on, sh says that the command was not run, or was killed");
  if (program->exit_status > 255)
    return wrong(why, "'exit-status' is 255 at most: the kernel keeps eight bits of it");
  if (program->refused.count != 0 && program->refused.count != 2)
    return wrong(why, "'refuse' is a system call and an error, as in 'refuse = getdents64 EIO'");
  if (program->terminal > 65535)
    return wrong(why, "'terminal' is 65535 columns at most");
  if (program->requests > 1000)
    return wrong(why, "'requests' is 1000 at most for one case");
  if (program->requests && program->requests < program->url_paths.count)
    return wrong(why, "'requests' is at least the number of 'url-path' keys, or some would not be asked for");
  return true;
}

/* Whether TEXT is a token of HTTP (RFC 9110, section 5.6.2) up to END. */
static bool is_token(const char *text, const char *end) {
  static const char signs[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return end && end > text && strspn(text, signs) >= (size_t)(end - text);
}

static bool check_request(const struct program *program, struct bytes *why) {
  for (size_t i = 0; i < program->url_paths.count; i++)
    if (program->url_paths.items[i][0] != '/' && strcmp(program->url_paths.items[i], "*") != 0)
      return wrong(why, "'url-path' begins with '/'");
  if (!is_token(program->method, program->method + strlen(program->method)))
    return wrong(why, "'method' is one word, as in 'method = POST'");
  for (size_t i = 0; i < program->request_headers.count; i++)
    if (!is_token(program->request_headers.items[i], strchr(program->request_headers.items[i], ':')))
      return wrong(why, "'request-header' is NAME: VALUE, as in 'request-header = Accept: text/html'");
  for (size_t i = 0; i < program->headers.count; i++)
    if (!is_token(program->headers.items[i], strchr(program->headers.items[i], ':')))
      return wrong(why, "'header' is NAME: VALUE, as in 'header = Connection: close'");
  return true;
}

static bool check_paths(const struct program *program, struct bytes *why) {
  if (!is_below(program->input_name))
    return wrong(why, "'input-name' is a name in the program's folder, without '/' before it or '..' in it");
  for (size_t i = 0; i < program->files.count; i++) {
    size_t len = strcspn(program->files.items[i], ":");
    if (strlen(program->input_name) == len && strncmp(program->files.items[i], program->input_name, len) == 0)
      return wrong(why, "'file' has the name of the input ('input-name'), which would replace it");
  }
  if (program->output && !is_below(program->output))
    return wrong(why, "'output' is a file in the program's folder, without '/' before it or '..' in it");
  if (program->compare == COMPARE_TREE && program->oracle < ORACLE_EXPECTED)
    return wrong(why, "'compare = tree' needs 'oracle = command' or 'oracle = expected'");
  if (is_shared(program) && program->copied && placeholder_in(program->copied, PLACEHOLDER_NAME))
    return wrong(why, "'copy' has no {name} with 'drive = http': one server answers many cases ('server = fresh')");
  if (is_shared(program) && placeholder_in(program->input_name, PLACEHOLDER_NAME))
    return wrong(why,
                 "'input-name' has no {name} with 'drive = http': one server answers many cases ('server = fresh')");
  return true;
}

/* A word that is nearly that of a runner, and no command, is one that was misspelt. */
static bool check_runners(const struct program *program, struct bytes *why) {
  const struct text_list *runners = &program->runners;
  if (runners->count == 0)
    return true;
  const char *first = runners->items[0];
  char *command = strchr(first, '/') ? xstrdup(first) : find_command(first);
  bool good = command || is_runner(first) || !nearest_word(first, runner_words, 2);
  if (!good)
    complain_of_word(why, "runner", first, runner_words, 2);
  free(command);
  for (size_t i = 1; good && is_runner(first) && i < runners->count; i++) {
    good = is_runner(runners->items[i]);
    if (!good)
      complain_of_word(why, "runner", runners->items[i], runner_words, 2);
  }
  return good;
}

static bool check_words(const struct program *program, struct bytes *why) {
  bool good = true;
  const char **names = xcalloc(machine_count, sizeof *names);
  for (size_t i = 0; i < machine_count; i++)
    names[i] = machines[i].name;
  for (size_t i = 0; good && i < program->arches.count; i++) {
    good = machine_named(program->arches.items[i]) != NULL;
    if (!good)
      complain_of_word(why, "arch", program->arches.items[i], names, machine_count);
  }
  good = good && check_runners(program, why);
  free(names);
  for (size_t i = 0; good && i < program->oracle_options.count; i++) {
    size_t number = option_number(program->oracle_options.items[i]);
    good = markdown_oracle_words[number] != NULL;
    if (!good)
      complain_of_word(why, "option", program->oracle_options.items[i], markdown_oracle_words, number);
  }
  return good;
}

bool program_check(const struct program *program, struct bytes *why) {
  struct bytes errors = {0};
  if (!program->elf || !*program->elf)
    return wrong(why, "the program has no 'elf = PATH'");
  if (!check_words(program, why) || !check_lists(program, why) || !check_numbers(program, why) ||
      !keys_check(&program_keys, program, program->given, why) || !check_server(program, why) ||
      !check_request(program, why) || !check_paths(program, why))
    return false;
  if (strstr(program->elf, "{arch}") && program->arches.count == 0)
    return wrong(why, "'elf' has {arch}, so 'arch = x64 arm64' must say which");
  if (program->oracle == ORACLE_COMMAND && !program->oracle_command)
    return wrong(why, "'oracle = command' needs an 'oracle-command = COMMAND'");
  struct confinement confinement = {0};
  struct bytes unknown = {0};
  /* What they stand for is a path in any case. */
  const struct places fixed = {.values = {[PLACEHOLDER_BUILD] = "/", [PLACEHOLDER_SUITE] = "/"}};
  char *allow = program->allow ? places_expand(&fixed, program->allow) : NULL;
  bool allowed = !allow || confinement_allow(&confinement, allow, &unknown);
  free(allow);
  confinement_free(&confinement);
  if (!allowed)
    bytes_printf(why, "'allow': %s", unknown.data);
  bytes_free(&unknown);
  if (!allowed)
    return false;
  bool good = !program->errors || bytes_unescape(&errors, program->errors);
  bytes_free(&errors);
  return good || wrong(why, "'stderr' has an escape that there is not; there are " ESCAPES);
}

/* SPDX-License-Identifier: MIT */
