/* A plugin for qemu's user-mode emulators: a fork server, which makes the runs of one program. The emulator starts once
   and stops before the program's first instruction. For each request of the gate (fork_server.h) it makes a child,
   which gets descriptors of its own and runs on from there as any other emulator would.

       qemu-aarch64 -plugin fork_server.so PROGRAM x... x...     with the gate's socket as stdin

   Nothing of its arguments has been read there, so each run gets its own in their room.

   A run may only read: a system call that could leave something behind, or see that this is no start of its own, ends
   it by a signal. The gate then runs the case in the ordinary way, so it never learns less here than there.

   Most of what a short run costs is translation. What a run has translated is therefore told to the fork server, which
   translates it too, for all runs that follow. qemu has no interface for that: its own function is called where it is
   there under its name and its blocks look as they did in qemu 7.2; otherwise each run translates for itself.

   A run may be that of a mutant: some bytes of its memory are others then. It translates anew what holds them, and
   tells nothing of what it has translated. The first block is under way already when it begins, so that cannot be
   changed. */
#include "harness/helpers/plugin/fork_server.h"
#include "harness/base/machine.h"
#include "harness/helpers/confine/bpf.h"
#include "harness/helpers/plugin/calls.h"
#include "harness/helpers/plugin/qemu_plugin.h"
#include "harness/helpers/refuse/failing.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

EXPORTED int qemu_plugin_version = 1;

/* How much the fork server learns: blocks in one message of a run, and in all. What it cannot hold is no loss but of
 * time. */
enum { MOST_TOLD = 4096, MOST_BLOCKS = 16384 };

/* Far from the descriptors of a program, which count from 3 in each run. */
enum { SOCKET = 500 };

static uint64_t first, first_end, moved; /* the first block, and how far the guest's memory is from its addresses */
static bool has_served, is_run;
static enum call_numbers numbers;
static char folder[4096]; /* of each run: it has the same name each time */
static qemu_plugin_id_t self;

/* ---- What has been translated ----------------------------------------------------------------------------------- */

/* The beginning of qemu 7.2's struct TranslationBlock of a machine of 64 bits. */
struct block {
  uint64_t pc, cs_base;
  uint32_t flags, cflags, traced;
  uint16_t size, instructions;
};

/* What a run tells, in memory that it shares with the fork server. */
static struct told {
  volatile uint32_t count;
  struct {
    uint64_t pc, cs_base;
    uint32_t flags, cflags;
  } blocks[MOST_TOLD];
} * told;

typedef int visit_block(void *key, void *value, void *data);
static void (*for_each_block)(visit_block *visit, void *data);
static void (*forget_blocks)(uint64_t begin, uint64_t end);
static void *(*translate_block)(void *cpu, uint64_t pc, uint64_t cs_base, uint32_t flags, int cflags);
static void (*lock_memory)(void), (*unlock_memory)(void);
static void **current_cpu;
static uintptr_t last_block; /* the fork server has no block beyond it */
static uint32_t block_count;

/* The function or variable of the emulator called NAME, in the pointer at PLACE. Returns whether there is one. */
static bool find(const char *name, void *place) {
  void *found = dlsym(RTLD_DEFAULT, name);
  memcpy(place, &found, sizeof found);
  return found != NULL;
}

static int check_first(void *key, void *value, void *data) {
  const struct block *block = value;
  (void)key;
  last_block = (uintptr_t)value > last_block ? (uintptr_t)value : last_block;
  if (block->pc == first && block->size == first_end - first)
    *(bool *)data = true;
  return 0;
}

/* Prepares to learn, if the emulator is one of those that are known. */
static void begin_to_learn(void) {
  bool known = false;
  bool good = find("tcg_tb_foreach", &for_each_block) && find("tb_gen_code", &translate_block) &&
              find("tb_invalidate_phys_range", &forget_blocks) && find("mmap_lock", &lock_memory) &&
              find("mmap_unlock", &unlock_memory) && find("current_cpu", &current_cpu) && *current_cpu;
  if (good)
    for_each_block(check_first, &known);
  if (known)
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (told == MAP_FAILED)
    told = NULL;
}

/* Whether ADDRESS is in the code of the program's file. */
static bool is_code(uint64_t address) {
  return address >= qemu_plugin_start_code() && address < qemu_plugin_end_code();
}

static int tell_block(void *key, void *value, void *data) {
  const struct block *block = value;
  uint32_t at = told->count;
  (void)key, (void)data;
  if ((uintptr_t)value <= last_block || at >= MOST_TOLD || !is_code(block->pc))
    return 0;
  told->blocks[at].pc = block->pc;
  told->blocks[at].cs_base = block->cs_base;
  told->blocks[at].flags = block->flags;
  told->blocks[at].cflags = block->cflags;
  told->count = at + 1;
  return 0;
}

/* Translates what the last run had to translate, as that did. */
static void learn(void) {
  enum { CF_COUNT_MASK = 0x1ff, CF_INVALID = 0x40000 };
  for (uint32_t i = 0; told && i < told->count && i < MOST_TOLD && block_count < MOST_BLOCKS; i++) {
    if (told->blocks[i].cflags & (CF_COUNT_MASK | CF_INVALID) || !is_code(told->blocks[i].pc))
      continue;
    lock_memory();
    const void *made = translate_block(*current_cpu, told->blocks[i].pc, told->blocks[i].cs_base, told->blocks[i].flags,
                                       (int)told->blocks[i].cflags);
    unlock_memory();
    block_count++;
    last_block = (uintptr_t)made > last_block ? (uintptr_t)made : last_block;
  }
  if (told)
    told->count = 0;
}

/* ---- What a run may ---------------------------------------------------------------------------------------------- */

enum permit {
  PERMIT_NOT,
  PERMIT,         /* it changes nothing that outlives the run */
  PERMIT_PATH,    /* (path) of a file that is looked at */
  PERMIT_PATH_AT, /* (fd, path) */
  PERMIT_OPEN,    /* (path, flags) */
  PERMIT_OPEN_AT, /* (fd, path, flags) */
  PERMIT_ASK,     /* ioctl: of a terminal, whether it is one */
  PERMIT_LIMIT,   /* prlimit64: without a new limit */
  PERMIT_EXIT
};

static const struct {
  const char *name;
  enum permit permit;
} permits[] = {
    {"read", PERMIT},
    {"readv", PERMIT},
    {"pread64", PERMIT},
    {"write", PERMIT},
    {"writev", PERMIT},
    {"lseek", PERMIT},
    {"close", PERMIT},
    {"fstat", PERMIT},
    {"getdents64", PERMIT},
    {"mmap", PERMIT},
    {"munmap", PERMIT},
    {"mprotect", PERMIT},
    {"mremap", PERMIT},
    {"madvise", PERMIT},
    {"brk", PERMIT},
    {"rt_sigaction", PERMIT},
    {"rt_sigprocmask", PERMIT},
    {"arch_prctl", PERMIT},
    {"set_tid_address", PERMIT},
    {"set_robust_list", PERMIT},
    {"rseq", PERMIT},
    {"clock_gettime", PERMIT},
    {"uname", PERMIT},
    {"getuid", PERMIT},
    {"geteuid", PERMIT},
    {"getgid", PERMIT},
    {"getegid", PERMIT},
    {"stat", PERMIT_PATH},
    {"lstat", PERMIT_PATH},
    {"access", PERMIT_PATH},
    {"readlink", PERMIT_PATH},
    {"newfstatat", PERMIT_PATH_AT},
    {"statx", PERMIT_PATH_AT},
    {"faccessat", PERMIT_PATH_AT},
    {"readlinkat", PERMIT_PATH_AT},
    {"open", PERMIT_OPEN},
    {"openat", PERMIT_OPEN_AT},
    {"ioctl", PERMIT_ASK},
    {"prlimit64", PERMIT_LIMIT},
    {"exit", PERMIT_EXIT},
    {"exit_group", PERMIT_EXIT},
};

enum { NUMBERS = 512 };
static uint8_t permit_of[NUMBERS];

static void list_permits(void) {
  for (size_t i = 0; i < sizeof permits / sizeof *permits; i++) {
    long number = call_number(call_named(permits[i].name), numbers);
    if (number >= 0 && number < NUMBERS)
      permit_of[number] = (uint8_t)permits[i].permit;
  }
}

/* The text at ADDRESS of the guest. Where there is none, the emulator ends by that. */
static const char *guest_text(uint64_t address) {
  const char *text = NULL;
  uintptr_t host = (uintptr_t)(address + moved);
  memcpy(&text, &host, sizeof text);
  return text;
}

/* Whether what a run sees at PATH is the same in each run: not what the kernel tells of this very process, and no
   device. */
static bool is_plain_path(uint64_t address) {
  const char *path = guest_text(address);
  if (strncmp(path, folder, strlen(folder)) == 0)
    path += strlen(folder);
  return !strstr(path, "proc") && strncmp(path, "/sys", 4) != 0 &&
         (strncmp(path, "/dev", 4) != 0 || strcmp(path, "/dev/null") == 0);
}

/* A file is opened to be read; what is written is stdout under its name. */
static bool may_open(uint64_t address, uint64_t flags) {
  if (flags & (O_ACCMODE | O_CREAT | O_TRUNC))
    return strcmp(guest_text(address), "/dev/stdout") == 0;
  return is_plain_path(address);
}

/* Ends a run as the program ends it. The emulator would throw away first what it has translated, block by block. */
static _Noreturn void end_run(uint64_t status) {
  if (told && block_count < MOST_BLOCKS)
    for_each_block(tell_block, NULL);
  _exit((int)status & 0xff);
}

static void begin_call(qemu_plugin_id_t id, unsigned vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                       uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  bool good = false;
  (void)id, (void)vcpu, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (!is_run)
    return;
  switch (number >= 0 && number < NUMBERS ? permit_of[number] : PERMIT_NOT) {
  case PERMIT:
    good = true;
    break;
  case PERMIT_PATH:
    good = is_plain_path(a1);
    break;
  case PERMIT_PATH_AT:
    good = is_plain_path(a2);
    break;
  case PERMIT_OPEN:
    good = may_open(a1, a2);
    break;
  case PERMIT_OPEN_AT:
    good = may_open(a2, a3);
    break;
  case PERMIT_ASK:
    good = a2 == TCGETS || a2 == TIOCGWINSZ;
    break;
  case PERMIT_LIMIT:
    good = a3 == 0;
    break;
  case PERMIT_EXIT:
    end_run(a1);
  default:
    break;
  }
  if (!good)
    kill(getpid(), SIGKILL);
}

/* What the emulator itself calls, for the fork server and for a run. It stands behind the permits, should something
   reach the kernel past them. */
static const int host_calls[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_lseek,
    SYS_close,
    SYS_close_range,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_openat,
    SYS_getdents64,
    SYS_ioctl,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_futex,
    SYS_clock_gettime,
    SYS_prlimit64,
    SYS_getpid,
    SYS_gettid,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    SYS_uname,
    SYS_getrandom,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_setitimer,
    SYS_sendto,
    SYS_recvmsg,
    SYS_dup3,
    SYS_chdir,
    SYS_setpgid,
#if defined __x86_64__
    SYS_dup2,
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_arch_prctl,
#endif
};

/* Lays the check that the call NUMBER has VALUE as its ARGUMENT. */
static void allow_where(struct bpf *filter, int number, unsigned argument, uint32_t value) {
  bpf_unless(filter, (uint32_t)number, 4);
  bpf_load(filter, low_half(argument));
  bpf_unless(filter, value, 1);
  bpf_answer(filter, SECCOMP_RET_ALLOW);
  bpf_load(filter, number_field);
}

/* Any other call ends its caller. */
static bool load_filter(void) {
  static struct bpf filter;
  bpf_load(&filter, arch_field);
  bpf_put(&filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, HOST_ARCH, 1, 0));
  bpf_answer(&filter, SECCOMP_RET_KILL_PROCESS);
  bpf_load(&filter, number_field);
  for (size_t i = 0; i < sizeof host_calls / sizeof *host_calls; i++) {
    bpf_unless(&filter, (uint32_t)host_calls[i], 1);
    bpf_answer(&filter, SECCOMP_RET_ALLOW);
  }
  allow_where(&filter, SYS_clone, 0, CLONE_PARENT | SIGCHLD);
  allow_where(&filter, SYS_prctl, 0, PR_SET_PDEATHSIG);
  allow_where(&filter, SYS_prctl, 0, PR_SET_NO_NEW_PRIVS);
  allow_where(&filter, SYS_prctl, 0, PR_SET_SECCOMP);
  allow_where(&filter, SYS_kill, 1, SIGKILL);
  bpf_answer(&filter, SECCOMP_RET_KILL_PROCESS);
  const struct sock_fprog program = {.len = filter.length, .filter = filter.code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ---- The arguments of a run -------------------------------------------------------------------------------------- */

/* What the kernel puts at a program's stack pointer: the number of arguments, their addresses and 0, those of the
   environment and 0, and pairs of which the last is of type 0. */
static uint64_t *start_block;

/* Whether the numbers at AT are such a block of the arguments that the emulator was started with. */
static bool is_start_block(const uint64_t *at) {
  if (at[0] != FORK_SERVER_ARGUMENTS + 1 || at[FORK_SERVER_ARGUMENTS + 2] != 0)
    return false;
  for (uint64_t i = 1; i < FORK_SERVER_ARGUMENTS; i++)
    if (at[2 + i] != at[2] + i * (FORK_SERVER_LENGTH + 1))
      return false;
  return true;
}

/* Looks for the block at the end of the memory from BEGIN to END, where a stack has it. */
static void search(uintptr_t begin, uintptr_t end) {
  enum { MOST = 1 << 20, SIZE = (FORK_SERVER_ARGUMENTS + 3) * sizeof(uint64_t) };
  for (size_t back = SIZE; back <= MOST && back <= end - begin && !start_block; back += sizeof(uint64_t)) {
    uintptr_t host = end - back;
    uint64_t *at;
    memcpy(&at, &host, sizeof at);
    start_block = is_start_block(at) ? at : NULL;
  }
}

static void find_start_block(void) {
  FILE *maps = fopen("/proc/self/maps", "re");
  char line[512];
  while (maps && !start_block && fgets(line, sizeof line, maps)) {
    unsigned long begin;
    unsigned long end;
    char rights[5];
    if (sscanf(line, "%lx-%lx %4s", &begin, &end, rights) == 3 && strcmp(rights, "rw-p") == 0)
      search(begin, end);
  }
  if (maps)
    fclose(maps);
}

/* Gives a run 16 random bytes of its own: AUXILIARY are the pairs that say where they stand. */
static bool renew_random(const uint64_t *auxiliary) {
  while (auxiliary[0] && auxiliary[0] != AT_RANDOM)
    auxiliary += 2;
  return auxiliary[0] == 0 || getrandom((char *)(uintptr_t)guest_text(auxiliary[1]), 16, 0) == 16;
}

/* Puts the arguments TEXT of SIZE bytes, each with its NUL, in the place of those that are there. What stands after
   them in the block moves up to them. */
static bool replace_arguments(const char *text, size_t size) {
  uint64_t strings = start_block[2];
  uint64_t *from = start_block + FORK_SERVER_ARGUMENTS + 3;
  uint64_t *end = from;
  while (*end++)
    ;
  bool good = renew_random(end);
  for (; end[0]; end += 2)
    ;
  end += 2;
  char *room = (char *)(uintptr_t)guest_text(strings);
  memset(room, 0, FORK_SERVER_ROOM);
  memcpy(room, text, size);
  uint64_t *to = start_block + 2;
  for (size_t at = 0; at < size; at += strlen(text + at) + 1)
    *to++ = strings + at;
  start_block[0] = (uint64_t)(to - start_block) - 1;
  *to++ = 0;
  size_t count = (size_t)(end - from);
  memmove(to, from, count * sizeof *to);
  memset(to + count, 0, (size_t)(from - to) * sizeof *to);
  return good;
}

/* ---- The fork server --------------------------------------------------------------------------------------------- */

static void say(enum fork_server_word word) {
  const struct fork_server_message message = {word};
  if (send(SOCKET, &message, sizeof message, MSG_NOSIGNAL) != sizeof message)
    _exit(0);
}

/* A request: the change of a run, its arguments, and its descriptors. */
static struct {
  struct change change;
  char text[FORK_SERVER_REQUEST];
  size_t size;
  int fds[3];
} request;

/* Returns whether there was one. */
static bool receive_request(void) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int[3]))];
  } control = {0};
  struct iovec parts[] = {{&request.change, sizeof request.change}, {request.text, sizeof request.text}};
  struct msghdr message = {
      .msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t got;
  do
    got = recvmsg(SOCKET, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  const struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int[3])) ||
      got <= (ssize_t)sizeof request.change)
    return false;
  memcpy(request.fds, CMSG_DATA(header), sizeof(int[3]));
  request.size = (size_t)got - sizeof request.change;
  return true;
}

/* What the host's memory at ADDRESS can be used for, as mprotect(2) takes it; -1: there is none. */
static int find_rights(uintptr_t address) {
  FILE *maps = fopen("/proc/self/maps", "re");
  char line[512];
  int found = -1;
  while (maps && found < 0 && fgets(line, sizeof line, maps)) {
    unsigned long begin;
    unsigned long end;
    char rights[5];
    if (sscanf(line, "%lx-%lx %4s", &begin, &end, rights) == 3 && begin <= address && address < end)
      found =
          (rights[0] == 'r' ? PROT_READ : 0) | (rights[1] == 'w' ? PROT_WRITE : 0) | (rights[2] == 'x' ? PROT_EXEC : 0);
  }
  if (maps)
    fclose(maps);
  return found;
}

/* Writes LENGTH BYTES to the host's ADDRESS, all within one page, also where that cannot be written, and leaves its
   rights as they are. */
static bool write_in_page(uintptr_t address, const uint8_t *bytes, size_t length) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  uintptr_t host = address / size * size;
  int rights = find_rights(address);
  void *page;
  uint8_t *at;
  memcpy(&page, &host, sizeof page);
  memcpy(&at, &address, sizeof at);
  if (rights < 0 || mprotect(page, size, PROT_READ | PROT_WRITE) != 0)
    return false;
  memcpy(at, bytes, length);
  return mprotect(page, size, rights) == 0;
}

/* The same in as many pages as it takes. */
static bool write_bytes(uintptr_t address, const uint8_t *bytes, size_t length) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  for (size_t at = 0; at < length;) {
    size_t left = size - (address + at) % size;
    size_t part = length - at < left ? length - at : left;
    if (!write_in_page(address + at, bytes + at, part))
      return false;
    at += part;
  }
  return true;
}

/* Writes the bytes of CHANGE over those that are there, also where the guest cannot write; what was translated of them
   is no more. Returns whether that could be done. */
static bool make_change(const struct change *change) {
  uint64_t end = change->address + change->length;
  if (change->length == 0)
    return true;
  if (change->length > CHANGE_MOST_BYTES || (change->address < first_end && end > first))
    return false;
  if (!write_bytes(change->address + moved, change->bytes, change->length))
    return false;
  if (told) {
    lock_memory();
    forget_blocks(change->address, end);
    unlock_memory();
    munmap(told, sizeof *told); /* which would be shared with a program that may write anywhere */
    told = NULL;
  }
  return true;
}

/* Has SIGPROF sent after MILLISECONDS of processor time; 0: never. Returns whether that could be done. */
static bool limit_time(uint32_t milliseconds) {
  const struct itimerval timer = {.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000}};
  return milliseconds == 0 || setitimer(ITIMER_PROF, &timer, NULL) == 0;
}

/* Becomes a run: the three descriptors, a group and the folder of its own. It dies with the gate, whose child it is. */
static void become_run(void) {
  const int *fds = request.fds;
  bool good = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && setpgid(0, 0) == 0 && chdir(folder) == 0;
  for (int i = 0; good && i < 3; i++)
    good = dup2(fds[i], i) == i;
  const char *call = request.text;
  const char *error = call + strlen(call) + 1;
  const char *arguments = error + strlen(error) + 1;
  const struct failing *failing = failing_named(call);
  uint32_t number = (uint32_t)error_number(error);
  good = good && make_change(&request.change) && limit_time(request.change.processor_ms) &&
         replace_arguments(arguments, request.size - (size_t)(arguments - request.text)) &&
         (*call == '\0' || (failing && number && refuse_call(failing, number) == 0));
  say(good ? FORK_SERVER_BEGUN : FORK_SERVER_FAILED);
  if (!good)
    _exit(0);
  close(SOCKET);
  for (int i = 0; i < 3; i++)
    close(fds[i]);
  is_run = true;
}

/* Serves the gate until that is gone. Returns in each run. */
static void serve(unsigned vcpu, void *userdata) {
  (void)vcpu, (void)userdata;
  if (has_served)
    return;
  has_served = true;
  /* What else is translated is no matter of ours, and costs half as much so. */
  qemu_plugin_register_vcpu_tb_trans_cb(self, NULL);
  begin_to_learn();
  find_start_block();
  if (!start_block || !load_filter())
    _exit(0);
  say(FORK_SERVER_READY);
  while (receive_request()) {
    learn();
    /* Not fork(3): in the child the emulator's handlers would start its threads anew, and insist that no block is
       under way. It needs none of them to run one thread of a guest. */
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
      become_run();
      return;
    }
    for (int i = 0; i < 3; i++)
      close(request.fds[i]);
    if (pid < 0)
      say(FORK_SERVER_FAILED);
  }
  _exit(0);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  static bool is_later;
  size_t count = qemu_plugin_tb_n_insns(tb);
  (void)id;
  if (is_later || count == 0)
    return;
  is_later = true;
  const struct qemu_plugin_insn *begin = qemu_plugin_tb_get_insn(tb, 0);
  const struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
  first = qemu_plugin_insn_vaddr(begin);
  first_end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
  moved = (uint64_t)(uintptr_t)qemu_plugin_insn_haddr(begin) - first;
  if (first != qemu_plugin_entry_code())
    _exit(0); /* it is not the program that comes first */
  qemu_plugin_register_vcpu_tb_exec_cb(tb, serve, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
  const struct machine *machine = machine_of_qemu(*(const char *const *)(const void *)info);
  (void)argc, (void)argv;
  numbers = machine ? machine->calls : CALLS_UNKNOWN;
  /* The permits know the flags of open(2) that these two share. */
  if ((numbers != CALLS_X64 && numbers != CALLS_GENERIC) || !getcwd(folder, sizeof folder) ||
      dup3(STDIN_FILENO, SOCKET, O_CLOEXEC) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    fputs("fork_server: it is not for this machine, or was not started by the gate\n", stderr);
    return -1;
  }
  list_permits();
  self = id;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_vcpu_syscall_cb(id, begin_call);
  return 0;
}

/* SPDX-License-Identifier: MIT */
