/* sixteen.c: models of the operations on sixteen bytes at a time. */
#include "isa/prove/operations.h"

/* ---- copy16: d the destination, a the source -----------------------------------------------------------------------
 */

static void lay_copy16(const Case *c) {
  case_begin(c);
  bl_copy16(case_reg(c->d), c->value1, case_reg(c->a), c->value2);
  case_end(c);
}
static void model_copy16(const Case *c, Model *m) {
  Bits sixteen = memory_load(m->memory, bits_add(m->reg[c->a], m->value2), 16);
  m->memory = memory_store(m->memory, bits_add(m->reg[c->d], m->value1), sixteen, 16);
}
static const Operation copy16_ = {"bl_copy16", "lay_copy16", lay_copy16, model_copy16, NULL};

/* ---- append_of: d the destination, b the count, a how far the item lies: within 1 MB, beyond it, or at an odd place
 * ---- */

static void lay_append_of(const Case *c) {
  if (c->a == 1)
    bl_bss("between", 2 << 20, 64);
  if (c->a == 2)
    bl_bss("odd", 65, 64);
  bl_bss("item", 80, c->a == 2 ? 1 : 64);
  case_begin(c);
  bl_append_of(case_reg(c->d), "item", c->b);
  case_end(c);
}
static void model_append_of(const Case *c, Model *m) {
  for (int at = 0; at < c->b; at += 16) {
    Bits sixteen = memory_load(m->memory, bits(64, check_label("item") + (uint64_t)at), 16);
    m->memory = memory_store(m->memory, bits_add(m->reg[c->d], bits(64, (uint64_t)at)), sixteen, 16);
  }
  m->reg[c->d] = bits_add(m->reg[c->d], bits(64, (uint64_t)c->b));
}
static const Operation append_of_ = {"bl_append_of", "lay_append_of", lay_append_of, model_append_of, NULL};

/* ---- Sets of bytes: kind names one ------------------------------------------------------------------------------- */

/* One term of each kind, at the edges of its values. */
static const BlByteTerm terms[] = {
    {0, '<', 0},     {0, 0, 0},    {0, 255, 0},     {0x20, 'a', 0},  {0x40, '[' | 0x40, 0}, {0xff, 255, 0},
    {0, 0x80, 0xff}, {0, 0, 0x1f}, {0, 0, 0xfe},    {0, 0x21, 0x2f}, {0, 1, 0xfe},          {0, 0x41, 0xff},
    {0, 0x7f, 0x80}, {0, 7, 7},    {0x01, 0x01, 0}, {0, '&', 0},     {0x20, 'z', 0},        {0, 0x20, 0x7e}};
enum { TERMS = sizeof terms / sizeof *terms, CHOSEN = 8, CHOICES = (1 << CHOSEN) - 1 };
/* For each choice out of eight: all kinds, with one mask twice and another in between. */
static const unsigned char chosen[CHOSEN] = {0, 3, 4, 16, 6, 7, 9, 11};

enum { FIRST_PAIR = TERMS, FIRST_CHOICE = TERMS + TERMS * TERMS, SETS = FIRST_CHOICE + CHOICES };

/* Set n: each term alone, each two of them, and each choice out of eight. */
static BlByteSet set_of(int n) {
  BlByteSet set = {0};
  if (n < FIRST_PAIR) {
    set.term[set.terms++] = terms[n];
  } else if (n < FIRST_CHOICE) {
    set.term[set.terms++] = terms[(n - FIRST_PAIR) / TERMS];
    set.term[set.terms++] = terms[(n - FIRST_PAIR) % TERMS];
  } else {
    for (int i = 0; i < CHOSEN; i++)
      if ((n - FIRST_CHOICE + 1) >> i & 1)
        set.term[set.terms++] = terms[chosen[i]];
  }
  return set;
}

/* machine.h: (x | or_mask) == value, or, where last > 0, value <= x <= last. */
static Truth in_set(const BlByteSet *set, Bits x) {
  Truth any = truth_not(truth_true());
  for (int i = 0; i < set->terms; i++) {
    BlByteTerm term = set->term[i];
    Truth holds = term.last ? truth_and(truth_not(truth_below(x, bits(8, term.value))),
                                        truth_not(truth_below(bits(8, term.last), x)))
                            : truth_equal(bits_or(x, bits(8, term.or_mask)), bits(8, term.value));
    any = truth_or(any, holds);
  }
  return any;
}

static void lay_scan16(const Case *c) {
  case_begin(c);
  bl_scan16(case_reg(c->d), case_reg(c->a), set_of(c->kind));
  case_end(c);
}
/* The place of the first of sixteen bytes that is in the set, or 16. */
static Bits first_in_set(const BlByteSet *set, Bits memory, Bits p) {
  Bits place = bits(64, 16);
  for (unsigned i = 16; i-- > 0;)
    place = bits_if(in_set(set, memory_load(memory, bits_add(p, bits(64, i)), 1)), bits(64, i), place);
  return place;
}
static void model_scan16(const Case *c, Model *m) {
  BlByteSet set = set_of(c->kind);
  m->reg[c->d] = first_in_set(&set, m->memory, m->reg[c->a]);
}
static const Operation scan16_ = {"bl_scan16", "lay_scan16 lay_begin lay_finish", lay_scan16, model_scan16, NULL};

/* ---- mask16 and first16: d the mask, a the sixteen bytes, b the place
 * ------------------------------------------------ */

/* What a mask looks like is the machine's own, so the two are proved together. */
static void lay_mask16(const Case *c) {
  bl_routine("r");
  bl_label("begin");
  bl_mask16(case_reg(c->d), case_reg(c->a), set_of(c->kind));
  bl_label("masked");
  bl_first16(case_reg(c->b), case_reg(c->d));
  bl_label("end");
  bl_ret();
}

static const Exit *run_to(State state, uint64_t end) {
  static Exit exits[EXITS_MOST];
  Laid *laid = (Laid *)check_laid();
  laid->begin = state.pc;
  laid->end = end;
  if (check_run(state, exits) == 1 && exits[0].kind == EXIT_AT && exits[0].at == end)
    return &exits[0];
  check_failed("it does not run to its end: %s", exits[0].state.why ? exits[0].state.why : "");
  return NULL;
}

static bool check_mask16(const Case *c) {
  State start = check_start(c->isa);
  BlByteSet set = set_of(c->kind);
  uint64_t end = check_laid()->end;
  Bits p = start.general[check_number(c->isa, c->a)];
  Bits place = first_in_set(&set, start.memory, p);
  const Exit *exit_ = run_to(start, check_label("masked"));
  if (!exit_)
    return false;
  State masked = exit_->state;
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  Bits mask = masked.general[check_number(c->isa, c->d)];
  Truth none = truth_equal(mask, bits(64, 0));
  want.reg[c->d] = mask;
  goals_begin();
  goal_registers(c->isa, &masked, &start, &want);
  goal_equal("the mask is 0, as one bit,", bit_of_truth(none), bit_of_truth(truth_equal(place, bits(64, 16))));
  if (!goals_prove(c))
    return false;
  exit_ = run_to(masked, end);
  if (!exit_)
    return false;
  check_model_start(c->isa, &masked, &want);
  want.reg[c->b] = place;
  goals_begin();
  goal_assume(truth_not(none));
  goal_registers(c->isa, &exit_->state, &masked, &want);
  return goals_prove(c);
}
static const Operation mask16_ = {"bl_mask16 bl_first16", "lay_mask16 lay_first16", lay_mask16, NULL, check_mask16};

const Operation *const sixteen_operations[] = {&copy16_, &append_of_, &scan16_, &mask16_, NULL};

void each_sixteen_case(BlIsa isa, Visit *visit, void *context) {
  Classes offsets = offset_classes(isa, 16);
  for (int d = 0; d < BL_MACHINE_REGISTERS; d++)
    for (int a = 0; a < BL_MACHINE_REGISTERS; a++) {
      visit(&(Case){.operation = &scan16_, .isa = isa, .d = d, .a = a, .kind = 3}, context);
      visit(&(Case){.operation = &mask16_, .isa = isa, .d = d, .a = a, .b = (d + 3 * a) % 14, .kind = 3}, context);
      visit(&(Case){.operation = &mask16_, .isa = isa, .d = d, .a = 8, .b = a, .kind = 3}, context);
      for (size_t i = 0; i < offsets.count; i++)
        for (size_t j = 0; j < offsets.count; j++)
          visit(&(Case){.operation = &copy16_,
                        .isa = isa,
                        .d = d,
                        .a = a,
                        .class1 = &offsets.class[i],
                        .class2 = &offsets.class[j]},
                context);
    }
  for (int d = 0; d < BL_MACHINE_REGISTERS; d++)
    for (int place = 0; place < 3; place++)
      for (int count = 1; count <= 64; count += d == 8 ? 1 : 21)
        visit(&(Case){.operation = &append_of_, .isa = isa, .d = d, .a = place, .b = count}, context);
  for (int kind = 0; kind < SETS; kind++) {
    Case c = {.operation = &scan16_, .isa = isa, .d = kind % 14, .a = kind / 14 % 14, .b = kind % 13, .kind = kind};
    visit(&c, context);
    c.operation = &mask16_;
    visit(&c, context);
  }
}

/* SPDX-License-Identifier: MIT */
