/* Byte comparison. The parts of a response are compared in the order in which they are read: a wrong status line
   explains a wrong body. */
#include "harness/verdict/compare.h"

#include <stdio.h>
#include <string.h>

size_t first_difference(struct span a, struct span b) {
  size_t common = a.len < b.len ? a.len : b.len;
  if (memcmp(a.data, b.data, common) == 0)
    return a.len == b.len ? SIZE_MAX : common;
  size_t at = 0;
  while (a.data[at] == b.data[at])
    at++;
  return at;
}

/* Says in words how the two differ AT that offset: another byte, or an end that came too early or too late. */
static void describe(struct result *result, enum part part, struct span expected, struct span actual, size_t at) {
  if (at == actual.len)
    result_set(result, DIVERGED, "%s ends at byte %zu; %zu more were expected", part_name(part), at, expected.len - at);
  else if (at == expected.len)
    result_set(result, DIVERGED, "%s goes on at byte %zu, where its end was expected; %zu more came", part_name(part),
               at, actual.len - at);
  else
    result_set(result, DIVERGED, "%s byte %zu is 0x%02x, expected 0x%02x", part_name(part), at,
               (unsigned char)actual.data[at], (unsigned char)expected.data[at]);
}

/* Of a side that is much longer than the other, so much beyond it is kept: thousands of cases may fail in that way. */
enum { KEPT_BEYOND = 16 << 10 };

static struct span kept(struct span side, struct span other) {
  size_t most = other.len + KEPT_BEYOND;
  return (struct span){side.data, side.len < most ? side.len : most};
}

bool compare_part(struct result *result, enum part part, struct span expected, struct span actual) {
  size_t at = first_difference(expected, actual);
  if (at == SIZE_MAX)
    return true;
  if (verdict_is_failure(result->verdict))
    return false;
  describe(result, part, expected, actual, at);
  result->part = part;
  result->offset = at;
  bytes_clear(&result->expected);
  bytes_clear(&result->actual);
  bytes_add(&result->expected, kept(expected, actual));
  bytes_add(&result->actual, kept(actual, expected));
  return false;
}

/* Where the bytes after the first NEEDLE begin, or the end. */
static size_t after(struct span span, const char *needle) {
  size_t len = strlen(needle);
  const char *found = memmem(span.data, span.len, needle, len);
  return found ? (size_t)(found - span.data) + len : span.len;
}

static struct span slice(struct span span, size_t from, size_t to) {
  return (struct span){span.data + from, to > from ? to - from : 0};
}

/* Whether the headers that came are those expected but for a Content-Length that is right for the body that came: then
   the body is where the fault is, and the length only follows from it. */
static bool only_length_differs(struct span headers, struct span body, struct span got_headers, struct span got_body) {
  char was[64];
  char is[64];
  snprintf(was, sizeof was, "Content-Length: %zu\r\n", body.len);
  snprintf(is, sizeof is, "Content-Length: %zu\r\n", got_body.len);
  const char *line = memmem(headers.data, headers.len, was, strlen(was));
  if (!line)
    return false;
  size_t before = (size_t)(line - headers.data);
  size_t end = before + strlen(was);
  struct bytes follows = {0};
  bytes_add(&follows, slice(headers, 0, before));
  bytes_add(&follows, span_text(is));
  bytes_add(&follows, slice(headers, end, headers.len));
  bool same = first_difference(span_of(&follows), got_headers) == SIZE_MAX;
  bytes_free(&follows);
  return same;
}

struct span header_section(struct span received) {
  return slice(received, after(received, "\r\n"), after(received, "\r\n\r\n"));
}

void compare_response(struct result *result, struct span status_line, bool has_headers, struct span headers,
                      struct span body, struct span received) {
  size_t head = after(received, "\r\n\r\n");
  size_t line = after(received, "\r\n");
  if (!compare_part(result, PART_STATUS, status_line, slice(received, 0, line)))
    return;
  struct span got_headers = slice(received, line, head);
  struct span got_body = slice(received, head, received.len);
  if (has_headers && !only_length_differs(headers, body, got_headers, got_body) &&
      !compare_part(result, PART_HEADERS, headers, got_headers))
    return;
  compare_part(result, PART_BODY, body, got_body);
}

void compare_responses(struct result *result, struct span expected, struct span received) {
  size_t head = after(expected, "\r\n\r\n");
  size_t line = after(expected, "\r\n");
  compare_response(result, slice(expected, 0, line), true, slice(expected, line, head),
                   slice(expected, head, expected.len), received);
}

void compare_run(struct result *result, enum part part, struct span expected, struct span actual, int expected_status,
                 int status) {
  char wanted[32];
  char got[32];
  if (!compare_part(result, part, expected, actual))
    return;
  snprintf(wanted, sizeof wanted, "%d", expected_status);
  snprintf(got, sizeof got, "%d", status);
  if (!compare_part(result, PART_EXIT, span_text(wanted), span_text(got))) {
    bytes_clear(&result->detail);
    bytes_printf(&result->detail, "exit status is %d, expected %d", status, expected_status);
  }
}

/* SPDX-License-Identifier: MIT */
