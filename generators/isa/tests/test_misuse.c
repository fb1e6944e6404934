/* test_misuse.c: what an author may write by mistake, and must not get laid: a table of misuses, each with its message.
 * Each is laid in a child, which must end with status 1 and one line that names this file and the line of the misuse.
 * What the compiler refuses is in scripts/tests/test_bytelay.sh.
 */
/* reads: nothing */
#include "raw_words.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void settle(void);

/* Each function lays into the open routine "r", which has entered with S0. */
#define MISUSES(ROW)                                                                                                   \
  ROW(t0_after_sys, (sys(NR_GETSOCKNAME), mov(A1, T0)), "T0 is read after a system call|A1..A5 or S0..S5")             \
  ROW(t1_after_sys, (sys(NR_READ), add(A1, A1, T1)), "T1 is read after a system call")                                 \
  ROW(t0_as_base, (sys(NR_READ), ld8(A1, T0, 0)), "T0 is read after a system call")                                    \
  ROW(t0_stored, (sys(NR_READ), st64(T0, A1, 0)), "T0 is read after a system call")                                    \
  ROW(t0_compared, (sys(NR_READ), beq(T0, 0, "here")), "T0 is read after a system call")                               \
  ROW(t0_after_number, (sys_number(39, 172), mov(A1, T0)), "T0 is read after a system call")                           \
  ROW(call_data, (call("item"), settle()), "\"item\" is a data item|la() gives its address")                           \
  ROW(call_data_first, (leave(), bss("first", 1, 1), routine("q"), call("first")), "\"first\" is a data item")         \
  ROW(jump_data, (jump("item"), settle()), "\"item\" is a data item|no code to go to")                                 \
  ROW(branch_bss, (beq(A0, 0, "room"), settle()), "\"room\" is a data item")                                           \
  ROW(runs_into_data, data("text", 1), "the code of routine \"r\" runs on into data|leave(), ret(), jump()")           \
  ROW(sys_into_data, (sys(NR_WRITE), data("text", 1)), "runs on into data")                                            \
  ROW(no_end, bl_program_write_exec("/", "r"), "runs on into the end of the program")                                  \
  ROW(return_of_start, (leave(), routine("_start"), ret()), "_start has nobody to return to|NR_EXIT_GROUP")            \
  ROW(leave_of_start, (leave(), routine("_start"), enter(S0), leave()), "_start has nobody to return to")              \
  ROW(empty_label, label(""), "a label has no name; give it one")                                                      \
  ROW(empty_routine, routine(""), "a routine has no name")                                                             \
  ROW(empty_data, (jump("here"), data("", 1)), "a data item has no name")                                              \
  ROW(empty_bss, bss("", 8, 8), "a room in bss has no name")                                                           \
  ROW(no_label, jump(NULL), "a label to go to has no name")                                                            \
  ROW(tab_in_name, label("a\tb"), "has a control character")                                                           \
  ROW(bss_of_nothing, bss("nothing", 0, 8), "has room for no byte; say how many")                                      \
  ROW(label_twice, (label("x"), label("x")), "\"r.x\" is bound twice|give one of them another name")                   \
  ROW(unbound, (jump("nowhere"), settle()), "label \"nowhere\" is not bound|correct the name")                         \
  ROW(enter_twice, enter(S1), "routine \"r\" enters twice")                                                            \
  ROW(return_entered, ret(), "routine \"r\" entered, so it must leave(), not ret()")                                   \
  ROW(leave_unentered, (leave(), routine("q"), leave()), "leaves but did not enter: use ret()")                        \
  ROW(call_unentered, (leave(), routine("q"), call("r")),                                                              \
      "did not enter: its return address would be lost; enter_bare() first")                                           \
  ROW(call_register_unentered, (leave(), routine("q"), call_register(A0)),                                             \
      "calls through a register but did not enter")                                                                    \
  ROW(save_argument, (leave(), routine("q"), enter(A0)), "routine \"q\" saves A0, which is none of S0..S5")            \
  ROW(save_twice, (leave(), routine("q"), enter(S1, S1)), "saves S1 twice")                                            \
  ROW(frame_unentered, (leave(), routine("q"), frame(16)), "takes a frame but did not enter; enter() first")           \
  ROW(frame_twice, (frame(16), frame(16)), "takes a frame twice")                                                      \
  ROW(frame_odd, frame(24), "is no multiple of 16; make it 32")                                                        \
  ROW(frame_large, frame(65536), "size of the frame 65536 is not within 16..65520")                                    \
  ROW(shift_far, shl(A0, A0, 64), "shift count 64 is not within 0..63")                                                \
  ROW(rotate_back, ror(A0, A0, -1), "shift count -1 is not within 0..63")                                              \
  ROW(offset_far, ld8(A0, A1, 4096), "offset 4096 of a 8-bit access is not within")                                    \
  ROW(offset_between, ld64(A0, A1, 4097), "nor a multiple of 8 up to 32760")                                           \
  ROW(store_wide, st8(256, A0, 0), "value to store 256 is not within -128..255")                                       \
  ROW(store_64, st64(INT64_C(1) << 40, A0, 0), "64-bit value to store")                                                \
  ROW(next_of_itself, bl_load_next(8, A1, A1), "is the base too, which goes on; use two")                              \
  ROW(next_stores_itself, bl_store_next(64, A1, A1), "is the base too, which goes on; use two")                        \
  ROW(signed_64, bl_load_signed(64, A0, A1, 0), "has no sign to extend; use ld64")                                     \
  ROW(value_wide, data_u8(256), "0x100 does not fit into a value of 8 bits")                                           \
  ROW(value_negative, data_u32(-1), "does not fit into a value of 32 bits")                                            \
  ROW(align_three, (leave(), data("text", 1), data_align(3)), "alignment 3 is no power of two")                        \
  ROW(align_none, data_align(0), "alignment 0 is not within 1..4096")                                                  \
  ROW(other_machine, a64(a64_nop()), "an instruction of arm64 stands in a program for x64")                            \
  ROW(writes_s1, mov(S1, A0),                                                                                          \
      "routine \"r\" writes S1 and has not saved it; enter(S1) first, or name it in destroys()")                       \
  ROW(writes_before_enter, (leave(), routine("q"), li(S0, 1), enter(S0)),                                              \
      "routine \"q\" writes S0 and has not saved it")                                                                  \
  ROW(writes_promised, (leave(), routine("q", in(S0), out(A0)), add(S0, S0, 1)), "writes S0 and has not saved it")     \
  ROW(jump_from_frame, (jump("q"), routine("q"), ret(), settle()),                                                     \
      "routine \"r\" has entered, and goes on in \"q\"|call it and leave()")                                           \
  ROW(branch_from_frame, (beq(A0, 0, "q"), leave(), routine("q"), ret(), settle()),                                    \
      "has entered, and goes on in \"q\"")                                                                             \
  ROW(jump_to_self, (jump("r"), settle()), "has entered, and goes on in \"r\"")                                        \
  ROW(store_into_data, (la(A1, "item"), st8(0, A1, 0), settle()),                                                      \
      "a store into \"item\", of |which can only be read; lay it by data_writable(), or make room by bss()")           \
  ROW(store_moved, (la(A1, "item"), add(A2, A1, A0), mov(A3, A2), st64x(A0, A3, A1), settle()),                        \
      "a store into \"item\"")                                                                                         \
  ROW(store_into_code, (la(A1, "here"), st32(A0, A1, 4), settle()), "a store into \"here\"")                           \
  ROW(load_of_between, ld64_of(A0, "room", 4), "offset 4 into \"room\" is no multiple of 8|use la() and ld64")         \
  ROW(load_of_before, ld8_of(A0, "room", -1), "offset into the item -1 is not within 0..1048576")                      \
  ROW(load_of_unaligned, (ld16_of(A0, "odd", 0), settle()),                                                            \
      "its address is |no multiple of 2; give the item that alignment, or use la()")                                   \
  ROW(load_of_nothing, ld8_of(A0, "", 0), "a place to load from or store into has no name")                            \
  ROW(store_of_data, (st8_of(A0, "item", 0), settle()), "a store into \"item\", of |which can only be read")           \
  ROW(store_of_lost, (sys(NR_READ), st64_of(T0, "room", 0)), "T0 is read after a system call")                         \
  ROW(copy_into_data, (la(A1, "item"), copy16(A1, 0, A0, 0), settle()), "a store into \"item\"")                       \
  ROW(append_to_data, (la(A1, "item"), append_of(A1, "item", 1), settle()), "a store into \"item\"")                   \
  ROW(append_nothing, append_of(A1, "item", 0), "count of bytes to append 0 is not within 1..64")                      \
  ROW(append_too_much, append_of(A1, "item", 65), "count of bytes to append 65 is not within 1..64")                   \
  ROW(append_no_name, append_of(A1, "", 1), "a text to append has no name")                                            \
  ROW(code_after_data, (leave(), data("text", 1), data_u8(1), li(A0, 1)),                                              \
      "an operation stands after the data item \"text\"|open a routine()")                                             \
  ROW(code_in_writable, (leave(), data_writable("text", 1), x64(x64_syscall())),                                       \
      "an instruction stands in \"text\", which can be written")                                                       \
  ROW(runs_into_writable, data_writable("text", 1), "the code of routine \"r\" runs on into data")                     \
  ROW(empty_writable, (leave(), data_writable("", 1)), "a data item has no name")                                      \
  ROW(writable_in_one_segment,                                                                                         \
      (leave(), routine("_start"), sys(NR_EXIT), data_writable("w", 1), data_u8(1),                                    \
       bl_program_write_single_segment("/", "_start")),                                                                \
      "\"w\" can be written, and a single segment has no room for that")                                               \
  ROW(writable_in_object,                                                                                              \
      (leave(), data_writable("w", 1), data_u8(1), bl_program_write_object("/", (const char *[]){"r"}, 1)),            \
      "\"w\" can be written, and an object has no room for that")                                                      \
  ROW(unused_label, (leave(), routine("_start"), label("lonely"), sys(NR_EXIT), bl_program_write_exec("/", "_start")), \
      "label \"_start.lonely\" is never used; take it out, or correct the name that should lead there")                \
  ROW(one_number, sys_number(39), "1 numbers of a system call are given, and there are 2 machines; give one for each") \
  ROW(call_of_x64, (bl_program_begin(ISA_A64, "misuse"), routine("r"), sys(NR_OPEN)),                                  \
      "arm64 has no system call open; take the newer one, as openat for open")                                         \
  ROW(too_few_arguments, sys(NR_READ, A0, A1), "read has 3 arguments, and 2 are named; name all of them, or none")     \
  ROW(too_many_arguments, sys(NR_GETPID, A0), "getpid has 0 arguments, and 1 are named")                               \
  ROW(argument_elsewhere, sys(NR_WRITE, A0, A2, A1), "argument 2 of write stands in A1, and A2 is named; bring it")    \
  ROW(argument_saved, sys(NR_CLOSE, S0), "argument 1 of close stands in A0, and S0 is named")                          \
  ROW(seven_arguments, sys(NR_MMAP, A0, A1, A2, A3, A4, A5, T0), "mmap has 6 arguments, and 7 are named")              \
  ROW(number_wide, sys_number(70000, 1), "number of a system call 70000 is not within 0..65535")                       \
  ROW(register_made_up, mov(A0, ((BlReg){14})), "register index 14 is not within 0..13")                               \
  ROW(condition_made_up, select_if((BlCond)10, A0, A0, A0, A0, A0), "condition 10 is not within 0..9")                 \
  ROW(set_of_nothing, scan16(A0, A1, ((BlByteSet){0})), "count of terms 0 is not within 1..8")                         \
  ROW(set_empty, scan16(A0, A1, ((BlByteSet){1, {{0, 9, 3}}})), "the byte set, 9..3, is empty")                        \
  ROW(code_after_jump, (jump("here"), li(A0, 1)),                                                                      \
      "an operation stands after the end of a path of routine \"r\"|give it a label()")                                \
  ROW(code_after_leave, (leave(), mov(A1, A0)), "stands after the end of a path")                                      \
  ROW(code_after_ret, (leave(), routine("q"), ret(), jump("r")), "stands after the end of a path of routine \"q\"")    \
  ROW(code_after_exit, (sys(NR_EXIT_GROUP), li(A0, 1)), "stands after the end of a path")                              \
  ROW(code_after_jump_register, (jump_register(A0), leave()), "stands after the end of a path")                        \
  ROW(instruction_after_jump, (jump("here"), x64(x64_syscall())), "stands after the end of a path")                    \
  ROW(enter_after_branch, (leave(), routine("q"), beq(A0, 0, "end"), enter(S0), label("end"), leave(), settle()),      \
      "\"q\" goes from before enter() to \"end\", which stands after enter()|before it branches")                      \
  ROW(frame_after_branch, (beq(A0, 0, "end"), frame(16), label("end"), leave(), settle()),                             \
      "goes from after enter() to \"end\", which stands after frame()")                                                \
  ROW(enter_in_loop, (leave(), routine("q"), label("again"), enter(S0), jump("again"), settle()),                      \
      "goes from after enter() to \"again\", which stands before enter()")                                             \
  ROW(runs_into_routine, (leave(), routine("q"), li(A0, 1), routine("next")),                                          \
      "the code of routine \"q\" runs on into routine \"next\"; end it with leave(), ret()")                           \
  ROW(label_before_routine, (beq(A0, 0, "done"), leave(), label("done"), routine("next")),                             \
      "nothing stands after the label \"r.done\", of |so what goes there runs on into routine \"next\"; end it with")  \
  ROW(label_before_data, (beq(A0, 0, "done"), leave(), label("done"), data("text", 1)),                                \
      "nothing stands after the label \"r.done\"|runs on into data")                                                   \
  ROW(label_before_writable, (beq(A0, 0, "done"), leave(), label("done"), data_writable("text", 1)),                   \
      "nothing stands after the label \"r.done\"|runs on into data")                                                   \
  ROW(label_before_end, (beq(A0, 0, "done"), leave(), label("done"), bl_program_write_exec("/", "r")),                 \
      "nothing stands after the label \"r.done\"|runs on into the end of the program")                                 \
  ROW(end_of_object, bl_program_write_object("/", (const char *[]){"r"}, 1), "runs on into the end of the object")     \
  ROW(routine_of_nothing, (leave(), routine("q"), routine("next")),                                                    \
      "nothing stands after the head of routine \"q\"|runs on into routine \"next\"")                                  \
  ROW(label_after_data, (leave(), data("text", 1), data_u8(1), label("end"), routine("next")),                         \
      "nothing stands after the label \"r.end\"")                                                                      \
  ROW(value_in_code, data_u32(1), "no data item is open; open one with data() or data_writable() first")               \
  ROW(string_in_code, (leave(), data_string("text")), "no data item is open")                                          \
  ROW(zeros_in_code, data_zero(4), "no data item is open")                                                             \
  ROW(bytes_in_code, data_bytes("text", 4), "no data item is open")                                                    \
  ROW(align_in_code, data_align(4), "no data item is open")                                                            \
  ROW(address_in_code, data_address("r"), "no data item is open")                                                      \
  ROW(distance_in_code, data_offset16("r", "r"), "no data item is open")                                               \
  ROW(value_after_label, (leave(), data("text", 1), label("end"), data_u8(1)), "no data item is open")                 \
  ROW(store_of_beyond, (st64_of(A0, "room", 8), settle()),                                                             \
      "an access of 8 bytes at offset 8 lies beyond \"room\", of |which has 8 bytes; correct the offset, or make it")  \
  ROW(store_of_far, (st8_of(A0, "room", 1 << 19), settle()), "at offset 524288 lies beyond \"room\"")                  \
  ROW(load_of_beyond, (ld8_of(A0, "item", 1), settle()), "1 bytes at offset 1 lies beyond \"item\"|has 1 bytes")       \
  ROW(store_beyond, (la(A1, "room"), st32(A0, A1, 6), settle()), "4 bytes at offset 6 lies beyond \"room\"")           \
  ROW(store_imm_beyond, (la(A1, "room"), st64(1, A1, 16), settle()), "at offset 16 lies beyond \"room\"")              \
  ROW(load_beyond, (la(A1, "item"), ld16(A0, A1, 0), settle()), "2 bytes at offset 0 lies beyond \"item\"")            \
  ROW(load_signed_beyond, (la(A1, "item"), ld8s(A0, A1, 1), settle()), "1 bytes at offset 1 lies beyond \"item\"")     \
  ROW(load_before, (la(A1, "item"), ld8(A0, A1, -1), settle()), "at offset -1 lies before \"item\"")                   \
  ROW(moved_beyond, (la(A1, "room"), add(A2, A1, 12), mov(A3, A2), sub(A3, A3, 4), st8(A0, A3, 0), settle()),          \
      "at offset 8 lies beyond \"room\"")                                                                              \
  ROW(next_beyond, (la(A1, "item"), ld8_next(A0, A1), ld8_next(A0, A1), settle()), "at offset 1 lies beyond \"item\"") \
  ROW(copy_beyond, (la(A1, "room"), copy16(A1, 0, A0, 0), settle()), "16 bytes at offset 0 lies beyond \"room\"")      \
  ROW(append_beyond, (append_of(A0, "item", 2), settle()), "2 bytes at offset 0 lies beyond \"item\"")                 \
  ROW(frame_beyond, (frame(16), stack_pointer(A1), st64(0, A1, 16)),                                                   \
      "8 bytes at 16 from the stack pointer lies beyond the frame of routine \"r\", which has 16 bytes; take a "       \
      "larger")                                                                                                        \
  ROW(frame_half_beyond, (frame(16), stack_pointer(A1), st64(A0, A1, 12)), "8 bytes at 12 from the stack pointer")     \
  ROW(frame_read_beyond, (frame(16), stack_pointer(A1), ld64(A0, A1, 24)), "lies beyond the frame of routine \"r\"")   \
  ROW(frame_before, (frame(16), stack_pointer(A1), st64(0, A1, -8)),                                                   \
      "at -8 from the stack pointer lies before the frame of routine \"r\"; its first byte is at 0")                   \
  ROW(frame_moved, (frame(16), stack_pointer(A1), add(A2, A1, 16), st8(A0, A2, 0)), "1 bytes at 16 from the stack")    \
  ROW(no_frame, (stack_pointer(A1), st64(A0, A1, 0)), "the frame of routine \"r\", which has 0 bytes")                 \
  ROW(encoder_refuses, x64(x64_mov_r32_imm32(RAX, -1)), "cannot encode mov_r32_imm32")

/* All labels are bound here, and the code comes to an end. */
static void settle(void) {
  label("here");
  jump("here");
  data("item", 1);
  data_u8(1);
  bss("room", 8, 8);
  bss("odd_before", 1, 1);
  bss("odd", 2, 1);
  bl_machine_settle(0x10000, 4096);
}

#define FUNCTION_OF_ROW(symbol, misuse, words)                                                                         \
  static void lay_##symbol(void) { misuse; }
MISUSES(FUNCTION_OF_ROW)
#define ENTRY_OF_ROW(symbol, misuse, words) {#symbol, lay_##symbol, words},
static const struct {
  const char *name;
  void (*lay)(void);
  const char *words; /* separated by '|' */
} misuses[] = {MISUSES(ENTRY_OF_ROW)};

static void lay_in_child(void (*lay)(void), int end) {
  dup2(end, STDERR_FILENO);
  bl_program_begin(ISA_X64, "misuse");
  routine("r");
  enter(S0);
  lay();
  _exit(0);
}

START_TEST(is_refused) {
  int ends[2], status;
  char said[1024];
  size_t length = 0;
  ck_assert_int_eq(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0)
    lay_in_child(misuses[_i].lay, ends[1]);
  close(ends[1]);
  for (ssize_t got; (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0;)
    length += (size_t)got;
  close(ends[0]);
  said[length] = '\0';
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
    ck_abort_msg("%s: wait status %#x, not exit 1; it said: %s", misuses[_i].name, (unsigned)status, said);
  if (strncmp(said, __FILE__ ":", strlen(__FILE__) + 1) != 0 || strchr(said, '\n') != said + length - 1)
    ck_abort_msg("%s: not one line that begins with file:line: %s", misuses[_i].name, said);
  char *list = strdup(misuses[_i].words), *rest = list;
  for (char *word; (word = strsep(&rest, "|"));)
    if (!strstr(said, word))
      ck_abort_msg("%s: \"%s\" is not in: %s", misuses[_i].name, word, said);
  free(list);
}
END_TEST

/* What is right is laid: T0 after a system call where it was written again, or where a label came between. */
START_TEST(is_laid) {
  bl_program_begin(ISA_X64, "right");
  routine("r");
  enter(S0);
  frame(32);
  sys(NR_READ, A0, A1, A2);
  sys(NR_GETPID);
  li(T0, 1);
  add(A1, T0, T0);
  sys(NR_READ);
  label("again");
  mov(A1, T0);
  call("r");
  la(A0, "changes");
  st8(1, A0, 7);
  la(A0, "room");
  sub(A1, A1, A0);
  st8(1, A0, 7);
  add(A0, A0, A1); /* whatever A1 is */
  st8(1, A0, 8);
  la(A0, "past");
  ld8(A1, A0, -1);
  stack_pointer(A0);
  st64(1, A0, 24);
  jump("again");
  routine("_start", no_return);
  stack_pointer(A0);
  ld64(A1, A0, 8); /* the name of the program */
  li(S3, 1);
  sys(NR_EXIT_GROUP);
  data("past", 1);
  data_writable("changes", 8);
  data_u64(1);
  bss("room", 8, 8);
  bl_machine_settle(0x10000, 4096);
}
END_TEST

static void author_half(void) {
  routine("_start");
  sys(NR_OPEN); /* arm64 has none */
  sys(NR_EXIT);
}

/* What is refused for one machine is written for none. */
START_TEST(nothing_is_written) {
  char folder[] = "/tmp/bytegate-misuse-XXXXXX", file[64];
  ck_assert_ptr_nonnull(mkdtemp(folder));
  pid_t child = fork();
  if (child == 0) {
    fclose(stderr);
    _exit(bl_program_main(2, (char *[]){"lay", folder, NULL}, "half", author_half));
  }
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
  snprintf(file, sizeof file, "%s/half_x64", folder);
  ck_assert_int_ne(access(file, F_OK), 0);
  ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("misuse");
  TCase *tc = tcase_create("refusals");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, is_refused, 0, (int)COUNT(misuses));
  tcase_add_test(tc, is_laid);
  tcase_add_test(tc, nothing_is_written);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
