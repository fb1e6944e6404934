/* Workflow commands: what GitHub shows beside a run. It shows ten at most for a step, so failures that are alike share
   one, and what is wrong with the run as a whole comes first. */
#include "harness/report/report.h"
#include "harness/verdict/fault.h"

#include <stdlib.h>

enum { MOST_ANNOTATIONS = 10 };

/* The escapes of workflow commands. */
static void print_data(const char *text, struct bytes *out) {
  for (; *text; text++) {
    if (*text == '%' || *text == '\r' || *text == '\n')
      bytes_printf(out, "%%%02X", (unsigned char)*text);
    else
      bytes_append(out, text, 1);
  }
}

static void print_fault(const struct fault *fault, struct bytes *out) {
  struct bytes text = {0};
  report_headline(fault->example, &text);
  if (fault->failures > 1)
    bytes_printf(&text, " [and %zu more like it, of %zu case%s]", fault->failures - 1, fault->cases,
                 fault->cases == 1 ? "" : "s");
  bytes_text(out, "::error title=bytegate::");
  print_data(text.data, out);
  bytes_text(out, "\n");
  bytes_free(&text);
}

static void print_note(void *user, const char *line) {
  bytes_text(user, "::notice title=bytegate::");
  print_data(line, user);
  bytes_text(user, "\n");
}

static void make(const struct session *session, struct bytes *out) {
  struct bytes troubles = {0};
  size_t shown = 0;
  if (session_lacks_confinement(session))
    bytes_printf(out, "::warning title=bytegate::confinement: %s\n", session->confinement);
  report_each_note(session, print_note, out);
  report_troubles(session, &troubles);
  if (troubles.len) {
    troubles.data[troubles.len - 1] = '\0'; /* its last line needs no end */
    bytes_text(out, "::error title=bytegate::");
    print_data(troubles.data, out);
    bytes_text(out, "\n");
    shown++;
  }
  bytes_free(&troubles);
  for (size_t i = 0; i < session->fault_count && shown < MOST_ANNOTATIONS; i++, shown++)
    print_fault(&session->faults[i], out);
  /* Cases that were not tried are no fault of their own. */
  for (size_t i = 0; i < session->result_count && shown == 0; i++)
    if (result_failed(&session->results[i])) {
      print_fault(&(struct fault){.example = &session->results[i]}, out);
      shown++;
    }
}

const struct report_format github_format = {"github", "Print GitHub annotations as well", REPORT_ON_STDOUT, make};

/* SPDX-License-Identifier: MIT */
