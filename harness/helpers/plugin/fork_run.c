/* A plugin for qemu's user-mode emulators: runs a program many times after one start of the emulator. It stops before
   the first instruction, and for each request (forked.h) forks: the child changes the bytes that the request names in
   the program's memory, confines itself, and runs on from there as any other emulator would.

       qemu-aarch64 -plugin fork_run.so PROGRAM     with the gate's socket as descriptor 3

   At the first instruction nothing but its own block has been translated, so that the child sees its bytes as if they
   had been read from the file. */
#include "harness/helpers/confine/confine.h"
#include "harness/helpers/plugin/forked.h"
#include "harness/helpers/plugin/qemu_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

EXPORTED int qemu_plugin_version = 1;

/* The first block, and how far the emulator keeps the guest's memory from its addresses. */
static uint64_t first, first_end, moved;
static bool is_first = true; /* no block was translated yet */
static bool has_served;
static qemu_plugin_id_t self;

static void answer(struct fork_reply reply) {
  if (send(FORK_SOCKET, &reply, sizeof reply, MSG_NOSIGNAL) != sizeof reply)
    _exit(0);
}

/* Writes over pages that cannot be written as well. */
static bool change(const struct fork_request *request) {
  int memory = request->length ? open("/proc/self/mem", O_RDWR | O_CLOEXEC) : -1;
  bool good = request->length == 0 || (memory >= 0 && pwrite(memory, request->bytes, request->length,
                                                             (off_t)(request->address + moved)) == request->length);
  if (memory >= 0)
    close(memory);
  return good;
}

/* Ends a run that cannot be prepared: the gate takes this end for no verdict. */
static _Noreturn void end_unprepared(void) {
  dprintf(STDERR_FILENO, "confine: a run cannot be prepared\n");
  _exit(EXIT_NOT_CONFINED);
}

/* Becomes one run. */
static void become_run(const struct fork_request *request) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || close(FORK_SOCKET) != 0 || !change(request) ||
      enter_strict(request->processor_ms) != 0)
    end_unprepared();
}

/* Not fork(3): in the child the emulator's handlers would start its threads anew, and insist that no block is under
   way. It needs none of them to run one thread of a guest. */
static pid_t fork_plainly(void) { return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }

/* Serves the gate until it is gone. Returns in each run. */
static void serve(unsigned vcpu, void *userdata) {
  struct fork_request request;
  (void)vcpu, (void)userdata;
  if (has_served)
    return;
  has_served = true;
  /* What else is translated is no matter of ours, and costs half as much so. */
  qemu_plugin_register_vcpu_tb_trans_cb(self, NULL);
  answer((struct fork_reply){.start = first, .end = first_end, .status = -1});
  while (recv(FORK_SOCKET, &request, sizeof request, 0) == sizeof request && request.length <= FORK_MOST_BYTES) {
    pid_t pid = fork_plainly();
    int status = 0;
    if (pid == 0) {
      become_run(&request);
      return;
    }
    answer((struct fork_reply){.pid = pid < 0 ? -errno : pid, .status = -1});
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
      ;
    if (pid > 0)
      answer((struct fork_reply){.pid = pid, .status = status});
  }
  _exit(0);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  if (!is_first || count == 0)
    return;
  is_first = false;
  const struct qemu_plugin_insn *begin = qemu_plugin_tb_get_insn(tb, 0);
  const struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
  first = qemu_plugin_insn_vaddr(begin);
  first_end = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
  moved = (uint64_t)(uintptr_t)qemu_plugin_insn_haddr(begin) - first;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, serve, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
  (void)info, (void)argc, (void)argv;
  /* The gate started it, and it ends with the gate. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
    perror("fork_run: prctl");
    return -1;
  }
  self = id;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  return 0;
}

/* SPDX-License-Identifier: MIT */
