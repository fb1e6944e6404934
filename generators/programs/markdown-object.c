/* markdown-object.c: the renderer as a relocatable object, so that a C program links it: markdown-render_ARCH.o, with
 * markdown_render.h beside it to include, and markdown-render-counted_x64.o, the same with a coverage counter at each
 * label, for fuzzing.
 *
 * Each C function is a routine that brings the C ABI's arguments into the portable registers, calls the renderer, and
 * takes the result back. The object needs no library, keeps no state and makes no system call. */
#include <stdio.h>
#include <string.h>

#include "markdown/markdown.h"
#include "words.h"

static const char *const exported[] = {"markdown_to_html", "markdown_workspace_size"};

static const char header[] =
    "/* markdown_render.h: CommonMark to HTML, as cmark 0.30.2 does it, from hand-encoded machine code.\n"
    " *\n"
    " *     int64_t size = markdown_workspace_size(length);\n"
    " *     void *workspace = malloc(size);\n"
    " *     const char *html;\n"
    " *     int64_t html_length = markdown_to_html(document, length, 0, workspace, size, &html);\n"
    " *\n"
    " * Link it with markdown-render_x64.o or markdown-render_arm64.o. Both functions are reentrant: there is no "
    "state\n"
    " * outside of the workspace, no system call, and nothing is allocated. */\n"
    "#ifndef MARKDOWN_RENDER_H\n"
    "#define MARKDOWN_RENDER_H\n"
    "\n"
    "#include <stddef.h>\n"
    "#include <stdint.h>\n"
    "\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" {\n"
    "#endif\n"
    "\n"
    "/* Flags, each named like the option of cmark that it stands for. */\n"
    "#define MARKDOWN_UNSAFE 1         /* pass raw HTML and dangerous URLs through */\n"
    "#define MARKDOWN_SOURCEPOS 2      /* say of each block where it stands in the document */\n"
    "#define MARKDOWN_HARDBREAKS 4     /* a line end is a hard line break */\n"
    "#define MARKDOWN_NOBREAKS 8       /* a line end is a space; MARKDOWN_HARDBREAKS overrides it */\n"
    "#define MARKDOWN_SMART 16         /* smart quotation marks, dashes and ellipses */\n"
    "#define MARKDOWN_VALIDATE_UTF8 32 /* U+FFFD in the place of ill-formed UTF-8 */\n"
    "\n"
    "/* Results below 0. */\n"
    "#define MARKDOWN_NO_SPACE (-1) /* the workspace is too small for this document */\n"
    "#define MARKDOWN_TOO_LONG (-2) /* the document is longer than 256 MiB */\n"
    "#define MARKDOWN_TOO_MANY_BLOCKS (-3) /* they need more than 4 GiB, 28 or 32 bytes for each and 3 for each byte:\n"
    " * a document of nothing but '>' reaches that at 132 MiB */\n"
    "\n"
    "/* A document that lies this many bytes from the start of the workspace is not copied, and is lost: it becomes "
    "the\n"
    " * text that is rendered. So a program that reads a document into its workspace needs the memory for it once. */\n"
    "#define MARKDOWN_PLACE 19004\n"
    "\n"
    "/* Bytes of workspace for a document of `length` bytes: enough for any, and mostly untouched. Or\n"
    " * MARKDOWN_TOO_LONG. */\n"
    "int64_t markdown_workspace_size(size_t length);\n"
    "\n"
    "/* Render `length` bytes of `document`, any bytes at all. The HTML is written into the workspace (aligned to 16, "
    "its\n"
    " * content does not matter) and is valid as long as that is; *html points at it, no NUL after it. A smaller\n"
    " * workspace than markdown_workspace_size asks for may do. Returns the length of the HTML, or an error above, "
    "and\n"
    " * then *html is not set. */\n"
    "int64_t markdown_to_html(const void *document, size_t length, unsigned flags, void *workspace,\n"
    "                         size_t workspace_size, const char **html);\n"
    "\n"
    "#ifdef __cplusplus\n"
    "}\n"
    "#endif\n"
    "\n"
    "#endif\n";

static void author(void) {
  routine("markdown_to_html", c_function);
  c_arguments();
  enter(S0);
  mov(S0, A5);
  call("markdown_render");
  blt(A0, 0, "failed");
  st64(A1, S0, 0);
  label("failed");
  c_result();
  leave();

  routine("markdown_workspace_size", c_function);
  c_arguments();
  enter_bare();
  call("markdown_workspace");
  c_result();
  leave();

  lay_markdown();
}

static void write_object(Isa isa, const char *name, bool counted, const char *outdir) {
  bl_program_begin(isa, name);
  if (counted)
    bl_machine_count_coverage();
  author();
  bl_program_write_object(outdir, exported, sizeof exported / sizeof *exported);
}

/* Write the header; on failure say so and return 1. */
static int write_header(const char *outdir) {
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/markdown_render.h", outdir);
  FILE *file = length < (int)sizeof path ? fopen(path, "w") : NULL;
  if (!file || fputs(header, file) == EOF || fclose(file) != 0) {
    perror(path);
    return 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2 || argv[1][0] == '-')
    return bl_program_usage(argv[0], "markdown-render");
  for (int isa = 0; isa < ISA_COUNT; isa++)
    write_object((Isa)isa, "markdown-render", false, argv[1]);
  write_object(ISA_X64, "markdown-render-counted", true, argv[1]); /* where the fuzzer runs */
  return write_header(argv[1]);
}

/* SPDX-License-Identifier: MIT */
