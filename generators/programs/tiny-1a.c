/* tiny-1a.c: the program header begins at 0x1a, inside of e_entry. For qemu-user, which reads a short file as though
 * zeros followed; no kernel takes these files, for p_vaddr is beyond all user addresses.
 *
 *   tiny-exit-qemu_x64      67 bytes    exits with 42
 *   tiny-quine-qemu_arm64   96 bytes    prints its own file
 *   tiny-hello-qemu_arm64   108 bytes   prints "Hello, ELF!"
 *
 *        Elf64_Ehdr                                     Elf64_Phdr
 *   00   EI_MAG .. EI_VERSION       7f 45 4c 46 02 01 01   qemu reads all seven
 *   07   EI_OSABI, EI_PAD           (code)
 *   10   e_type, e_machine          03 00 ..
 *   14   e_version                  00 00 00 00         qemu does not read it
 *   18   e_entry, bytes 0 and 1     .. 00               where in the first page the code begins
 *   1a   e_entry, bytes 2 .. 5      01 00 00 00         p_type    PT_LOAD
 *   1e   e_entry, bytes 6 and 7     05 00               p_flags   R + X
 *   20   e_phoff, bytes 0 and 1     1a 00               p_flags, bits that mean nothing
 *   22   e_phoff, bytes 2 .. 7      00 00 00 00 00 00   p_offset  0
 *   28   e_shoff, bytes 0 and 1     00 00               p_offset, high
 *   2a   e_shoff, bytes 2 .. 7      00 00 01 00 00 00   p_vaddr   0x0005000000010000: e_entry without its last byte
 *   30   e_flags, bytes 0 and 1     05 00               p_vaddr, high
 *   32   e_flags, bytes 2 and 3     00 00               p_paddr (not read)
 *   34   e_ehsize .. e_phnum        40 00 38 00 01 00   p_paddr
 *   3a   e_shentsize ..             ..                  p_filesz
 *   42   -                          ..                  p_memsz: 1 at least, or qemu puts the brk, which it unmaps,
 *                                                       at the code. It is the last byte that must be in the file.
 *   4a   -                          (code)              p_align (not read)
 *
 * ET_DYN: only how far e_entry lies after p_vaddr matters, as qemu maps the file at an address of its own. With
 * registers it relies on nothing.
 */
#include "raw_words.h"

#include <elf.h>

#define ENTRY_PAGE UINT64_C(0x0005000000010000)

static void magic(void) {
  field("7f 45 4c 46", "e_ident.EI_MAG", 0x464c457f);
  field("02 01 01", "e_ident.EI_CLASS..EI_VERSION", 0x010102);
}

/* From 0x10 to 0x41. `filesz`: anything from 1 on. */
static void headers_in_one(const char *machine_bytes, uint16_t machine, const char *entry_bytes, uint64_t entry,
                           const char *filesz_bytes, uint64_t filesz) {
  field("03 00", "e_type", ET_DYN);
  field(machine_bytes, "e_machine", machine);
  field("00 00 00 00", "e_version", 0); /* not read */
  field(entry_bytes, "e_entry", ENTRY_PAGE + entry);
  field("1a 00 00 00 00 00 00 00", "e_phoff", 0x1a);
  field("00 00", "p_offset.high", 0);
  field("00 00 01 00 00 00 05 00", "p_vaddr", ENTRY_PAGE);
  field("00 00", "p_paddr", 0);
  field("40 00", "e_ehsize", 64); /* qemu reads it */
  field("38 00", "e_phentsize", 56);
  field("01 00", "e_phnum", 1);
  field(filesz_bytes, "p_filesz", filesz);

  reads("p_type", 0x1a, 4, PT_LOAD);
  reads("p_flags", 0x1e, 2, PF_R | PF_X);
  reads("p_offset", 0x22, 8, 0);
}

static void exit_42(const char *outdir) {
  bl_handmade_begin(ISA_X64, "tiny-exit-qemu");
  magic();
  routine("_start", no_return);
  step("6a 2a", x64_push_imm8(42));
  step("5f", x64_pop_r64(RDI));
  step("6a 3c", x64_push_imm8(60));
  step("58", x64_pop_r64(RAX));
  step("0f 05", x64_syscall());
  field("00", "filling", 0);
  headers_in_one("3e 00", EM_X86_64, "07 00 01 00 00 00 05 00", 7, "43 00 00 00 00 00 00 00", 67);
  field("01", "p_memsz", 1); /* the seven bytes after it are missing: qemu takes zeros */
  bl_handmade_write(outdir, ENTRY_PAGE, 0755);
}

/* ---- arm64 ------------------------------------------------------------------------------------------------------- */

/* The numbers that the system calls want stand in the headers, two by two, and are loaded from there: from 0x38 on 1
 * (e_phnum, and p_filesz's low half) and 64 (p_filesz's next word), which is write(1, ...); from 0x40 on 0 and 93, both
 * p_memsz, which is exit(0). Where that is, a call tells that does not mean to return: bl leaves its return address,
 * 0x10 in the file, in x30.
 *
 * So p_filesz is 4 MiB and p_memsz 5.8. The file has neither; but what of a mapping lies after its file is not
 * touched, and p_filesz is a number of whole pages, so that qemu finds no page of which it would have to zero a part.
 */
static void print_and_exit(const char *adr_bytes, const char *text, const char *count_bytes, int64_t count) {
  magic();
  field("00", "filling", 0); /* an instruction of arm64 begins at a multiple of 4 */
  routine("_start", no_return);
  step_adr(adr_bytes, X(1), text);
  step_bl("10 00 00 94", "print");
  headers_in_one("b7 00", EM_AARCH64, "08 00 01 00 00 00 05 00", 8, "00 00 40 00 00 00 00 00", 0x400000);
  field("00 00 5d 00 00 00 00 00", "p_memsz", 0x5d0000);
  field("00 00", "p_align", 0); /* and no more of it: the code begins here */
  routine("print", piece);
  step_a64(count_bytes, a64_movz(X(2), count, 0));
  step_a64("c0 23 45 29", a64_ldp_w_offset(X(0), X(8), X(30), 0x38 - 0x10));
  step_a64("01 00 00 d4", a64_svc(0));
  step_a64("c0 23 46 29", a64_ldp_w_offset(X(0), X(8), X(30), 0x40 - 0x10));
  step_a64("01 00 00 d4", a64_svc(0));
  reads("standard output", 0x38, 4, 1);
  reads("write", 0x3c, 4, 64);
  reads("status", 0x40, 4, 0);
  reads("exit", 0x44, 4, 93);
}

static void quine(const char *outdir) {
  bl_handmade_begin(ISA_A64, "tiny-quine-qemu");
  file_start();
  print_and_exit("c1 ff ff 10", "file_start", "02 0c 80 d2", 96);
  bl_handmade_write(outdir, ENTRY_PAGE, 0755);
}

static void hello(const char *outdir) {
  bl_handmade_begin(ISA_A64, "tiny-hello-qemu");
  print_and_exit("c1 02 00 10", "message", "82 01 80 d2", 12);
  field_text("48 65 6c 6c 6f 2c 20 45 4c 46 21 0a", "message", "Hello, ELF!\n");
  bl_handmade_write(outdir, ENTRY_PAGE, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "the smallest programs for qemu-user");
  exit_42(argv[1]);
  quine(argv[1]);
  hello(argv[1]);
  return 0;
}

/* SPDX-License-Identifier: MIT */
