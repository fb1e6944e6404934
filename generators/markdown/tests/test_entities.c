/* test_entities.c: entity_lookup, held to the table it was packed from and to libcmark, over all names, over every name
 * that is one byte off one of them, and over bytes that are no name at all. */
/* reads: nothing */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "call_routine.h"
#include "markdown/entities_table.h"
#include "markdown/pack.h"
#include "render_probe.h"

enum { SHARED = 4096, FILL = 0xA7 };
static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* Memory for the name and for what is written: the name ends at the end of the first half. */
static unsigned char *shared;

static unsigned char *name_end(void) { return shared + SHARED / 2; }
static unsigned char *written(void) { return shared + SHARED / 2 + 64; }

static void load(void) {
  shared = mmap(NULL, SHARED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert(shared != MAP_FAILED);
  native_load();
}

/* Look a name up; returns the bytes written, and checks that none is written beyond the eight. */
static size_t lookup(Arguments (*caller)(Call, Arguments), const char *name, size_t length) {
  memset(name_end() - 64, FILL, 192);
  unsigned char *copy = name_end() - length;
  memcpy(copy, name, length);
  Arguments out = caller(CALL_ENTITY_LOOKUP, (Arguments){{(uintptr_t)copy, length, (uintptr_t)written()}});
  if (memcmp(copy, name, length) != 0)
    ck_abort_msg("the lookup of %.*s changed the name", (int)length, name);
  for (int i = -8; i < 16; i++)
    if ((i < 0 || i >= 8) && written()[i] != FILL)
      ck_abort_msg("the lookup of %.*s wrote to byte %d of its 8", (int)length, name, i);
  if (out.a[0] > 8)
    ck_abort_msg("the lookup of %.*s says that it wrote %lu bytes", (int)length, name, (unsigned long)out.a[0]);
  return out.a[0];
}

static const Entity *find(const char *name, size_t length) {
  size_t low = 0, high = ENTITIES;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strncmp(entities[middle].name, name, length);
    if (order == 0 && entities[middle].name[length] == 0)
      return &entities[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

/* Look a name up with one caller, and hold the answer to the table. Returns the bytes written. */
static size_t check_lookup(Arguments (*caller)(Call, Arguments), const char *name, size_t length) {
  size_t size = lookup(caller, name, length);
  const Entity *entity = memchr(name, 0, length) ? NULL : find(name, length);
  Text wanted = {0};
  if (entity)
    text_code_point(&wanted, entity->code_point);
  if (entity && entity->second)
    text_code_point(&wanted, entity->second);
  if (size != wanted.size || (size > 0 && memcmp(written(), wanted.bytes, size) != 0))
    ck_abort_msg("&%.*s; gave %zu bytes, %02x %02x %02x..., not the %zu of the table", (int)length, name, size,
                 written()[0], written()[1], written()[2], wanted.size);
  text_free(&wanted);
  return size;
}

/* Add a paragraph with the reference, and what it must become. */
static void add_probe(Text *document, Text *expected, const char *name, size_t length) {
  size_t size = check_lookup(native_call, name, length);
  text_format(document, "&%.*s;\n\n", (int)length, name);
  text_add(expected, "<p>", 3);
  if (size > 0)
    text_escaped(expected, written(), size);
  else
    text_format(expected, "&amp;%.*s;", (int)length, name);
  text_add(expected, "</p>\n", 5);
}

START_TEST(every_name_is_what_libcmark_has) {
  Text document = {0}, expected = {0};
  for (int i = 0; i < ENTITIES; i++) {
    size_t length = strlen(entities[i].name);
    ck_assert_uint_gt(check_lookup(native_call, entities[i].name, length), 0);
    add_probe(&document, &expected, entities[i].name, length);
  }
  expect_rendering("all names", &document, &expected);
}
END_TEST

START_TEST(a_reference_is_replaced_in_place) {
  for (int i = 0; i < ENTITIES; i++) {
    size_t length = strlen(entities[i].name), size = lookup(native_call, entities[i].name, length);
    unsigned char *copy = name_end() - length, wanted[64];
    memcpy(wanted, name_end() - sizeof(wanted) / 2, sizeof(wanted));
    memcpy(wanted + sizeof(wanted) / 2 - length - 1, written(), size);
    size_t in_place =
        native_call(CALL_ENTITY_LOOKUP, (Arguments){{(uintptr_t)copy, length, (uintptr_t)(copy - 1)}}).a[0];
    if (in_place != size || memcmp(wanted, name_end() - sizeof(wanted) / 2, sizeof(wanted)) != 0)
      ck_abort_msg("&%s; is not replaced in place", entities[i].name);
  }
}
END_TEST

/* Every name with one letter or digit put in, left out, or in place of another. */
static void add_near_misses(Text *document, Text *expected, const char *name) {
  size_t length = strlen(name);
  char near[ENTITY_NAME_MAX + 2] = {0};
  for (size_t at = 0; at <= length; at++) {
    memcpy(near, name, at);
    if (at < length) {
      memcpy(near + at, name + at + 1, length - at - 1);
      add_probe(document, expected, near, length - 1);
    }
    for (const char *letter = letters; *letter; letter++) {
      near[at] = *letter;
      memcpy(near + at + 1, name + at, length - at);
      add_probe(document, expected, near, length + 1);
      if (at < length) {
        memcpy(near + at + 1, name + at + 1, length - at - 1);
        add_probe(document, expected, near, length);
      }
    }
  }
}

START_TEST(near_misses_are_what_libcmark_has) {
  Text document = {0}, expected = {0};
  for (int i = 0; i < ENTITIES; i++) {
    if (strlen(entities[i].name) < 3 || strlen(entities[i].name) == ENTITY_NAME_MAX)
      continue; /* a byte off, they leave what libcmark looks up at all: two bytes to 31 */
    add_near_misses(&document, &expected, entities[i].name);
    if (document.size > 1 << 20 || i == ENTITIES - 1)
      expect_rendering("near misses", &document, &expected);
  }
  if (document.size > 0)
    expect_rendering("near misses", &document, &expected);
}
END_TEST

/* Every beginning and every ending of a name, the name in capitals and in small letters, its end before other bytes. */
static void check_variants(Arguments (*caller)(Call, Arguments), const char *name) {
  static const char strange[] = {0, 1, ' ', '/', ':', ';', '@', '[', '`', '{', 0x7F, (char)0x80, (char)0xFF};
  size_t length = strlen(name);
  char other[ENTITY_NAME_MAX + 2] = {0};
  for (size_t cut = 1; cut < length; cut++) {
    check_lookup(caller, name, length - cut);
    check_lookup(caller, name + cut, length - cut);
  }
  for (size_t i = 0; i < length; i++)
    other[i] = (char)toupper((unsigned char)name[i]);
  check_lookup(caller, other, length);
  for (size_t i = 0; i < length; i++)
    other[i] = (char)tolower((unsigned char)name[i]);
  check_lookup(caller, other, length);
  for (size_t i = 0; i < sizeof(strange); i++) {
    memcpy(other + 1, name, length);
    other[0] = strange[i];
    if (length < ENTITY_NAME_MAX)
      check_lookup(caller, other, length + 1);
    memcpy(other, name, length);
    other[length - 1] = strange[i];
    check_lookup(caller, other, length);
    if (length < ENTITY_NAME_MAX) {
      memcpy(other, name, length);
      other[length] = strange[i];
      check_lookup(caller, other, length + 1);
    }
  }
}

static void check_random_bytes(Arguments (*caller)(Call, Arguments), int rounds) {
  uint64_t state = 88172645463325252U;
  for (int round = 0; round < rounds; round++) {
    char name[ENTITY_NAME_MAX];
    size_t length = next_random(&state) % ENTITY_NAME_MAX + 1;
    bool plain = next_random(&state) % 2;
    for (size_t i = 0; i < length; i++) {
      uint64_t byte = next_random(&state);
      name[i] = plain ? letters[byte % (sizeof(letters) - 1)] : (char)byte;
    }
    check_lookup(caller, name, length);
  }
}

START_TEST(variants_of_names_are_told_apart) {
  for (int i = 0; i < ENTITIES; i++)
    check_variants(native_call, entities[i].name);
}
END_TEST

START_TEST(random_bytes_are_no_entities) { check_random_bytes(native_call, 1000000); }
END_TEST

START_TEST(every_name_in_unicorn) {
  unicorn_load((Isa)_i, shared, SHARED);
  for (int i = 0; i < ENTITIES; i++)
    ck_assert_uint_gt(check_lookup(unicorn_call, entities[i].name, strlen(entities[i].name)), 0);
  for (int i = 0; i < ENTITIES; i += 40)
    check_variants(unicorn_call, entities[i].name);
  check_random_bytes(unicorn_call, 2000);
  unicorn_unload();
}
END_TEST

START_TEST(a_table_that_does_not_fit_ends_the_generator) { pack_refuse("the number of marks", 17, 16); }
END_TEST

int main(void) {
  Suite *suite = suite_create("entities");
  TCase *native = tcase_create("native"), *emulated = tcase_create("unicorn");
  tcase_add_checked_fixture(native, load, NULL);
  tcase_add_checked_fixture(emulated, load, NULL);
  tcase_add_test(native, every_name_is_what_libcmark_has);
  tcase_add_test(native, a_reference_is_replaced_in_place);
  tcase_add_test(native, near_misses_are_what_libcmark_has);
  tcase_add_test(native, variants_of_names_are_told_apart);
  tcase_add_test(native, random_bytes_are_no_entities);
  tcase_add_exit_test(native, a_table_that_does_not_fit_ends_the_generator, 1);
  tcase_add_loop_test(emulated, every_name_in_unicorn, 0, ISA_COUNT);
  suite_add_tcase(suite, native);
  suite_add_tcase(suite, emulated);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed > 0;
}

/* SPDX-License-Identifier: MIT */
