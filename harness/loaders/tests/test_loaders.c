/* test_loaders.c: the loader table is read strictly and catches drift in both directions, a boot's console is
 * understood, and the liveness matrix of fixtures/ still holds. */
/* reads: helpers elf fixtures/loaders.ini fixtures/liveness.txt fixtures/ladder.md */
/* once: sanitized; most of its time is that of the emulators */
#include "harness/base/machine.h"
#include "harness/loaders/boot.h"
#include "harness/loaders/tests/liveness_holds.h"
#include "harness/process/workspace.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE "fixtures/loaders.ini"
#define MATRIX "fixtures/liveness.txt"

static char *build;

/* ---- The table --------------------------------------------------------------------------------------------------- */

/* A table of that text, in a file of its own. */
static char *table_file(const char *text) {
  char *path = xstrdup("/tmp/bytegate-loaders-XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
  close(fd);
  return path;
}

static void discard(char *path) {
  unlink(path);
  free(path);
}

static const struct {
  const char *text, *words;
} refusals[] = {
    {"ends = exit 0\n", ":1: "},
    {"[a]\nnonsense\n", ":2: "},
    {"[a]\nfine = 1\n", "no such key"},
    {"[a]\nends = maybe\n", "it is `exit N`"},
    {"[a]\nends = exit 0x\n", "it is `exit N`"},
    {"[a]\nprints = \\q\n", "escape"},
    {"[a]\nqemu = refused\n", "but not why"},
    {"[a]\nwhy = no reason\n", "no loader is otherwise"},
    {"[a]\nmemory = much\n", "a number of MiB"},
    {"[a]\nmemory = -1\n", "a number of MiB"},
    {"[a]\nmemory = 1 GiB\n", "a number of MiB"},
    {"[a]\n[b]\n[a]\n", ":3: [a] is there already, in line 1"},
    {"[a]\nqemu = refused\nwhy = b\nwhy = c\n", "a reason already"},
};

START_TEST(table_refuses) {
  struct loader_table table = {0};
  struct bytes why = {0};
  char *path = table_file(refusals[_i].text);
  ck_assert(!loader_table_read(path, &table, &why));
  if (!strstr(why.data, path) || !strstr(why.data, refusals[_i].words))
    ck_abort_msg("\"%s\" does not say \"%s\"", why.data, refusals[_i].words);
  bytes_free(&why);
  loader_table_free(&table);
  discard(path);
}
END_TEST

START_TEST(table_is_read) {
  struct loader_table table = {0};
  struct bytes why = {0};
  char *path = table_file("# a comment\n\n[one_x64]\nprints = a\\n\narguments = b  c\nqemu = SIGTRAP\nwhy = d\n"
                          "[two_x64]\nends = exit 7\nprints = itself\nmemory = 12\n");
  ck_assert(loader_table_read(path, &table, &why));
  ck_assert_uint_eq(table.count, 2);
  const struct loader_row *one = &table.rows[0], *two = &table.rows[1];
  ck_assert_str_eq(loader_declared(one, LOADER_NATIVE), "exit 0");
  ck_assert_str_eq(loader_declared(one, LOADER_QEMU), "SIGTRAP");
  ck_assert_uint_eq(one->arguments.count, 2);
  ck_assert(loader_printed(one, span_text(""), span_text("a\n")));
  ck_assert(!loader_printed(one, span_text(""), span_text("a")));
  ck_assert_str_eq(loader_declared(two, LOADER_KERNEL), "exit 7");
  ck_assert(loader_printed(two, span_text("me"), span_text("me")));
  ck_assert(!loader_printed(two, span_text("me"), span_text("you")));
  ck_assert_uint_eq(two->memory, 12);
  loader_table_free(&table);
  discard(path);
}
END_TEST

/* The command's status, over the table PATH; its output goes to the file OUTPUT. */
static int run_loaders(const char *path, const struct text_list *loaders, const char *output) {
  fflush(stdout);
  int out = dup(STDOUT_FILENO);
  ck_assert_ptr_nonnull(freopen(output, "w", stdout));
  int status = loaders_command(build, path, loaders, &(struct text_list){0}, true, false);
  fflush(stdout);
  dup2(out, STDOUT_FILENO);
  close(out);
  return status;
}

/* The same under qemu, over a copy of the table in which FROM has become TO. */
static int status_with(const char *from, const char *to) {
  struct bytes text = {0}, changed = {0};
  struct text_list loaders = {0};
  ck_assert_int_eq(bytes_read_file(&text, TABLE), 0);
  const char *at = strstr(text.data, from);
  if (!at)
    ck_abort_msg("%s does not say \"%s\"", TABLE, from);
  bytes_printf(&changed, "%.*s%s%s", (int)(at - text.data), text.data, to, at + strlen(from));
  char *path = table_file(changed.data);
  text_list_add(&loaders, "qemu", 4);
  int status = run_loaders(path, &loaders, "/dev/null");
  discard(path);
  text_list_free(&loaders);
  bytes_free(&text);
  bytes_free(&changed);
  return status;
}

START_TEST(drift_is_caught) {
  static const struct {
    const char *from, *to;
    int status;
  } drifts[] = {
      {"ends = exit 69", "ends = exit 69", EXIT_EQUAL},
      {"ends = exit 69", "ends = exit 68", EXIT_DIVERGED},                    /* it ends otherwise */
      {"qemu = refused", "qemu = exit 42", EXIT_DIVERGED},                    /* it is refused and should run */
      {"[hello_x64]", "[hello_x64]\nqemu = refused\nwhy = x", EXIT_DIVERGED}, /* it runs and should be refused */
      {"Hello, World!", "Hello, world!", EXIT_DIVERGED},                      /* it prints something else */
      {"[hello_x64]", "[hello_x86]", EXIT_DIVERGED},                          /* one is not declared, one not built */
  };
  ck_assert_int_eq(status_with(drifts[_i].from, drifts[_i].to), drifts[_i].status);
}
END_TEST

/* A program that a kernel refuses when the old one is gone, for its address is none of a user's, is refused; one whose
 * first instruction lies where none may be executed is not, and dies of that. */
START_TEST(late_refusal_is_one) {
  static const struct {
    uint64_t address;
    Elf64_Word flags;
    const char *ending;
  } programs[] = {{UINT64_C(0x5000000010000), PF_R | PF_X, "refused"}, {0x10000, PF_R, "SIGSEGV"}};
  struct file {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    char code[8];
  } file = {{.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
             .e_type = ET_DYN,
             .e_machine = host_machine()->e_machine,
             .e_entry = programs[_i].address + offsetof(struct file, code),
             .e_phoff = sizeof(Elf64_Ehdr),
             .e_phentsize = sizeof(Elf64_Phdr),
             .e_phnum = 1},
            {.p_type = PT_LOAD,
             .p_flags = programs[_i].flags,
             .p_vaddr = programs[_i].address,
             .p_filesz = sizeof file,
             .p_memsz = sizeof file},
            ""};
  struct workspace workspace = {0};
  struct text_list none = {0};
  struct attempt attempt;
  workspace_open(&workspace);
  char *path = xasprintf("%s/program", workspace.root);
  ck_assert_int_eq(write_file(path, (struct span){(const char *)&file, sizeof file}), 0);
  ck_assert_int_eq(chmod(path, 0755), 0);
  attempt_run(&workspace, path, host_machine(), LOADER_NATIVE, &none, span_text(""), 20, &attempt);
  ck_assert_str_eq(attempt.ending, programs[_i].ending);
  attempt_free(&attempt);
  unlink(path);
  free(path);
  workspace_close(&workspace);
}
END_TEST

/* fixtures/ladder.md shows rows of the table as they are printed; but what happened natively there, happened on x86-64.
 */
START_TEST(the_ladder_shows_the_table) {
  struct text_list both = {0};
  struct bytes printed = {0}, readme = {0};
  char *output = table_file("");
  ck_assert_int_eq(run_loaders(TABLE, &both, output), EXIT_EQUAL);
  ck_assert_int_eq(bytes_read_file(&printed, output), 0);
  ck_assert_int_eq(bytes_read_file(&readme, "fixtures/ladder.md"), 0);
  bytes_append(&printed, "", 1);
  bytes_append(&readme, "", 1);
  char *row = strstr(readme.data, "program                     bytes");
  ck_assert_ptr_nonnull(row);
  size_t rows = 0;
  for (char *rest = row; (row = strsep(&rest, "\n")) && *row != '`'; rows++) {
    /* Of a program, its name and size are everywhere the same, and 33 characters. */
    int same = host_machine() == machine_named("x64") ? INT_MAX : strchr(row, '_') ? 33 : 0;
    char *shown = xasprintf("%.*s", strcmp(row, "...") ? same : 0, row);
    if (!strstr(printed.data, shown))
      ck_abort_msg("fixtures/ladder.md shows \"%s\", which `bytegate loaders` does not print", shown);
    free(shown);
  }
  ck_assert_uint_gt(rows, 10);
  bytes_free(&printed);
  bytes_free(&readme);
  discard(output);
}
END_TEST

/* ---- A boot ------------------------------------------------------------------------------------------------------ */

START_TEST(console_is_understood) {
  static const struct {
    const char *console, *ending;
    size_t before;
  } consoles[] = {
      {"Hi\r\n[    2.5] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00002a00\r\n", "exit 42", 4},
      {"[    2.5] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000005\r\n", "SIGTRAP", 0},
      {"[    2.5] Kernel panic - not syncing: No working init found.  Try\r\n", "refused", 0},
      {"[    2.5] something else", NULL, 24},
  };
  size_t before;
  char *ending = boot_ending(span_text(consoles[_i].console), &before);
  ck_assert_pstr_eq(ending, consoles[_i].ending);
  ck_assert_uint_eq(before, consoles[_i].before);
  free(ending);
}
END_TEST

START_TEST(console_text_is_compared) {
  ck_assert(boot_printed(span_text("Hello\r\n"), span_text("Hello\n")));
  ck_assert(!boot_printed(span_text("Hello\n"), span_text("Hello\n")));
  ck_assert(!boot_printed(span_text("Hello\r\n "), span_text("Hello\n")));
  ck_assert(!boot_printed(span_text("and Hello\r\n"), span_text("Hello\n")));
  ck_assert(!boot_printed(span_text("\n"), span_text("Hello\n")));
  ck_assert(boot_printed(span_text(""), span_text("")));
  ck_assert(!boot_printed(span_text("anything"), span_text("")));
}
END_TEST

/* cpio(5): magic, thirteen fields of eight digits, the name, all padded to four bytes, and a last entry. */
START_TEST(archive_is_a_cpio) {
  struct bytes archive = {0};
  boot_archive(&archive, span_text("12345"));
  ck_assert_uint_eq(archive.len, 116 + 8 + 124);
  ck_assert_int_eq(strncmp(archive.data, "07070100000001000081ED", 22), 0);
  ck_assert_int_eq(strncmp(archive.data + 54, "00000005", 8), 0);
  ck_assert_str_eq(archive.data + 110, "init");
  ck_assert_int_eq(strncmp(archive.data + 116, "12345", 5), 0);
  ck_assert_str_eq(archive.data + 124 + 110, "TRAILER!!!");
  bytes_free(&archive);
}
END_TEST

/* ---- The matrix -------------------------------------------------------------------------------------------------- */

/* The line of the matrix for `name loader`: the characters of its rows. */
static void matrix_line(const char *name, const char *loader, struct bytes *line) {
  char text[256], title[128];
  bool inside = false;
  snprintf(title, sizeof title, "%s %s\n", name, loader);
  FILE *file = fopen(MATRIX, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(text, sizeof text, file)) {
    bool here = inside && text[0] != '\n';
    inside = here || strcmp(text, title) == 0;
    if (!here)
      continue;
    if (strlen(text) < 5 || strtoul(text, NULL, 16) != line->len)
      ck_abort_msg("%s: below %s %s: \"%.4s\" is not the offset %02zx", MATRIX, name, loader, text, line->len);
    bytes_append(line, text + 4, strcspn(text + 4, "\n"));
  }
  fclose(file);
}

static void check_matrix(enum loader loader, size_t expected) {
  struct loader_table table = {0};
  struct workspace workspace = {0};
  struct bytes why = {0};
  size_t lines = 0;
  ck_assert(loader_table_read(TABLE, &table, &why));
  workspace_open(&workspace);
  for (size_t i = 0; i < table.count; i++) {
    struct bytes line = {0};
    if (!liveness_applies(&table.rows[i], loader))
      continue;
    matrix_line(table.rows[i].name, loader_name(loader), &line);
    if (!liveness_holds(&workspace, build, &table.rows[i], loader, span_of(&line), &why))
      ck_abort_msg("%s; if that is meant, `bytegate liveness >%s`", why.data, MATRIX);
    bytes_free(&line);
    lines++;
  }
  workspace_close(&workspace);
  loader_table_free(&table);
  if (loader == LOADER_QEMU)
    ck_assert_uint_eq(lines, expected);
}

START_TEST(matrix_holds_natively) { check_matrix(LOADER_NATIVE, 0); }
END_TEST

START_TEST(matrix_holds_under_qemu) { check_matrix(LOADER_QEMU, 12); }
END_TEST

/* Every small program has its rows for each loader that is to run it, on either machine, and nothing else has. */
START_TEST(matrix_is_complete) {
  struct loader_table table = {0};
  struct bytes why = {0};
  char text[256];
  size_t titles = 0, expected = 0;
  ck_assert(loader_table_read(TABLE, &table, &why));
  for (size_t i = 0; i < table.count; i++)
    for (enum loader loader = LOADER_NATIVE; loader <= LOADER_QEMU; loader++) {
      struct bytes line = {0};
      if (strncmp(table.rows[i].name, "tiny-", 5) != 0 || !strcmp(loader_declared(&table.rows[i], loader), "refused"))
        continue;
      matrix_line(table.rows[i].name, loader_name(loader), &line);
      if (!line.len)
        ck_abort_msg("%s has no \"%s %s\"", MATRIX, table.rows[i].name, loader_name(loader));
      bytes_free(&line);
      expected++;
    }
  FILE *file = fopen(MATRIX, "r");
  while (file && fgets(text, sizeof text, file))
    titles += strncmp(text, "tiny-", 5) == 0;
  ck_assert_ptr_nonnull(file);
  fclose(file);
  ck_assert_uint_eq(titles, expected);
  loader_table_free(&table);
}
END_TEST

/* A matrix that is wrong in one byte, either way, is noticed. */
START_TEST(wrong_matrix_is_noticed) {
  struct loader_table table = {0};
  struct workspace workspace = {0};
  struct bytes why = {0}, line = {0};
  const struct loader_row *row = NULL;
  ck_assert(loader_table_read(TABLE, &table, &why));
  for (size_t i = 0; i < table.count; i++)
    if (!strcmp(table.rows[i].name, "tiny-exit-both_x64"))
      row = &table.rows[i];
  ck_assert_ptr_nonnull(row);
  matrix_line(row->name, "qemu", &line);
  ck_assert_ptr_nonnull(line.data);
  char *read = strchr(line.data, '1'), *dead = strchr(line.data, '.');
  ck_assert(read && dead);
  const char was = *read;
  workspace_open(&workspace);
  *read = '.';
  ck_assert(!liveness_holds(&workspace, build, row, LOADER_QEMU, span_of(&line), &why));
  *read = '2'; /* shows as well, but not first */
  ck_assert(!liveness_holds(&workspace, build, row, LOADER_QEMU, span_of(&line), &why));
  *read = was;
  *dead = '1';
  ck_assert(!liveness_holds(&workspace, build, row, LOADER_QEMU, span_of(&line), &why));
  workspace_close(&workspace);
  bytes_free(&why);
  bytes_free(&line);
  loader_table_free(&table);
}
END_TEST

int main(void) {
  const char *folder = getenv("BUILD");
  build = realpath(folder && *folder ? folder : "build", NULL);
  Suite *suite = suite_create("loaders");
  TCase *tc = tcase_create("table, boot, matrix");
  tcase_set_timeout(tc, 300);
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, table_refuses, 0, sizeof refusals / sizeof *refusals);
  tcase_add_test(tc, table_is_read);
  tcase_add_loop_test(tc, drift_is_caught, 0, 6);
  tcase_add_loop_test(tc, late_refusal_is_one, 0, 2);
  tcase_add_test(tc, the_ladder_shows_the_table);
  tcase_add_loop_test(tc, console_is_understood, 0, 4);
  tcase_add_test(tc, console_text_is_compared);
  tcase_add_test(tc, archive_is_a_cpio);
  tcase_add_test(tc, matrix_is_complete);
  tcase_add_test(tc, matrix_holds_natively);
  tcase_add_test(tc, matrix_holds_under_qemu);
  tcase_add_test(tc, wrong_matrix_is_noticed);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  free(build);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
