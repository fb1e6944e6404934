/* tiny-2f.c: the program header begins at 0x2f, in the last byte of e_shoff. Nothing is forced there that a loader
 * would not take, so these files run everywhere, natively and under qemu-user, once all 56 bytes of the program header
 * are there (0x2f + 56 = 103); qemu-user also takes them cut off after the first byte of p_filesz (80).
 *
 *   tiny-exit-both_x64      103 bytes   exits with 42
 *   tiny-quine-both_x64     103 bytes   prints its own file
 *   tiny-hello-both_x64     103 bytes   prints "Hello, ELF!"
 *   tiny-quine-qemu_x64     80 bytes    for qemu-user alone
 *   tiny-exit-both_arm64    103 bytes
 *   tiny-quine-both_arm64   112 bytes
 *   tiny-hello-both_arm64   116 bytes
 *   tiny-exit-qemu_arm64    80 bytes    for qemu-user alone
 *
 *        Elf64_Ehdr                                     Elf64_Phdr
 *   00   EI_MAG .. EI_VERSION       7f 45 4c 46 02 01 01   a kernel reads the first four, qemu all
 *   07   EI_OSABI, EI_PAD           (code)
 *   10   e_type, e_machine          02 00 ..
 *   14   e_version                  (code)              read by neither
 *   18   e_entry
 *   20   e_phoff                    2f 00 00 00 00 00 00 00
 *   28   e_shoff, bytes 0 .. 6      (code)              read by neither
 *   2f   e_shoff, byte 7            01                  p_type    PT_LOAD
 *   30   e_flags, bytes 0 .. 2      00 00 00            p_type
 *   33   e_flags, byte 3            05                  p_flags   R + X
 *   34   e_ehsize                   40 00               p_flags, bits that mean nothing
 *   36   e_phentsize, low           38                  p_flags
 *   37   e_phentsize, high          00                  p_offset  0x100: the second byte is e_phnum
 *   38   e_phnum                    01 00               p_offset
 *   3a   e_shentsize ..             00 00 00 00 00      p_offset
 *   3f   -                          00 .1 ..            p_vaddr   is 0x100 modulo the page, as p_offset is
 *   47   -                          (code, text)        p_paddr   (not read)
 *   4f   -                          .. (text)           p_filesz
 *   57   -                          ..                  p_memsz
 *   5f   -                          (code)              p_align   (not read where the address is fixed)
 *
 * The page that p_vaddr lies in is mapped from the file's first byte. p_filesz and p_memsz are counted from 0x100,
 * after the file's end, and need not be more than 1; but they may, as long as they are the same, for then there is
 * nothing after the file's part that would have to be zero. In hello p_filesz is the end of the text, "LF!\n",
 * 0x0a21464c: 162 MiB are mapped, of which the file has but the first 103 or 116 bytes, and nobody looks further.
 *
 * Why one byte is enough, though the code and the text are 103 bytes and none of them lies in that segment: a loader
 * maps pages. Linux (fs/binfmt_elf.c, elf_map) begins at p_vaddr rounded down to the page, with the file from p_offset
 * less what was rounded off, and takes p_filesz and that much more, rounded up: with 0x100 + 1 bytes, one page, from
 * the file's first byte. qemu-user (linux-user/elfload.c, load_elf_image) reckons the same. A page of 4 KiB to 64 KiB
 * is mapped whole or not at all, so all 103 bytes are there; what is after p_filesz would be zeroed only where p_memsz
 * is more than p_filesz; and the brk, after p_vaddr + p_memsz, begins on the next page. The quine shows it: it writes
 * all of its bytes from where they are mapped. A loader that copied p_filesz bytes, and no pages, would not run these
 * files.
 *
 * With registers they rely on nothing.
 */
#include "raw_words.h"

#include <elf.h>

/* x86-64: low, so that an address is an immediate of 32 bits. */
#define X64_PAGE 0x10000
/* arm64: so that two halves of p_vaddr are what write(2) is called with; see a64_quine. */
#define A64_PAGE UINT64_C(0x400000000000)

static void magic(void) {
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01", "e_ident.EI_CLASS..EI_VERSION", 0x010102);
}

/* From 0x2f to 0x46. */
static void overlap(const char *vaddr_bytes, uint64_t vaddr) {
  field("01 00 00 00", "p_type", PT_LOAD);
  field("05", "p_flags", PF_R | PF_X);
  field("40 00", "e_ehsize", 64);
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field("00 00 00 00 00", "p_offset.high", 0);
  field(vaddr_bytes, "p_vaddr", vaddr);
  reads("p_offset", 0x37, 8, 0x100);
}

/* ---- x86-64 ------------------------------------------------------------------------------------------------------ */

/* From 0x10 to 0x13, and from 0x18 to 0x27. */
static void x64_type(void) {
  field("02 00", "e_type", ET_EXEC);
  field("3e 00", "e_machine", EM_X86_64);
}

static void x64_entry(void) {
  field_address("07 00 01 00 00 00 00 00", "e_entry", "_start");
  field("2f 00 00 00 00 00 00 00", "e_phoff", 0x2f);
}

static void x64_exit_42(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-exit-both");
  magic();
  routine("_start", no_return);
  step("6a 2a", x64_push_imm8(42));
  step("5f", x64_pop_r64(RDI));
  step("6a 3c", x64_push_imm8(60));
  step("58", x64_pop_r64(RAX));
  step("0f 05", x64_syscall());
  field("00", "filling", 0);
  x64_type();
  field("00 00 00 00", "e_version", 0); /* not read */
  x64_entry();
  field("00 00 00 00 00 00 00", "e_shoff", 0); /* not read */
  overlap("00 01 01 00 00 00 00 00", X64_PAGE + 0x100);
  field("00 00 00 00 00 00 00 00", "p_paddr", 0); /* not read */
  field("01 00 00 00 00 00 00 00", "p_filesz", 1);
  field("01 00 00 00 00 00 00 00", "p_memsz", 1);
  field("00 00 00 00 00 00 00 00", "p_align", 0); /* not read, but there */
  bl_handmade_write(outdir, X64_PAGE, 0755);
}

/* From 0x00 to 0x46: what write(1, text, count) wants, in the places that no loader reads, of 9, 4 and 7 bytes. A push
 * may stand in one and its pop in the next. */
static void x64_begin_print(const char *mov_bytes, const char *text, const char *count_bytes, int64_t count,
                            const char *jump_bytes) {
  magic();
  routine("_start", no_return);
  step_mov_address(mov_bytes, RSI, text);
  step("6a 01", x64_push_imm8(1));
  step_jump("eb 04", "in_version");
  x64_type();
  routine("in_version", piece);
  step("5f", x64_pop_r64(RDI)); /* standard output */
  step("57", x64_push_r64(RDI));
  step_jump("eb 10", "in_shoff");
  x64_entry();
  routine("in_shoff", piece);
  step("58", x64_pop_r64(RAX)); /* 1 is write, too */
  step(count_bytes, x64_push_imm8(count));
  step("5a", x64_pop_r64(RDX));
  step_jump(jump_bytes, "print");
  field("00", "filling", 0);
  overlap("00 01 01 00 00 00 00 00", X64_PAGE + 0x100);
}

/* The calls themselves: the eight bytes of p_paddr, or those of p_align. */
static void x64_author_print(void) {
  routine("print", piece);
  step("0f 05", x64_syscall());
  step("b0 3c", x64_mov_r8_imm8(RAX, 60)); /* the rest of rax is 0, as write returned a small number */
  step("31 ff", x64_xor_r32_r32(RDI, RDI));
  step("0f 05", x64_syscall());
}

static void x64_quine(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-quine-both");
  file_start();
  x64_begin_print("be 00 00 01 00", "file_start", "6a 67", 103, "eb 19");
  x64_author_print();
  field("01 00 00 00 00 00 00 00", "p_filesz", 1);
  field("01 00 00 00 00 00 00 00", "p_memsz", 1);
  field("00 00 00 00 00 00 00 00", "p_align", 0);
  bl_handmade_write(outdir, X64_PAGE, 0755);
}

static void x64_quine_for_qemu(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-quine-qemu");
  file_start();
  x64_begin_print("be 00 00 01 00", "file_start", "6a 50", 80, "eb 19");
  x64_author_print();
  field("01", "p_filesz", 1); /* qemu takes zeros after it: p_memsz is 0, and it does not mind */
  bl_handmade_write(outdir, X64_PAGE, 0755);
}

/* From 0x47 to 0x5e: the text, of which the last four bytes are p_filesz, and p_memsz, which repeats them. */
static void text_as_size(void) {
  field_text("48 65 6c 6c 6f 2c 20 45 4c 46 21 0a", "message", "Hello, ELF!\n");
  field("00 00 00 00", "p_filesz.high", 0);
  field("4c 46 21 0a 00 00 00 00", "p_memsz", 0x0a21464c);
  reads("p_filesz", 0x4f, 8, 0x0a21464c);
}

static void x64_hello(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-hello-both");
  x64_begin_print("be 47 00 01 00", "message", "6a 0c", 12, "eb 31");
  text_as_size();
  x64_author_print();
  bl_handmade_write(outdir, X64_PAGE, 0755);
}

/* ---- arm64 ------------------------------------------------------------------------------------------------------- */

/* Instructions begin at multiples of 4: two fit from 0x08 on, and two from 0x48 on, of which the second has its last
 * byte in p_filesz. */

/* From 0x10 to 0x46. `shoff`: seven bytes of it, which no loader reads. */
static void a64_header(const char *entry_bytes, const char *shoff_bytes, uint64_t shoff, const char *vaddr_bytes,
                       uint64_t page) {
  field("02 00", "e_type", ET_EXEC);
  field("b7 00", "e_machine", EM_AARCH64);
  field("00 00 00 00", "e_version", 0); /* not read */
  field_address(entry_bytes, "e_entry", "_start");
  field("2f 00 00 00 00 00 00 00", "e_phoff", 0x2f);
  field(shoff_bytes, "e_shoff", shoff);
  overlap(vaddr_bytes, page + 0x100);
}

/* The same, and the first byte of p_paddr, which is not read; its other seven bytes are code. */
static void a64_header_to_paddr(const char *shoff_bytes, uint64_t shoff) {
  a64_header("08 00 00 00 00 40 00 00", shoff_bytes, shoff, "00 01 00 00 00 40 00 00", A64_PAGE);
  field("00", "p_paddr", 0);
}

/* From 0x00 to 0x4f. */
static void a64_begin_exit_42(void) {
  magic();
  field("00", "filling", 0);
  routine("_start", no_return);
  step_a64("40 05 80 d2", a64_movz(X(0), 42, 0));
  step_b("0f 00 00 14", "in_paddr");
  a64_header_to_paddr("00 00 00 00 00 00 00", 0);
  routine("in_paddr", piece);
  step_a64("a8 0b 80 d2", a64_movz(X(8), 93, 0)); /* exit */
  step_a64("01 00 00 d4", a64_svc(0));            /* its last byte is the first of p_filesz: 0xd4 */
}

static void a64_exit_42(const char *outdir) {
  bl_handmade_begin(ISA_A64, "tiny-exit-both");
  a64_begin_exit_42();
  field("00 00 00 00 00 00 00", "p_filesz.high", 0);
  field("d4 00 00 00 00 00 00 00", "p_memsz", 0xd4); /* no less than p_filesz */
  field("00 00 00 00 00 00 00 00", "p_align", 0);
  reads("p_filesz", 0x4f, 8, 0xd4);
  bl_handmade_write(outdir, A64_PAGE, 0755);
}

static void a64_exit_42_for_qemu(const char *outdir) {
  bl_handmade_begin(ISA_A64, "tiny-exit-qemu");
  a64_begin_exit_42();
  reads("p_filesz", 0x4f, 8, 0xd4);
  bl_handmade_write(outdir, A64_PAGE, 0755);
}

/* Pairs of words in the headers are loaded whole. From 0x40 on stands p_vaddr without its first byte, 0x4000000001: 1,
 * standard output, and 64, write. From 0x24 on stand the high half of e_phoff, 0: status, and the low one of e_shoff,
 * 93: exit. */
static void a64_quine(const char *outdir) {
  bl_handmade_begin(ISA_A64, "tiny-quine-both");
  file_start();
  magic();
  field("00", "filling", 0);
  routine("_start", no_return);
  step_adr("c1 ff ff 10", X(1), "file_start");
  step_b("0f 00 00 14", "in_paddr");
  a64_header_to_paddr("5d 00 00 00 00 00 00", 93);
  routine("in_paddr", piece);
  step_a64("02 0e 80 d2", a64_movz(X(2), 112, 0));
  step_b("05 00 00 14", "print"); /* its last byte is the first of p_filesz: 0x14 */
  field("00 00 00 00 00 00 00", "p_filesz.high", 0);
  field("14 00 00 00 00 00 00 00", "p_memsz", 0x14);
  field("00", "p_align", 0); /* not read; its other seven bytes are code */
  routine("print", piece);
  step_a64("20 20 48 29", a64_ldp_w_offset(X(0), X(8), X(1), 0x40));
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("20 a0 44 29", a64_ldp_w_offset(X(0), X(8), X(1), 0x24));
  step_a64("01 00 00 d4", a64_svc(0));
  reads("standard output", 0x40, 4, 1);
  reads("write", 0x44, 4, 64);
  reads("status", 0x24, 4, 0);
  reads("exit", 0x28, 4, 93);
  bl_handmade_write(outdir, A64_PAGE, 0755);
}

/* So that exit's number is a part of e_entry. */
#define A64_HELLO_PAGE UINT64_C(0x5d000000)

/* The text begins at 0x47, so what is loaded in pairs must lie a multiple of 4 from there. From 0x2b on stand four
 * bytes of e_shoff, 64: write, and p_type, 1: standard output. From 0x1b on stands e_entry without its low bytes, 0x5d,
 * 93: exit, and then e_phoff after the last byte of e_entry, 0x2f00: its low byte, 0, is all that is read of a status.
 */
static void a64_hello(const char *outdir) {
  bl_handmade_begin(ISA_A64, "tiny-hello-both");
  magic();
  field("00", "filling", 0);
  routine("_start", no_return);
  step_adr("e1 01 00 70", X(1), "message");
  step_b("15 00 00 14", "print");
  a64_header("08 00 00 5d 00 00 00 00", "00 00 00 40 00 00 00", 0x40000000, "00 01 00 5d 00 00 00 00", A64_HELLO_PAGE);
  text_as_size();
  field("00", "p_align", 0); /* not read; its other seven bytes are code */
  routine("print", piece);
  step_a64("82 01 80 d2", a64_movz(X(2), 12, 0));
  step_a64("28 80 7c 29", a64_ldp_w_offset(X(8), X(0), X(1), 0x2b - 0x47));
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("28 80 7a 29", a64_ldp_w_offset(X(8), X(0), X(1), 0x1b - 0x47));
  step_a64("01 00 00 d4", a64_svc(0));
  reads("write", 0x2b, 4, 64);
  reads("standard output", 0x2f, 4, 1);
  reads("exit", 0x1b, 4, 93);
  reads("status", 0x1f, 1, 0);
  bl_handmade_write(outdir, A64_HELLO_PAGE, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "the smallest programs for kernel and qemu-user");
  x64_exit_42(argv[1]);
  x64_quine(argv[1]);
  x64_quine_for_qemu(argv[1]);
  x64_hello(argv[1]);
  a64_exit_42(argv[1]);
  a64_exit_42_for_qemu(argv[1]);
  a64_quine(argv[1]);
  a64_hello(argv[1]);
  return 0;
}

/* SPDX-License-Identifier: MIT */
