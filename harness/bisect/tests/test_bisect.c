/* Bisect, as its user meets it: among builds that differ in many routines, of which one is at fault, and among commits.
   And the operation itself: a program into which all of its own routines are grafted must still do what it did. */
/* reads: gate:bisect build/libgenerators.a build/obj/generators/programs generators fixtures harness/tests/faulty */
/* once: sanitized; what it runs is build/bytegate, as it is in both */
#include "harness/suite/suite.h"
#include "harness/tests/faulty_build.h"

#include "harness/bisect/bisect_graft.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *const arches[] = {"x64", "arm64"};

static void lay_all(void) {
  lay_faulty("good", "");
  lay_faulty("flipped", "flipped");
  lay_faulty("table", "table");
  lay_faulty("literal", "literal");
  lay_faulty("many", "many");
  write_faulty("link.md", "# x\n\n[a](/b\"%%0F\xc3\xaf)\n");
  write_faulty("s.ini",
               "[program markdown-render]\nelf = %1$s/good/markdown-render_{arch}\narch = x64 arm64\nstdin = yes\n"
               "drive = run\noracle = cmark\n"
               "[program markdown-server]\nelf = %1$s/good/markdown-server_{arch}\narch = x64 arm64\n"
               "arguments = -p 0 {file}\ndrive = http\noracle = cmark\n"
               "[cases c]\nsource = folder\npath = .\npattern = *.md\n",
               faulty_folder());
}

static const struct {
  const char *build;
  const char *guilty; /* in the headline */
  const char *more;   /* what else is said */
} faults[] = {
    {"flipped", " put_href (of 1 that differ", "routine put_href  generators/markdown/html.c:"},
    {"table", " hex_digits (of 1 that differ", "byte 15: good 0x46, bad 0x47  generators/markdown/html.c:"},
    {"literal", " render_document (of 1 that differ", "-> \"</h0>\\t\""},
    {"many", " render_document (of 7 that differ", "#-4]"},
};
enum { FAULTS = sizeof faults / sizeof *faults };

START_TEST(the_guilty_routine_is_named) {
  const char *arch = arches[_i % 2];
  int fault = _i / 2 % FAULTS;
  const char *program = _i < 2 * FAULTS ? "markdown-render" : "markdown-server";
  struct bytes out = {0};
  int status =
      run_shell(&out, "\"$B\" bisect --elf $T/good/%1$s_%2$s $T/%3$s/%1$s_%2$s --suite $T/s.ini --known /dev/null",
                program, arch, faults[fault].build);
  ck_assert_msg(status == 1, "exit status %d: %s", status, out.data);
  must_say(&out, "BISECT s/c/link.md %s_%s ", program, arch);
  must_say(&out, ":%s", faults[fault].guilty);
  must_say(&out, "%s", strcmp(faults[fault].build, "many") == 0 && _i % 2 == 0 ? " - 4], cl" : faults[fault].more);
  bytes_free(&out);
}
END_TEST

START_TEST(a_program_that_does_right_has_no_guilty_routine) {
  struct bytes out = {0};
  ck_assert_int_eq(run_shell(&out,
                             "\"$B\" bisect --elf $T/good/markdown-render_%1$s $T/good/markdown-render_%1$s --suite "
                             "$T/s.ini --known /dev/null",
                             arches[_i]),
                   0);
  must_say(&out, "does what it should in all of ");
  bytes_free(&out);
}
END_TEST

START_TEST(what_both_builds_do_wrong_is_not_bisected) {
  struct bytes out = {0};
  ck_assert_int_eq(run_shell(&out,
                             "\"$B\" bisect --elf $T/table/markdown-render_%1$s $T/table/markdown-render_%1$s --suite "
                             "$T/s.ini --known /dev/null",
                             arches[_i]),
                   2);
  must_say(&out, "fails in this case too");
  bytes_free(&out);
}
END_TEST

START_TEST(bad_operands_are_named) {
  struct bytes out = {0};
  ck_assert_int_eq(run_shell(&out, "\"$B\" bisect --elf $T/good/markdown-render_x64"), 2);
  must_say(&out, "'bisect --elf' needs two builds of a program: a good one and a bad one");
  bytes_clear(&out);
  ck_assert_int_eq(run_shell(&out, "\"$B\" bisect --elf /bin/sh $T/good/markdown-render_x64"), 2);
  must_say(&out, ": it has no symbols with sizes (was it stripped?)");
  bytes_clear(&out);
  ck_assert_int_eq(run_shell(&out, "\"$B\" bisect --elf $T/good/markdown-render_x64 $T/good/markdown-render_arm64"), 2);
  must_say(&out, "are for different machines");
  bytes_free(&out);
}
END_TEST

/* The routines of the program that can be grafted, with their number. */
static const struct item **all_routines(struct build *build, const char *path, size_t *count) {
  const struct item **items = xcalloc(build->item_count, sizeof *items);
  *count = 0;
  for (size_t i = 0; i < build->item_count; i++) {
    const struct item *item = &build->items[i];
    struct bytes why = {0};
    if (item->kind == ITEM_CODE && graft(build, build, &item, 1, path, &why))
      items[(*count)++] = item;
    bytes_free(&why);
  }
  return items;
}

/* Grafts the routines of DONOR into HOST and holds what comes of it to the oracle, over all documents of the fixtures.
 */
static void check_hybrid(const char *donor_name, const char *host_name, const char *arch) {
  struct build donor;
  struct build host;
  struct bytes why = {0};
  struct bytes out = {0};
  size_t count;
  char *donor_path = xasprintf("%s/%s/markdown-render_%s", faulty_folder(), donor_name, arch);
  char *host_path = xasprintf("%s/%s/markdown-render_%s", faulty_folder(), host_name, arch);
  char *path = xasprintf("%s/hybrid_%s", faulty_folder(), arch);
  ck_assert_msg(build_open(donor_path, &donor, &why) && build_open(host_path, &host, &why), "%s", why.data);
  const struct item **items = all_routines(&donor, path, &count);
  ck_assert_uint_gt(count, 80);
  ck_assert_msg(graft(&donor, &host, items, count, path, &why), "%s", why.data);
  int status = run_shell(
      &out,
      "F=$PWD/fixtures/markdown; printf '[program hybrid]\\nelf = %s\\nstdin = yes\\ndrive = run\\n"
      "oracle = cmark\\nrunner = %s\\n[cases c]\\nsource = folder\\npath = %%s\\npattern = *.md\\n' "
      "\"$F\" >$T/hybrid_%s.ini; \"$B\" verify --no-self-audit -k --suite $T/hybrid_%s.ini --known /dev/null",
      path, strcmp(arch, "x64") == 0 && host_machine() == machine_named("x64") ? "native" : "qemu", arch, arch);
  ck_assert_msg(status == 0, "exit status %d: %s", status, out.data);
  free(items);
  free(donor_path);
  free(host_path);
  free(path);
  bytes_free(&why);
  bytes_free(&out);
  build_close(&donor);
  build_close(&host);
}

START_TEST(a_program_of_grafted_routines_does_what_it_did) { check_hybrid("good", "good", arches[_i]); }
END_TEST

START_TEST(all_routines_of_the_good_build_cure_the_bad_one) { check_hybrid("good", "many", arches[_i]); }
END_TEST

START_TEST(a_routine_is_the_same_although_all_addresses_moved) {
  struct build good;
  struct build many;
  struct bytes why = {0};
  size_t same = 0;
  size_t different = 0;
  char *paths[2] = {xasprintf("%s/good/markdown-server_%s", faulty_folder(), arches[_i]),
                    xasprintf("%s/many/markdown-server_%s", faulty_folder(), arches[_i])};
  ck_assert_msg(build_open(paths[0], &good, &why) && build_open(paths[1], &many, &why), "%s", why.data);
  for (size_t i = 0; i < good.item_count; i++) {
    const struct item *twin = build_item(&many, good.items[i].name);
    if (good.items[i].kind != ITEM_CODE)
      continue;
    ck_assert_ptr_nonnull(twin);
    if (build_same(&good, &good.items[i], &many, twin))
      same++;
    else
      different++;
  }
  ck_assert_uint_eq(different, 7);
  ck_assert_uint_gt(same, 100);
  build_close(&good);
  build_close(&many);
  free(paths[0]);
  free(paths[1]);
}
END_TEST

/* Nine commits of a program that is a script; the sixth breaks it, one cannot be built. */
static const char history[] =
    "set -e; mkdir $T/repo; cd $T/repo; git init -q .; git config user.email t@example.org; git config user.name T\n"
    "printf 'build/elf/.%%.stamp: %%.sh\\n\\tmkdir -p build/elf\\n\\tcp $< build/elf/$*\\n\\tchmod +x build/elf/$*\\n"
    "\\techo $* >$@\\n' >Makefile\n"
    "for i in 1 2 3 4 5 6 7 8 9; do\n"
    "  printf '#!/bin/sh\\n# %s\\ncat\\n' $i >tool.sh\n"
    "  [ $i -lt 6 ] || echo 'echo more' >>tool.sh\n"
    "  if [ $i -eq 4 ]; then git mv tool.sh gone.sh; fi\n"
    "  [ $i -ne 5 ] || git rm -qf --cached gone.sh\n"
    "  git add -A; git commit -qm \"Change $i\"\n"
    "done\n"
    "make -s build/elf/.tool.stamp\n"
    "printf '[program tool]\\nelf = {build}/elf/tool\\nstdin = yes\\ndrive = run\\noracle = command\\n"
    "oracle-command = cat\\n[cases c]\\nsource = folder\\npath = .\\npattern = *.txt\\n' >suite.ini\n"
    "echo text >a.txt\n";

START_TEST(the_guilty_commit_is_named) {
  struct bytes out = {0};
  ck_assert_msg(run_shell(&out, "%s", history) == 0, "%s", out.data);
  bytes_clear(&out);
  int status = run_shell(&out, "cd $T/repo && \"$B\" bisect c/a.txt %s --suite suite.ini --suites . --build build",
                         _i ? "HEAD~7 HEAD" : "");
  ck_assert_msg(status == 1, "exit status %d: %s", status, out.data);
  must_say(&out, "BISECT suite/c/a.txt tool ");
  must_say(&out, " Change 6\n");
  must_say(&out, "tool.sh | ");
  bytes_clear(&out);
  ck_assert_int_eq(run_shell(&out,
                             "cd $T/repo && git status --short --untracked-files=no && git for-each-ref refs/bisect && "
                             "git worktree list | wc -l"),
                   0);
  ck_assert_str_eq(out.data, "1\n");
  run_shell(&out, "rm -rf $T/repo");
  bytes_free(&out);
}
END_TEST

START_TEST(commits_that_are_all_good_or_unknown_are_said_to_be) {
  struct bytes out = {0};
  ck_assert_msg(run_shell(&out, "%s", history) == 0, "%s", out.data);
  bytes_clear(&out);
  ck_assert_int_eq(
      run_shell(&out, "cd $T/repo && \"$B\" bisect c/a.txt HEAD~7 HEAD~6 --suite suite.ini --suites . --build build"),
      0);
  must_say(&out, "nothing to bisect");
  bytes_clear(&out);
  ck_assert_int_eq(
      run_shell(&out, "cd $T/repo && \"$B\" bisect c/a.txt nonesuch --suite suite.ini --suites . --build build"), 2);
  must_say(&out, "git knows no commit nonesuch");
  run_shell(&out, "rm -rf $T/repo");
  bytes_free(&out);
}
END_TEST

int main(void) {
  Suite *s = suite_create("bisect");
  TCase *tc = tcase_create("bisect");
  tcase_set_timeout(tc, 120);
  tcase_add_unchecked_fixture(tc, lay_all, remove_faulty);
  tcase_add_loop_test(tc, the_guilty_routine_is_named, 0, 4 * FAULTS);
  tcase_add_loop_test(tc, a_program_that_does_right_has_no_guilty_routine, 0, 2);
  tcase_add_loop_test(tc, what_both_builds_do_wrong_is_not_bisected, 0, 2);
  tcase_add_test(tc, bad_operands_are_named);
  tcase_add_loop_test(tc, a_program_of_grafted_routines_does_what_it_did, 0, 2);
  tcase_add_loop_test(tc, all_routines_of_the_good_build_cure_the_bad_one, 0, 2);
  tcase_add_loop_test(tc, a_routine_is_the_same_although_all_addresses_moved, 0, 2);
  tcase_add_loop_test(tc, the_guilty_commit_is_named, 0, 2);
  tcase_add_test(tc, commits_that_are_all_good_or_unknown_are_said_to_be);
  suite_add_tcase(s, tc);
  SRunner *runner = srunner_create(s);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
