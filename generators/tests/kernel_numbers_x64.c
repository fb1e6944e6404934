/* kernel_numbers_x64.c: the system call numbers of x86-64 from the kernel's header, to hold the templates' table to. On
 * another machine it is where Debian's linux-libc-dev-amd64-cross has it. */
#include "words.h"

#if defined __x86_64__
#include <asm/unistd_64.h>
#else
#include "/usr/x86_64-linux-gnu/include/asm/unistd_64.h"
#endif

#define KERNEL_(NAME, name, ...) [NR_##NAME] = __NR_##name,
extern const int kernel_numbers_x64[NR_COUNT];
const int kernel_numbers_x64[NR_COUNT] = {BL_SYSTEM_CALLS(KERNEL_)};

/* SPDX-License-Identifier: MIT */
