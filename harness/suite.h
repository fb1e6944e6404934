/* A suite: programs, each with how it is run and what is true about it, and cases, each one input. Every program of a
   suite meets every case of it. A suite is an INI file; fixtures/README.md describes its keys.

   A program of the file becomes a target for each architecture and runner that it names: the same ELF pattern, the
   same arguments. */
#ifndef HARNESS_SUITE_H
#define HARNESS_SUITE_H

#include "harness/bytes.h"
#include "harness/conversation.h"
#include "harness/tree.h"

enum machine { MACHINE_HOST, MACHINE_X64, MACHINE_ARM64 }; /* HOST: no ELF of a known machine, such as a script */
enum runner { RUNNER_NATIVE, RUNNER_QEMU };
enum drive { DRIVE_RUN, DRIVE_HTTP };
enum ready { READY_LINE, READY_PORT };

/* Where the truth about a case comes from. */
enum oracle { ORACLE_CMARK, ORACLE_CMARK_UNSAFE, ORACLE_EXPECTED, ORACLE_COMMAND, ORACLE_KINDS };

struct text_list {
  char **items; /* owned, each owned */
  size_t count;
};

struct program {
  char *name;                   /* of the section */
  char *elf;                    /* path; {arch} stands for x64 or arm64 */
  struct text_list arches;      /* empty: what the ELF says */
  struct text_list runners;     /* native, qemu */
  struct text_list arguments;   /* {file}: path of the input; {port}: a free port */
  struct text_list environment; /* NAME=VALUE */
  struct text_list refused;     /* a system call and the error that it fails with; empty: none */
  bool feeds_stdin;             /* the input comes on stdin */
  size_t terminal;              /* stdout is a terminal of so many columns; 0: a pipe */
  int drive;                    /* enum drive */
  int ready;                    /* enum ready */
  char *ready_line;             /* what the line begins with that says it is ready; after it stands the URL */
  char *url_path;               /* of a document, as in "/" */
  int oracle;                   /* enum oracle */
  char *oracle_command;         /* run by sh, the input on its stdin */
  char *status_line;            /* of a document's answer, without its line end */
  struct text_list headers;     /* in order; {length}: that of the body. None: headers are not compared */
  char *errors;                 /* what a run writes on stderr, as bytes_escaped shows it; NULL: not compared */
  size_t exit_status;           /* of a run; of a server after SIGTERM */
  char *signal;                 /* that a run ends by, as in "SIGTRAP"; NULL: none */
  bool judges_stop;             /* whether a server must obey SIGTERM */
  double deadline;              /* seconds for one case */
  double start_deadline;        /* seconds until it is ready */
  int line;                     /* of its section in the suite file */
};

/* What an oracle command said about a case. */
struct answer {
  const char *command; /* borrowed of its program */
  struct bytes text;
};

/* One input. */
struct test_case {
  char *id; /* unique within its suite, as in "spec/123" */
  struct bytes input;
  struct bytes expected; /* the published bytes, where has_expected */
  bool has_expected;
  struct conversation *conversation; /* owned; NULL: the case is a document, or a tree */
  struct tree *tree;                 /* owned; what stands in the program's folder; NULL: the document alone */
  struct bytes truth[ORACLE_KINDS];  /* what each oracle said, where asked */
  bool asked[ORACLE_KINDS];
  struct answer **answers; /* of commands: each program may have its own */
  size_t answer_count;
};

struct result;

/* One program on one runner. */
struct target {
  const struct program *program;
  char *elf;         /* path without placeholders */
  char *label;       /* "markdown-server_arm64" */
  const char *where; /* "arm64-qemu"; static */
  enum machine machine;
  enum runner runner;
  struct result *stop; /* borrowed: how a server of it obeyed SIGTERM; NULL: not judged */
};

enum source_kind {
  SOURCE_SPEC,
  SOURCE_FOLDER,
  SOURCE_DOCUMENTS,
  SOURCE_RANDOM,
  SOURCE_CONVERSATIONS,
  SOURCE_TREES,
  SOURCE_NOTHING
};

/* Where cases come from: one [cases] section. */
struct case_source {
  char *name;
  int kind;               /* enum source_kind */
  struct text_list paths; /* files, or one folder */
  char *pattern;          /* shell pattern that a file's name must match */
  char *expected;         /* path of the published bytes; {name}: the case's name without its last suffix */
  size_t count;           /* of random documents */
  size_t seed;            /* of random documents */
  size_t every;           /* takes the first case of each so many */
  int line;
};

struct suite {
  char *name;
  char *path;
  char *about;
  bool on_demand;     /* run only when it is named */
  bool lacks_package; /* a file that one of Debian's packages brings is not there */
  struct program *programs;
  size_t program_count;
  struct case_source *sources;
  size_t source_count;
  struct target *targets;
  size_t target_count;
  struct test_case *cases;
  size_t case_count;
};

/* Reads the suite file PATH. Paths in it are relative to its folder; {build} is BUILD. On failure returns false, and
   WHY tells file, line, what is wrong, and what would be right. */
bool suite_read(const char *path, const char *build, struct suite *suite, struct bytes *why);

/* The same from TEXT; PATH is only its name. */
bool suite_read_text(const char *text, const char *path, const char *build, struct suite *suite, struct bytes *why);

/* Makes the cases of the suite from their sources. SEED replaces the suite's own for random documents where HAS_SEED.
   PICK, a shell pattern or NULL, spares random documents that are not wanted. */
bool suite_make_cases(struct suite *suite, bool has_seed, uint64_t seed, const char *pick, struct bytes *why);

/* Frees what the oracles said about a case, so that they are asked again. */
void forget_truth(struct test_case *one);

void suite_free(struct suite *suite);

const char *machine_name(enum machine machine);

/* The machine that this process runs on. */
enum machine host_machine(void);

/* What e_machine of the file PATH says; MACHINE_HOST where it is no ELF64 file of a machine known here. */
enum machine elf_machine(const char *path);

/* Makes the targets of a suite whose programs are known. */
void suite_unfold(struct suite *suite, const char *build);

/* PATTERN with each {NAME} of the text replaced; NAMES and VALUES are COUNT pairs. The caller frees it. */
char *expand_placeholders(const char *pattern, const char *const *names, const char *const *values, size_t count);

/* PATH as seen from the folder of the file FROM, unless it is absolute. The caller frees it. */
char *path_beside(const char *from, const char *path);

void text_list_add(struct text_list *list, const char *text, size_t len);

/* Adds TEXT, and frees it. */
void text_list_take(struct text_list *list, char *text);
void text_list_free(struct text_list *list);

/* Whether TEXT is one of the list, or matches one as a shell pattern. An empty list selects everything. */
bool text_list_selects(const struct text_list *list, const char *text);

/* The word of WORDS that needs the fewest edits to become TEXT, or NULL where none is near. */
const char *nearest_word(const char *text, const char *const *words, size_t count);

#endif
