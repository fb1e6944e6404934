/* A campaign: one run over many machines. It writes a job, a small script that runs one shard, into a folder that all
   machines see, at the same path; has an engine run that for every shard; follows; and merges the records.

   The engines are programs that exist. Who runs a shard again when a machine is lost, and where, is theirs to say: GNU
   parallel (joblog, retries) over ssh, or Slurm (job arrays, requeue). A shard that begins again goes on from its
   record, so that a lost machine loses nothing but time. So does a campaign that is given the same command again. */
#ifndef HARNESS_CAMPAIGN_H
#define HARNESS_CAMPAIGN_H

#include "harness/base/words.h"

struct campaign {
  const char *what;         /* verify, mutate or fuzz */
  const char *engine;       /* NULL: local */
  const char *hosts;        /* of the engine parallel, as its option -S wants them; NULL: this one */
  const char *folder;       /* seen by all machines at this path; NULL: below BUILD */
  const char *gate, *build; /* this command, and the folder of its programs */
  unsigned shards;
  unsigned rounds;           /* of fuzz: how often the corpora are merged */
  uint64_t seconds;          /* of fuzz: how long each shard looks, all rounds together */
  bool fresh;                /* what stands in the folder is thrown away */
  bool json;                 /* fixtures/schemas/campaign.json on stdout */
  struct text_list selected; /* words for each shard */
  struct text_list told;     /* words for what merges */
};

/* Runs the campaign. Returns the exit status of the whole run, as merging gives it; EXIT_INFRASTRUCTURE where a shard
   has no result. *INTERRUPTED becomes a signal or 0. */
int campaign_run(const struct campaign *campaign, int *interrupted);

/* The names of the engines, and of what there are campaigns of, NULL at the end: for the command line. */
extern const char *const campaign_engines[], *const campaign_kinds[];

#endif

/* SPDX-License-Identifier: MIT */
