/* faults.h: faults planted into the templates, one at a time, to see that each is refuted; and what has no model yet.
 */
#ifndef BYTEGATE_PROVE_FAULTS_H
#define BYTEGATE_PROVE_FAULTS_H

/* Plant each fault, on each machine that it is for, and look for a case that refutes it. Prints its counterexample.
 * Status 0 if every fault is refuted. */
int prove_faults(void);

/* Read generators/isa/machine.h and templates.h: every operation must have a model, every template a fault, and every
 * encoder of x64.h and a64.h must be held to the machine. Status 0 if so. */
int prove_complete(void);

#endif

/* SPDX-License-Identifier: MIT */
