/* How a server says that it is ready, and where. */
#ifndef HARNESS_READY_H
#define HARNESS_READY_H

#include "harness/base/bytes.h"
#include "harness/suite/program.h"

#include <netinet/in.h>

/* What a server has said of itself. */
enum readiness { NOT_READY, READY_HERE, READY_ELSEWHERE };

/* Looks in OUT, what a server has printed so far, for the line that begins with BEGINNING, and reads the address in
   it into SERVER; the port is GIVEN where the line names none. READY_ELSEWHERE: it names an address that is never
   asked, as one of another machine; WHY says which. */
enum readiness ready_address(const char *beginning, struct span out, int given, struct sockaddr_in *server,
                             struct bytes *why);

/* PORT of 127.0.0.1. */
struct sockaddr_in local_address(int port);

#endif

/* SPDX-License-Identifier: MIT */
