/* The routines that need no kernel, on both machines: a request taken apart, the words of errors, the answer's
 * bytes.
 *
 * Each request is also cut at every place: what has come of it must ask for more, or deserve the same status, never
 * another one; and what is not malformed is not answered before its empty line. So no segment boundary can change an
 * answer. */
/* reads: nothing */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generators/tests/emulate.h"
#include "http/http.h"

/* A string literal and its length, which a NUL within does not end. */
#define OCTETS(string) string, sizeof(string) - 1

static const struct {
  const char *octets;
  size_t length;
  unsigned status;
  bool head;
} requests[] = {
    /* request line */
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), 200, true},
    {OCTETS("GET / HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\n\n"), 200, false},
    {OCTETS("HEAD / HTTP/1.0\n\r\n"), 200, true},
    {OCTETS("\r\n\n\r\nGET / HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET /?a=b&c HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET /? HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET /?/other HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("GET HTTP://a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("GET http://a?q@: HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400, false},
    {OCTETS("GET http://@b HTTP/1.1\r\nHost: a\r\n\r\n"), 400, false},
    {OCTETS("GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400, false},
    {OCTETS("GET http://a/?q HTTP/1.1\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.9\r\nHost: a\r\n\r\n"), 200, false},
    {OCTETS("GET /other HTTP/1.0\r\n\r\n"), 404, false},
    {OCTETS("HEAD /other HTTP/1.0\r\n\r\n"), 404, true},
    {OCTETS("GET // HTTP/1.0\r\n\r\n"), 404, false},
    {OCTETS("GET http://a/b HTTP/1.0\r\n\r\n"), 404, false},
    {OCTETS("POST / HTTP/1.0\r\n\r\n"), 405, false},
    {OCTETS("GETS / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("HEADS / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("get / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("X / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("ABC / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("PUT / HTTP/1.0\r\n\r\n"), 405, false},
    {OCTETS("GES / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("GEU / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("HEA / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("HEAC / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("HEAE / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("ABCD / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("ZZZZ / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("PATCH / HTTP/1.0\r\n\r\n"), 405, false},
    {OCTETS("OPTIONS * HTTP/1.0\r\n\r\n"), 204, false},
    {OCTETS("OPTIONS / HTTP/1.0\r\n\r\n"), 204, false},
    {OCTETS("OPTIONS /other HTTP/1.0\r\n\r\n"), 404, false},
    {OCTETS("OPTION / HTTP/1.0\r\n\r\n"), 501, false},
    {OCTETS("OPTIONS *a HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("CONNECT a:1 HTTP/1.0\r\n\r\n"), 405, false},
    {OCTETS("POST /other HTTP/1.0\r\n\r\n"), 405, false},
    {OCTETS("GET * HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET other HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET ! HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET 0 HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET httq://a/ HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET gttp://a/ HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/0.0\r\n\r\n"), 505, false},
    {OCTETS("GET http:/// HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET http:// HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET https://a/ HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET /\r\n\r\n"), 400, false},
    {OCTETS("GET / \r\n\r\n"), 400, false},
    {OCTETS("GET\r\n\r\n"), 400, false},
    {OCTETS("GET  / HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET /  HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET /\tHTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET /a b HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET /\x7f HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET /\xc3\xa9 HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0 \r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.00\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1,0\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/a.0\r\n\r\n"), 400, false},
    {OCTETS("GET / http/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTPS/1.0\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\rX\n"), 400, false},
    {OCTETS(" GET / HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("\rGET / HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("G(T / HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("\x16\x03\x01\x02"), 400, false},
    {OCTETS("GET\0/ HTTP/1.0\r\n\r\n"), 400, false},
    {OCTETS("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505, false},
    {OCTETS("GET / HTTP/0.9\r\n\r\n"), 505, false},
    {OCTETS("HEAD / HTTP/3.0\r\n\r\n"), 505, true},
    /* header section */
    {OCTETS("GET / HTTP/1.1\r\n\r\n"), 400, false},
    {OCTETS("HEAD / HTTP/1.1\r\n\r\n"), 400, true},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nHost: a\r\nhOST:b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.1\r\nhost:\t 127.0.0.1:8006 \t\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.1\r\nHOST: [::1]:8006\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHosts: a\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHos: a\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA:\r\nB: \r\nC: d: e\t f \r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nA: \xe9\xff\n\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nA b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA : b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\n: b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\n A: b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA: b\r\n c\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA: b\rc\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA: b\r\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA: \x01\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA: \x7f\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA: b\0c\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nA[]: b\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\n\rX"), 400, false},
    /* what follows is not looked at */
    {OCTETS("GET / HTTP/1.0\r\n\r\nGET /other HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\n\0\1\2"), 200, false},
    /* except for its length */
    {OCTETS("GET / HTTP/1.0\r\nCONTENT-lENGTH:\t 1048576 \t\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Lengti: a\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nContent.Length: a\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Lengths: a\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length:\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: \r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: 1 2\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: 1, 1\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400, false},
    {OCTETS("POST / HTTP/1.0\r\nContent-Length: -1\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: 1048577\r\n\r\n"), 413, false},
    {OCTETS("GET / HTTP/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n"), 413, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"), 501, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-CONTINUE\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continu\r\n\r\n"), 417, false},
    {OCTETS("POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n"), 405, false},
    /* hosts */
    {OCTETS("GET / HTTP/1.0\r\nHost: [1:2:3:4:5:6:7:8]\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nHost: [1:2:3:4:5:6:7:8:9]\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nHost: [::1\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nHost: a%4\r\n\r\n"), 400, false},
    {OCTETS("GET / HTTP/1.0\r\nHost: a%4f:\r\n\r\n"), 200, false},
    {OCTETS("GET / HTTP/1.0\r\nHost: :80\r\n\r\n"), 400, false},
    {OCTETS("GET http://[::1]:/ HTTP/1.0\r\n\r\n"), 200, false},
    {OCTETS("GET http://a:b/ HTTP/1.0\r\n\r\n"), 400, false},
};

/* A program's name, as a program would define it. */
static const NamedString names[] = {{"program_name", "test"}};

static void author(void) {
  data_strings(names);
  lay_linux_text();
  lay_append_bytes();
  lay_linux_numbers();
  lay_linux_waiting_calls();
  lay_http_failures();
  lay_http_request();
  lay_http_address();
  lay_http_date();
  lay_http_conditions();
  lay_http_response();
  lay_http_media_types();
  lay_append_encoded();
  data("hex_digits", 1);
  data_string("0123456789ABCDEF");
  bss("folder", FOLDER_SIZE, 8);
  bss("resource", RESOURCE_SIZE, 8);
  bss("file_status", STAT_ROOM, 8);
  bss("path", PATH_ROOM, 8);
  bss("render_flags", 8, 8);
  data("page_fields", 1);
  data_u8(0);
  lay_http_texts(false);
  routine("compose_for_page"); /* compose_response, for a page */
  la(T0, "resource");
  la(T1, "page_type");
  st64(T1, T0, RESOURCE_TYPE);
  jump("compose_response");
}

static Emulation *emulation;

static Arguments parse(const char *octets, size_t length) {
  static const char after[16] = {'\r', '\n', 'G', 'E', 'T', ' ', '\n', '\n', ':', '0'};
  arena_put(emulation, 0, octets, length);
  arena_put(emulation, length, after, sizeof after);
  return emulate(emulation, "parse_request", (Arguments){{ARENA_ADDRESS, length}});
}

/* Where the header section ends: after the empty line after the request line. */
static size_t header_section_end(const char *octets, size_t length) {
  size_t at = strspn(octets, "\r\n");
  while (at < length && octets[at] != '\n')
    at++;
  while (at < length && !(octets[at] == '\n' && octets[at + 1 + (octets[at + 1] == '\r')] == '\n'))
    at++;
  return at + 2 + (octets[at + 1] == '\r');
}

/* One request, cut at every place. */
static void check_request(const char *octets, size_t length, unsigned status, bool head) {
  bool answered = false;
  for (size_t cut = 0; cut <= length; cut++) {
    Arguments out = parse(octets, cut);
    ck_assert_msg(out.a[0] == status || (out.a[0] == 0 && !answered && cut < length),
                  "%zu octets of \"%s\": status %" PRIu64 ", expected %u", cut, octets, out.a[0], status);
    if (out.a[0] != 0 && !answered && (status == 200 || status == 404 || status == 405 || status == 501))
      ck_assert_msg(cut == header_section_end(octets, length), "\"%s\" is answered after %zu octets", octets, cut);
    answered = out.a[0] != 0;
    if (answered)
      ck_assert_msg(((out.a[1] & REQUEST_HEAD) != 0) == head, "\"%s\" is%s HEAD", octets, head ? " not" : "");
  }
}

START_TEST(requests_get_their_status) {
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
    check_request(requests[i].octets, requests[i].length, requests[i].status, requests[i].head);
  emulation_free(emulation);
}
END_TEST

/* Every octet, in every element of the grammar. `allowed`: those that it may bear, as the RFCs list them. */
START_TEST(every_octet) {
#define ALPHA_DIGIT "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define TARGET ALPHA_DIGIT "!\"$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
#define VISIBLE TARGET "#"
  static const struct {
    const char *before, *after, *allowed;
    bool obsolete_text; /* 0x80..0xff are allowed as well */
    unsigned status;    /* of an octet that is allowed */
  } elements[] = {
      {"X", "X / HTTP/1.0\r\n\r\n", ALPHA_DIGIT "!#$%&'*+-.^_`|~", false, 501},
      {"GET /?", " HTTP/1.0\r\n\r\n", TARGET, false, 200},
      {"GET / HTTP/1.0\r\nA", "A: b\r\n\r\n", ALPHA_DIGIT "!#$%&'*+-.^_`|~:", false, 200},
      {"GET / HTTP/1.0\r\nA: b", "c\r\n\r\n", VISIBLE " \t", true, 200},
      {"GET / HTTP/1.0\r\nHost: a", "\r\n\r\n", ALPHA_DIGIT "-._~!$&'()*+,;=: \t", false, 200},
      {"GET / HTTP/1.0\r\nHost:", "b\r\n\r\n", ALPHA_DIGIT "-._~!$&'()*+,;= \t", false, 200},
      {"GET / HTTP/1.0\r\nContent-Length: 1", "\r\n\r\n", "0123456789 \t", false, 200},
      {"GET / HTTP/1.0\r\nContent-Length:", "1\r\n\r\n", "0123456789 \t", false, 200},
      {"GET / HTTP/1.0\r\nHost: b", " \r\n\r\n", ALPHA_DIGIT "-._~!$&'()*+,;=: \t", false, 200},
  };
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
    for (int octet = 0; octet < 256; octet++) {
      char octets[128];
      int length = snprintf(octets, sizeof octets, "%s%c%s", elements[i].before, octet, elements[i].after);
      bool allowed = octet >= 0x80 ? elements[i].obsolete_text : octet && strchr(elements[i].allowed, octet);
      bool line_end = octet == '\n' && elements[i].after[0] == '\r'; /* the header section ends here */
      uint64_t status = parse(octets, (size_t)length).a[0];
      ck_assert_msg(status == (allowed || line_end ? elements[i].status : 400), "%s<%02x>%s: status %" PRIu64,
                    elements[i].before, octet, elements[i].after, status);
    }
  emulation_free(emulation);
}
END_TEST

/* What does not fit is 501 until the method is complete, 414 until the request line is, 431 from then on. */
START_TEST(what_does_not_fit) {
  emulation = emulation_new((Isa)_i, author);
  const char *request = "GET / HTTP/1.0\r\nA: b\r\n";
  size_t method = strlen("GET "), line = strlen("GET / HTTP/1.0\r\n");
  for (size_t cut = 0; cut <= strlen(request); cut++) {
    Arguments out = parse(request, cut);
    ck_assert_uint_eq(out.a[0], 0);
    ck_assert_uint_eq(out.a[2], cut < method ? 501 : cut < line ? 414 : 431);
  }
  emulation_free(emulation);
}
END_TEST

/* What the programs say of errors, in their own words. */
START_TEST(reasons) {
  static const struct {
    int number;
    const char *text;
  } told[] = {{LINUX_ENOENT, ": no such file or directory"},
              {LINUX_EACCES, ": permission denied"},
              {LINUX_EADDRINUSE, ": address already in use; -p 0 takes a free port"},
              {LINUX_EADDRNOTAVAIL, ": this machine does not have that address"},
              {LINUX_EPERM, ": operation not permitted"},
              {3, ": error 3"}}; /* ESRCH, which does not happen to them */
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    char text[128];
    Arguments out = emulate(emulation, "reason_for", (Arguments){{(uint64_t)-told[i].number}});
    emulation_text(emulation, out.a[0], text, sizeof text);
    ck_assert_str_eq(text, told[i].text);
  }
  emulation_free(emulation);
}
END_TEST

/* Content that ends after `length` octets, or with the status of an error; none: more is to come. */
static const struct {
  const char *octets;
  size_t length;
  unsigned status;
} contents[] = {{OCTETS("3\r\nabc\r\n0\r\n\r\n"), 1},
                {OCTETS("A;x=\"y\"\r\n0123456789\r\n00 ;\r\nA: b\r\nC:\r\n\r\n"), 1},
                {OCTETS("0\r\n\r\n"), 1},
                {OCTETS("100000\r\n"), 413},
                {OCTETS("1\r\na\r\nfffff\r\n"), 413},
                {OCTETS("fffffffffffffffffffff"), 413},
                {OCTETS("x"), 400},
                {OCTETS("\r\n"), 400},
                {OCTETS("3\n"), 400},
                {OCTETS("3 4"), 400},
                {OCTETS("3\r\nabcd"), 400},
                {OCTETS("3\r\nabc\n"), 400},
                {OCTETS("0\r\n\n"), 400},
                {OCTETS("0\r\n:"), 400},
                {OCTETS("0\r\nA "), 400},
                {OCTETS("0\r\nA: \1"), 400}};

/* In pieces: what has been passed over is not looked at again. */
static void check_content(const char *octets, size_t length, size_t cut, unsigned status) {
  const uint64_t record[] = {0, CHUNK_SIZE_LINE, 0};
  enum { RECORD = 4096 };
  size_t done = 0;
  uint64_t verdict = 0;
  arena_put(emulation, RECORD, record, sizeof record);
  for (size_t end = cut; verdict == 0 && done <= length; end = length) {
    arena_put(emulation, 0, octets, end);
    arena_put(emulation, end, "\r\n\r\n", 4); /* what stands after them does not matter */
    Arguments out = emulate(emulation, "skip_content",
                            (Arguments){{ARENA_ADDRESS + done, ARENA_ADDRESS + end, ARENA_ADDRESS + RECORD}});
    verdict = out.a[0];
    done = out.a[1] - ARENA_ADDRESS;
    if (end == length)
      break;
  }
  ck_assert_msg(verdict == status, "\"%s\" cut after %zu: %d, expected %u", octets, cut, (int)verdict, status);
  if (status == 1)
    ck_assert_uint_eq(done, length);
}

START_TEST(contents_end) {
  emulation = emulation_new((Isa)_i, author);
  for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
    for (size_t cut = 0; cut <= contents[i].length; cut++)
      check_content(contents[i].octets, contents[i].length, cut, contents[i].status);
  emulation_free(emulation);
}
END_TEST

static void check_response(unsigned status, uint64_t page, unsigned traits, const char *head, const char *content) {
  char text[600] = "";
  Arguments out = emulate(emulation, "compose_for_page", (Arguments){{ARENA_ADDRESS, status, page, traits}});
  ck_assert_uint_eq(out.a[0], ARENA_ADDRESS + strlen(head));
  ck_assert_uint_eq(out.a[1], ARENA_ADDRESS + strlen(head) + strlen(content));
  arena_get(emulation, 0, text, strlen(head) + strlen(content));
  ck_assert_msg(strncmp(text, head, strlen(head)) == 0, "header section of %u:\n%s", status, text);
  ck_assert_str_eq(text + strlen(head), content);
}

START_TEST(responses) {
  emulation = emulation_new((Isa)_i, author);
  check_response(200, 1234567890123, 0,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 1234567890123\r\n"
                 "ETag: \r\n"
                 "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n\r\n",
                 "");
  check_response(200, 0, REQUEST_PERSISTS | REQUEST_EXPECT,
                 "HTTP/1.1 100 Continue\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 0\r\nETag: \r\n"
                 "Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",
                 "");
  check_response(204, 0, REQUEST_PERSISTS | REQUEST_HTTP_1_0,
                 "HTTP/1.1 204 No Content\r\nAllow: GET, HEAD, OPTIONS\r\nConnection: keep-alive\r\n\r\n", "");
  check_response(405, 7, REQUEST_HTTP_1_0,
                 "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 32\r\n"
                 "Allow: GET, HEAD, OPTIONS\r\nConnection: close\r\n\r\n",
                 "<h1>405 Method Not Allowed</h1>\n");
  static const char *const errors[] = {"400 Bad Request",           "404 Not Found",
                                       "408 Request Timeout",       "412 Precondition Failed",
                                       "413 Content Too Large",     "414 URI Too Long",
                                       "417 Expectation Failed",    "431 Request Header Fields Too Large",
                                       "500 Internal Server Error", "501 Not Implemented",
                                       "503 Service Unavailable",   "505 HTTP Version Not Supported"};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    char head[256], content[128];
    int length = snprintf(content, sizeof content, "<h1>%s</h1>\n", errors[i]);
    snprintf(head, sizeof head,
             "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
             errors[i], length);
    check_response((unsigned)strtoul(errors[i], NULL, 10), 7, 0, head, content);
  }
  emulation_free(emulation);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("http routines");
  const struct {
    const char *name;
    const TTest *test;
  } tests[] = {{"requests", requests_get_their_status},
               {"octets", every_octet},
               {"room", what_does_not_fit},
               {"content", contents_end},
               {"reasons", reasons},
               {"responses", responses}};
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    TCase *tcase = tcase_create(tests[i].name);
    tcase_add_loop_test(tcase, tests[i].test, 0, ISA_COUNT);
    suite_add_tcase(suite, tcase);
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
