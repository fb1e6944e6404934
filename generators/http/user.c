/* user.c: the user as which the server serves, where --user asks for another one than starts it. It becomes that user
 * when it listens, so that a port below 1024 can be had, and before it opens the log and looks at FILE once more. */
#include "http.h"

/* "user": 1 more than its numbers; 0: none is wanted. */
enum { FIELD(USER_ID, 8), FIELD(USER_GROUP, 8), FIELD(USER_TEXT, 8), USER_SIZE };

/* parse_user: in A0 = NUL-terminated text, UID or UID:GID in decimal. Out A0 = 0, and "user" has them, or -1. */
static void lay_parse_user(void) {
  Reg text = S0;
  routine("parse_user", in(A0), out(A0), destroys(A1, A2, T0));
  enter(text);
  st64_of(A0, "user", USER_TEXT);
  li(text, 0);
  label("number");
  li(A1, 1 << 30);
  call("take_decimal");
  blt(A1, 0, "refused");
  add(A1, A1, 1);
  st64_of(A1, "user", USER_GROUP);
  ld8(T0, A0, 0);
  bne(text, 0, "group");
  st64_of(A1, "user", USER_ID);
  mov(text, A0);
  add(A0, A0, 1);
  beq(T0, ':', "number");
  label("group");
  beq(T0, 0, "done");
  label("refused");
  li(A0, -1);
  leave();
  label("done");
  li(A0, 0);
  leave();
}

/* become_user: gives up all groups and becomes the user that is wanted, for good. Out A0 = 0 if none is. Ends the
 * program if it cannot. */
static void lay_become_user(void) {
  static const NamedString strings[] = {{"user_option", "--user "}};
  packed_strings(strings);

  routine("become_user", out(A0), destroys(A1, A2, ALL_T));
  ld64_of(A0, "user", USER_ID);
  bne(A0, 0, "wanted");
  ret();
  label("wanted");
  enter_bare();
  li(A0, 0);
  li(A1, 0);
  sys(NR_SETGROUPS);
  blt(A0, 0, "failed");
  ld64_of(A0, "user", USER_GROUP);
  sub(A0, A0, 1);
  mov(A1, A0);
  mov(A2, A0);
  sys(NR_SETRESGID);
  blt(A0, 0, "failed");
  ld64_of(A0, "user", USER_ID);
  sub(A0, A0, 1);
  mov(A1, A0);
  mov(A2, A0);
  sys(NR_SETRESUID);
  blt(A0, 0, "failed");
  li(A0, 1);
  leave();
  label("failed");
  call("reason_for");
  mov(A2, A0);
  la(A0, "user_option");
  ld64_of(A1, "user", USER_TEXT);
  li(A3, EXIT_FAILED);
  jump("fail");
  bss("user", USER_SIZE, 8);
}

void lay_http_user(void) {
  lay_parse_user();
  lay_become_user();
}

/* SPDX-License-Identifier: MIT */
