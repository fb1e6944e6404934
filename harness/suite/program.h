/* A program of a suite: how it is run and what is true about it, as one [program] section says it. */
#ifndef HARNESS_PROGRAM_H
#define HARNESS_PROGRAM_H

#include "harness/suite/keys.h"

enum runner { RUNNER_NATIVE, RUNNER_QEMU };
enum drive { DRIVE_RUN, DRIVE_HTTP };
enum ready { READY_LINE, READY_PORT };

/* Where the truth about a case comes from. */
enum oracle { ORACLE_CMARK, ORACLE_CMARK_UNSAFE, ORACLE_EXPECTED, ORACLE_COMMAND, ORACLE_KINDS };

/* The words of these, in their order, up to NULL. */
extern const char *const runner_words[], *const drive_words[], *const ready_words[], *const oracle_words[];

/* The keys (keys.h): type, field, key, default, words. */
#define PROGRAM_KEYS(KEY)                                                                                              \
  /* path; {arch} stands for each of ARCHES */                                                                         \
  KEY(KEY_TEXT, elf, "elf", NULL, NULL)                                                                                \
  /* empty: what the ELF says */                                                                                       \
  KEY(KEY_WORDS, arches, "arch", NULL, NULL)                                                                           \
  /* empty: all that there are */                                                                                      \
  KEY(KEY_WORDS, runners, "runner", NULL, NULL)                                                                        \
  /* {file}: path of the input; {port}: a free port */                                                                 \
  KEY(KEY_ARGUMENTS, arguments, "arguments", NULL, NULL)                                                               \
  /* NAME=VALUE */                                                                                                     \
  KEY(KEY_LIST, environment, "environment", NULL, NULL)                                                                \
  /* a system call and the error that it fails with; empty: none */                                                    \
  KEY(KEY_WORDS, refused, "refuse", NULL, NULL)                                                                        \
  /* the input comes on stdin */                                                                                       \
  KEY(KEY_YES_NO, feeds_stdin, "stdin", "no", NULL)                                                                    \
  /* stdout is a terminal of so many columns; 0: a pipe */                                                             \
  KEY(KEY_NUMBER, terminal, "terminal", "0", NULL)                                                                     \
  KEY(KEY_CHOICE, drive, "drive", "run", drive_words)                                                                  \
  KEY(KEY_CHOICE, ready, "ready", "line", ready_words)                                                                 \
  /* what the line begins with that says it is ready; after it stands the URL */                                       \
  KEY(KEY_TEXT, ready_line, "ready-line", "http://", NULL)                                                             \
  /* of a document */                                                                                                  \
  KEY(KEY_TEXT, url_path, "url-path", "/", NULL)                                                                       \
  KEY(KEY_CHOICE, oracle, "oracle", "cmark", oracle_words)                                                             \
  /* of cmark's command line, without "--" */                                                                          \
  KEY(KEY_WORDS, oracle_options, "oracle-options", NULL, NULL)                                                         \
  /* run by sh, the input on its stdin */                                                                              \
  KEY(KEY_TEXT, oracle_command, "oracle-command", NULL, NULL)                                                          \
  /* that the command ends with */                                                                                     \
  KEY(KEY_NUMBER, oracle_status, "oracle-status", "0", NULL)                                                           \
  /* of a document's answer, without its line end */                                                                   \
  KEY(KEY_TEXT, status_line, "status-line", "HTTP/1.1 200 OK", NULL)                                                   \
  /* in order; {length}: that of the body. None: headers are not compared */                                           \
  KEY(KEY_LIST, headers, "header", NULL, NULL)                                                                         \
  /* what a run writes on stderr, as bytes_escaped shows it; NULL: not compared */                                     \
  KEY(KEY_TEXT, errors, "stderr", NULL, NULL)                                                                          \
  /* of a run; of a server after SIGTERM */                                                                            \
  KEY(KEY_NUMBER, exit_status, "exit-status", "0", NULL)                                                               \
  /* that a run ends by, as in "SIGTRAP"; NULL: none */                                                                \
  KEY(KEY_TEXT, signal, "signal", NULL, NULL)                                                                          \
  /* whether a server must obey SIGTERM */                                                                             \
  KEY(KEY_YES_NO, judges_stop, "obeys-sigterm", "yes", NULL)                                                           \
  /* seconds for one case */                                                                                           \
  KEY(KEY_SECONDS, deadline, "deadline", "10", NULL)                                                                   \
  /* whether it runs in a cell */                                                                                      \
  KEY(KEY_YES_NO, confine, "confine", "yes", NULL)                                                                     \
  /* what it may there besides, as confinement_allow reads it; NULL: nothing */                                        \
  KEY(KEY_TEXT, allow, "allow", NULL, NULL)                                                                            \
  /* seconds until it is ready */                                                                                      \
  KEY(KEY_SECONDS, start_deadline, "start-deadline", "10", NULL)

struct program {
  char *name; /* of the section */
  int line;   /* of the section in the suite file */
  PROGRAM_KEYS(KEY_FIELD)
};

extern const struct key_table program_keys;

/* Makes PROGRAM one called NAME without any key; frees what it owns. */
void program_begin(struct program *program, const char *name, int line);
void program_free(struct program *program);

/* What is wrong with PROGRAM in itself, appended to WHY as one sentence. Returns whether nothing is. */
bool program_check(const struct program *program, struct bytes *why);

/* The set of options, for libcmark, of a PROGRAM that libcmark judges. */
unsigned program_markdown_options(const struct program *program);

/* Replaces {build} in the oracle's command, which may name programs that were built. */
void program_expand_command(struct program *program, const char *build);

/* A hash of all that its section says: of a program that is run and judged otherwise, it is another. */
uint64_t program_hash(const struct program *program);

#endif
