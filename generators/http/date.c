/* date.c: dates as HTTP has them (RFC 9110, 5.6.7): one form is written, three are read.
 *
 * Seconds are counted from 1970. Years go from 0 to 9999 where a date is read; one that is written is of 1970 at least.
 * The line "Date" of an answer is made once a second. */
#include "http.h"

enum {
  DAY_NAME_ROOM = 10,  /* bytes of a name in "day_names" */
  YEARS_SHIFTED = 400, /* by so many, no number of a calendar that is read is negative */
  OCTETS_IN_MONTH_NAME = 3
};

/* append_two_digits: in A0 = destination, A1 = number, 0..99, A2 = octet that stands after it. Out A0 = after that. */
static void lay_append_two_digits(void) {
  routine("append_two_digits", in(A0, A1, A2), out(A0), destroys(A1, T0));
  mul(T0, A1, 103); /* 1024 tenths, which is exact for so small a number */
  shr(T0, T0, 10);
  add(T0, T0, '0');
  st8(T0, A0, 0);
  mul(T0, T0, 10);
  sub(A1, A1, T0);
  add(A1, A1, 11 * '0'); /* of both digits */
  st8(A1, A0, 1);
  st8(A2, A0, 2);
  add(A0, A0, 3);
  ret();
}

/* append_http_date: in A0 = destination, A1 = seconds, of a year from 1970 to 9999. Out A0 = after an IMF-fixdate:
 * "Sun, 06 Nov 1994 08:49:37 GMT". */
static void lay_append_http_date(void) {
  static const char days[][DAY_NAME_ROOM] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};
  Reg place = S0, day = S1, second = S2;
  Reg year = S1, minute = S1; /* when the day has been told, and the year */
  data("day_names", 1);
  data_bytes(days, sizeof days);
  data("month_names", 4);
  data_string("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ");

  routine("append_http_date", in(A0, A1), out(A0), destroys(A1, A2, A3, T0));
  enter(place, day, second);
  mov(place, A0);
  mov(A0, A1);
  li(A1, DAY);
  call("divide");
  mov(day, A0);
  mov(second, A1);
  add(A0, day, 4); /* 1970 began on a Thursday */
  li(A1, 7);
  call("divide");
  mul(T0, A1, DAY_NAME_ROOM);
  la(A1, "day_names");
  add(A1, A1, T0);
  ld32(T0, A1, 0);
  st32(T0, place, 0);
  st16(',' | ' ' << 8, place, 3);
  add(A0, day, MARCH_1_TO_EPOCH);
  call("civil_date");
  mov(year, A0);
  la(A0, "month_names");
  ld32x(T0, A0, A1);
  st32(T0, place, 8);
  add(A0, place, 5);
  mov(A1, A2);
  li(A2, ' ');
  call("append_two_digits");
  add(A0, A0, 4);
  mov(A1, year);
  call("append_decimal");
  st8(' ', A0, 0);
  add(place, A0, 1);
  mov(A0, second);
  li(A1, 60);
  call("divide");
  mov(second, A1);
  li(A1, 60);
  call("divide");
  mov(minute, A1);
  mov(A1, A0);
  mov(A0, place);
  li(A2, ':');
  call("append_two_digits");
  mov(A1, minute);
  call("append_two_digits");
  mov(A1, second);
  li(A2, ' ');
  call("append_two_digits");
  st32('G' | 'M' << 8 | 'T' << 16, A0, 0); /* and NUL, which is not counted */
  add(A0, A0, 3);
  leave();
}

/* refresh_date: in A0 = the monotonic clock in nanoseconds. Where a second is over since the clock of the calendar was
 * read, it is read again, and "date_line" made. */
static void lay_refresh_date(void) {
  static const NamedString strings[] = {{"date_field", "\r\nDate: "}};
  Reg now = S0;
  data_strings(strings);

  routine("refresh_date", in(A0), destroys(A0, A1, A2, A3, ALL_T));
  ld64_of(T0, "date_line_until", 0);
  bgeu(A0, T0, "over");
  ret();
  label("over");
  enter(now);
  mov(now, A0);
  li(A0, LINUX_CLOCK_REALTIME);
  la(A1, "calendar_clock");
  sys(NR_CLOCK_GETTIME); /* cannot fail: the clock exists and the place is ours */
  la(A1, "calendar_clock");
  ld64(T0, A1, 8);
  li(T1, 1000000000);
  sub(T1, T1, T0);
  add(now, now, T1);
  la(T0, "date_line_until");
  st64(now, T0, 0);
  ld64(now, A1, 0);
  la(A0, "date_line");
  la(A1, "date_field");
  call("append_string");
  mov(A1, now);
  call("append_http_date"); /* and NUL */
  leave();
  bss("calendar_clock", 16, 8);
  bss("date_line_until", 8, 8); /* on the monotonic clock, in nanoseconds */
  bss("date_line", 40, 1);
}

#define PLACE S0

/* take_number: in PLACE = text, A1 = how many digits, A2 = the octet that stands after them. Out A0 = the number, and
 * PLACE = after that octet; A0 = -1 if anything else stands there. */
static void lay_take_number(void) {
  routine("take_number", in(A1, A2), out(A0), moves(S0), destroys(A1, T0));
  li(A0, 0);
  label("next_digit");
  ld8(T0, PLACE, 0);
  sub(T0, T0, '0');
  bgtu(T0, 9, "refused");
  mul(A0, A0, 10);
  add(A0, A0, T0);
  add(PLACE, PLACE, 1);
  sub(A1, A1, 1);
  bne(A1, 0, "next_digit");
  ld8(T0, PLACE, 0);
  bne(T0, A2, "refused");
  add(PLACE, PLACE, 1);
  ret();
  label("refused");
  li(A0, -1);
  ret();
}

/* take_month_name: in PLACE = text, A2 = the octet that stands after the name of a month. Out A0 = month, 0..11, and
 * PLACE = after that octet; A0 = 12 if anything else stands there. */
static void lay_take_month_name(void) {
  routine("take_month_name", in(A2), out(A0), moves(S0), destroys(A1, ALL_T));
  la(A1, "month_names");
  li(A0, 0);
  ld32(T1, PLACE, 0);
  shl(T1, T1, 40);
  label("next_month");
  ld32(T0, A1, 0);
  shl(T0, T0, 40); /* three octets of four */
  beq(T0, T1, "found");
  add(A1, A1, 4);
  add(A0, A0, 1);
  bne(A0, 12, "next_month");
  ret();
  label("found");
  ld8(T0, PLACE, OCTETS_IN_MONTH_NAME);
  add(PLACE, PLACE, OCTETS_IN_MONTH_NAME + 1);
  beq(T0, A2, "taken");
  li(A0, 12);
  label("taken");
  ret();
}

/* take_time_of_day: in PLACE = text. Out A0 = the second of the day that "hh:mm:ss " says, and PLACE = after that; A0 =
 * -1 if anything else stands there. A minute may have a leap second. */
static void lay_take_time_of_day(void) {
  Reg seconds = S5;
  routine("take_time_of_day", out(A0), moves(S0), destroys(A1, A2, T0));
  enter(seconds);
  li(A1, 2);
  li(A2, ':');
  call("take_number");
  bgtu(A0, 23, "refused");
  mul(seconds, A0, 60);
  li(A1, 2);
  call("take_number");
  bgtu(A0, 59, "refused");
  add(seconds, seconds, A0);
  mul(seconds, seconds, 60);
  li(A1, 2);
  li(A2, ' ');
  call("take_number");
  bgtu(A0, 60, "refused");
  add(A0, A0, seconds);
  jump("returned");
  label("refused");
  li(A0, -1);
  label("returned");
  leave();
}

/* take_day_name: in PLACE = text. Moves PLACE after the name of a day, and after three letters of it if there are no
 * more. Out A0 = 1 if it is whole, 0 if it is short, -1 if there is none. */
static void lay_take_day_name(void) {
  routine("take_day_name", out(A0), moves(S0), destroys(A1, A2, ALL_T));
  la(A1, "day_names");
  li(A0, 7);
  label("next_name");
  li(A2, 0);
  label("next_letter");
  ld8x(T0, A1, A2);
  beq(T0, 0, "whole");
  ld8x(T1, PLACE, A2);
  bne(T0, T1, "differs");
  add(A2, A2, 1);
  jump("next_letter");
  label("differs");
  bgeu(A2, 3, "short");
  add(A1, A1, DAY_NAME_ROOM);
  sub(A0, A0, 1);
  bne(A0, 0, "next_name");
  li(A0, -1);
  ret();
  label("whole");
  add(PLACE, PLACE, A2);
  li(A0, 1);
  ret();
  label("short");
  add(PLACE, PLACE, 3);
  li(A0, 0);
  ret();
}

/* complete_year: in A0 = the last two digits of a year. Out A0 = the year that is meant: it is at most 50 years from
 * now, by "calendar_clock", and the last such one. */
static void lay_complete_year(void) {
  Reg digits = S0;
  routine("complete_year", in(A0), out(A0), destroys(A1, A2, A3, T0));
  enter(digits);
  mov(digits, A0);
  ld64_of(A0, "calendar_clock", 0);
  li(A1, DAY);
  call("divide");
  add(A0, A0, MARCH_1_TO_EPOCH);
  call("civil_date");
  add(A0, A0, 50);
  sub(A0, A0, digits);
  li(A1, 100);
  call("divide"); /* the quotient is the century that is meant */
  mul(A0, A0, 100);
  add(A0, A0, digits);
  leave();
}

/* parse_http_date: in A0 = octets, A1 = after them, where an octet stands that is in no date. Out A0 = the seconds that
 * they say, or NO_DATE: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
 * The name of the day is not held to the date. */
static void lay_parse_http_date(void) {
  Reg end = S1, day = S2, month = S3, year = S4, second = S5;
  Reg separator = S5; /* before the time of day is known */
  Reg days = S1;      /* when all is known */
  routine("parse_http_date", in(A0, A1), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(PLACE, end, day, month, year, second);
  mov(PLACE, A0);
  mov(end, A1);
  call("take_day_name");
  blt(A0, 0, "none");
  ld8(T0, PLACE, 0);
  li(separator, '-');
  bne(A0, 0, "comma");
  li(separator, ' ');
  beq(T0, ' ', "month_first");
  label("comma");
  bne(T0, ',', "none");
  ld8(T0, PLACE, 1);
  bne(T0, ' ', "none");
  add(PLACE, PLACE, 2);
  li(A1, 2);
  mov(A2, separator);
  call("take_number");
  mov(day, A0);
  call("take_month_name");
  mov(month, A0);
  li(A1, 4);
  li(A2, ' ');
  beq(separator, ' ', "digits_of_year");
  li(A1, 2);
  label("digits_of_year");
  call("take_number");
  mov(year, A0);
  beq(separator, ' ', "year_complete");
  bgtu(A0, 99, "none");
  call("complete_year");
  mov(year, A0);
  label("year_complete");
  call("take_time_of_day");
  mov(second, A0);
  ld32(T0, PLACE, 0);
  shl(T0, T0, 40);
  li(T1, ((int64_t)'G' | 'M' << 8 | 'T' << 16) << 40);
  bne(T0, T1, "none");
  add(PLACE, PLACE, 3);
  jump("complete");

  label("month_first");
  add(PLACE, PLACE, 1);
  li(A2, ' ');
  call("take_month_name");
  mov(month, A0);
  li(A1, 2);
  ld8(T0, PLACE, 0);
  bne(T0, ' ', "digits_of_day");
  add(PLACE, PLACE, 1);
  li(A1, 1);
  label("digits_of_day");
  call("take_number");
  mov(day, A0);
  call("take_time_of_day");
  mov(second, A0);
  li(A1, 4);
  ld8(A2, end, 0);
  call("take_number");
  mov(year, A0);
  sub(PLACE, PLACE, 1);
  label("complete");
  bne(PLACE, end, "none");
  blt(second, 0, "none");
  bgtu(year, 9999, "none");
  bgtu(month, 11, "none");
  mov(A0, month); /* months and years from the 1st of March */
  add(year, year, YEARS_SHIFTED);
  bgeu(A0, 2, "from_march");
  add(A0, A0, 12);
  sub(year, year, 1);
  label("from_march");
  mul(A0, A0, 153);
  sub(A0, A0, 2 * 153 - 2);
  li(A1, 5);
  call("divide");
  add(days, A0, day);
  sub(days, days, 1);
  mul(A0, year, 365);
  add(days, days, A0);
  shr(A0, year, 2);
  add(days, days, A0);
  mov(A0, year);
  li(A1, 100);
  call("divide");
  sub(days, days, A0);
  shr(A0, A0, 2); /* of the centuries every fourth */
  add(days, days, A0);
  mov(A0, days);
  call("civil_date");
  bne(A2, day, "none"); /* the month has no such day */
  sub(A0, days, MARCH_1_TO_EPOCH + YEARS_SHIFTED / 400 * DAYS_OF_400_YEARS);
  mul(A0, A0, DAY);
  add(A0, A0, second);
  jump("returned");
  label("none");
  li(A0, NO_DATE);
  label("returned");
  leave();
}

void lay_http_date(void) {
  lay_divide();
  lay_civil_date();
  lay_append_two_digits();
  lay_append_http_date();
  lay_refresh_date();
  lay_take_number();
  lay_take_month_name();
  lay_take_time_of_day();
  lay_take_day_name();
  lay_complete_year();
  lay_parse_http_date();
}

/* SPDX-License-Identifier: MIT */
