/* conditions.c: the entity tag of a page, and what a request makes of it: preconditions (RFC 9110, 13) and ranges (14).
 *
 * The tag is a hash of the page's bytes. So it is a strong one, the same after a restart and on every machine, and it
 * does not change with a time that the file system keeps too coarsely. */
#include "http.h"

#define START S4 /* as next_element has it */

/* hash_page: in A0 = bytes, A1 = how many. Out A0 = a hash of them. */
static void lay_hash_page(void) {
  routine("hash_page", in(A0, A1), out(A0), destroys(A1, A2, A3, T0));
  mov(A2, A0);
  add(A0, A1, 1);
  li(A3, (int64_t)UINT64_C(0x9e3779b97f4a7c15));
  label("next_eight");
  bltu(A1, 8, "next_byte");
  ld64(T0, A2, 0);
  add(A2, A2, 8);
  sub(A1, A1, 8);
  label("mix");
  xor(A0, A0, T0);
  mul(A0, A0, A3);
  shr(T0, A0, 32);
  xor(A0, A0, T0);
  jump("next_eight");
  label("next_byte");
  beq(A1, 0, "done");
  ld8_next(T0, A2);
  sub(A1, A1, 1);
  jump("mix");
  label("done");
  mul(A0, A0, A3);
  shr(T0, A0, 29);
  xor(A0, A0, T0);
  ret();
}

/* gather_status: in "file_status". Out A0 = where all stands together that changes when the file does, STATUS_GATHERED
 * bytes: device, inode, size and times, which lie in the place of the count of blocks and of the time of access, for
 * these do not matter; A1 = its size. */
static void lay_hash_status(void) {
  routine("gather_status", out(A0, A1), destroys(T0));
  la(A0, "file_status");
  ld64(T0, A0, STAT_INODE);
  st64(T0, A0, STAT_ATIME);
  ld64(A1, A0, STAT_SIZE);
  st64(A1, A0, STAT_ATIME + 8);
  ld64(T0, A0, STAT_DEVICE);
  st64(T0, A0, STAT_ATIME - 8);
  add(A0, A0, STAT_ATIME - 8);
  ret();

  /* hash_status: in "file_status". Out A0 = a hash of what changes when the file does, A1 = its size. */
  routine("hash_status", out(A0, A1), destroys(A2, A3, T0));
  enter_bare();
  call("gather_status");
  add(A0, A0, 8); /* a device may have another number after the next start */
  li(A1, STATUS_GATHERED - 8);
  call("hash_page");
  ld64_of(A1, "file_status", STAT_SIZE);
  leave();
}

/* note_tag: in A0 = a hash. "selected_tag" becomes its sixteen digits between quotation marks. */
static void lay_note_tag(void) {
  routine("note_tag", in(A0), destroys(A1, A2, A3, T0));
  la(A1, "selected_tag");
  la(A3, "hex_digits");
  st8_next('"', A1);
  li(A2, 64);
  label("next_digit");
  sub(A2, A2, 4);
  shr(T0, A0, A2);
  and(T0, T0, 15);
  ld8x(T0, A3, T0);
  or (T0, T0, 0x20); /* small letters */
  st8_next(T0, A1);
  bne(A2, 0, "next_digit");
  st16('"', A1, 0); /* and NUL */
  ret();
}

/* find_noted: in A2 = NOTED_*, a field. Out A0 = where its value begins, 0 if it has not come; A1 = where it ends. Of
 * one that has come more than once, that is the end of the last one: what lies between is no value of a field that may
 * come once. */
static void lay_find_noted(void) {
  routine("find_noted", in(A2), out(A0), out_if(A1), destroys(ALL_T));
  li(A0, 0);
  la(T0, "noted");
  label("next_line");
  ld64(T1, T0, NOTED_FIELD);
  beq(T1, 0, "done");
  add(T0, T0, NOTED_SIZE);
  bne(T1, A2, "next_line");
  ld64(A1, T0, NOTED_END - NOTED_SIZE);
  bne(A0, 0, "next_line");
  ld64(A0, T0, NOTED_BEGIN - NOTED_SIZE);
  jump("next_line");
  label("done");
  ret();
}

/* is_tag_listed: in A2 = NOTED_IF_MATCH, NOTED_IF_NONE_MATCH, where a weak tag matches too, or NOTED_IF_RANGE. Out A0 =
 * 1 if "selected_tag" is in the list that all lines of that field make (RFC 9110, 5.3), or a line is "*"; 0 if not, -1
 * if the field has not come. */
static void lay_is_tag_listed(void) {
  Reg field = S0, line = S1, verdict = S2;
  routine("is_tag_listed", in(A2), out(A0), destroys(A1, A3, ALL_T));
  enter(field, line, verdict, START);
  mov(field, A2);
  la(line, "noted");
  li(verdict, -1);
  label("next_line");
  ld64(T0, line, NOTED_FIELD);
  beq(T0, 0, "judged");
  add(line, line, NOTED_SIZE);
  bne(T0, field, "next_line");
  li(verdict, 0);
  ld64(START, line, NOTED_BEGIN - NOTED_SIZE);
  ld64(A3, line, NOTED_END - NOTED_SIZE);
  sub(T1, A3, START);
  bne(T1, 1, "next");
  ld8(T0, START, 0);
  beq(T0, '*', "listed");
  label("next");
  call("next_element");
  beq(A0, A1, "next_line");
  sub(T1, A1, A0);
  bne(field, NOTED_IF_NONE_MATCH, "strong");
  ld16(T0, A0, 0);
  bne(T0, 'W' | '/' << 8, "strong");
  add(A0, A0, 2);
  sub(T1, T1, 2);
  label("strong");
  bne(T1, TAG_LENGTH, "next");
  la(A1, "selected_tag");
  label("next_byte");
  ld8(T0, A1, 0);
  beq(T0, 0, "listed");
  ld8_next(T1, A0);
  add(A1, A1, 1);
  beq(T0, T1, "next_byte");
  jump("next");
  label("listed");
  li(verdict, 1);
  label("judged");
  mov(A0, verdict);
  leave();
}

/* take_position: in A0 = place, A1 = end. Out A2 = the number there, more than 2^40 as 2^40, A0 = after its digits. */
static void lay_take_position(void) {
  routine("take_position", in(A0, A1), out(A0, A2), destroys(T0));
  li(A2, 0);
  label("next_digit");
  bgeu(A0, A1, "ended");
  ld8(T0, A0, 0);
  sub(T0, T0, '0');
  bgtu(T0, 9, "ended");
  add(A0, A0, 1);
  mul(A2, A2, 10);
  add(A2, A2, T0);
  li(T0, INT64_C(1) << 40);
  bleu(A2, T0, "next_digit");
  mov(A2, T0);
  jump("next_digit");
  label("ended");
  ret();
}

/* select_range: in A0 = value of Range, A1 = after it. Out A0 = 206, and SELECTED_* is that part; 416 if the page does
 * not have it; 200 if the field is to be ignored: another unit, several ranges, or not well formed (RFC 9110, 14.2). */
static void lay_select_range(void) {
  Reg first = S0, start = S1, whole = S2;
  static const NamedString words[] = {{"word_bytes", "bytes"}};
  packed_strings(words);

  routine("select_range", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(first, start, whole);
  ld64_of(whole, "selected", SELECTED_WHOLE);
  sub(T0, A1, A0);
  bltu(T0, 8, "ignored"); /* bytes=0- */
  mov(start, A0);
  mov(A3, A1);
  add(A1, A0, 5);
  la(A2, "word_bytes");
  call("equals_word");
  beq(A0, 0, "ignored");
  ld8(T0, start, 5);
  bne(T0, '=', "ignored");
  add(start, start, 6);
  mov(A0, start);
  mov(A1, A3);
  call("take_position");
  ld8(T0, A0, 0);
  bne(T0, '-', "ignored"); /* after the value stands a blank or the end of the line */
  sub(T0, A0, start);
  add(A0, A0, 1);
  mov(start, A0);
  mov(first, A2);
  beq(T0, 0, "suffix");
  bgeu(A0, A1, "to_the_end");
  call("take_position");
  bne(A0, A1, "ignored");
  bltu(A2, first, "ignored");
  bgeu(first, whole, "not_there");
  add(A2, A2, 1);
  bltu(A2, whole, "selected_part");
  label("end_of_page");
  mov(A2, whole);
  label("selected_part"); /* from `first` to before A2 */
  la(T0, "selected");
  st64(first, T0, SELECTED_FIRST);
  sub(A2, A2, first);
  st64(A2, T0, SELECTED_LENGTH);
  li(A0, 206);
  jump("returned");
  label("to_the_end");
  bltu(first, whole, "end_of_page");
  label("not_there");
  li(A0, 416);
  jump("returned");
  label("suffix");
  call("take_position");
  beq(A0, start, "ignored");
  bne(A0, A1, "ignored");
  beq(A2, 0, "not_there");
  beq(whole, 0, "not_there");
  li(first, 0);
  bgeu(A2, whole, "end_of_page");
  sub(first, whole, A2);
  jump("end_of_page");
  label("ignored");
  li(A0, 200);
  label("returned");
  leave();
}

/* note_modified: in A0 = when the file was modified, in seconds. SELECTED_MODIFIED becomes that, but no time to come
 * (RFC 9110, 8.8.2.1). */
static void lay_note_modified(void) {
  routine("note_modified", in(A0), destroys(A0, T0));
  ld64_of(T0, "calendar_clock", 0);
  ble(A0, T0, "has_been");
  mov(A0, T0);
  label("has_been");
  la(T0, "selected");
  st64(A0, T0, SELECTED_MODIFIED);
  ret();
}

/* judge_preconditions: what "request" says of "selected". Out A0 = 200, 304 or 412. The order is that of RFC
 * 9110, 13.2.2; a date that is none does not count. */
static void lay_judge_preconditions(void) {
  routine("judge_preconditions", out(A0), destroys(A1, A2, A3, ALL_T));
  enter_bare();
  li(A2, NOTED_IF_MATCH);
  call("is_tag_listed");
  blt(A0, 0, "if_unmodified_since");
  bne(A0, 0, "if_none_match");
  label("failed");
  li(A0, 412);
  jump("returned");
  label("if_unmodified_since");
  li(A2, NOTED_IF_UNMODIFIED_SINCE);
  call("was_modified_since");
  bgt(A0, 0, "failed");
  label("if_none_match");
  li(A2, NOTED_IF_NONE_MATCH);
  call("is_tag_listed");
  blt(A0, 0, "if_modified_since");
  beq(A0, 0, "fulfilled");
  label("not_modified");
  li(A0, 304);
  jump("returned");
  label("if_modified_since");
  li(A2, NOTED_IF_MODIFIED_SINCE);
  call("was_modified_since");
  beq(A0, 0, "not_modified");
  label("fulfilled");
  li(A0, 200);
  label("returned");
  leave();

  /* was_modified_since: in A2 = NOTED_*, a field. Out A0 = 1 if SELECTED_MODIFIED is later than the date there, 0 if
   * not, -1 if there is no date or nobody knows. */
  routine("was_modified_since", in(A2), out(A0), destroys(A1, A2, A3, ALL_T));
  enter_bare();
  call("find_noted");
  beq(A0, 0, "no_date");
  call("parse_http_date");
  ld64_of(T0, "selected", SELECTED_MODIFIED);
  blt(T0, 0, "no_date");
  li(T1, NO_DATE);
  beq(A0, T1, "no_date");
  mov(T1, A0);
  li(A0, 0);
  ble(T0, T1, "compared");
  li(A0, 1);
  label("compared");
  jump("returned");
  label("no_date");
  li(A0, -1);
  label("returned");
  leave();
}

/* is_range_current: in A0 = value of If-Range, A1 = after it. Out A0 = more than 0 if it is the tag of "selected", or
 * its date, which says as much as a tag as soon as that second is over (RFC 9110, 8.8.2.2). */
static void lay_is_range_current(void) {
  Reg value = S0, end = S1;
  routine("is_range_current", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(value, end);
  mov(value, A0);
  mov(end, A1);
  call("parse_http_date");
  li(T0, NO_DATE);
  beq(A0, T0, "tag");
  ld64_of(T0, "selected", SELECTED_MODIFIED);
  bne(A0, T0, "other");
  ld64_of(T1, "calendar_clock", 0);
  bgeu(T0, T1, "other");
  li(A0, 1);
  jump("returned");
  label("tag");
  sub(T0, end, value);
  bne(T0, TAG_LENGTH, "other"); /* neither "*" nor a list */
  li(A2, NOTED_IF_RANGE);
  call("is_tag_listed");
  jump("returned");
  label("other");
  li(A0, 0);
  label("returned");
  leave();
}

/* judge_conditions: in A0 = a page, A1 = its length, A2 = REQUEST_* of the request, A3 = a hash of the page. Out A0 =
 * 200, or what "request" makes of that: 304, 412, 206, 416; A1 = what is to be sent, A2 = its length, 0 where it is no
 * page. SELECTED_MODIFIED stands there already. */
static void lay_judge_conditions(void) {
  Reg page = S0, traits = S1;
  routine("judge_conditions", in(A0, A1, A2, A3), out(A0, A2), out_if(A1), destroys(A3, ALL_T));
  enter(page, traits);
  mov(page, A0);
  mov(traits, A2);
  la(T0, "selected");
  st64(0, T0, SELECTED_FIRST);
  st64(A1, T0, SELECTED_LENGTH);
  st64(A1, T0, SELECTED_WHOLE);
  mov(A0, A3);
  call("note_tag");
  call("judge_preconditions");
  bne(A0, 200, "without_page");
  bset(traits, REQUEST_HEAD, "whole"); /* ranges are for GET (RFC 9110, 14.2) */
  li(A2, NOTED_IF_RANGE);
  call("find_noted");
  beq(A0, 0, "unconditional");
  call("is_range_current");
  ble(A0, 0, "whole");
  label("unconditional");
  li(A2, NOTED_RANGE);
  call("find_noted");
  beq(A0, 0, "whole");
  call("select_range");
  beq(A0, 416, "without_page");
  jump("selected_part");
  label("whole");
  li(A0, 200);
  label("selected_part");
  ld64_of(A1, "selected", SELECTED_FIRST);
  add(A1, A1, page);
  ld64_of(A2, "selected", SELECTED_LENGTH);
  jump("returned");
  label("without_page");
  li(A2, 0);
  label("returned");
  leave();
  bss("selected", SELECTED_SIZE, 8);
  bss("selected_tag", TAG_LENGTH + 1, 1);
}

void lay_http_conditions(void) {
  lay_hash_page();
  lay_hash_status();
  lay_note_tag();
  lay_find_noted();
  lay_is_tag_listed();
  lay_take_position();
  lay_select_range();
  lay_note_modified();
  lay_judge_preconditions();
  lay_is_range_current();
  lay_judge_conditions();
}

/* SPDX-License-Identifier: MIT */
