/* Writes the first suite file of a program. It is run a few times, confined, with two inputs, with the arguments that
   are given or with some that are usual: what it does with them says how it wants to be run. Every key stands in the
   file, those that are not in force as comments with their defaults. */
#include "harness/accept/accept.h"

#include "harness/base/files.h"
#include "harness/base/machine.h"
#include "harness/base/words.h"
#include "harness/cli/options.h"
#include "harness/process/emulator.h"
#include "harness/process/workspace.h"
#include "harness/report/json.h"
#include "harness/suite/folder.h"
#include "harness/suite/suite.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const inputs[] = {"Hello *world*\n", "Other\n"};

/* Seconds for each try; a server whose arguments were given is surely one, and may start slowly. */
#define PATIENCE "deadline = 2\n"
#define EMULATED_PATIENCE "deadline = 10\n"
#define GUESSED_START "start-deadline = 2\n"
#define GIVEN_START "start-deadline = 10\n"

/* One way to run a program, and what came of it. */
struct way {
  char *keys; /* owned; of its section, a line each */
  bool serves;
  bool worked;  /* it ended; or answered, where it serves */
  bool differs; /* it put out something else for the other input */
  bool hung;
  bool silent;
  bool faulted; /* the runner failed, and not the program */
  bool crashed;
  bool declines; /* a server: it answered that it has no such thing */
  bool stays;    /* a server: it did not end well after SIGTERM */
  bool varies;   /* it puts out something else for the same input */
  bool emulated; /* under qemu, where it would run natively */
  bool held;     /* its files are compared, and not what it prints */
  bool named;    /* it gets its input by a name in its folder, because it prints that */
  int status_with_input;
  int status; /* exit status; -1: none */
  struct bytes detail, errors;
  struct bytes status_line; /* where it is not the usual one */
  struct bytes answer;      /* to the first input */
  char *files;              /* owned; of what it writes, the names, with commas; NULL: nothing was seen */
};

struct trial {
  struct workspace *workspace;
  const struct session_options *options;
  bool json;
  const char *elf;   /* from any folder, by the name that was given: a program may ask what it is called */
  char *arguments;   /* owned; as the key has them; NULL: none were given */
  char *environment; /* owned; a line that each way needs, or empty */
  char *paths[2];    /* of the inputs */
};

/* Appends to a detail, which has the first line of stderr, the last one, where that is another: of several, it is
   mostly the one that says why. */
static void add_last_words(struct span errors, struct bytes *detail) {
  size_t end = errors.len;
  while (end > 0 && errors.data[end - 1] == '\n')
    end--;
  size_t first = end;
  while (first > 0 && errors.data[first - 1] != '\n')
    first--;
  if (first == 0)
    return;
  bytes_text(detail, " ... ");
  bytes_escaped(detail, (struct span){errors.data + first, end - first});
}

/* Takes what the results of SESSION, one for each input, say of WAY. */
static void look(const struct session *session, struct way *way) {
  const struct result *first = &session->results[0];
  const struct result *second = &session->results[1];
  enum verdict verdict = first->verdict;
  way->hung = verdict == HUNG;
  way->crashed = verdict == CRASHED;
  way->faulted = verdict == RUNNER_FAULT;
  way->status = first->status;
  way->worked =
      way->serves ? verdict == DIVERGED || verdict == EQUAL : !way->hung && verdict != REFUSED && verdict != NOT_RUN;
  way->silent = first->answer.len == 0;
  bytes_add(&way->answer, span_of(&first->answer));
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
  if (verdict == REFUSED)
    add_last_words(span_of(&first->errors), &way->detail);
  bytes_append(&way->errors, span_of(&first->errors).data, strcspn(span_of(&first->errors).data, "\n"));
}

/* Runs the program of TRIAL in WAY. */
static bool try_way(const struct trial *trial, struct way *way, struct bytes *why) {
  struct session_options options = *trial->options;
  struct session session;
  struct bytes text = {0};
  int status = 0;
  bytes_printf(&text, "[program tried]\nelf = %s\noracle = command\noracle-command = true\n%s%s%s", trial->elf,
               way->emulated                               ? "runner = qemu\n"
               : elf_machine(trial->elf) == host_machine() ? "runner = native\n"
                                                           : "",
               way->serves ? "drive = http\n" : "", way->emulated ? EMULATED_PATIENCE : PATIENCE);
  bytes_printf(&text, "%s%s%s[cases inputs]\nsource = documents\npath = %s\npath = %s\n",
               !way->serves                        ? ""
               : trial->arguments || way->emulated ? GIVEN_START
                                                   : GUESSED_START,
               trial->environment, way->keys, trial->paths[0], trial->paths[1]);
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

/* The last is one that is tried to see whether it is better than the way that was found. */
static struct way ways[WAYS + 1];

static void forget_way(struct way *way) {
  free(way->keys);
  bytes_free(&way->detail);
  bytes_free(&way->errors);
  bytes_free(&way->status_line);
  bytes_free(&way->answer);
  free(way->files);
  *way = (struct way){0};
}

/* Whether what came names the input, as the page of a folder does, which may change from run to run. */
static bool lists_input(const struct way *way) {
  return way->answer.len && memmem(way->answer.data, way->answer.len, "document.md", strlen("document.md"));
}

/* A server that answered both inputs alike, with a list, or that has not what was requested, may serve a folder: then
   the input has a path of its own there. WAY becomes that one, where it is better. */
static bool try_path(const struct trial *trial, struct way *way, struct bytes *why) {
  if (!way->worked || (way->differs && !way->declines && !lists_input(way)))
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
    if (!best || (way->worked && (!best->worked || way->silent < best->silent)))
      best = way;
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
  /* What is silent with a file may write it. */
  bool takes_file = ways[BY_FILE].worked && ways[BY_FILE].status == 0 && plain->status > 0;
  return takes_file ? &ways[BY_FILE] : plain;
}

/* What was put out at the last try is what WAY puts out. */
static void take_answer(struct way *way) {
  bytes_clear(&way->answer);
  bytes_add(&way->answer, span_of(&ways[WAYS].answer));
}

/* Tries the keys KEYS as the way that may be better. */
static bool try_other(const struct trial *trial, const char *keys, struct bytes *why) {
  char *own = xstrdup(keys);
  forget_way(&ways[WAYS]);
  ways[WAYS] = (struct way){.keys = own};
  return try_way(trial, &ways[WAYS], why);
}

/* Takes from TOLD, the text of the folder after a run, the files that the program wrote: their names with commas become
   those of WAY. Returns how many there are. */
static size_t take_files(const struct trial *trial, struct span told, struct way *way) {
  struct bytes names = {0};
  struct bytes input = {0};
  struct bytes now = {0};
  size_t count = 0;
  bytes_read_file(&input, trial->paths[0]);
  for (size_t at = 0; at < told.len; at += strcspn(told.data + at, "\n") + 1) {
    size_t byte = 0;
    struct bytes name = {0};
    bool is_file = strncmp(told.data + at, "file ", 5) == 0 && folder_find(told, at, &name, &byte);
    bytes_clear(&now);
    bool stood = is_file && strcmp(name.data, "document.md") == 0 && folder_contents(told, name.data, &now) &&
                 span_equal(span_of(&now), span_of(&input));
    if (is_file && !stood && count++ < 10)
      bytes_printf(&names, "%s%s", names.len ? ", " : "", name.data);
    bytes_free(&name);
  }
  free(way->files);
  way->files = names.data;
  bytes_free(&input);
  bytes_free(&now);
  return count;
}

/* A run may write files. Where it puts out nothing else, or the same for each input, they are what is compared. */
static bool settle_files(const struct trial *trial, struct way *way, struct bytes *why) {
  char *tree = xasprintf("%scompare = tree\n", way->keys);
  bool tried = try_other(trial, tree, why);
  free(tree);
  if (!tried)
    return false;
  size_t count = ways[WAYS].worked ? take_files(trial, span_of(&ways[WAYS].answer), way) : 0;
  bool tells = !way->silent && (way->differs || way->status > 0);
  if (count == 0 || tells)
    return true;
  way->held = true;
  bool one = count == 1 && !strpbrk(way->files, "{};\n");
  char *keys = one ? xasprintf("%soutput = %s\n", way->keys, way->files) : xasprintf("%scompare = tree\n", way->keys);
  if (!try_other(trial, keys, why)) {
    free(keys);
    return false;
  }
  free(way->keys);
  way->keys = keys;
  take_answer(way);
  way->silent = false;
  way->differs = ways[WAYS].differs;
  return true;
}

/* Waits until files get another time than now, even where times are told in steps of two seconds (ZIP). */
static void await_other_time(void) {
  const struct timespec while_ms = {.tv_nsec = 20000000};
  for (time_t begun = time(NULL) / 2; time(NULL) / 2 == begun;)
    nanosleep(&while_ms, NULL);
}

/* Sets *VARIES where what is put out for one input in the way KEYS is not the same each time. */
static bool try_again(const struct trial *trial, const char *keys, bool *varies, struct bytes *why) {
  struct bytes before = {0};
  bool good = try_other(trial, keys, why);
  bytes_add(&before, span_of(&ways[WAYS].answer));
  if (good) {
    await_other_time();
    good = try_other(trial, keys, why);
  }
  *varies = good && !span_equal(span_of(&before), span_of(&ways[WAYS].answer));
  bytes_free(&before);
  return good;
}

/* KEYS with "document.md" in the place of "{file}"; the caller frees it. */
static char *keys_by_name(const char *keys) {
  static const char file[] = "{file}";
  struct bytes out = {0};
  for (const char *at = keys; *at;) {
    const char *next = strstr(at, file);
    bytes_append(&out, at, next ? (size_t)(next - at) : strlen(at));
    bytes_text(&out, next ? "document.md" : "");
    at = next ? next + sizeof file - 1 : at + strlen(at);
  }
  return out.data;
}

/* A run that puts out something else each time may print where its input is: then it gets a name in its folder. WAY
   says what was found. */
static bool settle_changes(const struct trial *trial, struct way *way, struct bytes *why) {
  if (!try_again(trial, way->keys, &way->varies, why))
    return false;
  if (!way->varies || !strstr(way->keys, "{file}"))
    return true;
  char *keys = keys_by_name(way->keys);
  bool varies = true;
  bool good = try_again(trial, keys, &varies, why);
  bool alike = ways[WAYS].worked && ways[WAYS].status == way->status && ways[WAYS].silent == way->silent;
  if (good && !varies && alike) {
    free(way->keys);
    way->keys = keys;
    take_answer(way);
    way->varies = false;
    way->named = true;
    return true;
  }
  free(keys);
  return good;
}

/* A run that takes no input has none in its suite: WAY is told how it ends then. */
static bool settle_without_input(const struct trial *trial, struct way *way, struct bytes *why) {
  const char *arguments = trial->arguments;
  way->status_with_input = way->status;
  const char *compared = strstr(way->keys, "output = ");
  compared = compared ? compared : strstr(way->keys, "compare = ");
  char *keys = xasprintf("%s%s%s%s", arguments ? "arguments = " : "", arguments ? arguments : "", arguments ? "\n" : "",
                         compared ? compared : "");
  bool good = try_other(trial, keys, why);
  free(way->keys);
  way->keys = keys;
  if (good && ways[WAYS].worked) {
    way->status = ways[WAYS].status;
    way->silent = ways[WAYS].silent;
    way->crashed = ways[WAYS].crashed;
    take_answer(way);
  }
  return good;
}

/* A program of this machine that does the same under qemu may run in both ways. Where it does not, DIFFERENT says how.
 */
static bool settle_runner(const struct trial *trial, const struct way *way, struct bytes *different,
                          struct bytes *why) {
  struct way *other = &ways[WAYS];
  forget_way(other);
  *other = (struct way){.keys = xstrdup(way->keys), .serves = way->serves, .emulated = true};
  if (!try_way(trial, other, why))
    return false;
  bool alike = other->worked == way->worked && other->status == way->status && other->declines == way->declines &&
               (way->varies || span_equal(span_of(&other->answer), span_of(&way->answer)));
  if (!alike)
    bytes_text(different, other->worked && !other->faulted ? "another answer" : span_of(&other->detail).data);
  return true;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

/* What the file is about. */
struct draft {
  char *name; /* a word, after the program */
  char *stem; /* a word, after the suite file: what its folders are called */
  const char *elf, *path;
  const char *arguments; /* that were given, or NULL */
  struct way *way;
  bool takes_input;
  bool free;              /* it was tried without a cell */
  bool own_inputs;        /* it was tried with inputs that stood there */
  bool native;            /* it is this machine's, and no emulator of it is here */
  struct bytes different; /* what it does otherwise under the emulator */
  const char *environment;
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
  if (way->serves && way->worked)
    bytes_printf(out, "# It is a server: it answered a request%s.\n",
                 way->declines  ? ", but has not what was requested ('url-path')"
                 : way->differs ? ", with the input"
                                : ", always alike ('url-path' is what is requested)");
  else if (way->serves)
    bytes_text(out,
               "# It answered no request within 10 seconds; perhaps it needs other 'arguments', or a 'file' of its\n"
               "# configuration. One that does not speak HTTP is held to conversations ('source').\n");
  else if (way->hung)
    bytes_text(
        out,
        "# It did not end within 2 seconds, and answered at no port that was tried. If it is a server, say how it\n"
        "# is told its port and its folder, as in: bytegate init PROGRAM -- -p {port} {folder}\n");
  else if (way->crashed)
    bytes_text(out, "# It crashed when it was tried; perhaps it needs 'arguments'.\n");
  else
    bytes_printf(out, "# It runs to its end%s.\n",
                 way->differs ? ", and puts out something else for another input" : "");
  if (draft->different.len) {
    bytes_text(out, "# Under qemu-user it does otherwise (");
    bytes_escaped(out, span_of(&draft->different));
    bytes_text(out, "), so it runs natively alone.\n");
  }
  if (draft->native)
    bytes_text(out,
               "# No emulator of this machine is here, so it runs natively alone; with qemu-user it could run in both\n"
               "# ways (runner = both).\n");
  if (way->files && !way->serves)
    bytes_printf(out, "# It writes: %s (%s).\n", way->files,
                 way->held ? "which is compared" : "which is not compared: 'output', 'compare = tree'");
  if (way->named)
    bytes_text(out, "# It prints where its input is, so it gets it by its name in its folder ('input-name').\n");
  if (way->varies)
    bytes_text(
        out,
        "# It puts out something else each time, for the same input too. Name what changes with 'filter', a command\n"
        "# through which both sides pass, as in: filter = sed -E 's/[0-9]+ ms/N ms/'\n");
  if (way->varies && way->held)
    bytes_text(
        out, "# Where it keeps the times of its files, as an archive does: those of a 'source = trees' are always the\n"
             "# same.\n");
  if (!way->serves && !way->hung && !way->crashed && !draft->takes_input && way->status_with_input > 0)
    bytes_printf(
        out,
        "# It ended with exit status %d when it was given %s. If it reads something else, put an input of its own\n"
        "# kind into %s.cases/, and try again: bytegate init --overwrite ... takes its inputs from there.\n",
        way->status_with_input, draft->own_inputs ? "these inputs" : "Markdown", draft->name);
  else if (!way->serves && !way->hung && !way->crashed && way->status > 0)
    bytes_printf(
        out,
        "# It ended with exit status %d. If that is no answer but a failure, mend its arguments or its input first.\n",
        way->status);
  else if (!way->serves && way->faulted && way->silent && !way->files)
    bytes_printf(out, "# There was no verdict of it: %s.\n", span_of(&way->detail).data);
  else if (!way->serves && !way->hung && !way->crashed && way->silent && !way->files)
    bytes_text(
        out, "# It put out nothing. If it is a server that went into the background, say which option keeps it in the\n"
             "# foreground, and how it is told its port, as in: bytegate init PROGRAM -- -D -p {port} -d {folder}\n"
             "# If it writes a file, name that with 'output', or hold all that it leaves with 'compare = tree'.\n");
  if (way->errors.len && !(way->serves && way->worked)) {
    bytes_text(out, "# It said: ");
    bytes_escaped(out, span_of(&way->errors));
    bytes_text(out, "\n");
    static const char *const signs[] = {"No such file", "not found", "not permitted", "denied"};
    bool misses = false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
      misses |= strstr(span_of(&way->errors).data, signs[i]) != NULL;
    if (misses && !draft->free)
      bytes_text(
          out,
          "# In its cell it sees /usr, its own folder, and what 'allow = path FOLDER' names; --confine=off tries it\n"
          "# with all that you may.\n");
  }
}

/* The keys of the program that are in force, a line each. */
static void add_force(const struct draft *draft, struct bytes *force) {
  const struct way *way = draft->way;
  bytes_printf(force, "elf = %s\noracle = expected\n%s", draft->elf,
               draft->native || draft->different.len ? "runner = native\n" : "");
  bytes_text(force, way->keys);
  if (way->serves && way->status_line.len)
    bytes_printf(force, "status-line = %s\n", way->status_line.data);
  if (way->serves && way->stays)
    bytes_text(force, "obeys-sigterm = no\n");
  bytes_printf(force, "drive = %s\n", way->serves ? "http" : "run");
  if (!way->serves && way->status > 0)
    bytes_printf(force, "exit-status = %d\n", way->status);
  if (draft->free)
    bytes_text(force, "confine = no\n");
  bytes_text(force, draft->environment);
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
    bytes_printf(&cases, "source = folder\npath = %s.cases\nexpected = %s.expected/{name}\n", draft->stem, draft->stem);
  else
    bytes_printf(&cases, "source = nothing\nexpected = %s.expected/{name}\n", draft->stem);
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

/* The folder of the inputs, beside the suite file; the caller frees it. */
static char *cases_folder(const struct draft *draft) {
  const char *slash = strrchr(draft->path, '/');
  return xasprintf("%.*s%s.cases", slash ? (int)(slash - draft->path) + 1 : 0, draft->path, draft->stem);
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

/* Writes the inputs that TRIAL is made with: the first two files that stand in the folder of the inputs, or our own.
   Returns whether there were any. */
static bool make_inputs(struct workspace *workspace, const struct draft *draft, struct trial *trial) {
  char *folder = cases_folder(draft);
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, is_visible, alphasort);
  bool any = false;
  for (int i = 0, next = 0; i < 2; i++) {
    char *name = xasprintf("init-%d", i);
    struct bytes text = {0};
    trial->paths[i] = workspace_file(workspace, name);
    bool read = false;
    while (!read && next < count) {
      char *path = xasprintf("%s/%s", folder, entries[next++]->d_name);
      bytes_clear(&text);
      read = bytes_read_file(&text, path) == 0;
      free(path);
    }
    any |= read;
    write_file(trial->paths[i], read ? span_of(&text) : span_text(inputs[i]));
    bytes_free(&text);
    free(name);
  }
  for (int i = 0; i < count; i++)
    free(entries[i]);
  free(entries);
  free(folder);
  return any;
}

/* Writes the first input beside the suite file, unless there is one. Returns 0 or an errno value. */
static int write_input(const struct draft *draft) {
  if (draft->own_inputs)
    return 0;
  char *folder = cases_folder(draft);
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

/* Tells what was seen, which are the comments NOTES of the file, and the command that comes NEXT. */
static void print_written(const struct draft *draft, struct span notes, const char *next) {
  for (size_t at = 0; at < notes.len; at += strcspn(notes.data + at, "\n") + 1)
    printf("%.*s\n", (int)strcspn(notes.data + at, "\n") - 2, notes.data + at + 2);
  printf("%s is written: look at it, and then\n  %s\n", draft->path, next);
}

/* Tries the program, and writes the file. */
static int write_suite(const struct trial *trial, struct draft *draft) {
  struct bytes why = {0};
  struct bytes text = {0};
  draft->way = find_way(trial, &why);
  if (!draft->way || (!draft->way->worked && !draft->way->hung)) {
    struct span detail = draft->way ? span_of(&draft->way->detail) : (struct span){"", 0};
    bool refused = !draft->free && (strstr(detail.data, "not permitted") || strstr(detail.data, "denied"));
    bool left = draft->way && draft->way->serves && strstr(detail.data, "exit status 0 ");
    if (!why.len)
      bytes_printf(
          &why, "%s%s", detail.data,
          left      ? " (if it went into the background: which option keeps it in the foreground, as -D or -F of some?)"
          : refused ? " (it may be its cell that refuses: `bytegate init --confine=off` tries it with all that you may)"
                    : "");
    int status = complain(draft->elf, why.data, EXIT_INFRASTRUCTURE);
    bytes_free(&why);
    return status;
  }
  struct way *way = draft->way;
  bool runs = !way->serves && way->worked;
  bool good = !runs || settle_files(trial, way, &why);
  draft->takes_input = way->differs || strstr(way->keys, "{file}");
  if (good && runs)
    good = (draft->takes_input || settle_without_input(trial, way, &why)) && settle_changes(trial, way, &why);
  if (good && draft->way->worked && !draft->native && draft->identity.machine &&
      draft->identity.machine == host_machine())
    good = settle_runner(trial, way, &draft->different, &why);
  if (!good) {
    int status = complain(draft->elf, span_of(&why).data, EXIT_INFRASTRUCTURE);
    bytes_free(&why);
    return status;
  }
  write_draft(draft, &text);
  struct bytes notes = {0};
  add_notes(draft, &notes);
  int failed = draft->takes_input || draft->way->serves ? write_input(draft) : 0;
  failed = failed ? failed : replace_file(draft->path, span_of(&text));
  bytes_free(&text);
  if (failed) {
    bytes_free(&notes);
    return complain(draft->path, strerror(failed), EXIT_INFRASTRUCTURE);
  }
  char *next = xasprintf("bytegate accept --suite %s '*'", draft->path);
  if (trial->json)
    json_print(json_pack("{s:o, s:s, s:b, s:s}", "suite", json_string_of(span_text(draft->path)), "drive",
                         draft->way->serves ? "http" : "run", "takes_input", draft->takes_input || draft->way->serves,
                         "next", next));
  else
    print_written(draft, span_of(&notes), next);
  bytes_free(&notes);
  free(next);
  return EXIT_EQUAL;
}

/* Whether the suite file can name TEXT. */
static bool can_be_named(const char *text) {
  return !strpbrk(text, "\n\r{}") && !strstr(text, " ;") && !isspace((unsigned char)text[strlen(text) - 1]);
}

/* Whether MACHINE is this one, and no emulator of it is here. */
static bool runs_natively_alone(const struct machine *machine) {
  char *emulator = machine && machine == host_machine() ? emulator_find(machine) : NULL;
  bool alone = machine && machine == host_machine() && !emulator;
  free(emulator);
  return alone;
}

/* Appends WORD in quotation marks. In a suite file a ';' after a blank begins a comment, so two marks stand between. */
static void add_quoted_word(const char *word, struct bytes *out) {
  struct bytes quoted = {0};
  quote_word(&quoted, word);
  for (const char *at = quoted.data; *at; at++) {
    bool comments = *at == ';' && (at[-1] == ' ' || at[-1] == '\t');
    bytes_printf(out, "%s%c", comments ? "''" : "", *at);
  }
  bytes_free(&quoted);
}

/* What stands after the program among OPERANDS, as the key `arguments` has it. The caller frees it. */
static char *join_arguments(const struct text_list *operands) {
  struct bytes out = {0};
  for (size_t i = 1; i < operands->count; i++) {
    const char *word = operands->items[i];
    bool plain = *word && *word != ';' && !strpbrk(word, " \t'\"\\");
    bytes_text(&out, i > 1 ? " " : "");
    if (plain)
      bytes_text(&out, word);
    else
      add_quoted_word(word, &out);
  }
  return out.data;
}

int init_command(struct workspace *workspace, const struct options *all) {
  const char *named = all->operands.items[0];
  char *on_path = strchr(named, '/') || access(named, F_OK) == 0 ? NULL : find_command(named);
  const char *elf = on_path ? on_path : named;
  const char *path = all->out;
  struct trial trial = {.workspace = workspace, .options = &all->session, .json = all->json, .elf = path_absolute(elf)};
  struct draft draft = {.name = name_after(elf), .free = all->confine == CONFINE_OFF};
  int status = EXIT_USAGE;
  if (access(trial.elf, X_OK) != 0) {
    complain(elf,
             errno == ENOENT && !strchr(elf, '/') ? "there is no such program here or along PATH" : strerror(errno),
             status);
    free(draft.name);
    free((char *)(uintptr_t)trial.elf);
    free(on_path);
    return status;
  }
  char *own = xasprintf("%s.ini", draft.name);
  char *absolute = path_absolute(elf);
  draft.path = path ? path : own;
  draft.stem = name_after(draft.path);
  char *dot = strrchr(draft.stem, '.');
  if (dot && dot > draft.stem)
    *dot = '\0';
  draft.elf = strchr(draft.path, '/') || elf[0] == '/' ? absolute : elf;
  draft.identity = elf_identify(trial.elf);
  draft.native = runs_natively_alone(draft.identity.machine);
  draft.own_inputs = make_inputs(workspace, &draft, &trial);
  char *real = realpath(trial.elf, NULL);
  char *libraries = !real || elf_machine(real) == host_machine() ? NULL : emulator_libraries(real);
  free(real);
  trial.environment = libraries ? xasprintf("environment = QEMU_LD_PREFIX=%s\n", libraries) : xstrdup("");
  draft.environment = trial.environment;
  free(libraries);
  draft.arguments = trial.arguments = all->operands.count > 1 ? join_arguments(&all->operands) : NULL;
  if (trial.arguments && strpbrk(trial.arguments, "\n\r"))
    complain(
        trial.arguments,
        "a suite file cannot have arguments with line ends: put the text into a file, and name that ('copy', 'file')",
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
  free(trial.environment);
  free((char *)(uintptr_t)trial.elf);
  free(absolute);
  free(own);
  free(draft.stem);
  bytes_free(&draft.different);
  free(draft.name);
  free(on_path);
  return status;
}

/* SPDX-License-Identifier: MIT */
