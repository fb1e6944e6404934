/* cat.c: writes the files that its arguments name, one after the other, as cat does. */
#include <bytelay/linux/abi.h>
#include <bytelay/words.h>

enum { ROOM = 65536 };

/* Copy what descriptor A0 gives to standard output. Out A0: 0, or less after an error. */
static void lay_copy(void) {
  Reg descriptor = S0, left = S1;
  routine("copy", in(A0), out(A0), destroys(A1, A2, ALL_T));
  enter(descriptor, left);
  mov(descriptor, A0);
  label("more");
  mov(A0, descriptor);
  la(A1, "buffer");
  li(A2, ROOM);
  sys(NR_READ);
  ble(A0, 0, "done");
  mov(left, A0);
  label("rest");
  li(A0, 1);
  mov(A2, left);
  sys(NR_WRITE);
  blt(A0, 0, "done");
  add(A1, A1, A0);
  sub(left, left, A0);
  bne(left, 0, "rest");
  jump("more");
  label("done");
  leave();
}

/* Tell on standard error that the file of name A0 cannot be read. */
static void lay_complain(void) {
  routine("complain", in(A0), destroys(A0, A1, A2, ALL_T));
  mov(A1, A0);
  li(A2, 0);
  label("measure"); /* the name ends with a byte 0 */
  ld8x(T0, A1, A2);
  add(A2, A2, 1);
  bne(T0, 0, "measure");
  sub(A2, A2, 1);
  li(A0, 2);
  sys(NR_WRITE);
  li(A0, 2);
  la(A1, "cannot");
  li(A2, 17);
  sys(NR_WRITE);
  ret();
  data("cannot", 1);
  data_string(": cannot be read\n");
}

static void author(void) {
  Reg arguments = S0, file = S1, status = S2;
  routine("_start", destroys(A0, A1, A2, A3, ALL_T, S0, S1, S2), no_return);
  stack_pointer(arguments); /* argc, then the addresses of the arguments, then 0 */
  enter_bare();
  add(arguments, arguments, 16); /* argv[0] is the program's own name */
  li(status, 0);
  label("next");
  ld64(A1, arguments, 0);
  beq(A1, 0, "end");
  li(A0, LINUX_AT_FDCWD);
  li(A2, LINUX_O_RDONLY);
  li(A3, 0);
  sys(NR_OPENAT);
  blt(A0, 0, "failed");
  mov(file, A0);
  call("copy");
  mov(A3, A0);
  mov(A0, file);
  sys(NR_CLOSE);
  blt(A3, 0, "failed");
  label("following");
  add(arguments, arguments, 8);
  jump("next");
  label("failed");
  li(status, 1);
  ld64(A0, arguments, 0);
  call("complain");
  jump("following");
  label("end");
  mov(A0, status);
  sys(NR_EXIT_GROUP);
  lay_copy();
  lay_complain();
  bss("buffer", ROOM, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "cat", author); }
