/* The self-audit: before the gate may say green, it must catch each fault that is planted for it. */
#ifndef HARNESS_AUDIT_H
#define HARNESS_AUDIT_H

#include "harness/base/bytes.h"

struct result;
struct session;
struct workspace;

/* What became of the plants. */
struct audit_report {
  struct bytes log;      /* a line for each: what was planted and what the gate said */
  struct bytes left_out; /* a line for each kind that could not be planted on this machine: what, and why */
  unsigned planted, missed;
  int interrupted; /* the signal that ended the audit early, or 0 */
};

/* Whether the report format NUMBER, from 0, shows that RESULT failed, or where that is NULL, that something did in
   SESSION; *NAME is set to that of the format, and to NULL after the last. */
typedef bool audit_shows(const struct session *session, const struct result *result, size_t number, const char **name);

/* Plants every fault and runs the gate on it: suite, launch, drive, compare, list of known divergences, reports, exit
   status. REPORT says what was not caught as what it is; the caller frees it. */
void audit_run(struct workspace *workspace, audit_shows *shows, struct audit_report *report);

/* The same in two processes, of which each does about half. */
void audit_run_halves(struct workspace *workspace, audit_shows *shows, struct audit_report *report);

void audit_report_free(struct audit_report *report);

#endif

/* SPDX-License-Identifier: MIT */
