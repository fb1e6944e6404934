/* Where programs run: in cells (harness/cell/cell.h), which are kept for the programs that come after. */
#ifndef HARNESS_CONFINEMENT_H
#define HARNESS_CONFINEMENT_H

#include "harness/base/command.h"
#include "harness/base/words.h"
#include "harness/cell/cell.h"

struct workspace;

/* What the user wants: as much as can be had; all, or nothing is run; none. */
enum confine_policy { CONFINE_DEFAULT, CONFINE_REQUIRE, CONFINE_OFF };

/* What one program may. */
struct confinement {
  bool off; /* it runs in no cell */
  enum cell_profile profile;
  unsigned allow;                 /* enum cell_allow */
  bool observed;                  /* its observer traces it, and writes files of the workspace (workspace_file) */
  const char *elf;                /* its file; borrowed; NULL: none */
  struct text_list reads, writes; /* paths besides */
};

void confinement_free(struct confinement *confinement);

/* Takes over what a suite's `allow` says, as in "network, write /var/x". Returns false, and WHY says what is wrong. */
bool confinement_allow(struct confinement *confinement, const char *text, struct bytes *why);

/* Whether the program ELF needs no file beside its own: it has 64 bits, and no interpreter. */
bool elf_stands_alone(const char *elf);

/* Enters the namespaces of the run, for the rest of this process's life. To be called before the first thread, socket
   and workspace. */
void confinement_begin(enum confine_policy policy);

/* Makes a cell as a trial. Returns false where the policy wants more than can be had, or no cell can be made; WHY names
   what is missing. */
bool confinement_check(struct workspace *workspace, struct bytes *why);

/* What the trial found: "off", "whole", or "without REASON; REASON". Static. */
const char *confinement_state(void);

/* A cell of WORKSPACE for CONFINEMENT, for one program; NULL: it runs in none. The cell is given back. */
struct cell_slot *cell_take(struct workspace *workspace, const struct confinement *confinement);
void cell_give_back(struct cell_slot *slot);

/* Has COUNT more cells made for CONFINEMENT, which will all be taken soon. Does not wait for them. */
void cells_prepare(struct workspace *workspace, const struct confinement *confinement, size_t count);

/* Has one made where there is none for it, idle or in use. */
void cell_expect(struct workspace *workspace, const struct confinement *confinement);

/* Whether nothing of a program in SLOT gets away from its namespaces. */
bool cell_is_whole(struct cell_slot *slot);

/* Whether SLOT's folder is empty, and as it was made. */
bool cell_is_clean(const struct cell_slot *slot);

/* Ends a cell that is in use, and all that is in it. */
void cell_end(struct workspace *workspace, struct cell_slot *slot);

/* The folder that a program in SLOT can write; its own folder is to be made there. */
const char *cell_folder(const struct cell_slot *slot);

/* cell_start and cell_sweep of harness/cell/cell.h; a cell that a program left in a state is made again. */
int cell_slot_start(struct cell_slot *slot, const struct cell_program *program, pid_t *pid);
int cell_slot_sweep(struct cell_slot *slot);

/* Writes the processes that keep the cells of WORKSPACE to PIDS, one for each cell, and returns how many there are. */
size_t cells_list(const struct workspace *workspace, pid_t *pids);

/* Ends the cells of WORKSPACE, none of which is in use. */
void cells_close(struct workspace *workspace);

/* Lets go of the file systems of cells below ROOT, so that it can be removed. */
void cells_unmount(const char *root);

/* The folder of its own in which a command runs. */
struct own_folder {
  bool (*fill)(void *user, const char *folder);  /* makes what is in it; false: the command is not run */
  bool (*after)(void *user, const char *folder); /* sees it when the command has ended; NULL: nobody does */
  void *user;
};

/* Runs COMMAND, the command of an oracle or a filter, in a cell, as command_run does. Its first word is an absolute
   path. OWN, which may be NULL, is the folder that it then runs in; where a function of that returns false, so does
   this; where FILL does, STATUS is not set. */
bool confined_command(struct workspace *workspace, const struct command_line *command, const struct own_folder *own,
                      struct bytes *out, int *status);

#endif

/* SPDX-License-Identifier: MIT */
