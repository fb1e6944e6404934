/* Reads headers as leniently as clients do: the verdict on them is the comparison's. */
#include "harness/drive/framing.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *find(struct span span, const char *text) { return memmem(span.data, span.len, text, strlen(text)); }

/* The next line of REST without its end, which REST loses with it. */
static struct span next_line(struct span *rest) {
  const char *end = find(*rest, "\r\n");
  size_t len = end ? (size_t)(end - rest->data) : rest->len;
  struct span line = {rest->data, len};
  size_t gone = end ? len + 2 : len;
  *rest = (struct span){rest->data + gone, rest->len - gone};
  return line;
}

static struct span trim(struct span span) {
  while (span.len && (span.data[0] == ' ' || span.data[0] == '\t'))
    span = (struct span){span.data + 1, span.len - 1};
  while (span.len && (span.data[span.len - 1] == ' ' || span.data[span.len - 1] == '\t'))
    span.len--;
  return span;
}

/* Whether the field line is of NAME; VALUE is then what it says. */
static bool is_field(struct span line, const char *name, struct span *value) {
  size_t len = strlen(name);
  if (line.len <= len || line.data[len] != ':' || strncasecmp(line.data, name, len) != 0)
    return false;
  *value = trim((struct span){line.data + len + 1, line.len - len - 1});
  return true;
}

/* Whether the comma-separated VALUE has the word TOKEN; LAST: as its last. */
static bool has_token(struct span value, const char *token, bool last) {
  size_t len = strlen(token);
  bool found = false;
  while (value.len) {
    const char *comma = memchr(value.data, ',', value.len);
    size_t part = comma ? (size_t)(comma - value.data) : value.len;
    struct span word = trim((struct span){value.data, part});
    bool same = word.len == len && strncasecmp(word.data, token, len) == 0;
    found = last ? same : found || same;
    part += comma ? 1 : 0;
    value = (struct span){value.data + part, value.len - part};
  }
  return found;
}

/* Reads 1*DIGIT. Returns false for anything else, and for what no answer here can be. */
static bool read_length(struct span value, size_t *length) {
  *length = 0;
  for (size_t i = 0; i < value.len; i++) {
    if (value.data[i] < '0' || value.data[i] > '9' || *length > (size_t)1 << 50)
      return false;
    *length = *length * 10 + (size_t)(value.data[i] - '0');
  }
  return value.len > 0;
}

/* The length of one line of a chunk's size, with its end, or 0 where it has not come or is none; SIZE is what it says.
 */
static size_t chunk_line(struct span rest, size_t *size) {
  const char *end = find(rest, "\r\n");
  size_t digits = 0;
  *size = 0;
  for (; end && rest.data + digits < end && digits < 12; digits++) {
    const char *digit = memchr("0123456789abcdef0123456789ABCDEF", rest.data[digits], 32);
    if (!digit)
      break;
    *size = *size * 16 + (size_t)(digit - "0123456789abcdef0123456789ABCDEF") % 16;
  }
  bool good = digits && (rest.data[digits] == '\r' || rest.data[digits] == ';');
  return good ? (size_t)(end - rest.data) + 2 : 0;
}

/* Walks the chunks at the start of BODY, appending them to CONTENT where that is not NULL. Returns the length up to the
   last chunk's end, TRAILERS what follows it up to and with its empty line, or 0 where the end has not come. */
static size_t walk_chunks(struct span body, struct bytes *content, size_t *trailers) {
  size_t at = 0;
  for (;;) {
    size_t size;
    struct span rest = {body.data + at, body.len - at};
    size_t line = chunk_line(rest, &size);
    if (!line)
      return 0;
    at += line;
    if (size == 0)
      break;
    if (rest.len - line < size + 2 || memcmp(rest.data + line + size, "\r\n", 2) != 0)
      return 0;
    if (content)
      bytes_append(content, rest.data + line, size);
    at += size + 2;
  }
  struct span rest = {body.data + at, body.len - at};
  const char *empty = find(rest, "\r\n\r\n");
  bool none = rest.len >= 2 && memcmp(rest.data, "\r\n", 2) == 0;
  *trailers = none ? 2 : empty ? (size_t)(empty - rest.data) + 4 : 0;
  return *trailers ? at : 0;
}

bool unchunk(struct span body, struct bytes *content) {
  size_t trailers = 0;
  size_t end = walk_chunks(body, content, &trailers);
  return end && trailers == 2 && end + trailers == body.len;
}

/* What the fields of one header section say. */
struct fields {
  bool has_length, bad_length, coded, chunked, closes, keeps;
  size_t length;
};

static void take_field(struct fields *fields, struct span line) {
  struct span value;
  size_t length;
  if (is_field(line, "Content-Length", &value)) {
    bool good = read_length(value, &length);
    fields->bad_length |= !good || (fields->has_length && fields->length != length);
    fields->has_length = true;
    fields->length = length;
  } else if (is_field(line, "Transfer-Encoding", &value)) {
    fields->coded = true;
    fields->chunked = has_token(value, "chunked", true);
  } else if (is_field(line, "Connection", &value)) {
    fields->closes |= has_token(value, "close", false);
    fields->keeps |= has_token(value, "keep-alive", false);
  }
}

/* Reads one header section, from its status line on. Returns its length, or 0 where it is none or its end has not
   come. */
static size_t read_head(struct span received, struct fields *fields, int *status) {
  const char *end = find(received, "\r\n\r\n");
  *fields = (struct fields){0};
  if (!end || received.len < 12 || memcmp(received.data, "HTTP/1.", 7) != 0 || received.data[8] != ' ')
    return 0;
  *status = atoi(received.data + 9);
  fields->closes = received.data[7] == '0';
  size_t head = (size_t)(end - received.data) + 4;
  struct span rest = {received.data, head - 2};
  next_line(&rest);
  while (rest.len)
    take_field(fields, next_line(&rest));
  fields->closes &= !fields->keeps || received.data[7] != '0';
  return head;
}

struct frame frame_of(struct span received, bool bodiless) {
  struct fields fields = {0};
  struct frame frame = {.framing = FRAMED_BY_CLOSE};
  int status = 100;
  while (status >= 100 && status < 200) {
    struct span rest = {received.data + frame.head, received.len - frame.head};
    size_t head = read_head(rest, &fields, &status);
    if (!head)
      return (struct frame){.framing = FRAMED_BY_CLOSE};
    frame.head += head;
    if (status == 101)
      return frame;
  }
  struct span body = {received.data + frame.head, received.len - frame.head};
  size_t trailers = 0;
  bool empty = bodiless || status == 204 || status == 304;
  frame.persists = !fields.closes;
  if (fields.chunked && !empty) {
    frame.framing = FRAMED_BY_CHUNKS;
    frame.whole = walk_chunks(body, NULL, &trailers) != 0;
  } else if (empty || (fields.has_length && !fields.bad_length && !fields.coded)) {
    frame.framing = FRAMED_BY_LENGTH;
    frame.content = empty ? 0 : fields.length;
    frame.whole = body.len >= frame.content;
  }
  return frame;
}

/* SPDX-License-Identifier: MIT */
