/* Whether a report shows a failure: by the mark that each format has for one. */
#include "harness/report/report.h"

#include <string.h>

/* A line that begins with one of the marks, or a mark anywhere. */
static const struct {
  const struct report_format *format;
  const char *marks[2];
  bool begins_line;
} signs[] = {
    {&text_format, {"RED: ", "INTERRUPTED: "}, true},
    {&tap_format, {"not ok ", NULL}, true},
    {&junit_format, {"<failure", "<error"}, false},
    {&json_lines_format, {"\"failed\":true", "\"failed\": true"}, false},
    {&sarif_format, {"\"ruleId\"", NULL}, false},
    {&html_format, {"<h1>bytegate: <span class=\"bad\">", NULL}, false},
    {&github_format, {"::error ", NULL}, true},
};

static bool has_mark(const char *text, const char *mark, bool begins_line) {
  for (const char *at = mark ? strstr(text, mark) : NULL; at; at = strstr(at + 1, mark))
    if (!begins_line || at == text || at[-1] == '\n')
      return true;
  return false;
}

bool report_shows_failure(const struct report_format *format, const struct session *session) {
  struct bytes text = {0};
  bool shown = false;
  format->make(session, &text);
  bytes_text(&text, "");
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    for (size_t k = 0; k < 2 && signs[i].format == format; k++)
      shown |= has_mark(text.data, signs[i].marks[k], signs[i].begins_line);
  bytes_free(&text);
  return shown;
}
