/* connection.c: one client, from accept to close.
 *
 * A connection is a slot, and a slot is always in one of four states:
 *
 *     FREE ──accept──▶ READING ──request or 5 s──▶ WRITING ──all written──▶ DRAINING ──end of file or 5 s──▶ FREE
 *
 * READING collects the request, WRITING sends the answer as the client takes it, DRAINING reads on what the client may
 * still be sending, because closing before would make the kernel reset the connection and the answer could be lost
 * (RFC 9112, 9.6). A new client may take the slot of a draining one, so DRAINING holds nobody up.
 * The routines here work on S0 = the slot, and never wait. */
#include "server.h"

#define SLOT S0

/* arm_deadline: in A0 = nanoseconds. The slot's deadline is so long from now. */
static void lay_arm_deadline(void) {
  routine("arm_deadline");
  la(A1, "server");
  ld64(T0, A1, SERVER_NOW);
  add(A0, A0, T0);
  jump("set_deadline");

  /* set_deadline: in A0 = the slot's deadline. */
  routine("set_deadline");
  st64(A0, SLOT, SLOT_DEADLINE);
  la(A1, "server");
  ld64(T0, A1, SERVER_NEXT_DEADLINE);
  bgeu(A0, T0, "not_earlier");
  st64(A0, A1, SERVER_NEXT_DEADLINE);
  label("not_earlier");
  ret();
}

/* watch_socket: in A4 = LINUX_EPOLL* that the epoll instance shall tell of the slot's socket. */
static void lay_watch_socket(void) {
  routine("watch_socket");
  ld32(T0, SLOT, SLOT_EVENTS);
  bne(T0, A4, "change");
  ret();
  label("change");
  st32(A4, SLOT, SLOT_EVENTS);
  li(A1, LINUX_EPOLL_CTL_MOD);
  ld32(A2, SLOT, SLOT_SOCKET);
  mov(A5, SLOT);
  jump("control_events"); /* cannot fail: the socket is being watched */
}

/* release_page: gives back the mapping of what is left of the page, if there is one. */
static void lay_release_page(void) {
  routine("release_page");
  ld64(A0, SLOT, SLOT_PAGE);
  ld64(A1, SLOT, SLOT_PAGE_SIZE);
  st64(0, SLOT, SLOT_PAGE);
  bne(A0, 0, "return_memory");
  ret();
}

/* release_buffer: gives back the mapping of the octets received, if they have one. They are gone. */
static void lay_release_buffer(void) {
  routine("release_buffer");
  ld64(A0, SLOT, SLOT_BUFFER);
  ld64(A1, SLOT, SLOT_ROOM);
  add(T0, SLOT, SLOT_SMALL);
  st64(T0, SLOT, SLOT_BUFFER);
  st64(SMALL_ROOM, SLOT, SLOT_ROOM);
  st64(0, SLOT, SLOT_FILLED);
  beq(A0, T0, "none");
  add(A1, A1, REQUEST_SPARE);
  jump("return_memory");
  label("none");
  ret();
}

/* grow_buffer: gives the octets received room for REQUEST_ROOM. Out A0 = 0, or -errno. */
static void lay_grow_buffer(void) {
  Reg mapping = S1;
  routine("grow_buffer");
  enter(mapping);
  li(A0, REQUEST_ROOM + REQUEST_SPARE);
  call("claim_memory");
  blt(A0, 0, "done");
  mov(mapping, A0);
  ld64(A1, SLOT, SLOT_BUFFER);
  ld64(A2, SLOT, SLOT_FILLED);
  call("append_bytes");
  st64(mapping, SLOT, SLOT_BUFFER);
  st64(REQUEST_ROOM, SLOT, SLOT_ROOM);
  li(A0, 0);
  label("done");
  leave();
}

/* close_connection: frees the slot and what it holds. */
static void lay_close_connection(void) {
  routine("close_connection");
  enter_bare();
  call("release_page");
  call("release_buffer");
  ld32(A0, SLOT, SLOT_SOCKET);
  sys(NR_CLOSE); /* whatever it returns, the descriptor is gone */
  call("free_slot");
  leave();
}

/* open_connection: in A0 = socket of a new client, SLOT = a slot that is free. */
static void lay_open_connection(void) {
  routine("open_connection");
  enter_bare();
  st32(A0, SLOT, SLOT_SOCKET);
  li(A1, LINUX_EPOLL_CTL_ADD);
  mov(A2, A0);
  li(A4, LINUX_EPOLLIN);
  st32(A4, SLOT, SLOT_EVENTS);
  mov(A5, SLOT);
  call("control_events");
  blt(A0, 0, "close_connection_here");
  st64(READING, SLOT, SLOT_STATE);
  st64(0, SLOT, SLOT_HEAD);
  li(A0, GIVES_WAY_READING);
  call("give_way_after");
  li(A0, PATIENCE);
  call("arm_deadline");
  leave();
  label("close_connection_here"); /* the kernel has no memory to watch it */
  call("close_connection");
  leave();

  /* give_way_after: in A0 = nanoseconds. After them the slot may be given to another client. */
  routine("give_way_after");
  la(A1, "server");
  ld64(T0, A1, SERVER_NOW);
  add(A0, A0, T0);
  st64(A0, SLOT, SLOT_GIVES_WAY);
  ret();
}

/* is_client_gone: out A0 = not 0 if the client has reset its connection. One that has only ended its side waits for the
 * answer. */
static void lay_is_client_gone(void) {
  routine("is_client_gone");
  ld32(A0, SLOT, SLOT_SOCKET);
  la(A1, "drained");
  li(A2, 1);
  li(A3, LINUX_MSG_PEEK | LINUX_MSG_DONTWAIT);
  li(A4, 0);
  li(A5, 0);
  sys(NR_RECVFROM);
  bge(A0, 0, "there");
  beq(A0, -LINUX_EAGAIN, "there");
  beq(A0, -LINUX_EINTR, "there");
  ret();
  label("there");
  li(A0, 0);
  ret();
}

/* answer_request: in A0 = status that the request deserves. Prepares the answer and sends what can be sent at once.
 * Nothing is rendered for a client that is gone. */
static void lay_answer_request(void) {
  Reg status = S1, page = S2, length = S3;
  routine("answer_request");
  enter(status, page, length);
  mov(status, A0);
  li(length, 0);
  bne(status, 200, "compose");
  call("is_client_gone");
  bne(A0, 0, "gone");
  call("render_file");
  mov(status, A0);
  mov(page, A1);
  mov(length, A2);
  label("compose");
  add(A0, SLOT, SLOT_ANSWER);
  mov(A1, status);
  mov(A2, length);
  call("compose_response");
  st64(page, SLOT, SLOT_OUT);
  st64(length, SLOT, SLOT_LEFT);
  ld64(T0, SLOT, SLOT_HEAD);
  beq(T0, 0, "content_too");
  st64(0, SLOT, SLOT_LEFT);
  mov(A1, A0);
  label("content_too");
  add(A2, SLOT, SLOT_ANSWER);
  sub(A1, A1, A2);
  st64(A2, SLOT, SLOT_HEAD_OUT);
  st64(A1, SLOT, SLOT_HEAD_LEFT);
  call("release_buffer");
  st64(WRITING, SLOT, SLOT_STATE);
  li(A0, GIVES_WAY_WRITING);
  call("give_way_after");
  li(A0, TAKE_PATIENCE);
  call("arm_deadline");
  call("send_response");
  call("tidy_document");
  leave();
  label("gone");
  call("close_connection");
  leave();
}

/* receive_request: READING, and there is something to read. An end of file within the request is a malformed request;
 * before it, the client is gone. */
static void lay_receive_request(void) {
  routine("receive_request");
  enter_bare();
  label("read");
  ld64(T0, SLOT, SLOT_FILLED);
  ld64(A1, SLOT, SLOT_BUFFER);
  ld64(A2, SLOT, SLOT_ROOM);
  add(A1, A1, T0);
  sub(A2, A2, T0);
  ld32(A0, SLOT, SLOT_SOCKET);
  sys(NR_READ);
  beq(A0, -LINUX_EINTR, "read");
  beq(A0, -LINUX_EAGAIN, "waiting");
  blt(A0, 0, "gone");
  beq(A0, 0, "end_of_file");
  ld64(A1, SLOT, SLOT_FILLED);
  add(A1, A1, A0);
  st64(A1, SLOT, SLOT_FILLED);
  ld64(A0, SLOT, SLOT_BUFFER);
  call("parse_request");
  st64(A1, SLOT, SLOT_HEAD);
  bne(A0, 0, "answer");
  mov(A0, A2);
  ld64(T0, SLOT, SLOT_FILLED);
  beq(T0, REQUEST_ROOM, "answer");
  bne(T0, SMALL_ROOM, "waiting");
  call("grow_buffer");
  beq(A0, 0, "read");
  li(A0, 503);
  jump("answer");
  label("waiting");
  leave();
  label("end_of_file");
  li(A0, 400);
  ld64(T0, SLOT, SLOT_FILLED);
  bne(T0, 0, "answer");
  label("gone");
  call("close_connection");
  leave();
  label("answer");
  call("answer_request");
  leave();
}

/* send_response: WRITING, and there may be room to write. One write a time, of WRITE_STEP at most, so that a client
 * that reads fast does not hold up the others either. */
static void lay_send_response(void) {
  Reg taken = S1;
  routine("send_response");
  enter(taken);
  label("write");
  la(A1, "parts");
  ld64(T0, SLOT, SLOT_HEAD_OUT);
  st64(T0, A1, IOVEC_BASE);
  ld64(T0, SLOT, SLOT_HEAD_LEFT);
  st64(T0, A1, IOVEC_LENGTH);
  ld64(T0, SLOT, SLOT_OUT);
  st64(T0, A1, IOVEC_SIZE + IOVEC_BASE);
  ld64(T0, SLOT, SLOT_LEFT);
  bleu(T0, WRITE_STEP, "within_step");
  li(T0, WRITE_STEP);
  label("within_step");
  st64(T0, A1, IOVEC_SIZE + IOVEC_LENGTH);
  ld32(A0, SLOT, SLOT_SOCKET);
  li(A2, 2);
  sys(NR_WRITEV);
  beq(A0, -LINUX_EINTR, "write");
  beq(A0, -LINUX_EAGAIN, "waiting");
  ble(A0, 0, "gone");
  mov(taken, A0);
  call("note_taken");
  ld64(A0, SLOT, SLOT_HEAD_LEFT);
  bltu(taken, A0, "within_head");
  st64(0, SLOT, SLOT_HEAD_LEFT);
  sub(taken, taken, A0);
  ld64(A0, SLOT, SLOT_OUT);
  add(A0, A0, taken);
  st64(A0, SLOT, SLOT_OUT);
  ld64(A0, SLOT, SLOT_LEFT);
  sub(A0, A0, taken);
  st64(A0, SLOT, SLOT_LEFT);
  beq(A0, 0, "all_written");
  label("waiting");
  call("keep_page");
  blt(A0, 0, "gone");
  li(A4, LINUX_EPOLLOUT);
  call("watch_socket");
  leave();
  label("within_head");
  sub(A0, A0, taken);
  st64(A0, SLOT, SLOT_HEAD_LEFT);
  ld64(A0, SLOT, SLOT_HEAD_OUT);
  add(A0, A0, taken);
  st64(A0, SLOT, SLOT_HEAD_OUT);
  jump("waiting");
  label("all_written");
  call("release_page");
  ld32(A0, SLOT, SLOT_SOCKET);
  li(A1, LINUX_SHUT_WR);
  sys(NR_SHUTDOWN);
  blt(A0, 0, "gone");
  st64(DRAINING, SLOT, SLOT_STATE);
  st64(0, SLOT, SLOT_FILLED);
  st64(0, SLOT, SLOT_GIVES_WAY);
  li(A4, LINUX_EPOLLIN);
  call("watch_socket");
  call("resume_accepting"); /* a draining slot is a place for a client */
  li(A0, PATIENCE);
  call("arm_deadline");
  leave();
  label("gone");
  call("close_connection");
  leave();
  bss("parts", 2 * IOVEC_SIZE, 8);
}

/* note_taken: in A0 = bytes of the answer that the client has taken. They put its deadline off. */
static void lay_note_taken(void) {
  routine("note_taken");
  mul(A0, A0, TAKE_PER_BYTE);
  ld64(T0, SLOT, SLOT_DEADLINE);
  add(A0, A0, T0);
  la(A1, "server");
  ld64(T0, A1, SERVER_NOW);
  li(T1, TAKE_PATIENCE);
  add(T0, T0, T1);
  bleu(A0, T0, "set_deadline");
  mov(A0, T0);
  jump("set_deadline");
}

/* drain_request: DRAINING, and there is something to read, which is thrown away, up to DRAIN_LIMIT. */
static void lay_drain_request(void) {
  routine("drain_request");
  enter_bare();
  label("read");
  ld32(A0, SLOT, SLOT_SOCKET);
  la(A1, "drained");
  li(A2, REQUEST_ROOM);
  sys(NR_READ);
  beq(A0, -LINUX_EINTR, "read");
  beq(A0, -LINUX_EAGAIN, "waiting");
  ble(A0, 0, "finished");
  ld64(T0, SLOT, SLOT_FILLED);
  add(T0, T0, A0);
  st64(T0, SLOT, SLOT_FILLED);
  bgtu(T0, DRAIN_LIMIT, "finished");
  label("waiting");
  leave();
  label("finished");
  call("close_connection");
  leave();
  bss("drained", REQUEST_ROOM, 64);
}

/* advance_connection: something has happened on the socket of the slot. */
static void lay_advance_connection(void) {
  data("handlers", 2); /* by state */
  data_offset16("advance_connection.passed_over", "handlers");
  data_offset16("receive_request", "handlers");
  data_offset16("send_response", "handlers");
  data_offset16("drain_request", "handlers");

  routine("advance_connection");
  ld64(T0, SLOT, SLOT_STATE);
  jump_table(T0, "handlers");
  label("passed_over"); /* the slot has been freed since the event was told */
  ret();
}

/* expire_connection: the time of the slot is over. Who has not sent a request is told so. */
static void lay_expire_connection(void) {
  routine("expire_connection");
  ld64(T0, SLOT, SLOT_STATE);
  li(A0, 408);
  beq(T0, READING, "answer_request");
  jump("close_connection");
}

void lay_http_connection(void) {
  lay_arm_deadline();
  lay_watch_socket();
  lay_release_page();
  lay_release_buffer();
  lay_grow_buffer();
  lay_close_connection();
  lay_open_connection();
  lay_is_client_gone();
  lay_answer_request();
  lay_receive_request();
  lay_send_response();
  lay_note_taken();
  lay_drain_request();
  lay_advance_connection();
  lay_expire_connection();
}
