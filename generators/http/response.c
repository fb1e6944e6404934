/* response.c: the answer's bytes (RFC 9112, 4). Every answer bears the same three fields, 405 one more; an answer other
 * than 200 has its own status for a page. */
#include "http.h"

#include <string.h>

#define STATUS S2
#define REASON S3 /* "404 Not Found" */
#define LENGTH S4 /* of the content */

static const struct {
  unsigned short status;
  const char *reason; /* status-code SP reason-phrase (RFC 9110, 15) */
} answers[] = {{200, "200 OK"},
               {400, "400 Bad Request"},
               {404, "404 Not Found"},
               {405, "405 Method Not Allowed"},
               {408, "408 Request Timeout"},
               {413, "413 Content Too Large"},
               {414, "414 URI Too Long"},
               {431, "431 Request Header Fields Too Large"},
               {500, "500 Internal Server Error"},
               {503, "503 Service Unavailable"},
               {505, "505 HTTP Version Not Supported"}};

/* Pieces of an answer. */
static const NamedString pieces[] = {
    {"protocol", "HTTP/1.1 "},
    {"field_lines_to_length", "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: "},
    {"allow_field", "\r\nAllow: GET, HEAD"},
    {"last_field_line", "\r\nConnection: close\r\n\r\n"},
    {"before_reason", "<h1>"},
    {"after_reason", "</h1>\n"}};

enum { ERROR_PAGE_MARKUP = sizeof "<h1></h1>\n" - 1 };

/* find_reason: in A0 = a status of the table. Out A0 = its reason, NUL-terminated, A1 = the length of that. */
static void lay_find_reason(void) {
  data("reasons_of_statuses", 1);
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    const char *reason = answers[i].reason;
    const unsigned char head[3] = {(unsigned char)answers[i].status, (unsigned char)(answers[i].status >> 8),
                                   (unsigned char)strlen(reason)};
    data_bytes(head, sizeof head);
    data_bytes(reason, strlen(reason) + 1);
  }

  routine("find_reason");
  mov(T1, A0);
  la(A0, "reasons_of_statuses");
  label("next_status");
  ld16(T0, A0, 0);
  ld8(A1, A0, 2);
  add(A0, A0, 3);
  beq(T0, T1, "found");
  add(A0, A0, A1);
  add(A0, A0, 1);
  jump("next_status");
  label("found");
  ret();
}

/* compose_response: in A0 = where to, with room for 512 bytes, A1 = status, A2 = length of the page if that is 200. Out
 * A0 = after the header section; A1 = after the content, equal to A0 if the content is a page. */
static void lay_compose_response(void) {
  Reg place = S0;
  data_strings(pieces);

  routine("compose_response");
  enter(place, STATUS, REASON, LENGTH);
  mov(place, A0);
  mov(STATUS, A1);
  mov(LENGTH, A2);
  mov(A0, A1);
  call("find_reason");
  mov(REASON, A0);
  beq(STATUS, 200, "length_known");
  add(LENGTH, A1, ERROR_PAGE_MARKUP);
  label("length_known");
  mov(A0, place);
  la(A1, "protocol");
  call("append_string");
  mov(A1, REASON);
  call("append_string");
  la(A1, "field_lines_to_length");
  call("append_string");
  mov(A1, LENGTH);
  call("append_decimal");
  bne(STATUS, 405, "methods_told");
  la(A1, "allow_field");
  call("append_string");
  label("methods_told");
  la(A1, "last_field_line");
  call("append_string");
  mov(A1, A0);
  beq(STATUS, 200, "done");
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
  lay_compose_response();
}
