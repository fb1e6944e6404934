/* text.c: the document made into lines.
 *
 * Everything after this reads a text in which each line ends with exactly one '\n', NUL has become U+FFFD and a leading
 * byte order mark is gone, with a '\n' before its first byte and readable bytes behind its last. The block phase asks
 * for one line after the other: each is copied while its end is looked for. */
#include "parts.h"

static const ByteSet line_enders = {3, {{0, '\n', 0}, {0, '\r', 0}, {0, 0, 0}}};

/* open_text: in A0 = document, A1 = its end. Sets W_IN and W_IN_END, past a byte order mark. Destroys T0. */
static void lay_open_text(void) {
  routine("open_text");
  stw(A1, W_IN_END);
  sub(T0, A1, A0);
  bltu(T0, 3, "opened");
  ld8(T0, A0, 0);
  bne(T0, 0xEF, "opened");
  ld8(T0, A0, 1);
  bne(T0, 0xBB, "opened");
  ld8(T0, A0, 2);
  bne(T0, 0xBF, "opened");
  add(A0, A0, 3);
  label("opened");
  stw(A0, W_IN);
  ret();
}

/* read_line: append the line of the document at W_IN, before W_IN_END, to the text at S0, and move W_IN behind it; out
 * A0 = its '\n', which a last line may lack in the document. Whole vectors are copied while sixteen bytes of the
 * document are left, whatever they hold: up to fifteen bytes behind the line are written too. Destroys A1..A3, T0. */
static void lay_read_line(void) {
  routine("read_line");
  mov(A0, S0);
  ldw(A1, W_IN);
  ldw(A2, W_IN_END);
  sub(A3, A2, 16);
  label("vectors");
  bgt(A1, A3, "bytes");
  label("next_vector");
  copy16(A0, 0, A1, 0);
  mask16(T0, A1, line_enders);
  bne(T0, 0, "ender");
  add(A0, A0, 16);
  add(A1, A1, 16);
  ble(A1, A3, "next_vector");
  label("bytes");
  bgeu(A1, A2, "ended");
  ld8(T0, A1, 0);
  beq(T0, '\n', "line_feed");
  beq(T0, '\r', "carriage_return");
  beq(T0, 0, "nul");
  st8(T0, A0, 0);
  add(A0, A0, 1);
  add(A1, A1, 1);
  jump("bytes");

  label("ender");
  first16(T0, T0);
  add(A0, A0, T0);
  add(A1, A1, T0);
  ld8(T0, A1, 0);
  beq(T0, 0, "nul");
  beq(T0, '\r', "carriage_return");
  label("line_feed");
  add(A1, A1, 1);
  label("ended");
  st8('\n', A0, 0);
  stw(A1, W_IN);
  ret();
  label("carriage_return");
  add(A1, A1, 1);
  bgeu(A1, A2, "ended");
  ld8(T0, A1, 0);
  beq(T0, '\n', "line_feed");
  jump("ended");

  label("nul");
  st8(0xEF, A0, 0);
  st8(0xBF, A0, 1);
  st8(0xBD, A0, 2);
  add(A0, A0, 3);
  add(A1, A1, 1);
  jump("vectors");
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
  /* the text: up to three bytes for one, its '\n', and bytes that may be read but mean nothing */
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
  mul(T0, A1, 3);
  add(T0, T0, W_SIZE + 144);
  add(T0, T0, S5);
  and(T0, T0, -16);
  stw(T0, W_TOP);
  add(A1, A1, A0);
  call("open_text");
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
  lay_open_text();
  lay_read_line();
}
