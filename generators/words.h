/* words.h: the short vocabulary of the emitter: routine, label, add, ld64, beq, ... Include it last, in files that lay
 * code and nothing else: these words are macros, and some are words of other headers too (<iso646.h>, <sys/reg.h>).
 *
 * Each word notes the file and line where it stands and calls a function of isa/machine.h, which says what it does. An
 * operand that is a register or an integer picks the form, as bl_add or bl_add_imm. What is neither does not compile.
 * The function has the name of the word with bl_ before it, except:
 *
 *     divu remu divs rems         bl_div bl_rem bl_div_signed bl_rem_signed     C has functions div and remainder
 *     mulhu mulhs                 bl_mul_high bl_mul_high_signed
 *     inv bit_count select_if     bl_not bl_count_ones bl_select                not and select are words of others
 *     ldN ldNs ldNx ldNsx         bl_load bl_load_signed bl_load_indexed bl_load_signed_indexed
 *     ldN_of ldN_next             bl_load_of bl_load_next
 *     stN stNx stN_of stN_next    bl_store bl_store_indexed bl_store_of bl_store_next
 *     beq bne bltu .. bge         bl_branch, with IF_EQ IF_NE IF_LTU .. IF_GE
 *     bset bclr                   bl_branch_bits
 *     sys sys_number              bl_syscall_with bl_syscall_number
 *     in out moves destroys ..    bl_clause, and with routine: bl_contract
 *     data_bytes data_string      bl_bytes
 *     data_u8 .. data_u64         bl_value; so data_value, and data_offset16 bl_offset16 */
#ifndef BYTELAY_WORDS_H
#define BYTELAY_WORDS_H

#include "isa/program.h"

typedef BlReg Reg;
typedef BlCond Cond;
typedef BlIsa Isa;
typedef BlMachine Machine;
typedef BlSystemCall SystemCall;
typedef BlByteTerm ByteTerm;
typedef BlByteSet ByteSet;

/* What an operand may be. In C, _Generic has no branch for anything but a register and an integer, so a pointer, a
 * fraction or a register of another kind does not compile; in C++ there is no function for it. */
/* clang-format off */
#ifdef __cplusplus
#include <initializer_list>
#include <type_traits>
template <class T> constexpr bool bl_is_integer = std::is_integral<T>::value || std::is_enum<T>::value;
template <class R, class I> inline R bl_pick(BlReg, R reg, I) { return reg; }
template <class T, class R, class I> inline typename std::enable_if<bl_is_integer<T>, I>::type bl_pick(T, R, I imm) {
  return imm;
}
inline void bl_enter_all(std::initializer_list<BlReg> saved) { bl_enter(saved.begin(), (int)saved.size()); }
inline BlClause bl_clause_of(BlClauseKind kind, std::initializer_list<BlReg> registers) {
  return bl_clause(kind, registers.begin(), (int)registers.size());
}
inline void bl_sys_with(BlSystemCall number, std::initializer_list<BlReg> arguments) {
  bl_syscall_with(number, arguments.begin());
}
inline void bl_contract_of(std::initializer_list<BlClause> clauses) { bl_contract(clauses.begin()); }
#define BL_PICK_(b, reg, imm) bl_pick(b, reg, imm)
#define BL_INTEGER_(value, imm) bl_pick(value, 0, imm)
#define BL_ENTER_(...) bl_enter_all({__VA_ARGS__})
#define BL_CLAUSE_(kind, ...) bl_clause_of(kind, {__VA_ARGS__})
#define BL_CONTRACT_(...) bl_contract_of({__VA_ARGS__})
#define BL_SYS_WITH_(number, ...) bl_sys_with(number, {__VA_ARGS__})
#else
#define BL_INTEGERS_(imm)                                                                                              \
  _Bool: imm, char: imm, signed char: imm, unsigned char: imm, short: imm, unsigned short: imm, int: imm,              \
  unsigned: imm, long: imm, unsigned long: imm, long long: imm, unsigned long long: imm
#define BL_PICK_(b, reg, imm) _Generic((b), BlReg: reg, BL_INTEGERS_(imm))
#define BL_INTEGER_(value, imm) _Generic((value), BL_INTEGERS_(imm))
#define BL_ENTER_(...)                                                                                                 \
  bl_enter((const BlReg[]){__VA_ARGS__}, (int)(sizeof((const BlReg[]){__VA_ARGS__}) / sizeof(BlReg)))
#define BL_CLAUSE_(kind, ...)                                                                                          \
  bl_clause(kind, (const BlReg[]){__VA_ARGS__}, (int)(sizeof((const BlReg[]){__VA_ARGS__}) / sizeof(BlReg)))
/* Sixteen at most: tcc does not count the elements of an array that has no bound. */
#define BL_CONTRACT_(...) bl_contract((const BlClause[16]){__VA_ARGS__})
#define BL_SYS_WITH_(number, ...) bl_syscall_with(number, (const BlReg[]){__VA_ARGS__})
#endif
/* clang-format on */

#define A0 BL_A0
#define A1 BL_A1
#define A2 BL_A2
#define A3 BL_A3
#define A4 BL_A4
#define A5 BL_A5
#define T0 BL_T0
#define T1 BL_T1
#define S0 BL_S0
#define S1 BL_S1
#define S2 BL_S2
#define S3 BL_S3
#define S4 BL_S4
#define S5 BL_S5
#define ALL_A A0, A1, A2, A3, A4, A5
#define ALL_T T0, T1
/* Open a routine: bind a global label, and declare its contract: routine("name", in(A0), destroys(ALL_T)). It stands in
 * one line: compilers do not agree which is __LINE__ in a call of several. */
#define routine(...) BL_ROUTINE_(__VA_ARGS__, (BL_LITERAL_(BlClause){BL_CLAUSE_END, 0}))
#define BL_ROUTINE_(name, ...) (BL_AT, bl_routine(name), BL_CONTRACT_(__VA_ARGS__))
#define in(...) BL_CLAUSE_(BL_CLAUSE_IN, __VA_ARGS__)
#define out(...) BL_CLAUSE_(BL_CLAUSE_OUT, __VA_ARGS__)
#define out_if(...) BL_CLAUSE_(BL_CLAUSE_OUT_IF, __VA_ARGS__)
#define moves(...) BL_CLAUSE_(BL_CLAUSE_MOVES, __VA_ARGS__)
#define destroys(...) BL_CLAUSE_(BL_CLAUSE_DESTROYS, __VA_ARGS__)
#define may_destroy(...) BL_CLAUSE_(BL_CLAUSE_MAY_DESTROY, __VA_ARGS__)
#define no_return (BL_LITERAL_(BlClause){BL_CLAUSE_NO_RETURN, 0})
#define c_function (BL_LITERAL_(BlClause){BL_CLAUSE_C_FUNCTION, 0})
#define piece (BL_LITERAL_(BlClause){BL_CLAUSE_PIECE, 0})
#define label(name) (BL_AT, bl_label(name)) /* bind a label of this routine */
#define label_uncounted(name) (BL_AT, bl_label_uncounted(name))
#define enter(...) (BL_AT, BL_ENTER_(__VA_ARGS__))
#define enter_bare() (BL_AT, bl_enter(NULL, 0))
#define leave() (BL_AT, bl_leave())
#define ret() (BL_AT, bl_ret())                                   /* return from a routine that did not `enter` */
#define li(d, value) (BL_AT, BL_INTEGER_(value, bl_li)(d, value)) /* d = value, any 64-bit constant */
#define mov(d, a) (BL_AT, bl_mov(d, a))                           /* d = a */
#define la(d, name) (BL_AT, bl_la(d, name))                       /* d = address of a label (code, data or bss) */
#define add(d, a, b) (BL_AT, BL_PICK_(b, bl_add, bl_add_imm)(d, a, b))
#define sub(d, a, b) (BL_AT, BL_PICK_(b, bl_sub, bl_sub_imm)(d, a, b))
/* clang-format takes these three names for operators and would part them from their parameters; C++ does take them for
 * operators, so there they are called and_, or_ and xor_. */
/* clang-format off */
#ifdef __cplusplus
#define and_(d, a, b) (BL_AT, BL_PICK_(b, bl_and, bl_and_imm)(d, a, b))
#define or_(d, a, b) (BL_AT, BL_PICK_(b, bl_or, bl_or_imm)(d, a, b))
#define xor_(d, a, b) (BL_AT, BL_PICK_(b, bl_xor, bl_xor_imm)(d, a, b))
#else
#define and(d, a, b) (BL_AT, BL_PICK_(b, bl_and, bl_and_imm)(d, a, b))
#define or(d, a, b) (BL_AT, BL_PICK_(b, bl_or, bl_or_imm)(d, a, b))
#define xor(d, a, b) (BL_AT, BL_PICK_(b, bl_xor, bl_xor_imm)(d, a, b))
#endif
/* clang-format on */
#define mul(d, a, b) (BL_AT, BL_PICK_(b, bl_mul, bl_mul_imm)(d, a, b)) /* low 64 bits */
#define shl(d, a, b) (BL_AT, BL_PICK_(b, bl_shl, bl_shl_imm)(d, a, b)) /* count 0..63; a register counts modulo 64 */
#define shr(d, a, b) (BL_AT, BL_PICK_(b, bl_shr, bl_shr_imm)(d, a, b)) /* logical */
#define sar(d, a, b) (BL_AT, BL_PICK_(b, bl_sar, bl_sar_imm)(d, a, b)) /* arithmetic */
#define ror(d, a, b) (BL_AT, BL_PICK_(b, bl_ror, bl_ror_imm)(d, a, b))
#define divu(d, a, b) (BL_AT, BL_PICK_(b, bl_div, bl_div_imm)(d, a, b)) /* by 0: 0 */
#define remu(d, a, b) (BL_AT, BL_PICK_(b, bl_rem, bl_rem_imm)(d, a, b)) /* by 0: a */
#define divs(d, a, b) (BL_AT, BL_PICK_(b, bl_div_signed, bl_div_signed_imm)(d, a, b))
#define rems(d, a, b) (BL_AT, BL_PICK_(b, bl_rem_signed, bl_rem_signed_imm)(d, a, b))
#define mulhu(d, a, b) (BL_AT, BL_PICK_(b, bl_mul_high, bl_mul_high_imm)(d, a, b)) /* bits 127..64 */
#define mulhs(d, a, b) (BL_AT, BL_PICK_(b, bl_mul_high_signed, bl_mul_high_signed_imm)(d, a, b))
#define neg(d, a) (BL_AT, bl_neg(d, a))
#define inv(d, a) (BL_AT, bl_not(d, a)) /* each bit turned; not is an operator of C++ */
#define swap_bytes(d, a) (BL_AT, bl_swap_bytes(d, a))
#define leading_zeros(d, a) (BL_AT, bl_leading_zeros(d, a))
#define trailing_zeros(d, a) (BL_AT, bl_trailing_zeros(d, a))
#define bit_count(d, a) (BL_AT, bl_count_ones(d, a))
/* d = x if a and b compare so (IF_EQ .. IF_GE), else y */
#define select_if(cond, d, a, b, x, y) (BL_AT, bl_select(cond, d, a, b, x, y))
#define ld8s(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load_signed)(8, d, base, offset))
#define ld16s(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load_signed)(16, d, base, offset))
#define ld32s(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load_signed)(32, d, base, offset))
#define ld8sx(d, base, index) (BL_AT, bl_load_signed_indexed(8, d, base, index))
#define ld16sx(d, base, index) (BL_AT, bl_load_signed_indexed(16, d, base, index))
#define ld32sx(d, base, index) (BL_AT, bl_load_signed_indexed(32, d, base, index))
#define ld8(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load)(8, d, base, offset))
#define ld16(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load)(16, d, base, offset))
#define ld32(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load)(32, d, base, offset))
#define ld64(d, base, offset) (BL_AT, BL_INTEGER_(offset, bl_load)(64, d, base, offset))
#define ld8_of(d, name, offset) (BL_AT, BL_INTEGER_(offset, bl_load_of)(8, d, name, offset))
#define ld16_of(d, name, offset) (BL_AT, BL_INTEGER_(offset, bl_load_of)(16, d, name, offset))
#define ld32_of(d, name, offset) (BL_AT, BL_INTEGER_(offset, bl_load_of)(32, d, name, offset))
#define ld64_of(d, name, offset) (BL_AT, BL_INTEGER_(offset, bl_load_of)(64, d, name, offset))
#define ld8_next(d, base) (BL_AT, bl_load_next(8, d, base))
#define ld16_next(d, base) (BL_AT, bl_load_next(16, d, base))
#define ld32_next(d, base) (BL_AT, bl_load_next(32, d, base))
#define ld64_next(d, base) (BL_AT, bl_load_next(64, d, base))
#define st8_next(v, base) (BL_AT, BL_PICK_(v, bl_store_next, bl_store_next_imm)(8, v, base))
#define st16_next(v, base) (BL_AT, BL_PICK_(v, bl_store_next, bl_store_next_imm)(16, v, base))
#define st32_next(v, base) (BL_AT, BL_PICK_(v, bl_store_next, bl_store_next_imm)(32, v, base))
#define st64_next(v, base) (BL_AT, BL_PICK_(v, bl_store_next, bl_store_next_imm)(64, v, base))
#define ld8x(d, base, index) (BL_AT, bl_load_indexed(8, d, base, index))
#define ld16x(d, base, index) (BL_AT, bl_load_indexed(16, d, base, index))
#define ld32x(d, base, index) (BL_AT, bl_load_indexed(32, d, base, index))
#define ld64x(d, base, index) (BL_AT, bl_load_indexed(64, d, base, index))
#define st8(v, base, offset) (BL_AT, BL_PICK_(v, bl_store8, bl_store8_imm)(v, base, offset))
#define st16(v, base, offset) (BL_AT, BL_PICK_(v, bl_store16, bl_store16_imm)(v, base, offset))
#define st32(v, base, offset) (BL_AT, BL_PICK_(v, bl_store32, bl_store32_imm)(v, base, offset))
#define st64(v, base, offset) (BL_AT, BL_PICK_(v, bl_store64, bl_store64_imm)(v, base, offset))
#define st8_of(v, name, offset) (BL_AT, BL_INTEGER_(offset, bl_store_of)(8, v, name, offset))
#define st16_of(v, name, offset) (BL_AT, BL_INTEGER_(offset, bl_store_of)(16, v, name, offset))
#define st32_of(v, name, offset) (BL_AT, BL_INTEGER_(offset, bl_store_of)(32, v, name, offset))
#define st64_of(v, name, offset) (BL_AT, BL_INTEGER_(offset, bl_store_of)(64, v, name, offset))
#define st8x(v, base, index) (BL_AT, bl_store_indexed(8, v, base, index))
#define st16x(v, base, index) (BL_AT, bl_store_indexed(16, v, base, index))
#define st32x(v, base, index) (BL_AT, bl_store_indexed(32, v, base, index))
#define st64x(v, base, index) (BL_AT, bl_store_indexed(64, v, base, index))
#define BL_BRANCH_(cond, a, b, to) (BL_AT, BL_PICK_(b, bl_branch, bl_branch_imm)(cond, a, b, to))
#define beq(a, b, to) BL_BRANCH_(IF_EQ, a, b, to)
#define bne(a, b, to) BL_BRANCH_(IF_NE, a, b, to)
#define bltu(a, b, to) BL_BRANCH_(IF_LTU, a, b, to)
#define bleu(a, b, to) BL_BRANCH_(IF_LEU, a, b, to)
#define bgtu(a, b, to) BL_BRANCH_(IF_GTU, a, b, to)
#define bgeu(a, b, to) BL_BRANCH_(IF_GEU, a, b, to)
#define blt(a, b, to) BL_BRANCH_(IF_LT, a, b, to)
#define ble(a, b, to) BL_BRANCH_(IF_LE, a, b, to)
#define bgt(a, b, to) BL_BRANCH_(IF_GT, a, b, to)
#define bge(a, b, to) BL_BRANCH_(IF_GE, a, b, to)
#define bset(a, mask, to) (BL_AT, bl_branch_bits(true, a, mask, to))
#define bclr(a, mask, to) (BL_AT, bl_branch_bits(false, a, mask, to))
#define jump(to) (BL_AT, bl_jump(to)) /* also a tail call, from a routine that did not `enter` */
#define call(to) (BL_AT, bl_call(to))
#define jump_register(to) (BL_AT, bl_jump_register(to))
#define call_register(to) (BL_AT, bl_call_register(to))
#define frame(bytes) (BL_AT, BL_INTEGER_(bytes, bl_frame)(bytes)) /* after enter: locals on the stack */
#define jump_table(index, table) (BL_AT, bl_jump_table(index, table))
#define scan16(d, p, set) (BL_AT, bl_scan16(d, p, set))
#define mask16(d, p, set) (BL_AT, bl_mask16(d, p, set))
#define first16(d, mask) (BL_AT, bl_first16(d, mask))
#define copy16(dst, dst_offset, src, src_offset) (BL_AT, bl_copy16(dst, dst_offset, src, src_offset))
#define append_of(dst, name, count) (BL_AT, BL_INTEGER_(count, bl_append_of)(dst, name, count))
/* A system call by its name: a number alone is of one machine. sys(NR_READ, A0, A1, A2) names its arguments as well,
 * for the reader; it lays the same, and is refused where they are not those that the call has. */
#define sys(...) BL_SYS_(__VA_ARGS__, )
#define BL_SYS_(number, ...) (BL_AT, BL_SYS_WITH_((BlSystemCall)BL_CALL_##number, __VA_ARGS__ BL_NO_REGISTER))
/* A system call by its number on each machine, in the order of isa/machines.h: sys_number(452, 452) */
#define sys_number(...)                                                                                                \
  (BL_AT, bl_syscall_number((const int[]){__VA_ARGS__}, (int)(sizeof((const int[]){__VA_ARGS__}) / sizeof(int))))
#define stack_pointer(d) (BL_AT, bl_stack_pointer(d))
#define c_arguments() (BL_AT, bl_c_arguments())
#define c_result() (BL_AT, bl_c_result())
#define data(name, align) (BL_AT, bl_data(name, align)) /* open a data item: bind a global label, aligned */
#define data_writable(name, align) (BL_AT, bl_data_writable(name, align)) /* the same, and it can be written */
#define data_bytes(bytes, count) (BL_AT, bl_bytes(bytes, count))          /* the bytes themselves */
#define data_string(text) (BL_AT, bl_bytes("" text "", sizeof(text) - 1)) /* a string literal, no NUL */
#define data_u8(value) (BL_AT, BL_INTEGER_(value, bl_value)(8, value))
#define data_u16(value) (BL_AT, BL_INTEGER_(value, bl_value)(16, value))
#define data_u32(value) (BL_AT, BL_INTEGER_(value, bl_value)(32, value))
#define data_u64(value) (BL_AT, BL_INTEGER_(value, bl_value)(64, value))
#define data_zero(count) (BL_AT, BL_INTEGER_(count, bl_data_zero)(count))
#define data_align(align) (BL_AT, BL_INTEGER_(align, bl_data_align)(align))
#define data_address(name) (BL_AT, bl_data_address(name))
#define data_value(bits, value) (BL_AT, bl_value(bits, value))
#define data_offset16(to, base) (BL_AT, bl_offset16(to, base))
#define bss(name, size, align) (BL_AT, bl_bss(name, size, align)) /* zeroed, writable, in its own segment; global */

#endif

/* SPDX-License-Identifier: MIT */
