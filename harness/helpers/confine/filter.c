/* The seccomp filter of a cell. It is short, because the namespaces hold what is in them, whatever it calls: what is
   refused here is what reaches past namespaces (keys, tracing of what is not in a process namespace, interfaces of the
   kernel that are known more for their faults than for their use), or what would give back the authority that was taken
   (a namespace of its own). Without the view, or without a process namespace, more has to be refused, for the filter
   then stands in their place. */
#include "harness/helpers/confine/confine.h"

#include "harness/helpers/confine/bpf.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* When a call is refused. */
enum when {
  ALWAYS,
  UNLESS_PTRACE,     /* unless the suite allows ptrace */
  UNLESS_NESTED,     /* unless it allows namespaces */
  WITHOUT_PROCESSES, /* where it can name processes of others */
  WITHOUT_VIEW,      /* where the view does not keep it from files of others */
  WITHOUT_NETWORK    /* where there are others to be reached, unless the suite allows that */
};

struct refused {
  int host, compat; /* the call's number here, and in the 32-bit table of x86; -1: it has none */
  enum when when;
  uint32_t error;
};

#if defined __x86_64__
#define OLD(number) (number)
#else
#define OLD(number) (-1)
#endif

/* clone3 passes its flags in memory, where no filter sees them; ENOSYS makes libraries call clone. */
static const struct refused calls[] = {
    {SYS_ptrace, 26, UNLESS_PTRACE, EPERM},
    {SYS_process_vm_readv, 347, UNLESS_PTRACE, EPERM},
    {SYS_process_vm_writev, 348, UNLESS_PTRACE, EPERM},
    {SYS_kcmp, 349, UNLESS_PTRACE, EPERM},
    {438 /* pidfd_getfd */, 438, UNLESS_PTRACE, EPERM},
    {440 /* process_madvise */, 440, UNLESS_PTRACE, EPERM},
    {SYS_unshare, 310, UNLESS_NESTED, EPERM},
    {SYS_setns, 346, UNLESS_NESTED, EPERM},
    {435 /* clone3 */, 435, UNLESS_NESTED, ENOSYS},
    {SYS_keyctl, 288, ALWAYS, EPERM},
    {SYS_add_key, 286, ALWAYS, EPERM},
    {SYS_request_key, 287, ALWAYS, EPERM},
    {425 /* io_uring_setup */, 425, ALWAYS, ENOSYS},
    {426 /* io_uring_enter */, 426, ALWAYS, ENOSYS},
    {427 /* io_uring_register */, 427, ALWAYS, ENOSYS},
    {SYS_userfaultfd, 374, ALWAYS, EPERM},
    {SYS_bpf, 357, ALWAYS, EPERM},
    {SYS_perf_event_open, 336, ALWAYS, EPERM},
    {SYS_fanotify_init, 338, ALWAYS, EPERM},
    {SYS_quotactl, 131, ALWAYS, EPERM},
    {OLD(90) /* chmod */, 15, WITHOUT_VIEW, EPERM},
    {SYS_fchmod, 94, WITHOUT_VIEW, EPERM},
    {SYS_fchmodat, 306, WITHOUT_VIEW, EPERM},
    {452 /* fchmodat2 */, 452, WITHOUT_VIEW, EPERM},
    {OLD(92) /* chown */, 212, WITHOUT_VIEW, EPERM},
    {OLD(94) /* lchown */, 198, WITHOUT_VIEW, EPERM},
    {SYS_fchown, 207, WITHOUT_VIEW, EPERM},
    {SYS_fchownat, 298, WITHOUT_VIEW, EPERM},
    {OLD(132) /* utime */, 30, WITHOUT_VIEW, EPERM},
    {OLD(235) /* utimes */, 271, WITHOUT_VIEW, EPERM},
    {OLD(261) /* futimesat */, 299, WITHOUT_VIEW, EPERM},
    {SYS_utimensat, 320, WITHOUT_VIEW, EPERM},
    {SYS_setxattr, 226, WITHOUT_VIEW, EPERM},
    {SYS_lsetxattr, 227, WITHOUT_VIEW, EPERM},
    {SYS_fsetxattr, 228, WITHOUT_VIEW, EPERM},
    {SYS_removexattr, 235, WITHOUT_VIEW, EPERM},
    {SYS_lremovexattr, 236, WITHOUT_VIEW, EPERM},
    {SYS_fremovexattr, 237, WITHOUT_VIEW, EPERM},
    {463 /* setxattrat */, 463, WITHOUT_VIEW, EPERM},
    {466 /* removexattrat */, 466, WITHOUT_VIEW, EPERM},
    {469 /* file_setattr */, 469, WITHOUT_VIEW, EPERM},
    {SYS_setpriority, 97, WITHOUT_PROCESSES, EPERM},
    {SYS_sched_setaffinity, 241, WITHOUT_PROCESSES, EPERM},
    {SYS_sched_setscheduler, 156, WITHOUT_PROCESSES, EPERM},
    {SYS_sched_setparam, 154, WITHOUT_PROCESSES, EPERM},
    {SYS_sched_setattr, 351, WITHOUT_PROCESSES, EPERM},
    {SYS_ioprio_set, 289, WITHOUT_PROCESSES, EPERM},
    {SYS_migrate_pages, 294, WITHOUT_PROCESSES, EPERM},
    {SYS_move_pages, 317, WITHOUT_PROCESSES, EPERM},
    {SYS_shmget, 395, WITHOUT_VIEW, EPERM},
    {SYS_semget, 393, WITHOUT_VIEW, EPERM},
    {SYS_msgget, 399, WITHOUT_VIEW, EPERM},
    {SYS_connect, 362, WITHOUT_NETWORK, EPERM},
};

enum { NAMESPACES = 0x7e020000 }; /* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */

static bool holds(enum when when, const struct cell_options *options, const struct standing *standing) {
  switch (when) {
  case UNLESS_PTRACE:
    return !(options->allow & ALLOW_PTRACE);
  case UNLESS_NESTED:
    return !(options->allow & ALLOW_NESTED);
  case WITHOUT_PROCESSES:
    return !(standing->granted & GRANT_PROCESSES);
  case WITHOUT_VIEW:
    return !(standing->granted & GRANT_VIEW);
  case WITHOUT_NETWORK:
    return !(standing->granted & GRANT_NETWORK) && !(options->allow & ALLOW_NETWORK);
  default:
    return true;
  }
}

/* Answers ERROR to the call NUMBER where its ARGUMENT has one of the bits MASK. */
static void refuse_bits(struct bpf *bpf, int number, unsigned argument, uint32_t mask, uint32_t error) {
  bpf_unless(bpf, (uint32_t)number, 4);
  bpf_load(bpf, low_half(argument));
  bpf_unless_bits(bpf, mask, 1);
  bpf_answer(bpf, SECCOMP_RET_ERRNO | error);
  bpf_load(bpf, number_field);
}

/* Answers ERROR to the call NUMBER where its ARGUMENT is VALUE. */
static void refuse_value(struct bpf *bpf, int number, unsigned argument, uint32_t value, uint32_t error) {
  bpf_unless(bpf, (uint32_t)number, 4);
  bpf_load(bpf, low_half(argument));
  bpf_unless(bpf, value, 1);
  bpf_answer(bpf, SECCOMP_RET_ERRNO | error);
  bpf_load(bpf, number_field);
}

/* Answers ERROR to the call NUMBER unless the low half of its first argument is 0: the caller itself. */
static void refuse_others(struct bpf *bpf, int number, uint32_t error) {
  bpf_unless(bpf, (uint32_t)number, 4);
  bpf_load(bpf, low_half(0));
  bpf_put(bpf, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
  bpf_answer(bpf, SECCOMP_RET_ERRNO | error);
  bpf_load(bpf, number_field);
}

/* Refuses CLONE_PARENT: a sibling of the program would be a child of the gate, which no sweep of the cell finds. The
   launcher itself makes programs like that; it loads this filter before. */
static void refuse_siblings(struct bpf *bpf, int number) {
  bpf_unless(bpf, (uint32_t)number, 5);
  bpf_load(bpf, low_half(0));
  bpf_put(bpf, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BIRTH_FLAGS, 2, 0));
  bpf_unless_bits(bpf, CLONE_PARENT, 1);
  bpf_answer(bpf, SECCOMP_RET_ERRNO | EPERM);
  bpf_load(bpf, number_field);
}

/* Where the network is everybody's: no socket but of TCP, and no address to send to. */
static void refuse_network(struct bpf *bpf) {
  enum { LAST_FAMILY = 46, KIND = 0xf };
  for (uint32_t family = 0; family < LAST_FAMILY; family++)
    if (family != AF_INET && family != AF_INET6)
      refuse_value(bpf, SYS_socket, 0, family, EPERM);
  for (uint32_t kind = 0; kind <= SOCK_PACKET; kind++) {
    if (kind == SOCK_STREAM)
      continue;
    bpf_unless(bpf, SYS_socket, 5);
    bpf_load(bpf, low_half(1));
    bpf_put(bpf, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, KIND));
    bpf_unless(bpf, kind, 1);
    bpf_answer(bpf, SECCOMP_RET_ERRNO | EPERM);
    bpf_load(bpf, number_field);
  }
  refuse_bits(bpf, SYS_sendto, 3, MSG_FASTOPEN, EPERM);
  refuse_bits(bpf, SYS_sendmsg, 2, MSG_FASTOPEN, EPERM);
  refuse_bits(bpf, SYS_sendmmsg, 3, MSG_FASTOPEN, EPERM);
}

static void refuse_calls(struct bpf *bpf, const struct cell_options *options, const struct standing *standing,
                         bool compat) {
  bpf_load(bpf, number_field);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    int number = compat ? calls[i].compat : calls[i].host;
    if (number < 0 || !holds(calls[i].when, options, standing))
      continue;
    bpf_unless(bpf, (uint32_t)number, 1);
    bpf_answer(bpf, SECCOMP_RET_ERRNO | calls[i].error);
  }
  if (!(options->allow & ALLOW_FORK_SERVER))
    refuse_siblings(bpf, compat ? 120 : SYS_clone);
  if (!(options->allow & ALLOW_NESTED))
    refuse_bits(bpf, compat ? 120 : SYS_clone, 0, NAMESPACES, EPERM);
  if (holds(WITHOUT_PROCESSES, options, standing))
    refuse_others(bpf, compat ? 340 : SYS_prlimit64, EPERM);
  refuse_value(bpf, compat ? 54 : SYS_ioctl, 1, TIOCSTI, EPERM);
  if (!compat && holds(WITHOUT_NETWORK, options, standing))
    refuse_network(bpf);
  bpf_answer(bpf, SECCOMP_RET_ALLOW);
}

static struct bpf bpf;

/* Skips what follows, up to the end that is set later, unless the machine of the call is ARCH. A conditional jump goes
   255 instructions far; so it goes around a jump that has no such limit. */
static unsigned short begin_machine(uint32_t arch) {
  bpf_load(&bpf, arch_field);
  bpf_put(&bpf, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0));
  bpf_put(&bpf, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
  return bpf.length;
}

static void end_machine(unsigned short begin) { bpf.code[begin - 1].k = (uint32_t)(bpf.length - begin); }

int load_filter(const struct cell_options *options, const struct standing *standing) {
  unsigned short begin = begin_machine(HOST_ARCH);
#if defined __x86_64__
  /* The numbers of the x32 table have this bit; no program that was made in this century needs it. */
  enum { X32 = 0x40000000 };
  bpf_load(&bpf, number_field);
  bpf_unless_bits(&bpf, X32, 1);
  bpf_answer(&bpf, SECCOMP_RET_ERRNO | ENOSYS);
#endif
  refuse_calls(&bpf, options, standing, false);
  end_machine(begin);
#if defined __x86_64__
  begin = begin_machine(AUDIT_ARCH_I386);
  refuse_calls(&bpf, options, standing, true);
  end_machine(begin);
#endif
  bpf_answer(&bpf, SECCOMP_RET_ERRNO | ENOSYS);
  const struct sock_fprog program = {.len = bpf.length, .filter = bpf.code};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

/* Allows the call NUMBER where its first argument is the process itself; refuses it otherwise. kill(0) is its own
 * group.
 */
static void keep_signals_of(struct bpf *signals, int number, uint32_t pid) {
  bpf_unless(signals, (uint32_t)number, 5);
  bpf_load(signals, low_half(0));
  bpf_put(signals, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, pid, 2, 0));
  bpf_put(signals, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
  bpf_answer(signals, SECCOMP_RET_ERRNO | EPERM);
  bpf_answer(signals, SECCOMP_RET_ALLOW);
}

int load_signal_filter(void) {
  static const int by_process[] = {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo};
  static const int others[] = {SYS_tkill, 424 /* pidfd_send_signal */};
  static struct bpf signals;
  signals.length = 0;
  bpf_load(&signals, arch_field);
  bpf_put(&signals, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_ARCH, 1, 0));
  bpf_answer(&signals, SECCOMP_RET_ERRNO | ENOSYS);
  bpf_load(&signals, number_field);
  for (size_t i = 0; i < sizeof by_process / sizeof *by_process; i++)
    keep_signals_of(&signals, by_process[i], (uint32_t)getpid());
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    bpf_unless(&signals, (uint32_t)others[i], 1);
    bpf_answer(&signals, SECCOMP_RET_ERRNO | EPERM);
  }
  bpf_answer(&signals, SECCOMP_RET_ALLOW);
  const struct sock_fprog program = {.len = signals.length, .filter = signals.code};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

/* SPDX-License-Identifier: MIT */
