/* Instructions in their longest form, with what their displacements mean. */
#include "harness/bisect/bisect_build.h"

#include <stdlib.h>
#include <string.h>

void unit_set(struct unit *unit, enum unit_kind kind, const uint8_t *bytes, size_t len, size_t field) {
  unit->kind = kind;
  memset(unit->bytes, 0, sizeof unit->bytes);
  memcpy(unit->bytes, bytes, len);
  unit->len = len;
  unit->field = field;
}

bool unit_fits(int64_t value, unsigned bits) {
  int64_t limit = (int64_t)1 << (bits - 1);
  return value >= -limit && value < limit;
}

const struct move_rules *move_rules_of(const struct machine *machine) {
  static const struct move_rules *const all[] = {&move_rules_x64, &move_rules_arm64};
  for (size_t i = 0; machine && i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i]->machine, machine->name) == 0)
      return all[i];
  return NULL;
}

/* Reads the instruction at BYTES, of which LEFT are left in the routine, into UNIT. Returns its length, or 0. */
static size_t list_one(struct build *build, const uint8_t *bytes, size_t left, struct unit *unit) {
  struct code code;
  if (!code_read(&build->reader, bytes, left, unit->address, &code))
    return 0;
  return build->rules->list(&build->reader, bytes, left, unit);
}

bool build_list(struct build *build, const struct item *item, struct listing *listing, struct bytes *why) {
  const uint8_t *bytes = build_bytes(build, item);
  *listing = (struct listing){0};
  for (uint64_t at = 0; bytes && at < item->size;) {
    listing->units = xgrow(listing->units, listing->count, sizeof *listing->units);
    struct unit *unit = &listing->units[listing->count++];
    *unit = (struct unit){.address = item->address + at};
    size_t len = list_one(build, bytes + at, item->size - at, unit);
    if (len == 0) {
      bytes_printf(why, "%s+0x%llx of %s cannot be taken from its place", item->name, (unsigned long long)at,
                   build->path);
      return false;
    }
    at += len;
  }
  return bytes != NULL;
}

size_t listing_at(const struct listing *listing, uint64_t address) {
  size_t from = 0;
  size_t to = listing->count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (listing->units[middle].address < address)
      from = middle + 1;
    else
      to = middle;
  }
  return from < listing->count && listing->units[from].address == address ? from : listing->count;
}

void listing_free(struct listing *listing) {
  free(listing->units);
  *listing = (struct listing){0};
}

/* SPDX-License-Identifier: MIT */
