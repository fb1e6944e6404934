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
 * Values are 64 bits wide. Loads of 1, 2 and 4 bytes zero-extend. An operand `b` that is written as a Reg or as an
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
#ifndef BYTEGATE_MACHINE_H
#define BYTEGATE_MACHINE_H

#include "isa/machines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A portable register: an index 0..13 into the machine's table. A struct, so that an integer is never taken for one. */
typedef struct {
  unsigned char index;
} Reg;

#define A0 ((Reg){0})
#define A1 ((Reg){1})
#define A2 ((Reg){2})
#define A3 ((Reg){3})
#define A4 ((Reg){4})
#define A5 ((Reg){5})
#define T0 ((Reg){6})
#define T1 ((Reg){7})
#define S0 ((Reg){8})
#define S1 ((Reg){9})
#define S2 ((Reg){10})
#define S3 ((Reg){11})
#define S4 ((Reg){12})
#define S5 ((Reg){13})
#define MACHINE_REGISTERS 14

/* A set of bytes that scan16 and mask16 look for, as up to eight terms. A byte x is in the set if, for some term,
 * (x | or_mask) == value, or, where last > 0, value <= x <= last (unsigned; or_mask is then unused). */
typedef struct {
  unsigned char or_mask, value, last;
} ByteTerm;

typedef struct {
  int terms;
  ByteTerm term[8];
} ByteSet;

/* System calls by name; the number is the machine's own (x86-64 / arm64 in the table of machine_*.c). */
typedef enum {
  NR_READ,
  NR_WRITE,
  NR_CLOSE,
  NR_OPENAT,
  NR_FSTAT,
  NR_MMAP,
  NR_MUNMAP,
  NR_MREMAP,
  NR_SOCKET,
  NR_SETSOCKOPT,
  NR_BIND,
  NR_LISTEN,
  NR_ACCEPT4,
  NR_GETSOCKNAME,
  NR_PPOLL,
  NR_CLOCK_GETTIME,
  NR_RT_SIGACTION,
  NR_RT_SIGPROCMASK,
  NR_SIGNALFD4,
  NR_SHUTDOWN,
  NR_FCNTL,
  NR_EXIT,
  NR_EXIT_GROUP,
  NR_GETDENTS64,
  NR_READLINKAT,
  NR_NEWFSTATAT,
  NR_IOCTL,
  NR_STATX,
  NR_RECVFROM,
  NR_WRITEV,
  NR_EPOLL_CREATE1,
  NR_EPOLL_CTL,
  NR_EPOLL_PWAIT,
  NR_PRLIMIT64,
  NR_MADVISE,
  NR_CONNECT,
  NR_PRCTL,
  NR_SECCOMP,
  NR_OPENAT2,
  NR_LANDLOCK_CREATE_RULESET,
  NR_LANDLOCK_ADD_RULE,
  NR_LANDLOCK_RESTRICT_SELF,
  NR_COUNT
} SystemCall;

/* ---- Where the bytes go ---------------------------------------------------------------------------------------- */

typedef struct Lay Lay;

/* Begin to lay for a machine; what was laid before is forgotten. */
void machine_begin(Isa isa);

/* The row of the machine being laid. A generator asks only for data that differ (never to author a routine twice). */
const Machine *machine_now(void);

/* The layout being filled (lay/lay.h); ends the program if machine_begin was not called. */
Lay *machine_layout(void);

/* After machine_begin: count coverage. Every routine() and label() from here on bumps a counter of its own, one byte
 * each, in the section __libfuzzer_extra_counters of the object; label_uncounted() does not. For objects only. */
void machine_count_coverage(void);
bool machine_counts_coverage(void);

/* How many counters there are so far: the size of that section in bytes. */
int machine_counters(void);

/* Lay what belongs at the end (literal pools), and settle: the first byte at `address`, bss from the next multiple of
 * `bss_align`. Returns the layout, valid until the next machine_begin. */
Lay *machine_settle(uint64_t address, uint64_t bss_align);

/* Source position of the operation being laid; set by every operation macro. */
void machine_at(const char *file, int line);

#define AT_ machine_at(__FILE__, __LINE__)
#define PICK_(b, reg, imm) _Generic((b), Reg : reg, default : imm)

/* ---- Routines and labels ---------------------------------------------------------------------------------------- */

void op_routine(const char *name);
void op_label(const char *name);
void op_enter(const Reg *saved, int count);
void op_leave(void);
void op_ret(void);
#define routine(name) (AT_, op_routine(name)) /* open a routine: bind a global label */
#define label(name) (AT_, op_label(name))     /* bind a label of this routine */
/* The same, but without a coverage counter in a counted object: for the head of a hot loop. */
void op_label_uncounted(const char *name);
#define label_uncounted(name) (AT_, op_label_uncounted(name))
/* Save the return address and the named S registers; a routine that calls another must `enter`, if only `enter_bare`.
 * `leave` restores what this routine's enter saved and returns; it may stand several times in a routine. */
#define enter(...) (AT_, op_enter((const Reg[]){__VA_ARGS__}, (int)(sizeof((const Reg[]){__VA_ARGS__}) / sizeof(Reg))))
#define enter_bare() (AT_, op_enter(NULL, 0))
#define leave() (AT_, op_leave())
#define ret() (AT_, op_ret()) /* return from a routine that did not `enter` */

/* ---- Moves --------------------------------------------------------------------------------------------------------
 */

void op_li(Reg d, int64_t value);
void op_mov(Reg d, Reg a);
void op_la(Reg d, const char *name);
#define li(d, value) (AT_, op_li(d, value)) /* d = value, any 64-bit constant */
#define mov(d, a) (AT_, op_mov(d, a))       /* d = a */
#define la(d, name) (AT_, op_la(d, name))   /* d = address of a label (code, data or bss) */

/* ---- Arithmetic: d = a OP b, b a register or an immediate; d may be a or b --------------------------------------- */

void op_add(Reg d, Reg a, Reg b);
void op_add_imm(Reg d, Reg a, int64_t b);
void op_sub(Reg d, Reg a, Reg b);
void op_sub_imm(Reg d, Reg a, int64_t b);
void op_and(Reg d, Reg a, Reg b);
void op_and_imm(Reg d, Reg a, int64_t b);
void op_or(Reg d, Reg a, Reg b);
void op_or_imm(Reg d, Reg a, int64_t b);
void op_xor(Reg d, Reg a, Reg b);
void op_xor_imm(Reg d, Reg a, int64_t b);
void op_mul(Reg d, Reg a, Reg b);
void op_mul_imm(Reg d, Reg a, int64_t b);
void op_shl(Reg d, Reg a, Reg b);
void op_shl_imm(Reg d, Reg a, int64_t b);
void op_shr(Reg d, Reg a, Reg b);
void op_shr_imm(Reg d, Reg a, int64_t b);
#define add(d, a, b) (AT_, PICK_(b, op_add, op_add_imm)(d, a, b))
#define sub(d, a, b) (AT_, PICK_(b, op_sub, op_sub_imm)(d, a, b))
/* clang-format takes these three names for operators and would part them from their parameters. */
/* clang-format off */
#define and(d, a, b) (AT_, PICK_(b, op_and, op_and_imm)(d, a, b))
#define or(d, a, b) (AT_, PICK_(b, op_or, op_or_imm)(d, a, b))
#define xor(d, a, b) (AT_, PICK_(b, op_xor, op_xor_imm)(d, a, b))
/* clang-format on */
#define mul(d, a, b) (AT_, PICK_(b, op_mul, op_mul_imm)(d, a, b)) /* low 64 bits */
#define shl(d, a, b) (AT_, PICK_(b, op_shl, op_shl_imm)(d, a, b)) /* count 0..63; a register counts modulo 64 */
#define shr(d, a, b) (AT_, PICK_(b, op_shr, op_shr_imm)(d, a, b)) /* logical */

/* ---- Memory -------------------------------------------------------------------------------------------------------
 */

/* ldN(d, base, offset): d = the N-bit little-endian value at base + offset, zero-extended. Any alignment.
 * offset: -256..4095 for every size, and up to 4095 * N/8 where it is a multiple of N/8. */
void op_load(int bits, Reg d, Reg base, int64_t offset);
#define ld8(d, base, offset) (AT_, op_load(8, d, base, offset))
#define ld16(d, base, offset) (AT_, op_load(16, d, base, offset))
#define ld32(d, base, offset) (AT_, op_load(32, d, base, offset))
#define ld64(d, base, offset) (AT_, op_load(64, d, base, offset))
/* ldNx(d, base, index): d = the value at base + index * (N/8). */
void op_load_indexed(int bits, Reg d, Reg base, Reg index);
#define ld8x(d, base, index) (AT_, op_load_indexed(8, d, base, index))
#define ld16x(d, base, index) (AT_, op_load_indexed(16, d, base, index))
#define ld32x(d, base, index) (AT_, op_load_indexed(32, d, base, index))
#define ld64x(d, base, index) (AT_, op_load_indexed(64, d, base, index))
/* stN(v, base, offset): store the low N bits of v, a register or an immediate; offsets as for ldN. */
void op_store(int bits, Reg v, Reg base, int64_t offset);
void op_store_imm(int bits, int64_t v, Reg base, int64_t offset);
void op_store8(Reg v, Reg base, int64_t offset);
void op_store16(Reg v, Reg base, int64_t offset);
void op_store32(Reg v, Reg base, int64_t offset);
void op_store64(Reg v, Reg base, int64_t offset);
void op_store8_imm(int64_t v, Reg base, int64_t offset);
void op_store16_imm(int64_t v, Reg base, int64_t offset);
void op_store32_imm(int64_t v, Reg base, int64_t offset);
void op_store64_imm(int64_t v, Reg base, int64_t offset); /* v: signed 32 bits, sign-extended */
#define st8(v, base, offset) (AT_, PICK_(v, op_store8, op_store8_imm)(v, base, offset))
#define st16(v, base, offset) (AT_, PICK_(v, op_store16, op_store16_imm)(v, base, offset))
#define st32(v, base, offset) (AT_, PICK_(v, op_store32, op_store32_imm)(v, base, offset))
#define st64(v, base, offset) (AT_, PICK_(v, op_store64, op_store64_imm)(v, base, offset))
void op_store_indexed(int bits, Reg v, Reg base, Reg index);
#define st8x(v, base, index) (AT_, op_store_indexed(8, v, base, index))
#define st16x(v, base, index) (AT_, op_store_indexed(16, v, base, index))
#define st32x(v, base, index) (AT_, op_store_indexed(32, v, base, index))
#define st64x(v, base, index) (AT_, op_store_indexed(64, v, base, index))

/* ---- Branches ------------------------------------------------------------------------------------------------------
 */

typedef enum { IF_EQ, IF_NE, IF_LTU, IF_LEU, IF_GTU, IF_GEU, IF_LT, IF_LE, IF_GT, IF_GE } Cond;
void op_branch(Cond cond, Reg a, Reg b, const char *to);
void op_branch_imm(Cond cond, Reg a, int64_t b, const char *to);
/* Compare a with b (register or immediate) as 64-bit values, signed or unsigned (the forms with u), and branch. */
#define BR_(cond, a, b, to) (AT_, PICK_(b, op_branch, op_branch_imm)(cond, a, b, to))
#define beq(a, b, to) BR_(IF_EQ, a, b, to)
#define bne(a, b, to) BR_(IF_NE, a, b, to)
#define bltu(a, b, to) BR_(IF_LTU, a, b, to)
#define bleu(a, b, to) BR_(IF_LEU, a, b, to)
#define bgtu(a, b, to) BR_(IF_GTU, a, b, to)
#define bgeu(a, b, to) BR_(IF_GEU, a, b, to)
#define blt(a, b, to) BR_(IF_LT, a, b, to)
#define ble(a, b, to) BR_(IF_LE, a, b, to)
#define bgt(a, b, to) BR_(IF_GT, a, b, to)
#define bge(a, b, to) BR_(IF_GE, a, b, to)
/* Branch if a has any (bset) or none (bclr) of the bits of mask. */
void op_branch_bits(bool if_set, Reg a, int64_t mask, const char *to);
#define bset(a, mask, to) (AT_, op_branch_bits(true, a, mask, to))
#define bclr(a, mask, to) (AT_, op_branch_bits(false, a, mask, to))

void op_jump(const char *to);
void op_call(const char *to);
void op_jump_table(Reg index, const char *table);
#define jump(to) (AT_, op_jump(to)) /* also a tail call, from a routine that did not `enter` */
#define call(to) (AT_, op_call(to))
/* Jump to entry `index` of a table laid by data_offset16; destroys `index`. The index is not checked. */
#define jump_table(index, table) (AT_, op_jump_table(index, table))

/* ---- Sixteen bytes at a time ---------------------------------------------------------------------------------------
 */

/* d = the place (0..15) of the first byte of [p, p+16) that is in the set, or 16. Reads all sixteen bytes. */
void op_scan16(Reg d, Reg p, ByteSet set);
#define scan16(d, p, set) (AT_, op_scan16(d, p, set))
/* d = 0 if none of the bytes of [p, p+16) is in the set, else a mask whose form is the machine's own. So a loop can go
 * on by sixteen without waiting for the place, which only first16 works out. Reads all sixteen bytes. */
void op_mask16(Reg d, Reg p, ByteSet set);
#define mask16(d, p, set) (AT_, op_mask16(d, p, set))
/* d = the place (0..15) of the first byte that a mask of mask16, which is not 0, tells of. */
void op_first16(Reg d, Reg mask);
#define first16(d, mask) (AT_, op_first16(d, mask))
/* Copy the sixteen bytes at src + src_offset to dst + dst_offset; offsets -256..255 or multiples of 16 to 65520. */
void op_copy16(Reg dst, int64_t dst_offset, Reg src, int64_t src_offset);
#define copy16(dst, dst_offset, src, src_offset) (AT_, op_copy16(dst, dst_offset, src, src_offset))

/* ---- The kernel and C
 * ------------------------------------------------------------------------------------------------ */

/* System call: arguments A0..A5, result (or -errno) in A0; A1..A5 and S0..S5 are kept, T0 and T1 destroyed. */
void op_syscall(SystemCall number);
#define sys(number) (AT_, op_syscall(number))
/* d = the stack pointer: at process entry it points at argc, argv[0..], NULL, envp. */
void op_stack_pointer(Reg d);
#define stack_pointer(d) (AT_, op_stack_pointer(d))
/* At the head of a routine that C calls, before `enter`: bring the C ABI's integer arguments 1..6 into A0..A5. */
void op_c_arguments(void);
#define c_arguments() (AT_, op_c_arguments())
/* Before `leave` of such a routine: A0 becomes the C function's result. */
void op_c_result(void);
#define c_result() (AT_, op_c_result())

/* ---- Data (read-only, laid among the code) and bss
 * ---------------------------------------------------------------------- */

void op_data(const char *name, int align);
void op_bytes(const void *bytes, size_t count);
void op_value(int bits, uint64_t value);
void op_offset16(const char *to, const char *base);
void op_bss(const char *name, size_t size, int align);
#define data(name, align) (AT_, op_data(name, align))             /* open a data item: bind a global label, aligned */
#define data_bytes(bytes, count) (AT_, op_bytes(bytes, count))    /* the bytes themselves */
#define data_string(text) (AT_, op_bytes(text, sizeof(text) - 1)) /* a string literal, no NUL */
/* A value of 8, 16, 32 or 64 bits, the lowest byte first, on any host: never the bytes of a host's integer. */
#define data_value(bits, value) (AT_, op_value(bits, value))
/* A signed 16-bit (to - base), little-endian: an entry of a jump table whose own label is `base`. `to` may be written
 * "routine.label" to name a label inside a routine. */
#define data_offset16(to, base) (AT_, op_offset16(to, base))
#define bss(name, size, align) (AT_, op_bss(name, size, align)) /* zeroed, writable, in its own segment; global */

#endif
