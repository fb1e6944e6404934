/* The list of formats, and how one is written. */
#include "harness/report/report.h"

const struct report_format *const report_formats[REPORT_FORMAT_COUNT] = {
#define REPORT_ADDRESS(name) &(name),
    REPORT_FORMATS(REPORT_ADDRESS)};

int report_write(const struct report_format *format, const struct session *session, const char *path) {
  struct bytes text = {0};
  format->make(session, &text);
  int failed = write_file(path, span_of(&text));
  bytes_free(&text);
  return failed;
}

/* SPDX-License-Identifier: MIT */
