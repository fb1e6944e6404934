/* The fuzzer, sharded. */
#include "harness/campaign/campaign_fuzz.h"

#include "harness/base/command.h"
#include "harness/report/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* As `make fuzz` runs it. A document that makes the fuzzer end, ends it with 77; one that takes too long, with 70. */
static const char job[] = "mkdir -p \"$D/corpus.$k\" \"$D/crashes\"\n"
                          "round=$(cat \"$D/round\")\n"
                          "flock -o \"$D/lock.$k\" \"$F\" -entropic=0 -max_len=1024 -seed=$((round * N + k)) "
                          "-max_total_time=$T -print_final_stats=1 -artifact_prefix=\"$D/crashes/\" \"$D/corpus.$k\" "
                          "\"$D/corpus\" >>\"$D/log.$k\" 2>&1 </dev/null\n"
                          "case $? in 0) true ;; 77 | 70) (exit 1) ;; *) (exit 3) ;; esac\n";

/* The documents that are known are where the first corpus comes from. */
static const char begin_script[] =
    "set -e; mkdir -p \"$1/corpus\" \"$1/crashes\"; [ ! -e \"$1/round\" ] || exit 0; rm -rf \"$1/corpus\"; mkdir "
    "\"$1/corpus\"\n"
    "set -- \"$@\" $(ls -d fixtures/markdown fixtures/fuzz 2>/dev/null)\n"
    "D=$1 F=$2; shift 2\n"
    "[ $# -eq 0 ] || \"$F\" -merge=1 -max_len=1024 \"$D/corpus\" \"$@\" >\"$D/merge.0\" 2>&1\n"
    "echo 0 >\"$D/round\"";

static const char merge_script[] =
    "set -e; D=$1 F=$2 round=$3; rm -rf \"$D/corpus.new\"; mkdir \"$D/corpus.new\"\n"
    "\"$F\" -merge=1 -max_len=1024 \"$D/corpus.new\" \"$D/corpus\" \"$D\"/corpus.[0-9]* >\"$D/merge.$round\" 2>&1\n"
    "rm -rf \"$D/corpus\"; mv \"$D/corpus.new\" \"$D/corpus\"\n"
    "for one in \"$D\"/corpus.[0-9]*; do rm -rf \"$one\"; done\n"
    "rm -f \"$D\"/done.* \"$D/joblog\"; echo \"$round\" >\"$D/round.new\"; mv \"$D/round.new\" \"$D/round\"";

/* The renderer as a filter, in the modes of the fuzzer. */
static const char suite[] = "[program markdown-render]\nelf = {build}/elf/markdown-render_x64\narguments = {file}\n"
                            "runner = native\ndrive = run\noracle = cmark\nexit-status = 0\n"
                            "[program markdown-render-unsafe]\nelf = {build}/elf/markdown-render_x64\n"
                            "arguments = --unsafe {file}\nrunner = native\ndrive = run\noracle = cmark-unsafe\n"
                            "exit-status = 0\n[cases found]\nsource = folder\npath = crashes\n";

static char *fuzzer_of(const struct campaign *campaign) { return xasprintf("%s/fuzz/fuzz_markdown", campaign->build); }

bool fuzz_ready(const struct campaign *campaign, struct bytes *why) {
  char *fuzzer = fuzzer_of(campaign);
  bool good = access(fuzzer, X_OK) == 0;
  if (!good)
    bytes_printf(why, "%s is not there; run: make %s (it needs clang, and its object is x86-64)", fuzzer, fuzzer);
  free(fuzzer);
  return good;
}

void fuzz_job(const struct campaign *campaign, struct bytes *text) {
  char *fuzzer = fuzzer_of(campaign);
  uint64_t seconds = campaign->seconds / campaign->rounds;
  bytes_printf(text, "F='%s'\nT=%llu\n", fuzzer, (unsigned long long)(seconds ? seconds : 1));
  bytes_text(text, job);
  free(fuzzer);
}

static int run_script(const struct campaign *campaign, const char *script, unsigned round, struct bytes *out) {
  char *fuzzer = fuzzer_of(campaign);
  char *number = xasprintf("%u", round);
  const char *const words[] = {"sh", "-c", script, "sh", campaign->folder, fuzzer, round ? number : NULL, NULL};
  int status = command_run(&(struct command_line){.words = words}, out);
  free(number);
  free(fuzzer);
  if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return EXIT_EQUAL;
  fprintf(stderr, "bytegate: campaign: the corpora could not be merged; %s/merge.%u says why\n", campaign->folder,
          round);
  return EXIT_INFRASTRUCTURE;
}

int fuzz_begin(const struct campaign *campaign) {
  struct bytes out = {0};
  int status = run_script(campaign, begin_script, 0, &out);
  bytes_free(&out);
  return status;
}

int fuzz_merge(const struct campaign *campaign, unsigned number) {
  struct bytes out = {0};
  int status = run_script(campaign, merge_script, number, &out);
  bytes_free(&out);
  return status;
}

/* The files of a folder below the campaign's. */
static size_t count_files(const struct campaign *campaign, const char *name) {
  char *path = xasprintf("%s/%s", campaign->folder, name);
  DIR *folder = opendir(path);
  size_t count = 0;
  for (const struct dirent *entry; folder && (entry = readdir(folder));)
    count += entry->d_name[0] != '.';
  if (folder)
    closedir(folder);
  free(path);
  return count;
}

/* What the log of a shard says of all its rounds: how many documents, and how many a second in the last. */
static void read_log(const struct campaign *campaign, unsigned shard, uint64_t *documents, uint64_t *rate) {
  struct bytes text = {0};
  char *path = xasprintf("%s/log.%u", campaign->folder, shard);
  *documents = *rate = 0;
  if (bytes_read_file(&text, path) == 0) {
    for (const char *at = text.data; (at = strstr(at, "stat::number_of_executed_units:")); at++)
      *documents += strtoull(at + strlen("stat::number_of_executed_units:"), NULL, 10);
    for (const char *at = text.data; (at = strstr(at, "stat::average_exec_per_sec:")); at++)
      *rate = strtoull(at + strlen("stat::average_exec_per_sec:"), NULL, 10);
  }
  bytes_free(&text);
  free(path);
}

/* Has the gate run what was found, so that documents which show one fault are told as one. */
static int judge_found(const struct campaign *campaign, struct bytes *out) {
  char *path = xasprintf("%s/crashes.ini", campaign->folder);
  if (write_file(path, span_text(suite)) != 0)
    die("%s cannot be written", path);
  const char *const words[] = {campaign->gate, "verify", "-k",      "--text",        "--no-self-audit",
                               "--suite",      path,     "--build", campaign->build, NULL};
  int status = command_run(&(struct command_line){.words = words}, out);
  free(path);
  return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INFRASTRUCTURE;
}

int fuzz_report(const struct campaign *campaign, double seconds) {
  struct bytes out = {0};
  json_t *shards = json_array();
  uint64_t all = 0;
  size_t found = count_files(campaign, "crashes");
  size_t corpus = count_files(campaign, "corpus");
  for (unsigned i = 1; i <= campaign->shards; i++) {
    uint64_t documents;
    uint64_t rate;
    read_log(campaign, i, &documents, &rate);
    all += documents;
    if (!campaign->json)
      printf("shard %u: %llu documents, %llu a second\n", i, (unsigned long long)documents, (unsigned long long)rate);
    json_array_append_new(shards, json_pack("{s:i, s:I, s:I}", "shard", (int)i, "documents", (json_int_t)documents,
                                            "a_second", (json_int_t)rate));
  }
  int status = found ? EXIT_DIVERGED : EXIT_EQUAL;
  int judged = found ? judge_found(campaign, &out) : EXIT_EQUAL;
  if (campaign->json) {
    json_print(json_pack("{s:s, s:s, s:i, s:o, s:f, s:i, s:{s:o, s:I, s:I, s:I}}", "campaign", "fuzz", "engine",
                         campaign->engine ? campaign->engine : "local", "shards", (int)campaign->shards, "folder",
                         json_string_of(span_text(campaign->folder)), "seconds", seconds, "status", status, "result",
                         "shards", shards, "documents", (json_int_t)all, "corpus", (json_int_t)corpus, "found",
                         (json_int_t)found));
  } else {
    json_decref(shards);
    printf("all: %llu documents; the corpus has %zu that reach all that any of them reached; %zu found\n",
           (unsigned long long)all, corpus, found);
    fwrite(span_of(&out).data, 1, out.len, stdout);
    if (found && judged == EXIT_EQUAL)
      puts("the gate notices none of them in the renderer without options: run the fuzzer on each");
  }
  bytes_free(&out);
  return status;
}

/* SPDX-License-Identifier: MIT */
