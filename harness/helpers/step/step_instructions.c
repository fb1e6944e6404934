/* step_instructions COUNTS PROGRAM ARGUMENTS...: runs PROGRAM on this machine itself, one instruction at a time, and
   counts in COUNTS, a file that the gate made (harness/helpers/plugin/counts.h), what the plugin for the emulator
   counts there: each instruction executed, both edges of each conditional branch, and what a system call is given to
   read. It ends as the program ends.

   For programs that the emulator refuses or fails. The kernel stops a program some hundred thousand times a second, so
   this is for small ones; what they load from memory by themselves is not seen. */
#include "harness/base/machine.h"
#include "harness/helpers/plugin/counts.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NOT_STEPPED = 125, LONGEST_INSTRUCTION = 16, CALL_ARGUMENTS = 6 };

/* Where the program is and, if it is about to make a system call, which and with what. */
struct state {
  uint64_t at;
  uint8_t code[LONGEST_INSTRUCTION];
  bool breaks; /* or at a breakpoint instruction */
  bool calls;
  bool writes;
  uint64_t arguments[CALL_ARGUMENTS];
};

static struct counts_header *counts;
static uint64_t bias; /* how far from its addresses the kernel has loaded the program */

static void count(enum counter which, uint64_t address) {
  uint64_t place = address - bias - counts->base;
  if (place < counts->span)
    ++counts_array(counts, which)[place];
}

#if defined __x86_64__
static bool decode_branch(const struct state *state, uint64_t *next, uint64_t *target) {
  uint64_t displacement = 0;
  size_t size = state->code[0] == 0x0f ? 6 : 2; /* of a conditional branch; whether it is one says decode_branch */
  if (!instructions_x64.decode_branch(state->code, size, &displacement))
    return false;
  *next = state->at + size;
  *target = *next + displacement;
  return true;
}

/* SYSCALL (0f 05) with the numbers of x86-64, INT 80 (cd 80) with those of i386, where write is 4. */
static void read_registers(struct state *state, const struct user_regs_struct *registers) {
  bool fast = state->code[0] == 0x0f && state->code[1] == 0x05;
  bool slow = state->code[0] == 0xcd && state->code[1] == 0x80;
  const uint64_t fast_arguments[] = {registers->rdi, registers->rsi, registers->rdx,
                                     registers->r10, registers->r8,  registers->r9};
  const uint64_t slow_arguments[] = {registers->rbx, registers->rcx, registers->rdx,
                                     registers->rsi, registers->rdi, registers->rbp};
  state->breaks = state->code[0] == 0xcc; /* INT3 */
  state->calls = fast || slow;
  state->writes = (fast && registers->rax == counts->write_call) || (slow && registers->rax == 4);
  memcpy(state->arguments, fast ? fast_arguments : slow_arguments, sizeof state->arguments);
}

static uint64_t position(const struct user_regs_struct *registers) { return registers->rip; }
#else
static bool decode_branch(const struct state *state, uint64_t *next, uint64_t *target) {
  uint64_t displacement = 0;
  if (!instructions_arm64.decode_branch(state->code, sizeof(uint32_t), &displacement))
    return false;
  *next = state->at + sizeof(uint32_t);
  *target = state->at + displacement;
  return true;
}

/* SVC #0; BRK #imm16 is d4200000 with the immediate from bit 5 on. */
static void read_registers(struct state *state, const struct user_regs_struct *registers) {
  uint32_t word = 0;
  memcpy(&word, state->code, sizeof word);
  state->breaks = (word & 0xffe0001f) == 0xd4200000;
  state->calls = word == 0xd4000001;
  state->writes = state->calls && registers->regs[8] == counts->write_call;
  memcpy(state->arguments, registers->regs, sizeof state->arguments);
}

static uint64_t position(const struct user_regs_struct *registers) { return registers->pc; }
#endif

static bool look(pid_t pid, struct state *state) {
  struct user_regs_struct registers;
  struct iovec of_registers = {&registers, sizeof registers};
  *state = (struct state){0};
  if (ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &of_registers) != 0)
    return false;
  state->at = position(&registers);
  /* Read in this way, code need not be readable. Near the end of a page there may be less than the longest. */
  for (size_t i = 0; i < sizeof state->code; i += sizeof(long)) {
    errno = 0;
    long word = ptrace(PTRACE_PEEKTEXT, pid, (void *)(uintptr_t)(state->at + i), NULL); // NOLINT(*-no-int-to-ptr)
    if (errno)
      break;
    memcpy(state->code + i, &word, sizeof word);
  }
  read_registers(state, &registers);
  return true;
}

/* Counts what the kernel reads: the whole of a write's buffer; of what else a system call points to, the first byte. */
static void count_call(const struct state *state) {
  const uint64_t *arguments = state->arguments;
  for (uint64_t i = 0; state->writes && i < arguments[2] && i < counts->span; i++)
    count(COUNT_EXECUTED, arguments[1] + i);
  for (size_t i = 0; !state->writes && i < CALL_ARGUMENTS; i++)
    count(COUNT_EXECUTED, arguments[i]);
}

/* Counts the edge that led from BEFORE to AT, if a conditional branch did. */
static void count_edge(const struct state *before, uint64_t at) {
  uint64_t next = 0;
  uint64_t target = 0;
  if (!decode_branch(before, &next, &target))
    return;
  if (at == target)
    count(COUNT_TAKEN, before->at);
  else if (at == next)
    count(COUNT_NOT_TAKEN, before->at);
}

/* How far from its addresses the kernel has loaded the program PID, which stands at AT: its own entry tells, which the
   kernel hands on (getauxval(3)), for with an interpreter it begins there. */
static uint64_t find_bias(pid_t pid, uint64_t at) {
  char path[64];
  uint64_t pair[2] = {0};
  snprintf(path, sizeof path, "/proc/%d/auxv", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  while (fd >= 0 && read(fd, pair, sizeof pair) == (ssize_t)sizeof pair && pair[0] != AT_ENTRY && pair[0] != AT_NULL)
    ;
  if (fd >= 0)
    close(fd);
  return (pair[0] == AT_ENTRY ? pair[1] : at) - counts->entry;
}

/* Goes on from one stop to the next until the program ends. Returns its wait status. */
static int step_to_end(pid_t pid) {
  struct state before = {0};
  struct state state;
  int status = 0;
  for (bool first = true; waitpid(pid, &status, 0) == pid && WIFSTOPPED(status); first = false) {
    /* A step ends by SIGTRAP; so does a breakpoint instruction, but that signal is for the program. */
    int pass_on = WSTOPSIG(status) == SIGTRAP && !before.breaks ? 0 : WSTOPSIG(status);
    if (!look(pid, &state))
      break;
    if (first) {
      bias = find_bias(pid, state.at);
      ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_EXITKILL);
    } else {
      count_edge(&before, state.at);
    }
    if (pass_on == 0) {
      count(COUNT_EXECUTED, state.at);
      if (state.calls)
        count_call(&state);
    }
    before = state;
    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, (void *)(intptr_t)pass_on) != 0)
      break;
  }
  return status;
}

static bool map_counts(const char *path) {
  struct stat status;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status) != 0 || (size_t)status.st_size < sizeof *counts)
    return false;
  counts = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return counts != MAP_FAILED && counts->magic == COUNTS_MAGIC && (size_t)status.st_size >= counts_size(counts->span);
}

static int fail(const char *what) {
  fprintf(stderr, "step_instructions: %s: %s\n", what, strerror(errno));
  return EXIT_NOT_STEPPED;
}

static pid_t stepped;

static void send_on(int number) { kill(stepped, number); }

/* Who stops, reloads or interrupts this process means the program. */
static void send_signals_on(pid_t pid) {
  static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
  stepped = pid;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    sigaction(numbers[i], &(struct sigaction){.sa_handler = send_on, .sa_flags = SA_RESTART}, NULL);
}

int main(int argc, char **argv) {
  if (argc < 3 || !map_counts(argv[1])) {
    fputs("usage: step_instructions COUNTS PROGRAM ARGUMENTS..., COUNTS a file that the gate made\n", stderr);
    return EXIT_NOT_STEPPED;
  }
  pid_t pid = fork();
  if (pid < 0)
    return fail("fork");
  if (pid == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    execve(argv[2], argv + 2, environ);
    _exit(fail(argv[2]));
  }
  send_signals_on(pid);
  int status = step_to_end(pid);
  if (WIFSIGNALED(status)) {
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NOT_STEPPED;
}

/* SPDX-License-Identifier: MIT */
