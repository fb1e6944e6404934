/* prefix_code.c: see prefix_code.h. Huffman's construction, then the canonical numbering of its lengths. */
#include "markdown/prefix_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void pack_refuse(const char *what, long value, long most) {
  fprintf(stderr, "generators/markdown: %s is %ld, but at most %ld fits; shorten the table that was packed\n", what,
          value, most);
  exit(1);
}

/* The node of least weight that has no parent yet, the first of equals; -1 when there is none. */
static int lightest_root(const unsigned *weight, const int *parent, int nodes, int except) {
  int best = -1;
  for (int node = 0; node < nodes; node++)
    if (weight[node] > 0 && parent[node] < 0 && node != except && (best < 0 || weight[node] < weight[best]))
      best = node;
  return best;
}

/* Fill code->length: a symbol's depth in the tree that joins the two lightest nodes until one is left. */
static void set_lengths(PrefixCode *code, const unsigned *frequency) {
  unsigned weight[2 * PREFIX_SYMBOLS] = {0};
  int parent[2 * PREFIX_SYMBOLS];
  int nodes = code->symbols;
  memcpy(weight, frequency, sizeof(*frequency) * (size_t)nodes);
  for (int node = 0; node < 2 * PREFIX_SYMBOLS; node++)
    parent[node] = -1;
  for (;;) {
    int first = lightest_root(weight, parent, nodes, -1);
    int second = lightest_root(weight, parent, nodes, first);
    if (second < 0)
      break;
    weight[nodes] = weight[first] + weight[second];
    parent[first] = parent[second] = nodes++;
  }
  for (int symbol = 0; symbol < code->symbols; symbol++) {
    int depth = 0;
    for (int node = symbol; parent[node] >= 0; node = parent[node])
      depth++;
    if (depth > PREFIX_LENGTH_MAX)
      pack_refuse("the length of a prefix code", depth, PREFIX_LENGTH_MAX);
    code->length[symbol] = (unsigned char)depth;
  }
}

static void put_table_entry(PrefixCode *code, unsigned last, unsigned offset) {
  code->table[code->table_size++] = (unsigned char)last;
  code->table[code->table_size++] = (unsigned char)(last >> 8);
  code->table[code->table_size++] = (unsigned char)offset;
}

/* Number the codes, shortest first, and note for each length where its codes end. */
static void set_codes(PrefixCode *code) {
  unsigned next = 0, rank = 0;
  for (int length = 1; length <= PREFIX_LENGTH_MAX; length++) {
    unsigned offset = rank - (next <<= 1);
    for (int symbol = 0; symbol < code->symbols; symbol++)
      if (code->length[symbol] == length) {
        code->code[symbol] = (unsigned short)next++;
        code->rank[symbol] = (unsigned char)rank++;
        code->longest = length;
        if (code->shortest == 0)
          code->shortest = length;
      }
    if (code->shortest > 0 && (code->longest == length || (next << (PREFIX_LENGTH_MAX - length)) < 0x10000))
      put_table_entry(code, (next << (PREFIX_LENGTH_MAX - length)) - 1, offset);
  }
  for (int symbol = 0; symbol < code->symbols; symbol++)
    if (code->length[symbol] == 0)
      code->rank[symbol] = (unsigned char)rank++;
}

void prefix_code_build(PrefixCode *code, const unsigned *frequency, int symbols) {
  if (symbols > PREFIX_SYMBOLS)
    pack_refuse("the number of symbols of a prefix code", symbols, PREFIX_SYMBOLS);
  memset(code, 0, sizeof(*code));
  code->symbols = symbols;
  set_lengths(code, frequency);
  set_codes(code);
}

void bit_stream_write(BitStream *stream, unsigned value, int count) {
  if (stream->bits + (size_t)count > 8 * BIT_STREAM_BYTES)
    pack_refuse("the length of the bit stream", (long)stream->bits + count, 8L * BIT_STREAM_BYTES);
  for (int bit = count - 1; bit >= 0; bit--, stream->bits++)
    if (value >> bit & 1)
      stream->bytes[stream->bits / 8] |= (unsigned char)(0x80 >> stream->bits % 8);
}

void bit_stream_symbol(BitStream *stream, const PrefixCode *code, int symbol) {
  bit_stream_write(stream, code->code[symbol], code->length[symbol]);
}
