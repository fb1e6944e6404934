/* Byte strings: growing, reading, writing and showing them. */
#include "harness/base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <zlib.h>

void die(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("bytegate: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  exit(EXIT_INFRASTRUCTURE);
}

void *xcalloc(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size ? size : 1);
  if (!memory)
    die("out of memory (%zu bytes)", count * size);
  return memory;
}

void *xrealloc(void *memory, size_t size) {
  void *moved = realloc(memory, size ? size : 1);
  if (!moved)
    die("out of memory (%zu bytes)", size);
  return moved;
}

void *xgrow(void *items, size_t count, size_t size) {
  enum { FIRST = 8 };
  bool is_full = count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
  return is_full ? xrealloc(items, (count ? 2 * count : FIRST) * size) : items;
}

char *xstrndup(const char *text, size_t len) {
  char *copy = xcalloc(len + 1, 1);
  memcpy(copy, text, len);
  return copy;
}

char *xstrdup(const char *text) { return xstrndup(text, strlen(text)); }

char *xvasprintf(const char *format, va_list args) {
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0)
    die("out of memory");
  return text;
}

char *xasprintf(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = xvasprintf(format, args);
  va_end(args);
  return text;
}

struct span span_of(const struct bytes *bytes) {
  return (struct span){bytes->data ? bytes->data : "", bytes->len};
}

struct span span_text(const char *text) {
  return (struct span){text, strlen(text)};
}

bool span_equal(struct span a, struct span b) { return a.len == b.len && memcmp(a.data, b.data, a.len) == 0; }

static void bytes_reserve(struct bytes *bytes, size_t more) {
  size_t need = bytes->len + more + 1;
  if (need <= bytes->cap)
    return;
  bytes->cap = need < bytes->cap * 2 ? bytes->cap * 2 : need + 64;
  bytes->data = xrealloc(bytes->data, bytes->cap);
}

void bytes_append(struct bytes *bytes, const void *data, size_t len) {
  bytes_reserve(bytes, len);
  if (len)
    memcpy(bytes->data + bytes->len, data, len);
  bytes->len += len;
  bytes->data[bytes->len] = '\0';
}

void bytes_add(struct bytes *bytes, struct span span) { bytes_append(bytes, span.data, span.len); }

void bytes_text(struct bytes *bytes, const char *text) { bytes_append(bytes, text, strlen(text)); }

void bytes_vprintf(struct bytes *bytes, const char *format, va_list args) {
  char *text = NULL;
  int len = vasprintf(&text, format, args);
  if (len < 0)
    die("out of memory");
  bytes_append(bytes, text, (size_t)len);
  free(text);
}

void bytes_printf(struct bytes *bytes, const char *format, ...) {
  va_list args;
  va_start(args, format);
  bytes_vprintf(bytes, format, args);
  va_end(args);
}

void bytes_clear(struct bytes *bytes) {
  bytes->len = 0;
  if (bytes->data)
    bytes->data[0] = '\0';
}

void bytes_free(struct bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}

int bytes_read_file(struct bytes *bytes, const char *path) {
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return errno;
  /* A device may have no end, and a pipe nobody at its other one. /dev/null is an empty file (1:3 is its number, Linux
     allocated devices). */
  struct stat status;
  bool known = fstat(fd, &status) == 0;
  bool is_null = known && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
  bool is_file = known && (S_ISREG(status.st_mode) || is_null);
  if (!is_file) {
    close(fd);
    return known && S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  }
  gzFile file = gzdopen(fd, "rb");
  if (!file) {
    close(fd);
    return ENOMEM;
  }
  char block[65536];
  int got = 0;
  while ((got = gzread(file, block, sizeof block)) > 0)
    bytes_append(bytes, block, (size_t)got);
  int failed = got < 0 ? (errno ? errno : EIO) : 0;
  gzclose(file);
  return failed;
}

int write_whole(int fd, struct span contents) {
  int failed = 0;
  for (size_t at = 0; at < contents.len && !failed;) {
    ssize_t wrote = write(fd, contents.data + at, contents.len - at);
    if (wrote >= 0)
      at += (size_t)wrote;
    else if (errno != EINTR)
      failed = errno;
  }
  return failed;
}

int write_file(const char *path, struct span contents) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0)
    return errno;
  int failed = write_whole(fd, contents);
  if (close(fd) != 0 && !failed)
    failed = errno;
  return failed;
}

size_t utf8_length(struct span span, size_t at) {
  const unsigned char *p = (const unsigned char *)span.data + at;
  size_t left = span.len - at;
  if (left == 0)
    return 0;
  if (p[0] < 0x80)
    return 1;
  size_t len = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
  if (len == 0 || left < len)
    return 0;
  unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
  unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
  if (p[1] < low || p[1] > high)
    return 0;
  for (size_t i = 2; i < len; i++)
    if ((p[i] & 0xC0) != 0x80)
      return 0;
  return len;
}

bool span_is_text(struct span span) {
  size_t count = 0;
  size_t strange = 0;
  for (size_t len, at = 0; at < span.len; at += len ? len : 1, count++) {
    unsigned char byte = (unsigned char)span.data[at];
    len = utf8_length(span, at);
    strange += len == 0 || byte == 0x7F || (byte < ' ' && (byte == 0 || !strchr("\t\n\v\f\r\x1b", byte)));
  }
  return strange * 8 <= count;
}

void bytes_escaped(struct bytes *bytes, struct span span) {
  for (size_t i = 0; i < span.len;) {
    unsigned char c = (unsigned char)span.data[i];
    size_t len = utf8_length(span, i);
    /* U+0080..U+009F are control characters: a terminal obeys them. */
    bool control = c < 0x20 || c == 0x7F || (c == 0xC2 && len == 2 && (unsigned char)span.data[i + 1] < 0xA0);
    /* XML has no U+FFFE and no U+FFFF. */
    control |= len == 3 && c == 0xEF && span.data[i + 1] == (char)0xBF && (unsigned char)span.data[i + 2] >= 0xBE;
    if (len && !control && c != '\\') {
      bytes_append(bytes, span.data + i, len);
      i += len;
      continue;
    }
    switch (c) {
    case '\n':
      bytes_text(bytes, "\\n");
      break;
    case '\r':
      bytes_text(bytes, "\\r");
      break;
    case '\t':
      bytes_text(bytes, "\\t");
      break;
    case '\\':
      bytes_text(bytes, "\\\\");
      break;
    default:
      bytes_printf(bytes, "\\x%02X", c);
    }
    i++;
  }
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

bool bytes_unescape(struct bytes *bytes, const char *text) {
  static const char letters[] = "nrt0\\\"";
  static const char values[] = "\n\r\t\0\\\"";
  for (; *text; text++) {
    if (*text != '\\') {
      bytes_append(bytes, text, 1);
      continue;
    }
    text++;
    const char *letter = *text ? strchr(letters, *text) : NULL;
    if (letter) {
      bytes_append(bytes, values + (letter - letters), 1);
    } else if (*text == 'x' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
      char byte = (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
      bytes_append(bytes, &byte, 1);
      text += 2;
    } else {
      return false;
    }
  }
  return true;
}

/* SPDX-License-Identifier: MIT */
