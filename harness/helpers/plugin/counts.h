/* The file that the plugin, or step_instructions, counts in and the gate reads: mapped by both, so that the counts
   survive a program that a signal ends, and can be read while the program runs.

   One counter for each byte of the program's image: how often the instruction that begins there was executed, or how
   often a byte of data was read. Two more for each conditional branch, at its first byte. */
#ifndef HARNESS_PLUGIN_COUNTS_H
#define HARNESS_PLUGIN_COUNTS_H

#include <stddef.h>
#include <stdint.h>

enum { COUNTS_MAGIC = 0x43544742 };

struct counts_header {
  uint64_t magic;
  uint64_t base;  /* address of the first byte that is counted */
  uint64_t span;  /* how many bytes are counted */
  uint64_t entry; /* e_entry: where the program was loaded instead, its entry tells */
  uint64_t start; /* where it has an interpreter: its first byte that may be executed, which tells instead; 0: none */
  uint64_t write_call; /* number of the system call write on this machine */
};

/* After the header stand three arrays of SPAN counters each. */
enum counter { COUNT_EXECUTED, COUNT_TAKEN, COUNT_NOT_TAKEN, COUNTERS };

static inline size_t counts_size(uint64_t span) {
  return sizeof(struct counts_header) + COUNTERS * (size_t)span * sizeof(uint64_t);
}

static inline uint64_t *counts_array(struct counts_header *header, enum counter counter) {
  return (uint64_t *)(header + 1) + (size_t)counter * (size_t)header->span;
}

#endif

/* SPDX-License-Identifier: MIT */
