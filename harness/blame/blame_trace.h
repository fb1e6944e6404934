/* The tracer: runs a program in the place of this process and notes what it does (harness/helpers/plugin/observed.h).
   The gate starts it as it starts any program, so that a program is observed under the very conditions in which it
   failed.

   It is a debugger of its own: ptrace for the system calls and the signals, the debug registers of x86-64 for the
   stores, no randomized addresses, so that one run's addresses hold in the next. Before an emulator it notes
   only signals and samples; there the plugin observe_run does the rest. */
#ifndef HARNESS_BLAME_TRACE_H
#define HARNESS_BLAME_TRACE_H

/* WORDS are LOG, HOW, PROGRAM, ARGUMENTS... HOW is a list of words parted by commas:
     calls        note the system calls
     samples      note every 10 ms where the program is
     state=FILE   the program is an emulator, whose plugin keeps its state in FILE
     watch=ADDR   note each store into the byte at ADDR; may stand twice
     store=PC     note where the operand of the store at PC begins
     load=PC      note where the load at PC read last
   Returns the exit status, or does not return where the program ended by a signal, which then ends this process too. */
int trace_program(char *const *words);

#endif

/* SPDX-License-Identifier: MIT */
