/* Results: their names and signatures. */
#include "harness/verdict/result.h"

#include "harness/base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

const char *verdict_name(enum verdict verdict) {
  static const char *const names[VERDICTS] = {"NOT RUN", "EQUAL",  "DIVERGED", "CRASHED",      "HUNG",
                                              "REFUSED", "LEAKED", "FLAKY",    "ORACLE FAULT", "RUNNER FAULT"};
  return names[verdict];
}

const char *part_name(enum part part) {
  static const char *const names[PARTS] = {"", "status line", "headers", "body", "stdout", "exit status", "stderr"};
  return names[part];
}

char *result_signature(const struct result *result) {
  static const char *const words[VERDICTS] = {"not-run", "equal",  "diverged", "crashed",      "hung",
                                              "refused", "leaked", "flaky",    "oracle-fault", "runner-fault"};
  static const char *const parts[PARTS] = {"", "status", "headers", "body", "stdout", "exit", "stderr"};
  if (result->verdict == DIVERGED)
    return xasprintf("%s@%zu:%016llx", parts[result->part], result->offset,
                     (unsigned long long)hash_bytes(HASH_START, span_of(&result->actual).data, result->actual.len));
  return xstrdup(words[result->verdict]);
}

void result_set(struct result *result, enum verdict verdict, const char *format, ...) {
  if (result->verdict > EQUAL)
    return;
  char *text = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&text, format, args);
  va_end(args);
  if (len < 0)
    die("out of memory");
  result->verdict = verdict;
  bytes_clear(&result->detail);
  bytes_append(&result->detail, text, (size_t)len);
  free(text);
}

void result_withdraw(struct result *result) {
  result->verdict = NOT_RUN;
  result->part = PART_NONE;
  result->offset = 0;
  bytes_clear(&result->expected);
  bytes_clear(&result->actual);
  bytes_clear(&result->detail);
}

void result_free(struct result *result) {
  bytes_free(&result->expected);
  bytes_free(&result->actual);
  bytes_free(&result->detail);
  bytes_free(&result->errors);
  bytes_free(&result->where);
}
