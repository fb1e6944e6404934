/* The strict profile, for programs whose bytes were changed on purpose. A system call's number off by one is another
   system call; so the filter knows a list of calls, and answers the others with ENOSYS, as a kernel without them would:
   a verdict on the program stays a verdict on what it does. The list is enough without any namespace, and costs next to
   nothing. */
#include "harness/helpers/confine/confine.h"

#include "harness/helpers/confine/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { CPU_SECONDS = 60 };
static const rlim_t most_file = 64 << 20;
/* The smallest programs claim 4 GiB, and map a page more than that. */
static const rlim_t most_memory = (rlim_t)8 << 30;

/* What our programs call, and what qemu's user-mode emulator and its C library call besides. None of it changes
   anything outside of the process but through descriptors that it was given or sockets that it opened. */
static const long allowed[] = {
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_getdents64,
    SYS_fcntl,
    SYS_ioctl,
    SYS_dup,
    SYS_dup3,
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_brk,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_rt_sigsuspend,
    SYS_rt_sigpending,
    SYS_signalfd4,
    SYS_ppoll,
    SYS_pselect6,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_getpid,
    SYS_gettid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
    SYS_getcwd,
    SYS_getrlimit,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_futex,
    SYS_set_robust_list,
    SYS_set_tid_address,
    SYS_rseq,
    SYS_membarrier,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    SYS_socket,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_getsockname,
    SYS_getpeername,
    SYS_setsockopt,
    SYS_getsockopt,
    SYS_sendto,
    SYS_recvfrom,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_shutdown,
#if defined __x86_64__
    SYS_arch_prctl,
    SYS_readlink,
    SYS_poll,
    SYS_select,
    SYS_epoll_wait,
    SYS_stat,
    SYS_lstat,
    SYS_access,
#endif
};

static struct bpf filter;

static void load(size_t offset) { bpf_load(&filter, offset); }
static void unless(uint32_t value, uint8_t count) { bpf_unless(&filter, value, count); }
static void answer(uint32_t action) { bpf_answer(&filter, action); }

/* Allows the call NUMBER where its argument is VALUE. */
static void allow_where(long number, unsigned argument, uint64_t value) {
  unless((uint32_t)number, 6);
  load(low_half(argument));
  unless((uint32_t)value, 3);
  load(high_half(argument));
  unless((uint32_t)(value >> 32), 1);
  answer(SECCOMP_RET_ALLOW);
  load(number_field);
}

/* Allows the call NUMBER where, of the bits MASK of its argument, just WANTED are set; otherwise answers ERROR. */
static void allow_bits(long number, unsigned argument, uint32_t mask, uint32_t wanted, uint32_t error) {
  unless((uint32_t)number, 5);
  load(low_half(argument));
  bpf_put(&filter, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
  unless(wanted, 1);
  answer(SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_ERRNO | error);
}

#if defined __x86_64__
/* What a program of 32-bit calls (int 0x80) may call: exit, read, write, close, brk, mmap2, munmap, exit_group. The
   smallest programs of x86-64 use them as well, because they are shorter. */
static const uint32_t compat_allowed[] = {1, 3, 4, 6, 45, 192, 91, 252};
#endif

/* The other tables of the machine. */
static void build_compat(void) {
#if defined __x86_64__
  enum { COMPAT = sizeof compat_allowed / sizeof *compat_allowed };
  unless(AUDIT_ARCH_I386, 2 + 2 * COMPAT);
  load(number_field);
  for (size_t i = 0; i < COMPAT; i++) {
    unless(compat_allowed[i], 1);
    answer(SECCOMP_RET_ALLOW);
  }
  answer(SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

int load_strict_filter(const char *path, bool writes) {
  load(arch_field);
  build_compat();
  bpf_put(&filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_ARCH, 1, 0));
  answer(SECCOMP_RET_ERRNO | ENOSYS);
  load(number_field);
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    unless((uint32_t)allowed[i], 1);
    answer(SECCOMP_RET_ALLOW);
  }
  if (path)
    allow_where(SYS_execve, 0, (uint64_t)(uintptr_t)path);
  /* A signal to itself is how the emulator ends when its guest does. */
  allow_where(SYS_kill, 0, (uint64_t)getpid());
  allow_where(SYS_tgkill, 0, (uint64_t)getpid());
  allow_where(SYS_prlimit64, 2, 0);
  if (writes) {
    unless((uint32_t)SYS_openat, 1);
    answer(SECCOMP_RET_ALLOW);
#if defined __x86_64__
    unless((uint32_t)SYS_open, 1);
    answer(SECCOMP_RET_ALLOW);
#endif
  }
  allow_bits(SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, EACCES);
#if defined __x86_64__
  allow_bits(SYS_open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, EACCES);
#endif
  allow_bits(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD, EPERM);
  answer(SECCOMP_RET_ERRNO | ENOSYS);
  const struct sock_fprog program = {.len = filter.length, .filter = filter.code};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

/* PATH is where the program's name stands in memory: execve is allowed for that address alone, which only this process,
   before it became the program, could pass. */
static int confine(const char *path, unsigned milliseconds, bool writes) {
  const struct rlimit memory = {most_memory, most_memory};
  const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS};
  const struct rlimit file = {most_file, most_file};
  const struct rlimit core = {0, 0};
  /* A timer outlives execve, and unlike RLIMIT_CPU it knows less than a second. */
  const struct itimerval timer = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000}};
  if (setrlimit(RLIMIT_AS, &memory) != 0 || setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &core) != 0 ||
      setrlimit(RLIMIT_FSIZE, &file) != 0)
    return errno;
  if (setitimer(ITIMER_PROF, &timer, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  return load_strict_filter(path, writes);
}

int enter_strict(unsigned processor_ms) { return confine(NULL, processor_ms, false); }

void become_strict(char **words, unsigned processor_ms, bool writes) {
  int failed = confine(words[0], processor_ms, writes);
  if (!failed) {
    execve(words[0], words, environ);
    failed = errno;
  }
  fprintf(stderr, "confine: %s: %s\n", words[0], strerror(failed));
  _exit(EXIT_NOT_CONFINED);
}

/* SPDX-License-Identifier: MIT */
