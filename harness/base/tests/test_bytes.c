/* Byte strings: every byte must survive being shown and read back, and nothing may reach a terminal as a control. */
/* reads: nothing */
#include "harness/base/bytes.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fails with the offset of the first byte in which the two differ. */
static void same_bytes(struct span got, struct span wanted, const char *what) {
  size_t at = 0;
  while (at < got.len && at < wanted.len && got.data[at] == wanted.data[at])
    at++;
  ck_assert_msg(got.len == wanted.len && at == got.len, "%s: byte %zu differs (%zu bytes, wanted %zu)", what, at,
                got.len, wanted.len);
}

START_TEST(every_byte_survives_its_escape) {
  char all[256];
  for (int i = 0; i < 256; i++)
    all[i] = (char)i;
  struct bytes shown = {0};
  struct bytes back = {0};
  bytes_escaped(&shown, (struct span){all, sizeof all});
  ck_assert(bytes_unescape(&back, shown.data));
  same_bytes(span_of(&back), (struct span){all, sizeof all}, "round trip");
  for (size_t i = 0; i < shown.len; i++)
    ck_assert_msg((unsigned char)shown.data[i] >= 0x20 && shown.data[i] != 0x7F, "a control byte at %zu", i);
  bytes_free(&shown);
  bytes_free(&back);
}
END_TEST

static void shows(const char *text, size_t len, const char *wanted) {
  struct bytes shown = {0};
  bytes_text(&shown, "");
  bytes_escaped(&shown, (struct span){text, len});
  ck_assert_str_eq(shown.data, wanted);
  bytes_free(&shown);
}

START_TEST(well_formed_utf8_stays_readable_and_the_rest_is_escaped) {
  shows("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 10, "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  shows("\xC2\x85", 2, "\\xC2\\x85");          /* U+0085 is a control */
  shows("\xC0\x80", 2, "\\xC0\\x80");          /* overlong */
  shows("\xED\xA0\x80", 3, "\\xED\\xA0\\x80"); /* surrogate */
  shows("\xEF\xBF\xBE", 3, "\\xEF\\xBF\\xBE"); /* U+FFFE is no character of XML */
  shows("\xEF\xBF\xBD", 3, "\xEF\xBF\xBD");
  shows("\xF4\x90\x80\x80", 4, "\\xF4\\x90\\x80\\x80");
  shows("\xE2\x82", 2, "\\xE2\\x82");
  shows("\r\n\t\0\\", 5, "\\r\\n\\t\\x00\\\\");
}
END_TEST

START_TEST(items_stay_as_they_are_while_their_room_grows) {
  size_t *items = NULL;
  for (size_t i = 0; i < 1000; i++) {
    items = xgrow(items, i, sizeof *items);
    items[i] = i;
  }
  for (size_t i = 0; i < 1000; i++)
    if (items[i] != i)
      ck_abort_msg("item %zu is %zu", i, items[i]);
  free(items);
}
END_TEST

START_TEST(an_escape_that_does_not_exist_is_refused) {
  static const char *const wrong[] = {"\\q", "\\", "\\x", "\\x4", "\\xG0", "a\\x0"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct bytes out = {0};
    ck_assert_msg(!bytes_unescape(&out, wrong[i]), "%s was taken", wrong[i]);
    bytes_free(&out);
  }
}
END_TEST

START_TEST(files_are_read_as_they_are_and_unpacked) {
  char folder[] = "/tmp/test_bytes-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *path = xasprintf("%s/file", folder);
  char *command = xasprintf("gzip -k %s", path);
  struct bytes contents = {0};
  for (int i = 0; i < 200000; i++)
    bytes_append(&contents, &(char){(char)(i * 7)}, 1);
  ck_assert_int_eq(write_file(path, span_of(&contents)), 0);
  ck_assert_int_eq(system(command), 0);
  struct bytes plain = {0};
  struct bytes unpacked = {0};
  char *packed = xasprintf("%s.gz", path);
  ck_assert_int_eq(bytes_read_file(&plain, path), 0);
  ck_assert_int_eq(bytes_read_file(&unpacked, packed), 0);
  same_bytes(span_of(&plain), span_of(&contents), "plain");
  same_bytes(span_of(&unpacked), span_of(&contents), "packed");
  ck_assert_int_ne(bytes_read_file(&plain, "/nowhere/at/all"), 0);
  bytes_clear(&plain);
  ck_assert_int_eq(bytes_read_file(&plain, "/dev/null"), 0);
  ck_assert_uint_eq(plain.len, 0);
  ck_assert_int_eq(bytes_read_file(&plain, "/dev/zero"), EINVAL);
  ck_assert_int_eq(bytes_read_file(&plain, folder), EISDIR);
  unlink(packed);
  unlink(path);
  rmdir(folder);
  free(packed);
  free(path);
  free(command);
  bytes_free(&contents);
  bytes_free(&plain);
  bytes_free(&unpacked);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("bytes");
  TCase *tests = tcase_create("bytes");
  tcase_add_test(tests, every_byte_survives_its_escape);
  tcase_add_test(tests, well_formed_utf8_stays_readable_and_the_rest_is_escaped);
  tcase_add_test(tests, items_stay_as_they_are_while_their_room_grows);
  tcase_add_test(tests, an_escape_that_does_not_exist_is_refused);
  tcase_add_test(tests, files_are_read_as_they_are_and_unpacked);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
