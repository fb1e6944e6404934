/* A plugin for qemu's user-mode emulators: counts, in a file that the gate made (counts.h), each instruction executed,
   both edges of each conditional branch, and each byte of data read.

       qemu-aarch64 -plugin count_instructions.so,counts=FILE PROGRAM

   Instructions are counted by code that qemu puts inline. An edge is noticed where it leads: a conditional branch ends
   its translation block, so the address of the next block says which way it went. A signal's handler may come in
   between; its address is neither of the two, and is passed over. */
#include "harness/base/machine.h"
#include "harness/helpers/plugin/counts.h"
#include "harness/helpers/plugin/qemu_plugin.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

EXPORTED int qemu_plugin_version = 1;

/* A conditional branch and the two addresses that it leads to. */
struct branch {
  uint64_t at, target, next;
};

static struct counts_header *counts;
static const struct instruction_set *instructions; /* of the guest; NULL: its branches are not known */

/* The branch that ends the block that this thread executed last, and where it leads; at == 0: none. */
static __thread struct branch pending;

/* How far ADDRESS, of a program that qemu may have loaded elsewhere than its addresses say, is after the first byte
   that is counted. */
static uint64_t place(uint64_t address) {
  /* With an interpreter, the entry that qemu knows is that of the interpreter. */
  uint64_t moved = counts->start ? qemu_plugin_start_code() - counts->start : qemu_plugin_entry_code() - counts->entry;
  return address - moved - counts->base;
}

static bool is_counted(uint64_t address) { return place(address) < counts->span; }

static uint64_t *counter(enum counter which, uint64_t address) { return &counts_array(counts, which)[place(address)]; }

/* Whether INSN is a conditional branch; fills in BRANCH if so. */
static bool decode_branch(const struct qemu_plugin_insn *insn, struct branch *branch) {
  const uint8_t *bytes = qemu_plugin_insn_data(insn);
  size_t size = qemu_plugin_insn_size(insn);
  uint64_t displacement = 0;
  if (!instructions || !instructions->decode_branch(bytes, size, &displacement))
    return false;
  branch->at = qemu_plugin_insn_vaddr(insn);
  branch->next = branch->at + size;
  branch->target = (instructions->branch_from_next ? branch->next : branch->at) + displacement;
  return true;
}

/* What a translation block begins with, and ends with. Blocks may be translated more than once, and qemu does not say
   when one is thrown away, so these are never freed. */
struct block {
  uint64_t start;
  struct branch last;
};

enum { BLOCKS_AT_A_TIME = 1024 };

static struct block *new_block(void) {
  static struct block *blocks;
  static size_t used = BLOCKS_AT_A_TIME;
  if (used == BLOCKS_AT_A_TIME) {
    void *more =
        mmap(NULL, BLOCKS_AT_A_TIME * sizeof *blocks, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED)
      return NULL;
    blocks = more;
    used = 0;
  }
  return &blocks[used++];
}

static void count_edge(unsigned vcpu, void *userdata) {
  const struct block *block = userdata;
  (void)vcpu;
  if (pending.at && block->start == pending.target)
    ++*counter(COUNT_TAKEN, pending.at);
  else if (pending.at && block->start == pending.next)
    ++*counter(COUNT_NOT_TAKEN, pending.at);
  pending = block->last;
}

static void count_read(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void *userdata) {
  (void)vcpu;
  (void)userdata;
  if (qemu_plugin_mem_is_store(info))
    return;
  uint64_t end = address + ((uint64_t)1 << qemu_plugin_mem_size_shift(info));
  for (; address < end; address++)
    if (is_counted(address))
      ++*counter(COUNT_EXECUTED, address);
}

/* What the kernel reads: the whole of a write's buffer; of what else a system call points to, the first byte. */
static void count_syscall(qemu_plugin_id_t id, unsigned vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                          uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  const uint64_t arguments[] = {a1, a2, a3, a4, a5, a6};
  (void)id, (void)vcpu, (void)a7, (void)a8;
  if ((uint64_t)number == counts->write_call) {
    for (uint64_t i = 0; i < a3 && is_counted(a2 + i); i++)
      ++*counter(COUNT_EXECUTED, a2 + i);
    return;
  }
  for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
    if (is_counted(arguments[i]))
      ++*counter(COUNT_EXECUTED, arguments[i]);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  for (size_t i = 0; i < count; i++) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    uint64_t address = qemu_plugin_insn_vaddr(insn);
    if (is_counted(address))
      qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter(COUNT_EXECUTED, address), 1);
    /* qemu 7.2 calls nobody who asks for reads alone. */
    qemu_plugin_register_vcpu_mem_cb(insn, count_read, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_MEM_RW, NULL);
  }
  struct block *block = new_block();
  if (!block || count == 0)
    return;
  block->start = qemu_plugin_tb_vaddr(tb);
  if (!decode_branch(qemu_plugin_tb_get_insn(tb, count - 1), &block->last) || !is_counted(block->last.at))
    block->last = (struct branch){0};
  qemu_plugin_register_vcpu_tb_exec_cb(tb, count_edge, QEMU_PLUGIN_CB_NO_REGS, block);
}

static bool map_counts(const char *path) {
  struct stat status;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status) != 0)
    return false;
  counts = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return counts != MAP_FAILED && (size_t)status.st_size >= sizeof *counts && counts->magic == COUNTS_MAGIC &&
         (size_t)status.st_size >= counts_size(counts->span);
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
  /* The first field of qemu_info_t is the name of the guest's machine, as in "aarch64". */
  const struct machine *machine = machine_of_qemu(*(const char *const *)(const void *)info);
  instructions = machine ? machine->instructions : NULL;
  for (int i = 0; i < argc; i++)
    if (strncmp(argv[i], "counts=", 7) == 0 && map_counts(argv[i] + 7)) {
      qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
      qemu_plugin_register_vcpu_syscall_cb(id, count_syscall);
      return 0;
    }
  fputs("count_instructions: counts=FILE is needed, a file that the gate made\n", stderr);
  return -1;
}

/* SPDX-License-Identifier: MIT */
