/* A program in Unicorn: its file loaded as the kernel would, its memory, and a call of ours for each of its system
   calls. Unicorn is loaded when the first program is, so that no other command of the gate needs it or waits for it.

   A program can be copied, as fork does it; each copy is an engine of its own.

   Nothing of the host shows: addresses are counted up from fixed places, and registers and memory begin as zeros. */
#ifndef HARNESS_SIMULATE_EMULATOR_H
#define HARNESS_SIMULATE_EMULATOR_H

#include "harness/base/bytes.h"
#include "harness/base/machine.h"

struct emulator;

/* A system call: its number and arguments. Returns the result, or -errno. */
typedef int64_t emulator_call(void *user, uint64_t number, const uint64_t arguments[6]);

/* Loads the program PATH, which gets the words ARGUMENTS, up to NULL, and no environment. Returns NULL where that
   cannot be done, and WHY says why. */
struct emulator *emulator_open(const char *path, char *const *arguments, emulator_call *call, void *user,
                               struct bytes *why);
void emulator_close(struct emulator *emulator);

/* A copy of the program as it is in the system call in hand, with memory of its own. There the call has the result 0.
   As fork makes it. */
struct emulator *emulator_copy(const struct emulator *emulator);

const struct machine *emulator_machine(const struct emulator *emulator);

/* Runs the program until emulator_stop, from its start, or from the system call after which it was stopped. Returns
   false where it cannot go on, and WHY says where and why. */
bool emulator_run(struct emulator *emulator, struct bytes *why);

/* The system call after which the program was stopped has this RESULT, and not the one that it had then. */
void emulator_answer(struct emulator *emulator, int64_t result);

/* Ends emulator_run after the system call in hand. */
void emulator_stop(struct emulator *emulator);

/* The memory at ADDRESS, where all SIZE bytes may be read, or WRITTEN; else NULL. It is there until it is unmapped. */
void *emulator_memory(const struct emulator *emulator, uint64_t address, uint64_t size, bool written);

/* Maps SIZE bytes of zeros, whole pages, to read and write. Returns the address, or 0 where there is no room. */
uint64_t emulator_map(struct emulator *emulator, uint64_t size);

/* Unmaps what one emulator_map gave. Returns false where ADDRESS and SIZE are none of these. */
bool emulator_unmap(struct emulator *emulator, uint64_t address, uint64_t size);

/* The bytes that emulator_map gave at ADDRESS, or 0. */
uint64_t emulator_mapping(const struct emulator *emulator, uint64_t address);

#endif

/* SPDX-License-Identifier: MIT */
