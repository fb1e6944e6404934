/* hold_a64.c: an instruction of each arm64 encoder, with random operands. */
#include "isa/a64.h"
#include "isa/prove/hold_draw.h"
#include "isa/registers.h"

static Drawn *now;

/* x0..x30, or the zero register. */
static A64Reg reg(void) {
  int64_t number = draw_within(0, 31);
  return number == 31 ? XZR : X((unsigned char)number);
}
/* x0..x30, or sp. */
static A64Reg reg_sp(void) {
  int64_t number = draw_within(0, 31);
  return number == 31 ? SP : X((unsigned char)number);
}
static A64Vec vec(void) { return V((unsigned char)draw_within(0, 31)); }

/* The base of an access at base + offset. */
static A64Reg base(int64_t offset) {
  A64Reg n = reg_sp();
  now->has_memory = true;
  now->base = n.number;
  now->displacement = offset;
  if (n.sp)
    now->align = 16;
  return n;
}
static A64Reg index_of(int scale) {
  A64Reg m = reg();
  now->index = m.number == 31 ? -1 : m.number;
  now->scale = scale;
  return m;
}
static int64_t offset_of(int64_t size) { return draw_within(0, 4095) * size; }
static int64_t signed9(void) { return draw_within(-256, 255); }
/* t must not be the base. */
static A64Reg not_base(void) {
  A64Reg t = reg();
  while (t.number == now->base || (t.number == 31 && now->base == 31))
    t = X((unsigned char)draw_within(0, 30));
  return t;
}
/* From the instruction to the window, as far as a load of `size` bytes fits in. */
static int64_t to_window(int64_t size) {
  now->has_memory = true;
  return (int64_t)(EXECUTE_WINDOW - EXECUTE_AT) + draw_within(0, (EXECUTE_WINDOW_SIZE - size) / 4) * 4;
}
/* A displacement that ends among the traps, but not in the instruction. */
static int64_t near(void) { return (draw_within(0, 1) ? draw_within(4, 1700) : draw_within(-1700, -4)) * 4; }
static A64Reg target(void) {
  A64Reg n = X((unsigned char)draw_within(0, 30));
  now->jump = n.number;
  return n;
}
static uint32_t returning(uint32_t word) {
  now->jump = 30;
  return word;
}
static A64Cond cond(void) { return (A64Cond)draw_within(0, 13); }
static int shift(void) { return (int)draw_within(0, 63); }
static int quarter(void) { return 16 * (int)draw_within(0, 3); }
static int twelve(void) { return draw_within(0, 1) ? 12 : 0; }
static int64_t imm16(void) { return draw_within(0, 65535); }
static int64_t imm12(void) { return draw_within(0, 4095); }
static uint64_t mask(void) {
  unsigned size = 2u << draw_within(0, 5), ones = (unsigned)draw_within(1, size - 1);
  unsigned rotation = (unsigned)draw_within(0, size - 1);
  uint64_t all = size == 64 ? ~UINT64_C(0) : (UINT64_C(1) << size) - 1, run = (UINT64_C(1) << ones) - 1;
  uint64_t element = rotation ? (run >> rotation | run << (size - rotation)) & all : run;
  for (; size < 64; size *= 2)
    element |= element << size;
  return element;
}

/* Bases are drawn before what must differ from them, whatever order a call's arguments are evaluated in. */
#define MEMORY(E, ldr, str, ldur, stur, size)                                                                          \
  E(ldr##_offset, (offset = offset_of(size), n = base(offset), a64_##ldr##_offset(reg(), n, offset)))                  \
  E(str##_offset, (offset = offset_of(size), n = base(offset), a64_##str##_offset(reg(), n, offset)))                  \
  E(ldur, (offset = signed9(), n = base(offset), a64_##ldur(reg(), n, offset)))                                        \
  E(stur, (offset = signed9(), n = base(offset), a64_##stur(reg(), n, offset)))                                        \
  E(ldr##_index, (n = base(0), a64_##ldr##_index(reg(), n, index_of(size))))                                           \
  E(str##_index, (n = base(0), a64_##str##_index(reg(), n, index_of(size))))                                           \
  E(ldr##_post, (offset = signed9(), n = base(0), a64_##ldr##_post(not_base(), n, offset)))                            \
  E(str##_post, (offset = signed9(), n = base(0), a64_##str##_post(not_base(), n, offset)))
#define THREE(E, name) E(name, a64_##name(reg(), reg(), reg()))
#define SHIFTED(E, name) E(name, a64_##name(reg(), reg(), reg(), shift()))
#define VECTORS(E, name) E(name, a64_##name(vec(), vec(), vec()))
#define ENCODERS(E)                                                                                                    \
  E(movz, a64_movz(reg(), imm16(), quarter()))                                                                         \
  E(movn, a64_movn(reg(), imm16(), quarter()))                                                                         \
  E(movk, a64_movk(reg(), imm16(), quarter()))                                                                         \
  E(add_imm, a64_add_imm(reg_sp(), reg_sp(), imm12(), twelve()))                                                       \
  E(sub_imm, a64_sub_imm(reg_sp(), reg_sp(), imm12(), twelve()))                                                       \
  E(adds_imm, a64_adds_imm(reg(), reg_sp(), imm12(), twelve()))                                                        \
  E(subs_imm, a64_subs_imm(reg(), reg_sp(), imm12(), twelve()))                                                        \
  SHIFTED(E, add)                                                                                                      \
  SHIFTED(E, sub)                                                                                                      \
  SHIFTED(E, subs)                                                                                                     \
  SHIFTED(E, and)                                                                                                      \
  SHIFTED(E, orr)                                                                                                      \
  SHIFTED(E, orn)                                                                                                      \
  SHIFTED(E, eor)                                                                                                      \
  SHIFTED(E, ands)                                                                                                     \
  E(and_imm, a64_and_imm(reg_sp(), reg(), mask()))                                                                     \
  E(orr_imm, a64_orr_imm(reg_sp(), reg(), mask()))                                                                     \
  E(eor_imm, a64_eor_imm(reg_sp(), reg(), mask()))                                                                     \
  E(ands_imm, a64_ands_imm(reg(), reg(), mask()))                                                                      \
  E(madd, a64_madd(reg(), reg(), reg(), reg()))                                                                        \
  E(msub, a64_msub(reg(), reg(), reg(), reg()))                                                                        \
  THREE(E, udiv)                                                                                                       \
  THREE(E, sdiv)                                                                                                       \
  THREE(E, asrv)                                                                                                       \
  THREE(E, rorv)                                                                                                       \
  THREE(E, umulh)                                                                                                      \
  THREE(E, smulh)                                                                                                      \
  E(asr_imm, a64_asr_imm(reg(), reg(), shift()))                                                                       \
  E(ror_imm, a64_ror_imm(reg(), reg(), shift()))                                                                       \
  E(csel, a64_csel(reg(), reg(), reg(), cond()))                                                                       \
  E(rev, a64_rev(reg(), reg()))                                                                                        \
  THREE(E, lslv)                                                                                                       \
  THREE(E, lsrv)                                                                                                       \
  E(lsl_imm, a64_lsl_imm(reg(), reg(), shift()))                                                                       \
  E(lsr_imm, a64_lsr_imm(reg(), reg(), shift()))                                                                       \
  MEMORY(E, ldrb, strb, ldurb, sturb, 1)                                                                               \
  MEMORY(E, ldrh, strh, ldurh, sturh, 2)                                                                               \
  MEMORY(E, ldr_w, str_w, ldur_w, stur_w, 4)                                                                           \
  MEMORY(E, ldr_x, str_x, ldur_x, stur_x, 8)                                                                           \
  E(ldrsh_x_index, (n = base(0), a64_ldrsh_x_index(reg(), n, index_of(2))))                                            \
  E(str_x_pre, (offset = signed9() & ~15, n = base(offset), a64_str_x_pre(not_base(), n, offset)))                     \
  E(stp_pre, (offset = draw_within(-32, 31) * 16, n = base(offset), a64_stp_pre(not_base(), not_base(), n, offset)))   \
  E(stp_offset, (offset = draw_within(-64, 63) * 8, n = base(offset), a64_stp_offset(reg(), reg(), n, offset)))        \
  E(ldp_post, (offset = draw_within(-64, 63) * 8, n = base(0), t = not_base(), a64_ldp_post(t, unlike(t), n, offset))) \
  E(ldp_offset,                                                                                                        \
    (offset = draw_within(-64, 63) * 8, n = base(offset), t = reg(), a64_ldp_offset(t, unlike(t), n, offset)))         \
  E(ldp_w_offset,                                                                                                      \
    (offset = draw_within(-64, 63) * 4, n = base(offset), t = reg(), a64_ldp_w_offset(t, unlike(t), n, offset)))       \
  E(b, a64_b(near()))                                                                                                  \
  E(bl, a64_bl(near()))                                                                                                \
  E(b_cond, a64_b_cond(cond(), near()))                                                                                \
  E(cbz, a64_cbz(reg(), near()))                                                                                       \
  E(cbnz, a64_cbnz(reg(), near()))                                                                                     \
  E(tbz, a64_tbz(reg(), shift(), near()))                                                                              \
  E(tbnz, a64_tbnz(reg(), shift(), near()))                                                                            \
  E(adr, a64_adr(reg(), draw_within(-1048576, 1048575)))                                                               \
  E(adrp, a64_adrp(reg(), draw_within(-1048576, 1048575) * 4096))                                                      \
  E(ldr_w_literal, a64_ldr_w_literal(reg(), to_window(4)))                                                             \
  E(ldr_x_literal, a64_ldr_x_literal(reg(), to_window(8)))                                                             \
  E(br, a64_br(target()))                                                                                              \
  E(blr, a64_blr(target()))                                                                                            \
  E(ret, returning(a64_ret()))                                                                                         \
  E(nop, a64_nop())                                                                                                    \
  E(movi_16b, a64_movi_16b(vec(), draw_within(0, 255)))                                                                \
  VECTORS(E, orr_16b)                                                                                                  \
  VECTORS(E, and_16b)                                                                                                  \
  VECTORS(E, sub_16b)                                                                                                  \
  VECTORS(E, cmeq_16b)                                                                                                 \
  VECTORS(E, cmhs_16b)                                                                                                 \
  E(cmeq_16b_zero, a64_cmeq_16b_zero(vec(), vec()))                                                                    \
  E(cmlt_16b_zero, a64_cmlt_16b_zero(vec(), vec()))                                                                    \
  E(shrn_8b, a64_shrn_8b(vec(), vec(), draw_within(1, 8)))                                                             \
  E(fmov_x_d, a64_fmov_x_d(reg(), vec()))                                                                              \
  E(ldr_q_offset, (offset = offset_of(16), n = base(offset), a64_ldr_q_offset(vec(), n, offset)))                      \
  E(str_q_offset, (offset = offset_of(16), n = base(offset), a64_str_q_offset(vec(), n, offset)))                      \
  E(ldur_q, (offset = signed9(), n = base(offset), a64_ldur_q(vec(), n, offset)))                                      \
  E(stur_q, (offset = signed9(), n = base(offset), a64_stur_q(vec(), n, offset)))                                      \
  E(str_q_post, (offset = signed9(), n = base(0), a64_str_q_post(vec(), n, offset)))                                   \
  E(ldr_q_literal, a64_ldr_q_literal(vec(), to_window(16)))                                                            \
  E(rbit, a64_rbit(reg(), reg()))                                                                                      \
  E(clz, a64_clz(reg(), reg()))

/* Another register than t, and than the base. */
static A64Reg unlike(A64Reg t) {
  A64Reg t2 = not_base();
  while (t2.number == t.number)
    t2 = X((unsigned char)draw_within(0, 30));
  return t2.number == now->base ? unlike(t) : t2;
}

#define DRAW_OF(symbol, call)                                                                                          \
  static uint32_t draw_##symbol(void) {                                                                                \
    int64_t offset = 0;                                                                                                \
    A64Reg n = XZR, t = XZR;                                                                                           \
    (void)offset, (void)n, (void)t;                                                                                    \
    return call;                                                                                                       \
  }
ENCODERS(DRAW_OF)
#define ROW_OF(symbol, call) {#symbol, draw_##symbol},
static const struct {
  const char *name;
  uint32_t (*draw)(void);
} encoders[] = {ENCODERS(ROW_OF)};

bool draw_a64(size_t i, const char **name, Drawn *drawn) {
  if (i >= sizeof encoders / sizeof *encoders)
    return false;
  now = drawn;
  *now = (Drawn){.base = -1, .index = -1, .scale = 1, .align = 1, .jump = -1};
  *name = encoders[i].name;
  now->code = a64_code(encoders[i].draw());
  return true;
}

/* SPDX-License-Identifier: MIT */
