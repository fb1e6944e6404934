/* The room explain/: says what each byte of an ELF file is. The file is cut into pieces, in order and without a gap: a
   field of a header, an instruction, an entry of a table, a string, data, or bytes that nothing claims. Where two
   things claim one byte (an instruction that stands in a header), the piece is the instruction and names the field as
   well.

   Made from the file itself, its symbols and line tables, and from the source map beside it where there is one. A file
   that is damaged is explained as far as it makes sense; a note says where that ends. */
#ifndef HARNESS_EXPLAIN_H
#define HARNESS_EXPLAIN_H

#include "harness/base/bytes.h"
#include "harness/base/machine.h"
#include "harness/base/words.h"
#include "harness/map/program_map.h"

/* In the order in which they win a byte that several claim. */
enum claim_kind { CLAIM_CODE, CLAIM_HEADER, CLAIM_ENTRY, CLAIM_STRING, CLAIM_NAMED_DATA, CLAIM_SECTION, CLAIM_NONE };

/* What says of the bytes OFFSET to OFFSET + LEN of the file what they are. */
struct claim {
  size_t offset, len;
  enum claim_kind kind;
  const char *group; /* what it is part of: "file header", "program header 0", a routine, a section; owned by texts */
  const char *name;  /* "e_entry", or the instruction's words; owned by texts */
  const char *about; /* its value and why, or ""; owned by texts */
  uint64_t address;  /* in memory, where has_address */
  bool has_address;
};

struct piece {
  size_t offset, len;
  const struct claim *claim; /* NULL: nothing claims it */
  size_t first_also, also;   /* further claims that begin to hold here, in explanation.also */
};

struct explanation {
  char *path;
  struct bytes file;
  struct elf_identity identity;
  struct claim *claims;
  size_t claim_count;
  struct piece *pieces;
  size_t piece_count;
  const struct claim **also;
  size_t also_count;
  struct bytes notes; /* lines with their ends: what is loaded where, and where the file stops to make sense */
  struct program_map map;
  bool has_map;
  struct source_lines *lines; /* of the file's own line tables; NULL: none */
  char **unread;              /* for each loader that the matrix knows: its name, and a mark for each byte */
  size_t unread_count;
  char **texts; /* owned: blocks that the texts of the claims stand in */
  size_t text_count, text_used;
};

/* Explains the file PATH. LIVENESS is the path of a matrix of the bytes that loaders read (`bytegate liveness`), or
   NULL. Returns false where PATH cannot be read or is no ELF file, and WHY says which. */
bool explain_elf(const char *path, const char *liveness, struct explanation *explanation, struct bytes *why);
void explanation_free(struct explanation *explanation);

/* The source of PIECE, as FILE:LINE of a generator or of the program's own source. Returns false where neither a map
   nor a line table knows. FILE is valid until EXPLANATION is freed. */
bool explain_source(const struct explanation *explanation, const struct piece *piece, const char **file, int *line);

/* Appends a listing in the format of hex0: bytes in hexadecimal, and comments from # to the end of the line. Without
   its comments, `xxd -r -p` and hex0 make the very file of it. */
void explain_listing(const struct explanation *explanation, struct bytes *out);

/* Appends the same as one JSON document (fixtures/schemas/explain.json). */
void explain_json(const struct explanation *explanation, struct bytes *out);

/* Appends the same as one self-contained HTML page. */
void explain_page(const struct explanation *explanation, struct bytes *out);

/* Appends a source map of the file's code. Returns how many pieces of code stand in it; LEFT_OUT becomes how many do
   not, because they lie elsewhere from the file's beginning than the first. */
size_t explain_map(const struct explanation *explanation, size_t *left_out, struct bytes *out);

/* Makes the text of a source map of the file PATH, for program_map_maker. Returns false where no code is found in it,
   and WHY says what is missing and how to get it. */
bool explain_make_map(const char *path, struct bytes *text, struct bytes *why);

/* Appends a source map of the file's code with what the file FROM says: nm's table, or a listing as objdump -d or hex0
   have it. Returns false where that says nothing of this file, and WHY says what is wrong. */
bool explain_map_from(const struct explanation *explanation, const char *from, struct bytes *out, struct bytes *why);

/* bytegate map: prints that of the file PATH, with what the files FROM say, one at most, as JSON where JSON
   (fixtures/schemas/map.json). Returns the exit status. */
int map_command(const char *path, const struct text_list *from, bool json);

/* bytegate explain: prints the listing of the file PATH, or JSON; or writes the page into the file PAGE, where that is
   not NULL. Returns the exit status. */
int explain_command(const char *path, bool json, const char *page);

/* Inside this room: takes the first line, without its end, from REST, which begins as the notes. Returns false where
   there is none. */
bool explain_next_note(struct span *rest, struct span *note);

/* Inside this room: adds a claim, whose texts are copied. */
struct claim *explain_claim(struct explanation *explanation, size_t offset, size_t len, enum claim_kind kind,
                            const char *group, const char *name, const char *about);

/* Adds what the headers and tables claim, and the notes: elf_claims.c. */
void explain_headers(struct explanation *explanation);

/* Adds the code and the data: code_claims.c. */
void explain_contents(struct explanation *explanation);

#endif

/* SPDX-License-Identifier: MIT */
