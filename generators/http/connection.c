/* connection.c: one client, from accept to close.
 *
 * A connection is a slot, and a slot is always in one of four states:
 *
 *     FREE ──accept──▶ READING ──request or 5 s──▶ WRITING ──the last answer──▶ DRAINING ──end of file or 5 s──▶ FREE
 *                         ▲                           │
 *                         └──── another request ──────┘
 *
 * READING collects a request, WRITING sends the answer as the client takes it, DRAINING reads on what the client may
 * still be sending, because closing before would make the kernel reset the connection and the answer could be lost
 * (RFC 9112, 9.6). A new client may take the slot of a draining one, so DRAINING holds nobody up.
 *
 * A request is answered as soon as its header section is complete. What it has of content is passed over after that,
 * as it comes. What stands in the buffer after the request is the beginning of the next one (RFC 9112, 9.3.2).
 * The routines here work on S0 = the slot, and never wait. */
#include "server.h"

#define SLOT S0

/* arm_patience: in A0, A1 = seconds, as of arm_deadline; but the deadline is END_READING from now when the server is to
 * end. */
static void lay_arm_deadline(void) {
  routine("arm_patience", in(A0, A1, S0), destroys(A0, A1, ALL_T));
  ld64_of(T0, "server", SERVER_ENDING);
  beq(T0, 0, "arm_deadline");
  li(A0, END_READING / SECOND);
  jump("arm_deadline");

  /* arm_deadline: in A0, A1 = seconds. The slot's deadline is A0 from now, and after A1 it may be given to another
   * client. */
  routine("arm_deadline", in(A0, A1, S0), destroys(A0, A1, ALL_T));
  ld64_of(T0, "server", SERVER_NOW);
  li(T1, SECOND);
  mul(A1, A1, T1);
  add(A1, A1, T0);
  st64(A1, SLOT, SLOT_GIVES_WAY);
  mul(A0, A0, T1);
  add(A0, A0, T0);
  jump("set_deadline");

  /* set_deadline: in A0 = the slot's deadline. */
  routine("set_deadline", in(A0, S0), destroys(A1, T0));
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
  routine("watch_socket", in(A4, S0), destroys(A0, A1, A2, A3, A5, ALL_T));
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

/* release_page: gives up the kept page that is sent, if there is one, and closes the file, if there is one. */
static void lay_release_page(void) {
  routine("release_page", in(S0), destroys(A0, A1, A2, ALL_T));
  ld64(A0, SLOT, SLOT_FILE);
  beq(A0, 0, "no_file");
  st64(0, SLOT, SLOT_FILE);
  sub(A0, A0, 1);
  sys(NR_CLOSE);
  label("no_file");
  ld64(A0, SLOT, SLOT_PAGE);
  st64(0, SLOT, SLOT_PAGE);
  bne(A0, 0, "drop_kept");
  ret();
}

/* release_buffer: gives back the mapping of the octets received, if they have one. They are gone. */
static void lay_release_buffer(void) {
  routine("release_buffer", in(S0), destroys(A0, A1, A2, ALL_T));
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
  routine("grow_buffer", in(S0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
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

/* consume_octets: in A0 = place in the buffer. What stands before it is gone; what is left moves to the front, into the
 * slot again if there is room for it. */
static void lay_consume_octets(void) {
  Reg place = S1, left = S2;
  routine("consume_octets", in(A0, S0), destroys(A0, A1, A2, ALL_T));
  enter(place, left);
  mov(place, A0);
  ld64(left, SLOT, SLOT_BUFFER);
  ld64(T0, SLOT, SLOT_FILLED);
  add(left, left, T0);
  sub(left, left, place);
  ld64(A0, SLOT, SLOT_BUFFER);
  bgtu(left, SMALL_ROOM, "move");
  add(A0, SLOT, SLOT_SMALL);
  label("move");
  mov(A1, place);
  mov(A2, left);
  call("append_bytes");
  bgtu(left, SMALL_ROOM, "moved");
  call("release_buffer");
  label("moved");
  st64(left, SLOT, SLOT_FILLED);
  leave();
}

/* close_connection: frees the slot and what it holds. */
static void lay_close_connection(void) {
  routine("close_connection", in(S0), destroys(ALL_A, ALL_T));
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
  routine("open_connection", in(A0, S0), destroys(ALL_A, ALL_T));
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
  st64(0, SLOT, SLOT_TRAITS);
  st64(0, SLOT, SLOT_IDLE);
  st64(0, SLOT, SLOT_CONTENT + CONTENT_LEFT);
  st64(CONTENT_PLAIN, SLOT, SLOT_CONTENT + CONTENT_CHUNKS);
  li(A0, PATIENCE / SECOND);
  li(A1, GIVES_WAY_READING / SECOND);
  call("arm_deadline");
  jump("returned");
  label("close_connection_here"); /* the kernel has no memory to watch it */
  call("close_connection");
  label("returned");
  leave();
}

/* is_client_gone: out A0 = not 0 if the client has reset its connection. One that has only ended its side waits for the
 * answer. */
static void lay_is_client_gone(void) {
  routine("is_client_gone", in(S0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
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

/* begin_content: in A0 = status that the request deserves. Passes over what has come of the request's content. Out A0 =
 * status, which becomes an error's if the content is malformed. The connection persists if the client wants it to (RFC
 * 9112, 9.3), and the rest of the content may come. */
static void lay_begin_content(void) {
  Reg status = S1;
  routine("begin_content", in(A0, S0), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(status);
  mov(status, A0);
  ld64(T1, SLOT, SLOT_TRAITS);
  bclr(T1, REQUEST_PERSISTS, "last");
  la(A3, "request");
  ld64(T0, A3, REQUEST_LENGTH);
  st64(T0, SLOT, SLOT_CONTENT + CONTENT_LEFT);
  shr(T0, T1, 6); /* REQUEST_CHUNKED becomes CHUNK_SIZE_LINE, and nothing CONTENT_PLAIN */
  and(T0, T0, 1);
  st64(T0, SLOT, SLOT_CONTENT + CONTENT_CHUNKS);
  st64(0, SLOT, SLOT_CONTENT + CONTENT_TAKEN);
  ld64(A0, A3, REQUEST_END);
  ld64(A1, SLOT, SLOT_BUFFER);
  ld64(T0, SLOT, SLOT_FILLED);
  add(A1, A1, T0);
  add(A2, SLOT, SLOT_CONTENT);
  call("skip_content");
  st64(A1, A3, REQUEST_END);
  ld64(T1, SLOT, SLOT_TRAITS);
  bleu(A0, 1, "well_formed");
  mov(status, A0);
  jump("does_not_persist");
  label("well_formed");
  ld64_of(T0, "server", SERVER_ENDING);
  bne(T0, 0, "does_not_persist");
  bset(T1, REQUEST_CLOSE, "does_not_persist");
  bclr(T1, REQUEST_HTTP_1_0, "persists");
  bclr(T1, REQUEST_KEEP_ALIVE, "does_not_persist");
  label("persists");
  bne(A0, 0, "last"); /* all has come, and nobody waits for 100 Continue */
  bclr(T1, REQUEST_EXPECT, "done");
  bltu(status, 400, "done"); /* it is asked for by 100 Continue */
  label("does_not_persist");
  and(T1, T1, ~REQUEST_PERSISTS);
  label("last");
  and(T1, T1, ~REQUEST_EXPECT);
  st64(T1, SLOT, SLOT_TRAITS);
  label("done");
  mov(A0, status);
  leave();
}

/* answer_request: in A0 = status that the request deserves, which "request" and SLOT_TRAITS describe. Prepares the
 * answer and sends what can be sent at once. Nothing is rendered for a client that is gone. */
static void lay_answer_request(void) {
  Reg status = S1, page = S2, length = S3;
  routine("answer_request", in(A0, S0, S2), destroys(ALL_A, ALL_T));
  enter(status, page, length);
  call("begin_content");
  mov(status, A0);
  ld64_of(A0, "server", SERVER_NOW);
  call("refresh_date");
  li(length, 0);
  bne(status, 200, "compose");
  call("find_resource");
  mov(status, A0);
  bne(status, 200, "compose");
  ld64_of(T0, "resource", RESOURCE_KIND);
  beq(T0, RESOURCE_AS_IT_IS, "as_it_is");
  call("render_resource");
  beq(A0, 0, "gone");
  mov(status, A0);
  mov(page, A1);
  mov(length, A2);
  bne(status, 200, "compose");
  jump("judge");
  label("as_it_is");
  li(page, 0);
  call("hash_status");
  mov(length, A1);
  mov(A3, A0);
  label("judge");
  ld64_of(T0, "resource", RESOURCE_KIND);
  li(A0, -1);
  beq(T0, RESOURCE_LISTING, "undated"); /* it changes when what a link leads to does */
  ld64_of(A0, "file_status", STAT_MTIME);
  label("undated");
  call("note_modified");
  mov(A0, page);
  mov(A1, length);
  ld64(A2, SLOT, SLOT_TRAITS);
  call("judge_conditions");
  mov(status, A0);
  mov(page, A1);
  mov(length, A2);
  label("compose");
  add(A0, SLOT, SLOT_ANSWER);
  bne(status, 301, "place_known");
  la(A0, "long_answer"); /* the slot may have no room for the place that it is moved to */
  label("place_known");
  mov(A1, status);
  mov(A2, length);
  ld64(A3, SLOT, SLOT_TRAITS);
  call("compose_response");
  ld64(T0, SLOT, SLOT_TRAITS);
  bclr(T0, REQUEST_HEAD, "content_too");
  li(length, 0);
  mov(A1, A0);
  label("content_too");
  beq(status, 301, "moved");
  st64(page, SLOT, SLOT_OUT);
  st64(length, SLOT, SLOT_LEFT);
  add(A2, SLOT, SLOT_ANSWER);
  sub(A1, A1, A2);
  st64(A2, SLOT, SLOT_HEAD_OUT);
  st64(A1, SLOT, SLOT_HEAD_LEFT);
  label("composed");
  la(A1, "in_hand");
  ld64(T0, A1, IN_HAND_KEPT);
  st64(T0, SLOT, SLOT_PAGE);
  st64(0, A1, IN_HAND_KEPT);
  mov(A0, status);
  call("log_answer");
  call("take_file");
  ld64(T0, SLOT, SLOT_TRAITS);
  bset(T0, REQUEST_PERSISTS, "goes_on");
  call("release_buffer");
  jump("send");
  label("goes_on");
  ld64_of(A0, "request", REQUEST_END);
  call("consume_octets");
  label("send");
  st64(WRITING, SLOT, SLOT_STATE);
  li(A0, TAKE_PATIENCE / SECOND);
  li(A1, GIVES_WAY_WRITING / SECOND);
  call("arm_deadline");
  call("send_response");
  call("tidy_document");
  jump("returned");
  label("gone");
  call("close_connection");
  label("returned");
  leave();
  label("moved"); /* the whole answer goes as a page does */
  la(page, "long_answer");
  sub(A0, A1, page);
  st64(A0, SLOT, SLOT_LEFT);
  st64(page, SLOT, SLOT_OUT);
  st64(0, SLOT, SLOT_HEAD_LEFT);
  la(A1, "in_hand");
  st64(page, A1, IN_HAND_PAGE);
  st64(A0, A1, IN_HAND_LENGTH);
  st64(SLOT, A1, IN_HAND_HASH); /* no other client shall get it */
  jump("composed");
  bss("long_answer", LOCATION_ROOM, 8);
  bss("in_hand", IN_HAND_SIZE, 8);

  /* take_file: if "resource" is still open, and something of it is to be sent, it is the slot's from now on; else it is
   * closed. */
  routine("take_file", in(S0), destroys(A0, A1, ALL_T));
  ld64(T0, SLOT, SLOT_HEAD_LEFT);
  beq(T0, 0, "close_resource");
  ld64(T0, SLOT, SLOT_LEFT);
  beq(T0, 0, "close_resource");
  la(A1, "resource");
  ld64(T0, A1, RESOURCE_FILE);
  st64(T0, SLOT, SLOT_FILE);
  st64(0, A1, RESOURCE_FILE);
  ret();

  /* answer_error: in A0 = status of what has come so far. It is the last answer. A request that has its answer already,
   * and whose content is wrong, gets no other one. */
  routine("answer_error", in(A0, S0, S2), destroys(ALL_A, ALL_T));
  ld64(T0, SLOT, SLOT_CONTENT + CONTENT_LEFT);
  ld64(T1, SLOT, SLOT_CONTENT + CONTENT_CHUNKS);
  or (T0, T0, T1);
  bne(T0, 0, "end_answers");
  ld64(T0, SLOT, SLOT_TRAITS);
  and(T0, T0, ~(REQUEST_PERSISTS | REQUEST_EXPECT));
  st64(T0, SLOT, SLOT_TRAITS);
  jump("answer_request");
}

/* receive_request: READING, and there is something to read. An end of file within a request is a malformed one;
 * before it, or within the content of the one before, the client is gone. */
static void lay_receive_request(void) {
  routine("receive_request", in(S0, S2), destroys(ALL_A, ALL_T));
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
  beq(A0, -LINUX_EAGAIN, "answer");
  blt(A0, 0, "gone");
  beq(A0, 0, "end_of_file");
  ld64(A1, SLOT, SLOT_FILLED);
  add(A1, A1, A0);
  st64(A1, SLOT, SLOT_FILLED);
  ld64(T0, SLOT, SLOT_IDLE);
  beq(T0, 0, "answer");
  st64(0, SLOT, SLOT_IDLE); /* the next request begins */
  li(A0, PATIENCE / SECOND);
  li(A1, GIVES_WAY_READING / SECOND);
  call("arm_deadline");
  label("answer");
  call("answer_requests");
  jump("returned");
  label("end_of_file");
  ld64(T0, SLOT, SLOT_CONTENT + CONTENT_CHUNKS);
  bne(T0, CONTENT_PLAIN, "gone");
  ld64(A1, SLOT, SLOT_FILLED);
  beq(A1, 0, "gone");
  ld64(A0, SLOT, SLOT_BUFFER);
  call("parse_request");
  bne(A0, 0, "answer"); /* others had their turn before it */
  li(A0, 400);
  call("answer_error");
  jump("returned");
  label("gone");
  call("close_connection");
  label("returned");
  leave();
}

/* answer_requests: READING. Answers the requests that the buffer holds, AT_A_TIME at most, and passes over their
 * content. Where more are left, they have their turn when the socket has room to write, which it has at once. */
static void lay_answer_requests(void) {
  Reg turns = S1, ended = S2;
  routine("answer_requests", in(S0, S2), destroys(ALL_A, ALL_T));
  enter(turns, ended);
  li(turns, AT_A_TIME);
  label("next");
  ld64(A1, SLOT, SLOT_FILLED);
  beq(A1, 0, "wait");
  ld64(A0, SLOT, SLOT_BUFFER);
  ld64(T0, SLOT, SLOT_CONTENT + CONTENT_LEFT);
  ld64(T1, SLOT, SLOT_CONTENT + CONTENT_CHUNKS);
  or (T0, T0, T1);
  bne(T0, 0, "content"); /* CONTENT_PLAIN is 0 */
  beq(turns, 0, "others_turn");
  sub(turns, turns, 1);
  call("parse_request");
  st64(A1, SLOT, SLOT_TRAITS);
  beq(A0, 0, "incomplete");
  call("answer_request");
  /* it was answered, but for a body that is still to be sent */
  ld64(T0, SLOT, SLOT_STATE);
  beq(T0, READING, "next");
  jump("returned");

  label("content");
  add(A1, A1, A0);
  add(A2, SLOT, SLOT_CONTENT);
  call("skip_content");
  bgtu(A0, 1, "error");
  mov(ended, A0);
  mov(A0, A1);
  call("consume_octets");
  li(A2, 400);
  beq(ended, 0, "incomplete");
  call("await_request");
  jump("next");

  label("incomplete"); /* A2: the status if there is no room for more */
  mov(A0, A2);
  ld64(T0, SLOT, SLOT_FILLED);
  beq(T0, REQUEST_ROOM, "error");
  bne(T0, SMALL_ROOM, "wait");
  ld64(T0, SLOT, SLOT_ROOM);
  bne(T0, SMALL_ROOM, "wait");
  call("grow_buffer");
  beq(A0, 0, "wait");
  li(A0, 503);
  label("error");
  call("answer_error");
  jump("returned");

  label("others_turn");
  li(A4, LINUX_EPOLLOUT);
  call("watch_socket");
  jump("returned");
  label("wait");
  li(A4, LINUX_EPOLLIN);
  call("watch_socket");
  label("returned");
  leave();
}

/* await_request: the answer is sent, or the content of the request has come to its end. The slot is READING: the next
 * request, whose time begins, or what is still to come of the content; or it is idle. */
static void lay_await_request(void) {
  routine("await_request", in(S0), destroys(A0, A1, ALL_T));
  enter_bare();
  st64(READING, SLOT, SLOT_STATE);
  ld64(T0, SLOT, SLOT_FILLED);
  ld64(A1, SLOT, SLOT_CONTENT + CONTENT_LEFT);
  or (T0, T0, A1);
  ld64(A1, SLOT, SLOT_CONTENT + CONTENT_CHUNKS);
  or (T0, T0, A1);
  li(A0, PATIENCE / SECOND);
  bne(T0, 0, "within_request");
  st64(1, SLOT, SLOT_IDLE);
  li(A0, IDLE_PATIENCE / SECOND);
  label("within_request");
  li(A1, GIVES_WAY_READING / SECOND);
  call("arm_patience");
  leave();
}

/* continue_response: WRITING, and there is room to write. Where that was all, the next request may have come already.
 */
static void lay_continue_response(void) {
  routine("continue_response", in(S0, S2), destroys(ALL_A, ALL_T));
  enter_bare();
  call("send_response");
  ld64(T0, SLOT, SLOT_STATE);
  bne(T0, READING, "not_yet");
  call("answer_requests");
  label("not_yet");
  leave();
}

/* send_response: WRITING, and there may be room to write. One write a time, of WRITE_STEP at most, so that a client
 * that reads fast does not hold up the others either. */
static void lay_send_response(void) {
  Reg taken = S1;
  routine("send_response", in(S0), destroys(ALL_A, ALL_T));
  enter(taken);
  label("write");
  ld64(T1, SLOT, SLOT_FILE);
  bne(T1, 0, "from_file");
  label("head_first");
  la(A1, "parts");
  ld64(T0, SLOT, SLOT_HEAD_OUT);
  st64(T0, A1, IOVEC_BASE);
  ld64(T0, SLOT, SLOT_HEAD_LEFT);
  st64(T0, A1, IOVEC_LENGTH);
  ld64(T0, SLOT, SLOT_OUT);
  st64(T0, A1, IOVEC_SIZE + IOVEC_BASE);
  li(T0, 0);
  bne(T1, 0, "within_step"); /* the file comes after it */
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
  ld64(T0, SLOT, SLOT_FILE);
  bne(T0, 0, "write");
  ld64(A0, SLOT, SLOT_OUT);
  add(A0, A0, taken);
  st64(A0, SLOT, SLOT_OUT);
  label("counted");
  ld64(A0, SLOT, SLOT_LEFT);
  sub(A0, A0, taken);
  st64(A0, SLOT, SLOT_LEFT);
  beq(A0, 0, "all_written");
  label("waiting");
  call("keep_page");
  blt(A0, 0, "gone");
  li(A4, LINUX_EPOLLOUT);
  call("watch_socket");
  jump("returned");
  label("within_head");
  sub(A0, A0, taken);
  st64(A0, SLOT, SLOT_HEAD_LEFT);
  ld64(A0, SLOT, SLOT_HEAD_OUT);
  add(A0, A0, taken);
  st64(A0, SLOT, SLOT_HEAD_OUT);
  jump("waiting");
  label("from_file");
  ld64(T0, SLOT, SLOT_HEAD_LEFT);
  bne(T0, 0, "head_first");
  ld32(A0, SLOT, SLOT_SOCKET);
  sub(A1, T1, 1);
  add(A2, SLOT, SLOT_OUT);
  ld64(A3, SLOT, SLOT_LEFT);
  bleu(A3, WRITE_STEP, "step_of_file");
  li(A3, WRITE_STEP);
  label("step_of_file");
  sys(NR_SENDFILE);
  beq(A0, -LINUX_EINTR, "write");
  beq(A0, -LINUX_EAGAIN, "waiting");
  ble(A0, 0, "gone"); /* the file has become shorter than its length that was told */
  mov(taken, A0);
  call("note_taken");
  jump("counted");
  label("all_written");
  call("release_page");
  ld64(T0, SLOT, SLOT_TRAITS);
  bset(T0, REQUEST_PERSISTS, "goes_on");
  call("end_answers");
  jump("returned");
  label("goes_on");
  call("await_request");
  jump("returned");
  label("gone");
  call("close_connection");
  label("returned");
  leave();
  bss("parts", 2 * IOVEC_SIZE, 8);

  /* end_answers: the client gets no more, and is told so. The slot is DRAINING. */
  routine("end_answers", in(S0), destroys(ALL_A, ALL_T));
  enter_bare();
  ld32(A0, SLOT, SLOT_SOCKET);
  li(A1, LINUX_SHUT_WR);
  sys(NR_SHUTDOWN);
  blt(A0, 0, "gone");
  call("release_buffer"); /* and SLOT_FILLED is 0 */
  st64(DRAINING, SLOT, SLOT_STATE);
  li(A4, LINUX_EPOLLIN);
  call("watch_socket");
  call("resume_accepting"); /* a draining slot is a place for a client */
  li(A0, PATIENCE / SECOND);
  li(A1, 0);
  call("arm_patience");
  st64(0, SLOT, SLOT_GIVES_WAY);
  label("returned");
  leave();
  label("gone");
  call("close_connection");
  jump("returned");
}

/* note_taken: in A0 = bytes of the answer that the client has taken. They put its deadline off. */
static void lay_note_taken(void) {
  routine("note_taken", in(A0, S0), destroys(A0, A1, ALL_T));
  mul(A0, A0, TAKE_PER_BYTE);
  ld64(T0, SLOT, SLOT_DEADLINE);
  add(A0, A0, T0);
  la(A1, "server");
  ld64(T0, A1, SERVER_ENDING);
  bne(T0, 0, "as_it_is"); /* its time is not made longer any more */
  ld64(T0, A1, SERVER_NOW);
  li(T1, TAKE_PATIENCE);
  add(T0, T0, T1);
  bleu(A0, T0, "set_deadline");
  mov(A0, T0);
  jump("set_deadline");
  label("as_it_is");
  ret();
}

/* drain_request: DRAINING, and there is something to read, which is thrown away, up to DRAIN_LIMIT. */
static void lay_drain_request(void) {
  routine("drain_request", in(S0), destroys(ALL_A, ALL_T));
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
  jump("returned");
  label("finished");
  call("close_connection");
  label("returned");
  leave();
  bss("drained", REQUEST_ROOM, 64);
}

/* advance_connection: something has happened on the socket of the slot. */
static void lay_advance_connection(void) {
  data("handlers", 2); /* by state */
  data_offset16("advance_connection.passed_over", "handlers");
  data_offset16("receive_request", "handlers");
  data_offset16("continue_response", "handlers");
  data_offset16("drain_request", "handlers");

  routine("advance_connection", in(S0, S2), destroys(ALL_A, ALL_T));
  ld64(T0, SLOT, SLOT_STATE);
  jump_table(T0, "handlers");
  label("passed_over"); /* the slot has been freed since the event was told */
  ret();
}

/* expire_connection: the time of the slot is over. Who has not ended a request is told so. */
static void lay_expire_connection(void) {
  routine("expire_connection", in(S0, S2), destroys(ALL_A, ALL_T));
  ld64(T0, SLOT, SLOT_STATE);
  bne(T0, READING, "close_connection");
  ld64(T0, SLOT, SLOT_IDLE);
  bne(T0, 0, "close_connection");
  li(A0, 408);
  jump("answer_error");
}

void lay_http_connection(void) {
  lay_arm_deadline();
  lay_watch_socket();
  lay_release_page();
  lay_release_buffer();
  lay_grow_buffer();
  lay_consume_octets();
  lay_close_connection();
  lay_open_connection();
  lay_is_client_gone();
  lay_begin_content();
  lay_answer_request();
  lay_receive_request();
  lay_answer_requests();
  lay_await_request();
  lay_continue_response();
  lay_send_response();
  lay_note_taken();
  lay_drain_request();
  lay_advance_connection();
  lay_expire_connection();
}

/* SPDX-License-Identifier: MIT */
