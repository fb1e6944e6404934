/* memory.c: room for entries: chunks from the kernel, handed out front to back, and given back all together.
 *
 * A chunk begins with the one before it and its own size. Memory that is handed out is zero: it is never used twice. */
#include "ls.h"

enum { FIELD(CHUNK_BEFORE, 8), FIELD(CHUNK_SIZE, 8), CHUNK_HEAD, CHUNK_LEAST = 256 << 10 };

/* allocate: in A0 = bytes. Out A0 = as many zero bytes, at a multiple of 8. */
static void lay_allocate(void) {
  Reg size = S0;
  routine("allocate", in(A0, S4, S5), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(size);
  add(size, A0, 7);
  and(size, size, -8);
  label("try");
  get(A0, STATE_FREE);
  get(T0, STATE_CHUNK_END);
  sub(T0, T0, A0);
  bgtu(size, T0, "new_chunk");
  add(T0, A0, size);
  set(T0, STATE_FREE);
  leave();
  label("new_chunk");
  add(A0, size, CHUNK_HEAD);
  call("add_chunk");
  jump("try");
}

/* add_chunk: in A0 = bytes that it must hold, its head included. */
static void lay_add_chunk(void) {
  routine("add_chunk", in(A0, S4, S5), destroys(ALL_A, ALL_T));
  mov(A1, A0);
  bgeu(A1, CHUNK_LEAST, "large_enough");
  li(A1, CHUNK_LEAST);
  label("large_enough");
  li(A0, 0);
  li(A2, LINUX_PROT_READ | LINUX_PROT_WRITE);
  li(A3, LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS);
  li(A4, -1);
  li(A5, 0);
  sys(NR_MMAP);
  blt(A0, 0, "memory_exhausted");
  get(T0, STATE_CHUNK);
  st64(T0, A0, CHUNK_BEFORE);
  st64(A1, A0, CHUNK_SIZE);
  set(A0, STATE_CHUNK);
  add(T0, A0, CHUNK_HEAD);
  set(T0, STATE_FREE);
  add(T0, A0, A1);
  set(T0, STATE_CHUNK_END);
  ret();
}

/* mark_memory: what is allocated from here on is what release_memory gives back. It starts in a chunk of its own. */
static void lay_mark_memory(void) {
  routine("mark_memory", in(S5), destroys(T0));
  get(T0, STATE_CHUNK);
  set(T0, STATE_MARK);
  label("leave_no_room");
  set(0, STATE_FREE);
  set(0, STATE_CHUNK_END);
  ret();

  routine("release_memory", in(S5), destroys(A0, A1, ALL_T));
  label("next_chunk");
  get(A0, STATE_CHUNK);
  get(T0, STATE_MARK);
  beq(A0, T0, "mark_memory.leave_no_room");
  ld64(A1, A0, CHUNK_SIZE);
  ld64(T0, A0, CHUNK_BEFORE);
  set(T0, STATE_CHUNK);
  sys(NR_MUNMAP);
  jump("next_chunk");
}

void lay_ls_memory(void) {
  lay_allocate();
  lay_add_chunk();
  lay_mark_memory();
}

/* SPDX-License-Identifier: MIT */
