/* Writes the first suite file of a program. It is run a few times, confined, with two inputs, with the arguments that
   are given or with some that are usual: what it does with them says how it wants to be run. Every key stands in the
   file, those that are not in force as comments with their defaults. */
#include "harness/accept/accept.h"

#include "harness/base/files.h"
#include "harness/base/machine.h"
#include "harness/base/words.h"
#include "harness/cli/options.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"
#include "harness/suite/suite.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const inputs[] = {"Hello *world*\n", "Other\n"};

/* Seconds for each try. */
#define PATIENCE "deadline = 2\nstart-deadline = 2\n"

/* One way to run a program, and what came of it. */
struct way {
  char *keys; /* owned; of its section, a line each */
  bool serves;
  bool worked;  /* it ended; or answered, where it serves */
  bool differs; /* it put out something else for the other input */
  bool hung;
  bool silent;
  bool crashed;
  bool declines; /* a server: it answered that it has no such thing */
  bool stays;    /* a server: it did not end well after SIGTERM */
  int status;    /* exit status; -1: none */
  struct bytes detail, errors;
  struct bytes status_line; /* where it is not the usual one */
};

struct trial {
  struct workspace *workspace;
  const struct session_options *options;
  bool json;
  const char *elf; /* from any folder */
  char *arguments; /* owned; as the key has them; NULL: none were given */
  char *paths[2];  /* of the inputs */
};

/* Takes what the results of SESSION, one for each input, say of WAY. */
static void look(const struct session *session, struct way *way) {
  const struct result *first = &session->results[0];
  const struct result *second = &session->results[1];
  enum verdict verdict = first->verdict;
  way->hung = verdict == HUNG;
  way->crashed = verdict == CRASHED;
  way->status = first->status;
  way->worked =
      way->serves ? verdict == DIVERGED || verdict == EQUAL : !way->hung && verdict != REFUSED && verdict != NOT_RUN;
  way->silent = first->answer.len == 0;
  if (way->serves && first->part == PART_STATUS) {
    struct span line = span_of(&first->actual);
    bytes_clear(&way->status_line);
    bytes_append(&way->status_line, line.data, strcspn(line.data, "\r\n"));
    bytes_text(&way->status_line, "");
    const char *code = strchr(way->status_line.data, ' ');
    way->declines = code && code[1] != '2';
  }
  for (size_t i = 0; i < session->result_count; i++)
    if (session->results[i].test_case == &session->stop && session->results[i].verdict != NOT_RUN)
      way->stays |= session->results[i].verdict != EQUAL;
  way->differs = session->result_count > 1 && !span_equal(span_of(&first->answer), span_of(&second->answer));
  bytes_add(&way->detail, span_of(&first->detail));
  bytes_append(&way->errors, span_of(&first->errors).data, strcspn(span_of(&first->errors).data, "\n"));
}

/* Runs the program of TRIAL in WAY. */
static bool try_way(const struct trial *trial, struct way *way, struct bytes *why) {
  struct session_options options = *trial->options;
  struct session session;
  struct bytes text = {0};
  int status = 0;
  bytes_printf(&text, "[program tried]\nelf = %s\noracle = command\noracle-command = true\n%s%s" PATIENCE, trial->elf,
               elf_machine(trial->elf) == host_machine() ? "runner = native\n" : "",
               way->serves ? "drive = http\n" : "");
  if (!way->serves)
    text.len -= strlen("start-deadline = 2\n");
  bytes_printf(&text, "%s[cases inputs]\nsource = documents\npath = %s\npath = %s\n", way->keys, trial->paths[0],
               trial->paths[1]);
  options.keep_going = true;
  options.keeps_answers = true;
  options.repeat = 1;
  options.blame = NULL;
  options.known_path = "/nonexistent/known-divergences";
  bool good = session_open_text(&session, &options, "init.ini", text.data, why) &&
              session_run(&session, trial->workspace, why, &status);
  if (good)
    look(&session, way);
  session_close(&session);
  bytes_free(&text);
  return good;
}

/* What programs are often given, in the order in which it is tried. */
static const struct {
  const char *keys;
  bool serves;
} usual[] = {
    {"stdin = yes\n", false},
    {"arguments = {file}\n", false},
    {"ready = line\n", true},
    {"ready = port\narguments = {port}\n", true},
    {"ready = port\narguments = {port} {file}\n", true},
    {"ready = port\narguments = -p {port}\n", true},
};

enum { BY_STDIN, BY_FILE, FIRST_SERVER, WAYS = sizeof usual / sizeof *usual };

static struct way ways[WAYS + 1];

static void forget_way(struct way *way) {
  free(way->keys);
  bytes_free(&way->detail);
  bytes_free(&way->errors);
  bytes_free(&way->status_line);
  *way = (struct way){0};
}

/* A server that answered both inputs alike, or has not what was requested, may serve a folder: then the input has a
   path of its own there. WAY becomes that one, where it is better. */
static bool try_path(const struct trial *trial, struct way *way, struct bytes *why) {
  if (!way->worked || (way->differs && !way->declines))
    return true;
  struct way *other = &ways[WAYS];
  *other = (struct way){.keys = xasprintf("%surl-path = /document.md\n", way->keys), .serves = true};
  bool good = try_way(trial, other, why);
  if (good && other->worked && other->differs && !other->declines) {
    struct way worse = *way;
    *way = *other;
    *other = worse;
  }
  forget_way(other);
  return good;
}

/* Finds the way in which the program works with the arguments that were given. */
static struct way *find_given_way(const struct trial *trial, struct bytes *why) {
  bool serves = strstr(trial->arguments, "{port}") != NULL;
  bool reads = strstr(trial->arguments, "{file}") != NULL;
  const char *const more[] = {serves ? "ready = port\n" : reads ? "" : "stdin = yes\n", serves ? "ready = line\n" : ""};
  struct way *best = NULL;
  for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
    struct way *way = &ways[i];
    *way = (struct way){.keys = xasprintf("%sarguments = %s\n", more[i], trial->arguments), .serves = serves};
    if (!try_way(trial, way, why) || (serves && !try_path(trial, way, why)))
      return NULL;
    if (way->worked && (way->serves || way->differs || reads))
      return way;
    best = best && best->worked && best->silent <= way->silent ? best : way;
  }
  return best;
}

/* Finds the way in which the program works; NULL and WHY: it cannot be run at all. */
static struct way *find_way(const struct trial *trial, struct bytes *why) {
  if (trial->arguments)
    return find_given_way(trial, why);
  for (size_t i = 0; i < WAYS; i++)
    ways[i] = (struct way){.keys = xstrdup(usual[i].keys), .serves = usual[i].serves};
  struct way *plain = &ways[BY_STDIN];
  if (!try_way(trial, plain, why))
    return NULL;
  bool complains = plain->worked && plain->silent && plain->status > 0;
  if (plain->worked && plain->differs)
    return plain;
  if (!plain->hung && !try_way(trial, &ways[BY_FILE], why))
    return NULL;
  if (ways[BY_FILE].worked && ways[BY_FILE].differs)
    return &ways[BY_FILE];
  for (size_t i = FIRST_SERVER; i < WAYS && (plain->hung || complains); i++) {
    if (!try_way(trial, &ways[i], why) || !try_path(trial, &ways[i], why))
      return NULL;
    if (ways[i].worked)
      return &ways[i];
  }
  return plain;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

/* What the file is about. */
struct draft {
  char *name; /* a word, after the program */
  const char *elf, *path;
  const char *arguments; /* that were given, or NULL */
  const struct way *way;
  bool takes_input;
  bool free; /* it was tried without a cell */
  struct elf_identity identity;
};

/* Appends the lines that are in force for KEY, or the key as a comment. */
static void add_key(const struct key *key, const char *in_force, struct bytes *out) {
  size_t len = strlen(key->name);
  bool stands = false;
  for (const char *line = in_force; *line; line += strcspn(line, "\n") + 1)
    stands |= strncmp(line, key->name, len) == 0 && strncmp(line + len, " = ", 3) == 0;
  bytes_printf(out, "# %s\n", key->help);
  for (const char *line = in_force; *line; line += strcspn(line, "\n") + 1)
    if (strncmp(line, key->name, len) == 0 && strncmp(line + len, " = ", 3) == 0)
      bytes_printf(out, "%.*s\n", (int)strcspn(line, "\n"), line);
  if (stands)
    return;
  bytes_printf(out, "# %s =%s%s", key->name, key->fallback && *key->fallback ? " " : "",
               key->fallback ? key->fallback : "");
  for (size_t i = 0; key->type == KEY_CHOICE && key->choices[i]; i++)
    bytes_printf(out, "%s%s", i ? " | " : key->fallback ? "   (" : " ", key->choices[i]);
  bytes_text(out, key->type == KEY_CHOICE && key->fallback ? ")\n" : "\n");
}

static void add_keys(const struct key_table *table, const char *in_force, struct bytes *out) {
  for (size_t i = 0; i < table->count; i++)
    add_key(&table->keys[i], in_force, out);
}

/* What was seen, as comments. */
static void add_notes(const struct draft *draft, struct bytes *out) {
  const struct way *way = draft->way;
  bool is_elf = draft->identity.is_elf;
  bytes_printf(out, "# %s is %s.\n", draft->elf, is_elf ? elf_description(&draft->identity) : "no ELF file");
  if (way->serves)
    bytes_printf(out, "# It is a server: it answered a request%s.\n",
                 way->declines  ? ", but has not what was requested ('url-path')"
                 : way->differs ? ", with the input"
                                : ", always alike ('url-path' is what is requested)");
  else if (way->hung)
    bytes_text(
        out,
        "# It did not end within 2 seconds, and answered at no port that was tried. If it is a server, say how it\n"
        "# is told its port and its folder, as in: bytegate init PROGRAM -- -p {port} {folder}\n");
  else if (way->crashed)
    bytes_text(out, "# It crashed when it was tried; perhaps it needs 'arguments'.\n");
  else
    bytes_printf(out, "# It runs to its end%s.\n",
                 draft->takes_input ? ", and puts out something else for another input" : "");
  if (!way->serves && !way->hung && !way->crashed && !draft->takes_input && way->status > 0)
    bytes_printf(
        out,
        "# It ended with exit status %d whatever it was given, which was Markdown. If it reads something else, put\n"
        "# an input of its own kind into %s.cases/, and set 'stdin = yes' or 'arguments = {file}', 'source = folder',\n"
        "# 'path = %s.cases', and no 'exit-status'.\n",
        way->status, draft->name, draft->name);
  else if (!way->serves && !way->hung && !way->crashed && way->silent)
    bytes_text(
        out, "# It put out nothing. If it is a server that went into the background, say which option keeps it in the\n"
             "# foreground, and how it is told its port, as in: bytegate init PROGRAM -- -D -p {port} -d {folder}\n"
             "# If it writes a file, name that with 'output', or hold all that it leaves with 'compare = tree'.\n");
  if (way->errors.len && !way->serves) {
    bytes_text(out, "# It said: ");
    bytes_escaped(out, span_of(&way->errors));
    bytes_text(out, "\n");
  }
}

/* The keys of the program that are in force, a line each. */
static void add_force(const struct draft *draft, struct bytes *force) {
  const struct way *way = draft->way;
  bytes_printf(force, "elf = %s\noracle = expected\n", draft->elf);
  if (draft->takes_input || way->serves)
    bytes_text(force, way->keys);
  else if (draft->arguments)
    bytes_printf(force, "arguments = %s\n", draft->arguments);
  if (way->serves && way->status_line.len)
    bytes_printf(force, "status-line = %s\n", way->status_line.data);
  if (way->serves && way->stays)
    bytes_text(force, "obeys-sigterm = no\n");
  bytes_printf(force, "drive = %s\n", way->serves ? "http" : "run");
  if (!way->serves && way->status > 0)
    bytes_printf(force, "exit-status = %d\n", way->status);
  if (draft->free)
    bytes_text(force, "confine = no\n");
}

static void write_draft(const struct draft *draft, struct bytes *out) {
  struct bytes force = {0};
  struct bytes cases = {0};
  bytes_printf(out,
               "# A suite for %s, as `bytegate init` wrote it. A line that begins with # is a comment: a key with its\n"
               "# meaning and its default. fixtures/README.md, or bytegate-suite(5), says more of each.\n#\n",
               draft->name);
  add_notes(draft, out);
  bytes_printf(out,
               "#\n# Next: take what it puts out now as right, after you have looked at it, and hold it to that:\n"
               "#   bytegate accept --suite %s '*'\n#   bytegate verify --suite %s\n\n[suite]\n",
               draft->path, draft->path);
  bytes_printf(&force, "about = %s, held to bytes that were accepted\n", draft->name);
  add_keys(&suite_keys, force.data, out);
  bytes_clear(&force);
  bytes_printf(out, "\n[program %s]\n", draft->name);
  add_force(draft, &force);
  add_keys(&program_keys, force.data, out);
  bytes_text(out, "\n[cases first]\n");
  bool has_input = draft->takes_input || draft->way->serves;
  if (has_input)
    bytes_printf(&cases, "source = folder\npath = %s.cases\nexpected = %s.expected/{name}\n", draft->name, draft->name);
  else
    bytes_printf(&cases, "source = nothing\nexpected = %s.expected/{name}\n", draft->name);
  add_keys(&cases_keys, cases.data, out);
  bytes_free(&force);
  bytes_free(&cases);
}

/* The base name of ELF as a word that a section can be called. */
static char *name_after(const char *elf) {
  const char *slash = strrchr(elf, '/');
  char *name = xstrdup(slash ? slash + 1 : elf);
  for (char *at = name; *at; at++)
    if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
      *at = '-';
  return name;
}

/* Writes the first input beside the suite file, unless there is one. Returns 0 or an errno value. */
static int write_input(const struct draft *draft) {
  const char *slash = strrchr(draft->path, '/');
  char *folder = xasprintf("%.*s%s.cases", slash ? (int)(slash - draft->path) + 1 : 0, draft->path, draft->name);
  char *path = xasprintf("%s/first", folder);
  int failed = mkdir(folder, 0777) != 0 && errno != EEXIST ? errno : 0;
  if (!failed && access(path, F_OK) != 0)
    failed = write_file(path, span_text(inputs[0]));
  free(folder);
  free(path);
  return failed;
}

static int complain(const char *what, const char *why, int status) {
  fprintf(stderr, "bytegate: %s: %s\n", what, why);
  return status;
}

/* Tries the program, and writes the file. */
static int write_suite(const struct trial *trial, struct draft *draft) {
  struct bytes why = {0};
  struct bytes text = {0};
  draft->way = find_way(trial, &why);
  if (!draft->way || (!draft->way->worked && !draft->way->hung)) {
    int status = complain(draft->elf, why.len ? why.data : span_of(&draft->way->detail).data, EXIT_INFRASTRUCTURE);
    bytes_free(&why);
    return status;
  }
  draft->takes_input = draft->way->differs;
  write_draft(draft, &text);
  int failed = draft->takes_input || draft->way->serves ? write_input(draft) : 0;
  failed = failed ? failed : replace_file(draft->path, span_of(&text));
  bytes_free(&text);
  if (failed)
    return complain(draft->path, strerror(failed), EXIT_INFRASTRUCTURE);
  char *next = xasprintf("bytegate accept --suite %s '*'", draft->path);
  if (trial->json)
    json_print(json_pack("{s:o, s:s, s:b, s:s}", "suite", json_string_of(span_text(draft->path)), "drive",
                         draft->way->serves ? "http" : "run", "takes_input", draft->takes_input || draft->way->serves,
                         "next", next));
  else
    printf("%s is written: look at it, and then\n  %s\n", draft->path, next);
  free(next);
  return EXIT_EQUAL;
}

/* Whether the suite file can name TEXT. */
static bool can_be_named(const char *text) {
  return !strpbrk(text, "\n\r{}") && !strstr(text, " ;") && !isspace((unsigned char)text[strlen(text) - 1]);
}

/* What stands after the program among OPERANDS, as the key `arguments` has it. The caller frees it. */
static char *join_arguments(const struct text_list *operands) {
  struct bytes out = {0};
  for (size_t i = 1; i < operands->count; i++) {
    const char *word = operands->items[i];
    bool plain = *word && !strpbrk(word, " \t'\"\\");
    bytes_text(&out, i > 1 ? " " : "");
    if (plain)
      bytes_text(&out, word);
    else
      quote_word(&out, word);
  }
  return out.data;
}

int init_command(struct workspace *workspace, const struct options *all) {
  const char *elf = all->operands.items[0];
  const char *path = all->out;
  struct trial trial = {
      .workspace = workspace, .options = &all->session, .json = all->json, .elf = realpath(elf, NULL)};
  struct draft draft = {.name = name_after(elf), .free = all->confine == CONFINE_OFF};
  int status = EXIT_USAGE;
  if (!trial.elf || access(trial.elf, X_OK) != 0) {
    free(draft.name);
    free((char *)(uintptr_t)trial.elf);
    return complain(elf, strerror(errno), EXIT_USAGE);
  }
  char *own = xasprintf("%s.ini", draft.name);
  char *absolute = path_absolute(elf);
  draft.path = path ? path : own;
  draft.elf = strchr(draft.path, '/') || elf[0] == '/' ? absolute : elf;
  draft.identity = elf_identify(trial.elf);
  for (int i = 0; i < 2; i++) {
    char *name = xasprintf("init-%d", i);
    trial.paths[i] = workspace_file(workspace, name);
    write_file(trial.paths[i], span_text(inputs[i]));
    free(name);
  }
  draft.arguments = trial.arguments = all->operands.count > 1 ? join_arguments(&all->operands) : NULL;
  if (trial.arguments && (strpbrk(trial.arguments, "\n\r") || strstr(trial.arguments, " ;")))
    complain(trial.arguments, "a suite file cannot have these arguments: line ends and ' ;' mean something there",
             status);
  else if (!can_be_named(draft.elf))
    complain(elf, "a suite file cannot name it: braces, line ends and ' ;' mean something there", status);
  else if (!all->overwrite && access(draft.path, F_OK) == 0)
    complain(draft.path, "it is there already; --overwrite replaces it, and -o FILE writes another", status);
  else
    status = write_suite(&trial, &draft);
  for (int i = 0; i < 2; i++)
    free(trial.paths[i]);
  for (size_t i = 0; i < WAYS; i++)
    forget_way(&ways[i]);
  free(trial.arguments);
  free((char *)(uintptr_t)trial.elf);
  free(absolute);
  free(own);
  free(draft.name);
  return status;
}

/* SPDX-License-Identifier: MIT */
