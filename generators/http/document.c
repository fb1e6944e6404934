/* document.c: a Markdown document read whole into memory, and the page rendered from it.
 *
 * One document at a time: its mapping, length and capacity stand in "document". The page outlives it, in the mapping
 * of the renderer's workspace, which is handed to the caller. Nothing is kept between two documents. */
#include "http.h"

#include "../markdown/markdown.h"

enum { READ_STEP = 64 << 10 /* least room offered to a read */ };

/* reserve_document: in A0 = bytes that are expected to be appended. Out A0 = 0, -EFBIG if the document would be longer
 * than the renderer takes, or -errno. Makes room for them and for READ_STEP more, no more and no less. */
static void lay_reserve_document(void) {
  Reg document = S0, size = S1;
  routine("reserve_document");
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
  bne(A0, 0, "grow");
  mov(A0, size);
  call("map_memory");
  jump("mapped");
  label("grow");
  ld64(A1, document, DOCUMENT_CAPACITY);
  mov(A2, size);
  li(A3, LINUX_MREMAP_MAYMOVE);
  sys(NR_MREMAP);
  label("mapped");
  blt(A0, 0, "done");
  st64(A0, document, DOCUMENT_BASE);
  st64(size, document, DOCUMENT_CAPACITY);
  li(A0, 0);
  label("done");
  leave();
  label("too_large");
  li(A0, -LINUX_EFBIG);
  leave();
}

/* append_file: in A0 = file descriptor. Out A0 = 0, or -errno. Reads to the end of the file and appends all of it to
 * the document, which may be empty and without memory; the capacity doubles, up to the renderer's limit, when less than
 * half a READ_STEP is free. */
static void lay_append_file(void) {
  Reg descriptor = S0, document = S1;
  routine("append_file");
  enter(descriptor, document);
  mov(descriptor, A0);
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

/* release_document: gives its memory back and leaves it empty. */
static void lay_release_document(void) {
  routine("release_document");
  la(A2, "document");
  ld64(A0, A2, DOCUMENT_BASE);
  ld64(A1, A2, DOCUMENT_CAPACITY);
  st64(0, A2, DOCUMENT_BASE);
  st64(0, A2, DOCUMENT_LENGTH);
  st64(0, A2, DOCUMENT_CAPACITY);
  bne(A0, 0, "unmap_memory");
  ret();
}

/* render_to_page: in A0 = flags of markdown_render. Out A0 = length of the HTML, or -EFBIG if it is too large to
 * render, or -errno; A1 = the HTML, A2, A3 = address and size of the mapping it lies in, with PAGE_HEADROOM writable
 * bytes before it. The document may then be released; the caller unmaps the page. */
static void lay_render_to_page(void) {
  Reg flags = S0, workspace_size = S1, mapping = S2;
  routine("render_to_page");
  enter(flags, workspace_size, mapping);
  mov(flags, A0);
  la(T0, "document");
  ld64(A0, T0, DOCUMENT_LENGTH);
  call("markdown_workspace");
  blt(A0, 0, "too_large");
  mov(workspace_size, A0);
  add(A0, A0, PAGE_HEADROOM);
  call("map_memory");
  blt(A0, 0, "done");
  mov(mapping, A0);
  la(T0, "document");
  ld64(A0, T0, DOCUMENT_BASE);
  ld64(A1, T0, DOCUMENT_LENGTH);
  mov(A2, flags);
  add(A3, mapping, PAGE_HEADROOM);
  mov(A4, workspace_size);
  call("markdown_render");
  mov(A2, mapping);
  add(A3, workspace_size, PAGE_HEADROOM);
  bge(A0, 0, "done");
  mov(A0, A2);
  mov(A1, A3);
  call("unmap_memory");
  label("too_large"); /* MARKDOWN_TOO_LONG, or the bound on the workspace that MARKDOWN_NO_SPACE tells of */
  li(A0, -LINUX_EFBIG);
  label("done");
  leave();
}

void lay_http_document(void) {
  lay_reserve_document();
  lay_append_file();
  lay_release_document();
  lay_unmap_memory();
  lay_render_to_page();
  bss("document", DOCUMENT_SIZE, 8);
}
