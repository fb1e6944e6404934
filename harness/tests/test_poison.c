/* test_poison.c: every program that runs here natively does the same with noise in its registers, its flags and the
 * stack below, with no argument and with many, but for what its row of fixtures/loaders.ini says that it relies on; and
 * that it does rely on. */
#include "harness/poison.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *build;
static struct loader_table table;

static bool is_native(const struct loader_row *row) {
  const char *suffix = host_machine() == MACHINE_X64 ? "_x64" : "_arm64";
  size_t len = strlen(row->name), tail = strlen(suffix);
  return len > tail && !strcmp(row->name + len - tail, suffix) &&
         strcmp(loader_declared(row, LOADER_NATIVE), "refused") != 0 && row->memory <= loader_memory();
}

static bool relies_on(const struct loader_row *row, const char *what) {
  for (size_t i = 0; i < row->relies.count; i++)
    if (!strcmp(row->relies.items[i], what))
      return true;
  return false;
}

START_TEST(entry_may_be_poisoned) {
  const struct loader_row *row = &table.rows[_i];
  struct bytes file = {0}, why = {0};
  if (!is_native(row))
    return;
  char *elf = xasprintf("%s/elf/%s", build, row->name);
  ck_assert_int_eq(bytes_read_file(&file, elf), 0);
  for (enum poison poison = 0; poison < POISONS; poison++) {
    bytes_clear(&why);
    bool survived = poison_survived(elf, row, span_of(&file), poison, &why),
         relies = relies_on(row, poison_name(poison));
    if (!survived && !relies)
      ck_abort_msg("%s", why.data);
    if (survived && relies)
      ck_abort_msg("%s does the same without %s, which it is said to rely on", row->name, poison_name(poison));
  }
  bytes_free(&file);
  bytes_free(&why);
  free(elf);
}
END_TEST

/* What a row may rely on is one of the four. */
START_TEST(words_are_known) {
  for (size_t i = 0; i < table.count; i++)
    for (size_t k = 0; k < table.rows[i].relies.count; k++) {
      bool known = false;
      for (enum poison poison = 0; poison < POISONS; poison++)
        known |= !strcmp(poison_name(poison), table.rows[i].relies.items[k]);
      if (!known)
        ck_abort_msg("[%s] relies = %s: no such thing", table.rows[i].name, table.rows[i].relies.items[k]);
    }
}
END_TEST

int main(void) {
  const char *folder = getenv("BUILD");
  struct bytes why = {0};
  build = realpath(folder && *folder ? folder : "build", NULL);
  if (!build || !loader_table_read("fixtures/loaders.ini", &table, &why)) {
    fprintf(stderr, "%s\n", why.len ? why.data : "no build folder");
    return EXIT_FAILURE;
  }
  Suite *suite = suite_create("poisoned entry");
  TCase *tc = tcase_create("each program");
  tcase_set_timeout(tc, 120);
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, words_are_known);
  tcase_add_loop_test(tc, entry_may_be_poisoned, 0, (int)table.count);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  loader_table_free(&table);
  free(build);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
