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

/* One of each kind. A kind that is taken out of the tables is missed here. */
static const char *const wanted[] = {
    "http none: EQUAL",
    "http extra-body: DIVERGED",
    "http wrong-length: DIVERGED",
    "http header-letter-case: DIVERGED",
    "http wrong-status: DIVERGED",
    "http hang: HUNG",
    "http refusal: REFUSED",
    "http leak at its stop: LEAKED",
    "growth kept-descriptors at its stop: LEAKED",
    "growth kept-memory at its stop: LEAKED",
    "run run-wrong-byte: DIVERGED",
    "run run-tail: DIVERGED",
    "run run-exit-status: DIVERGED",
    "run run-signal: CRASHED",
    "run run-stderr: DIVERGED",
    "run run-leak: LEAKED",
    "stray run-escaped-leak: LEAKED",
    "command failing: ORACLE FAULT",
    "tree run-size: EQUAL",
    "tree published: EQUAL",
    "conversation extra-body: DIVERGED",
    "half-close echo: EQUAL",
    "known run-none listed, and equal: failed",
    "known run-short listed, and otherwise: failed",
    "known run-wrong-byte not listed: failed",
    "interruption: INTERRUPTED",
    "wrong published bytes: ORACLE FAULT",
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
