#include "harness/simulate/pages.h"

#include "harness/base/hash.h"
#include "oracles/markdown.h"

#include <stdlib.h>
#include <string.h>

/* Documents are made of these, in an order that their numbers decide. */
static const char *const pieces[] = {"# Heading\n\n",
                                     "Some *text* with **stress**, `code` and a [link](/a \"title\").\n\n",
                                     "- one\n- two\n  - three\n\n",
                                     "1. first\n2. second\n\n",
                                     "> quoted\n> lines\n\n",
                                     "```c\nint main(void) { return 0; }\n```\n\n",
                                     "    indented & <code>\n\n",
                                     "<b>raw</b> &amp; &copy; \\* escaped\n\n",
                                     "![image](b.png)\n\n[ref]: /c\n\nsee [ref]\n\n",
                                     "Setext\n======\n\n***\n\n",
                                     "a line that ends hard  \nand \xc3\xa4nother, <http://example.com>\n\n",
                                     "plain text that goes on for a while, so that pages have some length\n"};

void document_make(unsigned number, struct bytes *out) {
  struct random random = random_of(number, 77);
  size_t start = out->len, length = number % 40 == 0  ? (size_t)random_between(&random, 66000, 80000)
                                    : number % 8 == 0 ? (size_t)random_between(&random, 6000, 16000)
                                    : number == 1     ? 0
                                                      : (size_t)random_between(&random, 1, 1500);
  while (out->len - start < length)
    bytes_text(out, pieces[random_between(&random, 0, sizeof pieces / sizeof *pieces - 1)]);
  bytes_printf(out, "\ndocument %u\n", number);
}

/* Adds a page of DOCUMENT to those of the world. Pages with the same HTML know each other. */
static struct page *add_page(struct world *world, struct span document, struct span html) {
  struct page *page = xcalloc(1, sizeof *page);
  page->hash = hash_bytes(HASH_START, document.data, document.len);
  bytes_add(&page->document, document);
  bytes_add(&page->html, html);
  page->same = page;
  for (size_t i = world->page_count; i-- > 0;)
    if (span_equal(span_of(&world->pages[i]->html), html))
      page->same = world->pages[i]->same;
  world->pages = xgrow(world->pages, world->page_count, sizeof *world->pages);
  world->pages[world->page_count++] = page;
  return page;
}

struct page *page_of(struct world *world, struct span document) {
  uint64_t hash = hash_bytes(HASH_START, document.data, document.len);
  for (size_t i = world->page_count; i-- > 0;)
    if (world->pages[i]->hash == hash && span_equal(span_of(&world->pages[i]->document), document))
      return world->pages[i];
  size_t length;
  char *html = markdown_oracle_render(document.data ? document.data : "", document.len, 0, &length);
  struct page *page = add_page(world, document, (struct span){html, length});
  free(html);
  return page;
}

struct page *page_as_it_is(struct world *world, const char *name, const char *html) {
  return add_page(world, span_text(name), span_text(html));
}

void page_seen(struct world *world, struct span document) {
  world->seen = xgrow(world->seen, world->seen_count, sizeof *world->seen);
  world->seen[world->seen_count++] = (struct seen){page_of(world, document), world->step};
}

void pages_free(struct world *world) {
  for (size_t i = 0; i < world->page_count; i++) {
    bytes_free(&world->pages[i]->document);
    bytes_free(&world->pages[i]->html);
    free(world->pages[i]);
  }
  free(world->pages);
  free(world->seen);
}

/* SPDX-License-Identifier: MIT */
