/* templates.h: what a machine must bring to lay the operations of machine.h: one table of templates.
 *
 * machine.c checks the operands that are the same on every machine, and calls the table of the machine being laid. A
 * template lays instructions through bl_machine_layout and nothing else. machines.h has the row that names the table.
 */
#ifndef BYTEGATE_TEMPLATES_H
#define BYTEGATE_TEMPLATES_H

#include "isa/machine.h"
#include "lay/elf.h"
#include "lay/lay.h"

typedef enum {
  ALU_ADD,
  ALU_SUB,
  ALU_AND,
  ALU_OR,
  ALU_XOR,
  ALU_MUL,
  ALU_SHL,
  ALU_SHR,
  ALU_SAR,
  ALU_ROR,
  ALU_DIV, /* unsigned, as ALU_REM and ALU_MUL_HIGH */
  ALU_REM,
  ALU_DIV_SIGNED,
  ALU_REM_SIGNED,
  ALU_MUL_HIGH,
  ALU_MUL_HIGH_SIGNED
} Alu;

typedef enum { UNARY_NEG, UNARY_NOT, UNARY_SWAP, UNARY_LEADING, UNARY_TRAILING, UNARY_ONES } Unary;

/* How a term of a byte set is tested: its kind settles which instructions are the fewest. */
typedef enum {
  SCAN_EQUAL,  /* x == value */
  SCAN_MASKED, /* (x | or_mask) == value */
  SCAN_HIGH,   /* x >= 0x80 */
  SCAN_UP_TO,  /* x <= last */
  SCAN_FROM,   /* x >= value */
  SCAN_RANGE   /* value <= x <= last */
} ScanKind;

typedef struct Templates {
  void (*lay_li)(BlReg d, int64_t value);
  void (*lay_mov)(BlReg d, BlReg a);
  void (*lay_la)(BlReg d, const char *name);
  void (*lay_alu)(Alu alu, BlReg d, BlReg a, BlReg b);
  void (*lay_alu_imm)(Alu alu, BlReg d, BlReg a, int64_t b);
  void (*lay_unary)(Unary unary, BlReg d, BlReg a);
  void (*lay_select)(BlCond cond, BlReg d, BlReg a, BlReg b, BlReg x, BlReg y);
  void (*lay_load_signed)(int bits, BlReg d, BlReg base, int64_t offset);
  void (*lay_load_signed_indexed)(int bits, BlReg d, BlReg base, BlReg index);
  void (*lay_load)(int bits, BlReg d, BlReg base, int64_t offset);
  void (*lay_load_of)(int bits, BlReg d, const char *name, int64_t offset);
  void (*lay_store_of)(int bits, BlReg v, const char *name, int64_t offset);
  void (*lay_load_indexed)(int bits, BlReg d, BlReg base, BlReg index);
  void (*lay_load_next)(int bits, BlReg d, BlReg base);
  void (*lay_store_next)(int bits, BlReg v, BlReg base);
  void (*lay_store_next_imm)(int bits, int64_t v, BlReg base);
  void (*lay_store)(int bits, BlReg v, BlReg base, int64_t offset);
  void (*lay_store_imm)(int bits, int64_t v, BlReg base, int64_t offset);
  void (*lay_store_indexed)(int bits, BlReg v, BlReg base, BlReg index);
  void (*lay_branch)(BlCond cond, BlReg a, BlReg b, const char *to);
  void (*lay_branch_imm)(BlCond cond, BlReg a, int64_t b, const char *to);
  void (*lay_branch_bits)(bool if_set, BlReg a, int64_t mask, const char *to);
  void (*lay_jump)(const char *to);
  void (*lay_call)(const char *to);
  void (*lay_jump_register)(BlReg to);
  void (*lay_call_register)(BlReg to);
  void (*lay_frame)(int64_t bytes);
  void (*lay_unframe)(int64_t bytes); /* before lay_leave */
  void (*lay_jump_table)(BlReg index, const char *table);
  void (*lay_enter)(const BlReg *saved, int count);
  void (*lay_leave)(const BlReg *saved, int count);
  void (*lay_ret)(void);
  void (*lay_scan16)(BlReg d, BlReg p, const BlByteSet *set);
  void (*lay_mask16)(BlReg d, BlReg p, const BlByteSet *set);
  void (*lay_first16)(BlReg d, BlReg mask);
  void (*lay_copy16)(BlReg dst, int64_t dst_offset, BlReg src, int64_t src_offset);
  void (*lay_append_of)(BlReg dst, const char *name, int64_t count);
  void (*lay_system_call)(BlSystemCall number);
  void (*lay_system_call_number)(int number);
  const int *call_numbers; /* of the kernel, by BlSystemCall */
  void (*lay_stack_pointer)(BlReg d);
  void (*lay_c_arguments)(void);
  void (*lay_c_result)(void);
  void (*lay_count)(int counter); /* bump a coverage counter */
  void (*lay_begin)(void);        /* forget what an earlier program left */
  void (*lay_finish)(void);       /* lay what belongs at the end: literal pools */
} Templates;

#define EXTERN_OF_ROW_(isa, name, elf_machine, base, page, unit, stat_mode, o_directory, o_nofollow, epoll_data,       \
                       templates)                                                                                      \
  extern const Templates templates;
MACHINES(EXTERN_OF_ROW_)

/* Lay by these templates, and not by those of the machine's row, until NULL is planted. For the proof of the templates,
 * which plants faults into them to see that it finds each. */
void bl_machine_plant(const Templates *templates);

/* From here on lay what is wrong only in its place: a register that is not saved, a store into what can only be read,
 * code after data. For the tests and the proof, which lay operations one by one, and plant faults. */
void bl_machine_trust(void);

/* Before an instruction is laid or a label is bound: bring the place to the machine's unit, after data. */
void bl_machine_align_code(void);

/* End the program if it is another machine that is being laid. */
void bl_machine_require(BlIsa isa);

/* Whether the place that a fixup's label and immediate name is aligned for an access of so many bits; refused if not.
 */
bool bl_place_aligned(const LayFixup *fixup, int bits);

ScanKind bl_scan_kind(BlByteTerm term);

#endif

/* SPDX-License-Identifier: MIT */
