/* What each instruction is to check: how a path goes on after it, what it does to the stack and to registers, what it
   loads and stores, and where it may lead. Each row has the bytes of one, how Capstone prints it, and all of that in
   words; what is not said is nothing. All stand at address 0x1000. */
/* reads: nothing */
#include "harness/check/machines.h"

#include "harness/base/bytes.h"

#include <check.h>
#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct row {
  const char *bytes;
  size_t size;
  const char *printed, *wanted;
};

/* ---- In words --------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct check_machine *machine, int number) {
  return number == ACCESS_STACK                    ? "sp"
         : number < 0                              ? "?"
         : number < REGS && machine->names[number] ? machine->names[number]
                                                   : "!";
}

static void tell_set(const struct check_machine *machine, const char *what, uint32_t set, struct bytes *out) {
  if (!set)
    return;
  bytes_printf(out, "; %s", what);
  for (int i = 0; i < REGS; i++)
    if (set & UINT32_C(1) << i)
      bytes_printf(out, " %s", name_of(machine, i));
}

static void tell_path(const struct check_machine *machine, const struct code *code, struct bytes *out) {
  static const char *const kinds[] = {"on", "jump", "branch", "call", "return", "away", "call away", "kernel", "stop"};
  bytes_text(out, kinds[code->kind]);
  bool leads = code->kind == PATH_JUMP || code->kind == PATH_BRANCH || code->kind == PATH_CALL;
  if (leads || code->takes_address)
    bytes_printf(out, " 0x%" PRIx64, code->target);
  if ((code->kind == PATH_AWAY || code->kind == PATH_CALL_AWAY) && code->away != -1)
    bytes_printf(out, " by %s", name_of(machine, code->away));
  bytes_text(out, code->old_call ? " old" : "");
  bytes_text(out, code->by_other_link ? " by another link" : "");
  bytes_text(out, code->pads ? " pads" : "");
  bytes_text(out, code->takes_address ? " taken" : "");
}

static void tell_stack(const struct check_machine *machine, const struct code *code, struct bytes *out) {
  if (code->grows)
    bytes_printf(out, "; grows %d", code->grows);
  if (code->sets_stack)
    bytes_printf(out, "; sets the stack");
  if (code->stack_from != -1 || code->stack_number)
    bytes_printf(out, " from %s%+" PRId64, name_of(machine, code->stack_from), code->stack_number);
  bytes_text(out, code->saves_link ? "; saves the link" : "");
  bytes_text(out, code->loads_link ? "; loads the link" : "");
}

static void tell_number(const struct code *code, struct bytes *out) {
  if (code->reads || code->writes)
    bytes_printf(out, "; lost %u %u", code->reads, code->writes);
  bytes_text(out, code->keeps_number ? "" : "; number changed");
  if (code->sets_number || code->pushes_number)
    bytes_printf(out, "; number %s%" PRId64, code->pushes_number ? "pushed " : "", code->number);
  bytes_text(out, code->pops_number ? "; number popped" : "");
}

static void tell_effects(const struct check_machine *machine, const struct effects *effects, struct bytes *out) {
  tell_set(machine, "reads", effects->reads, out);
  tell_set(machine, "writes", effects->writes, out);
  bytes_text(out, effects->partial ? "; in part" : "");
  if (effects->copy_to != -1 || effects->copy_from != -1)
    bytes_printf(out, "; copies %s to %s", name_of(machine, effects->copy_from), name_of(machine, effects->copy_to));
  if (effects->stack != STACK_NONE) {
    bytes_printf(out, "; %s", effects->stack == STACK_STORE ? "pushes" : "pops");
    for (int i = 0; i < effects->stack_count; i++)
      bytes_printf(out, " %s", name_of(machine, effects->stack_registers[i]));
    if (effects->stack_offset)
      bytes_printf(out, " at %d", effects->stack_offset);
  }
  const struct access *access = &effects->access;
  if (!access->loads && !access->stores)
    return;
  bytes_printf(out, "; %s%s %u bytes at %s%+d%s", access->loads ? "loads" : "",
               !access->stores ? ""
               : access->loads ? " and stores"
                               : "stores",
               access->size, name_of(machine, access->base), access->offset, access->placed ? "" : " and more");
  for (int i = 0; i < 2; i++)
    if (access->registers[i] != -1)
      bytes_printf(out, " %s", name_of(machine, access->registers[i]));
}

static void tell_lead(const struct check_machine *machine, const struct lead_move *lead, struct bytes *out) {
  static const char *const kinds[] = {"nothing", "take", "stack", "add", "add register", "load"};
  if (lead->store != -1)
    bytes_printf(out, "; stored by %s", name_of(machine, lead->store));
  if (lead->stored_at)
    bytes_printf(out, "; stored at 0x%" PRIx64, lead->stored_at);
  if (lead->kind == MOVE_NOTHING)
    return;
  bytes_printf(out, "; lead %s", kinds[lead->kind]);
  bytes_printf(out, " to %s", name_of(machine, lead->to));
  if (lead->from != -1)
    bytes_printf(out, " from %s", name_of(machine, lead->from));
  if (lead->other != -1)
    bytes_printf(out, " and %s", name_of(machine, lead->other));
  if (lead->size)
    bytes_printf(out, " of %u", lead->size);
  if (lead->number)
    bytes_printf(out, " with %" PRId64, lead->number);
}

static void tell(unsigned elf, const struct row *row, char **printed, char **told) {
  const struct check_machine *machine = check_machine_of(elf);
  struct program program = {.machine = machine};
  struct code code = {.number = -1, .stack_from = -1};
  struct bytes out = {0};
  ck_assert_int_eq(cs_open(machine->arch, machine->mode, &program.capstone), CS_ERR_OK);
  cs_option(program.capstone, CS_OPT_DETAIL, CS_OPT_ON);
  cs_insn *insn = NULL;
  ck_assert_uint_eq(cs_disasm(program.capstone, (const uint8_t *)row->bytes, row->size, 0x1000, 1, &insn), 1);
  ck_assert_uint_eq(insn->size, row->size);
  code.valid = true;
  code.size = (uint8_t)insn->size;
  machine->describe(&program, insn, &code);
  code.effects = machine->effects(program.capstone, insn);
  code.lead = machine->lead(insn, &code.away);
  tell_path(machine, &code, &out);
  tell_stack(machine, &code, &out);
  tell_number(&code, &out);
  tell_effects(machine, &code.effects, &out);
  tell_lead(machine, &code.lead, &out);
  *printed = xasprintf("%s%s%s", insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
  *told = out.data;
  cs_free(insn, 1);
  cs_close(&program.capstone);
}

/* ---- The instructions -------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct row x64[] = {
    {"\x53", 1, "push rbx", "on; grows 8; pushes S0"},
    {"\x54", 1, "push rsp", "on; grows 8; pushes ?"},
    {"\x66\x50", 2, "push ax", "on; grows 2; pushes T0"},
    {"\x6a\x05", 2, "push 5", "on; grows 8; number pushed 5; pushes ?"},
    {"\x68\x45\x23\x01\x00", 5, "push 0x12345", "on; grows 8; number pushed 74565; pushes ?"},
    {"\xff\x77\x08", 3, "push qword ptr [rdi + 8]", "on; grows 8; pushes ?"},
    {"\x58", 1, "pop rax", "on; grows -8; number changed; number popped; pops T0"},
    {"\x5b", 1, "pop rbx", "on; grows -8; pops S0"},
    {"\x5c", 1, "pop rsp", "on; grows -8; sets the stack; pops ?"},
    {"\x66\x58", 2, "pop ax", "on; grows -2; number changed; number popped; pops T0"},
    {"\x66\x59", 2, "pop cx", "on; grows -2; lost 0 1; pops T1"},
    {"\x8f\x47\x08", 3, "pop qword ptr [rdi + 8]", "on; grows -8; pops ?; stores 8 bytes at A0+8; stored by A0"},
    {"\x9c", 1, "pushfq", "on; grows 8; reads flags"},
    {"\x9d", 1, "popfq", "on; grows -8; writes flags"},
    {"\x48\x89\xec", 3, "mov rsp, rbp", "on; sets the stack from S1+0; reads S1"},
    {"\x48\x89\xe5", 3, "mov rbp, rsp", "on; writes S1; lead stack to S1"},
    {"\x48\x89\xe7", 3, "mov rdi, rsp", "on; writes A0; lead stack to A0"},
    {"\x48\x89\xfe", 3, "mov rsi, rdi", "on; reads A0; writes A1; copies A0 to A1"},
    {"\x89\xfe", 2, "mov esi, edi", "on; reads A0; writes A1"},
    {"\x48\x89\xf9", 3, "mov rcx, rdi", "on; lost 0 1; reads A0; writes T1; copies A0 to T1"},
    {"\x88\xca", 2, "mov dl, cl", "on; lost 1 0; reads A2 T1; writes A2"},
    {"\x88\xe3", 2, "mov bl, ah", "on; reads T0 S0; writes S0"},
    {"\x4d\x89\xdf", 3, "mov r15, r11", "on; lost 2 0; reads r11; writes S5; copies r11 to S5"},
    {"\x49\x89\xc1", 3, "mov r9, rax", "on; reads T0; writes A5; copies T0 to A5"},
    {"\xb8\x3c\x00\x00\x00", 5, "mov eax, 0x3c", "on; number changed; number 60; writes T0"},
    {"\xb9\x3c\x00\x00\x00", 5, "mov ecx, 0x3c", "on; lost 0 1; writes T1"},
    {"\x48\xb8\x88\x77\x66\x55\x44\x33\x22\x11", 10, "movabs rax, 0x1122334455667788", "on; number changed; number 1234605616436508552; writes T0"},
    {"\x48\xc7\xc0\x07\x00\x00\x00", 7, "mov rax, 7", "on; number changed; number 7; writes T0"},
    {"\xb0\x07", 2, "mov al, 7", "on; number changed; reads T0; writes T0"},
    {"\x48\x8b\x04\x24", 4, "mov rax, qword ptr [rsp]", "on; number changed; writes T0; loads 8 bytes at sp+0 T0"},
    {"\x48\x8b\x7c\x24\x08", 5, "mov rdi, qword ptr [rsp + 8]", "on; writes A0; loads 8 bytes at sp+8 A0"},
    {"\x48\x89\x7c\x24\x08", 5, "mov qword ptr [rsp + 8], rdi", "on; reads A0; stores 8 bytes at sp+8 A0"},
    {"\x89\x7c\x24\x08", 4, "mov dword ptr [rsp + 8], edi", "on; reads A0; stores 4 bytes at sp+8"},
    {"\x48\x8b\x77\x10", 4, "mov rsi, qword ptr [rdi + 0x10]", "on; reads A0; writes A1; loads 8 bytes at A0+16 A1; lead load to A1 from A0 of 8 with 16"},
    {"\x48\x8b\x54\xf7\x10", 5, "mov rdx, qword ptr [rdi + rsi*8 + 0x10]", "on; reads A0 A1; writes A2; loads 8 bytes at A0+16 and more A2; lead load to A2 from A0 and A1 of 8 with 16"},
    {"\x64\x48\x8b\x04\x25\x10\x00\x00\x00", 9, "mov rax, qword ptr fs:[0x10]", "on; number changed; writes T0; loads 8 bytes at ?+16 and more T0"},
    {"\x48\x8b\x05\x00\x01\x00\x00", 7, "mov rax, qword ptr [rip + 0x100]", "on; number changed; writes T0; loads 8 bytes at ?+256 T0; lead load to T0 of 8 with 256"},
    {"\x48\x89\x05\x00\x01\x00\x00", 7, "mov qword ptr [rip + 0x100], rax", "on; reads T0; stores 8 bytes at ?+256 T0; stored at 0x1107"},
    {"\x8b\x37", 2, "mov esi, dword ptr [rdi]", "on; reads A0; writes A1; loads 4 bytes at A0+0; lead load to ? from A0 of 4"},
    {"\x88\x13", 2, "mov byte ptr [rbx], dl", "on; reads A2 S0; stores 1 bytes at S0+0; stored by S0"},
    {"\x48\x89\x13", 3, "mov qword ptr [rbx], rdx", "on; reads A2 S0; stores 8 bytes at S0+0 A2; stored by S0"},
    {"\x49\x89\x54\x24\xf8", 5, "mov qword ptr [r12 - 8], rdx", "on; reads A2 S2; stores 8 bytes at S2-8 A2; stored by S2"},
    {"\xc6\x03\x01", 3, "mov byte ptr [rbx], 1", "on; reads S0; stores 1 bytes at S0+0; stored by S0"},
    {"\x48\xc7\x44\x24\x08\x01\x00\x00\x00", 9, "mov qword ptr [rsp + 8], 1", "on; stores 8 bytes at sp+8"},
    {"\x48\x89\x04\x0f", 4, "mov qword ptr [rdi + rcx], rax", "on; lost 1 0; reads A0 T0 T1; stores 8 bytes at A0+0 and more T0; stored by A0"},
    {"\x31\xc0", 2, "xor eax, eax", "on; number changed; number 0; writes T0 flags"},
    {"\x31\xc9", 2, "xor ecx, ecx", "on; lost 0 1; writes T1 flags"},
    {"\x45\x31\xdb", 3, "xor r11d, r11d", "on; lost 0 2; writes r11 flags"},
    {"\x48\x31\xca", 3, "xor rdx, rcx", "on; lost 1 0; reads A2 T1; writes A2 flags"},
    {"\x48\x33\x07", 3, "xor rax, qword ptr [rdi]", "on; number changed; reads A0 T0; writes T0 flags; loads 8 bytes at A0+0"},
    {"\x48\x29\xff", 3, "sub rdi, rdi", "on; writes A0 flags"},
    {"\x48\x29\xf7", 3, "sub rdi, rsi", "on; reads A0 A1; writes A0 flags"},
    {"\x66\x0f\xef\xc0", 4, "pxor xmm0, xmm0", "on; writes xmm0"},
    {"\x66\x0f\xef\xc1", 4, "pxor xmm0, xmm1", "on; reads xmm0 xmm1; writes xmm0"},
    {"\x0f\x57\xdb", 3, "xorps xmm3, xmm3", "on; writes xmm3"},
    {"\x66\x0f\x74\xd2", 4, "pcmpeqb xmm2, xmm2", "on; writes xmm2"},
    {"\x66\x0f\x76\xd2", 4, "pcmpeqd xmm2, xmm2", "on; writes xmm2"},
    {"\x66\x0f\x76\xd1", 4, "pcmpeqd xmm2, xmm1", "on; reads xmm1 xmm2; writes xmm2"},
    {"\x66\x48\x0f\x6e\xc7", 5, "movq xmm0, rdi", "on; reads A0; writes xmm0; copies A0 to xmm0"},
    {"\x66\x49\x0f\x7e\xff", 5, "movq r15, xmm7", "on; reads xmm7; writes S5; copies xmm7 to S5"},
    {"\xf3\x0f\x6f\x07", 4, "movdqu xmm0, xmmword ptr [rdi]", "on; reads A0; writes xmm0; loads 16 bytes at A0+0"},
    {"\xf3\x0f\x7f\x07", 4, "movdqu xmmword ptr [rdi], xmm0", "on; reads A0 xmm0; stores 16 bytes at A0+0; stored by A0"},
    {"\xf3\x0f\x6f\x4c\x24\x10", 6, "movdqu xmm1, xmmword ptr [rsp + 0x10]", "on; writes xmm1; loads 16 bytes at sp+16"},
    {"\xc9", 1, "leave", "on; sets the stack from S1+8; reads S1; writes S1"},
    {"\x48\x83\xc4\x10", 4, "add rsp, 0x10", "on; grows -16; writes flags; lead add to ? with 16"},
    {"\x48\x83\xec\x10", 4, "sub rsp, 0x10", "on; grows 16; writes flags"},
    {"\x48\x29\xfc", 3, "sub rsp, rdi", "on; sets the stack; reads A0; writes flags"},
    {"\x48\x83\xe4\xf0", 4, "and rsp, 0xfffffffffffffff0", "on; sets the stack; writes flags"},
    {"\x48\x83\xc7\x08", 4, "add rdi, 8", "on; reads A0; writes A0 flags; lead add to A0 from A0 with 8"},
    {"\x48\x01\xf7", 3, "add rdi, rsi", "on; reads A0 A1; writes A0 flags; lead add register to A0 from A0 and A1"},
    {"\x01\xf7", 2, "add edi, esi", "on; reads A0 A1; writes A0 flags"},
    {"\x48\x03\x37", 3, "add rsi, qword ptr [rdi]", "on; reads A0 A1; writes A1 flags; loads 8 bytes at A0+0"},
    {"\x48\x01\x37", 3, "add qword ptr [rdi], rsi", "on; reads A0 A1; writes flags; loads and stores 8 bytes at A0+0; stored by A0"},
    {"\x48\xff\xc4", 3, "inc rsp", "on; sets the stack; writes flags"},
    {"\x48\x8d\x64\x24\x08", 5, "lea rsp, [rsp + 8]", "on; grows -8; lead stack to ? with 8"},
    {"\x48\x8d\x65\xf8", 4, "lea rsp, [rbp - 8]", "on; sets the stack from S1-8; reads S1; lead add to ? from S1 with -8"},
    {"\x48\x8d\x64\x3d\x00", 5, "lea rsp, [rbp + rdi]", "on; sets the stack; reads A0 S1; lead add register to ? from S1 and A0"},
    {"\x48\x8d\x7c\x24\x10", 5, "lea rdi, [rsp + 0x10]", "on; writes A0; lead stack to A0 with 16"},
    {"\x48\x8d\x3d\x20\x00\x00\x00", 7, "lea rdi, [rip + 0x20]", "on 0x1027 taken; writes A0; lead take to A0 with 4135"},
    {"\x48\x8d\x77\x08", 4, "lea rsi, [rdi + 8]", "on; reads A0; writes A1; lead add to A1 from A0 with 8"},
    {"\x48\x8d\x14\x37", 4, "lea rdx, [rdi + rsi]", "on; reads A0 A1; writes A2; lead add register to A2 from A0 and A1"},
    {"\x48\x8d\x54\x37\x08", 5, "lea rdx, [rdi + rsi + 8]", "on; reads A0 A1; writes A2"},
    {"\x48\x8d\x14\xb7", 4, "lea rdx, [rdi + rsi*4]", "on; reads A0 A1; writes A2"},
    {"\x48\x8d\x14\xb5\x00\x00\x00\x00", 8, "lea rdx, [rsi*4]", "on; reads A1; writes A2"},
    {"\x8d\x77\x08", 3, "lea esi, [rdi + 8]", "on; reads A0; writes A1"},
    {"\xe8\x00\x00\x00\x00", 5, "call 0x1005", "call 0x1005; number -1"},
    {"\xff\xd0", 2, "call rax", "call away by T0; number -1; reads T0"},
    {"\xff\x57\x08", 3, "call qword ptr [rdi + 8]", "call away; number -1; reads A0; loads 8 bytes at A0+8"},
    {"\xc3", 1, "ret", "return"},
    {"\xc2\x08\x00", 3, "ret 8", "return"},
    {"\x90", 1, "nop", "on pads"},
    {"\x66\x0f\x1f\x40\x08", 5, "nop word ptr [rax + 8]", "on pads; reads T0"},
    {"\xeb\x08", 2, "jmp 0x100a", "jump 0x100a"},
    {"\xff\xe2", 2, "jmp rdx", "away by A2; reads A2"},
    {"\xff\x22", 2, "jmp qword ptr [rdx]", "away; reads A2; loads 8 bytes at A2+0"},
    {"\x74\x08", 2, "je 0x100a", "branch 0x100a; reads flags"},
    {"\x0f\x85\xfa\x0f\x00\x00", 6, "jne 0x2000", "branch 0x2000; reads flags"},
    {"\xe3\x08", 2, "jrcxz 0x100a", "branch 0x100a; lost 1 0; reads T1"},
    {"\xe2\x08", 2, "loop 0x100a", "branch 0x100a; lost 1 1; reads T1; writes T1"},
    {"\xe1\x08", 2, "loope 0x100a", "branch 0x100a; lost 1 1; reads T1 flags; writes T1"},
    {"\xe0\x08", 2, "loopne 0x100a", "branch 0x100a; lost 1 1; reads T1 flags; writes T1"},
    {"\xc7\xf8\x04\x00\x00\x00", 6, "xbegin 0x100a", "branch 0x100a; number changed; writes T0"},
    {"\x0f\x05", 2, "syscall", "kernel"},
    {"\xcd\x80", 2, "int 0x80", "kernel old"},
    {"\xcc", 1, "int3", "stop pads"},
    {"\x0f\x0b", 2, "ud2", "stop"},
    {"\xf4", 1, "hlt", "stop"},
    {"\x0f\xa2", 2, "cpuid", "on; lost 1 1; number changed; reads T0 T1; writes A2 T0 T1 S0"},
    {"\x48\x63\x14\xb7", 4, "movsxd rdx, dword ptr [rdi + rsi*4]", "on; reads A0 A1; writes A2; loads 4 bytes at A0+0 and more; lead load to A2 from A0 and A1 of 4"},
    {"\x48\x63\xd7", 3, "movsxd rdx, edi", "on; reads A0; writes A2"},
    {"\x48\x0f\xbf\x17", 4, "movsx rdx, word ptr [rdi]", "on; reads A0; writes A2; loads 2 bytes at A0+0; lead load to A2 from A0 of 2"},
    {"\x0f\xb6\x17", 3, "movzx edx, byte ptr [rdi]", "on; reads A0; writes A2; loads 1 bytes at A0+0"},
    {"\x48\x0f\xbe\x17", 4, "movsx rdx, byte ptr [rdi]", "on; reads A0; writes A2; loads 1 bytes at A0+0; lead load to A2 from A0 of 1"},
    {"\x48\x39\xf7", 3, "cmp rdi, rsi", "on; reads A0 A1; writes flags"},
    {"\x48\x83\x7f\x08\x05", 5, "cmp qword ptr [rdi + 8], 5", "on; reads A0; writes flags; loads 8 bytes at A0+8"},
    {"\x48\x85\xff", 3, "test rdi, rdi", "on; reads A0; writes flags"},
    {"\x48\xd3\xe7", 3, "shl rdi, cl", "on; lost 1 0; reads A0 T1; writes A0 flags"},
    {"\x48\xc1\xe7\x03", 4, "shl rdi, 3", "on; reads A0; writes A0 flags"},
    {"\x48\xd3\xef", 3, "shr rdi, cl", "on; lost 1 0; reads A0 T1; writes A0 flags"},
    {"\xd3\xff", 2, "sar edi, cl", "on; lost 1 0; reads A0 T1; writes A0 flags"},
    {"\x48\xd3\xc7", 3, "rol rdi, cl", "on; lost 1 0; reads A0 T1; writes A0 flags"},
    {"\x48\x0f\xaf\xfe", 4, "imul rdi, rsi", "on; reads A0 A1; writes A0 flags"},
    {"\x48\xf7\xe6", 3, "mul rsi", "on; number changed; reads A1 T0; writes A2 T0 flags"},
    {"\x48\xf7\xf6", 3, "div rsi", "on; number changed; reads A1 A2 T0; writes A2 T0 flags"},
    {"\x48\x99", 2, "cqo", "on; number changed; reads T0; writes A2 T0"},
    {"\x0f\x94\xc0", 3, "sete al", "on; number changed; reads T0 flags; writes T0"},
    {"\x0f\x94\x07", 3, "sete byte ptr [rdi]", "on; reads A0 flags; stores 1 bytes at A0+0; stored by A0"},
    {"\x48\x0f\x44\xfe", 4, "cmove rdi, rsi", "on; reads A0 A1 flags; writes A0"},
    {"\x48\x97", 2, "xchg rax, rdi", "on; number changed; reads A0 T0; writes A0 T0"},
    {"\xf3\xa4", 2, "rep movsb byte ptr [rdi], byte ptr [rsi]", "on; lost 1 1; reads A0 A1 T1 flags; writes A0 A1 T1; stores 1 bytes at A0+0; stored by A0"},
    {"\xf3\xaa", 2, "rep stosb byte ptr [rdi], al", "on; lost 1 1; reads A0 T0 T1 flags; writes A0 T1; stores 1 bytes at A0+0; stored by A0"},
    {"\x48\x0f\xcf", 3, "bswap rdi", "on; reads A0; writes A0"},
    {"\x49\xf7\xda", 3, "neg r10", "on; reads A3; writes A3 flags"},
    {"\x49\xf7\xd0", 3, "not r8", "on; reads A4; writes A4"},
    {"\x48\xff\xc3", 3, "inc rbx", "on; reads S0; writes S0 flags"},
    {"\xff\xc9", 2, "dec ecx", "on; lost 1 1; reads T1; writes T1 flags"},
    {"\x4d\x11\xee", 3, "adc r14, r13", "on; reads S3 S4 flags; writes S4 flags"},
    {"\x0f\x31", 2, "rdtsc", "on; number changed; writes A2 T0"},
};
/* clang-format on */

/* clang-format off */
static const struct row arm64[] = {
    {"\x02\x00\x00\x14", 4, "b #0x1008", "jump 0x1008"},
    {"\x40\x00\x00\x54", 4, "b.eq #0x1008", "branch 0x1008; reads flags"},
    {"\x4e\x00\x00\x54", 4, "b.al #0x1008", "jump 0x1008"},
    {"\x40\x00\x00\xb4", 4, "cbz x0, #0x1008", "branch 0x1008; reads A0"},
    {"\x41\x00\x00\x35", 4, "cbnz w1, #0x1008", "branch 0x1008; reads A1"},
    {"\x40\x00\x18\x36", 4, "tbz w0, #3, #0x1008", "branch 0x1008; reads A0"},
    {"\x5d\x00\x18\x37", 4, "tbnz w29, #3, #0x1008", "branch 0x1008; reads x29"},
    {"\x02\x00\x00\x94", 4, "bl #0x1008", "call 0x1008; number changed"},
    {"\x20\x01\x3f\xd6", 4, "blr x9", "call away by T0; number changed; reads T0"},
    {"\x00\x01\x1f\xd6", 4, "br x8", "away by x8; number changed; reads x8"},
    {"\xc0\x03\x1f\xd6", 4, "br x30", "away by x30; reads x30"},
    {"\xc0\x03\x5f\xd6", 4, "ret", "return"},
    {"\x20\x01\x5f\xd6", 4, "ret x9", "return by another link"},
    {"\x01\x00\x00\xd4", 4, "svc #0", "kernel"},
    {"\x20\x00\x20\xd4", 4, "brk #0x1", "stop"},
    {"\x00\x00\x40\xd4", 4, "hlt #0", "stop"},
    {"\x1f\x20\x03\xd5", 4, "nop", "on pads"},
    {"\x80\x00\x00\x10", 4, "adr x0, #0x1010", "on 0x1010 taken; writes A0; lead take to A0 with 4112"},
    {"\x00\x00\x00\x90", 4, "adrp x0, #0x1000", "on; writes A0; lead take to A0 with 4096"},
    {"\xe0\x03\x01\xaa", 4, "mov x0, x1", "on; reads A1; writes A0; copies A1 to A0"},
    {"\xe0\x03\x01\x2a", 4, "mov w0, w1", "on; reads A1; writes A0"},
    {"\xa8\x0b\x80\xd2", 4, "movz x8, #0x5d", "on; number changed; number 93; writes x8"},
    {"\xc8\x0b\x80\x52", 4, "movz w8, #0x5e", "on; number changed; number 94; writes x8"},
    {"\x28\x00\xa0\xd2", 4, "movz x8, #0x1, lsl #16", "on; number changed; number 65536; writes x8"},
    {"\xa0\x00\x80\xd2", 4, "movz x0, #0x5", "on; writes A0"},
    {"\x28\x00\x80\xf2", 4, "movk x8, #0x1", "on; number changed; reads x8; writes x8"},
    {"\xbf\x03\x00\x91", 4, "mov sp, x29", "on; sets the stack from x29+0; reads x29"},
    {"\xfd\x03\x00\x91", 4, "mov x29, sp", "on; writes x29; lead stack to x29"},
    {"\xe0\x03\x00\x91", 4, "mov x0, sp", "on; writes A0; lead stack to A0"},
    {"\xfe\x03\x00\xaa", 4, "mov x30, x0", "on; loads the link; reads A0; writes x30; copies A0 to x30"},
    {"\xe0\x03\x1e\xaa", 4, "mov x0, x30", "on; reads x30; writes A0; copies x30 to A0"},
    {"\xe8\x03\x00\xaa", 4, "mov x8, x0", "on; number changed; reads A0; writes x8; copies A0 to x8"},
    {"\xff\x43\x00\x91", 4, "add sp, sp, #0x10", "on; grows -16; lead stack to ? with 16"},
    {"\xff\x43\x00\xd1", 4, "sub sp, sp, #0x10", "on; grows 16"},
    {"\xff\x07\x40\xd1", 4, "sub sp, sp, #1, lsl #12", "on; grows 4096"},
    {"\xff\x07\x40\x91", 4, "add sp, sp, #1, lsl #12", "on; grows -4096"},
    {"\xbf\x43\x00\x91", 4, "add sp, x29, #0x10", "on; sets the stack from x29+16; reads x29; lead add to ? from x29 with 16"},
    {"\xbf\x43\x00\xd1", 4, "sub sp, x29, #0x10", "on; sets the stack from x29-16; reads x29"},
    {"\xff\x63\x21\x8b", 4, "add sp, sp, x1", "on; sets the stack; reads A1; lead add register to ? and A1"},
    {"\xe0\x23\x00\x91", 4, "add x0, sp, #8", "on; writes A0; lead stack to A0 with 8"},
    {"\xe0\x07\x40\x91", 4, "add x0, sp, #1, lsl #12", "on; writes A0"},
    {"\x20\x20\x00\x91", 4, "add x0, x1, #8", "on; reads A1; writes A0; lead add to A0 from A1 with 8"},
    {"\x20\x20\x00\xd1", 4, "sub x0, x1, #8", "on; reads A1; writes A0"},
    {"\x20\x20\x40\x91", 4, "add x0, x1, #8, lsl #12", "on; reads A1; writes A0"},
    {"\x20\x00\x02\x8b", 4, "add x0, x1, x2", "on; reads A1 A2; writes A0; lead add register to A0 from A1 and A2"},
    {"\x20\x08\x02\x8b", 4, "add x0, x1, x2, lsl #2", "on; reads A1 A2; writes A0"},
    {"\x20\xc0\x22\x8b", 4, "add x0, x1, w2, sxtw", "on; reads A1 A2; writes A0"},
    {"\x20\x00\x02\x0b", 4, "add w0, w1, w2", "on; reads A1 A2; writes A0; lead add register to ?"},
    {"\x20\x00\x02\xab", 4, "adds x0, x1, x2", "on; reads A1 A2; writes A0 flags; lead add register to A0 from A1 and A2"},
    {"\x20\x00\x02\xeb", 4, "subs x0, x1, x2", "on; reads A1 A2; writes A0 flags"},
    {"\x1f\x00\x01\xeb", 4, "cmp x0, x1", "on; reads A0 A1; writes flags"},
    {"\x1f\x04\x00\xb1", 4, "cmn x0, #1", "on; reads A0; writes flags"},
    {"\x1f\x00\x01\xea", 4, "tst x0, x1", "on; reads A0 A1; writes flags"},
    {"\x00\x10\x41\xfa", 4, "ccmp x0, x1, #0, ne", "on; reads A0 A1 flags; writes flags"},
    {"\x20\x00\x82\x9a", 4, "csel x0, x1, x2, eq", "on; reads A1 A2 flags; writes A0"},
    {"\xe0\x07\x9f\x9a", 4, "cset x0, ne", "on; reads flags; writes A0"},
    {"\x20\x00\x02\x8a", 4, "and x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\x20\x00\x02\xea", 4, "ands x0, x1, x2", "on; reads A1 A2; writes A0 flags"},
    {"\x20\x00\x22\x8a", 4, "bic x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\x20\x00\x40\xb2", 4, "orr x0, x1, #1", "on; reads A1; writes A0"},
    {"\x20\x00\x02\xca", 4, "eor x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\xe0\x03\x21\xaa", 4, "mvn x0, x1", "on; reads A1; writes A0"},
    {"\xe0\x03\x01\xcb", 4, "neg x0, x1", "on; reads A1; writes A0"},
    {"\x20\x20\xc2\x9a", 4, "lsl x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\x20\xf0\x7d\xd3", 4, "lsl x0, x1, #3", "on; reads A1; writes A0"},
    {"\x20\x18\x43\xd3", 4, "ubfx x0, x1, #3, #4", "on; reads A1; writes A0"},
    {"\x20\x0c\x7d\xb3", 4, "bfi x0, x1, #3, #4", "on; reads A0 A1; writes A0"},
    {"\x20\x18\x43\xb3", 4, "bfxil x0, x1, #3, #4", "on; reads A0 A1; writes A0"},
    {"\x20\x7c\x02\x9b", 4, "mul x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\x20\x0c\x02\x9b", 4, "madd x0, x1, x2, x3", "on; reads A1 A2 A3; writes A0"},
    {"\x20\x08\xc2\x9a", 4, "udiv x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\x20\x7c\xc2\x9b", 4, "umulh x0, x1, x2", "on; reads A1 A2; writes A0"},
    {"\x20\x00\xc0\xda", 4, "rbit x0, x1", "on; reads A1; writes A0"},
    {"\x20\x10\xc0\xda", 4, "clz x0, x1", "on; reads A1; writes A0"},
    {"\x20\x7c\x40\x93", 4, "sxtw x0, w1", "on; reads A1; writes A0"},
    {"\x20\x1c\x00\x53", 4, "uxtb w0, w1", "on; reads A1; writes A0"},
    {"\x20\x00\x40\xf9", 4, "ldr x0, [x1]", "on; reads A1; writes A0; loads 8 bytes at A1+0 A0; lead load to A0 from A1 of 8"},
    {"\x20\x04\x40\xf9", 4, "ldr x0, [x1, #8]", "on; reads A1; writes A0; loads 8 bytes at A1+8 A0; lead load to A0 from A1 of 8 with 8"},
    {"\x20\x08\x40\xb9", 4, "ldr w0, [x1, #8]", "on; reads A1; writes A0; loads 4 bytes at A1+8; lead load to ? from A1 of 8 with 8"},
    {"\x20\x68\x62\xf8", 4, "ldr x0, [x1, x2]", "on; reads A1 A2; writes A0; loads 8 bytes at A1+0 and more A0; lead load to A0 from A1 and A2 of 8"},
    {"\x20\x78\x62\xf8", 4, "ldr x0, [x1, x2, lsl #3]", "on; reads A1 A2; writes A0; loads 8 bytes at A1+0 and more A0; lead load to A0 from A1 and A2 of 8"},
    {"\x20\x8c\x40\xf8", 4, "ldr x0, [x1, #8]!", "on; reads A1; writes A0 A1; loads 8 bytes at A1+8 A0"},
    {"\x20\x84\x40\xf8", 4, "ldr x0, [x1], #8", "on; reads A1; writes A0 A1; loads 8 bytes at A1+0 A0"},
    {"\x20\x80\x5f\xf8", 4, "ldur x0, [x1, #-8]", "on; reads A1; writes A0; loads 8 bytes at A1-8 A0; lead load to A0 from A1 of 8 with -8"},
    {"\x20\x00\x40\x39", 4, "ldrb w0, [x1]", "on; reads A1; writes A0; loads 1 bytes at A1+0"},
    {"\x20\x00\x40\x79", 4, "ldrh w0, [x1]", "on; reads A1; writes A0; loads 2 bytes at A1+0"},
    {"\x20\x00\x80\x39", 4, "ldrsb x0, [x1]", "on; reads A1; writes A0; loads 1 bytes at A1+0"},
    {"\x20\x78\xa2\x78", 4, "ldrsh x0, [x1, x2, lsl #1]", "on; reads A1 A2; writes A0; loads 2 bytes at A1+0 and more; lead load to A0 from A1 and A2 of 2"},
    {"\x20\x78\xa2\xb8", 4, "ldrsw x0, [x1, x2, lsl #2]", "on; reads A1 A2; writes A0; loads 4 bytes at A1+0 and more; lead load to A0 from A1 and A2 of 4"},
    {"\x20\xc0\x9f\xb8", 4, "ldursw x0, [x1, #-4]", "on; reads A1; writes A0; loads 4 bytes at A1-4; lead load to A0 from A1 of 4 with -4"},
    {"\x20\xe0\x9f\x78", 4, "ldursh x0, [x1, #-2]", "on; reads A1; writes A0; loads 2 bytes at A1-2; lead load to A0 from A1 of 2 with -2"},
    {"\x20\x00\xc0\x3d", 4, "ldr q0, [x1]", "on; reads A1; loads 16 bytes at A1+0; lead load to ? from A1 of 8"},
    {"\x20\x00\x40\xfd", 4, "ldr d0, [x1]", "on; reads A1; loads 8 bytes at A1+0; lead load to ? from A1 of 8"},
    {"\xe0\x07\x40\xf9", 4, "ldr x0, [sp, #8]", "on; pops A0 at 8; loads 8 bytes at sp+8 A0"},
    {"\xfe\x07\x41\xf8", 4, "ldr x30, [sp], #0x10", "on; grows -16; loads the link; pops x30; loads 8 bytes at sp+0 and more x30"},
    {"\xfe\x07\x40\xf9", 4, "ldr x30, [sp, #8]", "on; loads the link; pops x30 at 8; loads 8 bytes at sp+8 x30"},
    {"\x3e\x00\x40\xf9", 4, "ldr x30, [x1]", "on; loads the link; reads A1; writes x30; loads 8 bytes at A1+0 x30; lead load to x30 from A1 of 8"},
    {"\xe0\x07\x41\xf8", 4, "ldr x0, [sp], #0x10", "on; grows -16; pops A0; loads 8 bytes at sp+0 and more A0"},
    {"\x20\x00\x00\xf9", 4, "str x0, [x1]", "on; reads A0 A1; stores 8 bytes at A1+0 A0; stored by A1"},
    {"\x20\x04\x00\xf9", 4, "str x0, [x1, #8]", "on; reads A0 A1; stores 8 bytes at A1+8 A0; stored by A1"},
    {"\x20\x00\x00\xb9", 4, "str w0, [x1]", "on; reads A0 A1; stores 4 bytes at A1+0; stored by A1"},
    {"\x3f\x00\x00\xb9", 4, "str wzr, [x1]", "on; reads A1; stores 4 bytes at A1+0; stored by A1"},
    {"\x3f\x00\x00\xf9", 4, "str xzr, [x1]", "on; reads A1; stores 8 bytes at A1+0; stored by A1"},
    {"\x20\x00\x00\x39", 4, "strb w0, [x1]", "on; reads A0 A1; stores 1 bytes at A1+0; stored by A1"},
    {"\x3f\x0c\x00\x39", 4, "strb wzr, [x1, #3]", "on; reads A1; stores 1 bytes at A1+3; stored by A1"},
    {"\x20\x00\x00\x79", 4, "strh w0, [x1]", "on; reads A0 A1; stores 2 bytes at A1+0; stored by A1"},
    {"\x20\x8c\x00\xf8", 4, "str x0, [x1, #8]!", "on; reads A0 A1; writes A1; stores 8 bytes at A1+8 A0; stored by A1"},
    {"\x20\x84\x00\xf8", 4, "str x0, [x1], #8", "on; reads A0 A1; writes A1; stores 8 bytes at A1+0 A0; stored by A1"},
    {"\x20\x68\x22\xf8", 4, "str x0, [x1, x2]", "on; reads A0 A1 A2; stores 8 bytes at A1+0 and more A0; stored by A1"},
    {"\x20\x80\x1f\xf8", 4, "stur x0, [x1, #-8]", "on; reads A0 A1; stores 8 bytes at A1-8 A0; stored by A1"},
    {"\x20\x00\x80\x3d", 4, "str q0, [x1]", "on; reads A1; stores 16 bytes at A1+0; stored by A1"},
    {"\xe0\x07\x00\xf9", 4, "str x0, [sp, #8]", "on; pushes A0 at 8; stores 8 bytes at sp+8 A0"},
    {"\xe0\x0f\x1f\xf8", 4, "str x0, [sp, #-0x10]!", "on; grows 16; pushes A0; stores 8 bytes at sp-16 and more A0"},
    {"\xe0\x0f\x1f\xb8", 4, "str w0, [sp, #-0x10]!", "on; grows 16; reads A0; stores 4 bytes at sp-16 and more"},
    {"\xfe\x0f\x1f\xf8", 4, "str x30, [sp, #-0x10]!", "on; grows 16; saves the link; pushes x30; stores 8 bytes at sp-16 and more x30"},
    {"\xfe\x07\x00\xf9", 4, "str x30, [sp, #8]", "on; saves the link; pushes x30 at 8; stores 8 bytes at sp+8 x30"},
    {"\x3e\x00\x00\xf9", 4, "str x30, [x1]", "on; reads A1 x30; stores 8 bytes at A1+0 x30; stored by A1"},
    {"\xfd\x7b\xbf\xa9", 4, "stp x29, x30, [sp, #-0x10]!", "on; grows 16; saves the link; pushes x29 x30; stores 16 bytes at sp-16 and more x29 x30"},
    {"\xe0\x07\x01\xa9", 4, "stp x0, x1, [sp, #0x10]", "on; pushes A0 A1 at 16; stores 16 bytes at sp+16 A0 A1"},
    {"\x40\x04\x00\xa9", 4, "stp x0, x1, [x2]", "on; reads A0 A1 A2; stores 16 bytes at A2+0 A0 A1; stored by A2"},
    {"\x40\x04\x00\x29", 4, "stp w0, w1, [x2]", "on; reads A0 A1 A2; stores 8 bytes at A2+0; stored by A2"},
    {"\xfd\x7b\xc1\xa8", 4, "ldp x29, x30, [sp], #0x10", "on; grows -16; loads the link; pops x29 x30; loads 16 bytes at sp+0 and more x29 x30"},
    {"\xe0\x07\x41\xa9", 4, "ldp x0, x1, [sp, #0x10]", "on; pops A0 A1 at 16; loads 16 bytes at sp+16 A0 A1"},
    {"\x40\x04\xc1\xa9", 4, "ldp x0, x1, [x2, #0x10]!", "on; reads A2; writes A0 A1 A2; loads 16 bytes at A2+16 A0 A1"},
    {"\x40\x04\x40\x29", 4, "ldp w0, w1, [x2]", "on; reads A2; writes A0 A1; loads 8 bytes at A2+0"},
    {"\xf3\x53\xbe\xa9", 4, "stp x19, x20, [sp, #-0x20]!", "on; grows 32; pushes S0 S1; stores 16 bytes at sp-32 and more S0 S1"},
    {"\xf3\x53\xc2\xa8", 4, "ldp x19, x20, [sp], #0x20", "on; grows -32; pops S0 S1; loads 16 bytes at sp+0 and more S0 S1"},
    {"\x20\x7c\x5f\xc8", 4, "ldxr x0, [x1]", "on; reads A1; writes A0; loads 8 bytes at A1+0 A0"},
    {"\x20\xfc\xdf\xc8", 4, "ldar x0, [x1]", "on; reads A1; writes A0; loads 8 bytes at A1+0 A0"},
    {"\x20\xfc\x9f\xc8", 4, "stlr x0, [x1]", "on; reads A0 A1; stores 8 bytes at A1+0 A0; stored by A1"},
    {"\x20\xe4\x00\x4f", 4, "movi v0.16b, #0x1", "on"},
    {"\x00\x00\x66\x9e", 4, "fmov x0, d0", "on; writes A0"},
    {"\x40\xd0\x3b\xd5", 4, "mrs x0, tpidr_el0", "on; writes A0"},
    {"\xbf\x3b\x03\xd5", 4, "dmb ish", "on"},
};
/* clang-format on */

static void hold(unsigned elf, const struct row *row) {
  char *printed = NULL;
  char *told = NULL;
  tell(elf, row, &printed, &told);
  ck_assert_str_eq(printed, row->printed);
  ck_assert_msg(strcmp(told, row->wanted) == 0, "%s: %s, not %s", printed, told, row->wanted);
  free(printed);
  free(told);
}

START_TEST(instructions_of_x64) { hold(EM_X86_64, &x64[_i]); }
END_TEST

START_TEST(instructions_of_arm64) { hold(EM_AARCH64, &arm64[_i]); }
END_TEST

START_TEST(other_machines_are_not_known) {
  ck_assert_ptr_null(check_machine_of(EM_NONE));
  ck_assert_ptr_null(check_machine_of(EM_386));
  ck_assert_ptr_nonnull(check_machine_of(EM_X86_64));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("instructions");
  TCase *tests = tcase_create("instructions");
  tcase_add_loop_test(tests, instructions_of_x64, 0, sizeof x64 / sizeof *x64);
  tcase_add_loop_test(tests, instructions_of_arm64, 0, sizeof arm64 / sizeof *arm64);
  tcase_add_test(tests, other_machines_are_not_known);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
