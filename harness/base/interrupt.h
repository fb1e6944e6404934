/* The signals by which people end a run. While they are held back, a run notices them where it can close what it has
   open. */
#ifndef HARNESS_INTERRUPT_H
#define HARNESS_INTERRUPT_H

#include <signal.h>

/* SIGINT, SIGTERM and SIGHUP. */
sigset_t interrupt_signals(void);

/* Holds them back until interrupt_release, to which BEFORE is given. */
void interrupt_hold(sigset_t *before);
void interrupt_release(const sigset_t *before);

/* Takes one that has come meanwhile, and returns its number, or 0. */
int interrupt_taken(void);

/* Lets NUMBER end this process, as if it had never been held back. */
void interrupt_die(int number);

#endif

/* SPDX-License-Identifier: MIT */
