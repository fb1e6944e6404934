/* From a target to the words that the kernel is given. */
#include "harness/drive/start.h"

#include "harness/suite/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A port that is free now. Where a program cannot be asked to let the kernel choose, this is the next best. */
static int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    die("no free port on 127.0.0.1: %s", strerror(errno));
  close(fd);
  return ntohs(address.sin_port);
}

static void add_argument(struct text_list *words, const char *argument, const char *document, int *port) {
  static const char *const names[] = {"file", "port"};
  char number[16];
  if (strstr(argument, "{port}") && *port == 0)
    *port = free_port();
  snprintf(number, sizeof number, "%d", *port);
  const char *values[] = {document, number};
  text_list_take(words, expand_placeholders(argument, names, values, 2));
}

struct confinement target_confinement(const struct target *target) {
  const struct program *program = target->program;
  struct confinement confinement = {.off = !program->confine, .elf = target->elf, .observed = target->prefix.observes};
  struct bytes why = {0};
  /* A path among the arguments is there to be read. */
  for (size_t i = 0; i < program->arguments.count; i++)
    if (program->arguments.items[i][0] == '/')
      text_list_add(&confinement.reads, program->arguments.items[i], strlen(program->arguments.items[i]));
  if (program->allow && !confinement_allow(&confinement, program->allow, &why))
    die("allow: %s", why.data);
  return confinement;
}

int start_target(struct workspace *workspace, struct process *process, const struct target *target,
                 const struct text_list *options, const char *document, int input, int *port) {
  const struct program *program = target->program;
  struct text_list words = {0};
  struct text_list variables = {0};
  *port = 0;
  prefix_words(&target->prefix, options, target->elf, &words);
  for (size_t i = 0; i < program->arguments.count; i++)
    add_argument(&words, program->arguments.items[i], document, port);
  launch_environment(process, &program->environment, &variables);
  const struct launch launch = {.words = &words, .variables = &variables, .input = input, .columns = program->terminal};
  int failed = process_start(workspace, process, &launch);
  text_list_free(&words);
  text_list_free(&variables);
  return failed;
}
