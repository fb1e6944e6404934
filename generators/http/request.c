/* request.c: the octets of a request, taken apart as RFC 9112 spells them.
 *
 * parse_request looks at all that has come so far and says that more is needed, or with which status to answer. It is
 * called again with every segment and starts anew each time, so it has no state to be split wrongly; a request is 8 KB
 * at most. Each take_* routine takes one element of the grammar at CURSOR and returns TAKEN, MORE (all octets up to END
 * agree, but the element goes on), or the status of an error. Sets of octets are tables of 256 bits. */
#include "http.h"

#include <string.h>

#define CURSOR S0  /* the next octet */
#define END S1     /* after the last octet that has come */
#define TRAITS S2  /* REQUEST_*: what is known of the request */
#define VERDICT S3 /* status to answer with, should the rest be sound */
#define START S4   /* first octet of the element being taken */

enum { MORE = 0, TAKEN = 200 };

typedef bool OctetSet(int octet);

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

/* uri-host [ ":" port ] (RFC 9110, 7.2; RFC 3986, 3.2.2). */
static bool in_host(int octet) {
  return in_token(octet) ? strchr("#^`|", octet) == NULL : octet != 0 && strchr("(),;=:[]", octet) != NULL;
}

static void lay_octet_set(const char *name, OctetSet *contains) {
  unsigned char bits[32] = {0};
  for (int octet = 0; octet < 256; octet++)
    if (contains(octet))
      bits[octet / 8] |= (unsigned char)(1 << octet % 8);
  data(name, 1);
  data_bytes(bits, sizeof bits);
}

/* Content-Length (RFC 9110, 8.6). */
static bool in_digit(int octet) { return octet >= '0' && octet <= '9'; }

/* The 32 bits that a load finds where `text` begins. */
static int32_t four(const char *text) { return text[0] | text[1] << 8 | text[2] << 16 | text[3] << 24; }

/* The same of 64 bits. */
static int64_t eight(const char *text) { return (int64_t)((uint32_t)four(text) | (uint64_t)four(text + 4) << 32); }

/* skip_octets: in A1 = set. Moves CURSOR after all octets that are in the set. Out A0 = the octet there, -1 at END. */
static void lay_skip_octets(void) {
  routine("skip_octets");
  bgeu(CURSOR, END, "at_end");
  ld8(A0, CURSOR, 0);
  shr(T0, A0, 3);
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
  routine("take_line_end");
  bgeu(CURSOR, END, "more");
  ld8(T0, CURSOR, 0);
  beq(T0, '\n', "line_feed");
  bne(T0, '\r', "malformed");
  add(T1, CURSOR, 1);
  bgeu(T1, END, "more");
  ld8(T0, T1, 0);
  bne(T0, '\n', "malformed");
  mov(CURSOR, T1);
  label("line_feed");
  add(CURSOR, CURSOR, 1);
  li(A0, TAKEN);
  ret();
  label("more");
  li(A0, MORE);
  ret();
  label("malformed");
  li(A0, 400);
  ret();
}

/* take_method: method SP (RFC 9112, 3.1). Sets REQUEST_HEAD, or VERDICT to 405. The four octets compared are the method
 * only if its SP stands where the name says, so what lies after END cannot make them equal. */
static void lay_take_method(void) {
  routine("take_method");
  enter_bare();
  mov(START, CURSOR);
  la(A1, "token_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ' ', "malformed");
  sub(T1, CURSOR, START);
  beq(T1, 0, "malformed");
  add(CURSOR, CURSOR, 1);
  ld32(T0, START, 0);
  beq(T0, four("GET "), "taken");
  bne(T0, four("HEAD"), "not_allowed");
  bne(T1, 4, "not_allowed");
  or (TRAITS, TRAITS, REQUEST_HEAD);
  label("taken");
  li(A0, TAKEN);
  leave();
  label("not_allowed");
  li(VERDICT, 405);
  jump("taken");
  label("more");
  li(A0, MORE);
  leave();
  label("malformed");
  li(A0, 400);
  leave();
}

/* take_target: request-target SP (RFC 9112, 3.2), in origin-form or in absolute-form. Any path but "/" makes VERDICT
 * 404, unless the method has spoken already; any other form belongs to methods that are not allowed here. */
static void lay_take_target(void) {
  routine("take_target");
  enter_bare();
  mov(START, CURSOR);
  la(A1, "target_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ' ', "malformed");
  beq(CURSOR, START, "malformed");
  mov(A2, START);
  add(CURSOR, CURSOR, 1);
  bne(VERDICT, 200, "taken");
  ld8(T0, A2, 0);
  beq(T0, '/', "at_path");
  ld64(T0, A2, 0);
  li(T1, 0x20202020202020); /* the scheme is not case-sensitive */
  or (T0, T0, T1);
  shl(T0, T0, 8);
  li(T1, (int64_t)four("http") << 8 | (int64_t)four("://\0") << 40);
  bne(T0, T1, "malformed");
  add(A2, A2, 7);
  ld8(T0, A2, 0);
  beq(T0, ':', "malformed"); /* a port of no host (RFC 9110, 4.2.1) */
  label("in_authority");
  beq(T0, '@', "malformed"); /* user information (RFC 9110, 4.2.4) */
  beq(T0, '/', "authority_ended");
  beq(T0, '?', "authority_ended");
  beq(T0, ' ', "authority_ended");
  add(A2, A2, 1);
  ld8(T0, A2, 0);
  jump("in_authority");
  label("authority_ended");
  sub(T1, A2, START);
  beq(T1, 7, "malformed"); /* http:///: a host is missing (RFC 9110, 4.2.1) */
  bne(T0, '/', "taken");
  label("at_path");
  ld8(T0, A2, 1);
  beq(T0, ' ', "taken");
  beq(T0, '?', "taken");
  li(VERDICT, 404);
  label("taken");
  li(A0, TAKEN);
  leave();
  label("more");
  li(A0, MORE);
  leave();
  label("malformed");
  li(A0, 400);
  leave();
}

/* take_version: HTTP-version (RFC 9112, 2.3). Another major version is 505; a minor one above 1 is taken as 1 (RFC
 * 9110, 2.5). Sets REQUEST_HTTP_1_0. */
static void lay_take_version(void) {
  data("version_form", 1);
  data_string("HTTP/0.0"); /* 0: any digit */

  routine("take_version");
  la(A1, "version_form");
  li(A2, 0);
  label("next_octet");
  bgeu(CURSOR, END, "more");
  ld8(T0, CURSOR, 0);
  ld8x(T1, A1, A2);
  beq(T1, '0', "digit");
  beq(T0, T1, "agrees");
  label("malformed");
  li(A0, 400);
  ret();
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
  label("more");
  li(A0, MORE);
  ret();
}

/* take_field_line: field-name ":" OWS field-value OWS and its line end (RFC 9112, 5). No white space before the colon
 * (5.1) and no line folding (5.2). Sets REQUEST_HOST, REQUEST_CONTENT_LENGTH; a second Host or Content-Length, or one
 * with an invalid value, is an error (3.2, 6.3). */
static void lay_take_field_line(void) {
  routine("take_field_line");
  enter_bare();
  mov(START, CURSOR);
  la(A1, "token_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  bne(A0, ':', "malformed");
  sub(T1, CURSOR, START);
  beq(T1, 0, "malformed");
  add(CURSOR, CURSOR, 1);
  beq(T1, 14, "of_14_letters");
  bne(T1, 4, "any_value");
  ld32(T0, START, 0);
  or (T0, T0, 0x20202020);
  bne(T0, four("host"), "any_value");
  bset(TRAITS, REQUEST_HOST, "malformed");
  or (TRAITS, TRAITS, REQUEST_HOST);
  la(A1, "white_space_octets");
  call("skip_octets");
  la(A1, "host_octets");
  call("skip_octets");
  la(A1, "white_space_octets");
  jump("last_octets");

  label("of_14_letters");
  ld64(T0, START, 0);
  li(T1, 0x2020202020202020);
  or (T0, T0, T1);
  li(A1, eight("content-"));
  bne(T0, A1, "any_value");
  ld64(T0, START, 6);
  or (T0, T0, T1);
  li(A1, eight("t-length"));
  bne(T0, A1, "any_value");
  bset(TRAITS, REQUEST_CONTENT_LENGTH, "malformed");
  or (TRAITS, TRAITS, REQUEST_CONTENT_LENGTH);
  la(A1, "white_space_octets");
  call("skip_octets");
  mov(START, CURSOR);
  la(A1, "digit_octets");
  call("skip_octets");
  blt(A0, 0, "more");
  beq(CURSOR, START, "malformed");
  la(A1, "white_space_octets");
  jump("last_octets");

  label("any_value");
  la(A1, "field_value_octets");
  label("last_octets");
  call("skip_octets");
  call("take_line_end");
  leave();
  label("more");
  li(A0, MORE);
  leave();
  label("malformed");
  li(A0, 400);
  leave();
}

/* parse_request: in A0 = the octets received, A1 = their count. Sixteen octets after them can be read, whatever they
 * are. Out A0 = status to answer with, or 0 if the header section is not complete; A1 = REQUEST_HEAD if the method is
 * HEAD, else 0; A2 = status to answer with if there is no room for more octets.
 * Empty lines before the request line are passed over (RFC 9112, 2.2); what follows the header section is not looked
 * at. */
static void lay_parse_request(void) {
  routine("parse_request");
  enter(CURSOR, END, TRAITS, VERDICT, START);
  mov(CURSOR, A0);
  add(END, A0, A1);
  li(TRAITS, 0);
  li(VERDICT, 200);
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
  mov(A0, VERDICT);
  bset(TRAITS, REQUEST_HTTP_1_0 | REQUEST_HOST, "ended");
  li(A0, 400); /* HTTP/1.1 without Host (RFC 9112, 3.2) */
  label("ended");
  and(A1, TRAITS, REQUEST_HEAD);
  li(A2, 414);
  bclr(TRAITS, REQUEST_LINE, "in_request_line");
  li(A2, 431);
  label("in_request_line");
  leave();
}

void lay_http_request(void) {
  lay_octet_set("token_octets", in_token);
  lay_octet_set("target_octets", in_target);
  lay_octet_set("field_value_octets", in_field_value);
  lay_octet_set("white_space_octets", in_white_space);
  lay_octet_set("host_octets", in_host);
  lay_octet_set("digit_octets", in_digit);
  lay_skip_octets();
  lay_take_line_end();
  lay_take_method();
  lay_take_target();
  lay_take_version();
  lay_take_field_line();
  lay_parse_request();
}
