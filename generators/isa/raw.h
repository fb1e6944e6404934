/* raw.h: instructions of one machine, laid as they are.
 *
 * Only for programs whose point is their exact bytes, and for operations. x64(...) takes what an encoder of x64.h
 * returns, a64(...) what one of a64.h returns. An encoder's refusal ends the program, and so does an instruction of
 * another machine than the one being laid.
 */
#ifndef BYTELAY_RAW_H
#define BYTELAY_RAW_H

#include "a64.h"
#include "machine.h"
#include "x64.h"

#ifdef __cplusplus
extern "C" {
#endif

/* machine_x64.c */
void bl_x64(LayCode code);
void bl_x64_mov_r32_label(X64Reg d, const char *name);
/* mov r32, imm32 whose immediate is the absolute address of a label: 0..2^32-1. */

/* machine_a64.c */
void bl_a64(uint32_t word);
void bl_a64_adr_label(A64Reg d, const char *name);
/* adr Xd, label */

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
