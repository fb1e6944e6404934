/* The report as one HTML page: the verdicts, the divergences (first, where the run is red), and what other parts of the
   gate have to add. It is for a person who was not there, so it holds everything in itself: no script, no style,
   picture or page of another file, and what a program under test sent is shown in frames that may load nothing and run
   nothing. */
#include "harness/report/html/html.h"

#include "harness/report/report.h"
#include "harness/suite/suite.h"
#include "harness/verdict/fault.h"

#include <stdlib.h>
#include <time.h>

/* So many divergences are shown in full: a broken program fails thousands of cases, most of them in one way. */
enum { SHOWN = 40 };

static bool is_divergence(const struct result *result) { return result_failed(result) || result->known == KNOWN_AS_IS; }

/* What the page shows. Of the divergences first one of each fault, failures before known ones; then others, in the
   order of the results, up to SHOWN. Of the sections that were added those that have something to show. */
struct choice {
  struct shown shown[SHOWN];
  size_t count;
  size_t all;
  struct {
    const struct html_section *section;
    struct bytes text;
  } added[HTML_MOST_SECTIONS];
  size_t added_count;
};

static const struct html_section *sections[HTML_MOST_SECTIONS];
static size_t section_count;

void html_add_section(const struct html_section *section) {
  if (section_count == HTML_MOST_SECTIONS)
    die("the page has no room for the section %s", section->id);
  sections[section_count++] = section;
}

/* The first of COUNT divergences shown that RESULT is like, or COUNT. */
static size_t find_alike(const struct choice *choice, size_t count, const struct result *result) {
  size_t i = 0;
  while (i < count && !results_alike(choice->shown[i].result, result))
    i++;
  return i;
}

/* Adds one of each fault, the one that one would look at first. */
static void choose_faults(const struct session *session, struct choice *choice) {
  for (size_t i = 0; i < session->fault_count && choice->count < SHOWN; i++)
    choice->shown[choice->count++] = (struct shown){session->faults[i].example, session->faults[i].failures - 1};
}

/* Adds one of each kind of divergence that is known. */
static void choose_known(const struct session *session, struct choice *choice) {
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *result = &session->results[i];
    choice->all += is_divergence(result);
    if (result->known != KNOWN_AS_IS)
      continue;
    size_t k = find_alike(choice, choice->count, result);
    if (k < choice->count)
      choice->shown[k].alike++;
    else if (k < SHOWN)
      choice->shown[choice->count++] = (struct shown){result, 0};
  }
}

static void choose_more(const struct session *session, struct choice *choice) {
  size_t faults = choice->count;
  for (size_t i = 0; i < session->result_count && choice->count < SHOWN; i++) {
    const struct result *result = &session->results[i];
    size_t k = 0;
    while (k < faults && choice->shown[k].result != result)
      k++;
    if (!is_divergence(result) || k < faults)
      continue;
    k = find_alike(choice, faults, result);
    choice->shown[choice->count++] = (struct shown){result, k < faults ? choice->shown[k].alike : 0};
  }
}

static void choose(const struct session *session, struct choice *choice) {
  *choice = (struct choice){0};
  choose_faults(session, choice);
  choose_known(session, choice);
  choose_more(session, choice);
}

/* The number of the first divergence shown that is among the results FIRST to LAST, or 0. */
static size_t first_shown(const struct session *session, const struct choice *choice, size_t first, size_t last) {
  for (size_t i = 0; i < choice->count; i++) {
    size_t at = (size_t)(choice->shown[i].result - session->results);
    if (at >= first && at < last)
      return i + 1;
  }
  return 0;
}

static const char *verdict_class(const struct tally *tally) {
  return tally->failed ? "bad" : tally->not_run ? "soft" : "good";
}

static const char *verdict_word_of(const struct tally *tally) {
  return tally->failed ? "RED" : tally->not_run ? "NOT RUN" : "GREEN";
}

/* One program of a suite on one runner. */
static void add_group(const struct session *session, const struct choice *choice, size_t first,
                      const struct tally *tally, struct bytes *out) {
  const struct result *start = &session->results[first];
  double rate = tally->duration_ns ? (double)(tally->count - tally->not_run) / ((double)tally->duration_ns / 1e9) : 0;
  size_t number = first_shown(session, choice, first, first + tally->count);
  bytes_printf(out, "<tr><td class=\"%s\">%s</td><td>", verdict_class(tally), verdict_word_of(tally));
  html_text(out, start->target->label);
  bytes_text(out, "</td><td>");
  html_text(out, start->target->where);
  bytes_printf(out, "</td><td class=\"r\">%zu</td><td class=\"r\">%zu</td><td class=\"r\">%zu</td><td class=\"r\">",
               tally->count, tally->equal, tally->known);
  if (number)
    bytes_printf(out, "<a href=\"#d%zu\" title=\"its first divergence\">%zu</a>", number, tally->failed);
  else
    bytes_printf(out, "%zu", tally->failed);
  bytes_printf(out, "</td><td class=\"r\">%.0f</td></tr>\n", rate);
}

/* The programs of the suite whose results are FIRST to END, those that are RED or those that are not. */
static void add_programs(const struct session *session, const struct choice *choice, size_t first, size_t end, bool red,
                         struct bytes *out) {
  bytes_printf(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s programs of ",
               red ? "red" : "other");
  html_text(out, session->results[first].suite->name);
  bytes_text(out, "\"><table>\n<tr><th>verdict</th><th>program</th><th>runner</th><th class=\"r\">cases</th>"
                  "<th class=\"r\">equal</th><th class=\"r\">known</th><th class=\"r\">failed</th>"
                  "<th class=\"r\">a second</th></tr>\n");
  while (first < end) {
    struct tally tally;
    size_t count = report_group(session, first, &tally);
    if (red == (tally.failed > 0))
      add_group(session, choice, first, &tally, out);
    first += count;
  }
  bytes_text(out, "</table></div>\n");
}

/* How many programs of the suite whose results are FIRST to END failed on a runner. */
static size_t count_red(const struct session *session, size_t first, size_t end) {
  size_t red = 0;
  while (first < end) {
    struct tally tally;
    first += report_group(session, first, &tally);
    red += tally.failed > 0;
  }
  return red;
}

/* A suite, folded up where nothing failed. Of a red one the programs that fail come first, and the others are folded.
 */
static void add_suite(const struct session *session, const struct choice *choice, size_t first, size_t end,
                      const struct tally *tally, struct bytes *out) {
  size_t red = count_red(session, first, end);
  bool folds = red && red < tally->targets;
  bytes_printf(out, "<details%s><summary><span class=\"%s\">%s</span> ", red ? " open=\"open\"" : "",
               verdict_class(tally), verdict_word_of(tally));
  html_text(out, session->results[first].suite->name);
  bytes_printf(out, ": %zu of %zu equal", tally->equal, tally->count);
  if (tally->known)
    bytes_printf(out, ", %zu known", tally->known);
  if (tally->failed)
    bytes_printf(out, ", %zu failed", tally->failed);
  bytes_printf(out, " <span class=\"soft\">(%zu program%s and runners)</span></summary>\n", tally->targets,
               tally->targets == 1 ? "" : "s");
  if (red)
    add_programs(session, choice, first, end, true, out);
  if (folds)
    bytes_printf(out, "<details><summary>%zu that did not fail</summary>\n", tally->targets - red);
  if (red < tally->targets)
    add_programs(session, choice, first, end, false, out);
  bytes_text(out, folds ? "</details>\n</details>\n" : "</details>\n");
}

static void add_verdicts(const struct session *session, const struct choice *choice, struct bytes *out) {
  bytes_text(out, "<section id=\"verdicts\" aria-labelledby=\"h-verdicts\">\n<h2 id=\"h-verdicts\">Verdicts</h2>\n");
  for (size_t first = 0; first < session->result_count;) {
    struct tally tally;
    size_t end = first + report_suite(session, first, &tally);
    add_suite(session, choice, first, end, &tally, out);
    first = end;
  }
  if (session_lacks_confinement(session)) {
    bytes_text(out, "<p>Confinement: ");
    html_text(out, session->confinement);
    bytes_text(out, "</p>\n");
  }
  struct bytes notes = {0};
  report_notes(session, &notes);
  if (notes.len) {
    bytes_text(out, "<pre>");
    html_bytes(out, span_of(&notes));
    bytes_text(out, "</pre>\n");
  }
  bytes_free(&notes);
  struct bytes troubles = {0};
  report_troubles(session, &troubles);
  if (troubles.len) {
    bytes_text(out, "<pre class=\"bad\">");
    html_bytes(out, span_of(&troubles));
    bytes_text(out, "</pre>\n");
  }
  bytes_free(&troubles);
  bytes_text(out, "</section>\n");
}

/* In how many ways it failed, with a link to one of each. */
static void add_faults(const struct session *session, const struct choice *choice, struct bytes *out) {
  bytes_text(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"faults\"><table>\n"
                  "<tr><th class=\"r\">failed</th><th class=\"r\">cases</th><th class=\"r\">programs</th>"
                  "<th>likely one cause</th></tr>\n");
  for (size_t i = 0; i < session->fault_count; i++) {
    const struct fault *fault = &session->faults[i];
    size_t at = (size_t)(fault->example - session->results);
    size_t number = first_shown(session, choice, at, at + 1);
    char *way = result_way(fault->example);
    bytes_printf(out, "<tr><td class=\"r\">%zu</td><td class=\"r\">%zu</td><td class=\"r\">%zu</td><td class=\"why\">",
                 fault->failures, fault->cases, fault->targets);
    if (number)
      bytes_printf(out, "<a href=\"#d%zu\">", number);
    html_bytes(out, span_text(way));
    bytes_text(out, number ? "</a></td></tr>\n" : "</td></tr>\n");
    free(way);
  }
  bytes_text(out, "</table></div>\n");
}

/* Folded up, so that the first divergence stands at the top. */
static void add_list(const struct choice *choice, struct bytes *out) {
  struct bytes headline = {0};
  bytes_printf(out, "<details id=\"list\" tabindex=\"-1\"><summary>A list of the %zu shown</summary>\n<ol>\n",
               choice->count);
  for (size_t i = 0; i < choice->count; i++) {
    bytes_clear(&headline);
    report_headline(choice->shown[i].result, &headline);
    bytes_printf(out, "<li><a href=\"#d%zu\">", i + 1);
    html_bytes(out, span_of(&headline));
    bytes_text(out, "</a></li>\n");
  }
  bytes_text(out, "</ol></details>\n");
  bytes_free(&headline);
}

static void add_divergences(const struct session *session, const struct choice *choice, struct bytes *out) {
  bytes_printf(out,
               "<section id=\"divergences\" aria-labelledby=\"h-divergences\">\n<h2 id=\"h-divergences\">%zu "
               "divergence%s</h2>\n",
               choice->all, choice->all == 1 ? "" : "s");
  if (choice->all == 0)
    bytes_text(out, "<p>Every byte of every case that ran is equal to the oracle's.</p>\n");
  if (session->fault_count)
    add_faults(session, choice, out);
  if (choice->count < choice->all)
    bytes_printf(out,
                 "<p><strong>%zu of them are shown</strong>, one of each fault first; %zu more are not on this page "
                 "(<code>bytegate verify -k --json-lines FILE</code> writes all).</p>\n",
                 choice->count, choice->all - choice->count);
  if (choice->count)
    add_list(choice, out);
  for (size_t i = 0; i < choice->count; i++)
    html_divergence(session, &choice->shown[i], i + 1, choice->count, out);
  bytes_text(out, "</section>\n");
}

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; form-action "
    "'none'; base-uri 'none'\"/>\n<meta http-equiv=\"x-dns-prefetch-control\" content=\"off\"/>\n"
    "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>bytegate: ";

/* What one looks at first: the example of the fault with the most failures. */
static void add_first_failure(const struct session *session, const struct choice *choice, struct bytes *out) {
  if (session->fault_count == 0)
    return;
  struct bytes headline = {0};
  size_t at = (size_t)(session->faults[0].example - session->results);
  report_headline(session->faults[0].example, &headline);
  bytes_printf(out, "<p>First look at <a class=\"bad\" href=\"#d%zu\">", first_shown(session, choice, at, at + 1));
  html_bytes(out, span_of(&headline));
  bytes_text(out, "</a></p>\n");
  bytes_free(&headline);
}

static void add_header(const struct session *session, const struct choice *choice, struct bytes *out) {
  enum run_verdict verdict = session_verdict(session);
  bool red = verdict != RUN_GREEN;
  char when[32] = "";
  time_t now = time(NULL);
  struct tm parts;
  strftime(when, sizeof when, "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &parts));
  bytes_text(out, page_head);
  bytes_printf(out, "%s, %zu divergences</title>\n<style>\n%s", run_verdict_name(verdict), choice->all, html_style);
  for (size_t i = 0; i < choice->added_count; i++)
    if (choice->added[i].section->style)
      choice->added[i].section->style(out);
  bytes_text(out, "</style>\n</head>\n<body>\n");
  bytes_text(out, "<a class=\"skip\" href=\"#divergences\">Skip to the divergences</a>\n<header>\n<h1>bytegate: ");
  bytes_printf(out, "<span class=\"%s\">%s</span></h1>\n", red ? "bad" : "good", run_verdict_name(verdict));
  bytes_printf(out,
               "<p>%zu of %zu cases run in %.2f s: %zu failed, %zu known divergences. <span class=\"soft\">%s"
               "</span></p>\n",
               session->finished, session->selected, (double)session->elapsed_ns / 1e9, session->failed,
               session->known_count, when);
  add_first_failure(session, choice, out);
  bytes_printf(out,
               "<nav aria-label=\"Parts of this page\"><ul>\n<li><a href=\"#verdicts\">Verdicts</a></li>\n"
               "<li><a href=\"#divergences\">Divergences (%zu)</a></li>\n",
               choice->all);
  for (size_t i = 0; i < choice->added_count; i++)
    bytes_printf(out, "<li><a href=\"#%s\">%s</a></li>\n", choice->added[i].section->id,
                 choice->added[i].section->title);
  bytes_text(out, "</ul></nav>\n</header>\n<main>\n");
}

static void make_sections(const struct session *session, struct choice *choice) {
  char *fixtures = xasprintf("%s/..", session->options->suites_folder);
  for (size_t i = 0; i < section_count; i++) {
    struct bytes *text = &choice->added[choice->added_count].text;
    choice->added[choice->added_count].section = sections[i];
    if (sections[i]->add(session, fixtures, text))
      choice->added_count++;
    else
      bytes_free(text);
  }
  free(fixtures);
}

static void make(const struct session *session, struct bytes *out) {
  struct choice choice;
  choose(session, &choice);
  make_sections(session, &choice);
  add_header(session, &choice, out);
  bool red = session_verdict(session) != RUN_GREEN;
  if (!red)
    add_verdicts(session, &choice, out);
  add_divergences(session, &choice, out);
  if (red)
    add_verdicts(session, &choice, out);
  for (size_t i = 0; i < choice.added_count; i++) {
    const struct html_section *section = choice.added[i].section;
    bytes_printf(out, "<section id=\"%s\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n", section->id,
                 section->id, section->id, section->title);
    bytes_add(out, span_of(&choice.added[i].text));
    bytes_text(out, "</section>\n");
    bytes_free(&choice.added[i].text);
  }
  bytes_text(out, "</main>\n</body>\n</html>\n");
}

const struct report_format html_format = {"html", "Write one HTML page as well", REPORT_IN_FILE, make};

/* SPDX-License-Identifier: MIT */
