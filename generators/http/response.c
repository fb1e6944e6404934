/* response.c: the answer's bytes (RFC 9112, 4). An answer other than 200 has its own status for a page, but for 204,
 * which has no content. */
#include "document_page.h"
#include "http.h"

#include <stdio.h>
#include <string.h>

#define STATUS S2
#define REASON S3 /* "404 Not Found" */
#define LENGTH S4 /* of the content */
#define TRAITS S5 /* REQUEST_* of the request */

static const struct {
  unsigned short status;
  const char *reason; /* status-code SP reason-phrase (RFC 9110, 15) */
} answers[] = {{200, "200 OK"},
               {204, "204 No Content"},
               {206, "206 Partial Content"},
               {301, "301 Moved Permanently"},
               {304, "304 Not Modified"},
               {400, "400 Bad Request"},
               {404, "404 Not Found"},
               {405, "405 Method Not Allowed"},
               {408, "408 Request Timeout"},
               {412, "412 Precondition Failed"},
               {413, "413 Content Too Large"},
               {414, "414 URI Too Long"},
               {416, "416 Range Not Satisfiable"},
               {417, "417 Expectation Failed"},
               {431, "431 Request Header Fields Too Large"},
               {500, "500 Internal Server Error"},
               {501, "501 Not Implemented"},
               {503, "503 Service Unavailable"},
               {505, "505 HTTP Version Not Supported"}};

/* Pieces of an answer. */
static const NamedString pieces[] = {{"interim_response", "HTTP/1.1 100 Continue\r\n\r\n"},
                                     {"protocol", "HTTP/1.1 "},
                                     {"type_field", "\r\nContent-Type: "},
                                     {"charset", "; charset=utf-8"},
                                     {"length_field", "\r\nContent-Length: "},
                                     {"location_field", "\r\nLocation: "},
                                     {"allow_field", "\r\nAllow: GET, HEAD, OPTIONS"},
                                     {"range_field", "\r\nContent-Range: bytes "},
                                     {"tag_field", "\r\nETag: "},
                                     {"modified_field", "\r\nLast-Modified: "},
                                     {"close_field", "\r\nConnection: close"},
                                     {"keep_alive_field", "\r\nConnection: keep-alive"},
                                     {"last_line_ends", "\r\n\r\n"},
                                     {"before_reason", "<h1>"},
                                     {"after_reason", "</h1>\n"}};

/* A status is known by its low bits: no two of the table have the same ones. */
enum { LOW_BITS = 127 };

/* find_reason: in A0 = a status of the table. Out A0 = its reason, NUL-terminated, A1 = the length of that. */
static void lay_find_reason(void) {
  char text[640];
  size_t size = 0;
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "%c%c%s", answers[i].status & LOW_BITS,
                             (int)strlen(answers[i].reason), answers[i].reason) +
            1;
  packed_text("reasons_of_statuses", text, size);

  routine("find_reason", in(A0), out(A0, A1), destroys(ALL_T));
  and(T1, A0, LOW_BITS);
  la(A0, "reasons_of_statuses");
  label("next_status");
  ld8(T0, A0, 0);
  ld8(A1, A0, 1);
  add(A0, A0, 2);
  beq(T0, T1, "found");
  add(A0, A0, A1);
  add(A0, A0, 1);
  jump("next_status");
  label("found");
  ret();
}

/* append_range: in A0 = destination. Out A0 = after what Content-Range says of "selected"; in STATUS = 206 or 416. */
static void lay_append_range(void) {
  routine("append_range", in(A0, S2), out(A0), destroys(A1, A2, A3, T0));
  enter_bare();
  la(A1, "range_field");
  call("append_string");
  beq(STATUS, 416, "none");
  ld64_of(A1, "selected", SELECTED_FIRST);
  call("append_decimal");
  st8_next('-', A0);
  ld64_of(A1, "selected", SELECTED_FIRST);
  ld64_of(T0, "selected", SELECTED_LENGTH);
  add(A1, A1, T0);
  sub(A1, A1, 1);
  call("append_decimal");
  jump("whole");
  label("none");
  st8_next('*', A0);
  label("whole");
  st8_next('/', A0);
  ld64_of(A1, "selected", SELECTED_WHOLE);
  call("append_decimal");
  leave();
}

/* compose_response: in A0 = where to, with room for 1024 bytes and a path, A1 = status, A2 = length of the page if that
 * is 200 or 206, A3 = REQUEST_* of the request. Out A0 = after the header section; A1 = after the content, equal to A0
 * if that is a page or there is none. "selected" tells the entity tag, the range and the date; "date_line"
 * is that of the answer. */
static void lay_compose_response(void) {
  Reg place = S0;
  packed_strings(pieces);

  routine("compose_response", in(A0, A1, A2, A3), out(A0, A1), destroys(A2, A3, A4, ALL_T));
  enter(place, STATUS, REASON, LENGTH, TRAITS);
  mov(place, A0);
  mov(STATUS, A1);
  mov(LENGTH, A2);
  mov(TRAITS, A3);
  mov(A0, A1);
  call("find_reason");
  mov(REASON, A0);
  bltu(STATUS, 300, "length_known");
  add(LENGTH, A1, ERROR_PAGE_MARKUP);
  label("length_known");
  mov(A0, place);
  bclr(TRAITS, REQUEST_EXPECT, "final");
  la(A1, "interim_response");
  call("append_string");
  label("final");
  la(A1, "protocol");
  call("append_string");
  mov(A1, REASON);
  call("append_string");
  la(A1, "date_line");
  call("append_string");
  beq(STATUS, 204, "methods");
  beq(STATUS, 304, "tag");
  la(A1, "type_field");
  call("append_string");
  la(A1, "page_type");
  bgeu(STATUS, 300, "type_known");
  ld64_of(A1, "resource", RESOURCE_TYPE);
  label("type_known");
  ld8(T1, A1, 0);
  call("append_string");
  bne(T1, 't', "no_text");
  la(A1, "charset");
  call("append_string");
  label("no_text");
  bgeu(STATUS, 300, "no_further_fields");
  ld64_of(T0, "render_flags", 0);
  bclr(T0, WHOLE_PAGE, "no_further_fields");
  la(A1, "page_fields");
  ld64_of(T0, "resource", RESOURCE_KIND);
  bne(T0, RESOURCE_AS_IT_IS, "fields_of_page");
  add(A1, A1, (int64_t)document_page_nosniff_offset());
  label("fields_of_page");
  call("append_string");
  label("no_further_fields");
  la(A1, "length_field");
  call("append_string");
  mov(A1, LENGTH);
  call("append_decimal");
  beq(STATUS, 200, "tag");
  beq(STATUS, 206, "range");
  beq(STATUS, 416, "range");
  beq(STATUS, 301, "location");
  bne(STATUS, 405, "connection");
  label("methods");
  la(A1, "allow_field");
  call("append_string");
  jump("connection");
  label("location"); /* of the folder that "path" names, with the query of the request */
  la(A1, "location_field");
  call("append_string");
  la(A1, "path");
  call("append_encoded");
  li(T0, '/');
  ld64_of(A1, "request", REQUEST_PATH_END);
  label("in_query");
  st8_next(T0, A0);
  ld8_next(T0, A1);
  bne(T0, ' ', "in_query");
  jump("connection");
  label("range");
  call("append_range");
  beq(STATUS, 416, "connection");
  label("tag");
  la(A1, "tag_field");
  call("append_string");
  la(A1, "selected_tag");
  call("append_string");
  beq(STATUS, 304, "connection"); /* the tag is better (RFC 9110, 15.4.5) */
  ld64_of(T0, "selected", SELECTED_MODIFIED);
  blt(T0, 0, "connection");
  la(A1, "modified_field");
  call("append_string");
  ld64_of(A1, "selected", SELECTED_MODIFIED);
  call("append_http_date");
  label("connection");
  la(A1, "close_field");
  bclr(TRAITS, REQUEST_PERSISTS, "connection_field");
  bclr(TRAITS, REQUEST_HTTP_1_0, "connection_told"); /* in HTTP/1.1 it goes on unless it is said */
  la(A1, "keep_alive_field");
  label("connection_field");
  call("append_string");
  label("connection_told");
  la(A1, "last_line_ends");
  call("append_string");
  mov(A1, A0);
  beq(STATUS, 301, "content");
  bltu(STATUS, 400, "done");
  label("content");
  mov(place, A0);
  la(A1, "before_reason");
  call("append_string");
  mov(A1, REASON);
  call("append_string");
  la(A1, "after_reason");
  call("append_string");
  mov(A1, A0);
  mov(A0, place);
  label("done");
  leave();
}

void lay_http_response(void) {
  lay_find_reason();
  lay_append_range();
  lay_compose_response();
}

/* SPDX-License-Identifier: MIT */
