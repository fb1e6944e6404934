/* confine MILLISECONDS PROGRAM ARGUMENTS...: runs PROGRAM where it can harm nothing, and ends it by SIGPROF when it has
   had so much processor time.

   A program whose bytes were changed on purpose may ask the kernel for anything: a system call's number off by one is
   another system call, and kill with arguments that were meant for read can end every process there is. So this sets
   limits on memory and time and a seccomp filter, and only then becomes the program. What the filter does not know it
   answers with ENOSYS, as a kernel without that call would: a verdict on the program stays a verdict on what it does.

   Statically linked, and small, since it starts once more for every run. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#if defined __x86_64__
#define HOST_ARCH AUDIT_ARCH_X86_64
#else
#define HOST_ARCH AUDIT_ARCH_AARCH64
#endif

enum { EXIT_NOT_CONFINED = 125, GIBIBYTE = 1 << 30, CPU_SECONDS = 60, MOST_INSTRUCTIONS = 512 };

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

static struct sock_filter filter[MOST_INSTRUCTIONS];
static unsigned short length;

static void put(struct sock_filter instruction) { filter[length++] = instruction; }

static void load(size_t offset) { put((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset)); }

static void answer(uint32_t action) { put((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action)); }

/* Skips the next COUNT instructions unless what was loaded is VALUE. */
static void unless(uint32_t value, uint8_t count) {
  put((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
}

static const size_t number_field = offsetof(struct seccomp_data, nr);

/* The low and the high half of an argument; both machines are little-endian. */
static size_t low_half(unsigned argument) { return offsetof(struct seccomp_data, args) + 8 * (size_t)argument; }
static size_t high_half(unsigned argument) { return low_half(argument) + 4; }

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
  put((struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask));
  unless(wanted, 1);
  answer(SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_ERRNO | error);
}

/* PATH is where the program's name stands in memory: execve is allowed for that address alone, which only this process,
   before it became the program, could pass. */
static void build_filter(const char *path) {
  load(offsetof(struct seccomp_data, arch));
  put((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_ARCH, 1, 0));
  answer(SECCOMP_RET_ERRNO | ENOSYS);
  load(number_field);
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    unless((uint32_t)allowed[i], 1);
    answer(SECCOMP_RET_ALLOW);
  }
  allow_where(SYS_execve, 0, (uint64_t)(uintptr_t)path);
  /* A signal to itself is how the emulator ends when its guest does. */
  allow_where(SYS_kill, 0, (uint64_t)getpid());
  allow_where(SYS_tgkill, 0, (uint64_t)getpid());
  allow_where(SYS_prlimit64, 2, 0);
  allow_bits(SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, EACCES);
#if defined __x86_64__
  allow_bits(SYS_open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY, EACCES);
#endif
  allow_bits(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD, EPERM);
  answer(SECCOMP_RET_ERRNO | ENOSYS);
}

static int confine(const char *path, long milliseconds) {
  const struct rlimit memory = {(rlim_t)4 * GIBIBYTE, (rlim_t)4 * GIBIBYTE};
  const struct rlimit cpu = {CPU_SECONDS, CPU_SECONDS};
  const struct rlimit file = {GIBIBYTE / 16, GIBIBYTE / 16};
  const struct rlimit core = {0, 0};
  /* A timer outlives execve, and unlike RLIMIT_CPU it knows less than a second. */
  const struct itimerval timer = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000}};
  build_filter(path);
  const struct sock_fprog program = {.len = length, .filter = filter};
  if (setrlimit(RLIMIT_AS, &memory) != 0 || setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_CORE, &core) != 0 ||
      setrlimit(RLIMIT_FSIZE, &file) != 0)
    return errno;
  if (setitimer(ITIMER_PROF, &timer, NULL) != 0)
    return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return errno;
  return 0;
}

int main(int argc, char **argv) {
  long milliseconds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
  if (milliseconds <= 0) {
    fputs("usage: confine MILLISECONDS PROGRAM ARGUMENTS...\n", stderr);
    return EXIT_NOT_CONFINED;
  }
  int failed = confine(argv[2], milliseconds);
  if (!failed) {
    execve(argv[2], argv + 2, environ);
    failed = errno;
  }
  fprintf(stderr, "confine: %s: %s\n", argv[2], strerror(failed));
  return EXIT_NOT_CONFINED;
}
