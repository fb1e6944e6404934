/* check.c: --check URL: is there a server that answers? For containers that have no shell and no client to ask with.
 *
 * One GET, in HTTP/1.0, and of its answer the first twelve octets. Connecting has five seconds and the answer another
 * five, however it trickles in: the kernel counts them, with one call for each. */
#include "http.h"

enum { PATIENCE_SECONDS = 5, STATUS_OCTETS = 12 /* "HTTP/1.1 200" */, DEFAULT_HTTP_PORT = 80 };

/* take_server: in A0 = NUL-terminated URL. Out A0 = its path, and "listen_address" is the address and the port before
 * it; or 0 if the URL is not of that form. */
static void lay_take_server(void) {
  Reg address = S0;
  routine("take_server", in(A0), out(A0), destroys(A1, A2, ALL_T));
  enter(address);
  la(address, "listen_address"); /* of IPv4, so far */
  la(A1, "scheme");
  label("next_octet");
  ld8_next(T1, A1);
  beq(T1, 0, "host");
  ld8_next(T0, A0);
  beq(T0, T1, "next_octet");
  label("refused");
  li(A0, 0);
  leave();

  label("host");
  ld8(T0, A0, 0);
  beq(T0, '[', "ipv6");
  st16(LINUX_AF_INET, address, SOCKADDR_FAMILY);
  add(A1, address, SOCKADDR_ADDRESS);
  call("take_ipv4");
  beq(A0, 0, "refused");
  jump("port");
  label("ipv6");
  st16(LINUX_AF_INET6, address, SOCKADDR_FAMILY);
  st32(0, address, SOCKADDR_IN6_FLOW);
  add(A0, A0, 1);
  add(A1, address, SOCKADDR_IN6_ADDRESS);
  call("take_ipv6");
  beq(A0, 0, "refused");
  ld8_next(T0, A0);
  bne(T0, ']', "refused");
  label("port");
  li(A1, DEFAULT_HTTP_PORT);
  ld8(T0, A0, 0);
  bne(T0, ':', "port_known");
  add(A0, A0, 1);
  li(A1, 65535);
  call("take_decimal");
  blt(A1, 0, "refused");
  label("port_known");
  st8(A1, address, SOCKADDR_PORT + 1);
  shr(A1, A1, 8);
  st8(A1, address, SOCKADDR_PORT);
  ld8(T0, A0, 0);
  beq(T0, 0, "taken");
  bne(T0, '/', "refused");
  label("taken");
  leave();
}

/* compose_check: in A0 = path of a URL. Out A0 = how many octets stand in "drained": the request; or 0 if the path is
 * too long, or has an octet that none has. */
static void lay_compose_check(void) {
  Reg cursor = S0, end = S1, path = S2; /* those that skip_octets works with */
  routine("compose_check", in(A0), out(A0), destroys(A1, ALL_T));
  enter(cursor, end, path);
  mov(path, A0);
  mov(cursor, A0);
  li(end, -1); /* the octet that ends it is in no target */
  la(A1, "target_octets");
  call("skip_octets");
  bne(A0, 0, "refused");
  sub(T0, cursor, path);
  bgtu(T0, PATH_LIMIT, "refused");
  la(A0, "drained");
  la(A1, "check_method");
  call("append_string");
  mov(A1, path);
  beq(cursor, path, "without_slash");
  add(A1, A1, 1);
  label("without_slash");
  call("append_string");
  la(A1, "check_version");
  call("append_string");
  la(A1, "drained");
  sub(A0, A0, A1);
  leave();
  label("refused");
  li(A0, 0);
  leave();
}

/* check_url: in A0 = NUL-terminated URL. Ends the program: with 0 if the server there answers 2xx or 3xx. */
static void lay_check_url(void) {
  Reg url = S0, socket = S1, length = S2;
  static const NamedString strings[] = {
      {"bad_url_text", "bad URL '"},    {"url_meant", "'; http://127.0.0.1:8006/ is meant, or http://[::1]:8006/"},
      {"check_method", "GET /"},        {"check_version", " HTTP/1.0\r\n\r\n"},
      {"answer_is", "the answer is '"}, {"answer_ends", "'"}};
  packed_strings(strings);
  data("check_patience", 8); /* struct timeval */
  data_value(64, PATIENCE_SECONDS);
  data_value(64, 0);

  routine("check_url", in(A0), no_return);
  never_returns();
  mov(url, A0);
  call("take_server");
  beq(A0, 0, "bad_url");
  call("compose_check");
  beq(A0, 0, "bad_url");
  mov(length, A0);
  call("ignore_sigpipe");
  ld16_of(A0, "listen_address", SOCKADDR_FAMILY);
  li(A1, LINUX_SOCK_STREAM | LINUX_O_CLOEXEC);
  li(A2, 0);
  sys(NR_SOCKET);
  blt(A0, 0, "failed");
  mov(socket, A0);
  li(A1, LINUX_SOL_SOCKET);
  li(A2, LINUX_SO_SNDTIMEO);
  la(A3, "check_patience");
  li(A4, 16);
  sys(NR_SETSOCKOPT); /* cannot fail: the socket is ours, and five seconds are seconds */
  mov(A0, socket);
  li(A2, LINUX_SO_RCVTIMEO);
  sys(NR_SETSOCKOPT);
  mov(A0, socket);
  la(A1, "listen_address");
  li(A2, SOCKADDR_IN6_SIZE); /* which is enough for IPv4 too */
  sys(NR_CONNECT);
  blt(A0, 0, "failed");
  mov(A0, socket);
  la(A1, "drained");
  mov(A2, length);
  sys(NR_WRITE); /* so little is taken at once, or not at all; then there is no answer */
  mov(A0, socket);
  li(A2, STATUS_OCTETS);
  li(A3, LINUX_MSG_WAITALL);
  li(A4, 0);
  li(A5, 0);
  sys(NR_RECVFROM);
  beq(A0, -LINUX_EAGAIN, "late");
  blt(A0, 0, "failed");
  add(T0, A1, A0);
  st8(0, T0, 0);
  bltu(A0, STATUS_OCTETS, "refused");
  ld32(T0, A1, 0);
  bne(T0, 'H' | 'T' << 8 | 'T' << 16 | 'P' << 24, "refused");
  ld8(T0, A1, STATUS_OCTETS - 3);
  sub(T0, T0, '2');
  bgtu(T0, 1, "refused");
  li(A0, EXIT_DONE);
  sys(NR_EXIT_GROUP);
  label("refused");
  fail_with("answer_is", A1, "answer_ends", EXIT_FAILED);
  label("late");
  li(A0, -LINUX_EINPROGRESS); /* as it is called where connecting takes too long */
  label("failed");
  call("reason_for");
  mov(A2, A0);
  mov(A1, url);
  la(A0, "nothing");
  li(A3, EXIT_FAILED);
  jump("fail");
  label("bad_url");
  fail_with("bad_url_text", url, "url_meant", EXIT_USAGE);
}

void lay_http_check(void) {
  lay_take_server();
  lay_compose_check();
  lay_check_url();
}

/* SPDX-License-Identifier: MIT */
