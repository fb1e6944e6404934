/* kernel_numbers_x64.c: the system call numbers of x86-64 from the kernel's header, to hold the templates' table to. */
#include "isa/machine.h"

#include <asm/unistd_64.h>

extern const int kernel_numbers_x64[NR_COUNT];
const int kernel_numbers_x64[NR_COUNT] = {
#include "kernel_numbers.inc"
};
