/* test_prefix_code.c: prefix codes, read back as the laid reader reads them, and what is refused. */
#include "markdown/prefix_code.h"

#include <check.h>
#include <stdlib.h>

/* Read a symbol's rank as entity_symbol does: the first length whose last code is not below the next 16 bits. */
static int read_rank(const PrefixCode *code, unsigned window, int *length) {
  const unsigned char *entry = code->table;
  *length = code->shortest;
  while (window > (entry[0] | (unsigned)entry[1] << 8)) {
    entry += 3;
    ++*length;
  }
  ck_assert(entry < code->table + code->table_size);
  return ((int)(window >> (PREFIX_LENGTH_MAX - *length)) + entry[2]) & 0xFF;
}

/* Every symbol in use is read back, whatever bits follow its code, and no two have the same rank. */
static void check_code(const PrefixCode *code, const unsigned *frequency) {
  int seen[PREFIX_SYMBOLS] = {0};
  for (int symbol = 0; symbol < code->symbols; symbol++) {
    ck_assert_int_eq(seen[code->rank[symbol]]++, 0);
    ck_assert_int_eq(code->length[symbol] > 0, frequency[symbol] > 0);
    if (frequency[symbol] == 0)
      continue;
    int free_bits = PREFIX_LENGTH_MAX - code->length[symbol], length;
    unsigned low = (unsigned)code->code[symbol] << free_bits, high = low | ((1U << free_bits) - 1);
    ck_assert_int_eq(read_rank(code, low, &length), code->rank[symbol]);
    ck_assert_int_eq(length, code->length[symbol]);
    ck_assert_int_eq(read_rank(code, high, &length), code->rank[symbol]);
    ck_assert_int_eq(length, code->length[symbol]);
  }
}

/* Huffman's own example (1952, table I): 13 messages whose average length is 3.42. */
START_TEST(lengths_are_huffmans) {
  static const unsigned frequency[] = {20, 18, 10, 10, 10, 6, 6, 4, 4, 4, 4, 3, 1};
  static PrefixCode code;
  prefix_code_build(&code, frequency, 13);
  unsigned bits = 0;
  for (int symbol = 0; symbol < 13; symbol++)
    bits += frequency[symbol] * code.length[symbol];
  ck_assert_uint_eq(bits, 342);
  check_code(&code, frequency);
}
END_TEST

START_TEST(unused_symbols_rank_behind_the_others) {
  static const unsigned frequency[] = {0, 5, 0, 1, 1, 0};
  static PrefixCode code;
  prefix_code_build(&code, frequency, 6);
  check_code(&code, frequency);
  ck_assert_uint_eq(code.rank[1], 0);
  ck_assert_uint_eq(code.rank[3], 1);
  ck_assert_uint_eq(code.rank[4], 2);
  ck_assert_uint_eq(code.rank[0], 3);
  ck_assert_uint_eq(code.rank[5], 5);
}
END_TEST

/* Each weight the sum of all before: the code is as deep as it can be. */
static const unsigned deep[18] = {1,      1,      1 << 1,  1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                                  1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16};

START_TEST(sixteen_bits_are_the_longest_code) {
  static PrefixCode code;
  prefix_code_build(&code, deep, 17);
  check_code(&code, deep);
  ck_assert_int_eq(code.longest, 16);
}
END_TEST

/* A failed assertion exits with 1 as well: in the tests of refusals nothing is asserted. */
START_TEST(seventeen_bits_are_refused) {
  static PrefixCode code;
  prefix_code_build(&code, deep, 18);
}
END_TEST

START_TEST(every_symbol_can_be_in_use) {
  unsigned frequency[PREFIX_SYMBOLS];
  static PrefixCode code;
  for (int symbol = 0; symbol < PREFIX_SYMBOLS; symbol++)
    frequency[symbol] = (unsigned)symbol % 7 + 1;
  prefix_code_build(&code, frequency, PREFIX_SYMBOLS);
  check_code(&code, frequency);
}
END_TEST

START_TEST(too_many_symbols_are_refused) {
  unsigned frequency[PREFIX_SYMBOLS + 1] = {1, 1};
  static PrefixCode code;
  prefix_code_build(&code, frequency, PREFIX_SYMBOLS + 1);
}
END_TEST

START_TEST(bits_stand_highest_first) {
  static BitStream stream;
  bit_stream_write(&stream, 0x5, 3);
  bit_stream_write(&stream, 0xABCD, 16);
  bit_stream_write(&stream, 0, 0);
  bit_stream_write(&stream, 1, 1);
  ck_assert_uint_eq(stream.bits, 20);
  ck_assert_uint_eq(stream.bytes[0], 0xB5); /* 101 10101 */
  ck_assert_uint_eq(stream.bytes[1], 0x79); /* 01111001 */
  ck_assert_uint_eq(stream.bytes[2], 0xB0); /* 101 1 0000 */
}
END_TEST

START_TEST(a_full_stream_is_refused) {
  static BitStream stream;
  for (size_t i = 0; i < BIT_STREAM_BYTES / 2; i++)
    bit_stream_write(&stream, 0, 16);
  bit_stream_write(&stream, 0, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("prefix code");
  TCase *codes = tcase_create("codes"), *streams = tcase_create("streams");
  tcase_add_test(codes, lengths_are_huffmans);
  tcase_add_test(codes, unused_symbols_rank_behind_the_others);
  tcase_add_test(codes, sixteen_bits_are_the_longest_code);
  tcase_add_exit_test(codes, seventeen_bits_are_refused, 1);
  tcase_add_test(codes, every_symbol_can_be_in_use);
  tcase_add_exit_test(codes, too_many_symbols_are_refused, 1);
  tcase_add_test(streams, bits_stand_highest_first);
  tcase_add_exit_test(streams, a_full_stream_is_refused, 1);
  suite_add_tcase(suite, codes);
  suite_add_tcase(suite, streams);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed > 0;
}
