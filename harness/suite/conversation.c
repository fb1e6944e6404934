/* Reads the text form of a conversation. */
#include "harness/suite/conversation.h"

#include "harness/suite/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char *text, size_t *number, const char **end) {
  char *after = NULL;
  unsigned long long value = strtoull(text, &after, 10);
  *number = (size_t)value;
  *end = after;
  return after != text && text[0] >= '0' && text[0] <= '9';
}

/* Appends TEXT of "{COUNT} TEXT" or " TEXT" that many times to OUT. */
static bool parse_repeated(const char *line, struct bytes *out) {
  size_t count = 1;
  if (*line == '{' && (!parse_number(line + 1, &count, &line) || *line++ != '}'))
    return false;
  if (*line++ != ' ')
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
    return parse_repeated(line + 1, &conversation->expected);
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
                   "hollow BYTES | octets TEXT | hold | shut | slow SECONDS'",
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

void conversation_free(struct conversation *conversation) {
  bytes_free(&conversation->text);
  bytes_free(&conversation->octets);
  bytes_free(&conversation->sent);
  bytes_free(&conversation->expected);
}
