/* ls: lists folders and files, as coreutils does.
 *
 *     ls [-1aln] [FILE...]
 *
 * Its output is that of coreutils' ls in the C locale and in UTC, byte for byte. Two things differ: owners are always
 * told by their numbers, as -n has it, and on a terminal there is one name on a line, in colour. This file is the
 * command line and the order of the operands; the rest is generators/ls. */
#include "../ls/ls.h"
#include "../words.h"

enum { LINE_LENGTH_UNKNOWN = 80 };

#define ARGUMENT_PLACE S0 /* the place in argv of the argument in hand */
#define ARGUMENT S1       /* the argument itself, or the rest of it */
#define NO_OPTIONS S2     /* not 0: "--" has come */
#define OPERANDS_END S3   /* the operands are gathered at the front of argv, whose arguments are done with by then */

static const char help[] = "usage: ls [-1aln] [FILE...]\n"
                           "\n"
                           "List each FILE, or what it holds if it is a folder; without FILE, the current\n"
                           "folder. Names are sorted by their bytes.\n"
                           "\n"
                           "  -1         one name on a line; it is never otherwise\n"
                           "  -a         also the names that begin with a dot\n"
                           "  -l, -n     mode, links, owners by number, size and time (UTC) of each\n"
                           "  --help     print this\n"
                           "  --version  print what this is\n"
                           "\n"
                           "On a terminal names are coloured, and quoted where a shell would need it.\n"
                           "Exit status: 0: done. 1: a file in a folder could not be accessed. 2: a FILE could\n"
                           "not be, or the output not be written, or usage.\n";

static const NamedString strings[] = {{"help_text", help},
                                      {"version_text", "ls: the output of ls (GNU coreutils) 9.1 in the C locale\n"},
                                      {"current_folder", "."},
                                      {"help_option", "--help"},
                                      {"version_option", "--version"},
                                      {"unrecognized_option", "unrecognized option '"},
                                      {"invalid_option", "invalid option -- '"}};

/* same_text: in A0, A1 = texts. Out A0 = 1 if they are equal, else 0. */
static void lay_same_text(void) {
  routine("same_text", in(A0, A1), out(A0), destroys(A1, ALL_T));
  ld8(T0, A0, 0);
  ld8(T1, A1, 0);
  bne(T0, T1, "different");
  add(A0, A0, 1);
  add(A1, A1, 1);
  bne(T0, 0, "same_text");
  li(A0, 1);
  ret();
  label("different");
  li(A0, 0);
  ret();
}

/* take_long_option: in A0 = an argument that begins with "--". Does not return. */
static void lay_take_long_option(void) {
  Reg argument = S0;
  routine("take_long_option", in(A0, S4, S5), no_return);
  never_returns();
  mov(argument, A0);
  la(A1, "help_option");
  call("same_text");
  bne(A0, 0, "help");
  mov(A0, argument);
  la(A1, "version_option");
  call("same_text");
  bne(A0, 0, "version");
  la(A0, "unrecognized_option");
  mov(A1, argument);
  jump("refuse_option");
  label("help");
  la(A0, "help_text");
  call("put_string");
  jump("exit_program");
  label("version");
  la(A0, "version_text");
  call("put_string");
  jump("exit_program");
}

/* take_option: in A0 = an option's letter. An unknown one ends the program. */
static void lay_take_option(void) {
  routine("take_option", in(A0, S4, S5), destroys(ALL_T));
  beq(A0, '1', "no_change");
  li(T1, OPTION_ALL);
  beq(A0, 'a', "known");
  li(T1, OPTION_LONG);
  beq(A0, 'l', "known");
  beq(A0, 'n', "known");
  la(A1, "letter");
  st8(A0, A1, 0);
  la(A0, "invalid_option");
  jump("refuse_option");
  label("known");
  get(T0, STATE_OPTIONS);
  or (T0, T0, T1);
  set(T0, STATE_OPTIONS);
  label("no_change");
  ret();
  bss("letter", 2, 1);
}

/* look_at_output: names are coloured and quoted if the standard output is a terminal. */
static void lay_look_at_output(void) {
  routine("look_at_output", in(S5), destroys(A0, A1, A2, ALL_T));
  li(A0, 1);
  li(A1, LINUX_TCGETS);
  la(A2, "terminal");
  sys(NR_IOCTL);
  blt(A0, 0, "no_terminal");
  get(T0, STATE_OPTIONS);
  or (T0, T0, OPTION_TERMINAL);
  set(T0, STATE_OPTIONS);
  li(T0, LINE_LENGTH_UNKNOWN);
  set(T0, STATE_LINE_LENGTH);
  li(A0, 1);
  li(A1, LINUX_TIOCGWINSZ);
  sys(NR_IOCTL);
  blt(A0, 0, "no_terminal");
  ld16(T0, A2, 2); /* ws_col */
  beq(T0, 0, "no_terminal");
  set(T0, STATE_LINE_LENGTH);
  label("no_terminal");
  ret();
  bss("terminal", 64, 8); /* struct termios of the kernel, then struct winsize */
}

/* split_operands: takes the folders out of the listing. Out A0 = the first of them, or 0. An operand is a folder by
 * what statx told of it: a symbolic link to one, in the long format, is none. */
static void lay_split_operands(void) {
  routine("split_operands", in(S5), out(A0), destroys(A1, A2, ALL_T));
  get(T0, STATE_ENTRIES);
  add(A1, STATE, STATE_ENTRIES); /* where the next file is linked to */
  la(A2, "folders");             /* and the next folder */
  label("next_operand");
  beq(T0, 0, "all_split");
  ld16(T1, T0, ENTRY_MODE);
  and(T1, T1, MODE_TYPE);
  beq(T1, MODE_DIRECTORY, "folder");
  st64(T0, A1, 0);
  mov(A1, T0);
  ld64(T0, T0, ENTRY_NEXT);
  jump("next_operand");
  label("folder");
  st64(T0, A2, 0);
  mov(A2, T0);
  ld64(T0, T0, ENTRY_NEXT);
  jump("next_operand");
  label("all_split");
  st64(0, A1, 0);
  st64(0, A2, 0);
  la(T0, "folders");
  ld64(A0, T0, 0);
  ret();
  bss("folders", 8, 8);
}

/* list_operands: lists the operands, of which there is at least one: the files first, then each folder. A folder bears
 * its name as a heading unless it is all that was asked for. */
static void lay_list_operands(void) {
  Reg place = S0, end = S1;           /* of the operands in argv */
  Reg next_folder = S0, several = S1; /* when all are entries; several: not 0 */
  routine("list_operands", in(S5), moves(S4), destroys(ALL_A, ALL_T));
  enter(place, end);
  li(A0, 0);
  li(A1, LINUX_AT_FDCWD);
  call("begin_listing");
  get(place, STATE_OPERANDS);
  label("next_operand");
  ld64(A0, place, 0);
  li(A1, 0);
  call("add_entry");
  add(place, place, 8);
  get(end, STATE_OPERANDS_END);
  bne(place, end, "next_operand");
  get(T0, STATE_OPERANDS);
  sub(several, end, T0);
  sub(several, several, 8);

  call("sort_entries");
  call("split_operands");
  mov(next_folder, A0);
  set(several, STATE_HEADINGS);
  get(T0, STATE_ENTRIES);
  beq(T0, 0, "next_folder");
  call("put_entries");
  beq(next_folder, 0, "done");
  put_literal("\n");
  label("next_folder");
  beq(next_folder, 0, "done");
  add(A0, next_folder, ENTRY_NAME);
  call("list_directory");
  ld64(next_folder, next_folder, ENTRY_NEXT);
  jump("next_folder");
  label("done");
  leave();
}

/* list: lists what the command line asks for and ends the program. */
static void lay_list(void) {
  routine("list", in(S4, S5), no_return);
  never_returns();
  call("look_at_output");
  call("read_clock");
  get(T0, STATE_OPERANDS);
  get(T1, STATE_OPERANDS_END);
  beq(T0, T1, "this_folder");
  call("list_operands");
  jump("exit_program");
  label("this_folder");
  la(A0, "current_folder");
  call("list_directory");
  jump("exit_program");
}

/* Where the kernel starts the program. Options may stand anywhere among the operands, and several may follow one dash.
 */
static void lay_start(void) {
  routine("_start", no_return);
  stack_pointer(ARGUMENT_PLACE);
  never_returns();
  la(STATE, "state");
  la(NEXT_FREE, "output");
  set(1, STATE_OUTPUT_FD);
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8); /* argv[0] */
  mov(OPERANDS_END, ARGUMENT_PLACE);
  set(OPERANDS_END, STATE_OPERANDS);
  li(NO_OPTIONS, 0);
  ld64(T0, ARGUMENT_PLACE, 0);
  beq(T0, 0, "all_taken");

  label("next_argument");
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8);
  ld64(ARGUMENT, ARGUMENT_PLACE, 0);
  beq(ARGUMENT, 0, "all_taken");
  bne(NO_OPTIONS, 0, "operand");
  ld8(T0, ARGUMENT, 0);
  bne(T0, '-', "operand");
  ld8(T0, ARGUMENT, 1);
  beq(T0, 0, "operand");
  beq(T0, '-', "two_dashes");
  label("next_letter");
  add(ARGUMENT, ARGUMENT, 1);
  ld8(A0, ARGUMENT, 0);
  beq(A0, 0, "next_argument");
  call("take_option");
  jump("next_letter");

  label("two_dashes");
  mov(A0, ARGUMENT);
  ld8(NO_OPTIONS, ARGUMENT, 2);
  bne(NO_OPTIONS, 0, "take_long_option");
  li(NO_OPTIONS, 1);
  jump("next_argument");
  label("operand");
  st64(ARGUMENT, OPERANDS_END, 0);
  add(OPERANDS_END, OPERANDS_END, 8);
  jump("next_argument");
  label("all_taken");
  set(OPERANDS_END, STATE_OPERANDS_END);
  jump("list");
}

static void author(void) {
  data_strings(strings);
  lay_start();
  lay_list();
  lay_list_operands();
  lay_split_operands();
  lay_look_at_output();
  lay_take_option();
  lay_take_long_option();
  lay_same_text();
  lay_ls_directory();
  lay_ls_entries();
  lay_ls_row();
  lay_ls_time();
  lay_ls_colours();
  lay_ls_quoting();
  lay_ls_output();
  lay_ls_failures();
  lay_ls_reasons();
  lay_ls_memory();
  bss("state", STATE_SIZE, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "ls", author); }

/* SPDX-License-Identifier: MIT */
