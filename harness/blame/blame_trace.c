/* The tracer, by ptrace. PTRACE_SEIZE, so that a program can be interrupted and sampled without a signal. */
#include "harness/blame/blame_trace.h"

#include "harness/blame/blame_code.h"
#include "harness/helpers/plugin/observer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { SAMPLE_MICROSECONDS = 10000 };

/* Where mappings are placed: far from everything that the kernel places by itself. */
static const uint64_t PLACES = 0x200000000000;

struct tracer {
  pid_t child;
  int log;
  bool calls, samples;
  const struct observed_state *foreign; /* of an emulator's plugin, or NULL */
  uint64_t watches[OBSERVED_WATCHES];
  int watch_count;
  uint64_t store_pc, load_pc;
  uint64_t load_operand;
  long call; /* the system call that it is in, or -1 */
  uint64_t call_pc;
  uint64_t next_place; /* where the program's next mapping goes; 0: the kernel places all as it did the last time */
  struct code_reader reader;
};

static pid_t forward_to;

static void forward(int signal_number) {
  if (forward_to > 0)
    kill(forward_to, signal_number);
}

static void tick(int signal_number) { (void)signal_number; }

static void refuse(const struct tracer *tracer, const char *what, int error) {
  char *text = xasprintf("%s: %s", what, strerror(error));
  observe_write(tracer->log, (struct observed){.kind = OBSERVED_REFUSAL}, text, strlen(text) + 1);
  free(text);
}

/* Where the program stands: the address of its next instruction, and its stack. */
static struct __ptrace_syscall_info where(const struct tracer *tracer) {
  struct __ptrace_syscall_info info = {0};
  ptrace(PTRACE_GET_SYSCALL_INFO, tracer->child, (void *)sizeof info, &info);
  return info;
}

/* Writes RECORD with the words of the program's stack, or with the calls that the plugin counted, after it. */
static void write_with_frames(const struct tracer *tracer, struct observed record, uint64_t stack_pointer) {
  uint64_t frames[OBSERVED_FRAMES];
  size_t size = 0;
  if (tracer->foreign) {
    uint64_t depth = tracer->foreign->depth;
    for (; size / 8 < depth && size / 8 < OBSERVED_FRAMES; size += 8)
      frames[size / 8] = tracer->foreign->frames[(depth - 1 - size / 8) % OBSERVED_FRAMES];
  } else {
    size = observe_memory(tracer->child, stack_pointer, frames, sizeof frames) / 8 * 8;
  }
  observe_write(tracer->log, record, frames, size);
}

/* ---- Stores ---------------------------------------------------------------------------------------------------- */

#if defined __x86_64__

static void set_debug_register(const struct tracer *tracer, size_t number, uint64_t value) {
  if (ptrace(PTRACE_POKEUSER, tracer->child, (void *)(offsetof(struct user, u_debugreg) + number * 8), value) != 0)
    refuse(tracer, "a hardware watchpoint cannot be set", errno);
}

/* DR0 and DR1 watch a byte for writes, DR3 stops at the load. DR7 has two bits that enable each, and, from bit 16 on,
   four that say what for: 0 is execution, 1 a write of one byte (Intel SDM 3B 18.2.4). */
static void set_watches(const struct tracer *tracer) {
  uint64_t control = 0;
  for (int i = 0; i < tracer->watch_count; i++) {
    set_debug_register(tracer, (size_t)i, tracer->watches[i]);
    control |= (uint64_t)1 << 2 * i | (uint64_t)1 << (16 + 4 * i);
  }
  if (tracer->load_pc) {
    set_debug_register(tracer, 3, tracer->load_pc);
    control |= (uint64_t)1 << 6;
  }
  if (control)
    set_debug_register(tracer, 7, control);
}

static uint64_t register_value(const struct user_regs_struct *regs, const char *name) {
  const struct {
    const char *name;
    uint64_t value;
  } values[] = {{"rax", regs->rax}, {"rbx", regs->rbx}, {"rcx", regs->rcx}, {"rdx", regs->rdx},
                {"rsi", regs->rsi}, {"rdi", regs->rdi}, {"rbp", regs->rbp}, {"rsp", regs->rsp},
                {"r8", regs->r8},   {"r9", regs->r9},   {"r10", regs->r10}, {"r11", regs->r11},
                {"r12", regs->r12}, {"r13", regs->r13}, {"r14", regs->r14}, {"r15", regs->r15}};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (strcmp(values[i].name, name) == 0)
      return values[i].value;
  return 0;
}

/* The address of the memory operand of the instruction at PC, as the registers are now; 0 where it has none. */
static uint64_t operand_address(struct tracer *tracer, const struct user_regs_struct *regs, uint64_t pc) {
  uint8_t bytes[16];
  struct code code;
  size_t got = observe_memory(tracer->child, pc, bytes, sizeof bytes);
  if (!code_read(&tracer->reader, bytes, got, pc, &code) || code.width == 0)
    return 0;
  uint64_t base = code.memory.absolute ? 0 : register_value(regs, code.memory.base);
  return base + register_value(regs, code.memory.index) * code.memory.scale + (uint64_t)code.memory.displacement;
}

/* A string instruction that is repeated stops after each store with its own address as the next instruction's. Notes in
   RECORD that it is one, and where it read. */
static bool note_string_store(struct tracer *tracer, const struct user_regs_struct *regs, struct observed *record) {
  uint8_t bytes[16];
  struct code code;
  size_t got = observe_memory(tracer->child, regs->rip, bytes, sizeof bytes);
  if (got == 0 || (bytes[0] & 0xfe) != 0xf2 || !code_read(&tracer->reader, bytes, got, regs->rip, &code) ||
      code.kind != CODE_STORE_MANY || regs->rdi - record->address > 8)
    return false;
  record->pc = regs->rip;
  record->length = 1;
  record->arguments[1] = regs->rsi - (regs->rdi - record->address);
  return true;
}

static void note_store(struct tracer *tracer, int watch, const struct user_regs_struct *regs) {
  unsigned char value = 0;
  observe_memory(tracer->child, tracer->watches[watch], &value, 1);
  struct observed record = {
      .kind = OBSERVED_STORE, .number = watch, .pc = regs->rip, .address = tracer->watches[watch], .result = value};
  if (!note_string_store(tracer, regs, &record)) {
    record.arguments[0] = tracer->store_pc ? operand_address(tracer, regs, tracer->store_pc) : 0;
    record.arguments[1] = tracer->load_operand;
    record.arguments[2] = observe_copied(tracer->child, record.address, record.arguments[0], record.arguments[1]);
  }
  write_with_frames(tracer, record, regs->rsp);
}

/* A trap of the debug registers. DR6 says which. */
static void note_trap(struct tracer *tracer) {
  struct user_regs_struct regs;
  uint64_t cause =
      (uint64_t)ptrace(PTRACE_PEEKUSER, tracer->child, (void *)(offsetof(struct user, u_debugreg) + 6 * 8), NULL);
  set_debug_register(tracer, 6, 0);
  if (ptrace(PTRACE_GETREGS, tracer->child, NULL, &regs) != 0)
    return;
  for (int i = 0; i < tracer->watch_count; i++)
    if (cause >> i & 1)
      note_store(tracer, i, &regs);
  if (cause >> 3 & 1)
    tracer->load_operand = operand_address(tracer, &regs, tracer->load_pc);
}

/* At the begin of a call: a mapping that may go anywhere goes to the next place. */
static void place_mapping(struct tracer *tracer) {
  enum { MAPPING_GAP = 1 << 20 };
  struct user_regs_struct regs;
  if (!tracer->next_place || tracer->call != SYS_mmap || ptrace(PTRACE_GETREGS, tracer->child, NULL, &regs) != 0 ||
      regs.rdi || regs.r10 & MAP_FIXED)
    return;
  regs.rdi = tracer->next_place;
  tracer->next_place += (regs.rsi + 2 * MAPPING_GAP - 1) / MAPPING_GAP * MAPPING_GAP;
  ptrace(PTRACE_SETREGS, tracer->child, NULL, &regs);
}

#else

static void place_mapping(struct tracer *tracer) { (void)tracer; }

static void set_watches(const struct tracer *tracer) {
  if (tracer->watch_count)
    refuse(tracer, "stores are watched natively only on x86-64, elsewhere with --runner qemu", ENOSYS);
}

static void note_trap(struct tracer *tracer) { (void)tracer; }

#endif

/* ---- Stops ----------------------------------------------------------------------------------------------------- */

/* The begin or the end of a system call. */
static void note_call(struct tracer *tracer) {
  struct __ptrace_syscall_info info = where(tracer);
  const struct machine *host = host_machine();
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    uint64_t arguments[6];
    for (int i = 0; i < 6; i++)
      arguments[i] = info.entry.args[i];
    tracer->call = (long)info.entry.nr;
    tracer->call_pc = info.instruction_pointer - host->instructions->call_size;
    /* The calls by int 0x80 have numbers of their own, of which these are the ones that carry bytes. */
    if (info.arch == AUDIT_ARCH_I386)
      tracer->call = tracer->call == 4 ? 1 : tracer->call == 3 ? 0 : tracer->call == 1 ? 60 : -1;
    if (info.arch != AUDIT_ARCH_I386)
      place_mapping(tracer);
    if (tracer->calls)
      observe_call(tracer->log, tracer->child, host->calls, tracer->call, tracer->call_pc, arguments);
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    if (tracer->calls)
      observe_write(
          tracer->log,
          (struct observed){.kind = OBSERVED_RETURN, .number = (int32_t)tracer->call, .result = info.exit.rval}, NULL,
          0);
    tracer->call = -1;
  }
}

static void note_sample(const struct tracer *tracer, uint64_t pc, long call) {
  observe_write(tracer->log, (struct observed){.kind = OBSERVED_SAMPLE, .number = (int32_t)call, .pc = pc}, NULL, 0);
}

/* The time for a sample has come. Where it runs, it has to be interrupted to see where. */
static void take_sample(const struct tracer *tracer) {
  if (tracer->foreign)
    note_sample(tracer, tracer->foreign->pc, (long)tracer->foreign->call);
  else if (tracer->call >= 0)
    note_sample(tracer, tracer->call_pc, tracer->call);
  else
    ptrace(PTRACE_INTERRUPT, tracer->child, NULL, NULL);
}

static void note_signal(const struct tracer *tracer, const siginfo_t *signal_info) {
  struct __ptrace_syscall_info info = where(tracer);
  struct observed record = {.kind = OBSERVED_SIGNAL,
                            .number = signal_info->si_signo,
                            .result = signal_info->si_code,
                            .address = (uint64_t)(uintptr_t)signal_info->si_addr,
                            .pc = tracer->foreign ? tracer->foreign->pc : info.instruction_pointer};
  write_with_frames(tracer, record, info.stack_pointer);
}

/* Handles a stop. Returns the signal to go on with. */
static int handle_stop(struct tracer *tracer, int status) {
  int event = status >> 16;
  int signal_number = WSTOPSIG(status);
  siginfo_t info = {0};
  if (event == PTRACE_EVENT_EXEC) {
    if (!tracer->foreign)
      set_watches(tracer);
    return 0;
  }
  if (event == PTRACE_EVENT_STOP) {
    if (signal_number == SIGTRAP && tracer->samples && !tracer->foreign)
      note_sample(tracer, where(tracer).instruction_pointer, -1);
    return 0;
  }
  if (signal_number == (SIGTRAP | 0x80)) {
    note_call(tracer);
    return 0;
  }
  ptrace(PTRACE_GETSIGINFO, tracer->child, NULL, &info);
  if (signal_number == SIGTRAP && info.si_code == TRAP_HWBKPT) {
    note_trap(tracer);
    return 0;
  }
  note_signal(tracer, &info);
  return signal_number;
}

/* A signal that an emulator sends itself for its guest may reach a thread of it that is not traced. */
static void note_end(const struct tracer *tracer, int status) {
  if (tracer->foreign && WIFSIGNALED(status))
    write_with_frames(
        tracer, (struct observed){.kind = OBSERVED_SIGNAL, .number = WTERMSIG(status), .pc = tracer->foreign->pc}, 0);
}

static int mirror(int status) {
  if (WIFEXITED(status))
    return WEXITSTATUS(status);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
  return EXIT_INFRASTRUCTURE;
}

/* Follows the program to its end. */
static int follow(struct tracer *tracer) {
  int status = 0;
  for (;;) {
    pid_t pid = waitpid(tracer->child, &status, __WALL);
    if (pid < 0 && errno == EINTR) {
      if (tracer->samples)
        take_sample(tracer);
      continue;
    }
    if (pid < 0)
      die("waitpid: %s", strerror(errno));
    if (!WIFSTOPPED(status)) {
      note_end(tracer, status);
      return mirror(status);
    }
    bool whole_group = status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP;
    int signal_number = handle_stop(tracer, status);
    ptrace(whole_group       ? PTRACE_LISTEN
           : tracer->foreign ? PTRACE_CONT
                             : PTRACE_SYSCALL,
           tracer->child, NULL, signal_number);
  }
}

/* In the child: waits until it is traced, and becomes the program. */
static _Noreturn void become(const struct tracer *tracer, int go, char *const *words) {
  char byte;
  if (read(go, &byte, 1) == 1 && execv(words[0], words) != 0)
    refuse(tracer, words[0], errno);
  _exit(EXIT_INFRASTRUCTURE);
}

static void begin(struct tracer *tracer, char *const *words) {
  const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  int go[2];
  if (pipe2(go, O_CLOEXEC) != 0)
    die("no pipe: %s", strerror(errno));
  /* Observations of one program are compared by address. Where the kernel cannot be kept from choosing other ones in
     each run (by default in Docker's containers), the tracer chooses where mappings go. */
  if (personality(ADDR_NO_RANDOMIZE) < 0)
    tracer->next_place = PLACES;
  tracer->child = fork();
  if (tracer->child < 0)
    die("fork: %s", strerror(errno));
  if (tracer->child == 0) {
    close(go[1]);
    become(tracer, go[0], words);
  }
  forward_to = tracer->child;
  /* Where it cannot be traced, the pipe closes, and it ends without having run. */
  if (ptrace(PTRACE_SEIZE, tracer->child, NULL, options) != 0)
    refuse(tracer, "the program cannot be traced (ptrace)", errno);
  else if (write(go[1], "", 1) != 1)
    die("pipe: %s", strerror(errno));
  close(go[0]);
  close(go[1]);
}

static void take_word(struct tracer *tracer, const char *word) {
  const char *value = strchr(word, '=');
  value = value ? value + 1 : "";
  if (strcmp(word, "calls") == 0) {
    tracer->calls = true;
  } else if (strcmp(word, "samples") == 0) {
    tracer->samples = true;
  } else if (strncmp(word, "watch=", 6) == 0 && tracer->watch_count < OBSERVED_WATCHES) {
    tracer->watches[tracer->watch_count++] = strtoull(value, NULL, 0);
  } else if (strncmp(word, "store=", 6) == 0) {
    tracer->store_pc = strtoull(value, NULL, 0);
  } else if (strncmp(word, "load=", 5) == 0) {
    tracer->load_pc = strtoull(value, NULL, 0);
  } else if (strncmp(word, "state=", 6) == 0) {
    int fd = open(value, O_RDONLY | O_CLOEXEC);
    tracer->foreign = mmap(NULL, sizeof *tracer->foreign, PROT_READ, MAP_SHARED, fd, 0);
    if (fd < 0 || tracer->foreign == MAP_FAILED)
      die("%s: %s", value, strerror(errno));
    close(fd);
  } else {
    die("observe: '%s' is no way to observe", word);
  }
}

int trace_program(char *const *words) {
  struct tracer tracer = {.call = -1};
  char *rest = NULL;
  tracer.log = open(words[0], O_WRONLY | O_APPEND | O_CLOEXEC);
  if (tracer.log < 0)
    die("%s: %s", words[0], strerror(errno));
  char *how = xstrdup(words[1]);
  for (char *word = strtok_r(how, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
    take_word(&tracer, word);
  free(how);
  code_open(host_machine(), &tracer.reader);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = forward, .sa_flags = SA_RESTART}, NULL);
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = tick}, NULL);
  begin(&tracer, words + 2);
  if (tracer.samples)
    setitimer(ITIMER_REAL, &(struct itimerval){{0, SAMPLE_MICROSECONDS}, {0, SAMPLE_MICROSECONDS}}, NULL);
  int status = follow(&tracer);
  code_close(&tracer.reader);
  close(tracer.log);
  return status;
}
