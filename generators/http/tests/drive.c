#include "drive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const Runner runners[RUNNERS] = {
#if defined __aarch64__
    {"arm64 native", "arm64", NULL},
#else
    {"x64 native", "x64", NULL},
#endif
    {"x64 qemu", "x64", "qemu-x86_64-static"},
    {"arm64 qemu", "arm64", "qemu-aarch64-static"}};

/* ---- Text ---------------------------------------------------------------------------------------------------- */

static void *allocate(size_t size) {
  void *memory = malloc(size);
  ck_assert_msg(memory != NULL, "no memory for %zu bytes", size);
  return memory;
}

Text text_of(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Text text;
  int length = vasprintf(&text.bytes, format, arguments);
  va_end(arguments);
  ck_assert_int_ge(length, 0);
  text.length = (size_t)length;
  return text;
}

void text_free(Text *text) {
  free(text->bytes);
  *text = (Text){0};
}

void check_text(const char *what, Text text, const char *expected, size_t length) {
  size_t at = 0;
  while (at < text.length && at < length && text.bytes[at] == expected[at])
    at++;
  if (at == text.length && at == length)
    return;
  size_t from = at > 20 ? at - 20 : 0;
  int shown = text.length - from < 60 ? (int)(text.length - from) : 60;
  int wanted = length - from < 60 ? (int)(length - from) : 60;
  ck_abort_msg("%s: byte %zu differs (%zu bytes, expected %zu): \"%.*s\", expected \"%.*s\"", what, at, text.length,
               length, shown, text.bytes + from, wanted, expected + from);
}

static Text numbered_lines(size_t count, const char *before, const char *after) {
  enum { LINE = sizeof "line 1234567 of plain words\n" - 1 };
  Text text = {allocate(count * LINE + 16), 0};
  text.length = (size_t)sprintf(text.bytes, "%s", before);
  for (size_t i = 0; i < count; i++)
    text.length += (size_t)sprintf(text.bytes + text.length, "line %07zu of plain words\n", i);
  text.length -= count > 0; /* the last line feed is not the paragraph's */
  text.length += (size_t)sprintf(text.bytes + text.length, "%s", after);
  return text;
}

Text plain_document(size_t count) { return numbered_lines(count, "", "\n"); }
Text plain_html(size_t count) { return numbered_lines(count, "<p>", "</p>\n"); }

/* ---- Programs ------------------------------------------------------------------------------------------------ */

long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool wait_for(int fd, short events, int milliseconds) {
  long deadline = now_ms() + milliseconds;
  for (;;) {
    struct pollfd waited = {fd, events, 0};
    long left = deadline - now_ms();
    int ready = poll(&waited, 1, left > 0 ? (int)left : 0);
    if (ready > 0)
      return true;
    if (ready == 0)
      return false;
    ck_assert_int_eq(errno, EINTR);
  }
}

/* In the child: make it die with its parent, set its limits and standard descriptors. */
static void prepare_child(const int pipes[3][2], StartOptions options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(pipes[0][0], 0);
  dup2(options.output ? options.output - 1 : pipes[1][1], 1);
  dup2(pipes[2][1], 2);
  if (options.non_blocking_input)
    fcntl(0, F_SETFL, O_NONBLOCK);
  if (options.inherited)
    dup2(options.inherited - 1, 3);
  close_range(options.inherited ? 4 : 3, ~0U, 0); /* libcheck's own file is among what would be left over */
  if (options.closed)
    close(options.closed - 1);
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  if (options.signals_blocked)
    sigprocmask(SIG_BLOCK, &ending, NULL);
  struct rlimit limit = {options.descriptors, options.descriptors};
  if (options.descriptors && setrlimit(RLIMIT_NOFILE, &limit))
    _exit(126);
}

Program program_start(const Runner *runner, const char *name, const char *const *arguments, StartOptions options) {
  enum { MOST = 64 };
  const char *command[MOST];
  char path[PATH_MAX];
  size_t count = 0;
  const char *build = getenv("BUILD");
  snprintf(path, sizeof path, "%s/elf/%s_%s", build ? build : "build", name, runner->arch);
  for (size_t i = 0; options.wrapper && options.wrapper[i]; i++)
    command[count++] = options.wrapper[i];
  if (runner->qemu)
    command[count++] = runner->qemu;
  command[count++] = path;
  for (size_t i = 0; arguments[i]; i++)
    command[count++] = arguments[i];
  command[count] = NULL;
  ck_assert_uint_lt(count, MOST);
  ck_assert_msg(access(path, X_OK) == 0, "%s: %s (make elf builds it)", path, strerror(errno));

  int pipes[3][2];
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(pipe2(pipes[i], O_CLOEXEC), 0);
  Program program = {fork(), pipes[0][1], pipes[1][0], pipes[2][0]};
  ck_assert_int_ge(program.pid, 0);
  if (program.pid == 0) {
    prepare_child(pipes, options);
    execvp(command[0], (char *const *)command);
    fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
    _exit(127);
  }
  close(pipes[0][0]);
  close(pipes[1][1]);
  close(pipes[2][1]);
  return program;
}

void program_feed(const Program *program, Text input) {
  signal(SIGPIPE, SIG_IGN);
  for (size_t sent = 0; sent < input.length;) {
    ssize_t count = write(program->input, input.bytes + sent, input.length - sent);
    if (count < 0 && errno == EPIPE)
      return;
    ck_assert_msg(count >= 0 || errno == EINTR, "writing to the program: %s", strerror(errno));
    sent += count > 0 ? (size_t)count : 0;
  }
}

Text read_to_end(int fd) {
  size_t room = 1 << 16;
  Text text = {allocate(room + 1), 0};
  for (;;) {
    ck_assert_msg(wait_for(fd, POLLIN, DEADLINE_MS), "nothing more came within %d ms", DEADLINE_MS);
    ssize_t got = read(fd, text.bytes + text.length, room - text.length);
    if (got < 0 && errno == EINTR)
      continue;
    ck_assert_msg(got >= 0, "after %zu bytes: %s", text.length, strerror(errno));
    text.length += (size_t)got;
    text.bytes[text.length] = 0;
    if (got == 0)
      return text;
    if (text.length == room) {
      text.bytes = realloc(text.bytes, (room *= 2) + 1);
      ck_assert_ptr_nonnull(text.bytes);
    }
  }
}

int program_finish(Program *program, Text *output, Text *error) {
  if (program->input >= 0)
    close(program->input);
  Text unread[2];
  *(output ? output : &unread[0]) = read_to_end(program->output);
  *(error ? error : &unread[1]) = read_to_end(program->error);
  if (!output)
    text_free(&unread[0]);
  if (!error)
    text_free(&unread[1]);
  close(program->output);
  close(program->error);
  int status;
  while (waitpid(program->pid, &status, 0) < 0)
    ck_assert_int_eq(errno, EINTR);
  *program = (Program){-1, -1, -1, -1};
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- Servers and clients -------------------------------------------------------------------------------------------
 */

Server server_start(const Runner *runner, const char *path, StartOptions options) {
  const char *const arguments[] = {
      "-p", "0", path, options.option ? options.option : options.log ? "--log" : NULL, options.log, NULL};
  Server server = {program_start(runner, "markdown-server", arguments, options), 0};
  char line[64] = "";
  size_t length = 0;
  while (length == 0 || line[length - 1] != '\n') {
    ck_assert_msg(wait_for(server.program.output, POLLIN, DEADLINE_MS), "%s: no line that it is ready", runner->name);
    ck_assert_uint_lt(length, sizeof line - 1);
    ck_assert_msg(read(server.program.output, line + length, 1) == 1, "%s ended before it was ready", runner->name);
    length++;
  }
  line[length] = 0;
  int end = 0;
  ck_assert_msg(sscanf(line, "http://127.0.0.1:%d/%n", &server.port, &end) == 1 && line[end] == '\n' && end > 0,
                "%s says it is ready so: %s", runner->name, line);
  return server;
}

/* Take out the lines that say what the kernel does not have: qemu-user has no sandboxes. */
static void drop_lacks(Text *error) {
  static const char lack[] = "markdown-server: goes on without ";
  while (error->length >= strlen(lack) && memcmp(error->bytes, lack, strlen(lack)) == 0) {
    size_t line = (size_t)(strchr(error->bytes, '\n') + 1 - error->bytes);
    memmove(error->bytes, error->bytes + line, (error->length -= line) + 1);
  }
}

void server_stop(Server *server) { server_stop_telling(server, ""); }

void server_stop_telling(Server *server, const char *told) {
  Text output, error;
  kill(server->program.pid, SIGTERM);
  int status = program_finish(&server->program, &output, &error);
  drop_lacks(&error);
  if (told)
    check_text("standard error", error, told, strlen(told));
  check_text("standard output after the first line", output, "", 0);
  ck_assert_int_eq(status, 0);
  text_free(&output);
  text_free(&error);
}

int client_connect(const Server *server, int receive_buffer) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  ck_assert_int_ge(fd, 0);
  if (receive_buffer)
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer), 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
    ck_assert_int_eq(errno, EINPROGRESS);
    ck_assert(wait_for(fd, POLLOUT, DEADLINE_MS));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    ck_assert_msg(error == 0, "connect: %s", strerror(error));
  }
  return fd;
}

bool client_send(int fd, const void *bytes, size_t length) {
  for (size_t sent = 0; sent < length;) {
    ck_assert_msg(wait_for(fd, POLLOUT, DEADLINE_MS), "no room to send within %d ms", DEADLINE_MS);
    ssize_t count = send(fd, (const char *)bytes + sent, length - sent, MSG_NOSIGNAL);
    if (count >= 0)
      sent += (size_t)count;
    else if (errno == EPIPE || errno == ECONNRESET)
      return false;
    else
      ck_assert_msg(errno == EINTR || errno == EAGAIN, "send: %s", strerror(errno));
  }
  return true;
}

Text client_receive(int fd) {
  Text text = read_to_end(fd);
  close(fd);
  return text;
}

Text request(const Server *server, const char *octets) {
  int fd = client_connect(server, 0);
  ck_assert(client_send(fd, octets, strlen(octets)));
  return client_receive(fd);
}

bool client_readable(int fd, int milliseconds) { return wait_for(fd, POLLIN, milliseconds); }

void client_abort(int fd) {
  struct linger at_once = {1, 0};
  ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
  close(fd);
}

/* The entity tag of a page, as the server works it out. */
uint64_t page_tag(const char *html, size_t length) {
  const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
  uint64_t hash = length + 1;
  for (size_t at = 0; at < length;) {
    uint64_t part = 0;
    size_t size = length - at < 8 ? 1 : 8;
    for (size_t i = 0; i < size; i++)
      part |= (uint64_t)(unsigned char)html[at + i] << 8 * i;
    hash = (hash ^ part) * factor;
    hash ^= hash >> 32;
    at += size;
  }
  hash *= factor;
  return hash ^ hash >> 29;
}

/* Takes out the field line that begins at `line` and is a date. */
static time_t take_date(Text *text, char *line, const char *name) {
  struct tm tm = {.tm_mday = 0};
  char again[64];
  const char *value = line + strlen(name);
  const char *end = strptime(value, "%a, %d %b %Y %T GMT", &tm);
  ck_assert_msg(end && strncmp(end, "\r\n", 2) == 0, "no date: %.64s", line);
  time_t seconds = timegm(&tm);
  strftime(again, sizeof again, "%a, %d %b %Y %T GMT", &tm);
  ck_assert_msg(strncmp(again, value, strlen(again)) == 0, "expected %s, got %.64s", again, line);
  size_t rest = text->length - (size_t)(end + 2 - text->bytes);
  memmove(line, end + 2, rest + 1);
  text->length = (size_t)(line - text->bytes) + rest;
  return seconds;
}

Text without_dates(Text answer, time_t *date) {
  static const char date_name[] = "Date: ", modified_name[] = "\r\nLast-Modified: ";
  Text text = {allocate(answer.length + 1), answer.length};
  memcpy(text.bytes, answer.bytes, answer.length + 1);
  char *line = strstr(text.bytes, "\r\n");
  ck_assert_msg(line && strncmp(line + 2, date_name, strlen(date_name)) == 0, "no Date: %.80s", text.bytes);
  time_t now = take_date(&text, line + 2, date_name);
  char *head_end = strstr(text.bytes, "\r\n\r\n"), *modified = strstr(text.bytes, modified_name);
  if (head_end && modified && modified < head_end)
    take_date(&text, modified + 2, modified_name + 2);
  if (date)
    *date = now;
  return text;
}

void check_page(const char *what, Text answer, const char *html, size_t length) {
  Text head = text_of("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
                      "ETag: \"%016" PRIx64 "\"\r\nConnection: close\r\n\r\n",
                      length, page_tag(html, length));
  Text expected = {allocate(head.length + length), head.length + length};
  memcpy(expected.bytes, head.bytes, head.length);
  memcpy(expected.bytes + head.length, html, length);
  Text undated = without_dates(answer, NULL);
  check_text(what, undated, expected.bytes, expected.length);
  text_free(&undated);
  text_free(&expected);
  text_free(&head);
}

void check_error(const char *what, Text answer, const char *reason, bool head) {
  Text page = text_of("<h1>%s</h1>\n", reason);
  Text expected = text_of("HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
                          "%sConnection: close\r\n\r\n%s",
                          reason, page.length, strncmp(reason, "405", 3) == 0 ? "Allow: GET, HEAD, OPTIONS\r\n" : "",
                          head ? "" : page.bytes);
  Text undated = without_dates(answer, NULL);
  check_text(what, undated, expected.bytes, expected.length);
  text_free(&undated);
  text_free(&expected);
  text_free(&page);
}

/* ---- Files --------------------------------------------------------------------------------------------------- */

static char folder[PATH_MAX];

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

const char *temporary_path(const char *name) {
  static char path[PATH_MAX + 256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

void write_file(const char *path, const void *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
  ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
  ck_assert_int_eq(fclose(file), 0);
}

int run_suite(Suite *suite) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/bytegate-http-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(folder)) {
    fprintf(stderr, "%s: %s\n", folder, strerror(errno));
    return EXIT_FAILURE;
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  if (nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS))
    fprintf(stderr, "%s is left over: %s\n", folder, strerror(errno));
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void add_test(Suite *suite, const char *name, const TTest *test, int loops) {
  TCase *tcase = tcase_create(name);
  tcase_add_loop_test(tcase, test, 0, loops);
  suite_add_tcase(suite, tcase);
}

/* SPDX-License-Identifier: MIT */
