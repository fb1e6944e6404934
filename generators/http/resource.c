/* resource.c: the page of what find_resource has found: a document that is read and rendered, or the listing of a
 * folder.
 *
 * The page lies in the renderer's workspace, which serves one request after the other. */
#include "server.h"

/* render_resource: in "resource", a page or a listing. Out A0 = status; if that is 200, A1 = the HTML and A2 = its
 * length; it is there until the next call. Otherwise A2 = 0. What was open of "resource" is closed. */
static void lay_render_resource(void) {
  Reg page = S1, length = S2;
  Reg error = S1;
  enum { LARGE_PAGE = 64 << 10 /* what is shorter the kernel takes at once, from a client's first page on */ };
  routine("render_resource", out(A0, A2), out_if(A1), destroys(A3, A4, A5, ALL_T));
  enter(page, length);
  la(A1, "resource");
  ld64(A0, A1, RESOURCE_FILE);
  sub(A0, A0, 1);
  ld64(T0, A1, RESOURCE_KIND);
  beq(T0, RESOURCE_LISTING, "listing");
  call("load_document");
  jump("loaded");
  label("listing");
  call("list_folder");
  label("loaded");
  mov(error, A0);
  call("close_resource");
  mov(A0, error);
  blt(A0, 0, "failed");
  ld64_of(A0, "render_flags", 0);
  call("render_to_page");
  blt(A0, 0, "failed");
  ld64_of(T0, "render_flags", 0);
  bclr(T0, WHOLE_PAGE, "rendered");
  call("wrap_page");
  blt(A0, 0, "failed");
  label("rendered");
  mov(page, A1);
  mov(length, A0);
  bltu(length, LARGE_PAGE, "will_be_taken");
  call("read_clock"); /* rendering has taken its time, which shall not be the client's */
  mov(A0, length);
  call("is_memory_left");
  blt(A0, 0, "failed");
  label("will_be_taken");
  li(A0, 200);
  mov(A1, page);
  mov(A2, length);
  jump("done");
  label("failed");
  call("status_of_failure");
  li(A2, 0);
  label("done");
  leave();
}

/* load_document: in A0 = descriptor of a file, which "file_status" tells about. Out A0 = 0, or -errno. */
static void lay_load_document(void) {
  Reg descriptor = S1;
  routine("load_document", in(A0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(descriptor);
  mov(descriptor, A0);
  ld64_of(A0, "file_status", STAT_SIZE); /* what to expect, no more than that */
  call("reserve_document");
  blt(A0, 0, "done");
  mov(A0, descriptor);
  li(A1, 0); /* others must not wait for this file (/proc/kmsg has something to read now and then) */
  call("append_file");
  label("done");
  leave();
}

void lay_http_resource(void) {
  lay_render_resource();
  lay_load_document();
}

/* SPDX-License-Identifier: MIT */
