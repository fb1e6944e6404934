/* A plugin for qemu's user-mode emulators: how many instructions a program executed, as a decimal in a file.

       qemu-aarch64 -plugin total_instructions.so,total=FILE PROGRAM */
#include "harness/helpers/plugin/qemu_plugin.h"

#include <stdio.h>
#include <string.h>

EXPORTED int qemu_plugin_version = 1;

static uint64_t executed;
static FILE *total;

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
    qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i), QEMU_PLUGIN_INLINE_ADD_U64, &executed,
                                               1);
}

static void write_total(qemu_plugin_id_t id, void *userdata) {
  (void)id, (void)userdata;
  fprintf(total, "%llu\n", (unsigned long long)executed);
  if (fclose(total) != 0)
    perror("total_instructions: the file cannot be written");
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv) {
  (void)info;
  for (int i = 0; i < argc; i++)
    if (strncmp(argv[i], "total=", 6) == 0 && (total = fopen(argv[i] + 6, "we"))) {
      qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
      qemu_plugin_register_atexit_cb(id, write_total, NULL);
      return 0;
    }
  fputs("total_instructions: total=FILE is needed, a file that can be written\n", stderr);
  return -1;
}

/* SPDX-License-Identifier: MIT */
