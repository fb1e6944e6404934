/* uname.c: prints what the kernel is called, as uname does: by the number of a system call. */
#include <bytelay/words.h>

enum { FIELD_SIZE = 65, FIELDS = 6, UTSNAME_SIZE = FIELD_SIZE * FIELDS }; /* struct new_utsname */

static void author(void) {
  routine("_start", destroys(A0, A1, A2, ALL_T), no_return);
  la(A0, "names");
  sys_number(63, 160); /* uname, for x86-64 and for arm64 */
  bne(A0, 0, "failed");
  la(A1, "names"); /* its first field is the name of the system, and ends with a byte 0 */
  li(A2, 0);
  label("measure");
  ld8x(T0, A1, A2);
  beq(T0, 0, "measured");
  add(A2, A2, 1);
  jump("measure");
  label("measured");
  li(T0, '\n');
  st8x(T0, A1, A2);
  add(A2, A2, 1);
  li(A0, 1);
  sys(NR_WRITE);
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  label("failed");
  li(A0, 1);
  sys(NR_EXIT_GROUP);
  bss("names", UTSNAME_SIZE, 8);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "uname", author); }
