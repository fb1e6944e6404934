/* x64_meaning.c: what each x86-64 instruction of x64.h does, in the order of its formulas there.
 *
 * An instruction is read as x64.c lays it: prefix, REX, opcode, ModRM, SIB, displacement, immediate. A row below is its
 * prefix, opcode map, opcode and /digit, and the function that says what it does (Intel SDM, volume 2, "Operation").
 * A displacement or an immediate may hold unknown bits; the bytes before it may not. AF is left out: no instruction of
 * ours reads it.
 */
#include "isa/prove/machine_state.h"

/* An instruction being executed. */
typedef struct {
  State *state;
  uint64_t at;          /* of the byte that is read next */
  unsigned char prefix; /* 66, F3 or 0 */
  unsigned char rex;    /* 0 where there is none */
  unsigned char opcode;
  unsigned width;   /* of the operation: 64 with REX.W, 16 with prefix 66, else 32 */
  unsigned reg, rm; /* ModRM, with REX.R and REX.B */
  bool has_memory;
  bool from_rip;
  Bits address;    /* of the memory operand; from_rip: what is still to be added to the end */
  const char *why; /* where it has no meaning here */
} Insn;

static unsigned char next_byte(Insn *insn) {
  unsigned char byte = 0;
  if (!text_byte(insn->state->text, insn->at, &byte))
    insn->why = "the text ends, or an opcode is not known";
  insn->at++;
  return byte;
}

/* `bytes` of an immediate or a displacement, sign-extended to `width`. */
static Bits next_signed(Insn *insn, unsigned bytes, unsigned width) {
  if (insn->at + bytes > insn->state->text->address + insn->state->text->size) {
    insn->why = "the text ends within an instruction";
    return bits(width, 0);
  }
  Bits value = text_bits(insn->state->text, insn->at, 0, 8 * bytes);
  insn->at += bytes;
  return bits_sign_extend(value, width);
}

/* ---- Operands --------------------------------------------------------------------------------------------------- */

/* ModRM and what follows it (SDM vol. 2, tables 2-2 and 2-3). */
static void read_modrm(Insn *insn) {
  unsigned char modrm = next_byte(insn);
  unsigned mod = modrm >> 6, rm = modrm & 7;
  insn->reg = (modrm >> 3 & 7) | (insn->rex & 4) << 1;
  insn->rm = rm | (insn->rex & 1) << 3;
  insn->has_memory = mod != 3;
  if (!insn->has_memory)
    return;
  if (mod == 0 && rm == 5) {
    insn->from_rip = true;
    insn->address = next_signed(insn, 4, 64);
    return;
  }
  Bits address = NULL;
  if (rm == 4) {
    unsigned char sib = next_byte(insn);
    unsigned index = (sib >> 3 & 7) | (insn->rex & 2) << 2, base = (sib & 7) | (insn->rex & 1) << 3;
    if ((sib & 7) == 5 && mod == 0)
      insn->why = "an address without a base register";
    address = insn->state->general[base];
    if (index != 4)
      address = bits_add(address, bits_shl(insn->state->general[index], bits(64, sib >> 6)));
  } else {
    address = insn->state->general[insn->rm];
  }
  if (mod == 1)
    address = bits_add(address, next_signed(insn, 1, 64));
  else if (mod == 2)
    address = bits_add(address, next_signed(insn, 4, 64));
  insn->address = address;
}

/* The address of the memory operand, once the whole instruction has been read. */
static Bits memory_address(Insn *insn) {
  return insn->from_rip ? bits_add(insn->address, bits(64, insn->at)) : insn->address;
}

/* Without a REX prefix, the byte registers 4..7 are ah, ch, dh, bh, which no encoder names. */
static void check_byte_register(Insn *insn, unsigned number, unsigned width) {
  if (width == 8 && !insn->rex && number >= 4)
    insn->why = "ah, ch, dh or bh";
}

static Bits get_register(Insn *insn, unsigned number, unsigned width) {
  check_byte_register(insn, number, width);
  return bits_cut(insn->state->general[number], width - 1, 0);
}

/* 32 bits clear the upper half; 8 and 16 leave the rest as it is. */
static void set_register(Insn *insn, unsigned number, Bits value) {
  unsigned width = bits_width(value);
  check_byte_register(insn, number, width);
  Bits *place = &insn->state->general[number];
  *place = width == 64   ? value
           : width == 32 ? bits_zero_extend(value, 64)
                         : bits_join(bits_cut(*place, 63, width), value);
}

static Bits get_rm(Insn *insn, unsigned width) {
  return insn->has_memory ? state_load(insn->state, memory_address(insn), width / 8)
                          : get_register(insn, insn->rm, width);
}

static void set_rm(Insn *insn, Bits value) {
  if (insn->has_memory)
    state_store(insn->state, memory_address(insn), value, bits_width(value) / 8);
  else
    set_register(insn, insn->rm, value);
}

/* A vector operand in memory must lie on a multiple of 16, but for movdqu. */
static Bits get_vector_rm(Insn *insn, bool aligned) {
  if (!insn->has_memory)
    return insn->state->vector[insn->rm];
  Bits address = memory_address(insn);
  if (aligned)
    state_demand(insn->state, truth_equal(bits_cut(address, 3, 0), bits(4, 0)));
  return state_load(insn->state, address, 16);
}

/* ---- Flags ------------------------------------------------------------------------------------------------------ */

/* PF: an even number of ones in the lowest byte. */
static Bits parity_of(Bits result) {
  Bits odd = bits_cut(result, 0, 0);
  for (unsigned i = 1; i < 8; i++)
    odd = bits_xor(odd, bits_cut(result, i, i));
  return bits_not(odd);
}

static void set_result_flags(State *state, Bits result) {
  unsigned top = bits_width(result) - 1;
  state->flag[FLAG_N] = bits_cut(result, top, top);
  state->flag[FLAG_Z] = bit_of_truth(truth_equal(result, bits(top + 1, 0)));
  state->flag[FLAG_P] = parity_of(result);
}

static void set_flags(State *state, Bits result, Bits carry, Bits overflow) {
  set_result_flags(state, result);
  state->flag[FLAG_C] = carry;
  state->flag[FLAG_V] = overflow;
}

/* The flags of a - b. */
static Sum set_difference(State *state, Bits a, Bits b) {
  Sum difference = difference_of(a, b);
  set_flags(state, difference.result, bits_not(difference.c), difference.v);
  state_compared(state, a, b);
  return difference;
}

void x64_compare(State *state, Bits a, Bits b) { set_difference(state, a, b); }

/* The condition of Jcc (SDM vol. 1, appendix B); NULL where a flag that it reads is undefined. */
Bits x64_condition(const State *state, unsigned code) {
  static const Relation relations[] = {
      [1] = IS_BELOW, [2] = IS_EQUAL, [3] = IS_BELOW_OR_EQUAL, [6] = IS_LESS, [7] = IS_LESS_OR_EQUAL};
  bool compares = code >> 1 != 0 && code >> 1 != 4 && code >> 1 != 5;
  Bits relation = compares ? state_compares(state, relations[code >> 1]) : NULL;
  if (relation)
    return code & 1 ? bits_not(relation) : relation;
  const Bits *f = state->flag;
  static const Flag one[] = {FLAG_V, FLAG_C, FLAG_Z, FLAG_Z, FLAG_N, FLAG_P};
  static const unsigned char ones[] = {0, 1, 2, 2, 4, 5};
  Bits holds = NULL;
  unsigned kind = code >> 1;
  if (kind == 3) /* BE */
    holds = f[FLAG_C] && f[FLAG_Z] ? bits_or(f[FLAG_C], f[FLAG_Z]) : NULL;
  else if (kind == 6) /* L */
    holds = f[FLAG_N] && f[FLAG_V] ? bits_xor(f[FLAG_N], f[FLAG_V]) : NULL;
  else if (kind == 7) /* LE */
    holds = f[FLAG_N] && f[FLAG_V] && f[FLAG_Z] ? bits_or(bits_xor(f[FLAG_N], f[FLAG_V]), f[FLAG_Z]) : NULL;
  else
    holds = f[one[ones[kind]]];
  return holds && code & 1 ? bits_not(holds) : holds;
}

/* ---- Moves ------------------------------------------------------------------------------------------------------ */

static Step go_on(Insn *insn) {
  insn->state->pc = insn->at;
  return (Step){.kind = STEP_NEXT};
}

static Step do_mov_rm_r(Insn *insn) { /* 89 /r */
  set_rm(insn, get_register(insn, insn->reg, insn->width));
  return go_on(insn);
}
static Step do_mov_m8_r8(Insn *insn) { /* 88 /r */
  set_rm(insn, get_register(insn, insn->reg, 8));
  return go_on(insn);
}
static Step do_mov_r_rm(Insn *insn) { /* 8B /r */
  set_register(insn, insn->reg, get_rm(insn, insn->width));
  return go_on(insn);
}
static Step do_mov_r8_m8(Insn *insn) { /* 8A /r */
  set_register(insn, insn->reg, get_rm(insn, 8));
  return go_on(insn);
}
static Step do_mov_r8_imm(Insn *insn) { /* B0+r ib */
  set_register(insn, (insn->opcode & 7) | (insn->rex & 1) << 3, next_signed(insn, 1, 8));
  return go_on(insn);
}
static Step do_mov_r_imm(Insn *insn) { /* B8+r id, REX.W B8+r io */
  set_register(insn, (insn->opcode & 7) | (insn->rex & 1) << 3, next_signed(insn, insn->width / 8, insn->width));
  return go_on(insn);
}
static Step do_mov_rm_imm(Insn *insn) { /* C7 /0: 16 bits have iw, the others id, sign-extended */
  Bits value = next_signed(insn, insn->width == 16 ? 2 : 4, insn->width);
  set_rm(insn, value);
  return go_on(insn);
}
static Step do_mov_m8_imm8(Insn *insn) { /* C6 /0 ib */
  Bits value = next_signed(insn, 1, 8);
  set_rm(insn, value);
  return go_on(insn);
}
static Step do_movzx_8(Insn *insn) { /* 0F B6 /r */
  set_register(insn, insn->reg, bits_zero_extend(get_rm(insn, 8), insn->width));
  return go_on(insn);
}
static Step do_movzx_16(Insn *insn) { /* 0F B7 /r */
  set_register(insn, insn->reg, bits_zero_extend(get_rm(insn, 16), insn->width));
  return go_on(insn);
}
static Step do_movsx_16(Insn *insn) { /* 0F BF /r */
  set_register(insn, insn->reg, bits_sign_extend(get_rm(insn, 16), insn->width));
  return go_on(insn);
}
static Step do_movsx_8(Insn *insn) { /* 0F BE /r */
  set_register(insn, insn->reg, bits_sign_extend(get_rm(insn, 8), insn->width));
  return go_on(insn);
}
static Step do_movsxd(Insn *insn) { /* REX.W 63 /r */
  set_register(insn, insn->reg, bits_sign_extend(get_rm(insn, 32), insn->width));
  return go_on(insn);
}
static Step do_lea(Insn *insn) { /* 8D /r */
  if (!insn->has_memory)
    return step_unknown(insn->state, "lea of a register");
  set_register(insn, insn->reg, bits_cut(memory_address(insn), insn->width - 1, 0));
  return go_on(insn);
}

static void push(State *state, Bits value) {
  state->general[SP_X64] = bits_sub(state->general[SP_X64], bits(64, 8));
  state_store(state, state->general[SP_X64], value, 8);
}
static Bits pop(State *state) {
  Bits value = state_load(state, state->general[SP_X64], 8);
  state->general[SP_X64] = bits_add(state->general[SP_X64], bits(64, 8));
  return value;
}
static Step do_push(Insn *insn) { /* 50+r */
  push(insn->state, insn->state->general[(insn->opcode & 7) | (insn->rex & 1) << 3]);
  return go_on(insn);
}
static Step do_push_imm8(Insn *insn) { /* 6A ib */
  push(insn->state, next_signed(insn, 1, 64));
  return go_on(insn);
}
static Step do_pop(Insn *insn) { /* 58+r */
  Bits value = pop(insn->state);
  insn->state->general[(insn->opcode & 7) | (insn->rex & 1) << 3] = value;
  return go_on(insn);
}
static Step do_xchg_eax(Insn *insn) { /* 90+r; 90 alone is nop */
  unsigned other = (insn->opcode & 7) | (insn->rex & 1) << 3;
  if (other) {
    Bits eax = get_register(insn, 0, insn->width), value = get_register(insn, other, insn->width);
    set_register(insn, 0, value);
    set_register(insn, other, eax);
  }
  return go_on(insn);
}

/* ---- Arithmetic ------------------------------------------------------------------------------------------------- */

/* Operation n: 0 add, 1 or, 4 and, 5 sub, 6 xor, 7 cmp. The result, with its flags set. */
static Bits arithmetic(Insn *insn, unsigned n, Bits a, Bits b) {
  State *state = insn->state;
  if (n == 0) {
    Sum sum = sum_of(a, b);
    set_flags(state, sum.result, sum.c, sum.v);
    return sum.result;
  }
  if (n == 5 || n == 7)
    return set_difference(state, a, b).result;
  if (n == 2 || n == 3)
    insn->why = "adc or sbb";
  Bits result = n == 1 ? bits_or(a, b) : n == 4 ? bits_and(a, b) : bits_xor(a, b);
  set_flags(state, result, bits(1, 0), bits(1, 0));
  return result;
}

static Step do_arithmetic_rm_r(Insn *insn) { /* 8n+1 /r */
  unsigned n = insn->opcode >> 3;
  Bits result = arithmetic(insn, n, get_rm(insn, insn->width), get_register(insn, insn->reg, insn->width));
  if (n != 7)
    set_rm(insn, result);
  return go_on(insn);
}

static Step arithmetic_immediate(Insn *insn, unsigned bytes) { /* 83 /n ib, 81 /n id */
  unsigned n = insn->reg & 7;
  Bits b = next_signed(insn, bytes, insn->width);
  Bits result = arithmetic(insn, n, get_rm(insn, insn->width), b);
  if (n != 7)
    set_rm(insn, result);
  return go_on(insn);
}
static Step do_arithmetic_imm8(Insn *insn) { return arithmetic_immediate(insn, 1); }
static Step do_arithmetic_imm32(Insn *insn) {
  return insn->width == 16 ? step_unknown(insn->state, "an immediate of 16 bits") : arithmetic_immediate(insn, 4);
}

static Step do_or_r8_rm8(Insn *insn) { /* 0A /r */
  set_register(insn, insn->reg, arithmetic(insn, 1, get_register(insn, insn->reg, 8), get_rm(insn, 8)));
  return go_on(insn);
}
static Step do_test(Insn *insn) { /* 85 /r */
  arithmetic(insn, 4, get_rm(insn, insn->width), get_register(insn, insn->reg, insn->width));
  return go_on(insn);
}
static Step do_test_imm8(Insn *insn) { /* F6 /0 ib */
  Bits b = next_signed(insn, 1, 8);
  arithmetic(insn, 4, get_rm(insn, 8), b);
  return go_on(insn);
}
static Step do_test_imm(Insn *insn) { /* F7 /0 id */
  Bits b = next_signed(insn, 4, insn->width);
  arithmetic(insn, 4, get_rm(insn, insn->width), b);
  return go_on(insn);
}
static Step do_neg(Insn *insn) { /* F7 /3: 0 - a */
  Sum difference = set_difference(insn->state, bits(insn->width, 0), get_rm(insn, insn->width));
  set_rm(insn, difference.result);
  return go_on(insn);
}
/* FF /0 and /1, FE /0: as add and sub of 1, but CF stays. */
static Step step_by_one(Insn *insn, unsigned width, bool up) {
  Bits carry = insn->state->flag[FLAG_C], a = get_rm(insn, width), one = bits(width, 1);
  Sum sum = up ? sum_of(a, one) : difference_of(a, one);
  set_flags(insn->state, sum.result, carry, sum.v);
  set_rm(insn, sum.result);
  return go_on(insn);
}
static Step do_inc(Insn *insn) { return step_by_one(insn, insn->width, true); }
static Step do_dec(Insn *insn) { return step_by_one(insn, insn->width, false); }
static Step do_inc_8(Insn *insn) { return step_by_one(insn, 8, true); }

/* The low half of the product. CF and OF tell whether it is the whole of it; SF, ZF and PF are undefined. */
static Step multiply(Insn *insn, Bits a, Bits b) {
  State *state = insn->state;
  Bits result = bits_mul(a, b);
  set_register(insn, insn->reg, result);
  unsigned wide = 2 * insn->width;
  Truth whole =
      truth_equal(bits_mul(bits_sign_extend(a, wide), bits_sign_extend(b, wide)), bits_sign_extend(result, wide));
  state->flag[FLAG_C] = state->flag[FLAG_V] = bit_of_truth(truth_not(whole));
  state->flag[FLAG_N] = state->flag[FLAG_Z] = state->flag[FLAG_P] = NULL;
  return go_on(insn);
}
static Step do_imul(Insn *insn) { /* 0F AF /r */
  return multiply(insn, get_register(insn, insn->reg, insn->width), get_rm(insn, insn->width));
}
static Step do_imul_imm8(Insn *insn) { /* 6B /r ib */
  Bits b = next_signed(insn, 1, insn->width);
  return multiply(insn, get_rm(insn, insn->width), b);
}
static Step do_imul_imm32(Insn *insn) { /* 69 /r id */
  Bits b = next_signed(insn, 4, insn->width);
  return multiply(insn, get_rm(insn, insn->width), b);
}

static Bits keep_if_zero(Bits count, Bits before, Bits after) {
  return before ? bits_if(truth_equal(count, bits(bits_width(count), 0)), before, after) : NULL;
}

/* sar and ror, whose flags no operation reads: they are left undefined, though sar's are as shr's. */
static Step shift_other(Insn *insn, Bits count_byte, bool rotate) {
  unsigned width = insn->width;
  Bits count = bits_and(bits_zero_extend(count_byte, width), bits(width, width - 1)), a = get_rm(insn, width);
  Bits rest = bits_and(bits_neg(count), bits(width, width - 1));
  set_rm(insn, rotate ? bits_or(bits_shr(a, count), bits_shl(a, rest)) : bits_sar(a, count));
  for (int i = 0; i < FLAGS; i++)
    insn->state->flag[i] = NULL;
  return go_on(insn);
}
static Step do_sar_imm(Insn *insn) { return shift_other(insn, next_signed(insn, 1, 8), false); } /* C1 /7 ib */
static Step do_ror_imm(Insn *insn) { return shift_other(insn, next_signed(insn, 1, 8), true); }  /* C1 /1 ib */
static Step do_sar_cl(Insn *insn) { return shift_other(insn, get_register(insn, 1, 8), false); } /* D3 /7 */
static Step do_ror_cl(Insn *insn) { return shift_other(insn, get_register(insn, 1, 8), true); }  /* D3 /1 */

/* A count of 0 leaves the flags. CF is the last bit shifted out; OF is defined for a count of 1 alone, so not here. */
static Step shift(Insn *insn, Bits count_byte, bool left) {
  State *state = insn->state;
  unsigned width = insn->width;
  Bits count = bits_and(bits_zero_extend(count_byte, width), bits(width, width - 1)), one = bits(width, 1);
  Bits a = get_rm(insn, width), result = left ? bits_shl(a, count) : bits_shr(a, count);
  Bits before_last = left ? bits_shl(a, bits_sub(count, one)) : bits_shr(a, bits_sub(count, one));
  Bits out = left ? bits_cut(before_last, width - 1, width - 1) : bits_cut(before_last, 0, 0);
  Bits old[FLAGS];
  for (int i = 0; i < FLAGS; i++)
    old[i] = state->flag[i];
  set_flags(state, result, out, NULL);
  for (int i = 0; i < FLAGS; i++)
    if (i != FLAG_V)
      state->flag[i] = keep_if_zero(count, old[i], state->flag[i]);
  set_rm(insn, result);
  return go_on(insn);
}
static Step do_shl_imm(Insn *insn) { return shift(insn, next_signed(insn, 1, 8), true); }  /* C1 /4 ib */
static Step do_shr_imm(Insn *insn) { return shift(insn, next_signed(insn, 1, 8), false); } /* C1 /5 ib */
static Step do_shl_cl(Insn *insn) { return shift(insn, get_register(insn, 1, 8), true); }  /* D3 /4 */
static Step do_shr_cl(Insn *insn) { return shift(insn, get_register(insn, 1, 8), false); } /* D3 /5 */

/* The number of the lowest bit that is set. A source of 0 has no defined result; all flags but ZF are undefined. */
static Step do_bsf(Insn *insn) { /* 0F BC /r */
  State *state = insn->state;
  unsigned width = insn->width;
  Bits a = get_rm(insn, width), place = bits(width, 0);
  for (unsigned i = width; i-- > 0;)
    place = bits_if(truth_of_bit(bits_cut(a, i, i)), bits(width, i), place);
  state_demand(state, truth_not(truth_equal(a, bits(width, 0))));
  set_register(insn, insn->reg, place);
  state->flag[FLAG_Z] = bits(1, 0);
  state->flag[FLAG_C] = state->flag[FLAG_N] = state->flag[FLAG_V] = state->flag[FLAG_P] = NULL;
  return go_on(insn);
}

static Step do_bsr(Insn *insn) { /* 0F BD /r: the number of the highest bit that is set */
  State *state = insn->state;
  unsigned width = insn->width;
  Bits a = get_rm(insn, width), place = bits(width, 0);
  for (unsigned i = 0; i < width; i++)
    place = bits_if(truth_of_bit(bits_cut(a, i, i)), bits(width, i), place);
  state_demand(state, truth_not(truth_equal(a, bits(width, 0))));
  set_register(insn, insn->reg, place);
  state->flag[FLAG_Z] = bits(1, 0);
  state->flag[FLAG_C] = state->flag[FLAG_N] = state->flag[FLAG_V] = state->flag[FLAG_P] = NULL;
  return go_on(insn);
}

static Step do_not(Insn *insn) { /* F7 /2 */
  set_rm(insn, bits_not(get_rm(insn, insn->width)));
  return go_on(insn);
}
static Step do_bswap(Insn *insn) { /* 0F C8+r */
  unsigned r = (insn->opcode & 7) | (insn->rex & 1) << 3;
  Bits value = get_register(insn, r, insn->width), turned = bits_byte(value, 0);
  for (unsigned i = 1; i < insn->width / 8; i++)
    turned = bits_join(turned, bits_byte(value, i));
  set_register(insn, r, turned);
  return go_on(insn);
}
static Step do_cqo(Insn *insn) { /* 99 */
  set_register(insn, 2, bits_sar(get_register(insn, 0, insn->width), bits(insn->width, insn->width - 1)));
  return go_on(insn);
}
static Step do_cmov(Insn *insn) { /* 0F 40+cond /r */
  Bits holds = x64_condition(insn->state, insn->opcode & 15);
  if (!holds)
    return step_unknown(insn->state, "a selection by a flag that is undefined");
  set_register(insn, insn->reg,
               bits_if(truth_of_bit(holds), get_rm(insn, insn->width), get_register(insn, insn->reg, insn->width)));
  return go_on(insn);
}

static void forget_flags(State *state) {
  for (int i = 0; i < FLAGS; i++)
    state->flag[i] = NULL;
}

/* rdx:rax = rax * a. CF and OF tell whether the upper half says more than the lower: left undefined here, as are the
 * other flags by the manual. */
static Step multiply_wide(Insn *insn, Bits (*extend)(Bits, unsigned)) {
  unsigned width = insn->width;
  Bits product = bits_mul(extend(get_register(insn, 0, width), 2 * width), extend(get_rm(insn, width), 2 * width));
  set_register(insn, 2, bits_cut(product, 2 * width - 1, width));
  set_register(insn, 0, bits_cut(product, width - 1, 0));
  forget_flags(insn->state);
  return go_on(insn);
}
static Step do_mul_wide(Insn *insn) { return multiply_wide(insn, bits_zero_extend); }  /* F7 /4 */
static Step do_imul_wide(Insn *insn) { return multiply_wide(insn, bits_sign_extend); } /* F7 /5 */

/* The dividend is rdx:rax. It has a meaning here where rdx only extends rax: is 0 for div, 64 times the sign for idiv;
 * a state in which it is anything else is outside of what a template may rely on, and is demanded away. Then the
 * quotient does not fit in one case alone, the least number by -1. Every flag is undefined. */
static Step divide(Insn *insn, bool is_signed) {
  unsigned width = insn->width;
  Bits a = get_register(insn, 0, width), high = get_register(insn, 2, width), b = get_rm(insn, width);
  Bits extended = is_signed ? bits_sar(a, bits(width, width - 1)) : bits(width, 0);
  state_demand(insn->state, truth_equal(high, extended));
  state_demand(insn->state, truth_not(truth_equal(b, bits(width, 0))));
  if (is_signed)
    state_demand(insn->state, truth_not(truth_and(truth_equal(a, bits(width, UINT64_C(1) << (width - 1))),
                                                  truth_equal(b, bits_not(bits(width, 0))))));
  Bits quotient = is_signed ? bits_sdiv(a, b) : bits_udiv(a, b);
  set_register(insn, 0, quotient);
  set_register(insn, 2, bits_sub(a, bits_mul(quotient, b)));
  forget_flags(insn->state);
  return go_on(insn);
}
static Step do_div(Insn *insn) { return divide(insn, false); } /* F7 /6 */
static Step do_idiv(Insn *insn) { return divide(insn, true); } /* F7 /7 */

/* ---- Control ---------------------------------------------------------------------------------------------------- */

/* A displacement is counted from the end of the instruction; it is known. */
static uint64_t jump_target(Insn *insn, unsigned bytes) {
  uint64_t displacement = 0;
  Bits value = Z3_simplify(bits_context, next_signed(insn, bytes, 64));
  if (!bits_is_number(value, &displacement))
    insn->why = "a displacement that is not known";
  return insn->at + displacement;
}
static Step jump_to(Insn *insn, unsigned bytes) {
  uint64_t to = jump_target(insn, bytes);
  insn->state->pc = insn->at;
  return (Step){.kind = STEP_BRANCH, .to = to, .condition = truth_true()};
}
static Step do_jmp_8(Insn *insn) { return jump_to(insn, 1); }  /* EB cb */
static Step do_jmp_32(Insn *insn) { return jump_to(insn, 4); } /* E9 cd */
static Step jump_if(Insn *insn, unsigned bytes) {
  uint64_t to = jump_target(insn, bytes);
  Bits holds = x64_condition(insn->state, insn->opcode & 15);
  if (!holds)
    return step_unknown(insn->state, "a branch on a flag that is undefined");
  insn->state->pc = insn->at;
  return (Step){.kind = STEP_BRANCH, .to = to, .condition = truth_of_bit(holds)};
}
static Step do_jcc_8(Insn *insn) { return jump_if(insn, 1); }  /* 70+cond cb */
static Step do_jcc_32(Insn *insn) { return jump_if(insn, 4); } /* 0F 80+cond cd */
static Step do_call(Insn *insn) {                              /* E8 cd */
  uint64_t to = jump_target(insn, 4);
  push(insn->state, bits(64, insn->at));
  return (Step){.kind = STEP_AWAY, .away = AWAY_CALL, .target = bits(64, to)};
}
static Step do_call_rm(Insn *insn) { /* FF /2 */
  Bits to = get_rm(insn, 64);
  push(insn->state, bits(64, insn->at));
  return (Step){.kind = STEP_AWAY, .away = AWAY_CALL, .target = to};
}
static Step do_jmp_rm(Insn *insn) { /* FF /4: 64 bits wide without REX.W */
  return (Step){.kind = STEP_AWAY, .target = get_rm(insn, 64)};
}
static Step do_ret(Insn *insn) { /* C3 */
  return (Step){.kind = STEP_AWAY, .away = AWAY_RETURN, .target = pop(insn->state)};
}
static Step do_syscall(Insn *insn) { /* 0F 05 */
  insn->state->pc = insn->at;
  return (Step){.kind = STEP_KERNEL};
}

/* ---- SSE2 ------------------------------------------------------------------------------------------------------- */

static Step do_movdqu_load(Insn *insn) { /* F3 0F 6F /r */
  insn->state->vector[insn->reg] = get_vector_rm(insn, false);
  return go_on(insn);
}
static Step do_movdqu_store(Insn *insn) { /* F3 0F 7F /r */
  if (insn->has_memory)
    state_store(insn->state, memory_address(insn), insn->state->vector[insn->reg], 16);
  else
    insn->state->vector[insn->rm] = insn->state->vector[insn->reg];
  return go_on(insn);
}
static Step do_movdqa_load(Insn *insn) { /* 66 0F 6F /r */
  insn->state->vector[insn->reg] = get_vector_rm(insn, true);
  return go_on(insn);
}
static Step do_movq_load(Insn *insn) { /* 66 REX.W 0F 6E /r */
  insn->state->vector[insn->reg] = bits_zero_extend(get_rm(insn, insn->width), 128);
  return insn->width == 64 ? go_on(insn) : step_unknown(insn->state, "movd");
}
static Step do_movq_store(Insn *insn) { /* 66 REX.W 0F 7E /r */
  if (insn->width != 64)
    return step_unknown(insn->state, "movd");
  set_rm(insn, bits_cut(insn->state->vector[insn->reg], 63, 0));
  return go_on(insn);
}
static Step do_pmovmskb(Insn *insn) { /* 66 0F D7 /r */
  if (insn->has_memory)
    return step_unknown(insn->state, "pmovmskb of memory");
  Bits v = insn->state->vector[insn->rm], mask = NULL;
  for (unsigned i = 0; i < 16; i++) {
    Bits bit = bits_cut(v, 8 * i + 7, 8 * i + 7);
    mask = mask ? bits_join(bit, mask) : bit;
  }
  set_register(insn, insn->reg, bits_zero_extend(mask, 32));
  return go_on(insn);
}

static Bits all_ones_if(Truth truth) { return bits_if(truth, bits(8, 255), bits(8, 0)); }
static Bits byte_equal(Bits a, Bits b) { return all_ones_if(truth_equal(a, b)); }
static Bits byte_above_signed(Bits a, Bits b) { return all_ones_if(truth_below_signed(b, a)); }
static Bits byte_min(Bits a, Bits b) { return bits_if(truth_below(a, b), a, b); }
static Bits byte_max(Bits a, Bits b) { return bits_if(truth_below(a, b), b, a); }

/* 66 0F Op /r. The whole vector at once, or byte by byte. */
#define VECTOR(name, value)                                                                                            \
  static Step do_##name(Insn *insn) {                                                                                  \
    Bits a = insn->state->vector[insn->reg], b = get_vector_rm(insn, true);                                            \
    insn->state->vector[insn->reg] = value;                                                                            \
    return go_on(insn);                                                                                                \
  }
VECTOR(por, bits_or(a, b))
VECTOR(pand, bits_and(a, b))
VECTOR(pxor, bits_xor(a, b))
VECTOR(pcmpeqb, bits_map_bytes(a, b, byte_equal))
VECTOR(pcmpgtb, bits_map_bytes(a, b, byte_above_signed))
VECTOR(psubb, bits_map_bytes(a, b, bits_sub))
VECTOR(pminub, bits_map_bytes(a, b, byte_min))
VECTOR(pmaxub, bits_map_bytes(a, b, byte_max))

/* ---- The rows --------------------------------------------------------------------------------------------------- */

enum { NO_MODRM = -2, ANY = -1 };

typedef struct {
  unsigned char prefix, map; /* map 0x0f or 0 */
  unsigned char first, last; /* opcodes: one, or a range that names a register or a condition */
  int digit;                 /* of ModRM, ANY, or NO_MODRM */
  Step (*execute)(Insn *insn);
} Row;

/* clang-format off */
static const Row rows[] = {
    {0,    0,    0x89, 0x89, ANY, do_mov_rm_r},     {0x66, 0,    0x89, 0x89, ANY, do_mov_rm_r},
    {0,    0,    0x88, 0x88, ANY, do_mov_m8_r8},    {0,    0,    0x8b, 0x8b, ANY, do_mov_r_rm},
    {0,    0,    0x8a, 0x8a, ANY, do_mov_r8_m8},    {0,    0,    0xb0, 0xb7, NO_MODRM, do_mov_r8_imm},
    {0,    0,    0xb8, 0xbf, NO_MODRM, do_mov_r_imm}, {0,  0,    0xc7, 0xc7, 0, do_mov_rm_imm},
    {0x66, 0,    0xc7, 0xc7, 0, do_mov_rm_imm},     {0,    0,    0xc6, 0xc6, 0, do_mov_m8_imm8},
    {0,    0x0f, 0xb6, 0xb6, ANY, do_movzx_8},      {0,    0x0f, 0xb7, 0xb7, ANY, do_movzx_16},
    {0,    0x0f, 0xbf, 0xbf, ANY, do_movsx_16},     {0,    0,    0x8d, 0x8d, ANY, do_lea},
    {0,    0,    0x50, 0x57, NO_MODRM, do_push},    {0,    0,    0x6a, 0x6a, NO_MODRM, do_push_imm8},
    {0,    0,    0x58, 0x5f, NO_MODRM, do_pop},     {0,    0,    0x90, 0x97, NO_MODRM, do_xchg_eax},
    {0,    0,    0x01, 0x01, ANY, do_arithmetic_rm_r}, {0, 0,    0x09, 0x09, ANY, do_arithmetic_rm_r},
    {0,    0,    0x21, 0x21, ANY, do_arithmetic_rm_r}, {0, 0,    0x29, 0x29, ANY, do_arithmetic_rm_r},
    {0,    0,    0x31, 0x31, ANY, do_arithmetic_rm_r}, {0, 0,    0x39, 0x39, ANY, do_arithmetic_rm_r},
    {0,    0,    0x83, 0x83, ANY, do_arithmetic_imm8}, {0, 0,    0x81, 0x81, ANY, do_arithmetic_imm32},
    {0,    0,    0x0a, 0x0a, ANY, do_or_r8_rm8},    {0,    0,    0x85, 0x85, ANY, do_test},
    {0,    0,    0xf6, 0xf6, 0, do_test_imm8},      {0,    0,    0xf7, 0xf7, 0, do_test_imm},
    {0,    0,    0xf7, 0xf7, 3, do_neg},            {0,    0,    0xff, 0xff, 0, do_inc},
    {0,    0,    0xff, 0xff, 1, do_dec},            {0,    0,    0xfe, 0xfe, 0, do_inc_8},
    {0,    0x0f, 0xaf, 0xaf, ANY, do_imul},         {0,    0,    0x6b, 0x6b, ANY, do_imul_imm8},
    {0,    0,    0x69, 0x69, ANY, do_imul_imm32},   {0,    0,    0xc1, 0xc1, 4, do_shl_imm},
    {0,    0,    0xc1, 0xc1, 5, do_shr_imm},        {0,    0,    0xd3, 0xd3, 4, do_shl_cl},
    {0,    0,    0xd3, 0xd3, 5, do_shr_cl},         {0,    0x0f, 0xbc, 0xbc, ANY, do_bsf},
    {0,    0,    0xeb, 0xeb, NO_MODRM, do_jmp_8},   {0,    0,    0xe9, 0xe9, NO_MODRM, do_jmp_32},
    {0,    0,    0x70, 0x7f, NO_MODRM, do_jcc_8},   {0,    0x0f, 0x80, 0x8f, NO_MODRM, do_jcc_32},
    {0,    0,    0xe8, 0xe8, NO_MODRM, do_call},    {0,    0,    0xff, 0xff, 4, do_jmp_rm},
    {0,    0,    0xc3, 0xc3, NO_MODRM, do_ret},     {0,    0x0f, 0x05, 0x05, NO_MODRM, do_syscall},
    {0xf3, 0x0f, 0x6f, 0x6f, ANY, do_movdqu_load},  {0xf3, 0x0f, 0x7f, 0x7f, ANY, do_movdqu_store},
    {0x66, 0x0f, 0x6f, 0x6f, ANY, do_movdqa_load},  {0x66, 0x0f, 0xd7, 0xd7, ANY, do_pmovmskb},
    {0x66, 0x0f, 0xeb, 0xeb, ANY, do_por},          {0x66, 0x0f, 0xdb, 0xdb, ANY, do_pand},
    {0x66, 0x0f, 0xef, 0xef, ANY, do_pxor},         {0x66, 0x0f, 0x74, 0x74, ANY, do_pcmpeqb},
    {0x66, 0x0f, 0xf8, 0xf8, ANY, do_psubb},        {0x66, 0x0f, 0xda, 0xda, ANY, do_pminub},
    {0x66, 0x0f, 0xde, 0xde, ANY, do_pmaxub},       {0x66, 0x0f, 0x64, 0x64, ANY, do_pcmpgtb},
    {0,    0x0f, 0xbe, 0xbe, ANY, do_movsx_8},
    {0,    0,    0x63, 0x63, ANY, do_movsxd},       {0,    0x0f, 0xbd, 0xbd, ANY, do_bsr},
    {0,    0,    0xf7, 0xf7, 2, do_not},            {0,    0,    0xf7, 0xf7, 4, do_mul_wide},
    {0,    0,    0xf7, 0xf7, 5, do_imul_wide},      {0,    0,    0xf7, 0xf7, 6, do_div},
    {0,    0,    0xf7, 0xf7, 7, do_idiv},           {0,    0,    0x99, 0x99, NO_MODRM, do_cqo},
    {0,    0,    0xc1, 0xc1, 7, do_sar_imm},        {0,    0,    0xc1, 0xc1, 1, do_ror_imm},
    {0,    0,    0xd3, 0xd3, 7, do_sar_cl},         {0,    0,    0xd3, 0xd3, 1, do_ror_cl},
    {0,    0x0f, 0xc8, 0xcf, NO_MODRM, do_bswap},   {0,    0x0f, 0x40, 0x4f, ANY, do_cmov},
    {0,    0,    0xff, 0xff, 2, do_call_rm},        {0x66, 0x0f, 0x6e, 0x6e, ANY, do_movq_load},
    {0x66, 0x0f, 0x7e, 0x7e, ANY, do_movq_store},
};
/* clang-format on */

static const Row *find_row(Insn *insn, unsigned char map, unsigned digit) {
  for (const Row *row = rows; row < rows + sizeof rows / sizeof *rows; row++)
    if (row->prefix == insn->prefix && row->map == map && insn->opcode >= row->first && insn->opcode <= row->last &&
        (row->digit < 0 || (unsigned)row->digit == digit))
      return row;
  return NULL;
}

Step x64_step(State *state) {
  Insn insn = {.state = state, .at = state->pc};
  state->why = NULL;
  unsigned char byte = next_byte(&insn), map = 0;
  if (byte == 0x66 || byte == 0xf3) {
    insn.prefix = byte;
    byte = next_byte(&insn);
  }
  if ((byte & 0xf0) == 0x40) {
    insn.rex = byte;
    byte = next_byte(&insn);
  }
  if (byte == 0x0f) {
    map = byte;
    byte = next_byte(&insn);
  }
  insn.opcode = byte;
  insn.width = insn.rex & 8 ? 64 : insn.prefix == 0x66 ? 16 : 32;
  unsigned char modrm = 0;
  bool peeked = text_byte(state->text, insn.at, &modrm);
  const Row *row = insn.why ? NULL : find_row(&insn, map, peeked ? modrm >> 3 & 7 : 0);
  if (!row)
    return step_unknown(state, insn.why ? insn.why : "bytes that no row of x64_meaning.c describes");
  if (row->digit != NO_MODRM)
    read_modrm(&insn);
  Step step = row->execute(&insn);
  return insn.why || state->why ? step_unknown(state, insn.why ? insn.why : state->why) : step;
}

/* SPDX-License-Identifier: MIT */
