/* lay.h: bytes in the order they are laid, labels between them, and a layout that settles before it is written.
 *
 * A program is a list of items: instructions, data, and padding. An item whose bytes depend on where a label lies
 * carries an encoder, which is asked again in every pass. An encoder may have several forms, the shortest first (the
 * short x86-64 branch, then the long one); a form that refuses its displacement is replaced by the next and never
 * comes back, so the passes end. When nothing moves any more, one further pass is made, and it must change no byte.
 *
 *     Lay *lay = bl_lay_new(0);
 *     bl_lay_routine(lay, "_start");
 *     bl_lay_code(lay, code);                        // bytes that no label can change
 *     bl_lay_fixup(lay, (LayFixup){.encode = ...}, "message");
 *     bl_lay_settle(lay, 0x400078, 0x1000);            // dies, with file:line, on whatever does not fit
 *
 * Labels. A routine's and a data item's name is known in the whole program. A label inside a routine is bound as
 * "routine.label"; a reference is looked up as "routine.reference" first, then as it stands.
 *
 * An error ends the program with exit status 1 and one line on stderr that begins with the generator's file:line.
 */
#ifndef BYTELAY_LAY_H
#define BYTELAY_LAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The bytes of one instruction (or of a fixed pair of them). len 0: refused; see refusal.h for why. */
typedef struct {
  unsigned char len, bytes[16];
} LayCode;

typedef struct LayFixup LayFixup;
typedef LayCode (*LayEncode)(const LayFixup *fixup);

/* What an encoder is told. `encode`, `forms`, `operand` and `immediate` are the author's; the layout fills in the
 * rest before each call. */
struct LayFixup {
  LayEncode encode;
  int forms;                /* how many forms there are, 1 or more (0 is taken as 1) */
  unsigned char operand[4]; /* registers, conditions: what the encoder likes */
  int64_t immediate;        /* what the encoder likes */
  int form;                 /* the form wanted: 0..forms-1 */
  uint64_t site;            /* address of the item's first byte */
  uint64_t target;          /* address of the label */
  uint64_t base;            /* address of the second label, where lay_fixup_pair gave one */
};

typedef enum { LAY_CODE, LAY_DATA, LAY_FILL } LayKind;

/* An item after the layout has settled. */
typedef struct {
  LayKind kind;
  const char *file; /* the generator's source position */
  int line;
  bool writable;          /* it belongs to the segment that can be written */
  int owner;              /* symbol of the routine or data item that it belongs to, or -1 */
  uint64_t address;       /* of its first byte */
  size_t len;             /* in bytes */
  size_t text;            /* offset of its bytes in the laid text, the same as in the file after the headers */
  size_t stored;          /* offset of its constant bytes in the store (LAY_DATA, constant LAY_CODE) */
  unsigned align;         /* LAY_FILL: to this power of two */
  int target, pair;       /* symbol indexes of the fixup, once resolved, or -1 */
  const char *reference;  /* label that the fixup names, or NULL */
  const char *reference2; /* second label, or NULL */
  const char *scope;      /* routine in which the reference is looked up, or NULL */
  LayFixup fixup;
} LayItem;

typedef enum { LAY_ROUTINE, LAY_LABEL, LAY_OBJECT, LAY_BSS } LaySymbolKind;

typedef struct {
  const char *name; /* a label inside a routine: "routine.label" */
  LaySymbolKind kind;
  const char *file;
  int line;
  size_t item;          /* index of the first item after it (not LAY_BSS) */
  size_t bss;           /* LAY_BSS: offset from the start of bss */
  uint64_t address;     /* once settled */
  size_t size;          /* bytes: to the next routine or data item; LAY_BSS: as asked */
  const char *contract; /* what the author promised of this routine, for the map; NULL: nothing */
  bool writable;        /* a data item that can be written */
  int mark;             /* lay_mark */
} LaySymbol;

/* A place in the text that the linker of an object file must fill in. */
typedef struct {
  size_t item;     /* item whose bytes are to be relocated */
  unsigned offset; /* of the relocated field inside that item */
  uint32_t type;   /* R_X86_64_..., R_AARCH64_... */
  int64_t addend;
} LayReloc;

typedef struct Lay Lay;

/* A new, empty layout. `unit`: the size of every instruction, where the machine has but one size (arm64: 4), else 0.
 * Owned by the caller: bl_lay_free. */
Lay *bl_lay_new(unsigned unit);
void bl_lay_free(Lay *lay);

/* Source position of what is laid from here on; `file` must outlive the layout (__FILE__ does). */
void bl_lay_at(Lay *lay, const char *file, int line);

/* End the program: print "file:line: message" with the current source position, exit 1. */
void bl_lay_die(const Lay *lay, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));

/* Bind a label at the current place. */
void bl_lay_routine(Lay *lay, const char *name); /* known in the whole program; opens the routine */
void bl_lay_label(Lay *lay, const char *name);   /* known as "routine.name" */
void bl_lay_object(Lay *lay, const char *name);  /* a data item, known in the whole program */
/* A data item that can be written: what follows up to the next routine, label or item is laid after all that cannot. */
void bl_lay_writable(Lay *lay, const char *name, unsigned align);
/* What follows cannot be written, padding before a routine or an item among it. */
void bl_lay_fixed(Lay *lay);
void bl_lay_bss(Lay *lay, const char *name, size_t size,
                unsigned align); /* zeroed and writable; align a power of two */

/* What the open routine promises to its callers: a line of the map, which the layout does not read. */
void bl_lay_contract(Lay *lay, const char *contract);

/* A number of the caller's, which the symbol that was bound last keeps. */
void bl_lay_mark(Lay *lay, int mark);

/* The routine open now, or NULL. */
const char *bl_lay_routine_open(const Lay *lay);

/* The data item open now: what is laid belongs to it. NULL: a routine is open, or nothing. */
const char *bl_lay_item_open(const Lay *lay);

/* The label or routine that was bound last, where nothing has been laid after it; else NULL. */
const LaySymbol *bl_lay_open_end(const Lay *lay);

/* Lay bytes that no label can change: an instruction, data. Dies if code.len is 0, with bl_refusal_text. */
void bl_lay_code(Lay *lay, LayCode code);
void bl_lay_bytes(Lay *lay, const void *bytes, size_t count);

/* Pad with zeros to a multiple of `align`, a power of two up to 4096. */
void bl_lay_align(Lay *lay, unsigned align);

/* Lay code (or data) whose bytes depend on the address of `reference` (and of `reference2`, which may be NULL). */
void bl_lay_fixup(Lay *lay, LayKind kind, LayFixup fixup, const char *reference, const char *reference2);

/* The item laid last is to be relocated by the linker; for object files. */
void bl_lay_reloc(Lay *lay, unsigned offset, uint32_t type, int64_t addend);

/* True if the item laid last is data or padding: the place may not be aligned for code. */
bool bl_lay_after_data(const Lay *lay);

/* Pass over all items until nothing moves, then once more to prove it. The first byte lies at `address`. What can be
 * written comes after all that cannot, one page further, so that it lies on pages of its own though the file has no
 * gap; bss starts at the first multiple of `page` after it. Dies on an unbound label or on an operand that does not
 * fit. */
void bl_lay_settle(Lay *lay, uint64_t address, uint64_t page);

/* What was laid; valid after bl_lay_settle, owned by the layout. */
const unsigned char *bl_lay_text(const Lay *lay, size_t *size);
uint64_t bl_lay_address(const Lay *lay);
uint64_t bl_lay_bss_address(const Lay *lay);
size_t bl_lay_bss_size(const Lay *lay);
/* How many bytes of the laid text, its last, can be written, and the address of the first; 0: there are none. Whether
 * there are any is known before the layout has settled. */
bool bl_lay_has_writable(const Lay *lay);
size_t bl_lay_writable_size(const Lay *lay);
uint64_t bl_lay_writable_address(const Lay *lay);
unsigned bl_lay_unit(const Lay *lay);
const LayItem *bl_lay_items(const Lay *lay, size_t *count);
const LaySymbol *bl_lay_symbols(const Lay *lay, size_t *count);
const LayReloc *bl_lay_relocs(const Lay *lay, size_t *count);
/* The symbol of that full name, or NULL. */
const LaySymbol *bl_lay_find(const Lay *lay, const char *name);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
