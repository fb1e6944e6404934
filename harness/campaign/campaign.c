/* Campaigns: jobs, engines, progress, and merging. */
#include "harness/campaign/campaign.h"

#include "harness/base/clock.h"
#include "harness/base/command.h"
#include "harness/base/interrupt.h"
#include "harness/base/words.h"
#include "harness/campaign/campaign_fuzz.h"
#include "harness/report/json.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Engines ---------------------------------------------------------------------------------------------------- */

/* How an engine runs `sh $D/job K` for each K from 1 to $N: a script of sh. $H are the hosts, or nothing. */
struct engine {
  const char *name;
  const char *command, *package; /* what it needs */
  const char *script;
};

static const struct engine engines[] = {
    {"local", "sh", "dash", "k=1; while [ \"$k\" -le \"$N\" ]; do sh \"$D/job\" \"$k\"; k=$((k + 1)); done"},
    {"parallel", "parallel", "parallel",
     "seq \"$N\" | parallel --will-cite --plain -j1 --retries 3 --joblog \"$D/joblog\" --resume-failed --wd \"$PWD\" "
     "${H:+-S \"$H\"} sh \"$D/job\" {}"},
    /* Without a limit of its own on stdout sbatch would keep the number of the job until the end. */
    {"slurm", "sbatch", "slurm-client",
     "trap 'scancel \"$(cut -d\\; -f1 \"$D/slurm\")\"' INT TERM HUP\n"
     "stdbuf -oL sbatch --wait --parsable --requeue --array=\"1-$N\" --chdir=\"$PWD\" --job-name=bytegate "
     "--open-mode=append --output=\"$D/slurm.%a\" \"$D/job\" >\"$D/slurm\" &\n"
     "wait $!"},
};

enum { ENGINES = sizeof engines / sizeof *engines };

static const struct engine *engine_of(const struct campaign *campaign) {
  const char *name = campaign->engine ? campaign->engine : "local";
  for (size_t i = 0; i < ENGINES; i++)
    if (strcmp(engines[i].name, name) == 0)
      return &engines[i];
  die("there is no engine %s", name);
}

/* ---- The job ---------------------------------------------------------------------------------------------------- */

static void add_words(struct bytes *out, const struct text_list *words) {
  for (size_t i = 0; i < words->count; i++) {
    bytes_text(out, " ");
    quote_word(out, words->items[i]);
  }
}

/* The script that runs shard $1, or the one that Slurm says. A lock keeps apart a shard that begins again and one on a
   machine that was only believed lost. What ends with 0 or 1 has a result: it is noted, and not run again. */
static void write_job_text(const struct campaign *campaign, struct bytes *text) {
  char *here = getcwd(NULL, 0);
  bytes_text(text, "#!/bin/sh\n# One shard of a campaign; bytegate wrote this.\nk=${1:-$SLURM_ARRAY_TASK_ID}\ncd ");
  if (!here)
    die("getcwd: %s", strerror(errno));
  else
    quote_word(text, here);
  bytes_text(text, " || exit 3\nD=");
  quote_word(text, campaign->folder);
  bytes_printf(text, "\nN=%u\n[ ! -e \"$D/done.$k\" ] || exit 0\n", campaign->shards);
  if (strcmp(campaign->what, "fuzz") == 0) {
    fuzz_job(campaign, text);
  } else {
    bytes_text(text, "flock -o \"$D/lock.$k\" ");
    quote_word(text, campaign->gate);
    bytes_printf(text, " %s --shard \"$k/$N\" --record \"$D/record.$k\"", campaign->what);
    add_words(text, &campaign->selected);
    bytes_text(text, " >>\"$D/log.$k\" 2>&1 </dev/null\n");
  }
  bytes_text(text, "status=$?\n[ \"$status\" -le 1 ] || exit \"$status\"\n"
                   "echo \"$status\" >\"$D/done.$k.new\" && mv \"$D/done.$k.new\" \"$D/done.$k\"\n");
  free(here);
}

/* Removes the files of the folder PATH, and its folders of files. */
static void empty_folder(const char *path, bool inner) {
  DIR *folder = opendir(path);
  for (const struct dirent *entry; folder && (entry = readdir(folder));) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    char *one = xasprintf("%s/%s", path, entry->d_name);
    if (unlink(one) != 0 && !inner) {
      empty_folder(one, true);
      rmdir(one);
    }
    free(one);
  }
  if (folder)
    closedir(folder);
}

/* Makes the folder with the job in it. Returns false where another campaign's is there. */
static bool write_job(const struct campaign *campaign, struct bytes *why) {
  struct bytes text = {0};
  struct bytes before = {0};
  char *path = xasprintf("%s/job", campaign->folder);
  write_job_text(campaign, &text);
  bool is_there = bytes_read_file(&before, path) == 0;
  bool good = campaign->fresh || !is_there || span_equal(span_of(&text), span_of(&before));
  if (!good)
    bytes_printf(why, "%s holds another campaign; --fresh throws it away, and --into FOLDER puts this one elsewhere",
                 campaign->folder);
  if (good && is_there && campaign->fresh)
    empty_folder(campaign->folder, false);
  int failed = good ? write_file(path, span_of(&text)) : 0;
  if (failed || (good && chmod(path, 0755) != 0))
    bytes_printf(why, "%s: %s", path, strerror(failed ? failed : errno));
  free(path);
  bytes_free(&text);
  bytes_free(&before);
  return why->len == 0;
}

/* ---- Progress --------------------------------------------------------------------------------------------------- */

/* How far one shard is: the lines of its record. */
struct shard_progress {
  ino_t file;
  off_t read;
  size_t lines;
  bool done;
};

struct progress {
  const struct campaign *campaign;
  struct shard_progress *shards;
  uint64_t started;
  unsigned done, done_before; /* shards; the latter before this command began */
  size_t lines;
};

static bool is_done(const struct campaign *campaign, unsigned shard) {
  char *path = xasprintf("%s/done.%u", campaign->folder, shard);
  bool done = access(path, F_OK) == 0;
  free(path);
  return done;
}

/* Counts the lines that a record has got since it was looked at last; all of them where another file has its name. */
static void read_record(const struct campaign *campaign, unsigned number, struct shard_progress *shard) {
  char buffer[65536];
  struct stat state;
  char *path = xasprintf("%s/record.%u", campaign->folder, number);
  FILE *file = fopen(path, "re");
  if (file && fstat(fileno(file), &state) == 0) {
    if (state.st_ino != shard->file || state.st_size < shard->read)
      *shard = (struct shard_progress){.file = state.st_ino};
    fseeko(file, shard->read, SEEK_SET);
    for (size_t len; (len = fread(buffer, 1, sizeof buffer, file)) > 0; shard->read += (off_t)len)
      for (size_t i = 0; i < len; i++)
        shard->lines += buffer[i] == '\n';
  }
  if (file)
    fclose(file);
  free(path);
}

static void look(struct progress *progress) {
  progress->done = 0;
  progress->lines = 0;
  for (unsigned i = 0; i < progress->campaign->shards; i++) {
    struct shard_progress *shard = &progress->shards[i];
    if (!shard->done) {
      bool done = is_done(progress->campaign, i + 1);
      read_record(progress->campaign, i + 1, shard);
      shard->done = done;
    }
    progress->done += shard->done;
    progress->lines += shard->lines ? shard->lines - 1 : 0;
  }
}

/* Says how far it is: on a terminal in one line that changes, elsewhere in a line whenever a shard has ended. */
static void tell(const struct progress *progress, unsigned told) {
  bool is_terminal = isatty(STDERR_FILENO);
  unsigned done = progress->done - progress->done_before;
  unsigned left = progress->campaign->shards - progress->done;
  double seconds = (double)(now_ns() - progress->started) / 1e9;
  if (!is_terminal && progress->done == told)
    return;
  fprintf(stderr, "%s%u of %u shards, %zu results, %.0f s", is_terminal ? "\r" : "", progress->done,
          progress->campaign->shards, progress->lines, seconds);
  if (done && left)
    fprintf(stderr, ", about %.0f s left", seconds / done * left);
  fputs(is_terminal ? "\033[K" : "\n", stderr);
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

/* Starts the engine's script in a process group of its own. */
static pid_t start_engine(const struct campaign *campaign, const sigset_t *mask) {
  const struct engine *engine = engine_of(campaign);
  char *count = xasprintf("%u", campaign->shards);
  pid_t pid = fork();
  if (pid < 0)
    die("fork: %s", strerror(errno));
  if (pid == 0) {
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, mask, NULL);
    setenv("D", campaign->folder, 1);
    setenv("N", count, 1);
    setenv("H", campaign->hosts ? campaign->hosts : "", 1);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", engine->script, (char *)NULL);
    _exit(127);
  }
  setpgid(pid, pid);
  free(count);
  return pid;
}

/* Follows until the engine has ended. Returns a signal or 0. */
static int follow(struct progress *progress, pid_t pid, const sigset_t *signals) {
  const struct timespec second = {.tv_sec = 1};
  int interrupted = 0;
  for (bool ended = false; !ended;) {
    unsigned told = progress->done;
    int signal = sigtimedwait(signals, NULL, &second);
    if (signal > 0 && signal != SIGCHLD) {
      interrupted = signal;
      kill(-pid, SIGTERM);
    }
    ended = waitpid(pid, NULL, WNOHANG) == pid;
    look(progress);
    tell(progress, told);
  }
  if (isatty(STDERR_FILENO))
    fputc('\n', stderr);
  return interrupted;
}

/* Has the engine run all shards that are not done. Returns a signal or 0. */
static int run_shards(const struct campaign *campaign, struct progress *progress) {
  sigset_t signals = interrupt_signals();
  sigset_t before;
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, &before);
  look(progress);
  progress->done_before = progress->done;
  int interrupted = 0;
  if (progress->done < campaign->shards)
    interrupted = follow(progress, start_engine(campaign, &before), &signals);
  sigprocmask(SIG_SETMASK, &before, NULL);
  return interrupted;
}

/* Says which shards have no result. Returns how many. */
static unsigned tell_missing(const struct campaign *campaign) {
  unsigned missing = 0;
  for (unsigned i = 1; i <= campaign->shards; i++) {
    if (is_done(campaign, i))
      continue;
    if (missing++ < 10)
      fprintf(stderr, "bytegate: campaign: shard %u has no result; %s/log.%u says why\n", i, campaign->folder, i);
  }
  if (missing)
    fprintf(stderr, "bytegate: campaign: %u of %u shards have no result; the same command goes on\n", missing,
            campaign->shards);
  return missing;
}

/* ---- Merging ---------------------------------------------------------------------------------------------------- */

static void add_text(struct text_list *words, const char *text) { text_list_add(words, text, strlen(text)); }

/* The command that makes one result of the records. */
static void merging_words(const struct campaign *campaign, struct text_list *words) {
  bool is_verify = strcmp(campaign->what, "verify") == 0;
  add_text(words, campaign->gate);
  add_text(words, is_verify ? "merge" : campaign->what);
  for (unsigned i = 1; i <= campaign->shards; i++) {
    if (!is_verify)
      add_text(words, "--from");
    text_list_take(words, xasprintf("%s/record.%u", campaign->folder, i));
  }
  for (size_t i = 0; !is_verify && i < campaign->selected.count; i++)
    add_text(words, campaign->selected.items[i]);
  for (size_t i = 0; i < campaign->told.count; i++)
    add_text(words, campaign->told.items[i]);
  if (campaign->json)
    add_text(words, "--json");
}

/* Prints what became of it as one JSON value: the result of merging, OUT, stands in it. */
static void print_campaign(const struct campaign *campaign, const struct bytes *out, double seconds, int status) {
  json_t *result = json_loadb(span_of(out).data, out->len, 0, NULL);
  json_t *value = json_object();
  json_set(value, "campaign", json_string(campaign->what));
  json_set(value, "engine", json_string(engine_of(campaign)->name));
  json_set(value, "shards", json_integer(campaign->shards));
  json_set(value, "folder", json_string_of(span_text(campaign->folder)));
  json_set(value, "seconds", json_real(seconds));
  json_set(value, "status", json_integer(status));
  json_set(value, "result", result ? result : json_object());
  json_print(value);
}

/* Runs a command of this gate, and passes on what it prints. Returns its exit status. */
static int run_words(const struct text_list *words, struct bytes *out) {
  int status = command_run(&(struct command_line){.words = (const char *const *)words->items}, out);
  return status >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INFRASTRUCTURE;
}

static int merge(const struct campaign *campaign, double seconds) {
  struct text_list words = {0};
  struct bytes out = {0};
  merging_words(campaign, &words);
  int status = run_words(&words, &out);
  if (campaign->json)
    print_campaign(campaign, &out, seconds, status);
  else
    fwrite(span_of(&out).data, 1, out.len, stdout);
  bytes_free(&out);
  text_list_free(&words);
  return status;
}

/* What mutants are tried on, every shard would measure by itself: measured before, it is known to all. */
static int measure_coverage(const struct campaign *campaign) {
  struct text_list words = {0};
  struct bytes out = {0};
  add_text(&words, campaign->gate);
  add_text(&words, "coverage");
  for (size_t i = 0; i < campaign->selected.count; i++)
    if (strncmp(campaign->selected.items[i], "--program=", 10) == 0 ||
        strncmp(campaign->selected.items[i], "--suite", 7) == 0 ||
        strncmp(campaign->selected.items[i], "--case=", 7) == 0)
      add_text(&words, campaign->selected.items[i]);
  int status = run_words(&words, &out);
  bytes_free(&out);
  text_list_free(&words);
  return status;
}

/* Makes the folder and the job. Returns whether all that the campaign needs is there; else WHY says what is not. */
static bool prepare(const struct campaign *campaign, struct bytes *why) {
  const struct engine *engine = engine_of(campaign);
  char *command = find_command(engine->command);
  if (!command)
    bytes_printf(why,
                 "the engine %s needs the command %s, which is not here (Debian's package %s; `make setup-campaign`)",
                 engine->name, engine->command, engine->package);
  free(command);
  if (why->len == 0 && strcmp(campaign->what, "fuzz") == 0)
    fuzz_ready(campaign, why);
  if (why->len == 0 && mkdir(campaign->folder, 0777) != 0 && errno != EEXIST)
    bytes_printf(why, "%s: %s", campaign->folder, strerror(errno));
  return why->len == 0 && write_job(campaign, why);
}

/* The round that was merged last. */
static unsigned round_of(const struct campaign *campaign) {
  struct bytes text = {0};
  char *path = xasprintf("%s/round", campaign->folder);
  unsigned number = bytes_read_file(&text, path) == 0 ? (unsigned)strtoul(span_of(&text).data, NULL, 10) : 0;
  bytes_free(&text);
  free(path);
  return number;
}

/* Fuzzes round by round, each merged before the next begins. */
static int run_rounds(const struct campaign *campaign, struct progress *progress, int *interrupted) {
  int status = fuzz_begin(campaign);
  for (unsigned i = round_of(campaign); i < campaign->rounds && status == EXIT_EQUAL; i++) {
    memset(progress->shards, 0, campaign->shards * sizeof *progress->shards);
    *interrupted = run_shards(campaign, progress);
    if (*interrupted || tell_missing(campaign))
      return EXIT_INFRASTRUCTURE;
    status = fuzz_merge(campaign, i + 1);
  }
  return status == EXIT_EQUAL ? fuzz_report(campaign, (double)(now_ns() - progress->started) / 1e9) : status;
}

static int run_once(const struct campaign *campaign, struct progress *progress, int *interrupted) {
  if (strcmp(campaign->what, "mutate") == 0 && measure_coverage(campaign) > EXIT_DIVERGED)
    return EXIT_INFRASTRUCTURE;
  *interrupted = run_shards(campaign, progress);
  if (*interrupted || tell_missing(campaign))
    return EXIT_INFRASTRUCTURE;
  return merge(campaign, (double)(now_ns() - progress->started) / 1e9);
}

int campaign_run(const struct campaign *campaign, int *interrupted) {
  struct bytes why = {0};
  *interrupted = 0;
  if (!prepare(campaign, &why)) {
    fprintf(stderr, "bytegate: campaign: %s\n", why.data);
    bytes_free(&why);
    return EXIT_USAGE;
  }
  struct progress progress = {.campaign = campaign, .started = now_ns()};
  progress.shards = xcalloc(campaign->shards, sizeof *progress.shards);
  int status = strcmp(campaign->what, "fuzz") == 0 ? run_rounds(campaign, &progress, interrupted)
                                                   : run_once(campaign, &progress, interrupted);
  free(progress.shards);
  return status;
}

/* SPDX-License-Identifier: MIT */
