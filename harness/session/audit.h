/* The self-audit: before the gate may say green, it must catch each fault that is planted for it. */
#ifndef HARNESS_AUDIT_H
#define HARNESS_AUDIT_H

#include "harness/process/launch.h"

/* Plants every fault and runs the gate on it: suite, launch, drive, compare, list of known divergences, exit status.
   Appends a line for each fault to LOG: what was planted and what the gate said. Returns how many were not caught as
   what they are; 0 is the good answer, unless INTERRUPTED became the number of the signal that ended the audit early.
 */
unsigned audit_run(struct workspace *workspace, struct bytes *log, int *interrupted);

#endif
