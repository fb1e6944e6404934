/* oracle-folder STATUS TYPE [walks] PATH: the body of the answer to a GET of PATH from the folder that this runs in, by
   the rule of oracles/folder.h. It fails, and says so, where the status or the media type is another than those told.
 */
#include "oracles/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc < 4 || argc > 5) {
    fputs("usage: oracle-folder STATUS TYPE [walks] PATH\n", stderr);
    return 2;
  }
  char *path = argv[argc - 1];
  path[strcspn(path, "?")] = '\0';
  struct folder_answer answer = folder_oracle_answer(".", path, argc == 5 ? FOLDER_ORACLE_WALKS : 0, 0);
  int wrong =
      answer.status != atoi(argv[1]) || (strcmp(argv[2], "any") != 0 && strcmp(answer.media_type, argv[2]) != 0);
  if (wrong)
    fprintf(stderr, "oracle-folder: %s: %d %s\n", argv[argc - 1], answer.status, answer.media_type);
  else
    fwrite(answer.body, 1, answer.length, stdout);
  folder_answer_free(&answer);
  return wrong;
}
