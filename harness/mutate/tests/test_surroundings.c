/* What stands around a mutant stays where the whole program is laid elsewhere: the renderer and the server share
   routines, each at another address and among others. */
/* reads: elf */
#include "harness/bisect/bisect_build.h"
#include "harness/mutate/surroundings.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct program {
  struct build build;
  struct mutants mutants;
  struct mutant_place *places;
};

static void open_program(struct program *program, const char *name, const char *machine) {
  const char *build = getenv("BUILD");
  char *elf = xasprintf("%s/elf/%s_%s", build ? build : "build", name, machine);
  struct bytes why = {0};
  ck_assert_msg(build_open(elf, &program->build, &why), "%s", why.data ? why.data : "");
  mutants_make(&program->build.map, machine_named(machine), &program->mutants);
  program->places = mutant_places(elf, &program->build.map, &program->mutants);
  free(elf);
}

static void close_program(struct program *program) {
  build_close(&program->build);
  mutants_free(&program->mutants);
  free(program->places);
}

/* The first mutant of the routine NAME, or the count. */
static size_t first_of(const struct program *program, const char *name) {
  size_t at = 0;
  while (at < program->mutants.count && strcmp(program->mutants.items[at].entry->routine, name) != 0)
    at++;
  return at;
}

static bool stands_in(const struct program *program, size_t at, const char *name) {
  return at < program->mutants.count && strcmp(program->mutants.items[at].entry->routine, name) == 0;
}

/* Whether the address of something needs two instructions in one program, and one in the other: not the same mutants.
 */
static bool has_other_mutants(const struct program *a, const struct program *b, const char *name) {
  size_t x = first_of(a, name);
  size_t y = first_of(b, name);
  while (stands_in(a, x, name) && stands_in(b, y, name) &&
         a->mutants.items[x].entry->len == b->mutants.items[y].entry->len &&
         a->mutants.items[x].mutation == b->mutants.items[y].mutation) {
    x++;
    y++;
  }
  return stands_in(a, x, name) || stands_in(b, y, name);
}

/* Compares the mutants of one routine. Returns how many there are. */
static size_t compare_routine(const struct program *a, const struct program *b, const char *name) {
  size_t x = first_of(a, name);
  size_t y = first_of(b, name);
  size_t count = 0;
  for (; stands_in(a, x, name); x++, y++, count++) {
    ck_assert_msg(stands_in(b, y, name), "%s has fewer mutants", name);
    struct bytes one = {0};
    mutant_name(&a->build.map, &a->mutants.items[x], &one);
    ck_assert_int_eq(a->mutants.items[x].mutation, b->mutants.items[y].mutation);
    ck_assert_msg(a->places[x].around == b->places[y].around && a->places[x].nth == b->places[y].nth,
                  "%s: %llx, %u and %llx, %u", one.data, (unsigned long long)a->places[x].around, a->places[x].nth,
                  (unsigned long long)b->places[y].around, b->places[y].nth);
    bytes_free(&one);
  }
  return count;
}

static const char *const names[] = {"x64", "arm64"};

START_TEST(routines_that_do_the_same_have_the_same_surroundings) {
  struct program render;
  struct program server;
  size_t routines = 0;
  size_t mutants = 0;
  size_t moved = 0;
  open_program(&render, "markdown-render", names[_i]);
  open_program(&server, "markdown-server", names[_i]);
  for (size_t i = 0; i < render.build.item_count; i++) {
    const struct item *item = &render.build.items[i];
    const struct item *twin = build_item(&server.build, item->name);
    if (item->kind != ITEM_CODE || !twin || !build_same(&render.build, item, &server.build, twin) ||
        has_other_mutants(&render, &server, item->name))
      continue;
    mutants += compare_routine(&render, &server, item->name);
    moved += item->address != twin->address;
    routines++;
  }
  ck_assert_uint_ge(routines, 50);
  ck_assert_uint_ge(moved, 50);
  ck_assert_uint_ge(mutants, 2000);
  close_program(&render);
  close_program(&server);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("surroundings");
  TCase *tests = tcase_create("surroundings");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, routines_that_do_the_same_have_the_same_surroundings, 0, 2);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
