/* markdown.h: the CommonMark renderer as one call, for the programs that contain it.
 *
 * lay_markdown() lays every routine and table of the renderer into the machine code being built. Two of the routines
 * are meant to be called from outside; their contracts are below. All state lives in the workspace handed in, so the
 * routines are reentrant and need no writable memory of their own.
 *
 *   markdown_workspace   in  A0 = length of the document in bytes
 *                        out A0 = bytes of workspace it needs, or MARKDOWN_TOO_LONG
 *
 *   markdown_render      in  A0 = document, A1 = its length, A2 = flags,
 *                            A3 = workspace (16-byte aligned, its content does not matter), A4 = its size in bytes
 *                        out A0 = length of the HTML, or MARKDOWN_NO_SPACE, MARKDOWN_TOO_LONG, MARKDOWN_TOO_MANY_BLOCKS
 *                            A1 = the HTML, inside the workspace
 *                        destroys A*, T*; keeps S*. Reads the document, writes the workspace, makes no system call.
 *
 * A document that lies in the workspace itself, MARKDOWN_PLACE bytes from its start, is not copied: it becomes the
 * text. So it is lost, and half of the memory for it and for its text is saved.
 *
 * The HTML is what cmark 0.30.2 writes for the same bytes. */
#ifndef BYTEGATE_MARKDOWN_H
#define BYTEGATE_MARKDOWN_H

/* Flags, each named like the option of cmark that it stands for; their order is that of the options of the programs. */
#define MARKDOWN_UNSAFE 1         /* pass raw HTML and dangerous URLs through */
#define MARKDOWN_SOURCEPOS 2      /* say of each block where it stands in the document */
#define MARKDOWN_HARDBREAKS 4     /* a line end is a hard line break */
#define MARKDOWN_NOBREAKS 8       /* a line end is a space; MARKDOWN_HARDBREAKS overrides it */
#define MARKDOWN_SMART 16         /* smart quotation marks, dashes and ellipses */
#define MARKDOWN_VALIDATE_UTF8 32 /* U+FFFD in the place of ill-formed UTF-8 */

#define MARKDOWN_LIMIT (256 << 20)    /* longest document, in bytes */
#define MARKDOWN_NO_SPACE (-1)        /* the workspace is smaller than this document needs */
#define MARKDOWN_TOO_LONG (-2)        /* the document is longer than MARKDOWN_LIMIT */
#define MARKDOWN_TOO_MANY_BLOCKS (-3) /* they need more than 4 GiB: 28 or 32 bytes for each, 3 for each byte */

#define MARKDOWN_PLACE 19004 /* in the workspace: where a document may lie and becomes the text */

void lay_markdown(void);

/* The same, for a program that writes the HTML out as it is made: where MARKDOWN_PIECE bytes or more stand there, the
 * routine `piece_writer` is called with them, A1 = the bytes, A2 = how many. It keeps S*, destroys A* and T*, and
 * returns only if it took them all. What markdown_render returns is then the last piece. */
#define MARKDOWN_PIECE (64 << 10)
void lay_markdown_in_pieces(const char *piece_writer);

#endif

/* SPDX-License-Identifier: MIT */
