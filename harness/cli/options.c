/* The command line. */
#include "harness/cli/options.h"

#include "harness/base/companion.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* The file VERSION, through the Makefile. */
const char *argp_program_version = "bytegate " BYTEGATE_VERSION;

enum {
  OPTION_RUNNER = 256,
  OPTION_SEED,
  OPTION_REPEAT,
  OPTION_JUNIT,
  OPTION_JSON,
  OPTION_SARIF,
  OPTION_GITHUB,
  OPTION_TAP,
  OPTION_TEXT,
  OPTION_SUITES,
  OPTION_KNOWN,
  OPTION_UPDATE,
  OPTION_NO_AUDIT,
  OPTION_BUILD,
  OPTION_LCOV,
  OPTION_BYTE,
  OPTION_ELF,
  OPTION_FRESH,
  OPTION_SECONDS,
  OPTION_UNEXPLAINED
};

static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "What to run:", 1},
    {"suite", 's', "SUITE", 0, "A suite by name, or a suite file; may be repeated", 1},
    {"case", 'c', "CASE", 0, "Cases whose name matches this shell pattern; may be repeated", 1},
    {"program", 'p', "PROGRAM", 0, "Programs whose name matches this shell pattern; may be repeated", 1},
    {"runner", OPTION_RUNNER, "RUNNER", 0, "native or qemu", 1},
    {"seed", OPTION_SEED, "N", 0,
     "Seed of the random documents, and of the sample of mutants: a number, or the word random", 1},
    {"byte", OPTION_BYTE, "N", 0, "Blame byte N of the body, or of stdout, whether it diverges or not", 1},
    {"elf", OPTION_ELF, NULL, 0, "Bisect between two builds of a program, not two commits", 1},
    {NULL, 0, NULL, 0, "How to run it:", 2},
    {"jobs", 'j', "N", 0, "Programs at work side by side (default: one for each core)", 2},
    {"keep-going", 'k', NULL, 0, "Go on after a failure", 2},
    {"repeat", OPTION_REPEAT, "N", 0, "Run each case N times; one that does not always do the same is FLAKY", 2},
    {"no-self-audit", OPTION_NO_AUDIT, NULL, 0, "Leave out the proof that this gate catches what it must", 2},
    {"fresh", OPTION_FRESH, NULL, 0, "Measure anew, also what is known from before", 2},
    {"seconds", OPTION_SECONDS, "N", 0, "Try mutants so long, in an order that the seed decides (default: all)", 2},
    {"unexplained", OPTION_UNEXPLAINED, NULL, 0, "Leave out the mutants that fixtures/mutants-equivalent explains", 2},
    {NULL, 0, NULL, 0, "What to print:", 3},
    {"verbose", 'v', NULL, 0, "Name every case, explain every failure", 3},
    {"text", OPTION_TEXT, NULL, 0, "Text for people (default on a terminal)", 3},
    {"tap", OPTION_TAP, NULL, 0, "TAP version 14 (default elsewhere)", 3},
    {"lcov", OPTION_LCOV, "FILE", 0, "Write the coverage as a tracefile of lcov as well", 3},
    {"junit", OPTION_JUNIT, "FILE", 0, "Write JUnit XML as well", 3},
    {"json-lines", OPTION_JSON, "FILE", 0, "Write JSON as well, one result a line", 3},
    {"sarif", OPTION_SARIF, "FILE", 0, "Write SARIF 2.1.0 as well", 3},
    {"github", OPTION_GITHUB, NULL, 0, "Print GitHub annotations as well", 3},
    {NULL, 0, NULL, 0, "Where things are:", 4},
    {"suites", OPTION_SUITES, "FOLDER", 0, "Folder of the suite files (default: fixtures/suites)", 4},
    {"build", OPTION_BUILD, "FOLDER", 0, "Folder that {build} of a suite stands for (default: that of this command)",
     4},
    {"out", 'o', "FILE", 0,
     "File for the reduced document (default: reduced.md), or the HTML page (default: report.html beside this command)",
     4},
    {"known", OPTION_KNOWN, "FILE", 0, "List of known divergences (default: fixtures/known-divergences)", 4},
    {"update-known", OPTION_UPDATE, NULL, 0, "Write the list of known divergences anew, from what diverges now", 4},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct {
  const char *name;
  size_t operands; /* at most */
} commands[COMMANDS] = {
    [COMMAND_VERIFY] = {"verify", 0},      [COMMAND_REPORT] = {"report", 0},
    [COMMAND_LIST] = {"list", 0},          [COMMAND_AUDIT] = {"self-audit", 0},
    [COMMAND_REDUCE] = {"reduce", 1},      [COMMAND_COVERAGE] = {"coverage", 0},
    [COMMAND_COVERS] = {"covers", 1},      [COMMAND_MUTATE] = {"mutate", SIZE_MAX},
    [COMMAND_BLAME] = {"blame", 1},        [COMMAND_BISECT] = {"bisect", 3},
    [COMMAND_LOADERS] = {"loaders", 3},    [COMMAND_LIVENESS] = {"liveness", 0},
    [COMMAND_MACHINES] = {"machines", 1},  [COMMAND_COMPLETION] = {"completion", 1},
    [COMMAND_PLANT] = {"plant", SIZE_MAX}, [COMMAND_OBSERVE] = {"observe", SIZE_MAX},
};

/* The options whose value goes straight into a field of struct options. */
enum binding_kind { SET_TRUE, SET_FALSE, SET_TEXT, ADD_TEXT, SET_UNSIGNED, SET_NUMBER };

static const struct binding {
  int key;
  enum binding_kind kind;
  size_t offset;
  unsigned long long least, most; /* of a number */
} bindings[] = {
    {'s', ADD_TEXT, offsetof(struct options, session.suites), 0, 0},
    {'c', ADD_TEXT, offsetof(struct options, session.cases), 0, 0},
    {'p', ADD_TEXT, offsetof(struct options, session.programs), 0, 0},
    {'j', SET_UNSIGNED, offsetof(struct options, session.jobs), 1, 256},
    {'k', SET_TRUE, offsetof(struct options, session.keep_going), 0, 0},
    {'v', SET_TRUE, offsetof(struct options, session.verbose), 0, 0},
    {OPTION_REPEAT, SET_UNSIGNED, offsetof(struct options, session.repeat), 1, 1000000},
    {OPTION_SUITES, SET_TEXT, offsetof(struct options, session.suites_folder), 0, 0},
    {OPTION_KNOWN, SET_TEXT, offsetof(struct options, session.known_path), 0, 0},
    {OPTION_JUNIT, SET_TEXT, offsetof(struct options, junit), 0, 0},
    {OPTION_JSON, SET_TEXT, offsetof(struct options, json_lines), 0, 0},
    {OPTION_SARIF, SET_TEXT, offsetof(struct options, sarif), 0, 0},
    {'o', SET_TEXT, offsetof(struct options, out), 0, 0},
    {OPTION_LCOV, SET_TEXT, offsetof(struct options, lcov), 0, 0},
    {OPTION_ELF, SET_TRUE, offsetof(struct options, by_elf), 0, 0},
    {OPTION_FRESH, SET_TRUE, offsetof(struct options, fresh), 0, 0},
    {OPTION_SECONDS, SET_NUMBER, offsetof(struct options, seconds), 1, 1000000},
    {OPTION_UNEXPLAINED, SET_TRUE, offsetof(struct options, unexplained), 0, 0},
    {OPTION_GITHUB, SET_TRUE, offsetof(struct options, github), 0, 0},
    {OPTION_UPDATE, SET_TRUE, offsetof(struct options, update_known), 0, 0},
    {OPTION_NO_AUDIT, SET_FALSE, offsetof(struct options, audit), 0, 0},
};

static const char documentation[] =
    "Hold programs to an oracle, byte for byte, and say which byte differs and why.\n"
    "\n"
    "COMMAND is one of\n"
    "  verify       run the selected cases, or all, and give the verdict\n"
    "  report       verify -k, and write what came of it as one HTML page\n"
    "  list         print the selected cases: case, program, runner\n"
    "  self-audit   prove that the gate catches what is planted for it\n"
    "  reduce CASE  find the smallest document that fails like CASE\n"
    "  coverage     measure which instructions and branch edges cases reach\n"
    "  covers LINE  list the cases that reach LINE, FILE:LINE of a generator\n"
    "  mutate [ROUTINE...]\n"
    "               change a program at each place, or in the routines whose name\n"
    "               matches these shell patterns, and say where no case fails\n"
    "  blame CASE   say which instruction wrote the byte that diverges, or where\n"
    "               it crashes, hangs, ends or leaves a process behind\n"
    "  bisect CASE [GOOD [BAD]]\n"
    "               find the commit that broke CASE, between two commits (default:\n"
    "               HEAD, and the nearest before it that is good)\n"
    "  bisect --elf GOOD BAD [CASE]\n"
    "               find the routine that makes the program BAD fail, by putting\n"
    "               routines of the program GOOD in the place of its own\n"
    "  loaders [LOADER...]\n"
    "               give every program to every loader, native, qemu or kernel, and\n"
    "               hold what comes of it to fixtures/loaders.ini (default: the first\n"
    "               two; kernel boots a kernel for each program)\n"
    "  liveness     print which header bytes of the smallest programs loaders read\n"
    "  machines [NAME]\n"
    "               list the machines whose programs run here (NAME host: this one)\n"
    "  completion   print the completion for bash, zsh or fish\n"
    "\n"
    "Nothing selected means every suite that is not on demand."
    "\v"
    "Exit status: 0 every byte is equal; 1 something diverged, crashed, hung, was refused or leaked; 2 the command "
    "line "
    "or a suite file is wrong; 3 the verdict could not be reached, because something that the gate itself needs "
    "failed.\n"
    "\n"
    "NO_COLOR, CLICOLOR_FORCE and TMPDIR are respected.";

static unsigned long long parse_number(struct argp_state *state, const char *name, const char *value,
                                       unsigned long long least, unsigned long long most) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  if (*value < '0' || *value > '9' || *end || errno || number < least || number > most)
    argp_error(state, "--%s=%s: a number from %llu to %llu is needed", name, value, least, most);
  return number;
}

static void parse_runner(struct argp_state *state, struct session_options *session, const char *value) {
  if (strcmp(value, "native") != 0 && strcmp(value, "qemu") != 0)
    argp_error(state, "--runner=%s: it is native or qemu", value);
  session->runner = value;
}

static void parse_seed(struct argp_state *state, struct session_options *session, const char *value) {
  session->has_seed = true;
  if (strcmp(value, "random") != 0)
    session->seed = parse_number(state, "seed", value, 0, ULLONG_MAX);
  else if (getrandom(&session->seed, sizeof session->seed, 0) != (ssize_t)sizeof session->seed)
    die("getrandom: %s", strerror(errno));
}

static void parse_command(struct argp_state *state, struct options *options, const char *word) {
  const char *names[COMMANDS];
  for (int i = 0; i < COMMANDS; i++) {
    names[i] = commands[i].name;
    if (strcmp(names[i], word) == 0) {
      options->command = (enum command)i;
      return;
    }
  }
  const char *near = nearest_word(word, names, COMMAND_PLANT);
  argp_error(state, "there is no command '%s'%s%s%s", word, near ? "; did you mean '" : "", near ? near : "",
             near ? "'?" : "");
}

static const char *option_name(int key) {
  const struct argp_option *option = table;
  while (option->key != key)
    option++;
  return option->name;
}

/* Sets what BINDING says. */
static void bind(const struct binding *binding, const char *value, struct argp_state *state, struct options *options) {
  void *field = (char *)options + binding->offset;
  switch (binding->kind) {
  case SET_TRUE:
  case SET_FALSE:
    *(bool *)field = binding->kind == SET_TRUE;
    break;
  case SET_TEXT:
    *(const char **)field = value;
    break;
  case ADD_TEXT:
    text_list_add(field, value, strlen(value));
    break;
  case SET_UNSIGNED:
    *(unsigned *)field = (unsigned)parse_number(state, option_name(binding->key), value, binding->least, binding->most);
    break;
  case SET_NUMBER:
    *(uint64_t *)field = parse_number(state, option_name(binding->key), value, binding->least, binding->most);
    break;
  }
}

static void parse_build(struct argp_state *state, struct session_options *session, const char *value) {
  session->build = realpath(value, NULL);
  if (!session->build)
    argp_error(state, "--build=%s: %s", value, strerror(errno));
  session->build_named = true;
}

static bool parse_option(int key, const char *value, struct argp_state *state, struct options *options) {
  for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
    if (bindings[i].key == key) {
      bind(&bindings[i], value, state, options);
      return true;
    }
  switch (key) {
  case OPTION_RUNNER:
    parse_runner(state, &options->session, value);
    return true;
  case OPTION_SEED:
    parse_seed(state, &options->session, value);
    return true;
  case OPTION_BUILD:
    parse_build(state, &options->session, value);
    return true;
  case OPTION_BYTE:
    options->has_byte = true;
    options->byte = parse_number(state, "byte", value, 0, SIZE_MAX);
    return true;
  case OPTION_TEXT:
  case OPTION_TAP:
    options->output = key == OPTION_TEXT ? OUTPUT_TEXT : OUTPUT_TAP;
    return true;
  default:
    return false;
  }
}

static void need_command(const struct argp_state *state) {
  struct bytes names = {0};
  for (int i = 0; i < COMMAND_PLANT; i++)
    bytes_printf(&names, "%s %s", i ? "," : "", commands[i].name);
  argp_error(state, "a command is needed:%s", names.data);
  bytes_free(&names);
}

static error_t parse(int key, char *value, struct argp_state *state) {
  struct options *options = state->input;
  if (parse_option(key, value, state, options))
    return 0;
  if (key == ARGP_KEY_ARG && state->arg_num == 0) {
    parse_command(state, options, value);
    return 0;
  }
  if (key == ARGP_KEY_ARG) {
    text_list_add(&options->operands, value, strlen(value));
    return 0;
  }
  if (key == ARGP_KEY_NO_ARGS)
    need_command(state);
  size_t most = commands[options->command].operands;
  if (key == ARGP_KEY_END && options->operands.count > most)
    argp_error(state, "'%s' is one word too many; cases are selected by --case", options->operands.items[most]);
  return ARGP_ERR_UNKNOWN;
}

/* The folder that this command stands in: that of the build. */
static const char *build_folder(void) {
  static char path[PATH_MAX];
  strcpy(path, command_path());
  *strrchr(path, '/') = '\0';
  return path;
}

/* What the command decides, now that it is known. */
static void settle_defaults(struct options *options) {
  static char page[PATH_MAX + 16];
  options->gate = command_path();
  if (options->command == COMMAND_VERIFY || options->command == COMMAND_REPORT)
    options->session.gate = options->gate;
  if (options->command == COMMAND_REPORT) {
    snprintf(page, sizeof page, "%s/report.html", build_folder());
    options->html = options->out ? options->out : page;
    options->session.keep_going = true;
  } else if (!options->out) {
    options->out = "reduced.md";
  }
}

void options_parse(int argc, char **argv, struct options *options) {
  static const struct argp argp = {table, parse, "COMMAND", documentation, NULL, NULL, NULL};
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  *options = (struct options){.audit = true,
                              .session = {.command = argv[0],
                                          .build = build_folder(),
                                          .suites_folder = "fixtures/suites",
                                          .known_path = "fixtures/known-divergences",
                                          .jobs = cores > 0 ? (unsigned)cores : 1,
                                          .repeat = 1}};
  argp_err_exit_status = EXIT_USAGE;
  int failed = argp_parse(&argp, argc, argv, 0, NULL, options);
  if (failed)
    die("%s", strerror(failed));
  settle_defaults(options);
}

void options_free(struct options *options) {
  if (options->session.build_named)
    free((char *)options->session.build);
  text_list_free(&options->session.suites);
  text_list_free(&options->session.cases);
  text_list_free(&options->session.programs);
  text_list_free(&options->operands);
}

static void print_bash(void) {
  printf("_bytegate() {\n  local word=${COMP_WORDS[COMP_CWORD]}\n  COMPREPLY=($(compgen -W \"");
  for (int i = 0; i < COMMAND_PLANT; i++)
    printf("%s ", commands[i].name);
  for (const struct argp_option *option = table; option->name || option->doc; option++)
    if (option->name)
      printf("--%s%s ", option->name, option->arg ? "=" : "");
  puts("--help --usage --version\" -- \"$word\"))\n}\ncomplete -o default -o nospace -F _bytegate bytegate");
}

static void print_zsh(void) {
  puts("#compdef bytegate\n_arguments \\");
  for (const struct argp_option *option = table; option->name || option->doc; option++)
    if (option->name)
      printf("  '--%s%s[%s]%s%s%s' \\\n", option->name, option->arg ? "=" : "", option->doc, option->arg ? ":" : "",
             option->arg ? option->arg : "", option->arg ? ":_files" : "");
  printf("  '1:command:(");
  for (int i = 0; i < COMMAND_PLANT; i++)
    printf("%s%s", i ? " " : "", commands[i].name);
  puts(")' '*:operand:_files'");
}

static void print_fish(void) {
  for (int i = 0; i < COMMAND_PLANT; i++)
    printf("complete -c bytegate -n __fish_use_subcommand -a %s\n", commands[i].name);
  for (const struct argp_option *option = table; option->name || option->doc; option++)
    if (option->name)
      printf("complete -c bytegate -l %s%s -d \"%s\"\n", option->name, option->arg ? " -r" : "", option->doc);
}

bool options_print_completion(const char *shell) {
  if (strcmp(shell, "bash") == 0)
    print_bash();
  else if (strcmp(shell, "zsh") == 0)
    print_zsh();
  else if (strcmp(shell, "fish") == 0)
    print_fish();
  else
    return false;
  return true;
}
