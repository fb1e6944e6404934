/* markdown-server: serves one Markdown file as a web page, rendered anew for every request, or a folder of them.
 *
 *     markdown-server [OPTION...] [FILE|FOLDER]
 *
 * This file is the command line; the server is generators/http, the renderer generators/markdown. */
#include "../http/server.h"
#include "../markdown/markdown.h"
#include "../words.h"

#define ARGUMENT_PLACE S0 /* the place in argv of the argument in hand */
#define ARGUMENT S1       /* the argument itself */
#define NO_OPTIONS S2     /* not 0: "--" has come */
#define FILE_NAMED S3     /* not 0: FILE has come */
#define VALUE S4          /* the value that stands in the same argument as its option, or 0 */

enum { DEFAULT_PORT = 8006 };

static const char help[] = "usage: markdown-server [OPTION...] [FILE|FOLDER]\n"
                           "\n"
                           "Serve the Markdown file FILE (/data.md where none is named) as a web page, at\n"
                           "http://ADDR:PORT/. It is read and rendered anew for every request. When clients\n"
                           "can come, that URL is printed.\n"
                           "\n"
                           "Of a FOLDER, /a/b.md and /a/b are the page of a/b.md; /a/ is index.md, README.md\n"
                           "or a list; other files are sent as they are. Names that begin with \".\" are hidden.\n"
                           "\n"
                           "  -b, --address=ADDR  listen on this IP address (127.0.0.1); :: is all there are\n"
                           "  -p, --port=PORT     listen on this TCP port (8006); 0 takes a free one\n"
                           "      --memory=SIZE   hold at most SIZE bytes of pages, in all: 64M, 1G\n"
                           "      --log=FILE      add a line for each answer to FILE, - is standard output\n"
                           "      --check=URL     ask the server at URL, of an IP address, and exit: 0 if it answers\n"
                           "                      2xx or 3xx, 1 if it does not within ten seconds\n"
                           "      --user=UID:GID  serve as this user and group, by number; GID is as UID if left out\n"
                           "      --workers=N     serve with N processes, 64 at most; one that dies is replaced\n"
                           "      --cache=SIZE    keep up to SIZE bytes of pages (of FILE 0, of a FOLDER 16M)\n"
                           "      --page          make each document a whole page, with a title and a style\n"
                           "      --unsafe        pass raw HTML and dangerous URLs through\n"
                           "      --sourcepos     say of each block where it stands in the document\n"
                           "      --hardbreaks    make each line end a hard line break\n"
                           "      --nobreaks      make each line end a space\n"
                           "      --smart         write quotation marks, dashes and ellipses for ' \" -- ...\n"
                           "      --validate-utf8 put U+FFFD for ill-formed UTF-8\n"
                           "  -h, --help          print this\n"
                           "      --version       print what this is\n"
                           "\n"
                           "A socket of LISTEN_FDS is used in place of ADDR and PORT.\n"
                           "\n"
                           "SIGTERM and SIGINT end it with exit status 0, when those who are served have their\n"
                           "answers; a second one at once. After SIGHUP the log of a FILE goes on in a new one;\n"
                           "without one it is as SIGTERM. 1: it could not listen or serve that. 2: usage.\n";

static const char version[] = "markdown-server: CommonMark 0.30, the HTML of cmark 0.30.2\n";

static const NamedString strings[] = {{"program_name", "markdown-server"},
                                      {"default_path", "/data.md"},
                                      {"help_text", help},
                                      {"version_text", version},
                                      {"unknown_option_text", "unknown option '"},
                                      {"see_help", "'; see markdown-server --help"},
                                      {"second_file_text", "one FILE is served, and '"},
                                      {"is_another", "' is another"},
                                      {"option", "option "},
                                      {"wants_value", " wants a value"},
                                      {"listen_pid", "LISTEN_PID="},
                                      {"listen_fds", "LISTEN_FDS="},
                                      {"bad_port_text", "bad port '"},
                                      {"port_meant", "'; a number from 0 to 65535 is meant"},
                                      {"bad_size_text", "bad size '"},
                                      {"size_meant", "'; a number such as 4096, 64M or 1G is meant"},
                                      {"bad_user_text", "bad user '"},
                                      {"user_meant", "'; numbers are meant, such as 65534 or 65534:65534"},
                                      {"bad_workers_text", "bad number of workers '"},
                                      {"workers_meant", "'; a number from 1 to 64 is meant"},
                                      {"bad_address_text", "bad address '"},
                                      {"address_meant", "'; an IP address is meant, such as 127.0.0.1 or ::1"}};

/* The options, and where in "_start" each is handled; the last entry is for all others. The first ones are the flags of
 * markdown_render, from bit 0 on, and WHOLE_PAGE; then come those that have a value. */
static const Option options[] = {
    {"--unsafe", "_start.flag"},     {"--sourcepos", "_start.flag"},  {"--hardbreaks", "_start.flag"},
    {"--nobreaks", "_start.flag"},   {"--smart", "_start.flag"},      {"--validate-utf8", "_start.flag"},
    {"--page", "_start.flag"},       {"-b", "_start.address"},        {"-p", "_start.port"},
    {"--address", "_start.address"}, {"--port", "_start.port"},       {"--memory", "_start.memory"},
    {"--cache", "_start.cache"},     {"--log", "_start.log"},         {"--check", "_start.check"},
    {"--user", "_start.user"},       {"--workers", "_start.several"}, {"--", "_start.end_of_options"},
    {"-h", "_start.help"},           {"--help", "_start.help"},       {"--version", "_start.version"},
    {"", "_start.unknown_option"}};
enum { FIRST_WITH_VALUE = 7, LAST_WITH_VALUE = 16 };

/* Refuses ARGUMENT: "PROGRAM: BEFORE ARGUMENT AFTER", the labels of strings. */
#define refuse_argument(before, after) (la(A0, before), la(A2, after), jump("refuse_argument"))

/* refuse_argument: in A0 = what stands before ARGUMENT in the error line, A2 = what stands after it. */
static void lay_refuse_argument(void) {
  routine("refuse_argument", in(A0, A2, S1), no_return);
  mov(A1, ARGUMENT);
  li(A3, EXIT_USAGE);
  jump("fail");
}

/* take_value: in ARGUMENT_PLACE = place of an option, VALUE = what stands in the same argument, or 0. Then
 * ARGUMENT_PLACE moves on to the option's value. Out ARGUMENT, A0 = that value; ends the program if there is none. */
static void lay_take_value(void) {
  routine("take_value", in(S4), out(A0), moves(S0, S1));
  mov(A0, VALUE);
  bne(A0, 0, "taken");
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8);
  ld64(A0, ARGUMENT_PLACE, 0);
  beq(A0, 0, "missing");
  label("taken");
  mov(ARGUMENT, A0);
  ret();
  label("missing");
  refuse_argument("option", "wants_value");
}

/* part_argument: in ARGUMENT = an option as it stands in argv. Out A0 = the ordinal of its name, VALUE = the value that
 * stands in the same argument, or 0: "-p80", "--port=80". */
static void lay_part_argument(void) {
  Reg place = S5;
  routine("part_argument", in(S1), out(A0, S4), destroys(A1, A2, A3, ALL_T));
  enter(place);
  li(VALUE, 0);
  mov(A0, ARGUMENT);
  la(A1, "options");
  call("find_option");
  bne(A0, sizeof options / sizeof *options - 1, "found");
  ld8(T0, ARGUMENT, 1);
  bne(T0, '-', "short_option");
  mov(place, ARGUMENT);
  label("next_byte");
  ld8(T0, place, 0);
  beq(T0, 0, "found");
  add(place, place, 1);
  bne(T0, '=', "next_byte");
  st8(0, place, -1);
  mov(A0, ARGUMENT);
  la(A1, "options");
  call("find_option");
  st8('=', place, -1);
  sub(T0, A0, FIRST_WITH_VALUE);
  bgtu(T0, LAST_WITH_VALUE - FIRST_WITH_VALUE, "unknown");
  mov(VALUE, place);
  leave();
  label("short_option");
  li(A0, FIRST_WITH_VALUE);
  beq(T0, 'b', "short_value");
  li(A0, FIRST_WITH_VALUE + 1);
  bne(T0, 'p', "unknown");
  label("short_value");
  add(VALUE, ARGUMENT, 2);
  leave();
  label("unknown");
  li(A0, sizeof options / sizeof *options - 1);
  label("found");
  leave();
}

/* parse_size: in A0 = NUL-terminated text. Out A0 = how many bytes it says, or -1. */
static void lay_parse_size(void) {
  routine("parse_size", in(A0), out(A0), destroys(A1, A2, T0));
  enter_bare();
  li(A1, 1 << 30);
  call("take_decimal");
  blt(A1, 0, "refused");
  ld8(T0, A0, 0);
  beq(T0, 0, "counted");
  li(A2, 10);
  beq(T0, 'K', "unit");
  li(A2, 20);
  beq(T0, 'M', "unit");
  li(A2, 30);
  bne(T0, 'G', "refused");
  label("unit");
  ld8(T0, A0, 1);
  bne(T0, 0, "refused");
  shl(A1, A1, A2);
  label("counted");
  mov(A0, A1);
  leave();
  label("refused");
  li(A0, -1);
  leave();
}

/* set_defaults: where to listen, what to serve. */
static void lay_set_defaults(void) {
  routine("set_defaults", destroys(A1, T0));
  la(A1, "listen_address"); /* the port and the address are in network byte order */
  st16(LINUX_AF_INET, A1, SOCKADDR_FAMILY);
  st8(DEFAULT_PORT >> 8, A1, 2);
  st8(DEFAULT_PORT & 0xff, A1, 3);
  st8(127, A1, 4);
  st8(1, A1, 7);
  la(A1, "document_path");
  la(T0, "default_path");
  st64(T0, A1, 0);
  la(A1, "memory_limit");
  st64(-1, A1, 0);
  ret();
}

/* take_variable: in ARGUMENT = a string of the environment, A1 = a name with its "=". Out A0 = the number that it is
 * given there, or -1. */
static void lay_take_variable(void) {
  routine("take_variable", in(A1, S1), out(A0), destroys(A1, A2, ALL_T));
  mov(A0, ARGUMENT);
  label("next_octet");
  ld8(T1, A1, 0);
  ld8(T0, A0, 0);
  beq(T1, 0, "named");
  add(A0, A0, 1);
  add(A1, A1, 1);
  beq(T0, T1, "next_octet");
  li(A0, -1);
  ret();
  label("named");
  enter_bare();
  li(A1, 1 << 30);
  call("take_decimal");
  ld8(T0, A0, 0);
  mov(A0, A1);
  beq(T0, 0, "whole_value");
  li(A0, -1);
  label("whole_value");
  leave();
}

/* take_inherited_socket: in ARGUMENT_PLACE = where argv ends. If the environment says that this process has been given
 * sockets that listen (LISTEN_PID, LISTEN_FDS: sd_listen_fds(3)), the first of them becomes SERVER_SOCKET. */
static void lay_take_inherited_socket(void) {
  enum { FIRST_INHERITED = 3 };
  Reg pid = S2, sockets = S3;
  routine("take_inherited_socket", in(S0), destroys(A0, A1, A2, ALL_T, S0, S1, S2, S3));
  enter_bare();
  li(pid, -1);
  li(sockets, 0);
  label("next_variable");
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8);
  ld64(ARGUMENT, ARGUMENT_PLACE, 0);
  beq(ARGUMENT, 0, "environment_read");
  la(A1, "listen_fds");
  call("take_variable");
  bge(A0, 0, "sockets");
  la(A1, "listen_pid");
  call("take_variable");
  blt(A0, 0, "next_variable");
  mov(pid, A0);
  jump("next_variable");
  label("sockets");
  mov(sockets, A0);
  jump("next_variable");
  label("environment_read");
  beq(sockets, 0, "none");
  sys(NR_GETPID);
  bne(A0, pid, "none"); /* they are for the process that has started this one */
  la(A1, "server");
  st32(FIRST_INHERITED, A1, SERVER_SOCKET);
  label("none");
  leave();
}

/* Where the kernel starts the program. */
static void lay_start(void) {
  routine("_start", no_return);
  stack_pointer(ARGUMENT_PLACE);
  never_returns();
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8); /* argv[0] */
  li(NO_OPTIONS, 0);
  li(FILE_NAMED, 0);
  call("unpack_texts");
  call("set_defaults");

  label("next_argument");
  ld64(T0, ARGUMENT_PLACE, 0);
  beq(T0, 0, "arguments_taken");
  add(ARGUMENT_PLACE, ARGUMENT_PLACE, 8);
  ld64(ARGUMENT, ARGUMENT_PLACE, 0);
  beq(ARGUMENT, 0, "arguments_taken");
  bne(NO_OPTIONS, 0, "file");
  ld8(T0, ARGUMENT, 0);
  bne(T0, '-', "file");
  call("part_argument");
  mov(T1, A0);
  jump_table(A0, "option_handlers");

  label("file");
  bne(FILE_NAMED, 0, "second_file");
  li(FILE_NAMED, 1);
  la(T0, "document_path");
  st64(ARGUMENT, T0, 0);
  jump("next_argument");
  label("end_of_options");
  li(NO_OPTIONS, 1);
  jump("next_argument");
  label("flag");
  li(T0, 1);
  shl(T0, T0, T1);
  la(A1, "render_flags");
  ld64(A0, A1, 0);
  or (A0, A0, T0);
  st64(A0, A1, 0);
  jump("next_argument");

  label("address");
  call("take_value");
  la(A1, "listen_address");
  st16(LINUX_AF_INET, A1, SOCKADDR_FAMILY);
  add(A1, A1, SOCKADDR_ADDRESS);
  call("take_ipv4");
  beq(A0, 0, "no_ipv4");
  ld8(T0, A0, 0);
  beq(T0, 0, "next_argument");
  label("no_ipv4");
  la(A1, "listen_address");
  st16(LINUX_AF_INET6, A1, SOCKADDR_FAMILY);
  st32(0, A1, SOCKADDR_IN6_FLOW);
  add(A1, A1, SOCKADDR_IN6_ADDRESS);
  mov(A0, ARGUMENT);
  call("take_ipv6");
  beq(A0, 0, "bad_address");
  ld8(T0, A0, 0);
  beq(T0, 0, "next_argument");
  label("bad_address");
  refuse_argument("bad_address_text", "address_meant");

  label("port");
  call("take_value");
  call("parse_port");
  blt(A0, 0, "bad_port");
  la(A1, "listen_address");
  st8(A0, A1, 3);
  shr(A0, A0, 8);
  st8(A0, A1, 2);
  jump("next_argument");
  label("bad_port");
  refuse_argument("bad_port_text", "port_meant");

  label("memory");
  call("take_value");
  call("parse_size");
  blt(A0, 0, "bad_size");
  st64_of(A0, "memory_limit", 0);
  jump("next_argument");
  label("cache");
  call("take_value");
  call("parse_size");
  blt(A0, 0, "bad_size");
  st64_of(A0, "cache_limit", 0);
  st64_of(ARGUMENT, "folder", FOLDER_CACHE_SAID);
  jump("next_argument");
  label("bad_size");
  refuse_argument("bad_size_text", "size_meant");

  label("log");
  call("take_value");
  la(A1, "access_log");
  st64(A0, A1, LOG_NAME);
  jump("next_argument");

  label("check");
  call("take_value");
  jump("check_url");

  label("user");
  call("take_value");
  call("parse_user");
  beq(A0, 0, "next_argument");
  refuse_argument("bad_user_text", "user_meant");

  label("several");
  call("take_value");
  li(A1, WORKERS_MOST);
  call("take_decimal");
  ld8(T0, A0, 0);
  bne(T0, 0, "bad_workers");
  st64_of(A1, "workers", WORKERS_WANTED);
  bge(A1, 1, "next_argument");
  label("bad_workers");
  refuse_argument("bad_workers_text", "workers_meant");

  label("help");
  la(A1, "help_text");
  li(A2, sizeof help - 1);
  jump("print_and_exit");
  label("version");
  la(A1, "version_text");
  li(A2, sizeof version - 1);
  jump("print_and_exit");
  label("unknown_option");
  refuse_argument("unknown_option_text", "see_help");
  label("second_file");
  refuse_argument("second_file_text", "is_another");

  label("arguments_taken");
  call("take_inherited_socket");
  call("check_file");
  call("ignore_sigpipe");
  call("block_signals");
  call("listen_or_fail");
  call("become_user");
  beq(A0, 0, "same_user");
  call("check_file"); /* which the other one may not be able to read */
  label("same_user");
  call("prepare_slots");
  call("open_log");
  call("announce");
  call("begin_log");
  call("enter_landlock");
  call("run_workers");
  call("enter_seccomp");
  jump("serve");
  bss("document_path", 8, 8); /* FILE, NUL-terminated */
  bss("render_flags", 8, 8);  /* of markdown_render */
}

static void author(void) {
  packed_strings(strings);
  packed_options(options);
  lay_start();
  lay_refuse_argument();
  lay_set_defaults();
  lay_take_value();
  lay_take_variable();
  lay_take_inherited_socket();
  lay_part_argument();
  lay_parse_size();
  lay_linux_text();
  lay_append_bytes();
  lay_linux_numbers();
  lay_linux_waiting_calls();
  lay_linux_options();
  lay_http_failures();
  lay_http_server();
  lay_http_sandbox();
  lay_http_check();
  lay_http_workers();
  lay_http_user();
  lay_http_log();
  lay_http_connection();
  lay_http_page();
  lay_http_kept();
  lay_http_resource();
  lay_http_document_page();
  lay_http_folder();
  lay_http_media_types();
  lay_http_listing();
  lay_http_request();
  lay_http_address();
  lay_http_date();
  lay_http_conditions();
  lay_http_response();
  lay_map_memory();
  lay_http_document();
  lay_tidy_document();
  lay_markdown();
  lay_http_texts(true);
  lay_http_slots();
}

int main(int argc, char **argv) { return bl_program_main(argc, argv, "markdown-server", author); }

/* SPDX-License-Identifier: MIT */
