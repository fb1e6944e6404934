/* Operations of the server's generators with a fault, for the tests of simulate: as operations.c beside it, but for
   what goes wrong with time, failures and clients. FAULT in the environment says which fault. */
#include "http/server.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

/* The linker's names for the true operations. NOLINTBEGIN(bugprone-reserved-identifier) */
void __real_bl_routine(const char *name);
void __real_bl_branch_imm(BlCond cond, BlReg a, int64_t b, const char *to);
void __real_bl_store64(BlReg v, BlReg base, int64_t offset);
void __real_bl_store64_imm(int64_t v, BlReg base, int64_t offset);
void __real_bl_call(const char *to);
void __real_bl_jump(const char *to);
void __real_bl_syscall_with(BlSystemCall number, const BlReg *arguments);

static const char *routine_now = "";

/* Whether FAULT is the fault, and the routine in hand is that one. */
static bool is_fault(const char *name, const char *routine) {
  const char *fault = getenv("FAULT");
  return fault && strcmp(fault, name) == 0 && strcmp(routine_now, routine) == 0;
}

void __wrap_bl_routine(const char *name) {
  routine_now = name;
  __real_bl_routine(name);
}

/* deadline: what a client takes of its answer does not put off its deadline.
   mapping: a kept page is not given up when a slow client has taken it.
   file: a file that was sent as it is stays open.
   line: the access log says of 304 that it had content.
   replaced: a worker that has ended is not replaced.
   outside: the state of a path that leads further into the folder is asked for without opening it. */
void __wrap_bl_branch_imm(BlCond cond, BlReg a, int64_t b, const char *to) {
  if (is_fault("mapping", "release_page") && strcmp(to, "drop_kept") == 0)
    return;
  if (is_fault("line", "log_answer") && strcmp(to, "no_content") == 0)
    b = 999;
  if (is_fault("outside", "find_by_name") && b == '/')
    b = 999;
  /* What is always so, and no jump: after a jump no code may stand to which nothing leads. */
  if ((is_fault("deadline", "note_taken") && strcmp(to, "as_it_is") == 0) ||
      (is_fault("file", "release_page") && strcmp(to, "no_file") == 0) ||
      (is_fault("replaced", "run_workers") && strcmp(to, "for_a_signal") == 0))
    cond = IF_GEU;
  __real_bl_branch_imm(cond, a, b, to);
}

/* slot: a slot that is free again is not put into the list of those that are. */
void __wrap_bl_store64(BlReg v, BlReg base, int64_t offset) {
  if (!is_fault("slot", "free_slot") || offset != SERVER_FREE)
    __real_bl_store64(v, base, offset);
}

/* flag: what the last request said of conditions and ranges is kept. */
void __wrap_bl_store64_imm(int64_t v, BlReg base, int64_t offset) {
  if (!is_fault("flag", "parse_request") || offset != NOTED_FIELD)
    __real_bl_store64_imm(v, base, offset);
}

/* zombie: of workers that end at once, one is waited for. */
void __wrap_bl_jump(const char *to) {
  bool is_last = is_fault("zombie", "run_workers") && strcmp(to, "collect") == 0;
  __real_bl_jump(is_last ? "collected" : to);
}

/* orphan: a worker is not told when the process that watches has ended. */
void __wrap_bl_syscall_with(BlSystemCall number, const BlReg *arguments) {
  if (!is_fault("orphan", "run_workers") || number != BL_CALL_NR_PRCTL)
    __real_bl_syscall_with(number, arguments);
}

/* descriptor: a socket that the kernel has no memory to watch is not closed.
   listener: a worker closes the listening socket when it has prepared to serve. */
void __wrap_bl_call(const char *to) {
  if (is_fault("listener", "run_workers") && strcmp(to, "prepare_slots") == 0) {
    __real_bl_call(to);
    ld32_of(A0, "server", SERVER_SOCKET);
    sys(NR_CLOSE);
    return;
  }
  bool is_lost = is_fault("descriptor", "open_connection") && strcmp(to, "close_connection") == 0;
  __real_bl_call(is_lost ? "free_slot" : to);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* SPDX-License-Identifier: MIT */
