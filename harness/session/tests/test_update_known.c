/* What a session lets one say about the list of known divergences. */
/* reads: nothing */
#include "harness/session/update_known.h"
#include "harness/suite/suite.h"

#include "harness/base/files.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char folder[64];

static char *write_here(const char *name, const char *text) {
  char *path = xasprintf("%s/%s", folder, name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  return path;
}

static void set_up(void) {
  strcpy(folder, "/tmp/test_update_known-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void) { remove_folder(folder); }

/* An entry that met no case is idle, unless its suite is there and runs only on demand. */
START_TEST(an_entry_of_a_suite_on_demand_is_not_idle) {
  const struct session_options options = {.suites_folder = folder};
  struct session session = {.options = &options};
  struct bytes why = {0};
  char *suite = write_here("demand.ini", "");
  char *list = write_here("known", "demand/c/x p native hung\nnowhere/c/x p native hung\n");
  ck_assert(known_read(list, &session.known, &why));
  ck_assert_uint_eq(session.known.count, 2);
  ck_assert(!session_entry_is_idle(&session, &session.known.entries[0]));
  ck_assert(session_entry_is_idle(&session, &session.known.entries[1]));
  session.known.entries[1].met = true;
  ck_assert(!session_entry_is_idle(&session, &session.known.entries[1]));
  known_free(&session.known);
  free(list);
  free(suite);
}
END_TEST

/* The suites of a session, and nothing after them: they end where a page ends that may not be touched. */
START_TEST(no_suite_is_read_that_is_not_there) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (sizeof(struct suite) + page - 1) / page * page;
  char *memory = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert_ptr_ne(memory, MAP_FAILED);
  ck_assert_int_eq(mprotect(memory + room, page, PROT_NONE), 0);
  const struct session_options options = {.suites_folder = folder, .runner = "native"};
  struct session session = {
      .options = &options, .suites = (void *)(memory + room - sizeof(struct suite)), .suite_count = 1};
  session.stop.id = (char *)"obeys-sigterm";
  session.suites[0].name = (char *)"s";
  struct bytes why = {0};
  struct bytes said = {0};
  char *list = write_here("known", "s/c/x p native hung\n");
  ck_assert(known_read(list, &session.known, &why));
  ck_assert(session_update_known(&session, &said));
  ck_assert_msg(strstr(said.data, ": 1 kept, 0 added, 0 removed\n") != NULL, "%s", said.data);
  known_free(&session.known);
  bytes_free(&said);
  free(list);
  munmap(memory, room + page);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("update_known");
  TCase *tests = tcase_create("update_known");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, an_entry_of_a_suite_on_demand_is_not_idle);
  tcase_add_test(tests, no_suite_is_read_that_is_not_there);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
