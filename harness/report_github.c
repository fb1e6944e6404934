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

/* Failures are one where they are the same bytes of the same case; what is no divergence is one where it says the
   same, whatever the case. */
static bool same_fault(const struct result *a, const struct result *b) {
  return a->suite == b->suite && a->verdict == b->verdict &&
         (a->verdict == DIVERGED ? a->test_case == b->test_case : a->target->program == b->target->program);
}

/* How many failures are one with result INDEX; 0 where one before it is. */
static size_t share(const struct session *session, char **signatures, size_t index) {
  size_t count = 0;
  for (size_t i = 0; i < session->result_count; i++) {
    bool same = signatures[i] && same_fault(&session->results[i], &session->results[index]) &&
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
