/* The list of known divergences. It works both ways: what stands in it must diverge, and in just that way.

   One entry a line: SUITE/CASE PROGRAM RUNNER SIGNATURE, the first three shell patterns, as in
       markdown/spec/042 markdown-server_* * body@57:3f1c99e05e0a1b22
   Text after # says why; of entries without it, the comment that stands right above them, with no empty line between.
   The list's goal is to be empty.

   A signature can stand for all that diverge alike: like:PART:CAME/EXPECTED, with the two bytes in which they begin to
   differ, or `end`, as in
       notes/[a-z]* discount_x64 * like:stdout:0x0a/0x3c  # a blank line between blocks; https://example.org/bug/7
   Of the cases that its patterns name, it speaks only of those that diverge so: there must be one at least. A suite
   says `xfail` of what fails in any way. */
#ifndef HARNESS_KNOWN_H
#define HARNESS_KNOWN_H

#include "harness/verdict/result.h"

struct known_entry {
  char *test_case;
  char *program;
  char *runner;
  char *signature;
  int line;
  char *reason; /* after the #, or of the comment above; NULL: none */
  size_t count; /* results that diverged as it says */
  bool met;     /* by a case that ran */
};

struct known_list {
  char *path;
  struct known_entry *entries;
  size_t count;
};

/* Reads PATH; a file that is not there is an empty list. WHY names the line that is no entry. */
bool known_read(const char *path, struct known_list *list, struct bytes *why);

/* The signature for all results that diverge like RESULT; NULL: it does not diverge in two bytes. The caller frees it.
 */
char *result_likeness(const struct result *result);

/* Whether ENTRY speaks of all that diverge alike. */
bool known_is_likeness(const struct known_entry *entry);

/* What the suite of RESULT says of it by xfail: sets result->known as known_apply does, and the reason. */
void known_apply_suite(struct result *result);

/* Looks RESULT up in the list: sets result->known, and adds to the detail what the list says otherwise. */
void known_apply(struct known_list *list, struct result *result);

/* Whether ENTRY speaks of the case ID, "suite/case", on TARGET. */
bool known_matches(const struct known_entry *entry, const struct target *target, const char *id);

/* What of a list a run lets one say. */
struct known_scope {
  /* Whether the run had every case on every target that the entry speaks of. */
  bool (*covers)(void *user, const struct known_entry *entry);
  /* Whether the entry speaks of no case that there is. */
  bool (*is_idle)(void *user, const struct known_entry *entry);
  void *user;
};

/* What became of a list. */
struct known_changes {
  size_t kept, added, removed; /* entries */
  struct bytes notes;          /* lines about entries that no longer hold, and could not be changed */
};

/* Merges what the COUNT results say into the list PATH: an entry goes where all that it speaks of ran and diverges
   otherwise, or where it is idle; what diverges and has no entry gets one. Entries of what did not run stay, and so do
   comments, blank lines, patterns that hold and the order. The file is replaced at once or not at all. Returns 0 or an
   errno value; EINVAL where PATH holds a line that is no entry, and WHY says which. */
int known_update(const char *path, const struct result *results, size_t count, const struct known_scope *scope,
                 struct known_changes *changes, struct bytes *why);

void known_free(struct known_list *list);

/* Whether the result turns the gate red. */
bool result_failed(const struct result *result);

#endif

/* SPDX-License-Identifier: MIT */
