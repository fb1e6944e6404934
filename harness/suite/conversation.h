/* A conversation: the bytes that a client sends to a server over a socket, and the bytes of the whole answer.

   fixtures/README.md describes its text form, one file a case. */
#ifndef HARNESS_CONVERSATION_H
#define HARNESS_CONVERSATION_H

#include "harness/base/bytes.h"

enum { DATE_LENGTH = 29 }; /* of a date as HTTP writes it */

enum document_kind { DOCUMENT_FILE, DOCUMENT_MISSING, DOCUMENT_DIRECTORY, DOCUMENT_HOLLOW };

struct conversation {
  enum document_kind document;
  size_t hollow_size; /* of a DOCUMENT_HOLLOW */
  struct bytes text;  /* of a DOCUMENT_FILE */
  struct bytes octets;
  struct bytes sent;
  struct bytes expected;
  size_t *dates; /* where in EXPECTED any date may stand, in their order */
  size_t date_count;
  long long modified; /* when the document was, in seconds since 1970 */
  bool is_dated;      /* MODIFIED counts; otherwise it is modified when its case runs */
  bool hold;
  bool shut;
  double slow; /* seconds; 0: it takes the answer as it comes */
};

/* Reads the text form; WHY names PATH, the line and what is wrong. {octet} is OCTET, or, where that is negative, text
   as any other. */
bool conversation_parse(struct span text, const char *path, int octet, struct conversation *conversation,
                        struct bytes *why);

/* What is expected where ANSWER came: at each place for a date the one of ANSWER, if it has one there. */
void conversation_expect(const struct conversation *conversation, struct span answer, struct bytes *expected);

/* Whether TEXT begins with a date as HTTP writes it. */
bool conversation_has_date(struct span text);

void conversation_free(struct conversation *conversation);

#endif

/* SPDX-License-Identifier: MIT */
