/* reasons.c: what the Markdown programs say of the errors that can happen to them. */
#include "http.h"

static const Reason reasons[] = {{LINUX_ENOENT, ": no such file or directory"},
                                 {LINUX_EIO, ": input/output error"},
                                 {LINUX_EBADF, ": bad file descriptor"},
                                 {LINUX_ENOMEM, ": not enough memory"},
                                 {LINUX_EACCES, ": permission denied"},
                                 {LINUX_ENOTDIR, ": not a directory"},
                                 {LINUX_EISDIR, ": is a directory"},
                                 {LINUX_EMFILE, ": too many open files"},
                                 {LINUX_EFBIG, ": too large to render"},
                                 {LINUX_ENOSPC, ": no space left on device"},
                                 {LINUX_EPIPE, ": broken pipe"},
                                 /* of the server alone: */
                                 {LINUX_ENOSYS, ": the kernel does not have it"},
                                 {LINUX_EINVAL, ": the kernel does not have it"},
                                 {LINUX_EOPNOTSUPP, ": the kernel does not have it"},
                                 {LINUX_EAGAIN, ": try again later"},
                                 {LINUX_EPERM, ": operation not permitted"},
                                 {LINUX_ECONNREFUSED, ": connection refused"},
                                 {LINUX_EINPROGRESS, ": no answer in time"},
                                 {LINUX_EADDRINUSE, ": address already in use; -p 0 takes a free port"},
                                 {LINUX_EADDRNOTAVAIL, ": this machine does not have that address"}};

enum { OF_THE_SERVER = 9 };

void lay_document_failures(void) { lay_linux_failures(reasons, sizeof reasons / sizeof *reasons - OF_THE_SERVER); }

void lay_http_failures(void) {
  char text[LINUX_REASONS_ROOM];
  packed_text("reasons", text, linux_reasons(reasons, sizeof reasons / sizeof *reasons, text, sizeof text));
  lay_failure_routines();
}

/* SPDX-License-Identifier: MIT */
