/* What each instruction does with a value, as blame reads it. Each row has the bytes of one, its text, and in words
   what is read of it; what is not said is nothing. All stand at address 0x1000. */
/* reads: nothing */
#include "harness/blame/blame_code.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct row {
  const char *bytes;
  size_t size;
  const char *text, *wanted;
};

static void tell_memory(const struct code *code, struct bytes *out) {
  if (!code->width)
    return;
  bytes_printf(out, "; %zu at [%s", code->width, code->memory.base);
  if (*code->memory.index)
    bytes_printf(out, "+%s*%u", code->memory.index, code->memory.scale);
  bytes_printf(out, "%+" PRId64 "]%s", code->memory.displacement, code->memory.absolute ? " absolute" : "");
}

/* The registers that the instruction read last writes. */
static void tell_written(struct code_reader *reader, struct bytes *out) {
  static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "r9", "r15", "xmm0",
                                      "x0",  "x1",  "x2",  "x7",  "x8",  "x30", "sp",  "v0", "v1"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (code_writes(reader, names[i]))
      bytes_printf(out, " !%s", names[i]);
}

static char *tell(struct code_reader *reader, const struct code *code) {
  static const char *const kinds[] = {"other",           "load",      "store", "store many",
                                      "store immediate", "immediate", "move",  "flow"};
  struct bytes out = {0};
  bytes_printf(&out, "%s%s", kinds[code->kind], code->conditional ? " perhaps" : "");
  if (*code->to)
    bytes_printf(&out, " to %s", code->to);
  if (*code->from)
    bytes_printf(&out, " from %s", code->from);
  if (code->value)
    bytes_printf(&out, " value 0x%" PRIx64, code->value);
  tell_memory(code, &out);
  tell_written(reader, &out);
  return out.data;
}

/* clang-format off */
static const struct row x64[] = {
    {"\x53", 1, "push rbx", "other to rbx !rsp"},
    {"\x54", 1, "push rsp", "other to rsp !rsp"},
    {"\x66\x50", 2, "push ax", "other to rax !rsp"},
    {"\x6a\x05", 2, "push 5", "other !rsp"},
    {"\x68\x45\x23\x01\x00", 5, "push 0x12345", "other !rsp"},
    {"\xff\x77\x08", 3, "push qword ptr [rdi + 8]", "other; 8 at [rdi+8] !rsp"},
    {"\x58", 1, "pop rax", "other to rax !rax !rsp"},
    {"\x5b", 1, "pop rbx", "other to rbx !rbx !rsp"},
    {"\x5c", 1, "pop rsp", "other to rsp !rsp"},
    {"\x66\x58", 2, "pop ax", "other to rax !rax !rsp"},
    {"\x66\x59", 2, "pop cx", "other to rcx !rcx !rsp"},
    {"\x8f\x47\x08", 3, "pop qword ptr [rdi + 8]", "other; 8 at [rdi+8] !rsp"},
    {"\x9c", 1, "pushfq", "other !rsp"},
    {"\x9d", 1, "popfq", "other !rsp"},
    {"\x48\x89\xec", 3, "mov rsp, rbp", "move to rsp from rbp !rsp"},
    {"\x48\x89\xe5", 3, "mov rbp, rsp", "move to rbp from rsp"},
    {"\x48\x89\xe7", 3, "mov rdi, rsp", "move to rdi from rsp !rdi"},
    {"\x48\x89\xfe", 3, "mov rsi, rdi", "move to rsi from rdi !rsi"},
    {"\x89\xfe", 2, "mov esi, edi", "move to rsi from rdi !rsi"},
    {"\x48\x89\xf9", 3, "mov rcx, rdi", "move to rcx from rdi !rcx"},
    {"\x88\xca", 2, "mov dl, cl", "move to rdx from rcx !rdx"},
    {"\x88\xe3", 2, "mov bl, ah", "move to rbx from rax !rbx"},
    {"\x4d\x89\xdf", 3, "mov r15, r11", "move to r15 from r11 !r15"},
    {"\x49\x89\xc1", 3, "mov r9, rax", "move to r9 from rax !r9"},
    {"\xb8\x3c\x00\x00\x00", 5, "mov eax, 0x3c", "immediate to rax value 0x3c !rax"},
    {"\xb9\x3c\x00\x00\x00", 5, "mov ecx, 0x3c", "immediate to rcx value 0x3c !rcx"},
    {"\x48\xb8\x88\x77\x66\x55\x44\x33\x22\x11", 10, "movabs rax, 0x1122334455667788", "immediate to rax value 0x1122334455667788 !rax"},
    {"\x48\xc7\xc0\x07\x00\x00\x00", 7, "mov rax, 7", "immediate to rax value 0x7 !rax"},
    {"\xb0\x07", 2, "mov al, 7", "immediate to rax value 0x7 !rax"},
    {"\x48\x8b\x04\x24", 4, "mov rax, qword ptr [rsp]", "load to rax; 8 at [rsp+0] !rax"},
    {"\x48\x8b\x7c\x24\x08", 5, "mov rdi, qword ptr [rsp + 8]", "load to rdi; 8 at [rsp+8] !rdi"},
    {"\x48\x89\x7c\x24\x08", 5, "mov qword ptr [rsp + 8], rdi", "store from rdi; 8 at [rsp+8]"},
    {"\x89\x7c\x24\x08", 4, "mov dword ptr [rsp + 8], edi", "store from rdi; 4 at [rsp+8]"},
    {"\x48\x8b\x77\x10", 4, "mov rsi, qword ptr [rdi + 0x10]", "load to rsi; 8 at [rdi+16] !rsi"},
    {"\x48\x8b\x54\xf7\x10", 5, "mov rdx, qword ptr [rdi + rsi*8 + 0x10]", "load to rdx; 8 at [rdi+rsi*8+16] !rdx"},
    {"\x64\x48\x8b\x04\x25\x10\x00\x00\x00", 9, "mov rax, qword ptr fs:[0x10]", "load to rax; 8 at [+16] !rax"},
    {"\x48\x8b\x05\x00\x01\x00\x00", 7, "mov rax, qword ptr [rip + 0x100]", "load to rax; 8 at [rip+4359] absolute !rax"},
    {"\x48\x89\x05\x00\x01\x00\x00", 7, "mov qword ptr [rip + 0x100], rax", "store from rax; 8 at [rip+4359] absolute"},
    {"\x8b\x37", 2, "mov esi, dword ptr [rdi]", "load to rsi; 4 at [rdi+0] !rsi"},
    {"\x88\x13", 2, "mov byte ptr [rbx], dl", "store from rdx; 1 at [rbx+0]"},
    {"\x48\x89\x13", 3, "mov qword ptr [rbx], rdx", "store from rdx; 8 at [rbx+0]"},
    {"\x49\x89\x54\x24\xf8", 5, "mov qword ptr [r12 - 8], rdx", "store from rdx; 8 at [r12-8]"},
    {"\xc6\x03\x01", 3, "mov byte ptr [rbx], 1", "store immediate value 0x1; 1 at [rbx+0]"},
    {"\x48\xc7\x44\x24\x08\x01\x00\x00\x00", 9, "mov qword ptr [rsp + 8], 1", "store immediate value 0x1; 8 at [rsp+8]"},
    {"\x48\x89\x04\x0f", 4, "mov qword ptr [rdi + rcx], rax", "store from rax; 8 at [rdi+rcx*1+0]"},
    {"\x31\xc0", 2, "xor eax, eax", "immediate to rax from rax !rax"},
    {"\x31\xc9", 2, "xor ecx, ecx", "immediate to rcx from rcx !rcx"},
    {"\x45\x31\xdb", 3, "xor r11d, r11d", "immediate to r11 from r11"},
    {"\x48\x31\xca", 3, "xor rdx, rcx", "other to rdx from rcx !rdx"},
    {"\x48\x33\x07", 3, "xor rax, qword ptr [rdi]", "other to rax; 8 at [rdi+0] !rax"},
    {"\x48\x29\xff", 3, "sub rdi, rdi", "other to rdi from rdi !rdi"},
    {"\x48\x29\xf7", 3, "sub rdi, rsi", "other to rdi from rsi !rdi"},
    {"\x66\x0f\xef\xc0", 4, "pxor xmm0, xmm0", "other to xmm0 from xmm0 !xmm0"},
    {"\x66\x0f\xef\xc1", 4, "pxor xmm0, xmm1", "other to xmm0 from xmm1 !xmm0"},
    {"\x0f\x57\xdb", 3, "xorps xmm3, xmm3", "other to xmm3 from xmm3"},
    {"\x66\x0f\x74\xd2", 4, "pcmpeqb xmm2, xmm2", "other to xmm2 from xmm2"},
    {"\x66\x0f\x76\xd2", 4, "pcmpeqd xmm2, xmm2", "other to xmm2 from xmm2"},
    {"\x66\x0f\x76\xd1", 4, "pcmpeqd xmm2, xmm1", "other to xmm2 from xmm1"},
    {"\x66\x48\x0f\x6e\xc7", 5, "movq xmm0, rdi", "move to xmm0 from rdi !xmm0"},
    {"\x66\x49\x0f\x7e\xff", 5, "movq r15, xmm7", "move to r15 from xmm7 !r15"},
    {"\xf3\x0f\x6f\x07", 4, "movdqu xmm0, xmmword ptr [rdi]", "load to xmm0; 16 at [rdi+0] !xmm0"},
    {"\xf3\x0f\x7f\x07", 4, "movdqu xmmword ptr [rdi], xmm0", "store from xmm0; 16 at [rdi+0]"},
    {"\xf3\x0f\x6f\x4c\x24\x10", 6, "movdqu xmm1, xmmword ptr [rsp + 0x10]", "load to xmm1; 16 at [rsp+16]"},
    {"\xc9", 1, "leave", "other !rsp"},
    {"\x48\x83\xc4\x10", 4, "add rsp, 0x10", "other to rsp value 0x10 !rsp"},
    {"\x48\x83\xec\x10", 4, "sub rsp, 0x10", "other to rsp value 0x10 !rsp"},
    {"\x48\x29\xfc", 3, "sub rsp, rdi", "other to rsp from rdi !rsp"},
    {"\x48\x83\xe4\xf0", 4, "and rsp, 0xfffffffffffffff0", "other to rsp value 0xfffffffffffffff0 !rsp"},
    {"\x48\x83\xc7\x08", 4, "add rdi, 8", "other to rdi value 0x8 !rdi"},
    {"\x48\x01\xf7", 3, "add rdi, rsi", "other to rdi from rsi !rdi"},
    {"\x01\xf7", 2, "add edi, esi", "other to rdi from rsi !rdi"},
    {"\x48\x03\x37", 3, "add rsi, qword ptr [rdi]", "other to rsi; 8 at [rdi+0] !rsi"},
    {"\x48\x01\x37", 3, "add qword ptr [rdi], rsi", "other from rsi; 8 at [rdi+0]"},
    {"\x48\xff\xc4", 3, "inc rsp", "other to rsp !rsp"},
    {"\x48\x8d\x64\x24\x08", 5, "lea rsp, [rsp + 8]", "other to rsp; 8 at [rsp+8] !rsp"},
    {"\x48\x8d\x65\xf8", 4, "lea rsp, [rbp - 8]", "other to rsp; 8 at [rbp-8] !rsp"},
    {"\x48\x8d\x64\x3d\x00", 5, "lea rsp, [rbp + rdi]", "other to rsp; 8 at [rbp+rdi*1+0] !rsp"},
    {"\x48\x8d\x7c\x24\x10", 5, "lea rdi, [rsp + 0x10]", "other to rdi; 8 at [rsp+16] !rdi"},
    {"\x48\x8d\x3d\x20\x00\x00\x00", 7, "lea rdi, [rip + 0x20]", "other to rdi; 8 at [rip+4135] absolute !rdi"},
    {"\x48\x8d\x77\x08", 4, "lea rsi, [rdi + 8]", "other to rsi; 8 at [rdi+8] !rsi"},
    {"\x48\x8d\x14\x37", 4, "lea rdx, [rdi + rsi]", "other to rdx; 8 at [rdi+rsi*1+0] !rdx"},
    {"\x48\x8d\x54\x37\x08", 5, "lea rdx, [rdi + rsi + 8]", "other to rdx; 8 at [rdi+rsi*1+8] !rdx"},
    {"\x48\x8d\x14\xb7", 4, "lea rdx, [rdi + rsi*4]", "other to rdx; 8 at [rdi+rsi*4+0] !rdx"},
    {"\x48\x8d\x14\xb5\x00\x00\x00\x00", 8, "lea rdx, [rsi*4]", "other to rdx; 8 at [+rsi*4+0] !rdx"},
    {"\x8d\x77\x08", 3, "lea esi, [rdi + 8]", "other to rsi; 4 at [rdi+8] !rsi"},
    {"\xe8\x00\x00\x00\x00", 5, "call 0x1005", "flow value 0x1005 !rsp"},
    {"\xff\xd0", 2, "call rax", "flow to rax !rsp"},
    {"\xff\x57\x08", 3, "call qword ptr [rdi + 8]", "flow; 8 at [rdi+8] !rsp"},
    {"\xc3", 1, "ret", "flow !rsp"},
    {"\xc2\x08\x00", 3, "ret 8", "flow value 0x8 !rsp"},
    {"\x90", 1, "nop", "other"},
    {"\x66\x0f\x1f\x40\x08", 5, "nop word ptr [rax + 8]", "other; 2 at [rax+8]"},
    {"\xeb\x08", 2, "jmp 0x100a", "flow value 0x100a"},
    {"\xff\xe2", 2, "jmp rdx", "flow to rdx"},
    {"\xff\x22", 2, "jmp qword ptr [rdx]", "flow; 8 at [rdx+0]"},
    {"\x74\x08", 2, "je 0x100a", "flow perhaps value 0x100a"},
    {"\x0f\x85\xfa\x0f\x00\x00", 6, "jne 0x2000", "flow perhaps value 0x2000"},
    {"\xe3\x08", 2, "jrcxz 0x100a", "flow perhaps value 0x100a"},
    {"\xc7\xf8\x04\x00\x00\x00", 6, "xbegin 0x100a", "flow perhaps value 0x100a !rax"},
    {"\x0f\x05", 2, "syscall", "flow"},
    {"\xcd\x80", 2, "int 0x80", "flow value 0x80"},
    {"\xcc", 1, "int3", "flow"},
    {"\x0f\x0b", 2, "ud2", "other"},
    {"\xf4", 1, "hlt", "other"},
    {"\x0f\xa2", 2, "cpuid", "other !rax !rbx !rcx !rdx"},
    {"\x48\x63\x14\xb7", 4, "movsxd rdx, dword ptr [rdi + rsi*4]", "load to rdx; 4 at [rdi+rsi*4+0] !rdx"},
    {"\x48\x63\xd7", 3, "movsxd rdx, edi", "move to rdx from rdi !rdx"},
    {"\x48\x0f\xbf\x17", 4, "movsx rdx, word ptr [rdi]", "load to rdx; 2 at [rdi+0] !rdx"},
    {"\x0f\xb6\x17", 3, "movzx edx, byte ptr [rdi]", "load to rdx; 1 at [rdi+0] !rdx"},
    {"\x48\x0f\xbe\x17", 4, "movsx rdx, byte ptr [rdi]", "load to rdx; 1 at [rdi+0] !rdx"},
    {"\x48\x39\xf7", 3, "cmp rdi, rsi", "other to rdi from rsi"},
    {"\x48\x83\x7f\x08\x05", 5, "cmp qword ptr [rdi + 8], 5", "other value 0x5; 8 at [rdi+8]"},
    {"\x48\x85\xff", 3, "test rdi, rdi", "other to rdi from rdi"},
    {"\x48\xd3\xe7", 3, "shl rdi, cl", "other to rdi from rcx !rdi"},
    {"\x48\xc1\xe7\x03", 4, "shl rdi, 3", "other to rdi value 0x3 !rdi"},
    {"\x48\xd3\xef", 3, "shr rdi, cl", "other to rdi from rcx !rdi"},
    {"\xd3\xff", 2, "sar edi, cl", "other to rdi from rcx !rdi"},
    {"\x48\xd3\xc7", 3, "rol rdi, cl", "other to rdi from rcx !rdi"},
    {"\x48\x0f\xaf\xfe", 4, "imul rdi, rsi", "other to rdi from rsi !rdi"},
    {"\x48\xf7\xe6", 3, "mul rsi", "other to rsi !rax !rdx"},
    {"\x48\xf7\xf6", 3, "div rsi", "other to rsi !rax !rdx"},
    {"\x48\x99", 2, "cqo", "other !rax !rdx"},
    {"\x0f\x94\xc0", 3, "sete al", "other to rax !rax"},
    {"\x0f\x94\x07", 3, "sete byte ptr [rdi]", "other; 1 at [rdi+0]"},
    {"\x48\x0f\x44\xfe", 4, "cmove rdi, rsi", "other to rdi from rsi !rdi"},
    {"\x48\x97", 2, "xchg rax, rdi", "other to rax from rdi !rax !rdi"},
    {"\xf3\xa4", 2, "rep movsb byte ptr [rdi], byte ptr [rsi]", "store many; 1 at [rsi+0] !rcx !rsi !rdi"},
    {"\xf3\xaa", 2, "rep stosb byte ptr [rdi], al", "store many from rax; 1 at [rdi+0] !rcx !rdi"},
    {"\xf0\x48\x0f\xb1\x37", 5, "lock cmpxchg qword ptr [rdi], rsi", "other from rsi; 8 at [rdi+0]"},
    {"\x48\x0f\xcf", 3, "bswap rdi", "other to rdi !rdi"},
    {"\x49\xf7\xda", 3, "neg r10", "other to r10"},
    {"\x49\xf7\xd0", 3, "not r8", "other to r8"},
    {"\x48\xff\xc3", 3, "inc rbx", "other to rbx !rbx"},
    {"\xff\xc9", 2, "dec ecx", "other to rcx !rcx"},
    {"\x4d\x11\xee", 3, "adc r14, r13", "other to r14 from r13"},
    {"\x0f\x31", 2, "rdtsc", "other !rax !rdx"},
    {"\xaa", 1, "stosb byte ptr [rdi], al", "store many from rax; 1 at [rdi+0] !rdi"},
    {"\x66\xab", 2, "stosw word ptr [rdi], ax", "store many from rax; 2 at [rdi+0] !rdi"},
    {"\xab", 1, "stosd dword ptr [rdi], eax", "store many from rax; 4 at [rdi+0] !rdi"},
    {"\x48\xab", 2, "stosq qword ptr [rdi], rax", "store many from rax; 8 at [rdi+0] !rcx !rdi"},
    {"\xa4", 1, "movsb byte ptr [rdi], byte ptr [rsi]", "store many; 1 at [rsi+0] !rsi !rdi"},
    {"\x66\xa5", 2, "movsw word ptr [rdi], word ptr [rsi]", "store many; 2 at [rsi+0] !rsi !rdi"},
    {"\x48\xa5", 2, "movsq qword ptr [rdi], qword ptr [rsi]", "store many; 8 at [rsi+0] !rsi !rdi"},
    {"\xac", 1, "lodsb al, byte ptr [rsi]", "other to rax; 1 at [rsi+0] !rax !rsi"},
    {"\xae", 1, "scasb al, byte ptr [rdi]", "other to rax; 1 at [rdi+0] !rdi"},
    {"\xa6", 1, "cmpsb byte ptr [rsi], byte ptr [rdi]", "other; 1 at [rdi+0] !rsi !rdi"},
    {"\x0f\x29\x07", 3, "movaps xmmword ptr [rdi], xmm0", "store from xmm0; 16 at [rdi+0]"},
    {"\x0f\x28\x1f", 3, "movaps xmm3, xmmword ptr [rdi]", "load to xmm3; 16 at [rdi+0]"},
    {"\x0f\x11\x07", 3, "movups xmmword ptr [rdi], xmm0", "store from xmm0; 16 at [rdi+0]"},
    {"\x66\x0f\x29\x07", 4, "movapd xmmword ptr [rdi], xmm0", "store from xmm0; 16 at [rdi+0]"},
    {"\x66\x0f\x11\x07", 4, "movupd xmmword ptr [rdi], xmm0", "store from xmm0; 16 at [rdi+0]"},
    {"\x66\x0f\x7f\x07", 4, "movdqa xmmword ptr [rdi], xmm0", "store from xmm0; 16 at [rdi+0]"},
    {"\x66\x0f\x7e\xc0", 4, "movd eax, xmm0", "move to rax from xmm0 !rax"},
    {"\x66\x44\x0f\x6e\xf8", 5, "movd xmm15, eax", "move to xmm15 from rax"},
    {"\x66\x0f\xd6\x07", 4, "movq qword ptr [rdi], xmm0", "store from xmm0; 8 at [rdi+0]"},
    {"\x88\xfd", 2, "mov ch, bh", "move to rcx from rbx !rcx"},
    {"\x88\xe6", 2, "mov dh, ah", "move to rdx from rax !rdx"},
    {"\x40\x88\xfe", 3, "mov sil, dil", "move to rsi from rdi !rsi"},
    {"\x40\x88\xec", 3, "mov spl, bpl", "move to rsp from rbp !rsp"},
    {"\x45\x88\xc1", 3, "mov r9b, r8b", "move to r9 from r8 !r9"},
    {"\x66\x45\x89\xd3", 4, "mov r11w, r10w", "move to r11 from r10"},
    {"\x45\x89\xe5", 3, "mov r13d, r12d", "move to r13 from r12"},
    {"\x4d\x89\xf7", 3, "mov r15, r14", "move to r15 from r14 !r15"},
    {"\x66\x89\xda", 3, "mov dx, bx", "move to rdx from rbx !rdx"},
    {"\x66\x89\xcd", 3, "mov bp, cx", "move to rbp from rcx"},
    {"\x0f\xb7\xc8", 3, "movzx ecx, ax", "move to rcx from rax !rcx"},
    {"\xc6\x04\x4f\x41", 4, "mov byte ptr [rdi + rcx*2], 0x41", "store immediate value 0x41; 1 at [rdi+rcx*2+0]"},
    {"\x66\xc7\x47\xfe\x41\x42", 6, "mov word ptr [rdi - 2], 0x4241", "store immediate value 0x4241; 2 at [rdi-2]"},
    {"\xc7\x05\x10\x00\x00\x00\x41\x42\x43\x44", 10, "mov dword ptr [rip + 0x10], 0x44434241", "store immediate value 0x44434241; 4 at [rip+4122] absolute"},
    {"\x49\xc7\x45\x00\xff\xff\xff\xff", 8, "mov qword ptr [r13], -1", "store immediate value 0xffffffffffffffff; 8 at [r13+0]"},
    {"\x66\x89\x32", 3, "mov word ptr [rdx], si", "store from rsi; 2 at [rdx+0]"},
    {"\x66\xbb\x34\x12", 4, "mov bx, 0x1234", "immediate to rbx value 0x1234 !rbx"},
    {"\x45\x31\xc0", 3, "xor r8d, r8d", "immediate to r8 from r8"},
    {"\x09\xc3", 2, "or ebx, eax", "other to rbx from rax !rbx"},
    {"\x73\xfb", 2, "jae 0xffd", "flow perhaps value 0xffd"},
    {"\xeb\xfb", 2, "jmp 0xffd", "flow value 0xffd"},
    {"\x77\x02", 2, "ja 0x1004", "flow perhaps value 0x1004"},
    {"\x0f\x34", 2, "sysenter", "flow"},
    {"\x48\xcf", 2, "iretq", "other"},
};
/* clang-format on */

/* clang-format off */
static const struct row arm64[] = {
    {"\x02\x00\x00\x14", 4, "b #0x1008", "flow value 0x1008"},
    {"\x40\x00\x00\x54", 4, "b.eq #0x1008", "flow perhaps value 0x1008"},
    {"\x4e\x00\x00\x54", 4, "b.al #0x1008", "flow value 0x1008"},
    {"\x40\x00\x00\xb4", 4, "cbz x0, #0x1008", "flow perhaps to x0 value 0x1008"},
    {"\x41\x00\x00\x35", 4, "cbnz w1, #0x1008", "flow perhaps to x1 value 0x1008"},
    {"\x40\x00\x18\x36", 4, "tbz w0, #3, #0x1008", "flow perhaps to x0 value 0x1008"},
    {"\x5d\x00\x18\x37", 4, "tbnz w29, #3, #0x1008", "flow perhaps to x29 value 0x1008"},
    {"\x02\x00\x00\x94", 4, "bl #0x1008", "flow value 0x1008 !x30"},
    {"\x20\x01\x3f\xd6", 4, "blr x9", "flow !x30"},
    {"\x00\x01\x1f\xd6", 4, "br x8", "flow"},
    {"\xc0\x03\x1f\xd6", 4, "br x30", "flow"},
    {"\xc0\x03\x5f\xd6", 4, "ret", "flow"},
    {"\x20\x01\x5f\xd6", 4, "ret x9", "flow"},
    {"\x01\x00\x00\xd4", 4, "svc #0", "flow !x30"},
    {"\x20\x00\x20\xd4", 4, "brk #0x1", "other"},
    {"\x00\x00\x40\xd4", 4, "hlt #0", "other"},
    {"\x1f\x20\x03\xd5", 4, "nop", "other"},
    {"\x80\x00\x00\x10", 4, "adr x0, #0x1010", "other to x0 !x0"},
    {"\x00\x00\x00\x90", 4, "adrp x0, #0x1000", "other to x0 !x0"},
    {"\xe0\x03\x01\xaa", 4, "mov x0, x1", "move to x0 from x1 !x0"},
    {"\xe0\x03\x01\x2a", 4, "mov w0, w1", "move to x0 from x1 !x0"},
    {"\xa8\x0b\x80\xd2", 4, "movz x8, #0x5d", "immediate to x8 value 0x5d !x8"},
    {"\xc8\x0b\x80\x52", 4, "movz w8, #0x5e", "immediate to x8 value 0x5e !x8"},
    {"\x28\x00\xa0\xd2", 4, "movz x8, #0x1, lsl #16", "immediate to x8 value 0x10000 !x8"},
    {"\xa0\x00\x80\xd2", 4, "movz x0, #0x5", "immediate to x0 value 0x5 !x0"},
    {"\x28\x00\x80\xf2", 4, "movk x8, #0x1", "other to x8 !x8"},
    {"\xbf\x03\x00\x91", 4, "mov sp, x29", "move to sp from x29 !sp"},
    {"\xfd\x03\x00\x91", 4, "mov x29, sp", "move to x29 from sp"},
    {"\xe0\x03\x00\x91", 4, "mov x0, sp", "move to x0 from sp !x0"},
    {"\xfe\x03\x00\xaa", 4, "mov x30, x0", "move to x30 from x0 !x30"},
    {"\xe0\x03\x1e\xaa", 4, "mov x0, x30", "move to x0 from x30 !x0"},
    {"\xe8\x03\x00\xaa", 4, "mov x8, x0", "move to x8 from x0 !x8"},
    {"\xff\x43\x00\x91", 4, "add sp, sp, #0x10", "other to sp !sp"},
    {"\xff\x43\x00\xd1", 4, "sub sp, sp, #0x10", "other to sp !sp"},
    {"\xff\x07\x40\xd1", 4, "sub sp, sp, #1, lsl #12", "other to sp !sp"},
    {"\xff\x07\x40\x91", 4, "add sp, sp, #1, lsl #12", "other to sp !sp"},
    {"\xbf\x43\x00\x91", 4, "add sp, x29, #0x10", "other to sp !sp"},
    {"\xbf\x43\x00\xd1", 4, "sub sp, x29, #0x10", "other to sp !sp"},
    {"\xff\x63\x21\x8b", 4, "add sp, sp, x1", "other to sp !sp"},
    {"\xe0\x23\x00\x91", 4, "add x0, sp, #8", "other to x0 !x0"},
    {"\xe0\x07\x40\x91", 4, "add x0, sp, #1, lsl #12", "other to x0 !x0"},
    {"\x20\x20\x00\x91", 4, "add x0, x1, #8", "other to x0 !x0"},
    {"\x20\x20\x00\xd1", 4, "sub x0, x1, #8", "other to x0 !x0"},
    {"\x20\x20\x40\x91", 4, "add x0, x1, #8, lsl #12", "other to x0 !x0"},
    {"\x20\x00\x02\x8b", 4, "add x0, x1, x2", "other to x0 !x0"},
    {"\x20\x08\x02\x8b", 4, "add x0, x1, x2, lsl #2", "other to x0 !x0"},
    {"\x20\xc0\x22\x8b", 4, "add x0, x1, w2, sxtw", "other to x0 !x0"},
    {"\x20\x00\x02\x0b", 4, "add w0, w1, w2", "other to x0 !x0"},
    {"\x20\x00\x02\xab", 4, "adds x0, x1, x2", "other to x0 !x0"},
    {"\x20\x00\x02\xeb", 4, "subs x0, x1, x2", "other to x0 !x0"},
    {"\x1f\x00\x01\xeb", 4, "cmp x0, x1", "other to x0"},
    {"\x1f\x04\x00\xb1", 4, "cmn x0, #1", "other to x0"},
    {"\x1f\x00\x01\xea", 4, "tst x0, x1", "other to x0"},
    {"\x00\x10\x41\xfa", 4, "ccmp x0, x1, #0, ne", "other to x0"},
    {"\x20\x00\x82\x9a", 4, "csel x0, x1, x2, eq", "other to x0 !x0"},
    {"\xe0\x07\x9f\x9a", 4, "cset x0, ne", "other !x0"},
    {"\x20\x00\x02\x8a", 4, "and x0, x1, x2", "other to x0 !x0"},
    {"\x20\x00\x02\xea", 4, "ands x0, x1, x2", "other to x0 !x0"},
    {"\x20\x00\x22\x8a", 4, "bic x0, x1, x2", "other to x0 !x0"},
    {"\x20\x00\x40\xb2", 4, "orr x0, x1, #1", "other to x0 !x0"},
    {"\x20\x00\x02\xca", 4, "eor x0, x1, x2", "other to x0 !x0"},
    {"\xe0\x03\x21\xaa", 4, "mvn x0, x1", "other to x0 !x0"},
    {"\xe0\x03\x01\xcb", 4, "neg x0, x1", "other to x0 !x0"},
    {"\x20\x20\xc2\x9a", 4, "lsl x0, x1, x2", "other to x0 !x0"},
    {"\x20\xf0\x7d\xd3", 4, "lsl x0, x1, #3", "other to x0 !x0"},
    {"\x20\x18\x43\xd3", 4, "ubfx x0, x1, #3, #4", "other to x0 !x0"},
    {"\x20\x0c\x7d\xb3", 4, "bfi x0, x1, #3, #4", "other to x0 !x0"},
    {"\x20\x18\x43\xb3", 4, "bfxil x0, x1, #3, #4", "other to x0 !x0"},
    {"\x20\x7c\x02\x9b", 4, "mul x0, x1, x2", "other to x0 !x0"},
    {"\x20\x0c\x02\x9b", 4, "madd x0, x1, x2, x3", "other to x0 !x0"},
    {"\x20\x08\xc2\x9a", 4, "udiv x0, x1, x2", "other to x0 !x0"},
    {"\x20\x7c\xc2\x9b", 4, "umulh x0, x1, x2", "other to x0 !x0"},
    {"\x20\x00\xc0\xda", 4, "rbit x0, x1", "other to x0 !x0"},
    {"\x20\x10\xc0\xda", 4, "clz x0, x1", "other to x0 !x0"},
    {"\x20\x7c\x40\x93", 4, "sxtw x0, w1", "other to x0 !x0"},
    {"\x20\x1c\x00\x53", 4, "uxtb w0, w1", "other to x0 !x0"},
    {"\x20\x00\x40\xf9", 4, "ldr x0, [x1]", "load to x0; 8 at [x1+0] !x0"},
    {"\x20\x04\x40\xf9", 4, "ldr x0, [x1, #8]", "load to x0; 8 at [x1+8] !x0"},
    {"\x20\x08\x40\xb9", 4, "ldr w0, [x1, #8]", "load to x0; 4 at [x1+8] !x0"},
    {"\x20\x68\x62\xf8", 4, "ldr x0, [x1, x2]", "load to x0; 8 at [x1+x2*1+0] !x0"},
    {"\x20\x78\x62\xf8", 4, "ldr x0, [x1, x2, lsl #3]", "load to x0; 8 at [x1+x2*8+0] !x0"},
    {"\x20\x8c\x40\xf8", 4, "ldr x0, [x1, #8]!", "load to x0; 8 at [x1+8] !x0 !x1"},
    {"\x20\x84\x40\xf8", 4, "ldr x0, [x1], #8", "load to x0; 8 at [x1+0] !x0 !x1"},
    {"\x20\x80\x5f\xf8", 4, "ldur x0, [x1, #-8]", "load to x0; 8 at [x1-8] !x0"},
    {"\x20\x00\x40\x39", 4, "ldrb w0, [x1]", "load to x0; 1 at [x1+0] !x0"},
    {"\x20\x00\x40\x79", 4, "ldrh w0, [x1]", "load to x0; 2 at [x1+0] !x0"},
    {"\x20\x00\x80\x39", 4, "ldrsb x0, [x1]", "load to x0; 1 at [x1+0] !x0"},
    {"\x20\x78\xa2\x78", 4, "ldrsh x0, [x1, x2, lsl #1]", "load to x0; 2 at [x1+x2*2+0] !x0"},
    {"\x20\x78\xa2\xb8", 4, "ldrsw x0, [x1, x2, lsl #2]", "load to x0; 4 at [x1+x2*4+0] !x0"},
    {"\x20\x00\xc0\x3d", 4, "ldr q0, [x1]", "load to v0; 16 at [x1+0] !v0"},
    {"\x20\x00\x40\xfd", 4, "ldr d0, [x1]", "load to v0; 8 at [x1+0] !v0"},
    {"\xe0\x07\x40\xf9", 4, "ldr x0, [sp, #8]", "load to x0; 8 at [sp+8] !x0"},
    {"\xfe\x07\x41\xf8", 4, "ldr x30, [sp], #0x10", "load to x30; 8 at [sp+0] !x30 !sp"},
    {"\xfe\x07\x40\xf9", 4, "ldr x30, [sp, #8]", "load to x30; 8 at [sp+8] !x30"},
    {"\x3e\x00\x40\xf9", 4, "ldr x30, [x1]", "load to x30; 8 at [x1+0] !x30"},
    {"\xe0\x07\x41\xf8", 4, "ldr x0, [sp], #0x10", "load to x0; 8 at [sp+0] !x0 !sp"},
    {"\x20\x00\x00\xf9", 4, "str x0, [x1]", "store from x0; 8 at [x1+0]"},
    {"\x20\x04\x00\xf9", 4, "str x0, [x1, #8]", "store from x0; 8 at [x1+8]"},
    {"\x20\x00\x00\xb9", 4, "str w0, [x1]", "store from x0; 4 at [x1+0]"},
    {"\x3f\x00\x00\xb9", 4, "str wzr, [x1]", "store immediate from wzr; 4 at [x1+0]"},
    {"\x3f\x00\x00\xf9", 4, "str xzr, [x1]", "store immediate from xzr; 8 at [x1+0]"},
    {"\x20\x00\x00\x39", 4, "strb w0, [x1]", "store from x0; 1 at [x1+0]"},
    {"\x3f\x0c\x00\x39", 4, "strb wzr, [x1, #3]", "store immediate from wzr; 1 at [x1+3]"},
    {"\x20\x00\x00\x79", 4, "strh w0, [x1]", "store from x0; 2 at [x1+0]"},
    {"\x20\x8c\x00\xf8", 4, "str x0, [x1, #8]!", "store from x0; 8 at [x1+8]"},
    {"\x20\x84\x00\xf8", 4, "str x0, [x1], #8", "store from x0; 8 at [x1+0]"},
    {"\x20\x68\x22\xf8", 4, "str x0, [x1, x2]", "store from x0; 8 at [x1+x2*1+0]"},
    {"\x20\x80\x1f\xf8", 4, "stur x0, [x1, #-8]", "store from x0; 8 at [x1-8]"},
    {"\x20\x00\x80\x3d", 4, "str q0, [x1]", "store from v0; 16 at [x1+0]"},
    {"\xe0\x07\x00\xf9", 4, "str x0, [sp, #8]", "store from x0; 8 at [sp+8]"},
    {"\xe0\x0f\x1f\xf8", 4, "str x0, [sp, #-0x10]!", "store from x0; 8 at [sp-16]"},
    {"\xe0\x0f\x1f\xb8", 4, "str w0, [sp, #-0x10]!", "store from x0; 4 at [sp-16]"},
    {"\xfe\x0f\x1f\xf8", 4, "str x30, [sp, #-0x10]!", "store from x30; 8 at [sp-16]"},
    {"\xfe\x07\x00\xf9", 4, "str x30, [sp, #8]", "store from x30; 8 at [sp+8]"},
    {"\x3e\x00\x00\xf9", 4, "str x30, [x1]", "store from x30; 8 at [x1+0]"},
    {"\xfd\x7b\xbf\xa9", 4, "stp x29, x30, [sp, #-0x10]!", "store many to x29; 8 at [sp-16]"},
    {"\xe0\x07\x01\xa9", 4, "stp x0, x1, [sp, #0x10]", "store many to x0; 8 at [sp+16]"},
    {"\x40\x04\x00\xa9", 4, "stp x0, x1, [x2]", "store many to x0; 8 at [x2+0]"},
    {"\x40\x04\x00\x29", 4, "stp w0, w1, [x2]", "store many to x0; 4 at [x2+0]"},
    {"\xfd\x7b\xc1\xa8", 4, "ldp x29, x30, [sp], #0x10", "other to x29; 8 at [sp+0] !x30 !sp"},
    {"\xe0\x07\x41\xa9", 4, "ldp x0, x1, [sp, #0x10]", "other to x0; 8 at [sp+16] !x0 !x1"},
    {"\x40\x04\xc1\xa9", 4, "ldp x0, x1, [x2, #0x10]!", "other to x0; 8 at [x2+16] !x0 !x1 !x2"},
    {"\x40\x04\x40\x29", 4, "ldp w0, w1, [x2]", "other to x0; 4 at [x2+0] !x0 !x1"},
    {"\xf3\x53\xbe\xa9", 4, "stp x19, x20, [sp, #-0x20]!", "store many to x19; 8 at [sp-32]"},
    {"\xf3\x53\xc2\xa8", 4, "ldp x19, x20, [sp], #0x20", "other to x19; 8 at [sp+0] !sp"},
    {"\x20\x7c\x5f\xc8", 4, "ldxr x0, [x1]", "other to x0; 8 at [x1+0] !x0"},
    {"\x20\xfc\xdf\xc8", 4, "ldar x0, [x1]", "other to x0; 8 at [x1+0] !x0"},
    {"\x20\xfc\x9f\xc8", 4, "stlr x0, [x1]", "other to x0; 8 at [x1+0]"},
    {"\x20\xe4\x00\x4f", 4, "movi v0.16b, #0x1", "other to v0 !v0"},
    {"\x00\x00\x66\x9e", 4, "fmov x0, d0", "other to x0 !x0"},
    {"\x40\xd0\x3b\xd5", 4, "mrs x0, tpidr_el0", "other to x0 !x0"},
    {"\xbf\x3b\x03\xd5", 4, "dmb ish", "other"},
    {"\x80\x00\x00\x58", 4, "ldr x0, #0x1010", "load to x0; 8 at [+4112] absolute !x0"},
    {"\x83\x00\x00\x18", 4, "ldr w3, #0x1010", "load to x3; 4 at [+4112] absolute"},
    {"\x83\x00\x00\x98", 4, "ldrsw x3, #0x1010", "load to x3; 4 at [+4112] absolute"},
    {"\x27\x14\x40\x39", 4, "ldrb w7, [x1, #5]", "load to x7; 1 at [x1+5] !x7"},
    {"\x27\x14\xc0\x39", 4, "ldrsb w7, [x1, #5]", "load to x7; 1 at [x1+5] !x7"},
    {"\x27\x0c\xc0\x79", 4, "ldrsh w7, [x1, #6]", "load to x7; 2 at [x1+6] !x7"},
    {"\x27\xb0\x5f\x38", 4, "ldurb w7, [x1, #-5]", "load to x7; 1 at [x1-5] !x7"},
    {"\x27\xa0\x5f\x78", 4, "ldurh w7, [x1, #-6]", "load to x7; 2 at [x1-6] !x7"},
    {"\x27\x68\x62\x78", 4, "ldrh w7, [x1, x2]", "load to x7; 2 at [x1+x2*1+0] !x7"},
    {"\x01\x00\x00\x3d", 4, "str b1, [x0]", "store from v1; 1 at [x0+0]"},
    {"\x01\x00\x00\x7d", 4, "str h1, [x0]", "store from v1; 2 at [x0+0]"},
    {"\x01\x00\x00\xbd", 4, "str s1, [x0]", "store from v1; 4 at [x0+0]"},
    {"\x01\x00\x00\xfd", 4, "str d1, [x0]", "store from v1; 8 at [x0+0]"},
    {"\x01\x04\x80\x3d", 4, "str q1, [x0, #0x10]", "store from v1; 16 at [x0+16]"},
    {"\x01\xf0\x1f\x38", 4, "sturb w1, [x0, #-1]", "store from x1; 1 at [x0-1]"},
    {"\x01\xe0\x1f\x78", 4, "sturh w1, [x0, #-2]", "store from x1; 2 at [x0-2]"},
    {"\x01\xc0\x1f\xb8", 4, "stur w1, [x0, #-4]", "store from x1; 4 at [x0-4]"},
    {"\x01\x14\x00\x38", 4, "strb w1, [x0], #1", "store from x1; 1 at [x0+0]"},
    {"\x01\x68\x22\x38", 4, "strb w1, [x0, x2]", "store from x1; 1 at [x0+x2*1+0]"},
    {"\x1f\x00\x00\x79", 4, "strh wzr, [x0]", "store immediate from wzr; 2 at [x0+0]"},
    {"\x40\x04\x00\xa8", 4, "stnp x0, x1, [x2]", "store many to x0; 8 at [x2+0]"},
    {"\x5f\x7c\x00\x29", 4, "stp wzr, wzr, [x2]", "store many to wzr; 4 at [x2+0]"},
    {"\x01\x00\x40\xbd", 4, "ldr s1, [x0]", "load to v1; 4 at [x0+0] !v1"},
    {"\x01\x00\x40\x7d", 4, "ldr h1, [x0]", "load to v1; 2 at [x0+0] !v1"},
    {"\x87\x46\xa2\xd2", 4, "movz x7, #0x1234, lsl #16", "immediate to x7 value 0x12340000 !x7"},
    {"\x87\x46\xa2\x52", 4, "movz w7, #0x1234, lsl #16", "immediate to x7 value 0x12340000 !x7"},
    {"\xe7\x03\x1f\xaa", 4, "mov x7, xzr", "move to x7 from xzr !x7"},
    {"\x07\x00\x80\x52", 4, "movz w7, #0", "immediate to x7 !x7"},
    {"\x07\x00\x80\x92", 4, "movn x7, #0", "other to x7 !x7"},
    {"\x00\x18\x41\xba", 4, "ccmn x0, #1, #0, ne", "other to x0"},
    {"\x1f\x00\x01\x6a", 4, "tst w0, w1", "other to x0"},
    {"\x1f\x00\x01\x2b", 4, "cmn w0, w1", "other to x0"},
    {"\x4f\x00\x00\x54", 4, "b.nv #0x1008", "flow perhaps value 0x1008"},
    {"\xe1\x03\x00\xf9", 4, "str x1, [sp]", "store from x1; 8 at [sp+0]"},
    {"\xbe\x07\x00\xf9", 4, "str x30, [x29, #8]", "store from x30; 8 at [x29+8]"},
};
/* clang-format on */

static void hold(const char *machine, const struct row *row) {
  struct code_reader reader;
  struct code code;
  ck_assert(code_open(machine_named(machine), &reader));
  ck_assert(code_read(&reader, row->bytes, row->size, 0x1000, &code));
  char *told = tell(&reader, &code);
  ck_assert_str_eq(code.text, row->text);
  ck_assert_msg(strcmp(told, row->wanted) == 0, "%s: %s, not %s", row->text, told, row->wanted);
  free(told);
  code_close(&reader);
}

START_TEST(instructions_of_x64) { hold("x64", &x64[_i]); }
END_TEST

START_TEST(instructions_of_arm64) { hold("arm64", &arm64[_i]); }
END_TEST

START_TEST(what_is_no_instruction_is_not_read) {
  struct code_reader reader;
  struct code code;
  ck_assert(code_open(machine_named("x64"), &reader));
  ck_assert(!code_read(&reader, "\x06", 1, 0, &code));
  ck_assert(!code_read(&reader, "\x48\x89", 2, 0, &code));
  code_close(&reader);
  ck_assert(!code_open(NULL, &reader));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("moves");
  TCase *tests = tcase_create("moves");
  tcase_add_loop_test(tests, instructions_of_x64, 0, sizeof x64 / sizeof *x64);
  tcase_add_loop_test(tests, instructions_of_arm64, 0, sizeof arm64 / sizeof *arm64);
  tcase_add_test(tests, what_is_no_instruction_is_not_read);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
