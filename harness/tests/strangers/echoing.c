/* A server that speaks no HTTP, as others write them: it sends back what each client sends, until that client has no
   more. It is no program under test of this project, but what its tests of suites are held to.

   usage: echoing PORT */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 16))
    return 1;
  for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
    char bytes[4096];
    for (ssize_t count; (count = recv(client, bytes, sizeof bytes, 0)) > 0;)
      if (send(client, bytes, (size_t)count, MSG_NOSIGNAL) != count)
        break;
  }
  return 1;
}

/* SPDX-License-Identifier: MIT */
