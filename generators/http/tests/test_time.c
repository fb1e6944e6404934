/* test_time.c: markdown-server's deadlines, to the nanosecond, in virtual time (virtual.h): what clients that never
 * come to the point cost, and what they cost others. test_patience.c has the same clients on a real kernel. */
/* reads: nothing */
#include "drive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "http/server.h"
#include "virtual.h"

static const char get[] = "GET / HTTP/1.0\r\n\r\n", document[] = "a\n", page[] = "<p>a</p>\n";
/* A client without a complete request, and one that takes nothing, has five seconds. */
#define FIVE_SECONDS (5 * SECOND)

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

static Virtual *start(int isa) { return virtual_start((Isa)isa, document, strlen(document)); }

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

/* A client that takes some of the answer has five seconds from then, however long it takes in all. */
START_TEST(slow_reader) {
  Virtual *v = start(_i);
  int slow = virtual_connect(), stuck = virtual_connect();
  v->client[slow].room = v->client[stuck].room = 100;
  virtual_send(slow, get);
  virtual_send(stuck, get);
  virtual_run(0);
  ck_assert_uint_eq(v->client[slow].out_length, 100);
  for (int part = 1; v->client[slow].room == 0 && !v->client[slow].shut; part++) {
    virtual_run(part * (FIVE_SECONDS - 1));
    ck_assert(!v->client[slow].closed);
    v->client[slow].room = 1;
    virtual_run(v->now);
    ck_assert_uint_eq(v->client[slow].out_length, 100 + (size_t)part);
  }
  expect_page(v, slow);
  ck_assert_uint_eq(v->client[stuck].out_length, 100);
  ck_assert(v->client[stuck].closed && !v->client[stuck].shut);
}
END_TEST

START_TEST(client_that_takes_nothing) {
  Virtual *v = start(_i);
  int stuck = virtual_connect();
  v->client[stuck].room = 0;
  virtual_run(SECOND);
  virtual_send(stuck, get);
  virtual_run(SECOND + FIVE_SECONDS - 1);
  ck_assert(!v->client[stuck].closed);
  virtual_run(SECOND + FIVE_SECONDS);
  ck_assert(v->client[stuck].closed);
  ck_assert_uint_eq(v->client[stuck].out_length, 0);
}
END_TEST

/* Silent clients hold up nobody: others are answered while no time passes, as long as there is a slot. */
START_TEST(beside_silent_clients) {
  Virtual *v = start(_i);
  for (int i = 0; i < SLOTS - 1; i++)
    virtual_send(virtual_connect(), i % 2 ? "GET / " : "");
  for (int i = 0; i < 10; i++) {
    int client = virtual_connect();
    virtual_send(client, get);
    virtual_run(SECOND);
    expect_page(v, client);
    v->client[client].ended = true;
  }
}
END_TEST

/* With every slot taken, who comes waits, and the server does not ask for him: it does not poll but for a reason. The
 * slots are there for others as soon as their time is over, though those clients do not go. */
START_TEST(all_slots_taken) {
  Virtual *v = start(_i);
  int silent[SLOTS], waiting[SLOTS];
  for (int i = 0; i < SLOTS; i++)
    silent[i] = virtual_connect();
  virtual_run(SECOND);
  for (int i = 0; i < SLOTS; i++)
    virtual_send(waiting[i] = virtual_connect(), get);
  long polls = v->polls;
  virtual_run(FIVE_SECONDS - 1);
  ck_assert_msg(v->polls - polls < 10, "%ld polls while nothing could be done", v->polls - polls);
  for (int i = 0; i < SLOTS; i++) {
    expect_nothing(v, silent[i]);
    ck_assert(!v->client[waiting[i]].accepted);
  }
  virtual_run(FIVE_SECONDS);
  for (int i = 0; i < SLOTS; i++) {
    expect_timeout(v, silent[i]);
    expect_page(v, waiting[i]);
  }
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
  ck_assert_msg(v->polls < 40, "%ld polls in a second", v->polls);
  v->no_descriptor_left = 0;
  virtual_run(SECOND + SECOND / 10 - 1);
  expect_nothing(v, client);
  virtual_run(SECOND + SECOND / 10);
  expect_page(v, client);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown-server in virtual time");
  add_test(suite, "silent client", silent_client, ISA_COUNT);
  add_test(suite, "late but in time", late_but_in_time, ISA_COUNT);
  add_test(suite, "slow reader", slow_reader, ISA_COUNT);
  add_test(suite, "client that takes nothing", client_that_takes_nothing, ISA_COUNT);
  add_test(suite, "beside silent clients", beside_silent_clients, ISA_COUNT);
  add_test(suite, "all slots taken", all_slots_taken, ISA_COUNT);
  add_test(suite, "no descriptor", no_descriptor, 4 * ISA_COUNT);
  return run_suite(suite);
}
