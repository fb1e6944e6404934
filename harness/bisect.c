/* The command `bisect`. */
#include "harness/bisect.h"
int bisect_command(struct session *session, struct workspace *workspace, const struct options *options) {
  (void)session, (void)workspace, (void)options;
  return EXIT_USAGE;
}
