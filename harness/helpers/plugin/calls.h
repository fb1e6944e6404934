/* The system calls by name and number, and what each does with memory. The numbers of x86-64 are those of
   arch/x86/entry/syscalls/syscall_64.tbl; those of include/uapi/asm-generic/unistd.h are arm64's and riscv64's. */
#ifndef HARNESS_PLUGIN_CALLS_H
#define HARNESS_PLUGIN_CALLS_H

#include "harness/base/machine.h"

#include <string.h>

enum call_role {
  CALL_OTHER,
  CALL_WRITES,        /* (fd, buffer, length) */
  CALL_WRITES_VECTOR, /* (fd, iovecs, count) */
  CALL_SENDS_MESSAGE, /* (fd, message) */
  CALL_READS,         /* (fd, buffer, length) */
  CALL_READS_AT,      /* (fd, buffer, length, offset) */
  CALL_READS_VECTOR,  /* (fd, iovecs, count) */
  CALL_OPENS,         /* (path) */
  CALL_OPENS_AT,      /* (fd, path) */
  CALL_ACCEPTS,
  CALL_DUPLICATES, /* (fd): returns another descriptor of the same */
  CALL_CONTROLS,   /* (fd, command): that does so by F_DUPFD and F_DUPFD_CLOEXEC */
  CALL_MOVES,      /* bytes, past the memory of the program or by more than these know of: not followed */
  CALL_MAPS,       /* (address, length, protection, flags, fd, offset) */
  CALL_CLOSES,
  CALL_FORKS,
  CALL_EXITS
};

struct call {
  const char *name;
  short x64, generic; /* -1: there is no such call */
  enum call_role role;
};

static const struct call calls[] = {
    {"read", 0, 63, CALL_READS},
    {"write", 1, 64, CALL_WRITES},
    {"open", 2, -1, CALL_OPENS},
    {"close", 3, 57, CALL_CLOSES},
    {"stat", 4, -1, CALL_OTHER},
    {"fstat", 5, 80, CALL_OTHER},
    {"poll", 7, -1, CALL_OTHER},
    {"lseek", 8, 62, CALL_OTHER},
    {"mmap", 9, 222, CALL_MAPS},
    {"munmap", 11, 215, CALL_OTHER},
    {"brk", 12, 214, CALL_OTHER},
    {"rt_sigaction", 13, 134, CALL_OTHER},
    {"rt_sigreturn", 15, 139, CALL_OTHER},
    {"ioctl", 16, 29, CALL_OTHER},
    {"pread64", 17, 67, CALL_READS_AT},
    {"pwrite64", 18, 68, CALL_WRITES},
    {"readv", 19, 65, CALL_READS_VECTOR},
    {"writev", 20, 66, CALL_WRITES_VECTOR},
    {"select", 23, -1, CALL_OTHER},
    {"sched_yield", 24, 124, CALL_OTHER},
    {"mremap", 25, 216, CALL_OTHER},
    {"pause", 34, -1, CALL_OTHER},
    {"nanosleep", 35, 101, CALL_OTHER},
    {"dup", 32, 23, CALL_DUPLICATES},
    {"dup2", 33, -1, CALL_DUPLICATES},
    {"sendfile", 40, 71, CALL_MOVES},
    {"socket", 41, 198, CALL_OTHER},
    {"connect", 42, 203, CALL_OTHER},
    {"accept", 43, 202, CALL_ACCEPTS},
    {"sendto", 44, 206, CALL_WRITES},
    {"recvfrom", 45, 207, CALL_READS},
    {"sendmsg", 46, 211, CALL_SENDS_MESSAGE},
    {"recvmsg", 47, 212, CALL_OTHER},
    {"shutdown", 48, 210, CALL_OTHER},
    {"bind", 49, 200, CALL_OTHER},
    {"listen", 50, 201, CALL_OTHER},
    {"clone", 56, 220, CALL_FORKS},
    {"fork", 57, -1, CALL_FORKS},
    {"vfork", 58, -1, CALL_FORKS},
    {"execve", 59, 221, CALL_OTHER},
    {"exit", 60, 93, CALL_EXITS},
    {"wait4", 61, 260, CALL_OTHER},
    {"fcntl", 72, 25, CALL_CONTROLS},
    {"getdents64", 217, 61, CALL_OTHER},
    {"futex", 202, 98, CALL_OTHER},
    {"restart_syscall", 219, 128, CALL_OTHER},
    {"clock_gettime", 228, 113, CALL_OTHER},
    {"clock_nanosleep", 230, 115, CALL_OTHER},
    {"exit_group", 231, 94, CALL_EXITS},
    {"epoll_wait", 232, -1, CALL_OTHER},
    {"openat", 257, 56, CALL_OPENS_AT},
    {"newfstatat", 262, 79, CALL_OTHER},
    {"pselect6", 270, 72, CALL_OTHER},
    {"ppoll", 271, 73, CALL_OTHER},
    {"epoll_pwait", 281, 22, CALL_OTHER},
    {"splice", 275, 76, CALL_MOVES},
    {"vmsplice", 278, 75, CALL_MOVES},
    {"accept4", 288, 242, CALL_ACCEPTS},
    {"dup3", 292, 24, CALL_DUPLICATES},
    {"pwritev", 296, 70, CALL_MOVES},
    {"sendmmsg", 307, 269, CALL_MOVES},
    {"copy_file_range", 326, 285, CALL_MOVES},
    {"io_uring_enter", 426, 426, CALL_MOVES},
    {"clone3", 435, 435, CALL_FORKS},
};

/* The number of CALL among NUMBERS, or -1. */
static inline long call_number(const struct call *call, enum call_numbers numbers) {
  const long columns[CALL_NUMBERS] = {[CALLS_UNKNOWN] = -1, [CALLS_X64] = call->x64, [CALLS_GENERIC] = call->generic};
  return columns[numbers];
}

/* The call that has that NUMBER among NUMBERS, or NULL. */
static inline const struct call *call_of(enum call_numbers numbers, long number) {
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (number >= 0 && call_number(&calls[i], numbers) == number)
      return &calls[i];
  return NULL;
}

/* The call of that NAME, which stands in the table. */
static inline const struct call *call_named(const char *name) {
  const struct call *call = calls;
  while (strcmp(call->name, name) != 0)
    call++;
  return call;
}

#endif
