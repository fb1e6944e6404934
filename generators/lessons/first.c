/* first.c: a program that says hello, and ends. */
#include <bytelay/words.h>

static void author(void) {
  routine("_start", destroys(A0, A1, A2, ALL_T), no_return);
  li(A0, 1); /* standard output */
  la(A1, "text");
  li(A2, 6); /* bytes */
  sys(NR_WRITE);
  li(A0, 0); /* the exit status */
  sys(NR_EXIT_GROUP);
  data("text", 1);
  data_string("hello\n");
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "first", author); }
