/* machine_a64.c: the template of every operation for arm64.
 *
 * x16 and x17 are the scratch registers: x16 holds an address or an operand that no instruction can hold as an
 * immediate, x17 a value to store. The compare-and-branch instructions (cbz, tbz) stand wherever they reach; tbz
 * reaches 32 KB, and has a longer form after it.
 */
#include "isa/templates.h"
#include "raw_words.h"

#include <elf.h>
#include <string.h>

static const A64Reg registers[BL_MACHINE_REGISTERS] = {
    {0, false},  {1, false},  {2, false},  {3, false},  {4, false},  {5, false}, /* A0..A5: x0..x5 */
    {9, false},  {10, false},                                                    /* T0 T1: x9 x10 */
    {19, false}, {20, false}, {21, false}, {22, false}, {23, false}, {24, false} /* S0..S5: x19..x24 */
};

#define X8 X(8)
#define X16 X(16)
#define X17 X(17)
#define X30 X(30)

/* Linux, include/uapi/asm-generic/unistd.h */
#define NUMBER_(NAME, name, arity, x64, arm64) [NR_##NAME] = arm64,
static const int numbers[NR_COUNT] = {BL_SYSTEM_CALLS(NUMBER_)};

static A64Reg r(BlReg reg) { return registers[reg.index]; }

static void emit(uint32_t word) {
  bl_machine_align_code();
  bl_lay_code(bl_machine_layout(), a64_code(word));
}

static void emit_fixup(LayFixup fixup, const char *label) {
  bl_machine_align_code();
  bl_lay_fixup(bl_machine_layout(), LAY_CODE, fixup, label, NULL);
}

/* Two instructions as one item; refused if either is. */
static LayCode both(uint32_t first, uint32_t second) {
  LayCode code = a64_code(first), more = a64_code(second);
  if (!code.len || !more.len)
    return (LayCode){0};
  memcpy(code.bytes + 4, more.bytes, 4);
  code.len = 8;
  return code;
}

/* ---- Moves ----------------------------------------------------------------------------------------------------- */

static unsigned quarter(int64_t value, int i) { return (unsigned)((uint64_t)value >> (16 * i) & 0xffff); }

/* A wide move sets one quarter and fills the others with zeros (movz) or ones (movn); each other quarter that differs
 * costs a movk. A bitmask does it in one. */
static void li_raw(A64Reg d, int64_t value) {
  int zeros = 0, ones = 0;
  for (int i = 0; i < 4; i++) {
    zeros += quarter(value, i) == 0;
    ones += quarter(value, i) == 0xffff;
  }
  if (zeros < 3 && ones < 3 && a64_is_bitmask((uint64_t)value)) {
    emit(a64_orr_imm(d, XZR, (uint64_t)value));
    return;
  }
  unsigned fill = ones > zeros ? 0xffff : 0;
  bool begun = false;
  for (int i = 0; i < 4; i++) {
    unsigned q = quarter(value, i);
    if (q == fill && !(i == 3 && !begun)) /* the last quarter is laid if no other was: 0 and -1 need one too */
      continue;
    if (begun)
      emit(a64_movk(d, q, 16 * i));
    else if (fill)
      emit(a64_movn(d, ~q & 0xffff, 16 * i));
    else
      emit(a64_movz(d, q, 16 * i));
    begun = true;
  }
}

static void lay_li(BlReg d, int64_t value) { li_raw(r(d), value); }
static void lay_mov(BlReg d, BlReg a) { emit(a64_orr(r(d), XZR, r(a), 0)); }

/* adr, or, beyond 1 MB, adrp and add of the page's low 12 bits. */
static LayCode fix_address(const LayFixup *fixup) {
  A64Reg d = {fixup->operand[0], false};
  if (fixup->form == 0)
    return a64_code(a64_adr(d, (int64_t)(fixup->target - fixup->site)));
  int64_t pages = (int64_t)((fixup->target & ~UINT64_C(4095)) - (fixup->site & ~UINT64_C(4095)));
  return both(a64_adrp(d, pages), a64_add_imm(d, d, fixup->target & 4095, 0));
}

static void la_raw(A64Reg d, const char *name) {
  emit_fixup((LayFixup){.encode = fix_address, .operand = {d.number}, .forms = 2}, name);
}

static void lay_la(BlReg d, const char *name) { la_raw(r(d), name); }

/* ---- Arithmetic ------------------------------------------------------------------------------------------------ */

static void alu_raw(Alu alu, A64Reg d, A64Reg a, A64Reg b) {
  switch (alu) {
  case ALU_ADD:
    emit(a64_add(d, a, b, 0));
    break;
  case ALU_SUB:
    emit(a64_sub(d, a, b, 0));
    break;
  case ALU_AND:
    emit(a64_and(d, a, b, 0));
    break;
  case ALU_OR:
    emit(a64_orr(d, a, b, 0));
    break;
  case ALU_XOR:
    emit(a64_eor(d, a, b, 0));
    break;
  case ALU_MUL:
    emit(a64_madd(d, a, b, XZR));
    break;
  case ALU_SHL:
    emit(a64_lslv(d, a, b));
    break;
  case ALU_SHR:
    emit(a64_lsrv(d, a, b));
    break;
  case ALU_SAR:
    emit(a64_asrv(d, a, b));
    break;
  case ALU_ROR:
    emit(a64_rorv(d, a, b));
    break;
  case ALU_DIV:
    emit(a64_udiv(d, a, b));
    break;
  case ALU_DIV_SIGNED:
    emit(a64_sdiv(d, a, b));
    break;
  case ALU_REM: /* a - quotient * b; b may be x16 */
    emit(a64_udiv(X17, a, b));
    emit(a64_msub(d, X17, b, a));
    break;
  case ALU_REM_SIGNED:
    emit(a64_sdiv(X17, a, b));
    emit(a64_msub(d, X17, b, a));
    break;
  case ALU_MUL_HIGH:
    emit(a64_umulh(d, a, b));
    break;
  case ALU_MUL_HIGH_SIGNED:
    emit(a64_smulh(d, a, b));
    break;
  }
}

static void lay_alu(Alu alu, BlReg d, BlReg a, BlReg b) { alu_raw(alu, r(d), r(a), r(b)); }

/* d = a + b for |b| < 2^24: twelve bits at a time, with the sign in the instruction. False if b is larger. */
static bool add_imm(A64Reg d, A64Reg a, int64_t b) {
  if (b <= -(1 << 24) || b >= 1 << 24)
    return false;
  uint32_t (*encode)(A64Reg, A64Reg, int64_t, int) = b < 0 ? a64_sub_imm : a64_add_imm;
  int64_t size = b < 0 ? -b : b;
  if (size >> 12) {
    emit(encode(d, a, size >> 12, 12));
    a = d;
  }
  if ((size & 4095) || size == 0)
    emit(encode(d, a, size & 4095, 0));
  return true;
}

static bool logic_imm(Alu alu, A64Reg d, A64Reg a, int64_t b) {
  if (!a64_is_bitmask((uint64_t)b))
    return false;
  emit(alu == ALU_AND  ? a64_and_imm(d, a, (uint64_t)b)
       : alu == ALU_OR ? a64_orr_imm(d, a, (uint64_t)b)
                       : a64_eor_imm(d, a, (uint64_t)b));
  return true;
}

static void lay_alu_imm(Alu alu, BlReg d_reg, BlReg a_reg, int64_t b) {
  A64Reg d = r(d_reg), a = r(a_reg);
  bool done = false;
  if (alu == ALU_ADD)
    done = add_imm(d, a, b);
  else if (alu == ALU_SUB)
    done = b > INT32_MIN && add_imm(d, a, -b);
  else if (alu == ALU_AND || alu == ALU_OR || alu == ALU_XOR)
    done = logic_imm(alu, d, a, b);
  else if (alu == ALU_SHL)
    emit(a64_lsl_imm(d, a, b));
  else if (alu == ALU_SHR)
    emit(a64_lsr_imm(d, a, b));
  else if (alu == ALU_SAR)
    emit(a64_asr_imm(d, a, b));
  else if (alu == ALU_ROR)
    emit(a64_ror_imm(d, a, b));
  if (done || alu == ALU_SHL || alu == ALU_SHR || alu == ALU_SAR || alu == ALU_ROR)
    return;
  li_raw(X16, b);
  alu_raw(alu, d, a, X16);
}

/* ---- One operand ----------------------------------------------------------------------------------------------- */

/* As in machine_x64.c; x16 is a term, and all masks are bitmasks. */
static void count_ones(A64Reg d, A64Reg a) {
  emit(a64_lsr_imm(X16, a, 1));
  emit(a64_and_imm(X16, X16, UINT64_C(0x5555555555555555)));
  emit(a64_sub(d, a, X16, 0));
  emit(a64_lsr_imm(X16, d, 2));
  emit(a64_and_imm(X16, X16, UINT64_C(0x3333333333333333)));
  emit(a64_and_imm(d, d, UINT64_C(0x3333333333333333)));
  emit(a64_add(d, d, X16, 0));
  emit(a64_lsr_imm(X16, d, 4));
  emit(a64_add(d, d, X16, 0));
  emit(a64_and_imm(d, d, UINT64_C(0x0f0f0f0f0f0f0f0f)));
  emit(a64_orr_imm(X16, XZR, UINT64_C(0x0101010101010101)));
  emit(a64_madd(d, d, X16, XZR));
  emit(a64_lsr_imm(d, d, 56));
}

static void lay_unary(Unary unary, BlReg d_reg, BlReg a_reg) {
  A64Reg d = r(d_reg), a = r(a_reg);
  switch (unary) {
  case UNARY_NEG:
    emit(a64_sub(d, XZR, a, 0));
    break;
  case UNARY_NOT:
    emit(a64_orn(d, XZR, a, 0));
    break;
  case UNARY_SWAP:
    emit(a64_rev(d, a));
    break;
  case UNARY_LEADING:
    emit(a64_clz(d, a));
    break;
  case UNARY_TRAILING:
    emit(a64_rbit(d, a));
    emit(a64_clz(d, d));
    break;
  case UNARY_ONES:
    count_ones(d, a);
    break;
  }
}

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* The address forms of one load or store. */
typedef struct {
  uint32_t (*scaled)(A64Reg t, A64Reg n, int64_t offset);
  uint32_t (*unscaled)(A64Reg t, A64Reg n, int64_t offset);
  uint32_t (*index)(A64Reg t, A64Reg n, A64Reg m);
  uint32_t (*post)(A64Reg t, A64Reg n, int64_t offset);
} Access;

static const Access *load_access(int bits) {
  static const Access access[] = {{a64_ldrb_offset, a64_ldurb, a64_ldrb_index, a64_ldrb_post},
                                  {a64_ldrh_offset, a64_ldurh, a64_ldrh_index, a64_ldrh_post},
                                  {a64_ldr_w_offset, a64_ldur_w, a64_ldr_w_index, a64_ldr_w_post},
                                  {a64_ldr_x_offset, a64_ldur_x, a64_ldr_x_index, a64_ldr_x_post}};
  return &access[bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3];
}

static const Access *store_access(int bits) {
  static const Access access[] = {{a64_strb_offset, a64_sturb, a64_strb_index, a64_strb_post},
                                  {a64_strh_offset, a64_sturh, a64_strh_index, a64_strh_post},
                                  {a64_str_w_offset, a64_stur_w, a64_str_w_index, a64_str_w_post},
                                  {a64_str_x_offset, a64_stur_x, a64_str_x_index, a64_str_x_post}};
  return &access[bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3];
}

static void access_memory(const Access *access, int bits, A64Reg t, A64Reg base, int64_t offset) {
  int size = bits / 8;
  if (offset >= 0 && offset % size == 0 && offset <= INT64_C(4095) * size) {
    emit(access->scaled(t, base, offset));
  } else if (offset >= -256 && offset <= 255) {
    emit(access->unscaled(t, base, offset));
  } else {
    emit(a64_add_imm(X16, base, offset, 0));
    emit(access->scaled(t, X16, 0));
  }
}

static void lay_load(int bits, BlReg d, BlReg base, int64_t offset) {
  access_memory(load_access(bits), bits, r(d), r(base), offset);
}

static void lay_store(int bits, BlReg v, BlReg base, int64_t offset) {
  access_memory(store_access(bits), bits, r(v), r(base), offset);
}

/* The register of an immediate that is stored. */
static A64Reg value_to_store(int bits, int64_t v) {
  if (v)
    li_raw(X17, bits == 64 ? v : v & ((INT64_C(1) << bits) - 1));
  return v ? X17 : XZR;
}

static void lay_store_imm(int bits, int64_t v, BlReg base, int64_t offset) {
  access_memory(store_access(bits), bits, value_to_store(bits, v), r(base), offset);
}

static void lay_store_next_imm(int bits, int64_t v, BlReg base) {
  emit(store_access(bits)->post(value_to_store(bits, v), r(base), bits / 8));
}

/* The access of label + offset; operand: register, bits, whether it stores. A load of 32 or 64 bits is one instruction,
 * ldr of a literal, within 1 MB, if `form` is 0; else adr and an access of what it gives, or, beyond 1 MB, adrp and an
 * access with the page's low 12 bits. A load needs no register but its own for the address. */
static LayCode fix_access_of(const LayFixup *fixup) {
  A64Reg v = {fixup->operand[0], false}, base = fixup->operand[2] ? X16 : v;
  int bits = fixup->operand[1];
  uint64_t place = fixup->target + (uint64_t)fixup->immediate;
  int64_t far = (int64_t)(place - fixup->site),
          pages = (int64_t)((place & ~UINT64_C(4095)) - (fixup->site & ~UINT64_C(4095)));
  if (!bl_place_aligned(fixup, bits))
    return (LayCode){0};
  if (fixup->form == 0)
    return fixup->operand[2] || bits < 32
               ? (LayCode){0}
               : a64_code(bits == 32 ? a64_ldr_w_literal(v, far) : a64_ldr_x_literal(v, far));
  const Access *access = fixup->operand[2] ? store_access(bits) : load_access(bits);
  if (fixup->form == 1)
    return both(a64_adr(base, far), access->scaled(v, base, 0));
  return both(a64_adrp(base, pages), access->scaled(v, base, (int64_t)(place & 4095)));
}

static void access_of(bool store, int bits, BlReg v, const char *name, int64_t offset) {
  LayFixup fixup = {.encode = fix_access_of,
                    .operand = {r(v).number, (unsigned char)bits, store},
                    .immediate = offset,
                    .form = store || bits < 32,
                    .forms = 3};
  emit_fixup(fixup, name);
}

static void lay_load_of(int bits, BlReg d, const char *name, int64_t offset) {
  access_of(false, bits, d, name, offset);
}
static void lay_store_of(int bits, BlReg v, const char *name, int64_t offset) {
  access_of(true, bits, v, name, offset);
}

static void lay_load_indexed(int bits, BlReg d, BlReg base, BlReg index) {
  emit(load_access(bits)->index(r(d), r(base), r(index)));
}

static void lay_store_indexed(int bits, BlReg v, BlReg base, BlReg index) {
  emit(store_access(bits)->index(r(v), r(base), r(index)));
}

static void lay_load_next(int bits, BlReg d, BlReg base) { emit(load_access(bits)->post(r(d), r(base), bits / 8)); }

static void lay_store_next(int bits, BlReg v, BlReg base) { emit(store_access(bits)->post(r(v), r(base), bits / 8)); }

/* The value is loaded, and its sign brought down from the top. */
static void extend_sign(int bits, A64Reg d) {
  emit(a64_lsl_imm(d, d, 64 - bits));
  emit(a64_asr_imm(d, d, 64 - bits));
}

static void lay_load_signed(int bits, BlReg d, BlReg base, int64_t offset) {
  lay_load(bits, d, base, offset);
  extend_sign(bits, r(d));
}

static void lay_load_signed_indexed(int bits, BlReg d, BlReg base, BlReg index) {
  lay_load_indexed(bits, d, base, index);
  extend_sign(bits, r(d));
}

/* ---- Branches -------------------------------------------------------------------------------------------------- */

static const A64Cond conditions[] = {
    [IF_EQ] = A64_EQ,  [IF_NE] = A64_NE, [IF_LTU] = A64_LO, [IF_LEU] = A64_LS, [IF_GTU] = A64_HI,
    [IF_GEU] = A64_HS, [IF_LT] = A64_LT, [IF_LE] = A64_LE,  [IF_GT] = A64_GT,  [IF_GE] = A64_GE};

static int64_t distance(const LayFixup *fixup) { return (int64_t)(fixup->target - fixup->site); }

static LayCode fix_b_cond(const LayFixup *fixup) {
  return a64_code(a64_b_cond((A64Cond)fixup->operand[0], distance(fixup)));
}

static LayCode fix_compare_zero(const LayFixup *fixup) {
  A64Reg t = {fixup->operand[0], false};
  return a64_code(fixup->operand[1] ? a64_cbnz(t, distance(fixup)) : a64_cbz(t, distance(fixup)));
}

/* operand: register, bit number, branch if set. The longer form is tst and b.cond, from the second instruction. */
static LayCode fix_test_bit(const LayFixup *fixup) {
  A64Reg t = {fixup->operand[0], false};
  int bit = fixup->operand[1];
  if (fixup->form == 0)
    return a64_code(fixup->operand[2] ? a64_tbnz(t, bit, distance(fixup)) : a64_tbz(t, bit, distance(fixup)));
  return both(a64_ands_imm(XZR, t, UINT64_C(1) << bit),
              a64_b_cond(fixup->operand[2] ? A64_NE : A64_EQ, distance(fixup) - 4));
}

static LayCode fix_b(const LayFixup *fixup) { return a64_code(a64_b(distance(fixup))); }
static LayCode fix_bl(const LayFixup *fixup) { return a64_code(a64_bl(distance(fixup))); }

static void b_cond(A64Cond cond, const char *to) {
  emit_fixup((LayFixup){.encode = fix_b_cond, .operand = {(unsigned char)cond}}, to);
}

static void compare_zero(A64Reg t, bool if_not_zero, const char *to) {
  emit_fixup((LayFixup){.encode = fix_compare_zero, .operand = {t.number, if_not_zero}}, to);
}

static void test_bit(A64Reg t, int bit, bool if_set, const char *to) {
  emit_fixup((LayFixup){.encode = fix_test_bit, .operand = {t.number, (unsigned char)bit, if_set}, .forms = 2}, to);
}

static void lay_branch(BlCond cond, BlReg a, BlReg b, const char *to) {
  emit(a64_subs(XZR, r(a), r(b), 0));
  b_cond(conditions[cond], to);
}

/* cmp with an immediate; a negative one is cmn, which gives the same flags for all but 0. */
static void compare_imm(A64Reg a, int64_t b) {
  if (b >= 0 && b <= 4095)
    emit(a64_subs_imm(XZR, a, b, 0));
  else if (b > 0 && b < 1 << 24 && b % 4096 == 0)
    emit(a64_subs_imm(XZR, a, b >> 12, 12));
  else if (b < 0 && b >= -4095)
    emit(a64_adds_imm(XZR, a, -b, 0));
  else if (b < 0 && b > -(1 << 24) && b % 4096 == 0)
    emit(a64_adds_imm(XZR, a, -b >> 12, 12));
  else {
    li_raw(X16, b);
    emit(a64_subs(XZR, a, X16, 0));
  }
}

static void lay_branch_imm(BlCond cond, BlReg a, int64_t b, const char *to) {
  if (b == 0 && (cond == IF_EQ || cond == IF_LEU)) {
    compare_zero(r(a), false, to);
  } else if (b == 0 && (cond == IF_NE || cond == IF_GTU)) {
    compare_zero(r(a), true, to);
  } else if (b == 0 && (cond == IF_LT || cond == IF_GE)) {
    test_bit(r(a), 63, cond == IF_LT, to);
  } else {
    compare_imm(r(a), b);
    b_cond(conditions[cond], to);
  }
}

/* The number of the one bit that is set. */
static int bit_number(uint64_t bit) {
  int number = 0;
  while (bit >>= 1)
    number++;
  return number;
}

static void lay_branch_bits(bool if_set, BlReg a, int64_t mask, const char *to) {
  uint64_t m = (uint64_t)mask;
  if (m && !(m & (m - 1))) {
    test_bit(r(a), bit_number(m), if_set, to);
    return;
  }
  if (a64_is_bitmask(m)) {
    emit(a64_ands_imm(XZR, r(a), m));
  } else {
    li_raw(X16, mask);
    emit(a64_ands(XZR, r(a), X16, 0));
  }
  b_cond(if_set ? A64_NE : A64_EQ, to);
}

static void lay_select(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y) {
  emit(a64_subs(XZR, r(a), r(b), 0));
  emit(a64_csel(r(d), r(x), r(y), conditions[cond]));
}

static void lay_jump_register(BlReg to) { emit(a64_br(r(to))); }
static void lay_call_register(BlReg to) { emit(a64_blr(r(to))); }

static void lay_frame(int64_t bytes) {
  if (bytes >> 12)
    emit(a64_sub_imm(SP, SP, bytes >> 12, 12));
  if (bytes & 4095)
    emit(a64_sub_imm(SP, SP, bytes & 4095, 0));
}

static void lay_unframe(int64_t bytes) {
  if (bytes >> 12)
    emit(a64_add_imm(SP, SP, bytes >> 12, 12));
  if (bytes & 4095)
    emit(a64_add_imm(SP, SP, bytes & 4095, 0));
}

static void lay_jump(const char *to) { emit_fixup((LayFixup){.encode = fix_b}, to); }
static void lay_call(const char *to) { emit_fixup((LayFixup){.encode = fix_bl}, to); }

static void lay_jump_table(BlReg index, const char *table) {
  la_raw(X16, table);
  emit(a64_ldrsh_x_index(X17, X16, r(index)));
  emit(a64_add(X16, X16, X17, 0));
  emit(a64_br(X16));
}

/* The frame: x30 and the saved registers two by two, the first pair at sp, sp a multiple of 16. */
static void lay_enter(const BlReg *saved, int count) {
  int64_t frame = (count + 2) / 2 * 16;
  if (count == 0)
    emit(a64_str_x_pre(X30, SP, -frame));
  else
    emit(a64_stp_pre(X30, r(saved[0]), SP, -frame));
  for (int i = 1; i < count; i += 2) {
    if (i + 1 < count)
      emit(a64_stp_offset(r(saved[i]), r(saved[i + 1]), SP, 8 * (i + 1)));
    else
      emit(a64_str_x_offset(r(saved[i]), SP, 8 * (i + 1)));
  }
}

static void lay_leave(const BlReg *saved, int count) {
  int64_t frame = (count + 2) / 2 * 16;
  for (int i = 1; i < count; i += 2) {
    if (i + 1 < count)
      emit(a64_ldp_offset(r(saved[i]), r(saved[i + 1]), SP, 8 * (i + 1)));
    else
      emit(a64_ldr_x_offset(r(saved[i]), SP, 8 * (i + 1)));
  }
  if (count == 0)
    emit(a64_ldr_x_post(X30, SP, frame));
  else
    emit(a64_ldp_post(X30, r(saved[0]), SP, frame));
  emit(a64_ret());
}

static void lay_ret(void) { emit(a64_ret()); }

/* ---- Sixteen bytes at a time ----------------------------------------------------------------------------------- */

/* d becomes 0xff in each byte of x for which the term holds, else 0. v3 is scratch. */
static void scan_term(A64Vec d, A64Vec x, BlByteTerm term) {
  switch (bl_scan_kind(term)) {
  case SCAN_EQUAL:
  case SCAN_MASKED:
    if (term.value == 0) {
      emit(a64_cmeq_16b_zero(d, x));
      break;
    }
    emit(a64_movi_16b(d, term.value));
    emit(a64_cmeq_16b(d, x, d));
    break;
  case SCAN_HIGH:
    emit(a64_cmlt_16b_zero(d, x));
    break;
  case SCAN_UP_TO:
    emit(a64_movi_16b(d, term.last));
    emit(a64_cmhs_16b(d, d, x));
    break;
  case SCAN_FROM:
    emit(a64_movi_16b(d, term.value));
    emit(a64_cmhs_16b(d, x, d));
    break;
  case SCAN_RANGE: /* x - value <= last - value, modulo 256 */
    emit(a64_movi_16b(d, term.value));
    emit(a64_sub_16b(d, x, d));
    emit(a64_movi_16b(V(3), (unsigned char)(term.last - term.value)));
    emit(a64_cmhs_16b(d, V(3), d));
    break;
  }
}

/* v0: the sixteen bytes; v1: which of them are in the set; v2: the term; v4: the bytes under a mask, kept from term to
 * term while the mask is the same. shrn by 4 leaves four bits for each byte, in order. */
static void lay_mask16(BlReg d, BlReg p, const BlByteSet *set) {
  int masked = -1;
  emit(a64_ldr_q_offset(V(0), r(p), 0));
  for (int i = 0; i < set->terms; i++) {
    BlByteTerm term = set->term[i];
    bool mask = bl_scan_kind(term) == SCAN_MASKED;
    if (mask && term.or_mask != masked) {
      emit(a64_movi_16b(V(4), term.or_mask));
      emit(a64_orr_16b(V(4), V(4), V(0)));
      masked = term.or_mask;
    }
    scan_term(i == 0 ? V(1) : V(2), mask ? V(4) : V(0), term);
    if (i > 0)
      emit(a64_orr_16b(V(1), V(1), V(2)));
  }
  emit(a64_shrn_8b(V(1), V(1), 4));
  emit(a64_fmov_x_d(r(d), V(1)));
}

/* Counting the zeros below the first set bit and dividing by four gives the place, and 64 / 4 = 16 if there is none. */
static void lay_first16(BlReg d, BlReg mask) {
  emit(a64_rbit(r(d), r(mask)));
  emit(a64_clz(r(d), r(d)));
  emit(a64_lsr_imm(r(d), r(d), 2));
}

static void lay_scan16(BlReg d, BlReg p, const BlByteSet *set) {
  lay_mask16(d, p, set);
  lay_first16(d, d);
}

static void lay_copy16(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset) {
  bool src_scaled = src_offset >= 0 && src_offset % 16 == 0, dst_scaled = dst_offset >= 0 && dst_offset % 16 == 0;
  emit(src_scaled ? a64_ldr_q_offset(V(0), r(src), src_offset) : a64_ldur_q(V(0), r(src), src_offset));
  emit(dst_scaled ? a64_str_q_offset(V(0), r(dst), dst_offset) : a64_stur_q(V(0), r(dst), dst_offset));
}

/* v0 = the sixteen bytes at label + offset: by ldr of a literal at a multiple of 4 within 1 MB, else through adr, or,
 * beyond that, adrp. */
static LayCode fix_ldr_q_of(const LayFixup *fixup) {
  uint64_t place = fixup->target + (uint64_t)fixup->immediate;
  int64_t far = (int64_t)(place - fixup->site),
          pages = (int64_t)((place & ~UINT64_C(4095)) - (fixup->site & ~UINT64_C(4095)));
  if (fixup->form == 0)
    return a64_code(a64_ldr_q_literal(V(0), far));
  if (fixup->form == 1)
    return both(a64_adr(X16, far), a64_ldr_q_offset(V(0), X16, 0));
  LayCode page = both(a64_adrp(X16, pages), a64_add_imm(X16, X16, place & 4095, 0));
  LayCode load = a64_code(a64_ldr_q_offset(V(0), X16, 0));
  if (!page.len || !load.len)
    return (LayCode){0};
  memcpy(page.bytes + 8, load.bytes, 4);
  page.len = 12;
  return page;
}

/* The first store moves dst by all of the count, and the others count back from there. */
static void lay_append_of(BlReg dst, const char *name, int64_t count) {
  for (int64_t at = 0; at < count; at += 16) {
    emit_fixup((LayFixup){.encode = fix_ldr_q_of, .immediate = at, .forms = 3}, name);
    emit(at == 0 ? a64_str_q_post(V(0), r(dst), count) : a64_stur_q(V(0), r(dst), at - count));
  }
}

/* ---- The kernel and C ------------------------------------------------------------------------------------------ */

static void lay_system_call_number(int number) {
  emit(a64_movz(X8, number, 0));
  emit(a64_svc(0));
}

static void lay_system_call(BlSystemCall number) { lay_system_call_number(numbers[number]); }

static void lay_stack_pointer(BlReg d) { emit(a64_add_imm(r(d), SP, 0, 0)); }

/* C's arguments come in x0..x5, which are A0..A5, and its result is wanted in x0. */
static void lay_nothing(void) {}

/* The linker fills in the page and the place in it. */
static void lay_count(int counter) {
  Lay *lay = bl_machine_layout();
  emit(a64_adrp(X16, 0));
  bl_lay_reloc(lay, 0, R_AARCH64_ADR_PREL_PG_HI21, counter);
  emit(a64_add_imm(X16, X16, 0, 0));
  bl_lay_reloc(lay, 0, R_AARCH64_ADD_ABS_LO12_NC, counter);
  emit(a64_ldrb_offset(X17, X16, 0));
  emit(a64_add_imm(X17, X17, 1, 0));
  emit(a64_strb_offset(X17, X16, 0));
}

/* ---- Instructions as they are (raw.h) -------------------------------------------------------------------------- */

void bl_a64(uint32_t word) {
  bl_machine_require(ISA_A64);
  emit(word);
}

static LayCode encode_adr_label(const LayFixup *fixup) {
  A64Reg d = {fixup->operand[0], false};
  return a64_code(a64_adr(d, (int64_t)(fixup->target - fixup->site)));
}

void bl_a64_adr_label(A64Reg d, const char *name) {
  bl_machine_require(ISA_A64);
  emit_fixup((LayFixup){.encode = encode_adr_label, .operand = {d.number}}, name);
}

const Templates bl_templates_a64 = {
    .lay_li = lay_li,
    .lay_mov = lay_mov,
    .lay_la = lay_la,
    .lay_alu = lay_alu,
    .lay_alu_imm = lay_alu_imm,
    .lay_load = lay_load,
    .lay_load_of = lay_load_of,
    .lay_store_of = lay_store_of,
    .lay_load_indexed = lay_load_indexed,
    .lay_store = lay_store,
    .lay_store_imm = lay_store_imm,
    .lay_store_indexed = lay_store_indexed,
    .lay_load_next = lay_load_next,
    .lay_store_next = lay_store_next,
    .lay_store_next_imm = lay_store_next_imm,
    .lay_branch = lay_branch,
    .lay_branch_imm = lay_branch_imm,
    .lay_branch_bits = lay_branch_bits,
    .lay_jump = lay_jump,
    .lay_call = lay_call,
    .lay_jump_table = lay_jump_table,
    .lay_enter = lay_enter,
    .lay_leave = lay_leave,
    .lay_ret = lay_ret,
    .lay_scan16 = lay_scan16,
    .lay_mask16 = lay_mask16,
    .lay_first16 = lay_first16,
    .lay_copy16 = lay_copy16,
    .lay_append_of = lay_append_of,
    .lay_system_call = lay_system_call,
    .lay_unary = lay_unary,
    .lay_select = lay_select,
    .lay_load_signed = lay_load_signed,
    .lay_load_signed_indexed = lay_load_signed_indexed,
    .lay_jump_register = lay_jump_register,
    .lay_call_register = lay_call_register,
    .lay_frame = lay_frame,
    .lay_unframe = lay_unframe,
    .lay_system_call_number = lay_system_call_number,
    .call_numbers = numbers,
    .lay_stack_pointer = lay_stack_pointer,
    .lay_c_arguments = lay_nothing,
    .lay_c_result = lay_nothing,
    .lay_count = lay_count,
    .lay_begin = lay_nothing,
    .lay_finish = lay_nothing,
};

/* SPDX-License-Identifier: MIT */
