/* Explanation: every program of this build, foreign ones, damaged ones. What must always hold is that the listing
   without its comments is the file, and that no byte is left out. */
/* reads: elf fixtures/liveness.txt fixtures/schemas build/tests/harness/explain/tests/test_explain Makefile */
/* once: sanitized; it calls all of explain/ itself */
#include "harness/explain/explain.h"

#include "harness/tests/json_schema.h"

#include <check.h>
#include <dirent.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *build_folder(void) { return getenv("BUILD") ? getenv("BUILD") : "build"; }

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* What `sed 's/#.*$//' | xxd -r -p` makes of a listing. */
static void strip_listing(struct span listing, struct bytes *out) {
  int high = -1;
  bool comment = false;
  for (size_t i = 0; i < listing.len; i++) {
    char c = listing.data[i];
    comment = (comment || c == '#') && c != '\n';
    int digit = comment ? -1 : hex_digit(c);
    if (digit < 0) {
      if (!comment && c != ' ' && c != '\n') /* libcheck writes down each assertion that it makes */
        ck_abort_msg("byte %zu of the listing is '%c'", i, c);
      continue;
    }
    if (high >= 0) {
      char byte = (char)(high << 4 | digit);
      bytes_append(out, &byte, 1);
    }
    high = high < 0 ? digit : -1;
  }
  ck_assert_int_lt(high, 0);
}

/* Explains PATH and holds what comes to what must hold of every file. Returns the listing, to be freed. */
static char *must_explain(const char *path) {
  struct explanation explanation;
  struct bytes why = {0};
  struct bytes listing = {0};
  struct bytes again = {0};
  ck_assert_msg(explain_elf(path, "fixtures/liveness.txt", &explanation, &why), "%s", span_of(&why).data);
  size_t at = 0;
  for (size_t i = 0; i < explanation.piece_count; at += explanation.pieces[i++].len) {
    if (explanation.pieces[i].offset != at || explanation.pieces[i].len == 0)
      ck_abort_msg("%s: piece %zu begins at %zu with %zu bytes, and not at %zu", path, i, explanation.pieces[i].offset,
                   explanation.pieces[i].len, at);
  }
  ck_assert_uint_eq(at, explanation.file.len);
  explain_listing(&explanation, &listing);
  strip_listing(span_of(&listing), &again);
  ck_assert_msg(span_equal(span_of(&again), span_of(&explanation.file)), "%s: its listing is another file", path);
  bytes_free(&again);
  bytes_free(&why);
  explanation_free(&explanation);
  return listing.data;
}

static char *elf_of(const char *name) { return xasprintf("%s/elf/%s", build_folder(), name); }

static char *must_explain_program(const char *name) {
  char *path = elf_of(name);
  char *listing = must_explain(path);
  free(path);
  return listing;
}

START_TEST(the_listing_of_every_program_is_the_program) {
  char *folder = elf_of("");
  struct dirent **entries = NULL;
  int count = scandir(folder, &entries, NULL, alphasort);
  size_t explained = 0;
  for (int i = 0; i < count; i++) {
    const char *name = entries[i]->d_name;
    if (name[0] != '.' && fnmatch("*.map", name, 0) != 0 && fnmatch("*.h", name, 0) != 0) {
      char *path = elf_of(name);
      free(must_explain(path));
      free(path);
      explained++;
    }
    free(entries[i]);
  }
  free(entries);
  free(folder);
  ck_assert_uint_ge(explained, 47);
}
END_TEST

static void must_hold(const char *listing, const char *line) {
  ck_assert_msg(strstr(listing, line) != NULL, "there is no \"%s\" in\n%s", line, listing);
}

START_TEST(fields_code_and_text_are_named) {
  char *listing = must_explain_program("hello_x64");
  must_hold(listing, "e_entry  0x400078  byte 0x78 of the file, _start");
  must_hold(listing, "# loads   bytes 0 to 0xa8 at 0x400000 to 0x4000a8, RX\n");
  must_hold(listing, "\n# _start\nb8 01 00 00 00 ");
  must_hold(listing, "# 000078  400078  mov eax, 1  [generators/programs/hello.c:");
  must_hold(listing, "\"Hello, World!\\n\"");
  free(listing);
}
END_TEST

START_TEST(a_byte_that_is_two_things_has_both_names) {
  char *listing = must_explain_program("tiny-exit-both_x64");
  must_hold(listing, "push 0x2a; also file header: e_ident[EI_OSABI]");
  must_hold(listing, "p_type  0x1  PT_LOAD, mapped into memory; also file header: e_shoff");
  must_hold(listing, "e_version  0  EV_CURRENT is 1; not read by native, qemu");
  must_hold(listing, "e_ident[EI_CLASS]  0x2  ELFCLASS64; not read by native");
  ck_assert_ptr_eq(strstr(listing, "e_machine  0x3e  x86-64; not read"), NULL);
  free(listing);
}
END_TEST

START_TEST(objects_have_symbols_and_relocations) {
  char *listing = must_explain_program("hello-world_x64.o");
  must_hold(listing, "SHT_SYMTAB, symbols");
  must_hold(listing, "_start  ");
  must_hold(listing, "relocation  at 0x");
  free(listing);
}
END_TEST

/* The command that runs this test was made by a compiler, with line tables. */
START_TEST(a_foreign_program_has_routines_and_lines) {
  char *path = xasprintf("%s/tests/harness/explain/tests/test_explain", build_folder());
  char *listing = must_explain(path);
  const char *routine = strstr(listing, "\n# main\n");
  ck_assert_ptr_ne(routine, NULL);
  must_hold(routine, "[harness/explain/tests/test_explain.c:");
  free(listing);
  free(path);
}
END_TEST

static char *write_program(struct span bytes) {
  char *path = xasprintf("/tmp/test_explain-XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  close(fd);
  ck_assert_int_eq(write_file(path, bytes), 0);
  return path;
}

static void explain_bytes(struct span bytes) {
  char *path = write_program(bytes);
  free(must_explain(path));
  unlink(path);
  free(path);
}

/* Cut short at each byte, and with each byte changed, a program is explained as far as it makes sense; of the object,
   which is larger, every seventh. */
START_TEST(damage_is_told_and_survived) {
  static const char *const names[] = {"hello-world_x64.o", "tiny-exit-both_x64", "hello_arm64"};
  for (size_t k = 0; k < 3; k++) {
    struct bytes file = {0};
    char *path = elf_of(names[k]);
    ck_assert_int_eq(bytes_read_file(&file, path), 0);
    size_t step = k == 0 ? 7 : 1;
    for (size_t len = 4; len < file.len; len += step)
      explain_bytes((struct span){file.data, len});
    for (size_t at = 4; at < file.len; at += step) {
      file.data[at] = (char)~file.data[at];
      explain_bytes(span_of(&file));
      file.data[at] = (char)~file.data[at];
    }
    bytes_free(&file);
    free(path);
  }
}
END_TEST

START_TEST(where_sense_ends_is_said) {
  struct bytes file = {0};
  char *path = elf_of("hello-world_x64.o");
  ck_assert_int_eq(bytes_read_file(&file, path), 0);
  char *damaged = write_program((struct span){file.data, 0x80});
  char *listing = must_explain(damaged);
  must_hold(listing, "# damage  e_shnum is ");
  must_hold(listing, "but the file holds 1 whole section headers");
  unlink(damaged);
  free(damaged);
  free(listing);
  free(path);
  bytes_free(&file);
}
END_TEST

START_TEST(what_is_no_elf_is_refused) {
  struct explanation explanation;
  struct bytes why = {0};
  ck_assert(!explain_elf("Makefile", NULL, &explanation, &why));
  must_hold(why.data, "Makefile: no ELF file");
  bytes_clear(&why);
  ck_assert(!explain_elf("no/such/file", NULL, &explanation, &why));
  must_hold(why.data, "no/such/file: No such file or directory");
  bytes_free(&why);
}
END_TEST

START_TEST(json_holds_to_its_schema) {
  struct explanation explanation;
  struct bytes why = {0};
  struct bytes text = {0};
  char *path = elf_of("tiny-exit-both_x64");
  json_t *schema = json_load_file("fixtures/schemas/explain.json", 0, NULL);
  ck_assert_ptr_ne(schema, NULL);
  ck_assert(explain_elf(path, NULL, &explanation, &why));
  explain_json(&explanation, &text);
  json_t *value = json_loads(text.data, 0, NULL);
  must_hold_to(value, schema);
  size_t bytes = 0;
  for (size_t i = 0; i < json_array_size(json_object_get(value, "pieces")); i++)
    bytes += json_string_length(json_object_get(json_array_get(json_object_get(value, "pieces"), i), "bytes")) / 2;
  ck_assert_uint_eq(bytes, explanation.file.len);
  json_decref(value);
  json_decref(schema);
  explanation_free(&explanation);
  bytes_free(&text);
  free(path);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("explain");
  TCase *tcase = tcase_create("explain");
  tcase_set_timeout(tcase, 0); /* a hang is ended by who runs the tests */
  tcase_add_test(tcase, the_listing_of_every_program_is_the_program);
  tcase_add_test(tcase, fields_code_and_text_are_named);
  tcase_add_test(tcase, a_byte_that_is_two_things_has_both_names);
  tcase_add_test(tcase, objects_have_symbols_and_relocations);
  tcase_add_test(tcase, a_foreign_program_has_routines_and_lines);
  tcase_add_test(tcase, damage_is_told_and_survived);
  tcase_add_test(tcase, where_sense_ends_is_said);
  tcase_add_test(tcase, what_is_no_elf_is_refused);
  tcase_add_test(tcase, json_holds_to_its_schema);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
