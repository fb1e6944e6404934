/* program.h: from an authored program to its files. Include it in generators/programs/NAME.c.
 *
 *     static void author(void) { routine("_start"); ... }
 *     int main(int argc, char **argv) { return bl_program_main(argc, argv, "NAME", author); }
 *
 * lays author() once for each machine and writes OUTDIR/NAME_x64, OUTDIR/NAME_arm64, and beside each its .map and .sym
 * (lay/elf.h). A program that wants more than that calls the steps itself:
 *
 *     bl_program_begin(ISA_X64, "NAME");
 *     author();
 *     bl_program_write_exec(outdir, "_start");
 *
 * Every error ends the program with exit status 1 and one line on stderr that names file and line.
 */
#ifndef BYTELAY_PROGRAM_H
#define BYTELAY_PROGRAM_H

#include "machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Begin a program called `name` for a machine; what was laid before is forgotten. */
void bl_program_begin(BlIsa isa, const char *name);

/* Settle and write OUTDIR/NAME_ARCH with its .map and .sym. `entry`: the label at which the program starts. */
void bl_program_write_exec(const char *outdir, const char *entry);

/* The same as one segment, R+X, with no other program header: the form of the small published programs. */
void bl_program_write_single_segment(const char *outdir, const char *entry);

/* Settle and write the relocatable object OUTDIR/NAME_ARCH.o with its .map. `exported`: the routines that C may call.
 */
void bl_program_write_object(const char *outdir, const char *const *exported, size_t count);

/* OUTDIR/NAME_ARCH with an ending, of the program being laid; owned by the caller. */
char *bl_program_path(const char *outdir, const char *ending);

/* Say on stderr how a generator is called; returns main's status for that, 2. */
int bl_program_usage(const char *generator, const char *name);

/* Lay author() for each machine and write the executables, entry "_start", into argv[1]. Returns main's status.
 * author() is called twice for each machine, first without writing: where it is refused for one, no file is written. */
int bl_program_main(int argc, char **argv, const char *name, void (*author)(void));

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
