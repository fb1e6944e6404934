/* The self-audit, or a half of it, in a process beside this one, which meanwhile runs what its verdicts are to be
   about, or the other half. */
#ifndef HARNESS_AUDIT_BESIDE_H
#define HARNESS_AUDIT_BESIDE_H

#include "harness/session/audit.h"
#include "harness/session/session.h"

/* audit_run, or a part of it. */
typedef void audit_part(struct workspace *workspace, audit_shows *shows, struct audit_report *report);

struct audit_beside {
  struct workspace *workspace;
  audit_shows *shows;
  audit_part *run;
  struct audit_report report; /* once it is there; the caller frees it */
  int pid;                    /* 0: it has ended */
  int said;                   /* where it leaves its report */
  bool ended;                 /* by itself, with a report */
};

/* Begins RUN. The signals that end a program must be held back. */
void audit_begin(struct audit_beside *beside, struct workspace *workspace, audit_shows *shows, audit_part *run);

/* Returns whether it has ended, after what WISH asks for. */
bool audit_look(struct audit_beside *beside, enum proof_wish wish);

#endif

/* SPDX-License-Identifier: MIT */
