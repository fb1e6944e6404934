/* Suite files: what is right is unfolded, and what is wrong is answered with the line and the nearest right word. */
/* reads: fixtures/README.md */
#include "harness/base/command.h"
#include "harness/suite/suite.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "[program p]\nelf = /bin/true\n"
#define CASES "[cases c]\nsource = nothing\n"

static const struct {
  const char *text;
  const char *complaint;
} mistakes[] = {
    {"[suite]\nabout = x\n" CASES, "the suite has no [program NAME]"},
    {PROGRAM, "the suite has no [cases NAME]"},
    {"[programm p]\nelf = /bin/true\n", "f.ini:1: unknown section 'programm'; did you mean 'program'?"},
    {"[program]\nelf = /bin/true\n", "f.ini:1: the section needs a name"},
    {"[program a b]\nelf = /bin/true\n", "f.ini:1: a name has no blanks, and nothing that cannot be printed"},
    {"[cases a\x1B]\nsource = nothing\n", "f.ini:1: a name has no blanks, and nothing that cannot be printed"},
    {"[cases \xFF]\nsource = nothing\n", "f.ini:1: a name has no blanks, and nothing that cannot be printed"},
    {"[program p\nelf = /bin/true\n", "f.ini:1: the section's name has no ']' after it"},
    {"[suite]\nabout = a\n[suite]\nabout = b\n", "f.ini:3: there is a [suite] already"},
    {"", "f.ini:1: the suite has no [program NAME]"},
    {PROGRAM "environment =\n" CASES, "f.ini:3: 'environment' is NAME=VALUE"},
    {PROGRAM "start-deadline = 1\nstart-deadline = 2\n", "f.ini:4: key 'start-deadline' stands twice"},
    {PROGRAM "environment = NAME\n" CASES, "f.ini:3: 'environment' is NAME=VALUE"},
    {PROGRAM "environment = =VALUE\n" CASES, "f.ini:3: 'environment' is NAME=VALUE"},
    {PROGRAM "exit-status = 256\n" CASES, "f.ini:3: 'exit-status' is 255 at most"},
    {PROGRAM "oracle-status = 127\n" CASES, "f.ini:3: 'oracle-status' is 125 at most"},
    {PROGRAM "drive = http\nurl-path = x\n" CASES, "f.ini:4: 'url-path' begins with '/'"},
    {PROGRAM "arguments = a {fiel}\n" CASES, "f.ini:3: there is no placeholder {fiel}; did you mean {file}?"},
    {PROGRAM "drive = http\nheader = A: {lenght}\n" CASES,
     "f.ini:4: there is no placeholder {lenght}; did you mean {length}?"},
    {"[program p]\nelf = {biuld}/x\n" CASES, "f.ini:2: there is no placeholder {biuld}; did you mean {build}?"},
    {"[program p]\nelf =\n" CASES, "f.ini:2: the program has no 'elf = PATH'"},
    {PROGRAM "oracle = expected\n" CASES, "f.ini:4: a program has 'oracle = expected', so the cases need"},
    {"[suite s]\n", "f.ini:1: [suite] has no name"},
    {"about = x\n", "f.ini:1: a key stands before the first section"},
    {PROGRAM "argumets = x\n", "f.ini:3: unknown key in [program] 'argumets'; did you mean 'arguments'?"},
    {PROGRAM "\n\n; note\nexit-stauts = 1\n",
     "f.ini:6: unknown key in [program] 'exit-stauts'; did you mean 'exit-status'?"},
    {PROGRAM "elf = /bin/false\n", "f.ini:3: key 'elf' stands twice"},
    {PROGRAM "drive = htp\n", "f.ini:3: unknown drive 'htp'; did you mean 'http'?"},
    {PROGRAM "oracle = z\n", "f.ini:3: unknown oracle 'z'; it is one of cmark, cmark-unsafe, expected, command"},
    {PROGRAM "exit-status = many\n", "f.ini:3: exit-status = many: a whole number was expected"},
    {PROGRAM "exit-status = -1\n", "f.ini:3: exit-status = -1: a whole number was expected"},
    {PROGRAM "deadline = 0\n", "f.ini:3: deadline = 0: a number of seconds above 0"},
    {PROGRAM "confine = maybe\n", "f.ini:3: confine = maybe: yes or no was expected"},
    {PROGRAM "arguments = \"a\n", "f.ini:3: arguments = \"a: words whose quotation marks are closed"},
    {PROGRAM "arch = x86\n" CASES, "unknown arch 'x86'; did you mean 'x64'?"},
    {PROGRAM "runner = quemu\n" CASES, "unknown runner 'quemu'; did you mean 'qemu'?"},
    {PROGRAM "stderr = \\y\n" CASES, "f.ini:3: 'stderr' has an escape that there is not"},
    {PROGRAM "oracle = command\n" CASES, "f.ini:3: 'oracle = command' needs an 'oracle-command"},
    {"[program p]\nstdin = yes\n" CASES, "f.ini:1: the program has no 'elf = PATH'"},
    {"[program p]\nelf = a_{arch}\n" CASES, "f.ini:2: 'elf' has {arch}"},
    {PROGRAM PROGRAM CASES, "f.ini:3: there is a program of this name already"},
    {PROGRAM CASES CASES, "f.ini:5: there are cases of this name already"},
    {PROGRAM "[cases c]\ncount = 1\n", "f.ini:3: the cases have no 'source"},
    {PROGRAM "[cases c]\nsource = folder\n", "f.ini:3: the cases have no 'path"},
    {PROGRAM "[cases c]\nsource = random\ncount = 99999999999\n", "f.ini:5: 'count' is 1000000 at most"},
    {PROGRAM CASES "every = 0\n", "'every' must be 1 or more"},
    {PROGRAM "[cases c]\nsource = conversations\npath = x\n", "f.ini:1: conversations need 'drive = http'"},
    {PROGRAM "[cases c]\nsource = trees\npath = x\n",
     "f.ini:1: trees and folders need 'drive = run' or 'server = fresh', and 'oracle = command'"},
    {PROGRAM "oracle = command\noracle-command = ls\ndrive = http\n[cases c]\nsource = trees\npath = x\n",
     "f.ini:5: trees and folders need 'drive = run'"},
    {PROGRAM "terminal = 65536\n" CASES, "f.ini:3: 'terminal' is 65535 columns at most"},
    {PROGRAM "terminal = 80\ndrive = http\n" CASES, "f.ini:3: 'terminal' has no effect without 'drive = run'"},
    {PROGRAM "refuse = statx\n" CASES, "f.ini:3: 'refuse' is a system call and an error"},
    {PROGRAM "oracle-options = smrt\n" CASES, "f.ini:3: unknown option 'smrt'; did you mean 'smart'?"},
    {PROGRAM "oracle = command\noracle-command = ls\noracle-options = smart\n" CASES,
     "f.ini:5: 'oracle-options' has no effect without 'oracle = cmark | cmark-unsafe'"},
    {PROGRAM "stdin = yes\ndrive = http\n" CASES, "f.ini:3: 'stdin' has no effect without 'drive = run'"},
    {PROGRAM "ready-line = x\n" CASES, "f.ini:3: 'ready-line' has no effect without 'drive = http'"},
    {PROGRAM "drive = http\nready = port\nready-line = x\n" CASES, "'ready-line' has no effect without 'ready = line'"},
    {PROGRAM "oracle-command = ls\n" CASES, "f.ini:3: 'oracle-command' has no effect without 'oracle = command'"},
    {PROGRAM "[cases c]\nsource = random\nalphabet = a\\q\n",
     "f.ini:5: 'alphabet' has '\\q', which is no character, escape or range"},
    {PROGRAM "[cases c]\nsource = random\nalphabet = z-a\n", "f.ini:5: 'alphabet' has 'z-a'"},
    {PROGRAM CASES "seed = 1\n", "f.ini:5: 'seed' has no effect without 'source = random'"},
    {PROGRAM CASES "path = x\n", "f.ini:5: 'path' has no effect without 'source = spec"},
    {PROGRAM "elf2 = x\n", "f.ini:3: unknown key in [program] 'elf2'; did you mean 'elf'?"},
    {"[program p]\nelf = {port}\n" CASES, "f.ini:2: 'elf' has no {port}, for it is not known there; there are {arch}"},
    {"[program p]\nelf = {zzz}\n" CASES, "f.ini:2: there is no placeholder {zzz} in 'elf'; there are {arch}"},
    {PROGRAM "oracle = command\noracle-command = cat {port}\n" CASES, "'oracle-command' has no {port}"},
    {PROGRAM "signal = {name}\n" CASES, "f.ini:3: 'signal' has no {name}, for it is not known there"},
    {PROGRAM "drive = http\narguments = {name}\n" CASES, "'arguments' has no {name} with 'drive = http'"},
    {PROGRAM "drive = http\ninput-name = {name}.x\n" CASES, "'input-name' has no {name} with 'drive = http'"},
    {PROGRAM "input-name = ../x\n" CASES, "'input-name' is a name in the program's folder"},
    {PROGRAM "output = /x\n" CASES, "'output' is a file in the program's folder"},
    {PROGRAM "output = x\ncompare = tree\n" CASES, "'output' has no effect without 'compare = output'"},
    {PROGRAM "compare = tree\n" CASES, "'compare = tree' needs 'oracle = command' or 'oracle = expected'"},
    {PROGRAM "file = x\n" CASES, "'file = x': 'file = NAME: CONTENT' was expected"},
    {PROGRAM "file = ../x: y\n" CASES, "'file = NAME: CONTENT' was expected, with a NAME in the program's folder"},
    {PROGRAM "file = x: \\y\n" CASES, "the content has an escape that there is not"},
    {PROGRAM "drive = http\nfilter = cat\n[cases c]\nsource = conversations\npath = x\n",
     "'filter' has no effect on conversations"},
    {PROGRAM "copy =\n" CASES, "f.ini:3: 'copy' is empty, which has no effect"},
    {PROGRAM "arch = ;true\n" CASES, "f.ini:3: 'arch' is empty, which has no effect"},
    {PROGRAM "oracle = command\noracle-command =\n" CASES, "f.ini:4: 'oracle-command' is empty"},
    {PROGRAM "drive = http\nurl-path =\n" CASES, "'url-path' is empty"},
    {PROGRAM "drive = http\nmethod = A B\n" CASES, "'method' is one word"},
    {PROGRAM "drive = http\nrequest-header = x\n" CASES, "'request-header' is NAME: VALUE"},
    {PROGRAM "drive = http\nheader = x\n" CASES, "'header' is NAME: VALUE"},
    {PROGRAM "drive = http\nignore-header = Date\n" CASES,
     "'ignore-header' has no effect without 'header' or conversations"},
    {PROGRAM "drive = http\nrequests = 1\nurl-path = /a\nurl-path = /b\n" CASES, "'requests' is at least the number"},
    {PROGRAM "drive = http\nconnection = keep\n" CASES,
     "f.ini:4: unknown connection 'keep'; it is one of close, keep-alive"},
    {PROGRAM "this is no key\n" CASES, "f.ini:3: neither a [section] nor a 'key = value'"},
};

START_TEST(a_mistake_is_answered) {
  struct suite suite;
  struct bytes why = {0};
  bytes_text(&why, "");
  ck_assert_msg(!suite_read_text(mistakes[_i].text, "f.ini", "b", &suite, &why), "taken: %s", mistakes[_i].text);
  ck_assert_msg(strstr(why.data, mistakes[_i].complaint) != NULL, "%s\nwanted: %s\ngot: %s", mistakes[_i].text,
                mistakes[_i].complaint, why.data);
  bytes_free(&why);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused) {
  struct bytes text = {0};
  struct bytes why = {0};
  struct suite suite;
  bytes_text(&text, PROGRAM "arguments = ");
  for (int i = 0; i < 9000; i++)
    bytes_text(&text, "x");
  bytes_text(&text, "\n" CASES);
  ck_assert(!suite_read_text(text.data, "f.ini", "b", &suite, &why));
  ck_assert_msg(strstr(why.data, "f.ini:3: the line is too long") != NULL, "%s", why.data);
  bytes_free(&text);
  bytes_free(&why);
}
END_TEST

START_TEST(a_program_becomes_a_target_for_each_machine_and_runner) {
  static const char text[] = "[suite]\nabout = a suite\non-demand = yes\n"
                             "[program server]\nelf = {build}/s_{arch}\narch = x64 arm64\n"
                             "arguments = -p 0 \"a b\" {file}\ndrive = http\nheader = A: 1\nheader = B: {length}\n"
                             "[program plain]\nelf = plain.sh\nstdin = yes\nexit-status = 3\ndeadline = 0.5\n"
                             "[cases r]\nsource = random\ncount = 3\nevery = 2\nseed = 7\n";
  struct suite suite;
  struct bytes why = {0};
  ck_assert_msg(suite_read_text(text, "some/where/f.ini", "/b", &suite, &why), "%s", span_of(&why).data);
  ck_assert_str_eq(suite.name, "f");
  ck_assert(suite.on_demand);
  const struct program *server = &suite.programs[0];
  ck_assert_uint_eq(server->arguments.count, 4);
  ck_assert_str_eq(server->arguments.items[2], "a b");
  ck_assert_uint_eq(server->headers.count, 2);
  ck_assert_uint_eq(suite.programs[1].exit_status, 3);
  ck_assert(suite.programs[1].deadline == 0.5);
  /* Native and qemu for the machine of this host, qemu for the other, and the script natively. */
  ck_assert_uint_eq(suite.target_count, 4);
  ck_assert_str_eq(suite.targets[0].label, "server_x64");
  ck_assert_str_eq(suite.targets[0].elf, "/b/s_x64");
  ck_assert_str_eq(suite.targets[3].label, "plain");
  ck_assert_str_eq(suite.targets[3].elf, "some/where/plain.sh");
  ck_assert_str_eq(suite.targets[3].where, "native");
  ck_assert(suite_make_cases(&suite, false, 0, NULL, &why));
  ck_assert_uint_eq(suite.case_count, 2);
  ck_assert_str_eq(suite.cases[0].id, "r/7-0");
  ck_assert_str_eq(suite.cases[1].id, "r/7-2");
  suite_free(&suite);
}
END_TEST

/* Lines of an alphabet: nothing but its characters and line ends, every one of them, and the same again. */
START_TEST(random_texts_are_made_of_their_alphabet) {
  static const char text[] = PROGRAM "[cases r]\nsource = random\ncount = 40\nalphabet = 0-9x\\s\\-\n";
  struct suite suites[2];
  struct bytes why = {0};
  bool met[256] = {false};
  size_t without_end = 0;
  for (int i = 0; i < 2; i++) {
    ck_assert_msg(suite_read_text(text, "f.ini", "/b", &suites[i], &why), "%s", span_of(&why).data);
    ck_assert(suite_make_cases(&suites[i], true, 5, NULL, &why));
  }
  for (size_t i = 0; i < suites[0].case_count; i++) {
    struct span input = span_of(&suites[0].cases[i].input);
    ck_assert(span_equal(input, span_of(&suites[1].cases[i].input)));
    for (size_t k = 0; k < input.len; k++)
      met[(unsigned char)input.data[k]] = true;
    without_end += input.len > 0 && input.data[input.len - 1] != '\n';
  }
  for (int i = 0; i < 256; i++)
    ck_assert_int_eq(met[i], i && strchr("0123456789x -\n", i) != NULL);
  ck_assert(without_end > 0 && without_end < suites[0].case_count);
  for (int i = 0; i < 2; i++)
    suite_free(&suites[i]);
}
END_TEST

/* A suite is called after its file, without the folder and the last suffix. */
START_TEST(a_suite_has_the_name_of_its_file) {
  static const char *const names[][2] = {{"f.ini", "f"},   {"a.b/f", "f"}, {"/f.g.ini", "f.g"},
                                         {".ini", ".ini"}, {"some/", ""},  {"x/\x01.ini", "\\x01"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct suite suite;
    struct bytes why = {0};
    ck_assert_msg(suite_read_text(PROGRAM CASES, names[i][0], "/b", &suite, &why), "%s", span_of(&why).data);
    ck_assert_ptr_nonnull(suite.name);
    ck_assert_str_eq(suite.name, names[i][1]);
    suite_free(&suite);
  }
}
END_TEST

START_TEST(an_oracle_command_may_name_what_was_built) {
  struct suite suite;
  struct bytes why = {0};
  static const char text[] = "[program p]\nelf = e\noracle = command\noracle-command = cat {build}/x {file} ${name}\n"
                             "[cases c]\nsource = nothing\n";
  ck_assert_msg(suite_read_text(text, "t.ini", "/b", &suite, &why), "%s", span_of(&why).data);
  struct places places = program_places(&suite.programs[0]);
  places.values[PLACEHOLDER_FILE] = "/a b";
  char *command = places_expand_for_shell(&places, suite.programs[0].oracle_command);
  ck_assert_str_eq(command, "cat /b/x '/a b' ${name}");
  free(command);
  suite_free(&suite);
}
END_TEST

/* As sh splits it, and no further. */
START_TEST(arguments_are_split_as_sh_does) {
  static const char text[] = PROGRAM "arguments = 'a \"b' \"c 'd\" e\\ f \"\" \"g\\\"h\\\\i\\n\" j'k'l $x *\n" CASES;
  static const char *const words[] = {"a \"b", "c 'd", "e f", "", "g\"h\\i\\n", "jkl", "$x", "*"};
  struct suite suite;
  struct bytes why = {0};
  ck_assert_msg(suite_read_text(text, "f.ini", "b", &suite, &why), "%s", span_of(&why).data);
  const struct text_list *list = &suite.programs[0].arguments;
  ck_assert_uint_eq(list->count, sizeof words / sizeof *words);
  for (size_t i = 0; i < list->count; i++)
    ck_assert_str_eq(list->items[i], words[i]);
  suite_free(&suite);
}
END_TEST

START_TEST(what_editors_leave_in_a_file_is_taken) {
  static const char *const texts[] = {"\xEF\xBB\xBF" PROGRAM CASES,
                                      "[program p]\r\nelf = /bin/true\r\n[cases c]\r\nsource = nothing\r\n",
                                      PROGRAM "arguments = {print} {} {file} {x\n" CASES};
  struct suite suite;
  struct bytes why = {0};
  ck_assert_msg(suite_read_text(texts[_i], "f.ini", "b", &suite, &why), "%s", span_of(&why).data);
  ck_assert_str_eq(suite.programs[0].elf, "/bin/true");
  suite_free(&suite);
}
END_TEST

START_TEST(a_folder_without_a_case_is_a_mistake) {
  struct suite suite;
  struct bytes why = {0};
  const char text[] = PROGRAM "[cases c]\nsource = folder\npath = /\npattern = *.none\n";
  ck_assert(suite_read_text(text, "f.ini", "b", &suite, &why));
  ck_assert(!suite_make_cases(&suite, false, 0, NULL, &why));
  ck_assert_str_eq(why.data, "f.ini:3: no file in / matches 'pattern = *.none'");
  bytes_free(&why);
  suite_free(&suite);
}
END_TEST

/* Each key has its row in fixtures/README.md, and each row there is of a key. */
START_TEST(the_manual_has_every_key_and_no_other) {
  static const struct key_table *const tables[] = {&suite_keys, &program_keys, &cases_keys};
  struct bytes text = {0};
  ck_assert_int_eq(bytes_read_file(&text, "fixtures/README.md"), 0);
  char *rest = text.data;
  const struct key_table *table = NULL;
  size_t rows[3] = {0};
  for (char *line = strtok_r(rest, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    if (*line == '#')
      table = NULL;
    for (size_t i = 0; i < 3; i++)
      if (line[0] == '`' && line[1] == '[' && strncmp(line + 2, tables[i]->section, strlen(tables[i]->section)) == 0)
        table = tables[i];
    for (char *word = line; table && strncmp(line, "| `", 3) == 0 && (word = strchr(word, '`'));) {
      struct bytes why = {0};
      size_t len = strcspn(word + 1, "`");
      char *name = xstrndup(word + 1, len);
      ck_assert_msg(key_find(table, name, &why) != NULL, "fixtures/README.md: %s", span_of(&why).data);
      for (size_t i = 0; i < 3; i++)
        rows[i] += tables[i] == table;
      free(name);
      word += len + 2;
      if (strncmp(word, ", `", 3) != 0)
        break;
    }
  }
  for (size_t i = 0; i < 3; i++)
    ck_assert_msg(rows[i] == tables[i]->count, "fixtures/README.md has %zu keys of [%s], and there are %zu", rows[i],
                  tables[i]->section, tables[i]->count);
  bytes_free(&text);
}
END_TEST

START_TEST(sections_that_read_otherwise_have_another_hash) {
  struct program program;
  program_begin(&program, "p", 1);
  uint64_t start = program_hash(&program);
  for (size_t i = 0; i < program_keys.count; i++) {
    const struct key *key = &program_keys.keys[i];
    const char *value = key->type == KEY_CHOICE   ? key->choices[1]
                        : key->type == KEY_YES_NO ? (strcmp(key->fallback, "no") == 0 ? "yes" : "no")
                                                  : "7";
    struct program other;
    struct bytes why = {0};
    program_begin(&other, "p", 1);
    ck_assert(key_set(key, &other, value, &why));
    ck_assert_msg(program_hash(&other) != start, "the key %s does not show", key->name);
    program_free(&other);
  }
  program_free(&program);
}
END_TEST

START_TEST(the_nearest_word_is_near) {
  static const char *const words[] = {"arguments", "oracle", "elf"};
  ck_assert_str_eq(nearest_word("argments", words, 3), "arguments");
  ck_assert_str_eq(nearest_word("oracel", words, 3), "oracle");
  ck_assert_ptr_null(nearest_word("zzzzzzz", words, 3));
  ck_assert_ptr_null(nearest_word("q", words, 0));
}
END_TEST

/* Whatever the value, sh takes it as it is: bare, in either kind of quotation marks, and after escaped ones. */
START_TEST(placeholders_of_a_command_are_one_word_of_sh) {
  static const char *const values[] = {
      "/plain/path",        "/a b",          "/it's",      "/a\"b", "/$HOME `id` \\ \\\\n",
      "/x;y|z&(w)>#~*?[a]", "/\xc3\xbc\xff", "/new\nline", ""};
  static const char *const commands[] = {"printf %s {v}",         "printf %s \"{v}\"",   "printf %s '{v}'",
                                         "printf %s a\\'{v}",     "printf %s \"a'{v}\"", "printf %s 'a\"{v}'",
                                         "printf %s \"a\\\"{v}\""};
  static const char *const before[] = {"", "", "", "a'", "a'", "a\"", "a\""};
  static const char *const names[] = {"v"};
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
      struct bytes out = {0};
      char *command = expand_for_shell(commands[i], names, &values[k], 1);
      char *expected = xasprintf("%s%s", before[i], values[k]);
      const char *const words[] = {"/bin/sh", "-c", command, NULL};
      ck_assert_int_eq(command_run(&(struct command_line){.words = words}, &out), 0);
      ck_assert_msg(strcmp(span_of(&out).data, expected) == 0, "%s printed '%s', not '%s'", command, out.data,
                    expected);
      bytes_free(&out);
      free(command);
      free(expected);
    }
}
END_TEST

START_TEST(placeholders_are_replaced_and_other_braces_stay) {
  static const char *const names[] = {"file", "port"};
  static const char *const values[] = {"/x", "80"};
  char *text = expand_placeholders("{file}:{port}{other}{file", names, values, 2);
  ck_assert_str_eq(text, "/x:80{other}{file");
  free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("suite");
  TCase *tests = tcase_create("suite");
  tcase_add_loop_test(tests, a_mistake_is_answered, 0, sizeof mistakes / sizeof *mistakes);
  tcase_add_test(tests, a_line_that_is_too_long_is_refused);
  tcase_add_test(tests, random_texts_are_made_of_their_alphabet);
  tcase_add_test(tests, a_program_becomes_a_target_for_each_machine_and_runner);
  tcase_add_test(tests, a_suite_has_the_name_of_its_file);
  tcase_add_test(tests, an_oracle_command_may_name_what_was_built);
  tcase_add_test(tests, arguments_are_split_as_sh_does);
  tcase_add_loop_test(tests, what_editors_leave_in_a_file_is_taken, 0, 3);
  tcase_add_test(tests, a_folder_without_a_case_is_a_mistake);
  tcase_add_test(tests, the_manual_has_every_key_and_no_other);
  tcase_add_test(tests, sections_that_read_otherwise_have_another_hash);
  tcase_add_test(tests, the_nearest_word_is_near);
  tcase_add_test(tests, placeholders_are_replaced_and_other_braces_stay);
  tcase_add_test(tests, placeholders_of_a_command_are_one_word_of_sh);
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}

/* SPDX-License-Identifier: MIT */
