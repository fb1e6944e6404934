/* values.c: models of the operations that compute a value, load or store one, or compare and branch. */
#include "isa/prove/lemmas.h"
#include "isa/prove/operations.h"

#include <stdlib.h>

#define OPERATION(symbol, functions, template, lay_function, model_function)                                           \
  static const Operation symbol = {                                                                                    \
      .name = functions, .template_ = template, .lay = lay_function, .model = model_function}

BlReg case_reg(int index) { return (BlReg){(unsigned char)index}; }
#define D case_reg(c->d)
#define A case_reg(c->a)
#define B case_reg(c->b)

/* ---- The text around an operation -------------------------------------------------------------------------------- */

static void lay_gap(size_t bytes) {
  unsigned char *zeros = calloc(1, bytes + 1);
  if (!zeros)
    exit(3);
  bl_bytes(zeros, bytes);
  free(zeros);
}

void case_begin(const Case *c) {
  bl_routine("r");
  if (c->place < 0) {
    bl_label("taken");
    lay_gap((size_t)-c->place);
  }
  bl_label("begin");
}

void case_end(const Case *c) {
  bl_label("end");
  bl_ret();
  if (c->place >= 0) {
    lay_gap((size_t)c->place);
    bl_label("taken");
  }
  bl_ret();
}

/* Lay an operation between the two. */
#define LAY(function, statement)                                                                                       \
  static void function(const Case *c) {                                                                                \
    case_begin(c);                                                                                                     \
    statement;                                                                                                         \
    case_end(c);                                                                                                       \
  }

/* ---- Moves ------------------------------------------------------------------------------------------------------- */

LAY(lay_mov, bl_mov(D, A))
static void model_mov(const Case *c, Model *m) { m->reg[c->d] = m->reg[c->a]; }
OPERATION(mov_, "bl_mov", "lay_mov", lay_mov, model_mov);

LAY(lay_li, bl_li(D, c->value1))
static void model_li(const Case *c, Model *m) { m->reg[c->d] = m->value1; }
OPERATION(li_, "bl_li", "lay_li", lay_li, model_li);

/* kind 1: the label is in bss, else in the text */
static void lay_la(const Case *c) {
  if (c->kind)
    bl_bss("place", 64, 64);
  case_begin(c);
  bl_la(D, c->kind ? "place" : "taken");
  case_end(c);
}
static void model_la(const Case *c, Model *m) { m->reg[c->d] = bits(64, check_label(c->kind ? "place" : "taken")); }
OPERATION(la_, "bl_la", "lay_la", lay_la, model_la);

/* ---- Arithmetic -------------------------------------------------------------------------------------------------- */

static Bits modulo_64(Bits count) { return bits_and(count, bits(64, 63)); }
static Bits shift_left(Bits a, Bits b) { return bits_shl(a, modulo_64(b)); }
static Bits shift_right(Bits a, Bits b) { return bits_shr(a, modulo_64(b)); }

#define ARITHMETIC(op, function)                                                                                       \
  LAY(lay_##op, bl_##op(D, A, B))                                                                                      \
  static void model_##op(const Case *c, Model *m) { m->reg[c->d] = function(m->reg[c->a], m->reg[c->b]); }             \
  OPERATION(op##_, "bl_" #op, "lay_alu", lay_##op, model_##op);                                                        \
  LAY(lay_##op##_imm, bl_##op##_imm(D, A, c->value1))                                                                  \
  static void model_##op##_imm(const Case *c, Model *m) { m->reg[c->d] = function(m->reg[c->a], m->value1); }          \
  OPERATION(op##_imm_, "bl_" #op "_imm", "lay_alu_imm", lay_##op##_imm, model_##op##_imm)
ARITHMETIC(add, bits_add);
ARITHMETIC(sub, bits_sub);
ARITHMETIC(and, bits_and);
ARITHMETIC(or, bits_or);
ARITHMETIC(xor, bits_xor);
ARITHMETIC(mul, bits_mul);
ARITHMETIC(shl, shift_left);
ARITHMETIC(shr, shift_right);

static Bits shift_sign(Bits a, Bits b) { return bits_sar(a, modulo_64(b)); }
static Bits rotate(Bits a, Bits b) { return bits_or(bits_shr(a, modulo_64(b)), bits_shl(a, modulo_64(bits_neg(b)))); }
static Bits remainder_of(Bits a, Bits b) { return bits_sub(a, bits_mul(bits_divide(a, b), b)); }
static Bits remainder_signed(Bits a, Bits b) { return bits_sub(a, bits_mul(bits_divide_signed(a, b), b)); }
static Bits high_of(Bits a, Bits b) {
  return bits_cut(bits_mul(bits_zero_extend(a, 128), bits_zero_extend(b, 128)), 127, 64);
}
static Bits high_signed(Bits a, Bits b) {
  return bits_cut(bits_mul(bits_sign_extend(a, 128), bits_sign_extend(b, 128)), 127, 64);
}
ARITHMETIC(sar, shift_sign);
ARITHMETIC(ror, rotate);
ARITHMETIC(div, bits_divide);
ARITHMETIC(rem, remainder_of);
ARITHMETIC(div_signed, bits_divide_signed);
ARITHMETIC(rem_signed, remainder_signed);
ARITHMETIC(mul_high, high_of);
ARITHMETIC(mul_high_signed, high_signed);

/* ---- One operand ------------------------------------------------------------------------------------------------- */

#define UNARY(op, function)                                                                                            \
  LAY(lay_##op, bl_##op(D, A))                                                                                         \
  static void model_##op(const Case *c, Model *m) { m->reg[c->d] = function(m->reg[c->a]); }                           \
  OPERATION(op##_, "bl_" #op, "lay_unary", lay_##op, model_##op)

static Bits bytes_turned(Bits a) {
  Bits turned = bits_byte(a, 0);
  for (unsigned i = 1; i < 8; i++)
    turned = bits_join(turned, bits_byte(a, i));
  return turned;
}
static Bits zeros_above(Bits a) {
  Bits count = bits(64, 64);
  for (unsigned i = 0; i < 64; i++)
    count = bits_if(truth_of_bit(bits_cut(a, i, i)), bits(64, 63 - i), count);
  return count;
}
static Bits zeros_below(Bits a) {
  Bits count = bits(64, 64);
  for (unsigned i = 64; i-- > 0;)
    count = bits_if(truth_of_bit(bits_cut(a, i, i)), bits(64, i), count);
  return count;
}
UNARY(neg, bits_neg);
UNARY(not, bits_not);
UNARY(swap_bytes, bytes_turned);
UNARY(leading_zeros, zeros_above);
UNARY(trailing_zeros, zeros_below);
/* It is the sum of the bits (lemmas.c). */
UNARY(count_ones, ones_in_steps);

/* ---- Memory: d is the value, a the base, b the index; kind is the count of bits -----------------------------------
 */

static Bits offset_address(const Case *c, const Model *m, Bits offset) { return bits_add(m->reg[c->a], offset); }
static Bits indexed_address(const Case *c, const Model *m) {
  unsigned log2 = c->kind == 8 ? 0 : c->kind == 16 ? 1 : c->kind == 32 ? 2 : 3;
  return bits_add(m->reg[c->a], bits_shl(m->reg[c->b], bits(64, log2)));
}
static void model_load_at(const Case *c, Model *m, Bits address) {
  m->reg[c->d] = bits_zero_extend(memory_load(m->memory, address, (unsigned)c->kind / 8), 64);
}

LAY(lay_load, bl_load(c->kind, D, A, c->value1))
static void model_load(const Case *c, Model *m) { model_load_at(c, m, offset_address(c, m, m->value1)); }
OPERATION(load_, "bl_load", "lay_load", lay_load, model_load);

LAY(lay_load_indexed, bl_load_indexed(c->kind, D, A, B))
static void model_load_indexed(const Case *c, Model *m) { model_load_at(c, m, indexed_address(c, m)); }
OPERATION(load_indexed_, "bl_load_indexed", "lay_load_indexed", lay_load_indexed, model_load_indexed);

/* The base goes on after the value; d is never a. */
LAY(lay_load_next, bl_load_next(c->kind, D, A))
static void model_load_next(const Case *c, Model *m) {
  model_load_at(c, m, m->reg[c->a]);
  m->reg[c->a] = bits_add(m->reg[c->a], bits(64, (unsigned)c->kind / 8));
}
OPERATION(load_next_, "bl_load_next", "lay_load_next", lay_load_next, model_load_next);

static void model_load_signed_at(const Case *c, Model *m, Bits address) {
  m->reg[c->d] = bits_sign_extend(memory_load(m->memory, address, (unsigned)c->kind / 8), 64);
}
LAY(lay_load_signed, bl_load_signed(c->kind, D, A, c->value1))
static void model_load_signed(const Case *c, Model *m) { model_load_signed_at(c, m, offset_address(c, m, m->value1)); }
OPERATION(load_signed_, "bl_load_signed", "lay_load_signed", lay_load_signed, model_load_signed);
LAY(lay_load_signed_indexed, bl_load_signed_indexed(c->kind, D, A, B))
static void model_load_signed_indexed(const Case *c, Model *m) { model_load_signed_at(c, m, indexed_address(c, m)); }
OPERATION(load_signed_indexed_, "bl_load_signed_indexed", "lay_load_signed_indexed", lay_load_signed_indexed,
          model_load_signed_indexed);

static void lay_store(const Case *c) {
  case_begin(c);
  void (*store)(BlReg, BlReg, int64_t) = c->kind == 8    ? bl_store8
                                         : c->kind == 16 ? bl_store16
                                         : c->kind == 32 ? bl_store32
                                                         : bl_store64;
  store(D, A, c->value1);
  case_end(c);
}
static void model_store(const Case *c, Model *m) {
  m->memory = memory_store(m->memory, offset_address(c, m, m->value1), m->reg[c->d], (unsigned)c->kind / 8);
}
OPERATION(store_, "bl_store bl_store8 bl_store16 bl_store32 bl_store64", "lay_store", lay_store, model_store);

LAY(lay_store_indexed, bl_store_indexed(c->kind, D, A, B))
static void model_store_indexed(const Case *c, Model *m) {
  m->memory = memory_store(m->memory, indexed_address(c, m), m->reg[c->d], (unsigned)c->kind / 8);
}
OPERATION(store_indexed_, "bl_store_indexed", "lay_store_indexed", lay_store_indexed, model_store_indexed);

LAY(lay_store_next, bl_store_next(c->kind, D, A))
static void model_store_next(const Case *c, Model *m) {
  m->memory = memory_store(m->memory, m->reg[c->a], m->reg[c->d], (unsigned)c->kind / 8);
  m->reg[c->a] = bits_add(m->reg[c->a], bits(64, (unsigned)c->kind / 8));
}
OPERATION(store_next_, "bl_store_next", "lay_store_next", lay_store_next, model_store_next);

/* a: how far from the text the item lies: near, so that adr reaches it (0), or beyond 1 MB (1); b: the offset */
static void item_of(const Case *c) {
  if (c->a)
    bl_bss("between", 2 << 20, 64);
  bl_bss("item", 8192, 64);
}
static Bits item_address(const Case *c) { return bits(64, check_label("item") + (uint64_t)c->b); }
static void lay_load_of(const Case *c) {
  item_of(c);
  case_begin(c);
  bl_load_of(c->kind, D, "item", c->b);
  case_end(c);
}
static void model_load_of(const Case *c, Model *m) { model_load_at(c, m, item_address(c)); }
OPERATION(load_of_, "bl_load_of", "lay_load_of", lay_load_of, model_load_of);

static void lay_store_of(const Case *c) {
  item_of(c);
  case_begin(c);
  bl_store_of(c->kind, D, "item", c->b);
  case_end(c);
}
static void model_store_of(const Case *c, Model *m) {
  m->memory = memory_store(m->memory, item_address(c), m->reg[c->d], (unsigned)c->kind / 8);
}
OPERATION(store_of_, "bl_store_of", "lay_store_of", lay_store_of, model_store_of);

static void lay_store_imm(const Case *c) {
  case_begin(c);
  void (*store)(int64_t, BlReg, int64_t) = c->kind == 8    ? bl_store8_imm
                                           : c->kind == 16 ? bl_store16_imm
                                           : c->kind == 32 ? bl_store32_imm
                                                           : bl_store64_imm;
  store(c->value1, A, c->value2);
  case_end(c);
}
static void model_store_imm(const Case *c, Model *m) {
  m->memory = memory_store(m->memory, offset_address(c, m, m->value2), m->value1, (unsigned)c->kind / 8);
}
OPERATION(store_imm_, "bl_store_imm bl_store8_imm bl_store16_imm bl_store32_imm bl_store64_imm", "lay_store_imm",
          lay_store_imm, model_store_imm);

LAY(lay_store_next_imm, bl_store_next_imm(c->kind, c->value1, A))
static void model_store_next_imm(const Case *c, Model *m) {
  m->memory = memory_store(m->memory, m->reg[c->a], m->value1, (unsigned)c->kind / 8);
  m->reg[c->a] = bits_add(m->reg[c->a], bits(64, (unsigned)c->kind / 8));
}
OPERATION(store_next_imm_, "bl_store_next_imm", "lay_store_next_imm", lay_store_next_imm, model_store_next_imm);

/* ---- Branches: kind is the condition ------------------------------------------------------------------------------
 */

static Truth condition(int kind, Bits a, Bits b) {
  switch (kind) {
  case IF_EQ:
    return truth_equal(a, b);
  case IF_NE:
    return truth_not(truth_equal(a, b));
  case IF_LTU:
    return truth_below(a, b);
  case IF_LEU:
    return truth_not(truth_below(b, a));
  case IF_GTU:
    return truth_below(b, a);
  case IF_GEU:
    return truth_not(truth_below(a, b));
  case IF_LT:
    return truth_below_signed(a, b);
  case IF_LE:
    return truth_not(truth_below_signed(b, a));
  case IF_GT:
    return truth_below_signed(b, a);
  default:
    return truth_not(truth_below_signed(a, b));
  }
}

LAY(lay_branch, bl_branch((BlCond)c->kind, A, B, "taken"))
static void model_branch(const Case *c, Model *m) { m->taken = condition(c->kind, m->reg[c->a], m->reg[c->b]); }
OPERATION(branch_, "bl_branch", "lay_branch", lay_branch, model_branch);

LAY(lay_branch_imm, bl_branch_imm((BlCond)c->kind, A, c->value1, "taken"))
static void model_branch_imm(const Case *c, Model *m) { m->taken = condition(c->kind, m->reg[c->a], m->value1); }
OPERATION(branch_imm_, "bl_branch_imm", "lay_branch_imm", lay_branch_imm, model_branch_imm);

LAY(lay_branch_bits, bl_branch_bits(c->kind, A, c->value1, "taken"))
static void model_branch_bits(const Case *c, Model *m) {
  Truth none = truth_equal(bits_and(m->reg[c->a], m->value1), bits(64, 0));
  m->taken = c->kind ? truth_not(none) : none;
}
OPERATION(branch_bits_, "bl_branch_bits", "lay_branch_bits", lay_branch_bits, model_branch_bits);

/* kind is the condition, and 16 times x, and 256 times y */
LAY(lay_select, bl_select((BlCond)(c->kind & 15), D, A, B, case_reg(c->kind >> 4 & 15), case_reg(c->kind >> 8)))
static void model_select(const Case *c, Model *m) {
  m->reg[c->d] =
      bits_if(condition(c->kind & 15, m->reg[c->a], m->reg[c->b]), m->reg[c->kind >> 4 & 15], m->reg[c->kind >> 8]);
}
OPERATION(select_, "bl_select", "lay_select", lay_select, model_select);

LAY(lay_jump, bl_jump("taken"))
static void model_jump(const Case *c, Model *m) {
  (void)c;
  m->taken = truth_true();
}
OPERATION(jump_, "bl_jump", "lay_jump", lay_jump, model_jump);

const Operation *const value_operations[] = {&mov_,
                                             &li_,
                                             &la_,
                                             &add_,
                                             &add_imm_,
                                             &sub_,
                                             &sub_imm_,
                                             &and_,
                                             &and_imm_,
                                             &or_,
                                             &or_imm_,
                                             &xor_,
                                             &xor_imm_,
                                             &mul_,
                                             &mul_imm_,
                                             &shl_,
                                             &shl_imm_,
                                             &shr_,
                                             &shr_imm_,
                                             &load_,
                                             &store_,
                                             &load_indexed_,
                                             &load_next_,
                                             &store_next_,
                                             &store_next_imm_,
                                             &load_of_,
                                             &store_of_,
                                             &store_imm_,
                                             &store_indexed_,
                                             &branch_,
                                             &branch_imm_,
                                             &branch_bits_,
                                             &jump_,
                                             &sar_,
                                             &sar_imm_,
                                             &ror_,
                                             &ror_imm_,
                                             &div_,
                                             &div_imm_,
                                             &rem_,
                                             &rem_imm_,
                                             &div_signed_,
                                             &div_signed_imm_,
                                             &rem_signed_,
                                             &rem_signed_imm_,
                                             &mul_high_,
                                             &mul_high_imm_,
                                             &mul_high_signed_,
                                             &mul_high_signed_imm_,
                                             &neg_,
                                             &not_,
                                             &swap_bytes_,
                                             &leading_zeros_,
                                             &trailing_zeros_,
                                             &count_ones_,
                                             &load_signed_,
                                             &load_signed_indexed_,
                                             &select_,
                                             NULL};

/* ---- The cases ----------------------------------------------------------------------------------------------------
 */

#define EACH_REG(name) for (int name = 0; name < BL_MACHINE_REGISTERS; name++)
static const int sizes[] = {8, 16, 32, 64};
#define EACH_SIZE(bits) for (int at_size = 0, bits; at_size < 4 && (bits = sizes[at_size], true); at_size++)

static void each_class(Case c, Classes classes, Visit *visit, void *context) {
  for (size_t i = 0; i < classes.count; i++) {
    c.class1 = &classes.class[i];
    visit(&c, context);
  }
}

/* arm64 has many classes: all of them with few registers, and with all registers the first ones, which have forms of
 * their own, and each ninth of the others. */
static void each_class_with_registers(Case c, Classes classes, Visit *visit, void *context) {
  EACH_REG(d) {
    EACH_REG(a) {
      c.d = d;
      c.a = a;
      bool all = (d == 0 || d == 11) && (a == 0 || a == 9);
      for (size_t i = 0; i < classes.count; i++)
        if (all || i < 13 || i % 9 == 0) {
          c.class1 = &classes.class[i];
          visit(&c, context);
        }
    }
  }
}

static void each_three(const Operation *operation, BlIsa isa, Visit *visit, void *context) {
  EACH_REG(d)
  EACH_REG(a) EACH_REG(b) visit(&(Case){.operation = operation, .isa = isa, .d = d, .a = a, .b = b}, context);
}

static void each_arithmetic(BlIsa isa, Visit *visit, void *context) {
  static const Operation *const plain[] = {&add_, &sub_, &and_, &or_, &xor_, &mul_, &shl_, &shr_};
  for (size_t i = 0; i < 8; i++)
    each_three(plain[i], isa, visit, context);
  static const Operation *const sums[] = {&add_imm_, &sub_imm_}, *const logic[] = {&and_imm_, &or_imm_, &xor_imm_};
  for (int i = 0; i < 2; i++)
    each_class_with_registers((Case){.operation = sums[i], .isa = isa}, sum_classes(isa), visit, context);
  for (int i = 0; i < 3; i++) {
    each_class_with_registers((Case){.operation = logic[i], .isa = isa}, logic_classes(isa), visit, context);
    each_class((Case){.operation = logic[i], .isa = isa, .d = 11, .a = 7}, bitmask_classes(isa), visit, context);
  }
  each_class_with_registers((Case){.operation = &mul_imm_, .isa = isa}, value_classes(isa), visit, context);
  static Class counts[64];
  for (int i = 0; i < 64; i++)
    counts[i] = (Class){.kind = CLASS_VALUE, .low = i};
  EACH_REG(d) EACH_REG(a) {
    each_class((Case){.operation = &shl_imm_, .isa = isa, .d = d, .a = a}, (Classes){counts, 64}, visit, context);
    each_class((Case){.operation = &shr_imm_, .isa = isa, .d = d, .a = a}, (Classes){counts, 64}, visit, context);
  }
}

/* All values of a divisor or a factor, with few registers; and some values, at its edges, with all registers. */
static void each_wide(BlIsa isa, Visit *visit, void *context) {
  static const Operation *const plain[] = {&sar_,        &ror_,        &div_,      &rem_,
                                           &div_signed_, &rem_signed_, &mul_high_, &mul_high_signed_};
  static const Operation *const immediate[] = {&div_imm_,        &rem_imm_,      &div_signed_imm_,
                                               &rem_signed_imm_, &mul_high_imm_, &mul_high_signed_imm_};
  static const int64_t values[] = {0, 1, -1, 2, 10, 1000, 4096, INT32_MIN, INT64_MIN, INT64_C(0x123456789abcdef0)};
  static Class numbers[sizeof values / sizeof *values], counts[64];
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    numbers[i] = (Class){.kind = CLASS_VALUE, .low = values[i]};
  for (int i = 0; i < 64; i++)
    counts[i] = (Class){.kind = CLASS_VALUE, .low = i};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    each_three(plain[i], isa, visit, context);
  EACH_REG(d) EACH_REG(a) {
    each_class((Case){.operation = &sar_imm_, .isa = isa, .d = d, .a = a}, (Classes){counts, 64}, visit, context);
    each_class((Case){.operation = &ror_imm_, .isa = isa, .d = d, .a = a}, (Classes){counts, 64}, visit, context);
    for (size_t i = 0; i < sizeof immediate / sizeof *immediate; i++)
      each_class((Case){.operation = immediate[i], .isa = isa, .d = d, .a = a},
                 (Classes){numbers, sizeof values / sizeof *values}, visit, context);
  }
  for (size_t i = 0; i < sizeof immediate / sizeof *immediate; i++)
    for (int pair = 0; pair < 4; pair++)
      each_class((Case){.operation = immediate[i], .isa = isa, .d = pair & 1 ? 6 : 11, .a = pair & 2 ? 2 : 6},
                 value_classes(isa), visit, context);
}

static void each_of_one(BlIsa isa, Visit *visit, void *context) {
  static const Operation *const unary[] = {&neg_, &not_, &swap_bytes_, &leading_zeros_, &trailing_zeros_, &count_ones_};
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
    EACH_REG(d) EACH_REG(a) visit(&(Case){.operation = unary[i], .isa = isa, .d = d, .a = a}, context);
}

/* Each condition with each d, a and b; x and y go through all registers meanwhile, d, a and b among them. */
static void each_selection(BlIsa isa, Visit *visit, void *context) {
  int turn = 0;
  for (int cond = IF_EQ; cond <= IF_GE; cond++)
    EACH_REG(d)
  EACH_REG(a) EACH_REG(b) {
    int x = turn++ % BL_MACHINE_REGISTERS, y = turn / BL_MACHINE_REGISTERS % BL_MACHINE_REGISTERS;
    visit(&(Case){.operation = &select_, .isa = isa, .d = d, .a = a, .b = b, .kind = cond | x << 4 | y << 8}, context);
  }
}

/* Items near and far, at offsets that begin and end a page, for all registers. */
static void each_item(BlIsa isa, Visit *visit, void *context) {
  static const int offsets[] = {0, 8, 4088, 4096, 8184};
  EACH_SIZE(bits)
  EACH_REG(d)
  for (int far = 0; far < 2; far++)
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
      Case c = {.operation = &load_of_, .isa = isa, .d = d, .a = far, .b = offsets[i], .kind = bits};
      visit(&c, context);
      c.operation = &store_of_;
      visit(&c, context);
    }
}

static void each_memory(BlIsa isa, Visit *visit, void *context) {
  EACH_SIZE(bits) {
    Classes offsets = offset_classes(isa, bits / 8), values = store_classes(isa, bits);
    EACH_REG(d) EACH_REG(a) {
      Case c = {.isa = isa, .d = d, .a = a, .kind = bits};
      c.operation = &load_;
      each_class(c, offsets, visit, context);
      c.operation = &store_;
      each_class(c, offsets, visit, context);
      c.operation = &load_next_;
      if (d != a)
        visit(&c, context);
      c.operation = &store_next_;
      if (d != a)
        visit(&c, context);
      if (bits < 64) {
        c.operation = &load_signed_;
        each_class(c, offsets, visit, context);
        EACH_REG(b) {
          c.b = b;
          c.operation = &load_signed_indexed_;
          visit(&c, context);
        }
      }
      EACH_REG(b) {
        c.b = b;
        c.operation = &load_indexed_;
        visit(&c, context);
        c.operation = &store_indexed_;
        visit(&c, context);
      }
    }
    EACH_REG(a) {
      each_class((Case){.operation = &store_next_imm_, .isa = isa, .a = a, .kind = bits}, values, visit, context);
      for (size_t i = 0; i < offsets.count; i++)
        each_class((Case){.operation = &store_imm_, .isa = isa, .a = a, .kind = bits, .class2 = &offsets.class[i]},
                   values, visit, context);
    }
  }
}

/* Distances to the label: near, where the short forms of both machines end, and far. */
static const int places[] = {0,     1,     115,   120,    121,    122,    123,     124,     125,     126,    127,
                             128,   -100,  -115,  -116,   -117,   -118,   -119,    -120,    -121,    -122,   -123,
                             -124,  -125,  -126,  -127,   -128,   -129,   32740,   32752,   32756,   32760,  32764,
                             32768, 32772, 40000, -32740, -32752, -32756, -32760,  -32764,  -32768,  -32772, -40000,
                             65536, -1,    1000,  -1000,  -65536, 500000, 1000000, -500000, -1000000};
enum { PLACES = sizeof places / sizeof *places };

static void each_branch(BlIsa isa, Visit *visit, void *context) {
  for (int kind = IF_EQ; kind <= IF_GE; kind++) {
    EACH_REG(a) {
      EACH_REG(b) visit(&(Case){.operation = &branch_, .isa = isa, .a = a, .b = b, .kind = kind}, context);
      each_class((Case){.operation = &branch_imm_, .isa = isa, .a = a, .kind = kind}, compare_classes(isa), visit,
                 context);
    }
    static const Class zero = {.kind = CLASS_VALUE, .low = 0}, five = {.kind = CLASS_VALUE, .low = 5};
    for (int i = 0; i < PLACES; i++) {
      visit(&(Case){.operation = &branch_, .isa = isa, .a = 7, .b = 11, .kind = kind, .place = places[i]}, context);
      visit(&(Case){.operation = &branch_imm_, .isa = isa, .a = 11, .kind = kind, .class1 = &zero, .place = places[i]},
            context);
      visit(&(Case){.operation = &branch_imm_, .isa = isa, .a = 7, .kind = kind, .class1 = &five, .place = places[i]},
            context);
    }
  }
}

static void each_branch_on_bits(BlIsa isa, Visit *visit, void *context) {
  static Class single[64];
  for (int i = 0; i < 64; i++)
    single[i] = (Class){.kind = CLASS_VALUE, .low = (int64_t)(UINT64_C(1) << i)};
  for (int kind = 0; kind < 2; kind++) {
    EACH_REG(a) {
      Case c = {.operation = &branch_bits_, .isa = isa, .a = a, .kind = kind};
      each_class(c, mask_classes(isa), visit, context);
      each_class(c, (Classes){single, 64}, visit, context);
    }
    each_class((Case){.operation = &branch_bits_, .isa = isa, .a = 11, .kind = kind}, bitmask_classes(isa), visit,
               context);
    for (int i = 0; i < PLACES; i++) {
      visit(
          &(Case){
              .operation = &branch_bits_, .isa = isa, .a = 7, .kind = kind, .class1 = &single[5], .place = places[i]},
          context);
      visit(
          &(Case){
              .operation = &branch_bits_, .isa = isa, .a = 11, .kind = kind, .class1 = &single[40], .place = places[i]},
          context);
    }
  }
}

void each_value_case(BlIsa isa, Visit *visit, void *context) {
  EACH_REG(d) EACH_REG(a) visit(&(Case){.operation = &mov_, .isa = isa, .d = d, .a = a}, context);
  EACH_REG(d) each_class((Case){.operation = &li_, .isa = isa, .d = d}, value_classes(isa), visit, context);
  each_class((Case){.operation = &li_, .isa = isa, .d = 11}, bitmask_classes(isa), visit, context);
  EACH_REG(d) visit(&(Case){.operation = &la_, .isa = isa, .d = d, .kind = 1}, context);
  static const int far[] = {0,       64,      4096,     -4096,    1048568,  1048572,
                            1048576, 2000000, -1048568, -1048572, -1048576, -2000000};
  EACH_REG(d)
  for (size_t i = 0; i < sizeof far / sizeof *far; i++)
    visit(&(Case){.operation = &la_, .isa = isa, .d = d, .place = far[i]}, context);
  each_arithmetic(isa, visit, context);
  each_wide(isa, visit, context);
  each_of_one(isa, visit, context);
  each_selection(isa, visit, context);
  each_memory(isa, visit, context);
  each_item(isa, visit, context);
  each_branch(isa, visit, context);
  each_branch_on_bits(isa, visit, context);
  for (int i = 0; i < PLACES; i++)
    visit(&(Case){.operation = &jump_, .isa = isa, .place = places[i]}, context);
}

/* SPDX-License-Identifier: MIT */
