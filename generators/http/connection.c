/* connection.c: one client, from accept to close.
 *
 * A connection is a slot, and a slot is always in one of four states:
 *
 *     FREE ──accept──▶ READING ──request or 5 s──▶ WRITING ──all written──▶ DRAINING ──end of file or 5 s──▶ FREE
 *
 * READING collects the request, WRITING sends the answer as the client takes it, DRAINING reads on what the client may
 * still be sending, because closing before would make the kernel reset the connection and the answer could be lost
 * (RFC 9112, 9.6). A new client may take the slot of a draining one, so DRAINING holds nobody up.
 * The routines here work on S0 = the slot, S1 = its struct pollfd, and never wait. */
#include "server.h"

#include "../markdown/markdown.h"

#define SLOT S0
#define POLLFD S1

/* arm_deadline: the client has PATIENCE from now. */
static void lay_arm_deadline(void) {
  routine("arm_deadline");
  enter_bare();
  call("read_clock");
  li(T0, PATIENCE);
  add(A0, A0, T0);
  st64(A0, SLOT, SLOT_DEADLINE);
  leave();
}

/* release_page: unmaps the page of the slot, if it has one. */
static void lay_release_page(void) {
  routine("release_page");
  ld64(A0, SLOT, SLOT_MAPPING);
  ld64(A1, SLOT, SLOT_MAPPING_SIZE);
  st64(0, SLOT, SLOT_MAPPING);
  bne(A0, 0, "unmap_memory");
  ret();
}

/* close_connection: frees the slot and what it holds. */
static void lay_close_connection(void) {
  routine("close_connection");
  enter_bare();
  call("release_page");
  ld32(A0, POLLFD, POLLFD_FD);
  sys(NR_CLOSE); /* whatever it returns, the descriptor is gone */
  call("free_slot");
  leave();

  /* free_slot: makes the slot FREE: nothing to poll for, nothing polled, no deadline. There is a place for a client. */
  routine("free_slot");
  st64(FREE, SLOT, SLOT_STATE);
  st64(-1, SLOT, SLOT_DEADLINE);
  st32(-1, POLLFD, POLLFD_FD);
  st32(0, POLLFD, POLLFD_EVENTS); /* and POLLFD_REVENTS */
  la(T0, "poll_set");
  st16(LINUX_POLLIN, T0, POLLFD_EVENTS);
  ret();
}

/* open_connection: in A0 = socket of a new client. */
static void lay_open_connection(void) {
  routine("open_connection");
  st32(A0, POLLFD, POLLFD_FD);
  st32(LINUX_POLLIN, POLLFD, POLLFD_EVENTS);
  st64(READING, SLOT, SLOT_STATE);
  st64(0, SLOT, SLOT_FILLED);
  st64(0, SLOT, SLOT_HEAD);
  jump("arm_deadline");
}

/* render_file: reads FILE anew and renders it. Out A0 = status; if that is 200, A1 = the HTML, A2 = its length, and the
 * mapping it lies in belongs to the slot. */
static void lay_render_file(void) {
  Reg descriptor = S2, outcome = S3;
  Reg page = S2, length = S3; /* when the file has been read */
  Reg error = S2;
  routine("render_file");
  enter(descriptor, outcome);
  label("open");
  li(A0, LINUX_AT_FDCWD);
  la(A1, "document_path");
  ld64(A1, A1, 0);
  li(A2, LINUX_O_RDONLY | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC); /* opening a FIFO shall not wait for its writer */
  sys(NR_OPENAT);
  beq(A0, -LINUX_EINTR, "open");
  blt(A0, 0, "failed");
  mov(descriptor, A0);
  call("load_document");
  mov(outcome, A0);
  mov(A0, descriptor);
  sys(NR_CLOSE);
  mov(A0, outcome);
  blt(A0, 0, "failed");
  la(A0, "render_flags");
  ld64(A0, A0, 0);
  call("render_to_page");
  blt(A0, 0, "failed");
  st64(A2, SLOT, SLOT_MAPPING);
  st64(A3, SLOT, SLOT_MAPPING_SIZE);
  mov(page, A1);
  mov(length, A0);
  call("release_document");
  li(A0, 200);
  mov(A1, page);
  mov(A2, length);
  leave();
  label("failed");
  mov(error, A0);
  call("release_document");
  li(A0, 404);
  beq(error, -LINUX_ENOENT, "status_chosen");
  beq(error, -LINUX_ENOTDIR, "status_chosen");
  li(A0, 413);
  beq(error, -LINUX_EFBIG, "status_chosen");
  beq(error, -LINUX_ENOMEM, "status_chosen");
  li(A0, 500);
  label("status_chosen");
  leave();
}

/* load_document: in A0 = descriptor of FILE. Out A0 = 0, or -errno; -EISDIR stands for all that is no regular file. */
static void lay_load_document(void) {
  Reg descriptor = S2;
  routine("load_document");
  enter(descriptor);
  mov(descriptor, A0);
  la(A1, "file_status");
  sys(NR_FSTAT);
  blt(A0, 0, "done");
  ld32(T0, A1, machine_now()->stat_mode);
  and(T0, T0, MODE_TYPE);
  li(A0, -LINUX_EISDIR);
  bne(T0, MODE_REGULAR, "done");
  ld64(A0, A1, STAT_SIZE); /* what to expect, no more than that */
  call("reserve_document");
  blt(A0, 0, "done");
  mov(A0, descriptor);
  call("append_file");
  label("done");
  leave();
  bss("file_status", STAT_ROOM, 8);
}

/* answer_request: in A0 = status that the request deserves. Prepares the answer and sends what can be sent at once. An
 * error is composed in the slot's buffer, whose request is answered now; the header section of a page is put directly
 * before the HTML, so that one write sends both. */
static void lay_answer_request(void) {
  Reg status = S2, page = S3, length = S4;
  routine("answer_request");
  enter(status, page, length);
  bne(A0, 200, "compose");
  call("render_file");
  mov(page, A1);
  mov(length, A2);
  label("compose"); /* A2: the length of the page, if there is one */
  mov(status, A0);
  mov(A1, A0);
  ld64(A0, SLOT, SLOT_BUFFER);
  call("compose_response");
  ld64(A2, SLOT, SLOT_BUFFER);
  ld64(T0, SLOT, SLOT_HEAD);
  bne(T0, 0, "header_alone");
  bne(status, 200, "error_page");

  sub(A2, A0, A2); /* length of the header section */
  sub(page, page, A2);
  add(length, length, A2);
  mov(A0, page);
  ld64(A1, SLOT, SLOT_BUFFER);
  call("append_bytes");
  st64(page, SLOT, SLOT_OUT);
  st64(length, SLOT, SLOT_LEFT);
  jump("ready");

  label("error_page");
  mov(A0, A1);
  label("header_alone");
  sub(A0, A0, A2);
  st64(A2, SLOT, SLOT_OUT);
  st64(A0, SLOT, SLOT_LEFT);
  call("release_page");
  label("ready");
  st64(WRITING, SLOT, SLOT_STATE);
  st32(LINUX_POLLOUT, POLLFD, POLLFD_EVENTS);
  call("arm_deadline");
  call("send_response");
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
  li(A2, REQUEST_ROOM);
  add(A1, A1, T0);
  sub(A2, A2, T0);
  ld32(A0, POLLFD, POLLFD_FD);
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
  routine("send_response");
  enter_bare();
  label("write");
  ld64(A1, SLOT, SLOT_OUT);
  ld64(A2, SLOT, SLOT_LEFT);
  bleu(A2, WRITE_STEP, "within_step");
  li(A2, WRITE_STEP);
  label("within_step");
  ld32(A0, POLLFD, POLLFD_FD);
  sys(NR_WRITE);
  beq(A0, -LINUX_EINTR, "write");
  beq(A0, -LINUX_EAGAIN, "waiting");
  ble(A0, 0, "gone");
  ld64(T0, SLOT, SLOT_OUT);
  add(T0, T0, A0);
  st64(T0, SLOT, SLOT_OUT);
  ld64(T0, SLOT, SLOT_LEFT);
  sub(T0, T0, A0);
  st64(T0, SLOT, SLOT_LEFT);
  beq(T0, 0, "all_written");
  call("arm_deadline");
  label("waiting");
  call("trim_page");
  leave();
  label("all_written");
  call("release_page");
  ld32(A0, POLLFD, POLLFD_FD);
  li(A1, LINUX_SHUT_WR);
  sys(NR_SHUTDOWN);
  blt(A0, 0, "gone");
  st64(DRAINING, SLOT, SLOT_STATE);
  st64(0, SLOT, SLOT_FILLED);
  st32(LINUX_POLLIN, POLLFD, POLLFD_EVENTS);
  la(T0, "poll_set"); /* a draining slot is a place for a client */
  st16(LINUX_POLLIN, T0, POLLFD_EVENTS);
  call("arm_deadline");
  leave();
  label("gone");
  call("close_connection");
  leave();
}

/* trim_page: gives back what the mapping holds before and after the bytes still to be sent, while a client takes its
 * time: the workspace is many times the page. Pages may be as large as 64 KB (arm64). */
static void lay_trim_page(void) {
  Reg start = S2, end = S3;
  routine("trim_page");
  enter(start, end);
  ld64(A0, SLOT, SLOT_MAPPING);
  beq(A0, 0, "done");
  ld64(end, SLOT, SLOT_MAPPING_SIZE);
  add(end, end, A0); /* end of the mapping */
  ld64(start, SLOT, SLOT_OUT);
  and(start, start, -(64 << 10));
  sub(A1, start, A0);
  ble(A1, 0, "front_kept");
  call("unmap_memory");
  blt(A0, 0, "done");
  st64(start, SLOT, SLOT_MAPPING);
  sub(T0, end, start);
  st64(T0, SLOT, SLOT_MAPPING_SIZE);
  label("front_kept");
  ld64(A0, SLOT, SLOT_OUT);
  ld64(T0, SLOT, SLOT_LEFT);
  add(A0, A0, T0);
  add(A0, A0, (64 << 10) - 1);
  and(A0, A0, -(64 << 10));
  sub(A1, end, A0);
  ble(A1, 0, "done");
  mov(end, A0);
  call("unmap_memory");
  blt(A0, 0, "done");
  ld64(T0, SLOT, SLOT_MAPPING);
  sub(T0, end, T0);
  st64(T0, SLOT, SLOT_MAPPING_SIZE);
  label("done");
  leave();
}

/* drain_request: DRAINING, and there is something to read, which is thrown away, up to DRAIN_LIMIT. */
static void lay_drain_request(void) {
  routine("drain_request");
  enter_bare();
  label("read");
  ld32(A0, POLLFD, POLLFD_FD);
  ld64(A1, SLOT, SLOT_BUFFER);
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
}

/* advance_connection: something has happened on the socket of the slot, which is not FREE. */
static void lay_advance_connection(void) {
  data("handlers", 2); /* by state */
  data_offset16("close_connection", "handlers");
  data_offset16("receive_request", "handlers");
  data_offset16("send_response", "handlers");
  data_offset16("drain_request", "handlers");

  routine("advance_connection");
  ld64(T0, SLOT, SLOT_STATE);
  jump_table(T0, "handlers");
}

/* expire_connection: the deadline of the slot has passed. Who has not sent a request is told so. */
static void lay_expire_connection(void) {
  routine("expire_connection");
  ld64(T0, SLOT, SLOT_STATE);
  li(A0, 408);
  beq(T0, READING, "answer_request");
  jump("close_connection");
}

void lay_http_connection(void) {
  lay_arm_deadline();
  lay_release_page();
  lay_close_connection();
  lay_open_connection();
  lay_render_file();
  lay_load_document();
  lay_answer_request();
  lay_receive_request();
  lay_send_response();
  lay_trim_page();
  lay_drain_request();
  lay_advance_connection();
  lay_expire_connection();
}
