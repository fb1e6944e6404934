/* test_encoding.c: the oracle of encodings itself (oracles/encoding.h). Its spelling must be the same for what means
 * the same, and another for everything else: two spellings that fall together would hide a wrong register or number.
 */
/* reads: nothing */
#include "oracles/encoding.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TEN_A "aaaaaaaaaa"

static const struct {
  const char *text;
  int bits;
  const char *expected;
} x64_rows[] = {
    {"", 64, ""},
    {"ret", 64, "ret"},
    {" \tRET \t", 64, "ret"},
    {"mov\tEAX , 0x10", 32, "mov eax,16"},
    {"mov eax,+5", 32, "mov eax,5"},
    {"mov eax,-5", 32, "mov eax,-5"},
    {"add al, 127", 8, "add al,127"},
    {"add al, 128", 8, "add al,-128"},
    {"add al, 0xff", 8, "add al,-1"},
    {"add al, 0x100", 8, "add al,0"},
    {"add ax, 0x7fff", 16, "add ax,32767"},
    {"add ax, 0x8000", 16, "add ax,-32768"},
    {"mov eax, 0x80000000", 32, "mov eax,-2147483648"},
    {"mov rax, 0x80000000", 64, "mov rax,2147483648"},
    {"mov rax, 0xffffffffffffffff", 64, "mov rax,-1"},
    {"test al, 1", 1, "test al,-1"},
    /* One of several mnemonics. */
    {"movabs rax, 1", 64, "mov rax,1"},
    {"jz 1", 64, "je 1"},
    {"jnz 1", 64, "jne 1"},
    {"jnb 1", 64, "jae 1"},
    {"jnbe 1", 64, "ja 1"},
    {"jnl 1", 64, "jge 1"},
    {"jnle 1", 64, "jg 1"},
    {"jc 1", 64, "jb 1"},
    {"jnc 1", 64, "jae 1"},
    {"sal eax, 1", 64, "shl eax,1"},
    {"retq", 64, "ret"},
    {"callq 5", 64, "call 5"},
    {"jl 1", 64, "jl 1"},
    {"movsx eax, al", 64, "movsx eax,al"},
    /* Memory: the terms in whatever order. A displacement has all its bits. */
    {"lea rax, [rbx]", 8, "lea rax,[rbx]"},
    {"lea rax, [rbx + 8]", 8, "lea rax,[rbx+8]"},
    {"lea rax, [rbx - 8]", 8, "lea rax,[rbx-8]"},
    {"lea rax, [rbx-0x8]", 8, "lea rax,[rbx-8]"},
    {"lea rax, [8 + rbx]", 8, "lea rax,[rbx+8]"},
    {"lea rax, [-8+rbx]", 8, "lea rax,[rbx-8]"},
    {"lea rax, [rbx+0xff]", 8, "lea rax,[rbx+255]"},
    {"lea rax, [rbx+0]", 8, "lea rax,[rbx]"},
    {"lea rax, [rbx+8-8]", 8, "lea rax,[rbx]"},
    {"lea rax, [rbx-8+8]", 8, "lea rax,[rbx]"},
    {"lea rax, [rbx+1-3+10]", 8, "lea rax,[rbx+8]"},
    {"lea rax, [rbx+rcx*4+8]", 8, "lea rax,[rbx+rcx*4+8]"},
    {"lea rax, [rcx*4 + rbx + 8]", 8, "lea rax,[rbx+rcx*4+8]"},
    {"lea rax, [4*rcx+rbx]", 8, "lea rax,[rbx+rcx*4]"},
    {"lea rax, [RCX*2]", 8, "lea rax,[+rcx*2]"},
    {"lea rax, [rbx+rcx*1]", 8, "lea rax,[rbx+rcx]"},
    {"lea rax, [1*rcx+rbx]", 8, "lea rax,[rbx+rcx]"},
    {"lea rax, [rbx+rcx]", 8, "lea rax,[rbx+rcx]"},
    {"lea rax, [rbx+rcx*8-0x10]", 8, "lea rax,[rbx+rcx*8-16]"},
    {"lea rax, [0x10]", 8, "lea rax,[+16]"},
    {"lea rax, [rip+0x10]", 8, "lea rax,[rip+16]"},
    {"mov word ptr [rax], 0xffff", 16, "mov wordptr[rax],-1"},
    {"mov [rax], 0xff", 8, "mov [rax],-1"},
    {"mov eax, [rbx", 64, "mov eax,[rbx]"},
    {"mov eax, [rbx;8]", 64, "mov eax,[rbx+8]"},
    {"mov eax, fs:[r9]", 64, "mov eax,fs:[r9]"},
    /* A word that is too long for any register is cut in two, and nothing of it is lost. */
    {"lea rax, [abcdefghijklmnopq+1]", 64, "lea rax,[abcdefghijklmno+pq+1]"},
    {TEN_A TEN_A TEN_A TEN_A, 64, TEN_A TEN_A TEN_A "a aaaaaaaaa"},
    /* "xchg b,a" is "xchg a,b". */
    {"xchg rax, rbx", 64, "xchg rax,rbx"},
    {"xchg rbx, rax", 64, "xchg rax,rbx"},
    {"xchg rax, rax", 64, "xchg rax,rax"},
    {"xchg rax", 64, "xchg rax"},
    {"xadd rbx, rax", 64, "xadd rbx,rax"},
};

static const struct {
  const char *text;
  int bits;
  const char *expected;
} a64_rows[] = {
    {"MOV\tX0, #5", 64, "mov x0,5"},
    {"mov x0, #0xff", 8, "mov x0,-1"},
    {"mov x0, #-1", 64, "mov x0,-1"},
    {"ldr x0, [x1]", 8, "ldr x0,[x1]"},
    {"ldr x0, [x1, #0]", 8, "ldr x0,[x1]"},
    {"ldr x0, [x1, #8]", 8, "ldr x0,[x1,8]"},
    {"ldr x0, [x1, #255]", 8, "ldr x0,[x1,255]"},
    {"ldr x0, [x1, #0xff]!", 8, "ldr x0,[x1,255]!"},
    {"ldr x0, [x1, #-8]!", 8, "ldr x0,[x1,-8]!"},
    {"ldr x0, [x1], #0", 8, "ldr x0,[x1],0"},
    {"ldr x0, [x1], #255", 8, "ldr x0,[x1],-1"},
    {"ldr x0, [x1, x2, lsl #3]", 8, "ldr x0,[x1,x2,lsl3]"},
    {"ldr x0, [x1, x2, lsl #0]", 8, "ldr x0,[x1,x2,lsl0]"},
    {"add x0, x1, #0", 8, "add x0,x1,0"},
    {"b.cs 8", 64, "b.hs 8"},
    {"b.cc 8", 64, "b.lo 8"},
    {"b.eq 8", 64, "b.eq 8"},
    {"movi v0.16b, #0x1", 8, "movi v0.16b,1"},
    {"mov w10, w011", 8, "mov w10,w011"},
};

START_TEST(one_spelling_of_x64) {
  char out[128];
  encoding_canonical(ENCODING_X64, x64_rows[_i].text, x64_rows[_i].bits, out, sizeof out);
  ck_assert_str_eq(out, x64_rows[_i].expected);
}
END_TEST

START_TEST(one_spelling_of_a64) {
  char out[128];
  encoding_canonical(ENCODING_A64, a64_rows[_i].text, a64_rows[_i].bits, out, sizeof out);
  ck_assert_str_eq(out, a64_rows[_i].expected);
}
END_TEST

/* Whatever room there is, that much of the text and a NUL are written, and nothing after it. */
START_TEST(a_text_is_cut_to_the_room) {
  static const char whole[] = "mov eax,[rbx+rcx*4+100]";
  for (size_t room = 1; room <= sizeof whole + 2; room++) {
    char out[64];
    memset(out, '!', sizeof out);
    encoding_canonical(ENCODING_X64, "mov eax, [rbx+rcx*4+100]", 64, out, room);
    size_t length = room - 1 < sizeof whole - 1 ? room - 1 : sizeof whole - 1;
    ck_assert_uint_eq(strlen(out), length);
    ck_assert_mem_eq(out, whole, length);
    ck_assert_int_eq(out[room], '!');
  }
}
END_TEST

/* ---- The decoders ---------------------------------------------------------------------------------------------- */

static const struct {
  EncodingMachine machine;
  const char *bytes;
  size_t count, length; /* 0: no instruction */
  const char *expected;
} decoded[] = {
    {ENCODING_X64, "\x90", 1, 1, "nop"},
    {ENCODING_X64, "\x90\x90", 2, 1, "nop"},
    {ENCODING_X64, "\xb8\1\0\0\0", 5, 5, "mov eax,1"},
    {ENCODING_X64, "\xb8\1\0\0\0", 4, 0, ""},
    {ENCODING_X64, "\x06", 1, 0, ""},
    {ENCODING_X64, "\xeb\x05", 2, 2, "jmp 5"},
    {ENCODING_X64, "\xe8\xfb\xff\xff\xff", 5, 5, "call -5"},
    {ENCODING_X64, "\x0f\x84\0\1\0\0", 6, 6, "je 256"},
    {ENCODING_X64, "\x48\x89\xd8", 3, 3, "mov rax,rbx"},
    {ENCODING_A64, "\x1f\x20\x03\xd5", 4, 4, "nop"},
    {ENCODING_A64, "\x1f\x20\x03", 3, 0, ""},
    {ENCODING_A64, "\0\0\0\0", 0, 0, ""},
    {ENCODING_A64, "\x02\0\0\x14", 4, 4, "b 8"},
    {ENCODING_A64, "\x20\x04\0\x91", 4, 4, "add x0,x1,1"},
};

START_TEST(each_decoder_says_the_same) {
  int asked = 0;
  for (EncodingDecoder decoder = 0; decoder < ENCODING_DECODERS; decoder++) {
    char text[128], out[128];
    if (!encoding_knows(decoder, decoded[_i].machine)) {
      ck_assert_uint_eq(encoding_decode(decoder, decoded[_i].machine, (const unsigned char *)decoded[_i].bytes,
                                        decoded[_i].count, text, sizeof text),
                        0);
      continue;
    }
    asked++;
    size_t length = encoding_decode(decoder, decoded[_i].machine, (const unsigned char *)decoded[_i].bytes,
                                    decoded[_i].count, text, sizeof text);
    ck_assert_msg(length == decoded[_i].length, "%s: %zu bytes", encoding_name(decoder), length);
    if (length) {
      encoding_canonical(decoded[_i].machine, text, 64, out, sizeof out);
      ck_assert_msg(strcmp(out, decoded[_i].expected) == 0, "%s: %s", encoding_name(decoder), out);
    }
  }
  ck_assert_int_eq(asked, decoded[_i].machine == ENCODING_X64 ? 3 : 2);
}
END_TEST

START_TEST(each_decoder_has_a_name) {
  ck_assert_str_eq(encoding_name(ENCODING_LLVM), "LLVM 14");
  ck_assert_str_eq(encoding_name(ENCODING_CAPSTONE), "Capstone 4");
  ck_assert_str_eq(encoding_name(ENCODING_ZYDIS), "Zydis 4");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("encoding");
  TCase *tests = tcase_create("encoding");
  tcase_add_loop_test(tests, one_spelling_of_x64, 0, COUNT(x64_rows));
  tcase_add_loop_test(tests, one_spelling_of_a64, 0, COUNT(a64_rows));
  tcase_add_test(tests, a_text_is_cut_to_the_room);
  tcase_add_loop_test(tests, each_decoder_says_the_same, 0, COUNT(decoded));
  tcase_add_test(tests, each_decoder_has_a_name);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
