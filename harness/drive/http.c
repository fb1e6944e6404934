/* One GET request a case, through libcurl's multi interface. libcurl is told to hand over the bytes as they were
   served: no decoding, no belief in Content-Length (the body goes on until the server closes, so that bytes too many
   are seen as well), and a response that is none at all is a body. */
#include "harness/base/clock.h"
#include "harness/drive/lane.h"

#include "harness/verdict/compare.h"
#include "harness/verdict/truth.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static size_t receive(char *data, size_t size, size_t count, void *user) {
  struct lane *lane = user;
  bytes_append(&lane->received, data, size * count);
  return lane->received.len <= MOST_OUTPUT ? size * count : 0; /* 0: libcurl gives up */
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known) {
  struct driver *driver = user;
  struct epoll_event event = {.data.u64 = (uint64_t)fd << 8 | SOURCE_OF_CURL};
  (void)easy;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(driver->epoll, EPOLL_CTL_DEL, fd, NULL);
    return 0;
  }
  event.events = (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
  epoll_ctl(driver->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
  curl_multi_assign(driver->multi, fd, driver);
  return 0;
}

static int set_timer(CURLM *multi, long milliseconds, void *user) {
  struct driver *driver = user;
  (void)multi;
  driver->curl_deadline = milliseconds < 0 ? UINT64_MAX : now_ns() + (uint64_t)milliseconds * 1000000;
  return 0;
}

void http_setup(struct driver *driver) {
  driver->multi = curl_multi_init();
  if (!driver->multi)
    die("libcurl cannot be initialised");
  curl_multi_setopt(driver->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(driver->multi, CURLMOPT_SOCKETDATA, driver);
  curl_multi_setopt(driver->multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(driver->multi, CURLMOPT_TIMERDATA, driver);
}

void http_teardown(struct driver *driver) { curl_multi_cleanup(driver->multi); }

static CURL *new_handle(struct lane *lane) {
  CURL *easy = curl_easy_init();
  if (!easy)
    die("libcurl cannot be initialised");
  curl_easy_setopt(easy, CURLOPT_PRIVATE, lane);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, lane);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, lane);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_HTTP_TRANSFER_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  curl_easy_setopt(easy, CURLOPT_IGNORE_CONTENT_LENGTH, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "bytegate");
  return easy;
}

void http_ask(struct lane *lane) {
  if (!lane->curl)
    lane->curl = new_handle(lane);
  curl_easy_setopt(lane->curl, CURLOPT_URL, lane->url);
  lane->state = LANE_ASKING;
  lane->curl_added = true;
  if (curl_multi_add_handle(lane->driver->multi, lane->curl) != CURLM_OK)
    die("libcurl: the request cannot be added");
}

void http_abandon(struct lane *lane) {
  if (lane->curl_added)
    curl_multi_remove_handle(lane->driver->multi, lane->curl);
  lane->curl_added = false;
}

/* The header section that the program must send for a body of LENGTH bytes. */
static void expected_headers(const struct program *program, size_t length, struct bytes *headers) {
  static const char *const names[] = {"length"};
  char *number = xasprintf("%zu", length);
  for (size_t i = 0; i < program->headers.count; i++) {
    const char *values[] = {number};
    char *line = expand_placeholders(program->headers.items[i], names, values, 1);
    bytes_printf(headers, "%s\r\n", line);
    free(line);
  }
  bytes_text(headers, "\r\n");
  free(number);
}

static void judge(struct lane *lane, CURLcode code) {
  struct result *result = lane->result;
  const struct program *program = lane->target->program;
  struct span truth;
  struct bytes why = {0};
  if (!truth_of(lane->driver->workspace, program, result->test_case, &truth, &why)) {
    result_set(result, RUNNER_FAULT, "%s", why.data);
    bytes_free(&why);
    return;
  }
  struct bytes headers = {0};
  struct bytes status = {0};
  bytes_printf(&status, "%s\r\n", program->status_line);
  expected_headers(program, truth.len, &headers);
  compare_response(result, span_of(&status), program->headers.count > 0, span_of(&headers), truth,
                   taken(&lane->received));
  if (code == CURLE_WRITE_ERROR && result->verdict > EQUAL)
    bytes_text(&result->detail, " (more is not taken)");
  else if (code != CURLE_OK && result->verdict > EQUAL)
    bytes_printf(&result->detail, " (%s)", curl_easy_strerror(code));
  else if (code != CURLE_OK)
    result_set(result, DIVERGED, "every byte came, but the connection did not end well: %s", curl_easy_strerror(code));
  bytes_free(&headers);
  bytes_free(&status);
  bytes_free(&why);
}

/* A request is over. Where it broke off, not because too much came, the process may have died of it: that takes a
   moment to show. */
static void complete(struct lane *lane, CURLcode code) {
  http_abandon(lane);
  struct pollfd end = {.fd = lane->process.pidfd, .events = POLLIN};
  if (code != CURLE_OK && code != CURLE_WRITE_ERROR && poll(&end, 1, MOURNING_MS) == 1) {
    lane_ended(lane);
    return;
  }
  judge(lane, code);
  if (lane_bereaved(lane))
    return;
  lane->served++;
  lane_finish(lane, code == CURLE_OK);
}

static void collect(struct driver *driver) {
  int left = 0;
  for (CURLMsg *message = curl_multi_info_read(driver->multi, &left); message;
       message = curl_multi_info_read(driver->multi, &left)) {
    struct lane *lane = NULL;
    CURLcode code = message->data.result;
    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane);
    complete(lane, code);
  }
}

void http_socket_event(struct driver *driver, int fd, uint32_t events) {
  int running = 0;
  int mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
             (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
  curl_multi_socket_action(driver->multi, fd, mask, &running);
  collect(driver);
}

void http_timer(struct driver *driver) {
  int running = 0;
  driver->curl_deadline = UINT64_MAX;
  curl_multi_socket_action(driver->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  collect(driver);
}
