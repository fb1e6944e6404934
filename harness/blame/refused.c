/* strace -Z prints the calls that failed. A cell refuses with a few errors; and what is not in it at all is not found,
   though it is there outside. */
#include "harness/blame/refused.h"

#include "harness/base/command.h"
#include "harness/base/files.h"
#include "harness/blame/blame_observe.h"
#include "harness/process/confinement.h"
#include "harness/process/workspace.h"
#include "harness/suite/target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINES = 4, MOST_CALL = 200 };

static bool begins(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

/* Whether the first text among the arguments of CALL is the path of something that is there outside of the cell. */
static bool names_something(const char *call) {
  struct stat status;
  const char *quote = strchr(call, '"');
  size_t len = quote ? strcspn(quote + 1, "\"") : 0;
  char *path = quote && quote[1] == '/' ? xstrndup(quote + 1, len) : NULL;
  bool there = path && lstat(path, &status) == 0;
  free(path);
  return there;
}

/* Whether CALL is one by which the C library counts processors and memory nodes, or Go's the size of large pages: they
   do without them, in any program. */
static bool is_asked_anyway(const char *call) {
  static const char *const asked[] = {"\"/sys/devices/system/cpu/", "\"/sys/devices/system/node",
                                      "\"/sys/kernel/mm/transparent_hugepage/"};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    if (strstr(call, asked[i]))
      return true;
  return false;
}

/* Whether a cell is why CALL, as in "unlink("/etc/x")", failed with ERROR. */
static bool is_refused(const char *call, const char *error) {
  static const char *const errors[] = {"EPERM", "EACCES", "EROFS", "ENOSYS", "ENETUNREACH", "ENOSPC", "ENODEV"};
  /* ENOSYS is how libraries are told to call clone. */
  if (begins(call, "clone3("))
    return false;
  /* Of a file of a disk, whoever asks. */
  if (begins(call, "epoll_ctl(") && strcmp(error, "EPERM") == 0)
    return false;
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
    if (strcmp(error, errors[i]) == 0)
      return true;
  if (strcmp(error, "ESRCH") == 0)
    return begins(call, "kill(") || begins(call, "tkill(") || begins(call, "tgkill(");
  if (strcmp(error, "EAGAIN") == 0)
    return begins(call, "clone(") || begins(call, "fork(") || begins(call, "vfork(");
  return strcmp(error, "ENOENT") == 0 && names_something(call) && !is_asked_anyway(call);
}

/* Reads one LINE, "PID  CALL(ARGUMENTS) = -1 ERROR (TEXT)". What strace had to print in two parts is left out. */
static void read_line(char *line, struct bytes *out, size_t *count) {
  char *call = line + strspn(line, "0123456789 ");
  char *end = strstr(call, " = -1 E");
  for (char *next = end; next; next = strstr(next + 1, " = -1 E"))
    end = next;
  if (!end || *call == '<' || *count == MOST_LINES)
    return;
  char *error = end + strlen(" = -1 ");
  error[strcspn(error, " ")] = '\0';
  while (end > call && end[-1] == ' ')
    end--;
  *end = '\0';
  if (!is_refused(call, error))
    return;
  char *text = xasprintf("refused   %.*s %s\n", MOST_CALL, call, error);
  if (!out->len || !strstr(out->data, text)) {
    bytes_text(out, text);
    ++*count;
  }
  free(text);
}

void refused_lines(struct span text, struct bytes *out) {
  char *copy = xstrndup(text.data ? text.data : "", text.len);
  char *rest = copy;
  size_t count = 0;
  for (char *line; (line = strsep(&rest, "\n"));)
    read_line(line, out, &count);
  free(copy);
}

/* Whether one of LINES is of something else than a file that is not in the cell. */
static bool has_more_than_absence(struct span lines) {
  for (size_t at = 0; at < lines.len;) {
    const char *end = memchr(lines.data + at, '\n', lines.len - at);
    size_t len = end ? (size_t)(end - lines.data) - at : lines.len - at;
    if (!memmem(lines.data + at, len, " ENOENT", strlen(" ENOENT")))
      return true;
    at += len + 1;
  }
  return false;
}

void refused_calls(struct workspace *workspace, const struct result *result, struct bytes *out) {
  char *strace = find_command("strace");
  bool confined = result->target->program->confine && strcmp(confinement_state(), "off") != 0;
  /* strace waits for all that a program leaves. */
  if (strace && confined && result != result->target->stop && result->verdict != LEAKED) {
    char *log = workspace_file(workspace, "refused");
    struct bytes text = {0};
    observe_under(workspace, result, (const char *const[]){strace, "-f", "-qq", "-Z", "-s", "100", "-o", log, NULL});
    bytes_read_file(&text, log);
    struct bytes lines = {0};
    refused_lines(span_of(&text), &lines);
    bytes_add(out, span_of(&lines));
    if (has_more_than_absence(span_of(&lines)))
      bytes_text(out, "          'allow', or 'confine = no', in the suite permits what is meant\n");
    bytes_free(&lines);
    bytes_free(&text);
    unlink(log);
    free(log);
  }
  free(strace);
}

/* SPDX-License-Identifier: MIT */
