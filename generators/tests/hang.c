/* hang.c: how long a test may take before libcheck takes it to hang. Its default is four seconds, which pass where the
 * machine has other things to do. Tests that wait do so for events; this is for what never comes. It holds for every
 * test of the generators, for all are linked with it. */
#include <stdlib.h>

__attribute__((constructor)) static void let_tests_take_their_time(void) { setenv("CK_DEFAULT_TIMEOUT", "600", 0); }

/* SPDX-License-Identifier: MIT */
