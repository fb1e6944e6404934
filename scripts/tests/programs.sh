# ELF files laid byte by byte, for the tests of the runners: a program that writes one line and exits with 7, for each
# machine, and headers that the runners must refuse.
#
# shellcheck shell=bash

# elf_header IDENT TYPE MACHINE: the 64 bytes of an ELF64 header with one program header; the entry is at 0x400078.
elf_header() {
  bytes 7f 45 4c 46 "$1" 00 00 00 00 00 00 00 00 00
  bytes "$2" "$3" 01 00 00 00 78 00 40 00 00 00 00 00
  bytes 40 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  bytes 00 00 00 00 40 00 38 00 01 00 00 00 00 00 00 00
}

# program_header SIZE: one PT_LOAD, R+X, of the whole file.
program_header() {
  bytes 01 00 00 00 05 00 00 00 00 00 00 00 00 00 00 00
  bytes 00 00 40 00 00 00 00 00 00 00 40 00 00 00 00 00
  bytes "$1" 00 00 00 00 00 00 00 "$1" 00 00 00 00 00 00 00
  bytes 00 10 00 00 00 00 00 00
}

# seven_x64 [IDENT]: writes "x64 runs\n" and exits with 7; IDENT stands for EI_CLASS, EI_DATA, EI_VERSION.
seven_x64() {
  elf_header "${1:-02 01 01}" '02 00' '3e 00'
  program_header a3
  bytes b8 01 00 00 00                   # mov eax,1   write
  bytes bf 01 00 00 00                   # mov edi,1   stdout
  bytes be 9a 00 40 00                   # mov esi,0x40009a
  bytes ba 09 00 00 00                   # mov edx,9
  bytes 0f 05                            # syscall
  bytes b8 3c 00 00 00                   # mov eax,60  exit
  bytes bf 07 00 00 00                   # mov edi,7
  bytes 0f 05                            # syscall
  printf 'x64 runs\n'
}

# seven_arm64: the same for arm64.
seven_arm64() {
  elf_header '02 01 01' '02 00' 'b7 00'
  program_header a3
  bytes 20 00 80 d2                      # movz x0,#1   stdout
  bytes e1 00 00 10                      # adr  x1,+28
  bytes 22 01 80 d2                      # movz x2,#9
  bytes 08 08 80 d2                      # movz x8,#64  write
  bytes 01 00 00 d4                      # svc  #0
  bytes e0 00 80 d2                      # movz x0,#7
  bytes a8 0b 80 d2                      # movz x8,#93  exit
  bytes 01 00 00 d4                      # svc  #0
  printf 'a64 runs\n'
}

# arguments_x64: writes its argv strings as the kernel laid them, NUL after each, and exits with argc.
# The strings stand in one piece on the stack, from argv[0] to the first of the environment.
arguments_x64() {
  elf_header '02 01 01' '02 00' '3e 00'
  program_header 9c
  bytes 5b                               # pop  rbx          argc
  bytes 48 8b 34 24                      # mov  rsi,[rsp]    argv[0]
  bytes 48 8b 54 dc 08                   # mov  rdx,[rsp+rbx*8+8]  envp[0]
  bytes 48 29 f2                         # sub  rdx,rsi
  bytes b8 01 00 00 00                   # mov  eax,1        write
  bytes bf 01 00 00 00                   # mov  edi,1        stdout
  bytes 0f 05                            # syscall
  bytes 89 df                            # mov  edi,ebx
  bytes b8 3c 00 00 00                   # mov  eax,60       exit
  bytes 0f 05                            # syscall
  bytes 90 90                            # nop, nop
}

# crash_x64: dies of SIGILL.
crash_x64() {
  elf_header '02 01 01' '02 00' '3e 00'
  program_header 7a
  bytes 0f 0b                            # ud2
}

# lay NAME COMMAND...: an executable file of the bytes that COMMAND writes.
lay() {
  "${@:2}" >"$1" && chmod +x "$1"
}
# SPDX-License-Identifier: MIT
