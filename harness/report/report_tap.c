/* TAP that both generations of parsers read: version 13 (https://testanything.org/tap-version-13-specification.html),
   as Debian's prove wants it, with the subtests of version 14 (tap-version-14-specification.html), which a parser of 13
   passes over. A point of the top level is a suite, or what is wrong with the run as a whole; below a suite stands a
   point for each failure, and where the session is verbose for each case. */
#include "harness/report/report.h"
#include "harness/suite/suite.h"

#include <stdlib.h>
#include <string.h>

/* The description of a test point: `#` and `\` begin something else there. */
static void print_description(const char *text, struct bytes *out) {
  for (; *text; text++) {
    if (*text == '#' || *text == '\\')
      bytes_text(out, "\\");
    bytes_append(out, text, 1);
  }
}

/* A YAML block scalar, every line of TEXT after the indentation. */
static void print_block(const char *key, struct span text, const char *indent, struct bytes *out) {
  bytes_printf(out, "%s%s: |\n", indent, key);
  for (size_t at = 0; at < text.len;) {
    const char *end = memchr(text.data + at, '\n', text.len - at);
    size_t len = end ? (size_t)(end - text.data) - at : text.len - at;
    bytes_printf(out, "%s  %.*s\n", indent, (int)len, text.data + at);
    at += len + 1;
  }
}

static void print_diagnostics(const struct session *session, const struct result *result, struct bytes *out) {
  struct bytes headline = {0};
  struct bytes explanation = {0};
  report_headline(result, &headline);
  report_explanation(session, result, &explanation);
  bytes_text(out, "      ---\n");
  print_block("message", span_of(&headline), "      ", out);
  print_block("explanation", span_of(&explanation), "      ", out);
  bytes_printf(out, "      duration_ms: %.3f\n      ...\n", (double)result->duration_ns / 1e6);
  bytes_free(&headline);
  bytes_free(&explanation);
}

/* Whether the result has a point of its own though the session is not verbose. */
static bool is_told(const struct result *result) { return result_failed(result); }

static void print_case(const struct session *session, const struct result *result, size_t number, struct bytes *out) {
  bool known = result->known == KNOWN_AS_IS;
  bool skipped = result->verdict == NOT_RUN && !result_failed(result);
  bytes_printf(out, "    %s %zu - ", result_failed(result) || known ? "not ok" : "ok", number);
  print_description(result->test_case->id, out);
  bytes_printf(out, " %s %s", result->target->label, result->target->where);
  if (skipped)
    bytes_printf(out, " # SKIP not run, %s", left_out_reason(session_left_out(session, result)));
  else if (known)
    bytes_text(out, " # TODO known divergence");
  if ((skipped || known) && result->reason) {
    bytes_text(out, ": ");
    print_description(result->reason, out);
  }
  bytes_text(out, "\n");
  if (result_failed(result))
    print_diagnostics(session, result, out);
}

/* The points of the COUNT results from FIRST on, as a subtest. */
static void print_subtest(const struct session *session, size_t first, size_t count, struct bytes *out) {
  bool verbose = session->options->verbose;
  size_t shown = 0;
  for (size_t i = first; i < first + count; i++)
    shown += verbose || is_told(&session->results[i]);
  if (shown == 0)
    return;
  bytes_printf(out, "# Subtest: %s\n", session->results[first].suite->name);
  size_t number = 0;
  for (size_t i = first; i < first + count; i++)
    if (verbose || is_told(&session->results[i]))
      print_case(session, &session->results[i], ++number, out);
  bytes_printf(out, "    1..%zu\n", shown);
}

/* The suite whose results begin at FIRST. Returns how many they are. */
static size_t print_suite(const struct session *session, size_t first, size_t number, struct bytes *out) {
  const struct suite *suite = session->results[first].suite;
  struct tally all;
  report_suite(session, first, &all);
  print_subtest(session, first, all.count, out);
  bytes_printf(out, "%s %zu - %s", all.failed ? "not ok" : "ok", number, suite->name);
  if (all.not_run == all.count)
    bytes_printf(out, " # SKIP not run, %s\n", left_out_reason(session_left_out(session, &session->results[first])));
  else if (all.equal == all.count)
    bytes_text(out, "\n");
  else
    bytes_printf(out,
                 "\n# %zu of %zu results of %zu program%s and runners are equal, %zu known, %zu failed, %zu not run\n",
                 all.equal, all.count, all.targets, all.targets == 1 ? "" : "s", all.known, all.failed, all.not_run);
  return all.count;
}

struct points {
  struct bytes *out;
  size_t number;
};

static void print_trouble(void *user, const char *line) {
  struct points *points = user;
  bytes_printf(points->out, "not ok %zu - ", ++points->number);
  print_description(line, points->out);
  bytes_text(points->out, "\n");
}

static void print_note(void *user, const char *line) { bytes_printf(user, "# %s\n", line); }

static void make(const struct session *session, struct bytes *out) {
  struct points points = {.out = out};
  bytes_text(out, "TAP version 13\n");
  if (session->confinement)
    bytes_printf(out, "# confinement: %s\n", session->confinement);
  for (size_t first = 0; first < session->result_count;)
    first += print_suite(session, first, ++points.number, out);
  report_each_note(session, print_note, out);
  report_each_trouble(session, print_trouble, &points);
  bytes_printf(out, "1..%zu\n", points.number);
}

const struct report_format tap_format = {"tap", "TAP version 13 (default elsewhere)", REPORT_AS_STDOUT, make};

/* SPDX-License-Identifier: MIT */
