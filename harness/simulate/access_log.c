#include "harness/simulate/access_log.h"

#include "harness/simulate/client.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Octets of a request line that a line tells at most, as the server's manual says. */
enum { MOST_OCTETS = 700 };

int64_t access_log_open(struct world *world, uint64_t flags) {
  int error = kernel_fault(world, "openat", NO_OBJECT);
  if (error)
    return -error;
  if ((flags & O_ACCMODE) != O_WRONLY || !(flags & O_APPEND) || !(flags & O_CREAT) || flags & O_TRUNC)
    world_fail(world, "log", "it is opened with flags 0x%" PRIx64, flags);
  int64_t fd = kernel_open(world, OBJECT_LOG, NULL);
  world->process->has_fault |= fd < 0;
  return fd;
}

void access_log_composed(struct world *world, struct client *client, bool is_gone) {
  world->process->composed = xgrow(world->process->composed, world->process->composed_count, sizeof(struct client *));
  world->process->composed[world->process->composed_count++] = client;
  world->process->is_nameless |= is_gone;
}

void access_log_lost(struct world *world) {
  for (size_t i = 0; i < world->process->composed_count; i++)
    world->process->composed[i]->is_unlogged = true;
  world->process->composed_count = 0;
  world->process->is_nameless = false;
}

/* ---- Lines that are owed ---------------------------------------------------------------------------------------- */

/* Appends OCTET as Apache writes it in a log. */
static void append_escaped(struct bytes *out, unsigned char octet) {
  static const char letters[] = "btnv"; /* of 8 to 11; a line feed ends the line */
  if (octet == '"' || octet == '\\')
    bytes_printf(out, "\\%c", octet);
  else if (octet >= ' ' && octet < 0x7f)
    bytes_append(out, &octet, 1);
  else if (octet >= '\b' && octet <= '\v')
    bytes_printf(out, "\\%c", letters[octet - '\b']);
  else
    bytes_printf(out, "\\x%02x", octet);
}

/* What a line tells of the octets from START to END, as far as they are one line. Owned by the caller. */
static char *tell_request(const struct client *client, size_t start, size_t end) {
  struct bytes text = {0};
  for (size_t i = start; i < end && i - start < MOST_OCTETS; i++) {
    unsigned char octet = (unsigned char)client->out.data[i];
    if (octet == '\r' || octet == '\n')
      break;
    append_escaped(&text, octet);
  }
  if (text.len == 0)
    bytes_text(&text, start == end ? "-" : "");
  return text.data ? text.data : xstrdup("");
}

static void append_line(struct line **lines, size_t *count, struct line line) {
  *lines = xgrow(*lines, *count, sizeof **lines);
  (*lines)[(*count)++] = line;
}

/* Holds a line to what is owed. */
static void compare(struct world *world, const struct client *client, const struct line *line,
                    const struct line *owed) {
  size_t length = strlen(line->request);
  bool agrees = owed->is_begun ? strncmp(line->request, owed->request, length) == 0 || strcmp(line->request, "-") == 0
                               : strcmp(line->request, owed->request) == 0;
  if (line->status != owed->status || line->bytes != owed->bytes || !agrees)
    world_fail(world, "log", "%s: the line \"%s\" %u %zu is there for its answer \"%s\" %u %zu", client_name(client),
               line->request, line->status, line->bytes, owed->request, owed->status, owed->bytes);
}

static void hold_lines(struct world *world, struct client *client) {
  for (; client->lines_held < client->line_count && client->lines_held < client->owed_count && !client->is_unlogged;
       client->lines_held++)
    compare(world, client, &client->lines[client->lines_held], &client->owed[client->lines_held]);
}

void access_log_owes(struct world *world, struct client *client, const struct request *request, unsigned status,
                     size_t bytes) {
  if (!world->plan->logs)
    return;
  bool is_whole = request && request->is_read;
  size_t start = request ? request->start : client->read, end = request ? client->out.len : client->read;
  append_line(&client->owed, &client->owed_count,
              (struct line){status, bytes, tell_request(client, start, end), !is_whole});
  hold_lines(world, client);
}

void access_log_holds(struct world *world) {
  if (!world->plan->logs || world->over)
    return;
  if (world->process->composed_count)
    world_fail(world, "log", "%zu lines are composed, and not written at the end of the turn",
               world->process->composed_count);
  for (size_t i = 0; i < world->client_count && !world->over; i++) {
    struct client *client = world->clients[i];
    if (client->process == world->process && client->owed_count > client->line_count && !client->is_unlogged)
      world_fail(world, "log", "%s has %zu answers, and %zu lines", client_name(client), client->owed_count,
                 client->line_count);
  }
}

void access_log_free(struct client *client) {
  for (size_t i = 0; i < client->line_count; i++)
    free(client->lines[i].request);
  for (size_t i = 0; i < client->owed_count; i++)
    free(client->owed[i].request);
  free(client->lines);
  free(client->owed);
}

/* ---- Lines that are there --------------------------------------------------------------------------------------- */

static void judge_time(struct world *world, const char *text) {
  struct tm parts = {0};
  const char *end = strptime(text, "%d/%b/%Y:%H:%M:%S +0000", &parts);
  if (!end || *end) {
    world_fail(world, "log", "\"%s\" is no time", text);
    return;
  }
  int64_t off = timegm(&parts) - (world->now + world->calendar) / SECOND;
  if (world->now >= world->calendar_moved_at + 10 * SECOND && world->now >= world->jumped_at + 10 * SECOND &&
      (off > 0 || off < -35))
    world_fail(world, "log", "\"%s\" is %" PRId64 " seconds from now", text, off);
}

/* Judges a line, without its end, which was composed for CLIENT. */
static void take_line(struct world *world, struct client *client, char *text) {
  char address[64], time[40], bytes[24], name[64];
  unsigned status;
  int used = 0, rest = 0;
  char *end = strrchr(text, '"');
  if (sscanf(text, "%63s - - [%39[^]]] \"%n", address, time, &used) != 2 || !used || !end || end < text + used ||
      sscanf(end, "\" %3u %23s%n", &status, bytes, &rest) != 2 || end[rest] || strcmp(bytes, "0") == 0) {
    world_fail(world, "log", "\"%s\" is no line of it", text);
    return;
  }
  client_address(world, client, name, sizeof name);
  if (!world->process->is_nameless && strcmp(address, name) != 0)
    world_fail(world, "log", "a line for %s, which is %s, names %s", client_name(client), name, address);
  judge_time(world, time);
  *end = '\0';
  append_line(
      &client->lines, &client->line_count,
      (struct line){status, strcmp(bytes, "-") == 0 ? 0 : strtoull(bytes, NULL, 10), xstrdup(text + used), false});
  hold_lines(world, client);
}

int64_t access_log_written(struct world *world, struct span text) {
  static const int errors[] = {ENOSPC, EIO, EINTR};
  if (random_one_in(&world->random, 500)) {
    world_tell(world, "the log cannot be written");
    access_log_lost(world);
    return -errors[random_between(&world->random, 0, 2)];
  }
  size_t count = 0;
  for (const char *at = text.data, *end = at + text.len; at < end && !world->over; count++) {
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    if (!line_end || count == world->process->composed_count) {
      world_fail(world, "log", "\"%.*s\" is written to it, %s", (int)(end - at), at,
                 line_end ? "for nobody" : "which is no line");
      break;
    }
    char *line = xstrndup(at, (size_t)(line_end - at));
    world_tell(world, "logs %s", line);
    take_line(world, world->process->composed[count], line);
    free(line);
    at = line_end + 1;
  }
  if (!world->over && count < world->process->composed_count)
    world_fail(world, "log", "%zu lines are written, and %zu were composed", count, world->process->composed_count);
  world->process->composed_count = 0;
  world->process->is_nameless = false;
  return (int64_t)text.len;
}

/* SPDX-License-Identifier: MIT */
