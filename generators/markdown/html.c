/* html.c: the HTML of the records and of the tokens, as cmark 0.30.2 writes it.
 *
 * OUT is the next free byte of output. Room is checked once for each record and token, for all the constant text that
 * it can bring; what is as long as the document makes it is checked where it is copied. */
#include <string.h>

#include "parts.h"

/* ---- Constant text ---------------------------------------------------------------------------------------------- */

enum { MAX_LITERALS = 64 };
static struct {
  const char *text;
  char name[16];
} literals[MAX_LITERALS];
static int literal_count;

/* The label of a constant text; each text is laid once, and not by itself where one that is known begins with it. */
static const char *literal_name(const char *text) {
  for (int i = 0; i < literal_count; i++)
    if (strncmp(literals[i].text, text, strlen(text)) == 0)
      return literals[i].name;
  literals[literal_count].text = text;
  char *name = literals[literal_count].name;
  memcpy(name, "literal_", 8);
  name[8] = (char)('a' + literal_count / 26);
  name[9] = (char)('a' + literal_count % 26);
  name[10] = '\0';
  literal_count++;
  return name;
}

void op_put_literal(const char *text) { bl_append_of(OUT, literal_name(text), (int64_t)strlen(text)); }

/* The texts that begin with others come first. */
static void name_long_literals(void) {
  literal_name("<!-- raw HTML omitted -->\n");
  literal_name("<em><strong>");
  literal_name("</strong></em>");
  literal_name("</code></pre>\n");
  literal_name("\">\n");
}

/* The last one may be read sixteen bytes at a time too: it is not the last thing that is laid. */
static void lay_literals(void) {
  for (int i = 0; i < literal_count; i++) {
    data(literals[i].name, 4);
    data_bytes(literals[i].text, strlen(literals[i].text));
  }
  literal_count = 0;
}

/* ---- Copying ---------------------------------------------------------------------------------------------------- */

static const ByteSet escaped = {2, {{0x02, 0x3E, 0}, {0x04, 0x26, 0}}}; /* < >, " & */
static const ByteSet newline = {1, {{0, '\n', 0}}};

/* put_raw: append A1 bytes from A0 as they are; up to 15 more are read and written. */
static void lay_put_raw(void) {
  routine("put_raw", in(A0, A1, WORKSPACE), moves(OUT), destroys(A0, A1, ALL_T));
  add(T0, OUT, A1);
  ldw(T1, W_OUT_LIMIT);
  bgtu(T0, T1, "out_of_room");
  label("more");
  copy16(OUT, 0, A0, 0);
  bleu(A1, 16, "last");
  copy16(OUT, 16, A0, 16);
  bleu(A1, 32, "last");
  add(A0, A0, 32);
  add(OUT, OUT, 32);
  sub(A1, A1, 32);
  jump("more");
  label("last");
  mov(OUT, T0);
  ret();
}

/* put_escaped: append A1 bytes from A0 with '<', '>', '&' and '"' escaped. Up to fifteen bytes after those are read,
 * and written after the HTML; both lie in the workspace. For sixteen bytes there is room after W_OUT_LIMIT. */
static void lay_put_escaped(void) {
  routine("put_escaped", in(A0, A1, WORKSPACE), moves(OUT), destroys(A0, A1, ALL_T));
  bgtu(A1, 16, "long");
  copy16(OUT, 0, A0, 0);
  mask16(T0, A0, escaped);
  bne(T0, 0, "found_in_short");
  add(OUT, OUT, A1);
  ret();
  label("found_in_short");
  add(A1, A1, A0);
  jump("found");
  label("long");
  mul(T0, A1, 6); /* &quot; for each */
  add(T0, T0, OUT);
  ldw(T1, W_OUT_LIMIT);
  bgtu(T0, T1, "out_of_room");
  add(A1, A1, A0); /* the end */
  label("next");
  copy16(OUT, 0, A0, 0);
  mask16(T0, A0, escaped);
  bne(T0, 0, "found");
  add(OUT, OUT, 16);
  add(A0, A0, 16);
  bltu(A0, A1, "next");
  label("last"); /* take back what was copied beyond the end */
  sub(A0, A0, A1);
  sub(OUT, OUT, A0);
  ret();
  label("found");
  first16(T0, T0);
  add(OUT, OUT, T0);
  add(A0, A0, T0);
  bgeu(A0, A1, "last");
  ld8_next(T1, A0);
  beq(T1, '<', "less");
  beq(T1, '>', "greater");
  beq(T1, '&', "ampersand");
  put_literal("&quot;");
  jump("next");
  label("less");
  put_literal("&lt;");
  jump("next");
  label("greater");
  put_literal("&gt;");
  jump("next");
  label("ampersand");
  put_literal("&amp;");
  jump("next");
}

/* Bytes that end the text at the start of a block, the two that are escaped there, and '^'. */
static const ByteSet special_or_escaped = {4, {{0, '[', '`'}, {0x02, 0x3E, 0}, {0x04, 0x26, 0}, {0, '*', 0}}};

/* put_leading_text: append the text from A0 = A2 up to the first byte that may be no text, or up to A3 at the most, in
 * one pass that writes while it looks. out A0 = where it ended: before a '!' that may be part of an image. Nothing is
 * appended where the whole might not fit. Reads and writes as far as put_escaped does. */
static void lay_put_leading_text(void) {
  routine("put_leading_text", in(A0, A2, A3, WORKSPACE), out(A0), moves(OUT), destroys(ALL_T));
  sub(T0, A3, A0);
  bleu(T0, 64, "next"); /* for so much there is room after W_OUT_LIMIT */
  mul(T0, T0, 6);
  add(T0, T0, OUT);
  ldw(T1, W_OUT_LIMIT);
  bgtu(T0, T1, "ended");
  label("next");
  copy16(OUT, 0, A0, 0);
  mask16(T0, A0, special_or_escaped);
  bne(T0, 0, "found");
  add(OUT, OUT, 16);
  add(A0, A0, 16);
  bltu(A0, A3, "next");
  label("all_text");
  sub(A0, A0, A3);
  sub(OUT, OUT, A0);
  mov(A0, A3);
  label("ended");
  ret();
  label("found");
  first16(T0, T0);
  add(OUT, OUT, T0);
  add(A0, A0, T0);
  bgeu(A0, A3, "all_text");
  ld8(T1, A0, 0);
  beq(T1, '"', "quotation_mark");
  beq(T1, '>', "greater");
  bne(T1, '[', "ended");
  beq(A0, A2, "ended");
  ld8(T1, A0, -1);
  bne(T1, '!', "ended");
  sub(A0, A0, 1);
  sub(OUT, OUT, 1);
  ret();
  label("quotation_mark");
  add(A0, A0, 1);
  put_literal("&quot;");
  jump("next");
  label("greater");
  add(A0, A0, 1);
  put_literal("&gt;");
  jump("next");
}

/* out_of_room: note that the HTML does not fit; the walks stop at their next step. */
static void lay_out_of_room(void) {
  routine("out_of_room", in(WORKSPACE), destroys(T0));
  li(T0, MARKDOWN_NO_SPACE);
  stw(T0, W_ERROR);
  ret();
}

/* put_joined: as put_escaped, with each line end a space. */
static void lay_put_joined(void) {
  Reg place = S0, end = S1, segment = S2;
  routine("put_joined", in(A0, A1, WORKSPACE), moves(OUT), destroys(A0, A1, ALL_T));
  enter(place, end, segment);
  mov(place, A0);
  add(end, A0, A1);
  label("segment");
  mov(segment, place);
  label("find_end");
  mask16(T0, place, newline);
  bne(T0, 0, "found");
  add(place, place, 16);
  bltu(place, end, "find_end");
  jump("last");
  label("found");
  first16(T0, T0);
  add(place, place, T0);
  bgeu(place, end, "last");
  mov(A0, segment);
  sub(A1, place, segment);
  call("put_escaped");
  st8(' ', OUT, 0);
  add(OUT, OUT, 1);
  ldw(T0, W_OUT_LIMIT);
  bgtu(OUT, T0, "full");
  add(place, place, 1);
  jump("segment");
  label("last");
  mov(A0, segment);
  sub(A1, end, segment);
  call("put_escaped");
  label("put");
  leave();
  label("full");
  call("out_of_room");
  jump("put");
}

/* What is escaped in the value of href, and a few bytes beside these that are not: '!' '_' '~'. */
static const ByteSet unsafe_in_href = {5, {{0, 0, '"'}, {0, '{', 255}, {0, '[', '`'}, {1, '\'', 0}, {2, '>', 0}}};

/* put_href: append A1 bytes from A0 as the value of href. Reads and writes as far as put_escaped does. */
static void lay_put_href(void) {
  routine("put_href", in(A0, A1, WORKSPACE), moves(OUT), destroys(A0, A1, A2, A3, ALL_T));
  mul(T0, A1, 6);
  add(T0, T0, OUT);
  ldw(T1, W_OUT_LIMIT);
  bgtu(T0, T1, "out_of_room");
  add(A3, A1, A0); /* the end */
  la(A2, "byte_classes");
  bltu(A1, 8, "byte");
  label("next");
  copy16(OUT, 0, A0, 0);
  mask16(T0, A0, unsafe_in_href);
  bne(T0, 0, "found");
  add(OUT, OUT, 16);
  add(A0, A0, 16);
  bltu(A0, A3, "next");
  label("last"); /* take back what was copied beyond the end */
  sub(A0, A0, A3);
  sub(OUT, OUT, A0);
  ret();
  label("found");
  first16(T0, T0);
  add(OUT, OUT, T0);
  add(A0, A0, T0);
  label("byte"); /* few bytes, or after one that is unsafe, where there are often more */
  bgeu(A0, A3, "last");
  ld8_next(T0, A0);
  ld8x(T1, A2, T0);
  bclr(T1, IS_HREF_SAFE, "unsafe");
  st8_next(T0, OUT);
  jump("byte");
  label("unsafe");
  beq(T0, '&', "ampersand");
  beq(T0, '\'', "apostrophe");
  st8_next('%', OUT);
  la(A1, "hex_digits");
  shr(T1, T0, 4);
  ld8x(T1, A1, T1);
  st8_next(T1, OUT);
  and(T1, T0, 15);
  ld8x(T1, A1, T1);
  st8_next(T1, OUT);
  jump("byte");
  label("ampersand");
  put_literal("&amp;");
  jump("next");
  label("apostrophe");
  put_literal("&#x27;");
  jump("next");
  data("hex_digits", 1);
  data_string("0123456789ABCDEF");
}

/* line_break: begin a new line unless at the start of one. */
static void lay_line_break(void) {
  routine("line_break", moves(OUT), destroys(T0));
  ld8(T0, OUT, -1);
  beq(T0, '\n', "done");
  st8('\n', OUT, 0);
  add(OUT, OUT, 1);
  label("done");
  ret();
}

/* put_number: append A0, 0 to 999,999,999, in decimal. */
static void lay_put_number(void) {
  routine("put_number", in(A0), moves(OUT), destroys(A0, A1, A2, A3, ALL_T));
  li(A1, 0xCCCCCCCD); /* n / 10 = n * 0xCCCCCCCD >> 35 for 32 bits */
  add(A2, OUT, 10);
  label("digit");
  mul(T0, A0, A1);
  shr(T0, T0, 35);
  mul(T1, T0, 10);
  sub(T1, A0, T1);
  add(T1, T1, '0');
  sub(A2, A2, 1);
  st8(T1, A2, 0);
  mov(A0, T0);
  bne(A0, 0, "digit");
  add(A3, OUT, 10);
  label("move");
  ld8_next(T0, A2);
  st8_next(T0, OUT);
  bltu(A2, A3, "move");
  ret();
}

/* ---- Blocks ------------------------------------------------------------------------------------------------------ */

/* Where more than MARKDOWN_PIECE bytes of HTML stand there, and nothing was left out for want of room: have them
 * written, and begin again with the last of them before W_OUT_START, as line_break asks for it. */
static void lay_write_piece(const char *piece_writer) {
  ldw(T0, W_ERROR);
  bne(T0, 0, "done");
  ldw(T0, W_OUT_LIMIT);
  bgtu(OUT, T0, "no_space");
  ldw(A1, W_OUT_START);
  sub(A2, OUT, A1);
  call(piece_writer);
  ld8(T0, OUT, -1);
  ldw(OUT, W_OUT_START);
  st8(T0, OUT, -1);
  jump("next_record");
  label("no_space");
}

/* render_document: the HTML of all records, or what has not been written of it; out OUT = its end, W_OUT_START its
 * start; or W_ERROR. */
static void lay_render_document(const char *piece_writer) {
  Reg block = S0, flags = S1, limit = S2; /* a record, W_FLAGS, W_OUT_LIMIT or the end of a piece before it */
  routine("render_document", in(WORKSPACE), out(OUT), destroys(ALL_A, ALL_T, block, flags, limit));
  enter_bare();
  /* tags, tokens and scratch for the longest leaf block; the rest is for the HTML */
  ldw(T0, W_TOP);
  add(T0, T0, 31);
  and(T0, T0, -16);
  stw(T0, W_TAGS);
  ldw(T1, W_LONGEST);
  add(T0, T0, T1);
  add(T0, T0, 31);
  and(T0, T0, -16);
  stw(T0, W_TOKENS);
  mul(A0, T1, TOKEN_SIZE);
  add(T0, T0, A0);
  add(T0, T0, 8 * TOKEN_SIZE);
  stw(T0, W_SCRATCH);
  add(T0, T0, T1);
  add(T0, T0, T1);
  add(T0, T0, 256);
  add(OUT, T0, 1);
  ldw(T1, W_END);
  sub(T1, T1, 4096);
  stw(T1, W_OUT_LIMIT);
  ldw(flags, W_FLAGS);
  if (piece_writer) {
    add(limit, OUT, MARKDOWN_PIECE);
    bgtu(limit, T1, "no_space");
  } else {
    mov(limit, T1);
    bgtu(OUT, T1, "full");
  }
  st8('\n', T0, 0); /* the HTML begins at the start of a line */
  stw(OUT, W_OUT_START);
  stw(0, W_TICKS_READY);
  stw(0, W_TICKS_EPOCH);
  stw(0, W_LAST_DELIMITER);
  stw(BLOCK_NONE, W_NO_RECORD);
  add(block, WORKSPACE, W_DOCUMENT);

  label("next");
  bgtu(OUT, limit, "full"); /* looked at after the last record too: what was left out for want of room came after it */
  if (piece_writer)
    label("next_record");
  ld32(block, block, R_NEXT);
  add(block, block, WORKSPACE);
  ld8(T0, block, R_TYPE);
  jump_table(T0, "block_renderers");
  label("full");
  if (piece_writer)
    lay_write_piece(piece_writer);
  call("out_of_room");
  label("done");
  leave();

  label("quote");
  call("line_break");
  put_literal("<blockquote>\n");
  label("tag_and_line"); /* a start tag and a line end have been written */
  bclr(flags, MARKDOWN_SOURCEPOS, "next");
  li(A0, 2);
  label("with_position");
  call("put_position");
  jump("next");
  label("quote_end");
  put_literal("</blockquote>\n");
  jump("next");

  label("list");
  call("line_break");
  ld8(T0, block, R_AUX); /* bullets: * + -, and all between them; the numbers' . and ) lie around these */
  sub(T0, T0, '*');
  bgtu(T0, '-' - '*', "ordered");
  put_literal("<ul>\n");
  jump("tag_and_line");
  label("ordered");
  ld32(A0, block, R_EXTRA);
  beq(A0, 1, "from_one");
  put_literal("<ol start=\"");
  call("put_number");
  put_literal("\">\n");
  jump("tag_and_line");
  label("from_one");
  put_literal("<ol>\n");
  jump("tag_and_line");
  label("list_end");
  put_literal("</ul>\n");
  ld8(T0, block, R_AUX);
  sub(T0, T0, '*');
  bleu(T0, '-' - '*', "next");
  st8('o', OUT, -4);
  jump("next");

  label("item");
  put_literal("<li>");
  bclr(flags, MARKDOWN_SOURCEPOS, "next");
  li(A0, 1);
  jump("with_position");
  label("item_end");
  put_literal("</li>\n");
  jump("next");

  label("paragraph");
  ld32(T0, block, R_PARENT);
  add(T0, T0, WORKSPACE);
  ld8(T1, T0, R_TYPE);
  bne(T1, BLOCK_ITEM, "loose");
  ld32(T0, T0, R_PARENT);
  add(T0, T0, WORKSPACE);
  ld8(T1, T0, R_FLAGS);
  bset(T1, BLOCK_LOOSE, "loose");
  call("render_inlines"); /* in a tight list it has no tags */
  jump("next");
  label("loose");
  call("line_break");
  put_literal("<p>");
  bset(flags, MARKDOWN_SOURCEPOS, "paragraph_position");
  label("paragraph_text");
  call("render_inlines");
  put_literal("</p>\n");
  jump("next");

  label("heading");
  call("line_break");
  put_literal("<h0>");
  ld8(T1, block, R_AUX);
  add(T1, T1, '0');
  st8(T1, OUT, -2);
  bset(flags, MARKDOWN_SOURCEPOS, "heading_position");
  label("heading_text");
  call("render_inlines");
  put_literal("</h0>\n");
  ld8(T1, block, R_AUX);
  add(T1, T1, '0');
  st8(T1, OUT, -3);
  jump("next");

  label("code");
  call("render_code_block");
  jump("next");

  label("html");
  call("line_break");
  bclr(flags, MARKDOWN_UNSAFE, "omitted");
  call("load_content");
  call("put_raw");
  jump("next");
  label("omitted");
  put_literal("<!-- raw HTML omitted -->\n");
  jump("next");

  label("break");
  call("line_break");
  put_literal("<hr />\n");
  bclr(flags, MARKDOWN_SOURCEPOS, "next");
  li(A0, 4);
  jump("with_position");

  label("paragraph_position");
  li(A0, 1);
  call("put_position");
  jump("paragraph_text");
  label("heading_position");
  li(A0, 1);
  call("put_position");
  jump("heading_text");

  static const char *const renderer[BLOCK_NONE + 1] = {
      "render_document.next",      "render_document.quote",     "render_document.item",     "render_document.list",
      "render_document.paragraph", "render_document.heading",   "render_document.code",     "render_document.html",
      "render_document.break",     "render_document.quote_end", "render_document.item_end", "render_document.list_end",
      "render_document.done"};
  data("block_renderers", 2);
  for (int i = 0; i <= BLOCK_NONE; i++)
    data_offset16(renderer[i], "block_renderers");
}

/* load_content: A0, A1 = the content of the leaf block S0 and its length. */
static void lay_load_content(void) {
  Reg block = S0;
  routine("load_content", in(block, WORKSPACE), out(A0, A1));
  ld32(A0, block, R_DATA);
  add(A0, A0, WORKSPACE);
  ld32(A1, block, R_LEN);
  ret();
}

/* render_code_block: the code block S0. The first line of a fenced block's content is its info string. */
static void lay_render_code_block(void) {
  Reg block = S0, content = S1, end = S2, info = S3;
  routine("render_code_block", in(block, WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T));
  enter(content, end, info);
  call("line_break");
  call("load_content");
  mov(content, A0);
  add(end, A0, A1);
  ld8(T0, block, R_FLAGS);
  bclr(T0, BLOCK_FENCED, "no_info");
  label("info_end");
  ld8_next(T0, content);
  bne(T0, '\n', "info_end");
  sub(A1, content, A0);
  sub(A1, A1, 1);
  beq(A1, 0, "no_info");
  ldw(A2, W_SCRATCH);
  call("unescape_references");
  mov(A1, A0);
  ldw(A0, W_SCRATCH);
  call("trim");
  mov(info, A0);
  call("unescape_backslashes");
  beq(A0, 0, "no_info");
  add(A2, info, A0);
  put_literal("<pre><code class=\"language-");
  mov(A0, info); /* its first word */
  label("word");
  bgeu(info, A2, "word_end");
  ld8(T0, info, 0);
  if_class(T0, IS_SPACE, "word_end");
  add(info, info, 1);
  jump("word");
  label("word_end");
  sub(A1, info, A0);
  mov(info, A0);
  ldw(T0, W_FLAGS);
  bset(T0, MARKDOWN_SOURCEPOS, "position_and_info");
  label("info");
  call("put_escaped");
  put_literal("\">");
  jump("content");
  label("no_info");
  put_literal("<pre><code>");
  ldw(T0, W_FLAGS);
  bset(T0, MARKDOWN_SOURCEPOS, "position");
  label("content");
  mov(A0, content);
  sub(A1, end, content);
  call("put_escaped");
  put_literal("</code></pre>\n");
  leave();

  label("position");
  li(A0, sizeof "><code>" - 1);
  call("put_position");
  jump("content");
  label("position_and_info");
  stw(A1, W_URL_LEN);
  li(A0, sizeof "><code class=\"language-" - 1);
  call("put_position");
  mov(A0, info);
  ldw(A1, W_URL_LEN);
  jump("info");
}

/* render_inlines: parse and render the inlines of the leaf block S0. Text that nothing stands in is written at once. */
static void lay_render_inlines(void) {
  Reg block = S0;
  routine("render_inlines", in(block, WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T));
  ld32(A0, block, R_DATA);
  ld32(A3, block, R_LEN);
  add(A0, A0, WORKSPACE);
  add(A3, A3, A0);
  mov(A2, A0);
  ld8(A1, block, R_FLAGS);
  ldw(T0, W_FLAGS);
  or (A1, A1, T0);
  and(A1, A1, BLOCK_PADDED | LINE_FLAGS);
  stw(A1, W_PADDED);
  label("trim");
  bgeu(A0, A3, "empty");
  ld8(T0, A3, -1);
  bgtu(T0, ' ', "trimmed");
  if_not_class(T0, IS_SPACE, "trimmed");
  sub(A3, A3, 1);
  jump("trim");
  label("empty");
  ret();
  label("trimmed");
  bne(A1, 0, "render_parsed_inlines");
  enter_bare();
  call("put_leading_text");
  bgeu(A0, A3, "done");
  call("render_parsed_inlines");
  label("done");
  leave();
}

/* render_parsed_inlines: parse and render the inlines from A0 to A3 of the leaf block that starts at A2. Destroys A*,
 * T*. */
static void lay_render_parsed_inlines(void) {
  Reg token = S0, tokens_end = S1; /* what render_tokens takes, after the inline phase */
  routine("render_parsed_inlines", in(A0, A2, A3, WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T));
  enter(NEXT, SUBJECT_END, RUN, BOUND);
  mov(NEXT, A2);
  mov(SUBJECT_END, A3);
  stw(OUT, W_OUT);
  ldw(TOKEN, W_TOKENS);
  add(TOKEN, TOKEN, TOKEN_SIZE);
  call("parse_inlines");
  mov(tokens_end, TOKEN);
  ldw(token, W_TOKENS);
  ldw(OUT, W_OUT);
  ldw(T0, W_ERROR);
  bne(T0, 0, "done");
  call("render_tokens");
  label("done");
  leave();
}

/* ---- Inlines ------------------------------------------------------------------------------------------------------
 */

/* render_tokens: the tokens after the one at S0, up to S1. S2 = how many images we are inside of, where only text
 * counts. S3 = W_OUT_LIMIT. */
static void lay_render_tokens(void) {
  Reg token = S0, tokens_end = S1, images = S2, limit = S3;
  routine("render_tokens", in(token, tokens_end, WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T, token, images, limit));
  enter_bare();
  li(images, 0);
  ldw(limit, W_OUT_LIMIT);
  label("next");
  add(token, token, TOKEN_SIZE);
  bgeu(token, tokens_end, "done");
  bgtu(OUT, limit, "full");
  ld8(T0, token, T_KIND);
  jump_table(T0, "token_renderers");
  label("full");
  call("out_of_room");
  label("done");
  leave();

  label("text");
  ld32(A0, token, T_OFF);
  add(A0, A0, WORKSPACE);
  ld32(A1, token, T_LEN);
  sub(token, token, TOKEN_SIZE - TEXT_TOKEN_SIZE);
  bne(images, 0, "joined");
  label("escaped");
  call("put_escaped");
  jump("next");
  label("joined");
  call("put_joined");
  jump("next");
  label("raw");
  call("put_raw");
  jump("next");

  label("decoded");
  add(A0, token, T_BYTES);
  ld32(A1, token, T_LEN);
  jump("escaped");

  label("soft_break");
  bne(images, 0, "space");
  ldw(T0, W_FLAGS);
  bset(T0, MARKDOWN_HARDBREAKS | MARKDOWN_NOBREAKS, "break_as_asked");
  st8_next('\n', OUT);
  jump("next");
  label("break_as_asked");
  bclr(T0, MARKDOWN_HARDBREAKS, "space");
  label("hard_break");
  bne(images, 0, "space");
  put_literal("<br />\n");
  jump("next");
  label("space");
  st8_next(' ', OUT);
  jump("next");

  label("code");
  call("render_code");
  jump("next");

  label("html");
  call("load_text");
  bne(images, 0, "escaped");
  ldw(T0, W_FLAGS);
  bset(T0, MARKDOWN_UNSAFE, "raw");
  put_literal("<!-- raw HTML omitted -->");
  jump("next");

  label("autolink");
  call("render_autolink");
  jump("next");

  label("delimiter");
  call("render_delimiter");
  jump("next");

  label("bracket");
  call("load_text");
  jump("raw");

  label("em");
  bne(images, 0, "next");
  put_literal("<em>");
  jump("next");
  label("strong");
  bne(images, 0, "next");
  put_literal("<strong>");
  jump("next");
  label("em_and_strong");
  bne(images, 0, "next");
  put_literal("<em><strong>");
  jump("next");
  label("em_end");
  bne(images, 0, "next");
  put_literal("</em>");
  jump("next");
  label("strong_end");
  bne(images, 0, "next");
  put_literal("</strong>");
  jump("next");
  label("em_and_strong_end");
  bne(images, 0, "next");
  put_literal("</strong></em>");
  jump("next");

  label("link_open");
  ldw(A5, W_TOKENS);
  ld32(T0, token, T_CLOSER);
  add(A5, A5, T0); /* its closer, which holds destination and title */
  ld8(T0, token, T_FLAGS);
  bset(T0, TOKEN_IMAGE, "image_open");
  bne(images, 0, "next");
  put_literal("<a href=\"");
  stw(A5, W_OPENER);
  call("put_destination");
  call("put_title");
  put_literal("\">");
  jump("next");
  label("image_open");
  add(images, images, 1);
  bne(images, 1, "next");
  put_literal("<img src=\"");
  stw(A5, W_OPENER);
  call("put_destination");
  put_literal("\" alt=\"");
  jump("next");

  label("link_close");
  ld8(T0, token, T_FLAGS);
  bset(T0, TOKEN_IMAGE, "image_close");
  bne(images, 0, "next");
  put_literal("</a>");
  jump("next");
  label("image_close");
  sub(images, images, 1);
  bne(images, 0, "next");
  call("put_title");
  put_literal("\" />");
  jump("next");

  static const char *const renderer[TOKEN_KINDS] = {"render_tokens.text",
                                                    "render_tokens.decoded",
                                                    "render_tokens.soft_break",
                                                    "render_tokens.hard_break",
                                                    "render_tokens.code",
                                                    "render_tokens.html",
                                                    "render_tokens.autolink",
                                                    "render_tokens.delimiter",
                                                    "render_tokens.bracket",
                                                    "render_tokens.link_open",
                                                    "render_tokens.link_close",
                                                    "render_tokens.em",
                                                    "render_tokens.strong",
                                                    "render_tokens.em_and_strong",
                                                    "render_tokens.em_end",
                                                    "render_tokens.strong_end",
                                                    "render_tokens.em_and_strong_end"};
  data("token_renderers", 2);
  for (int i = 0; i < TOKEN_KINDS; i++)
    data_offset16(renderer[i], "token_renderers");
}

/* load_text: A0, A1 = the text of the token S0 and its length. */
static void lay_load_text(void) {
  Reg token = S0;
  routine("load_text", in(token, WORKSPACE), out(A0, A1));
  ld32(A0, token, T_OFF);
  add(A0, A0, WORKSPACE);
  ld32(A1, token, T_LEN);
  ret();
}

/* render_code: the code span S0 (6.1): line ends are spaces, and one space at each end goes, unless all are. */
static void lay_render_code(void) {
  Reg token = S0, images = S2;
  routine("render_code", in(token, images, WORKSPACE), moves(OUT), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  call("load_text");
  ld8(T0, A0, 0);
  beq(T0, ' ', "space_first");
  bne(T0, '\n', "content");
  label("space_first");
  add(T1, A0, A1);
  ld8(T0, T1, -1);
  beq(T0, ' ', "space_last");
  bne(T0, '\n', "content");
  label("space_last");
  mov(A2, A0);
  label("find_other");
  bgeu(A2, T1, "content");
  ld8_next(T0, A2);
  beq(T0, ' ', "find_other");
  beq(T0, '\n', "find_other");
  add(A0, A0, 1);
  sub(A1, A1, 2);
  label("content");
  bne(images, 0, "text_alone");
  put_literal("<code>");
  call("put_joined");
  put_literal("</code>");
  label("put");
  leave();
  label("text_alone");
  call("put_joined");
  jump("put");
}

/* render_autolink: the autolink S0. Its text is its address, character references replaced. */
static void lay_render_autolink(void) {
  Reg token = S0, address = S1, images = S2, text = S3;
  routine("render_autolink", in(token, images, WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T));
  enter(address, text);
  ldw(address, W_SCRATCH);
  mov(text, address);
  ld8(T0, token, T_FLAGS);
  bclr(T0, TOKEN_EMAIL, "scheme_there");
  la(T0, "mailto");
  copy16(address, 0, T0, 0);
  add(text, text, 7);
  label("scheme_there");
  call("load_text");
  mov(A2, text);
  call("unescape_references");
  bne(images, 0, "text_alone");
  stw(A0, W_URL_LEN);
  add(A1, A0, text);
  sub(A1, A1, address);
  put_literal("<a href=\"");
  mov(A0, address);
  call("put_safe_href");
  put_literal("\">");
  mov(A0, text);
  ldw(A1, W_URL_LEN);
  call("put_escaped");
  put_literal("</a>");
  label("put");
  leave();
  label("text_alone");
  mov(A1, A0);
  mov(A0, text);
  call("put_escaped");
  jump("put");
  data("mailto", 1);
  data_string("mailto:"); /* and more that is read */
}

/* render_delimiter: the run S0, which no run of its length has become a pair with: the emphasis that it closes, the
 * characters left, the emphasis that it opens. */
static void lay_render_delimiter(void) {
  Reg run = S0, images = S2;
  routine("render_delimiter", in(run, images, WORKSPACE), moves(OUT), destroys(A0, A1, ALL_T));
  ld32(A0, run, T_OFF);
  ld32(A1, run, T_LEN);
  ld32(T0, run, T_LOW);
  ld32(T1, run, T_HIGH);
  sub(T0, T1, T0); /* characters left */
  bne(T0, A1, "render_delimiter_parts");
  add(A0, A0, WORKSPACE);
  jump("put_raw");
}

/* render_delimiter_parts: the same for a run that is used up in several steps, or in part, or in an image. */
static void lay_render_delimiter_parts(void) {
  Reg run = S0, place = S1, images = S2, tags = S3;
  routine("render_delimiter_parts", in(run, images, WORKSPACE), moves(OUT), destroys(A0, A1, ALL_T));
  enter(place, tags);
  ldw(tags, W_TAG_BIAS);
  ld32(T0, run, T_OFF);
  add(tags, tags, T0); /* the tag of its first character */
  li(place, 0);
  label("next");
  ld32(T0, run, T_LOW);
  bltu(place, T0, "tag");
  ld32(A1, run, T_HIGH);
  bgeu(place, A1, "tags_right");
  ld32(A0, run, T_OFF);
  add(A0, A0, WORKSPACE); /* its characters are all the same */
  sub(T0, A1, place);
  mov(place, A1);
  mov(A1, T0);
  call("put_raw");
  label("tags_right");
  ld32(T0, run, T_LEN);
  bgeu(place, T0, "done");
  label("tag");
  ldw(T0, W_OUT_LIMIT);
  bgtu(OUT, T0, "done"); /* the next token finds it full */
  ld8x(T0, tags, place);
  add(place, place, 1);
  bne(images, 0, "next");
  beq(T0, TAG_SKIP, "next");
  beq(T0, TAG_EM_OPEN, "em");
  beq(T0, TAG_STRONG_OPEN, "strong");
  beq(T0, TAG_EM_CLOSE, "em_end");
  put_literal("</strong>");
  jump("next");
  label("em");
  put_literal("<em>");
  jump("next");
  label("strong");
  put_literal("<strong>");
  jump("next");
  label("em_end");
  put_literal("</em>");
  jump("next");
  label("done");
  leave();
}

/* put_destination: the destination of the link closer A5. */
static void lay_put_destination(void) {
  routine("put_destination", in(A5, WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T));
  enter_bare();
  ld32(A0, A5, T_URL);
  add(A0, A0, WORKSPACE);
  ld32(A1, A5, T_URL_LEN);
  ld8(T0, A5, T_FLAGS);
  bset(T0, TOKEN_CLEAN, "clean");
  ldw(A2, W_SCRATCH);
  call("clean_url");
  mov(A1, A0);
  ldw(A0, W_SCRATCH);
  label("clean");
  call("put_safe_href");
  leave();
}

/* put_title: the title of the link closer W_OPENER, if it has one, as a further attribute. */
static void lay_put_title(void) {
  routine("put_title", in(WORKSPACE), moves(OUT), destroys(ALL_A, ALL_T));
  enter_bare();
  ldw(A5, W_OPENER);
  ld8(T1, A5, T_FLAGS);
  bclr(T1, TOKEN_TITLED, "untitled");
  put_literal("\" title=\"");
  ld32(A0, A5, T_TITLE);
  add(A0, A0, WORKSPACE);
  ld32(A1, A5, T_TITLE_LEN);
  bset(T1, TOKEN_CLEAN, "clean");
  ldw(A2, W_SCRATCH);
  call("clean_title");
  mov(A1, A0);
  ldw(A0, W_SCRATCH);
  label("clean");
  call("put_escaped");
  label("untitled");
  leave();
}

/* put_safe_href: as put_href, but in safe mode nothing for a URL that is dangerous: one of javascript:, vbscript:,
 * file:, and data: but for the images png, gif, jpeg and webp. */
static void lay_put_safe_href(void) {
  routine("put_safe_href", in(A0, A1, WORKSPACE), moves(OUT), destroys(A0, A1, A2, A3, A5, ALL_T));
  ldw(T0, W_FLAGS);
  bset(T0, MARKDOWN_UNSAFE, "put_href");
  enter_bare();
  la(A3, "dangerous_urls");
  call("has_prefix");
  beq(A2, 0, "safe");
  la(A3, "data_images");
  call("has_prefix");
  beq(A2, 0, "omitted");
  label("safe");
  call("put_href");
  label("omitted");
  leave();

  /* in A0, A1 = bytes, A3 = a list: a length and that many bytes in lower case, and so on up to a length of 0; out A2 =
   * 1 if the bytes begin with one of these in any case, else 0 */
  routine("has_prefix", in(A0, A1, A3), out(A2), destroys(A3, A5, ALL_T));
  label("next_prefix");
  ld8_next(A2, A3);
  beq(A2, 0, "none");
  add(A5, A3, A2);
  bltu(A1, A2, "no_match");
  label("compare");
  beq(A2, 0, "match");
  sub(A2, A2, 1);
  ld8x(T0, A0, A2);
  ld8x(T1, A3, A2);
  beq(T0, T1, "compare");
  or (T0, T0, 0x20);
  bne(T0, T1, "no_match");
  bgeu(T0, 'a', "compare");
  label("no_match");
  mov(A3, A5);
  jump("next_prefix");
  label("match");
  li(A2, 1);
  label("none");
  ret();

  data("dangerous_urls", 1);
  data_string("\013javascript:\011vbscript:\005file:\005data:");
  static const char end_of_list;
  data_bytes(&end_of_list, 1);
  data("data_images", 1);
  data_string("\016data:image/png\016data:image/gif\017data:image/jpeg\017data:image/webp");
  data_bytes(&end_of_list, 1);
}

void lay_html(const char *piece_writer) {
  name_long_literals();
  lay_put_raw();
  lay_put_escaped();
  lay_put_leading_text();
  lay_out_of_room();
  lay_put_joined();
  lay_put_href();
  lay_line_break();
  lay_put_number();
  lay_render_document(piece_writer);
  lay_load_content();
  lay_render_code_block();
  lay_render_inlines();
  lay_render_parsed_inlines();
  lay_render_tokens();
  lay_load_text();
  lay_render_code();
  lay_render_autolink();
  lay_render_delimiter();
  lay_render_delimiter_parts();
  lay_put_destination();
  lay_put_title();
  lay_put_safe_href();
  lay_literals();
}

/* SPDX-License-Identifier: MIT */
