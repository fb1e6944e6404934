/* test_tables.c: the tables of "Hand-coding a Linux ELF in raw machine code", row by row: each formula, evaluated at
 * registers and immediates that tell its fields apart, is the instruction that the row names, to LLVM and Capstone;
 * each system call has the number that the kernel's headers give it. And the lines of those headers that an article on
 * executables in Rust prints. */
/* reads: nothing */
#include "oracles/encoding.h"

#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- arm64 formulas ---------------------------------------------------------------------------------------------- */

/* A word is base + the pieces of a row; d = 21, n = 10, m = 30, a = 19. */
#define D 21u
#define N (10u << 5)
#define M (30u << 16)
#define A (19u << 10)

static const struct {
  uint32_t word;
  const char *says;
} formulas[] = {
    {0xd2800000 + (2u << 21) + (0x1234u << 5) + D, "movz x21, #4660, lsl #32|mov x21, #20014547599360"},
    {0xf2800000 + (1u << 21) + (0x1234u << 5) + D, "movk x21, #4660, lsl #16"},
    {0x10000000 + (3u << 29) + (7u << 5) + D, "adr x21, #31"},
    {0xd4000001 + (0x1234u << 5), "svc #4660"},
    {0xaa0003e0 + M + D, "mov x21, x30"},
    {0x91000000 + (0x123u << 10) + N + D, "add x21, x10, #291"},
    {0xd1000000 + (0x123u << 10) + N + D, "sub x21, x10, #291"},
    {0xf100001f + (0x123u << 10) + N, "cmp x10, #291"},
    {0x7100001f + (0x123u << 10) + N, "cmp w10, #291"},
    {0xeb00001f + M + N, "cmp x10, x30"},
    {0x54000000 + (5u << 5) + 0, "b.eq #20"},
    {0x54000000 + (5u << 5) + 1, "b.ne #20"},
    {0x54000000 + (5u << 5) + 2, "b.hs #20"}, /* cs */
    {0x54000000 + (5u << 5) + 3, "b.lo #20"}, /* cc */
    {0x54000000 + (5u << 5) + 4, "b.mi #20"},
    {0x54000000 + (5u << 5) + 5, "b.pl #20"},
    {0x54000000 + (5u << 5) + 8, "b.hi #20"},
    {0x54000000 + (5u << 5) + 9, "b.ls #20"},
    {0x54000000 + (5u << 5) + 10, "b.ge #20"},
    {0x54000000 + (5u << 5) + 11, "b.lt #20"},
    {0x54000000 + (5u << 5) + 12, "b.gt #20"},
    {0x54000000 + (5u << 5) + 13, "b.le #20"},
    {0xb4000000 + (5u << 5) + D, "cbz x21, #20"},
    {0xb5000000 + (5u << 5) + D, "cbnz x21, #20"},
    {0x34000000 + (5u << 5) + D, "cbz w21, #20"},
    {0x35000000 + (5u << 5) + D, "cbnz w21, #20"},
    {0x14000000 + (-3u & 0x3ffffff), "b #-12"},
    {0x94000000 + (3u & 0x3ffffff), "bl #12"},
    {0xd65f03c0, "ret"},
    {0x92800000 + (99u << 5) + D, "mov x21, #-100|movn x21, #99"},
    {0x39400000 + (5u << 10) + N + D, "ldrb w21, [x10, #5]"},
    {0x39000000 + (5u << 10) + N + D, "strb w21, [x10, #5]"},
    {0x79000000 + ((6u >> 1) << 10) + N + D, "strh w21, [x10, #6]"},
    {0xb9400000 + ((12u >> 2) << 10) + N + D, "ldr w21, [x10, #12]"},
    {0xb9000000 + ((12u >> 2) << 10) + N + D, "str w21, [x10, #12]"},
    {0xf9400000 + ((24u >> 3) << 10) + N + D, "ldr x21, [x10, #24]"},
    {0xf9000000 + ((24u >> 3) << 10) + N + D, "str x21, [x10, #24]"},
    {0x9ac00800 + M + N + D, "udiv x21, x10, x30"},
    {0x9b008000 + M + A + N + D, "msub x21, x10, x30, x19"},
    /* and the words that the text spells out */
    {0xd2800020, "mov x0, #1|movz x0, #1"},
    {0x100000e1, "adr x1, #28"},
    {0xd28001c2, "mov x2, #14|movz x2, #14"},
    {0xd2800808, "mov x8, #64|movz x8, #64"},
    {0xd2800ba8, "mov x8, #93|movz x8, #93"},
    {0x92800c60, "mov x0, #-100|movn x0, #99"},
};

/* Whether `text` is one of the alternatives of `says`, in the spelling that all decoders share. */
static bool is_one_of(const char *text, const char *says) {
  char all[128], canonical[128], meant[128], *rest = all;
  snprintf(all, sizeof all, "%s", says);
  encoding_canonical(ENCODING_A64, text, 64, canonical, sizeof canonical);
  for (const char *one; (one = strsep(&rest, "|"));) {
    encoding_canonical(ENCODING_A64, one, 64, meant, sizeof meant);
    if (!strcmp(canonical, meant))
      return true;
  }
  return false;
}

START_TEST(formula_is_its_instruction) {
  const uint32_t word = formulas[_i].word;
  const unsigned char bytes[] = {(unsigned char)word, (unsigned char)(word >> 8), (unsigned char)(word >> 16),
                                 (unsigned char)(word >> 24)};
  for (EncodingDecoder decoder = 0; decoder < ENCODING_DECODERS; decoder++) {
    char text[128];
    if (!encoding_knows(decoder, ENCODING_A64))
      continue;
    ck_assert_uint_eq(encoding_decode(decoder, ENCODING_A64, bytes, sizeof bytes, text, sizeof text), 4);
    if (!is_one_of(text, formulas[_i].says))
      ck_abort_msg("%08" PRIx32 " is \"%s\" to %s, not \"%s\"", word, text, encoding_name(decoder), formulas[_i].says);
  }
}
END_TEST

/* ---- System calls ------------------------------------------------------------------------------------------------ */

static const struct {
  const char *name;
  int arm64, x64;
} calls[] = {
    {"write", 64, 1}, {"exit", 93, 60},  {"socket", 198, 41}, {"accept", 202, 43}, {"setsockopt", 208, 54},
    {"read", 63, 0},  {"bind", 200, 49}, {"close", 57, 3},    {"listen", 201, 50}, {"openat", 56, 257},
};

/* The number that a header of the kernel defines `prefix``name` as, in the first of the files that is there; -1: none.
 */
static int number_in(const char *const *files, const char *prefix, const char *name) {
  FILE *file = NULL;
  for (; *files && !file; files++)
    file = fopen(*files, "r");
  if (!file)
    ck_abort_msg("no kernel header; run `make setup`");
  char line[256], word[64], meant[64];
  int number = -1, value;
  snprintf(meant, sizeof meant, "%s%s", prefix, name);
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "#define %63s %d", word, &value) == 2 && !strcmp(word, meant))
      number = value;
  fclose(file);
  return number;
}

START_TEST(system_call_has_its_number) {
  static const char *const arm64[] = {"/usr/include/asm-generic/unistd.h", NULL};
  static const char *const x64[] = {"/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
                                    "/usr/x86_64-linux-gnu/include/asm/unistd_64.h", NULL};
  ck_assert_int_eq(number_in(arm64, "__NR_", calls[_i].name), calls[_i].arm64);
  ck_assert_int_eq(number_in(x64, "__NR_", calls[_i].name), calls[_i].x64);
}
END_TEST

#define X86_64_HEADERS(name)                                                                                           \
  "/usr/include/x86_64-linux-gnu/asm/unistd_" name ".h", "/usr/x86_64-linux-gnu/include/asm/unistd_" name ".h"

/* Without the numbers before, which are those of the lines in one release of the header. */
static const struct {
  const char *files[2], *line;
} lines[] = {
    {{X86_64_HEADERS("64")}, "#define __NR_exit 60"},
    {{X86_64_HEADERS("64")}, "#define __NR_exit_group 231"},
    {{X86_64_HEADERS("x32")}, "#define __NR_exit (__X32_SYSCALL_BIT + 60)"},
    {{X86_64_HEADERS("x32")}, "#define __NR_exit_group (__X32_SYSCALL_BIT + 231)"},
    {{X86_64_HEADERS("32")}, "#define __NR_exit 1"},
    {{X86_64_HEADERS("32")}, "#define __NR_exit_group 252"},
    {{X86_64_HEADERS("64")}, "#define __NR_write 1"},
    {{X86_64_HEADERS("64")}, "#define __NR_writev 20"},
    {{X86_64_HEADERS("32")}, "#define __NR_write 4"},
    {{X86_64_HEADERS("32")}, "#define __NR_writev 146"},
    {{X86_64_HEADERS("x32")}, "#define __NR_write (__X32_SYSCALL_BIT + 1)"},
    {{X86_64_HEADERS("x32")}, "#define __NR_writev (__X32_SYSCALL_BIT + 516)"},
};

START_TEST(header_has_the_line) {
  FILE *file = fopen(lines[_i].files[0], "r");
  if (!file)
    file = fopen(lines[_i].files[1], "r");
  if (!file)
    ck_abort_msg("no kernel header; run `make setup`");
  char line[256];
  bool found = false;
  while (!found && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    found = !strcmp(line, lines[_i].line);
  }
  fclose(file);
  if (!found)
    ck_abort_msg("%s has no line \"%s\"", lines[_i].files[0], lines[_i].line);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("published tables");
  TCase *tc = tcase_create("row by row");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, formula_is_its_instruction, 0, sizeof formulas / sizeof *formulas);
  tcase_add_loop_test(tc, system_call_has_its_number, 0, sizeof calls / sizeof *calls);
  tcase_add_loop_test(tc, header_has_the_line, 0, sizeof lines / sizeof *lines);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
