/* Reads the text form of a conversation. */
#include "harness/suite/conversation.h"

#include "harness/suite/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool parse_number(const char *text, size_t *number, const char **end) {
  char *after = NULL;
  unsigned long long value = strtoull(text, &after, 10);
  *number = (size_t)value;
  *end = after;
  return after != text && text[0] >= '0' && text[0] <= '9';
}

/* Reads the COUNT of "{COUNT} TEXT", or 1 of " TEXT". TEXT begins at the new LINE. */
static bool parse_count(const char **line, size_t *count) {
  const char *at = *line;
  *count = 1;
  if (*at == '{' && (!parse_number(at + 1, count, &at) || *at++ != '}'))
    return false;
  *line = at + 1;
  return *at == ' ';
}

/* Appends TEXT of "{COUNT} TEXT" or " TEXT" that many times to OUT. */
static bool parse_repeated(const char *line, struct bytes *out) {
  size_t count;
  if (!parse_count(&line, &count))
    return false;
  struct bytes text = {0};
  bool good = bytes_unescape(&text, line);
  for (size_t i = 0; good && i < count; i++)
    bytes_add(out, span_of(&text));
  bytes_free(&text);
  return good;
}

/* Less than a day. */
static bool parse_seconds(const char *text, double *seconds) {
  char *end = NULL;
  *seconds = strtod(text, &end);
  return end != text && *end == '\0' && *seconds > 0 && *seconds < 86400;
}

/* Of ten thousand years. */
static bool parse_moment(const char *text, long long *seconds) {
  char *end = NULL;
  *seconds = strtoll(text, &end, 10);
  return end != text && *end == '\0' && llabs(*seconds) < 315360000000;
}

static bool parse_directive(const char *text, struct conversation *conversation) {
  const char *rest = text;
  if (strcmp(text, "no-document") == 0) {
    conversation->document = DOCUMENT_MISSING;
  } else if (strcmp(text, "directory") == 0) {
    conversation->document = DOCUMENT_DIRECTORY;
  } else if (strncmp(text, "hollow ", 7) == 0) {
    conversation->document = DOCUMENT_HOLLOW;
    return parse_number(text + 7, &conversation->hollow_size, &rest) && *rest == '\0';
  } else if (strncmp(text, "document", 8) == 0) {
    return parse_repeated(text + 8, &conversation->text);
  } else if (strncmp(text, "octets ", 7) == 0) {
    return bytes_unescape(&conversation->octets, text + 7);
  } else if (strcmp(text, "hold") == 0) {
    conversation->hold = true;
  } else if (strcmp(text, "shut") == 0) {
    conversation->shut = true;
  } else if (strncmp(text, "modified ", 9) == 0) {
    return conversation->is_dated = parse_moment(text + 9, &conversation->modified);
  } else if (strncmp(text, "slow ", 5) == 0) {
    return parse_seconds(text + 5, &conversation->slow);
  } else {
    return false;
  }
  return true;
}

/* LINE with the escape of OCTET for each {octet}. The caller frees it. */
static char *insert_octet(const char *line, int octet) {
  static const char *const names[] = {"octet"};
  char escape[] = "\\xHH";
  const char *values[] = {escape};
  snprintf(escape, sizeof escape, "\\x%02X", (unsigned)octet & 0xFF);
  return octet < 0 ? xstrdup(line) : expand_placeholders(line, names, values, 1);
}

/* LINE begins after the `>`. */
static bool parse_sent(const char *line, int octet, struct conversation *conversation) {
  char *sent = insert_octet(line, octet);
  bool good = parse_repeated(sent, &conversation->sent);
  free(sent);
  return good;
}

static const char date_mark[] = "{date}";
static const char no_date[DATE_LENGTH + 1] = "Www, DD Mmm YYYY hh:mm:ss GMT"; /* what a report shows */

/* Appends LINE, in which {date} is a place for a date, to what is expected. */
static bool add_expected(struct conversation *conversation, const char *line) {
  struct bytes *expected = &conversation->expected;
  for (const char *mark; (mark = strstr(line, date_mark)) != NULL; line = mark + sizeof date_mark - 1) {
    char *before = xstrndup(line, (size_t)(mark - line));
    bool good = bytes_unescape(expected, before);
    free(before);
    if (!good)
      return false;
    conversation->dates = xrealloc(conversation->dates, (conversation->date_count + 1) * sizeof *conversation->dates);
    conversation->dates[conversation->date_count++] = expected->len;
    bytes_append(expected, no_date, DATE_LENGTH);
  }
  return bytes_unescape(expected, line);
}

/* LINE begins after the `<`. */
static bool parse_expected(const char *line, struct conversation *conversation) {
  size_t count;
  bool good = parse_count(&line, &count);
  for (size_t i = 0; good && i < count; i++)
    good = add_expected(conversation, line);
  return good;
}

static bool parse_line(const char *line, int octet, struct conversation *conversation) {
  switch (line[0]) {
  case '\0':
  case '#':
    return true;
  case '!':
    return line[1] == ' ' && parse_directive(line + 2, conversation);
  case '>':
    return parse_sent(line + 1, octet, conversation);
  case '<':
    return parse_expected(line + 1, conversation);
  default:
    return false;
  }
}

bool conversation_parse(struct span text, const char *path, int octet, struct conversation *conversation,
                        struct bytes *why) {
  *conversation = (struct conversation){0};
  const char *end = text.data + text.len;
  int number = 0;
  for (const char *at = text.data; at < end;) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t len = (size_t)((stop ? stop : end) - at);
    char *line = xstrndup(at, len);
    number++;
    bool good = parse_line(line, octet, conversation);
    if (!good)
      bytes_printf(why,
                   "%s:%d: '%s' is no line of a conversation; it is '> TEXT', '>{COUNT} TEXT', '< TEXT', "
                   "'<{COUNT} TEXT', '# why' or '! document TEXT | document{COUNT} TEXT | no-document | directory | "
                   "hollow BYTES | modified SECONDS | octets TEXT | hold | shut | slow SECONDS'",
                   path, number, line);
    free(line);
    if (!good) {
      conversation_free(conversation);
      return false;
    }
    at += len + 1;
  }
  return true;
}

bool conversation_has_date(struct span text) {
  char value[DATE_LENGTH + 1];
  char again[sizeof value + 16];
  struct tm date = {0};
  if (text.len < DATE_LENGTH)
    return false;
  memcpy(value, text.data, DATE_LENGTH);
  value[DATE_LENGTH] = '\0';
  const char *end = strptime(value, "%a, %d %b %Y %T GMT", &date);
  if (!end || *end != '\0')
    return false;
  time_t seconds = timegm(&date); /* which sets the day of the week right */
  return seconds != -1 && strftime(again, sizeof again, "%a, %d %b %Y %T GMT", &date) > 0 && strcmp(again, value) == 0;
}

void conversation_expect(const struct conversation *conversation, struct span answer, struct bytes *expected) {
  bytes_add(expected, span_of(&conversation->expected));
  for (size_t i = 0; i < conversation->date_count; i++) {
    size_t at = conversation->dates[i];
    if (at < answer.len && conversation_has_date((struct span){answer.data + at, answer.len - at}))
      memcpy(expected->data + at, answer.data + at, DATE_LENGTH);
  }
}

void conversation_free(struct conversation *conversation) {
  bytes_free(&conversation->text);
  bytes_free(&conversation->octets);
  bytes_free(&conversation->sent);
  bytes_free(&conversation->expected);
  free(conversation->dates);
}

/* SPDX-License-Identifier: MIT */
