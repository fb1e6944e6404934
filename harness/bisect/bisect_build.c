/* Takes builds apart and compares them. */
#include "harness/bisect/bisect_build.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Symbols ---------------------------------------------------------------------------------------------------- */

/* Whether SYMBOL names bytes of the file that the program cannot change: a table, of which no map need know. */
static bool is_constant(const struct build *build, const GElf_Sym *symbol) {
  struct span file = span_of(&build->file);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)file.data;
  if (file.len < sizeof *header || header->e_phoff + (uint64_t)header->e_phnum * sizeof(Elf64_Phdr) > file.len)
    return false;
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(const void *)(file.data + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_LOAD && symbol->st_value - segments[i].p_vaddr < segments[i].p_filesz)
      return !(segments[i].p_flags & PF_W);
  return false;
}

static void add_symbol(struct build *build, const char *name, const GElf_Sym *symbol) {
  int type = GELF_ST_TYPE(symbol->st_info);
  const struct map_entry *entry = program_map_at(&build->map, symbol->st_value);
  if (type == STT_NOTYPE && entry && entry->kind == MAP_CODE) {
    build->places = xgrow(build->places, build->place_count, sizeof *build->places);
    build->places[build->place_count++] = (struct place){xstrdup(name), symbol->st_value};
  }
  if ((type != STT_FUNC && type != STT_OBJECT) || symbol->st_size == 0)
    return;
  build->items = xgrow(build->items, build->item_count, sizeof *build->items);
  build->items[build->item_count++] = (struct item){.name = xstrdup(name),
                                                    .address = symbol->st_value,
                                                    .size = symbol->st_size,
                                                    .kind = type == STT_FUNC                      ? ITEM_CODE
                                                            : entry || is_constant(build, symbol) ? ITEM_DATA
                                                                                                  : ITEM_BSS};
}

static void add_symbols(struct build *build, Elf *elf) {
  GElf_Shdr header;
  for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
    Elf_Data *data = elf_getdata(section, NULL);
    if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB || !data || !header.sh_entsize)
      continue;
    for (int i = 0; i < (int)(header.sh_size / header.sh_entsize); i++) {
      GElf_Sym symbol;
      const char *name = gelf_getsym(data, i, &symbol) ? elf_strptr(elf, header.sh_link, symbol.st_name) : NULL;
      if (name && *name && *name != '$')
        add_symbol(build, name, &symbol);
    }
  }
}

static int items_by_address(const void *a, const void *b) {
  const struct item *x = a;
  const struct item *y = b;
  return (x->address > y->address) - (x->address < y->address);
}

static int places_by_address(const void *a, const void *b) {
  const struct place *x = a;
  const struct place *y = b;
  return x->address != y->address ? (x->address > y->address) - (x->address < y->address) : strcmp(x->name, y->name);
}

/* Adds the symbols of the file PATH. Returns 0 or an errno value. */
static int read_symbols_of(struct build *build, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  elf_version(EV_CURRENT);
  Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
  if (elf)
    add_symbols(build, elf);
  elf_end(elf);
  close(fd);
  return 0;
}

/* Takes the names and sizes of routines and tables from the file beside the program, or from the program itself. */
static bool read_symbols(struct build *build, struct bytes *why) {
  char *path = xasprintf("%s.sym", build->path);
  if (read_symbols_of(build, path) != 0)
    read_symbols_of(build, build->path);
  if (build->item_count == 0)
    bytes_printf(why,
                 "%s: it has no symbols with sizes (was it stripped?), and no %s is there: routines are put in each "
                 "other's place by their names. Take a build that is not stripped, or put its unstripped file there",
                 build->path, path);
  free(path);
  if (build->item_count)
    qsort(build->items, build->item_count, sizeof *build->items, items_by_address);
  for (size_t i = 0; i < build->item_count; i++) {
    uint64_t end = build->items[i].address + build->items[i].size;
    build->items[i].reach = i && build->items[i - 1].reach > end ? build->items[i - 1].reach : end;
  }
  if (build->place_count)
    qsort(build->places, build->place_count, sizeof *build->places, places_by_address);
  return build->item_count > 0;
}

bool build_open(const char *elf, struct build *build, struct bytes *why) {
  *build = (struct build){.path = xstrdup(elf), .machine = elf_machine(elf)};
  int failed = bytes_read_file(&build->file, elf);
  bool good = false;
  if (failed)
    bytes_printf(why, "%s: %s", elf, strerror(failed));
  else if (!build->machine)
    bytes_printf(why, "%s: it is no ELF of a machine that is known here", elf);
  else if (!(build->rules = move_rules_of(build->machine)) || !code_open(build->machine, &build->reader))
    bytes_printf(why, "%s: routines for %s cannot be moved yet", elf, build->machine->title);
  else
    good = program_map_read(elf, &build->map, why) && read_symbols(build, why);
  if (!good)
    build_close(build);
  return good;
}

void build_close(struct build *build) {
  for (size_t i = 0; i < build->item_count; i++)
    free(build->items[i].name);
  for (size_t i = 0; i < build->place_count; i++)
    free(build->places[i].name);
  free(build->items);
  free(build->places);
  free(build->path);
  bytes_free(&build->file);
  program_map_free(&build->map);
  code_close(&build->reader);
  *build = (struct build){0};
}

/* ---- Places ----------------------------------------------------------------------------------------------------- */

const struct item *build_item_at(const struct build *build, uint64_t address) {
  size_t from = 0;
  size_t to = build->item_count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (build->items[middle].reach <= address)
      from = middle + 1;
    else
      to = middle;
  }
  return from < build->item_count && build->items[from].address <= address ? &build->items[from] : NULL;
}

const struct item *build_item(const struct build *build, const char *name) {
  for (size_t i = 0; i < build->item_count; i++)
    if (strcmp(build->items[i].name, name) == 0)
      return &build->items[i];
  return NULL;
}

const uint8_t *build_bytes(const struct build *build, const struct item *item) {
  struct span file = span_of(&build->file);
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)file.data;
  if (item->kind == ITEM_BSS || file.len < sizeof *header ||
      header->e_phoff + (uint64_t)header->e_phnum * sizeof(Elf64_Phdr) > file.len)
    return NULL;
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(const void *)(file.data + header->e_phoff);
  for (int i = 0; i < header->e_phnum; i++) {
    uint64_t offset = item->address - segments[i].p_vaddr;
    if (segments[i].p_type == PT_LOAD && offset < segments[i].p_filesz && item->size <= segments[i].p_filesz - offset &&
        segments[i].p_offset + offset + item->size <= file.len)
      return (const uint8_t *)file.data + segments[i].p_offset + offset;
  }
  return NULL;
}

bool build_is_nameless(const struct item *item) {
  return item->kind == ITEM_DATA && strncmp(item->name, "literal_", 8) == 0;
}

static bool same_bytes(const struct build *a, const struct item *one, const struct build *b, const struct item *two) {
  const uint8_t *x = build_bytes(a, one);
  const uint8_t *y = build_bytes(b, two);
  return x && y && one->size == two->size && memcmp(x, y, one->size) == 0;
}

static const struct item *twin_of(const struct build *from, const struct item *item, const struct build *to) {
  if (!build_is_nameless(item))
    return build_item(to, item->name);
  for (size_t i = 0; i < to->item_count; i++)
    if (build_is_nameless(&to->items[i]) && same_bytes(from, item, to, &to->items[i]))
      return &to->items[i];
  return NULL;
}

/* Finds the place of ADDRESS, which is in the routine ITEM, by its name in TO. */
static bool translate_place(const struct build *from, const struct build *to, uint64_t address, uint64_t *out) {
  for (size_t i = 0; i < from->place_count; i++) {
    if (from->places[i].address != address)
      continue;
    for (size_t k = 0; k < to->place_count; k++)
      if (strcmp(from->places[i].name, to->places[k].name) == 0) {
        *out = to->places[k].address;
        return true;
      }
  }
  return false;
}

bool build_translate(const struct build *from, const struct build *to, uint64_t address, uint64_t *out) {
  const struct item *item = build_item_at(from, address);
  const struct item *twin = item ? twin_of(from, item, to) : NULL;
  *out = address;
  if (!item)
    return !build_item_at(to, address);
  if (!twin || twin->kind != item->kind)
    return false;
  *out = twin->address + (address - item->address);
  if (address == item->address)
    return true;
  if (item->kind == ITEM_CODE)
    return translate_place(from, to, address, out);
  return item->size == twin->size;
}

/* ---- Reference tables ------------------------------------------------------------------------------------------- */

uint64_t build_reference(const struct build *build, const struct item *item, size_t number) {
  int16_t offset = 0;
  memcpy(&offset, build_bytes(build, item) + number * sizeof offset, sizeof offset);
  return item->address + (uint64_t)(int64_t)offset;
}

static bool is_named(const struct build *build, uint64_t address) {
  const struct item *item = build_item_at(build, address);
  if (item && item->address == address)
    return true;
  for (size_t i = 0; item && i < build->place_count; i++)
    if (build->places[i].address == address)
      return true;
  return false;
}

bool build_is_reference_table(const struct build *build, const struct item *item) {
  if (item->kind != ITEM_DATA || item->size % 2 != 0 || !build_bytes(build, item))
    return false;
  for (uint64_t at = 0; at < item->size; at += 2) {
    const struct map_entry *entry = program_map_at(&build->map, item->address + at);
    if (!entry || entry->address != item->address + at || entry->len != 2 ||
        !is_named(build, build_reference(build, item, at / 2)))
      return false;
  }
  return true;
}

static bool same_references(const struct build *a, const struct item *one, const struct build *b,
                            const struct item *two) {
  if (one->size != two->size || !build_is_reference_table(a, one) || !build_is_reference_table(b, two))
    return false;
  for (size_t i = 0; i < one->size / 2; i++) {
    uint64_t translated;
    if (!build_translate(a, b, build_reference(a, one, i), &translated) || translated != build_reference(b, two, i))
      return false;
  }
  return true;
}

/* ---- Comparison ------------------------------------------------------------------------------------------------- */

static bool same_target(const struct build *a, const struct item *one, const struct unit *x, const struct build *b,
                        const struct item *two, const struct unit *y, const struct listing *first,
                        const struct listing *second) {
  uint64_t translated;
  /* Inside of the routine, the same number of instructions from its begin. */
  if (x->target - one->address < one->size || y->target - two->address < two->size) {
    size_t at = listing_at(first, x->target);
    return at < first->count && second->units[at].address == y->target;
  }
  return build_translate(a, b, x->target, &translated) && translated == y->target;
}

static bool same_code(struct build *a, const struct item *one, struct build *b, const struct item *two) {
  struct listing x;
  struct listing y;
  struct bytes why = {0};
  bool good = build_list(a, one, &x, &why);
  good &= build_list(b, two, &y, &why);
  /* A routine that cannot be listed is compared by its bytes. */
  bool same = good ? x.count == y.count : same_bytes(a, one, b, two);
  for (size_t i = 0; good && same && i < x.count; i++) {
    const struct unit *p = &x.units[i];
    const struct unit *q = &y.units[i];
    same = p->kind == q->kind && p->len == q->len && memcmp(p->bytes, q->bytes, p->len) == 0 &&
           (p->kind == UNIT_PLAIN || same_target(a, one, p, b, two, q, &x, &y));
  }
  listing_free(&x);
  listing_free(&y);
  bytes_free(&why);
  return same;
}

bool build_same(struct build *a, const struct item *one, struct build *b, const struct item *two) {
  if (one->kind != two->kind)
    return false;
  if (one->kind == ITEM_CODE)
    return same_code(a, one, b, two);
  return one->kind == ITEM_BSS || same_bytes(a, one, b, two) || same_references(a, one, b, two);
}

/* Whether ITEM can be listed in B as in A, so that what it leads to is compared by name. */
static bool is_listed(struct build *build, const struct item *item) {
  struct listing listing;
  struct bytes why = {0};
  bool good = item->kind != ITEM_CODE || build_list(build, item, &listing, &why);
  if (item->kind == ITEM_CODE)
    listing_free(&listing);
  bytes_free(&why);
  return good;
}

/* Whether B has, at the address of ITEM of A, the same bytes by that name; asked where names do not decide, for several
   routines have this one, or it cannot be listed. */
static bool stands_unchanged(struct build *a, const struct item *item, struct build *b) {
  const struct item *there = NULL;
  size_t named = 0;
  for (size_t i = 0; i < b->item_count; i++)
    if (strcmp(b->items[i].name, item->name) == 0) {
      named++;
      there = b->items[i].address == item->address ? &b->items[i] : there;
    }
  return there && (named > 1 || !is_listed(a, item)) && same_bytes(a, item, b, there);
}

bool build_differs(struct build *a, const struct item *item, struct build *b) {
  if (stands_unchanged(a, item, b))
    return false;
  const struct item *twin = build_item(b, item->name);
  return item->kind != ITEM_BSS && !build_is_nameless(item) && !(twin && build_same(a, item, b, twin));
}

/* SPDX-License-Identifier: MIT */
