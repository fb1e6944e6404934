/* document_page.c: --page, which puts the HTML of a document into a whole page: with a title, and a stylesheet for
 * narrow and wide, light and dark screens.
 *
 * What the page may load is said by a Content-Security-Policy: no scripts, no style but this one, which is named by its
 * hash, and images from where the page itself comes from. */
#include "document_page.h"
#include "http.h"

#include <stdio.h>
#include <string.h>

/* ---- The policy names the stylesheet by its SHA-256 ------------------------------------------------------------- */

static uint32_t rotate(uint32_t word, unsigned count) { return word >> count | word << (32 - count); }

/* One block of SHA-256 (FIPS 180-4, 6.2.2). */
static void sha256_block(uint32_t hash[8], const unsigned char block[64]) {
  static const uint32_t k[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  uint32_t w[64], v[8];
  for (int t = 0; t < 16; t++)
    w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 | (uint32_t)block[4 * t + 2] << 8 |
           block[4 * t + 3];
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  memcpy(v, hash, sizeof v);
  for (int t = 0; t < 64; t++) {
    uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
    uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[t] + w[t];
    uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
    uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++)
    hash[i] += v[i];
}

/* The SHA-256 of `count` bytes, of which there are less than 4096. */
static void sha256(const char *bytes, size_t count, unsigned char digest[32]) {
  uint32_t hash[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  unsigned char padded[4096 + 72] = {0};
  size_t length = (count + 9 + 63) / 64 * 64;
  memcpy(padded, bytes, count);
  padded[count] = 0x80;
  for (int i = 0; i < 8; i++)
    padded[length - 1 - (size_t)i] = (unsigned char)((uint64_t)count * 8 >> 8 * i);
  for (size_t at = 0; at < length; at += 64)
    sha256_block(hash, padded + at);
  for (int i = 0; i < 32; i++)
    digest[i] = (unsigned char)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

void document_page_style_hash(char text[45]) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char digest[33] = {0};
  sha256(DOCUMENT_PAGE_STYLE, strlen(DOCUMENT_PAGE_STYLE), digest);
  for (size_t i = 0; i < 11; i++) {
    uint32_t three = (uint32_t)digest[3 * i] << 16 | (uint32_t)digest[3 * i + 1] << 8 | digest[3 * i + 2];
    for (size_t j = 0; j < 4; j++)
      text[4 * i + j] = digits[three >> (18 - 6 * j) & 63];
  }
  text[43] = '='; /* 32 bytes leave two of the last three */
  text[44] = '\0';
}

/* ---- The page --------------------------------------------------------------------------------------------------- */

/* append_title: in A0 = destination, A1 = HTML, A2 = after it; three bytes after that can be read. Out A0 = after the
 * text of the first heading, without its tags, or after "Untitled" if that is nothing. */
static void lay_append_title(void) {
  routine("append_title", in(A0, A1, A2), out(A0), destroys(A1, A3, T0));
  mov(A3, A0);
  label("before_heading");
  bgeu(A1, A2, "at_end");
  ld8_next(T0, A1);
  bne(T0, '<', "before_heading");
  ld8(T0, A1, 0);
  bne(T0, 'h', "before_heading");
  ld8(T0, A1, 1);
  sub(T0, T0, '1');
  bgtu(T0, 5, "before_heading");
  label("in_tag");
  bgeu(A1, A2, "at_end");
  ld8_next(T0, A1);
  bne(T0, '>', "in_tag");
  label("in_heading");
  bgeu(A1, A2, "at_end");
  ld8_next(T0, A1);
  beq(T0, '<', "at_tag");
  st8_next(T0, A0);
  jump("in_heading");
  label("at_tag");
  ld16(T0, A1, 0);
  bne(T0, '/' | 'h' << 8, "in_tag");
  label("at_end");
  bne(A0, A3, "done");
  la(A1, "untitled");
  jump("append_string");
  label("done");
  ret();
}

/* wrap_page: in A0 = length of a document's HTML, A1 = the HTML, after which 16 bytes can be read. Out A0 = length of
 * the whole page, or -errno; A1 = the page, in the memory of the document, which is not needed any more. */
static void lay_wrap_page(void) {
  Reg html = S0, end = S1, document = S2;
  static const NamedString strings[] = {
      {"page_begins", DOCUMENT_PAGE_BEGIN},
      {"untitled", DOCUMENT_PAGE_UNTITLED},
      {"page_goes_on", DOCUMENT_PAGE_STYLE_BEGIN DOCUMENT_PAGE_STYLE DOCUMENT_PAGE_BODY_BEGIN},
      {"page_ends", DOCUMENT_PAGE_END}};
  packed_strings(strings);
  char hash[45], fields[512];
  document_page_style_hash(hash);
  snprintf(fields, sizeof fields, DOCUMENT_PAGE_POLICY DOCUMENT_PAGE_NO_SNIFFING, hash);
  packed_text("page_fields", fields, strlen(fields) + 1);

  routine("wrap_page", in(A0, A1), out(A0), out_if(A1), destroys(A2, A3, A4, A5, ALL_T));
  enter(html, end, document);
  mov(html, A1);
  add(end, A1, A0);
  la(document, "document");
  st64(0, document, DOCUMENT_LENGTH);
  shl(A0, A0, 1);           /* the title is a part of it */
  call("reserve_document"); /* which leaves room for the rest */
  blt(A0, 0, "done");
  ld64(A0, document, DOCUMENT_BASE);
  la(A1, "page_begins");
  call("append_string");
  mov(A1, html);
  mov(A2, end);
  call("append_title");
  la(A1, "page_goes_on");
  call("append_string");
  sub(A2, end, html);
  add(A2, A2, A0);
  label("next_sixteen");
  bgeu(html, end, "copied");
  copy16(A0, 0, html, 0);
  add(A0, A0, 16);
  add(html, html, 16);
  jump("next_sixteen");
  label("copied");
  mov(A0, A2);
  la(A1, "page_ends");
  call("append_string");
  ld64(A1, document, DOCUMENT_BASE);
  sub(A0, A0, A1);
  st64(A0, document, DOCUMENT_LENGTH);
  label("done");
  leave();
}

void lay_http_document_page(void) {
  lay_append_title();
  lay_wrap_page();
}

size_t document_page_nosniff_offset(void) {
  /* the hash has 44 letters where "%s" stands */
  return strlen(DOCUMENT_PAGE_POLICY) - 2 + 44;
}

/* SPDX-License-Identifier: MIT */
