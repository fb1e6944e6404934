/* listing.c: a folder without an index, as a Markdown document that is rendered as any other.
 *
 * The records that the kernel tells of are read into the memory of the document. After them stand the places of the
 * names, which are sorted, and after these the Markdown is written; at last it moves to the front. In Markdown, every
 * byte of a name that could mean something is a character reference; in a URL it is percent-encoded. */
#include "http.h"

#define NAMES S1 /* offsets of names from BASE, 32 bits each */
#define BASE S2  /* where the records begin */

enum {
  STEP = 32 << 10,     /* room for records that is offered at a time; reserve_document has left more */
  TEXT_PER_RECORD = 10 /* a record has 20 bytes and its name, and one byte of that is 9 in Markdown at most */
};

/* Types of names that are listed. Where paths are walked, links are not followed. */
enum {
  LISTED = 1 << 0 | 1 << (MODE_DIRECTORY >> MODE_TYPE_SHIFT) | 1 << (MODE_REGULAR >> MODE_TYPE_SHIFT),
  LISTED_LINK = 1 << (MODE_LINK >> MODE_TYPE_SHIFT)
};

/* read_records: in A0 = descriptor of a folder. Out A0 = 0, or -errno. The document is what getdents64 tells of it. */
static void lay_read_records(void) {
  Reg descriptor = S0;
  routine("read_records", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(descriptor);
  mov(descriptor, A0);
  label("next_read");
  li(A0, 0);
  call("reserve_document");
  blt(A0, 0, "ended");
  la(A2, "document");
  ld64(A1, A2, DOCUMENT_BASE);
  ld64(T0, A2, DOCUMENT_LENGTH);
  add(A1, A1, T0);
  li(A2, STEP);
  mov(A0, descriptor);
  sys(NR_GETDENTS64);
  beq(A0, -LINUX_EINTR, "next_read");
  ble(A0, 0, "ended");
  la(A2, "document");
  ld64(T0, A2, DOCUMENT_LENGTH);
  add(T0, T0, A0);
  st64(T0, A2, DOCUMENT_LENGTH);
  jump("next_read");
  label("ended");
  leave();
}

/* note_names: in NAMES = after the records, BASE. Out A0 = how many names are listed, which NAMES tells from now on. */
static void lay_note_names(void) {
  routine("note_names", in(S1, S2), out(A0), destroys(A1, A2, A3, T0));
  ld64_of(T0, "folder", FOLDER_WALKS);
  li(A3, LISTED);
  bne(T0, 0, "no_links");
  li(A3, LISTED | LISTED_LINK);
  label("no_links");
  mov(A1, BASE);
  mov(A2, NAMES);
  jump("any_record");
  label("next_record");
  ld8(T0, A1, DIRENT_NAME);
  beq(T0, '.', "noted");
  ld8(T0, A1, DIRENT_TYPE);
  shr(T0, A3, T0);
  bclr(T0, 1, "noted");
  add(T0, A1, DIRENT_NAME);
  sub(T0, T0, BASE);
  st32_next(T0, A2);
  label("noted");
  ld16(T0, A1, DIRENT_LENGTH);
  add(A1, A1, T0);
  label("any_record");
  bltu(A1, NAMES, "next_record");
  sub(A0, A2, NAMES);
  shr(A0, A0, 2);
  ret();
}

/* sort_names: in A0 = how many NAMES there are. Sorts them by their bytes, as a heap. */
static void lay_sort_names(void) {
  Reg start = S3, end = S4;
  Reg root = S3, child = S4, limit = S5; /* of sift_name */
  routine("sort_names", in(A0, S1, S2), destroys(A0, A1, ALL_T));
  enter(start, end);
  mov(end, A0);
  shr(start, A0, 1);
  label("next");
  bleu(end, 1, "sorted");
  beq(start, 0, "heap_made");
  sub(start, start, 1);
  jump("sift");
  label("heap_made");
  sub(end, end, 1);
  ld32x(T0, NAMES, end);
  ld32(T1, NAMES, 0);
  st32x(T1, NAMES, end);
  st32(T0, NAMES, 0);
  label("sift");
  mov(A0, start);
  mov(A1, end);
  call("sift_name");
  jump("next");
  label("sorted");
  leave();

  /* sift_name: in A0 = ordinal of a name, A1 = of the first that is not in the heap. It goes down to where it belongs.
   */
  routine("sift_name", in(A0, A1, S1, S2), destroys(A0, A1, ALL_T));
  enter(root, child, limit);
  mov(root, A0);
  mov(limit, A1);
  label("next");
  add(child, root, root);
  add(child, child, 1);
  bgeu(child, limit, "in_place");
  add(T0, child, 1);
  bgeu(T0, limit, "greater_child");
  ld32x(A0, NAMES, child);
  ld32x(A1, NAMES, T0);
  call("is_before");
  add(child, child, A0);
  label("greater_child");
  ld32x(A0, NAMES, root);
  ld32x(A1, NAMES, child);
  call("is_before");
  beq(A0, 0, "in_place");
  ld32x(T0, NAMES, root);
  ld32x(T1, NAMES, child);
  st32x(T1, NAMES, root);
  st32x(T0, NAMES, child);
  mov(root, child);
  jump("next");
  label("in_place");
  leave();

  /* is_before: in A0, A1 = offsets of two names. Out A0 = 1 if the first one comes first, else 0. */
  routine("is_before", in(A0, A1, S2), out(A0), destroys(A1, ALL_T));
  add(A0, A0, BASE);
  add(A1, A1, BASE);
  label("next_byte");
  ld8_next(T0, A0);
  ld8_next(T1, A1);
  beq(T0, T1, "next_byte"); /* no two names of a folder are the same */
  li(A0, 1);
  bltu(T0, T1, "before");
  li(A0, 0);
  label("before");
  ret();
}

/* append_name: in A0 = destination, A1 = NUL-terminated name. Out A0 = after it, as Markdown text that means this name
 * and nothing else. */
static void lay_append_name(void) {
  Reg name = S0;
  routine("append_name", in(A0, A1), out(A0), destroys(A1, A2, A3, T0));
  enter(name);
  mov(name, A1);
  label("next_byte");
  ld8(A1, name, 0);
  beq(A1, 0, "done");
  add(name, name, 1);
  bgeu(A1, 0x80, "as_it_is");
  or (T0, A1, 0x20);
  sub(T0, T0, 'a');
  bleu(T0, 'z' - 'a', "as_it_is");
  sub(T0, A1, '0');
  bleu(T0, 9, "as_it_is");
  st16_next('&' | '#' << 8, A0);
  call("append_decimal");
  li(A1, ';');
  label("as_it_is");
  st8_next(A1, A0);
  jump("next_byte");
  label("done");
  leave();
}

/* append_item: in A0 = destination, A1 = name. Out A0 = after a list item that leads to it. */
static void lay_append_item(void) {
  Reg name = S0;
  static const NamedString strings[] = {{"before_name", "- ["}, {"after_name", "]("}, {"after_path", ")\n"}};
  packed_strings(strings);
  routine("append_item", in(A0, A1), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  enter(name);
  mov(name, A1);
  la(A1, "before_name");
  call("append_string");
  mov(A1, name);
  call("append_name");
  call("append_slash");
  la(A1, "after_name");
  call("append_string");
  mov(A1, name);
  call("append_encoded");
  call("append_slash");
  la(A1, "after_path");
  call("append_string");
  leave();

  /* append_slash: in A0 = destination, name = a name in its record. Out A0 = after the "/" of a folder. */
  routine("append_slash", in(A0, S0), out(A0), destroys(T0));
  ld8(T0, name, DIRENT_TYPE - DIRENT_NAME);
  bne(T0, MODE_DIRECTORY >> MODE_TYPE_SHIFT, "no_folder");
  st8_next('/', A0);
  label("no_folder");
  ret();
}

/* list_folder: in A0 = descriptor of a folder, "path" = what it is called. Out A0 = 0, or -errno. The document becomes
 * its listing. */
static void lay_list_folder(void) {
  Reg text = S0, left = S3, next = S4;
  static const NamedString strings[] = {{"before_folder", "# "}, {"after_folder", "\n\n"}, {"parent", "- [..](../)\n"}};
  packed_strings(strings);
  routine("list_folder", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(text, NAMES, BASE, left, next);
  call("read_records");
  blt(A0, 0, "done");
  ld64_of(A0, "document", DOCUMENT_LENGTH);
  mul(A0, A0, TEXT_PER_RECORD);
  call("reserve_document");
  blt(A0, 0, "done");
  la(T0, "document");
  ld64(BASE, T0, DOCUMENT_BASE);
  ld64(T0, T0, DOCUMENT_LENGTH);
  add(NAMES, BASE, T0);
  call("note_names");
  mov(left, A0);
  call("sort_names");
  mov(next, NAMES);
  shl(T0, left, 2);
  add(text, NAMES, T0);
  mov(A0, text);
  la(A1, "before_folder");
  call("append_string");
  la(A1, "path");
  call("append_name");
  la(A1, "after_folder");
  call("append_string");
  ld8_of(T0, "path", 1);
  beq(T0, 0, "any_name");
  la(A1, "parent");
  call("append_string");
  jump("any_name");
  label("next_name");
  ld32(A1, next, 0);
  add(A1, A1, BASE);
  call("append_item");
  add(next, next, 4);
  sub(left, left, 1);
  label("any_name");
  bne(left, 0, "next_name");
  sub(A2, A0, text);
  la(T0, "document");
  st64(A2, T0, DOCUMENT_LENGTH);
  mov(A0, BASE);
  mov(A1, text);
  call("append_bytes");
  li(A0, 0);
  label("done");
  leave();
}

void lay_http_listing(void) {
  lay_read_records();
  lay_note_names();
  lay_sort_names();
  lay_append_name();
  lay_append_item();
  lay_list_folder();
}

/* SPDX-License-Identifier: MIT */
