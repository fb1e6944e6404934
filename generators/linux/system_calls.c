/* system_calls.c: system calls carried to their end: interrupted ones made again, short ones continued. */
#include "linux.h"

/* wait_until_ready: in A0 = file descriptor that gave EAGAIN, A1 = LINUX_POLLIN or LINUX_POLLOUT. Another program that
 * has the same pipe or terminal may have made it non-blocking. The result of ppoll does not matter: the caller tries
 * again. */
static void lay_wait_until_ready(void) {
  routine("wait_until_ready", in(A0, A1), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  la(T0, "ready_set");
  st32(A0, T0, POLLFD_FD);
  st32(A1, T0, POLLFD_EVENTS); /* and POLLFD_REVENTS */
  mov(A0, T0);
  li(A1, 1);
  li(A2, 0);
  li(A3, 0);
  li(A4, LINUX_SIGNAL_SET);
  sys(NR_PPOLL);
  ret();
  bss("ready_set", POLLFD_SIZE, 8);
}

/* write_all: in A0 = file descriptor, A1 = bytes, A2 = count. Out A0 = -errno, or not negative. Short writes are
 * continued. */
static void lay_write_all(void) {
  Reg descriptor = S0, bytes = S1, left = S2;
  routine("write_all", in(A0, A1, A2), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  enter(descriptor, bytes, left);
  mov(descriptor, A0);
  mov(bytes, A1);
  mov(left, A2);
  label("rest");
  beq(left, 0, "ended");
  mov(A0, descriptor);
  mov(A1, bytes);
  mov(A2, left);
  sys(NR_WRITE);
  beq(A0, -LINUX_EINTR, "rest");
  beq(A0, -LINUX_EAGAIN, "not_ready");
  blt(A0, 0, "ended");
  beq(A0, 0, "stuck"); /* a write of nothing, repeated, would never end */
  add(bytes, bytes, A0);
  sub(left, left, A0);
  jump("rest");
  label("not_ready");
  mov(A0, descriptor);
  li(A1, LINUX_POLLOUT);
  call("wait_until_ready");
  jump("rest");
  label("stuck");
  li(A0, -LINUX_EIO);
  label("ended");
  leave();
}

/* map_memory: in A0 = bytes. Out A0 = address of as many zeroed bytes, or -errno. Untouched pages cost nothing. */
void lay_map_memory(void) {
  routine("map_memory", in(A0), out(A0, A1), destroys(A2, A3, A4, A5, ALL_T));
  mov(A1, A0);
  li(A0, 0);
  li(A2, LINUX_PROT_READ | LINUX_PROT_WRITE);
  li(A3, LINUX_MAP_PRIVATE | LINUX_MAP_ANONYMOUS | LINUX_MAP_NORESERVE);
  li(A4, -1);
  li(A5, 0);
  sys(NR_MMAP);
  ret();
}

/* unmap_memory: in A0 = address, A1 = bytes of a mapping. Out A0 = 0 or -errno. */
void lay_unmap_memory(void) {
  routine("unmap_memory", in(A0, A1), out(A0), destroys(ALL_T));
  sys(NR_MUNMAP);
  ret();
}

void lay_linux_waiting_calls(void) {
  lay_wait_until_ready();
  lay_write_all();
}

/* SPDX-License-Identifier: MIT */
