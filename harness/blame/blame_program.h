/* The program that is blamed, by its source map and its instructions: what stands at an address, in the words of the
   reports, and which calls were under way. A program without a map is spoken of by addresses alone. */
#ifndef HARNESS_BLAME_PROGRAM_H
#define HARNESS_BLAME_PROGRAM_H

#include "harness/blame/blame_code.h"
#include "harness/helpers/plugin/observed.h"
#include "harness/map/program_map.h"

struct target;

struct blamed_program {
  struct program_map map; /* empty where there is none */
  struct code_reader reader;
  bool readable; /* the reader is there */
  const struct machine *machine;
  enum call_numbers calls;
  const char *elf; /* its file */
  uint64_t moved;  /* so far from where the file says it was loaded; addresses here are those of the run */
};

struct observation;

/* Opens the program of TARGET as OBSERVATION saw it loaded. Never fails: what is not there is left out of the
   reports. */
void blamed_open(const struct target *target, const struct observation *observation, struct blamed_program *program);
void blamed_close(struct blamed_program *program);

/* Whether ADDRESS is of a byte that stands in the file: in the map, or in a section that is loaded. */
bool blamed_is_laid(const struct blamed_program *program, uint64_t address);

/* Appends "put_raw+0x2b (0x40123b) generators/markdown/html.c:43", the address as the file has it; where no map
   knows the address ".rodata+0x12 (0x40123b)", by the section, or "0x40123b". */
void blamed_place(const struct blamed_program *program, uint64_t address, struct bytes *out);

/* The same where the program under test ran the other program FILE; NULL: it did not. "0x40123b of /usr/bin/printf" */
void blamed_place_of(const struct blamed_program *program, const char *file, uint64_t address, struct bytes *out);

/* Reads the instruction of the map at ADDRESS, its first byte. Returns false where there is none. */
bool blamed_code(struct blamed_program *program, uint64_t address, struct code *code);

/* The instruction of the map that ends at ADDRESS, the one before it in memory; or NULL. */
const struct map_entry *blamed_before(const struct blamed_program *program, uint64_t address);

/* Whether ENTRY, which may be NULL, is a call; by its bytes, for to Capstone 4 the bl of arm64 is a jump. */
bool blamed_is_call(const struct blamed_program *program, const struct map_entry *entry);

/* The calls under way when RECORD was written, innermost first: the addresses of at most MOST call instructions. Of the
   words of a stack those count that a call of the map would have left there. Returns how many. */
size_t blamed_calls(struct blamed_program *program, const struct observed *record, uint64_t *calls, size_t most);

/* Appends "called from PLACE" for each of the calls, each after PREFIX and with a line end. */
void blamed_backtrace(struct blamed_program *program, const struct observed *record, const char *prefix,
                      struct bytes *out);

/* Appends which task of OBSERVATION that is, and where it was begun: "thread 2 of process 1, begun by clone at
   start+0x12 (0x401012)". */
void add_task(const struct blamed_program *program, const struct observation *observation, uint32_t task,
              struct bytes *out);

/* Appends "write" or "system call 17". */
void blamed_call_name(const struct blamed_program *program, long number, struct bytes *out);

/* Appends the call of record CALL with its arguments: "read(3, 0x7ffe1234, 100)". */
void blamed_call(const struct blamed_program *program, const struct observed *call, struct bytes *out);

#endif

/* SPDX-License-Identifier: MIT */
