/* What the commands print with --json: one value, which holds to the schema of the command's name in fixtures/schemas.
   Each command that --help names must have a row here, and so each command has --json and a schema. */
/* reads: gate elf fixtures harness/new build/new */
/* once: plain; what it runs is build/bytegate, as it is in both, and the validator runs sanitized in test_report */
#include "harness/base/command.h"
#include "harness/cli/table.h"
#include "harness/tests/json_schema.h"
#include "harness/tests/tiny_program.h"

#include <check.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is run by sh: $B is the gate, $E the folder of our programs, $T a folder with the tiny program and the suites
   below; and the exit status, which is the same without --json. */
static const struct row {
  const char *command;
  const char *line;
  int status;
} rows[] = {
    {"verify", "verify --no-self-audit --suite $T/tiny.ini", 0},
    {"verify", "verify --no-self-audit --suite $T/red.ini", 1},
    {"report", "report --no-self-audit --suite $T/red.ini -o $T/page.html", 1},
    {"merge", "merge $T/record", 0},
    {"campaign", "campaign verify --shards 2 --no-self-audit --suite $T/red.ini --into $T/campaign --fresh", 1},
    {"campaign", "campaign mutate --shards 2 --suite $T/tiny.ini --build $T --into $T/mutants --fresh", 1},
    {"list", "list --suite $T/tiny.ini", 0},
    {"self-audit", "self-audit", 0},
    {"accept", "accept --suite $T/accept.ini '*'", 0},
    {"accept", "accept --suite $T/red.ini '*'", 1},
    {"init", "init $T/tiny -o $T/init.ini --overwrite", 0},
    {"new", "new made", 0},
    {"reduce", "reduce --suite $T/red.ini -o $T/reduced", 1},
    {"reduce", "reduce --suite $T/tiny.ini -o $T/reduced", 0},
    {"coverage", "coverage --suite $T/tiny.ini --build $T", 0},
    {"covers", "covers tiny.c:3 --suite $T/tiny.ini --build $T", 0},
    {"mutate", "mutate --suite $T/tiny.ini --build $T", 1},
    {"ledger", "ledger hello_x64", 0},
    {"blame", "blame --suite $T/red.ini --runner qemu", 1},
    {"blame", "blame --suite $T/tiny.ini", 0},
    {"bisect", "bisect --elf $E/hello_x64 $E/hello_x64 --suite hello", 0},
    {"loaders", "loaders native qemu --program hello_x64", 0},
    {"liveness", "liveness --program tiny-exit-native_x64", 0},
    {"machines", "machines", 0},
    {"machines", "machines riscv64", 0},
    {"explain", "explain $E/hello_x64", 0},
    {"map", "map $E/hello_x64", 0},
    {"check", "check $E/hello_x64", 0},
    {"check", "check $E/hello_x64 $E/hello_arm64", 0},
    {"simulate", "simulate $E/markdown-server_x64", 0},
    {"simulate", "simulate --seed 1 --seeds 2 $E/markdown-server_arm64", 0},
    {"simulate", "simulate $E/hello_x64", 1},
    {"doctor", "doctor", 0},
    {"completion", "completion zsh", 0},
};

enum { ROWS = sizeof rows / sizeof *rows };

static const char red[] = "[program hello]\nelf = %s/elf/hello_x64\narguments = {file}\noracle = command\n"
                          "oracle-command = printf Hellx\n[cases c]\nsource = random\ncount = 1\n";
static const char accepted[] =
    "[program hello]\nelf = %s/elf/hello_x64\noracle = expected\n[cases c]\nsource = nothing\n"
    "expected = accepted-{name}\n";

static char *folder, *gate, *elfs;

static void write_suite(const char *name, const char *format) {
  char *path = xasprintf("%s/%s", folder, name);
  char *build = xstrndup(elfs, strlen(elfs) - strlen("/elf"));
  struct bytes text = {0};
  for (const char *at = format; *at; at++)
    if (strncmp(at, "%s", 2) == 0)
      bytes_text(&text, build), at++;
    else
      bytes_append(&text, at, 1);
  ck_assert_int_eq(write_file(path, span_of(&text)), 0);
  bytes_free(&text);
  free(build);
  free(path);
}

static int run_line(const char *line, const char *json, struct bytes *out) {
  char *text = xasprintf("unset CI; B='%s' E='%s' T='%s'; %s $B %s %s", gate, elfs, folder,
                         strncmp(line, "new ", 4) == 0 ? "rm -rf $T/made && cd $T &&" : "", line, json);
  bytes_clear(out);
  int status = command_run(&(struct command_line){.words = (const char *const[]){"sh", "-c", text, NULL}}, out);
  bytes_text(out, "");
  free(text);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_all(void) {
  const char *build = getenv("BUILD");
  char *relative = xasprintf("%s/bytegate", build && *build ? build : "build");
  struct bytes out = {0};
  gate = realpath(relative, NULL);
  ck_assert_msg(gate != NULL, "%s is not there: run `make`", relative);
  elfs = xasprintf("%.*s/elf", (int)(strrchr(gate, '/') - gate), gate);
  folder = tiny_make();
  write_suite("red.ini", red);
  write_suite("accept.ini", accepted);
  ck_assert_int_eq(run_line("verify --no-self-audit --tap --suite $T/tiny.ini --record $T/record", "", &out), 0);
  bytes_free(&out);
  free(relative);
}

static void remove_all(void) {
  tiny_remove(folder);
  free(elfs);
  free(gate);
}

/* The file in which the value of the row NUMBER is kept for the other validator. */
static char *value_path(size_t number) { return xasprintf("%s/value-%zu.json", folder, number); }

START_TEST(a_command_holds_to_its_schema) {
  const struct row *row = &rows[_i];
  struct bytes out = {0};
  json_error_t error;
  char *path = xasprintf("fixtures/schemas/%s.json", row->command);
  json_t *schema = json_load_file(path, 0, NULL);
  ck_assert_msg(schema, "%s is no JSON", path);
  int status = run_line(row->line, "--json", &out);
  ck_assert_msg(status == row->status, "%s --json: status %d", row->line, status);
  json_t *value = json_loadb(out.data, out.len, 0, &error);
  ck_assert_msg(value, "%s --json: line %d: %s", row->line, error.line, error.text);
  must_hold_to(value, schema);
  char *kept = value_path((size_t)_i);
  ck_assert_int_eq(write_file(kept, span_of(&out)), 0);
  free(kept);
  json_decref(value);
  json_decref(schema);
  free(path);
  bytes_free(&out);
}
END_TEST

START_TEST(the_exit_status_is_the_same_without_json) {
  const struct row *row = &rows[_i];
  struct bytes out = {0};
  char *accepted_file = xasprintf("%s/accepted-nothing", folder);
  remove(accepted_file);
  int status = run_line(row->line, "", &out);
  ck_assert_msg(status == row->status, "%s: status %d", row->line, status);
  bytes_free(&out);
  free(accepted_file);
}
END_TEST

/* Holds all values to the schemas by a validator that is not ours: at once, as parts of one value, for its start takes
   longer than all of its work. */
START_TEST(all_values_hold_to_their_schemas_by_another_validator) {
  json_t *values = json_object();
  json_t *schemas = json_object();
  for (size_t i = 0; i < ROWS; i++) {
    char *path = value_path(i);
    char *name = xasprintf("%zu %s", i, rows[i].line);
    json_t *value = json_load_file(path, 0, NULL);
    ck_assert_msg(value, "%s --json: no value was kept", rows[i].line);
    json_object_set_new(values, name, value);
    json_object_set_new(schemas, name, json_pack("{s:s+}", "$ref", rows[i].command, ".json"));
    free(name);
    free(path);
  }
  json_t *schema = json_pack("{s:o}", "properties", schemas);
  char *all = xasprintf("%s/values.json", folder);
  char *whole = xasprintf("%s/schema.json", folder);
  ck_assert_int_eq(json_dump_file(values, all, 0), 0);
  ck_assert_int_eq(json_dump_file(schema, whole, 0), 0);
  char *line = xasprintf(
      "/usr/bin/jsonschema --output pretty --base-uri \"file://$PWD/fixtures/schemas/\" -i '%s' '%s' 2>&1", all, whole);
  struct bytes out = {0};
  int status = command_run(&(struct command_line){.words = (const char *const[]){"sh", "-c", line, NULL}}, &out);
  bytes_text(&out, "");
  ck_assert_msg(status == 0, "%s", out.data);
  bytes_free(&out);
  free(line);
  free(whole);
  free(all);
  json_decref(schema);
  json_decref(values);
}
END_TEST

/* The lines of the ledgers, which the command mutate writes. */
START_TEST(each_line_of_a_ledger_holds_to_its_schema) {
  json_t *schema = json_load_file("fixtures/schemas/ledger-entry.json", 0, NULL);
  glob_t found;
  size_t lines = 0;
  ck_assert_ptr_nonnull(schema);
  ck_assert_int_eq(glob("fixtures/ledger/*.jsonl", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    struct bytes text = {0};
    ck_assert_int_eq(bytes_read_file(&text, found.gl_pathv[i]), 0);
    for (char *rest = text.data, *line = strsep(&rest, "\n"); line && *line; line = strsep(&rest, "\n"), lines++) {
      json_t *entry = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
      ck_assert_msg(entry, "%s: %s", found.gl_pathv[i], line);
      must_hold_to(entry, schema);
      json_decref(entry);
    }
    bytes_free(&text);
  }
  ck_assert_uint_ge(lines, 1000);
  globfree(&found);
  json_decref(schema);
}
END_TEST

START_TEST(each_command_has_a_row) {
  struct bytes commands = {0};
  size_t count = 0;
  ck_assert_int_eq(run_line("complete -- ''", "", &commands), 0);
  for (char *rest = commands.data, *name = strsep(&rest, "\n"); name && *name; name = strsep(&rest, "\n")) {
    size_t found = 0;
    for (size_t i = 0; i < ROWS; i++)
      found += strcmp(rows[i].command, name) == 0;
    ck_assert_msg(found > 0, "the command %s has no row here: give it --json, and a schema fixtures/schemas/%s.json",
                  name, name);
    count++;
  }
  ck_assert_uint_ge(count, 21);
  bytes_free(&commands);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("json");
  TCase *tests = tcase_create("json");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, make_all, remove_all);
  tcase_add_loop_test(tests, a_command_holds_to_its_schema, 0, ROWS);
  tcase_add_test(tests, all_values_hold_to_their_schemas_by_another_validator);
  tcase_add_loop_test(tests, the_exit_status_is_the_same_without_json, 0, ROWS);
  tcase_add_test(tests, each_line_of_a_ledger_holds_to_its_schema);
  tcase_add_test(tests, each_command_has_a_row);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
