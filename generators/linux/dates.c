/* dates.c: the Gregorian calendar, computed on days that are counted from a 1st of March: so the leap day is the last
 * day of a year. */
#include "linux.h"

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
void lay_civil_date(void) {
  lay_year_of_era();
  lay_month_of_year();

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

/* SPDX-License-Identifier: MIT */
