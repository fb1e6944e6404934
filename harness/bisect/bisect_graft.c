/* Makes hybrids. */
#include "harness/bisect/bisect_graft.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEGMENT_ALIGN = 0x10000, CODE_ALIGN = 16 };

struct surgery {
  struct build *donor, *host;
  struct bytes file;  /* the host's, changed in place */
  struct bytes added; /* the new segment */
  uint64_t base;      /* its address */
  struct bytes *why;
};

/* One routine on its way. */
struct transplant {
  const struct item *item;
  struct listing listing;
  uint64_t *places; /* of each unit, and of the end */
};

static uint64_t here(const struct surgery *surgery) { return surgery->base + surgery->added.len; }

static void align(struct surgery *surgery, uint64_t to) {
  static const char zeros[CODE_ALIGN];
  bytes_append(&surgery->added, zeros, (size_t)((to - here(surgery) % to) % to));
}

static bool refuse(struct surgery *surgery, const struct transplant *transplant, const char *what) {
  bytes_printf(surgery->why, "%s: %s", transplant->item->name, what);
  return false;
}

/* ---- Encoding --------------------------------------------------------------------------------------------------- */

/* Gives UNIT, which is to stand at PLACE, the displacement to TARGET. */
static bool aim(const struct surgery *surgery, struct unit *unit, uint64_t place, uint64_t target) {
  if (unit->kind == UNIT_PLAIN)
    return true;
  return surgery->host->rules->aim(unit, place, target);
}

/* Appends a jump to TARGET. Returns its address, or 0 where it does not reach. */
static uint64_t add_jump(struct surgery *surgery, uint64_t target) {
  struct unit jump = surgery->host->rules->jump;
  uint64_t place = here(surgery);
  bool good = aim(surgery, &jump, place, target);
  bytes_append(&surgery->added, jump.bytes, jump.len);
  return good ? place : 0;
}

/* ---- Targets ---------------------------------------------------------------------------------------------------- */

/* The new place of ADDRESS, which is inside of the transplanted routine; 0: it is no instruction of it. */
static uint64_t inside(const struct transplant *transplant, uint64_t address) {
  size_t at = listing_at(&transplant->listing, address);
  return at < transplant->listing.count ? transplant->places[at] : 0;
}

static bool is_inside(const struct transplant *transplant, uint64_t address) {
  return address - transplant->item->address < transplant->item->size;
}

/* Whether the table leads into the routine that is transplanted: then it must lead into the copy. */
static bool leads_inside(const struct surgery *surgery, const struct transplant *transplant, const struct item *table) {
  if (!table || !build_is_reference_table(surgery->donor, table))
    return false;
  for (size_t i = 0; i < table->size / 2; i++)
    if (is_inside(transplant, build_reference(surgery->donor, table, i)))
      return true;
  return false;
}

/* Copies a table whose references lead into the routine, and aims them at the copy. */
static bool copy_table(struct surgery *surgery, const struct transplant *transplant, const struct item *table,
                       uint64_t *out) {
  size_t count = table->size / 2;
  int16_t *offsets = xcalloc(count, sizeof *offsets);
  align(surgery, 2);
  size_t start = surgery->added.len;
  *out = here(surgery);
  bytes_append(&surgery->added, offsets, count * sizeof *offsets);
  align(surgery, 4);
  bool good = true;
  for (size_t i = 0; i < count && good; i++) {
    uint64_t reference = build_reference(surgery->donor, table, i);
    uint64_t target = is_inside(transplant, reference) ? inside(transplant, reference) : 0;
    if (!target && build_translate(surgery->donor, surgery->host, reference, &target))
      target = add_jump(surgery, target);
    good = target && unit_fits((int64_t)(target - *out), 16);
    offsets[i] = (int16_t)(target - *out);
  }
  memcpy(surgery->added.data + start, offsets, count * sizeof *offsets);
  free(offsets);
  return good || refuse(surgery, transplant, "its jump table does not reach the copy");
}

/* Copies data that the host does not have, or not within reach. It stands as before within 16 bytes. */
static bool copy_data(struct surgery *surgery, const struct transplant *transplant, uint64_t address, uint64_t *out) {
  const struct item *item = build_item_at(surgery->donor, address);
  const uint8_t *bytes = item ? build_bytes(surgery->donor, item) : NULL;
  if (!bytes || item->kind != ITEM_DATA)
    return refuse(surgery, transplant, "it needs a routine, or memory, that the other build does not have");
  align(surgery, CODE_ALIGN);
  for (uint64_t i = item->address % CODE_ALIGN; i > 0; i--)
    bytes_append(&surgery->added, "", 1);
  *out = here(surgery) + (address - item->address);
  bytes_append(&surgery->added, bytes, item->size);
  align(surgery, 4);
  return true;
}

/* Finds where UNIT of the transplant is to lead. */
static bool find_target(struct surgery *surgery, const struct transplant *transplant, const struct unit *unit,
                        uint64_t *target) {
  const struct item *table = unit->kind == UNIT_ADDRESS ? build_item_at(surgery->donor, unit->target) : NULL;
  if (is_inside(transplant, unit->target)) {
    *target = inside(transplant, unit->target);
    return *target || refuse(surgery, transplant, "it has a branch into the middle of an instruction");
  }
  if (unit->kind == UNIT_LITERAL)
    return copy_data(surgery, transplant, unit->target, target);
  if (table && table->address == unit->target && leads_inside(surgery, transplant, table))
    return copy_table(surgery, transplant, table, target);
  return build_translate(surgery->donor, surgery->host, unit->target, target) ||
         copy_data(surgery, transplant, unit->target, target);
}

/* ---- Routines and tables ---------------------------------------------------------------------------------------- */

/* Writes the units of the transplant, for which room has been made from PLACES on. */
static bool write_units(struct surgery *surgery, struct transplant *transplant) {
  for (size_t i = 0; i < transplant->listing.count; i++) {
    struct unit *unit = &transplant->listing.units[i];
    uint64_t place = transplant->places[i];
    uint64_t target = 0;
    if (unit->kind != UNIT_PLAIN && !find_target(surgery, transplant, unit, &target))
      return false;
    /* A conditional branch of arm64 does not reach far. */
    if (unit->kind == UNIT_BRANCH && !is_inside(transplant, unit->target))
      target = add_jump(surgery, target);
    if (!aim(surgery, unit, place, target))
      return refuse(surgery, transplant, "a branch of it does not reach from the new place");
    memcpy(surgery->added.data + (place - surgery->base), unit->bytes, unit->len);
  }
  return true;
}

/* Appends what follows the routine where it does not end in a jump: a jump to the routine after it. */
static void add_fall_through(struct surgery *surgery, const struct transplant *transplant) {
  uint64_t end = transplant->item->address + transplant->item->size;
  uint64_t target;
  const struct item *next = build_item_at(surgery->donor, end);
  if (next && next->kind == ITEM_CODE && build_translate(surgery->donor, surgery->host, next->address, &target))
    add_jump(surgery, target);
}

/* The bytes of the host's ITEM in the file that is changed. */
static uint8_t *bytes_to_change(struct surgery *surgery, const struct item *item) {
  const uint8_t *bytes = build_bytes(surgery->host, item);
  return bytes ? (uint8_t *)surgery->file.data + (bytes - (const uint8_t *)surgery->host->file.data) : NULL;
}

/* Makes the routine of the host, TWIN, begin with a jump to PLACE. */
static bool redirect(struct surgery *surgery, const struct transplant *transplant, const struct item *twin,
                     uint64_t place) {
  struct unit jump = surgery->host->rules->jump;
  uint8_t *entry = bytes_to_change(surgery, twin);
  if (!entry || twin->size < jump.len)
    return refuse(surgery, transplant, "it is shorter than a jump, and cannot be replaced");
  if (!aim(surgery, &jump, twin->address, place))
    return refuse(surgery, transplant, "the copy is out of reach");
  memcpy(entry, jump.bytes, jump.len);
  return true;
}

static bool place_routine(struct surgery *surgery, const struct item *item, const struct item *twin) {
  struct transplant transplant = {.item = item};
  static const uint8_t room[16];
  bool good = build_list(surgery->donor, item, &transplant.listing, surgery->why);
  align(surgery, CODE_ALIGN);
  uint64_t place = here(surgery);
  transplant.places = xcalloc(transplant.listing.count + 1, sizeof *transplant.places);
  for (size_t i = 0; good && i < transplant.listing.count; i++) {
    transplant.places[i] = here(surgery);
    bytes_append(&surgery->added, room, transplant.listing.units[i].len);
  }
  add_fall_through(surgery, &transplant);
  good = good && write_units(surgery, &transplant) && redirect(surgery, &transplant, twin, place);
  listing_free(&transplant.listing);
  free(transplant.places);
  return good;
}

static bool place_table(struct surgery *surgery, const struct item *item, const struct item *twin) {
  uint8_t *bytes = bytes_to_change(surgery, twin);
  const struct transplant transplant = {.item = item};
  bool references = build_is_reference_table(surgery->donor, item) && build_is_reference_table(surgery->host, twin);
  if (item->size != twin->size) {
    bytes_printf(surgery->why,
                 "%s: a table of %llu bytes, and of %llu in %s: no table can be put in the place of one "
                 "of another size",
                 item->name, (unsigned long long)item->size, (unsigned long long)twin->size, surgery->host->path);
    return false;
  }
  if (!bytes)
    return refuse(surgery, &transplant, "its bytes are not in the file of the other build");
  if (!references)
    memcpy(bytes, build_bytes(surgery->donor, item), item->size);
  for (size_t i = 0; references && i < item->size / 2; i++) {
    uint64_t target;
    if (!build_translate(surgery->donor, surgery->host, build_reference(surgery->donor, item, i), &target))
      return refuse(surgery, &transplant, "it leads to a place that the other build does not have");
    int16_t offset = (int16_t)(target - twin->address);
    memcpy(bytes + 2 * i, &offset, sizeof offset);
  }
  return true;
}

/* ---- The file --------------------------------------------------------------------------------------------------- */

static Elf64_Phdr *segments_of(struct bytes *file, int *count) {
  Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)file->data;
  *count = header->e_phnum;
  return (Elf64_Phdr *)(void *)(file->data + header->e_phoff);
}

/* The program header that can be replaced, or NULL. */
static Elf64_Phdr *find_replaceable_header(struct bytes *file) {
  int count;
  Elf64_Phdr *segments = segments_of(file, &count);
  for (int i = 0; i < count; i++)
    if (segments[i].p_type == PT_GNU_STACK || segments[i].p_type == PT_NULL)
      return &segments[i];
  return NULL;
}

/* The address after all segments. */
static uint64_t end_of_segments(struct bytes *file) {
  int count;
  uint64_t end = 0;
  Elf64_Phdr *segments = segments_of(file, &count);
  for (int i = 0; i < count; i++)
    if (segments[i].p_type == PT_LOAD && segments[i].p_vaddr + segments[i].p_memsz > end)
      end = segments[i].p_vaddr + segments[i].p_memsz;
  return (end + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
}

/* Appends the new segment to the file. */
static void close_up(struct surgery *surgery) {
  Elf64_Phdr *header = find_replaceable_header(&surgery->file);
  size_t offset = (surgery->file.len + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
  *header = (Elf64_Phdr){.p_type = PT_LOAD,
                         .p_flags = PF_R | PF_X,
                         .p_offset = offset,
                         .p_vaddr = surgery->base,
                         .p_paddr = surgery->base,
                         .p_filesz = surgery->added.len,
                         .p_memsz = surgery->added.len,
                         .p_align = SEGMENT_ALIGN};
  char *gap = xcalloc(1, offset - surgery->file.len + 1);
  bytes_append(&surgery->file, gap, offset - surgery->file.len);
  free(gap);
  bytes_add(&surgery->file, span_of(&surgery->added));
}

static bool operate(struct surgery *surgery, const struct item *const *items, size_t count) {
  bool good = true;
  for (size_t i = 0; good && i < count; i++) {
    const struct item *twin = build_item(surgery->host, items[i]->name);
    if (!twin || twin->kind != items[i]->kind) {
      bytes_printf(surgery->why, "%s: the other build has none", items[i]->name);
      return false;
    }
    good = items[i]->kind == ITEM_CODE ? place_routine(surgery, items[i], twin) : place_table(surgery, items[i], twin);
  }
  return good;
}

bool graft(struct build *donor, struct build *host, const struct item *const *items, size_t count, const char *path,
           struct bytes *why) {
  struct surgery surgery = {.donor = donor, .host = host, .why = why};
  bytes_add(&surgery.file, span_of(&host->file));
  surgery.base = end_of_segments(&surgery.file);
  bool good = find_replaceable_header(&surgery.file) != NULL;
  if (!good)
    bytes_printf(why, "%s has no program header that can be replaced (a PT_GNU_STACK or a PT_NULL)", host->path);
  good = good && operate(&surgery, items, count);
  if (good && surgery.added.len)
    close_up(&surgery);
  if (good) {
    unlink(path);
    int failed = write_file(path, span_of(&surgery.file));
    if (failed || chmod(path, 0755) != 0)
      die("%s: %s", path, strerror(failed));
  }
  bytes_free(&surgery.file);
  bytes_free(&surgery.added);
  return good;
}

/* SPDX-License-Identifier: MIT */
