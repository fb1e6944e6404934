/* What a server says of itself when it is ready. */
/* reads: nothing */
#include "harness/drive/ready.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *printed;
  int given;
  enum readiness ready;
  const char *address; /* and port, where it is ready; else what is said of it */
} lines[] = {
    {"http://127.0.0.1:8080/\n", 0, READY_HERE, "127.0.0.1:8080"},
    {"http://127.0.0.1:8080\n", 0, READY_HERE, "127.0.0.1:8080"},
    {"http://127.0.0.1:8080, Ctrl-C ends it\n", 0, READY_HERE, "127.0.0.1:8080"},
    {"http://127.0.0.1:65535/\n", 0, READY_HERE, "127.0.0.1:65535"},
    {"http://127.3.2.1:80/\n", 0, READY_HERE, "127.3.2.1:80"},
    {"http://localhost:81/a\n", 0, READY_HERE, "127.0.0.1:81"},
    {"http://0.0.0.0:82/\n", 0, READY_HERE, "0.0.0.0:82"},
    {"http://127.0.0.1/\n", 83, READY_HERE, "127.0.0.1:83"},
    {"http://127.0.0.1/user@host\n", 84, READY_HERE, "127.0.0.1:84"},
    {"noise\nhttp://127.0.0.1:85/\n", 0, READY_HERE, "127.0.0.1:85"},
    {"http://127.0.0.1:86/", 0, NOT_READY, ""},
    {"http://127.0.0.1/\n", 0, NOT_READY, ""},
    {"http://127.0.0.1:/\n", 0, NOT_READY, ""},
    {"at http://127.0.0.1:87/\n", 0, NOT_READY, ""},
    {"http://127.0.0.1:0/\n", 0, READY_ELSEWHERE, "a port that there is not"},
    {"http://127.0.0.1:65536/\n", 0, READY_ELSEWHERE, "a port that there is not"},
    {"http://127.0.0.1:4294967376/\n", 0, READY_ELSEWHERE, "a port that there is not"},
    {"http://192.0.2.1:80/\n", 0, READY_ELSEWHERE, "another machine"},
    {"http://127.0.0.1.example.org:80/\n", 0, READY_ELSEWHERE, "another machine"},
    {"http://127.0.0.1@192.0.2.1:80/\n", 0, READY_ELSEWHERE, "another machine"},
    {"http://127.0.0.1:80@192.0.2.1/\n", 0, READY_ELSEWHERE, "another machine"},
    {"http://[::1]:80/\n", 0, READY_ELSEWHERE, "IPv6"},
};

START_TEST(an_address_is_read_as_a_browser_reads_it) {
  struct sockaddr_in server = {0};
  struct bytes said = {0};
  char host[INET_ADDRSTRLEN] = "";
  enum readiness ready = ready_address("http://", (struct span){lines[_i].printed, strlen(lines[_i].printed)},
                                       lines[_i].given, &server, &said);
  ck_assert_msg(ready == lines[_i].ready, "%s: %d", lines[_i].printed, ready);
  if (ready == READY_HERE) {
    inet_ntop(AF_INET, &server.sin_addr, host, sizeof host);
    bytes_printf(&said, "%s:%d", host, ntohs(server.sin_port));
    ck_assert_str_eq(said.data, lines[_i].address);
  }
  ck_assert_msg(ready != READY_ELSEWHERE || strstr(said.data, lines[_i].address), "%s", span_of(&said).data);
  bytes_free(&said);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("ready");
  TCase *tests = tcase_create("ready");
  tcase_add_loop_test(tests, an_address_is_read_as_a_browser_reads_it, 0, sizeof lines / sizeof *lines);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
