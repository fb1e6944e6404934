/* test_elf_bytes.c: every field of every structure lies in the file where the System V ABI puts it, lowest byte first.
 * Each field is given bytes of its own, so that two fields that changed places would show. */
/* reads: nothing */
#include "lay/elf_bytes.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A structure whose field at offset o, counted in bytes, has the bytes o+1, o+2, ..: as a file, 01 02 03 .. in a row.
 */
static const Elf64_Ehdr ehdr = {.e_ident = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
                                .e_type = 0x1211,
                                .e_machine = 0x1413,
                                .e_version = 0x18171615,
                                .e_entry = 0x201f1e1d1c1b1a19,
                                .e_phoff = 0x2827262524232221,
                                .e_shoff = 0x302f2e2d2c2b2a29,
                                .e_flags = 0x34333231,
                                .e_ehsize = 0x3635,
                                .e_phentsize = 0x3837,
                                .e_phnum = 0x3a39,
                                .e_shentsize = 0x3c3b,
                                .e_shnum = 0x3e3d,
                                .e_shstrndx = 0x403f};
static const Elf64_Phdr phdr = {.p_type = 0x04030201,
                                .p_flags = 0x08070605,
                                .p_offset = 0x100f0e0d0c0b0a09,
                                .p_vaddr = 0x1817161514131211,
                                .p_paddr = 0x201f1e1d1c1b1a19,
                                .p_filesz = 0x2827262524232221,
                                .p_memsz = 0x302f2e2d2c2b2a29,
                                .p_align = 0x3837363534333231};
static const Elf64_Shdr shdr = {.sh_name = 0x04030201,
                                .sh_type = 0x08070605,
                                .sh_flags = 0x100f0e0d0c0b0a09,
                                .sh_addr = 0x1817161514131211,
                                .sh_offset = 0x201f1e1d1c1b1a19,
                                .sh_size = 0x2827262524232221,
                                .sh_link = 0x2c2b2a29,
                                .sh_info = 0x302f2e2d,
                                .sh_addralign = 0x3837363534333231,
                                .sh_entsize = 0x403f3e3d3c3b3a39};
static const Elf64_Sym symbol = {.st_name = 0x04030201,
                                 .st_info = 0x05,
                                 .st_other = 0x06,
                                 .st_shndx = 0x0807,
                                 .st_value = 0x100f0e0d0c0b0a09,
                                 .st_size = 0x1817161514131211};
static const Elf64_Rela rela = {
    .r_offset = 0x0807060504030201, .r_info = 0x100f0e0d0c0b0a09, .r_addend = 0x1817161514131211};

static void is_in_a_row(const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    ck_assert_msg(bytes[i] == i + 1, "byte %zu is %#x", i, bytes[i]);
  for (size_t i = size; i < ELF_STRUCTURE_MOST; i++)
    ck_assert_msg(bytes[i] == 0xee, "byte %zu, after the structure, was written", i);
}

#define STRUCTURE_TEST(name, value)                                                                                    \
  START_TEST(name) {                                                                                                   \
    unsigned char bytes[ELF_STRUCTURE_MOST];                                                                           \
    memset(bytes, 0xee, sizeof bytes);                                                                                 \
    elf_bytes(bytes, &(value));                                                                                        \
    is_in_a_row(bytes, sizeof(value));                                                                                 \
    unsigned char back[sizeof(value)];                                                                                 \
    bl_elf_load_fields(back, bytes, ELF_FIELD_SIZES(value));                                                           \
    ck_assert_mem_eq(back, &(value), sizeof(value));                                                                   \
  }                                                                                                                    \
  END_TEST
STRUCTURE_TEST(file_header, ehdr)
STRUCTURE_TEST(program_header, phdr)
STRUCTURE_TEST(section_header, shdr)
STRUCTURE_TEST(symbol_entry, symbol)
STRUCTURE_TEST(relocation, rela)

int main(void) {
  Suite *suite = suite_create("ELF structures as bytes");
  TCase *tc = tcase_create("structures");
  suite_add_tcase(suite, tc);
  tcase_add_test(tc, file_header);
  tcase_add_test(tc, program_header);
  tcase_add_test(tc, section_header);
  tcase_add_test(tc, symbol_entry);
  tcase_add_test(tc, relocation);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
