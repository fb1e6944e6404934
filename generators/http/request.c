/* request.c: the octets of a request, taken apart as RFC 9112 spells them.
 *
 * parse_request looks at all that has come so far and says that more is needed, or with which status to answer. It is
 * called again with every segment and starts anew each time, so it has no state to be split wrongly; a request is 8 KB
 * at most. Each take_* routine takes one element of the grammar at CURSOR and returns TAKEN, MORE (all octets up to END
 * agree, but the element goes on), or the status of an error. Sets of octets are tables of bits. */
#include "http.h"

#include <stdio.h>
#include <string.h>

#define CURSOR S0  /* the next octet */
#define END S1     /* after the last octet that has come */
#define TRAITS S2  /* REQUEST_*: what is known of the request */
#define VERDICT S3 /* status to answer with, should the rest be sound */
#define START S4   /* first octet of the element being taken */
#define WHICH S5   /* ordinal of the field being taken */

enum { MORE = 0, TAKEN = 200 };

/* token (RFC 9110, 5.6.2): a method or a field name. */
static bool in_token(int octet) {
  return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
         (octet != 0 && strchr("!#$%&'*+-.^_`|~", octet) != NULL);
}

/* request-target (RFC 9112, 3.2): no white space, no controls, US-ASCII alone; and no fragment, which is for the client
 * (RFC 9110, 7.1). Of the rest, clients send what RFC 3986 has no place for. */
static bool in_target(int octet) { return octet > ' ' && octet < 0x7f && octet != '#'; }

/* field-value (RFC 9110, 5.5): visible octets, SP and HTAB. */
static bool in_field_value(int octet) { return octet == '\t' || (octet >= ' ' && octet != 0x7f); }

/* OWS (RFC 9110, 5.6.3). */
static bool in_white_space(int octet) { return octet == '\t' || octet == ' '; }

void lay_octet_set(const char *name, OctetSet *contains) {
  unsigned char bits[SET_BYTES] = {0};
  for (int octet = 0; octet < 0x80 + 8; octet++)
    if (contains(octet))
      bits[octet / 8] |= (unsigned char)(1 << octet % 8);
  data(name, 1);
  data_bytes(bits, sizeof bits);
}

/* The 32 bits that a load finds where `text` begins. */
static int32_t four(const char *text) { return text[0] | text[1] << 8 | text[2] << 16 | text[3] << 24; }

/* skip_octets: in A1 = set. Moves CURSOR after all octets that are in the set. Out A0 = the octet there, -1 at END. */
static void lay_skip_octets(void) {
  routine("skip_octets", in(A1, S1), out(A0), moves(S0), destroys(ALL_T));
  bgeu(CURSOR, END, "at_end");
  ld8(A0, CURSOR, 0);
  shr(T0, A0, 3);
  bltu(T0, SET_BYTES - 1, "ascii");
  li(T0, SET_BYTES - 1);
  label("ascii");
  ld8x(T0, A1, T0);
  and(T1, A0, 7);
  shr(T0, T0, T1);
  bclr(T0, 1, "outside");
  add(CURSOR, CURSOR, 1);
  jump("skip_octets");
  label("at_end");
  li(A0, -1);
  label("outside");
  ret();
}

/* take_line_end: CRLF, or LF alone (RFC 9112, 2.2). A CR without its LF is an error. */
static void lay_take_line_end(void) {
  routine("take_line_end", in(S1), out(A0), moves(S0), destroys(ALL_T));
  bgeu(CURSOR, END, "more_needed");
  ld8(T0, CURSOR, 0);
  beq(T0, '\n', "line_feed");
  bne(T0, '\r', "malformed");
  add(T1, CURSOR, 1);
  bgeu(T1, END, "more_needed");
  ld8(T0, T1, 0);
  bne(T0, '\n', "malformed");
  mov(CURSOR, T1);
  label("line_feed");
  add(CURSOR, CURSOR, 1);
  li(A0, TAKEN);
  ret();

  /* more_needed, malformed: what take_* without a frame end with. Out A0 = MORE, or 400. */
  routine("more_needed", out(A0));
  li(A0, MORE);
  ret();
  routine("malformed", out(A0));
  li(A0, 400);
  ret();
}

/* equals_word: in A0 = octets, A1 = after them, A2 = NUL-terminated word in small letters. Out A0 = not 0 if they are
 * that word, in letters of any case. */
static void lay_equals_word(void) {
  routine("equals_word", in(A0, A1, A2), out(A0, A2), destroys(ALL_T));
  label("next_octet");
  ld8(T1, A2, 0);
  bgeu(A0, A1, "ended");
  ld8(T0, A0, 0);
  or (T0, T0, 0x20); /* of what may stand in a token, letters alone become what a word has */
  bne(T0, T1, "differs");
  add(A0, A0, 1);
  add(A2, A2, 1);
  jump("next_octet");
  label("ended");
  li(A0, 1);
  beq(T1, 0, "equal");
  label("differs");
  li(A0, 0);
  label("equal");
  ret();
}

/* take_method: method SP (RFC 9112, 3.1). Sets REQUEST_HEAD, REQUEST_OPTIONS, and VERDICT: 405 for a method of RFC 9110
 * or RFC 5789 that is not served here, 501 for one that is unknown (RFC 9110, 9.1). */
static void lay_take_method(void) {
  static const struct {
    const char *name, *handler;
  } methods[] = {{"GET", "take_method.taken"},           {"HEAD", "take_method.head"},
                 {"OPTIONS", "take_method.options"},     {"POST", "take_method.not_allowed"},
                 {"PUT", "take_method.not_allowed"},     {"DELETE", "take_method.not_allowed"},
                 {"PATCH", "take_method.not_allowed"},   {"TRACE", "take_method.not_allowed"},
                 {"CONNECT", "take_method.not_allowed"}, {"", "take_method.unknown"}};
  data("methods", 1);
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    data_bytes(methods[i].name, strlen(methods[i].name) + 1);
  data("method_handlers", 2);
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    data_offset16(methods[i].handler, "method_handlers");

  routine("take_method", in(S1), out(A0), out_if(S3), moves(S0, S2), destroys(A1, A2, ALL_T, S4));
  enter_bare();
  mov(START, CURSOR);
  la(A1, "token_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ' ', "malformed");
  beq(CURSOR, START, "malformed");
  la(A1, "methods");
  li(A2, 0);
  label("next_method");
  mov(A0, START);
  ld8(T1, A1, 0);
  beq(T1, 0, "chosen");
  label("next_octet");
  ld8_next(T0, A0);
  ld8_next(T1, A1);
  beq(T1, 0, "name_ended");
  beq(T0, T1, "next_octet");
  label("rest_of_name");
  ld8_next(T1, A1);
  bne(T1, 0, "rest_of_name");
  label("another");
  add(A2, A2, 1);
  jump("next_method");
  label("name_ended");
  bne(T0, ' ', "another");
  label("chosen");
  add(CURSOR, CURSOR, 1);
  jump_table(A2, "method_handlers");

  label("head");
  or (TRAITS, TRAITS, REQUEST_HEAD);
  jump("taken");
  label("options");
  or (TRAITS, TRAITS, REQUEST_OPTIONS);
  li(VERDICT, 204);
  jump("taken");
  label("not_allowed");
  li(VERDICT, 405);
  jump("taken");
  label("unknown");
  li(VERDICT, 501);
  label("taken");
  li(A0, TAKEN);
  jump("returned");
  label("more");
  li(A0, MORE);
  jump("returned");
  label("malformed");
  li(A0, 400);
  label("returned");
  leave();
}

/* take_target: request-target SP (RFC 9112, 3.2), in origin-form, in absolute-form, or the asterisk of OPTIONS. Its
 * path is noted in "request". Where a single file is served, any path but "/" makes VERDICT 404, unless the method has
 * spoken already; any other form belongs to methods that are not served here. */
static void lay_take_target(void) {
  routine("take_target", in(S1, S2), out(A0), moves(S0, S3), destroys(A1, A2, ALL_T, S4));
  enter_bare();
  mov(START, CURSOR);
  la(A1, "target_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ' ', "malformed");
  beq(CURSOR, START, "malformed");
  add(CURSOR, CURSOR, 1);
  bgeu(VERDICT, 400, "taken");
  ld8(T0, START, 0);
  beq(T0, '/', "at_path");
  beq(T0, '*', "asterisk");
  ld64(T0, START, 0);
  li(T1, 0x2020202020202020); /* the scheme is not case-sensitive */
  or (T0, T0, T1);
  shl(T0, T0, 8);
  li(T1, (int64_t)four("http") << 8 | (int64_t)four("://\0") << 40);
  bne(T0, T1, "malformed");
  add(START, START, 7);
  mov(A0, START);
  label("in_authority");
  ld8(T0, START, 0);
  beq(T0, '/', "authority_ended");
  beq(T0, '?', "authority_ended");
  beq(T0, ' ', "authority_ended");
  add(START, START, 1);
  jump("in_authority");
  label("authority_ended");
  mov(A1, START);
  beq(A0, A1, "malformed"); /* http:///: a host is missing (RFC 9110, 4.2.1) */
  call("is_authority");
  beq(A0, 0, "malformed");
  label("at_path");
  la(A1, "request");
  st64(START, A1, REQUEST_PATH);
  sub(START, START, 1);
  label("in_path");
  add(START, START, 1);
  ld8(T0, START, 0);
  beq(T0, '?', "path_ended");
  bne(T0, ' ', "in_path");
  label("path_ended");
  st64(START, A1, REQUEST_PATH_END);
  ld64_of(T0, "folder", FOLDER_DESCRIPTOR);
  bne(T0, 0, "taken");
  ld64(T0, A1, REQUEST_PATH);
  sub(T0, START, T0);
  bleu(T0, 1, "taken");
  li(VERDICT, 404);
  label("taken");
  li(A0, TAKEN);
  jump("returned");
  label("asterisk");
  ld8(T0, START, 1);
  bne(T0, ' ', "malformed");
  bset(TRAITS, REQUEST_OPTIONS, "taken");
  label("malformed");
  li(A0, 400);
  jump("returned");
  label("more");
  li(A0, MORE);
  label("returned");
  leave();
}

/* take_version: HTTP-version (RFC 9112, 2.3). Another major version is 505; a minor one above 1 is taken as 1 (RFC
 * 9110, 2.5). Sets REQUEST_HTTP_1_0. */
static void lay_take_version(void) {
  data("version_form", 1);
  data_string("HTTP/0.0"); /* 0: any digit */

  routine("take_version", in(S1), out(A0), moves(S0, S2), destroys(A1, A2, ALL_T));
  la(A1, "version_form");
  li(A2, 0);
  label("next_octet");
  bgeu(CURSOR, END, "more_needed");
  ld8(T0, CURSOR, 0);
  ld8x(T1, A1, A2);
  beq(T1, '0', "digit");
  beq(T0, T1, "agrees");
  jump("malformed");
  label("digit");
  sub(T0, T0, '0');
  bgtu(T0, 9, "malformed");
  label("agrees");
  add(CURSOR, CURSOR, 1);
  add(A2, A2, 1);
  bltu(A2, 8, "next_octet");
  ld8(T1, CURSOR, -3);
  bne(T1, '1', "unsupported");
  bne(T0, 0, "taken"); /* T0: the minor version */
  or (TRAITS, TRAITS, REQUEST_HTTP_1_0);
  label("taken");
  li(A0, TAKEN);
  ret();
  label("unsupported");
  li(A0, 505);
  ret();
}

/* The fields that are looked at, and where in "take_field_line". The first is any other. */
static const struct {
  const char *name, *handler;
} fields[] = {{"", "take_field_line.taken"},
              {"host", "take_field_line.host"},
              {"content-length", "take_field_line.content_length"},
              {"transfer-encoding", "take_field_line.transfer_encoding"},
              {"connection", "take_field_line.connection"},
              {"expect", "take_field_line.expect"},
              {"if-match", "take_field_line.noted"}, /* FIRST_NOTED */
              {"if-none-match", "take_field_line.noted"},
              {"range", "take_field_line.noted"},
              {"if-range", "take_field_line.noted"},
              {"if-modified-since", "take_field_line.noted"},
              {"if-unmodified-since", "take_field_line.noted"}};

/* find_field: in START = a field name, CURSOR = after it. Out A0 = its ordinal among the fields, 0 if it is none. */
static void lay_find_field(void) {
  char text[256];
  size_t size = 0;
  for (size_t i = 1; i < sizeof fields / sizeof *fields; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "%s", fields[i].name) + 1;
  text[size] = 0;
  packed_text("fields", text, size + 1);
  data("field_handlers", 2);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    data_offset16(fields[i].handler, "field_handlers");

  routine("find_field", in(S0, S4), out(A0), destroys(A1, A2, A3, ALL_T));
  enter_bare();
  la(A2, "fields");
  li(A3, 1);
  label("next_field");
  mov(A0, START);
  mov(A1, CURSOR);
  call("equals_word");
  bne(A0, 0, "found");
  label("rest_of_name");
  ld8_next(T0, A2);
  bne(T0, 0, "rest_of_name");
  add(A3, A3, 1);
  ld8(T0, A2, 0);
  bne(T0, 0, "next_field");
  li(A3, 0);
  label("found");
  mov(A0, A3);
  leave();
}

/* next_element: in START = place in a list with commas (RFC 9110, 5.6.1), A3 = its end. Out A0 = its next element, A1 =
 * after that, without blanks; equal if there is none. START moves on. */
static void lay_next_element(void) {
  routine("next_element", in(A3), out(A0, A1), moves(S4), destroys(T0));
  label("before_element");
  mov(A0, START);
  mov(A1, START);
  bgeu(START, A3, "done");
  ld8_next(T0, START);
  beq(T0, ',', "before_element");
  beq(T0, ' ', "before_element");
  beq(T0, '\t', "before_element");
  label("in_element");
  mov(A1, START);
  bgeu(START, A3, "element_ended");
  ld8_next(T0, START);
  bne(T0, ',', "in_element");
  label("element_ended");
  ld8(T0, A1, -1);
  beq(T0, ' ', "blank_after");
  bne(T0, '\t', "done");
  label("blank_after");
  sub(A1, A1, 1);
  jump("element_ended");
  label("done");
  ret();
}

/* take_field_line: field-name ":" OWS field-value OWS and its line end (RFC 9112, 5). No white space before the colon
 * (5.1) and no line folding (5.2). A second Host or Content-Length, or one with an invalid value, is an error (3.2,
 * 6.3), and so are a transfer coding after chunked, and any in HTTP/1.0 (6.1). */
static void lay_take_field_line(void) {
  static const NamedString words[] = {{"word_chunked", "chunked"},
                                      {"word_close", "close"},
                                      {"word_keep_alive", "keep-alive"},
                                      {"word_continue", "100-continue"}};
  packed_strings(words);

  routine("take_field_line", in(S1), out(A0), moves(S0, S2, S3), destroys(A1, A2, A3, ALL_T, S4, S5));
  enter_bare();
  mov(START, CURSOR);
  la(A1, "token_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ':', "malformed");
  beq(CURSOR, START, "malformed");
  call("find_field");
  mov(WHICH, A0);
  add(CURSOR, CURSOR, 1);
  la(A1, "white_space_octets");
  call("skip_octets");
  mov(START, CURSOR);
  la(A1, "field_value_octets");
  call("skip_octets");
  mov(A3, CURSOR);
  call("take_line_end");
  bne(A0, TAKEN, "ended");
  label("at_end_of_value");
  bgeu(START, A3, "value_taken");
  ld8(T0, A3, -1);
  beq(T0, ' ', "blank_after");
  bne(T0, '\t', "value_taken");
  label("blank_after");
  sub(A3, A3, 1);
  jump("at_end_of_value");
  label("value_taken"); /* from START to A3 */
  mov(A0, WHICH);
  jump_table(A0, "field_handlers");

  label("host");
  bset(TRAITS, REQUEST_HOST, "malformed");
  or (TRAITS, TRAITS, REQUEST_HOST);
  mov(A0, START);
  mov(A1, A3);
  beq(A0, A1, "taken"); /* of a target without authority */
  call("is_authority");
  beq(A0, 0, "malformed");
  jump("taken");

  label("content_length");
  bset(TRAITS, REQUEST_CONTENT_LENGTH, "malformed");
  or (TRAITS, TRAITS, REQUEST_CONTENT_LENGTH);
  beq(START, A3, "malformed");
  li(A0, 0);
  label("next_digit");
  ld8(T0, START, 0);
  sub(T0, T0, '0');
  bgtu(T0, 9, "malformed");
  mul(A0, A0, 10);
  add(A0, A0, T0);
  li(T1, INT64_C(1) << 60);
  bleu(A0, T1, "length_fits");
  mov(A0, T1);
  label("length_fits");
  add(START, START, 1);
  bltu(START, A3, "next_digit");
  la(A1, "request");
  st64(A0, A1, REQUEST_LENGTH);
  jump("taken");

  label("transfer_encoding");
  bset(TRAITS, REQUEST_HTTP_1_0, "malformed");
  or (TRAITS, TRAITS, REQUEST_CODED);
  label("next_coding");
  call("next_element");
  beq(A0, A1, "taken");
  bset(TRAITS, REQUEST_CHUNKED, "malformed");
  la(A2, "word_chunked");
  call("equals_word");
  beq(A0, 0, "other_coding");
  or (TRAITS, TRAITS, REQUEST_CHUNKED);
  jump("next_coding");
  label("other_coding");
  or (TRAITS, TRAITS, REQUEST_OTHER_CODING);
  jump("next_coding");

  label("connection");
  call("next_element");
  beq(A0, A1, "taken");
  mov(WHICH, A0);
  la(A2, "word_close");
  call("equals_word");
  beq(A0, 0, "not_close");
  or (TRAITS, TRAITS, REQUEST_CLOSE);
  jump("connection");
  label("not_close");
  mov(A0, WHICH);
  la(A2, "word_keep_alive");
  call("equals_word");
  beq(A0, 0, "connection");
  or (TRAITS, TRAITS, REQUEST_KEEP_ALIVE);
  jump("connection");

  label("noted");
  la(T0, "request");
  ld64(T1, T0, REQUEST_NOTED);
  st64(WHICH, T1, NOTED_FIELD);
  st64(START, T1, NOTED_BEGIN);
  st64(A3, T1, NOTED_END);
  st64(0, T1, NOTED_SIZE + NOTED_FIELD);
  add(T1, T1, NOTED_SIZE);
  st64(T1, T0, REQUEST_NOTED);
  jump("taken");

  label("next_expectation");
  or (TRAITS, TRAITS, REQUEST_EXPECT);
  label("expect");
  bset(TRAITS, REQUEST_HTTP_1_0, "taken"); /* RFC 9110, 10.1.1 */
  call("next_element");
  beq(A0, A1, "taken");
  la(A2, "word_continue");
  call("equals_word");
  bne(A0, 0, "next_expectation");
  bgeu(VERDICT, 400, "taken");
  li(VERDICT, 417);
  label("taken");
  li(A0, TAKEN);
  label("ended");
  jump("returned");
  label("more");
  li(A0, MORE);
  jump("returned");
  label("malformed");
  li(A0, 400);
  label("returned");
  leave();
}

/* judge_framing: the header section is complete. Out A0 = VERDICT, or the status that the framing of the content
 * deserves (RFC 9112, 6.3) or a Host that is missing (3.2). Sets REQUEST_PERSISTS where the framing is sound. */
static void lay_judge_framing(void) {
  routine("judge_framing", in(S3), out(A0), moves(S2), destroys(T0));
  bclr(TRAITS, REQUEST_HTTP_1_0 | REQUEST_HOST, "malformed");
  bclr(TRAITS, REQUEST_CODED, "not_coded");
  bclr(TRAITS, REQUEST_CHUNKED, "malformed"); /* where it ends, nobody knows */
  bset(TRAITS, REQUEST_CONTENT_LENGTH, "malformed");
  li(A0, 501);
  bset(TRAITS, REQUEST_OTHER_CODING, "judged");
  label("not_coded");
  li(A0, 413);
  ld64_of(T0, "request", REQUEST_LENGTH);
  bgtu(T0, CONTENT_LIMIT, "judged");
  mov(A0, VERDICT);
  or (TRAITS, TRAITS, REQUEST_PERSISTS);
  label("judged");
  ret();
}

/* parse_request: in A0 = the octets received, A1 = their count. Sixteen octets after them can be read, whatever they
 * are. Out A0 = status to answer with, or 0 if the header section is not complete; A1 = REQUEST_* as far as they are
 * known; A2 = status to answer with if there is no room for more octets. "request" is filled in.
 * Empty lines before the request line are passed over (RFC 9112, 2.2); what follows the header section is not looked
 * at. */
static void lay_parse_request(void) {
  routine("parse_request", in(A0, A1), out(A0, A1, A2), destroys(A3, ALL_T));
  enter(CURSOR, END, TRAITS, VERDICT, START, WHICH);
  mov(CURSOR, A0);
  add(END, A0, A1);
  li(TRAITS, 0);
  li(VERDICT, 200);
  la(T0, "request");
  st64(0, T0, REQUEST_LENGTH);
  la(T1, "noted");
  st64(T1, T0, REQUEST_NOTED);
  st64(0, T1, NOTED_FIELD);
  label("before_request_line");
  bgeu(CURSOR, END, "request_line");
  ld8(T0, CURSOR, 0);
  beq(T0, '\n', "empty_line");
  bne(T0, '\r', "request_line");
  label("empty_line");
  call("take_line_end");
  bne(A0, TAKEN, "ended");
  jump("before_request_line");

  label("request_line");
  call("take_method");
  bne(A0, TAKEN, "ended");
  or (TRAITS, TRAITS, REQUEST_METHOD);
  call("take_target");
  bne(A0, TAKEN, "ended");
  call("take_version");
  bne(A0, TAKEN, "ended");
  call("take_line_end");
  bne(A0, TAKEN, "ended");
  or (TRAITS, TRAITS, REQUEST_LINE);

  label("field_lines");
  bgeu(CURSOR, END, "more");
  ld8(T0, CURSOR, 0);
  beq(T0, '\n', "last_line");
  beq(T0, '\r', "last_line");
  call("take_field_line");
  beq(A0, TAKEN, "field_lines");
  jump("ended");
  label("more");
  li(A0, MORE);
  jump("ended");

  label("last_line");
  call("take_line_end");
  bne(A0, TAKEN, "ended");
  la(T0, "request");
  st64(CURSOR, T0, REQUEST_END);
  call("judge_framing");
  label("ended");
  mov(A1, TRAITS);
  li(A2, 501);
  bclr(TRAITS, REQUEST_METHOD, "told"); /* longer than any that is known (RFC 9112, 3) */
  li(A2, 414);
  bclr(TRAITS, REQUEST_LINE, "told");
  li(A2, 431);
  label("told");
  leave();
  bss("request", REQUEST_SIZE, 8);
  bss("noted", NOTED_ROOM, 8);
}

/* skip_content: in A0 = octets, A1 = after them, A2 = a record CONTENT_*. Passes over as much of a request's content as
 * has come. Out A0 = 1 if that was all of it, 0 if there is more, or the status of an error; A1 = after what has been
 * passed over. Chunks are read as RFC 9112, 7.1 spells them: their extensions and trailers do not matter. */
static void lay_skip_content(void) {
  Reg content = S2, line = S3;
  routine("skip_content", in(A0, A1, A2), out(A0, A1), destroys(A2, ALL_T));
  enter(CURSOR, END, content, line);
  mov(CURSOR, A0);
  mov(END, A1);
  mov(content, A2);
  label("next");
  mov(line, CURSOR);
  ld64(A0, content, CONTENT_LEFT);
  beq(A0, 0, "at_line");
  sub(A1, END, CURSOR);
  bleu(A1, A0, "all_in_content");
  mov(A1, A0);
  label("all_in_content");
  add(CURSOR, CURSOR, A1);
  sub(A0, A0, A1);
  st64(A0, content, CONTENT_LEFT);
  mov(line, CURSOR);
  bne(A0, 0, "more");
  label("at_line");
  ld64(T0, content, CONTENT_CHUNKS);
  beq(T0, CHUNK_END, "chunk_end");
  beq(T0, CHUNK_SIZE_LINE, "size_line");
  beq(T0, CONTENT_PLAIN, "finished");

  bgeu(CURSOR, END, "more");
  ld8(T0, CURSOR, 0);
  beq(T0, '\r', "last_line");
  la(A1, "token_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ':', "malformed");
  beq(CURSOR, line, "malformed");
  la(A1, "field_value_octets");
  call("skip_octets");
  call("take_chunk_line_end");
  bne(A0, TAKEN, "ended");
  sub(A0, CURSOR, line);
  label("count");
  ld64(T0, content, CONTENT_TAKEN);
  add(T0, T0, A0);
  st64(T0, content, CONTENT_TAKEN);
  bleu(T0, CONTENT_LIMIT, "next");
  li(A0, 413);
  jump("ended");
  label("last_line");
  call("take_chunk_line_end");
  bne(A0, TAKEN, "ended");
  mov(line, CURSOR);
  st64(CONTENT_PLAIN, content, CONTENT_CHUNKS);
  label("finished");
  li(A0, 1);
  jump("ended");

  label("chunk_end");
  call("take_chunk_line_end");
  bne(A0, TAKEN, "ended");
  st64(CHUNK_SIZE_LINE, content, CONTENT_CHUNKS);
  jump("next");

  label("size_line");
  li(A2, 0);
  label("next_digit");
  bgeu(CURSOR, END, "more");
  ld8(T0, CURSOR, 0);
  call("hex_digit");
  blt(T0, 0, "digits_ended");
  shl(A2, A2, 4);
  add(A2, A2, T0);
  add(CURSOR, CURSOR, 1);
  bleu(A2, CONTENT_LIMIT, "next_digit");
  li(A0, 413);
  jump("ended");
  label("digits_ended");
  beq(CURSOR, line, "malformed");
  la(A1, "white_space_octets");
  call("skip_octets");
  bne(A0, ';', "extensions_ended");
  la(A1, "field_value_octets");
  call("skip_octets");
  label("extensions_ended");
  call("take_chunk_line_end");
  bne(A0, TAKEN, "ended");
  st64(TRAILER_LINE, content, CONTENT_CHUNKS);
  sub(A0, CURSOR, line);
  beq(A2, 0, "count");
  st64(CHUNK_END, content, CONTENT_CHUNKS);
  st64(A2, content, CONTENT_LEFT);
  add(A0, A0, A2);
  jump("count");

  label("malformed");
  li(A0, 400);
  jump("ended");
  label("more"); /* the line in hand is looked at anew when more of it has come */
  li(A0, MORE);
  label("ended");
  mov(A1, line);
  beq(A0, 0, "done");
  mov(A1, CURSOR);
  label("done");
  leave();
}

/* take_chunk_line_end: CRLF, and no LF alone: what is read in two ways is for smugglers. Out A0 as of take_line_end. */
static void lay_take_chunk_line_end(void) {
  routine("take_chunk_line_end", in(S1), out(A0), moves(S0), destroys(ALL_T));
  bgeu(CURSOR, END, "more_needed");
  ld8(T0, CURSOR, 0);
  beq(T0, '\r', "take_line_end");
  jump("malformed");
}

void lay_http_request(void) {
  lay_octet_set("token_octets", in_token);
  lay_octet_set("target_octets", in_target);
  lay_octet_set("field_value_octets", in_field_value);
  lay_octet_set("white_space_octets", in_white_space);
  lay_skip_octets();
  lay_take_line_end();
  lay_equals_word();
  lay_take_method();
  lay_take_target();
  lay_take_version();
  lay_find_field();
  lay_next_element();
  lay_take_field_line();
  lay_judge_framing();
  lay_parse_request();
  lay_skip_content();
  lay_take_chunk_line_end();
}

/* SPDX-License-Identifier: MIT */
