/* The command line. */
#include "harness/cli/options.h"

#include "harness/base/companion.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/table.h"

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

/* ---- The commands ----------------------------------------------------------------------------------------------- */

static const struct command_row commands[COMMANDS] = {
    [COMMAND_VERIFY] = {"verify", "", 0, 0, "run the selected cases, or all, and give the verdict",
                        "run the selected cases, and give the verdict"},
    [COMMAND_REPORT] = {"report", "", 0, 0, "verify -k, and write what came of it as one HTML page",
                        "the same as one HTML page"},
    [COMMAND_MERGE] = {"merge", "RECORD...", 1, SIZE_MAX,
                       "make the verdict and the reports of a whole run from the records of its shards "
                       "(verify --shard K/N --record FILE)",
                       "one verdict from the records of shards"},
    [COMMAND_CAMPAIGN] = {"campaign", "verify|mutate|fuzz [ROUTINE...]", 1, SIZE_MAX,
                          "cut verify, mutate or the fuzzer into shards, have an engine run them on many machines that "
                          "share this folder, follow, and make one result of theirs; the same command again goes on",
                          "run shards on many machines, and merge them"},
    [COMMAND_LIST] = {"list", "", 0, 0, "print the selected cases: case, program, runner", "print the selected cases"},
    [COMMAND_AUDIT] = {"self-audit", "", 0, 0, "prove that the gate notices the faults that are planted for it",
                       "prove that the gate notices planted faults"},
    [COMMAND_ACCEPT] = {"accept", "CASE...", 1, SIZE_MAX,
                        "take what the program answers now as the expected bytes of these cases, after showing the "
                        "difference; never where CI is set (record is another name of it)",
                        "take the answers of now as expected bytes"},
    [COMMAND_INIT] = {"init", "PROGRAM [-- ARGUMENT...]", 1, SIZE_MAX,
                      "write a first suite file for a program: read its header, and run it to see what it takes; with "
                      "arguments as it wants them, {port}, {file} and {folder} among them",
                      "write a first suite file for a program"},
    [COMMAND_NEW] = {"new", "NAME", 1, 1,
                     "make the folder NAME with a program that is laid byte by byte for two machines, a Makefile, a "
                     "suite with an oracle, and inputs",
                     "make a folder with a program to begin with"},
    [COMMAND_REDUCE] = {"reduce", "CASE", 0, 1, "find the smallest document that fails like CASE",
                        "find the smallest document that fails alike"},
    [COMMAND_COVERAGE] = {"coverage", "", 0, 0, "measure which instructions and branch edges cases reach",
                          "measure what of the programs cases reach"},
    [COMMAND_COVERS] = {"covers", "FILE:LINE", 1, 1, "list the cases that reach this line of a generator",
                        "list the cases that reach a line"},
    [COMMAND_MUTATE] = {"mutate", "[ROUTINE...]", 0, SIZE_MAX,
                        "change a program at each place, or in the routines whose name matches these shell patterns, "
                        "and say where no case fails",
                        "change a program everywhere: what notices?"},
    [COMMAND_LEDGER] =
        {"ledger", "[PROGRAM...]", 0, SIZE_MAX,
         "hold the ledgers of mutants that survived to the programs of today, without running them: does "
         "each entry speak of a mutant that there is?",
         "find void entries about mutants"},
    [COMMAND_BLAME] =
        {"blame", "CASE", 0, 1,
         "say which instruction wrote the byte that diverges, or where it crashes, hangs, exits early or leaves "
         "a process behind",
         "name the instruction that wrote a wrong byte"},
    [COMMAND_BISECT] = {"bisect", "CASE [GOOD [BAD]]", 0, 3,
                        "find the commit that broke CASE, between two commits (default: HEAD, and the nearest before "
                        "it that is good)",
                        "find the commit or routine that broke a case"},
    [COMMAND_LOADERS] = {"loaders", "[LOADER...]", 0, 3,
                         "give every program to every loader, native, qemu or kernel, and compare what happens with "
                         "fixtures/loaders.ini (default: the first two; kernel boots a kernel for each program)",
                         "compare what loaders do with each program"},
    [COMMAND_LIVENESS] = {"liveness", "", 0, 0, "print which header bytes of the smallest programs loaders read",
                          "print which header bytes loaders read"},
    [COMMAND_MACHINES] = {"machines", "[NAME]", 0, 1,
                          "list the machines whose programs can be run, or the one of that name; host is this one",
                          "list the machines whose programs can run"},
    [COMMAND_EXPLAIN] = {"explain", "ELF", 1, 1,
                         "say of each byte of an ELF file what it is, as a listing in hexadecimal from which "
                         "sed 's/#.*//' and xxd -r -p make the file again",
                         "say what each byte of an ELF file is"},
    [COMMAND_MAP] = {"map", "ELF", 1, 1,
                     "print a source map of an ELF file, from its symbols and line tables, or from a table of nm or a "
                     "listing (--from); as ELF.map beside the file it is what coverage, covers, mutate and blame read",
                     "make a source map of anybody's ELF file"},
    [COMMAND_CHECK] = {"check", "ELF...", 1, SIZE_MAX,
                       "follow every path of an ELF file's routines without running it: bad targets, an unbalanced "
                       "stack, code that nothing reaches, registers that a system call destroyed; and hold each "
                       "routine to the contract that the program's map declares",
                       "follow all paths of a program, unexecuted"},
    [COMMAND_SIMULATE] =
        {"simulate", "PROGRAM", 1, 1,
         "run a server like markdown-server in an emulator, on a simulated kernel with slow and vanishing "
         "clients, failures and a clock that --seed decides; say what it does wrong, and when. Such a server prints "
         "http://127.0.0.1:8006/ and answers with the HTML of a Markdown document",
         "run a server on a simulated kernel and clock"},
    [COMMAND_DOCTOR] = {"doctor", "", 0, 0, "say what this machine lacks for the gate, and what helps",
                        "say what this machine lacks, and what helps"},
    [COMMAND_COMPLETION] = {"completion", "SHELL", 1, 1, "print the completion for bash, zsh or fish",
                            "print the completion for a shell"},
    [COMMAND_PLANT] = {"plant", "", 0, SIZE_MAX, NULL, NULL},
    [COMMAND_OBSERVE] = {"observe", "", 0, SIZE_MAX, NULL, NULL},
    [COMMAND_MANUAL] = {"manual", "", 0, 0, NULL, NULL},
    [COMMAND_COMPLETE] = {"complete", "", 0, SIZE_MAX, NULL, NULL},
};

const struct command_row bisect_elf_row = {"bisect --elf",
                                           "A B [CASE]",
                                           0,
                                           0,
                                           "find the routine that makes the program B fail, by putting "
                                           "routines of A, a good build of it, in the place of its own",
                                           NULL};

const struct command_row *command_row(enum command command) { return &commands[command]; }

const char *command_values(enum command command) {
  static const char *const values[COMMANDS] = {
      [COMMAND_ACCEPT] = "@case-paths",         [COMMAND_REDUCE] = "@case-paths",
      [COMMAND_BLAME] = "@case-paths",          [COMMAND_BISECT] = "@case-paths",
      [COMMAND_LOADERS] = "native qemu kernel", [COMMAND_MACHINES] = "@machines",
      [COMMAND_COMPLETION] = "bash zsh fish",   [COMMAND_CAMPAIGN] = "verify mutate fuzz",
  };
  return values[command];
}

/* ---- The options ------------------------------------------------------------------------------------------------ */

/* Which commands read an option, as a set of bits. */
#define BY(command) (1U << COMMAND_##command)
#define BY_VERIFY (BY(VERIFY) | BY(REPORT))
#define BY_TOLD (BY_VERIFY | BY(MERGE) | BY(CAMPAIGN))
#define BY_RUN (BY_VERIFY | BY(REDUCE) | BY(BLAME) | BY(ACCEPT))
#define BY_MEASURE (BY(COVERAGE) | BY(COVERS) | BY(MUTATE))
#define BY_SELECT (BY_RUN | BY(LIST) | BY(BISECT) | BY_MEASURE | BY(CAMPAIGN))
#define BY_ALL ((1U << COMMAND_PLANT) - 1)
#define BY_TABLE (BY(LOADERS) | BY(LIVENESS))

/* Where the value of an option goes: into a field of struct options, or to a function of its own. */
enum binding_kind { SET_TRUE, SET_FALSE, SET_TEXT, ADD_TEXT, SET_UNSIGNED, SET_NUMBER, CALL };

struct option_row {
  const char *name;
  char letter; /* 0: none */
  const char *argument;
  const char *help;
  unsigned readers; /* the commands that read it */
  enum binding_kind kind;
  size_t offset;                  /* of the field */
  unsigned long long least, most; /* of a number */
  void (*parse)(struct argp_state *state, struct options *options, const char *value);
  const char *values; /* as of struct option_about */
};

static void parse_runner(struct argp_state *state, struct options *options, const char *value);
static void parse_seed(struct argp_state *state, struct options *options, const char *value);
static void parse_build(struct argp_state *state, struct options *options, const char *value);
static void parse_shard(struct argp_state *state, struct options *options, const char *value) {
  if (!shard_parse(value, &options->shard))
    argp_error(state, "--shard=%s: it is K/N, shard K of N, with K from 1 to N and N from 1 to %d", value, MOST_SHARDS);
}

static void parse_engine(struct argp_state *state, struct options *options, const char *value);
static void parse_byte(struct argp_state *state, struct options *options, const char *value);
static void parse_confine(struct argp_state *state, struct options *options, const char *value);
static void parse_shard(struct argp_state *state, struct options *options, const char *value);

#define FIELD(field) .offset = offsetof(struct options, field)

static const struct option_row what_to_run[] = {
    {"suite", 's', "SUITE", "A suite by name, or a suite file; may be repeated", BY_SELECT, ADD_TEXT,
     FIELD(session.suites), .values = "@suites"},
    {"case", 'c', "CASE", "Cases whose name matches this shell pattern; may be repeated", BY_SELECT, ADD_TEXT,
     FIELD(session.cases), .values = "@cases"},
    {"program", 'p', "PROGRAM", "Programs whose name matches this shell pattern; may be repeated", BY_SELECT | BY_TABLE,
     ADD_TEXT, FIELD(session.programs), .values = "@programs"},
    {"runner", 0, "RUNNER", "native, qemu, or command: one that a suite names", BY_SELECT, CALL, .parse = parse_runner,
     .values = "native qemu command"},
    {"seed", 0, "N",
     "Seed of the random documents, of the sample of mutants, and of the history of simulate: a number, or the word "
     "random",
     BY_SELECT | BY(SIMULATE), CALL, .parse = parse_seed, .values = "random"},
    {"seeds", 0, "N", "N histories: of the seed and those that follow it (default: 1)", BY(SIMULATE), SET_NUMBER,
     FIELD(seeds), 1, 1000000000},
    {"keep", 0, "N,...", "Of the history, nothing but the items with these numbers (--reduce prints them)",
     BY(SIMULATE), SET_TEXT, FIELD(kept)},
    {"reduce", 0, NULL, "Leave out of the history what the failure does not need", BY(SIMULATE), SET_TRUE,
     FIELD(reduces)},
    {"any", 0, NULL, "Reduce to what fails with the same verdict in the same part, whatever its bytes are", BY(REDUCE),
     SET_TRUE, FIELD(any)},
    {"byte", 0, "N", "Blame byte N of the body, or of stdout, whether it diverges or not", BY(BLAME), CALL,
     .parse = parse_byte},
    {"shard", 0, "K/N", "Part K of N of what is selected, the same on every machine; needs --record",
     BY_VERIFY | BY(MUTATE) | BY(COVERAGE), CALL, .parse = parse_shard},
    {"plan", 0, "FILE", "A record with times, by which shards take equally long; the same for all of them",
     BY_VERIFY | BY(CAMPAIGN), SET_TEXT, FIELD(plan)},
    {"shards", 0, "N", "How many parts a campaign has", BY(CAMPAIGN), SET_UNSIGNED, FIELD(shards), 1, MOST_SHARDS},
    {"elf", 0, NULL, "Bisect between two builds of a program, not two commits", BY(BISECT), SET_TRUE, FIELD(by_elf)},
    {"raw", 0, NULL, "A file laid by hand, header and all, for x86-64", BY(NEW), SET_TRUE, FIELD(raw)},
    {NULL},
};

static const struct option_row how_to_run[] = {
    {"jobs", 'j', "N", "Programs at work side by side (default: one for each core, and for verify one more)",
     BY_RUN | BY(BISECT) | BY_MEASURE | BY(SIMULATE) | BY(CAMPAIGN), SET_UNSIGNED, FIELD(session.jobs), 1, 256},
    {"keep-going", 'k', NULL, "Go on after a failure", BY_RUN | BY(SIMULATE), SET_TRUE, FIELD(session.keep_going)},
    {"repeat", 0, "N", "Run each case N times; one that does not always do the same is FLAKY", BY_RUN | BY(CAMPAIGN),
     SET_UNSIGNED, FIELD(session.repeat), 1, 1000000},
    {"confine", 0, "HOW",
     "default: programs run in cells, where they can harm nothing, as far as the kernel grants that; require: wholly, "
     "or "
     "not at all; off: with all that you may",
     BY_RUN | BY(MERGE) | BY(CAMPAIGN) | BY(INIT) | BY(AUDIT) | BY(BISECT) | BY_MEASURE | BY_TABLE, CALL,
     .parse = parse_confine, .values = "default require off"},
    {"no-self-audit", 0, NULL, "Leave out the proof that this gate notices planted faults", BY_VERIFY | BY(CAMPAIGN),
     SET_FALSE, FIELD(audit)},
    {"no-blame", 0, NULL, "Do not run failures again to see where in the program they come from", BY_TOLD, SET_FALSE,
     FIELD(blame)},
    {"fresh", 0, NULL, "Run or measure everything again, also what is known from before",
     BY_VERIFY | BY_MEASURE | BY(CAMPAIGN), SET_TRUE, FIELD(fresh)},
    {"seconds", 0, "N",
     "Try mutants, or smaller documents, for N seconds (default: all; of reduce 60); of mutate the measuring before "
     "counts, but a quarter is left to mutants; of a campaign, how long each fuzzer looks",
     BY(MUTATE) | BY(REDUCE) | BY(CAMPAIGN), SET_NUMBER, FIELD(seconds), 1, 1000000},
    {"since", 0, "ELF|COMMIT",
     "Only mutants of routines that do something else than in an older build, or at a commit; none may survive "
     "unexplained",
     BY(MUTATE) | BY(CAMPAIGN), SET_TEXT, FIELD(since)},
    {"from", 0, "FILE",
     "Of mutate and coverage: run nothing, and take what the records of all shards say; may be repeated. Of map: take "
     "names from nm's table, or a listing of objdump -d or of hex0",
     BY(MUTATE) | BY(COVERAGE) | BY(MAP), ADD_TEXT, FIELD(from)},
    {"unexplained", 0, NULL, "Leave out the mutants that survived with a reason on the same cases, by the ledger",
     BY(MUTATE) | BY(CAMPAIGN), SET_TRUE, FIELD(unexplained)},
    {"ledger", 0, NULL, "Write what survived into fixtures/ledger, with the reasons that are known",
     BY(MUTATE) | BY(CAMPAIGN), SET_TRUE, FIELD(ledger)},
    {"prove", 0, NULL,
     "Of ledger: ask the prover about each mutant in the ledgers, and write what it proves as the reasons. Of mutate: "
     "ask it about those that were killed too, none of which it may prove to do the same",
     BY(MUTATE) | BY(LEDGER), SET_TRUE, FIELD(prove)},
    {"engine", 0, "ENGINE",
     "What runs the shards of a campaign: local, one after the other here (default); parallel, GNU parallel over ssh; "
     "slurm, as a job array",
     BY(CAMPAIGN), CALL, .parse = parse_engine, .values = "local parallel slurm"},
    {"hosts", 0, "LIST", "Of the engine parallel: the hosts, as its option -S wants them (default: this one)",
     BY(CAMPAIGN), SET_TEXT, FIELD(hosts)},
    {"rounds", 0, "N", "How often the corpora of fuzzers are merged, which then go on from what is left (default: 2)",
     BY(CAMPAIGN), SET_UNSIGNED, FIELD(rounds), 1, 10000},
    {NULL},
};

/* The formats of reports follow these. */
static const struct option_row what_to_print[] = {
    {"verbose", 'v', NULL,
     "Name every case, explain every failure; of coverage, every routine; of loaders, every program",
     BY_TOLD | BY(COVERAGE) | BY(LOADERS), SET_TRUE, FIELD(session.verbose)},
    {"json", 0, NULL, "Print one JSON value, not text (its form: COMMAND.json among the schemas)", BY_ALL, SET_TRUE,
     FIELD(json)},
    {"trace", 0, NULL, "Print every step of the history", BY(SIMULATE), SET_TRUE, FIELD(traces)},
    {"infer", 0, NULL, "Print the contract that each routine deserves, and hold none to its own", BY(CHECK), SET_TRUE,
     FIELD(infer)},
    {"strict", 0, NULL, "Count a contract that says more than the truth (LOOSE) as a finding, not as a note", BY(CHECK),
     SET_TRUE, FIELD(strict)},
    {"record", 0, "FILE",
     "Write each result into FILE as soon as it stands, and go on with what stands there (see merge)",
     BY_VERIFY | BY(MUTATE) | BY(COVERAGE), SET_TEXT, FIELD(record)},
    {"lcov", 0, "FILE", "Write the coverage as a tracefile of lcov as well", BY(COVERAGE), SET_TEXT, FIELD(lcov)},
    {NULL},
};

static const struct option_row where_things_are[] = {
    {"overwrite", 0, NULL, "Replace a file that is there", BY(ACCEPT) | BY(INIT), SET_TRUE, FIELD(overwrite)},
    {"suites", 0, "FOLDER", "Folder of the suite files (default: fixtures/suites)", BY_SELECT | BY(MERGE), SET_TEXT,
     FIELD(session.suites_folder)},
    {"build", 0, "FOLDER", "Folder that {build} of a suite stands for (default: that of this command)",
     BY_SELECT | BY(MERGE) | BY_TABLE | BY(LEDGER), CALL, .parse = parse_build},
    {"into", 0, "FOLDER", "Folder of a campaign, which all of its machines see (default: BUILD/campaign-WHAT)",
     BY(CAMPAIGN), SET_TEXT, FIELD(into)},
    {"out", 'o', "FILE",
     "File for the reduced document (default: reduced.md), or the HTML page (default: report.html; "
     "of explain, none)",
     BY(REDUCE) | BY(REPORT) | BY(EXPLAIN) | BY(INIT), SET_TEXT, FIELD(out)},
    {"known", 0, "FILE", "List of known divergences (default: fixtures/known-divergences)", BY_SELECT | BY(MERGE),
     SET_TEXT, FIELD(session.known_path)},
    {"update-known", 0, NULL, "Merge what diverges now into the list of known divergences; what did not run stays",
     BY_TOLD, SET_TRUE, FIELD(update_known)},
    {NULL},
};

static const struct {
  const char *title;
  const struct option_row *rows;
} groups[] = {{"What to run:", what_to_run},
              {"How to run it:", how_to_run},
              {"What to print:", what_to_print},
              {"Where things are:", where_things_are}};

/* An option of the command line: a row, or a format of reports. Its place in the list, and FIRST_KEY, is its key. */
enum { MOST_OPTIONS = 64, FIRST_KEY = 256 };
struct known_option {
  const char *name;
  const struct option_row *row;       /* NULL: */
  const struct report_format *format; /* is what it asks for */
  bool given;
  struct text_list words; /* each time that it was given */
};
static struct known_option known_options[MOST_OPTIONS];
static struct argp_option table[MOST_OPTIONS];
static size_t option_count;

/* The commands that read OPTION. What coverage measures is written as JSON lines, too. */
static unsigned readers_of(const struct known_option *option) {
  if (option->row)
    return option->row->readers;
  return BY_TOLD | (option->format == &json_lines_format ? BY(COVERAGE) : 0);
}

static void add_option(size_t *entries, const struct known_option *option, int group) {
  const struct option_row *row = option->row;
  if (option_count == MOST_OPTIONS || *entries >= MOST_OPTIONS - 1)
    die("there is no room for the option --%s", option->name);
  int key = row && row->letter ? row->letter : FIRST_KEY + (int)option_count;
  const char *argument = row ? row->argument : option->format->place == REPORT_IN_FILE ? "FILE" : NULL;
  table[(*entries)++] =
      (struct argp_option){option->name, key, argument, 0, row ? row->help : option->format->help, group};
  known_options[option_count++] = *option;
}

/* Makes the table that argp reads, of the rows and the formats. */
static void make_table(void) {
  size_t entries = 0;
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
    table[entries++] = (struct argp_option){.doc = groups[i].title, .group = (int)i + 1};
    for (const struct option_row *row = groups[i].rows; row->name; row++)
      add_option(&entries, &(struct known_option){.name = row->name, .row = row}, (int)i + 1);
    for (size_t k = 0; groups[i].rows == what_to_print && k < REPORT_FORMAT_COUNT; k++)
      if (report_formats[k] != &json_format) /* --json is an option of every command */
        add_option(&entries, &(struct known_option){.name = report_formats[k]->option, .format = report_formats[k]},
                   (int)i + 1);
  }
}

bool option_about(size_t number, struct option_about *about) {
  if (number >= option_count)
    return false;
  const struct known_option *option = &known_options[number];
  const struct option_row *row = option->row;
  *about = (struct option_about){.name = option->name,
                                 .letter = row ? row->letter : '\0',
                                 .argument = row                                       ? row->argument
                                             : option->format->place == REPORT_IN_FILE ? "FILE"
                                                                                       : NULL,
                                 .help = row ? row->help : option->format->help,
                                 .readers = readers_of(option),
                                 .values = row ? row->values : NULL};
  return true;
}

static struct known_option *option_of_key(int key) {
  for (size_t i = 0; i < option_count; i++)
    if (key == FIRST_KEY + (int)i || (known_options[i].row && known_options[i].row->letter == key && key))
      return &known_options[i];
  return NULL;
}

/* Whether the option is about reports: what shards must not write. */
static bool is_told(const struct known_option *option) {
  const struct option_row *row = option->row;
  size_t size = sizeof what_to_print / sizeof *what_to_print;
  return !row || (row >= what_to_print && row < what_to_print + size) || strcmp(row->name, "update-known") == 0 ||
         strcmp(row->name, "no-blame") == 0 || strcmp(row->name, "ledger") == 0;
}

/* Whether the option is one of campaigns, whoever reads it besides. */
static bool is_of_campaign(const struct known_option *option) {
  return !option->row || option->row->readers == BY(CAMPAIGN) || strcmp(option->name, "fresh") == 0 ||
         strcmp(option->name, "json") == 0;
}

void options_hand_on(enum command command, struct text_list *selected, struct text_list *told) {
  for (size_t i = 0; i < option_count; i++) {
    const struct known_option *option = &known_options[i];
    unsigned readers = readers_of(option);
    if (!(readers >> command & 1) || (option->row && is_of_campaign(option)))
      continue;
    for (size_t k = 0; k < option->words.count; k++) {
      const char *word = option->words.items[k];
      if (!is_told(option))
        text_list_add(selected, word, strlen(word));
      if (is_told(option) || (command == COMMAND_VERIFY && readers >> COMMAND_MERGE & 1))
        text_list_add(told, word, strlen(word));
    }
  }
}

/* The command that a campaign is of; COMMAND_CAMPAIGN for the fuzzer, which is none. */
static enum command command_of_campaign(const char *what) {
  return strcmp(what, "verify") == 0 ? COMMAND_VERIFY : strcmp(what, "mutate") == 0 ? COMMAND_MUTATE : COMMAND_CAMPAIGN;
}

/* Ends the process where the campaign is of nothing, has no shards, or was given what its shards do not read. */
static void check_campaign(const struct argp_state *state, const struct options *options) {
  const char *what = options->operands.items[0];
  size_t kind = 0;
  while (campaign_kinds[kind] && strcmp(campaign_kinds[kind], what) != 0)
    kind++;
  if (!campaign_kinds[kind])
    argp_error(state, "campaign %s: there are campaigns of verify, mutate and fuzz", what);
  enum command command = command_of_campaign(what);
  if (options->operands.count > 1 && command != COMMAND_MUTATE)
    argp_error(state, "'%s' is one word too many; only mutate takes routines", options->operands.items[1]);
  if (!options->shards)
    argp_error(state, "a campaign needs --shards N: how many parts it has");
  for (size_t i = 0; i < option_count; i++) {
    const struct known_option *option = &known_options[i];
    bool is_read = is_of_campaign(option) ? option->row || command == COMMAND_VERIFY
                                          : command != COMMAND_CAMPAIGN && readers_of(option) >> command & 1;
    is_read |= command == COMMAND_CAMPAIGN && strcmp(option->name, "seconds") == 0;
    is_read |= strcmp(option->name, "build") == 0;
    if (option->given && !is_read)
      argp_error(state, "'campaign %s' does not read --%s", what, option->name);
  }
  if (options->hosts && (!options->engine || strcmp(options->engine, "parallel") != 0))
    argp_error(state, "--hosts is of the engine parallel; add --engine parallel");
}

/* ---- Parsing ---------------------------------------------------------------------------------------------------- */

static unsigned long long parse_number(struct argp_state *state, const char *name, const char *value,
                                       unsigned long long least, unsigned long long most) {
  char *end = NULL;
  errno = 0;
  unsigned long long number = strtoull(value, &end, 10);
  if (*value < '0' || *value > '9' || *end || errno || number < least || number > most)
    argp_error(state, "--%s=%s: a number from %llu to %llu is needed", name, value, least, most);
  return number;
}

static void parse_runner(struct argp_state *state, struct options *options, const char *value) {
  size_t number = 0;
  while (runner_words[number] && strcmp(runner_words[number], value) != 0)
    number++;
  if (!runner_words[number])
    argp_error(state, "--runner=%s: it is native, qemu or command", value);
  options->session.runner = value;
}

static void parse_engine(struct argp_state *state, struct options *options, const char *value) {
  size_t number = 0;
  while (campaign_engines[number] && strcmp(campaign_engines[number], value) != 0)
    number++;
  if (!campaign_engines[number])
    argp_error(state, "--engine=%s: it is local, parallel or slurm", value);
  options->engine = value;
}

static void parse_confine(struct argp_state *state, struct options *options, const char *value) {
  static const char *const names[] = {"default", "require", "off"};
  size_t i = 0;
  while (i < 3 && strcmp(names[i], value) != 0)
    i++;
  if (i == 3)
    argp_error(state, "--confine=%s: it is default, require or off", value);
  options->confine = (enum confine_policy)i;
}

static void parse_byte(struct argp_state *state, struct options *options, const char *value) {
  options->has_byte = true;
  options->byte = parse_number(state, "byte", value, 0, SIZE_MAX);
}

static void parse_seed(struct argp_state *state, struct options *options, const char *value) {
  struct session_options *session = &options->session;
  session->has_seed = true;
  if (strcmp(value, "random") != 0)
    session->seed = parse_number(state, "seed", value, 0, ULLONG_MAX);
  else if (getrandom(&session->seed, sizeof session->seed, 0) != (ssize_t)sizeof session->seed)
    die("getrandom: %s", strerror(errno));
}

static void parse_command(struct argp_state *state, struct options *options, const char *word) {
  const char *names[COMMANDS];
  if (strcmp(word, "record") == 0)
    word = "accept";
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

/* Puts VALUE where ROW says. */
static void bind(const struct option_row *row, const char *value, struct argp_state *state, struct options *options) {
  void *field = (char *)options + row->offset;
  switch (row->kind) {
  case SET_TRUE:
  case SET_FALSE:
    *(bool *)field = row->kind == SET_TRUE;
    break;
  case SET_TEXT:
    *(const char **)field = value;
    break;
  case ADD_TEXT:
    text_list_add(field, value, strlen(value));
    break;
  case SET_UNSIGNED:
    *(unsigned *)field = (unsigned)parse_number(state, row->name, value, row->least, row->most);
    break;
  case SET_NUMBER:
    *(uint64_t *)field = parse_number(state, row->name, value, row->least, row->most);
    break;
  case CALL:
    row->parse(state, options, value);
    break;
  }
}

static void parse_build(struct argp_state *state, struct options *options, const char *value) {
  struct session_options *session = &options->session;
  session->build = realpath(value, NULL);
  if (!session->build)
    argp_error(state, "--build=%s: %s", value, strerror(errno));
  session->build_named = true;
}

void options_ask_report(struct options *options, const struct report_format *format, const char *path) {
  if (format->place == REPORT_AS_STDOUT) {
    options->on_stdout = format;
    return;
  }
  for (size_t i = 0; i < options->report_count; i++)
    if (options->reports[i].format == format) {
      options->reports[i].path = path;
      return;
    }
  options->reports[options->report_count++] = (struct report_wanted){format, path};
}

const char *options_report_path(const struct options *options, const struct report_format *format) {
  for (size_t i = 0; i < options->report_count; i++)
    if (options->reports[i].format == format)
      return options->reports[i].path;
  return NULL;
}

static bool parse_option(int key, const char *value, struct argp_state *state, struct options *options) {
  struct known_option *option = option_of_key(key);
  if (!option)
    return false;
  option->given = true;
  bool takes = option->row ? option->row->argument != NULL : option->format->place == REPORT_IN_FILE;
  text_list_take(&option->words, xasprintf("--%s%s%s", option->name, takes ? "=" : "", takes ? value : ""));
  if (option->row)
    bind(option->row, value, state, options);
  else
    options_ask_report(options, option->format, value);
  return true;
}

/* Refuses the options that COMMAND does not read, and says which command does. */
static void check_readers(const struct argp_state *state, enum command command) {
  for (size_t i = 0; i < option_count; i++) {
    unsigned readers = readers_of(&known_options[i]);
    struct bytes names = {0};
    if (!known_options[i].given || readers >> command & 1)
      continue;
    for (int other = 0; other < COMMAND_PLANT; other++)
      if (readers >> other & 1)
        bytes_printf(&names, "%s %s", names.len ? "," : "", commands[other].name);
    argp_error(state, "'%s' does not read --%s; it is for%s", commands[command].name, known_options[i].name,
               names.data);
  }
}

static void need_command(const struct argp_state *state) {
  struct bytes names = {0};
  for (int i = 0; i < COMMAND_PLANT; i++)
    bytes_printf(&names, "%s %s", i ? "," : "", commands[i].name);
  argp_error(state, "a command is needed:%s", names.data);
  bytes_free(&names);
}

/* Ends the process: WORD is no operand of this command. */
static void refuse_word(const struct argp_state *state, const char *word) {
  size_t len = strlen(word);
  if (len > 4 && strcmp(word + len - 4, ".ini") == 0)
    argp_error(state, "'%s' is one word too many; a suite file is named by --suite %s", word, word);
  argp_error(state, "'%s' is one word too many; cases are selected by --case", word);
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
  if (key != ARGP_KEY_END)
    return ARGP_ERR_UNKNOWN;
  const struct command_row *command = &commands[options->command];
  check_readers(state, options->command);
  if (options->operands.count > command->most)
    refuse_word(state, options->operands.items[command->most]);
  if (options->operands.count < command->least)
    argp_error(state, "'%s' needs %s", command->name, command->operands);
  if (options->shard.count && !options->record)
    argp_error(state, "--shard needs --record FILE: `bytegate merge` makes the verdict of the whole from such files");
  if (options->command == COMMAND_CAMPAIGN)
    check_campaign(state, options);
  else if (options->plan && !options->shard.count)
    argp_error(state, "--plan balances shards; it needs --shard K/N");
  if (options->infer && options->json)
    argp_error(state, "--infer prints contracts as text, to be copied; `check --json` is without it");
  if (options->by_elf && options->operands.count < 2)
    argp_error(state, "'bisect --elf' needs two builds of a program: a good one and a bad one");
  return ARGP_ERR_UNKNOWN;
}

/* So many programs at work that no core waits. While verify starts a program, or judges what one did, another has
   work. */
static unsigned default_jobs(enum command command) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  bool starts_many = command == COMMAND_VERIFY || command == COMMAND_REPORT;
  return cores <= 1 ? 1 : (unsigned)cores + starts_many;
}

/* What the command decides, now that it is known. */
static void settle_defaults(struct options *options) {
  if (options->session.jobs == 0)
    options->session.jobs = default_jobs(options->command);
  options->gate = command_path();
  if (options->command == COMMAND_VERIFY || options->command == COMMAND_REPORT || options->command == COMMAND_MERGE)
    options->session.gate = options->gate;
  if (options->json && options->session.gate)
    options_ask_report(options, &json_format, NULL);
  /* A shard that ended at its first failure would leave the whole without a verdict. */
  options->session.keep_going |= options->record != NULL;
  options->audit &= options->command != COMMAND_MERGE;
  options->session.keeps_answers = options->command == COMMAND_ACCEPT;
  options->session.keep_going |= options->command == COMMAND_ACCEPT;
  if (options->command == COMMAND_REPORT) {
    options_ask_report(options, &html_format, options->out ? options->out : "report.html");
    options->session.keep_going = true;
  } else if (options->command == COMMAND_REDUCE && !options->out) {
    options->out = "reduced.md";
  }
}

/* Prints the help, if it is asked for by --help or as `help`, of the command that is named with it, and ends this
   command. */
static void find_help(int argc, char **argv) {
  int command = COMMANDS;
  bool asked = argc > 1 && strcmp(argv[1], "help") == 0;
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    asked |= strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-?") == 0;
    for (int k = 0; k < COMMAND_PLANT && command == COMMANDS; k++)
      command = strcmp(argv[i], commands[k].name) == 0 ? k : command;
  }
  if (!asked)
    return;
  if (command == COMMANDS)
    print_help();
  else
    print_command_help((enum command)command);
  exit(EXIT_EQUAL);
}

void options_parse(int argc, char **argv, struct options *options) {
  const struct argp argp = {table, parse, "COMMAND", NULL, NULL, NULL, NULL};
  *options = (struct options){.audit = true,
                              .blame = true,
                              .session = {.command = argv[0],
                                          .build = command_folder(),
                                          .suites_folder = "fixtures/suites",
                                          .known_path = "fixtures/known-divergences",
                                          .repeat = 1}};
  argp_err_exit_status = EXIT_USAGE;
  make_table();
  find_help(argc, argv);
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
  text_list_free(&options->from);
}

/* SPDX-License-Identifier: MIT */
