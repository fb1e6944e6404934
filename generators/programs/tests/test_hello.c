/* test_hello.c: hello_x64 and hello_arm64 are the published bytes, all of them and no other. The bytes stand in
 * fixtures/hello, where it is told whence they came. Run it from the root of the repository, after the build.
 */
/* reads: fixtures/hello elf */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"hello_x64", "hello_arm64"};

static FILE *open_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file)
    ck_abort_msg("%s cannot be read: run `make` first, and this test from the root of the repository", path);
  return file;
}

/* The pairs of hex digits of each line up to its '#'. */
static size_t read_published(const char *path, unsigned char *bytes, size_t room) {
  FILE *file = open_file(path);
  char line[256];
  size_t count = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "#\n")] = '\0';
    for (char *at = line; *at && count < room;) {
      char *end = at;
      if (!isspace((unsigned char)*at))
        bytes[count++] = (unsigned char)strtoul(at, &end, 16);
      if (end != at && end != at + 2)
        ck_abort_msg("%s: \"%s\" is no row of bytes", path, line);
      at = end == at ? at + 1 : end;
    }
  }
  fclose(file);
  return count;
}

START_TEST(published_bytes) {
  const char *build = getenv("BUILD");
  char path[512];
  unsigned char published[512], built[512];
  snprintf(path, sizeof path, "fixtures/hello/%s.hex", names[_i]);
  size_t size = read_published(path, published, sizeof published);
  snprintf(path, sizeof path, "%s/elf/%s", build && *build ? build : "build", names[_i]);
  FILE *file = open_file(path);
  size_t got = fread(built, 1, sizeof built, file);
  fclose(file);
  for (size_t i = 0; i < got && i < size; i++)
    if (built[i] != published[i])
      ck_abort_msg("%s: byte %#zx is %02x, published: %02x", path, i, built[i], published[i]);
  ck_assert_uint_eq(got, size);
  ck_assert_uint_gt(size, 120);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("hello");
  TCase *tc = tcase_create("published");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, published_bytes, 0, (int)(sizeof names / sizeof *names));
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
