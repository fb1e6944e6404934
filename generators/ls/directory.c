/* directory.c: a folder, read and listed. */
#include "ls.h"

enum { DIRENTS_ROOM = 64 << 10 };

static int open_flags(void) {
  return bl_machine_now()->o_directory | LINUX_O_RDONLY | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC;
}

/* put_heading: in A0 = name of a folder. Writes "NAME:" with an empty line between it and the listing before. */
static void lay_put_heading(void) {
  Reg name = S0;
  routine("put_heading", in(A0, S5), moves(S4), destroys(A0, A1, A2, ALL_T));
  enter(name);
  mov(name, A0);
  get(T0, STATE_HEADINGS);
  beq(T0, 0, "done");
  get(T0, STATE_HEADED);
  beq(T0, 0, "first_heading");
  put_literal("\n");
  label("first_heading");
  set(1, STATE_HEADED);
  mov(A0, name);
  call("put_heading_name");
  put_literal(":\n");
  label("done");
  leave();
}

/* read_entries: adds all that STATE_DIRECTORY_FD holds to the listing. Out A0 = 0, or -errno. */
static void lay_read_entries(void) {
  Reg record = S0, end = S1;
  routine("read_entries", in(S5), out(A0), moves(S4), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(record, end);
  label("read_more");
  get(A0, STATE_DIRECTORY_FD);
  la(A1, "dirents");
  li(A2, DIRENTS_ROOM);
  sys(NR_GETDENTS64);
  beq(A0, -LINUX_ENOENT, "removed");
  ble(A0, 0, "ended");
  la(record, "dirents");
  add(end, record, A0);
  label("next_entry");
  ld8(T0, record, DIRENT_NAME);
  bne(T0, '.', "not_hidden");
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_ALL, "added");
  label("not_hidden");
  add(A0, record, DIRENT_NAME);
  ld8(A1, record, DIRENT_TYPE);
  call("add_entry");
  label("added");
  ld16(T0, record, DIRENT_LENGTH);
  add(record, record, T0);
  bltu(record, end, "next_entry");
  jump("read_more");
  label("removed"); /* a folder that was removed while it is open is empty */
  li(A0, 0);
  label("ended");
  leave();
  bss("dirents", DIRENTS_ROOM, 16);
}

/* put_total: writes "total N", the blocks of all entries in units of 1,024 bytes, in the long format. */
static void lay_put_total(void) {
  routine("put_total", in(S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter_bare();
  get(T0, STATE_OPTIONS);
  bclr(T0, OPTION_LONG, "done");
  put_literal("total ");
  get(A0, STATE_BLOCKS);
  add(A0, A0, 1);
  shr(A0, A0, 1);
  li(A1, 0);
  call("put_number");
  put_literal("\n");
  label("done");
  leave();
}

/* put_entries: writes the entries of the listing, each on its line. */
static void lay_put_entries(void) {
  Reg entry = S0;
  routine("put_entries", in(S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(entry);
  get(entry, STATE_ENTRIES);
  label("next_entry");
  beq(entry, 0, "done");
  mov(A0, entry);
  call("put_row");
  put_literal("\n");
  ld64(entry, entry, ENTRY_NEXT);
  jump("next_entry");
  label("done");
  leave();
}

/* begin_listing: in A0 = name of the folder, or 0 for the operands, A1 = its descriptor. */
static void lay_begin_listing(void) {
  routine("begin_listing", in(A0, A1, S5));
  set(A0, STATE_DIRECTORY);
  set(A1, STATE_DIRECTORY_FD);
  for (int field = STATE_ENTRIES; field < STATE_SIZE; field += 8)
    set(0, field);
  ret();
}

/* list_directory: in A0 = name. */
static void lay_list_directory(void) {
  Reg name = S0;
  static const NamedString strings[] = {{"open_failed", "cannot open directory"}, {"read_failed", "reading directory"}};
  data_strings(strings);
  routine("list_directory", in(A0, S5), moves(S4), destroys(ALL_A, ALL_T));
  enter(name);
  mov(name, A0);
  label("open");
  li(A0, LINUX_AT_FDCWD);
  mov(A1, name);
  li(A2, open_flags());
  sys(NR_OPENAT);
  beq(A0, -LINUX_EINTR, "open");
  blt(A0, 0, "cannot_open");
  mov(A1, A0);
  mov(A0, name);
  call("begin_listing");
  call("mark_memory");
  mov(A0, name);
  call("put_heading");
  call("read_entries");
  beq(A0, 0, "read");
  mov(A2, A0);
  la(A0, "read_failed");
  mov(A1, name);
  li(A3, STATUS_SERIOUS);
  call("report");
  label("read");
  get(A0, STATE_DIRECTORY_FD);
  sys(NR_CLOSE);
  call("sort_entries");
  call("put_total");
  call("put_entries");
  call("release_memory");
  leave();
  label("cannot_open");
  mov(A2, A0);
  la(A0, "open_failed");
  mov(A1, name);
  li(A3, STATUS_SERIOUS);
  call("report");
  leave();
}

void lay_ls_directory(void) {
  lay_put_heading();
  lay_read_entries();
  lay_put_total();
  lay_put_entries();
  lay_begin_listing();
  lay_list_directory();
}

/* SPDX-License-Identifier: MIT */
