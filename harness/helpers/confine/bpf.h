/* Lays the instructions of a seccomp filter. A filter is a program of its own kind (seccomp(2)): it loads a field of
   the call, compares and answers. */
#ifndef HARNESS_HELPERS_BPF_H
#define HARNESS_HELPERS_BPF_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#if defined __x86_64__
#define HOST_ARCH AUDIT_ARCH_X86_64
#define SYS_NONE (-1)
#else
#define HOST_ARCH AUDIT_ARCH_AARCH64
#endif

enum { MOST_INSTRUCTIONS = 2048 };

struct bpf {
  struct sock_filter code[MOST_INSTRUCTIONS];
  unsigned short length;
};

static inline void bpf_put(struct bpf *bpf, struct sock_filter instruction) {
  if (bpf->length < MOST_INSTRUCTIONS)
    bpf->code[bpf->length++] = instruction;
}

static inline void bpf_load(struct bpf *bpf, size_t offset) {
  bpf_put(bpf, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static inline void bpf_answer(struct bpf *bpf, uint32_t action) {
  bpf_put(bpf, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Skips the next COUNT instructions unless what was loaded is VALUE. */
static inline void bpf_unless(struct bpf *bpf, uint32_t value, uint8_t count) {
  bpf_put(bpf, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
}

/* Skips the next COUNT instructions unless what was loaded has one of the bits of MASK. */
static inline void bpf_unless_bits(struct bpf *bpf, uint32_t mask, uint8_t count) {
  bpf_put(bpf, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, count));
}

/* The low and the high half of an argument; both machines are little-endian. */
static inline size_t low_half(unsigned argument) { return offsetof(struct seccomp_data, args) + 8 * (size_t)argument; }
static inline size_t high_half(unsigned argument) { return low_half(argument) + 4; }

static const size_t number_field = offsetof(struct seccomp_data, nr);
static const size_t arch_field = offsetof(struct seccomp_data, arch);

#endif

/* SPDX-License-Identifier: MIT */
