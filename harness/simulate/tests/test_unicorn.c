/* What is declared of Unicorn is what its own header says. */
/* reads: nothing */
#include "harness/simulate/unicorn.h"

#include <check.h>
#include <stdlib.h>
#include <unicorn/unicorn.h>

START_TEST(constants_are_those_of_the_header) {
  static const struct {
    const char *name;
    long long declared, meant;
  } rows[] = {
#define ROW(own, theirs) {#theirs, own, theirs}
      ROW(UNICORN_OK, UC_ERR_OK),
      ROW(UNICORN_ARM64, UC_ARCH_ARM64),
      ROW(UNICORN_X86, UC_ARCH_X86),
      ROW(UNICORN_LITTLE_ENDIAN, UC_MODE_LITTLE_ENDIAN),
      ROW(UNICORN_64, UC_MODE_64),
      ROW(UNICORN_READ, UC_PROT_READ),
      ROW(UNICORN_WRITE, UC_PROT_WRITE),
      ROW(UNICORN_EXEC, UC_PROT_EXEC),
      ROW(UNICORN_HOOK_INTR, UC_HOOK_INTR),
      ROW(UNICORN_HOOK_INSN, UC_HOOK_INSN),
      ROW(UNICORN_HOOK_BLOCK, UC_HOOK_BLOCK),
      ROW(UNICORN_RAX, UC_X86_REG_RAX),
      ROW(UNICORN_RCX, UC_X86_REG_RCX),
      ROW(UNICORN_RDI, UC_X86_REG_RDI),
      ROW(UNICORN_RDX, UC_X86_REG_RDX),
      ROW(UNICORN_RIP, UC_X86_REG_RIP),
      ROW(UNICORN_RSI, UC_X86_REG_RSI),
      ROW(UNICORN_RSP, UC_X86_REG_RSP),
      ROW(UNICORN_R8, UC_X86_REG_R8),
      ROW(UNICORN_R9, UC_X86_REG_R9),
      ROW(UNICORN_R10, UC_X86_REG_R10),
      ROW(UNICORN_R11, UC_X86_REG_R11),
      ROW(UNICORN_SYSCALL, UC_X86_INS_SYSCALL),
      ROW(UNICORN_SP, UC_ARM64_REG_SP),
      ROW(UNICORN_X0, UC_ARM64_REG_X0),
      ROW(UNICORN_X0 + 5, UC_ARM64_REG_X5),
      ROW(UNICORN_X8, UC_ARM64_REG_X8),
      ROW(UNICORN_PC, UC_ARM64_REG_PC),
#undef ROW
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(rows[i].declared == rows[i].meant, "%s is %lld, declared %lld", rows[i].name, rows[i].meant,
                  rows[i].declared);
}
END_TEST

/* The functions of the header take what the declared ones take: what a call passes has the same size. */
START_TEST(arguments_have_the_sizes_of_the_header) {
  ck_assert_uint_eq(sizeof(uc_arch), sizeof(int));
  ck_assert_uint_eq(sizeof(uc_mode), sizeof(int));
  ck_assert_uint_eq(sizeof(uc_err), sizeof(int));
  ck_assert_uint_eq(sizeof(uc_hook), sizeof(size_t));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("unicorn");
  TCase *cases = tcase_create("declarations");
  tcase_add_test(cases, constants_are_those_of_the_header);
  tcase_add_test(cases, arguments_have_the_sizes_of_the_header);
  suite_add_tcase(suite, cases);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
