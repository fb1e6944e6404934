/* elf.c: headers field by field, and sections, symbols and relocations after the text. elf.h draws the files. */
#include "lay/elf.h"

#include "lay/buffer.h"
#include "lay/dwarf.h"
#include "lay/elf_bytes.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static _Noreturn void die(const char *path, const char *what, const char *name) {
  fprintf(stderr, "%s: %s%s%s\n", path, what, name ? ": " : "", name ? name : "");
  exit(1);
}

/* Append a structure of elf.h, as a file has it. */
#define append_structure(file, structure)                                                                              \
  append_fields(file, structure, sizeof *(structure), ELF_FIELD_SIZES(*(structure)))

static size_t append_fields(Buffer *file, const void *structure, size_t size, const char *sizes) {
  unsigned char bytes[ELF_STRUCTURE_MOST];
  bl_elf_store_fields(bytes, structure, sizes);
  return bl_buffer_append(file, bytes, size);
}

static void save(Buffer *file, const char *path, mode_t mode) {
  remove(path); /* a program of that name may be running: its file cannot be written */
  FILE *out = fopen(path, "wb");
  if (!out)
    die(path, "cannot be written", strerror(errno));
  size_t written = fwrite(file->bytes, 1, file->size, out);
  if (fclose(out) || written != file->size)
    die(path, "is not written whole", strerror(errno));
  if (chmod(path, mode))
    die(path, "cannot be given its mode", strerror(errno));
  bl_buffer_free(file);
}

static Elf64_Ehdr elf_header(uint16_t type, uint16_t machine) {
  return (Elf64_Ehdr){
      .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT, ELFOSABI_SYSV},
      .e_type = type,
      .e_machine = machine,
      .e_version = EV_CURRENT,
      .e_ehsize = sizeof(Elf64_Ehdr),
  };
}

/* ---- The executable -------------------------------------------------------------------------------------------- */

static size_t header_count(const ElfLayout *layout, const Lay *lay) {
  return layout->single_segment ? 1 : 2 + (bl_lay_bss_size(lay) > 0) + bl_lay_has_writable(lay);
}

size_t bl_elf_headers_size(const ElfLayout *layout, const Lay *lay) {
  return sizeof(Elf64_Ehdr) + header_count(layout, lay) * sizeof(Elf64_Phdr);
}

/* What the kernel would refuse, or map in another way than was meant. */
static void check_layout(const Lay *lay, const ElfLayout *layout, size_t text_size, const char *path) {
  bool has_bss = bl_lay_bss_size(lay) > 0;
  if (layout->page == 0 || (layout->page & (layout->page - 1)))
    die(path, "p_align is no power of two", NULL);
  if (layout->base % layout->page)
    die(path, "p_vaddr and p_offset are not congruent modulo p_align: the base is no multiple of the page", NULL);
  if (bl_lay_address(lay) != layout->base + bl_elf_headers_size(layout, lay))
    die(path, "the text was not settled right after the headers", NULL);
  if (bl_lay_has_writable(lay) && layout->single_segment)
    die(path, "data that can be written needs a segment of its own, and a single segment was asked for", NULL);
  if (has_bss && layout->single_segment)
    die(path, "bss needs a writable segment of its own, and a single segment was asked for", NULL);
  if (has_bss && (bl_lay_bss_address(lay) % layout->page || bl_lay_bss_address(lay) < bl_lay_address(lay) + text_size))
    die(path, "bss does not lie on pages of its own after the text", NULL);
}

void bl_elf_write_exec(const Lay *lay, const ElfLayout *layout, const char *entry, const char *path) {
  size_t text_size;
  const unsigned char *text = bl_lay_text(lay, &text_size);
  bool has_bss = bl_lay_bss_size(lay) > 0;
  check_layout(lay, layout, text_size, path);
  const LaySymbol *start = bl_lay_find(lay, entry);
  if (!start || start->kind == LAY_BSS)
    die(path, "the entry is not bound to code", entry);

  size_t headers = bl_elf_headers_size(layout, lay), writable = bl_lay_writable_size(lay);
  size_t code_size = headers + text_size - writable;
  Elf64_Ehdr ehdr = elf_header(ET_EXEC, layout->machine);
  ehdr.e_entry = start->address;
  ehdr.e_phoff = sizeof ehdr;
  ehdr.e_phentsize = sizeof(Elf64_Phdr);
  ehdr.e_phnum = (Elf64_Half)header_count(layout, lay);
  Elf64_Phdr code = {PT_LOAD, PF_R | PF_X, 0, layout->base, layout->base, code_size, code_size, layout->page};
  Elf64_Phdr data = {.p_type = PT_LOAD,
                     .p_flags = PF_R | PF_W,
                     .p_offset = code_size,
                     .p_vaddr = bl_lay_writable_address(lay),
                     .p_paddr = bl_lay_writable_address(lay),
                     .p_filesz = writable,
                     .p_memsz = writable,
                     .p_align = layout->page};
  Elf64_Phdr bss = {.p_type = PT_LOAD,
                    .p_flags = PF_R | PF_W,
                    .p_vaddr = bl_lay_bss_address(lay),
                    .p_paddr = bl_lay_bss_address(lay),
                    .p_memsz = bl_lay_bss_size(lay),
                    .p_align = layout->page};
  Elf64_Phdr stack = {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W, .p_align = 16};
  Buffer file = {0};
  append_structure(&file, &ehdr);
  append_structure(&file, &code);
  if (bl_lay_has_writable(lay))
    append_structure(&file, &data);
  if (has_bss)
    append_structure(&file, &bss);
  if (!layout->single_segment)
    append_structure(&file, &stack);
  bl_buffer_append(&file, text, text_size);
  save(&file, path, 0755);
}

void bl_elf_read_headers(const char *path, unsigned char *bytes, size_t size) {
  FILE *in = fopen(path, "rb");
  if (!in || fread(bytes, 1, size, in) != size)
    die(path, "its headers cannot be read back", NULL);
  fclose(in);
}

/* ---- Sections and symbols -------------------------------------------------------------------------------------- */

typedef struct {
  Buffer file, names, section_names;
  Elf64_Shdr section[12];
  Elf64_Half sections;
  Buffer symbols;
  Elf64_Word locals; /* symbols written before the first global one */
} Sections;

static Elf64_Word add_name(Buffer *names, const char *name) { return (Elf64_Word)bl_buffer_string(names, name); }

static void begin_sections(Sections *s, Elf64_Ehdr *ehdr) {
  static const Elf64_Sym none;
  append_structure(&s->file, ehdr);
  add_name(&s->names, "");
  add_name(&s->section_names, "");
  s->sections = 1; /* section 0 is none */
  append_structure(&s->symbols, &none);
}

/* Append a section and its bytes (NULL for SHT_NOBITS); returns its index. */
static Elf64_Half add_section(Sections *s, const char *name, Elf64_Shdr shdr, const void *bytes) {
  shdr.sh_name = add_name(&s->section_names, name);
  bl_buffer_pad(&s->file, shdr.sh_addralign);
  shdr.sh_offset = s->file.size;
  if (bytes)
    bl_buffer_append(&s->file, bytes, shdr.sh_size);
  s->section[s->sections] = shdr;
  return s->sections++;
}

static void add_symbol(Sections *s, const char *name, int bind, int type, Elf64_Half section, uint64_t value,
                       uint64_t size) {
  Elf64_Sym symbol = {.st_name = *name ? add_name(&s->names, name) : 0,
                      .st_info = (unsigned char)ELF64_ST_INFO(bind, type),
                      .st_shndx = section,
                      .st_value = value,
                      .st_size = size};
  append_structure(&s->symbols, &symbol);
  if (bind == STB_LOCAL)
    s->locals = (Elf64_Word)(s->symbols.size / sizeof symbol);
}

/* Close the file: .symtab, .strtab, .shstrtab and the section headers. */
static void end_sections(Sections *s, const char *path) {
  Elf64_Shdr symtab = {.sh_type = SHT_SYMTAB,
                       .sh_size = s->symbols.size,
                       .sh_link = s->sections + 1u,
                       .sh_info = s->locals ? s->locals : 1,
                       .sh_addralign = 8,
                       .sh_entsize = sizeof(Elf64_Sym)};
  add_section(s, ".symtab", symtab, s->symbols.bytes);
  Elf64_Shdr strtab = {.sh_type = SHT_STRTAB, .sh_size = s->names.size, .sh_addralign = 1};
  add_section(s, ".strtab", strtab, s->names.bytes);
  strtab.sh_name = add_name(&s->section_names, ".shstrtab");
  strtab.sh_size = s->section_names.size;
  strtab.sh_offset = bl_buffer_append(&s->file, s->section_names.bytes, s->section_names.size);
  s->section[s->sections++] = strtab;
  bl_buffer_pad(&s->file, 8);
  size_t headers = s->file.size;
  for (Elf64_Half i = 0; i < s->sections; i++)
    append_structure(&s->file, &s->section[i]);
  Elf64_Ehdr ehdr;
  elf_from_bytes(&ehdr, s->file.bytes);
  ehdr.e_shoff = headers;
  ehdr.e_shentsize = sizeof(Elf64_Shdr);
  ehdr.e_shnum = s->sections;
  ehdr.e_shstrndx = s->sections - 1;
  elf_bytes(s->file.bytes, &ehdr);
  save(&s->file, path, 0644);
  bl_buffer_free(&s->names);
  bl_buffer_free(&s->section_names);
  bl_buffer_free(&s->symbols);
}

/* arm64's mapping symbols: $x where code begins, $d where data begins (ELF for the Arm 64-bit architecture, 5.5.2). A
 * disassembler needs them to know one from the other. */
static void add_mapping_symbols(Sections *s, const Lay *lay, Elf64_Half text) {
  size_t count;
  const LayItem *item = bl_lay_items(lay, &count);
  int before = -1;
  for (size_t i = 0; bl_lay_unit(lay) && i < count; i++) {
    int code = item[i].kind == LAY_CODE;
    if (item[i].len && code != before) {
      add_symbol(s, code ? "$x" : "$d", STB_LOCAL, STT_NOTYPE, text, item[i].address, 0);
      before = code;
    }
  }
}

static int symbol_type(const LaySymbol *symbol) {
  return symbol->kind == LAY_ROUTINE ? STT_FUNC : symbol->kind == LAY_LABEL ? STT_NOTYPE : STT_OBJECT;
}

static void add_debug_sections(Sections *s, const Lay *lay) {
  Dwarf dwarf = bl_dwarf_describe(lay);
  const struct {
    const char *name;
    const Buffer *bytes;
  } sections[] = {{".debug_abbrev", &dwarf.abbrev}, {".debug_info", &dwarf.info}, {".debug_line", &dwarf.line}};
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
    add_section(s, sections[i].name,
                (Elf64_Shdr){.sh_type = SHT_PROGBITS, .sh_size = sections[i].bytes->size, .sh_addralign = 1},
                sections[i].bytes->bytes);
  bl_dwarf_free(&dwarf);
}

void bl_elf_write_symbols(const Lay *lay, const ElfLayout *layout, const char *path) {
  size_t text_size, count;
  const unsigned char *bytes = bl_lay_text(lay, &text_size);
  Elf64_Ehdr ehdr = elf_header(ET_EXEC, layout->machine);
  Sections s = {0};
  begin_sections(&s, &ehdr);
  Elf64_Shdr shdr = {.sh_type = SHT_PROGBITS,
                     .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                     .sh_addr = bl_lay_address(lay),
                     .sh_size = text_size - bl_lay_writable_size(lay),
                     .sh_addralign = 1};
  Elf64_Half text = add_section(&s, ".text", shdr, bytes), data = 0, bss = 0;
  if (bl_lay_writable_size(lay)) {
    const unsigned char *first = bytes + shdr.sh_size;
    shdr = (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                        .sh_flags = SHF_ALLOC | SHF_WRITE,
                        .sh_addr = bl_lay_writable_address(lay),
                        .sh_size = bl_lay_writable_size(lay),
                        .sh_addralign = 1};
    data = add_section(&s, ".data", shdr, first);
  }
  if (bl_lay_bss_size(lay)) {
    shdr = (Elf64_Shdr){.sh_type = SHT_NOBITS,
                        .sh_flags = SHF_ALLOC | SHF_WRITE,
                        .sh_addr = bl_lay_bss_address(lay),
                        .sh_size = bl_lay_bss_size(lay),
                        .sh_addralign = 1};
    bss = add_section(&s, ".bss", shdr, NULL);
  }
  add_debug_sections(&s, lay);
  add_mapping_symbols(&s, lay, text);
  const LaySymbol *symbol = bl_lay_symbols(lay, &count);
  for (int global = 0; global < 2; global++)
    for (size_t i = 0; i < count; i++)
      if ((symbol[i].kind != LAY_LABEL) == global)
        add_symbol(&s, symbol[i].name, global ? STB_GLOBAL : STB_LOCAL, symbol_type(&symbol[i]),
                   symbol[i].kind == LAY_BSS ? bss
                   : symbol[i].writable      ? data
                                             : text,
                   symbol[i].address, symbol[i].size);
  end_sections(&s, path);
}

/* ---- The relocatable object ------------------------------------------------------------------------------------ */

static bool is_exported(const char *name, const char *const *exported, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(name, exported[i]))
      return true;
  return false;
}

static void add_relocations(Sections *s, const Lay *lay, Elf64_Half text, Elf64_Word symbol) {
  size_t count;
  const LayReloc *reloc = bl_lay_relocs(lay, &count);
  const LayItem *item = bl_lay_items(lay, &(size_t){0});
  Buffer table = {0};
  for (size_t i = 0; i < count; i++) {
    Elf64_Rela rela = {.r_offset = item[reloc[i].item].text + reloc[i].offset,
                       .r_info = ELF64_R_INFO((uint64_t)symbol, reloc[i].type),
                       .r_addend = reloc[i].addend};
    append_structure(&table, &rela);
  }
  Elf64_Shdr shdr = {.sh_type = SHT_RELA,
                     .sh_flags = SHF_INFO_LINK,
                     .sh_size = table.size,
                     .sh_info = text,
                     .sh_addralign = 8,
                     .sh_entsize = sizeof(Elf64_Rela)};
  Elf64_Half index = add_section(s, ".rela.text", shdr, table.bytes);
  s->section[index].sh_link = s->sections; /* .symtab comes next */
  bl_buffer_free(&table);
}

static void check_object(const Lay *lay, ElfSection counters, const char *const *exported, size_t count,
                         const char *path) {
  size_t relocations;
  bl_lay_relocs(lay, &relocations);
  if (bl_lay_address(lay) != 0)
    die(path, "an object's text must be settled at address 0", NULL);
  if (bl_lay_bss_size(lay))
    die(path, "an object may not have bss: hand the routine its workspace", NULL);
  if (bl_lay_has_writable(lay))
    die(path, "an object may not have data that can be written: hand the routine its workspace", NULL);
  if (relocations && !counters.name)
    die(path, "there are relocations, but no section that they refer to", NULL);
  for (size_t i = 0; i < count; i++) {
    const LaySymbol *symbol = bl_lay_find(lay, exported[i]);
    if (!symbol || symbol->kind != LAY_ROUTINE)
      die(path, "the exported name is not bound to a routine", exported[i]);
  }
}

void bl_elf_write_object(const Lay *lay, uint16_t machine, ElfSection counters, const char *const *exported,
                         size_t count, const char *path) {
  check_object(lay, counters, exported, count, path);
  size_t text_size, symbols;
  const unsigned char *bytes = bl_lay_text(lay, &text_size);
  Elf64_Ehdr ehdr = elf_header(ET_REL, machine);
  Sections s = {0};
  begin_sections(&s, &ehdr);
  Elf64_Half text = add_section(
      &s, ".text",
      (Elf64_Shdr){
          .sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC | SHF_EXECINSTR, .sh_size = text_size, .sh_addralign = 64},
      bytes);
  Elf64_Word counters_symbol = 0;
  if (counters.name) {
    Elf64_Shdr shdr = {
        .sh_type = SHT_NOBITS, .sh_flags = SHF_ALLOC | SHF_WRITE, .sh_size = counters.size, .sh_addralign = 1};
    Elf64_Half section = add_section(&s, counters.name, shdr, NULL);
    add_symbol(&s, "", STB_LOCAL, STT_SECTION, section, 0, 0);
    counters_symbol = s.locals - 1;
  }
  add_section(&s, ".note.GNU-stack", (Elf64_Shdr){.sh_type = SHT_PROGBITS, .sh_addralign = 1}, NULL);
  add_mapping_symbols(&s, lay, text);
  const LaySymbol *symbol = bl_lay_symbols(lay, &symbols);
  for (int global = 0; global < 2; global++)
    for (size_t i = 0; i < symbols; i++)
      if (is_exported(symbol[i].name, exported, count) == global)
        add_symbol(&s, symbol[i].name, global ? STB_GLOBAL : STB_LOCAL, symbol_type(&symbol[i]), text,
                   symbol[i].address, symbol[i].size);
  if (counters.name)
    add_relocations(&s, lay, text, counters_symbol);
  end_sections(&s, path);
}

/* ---- The map --------------------------------------------------------------------------------------------------- */

static void map_line(FILE *out, uint64_t address, const unsigned char *bytes, size_t count, const char *kind,
                     const char *owner, const char *file, int line) {
  fprintf(out, "%016" PRIx64 "\t", address);
  for (size_t i = 0; i < count; i++)
    fprintf(out, "%02x", bytes[i]);
  fprintf(out, "\t%s\t%s\t%s:%d\n", kind, owner, file, line);
}

static void map_item(FILE *out, const Lay *lay, const LayItem *item, const unsigned char *text) {
  static const char *const kinds[] = {[LAY_CODE] = "code", [LAY_DATA] = "data", [LAY_FILL] = "fill"};
  size_t count, step = item->kind == LAY_CODE && bl_lay_unit(lay) ? bl_lay_unit(lay) : item->len;
  const LaySymbol *symbol = bl_lay_symbols(lay, &count);
  const char *owner = item->owner < 0 ? "-" : symbol[item->owner].name;
  for (size_t at = 0; at < item->len; at += step)
    map_line(out, item->address + at, text + item->text + at, step, kinds[item->kind], owner, item->file, item->line);
}

void bl_map_write(const Lay *lay, const unsigned char *headers, size_t headers_size, const char *path) {
  FILE *out = fopen(path, "wb");
  if (!out)
    die(path, "cannot be written", strerror(errno));
  fprintf(out, "# bytegate-map 1\taddress\tbytes\tkind\troutine\tsource\n");
  if (headers_size)
    map_line(out, bl_lay_address(lay) - headers_size, headers, headers_size, "head", "-", "generators/lay/elf.c", 0);
  size_t count, text_size;
  const unsigned char *text = bl_lay_text(lay, &text_size);
  const LayItem *item = bl_lay_items(lay, &count);
  for (size_t i = 0; i < count; i++)
    map_item(out, lay, &item[i], text);
  const LaySymbol *symbol = bl_lay_symbols(lay, &count);
  for (size_t i = 0; i < count; i++)
    if (symbol[i].kind == LAY_BSS)
      fprintf(out, "%016" PRIx64 "\t+%zu\tbss\t%s\t%s:%d\n", symbol[i].address, symbol[i].size, symbol[i].name,
              symbol[i].file, symbol[i].line);
  for (size_t i = 0; i < count; i++)
    if (symbol[i].contract)
      fprintf(out, "# contract\t%s\t%s\t%s:%d\n", symbol[i].name, symbol[i].contract, symbol[i].file, symbol[i].line);
  if (fclose(out))
    die(path, "is not written whole", strerror(errno));
}

/* SPDX-License-Identifier: MIT */
