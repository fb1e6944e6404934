/* program.h: from an authored program to its files. Include it in generators/programs/NAME.c.
 *
 *     static void author(void) { routine("_start"); ... }
 *     int main(int argc, char **argv) { return program_main(argc, argv, "NAME", author); }
 *
 * lays author() once for each machine and writes OUTDIR/NAME_x64, OUTDIR/NAME_arm64, and beside each its .map and .sym
 * (lay/elf.h). A program that wants more than that calls the steps itself:
 *
 *     machine_begin(ISA_X64, "NAME");
 *     author();
 *     machine_write_exec(outdir, "_start");
 *
 * Every error ends the program with exit status 1 and one line on stderr that names file and line.
 */
#ifndef BYTEGATE_PROGRAM_H
#define BYTEGATE_PROGRAM_H

#include "isa/a64.h"
#include "isa/machine.h"
#include "isa/x64.h"

/* Begin a program called `name` for a machine; what was laid before is forgotten. */
void machine_begin(Isa isa, const char *name);

/* After machine_begin: count coverage. Every routine() and label() from here on bumps a counter of its own, one byte
 * each, in the section __libfuzzer_extra_counters of the object; label_uncounted() does not. For objects only. */
void machine_count_coverage(void);

/* How many counters there are so far: the size of that section in bytes. */
int machine_counters(void);

/* Lay what belongs at the end (literal pools), and settle: the first byte at `address`, bss from the next multiple of
 * `bss_align`. For a program that writes its file itself. Returns the layout, owned by the machine until the next
 * machine_begin. */
Lay *machine_settle(uint64_t address, uint64_t bss_align);

/* Settle and write OUTDIR/NAME_ARCH with its .map and .sym. `entry`: the label at which the program starts. */
void machine_write_exec(const char *outdir, const char *entry);

/* The same as one segment, R+X, with no other program header: the form of the small published programs. */
void machine_write_single_segment(const char *outdir, const char *entry);

/* Settle and write the relocatable object OUTDIR/NAME_ARCH.o with its .map. `exported`: the routines that C may call.
 */
void machine_write_object(const char *outdir, const char *const *exported, size_t count);

/* Say on stderr how a generator is called; returns main's status for that, 2. */
int program_usage(const char *generator, const char *name);

/* Lay author() for each machine and write the executables, entry "_start", into argv[1]. Returns main's status. */
int program_main(int argc, char **argv, const char *name, void (*author)(void));

/* ---- One step down: instructions of one machine -------------------------------------------------------------------
 * Only for programs whose point is their exact bytes, and for operations: x64(...) takes what an encoder of x64.h
 * returns, a64(...) what one of a64.h returns. An encoder's refusal ends the program. */

void op_x64(LayCode code);
void op_x64_mov_r32_label(X64Reg d, const char *name);
void op_a64(uint32_t word);
void op_a64_adr_label(A64Reg d, const char *name);
#define x64(code) (AT_, op_x64(code))
#define a64(word) (AT_, op_a64(word))
/* mov r32, imm32 whose immediate is the absolute address of a label: 0..2^32-1. */
#define x64_address(d, name) (AT_, op_x64_mov_r32_label(d, name))
/* adr Xd, label */
#define a64_address(d, name) (AT_, op_a64_adr_label(d, name))

/* The layout being filled. */
Lay *machine_layout(void);

#endif
