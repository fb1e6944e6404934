/* What stands at an address of the blamed program. */
#include "harness/blame/blame_program.h"

#include "harness/blame/blame_observe.h"
#include "harness/helpers/plugin/calls.h"
#include "harness/suite/target.h"

enum { MOST_CALLS = 6 };

void blamed_open(const struct target *target, struct blamed_program *program) {
  struct bytes why = {0};
  *program = (struct blamed_program){.machine = target->machine,
                                     .calls = target->machine ? target->machine->calls : CALLS_UNKNOWN};
  program_map_read(target->elf, &program->map, &why);
  program->readable = code_open(target->machine, &program->reader);
  bytes_free(&why);
}

void blamed_close(struct blamed_program *program) {
  program_map_free(&program->map);
  code_close(&program->reader);
}

void blamed_place(const struct blamed_program *program, uint64_t address, struct bytes *out) {
  const struct map_entry *entry = program_map_at(&program->map, address);
  if (!entry)
    bytes_printf(out, "0x%llx", (unsigned long long)address);
  else
    bytes_printf(out, "%s+0x%llx (0x%llx) %s:%d", entry->routine,
                 (unsigned long long)(address - program_map_routine(&program->map, entry)), (unsigned long long)address,
                 entry->file, entry->line);
}

bool blamed_code(struct blamed_program *program, uint64_t address, struct code *code) {
  const struct map_entry *entry = program_map_at(&program->map, address);
  return entry && entry->address == address && entry->kind == MAP_CODE && program->readable &&
         code_read(&program->reader, entry->bytes, entry->len, address, code);
}

const struct map_entry *blamed_before(const struct blamed_program *program, uint64_t address) {
  const struct map_entry *entry = program_map_at(&program->map, address - 1);
  return entry && entry->kind == MAP_CODE && entry->address + entry->len == address ? entry : NULL;
}

/* By its bytes: to Capstone 4 the bl of arm64 is no call, but a jump. */
static bool is_call(const struct blamed_program *program, const struct map_entry *entry) {
  const struct instruction_set *instructions = program->machine ? program->machine->instructions : NULL;
  return entry && instructions && instructions->flow_of(entry->bytes, entry->len) == FLOW_CALL;
}

size_t blamed_calls(struct blamed_program *program, const struct observed *record, uint64_t *calls, size_t most) {
  const uint64_t *words = observed_bytes(record);
  size_t count = 0;
  for (size_t i = 0; i < record->size / sizeof *words && count < most; i++) {
    const struct map_entry *entry = blamed_before(program, words[i]);
    if (is_call(program, entry))
      calls[count++] = entry->address;
  }
  return count;
}

void blamed_backtrace(struct blamed_program *program, const struct observed *record, const char *prefix,
                      struct bytes *out) {
  uint64_t calls_under_way[MOST_CALLS];
  size_t count = blamed_calls(program, record, calls_under_way, MOST_CALLS);
  for (size_t i = 0; i < count; i++) {
    bytes_printf(out, "%scalled from ", prefix);
    blamed_place(program, calls_under_way[i], out);
    bytes_text(out, "\n");
  }
}

void blamed_call_name(const struct blamed_program *program, long number, struct bytes *out) {
  const struct call *call = call_of(program->calls, number);
  if (call)
    bytes_text(out, call->name);
  else
    bytes_printf(out, "system call %ld", number);
}
