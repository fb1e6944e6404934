/* markdown.c: the whole renderer, in the order in which a document passes through it. */
#include <stddef.h>

#include "entities.h"
#include "parts.h"
#include "unicode.h"

void lay_markdown(void) { lay_markdown_in_pieces(NULL); }

void lay_markdown_in_pieces(const char *piece_writer) {
  lay_document_text();
  lay_blocks();
  lay_block_starts();
  lay_positions();
  lay_references();
  lay_inlines();
  lay_emphasis();
  lay_links();
  lay_html(piece_writer);
  lay_scanners();
  lay_unescape();
  lay_entity_cache();
  lay_entities();
  lay_unicode();
}

/* SPDX-License-Identifier: MIT */
