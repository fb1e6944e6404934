/* registers.h: the registers of each machine by their short names: RAX, X(0), SP, ... They are macros, and some stand
 * in <sys/reg.h> too; so they are asked for, and included last. */
#ifndef BYTELAY_REGISTERS_H
#define BYTELAY_REGISTERS_H

#include "a64.h"
#include "machine.h"
#include "x64.h"

#define RAX (BL_LITERAL_(X64Reg){0})
#define RCX (BL_LITERAL_(X64Reg){1})
#define RDX (BL_LITERAL_(X64Reg){2})
#define RBX (BL_LITERAL_(X64Reg){3})
#define RSP (BL_LITERAL_(X64Reg){4})
#define RBP (BL_LITERAL_(X64Reg){5})
#define RSI (BL_LITERAL_(X64Reg){6})
#define RDI (BL_LITERAL_(X64Reg){7})
#define R8 (BL_LITERAL_(X64Reg){8})
#define R9 (BL_LITERAL_(X64Reg){9})
#define R10 (BL_LITERAL_(X64Reg){10})
#define R11 (BL_LITERAL_(X64Reg){11})
#define R12 (BL_LITERAL_(X64Reg){12})
#define R13 (BL_LITERAL_(X64Reg){13})
#define R14 (BL_LITERAL_(X64Reg){14})
#define R15 (BL_LITERAL_(X64Reg){15})
#define XMM(n) (BL_LITERAL_(X64Xmm){n})

#define X(n) (BL_LITERAL_(A64Reg){n, false})
#define XZR (BL_LITERAL_(A64Reg){31, false})
#define SP (BL_LITERAL_(A64Reg){31, true})
#define V(n) (BL_LITERAL_(A64Vec){n})

#endif

/* SPDX-License-Identifier: MIT */
