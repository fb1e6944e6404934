/* The room base/: what knows nothing of programs under test. Bytes stand here; beside them words, files, commands, the
   clock, the hash, signals by name, and the table of the machines.

   Byte strings that may hold any byte, NUL too: the inputs, the answers and the texts of the reports.

   Every function that needs memory ends the process with the status of an infrastructure failure when there is none:
   a gate that ran out of memory has no verdict to give. */
#ifndef HARNESS_BYTES_H
#define HARNESS_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owned bytes. All zero is a valid, empty value. DATA is always followed by a NUL once anything was appended. */
struct bytes {
  char *data;
  size_t len;
  size_t cap;
};

/* Borrowed bytes. */
struct span {
  const char *data;
  size_t len;
};

/* The exit statuses of the command. */
enum { EXIT_EQUAL = 0, EXIT_DIVERGED = 1, EXIT_USAGE = 2, EXIT_INFRASTRUCTURE = 3 };

/* Prints one line on stderr, prefixed by the command's name, and ends the process with EXIT_INFRASTRUCTURE. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* malloc, realloc and strdup that never return NULL. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *memory, size_t size);
/* Returns ITEMS with room for one more: COUNT items of SIZE bytes each, added one by one, each after this call. The
   result is to be freed; ITEMS may be NULL where COUNT is 0. Room doubles, so that no item is moved often. */
void *xgrow(void *items, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

struct span span_of(const struct bytes *bytes);
struct span span_text(const char *text);
bool span_equal(struct span a, struct span b);

void bytes_append(struct bytes *bytes, const void *data, size_t len);
void bytes_add(struct bytes *bytes, struct span span);
void bytes_text(struct bytes *bytes, const char *text);
void bytes_printf(struct bytes *bytes, const char *format, ...) __attribute__((format(printf, 2, 3)));
void bytes_vprintf(struct bytes *bytes, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void bytes_clear(struct bytes *bytes);
void bytes_free(struct bytes *bytes);

/* Reads the whole file PATH, unpacked where it is gzip, and appends it. Returns 0 or an errno value: EINVAL where it is
   a device, a pipe or the like, which may have no end. */
int bytes_read_file(struct bytes *bytes, const char *path);

/* Writes the file PATH, and replaces what it held. Returns 0 or an errno value. */
int write_file(const char *path, struct span contents);

/* Writes all of CONTENTS to the open file FD. Returns 0 or an errno value. */
int write_whole(int fd, struct span contents);

/* Appends SPAN so that one line of text shows every byte: \n, \r, \t, \0, \\, \xHH; UTF-8 that is well formed stays. */
void bytes_escaped(struct bytes *bytes, struct span span);

/* Reads the escapes that bytes_escaped writes, \" too. Returns false at an escape that does not exist. */
bool bytes_unescape(struct bytes *bytes, const char *text);

/* The length of the well-formed UTF-8 sequence at AT, or 0 (Unicode 15, table 3-7). */
/* Whether SPAN looks like text: at most an eighth of its characters are no UTF-8, or controls that no text has. */
bool span_is_text(struct span span);

size_t utf8_length(struct span span, size_t at);

#endif

/* SPDX-License-Identifier: MIT */
