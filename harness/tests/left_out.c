/* The gates of single commands. A test that says `reads: gate:coverage` runs with a gate that is linked without the
   other commands of this list, and so runs again only where something changed that its gate holds. The linker leads the
   calls of a command that is left out to here (--wrap), and drops what nothing else calls. The Makefile reads the rows
   of this list. */
#include <stdio.h>
#include <stdlib.h>

/* COMMAND is left out where FUNCTION, which main.c calls for it alone, is led to here. "verify" stands for all commands
   that run cases: these are left out where a test names none of them (RUN_CASES in the Makefile). */
#define LEFT_OUT(command, function)                                                                                    \
  void __wrap_##function(void);                                                                                        \
  void __wrap_##function(void) {                                                                                       \
    fputs("bytegate: this gate was linked for a test without the command " #command                                    \
          "; name that in the test: reads: gate:" #command "\n",                                                       \
          stderr);                                                                                                     \
    abort();                                                                                                           \
  }

LEFT_OUT(accept, accept_command)
LEFT_OUT(init, init_command)
LEFT_OUT(bisect, bisect_command)
LEFT_OUT(campaign, campaign_run)
LEFT_OUT(check, check_command)
LEFT_OUT(coverage, coverage_command)
LEFT_OUT(covers, covers_command)
LEFT_OUT(doctor, doctor_command)
LEFT_OUT(explain, explain_command)
LEFT_OUT(map, map_command)
LEFT_OUT(ledger, ledger_command)
LEFT_OUT(liveness, liveness_command)
LEFT_OUT(loaders, loaders_command)
LEFT_OUT(manual, print_manual)
LEFT_OUT(mutate, mutate_command)
LEFT_OUT(new, new_command)
LEFT_OUT(reduce, reduce_result)
LEFT_OUT(simulate, simulate_command)
LEFT_OUT(verify, session_open)
LEFT_OUT(verify, session_run)
LEFT_OUT(verify, audit_begin)
LEFT_OUT(verify, audit_run)
LEFT_OUT(verify, blame_command)
LEFT_OUT(verify, blame_result)
LEFT_OUT(verify, report_write)

/* SPDX-License-Identifier: MIT */
