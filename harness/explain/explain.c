/* Gathers the claims, and cuts the file into pieces by them. */
#include "harness/explain/elf_file.h"

#include "harness/map/source_lines.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BLOCK = 1 << 16 };

/* Copies TEXT into memory that is freed with the explanation. */
static const char *keep_text(struct explanation *explanation, const char *text) {
  size_t size = strlen(text) + 1;
  if (explanation->text_count == 0 || explanation->text_used + size > TEXT_BLOCK) {
    explanation->texts = xgrow(explanation->texts, explanation->text_count, sizeof *explanation->texts);
    explanation->texts[explanation->text_count++] = xcalloc(1, size > TEXT_BLOCK ? size : TEXT_BLOCK);
    explanation->text_used = 0;
  }
  char *at = explanation->texts[explanation->text_count - 1] + explanation->text_used;
  memcpy(at, text, size);
  explanation->text_used += size;
  return at;
}

struct claim *explain_claim(struct explanation *explanation, size_t offset, size_t len, enum claim_kind kind,
                            const char *group, const char *name, const char *about) {
  explanation->claims = xgrow(explanation->claims, explanation->claim_count, sizeof *explanation->claims);
  struct claim *claim = &explanation->claims[explanation->claim_count];
  const struct claim *before = explanation->claim_count ? claim - 1 : NULL;
  explanation->claim_count++;
  *claim = (struct claim){.offset = offset, .len = len, .kind = kind};
  claim->group = before && strcmp(before->group, group) == 0 ? before->group : keep_text(explanation, group);
  claim->name = keep_text(explanation, name);
  claim->about = *about ? keep_text(explanation, about) : "";
  return claim;
}

/* For each byte, the claim that wins it, counted from 1; 0: none. A claim of a stronger kind wins, and of two of one
   kind that which was made later. */
static uint32_t *paint_owners(const struct explanation *explanation) {
  uint32_t *owners = xcalloc(explanation->file.len + 1, sizeof *owners);
  for (int kind = CLAIM_NONE - 1; kind >= 0; kind--)
    for (size_t i = 0; i < explanation->claim_count; i++) {
      const struct claim *claim = &explanation->claims[i];
      for (size_t at = claim->offset;
           claim->kind == (enum claim_kind)kind && at < explanation->file.len && at - claim->offset < claim->len; at++)
        owners[at] = (uint32_t)i + 1;
    }
  return owners;
}

static void cut_pieces(struct explanation *explanation, const uint32_t *owners) {
  for (size_t at = 0; at < explanation->file.len;) {
    size_t end = at + 1;
    while (end < explanation->file.len && owners[end] == owners[at])
      end++;
    explanation->pieces = xgrow(explanation->pieces, explanation->piece_count, sizeof *explanation->pieces);
    explanation->pieces[explanation->piece_count++] = (struct piece){
        .offset = at, .len = end - at, .claim = owners[at] ? &explanation->claims[owners[at] - 1] : NULL};
    at = end;
  }
}

/* A claim that lost bytes to another kind of thing, and the first byte that it lost. */
struct loss {
  size_t at;
  const struct claim *claim;
};

static int by_place(const void *a, const void *b) {
  const struct loss *x = a;
  const struct loss *y = b;
  return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->claim > y->claim) - (x->claim < y->claim);
}

/* Notes for each piece what else its bytes are. Names that a map gives the fields of a header are no second thing. */
static void find_overlaps(struct explanation *explanation, const uint32_t *owners) {
  struct loss *losses = xcalloc(explanation->claim_count + 1, sizeof *losses);
  size_t count = 0;
  for (size_t i = 0; i < explanation->claim_count; i++) {
    const struct claim *claim = &explanation->claims[i];
    if (claim->kind >= CLAIM_NAMED_DATA)
      continue;
    for (size_t at = claim->offset; at < explanation->file.len && at - claim->offset < claim->len; at++)
      if (owners[at] != i + 1) {
        losses[count++] = (struct loss){at, claim};
        break;
      }
  }
  qsort(losses, count, sizeof *losses, by_place);
  explanation->also = xcalloc(count + 1, sizeof *explanation->also);
  size_t next = 0;
  for (size_t i = 0; i < explanation->piece_count; i++) {
    struct piece *piece = &explanation->pieces[i];
    piece->first_also = explanation->also_count;
    for (; next < count && losses[next].at < piece->offset + piece->len; next++)
      explanation->also[explanation->also_count++] = losses[next].claim;
    piece->also = explanation->also_count - piece->first_also;
  }
  free(losses);
}

/* Reads from the matrix in FILE, as `bytegate liveness` prints it, what it has about the program NAME. */
static void read_matrix(struct explanation *explanation, const char *file, const char *name) {
  struct bytes text = {0};
  char *rest = NULL;
  struct bytes *marks = NULL;
  char *loader = NULL;
  if (bytes_read_file(&text, file) != 0 || text.len == 0)
    return;
  struct bytes collected = {0};
  for (char *line = strtok_r(text.data, "\n", &rest);; line = strtok_r(NULL, "\n", &rest)) {
    const char *column = line ? strstr(line, "  ") : NULL;
    if (column && marks) {
      bytes_text(marks, column + 2);
      continue;
    }
    if (marks && collected.len == explanation->file.len) {
      explanation->unread = xgrow(explanation->unread, explanation->unread_count, sizeof *explanation->unread);
      explanation->unread[explanation->unread_count++] = xasprintf("%s %s", loader, collected.data);
    }
    bytes_clear(&collected);
    marks = NULL;
    if (!line)
      break;
    size_t len = strlen(name);
    if (strncmp(line, name, len) == 0 && line[len] == ' ') {
      marks = &collected;
      loader = line + len + 1;
    }
  }
  bytes_free(&collected);
  bytes_free(&text);
}

static void describe_file(struct explanation *explanation) {
  bytes_printf(&explanation->notes, "file    %zu bytes, %s", explanation->file.len,
               elf_description(&explanation->identity));
  if (!explanation->has_map)
    bytes_text(&explanation->notes, explanation->lines ? ", with line tables of its own" : ", without a map beside it");
  bytes_text(&explanation->notes, "\n");
}

/* What the file says that it is; of a file that ends within its header, as far as it says it. */
static struct elf_identity identify(const char *path, struct span file) {
  struct elf_identity identity = elf_identify(path);
  if (identity.is_elf || file.len < SELFMAG || memcmp(file.data, ELFMAG, SELFMAG) != 0)
    return identity;
  return (struct elf_identity){.is_elf = true,
                               .class = file.len > EI_CLASS ? (uint8_t)file.data[EI_CLASS] : ELFCLASS64,
                               .order = file.len > EI_DATA ? (uint8_t)file.data[EI_DATA] : ELFDATA2LSB};
}

bool explain_elf(const char *path, const char *liveness, struct explanation *explanation, struct bytes *why) {
  struct bytes no_map = {0};
  const char *slash = strrchr(path, '/');
  *explanation = (struct explanation){.path = xstrdup(path)};
  int failed = bytes_read_file(&explanation->file, path);
  explanation->identity = identify(path, span_of(&explanation->file));
  if (failed || !explanation->identity.is_elf) {
    bytes_printf(why, "%s: %s", path, failed ? strerror(failed) : "no ELF file: it does not begin with 7f 45 4c 46");
    explanation_free(explanation);
    return false;
  }
  explanation->has_map = program_map_read_file(path, &explanation->map, &no_map);
  explanation->lines = explanation->has_map ? NULL : source_lines_read(path);
  bytes_free(&no_map);
  if (liveness)
    read_matrix(explanation, liveness, slash ? slash + 1 : path);
  describe_file(explanation);
  explain_headers(explanation);
  explain_contents(explanation);
  uint32_t *owners = paint_owners(explanation);
  cut_pieces(explanation, owners);
  find_overlaps(explanation, owners);
  free(owners);
  return true;
}

bool explain_source(const struct explanation *explanation, const struct piece *piece, const char **file, int *line) {
  uint64_t address = 0;
  if (piece->claim && piece->claim->has_address)
    address = piece->claim->address;
  else if (!elf_address_of(explanation, piece->offset, &address))
    return false;
  if (!explanation->has_map)
    return piece->claim && piece->claim->kind == CLAIM_CODE && source_lines_at(explanation->lines, address, file, line);
  const struct map_entry *entry = program_map_at(&explanation->map, address);
  if (!entry || entry->line <= 0)
    return false;
  *file = entry->file;
  *line = entry->line;
  return true;
}

bool explain_next_note(struct span *rest, struct span *note) {
  const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
  *note = (struct span){rest->data, end ? (size_t)(end - rest->data) : rest->len};
  size_t used = note->len + (end ? 1 : 0);
  *rest = (struct span){rest->data + used, rest->len - used};
  return used > 0;
}

void explanation_free(struct explanation *explanation) {
  for (size_t i = 0; i < explanation->text_count; i++)
    free(explanation->texts[i]);
  for (size_t i = 0; i < explanation->unread_count; i++)
    free(explanation->unread[i]);
  free(explanation->texts);
  free(explanation->unread);
  free(explanation->claims);
  free(explanation->pieces);
  free(explanation->also);
  free(explanation->path);
  program_map_free(&explanation->map);
  source_lines_free(explanation->lines);
  bytes_free(&explanation->file);
  bytes_free(&explanation->notes);
  *explanation = (struct explanation){0};
}

/* SPDX-License-Identifier: MIT */
