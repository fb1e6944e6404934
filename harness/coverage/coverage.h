/* The room coverage/: measures what the cases reach. For each case it knows which instructions of a program
   the case executed, which edges of conditional branches it took, and which bytes of tables it read.

   Measured under qemu's user-mode emulator with a plugin (harness/helpers/plugin), and by the program's source map; a
   program that its suite runs natively alone is stepped through there (harness/helpers/step), by which its own loads
   are not seen. A filter is started again for each case, so what is counted is that case's own. A server goes on; its
   counters are read after each answer, so what it does between one answer and the next request counts for the next, and
   its start for the first. */
#ifndef HARNESS_COVERAGE_H
#define HARNESS_COVERAGE_H

#include "harness/campaign/shard.h"
#include "harness/helpers/plugin/counts.h"
#include "harness/map/program_map.h"
#include "harness/session/session.h"

enum case_state { CASE_UNKNOWN, CASE_PASSED, CASE_FAILED };

/* One case on one program of a suite. */
struct covered_case {
  char *name;    /* "markdown/spec/123" */
  char *program; /* of the suite: "markdown-server-unsafe" */
  uint64_t key;  /* hash of all that it consists of */
  uint8_t *bits; /* COUNTERS bitmaps, one bit for each byte of the image; then one byte, a case_state */
  bool is_stop;  /* of a server: the session's pseudo case */
  bool known;    /* it was measured */
  bool left_out; /* another shard measures it */
  bool passed;
  const struct target *target; /* borrowed of the session; the case may be its pseudo case of the stop */
  const struct suite *suite;
  struct test_case *test_case;
};

/* One ELF. */
struct coverage {
  char *elf;  /* absolute path */
  char *name; /* its last part */
  const struct machine *machine;
  uint64_t hash; /* of the ELF's bytes */
  struct program_map map;
  struct covered_case *cases;
  size_t case_count;
  size_t bits_size; /* bytes of each case's bitmaps, without the state after them */
  uint8_t *shared;  /* the bitmaps of all cases in a row */
  size_t shared_size;
  struct bytes others;      /* what the store has of cases that are not selected */
  uint32_t *hits[COUNTERS]; /* by byte of the image: how many cases */
};

struct coverage_list {
  struct coverage *items;
  size_t count;
};

/* Which of the cases are measured here, and where what was found of them stands. All zero: all of them, in the store.
 */
struct coverage_part {
  struct shard shard;           /* so that each machine makes the same parts; none: all cases */
  const char *record;           /* the file that a shard writes */
  const struct text_list *from; /* records of all shards: nothing is measured; NULL, or none */
};

/* Measures each ELF that the session selects, on each machine, each case once: of all of them, those whose own name, or
   the name of whose program, with the machine or without, matches one of the shell patterns PROGRAMS. What is stored in
   the folder STORE for the same bytes and the same cases is not measured again, unless FRESH; what is measured is
   stored there. PART says which cases are measured; a server's are never parted, for what it does at its start counts
   for the first of them. Prints progress on stderr. On failure returns false and WHY says what is missing. *INTERRUPTED
   becomes a signal or 0. */
bool coverage_measure(struct session *session, const struct text_list *programs, const char *store, bool fresh,
                      const struct coverage_part *part, struct coverage_list *list, struct bytes *why,
                      int *interrupted);
void coverage_free(struct coverage_list *list);

/* Whether the case did this at ADDRESS. */
bool case_covers(const struct coverage *coverage, const struct covered_case *one, enum counter what, uint64_t address);

/* How many cases did this at ADDRESS. */
uint32_t coverage_hits(const struct coverage *coverage, enum counter what, uint64_t address);

/* Whether ENTRY is a conditional branch, as the plugin counts them. */
bool is_conditional_branch(const struct machine *machine, const uint8_t *bytes, size_t len);

/* coverage_store.c: fills in from the folder STORE the bits of the cases whose keys are known there, if they are of the
   same ELF; writes those of all known cases. */
void coverage_load(struct coverage *coverage, const char *store);
bool coverage_save(const struct coverage *coverage, const char *store, struct bytes *why);

/* The same into one file PATH, of all programs of LIST; and from there. WHY says which of the programs a record is not
   of, or that it is none. */
bool coverage_write_record(const struct coverage_list *list, const char *path, struct bytes *why);
bool coverage_read_record(struct coverage_list *list, const char *path, struct bytes *why);

#endif

/* SPDX-License-Identifier: MIT */
