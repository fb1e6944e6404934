/* elf_bytes.c: fields are moved between the host's memory and a file's bytes; elf_bytes.h tells why. */
#include "lay/elf_bytes.h"

#include <stdint.h>
#include <string.h>

/* The value of a field of `size` bytes, in the host's own order. */
static uint64_t load_field(const char *place, size_t size) {
  uint8_t byte;
  uint16_t half;
  uint32_t word;
  uint64_t value;
  switch (size) {
  case 1:
    memcpy(&byte, place, size);
    return byte;
  case 2:
    memcpy(&half, place, size);
    return half;
  case 4:
    memcpy(&word, place, size);
    return word;
  default:
    memcpy(&value, place, size);
    return value;
  }
}

static void store_field(char *place, size_t size, uint64_t value) {
  uint8_t byte = (uint8_t)value;
  uint16_t half = (uint16_t)value;
  uint32_t word = (uint32_t)value;
  switch (size) {
  case 1:
    memcpy(place, &byte, size);
    break;
  case 2:
    memcpy(place, &half, size);
    break;
  case 4:
    memcpy(place, &word, size);
    break;
  default:
    memcpy(place, &value, size);
  }
}

void bl_elf_store_fields(unsigned char *bytes, const void *structure, const char *sizes) {
  for (const char *place = structure; *sizes; sizes++) {
    size_t size = (size_t)(*sizes - '0');
    uint64_t value = load_field(place, size);
    place += size;
    for (size_t i = 0; i < size; i++)
      *bytes++ = (unsigned char)(value >> 8 * i);
  }
}

void bl_elf_load_fields(void *structure, const unsigned char *bytes, const char *sizes) {
  for (char *place = structure; *sizes; sizes++) {
    size_t size = (size_t)(*sizes - '0');
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
      value |= (uint64_t)*bytes++ << 8 * i;
    store_field(place, size, value);
    place += size;
  }
}

/* SPDX-License-Identifier: MIT */
