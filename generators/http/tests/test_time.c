/* test_time.c: markdown-server's deadlines, to the nanosecond, in virtual time (virtual.h): what clients that never
 * come to the point cost, and what they cost others. test_patience.c has the same clients on a real kernel. */
/* reads: nothing */
#include "drive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/server.h"
#include "virtual.h"

static const char get[] = "GET / HTTP/1.0\r\n\r\n", document[] = "a\n", page[] = "<p>a</p>\n";
/* A client without a complete request has five seconds, one that takes nothing has thirty. */
#define FIVE_SECONDS (5 * SECOND)
#define THIRTY_SECONDS (30 * SECOND)

static void expect_nothing(const Virtual *v, int client) {
  ck_assert_msg(v->client[client].out_length == 0 && !v->client[client].closed, "at %lld ns client %d is answered",
                (long long)v->now, client);
}

static Text answer_of(const Virtual *v, int client) {
  return (Text){v->client[client].out ? v->client[client].out : "", v->client[client].out_length};
}

static void expect_timeout(const Virtual *v, int client) {
  check_error("a client without a request", answer_of(v, client), "408 Request Timeout", false);
  ck_assert(v->client[client].shut);
}

static void expect_page(const Virtual *v, int client) {
  check_page("page", answer_of(v, client), page, strlen(page));
  ck_assert(v->client[client].shut);
}

static Virtual *start(int isa) { return virtual_start((Isa)isa, document, strlen(document), MANY); }

/* Without a request: 408 after five seconds from its accept, which one octet a second does not put off. Then the server
 * reads on for five seconds from the answer, and closes. */
START_TEST(silent_client) {
  Virtual *v = start(_i);
  virtual_run(3 * SECOND);
  int silent = virtual_connect(), dripping = virtual_connect();
  for (int second = 0; second < 5; second++) {
    virtual_run(3 * SECOND + second * SECOND);
    virtual_send(dripping, "G");
  }
  virtual_run(3 * SECOND + FIVE_SECONDS - 1);
  expect_nothing(v, silent);
  expect_nothing(v, dripping);
  virtual_run(3 * SECOND + FIVE_SECONDS);
  expect_timeout(v, silent);
  expect_timeout(v, dripping);
  virtual_run(3 * SECOND + 2 * FIVE_SECONDS - 1);
  ck_assert(!v->client[silent].closed && !v->client[dripping].closed);
  virtual_run(3 * SECOND + 2 * FIVE_SECONDS);
  ck_assert(v->client[silent].closed && v->client[dripping].closed);
}
END_TEST

/* The last octet of a request in the last nanosecond. When the client ends its side, it is closed at once. */
START_TEST(late_but_in_time) {
  Virtual *v = start(_i);
  int late = virtual_connect();
  virtual_send(late, "GET / HTTP/1.0\r\n\r");
  virtual_run(FIVE_SECONDS - 1);
  expect_nothing(v, late);
  virtual_send(late, "\n");
  virtual_run(FIVE_SECONDS - 1);
  expect_page(v, late);
  v->client[late].ended = true;
  virtual_run(FIVE_SECONDS - 1);
  ck_assert(v->client[late].closed);
}
END_TEST

/* A client that takes 2,000 bytes a second gets its page, however long it takes in all. One that takes half as much
 * loses half a second of its thirty in every second, and with the 59th it is over. */
START_TEST(slow_reader) {
  enum { LENGTH = 150000 };
  static char long_document[LENGTH];
  memset(long_document, 'a', LENGTH);
  Virtual *v = virtual_start((Isa)_i, long_document, LENGTH, MANY);
  int slow = virtual_connect(), slower = virtual_connect();
  v->client[slow].room = v->client[slower].room = 0;
  virtual_send(slow, get);
  virtual_send(slower, get);
  virtual_run(0);
  for (int second = 1; second <= 90; second++) {
    virtual_run(second * SECOND);
    v->client[slow].room += 2000;
    v->client[slower].room += 1000;
    virtual_run((second + 1) * SECOND - 1);
    ck_assert_int_eq(v->client[slower].closed, second >= 59);
  }
  ck_assert_uint_eq(v->client[slower].out_length, 58000);
  ck_assert(!v->client[slower].shut);
  ck_assert(v->client[slow].shut);
  ck_assert_uint_gt(v->client[slow].out_length, LENGTH);
}
END_TEST

START_TEST(client_that_takes_nothing) {
  Virtual *v = start(_i);
  int stuck = virtual_connect();
  v->client[stuck].room = 0;
  virtual_run(SECOND);
  virtual_send(stuck, get);
  virtual_run(SECOND + THIRTY_SECONDS - 1);
  ck_assert(!v->client[stuck].closed);
  virtual_run(SECOND + THIRTY_SECONDS);
  ck_assert(v->client[stuck].closed);
  ck_assert_uint_eq(v->client[stuck].out_length, 0);
}
END_TEST

/* A page cut within its header section, and within the page: what follows is the rest. */
START_TEST(answer_in_pieces) {
  Virtual *v = start(_i);
  int client = virtual_connect();
  v->client[client].room = 0;
  virtual_send(client, get);
  for (int octets = 0; !v->client[client].shut; octets++) {
    virtual_run(octets);
    v->client[client].room = 1;
  }
  expect_page(v, client);
}
END_TEST

/* Nothing is rendered for a client that has reset its connection, be it before its request is read or after. */
START_TEST(client_that_is_gone) {
  Virtual *v = start(_i);
  int before = virtual_connect(), after = virtual_connect();
  virtual_run(0);
  virtual_send(before, get);
  v->client[before].reset = true;
  virtual_send(after, get);
  v->client[after].resets = true;
  virtual_run(0);
  ck_assert(v->client[before].closed && v->client[after].closed);
  ck_assert_int_eq(v->renderings, 0);
}
END_TEST

/* Silent clients hold up nobody: others are answered while no time passes, as long as there is a slot. */
START_TEST(beside_silent_clients) {
  enum { PLACES = 100 };
  Virtual *v = virtual_start((Isa)_i, document, strlen(document), PLACES);
  for (int i = 0; i < PLACES - 1; i++)
    virtual_send(virtual_connect(), i % 2 ? "GET / " : "");
  for (int i = 0; i < 10; i++) {
    int client = virtual_connect();
    virtual_send(client, get);
    virtual_run(SECOND / 2);
    expect_page(v, client);
    v->client[client].ended = true;
  }
}
END_TEST

/* Between two requests a connection goes on for fifteen seconds, and ends without a word. From the first octet of the
 * next request on, that has five. */
START_TEST(connection_that_goes_on) {
  static const char get_next[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  Virtual *v = start(_i);
  int idle = virtual_connect(), late = virtual_connect(), content = virtual_connect(), post = virtual_connect();
  virtual_send(idle, get_next);
  virtual_send(late, get_next);
  virtual_send(post, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  virtual_send(content, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  virtual_run(0);
  size_t answer = v->client[idle].out_length, refusal = v->client[post].out_length;
  ck_assert_uint_gt(answer, strlen(page));
  virtual_run(4 * SECOND);
  virtual_send(post, "a=b"); /* from here on it is idle */
  virtual_run(FIVE_SECONDS - 1);
  ck_assert(!v->client[content].shut);
  virtual_run(FIVE_SECONDS); /* the content did not come; its request has been answered, and once */
  ck_assert(v->client[content].shut);
  ck_assert_uint_eq(v->client[content].out_length, answer);
  virtual_run(14 * SECOND);
  virtual_send(late, "G");
  virtual_run(15 * SECOND - 1);
  ck_assert(!v->client[idle].closed);
  virtual_run(15 * SECOND);
  ck_assert(v->client[idle].closed && !v->client[idle].shut);
  ck_assert_uint_eq(v->client[idle].out_length, answer);
  virtual_run(19 * SECOND - 1);
  ck_assert_uint_eq(v->client[late].out_length, answer);
  ck_assert(!v->client[post].closed);
  virtual_run(19 * SECOND);
  ck_assert(v->client[late].shut);
  ck_assert(strstr(v->client[late].out + answer, "408 Request Timeout") != NULL);
  ck_assert(v->client[post].closed && !v->client[post].shut);
  ck_assert_uint_eq(v->client[post].out_length, refusal);
}
END_TEST

/* Where the content ends with the beginning of the next request, that has five seconds from then. */
START_TEST(request_after_late_content) {
  Virtual *v = start(_i);
  int client = virtual_connect();
  virtual_send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  virtual_run(4 * SECOND);
  size_t refusal = v->client[client].out_length;
  virtual_send(client, "a=bG");
  virtual_run(9 * SECOND - 1);
  ck_assert_uint_eq(v->client[client].out_length, refusal);
  virtual_run(9 * SECOND);
  ck_assert(strstr(v->client[client].out + refusal, "408 Request Timeout") != NULL);
}
END_TEST

/* A connection that is idle gives way in silence. */
START_TEST(idle_connection_gives_way) {
  Virtual *v = virtual_start((Isa)_i, document, strlen(document), 1);
  int idle = virtual_connect();
  virtual_send(idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  virtual_run(0);
  size_t answer = v->client[idle].out_length;
  int next = virtual_connect();
  virtual_send(next, get);
  virtual_run(SECOND - 1);
  ck_assert(!v->client[next].accepted);
  virtual_run(SECOND);
  ck_assert(v->client[idle].closed);
  ck_assert_uint_eq(v->client[idle].out_length, answer);
  expect_page(v, next);
}
END_TEST

/* Requests that come while an answer is taken slowly are answered after it. */
START_TEST(requests_after_a_slow_answer) {
  Virtual *v = start(_i);
  int client = virtual_connect();
  v->client[client].room = 50;
  virtual_send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\n\r\n");
  virtual_run(SECOND);
  ck_assert_uint_eq(v->client[client].out_length, 50);
  v->client[client].room = SIZE_MAX;
  virtual_run(SECOND);
  ck_assert(v->client[client].shut);
  ck_assert_int_eq(v->renderings, 2);
  ck_assert(strstr(v->client[client].out + 50, "</p>\nHTTP/1.1 200 OK") != NULL);
}
END_TEST

/* With every slot taken, who comes waits until the client that has waited longest has had a second. Then that one gives
 * way: it is told that its time is over. The server does not wait but for a reason. */
START_TEST(all_slots_taken) {
  enum { PLACES = 4 };
  Virtual *v = virtual_start((Isa)_i, document, strlen(document), PLACES);
  int silent[PLACES];
  for (int i = 0; i < PLACES; i++) {
    silent[i] = virtual_connect();
    virtual_run((i + 1) * SECOND / 10);
  }
  int waiting[2];
  for (int i = 0; i < 2; i++)
    virtual_send(waiting[i] = virtual_connect(), get);
  long polls = v->polls;
  virtual_run(SECOND - 1);
  ck_assert_msg(v->polls - polls < 5, "%ld waits while nothing could be done", v->polls - polls);
  for (int i = 0; i < PLACES; i++)
    expect_nothing(v, silent[i]);
  ck_assert(!v->client[waiting[0]].accepted);
  virtual_run(SECOND);
  expect_timeout(v, silent[0]);
  ck_assert(v->client[silent[0]].closed);
  expect_page(v, waiting[0]);
  expect_page(v, waiting[1]); /* who has been answered, though he does not go, gives way at once */
  for (int i = 1; i < PLACES; i++)
    expect_nothing(v, silent[i]);
}
END_TEST

/* Clients that take their answers slowly give way after ten seconds, and after those without a request. */
START_TEST(slow_readers_give_way) {
  enum { PLACES = 2 };
  Virtual *v = virtual_start((Isa)_i, document, strlen(document), PLACES);
  int slow[PLACES];
  for (int i = 0; i < PLACES; i++) {
    slow[i] = virtual_connect();
    v->client[slow[i]].room = 10;
    virtual_send(slow[i], get);
    virtual_run(i * SECOND);
  }
  int waiting = virtual_connect();
  virtual_send(waiting, get);
  virtual_run(10 * SECOND - 1);
  ck_assert(!v->client[waiting].accepted && !v->client[slow[0]].closed);
  virtual_run(10 * SECOND);
  expect_page(v, waiting);
  ck_assert(v->client[slow[0]].closed && !v->client[slow[1]].closed);
}
END_TEST

/* A signal to end: who waits in the backlog is accepted, who is idle is let go, a request has a second to become
 * complete, an answer ten to be taken; and connections do not go on. Then the server ends. */
START_TEST(signal_to_end) {
  static const char get_next[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  Virtual *v = start(_i);
  int idle = virtual_connect(), within = virtual_connect(), silent = virtual_connect(), slow = virtual_connect(),
      stuck = virtual_connect();
  virtual_send(idle, get_next);
  virtual_send(within, "GET / HTTP/1.1\r\n");
  v->client[slow].room = v->client[stuck].room = 10;
  virtual_send(slow, get_next);
  virtual_send(stuck, get_next);
  virtual_run(0);
  size_t answer = v->client[idle].out_length;
  v->signals = 1;
  int waiting = virtual_connect();
  virtual_send(waiting, get_next);
  virtual_run(0);
  ck_assert(v->closed_backlog && !v->exited);
  ck_assert(v->client[idle].closed);
  ck_assert_uint_eq(v->client[idle].out_length, answer);
  virtual_send(within, "Host: a\r\n\r\n");
  virtual_run(SECOND - 1);
  ck_assert(v->client[waiting].shut && v->client[within].shut);
  ck_assert(strstr(v->client[waiting].out, "\r\nConnection: close\r\n") != NULL);
  ck_assert(strstr(v->client[within].out, "\r\nConnection: close\r\n") != NULL);
  expect_nothing(v, silent);
  virtual_run(SECOND);
  expect_timeout(v, silent);
  ck_assert(v->client[waiting].closed && v->client[within].closed); /* who does not close has a second for it */
  virtual_run(2 * SECOND - 1);
  ck_assert(!v->client[silent].closed);
  virtual_run(2 * SECOND);
  ck_assert(v->client[silent].closed);
  virtual_run(9 * SECOND);
  v->client[slow].room = SIZE_MAX;
  v->client[stuck].room = 10;
  virtual_run(9 * SECOND);
  ck_assert_uint_eq(v->client[slow].out_length, answer);
  v->client[slow].ended = true;
  virtual_run(10 * SECOND - 1);
  ck_assert(!v->exited && !v->client[stuck].closed);
  virtual_run(20 * SECOND);
  ck_assert(v->exited);
  ck_assert_int_eq(v->now, 10 * SECOND);
  ck_assert_uint_eq(v->client[stuck].out_length, 20);
}
END_TEST

/* A client whose request becomes complete only after the signal has what is left of the ten seconds, and one whose
 * answer had said that the connection goes on has a second. */
START_TEST(end_of_all) {
  static const char get_next[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  Virtual *v = start(_i);
  int stuck = virtual_connect(), slow = virtual_connect();
  virtual_send(stuck, "GET / HTTP/1.1\r\n");
  v->client[stuck].room = v->client[slow].room = 10;
  virtual_send(slow, get_next);
  virtual_run(3 * SECOND);
  v->signals = 1;
  virtual_run(3 * SECOND + SECOND / 2);
  virtual_send(stuck, "Host: a\r\n\r\n");
  virtual_run(5 * SECOND);
  v->client[slow].room = SIZE_MAX;
  virtual_run(6 * SECOND - 1);
  ck_assert(!v->client[slow].closed && !v->client[slow].shut);
  virtual_run(6 * SECOND);
  ck_assert(v->client[slow].closed);
  v->client[stuck].room = 10;
  virtual_run(13 * SECOND - 1);
  ck_assert(!v->exited && !v->client[stuck].closed);
  virtual_run(60 * SECOND);
  ck_assert(v->exited);
  ck_assert_int_eq(v->now, 13 * SECOND);
}
END_TEST

/* A second signal ends the server at once. What is to be logged is written before, be it of this turn of the loop. */
START_TEST(second_signal) {
  Virtual *v = start(_i);
  virtual_log();
  int silent = virtual_connect();
  virtual_run(0);
  v->signals = 1;
  virtual_run(SECOND / 2);
  ck_assert(!v->exited);
  virtual_send(silent, get);
  v->signals = 1;
  v->signals_last = true;
  virtual_run(SECOND / 2);
  ck_assert(v->exited);
  expect_page(v, silent);
  ck_assert_msg(strstr(v->logged, "\"GET / HTTP/1.0\" 200 9\n") != NULL, "it has logged '%s'", v->logged);
}
END_TEST

/* Where the kernel cannot watch a client, that client alone is let go. */
START_TEST(no_memory_to_watch) {
  Virtual *v = start(_i);
  v->no_memory_to_watch = true;
  int client = virtual_connect();
  virtual_run(0);
  ck_assert(v->client[client].closed);
  v->no_memory_to_watch = false;
  virtual_send(client = virtual_connect(), get);
  virtual_run(0);
  expect_page(v, client);
}
END_TEST

/* Where the kernel has no descriptor or memory for a client, it is asked again ten times a second. */
START_TEST(no_descriptor) {
  static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
  Virtual *v = start(_i % ISA_COUNT);
  v->no_descriptor_left = errors[_i / ISA_COUNT];
  int client = virtual_connect();
  virtual_send(client, get);
  virtual_run(0);
  ck_assert_int_eq(v->accepts, 1);
  virtual_run(SECOND / 10 - 1);
  ck_assert_int_eq(v->accepts, 1);
  virtual_run(SECOND + SECOND / 20);
  ck_assert_int_eq(v->accepts, 11);
  ck_assert_msg(v->polls < 40, "%ld waits in a second", v->polls);
  v->no_descriptor_left = 0;
  virtual_run(SECOND + SECOND / 10 - 1);
  expect_nothing(v, client);
  virtual_run(SECOND + SECOND / 10);
  expect_page(v, client);
}
END_TEST

/* Date is right to the second, though the calendar's clock is read once in a second alone; and a turn of the loop takes
 * two looks at the clocks at most. */
START_TEST(dates) {
  static const struct {
    int64_t time;
    const char *date;
    bool next_second;
  } rows[] = {{0, "Sun, 06 Nov 1994 08:49:37 GMT", true},
              {SECOND / 2, "Sun, 06 Nov 1994 08:49:37 GMT", false},
              {SECOND * 3 / 4 - 1, "Sun, 06 Nov 1994 08:49:37 GMT", false},
              {SECOND * 3 / 4, "Sun, 06 Nov 1994 08:49:38 GMT", true},
              {SECOND * 7 / 4 - 1, "Sun, 06 Nov 1994 08:49:38 GMT", false},
              {9 * SECOND, "Sun, 06 Nov 1994 08:49:46 GMT", true},
              {9 * SECOND + SECOND / 2, "Sun, 06 Nov 1994 08:49:46 GMT", false},
              {9 * SECOND + SECOND * 3 / 4, "Sun, 06 Nov 1994 08:49:47 GMT", true}};
  Virtual *v = start(_i);
  int client = virtual_connect();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t length = v->client[client].out_length;
    virtual_run(rows[i].time);
    long polls = v->polls, reads = v->clock_reads;
    virtual_send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    virtual_run(rows[i].time);
    const char *first = strstr(v->client[client].out + length, "\r\nDate: ");
    const char *second = first ? strstr(first + 1, "\r\nDate: ") : NULL;
    if (!second)
      ck_abort_msg("no second answer with a Date at %ld", (long)rows[i].time);
    for (int answer = 0; answer < 2 && second; answer++) {
      const char *date = answer ? second : first;
      ck_assert_msg(strncmp(date + 8, rows[i].date, 29) == 0, "%.40s, expected %s", date + 2, rows[i].date);
    }
    ck_assert_int_eq(v->clock_reads - reads, v->polls - polls - 1 + rows[i].next_second);
  }
}
END_TEST

/* ---- --cache -------------------------------------------------------------------------------------------------------
 */

/* A request, and the whole page that answers it. */
static void expect_page_of(Virtual *v, const char *html) {
  int client = virtual_connect();
  virtual_send(client, get);
  virtual_run(v->now);
  check_page("page", answer_of(v, client), html, strlen(html));
  v->client[client].ended = true;
}

/* A page is kept as long as nothing that the kernel says of its file changes. Whatever of that changes, and though the
 * size does not, the file is read anew. */
START_TEST(kept_page) {
  Virtual *v = start(_i);
  v->file = (FileStatus){.device = 1, .inode = 2, .modified = 3, .changed = CALENDAR_SECONDS - 2};
  for (int request = 1; request <= 3; request++) {
    expect_page_of(v, page);
    ck_assert_int_eq(v->renderings, request); /* as long as nobody has asked for --cache */
  }
  virtual_cache(4095); /* and where that has no room for a page, which takes 4,096 bytes at least */
  for (int request = 4; request <= 5; request++) {
    expect_page_of(v, page);
    ck_assert_int_eq(v->renderings, request);
  }
  virtual_cache(1 << 20);
  for (int request = 0; request < 3; request++) {
    expect_page_of(v, page);
    ck_assert_int_eq(v->renderings, 6);
  }
  static const char *const documents[] = {"b\n", "c\n"}, *const pages[] = {"<p>b</p>\n", "<p>c</p>\n"};
  for (int change = 0; change < 6; change++) {
    virtual_write(documents[change % 2], 2);
    v->file.device += change == 0;
    v->file.inode += change == 1;
    v->file.modified += change == 2;
    v->file.modified_nanoseconds += change == 3;
    v->file.changed -= change == 4;
    v->file.changed_nanoseconds += change == 5;
    for (int request = 0; request < 2; request++) {
      expect_page_of(v, pages[change % 2]);
      ck_assert_int_eq(v->renderings, 7 + change);
    }
  }
  virtual_write("d", 1);
  expect_page_of(v, "<p>d</p>\n");
  ck_assert_int_eq(v->renderings, 13);
}
END_TEST

/* A file that has changed less than two seconds ago may change again at the same time, as the file system tells it. */
START_TEST(young_file) {
  Virtual *v = start(_i);
  virtual_cache(1 << 20);
  v->file.changed = CALENDAR_SECONDS;
  expect_page_of(v, page);
  virtual_write("b\n", 2);
  virtual_run(SECOND * 3 / 2);
  expect_page_of(v, "<p>b</p>\n");
  ck_assert_int_eq(v->renderings, 2);
  virtual_run(SECOND * 7 / 4); /* the calendar says two seconds later */
  for (int request = 0; request < 2; request++)
    expect_page_of(v, "<p>b</p>\n");
  ck_assert_int_eq(v->renderings, 3);
}
END_TEST

/* Several pages are kept at a time, each as the file that it was rendered of; one that is too young takes no place of
 * another. */
START_TEST(kept_pages) {
  static const char *const documents[] = {"a\n", "b\n", "c\n"};
  static const char *const pages[] = {"<p>a</p>\n", "<p>b</p>\n", "<p>c</p>\n"};
  Virtual *v = start(_i);
  virtual_cache(3 * 4096);
  for (int round = 0; round < 3; round++)
    for (int i = 0; i < 3; i++) {
      virtual_write(documents[i], 2);
      v->file.inode = (uint64_t)(i == 2 ? 257 : i + 1); /* two are in one list */
      expect_page_of(v, pages[i]);
      ck_assert_int_eq(v->renderings, round ? 3 : i + 1);
    }
  FileStatus old = v->file;
  virtual_write("d\n", 2);
  v->file.changed = CALENDAR_SECONDS;
  expect_page_of(v, "<p>d</p>\n");
  expect_page_of(v, "<p>d</p>\n");
  ck_assert_int_eq(v->renderings, 5);
  virtual_write(documents[2], 2);
  v->file = old;
  expect_page_of(v, pages[2]);
  ck_assert_int_eq(v->renderings, 5);
}
END_TEST

/* Let a connection that goes on ask once more, and expect that page. */
static void ask_again(Virtual *v, int client, const char *html) {
  Client *c = &v->client[client];
  c->in_length = c->in_read = c->out_length = 0;
  virtual_send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  virtual_run(v->now);
  size_t length = strlen(html);
  ck_assert_msg(c->out_length > length && strcmp(c->out + c->out_length - length, html) == 0, "%s", c->out);
}

/* When the cache is full, what nobody has asked for gives way: of ten files, one is asked for before each of the
 * others, and stays. The cache never has more memory than it may. */
START_TEST(full_cache) {
  enum { FILES = 10, ROOM = 4, ROUNDS = 20 };
  Virtual *v = start(_i / 2);
  virtual_cache(_i % 2 ? 1 << 20 : ROOM * 4096);
  if (_i % 2)
    virtual_memory(2 * ROOM * 4096); /* the cache has half of it at most */
  int client = virtual_connect();
  ask_again(v, client, page);
  long others = v->mapped_pages - 1, of_first = 0;
  for (int turn = 0; turn < 2 * FILES * ROUNDS; turn++) {
    unsigned file = turn % 2 ? (unsigned)turn / 2 % FILES : 0;
    char text[] = {(char)('a' + file), '\n', '\0'}, html[32];
    snprintf(html, sizeof html, "<p>%c</p>\n", text[0]);
    virtual_write(text, 2);
    v->file.inode = 40 + file;
    long before = v->renderings;
    ask_again(v, client, html);
    of_first += file == 0 ? v->renderings - before : 0;
    ck_assert_int_le(v->mapped_pages - others, ROOM);
  }
  ck_assert_int_eq(v->mapped_pages - others, ROOM);
  ck_assert_int_eq(of_first, 1);
  ck_assert_int_gt(v->renderings, 1 + FILES);
}
END_TEST

/* However many clients take a page slowly, it lies in memory once, cached or not, and is given back when the last of
 * them has it. */
START_TEST(one_page_for_all) {
  enum { LENGTH = 100000, READERS = 20, OF_ONE = LENGTH / 4096 + 1 };
  static char letters[LENGTH + 1], html[LENGTH + 9];
  bool cached = _i % 2;
  memset(letters, 'x', LENGTH);
  sprintf(html, "<p>%s</p>\n", letters);
  Virtual *v = virtual_start((Isa)(_i / 2), letters, LENGTH, MANY);
  virtual_cache(cached ? 1 << 20 : 0);
  expect_page_of(v, html);
  long before = v->mapped_pages, most = before + (cached ? 0 : OF_ONE);
  int first = v->clients;
  for (int i = 0; i < READERS; i++) {
    int client = virtual_connect();
    v->client[client].room = 1000 + (size_t)i;
    virtual_send(client, get);
    virtual_run(v->now);
    ck_assert_int_eq(v->mapped_pages, most);
  }
  for (int i = 0; i < READERS; i++) {
    ck_assert_int_eq(v->mapped_pages, most);
    v->client[first + i].room = SIZE_MAX;
    virtual_run(v->now);
    check_page("a slow one", answer_of(v, first + i), html, strlen(html));
  }
  ck_assert_int_eq(v->mapped_pages, before);
}
END_TEST

/* Of a large page too, one client takes the old one slowly and whole, while others get the new one, or the old one. */
START_TEST(kept_page_of_a_slow_reader) {
  enum { LENGTH = 100000 };
  static char letters[3][LENGTH + 1], pages[3][LENGTH + 9];
  for (int i = 0; i < 3; i++) {
    memset(letters[i], 'a' + i, LENGTH);
    sprintf(pages[i], "<p>%s</p>\n", letters[i]);
  }
  Virtual *v = virtual_start((Isa)_i, letters[0], LENGTH, MANY);
  virtual_cache(1 << 20);
  int slow[2];
  for (int i = 0; i < 2; i++) {
    slow[i] = virtual_connect();
    v->client[slow[i]].room = 1000;
    virtual_send(slow[i], get);
    virtual_run(0);
    expect_page_of(v, pages[0]);
    ck_assert_int_eq(v->renderings, 1);
  }
  for (int i = 1; i < 3; i++) {
    virtual_write(letters[i], LENGTH);
    v->file.inode++;
    expect_page_of(v, pages[i]);
    expect_page_of(v, pages[i]);
    ck_assert_int_eq(v->renderings, 1 + i);
  }
  for (int i = 0; i < 2; i++) {
    v->client[slow[i]].room = SIZE_MAX;
    virtual_run(0);
    check_page("the slow one", answer_of(v, slow[i]), pages[0], strlen(pages[0]));
  }
}
END_TEST

/* A file that changes while nothing tells so, not even its length: each of those who take it slowly gets the page that
 * was rendered for it. */
START_TEST(slow_readers_of_a_young_file) {
  enum { LENGTH = 100000, READERS = 6 };
  static char letters[2][LENGTH + 1], pages[2][LENGTH + 9];
  for (int i = 0; i < 2; i++) {
    memset(letters[i], 'a' + i, LENGTH);
    sprintf(pages[i], "<p>%s</p>\n", letters[i]);
  }
  Virtual *v = virtual_start((Isa)_i, letters[0], LENGTH, MANY);
  virtual_cache(1 << 20);
  v->file.changed = CALENDAR_SECONDS;
  int slow[READERS];
  for (int i = 0; i < READERS; i++) {
    virtual_write(letters[i % 2], LENGTH);
    slow[i] = virtual_connect();
    v->client[slow[i]].room = 1000;
    virtual_send(slow[i], get);
    virtual_run(0);
  }
  for (int i = 0; i < READERS; i++) {
    v->client[slow[i]].room = SIZE_MAX;
    virtual_run(0);
    check_page("a slow one", answer_of(v, slow[i]), pages[i % 2], LENGTH + 8);
  }
}
END_TEST

/* A page that is kept has its entity tag; and it is not lost when another request fails, or asks for a part of it. */
START_TEST(conditions_of_a_kept_page) {
  Virtual *v = start(_i);
  virtual_cache(1 << 20);
  expect_page_of(v, page);
  char octets[200];
  snprintf(octets, sizeof octets, "GET / HTTP/1.0\r\nIf-None-Match: \"%016llx\"\r\n\r\n",
           (unsigned long long)page_tag(page, strlen(page)));
  const char *const requests[] = {octets, "GET / HTTP/1.0\r\nRange: bytes=3-3\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n",
                                  "GET /none HTTP/1.0\r\n\r\n"};
  const char *const begins[] = {"HTTP/1.1 304 ", "HTTP/1.1 206 ", "HTTP/1.1 200 ", "HTTP/1.1 404 "};
  for (int i = 0; i < 4; i++) {
    int client = virtual_connect();
    virtual_send(client, requests[i]);
    virtual_run(0);
    ck_assert_msg(strncmp(answer_of(v, client).bytes, begins[i], strlen(begins[i])) == 0, "%s: %s", requests[i],
                  answer_of(v, client).bytes);
  }
  expect_page_of(v, page);
  ck_assert_int_eq(v->renderings, 1);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown-server in virtual time");
  add_test(suite, "silent client", silent_client, ISA_COUNT);
  add_test(suite, "late but in time", late_but_in_time, ISA_COUNT);
  add_test(suite, "slow reader", slow_reader, ISA_COUNT);
  add_test(suite, "client that takes nothing", client_that_takes_nothing, ISA_COUNT);
  add_test(suite, "answer in pieces", answer_in_pieces, ISA_COUNT);
  add_test(suite, "client that is gone", client_that_is_gone, ISA_COUNT);
  add_test(suite, "beside silent clients", beside_silent_clients, ISA_COUNT);
  add_test(suite, "all slots taken", all_slots_taken, ISA_COUNT);
  add_test(suite, "connection that goes on", connection_that_goes_on, ISA_COUNT);
  add_test(suite, "idle connection gives way", idle_connection_gives_way, ISA_COUNT);
  add_test(suite, "requests after a slow answer", requests_after_a_slow_answer, ISA_COUNT);
  add_test(suite, "slow readers give way", slow_readers_give_way, ISA_COUNT);
  add_test(suite, "signal to end", signal_to_end, ISA_COUNT);
  add_test(suite, "request after late content", request_after_late_content, ISA_COUNT);
  add_test(suite, "end of all", end_of_all, ISA_COUNT);
  add_test(suite, "second signal", second_signal, ISA_COUNT);
  add_test(suite, "no memory to watch", no_memory_to_watch, ISA_COUNT);
  add_test(suite, "dates", dates, ISA_COUNT);
  add_test(suite, "no descriptor", no_descriptor, 4 * ISA_COUNT);
  add_test(suite, "kept page", kept_page, ISA_COUNT);
  add_test(suite, "kept pages", kept_pages, ISA_COUNT);
  add_test(suite, "full cache", full_cache, 2 * ISA_COUNT);
  add_test(suite, "one page for all", one_page_for_all, 2 * ISA_COUNT);
  add_test(suite, "young file", young_file, ISA_COUNT);
  add_test(suite, "kept page of a slow reader", kept_page_of_a_slow_reader, ISA_COUNT);
  add_test(suite, "slow readers of a young file", slow_readers_of_a_young_file, ISA_COUNT);
  add_test(suite, "conditions of a kept page", conditions_of_a_kept_page, ISA_COUNT);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
