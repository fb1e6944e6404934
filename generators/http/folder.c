/* folder.c: from the path of a request to an open file, which lies in the folder that is served and nowhere else.
 *
 * The path is decoded once. A component that begins with "." is none, so neither ".." nor a hidden file has a name
 * here; an empty component and an encoded "/" are none either. The kernel opens the rest with openat2 and
 * RESOLVE_BENEATH: links inside of the folder are followed, one that leads out is refused, however quickly somebody
 * renames. Where there is no openat2, each component is opened in the one before, and no link is followed. */
#include "http.h"

#define PLACE S0 /* after what stands in "path" */

enum { AGAIN = 64 /* times that an open is tried when the kernel says that somebody renamed meanwhile */ };

/* What is looked for, one after the other, of a path that names a file, and of one that ends with "/". Before each
 * stands what it is if it is a folder. */
enum { NOTHING = 0, ELSEWHERE = 1 /* its path ends with "/" */, TO_LIST = 2, NO_MORE = 3 };

/* Bits of errors. In a folder, what cannot be opened is as good as not there. */
#define BIT(error) (UINT64_C(1) << (error))
#define IS_NOT_THERE (BIT(LINUX_ENOENT) | BIT(LINUX_ENOTDIR))
#define IS_NOT_SERVED                                                                                                  \
  (IS_NOT_THERE | BIT(LINUX_EPERM) | BIT(LINUX_ENXIO) | BIT(LINUX_EACCES) | BIT(LINUX_EXDEV) | BIT(LINUX_ENODEV) |     \
   BIT(LINUX_ENAMETOOLONG) | BIT(LINUX_ELOOP))
#define IS_FOR_LATER (BIT(LINUX_ENOMEM) | BIT(LINUX_ENFILE) | BIT(LINUX_EMFILE))

/* decode_path: in "request". Out A0 = 0, and the path stands in "path", decoded, with PLACE after it; or the status of
 * an error. */
static void lay_decode_path(void) {
  Reg cursor = S1, end = S2;
  routine("decode_path", out(A0, S0), destroys(ALL_T));
  enter(cursor, end);
  ld64_of(cursor, "request", REQUEST_PATH);
  ld64_of(end, "request", REQUEST_PATH_END);
  la(PLACE, "path");
  st8_next('/', PLACE);
  add(cursor, cursor, 1); /* an empty path is that of the folder too */
  label("next_octet");
  bgeu(cursor, end, "decoded");
  ld8_next(A0, cursor);
  bne(A0, '%', "octet");
  ld8(T0, cursor, 0); /* what ends the path is no digit */
  call("hex_digit");
  blt(T0, 0, "malformed");
  shl(A0, T0, 4);
  ld8(T0, cursor, 1);
  call("hex_digit");
  blt(T0, 0, "malformed");
  or (A0, A0, T0);
  add(cursor, cursor, 2);
  beq(A0, 0, "not_there");
  beq(A0, '/', "not_there");
  label("octet");
  ld8(T0, PLACE, -1);
  bne(T0, '/', "within_component");
  beq(A0, '.', "not_there");
  beq(A0, '/', "not_there");
  label("within_component");
  st8_next(A0, PLACE);
  jump("next_octet");
  label("decoded");
  la(T0, "path");
  sub(T0, PLACE, T0);
  bgtu(T0, PATH_LIMIT, "not_there");
  li(A0, 0);
  jump("done");
  label("malformed");
  li(A0, 400);
  jump("done");
  label("not_there");
  li(A0, 404);
  label("done");
  leave();
  bss("path", PATH_ROOM, 8);
}

/* open_path: opens what "path" names, in the folder. Out A0 = descriptor, or -errno. */
static void lay_open_path(void) {
  Reg tries = S0;
  Reg component = S0, folder = S1, separator = S2; /* when walking */
  data("open_how", 8);
  data_value(64, LINUX_O_RDONLY | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  data_value(64, 0);
  data_value(64, LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_MAGICLINKS);

  routine("open_path", out(A0), destroys(A1, A2, A3, ALL_T));
  enter(tries, folder, separator);
  ld64_of(T1, "folder", FOLDER_WALKS);
  bne(T1, 0, "walk");
  li(tries, AGAIN);
  label("open");
  la(A1, "path");
  add(A1, A1, 1);
  call("open_beneath");
  beq(A0, -LINUX_EINTR, "open");
  bne(A0, -LINUX_EAGAIN, "opened");
  sub(tries, tries, 1);
  bne(tries, 0, "open");
  li(A0, -LINUX_ENOMEM); /* for later */
  jump("opened");

  label("walk");
  ld64_of(folder, "folder", FOLDER_DESCRIPTOR);
  sub(folder, folder, 1);
  la(component, "path");
  add(component, component, 1);
  label("next_component");
  sub(separator, component, 1);
  label("in_component");
  add(separator, separator, 1);
  ld8(T0, separator, 0);
  beq(T0, 0, "last_component");
  bne(T0, '/', "in_component");
  st8(0, separator, 0);
  li(A2, bl_machine_now()->o_directory | bl_machine_now()->o_nofollow | LINUX_O_PATH | LINUX_O_CLOEXEC);
  call("step_into");
  st8('/', separator, 0);
  add(component, separator, 1);
  mov(folder, A0);
  bge(A0, 0, "next_component");
  jump("opened");
  label("last_component");
  li(A2, bl_machine_now()->o_nofollow | LINUX_O_RDONLY | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC);
  call("step_into");
  label("opened");
  leave();

  /* step_into: in component = a name, folder = descriptor of the folder that it is in, A2 = LINUX_O_*. Out A0 =
   * descriptor, or -errno. The folder's is closed, unless it is the one that is served. */
  routine("step_into", in(A2, S0, S1), out(A0), destroys(A1, ALL_T));
  mov(A0, folder);
  mov(A1, component);
  sys(NR_OPENAT);
  beq(A0, -LINUX_EINTR, "step_into");
  ld64_of(T0, "folder", FOLDER_DESCRIPTOR);
  sub(T0, T0, 1);
  beq(T0, folder, "kept");
  mov(A1, A0);
  mov(A0, folder);
  sys(NR_CLOSE);
  mov(A0, A1);
  label("kept");
  ret();

  /* open_beneath: in A1 = NUL-terminated path. Out A0 = descriptor, or -errno. */
  routine("open_beneath", in(A1), out(A0), destroys(A2, A3, ALL_T));
  ld64_of(A0, "folder", FOLDER_DESCRIPTOR);
  sub(A0, A0, 1);
  la(A2, "open_how");
  li(A3, OPEN_HOW_SIZE);
  sys(NR_OPENAT2);
  ret();
  bss("folder", FOLDER_SIZE, 8);
}

/* hold_resource: in A0 = descriptor. It is that of "resource", and "file_status" tells about it. Out A0 = the type in
 * its mode, or -errno. */
static void lay_hold_resource(void) {
  routine("hold_resource", in(A0), out(A0), destroys(A1, A2, ALL_T));
  la(A2, "resource");
  add(T0, A0, 1);
  st64(T0, A2, RESOURCE_FILE);
  la(A1, "file_status");
  sys(NR_FSTAT);
  blt(A0, 0, "done");
  ld32(A0, A1, bl_machine_now()->stat_mode);
  and(A0, A0, MODE_TYPE);
  label("done");
  ret();
  bss("file_status", STAT_ROOM, 8);
  bss("resource", RESOURCE_SIZE, 8);

  /* close_resource: closes what is open of "resource", if something is. */
  routine("close_resource", destroys(A0, A1, ALL_T));
  la(A1, "resource");
  ld64(A0, A1, RESOURCE_FILE);
  st64(0, A1, RESOURCE_FILE);
  beq(A0, 0, "none");
  sub(A0, A0, 1);
  sys(NR_CLOSE);
  label("none");
  ret();
}

/* find_in_folder: in "request". Out A0 = status, and "resource" as of find_resource. The first of the names that is
 * there is taken, whatever it is. */
static void lay_find_in_folder(void) {
  Reg suffix = S1;
  data("names_of_file", 1);
  data_u8(ELSEWHERE);
  data_bytes("", 1);
  data_u8(NOTHING);
  data_bytes(".md", 4);
  data_u8(NO_MORE);
  data("names_in_folder", 1);
  data_u8(NOTHING);
  data_bytes("index.md", 9);
  data_u8(NOTHING);
  data_bytes("README.md", 10);
  data_u8(TO_LIST);
  data_bytes(".", 2);
  data_u8(NO_MORE);

  routine("find_in_folder", out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter(PLACE, suffix);
  call("decode_path");
  bne(A0, 0, "done");
  la(suffix, "names_of_file");
  ld8(T0, PLACE, -1);
  bne(T0, '/', "try");
  la(suffix, "names_in_folder");
  label("try");
  mov(A0, PLACE);
  add(A1, suffix, 1);
  call("append_string");
  st8(0, A0, 0);
  call("find_by_name");
  bgt(A0, 0, "known");
  beq(A0, -LINUX_ENOENT, "rest_of_suffix");
  call("open_path");
  bge(A0, 0, "opened");
  bne(A0, -LINUX_ENOENT, "failed");
  label("rest_of_suffix");
  add(suffix, suffix, 1);
  ld8(T0, suffix, 0);
  bne(T0, 0, "rest_of_suffix");
  add(suffix, suffix, 1);
  ld8(T0, suffix, 0);
  bne(T0, NO_MORE, "try");
  label("failed");
  call("status_of_failure");
  jump("done");

  label("opened");
  call("hold_resource");
  blt(A0, 0, "failed");
  beq(A0, MODE_REGULAR, "file");
  bne(A0, MODE_DIRECTORY, "not_there");
  ld8(T0, suffix, 0);
  li(A0, 301);
  beq(T0, ELSEWHERE, "done");
  bne(T0, TO_LIST, "not_there");
  st8(0, PLACE, 0);
  li(A0, RESOURCE_LISTING);
  jump("found");
  label("not_there");
  li(A0, 404);
  jump("done");
  label("file");
  la(A0, "path");
  call("find_media_type");
  label("found");
  la(T0, "resource");
  st64(A0, T0, RESOURCE_KIND);
  label("known"); /* a page, as find_resource has said */
  li(A0, 200);
  label("done");
  leave();

  /* find_by_name: in "path". Out A0 = a page that the cache has of what it names, 0: it has none, or -errno. Only what
   * stands in the folder itself is looked for so, without following a link: a path that leads further has to be opened
   * before anything is known of what it leads to. */
  routine("find_by_name", out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  la(A1, "path");
  add(A1, A1, 1);
  mov(A0, A1);
  label("next_octet");
  ld8_next(T0, A0);
  beq(T0, '/', "nothing_kept");
  bne(T0, 0, "next_octet");
  ld8(T0, A0, -2);
  bne(T0, 'd', "nothing_kept"); /* it is not ".md": no page is looked for of other files */
  ld64_of(A0, "folder", FOLDER_DESCRIPTOR);
  sub(A0, A0, 1);
  li(A3, LINUX_AT_SYMLINK_NOFOLLOW);
  jump("find_kept_by_name");
  label("nothing_kept");
  li(A0, 0);
  ret();
}

/* find_resource: in "request". Out A0 = status. If that is 200, "resource" is the file, open, or the folder; otherwise
 * it may be open too. It is to be closed by close_resource. */
static void lay_find_resource(void) {
  routine("find_resource", out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  la(T1, "resource");
  st64(0, T1, RESOURCE_FILE);
  st64(RESOURCE_PAGE, T1, RESOURCE_KIND);
  la(T0, "page_type");
  st64(T0, T1, RESOURCE_TYPE);
  ld64_of(T0, "folder", FOLDER_DESCRIPTOR);
  bne(T0, 0, "find_in_folder");
  enter_bare();
  li(A0, LINUX_AT_FDCWD);
  ld64_of(A1, "document_path", 0);
  li(A3, 0);
  call("find_kept_by_name");
  li(T0, 200);
  bgt(A0, 0, "known"); /* opening says why it is not */
  label("open");
  li(A0, LINUX_AT_FDCWD);
  ld64_of(A1, "document_path", 0);
  li(A2, LINUX_O_RDONLY | LINUX_O_NONBLOCK | LINUX_O_CLOEXEC); /* opening a FIFO shall not wait for its writer */
  sys(NR_OPENAT);
  beq(A0, -LINUX_EINTR, "open");
  blt(A0, 0, "failed");
  call("hold_resource");
  blt(A0, 0, "failed");
  mov(T0, A0);
  li(A0, -LINUX_EISDIR); /* which stands for all that is no regular file */
  bne(T0, MODE_REGULAR, "failed");
  li(T0, 200);
  label("known");
  mov(A0, T0);
  leave();
  label("failed");
  call("status_of_failure");
  leave();

  /* find_kept_by_name: in A0 = descriptor of a folder, A1 = path there, A3 = LINUX_AT_*. Out A0 = the page that the
   * cache has of that file, which "in_hand" says too, 0: it has none, or -errno. */
  routine("find_kept_by_name", in(A0, A1, A3), out(A0), destroys(A1, A2, A3, A4, A5, ALL_T));
  enter_bare();
  li(A4, 0);
  ld64_of(T0, "cache_limit", 0);
  beq(T0, 0, "no_cache");
  la(A2, "file_status");
  sys(NR_NEWFSTATAT);
  blt(A0, 0, "none");
  call("find_kept");
  mov(A4, A0);
  st64_of(A4, "in_hand", IN_HAND_KEPT);
  label("no_cache");
  mov(A0, A4);
  label("none");
  leave();

  /* status_by_name: asks for the state of FILE, which "file_status" becomes. Out A0 = 0, or -errno. */
  routine("status_by_name", out(A0), destroys(A1, A2, A3, ALL_T));
  li(A0, LINUX_AT_FDCWD);
  ld64_of(A1, "document_path", 0);
  la(A2, "file_status");
  li(A3, 0);
  sys(NR_NEWFSTATAT);
  ret();
}

/* status_of_failure: in A0 = -errno of what a request took. Out A0 = the status of its answer. What the client cannot
 * know of is told on standard error. */
static void lay_status_of_failure(void) {
  Reg status = S0;
  routine("status_of_failure", in(A0), out(A0), destroys(A1, A2, A3, A4, ALL_T));
  enter(status);
  neg(T0, A0);
  mov(A1, A0);
  li(status, 500);
  bgtu(T0, 63, "tell");
  li(A2, IS_NOT_THERE);
  ld64_of(T1, "folder", FOLDER_DESCRIPTOR);
  beq(T1, 0, "of_a_file");
  li(A2, IS_NOT_SERVED);
  label("of_a_file");
  shr(A2, A2, T0);
  li(A0, 404);
  bset(A2, 1, "done");
  li(A2, IS_FOR_LATER);
  shr(A2, A2, T0);
  bclr(A2, 1, "tell");
  li(status, 503);
  label("tell");
  ld64_of(A0, "document_path", 0);
  call("tell_error");
  mov(A0, status);
  label("done");
  leave();
}

/* check_file: looks at FILE before the program serves it. A folder is opened. What is something else than a file or a
 * folder, or may not be read, ends the program. One that is not there may come. */
static void lay_check_file(void) {
  Reg folder = S0;
  static const NamedString strings[] = {{"no_file", ": is neither a file nor a folder"}, {"this_folder", "."}};
  packed_strings(strings);

  routine("check_file", destroys(A0, A1, A2, A3, ALL_T));
  enter(folder);
  call("status_by_name");
  blt(A0, 0, "accepted");
  ld32_of(T0, "file_status", bl_machine_now()->stat_mode);
  and(T0, T0, MODE_TYPE);
  beq(T0, MODE_REGULAR, "regular");
  la(A2, "no_file");
  bne(T0, MODE_DIRECTORY, "refused");
  li(A0, LINUX_AT_FDCWD);
  ld64_of(A1, "document_path", 0);
  li(A2, bl_machine_now()->o_directory | LINUX_O_RDONLY | LINUX_O_CLOEXEC);
  sys(NR_OPENAT);
  blt(A0, 0, "cannot_open");
  la(folder, "folder");
  add(A0, A0, 1);
  st64(A0, folder, FOLDER_DESCRIPTOR);
  ld64(T0, folder, FOLDER_CACHE_SAID);
  bne(T0, 0, "as_said");
  li(T0, FOLDER_CACHE);
  st64_of(T0, "cache_limit", 0);
  label("as_said");
  la(A1, "this_folder");
  call("open_beneath");
  blt(A0, 0, "walks"); /* for whatever reason */
  sys(NR_CLOSE);
  jump("accepted");
  label("walks");
  st64(1, folder, FOLDER_WALKS);
  label("accepted");
  leave();
  label("regular");
  li(A0, LINUX_AT_FDCWD);
  ld64_of(A1, "document_path", 0);
  li(A2, LINUX_R_OK);
  sys(NR_FACCESSAT);
  bge(A0, 0, "accepted");
  label("cannot_open");
  call("reason_for");
  mov(A2, A0);
  label("refused");
  ld64_of(A1, "document_path", 0);
  la(A0, "nothing");
  li(A3, EXIT_FAILED);
  jump("fail");
}

/* Octets that stand for themselves in a path: unreserved ones (RFC 3986, 2.3), and the "/" between components. */
static bool is_plain(int octet) {
  return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') ||
         (octet >= '-' && octet <= '/') || octet == '_' || octet == '~';
}

/* append_encoded: in A0 = destination, A1 = NUL-terminated path or name. Out A0 = after it, as a path of a URI has it.
 */
void lay_append_encoded(void) {
  lay_octet_set("plain_octets", is_plain);
  routine("append_encoded", in(A0, A1), out(A0, A1), destroys(A2, A3, A4, ALL_T));
  la(A2, "plain_octets");
  la(A3, "hex_digits");
  label("next_octet");
  ld8(T0, A1, 0);
  beq(T0, 0, "done");
  add(A1, A1, 1);
  shr(T1, T0, 3);
  bgeu(T1, SET_BYTES, "encoded");
  ld8x(T1, A2, T1);
  and(A4, T0, 7);
  shr(T1, T1, A4);
  bclr(T1, 1, "encoded");
  st8_next(T0, A0);
  jump("next_octet");
  label("encoded");
  st8('%', A0, 0);
  shr(T1, T0, 4);
  ld8x(T1, A3, T1);
  st8(T1, A0, 1);
  and(T0, T0, 15);
  ld8x(T0, A3, T0);
  st8(T0, A0, 2);
  add(A0, A0, 3);
  jump("next_octet");
  label("done");
  ret();
}

void lay_http_folder(void) {
  lay_decode_path();
  lay_open_path();
  lay_hold_resource();
  lay_find_in_folder();
  lay_find_resource();
  lay_status_of_failure();
  lay_check_file();
  lay_append_encoded();
}

/* SPDX-License-Identifier: MIT */
