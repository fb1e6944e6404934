/* The explanation as a listing that hex0 reads: bytes in hexadecimal, # begins a comment. */
#include "harness/explain/explain.h"

#include <string.h>

enum { BYTES_A_LINE = 16, COMMENT_COLUMN = 3 * BYTES_A_LINE };

static void put_hex(struct bytes *out, const struct explanation *explanation, size_t offset, size_t len) {
  size_t before = out->len;
  for (size_t i = 0; i < len; i++)
    bytes_printf(out, "%02x ", (unsigned char)explanation->file.data[offset + i]);
  bytes_printf(out, "%*s", (int)(COMMENT_COLUMN - (out->len - before)), "");
}

/* Whether the matrix of LOADER, "native MARKS", says that it reads none of the bytes. */
static bool reads_none(const char *loader, size_t offset, size_t len) {
  const char *marks = strchr(loader, ' ') + 1;
  return strspn(marks + offset, ".") >= len;
}

/* Which loaders read none of the piece. */
static void put_unread(struct bytes *out, const struct explanation *explanation, const struct piece *piece) {
  const char *between = "; not read by ";
  for (size_t i = 0; i < explanation->unread_count; i++)
    if (reads_none(explanation->unread[i], piece->offset, piece->len)) {
      bytes_printf(out, "%s%.*s", between, (int)strcspn(explanation->unread[i], " "), explanation->unread[i]);
      between = ", ";
    }
}

static void put_comment(struct bytes *out, const struct explanation *explanation, const struct piece *piece) {
  const struct claim *claim = piece->claim;
  const char *file = NULL;
  int line = 0;
  if (claim && claim->has_address)
    bytes_printf(out, "  %llx", (unsigned long long)claim->address + (piece->offset - claim->offset));
  bytes_printf(out, "  %s", claim ? claim->name : "nothing claims these bytes");
  if (claim && *claim->about)
    bytes_printf(out, "  %s", claim->about);
  if (claim && (piece->offset != claim->offset || piece->len != claim->len))
    bytes_printf(out, "; bytes %zu to %zu of %zu", piece->offset - claim->offset,
                 piece->offset - claim->offset + piece->len - 1, claim->len);
  for (size_t i = 0; i < piece->also; i++) {
    const struct claim *also = explanation->also[piece->first_also + i];
    bytes_printf(out, "; also %s: %s%s%s", also->group, also->name, *also->about ? "  " : "", also->about);
  }
  put_unread(out, explanation, piece);
  if (explain_source(explanation, piece, &file, &line))
    bytes_printf(out, "  [%s:%d]", file, line);
}

/* Sixteen bytes a line; the comment stands on the first. */
static void put_piece(struct bytes *out, const struct explanation *explanation, const struct piece *piece) {
  for (size_t at = 0; at < piece->len; at += BYTES_A_LINE) {
    size_t len = piece->len - at < BYTES_A_LINE ? piece->len - at : BYTES_A_LINE;
    put_hex(out, explanation, piece->offset + at, len);
    bytes_printf(out, "# %06zx", piece->offset + at);
    if (at == 0)
      put_comment(out, explanation, piece);
    bool text = piece->claim && piece->claim->kind >= CLAIM_NAMED_DATA;
    if (text || !piece->claim) {
      bytes_text(out, "  \"");
      bytes_escaped(out, (struct span){explanation->file.data + piece->offset + at, len});
      bytes_text(out, "\"");
    }
    bytes_text(out, "\n");
  }
}

/* Each line of the notes as a comment. */
static void put_notes(struct bytes *out, const struct explanation *explanation) {
  struct span rest = span_of(&explanation->notes);
  struct span note;
  while (explain_next_note(&rest, &note))
    bytes_printf(out, "# %.*s\n", (int)note.len, note.data);
}

void explain_listing(const struct explanation *explanation, struct bytes *out) {
  const char *group = NULL;
  bytes_text(out, "# ");
  bytes_escaped(out, span_text(explanation->path));
  bytes_text(out, "\n");
  put_notes(out, explanation);
  for (size_t i = 0; i < explanation->piece_count; i++) {
    const struct piece *piece = &explanation->pieces[i];
    const char *here = piece->claim ? piece->claim->group : "";
    if (!group || strcmp(here, group) != 0) {
      bytes_text(out, "\n# ");
      bytes_escaped(out, span_text(*here ? here : "bytes of no known use"));
      bytes_text(out, "\n");
    }
    group = here;
    put_piece(out, explanation, piece);
  }
}

/* SPDX-License-Identifier: MIT */
