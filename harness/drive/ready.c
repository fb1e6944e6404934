/* Reads "ready: http://127.0.0.1:8080/". */
#include "harness/drive/ready.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char scheme[] = "http://";

struct sockaddr_in local_address(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Reads HOST, if it is this machine by itself, whatever a resolver might say. 0.0.0.0 is all of its addresses. */
static bool read_host(struct span host, struct in_addr *address) {
  char *text = xstrndup(host.data, host.len);
  bool good = strcmp(text, "localhost") == 0 || inet_pton(AF_INET, text, address) == 1;
  free(text);
  return good && (address->s_addr == 0 || ntohl(address->s_addr) >> 24 == IN_LOOPBACKNET);
}

/* Reads the address of URL, which the scheme begins. What an '@' ends is a user, and no host (RFC 3986, 3.2). */
static enum readiness read_url(const char *url, int given, struct sockaddr_in *server, struct bytes *why) {
  const char *host = url + strlen(scheme);
  size_t len = strcspn(host, ":/ \t\r");
  long port = host[len] == ':' ? strtol(host + len + 1, NULL, 10) : given;
  bool has_user = host[strcspn(host, "@/ \t\r")] == '@';
  *server = local_address((int)port);
  if (host[len] == ':' && !isdigit((unsigned char)host[len + 1]) && !has_user && *host != '[')
    return NOT_READY;
  if (*host == '[')
    bytes_text(why, "it says that it serves at an address of IPv6, and the gate asks at addresses of IPv4: ");
  else if (has_user || !read_host((struct span){host, len}, &server->sin_addr))
    bytes_text(why, "it says that it serves at another machine than this one, which is never asked: ");
  else if (host[len] == ':' && (port < 1 || port > 65535))
    bytes_text(why, "it says that it serves at a port that there is not (1 to 65535): ");
  else
    return port > 0 ? READY_HERE : NOT_READY;
  bytes_escaped(why, (struct span){url, strcspn(url, " \t\r")});
  return READY_ELSEWHERE;
}

enum readiness ready_address(const char *beginning, struct span out, int given, struct sockaddr_in *server,
                             struct bytes *why) {
  size_t prefix = strlen(beginning);
  enum readiness ready = NOT_READY;
  for (size_t at = 0; at < out.len && ready == NOT_READY;) {
    const char *end = memchr(out.data + at, '\n', out.len - at);
    if (!end)
      return NOT_READY;
    char *line = xstrndup(out.data + at, (size_t)(end - out.data) - at);
    const char *url = strncmp(line, beginning, prefix) == 0 ? strstr(line, scheme) : NULL;
    ready = url ? read_url(url, given, server, why) : NOT_READY;
    free(line);
    at = (size_t)(end - out.data) + 1;
  }
  return ready;
}

/* SPDX-License-Identifier: MIT */
