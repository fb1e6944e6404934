/* What the program read and wrote, put together again from the records of a run: the byte at an offset of a stream is
   traced to the memory and the system call that gave it away, and memory to the bytes of the stream that filled it. */
#ifndef HARNESS_BLAME_STREAM_H
#define HARNESS_BLAME_STREAM_H

#include "harness/base/machine.h"
#include "harness/blame/blame_observe.h"

/* Where a byte of the output was when it was written. */
struct written {
  uint64_t address;
  unsigned char value;
  uint32_t task; /* that wrote it */
  size_t output; /* how many OBSERVED_OUTPUT records of this task stand before its own */
  const struct observed *call;
};

/* Finds byte OFFSET of PART of the program's answer (stdout, or of the response on the connection that answered;
   PART_BODY and PART_STDOUT may be asked for of any case). Where the failure in RESULT is about that part, the byte
   must be the one that came then. On failure WHY says what is known: no such byte, or another answer than before. */
bool find_written(const struct observation *observation, const struct result *result, enum part part, size_t offset,
                  struct written *written, struct bytes *why);

/* The same for byte OFFSET of the FILE that the program wrote, a path below the folder in which it began. PART is what
   the failure in RESULT is about, where that is the file itself (PART_OUTPUT). */
bool find_written_to(const struct observation *observation, const struct result *result, enum part part,
                     const char *file, size_t offset, struct written *written, struct bytes *why);

/* What a system call put into memory. */
struct filled {
  const struct observed *call;
  int fd;           /* -1: not from a file, but zeroed */
  uint64_t offset;  /* in what that descriptor gives */
  const char *path; /* NULL: not opened by path */
  bool accepted;    /* it is a connection */
};

/* The last system call before record UNTIL that filled the byte at ADDRESS. Returns the index of the record at which it
   returned, or SIZE_MAX. */
size_t find_filled(const struct observation *observation, enum call_numbers numbers, uint64_t address, size_t until,
                   struct filled *filled);

/* The path of the file that was mapped at ADDRESS when record UNTIL of OBSERVATION was made, as a library is, and the
   byte of it that stands there; NULL: none that was seen. Borrowed of the observation. */
const char *find_mapped(const struct observation *observation, enum call_numbers numbers, size_t until,
                        uint64_t address, uint64_t *in_file);

/* The index of the OBSERVED_OUTPUT record that WRITTEN is about, in any run of the program, or SIZE_MAX. */
size_t find_output(const struct observation *observation, const struct written *written);

#endif

/* SPDX-License-Identifier: MIT */
