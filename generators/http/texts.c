/* texts.c: the longer texts of the server, packed, and unpacked once when it starts.
 *
 * They are kept here one by one, and laid at the end as one piece in the form of LZ77: a byte below 128 is itself;
 * another one and the byte after it say to repeat 3 to 10 bytes from up to 3,839 bytes before:
 *
 *     1lll dddd  dddd dddd     d = the distance, its high bits first; l = the length less 3
 *
 * A distance of 0 is the end; one of 3,840 or more says that the second byte is itself, as one from 128 on is. The
 * split into repetitions is the shortest that there is. Unpacked, each text is a room in bss of its own, one after the
 * other without a gap, so that one loop fills them all. */
#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_MOST = 80, BYTES_MOST = 8192, FARTHEST = 3839, ITSELF = 15, SHORTEST = 3, LONGEST = 10 };

static struct {
  const char *name, *file;
  int line;
  size_t size;
} texts[TEXTS_MOST];
static size_t text_count, filled;
static unsigned char bytes[BYTES_MOST];

static _Noreturn void refuse(const char *file, int line, const char *name, const char *why) {
  fprintf(stderr, "%s:%d: the text \"%s\" %s\n", file, line, name, why);
  exit(1);
}

void keep_text(const char *file, int line, const char *name, const void *text, size_t size) {
  if (text_count == TEXTS_MOST || size > BYTES_MOST - filled)
    refuse(file, line, name, "has no room among the packed texts; lay it with data()");
  memcpy(bytes + filled, text, size);
  filled += size;
  texts[text_count].name = name;
  texts[text_count].file = file;
  texts[text_count].line = line;
  texts[text_count++].size = size;
}

void keep_strings(const char *file, int line, const NamedString *strings, size_t count) {
  for (size_t i = 0; i < count; i++)
    keep_text(file, line, strings[i].name, strings[i].text, strlen(strings[i].text) + 1);
}

void keep_options(const char *file, int line, const Option *options, size_t count) {
  char names[512];
  size_t size = 0;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(options[i].name) + 1;
    if (length > sizeof names - size)
      refuse(file, line, "options", "has more names than there is room for");
    memcpy(names + size, options[i].name, length);
    size += length;
  }
  keep_text(file, line, "options", names, size);
  op_option_handlers(options, count);
}

/* How many bytes at `at` are those at `before`, as far as one repetition goes. */
static size_t alike(size_t at, size_t before) {
  size_t length = 0;
  while (length < LONGEST && at + length < filled && bytes[at + length] == bytes[before + length])
    length++;
  return length;
}

/* From the end on: what the rest takes at least, and by which repetition it does so. */
static void find_shortest(unsigned short *cost, unsigned short *length, unsigned short *distance) {
  cost[filled] = 0;
  for (size_t at = filled; at-- > 0;) {
    cost[at] = (unsigned short)(cost[at + 1] + (bytes[at] < 0x80 ? 1 : 2));
    length[at] = 1;
    for (size_t d = 1; d <= FARTHEST && d <= at; d++)
      for (size_t most = alike(at, at - d), l = SHORTEST; l <= most; l++)
        if (cost[at + l] + 2 < cost[at]) {
          cost[at] = (unsigned short)(cost[at + l] + 2);
          length[at] = (unsigned short)l;
          distance[at] = (unsigned short)d;
        }
  }
}

static void lay_packed(void) {
  static unsigned short cost[BYTES_MOST + 1], length[BYTES_MOST], distance[BYTES_MOST];
  find_shortest(cost, length, distance);
  data("packed_texts", 1);
  for (size_t at = 0; at < filled; at += length[at]) {
    if (length[at] == 1) {
      if (bytes[at] & 0x80)
        data_u8(0x80 | ITSELF);
      data_u8(bytes[at]);
    } else {
      data_u8(0x80 | (length[at] - SHORTEST) << 4 | distance[at] >> 8);
      data_u8(distance[at] & 0xff);
    }
  }
  data_u8(0x80);
  data_u8(0);
}

static void lay_unpack(void) {
  routine("unpack_texts", destroys(A0, A1, A2, A3, ALL_T));
  la(A0, texts[0].name);
  la(A1, "packed_texts");
  label("next");
  ld8_next(T0, A1);
  bset(T0, 0x80, "repetition");
  label("itself");
  st8_next(T0, A0);
  jump("next");
  label("repetition");
  ld8_next(T1, A1);
  shr(A2, T0, 4);
  sub(A2, A2, (0x80 >> 4) - SHORTEST);
  and(T0, T0, 15);
  bne(T0, ITSELF, "of_before");
  mov(T0, T1);
  jump("itself");
  label("of_before");
  shl(T0, T0, 8);
  or (T1, T1, T0);
  sub(A3, A0, T1);
  beq(T1, 0, "unpacked");
  label("next_of_it");
  ld8_next(T0, A3);
  st8_next(T0, A0);
  sub(A2, A2, 1);
  bne(A2, 0, "next_of_it");
  jump("next");
  label("unpacked");
  ret();
}

void lay_http_texts(bool packed) {
  if (packed) {
    lay_packed();
    lay_unpack();
  }
  const unsigned char *text = bytes;
  for (size_t i = 0; i < text_count; i++) {
    bl_machine_at(texts[i].file, texts[i].line);
    if (packed) {
      bl_bss(texts[i].name, texts[i].size, 1);
    } else {
      bl_data(texts[i].name, 1);
      bl_bytes(text, texts[i].size);
    }
    text += texts[i].size;
  }
  text_count = filled = 0;
}

/* SPDX-License-Identifier: MIT */
