/* test_linux.c: the routines of linux/ that need no kernel, one at a time in Unicorn on each machine, and the table of
 * error numbers held to the C library's. What needs a kernel, the tests of the programs run: http/tests/test_faults.c.
 */
/* reads: nothing */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generators/tests/emulate.h"
#include "linux/linux.h"

/* A program's name and words, as a program would define them. */
static const NamedString names[] = {{"program_name", "test"}};
static const Reason words[] = {{LINUX_ENOENT, ": no such file or directory"},
                               {LINUX_EADDRINUSE, ": address already in use"}};

static void author(void) {
  data_strings(names);
  lay_linux_text();
  lay_append_bytes();
  lay_string_length();
  lay_copy_string();
  lay_linux_numbers();
  lay_divide();
  lay_linux_waiting_calls();
  lay_linux_options();
  lay_linux_failures(words, sizeof words / sizeof *words);
}

static Emulation *emulation;

/* ---- Numbers ----------------------------------------------------------------------------------------------------- */

static int64_t parse_text(const char *routine_name, const char *text) {
  arena_put(emulation, 0, text, strlen(text) + 1);
  return (int64_t)emulate(emulation, routine_name, (Arguments){{ARENA_ADDRESS, ARENA_ADDRESS + 512}}).a[0];
}

START_TEST(ports) {
  static const struct {
    const char *text;
    int port;
  } ports[] = {{"0", 0},
               {"1", 1},
               {"8006", 8006},
               {"65535", 65535},
               {"65536", -1},
               {"99999999999999999999", -1},
               {"", -1},
               {"-1", -1},
               {"+1", -1},
               {" 1", -1},
               {"1 ", -1},
               {"1a", -1},
               {"0x50", -1},
               {"00", -1},
               {"080", -1},
               {"8006/", -1},
               {"18446744073709551617", -1}};
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
    ck_assert_msg(parse_text("parse_port", ports[i].text) == ports[i].port, "port \"%s\"", ports[i].text);
  emulation_free(emulation);
}
END_TEST

/* Whether all of the text is an address. */
static bool takes_address(const char *text) {
  return (uint64_t)parse_text("take_ipv4", text) == ARENA_ADDRESS + strlen(text);
}

START_TEST(addresses) {
  static const char *const bad[] = {"",          "1",         "1.2.3",   "1.2.3.4.5", "1.2.3.256",
                                    "256.2.3.4", "1..3.4",    "1.2.3.",  ".1.2.3.4",  "1.2.3.4 ",
                                    " 1.2.3.4",  "1.2.3.04",  "1.2.3.a", "a.b.c.d",   "localhost",
                                    "::1",       "1.2.3.4/8", "1,2,3,4", "1.2.3.-4",  "0x7f.0.0.1"};
  static const struct {
    const char *text;
    unsigned char bytes[4];
  } good[] = {{"127.0.0.1", {127, 0, 0, 1}}, {"0.0.0.0", {0, 0, 0, 0}}, {"255.254.10.99", {255, 254, 10, 99}}};
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!takes_address(bad[i]), "address \"%s\"", bad[i]);
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    ck_assert_msg(takes_address(good[i].text), "address \"%s\"", good[i].text);
    unsigned char bytes[4];
    arena_get(emulation, 512, bytes, sizeof bytes);
    ck_assert_msg(memcmp(bytes, good[i].bytes, 4) == 0, "address \"%s\": %d.%d.%d.%d", good[i].text, bytes[0], bytes[1],
                  bytes[2], bytes[3]);
    const unsigned char socket_address[16] = {2, 0, 0x1f, 0x46, bytes[0], bytes[1], bytes[2], bytes[3]};
    char expected[64], text[64] = "";
    snprintf(expected, sizeof expected, "%s:8006", good[i].text);
    arena_put(emulation, 0, socket_address, sizeof socket_address);
    Arguments out = emulate(emulation, "append_socket_address", (Arguments){{ARENA_ADDRESS + 64, ARENA_ADDRESS}});
    ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + 64 + strlen(expected));
    arena_get(emulation, 64, text, strlen(expected));
    ck_assert_str_eq(text, expected);
  }
  emulation_free(emulation);
}
END_TEST

static void check_decimal(uint64_t number) {
  char expected[32], text[32] = "";
  int length = snprintf(expected, sizeof expected, "%" PRIu64, number);
  Arguments out = emulate(emulation, "append_decimal", (Arguments){{ARENA_ADDRESS, number}});
  ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + (uint64_t)length);
  arena_get(emulation, 0, text, (size_t)length);
  ck_assert_str_eq(text, expected);
}

START_TEST(decimals) {
  emulation = emulation_new((Isa)_i, author);
  check_decimal(0);
  uint64_t random = 88172645463325252;
  for (uint64_t power = 1; power < 1000000000000000000; power *= 10) {
    for (uint64_t digit = 1; digit < 10; digit++) {
      check_decimal(power * digit);
      check_decimal(power * digit - 1);
    }
    for (int i = 0; i < 20; i++) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      check_decimal(random % (power * 10));
    }
  }
  check_decimal(999999999999999999);
  emulation_free(emulation);
}
END_TEST

START_TEST(printable_text) {
  emulation = emulation_new((Isa)_i, author);
  char text[600], copy[600] = "";
  memcpy(text, "a\n\x1b\x7f\xc3\xa9 ~", 9);
  arena_put(emulation, 0, text, 9);
  Arguments out = emulate(emulation, "append_printable", (Arguments){{ARENA_ADDRESS + 1024, ARENA_ADDRESS}});
  ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + 1024 + 8);
  arena_get(emulation, 1024, copy, 8);
  ck_assert_str_eq(copy, "a???\xc3\xa9 ~");
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = 0;
  arena_put(emulation, 0, text, sizeof text);
  out = emulate(emulation, "append_printable", (Arguments){{ARENA_ADDRESS + 1024, ARENA_ADDRESS}});
  ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + 1024 + 255);
  emulation_free(emulation);
}
END_TEST

START_TEST(reasons) {
  static const struct {
    int number;
    const char *text;
  } told[] = {{LINUX_ENOENT, ": no such file or directory"},
              {LINUX_EADDRINUSE, ": address already in use"},
              {LINUX_EPERM, ": error 1"},
              {133, ": error 133"},
              {4095, ": error 4095"}};
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    char text[128];
    Arguments out = emulate(emulation, "reason_for", (Arguments){{(uint64_t)-told[i].number}});
    emulation_text(emulation, out.a[0], text, sizeof text);
    ck_assert_str_eq(text, told[i].text);
  }
  emulation_free(emulation);
}
END_TEST

START_TEST(options) {
  static const char names_of_options[] = "--unsafe\0-b\0--\0--unsafely\0";
  static const struct {
    const char *argument;
    uint64_t ordinal;
  } arguments[] = {{"--unsafe", 0}, {"-b", 1},  {"--", 2},      {"--unsafely", 3}, {"", 4},
                   {"-", 4},        {"-bx", 4}, {"--unsaf", 4}, {"-c", 4},         {"--unsafelyy", 4}};
  emulation = emulation_new((Isa)_i, author);
  arena_put(emulation, 0, names_of_options, sizeof names_of_options);
  for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
    arena_put(emulation, 512, arguments[i].argument, strlen(arguments[i].argument) + 1);
    Arguments out = emulate(emulation, "find_option", (Arguments){{ARENA_ADDRESS + 512, ARENA_ADDRESS}});
    ck_assert_msg(out.a[0] == arguments[i].ordinal, "\"%s\"", arguments[i].argument);
  }
  emulation_free(emulation);
}
END_TEST

START_TEST(strings) {
  static const char *const texts[] = {"", "a", "sixteen bytes is", "caf\xc3\xa9\n"};
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    size_t length = strlen(texts[i]);
    char copy[64];
    arena_put(emulation, 0, texts[i], length + 1);
    ck_assert_uint_eq(emulate(emulation, "string_length", (Arguments){{ARENA_ADDRESS}}).a[0], length);
    static const char *const copiers[] = {"append_string", "copy_string"};
    for (int copier = 0; copier < 2; copier++) {
      memset(copy, '#', sizeof copy);
      arena_put(emulation, 512, copy, sizeof copy);
      Arguments out = emulate(emulation, copiers[copier], (Arguments){{ARENA_ADDRESS + 512, ARENA_ADDRESS}});
      ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + 512 + length);
      arena_get(emulation, 512, copy, sizeof copy);
      ck_assert(memcmp(copy, texts[i], length) == 0);
      ck_assert_int_eq(copy[length], copier == 0 ? '#' : '\0'); /* append_string bears no NUL */
      ck_assert_int_eq(copy[length + 1], '#');
    }
  }
  emulation_free(emulation);
}
END_TEST

static void check_division(uint64_t dividend, uint64_t divisor) {
  Arguments out = emulate(emulation, "divide", (Arguments){{dividend, divisor}});
  ck_assert_msg(out.a[0] == dividend / divisor && out.a[1] == dividend % divisor,
                "%" PRIu64 " / %" PRIu64 " is %" PRIu64 ", remainder %" PRIu64, dividend, divisor, out.a[0], out.a[1]);
}

START_TEST(divisions) {
  static const uint64_t edges[] = {1, 2, 3, 7, 10, 365, 146097, UINT32_MAX, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
  enum { EDGES = sizeof edges / sizeof *edges };
  emulation = emulation_new((Isa)_i, author);
  for (int i = 0; i < EDGES; i++) {
    check_division(0, edges[i]);
    for (int j = 0; j < EDGES; j++) {
      check_division(edges[i], edges[j]);
      check_division(edges[i] - 1, edges[j]);
    }
  }
  emulation_free(emulation);
}
END_TEST

/* ---- Error numbers ----------------------------------------------------------------------------------------------- */

/* Name, number and words of each row are the C library's, and no number that it knows is missing. */
START_TEST(error_numbers) {
  static const struct {
    const char *name;
    int number;
    const char *text;
  } errors[] = {
#define ROW(name, number, text) {#name, number, text},
      LINUX_ERRORS(ROW)};
  bool told[256] = {false};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    ck_assert_str_eq(errors[i].name, strerrorname_np(errors[i].number));
    ck_assert_str_eq(errors[i].text, strerrordesc_np(errors[i].number));
    told[errors[i].number] = true;
  }
  for (int number = 1; number < 256; number++)
    ck_assert_msg(told[number] == (strerrorname_np(number) != NULL), "error number %d", number);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("linux routines");
  const struct {
    const char *name;
    const TTest *test;
    int machines;
  } tests[] = {{"ports", ports, ISA_COUNT},        {"addresses", addresses, ISA_COUNT},
               {"decimals", decimals, ISA_COUNT},  {"printable", printable_text, ISA_COUNT},
               {"reasons", reasons, ISA_COUNT},    {"options", options, ISA_COUNT},
               {"strings", strings, ISA_COUNT},    {"divisions", divisions, ISA_COUNT},
               {"error numbers", error_numbers, 1}};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    TCase *tcase = tcase_create(tests[i].name);
    tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].machines);
    suite_add_tcase(suite, tcase);
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
