/* A source map (map/program_map.h) of a file that has none: made of its symbols, its line tables and its instructions,
   so that what needs a map (coverage, covers, mutate, and the lines of blame) works with anybody's program. */
#include "harness/explain/explain.h"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* Of more code no map is made unasked: 100 MiB take ten seconds and a gigabyte. */
enum { MOST_CODE = 16 << 20 };

/* Where the file's first byte lies in memory, by PIECE. What needs a map finds a byte of the file by that alone. */
static uint64_t base_of(const struct piece *piece) { return piece->claim->address - piece->claim->offset; }

static bool is_code(const struct piece *piece) {
  return piece->claim && piece->claim->kind == CLAIM_CODE && piece->claim->has_address;
}

static void add_line(const struct explanation *explanation, uint64_t address, const struct piece *piece,
                     const char *kind, const char *routine, struct bytes *out) {
  const char *file = NULL;
  int line = 0;
  bytes_printf(out, "%016llx\t", (unsigned long long)address);
  for (size_t i = 0; i < piece->len; i++)
    bytes_printf(out, "%02x", (unsigned char)explanation->file.data[piece->offset + i]);
  bytes_printf(out, "\t%s\t%s\t", kind, *routine ? routine : "-");
  if (piece->claim && explain_source(explanation, piece, &file, &line))
    bytes_printf(out, "%s:%d\n", file, line);
  else
    bytes_printf(out, "%s:0\n", explanation->path);
}

/* How many bytes of the file PATH are in segments that may be executed; 0 where it is no ELF file. */
static uint64_t size_of_code(const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  Elf *file = fd >= 0 && elf_version(EV_CURRENT) != EV_NONE ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
  uint64_t size = 0;
  size_t count = 0;
  for (size_t i = 0; elf_getphdrnum(file, &count) == 0 && i < count; i++) {
    GElf_Phdr segment;
    if (gelf_getphdr(file, (int)i, &segment) && segment.p_type == PT_LOAD && segment.p_flags & PF_X)
      size += segment.p_filesz;
  }
  elf_end(file);
  if (fd >= 0)
    close(fd);
  return size;
}

bool explain_make_map(const char *path, struct bytes *text, struct bytes *why) {
  struct explanation explanation;
  size_t left_out;
  uint64_t code = size_of_code(path);
  if (code > MOST_CODE) {
    bytes_printf(
        why, "%s: it has %llu MiB of code, of which no map is made unasked; `bytegate map %s >%s.map` makes it once",
        path, (unsigned long long)(code >> 20), path, path);
    return false;
  }
  bool good = explain_elf(path, NULL, &explanation, why);
  if (!good)
    return false;
  bytes_clear(text);
  if (explain_map(&explanation, &left_out, text) == 0) {
    bytes_printf(why,
                 "%s: which bytes are code is not known: it has no symbols (it was stripped), and no %s.map is there. "
                 "Take a build with symbols, or make a map of what names its code: nm's table or a listing, `bytegate "
                 "map %s --from FILE >%s.map`",
                 path, path, path, path);
    good = false;
  }
  explanation_free(&explanation);
  return good;
}

size_t explain_map(const struct explanation *explanation, size_t *left_out, struct bytes *out) {
  size_t count = 0;
  uint64_t base = 0;
  *left_out = 0;
  bytes_text(out, "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n");
  for (size_t i = 0; i < explanation->piece_count; i++) {
    const struct piece *piece = &explanation->pieces[i];
    if (!is_code(piece))
      continue;
    if (count == 0) {
      base = base_of(piece);
      size_t header = explanation->identity.class == ELFCLASS64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
      add_line(explanation, base, &(struct piece){.len = header}, "head", "", out);
    }
    if (base_of(piece) != base) {
      ++*left_out;
      continue;
    }
    bool read = strcmp(piece->claim->name, "no instruction") != 0;
    add_line(explanation, base + piece->offset, piece, read ? "code" : "data", piece->claim->group, out);
    count++;
  }
  return count;
}

/* SPDX-License-Identifier: MIT */
