/* same.c: executes a program and a variant of it side by side; see same.h.
 *
 * Between two transfers of control, both are executed as terms from one state. Where they part with a difference left,
 * all that is kept of it is which registers differ, for each place that is reached so; from there both go on from an
 * unknown state in which these differ and all else is one. That ends, as there are fewer and fewer new differences.
 *
 * What must be the same: where control goes, what is stored and where, what the kernel is told, the stack pointer; at a
 * call what the callee's contract reads; at a return all that the routine's own contract does not destroy. The variant
 * may access no memory that the program does not access there.
 *
 * What is relied on: the meanings of the instructions (`prove hold` holds them to the machines), the contracts
 * (`bytegate check` proves them of the bytes), that a jump by a register stays in its routine or leads to the beginning
 * of one, and that no program reads its own instructions by an address that it computes.
 */
#include "isa/prove/same.h"
#include "isa/prove/provers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PREFIX_MOST = 48,  /* instructions before the one that is changed */
  EXACT_MOST = 3,    /* transfers of control with all that is known, then only with what differs */
  STEPS_MOST = 4000, /* instructions on all paths */
  WORK_MOST = 256,   /* places that are reached with a difference */
  VARIANT_MOST = 16, /* instructions that may stand in place of one */
  PATIENCE_MS = 1000 /* of z3, for one question */
};

/* Which registers differ. */
typedef struct {
  uint32_t general, vector, flag;
} Difference;

typedef struct {
  uint64_t at;
  Difference known;
  bool waits;
} Work;

/* Both, in lockstep: their pc is the same between steps. */
typedef struct {
  State program, variant;
  int transfers; /* of control, since all was known */
  size_t accesses;
} Pair;

typedef struct {
  const Program *program;
  const Prover *row;
  uint64_t changed;
  unsigned size; /* of what is changed */
  Text variant_text;
  Z3_solver solver; /* what is assumed on the path in hand */
  Accesses seen;    /* by the program, on the path in hand */
  Work work[WORK_MOST];
  size_t work_count;
  int steps;
  bool differed; /* somewhere after the instruction */
  const char *why;
} Run;

static bool fail(Run *run, const char *why) {
  if (!run->why)
    run->why = why;
  return false;
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

static void assume(Run *run, Truth truth) { Z3_solver_assert(bits_context, run->solver, truth); }

/* Whether it holds under all that is assumed. */
static bool holds(Run *run, Truth truth) {
  Truth simple = Z3_simplify(bits_context, truth);
  Z3_lbool known = Z3_get_bool_value(bits_context, simple);
  if (known != Z3_L_UNDEF)
    return known == Z3_L_TRUE;
  Z3_solver_push(bits_context, run->solver);
  assume(run, truth_not(simple));
  Z3_lbool answer = Z3_solver_check(bits_context, run->solver);
  Z3_solver_pop(bits_context, run->solver, 1);
  return answer == Z3_L_FALSE;
}

static bool is_same(Run *run, Bits a, Bits b) { return a == b || (a && b && holds(run, truth_equal(a, b))); }

static bool is_memory_same(Run *run, const Pair *pair) {
  if (pair->program.memory == pair->variant.memory)
    return true;
  Truth same = memory_same_stores(pair->program.memory, pair->variant.memory);
  return same && holds(run, same);
}

static Difference difference_between(Run *run, Pair *pair) {
  Difference difference = {0};
  State *p = &pair->program, *v = &pair->variant;
  for (unsigned i = 0; i < GENERAL_REGISTERS; i++)
    if (is_same(run, p->general[i], v->general[i]))
      v->general[i] = p->general[i];
    else
      difference.general |= 1U << i;
  for (unsigned i = 0; i < VECTOR_REGISTERS; i++)
    if (is_same(run, p->vector[i], v->vector[i]))
      v->vector[i] = p->vector[i];
    else
      difference.vector |= 1U << i;
  /* A flag without a meaning may be anything, in both. */
  for (unsigned i = 0; i < FLAGS; i++)
    if (p->flag[i] && is_same(run, p->flag[i], v->flag[i]))
      v->flag[i] = p->flag[i];
    else
      difference.flag |= 1U << i;
  return difference;
}

static bool is_none(Difference d) { return !d.general && !d.vector && !d.flag; }

/* ---- What may differ -------------------------------------------------------------------------------------------- */

/* The machine's registers that are those of SET, which counts as machine.h does. */
static uint32_t machine_registers(const Run *run, uint32_t set) {
  uint32_t registers = 0;
  for (int i = 0; i < BL_MACHINE_REGISTERS; i++)
    if (set >> i & 1)
      registers |= 1U << run->row->number[i];
  return registers;
}

static bool is_stack_same(const Run *run, Difference d) { return !(d.general >> run->row->sp & 1); }

static bool are_kept_vectors_same(const Run *run, Difference d) { return !(d.vector & ~run->row->scratch_vectors); }

/* At a return from ROUTINE, after GIVEN was given away by one that was called in its place. */
static bool may_return(Run *run, const Routine *routine, Difference d, uint32_t given) {
  uint32_t all = (1U << BL_MACHINE_REGISTERS) - 1;
  bool bound = routine->declared && !routine->no_return && !routine->piece && !routine->c_function;
  uint32_t dead = bound ? routine->gives & ~routine->results : 0;
  d.general &= ~machine_registers(run, given);
  if (routine->no_return || !is_stack_same(run, d) || !are_kept_vectors_same(run, d))
    return fail(run, "what differs is there at a return");
  if (d.general & machine_registers(run, all & ~dead))
    return fail(run, "what differs is there at a return");
  return true;
}

static bool may_enter(Run *run, const Routine *routine, Difference d) {
  bool link = run->row->link >= 0 && d.general >> run->row->link & 1;
  if (link || !is_stack_same(run, d) || !are_kept_vectors_same(run, d))
    return fail(run, "what differs is there at a call");
  uint32_t all = (1U << BL_MACHINE_REGISTERS) - 1;
  bool bound = routine && routine->declared && !routine->piece && !routine->c_function;
  if (d.general & machine_registers(run, bound ? routine->reads : all))
    return fail(run, "what differs is read by a routine that is called");
  return true;
}

/* ---- Going on --------------------------------------------------------------------------------------------------- */

static bool run_pair(Run *run, Pair *pair);

/* Leave it to a later run from AT, in which nothing is known but what differs. */
static bool put_off(Run *run, uint64_t at, Difference d) {
  if (!is_stack_same(run, d))
    return fail(run, "the stack differs");
  size_t i = 0;
  while (i < run->work_count && run->work[i].at != at)
    i++;
  if (i == WORK_MOST)
    return fail(run, "what differs is there at too many places");
  if (i == run->work_count)
    run->work[run->work_count++] = (Work){.at = at};
  Work *work = &run->work[i];
  Difference both = {work->known.general | d.general, work->known.vector | d.vector, work->known.flag | d.flag};
  if (memcmp(&both, &work->known, sizeof both) != 0)
    work->waits = true;
  work->known = both;
  return true;
}

/* Both go to AT, from FROM. */
static bool go_to(Run *run, Pair *pair, const Routine *from, uint64_t at) {
  if (!is_memory_same(run, pair))
    return fail(run, "what is stored differs");
  pair->variant.memory = pair->program.memory;
  Difference d = difference_between(run, pair);
  if (is_none(d))
    return true;
  run->differed = true;
  const Place *place = program_place(run->program, at);
  if (!place)
    return fail(run, "a path leads out of the code");
  const Routine *entered = program_entry(run->program, at);
  if (entered && entered != from && !entered->piece)
    return may_enter(run, entered, d) && (entered->no_return || may_return(run, from, d, entered->gives));
  if (pair->transfers >= EXACT_MOST)
    return put_off(run, at, d);
  Pair next = *pair;
  size_t seen = run->seen.count;
  next.transfers++;
  next.program.pc = next.variant.pc = at;
  bool good = run_pair(run, &next);
  run->seen.count = seen;
  return good;
}

/* Of a state after a call of ROUTINE: what it gives away is another, the same in both unless DIFFERS. */
static void forget_after_call(const Run *run, Pair *pair, const Routine *routine, Difference d) {
  uint32_t given = machine_registers(run, routine->gives), portable = machine_registers(run, ~0U);
  State *p = &pair->program, *v = &pair->variant;
  for (unsigned i = 0; i < GENERAL_REGISTERS; i++) {
    bool kept = i == run->row->sp || (portable >> i & 1 && !(given >> i & 1));
    if (kept)
      continue;
    p->general[i] = v->general[i] = bits_fresh("after", 64);
    if (d.general >> i & 1 && !(given >> i & 1))
      v->general[i] = bits_fresh("after", 64);
  }
  for (unsigned i = 0; i < VECTOR_REGISTERS; i++) {
    p->vector[i] = v->vector[i] = bits_fresh("after", 128);
    if (d.vector >> i & 1)
      v->vector[i] = bits_fresh("after", 128);
  }
  for (unsigned i = 0; i < FLAGS; i++) {
    p->flag[i] = v->flag[i] = bits_fresh("after", 1);
    if (d.flag >> i & 1)
      v->flag[i] = bits_fresh("after", 1);
  }
  p->memory = v->memory = memory_fresh("after");
  if (run->row->pushed) {
    Bits sp = bits_add(p->general[run->row->sp], bits(64, run->row->pushed));
    p->general[run->row->sp] = v->general[run->row->sp] = Z3_simplify(bits_context, sp);
  }
}

/* Both call TARGET and come back at BACK. */
static bool call(Run *run, Pair *pair, Bits target, uint64_t back) {
  uint64_t at = 0;
  bool known = bits_is_number(Z3_simplify(bits_context, target), &at);
  const Routine *routine = known ? program_entry(run->program, at) : NULL;
  Difference d = difference_between(run, pair);
  if (run->row->link >= 0)
    d.general &= ~(1U << run->row->link); /* set by the call itself */
  if (is_none(d))
    return true;
  run->differed = true;
  if (!may_enter(run, routine, d))
    return false;
  if (routine && routine->no_return)
    return true;
  if (!routine || !routine->declared || routine->piece)
    return put_off(run, back, d);
  if (run->row->link >= 0)
    pair->variant.general[run->row->link] = pair->program.general[run->row->link];
  forget_after_call(run, pair, routine, d);
  const Place *place = program_place(run->program, back);
  return place ? go_to(run, pair, &run->program->routines[place->routine], back) : fail(run, "no code after a call");
}

static bool leave(Run *run, Pair *pair, const Step *a, const Step *b, const Place *place) {
  if (a->away != b->away || !is_same(run, a->target, b->target))
    return fail(run, "control goes elsewhere");
  if (!is_memory_same(run, pair))
    return fail(run, "what is stored differs");
  pair->variant.memory = pair->program.memory;
  if (a->away == AWAY_CALL)
    return call(run, pair, a->target, place->address + place->size);
  Difference d = difference_between(run, pair);
  if (is_none(d))
    return true;
  run->differed = true;
  if (a->away == AWAY_RETURN)
    return may_return(run, &run->program->routines[place->routine], d, 0);
  return fail(run, "what differs is there at a jump by a register");
}

/* The arguments of the system call with this number; six where the number is not known. *ENDS: it does not come back.
 */
static unsigned arguments_of(const Run *run, const State *state, bool *ends) {
  static const unsigned char arguments[NR_COUNT] = {
#define CALL(number, name, count, ...) [NR_##number] = (count),
      BL_SYSTEM_CALLS_OF_ALL(CALL)
#undef CALL
  };
  uint64_t number;
  *ends = false;
  if (!bits_is_number(Z3_simplify(bits_context, state->general[run->row->kernel_number]), &number))
    return SYSTEM_CALL_ARGUMENTS;
  *ends = (int)number == run->row->kernel_numbers[NR_EXIT] || (int)number == run->row->kernel_numbers[NR_EXIT_GROUP];
  for (int i = 0; i < NR_COUNT; i++)
    if (run->row->kernel_numbers[i] == (int)number)
      return arguments[i];
  return SYSTEM_CALL_ARGUMENTS;
}

static void forget_after_kernel(const Run *run, State *p) {
  /* The result is where C has it, on both machines. */
  p->general[run->row->number[run->row->c_result]] = bits_fresh("kernel", 64);
  for (unsigned i = 0; i < GENERAL_REGISTERS; i++)
    if (run->row->kernel_destroys >> i & 1)
      p->general[i] = bits_fresh("kernel", 64);
  p->memory = memory_fresh("kernel");
}

/* Both ask the kernel for the same, and go on at PLACE's end. */
static bool ask_kernel(Run *run, Pair *pair, const Place *place) {
  State *p = &pair->program, *v = &pair->variant;
  bool ends;
  unsigned count = arguments_of(run, p, &ends);
  bool same = is_same(run, p->general[run->row->kernel_number], v->general[run->row->kernel_number]);
  for (unsigned i = 0; i < count && same; i++) {
    unsigned number = run->row->kernel_arguments[i];
    same = is_same(run, p->general[number], v->general[number]);
  }
  if (!same || !is_memory_same(run, pair))
    return fail(run, "the kernel is asked for something else");
  if (ends)
    return true;
  State before = *p;
  forget_after_kernel(run, p);
  for (unsigned i = 0; i < GENERAL_REGISTERS; i++)
    if (p->general[i] != before.general[i])
      v->general[i] = p->general[i];
  v->memory = p->memory;
  return go_to(run, pair, &run->program->routines[place->routine], place->address + place->size);
}

/* ---- One step --------------------------------------------------------------------------------------------------- */

/* Whether the program has accessed at least that. */
static bool was_accessed(Run *run, Bits address, unsigned bytes) {
  size_t count = run->seen.count < ACCESSES_MOST ? run->seen.count : ACCESSES_MOST;
  uint64_t at;
  const Text *text = &run->program->text;
  if (bits_is_number(Z3_simplify(bits_context, address), &at) && at >= text->address &&
      at - text->address + bytes <= text->size)
    return true;
  for (size_t i = count; i > 0; i--)
    if (run->seen.all[i - 1].address == address && run->seen.all[i - 1].bytes >= bytes)
      return true;
  for (size_t i = count; i > 0 && count - i < 8; i--)
    if (run->seen.all[i - 1].bytes >= bytes && is_same(run, run->seen.all[i - 1].address, address))
      return true;
  return false;
}

/* What the machine calls unpredictable has no meaning. */
static bool is_unpredictable(const Run *run, uint64_t at) {
  const Prover *prover = prover_row(run->program->isa);
  return prover->unpredictable && prover->unpredictable(run->variant_text.bytes + (at - run->variant_text.address));
}

/* The variant's instructions in the place of the one that is changed. */
static Step step_variant(Run *run, State *variant, uint64_t end) {
  uint64_t begin = variant->pc;
  bool changed = begin == run->changed;
  if (changed && is_unpredictable(run, begin))
    return step_unknown(variant, "it is unpredictable");
  Step step = state_step(variant);
  for (int i = 1; changed && i < VARIANT_MOST && step.kind == STEP_NEXT && variant->pc < end; i++)
    step = state_step(variant);
  if (step.kind == STEP_NEXT && variant->pc != end)
    return step_unknown(variant, "it ends elsewhere");
  return step;
}

/* What the machine demands of the variant. Where the instruction is the same, it is the program that must not fail; so
   it is where a machine demands the alignment of the stack pointer, and both use it. */
static bool are_demands_met(Run *run, Pair *pair) {
  Truth a = pair->program.must, b = pair->variant.must;
  bool changed = pair->program.pc == run->changed;
  pair->program.must = pair->variant.must = NULL;
  if ((!changed || prover_row(run->program->isa)->sp_zeros) && a == b)
    return true;
  return (!b || holds(run, b)) && (!changed || !a || holds(run, a)) ? true : fail(run, "what a machine demands");
}

/* Where it goes next, as a term: a branch that is not taken goes on. */
static Bits next_place(const Step *step, const State *state) {
  Bits on = bits(64, state->pc);
  return step->kind == STEP_BRANCH ? bits_if(step->condition, bits(64, step->to), on) : on;
}

/* One of both goes to one of two places. */
static bool branch(Run *run, Pair *pair, const Step *a, const Step *b, const Place *place) {
  if (!is_same(run, next_place(a, &pair->program), next_place(b, &pair->variant)))
    return fail(run, "a branch goes elsewhere");
  const Routine *from = &run->program->routines[place->routine];
  if (a->kind != STEP_BRANCH)
    return go_to(run, pair, from, place->address + place->size);
  Truth conditions[] = {a->condition, truth_not(a->condition)};
  uint64_t to[] = {a->to, place->address + place->size};
  bool good = true;
  for (int i = 0; i < 2 && good; i++) {
    Truth simple = Z3_simplify(bits_context, conditions[i]);
    if (Z3_get_bool_value(bits_context, simple) == Z3_L_FALSE)
      continue;
    Z3_solver_push(bits_context, run->solver);
    assume(run, simple);
    Pair one = *pair;
    good = go_to(run, &one, from, to[i]);
    Z3_solver_pop(bits_context, run->solver, 1);
  }
  return good;
}

static void see(Run *run, const Accesses *accesses) {
  for (size_t i = 0; i < accesses->count && i < ACCESSES_MOST; i++) {
    if (run->seen.count < ACCESSES_MOST)
      run->seen.all[run->seen.count] = accesses->all[i];
    run->seen.count++;
  }
}

/* Until both do the same for certain, or the path has gone on elsewhere. False: they may do something else. */
static bool run_pair(Run *run, Pair *pair) {
  static Accesses of_program, of_variant;
  for (;;) {
    const Place *place = program_place(run->program, pair->program.pc);
    if (!place || ++run->steps > STEPS_MOST)
      return fail(run, place ? "what differs lives for too long" : "a path leads out of the code");
    uint64_t at = place->address;
    of_program.count = of_variant.count = 0;
    pair->program.accesses = &of_program;
    pair->variant.accesses = &of_variant;
    Step a = state_step(&pair->program), b = step_variant(run, &pair->variant, at + place->size);
    if (a.kind == STEP_UNKNOWN || b.kind == STEP_UNKNOWN)
      return fail(run, a.kind == STEP_UNKNOWN ? pair->program.why : pair->variant.why);
    Pair here = {.program = {.pc = at, .must = pair->program.must}, .variant = {.must = pair->variant.must}};
    pair->program.must = pair->variant.must = NULL;
    see(run, &of_program);
    if (!are_demands_met(run, &here))
      return false;
    for (size_t i = 0; i < of_variant.count; i++)
      if (!was_accessed(run, of_variant.all[i].address, of_variant.all[i].bytes))
        return fail(run, "it accesses other memory");
    if (a.kind == STEP_AWAY || b.kind == STEP_AWAY)
      return a.kind == b.kind ? leave(run, pair, &a, &b, place) : fail(run, "control goes elsewhere");
    if (a.kind == STEP_KERNEL || b.kind == STEP_KERNEL) {
      if (a.kind != b.kind)
        return fail(run, "the kernel is asked for something else");
      return ask_kernel(run, pair, place);
    }
    if (a.kind == STEP_BRANCH || b.kind == STEP_BRANCH)
      return branch(run, pair, &a, &b, place);
    const Routine *next = program_entry(run->program, at + place->size);
    if (next)
      return go_to(run, pair, &run->program->routines[place->routine], at + place->size);
  }
}

/* ---- Before the instruction ------------------------------------------------------------------------------------- */

/* One instruction on the only way to the one that is changed; it branches there, or does not. */
typedef struct {
  const Place *place;
  bool taken;
} Before;

/* The only instruction that may come before PLACE, in its routine; false: there are several, or it is not known. */
static bool only_before(const Program *program, const Place *place, Before *before) {
  const Routine *routine = &program->routines[place->routine];
  if (!program->is_closed || routine->has_jumps || place->address == routine->start)
    return false;
  const Place *last = place - 1;
  bool falls = place > program->places && last->routine == place->routine &&
               last->address + last->size == place->address && !last->always && !last->leaves;
  if (place->sources + falls != 1)
    return false;
  *before = falls ? (Before){last, false} : (Before){&program->places[place->source], true};
  return before->place->routine == place->routine && (!falls || !last->branches || last->to != place->address);
}

/* Whether a call at PLACE is of a routine whose contract is known and that comes back. */
static const Routine *callee_of(const Program *program, const Place *place) {
  const Routine *routine = program_entry(program, place->to);
  return routine && routine->declared && !routine->piece && !routine->no_return ? routine : NULL;
}

static int find_before(const Program *program, const Place *place, Before *all) {
  int count = 0;
  for (Before before; count < PREFIX_MOST && only_before(program, place, &before); place = before.place) {
    for (int i = 0; i < count; i++)
      if (all[i].place == before.place)
        return count;
    if (before.place->address == place->address || (before.place->calls && !callee_of(program, before.place)))
      return count;
    all[count++] = before;
  }
  return count;
}

/* Executes the program alone up to the instruction that is changed. */
static void run_before(Run *run, Pair *pair, const Before *all, int count) {
  State *p = &pair->program;
  for (int i = count; i-- > 0;) {
    const Place *place = all[i].place;
    p->pc = place->address;
    p->accesses = &run->seen;
    Step step = state_step(p);
    p->must = NULL;
    if (step.kind == STEP_UNKNOWN) { /* all before it is forgotten */
      *p = state_unknown(run->program->isa, &run->program->text);
      run->seen.count = 0;
      Z3_solver_reset(bits_context, run->solver);
    } else if (step.kind == STEP_BRANCH) {
      assume(run, all[i].taken ? step.condition : truth_not(step.condition));
    } else if (step.kind == STEP_AWAY) {
      Pair both = {.program = *p, .variant = *p};
      forget_after_call(run, &both, callee_of(run->program, place), (Difference){0});
      *p = both.program;
    } else if (step.kind == STEP_KERNEL) {
      forget_after_kernel(run, p);
    }
  }
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

static void set_patience(Z3_solver solver) {
  Z3_params params = Z3_mk_params(bits_context);
  Z3_params_inc_ref(bits_context, params);
  Z3_params_set_uint(bits_context, params, Z3_mk_string_symbol(bits_context, "timeout"), PATIENCE_MS);
  Z3_solver_set_params(bits_context, solver, params);
  Z3_params_dec_ref(bits_context, params);
}

/* From what is put off, until nothing waits. */
static bool run_work(Run *run) {
  for (size_t i = 0; i < run->work_count; i++) {
    Work *work = &run->work[i];
    if (!work->waits)
      continue;
    work->waits = false;
    Pair pair = {.transfers = EXACT_MOST - 1};
    pair.program = pair.variant = state_unknown(run->program->isa, &run->program->text);
    pair.variant.text = &run->variant_text;
    pair.program.pc = pair.variant.pc = work->at;
    for (unsigned k = 0; k < 32; k++) {
      if (work->known.general >> k & 1)
        pair.variant.general[k] = bits_fresh("other", 64);
      if (work->known.vector >> k & 1)
        pair.variant.vector[k] = bits_fresh("other", 128);
      if (k < FLAGS && work->known.flag >> k & 1)
        pair.variant.flag[k] = bits_fresh("other", 1);
    }
    run->seen.count = 0;
    Z3_solver_reset(bits_context, run->solver);
    if (!run_pair(run, &pair))
      return false;
    i = SIZE_MAX; /* begin anew: an earlier one may wait again */
  }
  return true;
}

static bool run_all(Run *run, const Place *place) {
  Before before[PREFIX_MOST];
  int count = find_before(run->program, place, before);
  Pair pair = {0};
  pair.program = state_unknown(run->program->isa, &run->program->text);
  run_before(run, &pair, before, count);
  pair.program.pc = place->address;
  pair.variant = pair.program;
  pair.variant.text = &run->variant_text;
  return run_pair(run, &pair) && run_work(run);
}

Same same_with(const Program *program, uint64_t address, const unsigned char *bytes, unsigned count, char *why,
               size_t size) {
  const Place *place = program_place(program, address);
  static Run run;
  const Text *text = &program->text;
  if (!place || place->size != count || address < text->address || address + count > text->address + text->size) {
    snprintf(why, size, "no instruction of %u bytes stands there, in what is loaded", count);
    return NOT_PROVED;
  }
  unsigned char *variant = malloc(text->size);
  if (!variant)
    abort();
  memcpy(variant, text->bytes, text->size);
  memcpy(variant + (address - text->address), bytes, count);
  bits_begin();
  memset(&run, 0, sizeof run);
  run.program = program;
  run.row = prover_row(program->isa);
  run.changed = address;
  run.size = count;
  run.variant_text = (Text){.address = text->address, .bytes = variant, .size = text->size};
  run.solver = bits_solver();
  set_patience(run.solver);
  bool good = run_all(&run, place);
  Z3_solver_dec_ref(bits_context, run.solver);
  free(variant);
  snprintf(why, size, "%s", run.why ? run.why : "");
  return !good ? NOT_PROVED : run.differed ? SAME_BUT_DEAD : SAME_STATE;
}

static unsigned read_hex(const char *text, unsigned char *bytes) {
  unsigned count = 0;
  for (; isxdigit((unsigned char)text[0]) && isxdigit((unsigned char)text[1]) && count < VARIANT_MOST; text += 2) {
    char byte[3] = {text[0], text[1], 0};
    bytes[count++] = (unsigned char)strtoul(byte, NULL, 16);
  }
  return count;
}

int answer_same(const char *map) {
  Program program;
  char why[200], *line = NULL;
  size_t room = 0;
  if (!program_read(map, &program, why, sizeof why)) {
    fprintf(stderr, "prove: %s: %s\n", map, why);
    program_free(&program);
    return 1;
  }
  while (getline(&line, &room, stdin) > 0) {
    char *end = line;
    uint64_t address = strtoull(line, &end, 16);
    unsigned char bytes[VARIANT_MOST];
    unsigned count = read_hex(end + (*end == ' '), bytes);
    Same same = same_with(&program, address, bytes, count, why, sizeof why);
    if (same == NOT_PROVED)
      printf("unknown %s\n", why);
    else
      puts(same == SAME_STATE ? "same" : "dead");
    fflush(stdout);
  }
  free(line);
  program_free(&program);
  return 0;
}

/* SPDX-License-Identifier: MIT */
