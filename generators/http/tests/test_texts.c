/* The packed texts, on both machines: unpacked, they are what was kept, byte for byte, and each lies where its name
 * says. Texts that repeat themselves at every distance and in every length, and what cannot be packed, which is
 * refused.
 */
/* reads: nothing */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "generators/tests/emulate.h"
#include "http/http.h"

enum { LONG = 6000, PLACES = 6 };
static char longest[LONG], octets[256];

static const struct {
  const char *name, *text;
  size_t size;
} kept[PLACES] = {{"first", "usage: usage: usage:", 21},
                  {"nul", "a\0b\0a\0b\0a\0b\0", 12},
                  {"longest", longest, LONG},
                  {"octets", octets, sizeof octets},
                  {"empty", "", 1},
                  {"same", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 41}};

/* Blocks of 3 to 24 random letters, which come back after 1 to 4,200 others. */
static void fill_longest(void) {
  unsigned seed = 1;
  for (size_t i = 0; i < sizeof octets; i++)
    octets[i] = (char)i;
  for (size_t i = 0; i < LONG; i++) {
    seed = seed * 1103515245 + 12345;
    longest[i] = (char)('a' + (seed >> 16) % 26);
  }
  for (size_t at = 4300, step = 1; at + 24 < LONG; at += 30, step += 83)
    memmove(longest + at, longest + at - step % 4200 - 1, 3 + at % 22);
}

static void author(void) {
  for (int i = 0; i < PLACES; i++)
    packed_text(kept[i].name, kept[i].text, kept[i].size);
  lay_http_texts(true);
}

START_TEST(unpacked) {
  fill_longest();
  Emulation *emulation = emulation_new((Isa)_i, author);
  emulate(emulation, "unpack_texts", (Arguments){{0}});
  for (int i = 0; i < PLACES; i++) {
    const LaySymbol *symbol = bl_lay_find(bl_machine_layout(), kept[i].name);
    static char found[LONG];
    engine_must(uc_mem_read(emulation_engine(emulation), symbol->address, found, kept[i].size), kept[i].name);
    ck_assert_msg(memcmp(found, kept[i].text, kept[i].size) == 0, "\"%s\" is unpacked otherwise", kept[i].name);
  }
  const LaySymbol *packed = bl_lay_find(bl_machine_layout(), "packed_texts");
  ck_assert_uint_lt(packed->size, LONG - 500);
  emulation_free(emulation);
}
END_TEST

/* The second time nothing is kept any more from the first. */
START_TEST(plain) {
  bl_machine_begin((Isa)_i);
  packed_text("plain", "text", 5);
  lay_http_texts(false);
  size_t size;
  const unsigned char *text = bl_lay_text(bl_machine_settle(0x1000, 4096), &size);
  ck_assert_uint_eq(size, 5);
  ck_assert_mem_eq(text, "text", 5);
}
END_TEST

static void keep_much(void) {
  for (int i = 0; i < 3; i++)
    packed_text("much", longest, LONG);
}
static void keep_many(void) {
  for (int i = 0; i < 100; i++)
    packed_text("many", "", 1);
}

/* What a child says that must refuse. */
static void check_refused(void (*keep)(void), const char *words) {
  int ends[2], status;
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    keep();
    _exit(0);
  }
  close(ends[1]);
  char told[256] = "";
  ck_assert_int_gt(read(ends[0], told, sizeof told - 1), 0);
  close(ends[0]);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "it is not refused: %s", words);
  ck_assert_msg(strstr(told, words) && strstr(told, "test_texts.c:"), "%s", told);
}

START_TEST(refused) {
  check_refused(keep_much, "the text \"much\" has no room among the packed texts; lay it with data()");
  check_refused(keep_many, "the text \"many\" has no room among the packed texts; lay it with data()");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("packed texts");
  TCase *tcase = tcase_create("texts");
  tcase_add_loop_test(tcase, unpacked, 0, ISA_COUNT);
  tcase_add_loop_test(tcase, plain, 0, ISA_COUNT);
  tcase_add_test(tcase, refused);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
