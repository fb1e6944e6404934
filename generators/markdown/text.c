/* text.c: the document made into lines.
 *
 * Everything after this reads a text in which each line ends with exactly one '\n', NUL has become U+FFFD and a leading
 * byte order mark is gone, with a '\n' before its first byte and at least 64 readable bytes behind its last. So a
 * scan for the end of the line needs no other bound, and sixteen bytes can be read anywhere. The '\n' that a last line
 * lacks is the first of the bytes behind. */
#include "parts.h"

static const ByteSet line_enders = {2, {{0, '\r', 0}, {0, 0, 0}}};

/* copy_text: in A0 = document, A1 = its end. Writes the text at W_TEXT and sets W_TEXT_END.
 * A2 = where the next byte goes. Whole vectors are copied while sixteen bytes of the document are left, whatever they
 * hold: up to fifteen bytes behind W_TEXT_END are written too. */
static void lay_copy_text(void) {
  routine("copy_text");
  ldw(A2, W_TEXT);
  st8('\n', A2, -1);
  sub(T0, A1, A0);
  bltu(T0, 3, "vectors");
  ld8(T0, A0, 0);
  bne(T0, 0xEF, "vectors");
  ld8(T0, A0, 1);
  bne(T0, 0xBB, "vectors");
  ld8(T0, A0, 2);
  bne(T0, 0xBF, "vectors");
  add(A0, A0, 3);

  label("vectors");
  sub(A3, A1, 16);
  label("next_vector");
  bgt(A0, A3, "bytes");
  copy16(A2, 0, A0, 0);
  mask16(T0, A0, line_enders);
  bne(T0, 0, "ender");
  add(A0, A0, 16);
  add(A2, A2, 16);
  jump("next_vector");
  label("ender");
  first16(T0, T0);
  add(A0, A0, T0);
  add(A2, A2, T0);
  ld8(T0, A0, 0);
  beq(T0, 0, "nul");
  label("carriage_return");
  st8('\n', A2, 0);
  add(A2, A2, 1);
  add(A0, A0, 1);
  bgeu(A0, A1, "finish");
  ld8(T0, A0, 0);
  bne(T0, '\n', "next_vector");
  add(A0, A0, 1);
  jump("next_vector");

  label("nul");
  st8(0xEF, A2, 0);
  st8(0xBF, A2, 1);
  st8(0xBD, A2, 2);
  add(A2, A2, 3);
  add(A0, A0, 1);
  jump("next_vector");

  label("bytes");
  bgeu(A0, A1, "finish");
  ld8(T0, A0, 0);
  beq(T0, '\r', "carriage_return");
  beq(T0, 0, "nul");
  st8(T0, A2, 0);
  add(A0, A0, 1);
  add(A2, A2, 1);
  jump("bytes");

  label("finish");
  st8('\n', A2, 0); /* nobody looks at it where the last line has one */
  stw(A2, W_TEXT_END);
  ret();
}

/* markdown_workspace: see markdown.h. The bound: 3 bytes of text for each byte of the document, 40 of records, 8 of
 * content, 12 of references, 34 of tags, tokens and scratch, 33 of HTML, and 1 MiB for what does not grow. What needs
 * more is told by MARKDOWN_NO_SPACE, never by a byte out of place. */
static void lay_workspace(void) {
  routine("markdown_workspace");
  bgtu(A0, MARKDOWN_LIMIT, "too_long");
  mul(A0, A0, 144);
  add(A0, A0, 1 << 20);
  ret();
  label("too_long");
  li(A0, MARKDOWN_TOO_LONG);
  ret();
}

/* markdown_render: see markdown.h. */
static void lay_render(void) {
  routine("markdown_render");
  enter(S0, S1, S2, S3, S4, S5);
  bgtu(A1, MARKDOWN_LIMIT, "too_long");
  /* the text: up to three bytes for one, its '\n', and 64 bytes that may be read but mean nothing */
  mul(T0, A1, 3);
  add(T0, T0, W_SIZE + 4096);
  bltu(A4, T0, "no_space");
  mov(S5, A3);
  stw(A2, W_FLAGS);
  add(A4, A4, A3);
  stw(A4, W_END);
  stw(A1, W_LENGTH);
  stw(0, W_ERROR);
  stw(0, W_ENTITIES_READY);
  add(T0, S5, W_SIZE + 16);
  stw(T0, W_TEXT);
  add(A1, A1, A0);
  call("copy_text");
  ldw(T0, W_TEXT_END);
  add(T0, T0, 128);
  and(T0, T0, -16);
  stw(T0, W_TOP);
  /* offsets are 32 bits: the arena ends 64 KiB below 4 GiB, or below the end of the workspace */
  li(T0, 0xFFFF0000);
  add(T0, T0, S5);
  ldw(T1, W_END);
  sub(T1, T1, 1024);
  bleu(T0, T1, "arena_bounded");
  mov(T0, T1);
  label("arena_bounded");
  stw(T0, W_ARENA_LIMIT);
  stw(T0, W_OUT_LIMIT); /* content is copied to the arena by the routines that later write HTML */
  call("parse_blocks");
  ldw(A0, W_ERROR);
  bne(A0, 0, "done");
  call("index_references");
  ldw(A0, W_ERROR);
  bne(A0, 0, "done");
  call("render_document");
  ldw(A0, W_ERROR);
  bne(A0, 0, "done");
  ldw(A1, W_OUT_START);
  sub(A0, S4, A1);
  label("done");
  leave();
  label("too_long");
  li(A0, MARKDOWN_TOO_LONG);
  leave();
  label("no_space");
  li(A0, MARKDOWN_NO_SPACE);
  leave();
}

void lay_document_text(void) {
  lay_workspace();
  lay_render();
  lay_copy_text();
}
