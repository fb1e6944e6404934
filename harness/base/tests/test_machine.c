/* The table of machines: rows that are whole, and ELF headers that are taken for what they say and for nothing else. */
/* reads: nothing */
#include "harness/base/bytes.h"
#include "harness/base/machine.h"

#include <check.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What elf_identify says of a file with these four fields. */
static struct elf_identity identify(unsigned class, unsigned order, unsigned version, unsigned e_machine) {
  char path[64];
  int fd = memfd_create("header", MFD_CLOEXEC);
  unsigned char header[64] = {
      ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, (unsigned char)class, (unsigned char)order, (unsigned char)version};
  bool big = order == ELFDATA2MSB && version == EV_CURRENT;
  header[18] = (unsigned char)(big ? e_machine >> 8 : e_machine);
  header[19] = (unsigned char)(big ? e_machine : e_machine >> 8);
  ck_assert_int_eq(write(fd, header, sizeof header), sizeof header);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  struct elf_identity identity = elf_identify(path);
  close(fd);
  return identity;
}

START_TEST(each_row_is_found_by_its_header_and_its_names) {
  for (size_t i = 0; i < machine_count; i++) {
    const struct machine *row = &machines[i];
    struct elf_identity identity = identify(row->class, row->order, EV_CURRENT, row->e_machine);
    ck_assert(identity.is_elf && identity.has_ident);
    ck_assert_msg(identity.machine == row, "%s is taken for %s", row->name, machine_name(identity.machine));
    ck_assert_ptr_eq(machine_named(row->name), row);
    ck_assert_ptr_eq(machine_of_qemu(row->qemu), row);
    char *label = xasprintf("a_b_%s", row->name);
    char *object = xasprintf("%s.o", label);
    ck_assert_ptr_eq(machine_of_label(label), row);
    ck_assert_ptr_eq(machine_of_label(object), row);
    ck_assert_msg(e_machine_name(row->e_machine) != NULL, "e_machine %d has no name", row->e_machine);
    ck_assert_msg(!row->colour == !row->dark_colour, "%s has one colour of two", row->name);
    free(label);
    free(object);
  }
}
END_TEST

/* What no row names is no machine, and least of all this one. */
START_TEST(what_no_row_names_is_refused) {
  for (unsigned e_machine = 0; e_machine < 0x10000; e_machine += e_machine < 300 ? 1 : 97)
    for (unsigned class = ELFCLASS32; class <= ELFCLASS64; class ++)
      for (unsigned order = ELFDATA2LSB; order <= ELFDATA2MSB; order++) {
        struct elf_identity identity = identify(class, order, EV_CURRENT, e_machine);
        const struct machine *found = identity.machine;
        ck_assert(identity.is_elf && identity.e_machine == e_machine);
        ck_assert(!found || (found->e_machine == e_machine && found->class == class && found->order == order));
      }
  ck_assert_ptr_null(identify(ELFCLASS64, ELFDATA2LSB, EV_CURRENT, EM_VAX).machine);
  ck_assert_ptr_null(identify(ELFCLASS32, ELFDATA2LSB, EV_CURRENT, EM_X86_64).machine);
  ck_assert_ptr_null(machine_named("x86"));
  ck_assert_ptr_null(machine_of_label("x64"));
  ck_assert_ptr_null(machine_of_label("hello_x86"));
}
END_TEST

/* Where e_ident[4..6] holds code, e_machine alone is asked, as the kernel does. */
START_TEST(code_in_the_identification_is_passed_over) {
  struct elf_identity identity = identify(0x90, 0x90, 0x90, EM_AARCH64);
  ck_assert(identity.is_elf && !identity.has_ident);
  ck_assert_ptr_eq(identity.machine, machine_named("arm64"));
  ck_assert_ptr_null(elf_machine("/dev/null"));
  ck_assert_ptr_null(elf_machine("/nowhere"));
  ck_assert(!elf_identify("/etc/passwd").is_elf);
}
END_TEST

START_TEST(a_header_is_described) {
  struct elf_identity vax = identify(ELFCLASS32, ELFDATA2LSB, EV_CURRENT, EM_VAX);
  ck_assert_str_eq(elf_description(&vax), "32-bit little-endian VAX");
  struct elf_identity nobody = identify(ELFCLASS64, ELFDATA2MSB, EV_CURRENT, 0xabcd);
  ck_assert_str_eq(elf_description(&nobody), "64-bit big-endian ELF of an unknown machine (e_machine 0xabcd)");
  struct elf_identity code = identify(0, 0, 0, EM_RISCV);
  ck_assert_str_eq(elf_description(&code), "RISC-V");
}
END_TEST

START_TEST(this_machine_has_a_row) {
  ck_assert_ptr_nonnull(host_machine());
  ck_assert_str_eq(machine_name(NULL), "host");
}
END_TEST

/* Sizes are those of the whole instruction, and tell forms apart that begin alike. */
START_TEST(calls_and_returns_are_told_by_their_bytes) {
  static const struct {
    const char *bytes;
    size_t size;
    enum flow flow;
    const char *words;
  } samples[] = {
      {"\xE8\0\0\0\0", 5, FLOW_CALL, "call"},
      {"\xFF\xD2", 2, FLOW_CALL, "call rdx"},
      {"\xFF\x14\x24", 3, FLOW_CALL, "call [rsp]"},
      {"\x41\xFF\xD2", 3, FLOW_CALL, "call r10"},
      {"\x4F\xFF\x14\x24", 4, FLOW_CALL, "call [r12]"},
      {"\xC3", 1, FLOW_RETURN, "ret"},
      {"\xC2\x08\0", 3, FLOW_RETURN, "ret 8"},
      {"\x83\xFF\x10", 3, FLOW_ON, "cmp edi, 16"},
      {"\x41\xFF\xC2", 3, FLOW_ON, "inc r10d"},
      {"\xFF\xE2", 2, FLOW_ON, "jmp rdx"},
      {"\xFF\xC2", 2, FLOW_ON, "inc edx"},
      {"\x40\x90", 2, FLOW_ON, "nop"},
      {"\xFF\xD2", 1, FLOW_ON, "the half of call rdx"},
      {"\x41\xFF\xD2", 2, FLOW_ON, "two bytes of call r10"},
      {"\xB2\xC3", 2, FLOW_ON, "mov dl, 0xc3"},
      {"\xE9\0\0\0\0", 5, FLOW_ON, "jmp"},
      {"\x90", 1, FLOW_ON, "nop"},
  };
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
    ck_assert_msg(instructions_x64.flow_of((const uint8_t *)samples[i].bytes, samples[i].size) == samples[i].flow, "%s",
                  samples[i].words);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("machine");
  TCase *tests = tcase_create("machine");
  tcase_add_test(tests, each_row_is_found_by_its_header_and_its_names);
  tcase_add_test(tests, what_no_row_names_is_refused);
  tcase_add_test(tests, code_in_the_identification_is_passed_over);
  tcase_add_test(tests, a_header_is_described);
  tcase_add_test(tests, this_machine_has_a_row);
  tcase_add_test(tests, calls_and_returns_are_told_by_their_bytes);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
