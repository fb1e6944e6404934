/* The doctor: a machine on which all is well, and then each thing that can be missing, one at a time. */
/* reads: fixtures/schemas */
#include "harness/doctor/doctor.h"

#include "harness/base/machine.h"
#include "harness/tests/json_schema.h"
#include "oracles/markdown.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct surroundings healthy(void) {
  return (struct surroundings){.libcmark = MARKDOWN_ORACLE_VERSION,
                               .cells = "whole",
                               .emulators = (unsigned)machine_count,
                               .plugins = true,
                               .ptrace_scope = 1,
                               .traces = true,
                               .overcommit = 0,
                               .maps_4gib = true,
                               .seccomp = 0,
                               .fixed_addresses = true,
                               .user_namespaces = true,
                               .temporary = "/tmp",
                               .temporary_free = (uint64_t)1 << 30,
                               .strace = true,
                               .git = true,
                               .unicorn = true};
}

static void must_hold(const struct diagnosis *diagnosis) {
  struct bytes text = {0};
  json_t *schema = json_load_file("fixtures/schemas/doctor.json", 0, NULL);
  ck_assert_ptr_nonnull(schema);
  doctor_json(diagnosis, &text);
  json_t *value = json_loadb(text.data, text.len, 0, NULL);
  ck_assert_ptr_nonnull(value);
  must_hold_to(value, schema);
  json_decref(value);
  json_decref(schema);
  bytes_free(&text);
}

/* Of all findings, only NAME is not good: it is in STATE, and its remedy holds REMEDY. */
static void must_find(const struct surroundings *seen, const char *name, enum finding_state state, const char *remedy) {
  struct diagnosis diagnosis;
  size_t bad = 0;
  doctor_judge(seen, &diagnosis);
  for (size_t i = 0; i < diagnosis.count; i++) {
    const struct finding *finding = &diagnosis.findings[i];
    if (finding->state == FINDING_GOOD)
      continue;
    bad++;
    ck_assert_str_eq(finding->name, name);
    ck_assert_int_eq(finding->state, state);
    ck_assert_msg(strstr(finding->remedy, remedy), "%s", finding->remedy);
    ck_assert_uint_gt(strlen(finding->effect), 0);
  }
  ck_assert_uint_eq(bad, 1);
  must_hold(&diagnosis);
  diagnosis_free(&diagnosis);
}

START_TEST(a_healthy_machine_lacks_nothing) {
  struct surroundings seen = healthy();
  struct diagnosis diagnosis;
  struct bytes text = {0};
  doctor_judge(&seen, &diagnosis);
  doctor_text(&diagnosis, &text);
  ck_assert_msg(strstr(text.data, "12 good, 0 limited, 0 lacking\nnext: bytegate verify --suite"), "%s", text.data);
  must_hold(&diagnosis);
  bytes_free(&text);
  diagnosis_free(&diagnosis);
}
END_TEST

/* The worst of machines, at which each finding has all that it can say. */
START_TEST(the_table_fits_60_columns) {
  struct surroundings seen = {
      .libcmark = "0.31.0", .cells = "", .temporary = "/tmp", .ptrace_scope = 3, .overcommit = 2};
  struct diagnosis diagnosis;
  struct bytes text = {0};
  bytes_text(&seen.missing, "x64, arm64, riscv64, arm, i386, ppc64le, s390x, mips, mipsel, mips64, mips64el, sparc64");
  doctor_judge(&seen, &diagnosis);
  doctor_text(&diagnosis, &text);
  for (const char *line = text.data; *line; line += strcspn(line, "\n") + 1)
    ck_assert_msg(strcspn(line, "\n") <= 60, "%.*s", (int)strcspn(line, "\n"), line);
  surroundings_free(&seen);
  bytes_free(&text);
  diagnosis_free(&diagnosis);
}
END_TEST

START_TEST(each_thing_that_is_missing_is_found_with_its_remedy) {
  struct surroundings seen = healthy();
  seen.libcmark = "0.31.0";
  must_find(&seen, "libcmark", FINDING_LACKING, "Debian 12");
  seen = healthy();
  seen.emulators--;
  bytes_text(&seen.missing, "riscv64");
  must_find(&seen, "qemu", FINDING_LIMITED, "apt-get install qemu-user");
  surroundings_free(&seen);
  seen = healthy();
  seen.plugins = false;
  must_find(&seen, "plugins", FINDING_LIMITED, "apt-get install qemu-user");
  seen = healthy();
  seen.cells = "without a network namespace";
  must_find(&seen, "cells", FINDING_LIMITED, "--privileged");
  seen.cells = "";
  must_find(&seen, "cells", FINDING_LACKING, "--confine=off");
  seen = healthy();
  seen.user_namespaces = false;
  must_find(&seen, "namespaces", FINDING_LIMITED, "user.max_user_namespaces");
  seen = healthy();
  seen.traces = false;
  seen.ptrace_scope = 3;
  must_find(&seen, "ptrace", FINDING_LIMITED, "ptrace_scope=1");
  seen = healthy();
  seen.fixed_addresses = false;
  seen.seccomp = 2;
  must_find(&seen, "seccomp", FINDING_LIMITED, "seccomp=unconfined");
  seen = healthy();
  seen.maps_4gib = false;
  seen.overcommit = 2;
  must_find(&seen, "memory", FINDING_LIMITED, "vm.overcommit_memory");
  seen = healthy();
  seen.temporary_free = ((uint64_t)256 << 20) - 1;
  must_find(&seen, "disk", FINDING_LACKING, "TMPDIR");
  seen = healthy();
  seen.strace = false;
  must_find(&seen, "strace", FINDING_LIMITED, "apt-get install strace");
  seen = healthy();
  seen.git = false;
  must_find(&seen, "git", FINDING_LIMITED, "apt-get install git");
  seen = healthy();
  seen.unicorn = false;
  must_find(&seen, "unicorn", FINDING_LIMITED, "apt-get install libunicorn2");
}
END_TEST

START_TEST(what_lacks_is_to_be_mended_first) {
  struct surroundings seen = healthy();
  struct diagnosis diagnosis;
  struct bytes text = {0};
  seen.temporary_free = 0;
  seen.git = false;
  doctor_judge(&seen, &diagnosis);
  doctor_text(&diagnosis, &text);
  ck_assert_msg(strstr(text.data, "10 good, 1 limited, 1 lacking\nnext: mend what is lacking"), "%s", text.data);
  bytes_free(&text);
  diagnosis_free(&diagnosis);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("doctor");
  TCase *tests = tcase_create("doctor");
  tcase_add_test(tests, a_healthy_machine_lacks_nothing);
  tcase_add_test(tests, each_thing_that_is_missing_is_found_with_its_remedy);
  tcase_add_test(tests, the_table_fits_60_columns);
  tcase_add_test(tests, what_lacks_is_to_be_mended_first);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
