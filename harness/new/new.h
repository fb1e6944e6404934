/* The room new/: a folder in which a program of one's own begins: source, Makefile, suite, inputs and a file for a
   continuous integration. The templates are files, in which @NAME@ stands for the program's name. */
#ifndef HARNESS_NEW_H
#define HARNESS_NEW_H

#include <stdbool.h>

/* Makes the folder NAME from the template for a program of the portable operations, or, where RAW, of a file laid by
   hand, and says what to type next, as JSON where JSON. Replaces nothing. Returns the exit status. */
int new_command(const char *name, bool raw, bool json);

#endif

/* SPDX-License-Identifier: MIT */
