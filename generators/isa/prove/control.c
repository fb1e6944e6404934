/* control.c: models of the operations that leave the straight line: frames, calls, tables of jumps, system calls, and
 * the meeting with C. Each is proved with its counterpart: what a call leaves is what a return takes, and what enter
 * saves is what leave gives back, whatever stands in between. */
#include "isa/prove/operations.h"
#include "isa/prove/provers.h"

#include <stdio.h>

#define STATE_SP(state) ((state).general[check_sp((state).isa)])

/* ---- Common steps ------------------------------------------------------------------------------------------------ */

static void begin_goals(const State *start) {
  goals_begin();
  goal_assume(check_sp_aligned(start));
}

/* Run to the one exit that an operation must have; NULL if it has another. */
static const Exit *only_exit(State state, int kind) {
  static Exit exits[EXITS_MOST];
  int count = check_run(state, exits);
  if (exits[0].kind == EXIT_STUCK)
    check_failed("no meaning at %#lx: %s", (unsigned long)exits[0].state.pc, exits[0].state.why);
  else if (count != 1 || (int)exits[0].kind != kind)
    check_failed("it leaves in another way than it should");
  else
    return &exits[0];
  return NULL;
}

/* Where a return goes: a call has pushed the address, or put it into a register. */
static Bits return_address(const State *state) {
  int link = prover_row(state->isa)->link;
  return link < 0 ? memory_load(state->memory, STATE_SP(*state), 8) : state->general[link];
}

/* The link of `to` becomes that of `from`, where the machine has one. */
static void copy_link(State *to, const State *from) {
  int link = prover_row(to->isa)->link;
  if (link >= 0)
    to->general[link] = from->general[link];
}

/* The stack pointer of a state after a return: what a call has pushed is gone. */
static Bits sp_after_return(const State *state) {
  unsigned pushed = prover_row(state->isa)->pushed;
  return pushed ? bits_add(STATE_SP(*state), bits(64, pushed)) : STATE_SP(*state);
}

/* Every register of a state becomes unknown but for the stack pointer. */
static void forget_registers(State *state) {
  for (int i = 0; i < GENERAL_REGISTERS; i++)
    if ((unsigned)i != check_sp(state->isa))
      state->general[i] = bits_fresh("other", 64);
  for (int i = 0; i < VECTOR_REGISTERS; i++)
    state->vector[i] = bits_fresh("other_vector", 128);
  for (int i = 0; i < FLAGS; i++)
    state->flag[i] = bits_fresh("other_flag", 1);
}

/* ---- ret ----------------------------------------------------------------------------------------------------------
 */

static void lay_ret(const Case *c) {
  (void)c;
  bl_routine("r");
  bl_label("begin");
  bl_ret();
  bl_label("end");
  bl_ret();
}

static void goal_returned(const Exit *gone, const State *start) {
  Model want = {0};
  check_model_start(start->isa, start, &want);
  want.sp = sp_after_return(start);
  goal_equal("the place that it returns to", gone->target, return_address(start));
  goal_registers(start->isa, &gone->state, start, &want);
}

static bool check_ret(const Case *c) {
  State start = check_start(c->isa);
  const Exit *gone = only_exit(start, EXIT_AWAY);
  if (!gone)
    return false;
  begin_goals(&start);
  goal_returned(gone, &start);
  return goals_prove(c);
}
static const Operation ret_ = {"bl_ret", "lay_ret", lay_ret, NULL, check_ret};

/* ---- enter and leave: kind is an arrangement of saved registers ----------------------------------------------------
 */

enum { SAVED_MOST = 6, ARRANGEMENTS = 1957 };

/* Arrangement n of S0..S5: every choice, in every order. Returns how many are saved. */
static int arrangement(int n, BlReg *saved) {
  int count = 0, ways = 1, left[SAVED_MOST], remaining = SAVED_MOST;
  while (n >= ways) {
    n -= ways;
    ways *= SAVED_MOST - count++;
  }
  for (int i = 0; i < SAVED_MOST; i++)
    left[i] = i;
  for (int i = 0; i < count; i++) {
    int at = n % remaining;
    n /= remaining;
    saved[i] = case_reg(BL_S0.index + left[at]);
    for (int j = at; j + 1 < remaining; j++)
      left[j] = left[j + 1];
    remaining--;
  }
  return count;
}

/* place counts what stands before this leave: another leave, or nothing. */
static void lay_enter(const Case *c) {
  BlReg saved[SAVED_MOST];
  int count = arrangement(c->kind, saved);
  bl_routine("r");
  bl_label("begin");
  bl_enter(saved, count);
  bl_label("entered");
  if (c->place)
    bl_leave();
  bl_label("leaves");
  bl_leave();
  bl_label("end");
}

/* After enter: the frame lies below sp, and nothing above it has changed; nor has any register. */
static bool check_entered(const Case *c, const State *start, const Exit *entered, uint64_t *frame) {
  Model want = {0};
  check_model_start(c->isa, start, &want);
  Bits size = Z3_simplify(bits_context, bits_sub(want.sp, STATE_SP(entered->state)));
  if (!bits_is_number(size, frame) || *frame > 128)
    return check_failed("enter makes no frame of a known size");
  want.sp = bits_sub(want.sp, bits(64, *frame));
  want.memory = entered->state.memory;
  begin_goals(start);
  goal_registers(c->isa, &entered->state, start, &want);
  if (!memory_differs_only_in(entered->state.memory, start->memory, want.sp, *frame))
    return check_failed("enter stores outside of its frame");
  goal_truth("the stack pointer is no multiple of 16", check_sp_aligned(&entered->state));
  return goals_prove(c);
}

/* Between the two everything may change but sp and the frame. leave gives back what was saved and returns. */
static bool check_left(const Case *c, const State *start, const Exit *entered, uint64_t frame, uint64_t locals) {
  State inside = entered->state;
  Bits any = memory_fresh("between");
  uint64_t kept = frame + prover_row(c->isa)->pushed; /* a return address that is pushed lies above the frame */
  for (uint64_t i = 0; i < kept; i++) {
    Bits address = bits_add(STATE_SP(inside), bits(64, locals + i));
    any = memory_store(any, address, memory_load(inside.memory, address, 1), 1);
  }
  forget_registers(&inside);
  inside.memory = any;
  inside.pc = check_label("leaves");
  State before_leave = inside;
  const Exit *left = only_exit(inside, EXIT_AWAY);
  if (!left)
    return false;
  Model want = {0};
  check_model_start(c->isa, &before_leave, &want);
  BlReg saved[SAVED_MOST];
  int count = arrangement(c->kind, saved);
  for (int i = 0; i < count; i++)
    want.reg[saved[i].index] = start->general[check_number(c->isa, saved[i].index)];
  want.sp = sp_after_return(start);
  copy_link(&before_leave, start); /* it comes back */
  goal_equal("the place that it returns to", left->target, return_address(start));
  goal_registers(c->isa, &left->state, &before_leave, &want);
  return goals_prove(c);
}

static bool check_enter(const Case *c) {
  State start = check_start(c->isa);
  Exit exits[EXITS_MOST];
  Laid *laid = (Laid *)check_laid();
  uint64_t end = laid->end, frame;
  laid->end = check_label("entered");
  int count = check_run(start, exits);
  if (count != 1 || exits[0].kind != EXIT_AT)
    return check_failed("enter does not run to its end");
  if (!check_entered(c, &start, &exits[0], &frame))
    return false;
  laid->end = end;
  begin_goals(&start);
  return check_left(c, &start, &exits[0], frame, 0);
}
static const Operation enter_ = {"bl_enter bl_leave", "lay_enter lay_leave", lay_enter, NULL, check_enter};

/* ---- frame: place is its size -------------------------------------------------------------------------------------
 */

static void lay_frame(const Case *c) {
  BlReg saved[SAVED_MOST];
  int count = arrangement(c->kind, saved);
  bl_routine("r");
  bl_label("begin");
  bl_enter(saved, count);
  bl_label("entered");
  bl_frame(c->place);
  bl_label("framed");
  bl_label("leaves");
  bl_leave();
  bl_label("end");
}

static const Exit *run_to(State state, const char *label, Exit *exits) {
  Laid *laid = (Laid *)check_laid();
  uint64_t begin = laid->begin, end = laid->end;
  laid->end = check_label(label);
  laid->begin = state.pc;
  int count = check_run(state, exits);
  laid->begin = begin;
  laid->end = end;
  return count == 1 && exits[0].kind == EXIT_AT ? exits : NULL;
}

/* The locals lie below what enter has saved: sp goes down by their size, and nothing else changes. leave gives all of
 * it back, whatever the locals hold. */
static bool check_frame(const Case *c) {
  State start = check_start(c->isa);
  Exit entered[EXITS_MOST], framed[EXITS_MOST];
  if (!run_to(start, "entered", entered) || !run_to(entered->state, "framed", framed))
    return check_failed("a frame is not made in a straight line");
  Model want = {0};
  check_model_start(c->isa, &entered->state, &want);
  uint64_t frame = 0;
  Bits size = Z3_simplify(bits_context, bits_sub(STATE_SP(start), STATE_SP(entered->state)));
  if (!bits_is_number(size, &frame))
    return check_failed("enter makes no frame of a known size");
  want.sp = bits_sub(want.sp, bits(64, (uint64_t)c->place));
  begin_goals(&start);
  goal_registers(c->isa, &framed->state, &entered->state, &want);
  goal_memory(framed->state.memory, entered->state.memory);
  goal_truth("the stack pointer is no multiple of 16", check_sp_aligned(&framed->state));
  if (!goals_prove(c))
    return false;
  begin_goals(&start);
  return check_left(c, &start, framed, frame, (uint64_t)c->place);
}
static const Operation frame_ = {"bl_frame", "lay_frame lay_unframe", lay_frame, NULL, check_frame};

/* ---- call and jump through a register -----------------------------------------------------------------------------
 */

static void lay_jump_register(const Case *c) {
  bl_routine("r");
  bl_label("begin");
  bl_jump_register(case_reg(c->d));
  bl_label("end");
  bl_ret();
}

static bool check_jump_register(const Case *c) {
  State start = check_start(c->isa);
  const Exit *gone = only_exit(start, EXIT_AWAY);
  if (!gone)
    return false;
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  begin_goals(&start);
  goal_equal("the place that it jumps to", gone->target, start.general[check_number(c->isa, c->d)]);
  goal_registers(c->isa, &gone->state, &start, &want);
  return goals_prove(c);
}
static const Operation jump_register_ = {"bl_jump_register", "lay_jump_register", lay_jump_register, NULL,
                                         check_jump_register};

static void lay_call_register(const Case *c) {
  bl_routine("callee");
  bl_ret();
  bl_routine("r");
  bl_enter(NULL, 0);
  bl_label("begin");
  bl_call_register(case_reg(c->d));
  bl_label("end");
  bl_leave();
}

/* The same as a call by name, to any place: the callee returns at once. */
static bool check_call_register(const Case *c) {
  State start = check_start(c->isa);
  const Exit *called = only_exit(start, EXIT_AWAY);
  if (!called)
    return false;
  State callee = called->state;
  callee.pc = check_label("callee");
  Bits to = called->target;
  Step back = state_step(&callee);
  if (back.kind != STEP_AWAY)
    return check_failed("the callee does not return");
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  want.memory = callee.memory;
  State before = start;
  copy_link(&before, &callee); /* what enter has saved */
  begin_goals(&start);
  goal_equal("the place that it calls", to, start.general[check_number(c->isa, c->d)]);
  goal_equal("the place that the callee returns to", back.target, bits(64, check_laid()->end));
  goal_registers(c->isa, &callee, &before, &want);
  if (!memory_differs_only_in(callee.memory, start.memory, bits_sub(STATE_SP(start), bits(64, 8)), 8))
    return check_failed("a call stores elsewhere than below the stack pointer");
  return goals_prove(c);
}
static const Operation call_register_ = {"bl_call_register", "lay_call_register", lay_call_register, NULL,
                                         check_call_register};

/* ---- call ---------------------------------------------------------------------------------------------------------
 */

/* The callee, `place` bytes away, returns at once: where it was called, with everything but the link as it was. */
static void lay_call(const Case *c) {
  static unsigned char gap[70000];
  if (c->place < 0) {
    bl_routine("callee");
    bl_ret();
    bl_bytes(gap, (size_t)-c->place);
  }
  bl_routine("r");
  bl_enter(NULL, 0);
  bl_label("begin");
  bl_call("callee");
  bl_label("end");
  bl_leave();
  if (c->place >= 0) {
    bl_bytes(gap, (size_t)c->place);
    bl_routine("callee");
    bl_ret();
  }
}

static bool check_call(const Case *c) {
  State start = check_start(c->isa);
  const Exit *called = only_exit(start, EXIT_AWAY);
  uint64_t to;
  if (!called)
    return false;
  if (!bits_is_number(Z3_simplify(bits_context, called->target), &to) || to != check_label("callee"))
    return check_failed("it calls another place than the routine");
  State callee = called->state;
  callee.pc = to;
  Step back = state_step(&callee);
  if (back.kind != STEP_AWAY)
    return check_failed("the callee does not return");
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  want.memory = callee.memory;
  State before = start;
  copy_link(&before, &callee); /* what enter has saved */
  begin_goals(&start);
  goal_equal("the place that the callee returns to", back.target, bits(64, check_laid()->end));
  goal_registers(c->isa, &callee, &before, &want);
  if (!memory_differs_only_in(callee.memory, start.memory, bits_sub(STATE_SP(start), bits(64, 8)), 8))
    return check_failed("a call stores elsewhere than below the stack pointer");
  return goals_prove(c);
}
static const Operation call_ = {"bl_call", "lay_call", lay_call, NULL, check_call};

/* ---- jump_table ---------------------------------------------------------------------------------------------------
 */

static void lay_jump_table(const Case *c) {
  bl_routine("r");
  bl_label("begin");
  bl_jump_table(case_reg(c->d), "table");
  bl_label("end");
  bl_ret();
  bl_data("table", 2);
  bl_offset16("r.end", "table");
  bl_offset16("r.begin", "table");
}

/* For any index and any entries: to the table's address, plus the signed entry of 16 bits. */
static bool check_jump_table(const Case *c) {
  State start = check_start(c->isa);
  const Exit *gone = only_exit(start, EXIT_AWAY);
  if (!gone)
    return false;
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  Bits table = bits(64, check_label("table"));
  Bits entry = memory_load(start.memory, bits_add(table, bits_shl(want.reg[c->d], bits(64, 1))), 2);
  want.reg[c->d] = NULL;
  begin_goals(&start);
  goal_equal("the place that it jumps to", gone->target, bits_add(table, bits_sign_extend(entry, 64)));
  goal_registers(c->isa, &gone->state, &start, &want);
  return goals_prove(c);
}
static const Operation jump_table_ = {"bl_jump_table", "lay_jump_table", lay_jump_table, NULL, check_jump_table};

/* ---- sys: kind is the system call ---------------------------------------------------------------------------------
 */

#define ARITY_(NAME, name, arity, ...) [NR_##NAME] = (arity),
static const int arities[NR_COUNT] = {BL_SYSTEM_CALLS(ARITY_)};

/* By name; with its arguments named where `place` says so, which lays nothing more. */
static void lay_sys(const Case *c) {
  bl_routine("r");
  bl_label("begin");
  if (c->place) {
    BlReg arguments[SYSTEM_CALL_ARGUMENTS + 1];
    int count = 0;
    for (; count < arities[c->kind]; count++)
      arguments[count] = (BlReg){(unsigned char)(BL_A0.index + count)};
    arguments[count] = BL_NO_REGISTER;
    bl_syscall_with((BlSystemCall)c->kind, arguments);
  } else {
    bl_syscall((BlSystemCall)c->kind);
  }
  bl_label("end");
  bl_ret();
}

/* The kernel is given its number and A0..A5 in the registers where it looks for them. */
static void goal_called(const Case *c, int number, const State *kernel, const State *start) {
  static const char *const words[SYSTEM_CALL_ARGUMENTS] = {"argument 1", "argument 2", "argument 3",
                                                           "argument 4", "argument 5", "argument 6"};
  const Prover *row = prover_row(c->isa);
  goal_equal("the number of the system call", kernel->general[row->kernel_number], bits(64, (uint64_t)number));
  for (int i = 0; i < SYSTEM_CALL_ARGUMENTS; i++)
    goal_equal(words[i], kernel->general[row->kernel_arguments[i]], start->general[check_number(c->isa, i)]);
  goal_equal("the stack pointer at the call", STATE_SP(*kernel), STATE_SP(*start));
  goal_memory(kernel->memory, start->memory);
}

static bool check_call_of_kernel(const Case *c, int number) {
  State start = check_start(c->isa);
  const Exit *called = only_exit(start, EXIT_KERNEL);
  if (!called)
    return false;
  begin_goals(&start);
  goal_called(c, number, &called->state, &start);
  /* It answers, may have written anything to memory, and destroys what the row of the machine says. */
  State back = called->state;
  Bits result = bits_fresh("result", 64);
  back.general[0] = result; /* rax, x0 */
  const Prover *row = prover_row(c->isa);
  for (int i = 0; i < GENERAL_REGISTERS; i++)
    if (row->kernel_destroys >> i & 1)
      back.general[i] = bits_fresh("destroyed", 64);
  back.memory = memory_fresh("after");
  for (int i = 0; i < FLAGS; i++)
    back.flag[i] = NULL;
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  want.memory = back.memory;
  want.reg[BL_A0.index] = result;
  want.reg[BL_T0.index] = want.reg[BL_T1.index] = NULL;
  const Exit *end = only_exit(back, EXIT_AT);
  if (!end || end->at != check_laid()->end)
    return check_failed("it does not go on after the system call");
  State before = start;
  before.general[row->kernel_number] = end->state.general[row->kernel_number]; /* it still has the number */
  goal_registers(c->isa, &end->state, &before, &want);
  return goals_prove(c);
}
static bool check_sys(const Case *c) { return check_call_of_kernel(c, prover_row(c->isa)->kernel_numbers[c->kind]); }

/* By number: kind */
static void lay_sys_number(const Case *c) {
  int numbers[ISA_COUNT];
  for (int isa = 0; isa < ISA_COUNT; isa++)
    numbers[isa] = isa == (int)c->isa ? c->kind : 1;
  bl_routine("r");
  bl_label("begin");
  bl_syscall_number(numbers, ISA_COUNT);
  bl_label("end");
  bl_ret();
}
static bool check_sys_number(const Case *c) { return check_call_of_kernel(c, c->kind); }
static const Operation sys_number_ = {"bl_syscall_number", "lay_system_call_number", lay_sys_number, NULL,
                                      check_sys_number};
static const Operation sys_ = {"bl_syscall bl_syscall_with", "lay_system_call", lay_sys, NULL, check_sys};

/* ---- The stack pointer, and C -------------------------------------------------------------------------------------
 */

static void lay_stack_pointer(const Case *c) {
  case_begin(c);
  bl_stack_pointer(case_reg(c->d));
  case_end(c);
}
static void model_stack_pointer(const Case *c, Model *m) { m->reg[c->d] = m->sp; }
static const Operation stack_pointer_ = {"bl_stack_pointer", "lay_stack_pointer", lay_stack_pointer,
                                         model_stack_pointer, NULL};

/* C's arguments come where A0..A5 are, but for the fourth: on x64 it comes in rcx, which is T1. */
static void lay_c_arguments(const Case *c) {
  case_begin(c);
  bl_c_arguments();
  case_end(c);
}
static void model_c_arguments(const Case *c, Model *m) {
  m->reg[BL_A3.index] = m->reg[prover_row(c->isa)->c_argument4];
}
static const Operation c_arguments_ = {"bl_c_arguments", "lay_c_arguments", lay_c_arguments, model_c_arguments, NULL};

/* C wants its result in rax, which is T0, or in x0. */
static void lay_c_result(const Case *c) {
  case_begin(c);
  bl_c_result();
  case_end(c);
}
static void model_c_result(const Case *c, Model *m) { m->reg[prover_row(c->isa)->c_result] = m->reg[BL_A0.index]; }
static const Operation c_result_ = {"bl_c_result", "lay_c_result", lay_c_result, model_c_result, NULL};

const Operation *const control_operations[] = {
    &ret_,   &enter_,         &call_,          &jump_table_, &sys_, &stack_pointer_, &c_arguments_, &c_result_,
    &frame_, &jump_register_, &call_register_, &sys_number_, NULL};

void each_control_case(BlIsa isa, Visit *visit, void *context) {
  static const int places[] = {0, 1, 100, 200, 66000, -1, -100, -200, -66000};
  visit(&(Case){.operation = &ret_, .isa = isa}, context);
  for (int kind = 0; kind < ARRANGEMENTS; kind++)
    for (int place = 0; place < 2; place++)
      visit(&(Case){.operation = &enter_, .isa = isa, .kind = kind, .place = place}, context);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    visit(&(Case){.operation = &call_, .isa = isa, .place = places[i]}, context);
  for (int d = 0; d < BL_MACHINE_REGISTERS; d++) {
    visit(&(Case){.operation = &jump_table_, .isa = isa, .d = d}, context);
    visit(&(Case){.operation = &stack_pointer_, .isa = isa, .d = d}, context);
  }
  for (int kind = 0; kind < NR_COUNT; kind++)
    if (prover_row(isa)->kernel_numbers[kind] >= 0)
      visit(&(Case){.operation = &sys_, .isa = isa, .kind = kind}, context);
  static const int sizes[] = {16, 32, 112, 128, 4080, 4096, 4112, 65520};
  for (int kind = 0; kind < ARRANGEMENTS; kind += kind < 8 ? 1 : 97)
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
      visit(&(Case){.operation = &frame_, .isa = isa, .kind = kind, .place = sizes[i]}, context);
  for (int d = 0; d < BL_MACHINE_REGISTERS; d++) {
    visit(&(Case){.operation = &jump_register_, .isa = isa, .d = d}, context);
    visit(&(Case){.operation = &call_register_, .isa = isa, .d = d}, context);
  }
  static const int numbers[] = {0, 1, 255, 256, 462, 65535};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    visit(&(Case){.operation = &sys_number_, .isa = isa, .kind = numbers[i]}, context);
  visit(&(Case){.operation = &c_arguments_, .isa = isa}, context);
  visit(&(Case){.operation = &c_result_, .isa = isa}, context);
  for (int kind = 0; kind < NR_COUNT; kind++)
    if (prover_row(isa)->kernel_numbers[kind] >= 0)
      visit(&(Case){.operation = &sys_, .isa = isa, .kind = kind, .place = 1}, context);
}

/* SPDX-License-Identifier: MIT */
