/* What is known of registers that hold addresses, and of the tables that jumps are read from: each kind of move from
   each kind of knowledge, what joins keep, and each entry of a table up to its end. */
/* reads: nothing */
#include "harness/check/effects.h"
#include "harness/check/leads.h"
#include "harness/check/program.h"

#include <check.h>
#include <string.h>

enum { TO = 3, FROM = 4, OTHER = 5, KEPT = 8 };

static const struct lead none = {.kind = LEAD_NONE};
static const struct lead address = {.kind = LEAD_ADDRESS, .address = 0x1000};
static const struct lead near = {.kind = LEAD_NEAR, .address = 0x1000};
static const struct lead entry = {.kind = LEAD_ENTRY, .address = 0x1000, .size = 4, .each = true};
static const struct lead other_entry = {.kind = LEAD_ENTRY, .address = 0x1004, .size = 4, .each = true};
static const struct lead whole_entry = {.kind = LEAD_ENTRY, .address = 0x1000, .size = 8, .each = true};
static const struct lead stack = {.kind = LEAD_STACK, .address = 24};

static void is_lead(const struct lead *got, const struct lead *wanted, const char *what) {
  ck_assert_msg(got->kind == wanted->kind && got->address == wanted->address && got->size == wanted->size &&
                    got->one == wanted->one && got->each == wanted->each,
                "%s: kind %d address %#llx size %u one %d each %d", what, (int)got->kind,
                (unsigned long long)got->address, got->size, got->one, got->each);
}

/* ---- Moves ------------------------------------------------------------------------------------------------------- */

struct change {
  const char *what;
  struct lead_move move; /* to TO */
  const struct lead *from, *other;
  struct lead after;
};

#define MOVE(kind_) .kind = (kind_), .to = TO, .from = FROM, .other = OTHER
#define LOAD(kind_) .kind = (kind_), .to = TO, .from = FROM, .other = -1

static const struct change changes[] = {
    {"nothing", {MOVE(MOVE_NOTHING)}, &address, &entry, {.kind = LEAD_ADDRESS, .address = 7}},
    {"an address is taken",
     {MOVE(MOVE_TAKE), .number = 0x2000},
     &none,
     &none,
     {.kind = LEAD_ADDRESS, .address = 0x2000}},
    {"the stack pointer, 40 bytes deep", {MOVE(MOVE_STACK)}, &none, &none, {.kind = LEAD_STACK, .address = 40}},
    {"16 above it", {MOVE(MOVE_STACK), .number = 16}, &none, &none, {.kind = LEAD_STACK, .address = 24}},
    {"a number to an address",
     {MOVE(MOVE_ADD_NUMBER), .number = 8},
     &address,
     &none,
     {.kind = LEAD_ADDRESS, .address = 0x1008}},
    {"a number to what is near",
     {MOVE(MOVE_ADD_NUMBER), .number = 8},
     &near,
     &none,
     {.kind = LEAD_NEAR, .address = 0x1000}},
    {"a number to a place on the stack",
     {MOVE(MOVE_ADD_NUMBER), .number = 8},
     &stack,
     &none,
     {.kind = LEAD_STACK, .address = 16}},
    {"a number to an entry", {MOVE(MOVE_ADD_NUMBER), .number = 8}, &entry, &none, {.kind = LEAD_NONE}},
    {"a number to nothing", {MOVE(MOVE_ADD_NUMBER), .number = 8}, &none, &none, {.kind = LEAD_NONE}},
    {"an entry to its table",
     {MOVE(MOVE_ADD_REGISTER)},
     &entry,
     &address,
     {.kind = LEAD_TARGET, .address = 0x1000, .size = 4, .each = true}},
    {"a table to its entry",
     {MOVE(MOVE_ADD_REGISTER)},
     &address,
     &entry,
     {.kind = LEAD_TARGET, .address = 0x1000, .size = 4, .each = true}},
    {"an entry of another table", {MOVE(MOVE_ADD_REGISTER)}, &address, &other_entry, {.kind = LEAD_NONE}},
    {"an entry that is no distance", {MOVE(MOVE_ADD_REGISTER)}, &address, &whole_entry, {.kind = LEAD_NONE}},
    {"an index to an address", {MOVE(MOVE_ADD_REGISTER)}, &address, &none, {.kind = LEAD_NEAR, .address = 0x1000}},
    {"an address to an index", {MOVE(MOVE_ADD_REGISTER)}, &none, &address, {.kind = LEAD_NEAR, .address = 0x1000}},
    {"an index to what is near", {MOVE(MOVE_ADD_REGISTER)}, &near, &none, {.kind = LEAD_NEAR, .address = 0x1000}},
    {"what is near to an index", {MOVE(MOVE_ADD_REGISTER)}, &none, &near, {.kind = LEAD_NEAR, .address = 0x1000}},
    {"an entry to what is near", {MOVE(MOVE_ADD_REGISTER)}, &near, &entry, {.kind = LEAD_NONE}},
    {"two addresses", {MOVE(MOVE_ADD_REGISTER)}, &address, &address, {.kind = LEAD_NONE}},
    {"two indices", {MOVE(MOVE_ADD_REGISTER)}, &none, &none, {.kind = LEAD_NONE}},
    {"a place on the stack and an index", {MOVE(MOVE_ADD_REGISTER)}, &stack, &none, {.kind = LEAD_NONE}},
    {"one entry",
     {LOAD(MOVE_LOAD), .size = 8, .number = 16},
     &address,
     &none,
     {.kind = LEAD_ENTRY, .address = 0x1010, .size = 8, .one = true}},
    {"an entry by an index",
     {MOVE(MOVE_LOAD), .size = 4},
     &address,
     &none,
     {.kind = LEAD_ENTRY, .address = 0x1000, .size = 4, .each = true}},
    {"an entry of what is near",
     {LOAD(MOVE_LOAD), .size = 8},
     &near,
     &none,
     {.kind = LEAD_ENTRY, .address = 0x1000, .size = 8}},
    {"an entry of what is near by an index",
     {MOVE(MOVE_LOAD), .size = 8},
     &near,
     &none,
     {.kind = LEAD_ENTRY, .address = 0x1000, .size = 8}},
    {"what an entry leads to", {LOAD(MOVE_LOAD), .size = 8}, &entry, &none, {.kind = LEAD_NONE}},
    {"what stands on the stack", {LOAD(MOVE_LOAD), .size = 8}, &stack, &none, {.kind = LEAD_NONE}},
};

START_TEST(each_move_leads_where_it_should) {
  const struct change *change = &changes[_i];
  struct lead leads[REGS] = {{0}};
  struct code code = {.lead = change->move, .effects = {.copy_to = -1, .copy_from = -1}};
  leads[TO] = (struct lead){.kind = LEAD_ADDRESS, .address = 7};
  leads[FROM] = *change->from;
  leads[OTHER] = *change->other;
  leads[KEPT] = address;
  leads_change(&code, 40, leads);
  is_lead(&leads[TO], &change->after, change->what);
  is_lead(&leads[FROM], change->from, change->what);
  is_lead(&leads[OTHER], change->other, change->what);
  is_lead(&leads[KEPT], &address, change->what);
}
END_TEST

/* The bases of a move may be no registers at all. */
START_TEST(what_is_no_register_leads_nowhere) {
  struct lead leads[REGS] = {[0] = {.kind = LEAD_ADDRESS, .address = 0x1000}};
  struct code code = {.lead = {.kind = MOVE_ADD_NUMBER, .to = TO, .from = -1, .other = -1, .number = 8},
                      .effects = {.copy_to = -1, .copy_from = -1}};
  leads[TO] = address;
  leads_change(&code, 0, leads);
  is_lead(&leads[TO], &none, "from none");
  code.lead = (struct lead_move){.kind = MOVE_TAKE, .to = 0, .from = -1, .other = -1, .number = 0x2000};
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &(struct lead){.kind = LEAD_ADDRESS, .address = 0x2000}, "to register 0");
  code.lead.to = -1;
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &(struct lead){.kind = LEAD_ADDRESS, .address = 0x2000}, "to none");
}
END_TEST

/* Register 0 is one like the others, and there is none after the last. */
START_TEST(the_first_and_the_last_register_are_registers) {
  struct lead leads[REGS + 1] = {[0] = {.kind = LEAD_ADDRESS, .address = 0x1000}, [REGS] = {.kind = LEAD_NEAR}};
  struct code code = {.lead = {.kind = MOVE_ADD_NUMBER, .to = TO, .from = 0, .other = -1, .number = 8},
                      .effects = {.copy_to = -1, .copy_from = -1}};
  leads_change(&code, 0, leads);
  is_lead(&leads[TO], &(struct lead){.kind = LEAD_ADDRESS, .address = 0x1008}, "from register 0");
  leads[FROM] = address;
  code.lead = (struct lead_move){.kind = MOVE_LOAD, .to = TO, .from = FROM, .other = 0, .size = 4};
  leads_change(&code, 0, leads);
  is_lead(&leads[TO], &entry, "by register 0");
  code.lead = (struct lead_move){.to = -1, .from = -1, .other = -1};
  code.effects.writes = 1;
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &none, "written");
  ck_assert_int_eq(leads[REGS].kind, LEAD_NEAR);
  leads_call(leads, 0);
  ck_assert_int_eq(leads[REGS].kind, LEAD_NEAR);
  ck_assert(!leads_join(leads, leads));
}
END_TEST

START_TEST(a_copy_is_a_copy_and_what_is_written_is_lost) {
  struct lead leads[REGS] = {{0}};
  struct code code = {.lead = {.to = -1, .from = -1, .other = -1},
                      .effects = {.copy_to = 0, .copy_from = REGS - 1, .writes = 1}};
  leads[REGS - 1] = entry;
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &entry, "a copy");
  code.effects = (struct effects){.copy_to = -1, .copy_from = -1, .writes = 1U << (REGS - 1)};
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &entry, "not written");
  is_lead(&leads[REGS - 1], &none, "written");
  for (int count = 0; count <= 2; count++) {
    leads[1] = leads[2] = address;
    code.effects = (struct effects){
        .copy_to = -1, .copy_from = -1, .stack = STACK_LOAD, .stack_count = (uint8_t)count, .stack_registers = {1, 2}};
    leads_change(&code, 0, leads);
    is_lead(&leads[1], count > 0 ? &none : &address, "popped first");
    is_lead(&leads[2], count > 1 ? &none : &address, "popped second");
  }
  leads[0] = leads[1] = address;
  code.effects = (struct effects){
      .copy_to = -1, .copy_from = -1, .stack = STACK_LOAD, .stack_count = 1, .stack_registers = {0, 1}};
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &none, "register 0 popped");
  leads[0] = address;
  code.effects.stack_registers[0] = -1;
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &address, "popped to nowhere");
  code.effects = (struct effects){
      .copy_to = -1, .copy_from = -1, .stack = STACK_STORE, .stack_count = 1, .stack_registers = {0, 1}};
  leads_change(&code, 0, leads);
  is_lead(&leads[0], &address, "pushed");
}
END_TEST

START_TEST(a_call_loses_all_but_what_is_kept) {
  struct lead leads[REGS];
  for (int i = 0; i < REGS; i++)
    leads[i] = address;
  leads_call(leads, 1U | 1U << KEPT | 1U << (REGS - 1));
  for (int i = 0; i < REGS; i++)
    is_lead(&leads[i], i == 0 || i == KEPT || i == REGS - 1 ? &address : &none, "after a call");
}
END_TEST

START_TEST(a_join_keeps_what_both_know) {
  static const struct lead kinds[] = {{.kind = LEAD_ADDRESS, .address = 1},
                                      {.kind = LEAD_NEAR, .address = 1},
                                      {.kind = LEAD_ADDRESS, .address = 2},
                                      {.kind = LEAD_ENTRY, .address = 1, .size = 4},
                                      {.kind = LEAD_ENTRY, .address = 1, .size = 8},
                                      {.kind = LEAD_ENTRY, .address = 1, .size = 4, .one = true},
                                      {.kind = LEAD_ENTRY, .address = 1, .size = 4, .each = true},
                                      {.kind = LEAD_NONE}};
  enum { KINDS = sizeof kinds / sizeof *kinds };
  for (int at = 0; at < REGS; at += REGS - 1)
    for (int a = 0; a < KINDS; a++)
      for (int b = 0; b < KINDS; b++) {
        struct lead mine[REGS] = {{0}};
        struct lead other[REGS] = {{0}};
        mine[at] = kinds[a];
        other[at] = kinds[b];
        ck_assert_int_eq(leads_join(mine, other), a != b && a != KINDS - 1);
        is_lead(&mine[at], a == b ? &kinds[a] : &none, "joined");
      }
}
END_TEST

/* ---- Ways -------------------------------------------------------------------------------------------------------- */

/* Code at 0x100, of 32 bytes; a table of three distances of 4 bytes and one of three addresses after it, with the
   number 5 between them; and code again. */
enum { CODE = 0x100, TABLE = 0x120, TABLE_END = 0x12c, WHOLE = 0x130, WHOLE_END = 0x148, LAST = 0x148, END = 0x150 };

#define ODD UINT64_C(0x8000000000000005)

static void put(uint8_t *text, uint64_t at, uint64_t value, unsigned size) { memcpy(text + (at - CODE), &value, size); }

static void make_program(struct program *program, uint8_t *text, struct routine *routines) {
  static const struct routine all[] = {{.start = CODE, .end = TABLE, .is_code = true},
                                       {.start = TABLE, .end = TABLE_END},
                                       {.start = WHOLE, .end = WHOLE_END},
                                       {.start = LAST, .end = END, .is_code = true}};
  memset(text, 0, END - CODE);
  memcpy(routines, all, sizeof all);
  put(text, TABLE, (uint32_t)(CODE - TABLE), 4); /* below 0 */
  put(text, TABLE + 4, LAST - TABLE, 4);
  put(text, TABLE + 8, 0x7fffffff, 4);
  put(text, WHOLE, CODE + 4, 8);
  put(text, WHOLE + 8, ODD, 8);
  put(text, WHOLE + 16, LAST, 8);
  *program = (struct program){.address = CODE, .size = END - CODE, .text = text, .routines = routines, .count = 4};
}

static const struct {
  const char *what;
  struct lead lead;
  size_t count;
  uint64_t to[4], at[4];
} ways[] = {
    {"an address", {.kind = LEAD_ADDRESS, .address = CODE + 8}, 1, {CODE + 8}, {0}},
    {"nothing", {.kind = LEAD_NONE, .address = CODE}, 0, {0}, {0}},
    {"what is near", {.kind = LEAD_NEAR, .address = CODE}, 0, {0}, {0}},
    {"distances",
     {.kind = LEAD_TARGET, .address = TABLE, .size = 4},
     3,
     {CODE, LAST, TABLE + UINT64_C(0x7fffffff)},
     {TABLE, TABLE + 4, TABLE + 8}},
    {"distances of two bytes",
     {.kind = LEAD_TARGET, .address = TABLE + 8, .size = 2},
     2,
     {TABLE + 7, TABLE + 8 + UINT64_C(0x7fff)},
     {TABLE + 8, TABLE + 10}},
    {"an entry that is no address", {.kind = LEAD_ENTRY, .address = TABLE, .size = 4, .each = true}, 0, {0}, {0}},
    {"addresses, and what is none between them",
     {.kind = LEAD_ENTRY, .address = WHOLE, .size = 8},
     2,
     {CODE + 4, LAST},
     {WHOLE, WHOLE + 16}},
    {"addresses alone",
     {.kind = LEAD_ENTRY, .address = WHOLE, .size = 8, .each = true},
     3,
     {CODE + 4, ODD, LAST},
     {WHOLE, WHOLE + 8, WHOLE + 16}},
    {"one address", {.kind = LEAD_ENTRY, .address = WHOLE + 8, .size = 8, .one = true}, 1, {ODD}, {WHOLE + 8}},
    {"the last entry", {.kind = LEAD_ENTRY, .address = WHOLE + 16, .size = 8}, 1, {LAST}, {WHOLE + 16}},
    {"half an entry", {.kind = LEAD_ENTRY, .address = WHOLE + 17, .size = 8}, 0, {0}, {0}},
    {"an entry in code", {.kind = LEAD_ENTRY, .address = CODE, .size = 8}, 0, {0}, {0}},
    {"an entry before everything", {.kind = LEAD_ENTRY, .address = CODE - 8, .size = 8}, 0, {0}, {0}},
    {"an entry after everything", {.kind = LEAD_ENTRY, .address = END, .size = 8}, 0, {0}, {0}},
};

START_TEST(each_way_is_found) {
  uint8_t text[END - CODE];
  struct routine routines[4];
  struct program program;
  uint64_t to = 0;
  uint64_t at = 0;
  make_program(&program, text, routines);
  for (size_t i = 0; i < ways[_i].count; i++) {
    ck_assert_msg(leads_way(&program, &ways[_i].lead, i, &to, &at), "%s: way %zu is missing", ways[_i].what, i);
    ck_assert_msg(to == ways[_i].to[i] && at == ways[_i].at[i], "%s: way %zu: %#llx at %#llx", ways[_i].what, i,
                  (unsigned long long)to, (unsigned long long)at);
  }
  ck_assert_msg(!leads_way(&program, &ways[_i].lead, ways[_i].count, &to, &at), "%s: %#llx", ways[_i].what,
                (unsigned long long)to);
}
END_TEST

/* A table whose routine is longer than the code that was read. */
START_TEST(no_entry_is_read_after_the_code) {
  uint8_t text[END - CODE];
  struct routine routines[4];
  struct program program;
  uint64_t to = 0;
  uint64_t at = 0;
  const struct lead lead = {.kind = LEAD_ENTRY, .address = WHOLE, .size = 8, .each = true};
  make_program(&program, text, routines);
  program.size = WHOLE + 16 - CODE;
  ck_assert(leads_way(&program, &lead, 1, &to, &at));
  ck_assert(!leads_way(&program, &lead, 2, &to, &at));
  program.size--;
  ck_assert(!leads_way(&program, &lead, 1, &to, &at));
  program.address = CODE + 1;
  const struct lead first = {.kind = LEAD_ENTRY, .address = CODE, .size = 8, .one = true};
  routines[0].is_code = false;
  ck_assert(!leads_way(&program, &first, 0, &to, &at));
  program.address = CODE;
  ck_assert(leads_way(&program, &first, 0, &to, &at));
  ck_assert_uint_eq(to, 0);
}
END_TEST

/* ---- System calls ------------------------------------------------------------------------------------------------ */

static const struct {
  int64_t x64, arm64;
  int arguments;
} calls[] = {{0, 63, 3},    {1, 64, 3},    {3, 57, 1},    {5, 80, 2},    {9, 222, 6},   {11, 215, 2},  {13, 134, 4},
             {14, 135, 4},  {16, 29, 3},   {20, 66, 3},   {25, 216, 4},  {28, 233, 3},  {41, 198, 3},  {42, 203, 3},
             {45, 207, 6},  {48, 210, 2},  {49, 200, 3},  {50, 201, 2},  {51, 204, 3},  {54, 208, 5},  {60, 93, 1},
             {72, 25, 3},   {157, 167, 2}, {217, 61, 3},  {228, 113, 2}, {231, 94, 1},  {233, 21, 4},  {257, 56, 3},
             {262, 79, 4},  {267, 78, 4},  {271, 73, 5},  {281, 22, 5},  {288, 242, 4}, {289, 74, 4},  {291, 20, 1},
             {302, 261, 4}, {317, 277, 3}, {332, 291, 5}, {437, 437, 4}, {444, 444, 3}, {445, 445, 4}, {446, 446, 2}};

/* As the kernel's tables of calls and the manual pages have them. */
START_TEST(each_call_has_its_arguments) {
  for (int64_t number = -1; number < 500; number++) {
    int x64 = -1;
    int arm64 = -1;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
      x64 = calls[i].x64 == number ? calls[i].arguments : x64;
      arm64 = calls[i].arm64 == number ? calls[i].arguments : arm64;
    }
    ck_assert_msg(effects_arguments(0, number) == x64, "x64 %lld", (long long)number);
    ck_assert_msg(effects_arguments(1, number) == arm64, "arm64 %lld", (long long)number);
  }
}
END_TEST

START_TEST(portable_names) {
  static const char *const names[] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                      "T1", "S0", "S1", "S2", "S3", "S4", "S5"};
  for (int i = 0; i < REGS_PORTABLE; i++)
    ck_assert_int_eq(effects_portable(names[i]), i);
  ck_assert_int_eq(effects_portable("S6"), -1);
  ck_assert_int_eq(effects_portable("a0"), -1);
  ck_assert_int_eq(effects_portable(""), -1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("leads");
  TCase *tests = tcase_create("leads");
  tcase_add_loop_test(tests, each_move_leads_where_it_should, 0, sizeof changes / sizeof *changes);
  tcase_add_test(tests, what_is_no_register_leads_nowhere);
  tcase_add_test(tests, the_first_and_the_last_register_are_registers);
  tcase_add_test(tests, a_copy_is_a_copy_and_what_is_written_is_lost);
  tcase_add_test(tests, a_call_loses_all_but_what_is_kept);
  tcase_add_test(tests, a_join_keeps_what_both_know);
  tcase_add_loop_test(tests, each_way_is_found, 0, sizeof ways / sizeof *ways);
  tcase_add_test(tests, no_entry_is_read_after_the_code);
  tcase_add_test(tests, each_call_has_its_arguments);
  tcase_add_test(tests, portable_names);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
