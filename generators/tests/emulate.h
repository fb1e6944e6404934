/* emulate.h: laid routines run one at a time in Unicorn, on hand-made registers and memory, for any machine. */
#ifndef BYTEGATE_EMULATE_H
#define BYTEGATE_EMULATE_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"

/* A piece of memory for arguments and results, readable and writable; so high that 32 bits do not hold its address. */
#define ARENA_ADDRESS UINT64_C(0x7f1200000000)
enum { ARENA_SIZE = 1 << 20 };

/* A0..A5. */
typedef struct {
  uint64_t a[6];
} Arguments;

typedef struct Emulation Emulation;

/* Lay author() for a machine and load it. Owned by the caller: emulation_free. */
Emulation *emulation_new(Isa isa, void (*author)(void));
void emulation_free(Emulation *emulation);

/* The engine, for what is not here; and the stack as a routine finds it that was just called. */
uc_engine *emulation_engine(Emulation *emulation);
void emulation_prepare(Emulation *emulation);

/* Call a routine. The registers as it leaves them; fails the test if it does not return, or changes an S register. */
Arguments emulate(Emulation *emulation, const char *routine, Arguments in);

/* Put bytes at ARENA_ADDRESS + offset, or get them. */
void arena_put(Emulation *emulation, size_t offset, const void *bytes, size_t size);
void arena_get(Emulation *emulation, size_t offset, void *bytes, size_t size);

/* Get the NUL-terminated text at any address, up to `size` - 1 bytes. */
void emulation_text(Emulation *emulation, uint64_t address, char *text, size_t size);

#endif

/* SPDX-License-Identifier: MIT */
