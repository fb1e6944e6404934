/* What markdown-server does on a real kernel with clients that never come to the point, and with more clients than it
 * can take. It takes some seconds by its nature, so all servers and all clients of the test wait at the same time.
 *
 * How long the server really waits, test_time.c tells. Here it is only held that nobody is given up before five seconds
 * have passed since he connected, and nobody gives way to another before one has, which is so on the busiest machine,
 * and that all of them are in the end. */
/* reads: elf */
#include "drive.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  SLOTS = 64,
  DESCRIPTORS = SLOTS + 7, /* of such a server: standard ones, three of the event loop, FILE */
  GIVES_WAY_MS = 1000,
  LINES = 200000, /* a page of more than a socket can hold */
  FEW_LINES = 3   /* one that a socket takes at once, however late its client reads */
};
static const char get[] = "GET / HTTP/1.0\r\n\r\n";

/* A server whose every slot is taken by a client that wastes its time, and one client more. */
typedef struct {
  Server server;
  char *path;      /* of its document, which no other server has: each is changed at a time of its own */
  int descriptors; /* that it had before */
  long since;      /* when the first of them connected */
  int not_reading; /* has asked for a page and does not take it */
  int dripping;    /* sends one octet after the other and never ends */
  int silent[SLOTS - 2];
  int in_backlog; /* has asked for a page and waits for a slot */
} Crowd;

static int open_descriptors(const Server *server) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", (int)server->program.pid);
  DIR *folder = opendir(path);
  ck_assert_ptr_nonnull(folder);
  int count = 0;
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

/* Processor time used so far, in clock ticks (100 a second). */
static long ticks_used(const Server *server) {
  char path[64];
  long user, system;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)server->program.pid);
  FILE *file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  int fields = fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system);
  ck_assert_int_eq(fields, 2);
  fclose(file);
  return user + system;
}

static void write_document(const char *path, size_t lines) {
  Text document = plain_document(lines);
  write_file(path, document.bytes, document.length);
  text_free(&document);
}

/* The page is large for the client that does not read, and small for those that come after. */
static void gather(Crowd *crowd) {
  crowd->descriptors = open_descriptors(&crowd->server);
  crowd->since = now_ms();
  write_document(crowd->path, LINES);
  crowd->not_reading = client_connect(&crowd->server, 4096);
  ck_assert(client_send(crowd->not_reading, get, strlen(get)));
  ck_assert(client_readable(crowd->not_reading, DEADLINE_MS));
  write_document(crowd->path, FEW_LINES);
  for (int i = 0; i < SLOTS - 2; i++) {
    crowd->silent[i] = client_connect(&crowd->server, 0);
    if (i % 2)
      ck_assert(client_send(crowd->silent[i], get, (size_t)i / 4));
  }
  crowd->dripping = client_connect(&crowd->server, 0);
  ck_assert(client_send(crowd->dripping, "GET / HTTP/1.0\r\nA: ", 19));
  crowd->in_backlog = client_connect(&crowd->server, 0);
  ck_assert(client_send(crowd->in_backlog, get, strlen(get)));
}

/* True if there is an answer for the client; then at least so many milliseconds have passed since `since`. */
static bool given_up(const char *who, int fd, int milliseconds, long since, int at_least) {
  if (!client_readable(fd, milliseconds))
    return false;
  ck_assert_msg(now_ms() - since >= at_least, "%s is answered after %ld ms", who, now_ms() - since);
  return true;
}

/* Drip until the clients without a request are given up. The first of them has given way to the one that waited. */
static void await_end_of_patience(Crowd *crowds, int count) {
  for (int i = 0; i < count; i++) {
    const Crowd *crowd = &crowds[i];
    do {
      for (int j = 0; j < count; j++) /* what comes after the end would be answered with a reset */
        if (!given_up("the dripping client", crowds[j].dripping, 0, crowds[j].since, PATIENCE_MS))
          client_send(crowds[j].dripping, "a", 1);
      given_up("the client that waits for a slot", crowd->in_backlog, 0, crowd->since, GIVES_WAY_MS);
      given_up("the client that waited longest", crowd->silent[0], 0, crowd->since, GIVES_WAY_MS);
    } while (!given_up("a silent client", crowd->silent[1], 20, crowd->since, PATIENCE_MS));
  }
}

static void expect_timeout(int fd) {
  Text answer = client_receive(fd);
  check_error("a client without a request", answer, "408 Request Timeout", false);
  text_free(&answer);
}

static void expect_page(const Server *server, int fd) {
  Text html = plain_html(FEW_LINES), answer = fd < 0 ? request(server, get) : client_receive(fd);
  check_page("page", answer, html.bytes, html.length);
  text_free(&html);
  text_free(&answer);
}

/* The time of those that wasted it is over, and who waited is served. */
static void expect_end_of_patience(Crowd *crowd) {
  expect_timeout(crowd->dripping);
  for (int i = 0; i < SLOTS - 2; i++)
    expect_timeout(crowd->silent[i]);
  expect_page(&crowd->server, crowd->in_backlog);
}

/* Nothing is left of them in the server, but for the request that asks. */
static void disperse(Crowd *crowd) {
  client_abort(crowd->not_reading);
  do {
    Text answer = request(&crowd->server, "GET /other HTTP/1.0\r\n\r\n");
    check_error("after a client that took nothing", answer, "404 Not Found", false);
    text_free(&answer);
    ck_assert_msg(now_ms() - crowd->since < DEADLINE_MS, "%d descriptors are left, there were %d",
                  open_descriptors(&crowd->server), crowd->descriptors);
  } while (open_descriptors(&crowd->server) > crowd->descriptors + 1);
  expect_page(&crowd->server, -1);
  server_stop(&crowd->server);
  free(crowd->path);
}

/* A server with descriptors for one client and FILE, and four clients. */
static Server start_poor(const char *path, int clients[4]) {
  Server server = server_start(&runners[0], path, (StartOptions){.descriptors = 8});
  for (int i = 0; i < 4; i++)
    clients[i] = client_connect(&server, 0);
  return server;
}

START_TEST(patience) {
  static Crowd crowds[RUNNERS];
  for (int i = 0; i < RUNNERS; i++) {
    char name[] = "0.md";
    name[0] = (char)(name[0] + i);
    crowds[i].path = strdup(temporary_path(name));
    write_document(crowds[i].path, FEW_LINES);
    crowds[i].server = server_start(&runners[i], crowds[i].path, (StartOptions){.descriptors = DESCRIPTORS});
  }
  const char *path = temporary_path("data.md");
  write_document(path, FEW_LINES);
  int clients[4];
  long since = now_ms();
  Server poor = start_poor(path, clients);
  for (int i = 0; i < RUNNERS; i++)
    gather(&crowds[i]);
  long ticks = ticks_used(&crowds[0].server), poor_ticks = ticks_used(&poor);
  await_end_of_patience(crowds, 1);
  long spent = ticks_used(&crowds[0].server) - ticks, poor_spent = ticks_used(&poor) - poor_ticks;
  ck_assert_msg(spent < 20, "%ld ticks of processor time went into waiting with all slots taken", spent);
  ck_assert_msg(poor_spent < 20, "%ld ticks of processor time went into waiting without a descriptor", poor_spent);
  await_end_of_patience(crowds + 1, RUNNERS - 1);
  for (int i = 0; i < RUNNERS; i++)
    expect_end_of_patience(&crowds[i]);
  for (int i = 0; i < 3; i++) {
    ck_assert(given_up("a client of the poor server", clients[i], DEADLINE_MS, since, (i + 1) * GIVES_WAY_MS));
    expect_timeout(clients[i]);
  }
  close(clients[3]);
  expect_page(&poor, -1);
  server_stop(&poor);
  for (int i = 0; i < RUNNERS; i++)
    disperse(&crowds[i]);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown-server's patience");
  add_test(suite, "patience", patience, 1);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
