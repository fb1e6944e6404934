/* markdown-render: the renderer as a filter, in the shape of cmark's own command line.
 *
 *     markdown-render [OPTION...] [FILE...]
 *
 * This file is the command line and the filter itself; the renderer is generators/markdown. */
#include "../http/http.h"
#include "../markdown/markdown.h"
#include "../words.h"

#define ARGUMENT_PLACE S0 /* the place in argv of the argument in hand */
#define ARGUMENT S1       /* the argument itself */
#define NO_OPTIONS S2     /* not 0: "--" has come */
#define FLAGS S3          /* of markdown_render */
#define FILES S4 /* where the FILEs are gathered: at the front of argv, whose arguments are done with by then */
#define FILES_END S5

static const char help[] = "usage: markdown-render [OPTION...] [FILE...]\n"
                           "\n"
                           "Write the HTML of the Markdown in the FILEs, read as one document, or of the\n"
                           "standard input where none is named, to the standard output.\n"
                           "\n"
                           "  -t, --to html    this is the one format\n"
                           "  --unsafe         pass raw HTML and dangerous URLs through\n"
                           "  --safe           leave them out; this is the default, and --unsafe overrides it\n"
                           "  --sourcepos      say of each block where it stands in the document\n"
                           "  --hardbreaks     make each line end a hard line break\n"
                           "  --nobreaks       make each line end a space\n"
                           "  --smart          write quotation marks, dashes and ellipses for ' \" -- ...\n"
                           "  --validate-utf8  put U+FFFD in the place of ill-formed UTF-8\n"
                           "  --help           print this\n"
                           "  --version        print what this is\n"
                           "\n"
                           "Exit status: 0: done. 1: not read, too large, or not written. 2: usage.\n";

static const char version[] = "markdown-render: CommonMark 0.30, the HTML of cmark 0.30.2\n";

static const NamedString strings[] = {{"program_name", "markdown-render"},
                                      {"help_text", help},
                                      {"version_text", version},
                                      {"unknown_option_text", "unknown option '"},
                                      {"see_help", "'; see markdown-render --help"},
                                      {"formats", "html"}, /* the names of formats, for find_option */
                                      {"formats_end", ""},
                                      {"unknown_format_text", "unknown format '"},
                                      {"formats_known", "'; html is the one that there is"},
                                      {"option", "option "},
                                      {"wants_format", " wants a format: html"},
                                      {"standard_input", "standard input"},
                                      {"the_document", "the document"}};

/* The options, and where in "_start" each is handled; the last entry is for all others. The first ones are the flags of
 * markdown_render, from bit 0 on. */
static const Option options[] = {
    {"--unsafe", "_start.flag"},        {"--sourcepos", "_start.flag"}, {"--hardbreaks", "_start.flag"},
    {"--nobreaks", "_start.flag"},      {"--smart", "_start.flag"},     {"--validate-utf8", "_start.flag"},
    {"--safe", "_start.next_argument"}, {"-t", "_start.format"},        {"--to", "_start.format"},
    {"--", "_start.end_of_options"},    {"--help", "_start.help"},      {"-h", "_start.help"},
    {"--version", "_start.version"},    {"", "_start.unknown_option"}};

/* The document lies where the renderer makes it the text, in the workspace, which is one mapping with it. */
enum {
  READ_STEP = 64 << 10,    /* least room offered to a read */
  HUGE_MAPPING = 502 << 20 /* from here on (2.5 MB of document) pages of 2 MB, of which some stay half empty */
};

/* reserve_document: in A0 = bytes that are expected to be appended. Out A0 = 0, -EFBIG if the document would be longer
 * than the renderer takes, or -errno. Makes room for them and for READ_STEP more, if there is not as much. */
static void lay_reserve_document(void) {
  Reg document = S0, capacity = S1, size = S2;
  routine("reserve_document", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(document, capacity, size);
  la(document, "document");
  ld64(T0, document, DOCUMENT_LENGTH);
  add(capacity, A0, T0);
  mov(A0, capacity);
  call("markdown_workspace");
  blt(A0, 0, "too_large");
  add(capacity, capacity, READ_STEP);
  ld64(T0, document, DOCUMENT_CAPACITY);
  bgeu(T0, capacity, "roomy");
  li(T0, 200 * READ_STEP); /* what the renderer needs for so much more */
  add(size, A0, T0);
  ld64(A1, document, DOCUMENT_WORKSPACE_SIZE);
  ld64(A0, document, DOCUMENT_WORKSPACE);
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
  st64(A0, document, DOCUMENT_WORKSPACE);
  st64(size, document, DOCUMENT_WORKSPACE_SIZE);
  st64(capacity, document, DOCUMENT_CAPACITY);
  bltu(size, HUGE_MAPPING, "small_pages");
  mov(A1, size);
  li(A2, LINUX_MADV_HUGEPAGE);
  mov(A5, A0);
  sys(NR_MADVISE); /* refused where there are none */
  mov(A0, A5);
  label("small_pages");
  add(A0, A0, MARKDOWN_PLACE);
  st64(A0, document, DOCUMENT_BASE);
  label("roomy");
  li(A0, 0);
  label("done");
  leave();
  label("too_large");
  li(A0, -LINUX_EFBIG);
  leave();
}

/* append_input: in A0 = file descriptor. Appends what is to be read there to the document. Out A0 = 0, or -errno. */
static void lay_append_input(void) {
  Reg descriptor = S0;
  routine("append_input", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(descriptor);
  mov(descriptor, A0);
  la(A1, "file_status");
  sys(NR_FSTAT);
  ld64(A0, A1, STAT_SIZE); /* what to expect, no more than that; 0 of a pipe, and of what cannot be told */
  call("reserve_document");
  blt(A0, 0, "done");
  mov(A0, descriptor);
  li(A1, 1);
  call("append_file");
  label("done");
  leave();
  bss("file_status", STAT_ROOM, 8);
}

/* render_in_place: in A0 = flags of markdown_render. Out A0 = length of the HTML, or -EFBIG if it is too large
 * to render; A1 = the HTML. */
static void lay_render_in_place(void) {
  routine("render_in_place", in(A0), out(A0, A1), destroys(A2, A3, A4, A5, ALL_T));
  enter_bare();
  mov(A2, A0);
  la(A5, "document");
  ld64(A1, A5, DOCUMENT_LENGTH);
  mov(A0, A1);
  call("markdown_workspace");
  mov(A4, A0);
  ld64(A0, A5, DOCUMENT_BASE);
  ld64(A3, A5, DOCUMENT_WORKSPACE);
  call("markdown_render");
  bge(A0, 0, "done");
  li(A0, -LINUX_EFBIG); /* MARKDOWN_TOO_LONG, or the bound on the workspace that MARKDOWN_NO_SPACE tells of */
  label("done");
  leave();
}

/* read_file: in A0 = path. Appends the file to the document. Out A0 = 0, or -errno. */
static void lay_read_file(void) {
  routine("read_file", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(S0, S1);
  mov(A1, A0);
  label("open");
  li(A0, LINUX_AT_FDCWD);
  li(A2, LINUX_O_RDONLY | LINUX_O_CLOEXEC);
  sys(NR_OPENAT);
  beq(A0, -LINUX_EINTR, "open");
  blt(A0, 0, "done");
  mov(S0, A0);
  call("append_input");
  mov(S1, A0);
  mov(A0, S0);
  sys(NR_CLOSE);
  mov(A0, S1);
  label("done");
  leave();
}

/* write_piece: write A2 bytes at A1 to the standard output, or end the program with an error. */
static void lay_write_piece(void) {
  routine("write_piece", in(A1, A2), destroys(A0, A1, A2, A3, A4, ALL_T));
  enter_bare();
  li(A0, 1);
  call("write_all");
  blt(A0, 0, "output_failed");
  leave();
}

/* filter: renders the FILEs and ends the program. The HTML is written in pieces, so that no more than one stands in
 * memory; what an error in the middle of it can be is one of the write alone. */
static void lay_filter(void) {
  routine("filter", in(S3, S4, S5), no_return);
  never_returns();
  call("ignore_sigpipe");
  bne(FILES, FILES_END, "next_file");
  la(ARGUMENT, "standard_input");
  li(A0, 0);
  call("append_input");
  blt(A0, 0, "not_read");
  jump("render");
  label("next_file");
  ld64(ARGUMENT, FILES, 0);
  mov(A0, ARGUMENT);
  call("read_file");
  blt(A0, 0, "not_read");
  add(FILES, FILES, 8);
  bne(FILES, FILES_END, "next_file");

  label("render");
  la(ARGUMENT, "the_document");
  mov(A0, FLAGS);
  call("render_in_place");
  blt(A0, 0, "not_read");
  mov(A2, A0);
  jump("print_and_exit");

  label("not_read");
  call("reason_for");
  mov(A2, A0);
  la(A0, "nothing");
  mov(A1, ARGUMENT);
  li(A3, EXIT_FAILED);
  jump("fail");
}

/* Where the kernel starts the program. Options may stand anywhere among the FILEs, as cmark has it. */
static void lay_start(void) {
  routine("_start", no_return);
  stack_pointer(ARGUMENT_PLACE);
  never_returns();
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8); /* argv[0] */
  mov(FILES, ARGUMENT_PLACE);
  mov(FILES_END, ARGUMENT_PLACE);
  li(NO_OPTIONS, 0);
  li(FLAGS, 0);

  label("next_argument");
  ld64(T0, ARGUMENT_PLACE, 0);
  beq(T0, 0, "filter");
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8);
  ld64(ARGUMENT, ARGUMENT_PLACE, 0);
  beq(ARGUMENT, 0, "filter");
  bne(NO_OPTIONS, 0, "file");
  ld8(T0, ARGUMENT, 0);
  bne(T0, '-', "file");
  mov(A0, ARGUMENT);
  la(A1, "options");
  call("find_option");
  mov(T1, A0);
  jump_table(A0, "option_handlers");

  label("file");
  st64(ARGUMENT, FILES_END, 0);
  add(FILES_END, FILES_END, 8);
  jump("next_argument");
  label("end_of_options");
  li(NO_OPTIONS, 1);
  jump("next_argument");
  label("flag");
  li(T0, 1);
  shl(T0, T0, T1);
  or (FLAGS, FLAGS, T0);
  jump("next_argument");
  label("format");
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8);
  ld64(A0, ARGUMENT_PLACE, 0);
  beq(A0, 0, "no_format");
  mov(ARGUMENT, A0);
  la(A1, "formats");
  call("find_option");
  beq(A0, 0, "next_argument");
  fail_with("unknown_format_text", ARGUMENT, "formats_known", EXIT_USAGE);
  label("no_format");
  fail_with("option", ARGUMENT, "wants_format", EXIT_USAGE);
  label("help");
  la(A1, "help_text");
  li(A2, sizeof help - 1);
  jump("print_and_exit");
  label("version");
  la(A1, "version_text");
  li(A2, sizeof version - 1);
  jump("print_and_exit");
  label("unknown_option");
  fail_with("unknown_option_text", ARGUMENT, "see_help", EXIT_USAGE);
}

static void author(void) {
  data_strings(strings);
  data_options(options);
  lay_start();
  lay_filter();
  lay_write_piece();
  lay_read_file();
  lay_reserve_document();
  lay_append_input();
  lay_render_in_place();
  lay_linux_text();
  lay_append_decimal();
  lay_linux_waiting_calls();
  lay_linux_options();
  lay_document_failures();
  lay_map_memory();
  lay_document_reading();
  lay_markdown_in_pieces("write_piece");
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "markdown-render", author); }

/* SPDX-License-Identifier: MIT */
