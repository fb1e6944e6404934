/* The room report/: writes what a session found, for people on a terminal and for other programs. Each format is a file
   report_FORMAT.c; what all of them say about one failure is made in report.c. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include "harness/session/session.h"

struct markdown_block;

#include <stdio.h>

/* The headline of a failure, one line without its end: what, where, and in which byte. */
void report_headline(const struct result *result, struct bytes *out);

/* Whether what diverged is a page of HTML, the rendering of the case's Markdown. */
bool report_is_page(const struct result *result);

/* Finds the block of the case's Markdown that the byte came from. Returns false where there is none to be found: only
   libcmark's HTML can be followed back. */
bool report_block(const struct result *result, struct markdown_block *block);

/* Whether what diverged is not text on both sides, around the byte. It is shown in hex alone then. */
bool report_is_binary(const struct result *result);

/* From now on, rows of hex have 8 bytes, which fits 60 columns, where stdout is a terminal of less than 90 and FITS,
   and otherwise 16. */
void report_fit_terminal(bool fits);

/* The explanation of a failure, lines with their ends: both sides in context and as hex, where it stands in the HTML,
   which block of the Markdown it came from, and the command that does it again. */
void report_explanation(const struct session *session, const struct result *result, struct bytes *out);

/* What differs of a divergence: both sides in context and as hex, and where it came from; lines with their ends. */
void report_difference(const struct result *result, struct bytes *out);

/* The command that runs this case alone. */
void report_command(const struct session *session, const struct result *result, struct bytes *out);

/* What was seen of a failure when it was run again: lines with their ends, each after two blanks. */
void report_where(const struct result *result, struct bytes *out);

/* Where RESULT is the example of a fault, the commands that lead on: to the instruction, and, of a program whose
   routines are known, to the routine; lines as above. */
void report_next(const struct session *session, const struct result *result, struct bytes *out);

/* A blank, and TEXT as one word of sh. */
void report_word(struct bytes *out, const char *text);

/* Line and column, from 1, of byte OFFSET in TEXT; columns count bytes. */
void report_position(struct span text, size_t offset, size_t *line, size_t *column);

/* Appends what a reader must know of how results were compared, a line each, without an escape or a control: which
   filters hid how many bytes. Each format shows these, whether anything failed or not. */
void report_notes(const struct session *session, struct bytes *out);

/* Calls TELL with each of these lines. */
void report_each_note(const struct session *session, void (*tell)(void *user, const char *line), void *user);

/* Appends what is wrong with the run as a whole, a line each, without an escape or a control: no result shows it, so
   each format must. */
void report_troubles(const struct session *session, struct bytes *out);

/* Calls TELL with each of these lines. */
void report_each_trouble(const struct session *session, void (*tell)(void *user, const char *line), void *user);

/* How many of the results of one suite and target, the COUNT from FIRST on, came out how. */
struct tally {
  size_t targets, count, equal, known, failed, not_run;
  uint64_t duration_ns;
};

/* The results from FIRST on that share its suite and target; returns how many, and their tally. */
size_t report_group(const struct session *session, size_t first, struct tally *tally);

/* The same of those that share its suite alone. */
size_t report_suite(const struct session *session, size_t first, struct tally *tally);

/* For people: progress while it runs, failures as they happen, and at the end a table of the suites, where HAS_TABLE,
   the causes of what failed, and the verdict. */
void text_begin(const struct session *session, bool color, bool live);
void text_progress(const struct session *session, const struct result *result);
void text_end(const struct session *session, bool has_table, FILE *out);

/* ---- Formats ----------------------------------------------------------------------------------------------------- */

/* Where a report of a format goes. */
enum report_place {
  REPORT_AS_STDOUT, /* it is what stands on stdout */
  REPORT_ON_STDOUT, /* on stdout as well, after that */
  REPORT_IN_FILE    /* in the file that the option names */
};

/* One format: a file of its own, and a row of REPORT_FORMATS. */
struct report_format {
  const char *option; /* --OPTION, with FILE where it goes into one */
  const char *help;   /* of the option, in one line */
  enum report_place place;
  /* Appends the report of a session that has run. */
  void (*make)(const struct session *session, struct bytes *out);
};

/* The formats, in the order of --help. The page (report/html) is the one that the command report writes. */
#define REPORT_FORMATS(FORMAT)                                                                                         \
  FORMAT(text_format)                                                                                                  \
  FORMAT(tap_format)                                                                                                   \
  FORMAT(json_format)                                                                                                  \
  FORMAT(junit_format)                                                                                                 \
  FORMAT(json_lines_format)                                                                                            \
  FORMAT(sarif_format)                                                                                                 \
  FORMAT(html_format)                                                                                                  \
  FORMAT(github_format)

#define REPORT_DECLARE(name) extern const struct report_format name;
REPORT_FORMATS(REPORT_DECLARE)

enum {
#define REPORT_COUNT(name) REPORT_IS_##name,
  REPORT_FORMATS(REPORT_COUNT) REPORT_FORMAT_COUNT
};

/* All of them. */
extern const struct report_format *const report_formats[REPORT_FORMAT_COUNT];

/* Makes the report of SESSION and writes the file PATH. Returns 0 or an errno value. */
int report_write(const struct report_format *format, const struct session *session, const char *path);

/* Whether the report of SESSION in FORMAT shows that RESULT failed; of NULL: that something did, or that there is no
   verdict. */
bool report_shows_failure(const struct report_format *format, const struct session *session,
                          const struct result *result);

#endif

/* SPDX-License-Identifier: MIT */
