/* The machines that programs are made for, and which of them this process runs on. */
#ifndef HARNESS_MACHINE_H
#define HARNESS_MACHINE_H

enum machine { MACHINE_HOST, MACHINE_X64, MACHINE_ARM64 }; /* HOST: no ELF of a known machine, such as a script */

const char *machine_name(enum machine machine);

/* The machine that this process runs on. */
enum machine host_machine(void);

/* What e_machine of the file PATH says; MACHINE_HOST where it is no ELF64 file of a machine known here. */
enum machine elf_machine(const char *path);

/* The emulator's command for programs of MACHINE: "qemu-aarch64-static". */
const char *machine_emulator(enum machine machine);

#endif
