/* kernel_numbers_a64.c: the system call numbers of arm64 from the kernel's generic header, to hold the templates' table
 * to. arm64's asm/unistd.h defines that macro and includes it. */
#include "words.h"

#define __ARCH_WANT_RENAMEAT
#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SET_GET_RLIMIT
#define __ARCH_WANT_SYS_CLONE3
#define __ARCH_WANT_MEMFD_SECRET
#include <asm-generic/unistd.h>

#define KERNEL_(NAME, name, ...) [NR_##NAME] = __NR_##name,
#define NO_CALL_(NAME, name, ...) [NR_##NAME] = -1,
extern const int kernel_numbers_a64[NR_COUNT];
const int kernel_numbers_a64[NR_COUNT] = {BL_SYSTEM_CALLS_OF_ALL(KERNEL_) BL_SYSTEM_CALLS_OF_X64(NO_CALL_)};

/* SPDX-License-Identifier: MIT */
