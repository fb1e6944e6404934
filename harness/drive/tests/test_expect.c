/* What a conversation expects where the suite ignores headers: those may be there or not, in any answer of a connection
   whose end is known; everything else is held to, a body above all. */
/* reads: nothing */
#include "harness/drive/expect.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

/* CONVERSATION, what came, and what is expected then; NULL: that it is what came. */
static const struct {
  const char *talk, *came, *expected;
} rows[] = {
    {"< HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nETag: x\r\nA: b\r\n\r\nhi", NULL},
    {"< HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nA: b\r\nServer: y\r\netag: x\r\n\r\nhi", NULL},
    {"< HTTP/1.1 200 OK\\r\\nETag: \"old\"\\r\\nA: b\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nETag: x\r\nA: b\r\n\r\nhi",
     NULL},
    {"< HTTP/1.1 200 OK\\r\\nA: b\\r\\nETag: o\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhi", NULL},
    /* The rest is held to. */
    {"< HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nETag: x\r\nA: c\r\n\r\nhi",
     "HTTP/1.1 200 OK\r\nETag: x\r\nA: b\r\n\r\nhi"},
    {"< HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nETags: x\r\nA: b\r\n\r\nhi",
     "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhi"},
    {"< HTTP/1.1 200 OK\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\n\r\nETag: x\r\nhi", "HTTP/1.1 200 OK\r\n\r\nhi"},
    {"< HTTP/1.1 200 OK\\r\\n\\r\\nETag: x\\r\\nhi", "HTTP/1.1 200 OK\r\n\r\nhi",
     "HTTP/1.1 200 OK\r\n\r\nETag: x\r\nhi"},
    {"< HTTP/1.1 200 OK\\r\\nA: b\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nETag: x",
     "HTTP/1.1 200 OK\r\nETag: xA: b\r\n\r\nhi"},
    {"< ETag: x\\r\\nhi", "hi", "ETag: x\r\nhi"},
    /* A second answer, after a body whose length is told: of what looks like a head in a body nothing is ignored. */
    {"< HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhiHTTP/1.1 404 No\\r\\nContent-Length: 0\\r\\n\\r\\n",
     "HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 404 No\r\nContent-Length: 0\r\nServer: "
     "s\r\n\r\n",
     NULL},
    {"< HTTP/1.1 200 OK\\r\\nContent-Length: 25\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nETag: x\\r\\n", /* a body of 26 bytes
                                                                                                   came */
     "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\nHTTP/1.1 200 OK\r\nETag: y\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\nHTTP/1.1 200 OK\r\nETag: x\r\n"},
    /* An answer that ends with its connection is the last one, whatever its body looks like. */
    {"< HTTP/1.1 200 OK\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n\\r\\nhi",
     "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nETag: x\r\n\r\nhi", "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhi"},
    /* Dates find their places after what is ignored. */
    {"< HTTP/1.1 200 OK\\r\\nDate: {date}\\r\\n\\r\\nhi", "HTTP/1.1 200 OK\r\nETag: x\r\nDate: " DATE "\r\n\r\nhi",
     NULL},
};

START_TEST(ignored_headers_may_be_there_or_not) {
  struct conversation talk;
  struct bytes why = {0};
  struct bytes expected = {0};
  struct text_list ignored = {0};
  text_list_take(&ignored, xstrdup("ETag"));
  text_list_take(&ignored, xstrdup("Server"));
  ck_assert_msg(conversation_parse(span_text(rows[_i].talk), "f", -1, &talk, &why), "%s", why.data);
  expect_talk(&talk, &ignored, span_text(rows[_i].came), &expected);
  bytes_append(&expected, "", 1);
  ck_assert_str_eq(expected.data, rows[_i].expected ? rows[_i].expected : rows[_i].came);
  text_list_free(&ignored);
  conversation_free(&talk);
  bytes_free(&expected);
  bytes_free(&why);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("expect");
  TCase *tests = tcase_create("expect");
  tcase_add_loop_test(tests, ignored_headers_may_be_there_or_not, 0, sizeof rows / sizeof *rows);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
