/* ls.h: what the parts of ls share: the state, the records of what is listed, and the registers that every routine
 * holds.
 *
 *     S5   the state: the fields STATE_* below, read and written with get and set
 *     S4   the next free byte of the output buffer
 *
 * Everything listed is an entry, a record ENTRY_* with its name behind it. The entries of one listing hang together by
 * ENTRY_NEXT, and are sorted so: nothing is moved, and no table has to grow. They lie in memory that is given back when
 * the folder has been listed.
 *
 * Contracts name what comes in and goes out. "Destroys A*, T*" is the rule and is not repeated; S0..S3 are kept. Names
 * and texts are NUL-terminated where no count goes with them. */
#ifndef BYTEGATE_LS_H
#define BYTEGATE_LS_H

#include "../http/http.h"
#include "../isa/machine.h"

/* "state": fields of 64 bits, all zero at the start. */
enum {
  STATE_OPTIONS = 0,   /* OPTION_* */
  STATE_STATUS = 8,    /* the exit status so far */
  STATE_OPERANDS = 16, /* the operands: where in argv they have been gathered, and their end */
  STATE_OPERANDS_END = 24,
  STATE_OUTPUT_FD = 32,      /* where the output buffer goes */
  STATE_OUTPUT_FLUSHED = 40, /* bytes that have gone there */
  STATE_COLOURED = 48,       /* not 0: a colour has been written */
  STATE_LINE_LENGTH = 56,    /* columns of the terminal */
  STATE_HEADED = 64,         /* not 0: a heading has been written */
  STATE_HEADINGS = 72,       /* not 0: each folder gets a heading */
  STATE_NOW = 80,            /* struct timespec: what mtimes are compared with */
  STATE_CHUNK = 96,          /* the youngest chunk of memory, or 0; its next free byte; its end */
  STATE_FREE = 104,
  STATE_CHUNK_END = 112,
  STATE_MARK = 120, /* the youngest chunk at mark_memory */
  /* the listing in hand */
  STATE_DIRECTORY = 128,    /* name of the folder; 0 while the operands themselves are looked at */
  STATE_DIRECTORY_FD = 136, /* and its descriptor, LINUX_AT_FDCWD for the operands */
  STATE_ENTRIES = 144,      /* the first entry, or 0 */
  STATE_BLOCKS = 152,       /* 512-byte blocks of all */
  STATE_SOME_QUOTED = 160,  /* not 0: a name in the listing needs quotes */
  STATE_LINKS_WIDTH = 168,  /* of each column of numbers, the characters of the widest */
  STATE_UID_WIDTH = 176,
  STATE_GID_WIDTH = 184,
  STATE_SIZE_WIDTH = 192,
  STATE_MAJOR_WIDTH = 200,
  STATE_MINOR_WIDTH = 208,
  STATE_SIZE = 216
};
#define get(d, field) ld64(d, S5, field)
#define set(v, field) st64(v, S5, field)

enum { OPTION_LONG = 1, OPTION_ALL = 2, OPTION_TERMINAL = 4 };

/* Exit statuses: trouble with an entry of a folder, and trouble with a whole folder, an operand or the output. */
enum { STATUS_MINOR = 1, STATUS_SERIOUS = 2 };

/* An entry. From ENTRY_LINKS to ENTRY_DEVICE it holds what statx told, in the layout of struct statx. */
enum {
  ENTRY_NEXT = 0,    /* the next entry, or 0 */
  ENTRY_TARGET = 8,  /* of a symbolic link, where it points to: text, or 0 */
  ENTRY_STATED = 16, /* not 0: statx was asked and answered */
  ENTRY_SIZE = 24,
  ENTRY_LINKS = 32, /* 32 bits each */
  ENTRY_UID = 36,
  ENTRY_GID = 40,
  ENTRY_MODE = 44,  /* 16 bits; before statx, or without it, the type alone */
  ENTRY_MTIME = 48, /* seconds, signed, 64 bits; nanoseconds, 32 bits */
  ENTRY_MAJOR = 64, /* of a device, 32 bits each */
  ENTRY_MINOR = 68,
  ENTRY_NAME = 72
};

/* The type in a mode. A type that getdents64 tells is the same number shifted right by MODE_TYPE_SHIFT. */
enum {
  MODE_TYPE = 0170000,
  MODE_TYPE_SHIFT = 12,
  MODE_CHARACTER_DEVICE = 0020000,
  MODE_DIRECTORY = 0040000,
  MODE_BLOCK_DEVICE = 0060000,
  MODE_REGULAR = 0100000,
  MODE_LINK = 0120000,
  MODE_SET_USER_ID = 04000,
  MODE_SET_GROUP_ID = 02000,
  MODE_STICKY = 01000,
  MODE_OTHERS_WRITE = 0002,
  MODE_ANY_EXECUTE = 0111
};

/* Write a string literal to the output. */
#define put_literal(text) (AT_, op_put_text(text))
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
