/* check.c: lay a case, run it on terms, ask the solver, and word its counterexample; check.h tells the idea. */
#include "isa/prove/check.h"

#include "isa/prove/provers.h"
#include "lay/lay.h"
#include "words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_ADDRESS UINT64_C(0x10000000)
#define SAMPLES 64
#define GOALS_MOST 160
#define SOLVER_MILLISECONDS "120000"

static const char *const register_names[BL_MACHINE_REGISTERS] = {"A0", "A1", "A2", "A3", "A4", "A5", "T0",
                                                                 "T1", "S0", "S1", "S2", "S3", "S4", "S5"};

unsigned check_number(BlIsa isa, int reg) { return prover_row(isa)->number[reg]; }
unsigned check_sp(BlIsa isa) { return prover_row(isa)->sp; }

Truth check_sp_aligned(const State *state) {
  unsigned zeros = prover_row(state->isa)->sp_zeros;
  if (zeros == 0)
    return truth_true();
  return truth_equal(bits_cut(state->general[check_sp(state->isa)], zeros - 1, 0), bits(zeros, 0));
}

/* What machine.h lets a template destroy. */
static bool is_scratch(BlIsa isa, int number) { return prover_row(isa)->scratch >> number & 1; }
static bool is_scratch_vector(BlIsa isa, int number) { return prover_row(isa)->scratch_vectors >> number & 1; }

static struct {
  Laid laid;
  unsigned char *bytes;
  Bits *unknown;
  char *report;
  size_t room;
  Verdict verdict;
  Bits value1, value2;
  Truth goals[GOALS_MOST], assumption;
  Truth sufficient; /* of the goal that memory is the same: where this holds, that does; or NULL */
  int sufficient_for;
  struct {
    const char *what;
    Bits got, want; /* NULL for a plain truth */
  } told[GOALS_MOST];
  int goal_count;
  Bits any_address;
} now;

const Laid *check_laid(void) { return &now.laid; }

bool check_failed(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(now.report, now.room, format, arguments);
  va_end(arguments);
  now.verdict = UNPROVED;
  return false;
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static void class_text(const Class *class, int64_t value, char *text, size_t room) {
  static const char *const quarters[] = {"0000", "ffff", "...."};
  if (!class || class->kind == CLASS_VALUE)
    snprintf(text, room, "#%" PRId64, value);
  else if (class->kind == CLASS_RANGE)
    snprintf(text, room, "#[%" PRId64 "..%" PRId64 "]", class->low, class->high);
  else
    snprintf(text, room, "#0x%s'%s'%s'%s", quarters[class->quarter[3]], quarters[class->quarter[2]],
             quarters[class->quarter[1]], quarters[class->quarter[0]]);
}

/* An operand of a case is a register, or, for some operations, a count or an offset. */
static bool is_register(int operand) { return operand < BL_MACHINE_REGISTERS; }

static const char *operand_text(int operand, char text[16]) {
  if (is_register(operand))
    return register_names[operand];
  snprintf(text, 16, "%d", operand);
  return text;
}

void case_text(const Case *c, char *text, size_t room) {
  char d[16], a[16], b[16];
  char one[64] = "", two[64] = "";
  if (c->class1)
    class_text(c->class1, c->value1, one, sizeof one);
  if (c->class2)
    class_text(c->class2, c->value2, two, sizeof two);
  snprintf(text, room, "%s %s d=%s a=%s b=%s kind=%d place=%d %s %s", bl_machine_row(c->isa)->name, c->operation->name,
           operand_text(c->d, d), operand_text(c->a, a), operand_text(c->b, b), c->kind, c->place, one, two);
}

/* ---- Laying ----------------------------------------------------------------------------------------------------- */

static void lay_sample(const Case *c) {
  bl_machine_begin(c->isa);
  c->operation->lay(c);
  bl_machine_settle(TEXT_ADDRESS, 4096);
}

uint64_t check_label(const char *name) {
  char full[64];
  snprintf(full, sizeof full, "r.%s", name);
  const LaySymbol *symbol = bl_lay_find(bl_machine_layout(), full);
  if (!symbol)
    symbol = bl_lay_find(bl_machine_layout(), name);
  if (!symbol) {
    fprintf(stderr, "prove: a case has no label \"%s\"\n", name);
    exit(3);
  }
  return symbol->address;
}

/* Text of the case as it was just laid, into `now`. */
static void take_text(void) {
  size_t size;
  const unsigned char *text = bl_lay_text(bl_machine_layout(), &size);
  now.bytes = realloc(now.bytes, size + 1);
  if (!now.bytes)
    exit(3);
  memcpy(now.bytes, text, size);
  now.laid = (Laid){{TEXT_ADDRESS, now.bytes, size, NULL}, check_label("begin"), check_label("end")};
}

/* ---- Classes ---------------------------------------------------------------------------------------------------- */

static uint64_t random_state = 88172645463325252u;
static uint64_t next_random(void) { /* xorshift */
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state;
}

/* The largest power of two, or its negative, in a range: where -x and ~x differ in every bit. */
static bool largest_power(const Class *class, int64_t *value) {
  for (int bit = 62; bit >= 0; bit--) {
    int64_t power = INT64_C(1) << bit;
    if (power >= class->low && power <= class->high)
      return *value = power, true;
    if (-power >= class->low && -power <= class->high)
      return *value = -power, true;
  }
  return false;
}

static int64_t range_sample(const Class *class, int i) {
  int64_t power;
  if (i == 4 && class->step <= 1 && largest_power(class, &power))
    return power;
  uint64_t step = class->step ? (uint64_t) class->step : 1;
  uint64_t span = ((uint64_t) class->high - (uint64_t) class->low) / step;
  uint64_t offset = i == 0 ? 0 : i == 1 ? span : i == 2 ? span / 2 : i == 3 ? 1 : next_random();
  if (span != UINT64_MAX)
    offset %= span + 1;
  if (i > 3 && i % 2) /* small ones too */
    offset = span ? offset & ((UINT64_C(1) << next_random() % 64) - 1) : 0;
  if (offset > span)
    offset = span;
  int64_t value = (int64_t)((uint64_t) class->low + offset * step);
  uint64_t zeros = (UINT64_C(1) << next_random() % 40) - 1;
  int64_t rounded =
      (int64_t)((uint64_t)value & ~zeros); /* ends in zeros, where a negative keeps the bits as they are */
  return i > 3 && i % 4 == 2 && rounded >= class->low && rounded <= class->high ? rounded : value;
}

static int64_t quarters_sample(const Class *class, int i) {
  uint64_t value = 0;
  for (int q = 0; q < 4; q++) {
    uint64_t free = i == 0 ? 1 : i == 1 ? 0xfffe : next_random() & 0xffff;
    if (free == 0 || free == 0xffff)
      free = 0x5a3c;
    value |= (class->quarter[q] == 0 ? 0 : class->quarter[q] == 1 ? 0xffff : free) << 16 * q;
  }
  return (int64_t)value;
}

/* Sample i of a class; the last word is the class's own, and left-out values are passed over. */
static bool class_sample(const Class *class, int i, int64_t *value) {
  for (int tries = 0; tries < 1000; tries++) {
    int place = tries ? 5 + tries : i;
    *value = class->kind == CLASS_VALUE   ? class->low
             : class->kind == CLASS_RANGE ? range_sample(class, place)
                                          : quarters_sample(class, place);
    if (class->no_multiple && *value % class->no_multiple == 0)
      continue;
    if (!class->leave_out || !class->leave_out(*value))
      return true;
  }
  return false;
}

/* Bits above the highest in which the ends of a range differ are the same in all of its values. */
static Bits range_term(const char *name, const Class *class) {
  uint64_t low = (uint64_t) class->low, differing = low ^ (uint64_t) class->high;
  unsigned width = 0, zeros = 0;
  while (width < 64 && differing >> width)
    width++;
  for (int64_t step = class->step; step > 1; step /= 2)
    zeros++;
  Bits value = bits_unknown(name, width - zeros);
  if (zeros)
    value = bits_join(value, bits(zeros, 0));
  return width == 64 ? value : bits_join(bits(64 - width, low >> width), value);
}

/* The unknown that stands for all values of a class: what is the same in all of them is known in it. */
static Bits class_term(const char *name, const Class *class) {
  if (class->kind == CLASS_VALUE)
    return bits(64, (uint64_t) class->low);
  if (class->kind == CLASS_RANGE)
    return range_term(name, class);
  Bits value = NULL;
  for (int q = 0; q < 4; q++) {
    char part[32];
    snprintf(part, sizeof part, "%s_%d", name, q);
    Bits quarter = class->quarter[q] == 2 ? bits_unknown(part, 16) : bits(16, class->quarter[q] ? 0xffff : 0);
    value = value ? bits_join(quarter, value) : quarter;
  }
  return value;
}

/* That a term is a value of the class, or one of those left out: the proof covers them too. */
static Truth class_truth(const Class *class, Bits value) {
  if (class->kind == CLASS_VALUE)
    return truth_equal(value, bits(64, (uint64_t) class->low));
  Truth truth = truth_true();
  if (class->kind == CLASS_RANGE) {
    truth = truth_and(truth_not(truth_below_signed(value, bits(64, (uint64_t) class->low))),
                      truth_not(truth_below_signed(bits(64, (uint64_t) class->high), value)));
    if (class->no_multiple)
      truth = truth_and(
          truth, truth_not(truth_equal(bits_and(value, bits(64, (uint64_t) class->no_multiple - 1)), bits(64, 0))));
    uint64_t low = class->step > 1 ? (uint64_t) class->step - 1 : 0;
    return low ? truth_and(truth, truth_equal(bits_and(value, bits(64, low)), bits(64, 0))) : truth;
  }
  for (unsigned q = 0; q < 4; q++)
    if (class->quarter[q] < 2)
      truth =
          truth_and(truth, truth_equal(bits_cut(value, 16 * q + 15, 16 * q), bits(16, class->quarter[q] ? 0xffff : 0)));
  return truth;
}

/* ---- Which bits of the text are an immediate's ------------------------------------------------------------------- */

typedef struct {
  int64_t value[2];
  unsigned char *bytes;
} Sample;

/* A bit that an immediate gives: of the value, or of its negative, as it is or turned over. */
static bool source_bit(const Sample *sample, int source) {
  uint64_t value = (uint64_t)sample->value[source >> 8 & 1];
  if (source >> 7 & 1)
    value = -value;
  return (value >> (source & 63) & 1) ^ (source >> 6 & 1);
}

static int find_source(const Sample *samples, size_t at) {
  for (int source = 0; source < 512; source++) {
    bool same = true;
    for (int i = 0; same && i < SAMPLES; i++)
      same = source_bit(&samples[i], source) == (samples[i].bytes[at / 8] >> at % 8 & 1);
    if (same)
      return source;
  }
  return -1;
}

static Bits source_term(int source) {
  Bits value = source >> 8 & 1 ? now.value2 : now.value1;
  if (source >> 7 & 1)
    value = bits_neg(value);
  Bits bit = bits_cut(value, (unsigned)source & 63, (unsigned)source & 63);
  return source >> 6 & 1 ? bits_not(bit) : bit;
}

static bool find_unknown_bits(const Sample *samples, size_t size) {
  now.unknown = realloc(now.unknown, (8 * size + 1) * sizeof *now.unknown);
  if (!now.unknown)
    exit(3);
  for (size_t at = 0; at < 8 * size; at++) {
    bool varies = false;
    for (int i = 1; !varies && i < SAMPLES; i++)
      varies = (samples[i].bytes[at / 8] ^ samples[0].bytes[at / 8]) >> at % 8 & 1;
    int source = varies ? find_source(samples, at) : -1;
    if (varies && source < 0)
      return check_failed("bit %zu of the text is no bit of the immediate", at);
    now.unknown[at] = varies ? source_term(source) : NULL;
  }
  now.laid.text.unknown_bit = now.unknown;
  return true;
}

static bool is_open(const Class *class) { return class && class->kind != CLASS_VALUE; }

static bool lay_class(Case c) {
  Sample samples[SAMPLES] = {{{0}, NULL}};
  bool done = true;
  for (int i = 0; done && i < SAMPLES; i++) {
    done = (!c.class1 || class_sample(c.class1, i, &c.value1)) &&
           (!c.class2 || class_sample(c.class2, i < 4 ? i : i / 2, &c.value2));
    if (!done) {
      check_failed("the class has no values");
      break;
    }
    lay_sample(&c);
    size_t size;
    const unsigned char *text = bl_lay_text(bl_machine_layout(), &size);
    samples[i] = (Sample){{c.value1, c.value2}, malloc(size + 1)};
    if (!samples[i].bytes)
      exit(3);
    memcpy(samples[i].bytes, text, size);
    if (i == 0)
      take_text();
    else if (size != now.laid.text.size)
      done = check_failed("values of one class are laid in %zu and in %zu bytes: %" PRId64 ", %" PRId64, size,
                          now.laid.text.size, c.value1, c.value2);
  }
  done = done && find_unknown_bits(samples, now.laid.text.size);
  for (int i = 0; i < SAMPLES; i++)
    free(samples[i].bytes);
  return done;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

State check_start(BlIsa isa) {
  State state = {.isa = isa, .text = &now.laid.text, .pc = now.laid.begin};
  char name[16];
  for (int i = 0; i < GENERAL_REGISTERS; i++) {
    snprintf(name, sizeof name, "r%d", i);
    state.general[i] = bits_unknown(name, 64);
    snprintf(name, sizeof name, "v%d", i);
    state.vector[i] = bits_unknown(name, 128);
  }
  for (int i = 0; i < FLAGS; i++) {
    snprintf(name, sizeof name, "f%d", i);
    state.flag[i] = bits_unknown(name, 1);
  }
  state.memory = memory_unknown("memory");
  return state;
}

void check_model_start(BlIsa isa, const State *state, Model *model) {
  for (int i = 0; i < BL_MACHINE_REGISTERS; i++)
    model->reg[i] = state->general[check_number(isa, i)];
  model->sp = state->general[check_sp(isa)];
  model->memory = state->memory;
  model->taken = NULL;
  model->value1 = now.value1;
  model->value2 = now.value2;
}

static bool is_true(Truth truth) {
  return Z3_get_bool_value(bits_context, Z3_simplify(bits_context, truth)) == Z3_L_TRUE;
}
static bool is_false(Truth truth) {
  return Z3_get_bool_value(bits_context, Z3_simplify(bits_context, truth)) == Z3_L_FALSE;
}

static int add_exit(Exit *exits, int count, Exit exit_) {
  if (count == EXITS_MOST) {
    exits[EXITS_MOST - 1].kind = EXIT_STUCK;
    exits[EXITS_MOST - 1].state.why = "there are too many paths";
    return count;
  }
  exits[count] = exit_;
  return count + 1;
}

static int run_path(State state, Truth path, int steps, Exit *exits, int count) {
  while (state.pc >= now.laid.begin && state.pc < now.laid.end) {
    if (steps++ > 400) {
      state.why = "it does not end";
      return add_exit(exits, count, (Exit){state, path, EXIT_STUCK, 0, NULL});
    }
    Step step = state_step(&state);
    if (step.kind == STEP_UNKNOWN)
      return add_exit(exits, count, (Exit){state, path, EXIT_STUCK, 0, NULL});
    if (step.kind == STEP_AWAY)
      return add_exit(exits, count, (Exit){state, path, EXIT_AWAY, 0, step.target});
    if (step.kind == STEP_KERNEL)
      return add_exit(exits, count, (Exit){state, path, EXIT_KERNEL, 0, NULL});
    if (step.kind != STEP_BRANCH || is_false(step.condition))
      continue;
    State taken = state;
    taken.pc = step.to;
    if (is_true(step.condition)) {
      state = taken;
      continue;
    }
    count = run_path(taken, truth_and(path, step.condition), steps, exits, count);
    path = truth_and(path, truth_not(step.condition));
  }
  return add_exit(exits, count, (Exit){state, path, EXIT_AT, state.pc, NULL});
}

int check_run(State state, Exit *exits) { return run_path(state, truth_true(), 0, exits, 0); }

/* ---- Goals ------------------------------------------------------------------------------------------------------ */

void goals_begin(void) {
  now.goal_count = 0;
  now.sufficient = NULL;
  now.assumption = truth_true();
  now.any_address = bits_unknown("any_address", 64);
}

void goal_assume(Truth truth) { now.assumption = truth_and(now.assumption, truth); }

static void add_goal(const char *what, Truth truth, Bits got, Bits want) {
  if (now.goal_count == GOALS_MOST) {
    fprintf(stderr, "prove: a case has more than %d goals\n", GOALS_MOST);
    exit(3);
  }
  now.goals[now.goal_count] = truth;
  now.told[now.goal_count].what = what;
  now.told[now.goal_count].got = got;
  now.told[now.goal_count++].want = want;
}

void goal_equal(const char *what, Bits got, Bits want) {
  if (got != want)
    add_goal(what, truth_equal(got, want), got, want);
}

void goal_truth(const char *what, Truth truth) { add_goal(what, truth, NULL, NULL); }

void goal_memory(Bits got, Bits want) {
  if (got == want)
    return;
  now.sufficient = memory_same_stores(got, want);
  now.sufficient_for = now.goal_count;
  goal_equal("a byte of memory", memory_load(got, now.any_address, 1), memory_load(want, now.any_address, 1));
}

void goal_registers(BlIsa isa, const State *got, const State *before, const Model *want) {
  static char names[GENERAL_REGISTERS + VECTOR_REGISTERS][24];
  bool portable[GENERAL_REGISTERS] = {false};
  for (int i = 0; i < BL_MACHINE_REGISTERS; i++) {
    unsigned number = check_number(isa, i);
    portable[number] = true;
    if (want->reg[i])
      goal_equal(register_names[i], got->general[number], want->reg[i]);
  }
  for (int i = 0; i < GENERAL_REGISTERS; i++) {
    snprintf(names[i], sizeof names[i], "%s%d", prover_row(isa)->general_prefix, i);
    if (!portable[i] && !is_scratch(isa, i) && (unsigned)i != check_sp(isa))
      goal_equal(names[i], got->general[i], before->general[i]);
  }
  for (int i = 0; i < VECTOR_REGISTERS; i++) {
    snprintf(names[GENERAL_REGISTERS + i], sizeof names[0], "%s%d", prover_row(isa)->vector_prefix, i);
    if (!is_scratch_vector(isa, i))
      goal_equal(names[GENERAL_REGISTERS + i], got->vector[i], before->vector[i]);
  }
  goal_equal("the stack pointer", got->general[check_sp(isa)], want->sp);
  goal_memory(got->memory, want->memory);
  if (got->must)
    goal_truth("what the machine demands (an aligned address, or a source that is not 0)", got->must);
}

/* ---- The solver ------------------------------------------------------------------------------------------------- */

static void value_text(Z3_model model, Bits term, char *text, size_t room) {
  Z3_ast value = NULL;
  uint64_t number;
  if (!Z3_model_eval(bits_context, model, term, true, &value))
    snprintf(text, room, "?");
  else if (bits_is_number(value, &number))
    snprintf(text, room, "0x%" PRIx64, number);
  else
    snprintf(text, room, "%s", Z3_ast_to_string(bits_context, value));
}

static bool holds_in(Z3_model model, Truth truth) {
  Z3_ast value = NULL;
  return Z3_model_eval(bits_context, model, truth, true, &value) && Z3_get_bool_value(bits_context, value) == Z3_L_TRUE;
}

/* "A0 becomes 0x1, and must be 0x3, when A1 = 0x2, A2 = 0x1". */
static void tell_counterexample(const Case *c, Z3_model model) {
  char what[256] = "", when[512] = "", text[128], value[64], want[64];
  for (int i = 0; i < now.goal_count && !*what; i++) {
    if (holds_in(model, now.goals[i]))
      continue;
    if (!now.told[i].got) {
      snprintf(what, sizeof what, "%s fails", now.told[i].what);
      continue;
    }
    value_text(model, now.told[i].got, value, sizeof value);
    value_text(model, now.told[i].want, want, sizeof want);
    snprintf(what, sizeof what, "%s becomes %s, and must be %s", now.told[i].what, value, want);
  }
  State start = check_start(c->isa);
  int operands[] = {c->d, c->a, c->b}, told = 0;
  for (int i = 0; i < 3; i++) {
    if (!is_register(operands[i]) || (i > 0 && operands[i] == operands[0]) || (i > 1 && operands[i] == operands[1]))
      continue;
    value_text(model, start.general[check_number(c->isa, operands[i])], value, sizeof value);
    snprintf(text, sizeof text, "%s%s = %s", told++ ? ", " : "", register_names[operands[i]], value);
    strncat(when, text, sizeof when - strlen(when) - 1);
  }
  Bits immediates[] = {is_open(c->class1) ? now.value1 : NULL, is_open(c->class2) ? now.value2 : NULL, now.any_address};
  static const char *const immediate_names[] = {"immediate", "second immediate", "address"};
  for (int i = 0; i < 3; i++) {
    if (!immediates[i] || (i == 2 && !strstr(what, "memory")))
      continue;
    value_text(model, immediates[i], value, sizeof value);
    snprintf(text, sizeof text, ", %s = %s", immediate_names[i], value);
    strncat(when, text, sizeof when - strlen(when) - 1);
  }
  snprintf(now.report, now.room, "%s, when %s", what, when);
}

/* Whether all goals hold, with what is sufficient for one of them in its place. */
static bool sufficient_holds(void) {
  Truth goal = now.goals[now.sufficient_for];
  now.goals[now.sufficient_for] = now.sufficient;
  Truth all = Z3_mk_and(bits_context, (unsigned)now.goal_count, now.goals);
  now.goals[now.sufficient_for] = goal;
  return bits_prove(truth_or(truth_not(now.assumption), all));
}

bool goals_prove(const Case *c) {
  if (now.goal_count == 0 || (now.sufficient && sufficient_holds()))
    return true;
  Truth all = now.goal_count == 1 ? now.goals[0] : Z3_mk_and(bits_context, (unsigned)now.goal_count, now.goals);
  Truth doubt = Z3_simplify(bits_context, truth_and(now.assumption, truth_not(all)));
  if (Z3_get_bool_value(bits_context, doubt) == Z3_L_FALSE)
    return true;
  Z3_solver solver = bits_solver();
  Z3_solver_assert(bits_context, solver, doubt);
  Z3_lbool answer = Z3_solver_check(bits_context, solver);
  if (answer == Z3_L_TRUE) {
    now.verdict = REFUTED;
    tell_counterexample(c, Z3_solver_get_model(bits_context, solver));
  } else if (answer == Z3_L_UNDEF) {
    check_failed("the solver does not know: %s", Z3_solver_get_reason_unknown(bits_context, solver));
  }
  Z3_solver_dec_ref(bits_context, solver);
  return answer == Z3_L_FALSE;
}

/* ---- The common shape -------------------------------------------------------------------------------------------- */

static bool exit_is_label(const Exit *exit_, uint64_t address) {
  return exit_->kind == EXIT_AT && exit_->at == address;
}

static bool check_exit(const Case *c, const Exit *exit_, const State *start) {
  Model model = {0};
  check_model_start(c->isa, start, &model);
  c->operation->model(c, &model);
  if (exit_->kind == EXIT_STUCK)
    return check_failed("no meaning at %#" PRIx64 ": %s", exit_->state.pc, exit_->state.why);
  if (exit_->kind != EXIT_AT)
    return check_failed("it leaves by a jump to a register or by a system call");
  goals_begin();
  if (c->class1)
    goal_assume(class_truth(c->class1, now.value1));
  if (c->class2)
    goal_assume(class_truth(c->class2, now.value2));
  /* The kernel and the calling convention keep sp so on arm64; enter keeps it so. */
  goal_assume(check_sp_aligned(start));
  goal_assume(exit_->path);
  if (model.taken && exit_is_label(exit_, check_label("taken")))
    goal_truth("a branch is taken that must not be: its condition", model.taken);
  else if (!exit_is_label(exit_, now.laid.end))
    return check_failed("it goes to %#" PRIx64 ", where nothing of it is", exit_->at);
  else if (model.taken)
    goal_truth("a branch is not taken that must be: its condition turned over", truth_not(model.taken));
  goal_registers(c->isa, &exit_->state, start, &model);
  return goals_prove(c);
}

static bool check_to_the_end(const Case *c) {
  State start = check_start(c->isa);
  Exit exits[EXITS_MOST];
  int count = check_run(start, exits);
  for (int i = 0; i < count; i++)
    if (!check_exit(c, &exits[i], &start))
      return false;
  return true;
}

Verdict check_case(const Case *given, char *report, size_t room) {
  Case c = *given;
  *report = '\0';
  now.report = report;
  now.room = room;
  now.verdict = PROVED;
  bool open = is_open(c.class1) || is_open(c.class2);
  if (c.class1 && !is_open(c.class1))
    c.value1 = c.class1->low;
  if (c.class2 && !is_open(c.class2))
    c.value2 = c.class2->low;
  now.value1 = c.class1 ? class_term("value1", c.class1) : bits(64, 0);
  now.value2 = c.class2 ? class_term("value2", c.class2) : bits(64, 0);
  bool laid = true;
  if (open) {
    laid = lay_class(c);
  } else {
    lay_sample(&c);
    take_text();
  }
  if (laid && !(c.operation->check ? c.operation->check(&c) : check_to_the_end(&c)) && now.verdict == PROVED)
    now.verdict = UNPROVED;
  return now.verdict;
}

/* SPDX-License-Identifier: MIT */
