/* Coverage: the source map, the branches, and a program of which it is known what every instruction does. */
/* reads: gate:coverage+covers */
#include "harness/coverage/coverage.h"

#include "harness/base/machine.h"
#include "harness/coverage/coverage_probe.h"
#include "harness/helpers/plugin/counts.h"
#include "harness/map/program_map.h"
#include "harness/suite/suite.h"
#include "harness/tests/tiny_program.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool read_map(const char *text, struct program_map *map, struct bytes *why) {
  char elf[] = "/tmp/test_coverage-XXXXXX";
  int fd = mkstemp(elf);
  ck_assert_int_ge(fd, 0);
  close(fd);
  char *path = xasprintf("%s.map", elf);
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  bool good = program_map_read(elf, map, why);
  unlink(path);
  unlink(elf);
  free(path);
  return good;
}

#define HEADING "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n"

START_TEST(a_map_is_read_in_the_order_of_addresses) {
  struct program_map map;
  struct bytes why = {0};
  ck_assert_msg(read_map(HEADING "0000000000400010\tc3\tcode\tb\tx.c:7\n0000000000400000\t9090\tcode\ta\tx.c:5\n"
                                 "0000000000400002\t00ff\tdata\ta\tx.c:6\n0000000000500000\t64\tbss\tz\tx.c:9\n",
                         &map, &why),
                "%s", span_of(&why).data);
  ck_assert_uint_eq(map.count, 3);
  ck_assert_uint_eq(map.base, 0x400000);
  ck_assert_uint_eq(map.span, 0x11);
  ck_assert_str_eq(map.entries[1].routine, "a");
  ck_assert_int_eq(map.entries[1].kind, MAP_DATA);
  ck_assert_uint_eq(map.entries[1].bytes[1], 0xff);
  ck_assert_int_eq(map.entries[2].line, 7);
  ck_assert_ptr_eq(program_map_at(&map, 0x3fffff), NULL);
  ck_assert_ptr_eq(program_map_at(&map, 0x400000), &map.entries[0]);
  ck_assert_ptr_eq(program_map_at(&map, 0x400003), &map.entries[1]);
  ck_assert_ptr_eq(program_map_at(&map, 0x400004), NULL);
  ck_assert_ptr_eq(program_map_at(&map, 0x400010), &map.entries[2]);
  ck_assert_ptr_eq(program_map_at(&map, 0x400011), NULL);
  ck_assert_uint_eq(program_map_routine(&map, &map.entries[1]), 0x400000);
  program_map_free(&map);
}
END_TEST

static const struct {
  const char *text;
  const char *why;
} bad_maps[] = {{"", ".map:1: this is no source map"},
                {"# bytegate-map 2\tx\n", ".map:1: this is no source map"},
                {HEADING "400000\t90\tcode\ta\n", ".map:2: a line is"},
                {HEADING "400000\t90\tcode\ta\tx.c:1\n400001\t9\tcode\ta\tx.c:1\n", ".map:3: a line is"},
                {HEADING "400000\t9g\tcode\ta\tx.c:1\n", ".map:2: a line is"},
                {HEADING "4g\t90\tcode\ta\tx.c:1\n", ".map:2: a line is"},
                {HEADING "400000\t90\tcold\ta\tx.c:1\n", ".map:2: a line is"},
                {HEADING "400000\t90\tcode\ta\tx.c\n", ".map:2: a line is"},
                {HEADING "400000\t90\tcode\ta\tx.c:1\tmore\n", ".map:2: a line is"}};

START_TEST(a_damaged_map_is_refused_by_its_line) {
  struct program_map map;
  struct bytes why = {0};
  ck_assert(!read_map(bad_maps[_i].text, &map, &why));
  ck_assert_msg(strstr(why.data, bad_maps[_i].why) != NULL, "%s", why.data);
  bytes_free(&why);
}
END_TEST

static const struct {
  const char *bytes;
  size_t len;
  const char *machine;
  int64_t displacement; /* 0: no conditional branch */
} branches[] = {{"\x75\xf9", 2, "x64", -7},
                {"\x74\x7f", 2, "x64", 0x7f},
                {"\x0f\x84\x00\x01\x00\x00", 6, "x64", 0x100},
                {"\x0f\x8f\xfc\xff\xff\xff", 6, "x64", -4},
                {"\xe3\x02", 2, "x64", 2},
                {"\xeb\x02", 2, "x64", 0},
                {"\xe9\x00\x01\x00\x00", 5, "x64", 0},
                {"\x0f\x95\xc0", 3, "x64", 0},
                {"\xc1\xff\xff\x54", 4, "arm64", -8}, /* b.ne */
                {"\xe0\xff\x7f\x54", 4, "arm64", 0xffffc},
                {"\x4a\x00\x00\xb5", 4, "arm64", 8},       /* cbnz x10 */
                {"\xf5\xff\xff\x34", 4, "arm64", -4},      /* cbz w21 */
                {"\x5e\x00\xf8\xb6", 4, "arm64", 8},       /* tbz x30, #63 */
                {"\x02\x00\x04\x37", 4, "arm64", -0x8000}, /* tbnz w2, #0 */
                {"\x02\x00\x00\x14", 4, "arm64", 0},       /* b */
                {"\xc0\x03\x5f\xd6", 4, "arm64", 0}};      /* ret */

START_TEST(conditional_branches_are_told_with_their_distance) {
  uint64_t displacement = 0;
  const uint8_t *bytes = (const uint8_t *)branches[_i].bytes;
  const struct instruction_set *instructions = machine_named(branches[_i].machine)->instructions;
  bool is = instructions->decode_branch(bytes, branches[_i].len, &displacement);
  ck_assert_int_eq((int64_t)(is ? displacement : 0), branches[_i].displacement);
}
END_TEST

/* The lines of TEXT must be just those that WANTED says, after the summary. */
static void assert_holds(const char *text, const char *wanted) {
  ck_assert_msg(strstr(text, wanted) != NULL, "%s\nis not in\n%s", wanted, text);
}

START_TEST(every_instruction_and_edge_is_counted) {
  int status = -1;
  char *folder = tiny_make();
  char *text = tiny_run(folder, "coverage --suite ./tiny.ini --lcov info", &status);
  ck_assert_msg(status == 0, "%s", text);
  assert_holds(text,
               "tiny: 88.9 % of 9 instructions, 75.0 % of 4 branch edges, 100.0 % of 0 bytes of tables; 2 cases\n");
  assert_holds(text, "  tiny                                  8/9        88.9 %      3/4        75.0 %\n");
  assert_holds(text,
               "  not covered:\n  tiny.c:6: tiny+0xc: branch never taken\n  tiny.c:8: tiny+0x15: never executed\n");
  free(text);
  char *path = xasprintf("%s/info", folder);
  struct bytes info = {0};
  ck_assert_int_eq(bytes_read_file(&info, path), 0);
  ck_assert_str_eq(info.data, "TN:tiny\nSF:tiny.c\nFN:1,tiny\nFNDA:2,tiny\nBRDA:4,3,0,2\nBRDA:4,3,1,2\nBRDA:6,5,0,0\n"
                              "BRDA:6,5,1,2\nDA:1,2\nDA:2,2\nDA:3,2\nDA:4,2\nDA:5,2\nDA:6,2\nDA:7,2\nDA:8,0\nLF:8\n"
                              "LH:7\nend_of_record\n");
  bytes_free(&info);
  free(path);
  tiny_remove(folder);
}
END_TEST

/* The emulator may load a program elsewhere than its addresses say, and stepping through it on this machine must count
   what the emulator counts. */
START_TEST(a_program_is_counted_wherever_it_is_loaded) {
  int status = -1;
  char *folder = tiny_make();
  char *there = tiny_run(folder, "coverage --suite ./tiny.ini", &status);
  /* e_type becomes ET_DYN; e_machine stands after it. */
  tiny_edit(folder, "tiny", (struct span){"\2\0\x3e", 3}, (struct span){"\3\0\x3e", 3});
  char *elsewhere = tiny_run(folder, "coverage --suite ./tiny.ini", &status);
  ck_assert_str_eq(elsewhere, there);
  if (host_machine() == machine_named("x64")) {
    tiny_edit(folder, "tiny.ini", span_text("arch = x64"), span_text("runner = native"));
    free(elsewhere);
    elsewhere = tiny_run(folder, "coverage --suite ./tiny.ini --fresh", &status);
    ck_assert_str_eq(elsewhere, there);
  }
  free(elsewhere);
  free(there);
  tiny_remove(folder);
}
END_TEST

START_TEST(a_program_with_a_damaged_map_is_refused) {
  int status = -1;
  char *folder = tiny_make();
  char *map = xasprintf("%s/tiny.map", folder);
  ck_assert_int_eq(write_file(map, span_text("# no map\n")), 0);
  char *text = tiny_run(folder, "coverage --suite ./tiny.ini 2>&1", &status);
  ck_assert_msg(status > 1, "exit status %d: %s", status, text);
  assert_holds(text, "tiny.map:1: this is no source map");
  ck_assert_msg(!strstr(text, "% of"), "%s", text);
  free(text);
  free(map);
  tiny_remove(folder);
}
END_TEST

START_TEST(a_record_that_says_nothing_is_none) {
  struct coverage_list list = {0};
  struct bytes why = {0};
  ck_assert(!coverage_read_record(&list, "/dev/null", &why));
  ck_assert_int_eq(strncmp(why.data, "/dev/null: ", 11), 0);
  bytes_clear(&why);
  ck_assert(!coverage_read_record(&list, "/nonexistent", &why));
  ck_assert_str_eq(why.data, "/nonexistent: No such file or directory");
  bytes_free(&why);
}
END_TEST

START_TEST(the_cases_of_a_line_are_listed) {
  int status = -1;
  char *folder = tiny_make();
  char *text = tiny_run(folder, "covers tiny.c:3 --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 0);
  ck_assert_str_eq(text, "tiny/c/1-0\ttiny_x64\ntiny/c/1-1\ttiny_x64\n");
  free(text);
  text = tiny_run(folder, "covers tiny.c:8 --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 1);
  assert_holds(text, "no selected case executes what tiny.c:8 laid");
  free(text);
  text = tiny_run(folder, "covers tiny.c:9 --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 2);
  assert_holds(text, "tiny.c:9 laid nothing");
  free(text);
  text = tiny_run(folder, "covers iny.c:3 --suite ./tiny.ini", &status);
  ck_assert_int_eq(status, 2);
  free(text);
  tiny_remove(folder);
}
END_TEST

/* What was measured is kept, and no more than that: another program is measured again. */
START_TEST(another_program_is_measured_anew) {
  int status = -1;
  char *folder = tiny_make();
  char *path = xasprintf("%s/tiny", folder);
  free(tiny_run(folder, "coverage --suite ./tiny.ini", &status));
  struct bytes elf = {0};
  ck_assert_int_eq(bytes_read_file(&elf, path), 0);
  /* je becomes jne: it leads to ud2 now. */
  char *je = memmem(elf.data, elf.len, "\x74\x07", 2);
  ck_assert_ptr_nonnull(je);
  *je = '\x75';
  ck_assert_int_eq(write_file(path, span_of(&elf)), 0);
  char *text = tiny_run(folder, "coverage --suite ./tiny.ini", &status);
  assert_holds(text, "2 of which did not pass");
  assert_holds(text, "did not pass while it was measured: CRASHED");
  free(text);
  bytes_free(&elf);
  free(path);
  tiny_remove(folder);
}
END_TEST

/* A server that is stepped through ends as it would by itself when the gate stops it. */
START_TEST(a_signal_to_the_stepper_reaches_the_program) {
  if (host_machine() != machine_named("x64"))
    return;
  char *folder = tiny_make();
  char *path = xasprintf("%s/counts", folder);
  struct bytes counts = {0};
  const struct counts_header header = {.magic = COUNTS_MAGIC, .span = 8};
  bytes_add(&counts, (struct span){(const char *)&header, sizeof header});
  for (size_t i = sizeof header; i < counts_size(header.span); i++)
    bytes_add(&counts, (struct span){"", 1});
  ck_assert_int_eq(write_file(path, span_of(&counts)), 0);
  const char *build = getenv("BUILD");
  char *stepper = xasprintf("%s/step_instructions", build && *build ? build : "build");
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execl(stepper, stepper, path, "/bin/sh", "-c", "trap 'exit 3' TERM; echo ready; while :; do :; done", NULL);
    _exit(127);
  }
  close(ends[1]);
  char text[6] = "";
  ck_assert_int_eq(read(ends[0], text, sizeof text), 6);
  int status = 0;
  kill(pid, SIGTERM);
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 3, "it ended with status 0x%x", (unsigned)status);
  close(ends[0]);
  bytes_free(&counts);
  free(stepper);
  free(path);
  tiny_remove(folder);
}
END_TEST

/* A suite may have thousands of servers, each with counters of its own. */
START_TEST(a_closed_probe_keeps_no_counters) {
  char *folder = tiny_make();
  struct program program = {.name = (char *)"tiny"};
  struct target target = {.program = &program,
                          .machine = machine_named("x64"),
                          .runner = RUNNER_QEMU,
                          .elf = xasprintf("%s/tiny", folder),
                          .label = xstrdup("qemu")};
  const struct suite suite = {.targets = &target, .target_count = 1};
  struct coverage coverage = {.elf = target.elf, .machine = target.machine, .map = {.base = 0x400000, .span = 100000}};
  uint8_t *bits = xcalloc(COUNTERS * (size_t)coverage.map.span / 8, 1);
  struct covered_case one = {.suite = &suite, .target = &target, .bits = bits};
  char *path = xasprintf("%s/counts", folder);
  struct probe *probe = probe_make(&coverage, &one, path);
  counts_array(probe->counts, COUNT_EXECUTED)[13] = 1;
  probe_collect(probe, &one);
  ck_assert_uint_eq(bits[1], 1U << 5);
  bits[1] = 0;
  probe_collect(probe, &one);
  ck_assert_msg(bits[1] == 0, "what was collected before is noted again");
  probe_close(probe);
  ck_assert_ptr_null(probe->counts);
  ck_assert_ptr_null(probe->before);
  ck_assert_msg(access(path, F_OK) != 0, "%s is still there", path);
  probe_free(probe);
  target_free(&target);
  free(bits);
  free(path);
  tiny_remove(folder);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("coverage");
  TCase *tests = tcase_create("coverage");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, a_map_is_read_in_the_order_of_addresses);
  tcase_add_loop_test(tests, a_damaged_map_is_refused_by_its_line, 0, sizeof bad_maps / sizeof *bad_maps);
  tcase_add_loop_test(tests, conditional_branches_are_told_with_their_distance, 0, sizeof branches / sizeof *branches);
  tcase_add_test(tests, every_instruction_and_edge_is_counted);
  tcase_add_test(tests, a_program_is_counted_wherever_it_is_loaded);
  tcase_add_test(tests, a_program_with_a_damaged_map_is_refused);
  tcase_add_test(tests, a_record_that_says_nothing_is_none);
  tcase_add_test(tests, the_cases_of_a_line_are_listed);
  tcase_add_test(tests, another_program_is_measured_anew);
  tcase_add_test(tests, a_signal_to_the_stepper_reaches_the_program);
  tcase_add_test(tests, a_closed_probe_keeps_no_counters);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
