/* Lets system calls fail for the rest of a process's life: by a seccomp filter, which stays over execve. */
#ifndef HARNESS_HELPERS_FAILING_H
#define HARNESS_HELPERS_FAILING_H

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { MOST_ERROR = 4095 };

/* What can fail: calls that an emulator does not need for itself, or not with these arguments. Of the argument, the
   bits MASK are VALUE; no MASK: any. */
struct failing {
  const char *name;
  long numbers[2]; /* the second of an older call for the same; -1: none */
  unsigned argument;
  uint32_t mask, value;
};

#if defined __x86_64__
enum { OLD_READLINK = SYS_readlink };
#else
enum { OLD_READLINK = -1 };
#endif

static const struct failing failing_calls[] = {
    {"getdents64", {SYS_getdents64, -1}, 0, 0, 0},
    {"statx", {SYS_statx, -1}, 0, 0, 0},
    {"readlinkat", {SYS_readlinkat, OLD_READLINK}, 0, 0, 0},
    {"open-folder", {SYS_openat, -1}, 2, O_DIRECTORY, O_DIRECTORY},
    {"open-file", {SYS_openat, -1}, 2, O_DIRECTORY | O_NONBLOCK, O_NONBLOCK},
    {"openat2", {SYS_openat2, -1}, 0, 0, 0},
    {"read-stdin", {SYS_read, -1}, 0, UINT32_MAX, 0},
    {"write-stdout", {SYS_write, -1}, 0, UINT32_MAX, 1},
    /* As the default profile of Docker's containers refuses it. */
    {"fixed-addresses", {SYS_personality, -1}, 0, ADDR_NO_RANDOMIZE, ADDR_NO_RANDOMIZE}};
enum { FAILING_CALLS = sizeof failing_calls / sizeof *failing_calls };

/* The number of the error that TEXT is or names; 0: of none. */
static inline long error_number(const char *text) {
  char *end = NULL;
  long number = strtol(text, &end, 10);
  if (end != text && *end == '\0')
    return number > 0 && number <= MOST_ERROR ? number : 0;
  for (int i = 1; i <= MOST_ERROR; i++)
    if (strerrorname_np(i) && strcmp(strerrorname_np(i), text) == 0)
      return i;
  return 0;
}

/* The call of that NAME, or NULL. */
static inline const struct failing *failing_named(const char *name) {
  for (size_t i = 0; i < FAILING_CALLS; i++)
    if (strcmp(failing_calls[i].name, name) == 0)
      return &failing_calls[i];
  return NULL;
}

/* Has CALL fail with ERROR from now on. Returns an errno value, or 0. */
static inline int refuse_call(const struct failing *call, uint32_t error) {
  const uint32_t argument = (uint32_t)(offsetof(struct seccomp_data, args) + sizeof(uint64_t) * call->argument);
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->numbers[0], 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call->numbers[1], 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, call->mask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? errno : 0;
}

#endif

/* SPDX-License-Identifier: MIT */
