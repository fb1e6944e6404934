/* What both observers do: write records, and note what a system call does with the memory of the program. */
#ifndef HARNESS_PLUGIN_OBSERVER_H
#define HARNESS_PLUGIN_OBSERVER_H

#include "harness/helpers/plugin/calls.h"
#include "harness/helpers/plugin/observed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* What is read of a path, and of a vector of buffers, at most; and of one output. */
enum { OBSERVED_PATH_MAX = 512, OBSERVED_IOVECS = 1024 };
#define OBSERVED_OUTPUT_MAX ((size_t)256 << 20)

/* Reads LENGTH bytes at ADDRESS of process PID. Returns how many could be read. */
static inline size_t observe_memory(pid_t pid, uint64_t address, void *buffer, size_t length) {
  struct iovec to = {buffer, length};
  struct iovec from = {(void *)(uintptr_t)address, length};
  ssize_t got = length ? process_vm_readv(pid, &to, 1, &from, 1, 0) : 0;
  return got > 0 ? (size_t)got : 0;
}

/* Appends a record and the SIZE bytes after it to the file LOG, in one write. */
static inline void observe_write(int log, struct observed record, const void *data, size_t size) {
  static const char zeros[8];
  struct iovec parts[] = {{&record, sizeof record}, {(void *)(uintptr_t)data, size}, {(void *)(uintptr_t)zeros, 0}};
  parts[2].iov_len = (8 - size % 8) % 8;
  record.size = size + parts[2].iov_len;
  /* A log that cannot be written ends early, and the gate says what it misses. */
  if (writev(log, parts, 3) < 0)
    return;
}

/* The byte that a store into ADDRESS, whose operand begins at STORE, would have copied from what was loaded at LOAD. */
static inline uint64_t observe_copied(pid_t pid, uint64_t address, uint64_t store, uint64_t load) {
  unsigned char value = 0;
  return load && observe_memory(pid, load + (address - store), &value, 1) == 1 ? value : UINT64_MAX;
}

/* Notes a piece of memory that the program gives away, with its bytes. FROM holds the task and its space. */
static inline void observe_output(int log, pid_t pid, struct observed from, uint64_t address, uint64_t length) {
  size_t wanted = length < OBSERVED_OUTPUT_MAX ? (size_t)length : OBSERVED_OUTPUT_MAX;
  char *bytes = malloc(wanted + 1);
  if (!bytes)
    return;
  size_t got = observe_memory(pid, address, bytes, wanted);
  from.kind = OBSERVED_OUTPUT;
  from.address = address;
  from.length = got;
  observe_write(log, from, bytes, got);
  free(bytes);
}

/* Notes a piece of memory that the program may have filled when its call returns. */
static inline void observe_input(int log, struct observed from, uint64_t address, uint64_t length) {
  from.kind = OBSERVED_INPUT;
  from.address = address;
  from.length = length;
  observe_write(log, from, NULL, 0);
}

static inline void observe_vector(int log, pid_t pid, struct observed from, uint64_t address, uint64_t count,
                                  bool output) {
  uint64_t pair[2];
  for (uint64_t i = 0; i < count && i < OBSERVED_IOVECS; i++) {
    if (observe_memory(pid, address + i * sizeof pair, pair, sizeof pair) != sizeof pair)
      return;
    if (output)
      observe_output(log, pid, from, pair[0], pair[1]);
    else
      observe_input(log, from, pair[0], pair[1]);
  }
}

static inline void observe_path(int log, pid_t pid, struct observed from, uint64_t address) {
  char path[OBSERVED_PATH_MAX + 1] = "";
  /* A path may end just before a page that is not there. */
  size_t got = 0;
  while (got < OBSERVED_PATH_MAX && observe_memory(pid, address + got, path + got, 1) == 1 && path[got])
    got++;
  from.kind = OBSERVED_PATH;
  from.length = got;
  observe_write(log, from, path, got + 1);
}

/* Notes that process PID begins a system call with ARGUMENTS, and the memory it is about. FROM says which: number, pc,
   and the task and its space. */
static inline void observe_call(int log, pid_t pid, enum call_numbers numbers, struct observed from,
                                const uint64_t arguments[6]) {
  const struct call *call = call_of(numbers, from.number);
  struct observed record = from;
  struct msghdr message;
  record.kind = OBSERVED_CALL;
  memcpy(record.arguments, arguments, sizeof record.arguments);
  observe_write(log, record, NULL, 0);
  from = (struct observed){.task = from.task, .space = from.space};
  switch (call ? call->role : CALL_OTHER) {
  case CALL_WRITES:
  case CALL_WRITES_AT:
    observe_output(log, pid, from, arguments[1], arguments[2]);
    break;
  case CALL_WRITES_VECTOR:
  case CALL_READS_VECTOR:
    observe_vector(log, pid, from, arguments[1], arguments[2], call->role == CALL_WRITES_VECTOR);
    break;
  case CALL_SENDS_MESSAGE:
    if (observe_memory(pid, arguments[1], &message, sizeof message) == sizeof message)
      observe_vector(log, pid, from, (uint64_t)(uintptr_t)message.msg_iov, message.msg_iovlen, true);
    break;
  case CALL_READS:
  case CALL_READS_AT:
    observe_input(log, from, arguments[1], arguments[2]);
    break;
  case CALL_OPENS:
  case CALL_OPENS_AT:
  case CALL_REMOVES:
  case CALL_REMOVES_AT:
  case CALL_ENTERS:
    observe_path(log, pid, from, arguments[call->role == CALL_OPENS_AT || call->role == CALL_REMOVES_AT]);
    break;
  case CALL_RENAMES:
  case CALL_RENAMES_AT:
    observe_path(log, pid, from, arguments[call->role == CALL_RENAMES_AT]);
    observe_path(log, pid, from, arguments[call->role == CALL_RENAMES_AT ? 3 : 1]);
    break;
  default:
    break;
  }
}

#endif

/* SPDX-License-Identifier: MIT */
