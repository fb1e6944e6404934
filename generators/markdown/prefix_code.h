/* prefix_code.h: canonical prefix codes, and the bit stream that they are written to.
 *
 * A canonical code orders its symbols by the length of their codes, and gives them consecutive numbers. So a reader
 * needs no tree: where the next 16 bits of the stream, as a number, are at most `last[length]`, the code has that
 * length, and its top bits plus `offset[length]` are the symbol's rank. Those two stand in the laid table, three
 * bytes a length. The tables that symbols look up are laid in the order of rank.
 */
#ifndef BYTEGATE_PREFIX_CODE_H
#define BYTEGATE_PREFIX_CODE_H

#include <stddef.h>

#define PREFIX_SYMBOLS 256
#define PREFIX_LENGTH_MAX 16

typedef struct {
  int symbols;                                /* how many there are, used or not */
  int shortest, longest;                      /* lengths in bits of the codes in use */
  unsigned char length[PREFIX_SYMBOLS];       /* bits of a symbol's code; 0: never used */
  unsigned short code[PREFIX_SYMBOLS];        /* the code, in the low bits */
  unsigned char rank[PREFIX_SYMBOLS];         /* what the reader gets: used symbols first, by length, then by number */
  unsigned char table[3 * PREFIX_LENGTH_MAX]; /* the laid table: {last, low byte first; offset} a length */
  size_t table_size;                          /* in bytes */
} PrefixCode;

/* Build the code that writes symbols of these frequencies in the fewest bits (Huffman's). Two symbols or more must be
 * used. The same frequencies give the same code on every host. Ends the program if a code exceeds 16 bits. */
void prefix_code_build(PrefixCode *code, const unsigned *frequency, int symbols);

#define BIT_STREAM_BYTES 8192

/* Bits, the first one on top of the first byte. Starts zeroed. */
typedef struct {
  size_t bits; /* how many were written */
  unsigned char bytes[BIT_STREAM_BYTES];
} BitStream;

/* Append the low `count` bits (0..16) of `value`, the highest first. Ends the program when the stream is full. */
void bit_stream_write(BitStream *stream, unsigned value, int count);

/* Append the code of `symbol`, which must be in use. */
void bit_stream_symbol(BitStream *stream, const PrefixCode *code, int symbol);

/* End the program with exit status 1: `what` of the packed tables is `value`, which exceeds `most`. */
_Noreturn void pack_refuse(const char *what, long value, long most);

#endif
