/* swab.c: swaps each two bytes of standard input, as dd conv=swab does: with an instruction that the library lacks. */
#include <bytelay/raw_words.h>

enum { ROOM = 1 << 16 };

/* rol r/m16, imm8: 66 C1 /0 ib (Intel SDM volume 2, ROL). `d`: one of the first eight registers, which need no REX. */
static LayCode x64_rol_r16_imm8(X64Reg d, unsigned char count) {
  return (LayCode){4, {0x66, 0xc1, (unsigned char)(0xc0 | d.number), count}};
}

/* rev16 Wd, Wn: 0101101011000000000001 nnnnn ddddd (Arm ARM C6.2, REV16). */
static uint32_t a64_rev16_w(A64Reg d, A64Reg n) { return 0x5ac00400 | (uint32_t)n.number << 5 | d.number; }

/* An operation of one's own, a template for each machine: swap the two bytes in A0, whose upper bits are 0. */
static void swap_two_bytes_of_A0(void) {
  if (bl_machine_now()->elf_machine == EM_X86_64)
    x64(x64_rol_r16_imm8(RDI, 8));
  else
    a64(a64_rev16_w(X(0), X(0)));
}

static void author(void) {
  Reg end = S0;
  routine("_start", destroys(A0, A1, A2, A3, ALL_T, S0), no_return);
  la(end, "text");
  label("more");
  li(A0, 0);
  mov(A1, end);
  la(A2, "text");
  add(A2, A2, ROOM);
  sub(A2, A2, A1);
  sys(NR_READ);
  blt(A0, 0, "failed");
  add(end, end, A0);
  bne(A0, 0, "more");
  la(A1, "text");
  label("next");
  sub(A2, end, A1);
  bltu(A2, 2, "swapped"); /* a last byte alone stays */
  ld16(A0, A1, 0);
  swap_two_bytes_of_A0();
  st16(A0, A1, 0);
  add(A1, A1, 2);
  jump("next");
  label("swapped");
  la(A1, "text");
  label("rest");
  sub(A2, end, A1);
  beq(A2, 0, "done");
  li(A0, 1);
  sys(NR_WRITE);
  blt(A0, 0, "failed");
  add(A1, A1, A0);
  jump("rest");
  label("done");
  li(A0, 0);
  sys(NR_EXIT_GROUP);
  label("failed");
  li(A0, 1);
  sys(NR_EXIT_GROUP);
  bss("text", ROOM, 16);
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "swab", author); }
