/* Results: their names and signatures. */
#include "harness/verdict/result.h"

#include "harness/base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What each verdict is called, and whom it is about. */
enum about { ABOUT_NOBODY, ABOUT_PROGRAM, ABOUT_RUNS, ABOUT_GATE };

static const struct {
  const char *name, *word;
  enum about about;
} verdicts[VERDICTS] = {
    [NOT_RUN] = {"NOT RUN", "not-run", ABOUT_NOBODY},
    [EQUAL] = {"EQUAL", "equal", ABOUT_NOBODY},
    [DIVERGED] = {"DIVERGED", "diverged", ABOUT_PROGRAM},
    [CRASHED] = {"CRASHED", "crashed", ABOUT_PROGRAM},
    [HUNG] = {"HUNG", "hung", ABOUT_PROGRAM},
    [REFUSED] = {"REFUSED", "refused", ABOUT_PROGRAM},
    [LEAKED] = {"LEAKED", "leaked", ABOUT_PROGRAM},
    [MISSING] = {"MISSING", "missing", ABOUT_PROGRAM},
    [FLAKY] = {"FLAKY", "flaky", ABOUT_RUNS},
    [ORACLE_FAULT] = {"ORACLE FAULT", "oracle-fault", ABOUT_GATE},
    [RUNNER_FAULT] = {"RUNNER FAULT", "runner-fault", ABOUT_GATE},
};

const char *verdict_name(enum verdict verdict) { return verdicts[verdict].name; }

const char *verdict_word(enum verdict verdict) { return verdicts[verdict].word; }

bool verdict_is_failure(enum verdict verdict) { return verdicts[verdict].about != ABOUT_NOBODY; }

bool verdict_is_infrastructure(enum verdict verdict) { return verdicts[verdict].about == ABOUT_GATE; }

bool verdict_is_of_program(enum verdict verdict) { return verdicts[verdict].about == ABOUT_PROGRAM; }

const char *part_name(enum part part) {
  static const char *const names[PARTS] = {"",       "status line", "headers", "body", "stdout", "exit status",
                                           "stderr", "output file", "tree"};
  return names[part];
}

char *result_signature(const struct result *result) {
  static const char *const parts[PARTS] = {"",     "status", "headers", "body", "stdout",
                                           "exit", "stderr", "output",  "tree"};
  if (result->verdict == DIVERGED)
    return xasprintf("%s@%zu:%016llx", parts[result->part], result->offset,
                     (unsigned long long)hash_bytes(HASH_START, span_of(&result->actual).data, result->actual.len));
  return xstrdup(verdict_word(result->verdict));
}

void result_keep(struct result *result, struct span answer) {
  if (!result->keeps_answer)
    return;
  bytes_clear(&result->answer);
  bytes_add(&result->answer, answer);
}

void result_set(struct result *result, enum verdict verdict, const char *format, ...) {
  if (verdict_is_failure(result->verdict))
    return;
  struct bytes text = {0}; /* the arguments may name what stands in the detail */
  va_list args;
  va_start(args, format);
  bytes_vprintf(&text, format, args);
  va_end(args);
  result->verdict = verdict;
  bytes_clear(&result->detail);
  bytes_add(&result->detail, span_of(&text));
  bytes_free(&text);
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
  bytes_free(&result->answer);
  free(result->cause);
}

/* SPDX-License-Identifier: MIT */
