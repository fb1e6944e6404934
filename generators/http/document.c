/* document.c: a Markdown document read whole into memory, and the page rendered from it.
 *
 * One document at a time: its mapping, length and capacity stand in "document", and so does the renderer's workspace,
 * in which the page lies. Both mappings are used again for the next document. */
#include "http.h"

#include "../markdown/markdown.h"

enum {
  READ_STEP = 64 << 10,   /* least room offered to a read */
  TIDY_LENGTH = 8 << 10,  /* a longer document has its memory given back after the answer */
  KEPT_MAPPING = 64 << 20 /* a larger mapping is unmapped then */
};

/* reserve_document: in A0 = bytes that are expected to be appended. Out A0 = 0, -EFBIG if the document would be longer
 * than the renderer takes, or -errno. Makes room for them and for READ_STEP more, if there is not as much. */
static void lay_reserve_document(void) {
  Reg document = S0, size = S1;
  routine("reserve_document", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(document, size);
  la(document, "document");
  ld64(T0, document, DOCUMENT_LENGTH);
  add(size, A0, T0);
  bltu(size, T0, "too_large");
  mov(A0, size);
  call("markdown_workspace");
  blt(A0, 0, "too_large");
  add(size, size, READ_STEP);
  ld64(A0, document, DOCUMENT_BASE);
  ld64(A1, document, DOCUMENT_CAPACITY);
  bgeu(A1, size, "roomy");
  bne(A0, 0, "grow");
  mov(A0, size);
  call("map_memory");
  jump("mapped");
  label("grow");
  mov(A2, size);
  li(A3, LINUX_MREMAP_MAYMOVE);
  sys(NR_MREMAP);
  label("mapped");
  blt(A0, 0, "done");
  st64(A0, document, DOCUMENT_BASE);
  st64(size, document, DOCUMENT_CAPACITY);
  label("roomy");
  li(A0, 0);
  label("done");
  leave();
  label("too_large");
  li(A0, -LINUX_EFBIG);
  leave();
}

/* append_file: in A0 = file descriptor, A1 = not 0: wait where there is nothing to read yet. Out A0 = 0, or -errno.
 * Reads to the end of the file and appends all of it to the document, which may be empty and without memory; the
 * capacity doubles, up to the renderer's limit, when less than half a READ_STEP is free. */
static void lay_append_file(void) {
  Reg descriptor = S0, document = S1, waits = S2;
  routine("append_file", in(A0, A1), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(descriptor, document, waits);
  mov(descriptor, A0);
  mov(waits, A1);
  la(document, "document");
  label("next_read");
  ld64(A1, document, DOCUMENT_LENGTH);
  ld64(A2, document, DOCUMENT_CAPACITY);
  sub(A2, A2, A1);
  bgtu(A1, MARKDOWN_LIMIT, "make_room"); /* which there is not */
  bltu(A2, READ_STEP / 2, "make_room");
  ld64(T0, document, DOCUMENT_BASE);
  add(A1, A1, T0);
  mov(A0, descriptor);
  sys(NR_READ);
  beq(A0, -LINUX_EINTR, "next_read");
  beq(A0, -LINUX_EAGAIN, "not_ready");
  ble(A0, 0, "ended");
  ld64(A1, document, DOCUMENT_LENGTH);
  add(A1, A1, A0);
  st64(A1, document, DOCUMENT_LENGTH);
  jump("next_read");
  label("not_ready");
  beq(waits, 0, "ended");
  mov(A0, descriptor);
  li(A1, LINUX_POLLIN);
  call("wait_until_ready");
  jump("next_read");
  label("make_room");
  li(T0, MARKDOWN_LIMIT);
  sub(T0, T0, A1);
  mov(A0, A1); /* as much again as there is, */
  bleu(A0, T0, "doubled");
  mov(A0, T0); /* or what the renderer still takes; beyond its limit the doubling is refused */
  label("doubled");
  call("reserve_document");
  beq(A0, 0, "next_read");
  label("ended");
  leave();
}

/* render_to_page: in A0 = flags of markdown_render. Out A0 = length of the HTML, or -EFBIG if it is too large to
 * render, or -errno; A1 = the HTML, which lies in the workspace, with SPARE readable bytes after that. */
static void lay_render_to_page(void) {
  Reg flags = S0, size = S1, document = S2;
  enum { SPARE = 64 };
  routine("render_to_page", in(A0), out(A0), out_if(A1), destroys(A2, A3, A4, A5, ALL_T));
  enter(flags, size, document);
  mov(flags, A0);
  la(document, "document");
  ld64(A0, document, DOCUMENT_LENGTH);
  call("markdown_workspace");
  blt(A0, 0, "too_large");
  mov(size, A0);
  ld64(A1, document, DOCUMENT_WORKSPACE_SIZE);
  bleu(size, A1, "roomy");
  ld64(A0, document, DOCUMENT_WORKSPACE);
  beq(A0, 0, "unmapped");
  add(A1, A1, SPARE);
  call("unmap_memory");
  label("unmapped");
  st64(0, document, DOCUMENT_WORKSPACE);
  st64(0, document, DOCUMENT_WORKSPACE_SIZE);
  add(A0, size, SPARE);
  call("map_memory");
  blt(A0, 0, "done");
  st64(A0, document, DOCUMENT_WORKSPACE);
  st64(size, document, DOCUMENT_WORKSPACE_SIZE);
  label("roomy");
  ld64(A0, document, DOCUMENT_BASE);
  ld64(A1, document, DOCUMENT_LENGTH);
  mov(A2, flags);
  ld64(A3, document, DOCUMENT_WORKSPACE);
  mov(A4, size);
  call("markdown_render");
  bge(A0, 0, "done");
  label("too_large"); /* MARKDOWN_TOO_LONG, or the bound on the workspace that MARKDOWN_NO_SPACE tells of */
  li(A0, -LINUX_EFBIG);
  label("done");
  leave();
}

/* tidy_document: makes the document empty, and gives back what a large one took, its page included. The mappings stay
 * for the next one where they are not of a rare size: under qemu-user each mapping that is made and unmade costs
 * memory for good. */
void lay_tidy_document(void) {
  Reg document = S0;
  routine("tidy_document", destroys(A0, A1, A2, A5, ALL_T));
  enter(document);
  la(document, "document");
  ld64(T0, document, DOCUMENT_LENGTH);
  st64(0, document, DOCUMENT_LENGTH);
  bleu(T0, TIDY_LENGTH, "done");
  add(A5, document, DOCUMENT_BASE);
  call("give_back");
  add(A5, document, DOCUMENT_WORKSPACE);
  call("give_back");
  label("done");
  leave();

  /* give_back: in A5 = place of the address and the size of a mapping. It stays, without content, or is unmapped. */
  routine("give_back", in(A5), destroys(A0, A1, A2, ALL_T));
  ld64(A0, A5, 0);
  ld64(A1, A5, 8);
  bgtu(A1, KEPT_MAPPING, "unmap");
  beq(A1, 0, "none");
  li(A2, LINUX_MADV_DONTNEED);
  sys(NR_MADVISE);
  label("none");
  ret();
  label("unmap");
  st64(0, A5, 0);
  st64(0, A5, 8);
  jump("unmap_memory");
}

void lay_http_document(void) {
  lay_reserve_document();
  lay_document_reading();
  lay_unmap_memory();
  lay_render_to_page();
}

void lay_document_reading(void) {
  lay_append_file();
  bss("document", DOCUMENT_SIZE, 8);
}

/* SPDX-License-Identifier: MIT */
