/* hold.h: the meanings of the instructions are held to the machines before any proof that rests on them counts. */
#ifndef BYTEGATE_PROVE_HOLD_H
#define BYTEGATE_PROVE_HOLD_H

/* Execute every instruction that has an encoder, `rounds` times each, from random and edge states: by its meaning, by
 * the programs at the two paths (execute.c, run by whatever runs them), and in Unicorn. Prints how many states were the
 * same, and where the machines differ. Returns the status for exit. */
int hold_meanings(const char *x64_program, const char *a64_program, unsigned rounds);

/* Print the name of each encoder that hold_meanings executes, and of those that it leaves out, one a line. `isa`: "x64"
 * or "a64". Returns the status for exit. */
int print_encoders(const char *isa);

#endif
