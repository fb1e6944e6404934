#!/usr/bin/env bash
# Which clauses of the RFCs the conversations of fixtures/http test, as a table in Markdown: by the first lines of the
# files, which say why they are there.
#
#   scripts/clauses.sh      print the table
#   scripts/clauses.sh -w   write it into fixtures/http/README.md
set -euo pipefail
cd "$(dirname "$0")/.."

# "9110 15.5.9 name" for each clause that a file names; "RFC 9110 5.6.2, 9.1" names two.
clauses() {
  local file rest rfc
  for file in fixtures/http/*.http; do
    { grep '^#' "$file" || true; } | { grep -oE 'RFC [0-9]+ [0-9.]*[0-9](, [0-9.]*[0-9])*' || true; } |
      while read -r _ rfc rest; do
        printf '%s\n' "${rest//, /$'\n'}" | while read -r clause; do
          printf '%s %s %s\n' "$rfc" "$clause" "$(basename "$file" .http)"
        done
      done
  done | sort -u | sort -k1,1n -k2,2V -k3,3
}

table() {
  printf '| clause | conversations |\n|---|---|\n'
  clauses | awk '$1 " " $2 != last { if (last) print row " |"; last = $1 " " $2; row = "| RFC " last " | " $3; next }
                 { row = row ", " $3 }
                 END { print row " |" }'
}

readme() {
  cat <<'TEXT'
# Conversations of the server

Each file holds what a client sends and the whole answer, to the byte; [fixtures/README.md](../README.md)
describes the lines. The first line says why the case is there, and which clause it tests. `scripts/clauses.sh -w` makes this table of those lines, and a test holds it to them.

TEXT
  table
}

if [ "${1-}" = -w ]; then
  readme >fixtures/http/README.md
else
  readme
fi
# SPDX-License-Identifier: MIT
