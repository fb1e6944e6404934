/* System calls that the simulated kernel does not have are told with their numbers, each once, and how often. */
/* reads: nothing */
#include "harness/simulate/history.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASE = 0x400000, MOST = 8 };

static struct {
  Elf64_Ehdr header;
  Elf64_Phdr segment;
  unsigned char code[160];
} file;

/* Makes a program that makes the system calls NUMBERS and ends with exit_group(0). Returns its path, to be freed. */
static char *make_program(const uint32_t *numbers, size_t count) {
  size_t at = 0;
  memset(&file, 0, sizeof file);
  file.header = (Elf64_Ehdr){.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_EXEC,
                             .e_machine = EM_X86_64,
                             .e_version = EV_CURRENT,
                             .e_entry = BASE + offsetof(__typeof__(file), code),
                             .e_phoff = offsetof(__typeof__(file), segment),
                             .e_ehsize = sizeof(Elf64_Ehdr),
                             .e_phentsize = sizeof(Elf64_Phdr),
                             .e_phnum = 1};
  file.segment = (Elf64_Phdr){.p_type = PT_LOAD,
                              .p_flags = PF_R | PF_X,
                              .p_vaddr = BASE,
                              .p_filesz = sizeof file,
                              .p_memsz = sizeof file,
                              .p_align = 0x1000};
  for (size_t i = 0; i <= count; i++) {
    uint32_t number = i < count ? numbers[i] : 231;
    memcpy(file.code + at, "\xB8....\x31\xFF\x0F\x05", 9); /* mov eax, NUMBER; xor edi, edi; syscall */
    memcpy(file.code + at + 1, &number, 4);
    at += 9;
    ck_assert_uint_le(at, sizeof file.code);
  }
  char *path = xstrdup("/tmp/test_unknown-XXXXXX");
  close(mkstemp(path));
  ck_assert_int_eq(write_file(path, (struct span){(const char *)&file, sizeof file}), 0);
  return path;
}

static void run(const uint32_t *numbers, size_t count, struct outcome *outcome) {
  const struct plan plan = {.seed = 1, .end = 1};
  struct bytes why = {0};
  char *path = make_program(numbers, count);
  ck_assert_msg(history_run(path, &plan, NULL, NULL, outcome, &why), "%s", span_of(&why).data);
  unlink(path);
  free(path);
}

START_TEST(each_unknown_call_is_told_with_how_often) {
  static const uint32_t numbers[] = {990, 991, 990, 992, 991, 990};
  struct outcome outcome;
  run(numbers, 6, &outcome);
  ck_assert_uint_eq(outcome.unknown_count, 3);
  for (size_t i = 0; i < 3; i++) {
    ck_assert_uint_eq(outcome.unknown[i].number, 990 + i);
    ck_assert_uint_eq(outcome.unknown[i].times, 3 - i);
  }
  bytes_free(&outcome.failure);
}
END_TEST

START_TEST(more_than_there_is_room_for_are_left_out) {
  static const uint32_t numbers[] = {990, 991, 992, 993, 994, 995, 996, 997, 998, 999, 997};
  struct outcome outcome;
  run(numbers, sizeof numbers / sizeof *numbers, &outcome);
  ck_assert_uint_eq(outcome.unknown_count, MOST);
  ck_assert_uint_eq(outcome.unknown[0].times, 1);
  ck_assert_uint_eq(outcome.unknown[MOST - 1].number, 997);
  ck_assert_uint_eq(outcome.unknown[MOST - 1].times, 2);
  bytes_free(&outcome.failure);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("unknown");
  TCase *tests = tcase_create("unknown");
  tcase_add_test(tests, each_unknown_call_is_told_with_how_often);
  tcase_add_test(tests, more_than_there_is_room_for_are_left_out);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
