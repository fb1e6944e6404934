/* buffer.h: bytes that grow at their end: a file or a section in the making. Starts zeroed; bl_buffer_free ends it. */
#ifndef BYTEGATE_LAY_BUFFER_H
#define BYTEGATE_LAY_BUFFER_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  unsigned char *bytes;
  size_t size, room;
} Buffer;

/* Append `count` bytes; returns the offset at which they stand. Ends the program if there is no memory. */
size_t bl_buffer_append(Buffer *buffer, const void *bytes, size_t count);

/* Append zeros up to a multiple of `align`, a power of two up to 4096. */
void bl_buffer_pad(Buffer *buffer, size_t align);

/* Append the low `size` bytes of a number, 1 to 8, the least significant first, whatever the host's order is. */
size_t bl_buffer_number(Buffer *buffer, uint64_t value, size_t size);

/* Write over `size` bytes at `offset` in the same way. */
void bl_buffer_set_number(Buffer *buffer, size_t offset, uint64_t value, size_t size);

/* Append a string and its NUL. */
size_t bl_buffer_string(Buffer *buffer, const char *text);

void bl_buffer_free(Buffer *buffer);

#endif

/* SPDX-License-Identifier: MIT */
