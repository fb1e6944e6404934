#!/usr/bin/env bash
# The table of the RFCs' clauses in fixtures/http/README.md is the one that the conversations say.
# shellcheck source=scripts/tests/tap.sh
# reads: scripts/tests/tap.sh scripts/clauses.sh fixtures/http
source "$(dirname "$0")/tap.sh"

run "$root/scripts/clauses.sh"
expect_status 'the table is made' 0
cmp -s out "$root/fixtures/http/README.md" && same=yes || same=no
report "$same" 'it is the one that stands there' 'run scripts/clauses.sh -w' "$(diff out "$root/fixtures/http/README.md")"
[ "$(grep -c '^| RFC' out)" -gt 50 ] && many=yes || many=no
report "$many" 'it has many clauses'

mkdir scripts fixtures
cp "$root/scripts/clauses.sh" scripts
cp -r "$root/fixtures/http" fixtures
printf '# a case (RFC 9999 1.10, 1.9)\n' >fixtures/http/zz.http
run scripts/clauses.sh
expect_text 'a new case is in it' '| RFC 9999 1.10 | zz |' out
tail -n 2 out | head -n 1 >line
expect_bytes 'in the order of the numbers' '| RFC 9999 1.9 | zz |\n' line

done_testing
# SPDX-License-Identifier: MIT
