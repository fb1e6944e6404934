/* lay.c: the item list, the symbol table and the passes; lay.h tells the idea. */
#include "lay.h"

#include "refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  void *data;
  size_t count, room;
} Array;

struct Lay {
  Array items, symbols, relocs, store, text, names; /* LayItem, LaySymbol, LayReloc, bytes, bytes, char * */
  uint32_t *index;   /* hash table by name: symbol number + 1, or 0; linear probing, never more than half full */
  size_t index_room; /* a power of two, or 0 */
  const char *file;
  int line;
  unsigned unit;
  int owner;           /* symbol of the open routine or data item, or -1 */
  const char *routine; /* name of the open routine, or NULL */
  bool writable;       /* the open data item can be written */
  size_t fixed;        /* items that cannot be written; those that can come after them, once settled */
  uint64_t address, bss_address;
  size_t bss_size;
};

static void *array_grow(Array *array, size_t size, size_t more) {
  if (array->count + more > array->room) {
    size_t room = array->room * 2 > array->count + more ? array->room * 2 : array->count + more + 64;
    array->data = realloc(array->data, room * size);
    if (!array->data) {
      fprintf(stderr, "lay: out of memory for %zu items of %zu bytes\n", room, size);
      exit(1);
    }
    array->room = room;
  }
  void *place = (char *)array->data + array->count * size;
  array->count += more;
  return place;
}

static LayItem *items(const Lay *lay) { return lay->items.data; }
static LaySymbol *symbols(const Lay *lay) { return lay->symbols.data; }

Lay *bl_lay_new(unsigned unit) {
  Lay *lay = calloc(1, sizeof *lay);
  if (!lay) {
    fprintf(stderr, "lay: out of memory\n");
    exit(1);
  }
  lay->unit = unit;
  lay->owner = -1;
  lay->file = "?";
  return lay;
}

void bl_lay_free(Lay *lay) {
  free(lay->index);
  for (size_t i = 0; i < lay->names.count; i++)
    free(((char **)lay->names.data)[i]);
  Array *arrays[] = {&lay->items, &lay->symbols, &lay->relocs, &lay->store, &lay->text, &lay->names};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    free(arrays[i]->data);
  free(lay);
}

void bl_lay_at(Lay *lay, const char *file, int line) {
  lay->file = file;
  lay->line = line;
}

static _Noreturn void die_at(const char *file, int line, const char *format, va_list arguments) {
  fflush(stdout);
  fprintf(stderr, "%s:%d: ", file, line);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

void bl_lay_die(const Lay *lay, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  die_at(lay->file, lay->line, format, arguments);
}

static _Noreturn __attribute__((format(printf, 2, 3))) void item_die(const LayItem *item, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  die_at(item->file, item->line, format, arguments);
}

/* Keep a copy of `scope.name`, or of `name` where there is no scope, for as long as the layout lives. */
static const char *keep_name(Lay *lay, const char *scope, const char *name) {
  char *copy;
  int done = scope ? asprintf(&copy, "%s.%s", scope, name) : asprintf(&copy, "%s", name);
  if (done < 0)
    bl_lay_die(lay, "out of memory for the name \"%s\"", name);
  *(char **)array_grow(&lay->names, sizeof(char *), 1) = copy;
  return copy;
}

/* ---- Symbols --------------------------------------------------------------------------------------------------- */

/* FNV-1a */
static size_t hash_name(const char *name) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *name; name++)
    hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
  return (size_t)(hash ^ hash >> 32);
}

/* The place of `name` in the index, or the free place where it belongs. */
static uint32_t *index_place(const Lay *lay, const char *name) {
  size_t at = hash_name(name) & (lay->index_room - 1);
  while (lay->index[at] && strcmp(symbols(lay)[lay->index[at] - 1].name, name) != 0)
    at = (at + 1) & (lay->index_room - 1);
  return &lay->index[at];
}

static int find_symbol(const Lay *lay, const char *name) {
  return lay->index_room ? (int)*index_place(lay, name) - 1 : -1;
}

static void make_index_room(Lay *lay) {
  if (lay->symbols.count < lay->index_room / 2)
    return;
  free(lay->index);
  lay->index_room = lay->index_room ? lay->index_room * 4 : 1024;
  lay->index = calloc(lay->index_room, sizeof *lay->index);
  if (!lay->index)
    bl_lay_die(lay, "out of memory for %zu labels", lay->index_room);
  for (size_t i = 0; i < lay->symbols.count; i++)
    *index_place(lay, symbols(lay)[i].name) = (uint32_t)i + 1;
}

static LaySymbol *bind(Lay *lay, LaySymbolKind kind, const char *scope, const char *name) {
  const char *full = keep_name(lay, scope, name);
  int bound = find_symbol(lay, full);
  if (bound >= 0)
    bl_lay_die(lay, "label \"%s\" is bound twice: first at %s:%d; give one of them another name", full,
               symbols(lay)[bound].file, symbols(lay)[bound].line);
  make_index_room(lay);
  LaySymbol *symbol = array_grow(&lay->symbols, sizeof *symbol, 1);
  *symbol = (LaySymbol){full, kind, lay->file, lay->line, .item = lay->items.count};
  *index_place(lay, full) = (uint32_t)lay->symbols.count;
  return symbol;
}

void bl_lay_routine(Lay *lay, const char *name) {
  lay->routine = bind(lay, LAY_ROUTINE, NULL, name)->name;
  lay->owner = (int)lay->symbols.count - 1;
  lay->writable = false;
}

void bl_lay_contract(Lay *lay, const char *contract) {
  const char *kept = keep_name(lay, NULL, contract);
  symbols(lay)[lay->owner].contract = kept;
}

void bl_lay_label(Lay *lay, const char *name) {
  if (!lay->routine)
    bl_lay_die(lay, "label \"%s\" stands outside of a routine; open one with routine() first", name);
  bind(lay, LAY_LABEL, lay->routine, name);
  lay->owner = find_symbol(lay, lay->routine); /* also where a data item of the routine came before */
  lay->writable = false;
}

static void open_item(Lay *lay, const char *name, bool writable) {
  bind(lay, LAY_OBJECT, NULL, name)->writable = writable;
  lay->owner = (int)lay->symbols.count - 1;
}

void bl_lay_fixed(Lay *lay) { lay->writable = false; }

void bl_lay_object(Lay *lay, const char *name) {
  lay->writable = false;
  open_item(lay, name, false);
}

void bl_lay_writable(Lay *lay, const char *name, unsigned align) {
  lay->writable = true;
  bl_lay_align(lay, align);
  open_item(lay, name, true);
}

static void check_align(const Lay *lay, unsigned align) {
  if (align == 0 || align > 4096 || (align & (align - 1)))
    bl_lay_die(lay, "alignment %u is no power of two within 1..4096", align);
}

void bl_lay_bss(Lay *lay, const char *name, size_t size, unsigned align) {
  check_align(lay, align);
  LaySymbol *symbol = bind(lay, LAY_BSS, NULL, name);
  lay->bss_size = (lay->bss_size + align - 1) & ~(size_t)(align - 1);
  symbol->bss = lay->bss_size;
  symbol->size = size;
  lay->bss_size += size;
}

void bl_lay_mark(Lay *lay, int mark) { symbols(lay)[lay->symbols.count - 1].mark = mark; }

const char *bl_lay_routine_open(const Lay *lay) { return lay->routine; }

const char *bl_lay_item_open(const Lay *lay) {
  return lay->owner >= 0 && symbols(lay)[lay->owner].kind == LAY_OBJECT ? symbols(lay)[lay->owner].name : NULL;
}

const LaySymbol *bl_lay_open_end(const Lay *lay) {
  const LaySymbol *last = lay->symbols.count ? &symbols(lay)[lay->symbols.count - 1] : NULL;
  bool is_code = last && (last->kind == LAY_LABEL || last->kind == LAY_ROUTINE);
  return is_code && last->item == lay->items.count ? last : NULL;
}

const LaySymbol *bl_lay_find(const Lay *lay, const char *name) {
  int found = find_symbol(lay, name);
  return found < 0 ? NULL : &symbols(lay)[found];
}

/* ---- Items ----------------------------------------------------------------------------------------------------- */

static LayItem *lay_item(Lay *lay, LayKind kind) {
  LayItem *item = array_grow(&lay->items, sizeof *item, 1);
  *item = (LayItem){.kind = kind,
                    .file = lay->file,
                    .line = lay->line,
                    .writable = lay->writable,
                    .owner = lay->owner,
                    .target = -1,
                    .pair = -1};
  return item;
}

static void lay_constant(Lay *lay, LayKind kind, const void *bytes, size_t count) {
  LayItem *item = lay_item(lay, kind);
  item->stored = lay->store.count;
  item->len = count;
  if (count)
    memcpy(array_grow(&lay->store, 1, count), bytes, count);
}

static void check_code(const Lay *lay) {
  if (lay->writable)
    bl_lay_die(lay, "an instruction stands in \"%s\", which can be written, and so not executed; open a routine first",
               bl_lay_item_open(lay));
}

void bl_lay_code(Lay *lay, LayCode code) {
  if (code.len == 0)
    bl_lay_die(lay, "cannot encode %s", bl_refusal_text());
  check_code(lay);
  lay_constant(lay, LAY_CODE, code.bytes, code.len);
}

void bl_lay_bytes(Lay *lay, const void *bytes, size_t count) { lay_constant(lay, LAY_DATA, bytes, count); }

void bl_lay_align(Lay *lay, unsigned align) {
  check_align(lay, align);
  lay_item(lay, LAY_FILL)->align = align;
}

void bl_lay_fixup(Lay *lay, LayKind kind, LayFixup fixup, const char *reference, const char *reference2) {
  if (kind == LAY_CODE)
    check_code(lay);
  const char *kept = keep_name(lay, NULL, reference);
  const char *kept2 = reference2 ? keep_name(lay, NULL, reference2) : NULL;
  LayItem *item = lay_item(lay, kind);
  item->reference = kept;
  item->reference2 = kept2;
  item->scope = lay->routine;
  item->fixup = fixup;
  if (item->fixup.forms < 1)
    item->fixup.forms = 1;
}

void bl_lay_reloc(Lay *lay, unsigned offset, uint32_t type, int64_t addend) {
  LayReloc *reloc = array_grow(&lay->relocs, sizeof *reloc, 1);
  *reloc = (LayReloc){lay->items.count - 1, offset, type, addend};
}

bool bl_lay_after_data(const Lay *lay) { return lay->items.count && items(lay)[lay->items.count - 1].kind != LAY_CODE; }

/* ---- The layout ------------------------------------------------------------------------------------------------ */

static int resolve(Lay *lay, const LayItem *item, const char *reference) {
  int found = item->scope ? find_symbol(lay, keep_name(lay, item->scope, reference)) : -1;
  if (found < 0)
    found = find_symbol(lay, reference);
  if (found < 0)
    item_die(item,
             "label \"%s\" is not bound, neither in the routine \"%s\" nor in the program; bind it or correct the name",
             reference, item->scope ? item->scope : "(none)");
  return found;
}

/* Ask the item's encoder for its bytes. Before the first pass there are no addresses: `table` is NULL. */
static LayCode encode_item(LayItem *item, const LaySymbol *table) {
  item->fixup.site = item->address;
  item->fixup.target = table ? table[item->target].address : item->address;
  item->fixup.base = table && item->pair >= 0 ? table[item->pair].address : item->address;
  bl_refusal_clear();
  return item->fixup.encode(&item->fixup);
}

/* Look every reference up, and give every fixup the size of its shortest form. */
static void resolve_all(Lay *lay) {
  for (size_t i = 0; i < lay->items.count; i++) {
    LayItem *item = &items(lay)[i];
    if (!item->reference)
      continue;
    item->target = resolve(lay, item, item->reference);
    if (item->reference2)
      item->pair = resolve(lay, item, item->reference2);
    item->len = encode_item(item, NULL).len;
    if (!item->len)
      item_die(item, "cannot encode %s (for the label \"%s\")", bl_refusal_text(), item->reference);
  }
}

/* Bring all items that can be written after those that cannot; the order is kept otherwise. */
static void part_writable(Lay *lay) {
  size_t count = lay->items.count, fixed = 0;
  for (size_t i = 0; i < count; i++)
    fixed += !items(lay)[i].writable;
  lay->fixed = fixed;
  if (fixed == count)
    return;
  LayItem *parted = malloc(count * sizeof *parted);
  size_t *before = malloc((count + 1) * sizeof *before); /* how many of those before an item cannot be written */
  if (!parted || !before)
    bl_lay_die(lay, "out of memory for %zu items", count);
  before[0] = 0;
  for (size_t i = 0; i < count; i++) {
    bool writable = items(lay)[i].writable;
    before[i + 1] = before[i] + !writable;
    parted[writable ? fixed + i - before[i] : before[i]] = items(lay)[i];
  }
  memcpy(items(lay), parted, count * sizeof *parted);
  for (size_t i = 0; i < lay->symbols.count; i++) {
    LaySymbol *symbol = &symbols(lay)[i];
    symbol->item = symbol->writable ? fixed + symbol->item - before[symbol->item] : before[symbol->item];
  }
  for (size_t i = 0; i < lay->relocs.count; i++) { /* of code, which cannot be written */
    LayReloc *reloc = &((LayReloc *)lay->relocs.data)[i];
    reloc->item = before[reloc->item];
  }
  free(parted);
  free(before);
}

/* Give every item and symbol its address from the sizes as they are. */
static void assign_addresses(Lay *lay, uint64_t page) {
  uint64_t address = lay->address, gap = 0, fixed_end = 0;
  for (size_t i = 0; i < lay->items.count; i++) {
    LayItem *item = &items(lay)[i];
    if (i == lay->fixed) {
      fixed_end = address;
      gap = page;
      address += gap;
    }
    item->address = address;
    item->text = address - lay->address - gap;
    if (item->kind == LAY_FILL)
      item->len = -address & (item->align - 1);
    address += item->len;
  }
  lay->bss_address = (address + page - 1) & ~(page - 1);
  for (size_t i = 0; i < lay->symbols.count; i++) {
    LaySymbol *symbol = &symbols(lay)[i];
    if (symbol->kind == LAY_BSS)
      symbol->address = lay->bss_address + symbol->bss;
    else if (symbol->item == lay->fixed && lay->fixed < lay->items.count && !symbol->writable)
      symbol->address = fixed_end;
    else
      symbol->address = symbol->item < lay->items.count ? items(lay)[symbol->item].address : address;
  }
}

/* Move every fixup that refuses its form to its next one. True if any moved. */
static bool grow(Lay *lay) {
  bool grown = false;
  for (size_t i = 0; i < lay->items.count; i++) {
    LayItem *item = &items(lay)[i];
    if (!item->reference)
      continue;
    LayCode code = encode_item(item, symbols(lay));
    while (!code.len && item->fixup.form + 1 < item->fixup.forms) {
      item->fixup.form++;
      code = encode_item(item, symbols(lay));
    }
    if (!code.len) /* the last form: keep room for it; it may reach yet, and is refused for good when it is written */
      continue;
    if (code.len != item->len)
      grown = true;
    item->len = code.len;
  }
  return grown;
}

static void write_text(const Lay *lay, unsigned char *text) {
  for (size_t i = 0; i < lay->items.count; i++) {
    LayItem *item = &items(lay)[i];
    unsigned char *place = text + item->text;
    if (item->reference) {
      LayCode code = encode_item(item, symbols(lay));
      if (!code.len)
        item_die(item, "cannot encode %s: the label \"%s\" is out of reach or not aligned", bl_refusal_text(),
                 item->reference);
      if (code.len != item->len)
        item_die(item, "the layout has not settled: %zu bytes became %d", item->len, code.len);
      memcpy(place, code.bytes, code.len);
    } else if (item->kind == LAY_FILL) {
      memset(place, 0, item->len);
    } else if (item->len) {
      memcpy(place, (char *)lay->store.data + item->stored, item->len);
    }
  }
}

/* A routine or data item reaches to the next one, less the padding in between. */
static void size_symbols(Lay *lay) {
  LayItem *item = items(lay);
  for (size_t i = 0; i < lay->items.count; i++)
    if (item[i].owner >= 0 && item[i].kind != LAY_FILL) {
      LaySymbol *owner = &symbols(lay)[item[i].owner];
      owner->size = item[i].address + item[i].len - owner->address;
    }
}

void bl_lay_settle(Lay *lay, uint64_t address, uint64_t page) {
  lay->address = address;
  part_writable(lay);
  resolve_all(lay);
  do
    assign_addresses(lay, page);
  while (grow(lay));
  size_t size = 0;
  if (lay->items.count) {
    const LayItem *last = &items(lay)[lay->items.count - 1];
    size = last->text + last->len;
  }
  lay->text.count = 0;
  unsigned char *text = array_grow(&lay->text, 1, size);
  write_text(lay, text);
  size_symbols(lay);

  unsigned char *again = malloc(size + 1);
  if (!again)
    bl_lay_die(lay, "out of memory for %zu bytes", size);
  assign_addresses(lay, page);
  write_text(lay, again);
  if (size && memcmp(text, again, size))
    bl_lay_die(lay, "the layout has not settled: one more pass changes its bytes");
  free(again);
}

const unsigned char *bl_lay_text(const Lay *lay, size_t *size) {
  *size = lay->text.count;
  return lay->text.data;
}

uint64_t bl_lay_address(const Lay *lay) { return lay->address; }
uint64_t bl_lay_bss_address(const Lay *lay) { return lay->bss_address; }
size_t bl_lay_bss_size(const Lay *lay) { return lay->bss_size; }

bool bl_lay_has_writable(const Lay *lay) {
  for (size_t i = 0; i < lay->symbols.count; i++)
    if (symbols(lay)[i].writable)
      return true;
  return false;
}

size_t bl_lay_writable_size(const Lay *lay) {
  return lay->fixed < lay->items.count ? lay->text.count - items(lay)[lay->fixed].text : 0;
}

uint64_t bl_lay_writable_address(const Lay *lay) {
  return lay->fixed < lay->items.count ? items(lay)[lay->fixed].address : 0;
}
unsigned bl_lay_unit(const Lay *lay) { return lay->unit; }

const LayItem *bl_lay_items(const Lay *lay, size_t *count) {
  *count = lay->items.count;
  return lay->items.data;
}

const LaySymbol *bl_lay_symbols(const Lay *lay, size_t *count) {
  *count = lay->symbols.count;
  return lay->symbols.data;
}

const LayReloc *bl_lay_relocs(const Lay *lay, size_t *count) {
  *count = lay->relocs.count;
  return lay->relocs.data;
}

/* SPDX-License-Identifier: MIT */
