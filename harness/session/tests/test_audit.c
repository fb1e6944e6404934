/* The self-audit of the built gate: it plants for every way to a verdict, and says what it cannot plant. */
/* reads: gate:self-audit */
/* once: sanitized; what it runs is build/bytegate, as it is in both */
#include "harness/base/bytes.h"
#include "harness/base/machine.h"

#include "harness/session/plant.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Runs the gate's self-audit, with WORDS of sh before it; returns what it printed, to be freed. */
static char *run_audit(const char *words, int *status) {
  const char *build = getenv("BUILD");
  char *command = xasprintf("%s '%s/bytegate' self-audit 2>&1", words, build && *build ? build : "build");
  struct bytes text = {0};
  char block[4096];
  FILE *pipe = popen(command, "re");
  ck_assert_ptr_nonnull(pipe);
  for (size_t got; (got = fread(block, 1, sizeof block, pipe)) > 0;)
    bytes_append(&text, block, got);
  *status = WEXITSTATUS(pclose(pipe));
  bytes_text(&text, "");
  free(command);
  return text.data;
}

/* All but those of the runners and the formats. One that is taken out of the tables is missed here. */
static const char *const wanted[] = {
    "http none: EQUAL",
    "http none at its stop: EQUAL",
    "http wrong-byte: DIVERGED",
    "http truncated-body: DIVERGED",
    "http extra-body: DIVERGED",
    "http endless-body: DIVERGED",
    "http wrong-header: DIVERGED",
    "http header-letter-case: DIVERGED",
    "http extra-header: DIVERGED",
    "http missing-header: DIVERGED",
    "http header-order: DIVERGED",
    "http wrong-length: DIVERGED",
    "http wrong-status: DIVERGED",
    "http old-version: DIVERGED",
    "http wrong-after-the-first: EQUAL",
    "http second-answer: DIVERGED",
    "http filtered-page: EQUAL",
    "http filtered-byte: DIVERGED",
    "http reset: DIVERGED",
    "http removed-document: DIVERGED",
    "http crash: CRASHED",
    "http early-end: CRASHED",
    "http hang: HUNG",
    "http never-ready: HUNG",
    "http refusal: REFUSED",
    "http other-machine: REFUSED",
    "http leak at its stop: LEAKED",
    "http wrong-exit-status at its stop: DIVERGED",
    "http crash-at-sigterm at its stop: CRASHED",
    "http second-line at its stop: DIVERGED",
    "http exit status of these: as it must be",
    "growth none at its stop: EQUAL",
    "growth kept-descriptors at its stop: LEAKED",
    "growth kept-memory at its stop: LEAKED",
    "growth escaped-leak at its stop: LEAKED",
    "growth exit status of these: as it must be",
    "run run-none: EQUAL",
    "run run-wrong-byte: DIVERGED",
    "run run-short: DIVERGED",
    "run run-tail: DIVERGED",
    "run run-exit-status: DIVERGED",
    "run meant-exit-status: EQUAL",
    "run run-signal: CRASHED",
    "run meant-signal: EQUAL",
    "run run-other-signal: CRASHED",
    "run no-signal: DIVERGED",
    "run meant-stderr: EQUAL",
    "run run-stderr: DIVERGED",
    "run no-stderr: DIVERGED",
    "run no-output-file: MISSING",
    "run run-file: EQUAL",
    "run run-wrong-file: DIVERGED",
    "run other-tree: DIVERGED",
    "run skipped: NOT RUN",
    "run meant-to-fail: DIVERGED",
    "run meant-to-fail-but-equal: EQUAL",
    "run filtered: DIVERGED",
    "run filter-that-hides-all: ORACLE FAULT",
    "run filter-that-fails: ORACLE FAULT",
    "run run-leak: LEAKED",
    "run run-hang: HUNG",
    "run exit status of these: as it must be",
    "stray run-escaped-leak: LEAKED",
    "stray exit status of these: as it must be",
    "command run-none: EQUAL",
    "command run-wrong-byte: DIVERGED",
    "command failing: ORACLE FAULT",
    "command failing-in-a-pipe: ORACLE FAULT",
    "command meant-oracle-status: EQUAL",
    "command run-file: EQUAL",
    "command run-wrong-file: DIVERGED",
    "command exit status of these: as it must be",
    "wrapped run-none: EQUAL",
    "wrapped run-wrong-byte: DIVERGED",
    "wrapped run-nothing: RUNNER FAULT",
    "wrapped exit status of these: as it must be",
    "repeated none: EQUAL",
    "repeated wrong-byte: DIVERGED",
    "repeated wrong-after-the-first: FLAKY",
    "repeated exit status of these: as it must be",
    "tree run-size: EQUAL",
    "tree published: EQUAL",
    "tree run-none: DIVERGED",
    "tree run-wrong-byte: DIVERGED",
    "tree exit status of these: as it must be",
    "conversation none: EQUAL",
    "conversation wrong-byte: DIVERGED",
    "conversation truncated-body: DIVERGED",
    "conversation extra-body: DIVERGED",
    "conversation wrong-header: DIVERGED",
    "conversation header-letter-case: DIVERGED",
    "conversation extra-header: DIVERGED",
    "conversation missing-header: DIVERGED",
    "conversation header-order: DIVERGED",
    "conversation wrong-length: DIVERGED",
    "conversation wrong-status: DIVERGED",
    "conversation old-version: DIVERGED",
    "conversation reset: DIVERGED",
    "conversation crash: CRASHED",
    "conversation early-end: CRASHED",
    "conversation refusal: REFUSED",
    "conversation hang: HUNG",
    "conversation leak at its stop: LEAKED",
    "conversation wrong-exit-status at its stop: DIVERGED",
    "conversation exit status of these: as it must be",
    "half-close echo: EQUAL",
    "half-close exit status of these: as it must be",
    "known run-none listed, and equal: failed",
    "known run-signal listed as it is: passed",
    "known run-exit-status listed as it is: passed",
    "known run-short listed, and otherwise: failed",
    "known run-wrong-byte not listed: failed",
    "a run of which all that fails is known: GREEN",
    "a known divergence that names no case: RED",
    "one failure: RED",
    "256 failures: exit status 1",
    "interruption: INTERRUPTED",
    "empty suite: refused",
    "wrong published bytes: ORACLE FAULT",
    "a run that ends at its first failure: RED",
};

START_TEST(each_way_to_a_verdict_is_planted) {
  int status = 0;
  char *text = run_audit("", &status);
  ck_assert_msg(status == 0, "exit status %d:\n%s", status, text);
  ck_assert_msg(!strstr(text, "MISSED"), "%s", text);
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    char *line = xasprintf("caught %s\n", wanted[i]);
    ck_assert_msg(strstr(text, line) != NULL, "no line '%s' in:\n%s", wanted[i], text);
    free(line);
  }
  static const char *const formats[] = {"text", "tap", "junit", "json-lines", "sarif", "html", "github"};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    char *line = xasprintf("caught --%s of a run that is interrupted: shows a failure\n", formats[i]);
    ck_assert_msg(strstr(text, line) != NULL, "no line '%s' in:\n%s", line, text);
    free(line);
  }
  free(text);
}
END_TEST

START_TEST(what_cannot_be_planted_is_said) {
  int status = 0;
  char *text = run_audit("PATH=/nonexistent", &status);
  ck_assert_msg(strstr(text, "self-audit: left out: all under qemu: ") != NULL, "%s", text);
  ck_assert_msg(!strstr(text, "caught qemu "), "%s", text);
  free(text);
}
END_TEST

START_TEST(no_program_is_laid_for_a_machine_without_code) {
  const struct plant_elf one = {"planted\n", 0, false, false};
  ck_assert(!plant_elf("/nonexistent/elf", machine_named("x64")->e_machine, &one));
  ck_assert(!plant_elf("/dev/null", 0, &one));
}
END_TEST

int main(void) {
  Suite *all = suite_create("audit");
  TCase *tests = tcase_create("audit");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, each_way_to_a_verdict_is_planted);
  tcase_add_test(tests, what_cannot_be_planted_is_said);
  tcase_add_test(tests, no_program_is_laid_for_a_machine_without_code);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
