/* server.c: a web server: `server PORT FILE` answers each request to 127.0.0.1:PORT with the bytes of FILE. */
#include <bytelay/linux/abi.h>
#include <bytelay/words.h>

enum { ROOM = 1 << 20, REQUEST = 8192, DIGITS = 20 };

/* What a routine does where the kernel refuses. */
static void lay_fail(void) {
  routine("fail", destroys(A0, ALL_T), no_return);
  li(A0, 1);
  sys(NR_EXIT_GROUP);
}

/* Put the number in the digits at A0 into A0; they end with a byte that is no digit. */
static void lay_read_number(void) {
  routine("read_number", in(A0), out(A0), destroys(A1, T0));
  mov(A1, A0);
  li(A0, 0);
  label("next");
  ld8(T0, A1, 0);
  sub(T0, T0, '0');
  bgtu(T0, 9, "done");
  mul(A0, A0, 10);
  add(A0, A0, T0);
  add(A1, A1, 1);
  jump("next");
  label("done");
  ret();
}

/* Put the digits of A0 before A1, and their first into A1. */
static void lay_write_number(void) {
  routine("write_number", in(A0), moves(A1), destroys(A0, T0));
  label("next");
  remu(T0, A0, 10);
  divu(A0, A0, 10);
  add(T0, T0, '0');
  sub(A1, A1, 1);
  st8(T0, A1, 0);
  bne(A0, 0, "next");
  ret();
}

/* Read the file of name A0. Out A0: its bytes. */
static void lay_read_file(void) {
  Reg descriptor = S0, end = S1;
  routine("read_file", in(A0), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(descriptor, end);
  mov(A1, A0);
  li(A0, LINUX_AT_FDCWD);
  li(A2, LINUX_O_RDONLY);
  li(A3, 0);
  sys(NR_OPENAT);
  blt(A0, 0, "failed");
  mov(descriptor, A0);
  la(end, "body");
  label("more");
  mov(A0, descriptor);
  mov(A1, end);
  la(A2, "body");
  add(A2, A2, ROOM);
  sub(A2, A2, A1);
  sys(NR_READ);
  add(end, end, A0);
  bgt(A0, 0, "more");
  blt(A0, 0, "failed");
  mov(A0, descriptor);
  sys(NR_CLOSE);
  la(A0, "body");
  sub(A0, end, A0);
  leave();
  label("failed");
  jump("fail");
}

/* Listen at port A0. Out A0: the descriptor. */
static void lay_listen(void) {
  Reg listener = S0;
  routine("listen", in(A0), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  enter(listener);
  la(A1, "address");
  swap_bytes(A0, A0); /* a port is sent with its high byte first */
  shr(A0, A0, 48);
  st16(LINUX_AF_INET, A1, SOCKADDR_FAMILY);
  st16(A0, A1, SOCKADDR_PORT);
  st32(0x0100007f, A1, SOCKADDR_ADDRESS); /* 127.0.0.1, in the same way */
  li(A0, LINUX_AF_INET);
  li(A1, LINUX_SOCK_STREAM);
  li(A2, 0);
  sys(NR_SOCKET);
  blt(A0, 0, "failed");
  mov(listener, A0);
  li(A1, LINUX_SOL_SOCKET);
  li(A2, LINUX_SO_REUSEADDR);
  la(A3, "one");
  li(A4, 4);
  sys(NR_SETSOCKOPT);
  mov(A0, listener);
  la(A1, "address");
  li(A2, SOCKADDR_SIZE);
  sys(NR_BIND);
  blt(A0, 0, "failed");
  mov(A0, listener);
  li(A1, 64);
  sys(NR_LISTEN);
  blt(A0, 0, "failed");
  mov(A0, listener);
  leave();
  label("failed");
  jump("fail");
  data("one", 4);
  data_u32(1);
  bss("address", SOCKADDR_SIZE, 8);
}

/* Read from connection A0 until an empty line ends the request. Out A0: 0 where the client went away before. */
static void lay_read_request(void) {
  Reg connection = S0, end = S1;
  routine("read_request", in(A0), out(A0), destroys(A1, A2, ALL_T));
  enter(connection, end);
  mov(connection, A0);
  la(end, "request");
  label("more");
  mov(A0, connection);
  mov(A1, end);
  la(A2, "request");
  add(A2, A2, REQUEST);
  sub(A2, A2, A1);
  sys(NR_READ);
  ble(A0, 0, "gone"); /* also where the request is longer than its room */
  add(end, end, A0);
  la(A1, "request");
  sub(A0, end, A1);
  bltu(A0, 4, "more");
  ld32(T0, end, -4);
  bne(T0, 0x0a0d0a0d, "more"); /* \r\n\r\n */
  li(A0, 1);
  leave();
  label("gone");
  li(A0, 0);
  leave();
}

/* Send A2 bytes at A1 on connection A0. A client that has gone away is no error of ours. */
static void lay_send(void) {
  Reg connection = A5, left = A4;
  routine("send", in(A0, A1, A2), destroys(A0, A1, A2, A4, A5, ALL_T));
  mov(connection, A0);
  mov(left, A2);
  label("rest");
  beq(left, 0, "done");
  mov(A0, connection);
  mov(A2, left);
  sys(NR_WRITE);
  ble(A0, 0, "done");
  add(A1, A1, A0);
  sub(left, left, A0);
  jump("rest");
  label("done");
  ret();
}

/* Answer connection A0 with the body of A1 bytes. */
static void lay_answer(void) {
  static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
  Reg connection = S0, length = S1;
  routine("answer", in(A0, A1), destroys(A0, A1, A2, A4, A5, ALL_T));
  enter(connection, length);
  mov(connection, A0);
  mov(length, A1);
  la(A1, "head");
  li(A2, sizeof head - 1);
  call("send");
  la(A1, "digits");
  add(A1, A1, DIGITS);
  st32(0x0a0d0a0d, A1, 0);
  mov(A0, length);
  call("write_number");
  la(A2, "digits");
  add(A2, A2, DIGITS + 4);
  sub(A2, A2, A1);
  mov(A0, connection);
  call("send");
  mov(A0, connection);
  la(A1, "body");
  mov(A2, length);
  call("send");
  leave();
  data("head", 1);
  data_bytes(head, sizeof head - 1);
  bss("digits", DIGITS + 4, 1);
}

static void author(void) {
  Reg arguments = S0, listener = S1, connection = S2, length = S3;
  routine("_start", destroys(ALL_A, ALL_T, S0, S1, S2, S3), no_return);
  stack_pointer(arguments);
  enter_bare();
  ld64(T0, arguments, 0);
  bne(T0, 3, "usage");
  ld64(A0, arguments, 16);
  call("read_number");
  call("listen");
  mov(listener, A0);
  label("next");
  mov(A0, listener);
  li(A1, 0);
  li(A2, 0);
  li(A3, 0);
  sys(NR_ACCEPT4);
  blt(A0, 0, "next");
  mov(connection, A0);
  call("read_request");
  beq(A0, 0, "done");
  ld64(A0, arguments, 24);
  call("read_file");
  mov(length, A0);
  mov(A1, length);
  mov(A0, connection);
  call("answer");
  label("done");
  mov(A0, connection);
  sys(NR_CLOSE);
  jump("next");
  label("usage");
  jump("fail");
  lay_fail();
  lay_read_number();
  lay_write_number();
  lay_read_file();
  lay_listen();
  lay_read_request();
  lay_send();
  lay_answer();
  bss("request", REQUEST, 16);
  bss("body", ROOM, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "server", author); }
