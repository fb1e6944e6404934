/* Processes that left the process group of the program that started them, and outlived it. The kernel makes them
   children of this process. Each is known by what it inherited: the folder of its launch as HOME, or as the current
   folder. */
#ifndef HARNESS_STRAYS_H
#define HARNESS_STRAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Ends the children of this process that are none of the COUNT pids KNOWN and belong to the launch in FOLDER, or all
   where FOLDER is NULL; and what becomes a child of this process by that, until nothing is left. Returns how many were
   still running. */
unsigned strays_end(const char *folder, const pid_t *known, size_t count);

/* The name of the process namespace of PID, a child, which the caller frees; NULL: it is that of this process, or not
   to be read. */
char *strays_namespace(pid_t pid);

/* Ends the children of this process in the process namespace NAME, until nothing is left: their namespace ends only
   when all have been waited for. Returns how many were still running. */
unsigned strays_end_namespace(const char *name);

/* Whether a child of this process in the process group GROUP goes on by itself. */
bool strays_in_group(pid_t group);

/* Ends every process of this machine that belongs to a launch in a folder below ROOT, but this one, until nothing is
   left. */
void strays_end_below(const char *root);

#endif

/* SPDX-License-Identifier: MIT */
