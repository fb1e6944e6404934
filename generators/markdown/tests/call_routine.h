/* call_routine.h: call one laid routine at a time, with portable registers, on this processor or in Unicorn.
 *
 * Both ways share the caller's memory: where Unicorn runs, the shared buffer is mapped at the very address that it has
 * here. So a test hands pointers to either, and compares what comes back.
 */
#ifndef BYTEGATE_CALL_ROUTINE_H
#define BYTEGATE_CALL_ROUTINE_H

#include <stddef.h>
#include <stdint.h>

#include "words.h"

/* A0..A5. */
typedef struct {
  uint64_t a[6];
} Arguments;

/* What can be called: a name known to the routines' author. */
typedef enum {
  CALL_UTF8_DECODE,
  CALL_UTF8_ENCODE,
  CALL_CASE_FOLD,
  CALL_IS_UNICODE_PUNCTUATION,
  CALL_IS_UNICODE_SPACE,
  CALL_ENTITY_LOOKUP,
  CALLS
} Call;

/* Lay the routines of unicode.h and entities.h for the machine of this processor, and make them callable. */
void native_load(void);

/* Call a routine here; fails the test if it changes one of S1..S5. native_load comes first. */
Arguments native_call(Call call, Arguments in);

/* The same in Unicorn, one machine at a time. `shared`: memory that the routines may use, of whole pages. */
void unicorn_load(Isa isa, void *shared, size_t size);
/* Fails the test if the routine does not return, or changes one of S0..S5. */
Arguments unicorn_call(Call call, Arguments in);
void unicorn_unload(void);

/* ---- Any routine of the renderer, by its name ---- */

/* What a routine is handed and what it leaves; T1 is neither. */
typedef struct {
  uint64_t a[6], t0, s[6];
} Registers;

/* Fresh memory of that many pages of 4 KiB, with a page before and after it that nobody may touch. Never freed; it
 * must be had before unicorn_load_renderer, which makes it known there. */
unsigned char *guarded_memory(size_t pages);

/* Lay the whole renderer for the machine of this processor, or in Unicorn. unicorn_unload ends the latter. */
void native_load_renderer(void);
void unicorn_load_renderer(Isa isa);

/* Call a routine; fails the test if there is none of that name, or if (in Unicorn) it does not return. */
typedef Registers (*RunRoutine)(const char *routine, Registers in);
Registers native_run(const char *routine, Registers in);
Registers unicorn_run(const char *routine, Registers in);

#endif

/* SPDX-License-Identifier: MIT */
