/* The report for people. On a terminal a line at the bottom says how far the run is, and goes away at its end. */
#include "harness/base/clock.h"
#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <stdlib.h>

enum { MOST_EXPLAINED = 10, MOST_LED_ON = 3 };

static struct {
  bool color;
  bool live;
  bool line_shown;
  size_t explained;
  uint64_t last_ns;
} screen;

void text_begin(const struct session *session, bool color, bool live) {
  (void)session;
  screen.color = color;
  screen.live = live;
  screen.line_shown = false;
  screen.explained = 0;
  screen.last_ns = 0;
}

static void clear_line(void) {
  if (screen.line_shown)
    fputs("\r\x1b[K", stderr);
  screen.line_shown = false;
}

static void show_progress(const struct session *session) {
  uint64_t now = now_ns();
  if (!screen.live || now - screen.last_ns < 100000000)
    return;
  screen.last_ns = now;
  double seconds = (double)(now - session->started_ns) / 1e9;
  double rate = seconds > 0 ? (double)session->finished / seconds : 0;
  size_t left = session->selected - session->finished;
  clear_line();
  fprintf(stderr, "%zu of %zu cases, %zu failed, %.0f a second, %.0f s left", session->finished, session->selected,
          session->failed, rate, rate > 0 ? (double)left / rate : 0);
  screen.line_shown = true;
}

static void print_headline(const struct result *result, FILE *out) {
  struct bytes text = {0};
  report_headline(result, &text);
  fprintf(out, screen.color ? "\x1b[31;1m%s\x1b[0m\n" : "%s\n", text.data);
  bytes_free(&text);
}

/* Whether a failure that is alike has been reported before this one. */
static bool is_repeated(const struct session *session, const struct result *result) {
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *other = &session->results[i];
    if (other != result && other->reported && result_failed(other) && !other->untried && results_alike(other, result))
      return true;
  }
  return false;
}

void text_progress(const struct session *session, const struct result *result) {
  if (result_failed(result) && (!result->untried || session->options->verbose)) {
    clear_line();
    print_headline(result, stdout);
    if (session->options->verbose || (screen.explained < MOST_EXPLAINED && !is_repeated(session, result))) {
      struct bytes text = {0};
      report_explanation(session, result, &text);
      fwrite(text.data, 1, text.len, stdout);
      bytes_free(&text);
      screen.explained++;
    }
    fflush(stdout);
  } else if (session->options->verbose && !result_failed(result)) {
    clear_line();
    printf("%s %s/%s %s %s\n", result->known == KNOWN_AS_IS ? "KNOWN" : verdict_name(result->verdict),
           result->suite->name, result->test_case->id, result->target->label, result->target->where);
  }
  show_progress(session);
}

static void print_group(const struct session *session, size_t first, const struct tally *tally, struct bytes *out) {
  const struct result *start = &session->results[first];
  double rate = tally->duration_ns ? (double)(tally->count - tally->not_run) / ((double)tally->duration_ns / 1e9) : 0;
  bytes_printf(out, "%-12s %-28s %-12s %7zu %7zu %7zu %7zu %9.0f\n", start->suite->name, start->target->label,
               start->target->where, tally->count, tally->equal, tally->known, tally->failed, rate);
}

/* The table counts cases by how they came out; the last column is cases a second of one program at work. */
static void print_table(const struct session *session, struct bytes *out) {
  bytes_printf(out, "%-12s %-28s %-12s %7s %7s %7s %7s %9s\n", "suite", "program", "runner", "cases", "equal", "known",
               "failed", "a second");
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t count = report_group(session, first, &tally);
    print_group(session, first, &tally, out);
    first += count;
  }
}

/* The failures grouped by likely cause, and for each group the case to look at first. */
static void print_faults(const struct session *session, struct bytes *out) {
  if (session->fault_count == 0)
    return;
  bytes_printf(out, "%7s %7s %9s  %s\n", "failed", "cases", "programs", "likely one cause; its smallest case");
  for (size_t i = 0; i < session->fault_count && i < MOST_EXPLAINED; i++) {
    const struct fault *fault = &session->faults[i];
    const struct result *example = fault->example;
    char *way = result_way(example);
    bytes_printf(out, "%7zu %7zu %9zu  %s: %s/%s %s %s\n", fault->failures, fault->cases, fault->targets, way,
                 example->suite->name, example->test_case->id, example->target->label, example->target->where);
    report_where(example, out);
    if (i < MOST_LED_ON)
      report_next(session, example, out);
    free(way);
  }
  if (session->fault_count > MOST_EXPLAINED)
    bytes_printf(out, "and %zu more that fail in other ways\n", session->fault_count - MOST_EXPLAINED);
}

static void make(const struct session *session, struct bytes *out) {
  print_table(session, out);
  print_faults(session, out);
  bytes_add(out, span_of(&session->problems));
  enum run_verdict verdict = session_verdict(session);
  static const char *const colors[] = {"\x1b[32;1m", "\x1b[31;1m", "\x1b[33;1m"};
  if (session_lacks_confinement(session))
    bytes_printf(out, "confinement: %s\n", session->confinement);
  bytes_printf(out, "%s%s: %zu cases, %zu failed, %zu known divergences, %.2f s%s%s\n",
               screen.color ? colors[verdict] : "", run_verdict_name(verdict), session->finished, session->failed,
               session->known_count, (double)session->elapsed_ns / 1e9,
               session_lacks_confinement(session) ? ", not wholly confined" : "", screen.color ? "\x1b[0m" : "");
  size_t counts[LEFT_REASONS] = {0};
  for (size_t i = 0; i < session->result_count; i++)
    counts[session_left_out(session, &session->results[i])]++;
  for (int reason = LEFT_NOT + 1; reason < LEFT_REASONS; reason++)
    if (counts[reason])
      bytes_printf(out, "%zu %s, %s\n", counts[reason],
                   left_out_fails((enum left_out)reason) ? "of the failed cases were not tried" : "cases were not run",
                   left_out_reason((enum left_out)reason));
}

void text_end(const struct session *session, FILE *out) {
  struct bytes text = {0};
  fflush(stdout);
  clear_line();
  make(session, &text);
  fwrite(text.data, 1, text.len, out);
  bytes_free(&text);
}

const struct report_format text_format = {"text", "Text for people (default on a terminal)", REPORT_AS_STDOUT, make};
