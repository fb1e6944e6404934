/* A worker runs it, in a workspace of its own, and leaves its report in a file in memory. */
#include "harness/session/audit_beside.h"

#include "harness/process/guard.h"
#include "harness/process/workers.h"
#include "harness/process/workspace.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What stands before the two texts. */
struct header {
  size_t log, left_out;
  unsigned planted, missed;
  int interrupted;
};

static void write_part(int fd, const void *data, size_t len) {
  for (const char *at = data; len;) {
    ssize_t wrote = write(fd, at, len);
    if (wrote < 0 && errno != EINTR)
      die("the report of the self-audit cannot be written: %s", strerror(errno));
    at += wrote > 0 ? wrote : 0;
    len -= wrote > 0 ? (size_t)wrote : 0;
  }
}

static void work(void *user, unsigned index, struct workspace *workspace) {
  struct audit_beside *beside = user;
  struct audit_report report;
  (void)index;
  /* Who dies with the gate leaves what it has begun to its guard. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  guard_leave(beside->workspace->guard);
  beside->run(workspace, beside->shows, &report);
  const struct header header = {report.log.len, report.left_out.len, report.planted, report.missed, report.interrupted};
  write_part(beside->said, &header, sizeof header);
  write_part(beside->said, report.log.data, report.log.len);
  write_part(beside->said, report.left_out.data, report.left_out.len);
  audit_report_free(&report);
}

void audit_begin(struct audit_beside *beside, struct workspace *workspace, audit_shows *shows, audit_part *run) {
  const struct workers workers = {.count = 1, .work = work, .user = beside};
  *beside = (struct audit_beside){.workspace = workspace, .shows = shows, .run = run};
  beside->said = memfd_create("self-audit", MFD_CLOEXEC);
  if (beside->said < 0)
    die("memfd_create: %s", strerror(errno));
  beside->pid = worker_start(&workers, 0);
  workspace_keep(workspace, beside->pid, true);
}

static bool read_part(int fd, off_t at, void *data, size_t len) { return pread(fd, data, len, at) == (ssize_t)len; }

static bool read_text(int fd, off_t at, size_t len, struct bytes *text) {
  bytes_append(text, "", 0);
  for (char block[4096]; len;) {
    size_t part = len < sizeof block ? len : sizeof block;
    if (!read_part(fd, at, block, part))
      return false;
    bytes_append(text, block, part);
    at += (off_t)part;
    len -= part;
  }
  return true;
}

/* Reads the report that the audit left when it ended well. */
static bool read_report(int fd, struct audit_report *report) {
  struct header header;
  if (!read_part(fd, 0, &header, sizeof header))
    return false;
  report->planted = header.planted;
  report->missed = header.missed;
  report->interrupted = header.interrupted;
  return read_text(fd, sizeof header, header.log, &report->log) &&
         read_text(fd, (off_t)(sizeof header + header.log), header.left_out, &report->left_out);
}

bool audit_look(struct audit_beside *beside, enum proof_wish wish) {
  int status = 0;
  pid_t ended = 0;
  if (beside->pid == 0)
    return true;
  if (wish == PROOF_END)
    kill(beside->pid, SIGTERM);
  do
    ended = waitpid(beside->pid, &status, wish == PROOF_LOOK ? WNOHANG : 0);
  while (ended < 0 && errno == EINTR);
  if (ended == 0)
    return false;
  workspace_keep(beside->workspace, beside->pid, false);
  beside->pid = 0;
  beside->ended = WIFEXITED(status) && WEXITSTATUS(status) == 0 && read_report(beside->said, &beside->report);
  close(beside->said);
  return true;
}

/* SPDX-License-Identifier: MIT */
