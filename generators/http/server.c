/* server.c: the listening socket and the event loop.
 *
 * One thread, and nothing in it waits but ppoll: for the listening socket and for every connection at once, until the
 * earliest deadline. So a client that is silent or slow costs the others nothing. When no slot is to be had, or the
 * kernel has no descriptor to give, the listening socket is not asked for until that changes: clients wait in its
 * backlog, and the loop does not spin. */
#include "server.h"

#define SLOT S0
#define POLLFD S1
#define NOW S3

enum { BACKLOG = 1024 };

/* Nanoseconds until accept is tried again after the kernel had no descriptor or memory for a client. */
#define ACCEPT_PAUSE 100000000

/* read_clock: out A0 = the monotonic clock in nanoseconds. */
static void lay_read_clock(void) {
  routine("read_clock");
  li(A0, LINUX_CLOCK_MONOTONIC);
  la(A1, "clock");
  sys(NR_CLOCK_GETTIME); /* cannot fail: the clock exists and the place is ours */
  la(A1, "clock");
  ld64(A0, A1, 0);
  mul(A0, A0, 1000000000);
  ld64(A1, A1, 8);
  add(A0, A0, A1);
  ret();
  bss("clock", 16, 8);
}

/* end_on_signals: SIGTERM and SIGINT end the program with 0 at once, even if they were blocked by who started it. The
 * handler does not return, so it serves as the restorer too, which x86-64 wants named. */
static void lay_end_on_signals(void) {
  data("ending_signals", 8);
  data_value(64, 1 << (LINUX_SIGTERM - 1) | 1 << (LINUX_SIGINT - 1));

  routine("ended_by_signal");
  li(A0, EXIT_DONE);
  sys(NR_EXIT_GROUP);

  routine("end_on_signals");
  la(A1, "ending_action");
  la(T0, "ended_by_signal");
  st64(T0, A1, 0);
  st64(LINUX_SA_RESTORER, A1, 8);
  st64(T0, A1, 16);
  li(A0, LINUX_SIGTERM);
  li(A2, 0);
  li(A3, LINUX_SIGNAL_SET);
  sys(NR_RT_SIGACTION);
  li(A0, LINUX_SIGINT);
  sys(NR_RT_SIGACTION);
  li(A0, LINUX_SIG_UNBLOCK);
  la(A1, "ending_signals");
  sys(NR_RT_SIGPROCMASK); /* none of the three can fail: signals, addresses and size are right */
  ret();
  bss("ending_action", 32, 8);
}

/* listen_or_fail: listens on "listen_address", a struct sockaddr_in, puts the socket at the head of "poll_set", and
 * writes the address that it really has back into "listen_address". Ends the program if it cannot. */
static void lay_listen(void) {
  Reg socket = S0;
  data("one", 4);
  data_value(32, 1);
  /* The default grows to megabytes, and the kernel reports room to write only when a third of it is free: a client of
   * a slow line would seem to take nothing for longer than PATIENCE. */
  data("send_buffer", 4);
  data_value(32, 64 << 10);
  static const NamedString strings[] = {{"cannot_listen", "cannot listen on "}};
  data_strings(strings);

  routine("listen_or_fail");
  enter(socket);
  li(A0, LINUX_AF_INET);
  li(A1, LINUX_SOCK_STREAM | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  li(A2, 0);
  sys(NR_SOCKET);
  blt(A0, 0, "failed");
  mov(socket, A0);
  li(A1, LINUX_SOL_SOCKET);
  li(A2, LINUX_SO_REUSEADDR);
  la(A3, "one");
  li(A4, 4);
  sys(NR_SETSOCKOPT);
  blt(A0, 0, "failed");
  mov(A0, socket);
  li(A2, LINUX_SO_SNDBUF);
  la(A3, "send_buffer");
  sys(NR_SETSOCKOPT);
  blt(A0, 0, "failed");
  mov(A0, socket);
  la(A1, "listen_address");
  st16(LINUX_AF_INET, A1, 0);
  li(A2, 16);
  sys(NR_BIND);
  blt(A0, 0, "failed");
  mov(A0, socket);
  li(A1, BACKLOG);
  sys(NR_LISTEN);
  blt(A0, 0, "failed");
  mov(A0, socket);
  la(A1, "listen_address");
  la(A2, "address_size");
  st32(16, A2, 0);
  sys(NR_GETSOCKNAME);
  blt(A0, 0, "failed");
  la(T0, "poll_set");
  st32(socket, T0, POLLFD_FD);
  leave();

  label("failed");
  call("reason_for");
  mov(socket, A0);
  la(A0, "listen_text");
  la(A1, "listen_address");
  call("append_socket_address");
  st8(0, A0, 0);
  la(A0, "cannot_listen");
  la(A1, "listen_text");
  mov(A2, socket);
  li(A3, EXIT_FAILED);
  jump("fail");
  bss("listen_address", 16, 8);
  bss("address_size", 4, 4);
  bss("listen_text", 64, 1);
}

/* announce: prints "http://ADDR:PORT/" and a line feed on standard output: clients can come. */
static void lay_announce(void) {
  static const NamedString strings[] = {{"scheme", "http://"}};
  data_strings(strings);

  routine("announce");
  enter_bare();
  la(A0, "listen_text");
  la(A1, "scheme");
  call("append_string");
  la(A1, "listen_address");
  call("append_socket_address");
  st16('/' | '\n' << 8, A0, 0);
  add(A2, A0, 2);
  li(A0, 1);
  la(A1, "listen_text");
  sub(A2, A2, A1);
  call("write_all");
  blt(A0, 0, "output_failed");
  leave();
}

/* prepare_slots: frees all slots and gives each its buffer. */
static void lay_prepare_slots(void) {
  Reg buffer = S2, left = S3;
  routine("prepare_slots");
  enter(SLOT, POLLFD, buffer, left);
  la(SLOT, "slots");
  la(POLLFD, "poll_set");
  la(buffer, "request_buffers");
  li(left, SLOTS);
  label("next_slot");
  add(POLLFD, POLLFD, POLLFD_SIZE);
  call("free_slot");
  st64(buffer, SLOT, SLOT_BUFFER);
  add(SLOT, SLOT, SLOT_SIZE);
  add(buffer, buffer, REQUEST_ROOM);
  sub(left, left, 1);
  bne(left, 0, "next_slot");
  la(T0, "accept_deadline");
  st64(-1, T0, 0);
  leave();
  bss("slots", SLOTS * SLOT_SIZE, 64);
  bss("poll_set", (SLOTS + 1) * POLLFD_SIZE, 8);
  bss("accept_deadline", 8, 8); /* when accept is tried again; all ones: not waiting for that */
  bss("request_buffers", SLOTS * REQUEST_ROOM + REQUEST_SPARE, 64);
}

/* find_slot: out A0 = 1 and SLOT, POLLFD = a FREE slot, or else a DRAINING one; A0 = 0 if there is neither. */
static void lay_find_slot(void) {
  routine("find_slot");
  la(A1, "slots");
  la(A2, "poll_set");
  li(A3, SLOTS);
  li(A0, 0);
  label("next_slot");
  add(A2, A2, POLLFD_SIZE);
  ld64(T0, A1, SLOT_STATE);
  beq(T0, FREE, "free");
  bne(T0, DRAINING, "busy");
  li(A0, 1);
  mov(SLOT, A1);
  mov(POLLFD, A2);
  label("busy");
  add(A1, A1, SLOT_SIZE);
  sub(A3, A3, 1);
  bne(A3, 0, "next_slot");
  ret();
  label("free");
  li(A0, 1);
  mov(SLOT, A1);
  mov(POLLFD, A2);
  ret();
}

/* accept_clients: a client waits. Takes all that wait, as long as there are slots for them. */
static void lay_accept_clients(void) {
  Reg socket = S2;
  routine("accept_clients");
  enter(SLOT, POLLFD, socket);
  label("next_client");
  call("find_slot");
  beq(A0, 0, "stop_accepting");
  la(A0, "poll_set");
  ld32(A0, A0, POLLFD_FD);
  li(A1, 0);
  li(A2, 0);
  li(A3, LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  sys(NR_ACCEPT4);
  blt(A0, 0, "not_accepted");
  mov(socket, A0);
  ld64(T0, SLOT, SLOT_STATE);
  beq(T0, FREE, "slot_free");
  call("close_connection");
  label("slot_free");
  mov(A0, socket);
  call("open_connection");
  jump("next_client");

  label("not_accepted");
  beq(A0, -LINUX_EAGAIN, "all_accepted");
  beq(A0, -LINUX_EINTR, "next_client");
  beq(A0, -LINUX_ECONNABORTED, "next_client");
  call("read_clock"); /* EMFILE, ENFILE, ENOBUFS, ENOMEM and the like pass with time, or when a client goes */
  add(A0, A0, ACCEPT_PAUSE);
  la(T0, "accept_deadline");
  st64(A0, T0, 0);
  label("stop_accepting");
  la(T0, "poll_set");
  st16(0, T0, POLLFD_EVENTS);
  label("all_accepted");
  leave();
}

/* what_to_wait_for: out A0 = struct timespec of the time from now to the earliest deadline, or 0 if there is none; A1 =
 * how many entries of "poll_set" are in use: ppoll refuses more than RLIMIT_NOFILE, even of descriptor -1. */
static void lay_what_to_wait_for(void) {
  Reg earliest = S2, in_use = S3;
  routine("what_to_wait_for");
  enter(earliest, in_use);
  la(T0, "accept_deadline");
  ld64(earliest, T0, 0);
  li(in_use, 1);
  la(A1, "slots");
  li(A2, 1);
  label("next_slot");
  add(A2, A2, 1);
  ld64(T0, A1, SLOT_DEADLINE);
  beq(T0, -1, "not_earlier");
  mov(in_use, A2);
  bgeu(T0, earliest, "not_earlier");
  mov(earliest, T0);
  label("not_earlier");
  add(A1, A1, SLOT_SIZE);
  bleu(A2, SLOTS, "next_slot");
  li(A0, 0);
  beq(earliest, -1, "done");
  call("read_clock");
  sub(earliest, earliest, A0);
  bge(earliest, 0, "ahead");
  li(earliest, 0);
  label("ahead");
  la(A0, "timeout");
  st64(0, A0, 0);
  label("whole_seconds");
  bltu(earliest, 1000000000, "rest");
  ld64(T0, A0, 0);
  add(T0, T0, 1);
  st64(T0, A0, 0);
  sub(earliest, earliest, 1000000000);
  jump("whole_seconds");
  label("rest");
  st64(earliest, A0, 8);
  label("done");
  mov(A1, in_use);
  leave();
  bss("timeout", 16, 8);
}

/* serve: the event loop; does not return. */
static void lay_serve(void) {
  Reg left = S2;
  static const NamedString strings[] = {{"cannot_wait", "cannot wait for clients"}};
  data_strings(strings);

  routine("serve");
  never_returns();
  label("wait");
  call("what_to_wait_for");
  mov(A2, A0);
  la(A0, "poll_set");
  li(A3, 0); /* the signal mask stays as it is */
  li(A4, LINUX_SIGNAL_SET);
  sys(NR_PPOLL);
  beq(A0, -LINUX_EINTR, "wait");
  blt(A0, 0, "failed");
  call("read_clock");
  mov(NOW, A0);
  la(SLOT, "slots");
  la(POLLFD, "poll_set");
  li(left, SLOTS);
  label("next_slot");
  add(POLLFD, POLLFD, POLLFD_SIZE);
  ld16(T0, POLLFD, POLLFD_REVENTS);
  beq(T0, 0, "nothing_happened");
  call("advance_connection");
  label("nothing_happened");
  ld64(T0, SLOT, SLOT_DEADLINE);
  bgtu(T0, NOW, "in_time");
  call("expire_connection");
  label("in_time");
  add(SLOT, SLOT, SLOT_SIZE);
  sub(left, left, 1);
  bne(left, 0, "next_slot");

  la(A0, "accept_deadline");
  ld64(T0, A0, 0);
  bgtu(T0, NOW, "no_pause_ends");
  st64(-1, A0, 0);
  la(T0, "poll_set");
  st16(LINUX_POLLIN, T0, POLLFD_EVENTS);
  label("no_pause_ends");
  la(T0, "poll_set");
  ld16(T0, T0, POLLFD_REVENTS);
  beq(T0, 0, "wait");
  call("accept_clients");
  jump("wait");

  label("failed");
  call("reason_for");
  mov(A2, A0);
  la(A0, "cannot_wait");
  la(A1, "nothing");
  li(A3, EXIT_FAILED);
  jump("fail");
}

void lay_http_server(void) {
  lay_read_clock();
  lay_end_on_signals();
  lay_listen();
  lay_announce();
  lay_prepare_slots();
  lay_find_slot();
  lay_accept_clients();
  lay_what_to_wait_for();
  lay_serve();
}
