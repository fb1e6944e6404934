/* Writes what a session found into the list of known divergences. */
#ifndef HARNESS_UPDATE_KNOWN_H
#define HARNESS_UPDATE_KNOWN_H

#include "harness/session/session.h"

/* Merges a session that has run into its list, and appends to SAID what became of the list, or why it was left as it
   is: a run that was interrupted, or stopped at a failure, says too little. Returns false where the list could not be
   written. */
bool session_update_known(const struct session *session, struct bytes *said);

#endif

/* SPDX-License-Identifier: MIT */
