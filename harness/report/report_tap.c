/* TAP version 14 (https://testanything.org/tap-version-14-specification.html). */
#include "harness/report/report.h"

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

static void print_case(const struct session *session, const struct result *result, size_t number, struct bytes *out) {
  bool good = result->verdict == EQUAL && result->known != KNOWN_STALE;
  bool skipped = result->verdict == NOT_RUN;
  bytes_printf(out, "    %s %zu - ", good || skipped ? "ok" : "not ok", number);
  print_description(result->test_case->id, out);
  if (skipped)
    bytes_text(out, " # SKIP not run: a case before it failed");
  else if (result->known == KNOWN_AS_IS)
    bytes_text(out, " # TODO known divergence");
  bytes_text(out, "\n");
  if (result_failed(result))
    print_diagnostics(session, result, out);
}

static void print_group(const struct session *session, size_t first, const struct tally *tally, size_t number,
                        struct bytes *out) {
  const struct result *start = &session->results[first];
  size_t shown = 0;
  bytes_printf(out, "# Subtest: %s %s %s\n", start->suite->name, start->target->label, start->target->where);
  for (size_t i = first; i < first + tally->count; i++) {
    const struct result *result = &session->results[i];
    bool plain = (result->verdict == EQUAL && result->known != KNOWN_STALE) || result->verdict == NOT_RUN;
    if (!plain || session->options->verbose)
      print_case(session, result, ++shown, out);
  }
  bytes_printf(out, "    # %zu of %zu cases are equal, %zu known to diverge, %zu failed, %zu not run\n", tally->equal,
               tally->count, tally->known, tally->failed, tally->not_run);
  bytes_printf(out, shown ? "    1..%zu\n" : "    1..%zu # SKIP nothing to report\n", shown);
  bool skipped = tally->not_run == tally->count;
  bytes_printf(out, "%s %zu - %s %s %s%s\n", tally->failed ? "not ok" : "ok", number, start->suite->name,
               start->target->label, start->target->where, skipped ? " # SKIP not run: a case before it failed" : "");
}

static void make(const struct session *session, struct bytes *out) {
  bytes_text(out, "TAP version 14\n");
  size_t number = 0;
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t count = report_group(session, first, &tally);
    print_group(session, first, &tally, ++number, out);
    first += count;
  }
  struct span rest = span_of(&session->problems);
  for (size_t at = 0; at < rest.len;) {
    size_t len = strcspn(rest.data + at, "\n");
    bytes_printf(out, "not ok %zu - %.*s\n", ++number, (int)len, rest.data + at);
    at += len + 1;
  }
  bytes_printf(out, "1..%zu\n", number);
}

const struct report_format tap_format = {"tap", "TAP version 14 (default elsewhere)", REPORT_AS_STDOUT, make};
