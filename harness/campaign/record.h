/* The record of a run: JSON lines (fixtures/schemas/record.json), a line for each result as soon as it stands, so that
   a run that is killed loses nothing. The first line says who recorded what selection; the last, what the run as a
   whole found. With each result stand a hash of its program and one of all else that it depends on: the case, the
   suite, the runner. A result of other contents is never taken for it.

   A record serves three ends: a run goes on where it was interrupted; shards are merged; and the times in it balance
   the shards of a later run. */
#ifndef HARNESS_RECORD_H
#define HARNESS_RECORD_H

#include "harness/campaign/shard.h"
#include "harness/session/session.h"

struct json_t; /* jansson's */
struct record_line;

/* Records that were read, and the one that is written. All zero is none. */
struct record {
  struct session_recorder recorder; /* for the options of the session */
  const char *path;                 /* of the one that is written, or NULL: records are merged, and nothing is run */
  int fd;                           /* of it */
  struct text_list paths;           /* of those that were read */
  struct bytes *texts;              /* their contents */
  struct record_line *lines;        /* the results in them, in the order of what they are about */
  size_t line_count;
  struct json_t *header; /* what must be alike in records that belong together: the first line */
  struct record *plan;   /* with the times that balance the shards; NULL: all are alike */
  struct shard shard;
  const struct session *session; /* borrowed; while it is open */
  size_t suite_count;
  uint64_t **programs; /* of each suite's targets: a hash of its file, or 0: not asked yet */
  unsigned strays;     /* of the records that were read, */
  uint64_t elapsed_ns; /* and how long they took together */
  char *confinement;   /* the weakest of theirs; NULL: none is known */
  int failed;          /* errno value of the first write that failed, or 0 */
  size_t restored;
};

/* Opens the record PATH, which is made where it is not there, to go on with it; where FRESH, it begins anew. One of
   another gate, selection or shard is refused. PLAN, the path of a record or NULL, has the times that balance the
   shards; SHARD may be none. OPTIONS are those of the session, which is not open yet. GATE is the path of this command.
   Returns false, and WHY says what is wrong and what would be right. */
bool record_open(struct record *record, const char *path, const char *plan, struct shard shard, bool fresh,
                 const char *gate, const struct session_options *options, struct bytes *why);

/* Reads the records PATHS, which are to be merged, and makes the selection of OPTIONS theirs. Returns false, and WHY
   says which of them do not belong together: they are of another gate, selection, partition or plan. */
bool record_merge(struct record *record, const struct text_list *paths, const char *gate,
                  struct session_options *options, struct bytes *why);

/* Writes the last line of the record, about SESSION as a whole. Returns 0 or an errno value: whether all of the record
   could be written. */
int record_end(struct record *record, const struct session *session);

void record_free(struct record *record);

#endif

/* SPDX-License-Identifier: MIT */
