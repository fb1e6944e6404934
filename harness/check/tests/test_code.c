/* Which relocations of an object lead to where it will be linked, and what is added there. */
/* reads: nothing */
#include "harness/check/code.h"
#include "harness/check/effects.h"

#include <check.h>
#include <elf.h>

START_TEST(relocations_of_x64_count_to_the_end_of_the_instruction) {
  for (uint32_t type = 0; type < 64; type++) {
    int64_t more = -1;
    ck_assert_int_eq(relocate_x64(type, 0x1003, 0x1007, &more), type == R_X86_64_PC32 || type == R_X86_64_PLT32);
    ck_assert_int_eq(more, 4);
  }
}
END_TEST

START_TEST(relocations_of_arm64_that_are_followed) {
  static const uint32_t followed[] = {R_AARCH64_CALL26,  R_AARCH64_JUMP26,        R_AARCH64_CONDBR19,
                                      R_AARCH64_TSTBR14, R_AARCH64_ADR_PREL_LO21, R_AARCH64_ADR_PREL_PG_HI21};
  for (uint32_t type = 0; type < 1100; type++) {
    bool wanted = false;
    int64_t more = -1;
    for (size_t i = 0; i < sizeof followed / sizeof *followed; i++)
      wanted |= followed[i] == type;
    ck_assert_msg(relocate_arm64(type, 0x1000, 0x1004, &more) == wanted, "%u", type);
    ck_assert_int_eq(more, 0);
  }
}
END_TEST

START_TEST(an_instruction_of_arm64_may_be_newer_unless_its_upper_half_is_zero) {
  ck_assert(may_be_newer_arm64((const uint8_t *)"\0\0\1\0", 4));
  ck_assert(may_be_newer_arm64((const uint8_t *)"\0\0\0\1", 4));
  ck_assert(!may_be_newer_arm64((const uint8_t *)"\1\1\0\0", 4));
  ck_assert(!may_be_newer_arm64((const uint8_t *)"\1\1\1\1", 3));
}
END_TEST

START_TEST(registers_of_x64_have_the_numbers_of_the_contracts) {
  ck_assert_int_eq(effects_number_x64(X86_REG_RDI), REG_A0);
  ck_assert_int_eq(effects_number_x64(X86_REG_EFLAGS), REG_FLAGS);
  for (int i = 0; i < 8; i++)
    ck_assert_int_eq(effects_number_x64((unsigned)(X86_REG_XMM0 + i)), REG_XMM0 + i);
  ck_assert_int_eq(effects_number_x64(X86_REG_XMM8), -1);
  ck_assert_int_eq(effects_number_x64(X86_REG_EDI), -1);
  ck_assert_int_eq(effects_number_x64(X86_REG_INVALID), -1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("code");
  TCase *tests = tcase_create("code");
  tcase_add_test(tests, relocations_of_x64_count_to_the_end_of_the_instruction);
  tcase_add_test(tests, relocations_of_arm64_that_are_followed);
  tcase_add_test(tests, an_instruction_of_arm64_may_be_newer_unless_its_upper_half_is_zero);
  tcase_add_test(tests, registers_of_x64_have_the_numbers_of_the_contracts);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
