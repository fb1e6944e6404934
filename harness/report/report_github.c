/* Workflow commands: what GitHub shows beside a run. It shows ten at most for a step, so failures that are alike share
   one, and what is wrong with the run as a whole comes first. */
#include "harness/report/report.h"

#include <stdlib.h>

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

static void print_fault(const struct fault *fault, FILE *out) {
  struct bytes text = {0};
  report_headline(fault->example, &text);
  if (fault->failures > 1)
    bytes_printf(&text, " [and %zu more like it, of %zu case%s]", fault->failures - 1, fault->cases,
                 fault->cases == 1 ? "" : "s");
  fputs("::error title=bytegate::", out);
  print_data(text.data, out);
  fputc('\n', out);
  bytes_free(&text);
}

void github_report(const struct session *session, FILE *out) {
  size_t shown = 0;
  if (session->problems.len) {
    struct span problems = span_of(&session->problems);
    char *text = xstrndup(problems.data, problems.len - 1); /* its last line needs no end */
    fputs("::error title=bytegate::", out);
    print_data(text, out);
    fputc('\n', out);
    free(text);
    shown++;
  }
  for (size_t i = 0; i < session->fault_count && shown < MOST_ANNOTATIONS; i++, shown++)
    print_fault(&session->faults[i], out);
}
