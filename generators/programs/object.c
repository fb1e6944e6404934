/* object.c: the object file and the executable of a published tutorial (fixtures/published/hello-world-*.hex name it):
 * what an assembler writes, and what a linker makes of it.
 *
 *   hello-world_x64.o   the object: all 0x390 bytes as published, sections, symbols and one relocation
 *   hello-world_x64     the executable that `ld hello-world_x64.o` makes of it, which prints "Hello world!": two
 *                       segments, one R+X, one RW. Of it the tutorial publishes the ELF header and the instruction
 *                       that the relocation changed, and all of that agrees.
 *
 * An object is for a linker and has sections, pieces with a name, and no segments. An executable is for a kernel and
 * needs segments only, ranges to be mapped; its sections here are for readelf, objdump and gdb. What leads from one to
 * the other is the relocation: the object holds a zero where an address belongs, and a note that says which.
 *
 * So much of it is tables that structures are laid whole here, the fields by their names in elf.h. A field that is not
 * named is 0. Each item stands where the one before it ends, and gaps are laid as such.
 */
#include "raw_words.h"

#include <elf.h>

static void elf_header(uint16_t type, uint64_t entry, Elf64_Half segments, uint64_t sections_at, Elf64_Half sections) {
  structure("Elf64_Ehdr", Elf64_Ehdr,
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT}, .e_type = type,
            .e_machine = EM_X86_64, .e_version = EV_CURRENT, .e_entry = entry,
            .e_phoff = segments ? sizeof(Elf64_Ehdr) : 0, .e_shoff = sections_at, .e_ehsize = sizeof(Elf64_Ehdr),
            .e_phentsize = segments ? sizeof(Elf64_Phdr) : 0, .e_phnum = segments, .e_shentsize = sizeof(Elf64_Shdr),
            .e_shnum = sections, .e_shstrndx = 3);
}

/* _start. `message`: what the immediate of the third instruction is before or after it is relocated. */
static void author_text(const char *message_bytes, int64_t message) {
  routine("_start", no_return);
  step("b8 01 00 00 00", x64_mov_r32_imm32(RAX, 1));    /* write */
  step("bf 01 00 00 00", x64_mov_r32_imm32(RDI, 1));    /* standard output */
  step(message_bytes, x64_mov_r64_imm64(RSI, message)); /* 64 bits wide: the linker may place .data anywhere */
  step("ba 0d 00 00 00", x64_mov_r32_imm32(RDX, 13));   /* hello_world_len */
  step("0f 05", x64_syscall());
  step("b8 3c 00 00 00", x64_mov_r32_imm32(RAX, 60)); /* exit */
  step("bf 00 00 00 00", x64_mov_r32_imm32(RDI, 0));
  step("0f 05", x64_syscall());
}

/* ---- The object -------------------------------------------------------------------------------------------------- */

/* Offsets of the names in .shstrtab and .strtab are counted by hand, as everything here. */
static void object_sections(void) {
  structure("section 0", Elf64_Shdr, .sh_type = SHT_NULL); /* there is always a first one, and it is none */
  structure("section .data", Elf64_Shdr, .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_flags = SHF_WRITE | SHF_ALLOC,
            .sh_offset = 0x200, .sh_size = 13, .sh_addralign = 4);
  structure("section .text", Elf64_Shdr, .sh_name = 7, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
            .sh_offset = 0x210, .sh_size = 0x27, .sh_addralign = 16);
  structure("section .shstrtab", Elf64_Shdr, .sh_name = 13, .sh_type = SHT_STRTAB, .sh_offset = 0x240, .sh_size = 0x32,
            .sh_addralign = 1);
  structure("section .symtab", Elf64_Shdr, .sh_name = 23, .sh_type = SHT_SYMTAB, .sh_offset = 0x280, .sh_size = 7 * 24,
            .sh_link = 5 /* its names: .strtab */, .sh_info = 6 /* the first global symbol */, .sh_addralign = 4,
            .sh_entsize = 24);
  structure("section .strtab", Elf64_Shdr, .sh_name = 31, .sh_type = SHT_STRTAB, .sh_offset = 0x330, .sh_size = 0x34,
            .sh_addralign = 1);
  structure("section .rela.text", Elf64_Shdr, .sh_name = 39, .sh_type = SHT_RELA, .sh_offset = 0x370, .sh_size = 24,
            .sh_link = 4 /* its symbols: .symtab */, .sh_info = 2 /* what it relocates: .text */, .sh_addralign = 4,
            .sh_entsize = 24);
}

#define LOCAL(type) ELF64_ST_INFO(STB_LOCAL, type)
#define GLOBAL(type) ELF64_ST_INFO(STB_GLOBAL, type)

static void object_symbols(void) {
  structure("symbol 0", Elf64_Sym, .st_name = 0); /* none */
  structure("symbol of the file", Elf64_Sym, .st_name = 1, .st_info = LOCAL(STT_FILE), .st_shndx = SHN_ABS);
  structure("symbol of .data", Elf64_Sym, .st_info = LOCAL(STT_SECTION), .st_shndx = 1);
  structure("symbol of .text", Elf64_Sym, .st_info = LOCAL(STT_SECTION), .st_shndx = 2);
  structure("symbol hello_world", Elf64_Sym, .st_name = 17, .st_info = LOCAL(STT_NOTYPE), .st_shndx = 1);
  structure("symbol hello_world_len", Elf64_Sym, .st_name = 29, .st_info = LOCAL(STT_NOTYPE), .st_shndx = SHN_ABS,
            .st_value = 13); /* a number and no place: absolute */
  structure("symbol _start", Elf64_Sym, .st_name = 45, .st_info = GLOBAL(STT_NOTYPE), .st_shndx = 2);
}

static void object(const char *outdir) {
  bl_handmade_begin(ISA_X64, "hello-world");
  elf_header(ET_REL, 0, 0, 0x40, 7);
  object_sections();
  field_text("48 65 6c 6c 6f 20 77 6f 72 6c 64 21 0a", ".data", "Hello world!\n");
  gap("up to 0x210", 3);
  author_text("48 be 00 00 00 00 00 00 00 00", 0); /* ten bytes, the last eight for the linker to fill */
  gap("up to 0x240", 9);
  data(".shstrtab", 1);
  data_bytes("\0.data\0.text\0.shstrtab\0.symtab\0.strtab\0.rela.text", 0x32);
  gap("up to 0x280", 14);
  object_symbols();
  gap("up to 0x330", 8);
  data(".strtab", 1);
  data_bytes("\0hello_world.asm\0hello_world\0hello_world_len\0_start", 0x34);
  gap("up to 0x370", 12);
  /* At .text + 12, the immediate of the mov, put the address of symbol 2 (.data), 64 bits of it, plus 0. */
  structure(".rela.text", Elf64_Rela, .r_offset = 12, .r_info = ELF64_R_INFO(2ul, R_X86_64_64), .r_addend = 0);
  gap("up to 0x390", 8);
  bl_handmade_write_object(outdir);
}

/* ---- The executable ---------------------------------------------------------------------------------------------- */

#define TEXT 0x4000b0 /* after the ELF header and two program headers: 64 + 2 * 56 = 0xb0 */
#define DATA 0x6000d8 /* file offset 0xd8, on a page of its own, 2 MB further up */

static void executable_sections(void) {
  structure("section 0", Elf64_Shdr, .sh_type = SHT_NULL);
  structure("section .text", Elf64_Shdr, .sh_name = 27, .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
            .sh_addr = TEXT, .sh_offset = 0xb0, .sh_size = 0x27, .sh_addralign = 16);
  structure("section .data", Elf64_Shdr, .sh_name = 33, .sh_type = SHT_PROGBITS, .sh_flags = SHF_WRITE | SHF_ALLOC,
            .sh_addr = DATA, .sh_offset = 0xd8, .sh_size = 13, .sh_addralign = 4);
  structure("section .shstrtab", Elf64_Shdr, .sh_name = 17, .sh_type = SHT_STRTAB, .sh_offset = 0xe5, .sh_size = 0x27,
            .sh_addralign = 1);
  structure("section .symtab", Elf64_Shdr, .sh_name = 1, .sh_type = SHT_SYMTAB, .sh_offset = 0x290, .sh_size = 10 * 24,
            .sh_link = 5, .sh_info = 6, .sh_addralign = 8, .sh_entsize = 24);
  structure("section .strtab", Elf64_Shdr, .sh_name = 9, .sh_type = SHT_STRTAB, .sh_offset = 0x380, .sh_size = 0x4c,
            .sh_addralign = 1);
}

static void executable_symbols(void) {
  structure("symbol 0", Elf64_Sym, .st_name = 0);
  structure("symbol of .text", Elf64_Sym, .st_info = LOCAL(STT_SECTION), .st_shndx = 1, .st_value = TEXT);
  structure("symbol of .data", Elf64_Sym, .st_info = LOCAL(STT_SECTION), .st_shndx = 2, .st_value = DATA);
  structure("symbol of the file", Elf64_Sym, .st_name = 1, .st_info = LOCAL(STT_FILE), .st_shndx = SHN_ABS);
  structure("symbol hello_world", Elf64_Sym, .st_name = 17, .st_info = LOCAL(STT_NOTYPE), .st_shndx = 2,
            .st_value = DATA);
  structure("symbol hello_world_len", Elf64_Sym, .st_name = 29, .st_info = LOCAL(STT_NOTYPE), .st_shndx = SHN_ABS,
            .st_value = 13);
  structure("symbol _start", Elf64_Sym, .st_name = 45, .st_info = GLOBAL(STT_NOTYPE), .st_shndx = 1, .st_value = TEXT);
  /* What a linker adds of its own: where .data ends, where bss would begin, where the program ends. */
  structure("symbol _edata", Elf64_Sym, .st_name = 52, .st_info = GLOBAL(STT_NOTYPE), .st_shndx = 2,
            .st_value = DATA + 13);
  structure("symbol __bss_start", Elf64_Sym, .st_name = 59, .st_info = GLOBAL(STT_NOTYPE), .st_shndx = 2,
            .st_value = DATA + 13);
  structure("symbol _end", Elf64_Sym, .st_name = 71, .st_info = GLOBAL(STT_NOTYPE), .st_shndx = 2,
            .st_value = DATA + 16);
}

static void executable(const char *outdir) {
  bl_handmade_begin(ISA_X64, "hello-world");
  elf_header(ET_EXEC, TEXT, 2, 272, 6);
  structure("segment of .text", Elf64_Phdr, .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x400000,
            .p_paddr = 0x400000, .p_filesz = 0xd7, .p_memsz = 0xd7, .p_align = 0x200000);
  structure("segment of .data", Elf64_Phdr, .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0xd8,
            .p_vaddr = DATA, .p_paddr = DATA, .p_filesz = 13, .p_memsz = 13, .p_align = 0x200000);
  author_text("48 be d8 00 60 00 00 00 00 00", DATA); /* the relocation has been done */
  gap("up to 0xd8", 1);
  field_text("48 65 6c 6c 6f 20 77 6f 72 6c 64 21 0a", ".data", "Hello world!\n");
  data(".shstrtab", 1);
  data_bytes("\0.symtab\0.strtab\0.shstrtab\0.text\0.data", 0x27);
  gap("up to 0x110", 4);
  executable_sections();
  executable_symbols();
  data(".strtab", 1);
  data_bytes("\0hello_world.asm\0hello_world\0hello_world_len\0_start\0_edata\0__bss_start\0_end", 0x4c);
  bl_handmade_write(outdir, 0x400000, 0755);
}

int main(int argc, char **argv) {
  if (argc != 2)
    return bl_program_usage(argv[0], "hello-world");
  object(argv[1]);
  executable(argv[1]);
  return 0;
}

/* SPDX-License-Identifier: MIT */
