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

/* Whether one server answers many cases. */
enum server { SERVER_SHARED, SERVER_FRESH };

/* What of a run is compared: the bytes that it put out, or the folder that it left. */
enum compare { COMPARE_OUTPUT, COMPARE_TREE };

/* Where the truth about a case comes from. */
enum oracle { ORACLE_CMARK, ORACLE_CMARK_UNSAFE, ORACLE_EXPECTED, ORACLE_COMMAND, ORACLE_KINDS };

/* The words of these, in their order, up to NULL. */
extern const char *const runner_words[], *const drive_words[], *const ready_words[], *const compare_words[],
                                                                                         *const connection_words[],
                                                                                             *const server_words[],
                                                                                                 *const oracle_words[];

/* What the command of an oracle knows: it says the same of a program on every machine. */
#define KNOWS_ORACLE (KNOWS_FIXED | KNOWS_FILE | KNOWS_FOLDER | KNOWS_NAME | KNOWS_PATH | KNOWS_TARGET)

/* The keys (keys.h): type, field, key, default, words, placeholders, what they need, help. */
#define PROGRAM_KEYS(KEY)                                                                                              \
  KEY(KEY_TEXT, elf, "elf", NULL, NULL, KNOWS_FIXED | KNOWS_ARCH | KNOWS_AS_PATH, NULL,                                \
      "the program: any executable file; {arch} stands for each word of arch")                                         \
  KEY(KEY_WORDS, arches, "arch", NULL, NULL, KNOWS_NONE, NULL,                                                         \
      "machines that `bytegate machines` lists; without it, the one that the ELF header says")                         \
  KEY(KEY_ARGUMENTS, runners, "runner", NULL, NULL, KNOWS_FIXED | KNOWS_ARCH, NULL,                                    \
      "native, qemu or both; or a command that runs the program: an emulator, a wrapper")                              \
  KEY(KEY_ARGUMENTS, arguments, "arguments", NULL, NULL, TAKES_EMPTY | KNOWS_RUN, NULL,                                \
      "split as sh does; {file}: the path of the input, {port}: a free TCP port")                                      \
  KEY(KEY_LIST, environment, "environment", NULL, NULL, KNOWS_RUN, NULL, "NAME=VALUE; may stand several times")        \
  KEY(KEY_WORDS, refused, "refuse", NULL, NULL, KNOWS_NONE, NULL,                                                      \
      "a system call and the error that it fails with, as in getdents64 EIO")                                          \
  KEY(KEY_TEXT, input, "stdin", "no", NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, "drive = run",                   \
      "yes: the input is on stdin; no: nothing; or a file that is")                                                    \
  KEY(KEY_TEXT, input_name, "input-name", "document.md", NULL, KNOWS_NAME | KNOWS_AS_PATH, NULL,                       \
      "what the input is called in the program's folder; {name}: its own name")                                        \
  KEY(KEY_LIST, files, "file", NULL, NULL, KNOWS_RUN, NULL,                                                            \
      "NAME: CONTENT, a file in that folder; may stand several times")                                                 \
  KEY(KEY_TEXT, copied, "copy", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, NULL,                            \
      "a folder of which a copy stands there as well")                                                                 \
  KEY(KEY_TEXT, output, "output", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_ARCH | KNOWS_AS_PATH,                   \
      "compare = output", "a file that the program writes, which is compared in place of stdout")                      \
  KEY(KEY_CHOICE, compare, "compare", "output", compare_words, KNOWS_NONE, "drive = run",                              \
      "output: what a run puts out; tree: all that is in its folder after it")                                         \
  KEY(KEY_NUMBER, terminal, "terminal", "0", NULL, KNOWS_NONE, "drive = run",                                          \
      "stdout is a terminal of so many columns; 0: a pipe")                                                            \
  KEY(KEY_CHOICE, drive, "drive", "run", drive_words, KNOWS_NONE, NULL, "run: to its end; http: it is a server")       \
  KEY(KEY_CHOICE, ready, "ready", "line", ready_words, KNOWS_NONE, "drive = http",                                     \
      "when a server can be asked: line, once it prints one; port, once {port} answers")                               \
  KEY(KEY_TEXT, ready_line, "ready-line", "http://", NULL, KNOWS_RUN, "ready = line",                                  \
      "what that line begins with; the URL is in it")                                                                  \
  KEY(KEY_LIST, url_paths, "url-path", NULL, NULL, KNOWS_RUN, "drive = http",                                          \
      "what is requested; several are asked for in turn")                                                              \
  KEY(KEY_TEXT, method, "method", "GET", NULL, KNOWS_NONE, "drive = http", "of a request")                             \
  KEY(KEY_LIST, request_headers, "request-header", NULL, NULL, KNOWS_RUN, "drive = http",                              \
      "NAME: VALUE; may stand several times")                                                                          \
  KEY(KEY_TEXT, request_body, "request-body", "no", NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_PATH, "drive = http",    \
      "no; input: that of the case; or a file")                                                                        \
  KEY(KEY_NUMBER, requests, "requests", "0", NULL, KNOWS_NONE, "drive = http",                                         \
      "how many a case makes; 0: one for each url-path")                                                               \
  KEY(KEY_CHOICE, connection, "connection", NULL, connection_words, KNOWS_NONE, "drive = http",                        \
      "what the server must do after an answer; without the key, either")                                              \
  KEY(KEY_CHOICE, server, "server", "shared", server_words, KNOWS_NONE, "drive = http",                                \
      "shared: one answers many cases; fresh: each case has its own, which remembers nothing")                         \
  KEY(KEY_CHOICE, oracle, "oracle", "cmark", oracle_words, KNOWS_NONE, NULL, "who says what is right")                 \
  KEY(KEY_WORDS, oracle_options, "oracle-options", NULL, NULL, KNOWS_NONE, "oracle = cmark | cmark-unsafe",            \
      "of cmark's command line, as in smart sourcepos")                                                                \
  KEY(KEY_TEXT, oracle_command, "oracle-command", NULL, NULL, KNOWS_ORACLE | KNOWS_AS_SHELL, "oracle = command",       \
      "its stdout is the truth; the input is on its stdin")                                                            \
  KEY(KEY_NUMBER, oracle_status, "oracle-status", "0", NULL, KNOWS_NONE, "oracle = command",                           \
      "that it ends with where it did not fail")                                                                       \
  KEY(KEY_TEXT, filter, "filter", NULL, NULL, KNOWS_FIXED | KNOWS_NAME | KNOWS_AS_SHELL, NULL,                         \
      "a command through which both sides pass before they are compared")                                              \
  KEY(KEY_TEXT, status_line, "status-line", "HTTP/1.1 200 OK", NULL, KNOWS_RUN, "drive = http", "of an answer")        \
  KEY(KEY_LIST, headers, "header", NULL, NULL, KNOWS_RUN | KNOWS_LENGTH, "drive = http",                               \
      "NAME: VALUE of an answer, in their order; * is anything; without the key, none is compared")                    \
  KEY(KEY_WORDS, ignored_headers, "ignore-header", NULL, NULL, KNOWS_NONE, "drive = http",                             \
      "names of headers that do not count, as in Date, ETag")                                                          \
  KEY(KEY_TEXT, errors, "stderr", NULL, NULL, TAKES_EMPTY | KNOWS_RUN, "drive = run",                                  \
      "what a run writes there; without the key, it is not compared")                                                  \
  KEY(KEY_NUMBER, exit_status, "exit-status", "0", NULL, KNOWS_NONE, NULL, "of a run, or of a server after SIGTERM")   \
  KEY(KEY_TEXT, signal, "signal", NULL, NULL, KNOWS_NONE, "drive = run",                                               \
      "that ends a run, as in SIGTRAP; without the key, none may")                                                     \
  KEY(KEY_YES_NO, judges_stop, "obeys-sigterm", "yes", NULL, KNOWS_NONE, "drive = http",                               \
      "whether a server must end at SIGTERM")                                                                          \
  KEY(KEY_LIST, skips, "skip", NULL, NULL, KNOWS_UNREAD, NULL,                                                         \
      "PATTERN: REASON of cases that are not run; may stand several times")                                            \
  KEY(KEY_LIST, failing, "xfail", NULL, NULL, KNOWS_UNREAD, NULL,                                                      \
      "PATTERN: REASON of cases that fail; may stand several times")                                                   \
  KEY(KEY_SECONDS, deadline, "deadline", "10", NULL, KNOWS_NONE, NULL, "seconds for one case")                         \
  KEY(KEY_YES_NO, confine, "confine", "yes", NULL, KNOWS_NONE, NULL,                                                   \
      "no: it runs with all that you may, and not in a cell")                                                          \
  KEY(KEY_TEXT, allow, "allow", NULL, NULL, KNOWS_FIXED, NULL,                                                         \
      "what it may in its cell besides, as in network, path /srv, write /srv/x")                                       \
  KEY(KEY_SECONDS, start_deadline, "start-deadline", "10", NULL, KNOWS_NONE, "drive = http",                           \
      "seconds until a server is ready")

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

/* SPDX-License-Identifier: MIT */
