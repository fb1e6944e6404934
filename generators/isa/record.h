/* record.h: records in memory whose fields count themselves.
 *
 *     enum { FIELD(NODE_NEXT, 8), FIELD(NODE_TYPE, 1), FIELD(NODE_FLAGS, 1), NODE_SIZE };
 *
 * NODE_NEXT is 0, NODE_TYPE 8, NODE_FLAGS 9 and NODE_SIZE 10: each name is the offset of its field in bytes, and the
 * name after the last field is the size of the record. A field is added, taken out or widened in one line. There is no
 * padding: what must be aligned is put where it is. */
#ifndef BYTELAY_RECORD_H
#define BYTELAY_RECORD_H

/* A field of `bytes` bytes, in an enum. The enumerator after NAME_LAST_BYTE is the first byte after the field. */
#define FIELD(name, bytes) name, name##_LAST_BYTE = name + (bytes)-1

#endif

/* SPDX-License-Identifier: MIT */
