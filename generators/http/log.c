/* log.c: the access log, in the Common Log Format, a line for each answer when it begins:
 *
 *     127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] "GET / HTTP/1.1" 200 11
 *
 * The request line is escaped as Apache does it, and cut where it is long. The lines of a turn of the event loop are
 * written at its end, to descriptor 1, or before as many have come as a pipe takes at once. What nobody takes is lost:
 * clients do not wait for it. */
#include "server.h"

#define SLOT S0

enum {
  LOG_LINE = 3072,      /* octets that a line has at most */
  LOG_REQUEST = 700,    /* octets of a request line that are told */
  DATE_LINE_DAY = 8 + 5 /* octets of "date_line" before the day of the month */
};

/* append_octet_escaped: in A0 = destination, T0 = octet. Out A0 = after it, as Apache writes it in a log. */
static void lay_append_octet_escaped(void) {
  routine("append_octet_escaped", in(A0, T0), out(A0), destroys(A1, ALL_T));
  beq(T0, '"', "letter");
  beq(T0, '\\', "letter");
  bgeu(T0, 0x7f, "digits");
  bgeu(T0, ' ', "as_it_is");
  sub(T1, T0, '\b');
  bgtu(T1, '\v' - '\b', "digits"); /* a line feed does not come here */
  shl(T1, T1, 3);
  li(T0, 'b' | 't' << 8 | 'n' << 16 | 'v' << 24);
  shr(T0, T0, T1);
  label("letter");
  st8_next('\\', A0);
  label("as_it_is");
  st8_next(T0, A0);
  ret();
  label("digits");
  st16('\\' | 'x' << 8, A0, 0);
  la(A1, "hex_digits");
  shr(T1, T0, 4);
  ld8x(T1, A1, T1);
  or (T1, T1, 0x20); /* in small letters */
  st8(T1, A0, 2);
  and(T0, T0, 15);
  ld8x(T0, A1, T0);
  or (T0, T0, 0x20);
  st8(T0, A0, 3);
  add(A0, A0, 4);
  ret();
}

/* log_answer: in A0 = status of an answer that begins, SLOT with the octets of its request. Adds its line to the log,
 * if that is wanted. */
static void lay_log_answer(void) {
  Reg status = S1, octet = S2, end = S3;
  static const NamedString strings[] = {{"log_time", " - - [dd/Mmm/yyyy:hh:mm:ss +0000] \""}};
  packed_strings(strings);

  routine("log_answer", in(A0, S0), destroys(A0, A1, A2, A3, A4, ALL_T));
  ld64_of(T0, "access_log", LOG_NAME);
  bne(T0, 0, "wanted");
  ret();
  label("wanted");
  enter(status, octet, end);
  mov(status, A0);
  ld64_of(T0, "access_log", LOG_LENGTH);
  bleu(T0, LOG_ROOM - LOG_LINE, "room");
  call("flush_log");
  label("room");
  ld32(A0, SLOT, SLOT_SOCKET);
  la(A1, "peer");
  la(A2, "address_size");
  st32(SOCKADDR_IN6_SIZE, A2, 0);
  sys(NR_GETPEERNAME); /* of one that has gone, it is that of the client before */
  la(A0, "access_log");
  ld64(T0, A0, LOG_LENGTH);
  add(A0, A0, T0);
  add(A0, A0, LOG_TEXT);
  call("append_host");
  la(A1, "log_time");
  call("append_string");
  la(A1, "date_line");
  ld16(T0, A1, DATE_LINE_DAY);
  st16(T0, A0, -29);
  ld32(T0, A1, DATE_LINE_DAY + 3); /* with a blank, where the slash goes */
  st32(T0, A0, -26);
  st8('/', A0, -23);
  ld32(T0, A1, DATE_LINE_DAY + 7);
  st32(T0, A0, -22);
  ld64(T0, A1, DATE_LINE_DAY + 12);
  st64(T0, A0, -17);

  ld64(octet, SLOT, SLOT_BUFFER);
  ld64(end, SLOT, SLOT_FILLED);
  add(end, end, octet);
  label("before_request_line");
  bgeu(octet, end, "no_request_line");
  ld8_next(T0, octet);
  beq(T0, '\r', "before_request_line");
  beq(T0, '\n', "before_request_line");
  sub(octet, octet, 1);
  add(T1, octet, LOG_REQUEST);
  bgeu(T1, end, "next_octet");
  mov(end, T1);
  label("next_octet");
  bgeu(octet, end, "request_line_ended");
  ld8(T0, octet, 0);
  beq(T0, '\r', "request_line_ended");
  beq(T0, '\n', "request_line_ended");
  add(octet, octet, 1);
  call("append_octet_escaped");
  jump("next_octet");
  label("no_request_line");
  st8_next('-', A0);
  label("request_line_ended");
  st16_next('"' | ' ' << 8, A0);
  mov(A1, status);
  call("append_decimal");
  st8(' ', A0, 0);
  add(end, A0, 1);
  ld64(A1, SLOT, SLOT_LEFT);
  bltu(status, 300, "length_known");
  mov(A0, status);
  call("find_reason");
  add(A1, A1, ERROR_PAGE_MARKUP);
  beq(status, 304, "no_content");
  ld64(T0, SLOT, SLOT_TRAITS);
  bclr(T0, REQUEST_HEAD, "length_known");
  label("no_content");
  li(A1, 0);
  label("length_known");
  mov(A0, end);
  bne(A1, 0, "content");
  st8_next('-', A0);
  jump("line_ends");
  label("content");
  call("append_decimal");
  label("line_ends");
  st8('\n', A0, 0);
  la(A1, "access_log");
  sub(A0, A0, A1);
  sub(A0, A0, LOG_TEXT - 1);
  st64(A0, A1, LOG_LENGTH);
  leave();
  bss("access_log", LOG_SIZE, 8);
  bss("peer", SOCKADDR_IN6_SIZE + 4, 8);
}

/* append_host: in A0 = destination, A1 = struct sockaddr_in or sockaddr_in6. Out A0 = after its address. One of IPv4
 * that has come to an IPv6 socket (RFC 4291, 2.5.5.2) is told as what it is. */
static void lay_append_host(void) {
  routine("append_host", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  ld16(T0, A1, SOCKADDR_FAMILY);
  bne(T0, LINUX_AF_INET6, "ipv4");
  ld64(T0, A1, SOCKADDR_IN6_ADDRESS);
  bne(T0, 0, "ipv6");
  ld32(T0, A1, SOCKADDR_IN6_ADDRESS + 8);
  li(T1, INT64_C(0xffff0000));
  beq(T0, T1, "mapped");
  label("ipv6");
  add(A1, A1, SOCKADDR_IN6_ADDRESS);
  jump("append_ipv6");
  label("mapped");
  add(A1, A1, SOCKADDR_IN6_ADDRESS + 12 - SOCKADDR_ADDRESS);
  label("ipv4");
  enter_bare();
  call("append_socket_address");
  label("in_port");
  sub(A0, A0, 1);
  ld8(T0, A0, 0);
  bne(T0, ':', "in_port");
  leave();
}

/* flush_log: writes the lines that wait. */
static void lay_flush_log(void) {
  routine("flush_log", destroys(A0, A1, A2, A3, A4, ALL_T));
  la(A1, "access_log");
  ld64(A2, A1, LOG_LENGTH);
  bne(A2, 0, "any");
  ret();
  label("any");
  st64(0, A1, LOG_LENGTH);
  add(A1, A1, LOG_TEXT);
  li(A0, 1);
  jump("write_if_ready");
}

enum { LOG_MODE = 0644, LOG_FLAGS = LINUX_O_WRONLY | LINUX_O_CREAT | LINUX_O_APPEND | LINUX_O_CLOEXEC };

/* open_log_file: out A0 = descriptor of the log, which is a file, or -errno. By openat2, which the sandbox leaves. */
static void lay_open_log_file(void) {
  data("log_how", 8); /* struct open_how */
  data_value(64, LOG_FLAGS);
  data_value(64, LOG_MODE);
  data_value(64, 0);

  routine("open_log_file", out(A0), destroys(A1, A2, A3, ALL_T));
  li(A0, LINUX_AT_FDCWD);
  ld64_of(A1, "access_log", LOG_NAME);
  la(A2, "log_how");
  li(A3, OPEN_HOW_SIZE);
  sys(NR_OPENAT2);
  bne(A0, -LINUX_ENOSYS, "opened");
  li(A0, LINUX_AT_FDCWD);
  li(A2, LOG_FLAGS);
  li(A3, LOG_MODE);
  sys(NR_OPENAT);
  label("opened");
  ret();

  /* open_log_folder: out A0 = descriptor of the folder in which the log is, which is a file, or -errno. */
  routine("open_log_folder", out(A0), destroys(A1, A2, A3, ALL_T));
  ld64_of(A1, "access_log", LOG_NAME);
  la(A0, "path");
  mov(A3, A0);
  label("after_slash");
  mov(A2, A0);
  label("next_octet");
  ld8_next(T0, A1);
  beq(T0, 0, "copied");
  st8_next(T0, A0);
  beq(T0, '/', "after_slash");
  jump("next_octet");
  label("copied");
  st8(0, A2, 0);
  bne(A2, A3, "named");
  st16('.', A3, 0);
  label("named");
  li(A0, LINUX_AT_FDCWD);
  mov(A1, A3);
  li(A2, bl_machine_now()->o_directory | LINUX_O_PATH | LINUX_O_CLOEXEC);
  sys(NR_OPENAT);
  ret();
}

/* open_log: opens the log, if it is wanted and is a file. Ends the program if it cannot. */
static void lay_open_log(void) {
  static const NamedString strings[] = {{"cannot_reopen", "cannot open the log again"}};
  packed_strings(strings);

  routine("open_log", destroys(A0, A1, A2, A3, ALL_T));
  enter_bare();
  li(A0, 1);
  ld64_of(A1, "access_log", LOG_NAME);
  beq(A1, 0, "opened");
  ld16(T1, A1, 0);
  beq(T1, '-', "opened");
  call("open_log_file");
  blt(A0, 0, "failed");
  label("opened");
  st64_of(A0, "access_log", LOG_FILE);
  leave();
  label("failed");
  call("reason_for");
  mov(A2, A0);
  ld64_of(A1, "access_log", LOG_NAME);
  la(A0, "nothing");
  li(A3, EXIT_FAILED);
  jump("fail");

  /* begin_log: the log takes the place of standard output, which has told what it had to. So the system calls that are
   * left need no descriptor that is known only now. */
  routine("begin_log", destroys(A0, A1, A2, A3, ALL_T));
  ld64_of(A0, "access_log", LOG_FILE);
  bne(A0, 1, "put_log_in_place");
  ret();

  /* put_log_in_place: in A0 = descriptor of the log. It becomes 1. */
  routine("put_log_in_place", in(A0), destroys(A0, A1, A2, A3, ALL_T));
  mov(A3, A0);
  li(A1, 1);
  li(A2, LINUX_O_CLOEXEC);
  sys(NR_DUP3);
  mov(A0, A3);
  sys(NR_CLOSE);
  ret();

  /* reopen_log: the log has been renamed: what comes now goes to a new file of its name. If there can be none, that is
   * told, and it goes on in the old one. */
  routine("reopen_log", destroys(A0, A1, A2, A3, A4, ALL_T));
  enter_bare();
  call("flush_log");
  call("open_log_file");
  bge(A0, 0, "reopened");
  mov(A1, A0);
  la(A0, "cannot_reopen");
  call("tell_error");
  leave();
  label("reopened");
  call("put_log_in_place");
  leave();
}

void lay_http_log(void) {
  lay_open_log_file();
  lay_open_log();
  lay_append_octet_escaped();
  lay_log_answer();
  lay_append_host();
  lay_flush_log();
}

/* SPDX-License-Identifier: MIT */
