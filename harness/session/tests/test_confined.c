/* Programs that run in cells, as the gate's user meets them: what they may, what becomes of what they leave, and what
   the gate says where they are confined less. */
/* reads: gate:verify fixtures build/tests/attack */
/* once: sanitized; what it runs is build/bytegate, as it is in both */
#include "harness/tests/faulty_build.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A shell script as the program under test, with the keys of its suite besides, and what it is to print. */
static const struct confined {
  const char *script, *keys, *prints;
} confined[] = {
    {"kill -9 -1; echo alive", "", "alive"},
    {"kill -9 1; echo alive", "", "alive"},
    {"test $$ -ne 1 && echo not-1", "", "not-1"},
    {"(echo x >$T/outside) 2>/dev/null || echo kept", "", "kept"},
    {"(echo x >/etc/passwd) 2>/dev/null || echo kept", "", "kept"},
    {"test -e $T || echo not-there", "", "not-there"},
    {"test -e $T && echo there", "allow = path $T", "there"},
    {"(echo x >$T/inside) 2>/dev/null || echo kept", "allow = path $T", "kept"},
    {"echo x >$T/inside && echo written", "allow = write $T", "written"},
    {"echo x >$T/inside && echo written", "confine = no", "written"},
    {"grep -c : /proc/net/dev", "", "1"},
    {"grep -c ^CapEff:.*[1-9a-f] /proc/self/status || true", "", "0"},
    {"test -e /tmp/x || echo fresh; echo x >/tmp/x", "", "fresh"},
    {"test -e ../x || echo fresh; echo x >../x; mkdir -p ../y/z; chmod 0 ../y ..", "", "fresh"},
    {"mkdir -p a/b; chmod 0 a; chmod 0 .; echo done", "", "done"},
    {"for i in 3 4 5 6 7 8 9; do test ! -e /proc/self/fd/$i || echo $i; done; echo no-more", "", "no-more"},
    {"exec {build}/tests/attack sibling -", "", "sibling: EPERM"},
};

/* Copies TEXT with the temporary folder for $T. The caller frees it. */
static char *expand(const char *text) {
  struct bytes out = {0};
  bytes_text(&out, "");
  for (const char *at; (at = strstr(text, "$T")); text = at + 2)
    bytes_printf(&out, "%.*s%s", (int)(at - text), text, faulty_folder());
  bytes_text(&out, text);
  return out.data;
}

static void write_suite(const char *script, const char *keys, const char *prints) {
  char *words = expand(script);
  char *more = expand(keys);
  write_faulty("confined.ini",
               "[program p]\nelf = /bin/sh\narguments = -c \"%s\"\nrunner = native\ndrive = run\n%s\n"
               "oracle = command\noracle-command = echo %s\n[cases c]\nsource = nothing\n",
               words, more, prints);
  free(words);
  free(more);
}

/* Each three times, so that what one run leaves would be seen by the next. */
START_TEST(a_program_can_do_no_more_than_its_suite_allows) {
  struct bytes out = {0};
  write_suite(confined[_i].script, confined[_i].keys, confined[_i].prints);
  int status = run_shell(&out, "\"$B\" verify --suite $T/confined.ini --repeat 3 --no-self-audit --known /dev/null "
                               "--confine=require 2>&1; status=$?; rm -f $T/inside; exit $status");
  ck_assert_msg(status == 0, "%s: exit status %d: %s", confined[_i].script, status, out.data);
  bytes_free(&out);
}
END_TEST

/* However a process is left, the case is LEAKED, nothing is running afterwards, and the run itself says nothing more.
 */
static const char *const leaks[] = {
    "sleep 1000 & echo left",
    "setsid sleep 1000 >/dev/null 2>&1 & echo left",
    "setsid sh -c 'sleep 1000 & sleep 1000 &' >/dev/null 2>&1; echo left",
    "(trap '' TERM HUP INT; sleep 1000) & kill -STOP $!; echo left",
};

START_TEST(what_a_program_leaves_is_counted_and_ended) {
  struct bytes out = {0};
  write_suite(leaks[_i], "", "left");
  int status = run_shell(
      &out, "\"$B\" verify --suite $T/confined.ini --no-self-audit --known /dev/null --json-lines $T/json 2>&1; "
            "status=$?; cat $T/json; exit $status");
  ck_assert_msg(status == 1, "%s: exit status %d: %s", leaks[_i], status, out.data);
  must_say(&out, "\"verdict\":\"LEAKED\",\"failed\":true");
  ck_assert_msg(!strstr(out.data, "outlived it\nRED"), "%s", out.data);
  bytes_free(&out);
}
END_TEST

START_TEST(a_run_without_cells_says_so_in_each_format) {
  struct bytes out = {0};
  write_suite("echo same", "", "same");
  int status =
      run_shell(&out, "cd $T && \"$B\" verify --suite confined.ini --no-self-audit --known /dev/null --confine=off "
                      "--json-lines j --junit x --sarif s --github 2>&1; status=$?; cat j x s; exit $status");
  ck_assert_int_eq(status, 0);
  must_say(&out, "# confinement: off\n");
  must_say(&out, "confinement: off\nGREEN: ");
  must_say(&out, ", not wholly confined");
  must_say(&out, "::warning title=bytegate::confinement: off");
  must_say(&out, "\"confinement\":\"off\"");
  must_say(&out, "<property name=\"confinement\" value=\"off\"/>");
  must_say(&out, "\"confinement\": \"off\"");
  bytes_free(&out);
}
END_TEST

/* Natively and under qemu, which makes the call for its guest. */
START_TEST(what_was_refused_to_a_failing_program_is_named) {
  struct bytes out = {0};
  write_faulty("confined.ini",
               "[program p]\nelf = /bin/sh\narguments = -c \"rm -f /etc/hosts; exit 1\"\nrunner = %s\ndrive = run\n"
               "oracle = command\noracle-command = echo x\n[cases c]\nsource = nothing\n",
               _i ? "qemu" : "native");
  int status = run_shell(&out, "\"$B\" verify --suite $T/confined.ini --no-self-audit --known /dev/null 2>&1");
  ck_assert_int_eq(status, 1);
  must_say(&out, "refused   unlinkat(AT_FDCWD, \"/etc/hosts\", 0) EROFS");
  bytes_free(&out);
}
END_TEST

/* Not even where the gate is killed in a way that it cannot catch. */
START_TEST(nothing_outlives_a_gate_that_is_killed) {
  struct bytes out = {0};
  write_suite("echo x >$T/inside; (setsid sleep 98761 &); sleep 98761", "allow = write $T", "");
  int status = run_shell(
      &out, "\"$B\" verify --suite $T/confined.ini --no-self-audit --known /dev/null >/dev/null 2>&1 & gate=$!; n=0; "
            "until test -e $T/inside || test $n -gt 3000; do n=$((n + 1)); sleep 0.01; done; kill -9 $gate; n=0; "
            "while { grep -ls '9876[1]' /proc/[0-9]*/cmdline; find /sys/fs/cgroup -name \"bytegate-$gate-*\"; } "
            "2>/dev/null | "
            "grep -q . && test $n -lt 1000; do n=$((n + 1)); sleep 0.01; done; "
            "rm $T/inside && test $n -lt 1000");
  ck_assert_msg(status == 0, "exit status %d: %s", status, span_of(&out).data);
  bytes_free(&out);
}
END_TEST

static const struct {
  const char *keys, *says;
} wrong[] = {{"allow = everything", "'allow': 'everything' cannot be allowed; there are network, ptrace"},
             {"allow = path here", "'path here' cannot be allowed"},
             {"confine = perhaps", "confine = perhaps: yes or no"}};

START_TEST(what_cannot_be_allowed_is_named) {
  struct bytes out = {0};
  write_suite("true", wrong[_i].keys, "");
  int status = run_shell(&out, "\"$B\" verify --suite $T/confined.ini --no-self-audit 2>&1");
  ck_assert_msg(status == 2, "%s: exit status %d: %s", wrong[_i].keys, status, out.data);
  must_say(&out, "%s", wrong[_i].says);
  bytes_free(&out);
}
END_TEST

static void make_folder(void) { faulty_folder(); }

int main(void) {
  Suite *suite = suite_create("confined");
  TCase *tests = tcase_create("confined");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, make_folder, remove_faulty);
  tcase_add_loop_test(tests, a_program_can_do_no_more_than_its_suite_allows, 0, sizeof confined / sizeof *confined);
  tcase_add_loop_test(tests, what_a_program_leaves_is_counted_and_ended, 0, sizeof leaks / sizeof *leaks);
  tcase_add_test(tests, a_run_without_cells_says_so_in_each_format);
  tcase_add_loop_test(tests, what_was_refused_to_a_failing_program_is_named, 0, 2);
  tcase_add_test(tests, nothing_outlives_a_gate_that_is_killed);
  tcase_add_loop_test(tests, what_cannot_be_allowed_is_named, 0, sizeof wrong / sizeof *wrong);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
