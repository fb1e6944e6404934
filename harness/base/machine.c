/* The table of the machines, and who they are by an ELF header. The plugins for qemu link this file too, so that it
   uses nothing but the C library. */
#include "harness/base/machine.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAMED(word) .name = word, .native = word "-native", .emulated = word "-qemu"
#define QEMU(word) .qemu = word, .qemu_static = "qemu-" word "-static", .qemu_dynamic = "qemu-" word
#define LITTLE_64 .class = ELFCLASS64, .order = ELFDATA2LSB
#define LITTLE_32 .class = ELFCLASS32, .order = ELFDATA2LSB
#define BIG_64 .class = ELFCLASS64, .order = ELFDATA2MSB
#define BIG_32 .class = ELFCLASS32, .order = ELFDATA2MSB
#define CAPSTONE(arch, mode) .capstone_arch = (arch), .capstone_mode = (int)(mode)
#define NO_CAPSTONE .capstone_arch = -1

const struct machine machines[] = {
    {NAMED("x64"), .title = "x86-64", .e_machine = EM_X86_64, LITTLE_64, .code_unit = 1, QEMU("x86_64"),
     .audit = AUDIT_ARCH_X86_64, .calls = CALLS_X64, .instructions = &instructions_x64,
     CAPSTONE(CS_ARCH_X86, CS_MODE_64), .colour = "#0b57c5", .dark_colour = "#7db4ff",
     .whole = {"qemu-system-x86_64", "ttyS0", {"-accel", "tcg", NULL}}},
    {NAMED("arm64"), .title = "arm64", .e_machine = EM_AARCH64, LITTLE_64, .code_unit = 4, QEMU("aarch64"),
     .audit = AUDIT_ARCH_AARCH64, .calls = CALLS_GENERIC, .instructions = &instructions_arm64,
     CAPSTONE(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN), .colour = "#b25400", .dark_colour = "#f0a35e", .dashed = true,
     .whole = {"qemu-system-aarch64", "ttyAMA0", {"-M", "virt", "-cpu", "cortex-a57", NULL}}},
    {NAMED("riscv64"), .title = "64-bit RISC-V", .e_machine = EM_RISCV, LITTLE_64, .code_unit = 2, QEMU("riscv64"),
     .audit = AUDIT_ARCH_RISCV64, .calls = CALLS_GENERIC, NO_CAPSTONE},
    {NAMED("riscv32"), .title = "32-bit RISC-V", .e_machine = EM_RISCV, LITTLE_32, .code_unit = 2, QEMU("riscv32"),
     .calls = CALLS_GENERIC, NO_CAPSTONE},
    {NAMED("i386"), .title = "32-bit x86", .e_machine = EM_386, LITTLE_32, .code_unit = 1, QEMU("i386"),
     .audit = AUDIT_ARCH_I386, .calls = CALLS_I386, CAPSTONE(CS_ARCH_X86, CS_MODE_32)},
    {NAMED("arm"), .title = "32-bit Arm", .e_machine = EM_ARM, LITTLE_32, .code_unit = 4, QEMU("arm"),
     .calls = CALLS_ARM, CAPSTONE(CS_ARCH_ARM, CS_MODE_LITTLE_ENDIAN)},
    {NAMED("ppc64le"), .title = "64-bit little-endian PowerPC", .e_machine = EM_PPC64, LITTLE_64, .code_unit = 4,
     QEMU("ppc64le"), .calls = CALLS_PPC64, CAPSTONE(CS_ARCH_PPC, CS_MODE_64)},
    {NAMED("ppc64"), .title = "64-bit PowerPC", .e_machine = EM_PPC64, BIG_64, .code_unit = 4, QEMU("ppc64"),
     .calls = CALLS_PPC64, CAPSTONE(CS_ARCH_PPC, CS_MODE_64 | CS_MODE_BIG_ENDIAN)},
    {NAMED("ppc"), .title = "32-bit PowerPC", .e_machine = EM_PPC, BIG_32, .code_unit = 4, QEMU("ppc"),
     .calls = CALLS_PPC, CAPSTONE(CS_ARCH_PPC, CS_MODE_32 | CS_MODE_BIG_ENDIAN)},
    {NAMED("s390x"), .title = "IBM Z", .e_machine = EM_S390, BIG_64, .code_unit = 2, QEMU("s390x"),
     .calls = CALLS_S390X, CAPSTONE(CS_ARCH_SYSZ, CS_MODE_BIG_ENDIAN)},
    {NAMED("mips64el"), .title = "64-bit little-endian MIPS", .e_machine = EM_MIPS, LITTLE_64, .code_unit = 4,
     QEMU("mips64el"), .calls = CALLS_MIPS64, CAPSTONE(CS_ARCH_MIPS, CS_MODE_MIPS64)},
    {NAMED("mips64"), .title = "64-bit MIPS", .e_machine = EM_MIPS, BIG_64, .code_unit = 4, QEMU("mips64"),
     .calls = CALLS_MIPS64, CAPSTONE(CS_ARCH_MIPS, CS_MODE_MIPS64 | CS_MODE_BIG_ENDIAN)},
    {NAMED("mipsel"), .title = "32-bit little-endian MIPS", .e_machine = EM_MIPS, LITTLE_32, .code_unit = 4,
     QEMU("mipsel"), .calls = CALLS_MIPS, CAPSTONE(CS_ARCH_MIPS, CS_MODE_MIPS32)},
    {NAMED("mips"), .title = "32-bit MIPS", .e_machine = EM_MIPS, BIG_32, .code_unit = 4, QEMU("mips"),
     .calls = CALLS_MIPS, CAPSTONE(CS_ARCH_MIPS, CS_MODE_MIPS32 | CS_MODE_BIG_ENDIAN)},
    {NAMED("loongarch64"), .title = "LoongArch", .e_machine = EM_LOONGARCH, LITTLE_64, .code_unit = 4,
     QEMU("loongarch64"), .calls = CALLS_GENERIC, NO_CAPSTONE},
    {NAMED("sparc64"), .title = "64-bit SPARC", .e_machine = EM_SPARCV9, BIG_64, .code_unit = 4, QEMU("sparc64"),
     .calls = CALLS_SPARC64, CAPSTONE(CS_ARCH_SPARC, CS_MODE_V9 | CS_MODE_BIG_ENDIAN)},
    {NAMED("alpha"), .title = "Alpha", .e_machine = EM_ALPHA, LITTLE_64, .code_unit = 4, QEMU("alpha"), NO_CAPSTONE},
    {NAMED("hppa"), .title = "PA-RISC", .e_machine = EM_PARISC, BIG_32, .code_unit = 4, QEMU("hppa"),
     .calls = CALLS_HPPA, NO_CAPSTONE},
    {NAMED("m68k"), .title = "68000", .e_machine = EM_68K, BIG_32, .code_unit = 2, QEMU("m68k"), .calls = CALLS_M68K,
     NO_CAPSTONE},
    {NAMED("sh4"), .title = "SuperH", .e_machine = EM_SH, LITTLE_32, .code_unit = 2, QEMU("sh4"), .calls = CALLS_SH4,
     NO_CAPSTONE},
};

const size_t machine_count = sizeof machines / sizeof *machines;

/* Machines by the names that elf.h gives them, so that one without a row above is refused by its name. */
static const struct {
  uint16_t e_machine;
  const char *name;
} names[] = {
    {EM_M32, "AT&T WE 32100"},
    {EM_SPARC, "SPARC"},
    {EM_386, "x86"},
    {EM_68K, "68000"},
    {EM_88K, "Motorola 88000"},
    {EM_860, "Intel 80860"},
    {EM_MIPS, "MIPS"},
    {EM_S370, "IBM System/370"},
    {EM_PARISC, "PA-RISC"},
    {EM_SPARC32PLUS, "SPARC V8+"},
    {EM_960, "Intel 80960"},
    {EM_PPC, "PowerPC"},
    {EM_PPC64, "PowerPC"},
    {EM_S390, "IBM S/390"},
    {EM_SPU, "IBM SPU"},
    {EM_V850, "NEC V850"},
    {EM_ARM, "Arm"},
    {EM_SH, "SuperH"},
    {EM_SPARCV9, "SPARC V9"},
    {EM_TRICORE, "TriCore"},
    {EM_ARC, "ARC"},
    {EM_H8_300, "H8/300"},
    {EM_IA_64, "Itanium"},
    {EM_COLDFIRE, "ColdFire"},
    {EM_MMIX, "MMIX"},
    {EM_X86_64, "x86-64"},
    {EM_PDP10, "PDP-10"},
    {EM_PDP11, "PDP-11"},
    {EM_VAX, "VAX"},
    {EM_CRIS, "CRIS"},
    {EM_AVR, "AVR"},
    {EM_FR30, "FR30"},
    {EM_M32R, "M32R"},
    {EM_MN10300, "MN10300"},
    {EM_OPENRISC, "OpenRISC"},
    {EM_XTENSA, "Xtensa"},
    {EM_MSP430, "MSP430"},
    {EM_BLACKFIN, "Blackfin"},
    {EM_ALTERA_NIOS2, "Nios II"},
    {EM_XGATE, "XGATE"},
    {EM_QDSP6, "Hexagon"},
    {EM_TI_C6000, "TMS320C6000"},
    {EM_L10M, "Intel L10M"},
    {EM_K10M, "Intel K10M"},
    {EM_AARCH64, "arm64"},
    {EM_AVR32, "AVR32"},
    {EM_TILEPRO, "TILEPro"},
    {EM_MICROBLAZE, "MicroBlaze"},
    {EM_CUDA, "CUDA"},
    {EM_TILEGX, "TILE-Gx"},
    {EM_ARCV2, "ARCv2"},
    {EM_Z80, "Z80"},
    {EM_AMDGPU, "AMD GPU"},
    {EM_RISCV, "RISC-V"},
    {EM_BPF, "BPF"},
    {EM_CSKY, "C-SKY"},
    {EM_LOONGARCH, "LoongArch"},
    {EM_ALPHA, "Alpha"},
};

const struct machine *machine_named(const char *name) {
  for (size_t i = 0; i < machine_count; i++)
    if (strcmp(machines[i].name, name) == 0)
      return &machines[i];
  return NULL;
}

const struct machine *machine_of_qemu(const char *name) {
  for (size_t i = 0; i < machine_count; i++)
    if (strcmp(machines[i].qemu, name) == 0)
      return &machines[i];
  return NULL;
}

const struct machine *machine_of_label(const char *name) {
  const char *last = strrchr(name, '_');
  size_t len = last ? strcspn(++last, ".") : 0;
  for (size_t i = 0; i < machine_count; i++)
    if (len && strlen(machines[i].name) == len && memcmp(machines[i].name, last, len) == 0)
      return &machines[i];
  return NULL;
}

const char *machine_name(const struct machine *machine) { return machine ? machine->name : "host"; }

const struct machine *host_machine(void) {
  static const struct machine *host;
  host = host ? host : elf_machine("/proc/self/exe");
  return host;
}

const char *e_machine_name(uint16_t e_machine) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i].e_machine == e_machine)
      return names[i].name;
  return NULL;
}

/* The row that IDENTITY fits. A tiny program may hold code where EI_CLASS and EI_DATA stand; then the first row of its
   e_machine is meant. */
static const struct machine *row_of(const struct elf_identity *identity) {
  for (size_t i = 0; i < machine_count; i++)
    if (machines[i].e_machine == identity->e_machine &&
        (!identity->has_ident || (machines[i].class == identity->class && machines[i].order == identity->order)))
      return &machines[i];
  return NULL;
}

struct elf_identity elf_identify(const char *path) {
  unsigned char header[EI_NIDENT + 4] = {0};
  struct elf_identity identity = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd < 0 ? -1 : read(fd, header, sizeof header);
  if (fd >= 0)
    close(fd);
  if (got != (ssize_t)sizeof header || memcmp(header, ELFMAG, SELFMAG) != 0)
    return identity;
  identity = (struct elf_identity){.is_elf = true, .class = header[EI_CLASS], .order = header[EI_DATA]};
  identity.has_ident = (identity.class == ELFCLASS32 || identity.class == ELFCLASS64) &&
                       (identity.order == ELFDATA2LSB || identity.order == ELFDATA2MSB) &&
                       header[EI_VERSION] == EV_CURRENT;
  bool big = identity.has_ident && identity.order == ELFDATA2MSB;
  const unsigned char *field = header + offsetof(Elf64_Ehdr, e_machine);
  identity.e_machine = (uint16_t)(field[big] | field[!big] << 8);
  identity.machine = row_of(&identity);
  return identity;
}

const struct machine *elf_machine(const char *path) { return elf_identify(path).machine; }

const char *elf_description(const struct elf_identity *identity) {
  static char text[96];
  const char *name = e_machine_name(identity->e_machine);
  char number[48];
  snprintf(number, sizeof number, "ELF of an unknown machine (e_machine 0x%x)", identity->e_machine);
  snprintf(text, sizeof text, "%s%s%s",
           !identity->has_ident            ? ""
           : identity->class == ELFCLASS64 ? "64-bit "
                                           : "32-bit ",
           !identity->has_ident             ? ""
           : identity->order == ELFDATA2MSB ? "big-endian "
                                            : "little-endian ",
           name ? name : number);
  return text;
}

/* SPDX-License-Identifier: MIT */
