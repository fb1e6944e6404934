/* The room verdict/: compares what a program gave with what it should have given, and says what became of each case.
   This header is the result of one case on one target: the verdict, and all that a report needs to explain it. */
#ifndef HARNESS_RESULT_H
#define HARNESS_RESULT_H

#include "harness/base/bytes.h"

struct suite;
struct target;
struct test_case;

/* In the order of the table in result.c, which says all that others want to know of each. */
enum verdict {
  NOT_RUN,
  EQUAL,
  DIVERGED,     /* another byte, status, header or exit status than the oracle's */
  CRASHED,      /* ended by a signal, or ended where it should have gone on serving */
  HUNG,         /* not done at its deadline */
  REFUSED,      /* never started: the kernel or the loader would not, or it ended before it was ready */
  LEAKED,       /* left a process behind */
  MISSING,      /* did not write the file that its answer was to be in */
  FLAKY,        /* repeated, it did not always do the same */
  ORACLE_FAULT, /* the oracle contradicts what is published */
  RUNNER_FAULT, /* the emulator or this harness failed, not the program */
  VERDICTS
};

/* Which part of the answer diverged. */
enum part {
  PART_NONE,
  PART_STATUS,
  PART_HEADERS,
  PART_BODY,
  PART_STDOUT,
  PART_EXIT,
  PART_STDERR,
  PART_OUTPUT,
  PART_TREE,
  PARTS
};

enum known { KNOWN_NOT, KNOWN_AS_IS, KNOWN_STALE };

struct result {
  const struct suite *suite;
  const struct target *target;
  struct test_case *test_case;
  enum verdict verdict;
  enum part part;
  size_t offset;         /* of the first byte that differs, in the part */
  struct bytes expected; /* the part, where it diverged */
  struct bytes actual;
  struct bytes detail; /* one line: how it went wrong */
  struct bytes errors; /* what the program wrote on stderr */
  struct bytes where;  /* lines with their ends: what was seen of it when it was run again */
  struct bytes answer; /* the whole of what came, before a filter, where it is kept */
  bool keeps_answer;
  int status;   /* exit status of a run; -1: none */
  char *cause;  /* in a few words, the place in the program that was seen then; NULL: none was */
  size_t fault; /* the number of its fault among those of the run, from 1; 0: none */
  uint64_t duration_ns;
  unsigned runs;
  enum known known;
  bool untold;                        /* it waits for the proof that it can be believed */
  bool reported;                      /* counted and shown once already: */
  bool counted_failed, counted_known; /* as what */
  bool ready;                         /* its server had said that it was ready */
  bool filtered;                      /* both sides passed through the filter of its program before, which changed */
  size_t filtered_expected, filtered_actual; /* so many bytes of them */
  bool restored;                             /* it is that of an earlier run */
  const char *reason; /* of the list or the suite, for what is known or skipped; borrowed; NULL: none */
  bool skipped;       /* its suite says so: it is not run */
  bool failing;       /* its suite says that it fails */
  bool plain;         /* its run is to have a start of its own */
  bool forked;        /* its run forked off an emulator that stood ready, and had no start of its own */
  bool untried;       /* it has the verdict of a case before it, on a program that cannot be run */
};

/* "ORACLE FAULT", for people and for grep. */
const char *verdict_name(enum verdict verdict);

/* "oracle-fault", for machines, in one word. */
const char *verdict_word(enum verdict verdict);

/* Whether something is wrong with the program, the oracle or the gate. */
bool verdict_is_failure(enum verdict verdict);

/* Whether it is no verdict on the program: the oracle or this harness failed. */
bool verdict_is_infrastructure(enum verdict verdict);

/* Whether the program itself showed this in a single run, so that it can be run again to see it. */
bool verdict_is_of_program(enum verdict verdict);

const char *part_name(enum part part);

/* How a failure differs from another: "body@57:0f3a…", the part, the offset and a hash of what came; or the verdict
   alone. Two failures of one signature diverged in the very same way. The caller frees it. */
char *result_signature(const struct result *result);

/* Keeps ANSWER, where that is wanted of RESULT. */
void result_keep(struct result *result, struct span answer);

/* Sets the verdict and the detail, unless a worse one stands already. */
void result_set(struct result *result, enum verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Takes the verdict back, and what was kept of the two sides. */
void result_withdraw(struct result *result);

void result_free(struct result *result);

#endif

/* SPDX-License-Identifier: MIT */
