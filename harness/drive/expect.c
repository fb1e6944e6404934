/* Two texts side by side: the answers that came, and those that a conversation expects. The headers that are ignored
   are taken over from what came; so the first byte that differs is where it was. */
#include "harness/drive/expect.h"

#include "harness/drive/framing.h"
#include "harness/verdict/headers.h"

#include <string.h>

/* How far both texts have been read. */
struct pair {
  const struct conversation *talk;
  const struct text_list *ignored;
  struct span came;
  size_t at, wanted_at; /* in CAME, and in what TALK expects */
  struct bytes *expected;
};

/* The line at AT of TEXT, with its end. */
static struct span line_at(struct span text, size_t at) {
  const char *end = memchr(text.data + at, '\n', text.len - at);
  return (struct span){text.data + at, end ? (size_t)(end - text.data) + 1 - at : text.len - at};
}

/* Appends LEN bytes that are expected, each place for a date with the date that came there. */
static void take_wanted(struct pair *pair, size_t len) {
  const struct conversation *talk = pair->talk;
  size_t from = pair->expected->len;
  bytes_append(pair->expected, talk->expected.data + pair->wanted_at, len);
  for (size_t i = 0; i < talk->date_count; i++) {
    size_t date = talk->dates[i], at = from + date - pair->wanted_at;
    if (date < pair->wanted_at || date + DATE_LENGTH > pair->wanted_at + len || at > pair->came.len)
      continue;
    struct span rest = {pair->came.data + at, pair->came.len - at};
    if (conversation_has_date(rest))
      memcpy(pair->expected->data + at, rest.data, DATE_LENGTH);
  }
  pair->wanted_at += len;
}

/* Reads the lines of a head, up to END in what came. Once the two differ, it does not matter what stands after that. */
static void take_head(struct pair *pair, size_t end) {
  while (pair->at < end) {
    struct span wanted = line_at(span_of(&pair->talk->expected), pair->wanted_at);
    struct span line = line_at(pair->came, pair->at);
    if (header_is_named(pair->ignored, line)) {
      bytes_append(pair->expected, line.data, line.len);
      pair->at += line.len;
    } else if (header_is_named(pair->ignored, wanted)) {
      pair->wanted_at += wanted.len;
    } else {
      take_wanted(pair, wanted.len);
      pair->at += line.len;
    }
  }
}

void expect_talk(const struct conversation *talk, const struct text_list *ignored, struct span answer,
                 struct bytes *expected) {
  if (ignored->count == 0) {
    conversation_expect(talk, answer, expected);
    return;
  }
  struct pair pair = {.talk = talk, .ignored = ignored, .came = answer, .expected = expected};
  while (pair.at < answer.len) {
    struct span rest = {answer.data + pair.at, answer.len - pair.at};
    if (rest.len < 5 || memcmp(rest.data, "HTTP/", 5) != 0)
      break;
    struct frame frame = frame_of(rest, false);
    take_head(&pair, pair.at + (frame.head ? frame.head : rest.len));
    if (frame.framing != FRAMED_BY_LENGTH)
      break;
    size_t left = talk->expected.len - pair.wanted_at;
    size_t body = frame.content < answer.len - pair.at ? frame.content : answer.len - pair.at;
    take_wanted(&pair, body < left ? body : left);
    pair.at += body;
  }
  take_wanted(&pair, talk->expected.len - pair.wanted_at);
}

/* SPDX-License-Identifier: MIT */
