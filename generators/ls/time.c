/* time.c: a time of modification as a date, in UTC: "Mar  1 12:34" of the last six months, "Mar  1  2024" otherwise.
 *
 * Years are counted from one so early that no number is negative. */
#include "ls.h"

enum {
  ERAS = 5368710, /* of 400 years, that make every time positive whose year has 32 bits */
  HALF_A_YEAR = 31556952 / 2
};

/* The first and the last second whose year, less 1900, is a signed number of 32 bits. Others are shown as seconds. */
#define FIRST_SECOND (-INT64_C(67768040609740800))
#define LAST_SECOND INT64_C(67768036191676799)

/* read_clock: STATE_NOW becomes the present time. */
static void lay_read_clock(void) {
  routine("read_clock", in(S5), destroys(A0, A1, ALL_T));
  li(A0, LINUX_CLOCK_REALTIME);
  add(A1, STATE, STATE_NOW);
  sys(NR_CLOCK_GETTIME); /* with these arguments it cannot fail */
  ret();
}

/* is_earlier: in A0, A1 = seconds and nanoseconds, A2, A3 = others. Out T0 = 1 if the first are earlier, else 0. */
static void lay_is_earlier(void) {
  routine("is_earlier", in(A0, A1, A2, A3), out(T0));
  li(T0, 1);
  blt(A0, A2, "decided");
  bgt(A0, A2, "not_earlier");
  bltu(A1, A3, "decided");
  label("not_earlier");
  li(T0, 0);
  label("decided");
  ret();
}

/* is_recent: in A0, A1 = seconds and nanoseconds. Out A0 = 1 if that is within the last six months, else 0. What seems
 * to be in the future may have been written since the clock was read. */
static void lay_is_recent(void) {
  Reg seconds = S0, nanoseconds = S1;
  routine("is_recent", in(A0, A1, S5), out(A0), destroys(A1, A2, A3, ALL_T));
  enter(seconds, nanoseconds);
  mov(seconds, A0);
  mov(nanoseconds, A1);
  get(A0, STATE_NOW);
  get(A1, STATE_NOW + 8);
  mov(A2, seconds);
  mov(A3, nanoseconds);
  call("is_earlier");
  beq(T0, 0, "not_in_the_future");
  call("read_clock");
  label("not_in_the_future");
  mov(A0, seconds);
  mov(A1, nanoseconds);
  get(A2, STATE_NOW);
  get(A3, STATE_NOW + 8);
  call("is_earlier");
  beq(T0, 0, "not_recent");
  get(A0, STATE_NOW);
  sub(A0, A0, HALF_A_YEAR);
  get(A1, STATE_NOW + 8);
  mov(A2, seconds);
  mov(A3, nanoseconds);
  call("is_earlier");
  mov(A0, T0);
  leave();
  label("not_recent");
  li(A0, 0);
  leave();
}

/* put_clock: in A0 = second of the day. Writes "HH:MM". */
static void lay_put_clock(void) {
  Reg second = S0;
  routine("put_clock", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(second);
  li(A1, 60 * 60);
  call("divide");
  mov(second, A1);
  li(A1, 0);
  li(A2, 2);
  call("put_decimal");
  put_literal(":");
  mov(A0, second);
  li(A1, 60);
  call("divide");
  li(A1, 0);
  li(A2, 2);
  call("put_decimal");
  leave();
}

/* put_year: in A0 = year, signed. Writes a space and the year, in four characters at least. */
static void lay_put_year(void) {
  Reg year = S0;
  routine("put_year", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(year);
  mov(year, A0);
  put_literal(" ");
  mov(A0, year);
  li(A1, 0);
  li(A2, 4);
  bge(A0, 0, "put");
  li(A2, 3); /* and the sign */
  label("put");
  call("put_decimal");
  leave();
}

/* put_month_and_day: in A1 = month, 0..11, A2 = day. Writes "Mmm dd ". */
static void lay_put_month_and_day(void) {
  Reg day = S0;
  data("months", 1);
  data_string("JanFebMarAprMayJunJulAugSepOctNovDec");
  routine("put_month_and_day", in(A1, A2, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(day);
  mov(day, A2);
  mul(T0, A1, 3);
  la(A0, "months");
  add(A0, A0, T0);
  li(A1, 3);
  call("put_bytes");
  put_literal(" ");
  mov(A0, day);
  li(A1, 2);
  call("put_number");
  put_literal(" ");
  leave();
}

/* put_time: in A0 = entry. Writes when it was modified. */
static void lay_put_time(void) {
  Reg seconds = S0, recent = S1, second_of_day = S2;
  Reg year = S0; /* when the date is known */
  routine("put_time", in(A0, S5), moves(S4), destroys(A0, A1, A2, A3, ALL_T));
  enter(seconds, recent, second_of_day);
  ld64(seconds, A0, ENTRY_MTIME);
  ld32(A1, A0, ENTRY_MTIME + 8);
  li(T0, FIRST_SECOND);
  blt(seconds, T0, "no_date");
  li(T0, LAST_SECOND);
  bgt(seconds, T0, "no_date");
  mov(A0, seconds);
  call("is_recent");
  mov(recent, A0);
  li(T0, (int64_t)ERAS * DAYS_OF_400_YEARS * DAY);
  add(A0, seconds, T0);
  li(A1, DAY);
  call("divide");
  mov(second_of_day, A1);
  add(A0, A0, MARCH_1_TO_EPOCH);
  call("civil_date");
  li(T0, (int64_t)ERAS * 400);
  sub(year, A0, T0);
  call("put_month_and_day");
  beq(recent, 0, "not_recent");
  mov(A0, second_of_day);
  call("put_clock");
  leave();
  label("not_recent");
  mov(A0, year);
  call("put_year");
  leave();
  label("no_date");
  mov(A0, seconds);
  li(A1, sizeof "Jan 01 00:00" - 1);
  call("put_number");
  leave();
}

void lay_ls_time(void) {
  lay_read_clock();
  lay_is_earlier();
  lay_is_recent();
  lay_civil_date();
  lay_put_clock();
  lay_put_year();
  lay_put_month_and_day();
  lay_put_time();
}

/* SPDX-License-Identifier: MIT */
