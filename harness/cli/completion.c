/* What the shells complete a command line with. Their scripts are thin: they hand the words over to `bytegate
   complete`, which knows commands, options and values from the one table, and suites, cases and programs from the
   suites. */
#include "harness/cli/table.h"

#include "harness/base/companion.h"
#include "harness/base/machine.h"
#include "harness/suite/suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command line that is being completed. */
struct line {
  struct session_options session; /* what its options select */
  int number;                     /* of the command; -1: none yet */
  const char *asked;              /* what the last word can be, as option_about says; NULL: nothing that is known */
  bool is_value;                  /* the last word is the argument of an option */
  const char *word;               /* the last word, or what of it is the argument, */
  const char *before;             /* and what stands before that in the word: "--suite=" */
  size_t before_len;
};

/* Whether the option ABOUT is called by WORD; its argument follows "=", at *VALUE, which is NULL without one. */
static bool is_option(const struct option_about *about, const char *word, const char **value) {
  size_t len = strlen(about->name);
  *value = NULL;
  if (word[0] == '-' && about->letter && word[1] == about->letter && !word[2])
    return true;
  if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, about->name, len) != 0)
    return false;
  *value = word[2 + len] == '=' ? word + 3 + len : NULL;
  return *value || !word[2 + len];
}

/* The option that WORD calls. */
static bool find_option(const char *word, struct option_about *about, const char **value) {
  for (size_t i = 0; option_about(i, about); i++)
    if (is_option(about, word, value))
      return true;
  return false;
}

static void note_option(struct line *line, const struct option_about *about, const char *value) {
  struct session_options *session = &line->session;
  if (strcmp(about->name, "suite") == 0)
    text_list_add(&session->suites, value, strlen(value));
  else if (strcmp(about->name, "program") == 0)
    text_list_add(&session->programs, value, strlen(value));
  else if (strcmp(about->name, "suites") == 0)
    session->suites_folder = value;
  else if (strcmp(about->name, "build") == 0)
    session->build = value;
}

static void note_word(struct line *line, const char *word) {
  for (int i = 0; line->number < 0 && i < COMMANDS; i++)
    if (command_row((enum command)i)->help && strcmp(command_row((enum command)i)->name, word) == 0)
      line->number = i;
}

/* Reads the words before the last one, and what the last one is. bash hands "--suite=x" over as three words. */
static void read_line(struct line *line, const struct text_list *words) {
  struct option_about about;
  const char *value = NULL;
  bool awaits = false;
  for (size_t i = 0; i + 1 < words->count; i++) {
    const char *word = words->items[i];
    if (awaits && strcmp(word, "=") != 0) {
      note_option(line, &about, word);
      awaits = false;
    } else if (!awaits && find_option(word, &about, &value)) {
      awaits = about.argument && !value;
      if (value)
        note_option(line, &about, value);
    } else if (!awaits) {
      note_word(line, word);
    }
  }
  line->word = words->count ? words->items[words->count - 1] : "";
  line->before = line->word;
  if (awaits && strcmp(line->word, "=") == 0)
    line->word++;
  else if (!awaits && find_option(line->word, &about, &value) && value) {
    awaits = true;
    line->before_len = (size_t)(value - line->word);
    line->word = value;
  }
  line->is_value = awaits;
  line->asked = awaits ? about.values : line->number >= 0 ? command_values((enum command)line->number) : NULL;
}

static void offer(const struct line *line, const char *text) {
  if (strncmp(text, line->word, strlen(line->word)) == 0)
    printf("%.*s%s\n", (int)line->before_len, line->before, text);
}

static void offer_words(const struct line *line, const char *words) {
  while (*words) {
    size_t len = strcspn(words, " ");
    char *word = xstrndup(words, len);
    offer(line, word);
    free(word);
    words += len + strspn(words + len, " ");
  }
}

static int is_suite_file(const struct dirent *entry) {
  const char *end = strrchr(entry->d_name, '.');
  return end && end != entry->d_name && strcmp(end, ".ini") == 0;
}

static void offer_suites(const struct line *line) {
  struct dirent **entries = NULL;
  int count = scandir(line->session.suites_folder, &entries, is_suite_file, alphasort);
  for (int i = 0; i < count; i++) {
    *strrchr(entries[i]->d_name, '.') = '\0';
    offer(line, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
}

/* Offers each text once. */
static void offer_once(const struct line *line, struct text_list *said, const char *text) {
  for (size_t i = said->count; i-- > 0;)
    if (strcmp(said->items[i], text) == 0)
      return;
  text_list_add(said, text, strlen(text));
  offer(line, text);
}

static void offer_suite(const struct line *line, const struct suite *suite) {
  bool paths = strcmp(line->asked, "@case-paths") == 0;
  struct text_list said = {0};
  for (size_t i = 0; strcmp(line->asked, "@programs") == 0 && i < suite->target_count; i++)
    offer_once(line, &said, suite->targets[i].label);
  for (size_t i = 0; strcmp(line->asked, "@programs") != 0 && i < suite->case_count; i++) {
    char *path = paths ? xasprintf("%s/%s", suite->name, suite->cases[i].id) : xstrdup(suite->cases[i].id);
    offer(line, path);
    free(path);
  }
  text_list_free(&said);
}

/* What the suites hold that the line selects, or that stand in its folder. */
static void offer_of_suites(const struct line *line) {
  struct session session;
  struct bytes why = {0};
  if (session_open(&session, &line->session, &why))
    for (size_t i = 0; i < session.suite_count; i++)
      offer_suite(line, &session.suites[i]);
  session_close(&session);
  bytes_free(&why);
}

static void offer_names(const struct line *line) {
  struct option_about about;
  for (size_t i = 0; option_about(i, &about); i++)
    if (line->number < 0 || about.readers >> line->number & 1) {
      char *text = xasprintf("--%s%s", about.name, about.argument ? "=" : "");
      offer(line, text);
      free(text);
    }
  offer_words(line, "--help --usage --version");
}

static void offer_commands(const struct line *line) {
  for (int i = 0; i < COMMANDS; i++)
    if (command_row((enum command)i)->help)
      offer(line, command_row((enum command)i)->name);
}

static void offer_values(const struct line *line) {
  if (strcmp(line->asked, "@suites") == 0) {
    offer_suites(line);
  } else if (strcmp(line->asked, "@machines") == 0) {
    for (size_t i = 0; i < machine_count; i++)
      offer(line, machines[i].name);
  } else if (*line->asked == '@') {
    offer_of_suites(line);
  } else {
    offer_words(line, line->asked);
  }
}

void print_candidates(const struct text_list *words) {
  struct line line = {.number = -1,
                      .session = {.command = "bytegate",
                                  .suites_folder = "fixtures/suites",
                                  .build = command_folder(),
                                  .known_path = "/dev/null",
                                  .jobs = 1,
                                  .repeat = 1}};
  read_line(&line, words);
  if (!line.is_value && line.word[0] == '-')
    offer_names(&line);
  else if (!line.is_value && line.number < 0)
    offer_commands(&line);
  else if (line.asked)
    offer_values(&line);
  text_list_free(&line.session.suites);
  text_list_free(&line.session.programs);
}

/* In each, nothing found means a file. */
static const struct {
  const char *shell, *script;
} scripts[] = {
    {"bash", "_bytegate() {\n"
             "  local IFS=$'\\n'\n"
             "  COMPREPLY=($(\"${COMP_WORDS[0]}\" complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
             "  case ${COMPREPLY[0]-} in *=) compopt -o nospace ;; esac\n"
             "}\n"
             "complete -o default -F _bytegate bytegate\n"},
    {"zsh", "#compdef bytegate\n"
            "local -a found closed open\n"
            "found=(\"${(@f)$(\"${words[1]}\" complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
            "found=(${found:#})\n"
            "open=(${(M)found:#*=})\n"
            "closed=(${found:#*=})\n"
            "if (( $#found )); then\n"
            "  compadd -S '' -a open\n"
            "  compadd -a closed\n"
            "else\n"
            "  compset -P '--*='\n"
            "  _files\n"
            "fi\n"},
    {"fish", "function __bytegate_words\n"
             "  set -l words (commandline -opc) (commandline -ct)\n"
             "  set -l found ($words[1] complete -- $words[2..-1] 2>/dev/null)\n"
             "  if test (count $found) -gt 0\n"
             "    printf '%s\\n' $found\n"
             "  else\n"
             "    __fish_complete_path (commandline -ct)\n"
             "  end\n"
             "end\n"
             "complete -c bytegate -f -a '(__bytegate_words)'\n"},
};

bool options_print_completion(const char *shell) {
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
    if (strcmp(scripts[i].shell, shell) == 0) {
      fputs(scripts[i].script, stdout);
      return true;
    }
  return false;
}

/* SPDX-License-Identifier: MIT */
