/* hold_x64.c: an instruction of each x86-64 encoder, with random operands. */
#include "isa/prove/hold_draw.h"
#include "isa/registers.h"
#include "isa/x64.h"

#include <string.h>

static Drawn *now;

static X64Reg reg(void) { return (X64Reg){(unsigned char)draw_within(0, 15)}; }
static X64Xmm xmm(void) { return XMM((unsigned char)draw_within(0, 15)); }

/* An operand in memory, of all three forms. */
static X64Mem memory(void) {
  now->has_memory = true;
  now->base = now->index = -1;
  now->displacement = draw_within(0, 2) ? draw_within(-128, 127) : draw_within(-100000, 100000);
  switch (draw_within(0, 3)) {
  case 0: /* to the window, from the end of the instruction: hold.c corrects it by its size */
    now->displacement = (int64_t)(EXECUTE_WINDOW - EXECUTE_AT) + draw_within(0, 60) * 16;
    return x64_at_rip(now->displacement);
  case 1:
    now->index = (int)draw_within(0, 15);
    if (now->index == 4)
      now->index = 5;
    now->scale = 1 << draw_within(0, 3);
    now->base = reg().number;
    return x64_at_indexed((X64Reg){(unsigned char)now->base}, (X64Reg){(unsigned char)now->index}, now->scale,
                          now->displacement);
  default:
    now->base = reg().number;
    return x64_at((X64Reg){(unsigned char)now->base}, now->displacement);
  }
}
static X64Mem aligned(void) {
  now->align = 16;
  return memory();
}
static int64_t near8(void) { return draw_within(0, 1) ? draw_within(16, 127) : draw_within(-128, -32); }
static int64_t near32(void) { return draw_within(0, 1) ? draw_within(16, 7000) : draw_within(-7000, -32); }
static X64Reg target(void) {
  X64Reg to = reg();
  now->jump = to.number;
  return to;
}
/* rsp lies in the window, so it cannot be the place to call as well. */
static X64Reg target_but_rsp(void) {
  X64Reg to = target();
  while (to.number == 4)
    to = target();
  return to;
}
static LayCode on_stack(LayCode code) {
  now->stack = true;
  return code;
}
static LayCode returning(LayCode code) {
  now->stack = now->returns = true;
  return code;
}
static LayCode dividing(int divides, LayCode code) {
  now->divides = divides;
  return code;
}
static int64_t signed8(void) { return draw_within(-128, 127); }
static int64_t signed32(void) { return draw_within(0, 1) ? signed8() : draw_within(INT32_MIN, INT32_MAX); }
static int64_t unsigned32(void) { return draw_within(0, UINT32_MAX); }
static X64Cond cond(void) { return (X64Cond)draw_within(0, 15); }

#define ARITHMETIC(E, n)                                                                                               \
  E(n##_r64_r64, x64_##n##_r64_r64(reg(), reg()))                                                                      \
  E(n##_r32_r32, x64_##n##_r32_r32(reg(), reg()))                                                                      \
  E(n##_r64_imm, x64_##n##_r64_imm(reg(), signed32()))                                                                 \
  E(n##_r32_imm, x64_##n##_r32_imm(reg(), signed32()))
#define SSE2(E, n)                                                                                                     \
  E(n##_xmm_xmm, x64_##n##_xmm_xmm(xmm(), xmm()))                                                                      \
  E(n##_xmm_m128, x64_##n##_xmm_m128(xmm(), aligned()))
#define ENCODERS(E)                                                                                                    \
  E(mov_r64_r64, x64_mov_r64_r64(reg(), reg()))                                                                        \
  E(mov_r32_r32, x64_mov_r32_r32(reg(), reg()))                                                                        \
  E(mov_r8_imm8, x64_mov_r8_imm8(reg(), draw_within(0, 255)))                                                          \
  E(mov_r32_imm32, x64_mov_r32_imm32(reg(), unsigned32()))                                                             \
  E(mov_r64_imm32, x64_mov_r64_imm32(reg(), signed32()))                                                               \
  E(mov_r64_imm64, x64_mov_r64_imm64(reg(), (int64_t)draw_number()))                                                   \
  E(mov_r8_m8, x64_mov_r8_m8(reg(), memory()))                                                                         \
  E(mov_r32_m32, x64_mov_r32_m32(reg(), memory()))                                                                     \
  E(mov_r64_m64, x64_mov_r64_m64(reg(), memory()))                                                                     \
  E(mov_m8_r8, x64_mov_m8_r8(memory(), reg()))                                                                         \
  E(mov_m16_r16, x64_mov_m16_r16(memory(), reg()))                                                                     \
  E(mov_m32_r32, x64_mov_m32_r32(memory(), reg()))                                                                     \
  E(mov_m64_r64, x64_mov_m64_r64(memory(), reg()))                                                                     \
  E(mov_m8_imm8, x64_mov_m8_imm8(memory(), draw_within(-128, 255)))                                                    \
  E(mov_m16_imm16, x64_mov_m16_imm16(memory(), draw_within(-32768, 65535)))                                            \
  E(mov_m32_imm32, x64_mov_m32_imm32(memory(), draw_within(INT32_MIN, UINT32_MAX)))                                    \
  E(mov_m64_imm32, x64_mov_m64_imm32(memory(), signed32()))                                                            \
  E(movzx_r32_r8, x64_movzx_r32_r8(reg(), reg()))                                                                      \
  E(movzx_r32_r16, x64_movzx_r32_r16(reg(), reg()))                                                                    \
  E(movzx_r32_m8, x64_movzx_r32_m8(reg(), memory()))                                                                   \
  E(movzx_r32_m16, x64_movzx_r32_m16(reg(), memory()))                                                                 \
  E(movsx_r64_m16, x64_movsx_r64_m16(reg(), memory()))                                                                 \
  E(movsx_r64_m8, x64_movsx_r64_m8(reg(), memory()))                                                                   \
  E(movsxd_r64_m32, x64_movsxd_r64_m32(reg(), memory()))                                                               \
  E(lea_r64_m, x64_lea_r64_m(reg(), memory()))                                                                         \
  E(push_r64, on_stack(x64_push_r64(reg())))                                                                           \
  E(push_imm8, on_stack(x64_push_imm8(signed8())))                                                                     \
  E(pop_r64, on_stack(x64_pop_r64(reg())))                                                                             \
  E(xchg_eax_r32, x64_xchg_eax_r32((X64Reg){(unsigned char)draw_within(1, 15)}))                                       \
  ARITHMETIC(E, add)                                                                                                   \
  ARITHMETIC(E, or)                                                                                                    \
  ARITHMETIC(E, and)                                                                                                   \
  ARITHMETIC(E, sub)                                                                                                   \
  ARITHMETIC(E, xor)                                                                                                   \
  ARITHMETIC(E, cmp)                                                                                                   \
  E(or_r8_r8, x64_or_r8_r8(reg(), reg()))                                                                              \
  E(test_r64_r64, x64_test_r64_r64(reg(), reg()))                                                                      \
  E(test_r32_r32, x64_test_r32_r32(reg(), reg()))                                                                      \
  E(test_r8_imm8, x64_test_r8_imm8(reg(), draw_within(0, 255)))                                                        \
  E(test_r32_imm32, x64_test_r32_imm32(reg(), unsigned32()))                                                           \
  E(test_r64_imm32, x64_test_r64_imm32(reg(), signed32()))                                                             \
  E(neg_r64, x64_neg_r64(reg()))                                                                                       \
  E(not_r64, x64_not_r64(reg()))                                                                                       \
  E(mul_r64, x64_mul_r64(reg()))                                                                                       \
  E(imul_r64, x64_imul_r64(reg()))                                                                                     \
  E(div_r64, dividing(1, x64_div_r64(reg())))                                                                          \
  E(idiv_r64, dividing(2, x64_idiv_r64(reg())))                                                                        \
  E(cqo, x64_cqo())                                                                                                    \
  E(sar_r64_imm8, x64_sar_r64_imm8(reg(), draw_within(0, 63)))                                                         \
  E(ror_r64_imm8, x64_ror_r64_imm8(reg(), draw_within(0, 63)))                                                         \
  E(sar_r64_cl, x64_sar_r64_cl(reg()))                                                                                 \
  E(ror_r64_cl, x64_ror_r64_cl(reg()))                                                                                 \
  E(bsf_r64_r64, x64_bsf_r64_r64(reg(), reg()))                                                                        \
  E(bsr_r64_r64, x64_bsr_r64_r64(reg(), reg()))                                                                        \
  E(bswap_r64, x64_bswap_r64(reg()))                                                                                   \
  E(cmov_r64_r64, x64_cmov_r64_r64(cond(), reg(), reg()))                                                              \
  E(inc_r32, x64_inc_r32(reg()))                                                                                       \
  E(dec_r32, x64_dec_r32(reg()))                                                                                       \
  E(inc_m8, x64_inc_m8(memory()))                                                                                      \
  E(imul_r64_r64, x64_imul_r64_r64(reg(), reg()))                                                                      \
  E(imul_r64_r64_imm, x64_imul_r64_r64_imm(reg(), reg(), signed32()))                                                  \
  E(shl_r64_imm8, x64_shl_r64_imm8(reg(), draw_within(0, 63)))                                                         \
  E(shr_r64_imm8, x64_shr_r64_imm8(reg(), draw_within(0, 63)))                                                         \
  E(shl_r64_cl, x64_shl_r64_cl(reg()))                                                                                 \
  E(shr_r64_cl, x64_shr_r64_cl(reg()))                                                                                 \
  E(bsf_r32_r32, x64_bsf_r32_r32(reg(), reg()))                                                                        \
  E(jmp_rel8, x64_jmp_rel8(near8()))                                                                                   \
  E(jmp_rel32, x64_jmp_rel32(near32()))                                                                                \
  E(jcc_rel8, x64_jcc_rel8(cond(), near8()))                                                                           \
  E(jcc_rel32, x64_jcc_rel32(cond(), near32()))                                                                        \
  E(call_rel32, on_stack(x64_call_rel32(near32())))                                                                    \
  E(jmp_r64, x64_jmp_r64(target()))                                                                                    \
  E(call_r64, on_stack(x64_call_r64(target_but_rsp())))                                                                \
  E(ret, returning(x64_ret()))                                                                                         \
  E(nop, x64_nop())                                                                                                    \
  E(movdqu_xmm_m128, x64_movdqu_xmm_m128(xmm(), memory()))                                                             \
  E(movdqu_m128_xmm, x64_movdqu_m128_xmm(memory(), xmm()))                                                             \
  E(movdqa_xmm_xmm, x64_movdqa_xmm_xmm(xmm(), xmm()))                                                                  \
  E(movdqa_xmm_m128, x64_movdqa_xmm_m128(xmm(), aligned()))                                                            \
  E(movq_xmm_r64, x64_movq_xmm_r64(xmm(), reg()))                                                                      \
  E(movq_r64_xmm, x64_movq_r64_xmm(reg(), xmm()))                                                                      \
  E(pmovmskb_r32_xmm, x64_pmovmskb_r32_xmm(reg(), xmm()))                                                              \
  SSE2(E, por)                                                                                                         \
  SSE2(E, pand)                                                                                                        \
  SSE2(E, pxor)                                                                                                        \
  SSE2(E, pcmpeqb)                                                                                                     \
  SSE2(E, pcmpgtb)                                                                                                     \
  SSE2(E, psubb)                                                                                                       \
  SSE2(E, pminub)                                                                                                      \
  SSE2(E, pmaxub)

#define DRAW_OF(symbol, call)                                                                                          \
  static LayCode draw_##symbol(void) { return call; }
ENCODERS(DRAW_OF)
#define ROW_OF(symbol, call) {#symbol, draw_##symbol},
static const struct {
  const char *name;
  LayCode (*draw)(void);
} encoders[] = {ENCODERS(ROW_OF)};

bool draw_x64(size_t i, const char **name, Drawn *drawn) {
  if (i >= sizeof encoders / sizeof *encoders)
    return false;
  now = drawn;
  *now = (Drawn){.base = -1, .index = -1, .scale = 1, .align = 1, .jump = -1};
  *name = encoders[i].name;
  now->code = encoders[i].draw();
  return true;
}

/* SPDX-License-Identifier: MIT */
