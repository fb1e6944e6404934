/* row.c: one entry in the long format, or its name alone. */
#include "ls.h"

enum { MODE_TEXT = 10 };

/* Where the bit is set in the mode, the 'x' or '-' at `place` of its text becomes the letter, small if it was 'x'. */
static void letter_if(Reg mode, int bit, Reg text, int place, char letter, const char *not_set) {
  bclr(mode, bit, not_set);
  ld8(T0, text, place);
  and(T0, T0, 0x40);
  shr(T0, T0, 1); /* 0x20, what tells small letters from capitals, if it was 'x' */
  or (T0, T0, letter & ~0x20);
  st8(T0, text, place);
  label(not_set);
}

/* put_mode: in A0 = entry. Writes its type and its permissions, "drwxr-xr-x", or the type alone if that is known. */
static void lay_put_mode(void) {
  Reg mode = S0, entry = S1;
  Reg text = S1; /* when nothing more is asked of the entry */
  data("type_letters", 1);
  data_string("?pc?d?b?-?l?s???");
  data("permissions", 1);
  data_string("rwxrwxrwx");
  data("no_permissions", 1);
  data_string("?????????");

  routine("put_mode", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(mode, entry);
  mov(entry, A0);
  ld16(mode, entry, ENTRY_MODE);
  shr(T0, mode, MODE_TYPE_SHIFT);
  la(T1, "type_letters");
  ld8x(A0, T1, T0);
  call("put_byte");
  ld64(T0, entry, ENTRY_STATED);
  la(A0, "no_permissions");
  beq(T0, 0, "put_permissions");
  la(A0, "permissions");
  la(text, "mode_text");
  li(A1, 0);
  mov(A2, mode);
  label("next_permission");
  ld8x(T0, A0, A1);
  bset(A2, 0400, "permitted");
  li(T0, '-');
  label("permitted");
  st8x(T0, text, A1);
  shl(A2, A2, 1);
  add(A1, A1, 1);
  bne(A1, MODE_TEXT - 1, "next_permission");
  letter_if(mode, MODE_SET_USER_ID, text, 2, 's', "no_set_user_id");
  letter_if(mode, MODE_SET_GROUP_ID, text, 5, 's', "no_set_group_id");
  letter_if(mode, MODE_STICKY, text, 8, 't', "not_sticky");
  mov(A0, text);
  label("put_permissions");
  li(A1, MODE_TEXT - 1);
  call("put_bytes");
  put_literal(" ");
  leave();
  bss("mode_text", 16, 8);
}

/* put_owner: in A0 = an id, A1 = its width, A2 = 0 if it is not known. */
static void lay_put_owner(void) {
  Reg width = S0;
  routine("put_owner", in(A0, A1, A2, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(width);
  mov(width, A1);
  beq(A2, 0, "unknown");
  call("put_number");
  put_literal(" ");
  leave();
  label("unknown"); /* a text, which stands on the left */
  put_literal("? ");
  sub(A0, width, 1);
  call("put_spaces");
  leave();
}

/* put_device: in A0 = entry. Writes "MAJOR, MINOR" as wide as the column of sizes. */
static void lay_put_device(void) {
  Reg entry = S0;
  routine("put_device", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(entry);
  mov(entry, A0);
  ld32(A0, entry, ENTRY_MAJOR);
  get(A1, STATE_SIZE_WIDTH); /* never less than both and ", " */
  get(T0, STATE_MINOR_WIDTH);
  sub(A1, A1, T0);
  sub(A1, A1, 2);
  call("put_number");
  put_literal(", ");
  ld32(A0, entry, ENTRY_MINOR);
  get(A1, STATE_MINOR_WIDTH);
  call("put_number");
  leave();
}

/* put_size: in A0 = entry. Writes its size, or the numbers of the device that it is. */
static void lay_put_size(void) {
  routine("put_size", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter_bare();
  ld16(T0, A0, ENTRY_MODE);
  and(T0, T0, MODE_TYPE);
  beq(T0, MODE_CHARACTER_DEVICE, "device");
  beq(T0, MODE_BLOCK_DEVICE, "device");
  ld64(A0, A0, ENTRY_SIZE);
  get(A1, STATE_SIZE_WIDTH);
  call("put_number");
  leave();
  label("device");
  call("put_device");
  leave();
}

/* put_unknown: in A0 = width. Writes a '?' in place of a number. */
static void lay_put_unknown(void) {
  routine("put_unknown", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  sub(A0, A0, 1);
  call("put_spaces");
  put_literal("? ");
  leave();
}

/* put_owners: in A0 = entry. Writes its mode, links and owners. */
static void lay_put_owners(void) {
  Reg entry = S0;
  routine("put_owners", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(entry);
  mov(entry, A0);
  call("put_mode");
  ld64(T0, entry, ENTRY_STATED);
  get(A1, STATE_LINKS_WIDTH);
  bne(T0, 0, "known");
  mov(A0, A1);
  call("put_unknown");
  jump("links_put");
  label("known");
  ld32(A0, entry, ENTRY_LINKS);
  call("put_number");
  put_literal(" ");
  label("links_put");
  ld32(A0, entry, ENTRY_UID);
  get(A1, STATE_UID_WIDTH);
  ld64(A2, entry, ENTRY_STATED);
  call("put_owner");
  ld32(A0, entry, ENTRY_GID);
  get(A1, STATE_GID_WIDTH);
  ld64(A2, entry, ENTRY_STATED);
  call("put_owner");
  leave();
}

/* put_size_and_time: in A0 = entry. */
static void lay_put_size_and_time(void) {
  Reg entry = S0;
  routine("put_size_and_time", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(entry);
  mov(entry, A0);
  ld64(T0, entry, ENTRY_STATED);
  beq(T0, 0, "unknown");
  call("put_size");
  put_literal(" ");
  mov(A0, entry);
  call("put_time");
  put_literal(" ");
  leave();
  label("unknown");
  get(A0, STATE_SIZE_WIDTH);
  call("put_unknown");
  li(A0, sizeof "Jan 01 00:00" - 1);
  call("put_unknown");
  leave();
}

/* put_row: in A0 = entry. */
static void lay_put_row(void) {
  Reg entry = S0, position = S1;
  Reg target = S1; /* when the name is written */
  routine("put_row", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(entry, position);
  mov(entry, A0);
  get(T0, STATE_OPTIONS);
  li(A1, 0);
  bclr(T0, OPTION_LONG, "name_alone");
  call("put_owners");
  call("output_position");
  mov(position, A0);
  mov(A0, entry);
  call("put_size_and_time");
  call("output_position");
  sub(A1, A0, position);
  mov(A0, entry);
  call("put_coloured_name");
  ld64(target, entry, ENTRY_TARGET);
  beq(target, 0, "done");
  put_literal(" -> ");
  mov(A0, target);
  call("put_name");
  label("done");
  leave();
  label("name_alone");
  call("put_coloured_name");
  leave();
}

void lay_ls_row(void) {
  lay_put_mode();
  lay_put_owner();
  lay_put_device();
  lay_put_size();
  lay_put_unknown();
  lay_put_owners();
  lay_put_size_and_time();
  lay_put_row();
}

/* SPDX-License-Identifier: MIT */
