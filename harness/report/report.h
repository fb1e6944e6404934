/* The room report/: writes what a session found, for people on a terminal and for other programs. Each format is a file
   report_FORMAT.c; what all of them say about one failure is made in report.c. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include "harness/session/session.h"

#include <stdio.h>

/* The headline of a failure, one line without its end: what, where, and in which byte. */
void report_headline(const struct result *result, struct bytes *out);

/* The explanation of a failure, lines with their ends: both sides in context and as hex, where it stands in the HTML,
   which block of the Markdown it came from, and the command that does it again. */
void report_explanation(const struct session *session, const struct result *result, struct bytes *out);

/* The command that runs this case alone. */
void report_command(const struct session *session, const struct result *result, struct bytes *out);

/* A blank, and TEXT as one word of sh. */
void report_word(struct bytes *out, const char *text);

/* Line and column, from 1, of byte OFFSET in TEXT; columns count bytes. */
void report_position(struct span text, size_t offset, size_t *line, size_t *column);

/* How many of the results of one suite and target, the COUNT from FIRST on, came out how. */
struct tally {
  size_t count, equal, known, failed, not_run;
  uint64_t duration_ns;
};

/* The results from FIRST on that share its suite and target; returns how many, and their tally. */
size_t report_group(const struct session *session, size_t first, struct tally *tally);

/* For people: progress while it runs, failures as they happen, a table at the end. */
void text_begin(const struct session *session, bool color, bool live);
void text_progress(const struct session *session, const struct result *result);
void text_end(const struct session *session, FILE *out);

/* TAP 14: a test point for each suite and target, with the cases that are not plainly equal below it as a subtest; all
   cases where the session is verbose. */
void tap_report(const struct session *session, FILE *out);

/* JUnit XML, JSON lines, SARIF 2.1.0, into the file PATH. Return 0 or an errno value. */
int junit_report(const struct session *session, const char *path);
int json_lines_report(const struct session *session, const char *path);
int sarif_report(const struct session *session, const char *path);

/* One self-contained HTML page for people, into the file PATH. Returns 0 or an errno value. */
int html_report(const struct session *session, const char *path);

/* Commands for GitHub's log: one annotation for each fault, ten at most. */
void github_report(const struct session *session, FILE *out);

#endif
