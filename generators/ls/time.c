/* time.c: a time of modification as a date, in UTC: "Mar  1 12:34" of the last six months, "Mar  1  2024" otherwise.
 *
 * The calendar is computed on days counted from a 1st of March, so that the leap day is the last day of a year, and
 * from a year so early that no number is negative. */
#include "ls.h"

enum {
  DAY = 24 * 60 * 60,
  DAYS_OF_400_YEARS = 146097,
  MARCH_1_TO_EPOCH = 719468, /* days from 0000-03-01 to 1970-01-01 */
  ERAS = 5368710,            /* of 400 years, that make every time positive whose year has 32 bits */
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

/* year_of_era: in A0 = day, 0..146096, of 400 years that begin on 0000-03-01. Out A0 = year, 0..399, that begins on a
 * 1st of March, A1 = day of it. A year has 365 days when the leap days before are taken off: one in 1,460 days, but not
 * one in 36,524, but one in 146,096. */
static void lay_year_of_era(void) {
  Reg day = S0, day_without_leap_days = S1;
  Reg year = S1; /* when that is divided */
  routine("year_of_era", in(A0), out(A0, A1), destroys(A2, A3, T0));
  enter(day, day_without_leap_days);
  mov(day, A0);
  li(A1, 1460);
  call("divide");
  sub(day_without_leap_days, day, A0);
  mov(A0, day);
  li(A1, 36524);
  call("divide");
  add(day_without_leap_days, day_without_leap_days, A0);
  mov(A0, day);
  li(A1, 146096);
  call("divide");
  sub(A0, day_without_leap_days, A0);
  li(A1, 365);
  call("divide");
  mov(year, A0);
  mul(T0, year, 365);
  sub(day, day, T0);
  shr(T0, year, 2);
  sub(day, day, T0);
  li(A1, 100);
  call("divide");
  add(A1, day, A0);
  mov(A0, year);
  leave();
}

/* month_of_year: in A0 = day, 0..365, of a year that begins on the 1st of March. Out A0 = month, 0..11, March being 0,
 * A1 = day of it, 1..31. Five months from March, and again from August, have 153 days. */
static void lay_month_of_year(void) {
  Reg day = S0, month = S1;
  routine("month_of_year", in(A0), out(A0, A1), destroys(A2, A3, T0));
  enter(day, month);
  mov(day, A0);
  mul(A0, A0, 5);
  add(A0, A0, 2);
  li(A1, 153);
  call("divide");
  mov(month, A0);
  mul(A0, A0, 153);
  add(A0, A0, 2);
  li(A1, 5);
  call("divide");
  sub(A1, day, A0);
  add(A1, A1, 1);
  mov(A0, month);
  leave();
}

/* civil_date: in A0 = days since 0000-03-01. Out A0 = year, A1 = month, 0..11, January being 0, A2 = day, 1..31. */
static void lay_civil_date(void) {
  Reg year = S0;
  routine("civil_date", in(A0), out(A0, A1, A2), destroys(A3, T0));
  enter(year);
  li(A1, DAYS_OF_400_YEARS);
  call("divide");
  mul(year, A0, 400);
  mov(A0, A1);
  call("year_of_era");
  add(year, year, A0);
  mov(A0, A1);
  call("month_of_year");
  mov(A2, A1);
  add(A1, A0, 2);
  mov(A0, year);
  bleu(A1, 11, "same_year");
  sub(A1, A1, 12);
  add(A0, A0, 1);
  label("same_year");
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
  lay_year_of_era();
  lay_month_of_year();
  lay_civil_date();
  lay_put_clock();
  lay_put_year();
  lay_put_month_and_day();
  lay_put_time();
}
