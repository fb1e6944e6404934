/* Programs that try to do harm (attacks/attack.c), each in a cell, as root, as a user, and both within what Docker
   leaves to a container. After each everything outside must be as it was: a file and its folder down to the time of
   their last change, a process, sockets, System V IPC, scratch folders, mounts, and no process of the attack may be
   left.

   ATTACKS=1 in the environment prints what the attacks say came of each attempt. */
/* What is attacked is the launcher, a program of its own; so this test uses nothing else of the harness. */
/* reads: build/confine build/tests/attack build/tests/attack-foreign */
/* once: plain; the launcher has no sanitizers in any build */
#include "harness/cell/cell.h"

#include "harness/cell/tests/container.h"

#include <check.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, DEADLINE_SECONDS = 120 };

/* Under what the gate may run. */
enum { AS_ROOT, AS_USER, ROOT_IN_CONTAINER, USER_IN_CONTAINER, WAYS };
static const char *const way_names[WAYS] = {"root", "user", "root-in-container", "user-in-container"};

static bool is_user(int way) { return way == AS_USER || way == USER_IN_CONTAINER; }
static bool is_container(int way) { return way == ROOT_IN_CONTAINER || way == USER_IN_CONTAINER; }

/* What is outside, and of interest to an attack. */
struct outside {
  char *folder; /* below it: bin/ with the programs, out/ with the file, run/ with the socket; in/, the cell's folder */
  char *file, *socket_path, *abstract;
  pid_t process;
  int tcp, unix_socket, abstract_socket;
  int port;
  struct stat file_status, folder_status;
  char *system; /* IPC and mounts */
};

/* The text that printf makes of FORMAT. The caller frees it. */
__attribute__((format(printf, 1, 2))) static char *text_of(const char *format, ...) {
  char *text = NULL;
  va_list args;
  va_start(args, format);
  ck_assert_int_ge(vasprintf(&text, format, args), 0);
  va_end(args);
  return text;
}

/* All that can be read from FILE, a text, which is closed; none where it is NULL. The caller frees it. */
static char *read_stream(FILE *file) {
  char *text = NULL;
  size_t size = 0;
  if (!file || getdelim(&text, &size, '\0', file) < 0) {
    free(text);
    text = text_of("%s", "");
  }
  if (file)
    fclose(file);
  return text;
}

static char *read_text(const char *path) { return read_stream(fopen(path, "re")); }

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
}

static void copy_program(const char *from, const char *to) {
  int in = open(from, O_RDONLY | O_CLOEXEC);
  int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
  ck_assert_msg(in >= 0, "%s is not there (run `make`)", from);
  ssize_t sent;
  while ((sent = sendfile(out, in, NULL, 1 << 20)) > 0)
    ;
  ck_assert_int_eq(sent, 0);
  ck_assert_int_eq(fchmod(out, 0755), 0);
  close(in);
  close(out);
}

static char *program_path(const struct outside *outside, const char *as) {
  return text_of("%s/bin/%s%d", outside->folder, as, (int)getpid());
}

/* Places the program NAME of the build in bin/, as AS and the number of this process: nobody else's are called so. */
static void place_program(const struct outside *outside, const char *name, const char *as) {
  const char *build = getenv("BUILD");
  char *from = text_of("%s/%s", build && *build ? build : "build", name);
  char *to = program_path(outside, as);
  copy_program(from, to);
  free(from);
  free(to);
}

static int listen_unix(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (*name != '@'));
  if (*name == '@')
    address.sun_path[0] = '\0';
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(fd, 1), 0);
  return fd;
}

static int listen_tcp(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
  ck_assert_int_eq(listen(fd, 1), 0);
  ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

static void become(int way) {
  if (is_user(way) && getuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
    _exit(126);
}

/* A process that an attack may signal: of the same user, in a session of its own. */
static pid_t start_victim(int way) {
  pid_t pid = fork();
  if (pid == 0) {
    setsid();
    become(way);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 1);
    for (;;)
      pause();
  }
  return pid;
}

/* Prints the lines of the file PATH that have MARK: what an attack leaves is marked, and other things come and go. */
static void print_marked(FILE *out, const char *path, const char *mark) {
  char *content = read_text(path);
  char *rest = NULL;
  for (char *line = strtok_r(content, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
    if (strstr(line, mark))
      fprintf(out, "%s: %s\n", path, line);
  free(content);
}

/* What the machine keeps beside files and processes. The caller frees it. */
static char *read_system(void) {
  static const struct {
    const char *path, *mark;
  } files[] = {{"/proc/sysvipc/shm", "1652127845"}, /* 0x62797465, the key */
               {"/proc/sysvipc/sem", "1652127845"},      {"/proc/sysvipc/msg", "1652127845"},
               {"/proc/self/mounts", "bytegate-attack"}, {"/proc/sys/kernel/core_pattern", ""},
               {"/proc/sys/kernel/hostname", ""}};
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  ck_assert_ptr_nonnull(out);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    print_marked(out, files[i].path, files[i].mark);
  fclose(out);
  return text;
}

static void make_folder(char **path, const struct outside *outside, const char *name) {
  *path = text_of("%s/%s", outside->folder, name);
  ck_assert_int_eq(mkdir(*path, 0755), 0);
}

static struct outside make_outside(int way) {
  struct outside outside = {.folder = text_of("/tmp/test-attacks-XXXXXX")};
  uid_t owner = is_user(way) && getuid() == 0 ? NOBODY : getuid();
  char *path;
  char *services;
  ck_assert_ptr_nonnull(mkdtemp(outside.folder));
  ck_assert_int_eq(chmod(outside.folder, 0755), 0);
  make_folder(&path, &outside, "bin");
  free(path);
  place_program(&outside, "confine", "confine");
  place_program(&outside, "tests/attack", "attack");
  place_program(&outside, "tests/attack-foreign", "foreign");
  make_folder(&path, &outside, "in");
  ck_assert_int_eq(chown(path, owner, (gid_t)-1), 0);
  free(path);
  make_folder(&path, &outside, "out");
  outside.file = text_of("%s/file", path);
  outside.abstract = text_of("@test-attacks-%d", (int)getpid());
  write_text(outside.file, "what nobody may change\n");
  ck_assert_int_eq(chown(outside.file, owner, (gid_t)-1), 0);
  ck_assert_int_eq(chown(path, owner, (gid_t)-1), 0);
  make_folder(&services, &outside, "run");
  outside.socket_path = text_of("%s/socket", services);
  free(services);
  outside.unix_socket = listen_unix(outside.socket_path);
  chmod(outside.socket_path, 0777);
  outside.abstract_socket = listen_unix(outside.abstract);
  outside.tcp = listen_tcp(&outside.port);
  outside.process = start_victim(way);
  ck_assert_int_eq(stat(outside.file, &outside.file_status), 0);
  ck_assert_int_eq(stat(path, &outside.folder_status), 0);
  free(path);
  outside.system = read_system();
  return outside;
}

static bool same_status(const struct stat *a, const struct stat *b) {
  return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid && a->st_size == b->st_size &&
         a->st_nlink == b->st_nlink && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
         a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool was_asked(int fd) { return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) != 0; }

/* The state of the process in /proc/PID/stat, or '?'. */
static char state_of(pid_t pid) {
  char *path = text_of("/proc/%d/stat", (int)pid);
  char *text = read_text(path);
  const char *name_end = strrchr(text, ')');
  char state = name_end && name_end[1] ? name_end[2] : '?';
  free(text);
  free(path);
  return state;
}

/* How many processes run a program of this name, which ends with a newline. */
static int count_running(const char *name) {
  int count = 0;
  DIR *folder = opendir("/proc");
  ck_assert_ptr_nonnull(folder);
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (!isdigit((unsigned char)entry->d_name[0]))
      continue;
    char *path = text_of("/proc/%s/comm", entry->d_name);
    char *comm = read_text(path);
    count += strcmp(comm, name) == 0 && state_of((pid_t)strtol(entry->d_name, NULL, 10)) != 'Z';
    free(path);
    free(comm);
  }
  closedir(folder);
  return count;
}

/* Asserts that nothing has changed; SAID is what the attack said. */
static void check_outside(const struct outside *outside, const char *said) {
  struct stat status;
  char *folder = text_of("%s/out", outside->folder);
  ck_assert_msg(stat(outside->file, &status) == 0 && same_status(&status, &outside->file_status), "the file:\n%s",
                said);
  ck_assert_msg(stat(folder, &status) == 0 && same_status(&status, &outside->folder_status), "its folder:\n%s", said);
  free(folder);
  ck_assert_msg(strchr("SR", state_of(outside->process)), "the process is %c:\n%s", state_of(outside->process), said);
  ck_assert_msg(getpriority(PRIO_PROCESS, (id_t)outside->process) == getpriority(PRIO_PROCESS, 0), "its priority:\n%s",
                said);
  ck_assert_msg(!was_asked(outside->tcp), "the port:\n%s", said);
  ck_assert_msg(!was_asked(outside->unix_socket), "the socket:\n%s", said);
  ck_assert_msg(!was_asked(outside->abstract_socket), "the abstract socket:\n%s", said);
  char *system = read_system();
  ck_assert_msg(strcmp(system, outside->system) == 0, "IPC, mounts or settings:\n%s\n%s", said, system);
  free(system);
  ck_assert_msg(access("/dev/shm/bytegate-attack", F_OK) != 0 && access("/tmp/bytegate-attack", F_OK) != 0,
                "scratch:\n%s", said);
  char *keys = read_text("/proc/keys");
  char *key = text_of("bytegate-attack-%d:", (int)getpid());
  ck_assert_msg(!strstr(keys, key), "keys:\n%s", said);
  free(key);
  free(keys);
  static const char *const programs[] = {"confine", "attack"};
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    char *name = text_of("%s%d\n", programs[i], (int)getpid());
    int count = count_running(name);
    ck_assert_msg(count == 0, "%d processes %s are left:\n%s", count, programs[i], said);
    free(name);
  }
}

/* An attack may have made a folder deeper than a path can be long, and taken its own permissions away. */
static void remove_tree(const char *path) {
  char *command = text_of("chmod -R u+rwx %s && rm -r %s", path, path);
  ck_assert_int_eq(system(command), 0);
  free(command);
}

static void remove_outside(struct outside *outside) {
  kill(outside->process, SIGKILL);
  waitpid(outside->process, NULL, 0);
  close(outside->tcp);
  close(outside->unix_socket);
  close(outside->abstract_socket);
  remove_tree(outside->folder);
  free(outside->folder);
  free(outside->file);
  free(outside->socket_path);
  free(outside->abstract);
  free(outside->system);
}

/* Runs the program PATH of bin/ with NAME and TARGET in a cell, WAY, and returns what it and the launcher said, which
   the caller frees. */
static char *run_confined(const struct outside *outside, int way, const char *const *words) {
  int ends[2];
  char *bin = program_path(outside, "confine");
  char *read_bin = text_of("--read=%s/bin", outside->folder);
  char *read_out = text_of("--read=%s/out", outside->folder);
  char *folder = text_of("--folder=%s/in", outside->folder);
  const char *line[16] = {bin, "--report=2", read_bin, read_out, folder, "--disk"};
  for (int i = 6; *words; words++)
    line[i++] = *words;
  ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    setsid();
    if (is_container(way) && !is_user(way) && !enter_container())
      _exit(126);
    become(way);
    if (is_container(way) && is_user(way) && !enter_container())
      _exit(126);
    execv(bin, (char *const *)(uintptr_t)line);
    _exit(127);
  }
  close(ends[1]);
  char *said = read_stream(fdopen(ends[0], "r"));
  int status;
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_msg(!WIFEXITED(status) || WEXITSTATUS(status) < 125, "%s", said);
  free(bin);
  free(read_bin);
  free(read_out);
  free(folder);
  return said;
}

/* The attacks, with what they are aimed at. */
enum aim { AT_NOTHING, AT_FILE, AT_PROCESS, AT_PARENT, AT_PORT, AT_SOCKET, AT_ABSTRACT };

static const struct {
  const char *name;
  enum aim aim;
  bool is_long; /* not once more for each way, for it takes seconds */
} attacks[] = {{"file", AT_FILE, false},
               {"folder", AT_FILE, false},
               {"links", AT_FILE, false},
               {"devices", AT_NOTHING, false},
               {"process", AT_PROCESS, false},
               {"process", AT_PARENT, false},
               {"all-processes", AT_NOTHING, false},
               {"group", AT_NOTHING, false},
               {"memory-of", AT_PROCESS, false},
               {"memory-of", AT_PARENT, false},
               {"daemon", AT_NOTHING, false},
               {"sibling", AT_NOTHING, false},
               {"bomb", AT_NOTHING, true},
               {"memory", AT_NOTHING, true},
               {"disk", AT_NOTHING, true},
               {"descriptors", AT_NOTHING, false},
               {"depth", AT_NOTHING, false},
               {"ipc", AT_NOTHING, false},
               {"keys", AT_PARENT, false},
               {"kernel", AT_NOTHING, false},
               {"authority", AT_FILE, false},
               {"port", AT_PORT, false},
               {"socket", AT_SOCKET, false},
               {"socket", AT_ABSTRACT, false}};
enum { ATTACKS = sizeof attacks / sizeof *attacks };

static char *target_of(const struct outside *outside, enum aim aim) {
  switch (aim) {
  case AT_FILE:
    return text_of("%s", outside->file);
  case AT_PROCESS:
    return text_of("%d", (int)outside->process);
  case AT_PARENT:
    return text_of("%d", (int)getpid());
  case AT_PORT:
    return text_of("%d", outside->port);
  case AT_SOCKET:
    return text_of("%s", outside->socket_path);
  case AT_ABSTRACT:
    return text_of("%s", outside->abstract);
  default:
    return text_of("-");
  }
}

/* The emulator of the other machine, for which attack-foreign is built. */
#if defined __x86_64__
static const char emulator[] = "/usr/bin/qemu-aarch64-static";
#else
static const char emulator[] = "/usr/bin/qemu-x86_64-static";
#endif

static void attack(int number, int way, bool emulated) {
  struct outside outside = make_outside(way);
  char *target = target_of(&outside, attacks[number].aim);
  char *program = program_path(&outside, emulated ? "foreign" : "attack");
  const char *const words[] = {emulator, program, attacks[number].name, target, NULL};
  char *said = run_confined(&outside, way, words + !emulated);
  if (getenv("ATTACKS"))
    fprintf(stderr, "## %s, %s\n%s", attacks[number].name, way_names[way], said);
  check_outside(&outside, said);
  free(said);
  free(target);
  free(program);
  remove_outside(&outside);
}

START_TEST(an_attack_changes_nothing_outside) {
  int way = _i / ATTACKS;
  if (getuid() != 0 && !is_user(way))
    return;
  if (!(attacks[_i % ATTACKS].is_long && is_container(way)))
    attack(_i % ATTACKS, way, false);
}
END_TEST

START_TEST(an_attack_under_an_emulator_changes_nothing_outside) {
  if (!attacks[_i].is_long)
    attack(_i, getuid() == 0 ? AS_ROOT : AS_USER, true);
}
END_TEST

START_TEST(a_cell_is_whole_where_the_kernel_grants_it) {
  struct outside outside = make_outside(AS_USER);
  char *said = run_confined(&outside, getuid() == 0 ? AS_ROOT : AS_USER, (const char *const[]){"/bin/true", NULL});
  char *whole = text_of("granted=%u of %u left=0\n", (unsigned)GRANT_ALL, (unsigned)GRANT_ALL);
  ck_assert_str_eq(said, whole);
  free(whole);
  free(said);
  remove_outside(&outside);
}
END_TEST

START_TEST(what_a_container_does_not_grant_is_named) {
  static const char *const lacking[] = {"a view of its own on files", "a process namespace", "a network of its own",
                                        "System V IPC of its own", "a limit on disk space"};
  struct outside outside = make_outside(USER_IN_CONTAINER);
  char *said = run_confined(&outside, USER_IN_CONTAINER, (const char *const[]){"/bin/true", NULL});
  for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++)
    ck_assert_msg(strstr(said, lacking[i]), "%s is not named in:\n%s", lacking[i], said);
  free(said);
  remove_outside(&outside);
}
END_TEST

/* How programs end, as seen through the launcher. */
static const struct {
  const char *script;
  int status, signal;
} ends[] = {{"exit 0", 0, 0},
            {"exit 7", 7, 0},
            {"exit 255", 255, 0},
            {"kill -TERM $$", 0, SIGTERM},
            {"kill -SEGV $$", 0, SIGSEGV},
            {"kill -KILL $$", 0, SIGKILL},
            {"sleep 100 & exit 3", 3, 0},
            {"test $$ -ne 1", 0, 0}};

START_TEST(the_launcher_ends_as_the_program_ends) {
  const char *build = getenv("BUILD");
  char *confine = text_of("%s/confine", build && *build ? build : "build");
  pid_t pid = fork();
  if (pid == 0) {
    execl(confine, "confine", "/bin/sh", "-c", ends[_i].script, NULL);
    _exit(127);
  }
  int status;
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_msg(ends[_i].signal ? WIFSIGNALED(status) && WTERMSIG(status) == ends[_i].signal
                                : WIFEXITED(status) && WEXITSTATUS(status) == ends[_i].status,
                "%s: 0x%x", ends[_i].script, (unsigned)status);
  free(confine);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("attacks");
  TCase *tests = tcase_create("attacks");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, DEADLINE_SECONDS);
  tcase_add_loop_test(tests, an_attack_changes_nothing_outside, 0, ATTACKS * WAYS);
  tcase_add_loop_test(tests, an_attack_under_an_emulator_changes_nothing_outside, 0, ATTACKS);
  tcase_add_test(tests, a_cell_is_whole_where_the_kernel_grants_it);
  tcase_add_test(tests, what_a_container_does_not_grant_is_named);
  tcase_add_loop_test(tests, the_launcher_ends_as_the_program_ends, 0, sizeof ends / sizeof *ends);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
