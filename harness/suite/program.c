/* The keys of a program, and what can be wrong with them. */
#include "harness/suite/program.h"

#include "harness/base/machine.h"
#include "harness/process/confinement.h"
#include "oracles/markdown.h"

#include <stdlib.h>
#include <string.h>

const char *const runner_words[] = {"native", "qemu", NULL};
const char *const drive_words[] = {"run", "http", NULL};
const char *const ready_words[] = {"line", "port", NULL};
const char *const oracle_words[] = {"cmark", "cmark-unsafe", "expected", "command", NULL};

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
}

uint64_t program_hash(const struct program *program) { return keys_hash(&program_keys, program, 0); }

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

void program_expand_command(struct program *program, const char *build) {
  static const char *const names[] = {"build"};
  if (!program->oracle_command)
    return;
  char *expanded = expand_for_shell(program->oracle_command, names, &build, 1);
  free(program->oracle_command);
  program->oracle_command = expanded;
}

static bool wrong(struct bytes *why, const char *text) {
  bytes_text(why, text);
  return false;
}

/* A word in braces that is nearly one of the placeholders NAMES is one that was misspelt. */
static bool check_placeholders(const char *text, const char *const *names, size_t count, struct bytes *why) {
  bool good = true;
  for (text = text ? strchr(text, '{') : NULL; text && good; text = strchr(text + 1, '{')) {
    size_t len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz-_");
    char *word = text[1 + len] == '}' ? xstrndup(text + 1, len) : NULL;
    const char *near = word && len > 2 ? nearest_word(word, names, count) : NULL;
    good = !near || strcmp(near, word) == 0;
    if (!good)
      bytes_printf(why, "there is no placeholder {%s}; did you mean {%s}?", word, near);
    free(word);
  }
  return good;
}

static bool check_lists(const struct program *program, struct bytes *why) {
  static const char *const in_elf[] = {"arch", "build"};
  static const char *const in_arguments[] = {"file", "port"};
  static const char *const in_headers[] = {"length"};
  bool good = check_placeholders(program->elf, in_elf, 2, why);
  for (size_t i = 0; good && i < program->arguments.count; i++)
    good = check_placeholders(program->arguments.items[i], in_arguments, 2, why);
  for (size_t i = 0; good && i < program->headers.count; i++)
    good = check_placeholders(program->headers.items[i], in_headers, 1, why);
  for (size_t i = 0; good && i < program->environment.count; i++) {
    const char *equals = strchr(program->environment.items[i], '=');
    if (!equals || equals == program->environment.items[i])
      return wrong(why, "'environment' is NAME=VALUE");
  }
  return good;
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
  if (program->terminal && program->drive != DRIVE_RUN)
    return wrong(why, "'terminal' needs 'drive = run'");
  if (*program->url_path != '/')
    return wrong(why, "'url-path' begins with '/'");
  return true;
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
  for (size_t i = 0; good && i < program->runners.count; i++) {
    size_t known = 0;
    while (runner_words[known] && strcmp(program->runners.items[i], runner_words[known]) != 0)
      known++;
    good = runner_words[known] != NULL;
    if (!good)
      complain_of_word(why, "runner", program->runners.items[i], runner_words, known);
  }
  free(names);
  for (size_t i = 0; good && i < program->oracle_options.count; i++) {
    size_t number = option_number(program->oracle_options.items[i]);
    good = markdown_oracle_words[number] != NULL;
    if (!good)
      complain_of_word(why, "option", program->oracle_options.items[i], markdown_oracle_words, number);
  }
  if (good && program->oracle_options.count && program->oracle > ORACLE_CMARK_UNSAFE)
    return wrong(why, "'oracle-options' are cmark's, so they need 'oracle = cmark' or 'oracle = cmark-unsafe'");
  return good;
}

bool program_check(const struct program *program, struct bytes *why) {
  struct bytes errors = {0};
  if (!check_words(program, why) || !check_lists(program, why) || !check_numbers(program, why))
    return false;
  if (!program->elf || !*program->elf)
    return wrong(why, "the program has no 'elf = PATH'");
  if (strstr(program->elf, "{arch}") && program->arches.count == 0)
    return wrong(why, "'elf' has {arch}, so 'arch = x64 arm64' must say which");
  if (program->oracle == ORACLE_COMMAND && !program->oracle_command)
    return wrong(why, "'oracle = command' needs an 'oracle-command = COMMAND'");
  struct confinement confinement = {0};
  struct bytes unknown = {0};
  bool allowed = !program->allow || confinement_allow(&confinement, program->allow, &unknown);
  confinement_free(&confinement);
  if (!allowed)
    bytes_printf(why, "'allow': %s", unknown.data);
  bytes_free(&unknown);
  if (!allowed)
    return false;
  bool good = !program->errors || bytes_unescape(&errors, program->errors);
  bytes_free(&errors);
  return good || wrong(why, "'stderr' has an escape that there is not; there are \\n, \\t, \\r, \\0, \\xHH, \\\\");
}
