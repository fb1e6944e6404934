/* Servers that misbehave on the wire or after an answer. Each is this very program, started again; it answers three
   cases, and does wrong in the second. What it does must be charged to that case, and to no other. */
/* reads: nothing */
#include "harness/session/session.h"

#include "harness/base/companion.h"
#include "harness/base/files.h"
#include "harness/process/workspace.h"
#include "oracles/markdown.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CASES = 3, WRONG = 1 };

/* ---- The server ------------------------------------------------------------------------------------------------- */

struct reply {
  const char *fault; /* of this request; "" for a right answer */
  int fd;
  struct bytes body;
};

static void put(int fd, const char *text, size_t len) { (void)!send(fd, text, len, MSG_NOSIGNAL); }

static void put_text(int fd, const char *text) { put(fd, text, strlen(text)); }

static bool is(const struct reply *answer, const char *fault) { return strcmp(answer->fault, fault) == 0; }

static void put_head(const struct reply *answer, const char *more, size_t length) {
  char *head = xasprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %zu\r\n\r\n", more, length);
  put_text(answer->fd, head);
  free(head);
}

static void put_chunks(const struct reply *answer) {
  put_text(answer->fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (size_t at = 0; at < answer->body.len; at += 7) {
    size_t len = answer->body.len - at < 7 ? answer->body.len - at : 7;
    char *line = xasprintf("%zx;why=not\r\n", len);
    put_text(answer->fd, line);
    put(answer->fd, answer->body.data + at, len);
    put_text(answer->fd, "\r\n");
    free(line);
  }
  put_text(answer->fd, is(answer, "chunks with a trailer") ? "0\r\nX-Trailer: 1\r\n\r\n" : "0\r\n\r\n");
}

static void put_whole(const struct reply *answer, const char *more) {
  put_head(answer, more, answer->body.len);
  put(answer->fd, answer->body.data, answer->body.len);
}

/* Reads until the client closes its side. */
static void await_end(int fd) {
  char block[4096];
  while (recv(fd, block, sizeof block, 0) > 0)
    ;
}

static void reset(int fd) {
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
  close(fd);
}

/* Sends its answer within 0.2 seconds of now, or a part of it. */
static void put_hastily(const struct reply *answer) {
  struct timespec start;
  setsockopt(answer->fd, SOL_SOCKET, SO_SNDBUF, &(int){65536}, sizeof(int));
  put_head(answer, "Connection: close\r\n", answer->body.len);
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (size_t at = 0; at < answer->body.len;) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long left = 200 - (long)(now.tv_sec - start.tv_sec) * 1000 - (now.tv_nsec - start.tv_nsec) / 1000000;
    struct pollfd writable = {.fd = answer->fd, .events = POLLOUT};
    if (left <= 0 || poll(&writable, 1, (int)left) < 1)
      return;
    ssize_t sent = send(answer->fd, answer->body.data + at, answer->body.len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    at += sent > 0 ? (size_t)sent : 0;
  }
}

/* Answers one request. Returns whether the connection is still to be closed. */
static bool give_answer(const struct reply *answer) {
  static char big[65536];
  memset(big, 'x', sizeof big - 1);
  int fd = answer->fd;
  if (is(answer, "reset")) {
    reset(fd);
    return false;
  }
  if (is(answer, "reset at the end")) {
    put_whole(answer, "Connection: close\r\n");
    reset(fd);
    return false;
  }
  if (is(answer, "a NUL in a header")) {
    put_text(fd, "HTTP/1.1 200 OK\r\nX-Odd: a");
    put(fd, "", 1);
    put_text(fd, "b\r\nConnection: close\r\n\r\n");
    put(fd, answer->body.data, answer->body.len);
  } else if (is(answer, "large headers")) {
    put_text(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n");
    for (int i = 0; i < 8; i++) {
      put_text(fd, "X-Large: ");
      put(fd, big, strlen(big));
      put_text(fd, "\r\n");
    }
    put_text(fd, "\r\n");
    put(fd, answer->body.data, answer->body.len);
  } else if (is(answer, "keep-alive") || is(answer, "keep-alive, and more")) {
    put_whole(answer, "");
    await_end(fd);
    if (is(answer, "keep-alive, and more"))
      put_text(fd, "more");
  } else if (is(answer, "chunks") || is(answer, "chunks with a trailer")) {
    put_chunks(answer);
    await_end(fd);
  } else if (is(answer, "too short for its length")) {
    put_head(answer, "Connection: close\r\n", answer->body.len + 1);
    put(fd, answer->body.data, answer->body.len);
  } else if (is(answer, "one deadline for all of an answer")) {
    put_hastily(answer);
  } else if (is(answer, "once 408")) {
    static bool asked;
    put_text(fd, asked ? "HTTP/1.1 500 Asked Before\r\n\r\n" : "HTTP/1.1 408 Request Timeout\r\n\r\n");
    asked = true;
  } else if (is(answer, "an interim answer")) {
    put_text(fd, "HTTP/1.1 103 Early Hints\r\n\r\n");
    put_whole(answer, "");
    await_end(fd);
  } else {
    put_whole(answer, "Connection: close\r\n");
  }
  return true;
}

/* What it does after its answer. */
static void do_after(const char *fault) {
  static const struct timespec moment = {.tv_nsec = 2000000};
  if (strncmp(fault, "a moment later, ", 16) == 0) {
    nanosleep(&moment, NULL);
    fault += 16;
  }
  if (strcmp(fault, "a crash") == 0)
    abort();
  if (strcmp(fault, "an end") == 0)
    exit(0);
}

static void do_before(const char *fault, const char *document) {
  if (strcmp(fault, "keeps a descriptor") == 0)
    (void)!dup(1);
  if (strcmp(fault, "keeps a mapping") == 0)
    (void)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (strstr(fault, "removes its document"))
    unlink(document);
  if (strcmp(fault, "puts a folder in its place") == 0)
    (void)(unlink(document) == 0 && mkdir(document, 0755));
  if (strcmp(fault, "writes to its document") == 0)
    (void)!write_file(document, span_text("other"));
}

static int serve(const char *fault, const char *document) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 || listen(listener, 64) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &len) != 0)
    return 3;
  if (strcmp(fault, "a closed port") == 0)
    close(listener);
  char *line = xasprintf("http://%s:%d/\n", strcmp(fault, "another host") == 0 ? "192.0.2.1" : "127.0.0.1",
                         ntohs(address.sin_port));
  (void)!write(1, line, strlen(line));
  free(line);
  if (strcmp(fault, "a closed port") == 0)
    for (;;)
      pause();
  for (unsigned count = 0;; count++) {
    char request[4096];
    size_t length = 0;
    struct bytes text = {0};
    struct reply answer = {.fault = count == WRONG || strncmp(fault, "always ", 7) == 0 ? fault : ""};
    answer.fault += strncmp(answer.fault, "always ", 7) == 0 ? 7 : 0;
    answer.fd = accept(listener, NULL, NULL);
    (void)!recv(answer.fd, request, sizeof request, 0);
    bytes_read_file(&text, document);
    char *html = markdown_oracle_render(span_of(&text).data, text.len, false, &length);
    bytes_append(&answer.body, html, length);
    do_before(answer.fault, document);
    if (give_answer(&answer))
      close(answer.fd);
    do_after(answer.fault);
    free(html);
    bytes_free(&answer.body);
    bytes_free(&text);
  }
}

/* ---- The gate --------------------------------------------------------------------------------------------------- */

static const struct {
  const char *fault;
  enum verdict verdict; /* of the second case, or of all where ALL */
  bool all;
  const char *more; /* lines of the program's section */
  const char *says; /* in the detail */
} faults[] = {
    {"none", EQUAL, true, "", ""},
    {"reset", DIVERGED, false, "", "Connection reset by peer"},
    {"reset at the end", DIVERGED, false, "", "the connection did not end well"},
    {"a closed port", DIVERGED, true, "", "Connection refused"},
    {"another host", REFUSED, true, "", "another machine"},
    {"a NUL in a header", EQUAL, false, "", ""},
    {"a NUL in a header", DIVERGED, false, "header = Connection: close\nheader = Content-Length: {length}", ""},
    {"large headers", EQUAL, true, "", ""},
    {"keep-alive", EQUAL, true, "", ""},
    {"always keep-alive", EQUAL, true, "", ""},
    {"keep-alive, and more", DIVERGED, false, "", "body goes on at byte"},
    {"chunks", EQUAL, true, "", ""},
    {"always chunks", EQUAL, true, "", ""},
    {"chunks with a trailer", DIVERGED, false, "", "body"},
    {"too short for its length", DIVERGED, false, "", "Content-Length is"},
    {"an interim answer", DIVERGED, false, "", "status line"},
    {"a crash", CRASHED, false, "", "after it had answered this request"},
    {"an end", CRASHED, false, "", "ended with exit status 0 after it had answered this request"},
    {"a moment later, a crash", CRASHED, false, "", "after it had answered this request"},
    {"a moment later, an end", CRASHED, false, "", "after it had answered this request"},
    {"always a moment later, a crash", CRASHED, true, "", "after it had answered this request"},
    {"removes its document", DIVERGED, false, "", "was removed"},
    {"puts a folder in its place", DIVERGED, false, "", "was changed"},
    {"writes to its document", DIVERGED, false, "", "was changed"},
};

static void run_cases(const char *fault, const char *more, const char *cases, struct session *session) {
  static const struct session_options options = {.command = "bytegate",
                                                 .build = "",
                                                 .suites_folder = "",
                                                 .known_path = "/nonexistent/known",
                                                 .jobs = 1,
                                                 .repeat = 1,
                                                 .keep_going = true};
  struct workspace workspace = {0};
  struct bytes why = {0};
  int status = 0;
  char *text =
      xasprintf("[program p]\nelf = %s\narguments = \"%s\" {file}\nrunner = native\ndrive = http\noracle = cmark\n"
                "obeys-sigterm = no\n%s\n[cases c]\n%s\n",
                command_path(), fault, more, cases);
  workspace_open(&workspace);
  ck_assert_msg(session_open_text(session, &options, "t.ini", text, &why), "%s", span_of(&why).data);
  ck_assert_msg(session_run(session, &workspace, &why, &status), "%s", span_of(&why).data);
  workspace_close(&workspace);
  free(text);
}

static void run_fault(const char *fault, const char *more, unsigned count, struct session *session) {
  char *cases = xasprintf("source = random\ncount = %u", count);
  run_cases(fault, more, cases, session);
  free(cases);
}

START_TEST(what_a_server_does_is_charged_to_the_case_that_it_did_it_in) {
  struct session session;
  run_fault(faults[_i].fault, faults[_i].more, CASES, &session);
  size_t seen = 0;
  for (size_t i = 0; i < session.result_count; i++) {
    const struct result *result = &session.results[i];
    if (result->target == &session.oracle)
      continue;
    enum verdict wanted = faults[_i].all || seen == WRONG ? faults[_i].verdict : EQUAL;
    const char *detail = span_of(&result->detail).data;
    ck_assert_msg(result->verdict == wanted, "%s: case %zu: %s, not %s: %s", faults[_i].fault, seen,
                  verdict_name(result->verdict), verdict_name(wanted), detail);
    ck_assert_msg(wanted == EQUAL || result->untried || strstr(detail, faults[_i].says), "%s: %s", faults[_i].fault,
                  detail);
    seen++;
  }
  ck_assert_uint_eq(seen, CASES);
  session_close(&session);
}
END_TEST

static const struct {
  const char *fault;
  enum verdict verdict;
} to_slow_readers[] = {{"none", EQUAL}, {"always one deadline for all of an answer", DIVERGED}};

/* The client takes five times as long over its answer as the second server waits. */
START_TEST(a_slow_reader_sees_whether_a_deadline_starts_again) {
  enum { LINES = 100000, LINE = 9 };
  char folder[] = "/tmp/test_drive-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *path = xasprintf("%s/slow", folder);
  char *text = xasprintf("! document{%d} a\\n\\n\n! slow 1\n> GET / HTTP/1.1\\r\\n\\r\\n\n< HTTP/1.1 200 OK\\r\\n\n"
                         "< Connection: close\\r\\nContent-Length: %d\\r\\n\\r\\n\n<{%d} <p>a</p>\\n\n",
                         LINES, LINES * LINE, LINES);
  char *cases = xasprintf("source = conversations\npath = %s", folder);
  struct session session;
  ck_assert_int_eq(write_file(path, span_text(text)), 0);
  run_cases(to_slow_readers[_i].fault, "", cases, &session);
  const struct result *result = &session.results[0];
  ck_assert_msg(result->verdict == to_slow_readers[_i].verdict, "%s: %s", to_slow_readers[_i].fault,
                span_of(&result->detail).data);
  ck_assert_uint_ge(result->duration_ns, result->verdict == EQUAL ? 900000000 : 200000000);
  session_close(&session);
  remove_folder(folder);
  free(cases);
  free(text);
  free(path);
}
END_TEST

/* The processor time of a gate whose client sends nothing, and waits for SECONDS. */
static double time_of_silence(const char *folder, double seconds) {
  struct timespec times[2];
  struct session session;
  char *cases = xasprintf("source = conversations\npath = %s", folder);
  char *deadline = xasprintf("deadline = %g", seconds);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &times[0]);
  run_cases("none", deadline, cases, &session);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &times[1]);
  ck_assert_int_eq(session.results[0].verdict, HUNG);
  session_close(&session);
  free(deadline);
  free(cases);
  return (double)(times[1].tv_sec - times[0].tv_sec) + (double)(times[1].tv_nsec - times[0].tv_nsec) / 1e9;
}

/* To wait longer takes no more processor time: it is not asked again and again whether more could be sent. */
START_TEST(a_client_that_has_nothing_to_send_waits) {
  char folder[] = "/tmp/test_drive-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *path = xasprintf("%s/silent", folder);
  ck_assert_int_eq(write_file(path, span_text("< HTTP/1.1 408 \n")), 0);
  double soon = time_of_silence(folder, 0.05);
  double late = time_of_silence(folder, 1.55);
  ck_assert_msg(late - soon < 0.05, "%g s and %g s", soon, late);
  remove_folder(folder);
  free(path);
}
END_TEST

/* Conversations that wait for the server's patience to end, told by the status that they expect, have a server each, so
   that none waits for another; all others of a program share one. */
static const struct {
  const char *fault, *expected;
  size_t diverged; /* of three */
} sharing[] = {
    {"always once 408", "HTTP/1.1 408 Request Timeout\\r\\n\\r\\n", 0},
    {"reset", "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 14\\r\\n\\r\\n<p>a 408 </p>\\n", 1},
    {"always once 408", "HTTP/1.1 4080 \\r\\n\\r\\n", 3},
};

START_TEST(patient_conversations_have_a_server_each) {
  char folder[] = "/tmp/test_drive-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  char *text = xasprintf("! document a &#52;08&#32;\\n\n> GET / HTTP/1.1\\r\\n\\r\\n\n< %s\n", sharing[_i].expected);
  char *cases = xasprintf("source = conversations\npath = %s", folder);
  struct session session;
  size_t diverged = 0;
  for (int i = 0; i < 3; i++) {
    char *path = xasprintf("%s/%d", folder, i);
    ck_assert_int_eq(write_file(path, span_text(text)), 0);
    free(path);
  }
  run_cases(sharing[_i].fault, "", cases, &session);
  for (size_t i = 0; i < session.result_count; i++)
    diverged += session.results[i].verdict == DIVERGED;
  ck_assert_msg(diverged == sharing[_i].diverged, "%zu: %s", diverged, span_of(&session.results[0].detail).data);
  session_close(&session);
  remove_folder(folder);
  free(cases);
  free(text);
}
END_TEST

/* Every byte of a header section is compared and shown as it came. */
START_TEST(headers_are_shown_as_they_were_sent) {
  struct session session;
  run_fault("always a NUL in a header", "header = X-Odd: ab\nheader = Connection: close", 1, &session);
  const struct result *result = &session.results[0];
  ck_assert_int_eq(result->part, PART_HEADERS);
  ck_assert_msg(span_equal(span_of(&result->actual), (struct span){"X-Odd: a\0b\r\nConnection: close\r\n\r\n", 33}),
                "%s", span_of(&result->detail).data);
  session_close(&session);
}
END_TEST

/* A sanitized server keeps what it freed for a while, which grows with its answers. */
static const char no_quarantine[] = "environment = ASAN_OPTIONS=quarantine_size_mb=0:thread_local_quarantine_size_kb=0";

static const struct {
  const char *fault, *says; /* "": nothing is found */
  unsigned least;           /* KiB that it must have kept: a sanitizer keeps more beside them */
} growths[] = {
    {"none", "", 0},
    {"always keeps a descriptor", "it kept 56 descriptors more after 56 more answers", 0},
    {"always keeps a mapping", "KiB of memory more after 56 more answers", 56 * 4},
    {"keeps a descriptor", "", 0},
};

/* The last answer is told of what the server kept of all of them. */
START_TEST(what_a_server_keeps_of_each_answer_is_a_leak) {
  enum { MANY = 70 };
  struct session session;
  run_fault(growths[_i].fault, no_quarantine, MANY, &session);
  const struct result *last = NULL;
  for (size_t i = 0; i < session.result_count; i++)
    if (session.results[i].target != &session.oracle)
      last = &session.results[i];
  ck_assert_ptr_nonnull(last);
  if (!last)
    return;
  ck_assert_int_eq(last->verdict, *growths[_i].says ? LEAKED : EQUAL);
  unsigned kept = 0;
  const char *detail = span_of(&last->detail).data;
  ck_assert_msg(*growths[_i].says ? strstr(detail, growths[_i].says) != NULL : !*detail, "%s", detail);
  ck_assert_msg(growths[_i].least == 0 || (sscanf(detail, "it kept %u KiB", &kept) == 1 && kept >= growths[_i].least),
                "%s", detail);
  ck_assert_uint_eq(session.failed, *growths[_i].says ? 1 : 0);
  session_close(&session);
}
END_TEST

int main(int argc, char **argv) {
  if (argc == 3)
    return serve(argv[1], argv[2]);
  Suite *suite = suite_create("drive");
  TCase *tests = tcase_create("drive");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, what_a_server_does_is_charged_to_the_case_that_it_did_it_in, 0,
                      sizeof faults / sizeof *faults);
  tcase_add_loop_test(tests, a_slow_reader_sees_whether_a_deadline_starts_again, 0,
                      sizeof to_slow_readers / sizeof *to_slow_readers);
  tcase_add_test(tests, a_client_that_has_nothing_to_send_waits);
  tcase_add_loop_test(tests, patient_conversations_have_a_server_each, 0, sizeof sharing / sizeof *sharing);
  tcase_add_test(tests, headers_are_shown_as_they_were_sent);
  tcase_add_loop_test(tests, what_a_server_keeps_of_each_answer_is_a_leak, 0, sizeof growths / sizeof *growths);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
