/* The oracle of a served folder: from the path of a request to the status, the media type and the body of its answer.

   Detects: a wrong status, type, place to go to or body of any path in any folder that is not changed meanwhile, and so
   every byte from outside of the folder. It resolves links itself, component by component, and writes a listing's HTML
   itself, without Markdown between; a document's HTML is libcmark's. Cannot detect: what happens while somebody
   renames. */
#ifndef ORACLES_FOLDER_H
#define ORACLES_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* How the folder is served, as bits of a set. */
enum { FOLDER_ORACLE_WALKS = 1 /* no link is followed */, FOLDER_ORACLE_PAGE = 2 /* --page */ };

struct folder_answer {
  int status;             /* 200, 301, 400 or 404 */
  const char *media_type; /* static */
  char *location;         /* of 301, NUL-terminated; owned */
  char *body;             /* owned; of an error too */
  size_t length;
};

/* The answer to a GET of PATH, as it stands in the request line without a query, from the folder ROOT. MARKDOWN: a set
   of MARKDOWN_ORACLE_*. The caller frees it with folder_answer_free. */
struct folder_answer folder_oracle_answer(const char *root, const char *path, unsigned how, unsigned markdown);

void folder_answer_free(struct folder_answer *answer);

#endif

/* SPDX-License-Identifier: MIT */
