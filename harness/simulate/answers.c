#include "harness/simulate/answers.h"

#include "harness/simulate/access_log.h"
#include "harness/simulate/promises.h"
#include "harness/simulate/resources.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* An answer whose header section is there. */
struct answer {
  struct world *world;
  struct client *client;
  struct request *request; /* NULL: to none that is complete */
  unsigned status;
  size_t head, content; /* where they begin, in what was written */
  const char *date, *tag, *range, *length_text, *type, *allow, *connection, *location;
  size_t length; /* of the content that follows */
};

static const struct {
  unsigned status;
  const char *reason;
} reasons[] = {{200, "OK"},
               {204, "No Content"},
               {206, "Partial Content"},
               {301, "Moved Permanently"},
               {304, "Not Modified"},
               {400, "Bad Request"},
               {404, "Not Found"},
               {405, "Method Not Allowed"},
               {408, "Request Timeout"},
               {412, "Precondition Failed"},
               {413, "Content Too Large"},
               {414, "URI Too Long"},
               {416, "Range Not Satisfiable"},
               {417, "Expectation Failed"},
               {431, "Request Header Fields Too Large"},
               {500, "Internal Server Error"},
               {501, "Not Implemented"},
               {503, "Service Unavailable"},
               {505, "HTTP Version Not Supported"},
               {507, "Insufficient Storage"}};

static const char *reason_of(unsigned status) {
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  return NULL;
}

/* "client 12, request 3 (GET / with Range)" */
static const char *name_request(const struct client *client, const struct request *request) {
  static char name[160];
  if (!request)
    snprintf(name, sizeof name, "%s", client_name(client));
  else
    snprintf(name, sizeof name, "%s, request %td (%.*s%s%s)", client_name(client), request - client->requests + 1,
             (int)strcspn(request->line, "\r"), request->line, *request->what ? ", " : "", request->what);
  return name;
}

#define WRONG(answer, ...) wrong(answer, "wrong answer", __VA_ARGS__)
static void wrong(const struct answer *answer, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void wrong(const struct answer *answer, const char *kind, const char *format, ...) {
  struct bytes text = {0};
  va_list args;
  va_start(args, format);
  bytes_vprintf(&text, format, args);
  va_end(args);
  world_fail(answer->world, kind, "%s: status %u: %s", name_request(answer->client, answer->request), answer->status,
             text.data);
  bytes_free(&text);
}

/* ---- The header section ----------------------------------------------------------------------------------------- */

/* Reads the field lines from AT to END, which is an empty line. Returns false where one is none that is known. */
static bool read_fields(struct answer *answer, const char *at, const char *end) {
  const struct {
    const char *name;
    const char **place;
  } known[] = {{"Date", &answer->date},
               {"ETag", &answer->tag},
               {"Content-Range", &answer->range},
               {"Content-Length", &answer->length_text},
               {"Content-Type", &answer->type},
               {"Allow", &answer->allow},
               {"Connection", &answer->connection},
               {"Location", &answer->location},
               {"Last-Modified", NULL},
               {"Accept-Ranges", NULL},
               {"Cache-Control", NULL},
               {"Vary", NULL},
               {"Server", NULL},
               {"Retry-After", NULL},
               {"Content-Security-Policy", NULL},
               {"X-Content-Type-Options", NULL}};
  while (at < end) {
    size_t i = 0, length = strcspn(at, ":\r");
    while (i < sizeof known / sizeof *known &&
           (strlen(known[i].name) != length || strncasecmp(known[i].name, at, length) != 0))
      i++;
    if (i == sizeof known / sizeof *known || strncmp(at + length, ": ", 2) != 0 ||
        (known[i].place && *known[i].place)) {
      WRONG(answer, "the field line \"%.*s\"", (int)strcspn(at, "\r"), at);
      return false;
    }
    if (known[i].place)
      *known[i].place = at + length + 2;
    at = strstr(at, "\r\n") + 2;
  }
  return true;
}

static bool value_is(const char *value, const char *wanted) {
  return value && strncmp(value, wanted, strlen(wanted)) == 0 && value[strlen(wanted)] == '\r';
}

/* Reads an answer at the place AT of what was written. Returns false where more is to come, or it is none. */
static bool read_head(struct answer *answer, size_t at) {
  const char *start = answer->client->in.data + at;
  const char *end = strstr(start, "\r\n\r\n");
  int used = 0;
  if (!end)
    return false;
  answer->head = at;
  answer->content = (size_t)(end - answer->client->in.data) + 4;
  if (sscanf(start, "HTTP/1.1 %3u %n", &answer->status, &used) != 1 || used != 13 || !reason_of(answer->status) ||
      !value_is(start + used, reason_of(answer->status))) {
    WRONG(answer, "the status line is \"%.*s\"", (int)strcspn(start, "\r"), start);
    return false;
  }
  return read_fields(answer, strstr(start, "\r\n") + 2, end + 2);
}

/* The date is the calendar's, of a second that has passed since the answer was due. */
static void judge_date(const struct answer *answer) {
  struct world *world = answer->world;
  struct tm parts = {0};
  if (!answer->date || world->now < world->calendar_moved_at + 10 * SECOND ||
      world->now < world->jumped_at + 10 * SECOND)
    return;
  const char *end = strptime(answer->date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  int64_t time = end && *end == '\r' ? timegm(&parts) : 0, now = (world->now + world->calendar) / SECOND;
  if (time > now || time < now - 35)
    WRONG(answer, "its Date is \"%.*s\", %" PRId64 " seconds from now", (int)strcspn(answer->date, "\r"), answer->date,
          time - now);
}

/* Whether the answer says rightly that the connection goes on, or does not. */
static void judge_connection(struct answer *answer) {
  struct client *client = answer->client;
  const struct request *request = answer->request;
  bool closes = value_is(answer->connection, "close");
  bool goes_on = request && request->persists && answer->status != 408;
  bool either = answer->client->process->terminated_at != NEVER ||
                (request && request->expects && answer->status >= 400) || (request && !request->is_read);
  if (!closes && answer->connection && !value_is(answer->connection, "keep-alive"))
    WRONG(answer, "Connection: %.*s", (int)strcspn(answer->connection, "\r"), answer->connection);
  else if (closes == goes_on && !either)
    WRONG(answer, "the connection %s", closes ? "does not go on, and it should" : "goes on, and it should not");
  else if (!closes && request && request->is_old && !answer->connection)
    WRONG(answer, "it is HTTP/1.0, and nothing says that the connection goes on");
  client->is_closing = closes;
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

/* What a request makes of a page. */
struct deserved {
  unsigned status;
  size_t first, length;
};

static struct deserved select_range(const struct request *request, size_t whole) {
  struct deserved all = {200, 0, whole};
  size_t first = (size_t)request->first, last = request->last < 0 ? whole : (size_t)request->last;
  if (request->first < 0) {
    if (request->last < 0)
      return all;
    if (request->last == 0 || whole == 0)
      return (struct deserved){416, 0, 0};
    size_t length = (size_t)request->last < whole ? (size_t)request->last : whole;
    return (struct deserved){206, whole - length, length};
  }
  if (first >= whole)
    return (struct deserved){416, 0, 0};
  last = last < whole ? last : whole - 1;
  return (struct deserved){206, first, last - first + 1};
}

static struct deserved deserve(const struct request *request, const struct page *page) {
  bool matches = *page->same->tag && strcmp(page->same->tag, request->tag) == 0;
  struct deserved all = {200, 0, page->html.len};
  if (request->condition == IF_NONE_MATCH && matches)
    return (struct deserved){304, 0, 0};
  if (request->condition == IF_MATCH && !matches)
    return (struct deserved){412, 0, 0};
  if (!request->is_head && (request->condition == RANGE || (request->condition == IF_RANGE && matches)))
    return select_range(request, page->html.len);
  return all;
}

/* Whether the content that is there so far is that of PAGE from FIRST on. */
static bool content_agrees(const struct answer *answer, const struct page *page, size_t first) {
  size_t there = answer->client->in.len - answer->content;
  there = there < answer->length ? there : answer->length;
  return memcmp(answer->client->in.data + answer->content, page->html.data + first, there) == 0;
}

/* Holds the entity tag of the answer to the one that PAGE has had, and keeps it. */
static bool judge_tag(struct answer *answer, struct page *page) {
  char tag[sizeof page->tag];
  if (!answer->tag || answer->tag[0] != '"') {
    WRONG(answer, "it has no strong entity tag");
    return false;
  }
  snprintf(tag, sizeof tag, "%.*s", (int)strcspn(answer->tag, "\r"), answer->tag);
  for (size_t i = 0; i < answer->world->page_count && !*page->tag; i++)
    if (strcmp(answer->world->pages[i]->tag, tag) == 0) {
      WRONG(answer, "its entity tag %s is that of another page", tag);
      return false;
    }
  if (*page->tag && strcmp(page->tag, tag) != 0) {
    WRONG(answer, "its entity tag is %s, and was %s for the same page", tag, page->tag);
    return false;
  }
  snprintf(page->tag, sizeof page->tag, "%s", tag);
  snprintf(answer->client->last_tag, sizeof answer->client->last_tag, "%s", tag);
  return true;
}

/* Whether Content-Range and Content-Length say what DESERVED is of PAGE. */
static bool range_agrees(const struct answer *answer, const struct page *page, struct deserved deserved) {
  char range[80];
  if (deserved.status == 206)
    snprintf(range, sizeof range, "bytes %zu-%zu/%zu", deserved.first, deserved.first + deserved.length - 1,
             page->html.len);
  else
    snprintf(range, sizeof range, "bytes */%zu", page->html.len);
  if (deserved.status == 206 || deserved.status == 416)
    return value_is(answer->range, range);
  return !answer->range;
}

/* Whether the answer is what PAGE and the request deserve, as far as it is there. */
static bool page_agrees(const struct answer *answer, const struct page *page) {
  const struct request *request = answer->request;
  struct deserved deserved = deserve(request, page);
  if (deserved.status != answer->status || !range_agrees(answer, page, deserved))
    return false;
  if (deserved.status != 200 && deserved.status != 206)
    return true;
  char length[32];
  snprintf(length, sizeof length, "%zu", deserved.length);
  return value_is(answer->length_text, length) && (request->is_head || content_agrees(answer, page, deserved.first));
}

/* The answer is to be made from what the folder has by the name of the request, or says that it has nothing there. */
static void judge_resource(struct answer *answer) {
  const struct resource *resource = answer->request->resource;
  struct page *page = resource_page(answer->world, resource);
  if (!page_agrees(answer, page))
    WRONG(answer, "it is not what %s of the folder deserves", resource->target);
  else if (answer->status < 400)
    judge_tag(answer, page->same);
}

/* The answer is to be made from a page that was read after the request. Finds one that agrees. */
static void judge_page(struct answer *answer) {
  struct world *world = answer->world;
  struct seen *found = NULL;
  bool any = false;
  for (size_t i = world->seen_count; i-- > 0 && world->seen[i].step > answer->request->read_step && !found;) {
    any = true;
    if (page_agrees(answer, world->seen[i].page))
      found = &world->seen[i];
  }
  if (!found && !any)
    WRONG(answer, "the document was not read for it");
  else if (!found)
    WRONG(answer, "it is not what the oracle makes of the document as it was read");
  else if (answer->status < 400)
    judge_tag(answer, found->page->same);
}

/* ---- The answer as a whole -------------------------------------------------------------------------------------- */

/* Whether something has happened since the request was read that permits STATUS. */
static bool is_permitted(const struct answer *answer) {
  const struct world *world = answer->world;
  const struct request *request = answer->request;
  int what = answer->status == 404                            ? PERMITS_404
             : answer->status == 500                          ? PERMITS_500
             : answer->status == 503 || answer->status == 507 ? PERMITS_503
                                                              : -1;
  if (what < 0)
    return false;
  if (what == PERMITS_503 && world->plan->memory_limit)
    return true;
  /* Memory may lack for a request that is not yet complete. */
  return answer->client->process->permitted[what] >
         (request->is_read ? request->read_step : answer->client->reading_step);
}

/* An answer to what is no complete request: too late, cut off, or malformed so far. */
static void judge_early(struct answer *answer) {
  struct world *world = answer->world;
  struct client *client = answer->client;
  const struct request *request = answer->request;
  bool begun = request && client->read > request->start;
  if (request && request->answered_early && answer->status == request->status)
    return;
  if (answer->status == 408) {
    if (!promise_of_408(world, client))
      wrong(answer, "too early", "only %" PRId64 " ms after the server began to wait for the request",
            (world->now - client->reading_since) / MILLISECOND);
  } else if (answer->status == 400 && begun && client->ended_read) {
    return;
  } else if (!begun || !is_permitted(answer)) {
    WRONG(answer, "nobody has asked for it");
  }
}

static void judge_status(struct answer *answer) {
  const struct request *request = answer->request;
  if (!request || !request->is_read)
    judge_early(answer);
  else if (request->status == 200 && !is_permitted(answer))
    request->resource ? judge_resource(answer) : judge_page(answer);
  else if (request->status != 200 && request->status != answer->status &&
           !(answer->world->plan->serves_folder && is_permitted(answer)))
    WRONG(answer, "%u is deserved", request->status);
  else if (answer->status == 301 && !(request->resource && value_is(answer->location, request->resource->location)))
    WRONG(answer, "it leads to \"%.*s\"", answer->location ? (int)strcspn(answer->location, "\r") : 0,
          answer->location);
  if (answer->status == 405 || answer->status == 204) {
    if (!value_is(answer->allow, "GET, HEAD, OPTIONS"))
      WRONG(answer, "Allow does not list GET, HEAD, OPTIONS");
  }
}

/* The page of an error, which says its status, as far as it is there. */
static void judge_error_page(const struct answer *answer) {
  char page[96];
  int length = snprintf(page, sizeof page, "<h1>%u %s</h1>\n", answer->status, reason_of(answer->status));
  char text[16];
  snprintf(text, sizeof text, "%d", length);
  if (!value_is(answer->length_text, text) || !value_is(answer->type, "text/html; charset=utf-8"))
    WRONG(answer, "Content-Length or Content-Type is wrong");
  size_t there = answer->client->in.len - answer->content;
  there = there < answer->length ? there : answer->length;
  if (memcmp(answer->client->in.data + answer->content, page, there) != 0)
    WRONG(answer, "its page is not that of the error");
}

/* Whether the program knows that the request is a HEAD: its method has come. */
static bool is_head(const struct answer *answer) {
  const struct request *request = answer->request;
  return request && request->is_head && answer->client->read >= request->start + sizeof "HEAD " - 1;
}

/* How much content follows: none after HEAD, 204 and 304. */
static void measure_content(struct answer *answer) {
  bool none = answer->status == 204 || answer->status == 304;
  if (none ? answer->length_text != NULL : !answer->length_text || !isdigit((unsigned char)*answer->length_text))
    WRONG(answer, "Content-Length is %s", none ? "there" : "missing");
  else if (!none && !is_head(answer))
    answer->length = strtoull(answer->length_text, NULL, 10);
}

/* Judges all of the answer that is there. */
static void judge(struct answer *answer) {
  struct request *request = answer->request;
  measure_content(answer);
  if (!answer->world->over)
    judge_status(answer);
  if (!answer->world->over && (answer->status == 301 || answer->status >= 400))
    judge_error_page(answer);
  const char *type = request && request->resource ? request->resource->type : NULL;
  if (!answer->world->over && (answer->status == 200 || answer->status == 206) &&
      !value_is(answer->type, type ? type : "text/html; charset=utf-8"))
    WRONG(answer, "Content-Type is wrong");
  if (!answer->world->over && (!request || !request->begun)) {
    judge_date(answer);
    judge_connection(answer);
  }
  if (request)
    request->begun = true;
}

static void end_answer(struct world *world, struct client *client, struct answer *answer) {
  struct request *request = answer->request;
  client->parsed = answer->content + answer->length;
  client->answered_at = client->reading_since = world->now;
  client->reading_step = world->step;
  client->idle = true;
  client->is_last = client->is_closing;
  world_tell(world, "%s has the answer %u", name_request(client, request), answer->status);
  access_log_owes(world, client, request, answer->status, answer->length);
  if (!request)
    return;
  request->answered = true;
  request->answer_end = client->parsed;
  client->next++;
  client->idle = client->read <= request->end && client->read == request->end;
  world->counts.requests++;
  if (client->next < client->request_count && client->requests[client->next].is_read) {
    client->requests[client->next].due_at = world->now;
    client->take_until = world->now + TAKE_PATIENCE;
  }
}

/* Passes over "100 Continue", which stands before the answer of who waits for it. Returns false where more of it is to
   come. */
static bool skip_interim(struct world *world, struct client *client, struct request *request) {
  static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
  size_t left = client->in.len - client->parsed, part = left < sizeof interim - 1 ? left : sizeof interim - 1;
  if (part < 10 && memcmp(client->in.data + client->parsed, interim, part) == 0)
    return false;
  if (memcmp(client->in.data + client->parsed, interim, part) != 0)
    return true;
  if (!request || !request->expects || !request->is_read) {
    world_fail(world, "wrong answer", "%s: 100 Continue, which nobody waits for", name_request(client, request));
    return false;
  }
  if (part < sizeof interim - 1)
    return false;
  request->expects = false;
  client->parsed += part;
  return client->parsed < client->in.len;
}

/* Takes one answer, or what is there of it. Returns whether it is whole. */
static bool take_answer(struct world *world, struct client *client) {
  struct request *request = client->next < client->request_count ? &client->requests[client->next] : NULL;
  if (client->is_last) {
    world_fail(world, "written after the end", "%s is written to after its last answer", client_name(client));
    return false;
  }
  if (!skip_interim(world, client, request))
    return false;
  struct answer answer = {.world = world, .client = client, .request = request};
  if (!read_head(&answer, client->parsed))
    return false;
  judge(&answer);
  if (world->over || client->in.len < answer.content + answer.length)
    return false;
  end_answer(world, client, &answer);
  return true;
}

/* The first bytes of an answer are written. To a request that is not complete, it may be taken from now on. */
static void begin_answer(struct world *world, struct client *client) {
  client->begun_at = world->now;
  if (client->next == client->request_count || !client->requests[client->next].is_read)
    client->take_until = world->now + TAKE_PATIENCE;
}

void answer_taken(struct world *world, struct client *client, size_t count) {
  if (client->parsed == client->in.len - count && count)
    begin_answer(world, client);
  int64_t longer = client->take_until == NEVER ? 0 : client->take_until + (int64_t)count * TAKE_PER_BYTE;
  int64_t most = world->now + TAKE_PATIENCE;
  if (client->take_until != NEVER)
    client->take_until = longer < most ? longer : most;
  while (!world->over && client->parsed < client->in.len && take_answer(world, client))
    continue;
}

/* SPDX-License-Identifier: MIT */
