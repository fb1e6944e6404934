/* kept.c: pages that stay in memory after the request that they were rendered for: because --cache says so, or because
 * clients take them slowly.
 *
 * A page is rendered into a workspace that serves one request after the other. A kept page is a copy of it in a mapping
 * of its own, with what is known of its file before it. It has users: the cache, and each client that has not taken all
 * of it. So a page lies in memory once, however many take it, and goes when nobody has it any more.
 *
 * Kept pages are found by the inode of their file, in one of BUCKETS lists. When the cache is full, it goes round these
 * lists, and gives up each page that no request has asked for since it came by last. */
#include "server.h"

#define SLOT S0

enum { BUCKETS = 256, MEMORY_UNIT = 4096 };

enum { NEW = 1, ASKED_FOR = 2 /* KEPT_CACHED, when a request has asked for it again */ };
enum { KEPT_MORE = KEPT_PAGE + 16 /* that the copy may write after it */ + MEMORY_UNIT - 1 };

/* "cache": */
enum {
  FIELD(CACHE_FILLED, 8), /* bytes that its pages take */
  FIELD(CACHE_HAND, 8),   /* the list that it came by last */
  CACHE_SIZE
};

/* list_of_status: in A0 = a gathered status. Out A1 = the place of the list that pages of its file are in. */
static void lay_list_of_status(void) {
  routine("list_of_status", in(A0), out(A1), destroys(T0));
  ld64(T0, A0, 8); /* the inode */
  and(T0, T0, BUCKETS - 1);
  shl(T0, T0, 3);
  la(A1, "kept_pages");
  add(A1, A1, T0);
  ret();
  bss("kept_pages", 8 * BUCKETS, 8);
}

/* find_kept: in "file_status"; A4 = 0: a page that the cache has, else any one that is what "in_hand" says. Out A0 =
 * the kept page, which has one user more, or 0. What is of one file, as it was at one time, with the same length and
 * hash, is the same page. */
static void lay_find_kept(void) {
  routine("find_kept", in(A4), out(A0), destroys(A1, A2, A3, A5, ALL_T));
  enter_bare();
  call("gather_status");
  mov(A5, A0);
  call("list_of_status");
  mov(A0, A1);
  label("next_page");
  ld64(A0, A0, KEPT_NEXT);
  beq(A0, 0, "none");
  mov(A1, A5);
  add(A2, A0, KEPT_STATUS);
  li(A3, STATUS_GATHERED / 8);
  label("next_word");
  ld64_next(T0, A1);
  ld64_next(T1, A2);
  bne(T0, T1, "next_page");
  sub(A3, A3, 1);
  bne(A3, 0, "next_word");
  beq(A4, 0, "of_the_cache");
  ld64(T0, A0, KEPT_LENGTH);
  ld64_of(T1, "in_hand", IN_HAND_LENGTH);
  bne(T0, T1, "next_page");
  ld64(T0, A0, KEPT_HASH);
  ld64_of(T1, "in_hand", IN_HAND_HASH);
  bne(T0, T1, "next_page");
  jump("found");
  label("of_the_cache");
  ld64(T0, A0, KEPT_CACHED);
  beq(T0, 0, "next_page");
  st64(ASKED_FOR, A0, KEPT_CACHED);
  label("found");
  ld64(T0, A0, KEPT_USERS);
  add(T0, T0, 1);
  st64(T0, A0, KEPT_USERS);
  label("none");
  leave();
}

/* keep_in_hand: the page in hand, of the file of "file_status", is copied to a kept page. Out A0 = that, which has one
 * user, or -errno. */
static void lay_keep_in_hand(void) {
  Reg kept = S1, size = S2;
  routine("keep_in_hand", out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(kept, size);
  ld64_of(size, "in_hand", IN_HAND_LENGTH);
  add(size, size, KEPT_MORE);
  and(size, size, -MEMORY_UNIT);
  mov(A0, size);
  call("claim_memory");
  blt(A0, 0, "done");
  mov(kept, A0);
  st64(size, kept, KEPT_MAPPED);
  st64(1, kept, KEPT_USERS);
  call("gather_status");
  call("list_of_status");
  ld64(T0, A1, 0);
  st64(T0, kept, KEPT_NEXT);
  st64(kept, A1, 0);
  mov(A1, A0);
  add(A0, kept, KEPT_STATUS);
  li(A2, STATUS_GATHERED);
  call("append_bytes"); /* after which the page lies */
  ld64_of(T0, "in_hand", IN_HAND_HASH);
  st64(T0, kept, KEPT_HASH);
  ld64_of(A2, "in_hand", IN_HAND_LENGTH);
  st64(A2, kept, KEPT_LENGTH);
  ld64_of(A1, "in_hand", IN_HAND_PAGE);
  add(A2, A2, A1);
  label("next_sixteen");
  copy16(A0, 0, A1, 0);
  add(A0, A0, 16);
  add(A1, A1, 16);
  bltu(A1, A2, "next_sixteen");
  mov(A0, kept);
  label("done");
  leave();
}

/* cache_in_hand: the page in hand has been rendered of the file of "file_status". Out A0 = the kept page that it has
 * become, of the cache and of one user more, or 0: it is too large, or its file has changed less than two seconds ago,
 * so that it could change once more at what is the same time to the file system. */
static void lay_cache_in_hand(void) {
  Reg kept = S1, next = S2, cache = S3, limit = S4;
  enum { YOUNG = 2 /* seconds */ };
  routine("cache_in_hand", out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(kept, next, cache, limit);
  la(cache, "cache");
  ld64_of(limit, "memory_limit", 0);
  shr(limit, limit, 1); /* the rest is for clients */
  ld64_of(T0, "cache_limit", 0);
  select_if(IF_LTU, limit, T0, limit, T0, limit);
  ld64_of(A0, "in_hand", IN_HAND_LENGTH);
  add(A0, A0, KEPT_MORE);
  bgtu(A0, limit, "not_kept");
  ld64_of(T0, "resource", RESOURCE_KIND);
  bne(T0, RESOURCE_PAGE, "not_kept");
  ld64_of(T0, "file_status", STAT_CTIME);
  add(T0, T0, YOUNG);
  ld64_of(T1, "calendar_clock", 0);
  bgt(T0, T1, "not_kept");
  call("keep_in_hand");
  blt(A0, 0, "not_kept");
  mov(kept, A0);
  st64(2, kept, KEPT_USERS);
  st64(NEW, kept, KEPT_CACHED);
  ld64(T0, kept, KEPT_MAPPED);
  ld64(T1, cache, CACHE_FILLED);
  add(T1, T1, T0);
  st64(T1, cache, CACHE_FILLED);
  label("filled");
  mov(A0, kept);
  ld64(T0, cache, CACHE_FILLED);
  bleu(T0, limit, "kept");
  ld64(T0, cache, CACHE_HAND);
  add(T0, T0, 1);
  and(T0, T0, BUCKETS - 1);
  st64(T0, cache, CACHE_HAND);
  la(A0, "kept_pages");
  ld64x(A0, A0, T0);
  label("any_page");
  beq(A0, 0, "filled");
  ld64(next, A0, KEPT_NEXT);
  ld64(T0, A0, KEPT_CACHED);
  beq(T0, 0, "passed");
  sub(T0, T0, 1);
  st64(T0, A0, KEPT_CACHED);
  bne(T0, 0, "passed");
  ld64(T0, A0, KEPT_MAPPED);
  ld64(T1, cache, CACHE_FILLED);
  sub(T1, T1, T0);
  st64(T1, cache, CACHE_FILLED);
  call("drop_kept");
  label("passed");
  mov(A0, next);
  jump("any_page");
  label("not_kept");
  li(A0, 0);
  label("kept");
  leave();
  bss("cache", CACHE_SIZE, 8);
  bss("cache_limit", 8, 8);
}

/* drop_kept: in A0 = a kept page. One user has it no more. */
static void lay_drop_kept(void) {
  routine("drop_kept", in(A0), destroys(A0, A1, A2, ALL_T));
  enter_bare();
  ld64(T0, A0, KEPT_USERS);
  sub(T0, T0, 1);
  st64(T0, A0, KEPT_USERS);
  bne(T0, 0, "in_use");
  mov(A2, A0);
  add(A0, A0, KEPT_STATUS);
  call("list_of_status");
  label("next_page");
  mov(A0, A1);
  ld64(A1, A0, KEPT_NEXT);
  bne(A1, A2, "next_page");
  ld64(T0, A2, KEPT_NEXT);
  st64(T0, A0, KEPT_NEXT);
  mov(A0, A2);
  ld64(A1, A2, KEPT_MAPPED);
  call("return_memory");
  label("in_use");
  leave();
}

/* keep_page: what is left of the page in hand is kept for SLOT, if it is still in the workspace, and no file. Out A0 =
 * 0, or -errno. */
static void lay_keep_page(void) {
  routine("keep_page", in(S0), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  li(A0, 0);
  ld64(T0, SLOT, SLOT_LEFT);
  beq(T0, 0, "done");
  ld64(T1, SLOT, SLOT_PAGE);
  bne(T1, 0, "done");
  ld64(T1, SLOT, SLOT_FILE);
  bne(T1, 0, "done");
  li(A4, 1);
  call("find_kept");
  bne(A0, 0, "kept");
  call("keep_in_hand");
  blt(A0, 0, "done");
  label("kept");
  st64(A0, SLOT, SLOT_PAGE);
  ld64_of(T0, "in_hand", IN_HAND_PAGE);
  sub(A0, A0, T0);
  add(A0, A0, KEPT_PAGE);
  ld64(T0, SLOT, SLOT_OUT);
  add(T0, T0, A0);
  st64(T0, SLOT, SLOT_OUT);
  li(A0, 0);
  label("done");
  leave();
}

void lay_http_kept(void) {
  lay_list_of_status();
  lay_find_kept();
  lay_keep_in_hand();
  lay_cache_in_hand();
  lay_drop_kept();
  lay_keep_page();
}

/* SPDX-License-Identifier: MIT */
