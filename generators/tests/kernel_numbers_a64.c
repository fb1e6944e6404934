/* kernel_numbers_a64.c: the system call numbers of arm64 from the kernel's generic header, to hold the templates' table
 * to. arm64's asm/unistd.h defines that macro and includes it. */
#include "words.h"

#define __ARCH_WANT_NEW_STAT
#include <asm-generic/unistd.h>

extern const int kernel_numbers_a64[NR_COUNT];
const int kernel_numbers_a64[NR_COUNT] = {
#include "kernel_numbers.inc"
};
