/* What the gate and the plugin stem_run say to each other, on a socket of messages that is the emulator's stdin. The
   plugin says once that it is READY. Each request is one byte, with the three descriptors of a run; the run itself
   answers it, and the kernel tells the gate whose message that is (SO_PASSCRED). */
#ifndef HARNESS_PLUGIN_STEM_H
#define HARNESS_PLUGIN_STEM_H

#include <stdint.h>

enum stem_word {
  STEM_READY, /* the emulator stands before the program's first instruction */
  STEM_BEGUN, /* a run goes on from there */
  STEM_FAILED /* there is no run */
};

struct stem_message {
  uint32_t word; /* enum stem_word */
};

#endif

/* SPDX-License-Identifier: MIT */
