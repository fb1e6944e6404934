/* The room doctor/: what this machine lacks for the gate, and what helps. What was seen (doctor_look) and what it means
   (doctor_judge) are apart, so that a test can judge a machine that it does not have. */
#ifndef HARNESS_DOCTOR_H
#define HARNESS_DOCTOR_H

#include "harness/base/bytes.h"

#include <stdint.h>

/* What was seen of this machine. */
struct surroundings {
  const char *libcmark;    /* its version */
  const char *cells;       /* what confinement_state says; "" where no cell can be made */
  unsigned emulators;      /* machines of the table that an emulator of qemu-user is here for */
  struct bytes missing;    /* and the names of the others */
  bool plugins;            /* this machine's emulator that takes plugins is here */
  int ptrace_scope;        /* of Yama; -1: there is no Yama */
  bool traces;             /* a process may trace its child */
  int overcommit;          /* vm.overcommit_memory; -1: unknown */
  bool maps_4gib;          /* a process may map 4 GiB that can be written */
  int seccomp;             /* Seccomp of /proc/self/status: 2 is a filter; -1: unknown */
  bool fixed_addresses;    /* personality(ADDR_NO_RANDOMIZE) is allowed */
  bool user_namespaces;    /* a process may make one */
  const char *temporary;   /* the folder for temporary files, */
  uint64_t temporary_free; /* and its free bytes */
  bool strace, git;        /* these commands are on the PATH */
  bool unicorn;            /* the library in which programs are simulated can be loaded */
};

enum finding_state {
  FINDING_GOOD,    /* all is there */
  FINDING_LIMITED, /* verdicts are given; something else is not */
  FINDING_LACKING  /* no verdict can be given */
};

/* One thing that was looked at. The texts are owned. */
struct finding {
  const char *name; /* one word */
  enum finding_state state;
  char *found;  /* what is there */
  char *effect; /* what does not work; NULL where it is good */
  char *remedy; /* what helps; NULL where it is good */
};

enum { FINDINGS_MOST = 16 };

struct diagnosis {
  struct finding findings[FINDINGS_MOST];
  size_t count;
};

/* Looks at this machine; the process must not have entered the namespaces of a run. CELLS is what a trial of a cell
   found, and must outlive SEEN. */
void doctor_look(const char *cells, struct surroundings *seen);
void surroundings_free(struct surroundings *seen);

/* Says what it means. */
void doctor_judge(const struct surroundings *seen, struct diagnosis *diagnosis);
void diagnosis_free(struct diagnosis *diagnosis);

/* Appends the diagnosis as a table for people, which fits 60 columns, or as JSON (fixtures/schemas/doctor.json). */
void doctor_text(const struct diagnosis *diagnosis, struct bytes *out);
void doctor_json(const struct diagnosis *diagnosis, struct bytes *out);

/* The command `doctor`. Returns the exit status: 0 verdicts can be given, 3 something that they need is missing. */
int doctor_command(bool json);

#endif

/* SPDX-License-Identifier: MIT */
