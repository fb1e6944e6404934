/* A program of a suite: how it is run and what is true about it, as one [program] section says it. */
#ifndef HARNESS_PROGRAM_H
#define HARNESS_PROGRAM_H

#include "harness/suite/keys.h"

/* The machine itself, qemu-user, or a command of the suite's. */
enum runner { RUNNER_NATIVE, RUNNER_QEMU, RUNNER_COMMAND };
enum drive { DRIVE_RUN, DRIVE_HTTP };
enum ready { READY_LINE, READY_PORT };

/* What becomes of a connection after an answer; -1: as the server likes. */
enum connection_wish { CONNECTION_CLOSE, CONNECTION_KEEP };

/* What of a run is compared: the bytes that it put out, or the folder that it left. */
enum compare { COMPARE_OUTPUT, COMPARE_TREE };

/* Where the truth about a case comes from. */
enum oracle { ORACLE_CMARK, ORACLE_CMARK_UNSAFE, ORACLE_EXPECTED, ORACLE_COMMAND, ORACLE_KINDS };

/* The words of these, in their order, up to NULL. */
extern const char *const runner_words[], *const drive_words[], *const ready_words[], *const compare_words[],
                                                                                         *const connection_words[],
                                                                                             *const oracle_words[];

/* What the command of an oracle knows: it says the same of a program on every machine. */
#define KNOWS_ORACLE (KNOWS_FIXED | KNOWS_FILE | KNOWS_FOLDER | KNOWS_NAME | KNOWS_PATH)

/* The keys (keys.h): type, field, key, default, words, placeholders, what they need. */
#define PROGRAM_KEYS(KEY)                                                                                              \
  /* path; {arch} stands for each of ARCHES */                                                                         \
  KEY(KEY_TEXT, elf, "elf", NULL, NULL, KNOWS_FIXED | KNOWS_ARCH | KNOWS_AS_PATH, NULL)                                \
  /* empty: what the ELF says */                                                                                       \
  KEY(KEY_WORDS, arches, "arch", NULL, NULL, KNOWS_NONE, NULL)                                                         \
  /* words of runner_words; empty: native and qemu; or a command that runs the program */                              \
  KEY(KEY_ARGUMENTS, runners, "runner", NULL, NULL, KNOWS_FIXED | KNOWS_ARCH, NULL)                                    \
  /* of the program */                                                                                                 \
  KEY(KEY_ARGUMENTS, arguments, "arguments", NULL, NULL, KNOWS_RUN, NULL)                                              \
  /* NAME=VALUE */                                                                                                     \
  KEY(KEY_LIST, environment, "environment", NULL, NULL, KNOWS_RUN, NULL)                                               \
  /* a system call and the error that it fails with; empty: none */                                                    \
  KEY(KEY_WORDS, refused, "refuse", NULL, NULL, KNOWS_NONE, NULL)                                                      \
  /* yes: the input comes on stdin; no: nothing; or the path of a file that does */                                    \
  KEY(KEY_TEXT, input, "stdin", "no", NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, "drive = run")                   \
  /* what the input is called in the program's folder */                                                               \
  KEY(KEY_TEXT, input_name, "input-name", "document.md", NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, NULL)         \
  /* "NAME: CONTENT", a file in that folder, with the escapes that bytes_escaped writes */                             \
  KEY(KEY_LIST, files, "file", NULL, NULL, KNOWS_RUN, NULL)                                                            \
  /* a folder of which a copy stands there; NULL: none */                                                              \
  KEY(KEY_TEXT, copied, "copy", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, NULL)                            \
  /* a file that the program writes there, and that is its answer; NULL: stdout is */                                  \
  KEY(KEY_TEXT, output, "output", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_ARCH | KNOWS_AS_PATH,                   \
      "compare = output")                                                                                              \
  KEY(KEY_CHOICE, compare, "compare", "output", compare_words, KNOWS_NONE, "drive = run")                              \
  /* stdout is a terminal of so many columns; 0: a pipe */                                                             \
  KEY(KEY_NUMBER, terminal, "terminal", "0", NULL, KNOWS_NONE, "drive = run")                                          \
  KEY(KEY_CHOICE, drive, "drive", "run", drive_words, KNOWS_NONE, NULL)                                                \
  KEY(KEY_CHOICE, ready, "ready", "line", ready_words, KNOWS_NONE, "drive = http")                                     \
  /* what the line begins with that says it is ready; after it stands the URL */                                       \
  KEY(KEY_TEXT, ready_line, "ready-line", "http://", NULL, KNOWS_RUN, "ready = line")                                  \
  /* of a request; several are asked for in turn; none: "/" */                                                         \
  KEY(KEY_LIST, url_paths, "url-path", NULL, NULL, KNOWS_RUN, "drive = http")                                          \
  KEY(KEY_TEXT, method, "method", "GET", NULL, KNOWS_NONE, "drive = http")                                             \
  /* NAME: VALUE */                                                                                                    \
  KEY(KEY_LIST, request_headers, "request-header", NULL, NULL, KNOWS_RUN, "drive = http")                              \
  /* no; input: that of the case; or the path of a file */                                                             \
  KEY(KEY_TEXT, request_body, "request-body", "no", NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, "drive = http")    \
  /* of a case; 0: one for each path, and where the connection is kept, two at least */                                \
  KEY(KEY_NUMBER, requests, "requests", "0", NULL, KNOWS_NONE, "drive = http")                                         \
  KEY(KEY_CHOICE, connection, "connection", NULL, connection_words, KNOWS_NONE, "drive = http")                        \
  KEY(KEY_CHOICE, oracle, "oracle", "cmark", oracle_words, KNOWS_NONE, NULL)                                           \
  /* of cmark's command line, without "--" */                                                                          \
  KEY(KEY_WORDS, oracle_options, "oracle-options", NULL, NULL, KNOWS_NONE, "oracle = cmark | cmark-unsafe")            \
  /* run by sh, the input on its stdin */                                                                              \
  KEY(KEY_TEXT, oracle_command, "oracle-command", NULL, NULL, KNOWS_ORACLE | KNOWS_AS_SHELL, "oracle = command")       \
  /* that the command ends with */                                                                                     \
  KEY(KEY_NUMBER, oracle_status, "oracle-status", "0", NULL, KNOWS_NONE, "oracle = command")                           \
  /* run by sh, on both sides before they are compared */                                                              \
  KEY(KEY_TEXT, filter, "filter", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_SHELL, NULL)                         \
  /* of a document's answer, without its line end */                                                                   \
  KEY(KEY_TEXT, status_line, "status-line", "HTTP/1.1 200 OK", NULL, KNOWS_RUN, "drive = http")                        \
  /* in order; {length}: bytes of the body; *: anything. None: headers are not compared */                             \
  KEY(KEY_LIST, headers, "header", NULL, NULL, KNOWS_RUN | KNOWS_LENGTH, "drive = http")                               \
  /* names of headers that are not compared */                                                                         \
  KEY(KEY_WORDS, ignored_headers, "ignore-header", NULL, NULL, KNOWS_NONE, "drive = http")                             \
  /* what a run writes on stderr, as bytes_escaped shows it; NULL: not compared */                                     \
  KEY(KEY_TEXT, errors, "stderr", NULL, NULL, KNOWS_RUN, "drive = run")                                                \
  /* of a run; of a server after SIGTERM */                                                                            \
  KEY(KEY_NUMBER, exit_status, "exit-status", "0", NULL, KNOWS_NONE, NULL)                                             \
  /* that a run ends by, as in "SIGTRAP"; NULL: none */                                                                \
  KEY(KEY_TEXT, signal, "signal", NULL, NULL, KNOWS_NONE, "drive = run")                                               \
  /* whether a server must obey SIGTERM */                                                                             \
  KEY(KEY_YES_NO, judges_stop, "obeys-sigterm", "yes", NULL, KNOWS_NONE, "drive = http")                               \
  /* "PATTERN: REASON": cases that are not run, and cases that fail */                                                 \
  KEY(KEY_LIST, skips, "skip", NULL, NULL, KNOWS_UNREAD, NULL)                                                         \
  KEY(KEY_LIST, failing, "xfail", NULL, NULL, KNOWS_UNREAD, NULL)                                                      \
  /* seconds for one case */                                                                                           \
  KEY(KEY_SECONDS, deadline, "deadline", "10", NULL, KNOWS_NONE, NULL)                                                 \
  /* whether it runs in a cell */                                                                                      \
  KEY(KEY_YES_NO, confine, "confine", "yes", NULL, KNOWS_NONE, NULL)                                                   \
  /* what it may there besides, as confinement_allow reads it; NULL: nothing */                                        \
  KEY(KEY_TEXT, allow, "allow", NULL, NULL, KNOWS_FIXED, NULL)                                                         \
  /* seconds until it is ready */                                                                                      \
  KEY(KEY_SECONDS, start_deadline, "start-deadline", "10", NULL, KNOWS_NONE, "drive = http")

struct program {
  char *name;     /* of the section */
  int line;       /* of the section in the suite file */
  uint64_t given; /* the keys that stand in it, a bit each */
  char *build;    /* what {build} is; NULL: of no suite file */
  char *folder;   /* that of the suite file, from any folder: {suite} */
  PROGRAM_KEYS(KEY_FIELD)
};

extern const struct key_table program_keys;

/* Makes PROGRAM one called NAME without any key; frees what it owns. */
void program_begin(struct program *program, const char *name, int line);
void program_free(struct program *program);

/* What is wrong with PROGRAM in itself, appended to WHY as one sentence. Returns whether nothing is. */
bool program_check(const struct program *program, struct bytes *why);

/* Whether the runner of PROGRAM is a command, an emulator or a wrapper of the suite's own. */
bool program_has_command(const struct program *program);

/* The reason of the first line of LINES, "PATTERN: REASON" each, whose pattern the case ID, "source/name", matches;
   NULL: there is none. Borrowed from LINES. */
const char *reason_for(const struct text_list *lines, const char *id);

/* How many requests a case of PROGRAM makes, one after the other, and what request NUMBER, from 0, asks for. */
size_t program_requests(const struct program *program);
const char *program_url_path(const struct program *program, size_t number);

/* Whether the input of a case is on the stdin of PROGRAM. */
bool program_feeds_stdin(const struct program *program);

/* The set of options, for libcmark, of a PROGRAM that libcmark judges. */
unsigned program_markdown_options(const struct program *program);

/* What the placeholders are that do not depend on a case. Borrowed from PROGRAM. */
struct places program_places(const struct program *program);

/* A hash of all that its section says: of a program that is run and judged otherwise, it is another. */
uint64_t program_hash(const struct program *program);

#endif
