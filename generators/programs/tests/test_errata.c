/* test_errata.c: each statement of fixtures/published/errata.md, proven: computed from the published bytes, or run. */
/* reads: fixtures/published elf */
#include "listing.h"
#include "raw_words.h"

#include <Zydis/Zydis.h>
#include <arpa/inet.h>
#include <check.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <glob.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

/* Write the bytes to a new file in /tmp that may be executed; its name replaces the X of `path`. */
static void write_program(char *path, const unsigned char *bytes, size_t size) {
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
  ck_assert_int_eq(fchmod(fd, 0755), 0);
  close(fd);
}

/* Run the bytes as a program, through `qemu` where that is not NULL, with `descriptor` open on `to`. Returns the status
 * of waitpid. */
static int run_bytes(const unsigned char *bytes, size_t size, const char *qemu, int descriptor, int to) {
  char path[] = "/tmp/bytegate-erratum-XXXXXX";
  int status = 0;
  write_program(path, bytes, size);
  pid_t child = fork();
  if (child == 0) {
    dup2(to, descriptor);
    if (qemu)
      execlp(qemu, qemu, path, (char *)NULL);
    else
      execl(path, path, (char *)NULL);
    _exit(127);
  }
  waitpid(child, &status, 0);
  unlink(path);
  return status;
}

/* The same with a pipe, which must be able to hold all that is written: what is read from it, and its size. */
static ssize_t run_into_pipe(const unsigned char *bytes, size_t size, const char *qemu, int descriptor, char *out,
                             size_t room, int *status) {
  int ends[2];
  ck_assert_int_eq(pipe(ends), 0);
  *status = run_bytes(bytes, size, qemu, descriptor, ends[1]);
  close(ends[1]);
  ssize_t got = read(ends[0], out, room);
  close(ends[0]);
  return got;
}

/* x86-64 programs run natively where they can. */
#if defined __x86_64__
#define RUN_X64 NULL
#else
#define RUN_X64 "qemu-x86_64-static"
#endif

/* ---- The quine --------------------------------------------------------------------------------------------------- */

static void quine_first_byte(void) {
  size_t size;
  unsigned char *file = program_read("quine-published_x64", &size);
  ck_assert_uint_eq(file[0], 0x7f);
  ck_assert_uint_eq(file[1], 0x45);
  free(file);
}

/* The md5 of bytes, by md5sum(1): 32 digits. */
static void md5(const unsigned char *bytes, size_t size, char digits[33]) {
  char path[] = "/tmp/bytegate-erratum-XXXXXX", command[64];
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
  close(fd);
  snprintf(command, sizeof command, "md5sum <%s", path);
  FILE *out = popen(command, "r");
  ck_assert_ptr_nonnull(out);
  ck_assert_int_eq(fscanf(out, "%32s", digits), 1);
  pclose(out);
  unlink(path);
}

static void quine_p_paddr(void) {
  static const char published[] = "5d24b05850f451b5b1e1a87a7c5d57c3";
  const size_t p_paddr = sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_paddr);
  size_t size;
  char digits[33];
  unsigned char *file = program_read("quine-published_x64", &size);
  md5(file, size, digits);
  ck_assert_str_eq(digits, published);
  ck_assert_uint_eq(file[p_paddr + 2], 0);
  file[p_paddr + 2] = 0x40;
  md5(file, size, digits);
  ck_assert_str_ne(digits, published);
  free(file);
}

/* The text counts bytes from 1 there. */
static void quine_buffer_space(void) {
  ck_assert_int_eq(EI_OSABI + 1, 8);
  ck_assert_int_eq(EI_ABIVERSION + 1, 9);
  ck_assert_int_eq(EI_PAD + 1, 10);
}

static void quine_byte_numbers(void) {
  ck_assert_uint_eq(offsetof(Elf64_Ehdr, e_type) + 1, 17);
  ck_assert_uint_eq(offsetof(Elf64_Ehdr, e_version), 20);
}

/* The e_type of a file. */
static int type_of(const char *path) {
  Elf64_Ehdr header;
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fread(&header, sizeof header, 1, file), 1);
  fclose(file);
  return header.e_type;
}

static void quine_libraries(void) {
  size_t size;
  Dl_info library;
  unsigned char *object = program_read("hello-world_x64.o", &size);
  ck_assert_int_eq(object[offsetof(Elf64_Ehdr, e_type)], ET_REL);
  ck_assert_int_ne(dladdr(dlsym(RTLD_DEFAULT, "getpid"), &library), 0);
  ck_assert_int_eq(type_of(library.dli_fname), ET_DYN);
  free(object);
}

static void quine_more_flags(void) {
  ck_assert_uint_eq(PF_MASKOS, 0x0ff00000);
  ck_assert_uint_eq(PF_MASKPROC, 0xf0000000);
  ck_assert_uint_eq((PF_MASKOS | PF_MASKPROC) & (PF_R | PF_W | PF_X), 0);
}

static void quine_flags_second_to_last(void) {
  ck_assert_uint_eq(offsetof(Elf32_Phdr, p_flags) + sizeof((Elf32_Phdr *)NULL)->p_flags, offsetof(Elf32_Phdr, p_align));
  ck_assert_uint_eq(offsetof(Elf32_Phdr, p_align) + sizeof((Elf32_Phdr *)NULL)->p_align, sizeof(Elf32_Phdr));
  ck_assert_uint_eq(offsetof(Elf64_Phdr, p_flags), sizeof((Elf64_Phdr *)NULL)->p_type);
}

static void quine_two_byte_sizes(void) {
  ck_assert_uint_eq(sizeof((Elf64_Phdr *)NULL)->p_filesz, 8);
  ck_assert_uint_eq(sizeof((Elf64_Phdr *)NULL)->p_memsz, 8);
}

static void quine_e_flags(void) {
  ck_assert_uint_eq(offsetof(Elf64_Ehdr, e_flags), offsetof(Elf64_Ehdr, e_shoff) + 8);
  ck_assert_uint_eq(offsetof(Elf64_Ehdr, e_ehsize), offsetof(Elf64_Ehdr, e_flags) + 4);
}

static void quine_zero_modulo(void) {
  size_t size;
  unsigned char *file = program_read("quine-published_x64", &size);
  Elf64_Phdr header;
  memcpy(&header, file + sizeof(Elf64_Ehdr), sizeof header);
  ck_assert_uint_eq(header.p_offset, 0);
  for (uint64_t align = 1; align; align <<= 1) {
    ck_assert_uint_eq(header.p_offset % align, 0);
    ck_assert_int_eq(header.p_vaddr % align == header.p_offset % align, align <= UINT64_C(1) << 22);
  }
  free(file);
}

static void quine_address_space(void) {
  void *page = mmap((void *)(((uintptr_t)1 << 60)), 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  ck_assert_ptr_eq(page, MAP_FAILED);
}

/* A system call of this machine: getpid, whose number and result stand in the same register on x86-64; write, whose
 * first argument and result do on arm64. */
static void quine_registers_kept(void) {
#if defined __x86_64__
  long result = 39, rcx = 1, r11 = 1;
  __asm__ volatile("mov %2, %%r11\n\tsyscall\n\tmov %%r11, %2"
                   : "+a"(result), "+c"(rcx), "+r"(r11)
                   :
                   : "r11", "memory");
  ck_assert_int_eq(result, getpid());
  ck_assert_int_ne(rcx, 1);
  ck_assert_int_ne(r11, 1);
#else
  register long x0 __asm__("x0") = 1;
  register long x8 __asm__("x8") = 172;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8) : "memory");
  ck_assert_int_eq(x0, getpid());
#endif
}

/* ---- The object -------------------------------------------------------------------------------------------------- */

static void object_ei_pad(void) {
  ck_assert_int_eq(EI_ABIVERSION, 8);
  ck_assert_int_eq(EI_PAD, 9);
  ck_assert_int_eq(EI_NIDENT - EI_PAD, 7);
}

static void object_table_end(void) {
  size_t size;
  unsigned char *file = program_read("hello-world_x64.o", &size);
  Elf64_Ehdr header;
  memcpy(&header, file, sizeof header);
  ck_assert_uint_eq(header.e_shoff + header.e_shnum * header.e_shentsize - 1, 0x1ff);
  ck_assert_uint_eq(header.e_shoff + header.e_shnum + header.e_shentsize - 1, 0x86);
  free(file);
}

/* ---- The case study ---------------------------------------------------------------------------------------------- */

#define WALKTHROUGH "fixtures/published/elf-hello.hex"
#define CODE 0x78
#define TEXT 0x99

/* The walkthrough's bytes as printed, all of them; returns their number. */
static size_t as_printed(unsigned char *file) {
  Listing listing = listing_read(WALKTHROUGH);
  size_t end = 0;
  for (size_t i = 0; i < listing.count; i++) {
    memcpy(file + listing.rows[i].offset, listing.rows[i].published, listing.rows[i].count);
    end = listing.rows[i].offset + listing.rows[i].count;
  }
  return end;
}

/* The size of the source's code, encoded: mov rax, 1; mov rdi, 1; lea; mov rdx, 13; syscall; mov rax, 60;
 * xor rdi, rdi; syscall; where each of the four mov has so many bytes. */
static size_t source_code_size(size_t mov) {
  return 4 * mov + x64_lea_r64_m(RSI, x64_at_rip(0)).len + x64_xor_r64_r64(RDI, RDI).len + 2u * x64_syscall().len;
}

static void size_is_not_152(void) {
  unsigned char file[256] = {0};
  ck_assert_uint_eq(as_printed(file), 165);
  const size_t optimized = x64_mov_r32_imm32(RAX, 1).len, as_written = x64_mov_r64_imm64(RAX, 1).len;
  ck_assert_uint_eq(CODE + source_code_size(optimized) + sizeof "Hello, ELF!\n", 167);
  ck_assert_uint_eq(CODE + source_code_size(as_written) + sizeof "Hello, ELF!\n", 187);
  uint64_t p_filesz;
  memcpy(&p_filesz, file + 0x60, sizeof p_filesz);
  ck_assert_uint_eq(p_filesz, 152);
  ck_assert_uint_lt(p_filesz, TEXT);
  ck_assert_mem_eq(file + TEXT, "Hello, ELF!\n", 12);
}

static void displacement_points_into_the_code(void) {
  unsigned char file[256] = {0};
  size_t size = as_printed(file);
  int32_t displacement;
  memcpy(&displacement, file + 0x85, sizeof displacement);
  ck_assert_int_eq(0x89 + displacement, 0x91);
  ck_assert_int_eq(TEXT - 0x91, 8);
  ck_assert_int_eq(TEXT - 0x89, 16);
  char out[32];
  int status;
  ck_assert_int_eq(run_into_pipe(file, size, RUN_X64, STDOUT_FILENO, out, sizeof out, &status), 13);
  ck_assert_mem_eq(out, file + 0x91, 13);
}

static void length_is_12(void) {
  unsigned char file[256] = {0};
  as_printed(file);
  ck_assert_uint_eq(strlen("Hello, ELF!\n"), 12);
  ck_assert_uint_eq(sizeof "Hello, ELF!\n", 13);
  ck_assert_uint_eq(file[0x8a], 13);
}

static void data_begins_at_0x99(void) {
  unsigned char file[256] = {0};
  as_printed(file);
  LayCode call = x64_syscall();
  ck_assert_mem_eq(file + 0x97, call.bytes, call.len);
  ck_assert_uint_eq(0x97 + call.len, TEXT);
}

static void xor_rdi_has_three_bytes(void) {
  LayCode wide = x64_xor_r64_r64(RDI, RDI), narrow = x64_xor_r32_r32(RDI, RDI);
  Listing listing = listing_read(WALKTHROUGH);
  const ListingRow *row = listing_row(&listing, 0x95);
  ck_assert_uint_eq(wide.len, 3);
  ck_assert_uint_eq(row->count, narrow.len);
  ck_assert_mem_eq(row->published, narrow.bytes, narrow.len);
}

static void padding_has_8_bytes(void) { ck_assert_int_eq(EI_NIDENT - EI_ABIVERSION, 8); }

/* What a kernel compares in the first bytes: the magic, ET_EXEC or ET_DYN, the machine. `value` -1: any byte. The
 * address and the place of the program header are the author's to choose, but the second depends on where it begins. */
static int header_byte(size_t at, size_t phoff) {
  static const int fixed[] = {[0] = 0x7f, 'E', 'L', 'F', [0x12] = EM_X86_64, [0x13] = 0};
  if (at < 4 || at == 0x12 || at == 0x13)
    return fixed[at];
  if (at == 0x11)
    return 0;
  if (at >= 0x20 && at < 0x28)
    return at == 0x20 ? (int)phoff : 0;
  return -1;
}

/* Whether p_type can be PT_LOAD, p_offset lie in the first page, and p_vaddr be an address below 2^48; and e_type, in
 * whichever of them it lies, be 2 or 3. */
static bool program_header_may_begin_at(size_t phoff) {
  static const int most[24] = {1, 0, 0, 0, [4] = 255, 255, 255, 255, [8] = 255, 15,  0, 0,
                               0, 0, 0, 0, 255,       255, 255, 255, 255,       255, 0, 0};
  for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
    int byte = header_byte(phoff + i, phoff), least = i == 0 ? PT_LOAD : 0;
    if (byte < 0)
      byte = phoff + i == 0x10 ? ET_EXEC : least;
    if (byte < least || byte > most[i])
      return false;
  }
  return true;
}

static void nothing_runs_in_64_bytes(void) {
  size_t first = 0;
  while (!program_header_may_begin_at(first))
    first++;
  ck_assert_uint_eq(first + sizeof(Elf64_Phdr), 67);
}

static void headers_alone_have_120_bytes(void) { ck_assert_uint_eq(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr), 120); }

static void p_offset_at_40_is_no_offset(void) {
  const Elf64_Ehdr header = {.e_phoff = 40, .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1};
  unsigned char file[40 + sizeof(Elf64_Phdr)] = {0};
  Elf64_Phdr overlapped;
  memcpy(file, &header, sizeof header);
  memcpy(&overlapped, file + header.e_phoff, sizeof overlapped);
  ck_assert_uint_eq(overlapped.p_offset, UINT64_C(56) << 48);
}

static void p_offset_at_8_is_no_offset(void) {
  const Elf64_Ehdr header = {.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_phoff = 8};
  Elf64_Phdr overlapped;
  memcpy(&overlapped, (const char *)&header + header.e_phoff, sizeof overlapped);
  ck_assert_uint_eq(overlapped.p_offset, 0x1003e0002);
}

static void under_80_bytes_take_4_gib(void) {
  size_t size;
  unsigned char *file = program_read("tiny-exit-native_x64", &size);
  uint64_t e_phoff;
  Elf64_Phdr header;
  memcpy(&e_phoff, file + offsetof(Elf64_Ehdr, e_phoff), sizeof e_phoff);
  ck_assert_uint_eq(size, 73);
  ck_assert_uint_eq(e_phoff, 0x0c);
  memcpy(&header, file + e_phoff, sizeof header);
  ck_assert_uint_gt(header.p_memsz, UINT64_C(4) << 30);
  free(file);
}

/* What execve says of those bytes: an error number, or 0 where the program was started and ended with status 0. */
static int error_of_start(const unsigned char *file, size_t size) {
  char path[] = "/tmp/bytegate-erratum-XXXXXX";
  int status = 0;
  write_program(path, file, size);
  pid_t child = fork();
  if (child == 0) {
    execl(path, path, (char *)NULL);
    _exit(errno);
  }
  waitpid(child, &status, 0);
  unlink(path);
  ck_assert(WIFEXITED(status));
  return WEXITSTATUS(status);
}

#if defined __x86_64__
#define NOLIBC_EXIT "nolibc-exit_x64"
#define OTHER_MACHINE EM_AARCH64
#else
#define NOLIBC_EXIT "nolibc-exit_arm64"
#define OTHER_MACHINE EM_X86_64
#endif

static void kernel_needs_more(void) {
  size_t size;
  unsigned char *file = program_read(NOLIBC_EXIT, &size);
  Elf64_Ehdr header;
  memcpy(&header, file, sizeof header);
  ck_assert_int_eq(header.e_type, ET_DYN);
  ck_assert_int_eq(error_of_start(file, size), 0);
  Elf64_Ehdr machine = header, entry_size = header;
  machine.e_machine = OTHER_MACHINE;
  memcpy(file, &machine, sizeof machine);
  ck_assert_int_eq(error_of_start(file, size), ENOEXEC);
  entry_size.e_phentsize++;
  memcpy(file, &entry_size, sizeof entry_size);
  ck_assert_int_eq(error_of_start(file, size), ENOEXEC);
  free(file);
}

/* The corrected program, with its one segment and its entry at `address` instead of 0x400000, prints the text. */
static void check_moved(unsigned char *file, size_t size, int type, uint64_t address) {
  Elf64_Ehdr header;
  Elf64_Phdr segment;
  memcpy(&header, file, sizeof header);
  memcpy(&segment, file + header.e_phoff, sizeof segment);
  header.e_type = (Elf64_Half)type;
  header.e_entry += address - segment.p_vaddr;
  segment.p_vaddr = segment.p_paddr = address;
  segment.p_align = 0x1000;
  memcpy(file, &header, sizeof header);
  memcpy(file + header.e_phoff, &segment, sizeof segment);
  char out[32];
  int status;
  ck_assert_int_eq(run_into_pipe(file, size, RUN_X64, STDOUT_FILENO, out, sizeof out, &status), 12);
  ck_assert_mem_eq(out, "Hello, ELF!\n", 12);
  ck_assert_int_eq(status, 0);
}

static void code_is_position_independent(void) {
  size_t size;
  unsigned char *file = program_read("elf-hello_x64", &size);
  check_moved(file, size, ET_EXEC, 0x10000);
  check_moved(file, size, ET_DYN, 0);
  free(file);
}

/* ---- The skill --------------------------------------------------------------------------------------------------- */

/* The skill's program with a message of MESSAGE bytes, its length in edx, and `size` in p_filesz and p_memsz; 0 leaves
 * them as they are. The caller owns it. */
#define MESSAGE 8000
#define MESSAGE_AT 0x9a
static unsigned char *lay_long_message(uint64_t size) {
  size_t short_size;
  unsigned char *hello = program_read("hello_x64", &short_size), *file = calloc(1, MESSAGE_AT + MESSAGE);
  ck_assert_ptr_nonnull(file);
  const uint32_t length = MESSAGE;
  ck_assert_uint_eq(hello[0x87], 0xba); /* mov edx, 14 */
  memcpy(file, hello, MESSAGE_AT);
  memcpy(file + 0x88, &length, sizeof length);
  memset(file + MESSAGE_AT, 'x', MESSAGE);
  if (size) {
    memcpy(file + sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz), &size, sizeof size);
    memcpy(file + sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_memsz), &size, sizeof size);
  }
  free(hello);
  return file;
}

/* How much of the message comes out of a pipe, and into a file. Natively: the kernel's count is what is asked for. */
static void check_long_message(uint64_t p_filesz, ssize_t in_pipe, off_t in_file) {
#if defined __x86_64__
  unsigned char *file = lay_long_message(p_filesz);
  char *out = malloc(MESSAGE_AT + MESSAGE), path[] = "/tmp/bytegate-erratum-XXXXXX";
  int status, fd = mkstemp(path);
  struct stat written;
  ck_assert_int_eq(run_into_pipe(file, MESSAGE_AT + MESSAGE, NULL, STDOUT_FILENO, out, MESSAGE, &status), in_pipe);
  ck_assert_int_eq(run_bytes(file, MESSAGE_AT + MESSAGE, NULL, STDOUT_FILENO, fd), 0);
  ck_assert_int_eq(fstat(fd, &written), 0);
  ck_assert_int_eq(written.st_size, in_file);
  close(fd);
  unlink(path);
  free(out);
  free(file);
#else
  (void)p_filesz, (void)in_pipe, (void)in_file;
  free(lay_long_message(0));
#endif
}

static void longer_message_changes_sizes(void) {
  check_long_message(0, 0, 0x1000 - MESSAGE_AT);
  check_long_message(MESSAGE_AT + MESSAGE, MESSAGE, MESSAGE);
}

static void qemu_calls_a_wrong_machine_invalid(void) {
  static const char says[] = "Invalid ELF image for this architecture";
  size_t size;
  char out[512] = "";
  int status;
  const uint16_t machine = EM_AARCH64;
  unsigned char *file = program_read("hello_x64", &size);
  memcpy(file + offsetof(Elf64_Ehdr, e_machine), &machine, sizeof machine);
  ck_assert_int_gt(run_into_pipe(file, size, "qemu-x86_64-static", STDERR_FILENO, out, sizeof out - 1, &status), 0);
  ck_assert_int_eq(WEXITSTATUS(status), 255);
  if (!strstr(out, says) || strstr(out, strerror(ENOEXEC)))
    ck_abort_msg("qemu says: %s", out);
  free(file);
}

static void port_is_big_endian(void) {
  const uint16_t stored = htons(8006);
  ck_assert_uint_eq(8006, 0x1f46);
  ck_assert_mem_eq(&stored, "\x1f\x46", 2);
  ck_assert_uint_eq(ntohs(*(const uint16_t *)"\x46\x1f"), 17951);
}

/* ---- The article on Rust ----------------------------------------------------------------------------------------- */

static void exit_is_called_exit(void) {
#if !defined __NR_exit || defined __NR__exit
  ck_abort_msg("the kernel's headers call it otherwise");
#endif
}

static void write_returns_the_error(void) {
#if defined __x86_64__
  long result = 1;
  __asm__ volatile("syscall" : "+a"(result) : "D"(-1L), "S"(""), "d"(1L) : "rcx", "r11", "memory");
#else
  register long result __asm__("x0") = -1;
  register const char *x1 __asm__("x1") = "";
  register long x2 __asm__("x2") = 1;
  register long x8 __asm__("x8") = 64;
  __asm__ volatile("svc #0" : "+r"(result) : "r"(x1), "r"(x2), "r"(x8) : "memory");
#endif
  ck_assert_int_eq(result, -EBADF);
  ck_assert_int_ne(result, -1);
}

static void no_register_is_called_raw(void) {
  bool rax = false;
  for (int i = ZYDIS_REGISTER_NONE + 1; i <= ZYDIS_REGISTER_MAX_VALUE; i++) {
    const char *name = ZydisRegisterGetString((ZydisRegister)i);
    rax |= !strcmp(name, "rax");
    ck_assert_str_ne(name, "raw");
  }
  ck_assert(rax);
}

/* What is in rdi after the published `xor %edi,%edi`, run in 64-bit mode with all bits of rdi set. */
static uint64_t rdi_after_xor(const ListingRow *row) {
  uc_engine *machine;
  uint64_t rdi = UINT64_MAX;
  ck_assert_int_eq(uc_open(UC_ARCH_X86, UC_MODE_64, &machine), UC_ERR_OK);
  ck_assert_int_eq(uc_mem_map(machine, 0x1000, 0x1000, UC_PROT_ALL), UC_ERR_OK);
  ck_assert_int_eq(uc_mem_write(machine, 0x1000, row->published, row->count), UC_ERR_OK);
  ck_assert_int_eq(uc_reg_write(machine, UC_X86_REG_RDI, &rdi), UC_ERR_OK);
  ck_assert_int_eq(uc_emu_start(machine, 0x1000, 0x1000 + row->count, 0, 0), UC_ERR_OK);
  ck_assert_int_eq(uc_reg_read(machine, UC_X86_REG_RDI, &rdi), UC_ERR_OK);
  uc_close(machine);
  return rdi;
}

static void xor_edi_clears_rdi(void) {
  Listing listing = listing_read("fixtures/published/nolibc-exit.hex");
  const ListingRow *row = listing_row(&listing, 0x1226);
  LayCode code = x64_xor_r32_r32(RDI, RDI);
  ck_assert_uint_eq(row->count, code.len);
  ck_assert_mem_eq(row->published, code.bytes, code.len);
  ck_assert_uint_eq(rdi_after_xor(row), 0);
}

static void mov_has_changed(void) {
  Listing before = listing_read("fixtures/published/nolibc-status.hex");
  Listing after = listing_read("fixtures/published/nolibc-exit.hex");
  LayCode wide = x64_mov_r64_imm32(RAX, 60), narrow = x64_mov_r32_imm32(RAX, 60);
  const ListingRow *old = listing_row(&before, 0x1210), *new = listing_row(&after, 0x1221);
  ck_assert_uint_eq(old->count, wide.len);
  ck_assert_mem_eq(old->published, wide.bytes, wide.len);
  ck_assert_uint_eq(new->count, narrow.len);
  ck_assert_mem_eq(new->published, narrow.bytes, narrow.len);
}

/* ---- The list ---------------------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  void (*prove)(void);
} proofs[] = {
    {"quine-first-byte", quine_first_byte},
    {"quine-buffer-space", quine_buffer_space},
    {"quine-byte-numbers", quine_byte_numbers},
    {"quine-libraries", quine_libraries},
    {"quine-p-paddr", quine_p_paddr},
    {"quine-more-flags", quine_more_flags},
    {"quine-flags-second-to-last", quine_flags_second_to_last},
    {"quine-two-byte-sizes", quine_two_byte_sizes},
    {"quine-e-flags", quine_e_flags},
    {"quine-zero-modulo", quine_zero_modulo},
    {"quine-address-space", quine_address_space},
    {"quine-registers-kept", quine_registers_kept},
    {"object-ei-pad", object_ei_pad},
    {"object-table-end", object_table_end},
    {"size", size_is_not_152},
    {"displacement", displacement_points_into_the_code},
    {"length", length_is_12},
    {"data-offset", data_begins_at_0x99},
    {"xor-rdi", xor_rdi_has_three_bytes},
    {"padding", padding_has_8_bytes},
    {"sixty-four-bytes", nothing_runs_in_64_bytes},
    {"one-hundred-and-twenty-bytes", headers_alone_have_120_bytes},
    {"overlap-at-40", p_offset_at_40_is_no_offset},
    {"overlap-at-8", p_offset_at_8_is_no_offset},
    {"under-80", under_80_bytes_take_4_gib},
    {"needs-only", kernel_needs_more},
    {"position-dependent", code_is_position_independent},
    {"port-bytes", port_is_big_endian},
    {"only-edx", longer_message_changes_sizes},
    {"exec-format-error", qemu_calls_a_wrong_machine_invalid},
    {"exit-name", exit_is_called_exit},
    {"write-minus-one", write_returns_the_error},
    {"mov-unchanged", mov_has_changed},
    {"xor-of-32-bits", xor_edi_clears_rdi},
    {"register-raw", no_register_is_called_raw},
};
#define PROOFS (sizeof proofs / sizeof *proofs)

START_TEST(erratum_is_proven) { proofs[_i].prove(); }
END_TEST

/* The statements and the proofs are the same, in the same order. */
START_TEST(statements_and_proofs_agree) {
  FILE *file = fopen("fixtures/published/errata.md", "r");
  ck_assert_ptr_nonnull(file);
  char line[256];
  size_t count = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "### ", 4))
      continue;
    if (count == PROOFS || strcmp(line + 4, proofs[count].name))
      ck_abort_msg("errata.md: \"%s\" has no proof in its place", line + 4);
    count++;
  }
  fclose(file);
  ck_assert_uint_eq(count, PROOFS);
}
END_TEST

/* How many rows of a listing are called wrong; each of them names a statement. */
static size_t wrong_rows(const char *path) {
  Listing listing = listing_read(path);
  size_t wrong = 0;
  for (size_t i = 0; i < listing.count; i++) {
    bool known = !listing.rows[i].meant_count;
    wrong += !known;
    for (size_t p = 0; p < PROOFS; p++)
      known |= !strcmp(proofs[p].name, listing.rows[i].erratum);
    if (!known)
      ck_abort_msg("%s: no erratum \"%s\"", listing.path, listing.rows[i].erratum);
  }
  return wrong;
}

START_TEST(rows_name_statements) {
  glob_t listings;
  size_t wrong = 0;
  ck_assert_int_eq(glob("fixtures/published/*.hex", 0, NULL, &listings), 0);
  for (size_t i = 0; i < listings.gl_pathc; i++)
    wrong += wrong_rows(listings.gl_pathv[i]);
  globfree(&listings);
  ck_assert_uint_eq(wrong, 5);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("errata");
  TCase *tc = tcase_create("proven");
  suite_add_tcase(suite, tc);
  tcase_add_loop_test(tc, erratum_is_proven, 0, (int)PROOFS);
  tcase_add_test(tc, statements_and_proofs_agree);
  tcase_add_test(tc, rows_name_statements);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
