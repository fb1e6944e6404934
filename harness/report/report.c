/* What every report says about a failure: the headline, the explanation, the reproducing command. */
#include "harness/report/report.h"

#include "harness/base/signals.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"
#include "oracles/markdown.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { CONTEXT = 36, SHOWN_LINES = 8, LONGEST_LINE = 160 };

void report_position(struct span text, size_t offset, size_t *line, size_t *column) {
  *line = 1;
  *column = 1;
  for (size_t i = 0; i < offset && i < text.len; i++) {
    *column = text.data[i] == '\n' ? 1 : *column + 1;
    *line += text.data[i] == '\n';
  }
}

bool report_is_page(const struct result *result) {
  bool html = result->part == PART_BODY || result->part == PART_STDOUT;
  return html && !result->test_case->conversation && result->target->program->oracle <= ORACLE_CMARK_UNSAFE;
}

void report_headline(const struct result *result, struct bytes *out) {
  bool stale = result->known == KNOWN_STALE && result->verdict == EQUAL;
  bytes_printf(out, "%s %s/%s %s %s: %s", stale ? "NO LONGER DIVERGES" : verdict_name(result->verdict),
               result->suite->name, result->test_case->id, result->target->label, result->target->where,
               span_of(&result->detail).data);
  if (result->part != PART_BODY || result->verdict != DIVERGED || !report_is_page(result))
    return;
  size_t line;
  size_t column;
  report_position(span_of(&result->expected), result->offset, &line, &column);
  bytes_printf(out, " (HTML line %zu, column %zu)", line, column);
}

/* Display columns of TEXT: every character but the bytes that continue one counts as one. */
static size_t columns(struct span text) {
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++)
    count += (text.data[i] & 0xC0) != 0x80;
  return count;
}

/* Moves AT back to the beginning of the UTF-8 sequence that it stands in. */
static size_t sequence_start(struct span text, size_t at) {
  for (size_t back = 0; back < 4 && back <= at; back++)
    if (at < text.len && utf8_length(text, at - back) > back)
      return at - back;
  return at;
}

/* One side around byte AT, escaped; returns the display column of that byte. */
static size_t show_side(struct span text, size_t at, struct bytes *out) {
  size_t from = sequence_start(text, at > CONTEXT ? at - CONTEXT : 0);
  size_t focus = at < text.len ? sequence_start(text, at) : text.len;
  size_t to = focus + CONTEXT < text.len ? sequence_start(text, focus + CONTEXT) : text.len;
  struct bytes shown = {0};
  bytes_escaped(&shown, (struct span){text.data + from, focus - from});
  size_t column = columns(span_of(&shown));
  bytes_escaped(&shown, (struct span){text.data + focus, to - focus});
  if (to == text.len)
    bytes_text(&shown, "<end>");
  bytes_add(out, span_of(&shown));
  bytes_free(&shown);
  return column;
}

static void show_context(const struct result *result, struct bytes *out) {
  bytes_text(out, "  expected  ");
  size_t column = show_side(span_of(&result->expected), result->offset, out);
  bytes_text(out, "\n  actual    ");
  show_side(span_of(&result->actual), result->offset, out);
  bytes_printf(out, "\n            %*s^ byte %zu of the %s\n", (int)column, "", result->offset,
               part_name(result->part));
}

/* Bytes of a row of hex: a row of 16 is 89 columns wide, one of 8 is 57. */
static size_t row_bytes = 16;

void report_fit_terminal(bool fits) {
  struct winsize size = {0};
  bool narrow = fits && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_col < 90;
  row_bytes = narrow ? 8 : 16;
}

/* One row of bytes, the one AT marked by brackets. */
static void show_row(const char *name, struct span text, size_t row, size_t at, struct bytes *out) {
  bytes_printf(out, "  %-9s %08zx ", name, row);
  for (size_t i = row; i < row + row_bytes; i++) {
    char before = i == at ? '[' : i == at + 1 && i > row ? ']' : ' ';
    if (i < text.len)
      bytes_printf(out, "%c%02x", before, (unsigned char)text.data[i]);
    else
      bytes_printf(out, "%c%s", before, i == at ? "--" : "  ");
  }
  bytes_printf(out, "%c |", at == row + row_bytes - 1 ? ']' : ' ');
  for (size_t i = row; i < row + row_bytes && i < text.len; i++)
    bytes_printf(out, "%c", text.data[i] >= ' ' && text.data[i] < 0x7F ? text.data[i] : '.');
  bytes_text(out, "|\n");
}

/* So many rows of hex on each side: of text, whose context is shown as well, one; of other bytes, these. */
enum { BINARY_BEFORE = 2, BINARY_AFTER = 3 };

static void show_hex(const struct result *result, bool binary, struct bytes *out) {
  size_t row = result->offset & ~(row_bytes - 1);
  size_t first = !binary ? row : row > BINARY_BEFORE * row_bytes ? row - BINARY_BEFORE * row_bytes : 0;
  size_t last = binary ? row + BINARY_AFTER * row_bytes : row;
  const struct span sides[] = {span_of(&result->expected), span_of(&result->actual)};
  for (int side = 0; side < 2; side++)
    for (size_t at = first; at <= last && (at == row || at < sides[side].len); at += row_bytes)
      show_row(at > first ? "" : side ? "actual" : "expected", sides[side], at, result->offset, out);
}

/* What of TEXT stands around byte AT. */
static struct span around(struct span text, size_t at) {
  size_t from = at > CONTEXT ? sequence_start(text, at - CONTEXT) : 0;
  size_t to = at + CONTEXT < text.len ? sequence_start(text, at + CONTEXT) : text.len;
  return from < to ? (struct span){text.data + from, to - from} : (struct span){"", 0};
}

bool report_is_binary(const struct result *result) {
  return !span_is_text(around(span_of(&result->expected), result->offset)) ||
         !span_is_text(around(span_of(&result->actual), result->offset));
}

/* The lines FIRST to LAST of the document, numbered; cut where they are many or long. */
static void show_lines(struct span text, int first, int last, struct bytes *out) {
  int line = 1;
  for (size_t at = 0; at < text.len && line <= last; line++) {
    const char *end = memchr(text.data + at, '\n', text.len - at);
    size_t len = end ? (size_t)(end - text.data) - at : text.len - at;
    if (line >= first && line < first + SHOWN_LINES) {
      bytes_printf(out, "  %9d | ", line);
      bytes_escaped(out, (struct span){text.data + at, len < LONGEST_LINE ? len : LONGEST_LINE});
      bytes_text(out, len < LONGEST_LINE ? "\n" : " ...\n");
    }
    at += len + 1;
  }
  int left = last - first + 1 - SHOWN_LINES;
  if (left > 0)
    bytes_printf(out, "            | and %d more line%s\n", left, left == 1 ? "" : "s");
}

bool report_block(const struct result *result, struct markdown_block *block) {
  struct span input = span_of(&result->test_case->input);
  return report_is_page(result) && !result->filtered &&
         markdown_oracle_locate(input.data, input.len, program_markdown_options(result->target->program),
                                result->offset, block);
}

static void show_block(const struct result *result, struct bytes *out) {
  struct markdown_block block;
  if (!report_block(result, &block))
    return;
  bytes_printf(out, "  markdown  %s, line %d column %d to line %d column %d\n", block.type, block.first_line,
               block.first_column, block.last_line, block.last_column);
  show_lines(span_of(&result->test_case->input), block.first_line, block.last_line, out);
}

void report_where(const struct result *result, struct bytes *out) {
  struct span rest = span_of(&result->where);
  while (rest.len > 0) {
    size_t len = strcspn(rest.data, "\n") + 1;
    bytes_text(out, "  ");
    bytes_append(out, rest.data, len);
    rest = (struct span){rest.data + len, rest.len - len};
  }
}

/* What the program wrote on stderr, up to some lines. */
static void show_errors(const struct result *result, struct bytes *out) {
  struct span rest = span_of(&result->errors);
  for (int line = 0; rest.len > 0 && line < SHOWN_LINES; line++) {
    const char *end = memchr(rest.data, '\n', rest.len);
    size_t len = end ? (size_t)(end - rest.data) : rest.len;
    bytes_text(out, "  stderr    ");
    bytes_escaped(out, (struct span){rest.data, len < LONGEST_LINE ? len : LONGEST_LINE});
    bytes_text(out, "\n");
    size_t step = end ? len + 1 : len;
    rest = (struct span){rest.data + step, rest.len - step};
  }
}

/* How many other failures are alike, which is known once all have run. */
static void show_fault(const struct session *session, const struct result *result, struct bytes *out) {
  const struct fault *fault = fault_of(session->faults, session->fault_count, result);
  if (fault && fault->failures > 1)
    bytes_printf(out, "  alike     %zu failures, of %zu case%s on %zu program%s and runner%s\n", fault->failures,
                 fault->cases, fault->cases == 1 ? "" : "s", fault->targets, fault->targets == 1 ? "" : "s",
                 fault->targets == 1 ? "" : "s");
}

/* The other targets on which the same case fails, apart into those that do it in the same way and the rest. */
static void show_others(const struct session *session, const struct result *result, struct bytes *out) {
  char *signature = result_signature(result);
  struct bytes lists[2] = {{0}, {0}};
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *other = &session->results[i];
    if (other == result || other->suite != result->suite || strcmp(other->test_case->id, result->test_case->id) != 0 ||
        !verdict_is_failure(other->verdict))
      continue;
    char *how = result_signature(other);
    struct bytes *list = &lists[strcmp(how, signature) == 0 ? 0 : 1];
    bytes_printf(list, "%s%s %s", list->len ? ", " : "", other->target->label, other->target->where);
    free(how);
  }
  if (lists[0].len)
    bytes_printf(out, "  same on   %s\n", lists[0].data);
  if (lists[1].len)
    bytes_printf(out, "  other on  %s\n", lists[1].data);
  bytes_free(&lists[0]);
  bytes_free(&lists[1]);
  free(signature);
}

void report_word(struct bytes *out, const char *text) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+@%";
  bytes_text(out, " ");
  if (*text && strspn(text, plain) == strlen(text)) {
    bytes_text(out, text);
    return;
  }
  struct span rest = span_text(text);
  bytes_text(out, "'");
  for (size_t len; rest.len > 0; rest = (struct span){rest.data + len, rest.len - len}) {
    struct bytes shown = {0};
    len = utf8_length(rest, 0);
    bool whole = len > 0;
    len = whole ? len : 1;
    bytes_escaped(&shown, (struct span){rest.data, len});
    if (*rest.data == '\'')
      bytes_text(out, "'\\''");
    else if (*rest.data == '\\' || (whole && shown.len == len))
      bytes_append(out, rest.data, len);
    else
      for (size_t i = 0; i < len; i++)
        bytes_printf(out, "'\"$(printf '\\%03o')\"'", (unsigned char)rest.data[i]);
    bytes_free(&shown);
  }
  bytes_text(out, "'");
}

/* Appends the name of this command as one would type it. */
static void add_gate(const struct session_options *options, struct bytes *out) {
  struct bytes gate = {0};
  report_word(&gate, options->command); /* after a blank */
  bytes_append(out, gate.data + 1, gate.len - 1);
  bytes_free(&gate);
}

/* Appends the options that select RESULT's target, and by --case its case where BY_CASE. */
static void add_selection(const struct session *session, const struct result *result, bool by_case, struct bytes *out) {
  const struct session_options *options = session->options;
  bytes_text(out, " --suite");
  char *usual = xasprintf("%s/%s.ini", options->suites_folder, result->suite->name);
  report_word(out, strcmp(usual, result->suite->path) == 0 ? result->suite->name : result->suite->path);
  free(usual);
  if (by_case) {
    bytes_text(out, " --case");
    report_word(out, result->test_case->id);
  }
  if (result->target != &session->oracle) {
    bytes_text(out, " --program");
    report_word(out, result->target->label);
    bytes_printf(out, " --runner %s", runner_words[result->target->runner]);
  }
  if (options->build_named) {
    bytes_text(out, " --build");
    report_word(out, options->build);
  }
  if (options->has_seed)
    bytes_printf(out, " --seed %llu", (unsigned long long)options->seed);
}

void report_command(const struct session *session, const struct result *result, struct bytes *out) {
  add_gate(session->options, out);
  bytes_text(out, " verify");
  add_selection(session, result, true, out);
}

void report_next(const struct session *session, const struct result *result, struct bytes *out) {
  const struct fault *fault = fault_of(session->faults, session->fault_count, result);
  if (!verdict_is_of_program(result->verdict) || result->test_case == &session->stop || !fault ||
      fault->example != result)
    return;
  bytes_text(out, "  next      ");
  add_gate(session->options, out);
  bytes_text(out, " blame");
  report_word(out, result->test_case->id);
  add_selection(session, result, false, out);
  bytes_text(out, "\n");
  const char *elf = result->target->elf;
  char *symbols = xasprintf("%s.sym", elf ? elf : "");
  if (elf && access(symbols, R_OK) == 0) {
    bytes_text(out, "  or        ");
    add_gate(session->options, out);
    bytes_text(out, " bisect --elf GOOD");
    report_word(out, elf);
    report_word(out, result->test_case->id);
    add_selection(session, result, false, out);
    bytes_text(out, "  (GOOD: a build of it that is right)\n");
  }
  free(symbols);
}

/* The key of the suite that would call right what came: of what a person decides, and no oracle. */
static void show_key(const struct session *session, const struct result *result, struct bytes *out) {
  bool status = result->verdict == DIVERGED && result->part == PART_STATUS && !result->test_case->conversation;
  if (status) {
    bytes_text(out, "  key       'status-line = ");
    bytes_escaped(out, (struct span){result->actual.data, result->actual.len - (result->actual.len >= 2 ? 2 : 0)});
    bytes_text(out, "' in the suite expects that\n");
  } else if (result->verdict == DIVERGED && result->part == PART_EXIT) {
    bytes_printf(out, "  key       'exit-status = %.*s' in the suite expects that\n", (int)result->actual.len,
                 span_of(&result->actual).data);
  } else if (result->test_case == &session->stop && (result->verdict == CRASHED || result->verdict == DIVERGED)) {
    bytes_text(out, "  key       'obeys-sigterm = no' in the suite does not judge how it ends\n");
  } else if (result->verdict == DIVERGED && result->part == PART_HEADERS && !result->test_case->conversation) {
    bytes_text(out,
               "  key       each 'header' stands in the order of the answer; 'ignore-header' names those that may be "
               "there or not\n");
  }
}

/* Which filter both sides have passed through. */
static void show_filter(const struct result *result, struct bytes *out) {
  if (!result->filtered)
    return;
  bytes_text(out, "  filter    ");
  bytes_escaped(out, span_text(result->target->program->filter));
  bytes_printf(out, " (changed %zu byte%s of what was expected, %zu of what came)\n", result->filtered_expected,
               result->filtered_expected == 1 ? "" : "s", result->filtered_actual);
}

void report_difference(const struct result *result, struct bytes *out) {
  bool sides = (result->verdict == DIVERGED || result->verdict == ORACLE_FAULT) && result->part != PART_NONE;
  if (sides) {
    bool binary = report_is_binary(result);
    if (!binary)
      show_context(result, out);
    show_hex(result, binary, out);
    if (binary)
      bytes_printf(out, "            byte %zu of the %s\n", result->offset, part_name(result->part));
    show_block(result, out);
  }
}

void report_explanation(const struct session *session, const struct result *result, struct bytes *out) {
  report_difference(result, out);
  show_key(session, result, out);
  show_filter(result, out);
  report_where(result, out);
  show_errors(result, out);
  show_others(session, result, out);
  show_fault(session, result, out);
  bytes_text(out, "  reproduce ");
  report_command(session, result, out);
  bytes_text(out, "\n");
  report_next(session, result, out);
}

/* What the filter of the COUNT results from FIRST on, which are of one target, changed. */
static void note_filter(const struct session *session, size_t first, size_t count, struct bytes *out) {
  const struct result *start = &session->results[first];
  size_t filtered = 0;
  size_t expected = 0;
  size_t actual = 0;
  for (size_t i = first; i < first + count; i++) {
    filtered += session->results[i].filtered;
    expected += session->results[i].filtered ? session->results[i].filtered_expected : 0;
    actual += session->results[i].filtered ? session->results[i].filtered_actual : 0;
  }
  if (filtered == 0)
    return;
  bytes_printf(out, "filter: %s %s %s: ", start->suite->name, start->target->label, start->target->where);
  bytes_escaped(out, span_text(start->target->program->filter));
  bytes_printf(out, ": changed %zu byte%s of what was expected and %zu of what came, in %zu result%s\n", expected,
               expected == 1 ? "" : "s", actual, filtered, filtered == 1 ? "" : "s");
}

/* That nobody saw the program itself begin, where a command of the suite's runs it. */
static void note_runner(const struct session *session, size_t first, const struct tally *tally, struct bytes *out) {
  const struct result *start = &session->results[first];
  if (start->target->runner != RUNNER_COMMAND || tally->count == tally->not_run)
    return;
  bytes_printf(out, "start not observed: %s %s: 'runner =", start->suite->name, start->target->label);
  for (size_t i = 0; i < start->target->program->runners.count; i++) {
    bytes_text(out, " ");
    bytes_escaped(out, span_text(start->target->program->runners.items[i]));
  }
  bytes_printf(out, "' runs it, so only what it puts out speaks for it, in %zu result%s\n",
               tally->count - tally->not_run, tally->count - tally->not_run == 1 ? "" : "s");
}

/* Results of one program that are skipped, or known to diverge, for one cause: the reason that is given, or the way in
   which they fail. */
struct cause {
  const struct result *first;
  const char *reason; /* NULL: none is given */
  size_t results, runners;
  const struct target *last; /* of which the last of them is */
};

/* Whether RESULT belongs to CAUSE. */
static bool is_of_cause(const struct cause *cause, const struct result *result) {
  if (cause->first->target->program != result->target->program || cause->first->skipped != result->skipped ||
      !cause->reason != !result->reason)
    return false;
  return cause->reason ? strcmp(cause->reason, result->reason) == 0 : results_alike(cause->first, result);
}

static void add_cause(struct bytes *out, const struct cause *cause) {
  const struct result *first = cause->first;
  bytes_printf(out, "%s: %s %s: %zu result%s on %zu runner%s: ", first->skipped ? "skipped" : "known",
               first->suite->name, first->target->program->name, cause->results, cause->results == 1 ? "" : "s",
               cause->runners, cause->runners == 1 ? "" : "s");
  char *way = cause->reason ? NULL : result_way(first);
  bytes_escaped(out, span_text(way ? way : cause->reason));
  bytes_text(out, "\n");
  free(way);
}

/* A line for each cause for which results of a suite, the COUNT from FIRST on, were skipped or are known. */
static void note_causes(const struct session *session, size_t first, size_t count, struct bytes *out) {
  struct cause *causes = NULL;
  size_t cause_count = 0;
  for (size_t i = first; i < first + count; i++) {
    const struct result *result = &session->results[i];
    size_t k = 0;
    if (!(result->skipped && result->reason) && result->known != KNOWN_AS_IS)
      continue;
    while (k < cause_count && !is_of_cause(&causes[k], result))
      k++;
    if (k == cause_count) {
      causes = xgrow(causes, cause_count, sizeof *causes);
      causes[cause_count++] =
          (struct cause){.first = result, .reason = result->reason, .runners = 1, .last = result->target};
    }
    causes[k].results++;
    causes[k].runners += causes[k].last != result->target;
    causes[k].last = result->target;
  }
  for (size_t k = 0; k < cause_count; k++)
    add_cause(out, &causes[k]);
  free(causes);
}

void report_notes(const struct session *session, struct bytes *out) {
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t count = report_group(session, first, &tally);
    note_runner(session, first, &tally, out);
    note_filter(session, first, count, out);
    first += count;
  }
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t count = report_suite(session, first, &tally);
    note_causes(session, first, count, out);
    first += count;
  }
}

/* Calls TELL with each line of TEXT, and frees it. */
static void tell_lines(struct bytes *text, void (*tell)(void *user, const char *line), void *user) {
  char *rest = text->data;
  for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
    if (*line)
      tell(user, line);
  bytes_free(text);
}

void report_each_note(const struct session *session, void (*tell)(void *user, const char *line), void *user) {
  struct bytes text = {0};
  report_notes(session, &text);
  tell_lines(&text, tell, user);
}

void report_troubles(const struct session *session, struct bytes *out) {
  for (size_t at = 0; at < session->problems.len;) {
    size_t len = strcspn(session->problems.data + at, "\n");
    bytes_escaped(out, (struct span){session->problems.data + at, len});
    bytes_text(out, "\n");
    at += len + 1;
  }
  if (!session->interrupted)
    return;
  size_t left = 0;
  for (size_t i = 0; i < session->result_count; i++)
    left += session_left_out(session, &session->results[i]) == LEFT_INTERRUPTED;
  bytes_printf(out, "%s by %s: %zu of %zu cases were not run\n", run_verdict_name(RUN_INTERRUPTED),
               signal_name(session->interrupted), left, session->selected);
}

void report_each_trouble(const struct session *session, void (*tell)(void *user, const char *line), void *user) {
  struct bytes text = {0};
  report_troubles(session, &text);
  tell_lines(&text, tell, user);
}

size_t report_group(const struct session *session, size_t first, struct tally *tally) {
  const struct result *start = &session->results[first];
  *tally = (struct tally){0};
  size_t i = first;
  for (; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    if (result->suite != start->suite || result->target != start->target)
      break;
    tally->count++;
    tally->not_run += result->verdict == NOT_RUN;
    tally->known += result->known == KNOWN_AS_IS;
    tally->failed += result_failed(result);
    tally->equal += result->verdict == EQUAL && result->known == KNOWN_NOT;
    tally->duration_ns += result->duration_ns;
  }
  tally->targets = 1;
  return i - first;
}

size_t report_suite(const struct session *session, size_t first, struct tally *tally) {
  size_t end = first;
  *tally = (struct tally){0};
  while (end < session->result_count && session->results[end].suite == session->results[first].suite) {
    struct tally group;
    end += report_group(session, end, &group);
    tally->targets++;
    tally->count += group.count;
    tally->equal += group.equal;
    tally->known += group.known;
    tally->failed += group.failed;
    tally->not_run += group.not_run;
    tally->duration_ns += group.duration_ns;
  }
  return end - first;
}

/* SPDX-License-Identifier: MIT */
