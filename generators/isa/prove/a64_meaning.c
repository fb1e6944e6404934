/* a64_meaning.c: what each arm64 instruction of a64.h does, in the order of its words there.
 *
 * A row is the word's fixed bits, a mask over them, and the function that says what it does (Arm ARM, DDI 0487, the
 * pseudocode of each instruction). The fields of an immediate may hold unknown bits; every other bit is known.
 */
#include "isa/prove/machine_state.h"

/* An instruction being executed: its word, in which unknown bits are 0 or 1 as laid. */
typedef struct {
  State *state;
  uint32_t word;
} Insn;

static unsigned field(const Insn *insn, unsigned high, unsigned low) {
  const Text *text = insn->state->text;
  size_t first = 8 * (insn->state->pc - text->address);
  for (unsigned i = low; text->unknown_bit && i <= high; i++)
    if (text->unknown_bit[first + i])
      insn->state->why = "a field that must be known is not";
  return insn->word >> low & ((1u << (high - low + 1)) - 1);
}
/* The same as a term, whose bits may be unknown. */
static Bits field_bits(const Insn *insn, unsigned high, unsigned low) {
  return text_bits(insn->state->text, insn->state->pc, low, high - low + 1);
}

/* Register 31 is the zero register; with `sp` it is the stack pointer. */
static Bits get(const Insn *insn, unsigned number, bool sp) {
  return number == 31 && !sp ? bits(64, 0) : insn->state->general[number];
}
static void set(Insn *insn, unsigned number, Bits value, bool sp) {
  if (number != 31 || sp)
    insn->state->general[number] = bits_zero_extend(value, 64);
}
static Bits reg_d(const Insn *insn) { return get(insn, field(insn, 4, 0), false); }
static Bits reg_n(const Insn *insn) { return get(insn, field(insn, 9, 5), false); }
static Bits reg_m(const Insn *insn) { return get(insn, field(insn, 20, 16), false); }
static void set_d(Insn *insn, Bits value) { set(insn, field(insn, 4, 0), value, false); }

static Step go_on(Insn *insn) {
  insn->state->pc += 4;
  return (Step){.kind = STEP_NEXT};
}
static Step give(Insn *insn, Bits value) {
  set_d(insn, value);
  return go_on(insn);
}

static void set_sum_flags(State *state, const Sum *sum) {
  state->flag[FLAG_N] = sum->n;
  state->flag[FLAG_Z] = sum->z;
  state->flag[FLAG_C] = sum->c;
  state->flag[FLAG_V] = sum->v;
}
static Sum set_difference_flags(State *state, Bits a, Bits b) {
  Sum difference = difference_of(a, b);
  set_sum_flags(state, &difference);
  state_compared(state, a, b);
  return difference;
}
static void set_logic_flags(State *state, Bits result) {
  state->flag[FLAG_N] = bits_cut(result, 63, 63);
  state->flag[FLAG_Z] = bit_of_truth(truth_equal(result, bits(64, 0)));
  state->flag[FLAG_C] = state->flag[FLAG_V] = bits(1, 0);
}

/* ---- Wide moves ------------------------------------------------------------------------------------------------- */

static Bits wide_immediate(const Insn *insn) {
  return bits_shl(bits_zero_extend(field_bits(insn, 20, 5), 64), bits(64, 16 * field(insn, 22, 21)));
}
static Step do_movz(Insn *insn) { return give(insn, wide_immediate(insn)); }
static Step do_movn(Insn *insn) { return give(insn, bits_not(wide_immediate(insn))); }
static Step do_movk(Insn *insn) {
  Bits others = bits(64, ~(UINT64_C(0xffff) << 16 * field(insn, 22, 21)));
  return give(insn, bits_or(bits_and(reg_d(insn), others), wide_immediate(insn)));
}

/* ---- Add and subtract ------------------------------------------------------------------------------------------- */

static Bits immediate_12(const Insn *insn) {
  Bits value = bits_zero_extend(field_bits(insn, 21, 10), 64);
  return field(insn, 22, 22) ? bits_shl(value, bits(64, 12)) : value;
}
static Step do_add_sub_imm(Insn *insn) {
  bool subtract = field(insn, 30, 30), flags = field(insn, 29, 29);
  Bits n = get(insn, field(insn, 9, 5), true), m = immediate_12(insn);
  Sum sum = subtract ? difference_of(n, m) : sum_of(n, m);
  set(insn, field(insn, 4, 0), sum.result, !flags);
  if (flags && subtract)
    set_difference_flags(insn->state, n, m);
  else if (flags)
    set_sum_flags(insn->state, &sum);
  return go_on(insn);
}

static Bits shifted_m(const Insn *insn) {
  unsigned count = field(insn, 15, 10);
  return count ? bits_shl(reg_m(insn), bits(64, count)) : reg_m(insn);
}
static Step do_add(Insn *insn) { return give(insn, bits_add(reg_n(insn), shifted_m(insn))); }
static Step do_sub(Insn *insn) { return give(insn, bits_sub(reg_n(insn), shifted_m(insn))); }
static Step do_subs(Insn *insn) {
  Sum sum = set_difference_flags(insn->state, reg_n(insn), shifted_m(insn));
  return give(insn, sum.result);
}

/* ---- Logic ------------------------------------------------------------------------------------------------------ */

static Step do_and(Insn *insn) { return give(insn, bits_and(reg_n(insn), shifted_m(insn))); }
static Step do_orr(Insn *insn) { return give(insn, bits_or(reg_n(insn), shifted_m(insn))); }
static Step do_orn(Insn *insn) { return give(insn, bits_or(reg_n(insn), bits_not(shifted_m(insn)))); }
static Step do_eor(Insn *insn) { return give(insn, bits_xor(reg_n(insn), shifted_m(insn))); }
static Step do_ands(Insn *insn) {
  Bits result = bits_and(reg_n(insn), shifted_m(insn));
  set_logic_flags(insn->state, result);
  return give(insn, result);
}

/* DecodeBitMasks: N:NOT(imms) tells the size of the element; a run of s+1 ones, rotated right by r, repeated. */
static bool decode_mask(const Insn *insn, uint64_t *mask) {
  unsigned n = field(insn, 22, 22), r = field(insn, 21, 16), s = field(insn, 15, 10);
  unsigned key = n << 6 | (~s & 63), size = 64;
  while (size > 1 && !(key & size))
    size /= 2;
  if (size < 2)
    return false;
  s &= size - 1;
  r &= size - 1;
  if (s == size - 1)
    return false;
  uint64_t ones = (UINT64_C(1) << (s + 1)) - 1, all = size == 64 ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1;
  uint64_t element = r ? (ones >> r | ones << (size - r)) & all : ones;
  *mask = element;
  for (unsigned filled = size; filled < 64; filled *= 2)
    *mask |= *mask << filled;
  return true;
}
static Step do_logic_imm(Insn *insn) {
  uint64_t mask;
  if (!decode_mask(insn, &mask))
    return step_unknown(insn->state, "a bitmask that no immediate has");
  unsigned operation = field(insn, 30, 29);
  Bits n = reg_n(insn), m = bits(64, mask);
  Bits result = operation == 1 ? bits_or(n, m) : operation == 2 ? bits_xor(n, m) : bits_and(n, m);
  if (operation == 3)
    set_logic_flags(insn->state, result);
  set(insn, field(insn, 4, 0), result, operation != 3);
  return go_on(insn);
}

/* ---- Multiply, divide, shift, bits ------------------------------------------------------------------------------ */

static Bits reg_a(const Insn *insn) { return get(insn, field(insn, 14, 10), false); }
static Step do_madd(Insn *insn) { return give(insn, bits_add(reg_a(insn), bits_mul(reg_n(insn), reg_m(insn)))); }
static Step do_msub(Insn *insn) { return give(insn, bits_sub(reg_a(insn), bits_mul(reg_n(insn), reg_m(insn)))); }
static Step do_udiv(Insn *insn) { /* by 0 it gives 0 */
  Bits m = reg_m(insn), zero = bits(64, 0);
  return give(insn, bits_if(truth_equal(m, zero), zero, bits_udiv(reg_n(insn), m)));
}
static Step do_sdiv(Insn *insn) { return give(insn, bits_divide_signed(reg_n(insn), reg_m(insn))); }
static Step do_umulh(Insn *insn) {
  return give(insn,
              bits_cut(bits_mul(bits_zero_extend(reg_n(insn), 128), bits_zero_extend(reg_m(insn), 128)), 127, 64));
}
static Step do_smulh(Insn *insn) {
  return give(insn,
              bits_cut(bits_mul(bits_sign_extend(reg_n(insn), 128), bits_sign_extend(reg_m(insn), 128)), 127, 64));
}
static Bits rotate_right(Bits a, Bits count) {
  Bits low = bits(64, 63);
  return bits_or(bits_shr(a, bits_and(count, low)), bits_shl(a, bits_and(bits_neg(count), low)));
}
static Bits count_of_m(const Insn *insn) { return bits_and(reg_m(insn), bits(64, 63)); }
static Step do_lslv(Insn *insn) { return give(insn, bits_shl(reg_n(insn), count_of_m(insn))); }
static Step do_lsrv(Insn *insn) { return give(insn, bits_shr(reg_n(insn), count_of_m(insn))); }

static Step do_asrv(Insn *insn) { return give(insn, bits_sar(reg_n(insn), count_of_m(insn))); }
static Step do_rorv(Insn *insn) { return give(insn, rotate_right(reg_n(insn), reg_m(insn))); }
static Step do_asr_imm(Insn *insn) { /* sbfm with s = 63 */
  return give(insn, bits_sar(reg_n(insn), bits(64, field(insn, 21, 16))));
}
static Step do_extr(Insn *insn) { /* bits 63 + c .. c of n:m */
  unsigned count = field(insn, 15, 10);
  return give(insn, bits_cut(bits_join(reg_n(insn), reg_m(insn)), 63 + count, count));
}
static Step do_rev(Insn *insn) {
  Bits n = reg_n(insn), result = bits_byte(n, 0);
  for (unsigned i = 1; i < 8; i++)
    result = bits_join(result, bits_byte(n, i));
  return give(insn, result);
}

/* ubfm: where s >= r, bits s..r of n come down to 0; else bits s..0 go up by 64 - r. */
static Step do_ubfm(Insn *insn) {
  unsigned r = field(insn, 21, 16), s = field(insn, 15, 10);
  Bits n = reg_n(insn);
  if (s >= r)
    return give(insn, bits_zero_extend(bits_cut(n, s, r), 64));
  return give(insn, bits_shl(bits_zero_extend(bits_cut(n, s, 0), 64), bits(64, 64 - r)));
}
static Step do_rbit(Insn *insn) {
  Bits n = reg_n(insn), result = bits_cut(n, 0, 0);
  for (unsigned i = 1; i < 64; i++)
    result = bits_join(result, bits_cut(n, i, i));
  return give(insn, result);
}
static Step do_clz(Insn *insn) {
  Bits n = reg_n(insn), result = bits(64, 64);
  for (unsigned i = 0; i < 64; i++)
    result = bits_if(truth_of_bit(bits_cut(n, i, i)), bits(64, 63 - i), result);
  return give(insn, result);
}

/* ---- Loads and stores ------------------------------------------------------------------------------------------- */

/* The base register n; sp must be a multiple of 16 where it is one. */
static Bits base_of(Insn *insn) {
  unsigned n = field(insn, 9, 5);
  Bits base = get(insn, n, true);
  if (n == 31)
    state_demand(insn->state, truth_equal(bits_cut(base, 3, 0), bits(4, 0)));
  return base;
}

static Step access(Insn *insn, Bits address, unsigned bytes, bool load) {
  unsigned t = field(insn, 4, 0);
  if (load)
    set(insn, t, bits_zero_extend(state_load(insn->state, address, bytes), 64), false);
  else
    state_store(insn->state, address, get(insn, t, false), bytes);
  return go_on(insn);
}

static unsigned access_size(const Insn *insn) { return 1u << field(insn, 31, 30); }

static Step do_scaled(Insn *insn) { /* _offset */
  Bits offset = bits_shl(bits_zero_extend(field_bits(insn, 21, 10), 64), bits(64, field(insn, 31, 30)));
  return access(insn, bits_add(base_of(insn), offset), access_size(insn), field(insn, 22, 22));
}
static Bits signed_9(const Insn *insn) { return bits_sign_extend(field_bits(insn, 20, 12), 64); }
static Step do_unscaled(Insn *insn) { /* ldur, stur */
  return access(insn, bits_add(base_of(insn), signed_9(insn)), access_size(insn), field(insn, 22, 22));
}
static Bits indexed_address(Insn *insn) {
  Bits index = reg_m(insn);
  if (field(insn, 12, 12))
    index = bits_shl(index, bits(64, field(insn, 31, 30)));
  return bits_add(base_of(insn), index);
}
static Step do_indexed(Insn *insn) {
  return access(insn, indexed_address(insn), access_size(insn), field(insn, 22, 22));
}
static Step do_ldrsh_x(Insn *insn) {
  return give(insn, bits_sign_extend(state_load(insn->state, indexed_address(insn), 2), 64));
}

/* Written back: pre adds before the access, post after it. t may not be n. */
static Step do_post(Insn *insn) {
  Bits base = base_of(insn), after = bits_add(base, signed_9(insn));
  Step step = access(insn, base, access_size(insn), field(insn, 22, 22));
  set(insn, field(insn, 9, 5), after, true);
  return step;
}
static Step do_str_pre(Insn *insn) {
  Bits base = bits_add(base_of(insn), signed_9(insn));
  state_store(insn->state, base, reg_d(insn), 8);
  set(insn, field(insn, 9, 5), base, true);
  return go_on(insn);
}

/* Two registers, t at the address and t2 after it. Bits 24..23: 01 post, 10 offset, 11 pre. */
static Step do_pair(Insn *insn) {
  unsigned size = field(insn, 31, 31) ? 8 : 4, mode = field(insn, 24, 23), n = field(insn, 9, 5);
  Bits offset = bits_mul(bits_sign_extend(field_bits(insn, 21, 15), 64), bits(64, size));
  Bits base = base_of(insn), moved = bits_add(base, offset), first = mode == 1 ? base : moved;
  Bits second = bits_add(first, bits(64, size));
  unsigned t = field(insn, 4, 0), t2 = field(insn, 14, 10);
  if (field(insn, 22, 22)) {
    Bits one = state_load(insn->state, first, size), two = state_load(insn->state, second, size);
    set(insn, t, one, false);
    set(insn, t2, two, false);
  } else {
    state_store(insn->state, first, get(insn, t, false), size);
    state_store(insn->state, second, get(insn, t2, false), size);
  }
  if (mode != 2)
    set(insn, n, moved, true);
  return go_on(insn);
}

/* ---- Branches and addresses ------------------------------------------------------------------------------------- */

/* A displacement of the word, in units of 4 bytes, signed. */
static uint64_t displaced(const Insn *insn, unsigned high, unsigned low) {
  unsigned width = high - low + 1;
  uint64_t value = field(insn, high, low);
  if (value >> (width - 1))
    value |= ~UINT64_C(0) << width;
  return insn->state->pc + value * 4;
}
static Step branch_if(Insn *insn, Truth condition, uint64_t to) {
  insn->state->pc += 4;
  return (Step){.kind = STEP_BRANCH, .to = to, .condition = condition};
}
static Step do_b(Insn *insn) { return branch_if(insn, truth_true(), displaced(insn, 25, 0)); }
static Step do_bl(Insn *insn) {
  insn->state->general[30] = bits(64, insn->state->pc + 4);
  return (Step){.kind = STEP_AWAY, .away = AWAY_CALL, .target = bits(64, displaced(insn, 25, 0))};
}

void a64_compare(State *state, Bits a, Bits b) { set_difference_flags(state, a, b); }

/* Arm ARM, C1.2.4 */
Bits a64_condition(const State *state, unsigned code) {
  static const Relation relations[] = {
      [0] = IS_EQUAL, [1] = IS_BELOW, [4] = IS_BELOW_OR_EQUAL, [5] = IS_LESS, [6] = IS_LESS_OR_EQUAL};
  unsigned kind = code >> 1;
  Bits relation = kind != 2 && kind != 3 && kind != 7 ? state_compares(state, relations[kind]) : NULL;
  if (relation) /* but for equal, a condition is the other way round: not below, not less */
    return (code & 1) == (kind == 0) ? bits_not(relation) : relation;
  Bits n = state->flag[FLAG_N], z = state->flag[FLAG_Z], c = state->flag[FLAG_C], v = state->flag[FLAG_V];
  Bits above = bits_and(c, bits_not(z)), not_less = bits_not(bits_xor(n, v));
  Bits kinds[] = {z, c, n, v, above, not_less, bits_and(not_less, bits_not(z)), bits(1, 1)};
  Bits holds = kinds[code >> 1];
  return code & 1 && code != 15 ? bits_not(holds) : holds;
}
static Step do_csel(Insn *insn) {
  Bits holds = a64_condition(insn->state, field(insn, 15, 12));
  return give(insn, bits_if(truth_of_bit(holds), reg_n(insn), reg_m(insn)));
}
static Step do_b_cond(Insn *insn) {
  return branch_if(insn, truth_of_bit(a64_condition(insn->state, field(insn, 3, 0))), displaced(insn, 23, 5));
}
static Step do_cbz(Insn *insn) {
  Truth zero = truth_equal(reg_d(insn), bits(64, 0));
  return branch_if(insn, field(insn, 24, 24) ? truth_not(zero) : zero, displaced(insn, 23, 5));
}
static Step do_tbz(Insn *insn) {
  unsigned bit = field(insn, 31, 31) << 5 | field(insn, 23, 19);
  Truth set = truth_of_bit(bits_cut(reg_d(insn), bit, bit));
  return branch_if(insn, field(insn, 24, 24) ? set : truth_not(set), displaced(insn, 18, 5));
}
static Step do_adr(Insn *insn) {
  uint64_t value = field(insn, 23, 5) << 2 | field(insn, 30, 29);
  if (value >> 20)
    value |= ~UINT64_C(0) << 21;
  uint64_t pc = insn->state->pc;
  return give(insn, bits(64, field(insn, 31, 31) ? (pc & ~UINT64_C(4095)) + (value << 12) : pc + value));
}
static Step do_ldr_literal(Insn *insn) {
  return access(insn, bits(64, displaced(insn, 23, 5)), field(insn, 30, 30) ? 8 : 4, true);
}
static Step do_blr(Insn *insn) {
  Bits to = reg_n(insn);
  insn->state->general[30] = bits(64, insn->state->pc + 4);
  return (Step){.kind = STEP_AWAY, .away = AWAY_CALL, .target = to};
}
static Step do_br(Insn *insn) { return (Step){.kind = STEP_AWAY, .target = reg_n(insn)}; }
static Step do_ret(Insn *insn) { return (Step){.kind = STEP_AWAY, .away = AWAY_RETURN, .target = reg_n(insn)}; }

/* ---- System ----------------------------------------------------------------------------------------------------- */

static Step do_svc(Insn *insn) {
  insn->state->pc += 4;
  return (Step){.kind = STEP_KERNEL};
}

/* ---- NEON ------------------------------------------------------------------------------------------------------- */

static Bits vec_n(const Insn *insn) { return insn->state->vector[field(insn, 9, 5)]; }
static Bits vec_m(const Insn *insn) { return insn->state->vector[field(insn, 20, 16)]; }
static Step give_vector(Insn *insn, Bits value) {
  insn->state->vector[field(insn, 4, 0)] = value;
  return go_on(insn);
}
static Step do_movi(Insn *insn) {
  Bits byte = bits_join(field_bits(insn, 18, 16), field_bits(insn, 9, 5)), all = byte;
  for (int i = 1; i < 16; i++)
    all = bits_join(all, byte);
  return give_vector(insn, all);
}
static Bits all_ones_if(Truth truth) { return bits_if(truth, bits(8, 255), bits(8, 0)); }
static Bits byte_equal(Bits a, Bits b) { return all_ones_if(truth_equal(a, b)); }
static Bits byte_not_below(Bits a, Bits b) { return all_ones_if(truth_not(truth_below(a, b))); }
static Bits byte_below_signed(Bits a, Bits b) { return all_ones_if(truth_below_signed(a, b)); }
static Bits zero_vector(void) { return bits_zero_extend(bits(64, 0), 128); }
static Step do_orr_v(Insn *insn) { return give_vector(insn, bits_or(vec_n(insn), vec_m(insn))); }
static Step do_and_v(Insn *insn) { return give_vector(insn, bits_and(vec_n(insn), vec_m(insn))); }
static Step do_sub_v(Insn *insn) { return give_vector(insn, bits_map_bytes(vec_n(insn), vec_m(insn), bits_sub)); }
static Step do_cmeq_v(Insn *insn) { return give_vector(insn, bits_map_bytes(vec_n(insn), vec_m(insn), byte_equal)); }
static Step do_cmhs_v(Insn *insn) {
  return give_vector(insn, bits_map_bytes(vec_n(insn), vec_m(insn), byte_not_below));
}
static Step do_cmeq_zero(Insn *insn) {
  return give_vector(insn, bits_map_bytes(vec_n(insn), zero_vector(), byte_equal));
}
static Step do_cmlt_zero(Insn *insn) {
  return give_vector(insn, bits_map_bytes(vec_n(insn), zero_vector(), byte_below_signed));
}
/* Each lane of 16 bits, shifted right by 16 - immh:immb, to 8 bits; the upper half becomes 0. */
static Step do_shrn(Insn *insn) {
  Bits n = vec_n(insn), low = NULL;
  unsigned count = 16 - field(insn, 19, 16);
  for (unsigned lane = 0; lane < 8; lane++) {
    Bits byte = bits_cut(bits_shr(bits_cut(n, 16 * lane + 15, 16 * lane), bits(16, count)), 7, 0);
    low = low ? bits_join(byte, low) : byte;
  }
  return give_vector(insn, bits_zero_extend(low, 128));
}
static Step do_fmov_x_d(Insn *insn) { return give(insn, bits_cut(vec_n(insn), 63, 0)); }

static Step access_vector(Insn *insn, Bits address) {
  Bits *t = &insn->state->vector[field(insn, 4, 0)];
  if (field(insn, 22, 22))
    *t = state_load(insn->state, address, 16);
  else
    state_store(insn->state, address, *t, 16);
  return go_on(insn);
}
static Step do_q_scaled(Insn *insn) {
  Bits offset = bits_shl(bits_zero_extend(field_bits(insn, 21, 10), 64), bits(64, 4));
  return access_vector(insn, bits_add(base_of(insn), offset));
}
static Step do_q_unscaled(Insn *insn) { return access_vector(insn, bits_add(base_of(insn), signed_9(insn))); }
static Step do_str_q_post(Insn *insn) {
  Bits base = base_of(insn);
  set(insn, field(insn, 9, 5), bits_add(base, signed_9(insn)), true); /* its vector is no base register */
  return access_vector(insn, base);
}
static Step do_ldr_q_literal(Insn *insn) {
  insn->state->vector[field(insn, 4, 0)] = state_load(insn->state, bits(64, displaced(insn, 23, 5)), 16);
  return go_on(insn);
}

/* ---- The rows --------------------------------------------------------------------------------------------------- */

typedef struct {
  uint32_t mask, word;
  Step (*execute)(Insn *insn);
} Row;

/* clang-format off */
static const Row rows[] = {
    {0xff800000, 0xd2800000, do_movz},       {0xff800000, 0x92800000, do_movn},   {0xff800000, 0xf2800000, do_movk},
    {0x9f800000, 0x91000000, do_add_sub_imm},
    {0xffe00000, 0x8b000000, do_add},        {0xffe00000, 0xcb000000, do_sub},    {0xffe00000, 0xeb000000, do_subs},
    {0xffe00000, 0x8a000000, do_and},        {0xffe00000, 0xaa000000, do_orr},    {0xffe00000, 0xca000000, do_eor},
    {0xffe00000, 0xea000000, do_ands},       {0x9f800000, 0x92000000, do_logic_imm},
    {0xffe08000, 0x9b000000, do_madd},       {0xffe08000, 0x9b008000, do_msub},   {0xffe0fc00, 0x9ac00800, do_udiv},
    {0xffe0fc00, 0x9ac02000, do_lslv},       {0xffe0fc00, 0x9ac02400, do_lsrv},   {0xffc00000, 0xd3400000, do_ubfm},
    {0xfffffc00, 0xdac00000, do_rbit},       {0xfffffc00, 0xdac01000, do_clz},
    {0x3f800000, 0x39000000, do_scaled},     {0x3fa00c00, 0x38000000, do_unscaled}, {0x3fa0ec00, 0x38206800, do_indexed},
    {0xffe0fc00, 0x78a07800, do_ldrsh_x},    {0x3fa00c00, 0x38000400, do_post}, {0xffe00c00, 0xf8000c00, do_str_pre},
    {0xffc00000, 0xa8c00000, do_pair},       {0xff800000, 0xa9000000, do_pair},   {0xffc00000, 0xa9800000, do_pair},
    {0xffc00000, 0x29400000, do_pair},
    {0xfc000000, 0x14000000, do_b},          {0xfc000000, 0x94000000, do_bl},     {0xff000010, 0x54000000, do_b_cond},
    {0xfe000000, 0xb4000000, do_cbz},        {0x7e000000, 0x36000000, do_tbz},    {0x1f000000, 0x10000000, do_adr},
    {0xfffffc1f, 0xd61f0000, do_br},         {0xfffffc1f, 0xd65f0000, do_ret},     {0xffe0001f, 0xd4000001, do_svc},
    {0xffffffff, 0xd503201f, go_on},         {0xfffffc1f, 0xd63f0000, do_blr},
    {0xffe00000, 0xaa200000, do_orn},        {0xffe0fc00, 0x9ac00c00, do_sdiv},   {0xffe0fc00, 0x9ac02800, do_asrv},
    {0xffe0fc00, 0x9ac02c00, do_rorv},       {0xffe0fc00, 0x9bc07c00, do_umulh},  {0xffe0fc00, 0x9b407c00, do_smulh},
    {0xffc0fc00, 0x9340fc00, do_asr_imm},    {0xffe00000, 0x93c00000, do_extr},   {0xffe00c00, 0x9a800000, do_csel},
    {0xfffffc00, 0xdac00c00, do_rev},        {0xbf000000, 0x18000000, do_ldr_literal},
    {0xfff8fc00, 0x4f00e400, do_movi},       {0xffe0fc00, 0x4ea01c00, do_orr_v},  {0xffe0fc00, 0x4e201c00, do_and_v},
    {0xffe0fc00, 0x6e208400, do_sub_v},      {0xffe0fc00, 0x6e208c00, do_cmeq_v}, {0xffe0fc00, 0x6e203c00, do_cmhs_v},
    {0xfffffc00, 0x4e209800, do_cmeq_zero},  {0xfffffc00, 0x4e20a800, do_cmlt_zero},
    {0xfff8fc00, 0x0f088400, do_shrn},       {0xfffffc00, 0x9e660000, do_fmov_x_d},
    {0xff800000, 0x3d800000, do_q_scaled},   {0xffa00c00, 0x3c800000, do_q_unscaled},
    {0xffe00c00, 0x3c800400, do_str_q_post},  {0xff000000, 0x9c000000, do_ldr_q_literal},
};
/* clang-format on */

/* Every bit that tells one instruction from another must be known. */
static void check_fixed_bits(Insn *insn, uint32_t mask) {
  for (unsigned i = 0; i < 32; i++)
    if (mask >> i & 1)
      field(insn, i, i);
}

Step a64_step(State *state) {
  const Text *text = state->text;
  Insn insn = {.state = state};
  state->why = NULL;
  size_t at = state->pc - text->address;
  if (state->pc < text->address || at + 4 > text->size)
    return step_unknown(state, "the text ends");
  for (int i = 0; i < 4; i++)
    insn.word |= (uint32_t)text->bytes[at + (size_t)i] << 8 * i;
  for (const Row *row = rows; row < rows + sizeof rows / sizeof *rows; row++) {
    if ((insn.word & row->mask) != row->word)
      continue;
    check_fixed_bits(&insn, row->mask);
    Step step = row->execute(&insn);
    return state->why ? step_unknown(state, state->why) : step;
  }
  return step_unknown(state, "a word that no row of a64_meaning.c describes");
}

/* SPDX-License-Identifier: MIT */
