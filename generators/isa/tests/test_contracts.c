/* test_contracts.c: each of these small programs has one fault, most of them in what a routine promises, and `bytegate
 * check` refuses it without running it: by its kind, its routine, its line and its register. */
/* reads: gate:check */
#include "isa/program.h"
#include "isa/templates.h"
#include "lay/lay.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "raw_words.h"

static int line_of_fault;
#define HERE line_of_fault = __LINE__,

static bool on_x64(void) { return strcmp(bl_machine_now()->name, "x64") == 0; }

/* The rest of a program whose routine "victim" was just laid: it is called, and nothing more is done. */
static void lay_caller(void) {
  const Reg given[] = {A0, A1, A2, A3, S0, S1};
  routine("_start", no_return);
  enter_bare();
  for (size_t i = 0; i < sizeof given / sizeof *given; i++)
    li(given[i], 1);
  call("victim");
  label("done");
  jump("done");
}

static void lay_helper(void) {
  routine("helper", in(A0), out(A0), destroys(A1, T0));
  add(A0, A0, 1);
  li(A1, 0);
  li(T0, 0);
  ret();
}

/* ---- Registers --------------------------------------------------------------------------------------------------- */

static void save_is_missing(void) {
  routine("victim", destroys(T0));
  li(T0, 1);
  li(S0, 1);
  HERE ret();
}

static void caller_loses_argument(void) {
  routine("victim", destroys(T0));
  li(T0, 1);
  li(A0, 1);
  HERE ret();
}

static void destroyed_is_read(void) {
  lay_helper();
  routine("victim", destroys(A0, A1, T0));
  enter_bare();
  li(A0, 1);
  li(A1, 1);
  call("helper");
  HERE add(A0, A0, A1);
  leave();
}

static void count_lives_through_kernel(void) {
  routine("victim", in(A0), out(A0), destroys(ALL_T));
  li(T1, 1);
  sys(NR_CLOSE);
  if (on_x64()) /* the emitter refuses it of operations */
    HERE x64(x64_add_r64_r64(RDI, RCX));
  else
    HERE a64(a64_add(X(0), X(0), X(10), 0));
  ret();
}

static void scratch_lives_through_kernel(void) {
  routine("victim", in(A0), out(A0), destroys(ALL_T));
  sys(NR_CLOSE);
  if (on_x64())
    HERE x64(x64_add_r64_r64(RDI, R11));
  else
    HERE a64(a64_add(X(0), X(0), X(9), 0));
  ret();
}

static void flags_live_through_call(void) {
  lay_helper();
  routine("victim", destroys(A0, A1, T0));
  enter_bare();
  li(A0, 1);
  call("helper");
  if (on_x64())
    HERE x64(x64_jcc_rel8(X64_E, 0));
  else
    HERE a64(a64_b_cond(A64_EQ, 4));
  leave();
}

static void input_is_not_named(void) {
  routine("victim", destroys(A0));
  HERE add(A0, A2, 1);
  ret();
}

static void input_of_callee_is_not_named(void) {
  lay_helper();
  routine("victim", destroys(A0, A1, T0));
  enter_bare();
  HERE call("helper");
  leave();
}

static void input_of_kernel_is_not_named(void) {
  routine("victim", destroys(A0, A1, ALL_T));
  li(A0, 1);
  li(A1, 0);
  HERE sys(NR_WRITE);
  ret();
}

static void input_is_returned(void) {
  routine("victim", out(A0));
  mov(A0, A3);
  HERE ret();
}

static void output_is_missing_on_a_path(void) {
  lay_helper();
  routine("victim", in(A2), out(A0, A1), destroys(T0));
  enter_bare();
  li(A0, 1);
  call("helper");
  beq(A2, 0, "done");
  li(A1, 2);
  label("done");
  HERE leave();
}

static void output_is_what_kernel_left(void) {
  routine("victim", in(A0), out(A0, T1), destroys(T0));
  sys(NR_CLOSE);
  HERE ret();
}

static void restored_from_lost_register(void) {
  lay_helper();
  routine("victim", destroys(A0, A1, T0));
  enter_bare();
  mov(A1, S3);
  li(S3, 7);
  mov(A0, S3);
  call("helper");
  mov(S3, A1);
  HERE leave();
}

static void part_of_register_is_kept(void) {
  routine("victim", destroys(T0));
  if (on_x64())
    HERE x64(x64_mov_r8_imm8(RAX, 1));
  else
    HERE a64(a64_movk(X(9), 1, 0));
  ret();
}

static void restored_in_wrong_order(void) {
  routine("victim", destroys(T0));
  li(T0, 0);
  if (on_x64()) {
    x64(x64_push_r64(RBX));
    x64(x64_push_r64(RBP));
    x64(x64_pop_r64(RBX));
    x64(x64_pop_r64(RBP));
  } else {
    a64(a64_stp_pre(X(19), X(20), SP, -16));
    a64(a64_ldp_post(X(20), X(19), SP, 16));
  }
  HERE ret();
}

static void tail_destroys_more(void) {
  lay_helper();
  routine("victim", in(A0), out(A0), destroys(T0));
  HERE jump("helper");
}

static void c_register_is_changed(void) {
  routine("victim", c_function);
  li(S2, 1);
  HERE ret();
}

/* ---- The stack and paths ----------------------------------------------------------------------------------------- */

static void grow_stack(int bytes) {
  if (on_x64() && bytes > 0)
    x64(x64_push_r64(RAX));
  else if (on_x64())
    x64(x64_pop_r64(RAX));
  else if (bytes > 0)
    a64(a64_sub_imm(SP, SP, 16, 0));
  else
    a64(a64_add_imm(SP, SP, 16, 0));
}

static void stack_is_higher_at_return(void) {
  routine("victim", destroys(T0));
  li(T0, 0);
  grow_stack(1);
  ret();
}

static void stack_is_taken_from_caller(void) {
  routine("victim", destroys(T0));
  li(T0, 0);
  grow_stack(-1);
  ret();
}

static void stack_differs_by_path(void) {
  routine("victim", in(A0), destroys(T0));
  li(T0, 0);
  beq(A0, 0, "done");
  grow_stack(1);
  label("done");
  ret();
}

static void tail_with_something_on_stack(void) {
  lay_helper();
  routine("victim", in(A0), out(A0), destroys(A1, T0));
  li(T0, 0);
  grow_stack(1);
  jump("helper");
}

static void jump_into_instruction(void) {
  routine("victim", destroys(T0));
  if (on_x64()) {
    x64(x64_jcc_rel8(X64_E, 1));
    x64(x64_mov_r32_imm32(RAX, 0x00c3c3c3));
  } else {
    a64(a64_b(0x100000));
  }
  ret();
}

static void table_leads_elsewhere(void) {
  data("table", 2);
  data_offset16("victim.one", "table");
  data_value(16, 0x7ff0);
  routine("victim", in(A0), destroys(A0));
  jump_table(A0, "table");
  label("one");
  ret();
}

static void address_leads_elsewhere(void) {
  data("table", 8);
  data_address("victim.one");
  data_value(64, 0x7ff0);
  routine("victim", in(A0), destroys(A0, T0));
  la(T0, "table");
  ld64x(T0, T0, A0);
  jump_register(T0);
  label("one");
  ret();
}

/* A1 is kept by one of the routines that the table leads to, and destroyed by the other. */
static void called_by_table_destroys(void) {
  lay_helper();
  routine("keeper", in(A0), out(A0));
  add(A0, A0, 1);
  ret();
  data("table", 8);
  data_address("keeper");
  data_address("helper");
  routine("victim", in(A0, A3), out(A0), destroys(A1, T0));
  enter_bare();
  li(A1, 1);
  la(T0, "table");
  ld64x(T0, T0, A3);
  call_register(T0);
  HERE add(A0, A0, A1);
  leave();
}

static void called_by_address_destroys(void) {
  lay_helper();
  routine("victim", in(A0), out(A0), destroys(A1, T0));
  enter_bare();
  li(A1, 1);
  la(T0, "helper");
  call_register(T0);
  HERE add(A0, A0, A1);
  leave();
}

static void jumps_by_what_was_given(void) {
  routine("victim", in(A0), no_return);
  jump_register(A0);
}

static void runs_into_next(void) {
  routine("victim", destroys(T0));
  HERE li(T0, 1);
}

static void nothing_leads_there(void) {
  routine("victim", destroys(T0));
  li(T0, 0);
  ret();
  li(T0, 1);
  ret();
}

static void calls_what_is_no_routine(void) {
  routine("victim", destroys(T0));
  enter_bare();
  li(T0, 0);
  if (on_x64())
    x64(x64_call_rel32(0));
  else
    a64(a64_bl(4));
  leave();
}

static void stores_to_what_is_laid(void) {
  data("laid", 8);
  data_value(64, 0);
  routine("victim", in(A0), destroys(A1));
  la(A1, "laid");
  add(A1, A1, A0);
  HERE st64(A0, A1, 0);
  ret();
}

static void result_lives_in_scratch(void) {
  routine("victim", in(A0), out(A0), destroys(ALL_T));
  li(T0, 7);
  sys(NR_CLOSE);
  if (on_x64()) /* there T1 is rcx; the emitter refuses both of operations */
    HERE x64(x64_add_r64_r64(RDI, RCX));
  else
    HERE a64(a64_add(X(0), X(0), X(9), 0));
  ret();
}

static void calls_data(void) {
  data("laid", 4);
  data_value(32, 0);
  routine("victim", destroys(T0));
  enter_bare();
  li(T0, 0);
  if (on_x64())
    x64(x64_call_rel32(-11)); /* the emitter refuses it by its name */
  else
    a64(a64_bl(-12));
  leave();
}

/* ---- Contracts --------------------------------------------------------------------------------------------------- */

static void input_is_not_read(void) {
  HERE routine("victim", in(A3), destroys(T0));
  li(T0, 1);
  ret();
}

static void destroyed_is_kept(void) {
  HERE routine("victim", destroys(T0, A5));
  li(T0, 1);
  ret();
}

static void output_is_kept(void) {
  HERE routine("victim", in(A1), out(A1), destroys(T0));
  add(T0, A1, 1);
  ret();
}

static void output_is_always_there(void) {
  HERE routine("victim", out_if(A1));
  li(A1, 0);
  ret();
}

static void promised_end_returns(void) {
  routine("victim", no_return);
  HERE ret();
}

static void end_is_not_promised(void) {
  routine("victim", destroys(T0));
  label("again");
  li(T0, 1);
  jump("again");
}

static void contract_is_missing(void) {
  routine("victim");
  ret();
}

/* On x86-64 the result is in T0 (rax) for a moment. */
static void scratch_lives_by_a_path(void) {
  routine("victim", in(A0), out(A0), destroys(ALL_T));
  li(T0, 1);
  beq(A0, 0, "none");
  sys(NR_CLOSE);
  label("none");
  HERE add(A0, A0, T0);
  ret();
}

/* ---- The frame: the emitter refuses what it sees of these itself --------------------------------------------------
 */

static void frame_over_what_is_saved(void) {
  routine("victim", destroys(A3));
  enter(S0);
  frame(16);
  li(S0, 1);
  stack_pointer(A3);
  st64(1, A3, on_x64() ? 16 : 24); /* arm64 has x30 before it */
  HERE leave();
}

static void frame_over_return(void) {
  routine("victim", destroys(A3));
  enter_bare();
  frame(16);
  stack_pointer(A3);
  st64(1, A3, 16);
  HERE leave();
}

static void frame_over_what_is_callers(void) {
  routine("victim", destroys(A3));
  enter_bare();
  frame(16);
  stack_pointer(A3);
  jump("on");
  label("on");
  HERE st64(1, A3, 32);
  leave();
}

static void frame_below_the_stack(void) {
  routine("victim", destroys(A3));
  stack_pointer(A3);
  jump("on");
  label("on");
  HERE st8(1, A3, -1);
  ret();
}

/* Kept in the frame, and then changed there: in part, by a path, by the kernel, by a callee, by an address that walks.
 */
static void kept_in_frame(void (*change)(void)) {
  routine("victim", in(A0), destroys(A1, A2, A3, ALL_T));
  enter_bare();
  frame(16);
  stack_pointer(A3);
  st64(A0, A3, 0);
  change();
  ld64(A0, A3, 0);
  HERE leave();
}

static void change_part(void) { st8(0, A3, 7); }

static void change_by_path(void) {
  beq(A0, 0, "kept");
  st64(A2, A3, 0);
  label("kept");
}

static void change_by_kernel(void) {
  mov(A1, A3);
  li(A2, 8);
  sys(NR_READ);
}

static void change_by_walking(void) {
  mov(A1, A3);
  label("next");
  st8(1, A1, 0);
  add(A1, A1, 1);
  bltu(A1, A3, "next");
}

static void kept_in_part(void) { kept_in_frame(change_part); }
static void kept_by_path(void) { kept_in_frame(change_by_path); }
static void kept_from_kernel(void) { kept_in_frame(change_by_kernel); }
static void kept_from_walking(void) { kept_in_frame(change_by_walking); }

static void kept_from_callee(void) {
  routine("helper", in(A1));
  st64(1, A1, 0);
  ret();
  routine("victim", in(A0), destroys(A1, A3));
  enter_bare();
  frame(16);
  stack_pointer(A1);
  st64(A0, A1, 0);
  call("helper");
  stack_pointer(A3);
  ld64(A0, A3, 0);
  HERE leave();
}

/* What the frame gives back is what the caller left, and needs an `in`. */
static void input_by_frame(void) {
  routine("victim", out(A0), destroys(A3));
  enter_bare();
  frame(16);
  stack_pointer(A3);
  st64(A2, A3, 8);
  ld64(A0, A3, 8);
  HERE add(A0, A0, 1);
  leave();
}

/* ---- Each of them ------------------------------------------------------------------------------------------------ */

/* NULL as text: that machine has no such fault. A line is asked for where the fault says HERE. */
static const struct {
  void (*lay)(void);
  const char *kind, *where, *x64_text, *arm64_text;
} faults[] = {
#define SAME(text) text, text
    {save_is_missing, "WRITES", "victim", SAME("returns with S0 changed; the contract does not give it away")},
    {caller_loses_argument, "WRITES", "victim", SAME("returns with A0 changed; the contract does not give it away")},
    {destroyed_is_read, "UNDEFINED", "victim", SAME("A1 is read, and the call of helper has destroyed A1")},
    {count_lives_through_kernel, "UNDEFINED", "victim", SAME("T1 is read, which a system call has destroyed")},
    {scratch_lives_through_kernel, "UNDEFINED", "victim", "r11 is read, which a system call has destroyed",
     "T0 is read, which a system call has destroyed"},
    {flags_live_through_call, "UNDEFINED", "victim", SAME("flags is read, and the call of helper has destroyed flags")},
    {input_is_not_named, "READS", "victim", SAME("A2 is read, as the caller left it; the contract has no in(A2)")},
    {input_of_callee_is_not_named, "READS", "victim",
     SAME("by the call of helper, A0 is read, as the caller left it; the contract has no in(A0)")},
    {input_of_kernel_is_not_named, "READS", "victim",
     SAME("by the system call, A2 is read, as the caller left it; the contract has no in(A2)")},
    {input_is_returned, "READS", "victim",
     SAME("returned: A0 is read, as the caller left it in A3; the contract has no in(A3)")},
    {output_is_missing_on_a_path, "OUTPUT", "victim",
     SAME("returns, and on some path A1 holds no result: helper has destroyed it")},
    {output_is_what_kernel_left, "OUTPUT", "victim",
     SAME("returns, and on some path T1 holds no result: a system call has destroyed it")},
    {restored_from_lost_register, "WRITES", "victim", SAME("returns with S3 changed")},
    {part_of_register_is_kept, "READS", "victim",
     SAME("T0 is read, as the caller left it; the contract has no in(T0)")},
    {restored_in_wrong_order, "WRITES", "victim", SAME("returns with S1 changed")},
    {tail_destroys_more, "WRITES", "victim", SAME("returns with A1 changed; the contract does not give it away")},
    {c_register_is_changed, "WRITES", "victim", SAME("returns to C with S2 changed, which C takes to be kept")},
    {stack_is_higher_at_return, "STACK", "victim", SAME("returns, and the stack is not as it was at the entry")},
    {stack_is_taken_from_caller, "STACK", "victim", SAME("takes more from the stack than was put there")},
    {stack_differs_by_path, "STACK", "victim", SAME("bytes here, and")},
    {tail_with_something_on_stack, "STACK", "victim", SAME("has something on the stack, and jumps to a routine")},
    {stores_to_what_is_laid, "STORE", "victim", SAME("stores to what cannot be written: laid+")},
    {result_lives_in_scratch, "UNDEFINED", "victim", "T1 is read, which a system call has destroyed",
     "T0 is read, which a system call has destroyed"},
    {calls_data, "TARGET", "victim", SAME("calls what is no routine: laid+")},
    {jump_into_instruction, "TARGET", "victim", "a path begins here, inside of another instruction",
     "leads out of the code"},
    {table_leads_elsewhere, "TARGET", "table", SAME("an entry of the table leads to no routine, but to")},
    {address_leads_elsewhere, "TARGET", "table", SAME("an entry of the table leads to no routine, but to 0x7ff0")},
    {called_by_table_destroys, "UNDEFINED", "victim", SAME("A1 is read, and the call of helper has destroyed A1")},
    {called_by_address_destroys, "UNDEFINED", "victim", SAME("A1 is read, and the call of helper has destroyed A1")},
    {jumps_by_what_was_given, "TARGET", "victim", SAME("jumps by a register, and no table is known for it")},
    {runs_into_next, "NEXT", "victim", SAME("runs on into _start")},
    {nothing_leads_there, "UNREACHED", "victim", SAME("no path leads to")},
    {calls_what_is_no_routine, "TARGET", "victim", SAME("calls what is no routine: victim+")},
    {input_is_not_read, "LOOSE", "victim", SAME("in(A3): it is not read on any path; leave it out")},
    {destroyed_is_kept, "LOOSE", "victim", SAME("destroys(A5): it is kept on every path; leave it out")},
    {output_is_kept, "LOOSE", "victim", SAME("out(A1): it is kept on every path; leave it out")},
    {output_is_always_there, "LOOSE", "victim", SAME("out_if(A1): it is set on every path, so it is out")},
    {promised_end_returns, "WRITES", "victim", SAME("returns, and the contract says no_return")},
    {end_is_not_promised, "LOOSE", "victim", SAME("no path returns, and the contract does not say no_return")},
    {scratch_lives_by_a_path, "UNDEFINED", "victim", SAME("T0 is read, which a system call has destroyed")},
    {frame_over_what_is_saved, "WRITES", "victim", SAME("returns with S0 changed")},
    {frame_over_return, "LINK", "victim", NULL, "returns by x30, and something was stored over where it was saved"},
    {frame_over_what_is_callers, "STACK", "victim", SAME("stores over what its caller has on the stack")},
    {frame_below_the_stack, "STACK", "victim", SAME("stores below the stack pointer, where nothing lasts")},
    {kept_in_part, "WRITES", "victim", SAME("returns with A0 changed")},
    {kept_by_path, "WRITES", "victim", SAME("returns with A0 changed")},
    {kept_from_kernel, "WRITES", "victim", SAME("returns with A0 changed")},
    {kept_from_walking, "WRITES", "victim", SAME("returns with A0 changed")},
    {kept_from_callee, "WRITES", "victim", SAME("returns with A0 changed")},
    {input_by_frame, "READS", "victim", SAME("A0 is read, as the caller left it in A2; the contract has no in(A2)")},
    {contract_is_missing, "CONTRACT", "victim", SAME("has no contract")},
};
enum { FAULTS = sizeof faults / sizeof *faults };

static char folder[] = "/tmp/bytegate-contracts-XXXXXX";

/* What `bytegate check` prints of the program that LAY lays for ISA; its exit status. */
static int check_program_with(BlIsa isa, void (*lay)(void), void (*lay_rest)(void), char *text, size_t room) {
  const char *build = getenv("BUILD");
  char command[400];
  line_of_fault = 0;
  bl_machine_trust();
  bl_program_begin(isa, "faulty");
  lay();
  lay_rest();
  bl_program_write_exec(folder, "_start");
  snprintf(command, sizeof command, "%s/bytegate check --strict %s/faulty_%s 2>&1", build && *build ? build : "build",
           folder, bl_machine_now()->name);
  FILE *pipe = popen(command, "r");
  ck_assert_ptr_nonnull(pipe);
  size_t size = fread(text, 1, room - 1, pipe);
  text[size] = '\0';
  int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int check_program(BlIsa isa, void (*lay)(void), char *text, size_t room) {
  return check_program_with(isa, lay, lay_caller, text, room);
}

/* The line of TEXT that begins with the KIND and WHERE and has WHAT, and, where there is one, the line of the fault. */
static bool tells(const char *text, const char *kind, const char *where, const char *what) {
  char start[64], place[64];
  bool contract = !strstr("STACK TARGET NEXT UNREACHED STORE CODE", kind);
  snprintf(start, sizeof start, "%s %s+", kind, where);
  snprintf(place, sizeof place, "test_contracts.c:%d:", line_of_fault);
  for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
    size_t size = strcspn(line, "\n");
    char copy[512];
    snprintf(copy, sizeof copy, "%.*s", (int)size, line);
    if (strncmp(copy, start, strlen(start)) == 0 && strstr(copy, what) &&
        (!contract || !line_of_fault || strstr(copy, place)))
      return true;
  }
  return false;
}

static void check_fault(BlIsa isa, int i) {
  static char text[1 << 16];
  const char *what = isa == ISA_X64 ? faults[i].x64_text : faults[i].arm64_text;
  if (!what)
    return;
  int status = check_program(isa, faults[i].lay, text, sizeof text);
  ck_assert_msg(status == 1, "%s is not refused: exit status %d\n%s", what, status, text);
  ck_assert_msg(tells(text, faults[i].kind, faults[i].where, what), "%s %s: %s (line %d) is not said:\n%s",
                faults[i].kind, faults[i].where, what, line_of_fault, text);
}

START_TEST(fault_is_refused_on_x64) { check_fault(ISA_X64, _i); }
END_TEST

START_TEST(fault_is_refused_on_arm64) { check_fault(ISA_A64, _i); }
END_TEST

static void lay_faultless(void) {
  lay_helper();
  routine("victim", in(A0, S1), out(A0), out_if(A2), moves(S0), destroys(A1, T0), may_destroy(A5));
  enter(S1);
  add(S0, S0, 1);
  add(A0, A0, S1);
  li(S1, 5);
  call("helper");
  beq(A0, 0, "done");
  li(A2, 1);
  label("done");
  leave();
}

/* Tables of addresses, by which it is called and jumped; one among other things; and an address in memory. */
static void lay_addresses(void) {
  lay_helper();
  data("names", 8);
  data_address("text");
  data_address("victim.one");
  data_value(64, 99);
  data_address("helper");
  data("table", 8);
  data_address("victim.one");
  data_address("victim.two");
  data("callees", 8);
  data_address("helper");
  data("text", 1);
  data_value(64, 0x6867666564636261);
  bss("place", 16, 8);
  routine("victim", in(A0, A1, S0), out(A0), destroys(A1, A2, T0));
  enter(S1);
  la(S1, "callees");
  ld64x(T0, S1, A1);
  call_register(T0);
  la(T0, "names");
  ld64(T0, T0, 24);
  call_register(T0);
  ld64(T0, S0, 0);
  call_register(T0);
  la(T0, "names");
  shl(A2, A0, 4);
  add(T0, T0, A2);
  ld64(T0, T0, 8);
  call_register(T0);
  la(T0, "table");
  ld64x(T0, T0, A0);
  jump_register(T0);
  label("one");
  li(A0, 1);
  label("two");
  leave();
}

/* The template of a system call goes on after it, also where the call ends the program. */
static void lay_end(void) {
  routine("last", in(A0), no_return);
  sys(NR_EXIT_GROUP);
  routine("victim", in(A0));
  bne(A0, 1, "end");
  ret();
  label("end");
  bne(A0, 2, "other");
  jump("last");
  label("other");
  li(A0, 1);
  sys(NR_EXIT);
}

/* What the templates keep aside in vector registers (on x86-64) comes back, and so does what a routine that calls
 * itself saves. */
static void lay_wide(void) {
  routine("victim", in(A0, A1), out(A0, A3), destroys(T1));
  divu(A3, A0, A1);
  rems(T1, A0, A1);
  mulhu(A0, A0, A1);
  bit_count(A0, A0);
  ret();
}

static void lay_recursion(void) {
  routine("victim", in(A0), out(A0), destroys(A1));
  enter(S0);
  mov(S0, A0);
  li(A0, 1);
  bltu(S0, 2, "done");
  sub(A0, S0, 1);
  call("victim");
  mul(A0, A0, S0);
  li(A1, 0);
  label("done");
  leave();
}

/* Only the call of itself destroys anything, and only the walk knows that it comes back. */
static void lay_recursion_first(void) {
  lay_helper();
  routine("victim", in(A0), out(A0), destroys(A1, T0));
  enter_bare();
  bne(A0, 0, "more");
  leave();
  label("more");
  sub(A0, A0, 1);
  call("victim");
  jump("helper_too");
  label("helper_too");
  call("helper");
  leave();
}

/* What is kept in the frame comes back: one register, and one after the other; also after a call, and with an address
 * of the frame that was taken again. A buffer in the frame, which the kernel and a callee fill. */
static void lay_kept(void) {
  routine("helper", in(A1), destroys(A2));
  li(A2, 1);
  st8(A2, A1, 0);
  ret();
  routine("keeps", in(A0, A1), destroys(A3));
  enter(S0);
  frame(48);
  stack_pointer(A3);
  st64(A0, A3, 16);
  st64(A1, A3, 24);
  add(S0, A0, A1);
  beq(S0, 0, "same");
  li(A0, 1);
  li(A1, 2);
  label("same");
  ld64(A0, A3, 16);
  ld64(A1, A3, 24);
  leave();
  routine("fills", in(A0), out(A0), destroys(A1, A2, ALL_T));
  enter_bare();
  frame(32);
  stack_pointer(A1);
  st64(A0, A1, 0);
  li(A2, 8);
  sys(NR_READ);
  call("helper");
  ld64(A0, A1, 0);
  leave();
  routine("calls", destroys(A1));
  enter_bare();
  frame(16);
  stack_pointer(A1);
  st64(A0, A1, 8);
  call("nothing");
  stack_pointer(A1);
  ld64(A0, A1, 8);
  leave();
  routine("nothing", destroys(A0));
  li(A0, 0);
  ret();
  routine("victim", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  enter_bare();
  call("keeps");
  call("calls");
  call("fills");
  leave();
}

/* ---- Without contracts ------------------------------------------------------------------------------------------- */

static void lay_plain_caller(void) {
  routine("_start");
  enter_bare();
  call("victim");
  li(A0, 0);
  sys(NR_EXIT_GROUP);
}

static void plain_saves(void) {
  routine("victim");
  enter(S0);
  li(S0, 1);
  leave();
  lay_plain_caller();
}

static void plain_saves_nothing(void) {
  routine("victim");
  li(S3, 1);
  ret();
  lay_plain_caller();
}

static void plain_jumps_to_what_saves_nothing(void) {
  routine("helper");
  li(S3, 1);
  ret();
  routine("victim");
  jump("helper");
  lay_plain_caller();
}

/* The emitter refuses it of operations. */
static void plain_start_returns(void) {
  routine("_start");
  li(A0, 0);
  if (on_x64())
    x64(x64_ret());
  else
    a64(a64_ret());
}

static const struct {
  void (*lay)(void);
  const char *kind, *where, *text; /* NULL: nothing is found */
} plain[] = {
    {plain_saves, NULL, NULL, NULL},
    {plain_saves_nothing, "WRITES", "victim", "comes back with S3 changed, which its callers take to be kept"},
    {plain_jumps_to_what_saves_nothing, "WRITES", "victim", "comes back with S3 changed"},
    {plain_start_returns, "STACK", "_start", "returns, and nobody called it"},
};
enum { PLAIN = sizeof plain / sizeof *plain };

static void (*const right[])(void) = {lay_faultless, lay_addresses,       lay_end, lay_wide,
                                      lay_recursion, lay_recursion_first, lay_kept};
enum { RIGHT = sizeof right / sizeof *right };

START_TEST(what_is_right_passes) {
  char text[4096];
  ck_assert_msg(check_program((BlIsa)(_i % ISA_COUNT), right[_i / ISA_COUNT], text, sizeof text) == 0, "%s", text);
}
END_TEST

static void lay_nothing(void) {}

START_TEST(without_contracts_the_convention_holds) {
  char text[4096];
  int i = _i / ISA_COUNT;
  int status = check_program_with((BlIsa)(_i % ISA_COUNT), plain[i].lay, lay_nothing, text, sizeof text);
  ck_assert_msg(status == (plain[i].kind ? 1 : 0), "exit status %d\n%s", status, text);
  ck_assert_msg(!plain[i].kind || tells(text, plain[i].kind, plain[i].where, plain[i].text), "%s", text);
}
END_TEST

static void make_folder(void) { ck_assert_ptr_nonnull(mkdtemp(folder)); }

static void remove_folder(void) {
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", folder);
  ck_assert_int_eq(system(command), 0);
}

int main(void) {
  Suite *suite = suite_create("contracts");
  TCase *tests = tcase_create("contracts");
  tcase_add_unchecked_fixture(tests, make_folder, remove_folder);
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, fault_is_refused_on_x64, 0, FAULTS);
  tcase_add_loop_test(tests, fault_is_refused_on_arm64, 0, FAULTS);
  tcase_add_loop_test(tests, what_is_right_passes, 0, RIGHT * ISA_COUNT);
  tcase_add_loop_test(tests, without_contracts_the_convention_holds, 0, PLAIN * ISA_COUNT);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
