/* A program of several processes and threads, as others write them: what blame follows, and what it says of a hang.

   usage: tasks write    a thread writes "hellO" and a line end, a child after it "worlD"
          tasks hang     a thread spins in spin_forever, another reads from an empty pipe, a child makes many calls and
                          then waits for a signal */
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[16];
static int ends[2];

static void *write_hello(void *unused) {
  memcpy(text, "hellO\n", 6);
  return write(STDOUT_FILENO, text, 6) == 6 ? unused : NULL;
}

static void *spin_forever(void *unused) {
  for (volatile unsigned i = 0;; i++)
    ;
  return unused;
}

static void *read_pipe(void *unused) {
  char byte;
  return read(ends[0], &byte, 1) == 1 ? unused : NULL;
}

static void write_world(void) {
  memcpy(text, "worlD\n", 6);
  _exit(write(STDOUT_FILENO, text, 6) == 6 ? 0 : 1);
}

static int write_all(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, write_hello, NULL);
  pthread_join(thread, NULL);
  if (fork() == 0)
    write_world();
  return wait(NULL) > 0 ? 0 : 1;
}

/* Its calls are stops for a tracer, among which a sample may fall. */
static void call_and_wait(void) {
  for (int i = 0; i < 4000; i++)
    getppid();
  pause();
}

int main(int argc, char **argv) {
  pthread_t spins;
  pthread_t reads;
  if (argc < 2 || pipe(ends) != 0)
    return 2;
  if (strcmp(argv[1], "write") == 0)
    return write_all();
  pthread_create(&spins, NULL, spin_forever, NULL);
  pthread_create(&reads, NULL, read_pipe, NULL);
  if (fork() == 0)
    call_and_wait();
  pthread_join(reads, NULL);
  return 0;
}

/* SPDX-License-Identifier: MIT */
