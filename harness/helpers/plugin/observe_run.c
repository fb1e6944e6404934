/* A plugin for qemu's user-mode emulators: notes in a file (observed.h) the system calls of the program and each store
   into the bytes that are watched, and keeps in a file that the gate made where the program is and which calls are
   under way.

       qemu-aarch64 -plugin observe_run.so,log=FILE,state=FILE[,watch=ADDRESS]...[,store=PC,load=PC] PROGRAM

   Each thread of the guest, and each process that it forks, is a task of its own; what a task becomes by execve is run
   by another emulator, or by none, and is not seen. Guest memory is read where qemu puts it: that of a 64-bit guest at
   its own addresses, that of a 32-bit guest from base=ADDRESS on, where the gate has qemu put it by -B ADDRESS. */
#include "harness/helpers/plugin/observer.h"
#include "harness/helpers/plugin/qemu_plugin.h"

#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

EXPORTED int qemu_plugin_version = 1;

static struct guest guest;
static const struct instruction_set *instructions; /* NULL: its calls and returns are not known */
static int log_file = -1;
static struct observed_states *states;
static uint64_t watches[OBSERVED_WATCHES];
static int watch_count;
static uint64_t store_pc, load_pc;
static __thread struct observed_state *mine; /* of the task that this thread runs */
static __thread bool clones;                 /* it is in the call that makes another */
enum { VCPUS = 256 };
static struct observed_state *of_vcpu[VCPUS]; /* of the tasks that are threads, until they run */

/* Begins a task that PARENT, or NULL for the first, made with FLAGS. */
static struct observed_state *begin_task(const struct observed_state *parent, uint64_t flags) {
  uint32_t number = __atomic_fetch_add(&states->count, 1, __ATOMIC_SEQ_CST);
  struct observed_state *task = &states->of[number < OBSERVED_TASKS ? number : OBSERVED_TASKS - 1];
  if (!parent || flags & CLONE_VM)
    *task = (struct observed_state){.call = -1, .space = parent ? parent->space : 0};
  else
    *task = *parent;
  if (!(flags & CLONE_VM))
    task->space = number;
  struct observed record = {.kind = OBSERVED_BASE, .number = 1, .address = qemu_plugin_start_code()};
  if (parent)
    record = (struct observed){.kind = OBSERVED_TASK,
                               .task = number,
                               .space = task->space,
                               .arguments = {(uint64_t)(parent - states->of), flags}};
  observe_write(log_file, record, NULL, 0);
  return task;
}

/* This thread, or this process after a fork, runs TASK from now on. */
static struct observed_state *become(struct observed_state *task) {
  task->thread = (int32_t)syscall(SYS_gettid);
  mine = task;
  return task;
}

/* A processor of the guest begins. All but the first are threads, and the one that makes it calls this. */
static void begin_vcpu(qemu_plugin_id_t id, unsigned vcpu) {
  (void)id;
  if (clones && mine && vcpu < VCPUS)
    of_vcpu[vcpu] = begin_task(mine, CLONE_VM | CLONE_FILES | CLONE_THREAD);
}

static struct observed_state *find_task(unsigned vcpu) {
  struct observed_state *task = vcpu < VCPUS ? of_vcpu[vcpu] : NULL;
  return become(task ? task : begin_task(states->count ? states->of : NULL, 0));
}

static inline struct observed_state *this_task(unsigned vcpu) { return mine ? mine : find_task(vcpu); }

/* Writes RECORD of TASK. */
static void note(const struct observed_state *task, struct observed record, const void *data, size_t size) {
  record.task = (uint32_t)(task - states->of);
  record.space = task->space;
  observe_write(log_file, record, data, size);
}

/* Where the operand of the store and of the load that were asked for began. One that is made of several accesses calls
   back for each of them, in the order of addresses. */
static uint64_t store_operand, load_operand;
static bool store_begun, load_begun;

static void note_store(const struct observed_state *state, uint64_t address, uint64_t size, uint64_t pc) {
  if (pc == store_pc && !store_begun) {
    store_operand = address;
    store_begun = true;
  }
  for (int i = 0; i < watch_count; i++) {
    unsigned char value = 0;
    if (watches[i] - address >= size)
      continue;
    guest_memory(getpid(), &guest, watches[i], &value, 1);
    struct observed record = {
        .kind = OBSERVED_STORE, .number = i, .pc = pc, .address = watches[i], .length = size, .result = value};
    record.arguments[0] = pc == store_pc ? store_operand : address;
    record.arguments[1] = load_operand;
    record.arguments[2] = observe_copied(getpid(), &guest, watches[i], record.arguments[0], load_operand);
    uint64_t frames[OBSERVED_FRAMES];
    uint64_t count = state->depth < OBSERVED_FRAMES ? state->depth : OBSERVED_FRAMES;
    for (uint64_t k = 0; k < count; k++)
      frames[k] = state->frames[(state->depth - 1 - k) % OBSERVED_FRAMES];
    note(state, record, frames, count * sizeof *frames);
  }
}

static void note_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *userdata) {
  if (qemu_plugin_mem_is_store(info)) {
    note_store(this_task(vcpu), address, (uint64_t)1 << qemu_plugin_mem_size_shift(info),
               (uint64_t)(uintptr_t)userdata);
  } else if ((uint64_t)(uintptr_t)userdata == load_pc && !load_begun) {
    load_operand = address;
    load_begun = true;
  }
}

static void begin_instruction(unsigned vcpu, void *userdata) {
  struct observed_state *state = this_task(vcpu);
  state->pc = (uint64_t)(uintptr_t)userdata;
  if (state->pc == store_pc)
    store_begun = false;
  if (state->pc == load_pc)
    load_begun = false;
}

static void begin_routine(unsigned vcpu, void *userdata) {
  struct observed_state *state = this_task(vcpu);
  state->frames[state->depth++ % OBSERVED_FRAMES] = (uint64_t)(uintptr_t)userdata;
}

static void end_routine(unsigned vcpu, void *userdata) {
  struct observed_state *state = this_task(vcpu);
  (void)userdata;
  if (state->depth)
    state->depth--;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  for (size_t i = 0; i < count; i++) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    uint64_t address = qemu_plugin_insn_vaddr(insn);
    size_t size = qemu_plugin_insn_size(insn);
    enum flow flow = instructions ? instructions->flow_of(qemu_plugin_insn_data(insn), size) : FLOW_ON;
    void *pc = (void *)(uintptr_t)address;
    qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_instruction, QEMU_PLUGIN_CB_NO_REGS, pc);
    if (flow == FLOW_CALL)
      qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_routine, QEMU_PLUGIN_CB_NO_REGS,
                                             (void *)(uintptr_t)(address + size));
    if (flow == FLOW_RETURN)
      qemu_plugin_register_vcpu_insn_exec_cb(insn, end_routine, QEMU_PLUGIN_CB_NO_REGS, NULL);
    if (watch_count)
      qemu_plugin_register_vcpu_mem_cb(insn, note_access, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, pc);
  }
}

static void begin_call(qemu_plugin_id_t id, unsigned vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                       uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  const uint64_t arguments[6] = {a1, a2, a3, a4, a5, a6};
  struct observed_state *state = this_task(vcpu);
  const struct call *call = call_of(guest.calls, (long)number);
  (void)id, (void)a7, (void)a8;
  state->call = number;
  clones = call && call->role == CALL_FORKS;
  const struct observed from = {
      .task = (uint32_t)(state - states->of), .space = state->space, .number = (int32_t)number, .pc = state->pc};
  observe_call(log_file, getpid(), &guest, from, arguments);
}

static void end_call(qemu_plugin_id_t id, unsigned vcpu, int64_t number, int64_t result) {
  const struct call *call = call_of(guest.calls, (long)number);
  struct observed_state *state = this_task(vcpu);
  (void)id;
  /* In the child of a fork. A new thread has no return. */
  if (call && call->role == CALL_FORKS && result == 0)
    state = become(begin_task(state, 0));
  clones = false;
  state->call = -1;
  note(state, (struct observed){.kind = OBSERVED_RETURN, .number = (int32_t)number, .result = result}, NULL, 0);
}

static bool take_argument(const char *argument) {
  const char *value = strchr(argument, '=');
  if (!value++)
    return false;
  if (strncmp(argument, "log=", 4) == 0) {
    log_file = open(value, O_WRONLY | O_APPEND | O_CLOEXEC);
  } else if (strncmp(argument, "state=", 6) == 0) {
    int fd = open(value, O_RDWR | O_CLOEXEC);
    void *memory = mmap(NULL, sizeof *states, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    states = memory == MAP_FAILED ? NULL : memory;
    close(fd);
  } else if (strncmp(argument, "base=", 5) == 0) {
    guest.base = strtoull(value, NULL, 0);
  } else if (strncmp(argument, "watch=", 6) == 0 && watch_count < OBSERVED_WATCHES) {
    watches[watch_count++] = strtoull(value, NULL, 0);
  } else if (strncmp(argument, "store=", 6) == 0) {
    store_pc = strtoull(value, NULL, 0);
  } else if (strncmp(argument, "load=", 5) == 0) {
    load_pc = strtoull(value, NULL, 0);
  } else {
    return false;
  }
  return true;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
  const struct machine *machine = machine_of_qemu(*(const char *const *)(const void *)info);
  bool good = true;
  guest.calls = machine ? machine->calls : CALLS_UNKNOWN;
  guest.narrow = machine && machine->class == ELFCLASS32;
  guest.swapped = machine && machine->order != host_machine()->order;
  instructions = machine ? machine->instructions : NULL;
  for (int i = 0; i < argc; i++)
    good &= take_argument(argv[i]);
  if (!good || log_file < 0 || !states) {
    fputs("observe_run: log=FILE and state=FILE are needed, files that the gate made\n", stderr);
    return -1;
  }
  qemu_plugin_register_vcpu_init_cb(id, begin_vcpu);
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_vcpu_syscall_cb(id, begin_call);
  qemu_plugin_register_vcpu_syscall_ret_cb(id, end_call);
  return 0;
}

/* SPDX-License-Identifier: MIT */
