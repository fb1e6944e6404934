/* Workflow commands: what GitHub shows beside a run. It shows ten at most for a step, so failures of one signature and
   case share one. */
#include "harness/report.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_ANNOTATIONS = 10 };

/* The escapes of workflow commands. */
static void print_data(const char *text, FILE *out) {
  for (; *text; text++) {
    if (*text == '%' || *text == '\r' || *text == '\n')
      fprintf(out, "%%%02X", (unsigned char)*text);
    else
      fputc(*text, out);
  }
}

/* How many failures share the case and signature of result INDEX; 0 where one before it does. */
static size_t share(const struct session *session, char **signatures, size_t index) {
  const struct result *result = &session->results[index];
  size_t count = 0;
  for (size_t i = 0; i < session->result_count; i++) {
    const struct result *other = &session->results[i];
    bool same = signatures[i] && other->suite == result->suite && other->test_case == result->test_case &&
                strcmp(signatures[i], signatures[index]) == 0;
    if (same && i < index)
      return 0;
    count += same;
  }
  return count;
}

void github_report(const struct session *session, FILE *out) {
  char **signatures = xcalloc(session->result_count, sizeof *signatures);
  size_t shown = 0;
  for (size_t i = 0; i < session->result_count; i++)
    signatures[i] = result_failed(&session->results[i]) ? result_signature(&session->results[i]) : NULL;
  for (size_t i = 0; i < session->result_count && shown < MOST_ANNOTATIONS; i++) {
    size_t count = signatures[i] ? share(session, signatures, i) : 0;
    if (count == 0)
      continue;
    struct bytes text = {0};
    report_headline(&session->results[i], &text);
    if (count > 1)
      bytes_printf(&text, " [and on %zu more]", count - 1);
    fputs("::error title=bytegate::", out);
    print_data(text.data, out);
    fputc('\n', out);
    bytes_free(&text);
    shown++;
  }
  for (size_t i = 0; i < session->result_count; i++)
    free(signatures[i]);
  free(signatures);
}
