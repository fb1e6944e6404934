/* The tracer, by ptrace. PTRACE_SEIZE, so that a program can be interrupted and sampled without a signal. Each process
   and thread that the program makes is traced from its first instruction on; of an emulator only the first thread is,
   for its plugin knows the others. */
#include "harness/blame/blame_trace.h"

#include "harness/blame/blame_code.h"
#include "harness/helpers/plugin/observer.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

/* Ten million steps take about a minute. */
enum { SAMPLE_MICROSECONDS = 10000, MOST_STEPS = 10000000 };

/* Where mappings are placed: far from everything that the kernel places by itself. */
static const uint64_t PLACES = 0x200000000000;

/* A process or thread of the program. */
struct task {
  pid_t pid; /* of the thread */
  uint32_t number, space;
  bool announced;   /* who made it is known; until then it does not go on */
  bool held;        /* it stands still until then */
  bool watched;     /* its debug registers are set */
  bool interrupted; /* it was asked to stop, for a sample, and has not stopped since */
  long call;        /* the system call that it is in, or -1 */
  uint64_t flags;   /* of the clone that it is in: what the child shares */
  uint64_t call_pc;
  uint64_t arguments[2]; /* of that call, the first */
  uint64_t load_operand;
  uint64_t at, before; /* where it stopped after its last instruction, and after the one before that */
  bool has_begun;      /* it has begun the program, or was forked from one that had */
};

struct tracer {
  pid_t child;
  int log;
  bool calls, samples;
  uint64_t steps; /* so many instructions more are stopped at */
  struct task *tasks;
  size_t task_count;
  uint32_t numbers, spaces;              /* so many were given out */
  const struct observed_states *foreign; /* of an emulator's plugin, or NULL */
  uint64_t watches[OBSERVED_WATCHES];
  int watch_count;
  uint64_t store_pc, load_pc;
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

/* Where TASK stands: the address of its next instruction, and its stack. */
static struct __ptrace_syscall_info where(const struct task *task) {
  struct __ptrace_syscall_info info = {0};
  ptrace(PTRACE_GET_SYSCALL_INFO, task->pid, (void *)sizeof info, &info);
  return info;
}

/* Writes RECORD of TASK. */
static void note(const struct tracer *tracer, const struct task *task, struct observed record, const void *data,
                 size_t size) {
  record.task = task->number;
  record.space = task->space;
  observe_write(tracer->log, record, data, size);
}

/* Writes RECORD with the words of the task's stack, or with the calls that the plugin counted, after it. */
static void write_with_frames(const struct tracer *tracer, const struct task *task, struct observed record,
                              uint64_t stack_pointer) {
  uint64_t frames[OBSERVED_FRAMES];
  size_t size = 0;
  if (tracer->foreign) {
    const struct observed_state *state = &tracer->foreign->of[0];
    for (; size / 8 < state->depth && size / 8 < OBSERVED_FRAMES; size += 8)
      frames[size / 8] = state->frames[(state->depth - 1 - size / 8) % OBSERVED_FRAMES];
  } else {
    size = observe_memory(task->pid, stack_pointer, frames, sizeof frames) / 8 * 8;
  }
  note(tracer, task, record, frames, size);
}

/* ---- Tasks ----------------------------------------------------------------------------------------------------- */

/* The task of that PID, or NULL. */
static struct task *task_of(struct tracer *tracer, pid_t pid) {
  for (size_t i = 0; i < tracer->task_count; i++)
    if (tracer->tasks[i].pid == pid)
      return &tracer->tasks[i];
  return NULL;
}

/* Adds a task of that PID, which nobody is known to have made yet. Tasks that were known before may move. */
static struct task *add_task(struct tracer *tracer, pid_t pid) {
  tracer->tasks = xgrow(tracer->tasks, tracer->task_count, sizeof *tracer->tasks);
  tracer->tasks[tracer->task_count] = (struct task){.pid = pid, .call = -1};
  return &tracer->tasks[tracer->task_count++];
}

static void remove_task(struct tracer *tracer, pid_t pid) {
  struct task *task = task_of(tracer, pid);
  if (task)
    *task = tracer->tasks[--tracer->task_count];
}

/* ---- Stores ---------------------------------------------------------------------------------------------------- */

#if defined __x86_64__

static void set_debug_register(const struct tracer *tracer, const struct task *task, size_t number, uint64_t value) {
  if (ptrace(PTRACE_POKEUSER, task->pid, (void *)(offsetof(struct user, u_debugreg) + number * 8), value) != 0)
    refuse(tracer, "a hardware watchpoint cannot be set", errno);
}

/* DR0 and DR1 watch a byte for writes, DR3 stops at the load. DR7 has two bits that enable each, and, from bit 16 on,
   four that say what for: 0 is execution, 1 a write of one byte (Intel SDM 3B 18.2.4). */
static void set_watches(const struct tracer *tracer, const struct task *task) {
  uint64_t control = 0;
  for (int i = 0; i < tracer->watch_count; i++) {
    set_debug_register(tracer, task, (size_t)i, tracer->watches[i]);
    control |= (uint64_t)1 << 2 * i | (uint64_t)1 << (16 + 4 * i);
  }
  if (tracer->load_pc) {
    set_debug_register(tracer, task, 3, tracer->load_pc);
    control |= (uint64_t)1 << 6;
  }
  if (control)
    set_debug_register(tracer, task, 7, control);
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
static uint64_t operand_address(struct tracer *tracer, const struct task *task, const struct user_regs_struct *regs,
                                uint64_t pc) {
  uint8_t bytes[16];
  struct code code;
  size_t got = observe_memory(task->pid, pc, bytes, sizeof bytes);
  if (!code_read(&tracer->reader, bytes, got, pc, &code) || code.width == 0)
    return 0;
  uint64_t base = code.memory.absolute ? 0 : register_value(regs, code.memory.base);
  return base + register_value(regs, code.memory.index) * code.memory.scale + (uint64_t)code.memory.displacement;
}

/* A string instruction that is repeated stops after each store with its own address as the next instruction's. Notes in
   RECORD that it is one, and where it read. */
static bool note_string_store(struct tracer *tracer, const struct task *task, const struct user_regs_struct *regs,
                              struct observed *record) {
  uint8_t bytes[16];
  struct code code;
  size_t got = observe_memory(task->pid, regs->rip, bytes, sizeof bytes);
  if (got == 0 || (bytes[0] & 0xfe) != 0xf2 || !code_read(&tracer->reader, bytes, got, regs->rip, &code) ||
      code.kind != CODE_STORE_MANY || regs->rdi - record->address > 8)
    return false;
  record->pc = regs->rip;
  record->length = 1;
  record->arguments[1] = regs->rsi - (regs->rdi - record->address);
  return true;
}

/* How a program sees its memory that runs natively. */
static const struct guest own = {.calls = CALLS_UNKNOWN};

static void note_store(struct tracer *tracer, const struct task *task, int watch, const struct user_regs_struct *regs) {
  unsigned char value = 0;
  observe_memory(task->pid, tracer->watches[watch], &value, 1);
  struct observed record = {
      .kind = OBSERVED_STORE, .number = watch, .pc = regs->rip, .address = tracer->watches[watch], .result = value};
  if (!note_string_store(tracer, task, regs, &record)) {
    record.arguments[0] = tracer->store_pc ? operand_address(tracer, task, regs, tracer->store_pc) : 0;
    record.arguments[1] = task->load_operand;
    record.arguments[2] = observe_copied(task->pid, &own, record.address, record.arguments[0], record.arguments[1]);
  }
  write_with_frames(tracer, task, record, regs->rsp);
}

/* A trap of the debug registers. DR6 says which. */
static void note_trap(struct tracer *tracer, struct task *task) {
  struct user_regs_struct regs;
  uint64_t cause =
      (uint64_t)ptrace(PTRACE_PEEKUSER, task->pid, (void *)(offsetof(struct user, u_debugreg) + 6 * 8), NULL);
  set_debug_register(tracer, task, 6, 0);
  if (ptrace(PTRACE_GETREGS, task->pid, NULL, &regs) != 0)
    return;
  for (int i = 0; i < tracer->watch_count; i++)
    if (cause >> i & 1)
      note_store(tracer, task, i, &regs);
  if (cause >> 3 & 1)
    task->load_operand = operand_address(tracer, task, &regs, tracer->load_pc);
}

/* At the begin of a call: a mapping that may go anywhere goes to the next place. */
static void place_mapping(struct tracer *tracer, const struct task *task) {
  enum { MAPPING_GAP = 1 << 20 };
  struct user_regs_struct regs;
  if (!tracer->next_place || task->call != SYS_mmap || ptrace(PTRACE_GETREGS, task->pid, NULL, &regs) != 0 ||
      regs.rdi || regs.r10 & MAP_FIXED)
    return;
  regs.rdi = tracer->next_place;
  tracer->next_place += (regs.rsi + 2 * MAPPING_GAP - 1) / MAPPING_GAP * MAPPING_GAP;
  ptrace(PTRACE_SETREGS, task->pid, NULL, &regs);
}

#else

static void place_mapping(struct tracer *tracer, const struct task *task) { (void)tracer, (void)task; }

static void set_watches(const struct tracer *tracer, const struct task *task) {
  (void)task;
  if (tracer->watch_count)
    refuse(tracer, "stores are watched natively only on x86-64, elsewhere with --runner qemu", ENOSYS);
}

static void note_trap(struct tracer *tracer, struct task *task) { (void)tracer, (void)task; }

#endif

/* ---- Stops ----------------------------------------------------------------------------------------------------- */

/* What a program gets for chance decides where it puts things: the seed of a table of hashes, the order in which
   goroutines run. So it gets the same in each observation. */
static void fill_evenly(const struct task *task, uint64_t address, uint64_t size) {
  unsigned char bytes[256];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (unsigned char)(i * 167 + 13);
  for (uint64_t done = 0; done < size; done += sizeof bytes) {
    size_t part = size - done < sizeof bytes ? (size_t)(size - done) : sizeof bytes;
    struct iovec from = {bytes, part};
    struct iovec into = {(void *)(uintptr_t)(address + done), part};
    if (process_vm_writev(task->pid, &from, 1, &into, 1, 0) != (ssize_t)part)
      return;
  }
}

/* Whether descriptor FD of TASK is a device of random bytes. */
static bool is_random_device(const struct task *task, uint64_t fd) {
  char link[64];
  char path[32];
  snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)task->pid, (int)fd);
  ssize_t got = readlink(link, path, sizeof path - 1);
  path[got > 0 ? got : 0] = '\0';
  return strcmp(path, "/dev/urandom") == 0 || strcmp(path, "/dev/random") == 0;
}

/* The end of a call that returned RESULT. */
static void settle_chance(const struct task *task, int64_t result) {
  if (result > 0 && task->call == SYS_getrandom)
    fill_evenly(task, task->arguments[0], (uint64_t)result);
  if (result > 0 && task->call == SYS_read && is_random_device(task, task->arguments[0]))
    fill_evenly(task, task->arguments[1], (uint64_t)result);
}

/* What a child of TASK, which begins CALL, shares with it: the flags of clone(2). */
static uint64_t clone_flags(const struct task *task, const struct call *call, const uint64_t *arguments) {
  uint64_t flags = 0;
  if (strcmp(call->name, "vfork") == 0)
    return CLONE_VM | CLONE_VFORK;
  if (strcmp(call->name, "clone") == 0)
    return arguments[0];
  /* clone3: the first field of its structure. */
  if (strcmp(call->name, "clone3") == 0)
    observe_memory(task->pid, arguments[0], &flags, sizeof flags);
  return flags;
}

/* The begin or the end of a system call. */
static void note_call(struct tracer *tracer, struct task *task) {
  struct __ptrace_syscall_info info = where(task);
  const struct machine *host = host_machine();
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    uint64_t arguments[6];
    for (int i = 0; i < 6; i++)
      arguments[i] = info.entry.args[i];
    task->call = (long)info.entry.nr;
    task->call_pc = info.instruction_pointer - host->instructions->call_size;
    /* The calls by int 0x80 have numbers of their own, of which these are the ones that carry bytes. */
    if (info.arch == AUDIT_ARCH_I386)
      task->call = task->call == 4 ? 1 : task->call == 3 ? 0 : task->call == 1 ? 60 : -1;
    if (info.arch != AUDIT_ARCH_I386)
      place_mapping(tracer, task);
    memcpy(task->arguments, arguments, sizeof task->arguments);
    const struct call *call = call_of(host->calls, task->call);
    if (call && call->role == CALL_FORKS)
      task->flags = clone_flags(task, call, arguments);
    const struct observed from = {
        .task = task->number, .space = task->space, .number = (int32_t)task->call, .pc = task->call_pc};
    if (tracer->calls)
      observe_call(tracer->log, task->pid, &(struct guest){.calls = host->calls}, from, arguments);
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    settle_chance(task, info.exit.rval);
    if (tracer->calls)
      note(tracer, task,
           (struct observed){.kind = OBSERVED_RETURN, .number = (int32_t)task->call, .result = info.exit.rval}, NULL,
           0);
    task->call = -1;
  }
}

/* Reads the state of thread PID, a letter of proc(5), and the function of the kernel in which it waits. Returns false
   where there is no such thread. */
static bool read_state(pid_t pid, char *state, char *waits, size_t size) {
  char path[64];
  char text[512] = "";
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  const char *end = got > 0 ? strrchr(text, ')') : NULL;
  *state = end && end[1] ? end[2] : '\0';
  if (fd >= 0)
    close(fd);
  snprintf(path, sizeof path, "/proc/%d/wchan", (int)pid);
  fd = open(path, O_RDONLY | O_CLOEXEC);
  got = fd < 0 ? -1 : read(fd, waits, size - 1);
  waits[got > 0 ? got : 0] = '\0';
  if (fd >= 0)
    close(fd);
  return end != NULL;
}

static void note_sample(const struct tracer *tracer, const struct task *task, uint64_t pc, long call) {
  char waits[64];
  char state;
  read_state(task->pid, &state, waits, sizeof waits);
  /* One that stands still for the tracer was running. */
  note(tracer, task,
       (struct observed){
           .kind = OBSERVED_SAMPLE, .number = (int32_t)call, .pc = pc, .result = state == 't' ? 'R' : state},
       waits, call < 0 || strcmp(waits, "0") == 0 ? 0 : strlen(waits) + 1);
}

/* The time for a sample has come. Where a task runs, it has to be interrupted to see where. */
static void take_sample(struct tracer *tracer) {
  uint32_t count = tracer->foreign ? tracer->foreign->count : 0;
  for (uint32_t i = 0; i < count && i < OBSERVED_TASKS; i++) {
    const struct observed_state *state = &tracer->foreign->of[i];
    const struct task task = {.pid = state->thread, .number = i, .space = state->space};
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)state->thread);
    if (access(path, F_OK) == 0)
      note_sample(tracer, &task, state->pc, (long)state->call);
  }
  for (size_t i = 0; !tracer->foreign && i < tracer->task_count; i++) {
    struct task *task = &tracer->tasks[i];
    if (task->held || task->interrupted)
      continue;
    if (task->call >= 0)
      note_sample(tracer, task, task->call_pc, task->call);
    else
      task->interrupted = ptrace(PTRACE_INTERRUPT, task->pid, NULL, NULL) == 0;
  }
}

static void note_signal(const struct tracer *tracer, const struct task *task, const siginfo_t *signal_info) {
  struct __ptrace_syscall_info info = where(task);
  struct observed record = {.kind = OBSERVED_SIGNAL,
                            .number = signal_info->si_signo,
                            .result = signal_info->si_code,
                            .address = (uint64_t)(uintptr_t)signal_info->si_addr,
                            .pc = tracer->foreign ? tracer->foreign->of[0].pc : info.instruction_pointer};
  record.arguments[0] = tracer->steps && task->at == record.pc ? task->before : 0;
  write_with_frames(tracer, task, record, info.stack_pointer);
}

static void go_on(const struct tracer *tracer, pid_t pid, int signal_number) {
  ptrace(tracer->foreign ? PTRACE_CONT : tracer->steps ? PTRACE_SINGLESTEP : PTRACE_SYSCALL, pid, NULL, signal_number);
}

/* A new task has none of its maker's debug registers. */
static void begin_watching(const struct tracer *tracer, struct task *task) {
  if (!task->watched && !tracer->foreign)
    set_watches(tracer, task);
  task->watched = true;
}

/* TASK has made another. That may have stopped already; then it goes on now. */
static void note_child(struct tracer *tracer, struct task *task) {
  unsigned long pid = 0;
  const struct task parent = *task; /* it may move */
  ptrace(PTRACE_GETEVENTMSG, task->pid, NULL, &pid);
  struct task *child = task_of(tracer, (pid_t)pid);
  child = child ? child : add_task(tracer, (pid_t)pid);
  child->number = ++tracer->numbers;
  child->space = parent.flags & CLONE_VM ? parent.space : ++tracer->spaces;
  child->announced = true;
  child->has_begun = parent.has_begun;
  note(tracer, child, (struct observed){.kind = OBSERVED_TASK, .arguments = {parent.number, parent.flags}}, NULL, 0);
  if (child->held) {
    child->held = false;
    begin_watching(tracer, child);
    go_on(tracer, child->pid, 0);
  }
}

/* What the kernel says of the program that TASK has just become (getauxval(3)) under KEY; 0: nothing. */
static uint64_t auxiliary_value(const struct task *task, uint64_t key) {
  char path[64];
  uint64_t pair[2] = {0};
  snprintf(path, sizeof path, "/proc/%d/auxv", (int)task->pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  while (fd >= 0 && read(fd, pair, sizeof pair) == (ssize_t)sizeof pair && pair[0] != key && pair[0] != AT_NULL)
    ;
  if (fd >= 0)
    close(fd);
  return pair[0] == key ? pair[1] : 0;
}

/* Notes where the program, which TASK has just become, has its entry. */
static void note_base(const struct tracer *tracer, const struct task *task) {
  uint64_t entry = auxiliary_value(task, AT_ENTRY);
  if (entry)
    note(tracer, task, (struct observed){.kind = OBSERVED_BASE, .address = entry}, NULL, 0);
}

/* TASK has become another program: the one under test, or what that runs. The thread that called execve has the number
   of its process then. */
static void note_exec(struct tracer *tracer, struct task *task) {
  char link[64];
  char path[OBSERVED_PATH_MAX + 1];
  unsigned long former = 0;
  pid_t pid = task->pid;
  ptrace(PTRACE_GETEVENTMSG, pid, NULL, &former);
  if ((pid_t)former != pid && task_of(tracer, (pid_t)former)) {
    struct task caller = *task_of(tracer, (pid_t)former);
    remove_task(tracer, (pid_t)former);
    task = task_of(tracer, pid);
    caller.pid = pid;
    *task = caller;
  }
  uint64_t chance = tracer->foreign ? 0 : auxiliary_value(task, AT_RANDOM);
  if (chance)
    fill_evenly(task, chance, 16);
  if (!task->has_begun && !tracer->foreign)
    note_base(tracer, task);
  if (task->has_begun) {
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    ssize_t got = readlink(link, path, sizeof path - 1);
    path[got > 0 ? got : 0] = '\0';
    task->space = ++tracer->spaces;
    note(tracer, task, (struct observed){.kind = OBSERVED_EXEC}, path, strlen(path) + 1);
  }
  task->has_begun = true;
  task->watched = false;
  begin_watching(tracer, task);
}

/* Whether a SIGTRAP of CODE comes after one instruction. At the end of a system call x86-64 says TRAP_BRKPT, which an
   int3 does not have; the brk of arm64 has it. */
static bool is_step(int code) {
#if defined __x86_64__
  return code == TRAP_TRACE || code == TRAP_BRKPT;
#else
  return code == TRAP_TRACE;
#endif
}

/* Handles a stop of TASK, which may have moved after it. Returns the signal to go on with. */
static int handle_stop(struct tracer *tracer, struct task *task, int status) {
  int event = status >> 16;
  int signal_number = WSTOPSIG(status);
  siginfo_t info = {0};
  /* Whatever a task stops for, the kernel takes PTRACE_INTERRUPT as done then (ptrace_stop clears JOBCTL_TRAP_STOP). */
  bool interrupted = task->interrupted;
  task->interrupted = false;
  if (event == PTRACE_EVENT_EXEC) {
    note_exec(tracer, task);
    return 0;
  }
  if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
    note_child(tracer, task);
    return 0;
  }
  if (event == PTRACE_EVENT_STOP) {
    if (task->has_begun)
      begin_watching(tracer, task);
    if (signal_number == SIGTRAP && interrupted && task->call < 0)
      note_sample(tracer, task, where(task).instruction_pointer, -1);
    return 0;
  }
  if (signal_number == (SIGTRAP | 0x80)) {
    note_call(tracer, task);
    return 0;
  }
  ptrace(PTRACE_GETSIGINFO, task->pid, NULL, &info);
  if (signal_number == SIGTRAP && info.si_code == TRAP_HWBKPT) {
    note_trap(tracer, task);
    return 0;
  }
  if (signal_number == SIGTRAP && tracer->steps && is_step(info.si_code)) {
    task->before = task->at;
    task->at = where(task).instruction_pointer;
    tracer->steps--;
    return 0;
  }
  note_signal(tracer, task, &info);
  return signal_number;
}

/* A signal that an emulator sends itself for its guest may reach a thread of it that is not traced. */
static void note_end(const struct tracer *tracer, const struct task *task, int status) {
  if (tracer->foreign && WIFSIGNALED(status))
    write_with_frames(
        tracer, task,
        (struct observed){.kind = OBSERVED_SIGNAL, .number = WTERMSIG(status), .pc = tracer->foreign->of[0].pc}, 0);
}

/* Lets the tasks go that are left when the program has ended: whether it leaves them behind is to show. */
static void let_go(struct tracer *tracer) {
  for (size_t i = 0; i < tracer->task_count; i++) {
    pid_t pid = tracer->tasks[i].pid;
    int status = 0;
    if (!tracer->tasks[i].held && ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0)
      continue;
    pid_t got = tracer->tasks[i].held ? pid : waitpid(pid, &status, __WALL);
    int signal_number = got == pid && WIFSTOPPED(status) && !(status >> 16) ? WSTOPSIG(status) : 0;
    ptrace(PTRACE_DETACH, pid, NULL, signal_number & 0x80 ? 0 : signal_number);
  }
  tracer->task_count = 0;
}

static int mirror(int status) {
  if (WIFEXITED(status))
    return WEXITSTATUS(status);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
  return EXIT_INFRASTRUCTURE;
}

/* A task has stopped. */
static void take_stop(struct tracer *tracer, pid_t pid, int status) {
  struct task *task = task_of(tracer, pid);
  task = task ? task : add_task(tracer, pid);
  /* Who made it is told a little later. */
  task->held = !task->announced;
  if (task->held)
    return;
  bool whole_group = status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP;
  int signal_number = handle_stop(tracer, task, status);
  if (whole_group)
    ptrace(PTRACE_LISTEN, pid, NULL, 0);
  else
    go_on(tracer, pid, signal_number);
}

/* Follows the program to its end. */
static int follow(struct tracer *tracer) {
  int status = 0;
  for (;;) {
    pid_t pid = waitpid(tracer->foreign ? tracer->child : -1, &status, __WALL);
    if (pid < 0 && errno == EINTR) {
      if (tracer->samples)
        take_sample(tracer);
      continue;
    }
    if (pid < 0)
      die("waitpid: %s", strerror(errno));
    if (WIFSTOPPED(status)) {
      take_stop(tracer, pid, status);
      continue;
    }
    if (pid == tracer->child && task_of(tracer, pid))
      note_end(tracer, task_of(tracer, pid), status);
    remove_task(tracer, pid);
    if (pid != tracer->child)
      continue;
    let_go(tracer);
    return mirror(status);
  }
}

/* A program whose threads run at the same time has its memory elsewhere in each run. On one processor they take turns,
   and a runtime that asks how many there are (Go) has one place to allocate from. */
static void stay_on_one_processor(void) {
  cpu_set_t may;
  cpu_set_t one;
  if (sched_getaffinity(0, sizeof may, &may) != 0)
    return;
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
    if (CPU_ISSET(i, &may))
      CPU_SET(i, &one);
  sched_setaffinity(0, sizeof one, &one);
}

/* In the child: waits until it is traced, and becomes the program. */
static _Noreturn void become(const struct tracer *tracer, int go, char *const *words) {
  char byte;
  if (!tracer->foreign)
    stay_on_one_processor();
  if (read(go, &byte, 1) == 1 && execv(words[0], words) != 0)
    refuse(tracer, words[0], errno);
  _exit(EXIT_INFRASTRUCTURE);
}

static void begin(struct tracer *tracer, char *const *words) {
  long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  if (!tracer->foreign)
    options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
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
  add_task(tracer, tracer->child)->announced = true;
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
  } else if (strcmp(word, "steps") == 0) {
    tracer->steps = MOST_STEPS;
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
  struct tracer tracer = {0};
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
  free(tracer.tasks);
  close(tracer.log);
  return status;
}

/* SPDX-License-Identifier: MIT */
