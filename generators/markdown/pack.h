/* pack.h: what the packers of tables share. */
#ifndef BYTEGATE_PACK_H
#define BYTEGATE_PACK_H

/* End the program with exit status 1: `what` of the packed tables is `value`, which exceeds `most`. */
_Noreturn void pack_refuse(const char *what, long value, long most);

#endif

/* SPDX-License-Identifier: MIT */
