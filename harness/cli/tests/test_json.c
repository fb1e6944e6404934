/* What the commands print with --json: it holds to the schema of the command's name in fixtures/schemas. */
/* reads: gate elf fixtures/schemas fixtures/suites fixtures/hello */
#include "harness/base/command.h"
#include "harness/cli/table.h"
#include "harness/tests/json_schema.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Words after the command, and how it ends. */
static const struct row {
  const char *command;
  const char *words[4];
  int status;
} rows[] = {
    {"explain", {"elf/hello_x64"}, 0}, {"check", {"elf/hello_x64"}, 0}, {"doctor", {NULL}, 0},
    {"machines", {NULL}, 0},           {"machines", {"riscv64"}, 0},    {"list", {"--suite", "hello"}, 0},
};

enum { ROWS = sizeof rows / sizeof *rows };

static json_t *run_row(const struct row *row) {
  const char *build = getenv("BUILD");
  char *gate = xasprintf("%s/bytegate", build ? build : "build");
  char *elf = row->words[0] && strncmp(row->words[0], "elf/", 4) == 0
                  ? xasprintf("%s/%s", build ? build : "build", row->words[0])
                  : NULL;
  const char *const words[] = {gate, row->command, "--json", elf ? elf : row->words[0], row->words[1], NULL};
  struct bytes out = {0};
  int status = command_run(&(struct command_line){.words = words}, &out);
  ck_assert_msg(status == row->status << 8, "%s: status 0x%x", row->command, (unsigned)status);
  json_error_t error;
  json_t *value = json_loadb(out.data, out.len, 0, &error);
  ck_assert_msg(value, "%s: %s", row->command, error.text);
  bytes_free(&out);
  free(gate);
  free(elf);
  return value;
}

START_TEST(a_command_holds_to_its_schema) {
  const struct row *row = &rows[_i];
  char *path = xasprintf("fixtures/schemas/%s.json", row->command);
  json_t *schema = json_load_file(path, 0, NULL);
  ck_assert_msg(schema, "%s is no JSON", path);
  json_t *value = run_row(row);
  must_hold_to(value, schema);
  json_decref(value);
  json_decref(schema);
  free(path);
}
END_TEST

START_TEST(each_command_that_reads_json_has_a_row) {
  const char *build = getenv("BUILD");
  char *gate = xasprintf("%s/bytegate", build ? build : "build");
  struct bytes commands = {0};
  ck_assert_int_eq(
      command_run(&(struct command_line){.words = (const char *const[]){gate, "complete", "--", "", NULL}}, &commands),
      0);
  size_t readers = 0;
  for (char *rest = commands.data, *name = strsep(&rest, "\n"); name && *name; name = strsep(&rest, "\n")) {
    struct bytes options = {0};
    const char *const words[] = {gate, "complete", "--", name, "--json", NULL};
    ck_assert_int_eq(command_run(&(struct command_line){.words = words}, &options), 0);
    bool reads = options.data && strncmp(options.data, "--json\n", 7) == 0;
    size_t found = 0;
    for (size_t i = 0; i < ROWS; i++)
      found += strcmp(rows[i].command, name) == 0;
    ck_assert_msg(!reads || found, "%s reads --json and has no row here", name);
    readers += reads;
    bytes_free(&options);
  }
  ck_assert_uint_ge(readers, 5);
  bytes_free(&commands);
  free(gate);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json");
  TCase *tests = tcase_create("json");
  tcase_add_loop_test(tests, a_command_holds_to_its_schema, 0, ROWS);
  tcase_add_test(tests, each_command_that_reads_json_has_a_row);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
