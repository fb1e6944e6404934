/* data.c: what lays no instruction, or one of its own: labels, data, bss, and the counters of coverage. Labels and data
 * have no inputs; each is laid and looked at. */
#include "isa/prove/operations.h"
#include "isa/prove/provers.h"

#include "lay/lay.h"

#include <stdio.h>
#include <string.h>

/* ---- Labels: kind bytes of data before them ------------------------------------------------------------------------
 */

/* All three ways to bind a name, each after data of `kind` bytes; and a contract, which lays no byte. */
static void lay_labels(const Case *c) {
  static const unsigned char bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  bl_data("before", 1);
  bl_bytes(bytes, (size_t)c->kind);
  bl_routine("r");
  bl_contract((const BlClause[]){bl_clause(BL_CLAUSE_IN, (const BlReg[]){BL_A1}, 1), {BL_CLAUSE_END, 0}});
  bl_label("begin");
  bl_mov(BL_A0, BL_A1);
  bl_label("end");
  bl_ret();
  bl_data("between", 1);
  bl_bytes(bytes, (size_t)c->kind);
  bl_label("bound");
  bl_mov(BL_A0, BL_A1);
  bl_ret();
  bl_data("again", 1);
  bl_bytes(bytes, (size_t)c->kind);
  bl_label_uncounted("uncounted");
  bl_mov(BL_A0, BL_A1);
  bl_ret();
}

/* Each name is the address of the instruction laid after it: the first place after the data where one may stand. */
static bool check_labels(const Case *c) {
  static const char *const names[][2] = {{"before", "r"}, {"between", "bound"}, {"again", "uncounted"}};
  uint64_t unit = bl_machine_row(c->isa)->unit ? bl_machine_row(c->isa)->unit : 1;
  const Text *text = &check_laid()->text;
  const unsigned char *move = text->bytes + (check_label("begin") - text->address);
  size_t size = check_label("end") - check_label("begin");
  for (int i = 0; i < 3; i++) {
    uint64_t data = check_label(names[i][0]), bound = check_label(names[i][1]);
    uint64_t want = (data + (uint64_t)c->kind + unit - 1) / unit * unit;
    if (bound != want || memcmp(text->bytes + (bound - text->address), move, size) != 0)
      return check_failed("the label \"%s\" is %#lx, and its instruction lies at %#lx", names[i][1],
                          (unsigned long)bound, (unsigned long)want);
  }
  return true;
}
static const Operation labels_ = {"bl_routine bl_contract bl_label bl_label_uncounted", "", lay_labels, NULL,
                                  check_labels};

/* ---- Data ----------------------------------------------------------------------------------------------------------
 */

static const uint64_t values[] = {0, 1, 0x80, 0x1234, 0xfedcba98, 0x0123456789abcdef, UINT64_MAX};
enum { VALUES = sizeof values / sizeof *values };
static uint64_t value_of(int i, int bits) { return bits == 64 ? values[i] : values[i] & ((UINT64_C(1) << bits) - 1); }

/* kind: the alignment of what follows one byte. */
static void lay_data(const Case *c) {
  bl_routine("r");
  bl_label("begin");
  bl_label("end");
  bl_ret();
  bl_data("one", 1);
  bl_bytes("x", 1);
  bl_data("values", c->kind);
  for (int bits = 8; bits <= 64; bits *= 2)
    for (int i = 0; i < VALUES; i++)
      bl_value(bits, value_of(i, bits));
  bl_data("entries", c->kind);
  bl_offset16("one", "entries");
  bl_offset16("values", "entries");
  bl_data("zeros", 1);
  bl_bytes("y", 1);
  bl_data_align(c->kind);
  bl_data_address("values");
  bl_data_zero(5000);
  bl_bytes("z", 1);
  bl_data_writable("changed", c->kind);
  bl_bytes("w", 1);
  bl_bss("room", 100, c->kind);
}

static bool check_data(const Case *c) {
  const Text *text = &check_laid()->text;
  uint64_t at = check_label("values"), entries = check_label("entries"), aligned = (uint64_t)c->kind;
  if (at % aligned || entries % aligned || check_label("room") % aligned || check_label("changed") % aligned ||
      at - check_label("one") > aligned || text->bytes[check_label("one") - text->address] != 'x')
    return check_failed("a data item does not lie where it should");
  if (text->bytes[text->size - 1] != 'w' || check_label("changed") <= check_label("zeros"))
    return check_failed("what can be written is not laid after all that cannot, or not with its bytes");
  const unsigned char *byte = text->bytes + (at - text->address);
  for (int bits = 8; bits <= 64; bits *= 2)
    for (int i = 0; i < VALUES; i++)
      for (int b = 0; b < bits / 8; b++)
        if (*byte++ != (value_of(i, bits) >> 8 * b & 0xff))
          return check_failed("a value of %d bits is laid otherwise", bits);
  uint64_t after = (check_label("zeros") + aligned) / aligned * aligned;
  byte = text->bytes + (after - text->address);
  for (int b = 0; b < 8; b++)
    if (byte[b] != (at >> 8 * b & 0xff))
      return check_failed("an address is laid otherwise");
  for (int b = 8; b < 5008; b++)
    if (byte[b])
      return check_failed("a zero is laid otherwise");
  if (byte[5008] != 'z')
    return check_failed("not as many zeros as were asked for");
  byte = text->bytes + (entries - text->address);
  for (int i = 0; i < 2; i++) {
    uint64_t want = check_label(i ? "values" : "one") - entries;
    if (byte[2 * i] != (want & 0xff) || byte[2 * i + 1] != (want >> 8 & 0xff))
      return check_failed("an entry of a jump table is not the distance to its label");
  }
  return true;
}
static const Operation data_ = {
    "bl_data bl_bytes bl_value bl_offset16 bl_bss bl_data_zero bl_data_align bl_data_address bl_data_writable", "",
    lay_data, NULL, check_data};

/* ---- The counters of coverage ---------------------------------------------------------------------------------------
 */

#define COUNTERS UINT64_C(0x10123000) /* where a linker might put them */

static void lay_counted(const Case *c) {
  bl_routine("r");
  bl_label("begin");
  bl_machine_count_coverage();
  char name[32];
  for (int i = 0; i <= c->kind; i++)
    snprintf(name, sizeof name, "counted%d", i), bl_label(name);
  bl_label_uncounted("end");
  bl_ret();
}

/* Do what the linker does. */
static bool relocate(BlIsa isa, unsigned char *bytes, const LayReloc *reloc, const LayItem *item) {
  uint64_t place = item->address + reloc->offset, target = COUNTERS + (uint64_t)reloc->addend;
  unsigned char *at = bytes + item->text + reloc->offset;
  uint32_t word = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
  if (!prover_row(isa)->relocate(reloc->type, place, target, &word))
    return false;
  for (int i = 0; i < 4; i++)
    at[i] = (unsigned char)(word >> 8 * i);
  return true;
}

/* One counter more each: the byte goes up by 1, and nothing else changes. */
static bool check_counted(const Case *c) {
  size_t count;
  const LayReloc *relocs = bl_lay_relocs(bl_machine_layout(), &count);
  const LayItem *items = bl_lay_items(bl_machine_layout(), &(size_t){0});
  for (size_t i = 0; i < count; i++)
    if (!relocate(c->isa, (unsigned char *)check_laid()->text.bytes, &relocs[i], &items[relocs[i].item]))
      return check_failed("a relocation of type %u", relocs[i].type);
  State start = check_start(c->isa);
  Exit exits[EXITS_MOST];
  int exit_count = check_run(start, exits);
  if (exit_count != 1 || exits[0].kind != EXIT_AT || exits[0].at != check_laid()->end)
    return check_failed("it does not run to its end: %s", exits[0].state.why ? exits[0].state.why : "");
  Model want = {0};
  check_model_start(c->isa, &start, &want);
  for (int i = 0; i <= c->kind; i++) {
    Bits address = bits(64, COUNTERS + (uint64_t)i);
    want.memory = memory_store(want.memory, address, bits_add(memory_load(want.memory, address, 1), bits(8, 1)), 1);
  }
  goals_begin();
  goal_registers(c->isa, &exits[0].state, &start, &want);
  return goals_prove(c);
}
static const Operation counted_ = {"bl_label", "lay_count", lay_counted, NULL, check_counted};

const Operation *const data_operations[] = {&labels_, &data_, &counted_, NULL};

void each_data_case(BlIsa isa, Visit *visit, void *context) {
  for (int kind = 0; kind <= 8; kind++)
    visit(&(Case){.operation = &labels_, .isa = isa, .kind = kind}, context);
  for (int kind = 1; kind <= 64; kind *= 2)
    visit(&(Case){.operation = &data_, .isa = isa, .kind = kind}, context);
  for (int kind = 0; kind < 4; kind++)
    visit(&(Case){.operation = &counted_, .isa = isa, .kind = kind}, context);
}

/* SPDX-License-Identifier: MIT */
