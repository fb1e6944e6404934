/* Whether a report shows a failure: by the mark that each format has for one. */
#include "harness/report/report.h"
#include "harness/suite/target.h"

#include <stdlib.h>
#include <string.h>

/* How a format shows failures: of the run as a whole by a mark, in a line that begins with it or anywhere; of one
   result by a record that holds the name of its program and a mark. A record begins with its own mark, or is a line. In
   a mark, ? is the name of the result's verdict. */
static const struct {
  const struct report_format *format;
  const char *marks[2];
  bool begins_line;
  const char *record, *result_mark;
} signs[] = {
    {&text_format, {"RED: ", "INTERRUPTED: "}, true, "\n", "? "},
    {&tap_format, {"not ok ", NULL}, true, "\n", "    not ok "},
    {&junit_format, {"<failure", "<error"}, false, "<testcase ", "<failure "},
    {&json_format, {"\n \"failed\": true", NULL}, false, "\n  {\n", "\"failed\": true"},
    {&json_lines_format, {"\"failed\":true", "\"failed\": true"}, false, "\n", "\"failed\":true"},
    {&sarif_format, {"\"ruleId\"", NULL}, false, "\"ruleId\"", ": \"error\""},
    {&html_format, {"<h1>bytegate: <span class=\"bad\">", NULL}, false, "<h3>", "?"},
    {&github_format, {"::error ", NULL}, true, "\n", "::error "},
};

static bool has_mark(const char *text, const char *mark, bool begins_line) {
  for (const char *at = mark ? strstr(text, mark) : NULL; at; at = strstr(at + 1, mark))
    if (!begins_line || at == text || at[-1] == '\n')
      return true;
  return false;
}

/* Whether a record of TEXT, of which each begins with RECORD, holds both LABEL and MARK. */
static bool has_record(const char *text, const char *record, const char *label, const char *mark) {
  bool found = false;
  for (const char *at = *record == '\n' ? text : strstr(text, record); at && !found;) {
    const char *next = strstr(at + 1, record);
    size_t len = next ? (size_t)(next - at) : strlen(at);
    found = memmem(at, len, label, strlen(label)) && memmem(at, len, mark, strlen(mark));
    at = next;
  }
  return found;
}

bool report_shows_failure(const struct report_format *format, const struct session *session,
                          const struct result *result) {
  struct bytes text = {0};
  bool shown = false;
  format->make(session, &text);
  bytes_text(&text, "");
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (signs[i].format != format)
      continue;
    bool of_verdict = result && signs[i].result_mark[0] == '?';
    char *mark = xasprintf("%s%s", of_verdict ? verdict_name(result->verdict) : "", signs[i].result_mark + of_verdict);
    for (size_t k = 0; k < 2 && !result; k++)
      shown |= has_mark(text.data, signs[i].marks[k], signs[i].begins_line);
    shown |= result && has_record(text.data, signs[i].record, result->target->label, mark);
    free(mark);
  }
  bytes_free(&text);
  return shown;
}

/* SPDX-License-Identifier: MIT */
