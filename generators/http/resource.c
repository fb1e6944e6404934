/* resource.c: the page of what find_resource has found: a document that is read and rendered, or the listing of a
 * folder.
 *
 * The page lies in the renderer's workspace, which serves one request after the other. */
#include "server.h"

/* render_resource: in "resource", a page or a listing, SLOT its client. Out A0 = status; if that is 200, A1 = the HTML,
 * A2 = its length and A3 = its hash; it is there until the next call. Otherwise A2 = 0; A0 = 0: the client is gone, and
 * nothing has been rendered. What was open of "resource" is closed. */
static void lay_render_resource(void) {
  Reg page = S1, length = S2, hash = S3;
  Reg error = S1;
  enum { LARGE_PAGE = 64 << 10 /* what is shorter the kernel takes at once, from a client's first page on */ };
  routine("render_resource", in(S0), out(A0, A2), out_if(A1, A3), destroys(A4, A5, ALL_T));
  enter(page, length, hash);
  call("is_last_page");
  mov(page, A1);
  mov(length, A2);
  mov(hash, A3);
  bne(A0, 0, "rendered");
  st64_of(A0, "last_page", LAST_PAGE); /* 0: its place is taken by the next one */
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
  call("keep_last_page");
  label("rendered");
  bltu(length, LARGE_PAGE, "will_be_taken");
  call("read_clock"); /* rendering has taken its time, which shall not be the client's */
  mov(A0, length);
  call("is_memory_left");
  blt(A0, 0, "failed");
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

/* is_last_page: in "resource" and "file_status". Out A0 = not 0 if its page lies in the workspace still; then A1, A2
 * and A3 are the page, its length and its hash. */
static void lay_is_last_page(void) {
  routine("is_last_page", out(A0), out_if(A1, A2, A3), destroys(A4, ALL_T));
  enter_bare();
  ld64_of(T0, "resource", RESOURCE_KIND);
  bne(T0, RESOURCE_PAGE, "another");
  call("gather_status");
  la(A4, "last_page");
  mov(A2, A4);
  li(A3, STATUS_GATHERED / 8);
  label("next_word");
  ld64(T0, A0, 0);
  ld64(T1, A2, 0);
  bne(T0, T1, "another");
  add(A0, A0, 8);
  add(A2, A2, 8);
  sub(A3, A3, 1);
  bne(A3, 0, "next_word");
  ld64_of(T0, "file_status", STAT_DEVICE);
  ld64(T1, A4, LAST_DEVICE);
  bne(T0, T1, "another");
  ld64(A1, A4, LAST_PAGE);
  ld64(A2, A4, LAST_LENGTH);
  ld64(A3, A4, LAST_HASH);
  mov(A0, A1);
  leave();
  label("another");
  li(A0, 0);
  leave();
}

/* keep_last_page: in S1 = page, S2 = its length, S3 = its hash, and "file_status" its file. It is the last page
 * if it has less bytes than --cache says, unless the file has changed less than two seconds ago: it could change once
 * more at what is the same time to the file system. */
static void lay_keep_last_page(void) {
  enum { YOUNG = 2 /* seconds */ };
  Reg page = S1, length = S2, hash = S3;
  routine("keep_last_page", in(S1, S2, S3), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  ld64_of(T0, "cache_limit", 0);
  bgeu(length, T0, "not_kept");
  ld64_of(T0, "resource", RESOURCE_KIND);
  bne(T0, RESOURCE_PAGE, "not_kept");
  ld64_of(T0, "file_status", STAT_CTIME);
  add(T0, T0, YOUNG);
  ld64_of(T1, "calendar_clock", 0);
  bgt(T0, T1, "not_kept");
  la(A0, "last_page");
  la(A1, "file_status");
  add(A1, A1, STAT_ATIME);
  li(A2, STATUS_GATHERED);
  call("append_bytes");
  ld64_of(T0, "file_status", STAT_DEVICE);
  la(A1, "last_page");
  st64(T0, A1, LAST_DEVICE);
  st64(page, A1, LAST_PAGE);
  st64(length, A1, LAST_LENGTH);
  st64(hash, A1, LAST_HASH);
  label("not_kept");
  leave();
  bss("last_page", LAST_SIZE, 8);
  bss("cache_limit", 8, 8); /* a page of less bytes is kept */
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
  lay_is_last_page();
  lay_keep_last_page();
  lay_load_document();
}

/* SPDX-License-Identifier: MIT */
