/* markdown-server as its clients see it, on every runner: each answer to the byte, requests in pieces, clients that are
 * silent, slow or gone, files that change. */
/* reads: elf */
#include "drive.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
static const StartOptions plainly = {0};

/* A server for a file of `count` plain lines. */
static Server start_plain(int runner, size_t count) {
  Text document = plain_document(count);
  const char *path = temporary_path("data.md");
  write_file(path, document.bytes, document.length);
  text_free(&document);
  return server_start(&runners[runner], path, plainly);
}

static void check_plain(const char *what, Text answer, size_t count) {
  Text html = plain_html(count);
  check_page(what, answer, html.bytes, html.length);
  text_free(&html);
  text_free(&answer);
}

START_TEST(answers) {
  static const struct {
    const char *octets, *reason;
    bool head;
  } cases[] = {{"GET /other HTTP/1.0\r\n\r\n", "404 Not Found", false},
               {"HEAD /other HTTP/1.0\r\n\r\n", "404 Not Found", true},
               {"POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", "405 Method Not Allowed", false},
               {"DELETE / HTTP/1.0\r\nHost: a\r\n\r\n", "405 Method Not Allowed", false},
               {"hello\n", "400 Bad Request", false},
               {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request", false},
               {"GET / HTTP/1.0\r\nA : b\r\n\r\n", "400 Bad Request", false},
               {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported", false}};
  Server server = start_plain(_i, 3);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Text answer = request(&server, cases[i].octets);
    check_error(cases[i].octets, answer, cases[i].reason, cases[i].head);
    text_free(&answer);
  }
  check_plain("GET", request(&server, get), 3);
  check_plain("GET with a query", request(&server, "GET /?q HTTP/1.0\n\n"), 3);
  check_plain("GET in absolute-form", request(&server, "GET http://a/ HTTP/1.0\r\n\r\n"), 3);
  Text head = request(&server, "HEAD / HTTP/1.0\r\n\r\n"), page = request(&server, get);
  check_text("HEAD", head, page.bytes, (size_t)(strstr(page.bytes, "\r\n\r\n") + 4 - page.bytes));
  text_free(&head);
  text_free(&page);
  server_stop(&server);
}
END_TEST

/* A field line, and a request line, as long as 65 KB. */
START_TEST(what_does_not_fit) {
  enum { LONG = 65 << 10 };
  static char octets[LONG];
  static const struct {
    const char *begin, *reason;
    size_t length;
  } cases[] = {{"GET / HTTP/1.0\r\nA: ", "431 Request Header Fields Too Large", LONG},
               {"GET / HTTP/1.0\r\nA: ", "431 Request Header Fields Too Large", 8192},
               {"GET /", "414 URI Too Long", LONG},
               {"GET /", "414 URI Too Long", 8192}};
  Server server = start_plain(_i, 3);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    memset(octets, 'a', sizeof octets);
    memcpy(octets, cases[i].begin, strlen(cases[i].begin));
    int fd = client_connect(&server, 0);
    ck_assert(client_send(fd, octets, cases[i].length));
    Text answer = client_receive(fd);
    check_error(cases[i].reason, answer, cases[i].reason, false);
    text_free(&answer);
  }
  memset(octets, 'a', sizeof octets);
  memcpy(octets, "GET / HTTP/1.0\r\nA: ", 19);
  memcpy(octets + 8192 - 4, "\r\n\r\n", 5);
  check_plain("8192 octets fit", request(&server, octets), 3);
  server_stop(&server);
}
END_TEST

/* One octet a segment, as far as TCP lets one say that. */
START_TEST(octet_by_octet) {
  Server server = start_plain(_i, 3);
  int fd = client_connect(&server, 0), at_once = 1;
  ck_assert_int_eq(setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &at_once, sizeof at_once), 0);
  for (size_t i = 0; i < strlen(get); i++)
    ck_assert(client_send(fd, get + i, 1));
  check_plain("octet by octet", client_receive(fd), 3);
  server_stop(&server);
}
END_TEST

/* The first of several requests is answered, the rest is read and ignored, and the answer is not lost by that. */
START_TEST(octets_after_the_request) {
  Server server = start_plain(_i, 3);
  Text twice = text_of("%s%s", get, "GET /other HTTP/1.0\r\n\r\n");
  check_plain("pipelined", request(&server, twice.bytes), 3);
  text_free(&twice);
  static char body[200000];
  int fd = client_connect(&server, 0);
  ck_assert(client_send(fd, "POST / HTTP/1.0\r\nContent-Length: 200000\r\n\r\n", 43));
  ck_assert(client_send(fd, body, sizeof body));
  Text answer = read_to_end(fd);
  check_error("POST with a body", answer, "405 Method Not Allowed", false);
  text_free(&answer);
  /* the server has ended its side and still reads; closing would have made the kernel refuse what comes */
  for (size_t sent = 0; sent < sizeof body; sent += 1000)
    ck_assert_msg(client_send(fd, body, 1000), "refused %zu octets after the answer", sent);
  size_t drained = 0;
  while (client_send(fd, body, sizeof body))
    ck_assert_msg((drained += sizeof body) < 64 << 20, "a body without end is read");
  close(fd);
  server_stop(&server);
}
END_TEST

/* The end of file takes the place of nothing: within a request it is an error, before it nothing is answered. */
START_TEST(ends_of_file) {
  static const struct {
    const char *octets, *reason;
  } cases[] = {{"", NULL}, {"G", "400 Bad Request"}, {"GET / HTTP/1.0\r\nA: b\r\n", "400 Bad Request"}};
  Server server = start_plain(_i, 3);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int fd = client_connect(&server, 0);
    ck_assert(client_send(fd, cases[i].octets, strlen(cases[i].octets)));
    ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
    Text answer = client_receive(fd);
    if (cases[i].reason)
      check_error(cases[i].octets, answer, cases[i].reason, false);
    else
      check_text("nothing was asked", answer, "", 0);
    text_free(&answer);
  }
  int fd = client_connect(&server, 0);
  ck_assert(client_send(fd, get, strlen(get)));
  ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
  check_plain("half-closed after the request", client_receive(fd), 3);
  server_stop(&server);
}
END_TEST

/* A client that was late: its page, or the word that its time was over, if that may be. */
static void check_late(int fd, long since) {
  Text answer = client_receive(fd);
  if (now_ms() - since >= PATIENCE_MS && strncmp(answer.bytes, "HTTP/1.1 408", 12) == 0) {
    check_error("too late", answer, "408 Request Timeout", false);
    text_free(&answer);
    return;
  }
  check_plain("late, but in time", answer, 3);
}

/* Clients are served beside silent ones, and beside clients within their request; these are served when they come to
 * the point. (That no time passes meanwhile, test_time.c tells.) */
START_TEST(silent_clients) {
  enum { SILENT = 60 };
  int fds[SILENT];
  size_t sent[SILENT];
  Server server = start_plain(_i, 3);
  long since = now_ms();
  for (int i = 0; i < SILENT; i++) {
    fds[i] = client_connect(&server, 0);
    sent[i] = i % 2 ? (size_t)i % strlen(get) : 0;
    ck_assert(client_send(fds[i], get, sent[i]));
  }
  for (int i = 0; i < 10; i++)
    check_plain("beside silent clients", request(&server, get), 3);
  for (int i = 0; i < SILENT; i++) {
    if (!client_readable(fds[i], 0))
      client_send(fds[i], get + sent[i], strlen(get) - sent[i]);
    check_late(fds[i], since);
  }
  server_stop(&server);
}
END_TEST

/* More clients at a time than a process has descriptors for by default: each is connected before the first of them
 * asks, and each gets its page. */
START_TEST(many_clients) {
  enum { MANY = 2000 };
  static int fds[MANY];
  struct rlimit limit;
  ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
  int many = limit.rlim_max < MANY + 50 ? (int)limit.rlim_max - 50 : MANY;
  Server server = start_plain(_i, 3);
  long since = now_ms();
  for (int i = 0; i < many; i++)
    fds[i] = client_connect(&server, 0);
  for (int i = 0; i < many; i++)
    if (!client_readable(fds[i], 0))
      client_send(fds[i], get, strlen(get));
  for (int i = 0; i < many; i++)
    check_late(fds[i], since);
  server_stop(&server);
}
END_TEST

/* Clients that hang up, politely or not, at any point. */
START_TEST(clients_hang_up) {
  enum { LINES = 200000 };
  Server server = start_plain(_i, LINES);
  for (int i = 0; i < 8; i++) {
    int fd = client_connect(&server, 4096);
    size_t length = i < 4 ? (size_t)i * 5 : strlen(get);
    ck_assert(client_send(fd, get, length));
    if (length == strlen(get))
      ck_assert(client_readable(fd, DEADLINE_MS));
    if (i % 2)
      client_abort(fd);
    else
      close(fd);
  }
  check_plain("after clients that hung up", request(&server, get), LINES);
  server_stop(&server);
}
END_TEST

/* A client that reads late gets the whole page, and others are served meanwhile. Where that took so long that it
 * may be given up, it is tried again. */
START_TEST(slow_reader) {
  enum { LINES = 300000 };
  Server server = start_plain(_i, LINES);
  int slow = -1;
  long since;
  do {
    if (slow >= 0)
      close(slow);
    slow = client_connect(&server, 4096);
    ck_assert(client_send(slow, get, strlen(get)));
    ck_assert(client_readable(slow, DEADLINE_MS));
    since = now_ms();
    for (int i = 0; i < 3; i++) {
      Text answer = request(&server, "GET /other HTTP/1.0\r\n\r\n");
      check_error("beside a slow reader", answer, "404 Not Found", false);
      text_free(&answer);
    }
  } while (now_ms() - since >= PATIENCE_MS / 2);
  check_plain("the slow reader", client_receive(slow), LINES);
  server_stop(&server);
}
END_TEST

static void check_request_error(const Server *server, const char *what, const char *reason) {
  Text answer = request(server, get);
  check_error(what, answer, reason, false);
  text_free(&answer);
}

/* FILE is looked up anew each time: replaced, emptied, gone, and all that is not a file. */
START_TEST(file_changes) {
  Server server = start_plain(_i, 3);
  char path[4096];
  snprintf(path, sizeof path, "%s", temporary_path("data.md"));
  check_plain("at first", request(&server, get), 3);
  Text document = plain_document(5000);
  write_file(temporary_path("new.md"), document.bytes, document.length);
  text_free(&document);
  ck_assert_int_eq(rename(temporary_path("new.md"), path), 0);
  check_plain("replaced", request(&server, get), 5000);
  write_file(path, "", 0);
  Text answer = request(&server, get);
  check_page("empty", answer, "", 0);
  text_free(&answer);
  ck_assert_int_eq(unlink(path), 0);
  check_request_error(&server, "gone", "404 Not Found");
  answer = request(&server, "HEAD / HTTP/1.0\r\n\r\n");
  check_error("gone, HEAD", answer, "404 Not Found", true);
  text_free(&answer);
  ck_assert_int_eq(mkdir(path, 0700), 0);
  check_request_error(&server, "a folder", "500 Internal Server Error");
  ck_assert_int_eq(rmdir(path), 0);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  check_request_error(&server, "a FIFO", "500 Internal Server Error");
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(symlink(path, path), 0);
  check_request_error(&server, "a link to itself", "500 Internal Server Error");
  ck_assert_int_eq(unlink(path), 0);
  write_file(path, "a\n", 2);
  ck_assert_int_eq(truncate(path, (off_t)257 << 20), 0);
  check_request_error(&server, "257 MiB", "500 Internal Server Error");
  ck_assert_int_eq(unlink(path), 0);
  write_file(path, "a\n", 2);
  answer = request(&server, get);
  check_page("back again", answer, "<p>a</p>\n", 9);
  text_free(&answer);
  server_stop_telling(&server, NULL); /* how often it was told depends on the clock */
  server = server_start(&runners[_i], "/etc/passwd/data.md", plainly);
  check_request_error(&server, "in a folder that is none", "404 Not Found");
  server_stop(&server);
}
END_TEST

/* A file whose size says nothing: /proc tells 0. */
START_TEST(file_of_unknown_size) {
  Server server = server_start(&runners[_i], "/proc/sys/kernel/pid_max", plainly);
  Text answer = request(&server, get);
  char number[32] = "";
  FILE *file = fopen("/proc/sys/kernel/pid_max", "r");
  ck_assert(file && fscanf(file, "%31s", number) == 1);
  fclose(file);
  Text html = text_of("<p>%s</p>\n", number);
  check_page("a file of /proc", answer, html.bytes, html.length);
  text_free(&html);
  text_free(&answer);
  server_stop(&server);
}
END_TEST

START_TEST(document_of_64_mb) {
  enum { LINES = (64 << 20) / 28 };
  Server server = start_plain(_i, LINES);
  check_plain("64 MB", request(&server, get), LINES);
  check_plain("64 MB again", request(&server, get), LINES);
  server_stop(&server);
}
END_TEST

START_TEST(signals) {
  static const int ending[] = {SIGTERM, SIGINT, SIGHUP}; /* the last, as there is no log to go on with */
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
    Server server = start_plain(_i, 3);
    int fd = client_connect(&server, 0); /* a client within its request does not matter */
    ck_assert(client_send(fd, get, 5));
    check_plain("before the signal", request(&server, get), 3);
    kill(server.program.pid, SIGPIPE);
    check_plain("after SIGPIPE", request(&server, get), 3);
    kill(server.program.pid, ending[i]);
    ck_assert_int_eq(program_finish(&server.program, NULL, NULL), 0);
    close(fd);
    server = server_start(&runners[_i], temporary_path("data.md"), (StartOptions){.signals_blocked = true});
    kill(server.program.pid, ending[i]);
    ck_assert_int_eq(program_finish(&server.program, NULL, NULL), 0);
  }
}
END_TEST

/* Date is the present, and Last-Modified when the file was written, but no time to come. */
START_TEST(dates) {
  Server server = start_plain(_i, 3);
  struct timespec before, after;
  time_t date;
  clock_gettime(CLOCK_REALTIME, &before);
  Text answer = request(&server, get), undated = without_dates(answer, &date);
  clock_gettime(CLOCK_REALTIME, &after);
  ck_assert_msg(date >= before.tv_sec && date <= after.tv_sec, "Date is %ld, between %ld and %ld", (long)date,
                (long)before.tv_sec, (long)after.tv_sec);
  text_free(&answer);
  text_free(&undated);
  const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 784111777, .tv_nsec = 999999999}};
  ck_assert_int_eq(utimensat(AT_FDCWD, temporary_path("data.md"), times, 0), 0);
  answer = request(&server, get);
  ck_assert(strstr(answer.bytes, "\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n") != NULL);
  text_free(&answer);
  const struct timespec to_come[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 4133980799}};
  ck_assert_int_eq(utimensat(AT_FDCWD, temporary_path("data.md"), to_come, 0), 0);
  answer = request(&server, get);
  const char *now = strstr(answer.bytes, "\r\nDate: "), *modified = strstr(answer.bytes, "\r\nLast-Modified: ");
  ck_assert(now && modified);
  ck_assert_msg(strncmp(now + 8, modified + 17, 29) == 0, "%s", answer.bytes);
  text_free(&answer);
  server_stop(&server);
}
END_TEST

/* Listens on a free port of 127.0.0.1, with a descriptor that programs inherit. */
static int listen_blocking(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(listen(fd, 8), 0);
  return fd;
}

/* A socket that listens already is taken, if the environment says that it is for this very process: whether it blocks
 * or not, and in whatever order it is told. Otherwise the server listens itself. */
START_TEST(socket_activation) {
  static const struct {
    const char *variables;
    bool given;
  } rows[] = {{"LISTEN_PID=$$ LISTEN_FDS=1", true},
              {"LISTEN_FDS=2 LISTEN_FDNAMES=a:b LISTEN_PID=$$", true},
              {"LISTEN_FDS=1 LISTEN_PID=1", false},
              {"LISTEN_FDS=1", false},
              {"LISTEN_PID=$$", false},
              {"LISTEN_PID=$$ LISTEN_FDS=0", false},
              {"LISTEN_PID=$$ LISTEN_FDS=", false},
              {"LISTEN_PID=$$ LISTEN_FDS=x", false},
              {"LISTEN_PID=$$x LISTEN_FDS=1", false},
              {"LISTEN_PID=$$ LISTEN_FDSS=1", false}};
  write_file(temporary_path("data.md"), "# a\n", 4);
  int fd = listen_blocking();
  struct sockaddr_in address = {.sin_port = 0};
  socklen_t size = sizeof address;
  ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Text script = text_of("%s exec \"$@\"", rows[i].variables);
    const char *const wrapper[] = {"sh", "-c", script.bytes, "sh", NULL};
    Server server =
        server_start(&runners[_i], temporary_path("data.md"), (StartOptions){.wrapper = wrapper, .inherited = fd + 1});
    ck_assert_msg((server.port == ntohs(address.sin_port)) == rows[i].given, "%s: port %d, given %d", rows[i].variables,
                  server.port, ntohs(address.sin_port));
    for (int again = 0; again < 2; again++) {
      Text answer = request(&server, get);
      check_page(rows[i].variables, answer, "<h1>a</h1>\n", 11);
      text_free(&answer);
    }
    server_stop(&server);
    text_free(&script);
  }
  close(fd);
}
END_TEST

/* A descriptor that is no socket is told. */
START_TEST(no_socket_given) {
  static const char *const wrapper[] = {"sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\" 3</dev/null", "sh", NULL};
  Text output, error;
  Program program = program_start(&runners[_i], "markdown-server", (const char *const[]){temporary_path("a"), NULL},
                                  (StartOptions){.wrapper = wrapper});
  ck_assert_int_eq(program_finish(&program, &output, &error), 1);
  check_text("standard error", error, "markdown-server: cannot listen on 127.0.0.1:8006: error 88\n", 59);
  text_free(&output);
  text_free(&error);
}
END_TEST

/* The lines of a log without the times, each of which is a date of the Common Log Format from `before` to now. */
static Text without_times(Text log, time_t before) {
  Text lines = text_of("%s", log.bytes);
  for (char *at = lines.bytes; (at = strchr(at, '[')) != NULL; at++) {
    struct tm tm = {.tm_mday = 0};
    const char *end = strptime(at + 1, "%d/%b/%Y:%T +0000]", &tm);
    ck_assert_msg(end && end - at == 28, "no time: %s", at);
    time_t told = timegm(&tm);
    ck_assert_msg(told >= before && told <= time(NULL) + 1, "%ld is not from %ld on", (long)told, (long)before);
    memmove(at + 1, end - 1, strlen(end - 1) + 1);
  }
  lines.length = strlen(lines.bytes);
  return lines;
}

static const struct {
  const char *octets, *line;
} logged[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\"GET / HTTP/1.1\" 200 11"},
    {"HEAD / HTTP/1.0\r\n\r\n", "\"HEAD / HTTP/1.0\" 200 -"},
    {"GET /?\"a\\ HTTP/1.0\n\n", "\"GET /?\\\"a\\\\ HTTP/1.0\" 200 11"},
    {"GET /a\b\t\v\f\x01\x7f\xc3\xa9 HTTP/1.0\r\n\r\n", "\"GET /a\\b\\t\\v\\x0c\\x01\\x7f\\xc3\\xa9 HTTP/1.0\" 400 25"},
    {"\r\n\nGET /other HTTP/1.0\r\n\r\n", "\"GET /other HTTP/1.0\" 404 23"},
    {"HEAD /other HTTP/1.0\r\n\r\n", "\"HEAD /other HTTP/1.0\" 404 -"},
    {"OPTIONS * HTTP/1.0\r\n\r\n", "\"OPTIONS * HTTP/1.0\" 204 -"},
    {"GET / HTTP/1.0\r\nIf-None-Match: *\r\n\r\n", "\"GET / HTTP/1.0\" 304 -"},
    {"GET / HTTP/1.0\r\nRange: bytes=4-6\r\n\r\n", "\"GET / HTTP/1.0\" 206 3"},
    {"\x16\x03\x01", "\"\\x16\\x03\\x01\" 400 25"},
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     "\"GET / HTTP/1.1\" 200 11\n127.0.0.1 - - [] \"GET /2 HTTP/1.1\" 404 23"},
};

static Text expected_log(int clients) {
  Text text = text_of("%s", "");
  for (int i = 0; i < clients; i++)
    for (size_t j = 0; j < sizeof logged / sizeof *logged; j++) {
      Text longer = text_of("%s127.0.0.1 - - [] %s\n", text.bytes, logged[j].line);
      text_free(&text);
      text = longer;
    }
  return text;
}

/* Every answer has its line, in a file that is there already, on standard output, and more of them than are written at
 * once. */
START_TEST(access_log) {
  enum { CLIENTS = 6 };
  time_t before = time(NULL);
  Text log, error;
  write_file(temporary_path("data.md"), "# a\n", 4);
  write_file(temporary_path("log"), "", 0);
  Text name = text_of("%s", temporary_path("log"));
  for (int file = 0; file < 2; file++) {
    Server server =
        server_start(&runners[_i], temporary_path("data.md"), (StartOptions){.log = file ? name.bytes : "-"});
    for (int i = 0; i < CLIENTS; i++)
      for (size_t j = 0; j < sizeof logged / sizeof *logged; j++) {
        int fd = client_connect(&server, 0);
        ck_assert(client_send(fd, logged[j].octets, strlen(logged[j].octets)));
        ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
        Text answer = client_receive(fd);
        text_free(&answer);
      }
    kill(server.program.pid, SIGTERM);
    ck_assert_int_eq(program_finish(&server.program, &log, &error), 0);
    if (file) {
      ck_assert_uint_eq(log.length, 0);
      int fd = open(name.bytes, O_RDONLY | O_CLOEXEC);
      ck_assert_int_ge(fd, 0);
      text_free(&log);
      log = read_to_end(fd);
      close(fd);
    }
    Text lines = without_times(log, before), expected = expected_log(CLIENTS);
    check_text(file ? "log file" : "log on standard output", lines, expected.bytes, expected.length);
    text_free(&lines);
    text_free(&expected);
    text_free(&log);
    text_free(&error);
  }
  text_free(&name);
}
END_TEST

/* Wait until `name` is made in the folder that `watch` tells of. */
static void wait_for_name(int watch, const char *name) {
  union {
    char bytes[4096];
    struct inotify_event event;
  } told;
  for (;;) {
    ck_assert_msg(client_readable(watch, 20000), "\"%s\" is not made", name);
    ssize_t length = read(watch, told.bytes, sizeof told.bytes);
    ck_assert_int_gt(length, 0);
    for (ssize_t at = 0; at < length;) {
      const struct inotify_event *event = (const void *)(told.bytes + at);
      if (strcmp(event->name, name) == 0)
        return;
      at += (ssize_t)(sizeof *event + event->len);
    }
  }
}

static void check_log(const char *path, const char *lines) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ck_assert_int_ge(fd, 0);
  Text log = read_to_end(fd), found = without_times(log, 0);
  close(fd);
  check_text(path, found, lines, strlen(lines));
  text_free(&log);
  text_free(&found);
}

static void ask(const Server *server, const char *octets) {
  Text answer = request(server, octets);
  text_free(&answer);
}

/* The log is renamed, and a signal sent: it goes on in a new file, in the sandbox too. Where a folder has its name it
 * cannot, which is told, and it goes on in the old one. */
START_TEST(log_reopened) {
  write_file(temporary_path("data.md"), "# a\n", 4);
  Text folder = text_of("%s", temporary_path("logs"));
  Text name = text_of("%s/log", folder.bytes), first = text_of("%s/log.1", folder.bytes);
  Text second = text_of("%s/log.2", folder.bytes);
  unlink(name.bytes);
  rmdir(name.bytes);
  unlink(first.bytes);
  unlink(second.bytes);
  ck_assert(mkdir(folder.bytes, 0755) == 0 || access(folder.bytes, W_OK) == 0);
  int watch = inotify_init1(IN_CLOEXEC);
  ck_assert_int_ge(inotify_add_watch(watch, folder.bytes, IN_CREATE), 0);
  Server server = server_start(&runners[_i], temporary_path("data.md"), (StartOptions){.log = name.bytes});
  wait_for_name(watch, "log");
  ask(&server, "GET /?1 HTTP/1.0\r\n\r\n");
  ck_assert_int_eq(rename(name.bytes, first.bytes), 0);
  kill(server.program.pid, SIGHUP);
  wait_for_name(watch, "log");
  ask(&server, "GET /?2 HTTP/1.0\r\n\r\n");
  ck_assert_int_eq(rename(name.bytes, second.bytes), 0);
  ck_assert_int_eq(mkdir(name.bytes, 0755), 0);
  kill(server.program.pid, SIGHUP);
  ck_assert(client_readable(server.program.error, 20000) || _i);
  ask(&server, "GET /?3 HTTP/1.0\r\n\r\n");
  server_stop_telling(&server, "markdown-server: cannot open the log again: is a directory\n");
  check_log(first.bytes, "127.0.0.1 - - [] \"GET /?1 HTTP/1.0\" 200 11\n");
  check_log(second.bytes, "127.0.0.1 - - [] \"GET /?2 HTTP/1.0\" 200 11\n"
                          "127.0.0.1 - - [] \"GET /?3 HTTP/1.0\" 200 11\n");
  rmdir(name.bytes);
  close(watch);
  text_free(&folder);
  text_free(&name);
  text_free(&first);
  text_free(&second);
}
END_TEST

/* Whether this process may become user 65534: it is root, and its user namespace has that user. */
static bool may_become_another(void) {
  FILE *map = fopen("/proc/self/uid_map", "r"), *groups = fopen("/proc/self/setgroups", "r");
  unsigned long inside = 0, outside = 0, count = 0;
  char word[16] = "";
  ck_assert(map && groups && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3);
  ck_assert_int_eq(fscanf(groups, "%15s", word), 1);
  fclose(map);
  fclose(groups);
  return getuid() == 0 && count > 65534 && strcmp(word, "allow") == 0;
}

/* The program ends at once, and tells that it may not read what it is to serve. */
static void expect_refused(const Runner *runner, const char *path) {
  const char *const arguments[] = {"--user", "65534", "-p", "0", path, NULL};
  Program program = program_start(runner, "markdown-server", arguments, (StartOptions){0});
  Text output, error, told = text_of("markdown-server: %s: permission denied\n", path);
  ck_assert_int_eq(program_finish(&program, &output, &error), 1);
  check_text("standard error", error, told.bytes, told.length);
  ck_assert_uint_eq(output.length, 0);
  text_free(&output);
  text_free(&error);
  text_free(&told);
}

/* It serves as another user, with that user's rights alone: with no group, and neither a folder that the user may not
 * enter nor a file that the user may not read. */
START_TEST(other_user) {
  if (!may_become_another())
    return; /* that it is refused then is a case of the suite server-options */
  write_file(temporary_path("data.md"), "# a\n", 4);
  ck_assert_int_eq(chmod(temporary_path("data.md"), 0644), 0);
  Text folder = text_of("%s", temporary_path(""));
  ck_assert_int_eq(setgroups(2, (const gid_t[]){0, 4}), 0); /* to be given up */
  ck_assert_int_eq(chmod(folder.bytes, 0755), 0);
  Server server = server_start(&runners[_i], temporary_path("data.md"), (StartOptions){.option = "--user=65534:65533"});
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", (int)server.program.pid);
  FILE *status = fopen(path, "r");
  ck_assert_ptr_nonnull(status);
  int found = 0;
  while (fgets(line, sizeof line, status))
    found += strcmp(line, "Uid:\t65534\t65534\t65534\t65534\n") == 0 ||
             strcmp(line, "Gid:\t65533\t65533\t65533\t65533\n") == 0 || strcmp(line, "Groups:\t \n") == 0;
  fclose(status);
  ck_assert_int_eq(found, 3);
  ask(&server, get);
  server_stop(&server);
  Text own = text_of("%s", temporary_path("own"));
  ck_assert(mkdir(own.bytes, 0700) == 0 || access(own.bytes, R_OK) == 0);
  expect_refused(&runners[_i], own.bytes);
  ck_assert_int_eq(chmod(temporary_path("data.md"), 0600), 0);
  expect_refused(&runners[_i], temporary_path("data.md"));
  text_free(&own);
  text_free(&folder);
}
END_TEST

/* The processes that serve for the one that was started. Returns how many there are. */
static int workers_of(const Server *server, int workers[2]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)server->program.pid, (int)server->program.pid);
  FILE *children = fopen(path, "r");
  ck_assert_ptr_nonnull(children);
  int count = 0, child;
  while (fscanf(children, "%d", &child) == 1) {
    ck_assert_int_lt(count, 2);
    workers[count++] = child;
  }
  fclose(children);
  return count;
}

/* Ask until there are two workers, and none of them is one of `gone`. */
static void wait_for_workers(const Server *server, int workers[2], const int gone[2]) {
  for (int i = 0;; i++) {
    if (workers_of(server, workers) == 2 && workers[0] != gone[0] && workers[0] != gone[1] && workers[1] != gone[0] &&
        workers[1] != gone[1])
      return;
    ck_assert_int_lt(i, 100000);
    ask(server, get);
  }
}

static Server start_workers(int runner) {
  write_file(temporary_path("data.md"), "# a\n", 4);
  return server_start(&runners[runner], temporary_path("data.md"), (StartOptions){.option = "--workers=2"});
}

/* Of two workers one is killed: another takes its place, and the other one's client has its answer. After SIGTERM a
 * request in flight is answered, and all end. */
START_TEST(workers_replaced) {
  int workers[2], others[2];
  Server server = start_workers(_i);
  wait_for_workers(&server, workers, (const int[2]){0});
  kill(workers[0], SIGKILL);
  wait_for_workers(&server, others, (const int[2]){workers[0]});
  ck_assert(others[0] == workers[1] || others[1] == workers[1]);
  kill(others[0], SIGKILL);
  kill(others[1], SIGKILL);
  wait_for_workers(&server, workers, others);
  int fd = client_connect(&server, 0);
  ck_assert(client_send(fd, get, 9));
  ask(&server, get);
  kill(server.program.pid, SIGTERM);
  ck_assert(client_send(fd, get + 9, strlen(get) - 9));
  Text answer = client_receive(fd), output, error;
  ck_assert_msg(strncmp(answer.bytes, "HTTP/1.1 200 OK\r\n", 17) == 0, "%s", answer.bytes);
  ck_assert_int_eq(program_finish(&server.program, &output, &error), 0);
  int told = 0;
  for (const char *at = error.bytes; (at = strstr(at, "markdown-server: a worker has ended, and is replaced\n")); at++)
    told++;
  ck_assert_int_eq(told, 3);
  text_free(&answer);
  text_free(&output);
  text_free(&error);
}
END_TEST

/* When the process that watches is killed, the workers end too: their outputs come to an end. So they do where a signal
 * ends it before they have served, and where one of them has just ended and is to be replaced. */
START_TEST(workers_end) {
  int workers[2];
  Server server = start_workers(_i);
  wait_for_workers(&server, workers, (const int[2]){0});
  kill(server.program.pid, SIGKILL);
  ck_assert_int_eq(program_finish(&server.program, NULL, NULL), 128 + SIGKILL);
  server = start_workers(_i);
  kill(server.program.pid, SIGINT);
  ck_assert_int_eq(program_finish(&server.program, NULL, NULL), 0);
  server = start_workers(_i);
  wait_for_workers(&server, workers, (const int[2]){0});
  kill(workers[0], SIGKILL);
  ck_assert(client_readable(server.program.error, 20000));
  int fd = client_connect(&server, 0); /* the other one waits for the rest of a request, longer than for a new worker */
  ck_assert(client_send(fd, get, 9));
  kill(server.program.pid, SIGTERM);
  Text output, error;
  ck_assert_int_eq(program_finish(&server.program, &output, &error), 0);
  ck_assert_msg(!strstr(error.bytes, "cannot"), "%s", error.bytes); /* as a new one does, without a socket */
  text_free(&output);
  text_free(&error);
  close(fd);
}
END_TEST

/* A client of an IPv6 socket, from ::1 where this machine has that, and from 127.0.0.1, which is told as such. */
START_TEST(log_of_ipv6) {
  write_file(temporary_path("data.md"), "# a\n", 4);
  const char *const arguments[] = {"-b", "::", "-p", "0", "--log", "-", temporary_path("data.md"), NULL};
  Server server = {program_start(&runners[_i], "markdown-server", arguments, plainly), 0};
  char line[64] = "";
  for (size_t at = 0; !strchr(line, '\n'); at++) {
    ck_assert(at < sizeof line - 1 && client_readable(server.program.output, DEADLINE_MS));
    ck_assert_int_eq(read(server.program.output, line + at, 1), 1);
  }
  ck_assert_msg(sscanf(line, "http://[::]:%d/", &server.port) == 1, "%s", line);
  struct sockaddr_in6 address = {
      .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)server.port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(fd, 0);
  bool has_ipv6 = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
  if (has_ipv6) {
    ck_assert(client_send(fd, get, strlen(get)));
    Text by_ipv6 = read_to_end(fd);
    check_page("by IPv6", by_ipv6, "<h1>a</h1>\n", 11);
    text_free(&by_ipv6);
  }
  close(fd);
  Text answer = request(&server, get), log, error;
  check_page("by IPv4", answer, "<h1>a</h1>\n", 11);
  kill(server.program.pid, SIGTERM);
  ck_assert_int_eq(program_finish(&server.program, &log, &error), 0);
  Text lines = without_times(log, 0);
  Text expected = text_of("%s127.0.0.1 - - [] \"GET / HTTP/1.1\" 200 11\n",
                          has_ipv6 ? "::1 - - [] \"GET / HTTP/1.1\" 200 11\n" : "");
  ck_assert_str_eq(lines.bytes, expected.bytes);
  text_free(&expected);
  text_free(&answer);
  text_free(&log);
  text_free(&error);
  text_free(&lines);
}
END_TEST

/* Many lines of one turn of the loop, of requests that are as long as may be; a long request line is cut. */
START_TEST(long_log) {
  enum { REQUESTS = 40, LENGTH = 900, TOLD = 700 };
  write_file(temporary_path("data.md"), "# a\n", 4);
  unlink(temporary_path("log"));
  Text name = text_of("%s", temporary_path("log"));
  Server server = server_start(&runners[_i], temporary_path("data.md"), (StartOptions){.log = name.bytes});
  static char octets[REQUESTS * (LENGTH + 40) + 1], line[TOLD + 1];
  char target[LENGTH];
  memset(target, '"', sizeof target);
  target[0] = '/';
  target[1] = '?';
  int at = 0;
  for (int i = 0; i < REQUESTS; i++)
    at += sprintf(octets + at, "GET %.*s HTTP/1.1\r\nHost: a\r\n%s\r\n", LENGTH, target,
                  i == REQUESTS - 1 ? "Connection: close\r\n" : "");
  int fd = client_connect(&server, 0);
  ck_assert(client_send(fd, octets, (size_t)at));
  Text answer = client_receive(fd);
  text_free(&answer);
  server_stop(&server);
  fd = open(name.bytes, O_RDONLY | O_CLOEXEC);
  ck_assert_int_ge(fd, 0);
  Text log = read_to_end(fd), lines = without_times(log, 0);
  close(fd);
  int length = sprintf(line, "127.0.0.1 - - [] \"GET /?");
  const char *place = lines.bytes;
  for (int i = 0; i < REQUESTS; i++) {
    ck_assert_msg(strncmp(place, line, (size_t)length) == 0, "line %d: %.60s", i, place);
    place += length;
    for (int j = 0; j < TOLD - 6; j++, place += 2)
      ck_assert_msg(strncmp(place, "\\\"", 2) == 0, "line %d, octet %d: %.20s", i, j, place);
    ck_assert_msg(strncmp(place, "\" 200 11\n", 9) == 0, "line %d: %.20s", i, place);
    place += 9;
  }
  ck_assert_str_eq(place, "");
  text_free(&log);
  text_free(&lines);
  text_free(&name);
}
END_TEST

static void check_refusal(int runner, const char *const *arguments, int status, const char *line) {
  Text output, error;
  Program program = program_start(&runners[runner], "markdown-server", arguments, plainly);
  int ended = program_finish(&program, &output, &error);
  check_text("standard error", error, line, strlen(line));
  check_text("standard output", output, "", 0);
  ck_assert_msg(ended == status, "exit status %d, expected %d: %s", ended, status, line);
  text_free(&output);
  text_free(&error);
}

START_TEST(command_lines) {
  static const struct {
    const char *arguments[5], *line;
  } cases[] = {
      {{"-x"}, "markdown-server: unknown option '-x'; see markdown-server --help\n"},
      {{"-"}, "markdown-server: unknown option '-'; see markdown-server --help\n"},
      {{"--unsafe", "a", "b"}, "markdown-server: one FILE is served, and 'b' is another\n"},
      {{"--", "-a", "-b"}, "markdown-server: one FILE is served, and '-b' is another\n"},
      {{"-p"}, "markdown-server: option -p wants a value\n"},
      {{"a", "-b"}, "markdown-server: option -b wants a value\n"},
      {{"-p", "65536"}, "markdown-server: bad port '65536'; a number from 0 to 65535 is meant\n"},
      {{"-p", ""}, "markdown-server: bad port ''; a number from 0 to 65535 is meant\n"},
      {{"-p", "8o"}, "markdown-server: bad port '8o'; a number from 0 to 65535 is meant\n"},
      {{"-b", "1.2.3"}, "markdown-server: bad address '1.2.3'; an IP address is meant, such as 127.0.0.1 or ::1\n"},
      {{"-b", "a\nb"}, "markdown-server: bad address 'a?b'; an IP address is meant, such as 127.0.0.1 or ::1\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_refusal(_i, cases[i].arguments, 2, cases[i].line);
  static const struct {
    const char *option, *begin;
  } told[] = {{"--help", "usage: markdown-server [OPTION...] [FILE|FOLDER]\n"},
              {"--version", "markdown-server: CommonMark 0.30, the HTML of cmark 0.30.2\n"}};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    Text output, error;
    Program program =
        program_start(&runners[_i], "markdown-server", (const char *const[]){told[i].option, NULL}, plainly);
    ck_assert_int_eq(program_finish(&program, &output, &error), 0);
    check_text("standard error", error, "", 0);
    ck_assert_msg(strncmp(output.bytes, told[i].begin, strlen(told[i].begin)) == 0, "%s", output.bytes);
    text_free(&output);
    text_free(&error);
  }
}
END_TEST

START_TEST(cannot_listen) {
  Server server = start_plain(_i, 3);
  Text port = text_of("%d", server.port);
  Text line = text_of(
      "markdown-server: cannot listen on 127.0.0.1:%d: address already in use; -p 0 takes a free port\n", server.port);
  check_refusal(_i, (const char *const[]){"-p", port.bytes, NULL}, 1, line.bytes);
  text_free(&line);
  line =
      text_of("markdown-server: cannot listen on 192.0.2.1:%d: this machine does not have that address\n", server.port);
  check_refusal(_i, (const char *const[]){"-b", "192.0.2.1", "-p", port.bytes, NULL}, 1, line.bytes);
  text_free(&line);
  check_plain("the first one goes on", request(&server, get), 3);
  server_stop(&server);
  /* the port is free again at once, although connections to it have just been closed */
  Program again = program_start(
      &runners[_i], "markdown-server",
      (const char *const[]){"-b", "127.0.0.1", "-p", port.bytes, temporary_path("data.md"), NULL}, plainly);
  Text expected = text_of("http://127.0.0.1:%s/\n", port.bytes);
  ck_assert(client_readable(again.output, DEADLINE_MS));
  kill(again.pid, SIGTERM);
  Text output;
  ck_assert_int_eq(program_finish(&again, &output, NULL), 0);
  check_text("on the same port", output, expected.bytes, expected.length);
  text_free(&output);
  text_free(&expected);
  text_free(&port);
}
END_TEST

/* Raw HTML passes with --unsafe alone. */
START_TEST(unsafe) {
  static const char *const arguments[][6] = {{"--unsafe", "-p", "0", NULL}, {"-p", "0", NULL}};
  static const char *const pages[] = {"<p><b>a</b></p>\n",
                                      "<p><!-- raw HTML omitted -->a<!-- raw HTML omitted --></p>\n"};
  char path[4096];
  snprintf(path, sizeof path, "%s", temporary_path("raw.md"));
  write_file(path, "<b>a</b>\n", 9);
  for (int i = 0; i < 2; i++) {
    const char *with_path[6];
    size_t count = 0;
    while (arguments[i][count])
      with_path[count] = arguments[i][count], count++;
    with_path[count++] = path;
    with_path[count] = NULL;
    Server server = {program_start(&runners[_i], "markdown-server", with_path, plainly), 0};
    char line[64] = "";
    ck_assert(client_readable(server.program.output, DEADLINE_MS));
    ck_assert_int_gt(read(server.program.output, line, sizeof line - 1), 0);
    ck_assert_int_eq(sscanf(line, "http://127.0.0.1:%d/", &server.port), 1);
    Text answer = request(&server, get);
    check_page(arguments[i][0], answer, pages[i], strlen(pages[i]));
    text_free(&answer);
    server_stop(&server);
  }
}
END_TEST

/* What the process holds, in KB, as /proc tells it. */
static long resident(pid_t pid) {
  char path[64], line[256];
  long kilobytes = -1;
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  FILE *file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "VmRSS: %ld kB", &kilobytes) == 1)
      break;
  fclose(file);
  return kilobytes;
}

/* An idle server holds under 200 KB, before its first client and after many, large pages included. Native alone: under
 * qemu it is qemu's memory. */
START_TEST(idle_memory) {
  Server server = start_plain(0, 100000);
  ck_assert_int_lt(resident(server.program.pid), 200);
  for (int i = 0; i < 3; i++)
    check_plain("large", request(&server, get), 100000);
  int slow = client_connect(&server, 4096);
  ck_assert(client_send(slow, get, strlen(get)));
  ck_assert(client_readable(slow, DEADLINE_MS));
  client_abort(slow);
  for (int i = 0; i < 200; i++) {
    Text answer = request(&server, "GET /other HTTP/1.0\r\n\r\n");
    check_error("small", answer, "404 Not Found", false);
    text_free(&answer);
  }
  long kilobytes = resident(server.program.pid);
  ck_assert_msg(kilobytes > 0 && kilobytes < 200, "%ld KB", kilobytes);
  server_stop(&server);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("markdown-server");
  add_test(suite, "answers", answers, RUNNERS);
  add_test(suite, "what does not fit", what_does_not_fit, RUNNERS);
  add_test(suite, "octet by octet", octet_by_octet, RUNNERS);
  add_test(suite, "octets after the request", octets_after_the_request, RUNNERS);
  add_test(suite, "ends of file", ends_of_file, RUNNERS);
  add_test(suite, "silent clients", silent_clients, RUNNERS);
  add_test(suite, "many clients", many_clients, RUNNERS);
  add_test(suite, "clients hang up", clients_hang_up, RUNNERS);
  add_test(suite, "slow reader", slow_reader, RUNNERS);
  add_test(suite, "file changes", file_changes, RUNNERS);
  add_test(suite, "file of unknown size", file_of_unknown_size, RUNNERS);
  add_test(suite, "64 MB", document_of_64_mb, RUNNERS);
  add_test(suite, "dates", dates, RUNNERS);
  add_test(suite, "socket activation", socket_activation, RUNNERS);
  add_test(suite, "no socket given", no_socket_given, RUNNERS);
  add_test(suite, "access log", access_log, RUNNERS);
  add_test(suite, "log reopened", log_reopened, RUNNERS);
  add_test(suite, "other user", other_user, RUNNERS);
  add_test(suite, "workers replaced", workers_replaced, RUNNERS);
  add_test(suite, "workers end", workers_end, RUNNERS);
  add_test(suite, "log of IPv6", log_of_ipv6, RUNNERS);
  add_test(suite, "long log", long_log, RUNNERS);
  add_test(suite, "signals", signals, RUNNERS);
  add_test(suite, "command lines", command_lines, RUNNERS);
  add_test(suite, "cannot listen", cannot_listen, RUNNERS);
  add_test(suite, "unsafe", unsafe, RUNNERS);
  add_test(suite, "idle memory", idle_memory, 1);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
