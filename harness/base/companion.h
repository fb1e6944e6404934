/* Files that belong to this command: the plugins that it gives to qemu, and the programs that it starts others through.
   In a build they stand beside it; where it is installed, in ../lib/bytegate. */
#ifndef HARNESS_COMPANION_H
#define HARNESS_COMPANION_H

/* The absolute path of the command that runs. Static. */
const char *command_path(void);

/* The folder that it stands in: that of the build, or PREFIX/bin. Static. */
const char *command_folder(void);

/* The path of the file NAME, as in "plugin/observe_run.so", of the command at the path COMMAND; beside it if the file
   is nowhere. The caller frees it. */
char *companion_of(const char *command, const char *name);

/* The same for the command that runs. */
char *companion_path(const char *name);

/* The folder in which what was measured of the programs of the folder BUILD is kept under NAME: BUILD/NAME, or, where
   that is the folder of the installed command, .bytegate/NAME below the current one. The caller frees it. */
char *measured_folder(const char *build, const char *name);

/* Has commands be looked for, after the folders of PATH, where `make setup` unpacks them: in commands/ beside this
   one. */
void companion_commands(void);

#endif

/* SPDX-License-Identifier: MIT */
