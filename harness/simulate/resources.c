#include "harness/simulate/resources.h"

#include "harness/simulate/kernel_folder.h"
#include "harness/simulate/pages.h"

#include <stdlib.h>
#include <string.h>

#define LIST                                                                                                           \
  "<h1>/list/</h1>\n<ul>\n<li><a href=\"../\">..</a></li>\n<li><a href=\"b.md\">b.md</a></li>\n"                       \
  "<li><a href=\"c%20d.txt\">c d.txt</a></li>\n<li><a href=\"e/\">e/</a></li>\n</ul>\n"

/* What kernel_folder.c has by these names; a link is followed where the kernel knows openat2, and leads to nothing
 * elsewhere.
 */
const struct resource resources[] = {
    {.target = "/README.md", .status = 200, .content = FOLDER_README},
    {.target = "/README", .status = 200, .content = FOLDER_README},
    {.target = "/guide/", .status = 200, .content = FOLDER_GUIDE},
    {.target = "/guide/README.md", .status = 200, .content = FOLDER_GUIDE},
    {.target = "/guide/a", .status = 200, .content = FOLDER_PAGE},
    {.target = "/guide/%61.md?query", .status = 200, .content = FOLDER_PAGE},
    {.target = "/in", .status = 200, .content = FOLDER_PAGE, .is_link = true},
    {.target = "/in.md", .status = 200, .content = FOLDER_PAGE, .is_link = true},
    {.target = "/style.css", .status = 200, .type = "text/css; charset=utf-8", .content = FOLDER_STYLE},
    {.target = "/list/c%20d.txt", .status = 200, .type = "text/plain; charset=utf-8", .content = FOLDER_TEXT},
    {.target = "/list/", .status = 200, .html = LIST},
    {.target = "/guide", .status = 301, .location = "/guide/"},
    {.target = "/list?a=b", .status = 301, .location = "/list/?a=b"},
    {.target = "/out", .status = 404},
    {.target = "/out/passwd", .status = 404},
    {.target = "/style.css/", .status = 404},
    {.target = "/guide/none", .status = 404},
    {.target = "/.hidden/secret.md", .status = 404},
    {.target = "/guide/..%2f.hidden/secret.md", .status = 404},
    {.target = "/%2e%2e/etc/passwd", .status = 404},
    {.target = "/guide//a.md", .status = 404},
    {.target = "/guide/%zz", .status = 400},
};

const size_t resource_count = sizeof resources / sizeof *resources;

void resources_make(struct world *world) {
  world->resources = xcalloc(resource_count, sizeof *world->resources);
  for (size_t i = 0; i < resource_count; i++) {
    const struct resource *resource = &resources[i];
    if (resource->type || resource->html)
      world->resources[i] = page_as_it_is(world, resource->target, resource->html ? resource->html : resource->content);
    else if (resource->content)
      world->resources[i] = page_of(world, span_text(resource->content));
  }
}

void resources_free(struct world *world) { free(world->resources); }

struct page *resource_page(const struct world *world, const struct resource *resource) {
  return world->resources[resource - resources];
}

/* SPDX-License-Identifier: MIT */
