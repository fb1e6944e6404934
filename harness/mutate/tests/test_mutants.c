/* Mutants: which there are of an instruction, and what becomes of those of a program that is known by heart. */
/* reads: gate:mutate+ledger elf fixtures */
/* once: sanitized; what it runs is build/bytegate, as it is in both */
#include "harness/mutate/mutants.h"
#include "harness/mutate/mutate.h"
#include "harness/suite/suite.h"

#include "harness/tests/tiny_program.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All mutants of one instruction, as text: "condition 74f9, no-op 9090". */
static char *mutants_of(const char *machine, const char *bytes, size_t len, enum map_kind kind) {
  struct map_entry entry = {.address = 0x400000, .bytes = (const uint8_t *)bytes, .len = len, .kind = kind};
  struct program_map map = {.entries = &entry, .count = 1, .base = entry.address, .span = len};
  struct mutants mutants;
  struct bytes text = {0};
  bytes_text(&text, "");
  mutants_make(&map, machine_named(machine), &mutants);
  for (size_t i = 0; i < mutants.count; i++) {
    bytes_printf(&text, "%s%s ", i ? ", " : "", mutation_name(mutants.items[i].mutation));
    for (size_t k = 0; k < mutants.items[i].len; k++)
      bytes_printf(&text, "%02x", mutants.items[i].bytes[k]);
  }
  mutants_free(&mutants);
  return text.data;
}

static const struct {
  const char *name; /* as objdump prints it */
  const char *bytes;
  size_t len;
  const char *mutants;
} x64[] = {
    {"jne -7", "\x75\xf9", 2, "condition 74f9, no-op 9090"},
    {"jae +0x100", "\x0f\x83\x00\x01\x00\x00", 6, "condition 0f8200010000, no-op 909090909090"},
    {"jmp +2", "\xeb\x02", 2, "no-op 9090"},
    {"call", "\xe8\x01\x00\x00\x00", 5, "no-op 9090909090"},
    {"setb r10b", "\x41\x0f\x92\xc2", 4, "condition 410f93c2, register 410f92c3, no-op 90909090"},
    {"ret", "\xc3", 1, "no-op 90"},
    {"add rdi, 0x7f", "\x48\x83\xc7\x7f", 4,
     "plus-one 4883c780, minus-one 4883c77e, register 4883c67f, no-op 90909090"},
    {"mov eax, 0xff", "\xb8\xff\x00\x00\x00", 5,
     "plus-one b800010000, minus-one b8fe000000, register b9ff000000, no-op 9090909090"},
    {"mov rax, rdx", "\x48\x89\xd0", 3, "register 4889d8, register 4889d1, exchange 4889c2, no-op 909090"},
    {"mov r10, rdx", "\x49\x89\xd2", 3, "register 4989da, register 4989d3, exchange 4c89d2, no-op 909090"},
    {"cmp r13, r13", "\x4d\x39\xed", 3, "register 4d39e5, register 4d39ec, no-op 909090"},
    {"movzx eax, byte [rbp+2]", "\x0f\xb6\x45\x02", 4,
     "further 0fb64503, nearer 0fb64501, register 0fb64d02, no-op 90909090"},
    {"mov rax, [rdi]", "\x48\x8b\x07", 3, "register 488b0f, register 488b06, no-op 909090"},
    {"push r12", "\x41\x54", 2, "register 4155, no-op 9090"},
    {"syscall", "\x0f\x05", 2, "no-op 9090"},
    {"movsx rdi, word [r11+rdi*2]", "\x49\x0f\xbf\x3c\x7b", 5,
     "register 490fbf347b, register 490fbf3c7a, register 490fbf3c73, no-op 9090909090"},
};

START_TEST(each_field_of_an_x64_instruction_has_its_mutants) {
  char *text = mutants_of("x64", x64[_i].bytes, x64[_i].len, MAP_CODE);
  ck_assert_msg(strcmp(text, x64[_i].mutants) == 0, "%s: %s, expected %s", x64[_i].name, text, x64[_i].mutants);
  free(text);
}
END_TEST

static const struct {
  const char *name;
  const char *bytes; /* little-endian words */
  const char *mutants;
} arm64[] = {
    {"b.ne -8", "\xc1\xff\xff\x54", "condition c0ffff54, no-op 1f2003d5"},
    {"cbnz x10, +8", "\x4a\x00\x00\xb5", "condition 4a0000b4, register 4b0000b5, no-op 1f2003d5"},
    {"tbz x30, #63, +8", "\x5e\x00\xf8\xb6",
     "condition 5e00f8b7, plus-one 5e0000b6, minus-one 5e00f0b6, register 5f00f8b6, no-op 1f2003d5"},
    {"ret", "\xc0\x03\x5f\xd6", "register e0035fd6, no-op 1f2003d5"},
    {"bl +4", "\x01\x00\x00\x94", "no-op 1f2003d5"},
    {"svc #0", "\x01\x00\x00\xd4", "no-op 1f2003d5"},
    {"add x2, x10, #1", "\x42\x05\x00\x91",
     "plus-one 42090091, minus-one 42010091, register 43050091, register 62050091, no-op 1f2003d5"},
    {"movz x21, #0xffff", "\xf5\xff\x9f\xd2",
     "plus-one 150080d2, minus-one d5ff9fd2, register f4ff9fd2, no-op 1f2003d5"},
    {"ldr x2, [x10, #8]", "\x42\x05\x40\xf9",
     "further 420940f9, nearer 420140f9, register 430540f9, register 620540f9, no-op 1f2003d5"},
    {"udiv x2, x10, x21", "\x42\x09\xd5\x9a",
     "register 4309d59a, register 6209d59a, register 4209d49a, exchange a20aca9a, no-op 1f2003d5"},
    {"nop", "\x1f\x20\x03\xd5", ""},
};

START_TEST(each_field_of_an_arm64_instruction_has_its_mutants) {
  char *text = mutants_of("arm64", arm64[_i].bytes, 4, MAP_CODE);
  ck_assert_msg(strcmp(text, arm64[_i].mutants) == 0, "%s: %s, expected %s", arm64[_i].name, text, arm64[_i].mutants);
  free(text);
}
END_TEST

START_TEST(each_byte_of_a_table_has_one_bit_changed) {
  char *text = mutants_of("x64", "\x00\xff\x40\x00\x00\x00\x00\x00\x01", 9, MAP_DATA);
  ck_assert_str_eq(text, "set-bit 01, clear-bit fd, set-bit 44, set-bit 08, set-bit 10, set-bit 20, set-bit 40, "
                         "set-bit 80, clear-bit 00");
  free(text);
  text = mutants_of("x64", "\x90\x90", 2, MAP_FILL);
  ck_assert_str_eq(text, "");
  free(text);
}
END_TEST

static void assert_holds(const char *text, const char *wanted) {
  ck_assert_msg(strstr(text, wanted) != NULL, "%s\nis not in\n%s", wanted, text);
}

/* What survives in the tiny program does so for a reason that can be seen: xor edi, edi is not needed where the kernel
   starts a program with zeros in its registers, nor can it matter which zeros are combined; cmp edi, 4 may be
   another comparison that is not equal; je leads to the next instruction all the same; and ud2 is never reached. */
static const char survivors[] = "  survived:\n"
                                "  tiny.c:1: tiny+0x0:register: xor edi, edi, now xor edi, esi\n"
                                "  tiny.c:1: tiny+0x0:register.1: xor edi, edi, now xor esi, edi\n"
                                "  tiny.c:1: tiny+0x0:no-op: xor edi, edi, now nop x 2\n"
                                "  tiny.c:5: tiny+0x9:plus-one: cmp edi, 4, now cmp edi, 5\n"
                                "  tiny.c:5: tiny+0x9:register: cmp edi, 4, now cmp esi, 4\n"
                                "  tiny.c:6: tiny+0xc:no-op: je 0x4000c5, now nop x 2\n"
                                "  tiny.c:8: tiny+0x15:no-op: ud2, now nop x 2 (no case reaches it)\n";

/* What became of all mutants of the tiny program, measured once, and what was said of them. Some of them spin until
   their time is up. */
static struct bytes measured;
static char *said_of_them;

static void measure(void) {
  int status = -1;
  char *folder = tiny_make();
  char *state = xasprintf("%s/mutants/tiny", folder);
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini", &status);
  ck_assert_msg(status == 1, "%s", text);
  ck_assert_int_eq(bytes_read_file(&measured, state), 0);
  said_of_them = text;
  free(state);
  tiny_remove(folder);
}

static void forget(void) {
  bytes_free(&measured);
  free(said_of_them);
}

START_TEST(the_mutants_that_survive_are_those_that_must) { assert_holds(said_of_them, survivors); }
END_TEST

/* A folder with the tiny program, and what is known of its mutants: mutate goes on from there. */
static char *make_measured(void) {
  char *folder = tiny_make();
  char *path = xasprintf("%s/mutants", folder);
  ck_assert_int_eq(mkdir(path, 0755), 0);
  free(path);
  path = xasprintf("%s/mutants/tiny", folder);
  ck_assert_int_eq(write_file(path, span_of(&measured)), 0);
  free(path);
  return folder;
}

static void write_fixture(const char *folder, const char *name, const char *text) {
  char *path = xasprintf("%s/fixtures", folder);
  ck_assert(mkdir(path, 0755) == 0 || errno == EEXIST);
  free(path);
  path = xasprintf("%s/fixtures/%s", folder, name);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  free(path);
}

static const char reasons[] =
    "# why\n\ntiny | tiny | register | * | the registers hold zero\n"
    "* | t* | no-op | * | nothing depends on it\ntiny | tiny | plus-one | * | neither is equal\n";

/* With every survivor explained, all of the rest is killed; a pattern that explains nothing is a mistake. */
START_TEST(the_list_of_reasons_is_two_sided) {
  int status = -1;
  char *folder = make_measured();
  write_fixture(folder, "mutants-reasons", reasons);
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini", &status);
  ck_assert_msg(status == 0, "%s", text);
  assert_holds(text, "all                23       16           7  100.0 %\n\ntiny: 23 of 23 mutants tried on 2 cases, "
                     "69.6 % killed, 100.0 % of those not explained, ");
  free(text);
  char *more = xasprintf("%stiny | tiny | condition | * | cases kill these\ntiny | other | * | * | there is none\n"
                         "other | * | * | * | of another program\n",
                         reasons);
  write_fixture(folder, "mutants-reasons", more);
  text = tiny_run(folder, "mutate --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 1);
  assert_holds(text, "  fixtures/mutants-reasons:6: cases kill each of these mutants: it is not equivalent\n"
                     "  fixtures/mutants-reasons:7: there is no such mutant\n\n");
  free(text);
  write_fixture(folder, "mutants-reasons", "tiny | tiny | condition | \n");
  text = tiny_run(folder, "mutate --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 3);
  assert_holds(text, "fixtures/mutants-reasons:1: a line is PROGRAM | ROUTINE | WHAT | SOURCE LINE | REASON");
  free(text);
  free(more);
  tiny_remove(folder);
}
END_TEST

/* A folder with the tiny program whose survivors all stand in its ledger. */
static char *make_with_ledger(void) {
  int status = -1;
  char *folder = make_measured();
  write_fixture(folder, "mutants-reasons", reasons);
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini --ledger", &status);
  ck_assert_msg(status == 0, "%s", text);
  assert_holds(text, "\nfixtures/ledger/tiny.jsonl: 7 mutants survived, 0 of them proved, 0 without a reason\n");
  free(text);
  write_fixture(folder, "mutants-reasons", "");
  return folder;
}

static void assert_mutate_ends(const char *folder, const char *options, int wanted, const char *holds) {
  int status = -1;
  char *command = xasprintf("mutate --suite ./tiny.ini %s", options);
  char *text = tiny_run(folder, command, &status);
  ck_assert_msg(status == wanted, "%s: %d, %s", options, status, text);
  assert_holds(text, holds);
  free(text);
  free(command);
}

/* A pattern leaves out nothing; an entry does, as long as its cases are those of today. */
START_TEST(only_what_was_measured_is_left_out) {
  char *folder = make_measured();
  write_fixture(folder, "mutants-reasons", reasons);
  assert_mutate_ends(folder, "--unexplained", 0, "tiny: 23 of 23 mutants tried");
  tiny_remove(folder);
  folder = make_with_ledger();
  assert_mutate_ends(folder, "", 0, "all                23       16           7  100.0 %");
  assert_mutate_ends(folder, "--unexplained", 0,
                     "all                16       16           0  100.0 %\n\n"
                     "  7 mutants survived with a reason, and were left out\n\ntiny: 16 of 16 mutants tried");
  assert_mutate_ends(folder, "--unexplained --case c/1-0", 0, "tiny: 23 of 23 mutants tried");
  tiny_remove(folder);
}
END_TEST

/* A line that has moved voids nothing. */
START_TEST(an_entry_outlives_the_numbers_of_lines) {
  char *folder = make_with_ledger();
  tiny_edit(folder, "tiny.map", span_text("tiny.c:5"), span_text("tiny.c:500"));
  assert_mutate_ends(folder, "--unexplained", 0, "  7 mutants survived with a reason, and were left out\n");
  tiny_remove(folder);
}
END_TEST

/* cmp edi, 4 becomes cmp edi, 9: what stands at most three instructions from it has to be measured again. */
START_TEST(an_entry_is_void_once_its_surroundings_have_changed) {
  char *folder = make_with_ledger();
  tiny_edit(folder, "tiny.map", span_text("83ff04"), span_text("83ff09"));
  tiny_edit(folder, "tiny", (struct span){"\x83\xff\x04", 3}, (struct span){"\x83\xff\x09", 3});
  assert_mutate_ends(folder, "", 1,
                     "  fixtures/ledger/tiny.jsonl:4: void, for what stands around it has changed: tiny: plus-one | ");
  assert_mutate_ends(folder, "--unexplained", 1, "  4 mutants survived with a reason, and were left out\n");
  assert_mutate_ends(folder, "--ledger", 1,
                     "  of those before, 0 were killed; 3 entries were void, and 0 of them stay");
  assert_mutate_ends(folder, "", 1, "  tiny.c:5: tiny+0x9:minus-one: cmp edi, 9, now cmp edi, 8\n");
  tiny_remove(folder);
}
END_TEST

/* cmp edi, 3 is noticed. */
START_TEST(an_entry_whose_mutant_is_killed_is_told) {
  char *folder = make_with_ledger();
  tiny_edit(folder, "fixtures/ledger/tiny.jsonl", span_text("plus-one"), span_text("minus-one"));
  assert_mutate_ends(folder, "", 1, "  fixtures/ledger/tiny.jsonl:4: a case kills this mutant now: tiny: minus-one | ");
  tiny_edit(folder, "fixtures/ledger/tiny.jsonl", span_text("\"fate\": \"survived\""),
            span_text("\"fate\": \"lives\""));
  assert_mutate_ends(folder, "", 3, "fixtures/ledger/tiny.jsonl:1: this is no entry of a ledger");
  tiny_remove(folder);
}
END_TEST

/* Where there is nothing to try, nothing is proven: not 100 % of it is killed. */
START_TEST(a_mutation_of_nothing_is_no_success) {
  int status = -1;
  char *folder = tiny_make();
  write_fixture(folder, "mutants-reasons", "tiny | * | * | * | all of it\n");
  tiny_edit(folder, "tiny.map", span_text("0000000000"),
            span_text("0000000000400030\t00000000\tdata\te_flags\ttiny.c:0\n0000000000"));
  assert_mutate_ends(folder, "--ledger e_flags", 0, "fixtures/ledger/tiny.jsonl: 4 mutants survived");
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini --unexplained e_flags", &status);
  ck_assert_int_eq(status, 2);
  assert_holds(text, "mutate: there is no mutant of tiny to try; nothing is proven (--unexplained leaves out");
  ck_assert_ptr_null(strstr(text, "% killed"));
  free(text);
  tiny_remove(folder);
}
END_TEST

/* An instruction in another encoding, a copy to itself, and a jump to the next; and what is near to each of them. */
static const struct {
  const char *machine, *bytes, *mutant;
  size_t len;
  enum mutation mutation;
  bool is_proved;
} proofs[] = {
    {"x64", "\x48\x89\xc0", "\x90\x90\x90", 3, MUTATION_NO_OP, true},            /* mov rax, rax */
    {"x64", "\x89\xc0\x90", "\x90\x90\x90", 2, MUTATION_NO_OP, false},           /* mov eax, eax clears bits */
    {"x64", "\x48\x89\xc1", "\x90\x90\x90", 3, MUTATION_NO_OP, false},           /* mov rcx, rax */
    {"x64", "\x74\x00", "\x75\x00", 2, MUTATION_CONDITION, true},                /* je to the next */
    {"x64", "\x74\x01", "\x75\x01", 2, MUTATION_CONDITION, false},               /* je past a byte */
    {"x64", "\x48\x01\xd0", "\x48\x03\xc2", 3, MUTATION_EXCHANGE, true},         /* add rax, rdx, twice */
    {"x64", "\x48\x01\xd0", "\x48\x01\xc2", 3, MUTATION_EXCHANGE, false},        /* add rdx, rax */
    {"arm64", "\xe1\x03\x01\xaa", "\x1f\x20\x03\xd5", 4, MUTATION_NO_OP, true},  /* mov x1, x1 */
    {"arm64", "\xe1\x03\x01\x2a", "\x1f\x20\x03\xd5", 4, MUTATION_NO_OP, false}, /* mov w1, w1 */
    {"arm64", "\x21\x00\x00\x54", "\x20\x00\x00\x54", 4, MUTATION_CONDITION, true},
    {"arm64", "\x41\x00\x00\x54", "\x40\x00\x00\x54", 4, MUTATION_CONDITION, false},
};

START_TEST(the_decoder_proves_what_does_the_same) {
  struct map_entry entry = {
      .address = 0x400000, .bytes = (const uint8_t *)proofs[_i].bytes, .len = proofs[_i].len, .kind = MAP_CODE};
  struct mutant mutant = {.entry = &entry, .mutation = proofs[_i].mutation, .len = entry.len, .address = entry.address};
  memcpy(mutant.bytes, proofs[_i].mutant, entry.len);
  ck_assert_int_eq(mutant_proof(machine_named(proofs[_i].machine), &mutant) != NULL, proofs[_i].is_proved);
}
END_TEST

static void edit_state(const char *folder, const char *from, const char *to) {
  tiny_edit(folder, "mutants/tiny", span_text(from), span_text(to));
}

static void assert_mutate(const char *folder, const char *options, const char *wanted) {
  int status = -1;
  char *command = xasprintf("mutate --suite ./tiny.ini %s", options);
  char *text = tiny_run(folder, command, &status);
  ck_assert_msg(status == 1, "%s: %s", options, text);
  assert_holds(text, wanted);
  free(text);
  free(command);
}

/* A line of the state that says what is not so shows whether it was believed. A survivor may fall to a case that is
   new; what was killed stays so while the program is the same, and the case there that did it. */
START_TEST(what_is_known_is_tried_again_only_where_it_may_have_changed) {
  static const char killed_15[] = "all                23       15           0   65.2 %";
  static const char killed_16[] = "all                23       16           0   69.6 %";
  static const char killed_17[] = "all                23       17           0   73.9 %";
  static const char killed[] = "tiny+0x7:condition\tkilled\ttiny tiny/c/1-0\n";
  static const char survived[] = "tiny+0x7:condition\tsurvived\n";
  char *folder = make_measured();
  assert_mutate(folder, "", killed_16);
  edit_state(folder, killed, survived);
  assert_mutate(folder, "", killed_15);
  assert_mutate(folder, "--fresh", killed_16);
  edit_state(folder, killed, survived);
  assert_mutate(folder, "--case c/1-0", killed_16);
  edit_state(folder, "tiny+0x0:no-op\tsurvived\n", "tiny+0x0:no-op\tkilled\ttiny tiny/c/1-0\n");
  assert_mutate(folder, "", killed_17);
  edit_state(folder, "tiny+0x0:no-op\tkilled\ttiny tiny/c/1-0\n", "tiny+0x0:no-op\tkilled\ttiny tiny/c/1-7\n");
  assert_mutate(folder, "", killed_16);
  edit_state(folder, "tiny+0x0:no-op\tsurvived\n", "tiny+0x0:no-op\tkilled\ttiny tiny/c/1-0\n");
  /* EI_ABIVERSION, which the kernel passes over: the same program otherwise, but not the same bytes. */
  tiny_edit(folder, "tiny", (struct span){"ELF\2\1\1\0\0", 8}, (struct span){"ELF\2\1\1\0\1", 8});
  assert_mutate(folder, "", killed_16);
  tiny_remove(folder);
}
END_TEST

/* ud2, which no case executes; a line of that list excuses nothing that a case does execute. */
START_TEST(what_cannot_be_reached_is_explained_by_the_coverage) {
  char *folder = make_measured();
  write_fixture(folder, "unreached", "tiny | tiny | never executed | * | it stands after what does not return\n");
  assert_mutate(folder, "", "all                23       16           1   72.7 %");
  tiny_remove(folder);
}
END_TEST

/* No case reads a header, but the loader does: of e_machine every bit, of e_flags none. */
START_TEST(what_the_loader_reads_is_known_by_any_case) {
  char *folder = make_measured();
  tiny_edit(folder, "tiny.map", span_text("0000000000"),
            span_text("0000000000400012\t3e00\tdata\te_machine\ttiny.c:0\n"
                      "0000000000400030\t00000000\tdata\te_flags\ttiny.c:0\n0000000000"));
  assert_mutate(folder, "", "all                29       18           0   62.1 %");
  assert_mutate(folder, "", "  tiny.c:0: e_flags+0x3:set-bit: 0x00, now 0x08\n");
  tiny_remove(folder);
}
END_TEST

static const struct {
  size_t killed, count;
  bool is_sample, is_enough;
} shares[] = {
    {95, 100, false, true},    {94, 100, false, false},   {0, 0, false, true},        {0, 0, true, true},
    {92, 100, true, true},     {91, 100, true, false},    {939, 1000, true, true},    {938, 1000, true, false},
    {939, 1000, false, false}, {2850, 3000, false, true}, {2849, 3000, false, false}, {0, 1, true, false},
};

START_TEST(a_sample_may_stray_as_samples_do) {
  ck_assert_msg(is_enough(shares[_i].killed, shares[_i].count, shares[_i].is_sample) == shares[_i].is_enough,
                "%zu of %zu", shares[_i].killed, shares[_i].count);
}
END_TEST

START_TEST(a_sample_that_has_time_for_all_is_all) {
  char *folder = tiny_make();
  assert_mutate(folder, "--seconds 60 --seed 7", "tiny: 23 of 23 mutants tried on 2 cases, 69.6 % killed");
  tiny_remove(folder);
}
END_TEST

/* The header is a routine of its own here. What is known of the others is neither counted nor lost. */
START_TEST(routines_can_be_chosen) {
  int status = -1;
  char *folder = make_measured();
  tiny_edit(folder, "tiny.map", span_text("0000000000"),
            span_text("0000000000400030\t00000000\tdata\te_flags\ttiny.c:0\n0000000000"));
  assert_mutate(folder, "'e_*'", "tiny: 4 of 4 mutants tried on 2 cases, 0.0 % killed");
  assert_mutate(folder, "'tin?'", "tiny: 23 of 23 mutants tried on 2 cases, 69.6 % killed");
  edit_state(folder, "e_flags+0x3:set-bit\tsurvived\n", "e_flags+0x3:set-bit\tkilled\ttiny tiny/c/1-0\n");
  assert_mutate(folder, "tiny", "tiny: 23 of 23 mutants tried on 2 cases, 69.6 % killed");
  assert_mutate(folder, "e_flags tiny", "tiny: 27 of 27 mutants tried on 2 cases, 63.0 % killed");
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini tiny e_type", &status);
  ck_assert_int_eq(status, 2);
  assert_holds(text, "mutate: no routine of tiny matches 'e_type' (`bytegate map ");
  free(text);
  tiny_remove(folder);
}
END_TEST

START_TEST(mutate_wants_one_program) {
  int status = -1;
  char *folder = tiny_make();
  tiny_edit(folder, "tiny.ini", span_text("[cases c]"),
            span_text("[program other]\nelf = other\narch = x64\noracle = command\noracle-command = true\n[cases c]"));
  char *copy = xasprintf("cd %s && cp tiny other && printf x >>other && cp tiny.map other.map", folder);
  ck_assert_int_eq(system(copy), 0);
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 2);
  assert_holds(text, "mutate works on one program; name it with --program: tiny other");
  free(text);
  free(copy);
  tiny_remove(folder);
}
END_TEST

/* A program that fails unchanged says nothing by failing changed. */
START_TEST(a_program_that_fails_unchanged_is_not_mutated) {
  int status = -1;
  char *folder = tiny_make();
  char *path = xasprintf("%s/tiny.ini", folder);
  struct bytes suite = {0};
  ck_assert_int_eq(bytes_read_file(&suite, path), 0);
  char *wanted = strstr(suite.data, "exit-status = 3");
  ck_assert_ptr_nonnull(wanted);
  wanted[14] = '4';
  ck_assert_int_eq(write_file(path, span_of(&suite)), 0);
  char *text = tiny_run(folder, "mutate --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 3);
  assert_holds(text, "tiny tiny/c/1-0 fails on the program as it is");
  bytes_free(&suite);
  free(text);
  free(path);
  tiny_remove(folder);
}
END_TEST

static const struct {
  const char *script;
  int status;
} confined[] = {
    {"exit 7", 7},
    {"read line < /dev/null; exit 8", 8},
    {"echo x > /dev/null || exit 6", 6},            /* nothing can be opened for writing */
    {"kill -9 1 2>/dev/null && exit 9; exit 8", 8}, /* nobody else can be signalled */
    {"kill -TERM $$", 128 + 15},                    /* but oneself */
    {"/bin/true; exit 9", 2},                       /* no other program, and no other process */
    {"while :; do :; done", 128 + 27},              /* SIGPROF, when the time is used up */
};

START_TEST(a_mutant_can_harm_nothing) {
  const char *build = getenv("BUILD");
  char *command = xasprintf("trap '' PIPE; %s/confine --profile=strict --processor=300 /bin/sh -c '%s' 2>/dev/null",
                            build && *build ? build : "build", confined[_i].script);
  int status = system(command);
  int code = WEXITSTATUS(status);
  ck_assert_msg(code == confined[_i].status, "%s: %d, expected %d", confined[_i].script, code, confined[_i].status);
  free(command);
}
END_TEST

/* A program that writes a file is EQUAL under the limits of a mutant too, so that its mutants can be tried. */
START_TEST(a_program_that_writes_a_file_can_be_mutated) {
  const char *build = getenv("BUILD");
  char *command =
      xasprintf("%s/bytegate mutate --program hex0_x64 --case 'hand/*' --fresh _start 2>&1 | grep -q '^hex0_x64: '",
                build && *build ? build : "build");
  ck_assert_int_eq(system(command), 0);
  free(command);
}
END_TEST

START_TEST(the_time_for_mutants_counts_the_measuring_before) {
  const uint64_t second = 1000000000;
  ck_assert_uint_eq(mutate_deadline(100 * second, 100 * second, 60), 160 * second);
  ck_assert_uint_eq(mutate_deadline(100 * second, 140 * second, 60), 160 * second);
  ck_assert_uint_eq(mutate_deadline(100 * second, 145 * second, 60), 160 * second);
  ck_assert_uint_eq(mutate_deadline(100 * second, 200 * second, 60), 215 * second);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("mutants");
  TCase *tests = tcase_create("mutants");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, measure, forget);
  tcase_add_loop_test(tests, each_field_of_an_x64_instruction_has_its_mutants, 0, sizeof x64 / sizeof *x64);
  tcase_add_test(tests, the_time_for_mutants_counts_the_measuring_before);
  tcase_add_loop_test(tests, each_field_of_an_arm64_instruction_has_its_mutants, 0, sizeof arm64 / sizeof *arm64);
  tcase_add_test(tests, each_byte_of_a_table_has_one_bit_changed);
  tcase_add_test(tests, the_mutants_that_survive_are_those_that_must);
  tcase_add_test(tests, the_list_of_reasons_is_two_sided);
  tcase_add_test(tests, only_what_was_measured_is_left_out);
  tcase_add_test(tests, an_entry_outlives_the_numbers_of_lines);
  tcase_add_test(tests, an_entry_is_void_once_its_surroundings_have_changed);
  tcase_add_test(tests, an_entry_whose_mutant_is_killed_is_told);
  tcase_add_loop_test(tests, the_decoder_proves_what_does_the_same, 0, sizeof proofs / sizeof *proofs);
  tcase_add_test(tests, a_mutation_of_nothing_is_no_success);
  tcase_add_test(tests, what_is_known_is_tried_again_only_where_it_may_have_changed);
  tcase_add_test(tests, what_cannot_be_reached_is_explained_by_the_coverage);
  tcase_add_test(tests, what_the_loader_reads_is_known_by_any_case);
  tcase_add_loop_test(tests, a_sample_may_stray_as_samples_do, 0, sizeof shares / sizeof *shares);
  tcase_add_test(tests, a_sample_that_has_time_for_all_is_all);
  tcase_add_test(tests, routines_can_be_chosen);
  tcase_add_test(tests, mutate_wants_one_program);
  tcase_add_test(tests, a_program_that_fails_unchanged_is_not_mutated);
  tcase_add_test(tests, a_program_that_writes_a_file_can_be_mutated);
  tcase_add_loop_test(tests, a_mutant_can_harm_nothing, 0, sizeof confined / sizeof *confined);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
