/* raw.h: instructions of one machine, laid as they are.
 *
 * Only for programs whose point is their exact bytes, and for operations. x64(...) takes what an encoder of x64.h
 * returns, a64(...) what one of a64.h returns. An encoder's refusal ends the program, and so does an instruction of
 * another machine than the one being laid.
 */
#ifndef BYTEGATE_RAW_H
#define BYTEGATE_RAW_H

#include "isa/a64.h"
#include "isa/machine.h"
#include "isa/x64.h"

/* machine_x64.c */
void op_x64(LayCode code);
void op_x64_mov_r32_label(X64Reg d, const char *name);
#define x64(code) (AT_, op_x64(code))
/* mov r32, imm32 whose immediate is the absolute address of a label: 0..2^32-1. */
#define x64_address(d, name) (AT_, op_x64_mov_r32_label(d, name))

/* machine_a64.c */
void op_a64(uint32_t word);
void op_a64_adr_label(A64Reg d, const char *name);
#define a64(word) (AT_, op_a64(word))
/* adr Xd, label */
#define a64_address(d, name) (AT_, op_a64_adr_label(d, name))

#endif
