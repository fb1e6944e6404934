/* ls.h: what the parts of ls share: the state, the records of what is listed, and the registers that every routine
 * holds.
 *
 *     STATE       (S5) the state: the fields STATE_* below, read and written with get and set
 *     NEXT_FREE   (S4) the next free byte of the output buffer
 *
 * Everything listed is an entry, a record ENTRY_* with its name after it. The entries of one listing are linked by
 * ENTRY_NEXT, and are sorted so: nothing is moved, and no table has to grow. They lie in memory that is given back when
 * the folder has been listed.
 *
 * Contracts name what comes in and goes out. "Destroys A*, T*" is the rule and is not repeated; S0..S3 are kept. Names
 * and texts are NUL-terminated where no count goes with them. */
#ifndef BYTEGATE_LS_H
#define BYTEGATE_LS_H

#include "../isa/record.h"
#include "../linux/linux.h"
#include "../words.h"

/* "state": fields of 64 bits, all zero at the start. */
enum {
  FIELD(STATE_OPTIONS, 8),  /* OPTION_* */
  FIELD(STATE_STATUS, 8),   /* the exit status so far */
  FIELD(STATE_OPERANDS, 8), /* the operands: where in argv they have been gathered, and their end */
  FIELD(STATE_OPERANDS_END, 8),
  FIELD(STATE_OUTPUT_FD, 8),      /* where the output buffer goes */
  FIELD(STATE_OUTPUT_FLUSHED, 8), /* bytes that have gone there */
  FIELD(STATE_COLOURED, 8),       /* not 0: a colour has been written */
  FIELD(STATE_LINE_LENGTH, 8),    /* columns of the terminal */
  FIELD(STATE_HEADED, 8),         /* not 0: a heading has been written */
  FIELD(STATE_HEADINGS, 8),       /* not 0: each folder gets a heading */
  FIELD(STATE_NOW, 16),           /* struct timespec: what mtimes are compared with */
  FIELD(STATE_CHUNK, 8),          /* the youngest chunk of memory, or 0; its next free byte; its end */
  FIELD(STATE_FREE, 8),
  FIELD(STATE_CHUNK_END, 8),
  FIELD(STATE_MARK, 8), /* the youngest chunk at mark_memory */
  /* the listing in hand */
  FIELD(STATE_DIRECTORY, 8),    /* name of the folder; 0 while the operands themselves are looked at */
  FIELD(STATE_DIRECTORY_FD, 8), /* and its descriptor, LINUX_AT_FDCWD for the operands */
  FIELD(STATE_ENTRIES, 8),      /* the first entry, or 0 */
  FIELD(STATE_BLOCKS, 8),       /* 512-byte blocks of all */
  FIELD(STATE_SOME_QUOTED, 8),  /* not 0: a name in the listing needs quotes */
  FIELD(STATE_LINKS_WIDTH, 8),  /* of each column of numbers, the characters of the widest */
  FIELD(STATE_UID_WIDTH, 8),
  FIELD(STATE_GID_WIDTH, 8),
  FIELD(STATE_SIZE_WIDTH, 8),
  FIELD(STATE_MAJOR_WIDTH, 8),
  FIELD(STATE_MINOR_WIDTH, 8),
  STATE_SIZE
};
#define STATE S5
#define get(d, field) ld64(d, STATE, field)
#define set(v, field) st64(v, STATE, field)

/* Where the next byte of output goes. */
#define NEXT_FREE S4

enum { OPTION_LONG = 1, OPTION_ALL = 2, OPTION_TERMINAL = 4 };

/* Exit statuses: trouble with an entry of a folder, and trouble with a whole folder, an operand or the output. */
enum { STATUS_MINOR = 1, STATUS_SERIOUS = 2 };

/* An entry. From ENTRY_LINKS to ENTRY_MINOR it holds what statx told, in the layout of struct statx. */
enum {
  FIELD(ENTRY_NEXT, 8),   /* the next entry, or 0 */
  FIELD(ENTRY_TARGET, 8), /* of a symbolic link, where it points to: text, or 0 */
  FIELD(ENTRY_STATED, 8), /* not 0: statx was asked and answered */
  FIELD(ENTRY_SIZE, 8),
  FIELD(ENTRY_LINKS, 4),
  FIELD(ENTRY_UID, 4),
  FIELD(ENTRY_GID, 4),
  FIELD(ENTRY_MODE, 4),   /* 16 bits of it; before statx, or without it, the type alone */
  FIELD(ENTRY_MTIME, 16), /* seconds, signed, 64 bits; nanoseconds, 32 bits */
  FIELD(ENTRY_MAJOR, 4),  /* of a device */
  FIELD(ENTRY_MINOR, 4),
  ENTRY_NAME
};

/* Write a string literal to the output. */
#define put_literal(text) (BL_AT, op_put_text(text))
void op_put_text(const char *text);

void lay_ls_output(void);    /* output.c: the buffered output, text and numbers */
void lay_ls_quoting(void);   /* quoting.c: names as a shell would take them */
void lay_ls_failures(void);  /* failures.c: what is said on standard error, and the end of the program */
void lay_ls_reasons(void);   /* reasons.c: what an error number means */
void lay_ls_memory(void);    /* memory.c: room for entries, given back a folder at a time */
void lay_ls_entries(void);   /* entries.c: what is known of a name, and the names in order */
void lay_ls_directory(void); /* directory.c: a folder, read and listed */
void lay_ls_row(void);       /* row.c: one entry in the long format, or its name alone */
void lay_ls_colours(void);   /* colours.c: the colours of names on a terminal */
void lay_ls_time(void);      /* time.c: a time of modification as a date */

#endif

/* SPDX-License-Identifier: MIT */
