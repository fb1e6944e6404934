/* Starts a program under ptrace, poisons it, and lets it go. */
#include "harness/loaders/tests/poison.h"

#include "harness/base/files.h"
#include "harness/base/signals.h"

#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000, STACK_NOISE = 65536, MANY = 100 };

const char *poison_name(enum poison poison) {
  static const char *const names[POISONS] = {"registers", "flags", "stack", "argc"};
  return names[poison];
}

/* Noise that is the same in every run: xorshift64 (Marsaglia). No value of it is small, or an address. */
static uint64_t noise(void) {
  static uint64_t state = 0x9e3779b97f4a7c15;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state | UINT64_C(0x8000000100000000);
}

#if defined __x86_64__
typedef struct user_regs_struct registers;
/* CF, PF, AF, ZF, SF, OF: bits 0, 2, 4, 6, 7, 11 of rflags. The rest is the system's. */
#define FLAGS UINT64_C(0x8d5)

static uint64_t stack_pointer(const registers *r) { return r->rsp; }
static void poison_flags(registers *r) { r->eflags ^= FLAGS; }
static void poison_registers(registers *r) {
  unsigned long long *const all[] = {&r->rax, &r->rbx, &r->rcx, &r->rdx, &r->rsi, &r->rdi, &r->rbp, &r->r8,
                                     &r->r9,  &r->r10, &r->r11, &r->r12, &r->r13, &r->r14, &r->r15};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    *all[i] = noise();
  r->orig_rax = (unsigned long long)-1; /* no system call is to be restarted */
}
#elif defined __aarch64__
typedef struct user_regs_struct registers;
/* N, Z, C, V: bits 31 .. 28 of pstate. */
#define FLAGS UINT64_C(0xf0000000)

static uint64_t stack_pointer(const registers *r) { return r->sp; }
static void poison_flags(registers *r) { r->pstate ^= FLAGS; }
static void poison_registers(registers *r) {
  for (size_t i = 0; i < 31; i++)
    r->regs[i] = noise();
}
#else
#error "bytegate runs on x86-64 and arm64"
#endif

static bool poison_stack(pid_t child, uint64_t pointer) {
  static uint64_t below[STACK_NOISE / 8];
  for (size_t i = 0; i < STACK_NOISE / 8; i++)
    below[i] = noise();
  struct iovec from = {below, sizeof below};
  struct iovec to = {(void *)(uintptr_t)(pointer - sizeof below), sizeof below};
  return process_vm_writev(child, &from, 1, &to, 1, 0) == (ssize_t)sizeof below;
}

/* Poisons CHILD, which is stopped before its first instruction. */
static bool poison_child(pid_t child, enum poison poison) {
  registers r;
  struct iovec vector = {&r, sizeof r};
  if (ptrace(PTRACE_GETREGSET, child, (void *)NT_PRSTATUS, &vector) != 0)
    return false;
  if (poison == POISON_STACK)
    return poison_stack(child, stack_pointer(&r));
  if (poison == POISON_REGISTERS)
    poison_registers(&r);
  else if (poison == POISON_FLAGS)
    poison_flags(&r);
  return ptrace(PTRACE_SETREGSET, child, (void *)NT_PRSTATUS, &vector) == 0;
}

/* The program's words: its name, the row's arguments, and as many more. COUNT 0: not even the name. */
static char **words_of(const char *elf, const struct text_list *arguments, bool none, size_t more) {
  char **words = xcalloc(arguments->count + more + 2, sizeof *words);
  size_t count = 0;
  if (none)
    return words;
  words[count++] = (char *)elf;
  for (size_t i = 0; i < arguments->count; i++)
    words[count++] = arguments->items[i];
  for (size_t i = 0; i < more; i++)
    words[count++] = "more";
  return words;
}

static _Noreturn void run_child(const char *elf, char **words, char **variables, int input, int output) {
  if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
      close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
    _exit(125);
  execve(elf, words, variables);
  _exit(126);
}

/* Waits for the end of CHILD, which is on its own; the caller frees what it returns. */
static char *end_of(pid_t child) {
  int fd = (int)syscall(SYS_pidfd_open, child, 0);
  struct pollfd event = {fd, POLLIN, 0};
  bool in_time = poll(&event, 1, DEADLINE_MS) == 1;
  int status = 0;
  close(fd);
  if (!in_time)
    kill(child, SIGKILL);
  waitpid(child, &status, 0);
  if (!in_time)
    return xstrdup("hangs");
  return WIFSIGNALED(status) ? xstrdup(signal_name(WTERMSIG(status))) : xasprintf("exit %d", WEXITSTATUS(status));
}

/* One start. WORDS and VARIABLES end with NULL. */
static void start(const char *elf, char **words, char **variables, struct span input, enum poison poison,
                  struct attempt *attempt) {
  int in = memory_file(input), out = memory_file(span_text("")), status = 0;
  pid_t child = fork();
  if (child < 0)
    die("fork: %s", strerror(errno));
  if (child == 0)
    run_child(elf, words, variables, in, out);
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
    die("%s did not stop at its first instruction, as ptrace has it", elf);
  if (!poison_child(child, poison) || ptrace(PTRACE_DETACH, child, NULL, NULL) != 0)
    die("%s cannot be poisoned: %s", elf, strerror(errno));
  *attempt = (struct attempt){.ending = end_of(child)};
  read_whole(out, &attempt->out);
  close(in);
  close(out);
}

static bool as_declared(const struct loader_row *row, struct span file, const struct attempt *attempt, const char *how,
                        struct bytes *why) {
  const char *declared = loader_declared(row, LOADER_NATIVE);
  /* A program that ends in an error may say so: stdout and stderr are one file here. */
  bool printed = loader_printed(row, file, span_of(&attempt->out)) || (row->prints.len == 0 && row->arguments.count);
  bool same = strcmp(attempt->ending, declared) == 0 && printed;
  if (!same)
    bytes_printf(why, "%s with %s: %s and %zu bytes printed, but %s is declared", row->name, how, attempt->ending,
                 attempt->out.len, declared);
  return same;
}

bool poison_survived(const char *elf, const struct loader_row *row, struct span file, enum poison poison,
                     struct bytes *why) {
  char *none[] = {NULL}, *many[MANY + 1] = {NULL};
  struct attempt attempt;
  bool survived = true, argc = poison == POISON_ARGC;
  for (size_t i = 0; i < MANY; i++)
    many[i] = "VARIABLE=value";
  for (int turn = 0; survived && turn < (argc ? 2 : 1); turn++) {
    /* A program that is given arguments needs them, and is given variables only. */
    bool free_to_choose = argc && row->arguments.count == 0;
    char **words = words_of(elf, &row->arguments, free_to_choose && turn == 0, free_to_choose && turn == 1 ? MANY : 0);
    start(elf, words, argc && turn == 1 ? many : none, span_of(&row->input), poison, &attempt);
    survived = as_declared(row, file, &attempt, argc && turn == 0 ? "no argument" : poison_name(poison), why);
    attempt_free(&attempt);
    free(words);
  }
  return survived;
}

/* SPDX-License-Identifier: MIT */
