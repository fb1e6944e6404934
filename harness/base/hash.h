/* The one hash of the harness: FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/). It tells contents apart;
   it is no protection against anybody. */
#ifndef HARNESS_HASH_H
#define HARNESS_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Goes on hashing with the LEN bytes at DATA from HASH, which is HASH_START before the first. */
static inline uint64_t hash_bytes(uint64_t hash, const void *data, size_t len) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
  return hash;
}

#endif

/* SPDX-License-Identifier: MIT */
