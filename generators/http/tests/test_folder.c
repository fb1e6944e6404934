/* A folder that is served, on every runner, and natively without openat2 too: each path that can be made of the names
 * in a tree is asked for, and so are attacks; the oracle of oracles/folder.h says what each must be answered. Then
 * somebody renames as fast as possible, and nothing from outside may ever come. */
/* reads: elf build/refuse */
#include "drive.h"

#include "oracles/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "this stands outside of the folder"

/* The runners, and one that starts the server where there is no openat2. */
enum { WITHOUT_OPENAT2 = RUNNERS, WAYS };

static Server start_way(int way, const char *path, const char *option) {
  static char refuse[4096];
  const char *build = getenv("BUILD");
  snprintf(refuse, sizeof refuse, "%s/refuse", build ? build : "build");
  static const char *const wrapper[] = {refuse, "openat2", "ENOSYS", NULL};
  bool without = way == WITHOUT_OPENAT2;
  return server_start(&runners[without ? 0 : way], path,
                      (StartOptions){.wrapper = without ? wrapper : NULL, .option = option});
}

/* qemu-user has no openat2 either. */
static unsigned rule_of(int way) { return way == 0 ? 0 : FOLDER_ORACLE_WALKS; }

/* ---- The tree -------------------------------------------------------------------------------------------------- */

static char root[4096];

static void make_file(const char *name, const char *content) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", root, name);
  write_file(path, content, strlen(content));
}

static void make_folder(const char *name) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", root, name);
  ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void make_link(const char *name, const char *target) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", root, name);
  ck_assert_int_eq(symlink(target, path), 0);
}

/* Makes the folder that is served, in one of its own, where what must not be served stands too. */
static void make_root(const char *test, int number) {
  char path[4096];
  Text name = text_of("%s%d", test, number);
  snprintf(path, sizeof path, "%s", temporary_path(name.bytes));
  ck_assert_int_eq(mkdir(path, 0755), 0);
  snprintf(root, sizeof root, "%.4000s/site", path);
  ck_assert_int_eq(mkdir(root, 0755), 0);
  text_free(&name);
}

static void make_others(void) {
  char path[8192];
  snprintf(path, sizeof path, "%s/pipe", root);
  ck_assert_int_eq(mkfifo(path, 0644), 0);
  snprintf(path, sizeof path, "%s/pipe.md", root);
  ck_assert_int_eq(mkfifo(path, 0644), 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char here[4096];
  ck_assert(getcwd(here, sizeof here) && chdir(root) == 0);
  snprintf(address.sun_path, sizeof address.sun_path, "socket.md");
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  close(fd);
  ck_assert_int_eq(chdir(here), 0);
}

/* A file of every media type, and of names that are nearly of one. */
static void make_every_type(void) {
  static const char *const suffixes[] = {"md",   "html", "htm",   "txt", "css", "csv",  "js",   "mjs", "json", "xml",
                                         "pdf",  "wasm", "zip",   "gz",  "png", "jpg",  "jpeg", "gif", "svg",  "webp",
                                         "avif", "ico",  "woff2", "mp3", "mp4", "webm", "m",    "mdx", "HtM",  "png~"};
  char name[64];
  make_folder("v1.txt");
  make_file("v1.txt/notes", "in a folder with a suffix");
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    snprintf(name, sizeof name, "v1.txt/t.%s", suffixes[i]);
    make_file(name, suffixes[i]);
  }
  make_file("v1.txt/!\"#$%&'()*+,-.:;<=>?@[\\]^_`{|}~", "every other byte");
}

static void make_tree(void) {
  static const char *const folders[] = {
      "guide",   "guide/deep",       "guide/deep/er", "empty", "only-readme", "both", "a", ".git", "index",
      "no-page", "no-page/index.md", "a b&c<d>",      "Z"};
  static const char *const files[][2] = {{"guide/index.md", "# Guide\n\n[a](a) [deep](deep/)\n"},
                                         {"guide/a.md", "*a*\n"},
                                         {"guide/b", "no suffix"},
                                         {"guide/deep/er/x.md", "# x\n"},
                                         {"only-readme/README.md", "# read me\n"},
                                         {"both/index.md", "# index\n"},
                                         {"both/README.md", "# readme\n"},
                                         {"a.md", "# a beside a folder a\n"},
                                         {"index.html", "<p>as it is\n"},
                                         {"style.CSS", "a{}\n"},
                                         {"picture.png", "\x89PNG"},
                                         {"data.tar.gz", "gz"},
                                         {"script.mjs", "1\n"},
                                         {"b.MD", "# capital suffix\n"},
                                         {".hidden", SECRET},
                                         {".git/config", SECRET},
                                         {"a b&c<d>/e\"f'.md", "# odd\n"},
                                         {"a b&c<d>/\x01\x7f\t\n \r.txt", "controls\n"},
                                         {"a b&c<d>/\xff\xfe\xc3\xa4", "bytes\n"},
                                         {"a b&c<d>/100%", "per cent\n"},
                                         {"a b&c<d>/%2e%2e", "per cent twice\n"},
                                         {"a b&c<d>/back\\slash", "\\\n"},
                                         {"a b&c<d>/a#b?c;d=e", "reserved\n"},
                                         {"a b&c<d>/*x* _y_ `z` [l](m) ![i](j) <b> &amp; -- ... ~", "markup\n"},
                                         {"a b&c<d>/javascript:alert(1)", "scheme\n"},
                                         {"a b&c<d>/ lead", "blanks\n"},
                                         {"a b&c<d>/trail ", "blanks\n"},
                                         {"trailing.", "no letters\n"},
                                         {"empty.md", ""},
                                         {"...", SECRET},
                                         {"Z/z", "z"}};
  static const char *const links[][2] = {{"to-file", "guide/a.md"},
                                         {"to-file.md", "guide/a.md"},
                                         {"to-folder", "guide"},
                                         {"deep-link", "to-folder/deep/er/x.md"},
                                         {"guide/up", "../guide/a.md"},
                                         {"guide/deep/back", "../../a.md"},
                                         {"out", "../secret"},
                                         {"out.md", "../secret"},
                                         {"guide/out", "../../secret"},
                                         {"out-folder", ".."},
                                         {"out-and-in", "../site/a.md"},
                                         {"absolute", "/etc/passwd"},
                                         {"magic", "/proc/self/root/etc/passwd"},
                                         {"broken", "nowhere"},
                                         {"broken.md", "nowhere"},
                                         {"loop", "loop"},
                                         {"loop-a", "loop-b"},
                                         {"loop-b", "loop-a"},
                                         {"here", "."},
                                         {"to-hidden", ".hidden-not"},
                                         {"dots", "guide/../guide/./a.md"}};
  char path[8192], name[256];
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    make_folder(folders[i]);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    make_file(files[i][0], files[i][1]);
  for (size_t i = 0; i < sizeof links / sizeof *links; i++)
    make_link(links[i][0], links[i][1]);
  memset(name, 'n', 255);
  name[255] = '\0';
  make_file(name, "the longest name\n");
  memcpy(name + 252, ".md", 3);
  make_file(name, "# the longest name of a page\n");
  for (int i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "Z/%c%d", 'a' + i * 7 % 26, i * 7919 % 1000);
    make_file(name, "");
  }
  make_every_type();
  make_others();
  snprintf(path, sizeof path, "%s/../secret", root);
  write_file(path, SECRET, strlen(SECRET));
}

/* ---- Questions -------------------------------------------------------------------------------------------------- */

static Server server;
static int way;
static bool whole_pages; /* --page */
static unsigned asked;

/* The value of a header field in an answer, up to the end of its line, or NULL. */
static char *field_of(const char *head, const char *name) {
  const char *line = strstr(head, name);
  return line ? strndup(line + strlen(name), strcspn(line + strlen(name), "\r")) : NULL;
}

static void check_answer(const char *path, Text got, struct folder_answer answer) {
  char *end = strstr(got.bytes, "\r\n\r\n");
  ck_assert_msg(end != NULL, "%s: no header section in %zu bytes", path, got.length);
  size_t head = (size_t)(end + 4 - got.bytes);
  *end = '\0';
  int status = 0;
  ck_assert_int_eq(sscanf(got.bytes, "HTTP/1.1 %d", &status), 1);
  ck_assert_msg(status == answer.status, "%s: %d, expected %d", path, status, answer.status);
  char *type = field_of(got.bytes, "\r\nContent-Type: "), *location = field_of(got.bytes, "\r\nLocation: ");
  char *length = field_of(got.bytes, "\r\nContent-Length: ");
  ck_assert_msg(type && strcmp(type, answer.media_type) == 0, "%s: %s, expected %s", path, type, answer.media_type);
  ck_assert_msg(length && strtoul(length, NULL, 10) == answer.length, "%s: length %s", path, length);
  ck_assert_msg(!location == !answer.location && (!location || strcmp(location, answer.location) == 0),
                "%s: Location %s, expected %s", path, location, answer.location);
  free(type), free(location), free(length);
  check_text(path, (Text){got.bytes + head, got.length - head}, answer.body, answer.length);
}

static void ask(const char *path) {
  Text octets = text_of("GET %s HTTP/1.0\r\n\r\n", path);
  Text got = request(&server, octets.bytes);
  struct folder_answer answer =
      folder_oracle_answer(root, path, rule_of(way) | (whole_pages ? FOLDER_ORACLE_PAGE : 0), 0);
  ck_assert_msg(!memmem(got.bytes, got.length, SECRET, strlen(SECRET)), "%s: a byte from outside", path);
  check_answer(path, got, answer);
  folder_answer_free(&answer);
  text_free(&octets);
  text_free(&got);
  asked++;
}

/* NAME as a path of a request: every byte encoded, or those alone that must be. */
static void put_path(char *path, const char *name, bool all) {
  for (path += sprintf(path, "/"); *name; name++) {
    unsigned char byte = (unsigned char)*name;
    bool plain = byte > ' ' && byte < 0x7f && !strchr("#%?", byte) && !all;
    path += sprintf(path, plain || byte == '/' ? "%c" : byte % 2 ? "%%%02x" : "%%%02X", byte);
  }
}

static int ask_about(const char *entry, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  const char *name = entry + strlen(root);
  name += *name == '/';
  char path[16384], changed[16400];
  put_path(path, name, true);
  ask(path);
  put_path(path, name, false);
  ask(path);
  static const char *const ends[] = {"/", "/.", "/..", "/../", "//", ".md", ".", "%00", "%2f", "/index.md", "%2", "~"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    snprintf(changed, sizeof changed, "%s%s", path, ends[i]);
    ask(changed);
  }
  static const char *const starts[] = {"/", "/.", "/..", "/%2e%2e", "/guide/..", "/Z/%2e%2E", "/here", "/\\"};
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    snprintf(changed, sizeof changed, "%s%s", starts[i], path);
    ask(changed);
  }
  char *suffix = strrchr(path, '.');
  if (suffix && !strchr(suffix, '/')) {
    *suffix = '\0';
    ask(path);
  }
  return 0;
}

static const char *const attacks[] = {"/../secret",
                                      "/..",
                                      "/../",
                                      "/../../../../../../etc/passwd",
                                      "/%2e%2e/secret",
                                      "/%2e./secret",
                                      "/.%2e/secret",
                                      "/%2E%2E/%2e%2e/etc/passwd",
                                      "/%252e%252e/secret",
                                      "/%252e%252e%252fsecret",
                                      "/..%2fsecret",
                                      "/..%2Fsecret",
                                      "/%2e%2e%2fsecret",
                                      "/..%5csecret",
                                      "/..\\secret",
                                      "/guide/..\\..\\secret",
                                      "/%5c..%5c..%5csecret",
                                      "/..%c0%afsecret",
                                      "/%c0%ae%c0%ae/secret",
                                      "/..%u2216secret",
                                      "/%uff0e%uff0e/secret",
                                      "/guide/../../secret",
                                      "/guide/%2e%2e/%2e%2e/secret",
                                      "/guide/.../secret",
                                      "/.../",
                                      "/...",
                                      "/./secret",
                                      "/././a.md",
                                      "/guide/./a.md",
                                      "/%2e/a.md",
                                      "//",
                                      "//etc/passwd",
                                      "///etc/passwd",
                                      "/guide//a.md",
                                      "//a.md",
                                      "/a.md//",
                                      "/%2fetc%2fpasswd",
                                      "/%2Fa.md",
                                      "/etc/passwd",
                                      "/proc/self/environ",
                                      "/dev/zero",
                                      "/a.md%00",
                                      "/a.md%00.html",
                                      "/%00",
                                      "/%00/../secret",
                                      "/a%0a.md",
                                      "/a%0d%0aX:%20y",
                                      "/%",
                                      "/%2",
                                      "/%g0",
                                      "/%0g",
                                      "/a%",
                                      "/a%2",
                                      "/%%",
                                      "/%-1",
                                      "/%+1",
                                      "/% 1",
                                      "/.hidden",
                                      "/%2ehidden",
                                      "/.git/config",
                                      "/%2egit/config",
                                      "/guide/.git",
                                      "/.",
                                      "/guide/.",
                                      "/guide/..",
                                      "/a.md/",
                                      "/a.md/.",
                                      "/a.md/..",
                                      "/a.md/x",
                                      "/out",
                                      "/out/",
                                      "/out/x",
                                      "/out-folder/secret",
                                      "/out-folder/",
                                      "/out-folder",
                                      "/out-folder/site/a.md",
                                      "/out-and-in",
                                      "/absolute",
                                      "/magic",
                                      "/here/here/here/a.md",
                                      "/here/../secret",
                                      "/loop",
                                      "/loop/x",
                                      "/pipe",
                                      "/pipe.md",
                                      "/socket",
                                      "/socket.md",
                                      "/no-page/",
                                      "/no-page",
                                      "/README.md",
                                      "/index",
                                      "/GUIDE/",
                                      "/guide/a.MD",
                                      "/guide/a.md.md",
                                      "/~root/",
                                      "/a.md;x=y",
                                      "/a.md&x",
                                      "/a+b",
                                      "/a%20b&c%3cd%3e/",
                                      "/C:/x",
                                      "/@evil",
                                      "/\\evil"};

/* Components and paths as long as a name and a path may be, and one byte longer. */
static void ask_long(void) {
  static char path[8192];
  for (int length = 250; length <= 260; length++) {
    memset(path, 'n', sizeof path);
    path[0] = '/';
    path[1 + length] = '\0';
    ask(path);
    memcpy(path + 1 + length - 3, ".md", 4);
    ask(path);
  }
  for (int length = 4070; length <= 4100; length += 3)
    for (int begin = 0; begin < 2; begin++) {
      memset(path, 'x', sizeof path);
      for (int i = 0; i < length; i += 2)
        memcpy(path + i, "/x", 2);
      if (begin)
        memcpy(path, "/a.md", 5);
      path[length] = '\0';
      ask(path);
    }
  for (int i = 0; i < 800; i++)
    memcpy(path + (ptrdiff_t)5 * i, "/here", 5);
  strcpy(path + 4000, "/a.md");
  ask(path);
  strcpy(path + 150, "/a.md");
  ask(path);
  strcpy(path + 205, "/a.md");
  ask(path);
}

/* Folders in one another, whose path is longer than any that is served; they are opened and removed one by one. */
static void ask_deep(void) {
  enum { DEEP = 21, EACH = 200 };
  static char path[DEEP * (EACH + 1) + 16];
  char name[EACH + 1];
  int folders[DEEP + 1] = {open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  memset(name, 'd', EACH);
  name[EACH] = '\0';
  for (int i = 0; i < DEEP; i++) {
    ck_assert_int_eq(mkdirat(folders[i], name, 0755), 0);
    folders[i + 1] = openat(folders[i], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(folders[i + 1], 0);
    strcat(strcat(path, "/"), name);
    strcat(path, "/");
    ask(path);
    path[strlen(path) - 1] = '\0';
    ask(path);
  }
  for (int length = 50; length < 70; length++) { /* the longest path that is served, and longer ones */
    char end[80];
    memset(end, 'e', sizeof end);
    end[length] = '\0';
    snprintf(path + (size_t)20 * (EACH + 1), 100, "/%s", end);
    ck_assert_int_eq(mkdirat(folders[20], end, 0755), 0);
    ask(path);
    ck_assert_int_eq(unlinkat(folders[20], end, AT_REMOVEDIR), 0);
  }
  for (int i = DEEP; i > 0; i--) {
    close(folders[i]);
    ck_assert_int_eq(unlinkat(folders[i - 1], name, AT_REMOVEDIR), 0);
  }
  close(folders[0]);
  path[0] = '\0';
}

/* How many descriptors the server has open. */
static unsigned descriptors(void) {
  char path[64];
  unsigned count = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", (int)server.program.pid);
  DIR *folder = opendir(path);
  ck_assert_ptr_nonnull(folder);
  while (readdir(folder))
    count++;
  closedir(folder);
  return count;
}

START_TEST(every_path) {
  way = _i % WAYS;
  whole_pages = _i >= WAYS;
  asked = 0;
  make_root("paths", _i);
  make_tree();
  server = start_way(way, root, whole_pages ? "--page" : NULL);
  ask("/");
  unsigned before = descriptors();
  ck_assert_int_eq(nftw(root, ask_about, 16, FTW_PHYS), 0);
  for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
    ask(attacks[i]);
  ask_long();
  ask_deep();
  for (int byte = 1; byte < 256; byte++) {
    char path[64];
    snprintf(path, sizeof path, "/a%%%02x", byte);
    ask(path);
    snprintf(path, sizeof path, "/%%%02x%%%02x/secret", byte, byte);
    ask(path);
  }
  ask("/");
  ck_assert_uint_le(descriptors(), before + 1); /* the connection that ended last may be there yet, at both times */
  server_stop(&server);
  ck_assert_uint_gt(asked, 2000);
}
END_TEST

/* ---- Others than GET of a whole file ---------------------------------------------------------------------------- */

static void expect(const char *what, const char *octets, const char *begin, const char *body) {
  Text got = request(&server, octets);
  ck_assert_msg(strncmp(got.bytes, begin, strlen(begin)) == 0, "%s: %.40s", what, got.bytes);
  char *end = strstr(got.bytes, "\r\n\r\n");
  ck_assert(end != NULL);
  check_text(what, (Text){end + 4, got.length - (size_t)(end + 4 - got.bytes)}, body, strlen(body));
  text_free(&got);
}

/* Asks for something, and for /x.txt on the same connection; the second answer must come whole. */
static void expect_next(const char *first) {
  Text octets =
      text_of("%s HTTP/1.1\r\nHost: x\r\n\r\nGET /x.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", first);
  Text got = request(&server, octets.bytes);
  const char *second = strstr(got.bytes + 1, "HTTP/1.1 200 OK\r\n"), *end = second ? strstr(second, "\r\n\r\n") : NULL;
  ck_assert_msg(end && strcmp(end + 4, "0123456789") == 0, "after %s: %s", first, got.bytes);
  text_free(&got);
  text_free(&octets);
}

START_TEST(parts_and_conditions) {
  make_root("parts", _i);
  make_file("x.txt", "0123456789");
  make_file("empty.txt", "");
  make_folder("f");
  server = start_way(_i, root, NULL);
  expect("a part", "GET /x.txt HTTP/1.0\r\nRange: bytes=2-5\r\n\r\n", "HTTP/1.1 206 ", "2345");
  expect("a suffix", "GET /x.txt HTTP/1.0\r\nRange: bytes=-3\r\n\r\n", "HTTP/1.1 206 ", "789");
  expect("none", "GET /x.txt HTTP/1.0\r\nRange: bytes=10-\r\n\r\n", "HTTP/1.1 416 ",
         "<h1>416 Range Not Satisfiable</h1>\n");
  expect("HEAD", "HEAD /x.txt HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "");
  expect("HEAD of a folder", "HEAD /f HTTP/1.0\r\n\r\n", "HTTP/1.1 301 ", "");
  expect("HEAD of nothing", "HEAD /g HTTP/1.0\r\n\r\n", "HTTP/1.1 404 ", "");
  expect("POST", "POST /x.txt HTTP/1.0\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 ",
         "<h1>405 Method Not Allowed</h1>\n");
  expect("OPTIONS", "OPTIONS /x.txt HTTP/1.0\r\n\r\n", "HTTP/1.1 204 ", "");
  expect("absolute", "GET http://x/x.txt HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "0123456789");
  expect("absolute, a query", "GET http://x/x.txt?/../ HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "0123456789");
  expect("absolute, nothing", "GET http://x HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ",
         "<h1>/</h1>\n<ul>\n<li><a href=\"empty.txt\">empty.txt</a></li>\n<li><a href=\"f/\">f/</a></li>\n<li><a "
         "href=\"x.txt\">x.txt</a></li>\n</ul>\n");
  static const char *const firsts[] = {"HEAD /x.txt", "GET /x.txt",     "GET /empty.txt", "HEAD /empty.txt",
                                       "GET /f",      "HEAD /f",        "GET /f/",        "GET /none",
                                       "HEAD /none",  "OPTIONS /x.txt", "POST /x.txt",    "GET /%zz"};
  for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
    expect_next(firsts[i]);
  server_stop(&server);
}
END_TEST

/* ---- Whole pages ------------------------------------------------------------------------------------------------- */

/* The SHA-256 of bytes in base64, as coreutils have it. */
static void hash_of(const char *bytes, size_t length, char *hash, size_t room) {
  write_file(temporary_path("style"), bytes, length);
  Text command =
      text_of("sha256sum <'%s' | head -c 64 | tr a-f A-F | basenc --base16 -d | base64", temporary_path("style"));
  FILE *pipe = popen(command.bytes, "r");
  ck_assert_ptr_nonnull(pipe);
  ck_assert_ptr_nonnull(fgets(hash, (int)room, pipe));
  ck_assert_int_eq(pclose(pipe), 0);
  hash[strcspn(hash, "\n")] = '\0';
  text_free(&command);
}

/* The policy of a page names the stylesheet that it has, and allows nothing but images beside it. */
START_TEST(policy) {
  char hash[128];
  make_root("policy", _i);
  make_file("a.md", "# a\n");
  make_file("b.txt", "b");
  server = start_way(_i, root, "--page");
  Text got = request(&server, "GET /a HTTP/1.0\r\n\r\n");
  char *begin = strstr(got.bytes, "<style>"), *end = strstr(got.bytes, "</style>");
  ck_assert(begin && end);
  begin += strlen("<style>");
  ck_assert_int_lt(end - begin, 1024);
  hash_of(begin, (size_t)(end - begin), hash, sizeof hash);
  Text policy = text_of("\r\nContent-Security-Policy: default-src 'none'; img-src 'self'; media-src 'self'; "
                        "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\r\n"
                        "X-Content-Type-Options: nosniff\r\n",
                        hash);
  ck_assert_msg(strstr(got.bytes, policy.bytes) != NULL, "expected %s in %s", policy.bytes, got.bytes);
  text_free(&got);
  got = request(&server, "GET /b.txt HTTP/1.0\r\n\r\n");
  ck_assert_ptr_null(strstr(got.bytes, "Content-Security-Policy"));
  ck_assert_ptr_nonnull(strstr(got.bytes, "\r\nX-Content-Type-Options: nosniff\r\n"));
  text_free(&got);
  text_free(&policy);
  server_stop(&server);
}
END_TEST

/* ---- Somebody renames ------------------------------------------------------------------------------------------- */

/* Exchanges, until it is killed: a folder and a link to one outside, a file and a link to one outside, and a folder
 * that goes out and comes in again. */
static pid_t start_renaming(void) {
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child)
    return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (;;) {
    renameat2(folder, "d", folder, "l", RENAME_EXCHANGE);
    renameat2(folder, "f.md", folder, "l.md", RENAME_EXCHANGE);
    renameat2(folder, "moves", folder, "../moved", 0);
    renameat2(folder, "../moved", folder, "moves", 0);
  }
}

START_TEST(renaming) {
  static const char *const paths[] = {"/d/x.md", "/d/deep/x.md", "/l/x.md",     "/f.md",        "/l.md",
                                      "/f",      "/d/",          "/moves/in/a", "/moves/up.md", "/d/deep/"};
  char path[8192];
  enum { TURNS = 60 };
  make_root("renaming", _i);
  snprintf(path, sizeof path, "%s/../outside", root);
  ck_assert_int_eq(mkdir(path, 0755), 0);
  make_folder("../outside/deep");
  make_file("../outside/x.md", SECRET);
  make_file("../outside/deep/x.md", SECRET);
  make_folder("d");
  make_folder("d/deep");
  make_file("d/x.md", "inside\n");
  make_file("d/deep/x.md", "inside\n");
  make_link("l", "../outside");
  make_file("f.md", "inside\n");
  make_link("l.md", "../outside/x.md");
  make_folder("moves");
  make_folder("moves/in");
  make_file("moves/in/a", "inside\n");
  make_link("moves/up.md", "../f.md");
  server = start_way(_i, root, NULL);
  pid_t child = start_renaming();
  unsigned pages = 0, nothing = 0;
  for (int turn = 0; turn < TURNS; turn++)
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
      Text octets = text_of("GET %s HTTP/1.0\r\n\r\n", paths[i]);
      Text got = request(&server, octets.bytes);
      ck_assert_msg(!memmem(got.bytes, got.length, SECRET, strlen(SECRET)), "%s: a byte from outside", paths[i]);
      bool page = strstr(got.bytes, "HTTP/1.1 200 ") == got.bytes,
           none = strstr(got.bytes, "HTTP/1.1 404 ") == got.bytes;
      ck_assert_msg(page || none, "%s: %.30s", paths[i], got.bytes);
      pages += page;
      nothing += none;
      text_free(&got);
      text_free(&octets);
    }
  kill(child, SIGKILL);
  ck_assert_int_eq(waitpid(child, NULL, 0), child);
  server_stop(&server);
  ck_assert_uint_gt(pages, 0);
  ck_assert_uint_gt(nothing, 0); /* the renaming was seen */
}
END_TEST

int main(void) {
  Suite *suite = suite_create("folder");
  add_test(suite, "every path", every_path, 2 * WAYS);
  add_test(suite, "parts and conditions", parts_and_conditions, WAYS);
  add_test(suite, "policy", policy, WAYS);
  add_test(suite, "renaming", renaming, WAYS);
  return run_suite(suite);
}

/* SPDX-License-Identifier: MIT */
