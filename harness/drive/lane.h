/* Inside the driver: a lane is one program at work, and the case that it is at. */
#ifndef HARNESS_LANE_H
#define HARNESS_LANE_H

#include "harness/drive/drive.h"
#include "harness/process/launch.h"

#include <curl/curl.h>

enum lane_state {
  LANE_IDLE,     /* no case; a server may be running and ready */
  LANE_STARTING, /* waits until the server is ready */
  LANE_ASKING,   /* HTTP through libcurl */
  LANE_TALKING,  /* a conversation over a socket */
  LANE_RUNNING,  /* a program that runs to its end */
  LANE_STOPPING  /* a server that was sent SIGTERM */
};

/* How long to wait for the end of a process whose connection broke, to tell a crash from a closed connection. On a
   machine that is busy, much can lie between the two. */
enum { MOURNING_MS = 2000 };

/* What an event of the loop is about. */
enum source { SOURCE_OF_SIGNALS, SOURCE_OF_CURL, SOURCE_OF_OUT, SOURCE_OF_ERR, SOURCE_OF_END, SOURCE_OF_SOCKET };

/* Jobs of one target that any lane may take from. */
struct group {
  struct result **jobs;
  size_t count;
  size_t next;
  bool patient; /* its case mostly waits: it gets a lane beyond the number asked for */
  unsigned hangs;
  enum verdict dead; /* not NOT_RUN: the target cannot be started, or hangs all the time; no job is tried any more */
};

struct driver;

struct lane {
  struct driver *driver;
  unsigned index;
  bool patient;
  enum lane_state state;
  struct group *group;
  struct result *result;
  const struct target *target; /* of the process */
  struct process process;
  char *document; /* path of {file}, in the process's folder */
  int given_port; /* what {port} became; 0 where nothing asked for it */
  bool listening; /* the process is a server that said it was ready */
  char *url;
  int port;
  unsigned served;
  enum document_kind placed; /* what stands in the document's place */
  CURL *curl;
  bool curl_added;
  struct bytes received;
  int socket;
  int held; /* the silent client's socket */
  size_t sent;
  uint64_t started;
  uint64_t deadline;
};

struct driver {
  struct workspace *workspace;
  const struct drive_options *options;
  struct group *groups;
  size_t group_count;
  struct lane *lanes;
  size_t lane_count;
  int epoll;
  CURLM *multi;
  uint64_t curl_deadline; /* UINT64_MAX: none */
  bool stopping;
  int signal;
};

/* lane.c: the life of a lane */
void lane_begin(struct lane *lane);             /* begins lane->result */
void lane_finish(struct lane *lane, bool keep); /* reports lane->result; KEEP: the server goes on */
void lane_event(struct lane *lane, enum source source);
void lane_expired(struct lane *lane);  /* its deadline has passed */
void lane_stop(struct lane *lane);     /* ends the server in the way that is judged */
void lane_abort(struct lane *lane);    /* kills everything at once, reports nothing */
void lane_ended(struct lane *lane);    /* the process ended, or may have, while a case was under way */
bool lane_bereaved(struct lane *lane); /* the answer failed: if the process died of it, that becomes the verdict */
bool lane_place_document(struct lane *lane);
void lane_watch(struct lane *lane, int fd, uint32_t events, enum source source);
void lane_set_deadline(struct lane *lane, double seconds);

/* drive.c: hands a result to who asked for the drive; the time that takes is not the programs'. */
void driver_report(struct driver *driver, struct result *result);

/* drive_http.c: one request through libcurl */
void http_setup(struct driver *driver);
void http_teardown(struct driver *driver);
void http_ask(struct lane *lane);
void http_abandon(struct lane *lane);
void http_socket_event(struct driver *driver, int fd, uint32_t events);
void http_timer(struct driver *driver);

/* drive_socket.c: a conversation */
void socket_talk(struct lane *lane);
void socket_event(struct lane *lane);
void socket_abandon(struct lane *lane);

#endif
