/* test_unicode.c: the routines of unicode.h, held to libcmark over every code point, natively; and in Unicorn, for both
 * machines, over every edge of the tables and random code points, held to what they answered natively. */
/* reads: nothing */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "call_routine.h"
#include "markdown/case_folding_table.h"
#include "markdown/punctuation_table.h"
#include "render_probe.h"

/* libcheck notes the place of every assertion that holds, which takes far longer than a call of these routines. So
 * where millions are made, it is told of a failure only: if (...) ck_abort_msg(...). */

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))
enum { CODE_POINTS = 0x110000, SHARED = 4096 };

typedef struct {
  unsigned count, to[3];
} Folded;

static unsigned char *shared;

/* A page to share with the routines, and one after it that nothing can read. */
static void load(void) {
  shared = mmap(NULL, SHARED + SHARED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ck_assert(shared != MAP_FAILED);
  ck_assert_int_eq(mprotect(shared + SHARED, SHARED, PROT_NONE), 0);
  native_load();
}

static bool is_surrogate(unsigned c) { return c >= 0xD800 && c < 0xE000; }

typedef Arguments Caller(Call call, Arguments in);

static bool answer(Caller *caller, Call call, unsigned c) {
  uint64_t result = caller(call, (Arguments){{c}}).a[0];
  if (result > 1)
    ck_abort_msg("U+%04X: the answer is neither 0 nor 1", c);
  return result != 0;
}

static Folded fold(Caller *caller, unsigned c) {
  Arguments out = caller(CALL_CASE_FOLD, (Arguments){{c}});
  if (out.a[0] < 1 || out.a[0] > 3)
    ck_abort_msg("U+%04X folds to a number of code points that is not 1..3", c);
  Folded folded = {(unsigned)out.a[0], {0}};
  for (unsigned i = 0; i < folded.count; i++) {
    if (out.a[1 + i] >= CODE_POINTS)
      ck_abort_msg("U+%04X folds to what is no code point", c);
    folded.to[i] = (unsigned)out.a[1 + i];
  }
  return folded;
}

/* ---- Punctuation and white space ------------------------------------------------------------------------------------
 */

START_TEST(ascii_punctuation_is_what_a_backslash_escapes) {
  Text document = {0}, expected = {0};
  for (unsigned c = 0; c < 0x80; c++) {
    bool punctuation = answer(native_call, CALL_IS_UNICODE_PUNCTUATION, c);
    ck_assert_msg(punctuation == (ispunct((int)c) != 0), "U+%04X: punctuation or not", c);
    if (c <= ' ' || c == 0x7F)
      continue;
    text_format(&document, "x\\%cy\n\n", (char)c);
    text_format(&expected, "<p>x%s", punctuation ? "" : "\\");
    text_escaped(&expected, &(char){(char)c}, 1);
    text_format(&expected, "y</p>\n");
  }
  expect_rendering("escapes", &document, &expected);
}
END_TEST

/* Code points that stand for themselves inside a paragraph, and do nothing there. */
static bool is_plain(unsigned c) {
  return c != 0 && c != '\n' && c != '\r' && !is_surrogate(c) && !(c < 0x80 && ispunct((int)c));
}

/* In a*Cb* the first * opens emphasis if C is neither white space nor punctuation; in .*Cb* if it is no white space. */
static void add_emphasis(Text *document, Text *expected, const char *before, unsigned c, bool opens) {
  text_format(document, "%s*", before);
  text_code_point(document, c);
  text_format(document, "b*\n\n");
  text_format(expected, "<p>%s%s", before, opens ? "<em>" : "*");
  text_code_point(expected, c);
  text_format(expected, "b%s</p>\n", opens ? "</em>" : "*");
}

START_TEST(punctuation_and_spaces_are_what_emphasis_turns_on) {
  Text document = {0}, expected = {0};
  for (unsigned c = 0; c < CODE_POINTS; c++) {
    bool punctuation = answer(native_call, CALL_IS_UNICODE_PUNCTUATION, c);
    bool space = answer(native_call, CALL_IS_UNICODE_SPACE, c);
    if (is_plain(c)) {
      add_emphasis(&document, &expected, "a", c, !punctuation && !space);
      add_emphasis(&document, &expected, ".", c, !space);
    } else if (c >= 0x80 || c == 0) {
      if (punctuation || space)
        ck_abort_msg("U+%04X is neither punctuation nor white space", c);
    }
    if (document.size > 1 << 20 || c == CODE_POINTS - 1)
      expect_rendering("emphasis", &document, &expected);
  }
}
END_TEST

/* LF and CR end a line before emphasis could turn on them, and ASCII punctuation has a meaning of its own. */
START_TEST(ascii_spaces) {
  for (unsigned c = 0; c < 0x80; c++)
    ck_assert_msg(answer(native_call, CALL_IS_UNICODE_SPACE, c) == (c != 0 && strchr("\t\n\f\r ", (int)c) != NULL),
                  "U+%04X: white space or not", c);
}
END_TEST

/* ---- Case folding
 * ----------------------------------------------------------------------------------------------------- */

static void add_folded(Text *text, Folded folded) {
  for (unsigned i = 0; i < folded.count; i++)
    text_code_point(text, folded.to[i]);
}

static void add_target(Text *text, Folded folded) {
  text_format(text, "/%X", folded.to[0]);
  for (unsigned i = 1; i < folded.count; i++)
    text_format(text, "-%X", folded.to[i]);
}

/* A link reference definition for every code point or sequence that something folds to. The first of two definitions
 * whose labels match is the one that counts. */
static void add_definitions(Text *document, const Folded *folded) {
  for (unsigned c = 0; c < CODE_POINTS; c++) {
    bool folds = folded[c].count > 1 || folded[c].to[0] != c;
    if (!is_plain(c) || (folds && folded[c].count == 1))
      continue;
    text_format(document, "[x");
    add_folded(document, folded[c]);
    text_format(document, "]: ");
    add_target(document, folded[c]);
    text_format(document, "\n");
  }
  text_format(document, "\n");
}

/* A link whose label is x and a code point, for every 16th from `first`. It must find the definition of what the code
 * point folds to, and could find any other one. */
static void add_links(Text *document, Text *expected, const Folded *folded, unsigned first) {
  text_format(document, ".\n");
  text_format(expected, "<p>.\n");
  for (unsigned c = first; c < CODE_POINTS; c += 16) {
    if (!is_plain(c) || isspace((int)(c < 0x80 ? c : 0)))
      continue;
    text_format(document, "[x");
    text_code_point(document, c);
    text_format(document, "]\n");
    text_format(expected, "<a href=\"");
    add_target(expected, folded[c]);
    text_format(expected, "\">x");
    text_code_point(expected, c);
    text_format(expected, "</a>\n");
  }
  text_format(document, ".\n\n");
  text_format(expected, ".</p>\n");
}

/* Labels match if they fold alike. With all code points defined in one document, every link finding its own definition
 * means that libcmark tells apart what we tell apart, and nothing else. */
START_TEST(labels_match_as_they_do_for_libcmark) {
  static Folded folded[CODE_POINTS];
  for (unsigned c = 0; c < CODE_POINTS; c++)
    folded[c] = fold(native_call, c);
  Text document = {0}, expected = {0};
  add_definitions(&document, folded);
  for (unsigned first = 0; first < 16; first++)
    add_links(&document, &expected, folded, first);
  expect_rendering("labels", &document, &expected);
}
END_TEST

/* What nothing matches in a label is still to be answered: such code points fold to themselves. Folding twice is
 * folding once, and the table's own lines are what is answered. */
START_TEST(folding_is_that_of_the_table) {
  const CaseFolding *next = case_foldings;
  for (unsigned c = 0; c < CODE_POINTS; c++) {
    Folded folded = fold(native_call, c);
    while (next < case_foldings + COUNT_OF(case_foldings) && next->last < c)
      next++;
    bool folds =
        next < case_foldings + COUNT_OF(case_foldings) && c >= next->first && (c - next->first) % next->step == 0;
    unsigned first = folds ? next->to[0] + c - next->first : c;
    if (folded.to[0] != first || folded.to[1] != (folds ? next->to[1] : 0) || folded.to[2] != (folds ? next->to[2] : 0))
      ck_abort_msg("U+%04X folds to U+%04X U+%04X U+%04X", c, folded.to[0], folded.to[1], folded.to[2]);
    for (unsigned i = 0; i < folded.count; i++) {
      Folded again = fold(native_call, folded.to[i]);
      if (again.count != 1 || again.to[0] != folded.to[i])
        ck_abort_msg("U+%04X folds to what folds again", c);
    }
  }
}
END_TEST

/* ---- UTF-8
 * ------------------------------------------------------------------------------------------------------------ */

/* Encode before 16 known bytes, of which none may change beyond the four. Returns the bytes written. */
static size_t encode(Caller *caller, uint64_t c) {
  memset(shared, 0xA7, 16);
  size_t size = caller(CALL_UTF8_ENCODE, (Arguments){{c, (uintptr_t)(shared + 4)}}).a[0];
  for (size_t i = 0; i < 16; i++)
    if ((i < 4 || i >= 8) && shared[i] != 0xA7)
      ck_abort_msg("U+%04lX: byte %zu of 16 was written to, but 4..7 are the destination", (long)c, i);
  if (size > 4)
    ck_abort_msg("U+%04lX: %zu bytes are said to be written", (long)c, size);
  return size;
}

START_TEST(encoding_is_what_libcmark_writes) {
  Text document = {0}, expected = {0};
  for (unsigned c = 1; c < CODE_POINTS; c++) {
    if (!is_surrogate(c)) { /* libcmark takes U+0000 and surrogates for U+FFFD before it encodes them */
      size_t size = encode(native_call, c);
      text_format(&document, "x&#x%x;y\n\n", c);
      text_format(&expected, "<p>x");
      text_escaped(&expected, shared + 4, size);
      text_format(&expected, "y</p>\n");
    }
    if (document.size > 1 << 20 || c == CODE_POINTS - 1)
      expect_rendering("character references", &document, &expected);
  }
}
END_TEST

static void check_encoding(Caller *caller, uint64_t c, const char *bytes, size_t size) {
  ck_assert_msg(encode(caller, c) == size && memcmp(shared + 4, bytes, size) == 0, "U+%04lX is encoded otherwise",
                (long)c);
}

/* The values that no character reference brings to the encoder, and the two that libcmark shortens. */
static void check_encoding_edges(Caller *caller) {
  check_encoding(caller, 0, "\0", 1);
  check_encoding(caller, 0xD800, "\xED\xA0\x80", 3);
  check_encoding(caller, 0xDFFF, "\xED\xBF\xBF", 3);
  check_encoding(caller, 0xFFFE, "\xFE", 1);
  check_encoding(caller, 0xFFFF, "\xFF", 1);
  check_encoding(caller, 0x110000, "\xEF\xBF\xBD", 3);
  check_encoding(caller, UINT32_MAX, "\xEF\xBF\xBD", 3);
  check_encoding(caller, UINT64_MAX, "\xEF\xBF\xBD", 3);
}

START_TEST(encoding_edges) { check_encoding_edges(native_call); }
END_TEST

/* RFC 3629, section 4: the well-formed sequences, row by row. Sets *length; -1 and 1 for anything else. */
static int64_t model_decode(const unsigned char *s, size_t size, uint64_t *length) {
  static const struct {
    unsigned char first, last;   /* of the first byte */
    unsigned char second, limit; /* of the second byte */
    unsigned char length;
  } rows[] = {{0x00, 0x7F, 0, 0, 1},       {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
              {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
              {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  *length = 1;
  for (size_t row = 0; row < COUNT_OF(rows); row++) {
    if (s[0] < rows[row].first || s[0] > rows[row].last)
      continue;
    if (rows[row].length == 1)
      return s[0];
    if (size < rows[row].length || s[1] < rows[row].second || s[1] > rows[row].limit)
      return -1;
    int64_t c = s[0] & (0xFF >> (rows[row].length + 1));
    for (size_t i = 1; i < rows[row].length; i++) {
      if (s[i] < 0x80 || s[i] > 0xBF)
        return -1;
      c = c << 6 | (s[i] & 0x3F);
    }
    *length = rows[row].length;
    return c;
  }
  return -1;
}

/* Decode `size` bytes at the very end of the shared memory, beyond which nothing may be read. */
static void check_decoding(Caller *caller, const unsigned char *bytes, size_t size) {
  unsigned char *copy = shared + SHARED - size;
  memcpy(copy, bytes, size);
  Arguments out = caller(CALL_UTF8_DECODE, (Arguments){{(uintptr_t)copy, size}});
  uint64_t length;
  int64_t c = model_decode(bytes, size, &length);
  if ((int64_t)out.a[0] != c || out.a[1] != length)
    ck_abort_msg("%zu bytes %02x %02x %02x %02x: code point %ld, length %ld; by RFC 3629 %ld and %ld", size, bytes[0],
                 bytes[1], bytes[2], bytes[3], (long)out.a[0], (long)out.a[1], (long)c, (long)length);
}

static void check_decoding_all_sizes(Caller *caller, const unsigned char *bytes) {
  for (size_t size = 1; size <= 4; size++)
    check_decoding(caller, bytes, size);
}

/* All first and second bytes; all third bytes after a lead byte of three or four; then every edge of the fourth. */
START_TEST(decoding_is_that_of_rfc_3629) {
  static const unsigned char edges[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
  for (unsigned first = 0; first < 0x100; first++)
    for (unsigned second = 0; second < 0x100; second++)
      for (unsigned third = 0; third < 0x100; third += first < 0xE0 ? 0x7F : 1)
        for (size_t fourth = 0; fourth < (first < 0xF0 ? 1 : COUNT_OF(edges)); fourth++)
          check_decoding_all_sizes(native_call, (const unsigned char[]){(unsigned char)first, (unsigned char)second,
                                                                        (unsigned char)third, edges[fourth]});
}
END_TEST

START_TEST(every_code_point_is_decoded) {
  for (unsigned c = 0; c < CODE_POINTS; c++) {
    Text text = {0};
    text_code_point(&text, c);
    text_add(&text, "abc", 4);
    check_decoding(native_call, (const unsigned char *)text.bytes, 4);
    text_free(&text);
  }
}
END_TEST

/* Bytes that are lead and continuation bytes more often than not. */
static void check_random_decoding(Caller *caller, int rounds) {
  uint64_t state = 2463534242U;
  for (int round = 0; round < rounds; round++) {
    unsigned char bytes[8];
    uint64_t number = next_random(&state);
    memcpy(bytes, &number, sizeof(bytes));
    bytes[0] |= bytes[4] & 0xC0;
    bytes[1] = (unsigned char)((bytes[1] & bytes[5]) | 0x80);
    check_decoding(caller, bytes, number >> 62 ? 4 : 1 + (number >> 60 & 3));
  }
}

START_TEST(random_bytes_are_decoded) { check_random_decoding(native_call, 1000000); }
END_TEST

/* ---- Unicorn
 * ---------------------------------------------------------------------------------------------------------- */

static void expect_same(unsigned c) {
  Folded here = fold(native_call, c), there = fold(unicorn_call, c);
  ck_assert_msg(memcmp(&here, &there, sizeof(here)) == 0, "U+%04X folds otherwise in Unicorn", c);
  ck_assert_msg(answer(native_call, CALL_IS_UNICODE_PUNCTUATION, c) ==
                    answer(unicorn_call, CALL_IS_UNICODE_PUNCTUATION, c),
                "U+%04X is punctuation here or in Unicorn, but not in both", c);
  ck_assert_msg(answer(native_call, CALL_IS_UNICODE_SPACE, c) == answer(unicorn_call, CALL_IS_UNICODE_SPACE, c),
                "U+%04X is white space here or in Unicorn, but not in both", c);
  unsigned char bytes[4];
  size_t size = encode(native_call, c);
  memcpy(bytes, shared + 4, size);
  check_encoding(unicorn_call, c, (const char *)bytes, size);
}

static void expect_same_around(unsigned c) {
  expect_same(c - 1);
  expect_same(c);
  if (c + 1 < CODE_POINTS)
    expect_same(c + 1);
}

START_TEST(edges_in_unicorn) {
  static const unsigned edges[] = {0x41,    0x5A,    0x61,    0x7A,    0x80,    0xA0,    0x800,   0x1000, 0x1680,
                                   0x2000,  0x200A,  0x202F,  0x205F,  0x3000,  0xD800,  0xDFFF,  0xFFFE, 0xFFFF,
                                   0x10000, 0x11000, 0x1BC9F, 0x1BCA0, 0x1E921, 0x1E922, 0x10FFFF};
  unicorn_load((Isa)_i, shared, SHARED);
  for (size_t i = 0; i < COUNT_OF(edges); i++)
    expect_same_around(edges[i]);
  for (unsigned c = 0; c < 0x180; c++)
    expect_same(c);
  for (size_t i = 0; i < COUNT_OF(case_foldings); i++) {
    expect_same_around(case_foldings[i].first);
    expect_same_around(case_foldings[i].last);
  }
  for (size_t i = 0; i < COUNT_OF(punctuation_ranges); i++) {
    expect_same_around(punctuation_ranges[i].first);
    expect_same_around(punctuation_ranges[i].last);
  }
  unicorn_unload();
}
END_TEST

START_TEST(random_values_in_unicorn) {
  uint64_t state = 362436069;
  unicorn_load((Isa)_i, shared, SHARED);
  for (int i = 0; i < 20000; i++)
    expect_same((unsigned)(next_random(&state) % (i % 2 ? CODE_POINTS : 0x20000)));
  check_encoding_edges(unicorn_call);
  check_random_decoding(unicorn_call, 10000);
  unicorn_unload();
}
END_TEST

int main(void) {
  Suite *suite = suite_create("unicode");
  TCase *native = tcase_create("native"), *emulated = tcase_create("unicorn");
  tcase_add_checked_fixture(native, load, NULL);
  tcase_add_checked_fixture(emulated, load, NULL);
  tcase_add_test(native, ascii_punctuation_is_what_a_backslash_escapes);
  tcase_add_test(native, punctuation_and_spaces_are_what_emphasis_turns_on);
  tcase_add_test(native, ascii_spaces);
  tcase_add_test(native, labels_match_as_they_do_for_libcmark);
  tcase_add_test(native, folding_is_that_of_the_table);
  tcase_add_test(native, encoding_is_what_libcmark_writes);
  tcase_add_test(native, encoding_edges);
  tcase_add_test(native, decoding_is_that_of_rfc_3629);
  tcase_add_test(native, every_code_point_is_decoded);
  tcase_add_test(native, random_bytes_are_decoded);
  tcase_add_loop_test(emulated, edges_in_unicorn, 0, ISA_COUNT);
  tcase_add_loop_test(emulated, random_values_in_unicorn, 0, ISA_COUNT);
  suite_add_tcase(suite, native);
  suite_add_tcase(suite, emulated);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed > 0;
}

/* SPDX-License-Identifier: MIT */
