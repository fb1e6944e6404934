/* Where an HTTP/1.1 answer ends (RFC 9112, section 6). */
#ifndef HARNESS_FRAMING_H
#define HARNESS_FRAMING_H

#include "harness/base/bytes.h"

enum framing {
  FRAMED_BY_CLOSE,  /* it goes on until the server closes, or is no HTTP at all */
  FRAMED_BY_LENGTH, /* by Content-Length, or it has no content */
  FRAMED_BY_CHUNKS
};

struct frame {
  enum framing framing;
  bool whole;     /* all of it has come */
  bool persists;  /* the server means to keep the connection open (section 9.3) */
  size_t head;    /* length of the status line and the headers, with the empty line */
  size_t content; /* that Content-Length promises */
};

/* Reads how the final answer at the start of RECEIVED is framed; interim answers (1xx) before it count to its head.
   BODILESS: it answers a HEAD request, and so has no content whatever it says. */
struct frame frame_of(struct span received, bool bodiless);

/* Appends the content of the chunks in BODY (section 7.1). Returns false where they are not well formed, not the whole
   of BODY, or followed by trailers: then BODY is best shown as it came. */
bool unchunk(struct span body, struct bytes *content);

#endif

/* SPDX-License-Identifier: MIT */
