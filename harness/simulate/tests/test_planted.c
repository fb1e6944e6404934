/* What simulate finds: each fault that is planted in the server is found, on every machine, by the seed that is kept
   for it, the first one that finds it; and reduced, it is still found. */
/* reads: gate:simulate build/libgenerators.a build/obj/generators/programs generators harness/tests/faulty */
/* reads: fixtures/simulated-seeds */
/* once: sanitized; what it runs is build/bytegate, as it is in both */
#include "harness/tests/faulty_build.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULTS " deadline descriptor file flag line mapping slot replaced zombie orphan listener outside"
enum { KEPT_MOST = 64 };

/* A line of fixtures/simulated-seeds: a fault, the machine, the first seed that finds it, and as what. */
static struct kept {
  char fault[32], machine[16], kind[64];
  unsigned seed;
} kept[KEPT_MOST];
static int kept_count;

/* Returns false where the list cannot be read. */
static bool read_kept(void) {
  FILE *file = fopen("fixtures/simulated-seeds", "re");
  char line[256];
  bool good = file != NULL;
  while (good && fgets(line, sizeof line, file)) {
    struct kept *row = &kept[kept_count];
    if (*line == '#' || *line == '\n')
      continue;
    good = kept_count < KEPT_MOST &&
           sscanf(line, "%31s %15s %u %63[^\n]", row->fault, row->machine, &row->seed, row->kind) == 4;
    kept_count++;
  }
  if (!good)
    fprintf(stderr, "fixtures/simulated-seeds: it cannot be read, or line %d of the seeds is none\n", kept_count);
  if (file)
    fclose(file);
  return good;
}

/* Lays the server with each fault, into FAULT/ of the temporary folder. */
static void lay_planted(void) {
  struct bytes out = {0};
  const char *build = getenv("BUILD");
  int status = run_shell(&out,
                         "set -e; L=$(cd '%s' && pwd); R=$PWD; cd $T; W=; for o in routine branch_imm store64 "
                         "store64_imm call jump syscall_with; do\n"
                         "  W=\"$W -Wl,--wrap=bl_$o\"; done\n"
                         "S=; case $L in *sanitize*) S=-fsanitize=address,undefined;; esac\n"
                         "${CC:-gcc} -std=c11 -D_GNU_SOURCE -O0 -iquote \"$R/generators\" -c -o operations.o "
                         "\"$R/harness/tests/faulty/server_operations.c\"\n"
                         "${CC:-gcc} $S $W -o lay-server \"$L/obj/generators/programs/markdown-server.o\" operations.o "
                         "\"$L/libgenerators.a\"\n"
                         "for f in none" FAULTS "; do mkdir $f; FAULT=$f ./lay-server $f; done\n"
                         "for f in" FAULTS "; do ! cmp -s none/markdown-server_x64 $f/markdown-server_x64; done",
                         build && *build ? build : "build");
  ck_assert_msg(status == 0, "%s", out.data);
  bytes_free(&out);
}

START_TEST(a_planted_fault_is_found_by_its_seed) {
  const struct kept *row = &kept[_i];
  struct bytes out = {0};
  int status =
      run_shell(&out, "\"$B\" simulate $T/%s/markdown-server_%s --seed %u", row->fault, row->machine, row->seed);
  ck_assert_msg(status == (strcmp(row->fault, "none") == 0 ? 0 : 1), "%s on %s: exit status %d: %s", row->fault,
                row->machine, status, out.data);
  if (status)
    must_say(&out, " s: %s: ", row->kind);
  bytes_free(&out);
}
END_TEST

/* A request with a condition, and one without: that of the first is kept. */
START_TEST(a_reduced_history_still_fails) {
  struct bytes out = {0}, again = {0};
  char numbers[64];
  int status = run_shell(&out, "\"$B\" simulate $T/flag/markdown-server_x64 --seed 2 --reduce");
  ck_assert_int_eq(status, 1);
  must_say(&out, "reduced from ");
  ck_assert_int_eq(sscanf(strstr(out.data, "--keep '"), "--keep '%63[0-9,]'", numbers), 1);
  ck_assert_msg(strlen(numbers) < 12, "%s", out.data);
  ck_assert_int_eq(run_shell(&again, "\"$B\" simulate $T/flag/markdown-server_x64 --seed 2 --keep %s", numbers), 1);
  must_say(&again, " s: wrong answer: ");
  bytes_free(&again);
  bytes_free(&out);
}
END_TEST

/* One entry after the other: a fault that no seed is kept for would be looked for by nobody. */
START_TEST(every_planted_fault_has_its_seeds) {
  static const char *const faults[] = {"none", "deadline", "descriptor", "file",   "flag",     "line",   "mapping",
                                       "slot", "replaced", "zombie",     "orphan", "listener", "outside"};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    int found = 0;
    for (int k = 0; k < kept_count; k++)
      found += strcmp(kept[k].fault, faults[i]) == 0;
    ck_assert_msg(found >= 2, "fixtures/simulated-seeds has %d seeds for %s", found, faults[i]);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("simulate");
  TCase *tests = tcase_create("planted");
  if (!read_kept())
    return EXIT_FAILURE;
  tcase_set_timeout(tests, 600);
  tcase_add_unchecked_fixture(tests, lay_planted, remove_faulty);
  tcase_add_loop_test(tests, a_planted_fault_is_found_by_its_seed, 0, kept_count);
  tcase_add_test(tests, a_reduced_history_still_fails);
  tcase_add_test(tests, every_planted_fault_has_its_seeds);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
