/* Records: each line, whatever a program did, holds to the schema. How records merge is shown by
   scripts/tests/test_shards.sh. */
/* reads: gate:verify+merge fixtures/schemas */
#include "harness/base/command.h"
#include "harness/base/files.h"
#include "harness/tests/json_schema.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_record.XXXXXX";

static const char suite[] = "[program p]\n"
                            "elf = p\n"
                            "arguments = {file}\n"
                            "runner = native\n"
                            "drive = run\n"
                            "oracle = command\n"
                            "oracle-command = printf 'a\\000\\377\\\\b\\n'\n"
                            "exit-status = 0\n"
                            "[cases c]\n"
                            "source = folder\n"
                            "path = documents\n";

static const char program[] = "#!/bin/sh\n"
                              "read -r word <\"$1\"\n"
                              "case $word in\n"
                              "equal) printf 'a\\000\\377\\\\b\\n' ;;\n"
                              "crash) kill -SEGV $$ ;;\n"
                              "exit) exit 3 ;;\n"
                              "*) printf 'a\\000\\376\\\\b\\n'; echo \"$word\" >&2 ;;\n"
                              "esac\n";

static char *path_of(const char *name) { return xasprintf("%s/%s", folder, name); }

static void put(const char *name, const char *text, mode_t mode) {
  char *path = path_of(name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  ck_assert_int_eq(chmod(path, mode), 0);
  free(path);
}

static void make_folder(void) {
  static const char *const words[] = {"equal", "crash", "exit", "differ"};
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *documents = path_of("documents");
  ck_assert_int_eq(mkdir(documents, 0777), 0);
  free(documents);
  put("s.ini", suite, 0644);
  put("p", program, 0755);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    char *name = xasprintf("documents/%s", words[i]);
    char *text = xasprintf("%s\n", words[i]);
    put(name, text, 0644);
    free(name);
    free(text);
  }
}

/* The schema of the line OBJECT: of a header, a result or an end, in this order in the file. */
static json_t *schema_of(json_t *schemas, const json_t *object) {
  size_t which = json_object_get(object, "record") ? 0 : json_object_get(object, "end") ? 2 : 1;
  return json_array_get(json_object_get(schemas, "oneOf"), which);
}

START_TEST(each_line_holds_to_its_schema) {
  make_folder();
  char *ini = path_of("s.ini");
  char *record = path_of("record");
  const char *const words[] = {"build/bytegate", "verify",          "--suite",    ini, "--record",
                               record,           "--no-self-audit", "--no-blame", NULL};
  struct bytes said = {0};
  struct bytes text = {0};
  int status = command_run(&(struct command_line){.words = words, .errors = ERRORS_TAKEN}, &said);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DIVERGED, "status %x: %s", status, said.data);
  ck_assert_int_eq(bytes_read_file(&text, record), 0);
  json_t *schemas = json_load_file("fixtures/schemas/record.json", 0, NULL);
  ck_assert_ptr_nonnull(schemas);
  size_t lines = 0;
  for (const char *at = text.data; *at; at += strcspn(at, "\n") + 1, lines++) {
    json_t *object = json_loadb(at, strcspn(at, "\n"), 0, NULL);
    ck_assert_ptr_nonnull(object);
    must_hold_to(object, schema_of(schemas, object));
    json_decref(object);
  }
  ck_assert_uint_eq(lines, 6);
  ck_assert_msg(strstr(text.data, "\"actual\":\"a\\\\x00\\\\xFE\\\\\\\\b\\\\n\"") != NULL, "%s", text.data);
  json_decref(schemas);
  bytes_free(&text);
  bytes_free(&said);
  free(ini);
  free(record);
  remove_folder(folder);
}
END_TEST

int main(void) {
  Suite *all = suite_create("record");
  TCase *tests = tcase_create("record");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, each_line_holds_to_its_schema);
  suite_add_tcase(all, tests);
  SRunner *runner = srunner_create(all);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
