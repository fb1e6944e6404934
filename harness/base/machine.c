/* The machines by name, and by what an ELF header says. */
#include "harness/base/machine.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *machine_name(enum machine machine) {
  static const char *const names[] = {"host", "x64", "arm64"};
  return names[machine];
}

const char *machine_emulator(enum machine machine) {
  return machine == MACHINE_ARM64 ? "qemu-aarch64-static" : "qemu-x86_64-static";
}

enum machine host_machine(void) {
#if defined __x86_64__
  return MACHINE_X64;
#elif defined __aarch64__
  return MACHINE_ARM64;
#else
  return MACHINE_HOST;
#endif
}

enum machine elf_machine(const char *path) {
  unsigned char header[EI_NIDENT + 4] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return MACHINE_HOST;
  ssize_t got = read(fd, header, sizeof header);
  close(fd);
  if (got != (ssize_t)sizeof header || memcmp(header, ELFMAG, SELFMAG) != 0 || header[EI_CLASS] != ELFCLASS64)
    return MACHINE_HOST;
  unsigned machine = header[EI_NIDENT + 2] | (unsigned)header[EI_NIDENT + 3] << 8;
  return machine == EM_X86_64 ? MACHINE_X64 : machine == EM_AARCH64 ? MACHINE_ARM64 : MACHINE_HOST;
}
