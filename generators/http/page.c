/* page.c: memory for pages and for long requests, and what is told of errors.
 *
 * All of it counts to "memory_limit"; where that is reached, clients are answered 503 rather than served in part. */
#include "server.h"

/* claim_memory: in A0 = bytes. Out A0 = address of as many zeroed bytes, or -errno; -ENOMEM too where they would exceed
 * "memory_limit". */
static void lay_claim_memory(void) {
  Reg bytes = S1;
  routine("claim_memory", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(bytes);
  mov(bytes, A0);
  call("is_memory_left");
  blt(A0, 0, "done");
  mov(A0, bytes);
  call("map_memory");
  blt(A0, 0, "done");
  la(A1, "server");
  ld64(T0, A1, SERVER_MEMORY);
  add(T0, T0, bytes);
  st64(T0, A1, SERVER_MEMORY);
  label("done");
  leave();

  /* is_memory_left: in A0 = bytes. Out A0 = 0 if so many can be claimed, else -ENOMEM. */
  routine("is_memory_left", in(A0), out(A0), destroys(ALL_T));
  ld64_of(T0, "server", SERVER_MEMORY);
  add(T0, T0, A0);
  ld64_of(T1, "memory_limit", 0);
  li(A0, 0);
  bleu(T0, T1, "there_is");
  li(A0, -LINUX_ENOMEM);
  label("there_is");
  ret();
  bss("memory_limit", 8, 8); /* bytes that may be claimed at the same time */
}

/* return_memory: in A0 = address, A1 = bytes, as they were claimed. */
static void lay_return_memory(void) {
  routine("return_memory", in(A0, A1), destroys(A0, A2, ALL_T));
  la(A2, "server");
  ld64(T0, A2, SERVER_MEMORY);
  sub(T0, T0, A1);
  st64(T0, A2, SERVER_MEMORY);
  jump("unmap_memory");
}

/* tell_error: in A0 = NUL-terminated text, A1 = -errno. Writes "PROGRAM: text: reason" to standard error, unless it was
 * the same error that was told less than a second before, or nobody takes it. */
static void lay_tell_error(void) {
  Reg text = S1, error = S2;
  routine("tell_error", in(A0, A1), destroys(A0, A1, A2, A3, A4, ALL_T));
  enter(text, error);
  mov(text, A0);
  mov(error, A1);
  la(A1, "server");
  ld64(A0, A1, SERVER_NOW);
  add(T1, text, error); /* of the few texts that there are, each with few errors */
  ld64(T0, A1, SERVER_TOLD_ERROR);
  bne(T0, T1, "another");
  ld64(T0, A1, SERVER_TOLD_UNTIL);
  bltu(A0, T0, "told");
  label("another");
  st64(T1, A1, SERVER_TOLD_ERROR);
  add(A0, A0, 1000000000);
  st64(A0, A1, SERVER_TOLD_UNTIL);
  mov(A0, error);
  call("reason_for");
  mov(error, A0);
  la(A0, "error_line");
  la(A1, "program_name");
  call("append_string");
  st16_next(':' | ' ' << 8, A0);
  mov(A1, text);
  call("append_printable");
  mov(A1, error);
  call("append_string");
  st8_next('\n', A0);
  la(A1, "error_line");
  sub(A2, A0, A1);
  li(A0, 2);
  call("write_if_ready");
  label("told");
  leave();

  /* write_if_ready: in A0 = descriptor, A1 = bytes, A2 = count, 4096 at most. What nobody takes is lost: the clients
   * must not wait for it. */
  routine("write_if_ready", in(A0, A1, A2), destroys(A0, A1, A2, A3, A4, ALL_T));
  enter(text, error);
  la(T0, "ready_set");
  st32(A0, T0, POLLFD_FD);
  st32(LINUX_POLLOUT, T0, POLLFD_EVENTS); /* and POLLFD_REVENTS */
  mov(text, A1);
  mov(error, A2);
  mov(A0, T0);
  li(A1, 1);
  la(A2, "no_time");
  li(A3, 0);
  li(A4, LINUX_SIGNAL_SET);
  sys(NR_PPOLL);
  bne(A0, 1, "lost");
  ld32_of(A0, "ready_set", POLLFD_FD);
  mov(A1, text);
  mov(A2, error);
  sys(NR_WRITE);
  label("lost");
  leave();
  bss("no_time", 16, 8);
}

void lay_http_page(void) {
  lay_claim_memory();
  lay_return_memory();
  lay_tell_error();
}

/* SPDX-License-Identifier: MIT */
