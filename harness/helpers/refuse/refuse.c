/* refuse CALL ERROR PROGRAM ARGUMENTS...: runs PROGRAM where the system call CALL fails with ERROR, a number or a name
   as in EIO, however often it is made.

   Trouble that no folder, file or option brings about is brought about so, and the same for a program under test, its
   emulator and the command that is its oracle: a seccomp filter stays over execve. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 125, MOST_ERROR = 4095 };

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

static const struct failing calls[] = {
    {"getdents64", {SYS_getdents64, -1}, 0, 0, 0},
    {"statx", {SYS_statx, -1}, 0, 0, 0},
    {"readlinkat", {SYS_readlinkat, OLD_READLINK}, 0, 0, 0},
    {"open-folder", {SYS_openat, -1}, 2, O_DIRECTORY, O_DIRECTORY},
    {"open-file", {SYS_openat, -1}, 2, O_DIRECTORY | O_NONBLOCK, O_NONBLOCK},
    {"openat2", {SYS_openat2, -1}, 0, 0, 0},
    {"write-stdout", {SYS_write, -1}, 0, UINT32_MAX, 1},
    /* As the default profile of Docker's containers refuses it. */
    {"fixed-addresses", {SYS_personality, -1}, 0, ADDR_NO_RANDOMIZE, ADDR_NO_RANDOMIZE}};
enum { CALLS = sizeof calls / sizeof *calls };

/* The number of the error that TEXT is or names; 0: of none. */
static long error_number(const char *text) {
  char *end = NULL;
  long number = strtol(text, &end, 10);
  if (end != text && *end == '\0')
    return number > 0 && number <= MOST_ERROR ? number : 0;
  for (int i = 1; i <= MOST_ERROR; i++)
    if (strerrorname_np(i) && strcmp(strerrorname_np(i), text) == 0)
      return i;
  return 0;
}

/* Returns an errno value, or 0. */
static int refuse(const struct failing *call, uint32_t error) {
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

/* execvp(3) would give a file that the kernel does not know to the shell, as a script. What is named by its path is run
   as it is, or not at all. */
static void become(char **words) {
  if (strchr(words[0], '/'))
    execv(words[0], words);
  else
    execvp(words[0], words);
}

int main(int argc, char **argv) {
  const struct failing *call = calls;
  while (argc > 3 && call < calls + CALLS && strcmp(call->name, argv[1]) != 0)
    call++;
  long error = argc > 3 ? error_number(argv[2]) : 0;
  if (argc <= 3 || call == calls + CALLS || error == 0) {
    fputs("usage: refuse CALL ERROR PROGRAM ARGUMENTS...\n       CALL is one of", stderr);
    for (size_t i = 0; i < CALLS; i++)
      fprintf(stderr, " %s", calls[i].name);
    fputs("; ERROR is the number or the name of an error, as in EIO\n", stderr);
    return EXIT_NOT_STARTED;
  }
  int failed = refuse(call, (uint32_t)error);
  if (!failed) {
    become(argv + 3);
    failed = errno;
  }
  fprintf(stderr, "refuse: %s: %s\n", argv[3], strerror(failed));
  return EXIT_NOT_STARTED;
}

/* SPDX-License-Identifier: MIT */
