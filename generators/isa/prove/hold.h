/* hold.h: the meanings of the instructions are held to the machines before any proof that rests on them counts. */
#ifndef BYTEGATE_PROVE_HOLD_H
#define BYTEGATE_PROVE_HOLD_H

/* Execute every instruction that has an encoder, `rounds` times each, from random and edge states: by its meaning, by
 * `programs`, one for each row of isa/machines.h (execute.c, run by whatever runs them), and in Unicorn. Prints how
 * many states were the same, and where the machines differ. Returns the status for exit. */
int hold_meanings(char *const *programs, unsigned rounds);

/* Print the name of each encoder that hold_meanings executes, and of those that it leaves out, one a line.
 * `encoders`: "x64" for those of x64.h. Returns the status for exit. */
int print_encoders(const char *encoders);

#endif

/* SPDX-License-Identifier: MIT */
