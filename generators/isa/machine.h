/* machine.h: one small set of RISC-like operations, each a fixed byte template on every machine.
 *
 * A routine is authored once, as a sequence of calls to the operations below, and laid for each machine: there is no
 * register allocation, no reordering and no optimiser. What is written is what is laid. The templates stand in
 * machine_x64.c and machine_a64.c; every operation is run there on hand-made registers and memory by the tests.
 *
 * Registers. Fourteen 64-bit registers, the same names on both machines:
 *
 *     name    x86-64   arm64   role
 *     A0..A5  rdi rsi rdx r10 r8 r9   x0..x5     arguments and results, of routines and of system calls
 *     T0 T1   rax rcx                 x9 x10     temporaries; a system call destroys them
 *     S0..S5  rbx rbp r12 r13 r14 r15 x19..x24   kept across calls: a routine that uses one saves it (`enter`)
 *
 *     A template may destroy r11 (x86-64), x16, x17 (arm64; a system call x8 too), the flags, and xmm0..xmm7 / v0..v7,
 *     v16..v31.
 *     No flag lives from one operation to the next: comparing and branching is one operation.
 *
 * Values are 64 bits wide. Loads of 1, 2 and 4 bytes zero-extend. An operand `b` that is written as a BlReg or as an
 * integer constant picks the register or the immediate form; an immediate is any 64-bit value unless said otherwise,
 * and one that a machine cannot encode directly goes through that machine's scratch register. Offsets, shift counts
 * and values to store have ranges, the same on every machine; one outside of them is refused with its file and line.
 *
 * Labels are strings. `routine("name")` opens a routine and binds its name for the whole program; `label("x")` inside
 * it binds "x" for that routine alone. A reference is looked up in its routine first, then in the program. A label
 * that is never bound, or bound twice, is refused by name, with the file and line that used it.
 *
 * Every operation records the generator's file and line: they stand in the .map and in the symbol file.
 */
#ifndef BYTELAY_MACHINE_H
#define BYTELAY_MACHINE_H

#include "machines.h"
#include "system_calls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A portable register: an index 0..13 into the machine's table. A struct, so that an integer is never taken for one. */
typedef struct {
  unsigned char index;
} BlReg;

/* A value of a structure, in C and in C++. */
#ifdef __cplusplus
#define BL_LITERAL_(type) type
#else
#define BL_LITERAL_(type) (type)
#endif

#define BL_A0 (BL_LITERAL_(BlReg){0})
#define BL_A1 (BL_LITERAL_(BlReg){1})
#define BL_A2 (BL_LITERAL_(BlReg){2})
#define BL_A3 (BL_LITERAL_(BlReg){3})
#define BL_A4 (BL_LITERAL_(BlReg){4})
#define BL_A5 (BL_LITERAL_(BlReg){5})
#define BL_T0 (BL_LITERAL_(BlReg){6})
#define BL_T1 (BL_LITERAL_(BlReg){7})
#define BL_S0 (BL_LITERAL_(BlReg){8})
#define BL_S1 (BL_LITERAL_(BlReg){9})
#define BL_S2 (BL_LITERAL_(BlReg){10})
#define BL_S3 (BL_LITERAL_(BlReg){11})
#define BL_S4 (BL_LITERAL_(BlReg){12})
#define BL_S5 (BL_LITERAL_(BlReg){13})
#define BL_MACHINE_REGISTERS 14
#define BL_NO_REGISTER (BL_LITERAL_(BlReg){255})

/* A set of bytes that scan16 and mask16 look for, as up to eight terms. A byte x is in the set if, for some term,
 * (x | or_mask) == value, or, where last > 0, value <= x <= last (unsigned; or_mask is then unused). */
typedef struct {
  unsigned char or_mask, value, last;
} BlByteTerm;

typedef struct {
  int terms;
  BlByteTerm term[8];
} BlByteSet;

/* System calls by name, NR_READ and so on: all that isa/system_calls.h lists. */
#define BL_NAME_OF_CALL_(NAME, name, arity, ...) NR_##NAME,
typedef enum { BL_SYSTEM_CALLS(BL_NAME_OF_CALL_) NR_COUNT } BlSystemCall;

/* The word sys takes a name and no number: it writes BL_CALL_ before what it is given. */
#define BL_SAME_CALL_(NAME, name, arity, ...) BL_CALL_NR_##NAME = NR_##NAME,
enum { BL_SYSTEM_CALLS(BL_SAME_CALL_) };

/* ---- Where the bytes go ---------------------------------------------------------------------------------------- */

typedef struct Lay Lay;

/* Begin to lay for a machine; what was laid before is forgotten. */
void bl_machine_begin(BlIsa isa);

/* The row of the machine being laid. A generator asks only for data that differ (never to author a routine twice). */
const BlMachine *bl_machine_now(void);

/* The kernel's number of a system call on that machine: for data that name calls. */
int bl_machine_call_number(BlSystemCall call);

/* End the program if what was laid last is code that goes on. `after`: words for what stands there. */
void bl_machine_check_end(const char *after);

/* The layout being filled (lay/lay.h); ends the program if bl_machine_begin was not called. */
Lay *bl_machine_layout(void);

/* After bl_machine_begin: count coverage. Every routine() and label() from here on bumps a counter of its own, one byte
 * each, in the section __libfuzzer_extra_counters of the object; label_uncounted() does not. For objects only. */
void bl_machine_count_coverage(void);
bool bl_machine_counts_coverage(void);

/* How many counters there are so far: the size of that section in bytes. */
int bl_machine_counters(void);

/* Lay what belongs at the end (literal pools), and settle: the first byte at `address`, bss from the next multiple of
 * `bss_align`. Returns the layout, valid until the next bl_machine_begin. */
Lay *bl_machine_settle(uint64_t address, uint64_t bss_align);

/* Source position of the operation being laid; set by every operation macro. */
void bl_machine_at(const char *file, int line);
#define BL_AT bl_machine_at(__FILE__, __LINE__)

/* ---- Routines and labels ---------------------------------------------------------------------------------------- */

void bl_routine(const char *name);

/* What a routine promises to those who call it, in clauses after its name:
 *
 *     routine("put_raw", in(A0, A1), out(A0), moves(S4), destroys(A1, ALL_T));
 *
 *     in(...)           it reads what the caller put there
 *     out(...)          each return leaves a result there
 *     out_if(...)       some returns leave a result there, and another result tells which
 *     moves(...)        in and out at once: a position or a count that it carries forward
 *     destroys(...)     the caller must take what was there for lost
 *     may_destroy(...)  the same, though it is not so today: promised away for later
 *     no_return         no path of it comes back
 *     c_function        C calls it, by the C ABI of the machine; its own registers are not named
 *     piece             no routine of its own, but a stretch of those that jump into it
 *
 * All other portable registers come back as they were. The clauses go into the .map; `bytegate check` proves each over
 * the laid bytes, notes those that are looser than the truth, and `bytegate check --infer` prints those that a routine
 * deserves. A register that is kept in the frame() and brought back comes back as it was; a call in between makes
 * stack_pointer() necessary once more, and an address of the frame that is given to a callee or the kernel gives the
 * frame away. A family of routines may share them: #define SCANNER in(A0, A1), out(A0), destroys(ALL_T). */
typedef enum {
  BL_CLAUSE_END,
  BL_CLAUSE_IN,
  BL_CLAUSE_OUT,
  BL_CLAUSE_OUT_IF,
  BL_CLAUSE_MOVES,
  BL_CLAUSE_DESTROYS,
  BL_CLAUSE_MAY_DESTROY,
  BL_CLAUSE_NO_RETURN,
  BL_CLAUSE_C_FUNCTION,
  BL_CLAUSE_PIECE
} BlClauseKind;

typedef struct {
  BlClauseKind kind;
  unsigned registers; /* bit i: the register of index i */
} BlClause;

/* A clause that names `count` registers. */
BlClause bl_clause(BlClauseKind kind, const BlReg *registers, int count);

/* Declare the contract of the open routine. `clauses` end with BL_CLAUSE_END; no other: it promises nothing. */
void bl_contract(const BlClause *clauses);

/* Bind a label of the open routine. Code must follow: a label after which nothing stands before the next routine, data
 * or the end is refused. */
void bl_label(const char *name);
/* The same, but without a coverage counter in a counted object: for the head of a hot loop. */
void bl_label_uncounted(const char *name);

/* Save the return address and the named S registers; a routine that calls another must `enter`, if only `enter_bare`.
 * `leave` restores what this routine's enter saved and returns; it may stand several times in a routine. */
void bl_enter(const BlReg *saved, int count);
void bl_leave(void);
/* Return from a routine that did not enter. */
void bl_ret(void);

/* After `enter`: `bytes` of the stack for locals, a multiple of 16 up to 65520. stack_pointer gives the address of the
 * first. They are not zeroed; `leave` gives them back. Once in a routine, before any label or branch. A load or a store
 * outside of them is refused where its place is known, up to the next label or call. */
void bl_frame(int64_t bytes);

/* ---- Moves --------------------------------------------------------------------------------------------------------
 */

void bl_li(BlReg d, int64_t value);
void bl_mov(BlReg d, BlReg a);
void bl_la(BlReg d, const char *name);

/* ---- Arithmetic: d = a OP b, b a register or an immediate; d may be a or b --------------------------------------- */

void bl_add(BlReg d, BlReg a, BlReg b);
void bl_add_imm(BlReg d, BlReg a, int64_t b);
void bl_sub(BlReg d, BlReg a, BlReg b);
void bl_sub_imm(BlReg d, BlReg a, int64_t b);
void bl_and(BlReg d, BlReg a, BlReg b);
void bl_and_imm(BlReg d, BlReg a, int64_t b);
void bl_or(BlReg d, BlReg a, BlReg b);
void bl_or_imm(BlReg d, BlReg a, int64_t b);
void bl_xor(BlReg d, BlReg a, BlReg b);
void bl_xor_imm(BlReg d, BlReg a, int64_t b);
void bl_mul(BlReg d, BlReg a, BlReg b);
void bl_mul_imm(BlReg d, BlReg a, int64_t b);
void bl_shl(BlReg d, BlReg a, BlReg b);
void bl_shl_imm(BlReg d, BlReg a, int64_t b);
void bl_shr(BlReg d, BlReg a, BlReg b);
void bl_shr_imm(BlReg d, BlReg a, int64_t b);
/* Arithmetic shift right, and rotation to the right: count 0..63; a register counts modulo 64. */
void bl_sar(BlReg d, BlReg a, BlReg b);
void bl_sar_imm(BlReg d, BlReg a, int64_t b);
void bl_ror(BlReg d, BlReg a, BlReg b);
void bl_ror_imm(BlReg d, BlReg a, int64_t b);
/* Quotient and remainder, unsigned, and signed towards 0; the remainder has the sign of a. By 0 the quotient is 0 and
 * the remainder a; the least number by -1 is the least number, with remainder 0. The same on every machine. */
void bl_div(BlReg d, BlReg a, BlReg b);
void bl_div_imm(BlReg d, BlReg a, int64_t b);
void bl_rem(BlReg d, BlReg a, BlReg b);
void bl_rem_imm(BlReg d, BlReg a, int64_t b);
void bl_div_signed(BlReg d, BlReg a, BlReg b);
void bl_div_signed_imm(BlReg d, BlReg a, int64_t b);
void bl_rem_signed(BlReg d, BlReg a, BlReg b);
void bl_rem_signed_imm(BlReg d, BlReg a, int64_t b);
/* Bits 127..64 of the product, of unsigned or of signed numbers. */
void bl_mul_high(BlReg d, BlReg a, BlReg b);
void bl_mul_high_imm(BlReg d, BlReg a, int64_t b);
void bl_mul_high_signed(BlReg d, BlReg a, BlReg b);
void bl_mul_high_signed_imm(BlReg d, BlReg a, int64_t b);

/* ---- Of one operand; d may be a ---------------------------------------------------------------------------------- */

void bl_neg(BlReg d, BlReg a);
void bl_not(BlReg d, BlReg a);            /* each bit turned */
void bl_swap_bytes(BlReg d, BlReg a);     /* the eight bytes in the other order; shr by 48 or 32 after it for 2 or 4 */
void bl_leading_zeros(BlReg d, BlReg a);  /* 0..64 */
void bl_trailing_zeros(BlReg d, BlReg a); /* 0..64 */
void bl_count_ones(BlReg d, BlReg a);     /* 0..64 */

/* ---- Memory -------------------------------------------------------------------------------------------------------
 */

/* ldN(d, base, offset): d = the N-bit little-endian value at base + offset, zero-extended. Any alignment.
 * offset: -256..4095 for every size, and up to 4095 * N/8 where it is a multiple of N/8. */
void bl_load(int bits, BlReg d, BlReg base, int64_t offset);
/* ldN_of(d, name, offset): d = the value `offset` bytes into a data item or a room in bss, and stN_of(v, name, offset)
 * stores v there: one operation in place of la() and a load or a store, in fewer bytes, and no register holds the
 * address. The place must be a multiple of N/8; one that is not is refused when the program is settled. On arm64 a load
 * of 32 or 64 bits within 1 MB of its item is one instruction: a large room is best made last. offset: up to 1 MB, and
 * all N bits lie within the item; so they must where la() gives the address and numbers alone are added to it. */
void bl_load_of(int bits, BlReg d, const char *name, int64_t offset);
void bl_store_of(int bits, BlReg v, const char *name, int64_t offset);
/* ldNx(d, base, index): d = the value at base + index * (N/8). */
void bl_load_indexed(int bits, BlReg d, BlReg base, BlReg index);
/* ldN_next(d, base): d = the value at base, and base goes on by N/8, after it; stN_next(v, base) stores v, a register
 * or an immediate, there, and base goes on too. d and v are not base. On arm64 that is one instruction, with an
 * immediate two. */
void bl_load_next(int bits, BlReg d, BlReg base);
void bl_store_next(int bits, BlReg v, BlReg base);
void bl_store_next_imm(int bits, int64_t v, BlReg base);
/* ldNs and ldNsx: the same for 8, 16 and 32 bits, sign-extended. */
void bl_load_signed(int bits, BlReg d, BlReg base, int64_t offset);
void bl_load_signed_indexed(int bits, BlReg d, BlReg base, BlReg index);
/* stN(v, base, offset): store the low N bits of v, a register or an immediate; offsets as for ldN. */
void bl_store(int bits, BlReg v, BlReg base, int64_t offset);
void bl_store_imm(int bits, int64_t v, BlReg base, int64_t offset);
void bl_store8(BlReg v, BlReg base, int64_t offset);
void bl_store16(BlReg v, BlReg base, int64_t offset);
void bl_store32(BlReg v, BlReg base, int64_t offset);
void bl_store64(BlReg v, BlReg base, int64_t offset);
void bl_store8_imm(int64_t v, BlReg base, int64_t offset);
void bl_store16_imm(int64_t v, BlReg base, int64_t offset);
void bl_store32_imm(int64_t v, BlReg base, int64_t offset);
void bl_store64_imm(int64_t v, BlReg base, int64_t offset); /* v: signed 32 bits, sign-extended */
void bl_store_indexed(int bits, BlReg v, BlReg base, BlReg index);

/* ---- Branches ------------------------------------------------------------------------------------------------------
 */

typedef enum { IF_EQ, IF_NE, IF_LTU, IF_LEU, IF_GTU, IF_GEU, IF_LT, IF_LE, IF_GT, IF_GE } BlCond;
/* Compare a with b (register or immediate) as 64-bit values, signed or unsigned (the forms with u), and branch. */
void bl_branch(BlCond cond, BlReg a, BlReg b, const char *to);
void bl_branch_imm(BlCond cond, BlReg a, int64_t b, const char *to);
/* Branch if a has any (bset) or none (bclr) of the bits of mask. */
void bl_branch_bits(bool if_set, BlReg a, int64_t mask, const char *to);

/* d = x if a and b compare so, else y. Nothing branches. */
void bl_select(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y);

void bl_jump(const char *to);
void bl_call(const char *to);
/* Jump to, or call, the routine whose address a register holds. */
void bl_jump_register(BlReg to);
void bl_call_register(BlReg to);
/* Jump to entry `index` of a table laid by data_offset16; destroys `index`. The index is not checked. */
void bl_jump_table(BlReg index, const char *table);

/* ---- Sixteen bytes at a time ---------------------------------------------------------------------------------------
 */

/* d = the place (0..15) of the first byte of [p, p+16) that is in the set, or 16. Reads all sixteen bytes. */
void bl_scan16(BlReg d, BlReg p, BlByteSet set);
/* d = 0 if none of the bytes of [p, p+16) is in the set, else a mask whose form is the machine's own. So a loop can go
 * on by sixteen without waiting for the place, which only first16 works out. Reads all sixteen bytes. */
void bl_mask16(BlReg d, BlReg p, BlByteSet set);
/* d = the place (0..15) of the first byte that a mask of mask16, which is not 0, tells of. */
void bl_first16(BlReg d, BlReg mask);
/* Copy the sixteen bytes at src + src_offset to dst + dst_offset; offsets -256..255 or multiples of 16 to 65520. */
void bl_copy16(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset);
/* Copy the first `count` bytes (1..64) of a data item to dst, and move dst past them. Sixteen bytes are read and
 * written at a time: up to fifteen more of both. One operation in place of la(), copy16() and add(), and no register
 * holds the address. On arm64 it is shortest where the item lies at a multiple of 4 and within 1 MB. */
void bl_append_of(BlReg dst, const char *name, int64_t count);

/* ---- The kernel and C
 * ------------------------------------------------------------------------------------------------ */

/* System call: arguments A0..A5, result (or -errno) in A0; A1..A5 and S0..S5 are kept, T0 and T1 destroyed. */
void bl_syscall(BlSystemCall number);
/* The same, and the registers that hold its arguments are named, for the reader: A0, A1 and so on, as many as the call
 * has. `arguments` end with BL_NO_REGISTER. Others are refused; no byte more is laid. */
void bl_syscall_with(BlSystemCall number, const BlReg *arguments);
/* The same by number, for a system call that SystemCall does not name: the machine's own, one for each machine in the
 * order of isa/machines.h. */
void bl_syscall_number(const int *numbers, int count);
/* d = the stack pointer: at process entry it points at argc, argv[0..], NULL, envp. */
void bl_stack_pointer(BlReg d);
/* At the head of a routine that C calls, before `enter`: bring the C ABI's integer arguments 1..6 into A0..A5. */
void bl_c_arguments(void);
/* Before `leave` of such a routine: A0 becomes the C function's result. */
void bl_c_result(void);

/* ---- Data and bss ------------------------------------------------------------------------------------------------ */

/* Open a data item, which can be read only and is laid among the code. */
void bl_data(const char *name, int align);
/* Open a data item that can be written as well, and not executed: it is laid into a segment of its own, after all
 * others, wherever it stands. An object has none. */
void bl_data_writable(const char *name, int align);
/* Lay `count` bytes into the data item that is open; all that follow here want one too. */
void bl_bytes(const void *bytes, size_t count);
/* A value of 8, 16, 32 or 64 bits, the lowest byte first, on any host: never the bytes of a host's integer. */
void bl_value(int bits, uint64_t value);
/* The next `count` bytes of the data item are 0; the next value lies at a multiple of `align`. */
void bl_data_zero(size_t count);
void bl_data_align(int align);
/* The address of a label as 64 bits. A program is mapped where it says, so it is known; an object refuses it. */
void bl_data_address(const char *name);
/* A signed 16-bit (to - base), little-endian: an entry of a jump table whose own label is `base`. `to` may be written
 * "routine.label" to name a label inside a routine. */
void bl_offset16(const char *to, const char *base);
/* Make room of `size` bytes, which are 0 and can be written. */
void bl_bss(const char *name, size_t size, int align);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
