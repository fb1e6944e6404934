/* colours.c: the colours of names on a terminal: those that dircolors gives to types and modes.
 *
 * Names of regular files that cannot be executed have none. Where a link points to is not asked. */
#include "ls.h"

static const NamedString colours[] = {{"directory_colour", "01;34"},
                                      {"sticky_others_write_colour", "30;42"},
                                      {"others_write_colour", "34;42"},
                                      {"sticky_colour", "37;44"},
                                      {"set_user_id_colour", "37;41"},
                                      {"set_group_id_colour", "30;43"},
                                      {"executable_colour", "01;32"},
                                      {"link_colour", "01;36"},
                                      {"pipe_colour", "40;33"},
                                      {"socket_colour", "01;35"},
                                      {"block_device_colour", "40;33;01"},
                                      {"character_device_colour", "40;33;01"}};

/* By the type in a mode, of which there are 16. */
static const char *const handlers[16] = {
    [1] = "colour_of.pipe",         [2] = "colour_of.character_device", [4] = "colour_of.directory",
    [6] = "colour_of.block_device", [8] = "colour_of.regular",          [10] = "colour_of.link",
    [12] = "colour_of.socket"};

/* The end of colour_of: its answer is this colour. */
static void answer(const char *colour) {
  la(A0, colour);
  ret();
}

/* colour_of: in A0 = mode. Out A0 = the colour, as text, or 0. */
static void lay_colour_of(void) {
  data("colour_handlers", 2);
  for (int type = 0; type < 16; type++)
    data_offset16(handlers[type] ? handlers[type] : "colour_of.no_colour", "colour_handlers");

  routine("colour_of", in(A0), out(A0), destroys(T0));
  shr(T0, A0, MODE_TYPE_SHIFT);
  jump_table(T0, "colour_handlers");
  label("directory");
  bclr(A0, MODE_OTHERS_WRITE, "others_do_not_write");
  bset(A0, MODE_STICKY, "sticky_others_write");
  answer("others_write_colour");
  label("sticky_others_write");
  answer("sticky_others_write_colour");
  label("others_do_not_write");
  bset(A0, MODE_STICKY, "sticky");
  answer("directory_colour");
  label("sticky");
  answer("sticky_colour");

  label("regular");
  bset(A0, MODE_SET_USER_ID, "set_user_id");
  bset(A0, MODE_SET_GROUP_ID, "set_group_id");
  bset(A0, MODE_ANY_EXECUTE, "executable");
  label("no_colour");
  li(A0, 0);
  ret();
  label("set_user_id");
  answer("set_user_id_colour");
  label("set_group_id");
  answer("set_group_id_colour");
  label("executable");
  answer("executable_colour");
  label("link");
  answer("link_colour");
  label("pipe");
  answer("pipe_colour");
  label("socket");
  answer("socket_colour");
  label("block_device");
  answer("block_device_colour");
  label("character_device");
  answer("character_device_colour");
}

/* begin_colour: in A0 = colour. Before the first colour of all, the terminal is brought to a known state. */
static void lay_begin_colour(void) {
  Reg colour = S0;
  routine("begin_colour", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(colour);
  mov(colour, A0);
  get(T0, STATE_COLOURED);
  bne(T0, 0, "not_the_first");
  set(1, STATE_COLOURED);
  call("end_colour");
  label("not_the_first");
  put_literal("\033[");
  mov(A0, colour);
  call("put_string");
  put_literal("m");
  leave();

  routine("end_colour", in(S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  put_literal("\033[0m");
  leave();
}

/* clear_wrapped_line: in A0 = column where a name began, A1 = its length. If the name went on in another line of the
 * terminal, the rest of that line is cleared: it may have been filled with the colour of the name. */
static void lay_clear_wrapped_line(void) {
  Reg last_column = S0, first_line = S1;
  routine("clear_wrapped_line", in(A0, A1, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(last_column, first_line);
  add(last_column, A0, A1);
  sub(last_column, last_column, 1);
  get(A1, STATE_LINE_LENGTH);
  call("divide");
  mov(first_line, A0);
  mov(A0, last_column);
  get(A1, STATE_LINE_LENGTH);
  call("divide");
  beq(A0, first_line, "same_line");
  put_literal("\033[K");
  label("same_line");
  leave();
}

/* put_alignment: in A0 = entry. In the long format, where some names are quoted, a space stands in place of the quote
 * of a name that is not. Out A0 = 1 if it has been written, else 0. */
static void lay_put_alignment(void) {
  Reg entry = S0;
  routine("put_alignment", in(A0, S5), out(A0), moves(S4), destroys(A1, A2, ALL_T));
  enter(entry);
  mov(entry, A0);
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_LONG, "none");
  get(T0, STATE_SOME_QUOTED);
  beq(T0, 0, "none");
  add(A0, entry, ENTRY_NAME);
  call("needs_quotes");
  bne(A0, 0, "none");
  put_literal(" ");
  li(A0, 1);
  leave();
  label("none");
  li(A0, 0);
  leave();
}

/* put_coloured_name: in A0 = entry, A1 = column at which its name begins. Writes the name: on a terminal with its
 * colour and in quotes if it needs them. */
static void lay_put_coloured_name(void) {
  Reg entry = S0, column = S1, length = S2;
  routine("put_coloured_name", in(A0, A1, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(entry, column, length);
  mov(entry, A0);
  mov(column, A1);
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_TERMINAL, "no_colour");
  call("put_alignment");
  mov(length, A0);
  ld16(A0, entry, ENTRY_MODE);
  call("colour_of");
  beq(A0, 0, "no_colour");
  call("begin_colour");
  call("output_position");
  sub(length, length, A0);
  add(A0, entry, ENTRY_NAME);
  call("put_name");
  call("output_position");
  add(length, length, A0); /* the length of the name and of what aligns it */
  call("end_colour");
  mov(A0, column);
  mov(A1, length);
  call("clear_wrapped_line");
  leave();
  label("no_colour");
  add(A0, entry, ENTRY_NAME);
  call("put_name");
  leave();
}

void lay_ls_colours(void) {
  data_strings(colours);
  lay_colour_of();
  lay_begin_colour();
  lay_clear_wrapped_line();
  lay_put_alignment();
  lay_put_coloured_name();
}

/* SPDX-License-Identifier: MIT */
