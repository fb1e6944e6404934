/* buffer.c: see buffer.h. */
#include "lay/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t bl_buffer_append(Buffer *buffer, const void *bytes, size_t count) {
  if (buffer->size + count > buffer->room) {
    buffer->room = (buffer->size + count) * 2;
    buffer->bytes = realloc(buffer->bytes, buffer->room);
    if (!buffer->bytes) {
      fprintf(stderr, "lay: out of memory for %zu bytes\n", buffer->room);
      exit(1);
    }
  }
  size_t place = buffer->size;
  if (count)
    memcpy(buffer->bytes + place, bytes, count);
  buffer->size += count;
  return place;
}

void bl_buffer_pad(Buffer *buffer, size_t align) {
  static const unsigned char zeros[4096];
  bl_buffer_append(buffer, zeros, -buffer->size & (align - 1));
}

void bl_buffer_set_number(Buffer *buffer, size_t offset, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++)
    buffer->bytes[offset + i] = (unsigned char)(value >> 8 * i);
}

size_t bl_buffer_number(Buffer *buffer, uint64_t value, size_t size) {
  static const unsigned char zeros[8];
  size_t place = bl_buffer_append(buffer, zeros, size);
  bl_buffer_set_number(buffer, place, value, size);
  return place;
}

size_t bl_buffer_string(Buffer *buffer, const char *text) { return bl_buffer_append(buffer, text, strlen(text) + 1); }

void bl_buffer_free(Buffer *buffer) {
  free(buffer->bytes);
  *buffer = (Buffer){0};
}

/* SPDX-License-Identifier: MIT */
