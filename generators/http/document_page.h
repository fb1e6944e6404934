/* document_page.h: the texts of --page, for document_page.c and for its test. */
#ifndef BYTEGATE_DOCUMENT_PAGE_H
#define BYTEGATE_DOCUMENT_PAGE_H

#include <stddef.h>

#define DOCUMENT_PAGE_BEGIN                                                                                            \
  "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"                                                        \
  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
#define DOCUMENT_PAGE_UNTITLED "Untitled"
#define DOCUMENT_PAGE_STYLE_BEGIN "</title>\n<style>"
#define DOCUMENT_PAGE_STYLE                                                                                            \
  ":root{color-scheme:light dark}"                                                                                     \
  "body{max-width:46rem;margin:0 auto;padding:1rem;font:1rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}"       \
  "h1,h2{line-height:1.25;border-bottom:1px solid #8886}"                                                              \
  "pre,code{font-family:monospace;font-size:.9em;background:#8882}"                                                    \
  "pre{padding:.8em;overflow:auto}"                                                                                    \
  "pre code{background:none;font-size:1em}"                                                                            \
  "img{max-width:100%}"                                                                                                \
  "blockquote{margin:0;padding-left:1em;border-left:4px solid #8886}"                                                  \
  "@media(prefers-color-scheme:dark){body{background:#16181c;color:#ddd}a{color:#8bf}a:visited{color:#c9f}}"
#define DOCUMENT_PAGE_BODY_BEGIN "</style>\n</head>\n<body>\n"
#define DOCUMENT_PAGE_END "</body>\n</html>\n"

/* Field lines; %s stands for the hash of the stylesheet. */
#define DOCUMENT_PAGE_POLICY                                                                                           \
  "\r\nContent-Security-Policy: default-src 'none'; img-src 'self'; media-src 'self'; style-src 'sha256-%s'; "         \
  "base-uri 'none'; form-action 'none'"
#define DOCUMENT_PAGE_NO_SNIFFING "\r\nX-Content-Type-Options: nosniff"

/* The SHA-256 of the stylesheet in base64, with its NUL. */
void document_page_style_hash(char text[45]);

/* Where in "page_fields" DOCUMENT_PAGE_NO_SNIFFING begins. */
size_t document_page_nosniff_offset(void);

#endif

/* SPDX-License-Identifier: MIT */
