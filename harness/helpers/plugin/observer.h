/* What both observers do: write records, and note what a system call does with the memory of the program. */
#ifndef HARNESS_PLUGIN_OBSERVER_H
#define HARNESS_PLUGIN_OBSERVER_H

#include "harness/helpers/plugin/calls.h"
#include "harness/helpers/plugin/observed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* What is read of a path, and of a vector of buffers, at most; and of one output. */
enum { OBSERVED_PATH_MAX = 512, OBSERVED_IOVECS = 1024 };
#define OBSERVED_OUTPUT_MAX ((size_t)256 << 20)

/* How the program sees its memory and its calls. All zero but for CALLS: as this process does. */
struct guest {
  enum call_numbers calls;
  uint64_t base; /* where its address 0 is in the process that runs it */
  bool narrow;   /* words of 32 bits */
  bool swapped;  /* words in the other byte order */
};

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

/* The same at ADDRESS of the program. */
static inline size_t guest_memory(pid_t pid, const struct guest *guest, uint64_t address, void *buffer, size_t length) {
  return observe_memory(pid, guest->base + address, buffer, length);
}

/* Word number INDEX of those at ADDRESS of the program; false: there is none. */
static inline bool guest_word(pid_t pid, const struct guest *guest, uint64_t address, uint64_t index, uint64_t *word) {
  uint64_t wide = 0;
  uint32_t narrow = 0;
  if (guest->narrow && guest_memory(pid, guest, address + 4 * index, &narrow, 4) == 4)
    *word = guest->swapped ? __builtin_bswap32(narrow) : narrow;
  else if (!guest->narrow && guest_memory(pid, guest, address + 8 * index, &wide, 8) == 8)
    *word = guest->swapped ? __builtin_bswap64(wide) : wide;
  else
    return false;
  return true;
}

/* The byte that a store into ADDRESS, whose operand begins at STORE, would have copied from what was loaded at LOAD. */
static inline uint64_t observe_copied(pid_t pid, const struct guest *guest, uint64_t address, uint64_t store,
                                      uint64_t load) {
  unsigned char value = 0;
  return load && guest_memory(pid, guest, load + (address - store), &value, 1) == 1 ? value : UINT64_MAX;
}

/* Notes a piece of memory that the program gives away, with its bytes. FROM holds the task and its space. */
static inline void observe_output(int log, pid_t pid, const struct guest *guest, struct observed from, uint64_t address,
                                  uint64_t length) {
  size_t wanted = length < OBSERVED_OUTPUT_MAX ? (size_t)length : OBSERVED_OUTPUT_MAX;
  char *bytes = malloc(wanted + 1);
  if (!bytes)
    return;
  size_t got = guest_memory(pid, guest, address, bytes, wanted);
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

static inline void observe_vector(int log, pid_t pid, const struct guest *guest, struct observed from, uint64_t address,
                                  uint64_t count, bool output) {
  for (uint64_t i = 0; i < count && i < OBSERVED_IOVECS; i++) {
    uint64_t at = 0;
    uint64_t length = 0;
    if (!guest_word(pid, guest, address, 2 * i, &at) || !guest_word(pid, guest, address, 2 * i + 1, &length))
      return;
    if (output)
      observe_output(log, pid, guest, from, at, length);
    else
      observe_input(log, from, at, length);
  }
}

static inline void observe_path(int log, pid_t pid, const struct guest *guest, struct observed from, uint64_t address) {
  char path[OBSERVED_PATH_MAX + 1] = "";
  /* A path may end just before a page that is not there. */
  size_t got = 0;
  while (got < OBSERVED_PATH_MAX && guest_memory(pid, guest, address + got, path + got, 1) == 1 && path[got])
    got++;
  from.kind = OBSERVED_PATH;
  from.length = got;
  observe_write(log, from, path, got + 1);
}

/* Notes that process PID begins a system call with ARGUMENTS, and the memory it is about. FROM says which: number, pc,
   and the task and its space. */
static inline void observe_call(int log, pid_t pid, const struct guest *guest, struct observed from,
                                const uint64_t arguments[6]) {
  const struct call *call = call_of(guest->calls, from.number);
  struct observed record = from;
  uint64_t vector = 0;
  uint64_t count = 0;
  record.kind = OBSERVED_CALL;
  for (int i = 0; i < 6; i++)
    record.arguments[i] = guest->narrow ? (uint32_t)arguments[i] : arguments[i];
  arguments = record.arguments;
  observe_write(log, record, NULL, 0);
  from = (struct observed){.task = from.task, .space = from.space};
  switch (call ? call->role : CALL_OTHER) {
  case CALL_WRITES:
  case CALL_WRITES_AT:
    observe_output(log, pid, guest, from, arguments[1], arguments[2]);
    break;
  case CALL_WRITES_VECTOR:
  case CALL_READS_VECTOR:
    observe_vector(log, pid, guest, from, arguments[1], arguments[2], call->role == CALL_WRITES_VECTOR);
    break;
  case CALL_SENDS_MESSAGE:
    /* struct msghdr: a pointer and a length, as long as words are aligned, then the vector. */
    if (guest_word(pid, guest, arguments[1], 2, &vector) && guest_word(pid, guest, arguments[1], 3, &count))
      observe_vector(log, pid, guest, from, vector, count, true);
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
    observe_path(log, pid, guest, from, arguments[call->role == CALL_OPENS_AT || call->role == CALL_REMOVES_AT]);
    break;
  case CALL_RENAMES:
  case CALL_RENAMES_AT:
    observe_path(log, pid, guest, from, arguments[call->role == CALL_RENAMES_AT]);
    observe_path(log, pid, guest, from, arguments[call->role == CALL_RENAMES_AT ? 3 : 1]);
    break;
  default:
    break;
  }
}

#endif

/* SPDX-License-Identifier: MIT */
