/* test_lay.c: labels, fixups and the passes: what is laid where, the last displacement that a form reaches and the
 * first that it does not, and each refusal by its words. */
/* reads: nothing */
#include "isa/templates.h"
#include "lay/lay.h"
#include "raw_words.h"
#include "words.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- Refusals -------------------------------------------------------------------------------------------------- */

/* Run `lay` in a child, which must end with status 1 and one line on stderr that begins with this file and a line, and
 * holds each of `words` (separated by '|'). */
static void dies(void (*lay)(void), const char *words) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    lay();
    _exit(0);
  }
  close(ends[1]);
  char said[1024];
  size_t length = 0;
  ssize_t got;
  while ((got = read(ends[0], said + length, sizeof said - 1 - length)) > 0)
    length += (size_t)got;
  said[length] = '\0';
  close(ends[0]);
  int status;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
    ck_abort_msg("wait status %#x, not exit 1; it said: %s", (unsigned)status, said);
  if (strncmp(said, __FILE__ ":", strlen(__FILE__) + 1) || strchr(said, '\n') != said + length - 1)
    ck_abort_msg("not one line that begins with file:line: %s", said);
  char *list = strdup(words), *rest = list;
  for (char *word; (word = strsep(&rest, "|"));)
    if (!strstr(said, word))
      ck_abort_msg("\"%s\" is not in: %s", word, said);
  free(list);
}

static void begin_x64(void) {
  bl_program_begin(ISA_X64, "t");
  routine("first");
}

static void begin_a64(void) {
  bl_program_begin(ISA_A64, "t");
  routine("first");
}

static void settle(void) { bl_machine_settle(0x400000, 0x1000); }

static void unbound_label(void) {
  begin_x64();
  jump("nowhere");
  settle();
}

static void label_of_another_routine(void) {
  begin_x64();
  label("inside");
  routine("second");
  jump("inside");
  settle();
}

static void label_bound_twice(void) {
  begin_x64();
  label("here");
  label("here");
}

static void routine_bound_twice(void) {
  begin_x64();
  routine("first");
}

static void bss_named_as_routine(void) {
  begin_x64();
  bss("first", 8, 8);
}

static void label_without_routine(void) {
  bl_program_begin(ISA_X64, "t");
  label("lost");
}

static void unbound_data(void) {
  begin_x64();
  data("table", 2);
  data_offset16("first.nowhere", "table");
  settle();
}

static const unsigned char filler[4 << 20];

static void far_table(void) {
  begin_x64();
  data("filler", 1);
  data_bytes(filler, 32769);
  data("table", 1);
  data_offset16("first", "table");
  settle();
}

static void far_b_cond(void) {
  begin_a64();
  beq(A0, A1, "there");
  ret();
  data("filler", 4);
  data_bytes(filler, (1 << 20) - 8);
  label("there");
  settle();
}

static void ret_after_enter(void) {
  begin_x64();
  enter_bare();
  ret();
}

static void bad_alignment(void) {
  begin_x64();
  data("odd", 3);
}

static void bad_bss_alignment(void) {
  begin_x64();
  bss("odd", 8, 8192);
}

static void alignment_beyond_a_page(void) {
  Lay *lay = bl_lay_new(0);
  bl_lay_at(lay, __FILE__, __LINE__);
  bl_lay_align(lay, 8192);
}

static void refused_encoding(void) {
  begin_x64();
  x64(x64_push_imm8(128));
}

static void wrong_machine(void) {
  begin_a64();
  x64(x64_nop());
}

static void call_without_enter(void) {
  begin_a64();
  call("first");
}

static void leave_without_enter(void) {
  begin_x64();
  leave();
}

static void enter_twice(void) {
  begin_x64();
  enter_bare();
  enter(S0);
}

static void enter_saves_argument(void) {
  begin_x64();
  enter(A0);
}

static void enter_saves_twice(void) {
  begin_x64();
  enter(S1, S1);
}

static void offset_too_small(void) {
  begin_x64();
  ld8(A0, A1, -257);
}

static void offset_too_large(void) {
  begin_x64();
  st32(A0, A1, 4095 * 4 + 4);
}

static void offset_unaligned(void) {
  begin_x64();
  ld64(A0, A1, 4097);
}

static void count_too_large(void) {
  begin_x64();
  shl(A0, A1, 64);
}

static void value_too_large(void) {
  begin_x64();
  st8(256, A0, 0);
}

static void wide_value_to_store(void) {
  begin_a64();
  st64(INT64_C(1) << 31, A0, 0);
}

static void copy_unaligned(void) {
  begin_a64();
  copy16(A0, 264, A1, 0);
}

static void empty_set(void) {
  begin_x64();
  scan16(A0, A1, ((ByteSet){0, {{0, 0, 0}}}));
}

static void empty_range(void) {
  begin_x64();
  scan16(A0, A1, ((ByteSet){1, {{0, '9', '0'}}}));
}

static void mask_outside_value(void) {
  begin_a64();
  scan16(A0, A1, ((ByteSet){1, {{0x20, 'A', 0}}}));
}

static void counted_executable(void) {
  begin_x64();
  bl_machine_count_coverage();
  bl_program_write_exec("/nonexistent", "first");
}

static void no_such_register(void) {
  begin_x64();
  mov(A0, ((Reg){14}));
}

/* Encoders that never say the same twice: another byte; from the third time on, another size. */
static LayCode restless_byte(const LayFixup *fixup) {
  static unsigned char turn;
  (void)fixup;
  return (LayCode){1, {turn++}};
}

static LayCode restless_size(const LayFixup *fixup) {
  static int turn;
  (void)fixup;
  return (LayCode){turn++ < 2 ? 1 : 2, {0}};
}

static void settle_restless(LayEncode encode) {
  Lay *lay = bl_lay_new(0);
  bl_lay_at(lay, __FILE__, __LINE__);
  bl_lay_routine(lay, "first");
  bl_lay_fixup(lay, LAY_CODE, (LayFixup){.encode = encode}, "first", NULL);
  bl_lay_settle(lay, 0x400000, 0x1000);
}

static void another_byte_in_one_more_pass(void) { settle_restless(restless_byte); }
static void another_size_when_written(void) { settle_restless(restless_size); }

static const struct {
  void (*lay)(void);
  const char *words;
} refusals[] = {
    {another_byte_in_one_more_pass, "the layout has not settled|one more pass changes its bytes"},
    {another_size_when_written, "the layout has not settled|1 bytes became 2"},
    {unbound_label, "\"nowhere\" is not bound|\"first\""},
    {label_of_another_routine, "\"inside\" is not bound|\"second\""},
    {label_bound_twice, "\"first.here\" is bound twice|" __FILE__ ":"},
    {routine_bound_twice, "\"first\" is bound twice"},
    {bss_named_as_routine, "\"first\" is bound twice"},
    {label_without_routine, "\"lost\" stands outside of a routine"},
    {unbound_data, "\"first.nowhere\" is not bound"},
    {far_table, "offset is -32769|-32768..32767|\"first\""},
    {far_b_cond, "displacement is 1048576|\"there\""},
    {ret_after_enter, "\"first\" entered|leave()"},
    {bad_alignment, "alignment 3"},
    {alignment_beyond_a_page, "alignment 8192 is no power of two within 1..4096"},
    {bad_bss_alignment, "8192"},
    {refused_encoding, "push_imm8|immediate is 128|-128..127"},
    {wrong_machine, "x64|arm64"},
    {call_without_enter, "\"first\"|enter_bare()"},
    {leave_without_enter, "\"first\"|ret()"},
    {enter_twice, "\"first\" enters twice"},
    {enter_saves_argument, "none of S0..S5"},
    {enter_saves_twice, "S1 twice"},
    {offset_too_small, "offset -257|8-bit"},
    {offset_too_large, "offset 16384|32-bit"},
    {offset_unaligned, "offset 4097|multiple of 8"},
    {count_too_large, "shift count 64|0..63"},
    {value_too_large, "256|-128..255"},
    {wide_value_to_store, "2147483648|-2147483648..2147483647"},
    {copy_unaligned, "offset 264|multiple of 16"},
    {empty_set, "terms 0|1..8"},
    {empty_range, "57..48|empty"},
    {mask_outside_value, "can never hold|0x20|0x41"},
    {counted_executable, "counts coverage"},
    {no_such_register, "register index 14"},
};

START_TEST(refusal) { dies(refusals[_i].lay, refusals[_i].words); }
END_TEST

/* ---- Branches of two forms ------------------------------------------------------------------------------------- */

static size_t text_size(void) {
  size_t size;
  bl_lay_text(bl_machine_layout(), &size);
  return size;
}

/* A forward jump over `count` bytes: the short form reaches 127 of them. */
static size_t jump_over(size_t count) {
  begin_x64();
  jump("there");
  data("filler", 1);
  data_bytes(filler, count);
  bl_label("there");
  settle();
  return text_size() - count;
}

START_TEST(last_short_jump_forward) {
  ck_assert_uint_eq(jump_over(0), 2);
  ck_assert_uint_eq(jump_over(127), 2);
  ck_assert_uint_eq(jump_over(128), 5);
}
END_TEST

/* Backward, over `count` bytes and the jump's own two. */
static size_t branch_back_over(size_t count) {
  begin_x64();
  label("there");
  data("filler", 1);
  data_bytes(filler, count);
  bl_branch(IF_EQ, A0, A1, "there"); /* cmp: 3 bytes */
  settle();
  return text_size() - count - 3;
}

START_TEST(last_short_branch_back) {
  ck_assert_uint_eq(branch_back_over(123), 2); /* 123 + 3 + 2 = 128 */
  ck_assert_uint_eq(branch_back_over(124), 6);
}
END_TEST

/* The displacements themselves, at both edges. */
START_TEST(displacements) {
  size_t size;
  jump_over(127);
  const unsigned char *text = bl_lay_text(bl_machine_layout(), &size);
  ck_assert_uint_eq(text[0], 0xeb);
  ck_assert_uint_eq(text[1], 127);
  jump_over(128);
  text = bl_lay_text(bl_machine_layout(), &size);
  ck_assert_uint_eq(text[0], 0xe9);
  ck_assert_uint_eq(text[1], 128);
  ck_assert_uint_eq(text[2] | text[3] | text[4], 0);
  branch_back_over(123);
  text = bl_lay_text(bl_machine_layout(), &size);
  ck_assert_uint_eq(text[123 + 3], 0x74);
  ck_assert_uint_eq(text[123 + 4], 0x80);
}
END_TEST

/* The first jump is short as long as the one that it jumps over is short; but that one jumps over a third, which must
 * be long. So its growth reaches the first in a later pass. */
static size_t jump_over_jumps(size_t count) {
  begin_x64();
  jump("over_both");
  data("a", 1);
  data_bytes(filler, count);
  bl_label("back");
  jump("far");
  bl_label("over_both");
  data("b", 1);
  data_bytes(filler, 127);
  bl_jump("back");
  bl_label("far");
  settle();
  return text_size() - count - 127;
}

START_TEST(growth_spreads) {
  /* jump far: over 127 and the jump back, 2 or 5: always long, 5. jump back: over 127 + 5: long, 5. The first jump:
   * over count + 5. */
  ck_assert_uint_eq(jump_over_jumps(122), 2 + 5 + 5);
  ck_assert_uint_eq(jump_over_jumps(123), 5 + 5 + 5);
}
END_TEST

/* Padding between a jump and its target may shrink when the jump grows; the layout settles all the same. */
START_TEST(padding_and_growth) {
  for (size_t count = 100; count < 140; count++) {
    begin_x64();
    jump("there");
    data("a", 1);
    data_bytes(filler, count);
    data("b", 16);
    bl_label("there");
    settle();
    const unsigned char *text = bl_lay_text(bl_machine_layout(), &(size_t){0});
    uint64_t there = bl_lay_find(bl_machine_layout(), "first.there")->address - 0x400000;
    ck_assert_uint_eq(there % 16, 0);
    if (text[0] == 0xeb)
      ck_assert_uint_eq(2u + text[1], there);
    else
      ck_assert_uint_eq(5u + text[1], there);
  }
}
END_TEST

/* Three forms: 0 reaches 9 bytes, 1 reaches 99, 2 any. Each is as many bytes as its number, and one more. */
static LayCode three_forms(const LayFixup *fixup) {
  static const uint64_t reach[] = {9, 99, UINT64_MAX};
  LayCode code = {(unsigned char)(fixup->form + 1), {0}};
  return fixup->target - fixup->site <= reach[fixup->form] ? code : (LayCode){0};
}

START_TEST(the_first_form_that_reaches_is_taken) {
  static const struct { size_t count, len; } rows[] = {{0, 1}, {8, 1}, {9, 2}, {97, 2}, {98, 3}, {4096, 3}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    size_t size;
    Lay *lay = bl_lay_new(0);
    bl_lay_routine(lay, "first");
    bl_lay_fixup(lay, LAY_CODE, (LayFixup){.encode = three_forms, .forms = 3}, "there", NULL);
    bl_lay_bytes(lay, filler, rows[i].count);
    bl_lay_label(lay, "there");
    bl_lay_settle(lay, 0x400000, 0x1000);
    bl_lay_text(lay, &size);
    ck_assert_uint_eq(size - rows[i].count, rows[i].len);
    bl_lay_free(lay);
  }
}
END_TEST

/* ---- Names, sizes, sections ------------------------------------------------------------------------------------ */

START_TEST(label_lookup) {
  begin_x64();
  label("same");
  ret();
  jump("same"); /* the routine's own, at 0 */
  routine("same");
  ret();
  routine("second");
  jump("same"); /* the program's, at 3 */
  jump("first.same");
  settle();
  const unsigned char *text = bl_lay_text(bl_machine_layout(), &(size_t){0});
  const unsigned char expected[] = {0xc3, 0xeb, 0xfd, 0xc3, 0xeb, 0xfd, 0xeb, 0xf8};
  ck_assert_uint_eq(text_size(), sizeof expected);
  for (size_t i = 0; i < sizeof expected; i++)
    if (text[i] != expected[i])
      ck_abort_msg("byte %zu is %02x, not %02x", i, text[i], expected[i]);
}
END_TEST

START_TEST(symbols) {
  begin_a64();
  ret();
  data("odd", 1);
  data_bytes("abc", 3);
  routine("second"); /* arm64 code goes to a multiple of 4 */
  label("within");
  ret();
  ret();
  bss("small", 3, 1);
  bss("large", 100, 64);
  settle();
  const Lay *lay = bl_machine_layout();
  ck_assert_uint_eq(bl_lay_find(lay, "first")->address, 0x400000);
  ck_assert_uint_eq(bl_lay_find(lay, "first")->size, 4);
  ck_assert_uint_eq(bl_lay_find(lay, "odd")->address, 0x400004);
  ck_assert_uint_eq(bl_lay_find(lay, "odd")->size, 3);
  ck_assert_uint_eq(bl_lay_find(lay, "second")->address, 0x400008);
  ck_assert_uint_eq(bl_lay_find(lay, "second")->size, 8);
  ck_assert_uint_eq(bl_lay_find(lay, "second.within")->address, 0x400008);
  ck_assert_uint_eq(bl_lay_find(lay, "small")->address, 0x401000);
  ck_assert_uint_eq(bl_lay_find(lay, "large")->address, 0x401040);
  ck_assert_uint_eq(bl_lay_bss_size(lay), 0x40 + 100);
  ck_assert_ptr_null(bl_lay_find(lay, "within"));
}
END_TEST

/* More labels than any first guess of a table's room. */
START_TEST(many_labels) {
  begin_x64();
  for (int i = 0; i < 20000; i++) {
    char name[16];
    snprintf(name, sizeof name, "l%d", i);
    label(name);
    x64(x64_nop());
  }
  settle();
  for (unsigned i = 0; i < 20000; i++) {
    char name[24];
    snprintf(name, sizeof name, "first.l%u", i);
    ck_assert_uint_eq(bl_lay_find(bl_machine_layout(), name)->address, 0x400000 + i);
  }
}
END_TEST

/* Each item knows the line that laid it. */
START_TEST(source_positions) {
  begin_x64();
  int line = __LINE__ + 1;
  li(A0, 1), li(A1, 2);
  li(A2, 3);
  settle();
  size_t count;
  const LayItem *item = bl_lay_items(bl_machine_layout(), &count);
  ck_assert_uint_eq(count, 3);
  ck_assert_str_eq(item[0].file, __FILE__);
  ck_assert_int_eq(item[0].line, line);
  ck_assert_int_eq(item[1].line, line);
  ck_assert_int_eq(item[2].line, line + 1);
  ck_assert_str_eq(bl_lay_symbols(bl_machine_layout(), &count)[item[2].owner].name, "first");
}
END_TEST

/* A literal is laid once, however often it is used, and no program leaves one for the next. */
START_TEST(literals) {
  begin_x64();
  scan16(A0, A1, ((ByteSet){1, {{0, 'x', 0}}}));
  size_t sizes[2];
  for (int twice = 0; twice < 2; twice++) {
    begin_x64();
    for (int i = 0; i <= twice; i++)
      scan16(A0, A1, ((ByteSet){1, {{0, '\n', 0}}}));
    settle();
    sizes[twice] = text_size();
    ck_assert_ptr_nonnull(bl_lay_find(bl_machine_layout(), "sixteen_0a"));
    ck_assert_uint_eq(bl_lay_find(bl_machine_layout(), "sixteen_0a")->address % 16, 0);
    ck_assert_ptr_null(bl_lay_find(bl_machine_layout(), "sixteen_78"));
  }
  ck_assert_uint_eq(sizes[1] % 16, 0);
  ck_assert_uint_le(sizes[1] - sizes[0], 48); /* one more scan, no more data */
}
END_TEST

int main(void) {
  bl_machine_trust();
  Suite *suite = suite_create("layout");
  TCase *tc = tcase_create("layout");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, refusal, 0, (int)COUNT(refusals));
  tcase_add_test(tc, last_short_jump_forward);
  tcase_add_test(tc, last_short_branch_back);
  tcase_add_test(tc, displacements);
  tcase_add_test(tc, growth_spreads);
  tcase_add_test(tc, the_first_form_that_reaches_is_taken);
  tcase_add_test(tc, padding_and_growth);
  tcase_add_test(tc, label_lookup);
  tcase_add_test(tc, symbols);
  tcase_add_test(tc, many_labels);
  tcase_add_test(tc, source_positions);
  tcase_add_test(tc, literals);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
