/* resource.c: the page of what find_resource has found: a document that is read and rendered, or the listing of a
 * folder.
 *
 * The page lies in the renderer's workspace, which serves one request after the other, or is a kept one. */
#include "server.h"

/* render_resource: in "resource", a page or a listing, SLOT its client. Out A0 = status; if that is 200, A1 = the HTML,
 * A2 = its length and A3 = its hash, as "in_hand" says. Otherwise A2 = 0; A0 = 0: the client is gone, and nothing has
 * been rendered. What was open of "resource" is closed. */
static void lay_render_resource(void) {
  Reg page = S1, length = S2, hash = S3;
  Reg error = S1;
  enum { LARGE_PAGE = 64 << 10 /* what is shorter the kernel takes at once, from a client's first page on */ };
  routine("render_resource", in(S0), out(A0, A2), out_if(A1, A3), destroys(A4, A5, ALL_T));
  enter(page, length, hash);
  ld64_of(A0, "in_hand", IN_HAND_KEPT);
  bne(A0, 0, "kept"); /* found by name already */
  li(A4, 0);
  call("find_kept");
  bne(A0, 0, "kept");
  call("is_client_gone");
  mov(length, A0);
  li(A0, 0);
  bne(length, 0, "done");
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
  blt(A0, 0, "failed");
  ld64_of(A0, "render_flags", 0);
  call("render_to_page");
  blt(A0, 0, "failed");
  ld64_of(T0, "render_flags", 0);
  bclr(T0, WHOLE_PAGE, "wrapped");
  call("wrap_page");
  blt(A0, 0, "failed");
  label("wrapped");
  mov(page, A1);
  mov(length, A0);
  mov(A0, page);
  mov(A1, length);
  call("hash_page");
  mov(hash, A0);
  la(A1, "in_hand");
  st64(page, A1, IN_HAND_PAGE);
  st64(length, A1, IN_HAND_LENGTH);
  st64(hash, A1, IN_HAND_HASH);
  call("cache_in_hand");
  bne(A0, 0, "kept");
  bltu(length, LARGE_PAGE, "will_be_taken");
  call("read_clock"); /* rendering has taken its time, which shall not be the client's */
  li(A4, 1);
  call("find_kept"); /* somebody may be taking the same page */
  bne(A0, 0, "kept");
  mov(A0, length);
  call("is_memory_left");
  blt(A0, 0, "failed");
  jump("will_be_taken");
  label("kept");
  st64_of(A0, "in_hand", IN_HAND_KEPT);
  ld64(length, A0, KEPT_LENGTH);
  ld64(hash, A0, KEPT_HASH);
  add(page, A0, KEPT_PAGE);
  label("will_be_taken");
  call("close_resource");
  li(A0, 200);
  mov(A1, page);
  mov(A2, length);
  mov(A3, hash);
  jump("returned");
  label("failed");
  call("status_of_failure");
  label("done");
  mov(error, A0);
  call("close_resource");
  mov(A0, error);
  li(A2, 0);
  label("returned");
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
