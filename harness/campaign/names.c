/* The words of the command line that the room knows. They stand apart from what it does, so that a gate that is linked
   without campaigns holds them alone. */
#include "harness/campaign/campaign.h"

#include <stddef.h>

const char *const campaign_engines[] = {"local", "parallel", "slurm", NULL};
const char *const campaign_kinds[] = {"verify", "mutate", "fuzz", NULL};

/* SPDX-License-Identifier: MIT */
