/* entities.h: the entity references of HTML5, looked up in 8.5 KB, of which their values take a third. */
#ifndef BYTEGATE_ENTITIES_H
#define BYTEGATE_ENTITIES_H

/* Lay the routine entity_lookup, the routines it calls and its tables, for the machine being laid. The program must
 * also lay_unicode: what is found is written by utf8_encode.
 *
 * entity_lookup: in A0 = the name's first byte (after '&'), A1 = its length in bytes (up to, without, the ';'),
 * A2 = where to write, room for 8 bytes; out A0 = number of bytes written, 0: there is no such entity. Nothing else is
 * written, and that only when the name has been read: A2 may point into the name or to the '&' before it. Clobbers
 * A1..A5, T0, T1. */
void lay_entities(void);

#endif

/* SPDX-License-Identifier: MIT */
