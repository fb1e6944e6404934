/* encoding.h: what an instruction's bytes mean, as told by disassemblers that are not ours.
 *
 * Three of them, of separate origin: LLVM 14 (both machines), Capstone 4 (both; for x86-64 and arm64 it grew out of
 * LLVM's tables of years ago, with a decoder and printer since changed) and Zydis 4 (x86-64; tables of its own).
 *
 * Detects: a wrong opcode, register, immediate, size, or operand order, as far as the printed text shows it, and an
 * instruction that ends before or after its bytes do.
 * Cannot detect: an encoding that is longer than necessary (text shows no length; compare the lengths too), and
 * anything that the text leaves out or that all of the disassemblers have wrong. It says nothing of what an instruction
 * does when it runs: for that, run it.
 */
#ifndef BYTEGATE_ENCODING_H
#define BYTEGATE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { ENCODING_X64, ENCODING_A64 } EncodingMachine;

typedef enum { ENCODING_LLVM, ENCODING_CAPSTONE, ENCODING_ZYDIS, ENCODING_DECODERS } EncodingDecoder;

/* The decoder's name and version, for reports. */
const char *encoding_name(EncodingDecoder decoder);

/* True if the decoder knows the machine. */
bool encoding_knows(EncodingDecoder decoder, EncodingMachine machine);

/* Decode one instruction from `bytes`, of which `count` are there, into `text`, of `room` bytes, as the decoder prints
 * it (Intel's syntax for x86-64). Returns its length in bytes; 0 if it is no instruction. A branch's target is printed
 * as its displacement: counted from the end of the instruction for x86-64, from its start for arm64. Aborts, saying
 * so, when the decoder cannot be created. */
size_t encoding_decode(EncodingDecoder decoder, EncodingMachine machine, const unsigned char *bytes, size_t count,
                       char *text, size_t room);

/* Bring `text` to the one spelling in which the decoders can be compared: lower case, no blanks but the one after
 * the mnemonic, numbers as signed decimals, x86-64 memory operands as [base+index*scale+displacement], and one
 * of several mnemonics that mean the same thing. An immediate outside of brackets is taken modulo 2^bits (bits 1..64),
 * because some decoders print -1 where others print 255. `out` has `room` bytes; a text too long for it is cut. */
void encoding_canonical(EncodingMachine machine, const char *text, int bits, char *out, size_t room);

#endif

/* SPDX-License-Identifier: MIT */
