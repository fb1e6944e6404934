/* a64.c: each instruction is the sum of its fixed bits and its fields. A field that does not fit notes its refusal and
 * the whole word becomes 0; the word diagrams stand in a64.h. */
#include "a64.h"

#include "lay/refusal.h"

/* A word in the making. `valid` falls, and stays, when a field is refused. */
typedef struct {
  const char *name;
  uint32_t word;
  bool valid;
} Word;

static Word start(const char *name, uint32_t word) { return (Word){name, word, true}; }

LayCode a64_code(uint32_t word) {
  return (LayCode){
      word ? 4 : 0,
      {(unsigned char)word, (unsigned char)(word >> 8), (unsigned char)(word >> 16), (unsigned char)(word >> 24)}};
}

static uint32_t finish(const Word *w) { return w->valid ? w->word : 0; }

static bool check(Word *w, const char *operand, int64_t value, int64_t least, int64_t most) {
  if (value >= least && value <= most)
    return true;
  if (w->valid)
    bl_refuse_range(w->name, operand, value, least, most);
  w->valid = false;
  return false;
}

static void refuse(Word *w, const char *operand, int64_t value, const char *why) {
  if (w->valid)
    bl_refuse_value(w->name, operand, value, why);
  w->valid = false;
}

/* A register field in which 31 is the zero register. */
static void reg(Word *w, const char *operand, A64Reg r, int shift) {
  if (r.sp)
    refuse(w, operand, r.number, "is sp, where this instruction has xzr");
  else if (check(w, operand, r.number, 0, 31))
    w->word |= (uint32_t)r.number << shift;
}

/* A register field in which 31 is the stack pointer. */
static void reg_sp(Word *w, const char *operand, A64Reg r, int shift) {
  if (r.number == 31 && !r.sp)
    refuse(w, operand, r.number, "is xzr, where this instruction has sp");
  else if (r.sp && r.number != 31)
    refuse(w, operand, r.number, "claims to be sp, which is 31");
  else if (check(w, operand, r.number, 0, 31))
    w->word |= (uint32_t)r.number << shift;
}

static void vec(Word *w, const char *operand, A64Vec v, int shift) {
  if (check(w, operand, v.number, 0, 31))
    w->word |= (uint32_t)v.number << shift;
}

static void bits(Word *w, const char *operand, int64_t value, int64_t most, int shift) {
  if (check(w, operand, value, 0, most))
    w->word |= (uint32_t)value << shift;
}

/* A signed, scaled immediate of `width` bits at `shift`. */
static void scaled(Word *w, const char *operand, int64_t value, int scale, int width, int shift) {
  int64_t half = INT64_C(1) << (width - 1);
  if (!check(w, operand, value, -half * scale, (half - 1) * scale))
    return;
  if (value % scale) {
    refuse(w, operand, value,
           scale == 4   ? "is no multiple of 4"
           : scale == 8 ? "is no multiple of 8"
                        : "is no multiple of 4096");
    return;
  }
  w->word |= ((uint32_t)(value / scale) & ((1u << width) - 1)) << shift;
}

/* ---- Moves and arithmetic -------------------------------------------------------------------------------------- */

static uint32_t wide_move(const char *name, uint32_t word, A64Reg d, int64_t imm16, int shift) {
  Word w = start(name, word);
  reg(&w, "d", d, 0);
  bits(&w, "imm16", imm16, 0xffff, 5);
  if (shift % 16)
    refuse(&w, "shift", shift, "is not 0, 16, 32 or 48");
  else
    bits(&w, "shift / 16", shift / 16, 3, 21);
  return finish(&w);
}

uint32_t a64_movz(A64Reg d, int64_t imm16, int shift) { return wide_move("movz", 0xd2800000, d, imm16, shift); }
uint32_t a64_movn(A64Reg d, int64_t imm16, int shift) { return wide_move("movn", 0x92800000, d, imm16, shift); }
uint32_t a64_movk(A64Reg d, int64_t imm16, int shift) { return wide_move("movk", 0xf2800000, d, imm16, shift); }

static uint32_t arithmetic_imm(const char *name, uint32_t word, A64Reg d, A64Reg n, int64_t imm12, int shift) {
  Word w = start(name, word);
  if (word & 1u << 29) /* sets flags: the result may go to xzr, not to sp */
    reg(&w, "d", d, 0);
  else
    reg_sp(&w, "d", d, 0);
  reg_sp(&w, "n", n, 5);
  bits(&w, "imm12", imm12, 0xfff, 10);
  if (shift != 0 && shift != 12)
    refuse(&w, "shift", shift, "is not 0 or 12");
  else
    w.word |= (shift == 12 ? 1u : 0u) << 22;
  return finish(&w);
}

uint32_t a64_add_imm(A64Reg d, A64Reg n, int64_t imm12, int shift) {
  return arithmetic_imm("add_imm", 0x91000000, d, n, imm12, shift);
}
uint32_t a64_adds_imm(A64Reg d, A64Reg n, int64_t imm12, int shift) {
  return arithmetic_imm("adds_imm", 0xb1000000, d, n, imm12, shift);
}
uint32_t a64_sub_imm(A64Reg d, A64Reg n, int64_t imm12, int shift) {
  return arithmetic_imm("sub_imm", 0xd1000000, d, n, imm12, shift);
}
uint32_t a64_subs_imm(A64Reg d, A64Reg n, int64_t imm12, int shift) {
  return arithmetic_imm("subs_imm", 0xf1000000, d, n, imm12, shift);
}

static uint32_t three(const char *name, uint32_t word, A64Reg d, A64Reg n, A64Reg m) {
  Word w = start(name, word);
  reg(&w, "d", d, 0);
  reg(&w, "n", n, 5);
  reg(&w, "m", m, 16);
  return finish(&w);
}

static uint32_t shifted(const char *name, uint32_t word, A64Reg d, A64Reg n, A64Reg m, int lsl) {
  Word w = start(name, word);
  bits(&w, "lsl", lsl, 63, 10);
  return w.valid ? three(name, w.word, d, n, m) : 0;
}

uint32_t a64_add(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("add", 0x8b000000, d, n, m, lsl); }
uint32_t a64_sub(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("sub", 0xcb000000, d, n, m, lsl); }
uint32_t a64_subs(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("subs", 0xeb000000, d, n, m, lsl); }
uint32_t a64_and(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("and", 0x8a000000, d, n, m, lsl); }
uint32_t a64_orr(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("orr", 0xaa000000, d, n, m, lsl); }
uint32_t a64_orn(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("orn", 0xaa200000, d, n, m, lsl); }
uint32_t a64_eor(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("eor", 0xca000000, d, n, m, lsl); }
uint32_t a64_ands(A64Reg d, A64Reg n, A64Reg m, int lsl) { return shifted("ands", 0xea000000, d, n, m, lsl); }

/* ---- Bitmask immediates ---------------------------------------------------------------------------------------- */

static uint64_t rotate_left(uint64_t value, unsigned count, unsigned size) {
  uint64_t all = size == 64 ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1;
  return count ? (value << count | value >> (size - count)) & all : value;
}

static unsigned count_ones(uint64_t value) {
  unsigned ones = 0;
  for (; value; value &= value - 1)
    ones++;
  return ones;
}

/* The 13 bits N:immr:imms of a mask, or -1. The smallest element that repeats to the mask must be a rotated run of
 * ones. Example: 0x00ff00ff00ff00ff is the 16-bit element 0x00ff, a run of 8 that is not rotated: N 0, immr 0,
 * imms 10:0111. */
static int bitmask_fields(uint64_t mask) {
  if (mask == 0 || mask == ~UINT64_C(0))
    return -1;
  unsigned size = 64;
  while (size > 2) {
    unsigned half = size / 2;
    uint64_t low = mask & ((UINT64_C(1) << half) - 1), high = mask >> half & ((UINT64_C(1) << half) - 1);
    if (low != high)
      break;
    size = half;
  }
  uint64_t element = size == 64 ? mask : mask & ((UINT64_C(1) << size) - 1);
  unsigned ones = count_ones(element);
  uint64_t run = (UINT64_C(1) << ones) - 1;
  for (unsigned r = 0; r < size; r++)
    if (rotate_left(element, r, size) == run) /* the mask is the run rotated right by r */
      return (int)((size == 64 ? 1u : 0u) << 12 | r << 6 | ((0u - size * 2) & 0x3f) | (ones - 1));
  return -1;
}

bool a64_is_bitmask(uint64_t mask) { return bitmask_fields(mask) >= 0; }

static uint32_t logic_imm(const char *name, uint32_t word, A64Reg d, A64Reg n, uint64_t mask) {
  Word w = start(name, word);
  if (word >> 29 == 7) /* ands */
    reg(&w, "d", d, 0);
  else
    reg_sp(&w, "d", d, 0);
  reg(&w, "n", n, 5);
  int fields = bitmask_fields(mask);
  if (fields < 0)
    refuse(&w, "mask", (int64_t)mask, "is no repeated, rotated run of ones");
  else
    w.word |= (uint32_t)fields << 10;
  return finish(&w);
}

uint32_t a64_and_imm(A64Reg d, A64Reg n, uint64_t mask) { return logic_imm("and_imm", 0x92000000, d, n, mask); }
uint32_t a64_orr_imm(A64Reg d, A64Reg n, uint64_t mask) { return logic_imm("orr_imm", 0xb2000000, d, n, mask); }
uint32_t a64_eor_imm(A64Reg d, A64Reg n, uint64_t mask) { return logic_imm("eor_imm", 0xd2000000, d, n, mask); }
uint32_t a64_ands_imm(A64Reg d, A64Reg n, uint64_t mask) { return logic_imm("ands_imm", 0xf2000000, d, n, mask); }

/* ---- Multiply, divide, shift, bits ----------------------------------------------------------------------------- */

static uint32_t four(const char *name, uint32_t word, A64Reg d, A64Reg n, A64Reg m, A64Reg a) {
  Word w = start(name, word);
  reg(&w, "a", a, 10);
  return w.valid ? three(name, w.word, d, n, m) : 0;
}

uint32_t a64_madd(A64Reg d, A64Reg n, A64Reg m, A64Reg a) { return four("madd", 0x9b000000, d, n, m, a); }
uint32_t a64_msub(A64Reg d, A64Reg n, A64Reg m, A64Reg a) { return four("msub", 0x9b008000, d, n, m, a); }
uint32_t a64_udiv(A64Reg d, A64Reg n, A64Reg m) { return three("udiv", 0x9ac00800, d, n, m); }
uint32_t a64_sdiv(A64Reg d, A64Reg n, A64Reg m) { return three("sdiv", 0x9ac00c00, d, n, m); }
uint32_t a64_lslv(A64Reg d, A64Reg n, A64Reg m) { return three("lslv", 0x9ac02000, d, n, m); }
uint32_t a64_lsrv(A64Reg d, A64Reg n, A64Reg m) { return three("lsrv", 0x9ac02400, d, n, m); }

uint32_t a64_asrv(A64Reg d, A64Reg n, A64Reg m) { return three("asrv", 0x9ac02800, d, n, m); }
uint32_t a64_rorv(A64Reg d, A64Reg n, A64Reg m) { return three("rorv", 0x9ac02c00, d, n, m); }
uint32_t a64_umulh(A64Reg d, A64Reg n, A64Reg m) { return three("umulh", 0x9bc07c00, d, n, m); }
uint32_t a64_smulh(A64Reg d, A64Reg n, A64Reg m) { return three("smulh", 0x9b407c00, d, n, m); }

static uint32_t shift_imm(const char *name, A64Reg d, A64Reg n, int64_t count, bool left) {
  Word w = start(name, 0xd3400000);
  reg(&w, "d", d, 0);
  reg(&w, "n", n, 5);
  if (check(&w, "count", count, 0, 63)) {
    bits(&w, "immr", left ? -count & 63 : count, 63, 16);
    bits(&w, "imms", left ? 63 - count : 63, 63, 10);
  }
  return finish(&w);
}

uint32_t a64_lsl_imm(A64Reg d, A64Reg n, int64_t count) { return shift_imm("lsl_imm", d, n, count, true); }
uint32_t a64_lsr_imm(A64Reg d, A64Reg n, int64_t count) { return shift_imm("lsr_imm", d, n, count, false); }

uint32_t a64_asr_imm(A64Reg d, A64Reg n, int64_t count) {
  Word w = start("asr_imm", 0x9340fc00);
  reg(&w, "d", d, 0);
  reg(&w, "n", n, 5);
  bits(&w, "count", count, 63, 16);
  return finish(&w);
}

uint32_t a64_ror_imm(A64Reg d, A64Reg n, int64_t count) {
  Word w = start("ror_imm", 0x93c00000);
  bits(&w, "count", count, 63, 10);
  return w.valid ? three("ror_imm", w.word, d, n, n) : 0;
}

static uint32_t two(const char *name, uint32_t word, A64Reg d, A64Reg n) {
  Word w = start(name, word);
  reg(&w, "d", d, 0);
  reg(&w, "n", n, 5);
  return finish(&w);
}

uint32_t a64_rbit(A64Reg d, A64Reg n) { return two("rbit", 0xdac00000, d, n); }
uint32_t a64_rev(A64Reg d, A64Reg n) { return two("rev", 0xdac00c00, d, n); }
uint32_t a64_csel(A64Reg d, A64Reg n, A64Reg m, A64Cond cond) {
  Word w = start("csel", 0x9a800000);
  bits(&w, "condition", (int64_t)cond, 13, 12);
  return w.valid ? three("csel", w.word, d, n, m) : 0;
}
uint32_t a64_clz(A64Reg d, A64Reg n) { return two("clz", 0xdac01000, d, n); }

/* ---- Memory ---------------------------------------------------------------------------------------------------- */

/* The unsigned scaled offset; `t` is checked by the caller and stands in `word`. */
static void unsigned_offset(Word *w, A64Reg n, int64_t offset, int size) {
  reg_sp(w, "n", n, 5);
  if (!check(w, "offset", offset, 0, INT64_C(4095) * size))
    return;
  if (offset % size)
    refuse(w, "offset", offset,
           size == 2   ? "is no multiple of 2"
           : size == 4 ? "is no multiple of 4"
           : size == 8 ? "is no multiple of 8"
                       : "is no multiple of 16");
  else
    bits(w, "offset / size", offset / size, 4095, 10);
}

static uint32_t offset_form(const char *name, uint32_t word, A64Reg t, A64Reg n, int64_t offset, int size) {
  Word w = start(name, word);
  reg(&w, "t", t, 0);
  unsigned_offset(&w, n, offset, size);
  return finish(&w);
}

static uint32_t signed_form(const char *name, uint32_t word, A64Reg t, A64Reg n, int64_t offset) {
  Word w = start(name, word);
  reg(&w, "t", t, 0);
  reg_sp(&w, "n", n, 5);
  scaled(&w, "offset", offset, 1, 9, 12);
  return finish(&w);
}

static uint32_t index_form(const char *name, uint32_t word, A64Reg t, A64Reg n, A64Reg m) {
  Word w = start(name, word);
  reg(&w, "t", t, 0);
  reg_sp(&w, "n", n, 5);
  reg(&w, "m", m, 16);
  return finish(&w);
}

/* log2: of the size in bytes; it stands in bits 31..30. Bit 12 scales the index; for a byte there is nothing to scale.
 */
/* With writeback, t == n has no defined result. */
static uint32_t writeback(const char *name, uint32_t word, A64Reg t, A64Reg n, int64_t offset) {
  if (t.number == n.number && !n.sp) {
    bl_refuse_value(name, "t", t.number, "is the base register too, and that would be written twice");
    return 0;
  }
  return signed_form(name, word, t, n, offset);
}

#define MEMORY(ldr, str, ldur, stur, log2)                                                                             \
  uint32_t a64_##ldr##_offset(A64Reg t, A64Reg n, int64_t offset) {                                                    \
    return offset_form(#ldr "_offset", 0x39400000 | (log2##u) << 30, t, n, offset, 1 << (log2));                       \
  }                                                                                                                    \
  uint32_t a64_##str##_offset(A64Reg t, A64Reg n, int64_t offset) {                                                    \
    return offset_form(#str "_offset", 0x39000000 | (log2##u) << 30, t, n, offset, 1 << (log2));                       \
  }                                                                                                                    \
  uint32_t a64_##ldur(A64Reg t, A64Reg n, int64_t offset) {                                                            \
    return signed_form(#ldur, 0x38400000 | (log2##u) << 30, t, n, offset);                                             \
  }                                                                                                                    \
  uint32_t a64_##stur(A64Reg t, A64Reg n, int64_t offset) {                                                            \
    return signed_form(#stur, 0x38000000 | (log2##u) << 30, t, n, offset);                                             \
  }                                                                                                                    \
  uint32_t a64_##ldr##_index(A64Reg t, A64Reg n, A64Reg m) {                                                           \
    return index_form(#ldr "_index", 0x38606800 | (log2##u) << 30 | ((log2) ? 1u : 0u) << 12, t, n, m);                \
  }                                                                                                                    \
  uint32_t a64_##str##_index(A64Reg t, A64Reg n, A64Reg m) {                                                           \
    return index_form(#str "_index", 0x38206800 | (log2##u) << 30 | ((log2) ? 1u : 0u) << 12, t, n, m);                \
  }                                                                                                                    \
  uint32_t a64_##ldr##_post(A64Reg t, A64Reg n, int64_t offset) {                                                      \
    return writeback(#ldr "_post", 0x38400400 | (log2##u) << 30, t, n, offset);                                        \
  }                                                                                                                    \
  uint32_t a64_##str##_post(A64Reg t, A64Reg n, int64_t offset) {                                                      \
    return writeback(#str "_post", 0x38000400 | (log2##u) << 30, t, n, offset);                                        \
  }
MEMORY(ldrb, strb, ldurb, sturb, 0)
MEMORY(ldrh, strh, ldurh, sturh, 1)
MEMORY(ldr_w, str_w, ldur_w, stur_w, 2)
MEMORY(ldr_x, str_x, ldur_x, stur_x, 3)

uint32_t a64_ldrsh_x_index(A64Reg t, A64Reg n, A64Reg m) { return index_form("ldrsh_x_index", 0x78a07800, t, n, m); }

uint32_t a64_str_x_pre(A64Reg t, A64Reg n, int64_t offset) { return writeback("str_x_pre", 0xf8000c00, t, n, offset); }

static uint32_t pair(const char *name, uint32_t word, A64Reg t, A64Reg t2, A64Reg n, int64_t offset) {
  Word w = start(name, word);
  bool load = word & 1u << 22, wb = word & 1u << 23;
  if (load && t.number == t2.number)
    refuse(&w, "t2", t2.number, "is t too, and that would be loaded twice");
  if (wb && !n.sp && (t.number == n.number || t2.number == n.number))
    refuse(&w, "n", n.number, "is t or t2 too, and that would be written twice");
  reg(&w, "t", t, 0);
  reg(&w, "t2", t2, 10);
  reg_sp(&w, "n", n, 5);
  scaled(&w, "offset", offset, word & 1u << 31 ? 8 : 4, 7, 15);
  return finish(&w);
}

uint32_t a64_stp_pre(A64Reg t, A64Reg t2, A64Reg n, int64_t offset) {
  return pair("stp_pre", 0xa9800000, t, t2, n, offset);
}
uint32_t a64_stp_offset(A64Reg t, A64Reg t2, A64Reg n, int64_t offset) {
  return pair("stp_offset", 0xa9000000, t, t2, n, offset);
}
uint32_t a64_ldp_post(A64Reg t, A64Reg t2, A64Reg n, int64_t offset) {
  return pair("ldp_post", 0xa8c00000, t, t2, n, offset);
}
uint32_t a64_ldp_offset(A64Reg t, A64Reg t2, A64Reg n, int64_t offset) {
  return pair("ldp_offset", 0xa9400000, t, t2, n, offset);
}
uint32_t a64_ldp_w_offset(A64Reg t, A64Reg t2, A64Reg n, int64_t offset) {
  return pair("ldp_w_offset", 0x29400000, t, t2, n, offset);
}

static uint32_t literal(const char *name, uint32_t word, A64Reg t, int64_t displacement) {
  Word w = start(name, word);
  reg(&w, "t", t, 0);
  scaled(&w, "displacement", displacement, 4, 19, 5);
  return finish(&w);
}

uint32_t a64_ldr_w_literal(A64Reg t, int64_t displacement) {
  return literal("ldr_w_literal", 0x18000000, t, displacement);
}
uint32_t a64_ldr_x_literal(A64Reg t, int64_t displacement) {
  return literal("ldr_x_literal", 0x58000000, t, displacement);
}

/* ---- Branches and addresses ------------------------------------------------------------------------------------ */

static uint32_t branch26(const char *name, uint32_t word, int64_t displacement) {
  Word w = start(name, word);
  scaled(&w, "displacement", displacement, 4, 26, 0);
  return finish(&w);
}

uint32_t a64_b(int64_t displacement) { return branch26("b", 0x14000000, displacement); }
uint32_t a64_bl(int64_t displacement) { return branch26("bl", 0x94000000, displacement); }

uint32_t a64_b_cond(A64Cond cond, int64_t displacement) {
  Word w = start("b_cond", 0x54000000);
  bits(&w, "condition", cond, 13, 0);
  scaled(&w, "displacement", displacement, 4, 19, 5);
  return finish(&w);
}

static uint32_t compare_branch(const char *name, uint32_t word, A64Reg t, int64_t displacement) {
  Word w = start(name, word);
  reg(&w, "t", t, 0);
  scaled(&w, "displacement", displacement, 4, 19, 5);
  return finish(&w);
}

uint32_t a64_cbz(A64Reg t, int64_t displacement) { return compare_branch("cbz", 0xb4000000, t, displacement); }
uint32_t a64_cbnz(A64Reg t, int64_t displacement) { return compare_branch("cbnz", 0xb5000000, t, displacement); }

static uint32_t test_branch(const char *name, uint32_t word, A64Reg t, int bit, int64_t displacement) {
  Word w = start(name, word);
  reg(&w, "t", t, 0);
  if (check(&w, "bit", bit, 0, 63))
    w.word |= ((uint32_t)bit >> 5) << 31 | ((uint32_t)bit & 31) << 19;
  scaled(&w, "displacement", displacement, 4, 14, 5);
  return finish(&w);
}

uint32_t a64_tbz(A64Reg t, int bit, int64_t displacement) {
  return test_branch("tbz", 0x36000000, t, bit, displacement);
}
uint32_t a64_tbnz(A64Reg t, int bit, int64_t displacement) {
  return test_branch("tbnz", 0x37000000, t, bit, displacement);
}

/* The 21-bit immediate: its low two bits in bits 30..29, the rest in bits 23..5. */
static uint32_t address(const char *name, uint32_t word, A64Reg d, int64_t displacement, int scale) {
  Word w = start(name, word), immediate = start(name, 0);
  reg(&w, "d", d, 0);
  scaled(&immediate, "displacement", displacement, scale, 21, 0);
  w.word |= (immediate.word & 3) << 29 | immediate.word >> 2 << 5;
  w.valid = w.valid && immediate.valid;
  return finish(&w);
}

uint32_t a64_adr(A64Reg d, int64_t displacement) { return address("adr", 0x10000000, d, displacement, 1); }
uint32_t a64_adrp(A64Reg d, int64_t displacement) { return address("adrp", 0x90000000, d, displacement, 4096); }

uint32_t a64_br(A64Reg n) {
  Word w = start("br", 0xd61f0000);
  reg(&w, "n", n, 5);
  return finish(&w);
}
uint32_t a64_blr(A64Reg n) {
  Word w = start("blr", 0xd63f0000);
  reg(&w, "n", n, 5);
  return finish(&w);
}

uint32_t a64_ret(void) { return 0xd65f03c0; }

/* ---- System ---------------------------------------------------------------------------------------------------- */

uint32_t a64_svc(int64_t imm16) {
  Word w = start("svc", 0xd4000001);
  bits(&w, "imm16", imm16, 0xffff, 5);
  return finish(&w);
}

uint32_t a64_brk(int64_t imm16) {
  Word w = start("brk", 0xd4200000);
  bits(&w, "imm16", imm16, 0xffff, 5);
  return finish(&w);
}

uint32_t a64_nop(void) { return 0xd503201f; }

/* ---- NEON ------------------------------------------------------------------------------------------------------ */

uint32_t a64_movi_16b(A64Vec d, int64_t imm8) {
  Word w = start("movi_16b", 0x4f00e400);
  vec(&w, "d", d, 0);
  if (check(&w, "imm8", imm8, 0, 255))
    w.word |= ((uint32_t)imm8 >> 5) << 16 | ((uint32_t)imm8 & 31) << 5;
  return finish(&w);
}

static uint32_t vec_three(const char *name, uint32_t word, A64Vec d, A64Vec n, A64Vec m) {
  Word w = start(name, word);
  vec(&w, "d", d, 0);
  vec(&w, "n", n, 5);
  vec(&w, "m", m, 16);
  return finish(&w);
}

uint32_t a64_orr_16b(A64Vec d, A64Vec n, A64Vec m) { return vec_three("orr_16b", 0x4ea01c00, d, n, m); }
uint32_t a64_and_16b(A64Vec d, A64Vec n, A64Vec m) { return vec_three("and_16b", 0x4e201c00, d, n, m); }
uint32_t a64_sub_16b(A64Vec d, A64Vec n, A64Vec m) { return vec_three("sub_16b", 0x6e208400, d, n, m); }
uint32_t a64_cmeq_16b(A64Vec d, A64Vec n, A64Vec m) { return vec_three("cmeq_16b", 0x6e208c00, d, n, m); }
uint32_t a64_cmhs_16b(A64Vec d, A64Vec n, A64Vec m) { return vec_three("cmhs_16b", 0x6e203c00, d, n, m); }

uint32_t a64_cmeq_16b_zero(A64Vec d, A64Vec n) { return vec_three("cmeq_16b_zero", 0x4e209800, d, n, (A64Vec){0}); }
uint32_t a64_cmlt_16b_zero(A64Vec d, A64Vec n) { return vec_three("cmlt_16b_zero", 0x4e20a800, d, n, (A64Vec){0}); }

/* immh:immb, bits 22..16, is 16 - count for a result of bytes. */
uint32_t a64_shrn_8b(A64Vec d, A64Vec n, int64_t count) {
  Word w = start("shrn_8b", 0x0f008400);
  vec(&w, "d", d, 0);
  vec(&w, "n", n, 5);
  if (check(&w, "count", count, 1, 8))
    w.word |= (uint32_t)(16 - count) << 16;
  return finish(&w);
}

uint32_t a64_fmov_x_d(A64Reg d, A64Vec n) {
  Word w = start("fmov_x_d", 0x9e660000);
  reg(&w, "d", d, 0);
  vec(&w, "n", n, 5);
  return finish(&w);
}

static uint32_t q_offset(const char *name, uint32_t word, A64Vec t, A64Reg n, int64_t offset) {
  Word w = start(name, word);
  vec(&w, "t", t, 0);
  unsigned_offset(&w, n, offset, 16);
  return finish(&w);
}

uint32_t a64_ldr_q_offset(A64Vec t, A64Reg n, int64_t offset) {
  return q_offset("ldr_q_offset", 0x3dc00000, t, n, offset);
}
uint32_t a64_str_q_offset(A64Vec t, A64Reg n, int64_t offset) {
  return q_offset("str_q_offset", 0x3d800000, t, n, offset);
}

static uint32_t q_signed(const char *name, uint32_t word, A64Vec t, A64Reg n, int64_t offset) {
  Word w = start(name, word);
  vec(&w, "t", t, 0);
  reg_sp(&w, "n", n, 5);
  scaled(&w, "offset", offset, 1, 9, 12);
  return finish(&w);
}

uint32_t a64_ldur_q(A64Vec t, A64Reg n, int64_t offset) { return q_signed("ldur_q", 0x3cc00000, t, n, offset); }
uint32_t a64_stur_q(A64Vec t, A64Reg n, int64_t offset) { return q_signed("stur_q", 0x3c800000, t, n, offset); }
uint32_t a64_str_q_post(A64Vec t, A64Reg n, int64_t offset) { return q_signed("str_q_post", 0x3c800400, t, n, offset); }

uint32_t a64_ldr_q_literal(A64Vec t, int64_t displacement) {
  Word w = start("ldr_q_literal", 0x9c000000);
  vec(&w, "t", t, 0);
  scaled(&w, "displacement", displacement, 4, 19, 5);
  return finish(&w);
}

/* SPDX-License-Identifier: MIT */
