/* entries.c: what is known of a name, and the names in order.
 *
 * An entry is made of every name that a folder holds or the user gave. statx is asked only where its answer shows: in
 * the long format, for colours that depend on the mode, and for operands, which may be folders. */
#include "ls.h"

enum {
  TARGET_ROOM = 4096, /* PATH_MAX: a symbolic link holds less */
  RUNS = 64           /* sorted runs, each of twice the entries of the one before: more than memory can hold */
};

/* full_name: in A0 = name of an entry. Out A0 = the name after that of its folder, as errors tell it. */
static void lay_full_name(void) {
  Reg name = S0, folder = S1;
  Reg whole = S1; /* when the folder has been copied from */
  routine("full_name", in(A0, S4, S5), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(name, folder);
  mov(name, A0);
  get(folder, STATE_DIRECTORY);
  beq(folder, 0, "done");
  ld16(T0, folder, 0);
  beq(T0, '.', "done"); /* the folder is "." */
  call("string_length");
  mov(A2, A0);
  mov(A0, folder);
  call("string_length");
  add(A0, A0, A2);
  add(A0, A0, 2);
  call("allocate");
  mov(A1, folder);
  mov(whole, A0);
  call("copy_string");
  ld8(T0, A0, -1);
  beq(T0, '/', "parted");
  st8('/', A0, 0);
  add(A0, A0, 1);
  label("parted");
  mov(A1, name);
  call("copy_string");
  mov(name, whole);
  label("done");
  mov(A0, name);
  leave();
}

/* report_entry: report, of the entry A1 = name. */
static void lay_report_entry(void) {
  Reg text = S0, error = S1;
  routine("report_entry", in(A0, A1, A2, S5), moves(S4), destroys(ALL_A, ALL_T));
  enter(text, error);
  mov(text, A0);
  mov(error, A2);
  mov(A0, A1);
  call("full_name");
  mov(A1, A0);
  mov(A0, text);
  mov(A2, error);
  li(A3, STATUS_MINOR);
  get(T0, STATE_DIRECTORY);
  bne(T0, 0, "within_folder");
  li(A3, STATUS_SERIOUS);
  label("within_folder");
  call("report");
  leave();
}

/* new_entry: in A0 = name, A1 = type, as getdents64 tells it. Out A0 = an entry of that. */
static void lay_new_entry(void) {
  Reg name = S0, type = S1;
  Reg entry = S1; /* when the type stands in it */
  routine("new_entry", in(A0, A1, S4, S5), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(name, type);
  mov(name, A0);
  shl(type, A1, MODE_TYPE_SHIFT);
  call("string_length");
  add(A0, A0, ENTRY_NAME + 1);
  call("allocate");
  st16(type, A0, ENTRY_MODE);
  mov(entry, A0);
  add(A0, A0, ENTRY_NAME);
  mov(A1, name);
  call("copy_string");
  mov(A0, entry);
  leave();
}

/* wants_stat: in A0 = entry. Out A0 = 1 if more than its name and type will show, else 0. */
static void lay_wants_stat(void) {
  routine("wants_stat", in(A0, S5), out(A0), destroys(T0));
  get(T0, STATE_DIRECTORY);
  beq(T0, 0, "wanted");
  get(T0, STATE_OPTIONS);
  bset(T0, OPTION_LONG, "wanted");
  bclr(T0, OPTION_TERMINAL, "not_wanted");
  ld16(T0, A0, ENTRY_MODE);
  beq(T0, MODE_DIRECTORY, "wanted");
  beq(T0, MODE_REGULAR, "wanted");
  beq(T0, 0, "wanted");
  label("not_wanted");
  li(A0, 0);
  ret();
  label("wanted");
  li(A0, 1);
  ret();
}

/* ask_statx: in A0 = name, A2 = flags. Out A0 = 0, or -errno; the answer in "statx". */
static void lay_ask_statx(void) {
  routine("ask_statx", in(A0, A2, S5), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  mov(A1, A0);
  get(A0, STATE_DIRECTORY_FD);
  or (A2, A2, LINUX_AT_NO_AUTOMOUNT);
  li(A3, LINUX_STATX_BASIC_STATS);
  la(A4, "statx");
  sys(NR_STATX);
  ret();
  bss("statx", STATX_ROOM, 16);
}

/* stat_entry: in A0 = entry. Out A0 = 0, or -errno; the answer in "statx". An operand that is a symbolic link to a
 * folder stands for the folder, except in the long format. */
static void lay_stat_entry(void) {
  Reg name = S0;
  routine("stat_entry", in(A0, S5), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  enter(name);
  add(name, A0, ENTRY_NAME);
  get(T0, STATE_DIRECTORY);
  bne(T0, 0, "not_followed");
  get(T0, STATE_OPTIONS);
  bset(T0, OPTION_LONG, "not_followed");
  mov(A0, name);
  li(A2, 0);
  call("ask_statx");
  beq(A0, -LINUX_ENOENT, "not_followed");
  blt(A0, 0, "done");
  la(T1, "statx");
  ld16(T0, T1, STATX_MODE);
  and(T0, T0, MODE_TYPE);
  beq(T0, MODE_DIRECTORY, "done");
  label("not_followed");
  mov(A0, name);
  li(A2, LINUX_AT_SYMLINK_NOFOLLOW);
  call("ask_statx");
  label("done");
  leave();
}

/* keep_stat: in A0 = entry. Fills it from "statx". */
static void lay_keep_stat(void) {
  routine("keep_stat", in(A0, S5), destroys(A1, ALL_T));
  la(A1, "statx");
  st64(1, A0, ENTRY_STATED);
  copy16(A0, ENTRY_LINKS, A1, STATX_LINKS);
  copy16(A0, ENTRY_MTIME, A1, STATX_MTIME);
  ld64(T0, A1, STATX_SIZE);
  st64(T0, A0, ENTRY_SIZE);
  ld64(T0, A1, STATX_DEVICE);
  st64(T0, A0, ENTRY_MAJOR);
  ld64(T0, A1, STATX_BLOCKS);
  get(T1, STATE_BLOCKS);
  add(T0, T0, T1);
  set(T0, STATE_BLOCKS);
  ret();
}

/* widen: in A0 = number, A1 = address of a column's width. The column gets as wide as the number has digits. */
static void lay_widen(void) {
  routine("widen", in(A0, A1), destroys(A2, T0));
  li(A2, 1);
  li(T0, 10);
  label("count_digits");
  bltu(A0, T0, "counted");
  add(A2, A2, 1);
  mul(T0, T0, 10);
  jump("count_digits"); /* no number here is 10^19 or more, so that T0 has room for what is */
  label("counted");
  ld64(T0, A1, 0);
  bgeu(T0, A2, "wide_enough");
  st64(A2, A1, 0);
  label("wide_enough");
  ret();
}

/* widen_columns: in A0 = entry. The columns of the long format get as wide as it needs. */
static void lay_widen_columns(void) {
  Reg entry = S0;
  static const struct {
    int field, width;
  } columns[] = {{ENTRY_LINKS, STATE_LINKS_WIDTH}, {ENTRY_UID, STATE_UID_WIDTH}, {ENTRY_GID, STATE_GID_WIDTH}};
  routine("widen_columns", in(A0, S5), destroys(A0, A1, A2, ALL_T));
  enter(entry);
  mov(entry, A0);
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
    ld32(A0, entry, columns[i].field);
    add(A1, STATE, columns[i].width);
    call("widen");
  }
  ld16(T0, entry, ENTRY_MODE);
  and(T0, T0, MODE_TYPE);
  beq(T0, MODE_CHARACTER_DEVICE, "device");
  beq(T0, MODE_BLOCK_DEVICE, "device");
  ld64(A0, entry, ENTRY_SIZE);
  add(A1, STATE, STATE_SIZE_WIDTH);
  call("widen");
  leave();
  label("device");
  ld32(A0, entry, ENTRY_MAJOR);
  add(A1, STATE, STATE_MAJOR_WIDTH);
  call("widen");
  ld32(A0, entry, ENTRY_MINOR);
  add(A1, STATE, STATE_MINOR_WIDTH);
  call("widen");
  get(T0, STATE_MAJOR_WIDTH);
  get(T1, STATE_MINOR_WIDTH);
  add(T0, T0, T1);
  add(T0, T0, 2); /* "8, 1" stands where the size of others does */
  get(T1, STATE_SIZE_WIDTH);
  bgeu(T1, T0, "wide_enough");
  set(T0, STATE_SIZE_WIDTH);
  label("wide_enough");
  leave();
}

/* read_target: in A0 = entry, a symbolic link. Where it points to becomes ENTRY_TARGET. */
static void lay_read_target(void) {
  Reg entry = S0, text = S1;
  static const char failed[] = "cannot read symbolic link";
  data("cannot_read_link", 1);
  data_bytes(failed, sizeof failed);
  routine("read_target", in(A0, S5), moves(S4), destroys(ALL_A, ALL_T));
  enter(entry, text);
  mov(entry, A0);
  add(A1, entry, ENTRY_NAME);
  get(A0, STATE_DIRECTORY_FD);
  la(A2, "target");
  li(A3, TARGET_ROOM - 1);
  sys(NR_READLINKAT);
  blt(A0, 0, "failed");
  la(text, "target");
  add(T0, text, A0);
  st8(0, T0, 0);
  add(A0, A0, 1);
  call("allocate");
  st64(A0, entry, ENTRY_TARGET);
  mov(A1, text);
  call("copy_string");
  leave();
  label("failed");
  mov(A2, A0);
  la(A0, "cannot_read_link");
  add(A1, entry, ENTRY_NAME);
  call("report_entry");
  leave();
  bss("target", TARGET_ROOM, 16);
}

/* note_quotes: in A0 = entry. Tells the listing if its name needs quotes, which aligns the others. */
static void lay_note_quotes(void) {
  routine("note_quotes", in(A0, S5), destroys(A0, A1, ALL_T));
  enter_bare();
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_TERMINAL, "noted");
  add(A0, A0, ENTRY_NAME);
  call("needs_quotes");
  get(T0, STATE_SOME_QUOTED);
  or (T0, T0, A0);
  set(T0, STATE_SOME_QUOTED);
  label("noted");
  leave();
}

/* add_entry: in A0 = name, A1 = type, as getdents64 tells it, 0 if it does not. Adds an entry to the listing. An
 * operand that cannot be accessed is told of and left out; an entry of a folder is told of and listed all the same. */
static void lay_add_entry(void) {
  Reg entry = S0;
  static const char failed[] = "cannot access";
  data("cannot_access", 1);
  data_bytes(failed, sizeof failed);
  routine("add_entry", in(A0, A1, S5), moves(S4), destroys(ALL_A, ALL_T));
  enter(entry);
  call("new_entry");
  mov(entry, A0);
  call("note_quotes");
  mov(A0, entry);
  call("wants_stat");
  beq(A0, 0, "list_it");
  mov(A0, entry);
  call("stat_entry");
  blt(A0, 0, "no_access");
  mov(A0, entry);
  call("keep_stat");
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_LONG, "list_it");
  mov(A0, entry);
  call("widen_columns");
  ld16(T0, entry, ENTRY_MODE);
  and(T0, T0, MODE_TYPE);
  bne(T0, MODE_LINK, "list_it");
  mov(A0, entry);
  call("read_target");
  label("list_it");
  get(T0, STATE_ENTRIES);
  st64(T0, entry, ENTRY_NEXT);
  set(entry, STATE_ENTRIES);
  leave();
  label("no_access");
  mov(A2, A0);
  la(A0, "cannot_access");
  add(A1, entry, ENTRY_NAME);
  call("report_entry");
  get(T0, STATE_DIRECTORY);
  bne(T0, 0, "list_it");
  leave();
}

/* merge: in A0, A1 = sorted lists of entries. Out A0 = all of them, sorted bytewise by name. */
static void lay_merge(void) {
  routine("merge", in(A0, A1), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  la(A2, "merged"); /* ENTRY_NEXT of the last entry merged */
  label("next_entry");
  beq(A0, 0, "rest_is_second");
  beq(A1, 0, "rest_is_first");
  add(A3, A0, ENTRY_NAME);
  add(A4, A1, ENTRY_NAME);
  label("next_byte");
  ld8(T0, A3, 0);
  ld8(T1, A4, 0);
  bne(T0, T1, "names_differ");
  beq(T0, 0, "take_first");
  add(A3, A3, 1);
  add(A4, A4, 1);
  jump("next_byte");
  label("names_differ");
  bltu(T0, T1, "take_first");
  st64(A1, A2, 0);
  mov(A2, A1);
  ld64(A1, A1, ENTRY_NEXT);
  jump("next_entry");
  label("take_first");
  st64(A0, A2, 0);
  mov(A2, A0);
  ld64(A0, A0, ENTRY_NEXT);
  jump("next_entry");
  label("rest_is_first");
  mov(A1, A0);
  label("rest_is_second");
  st64(A1, A2, 0);
  la(A2, "merged");
  ld64(A0, A2, 0);
  ret();
  bss("merged", 8, 8);
}

/* sort_entries: sorts STATE_ENTRIES. Merge sort without recursion: run k is empty or holds 2^k entries, and adding one
 * entry merges runs as adding 1 to a binary number carries. */
static void lay_sort_entries(void) {
  Reg unsorted = S0, run = S1, runs_end = S2;
  routine("sort_entries", in(S5), destroys(A0, A1, A2, A3, A4, ALL_T));
  enter(unsorted, run, runs_end);
  get(unsorted, STATE_ENTRIES); /* what is still to be sorted */
  label("next_entry");
  beq(unsorted, 0, "all_in_runs");
  mov(A1, unsorted);
  ld64(unsorted, unsorted, ENTRY_NEXT);
  st64(0, A1, ENTRY_NEXT);
  la(run, "runs");
  label("carry");
  ld64(A0, run, 0);
  beq(A0, 0, "empty_run");
  st64(0, run, 0);
  call("merge");
  mov(A1, A0);
  add(run, run, 8);
  jump("carry");
  label("empty_run");
  st64(A1, run, 0);
  jump("next_entry");

  label("all_in_runs");
  la(run, "runs");
  add(runs_end, run, RUNS * 8);
  li(A0, 0);
  label("next_run");
  mov(A1, A0);
  ld64(A0, run, 0);
  st64(0, run, 0);
  call("merge");
  add(run, run, 8);
  bne(run, runs_end, "next_run");
  set(A0, STATE_ENTRIES);
  leave();
  bss("runs", RUNS * 8, 8);
}

void lay_ls_entries(void) {
  lay_copy_string();
  lay_full_name();
  lay_report_entry();
  lay_new_entry();
  lay_wants_stat();
  lay_ask_statx();
  lay_stat_entry();
  lay_keep_stat();
  lay_widen();
  lay_widen_columns();
  lay_read_target();
  lay_note_quotes();
  lay_add_entry();
  lay_merge();
  lay_sort_entries();
}

/* SPDX-License-Identifier: MIT */
