/* server.c: the listening socket and the event loop.
 *
 * One thread, and nothing in it waits but epoll_pwait: for the listening socket and for every connection at once, until
 * the earliest deadline. So a client that is silent or slow costs the others nothing. When all slots are taken, the
 * client that has waited longest gives way to a new one. Where there is none that has had its time, or the kernel has
 * no descriptor to give, the listening socket is not asked for until that changes: clients wait in its backlog, and the
 * loop does not spin. */
#include "server.h"

#define SLOT S0

enum { BACKLOG = 4096 };

/* Nanoseconds until accept is tried again after the kernel had no descriptor or memory for a client. */
#define ACCEPT_PAUSE 100000000

/* read_clock: out A0 = the monotonic clock in nanoseconds, which becomes SERVER_NOW. */
static void lay_read_clock(void) {
  routine("read_clock", out(A0, A1), destroys(ALL_T));
  li(A0, LINUX_CLOCK_MONOTONIC);
  la(A1, "clock");
  sys(NR_CLOCK_GETTIME); /* cannot fail: the clock exists and the place is ours */
  la(A1, "clock");
  ld64(A0, A1, 0);
  mul(A0, A0, 1000000000);
  ld64(A1, A1, 8);
  add(A0, A0, A1);
  la(A1, "server");
  st64(A0, A1, SERVER_NOW);
  ret();
  bss("clock", 16, 8);
}

/* block_signals: SIGTERM and SIGINT, which end the program, and SIGHUP wait until the event loop asks for them. */
static void lay_block_signals(void) {
  data("ending_signals", 8);
  data_value(64, 1 << (LINUX_SIGTERM - 1) | 1 << (LINUX_SIGINT - 1) | 1 << (LINUX_SIGHUP - 1));

  routine("block_signals", destroys(A0, A1, A2, A3, ALL_T));
  li(A0, LINUX_SIG_BLOCK);
  la(A1, "ending_signals");
  li(A2, 0);
  li(A3, LINUX_SIGNAL_SET);
  sys(NR_RT_SIGPROCMASK); /* cannot fail: signals, address and size are right */
  ret();
}

/* take_signal: a signal has come. After SIGHUP the log goes on in a new file, if it is one. Else the server accepts
 * nobody any more, gives those who are served a little time, and ends when the last of them has gone, END_WRITING from
 * now at the latest. A second signal ends it at once. */
static void lay_take_signal(void) {
  routine("take_signal", in(S2), destroys(ALL_A, ALL_T));
  enter(SLOT);
  ld32_of(A0, "server", SERVER_SIGNALS);
  la(A1, "drained");
  li(A2, SIGNAL_INFO_SIZE);
  sys(NR_READ);
  blt(A0, 0, "done");        /* EINTR, or nothing there: it is told again */
  ld32_of(T0, "drained", 0); /* ssi_signo */
  bne(T0, LINUX_SIGHUP, "to_end");
  ld64_of(T0, "access_log", LOG_FILE);
  beq(T0, 1, "to_end");
  call("reopen_log");
  leave();
  label("to_end");
  la(A1, "server");
  ld64(T0, A1, SERVER_ENDING);
  bne(T0, 0, "end_program");
  ld32(T0, A1, SERVER_ACCEPTS);
  beq(T0, 0, "nobody_waits");
  call("accept_clients"); /* who is in the backlog has connected */
  label("nobody_waits");
  la(T0, "server");
  ld64(A0, T0, SERVER_NOW);
  li(A1, END_WRITING);
  add(A0, A0, A1);
  st64(A0, T0, SERVER_ENDING);
  st32(1, T0, SERVER_ACCEPTS);    /* accepting is not resumed, */
  st64(A0, T0, SERVER_ACCEPT_AT); /* but the loop wakes then */
  ld32(A2, T0, SERVER_SOCKET);
  li(A1, LINUX_EPOLL_CTL_DEL);
  li(A4, 0);
  li(A5, 0);
  call("control_events"); /* others may have the socket too: closing alone would not take it out */
  ld32_of(A0, "server", SERVER_SOCKET);
  sys(NR_CLOSE);
  la(SLOT, "slots");
  jump("any_slot");
  label("next_slot");
  call("hurry_connection");
  add(SLOT, SLOT, SLOT_SIZE);
  label("any_slot");
  ld64_of(T0, "server", SERVER_FRESH);
  bltu(SLOT, T0, "next_slot");
  label("done");
  leave();
  label("end_program");
  call("flush_log");
  li(A0, EXIT_DONE);
  sys(NR_EXIT_GROUP);

  /* hurry_connection: the server is to end. Who waits for nothing is let go, others have END_READING or END_WRITING. */
  routine("hurry_connection", in(S0, S2), destroys(ALL_A, ALL_T));
  enter_bare();
  ld64(T0, SLOT, SLOT_STATE);
  beq(T0, FREE, "unhurried");
  li(A0, END_WRITING);
  beq(T0, WRITING, "hurry");
  li(A0, END_READING);
  bne(T0, READING, "hurry");
  ld64(T0, SLOT, SLOT_IDLE);
  beq(T0, 0, "hurry");
  call("receive_request"); /* the next request may just have come */
  ld64(T0, SLOT, SLOT_STATE);
  bne(T0, READING, "unhurried");
  ld64(T0, SLOT, SLOT_IDLE);
  li(A0, END_READING);
  beq(T0, 0, "hurry");
  call("close_connection");
  jump("unhurried");
  label("hurry");
  ld64_of(T0, "server", SERVER_NOW);
  add(A0, A0, T0);
  ld64(T0, SLOT, SLOT_DEADLINE);
  bgeu(A0, T0, "unhurried");
  call("set_deadline");
  label("unhurried");
  leave();
}

/* control_events: in A1 = LINUX_EPOLL_CTL_*, A2 = descriptor, A4 = LINUX_EPOLL*, A5 = what comes with the event. Out A0
 * = 0 or -errno. */
static void lay_control_events(void) {
  routine("control_events", in(A1, A2, A4, A5), out(A0), destroys(A3, ALL_T));
  la(A3, "event");
  st32(A4, A3, 0);
  st64(A5, A3, bl_machine_now()->epoll_data);
  ld32_of(A0, "server", SERVER_POLL);
  sys(NR_EPOLL_CTL);
  ret();
  bss("event", 16, 8);
}

/* listen_or_fail: listens on "listen_address", a struct sockaddr_in or sockaddr_in6, keeps the socket in SERVER_SOCKET,
 * unless one that listens already has been given there, and writes the address that it really has back into
 * "listen_address". Ends the program if it cannot. */
static void lay_listen(void) {
  Reg socket = S0;
  data("one", 4);
  data_value(32, 1);
  /* The default grows to megabytes, and the kernel reports room to write only when a third of it is free: a client of
   * a slow line would seem to take nothing for longer than PATIENCE. */
  data("send_buffer", 4);
  data_value(32, 64 << 10);
  static const NamedString strings[] = {{"cannot_listen", "cannot listen on "}};
  packed_strings(strings);

  routine("listen_or_fail", destroys(A0, A1, A2, A3, A4, ALL_T));
  enter(socket);
  ld32_of(A0, "server", SERVER_SOCKET);
  mov(socket, A0);
  li(A1, LINUX_F_SETFL);
  li(A2, LINUX_O_NONBLOCK);
  bne(A0, 0, "given");
  ld16_of(A0, "listen_address", SOCKADDR_FAMILY);
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
  li(A1, LINUX_IPPROTO_TCP);
  li(A2, LINUX_TCP_NODELAY); /* an answer shall not wait until the one before is acknowledged */
  la(A3, "one");
  sys(NR_SETSOCKOPT);
  blt(A0, 0, "failed");
  mov(A0, socket);
  la(A1, "listen_address");
  li(A2, SOCKADDR_IN6_SIZE); /* which is enough for IPv4 too */
  sys(NR_BIND);
  blt(A0, 0, "failed");
  mov(A0, socket);
  li(A1, BACKLOG);
  sys(NR_LISTEN);
  label("listening");
  blt(A0, 0, "failed");
  mov(A0, socket);
  la(A1, "listen_address");
  la(A2, "address_size");
  st32(SOCKADDR_IN6_SIZE, A2, 0);
  sys(NR_GETSOCKNAME);
  blt(A0, 0, "failed");
  la(T0, "server");
  st32(socket, T0, SERVER_SOCKET);
  leave();

  label("given");
  sys(NR_FCNTL);
  jump("listening");
  label("failed");
  call("reason_for");
  mov(socket, A0);
  la(A0, "listen_text");
  la(A1, "listen_address");
  call("append_listen_address");
  st8(0, A0, 0);
  la(A0, "cannot_listen");
  la(A1, "listen_text");
  mov(A2, socket);
  li(A3, EXIT_FAILED);
  jump("fail");
  bss("listen_address", SOCKADDR_IN6_SIZE, 8);
  bss("address_size", 4, 4);
  bss("listen_text", 96, 1);
}

/* announce: prints "http://ADDR:PORT/" and a line feed on standard output: clients can come. */
static void lay_announce(void) {
  static const NamedString strings[] = {{"scheme", "http://"}};
  packed_strings(strings);

  routine("announce", destroys(A0, A1, A2, A3, A4, ALL_T));
  enter_bare();
  la(A0, "listen_text");
  la(A1, "scheme");
  call("append_string");
  la(A1, "listen_address");
  call("append_listen_address");
  st16('/' | '\n' << 8, A0, 0);
  add(A2, A0, 2);
  li(A0, 1);
  la(A1, "listen_text");
  sub(A2, A2, A1);
  call("write_all");
  blt(A0, 0, "output_failed");
  leave();
}

/* prepare_slots: makes the epoll instance and the descriptor that tells of signals, and takes as many descriptors as
 * the system gives: one for each slot but two, which are for FILE and for a client that is accepted before another
 * gives way to it. Ends the program if they are not enough for one client. */
static void lay_prepare_slots(void) {
  static const NamedString strings[] = {{"cannot_serve", "cannot serve clients"}};
  packed_strings(strings);

  routine("prepare_slots", destroys(ALL_A, ALL_T));
  enter_bare();
  li(A0, LINUX_O_CLOEXEC);
  sys(NR_EPOLL_CREATE1);
  blt(A0, 0, "failed");
  la(A1, "server");
  st32(A0, A1, SERVER_POLL);
  st64(-1, A1, SERVER_NEXT_DEADLINE);
  st64(-1, A1, SERVER_ACCEPT_AT);
  la(T0, "slots");
  st64(T0, A1, SERVER_FRESH);
  li(A0, -1);
  la(A1, "ending_signals");
  li(A2, LINUX_SIGNAL_SET);
  li(A3, LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  sys(NR_SIGNALFD4);
  blt(A0, 0, "failed");
  la(A1, "server");
  st32(A0, A1, SERVER_SIGNALS);
  call("raise_limit");
  la(A1, "server");
  ld32(T0, A1, SERVER_SIGNALS); /* what is open has lower numbers, or this one */
  add(T0, T0, 2);
  sub(A0, A0, T0);
  blt(A0, 1, "too_few");
  ble(A0, SLOTS, "as_many");
  li(A0, SLOTS);
  label("as_many");
  mul(A0, A0, SLOT_SIZE);
  la(T0, "slots");
  add(A0, A0, T0);
  st64(A0, A1, SERVER_END);
  li(A1, LINUX_EPOLL_CTL_ADD);
  call("watch_clients");
  blt(A0, 0, "failed");
  la(T0, "server");
  li(A1, LINUX_EPOLL_CTL_ADD);
  ld32(A2, T0, SERVER_SIGNALS);
  li(A4, LINUX_EPOLLIN);
  li(A5, EVENT_SIGNAL);
  call("control_events");
  blt(A0, 0, "failed");
  leave();
  label("too_few");
  li(A0, -LINUX_EMFILE);
  label("failed");
  call("reason_for");
  mov(A2, A0);
  la(A0, "cannot_serve");
  la(A1, "nothing");
  li(A3, EXIT_FAILED);
  jump("fail");
  bss("server", SERVER_SIZE, 8);
}

/* raise_limit: lets the program have as many descriptors as it may. Out A0 = how many. */
static void lay_raise_limit(void) {
  routine("raise_limit", out(A0), destroys(A1, A2, A3, ALL_T));
  li(A0, 0);
  li(A1, LINUX_RLIMIT_NOFILE);
  li(A2, 0);
  la(A3, "limit");
  sys(NR_PRLIMIT64); /* the place is ours, the number is known: it tells */
  ld64(T0, A3, RLIMIT_MOST);
  st64(T0, A3, RLIMIT_NOW);
  mov(A2, A3);
  li(A3, 0);
  li(A0, 0);
  sys(NR_PRLIMIT64); /* a soft limit may be raised to the hard one by anybody */
  ld64(A0, A2, RLIMIT_NOW);
  ret();
  bss("limit", RLIMIT_SIZE, 8);
}

/* watch_clients: in A1 = LINUX_EPOLL_CTL_*. The epoll instance tells of clients that wait. Out A0 = 0 or -errno. */
static void lay_watch_clients(void) {
  routine("watch_clients", in(A1), out(A0), destroys(A2, A3, A4, A5, ALL_T));
  la(T0, "server");
  st32(1, T0, SERVER_ACCEPTS);
  st64(-1, T0, SERVER_ACCEPT_AT);
  ld32(A2, T0, SERVER_SOCKET);
  li(A4, LINUX_EPOLLIN);
  li(A5, 0);
  jump("control_events");

  /* resume_accepting: there may be a slot or a descriptor for a client now. */
  routine("resume_accepting", destroys(ALL_A, ALL_T));
  ld32_of(T1, "server", SERVER_ACCEPTS);
  li(A1, LINUX_EPOLL_CTL_MOD);
  beq(T1, 0, "watch_clients"); /* which cannot fail: the socket is being watched */
  ret();

  /* pause_accepting: in A0 = time when accepting goes on, if it does not before. */
  routine("pause_accepting", in(A0), destroys(ALL_A, ALL_T));
  la(T0, "server");
  st64(A0, T0, SERVER_ACCEPT_AT);
  st32(0, T0, SERVER_ACCEPTS);
  ld64(T1, T0, SERVER_NEXT_DEADLINE);
  bgeu(A0, T1, "not_earlier");
  st64(A0, T0, SERVER_NEXT_DEADLINE);
  label("not_earlier");
  li(A1, LINUX_EPOLL_CTL_MOD);
  ld32(A2, T0, SERVER_SOCKET);
  li(A4, 0);
  li(A5, 0);
  jump("control_events");
}

/* take_slot: out SLOT = a slot that is free, or 0. It has a buffer without octets, and no page. */
static void lay_take_slot(void) {
  routine("take_slot", out(S0), destroys(A0, A1, T0));
  la(A1, "server");
  ld64(SLOT, A1, SERVER_FREE);
  beq(SLOT, 0, "fresh");
  ld64(T0, SLOT, SLOT_NEXT);
  st64(T0, A1, SERVER_FREE);
  jump("taken");
  label("fresh");
  ld64(A0, A1, SERVER_FRESH);
  ld64(T0, A1, SERVER_END);
  bgeu(A0, T0, "none");
  mov(SLOT, A0);
  add(A0, A0, SLOT_SIZE);
  st64(A0, A1, SERVER_FRESH);
  add(T0, SLOT, SLOT_SMALL);
  st64(T0, SLOT, SLOT_BUFFER);
  st64(SMALL_ROOM, SLOT, SLOT_ROOM);
  label("taken");
  ld64(T0, A1, SERVER_USED);
  add(T0, T0, 1);
  st64(T0, A1, SERVER_USED);
  label("none");
  ret();

  /* free_slot: makes SLOT free. There is a place for a client. */
  routine("free_slot", in(S0), destroys(ALL_A, ALL_T));
  st64(FREE, SLOT, SLOT_STATE);
  st64(-1, SLOT, SLOT_DEADLINE);
  la(A1, "server");
  ld64(T0, A1, SERVER_FREE);
  st64(T0, SLOT, SLOT_NEXT);
  st64(SLOT, A1, SERVER_FREE);
  ld64(T0, A1, SERVER_USED);
  sub(T0, T0, 1);
  st64(T0, A1, SERVER_USED);
  jump("resume_accepting");
}

/* find_who_gives_way: all slots are taken. Out SLOT = the one that may be given to another client first, A0 = when. */
static void lay_find_who_gives_way(void) {
  routine("find_who_gives_way", out(A0), out_if(S0), destroys(A1, A2, T0));
  la(A1, "slots");
  ld64_of(A2, "server", SERVER_FRESH);
  li(A0, -1);
  label("next_slot");
  ld64(T0, A1, SLOT_GIVES_WAY);
  bgeu(T0, A0, "not_before");
  mov(A0, T0);
  mov(SLOT, A1);
  label("not_before");
  add(A1, A1, SLOT_SIZE);
  bltu(A1, A2, "next_slot");
  ret();
}

/* accept_clients: a client waits. Takes all that wait, as long as there are slots for them. */
static void lay_accept_clients(void) {
  Reg socket = S1;
  static const NamedString strings[] = {{"cannot_accept", "cannot accept a client"}};
  packed_strings(strings);

  routine("accept_clients", in(S2), destroys(ALL_A, ALL_T));
  enter(SLOT, socket);
  label("next_client");
  call("take_slot");
  bne(SLOT, 0, "accept");
  call("find_who_gives_way");
  ld64_of(T0, "server", SERVER_NOW);
  bgtu(A0, T0, "nobody_gives_way");
  label("accept");
  ld32_of(A0, "server", SERVER_SOCKET);
  li(A1, 0);
  li(A2, 0);
  li(A3, LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  sys(NR_ACCEPT4);
  blt(A0, 0, "not_accepted");
  mov(socket, A0);
  ld64(T0, SLOT, SLOT_STATE);
  beq(T0, FREE, "slot_free");
  call("give_way");
  call("take_slot");
  label("slot_free");
  mov(A0, socket);
  call("open_connection");
  jump("next_client");

  label("not_accepted");
  mov(socket, A0); /* the error */
  ld64(T0, SLOT, SLOT_STATE);
  bne(T0, FREE, "slot_kept");
  call("free_slot");
  label("slot_kept");
  beq(socket, -LINUX_EAGAIN, "all_accepted");
  beq(socket, -LINUX_EINTR, "next_client");
  beq(socket, -LINUX_ECONNABORTED, "next_client");
  la(A0, "cannot_accept");
  mov(A1, socket);
  call("tell_error");
  /* EMFILE, ENFILE, ENOBUFS, ENOMEM and the like pass with time, or when a client goes */
  ld64_of(A0, "server", SERVER_NOW);
  add(A0, A0, ACCEPT_PAUSE);
  label("nobody_gives_way");
  call("pause_accepting");
  label("all_accepted");
  leave();

  /* give_way: SLOT becomes free for another client. Who has not sent a request is told that the time for it is over. */
  routine("give_way", in(S0, S2), destroys(ALL_A, ALL_T));
  enter_bare();
  ld64(T0, SLOT, SLOT_STATE);
  bne(T0, READING, "told");
  call("expire_connection");
  label("told");
  ld64(T0, SLOT, SLOT_STATE);
  beq(T0, FREE, "freed");
  call("close_connection");
  label("freed");
  leave();
}

/* what_to_wait_for: out A0 = milliseconds from SERVER_NOW to the earliest deadline, or -1 if there is none. To divide
 * by a million, it multiplies by 2^47 / 1000000 and shifts: for as long as a minute, which is longer than all deadlines
 * are, that is 0.2 us too few at most, after which it is asked again. The clock is not read for that: what has been
 * done since costs less than a deadline is worth, or the clock was read after it. */
static void lay_what_to_wait_for(void) {
  routine("what_to_wait_for", out(A0), destroys(A1, A2));
  la(A1, "server");
  ld64(A0, A1, SERVER_NEXT_DEADLINE);
  beq(A0, -1, "done");
  ld64(A2, A1, SERVER_NOW);
  sub(A2, A0, A2); /* more than 0: what has passed has been seen to */
  add(A0, A2, 999999);
  mul(A0, A0, 140737488);
  shr(A0, A0, 47);
  bne(A0, 0, "done");
  li(A0, 1);
  label("done");
  ret();
}

/* expire_connections: a deadline may have passed. Ends what has, and finds the next one. */
static void lay_expire_connections(void) {
  routine("expire_connections", in(S2), destroys(ALL_A, ALL_T));
  enter(SLOT);
  la(A1, "server");
  ld64(T0, A1, SERVER_ACCEPT_AT);
  ld64(T1, A1, SERVER_NOW);
  bgtu(T0, T1, "no_pause_ends");
  call("resume_accepting");
  li(T0, -1);
  la(A1, "server");
  label("no_pause_ends");
  st64(T0, A1, SERVER_NEXT_DEADLINE);
  la(SLOT, "slots");
  jump("any_slot");
  label("next_slot");
  ld64(A0, SLOT, SLOT_DEADLINE);
  ld64(T0, A1, SERVER_NOW);
  bgtu(A0, T0, "in_time");
  call("expire_connection");
  label("in_time");
  ld64(A0, SLOT, SLOT_DEADLINE);
  call("set_deadline");
  add(SLOT, SLOT, SLOT_SIZE);
  la(A1, "server");
  label("any_slot");
  ld64(T0, A1, SERVER_FRESH);
  bltu(SLOT, T0, "next_slot");
  leave();
}

/* serve: the event loop; does not return. The program ends here, when a signal has come and nobody is served any more,
 * or the time for that is over. */
static void lay_serve(void) {
  Reg event = S1, left = S2;
  static const NamedString strings[] = {{"cannot_wait", "cannot wait for clients"}};
  packed_strings(strings);

  routine("serve", no_return);
  never_returns();
  label("wait");
  call("flush_log");
  call("what_to_wait_for");
  mov(A3, A0);
  ld32_of(A0, "server", SERVER_POLL);
  la(A1, "events");
  li(A2, EVENTS);
  li(A4, 0); /* the signal mask stays as it is */
  li(A5, LINUX_SIGNAL_SET);
  sys(NR_EPOLL_PWAIT);
  beq(A0, -LINUX_EINTR, "wait");
  blt(A0, 0, "failed");
  mov(left, A0);
  call("read_clock");
  la(event, "events");
  jump("any_event");
  label("next_event");
  ld64(SLOT, event, bl_machine_now()->epoll_data);
  beq(SLOT, EVENT_CLIENT_WAITS, "client_waits");
  bne(SLOT, EVENT_SIGNAL, "of_a_client");
  call("take_signal");
  jump("handled");
  label("client_waits");
  ld64_of(T0, "server", SERVER_ENDING);
  bne(T0, 0, "handled"); /* a signal has come with this event */
  call("accept_clients");
  jump("handled");
  label("of_a_client");
  call("advance_connection");
  label("handled");
  add(event, event, bl_machine_now()->epoll_data + 8);
  sub(left, left, 1);
  label("any_event");
  bne(left, 0, "next_event");
  la(A1, "server");
  ld64(T0, A1, SERVER_NEXT_DEADLINE);
  ld64(T1, A1, SERVER_NOW);
  bgtu(T0, T1, "in_time");
  call("expire_connections");
  la(A1, "server");
  label("in_time");
  ld64(T0, A1, SERVER_ENDING);
  beq(T0, 0, "wait");
  ld64(T1, A1, SERVER_NOW);
  bgeu(T1, T0, "end");
  ld64(T0, A1, SERVER_USED);
  bne(T0, 0, "wait");
  label("end");
  call("flush_log");
  li(A0, EXIT_DONE);
  sys(NR_EXIT_GROUP);

  label("failed");
  call("reason_for");
  mov(A2, A0);
  la(A0, "cannot_wait");
  la(A1, "nothing");
  li(A3, EXIT_FAILED);
  jump("fail");
  bss("events", EVENTS * 16, 16);
}

/* Room for the clients, which is megabytes. It comes after all other room, so that the code reaches that within 1 MB:
 * there the address of an item is one instruction on arm64, and a load by its name too. */
void lay_http_slots(void) { bss("slots", SLOTS * SLOT_SIZE, 64); }

void lay_http_server(void) {
  lay_read_clock();
  lay_block_signals();
  lay_take_signal();
  lay_control_events();
  lay_listen();
  lay_announce();
  lay_prepare_slots();
  lay_raise_limit();
  lay_watch_clients();
  lay_take_slot();
  lay_find_who_gives_way();
  lay_accept_clients();
  lay_what_to_wait_for();
  lay_expire_connections();
  lay_serve();
}

/* SPDX-License-Identifier: MIT */
