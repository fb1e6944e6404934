/* test_sizes.c: the tables of fixtures/ladder.md are true: each program has the size that its row says, none is larger
 * than what was known before, and no small program is left out. */
/* reads: fixtures/ladder.md elf */
#include "listing.h"

#include <check.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* | task | loader | program | bytes | known before | */
typedef struct {
  char program[64];
  size_t bytes, known; /* known 0: nothing was */
} Rung;

static Rung rungs[64];
static size_t count;

static void read_ladder(void) {
  FILE *file = fopen("fixtures/ladder.md", "r");
  if (!file)
    return;
  char line[256];
  while (fgets(line, sizeof line, file) && count < sizeof rungs / sizeof *rungs) {
    char *cells[6] = {0}, *rest = line;
    for (int i = 0; i < 6 && rest; i++)
      cells[i] = strsep(&rest, "|");
    if (!cells[5] || !strpbrk(cells[4], "0123456789"))
      continue;
    sscanf(cells[3], "%63s", rungs[count].program);
    rungs[count].bytes = strtoul(cells[4], NULL, 10);
    rungs[count++].known = strstr(cells[5], "wrongly") ? 0 : strtoul(cells[5], NULL, 10);
  }
  fclose(file);
}

START_TEST(program_has_its_size) {
  size_t size;
  free(program_read(rungs[_i].program, &size));
  if (size != rungs[_i].bytes)
    ck_abort_msg("%s has %zu bytes; fixtures/ladder.md says %zu", rungs[_i].program, size, rungs[_i].bytes);
  if (rungs[_i].known && size > rungs[_i].known)
    ck_abort_msg("%s has %zu bytes; %zu were enough before", rungs[_i].program, size, rungs[_i].known);
}
END_TEST

START_TEST(no_tiny_program_is_left_out) {
  const char *build = getenv("BUILD");
  char pattern[512];
  glob_t found;
  size_t tiny = 0;
  snprintf(pattern, sizeof pattern, "%s/elf/tiny-*.map", build && *build ? build : "build");
  ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    char *name = strrchr(found.gl_pathv[i], '/') + 1;
    bool there = false;
    *strrchr(name, '.') = '\0';
    for (size_t k = 0; k < count; k++)
      there |= !strcmp(rungs[k].program, name);
    if (!there)
      ck_abort_msg("%s has no row in fixtures/ladder.md", name);
    tiny++;
  }
  ck_assert_uint_eq(tiny, 15);
  globfree(&found);
}
END_TEST

int main(void) {
  read_ladder();
  Suite *suite = suite_create("sizes");
  TCase *tc = tcase_create("as the ladder says");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, program_has_its_size, 0, (int)count);
  tcase_add_test(tc, no_tiny_program_is_left_out);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
