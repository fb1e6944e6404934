/* A program that writes its file "out" in one of the ways of others. "HELLO WORLD" is what it should hold, and the
   fifth byte is wrong.

   usage: writes plain    by two descriptors of one opening
          writes seek     over what it wrote before, at once and at an offset
          writes rename   under another name in another folder
          writes append   through a buffer, with the whole path
          writes map      by a mapping of the file */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH = 12 };
static char text[LENGTH];

static void put(int at, char byte) { text[at] = byte; }

static int open_new(const char *name) { return open(name, O_CREAT | O_RDWR | O_TRUNC, 0644); }

static int write_plain(void) {
  int fd = open_new("out");
  return write(fd, text, 4) == 4 && write(dup(fd), text + 4, LENGTH - 4) == LENGTH - 4;
}

static int write_over(void) {
  int fd = open_new("out");
  return write(fd, "............", LENGTH) == LENGTH && lseek(fd, 2, SEEK_SET) == 2 &&
         write(fd, text + 2, LENGTH - 2) == LENGTH - 2 && pwrite(fd, text, 2, 0) == 2;
}

static int write_renamed(void) {
  int fd = mkdir("sub", 0755) == 0 && chdir("sub") == 0 ? open_new("tmp") : -1;
  return write(fd, text, LENGTH) == LENGTH && rename("tmp", "../out") == 0 && chdir("..") == 0 && rmdir("sub") == 0;
}

static int write_appended(void) {
  char path[4096];
  if (!getcwd(path, sizeof path - sizeof "/out"))
    return 0;
  strcat(path, "/out");
  FILE *file = fopen(path, "a");
  return file && fwrite(text, 1, 3, file) == 3 && fflush(file) == 0 &&
         fwrite(text + 3, 1, LENGTH - 3, file) == LENGTH - 3 && fclose(file) == 0;
}

static int write_mapped(void) {
  int fd = open_new("out");
  char *place = ftruncate(fd, LENGTH) == 0 ? mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  return place != MAP_FAILED && memcpy(place, text, LENGTH) == place;
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  memcpy(text, "HELLO WORLD\n", LENGTH);
  put(4, argc > 2 ? 'O' : 'o');
  int good = strcmp(how, "plain") == 0    ? write_plain()
             : strcmp(how, "seek") == 0   ? write_over()
             : strcmp(how, "rename") == 0 ? write_renamed()
             : strcmp(how, "append") == 0 ? write_appended()
                                          : write_mapped();
  return good ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
