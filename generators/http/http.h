/* http.h: what the two Markdown programs are made of besides the renderer and what every program needs (linux/linux.h):
 * documents and HTTP.
 *
 * Each lay_http_*() lays the routines of one file; their contracts stand above them. What the files share beyond those
 * routines is here: the records in bss that several of them touch. A program lays the parts that it needs.
 *
 * Register use in contracts: "destroys A*, T*" is the rule and is not repeated; S registers are kept unless it is
 * said that a routine works on them. */
#ifndef BYTEGATE_HTTP_H
#define BYTEGATE_HTTP_H

#include "../isa/record.h"
#include "../linux/linux.h"

/* "document": the Markdown being read, one at a time. */
enum {
  FIELD(DOCUMENT_BASE, 8),           /* its mapping, or 0 */
  FIELD(DOCUMENT_CAPACITY, 8),       /* bytes mapped */
  FIELD(DOCUMENT_WORKSPACE, 8),      /* the renderer's workspace, or 0 */
  FIELD(DOCUMENT_WORKSPACE_SIZE, 8), /* its bytes */
  FIELD(DOCUMENT_LENGTH, 8),         /* bytes of the document read so far */
  DOCUMENT_SIZE
};

/* What parse_request knows of a request: */
enum {
  REQUEST_HEAD = 1,            /* its method is HEAD: the answer bears no body */
  REQUEST_HTTP_1_0 = 2,        /* it needs no Host */
  REQUEST_HOST = 4,            /* Host has come */
  REQUEST_LINE = 8,            /* the request line is complete */
  REQUEST_CONTENT_LENGTH = 16, /* Content-Length has come */
  REQUEST_CODED = 32,          /* Transfer-Encoding has come, */
  REQUEST_CHUNKED = 64,        /* its last coding so far is chunked, */
  REQUEST_OTHER_CODING = 128,  /* and one of them is another */
  REQUEST_CLOSE = 256,         /* Connection has the options close, */
  REQUEST_KEEP_ALIVE = 512,    /* and keep-alive */
  REQUEST_EXPECT = 1024,       /* the client waits for 100 Continue before it sends content */
  REQUEST_OPTIONS = 2048,      /* its method is OPTIONS */
  REQUEST_PERSISTS = 4096,     /* all is sound, and the connection goes on after the answer (RFC 9112, 9.3) */
  REQUEST_METHOD = 8192        /* the method is complete */
};

/* "request": what parse_request found in the last one. */
enum {
  FIELD(REQUEST_END, 8),      /* after the header section */
  FIELD(REQUEST_PATH, 8),     /* the path of its target begins here, */
  FIELD(REQUEST_PATH_END, 8), /* and ends here; it may be empty */
  FIELD(REQUEST_LENGTH, 8),   /* its Content-Length, or 0; more than 2^60 is 2^60 */
  FIELD(REQUEST_NOTED, 8),    /* after the last record in "noted" */
  REQUEST_SIZE
};

/* "noted": the field lines that say on which conditions the answer is wanted, and which part. Where a record would
 * come after the last one, NOTED_FIELD is 0. */
enum {
  FIELD(NOTED_FIELD, 8), /* ordinal of the field, */
  FIELD(NOTED_BEGIN, 8), /* where its value begins, */
  FIELD(NOTED_END, 8),   /* and where it ends */
  NOTED_SIZE,
  NOTED_ROOM = (8192 / 7 + 1) * NOTED_SIZE /* of a request in which each line is "Range:" */
};
enum {
  FIRST_NOTED = 6, /* the order of these is that of the fields in request.c */
  NOTED_IF_MATCH = FIRST_NOTED,
  NOTED_IF_NONE_MATCH,
  NOTED_RANGE,
  NOTED_IF_RANGE,
  NOTED_IF_MODIFIED_SINCE,
  NOTED_IF_UNMODIFIED_SINCE
};

/* "folder": the folder that is served, where it is one. */
enum {
  FIELD(FOLDER_DESCRIPTOR, 8), /* 1 more than its descriptor; 0: a single file is served */
  FIELD(FOLDER_WALKS, 8),      /* not 0: the kernel has no openat2, so paths are walked one component at a time */
  FIELD(FOLDER_CACHE_SAID, 8), /* not 0: --cache has come */
  FOLDER_SIZE
};
enum { FOLDER_CACHE = 16 << 20 /* bytes of the cache of a folder, where --cache has not come */ };

/* "resource": what find_resource has found for a request. "file_status" is its struct stat. */
enum {
  FIELD(RESOURCE_FILE, 8), /* 1 more than a descriptor that is open to read it; 0: none */
  FIELD(RESOURCE_KIND, 8), /* RESOURCE_* */
  FIELD(RESOURCE_TYPE, 8), /* its media type without charset, NUL-terminated */
  RESOURCE_SIZE
};
enum { RESOURCE_PAGE = 0 /* Markdown */, RESOURCE_LISTING = 1 /* a folder */, RESOURCE_AS_IT_IS = 2 /* a file */ };

/* Of "render_flags", after those of markdown_render, which does not look at it: --page. */
enum { WHOLE_PAGE = 64 };

/* Of what gather_status puts together, the bytes. */
enum { STATUS_GATHERED = STAT_CTIME + 16 - STAT_ATIME + 8 };

/* "in_hand": the page that is the answer to the request in hand. */
enum {
  FIELD(IN_HAND_KEPT, 8),   /* the kept page that it lies in, of which the request is a user; 0: it is in none */
  FIELD(IN_HAND_PAGE, 8),   /* its address, */
  FIELD(IN_HAND_LENGTH, 8), /* its bytes, */
  FIELD(IN_HAND_HASH, 8),   /* and what hash_page says of them, or a number that no other one has */
  IN_HAND_SIZE
};

/* The longest path that is looked for, in bytes, so that PATH_MAX has room for it and for what is appended to it. */
enum { PATH_LIMIT = 4080, PATH_ROOM = 8192 + 32, LOCATION_ROOM = 3 * PATH_LIMIT + 8192 + 512 };

/* "selected": what part of a page is sent, and when it was modified. "selected_tag" is its entity tag. */
enum {
  FIELD(SELECTED_FIRST, 8),    /* the first byte of the part, */
  FIELD(SELECTED_LENGTH, 8),   /* its length, */
  FIELD(SELECTED_WHOLE, 8),    /* and that of the whole page */
  FIELD(SELECTED_MODIFIED, 8), /* in seconds since 1970; less than 0: nobody knows */
  SELECTED_SIZE
};
enum { TAG_LENGTH = 18 /* of the entity tag: sixteen digits between quotation marks; NUL comes after them */ };

/* "access_log": the lines that wait to be written. */
enum { LOG_ROOM = 4096 }; /* octets that a pipe takes at once or not at all */
enum {
  FIELD(LOG_NAME, 8),   /* address of the name of its file; 0: there is no log */
  FIELD(LOG_FILE, 8),   /* the descriptor that it was first given; 1: it is no file */
  FIELD(LOG_LENGTH, 8), /* octets that wait */
  FIELD(LOG_TEXT, LOG_ROOM),
  LOG_SIZE
};

enum { ERROR_PAGE_MARKUP = sizeof "<h1></h1>\n" - 1 }; /* what stands around the reason */

#define NO_DATE INT64_MIN /* in the place of seconds: what parse_http_date could not read */

/* How much of a request's content is still to come, for skip_content. */
enum {
  FIELD(CONTENT_LEFT, 8),   /* octets, of the content or of the chunk in hand */
  FIELD(CONTENT_CHUNKS, 8), /* CONTENT_PLAIN, or what comes after them */
  FIELD(CONTENT_TAKEN, 8),  /* octets of chunks and trailers so far */
  CONTENT_SIZE
};
enum { CONTENT_PLAIN = 0, CHUNK_SIZE_LINE = 1, CHUNK_END = 2, TRAILER_LINE = 3 };

enum { CONTENT_LIMIT = 1 << 20 /* octets of a request's content that are passed over */ };

/* A set of octets, laid as a bit for each of US-ASCII, and a byte for all others, which are in it or not together. */
enum { SET_BYTES = 0x80 / 8 + 1 };
typedef bool OctetSet(int octet);
void lay_octet_set(const char *name, OctetSet *contains); /* request.c */

void lay_http_failures(void);     /* reasons.c: errors, in the words of these programs */
void lay_document_failures(void); /* reasons.c: those that happen to a program without sockets */
void lay_http_document(void);     /* document.c: reading a document, rendering it; lay_tidy_document for the next one */
void lay_tidy_document(void);
void lay_document_reading(void); /* of these append_file alone, for a program with a reserve_document of its own */
void lay_http_request(void);     /* request.c: is it an HTTP request, and what is its answer's status */
void lay_http_address(void);     /* address.c: IPv6 addresses, hosts and ports as URIs have them */
void lay_http_date(void);        /* date.c: dates, the line "Date", and the calendar */
void lay_http_conditions(void);  /* conditions.c: entity tags, preconditions and ranges */
void lay_http_response(void);    /* response.c: the answer's bytes */
void lay_http_page(void);        /* page.c: errors that are told, and memory for clients */
void lay_http_kept(void);        /* kept.c: pages that stay in memory: of the cache, and of slow clients */
void lay_http_folder(void);      /* folder.c: from the path of a request to an open file */
void lay_append_encoded(void);
void lay_http_media_types(void);   /* media_types.c: what a file is, by the end of its name */
void lay_http_document_page(void); /* document_page.c: the HTML of a document as a whole page */
void lay_http_listing(void);       /* listing.c: a folder as Markdown */
void lay_http_resource(void);      /* resource.c: the page of what has been found */
void lay_http_connection(void);    /* connection.c: one client, from accept to close */
void lay_http_check(void);         /* check.c: is there a server that answers */
void lay_http_log(void);           /* log.c: a line for each answer */
void lay_http_user(void);          /* user.c: --user */
void lay_http_workers(void);       /* workers.c: --workers */
void lay_http_sandbox(void);       /* sandbox.c: what the server takes from itself */
void lay_http_server(void);        /* server.c: the listening socket and the event loop */

/* texts.c: a text that is packed, and is unpacked when the server starts: for what is longer than a word. `name` lasts.
 * lay_http_texts lays all that were kept, after all else that has data; without `packed` as plain data, for a program
 * that does not call "unpack_texts" first. */
void keep_text(const char *file, int line, const char *name, const void *text, size_t size);
void keep_strings(const char *file, int line, const NamedString *strings, size_t count);
#define packed_text(name, text, size) keep_text(__FILE__, __LINE__, name, text, size)
#define packed_strings(array) keep_strings(__FILE__, __LINE__, array, sizeof(array) / sizeof *(array))
/* The names of the options, for find_option; their handlers are laid here. */
void keep_options(const char *file, int line, const Option *options, size_t count);
#define packed_options(array) (BL_AT, keep_options(__FILE__, __LINE__, array, sizeof(array) / sizeof *(array)))
void lay_http_texts(bool packed);
void lay_http_slots(void); /* server.c: room for the clients; after all else that makes room */

#endif

/* SPDX-License-Identifier: MIT */
