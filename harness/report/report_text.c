/* The report for people. On a terminal a line at the bottom says how far the run is, and goes away at its end. */
#include "harness/base/clock.h"
#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* So many failures are explained, so many causes at the end lead on, and so many failures that are alike are named;
   ways to fail that are told apart for that. */
enum { MOST_EXPLAINED = 10, MOST_LED_ON = 3, MOST_ALIKE = 10, WAYS = 32 };

static struct {
  bool color;
  bool live;
  bool line_shown;
  size_t explained;
  struct {
    const struct result *first;
    size_t count;
  } ways[WAYS];
  uint64_t last_ns;
} screen;

void text_begin(const struct session *session, bool color, bool live) {
  (void)session;
  screen.color = color;
  screen.live = live;
  screen.line_shown = false;
  screen.explained = 0;
  memset(screen.ways, 0, sizeof screen.ways);
  screen.last_ns = 0;
}

static void clear_line(void) {
  if (screen.line_shown)
    fputs("\r\x1b[K", stderr);
  screen.line_shown = false;
}

/* Columns of the terminal that stderr is; 80 where it does not say. */
static size_t terminal_columns(void) {
  struct winsize size = {0};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* Which of three lines, each shorter than the one before, leaves a column of COLUMNS free, so that it does not wrap. */
static int widest_that_fits(const char *longest, const char *shorter, size_t columns) {
  return strlen(longest) < columns ? 0 : strlen(shorter) < columns ? 1 : 2;
}

static void show_progress(const struct session *session) {
  uint64_t now = now_ns();
  if (!screen.live || now - screen.last_ns < 100000000)
    return;
  screen.last_ns = now;
  double seconds = (double)(now - session->started_ns) / 1e9;
  double rate = seconds > 0 ? (double)session->finished / seconds : 0;
  size_t left = session->selected - session->finished;
  char lines[3][128];
  snprintf(lines[0], sizeof lines[0], "%zu of %zu cases, %zu failed, %.0f a second, %.0f s left", session->finished,
           session->selected, session->failed, rate, rate > 0 ? (double)left / rate : 0);
  snprintf(lines[1], sizeof lines[1], "%zu of %zu, %zu failed, %.0f s left", session->finished, session->selected,
           session->failed, rate > 0 ? (double)left / rate : 0);
  snprintf(lines[2], sizeof lines[2], "%zu%%", session->selected ? session->finished * 100 / session->selected : 0);
  clear_line();
  fputs(lines[widest_that_fits(lines[0], lines[1], terminal_columns())], stderr);
  screen.line_shown = true;
}

static void print_headline(const struct result *result, FILE *out) {
  struct bytes text = {0};
  report_headline(result, &text);
  fprintf(out, screen.color ? "\x1b[31;1m%s\x1b[0m\n" : "%s\n", text.data);
  bytes_free(&text);
}

/* How many failures that are alike were reported before this one; 0 as well where there are too many ways to fail. */
static size_t count_alike(const struct result *result) {
  size_t i = 0;
  while (i < WAYS && screen.ways[i].first && !results_alike(screen.ways[i].first, result))
    i++;
  if (i == WAYS)
    return 0;
  if (!screen.ways[i].first)
    screen.ways[i].first = result;
  return screen.ways[i].count++;
}

static void explain(const struct session *session, const struct result *result) {
  struct bytes text = {0};
  report_fit_terminal(true);
  report_explanation(session, result, &text);
  report_fit_terminal(false);
  fwrite(text.data, 1, text.len, stdout);
  bytes_free(&text);
  screen.explained++;
}

static void tell_failure(const struct session *session, const struct result *result) {
  bool verbose = session->options->verbose;
  size_t alike = count_alike(result);
  if (alike > MOST_ALIKE && !verbose)
    return;
  clear_line();
  if (alike == MOST_ALIKE && !verbose) {
    puts("... what fails like these is counted at the end (-v names each)");
    return;
  }
  print_headline(result, stdout);
  if (verbose || (alike == 0 && screen.explained < MOST_EXPLAINED))
    explain(session, result);
  fflush(stdout);
}

void text_progress(const struct session *session, const struct result *result) {
  bool verbose = session->options->verbose;
  if (result_failed(result) && (!result->untried || verbose)) {
    tell_failure(session, result);
  } else if (verbose && !result_failed(result)) {
    clear_line();
    printf("%s %s/%s %s %s\n", result->known == KNOWN_AS_IS ? "KNOWN" : verdict_name(result->verdict),
           result->suite->name, result->test_case->id, result->target->label, result->target->where);
  }
  show_progress(session);
}

/* ---- The table. It is NAME_WIDTH and four columns of NUMBER_WIDTH wide, and so fits a terminal of 60 columns. ---- */

enum { NAME_WIDTH = 32, NUMBER_WIDTH = 7 };

static void print_row(const char *indent, const char *name, const struct tally *tally, struct bytes *out) {
  /* Of what ran, as the verdict counts; what did not has a line of its own at the end. */
  const size_t numbers[] = {tally->count - tally->not_run, tally->equal, tally->known, tally->failed};
  size_t len = strlen(indent) + strlen(name);
  bytes_printf(out, "%s%s", indent, name);
  if (len > NAME_WIDTH)
    bytes_text(out, "\n");
  bytes_printf(out, "%*s", len > NAME_WIDTH ? NAME_WIDTH : (int)(NAME_WIDTH - len), "");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    bytes_printf(out, "%*zu", NUMBER_WIDTH, numbers[i]);
  bytes_text(out, "\n");
}

/* The programs of the suite whose results begin at FIRST, each on a runner: those that fail, up to MOST_EXPLAINED;
   where the session is verbose, all. */
static void print_programs(const struct session *session, size_t first, size_t end, struct bytes *out) {
  size_t failing = 0;
  while (first < end) {
    struct tally tally;
    const struct target *target = session->results[first].target;
    first += report_group(session, first, &tally);
    failing += tally.failed > 0;
    if (!session->options->verbose && (!tally.failed || failing > MOST_EXPLAINED))
      continue;
    char *name = xasprintf("%s %s", target->label, runner_words[target->runner]);
    print_row("  ", name, &tally, out);
    free(name);
  }
  if (failing > MOST_EXPLAINED && !session->options->verbose)
    bytes_printf(out, "  and %zu more programs and runners that fail\n", failing - MOST_EXPLAINED);
}

/* A line for each suite of which anything ran, and below it the programs that fail. */
static void print_table(const struct session *session, struct bytes *out) {
  if (session->finished == 0 && !session->options->verbose)
    return;
  bytes_printf(out, "%-*s%*s%*s%*s%*s\n", NAME_WIDTH, "suite", NUMBER_WIDTH, "cases", NUMBER_WIDTH, "equal",
               NUMBER_WIDTH, "known", NUMBER_WIDTH, "failed");
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t end = first + report_suite(session, first, &tally);
    if (tally.not_run < tally.count || session->options->verbose) {
      print_row("", session->results[first].suite->name, &tally, out);
      print_programs(session, first, end, out);
    }
    first = end;
  }
}

/* Says of the faults that are scattered what they do not show. */
static void print_scattered(const struct session *session, struct bytes *out) {
  size_t count = 0;
  for (size_t i = 0; i < session->fault_count; i++)
    count += session->faults[i].scattered;
  if (count > 1)
    bytes_printf(out,
                 "%zu of these may have one cause: almost each case has wrong bytes of its own there, as where all "
                 "output depends on\nall input, and so the bytes do not tell causes apart; `bytegate bisect --elf` "
                 "does, from a build that is right\n",
                 count);
}

/* The failures grouped by likely cause, and for each group the case to look at first. */
static void print_faults(const struct session *session, struct bytes *out) {
  for (size_t i = 0; i < session->fault_count && i < MOST_EXPLAINED; i++) {
    const struct fault *fault = &session->faults[i];
    if (fault->failures == 1)
      bytes_text(out, "1 failure:\n");
    else
      bytes_printf(out, "%zu failures, of %zu case%s on %zu program%s%s; the smallest:\n", fault->failures,
                   fault->cases, fault->cases == 1 ? "" : "s", fault->targets,
                   fault->targets == 1 ? "" : "s and runners",
                   fault->scattered && fault->cases > 1 ? "" : ", most likely of one cause");
    bytes_text(out, "  ");
    report_headline(fault->example, out);
    bytes_text(out, "\n");
    report_where(fault->example, out);
    if (i < MOST_LED_ON)
      report_next(session, fault->example, out);
  }
  if (session->fault_count > MOST_EXPLAINED)
    bytes_printf(out, "and %zu more that fail in other ways\n", session->fault_count - MOST_EXPLAINED);
  print_scattered(session, out);
}

/* How many cases under qemu had no start of their own. */
static void print_forked(const struct session *session, struct bytes *out) {
  size_t forked = 0;
  for (size_t i = 0; i < session->result_count; i++)
    forked += session->results[i].forked;
  if (forked && session->options->verbose)
    bytes_printf(out, "%zu of the runs under qemu were forked off emulators that stood ready\n", forked);
}

/* The causes of what failed, the verdict, and why cases were left out. */
static void print_end(const struct session *session, struct bytes *out) {
  print_faults(session, out);
  bytes_add(out, span_of(&session->problems));
  enum run_verdict verdict = session_verdict(session);
  static const char *const colors[] = {"\x1b[32;1m", "\x1b[31;1m", "\x1b[33;1m"};
  if (session_lacks_confinement(session))
    bytes_printf(out, "confinement: %s\n", session->confinement);
  print_forked(session, out);
  report_notes(session, out);
  bytes_printf(out, "%s%s%s%s: %zu cases, %zu failed, %zu known divergences, %.2f s%s%s\n",
               screen.color ? colors[verdict] : "", run_verdict_name(verdict), session->scope ? ", " : "",
               session->scope ? session->scope : "", session->finished, session->failed, session->known_count,
               (double)session->elapsed_ns / 1e9, session_lacks_confinement(session) ? ", not wholly confined" : "",
               screen.color ? "\x1b[0m" : "");
  size_t counts[LEFT_REASONS] = {0};
  for (size_t i = 0; i < session->result_count; i++)
    counts[session_left_out(session, &session->results[i])]++;
  for (int reason = LEFT_NOT + 1; reason < LEFT_REASONS; reason++)
    if (counts[reason])
      bytes_printf(out, "%zu %s, %s\n", counts[reason],
                   left_out_fails((enum left_out)reason) ? "of the failed cases were not tried"
                   : counts[reason] == 1                 ? "case was not run"
                                                         : "cases were not run",
                   left_out_reason((enum left_out)reason));
}

static void make(const struct session *session, struct bytes *out) {
  print_table(session, out);
  print_end(session, out);
}

void text_end(const struct session *session, bool has_table, FILE *out) {
  struct bytes text = {0};
  fflush(stdout);
  clear_line();
  if (has_table)
    print_table(session, &text);
  print_end(session, &text);
  fwrite(text.data, 1, text.len, out);
  bytes_free(&text);
}

const struct report_format text_format = {"text", "Text for people (default on a terminal)", REPORT_AS_STDOUT, make};

/* SPDX-License-Identifier: MIT */
