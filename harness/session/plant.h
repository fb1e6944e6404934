/* The plants: small servers and runs with a fault each, that the gate runs on itself to prove that it would see it. */
#ifndef HARNESS_PLANT_H
#define HARNESS_PLANT_H

#include <stdbool.h>
#include <stdint.h>

/* Does what the plant NAME does: serves the document FILE with its fault ("none": without any) until SIGTERM, or runs
   ("run-none", "run-signal" and so on). Returns the exit status; 2 where there is no such plant. */
int plant(const char *name, const char *file);

/* A program that prints TEXT, of 8 bytes, and ends. */
struct plant_elf {
  const char *text;
  unsigned char status;
  bool crashes; /* in place of its end */
  bool refused; /* no loader takes it */
};

/* Lays that program for MACHINE (e_machine of x86-64 or arm64) in the file PATH. Returns false for another machine, or
   where the file cannot be written. */
bool plant_elf(const char *path, uint16_t machine, const struct plant_elf *plant);

#endif

/* SPDX-License-Identifier: MIT */
