/* unicode.h: UTF-8, and what CommonMark asks of a code point, as cmark 0.30.2 answers it.
 *
 * All five are leaf routines: they keep S0..S5 and use no memory but what they are handed. A code point is
 * 0..0x10FFFF.
 *
 *     routine                 in                                out
 *     utf8_decode             A0 = bytes, A1 = how many, >= 1   A0 = code point, or -1 if the bytes are not well-formed
 *                                                               UTF-8 (RFC 3629); A1 = bytes used, 1 with -1.
 *                                                               Keeps A4, A5
 *     utf8_encode             A0 = code point (any value),      A0 = bytes written. Keeps A1..A5, T0
 *                             A1 = where to write, room for 4
 *     case_fold               A0 = code point                   A0 = how many code points it folds to, 1..3;
 *                                                               A1, A2, A3 = them
 *     is_unicode_punctuation  A0 = code point                   A0 = 1 or 0
 *     is_unicode_space        A0 = code point                   A0 = 1 or 0. Keeps A1..A5, T1
 *
 * What is not said to be kept of A0..A5, T0, T1 is clobbered.
 */
#ifndef BYTEGATE_UNICODE_H
#define BYTEGATE_UNICODE_H

/* Lay the five routines and their tables for the machine being laid. */
void lay_unicode(void);

#endif

/* SPDX-License-Identifier: MIT */
