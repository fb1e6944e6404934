/* workers.c: several processes that serve, of one that watches them (--workers).
 *
 * All of them have the listening socket, and each client is that of the one that was the first to accept it. The one
 * that watches sees no octet of a client: it waits for signals, passes them on, and puts a new process in the place of
 * one that has ended, at most PAUSE after that, which is told. It makes system calls that those who serve may not make;
 * to files it has the same rights, by Landlock. When it ends by force, those who serve end as after SIGTERM. */
#include "server.h"

#define ENDED "markdown-server: a worker has ended, and is replaced\n"

/* Nanoseconds. */
enum { PAUSE = 100000000 };

/* run_workers: returns where clients are to be served: at once, where no workers are wanted, or in each of them. */
static void lay_run_workers(void) {
  Reg place = S0, left = S1, missing = S2, watcher = S3;
  static const NamedString strings[] = {{"no_worker", "cannot start a worker"}, {"worker_ended", ENDED}};
  packed_strings(strings);
  data("watched_signals", 8);
  data_value(64,
             1 << (LINUX_SIGTERM - 1) | 1 << (LINUX_SIGINT - 1) | 1 << (LINUX_SIGHUP - 1) | 1 << (LINUX_SIGCHLD - 1));
  data("worker_pause", 8); /* struct timespec */
  data_value(64, 0);
  data_value(64, PAUSE);

  routine("run_workers", destroys(ALL_A, ALL_T));
  ld64_of(T0, "workers", WORKERS_WANTED);
  bne(T0, 0, "wanted");
  ret();
  label("wanted");
  enter(place, left, missing, watcher);
  sys(NR_GETPID);
  mov(watcher, A0);
  li(A0, LINUX_SIG_BLOCK);
  la(A1, "watched_signals");
  li(A2, 0);
  li(A3, LINUX_SIGNAL_SET);
  sys(NR_RT_SIGPROCMASK);

  label("start_missing");
  li(missing, 0);
  call("first_worker");
  label("next_place");
  ld32(T0, place, 0);
  bne(T0, 0, "there");
  li(A0, LINUX_SIGCHLD);
  li(A1, 0);
  li(A2, 0);
  li(A3, 0);
  li(A4, 0);
  sys(NR_CLONE);
  beq(A0, 0, "child");
  st32(A0, place, 0);
  bge(A0, 0, "there");
  st32(0, place, 0);
  mov(missing, A0);
  label("there");
  add(place, place, 4);
  sub(left, left, 1);
  bne(left, 0, "next_place");
  beq(missing, 0, "wait");
  mov(A1, missing);
  la(A0, "no_worker");
  call("tell_error");

  label("wait");
  la(A0, "watched_signals");
  li(A1, 0);
  li(A2, 0);
  beq(missing, 0, "for_a_signal");
  la(A2, "worker_pause");
  label("for_a_signal");
  li(A3, LINUX_SIGNAL_SET);
  sys(NR_RT_SIGTIMEDWAIT);
  beq(A0, -LINUX_EAGAIN, "start_missing");
  blt(A0, 0, "wait");
  beq(A0, LINUX_SIGCHLD, "collect");
  call("pass_signal_on");
  jump("collected");

  label("collect");
  li(A0, -1);
  li(A1, 0);
  li(A2, LINUX_WNOHANG);
  li(A3, 0);
  sys(NR_WAIT4);
  ble(A0, 0, "collected");
  call("first_worker");
  label("next_worker");
  ld32(T0, place, 0);
  bne(T0, A0, "another");
  st32(0, place, 0);
  ld64_of(T0, "workers", WORKERS_ENDING);
  bne(T0, 0, "collect");
  li(missing, 1);
  li(A0, 2);
  la(A1, "worker_ended");
  li(A2, sizeof ENDED - 1);
  call("write_if_ready");
  jump("collect");
  label("another");
  add(place, place, 4);
  sub(left, left, 1);
  bne(left, 0, "next_worker");
  jump("collect");
  label("collected");
  ld64_of(T0, "workers", WORKERS_ENDING);
  beq(T0, 0, "wait");
  li(missing, 0);
  call("first_worker");
  label("any_left");
  ld32(T0, place, 0);
  bne(T0, 0, "wait");
  add(place, place, 4);
  sub(left, left, 1);
  bne(left, 0, "any_left");
  label("end");
  li(A0, EXIT_DONE);
  sys(NR_EXIT_GROUP);

  label("child");
  li(A0, LINUX_PR_SET_PDEATHSIG);
  li(A1, LINUX_SIGTERM);
  sys(NR_PRCTL);
  sys(NR_GETPPID); /* the one that watches may have ended before that */
  bne(A0, watcher, "end");
  call("prepare_slots"); /* with an epoll instance of its own */
  leave();

  /* first_worker: out S0 = place of the first worker, S1 = how many there are. */
  routine("first_worker", out(S0, S1));
  la(place, "worker_ids");
  ld64_of(left, "workers", WORKERS_WANTED);
  ret();

  /* pass_signal_on: in A0 = a signal. All workers are sent it. */
  routine("pass_signal_on", in(A0), destroys(A0, A1, A2, A3, A4, ALL_T));
  enter(place, left, missing);
  mov(missing, A0);
  call("first_worker");
  label("next");
  ld32(A0, place, 0);
  mov(A1, missing);
  beq(A0, 0, "sent");
  sys(NR_KILL); /* it is a child that has not been waited for: it is there */
  label("sent");
  add(place, place, 4);
  sub(left, left, 1);
  bne(left, 0, "next");
  bne(missing, LINUX_SIGHUP, "end");
  ld64_of(T0, "access_log", LOG_FILE);
  beq(T0, 1, "end");
  call("reopen_log"); /* which is that of workers to come */
  leave();
  label("end");
  st64_of(missing, "workers", WORKERS_ENDING);
  ld32_of(A0, "server", SERVER_SOCKET);
  sys(NR_CLOSE); /* the second time it fails, and that is right */
  leave();
  bss("workers", WORKERS_SIZE, 8);
  bss("worker_ids", 4 * WORKERS_MOST, 4); /* 0: there is none */
}

void lay_http_workers(void) { lay_run_workers(); }

/* SPDX-License-Identifier: MIT */
